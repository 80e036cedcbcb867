//! Calls that a boundary denied, as EventBridge brings CloudTrail's records of them.

use crate::breaks::{HALTED, RESTORE, announcing, restoring, stopped};
use crate::scene::{ARN, ID, account, app, evaluate_with};
use leastwise_evaluator::event::Invocation;
use leastwise_testing::aws::Fake;
use leastwise_testing::days_ago;
use serde_json::{Value, json};

/// The role called `sqs:SendMessage` a day ago, which AWS denied with this message.
fn denied(message: &str) -> Value {
    json!({
        "version": "0", "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": "AWS API Call via CloudTrail", "source": "aws.sqs",
        "account": "111122223333", "time": days_ago(1), "region": "eu-west-1", "resources": [],
        "detail": {
            "eventVersion": "1.08", "eventTime": days_ago(1), "awsRegion": "eu-west-1",
            "eventSource": "sqs.amazonaws.com", "eventName": "SendMessage",
            "errorCode": "AccessDenied", "errorMessage": message,
            "userIdentity": {
                "type": "AssumedRole", "principalId": format!("{ID}:session"),
                "arn": "arn:aws:sts::111122223333:assumed-role/app/session",
                "accountId": "111122223333",
                "sessionContext": { "sessionIssuer": {
                    "type": "Role", "principalId": ID, "arn": ARN, "userName": "app",
                    "accountId": "111122223333"
                } }
            },
            "requestParameters": { "queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/q" },
            "responseElements": null, "eventID": "e-1", "eventType": "AwsApiCall",
            "recipientAccountId": "111122223333", "eventCategory": "Data"
        }
    })
}

fn by_boundary() -> Value {
    denied(
        "User: arn:aws:sts::111122223333:assumed-role/app/session is not authorized to perform: sqs:SendMessage on \
         resource: arn:aws:sqs:eu-west-1:111122223333:q because no permissions boundary allows the sqs:SendMessage \
         action",
    )
}

#[tokio::test]
async fn a_call_that_our_boundary_denied_halts_everything_and_is_announced_once() {
    let aws = stopped();
    for _ in 0..2 {
        evaluate_with(&by_boundary(), &announcing(), &aws).await.unwrap();
    }
    let world = aws.world();
    let halt: Value = serde_json::from_str(&world.parameters[HALTED]).unwrap();
    assert_eq!((&halt["principal"], &halt["stopped"]), (&json!(ARN), &json!(["sqs:SendMessage"])));
    assert_eq!(world.messages.len(), 1);
    let text = "The Leastwise boundary of arn:aws:iam::111122223333:role/team/app stopped something that its policies \
                grant: sqs:SendMessage.\nIf it needs that, start the SSM document LeastwiseRightsizePrincipal with \
                ResourceId AROAEXAMPLE0APPROLE1, DryRun false and GiveBack sqs:SendMessage, or start the SSM document \
                LeastwiseRestorePrincipal with ResourceId AROAEXAMPLE0APPROLE1, and exempt it or let `AlwaysAllow` name \
                the actions.\nAutomatic remediation is halted";
    assert!(world.messages[0].text.starts_with(text), "{}", world.messages[0].text);
    // AWS Config gave no token, and nobody was judged.
    assert_eq!(aws.evaluations(), []);
    let lines = aws.lines();
    assert_eq!(
        (&lines.last().unwrap()["SuspectedBreaks"], &lines.last().unwrap()["Halted"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn the_broken_one_is_restored_at_once_where_that_is_set() {
    let aws = stopped();
    evaluate_with(&by_boundary(), &restoring(), &aws).await.unwrap();
    assert_eq!(aws.world().started, [RESTORE]);
}

#[tokio::test]
async fn what_others_denied_or_the_boundary_allows_meanwhile_is_no_break() {
    let other_policy = "User: x is not authorized to perform: sqs:SendMessage because no permissions boundary allows \
                        the sqs:SendMessage action with an explicit deny in a permissions boundary: \
                        arn:aws:iam::111122223333:policy/other";
    let allowed = "User: x is not authorized to perform: s3:GetObject because no permissions boundary allows the \
                   s3:GetObject action";
    let by_scp = "User: x is not authorized to perform: sqs:SendMessage with an explicit deny in a service control \
                  policy, though a permissions boundary allows it";
    for message in [other_policy, allowed, by_scp] {
        let aws = stopped();
        evaluate_with(&denied(message), &restoring(), &aws).await.unwrap();
        let world = aws.world();
        assert!(world.parameters.is_empty() && world.started.is_empty(), "{message}");
    }
    // Another principal has the name now.
    let mut event = by_boundary();
    event["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["principalId"] =
        json!("AROAEXAMPLE0OLDROLE1");
    event["detail"]["userIdentity"]["principalId"] = json!("AROAEXAMPLE0OLDROLE1:session");
    let aws = stopped();
    evaluate_with(&event, &restoring(), &aws).await.unwrap();
    assert!(aws.world().parameters.is_empty());
}

#[tokio::test]
async fn what_cannot_be_told_of_our_boundary_fails_the_run() {
    let mut app = app();
    app["PermissionsBoundary"] = json!({
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/leastwise/role-app"
    });
    let aws = Fake::of_account(account(&[app]));
    let error = evaluate_with(&by_boundary(), &restoring(), &aws).await.unwrap_err();
    let start = format!(
        "the boundary of `{ARN}` is suspected to stop what it needs, and automatic remediation could not be halted: "
    );
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[test]
fn an_event_that_shows_no_denied_call_of_a_principal_is_refused_by_name() {
    let refused = |event: &Value| Invocation::parse(event).unwrap_err().to_string();
    let nothing = "the event shows no denied call by a user or role of the account: look at the event pattern of the rule";
    let mut done = by_boundary();
    done["detail"]["errorCode"] = Value::Null;
    let mut by_service = by_boundary();
    by_service["detail"]["userIdentity"] =
        json!({ "type": "AWSService", "invokedBy": "sqs.amazonaws.com" });
    for event in [done, by_service] {
        assert_eq!(refused(&event), nothing);
    }
    assert_eq!(
        refused(
            &json!({ "detail-type": "AWS API Call via CloudTrail", "account": "111122223333", "detail": 7 })
        ),
        "the event is not a call as CloudTrail records it: invalid type: integer `7`, expected struct Record at line 1 \
         column 1"
    );
}
