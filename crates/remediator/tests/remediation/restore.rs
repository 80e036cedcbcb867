//! Restoring.

use crate::scene::{
    LIMITS, OWN, OWNER, RECORD, ask, change_role, limited, refusal, role, status, unbounded,
};
use leastwise_aws::PrincipalName;
use leastwise_remediator::answer::Status;
use leastwise_remediator::request::Mode;
use leastwise_testing::aws::Fake;

#[tokio::test]
async fn restore_puts_the_boundary_back_then_deletes_the_policies_then_the_record() {
    let aws = limited();
    status(&aws, Mode::Apply).await;
    let answer = ask(&aws, Mode::Restore).await.unwrap();
    assert_eq!(
        aws.calls(),
        [
            "find",
            "principal",
            "find_policy",
            "find_policy",
            "principal",
            "find_policy",
            "put_boundary",
            "principal",
            "versions",
            "delete",
            "versions",
            "delete",
            "untag"
        ]
    );
    assert_eq!(
        answer.message.as_deref(),
        Some("the boundary is `arn:aws:iam::111122223333:policy/team/limits` again")
    );
}

#[tokio::test]
async fn a_principal_that_leastwise_never_touched_is_left_alone() {
    for begin in [unbounded, limited] {
        let aws = begin();
        let before = aws.world();
        assert_eq!(status(&aws, Mode::Restore).await, Status::Noop);
        assert_eq!(aws.writes(), [""; 0]);
        assert_eq!(aws.world(), before);
    }
}

#[tokio::test]
async fn without_the_principals_record_that_of_the_policy_counts() {
    for (begin, writes) in [
        (unbounded as fn() -> _, &["delete_boundary", "delete", "untag"][..]),
        // The remediator's role may put back only what the principal's own tag names.
        (limited, &["tag", "put_boundary", "delete", "delete", "untag"]),
    ] {
        let aws = begin();
        let before = aws.world();
        status(&aws, Mode::Apply).await;
        change_role(&aws, |app| drop(app.tags.remove(RECORD)));
        assert_eq!(status(&aws, Mode::Restore).await, Status::Restored);
        assert_eq!(aws.writes(), writes);
        assert_eq!(aws.world(), before);
    }
}

#[tokio::test]
async fn without_any_record_nothing_is_restored() {
    let aws = limited();
    status(&aws, Mode::Apply).await;
    change_role(&aws, |app| drop(app.tags.remove(RECORD)));
    aws.change(|world| drop(world.policies.get_mut(OWN).unwrap().tags.remove(RECORD)));
    assert_eq!(
        refusal(&aws, Mode::Restore).await,
        (
            "RecordMissing",
            "`arn:aws:iam::111122223333:role/team/app` has a Leastwise boundary, but no tag says what stood before; take \
             the boundary off by hand, or set tag `leastwise:previous-boundary` to `none` or a policy ARN and ask again"
                .to_owned()
        )
    );
    assert_eq!(aws.writes(), [""; 0]);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_no_record_of_nothing() {
    let aws = unbounded();
    status(&aws, Mode::Apply).await;
    change_role(&aws, |app| drop(app.tags.insert(RECORD.to_owned(), "nothing".to_owned())));
    assert_eq!(
        refusal(&aws, Mode::Restore).await,
        (
            "RecordUnreadable",
            "`arn:aws:iam::111122223333:role/team/app` stays as it is: tag `leastwise:previous-boundary` is `nothing`, \
             which is neither `none` nor the ARN of a policy"
                .to_owned()
        )
    );
    assert_eq!(aws.writes(), [""; 0]);
}

#[tokio::test]
async fn a_boundary_that_somebody_put_in_place_of_ours_stays() {
    let aws = unbounded();
    status(&aws, Mode::Apply).await;
    change_role(&aws, |app| app.boundary = Some(LIMITS.to_owned()));
    assert_eq!(
        refusal(&aws, Mode::Restore).await,
        (
            "BoundaryReplaced",
            "the boundary of `arn:aws:iam::111122223333:role/team/app` is \
             `arn:aws:iam::111122223333:policy/team/limits` now, neither Leastwise's nor what stood before (none); to \
             keep it, remove tag `leastwise:previous-boundary` from the principal"
                .to_owned()
        )
    );
    assert_eq!(aws.writes(), [""; 0]);

    // As the message says.
    change_role(&aws, |app| drop(app.tags.remove(RECORD)));
    assert_eq!(status(&aws, Mode::Restore).await, Status::Restored);
    assert_eq!(aws.writes(), ["delete", "untag"]);
    assert_eq!(aws.world(), limited().world());
}

#[tokio::test]
async fn our_boundary_stays_where_the_previous_one_is_gone_and_was_not_kept() {
    let aws = limited();
    status(&aws, Mode::Apply).await;
    aws.change(|world| world.policies.retain(|arn, _| arn == OWN));
    let applied = aws.world();
    assert_eq!(
        refusal(&aws, Mode::Restore).await,
        (
            "PreviousBoundaryGone",
            "the previous boundary `arn:aws:iam::111122223333:policy/team/limits` of \
             `arn:aws:iam::111122223333:role/team/app` does not exist any more; the present one stays"
                .to_owned()
        )
    );
    assert_eq!(aws.writes(), [""; 0]);
    assert_eq!(aws.world(), applied);
}

#[tokio::test]
async fn a_boundary_that_is_taken_off_meanwhile_is_no_error() {
    let aws = unbounded();
    let before = aws.world();
    status(&aws, Mode::Apply).await;
    // Right before `delete_boundary`.
    aws.meanwhile(6, |world| world.principals.get_mut(&role()).unwrap().boundary = None);
    assert_eq!(status(&aws, Mode::Restore).await, Status::Restored);
    assert_eq!(aws.calls()[5], "delete_boundary");
    assert_eq!(aws.world(), before);
}

#[tokio::test]
async fn a_policy_that_is_in_use_for_a_moment_longer_is_waited_for() {
    let aws = unbounded();
    let before = aws.world();
    status(&aws, Mode::Apply).await;
    bind_another(&aws);
    // After two attempts to delete it.
    aws.meanwhile(12, |world| drop(world.principals.remove(&PrincipalName::role("other"))));
    assert_eq!(status(&aws, Mode::Restore).await, Status::Restored);
    assert_eq!(aws.writes(), ["delete_boundary", "delete", "delete", "delete", "untag"]);
    assert_eq!(aws.world(), before);
}

#[tokio::test]
async fn a_policy_that_binds_another_principal_too_keeps_its_record_for_another_time() {
    let aws = unbounded();
    status(&aws, Mode::Apply).await;
    bind_another(&aws);
    let error = ask(&aws, Mode::Restore).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    assert_eq!(
        error.to_string(),
        "`arn:aws:iam::111122223333:policy/leastwise/role-app` does not bind \
         `arn:aws:iam::111122223333:role/team/app` any more, and IAM says that it is still in use; take it off whomever \
         else it binds, and ask again"
    );
    let world = aws.world();
    let app = &world.principals[&role()];
    assert_eq!((app.boundary.as_deref(), app.tags[RECORD].as_str()), (None, "none"));

    aws.change(|world| drop(world.principals.remove(&PrincipalName::role("other"))));
    assert_eq!(status(&aws, Mode::Restore).await, Status::Restored);
    assert_eq!(aws.world(), unbounded().world());
}

/// Somebody uses our policy for a role that comes after ours.
fn bind_another(aws: &Fake) {
    aws.change(|world| {
        let mut other = world.principals[&role()].clone();
        other.id = "AROAEXAMPLE0OTHROLE1".parse().unwrap();
        world.principals.insert(PrincipalName::role("other"), other);
    });
}

#[tokio::test]
async fn the_policy_of_an_earlier_principal_is_not_this_ones_to_delete() {
    let aws = crate::scene::succeeded();
    let before = aws.world();
    assert_eq!(status(&aws, Mode::Restore).await, Status::Noop);
    assert_eq!(aws.world(), before);
    assert_ne!(before.policies[OWN].tags[OWNER], crate::scene::ID);
}
