//! Usage files: what others than IAM saw of principals.

use crate::scene::{ID, IDLE_ANNOTATION, app_alone, app_is, change, evaluate_with, item, schedule};
use leastwise_aws::CallError;
use leastwise_aws::ports::Compliance::{Compliant, NonCompliant, NotApplicable};
use leastwise_evaluator::settings::Settings;
use leastwise_testing::days_ago;
use serde_json::json;

const PREFIX: &str = "s3://evidence/usage/";
const FILE: &str = "s3://evidence/usage/trail.jsonl";

fn with_evidence() -> Settings {
    Settings { evidence: Some(PREFIX.parse().unwrap()), ..Settings::default() }
}

/// A usage file by which the principal of this id used these actions so many days ago.
fn trail(id: &str, uses: &[(&str, i64)]) -> String {
    let header = json!({ "usageFile": 1, "source": "cloud-trail", "account": "111122223333" });
    let mut lines = vec![header.to_string()];
    for (action, days) in uses {
        lines.push(json!({ "id": id, "used": action, "last": days_ago(*days) }).to_string());
    }
    lines.push(json!({ "end": uses.len() }).to_string());
    lines.join("\n")
}

#[tokio::test]
async fn what_a_usage_file_shows_counts_as_use_in_a_change_and_in_a_sweep() {
    let text = trail(ID, &[("kms:Decrypt", 2), ("sqs:SendMessage", 200)]);
    // That SQS was used before the window says nothing.
    let annotation = "PCI 33 low: 1 of 3 granted services idle (1 never used); top: sqs";
    for event in [change(&item()), schedule(&json!({}))] {
        let aws = app_alone().with_file(FILE, Ok(&text)).with_file(PREFIX, Ok(""));
        evaluate_with(&event, &with_evidence(), &aws).await.unwrap();
        let [evaluation] = aws.evaluations().try_into().unwrap();
        assert_eq!(
            (evaluation.compliance, evaluation.annotation.as_deref()),
            (Compliant, Some(annotation))
        );
    }
}

#[tokio::test]
async fn several_files_are_read_and_what_is_about_others_says_nothing() {
    let other = trail("AROAEXAMPLE0OTHROLE1", &[("kms:Decrypt", 2), ("sqs:SendMessage", 2)]);
    let aws = app_alone().with_file(FILE, Ok(&other));
    evaluate_with(&change(&item()), &with_evidence(), &aws).await.unwrap();
    assert_eq!(aws.evaluations(), [app_is(NonCompliant, IDLE_ANNOTATION)]);
    let (kms, sqs) = (trail(ID, &[("kms:Decrypt", 2)]), trail(ID, &[("sqs:SendMessage", 2)]));
    let aws = app_alone()
        .with_file(FILE, Ok(&other))
        .with_file("s3://evidence/usage/2026/a.jsonl", Ok(&kms))
        .with_file("s3://evidence/usage/2026/b.jsonl", Ok(&sqs));
    evaluate_with(&change(&item()), &with_evidence(), &aws).await.unwrap();
    assert_eq!(aws.evaluations(), [app_is(Compliant, "PCI 0 low: 0 of 3 granted services idle")]);
}

#[tokio::test]
async fn usage_files_that_cannot_be_used_leave_nothing_idle_and_fail_the_run() {
    let cut = trail(ID, &[("kms:Decrypt", 2)]).replace("{\"end\":1}", "");
    let denied = CallError::refused("s3:GetObject", FILE, "AccessDenied", "as S3 says it");
    let readme = "s3://evidence/usage/README.md";
    let cases = [
        (app_alone(), "no usage file is there; correct the setting, or empty it"),
        (
            app_alone().with_file(readme, Ok("see the wiki")),
            "`s3://evidence/usage/README.md` is not a usage file: line 1: expected value at line 1 column 1",
        ),
        (
            app_alone().with_file(FILE, Ok(&cut)),
            "`s3://evidence/usage/trail.jsonl` is not a usage file: it is cut short after line 2: the last line of a \
             usage file is `{\"end\":N}`; write it anew",
        ),
        (
            app_alone().with_file(FILE, Err(denied)),
            "s3:GetObject on `s3://evidence/usage/trail.jsonl` failed: AccessDenied: as S3 says it",
        ),
    ];
    for (aws, why) in cases {
        let failed = evaluate_with(&change(&item()), &with_evidence(), &aws).await.unwrap_err();
        let expected =
            format!("`EvidenceList` ({PREFIX}) cannot be used, so nothing is called idle: {why}");
        assert_eq!((failed.error_type(), failed.to_string()), ("Failed", expected));
        // One of three services is known to be used; of the others nothing can be said.
        let annotation = "not judged: the use of 33 % of its grants by weight is known (2 of 3 services \
                          unknown), less than MinimumKnownPercent (50 %)";
        let [evaluation] = aws.evaluations().try_into().unwrap();
        assert_eq!(
            (evaluation.compliance, evaluation.annotation.as_deref()),
            (NotApplicable, Some(annotation))
        );
    }
}
