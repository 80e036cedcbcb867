//! Commands that go to AWS, as far as they can be wrong before they do.

use crate::program::{Run, run};

const ACCOUNT: &str = "111122223333";

fn wrong_usage(why: &str, usage: &str) -> Run {
    let usage = if usage.is_empty() { String::new() } else { format!("\n\nUsage: {usage}") };
    Run::complained(2, &format!("error: {why}{usage}\n\nFor more information, try '--help'.\n"))
}

fn cloudtrail(more: &[&str]) -> Run {
    run(&[&["evidence", "cloudtrail", "--account", ACCOUNT], more].concat())
}

#[test]
fn a_time_that_ends_before_it_begins_is_wrong_usage() {
    let why = "--from (2026-10-02T00:00:00Z) lies after --to (2026-10-01T12:00:00Z); swap them";
    let expected = wrong_usage(why, "leastwise <COMMAND>");
    let period = ["--from", "2026-10-02", "--to", "2026-10-01T12:00:00Z"];
    for source in ["trail.json", "s3://trail/"] {
        assert_eq!(cloudtrail(&[&[source], &period[..]].concat()), expected, "{source}");
    }
    let history = ["evidence", "event-history", "--account", ACCOUNT];
    assert_eq!(run(&[&history[..], &period[..]].concat()), expected);
}

#[test]
fn what_only_a_trail_in_s3_needs_is_wrong_usage_with_saved_files() {
    let only = |what: &str| {
        let why = format!("{what} is for a trail in S3, and none is named");
        wrong_usage(&why, "leastwise <COMMAND>")
    };
    assert_eq!(cloudtrail(&["trail.json", "--work", "days"]), only("--work"));
    for access in [["--profile", "ops"], ["--region", "eu-west-1"]] {
        assert_eq!(cloudtrail(&["trail.json", access[0], access[1]]), only("access to AWS"));
    }
}

#[test]
fn what_is_no_bucket_region_or_role_is_named() {
    let wrong = |value: &str, argument: &str, why: &str| {
        wrong_usage(&format!("invalid value '{value}' for '{argument}': {why}"), "")
    };
    for bucket in ["s3://", "s3:///prefix", "s3://Trail/", "s3://a b/x"] {
        let why = "expected s3://BUCKET/PREFIX, such as s3://trail/AWSLogs/";
        assert_eq!(cloudtrail(&[bucket]), wrong(bucket, "<TRAIL>...", why));
    }
    let region = "expected the code of a Region, such as eu-west-1";
    let run_region = cloudtrail(&["s3://trail/", "--region", "Ireland"]);
    assert_eq!(run_region, wrong("Ireland", "--region <REGION>", region));
    let role = "expected the ARN of a role, such as arn:aws:iam::111122223333:role/reader";
    let user = "arn:aws:iam::111122223333:user/mira";
    let run_role = cloudtrail(&["s3://trail/", "--assume-role", user]);
    assert_eq!(run_role, wrong(user, "--assume-role <ARN>", role));
}

#[test]
fn an_external_id_is_for_a_role_that_is_assumed() {
    let run = cloudtrail(&["s3://trail/", "--external-id", "team"]);
    assert_eq!((run.code, &*run.stdout), (2, ""));
    assert!(run.stderr.contains("--assume-role <ARN>"), "{}", run.stderr);
}
