//! What a principal's trust policy and tags say about who depends on it.

use super::warning::Warning;
use crate::iam::{Arn, Principal, texts};
use crate::usage::{PrincipalUsage, Usage};
use leastwise_policy::catalog::{ActionId, Catalog};
use leastwise_policy::document::{Document, Effect, Resources};
use leastwise_policy::permissions::Permissions;
use serde_json::Value;
use std::collections::BTreeSet;

/// The tag that CloudFormation puts on what it makes.
///
/// Source:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html>.
const CLOUDFORMATION_TAG: &str = "aws:cloudformation:stack-name";

/// Who else may assume a role, and which tool administers the principal.
pub(super) fn warnings(principal: &Principal) -> Vec<Warning> {
    let trust = principal.trust.as_ref().and_then(|trust| trust.as_ref().ok());
    let assumed = trust.and_then(|trust| assumed_by(trust, principal));
    let code = administered_by(principal);
    assumed.into_iter().chain(code).collect()
}

/// Services that call others in the caller's name, with the actions that make them.
///
/// Sources:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html>,
/// <https://docs.aws.amazon.com/servicecatalog/latest/adminguide/constraints-launch.html>,
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup.html>.
const CALL_OTHERS: [(&str, &[&str]); 3] = [
    (
        "cloudformation",
        &[
            "cloudformation:ContinueUpdateRollback",
            "cloudformation:CreateChangeSet",
            "cloudformation:CreateStack",
            "cloudformation:DeleteStack",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:RollbackStack",
            "cloudformation:UpdateStack",
        ],
    ),
    (
        "servicecatalog",
        &[
            "servicecatalog:ExecuteProvisionedProductPlan",
            "servicecatalog:ProvisionProduct",
            "servicecatalog:TerminateProvisionedProduct",
            "servicecatalog:UpdateProvisionedProduct",
        ],
    ),
    ("ssm", &["ssm:StartAutomationExecution", "ssm:StartChangeRequestExecution"]),
];

/// The services that the principal uses and that call others in its name, as far as is known.
pub(super) fn called_by_aws(usage: &PrincipalUsage, catalog: &Catalog) -> Option<Warning> {
    let calls_others = |(service, actions): &(&'static str, &[&str])| {
        let used = usage.services.iter().find(|it| it.namespace == *service)?;
        if !matches!(used.usage, Usage::Used { .. }) {
            return None;
        }
        let granted = |id: &ActionId| usage.granted.contains(*id);
        let mut ids = actions.iter().filter_map(|action| catalog.find(action)).filter(granted);
        let may_be_used = |id: ActionId| {
            let tracked = used.actions.iter().find(|action| action.id == Some(id));
            tracked.is_none_or(|action| action.idle().is_none())
        };
        ids.any(may_be_used).then_some(*service)
    };
    let services: Vec<&'static str> = CALL_OTHERS.iter().filter_map(calls_others).collect();
    (!services.is_empty()).then_some(Warning::CalledByAws { services })
}

/// Whether the principal may assume or hand over roles of any name, and `boundary` lets it.
pub(super) fn other_roles(principal: &Principal, boundary: &Document) -> Option<Warning> {
    let documents = principal.granting_documents().ok()?;
    let allowed = Permissions::of([boundary]);
    let on_any_role = |action: &&'static str| {
        let statements = documents.iter().flat_map(|document| document.statements());
        let mut grants = statements.filter(|statement| {
            statement.effect() == Effect::Allow
                && is_any_role(statement.resources())
                && statement.actions().matches(action)
        });
        allowed.permits(action) && grants.next().is_some()
    };
    let actions: Vec<&'static str> =
        ["iam:PassRole", "sts:AssumeRole"].into_iter().filter(on_any_role).collect();
    (!actions.is_empty()).then_some(Warning::ReachesOtherRoles { actions })
}

/// Whether a statement is about roles of any name. `NotResource` leaves out too little to rely on.
fn is_any_role(resources: &Resources) -> bool {
    match resources {
        Resources::All => true,
        Resources::Absent => false,
        Resources::Limited(limited) => {
            let named = texts(limited.get("Resource"));
            let any = named.filter(|arn| arn.ends_with(":role/*") || arn.ends_with(":*"));
            limited.get("NotResource").is_some() || any.count() > 0
        }
    }
}

/// Which services and other accounts may assume the role; `None` when none may.
fn assumed_by(trust: &Document, role: &Principal) -> Option<Warning> {
    let mut accounts = BTreeSet::new();
    for statement in trust.statements().iter().filter(|it| it.effect() == Effect::Allow) {
        match statement.principals() {
            Some(Value::Object(by_kind)) => {
                accounts.extend(texts(by_kind.get("AWS")).filter_map(account));
            }
            Some(Value::String(anyone)) => accounts.extend(account(anyone.clone())),
            _ => {}
        }
    }
    accounts.remove(role.arn.account());
    let services: Vec<String> = role.trusted_services().into_iter().collect();
    let accounts: Vec<String> = accounts.into_iter().collect();
    let anyone = !services.is_empty() || !accounts.is_empty();
    anyone.then_some(Warning::AssumedByOthers { services, accounts })
}

/// The account of an `AWS` principal: an ARN, an account id, or `*` for any.
fn account(principal: String) -> Option<String> {
    if let Some(arn) = Arn::of(&principal) {
        return Some(arn.account.to_owned()).filter(|account| !account.is_empty());
    }
    // The unique id of a deleted principal names no account.
    let is_account = principal == "*" || principal.bytes().all(|it| it.is_ascii_digit());
    is_account.then_some(principal)
}

/// The tool whose tags the principal has.
fn administered_by(principal: &Principal) -> Option<Warning> {
    let boundary = principal.arn.boundary_policy_arn();
    if principal.tags.contains_key(CLOUDFORMATION_TAG) {
        let (tool, snippet) = ("CloudFormation", format!("PermissionsBoundary: {boundary}"));
        return Some(Warning::AdministeredByCode { tool, snippet });
    }
    let mentions = |text: &str| text.to_ascii_lowercase().contains("terraform");
    let mut tags = principal.tags.iter();
    tags.any(|(key, value)| mentions(key) || mentions(value)).then(|| {
        let (tool, snippet) = ("Terraform", format!("permissions_boundary = \"{boundary}\""));
        Warning::AdministeredByCode { tool, snippet }
    })
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod tests {
    use super::*;
    use crate::testing::{role, statements, user};
    use serde_json::json;

    fn trusting(principal: Value) -> Vec<Warning> {
        let trust = statements(json!([
            { "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" },
            { "Effect": "Deny", "Principal": { "AWS": "999988887777" }, "Action": "sts:AssumeRole" }
        ]));
        warnings(&Principal { trust: Some(Ok(trust)), ..role([]) })
    }

    fn assumed_by(services: &[&str], accounts: &[&str]) -> Vec<Warning> {
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        vec![Warning::AssumedByOthers { services: owned(services), accounts: owned(accounts) }]
    }

    #[test]
    fn services_and_other_accounts_that_may_assume_a_role_are_named() {
        assert_eq!(
            trusting(json!({ "Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"] })),
            assumed_by(&["ec2.amazonaws.com", "lambda.amazonaws.com"], &[])
        );
        assert_eq!(
            trusting(json!({ "AWS": [
                "arn:aws:iam::444455556666:role/deploy", "222233334444", "111122223333",
                "AROADELETED000000001"
            ] })),
            assumed_by(&[], &["222233334444", "444455556666"])
        );
        assert_eq!(trusting(json!("*")), assumed_by(&[], &["*"]));
        assert_eq!(trusting(json!({ "AWS": "arn:aws:iam::111122223333:root" })), []);
        assert_eq!(
            trusting(json!({ "Federated": "arn:aws:iam::444455556666:saml-provider/x" })),
            []
        );
        assert_eq!(warnings(&user([])), []);
    }

    #[test]
    fn the_tool_that_administers_a_principal_is_named_with_the_line_to_paste() {
        let tagged = |key: &str, value: &str| Principal {
            tags: [(key.to_owned(), value.to_owned())].into(),
            ..role([])
        };
        let text =
            |principal| warnings(&principal).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            text(tagged("ManagedBy", "Terraform")),
            [
                "it is administered by Terraform, whose next run takes the boundary away again unless its code has \
              `permissions_boundary = \"arn:aws:iam::111122223333:policy/leastwise/role-app\"`"
            ]
        );
        assert_eq!(
            text(tagged("aws:cloudformation:stack-name", "billing")),
            [
                "it is administered by CloudFormation, whose next run takes the boundary away again unless its code has \
              `PermissionsBoundary: arn:aws:iam::111122223333:policy/leastwise/role-app`"
            ]
        );
        assert_eq!(text(tagged("team", "platform")), Vec::<String>::new());
    }
}
