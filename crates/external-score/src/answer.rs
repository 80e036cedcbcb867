//! Reading what the service answers.

use crate::error::Fault;
use leastwise_policy::document::{Document, Effect};
use leastwise_rightsizing::iam::PrincipalKind;
use leastwise_rightsizing::score::ExternalIdentity;
use serde_json::Value;

/// The longest word for an index that is shown, in characters.
const MAX_CATEGORY_CHARACTERS: usize = 32;

/// The longest error code that is shown, in characters.
const MAX_CODE_CHARACTERS: usize = 64;

/// The error code of an answer, as the service gives it with any HTTP status; `None` when there is
/// none. A code that may not be shown, because of its form or because it repeats one of `secrets`,
/// is named as such.
pub fn error_code<'s>(
    answer: &Value,
    mut secrets: impl Iterator<Item = &'s str>,
) -> Option<String> {
    let value = answer.get("errorCode")?;
    let code = match value {
        Value::Null => return None,
        Value::String(code) if code.is_empty() => return None,
        Value::String(code) => code.clone(),
        Value::Number(code) if code.as_i64() == Some(0) => return None,
        Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let may_be_shown = code.len() <= MAX_CODE_CHARACTERS
        && code.bytes().all(plain)
        && !secrets.any(|secret| code.contains(secret));
    Some(if may_be_shown { code } else { "that cannot be shown".to_owned() })
}

/// The token of an answer to authenticate.
///
/// # Errors
///
/// [`Fault::Form`] when there is none.
pub fn access_token(answer: &Value) -> Result<&str, Fault> {
    answer.get("accessToken").and_then(Value::as_str).ok_or(Fault::Form("`accessToken`"))
}

/// The members of an answer's list.
fn data(answer: &Value) -> Result<&[Value], Fault> {
    let data = answer.get("data").and_then(Value::as_array);
    data.map(Vec::as_slice).ok_or(Fault::Form("list `data`"))
}

/// The identities of a page.
///
/// # Errors
///
/// [`Fault::Form`] when it has no list of them, or one of them has no name.
pub fn identities(answer: &Value, kind: PrincipalKind) -> Result<Vec<ExternalIdentity>, Fault> {
    data(answer)?.iter().map(|entry| identity(entry, kind)).collect()
}

fn identity(entry: &Value, kind: PrincipalKind) -> Result<ExternalIdentity, Fault> {
    let text = |member| entry.get(member).and_then(Value::as_str);
    let name =
        text("name").filter(|name| !name.is_empty()).ok_or(Fault::Form("`name` of an identity"))?;
    let is_arn = |text: &&str| text.starts_with("arn:");
    let arn = [text("arn"), text("id"), Some(name)].into_iter().flatten().find(is_arn);
    let score = entry.get("pciScore");
    let index = score.and_then(|score| score.get("privilegeCreepIndex"));
    let category = score.and_then(|score| score.get("category")).and_then(Value::as_str);
    Ok(ExternalIdentity {
        kind,
        arn: arn.map(ToOwned::to_owned),
        name: name.to_owned(),
        index: index.filter(|index| index.is_number()).map(Value::to_string),
        category: category.filter(|category| may_be_shown(category)).map(ToOwned::to_owned),
    })
}

/// Letters and `_`: a word such as `HIGH` and no key.
fn may_be_shown(category: &str) -> bool {
    (1..=MAX_CATEGORY_CHARACTERS).contains(&category.len())
        && category.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

/// The policies of an answer, at least one that allows something.
///
/// # Errors
///
/// [`Fault::Form`] when one of them is no policy document, and [`Fault::Empty`] when none of them
/// allows anything.
pub fn policies(answer: &Value) -> Result<Vec<Document>, Fault> {
    let policies = data(answer)?.iter().map(policy).collect::<Result<Vec<_>, _>>()?;
    let mut statements = policies.iter().flat_map(Document::statements);
    if statements.any(|statement| statement.effect() == Effect::Allow) {
        Ok(policies)
    } else {
        Err(Fault::Empty)
    }
}

/// A policy, as an object or as the text of one.
fn policy(entry: &Value) -> Result<Document, Fault> {
    let document = match entry.get("policy") {
        Some(Value::String(text)) => Document::parse(text).ok(),
        Some(value @ Value::Object(_)) => Document::from_value(value.clone()).ok(),
        _ => None,
    };
    document.ok_or(Fault::Form("policy document"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code(answer: &Value) -> Option<String> {
        error_code(answer, ["hidden-key"].into_iter())
    }

    #[test]
    fn an_error_code_is_shown_unless_it_may_repeat_what_is_secret() {
        assert_eq!(code(&json!({ "errorCode": "E-4711" })).as_deref(), Some("E-4711"));
        assert_eq!(code(&json!({ "errorCode": 4711 })).as_deref(), Some("4711"));
        for hidden in
            [json!("bad hidden-key"), json!("hidden-key"), json!(["x"]), json!("x".repeat(65))]
        {
            assert_eq!(
                code(&json!({ "errorCode": hidden })).as_deref(),
                Some("that cannot be shown")
            );
        }
        for none in [
            json!({}),
            json!({ "errorCode": null }),
            json!({ "errorCode": "" }),
            json!({ "errorCode": 0 }),
        ] {
            assert_eq!(code(&none), None);
        }
    }

    #[test]
    fn an_identity_has_a_name_and_perhaps_an_arn_an_index_and_a_category() {
        let arn = "arn:aws:iam::111122223333:user/ada";
        let of = |entry: Value| identities(&json!({ "data": [entry] }), PrincipalKind::User);
        let ada = ExternalIdentity {
            kind: PrincipalKind::User,
            arn: Some(arn.into()),
            name: "ada".into(),
            index: Some("72".into()),
            category: Some("HIGH".into()),
        };
        let score = json!({ "privilegeCreepIndex": 72, "category": "HIGH" });
        assert_eq!(
            of(json!({ "name": "ada", "id": arn, "pciScore": score })),
            Ok(vec![ada.clone()])
        );
        let bare = ExternalIdentity { arn: None, index: None, category: None, ..ada };
        let unusable = json!({ "privilegeCreepIndex": "72", "category": "a b\n" });
        assert_eq!(
            of(json!({ "name": "ada", "id": "42", "pciScore": unusable })),
            Ok(vec![bare.clone()])
        );
        assert_eq!(of(json!({ "name": "ada" })), Ok(vec![bare]));
        assert_eq!(of(json!({ "id": arn })), Err(Fault::Form("`name` of an identity")));
    }

    #[test]
    fn a_policy_may_be_an_object_or_a_text_and_must_allow_something() {
        let policy = json!({ "Statement": { "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*" } });
        let document = Document::from_value(policy.clone()).unwrap();
        let of =
            |policy: Value| policies(&json!({ "data": [{ "policyName": "x", "policy": policy }] }));
        assert_eq!(of(policy.clone()), Ok(vec![document.clone()]));
        assert_eq!(of(json!(policy.to_string())), Ok(vec![document]));
        assert_eq!(of(json!({ "Statement": [] })), Err(Fault::Empty));
        assert_eq!(policies(&json!({ "data": [] })), Err(Fault::Empty));
        assert_eq!(of(json!("nonsense")), Err(Fault::Form("policy document")));
        assert_eq!(policies(&json!({ "data": [{}] })), Err(Fault::Form("policy document")));
        assert_eq!(policies(&json!({})), Err(Fault::Form("list `data`")));
    }
}
