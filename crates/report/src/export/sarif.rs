//! A scan as SARIF 2.1.0, the format of code scanning.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use super::finding::{Finding, Gravity, Kind};
use crate::entry::Entry;
use crate::header::Header;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// Where a version of the schema stands that does not change.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What may stand in a path of a URI as it is.
const IN_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The log: a rule for each kind of finding, a result for each principal of which something is to
/// be said. Of whom nothing lies idle, nothing is.
#[must_use]
pub fn log(header: &Header, entries: &[Entry]) -> Value {
    let findings = entries.iter().map(Finding::of);
    let results = findings.filter(|finding| finding.kind != Kind::NothingIdle);
    let results: Vec<Value> = results.map(|finding| result(&finding)).collect();
    let account = header.account.as_deref().unwrap_or("nobody");
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Leastwise",
                "version": header.leastwise,
                "rules": Kind::ALL.iter().map(|kind| rule(*kind)).collect::<Vec<Value>>()
            } },
            "automationDetails": { "id": format!("leastwise/{account}/") },
            "invocations": [{ "executionSuccessful": true, "endTimeUtc": header.as_of }],
            "results": results,
            "properties": {
                "threshold": header.threshold,
                "unusedAfterDays": header.unused_after_days,
                "weighting": header.weighting,
                "catalogue": header.catalogue
            }
        }]
    })
}

fn rule(kind: Kind) -> Value {
    let (level, severity) = match kind {
        Kind::SuspectedBreak | Kind::AboveThreshold => ("error", "7.0"),
        Kind::IdleAccess => ("note", "2.0"),
        Kind::NotJudged | Kind::LeftOut | Kind::NothingIdle => ("none", "0.0"),
    };
    json!({
        "id": kind.id(),
        "shortDescription": { "text": kind.meaning() },
        "help": { "text": "`leastwise explain PRINCIPAL` says why, and what a boundary would change." },
        "defaultConfiguration": { "level": level },
        "properties": { "security-severity": severity, "tags": ["security", "iam", "least-privilege"] }
    })
}

fn result(finding: &Finding<'_>) -> Value {
    let (kind, level) = match (finding.kind, finding.gravity()) {
        (Kind::NotJudged, _) => ("open", "none"),
        (Kind::LeftOut, _) => ("notApplicable", "none"),
        (Kind::NothingIdle, _) => ("pass", "none"),
        (_, Gravity::High) => ("fail", "error"),
        (_, Gravity::Medium) => ("fail", "warning"),
        (_, Gravity::Low | Gravity::Informational) => ("fail", "note"),
    };
    let (entry, fingerprint) = (finding.entry, finding.fingerprint());
    let place = Kind::ALL.iter().position(|kind| *kind == finding.kind);
    json!({
        "ruleId": finding.kind.id(),
        "ruleIndex": place,
        "kind": kind,
        "level": level,
        "message": { "text": format!("{}. {}", finding.title(), finding.description()) },
        "locations": [location(entry)],
        "partialFingerprints": {
            "leastwisePrincipal/v1": fingerprint,
            "primaryLocationLineHash": format!("{fingerprint}:1")
        },
        "properties": {
            "principal": entry.principal,
            "index": entry.index,
            "expectedIndex": entry.plan().and_then(|plan| plan.expected_index),
            "notJudgedType": entry.not_judged_type
        }
    })
}

/// A principal is in no file. Code scanning asks for one all the same, so that it has a name that
/// looks like one.
fn location(entry: &Entry) -> Value {
    let path = utf8_percent_encode(entry.short_name(), IN_PATH);
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": format!("iam/{path}") },
            "region": { "startLine": 1 }
        },
        "logicalLocations": [{
            "name": entry.short_name(),
            "fullyQualifiedName": entry.principal,
            "kind": "resource"
        }]
    })
}
