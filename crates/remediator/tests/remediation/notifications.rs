//! Messages, their memory, log records and metrics.

use crate::scene::{
    ARN, Asking, ID, RECORD, change_role, limited, no_usage, unbounded, usage, user,
};
use leastwise_aws::ports::UsageError;
use leastwise_remediator::answer::Status;
use leastwise_remediator::request::Mode;
use leastwise_rightsizing::evidence::ReportError;
use leastwise_testing::aws::{Cut, Fake, Usage};
use serde_json::{Value, json};

fn announced() -> Asking {
    Asking::default().announced()
}

/// The events of the messages so far, and their ids.
fn events(aws: &Fake) -> Vec<(String, String)> {
    let text = |json: &Value, key: &str| json[key].as_str().unwrap().to_owned();
    aws.world()
        .messages
        .iter()
        .map(|message| {
            let json: Value = serde_json::from_str(&message.json).unwrap();
            (text(&json, "event"), text(&json, "eventId"))
        })
        .collect()
}

fn names(aws: &Fake) -> Vec<String> {
    events(aws).into_iter().map(|(event, _)| event).collect()
}

fn failing_report() -> Usage {
    let report = ReportError::Failed { code: "InternalError".into(), message: "later".into() };
    Usage::None(UsageError::Report { principal: ARN.to_owned(), report })
}

#[tokio::test]
async fn without_a_topic_nothing_is_called() {
    let aws = unbounded();
    for mode in [Mode::Plan, Mode::Apply, Mode::Restore] {
        Asking::default().ask(&aws, mode).await.unwrap();
        let calls = aws.calls();
        assert!(!calls.iter().any(|call| ["recall", "publish", "remember"].contains(call)));
    }
}

#[tokio::test]
async fn an_applied_boundary_is_announced_to_people_and_to_machines() {
    let aws = unbounded();
    announced().ask(&aws, Mode::Apply).await.unwrap();
    let [message] = <[_; 1]>::try_from(aws.world().messages).unwrap();
    assert_eq!(message.subject, "Leastwise: boundary applied to role app (111122223333)");
    assert!(message.text.starts_with(&format!(
        "A permissions boundary was applied to {ARN}.\nTo undo it, start the SSM document LeastwiseRestorePrincipal with \
         ResourceId {ID}.\n\n{ARN} ({ID})\nPrivilege-creep index: 67 now, 0 with the boundary\nDropped:\n- sns"
    )));
    let json: Value = serde_json::from_str(&message.json).unwrap();
    assert_eq!(json["details"]["dropped"], json!(["sns", "sqs"]),);
    assert_eq!(json["details"]["previousBoundary"], Value::Null);
    assert!(!message.json.contains("Statement"), "no policy documents");
    assert_eq!(message.group, ID);
}

#[tokio::test]
async fn however_often_it_is_retried_an_event_is_one_message() {
    let aws = unbounded();
    for mode in [Mode::Plan, Mode::Apply, Mode::Plan, Mode::Apply, Mode::Plan] {
        announced().ask(&aws, mode).await.unwrap();
    }
    assert_eq!(names(&aws), ["applied"]);
    for _ in 0..3 {
        announced().ask(&aws, Mode::Restore).await.unwrap();
    }
    assert_eq!(names(&aws), ["applied", "restored"]);
}

#[tokio::test]
async fn applying_restoring_and_applying_again_are_three_messages_with_three_ids() {
    let aws = limited();
    for mode in [Mode::Apply, Mode::Restore, Mode::Apply] {
        announced().ask(&aws, mode).await.unwrap();
    }
    let events = events(&aws);
    assert_eq!(names(&aws), ["applied", "restored", "applied"]);
    assert_ne!(events[0].1, events[2].1);
}

#[tokio::test]
async fn a_notice_is_one_message_and_its_enforcement_another() {
    let aws = unbounded();
    for days in [0, 1, 2, 14, 15] {
        Asking::with_notice(days).announced().ask(&aws, Mode::Apply).await.unwrap();
    }
    assert_eq!(names(&aws), ["noticed", "applied"]);
    let message = &aws.world().messages[0];
    let json: Value = serde_json::from_str(&message.json).unwrap();
    assert_eq!(json["details"]["plannedFor"], "2026-07-14T12:00:00Z");
    assert!(message.text.contains("leastwise:exempt-until"));
}

#[tokio::test]
async fn a_notice_that_is_withdrawn_does_not_make_the_boundary_before_it_news() {
    let aws = unbounded();
    announced().ask(&aws, Mode::Apply).await.unwrap();
    aws.set_usage(no_usage());
    Asking::with_notice(0).announced().ask(&aws, Mode::Apply).await.unwrap();
    aws.set_usage(usage());
    let withdrawn = Asking::with_notice(1).announced().status(&aws, Mode::Apply).await;
    assert_eq!((withdrawn, names(&aws)), (Status::Noop, vec!["applied".into(), "noticed".into()]));
}

#[tokio::test]
async fn a_dry_run_says_nothing_and_a_refusal_is_said_once_until_a_success_ends_it() {
    let aws = unbounded();
    announced().ask(&aws, Mode::Plan).await.unwrap();
    assert_eq!(names(&aws), [""; 0]);
    let refuse = async || {
        aws.set_usage(failing_report());
        for mode in [Mode::Plan, Mode::Plan] {
            assert_eq!(announced().status(&aws, mode).await, Status::Refused);
        }
        aws.set_usage(usage());
    };
    refuse().await;
    assert_eq!(names(&aws), ["refused"]);
    // A dry run ends no trouble: applying may fail as before.
    announced().ask(&aws, Mode::Plan).await.unwrap();
    refuse().await;
    assert_eq!(names(&aws), ["refused"]);
    announced().ask(&aws, Mode::Apply).await.unwrap();
    refuse().await;
    assert_eq!(names(&aws), ["refused", "applied", "refused"]);
    let json: Value = serde_json::from_str(&aws.world().messages[0].json).unwrap();
    assert_eq!(json["details"]["error"], "UsageUnknown");
}

#[tokio::test]
async fn a_failure_is_announced_once_however_often_it_is_retried() {
    let aws = unbounded();
    aws.fail(&["create"]);
    for _ in 0..3 {
        assert!(announced().ask(&aws, Mode::Apply).await.is_err());
    }
    assert_eq!(names(&aws), ["failed"]);
    aws.fail(&[]);
    announced().ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!(names(&aws), ["failed", "applied"]);
    // Also where the principal could not even be read.
    aws.fail(&["principal"]);
    assert!(announced().ask(&aws, Mode::Apply).await.is_err());
    assert_eq!(names(&aws), ["failed", "applied", "failed"]);
    let message = &aws.world().messages[2];
    assert_eq!(message.subject, format!("Leastwise: failed for {ID}"));
}

#[tokio::test]
async fn a_boundary_that_stops_what_is_attempted_is_announced_by_plans_once() {
    let aws = unbounded();
    announced().ask(&aws, Mode::Apply).await.unwrap();
    // The boundary's policy is a hundred days old, the attempt three.
    aws.set_usage(Usage::Days(vec![("sns", Some(300)), ("s3", Some(10)), ("sqs", Some(3))]));
    for _ in 0..2 {
        announced().ask(&aws, Mode::Plan).await.unwrap();
    }
    assert_eq!(names(&aws), ["applied", "suspected-break"]);
    let json: Value = serde_json::from_str(&aws.world().messages[1].json).unwrap();
    assert_eq!(json["details"]["stopped"], json!(["sqs"]));
}

#[tokio::test]
async fn boundaries_from_before_there_were_messages_are_no_news() {
    let aws = unbounded();
    Asking::default().ask(&aws, Mode::Apply).await.unwrap();
    for mode in [Mode::Plan, Mode::Apply] {
        assert_eq!(announced().status(&aws, mode).await, Status::Noop);
    }
    assert_eq!(names(&aws), [""; 0]);
    // What changes from then on is.
    aws.set_usage(no_usage());
    announced().ask(&aws, Mode::Apply).await.unwrap();
    announced().ask(&aws, Mode::Restore).await.unwrap();
    assert_eq!(names(&aws), ["applied", "restored"]);
}

#[tokio::test]
async fn a_run_cut_off_anywhere_and_run_again_still_says_what_happened() {
    for begin in [unbounded, user] {
        for (mode, done) in [(Mode::Apply, "applied"), (Mode::Restore, "restored")] {
            let start = async || {
                let aws = begin();
                if mode == Mode::Restore {
                    announced().ask(&aws, Mode::Apply).await.unwrap();
                }
                aws.change(|world| world.messages.clear());
                aws
            };
            let uncut = start().await;
            announced().ask(&uncut, mode).await.unwrap();
            let calls = uncut.calls().len();
            for cut in (1..=calls).map(Cut::Gone) {
                let aws = start().await;
                aws.cut(Some(cut));
                let _: Result<_, _> = announced().ask(&aws, mode).await;
                aws.cut(None);
                announced().ask(&aws, mode).await.unwrap();
                announced().ask(&aws, mode).await.unwrap();
                let mut said: Vec<_> =
                    events(&aws).into_iter().filter(|(event, _)| event == done).collect();
                said.dedup();
                assert_eq!(said.len(), 1, "{mode:?} {cut:?}: {:?}", events(&aws));
                assert_eq!(aws.world().principals, uncut.world().principals, "{mode:?} {cut:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_notification_that_fails_neither_fails_nor_undoes_the_remediation_and_is_counted() {
    for (failing, said_later) in [
        // Nobody knows what was said: a boundary without any memory is none of this run's.
        ("recall", vec![]),
        ("publish", vec!["applied"]),
        // What could not be remembered may be said again.
        ("remember", vec!["applied"]),
    ] {
        let aws = unbounded();
        aws.fail(&[failing]);
        let request = json!({ "ResourceId": ID, "Mode": "Apply" });
        let (answer, log) = announced().event(&request, &aws).await;
        assert_eq!(answer.unwrap().status, Status::Applied, "{failing}");
        let metrics = log.last().unwrap();
        assert!(metrics["NotificationsFailed"].as_u64().unwrap() >= 1, "{failing}");
        assert_eq!(metrics["Remediated"], 1);
        assert!(aws.world().principals.values().all(|it| it.tags.contains_key(RECORD)));
        aws.fail(&[]);
        announced().ask(&aws, Mode::Apply).await.unwrap();
        assert_eq!(names(&aws), said_later, "{failing}");
    }
}

#[tokio::test]
async fn a_garbled_memory_says_nothing_and_is_counted() {
    let aws = unbounded();
    aws.change(|world| {
        drop(world.parameters.insert(format!("/leastwise/notified/{ID}"), "garbage".into()));
    });
    let request = json!({ "ResourceId": ID, "Mode": "Apply" });
    let (answer, log) = announced().event(&request, &aws).await;
    assert_eq!(answer.unwrap().status, Status::Applied);
    assert_eq!(log.last().unwrap()["NotificationsFailed"], 1);
    assert_eq!(names(&aws), [""; 0]);
}

#[tokio::test]
async fn a_run_is_logged_from_start_to_end_with_one_line_of_metrics_also_when_it_fails() {
    let aws = unbounded();
    let request = json!({ "ResourceId": ID, "Mode": "Apply" });
    let (_, log) = Asking::default().event(&request, &aws).await;
    assert_eq!(
        log[0],
        json!({
            "level": "INFO", "msg": "start_execution", "program": "leastwise-remediator",
            "mode": "Apply", "resource": ID
        })
    );
    assert_eq!((&log[1]["level"], &log[1]["msg"]), (&json!("INFO"), &json!("end_execution")));
    assert_eq!((&log[1]["status"], &log[1]["principal"]), (&json!("APPLIED"), &json!(ARN)));
    let metrics = |line: &Value| {
        let names = [
            "Planned",
            "Remediated",
            "Refused",
            "Restored",
            "Noticed",
            "Quarantined",
            "Released",
            "Failed",
            "SuspectedBreaks",
            "NotificationsFailed",
            "Throttles",
        ];
        assert_eq!(line["Function"], "remediator");
        names.map(|name| line[name].as_u64().unwrap())
    };
    assert_eq!(metrics(&log[2]), [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert!(log[2]["ApiCalls"].as_u64().unwrap() > 5);
    aws.fail(&["find"]);
    let (answer, log) = Asking::default().event(&request, &aws).await;
    assert!(answer.is_err());
    assert_eq!(metrics(&log[2]), [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1]);
    assert_eq!((&log[1]["status"], &log[1]["errortype"]), (&Value::Null, &json!("Failed")));
    aws.fail(&[]);
    change_role(&aws, |app| drop(app.tags.insert(RECORD.into(), "garbage".into())));
    let restore = json!({ "ResourceId": ID, "Mode": "Restore" });
    let (_, log) = Asking::default().event(&restore, &aws).await;
    assert_eq!(metrics(&log[2]), [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(log[1]["errortype"], "RecordUnreadable");
}
