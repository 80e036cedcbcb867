//! What a principal can become: the principals that it reaches, and by which of its actions.
//!
//! A principal reaches another one where it may act as that: by its keys or its password, by
//! `sts:AssumeRole`, or by having a service run under its role what the principal hands over.
//! Whoever may grant itself more is an administrator.
//!
//! # How it is read
//!
//! All of it comes from account data alone. Where that leaves something open, there is a path: a
//! path too many makes a weight greater, and never less.
//!
//! - An Allow counts if its resources *can* match the target, whatever its conditions. One
//!   condition is read: a role that may be passed to other services only is not passed to this one.
//! - A Deny counts if it is unconditional and *surely* matches the target.
//! - The boundary in place limits, as IAM has it. Limits from outside the account data do not: no
//!   SCP, RCP, session policy, or policy of another resource is read.
//! - Of another account nothing is known, so no path leads there or comes from there.
//!
//! What runs in the account is not in its IAM data. So there is no path over code that exists:
//! [`Reach::unresolved`] names the actions that may open one. One exception are the instances of
//! EC2, since a role that EC2 may assume is there for nothing else.
//!
//! Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>,
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html>.

mod account;
mod actions;
mod node;
mod powers;
mod reached;
mod strength;
mod takers;
#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod tests;
mod trust;
mod ways;

pub use account::AccountReach;
pub use reached::{Reach, Reached, Whom};
pub use strength::Strength;
