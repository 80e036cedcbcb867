//! Roles and users, and the events about them.

use chrono::{DateTime, Utc};
use leastwise_aws::Moment;
use leastwise_aws::ports::{Compliance, Evaluation};
use leastwise_evaluator::error::EvaluationError;
use leastwise_evaluator::event::Invocation;
use leastwise_evaluator::settings::Settings;
use leastwise_evaluator::summary::Summary;
use leastwise_evaluator::{Run, handle};
use leastwise_telemetry::{Filtered, Journal, Level};
use leastwise_testing::aws::Fake;
use leastwise_testing::{as_of, days_ago};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(crate) const ROLE: &str = "AWS::IAM::Role";
pub(crate) const USER: &str = "AWS::IAM::User";

pub(crate) const ARN: &str = "arn:aws:iam::111122223333:role/team/app";
pub(crate) const ID: &str = "AROAEXAMPLE0APPROLE1";

pub(crate) const TOKEN: &str = "result-token";

/// When an item was captured.
pub(crate) fn captured() -> DateTime<Utc> {
    "2026-06-30T11:58:03.204Z".parse().unwrap()
}

/// When a scheduled notification was created.
pub(crate) fn scheduled() -> DateTime<Utc> {
    "2026-06-30T11:59:00.373Z".parse().unwrap()
}

/// A principal as `GetAccountAuthorizationDetails` has it, granted three services.
fn detail(arn: &str, id: &str, age_in_days: i64) -> Value {
    let (kind, id_key) = if arn.contains(":role/") {
        ("RolePolicyList", "RoleId")
    } else {
        ("UserPolicyList", "UserId")
    };
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": ["s3:*", "sqs:*", "kms:*"], "Resource": "*" }]
    });
    json!({
        "Arn": arn,
        (id_key): id,
        "CreateDate": days_ago(age_in_days),
        (kind): [{ "PolicyName": "work", "PolicyDocument": document }]
    })
}

pub(crate) fn old(arn: &str, id: &str) -> Value {
    detail(arn, id, 1_000)
}

pub(crate) fn new(arn: &str, id: &str) -> Value {
    detail(arn, id, 5)
}

pub(crate) fn app() -> Value {
    old(ARN, ID)
}

/// An account of these principals.
pub(crate) fn account(principals: &[Value]) -> Value {
    let of = |kind: &str| -> Vec<&Value> {
        let key = format!("{kind}Id");
        principals.iter().filter(|principal| principal.get(&key).is_some()).collect()
    };
    json!({ "UserDetailList": of("User"), "RoleDetailList": of("Role") })
}

/// The account of the role `app`, which uses S3 alone.
pub(crate) fn app_alone() -> Fake {
    Fake::of_account(account(&[app()])).using("app", &IDLE)
}

/// S3 was used ten days ago, KMS three hundred, SQS never.
pub(crate) const IDLE: [(&str, Option<i64>); 3] =
    [("kms", Some(300)), ("s3", Some(10)), ("sqs", None)];

/// All three were used a day ago.
pub(crate) const BUSY: [(&str, Option<i64>); 3] =
    [("kms", Some(1)), ("s3", Some(1)), ("sqs", Some(1))];

/// The annotation of whom [`IDLE`] is about.
pub(crate) const IDLE_ANNOTATION: &str =
    "PCI 67 high: 2 of 3 granted services idle (1 never used, 1 not for 180 days); top: kms, sqs";

/// The item of the role `app`.
pub(crate) fn item() -> Value {
    json!({
        "resourceType": ROLE,
        "resourceId": ID,
        "resourceName": "app",
        "ARN": ARN,
        "awsAccountId": "111122223333",
        "configurationItemStatus": "OK",
        "configurationItemCaptureTime": captured(),
        "configuration": { "ignored": true }
    })
}

/// The item of the role `app` with other members.
pub(crate) fn item_with(members: &Value) -> Value {
    let mut item = item();
    item.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    item
}

/// An event as AWS Config sends it.
pub(crate) fn event(notification: &Value, parameters: &Value) -> Value {
    json!({
        "version": "1.0",
        "invokingEvent": notification.to_string(),
        "ruleParameters": parameters.to_string(),
        "resultToken": TOKEN,
        "eventLeftScope": false,
        "executionRoleArn": "arn:aws:iam::111122223333:role/config-role",
        "configRuleArn": "arn:aws:config:eu-west-1:111122223333:config-rule/config-rule-abc123",
        "configRuleName": "iam-privilege-creep-index",
        "configRuleId": "config-rule-abc123",
        "accountId": "111122223333"
    })
}

pub(crate) fn change(item: &Value) -> Value {
    let notification = json!({
        "configurationItemDiff": null,
        "configurationItem": item,
        "notificationCreationTime": captured(),
        "messageType": "ConfigurationItemChangeNotification",
        "recordVersion": "1.3"
    });
    event(&notification, &json!({}))
}

pub(crate) fn oversized(summary: &Value) -> Value {
    let notification = json!({
        "configurationItemSummary": summary,
        "messageType": "OversizedConfigurationItemChangeNotification"
    });
    event(&notification, &json!({}))
}

pub(crate) fn schedule(parameters: &Value) -> Value {
    let notification = json!({
        "awsAccountId": "111122223333",
        "notificationCreationTime": scheduled(),
        "messageType": "ScheduledNotification",
        "recordVersion": "1.0"
    });
    event(&notification, parameters)
}

/// The event with another member.
pub(crate) fn with(mut event: Value, member: &str, value: Value) -> Value {
    event[member] = value;
    event
}

/// Evaluates with time enough, and does nothing besides.
pub(crate) async fn evaluate(event: &Value, aws: &Fake) -> Result<Summary, EvaluationError> {
    evaluate_within(event, aws, Duration::from_mins(1)).await
}

pub(crate) async fn evaluate_within(
    event: &Value,
    aws: &Fake,
    time: Duration,
) -> Result<Summary, EvaluationError> {
    run(event, &Settings::default(), aws, time, aws.journal()).await
}

/// Evaluates with time enough, and does besides what the settings say.
pub(crate) async fn evaluate_with(
    event: &Value,
    settings: &Settings,
    aws: &Fake,
) -> Result<Summary, EvaluationError> {
    run(event, settings, aws, Duration::from_mins(1), aws.journal()).await
}

/// The same with a log that takes no records less severe than `least`.
pub(crate) async fn evaluate_at(
    least: Level,
    event: &Value,
    settings: &Settings,
    aws: &Fake,
) -> Result<Summary, EvaluationError> {
    let journal = &Filtered { least, journal: aws.journal() };
    run(event, settings, aws, Duration::from_mins(1), journal).await
}

async fn run(
    event: &Value,
    settings: &Settings,
    aws: &Fake,
    time: Duration,
    journal: &impl Journal,
) -> Result<Summary, EvaluationError> {
    let invocation = &Invocation::parse(event).unwrap();
    let moment = Moment::new(as_of(), Instant::now() + time);
    let summary =
        handle(&Run { event, invocation, settings, aws, own: aws, journal, moment }).await;
    // `NewPermissionGraceDays` is 14 by default; boundaries of ours here are ten or a hundred days
    // old.
    let moments = [14, 10, 100].map(days_ago);
    assert!(aws.history_asked().iter().all(|time| moments.contains(time)));
    summary
}

/// Evaluates and gives the summary as the function answers it.
pub(crate) async fn summary(event: &Value, aws: &Fake) -> String {
    serde_json::to_string(&evaluate(event, aws).await.unwrap()).unwrap()
}

pub(crate) fn evaluation(
    resource_type: &str,
    resource_id: &str,
    compliance: Compliance,
    annotation: &str,
    ordering_timestamp: DateTime<Utc>,
) -> Evaluation {
    Evaluation {
        resource_type: resource_type.to_owned(),
        resource_id: resource_id.to_owned(),
        compliance,
        annotation: Some(annotation.to_owned()),
        ordering_timestamp,
    }
}

/// The role `app`, of this verdict on a change.
pub(crate) fn app_is(compliance: Compliance, annotation: &str) -> Evaluation {
    evaluation(ROLE, ID, compliance, annotation, captured())
}
