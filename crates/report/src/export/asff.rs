//! A scan in the AWS Security Finding Format, which Security Hub takes (`BatchImportFindings`).
//!
//! Security Hub takes at most 100 findings of at most 240 KB in a call.
//!
//! Source:
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html>,
//! <https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html>.

use super::finding::{Finding, Gravity, Kind, cut};
use crate::entry::Entry;
use crate::header::Header;
use leastwise_rightsizing::iam::PrincipalArn;
use serde_json::{Value, json};

/// How many characters a title may have.
const MOST_OF_TITLE: usize = 256;

/// How many characters a description may have, the text of a recommendation being shorter.
const MOST_OF_DESCRIPTION: usize = 1_024;

/// How many characters a recommendation may have.
const MOST_OF_RECOMMENDATION: usize = 512;

/// A finding for each principal, to be imported in this Region by its account.
#[must_use]
pub fn findings(header: &Header, entries: &[Entry], region: &str) -> Vec<Value> {
    entries.iter().map(|entry| finding(header, &Finding::of(entry), region)).collect()
}

fn finding(header: &Header, finding: &Finding<'_>, region: &str) -> Value {
    let entry = finding.entry;
    let account = header.account.as_deref().unwrap_or_default();
    let partition = finding.arn.as_ref().map_or("aws", PrincipalArn::partition);
    let product =
        format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default");
    let (label, normalized) = match finding.gravity() {
        Gravity::Informational => ("INFORMATIONAL", 0),
        Gravity::Low => ("LOW", 1),
        Gravity::Medium => ("MEDIUM", 40),
        Gravity::High => ("HIGH", 70),
    };
    let original = entry.index.map_or_else(|| "not judged".to_owned(), |it| it.to_string());
    let severity = json!({ "Label": label, "Normalized": normalized, "Original": original });
    let types = ["Software and Configuration Checks/AWS Security Best Practices"];
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("leastwise/{account}/{}", finding.fingerprint()),
        "ProductArn": product,
        "ProductName": "Leastwise",
        "CompanyName": "Leastwise",
        "GeneratorId": format!("leastwise/{}", finding.kind.id()),
        "AwsAccountId": account,
        "Region": region,
        "Types": types,
        "CreatedAt": header.as_of,
        "UpdatedAt": header.as_of,
        "Severity": severity,
        "FindingProviderFields": {
            "Severity": { "Label": label, "Original": original },
            "Types": types
        },
        "Title": cut(&finding.title(), MOST_OF_TITLE),
        "Description": cut(&finding.description(), MOST_OF_DESCRIPTION),
        "Remediation": { "Recommendation": { "Text": cut(&finding.remediation(), MOST_OF_RECOMMENDATION) } },
        "ProductFields": product_fields(entry),
        "Resources": [{
            "Type": finding.resource_type(),
            "Id": entry.principal,
            "Partition": partition,
            "Region": region
        }],
        "Compliance": { "Status": status(finding.kind) },
        "RecordState": if finding.kind == Kind::NothingIdle { "ARCHIVED" } else { "ACTIVE" }
    })
}

/// What is not known has passed nothing.
fn status(kind: Kind) -> &'static str {
    match kind {
        Kind::SuspectedBreak | Kind::AboveThreshold => "FAILED",
        Kind::IdleAccess | Kind::NothingIdle => "PASSED",
        Kind::NotJudged => "WARNING",
        Kind::LeftOut => "NOT_AVAILABLE",
    }
}

/// Figures by names of ours; a value is text.
fn product_fields(entry: &Entry) -> Value {
    let then = entry.plan().and_then(|plan| plan.expected_index);
    let fields = [
        ("index", entry.index.map(|index| index.to_string())),
        ("expectedIndex", then.map(|index| index.to_string())),
        ("notJudged", entry.not_judged_type.map(ToOwned::to_owned)),
        ("refused", entry.refused().map(|refused| refused.error.to_owned())),
    ];
    let known = fields
        .into_iter()
        .filter_map(|(name, value)| Some((format!("leastwise/{name}"), Value::String(value?))));
    Value::Object(known.collect())
}
