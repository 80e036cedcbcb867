//! A run that is cut off at any call, before or after the call takes effect, and run again.

use crate::following::{granted_kms, granted_later};
use crate::scene::{
    ARN, ID, RECORD, ask, entity, idle, limited, outdated, status, succeeded, unbounded, user,
    world,
};
use leastwise_remediator::answer::Status;
use leastwise_remediator::request::Mode;
use leastwise_testing::aws::{Cut, Entity, Fake, World};

/// Where a run begins, and what stood before Leastwise came.
struct Beginning {
    name: &'static str,
    begin: fn() -> Fake,
    before: World,
}

impl Beginning {
    fn untouched(name: &'static str, begin: fn() -> Fake) -> Self {
        Self { name, begin, before: begin().world() }
    }

    fn all() -> Vec<Self> {
        vec![
            Self::untouched("without a boundary", unbounded),
            Self::untouched("with a boundary of the customer's", limited),
            Self::untouched("a user", user),
            Self::untouched("using nothing", idle),
            Self { name: "outdated", begin: outdated, before: world(entity(ARN, ID)) },
            Self {
                name: "following",
                begin: granted_kms,
                before: world(Entity { grants: granted_later(), ..entity(ARN, ID) }),
            },
            // What is left of an earlier principal goes with the rest.
            Self { name: "succeeding", begin: succeeded, before: world(entity(ARN, ID)) },
        ]
    }

    async fn applied(&self) -> Fake {
        let aws = (self.begin)();
        assert_eq!(status(&aws, Mode::Apply).await, Status::Applied, "{}", self.name);
        aws
    }
}

/// Every place where a run that makes that many calls can be cut off.
fn cuts(calls: usize) -> impl Iterator<Item = Cut> {
    (1..=calls).flat_map(|call| [Cut::Before(call), Cut::After(call)])
}

/// Runs and is cut off.
async fn run_cut(aws: &Fake, mode: Mode, cut: Cut) {
    aws.cut(Some(cut));
    let error = ask(aws, mode).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable", "{error}");
    aws.cut(None);
}

/// The principal's boundary is the one it had, or the complete new one with its record.
fn assert_whole(place: &str, aws: &Fake, beginning: &World, applied: &World) {
    let world = aws.world();
    for (name, entity) in &world.principals {
        let boundary = |world: &World| {
            let arn = world.principals[name].boundary.clone()?;
            let document = world.policies[&arn].in_force().1.to_compact_string();
            Some((arn, document))
        };
        let present = boundary(&world);
        assert!(present == boundary(beginning) || present == boundary(applied), "{place}");
        if present == boundary(applied) {
            let recorded = entity.tags.get(RECORD);
            assert_eq!(recorded, applied.principals[name].tags.get(RECORD), "{place}");
        }
    }
}

#[tokio::test]
async fn apply_cut_off_anywhere_and_run_again_ends_as_if_it_had_not_been_cut_off() {
    for beginning in Beginning::all() {
        let uncut = beginning.applied().await;
        let calls = uncut.calls().len();
        assert!(calls >= 8, "{calls}");
        for cut in cuts(calls) {
            let place = format!("{} {cut:?}", beginning.name);
            let aws = (beginning.begin)();
            run_cut(&aws, Mode::Apply, cut).await;
            assert_whole(&place, &aws, &(beginning.begin)().world(), &uncut.world());
            assert!(
                matches!(status(&aws, Mode::Apply).await, Status::Applied | Status::Noop),
                "{place}"
            );
            assert_eq!(aws.world(), uncut.world(), "{place}");
            assert_eq!(status(&aws, Mode::Plan).await, Status::Noop, "{place}");
            assert_eq!(aws.world(), uncut.world(), "{place}");
        }
    }
}

#[tokio::test]
async fn restore_after_apply_was_cut_off_anywhere_brings_back_exactly_what_stood_before() {
    for beginning in Beginning::all() {
        let calls = beginning.applied().await.calls().len();
        for cut in cuts(calls) {
            let place = format!("{} {cut:?}", beginning.name);
            let aws = (beginning.begin)();
            run_cut(&aws, Mode::Apply, cut).await;
            let begun = aws.world() != (beginning.begin)().world();
            status(&aws, Mode::Restore).await;
            if beginning.name == "succeeding" && !begun {
                // The policy is not this principal's yet, and stays.
                assert_eq!(aws.world(), (beginning.begin)().world(), "{place}");
            } else {
                assert_eq!(aws.world(), beginning.before, "{place}");
                assert_eq!(status(&aws, Mode::Restore).await, Status::Noop, "{place}");
            }
        }
    }
}

#[tokio::test]
async fn restore_cut_off_anywhere_and_run_again_brings_back_exactly_what_stood_before() {
    for beginning in Beginning::all() {
        let uncut = beginning.applied().await;
        assert_eq!(status(&uncut, Mode::Restore).await, Status::Restored, "{}", beginning.name);
        let calls = uncut.calls().len();
        assert_eq!(uncut.world(), beginning.before, "{}", beginning.name);
        for cut in cuts(calls) {
            let place = format!("{} {cut:?}", beginning.name);
            let aws = beginning.applied().await;
            run_cut(&aws, Mode::Restore, cut).await;
            assert!(
                matches!(status(&aws, Mode::Restore).await, Status::Restored | Status::Noop),
                "{place}"
            );
            assert_eq!(aws.world(), beginning.before, "{place}");
            assert_eq!(status(&aws, Mode::Restore).await, Status::Noop, "{place}");
            assert_eq!(aws.writes(), [""; 0], "{place}");
        }
    }
}

#[tokio::test]
async fn restore_without_the_principals_record_can_be_cut_off_anywhere_too() {
    for beginning in Beginning::all() {
        let stripped = async || {
            let aws = beginning.applied().await;
            aws.change(|world| {
                for entity in world.principals.values_mut() {
                    entity.tags.remove(RECORD);
                }
            });
            aws
        };
        let uncut = stripped().await;
        assert_eq!(status(&uncut, Mode::Restore).await, Status::Restored, "{}", beginning.name);
        let calls = uncut.calls().len();
        for cut in cuts(calls) {
            let aws = stripped().await;
            run_cut(&aws, Mode::Restore, cut).await;
            status(&aws, Mode::Restore).await;
            assert_eq!(aws.world(), beginning.before, "{} {cut:?}", beginning.name);
        }
    }
}

#[tokio::test]
async fn apply_after_restore_was_cut_off_anywhere_ends_as_after_a_first_apply() {
    for begin in [unbounded, limited, user, idle] {
        let first = begin();
        status(&first, Mode::Apply).await;
        let applied = first.world();
        status(&first, Mode::Restore).await;
        let calls = first.calls().len();
        for cut in cuts(calls) {
            let aws = begin();
            status(&aws, Mode::Apply).await;
            run_cut(&aws, Mode::Restore, cut).await;
            assert!(
                matches!(status(&aws, Mode::Apply).await, Status::Applied | Status::Noop),
                "{cut:?}"
            );
            assert_eq!(aws.world(), applied, "{cut:?}");
        }
    }
}
