//! Planning and applying.

use crate::scene::{
    ARN, ID, LIMITS, MARK, MARKED, OWN, OWNER, RECORD, ask, ask_about, change_role, idle, limited,
    no_usage, outdated, role, status, succeeded, tags, unbounded, usage, user,
};
use leastwise_remediator::answer::Status;
use leastwise_remediator::request::Mode;
use leastwise_testing::allow;
use leastwise_testing::aws::{Policy, Usage};
use serde_json::json;

#[tokio::test]
async fn a_plan_writes_nothing() {
    let aws = unbounded();
    let before = aws.world();
    assert_eq!(status(&aws, Mode::Plan).await, Status::Planned);
    assert_eq!(aws.calls(), ["find", "principal", "last_accessed", "granting_policies"]);
    assert_eq!(aws.world(), before);
}

#[tokio::test]
async fn apply_makes_the_policy_then_the_record_then_attaches_and_reads_back() {
    let aws = unbounded();
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(
        aws.calls(),
        [
            "find",
            "principal",
            "last_accessed",
            "principal",
            "find_policy",
            "policy_quota",
            "create",
            "tag",
            "principal",
            "put_boundary",
            "principal"
        ]
    );
    let world = aws.world();
    let app = &world.principals[&role()];
    assert_eq!(app.boundary.as_deref(), Some(OWN));
    assert_eq!(app.tags, tags(&[("team", "orders"), (RECORD, "none"), (MARK, MARKED)]));
    let policy = &world.policies[OWN];
    assert_eq!(policy.tags, tags(&[(OWNER, ID), (RECORD, "none")]));
    assert_eq!(
        policy.in_force().1.to_value(),
        json!({
            "Version": "2012-10-17",
            "Statement": [
                { "Sid": "LeastwiseKeep", "Effect": "Allow", "Action": "s3:*", "Resource": "*" }
            ]
        })
    );
}

#[tokio::test]
async fn apply_plan_restore_leave_everything_as_it_was() {
    for begin in [unbounded, limited, user, idle] {
        let aws = begin();
        let before = aws.world();
        assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
        let applied = aws.world();
        assert_eq!(status(&aws, Mode::Plan).await, Status::Noop);
        assert_eq!(status(&aws, Mode::Apply).await, Status::Noop);
        assert_eq!(aws.writes(), [""; 0]);
        assert_eq!(aws.world(), applied);
        assert_eq!(status(&aws, Mode::Restore).await, Status::Restored);
        assert_eq!(aws.world(), before);
        assert_eq!(status(&aws, Mode::Restore).await, Status::Noop);
        assert_eq!(aws.writes(), [""; 0]);
    }
}

#[tokio::test]
async fn the_customers_boundary_is_the_outer_limit_and_is_recorded() {
    let aws = limited();
    let answer = ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!(answer.status, Status::Applied);
    assert_eq!(answer.subject.unwrap().previous_boundary.as_deref(), Some(LIMITS));
    let world = aws.world();
    let app = &world.principals[&role()];
    assert_eq!(app.boundary.as_deref(), Some(OWN));
    assert_eq!(app.tags, tags(&[("team", "orders"), (RECORD, LIMITS), (MARK, MARKED)]));
    let policy = &world.policies[OWN];
    assert_eq!(policy.tags, tags(&[(OWNER, ID), (RECORD, LIMITS)]));
    assert!(policy.in_force().1.same_meaning(&allow(&["s3:Get*", "s3:List*"])));
}

#[tokio::test]
async fn a_principal_can_be_named_by_its_arn() {
    let aws = unbounded();
    let answer = ask_about(ARN, &aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, answer.requested.as_str()), (Status::Applied, ARN));
    assert_eq!(aws.calls()[..2], ["principal", "last_accessed"]);
}

#[tokio::test]
async fn a_principal_that_uses_nothing_keeps_the_base_actions() {
    let aws = idle();
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(
        aws.world().policies[OWN].in_force().1.to_value(),
        json!({
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "LeastwiseBaseActions",
                    "Effect": "Allow",
                    "Action": "sts:GetCallerIdentity",
                    "Resource": "*"
                }
            ]
        })
    );
}

#[tokio::test]
async fn a_principal_that_uses_everything_gets_no_boundary() {
    let aws = unbounded();
    aws.set_usage(Usage::Days(vec![("sns", Some(1)), ("s3", Some(1)), ("sqs", Some(1))]));
    let before = aws.world();
    for mode in [Mode::Plan, Mode::Apply] {
        assert_eq!(status(&aws, mode).await, Status::Noop);
        assert_eq!(aws.writes(), [""; 0]);
    }
    assert_eq!(aws.world(), before);
}

#[tokio::test]
async fn a_boundary_of_ours_that_is_out_of_date_gets_another_version_in_force() {
    let aws = unbounded();
    status(&aws, Mode::Apply).await;
    aws.set_usage(no_usage());
    assert_eq!(status(&aws, Mode::Plan).await, Status::Planned);
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(aws.writes(), ["create_version"]);
    let world = aws.world();
    assert_eq!(world.policies[OWN].versions.len(), 2);
    assert_eq!(
        world.principals[&role()].tags,
        tags(&[("team", "orders"), (RECORD, "none"), (MARK, MARKED)]),
        "what is recorded is what stood before Leastwise came"
    );
    assert_eq!(status(&aws, Mode::Plan).await, Status::Noop);
}

#[tokio::test]
async fn of_five_versions_the_oldest_makes_room() {
    let aws = outdated();
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(aws.writes(), ["delete_version", "create_version", "tag"]);
    let versions: Vec<u32> = aws.world().policies[OWN].versions.keys().copied().collect();
    assert_eq!(versions, [2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn the_policy_that_an_earlier_principal_of_the_name_left_is_taken_over() {
    let aws = succeeded();
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(aws.writes(), ["tag_policy", "create_version", "tag", "put_boundary"]);
    let policy = &aws.world().policies[OWN];
    assert_eq!(policy.tags, tags(&[(OWNER, ID), (RECORD, "none")]));
    assert!(policy.in_force().1.same_meaning(&allow(&["s3:*"])));
}

#[tokio::test]
async fn a_policy_that_another_run_made_a_moment_ago_is_used() {
    let aws = unbounded();
    // Between looking for it and making it.
    aws.meanwhile(6, |world| {
        let made = Policy::of(&allow(&["s3:*"])).tagged(OWNER, ID).tagged(RECORD, "none");
        world.policies.insert(OWN.to_owned(), made);
    });
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(aws.writes(), ["create", "tag", "put_boundary"]);
}

#[tokio::test]
async fn somebody_elses_boundary_in_place_of_ours_becomes_the_new_outer_limit() {
    let aws = unbounded();
    status(&aws, Mode::Apply).await;
    change_role(&aws, |app| app.boundary = Some(LIMITS.to_owned()));
    aws.set_usage(usage());
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    let world = aws.world();
    assert_eq!(world.principals[&role()].tags[RECORD], LIMITS);
    assert_eq!(world.policies[OWN].tags[RECORD], LIMITS);
    assert!(world.policies[OWN].in_force().1.same_meaning(&allow(&["s3:Get*", "s3:List*"])));
}
