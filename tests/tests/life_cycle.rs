//! Approval, notice, quarantine and what is published about them, end to end.

use leastwise_e2e::seed::{Seeded, allow, boundary_arn};
use leastwise_e2e::stand::Stand;
use serde_json::{Value, json};

async fn idle_role(stand: &Stand, name: &str) -> Seeded {
    let role = stand.role("/", name).await;
    stand.role_inline(name, "much", &allow(&["s3:*", "sqs:*", "kms:*"])).await;
    stand.uses(&role, &[("s3", 1)]);
    role
}

fn subjects(published: Vec<(String, String)>) -> Vec<String> {
    published.into_iter().map(|(subject, _)| subject).collect()
}

/// The status of each answer to an event.
fn statuses(answers: &[Value]) -> Vec<Value> {
    let status = |answer: &Value| -> Value {
        let answer: Value = serde_json::from_str(answer["payload"].as_str().unwrap()).unwrap();
        answer["status"].clone()
    };
    answers.iter().map(status).collect()
}

#[tokio::test]
async fn a_plan_is_applied_once_it_is_approved_and_another_plan_is_not() {
    let stand = Stand::deployed(&[]).await;
    let approvals = stand.topic("Automation-approvals");
    let role = idle_role(&stand, "app").await;
    let rejected = stand.rightsize_with_approval(&role.id, &approvals.arn).await;
    assert!(stand.decide(&rejected, false).await.failure.is_some());
    assert_eq!(stand.snapshot(&role).await.boundary, None);

    // What is used changes between the question and its answer, and with it the plan.
    let stale = stand.rightsize_with_approval(&role.id, &approvals.arn).await;
    stand.uses(&role, &[("s3", 1), ("sqs", 1)]);
    let refused = stand.decide(&stale, true).await;
    assert_eq!(refused.answers["applyApproved"]["error"], json!("PlanChanged"));
    assert_eq!(stand.snapshot(&role).await.boundary, None);

    let approved = stand.rightsize_with_approval(&role.id, &approvals.arn).await;
    assert_eq!(stand.decide(&approved, true).await.failure, None);
    assert_eq!(stand.snapshot(&role).await.boundary, Some(boundary_arn(&role)));
}

#[tokio::test]
async fn a_noticed_principal_keeps_everything_until_the_day_and_then_loses_what_was_idle_all_along()
{
    let stand = Stand::empty().await;
    let topic = stand.topic("leastwise");
    stand.deploy(&[("NotificationTopicArn", &topic.arn)]);
    let role = idle_role(&stand, "app").await;
    for _ in 0..2 {
        let noticed = stand.rightsize_after_notice(&role.id, 14).await;
        assert_eq!(
            (&noticed.answers["apply"]["status"], noticed.failure),
            (&json!("NOTICED"), None)
        );
        assert_eq!(stand.snapshot(&role).await.boundary, None);
    }
    let announced = ["Leastwise: boundary planned for role app (111122223333)"];
    assert_eq!(subjects(stand.published(&topic)), announced);

    // The day has come; meanwhile SQS was used.
    let tags = stand.snapshot(&role).await.tags;
    let (noticed, digest) = tags["leastwise:planned"].split_once('/').unwrap();
    let earlier = |text: &str| {
        let time: chrono::DateTime<chrono::Utc> = text.parse().unwrap();
        (time - chrono::TimeDelta::days(15)).format("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let planned = format!("{}/{digest}", earlier(noticed));
    let due = earlier(&tags["leastwise:planned-for"]);
    for (key, value) in [("leastwise:planned", planned), ("leastwise:planned-for", due)] {
        let tag = format!("Key={key},Value={value}");
        stand.aws(&["iam", "tag-role", "--role-name", "app", "--tags", &tag]);
    }
    stand.uses(&role, &[("s3", 1), ("sqs", 3)]);
    let applied = stand.rightsize_after_notice(&role.id, 14).await;
    assert_eq!((&applied.answers["apply"]["status"], applied.failure), (&json!("APPLIED"), None));
    let boundary = stand.policy_document(&boundary_arn(&role)).await;
    let kept = boundary["Statement"][0]["Action"].as_array().unwrap();
    assert!(kept.contains(&json!("sqs:*")) && !kept.contains(&json!("kms:*")), "{boundary}");
    let left: Vec<String> = stand.snapshot(&role).await.tags.into_keys().collect();
    assert_eq!(left, ["leastwise:planned-grants", "leastwise:previous-boundary"]);
    assert_eq!(
        subjects(stand.published(&topic)),
        ["Leastwise: boundary applied to role app (111122223333)"]
    );
}

#[tokio::test]
async fn a_user_who_calls_iam_is_quarantined_once_however_often_the_event_comes_and_released_exactly()
 {
    let stand = Stand::empty().await;
    let topic = stand.topic("leastwise");
    stand.deploy(&[
        ("NotificationTopicArn", &topic.arn),
        ("Quarantine", "on"),
        ("AdminGroupName", "admins"),
    ]);
    let user = stand.user("contractor").await;
    stand.user_inline("contractor", "all", &allow(&["iam:*"])).await;
    let admin = stand.user("admin").await;
    stand.group_with("admins", "all", &allow(&["iam:*"]), "admin").await;
    let before = stand.snapshot(&user).await;

    assert_eq!(statuses(&stand.iam_call(&user, "CreateUser", "event-1")), ["QUARANTINED"]);
    assert_eq!(statuses(&stand.iam_call(&user, "CreateUser", "event-1")), ["NOOP"]);
    assert_eq!(statuses(&stand.iam_call(&user, "CreateRole", "event-2")), ["NOOP"]);
    assert_ne!(statuses(&stand.iam_call(&admin, "CreateUser", "event-3")), ["QUARANTINED"]);
    let attached = |name: &'static str| {
        let request = stand.iam().list_attached_user_policies().user_name(name);
        async move {
            let policies = request.send().await.unwrap().attached_policies.unwrap_or_default();
            policies.into_iter().filter_map(|policy| policy.policy_name).collect::<Vec<_>>()
        }
    };
    assert_eq!(attached("contractor").await, ["leastwise-quarantine"]);
    assert_eq!(attached("admin").await, Vec::<String>::new());
    let told = subjects(stand.published(&topic));
    let quarantined = "Leastwise: quarantined user contractor (111122223333)";
    assert_eq!(told.iter().filter(|subject| *subject == quarantined).count(), 1, "{told:?}");

    // While it lasts, what the user may do is not what it is granted.
    assert_eq!(stand.evaluate(&user).await.compliance, "NOT_APPLICABLE");
    for status in ["RELEASED", "NOOP"] {
        let released = stand.release(&user.id).await;
        assert_eq!(
            (&released.answers["release"]["status"], released.failure),
            (&json!(status), None)
        );
        assert_eq!(attached("contractor").await, Vec::<String>::new());
        assert_eq!(stand.snapshot(&user).await, before);
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_quarantines_nobody() {
    let stand = Stand::deployed(&[
        ("Quarantine", "on"),
        ("ExemptionList", "s3://leastwise-lists/gone.txt"),
    ])
    .await;
    let user = stand.user("contractor").await;
    let answers = stand.iam_call(&user, "CreateUser", "event-1");
    assert_eq!(answers[0]["functionError"], json!("Unhandled"), "{answers:?}");
    let request = stand.iam().list_attached_user_policies().user_name("contractor");
    assert_eq!(request.send().await.unwrap().attached_policies.unwrap_or_default(), []);
}
