//! What one parameter of the ledger says.

use crate::iam::{PrincipalArn, UniqueId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

/// How many stopped attempts a halt names.
const NAMED: usize = 20;

/// A principal's turn: that automatic remediation may change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Turn {
    /// Whose turn it is.
    pub resource_id: UniqueId,
    /// When it was taken.
    pub taken: DateTime<Utc>,
}

/// Why everything automatic is halted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Halt {
    /// The principal whose boundary is suspected to stop what it needs.
    pub principal: PrincipalArn,
    /// Its unique id.
    pub resource_id: UniqueId,
    /// What was stopped, the first 20.
    pub stopped: Vec<String>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// When a person last let automatic remediation go on, and after which halt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resumption {
    /// When.
    pub at: DateTime<Utc>,
    /// The unique id of the principal because of which everything was halted.
    pub resource_id: UniqueId,
}

/// For how long an attempt may have been made before anybody hears of it: IAM shows it within four
/// hours, and the rule judges everybody within a day.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.
const UNHEARD_OF: TimeDelta = TimeDelta::hours(28);

/// A parameter of the ledger that is not what Leastwise writes. Nothing is done on its strength.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("parameter `{name}` is not what Leastwise writes there: {why}; delete it, and ask again")]
pub struct LedgerError {
    /// The parameter.
    pub name: String,
    /// What is wrong.
    pub why: String,
}

impl Turn {
    /// The value of the parameter.
    #[must_use]
    pub fn to_text(&self) -> String {
        json!(self).to_string()
    }
}

impl Halt {
    /// The halt because of these attempts.
    #[must_use]
    pub fn new(
        principal: PrincipalArn,
        resource_id: UniqueId,
        stopped: &[String],
        since: DateTime<Utc>,
    ) -> Self {
        let stopped = stopped.iter().take(NAMED).cloned().collect();
        Self { principal, resource_id, stopped, since }
    }

    /// The value of the parameter.
    #[must_use]
    pub fn to_text(&self) -> String {
        json!(self).to_string()
    }
}

impl Resumption {
    /// The value of the parameter.
    #[must_use]
    pub fn to_text(&self) -> String {
        json!(self).to_string()
    }

    /// Whether whoever resumed knew of an attempt of `principal`, made at `time`: one of the
    /// principal that had halted everything, or one that must have been seen by then.
    #[must_use]
    pub fn knew(&self, principal: &UniqueId, time: DateTime<Utc>) -> bool {
        time <= self.at && (self.resource_id == *principal || self.at - time >= UNHEARD_OF)
    }
}

/// Reads the value of a parameter.
pub(super) fn read<T: DeserializeOwned>(name: &str, value: &str) -> Result<T, LedgerError> {
    serde_json::from_str(value)
        .map_err(|why| LedgerError { name: name.to_owned(), why: why.to_string() })
}
