//! Guard statements: what keeps a bounded principal from lifting its own boundary.

use crate::iam::{PrincipalArn, PrincipalKind};
use leastwise_policy::action::AccessLevel;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use serde_json::json;

/// The denials that `document` needs as a boundary of `principal`: those of which it would allow an
/// action.
///
/// They deny replacing or removing the principal's own boundary, removing a Leastwise boundary from
/// anyone, editing the policies that Leastwise makes, and changing the `leastwise:` tags that
/// record what stood before.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate>.
#[must_use]
pub fn guards(document: &Document, principal: &PrincipalArn, catalog: &Catalog) -> Vec<Statement> {
    let allowed = Permissions::of([document]).actions(catalog);
    let is_needed = |guard: &Statement| !guard.actions().in_catalog(catalog).is_disjoint(&allowed);
    all(principal).into_iter().filter(is_needed).collect()
}

fn all(principal: &PrincipalArn) -> Vec<Statement> {
    let own = principal.to_string();
    let policies = format!("{}*", principal.leastwise_policy_prefix());
    let tagging = match principal.kind() {
        PrincipalKind::User => ["iam:TagUser", "iam:UntagUser"],
        PrincipalKind::Role => ["iam:TagRole", "iam:UntagRole"],
    };
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
        deny("LeastwiseGuardRecord", &tagging, &own)
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
