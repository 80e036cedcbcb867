//! Which policies of the account ask for the boundary that a principal has.
//!
//! A team that may make roles only with a certain boundary is held to it by the condition key
//! `iam:PermissionsBoundary`. Where such a principal gets another boundary, the team can no longer
//! administer it, and a denial that is about principals with that boundary no longer protects it.
//!
//! Source:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate>.

use super::warning::Warning;
use crate::iam::{Account, Principal, PrincipalArn, UnreadableDocument, texts};
use leastwise_policy::document::{Actions, Document, Resources, Statement};
use leastwise_policy::glob;
use serde_json::Value;

/// The condition key for the boundary of the principal that an IAM action is about.
const KEY: &str = "iam:PermissionsBoundary";

/// The actions for which it is the boundary that is to be, and says nothing of the one in place.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>.
const OF_THE_NEXT: [&str; 4] = [
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:PutRolePermissionsBoundary",
    "iam:PutUserPermissionsBoundary",
];

/// What the policies of an account say of principals that have a certain boundary.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BoundaryDemands {
    demands: Vec<Demand>,
    /// Of how many principals a policy could not be read.
    unreadable: usize,
}

/// One statement whose condition names boundaries.
#[derive(Debug, Clone, PartialEq)]
struct Demand {
    /// Whose policy it is.
    holder: PrincipalArn,
    statement: Statement,
}

impl BoundaryDemands {
    /// Reads the policies and boundaries of all principals of the account; those of a group count
    /// where somebody is in it.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let mut found = Self { demands: Vec::new(), unreadable: account.unreadable().len() };
        for principal in account.principals() {
            let mut is_readable = true;
            for document in documents(principal) {
                match document {
                    Ok(document) => found.add(principal, document),
                    Err(_) => is_readable = false,
                }
            }
            found.unreadable += usize::from(!is_readable);
        }
        found
    }

    /// The warning where the principal has a boundary that somebody else made and that is asked
    /// for, or may be: what another boundary in its place would change for others.
    #[must_use]
    pub fn warning(&self, principal: &Principal) -> Option<Warning> {
        let present = &principal.boundary_of_others()?.policy_arn;
        let mut by: Vec<String> = Vec::new();
        for demand in self.demands.iter().filter(|it| it.is_about(&principal.arn, present)) {
            let holder = demand.holder.to_string();
            // The demands of one holder follow one another.
            if by.last() != Some(&holder) {
                by.push(holder);
            }
        }
        let unreadable = self.unreadable;
        let is_said = !by.is_empty() || unreadable > 0;
        is_said.then(|| Warning::BoundaryIsDemanded { present: present.clone(), by, unreadable })
    }

    fn add(&mut self, holder: &Principal, document: &Document) {
        let is_one = |it: &&Statement| is_of_the_present(it) && boundaries(it).next().is_some();
        let named = document.statements().iter().filter(is_one);
        self.demands
            .extend(named.map(|it| Demand { holder: holder.arn.clone(), statement: it.clone() }));
    }
}

impl Demand {
    /// Whether it may be about this principal while it has the boundary `present`, and not once it
    /// has ours.
    fn is_about(&self, principal: &PrincipalArn, present: &str) -> bool {
        let ours = principal.boundary_policy_arn();
        let may_tell_apart = |pattern: String| {
            let any = without_variables(&pattern);
            glob::matches(&any, present) && (any != pattern || !glob::matches(&pattern, &ours))
        };
        boundaries(&self.statement).any(may_tell_apart) && may_cover(&self.statement, principal)
    }
}

/// The texts of all policies that count for the principal.
fn documents(
    principal: &Principal,
) -> impl Iterator<Item = Result<&Document, &UnreadableDocument>> {
    let granting = principal.policies.iter().map(|policy| policy.document.as_ref());
    granting.chain(principal.boundary.iter().map(|boundary| boundary.document.as_ref()))
}

/// Whether the key may be the boundary in place for an action of the statement.
fn is_of_the_present(statement: &Statement) -> bool {
    let Actions::Action(patterns) = statement.actions() else { return true };
    let is_of_the_next =
        |pattern: &str| OF_THE_NEXT.iter().any(|action| pattern.eq_ignore_ascii_case(action));
    !patterns.iter().all(|pattern| is_of_the_next(pattern.as_str()))
}

/// The boundaries that the statement's condition names, by whatever operator.
fn boundaries(statement: &Statement) -> impl Iterator<Item = String> {
    let operators = statement.condition().and_then(Value::as_object).into_iter().flatten();
    let keys = operators.filter_map(|(_, keys)| keys.as_object()).flatten();
    keys.filter(|(key, _)| key.eq_ignore_ascii_case(KEY)).flat_map(|(_, named)| texts(Some(named)))
}

/// Whether the statement's resources may include the principal. `NotResource` leaves out too little
/// to rely on.
fn may_cover(statement: &Statement, principal: &PrincipalArn) -> bool {
    let Resources::Limited(limited) = statement.resources() else { return true };
    let arn = principal.to_string();
    let names = |pattern: String| glob::matches(&without_variables(&pattern), &arn);
    limited.get("NotResource").is_some() || texts(limited.get("Resource")).any(names)
}

/// The pattern with `*` in the place of each policy variable, whose value is not known here.
fn without_variables(pattern: &str) -> String {
    let mut plain = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        plain.push('*');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    plain + rest
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod tests {
    use super::*;
    use serde_json::json;

    const LIMITS: &str = "arn:aws:iam::111122223333:policy/team-limits";

    /// An account with the role `app` under `LIMITS` and the role `deployer` with this policy.
    fn account(statement: Value) -> Account {
        let role = |name: &str, id: &str, policies: Value, boundary: Value| {
            json!({
                "RoleName": name, "RoleId": id, "Path": "/",
                "Arn": format!("arn:aws:iam::111122223333:role/{name}"),
                "CreateDate": "2024-01-01T00:00:00Z",
                "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [] },
                "RolePolicyList": policies, "AttachedManagedPolicies": [], "Tags": [],
                "InstanceProfileList": [], "PermissionsBoundary": boundary
            })
        };
        let bounded =
            json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": LIMITS });
        let policies = json!([{
            "PolicyName": "deploy",
            "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] }
        }]);
        let page = json!({
            "UserDetailList": [], "GroupDetailList": [],
            "RoleDetailList": [
                role("app", "AROAEXAMPLE0APPROLE", json!([]), bounded),
                role("deployer", "AROAEXAMPLE0DEPLOYER", policies, Value::Null)
            ],
            "Policies": [{
                "PolicyName": "team-limits", "PolicyId": "ANPAEXAMPLE0LIMITS", "Arn": LIMITS,
                "Path": "/", "DefaultVersionId": "v1", "AttachmentCount": 0,
                "PolicyVersionList": [{
                    "VersionId": "v1", "IsDefaultVersion": true,
                    "Document": { "Version": "2012-10-17", "Statement": [
                        { "Effect": "Allow", "Action": "s3:*", "Resource": "*" }
                    ] }
                }]
            }]
        });
        Account::from_json(&page.to_string()).unwrap()
    }

    fn warned(statement: Value) -> Option<String> {
        let account = account(statement);
        let app: PrincipalArn = "arn:aws:iam::111122223333:role/app".parse().unwrap();
        let demands = BoundaryDemands::of(&account);
        demands.warning(account.principal(&app).unwrap()).map(|warning| warning.to_string())
    }

    fn on(effect: &str, resource: Value, condition: Value) -> Option<String> {
        warned(json!({
            "Effect": effect, "Action": "iam:PutRolePolicy", "Resource": resource,
            "Condition": condition
        }))
    }

    fn demanded() -> String {
        "policies of `arn:aws:iam::111122223333:role/deployer` are about principals that have the boundary \
             `arn:aws:iam::111122223333:policy/team-limits` (condition key `iam:PermissionsBoundary`): once another \
             stands in its place, they may not be able to administer this one, or not be kept from it; change those \
             policies first, or exempt the principal"
            .to_owned()
    }

    #[test]
    fn whoever_may_administer_it_only_under_its_present_boundary_is_named() {
        for named in [
            json!(LIMITS),
            json!([LIMITS, "arn:aws:iam::111122223333:policy/other"]),
            json!("arn:aws:iam::*:policy/team-*"),
            json!("arn:aws:iam::${aws:PrincipalAccount}:policy/team-limits"),
        ] {
            let condition = json!({ "StringEquals": { "IAM:permissionsBoundary": named } });
            assert_eq!(on("Allow", json!("*"), condition), Some(demanded()), "{named}");
        }
        let but = json!({ "ArnNotLikeIfExists": { "iam:PermissionsBoundary": LIMITS } });
        assert_eq!(on("Deny", json!("arn:aws:iam::111122223333:role/a*"), but), Some(demanded()));
    }

    #[test]
    fn what_names_another_boundary_or_other_principals_demands_nothing_of_it() {
        let other = json!({ "StringEquals": { "iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/x" } });
        assert_eq!(on("Allow", json!("*"), other), None);
        let this = || json!({ "StringEquals": { "iam:PermissionsBoundary": LIMITS } });
        assert_eq!(on("Allow", json!("arn:aws:iam::111122223333:role/ci-*"), this()), None);
        assert_eq!(
            on("Allow", json!("*"), json!({ "StringEquals": { "aws:PrincipalArn": LIMITS } })),
            None
        );
        let any = json!({ "Null": { "iam:PermissionsBoundary": "false" } });
        assert_eq!(on("Allow", json!("*"), any), None);
    }

    #[test]
    fn what_is_put_is_no_demand_of_what_stands() {
        let put = |named: Value| {
            warned(json!({
                "Effect": "Allow",
                "Action": ["iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"],
                "Resource": "arn:aws:iam::111122223333:role/*",
                "Condition": { "StringEquals": { "iam:PermissionsBoundary": named } }
            }))
        };
        assert_eq!(put(json!("${aws:ResourceTag/leastwise:previous-boundary}")), None);
        assert_eq!(put(json!(LIMITS)), None);
    }

    #[test]
    fn what_names_any_boundary_finds_ours_too() {
        let any = |named: &str| {
            on("Allow", json!("*"), json!({ "ArnLike": { "iam:PermissionsBoundary": named } }))
        };
        assert_eq!(any("arn:aws:iam::111122223333:policy/*"), None);
        assert_eq!(any("arn:aws:iam::*:policy/t*"), Some(demanded()));
    }

    #[test]
    fn a_policy_that_cannot_be_read_may_demand_it() {
        let unreadable = json!({ "Effect": "Allow", "Action": 7, "Resource": "*" });
        assert_eq!(
            warned(unreadable).as_deref(),
            Some(
                "whether policies are about principals that have the boundary \
                 `arn:aws:iam::111122223333:policy/team-limits` (condition key `iam:PermissionsBoundary`) is not \
                 known: 1 entry of the account could not be read; look for it yourself before applying this"
            )
        );
    }

    #[test]
    fn a_principal_without_a_boundary_of_somebody_else_loses_none() {
        let demand = json!({ "StringEquals": { "iam:PermissionsBoundary": "*" } });
        let account = account(json!({
            "Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": demand
        }));
        let deployer: PrincipalArn = "arn:aws:iam::111122223333:role/deployer".parse().unwrap();
        let demands = BoundaryDemands::of(&account);
        assert_eq!(demands.warning(account.principal(&deployer).unwrap()), None);
    }
}
