//! Usage files from trails of CloudTrail, and from what SDKs tell of their calls.

use crate::program::{Run, file, run};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/app";

fn record(time: &str, source: &str, name: &str, more: &Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.09", "eventTime": time, "eventSource": source, "eventName": name,
        "awsRegion": "eu-west-1", "eventType": "AwsApiCall", "eventCategory": "Management",
        "managementEvent": true, "readOnly": name.starts_with("List"),
        "recipientAccountId": ACCOUNT,
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE0APP:s", "accountId": ACCOUNT,
            "arn": "arn:aws:sts::111122223333:assumed-role/app/s",
            "sessionContext": { "sessionIssuer": {
                "type": "Role", "principalId": "AROAEXAMPLE0APP", "arn": ROLE, "userName": "app",
                "accountId": ACCOUNT
            } }
        }
    });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record
}

fn trail(name: &str, day: &str, records: &[Value]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("trail-{name}"));
    let _: std::io::Result<()> = fs::remove_dir_all(&folder);
    let place = folder.join(format!("AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/{day}"));
    fs::create_dir_all(&place).unwrap();
    let key = format!("{ACCOUNT}_CloudTrail_eu-west-1_{}T0000Z_x.json", day.replace('/', ""));
    fs::write(place.join(key), json!({ "Records": records }).to_string()).unwrap();
    folder
}

fn lines(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn three_calls() -> Vec<Value> {
    let denied = json!({
        "errorCode": "AccessDenied",
        "errorMessage": "User: arn:aws:sts::111122223333:assumed-role/app/s is not authorized to perform: \
            kms:ListKeys because no permissions boundary allows the kms:ListKeys action"
    });
    vec![
        record("2026-10-01T08:00:00Z", "sqs.amazonaws.com", "CreateQueue", &json!({})),
        record("2026-10-01T09:00:00Z", "monitoring.amazonaws.com", "PutMetricAlarm", &json!({})),
        record("2026-10-01T10:00:00Z", "kms.amazonaws.com", "ListKeys", &denied),
    ]
}

#[test]
fn a_folder_of_a_trail_becomes_a_usage_file() {
    let folder = trail("whole", "2026/10/01", &three_calls());
    let folder = folder.to_str().unwrap();
    let run = run(&["evidence", "cloudtrail", folder, "--account", ACCOUNT]);
    assert_eq!(
        (run.code, &*run.stderr),
        (
            0,
            "1 files read (0 of other accounts or times, 0 of other kinds left out), 3 records: 3 show what \
             principals of 111122223333 did; principals: 1, used: 2, denied: 1\n"
        )
    );
    let at = |used: &str, time: &str| {
        json!({ "principal": ROLE, "id": "AROAEXAMPLE0APP", "used": used, "first": time,
                "last": time, "count": 1, "regions": ["eu-west-1"] })
    };
    let denied = json!({
        "principal": ROLE, "id": "AROAEXAMPLE0APP", "denied": "kms:ListKeys",
        "by": "permissions-boundary", "first": "2026-10-01T10:00:00Z",
        "last": "2026-10-01T10:00:00Z", "count": 1, "regions": ["eu-west-1"]
    });
    assert_eq!(
        lines(&run),
        [
            json!({ "usageFile": 1, "source": "cloud-trail", "account": ACCOUNT, "saw": [] }),
            at("cloudwatch:PutMetricAlarm", "2026-10-01T09:00:00Z"),
            at("sqs:CreateQueue", "2026-10-01T08:00:00Z"),
            denied,
            json!({ "end": 3 }),
        ]
    );
}

#[test]
fn only_who_says_that_nothing_is_missing_gets_what_the_trail_would_have_seen() {
    let folder = trail("complete", "2026/10/01", &three_calls());
    let next_day: Vec<Value> = three_calls()
        .iter()
        .map(|it| serde_json::from_str(&it.to_string().replace("10-01T", "10-02T")).unwrap())
        .collect();
    let second = folder.join("second.json");
    fs::write(&second, json!({ "Records": next_day }).to_string()).unwrap();
    let onto = ["--output", second.to_str().unwrap()];
    let arguments = ["evidence", "cloudtrail", folder.to_str().unwrap(), "--account", ACCOUNT];
    let refused = run(&[&arguments[..], &onto[..]].concat());
    assert!(refused.stderr.contains("would be written over"), "{}", refused.stderr);
    let written = folder.join("usage.out");
    let arguments = ["evidence", "cloudtrail", folder.to_str().unwrap(), "--account", ACCOUNT];
    let output = ["--complete", "--output", written.to_str().unwrap()];
    let run_to_file = run(&[&arguments[..], &output[..]].concat());
    assert_eq!((run_to_file.code, &*run_to_file.stdout), (0, ""));
    let text = fs::read_to_string(&written).unwrap();
    let header: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(
        header["saw"],
        json!([{ "from": "2026-10-02T00:00:00Z", "to": "2026-10-02T10:00:00Z",
                 "regions": { "in": ["eu-west-1"] }, "management": true, "dataOf": [] }])
    );
    let checked = run(&["evidence", "check", written.to_str().unwrap()]);
    assert!(checked.stdout.contains("would have seen management events in eu-west-1"));
}

#[test]
fn what_is_of_another_account_or_time_is_left_out_and_a_cut_file_writes_nothing() {
    let folder = trail("filtered", "2026/10/01", &three_calls());
    let path = folder.to_str().unwrap();
    let filtered = |more: &[&str]| run(&[&["evidence", "cloudtrail", path], more].concat());
    let other = filtered(&["--account", "444455556666"]);
    assert!(other.stderr.starts_with("0 files read (1 of other accounts"), "{}", other.stderr);
    assert_eq!(lines(&other).last(), Some(&json!({ "end": 0 })));
    let late = filtered(&["--account", ACCOUNT, "--from", "2026-10-01T09:30:00Z"]);
    assert_eq!(lines(&late).last(), Some(&json!({ "end": 1 })));

    let cut = file("trail-cut.json", r#"{"Records":[{"eventTime":"2026-10-01T08:00:00Z""#);
    let failed = run(&["evidence", "cloudtrail", &cut, "--account", ACCOUNT]);
    assert_eq!(
        failed,
        Run::complained(
            1,
            &format!(
                "error: `{cut}` cannot be read as a trail of CloudTrail: it is cut short after record 0: fetch it \
                 again\n\nnext: fetch it again: aws s3 sync s3://BUCKET/AWSLogs/ACCOUNT/CloudTrail/ FOLDER\n"
            )
        )
    );
}

const DATAGRAM: &str = r#"{"Version":1,"ClientId":"nightly","Type":"ApiCall","Service":"S3","Api":"HeadBucket","Timestamp":1795225443125,"Region":"eu-west-1","FinalHttpStatusCode":200,"AccessKey":"ASIAEXAMPLEKEY","SessionToken":"secret-token"}"#;

fn head_bucket() -> Value {
    json!({ "principal": ROLE, "used": "s3:ListBucket", "first": "2026-11-21T01:44:03.125Z",
            "last": "2026-11-21T01:44:03.125Z", "count": 1, "regions": ["eu-west-1"] })
}

#[test]
fn recorded_datagrams_become_a_usage_file_without_their_credentials() {
    let recorded = file("datagrams.ndjson", &format!("{DATAGRAM}\nnonsense\n\n"));
    let run = run(&["trace", "--principal", ROLE, "--recorded", &recorded]);
    assert_eq!(
        (run.code, &*run.stderr),
        (0, "2 datagrams of 1 processes: 1 tell of calls, 1 are none of client-side monitoring\n")
    );
    let header = json!({ "usageFile": 1, "source": "client-side", "account": ACCOUNT, "saw": [] });
    assert_eq!(lines(&run), [header, head_bucket(), json!({ "end": 1 })]);
    assert!(!run.stdout.contains("ASIA") && !run.stdout.contains("secret"));
}

#[test]
fn a_program_is_traced_from_its_start_to_its_end() {
    let script = format!(
        "import os,socket\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\ns.sendto({DATAGRAM:?}.encode(),\
         (os.environ['AWS_CSM_HOST'],int(os.environ['AWS_CSM_PORT'])))\nassert os.environ['AWS_CSM_ENABLED']=='true'"
    );
    let traced =
        run(&["trace", "--principal", ROLE, "--port", "0", "--", "python3", "-c", &script]);
    assert_eq!(traced.code, 0, "{}", traced.stderr);
    assert_eq!(lines(&traced).get(1), Some(&head_bucket()));
    let failed =
        run(&["trace", "--principal", ROLE, "--port", "0", "--", "python3", "-c", "exit(7)"]);
    assert_eq!(failed.code, 1);
    assert!(failed.stderr.contains("`python3` ended with exit status: 7; what it called is kept"));
}

#[test]
fn what_cannot_be_traced_is_named() {
    let trace = |more: &[&str]| run(&[&["trace", "--principal", ROLE], more].concat());
    let missing = "no/such/program";
    assert_eq!(
        trace(&["--port", "0", "--", missing]),
        Run::complained(
            1,
            &format!(
                "error: could not run `{missing}`\n  because: No such file or directory (os error 2)\n\nnext: give the \
                 program's path after `--`, as a shell would start it\n"
            )
        )
    );
    assert_eq!(
        trace(&["--recorded", missing]),
        Run::complained(
            1,
            &format!(
                "error: could not read `{missing}`\n  because: No such file or directory (os error 2)\n\nnext: write what \
                 an SDK sends, one datagram a line\n"
            )
        )
    );
    let nowhere = trace(&["--address", "192.0.2.1", "--port", "0", "--", "true"]);
    assert!(nowhere.stderr.starts_with("error: could not listen on 192.0.2.1:0\n"), "{nowhere:?}");
}

#[test]
fn a_folder_of_which_not_all_is_read_calls_nothing_idle() {
    let folder = trail("other-kinds", "2026/10/01", &three_calls());
    fs::write(folder.join("LATER.JSON"), "{}").unwrap();
    let path = folder.to_str().unwrap();
    let run = run(&["evidence", "cloudtrail", path, "--account", ACCOUNT, "--complete"]);
    let warning =
        "warning: --complete is left out, because some files of the folder were not read\n";
    assert!(run.stderr.ends_with(warning), "{}", run.stderr);
    assert_eq!(lines(&run).first().unwrap()["saw"], json!([]));
}

#[test]
fn a_file_that_is_named_twice_counts_once() {
    let folder = trail("twice", "2026/10/01", &three_calls());
    let path = folder.to_str().unwrap();
    let odd = format!("{path}/./AWSLogs/../AWSLogs");
    let once = run(&["evidence", "cloudtrail", path, "--account", ACCOUNT]);
    let thrice = run(&["evidence", "cloudtrail", path, &odd, path, "--account", ACCOUNT]);
    assert_eq!(once.code, 0);
    assert_eq!(thrice, once);
}

#[test]
#[cfg(unix)]
fn a_pipe_in_a_folder_is_not_opened_and_a_link_to_a_file_is_read() {
    let folder = trail("special", "2026/10/01", &three_calls());
    let made = std::process::Command::new("mkfifo").arg(folder.join("pipe.json")).status();
    assert!(made.unwrap().success());
    let apart = file("trail-linked.json", &json!({ "Records": three_calls() }).to_string());
    std::os::unix::fs::symlink(apart, folder.join("link.json")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.join("broken.json")).unwrap();
    let run = run(&["evidence", "cloudtrail", folder.to_str().unwrap(), "--account", ACCOUNT]);
    let said = "2 files read (0 of other accounts or times, 2 of other kinds left out), 6 records";
    assert!(run.code == 0 && run.stderr.starts_with(said), "{}", run.stderr);
}

#[test]
fn what_is_said_to_happen_later_is_no_evidence_and_spoils_coverage() {
    let mut calls = three_calls();
    let queue = |time: &str| record(time, "sqs.amazonaws.com", "DeleteQueue", &json!({}));
    calls.extend([queue("2999-01-01T00:00:00Z"), queue("9999-12-31T23:59:59Z")]);
    let folder = trail("future", "2026/10/01", &calls);
    let path = folder.to_str().unwrap();
    let run = run(&["evidence", "cloudtrail", path, "--account", ACCOUNT, "--complete"]);
    assert_eq!(
        (run.code, &*run.stderr),
        (
            0,
            "1 files read (0 of other accounts or times, 0 of other kinds left out), 5 records: 3 show what \
             principals of 111122223333 did; principals: 1, used: 2, denied: 1\n\
             warning: 2 records are left out, because they say that they happened after now: look at the clock of \
             this machine, or at who wrote the trail\n\
             warning: --complete is left out, because of some records it is not known who called, what, or when\n"
        )
    );
    let lines = lines(&run);
    assert_eq!(lines.first().unwrap()["saw"], json!([]));
    assert_eq!(lines.last(), Some(&json!({ "end": 3 })));
}

/// The shared recordings, where they are.
fn shared(path: &str) -> Option<PathBuf> {
    let path = crate::program::root().join("../shared/data").join(path);
    if path.exists() { Some(path) } else { None }
}

#[test]
fn recordings_of_others_are_read_whole() {
    let Some(datagrams) = shared("csm/boto3_moto_capture.ndjson") else {
        eprintln!("skipped: ../shared/data/csm is not there");
        return;
    };
    let run = run(&["trace", "--principal", ROLE, "--recorded", datagrams.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.starts_with("132 datagrams of 1 processes: "), "{}", run.stderr);
    assert!(!run.stdout.contains("FOOBARKEY"));
}
