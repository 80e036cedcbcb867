//! Usage files out of AWS: a trail in its bucket, and the event history.

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use leastwise_e2e::stand::{ACCOUNT, Stand};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Output;
use std::sync::LazyLock;
use tempfile::TempDir;

const ROLE: &str = "arn:aws:iam::111122223333:role/ci/builder";

/// The day on which the tests began.
static TODAY: LazyLock<NaiveDate> = LazyLock::new(|| Utc::now().date_naive());

/// The day so many days ago.
fn day(ago: u64) -> NaiveDate {
    TODAY.checked_sub_days(Days::new(ago)).expect("there is such a day")
}

/// A moment of the day so many days ago.
fn at(ago: u64, time: &str) -> DateTime<Utc> {
    format!("{}T{time}Z", day(ago)).parse().expect("it is a time")
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A call of the role.
fn call(at: DateTime<Utc>, region: &str, name: &str) -> Value {
    json!({
        "eventVersion": "1.11", "eventTime": text(at), "eventSource": "sqs.amazonaws.com",
        "eventName": name, "awsRegion": region, "eventType": "AwsApiCall",
        "eventCategory": "Management", "managementEvent": true,
        "readOnly": name.starts_with("List"), "recipientAccountId": ACCOUNT,
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLEBUILDER01:build",
            "arn": "arn:aws:sts::111122223333:assumed-role/builder/build", "accountId": ACCOUNT,
            "sessionContext": { "sessionIssuer": {
                "type": "Role", "principalId": "AROAEXAMPLEBUILDER01", "arn": ROLE,
                "accountId": ACCOUNT, "userName": "builder"
            } }
        }
    })
}

fn used(
    action: &str,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    count: u64,
    regions: &[&str],
) -> Value {
    json!({
        "principal": ROLE, "id": "AROAEXAMPLEBUILDER01", "used": action, "first": text(first),
        "last": text(last), "count": count, "regions": regions
    })
}

fn lines(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).expect("the usage file is there");
    text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A bucket with the trail of the account and what lies beside it.
struct Trail<'a> {
    stand: &'a Stand,
    files: TempDir,
    results: TempDir,
}

impl<'a> Trail<'a> {
    fn of(stand: &'a Stand) -> Self {
        let folder = || TempDir::new().expect("a temporary folder");
        Self { stand, files: folder(), results: folder() }
    }

    /// A file of a trail, written on the day so many days ago.
    fn file(&self, kind: &str, region: &str, ago: u64, records: &[Value]) {
        let folder = format!("logs/AWSLogs/{kind}/{region}/{}", day(ago).format("%Y/%m/%d"));
        let folder = self.files.path().join(folder);
        fs::create_dir_all(&folder).expect("a folder");
        let number = fs::read_dir(&folder).expect("it is there").count();
        let file = fs::File::create(folder.join(format!("{number}.json.gz"))).expect("a file");
        let mut gzip = GzEncoder::new(file, Compression::fast());
        let text = json!({ "Records": records }).to_string();
        gzip.write_all(text.as_bytes()).expect("it is written");
        gzip.finish().expect("it is whole");
    }

    fn upload(&self) {
        self.stand.aws(&["s3", "mb", "s3://trail"]);
        let from = self.files.path().to_string_lossy();
        self.stand.aws(&["s3", "cp", "--recursive", "--only-show-errors", &from, "s3://trail"]);
    }

    /// Runs the command on the trail, with these arguments more.
    fn read(&self, name: &str, more: &[&str]) -> (Output, std::path::PathBuf) {
        let usage = self.results.path().join(name);
        let work = self.results.path().join("work");
        let (usage_text, work) = (usage.to_string_lossy(), work.to_string_lossy());
        let arguments = ["evidence", "cloudtrail", "s3://trail/logs", "--account", ACCOUNT];
        let onto = ["--work", &work, "--output", &usage_text];
        let mut command = self.stand.leastwise(&[&arguments[..], &onto[..], more].concat());
        (command.output().expect("the command line starts"), usage)
    }

    /// The objects that were fetched since the last time.
    fn fetched(&self) -> usize {
        let calls = self.stand.calls_of("operator");
        let _ = ureq::delete(format!("{}/leastwise-stand/calls", self.stand.endpoint())).call();
        calls.iter().filter(|call| *call == "s3:GetObject").count()
    }
}

#[tokio::test]
async fn a_trail_in_its_bucket_becomes_a_usage_file_and_goes_on_where_it_was_cut_off() {
    let stand = Stand::empty().await;
    let trail = Trail::of(&stand);
    let own = format!("{ACCOUNT}/CloudTrail");
    let of_organization = format!("o-abc123/{ACCOUNT}/CloudTrail");
    let west = |ago: u64, time: &str, name: &str| call(at(ago, time), "eu-west-1", name);
    // The day before `--from`; nothing in its folder can be of a later day.
    trail.file(&own, "eu-west-1", 9, &[west(9, "12:00:00", "DeleteQueue")]);
    // Written a little late: the first is of the day before.
    let late = [west(9, "23:59:59", "DeleteQueue"), west(8, "00:00:00", "CreateQueue")];
    trail.file(&own, "eu-west-1", 8, &late);
    trail.file(&own, "eu-west-1", 8, &[west(8, "08:00:00", "ListQueues")]);
    trail.file(
        &own,
        "eu-west-1",
        7,
        &[west(7, "08:00:00", "ListQueues"), west(7, "09:00:00", "TagQueue")],
    );
    trail.file(
        &of_organization,
        "us-east-1",
        6,
        &[call(at(6, "10:00:00"), "us-east-1", "TagQueue")],
    );
    // The day after `--to`: of its folder only what is of `--to` counts.
    let edge = [west(6, "23:59:58", "TagQueue"), west(5, "00:00:01", "PurgeQueue")];
    trail.file(&own, "eu-west-1", 5, &edge);
    trail.file(&own, "eu-west-1", 4, &[west(4, "01:00:00", "PurgeQueue")]);
    // What must not be opened: it is no trail, or another account's.
    for kind in [
        format!("{ACCOUNT}/CloudTrail-Digest"),
        format!("{ACCOUNT}/CloudTrail-Insight"),
        "444455556666/CloudTrail".to_owned(),
    ] {
        trail.file(&kind, "eu-west-1", 7, &[west(7, "11:00:00", "PurgeQueue")]);
    }
    trail.upload();

    let (from, to) = (text(at(8, "00:00:00")), text(at(6, "23:59:59")));
    let period = ["--from", from.as_str(), "--to", &to, "--complete"];
    let at_the_last = json!([{
        "kind": "error", "operation": "s3:GetObject", "skip": 3, "times": null,
        "code": "AccessDenied", "message": "Access Denied", "status": 403,
    }]);
    stand.faults(&at_the_last);
    let (denied, usage) = trail.read("usage.jsonl", &period);
    assert_eq!(denied.status.code(), Some(1));
    assert!(!usage.exists(), "a run that failed writes nothing");
    let denied = said(&denied);
    let object = format!(
        "s3://trail/logs/AWSLogs/{of_organization}/us-east-1/{}",
        day(6).format("%Y/%m/%d/0.json.gz")
    );
    assert!(
        denied.contains(&format!(
            "error: s3:GetObject on `{object}` failed: AccessDenied: Access Denied\n\n\
             next: ask for the permission s3:GetObject on {object}; `leastwise permissions cloudtrail` prints the \
             smallest policy\n"
        )),
        "{denied}"
    );

    stand.faults(&json!([]));
    trail.fetched();
    let (whole, usage) = trail.read("usage.jsonl", &period);
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    // The first two days were read before.
    assert_eq!(trail.fetched(), 2);
    assert_eq!(
        said(&whole),
        format!(
            "s3://trail/logs: 4 days, 2 of them kept from before\n\
             5 files read (0 of other accounts or times, 0 of other kinds left out), 8 records: 6 show what \
             principals of {ACCOUNT} did; principals: 1, used: 3, denied: 0\n"
        )
    );
    let both = ["eu-west-1", "us-east-1"];
    let expected = [
        json!({
            "usageFile": 1, "source": "cloud-trail", "account": ACCOUNT,
            // The first day of the stretch may have begun in its middle.
            // and the last one, which has no read, may lack them.
            "saw": [{ "from": text(at(7, "00:00:00")), "to": text(at(7, "09:00:00")),
                      "regions": { "in": ["eu-west-1"] }, "management": true, "dataOf": [] }]
        }),
        used("sqs:CreateQueue", at(8, "00:00:00"), at(8, "00:00:00"), 1, &both[..1]),
        used("sqs:ListQueues", at(8, "08:00:00"), at(7, "08:00:00"), 2, &both[..1]),
        used("sqs:TagQueue", at(7, "09:00:00"), at(6, "23:59:58"), 3, &both),
        json!({ "end": 3 }),
    ];
    assert_eq!(lines(&usage), expected);

    let (again, kept) = trail.read("again.jsonl", &period);
    assert_eq!((again.status.code(), trail.fetched()), (Some(0), 0));
    assert_eq!(fs::read(kept).expect("it is there"), fs::read(usage).expect("it is there"));
}

#[tokio::test]
async fn what_cannot_be_found_or_signed_in_to_is_said_with_the_next_step() {
    let stand = Stand::empty().await;
    let run = |arguments: &[&str], without: &[&str]| {
        let mut command = stand.leastwise(arguments);
        let nowhere = TempDir::new().expect("a temporary folder");
        command.env("HOME", nowhere.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        for name in without {
            command.env_remove(name);
        }
        let output = command.output().expect("the command line starts");
        assert_eq!((output.status.code(), &*output.stdout), (Some(1), &b""[..]));
        said(&output)
    };
    let read = ["evidence", "cloudtrail", "s3://trail", "--account", ACCOUNT];
    let no_bucket = run(&read, &[]);
    assert!(no_bucket.starts_with("error: s3:ListBucket on `s3://trail/` failed: "), "{no_bucket}");
    stand.aws(&["s3", "mb", "s3://trail"]);
    assert_eq!(
        run(&read, &[]),
        format!(
            "error: there is no trail of {ACCOUNT} at `s3://trail/`: neither AWSLogs/{ACCOUNT}/CloudTrail/ nor \
             AWSLogs/o-…/{ACCOUNT}/CloudTrail/\n\nnext: give s3://BUCKET/PREFIX as `aws cloudtrail \
             describe-trails` shows them: S3BucketName, S3KeyPrefix\n"
        )
    );
    let no_region = run(&read, &["AWS_REGION"]);
    assert_eq!(
        no_region,
        "error: there is no Region to ask in\n\n\
         next: give --region, set AWS_REGION, or give the profile a region\n"
    );
    assert_eq!(
        run(&read, &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]),
        "error: there are no credentials for AWS: neither environment, shared files, web identity, container \
         nor instance has any\n\nnext: sign in as for AWS CLI (aws configure sso, or AWS_ACCESS_KEY_ID and the \
         others), or give --profile\n"
    );
    let profile = [&read[..], &["--profile", "ops"]].concat();
    for without in [&[][..], &["AWS_REGION"]] {
        assert_eq!(
            run(&profile, without),
            "error: the shared files have no profile `ops` with credentials\n\n\
             next: give the name of one that `aws configure list-profiles` shows\n"
        );
    }
}

#[tokio::test]
async fn the_event_history_of_several_regions_shows_use_and_calls_nothing_idle() {
    let stand = Stand::empty().await;
    let west = |ago: u64, time: &str, name: &str| call(at(ago, time), "eu-west-1", name);
    // More than a page on one day, and the edges of a day.
    let mut events: Vec<Value> =
        (0..60).map(|minute| west(2, &format!("10:{minute:02}:00"), "ListQueues")).collect();
    events.extend([
        west(2, "00:00:00", "CreateQueue"),
        west(2, "23:59:59", "CreateQueue"),
        west(3, "23:59:59", "DeleteQueue"),
        call(at(1, "12:00:00"), "us-east-1", "TagQueue"),
        call(at(1, "12:00:00"), "eu-central-1", "PurgeQueue"),
    ]);
    stand.post("event-history", &json!(events));
    stand.faults(&json!([{ "kind": "throttle", "operation": "cloudtrail:LookupEvents" }]));

    let results = TempDir::new().expect("a temporary folder");
    let usage = results.path().join("usage.jsonl");
    let arguments = ["evidence", "event-history", "--account", ACCOUNT, "--region", "eu-west-1"];
    let (from, onto) = (text(at(2, "00:00:00")), usage.to_string_lossy());
    let more = ["--from", from.as_str(), "--output", &onto];
    let run = stand.leastwise(&[&arguments[..], &more[..]].concat()).output();
    let run = run.expect("the command line starts");
    assert_eq!(
        (run.status.code(), said(&run)),
        (
            Some(0),
            format!(
                "the event history of eu-west-1, us-east-1: 3 days, 0 of them kept from before, 63 records: 63 show what \
                 principals of {ACCOUNT} did; principals: 1, used: 3, denied: 0\n"
            )
        )
    );
    let expected = [
        json!({ "usageFile": 1, "source": "cloud-trail", "account": ACCOUNT, "saw": [] }),
        used("sqs:CreateQueue", at(2, "00:00:00"), at(2, "23:59:59"), 2, &["eu-west-1"]),
        used("sqs:ListQueues", at(2, "10:00:00"), at(2, "10:59:00"), 60, &["eu-west-1"]),
        used("sqs:TagQueue", at(1, "12:00:00"), at(1, "12:00:00"), 1, &["us-east-1"]),
        json!({ "end": 3 }),
    ];
    assert_eq!(lines(&usage), expected);

    stand.faults(&json!([{
        "kind": "error", "operation": "cloudtrail:LookupEvents", "code": "AccessDeniedException",
        "message": "not authorized", "times": null,
    }]));
    let denied = stand.leastwise(&arguments).output().expect("the command line starts");
    let words = said(&denied);
    assert_eq!((denied.status.code(), &*denied.stdout), (Some(1), &b""[..]));
    assert!(words.contains("next: ask for the permission cloudtrail:LookupEvents on "), "{words}");
}
