//! Boundaries that somebody else made: what their owner does with them once ours stands in their
//! place.

use crate::scene::{
    ARN, Asking, ID, LIMITS, OWN, OWNER, PREVIOUS, RECORD, ask, change_role, limited, refusal,
    role, status,
};
use leastwise_policy::document::Document;
use leastwise_remediator::answer::Status;
use leastwise_remediator::request::Mode;
use leastwise_testing::aws::{Cut, Fake, Policy};
use leastwise_testing::{allow, statements};
use serde_json::{Value, json};

/// The role under our boundary, in the place of the customer's.
async fn replaced() -> Fake {
    let aws = limited();
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    aws
}

/// The customer's boundary allows this from now on.
fn change_limits(aws: &Fake, actions: &[&str]) {
    change_limits_to(aws, &allow(actions));
}

fn change_limits_to(aws: &Fake, text: &Document) {
    aws.change(|world| {
        let policy = world.policies[LIMITS].clone().then(text);
        world.policies.insert(LIMITS.to_owned(), policy);
    });
}

fn boundary(aws: &Fake) -> Value {
    aws.world().policies[OWN].in_force().1.to_value()["Statement"].clone()
}

fn delete_limits(aws: &Fake) {
    aws.change(|world| drop(world.policies.remove(LIMITS)));
}

fn kept(aws: &Fake) -> Policy {
    aws.world().policies[PREVIOUS].clone()
}

/// Every place where a run that makes that many calls can be cut off.
fn cuts(calls: usize) -> impl Iterator<Item = Cut> {
    (1..=calls).flat_map(|call| [Cut::Before(call), Cut::After(call)])
}

#[tokio::test]
async fn the_text_of_the_customers_boundary_is_kept_for_the_principal() {
    let aws = replaced().await;
    assert_eq!(aws.writes(), ["create", "create", "tag", "put_boundary"]);
    assert_eq!(kept(&aws), Policy::of(&allow(&["s3:Get*", "s3:List*", "sqs:*"])).tagged(OWNER, ID));
    assert_eq!(status(&aws, Mode::Apply).await, Status::Noop);
    assert_eq!(aws.writes(), [""; 0]);
}

#[tokio::test]
async fn what_is_kept_follows_the_text_even_where_nothing_else_changes() {
    let aws = replaced().await;
    change_limits(&aws, &["s3:*", "kms:*"]);
    assert_eq!(status(&aws, Mode::Plan).await, Status::Noop);
    assert_eq!(aws.writes(), [""; 0]);
    let calls = {
        let uncut = replaced().await;
        change_limits(&uncut, &["s3:*", "kms:*"]);
        assert_eq!(status(&uncut, Mode::Apply).await, Status::Noop);
        uncut.calls().len()
    };
    assert_eq!(status(&aws, Mode::Apply).await, Status::Noop);
    assert_eq!(aws.writes(), ["create_version"]);
    assert!(kept(&aws).in_force().1.same_meaning(&allow(&["s3:*", "kms:*"])));
    for cut in cuts(calls) {
        let again = replaced().await;
        change_limits(&again, &["s3:*", "kms:*"]);
        again.cut(Some(cut));
        assert!(ask(&again, Mode::Apply).await.is_err(), "{cut:?}");
        again.cut(None);
        assert_eq!(status(&again, Mode::Apply).await, Status::Noop, "{cut:?}");
        assert_eq!(again.world(), aws.world(), "{cut:?}");
    }
}

#[tokio::test]
async fn a_boundary_of_an_older_version_gets_its_text_kept_by_the_next_run() {
    let aws = replaced().await;
    let applied = aws.world();
    aws.change(|world| drop(world.policies.remove(PREVIOUS)));
    assert_eq!(status(&aws, Mode::Apply).await, Status::Noop);
    assert_eq!(aws.writes(), ["create"]);
    assert_eq!(aws.world(), applied);
}

#[tokio::test]
async fn a_policy_of_aws_is_not_kept_since_nobody_can_delete_it() {
    const POWER: &str = "arn:aws:iam::aws:policy/PowerUserAccess";
    let aws = limited();
    aws.change(|world| {
        world.policies.insert(POWER.into(), Policy::of(&allow(&["s3:*", "sqs:*"])));
    });
    change_role(&aws, |app| app.boundary = Some(POWER.to_owned()));
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert!(!aws.world().policies.contains_key(PREVIOUS));
}

#[tokio::test]
async fn where_the_recorded_policy_is_gone_the_kept_one_takes_its_place() {
    let aws = replaced().await;
    delete_limits(&aws);
    let answer = ask(&aws, Mode::Restore).await.unwrap();
    assert_eq!(answer.status, Status::Restored);
    assert_eq!(
        answer.message.unwrap(),
        format!(
            "the boundary is `{PREVIOUS}`, which has the text that `{LIMITS}` had: that policy does not exist any more"
        )
    );
    assert_eq!(aws.writes(), ["put_boundary", "delete", "untag"]);
    let restored = aws.world();
    assert_eq!(restored.principals[&role()].boundary.as_deref(), Some(PREVIOUS));
    assert!(!restored.policies.contains_key(OWN));
    assert_eq!(restored.principals[&role()].tags, limited().world().principals[&role()].tags);
    assert_eq!(status(&aws, Mode::Restore).await, Status::Noop);
    assert_eq!(aws.writes(), [""; 0]);

    // It is a limit of the customer's like any other.
    let automatic = Asking { more: json!({ "Automatic": "true" }), ..Asking::default() };
    let answer = automatic.ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, answer.error), (Status::Skipped, Some("NeedsAPerson")));
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(aws.world().principals[&role()].tags[RECORD], PREVIOUS);
    assert!(aws.world().policies[OWN].in_force().1.same_meaning(&allow(&["s3:Get*", "s3:List*"])));
    assert_eq!(status(&aws, Mode::Apply).await, Status::Noop);
    assert_eq!(status(&aws, Mode::Restore).await, Status::Restored);
    assert_eq!(aws.world(), restored);
}

#[tokio::test]
async fn restoring_from_what_was_kept_can_be_cut_off_anywhere() {
    let gone = async || {
        let aws = replaced().await;
        delete_limits(&aws);
        aws
    };
    let uncut = gone().await;
    assert_eq!(status(&uncut, Mode::Restore).await, Status::Restored);
    let calls = uncut.calls().len();
    for cut in cuts(calls) {
        let aws = gone().await;
        aws.cut(Some(cut));
        assert!(ask(&aws, Mode::Restore).await.is_err(), "{cut:?}");
        aws.cut(None);
        assert!(
            matches!(status(&aws, Mode::Restore).await, Status::Restored | Status::Noop),
            "{cut:?}"
        );
        assert_eq!(aws.world(), uncut.world(), "{cut:?}");
        assert_eq!(status(&aws, Mode::Restore).await, Status::Noop, "{cut:?}");
    }
}

#[tokio::test]
async fn a_kept_policy_that_was_made_for_another_principal_is_not_attached() {
    let aws = replaced().await;
    delete_limits(&aws);
    aws.change(|world| {
        let other = Policy::of(&allow(&["s3:*"])).tagged(OWNER, "AROAEXAMPLE0EARLIER1");
        world.policies.insert(PREVIOUS.to_owned(), other);
    });
    let (error, _) = refusal(&aws, Mode::Restore).await;
    assert_eq!(error, "PreviousBoundaryGone");
    change_role(&aws, |app| assert_eq!(app.boundary.as_deref(), Some(OWN)));
}

#[tokio::test]
async fn a_kept_policy_that_somebody_attached_is_not_taken_off_where_nothing_stood_before() {
    let aws = replaced().await;
    change_role(&aws, |app| {
        app.boundary = Some(PREVIOUS.to_owned());
        app.tags.insert(RECORD.to_owned(), "none".to_owned());
    });
    let (error, _) = refusal(&aws, Mode::Restore).await;
    assert_eq!(error, "BoundaryReplaced");
    assert_eq!(aws.writes(), [""; 0]);
}

#[tokio::test]
async fn a_denial_that_the_owner_adds_is_in_the_next_boundary() {
    let denial = json!({
        "Sid": "NoTeam", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::team/*"
    });
    let aws = replaced().await;
    let before = boundary(&aws);
    let allowed =
        json!({ "Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "sqs:*"], "Resource": "*" });
    change_limits_to(&aws, &statements(&json!([allowed, denial])));
    assert_eq!(status(&aws, Mode::Plan).await, Status::Planned);
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(aws.writes(), ["create_version", "create_version"]);
    assert_eq!(boundary(&aws), json!([before[0], denial]));
    assert_eq!(status(&aws, Mode::Apply).await, Status::Noop);
    assert_eq!(aws.writes(), [""; 0]);
}

#[tokio::test]
async fn what_the_owner_takes_away_goes_from_ours_and_what_is_added_does_not_come() {
    let aws = replaced().await;
    change_limits(&aws, &["s3:Get*", "sns:*"]);
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(
        boundary(&aws),
        json!([{ "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" }])
    );
    assert_eq!(status(&aws, Mode::Apply).await, Status::Noop);
    assert_eq!(aws.writes(), [""; 0]);
}

#[tokio::test]
async fn where_the_recorded_policy_is_gone_the_kept_text_counts() {
    let aws = replaced().await;
    let applied = aws.world();
    delete_limits(&aws);
    assert_eq!(status(&aws, Mode::Apply).await, Status::Noop);
    assert_eq!(aws.writes(), [""; 0]);
    aws.change(|world| {
        let policy = Policy::of(&allow(&["s3:List*"])).tagged(OWNER, ID);
        world.policies.insert(PREVIOUS.to_owned(), policy);
    });
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(
        boundary(&aws),
        json!([{ "Effect": "Allow", "Action": "s3:List*", "Resource": "*" }])
    );
    assert_eq!(aws.world().principals, applied.principals);
}

#[tokio::test]
async fn nothing_is_planned_where_nothing_says_what_stood_before() {
    let aws = replaced().await;
    aws.change(|world| world.policies.retain(|arn, _| arn == OWN));
    let applied = aws.world();
    for mode in [Mode::Plan, Mode::Apply] {
        assert_eq!(
            refusal(&aws, mode).await,
            (
                "PermissionsUnknown",
                format!(
                    "`{ARN}` cannot be planned for: what its previous boundary `{LIMITS}` allows now is unknown, and no \
                     boundary of Leastwise may allow more: its text is missing from the account data"
                )
            )
        );
    }
    assert_eq!(aws.world(), applied);
}
