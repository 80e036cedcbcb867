//! Sweeps that Step Functions has judged batch by batch.

use crate::scene::{
    BUSY, ROLE, account, evaluate, evaluate_with, evaluate_within, old, schedule, scheduled, with,
};
use chrono::TimeDelta;
use leastwise_aws::ports::Compliance::{Compliant, NonCompliant, NotApplicable};
use leastwise_aws::ports::{Compliance, ReportedResult};
use leastwise_evaluator::event::Invocation;
use leastwise_evaluator::settings::{Settings, SweepBy};
use leastwise_testing::aws::{Fake, denied};
use serde_json::{Value, json};
use std::time::Duration;

const MACHINE: &str = "arn:aws:states:eu-west-1:111122223333:stateMachine:leastwise-sweep";

const FOLDER: &str = "sweeps/111122223333/iam-privilege-creep-index/20260630T115900.373Z";

fn id(number: usize) -> String {
    format!("AROAEXAMPLE0000000{number:02}")
}

fn arn(number: usize) -> String {
    format!("arn:aws:iam::111122223333:role/role-{number:02}")
}

fn five() -> Fake {
    let roles: Vec<Value> = (0..5).map(|number| old(&arn(number), &id(number))).collect();
    (0..5).fold(Fake::of_account(account(&roles)), |aws, number| {
        aws.using(&format!("role-{number:02}"), &BUSY)
    })
}

fn entities(numbers: &[usize]) -> Value {
    let entity = |&number: &usize| json!({ "resourceType": ROLE, "resourceId": id(number), "arn": arn(number) });
    numbers.iter().map(entity).collect()
}

fn spreading() -> Settings {
    let (state_machine, bucket) = (MACHINE.to_owned(), "manifests".to_owned());
    let batch_size = "2".parse().unwrap();
    let sweep_by = Some(SweepBy { state_machine, bucket, batch_size });
    Settings { sweep_by, ..Settings::default() }
}

fn period() -> Value {
    schedule(&json!({}))
}

fn judging(numbers: &[usize]) -> Value {
    json!({
        "event": period(),
        "step": { "judge": { "number": 1, "entities": entities(numbers) } }
    })
}

fn finishing() -> Value {
    json!({ "event": period(), "step": "finish" })
}

fn held(number: usize, compliance: Compliance, minutes: i64) -> ReportedResult {
    ReportedResult {
        resource_type: ROLE.to_owned(),
        resource_id: id(number),
        compliance: Some(compliance),
        invoked: None,
        recorded: Some(scheduled() + TimeDelta::minutes(minutes)),
        annotation: Some("PCI 0 low".to_owned()),
    }
}

fn told(aws: &Fake) -> Vec<(String, Compliance)> {
    aws.evaluations().into_iter().map(|it| (it.resource_id, it.compliance)).collect()
}

#[tokio::test]
async fn a_sweep_is_written_down_in_the_order_of_turns_and_handed_over_once() {
    // One has waited for long, one was judged since.
    let reported = vec![held(1, Compliant, -60), held(2, Compliant, -90), held(3, Compliant, 1)];
    let aws = five().having_reported(reported);
    for _ in 0..2 {
        let summary = evaluate_with(&period(), &spreading(), &aws).await.unwrap();
        assert_eq!(summary.evaluated, 0);
    }
    assert_eq!(aws.puts(), []);
    let world = aws.world();
    let manifest = format!("{FOLDER}/manifest.json");
    let [(address, written)] = world.objects.into_iter().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(address, format!("s3://manifests/{manifest}"));
    assert_eq!(
        serde_json::from_str::<Value>(&written).unwrap(),
        json!([
            { "number": 1, "entities": entities(&[0, 4]) },
            { "number": 2, "entities": entities(&[2, 1]) }
        ])
    );
    let [(name, input)] = world.executions.into_iter().collect::<Vec<_>>().try_into().unwrap();
    // SHA-256 of the folder.
    let digest = "2f2f80e4228a0c1b5e4be601e7828f669aac22570f5a1b0a32a3cc7a2d4fe81e";
    assert_eq!(name, format!("{MACHINE}/{digest}"));
    let results = format!("{FOLDER}/results");
    assert_eq!(
        serde_json::from_str::<Value>(&input).unwrap(),
        json!({ "event": period(), "manifest": manifest, "results": results })
    );
    let ended = aws.lines().into_iter().rev().find(|line| line["msg"] == "end_execution").unwrap();
    assert_eq!(
        (&ended["handedover"], &ended["batches"], &ended["execution"]),
        (&json!(4), &json!(2), &json!(digest))
    );
}

#[tokio::test]
async fn a_sweep_that_cannot_be_handed_over_fails_so_that_lambda_tries_again() {
    for call in ["write_once", "start_execution"] {
        let aws = five().failing(call, denied("s3:PutObject"));
        let error = evaluate_with(&period(), &spreading(), &aws).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the sweep could not be handed over to its state machine: s3:PutObject on `app` failed: \
             AccessDenied: not authorized"
        );
        assert_eq!(error.error_type(), "Failed");
    }
}

#[tokio::test]
async fn a_dry_run_and_an_account_where_nobody_is_due_start_nothing() {
    let aws = five();
    let trial = with(period(), "resultToken", "TESTMODE".into());
    assert_eq!(evaluate_with(&trial, &spreading(), &aws).await.unwrap().evaluated, 5);
    let all = (0..5).map(|number| held(number, Compliant, 1));
    let done = five().having_reported(all.chain([held(9, NonCompliant, -60)]).collect());
    evaluate_with(&period(), &spreading(), &done).await.unwrap();
    assert_eq!(told(&done), [(id(9), NotApplicable)]);
    for aws in [aws, done] {
        assert_eq!((aws.world().objects.len(), aws.world().executions.len()), (0, 0));
    }
}

#[tokio::test]
async fn a_batch_judges_its_own_who_are_still_there_and_nobody_twice() {
    let aws = five().having_reported(vec![held(1, Compliant, 1)]);
    let summary = evaluate(&judging(&[0, 1, 4, 77]), &aws).await.unwrap();
    assert_eq!(summary.evaluated, 2);
    assert_eq!(told(&aws), [(id(0), Compliant), (id(4), Compliant)]);
}

#[tokio::test]
async fn a_batch_has_the_verdicts_of_a_sweep() {
    let (one, batches) = (five(), five());
    evaluate(&period(), &one).await.unwrap();
    for numbers in [&[0, 1][..], &[2, 3], &[4]] {
        evaluate(&judging(numbers), &batches).await.unwrap();
    }
    assert_eq!(batches.evaluations(), one.evaluations());
}

#[tokio::test]
async fn a_batch_that_does_not_reach_everybody_can_be_tried_again() {
    let aws = five().with_time_for(1);
    let error = evaluate_within(&judging(&[0, 1, 2]), &aws, Duration::from_millis(500)).await;
    assert_eq!(error.unwrap_err().error_type(), "Retryable");
}

#[tokio::test]
async fn a_batch_with_nothing_to_tell_leaves_that_to_the_last_step() {
    let aws = five();
    evaluate(&judging(&[77]), &aws).await.unwrap();
    assert_eq!(aws.puts(), []);
    evaluate(&finishing(), &aws).await.unwrap();
    assert_eq!(aws.puts().iter().map(|put| put.evaluations.len()).collect::<Vec<_>>(), [0]);
}

#[tokio::test]
async fn the_last_step_clears_what_is_gone_and_judges_nobody() {
    let aws = five().having_reported(vec![held(1, NonCompliant, -60), held(9, NonCompliant, -60)]);
    let summary = evaluate(&finishing(), &aws).await.unwrap();
    assert_eq!((summary.evaluated, summary.not_applicable), (1, 1));
    assert_eq!(told(&aws), [(id(9), NotApplicable)]);
}

#[tokio::test]
async fn verdicts_of_a_batch_are_told_where_earlier_results_cannot_be_read() {
    let refused = denied("config:GetComplianceDetailsByConfigRule");
    let aws = five().failing("reported", refused);
    assert_eq!(evaluate(&judging(&[0]), &aws).await.unwrap_err().error_type(), "Failed");
    assert_eq!(told(&aws), [(id(0), Compliant)]);
    assert_eq!(evaluate(&finishing(), &aws).await.unwrap_err().error_type(), "Failed");
}

#[test]
fn a_step_is_read_strictly() {
    let message = |event: &Value| Invocation::parse(event).unwrap_err().to_string();
    let with_step = |step: Value| json!({ "event": period(), "step": step });
    assert_eq!(
        message(&with_step(json!("begin"))),
        "the event is not a step of a sweep: unknown variant `begin`, expected `judge` or `finish`"
    );
    assert_eq!(
        message(&json!({ "step": "finish" })),
        "the event is not a step of a sweep: missing field `event`"
    );
    assert_eq!(
        message(&with_step(
            json!({ "judge": { "number": 1, "entities": [{ "resourceType": ROLE }] } })
        )),
        "the event is not a step of a sweep: missing field `resourceId`"
    );
    let change = crate::scene::change(&crate::scene::item());
    assert_eq!(
        message(&json!({ "event": change, "step": "finish" })),
        "the event is a step of a sweep, and what it carries is no ScheduledNotification"
    );
}
