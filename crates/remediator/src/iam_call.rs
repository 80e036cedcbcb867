//! A call of IAM by an IAM user, as CloudTrail records it and EventBridge delivers it.

use chrono::{DateTime, Utc};
use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::iam::{PrincipalArn, PrincipalKind, UniqueId};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// The call that an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IamCall {
    /// Who made it.
    pub user: PrincipalArn,
    /// The unique id of who made it: names pass on.
    pub user_id: UniqueId,
    /// The account that it was made in.
    pub account: String,
    /// Its name, such as `CreateUser`.
    pub name: String,
    /// The error it ended in; `None` when it succeeded.
    pub error: Option<String>,
    /// Whether it only read.
    pub reads: bool,
    /// CloudTrail's id of the event, or EventBridge's.
    pub id: String,
    /// When it was made.
    pub time: DateTime<Utc>,
}

/// An event that the rule should not have let through. Nothing was done.
#[derive(Debug, Error)]
pub enum EventError {
    /// Not of CloudTrail's form.
    #[error("the event is not a call of IAM as CloudTrail records it: {0}")]
    Form(#[from] serde_json::Error),
    /// Not a call of IAM, or not by an IAM user.
    #[error(
        "the event is about {what}; expected a call of IAM by an IAM user: look at the event pattern of the rule"
    )]
    AnotherSubject {
        /// What it is about.
        what: String,
    },
}

#[derive(Deserialize)]
struct Written {
    id: String,
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    event_source: String,
    event_name: String,
    event_time: DateTime<Utc>,
    #[serde(rename = "eventID")]
    event_id: Option<String>,
    error_code: Option<String>,
    read_only: Option<bool>,
    recipient_account_id: Option<String>,
    user_identity: UserIdentity,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserIdentity {
    r#type: String,
    principal_id: Option<String>,
    arn: Option<String>,
}

impl IamCall {
    /// Reads EventBridge's event `AWS API Call via CloudTrail`.
    ///
    /// # Errors
    ///
    /// [`EventError`] when it is not of that form, or not about a call of IAM by an IAM user.
    pub fn parse(event: &Value) -> Result<Self, EventError> {
        let Written { id, detail } = Written::deserialize(event)?;
        let UserIdentity { r#type, principal_id, arn } = detail.user_identity;
        let by = format!("`{}` of `{}` by `{type}`", detail.event_name, detail.event_source);
        if detail.event_source != "iam.amazonaws.com" || r#type != "IAMUser" {
            return Err(EventError::AnotherSubject { what: by });
        }
        let user: Option<PrincipalArn> = arn.and_then(|arn| arn.parse().ok());
        let user_id: Option<UniqueId> = principal_id.and_then(|id| id.parse().ok());
        match (user, user_id) {
            (Some(user), Some(user_id)) if user.kind() == PrincipalKind::User => Ok(Self {
                account: detail.recipient_account_id.unwrap_or_else(|| user.account().to_owned()),
                reads: only_reads(&detail.event_name, detail.read_only),
                user,
                user_id,
                name: detail.event_name,
                error: detail.error_code.filter(|code| !code.is_empty()),
                id: detail.event_id.filter(|id| is_id(id)).unwrap_or(id),
                time: detail.event_time,
            }),
            _ => Err(EventError::AnotherSubject { what: format!("{by} without ARN and id") }),
        }
    }

    /// Why the call is no reason for a quarantine; `None` when it is one.
    #[must_use]
    pub fn is_harmless(&self) -> Option<String> {
        match &self.error {
            Some(error) => Some(format!("the call `iam:{}` failed: {error}", self.name)),
            None if self.reads => Some(format!("the call `iam:{}` only reads", self.name)),
            None if EVERYDAY_CALLS.contains(&self.name.as_str()) => {
                Some(format!("the call `iam:{}` gives nobody permissions", self.name))
            }
            None => None,
        }
    }
}

/// Writes that ordinary users make: their own password and MFA device, and the service-linked roles
/// that services make in the name of whoever uses them for the first time.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_enable-user-change.html>.
const EVERYDAY_CALLS: [&str; 5] = [
    "ChangePassword",
    "CreateServiceLinkedRole",
    "CreateVirtualMFADevice",
    "EnableMFADevice",
    "ResyncMFADevice",
];

/// Whether a call only reads: by the catalogue's access level, whatever the record says. Of a name
/// that the catalogue does not know, AWS's own word in the record decides, `recorded`. Without that
/// the call counts as a write: a quarantine can be undone, and an unseen write cannot.
///
/// Source of `readOnly`:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>.
fn only_reads(name: &str, recorded: Option<bool>) -> bool {
    let catalog = Catalog::embedded();
    match catalog.find(&format!("iam:{name}")).map(|id| catalog.action(id).level) {
        Some(AccessLevel::List | AccessLevel::Read) => true,
        Some(AccessLevel::Write | AccessLevel::PermissionsManagement | AccessLevel::Tagging) => {
            false
        }
        None => recorded.unwrap_or(false),
    }
}

/// Whether it can stand in a tag.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(change: impl FnOnce(&mut Value)) -> Value {
        let mut event = json!({
            "version": "0", "id": "3887b7d8-fb59-9a14-7dd2-99f2caf00fc0", "source": "aws.iam",
            "detail-type": "AWS API Call via CloudTrail", "account": "111122223333",
            "time": "2026-06-30T11:59:00Z", "region": "us-east-1", "resources": [],
            "detail": {
                "eventVersion": "1.05",
                "userIdentity": {
                    "type": "IAMUser", "principalId": "AIDAEXAMPLE0DRONAUSE",
                    "arn": "arn:aws:iam::111122223333:user/team/drona", "accountId": "111122223333",
                    "accessKeyId": "ASIAEXAMPLE0000000001", "userName": "drona",
                    "invokedBy": "signin.amazonaws.com"
                },
                "eventTime": "2026-06-30T11:58:00Z", "eventSource": "iam.amazonaws.com",
                "eventName": "CreateUser", "awsRegion": "us-east-1",
                "requestParameters": { "userName": "trigUser", "tags": [] },
                "eventID": "6c1c2a44-0000-4000-8000-000000000001", "eventType": "AwsApiCall",
                "recipientAccountId": "111122223333"
            }
        });
        change(&mut event);
        event
    }

    fn call(change: impl FnOnce(&mut Value)) -> IamCall {
        IamCall::parse(&event(change)).unwrap()
    }

    #[test]
    fn the_user_of_a_call_is_known_by_arn_and_unique_id() {
        assert_eq!(
            call(|_| ()),
            IamCall {
                user: "arn:aws:iam::111122223333:user/team/drona".parse().unwrap(),
                user_id: "AIDAEXAMPLE0DRONAUSE".parse().unwrap(),
                account: "111122223333".into(),
                name: "CreateUser".into(),
                error: None,
                reads: false,
                id: "6c1c2a44-0000-4000-8000-000000000001".into(),
                time: "2026-06-30T11:58:00Z".parse().unwrap(),
            }
        );
    }

    #[test]
    fn failed_calls_and_calls_that_only_read_are_harmless_and_unknown_ones_are_not() {
        let harmless = |change: fn(&mut Value)| call(change).is_harmless();
        assert_eq!(harmless(|_| ()), None);
        assert_eq!(
            harmless(|event| event["detail"]["errorCode"] = json!("AccessDenied")).unwrap(),
            "the call `iam:CreateUser` failed: AccessDenied"
        );
        assert_eq!(
            harmless(|event| event["detail"]["eventName"] = json!("ListUsers")).unwrap(),
            "the call `iam:ListUsers` only reads"
        );
        assert_eq!(harmless(|event| event["detail"]["eventName"] = json!("NewThing")), None);
    }

    /// Whether a call of this name, of which CloudTrail says `recorded`, may lead to a quarantine.
    fn writes(name: &str, recorded: &Value) -> bool {
        let call = call(|event| {
            event["detail"]["eventName"] = json!(name);
            event["detail"]["readOnly"] = recorded.clone();
        });
        call.is_harmless().is_none()
    }

    #[test]
    fn the_catalogue_says_whether_a_call_writes_and_the_record_where_it_does_not_know_the_name() {
        for recorded in [json!(null), json!(true), json!(false)] {
            // The last two sound like writes, and read.
            for reads in
                ["ListUsers", "GetUser", "SimulatePrincipalPolicy", "GenerateCredentialReport"]
            {
                assert!(!writes(reads, &recorded), "{reads} {recorded}");
            }
            // One each of the levels write, permissions management and tagging.
            for written in ["CreateUser", "AttachUserPolicy", "TagUser"] {
                assert!(writes(written, &recorded), "{written} {recorded}");
            }
        }
        assert!(writes("NewThing", &json!(null)));
        assert!(writes("NewThing", &json!(false)));
        assert!(!writes("NewThing", &json!(true)));
        // A name alone says nothing.
        assert!(writes("GetNewThing", &json!(null)));
    }

    #[test]
    fn no_read_or_list_action_of_iam_leads_to_a_quarantine() {
        let catalog = Catalog::embedded();
        let of_iam = catalog.service("iam").unwrap().ids().map(|id| catalog.action(id));
        let reads: Vec<_> = of_iam.filter(|it| it.level <= AccessLevel::Read).collect();
        assert!(reads.len() > 50, "{}", reads.len());
        for action in reads {
            assert!(!writes(action.name, &json!(false)), "{action}");
        }
    }

    #[test]
    fn what_is_no_call_of_iam_by_an_iam_user_is_an_error() {
        let error =
            |change: fn(&mut Value)| IamCall::parse(&event(change)).unwrap_err().to_string();
        assert_eq!(
            error(|event| event["detail"]["userIdentity"]["type"] = json!("AssumedRole")),
            "the event is about `CreateUser` of `iam.amazonaws.com` by `AssumedRole`; expected a call of IAM by an IAM \
             user: look at the event pattern of the rule"
        );
        assert!(
            error(|event| event["detail"]["eventSource"] = json!("ec2.amazonaws.com"))
                .contains("`ec2.amazonaws.com`")
        );
        assert!(
            error(|event| event["detail"]["userIdentity"]["principalId"] = json!(null))
                .contains("without ARN and id")
        );
        assert!(
            error(|event| drop(event.as_object_mut().unwrap().remove("detail")))
                .contains("`detail`")
        );
    }
}
