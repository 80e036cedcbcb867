//! Announcing what a boundary stopped.

use crate::scene::{account, app, change, evaluate, evaluate_with, item, schedule};
use leastwise_evaluator::settings::Settings;
use leastwise_testing::aws::{Fake, denied};
use leastwise_testing::days_ago;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const OWN: &str = "arn:aws:iam::111122223333:policy/leastwise/role-app";

fn announcing() -> Settings {
    let notification_topic = "arn:aws:sns:eu-central-1:111122223333:leastwise".parse().ok();
    Settings { notification_topic, ..Settings::default() }
}

/// The role under a boundary of ours that allows S3 since a hundred days, and that tried SQS three days ago.
fn stopped() -> Fake {
    let mut app = app();
    app["PermissionsBoundary"] =
        json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": OWN });
    let mut account = account(&[app]);
    account["Policies"] = json!([{
        "PolicyName": "role-app", "Arn": OWN, "DefaultVersionId": "v1",
        "PolicyVersionList": [{
            "VersionId": "v1", "IsDefaultVersion": true, "CreateDate": days_ago(100),
            "Document": { "Version": "2012-10-17", "Statement": [
                { "Effect": "Allow", "Action": "s3:*", "Resource": "*" }
            ] }
        }]
    }]);
    Fake::of_account(account).using("app", &[("s3", Some(1)), ("sqs", Some(3)), ("sns", None)])
}

#[tokio::test]
async fn a_suspected_break_is_announced_once_however_often_it_is_seen() {
    let aws = stopped();
    for event in [schedule(&json!({})), change(&item()), schedule(&json!({}))] {
        evaluate_with(&event, &announcing(), &aws).await.unwrap();
    }
    let messages = aws.world().messages;
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].subject, "Leastwise: suspected break of role app (111122223333)");
    let json: Value = serde_json::from_str(&messages[0].json).unwrap();
    assert_eq!(
        (&json["event"], &json["details"]["stopped"]),
        (&json!("suspected-break"), &json!(["sqs"]))
    );
}

#[tokio::test]
async fn without_a_topic_nothing_is_announced_and_nothing_asked() {
    let aws = stopped();
    evaluate(&schedule(&json!({})), &aws).await.unwrap();
    assert_eq!(aws.world().messages.len(), 0);
    assert_eq!(aws.world().parameters, BTreeMap::new());
}

#[tokio::test]
async fn what_cannot_be_announced_loses_no_verdict_and_is_counted() {
    let aws = stopped().failing("recall", denied("ssm:GetParameter"));
    evaluate_with(&schedule(&json!({})), &announcing(), &aws).await.unwrap();
    assert_eq!(aws.evaluations().len(), 1);
    let lines = aws.lines();
    assert_eq!(lines.last().unwrap()["NotificationsFailed"], 1);
    assert!(lines.iter().any(|line| {
        let message = line["message"].as_str().unwrap_or_default();
        message.starts_with("what its boundary stopped was not announced: ")
    }));
}
