//! The recorded state of a user, role or group: member `configuration` of AWS Config's
//! configuration items.
//!
//! Config spells IAM's own shapes with a small first letter, so they are read by the account
//! model's types.
//!
//! Source: <https://github.com/awslabs/aws-config-resource-schema> (`AWS::IAM::User`,
//! `AWS::IAM::Role`, `AWS::IAM::Group`).

use super::nulls;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads a recorded state as the account model has it: a [`UserDetail`](crate::iam::UserDetail),
/// [`RoleDetail`](crate::iam::RoleDetail) or [`GroupDetail`](crate::iam::GroupDetail).
///
/// # Errors
///
/// When it is not an object of that form.
pub fn read<T: DeserializeOwned>(configuration: Value) -> Result<T, serde_json::Error> {
    serde_json::from_value(nulls::left_out(capitalized(configuration)))
}

/// The same with a capital first letter in every name, but for those within policy documents.
fn capitalized(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let is_document = name.ends_with("olicyDocument");
                (capital(&name), if is_document { value } else { capitalized(value) })
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(capitalized).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn capital(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::{AttachedPolicy, GroupDetail, InlinePolicyDetail, RoleDetail, UserDetail};
    use serde_json::json;

    /// As Config delivered it in 2018, ids apart.
    #[test]
    fn a_recorded_user_may_have_null_for_its_inline_policies() {
        let user: UserDetail = read(json!({
            "userName": "codecommit-readonly", "groupList": ["devs"], "createDate": "2017-12-01T05:01:21.000Z",
            "userId": "AIDAEXAMPLE0000000001", "userPolicyList": null, "path": "/",
            "attachedManagedPolicies": [{
                "policyName": "codecommit-readonly",
                "policyArn": "arn:aws:iam::111122223333:policy/codecommit-readonly"
            }],
            "arn": "arn:aws:iam::111122223333:user/codecommit-readonly"
        }))
        .unwrap();
        let policy_arn = "arn:aws:iam::111122223333:policy/codecommit-readonly".to_owned();
        assert_eq!(
            user,
            UserDetail {
                arn: "arn:aws:iam::111122223333:user/codecommit-readonly".into(),
                user_id: "AIDAEXAMPLE0000000001".into(),
                create_date: Some("2017-12-01T05:01:21Z".parse().unwrap()),
                group_list: vec!["devs".into()],
                attached_managed_policies: vec![AttachedPolicy { policy_arn }],
                ..UserDetail::default()
            }
        );
    }

    #[test]
    fn the_documents_of_a_recorded_role_stay_as_they_are() {
        let document = json!([{ "statement": "is no member of ours", "Version": "2012-10-17" }]);
        let role: RoleDetail = read(json!({
            "arn": "arn:aws:iam::111122223333:role/app", "roleId": "AROAEXAMPLE0000000001",
            "rolePolicyList": [{ "policyName": "queues", "policyDocument": document }],
            "permissionsBoundary": { "permissionsBoundaryArn": "arn:aws:iam::aws:policy/PowerUserAccess",
                                     "permissionsBoundaryType": "Policy" },
            "tags": [{ "key": "team", "value": "red" }]
        }))
        .unwrap();
        let policy = InlinePolicyDetail { policy_name: "queues".into(), policy_document: document };
        assert_eq!(
            (role.role_id.as_str(), role.role_policy_list),
            ("AROAEXAMPLE0000000001", vec![policy])
        );
        let boundary = role.permissions_boundary.map(|boundary| boundary.permissions_boundary_arn);
        assert_eq!(boundary.as_deref(), Some("arn:aws:iam::aws:policy/PowerUserAccess"));
        assert_eq!((role.tags[0].key.as_str(), role.tags[0].value.as_str()), ("team", "red"));
    }

    #[test]
    fn what_is_not_an_object_is_an_error_and_not_an_empty_group() {
        assert!(read::<GroupDetail>(json!("{}")).is_err());
        assert!(read::<GroupDetail>(Value::Null).is_err());
    }
}
