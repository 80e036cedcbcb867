//! `leastwise scan` on a live account: the same verdicts as by saved files, and what is left when
//! something is missing or somebody has enough.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use leastwise_e2e::seed::allow;
use leastwise_e2e::stand::Stand;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(90);

const REGIONS: &str = "eu-central-1,eu-west-1,us-east-1";

/// An account on the stand, and a moment as of which it is judged.
struct Account {
    stand: Stand,
    as_of: DateTime<Utc>,
    files: TempDir,
}

impl Account {
    /// Two roles and a user, of which one role is never used.
    async fn seeded() -> Self {
        let stand = Stand::empty().await;
        let as_of = Utc::now();
        let ago = |days| text(as_of - TimeDelta::days(days));
        let app = stand.role("/team/", "app").await;
        stand.role_inline("app", "own", &allow(&["sqs:*", "sns:*", "iam:GetRole"])).await;
        let idle = stand.role("/", "idle").await;
        stand.role_inline("idle", "own", &allow(&["s3:*", "kms:Decrypt"])).await;
        let mira = stand.user("mira").await;
        stand.user_inline("mira", "own", &allow(&["ec2:*", "sqs:*"])).await;
        stand.group_with("staff", "shared", &allow(&["logs:*"]), "mira").await;
        // Moments and not days before now, so that two reports say the same.
        stand.post(
            "usage",
            &json!({
                (app.arn): { "services": {
                    "sqs": { "last": ago(3), "actions": { "SendMessage": ago(3), "DeleteQueue": null } },
                    "sns": ago(300)
                } },
                (idle.arn): { "services": {} },
                (mira.arn): { "services": { "ec2": ago(1), "logs": ago(2) } },
            }),
        );
        Self { stand, as_of, files: TempDir::new().expect("a temporary folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    fn scan(&self, more: &[&str]) -> Command {
        let as_of = text(self.as_of);
        let scan = ["scan", "--as-of", &as_of, "--output", "json"];
        let mut command = self.stand.leastwise(&[&scan[..], more].concat());
        let nowhere = self.path("nowhere");
        command.env("HOME", &nowhere).env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    fn run(&self, more: &[&str]) -> Output {
        self.scan(more).output().expect("the command line starts")
    }

    /// How often a report was asked for since the last time.
    fn asked(&self) -> usize {
        let calls = self.stand.calls_of("operator");
        let _ = ureq::delete(format!("{}/leastwise-stand/calls", self.stand.endpoint())).call();
        let operation = "iam:GenerateServiceLastAccessedDetails";
        calls.iter().filter(|call| *call == operation).count()
    }

    /// What AWS CLI prints of the account, in files.
    fn saved_by_aws_cli(&self) -> (String, String) {
        let details = self.stand.aws(&["iam", "get-account-authorization-details"]);
        let account: Value = serde_json::from_str(&details).expect("it is JSON");
        let lists = ["UserDetailList", "RoleDetailList"].map(|list| account[list].as_array());
        let mut access = serde_json::Map::new();
        for principal in lists.into_iter().flatten().flatten() {
            let arn = principal["Arn"].as_str().expect("an ARN").to_owned();
            let report = self.report_by_aws_cli(&arn);
            access.insert(arn, report);
        }
        let (details_file, access_file) = (self.path("account.json"), self.path("access.json"));
        fs::write(&details_file, details).expect("it is written");
        fs::write(&access_file, Value::from(access).to_string()).expect("it is written");
        [details_file, access_file].map(|path| path.to_string_lossy().into_owned()).into()
    }

    fn report_by_aws_cli(&self, arn: &str) -> Value {
        let ask = ["iam", "generate-service-last-accessed-details", "--granularity"];
        let job = self.stand.aws(&[&ask[..], &["ACTION_LEVEL", "--arn", arn]].concat());
        let job: Value = serde_json::from_str(&job).expect("it is JSON");
        let job = job["JobId"].as_str().expect("a job id");
        let begun = Instant::now();
        loop {
            let collect = ["iam", "get-service-last-accessed-details", "--job-id", job];
            let report: Value = serde_json::from_str(&self.stand.aws(&collect)).expect("JSON");
            if report["JobStatus"] == "COMPLETED" {
                return report;
            }
            assert!(begun.elapsed() < PATIENCE, "the report on {arn} does not come");
        }
    }
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn judged(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

/// Without when reports were made, which differs from run to run, and when principals were: the
/// stand tells microseconds, where IAM has whole seconds.
fn besides_times_of_reports(mut value: Value) -> Value {
    match &mut value {
        Value::Object(members) => {
            members.retain(|name, _| !["reported", "created"].contains(&name.as_str()));
            for member in members.values_mut() {
                *member = besides_times_of_reports(member.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = besides_times_of_reports(item.take());
            }
        }
        _ => {}
    }
    value
}

/// What a scan says of a principal, by the name at the end of its ARN.
fn of<'a>(scan: &'a Value, name: &str) -> &'a Value {
    let mut principals = scan["principals"].as_array().expect("principals").iter();
    let is_it = |it: &&Value| it["principal"].as_str().is_some_and(|arn| arn.ends_with(name));
    principals.find(is_it).expect("the principal is there")
}

#[tokio::test]
async fn a_live_account_is_judged_as_by_files_of_aws_cli_and_once_saved_without_the_network() {
    let account = Account::seeded().await;
    let (details, access) = account.saved_by_aws_cli();
    let by_files = account.run(&["--account", &details, "--access", &access, "--regions", REGIONS]);
    assert_eq!((by_files.status.code(), &*said(&by_files)), (Some(0), ""));

    account.stand.faults(&json!([{
        "kind": "throttle", "operation": "iam:GetServiceLastAccessedDetails", "times": 2
    }]));
    account.asked();
    let folder = account.path("saved").to_string_lossy().into_owned();
    let live = account.run(&["--save", &folder]);
    assert_eq!(live.status.code(), Some(0), "{}", said(&live));
    assert_eq!(account.asked(), 3);
    let words = said(&live);
    assert!(words.starts_with("3 reports read, 0 not had; "), "{words}");
    assert!(
        words.ends_with(&format!(
            " calls, 2 of them throttled\nsaved: --saved {folder} needs no network\n"
        )),
        "{words}"
    );
    assert_eq!(
        besides_times_of_reports(judged(&live)),
        besides_times_of_reports(judged(&by_files))
    );
    assert!(of(&judged(&live), "/idle")["index"].as_u64() == Some(100), "{}", judged(&live));

    let mut offline = account.scan(&["--saved", &folder]);
    offline.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").env_remove("AWS_ACCESS_KEY_ID");
    let offline = offline.output().expect("the command line starts");
    assert_eq!((offline.status.code(), &*said(&offline)), (Some(0), ""));
    assert_eq!(offline.stdout, live.stdout);
    assert_eq!(account.asked(), 0);

    // A second account does not get into the folder of the first.
    let again = account.run(&["--save", &folder]);
    assert_eq!(
        (again.status.code(), said(&again)),
        (
            Some(1),
            format!(
                "error: `{folder}` is not empty\n\nnext: give --save a new folder, or go on in one that a scan \
                 began by --resume\n"
            )
        )
    );
}

#[tokio::test]
async fn a_permission_that_is_missing_is_named_and_costs_what_it_is_for() {
    let account = Account::seeded().await;
    let denied = |operation: &str, times: Value| {
        json!({ "kind": "error", "operation": operation, "code": "AccessDenied", "status": 403,
                "message": "not authorized", "times": times })
    };
    let folder = account.path("nothing").to_string_lossy().into_owned();
    for (operation, error, next) in [
        (
            "account:ListRegions",
            "which Regions are enabled is not known: account:ListRegions on `the account`",
            "account:ListRegions on the account; `leastwise permissions scan` prints the smallest policy; or give \
             --regions, with those that `aws account list-regions` shows as enabled",
        ),
        (
            "iam:GetAccountAuthorizationDetails",
            "iam:GetAccountAuthorizationDetails on `the whole account`",
            "iam:GetAccountAuthorizationDetails on the whole account; `leastwise permissions scan` prints the \
             smallest policy",
        ),
    ] {
        account.stand.faults(&json!([denied(operation, Value::Null)]));
        let nothing = account.run(&["--save", &folder]);
        let words = format!(
            "error: {error} failed: AccessDenied: not authorized\n\nnext: ask for the permission {next}\n"
        );
        assert_eq!(
            (nothing.status.code(), &*nothing.stdout, said(&nothing)),
            (Some(1), &b""[..], words)
        );
        assert_eq!(fs::read_dir(&folder).expect("the folder").count(), 0);
    }

    // One of the three may not be asked about, and the Regions are given.
    account.stand.faults(&json!([
        denied("account:ListRegions", Value::Null),
        denied("iam:GenerateServiceLastAccessedDetails", json!(1)),
    ]));
    let partly = account.run(&["--save", &folder, "--regions", REGIONS]);
    assert_eq!(partly.status.code(), Some(0), "{}", said(&partly));
    let words = said(&partly);
    assert!(words.contains("2 reports read, 1 not had; "), "{words}");
    assert!(
        words.contains(
            "warning: iam:GenerateServiceLastAccessedDetails is denied, so nobody can judge `arn:"
        ),
        "{words}"
    );
    let scan = judged(&partly);
    let unjudged: Vec<&Value> = ["app", "idle", "mira"]
        .into_iter()
        .map(|name| &of(&scan, name)["notJudged"])
        .filter(|why| !why.is_null())
        .collect();
    let [why] = unjudged.as_slice() else { panic!("{unjudged:?}") };
    assert!(
        why.as_str().is_some_and(|why| why.ends_with(
            "its service last accessed report was not read: iam:GenerateServiceLastAccessedDetails is denied; \
             `leastwise permissions scan` prints the smallest policy"
        )),
        "{why}"
    );
}

#[tokio::test]
async fn whoever_was_not_read_before_ctrl_c_is_not_judged_and_asked_about_when_the_run_is_resumed()
{
    let account = Account::seeded().await;
    account.stand.faults(&json!([{ "kind": "endless-job", "principal": "app", "times": null }]));
    let folder = account.path("cut off");
    let name = folder.to_string_lossy().into_owned();
    let mut scan = account.scan(&["--save", &name]);
    let scan = scan.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    wait_for_reports(&folder, 2);
    let pid = scan.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill runs").success());
    let cut_off = scan.wait_with_output().expect("it ends");
    let words = said(&cut_off);
    assert_eq!(cut_off.status.code(), Some(1), "{words}");
    let stopping =
        "stopping: what was read is judged; Ctrl-C again ends at once\n2 reports read, 1 not had; ";
    assert!(words.starts_with(stopping), "{words}");
    assert!(
        words.ends_with(&format!(
            "warning: the account was not read to its end, and who was not read is not judged: go on with `leastwise \
             scan --resume {name}`\n"
        )),
        "{words}"
    );
    let why = "its service last accessed report was not read: reading was stopped before its turn";
    let judged_then = judged(&cut_off);
    assert!(of(&judged_then, "app")["notJudged"].as_str().is_some_and(|it| it.ends_with(why)));
    assert!(of(&judged_then, "app")["index"].is_null());
    assert_eq!(of(&judged_then, "idle")["index"], 100);

    account.stand.faults(&json!([]));
    account.asked();
    let resumed = account.run(&["--resume", &name]);
    assert_eq!(resumed.status.code(), Some(0), "{}", said(&resumed));
    assert!(said(&resumed).starts_with("1 reports read, 2 kept from before, 0 not had; "));
    assert_eq!(account.asked(), 1);
    let whole = account.run(&[]);
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    assert_eq!(
        besides_times_of_reports(judged(&resumed)),
        besides_times_of_reports(judged(&whole))
    );
}

fn wait_for_reports(folder: &Path, count: usize) {
    let begun = Instant::now();
    let read = || fs::read_dir(folder.join("reports")).map_or(0, Iterator::count);
    while read() < count {
        assert!(begun.elapsed() < PATIENCE, "{} of {count} reports are there", read());
        thread::sleep(Duration::from_millis(50));
    }
}
