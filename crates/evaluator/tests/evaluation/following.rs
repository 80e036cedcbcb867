//! What is granted after our boundary was planned.

use crate::scene::{account, app, change, evaluate, item, schedule};
use leastwise_aws::ports::Compliance;
use leastwise_testing::aws::{Fake, History};
use leastwise_testing::{allow, days_ago};
use serde_json::{Value, json};

const OWN: &str = "arn:aws:iam::111122223333:policy/leastwise/role-app";

/// The role, granted S3, SQS and KMS, under a boundary of ours with these statements.
fn bounded(statements: &Value) -> Fake {
    let mut app = app();
    app["PermissionsBoundary"] =
        json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": OWN });
    app["Tags"] = json!([{ "Key": "leastwise:previous-boundary", "Value": "none" }]);
    let mut account = account(&[app]);
    account["Policies"] = json!([{
        "PolicyName": "role-app", "Arn": OWN, "DefaultVersionId": "v1",
        "PolicyVersionList": [{
            "VersionId": "v1", "IsDefaultVersion": true, "CreateDate": days_ago(10),
            "Document": { "Version": "2012-10-17", "Statement": statements }
        }]
    }]);
    Fake::of_account(account)
        .using("app", &[("s3", Some(1)), ("sqs", None), ("kms", None)])
        .after(History::Granted(allow(&["s3:*"])))
}

async fn verdicts(aws: &Fake) -> Vec<(Compliance, String)> {
    for event in [schedule(&json!({})), change(&item())] {
        evaluate(&event, aws).await.unwrap();
    }
    let evaluations = aws.evaluations().into_iter();
    evaluations.map(|it| (it.compliance, it.annotation.unwrap())).collect()
}

#[tokio::test]
async fn whoever_is_denied_what_it_was_granted_since_is_not_compliant() {
    let aws = bounded(&json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }]));
    let verdict = (
        Compliance::NonCompliant,
        "newly granted and denied by its boundary: kms and 1 more; PCI 0 low: 0 of 1 granted services idle"
            .to_owned(),
    );
    assert_eq!(verdicts(&aws).await, [verdict.clone(), verdict]);
}

#[tokio::test]
async fn once_the_boundary_follows_it_is_compliant_as_before() {
    let aws = bounded(&json!([
        { "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
        { "Sid": "LeastwiseNew20260630", "Effect": "Allow", "Action": ["kms:*", "sqs:*"],
          "Resource": "*" }
    ]));
    let annotation = "PCI 0 low: 0 of 3 granted services idle; unknown: 2";
    let verdict = (Compliance::Compliant, annotation.to_owned());
    let verdicts = verdicts(&aws).await;
    assert_eq!(verdicts, [verdict.clone(), verdict]);
}

#[tokio::test]
async fn where_there_is_no_record_the_verdict_stands_and_says_so() {
    let aws = bounded(&json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }]))
        .after(History::NoRecord);
    let mut event = schedule(&json!({}));
    event["ruleParameters"] = json!(json!({ "NewPermissionGraceDays": "0" }).to_string());
    evaluate(&event, &aws).await.unwrap();
    let verdicts: Vec<_> =
        aws.evaluations().into_iter().map(|it| (it.compliance, it.annotation.unwrap())).collect();
    let annotation = "PCI 0 low: 0 of 1 granted services idle; its boundary may deny newer grants";
    assert_eq!(verdicts, [(Compliance::Compliant, annotation.to_owned())]);
}
