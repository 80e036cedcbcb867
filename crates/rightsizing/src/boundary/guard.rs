//! Guard statements: what keeps a bounded principal from lifting its own boundary.

use crate::iam::PrincipalArn;
use leastwise_policy::action::AccessLevel;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use serde_json::json;

/// The record of what stood before, as a condition sees it: the tag
/// [`PREVIOUS_BOUNDARY_TAG`](crate::tags::PREVIOUS_BOUNDARY_TAG) of the principal in question.
const RECORD: &str = "aws:ResourceTag/leastwise:previous-boundary";

/// The denials that `document` needs as a boundary of `principal`: those of which it would allow an
/// action.
///
/// They deny replacing or removing the principal's own boundary, removing a Leastwise boundary from
/// anyone or putting another in its place, editing the policies that Leastwise makes, and changing
/// anybody's `leastwise:` tags, which record what stood before and who is exempt.
///
/// Where a boundary is put, `iam:PermissionsBoundary` is the new one, so it cannot say that one of
/// ours stands there. The record does: whoever has our boundary has its tag. The pattern of the tag
/// keys tells letter case apart, as IAM does not; of a key in another case nothing is read back.
///
/// Sources:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>,
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html>.
#[must_use]
pub fn guards(document: &Document, principal: &PrincipalArn, catalog: &Catalog) -> Vec<Statement> {
    // All that they deny is of IAM.
    let iam = catalog.service("iam");
    let permissions = Permissions::of([document]);
    let allowed = iam.map(|iam| permissions.actions_in(iam, catalog)).unwrap_or_default();
    if allowed.is_empty() {
        return Vec::new();
    }
    let is_needed = |guard: &Statement| !guard.actions().in_catalog(catalog).is_disjoint(&allowed);
    all(principal).into_iter().filter(is_needed).collect()
}

fn all(principal: &PrincipalArn) -> Vec<Statement> {
    let own = principal.to_string();
    let policies = format!("{}*", principal.leastwise_policy_prefix());
    let putting = ["iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"];
    let tagging = ["iam:TagRole", "iam:TagUser", "iam:UntagRole", "iam:UntagUser"];
    vec![
        deny(
            "LeastwiseGuardOwnBoundary",
            &[
                "iam:DeleteRolePermissionsBoundary",
                "iam:DeleteUserPermissionsBoundary",
                "iam:PutRolePermissionsBoundary",
                "iam:PutUserPermissionsBoundary",
            ],
            &own,
        ),
        deny(
            "LeastwiseGuardBoundaries",
            &["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"],
            "*",
        )
        .with_condition(json!({ "ArnLike": { "iam:PermissionsBoundary": policies } })),
        deny("LeastwiseGuardBounded", &putting, "*")
            .with_condition(json!({ "Null": { RECORD: "false" } })),
        deny(
            "LeastwiseGuardPolicies",
            &[
                "iam:CreatePolicyVersion",
                "iam:DeletePolicy",
                "iam:DeletePolicyVersion",
                "iam:SetDefaultPolicyVersion",
                "iam:TagPolicy",
                "iam:UntagPolicy",
            ],
            &policies,
        ),
        deny("LeastwiseGuardRecord", &tagging, "*")
            .with_condition(json!({ "ForAnyValue:StringLike": { "aws:TagKeys": "leastwise:*" } })),
    ]
}

fn deny(sid: &str, actions: &[&str], resource: &str) -> Statement {
    let patterns: Vec<Pattern> = actions.iter().filter_map(|action| action.parse().ok()).collect();
    Statement::deny(sid, patterns).with_resources(vec![resource.to_owned()])
}

/// Whether any of the actions changes something in IAM. `iam:PassRole` counts as a write, but hands
/// over what is there.
pub(crate) fn has_iam_writes(actions: &ActionSet, catalog: &Catalog) -> bool {
    let Some(iam) = catalog.service("iam") else { return true };
    actions.in_service(iam).iter().any(|id| {
        let action = catalog.action(id);
        action.level >= AccessLevel::Tagging && action.name != "PassRole"
    })
}
