//! A scan as Compliance Findings of the Open Cybersecurity Schema Framework.
//!
//! Source: <https://schema.ocsf.io/1.8.0/classes/compliance_finding>.

use super::finding::{Finding, Gravity, Kind};
use crate::entry::Entry;
use crate::header::Header;
use leastwise_rightsizing::iam::PrincipalArn;
use serde_json::{Value, json};

/// The version of the schema.
pub const VERSION: &str = "1.8.0";

/// The class Compliance Finding.
const CLASS: u32 = 2003;

/// The activity Create: the finding as it is now.
const CREATE: u32 = 1;

/// An event for each principal.
#[must_use]
pub fn events(header: &Header, entries: &[Entry]) -> Vec<Value> {
    entries.iter().map(|entry| event(header, &Finding::of(entry))).collect()
}

fn event(header: &Header, finding: &Finding<'_>) -> Value {
    let (entry, kind) = (finding.entry, finding.kind);
    let (severity_id, severity) = match finding.gravity() {
        Gravity::Informational => (1, "Informational"),
        Gravity::Low => (2, "Low"),
        Gravity::Medium => (3, "Medium"),
        Gravity::High => (4, "High"),
    };
    json!({
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "category_uid": 2,
        "category_name": "Findings",
        "activity_id": CREATE,
        "activity_name": "Create",
        "type_uid": CLASS * 100 + CREATE,
        "type_name": "Compliance Finding: Create",
        "time": header.as_of.timestamp_millis(),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": 1,
        "status": "New",
        "message": finding.description(),
        "metadata": {
            "version": VERSION,
            "profiles": ["cloud"],
            "product": {
                "name": "Leastwise",
                "vendor_name": "Leastwise",
                "version": header.leastwise
            }
        },
        "cloud": { "provider": "AWS", "account": account(header, finding) },
        "finding_info": {
            "uid": format!("leastwise/{}", finding.fingerprint()),
            "title": finding.title(),
            "desc": kind.meaning(),
            "types": [kind.id()]
        },
        "compliance": compliance(header, finding),
        "remediation": { "desc": finding.remediation() },
        "resources": [resource(finding)],
        "unmapped": {
            "index": entry.index,
            "expected_index": entry.plan().and_then(|plan| plan.expected_index),
            "not_judged": entry.not_judged_type
        }
    })
}

fn account(header: &Header, finding: &Finding<'_>) -> Value {
    let of_arn = finding.arn.as_ref().map(PrincipalArn::account);
    let account = header.account.as_deref().or(of_arn).unwrap_or("unknown");
    json!({ "uid": account, "type_id": 10, "type": "AWS Account" })
}

/// What is not known has passed nothing.
fn compliance(header: &Header, finding: &Finding<'_>) -> Value {
    let (status_id, status) = match finding.kind {
        Kind::SuspectedBreak | Kind::AboveThreshold => (3, "Fail"),
        Kind::IdleAccess | Kind::NothingIdle => (1, "Pass"),
        Kind::NotJudged => (0, "Unknown"),
        Kind::LeftOut => (99, "Not Applicable"),
    };
    let detail = finding.entry.not_judged.clone().unwrap_or_else(|| finding.title());
    json!({
        "control": format!("the privilege-creep index is {} at most", header.threshold),
        "standards": ["Leastwise"],
        "status_id": status_id,
        "status": status,
        "status_detail": detail
    })
}

fn resource(finding: &Finding<'_>) -> Value {
    let entry = finding.entry;
    let fields = [
        ("uid", Some(entry.principal.as_str())),
        ("name", Some(entry.short_name())),
        ("type", Some(finding.resource_type())),
        ("cloud_partition", finding.arn.as_ref().map(PrincipalArn::partition)),
    ];
    let known =
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    Value::Object(known.collect())
}
