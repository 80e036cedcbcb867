//! Putting a policy on a user, and taking it off.

use crate::call::{CallError, codes};
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`Quarantine`] costs.
pub const ACTIONS: &[&str] =
    &["iam:AttachUserPolicy", "iam:DeleteUserPolicy", "iam:DetachUserPolicy", "iam:PutUserPolicy"];

/// Puts the quarantine policy on a user, and takes it off. Every one of these can be done twice.
///
/// Costs `iam:AttachUserPolicy`, `iam:DetachUserPolicy`, `iam:PutUserPolicy` and
/// `iam:DeleteUserPolicy`.
pub trait Quarantine: Sync {
    /// Attaches a managed policy.
    ///
    /// # Errors
    ///
    /// [`QuarantineError::QuotaExceeded`] when the user has as many managed policies as IAM takes,
    /// ten unless that was raised; [`QuarantineError`] when IAM refused otherwise.
    fn attach_policy(
        &self,
        user: &str,
        policy_arn: &str,
    ) -> impl Future<Output = Result<(), QuarantineError>> + Send;

    /// Detaches a managed policy; one that is not attached is no error.
    ///
    /// # Errors
    ///
    /// [`QuarantineError`] when IAM refused.
    fn detach_policy(
        &self,
        user: &str,
        policy_arn: &str,
    ) -> impl Future<Output = Result<(), QuarantineError>> + Send;

    /// Puts an inline policy, in place of any other of this name.
    ///
    /// # Errors
    ///
    /// [`QuarantineError::QuotaExceeded`] when the user's inline policies would have more than
    /// 2,048 characters in all; [`QuarantineError`] when IAM refused otherwise.
    fn put_inline_policy(
        &self,
        user: &str,
        name: &str,
        document: &str,
    ) -> impl Future<Output = Result<(), QuarantineError>> + Send;

    /// Deletes an inline policy; one that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`QuarantineError`] when IAM refused.
    fn delete_inline_policy(
        &self,
        user: &str,
        name: &str,
    ) -> impl Future<Output = Result<(), QuarantineError>> + Send;
}

/// Why the policies of a user were not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuarantineError {
    /// The user, or the policy to attach, does not exist.
    #[error("the user or the policy does not exist: {0}")]
    NoSuchEntity(CallError),
    /// Too many managed policies, or inline policies that are too long.
    #[error("a quota of IAM does not allow it: {0}")]
    QuotaExceeded(CallError),
    /// The call failed otherwise.
    #[error(transparent)]
    Call(CallError),
}

impl From<CallError> for QuarantineError {
    fn from(call: CallError) -> Self {
        match call.code() {
            Some(codes::NO_SUCH_ENTITY) => Self::NoSuchEntity(call),
            Some(codes::LIMIT_EXCEEDED) => Self::QuotaExceeded(call),
            _ => Self::Call(call),
        }
    }
}

impl QuarantineError {
    /// Whether the same call may succeed later with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(call) => call.is_retryable(),
            Self::NoSuchEntity(_) | Self::QuotaExceeded(_) => false,
        }
    }
}
