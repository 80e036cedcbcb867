//! Tagging principals.

use crate::call::{CallError, codes};
use crate::principal_name::PrincipalName;
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`TagPrincipal`] costs.
pub const ACTIONS: &[&str] = &["iam:TagRole", "iam:TagUser", "iam:UntagRole", "iam:UntagUser"];

/// Sets and removes tags on a principal.
///
/// Costs `iam:TagUser`, `iam:TagRole`, `iam:UntagUser` and `iam:UntagRole`.
pub trait TagPrincipal: Sync {
    /// Sets tags (key, value), replacing the values of those that are there.
    ///
    /// # Errors
    ///
    /// [`TagError`] when IAM refused.
    fn tag(
        &self,
        principal: &PrincipalName,
        tags: &[(&str, &str)],
    ) -> impl Future<Output = Result<(), TagError>> + Send;

    /// Removes tags by key; a key that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`TagError`] when IAM refused.
    fn untag(
        &self,
        principal: &PrincipalName,
        keys: &[&str],
    ) -> impl Future<Output = Result<(), TagError>> + Send;
}

/// Why a principal was not tagged or untagged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TagError {
    /// The principal does not exist.
    #[error("{principal} does not exist: {call}")]
    NoSuchPrincipal {
        /// The principal.
        principal: PrincipalName,
        /// What IAM said.
        call: CallError,
    },
    /// A role that only AWS may change.
    #[error("{principal} cannot be tagged: {call}")]
    Unmodifiable {
        /// The principal.
        principal: PrincipalName,
        /// What IAM said.
        call: CallError,
    },
    /// The principal has fifty tags already.
    #[error("{principal} has no room for another tag: {call}")]
    QuotaExceeded {
        /// The principal.
        principal: PrincipalName,
        /// What IAM said.
        call: CallError,
    },
    /// The call failed otherwise.
    #[error(transparent)]
    Call(CallError),
}

impl TagError {
    /// Sorts a failed call on `principal` by its code.
    pub(crate) fn of(principal: &PrincipalName, call: CallError) -> Self {
        let principal = principal.clone();
        match call.code() {
            Some(codes::NO_SUCH_ENTITY) => Self::NoSuchPrincipal { principal, call },
            Some(codes::UNMODIFIABLE_ENTITY) => Self::Unmodifiable { principal, call },
            Some(codes::LIMIT_EXCEEDED) => Self::QuotaExceeded { principal, call },
            _ => Self::Call(call),
        }
    }

    /// Whether the same call may succeed later with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(call) => call.is_retryable(),
            Self::NoSuchPrincipal { .. }
            | Self::Unmodifiable { .. }
            | Self::QuotaExceeded { .. } => false,
        }
    }
}
