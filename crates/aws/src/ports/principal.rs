//! Reading one user or role.

use super::ReadError;
use crate::principal_name::PrincipalName;
use leastwise_rightsizing::iam::Principal;
use std::future::Future;

/// The IAM actions that [`ReadPrincipal`] costs.
pub const ACTIONS: &[&str] = &[
    "iam:GetGroupPolicy",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:GetUser",
    "iam:GetUserPolicy",
    "iam:ListAttachedGroupPolicies",
    "iam:ListAttachedRolePolicies",
    "iam:ListAttachedUserPolicies",
    "iam:ListGroupPolicies",
    "iam:ListGroupsForUser",
    "iam:ListRolePolicies",
    "iam:ListUserPolicies",
];

/// Reads one user or role with all that decides what it may do.
///
/// Costs `iam:GetUser`, `iam:ListUserPolicies`, `iam:GetUserPolicy`,
/// `iam:ListAttachedUserPolicies`, `iam:ListGroupsForUser`, `iam:ListGroupPolicies`,
/// `iam:GetGroupPolicy`, `iam:ListAttachedGroupPolicies` for a user; `iam:GetRole`,
/// `iam:ListRolePolicies`, `iam:GetRolePolicy`, `iam:ListAttachedRolePolicies` for a role;
/// `iam:GetPolicy`, `iam:GetPolicyVersion` for both.
pub trait ReadPrincipal: Sync {
    /// The principal, equal to the one of the same name that [`ReadAccount`](super::ReadAccount)
    /// reads; `None` when it does not exist.
    ///
    /// Nothing is remembered between two calls, so that a change between them is seen.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when any part could not be read; [`ReadError::Changed`] when a part that IAM
    /// had just listed was gone. A managed policy that does not exist stays on the principal as an
    /// unreadable document.
    fn principal(
        &self,
        name: &PrincipalName,
    ) -> impl Future<Output = Result<Option<Principal>, ReadError>> + Send;
}
