//! Whether a statement of a resource policy may be about a principal.

use crate::iam::{Arn, Principal, PrincipalKind};
use leastwise_policy::document::Statement;
use leastwise_policy::glob;
use serde_json::Value;

/// Whether the statement may be about `principal`, whatever its conditions. What cannot be
/// understood may be about anybody.
///
/// An account (`root`, twelve digits, a canonical user id) only delegates: an identity policy must
/// grant it, too. Services and federated identities are not the principal's own calls.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>.
pub(super) fn may_be_about(statement: &Statement, principal: &Principal) -> bool {
    match (statement.principals(), statement.not_principals()) {
        (Some(element), _) => may_name(element, principal),
        (None, Some(element)) => !surely_names(element, principal),
        (None, None) => true,
    }
}

fn may_name(element: &Value, principal: &Principal) -> bool {
    let Value::Object(kinds) = element else {
        return may_be(element, principal);
    };
    kinds.iter().any(|(kind, named)| match kind.as_str() {
        "Service" | "Federated" | "CanonicalUser" => false,
        "AWS" => may_be(named, principal),
        _ => true,
    })
}

fn may_be(named: &Value, principal: &Principal) -> bool {
    match named {
        Value::String(text) => may_stand_for(text, principal),
        Value::Array(list) => list.iter().any(|named| may_be(named, principal)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
    }
}

/// Its ARN, its unique id, a session of it, or everybody.
fn may_stand_for(text: &str, principal: &Principal) -> bool {
    let id = text.split(':').next().unwrap_or_default();
    glob::matches(text, &principal.arn.to_string())
        || id.eq_ignore_ascii_case(principal.unique_id.as_str())
        || is_session(text, principal)
}

/// Whether an ARN is that of a session of the role, or of a federated user, who acts with the
/// permissions of some user of the account.
fn is_session(text: &str, principal: &Principal) -> bool {
    let arn = &principal.arn;
    let Some(session) = Arn::of(text)
        .filter(|session| session.service == "sts" && session.account == arn.account())
    else {
        return false;
    };
    let mut parts = session.resource.split('/');
    match arn.kind() {
        PrincipalKind::Role => {
            parts.next() == Some("assumed-role")
                && parts.next().is_some_and(|role| role.eq_ignore_ascii_case(arn.name()))
        }
        PrincipalKind::User => parts.next() == Some("federated-user"),
    }
}

/// Whether a `NotPrincipal` surely leaves the principal out: by its own ARN, or with everybody.
fn surely_names(element: &Value, principal: &Principal) -> bool {
    let named = element.get("AWS").unwrap_or(element);
    let arn = principal.arn.to_string();
    let is_named = |text: &Value| text.as_str().is_some_and(|text| text == "*" || text == arn);
    is_named(named) || named.as_array().is_some_and(|list| list.iter().any(is_named))
}
