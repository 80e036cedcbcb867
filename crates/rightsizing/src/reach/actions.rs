//! The actions that open paths, and sets of them.

use super::takers::{ON_INSTANCES, TAKERS, UNRESOLVED};
use leastwise_policy::document::Actions;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Handing a role to a service.
pub(super) const PASS_ROLE: &str = "iam:PassRole";

/// Taking a role on.
pub(super) const ASSUME_ROLE: &str = "sts:AssumeRole";

/// Writing who may assume a role.
pub(super) const UPDATE_TRUST: &str = "iam:UpdateAssumeRolePolicy";

/// Any one of these is enough to act as a user. Whether a user has a password already is not in
/// account data, so both actions count that set one.
///
/// Sources: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html>,
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html>,
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html>.
pub(super) const CREDENTIALS: [&str; 3] =
    ["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"];

/// Taking a user into a group.
pub(super) const ADD_TO_GROUP: &str = "iam:AddUserToGroup";

/// Writing what a user is granted.
pub(super) const WRITE_USER: [&str; 2] = ["iam:PutUserPolicy", "iam:AttachUserPolicy"];

/// Writing what a role is granted.
pub(super) const WRITE_ROLE: [&str; 2] = ["iam:PutRolePolicy", "iam:AttachRolePolicy"];

/// Writing what a group grants.
pub(super) const WRITE_GROUP: [&str; 2] = ["iam:PutGroupPolicy", "iam:AttachGroupPolicy"];

/// Writing a managed policy, or putting an earlier version of it in force. What that grants is not
/// read: it counts like a new one.
pub(super) const WRITE_POLICY: [&str; 2] =
    ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"];

/// Making a role.
pub(super) const CREATE_ROLE: &str = "iam:CreateRole";

/// Making a user.
pub(super) const CREATE_USER: &str = "iam:CreateUser";

/// Lifting the boundary of a user.
pub(super) const LIFT_USER: [&str; 2] =
    ["iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"];

/// Lifting the boundary of a role.
pub(super) const LIFT_ROLE: [&str; 2] =
    ["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"];

/// Every action that opens a path, or may.
static ALL: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let single = [PASS_ROLE, ASSUME_ROLE, UPDATE_TRUST, ADD_TO_GROUP, CREATE_ROLE, CREATE_USER];
    let pairs = [WRITE_USER, WRITE_ROLE, WRITE_GROUP, WRITE_POLICY, LIFT_USER, LIFT_ROLE];
    let launching = TAKERS.iter().flat_map(|taker| taker.with).chain(ON_INSTANCES);
    let launching = launching.flat_map(|steps| *steps).chain(UNRESOLVED).copied();
    let all: BTreeSet<&str> =
        single.into_iter().chain(pairs.concat()).chain(CREDENTIALS).chain(launching).collect();
    all.into_iter().collect()
});

/// A set of such actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Opening(u128);

impl Opening {
    /// Those that a statement is about.
    pub(super) fn of(actions: &Actions) -> Self {
        let matching = ALL.iter().zip(0..).filter(|(action, _)| actions.matches(action));
        Self(matching.fold(0, |bits, (_, place)| bits | (1_u128 << place)))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the set has the action; `false` for one that opens no path.
    pub(super) fn has(self, action: &str) -> bool {
        let place = ALL.binary_search(&action).ok();
        place
            .and_then(|place| u32::try_from(place).ok())
            .is_some_and(|place| self.0.checked_shr(place).is_some_and(|bits| bits & 1 == 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_policy::catalog::Catalog;

    #[test]
    fn a_set_has_room_for_every_action_and_each_is_in_the_catalogue() {
        assert!(ALL.len() <= 128, "{}", ALL.len());
        let catalog = Catalog::embedded();
        for action in ALL.iter() {
            let known = catalog.find(action).map(|id| catalog.action(id).to_string());
            assert_eq!(known.as_deref(), Some(*action));
        }
    }

    #[test]
    fn a_set_has_what_a_statement_is_about() {
        let of = |patterns: &[&str]| {
            Opening::of(&Actions::Action(patterns.iter().map(|it| it.parse().unwrap()).collect()))
        };
        let all: Vec<&str> = ALL.iter().copied().filter(|it| of(&["*"]).has(it)).collect();
        assert_eq!(all, *ALL);
        let passing: Vec<&str> =
            ALL.iter().copied().filter(|it| of(&["iam:pass*", "s3:*"]).has(it)).collect();
        assert_eq!(passing, [PASS_ROLE]);
        assert!(of(&["s3:*"]).is_empty() && !of(&["s3:*"]).has("s3:GetObject"));
    }
}
