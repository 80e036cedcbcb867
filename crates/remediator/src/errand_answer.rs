//! What an errand answers: compact JSON with its status first, as of a request.

use crate::answer::{Answer, Status};
use crate::error::RemediationError;
use crate::leftovers::Removed;
use leastwise_rightsizing::iam::{Principal, UniqueId};
use serde::Serialize;

/// How many principals an answer names. Whoever was asked about is in the log.
const NAMED: usize = 100;

/// How an errand ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ErrandStatus {
    /// Automatic remediation goes on.
    Resumed,
    /// There was nothing to do.
    Noop,
    /// Everybody whose notice was due was asked about.
    Enforced,
    /// Somebody was not reached, or something failed; the next run goes on.
    Incomplete,
}

/// The answer to an errand: compact JSON with the status first, as of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrandAnswer {
    /// How it ended.
    pub status: ErrandStatus,
    /// What was done, in words.
    pub message: String,
    /// The principals whose notice was due, each with what became of it, the first 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub principals: Vec<Enforced>,
    /// The policies of principals that are gone, which were removed, the first 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed_policies: Vec<String>,
}

/// What became of a principal whose notice was due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Enforced {
    /// Its ARN.
    pub principal: String,
    /// How it ended; left out where it failed. Under another name than the errand's own, by which
    /// the SSM document branches.
    #[serde(rename = "outcome", skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Why nothing was done, or what failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl ErrandAnswer {
    /// Of a request to resume.
    pub(crate) fn of_resuming(status: ErrandStatus, message: String) -> Self {
        Self { status, message, principals: Vec::new(), removed_policies: Vec::new() }
    }

    /// Of notices that were enforced, and policies that were removed.
    pub(crate) fn of_enforcing(
        mut principals: Vec<Enforced>,
        not_reached: usize,
        cleared: Cleared,
    ) -> Self {
        let Cleared { removed, why_not_all, unreadable } = cleared;
        let due = principals.len() + not_reached;
        let failed = principals.iter().filter(|it| it.status.is_none()).count();
        let of = |status: Status| principals.iter().filter(|it| it.status == Some(status)).count();
        let mut message = format!(
            "the notices of {due} principals were due: {} bounded, {} given notice, {} left alone, {failed} failed, \
             {not_reached} not reached; {} policies of principals that are gone were removed",
            of(Status::Applied),
            of(Status::Noticed),
            of(Status::Skipped) + of(Status::Refused) + of(Status::Noop),
            removed.len()
        );
        let status = match (due + removed.len(), failed + not_reached, &why_not_all) {
            (0, _, None) => ErrandStatus::Noop,
            (_, 0, None) => ErrandStatus::Enforced,
            _ => ErrandStatus::Incomplete,
        };
        if let Some(why) = why_not_all {
            message = format!("{message}, and whether there are more is not known: {why}");
        }
        if unreadable > 0 {
            message = format!(
                "{message}; {unreadable} entries of the account cannot be read: their notices are not known, nor is who is gone"
            );
        }
        principals.truncate(NAMED);
        let removed_policies = removed.into_iter().take(NAMED).map(|it| it.policy_arn).collect();
        Self { status, message, principals, removed_policies }
    }
}

/// What became of the policies of principals that are gone.
pub(crate) struct Cleared {
    /// Those that were removed.
    pub(crate) removed: Vec<Removed>,
    /// Why there may be more; `None` where there are none.
    pub(crate) why_not_all: Option<String>,
    /// Entries of the account that could not be read.
    pub(crate) unreadable: usize,
}

impl Enforced {
    /// Of a principal behind one for whom no turn was left.
    pub(crate) fn waiting(principal: &Principal) -> Self {
        let message =
            "it is not changed yet: those before it took the turns that were free".to_owned();
        let principal = principal.arn.to_string();
        Self { principal, status: Some(Status::Skipped), message: Some(message) }
    }

    pub(crate) fn from(id: &UniqueId, ended: Result<Answer, RemediationError>) -> Self {
        match ended {
            Ok(answer) => {
                let about = answer.subject.map(|subject| subject.principal.to_string());
                let principal = about.unwrap_or_else(|| id.to_string());
                Self { principal, status: Some(answer.status), message: answer.message }
            }
            Err(error) => {
                Self { principal: id.to_string(), status: None, message: Some(error.to_string()) }
            }
        }
    }
}
