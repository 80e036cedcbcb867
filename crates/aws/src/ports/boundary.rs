//! Attaching a boundary to a principal, and taking it off.

use crate::call::{CallError, codes};
use crate::principal_name::PrincipalName;
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`AttachBoundary`] costs.
pub const ACTIONS: &[&str] = &[
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "iam:PutUserPermissionsBoundary",
];

/// Attaches a permissions boundary to a principal, or takes it off.
///
/// Costs `iam:PutUserPermissionsBoundary`, `iam:PutRolePermissionsBoundary`,
/// `iam:DeleteUserPermissionsBoundary` and `iam:DeleteRolePermissionsBoundary`.
pub trait AttachBoundary: Sync {
    /// Makes the policy the boundary of the principal, in place of any other. Doing it again
    /// changes nothing.
    ///
    /// A policy made a moment ago may not be visible to IAM yet: that is waited for, up to 15
    /// seconds.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>.
    ///
    /// # Errors
    ///
    /// [`AttachError`] when IAM refused.
    fn put_boundary(
        &self,
        principal: &PrincipalName,
        policy_arn: &str,
    ) -> impl Future<Output = Result<(), AttachError>> + Send;

    /// Takes the boundary off.
    ///
    /// # Errors
    ///
    /// [`AttachError`] when IAM refused; [`AttachError::NoSuchEntity`] when the principal does not
    /// exist or, if IAM takes it so, has no boundary.
    fn delete_boundary(
        &self,
        principal: &PrincipalName,
    ) -> impl Future<Output = Result<(), AttachError>> + Send;
}

/// Why a boundary was not attached or taken off.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AttachError {
    /// The principal does not exist.
    #[error("{principal} does not exist: {call}")]
    NoSuchEntity {
        /// The principal.
        principal: PrincipalName,
        /// What IAM said.
        call: CallError,
    },
    /// The policy does not exist, or IAM does not see it yet.
    #[error("there is no policy to bound {principal}: {call}")]
    NoSuchPolicy {
        /// The principal.
        principal: PrincipalName,
        /// What IAM said last.
        call: CallError,
    },
    /// A role that only AWS may change.
    #[error("{principal} cannot be bounded: {call}")]
    Unmodifiable {
        /// The principal.
        principal: PrincipalName,
        /// What IAM said.
        call: CallError,
    },
    /// The call failed otherwise.
    #[error(transparent)]
    Call(CallError),
}

impl AttachError {
    /// Sorts a failed call on `principal` by its code; `policy_arn` tells a missing policy from a
    /// missing principal, which IAM does in the message only.
    pub(crate) fn of(principal: &PrincipalName, policy_arn: Option<&str>, call: CallError) -> Self {
        let principal = principal.clone();
        match call.code() {
            Some(codes::NO_SUCH_ENTITY) if names(&call, policy_arn) => {
                Self::NoSuchPolicy { principal, call }
            }
            Some(codes::NO_SUCH_ENTITY) => Self::NoSuchEntity { principal, call },
            Some(codes::UNMODIFIABLE_ENTITY) => Self::Unmodifiable { principal, call },
            _ => Self::Call(call),
        }
    }

    /// Whether the same call may succeed later with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            // A policy that is there becomes visible in the end.
            Self::NoSuchPolicy { .. } => true,
            Self::Call(call) => call.is_retryable(),
            Self::NoSuchEntity { .. } | Self::Unmodifiable { .. } => false,
        }
    }
}

/// As in `Scope ARN: arn:aws:iam::111122223333:policy/leastwise/role-writer does not exist or is
/// not attachable.`
fn names(call: &CallError, policy_arn: Option<&str>) -> bool {
    policy_arn.is_some_and(|arn| call.fault.to_string().contains(arn))
}
