//! Service last accessed reports, by the ARN of whom each is on.

use leastwise_policy::json;
use leastwise_rightsizing::evidence::{LastAccessedReport, ReportError};
use leastwise_rightsizing::iam::PrincipalArn;
use rayon::prelude::*;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use thiserror::Error;

/// A text that is no collection of reports.
#[derive(Debug, Error)]
pub(crate) enum AccessError {
    /// Not JSON, or a key twice.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A report without the ARN that it belongs to.
    #[error(
        "it is one report, and does not say on whom; \
         write {{\"arn:aws:iam::111122223333:role/name\": …}} around it, with the ARN that the report was asked for"
    )]
    OneReport,
    /// Something else.
    #[error("it is not a JSON object from principal ARN to report")]
    Form,
    /// Account data.
    #[error("it is what `aws iam get-account-authorization-details` prints; give it as --account")]
    Account,
}

/// Members of which a report has at least one.
const REPORT: &[&str] = &["JobStatus", "ServicesLastAccessed"];

/// Members of which account data has at least one.
const ACCOUNT: &[&str] = &["UserDetailList", "RoleDetailList", "GroupDetailList", "Policies"];

/// Reports by principal.
pub(crate) type Reports = BTreeMap<PrincipalArn, Result<LastAccessedReport, ReportError>>;

/// What a file of reports holds.
#[derive(Debug, Default)]
pub(crate) struct Access {
    /// The reports.
    pub(crate) by_principal: Reports,
    /// The keys that are not the ARN of a user or role.
    pub(crate) odd_keys: Vec<String>,
}

/// Reads a JSON object from principal ARN to report. A report that cannot be used is an error of
/// its principal alone.
///
/// # Errors
///
/// [`AccessError`] when the text is something else.
pub(crate) fn read(text: &str) -> Result<Access, AccessError> {
    match reports(text) {
        Some(access) => Ok(access),
        // What is wrong, and where in the text, shows when it is read as a whole.
        None => Err(fault(&json::parse(text)?)),
    }
}

/// The reports, each read by itself, side by side; `None` where anything about the text is odd.
fn reports(text: &str) -> Option<Access> {
    let Members(members) = serde_json::from_str(text).ok()?;
    let names: BTreeSet<&str> = members.iter().map(|(name, _)| &**name).collect();
    let is_other = REPORT.iter().chain(ACCOUNT).any(|name| names.contains(name));
    if is_other || names.len() < members.len() {
        return None;
    }
    let read = members.into_par_iter().map(|(name, report)| {
        let report = json::parse(report.get()).ok()?;
        Some(match name.parse() {
            Ok(arn) => Ok((arn, LastAccessedReport::from_value(report))),
            Err(_) => Err(name.into_owned()),
        })
    });
    let mut access = Access::default();
    for read in read.collect::<Option<Vec<_>>>()? {
        match read {
            Ok((arn, report)) => drop(access.by_principal.insert(arn, report)),
            Err(name) => access.odd_keys.push(name),
        }
    }
    Some(access)
}

/// The members of one JSON object, their values not yet read.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = entries.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

/// Why JSON is no object from principal ARN to report.
fn fault(json: &Value) -> AccessError {
    let has = |value: &Value, names: &[&str]| names.iter().any(|name| value.get(name).is_some());
    let is_report = |value: &Value| has(value, REPORT);
    let pages = json.as_array().map(Vec::as_slice).unwrap_or_default();
    if is_report(json) || pages.iter().any(is_report) {
        return AccessError::OneReport;
    }
    if has(json, ACCOUNT) { AccessError::Account } else { AccessError::Form }
}
