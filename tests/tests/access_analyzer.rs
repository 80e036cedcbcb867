//! What IAM Access Analyzer says of principals, brought into an index.

use leastwise_e2e::stand::{ACCOUNT, Stand};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

const BUILDER: &str = "arn:aws:iam::111122223333:role/ci/builder";
const READER: &str = "arn:aws:iam::111122223333:role/reader";
const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/all";
const ACCESS_ROLE: &str = "arn:aws:iam::111122223333:role/analyzer";

fn lines(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).expect("the usage file is there");
    text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect()
}

/// The exit code, and what was said.
fn ended(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A stand, and a folder for what comes of it.
struct Desk {
    stand: Stand,
    folder: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self { stand: Stand::empty().await, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    fn file(&self, name: &str, content: &Value) -> String {
        fs::write(self.path(name), content.to_string()).expect("it is written");
        self.text(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.stand.leastwise(arguments).output().expect("the command line starts")
    }

    fn generate(&self, onto: &str, more: &[&str]) -> (Option<i32>, String) {
        let (work, onto) = (self.text("work"), self.text(onto));
        let arguments = ["evidence", "generated-policies", "--trail", TRAIL, "--access-role"];
        let period = [ACCESS_ROLE, "--from", "2026-05-01", "--to", "2026-07-01"];
        let files = ["--work", &work, "--output", &onto];
        ended(&self.run(&[&arguments[..], &period[..], &files[..], more].concat()))
    }

    fn begun(&self) -> usize {
        let calls = self.stand.calls_of("operator");
        calls.iter().filter(|call| *call == "access-analyzer:StartPolicyGeneration").count()
    }
}

/// A role of the account that may do this.
fn role(arn: &str, id: &str, actions: &[&str]) -> Value {
    json!({
        "Arn": arn, "RoleId": id, "CreateDate": "2020-01-01T00:00:00Z",
        "RolePolicyList": [{ "PolicyName": "work", "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }]
        } }]
    })
}

fn account() -> Value {
    json!({ "RoleDetailList": [
        role(READER, "AROAEXAMPLE00READER01", &["s3:GetObject"]),
        role(BUILDER, "AROAEXAMPLEBUILDER01", &["sqs:*", "sns:*", "glue:*"]),
    ] })
}

#[tokio::test]
async fn policies_are_generated_one_by_one_the_widest_first_and_none_twice() {
    let desk = Desk::new().await;
    let used = json!({ BUILDER: ["sqs:CreateQueue", "iam:GetRole"], READER: [] });
    desk.stand.post("access-analyzer", &json!({ "used": used }));
    let account = desk.file("account.json", &account());
    let widest = ["--widest-of", &*account];

    let (code, said) = desk.generate("first.jsonl", &[&widest[..], &["--most", "1"]].concat());
    assert_eq!(
        (code, &*said),
        (
            Some(0),
            "1 of 2 principals have a generated policy, used: 2\n\
             1 have none: run it again with the same --work, tomorrow if AWS takes no more today\n"
        )
    );
    let of_builder = |action: &str| {
        json!({
            "principal": BUILDER, "used": action, "first": "2026-05-01T00:00:00Z",
            "last": "2026-07-01T00:00:00Z", "count": 1
        })
    };
    let header =
        json!({ "usageFile": 1, "source": "access-analyzer", "account": ACCOUNT, "saw": [] });
    let expected =
        [header, of_builder("iam:GetRole"), of_builder("sqs:CreateQueue"), json!({ "end": 2 })];
    assert_eq!(lines(&desk.path("first.jsonl")), expected);
    assert_eq!(desk.begun(), 1);

    let (code, said) = desk.generate("both.jsonl", &widest);
    assert_eq!((code, &*said), (Some(0), "2 of 2 principals have a generated policy, used: 2\n"));
    assert_eq!((lines(&desk.path("both.jsonl")), desk.begun()), (expected.to_vec(), 2));
    // Without the folder AWS still remembers what it generated of this time.
    fs::remove_dir_all(desk.path("work")).expect("it is there");
    desk.generate("again.jsonl", &widest);
    assert_eq!((lines(&desk.path("again.jsonl")), desk.begun()), (expected.to_vec(), 2));
}

#[tokio::test]
async fn where_aws_generates_no_more_what_is_done_is_written_and_who_is_left_is_said() {
    let desk = Desk::new().await;
    desk.stand.post("access-analyzer", &json!({ "used": { BUILDER: ["sqs:CreateQueue"] } }));
    desk.stand.faults(&json!([{
        "kind": "error", "operation": "access-analyzer:StartPolicyGeneration", "skip": 1,
        "times": null, "code": "ServiceQuotaExceededException", "message": "50 a day",
        "status": 402,
    }]));
    let (code, said) = desk.generate("usage.jsonl", &[BUILDER, READER]);
    assert_eq!(
        (code, &*said),
        (
            Some(0),
            &*format!(
                "warning: AWS generates no more now: access-analyzer:StartPolicyGeneration on `{READER}` failed: \
                 ServiceQuotaExceededException: 50 a day\n\
                 1 of 2 principals have a generated policy, used: 1\n\
                 1 have none: run it again with the same --work, tomorrow if AWS takes no more today\n"
            )
        )
    );
    assert_eq!(lines(&desk.path("usage.jsonl")).len(), 3);
}

#[tokio::test]
async fn what_access_analyzer_saw_used_is_unknown_and_what_it_lists_is_agreed() {
    let desk = Desk::new().await;
    let unused = json!([
        { "serviceNamespace": "sns" },
        { "serviceNamespace": "sqs", "lastAccessed": "2026-11-20T00:00:00Z",
          "actions": [{ "action": "DeleteQueue" }] },
    ]);
    desk.stand.post("access-analyzer", &json!({ "unused": { BUILDER: unused } }));
    let analyzer = format!("arn:aws:access-analyzer:us-east-1:{ACCOUNT}:analyzer/unused");
    let usage = desk.text("unused.jsonl");
    // It is asked in its own Region, whatever Region is named.
    let region = ["--region", "eu-west-1"];
    let arguments = ["evidence", "unused-access", &analyzer, "--output", &usage];
    let run = desk.run(&[&arguments[..], &region[..]].concat());
    assert_eq!(
        ended(&run),
        (Some(0), "of 1 principals Access Analyzer lists what was unused for 90 days\n".to_owned())
    );

    let report = |services: Value| {
        json!({
            "JobStatus": "COMPLETED", "JobCompletionDate": now(), "ServicesLastAccessed": services
        })
    };
    let idle = |namespace: &str| json!({ "ServiceNamespace": namespace, "ServiceName": namespace });
    let services = json!([idle("sqs"), idle("sns"), idle("glue")]);
    let reports = json!({ BUILDER: report(services), READER: report(json!([idle("s3")])) });
    let account = desk.file("account.json", &account());
    let access = desk.file("access.json", &reports);
    let judge = ["index", "--account", &account, "--access", &access, "--principal", BUILDER];
    let more = ["--evidence", &usage, "--output", "json", "--untracked-regions", "unused"];
    let judged = desk.run(&[&judge[..], &more[..]].concat());
    let rows: Value = serde_json::from_slice(&judged.stdout)
        .unwrap_or_else(|why| panic!("{why}: {:?}", ended(&judged)));
    assert_eq!(rows[0]["agreed"], json!({ "access-analyzer": ["sns"] }));
    // It names no service but SNS as a whole: of the two others something was used.
    let disagree = "not used by IAM's data, but used by another source's list";
    let unknown = |service: &str| json!({ "service": service, "why": disagree });
    assert_eq!(rows[0]["unknown"], json!([unknown("glue"), unknown("sqs")]));
}

fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
