//! What a principal's trust policy and tags say about who depends on it.

use super::warning::Warning;
use crate::iam::{Arn, Principal, PrincipalArn};
use leastwise_policy::document::{Document, Effect};
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
    let assumed = trust.and_then(|trust| assumed_by(trust, &principal.arn));
    let code = administered_by(principal);
    assumed.into_iter().chain(code).collect()
}

/// Which services and other accounts may assume the role; `None` when none may.
fn assumed_by(trust: &Document, role: &PrincipalArn) -> Option<Warning> {
    let (mut services, mut accounts) = (BTreeSet::new(), BTreeSet::new());
    for statement in trust.statements().iter().filter(|it| it.effect() == Effect::Allow) {
        match statement.principals() {
            Some(Value::Object(by_kind)) => {
                services.extend(texts(by_kind.get("Service")));
                accounts.extend(texts(by_kind.get("AWS")).filter_map(account));
            }
            Some(Value::String(anyone)) => accounts.extend(account(anyone.clone())),
            _ => {}
        }
    }
    accounts.remove(role.account());
    let (services, accounts): (Vec<String>, Vec<String>) =
        (services.into_iter().collect(), accounts.into_iter().collect());
    let anyone = !services.is_empty() || !accounts.is_empty();
    anyone.then_some(Warning::AssumedByOthers { services, accounts })
}

/// One text or a list of them.
fn texts(value: Option<&Value>) -> impl Iterator<Item = String> {
    let list = match value {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    list.iter().filter_map(Value::as_str).map(ToOwned::to_owned)
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
