//! What a run logs: records under the older names, and one line of metrics.

use crate::scene::{
    ARN, BUSY, ID, IDLE, account, app_alone, change, evaluate, evaluate_at, evaluate_with, item,
    old, schedule,
};
use leastwise_aws::ports::Compliance::NonCompliant;
use leastwise_evaluator::error::EvaluationError;
use leastwise_evaluator::event::Invocation;
use leastwise_evaluator::reject;
use leastwise_evaluator::settings::Settings;
use leastwise_rightsizing::evidence::granting::NamedPolicy;
use leastwise_telemetry::Level;
use leastwise_testing::as_of;
use leastwise_testing::aws::{Fake, failed_report, throttled};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;

fn detailed() -> Settings {
    Settings { detail_log: true, ..Settings::default() }
}

fn period() -> Value {
    schedule(&json!({}))
}

/// How long a run took is not for a test to say.
fn timeless(mut lines: Vec<Value>) -> Vec<Value> {
    for line in &mut lines {
        for name in ["duration_ms", "Duration"] {
            if let Some(duration) = line.get_mut(name) {
                assert!(duration.is_u64());
                *duration = json!("(time)");
            }
        }
    }
    lines
}

fn start(trigger: &str, resource: Option<&str>, detail_log: bool) -> Value {
    let mut start = json!({
        "level": "INFO", "msg": "start_execution", "program": "leastwise-evaluator",
        "trigger": trigger
    });
    if let Some(resource) = resource {
        start["resource"] = json!(resource);
    }
    let rest = json!({
        "rule": "iam-privilege-creep-index", "expiration": 180, "threshold": 60,
        "tagprincipals": false, "tagservices": false, "detaillog": detail_log
    });
    start.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    start
}

fn summary_of_app() -> Value {
    json!({
        "level": "INFO", "msgtype": "summary", "entitytype": "role", "entityname": "app",
        "entityarn": ARN,
        "permissionsgranted": 3, "permissionsNOTused": 2, "permissionscoverage": 33,
        "permissionsunknown": 0, "index": 67, "compliance": "NON_COMPLIANT",
        "origins": [{ "group": null, "points": 67 }]
    })
}

#[tokio::test]
async fn a_run_logs_its_start_each_judged_principal_its_end_and_one_line_of_metrics() {
    let aws = app_alone();
    evaluate(&change(&item()), &aws).await.unwrap();
    let end = json!({
        "level": "INFO", "msg": "end_execution", "program": "leastwise-evaluator", "evaluated": 1,
        "compliant": 0, "noncompliant": 1, "notapplicable": 0, "unchanged": 0, "notjudged": 0, "failed": 0, "suspectedbreaks": 0,
        "notificationsfailed": 0, "halted": false, "apicalls": 12, "throttles": 3, "duration_ms": "(time)"
    });
    let units = [
        ("CreepIndex", "None"),
        ("Coverage", "Percent"),
        ("Evaluated", "Count"),
        ("NonCompliant", "Count"),
        ("NotJudged", "Count"),
        ("Failed", "Count"),
        ("Halted", "Count"),
        ("SuspectedBreaks", "Count"),
        ("NotificationsFailed", "Count"),
        ("ApiCalls", "Count"),
        ("Throttles", "Count"),
        ("Duration", "Milliseconds"),
    ];
    let units = units.map(|(name, unit)| json!({ "Name": name, "Unit": unit }));
    let metrics = json!({
        "_aws": { "Timestamp": 1_782_820_800_000_u64, "CloudWatchMetrics": [{
            "Namespace": "Leastwise", "Dimensions": [["Function"]], "Metrics": units
        }] },
        "Function": "evaluator", "CreepIndex": [67], "Coverage": [33], "Evaluated": 1,
        "NonCompliant": 1, "NotJudged": 0, "Failed": 0, "Halted": 0, "SuspectedBreaks": 0, "NotificationsFailed": 0,
        "ApiCalls": 12,
        "Throttles": 3, "Duration": "(time)"
    });
    assert_eq!(
        timeless(aws.lines()),
        [start("change", Some(ID), false), summary_of_app(), end, metrics]
    );
}

#[tokio::test]
async fn a_sweep_logs_one_summary_per_judged_principal_and_counts_them_in_its_metrics() {
    let principals = [
        old("arn:aws:iam::111122223333:user/ada", "AIDAEXAMPLE0ADAUSER1"),
        old("arn:aws:iam::111122223333:user/ben", "AIDAEXAMPLE0BENUSER1"),
        old("arn:aws:iam::111122223333:role/cio", "AROAEXAMPLE0CIOROLE1"),
    ];
    let failed = failed_report("arn:aws:iam::111122223333:role/cio");
    let aws = Fake::of_account(account(&principals)).using("ada", &IDLE).using("ben", &BUSY);
    let aws = aws.without_report("cio", failed);
    evaluate(&period(), &aws).await.unwrap();
    let [begin, ada, ben, cio, end, metrics] = aws.lines().try_into().unwrap();
    assert_eq!(begin, start("schedule", None, false));
    let names = [&ada, &ben].map(|line| (line["entitytype"].clone(), line["entityname"].clone()));
    assert_eq!(names, ["ada", "ben"].map(|name| (json!("user"), json!(name))));
    assert_eq!(
        cio,
        json!({
            "level": "ERROR", "msgtype": "error", "entitytype": "role", "entityname": "cio",
            "entityarn": "arn:aws:iam::111122223333:role/cio",
            "message": "not judged: IAM could not make its service last accessed report: InternalError: try later"
        })
    );
    assert_eq!((&end["evaluated"], &end["notjudged"]), (&json!(3), &json!(1)));
    assert_eq!(
        (&metrics["CreepIndex"], &metrics["Coverage"]),
        (&json!([67, 0]), &json!([33, 100]))
    );
}

/// The inline policy that grants the role all it has.
fn granted_by_work() -> BTreeMap<String, Vec<NamedPolicy>> {
    let work = vec![NamedPolicy::Inline { name: "work".to_owned() }];
    ["kms", "sqs"].map(|service| (service.to_owned(), work.clone())).into()
}

fn detail(service: &str, last: &Value, usage: &str, points: u8, message: &str) -> Value {
    json!({
        "level": "INFO", "msgtype": "detail", "entitytype": "role", "entityname": "app",
        "entityarn": ARN,
        "service": service, "LastAuthenticated": last, "usage": usage, "points": points,
        "message": message
    })
}

fn with_policies(mut detail: Value, policies: &Value) -> Value {
    detail["grantedby"] = policies.clone();
    detail
}

/// The details of the role `app` with what is known of the policies that grant KMS and SQS.
fn details_of_app(of_kms: &Value, of_sqs: &Value) -> [Value; 3] {
    let kms = detail(
        "kms",
        &json!("2025-09-03T12:00:00Z"),
        "idle",
        34,
        "not used for 180 days: consider removing it",
    );
    let s3 = detail("s3", &json!("2026-06-20T12:00:00Z"), "used", 0, "used in the last 180 days");
    let sqs = detail("sqs", &Value::Null, "idle", 33, "never used: consider removing it");
    [with_policies(kms, of_kms), s3, with_policies(sqs, of_sqs)]
}

#[tokio::test]
async fn the_detail_log_says_of_each_service_when_it_was_used_and_which_policies_grant_it_if_idle()
{
    let aws = app_alone().granted_by(granted_by_work());
    evaluate_with(&change(&item()), &detailed(), &aws).await.unwrap();
    let [begin, kms, s3, sqs, summary, end, _] = aws.lines().try_into().unwrap();
    assert_eq!(begin, start("change", Some(ID), true));
    let work = json!(["inline policy `work`"]);
    assert_eq!([kms, s3, sqs], details_of_app(&work, &work));
    assert_eq!((summary, &end["failed"]), (summary_of_app(), &json!(0)));
    // The verdict comes first.
    assert_eq!(aws.told(), ["put 1".to_owned(), format!("granting {ARN} kms,sqs")]);
}

#[tokio::test]
async fn nobody_asks_which_policies_grant_what_without_the_detail_log_or_anything_idle() {
    let aws = app_alone().granted_by(granted_by_work());
    evaluate(&change(&item()), &aws).await.unwrap();
    assert_eq!(aws.told(), ["put 1"]);
    let busy = app_alone().using("app", &BUSY);
    evaluate_with(&change(&item()), &detailed(), &busy).await.unwrap();
    assert_eq!(busy.told(), ["put 1"]);
}

#[tokio::test]
async fn granting_policies_that_cannot_be_read_are_unknown_and_change_no_verdict() {
    let (without, with) = (app_alone(), app_alone());
    evaluate(&change(&item()), &without).await.unwrap();
    evaluate_with(&change(&item()), &detailed(), &with).await.unwrap();
    assert_eq!(with.puts(), without.puts());
    let [_, trouble, kms, s3, sqs, _, end, metrics] = with.lines().try_into().unwrap();
    assert_eq!(
        trouble["message"],
        "what grants its idle services is unknown: iam:ListPoliciesGrantingServiceAccess on `app` failed: AccessDenied: not authorized"
    );
    assert_eq!([kms, s3, sqs], details_of_app(&Value::Null, &Value::Null));
    assert_eq!((&end["failed"], &metrics["Failed"]), (&json!(1), &json!(1)));
    assert_eq!(end["level"], "WARN");
}

#[tokio::test]
async fn a_policy_that_iam_names_and_the_principal_was_not_read_with_is_told() {
    let other = vec![NamedPolicy::Managed { arn: "arn:aws:iam::aws:policy/New".to_owned() }];
    let granting = [("kms".to_owned(), other)].into();
    let aws = app_alone().granted_by(granting);
    evaluate_with(&change(&item()), &detailed(), &aws).await.unwrap();
    let [_, trouble, kms, s3, sqs, _, _, _] = aws.lines().try_into().unwrap();
    assert_eq!(
        trouble["message"],
        "IAM says that managed policy `arn:aws:iam::aws:policy/New` grants `kms`, and it was not read with it"
    );
    let new = json!(["managed policy `arn:aws:iam::aws:policy/New`"]);
    assert_eq!([kms, s3, sqs], details_of_app(&new, &Value::Null));
}

#[tokio::test]
async fn a_run_that_fails_is_logged_and_counted_to_its_end() {
    let aws = app_alone().failing("account", throttled("iam:GetAccountAuthorizationDetails"));
    let error = evaluate(&period(), &aws).await.unwrap_err();
    let [_, end, metrics] = aws.lines().try_into().unwrap();
    assert_eq!((&end["level"], &end["errortype"]), (&json!("ERROR"), &json!(error.error_type())));
    assert_eq!(end["error"], error.to_string());
    assert_eq!((&metrics["Failed"], &metrics["Evaluated"]), (&json!(1), &json!(0)));
    assert_eq!((&metrics["ApiCalls"], &metrics["Throttles"]), (&json!(12), &json!(3)));
    // No principal, no index.
    assert_eq!(metrics.get("CreepIndex"), None);
}

#[tokio::test]
async fn the_calls_that_load_lists_and_scores_are_counted() {
    let list = "s3://team-lists/exempt.txt";
    let parameters = json!({
        "ExemptionList": list, "AdminGroupName": "admins", "ScoreProvider": "external",
        "ScoreSecretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:score-AbCdEf"
    });
    let aws = app_alone().with_file(list, Ok("backup"));
    // The list is there; neither the group nor the secret is. The second run counts its own calls.
    for _ in 0..2 {
        evaluate(&schedule(&parameters), &aws).await.unwrap_err();
        let [_, _, end, metrics] = aws.lines().try_into().unwrap();
        let three_more = json!(12 + 3);
        assert_eq!((&end["apicalls"], &metrics["ApiCalls"]), (&three_more, &three_more));
    }
}

#[tokio::test]
async fn verdicts_that_config_does_not_accept_are_logged_and_counted_all_the_same() {
    let aws = app_alone().rejecting(ID, usize::MAX);
    evaluate(&period(), &aws).await.unwrap_err();
    let [_, summary, end, metrics] = aws.lines().try_into().unwrap();
    assert_eq!(summary, summary_of_app());
    assert_eq!(end["errortype"], "Retryable");
    assert_eq!((&metrics["Failed"], &metrics["CreepIndex"]), (&json!(1), &json!([67])));
    assert_eq!(aws.evaluations()[0].compliance, NonCompliant);
}

/// What is found of a run whose records must be as severe as `least`: of each line its level, or
/// the metric of evaluations.
async fn lines_at(least: Level) -> Vec<Value> {
    let aws = app_alone();
    evaluate_at(least, &change(&item()), &detailed(), &aws).await.unwrap();
    let lines = aws.lines().into_iter();
    lines.map(|line| line.get("level").unwrap_or(&line["Evaluated"]).clone()).collect()
}

#[tokio::test]
async fn metrics_are_written_at_every_level_and_trouble_is() {
    let (info, warn, error) = (json!("INFO"), json!("WARN"), json!("ERROR"));
    // Start, what could not be learned, three services, the summary, the end and the metrics.
    let all = [&info, &error, &info, &info, &info, &info, &warn, &json!(1)].map(Clone::clone);
    assert_eq!(lines_at(Level::Debug).await, all);
    assert_eq!(lines_at(Level::Info).await, all);
    assert_eq!(lines_at(Level::Warn).await, [error.clone(), warn, json!(1)]);
    assert_eq!(lines_at(Level::Error).await, [error, json!(1)]);
}

#[test]
fn an_event_that_cannot_be_understood_is_logged_and_counted() {
    let error = EvaluationError::Event(Invocation::parse(&json!({})).unwrap_err());
    let journal = Mutex::new(Vec::new());
    reject(&error, as_of(), &journal);
    let lines = journal.into_inner().unwrap();
    let [end, metrics]: [Value; 2] = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    assert_eq!((&end["msg"], &end["errortype"]), (&json!("end_execution"), &json!("InvalidEvent")));
    assert_eq!(metrics["Failed"], 1);
}
