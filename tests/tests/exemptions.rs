//! Who is left alone, end to end: lists in S3, tags, groups; and what was granted only lately.

use leastwise_e2e::operator::Evaluation;
use leastwise_e2e::seed::{Seeded, allow, boundary_arn};
use leastwise_e2e::stand::Stand;
use serde_json::json;

const MUCH: [&str; 3] = ["s3:*", "sqs:*", "kms:*"];

async fn idle_role(stand: &Stand, path: &str, name: &str) -> Seeded {
    let role = stand.role(path, name).await;
    stand.role_inline(name, "much", &allow(&MUCH)).await;
    stand.uses(&role, &[("s3", 1)]);
    role
}

fn not_applicable(annotation: &str) -> Evaluation {
    Evaluation { compliance: "NOT_APPLICABLE".into(), annotation: annotation.into() }
}

#[tokio::test]
async fn a_list_in_s3_exempts_and_once_it_is_garbled_nobody_is_judged_or_bounded_until_it_is_mended()
 {
    let stand = Stand::deployed(&[("ExemptionList", "s3://leastwise-lists/team/exempt.txt")]).await;
    let uri = stand.list("team/exempt.txt", "\u{feff}# left alone\r\n/ops/, break-glass-*\r\n");
    assert_eq!(uri, "s3://leastwise-lists/team/exempt.txt");
    let exempt = idle_role(&stand, "/ops/", "backup").await;
    let other = idle_role(&stand, "/", "app").await;
    assert_eq!(stand.evaluate(&exempt).await, not_applicable("exempt by `/ops/` in ExemptionList"));
    assert_eq!(stand.evaluate(&other).await.compliance, "NON_COMPLIANT");
    let refused = stand.rightsize(&exempt.id, false).await;
    assert_eq!(refused.answers["plan"]["error"], json!("Exempt"));

    stand.list("team/exempt.txt", "/ops\n");
    let before = stand.snapshot(&other).await;
    let told = stand.evaluate(&other).await;
    let why = format!(
        "not judged: `ExemptionList` ({uri}) cannot be used, so nobody is judged or changed: line 1: "
    );
    assert!(told.compliance == "NOT_APPLICABLE" && told.annotation.starts_with(&why), "{told:?}");
    let failed = stand.rightsize(&other.id, false).await;
    assert!(failed.failure.is_some(), "{failed:?}");
    assert_eq!(stand.snapshot(&other).await, before);

    stand.list("team/exempt.txt", "none\n");
    assert_eq!(stand.evaluate(&exempt).await.compliance, "NON_COMPLIANT");
    assert_eq!(stand.rightsize(&other.id, false).await.failure, None);
    assert_eq!(stand.snapshot(&other).await.boundary, Some(boundary_arn(&other)));

    // Undoing must stay possible.
    stand.list("team/exempt.txt", "");
    assert_eq!(stand.restore(&other.id).await.failure, None);
    assert_eq!(stand.snapshot(&other).await, before);
}

#[tokio::test]
async fn tags_an_admin_group_and_the_list_for_emergencies_exempt() {
    let stand = Stand::deployed(&[
        ("AdminGroupName", "admins"),
        ("BreakGlassPrincipals", "break-glass-*"),
        ("ExemptPrincipals", "break-glass-1"),
    ])
    .await;
    let emergency = idle_role(&stand, "/", "break-glass-1").await;
    let tagged = idle_role(&stand, "/", "migrating").await;
    let tag = |key: &str, value: &str| {
        let tags = format!("Key={key},Value={value}");
        stand.aws(&["iam", "tag-role", "--role-name", "migrating", "--tags", &tags]);
    };
    tag("leastwise:exempt-until", "2999-12-31");
    tag("leastwise:exempt-reason", "migration");
    let admin = stand.user("admin").await;
    stand.group_with("admins", "all", &allow(&["*"]), "admin").await;
    stand.uses(&admin, &[("s3", 1)]);
    stand.evaluate(&emergency).await;
    for (principal, why) in [
        (&emergency, "kept for emergencies by `break-glass-*` in BreakGlassPrincipals"),
        (&tagged, "exempt until 2999-12-31 by its tags: migration"),
        (&admin, "exempt as a member of group `admins` (AdminGroupName)"),
    ] {
        assert_eq!(stand.evaluation(principal).await, Some(not_applicable(why)));
        let refused = stand.rightsize(&principal.id, false).await;
        assert_eq!(refused.answers["plan"]["error"], json!("Exempt"));
        assert_eq!(stand.snapshot(principal).await.boundary, None);
    }
    tag("leastwise:exempt-until", "2020-12-31");
    let told = stand.evaluate(&tagged).await;
    assert_eq!(told.compliance, "NON_COMPLIANT");
    let why = "; not exempt: tag `leastwise:exempt-until` is over since 2020-12-31";
    assert!(told.annotation.ends_with(why), "{}", told.annotation);
}

#[tokio::test]
async fn while_the_group_of_administrators_does_not_exist_nobody_is_judged_or_bounded() {
    let stand = Stand::deployed(&[("AdminGroupName", "admins")]).await;
    let role = idle_role(&stand, "/", "app").await;
    let before = stand.snapshot(&role).await;
    let why = "not judged: `AdminGroupName` (admins) cannot be used, so nobody is judged or changed: the account has no \
               group of this name; correct the setting, or empty it";
    assert_eq!(stand.evaluate(&role).await, not_applicable(why));
    assert!(stand.rightsize(&role.id, false).await.failure.is_some());
    assert_eq!(stand.snapshot(&role).await, before);

    let ana = stand.user("ana").await;
    stand.group_with("admins", "all", &allow(&["*"]), "ana").await;
    stand.uses(&ana, &[("s3", 1)]);
    assert_eq!(stand.evaluate(&role).await.compliance, "NON_COMPLIANT");
    assert_eq!(stand.rightsize(&role.id, false).await.failure, None);
    assert_eq!(stand.snapshot(&role).await.boundary, Some(boundary_arn(&role)));
}

#[tokio::test]
async fn what_was_granted_only_lately_stays_in_the_boundary() {
    let stand = Stand::deployed(&[]).await;
    let role = stand.role("/", "app").await;
    stand.role_inline("app", "much", &allow(&["s3:*", "kms:*"])).await;
    stand.record(&role.arn, 20);
    stand.role_inline("app", "lately", &allow(&["sqs:*"])).await;
    stand.uses(&role, &[("s3", 1)]);
    assert_eq!(
        stand.evaluate(&role).await,
        Evaluation {
            compliance: "COMPLIANT".into(),
            annotation:
                "PCI 50 medium: 1 of 3 granted services idle (1 never used); top: kms; unknown: 1"
                    .into()
        }
    );
    assert_eq!(stand.rightsize(&role.id, false).await.failure, None);
    let boundary = stand.policy_document(&boundary_arn(&role)).await;
    let kept = boundary["Statement"][0]["Action"].as_array().unwrap();
    assert!(kept.contains(&json!("sqs:*")) && !kept.contains(&json!("kms:*")), "{boundary}");
}
