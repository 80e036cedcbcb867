//! Service last accessed reports, by the ARN of whom each is on.

use leastwise_policy::json;
use leastwise_rightsizing::evidence::{LastAccessedReport, ReportError};
use leastwise_rightsizing::iam::PrincipalArn;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
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
    let by_arn = match json::parse(text)? {
        Value::Object(members) if is_report(&members) => return Err(AccessError::OneReport),
        Value::Object(members) if is_account(&members) => return Err(AccessError::Account),
        Value::Object(members) => members,
        Value::Array(pages) if pages.iter().filter_map(Value::as_object).any(is_report) => {
            return Err(AccessError::OneReport);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Err(AccessError::Form);
        }
    };
    let mut access = Access::default();
    for (arn, report) in by_arn {
        match arn.parse() {
            Ok(arn) => {
                access.by_principal.insert(arn, LastAccessedReport::from_json(&report));
            }
            Err(_) => access.odd_keys.push(arn),
        }
    }
    Ok(access)
}

fn is_report(members: &Map<String, Value>) -> bool {
    has_any(members, &["JobStatus", "ServicesLastAccessed"])
}

fn is_account(members: &Map<String, Value>) -> bool {
    has_any(members, &["UserDetailList", "RoleDetailList", "GroupDetailList", "Policies"])
}

fn has_any(members: &Map<String, Value>, names: &[&str]) -> bool {
    names.iter().any(|name| members.contains_key(*name))
}
