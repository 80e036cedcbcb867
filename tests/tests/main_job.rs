//! The main job on the stand: scored by the evaluator Lambda, reported to AWS Config, remediated by the SSM document
//! and the remediation Lambda, scored again, restored to exactly what stood before.

use leastwise_aws::permissions::{EVALUATOR_ACTIONS, REMEDIATOR_ACTIONS};
use leastwise_e2e::judges;
use leastwise_e2e::operator::Evaluation;
use leastwise_e2e::seed::{Seeded, TrackedAction, allow, boundary_arn};
use leastwise_e2e::stand::{ACCOUNT, Stand};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A user whose permissions come from everywhere: an inline policy (s3, sqs), a managed one (dynamodb, kms) and a
/// group's (sns, iam). It uses s3 and sns, has not used kms for a year, and never the rest.
async fn analyst(stand: &Stand) -> Seeded {
    let user = stand.user("analyst").await;
    stand.user_inline("analyst", "queues", &allow(&["s3:*", "sqs:*"])).await;
    let tables = stand.managed_policy("/", "tables", &allow(&["dynamodb:*", "kms:*"])).await;
    stand.iam().attach_user_policy().user_name("analyst").policy_arn(tables).send().await.unwrap();
    stand.group_with("analysts", "people", &allow(&["sns:*", "iam:*"]), "analyst").await;
    stand.uses(&user, &[("s3", 3), ("sns", 179), ("kms", 365)]);
    user
}

/// The boundary that the analyst's use asks for.
fn analyst_boundary() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "LeastwiseKeep",
                "Effect": "Allow",
                // The own password; and S3 takes a role for some of its configuration, and asks KMS on the caller's
                // behalf.
                "Action": [
                    "iam:ChangePassword", "iam:GetAccountPasswordPolicy", "iam:PassRole", "kms:CreateGrant",
                    "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey",
                    "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "s3:*", "sns:*"
                ],
                "Resource": "*"
            }
        ]
    })
}

#[tokio::test]
async fn a_user_is_scored_remediated_scored_again_and_restored() {
    let stand = Stand::deployed(&[]).await;
    let user = analyst(&stand).await;
    let before = stand.snapshot(&user).await;

    // iam, kms, s3, sns and sqs hold permissions-management actions (weight 10), dynamodb too:
    // 4 of 6 services of weight 10 are idle, so 100 * 40 / 60 = 66.7.
    assert_eq!(
        stand.evaluate(&user).await,
        Evaluation {
            compliance: "NON_COMPLIANT".into(),
            annotation:
                "PCI 67 high: 4 of 6 granted services idle (3 never used, 1 not for 180 days); \
                         top: dynamodb, iam, kms, sqs"
                    .into()
        }
    );

    assert_eq!(stand.remediate(&user).await, None);
    let bounded = stand.snapshot(&user).await.besides_mark();
    assert_eq!(bounded.boundary, Some(boundary_arn(&user)));
    assert_eq!(
        bounded.tags,
        BTreeMap::from([("leastwise:previous-boundary".to_owned(), "none".to_owned())])
    );
    let boundary = stand.policy_document(&boundary_arn(&user)).await;
    assert_eq!(boundary, analyst_boundary());

    assert_eq!(
        stand.evaluate(&user).await,
        Evaluation {
            compliance: "COMPLIANT".into(),
            annotation: "PCI 0 low: 0 of 4 granted services idle; unknown: 2".into()
        }
    );

    let restored = stand.restore(&user.id).await;
    assert_eq!(restored.failure, None);
    for (function, allowed) in
        [("leastwise-evaluator", EVALUATOR_ACTIONS), ("leastwise-remediator", REMEDIATOR_ACTIONS)]
    {
        let calls: BTreeSet<String> = stand.calls_of(function).into_iter().collect();
        let beyond: Vec<&String> =
            calls.iter().filter(|call| !allowed.contains(&call.as_str())).collect();
        assert_eq!((beyond, calls.is_empty()), (Vec::new(), false), "calls of {function}");
    }
    assert_eq!(restored.steps.first().map(String::as_str), Some("restore"));
    assert_eq!(stand.snapshot(&user).await, before);
    assert_eq!(stand.evaluate(&user).await.compliance, "NON_COMPLIANT");
}

#[tokio::test]
async fn what_is_used_passes_under_the_boundary_and_what_is_idle_is_denied() {
    let granted = allow(&["s3:*", "sqs:*", "dynamodb:*", "kms:*", "sns:*", "iam:*"]);
    let calls = [
        "s3:ListAllMyBuckets",
        "sns:ListTopics",
        "sqs:ListQueues",
        "dynamodb:ListTables",
        "kms:ListKeys",
        "iam:ListUsers",
    ];
    let judged = judges::enforce(&[granted], &analyst_boundary(), &calls);
    let all = |allowed: bool| -> BTreeMap<String, bool> {
        calls.iter().map(|call| ((*call).to_owned(), allowed)).collect()
    };
    assert_eq!(judged.before, all(true));
    let mut used = all(false);
    used.extend([("s3:ListAllMyBuckets".to_owned(), true), ("sns:ListTopics".to_owned(), true)]);
    assert_eq!(judged.bounded, used);
    assert_eq!(judged.restored, all(true));
}

#[tokio::test]
async fn a_role_with_a_path_keeps_its_customers_boundary_as_the_outer_limit_and_gets_it_back() {
    let stand = Stand::deployed(&[]).await;
    let role = stand.role("/reporting/nightly/", "exporter").await;
    stand.role_inline("exporter", "all", &allow(&["*"])).await;
    let limits = json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "HomeRegion",
                "Effect": "Allow",
                "Action": ["s3:Get*", "s3:List*", "sqs:*", "ec2:*"],
                "Resource": "*",
                "Condition": { "StringEquals": { "aws:RequestedRegion": "eu-central-1" } }
            },
            { "Effect": "Deny", "Action": "s3:GetBucketPolicy", "Resource": "*" }
        ]
    });
    let limits_arn = stand.managed_policy("/limits/", "exporters", &limits).await;
    let iam = stand.iam();
    iam.put_role_permissions_boundary()
        .role_name("exporter")
        .permissions_boundary(&limits_arn)
        .send()
        .await
        .unwrap();
    stand.uses(&role, &[("s3", 0)]);
    let before = stand.snapshot(&role).await;
    assert_eq!(before.boundary.as_deref(), Some(limits_arn.as_str()));

    let dry_run = stand.rightsize(&role.arn, true).await;
    assert_eq!(dry_run.answers["plan"]["status"], "PLANNED");
    assert_eq!(dry_run.answers["plan"]["previousBoundary"], limits_arn);
    assert_eq!(stand.snapshot(&role).await, before, "a dry run writes nothing");

    let applied = stand.rightsize(&role.id, false).await;
    assert_eq!(applied.failure, None);
    assert_eq!(applied.answers["apply"]["status"], "APPLIED");
    assert_eq!(applied.answers["verify"]["status"], "NOOP");
    let bounded = stand.snapshot(&role).await.besides_mark();
    assert_eq!(bounded.boundary, Some(boundary_arn(&role)));
    assert_eq!(
        bounded.tags,
        BTreeMap::from([("leastwise:previous-boundary".to_owned(), limits_arn.clone())])
    );
    // ec2 and sqs are never used and go; the condition and the denial stay.
    assert_eq!(
        stand.policy_document(&boundary_arn(&role)).await,
        json!({
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "HomeRegion",
                    "Effect": "Allow",
                    "Action": ["s3:Get*", "s3:List*"],
                    "Resource": "*",
                    "Condition": { "StringEquals": { "aws:RequestedRegion": "eu-central-1" } }
                },
                { "Effect": "Deny", "Action": "s3:GetBucketPolicy", "Resource": "*" }
            ]
        })
    );

    let again = stand.rightsize(&role.id, false).await;
    assert_eq!(again.answers["plan"]["status"], "NOOP");
    let snapshot = stand.snapshot(&role).await.besides_mark();
    assert_eq!(snapshot, bounded, "a second run changes nothing");

    assert_eq!(stand.restore(&role.arn).await.failure, None);
    assert_eq!(stand.snapshot(&role).await, before);
    let nothing_left = stand.restore(&role.arn).await;
    assert_eq!(nothing_left.answers["restore"]["status"], "NOOP");
    assert_eq!(stand.snapshot(&role).await, before);
}

#[tokio::test]
async fn of_a_used_service_each_tracked_action_is_kept_or_dropped_by_its_own_date() {
    let stand = Stand::deployed(&[("Wildcards", "none")]).await;
    let role = stand.role("/", "queue-worker").await;
    stand.role_inline("queue-worker", "queues", &allow(&["sqs:*"])).await;
    let tracked: &[TrackedAction<'_>] = &[
        ("SendMessage", Some(1)),
        ("ReceiveMessage", Some(2)),
        ("DeleteMessage", Some(2)),
        ("PurgeQueue", Some(300)),
        ("AddPermission", None),
        ("CreateQueue", None),
        ("DeleteQueue", None),
        ("RemovePermission", None),
        ("SetQueueAttributes", None),
    ];
    stand.uses_actions(&role, &[("sqs", 1)], &[("sqs", tracked)]);

    // Used: two writes of 6 and a read of 3. Idle: three writes, and three of permissions management of 10: 48 of 63.
    assert_eq!(
        stand.evaluate(&role).await,
        Evaluation {
            compliance: "NON_COMPLIANT".into(),
            annotation: "PCI 76 high: 0 of 1 granted services idle, 1 in part; top: sqs".into()
        }
    );
    assert_eq!(stand.remediate(&role).await, None);
    // What IAM does not track stays.
    assert_eq!(
        stand.policy_document(&boundary_arn(&role)).await,
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "LeastwiseKeep",
                "Effect": "Allow",
                "Action": [
                    "sqs:CancelMessageMoveTask", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListDeadLetterSourceQueues",
                    "sqs:ListMessageMoveTasks", "sqs:ListQueues", "sqs:ListQueueTags", "sqs:ReceiveMessage",
                    "sqs:SendMessage", "sqs:StartMessageMoveTask", "sqs:TagQueue", "sqs:UntagQueue"
                ],
                "Resource": "*"
            }]
        })
    );
    assert_eq!(
        stand.evaluate(&role).await,
        Evaluation {
            compliance: "COMPLIANT".into(),
            annotation: "PCI 0 low: 0 of 1 granted services idle".into()
        }
    );
}

#[tokio::test]
async fn remediation_can_be_automatic() {
    let stand =
        Stand::deployed(&[("AutomaticRemediation", "true"), ("NotPrincipalChecked", "true")]).await;
    let user = analyst(&stand).await;
    assert_eq!(stand.evaluate(&user).await.compliance, "NON_COMPLIANT");
    assert_eq!(stand.remediation_end(&user).await, None);
    // KMS was used a year ago: what has a date goes with notice.
    let noticed = stand.snapshot(&user).await;
    assert_eq!(noticed.boundary, None);
    assert_eq!(
        noticed.tags.keys().collect::<Vec<_>>(),
        ["leastwise:planned", "leastwise:planned-for"]
    );
    let role = stand.role("/", "exporter").await;
    stand.role_inline("exporter", "much", &allow(&["s3:*", "sqs:*", "kms:*"])).await;
    stand.uses(&role, &[("s3", 1)]);
    assert_eq!(stand.evaluate(&role).await.compliance, "NON_COMPLIANT");
    assert_eq!(stand.remediation_end(&role).await, None);
    assert_eq!(stand.snapshot(&role).await.boundary, Some(boundary_arn(&role)));
    assert_eq!(stand.evaluate(&role).await.compliance, "COMPLIANT");
}

#[tokio::test]
async fn the_shipped_documents_run_on_awss_own_simulator_too() {
    let stand = Stand::deployed(&[]).await;
    let user = analyst(&stand).await;
    let before = stand.snapshot(&user).await;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/leastwise/leastwise-automation");

    let parameters =
        json!({ "AutomationAssumeRole": role, "ResourceId": user.id, "DryRun": "false" });
    let applied = judges::run_on_simulator(&stand, "LeastwiseRightsizePrincipal", &parameters);
    assert_eq!(applied["status"], "Success", "{applied}");
    assert_eq!(stand.snapshot(&user).await.boundary, Some(boundary_arn(&user)));

    let parameters = json!({ "AutomationAssumeRole": role, "ResourceId": user.id });
    let restored = judges::run_on_simulator(&stand, "LeastwiseRestorePrincipal", &parameters);
    assert_eq!(restored["status"], "Success", "{restored}");
    assert_eq!(stand.snapshot(&user).await, before);
}
