//! Sweeps that a state machine has judged batch by batch: the shipped definition, run by moto's interpreter, and the
//! packaged evaluator.

use leastwise_e2e::seed::{Seeded, allow};
use leastwise_e2e::stand::{ACCOUNT, REGION, Stand};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

const EVALUATOR: &str = "leastwise-evaluator";

/// How many roles there are.
const ROLES: usize = 30;

/// Fewer than the template takes, which is nothing that the stand looks at.
const BATCH_SIZE: &str = "7";

/// 30 roles, every third of which is idle. With the stack's own four, which come last, they are five batches; the last
/// has two of them.
async fn thirty(stand: &Stand) -> Vec<Seeded> {
    let mut roles = Vec::new();
    for number in 0..ROLES {
        let name = format!("worker-{number:02}");
        let role = stand.role("/", &name).await;
        stand.role_inline(&name, "work", &allow(&["s3:*", "sqs:*"])).await;
        let used: &[(&str, i64)] =
            if number.is_multiple_of(3) { &[] } else { &[("s3", 3), ("sqs", 3)] };
        stand.uses(&role, used);
        roles.push(role);
    }
    roles
}

/// A stand with a stack that has so many batches judged at a time.
async fn spreading(concurrency: &str) -> Stand {
    let concurrency = ("SweepConcurrency", concurrency);
    let size = ("SweepBatchSize", BATCH_SIZE);
    Stand::deployed(&[("SweepWith", "step-functions"), size, concurrency]).await
}

/// What the AWS CLI says, as JSON.
fn asked(stand: &Stand, arguments: &[&str]) -> Value {
    let told = stand.aws(&[arguments, &["--output", "json"]].concat());
    serde_json::from_str(&told).unwrap()
}

fn executions(stand: &Stand) -> Vec<Value> {
    let machine = format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:leastwise-sweep");
    let listed = ["stepfunctions", "list-executions", "--state-machine-arn", &machine];
    asked(stand, &listed)["executions"].as_array().unwrap().clone()
}

/// Waits for the end of the one execution, and describes it.
fn ended(stand: &Stand) -> Value {
    let begun = Instant::now();
    loop {
        let [execution] = executions(stand).try_into().unwrap();
        let arn = execution["executionArn"].as_str().unwrap();
        if execution["status"] != "RUNNING" {
            return asked(stand, &["stepfunctions", "describe-execution", "--execution-arn", arn]);
        }
        assert!(begun.elapsed() < Duration::from_mins(3), "{execution}");
        sleep(Duration::from_millis(300));
    }
}

/// How many items of the execution's map succeeded and failed.
fn batches(stand: &Stand, execution: &Value) -> (u64, u64) {
    let arn = execution["executionArn"].as_str().unwrap();
    let runs = asked(stand, &["stepfunctions", "list-map-runs", "--execution-arn", arn]);
    let run = runs["mapRuns"][0]["mapRunArn"].as_str().unwrap();
    let run = asked(stand, &["stepfunctions", "describe-map-run", "--map-run-arn", run]);
    let count = |name: &str| run["itemCounts"][name].as_u64().unwrap();
    (count("succeeded"), count("failed"))
}

/// Compliance and annotation of each of the roles, by name.
async fn verdicts(stand: &Stand, roles: &[Seeded]) -> BTreeMap<String, (String, String)> {
    let mut verdicts = BTreeMap::new();
    for role in roles {
        if let Some(it) = stand.evaluation(role).await {
            verdicts.insert(role.name.clone(), (it.compliance, it.annotation));
        }
    }
    verdicts
}

/// How often AWS Config was told of each of the roles, by id.
fn told(stand: &Stand, roles: &[Seeded]) -> Vec<usize> {
    let calls = stand.get(&format!("calls?caller={EVALUATOR}"));
    let puts: Vec<String> = calls
        .as_array()
        .unwrap()
        .iter()
        .filter(|call| call["operation"] == "PutEvaluations")
        .map(|call| call["parameters"].to_string())
        .collect();
    roles.iter().map(|role| puts.iter().filter(|put| put.contains(&role.id)).count()).collect()
}

/// How many reports were asked for.
fn reports(stand: &Stand) -> usize {
    let calls = stand.calls_of(EVALUATOR);
    calls.iter().filter(|call| *call == "iam:GenerateServiceLastAccessedDetails").count()
}

fn idle_and_busy() -> [(String, String); 2] {
    let idle = "PCI 100 high: 2 of 2 granted services idle (2 never used); top: s3, sqs";
    let busy = "PCI 0 low: 0 of 2 granted services idle";
    [("NON_COMPLIANT".into(), idle.into()), ("COMPLIANT".into(), busy.into())]
}

/// The verdict on each of the thirty.
fn expected() -> BTreeMap<String, (String, String)> {
    let [idle, busy] = idle_and_busy();
    let verdict =
        |number: usize| if number.is_multiple_of(3) { idle.clone() } else { busy.clone() };
    (0..ROLES).map(|number| (format!("worker-{number:02}"), verdict(number))).collect()
}

fn sweep(stand: &Stand) {
    let answer = stand.deliver_event(&json!({ "messageType": "ScheduledNotification" }));
    assert_eq!(answer["functionError"], Value::Null, "{answer}");
}

#[tokio::test]
async fn thirty_roles_in_batches_of_seven_get_the_verdicts_of_one_run_and_an_event_begins_one_sweep()
 {
    let alone = Stand::deployed(&[]).await;
    let roles = thirty(&alone).await;
    sweep(&alone);
    assert_eq!(verdicts(&alone, &roles).await, expected());
    let machines = asked(&alone, &["stepfunctions", "list-state-machines"]);
    assert_eq!(machines, json!({ "stateMachines": [] }));

    let stand = spreading("2").await;
    let roles = thirty(&stand).await;
    sweep(&stand);
    let execution = ended(&stand);
    assert_eq!(execution["status"], "SUCCEEDED", "{execution}");
    assert_eq!(verdicts(&stand, &roles).await, expected());
    assert_eq!(told(&stand, &roles), [1; ROLES]);

    // Lambda hands over some events twice.
    let input: Value = serde_json::from_str(execution["input"].as_str().unwrap()).unwrap();
    let answer = invoke(&stand, &input["event"]);
    assert_eq!(answer["evaluated"], 0, "{answer}");
    assert_eq!(executions(&stand).len(), 1);
    assert_eq!(told(&stand, &roles), [1; ROLES]);
}

/// Has the evaluator handle an event, as Lambda does by itself.
fn invoke(stand: &Stand, event: &Value) -> Value {
    let folder = tempfile::TempDir::new().unwrap();
    let (given, answer) = (folder.path().join("event.json"), folder.path().join("answer.json"));
    std::fs::write(&given, event.to_string()).unwrap();
    let (payload, answer_path) =
        (format!("fileb://{}", given.display()), answer.display().to_string());
    let invoke = ["lambda", "invoke", "--function-name", EVALUATOR, "--payload", &payload];
    stand.aws(&[invoke.as_slice(), &[&answer_path]].concat());
    serde_json::from_str(&std::fs::read_to_string(answer).unwrap()).unwrap()
}

#[tokio::test]
async fn a_killed_batch_loses_nothing_and_who_was_told_of_is_not_judged_again() {
    let stand = spreading("2").await;
    let roles = thirty(&stand).await;
    // Once before AWS Config hears of the batch, and once after: there its verdicts are kept.
    stand.faults(&json!([
        { "kind": "crash", "function": EVALUATOR, "operation": "PutEvaluations" },
        { "kind": "crash", "function": EVALUATOR, "operation": "PutEvaluations", "skip": 2, "when": "after" }
    ]));
    sweep(&stand);
    let execution = ended(&stand);
    assert_eq!(execution["status"], "SUCCEEDED", "{execution}");
    let struck = stand.get("faults");
    assert_eq!((&struck[0]["struck"], &struck[1]["struck"]), (&json!(1), &json!(1)));
    assert_eq!(verdicts(&stand, &roles).await, expected());
    // Of one batch the log shows two attempts to tell, of which the first had no effect.
    let mut counts = told(&stand, &roles);
    counts.sort_unstable();
    let twice = counts.iter().filter(|count| **count == 2).count();
    assert_eq!(counts.iter().sum::<usize>(), ROLES + twice);
    assert!([2, 7].contains(&twice), "{counts:?}");
    // Only who had not been told of was judged again.
    assert_eq!(reports(&stand), ROLES + twice);
}

#[tokio::test]
async fn a_batch_that_fails_for_good_fails_the_execution_and_the_others_are_told() {
    let stand = spreading("1").await;
    let roles = thirty(&stand).await;
    // One after another, the first batch fails in all of its attempts.
    stand.faults(&json!([{
        "kind": "crash", "function": EVALUATOR, "operation": "PutEvaluations", "times": 5
    }]));
    sweep(&stand);
    let execution = ended(&stand);
    assert_eq!(
        (&execution["status"], &execution["error"]),
        (&json!("FAILED"), &json!("BatchesFailed")),
        "{execution}"
    );
    let cause = execution["cause"].as_str().unwrap();
    let begins = "1 of 5 batches failed; whoever of them has no new verdict comes first in the next sweep; see arn:aws:states:";
    assert!(cause.starts_with(begins), "{cause}");
    assert_eq!(batches(&stand, &execution), (4, 1));
    let mut others = expected();
    others.retain(|name, _| name.as_str() > "worker-06");
    assert_eq!(verdicts(&stand, &roles).await, others);
}
