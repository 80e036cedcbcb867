//! Announcing what a boundary stopped.

use crate::scene::{ID, account, app, change, evaluate, evaluate_with, item, schedule};
use leastwise_aws::CallError;
use leastwise_evaluator::settings::{RestoreBy, Settings};
use leastwise_testing::aws::{Cut, Fake, History, denied};
use leastwise_testing::days_ago;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const HALTED: &str = "/leastwise/automatic/halted";

const OWN: &str = "arn:aws:iam::111122223333:policy/leastwise/role-app";

pub(crate) fn announcing() -> Settings {
    let notification_topic = "arn:aws:sns:eu-central-1:111122223333:leastwise".parse().ok();
    Settings { notification_topic, ..Settings::default() }
}

/// The role under a boundary of ours that allows S3 since a hundred days, and that tried SQS three days ago.
pub(crate) fn stopped() -> Fake {
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
async fn without_a_topic_nothing_is_announced_and_everything_automatic_is_halted_all_the_same() {
    let aws = stopped();
    evaluate(&schedule(&json!({})), &aws).await.unwrap();
    assert_eq!(aws.world().messages.len(), 0);
    let halt = r#"{"principal":"arn:aws:iam::111122223333:role/team/app","resourceId":"AROAEXAMPLE0APPROLE1","stopped":["sqs"],"since":"2026-06-30T12:00:00Z"}"#;
    assert_eq!(aws.world().parameters, BTreeMap::from([(HALTED.to_owned(), halt.to_owned())]));
    assert_eq!(aws.world().started, [""; 0]);
    let lines = aws.lines();
    assert_eq!(lines.last().unwrap()["Halted"], 1);
}

/// Restoring as the stack has it done.
pub(crate) fn restoring() -> Settings {
    let restore_on_break = Some(RestoreBy {
        document: "LeastwiseRestorePrincipal".into(),
        role_arn: "arn:aws:iam::111122223333:role/leastwise/leastwise-automation".into(),
        function: "leastwise-remediator".into(),
    });
    Settings { restore_on_break, ..announcing() }
}

pub(crate) const RESTORE: &str = "LeastwiseRestorePrincipal \
    AutomationAssumeRole=arn:aws:iam::111122223333:role/leastwise/leastwise-automation \
    FunctionName=leastwise-remediator ResourceId=AROAEXAMPLE0APPROLE1";

#[tokio::test]
async fn the_broken_one_is_restored_where_that_is_set_and_one_message_says_all() {
    let aws = stopped();
    evaluate_with(&schedule(&json!({})), &restoring(), &aws).await.unwrap();
    assert_eq!(aws.world().started, [RESTORE]);
    let messages = aws.world().messages;
    assert_eq!(messages.len(), 1);
    let text = "The Leastwise boundary of arn:aws:iam::111122223333:role/team/app stopped something that its policies \
                grant: sqs.\nIt is being restored: look whether it works again.\nAutomatic remediation is halted until \
                somebody starts the SSM document LeastwiseResume.\n\nEvent: suspected-break ";
    assert!(messages[0].text.starts_with(text), "{}", messages[0].text);
}

#[tokio::test]
async fn what_was_attempted_before_a_person_resumed_halts_and_restores_nothing_again() {
    // It was attempted three days ago.
    let other = "AROAEXAMPLE0OTHROLE1";
    for (resumed, after, halts) in [
        (days_ago(2), ID, false),
        (days_ago(4), ID, true),
        (days_ago(1), other, false),
        // Whoever resumed then may not have heard of it yet.
        (days_ago(2), other, true),
    ] {
        let aws = stopped();
        aws.change(|world| {
            let value = json!({ "at": resumed, "resourceId": after }).to_string();
            world.parameters.insert("/leastwise/automatic/resumed".into(), value);
        });
        evaluate_with(&change(&item()), &restoring(), &aws).await.unwrap();
        let world = aws.world();
        assert_eq!(world.parameters.contains_key(HALTED), halts);
        assert_eq!(world.started.len(), usize::from(halts));
        assert_eq!(world.messages.len(), 1, "it is announced all the same");
    }
    let aws = stopped();
    aws.change(|world| {
        world.parameters.insert("/leastwise/automatic/resumed".into(), "soon".into());
    });
    evaluate(&change(&item()), &aws).await.unwrap();
    assert!(aws.world().parameters.contains_key(HALTED), "what cannot be read excuses nothing");
}

#[tokio::test]
async fn the_first_break_is_the_one_that_halts() {
    let aws = stopped();
    aws.change(|world| drop(world.parameters.insert(HALTED.into(), "first".into())));
    evaluate(&schedule(&json!({})), &aws).await.unwrap();
    assert_eq!(aws.world().parameters[HALTED], "first");
    assert_eq!(aws.lines().last().unwrap()["Halted"], 1);
}

#[tokio::test]
async fn a_run_that_cannot_halt_or_restore_reports_its_verdict_and_fails() {
    for (call, error_type, message) in [
        (
            "make_entry",
            "Retryable",
            "the boundary of `arn:aws:iam::111122223333:role/team/app` is suspected to stop what it needs, and automatic \
             remediation could not be halted: ssm:PutParameter on `make_entry` failed",
        ),
        ("recall", "Retryable", "could not be halted: ssm:PutParameter on `recall` failed"),
        (
            "start",
            "Failed",
            "is suspected to stop what it needs, and its restore could not be started: ssm:PutParameter on `start` failed",
        ),
    ] {
        for event in [schedule(&json!({})), change(&item())] {
            let error = CallError::refused("ssm:PutParameter", call, "AccessDeniedException", "no");
            let aws = stopped().failing(call, error);
            let error = evaluate_with(&event, &restoring(), &aws).await.unwrap_err();
            assert_eq!(error.error_type(), error_type, "{error}");
            assert!(error.to_string().contains(message), "{error}");
            assert_eq!(aws.evaluations().len(), 1);
            assert_eq!(aws.world().started.len(), usize::from(call == "make_entry"));
        }
    }
}

#[tokio::test]
async fn an_answer_cut_off_anywhere_and_run_again_ends_as_if_it_had_not_been() {
    let event = change(&item());
    let uncut = stopped();
    evaluate_with(&event, &restoring(), &uncut).await.unwrap();
    let calls = uncut.calls();
    let first = calls.iter().position(|call| *call == "put").unwrap() + 1;
    for cut in (first..=calls.len()).map(Cut::Gone) {
        let aws = stopped();
        aws.calls();
        aws.cut(Some(cut));
        let _: Result<_, _> = evaluate_with(&event, &restoring(), &aws).await;
        aws.cut(None);
        evaluate_with(&event, &restoring(), &aws).await.unwrap();
        let (world, expected) = (aws.world(), uncut.world());
        assert_eq!(world.parameters.get(HALTED), expected.parameters.get(HALTED), "{cut:?}");
        // To start a restore twice is to start it once: the second finds nothing to restore.
        assert!(!world.started.is_empty() && world.started.len() <= 2, "{cut:?}");
        let ids = world.messages.iter().map(|message| &message.event_id);
        let expected = expected.messages.iter().map(|message| &message.event_id);
        assert_eq!(ids.collect::<BTreeSet<_>>(), expected.collect(), "{cut:?}");
    }
}

#[tokio::test]
async fn a_break_of_whom_too_little_else_is_known_halts_too() {
    let aws = stopped().using("app", &[("sqs", Some(3))]);
    evaluate_with(&schedule(&json!({})), &announcing(), &aws).await.unwrap();
    let annotation = aws.evaluations()[0].annotation.clone().unwrap();
    assert!(annotation.starts_with("suspected break: sqs"), "{annotation}");
    assert!(aws.world().parameters.contains_key(HALTED));
    assert_eq!(aws.world().messages.len(), 1);
}

#[tokio::test]
async fn a_break_halts_although_what_was_granted_before_cannot_be_learned() {
    let call =
        CallError::refused("config:GetResourceConfigHistory", ID, "Throttling", "Rate exceeded");
    let aws = stopped().after(History::Failing(call));
    let error = evaluate(&change(&item()), &aws).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    let annotation = aws.evaluations()[0].annotation.clone().unwrap();
    assert!(annotation.starts_with("suspected break: sqs"), "{annotation}");
    assert!(aws.world().parameters.contains_key(HALTED));
}

#[tokio::test]
async fn a_halt_is_told_even_where_the_break_was_told_before() {
    let aws = stopped();
    for halted_already in [true, false, true] {
        if !halted_already {
            aws.change(|world| drop(world.parameters.remove(HALTED)));
        }
        evaluate_with(&schedule(&json!({})), &announcing(), &aws).await.unwrap();
    }
    let messages = aws.world().messages;
    let halted = |text: &str| text.contains("\nAutomatic remediation is halted until somebody");
    let told: Vec<bool> = messages.iter().map(|message| halted(&message.text)).collect();
    assert_eq!(told, [true, true]);
    assert_ne!(messages[0].event_id, messages[1].event_id);
}

#[tokio::test]
async fn a_test_run_answers_nothing() {
    let mut event = schedule(&json!({}));
    event["resultToken"] = json!("TESTMODE");
    let aws = stopped();
    evaluate_with(&event, &restoring(), &aws).await.unwrap();
    assert_eq!((aws.world().parameters.len(), aws.world().started.len()), (0, 0));
}

#[tokio::test]
async fn what_cannot_be_announced_loses_no_verdict_and_is_counted() {
    let aws = stopped().failing("publish", denied("sns:Publish"));
    evaluate_with(&schedule(&json!({})), &announcing(), &aws).await.unwrap();
    assert_eq!(aws.evaluations().len(), 1);
    let lines = aws.lines();
    assert_eq!(lines.last().unwrap()["NotificationsFailed"], 1);
    assert!(lines.iter().any(|line| {
        let message = line["message"].as_str().unwrap_or_default();
        message.starts_with("what its boundary stopped was not announced: ")
    }));
}
