//! What happens after a boundary stands, end to end: restores that hold, waves that stop.

use leastwise_e2e::seed::{Seeded, allow, boundary_arn};
use leastwise_e2e::stand::Stand;
use serde_json::{Value, json};

/// A role that uses S3, and never used what else it is granted.
async fn idle_role(stand: &Stand, name: &str) -> Seeded {
    let role = stand.role("/", name).await;
    stand.role_inline(name, "much", &allow(&["s3:*", "sqs:*", "kms:*"])).await;
    stand.uses(&role, &[("s3", 1)]);
    role
}

async fn boundary(stand: &Stand, role: &Seeded) -> Option<String> {
    stand.snapshot(role).await.boundary
}

#[tokio::test]
async fn who_is_restored_is_left_alone_by_automatic_remediation_until_the_hold_is_lifted() {
    let stand = Stand::deployed(&[
        ("AutomaticRemediation", "true"),
        ("NotPrincipalChecked", "true"),
        ("RestoreHoldDays", "30"),
    ])
    .await;
    let role = idle_role(&stand, "app").await;
    let before = stand.snapshot(&role).await;
    assert_eq!(stand.evaluate(&role).await.compliance, "NON_COMPLIANT");
    assert_eq!(stand.remediation_end(&role).await, None);
    assert_eq!(boundary(&stand, &role).await, Some(boundary_arn(&role)));

    assert_eq!(stand.restore(&role.id).await.failure, None);
    // The restore changes the role, and that triggers the rule.
    let evaluation = stand.evaluate(&role).await;
    assert!(evaluation.annotation.starts_with("held until "), "{}", evaluation.annotation);
    assert_eq!(evaluation.compliance, "NON_COMPLIANT");
    // A failed attempt would count, and in the end make an exception that nobody sees.
    assert_eq!(stand.remediation_end(&role).await, None);
    let held = stand.snapshot(&role).await;
    assert_eq!((held.boundary, held.policies), (None, before.policies));
    assert_eq!(held.tags.keys().collect::<Vec<_>>(), ["leastwise:held-until"]);

    let lifted = stand.lift_hold(&role.id).await;
    assert_eq!(
        lifted.answers["restore"]["message"],
        json!("the hold is lifted, and there was neither a Leastwise boundary nor a notice")
    );
    stand.evaluate(&role).await;
    assert_eq!(stand.remediation_end(&role).await, None);
    assert_eq!(boundary(&stand, &role).await, Some(boundary_arn(&role)));
}

#[tokio::test]
async fn a_wave_of_eight_in_which_the_second_breaks_stops_at_two_and_restores_the_broken_one() {
    let stand = Stand::empty().await;
    let topic = stand.topic("leastwise");
    stand.deploy(&[
        ("AutomaticRemediation", "true"),
        ("NotPrincipalChecked", "true"),
        ("NotificationTopicArn", &topic.arn),
        ("CanarySize", "2"),
        ("RestoreOnBreak", "on"),
        ("RestoreHoldDays", "30"),
    ]);
    let mut roles = Vec::new();
    for number in 1..=8 {
        roles.push(idle_role(&stand, &format!("app-{number}")).await);
    }
    stand.evaluate(&roles[0]).await;
    let mut bounded = Vec::new();
    for role in &roles {
        assert_eq!(stand.remediation_end(role).await, None);
        if boundary(&stand, role).await.is_some() {
            bounded.push(role);
        }
    }
    assert_eq!(bounded.len(), 2, "two come first, the others are told when");
    let told: Vec<String> =
        stand.published(&topic).into_iter().map(|(subject, _)| subject).collect();
    let starting = |start: &str| told.iter().filter(|subject| subject.starts_with(start)).count();
    assert_eq!(starting("Leastwise: boundary applied to role app-"), 2, "{told:?}");
    assert_eq!(starting("Leastwise: boundary planned for role app-"), 6, "{told:?}");

    // The second of them needs SQS after all.
    let broken = bounded[1];
    stand.uses(broken, &[("s3", 1), ("sqs", 0)]);
    let evaluation = stand.evaluate(broken).await;
    assert!(evaluation.annotation.starts_with("suspected break: sqs"), "{}", evaluation.annotation);
    stand.unbounded(broken).await;
    let scheduled = stand.schedule().await;
    assert_eq!(scheduled.failure, None);
    stand.evaluate(&roles[0]).await;
    for role in &roles {
        assert_eq!(stand.remediation_end(role).await, None);
        let stands = boundary(&stand, role).await.is_some();
        assert_eq!(stands, role.name == bounded[0].name, "{}", role.name);
    }
    let told = stand.published(&topic);
    let breaks = told.iter().filter(|(subject, _)| subject.contains("suspected break"));
    let breaks: Vec<&str> = breaks.map(|(_, text)| text.as_str()).collect();
    assert_eq!(breaks.len(), 1, "{told:?}");
    let message: Value = serde_json::from_str(breaks[0]).unwrap();
    assert_eq!(
        (&message["principal"], &message["details"]),
        (&json!(broken.arn), &json!({ "stopped": ["sqs"], "halted": true, "restoring": true }))
    );
    assert!(stand.log("leastwise-remediator").contains("everything automatic is halted"));

    let resumed = stand.resume().await;
    assert_eq!((&resumed.answers["resume"]["status"], resumed.failure), (&json!("RESUMED"), None));
    // The others' notices are due tomorrow, and the broken one is held.
    assert_eq!(stand.schedule().await.answers["enforce"]["status"], json!("NOOP"));
    assert_eq!(boundary(&stand, broken).await, None);
}

#[tokio::test]
async fn a_newly_granted_service_is_usable_again_within_one_evaluation_and_nothing_else_is() {
    let stand = Stand::deployed(&[]).await;
    let role = idle_role(&stand, "app").await;
    // AWS Config has known for long what it was granted.
    stand.record(&role.arn, 20);
    assert_eq!(stand.evaluate(&role).await.compliance, "NON_COMPLIANT");
    assert_eq!(stand.remediate(&role).await, None);
    let before = stand.policy_document(&boundary_arn(&role)).await;
    assert_eq!(stand.evaluate(&role).await.compliance, "COMPLIANT");

    stand.record(&role.arn, 0);
    stand.role_inline("app", "tables", &allow(&["dynamodb:*"])).await;
    let evaluation = stand.evaluate(&role).await;
    assert_eq!(evaluation.compliance, "NON_COMPLIANT");
    let denied = "newly granted and denied by its boundary: dynamodb; PCI 0 low: ";
    assert!(evaluation.annotation.starts_with(denied), "{}", evaluation.annotation);
    assert_eq!(stand.remediate(&role).await, None);
    let after = stand.policy_document(&boundary_arn(&role)).await;
    let (kept, added) = after["Statement"].as_array().unwrap().split_first().unwrap();
    assert_eq!(*kept, before["Statement"][0]);
    let added: Vec<&Value> = added.iter().map(|statement| &statement["Action"]).collect();
    assert_eq!(added, [&json!("dynamodb:*")]);
    assert_eq!(stand.evaluate(&role).await.compliance, "COMPLIANT");
    assert_eq!(stand.restore(&role.id).await.failure, None);
    let restored = stand.snapshot(&role).await;
    assert_eq!((restored.boundary, restored.tags.len()), (None, 0));
}

#[tokio::test]
async fn a_denial_that_the_owner_of_the_boundary_before_adds_is_carried_over_and_restored_with_it()
{
    let stand = Stand::deployed(&[]).await;
    let role = stand.role("/", "app").await;
    stand.role_inline("app", "much", &allow(&["s3:*", "sqs:*", "kms:*"])).await;
    let limits =
        stand.managed_policy("/limits/", "apps", &allow(&["s3:*", "sqs:*", "kms:*"])).await;
    let put = stand.iam().put_role_permissions_boundary().role_name("app");
    put.permissions_boundary(&limits).send().await.unwrap();
    stand.uses(&role, &[("s3", 1)]);
    assert_eq!(stand.rightsize(&role.id, false).await.failure, None);

    let denial = json!({ "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*" });
    let mut document = allow(&["s3:*", "sqs:*", "kms:*"]);
    document["Statement"].as_array_mut().unwrap().push(denial.clone());
    let version = stand.iam().create_policy_version().policy_arn(&limits).set_as_default(true);
    version.policy_document(document.to_string()).send().await.unwrap();
    assert_eq!(stand.rightsize(&role.id, false).await.failure, None);
    let bounded = stand.policy_document(&boundary_arn(&role)).await;
    let statements = bounded["Statement"].as_array().unwrap();
    assert!(statements.contains(&denial), "{bounded}");

    // The owner deletes the policy: what it said is restored all the same.
    stand.iam().delete_policy_version().policy_arn(&limits).version_id("v1").send().await.unwrap();
    stand.iam().delete_policy().policy_arn(&limits).send().await.unwrap();
    assert_eq!(stand.restore(&role.id).await.failure, None);
    let kept = boundary(&stand, &role).await.unwrap();
    assert_eq!(kept, "arn:aws:iam::111122223333:policy/leastwise/previous-role-app");
    assert_eq!(stand.policy_document(&kept).await, document);
}

#[tokio::test]
async fn a_call_that_its_boundary_denied_halts_everything_at_once_and_is_given_back_and_undone() {
    let stand = Stand::empty().await;
    let topic = stand.topic("leastwise");
    stand.deploy(&[("NotificationTopicArn", &topic.arn)]);
    let role = idle_role(&stand, "app").await;
    let before = stand.snapshot(&role).await;
    stand.evaluate(&role).await;
    assert_eq!(stand.remediate(&role).await, None);
    let narrowed = stand.policy_document(&boundary_arn(&role)).await;

    let denied = |why: &str| {
        let message = format!(
            "User: arn:aws:sts::111122223333:assumed-role/app/session is not authorized to perform: sqs:CreateQueue \
             on resource: arn:aws:sqs:us-east-1:111122223333:orders because {why} allows the sqs:CreateQueue action"
        );
        stand.denied_call(&role, "sqs:CreateQueue", &message)
    };
    assert_eq!(denied("no service control policy"), [] as [Value; 0], "the rule lets it pass");
    let answers = denied("no permissions boundary");
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0]["rule"], "leastwise-denials");
    let halted = ["ssm", "get-parameter", "--name", "/leastwise/automatic/halted"];
    let halted: Value = serde_json::from_str(&stand.aws(&halted)).unwrap();
    let halt: Value = serde_json::from_str(halted["Parameter"]["Value"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&halt["principal"], &halt["stopped"]),
        (&json!(role.arn), &json!(["sqs:CreateQueue"]))
    );
    let told = stand.published(&topic);
    let breaks: Vec<_> = told.iter().filter(|(it, _)| it.contains("suspected break")).collect();
    assert_eq!(breaks.len(), 1, "{told:?}");

    assert_eq!(stand.give_back(&role.id, "sqs:CreateQueue").await.failure, None);
    let given = stand.policy_document(&boundary_arn(&role)).await;
    let (kept, added) = given["Statement"].as_array().unwrap().split_first().unwrap();
    assert_eq!(*kept, narrowed["Statement"][0]);
    let added: Vec<&Value> = added.iter().map(|statement| &statement["Action"]).collect();
    assert_eq!(added, [&json!("sqs:CreateQueue")]);

    assert_eq!(stand.restore(&role.id).await.failure, None);
    let after = stand.snapshot(&role).await;
    assert_eq!((after.boundary, after.policies), (before.boundary, before.policies));
    assert_eq!(stand.resume().await.answers["resume"]["status"], json!("RESUMED"));
}
