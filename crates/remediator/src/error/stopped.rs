//! A refusal or an error: what a step hands back that did not succeed.

use super::failure::RemediationError;
use super::refusal::Refusal;
use leastwise_aws::lists::ListError;
use leastwise_aws::ports::{AttachError, QuarantineError, ReadError, StoreError, TagError};
use leastwise_rightsizing::iam::PrincipalArn;

/// Why a request stopped short of what it asked for.
#[derive(Debug)]
pub enum Stopped {
    /// By decision, which is an answer.
    Refused(Refusal),
    /// By an error, which fails the invocation.
    Failed(RemediationError),
}

impl<R: Into<Refusal>> From<R> for Stopped {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<RemediationError> for Stopped {
    fn from(error: RemediationError) -> Self {
        Self::Failed(error)
    }
}

impl From<ReadError> for Stopped {
    fn from(error: ReadError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ListError> for Stopped {
    fn from(error: ListError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<QuarantineError> for Stopped {
    fn from(error: QuarantineError) -> Self {
        Self::Failed(error.into())
    }
}

impl Stopped {
    /// What it means for `principal` that its boundary could not be changed.
    pub(crate) fn of_attaching(error: AttachError, principal: &PrincipalArn) -> Self {
        match error {
            AttachError::Unmodifiable { .. } => Self::unmodifiable(principal),
            AttachError::NoSuchEntity { .. } => Self::no_such_principal(principal),
            error @ (AttachError::NoSuchPolicy { .. } | AttachError::Call(_)) => {
                Self::Failed(error.into())
            }
        }
    }

    /// What it means for `principal` that its record could not be changed.
    pub(crate) fn of_tagging(error: TagError, principal: &PrincipalArn) -> Self {
        match error {
            TagError::Unmodifiable { .. } => Self::unmodifiable(principal),
            TagError::NoSuchPrincipal { .. } => Self::no_such_principal(principal),
            error @ (TagError::QuotaExceeded { .. } | TagError::Call(_)) => {
                Self::Failed(error.into())
            }
        }
    }

    fn unmodifiable(principal: &PrincipalArn) -> Self {
        Refusal::Unmodifiable { principal: principal.clone() }.into()
    }

    fn no_such_principal(principal: &PrincipalArn) -> Self {
        Refusal::NoSuchPrincipal { resource: principal.to_string() }.into()
    }
}
