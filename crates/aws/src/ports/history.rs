//! Reading what a principal was granted a while ago.

use crate::call::CallError;
use crate::paging::PagingError;
use chrono::{DateTime, Utc};
use leastwise_rightsizing::iam::{AccountError, Principal};
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`ReadHistory`] costs.
pub const ACTIONS: &[&str] =
    &["config:GetResourceConfigHistory", "iam:GetPolicyVersion", "iam:ListPolicyVersions"];

/// Reads how a principal stood at an earlier time: from its configuration items, those of its
/// groups, and the versions of its managed policies.
///
/// Costs `config:GetResourceConfigHistory` for the principal and each group it was in, and
/// `iam:ListPolicyVersions` with `iam:GetPolicyVersion` for each managed policy, once for all
/// principals that are asked about for the same time.
pub trait ReadHistory: Sync {
    /// The principal as it stood at `time`; `None` where AWS Config has no record of it from then.
    ///
    /// Of a managed policy the newest version from before `time` is taken for the one then in
    /// force. One that had none, or is gone, stays on the principal as an unreadable document, as
    /// does a group of which there is no record.
    ///
    /// # Errors
    ///
    /// [`HistoryError`] when something could not be read.
    fn principal_at(
        &self,
        principal: &Principal,
        time: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<Principal>, HistoryError>> + Send;
}

/// Why an earlier state could not be read.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A list did not come to an end.
    #[error(transparent)]
    Paging(#[from] PagingError),
    /// The recorded state is not of the documented form.
    #[error("the configuration item of `{resource_id}` is not usable: {why}")]
    Item {
        /// The resource.
        resource_id: String,
        /// Why.
        why: String,
    },
    /// The recorded state does not make a principal.
    #[error("the configuration item of a principal is not usable: {0}")]
    Principal(#[from] AccountError),
}

impl HistoryError {
    /// Whether asking again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(call) => call.is_retryable(),
            Self::Paging(_) | Self::Item { .. } | Self::Principal(_) => false,
        }
    }
}
