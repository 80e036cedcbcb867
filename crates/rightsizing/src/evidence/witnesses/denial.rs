//! Calls that AWS denied, and which kind of policy did.

use super::Times;
use leastwise_policy::action::Action;
use serde::{Deserialize, Serialize};

/// What denied a call, by the words of AWS's message.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeniedBy {
    /// The principal's permissions boundary.
    PermissionsBoundary,
    /// A service control policy of the organization.
    ServiceControlPolicy,
    /// A resource control policy of the organization.
    ResourceControlPolicy,
    /// A policy that the session was begun with.
    SessionPolicy,
    /// The principal's identity policies.
    IdentityPolicy,
    /// The policy of the resource.
    ResourcePolicy,
    /// The policy of a VPC endpoint.
    VpcEndpointPolicy,
    /// The message does not say.
    NotSaid,
}

/// Denied calls of one principal, of one action, by one kind of policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The action.
    pub action: Action,
    /// What denied it.
    pub by: DeniedBy,
    /// The ARN of the policy, where the message names it.
    pub policy: Option<String>,
    /// When, where and how often.
    pub times: Times,
}
