//! Reading one group.

use super::ReadError;
use leastwise_rightsizing::iam::Group;
use std::future::Future;

/// The IAM actions that [`ReadGroup`] costs.
pub const ACTIONS: &[&str] = &[
    "iam:GetGroup",
    "iam:GetGroupPolicy",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:ListAttachedGroupPolicies",
    "iam:ListGroupPolicies",
];

/// Reads one group with what it grants and who is in it.
///
/// Costs `iam:GetGroup`, `iam:ListGroupPolicies`, `iam:GetGroupPolicy`,
/// `iam:ListAttachedGroupPolicies`, `iam:GetPolicy` and `iam:GetPolicyVersion`.
pub trait ReadGroup: Sync {
    /// The group, equal to the one of the same name that [`ReadAccount`](super::ReadAccount) reads;
    /// `None` when it does not exist.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when any part could not be read; [`ReadError::Changed`] when a part that IAM
    /// had just listed was gone. A managed policy that does not exist stays on the group as an
    /// unreadable document.
    fn group(&self, name: &str) -> impl Future<Output = Result<Option<Group>, ReadError>> + Send;
}
