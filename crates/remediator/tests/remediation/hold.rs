//! The hold that a restore leaves.

use crate::scene::{
    Asking, MARK, RECORD, change_role, limited, outdated, role, set_to, tags, unbounded, user,
};
use chrono::TimeDelta;
use leastwise_remediator::answer::Status;
use leastwise_remediator::request::Mode;
use leastwise_testing::as_of;
use leastwise_testing::aws::{Cut, Fake, World};
use serde_json::json;
use std::collections::BTreeMap;

const HELD: &str = "leastwise:held-until";

/// With a hold of 30 days, so many days from the usual moment.
fn holding(days_later: i64) -> Asking {
    let variable = |name: &str| match name {
        "LEASTWISE_RESTORE_HOLD_DAYS" => Some("30".to_owned()),
        "LEASTWISE_NOT_PRINCIPAL_CHECKED" => Some("true".to_owned()),
        _ => None,
    };
    let at = as_of() + TimeDelta::days(days_later);
    Asking { settings: set_to(variable), at, ..Asking::default() }
}

fn by_itself(days_later: i64) -> Asking {
    Asking { more: json!({ "Automatic": "true" }), ..holding(days_later) }
}

fn lifting() -> Asking {
    Asking { more: json!({ "Hold": "lift" }), ..holding(0) }
}

/// The tags of the role, but for the mark of the grants that were planned from.
fn besides_mark(aws: &Fake) -> BTreeMap<String, String> {
    let mut tags = aws.world().principals[&role()].tags.clone();
    tags.remove(MARK);
    tags
}

/// Bounded by hand and restored.
async fn restored(begin: fn() -> Fake) -> Fake {
    let aws = begin();
    assert_eq!(holding(0).status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(holding(0).status(&aws, Mode::Restore).await, Status::Restored);
    aws
}

/// The same with everybody held for 30 days.
fn held(mut world: World) -> World {
    for entity in world.principals.values_mut() {
        entity.tags.insert(HELD.to_owned(), "2026-07-30T12:00:00Z".to_owned());
    }
    world
}

#[tokio::test]
async fn restore_sets_the_hold_first_and_leaves_nothing_else() {
    for begin in [unbounded as fn() -> Fake, limited, user] {
        let aws = begin();
        holding(0).status(&aws, Mode::Apply).await;
        assert_eq!(holding(0).status(&aws, Mode::Restore).await, Status::Restored);
        assert_eq!(aws.writes()[0], "tag");
        assert_eq!(aws.world(), held(begin().world()));
        assert_eq!(holding(3).status(&aws, Mode::Restore).await, Status::Noop);
        assert_eq!(aws.world(), held(begin().world()), "it is not drawn out");
    }
}

#[tokio::test]
async fn automatic_remediation_honours_a_hold_until_it_is_over_and_then_goes_on() {
    let aws = restored(unbounded).await;
    let before = aws.world();
    for days in [0, 29] {
        let answer = by_itself(days).ask(&aws, Mode::Apply).await.unwrap();
        assert_eq!((answer.status, answer.error), (Status::Skipped, Some("Held")));
        assert_eq!(
            answer.message.unwrap(),
            "`arn:aws:iam::111122223333:role/team/app` is left alone by automatic remediation: held until 2026-07-30 \
             12:00; to let it go on, start `LeastwiseRestorePrincipal` with `Hold` set to `lift`"
        );
        assert_eq!(aws.calls(), ["find", "principal"]);
    }
    assert_eq!(aws.world(), before);
    // It was used once, so that notice comes before.
    assert_eq!(by_itself(30).status(&aws, Mode::Apply).await, Status::Noticed);
    assert_eq!(by_itself(44).status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(
        besides_mark(&aws),
        tags(&[("team", "orders"), (RECORD, "none")]),
        "the hold that is over goes with the notice"
    );
}

#[tokio::test]
async fn who_applies_by_hand_ends_the_hold() {
    let aws = restored(unbounded).await;
    assert_eq!(holding(0).status(&aws, Mode::Plan).await, Status::Planned);
    assert_eq!(holding(0).status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(besides_mark(&aws), tags(&[("team", "orders"), (RECORD, "none")]));
}

#[tokio::test]
async fn who_is_held_by_itself_keeps_its_boundary_and_is_left_alone_until_the_hold_is_lifted() {
    let aws = unbounded();
    assert_eq!(holding(0).status(&aws, Mode::Apply).await, Status::Applied);
    let before = aws.world();
    let answer = holding(0).ask(&aws, Mode::Hold).await.unwrap();
    assert_eq!((answer.status, aws.writes()), (Status::Held, vec!["tag"]));
    assert_eq!(
        answer.message.unwrap(),
        "automatic remediation leaves it alone until 2026-07-30T12:00:00Z"
    );
    assert_eq!(aws.world(), held(before.clone()));
    assert_eq!(by_itself(1).ask(&aws, Mode::Apply).await.unwrap().error, Some("Held"));

    // Of two holds the longer one stays.
    let again = holding(0).ask(&aws, Mode::Hold).await.unwrap();
    assert_eq!((again.status, aws.writes()), (Status::Noop, vec![]));
    assert_eq!(again.message.unwrap(), "it is held until 2026-07-30 12:00 already");
    assert_eq!(holding(1).status(&aws, Mode::Hold).await, Status::Held);
    let until = &aws.world().principals[&role()].tags[HELD];
    assert_eq!(until, "2026-07-31T12:00:00Z");

    assert_eq!(lifting().status(&aws, Mode::Hold).await, Status::Lifted);
    assert_eq!(aws.world(), before);
    let nothing = lifting().ask(&aws, Mode::Hold).await.unwrap();
    assert_eq!((nothing.status, aws.writes()), (Status::Noop, vec![]));
    assert_eq!(nothing.message.unwrap(), "it is not held");
}

#[tokio::test]
async fn a_hold_needs_room_and_one_of_another_key_is_for_whoever_wrote_it_to_lift() {
    let mut full = unbounded().world();
    let tags = &mut full.principals.get_mut(&role()).unwrap().tags;
    tags.extend((0..49).map(|number| (format!("t{number}"), String::new())));
    assert_eq!(tags.len(), 50);
    let aws = Fake::of(full, crate::scene::usage());
    let refused = holding(0).ask(&aws, Mode::Hold).await.unwrap();
    assert_eq!((refused.error, aws.writes()), (Some("NoRoomForHold"), vec![]));

    let mut foreign = unbounded().world();
    let tags = &mut foreign.principals.get_mut(&role()).unwrap().tags;
    tags.insert("Leastwise-Held-Until".to_owned(), "2027-01-01".to_owned());
    let aws = Fake::of(foreign, crate::scene::usage());
    let stays = lifting().ask(&aws, Mode::Hold).await.unwrap();
    assert_eq!((stays.error, aws.writes()), (Some("HoldStays"), vec![]));
}

#[tokio::test]
async fn a_hold_is_lifted_by_a_restore_that_says_so() {
    let aws = restored(unbounded).await;
    let answer = lifting().ask(&aws, Mode::Restore).await.unwrap();
    assert_eq!((answer.status, aws.writes()), (Status::Restored, vec!["untag"]));
    assert_eq!(
        answer.message.unwrap(),
        "the hold is lifted, and there was neither a Leastwise boundary nor a notice"
    );
    assert_eq!(aws.world(), unbounded().world());
    assert_eq!(lifting().status(&aws, Mode::Restore).await, Status::Noop);
    // Of one that is bounded, nothing is held in the first place.
    holding(0).status(&aws, Mode::Apply).await;
    assert_eq!(lifting().status(&aws, Mode::Restore).await, Status::Restored);
    assert_eq!(aws.world(), unbounded().world());
}

#[tokio::test]
async fn a_tag_that_is_not_ours_to_remove_holds_and_is_not_lifted() {
    let aws = unbounded();
    change_role(&aws, |app| drop(app.tags.insert("Leastwise:HeldUntil".into(), "later".into())));
    let before = aws.world();
    let answer = by_itself(0).ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, answer.error), (Status::Skipped, Some("Held")));
    let answer = lifting().ask(&aws, Mode::Restore).await.unwrap();
    assert_eq!((answer.status, answer.error), (Status::Refused, Some("HoldStays")));
    assert_eq!(
        answer.message.unwrap(),
        "`arn:aws:iam::111122223333:role/team/app` stays held: tag `Leastwise:HeldUntil` is `later`: the key of that tag \
         is not one that Leastwise may remove; remove it by hand"
    );
    assert_eq!(aws.world(), before);
}

#[tokio::test]
async fn a_notice_that_is_taken_back_leaves_a_hold_and_nothing_to_take_back_leaves_none() {
    let aws = unbounded();
    assert_eq!(by_itself(0).status(&aws, Mode::Apply).await, Status::Noticed);
    assert_eq!(holding(0).status(&aws, Mode::Restore).await, Status::Restored);
    assert_eq!(aws.world(), held(unbounded().world()));
    let aws = unbounded();
    assert_eq!(holding(0).status(&aws, Mode::Restore).await, Status::Noop);
    assert_eq!(aws.world(), unbounded().world());
}

#[tokio::test]
async fn without_room_for_the_tag_the_hold_takes_the_place_of_our_other_tags() {
    let aws = unbounded();
    holding(0).status(&aws, Mode::Apply).await;
    change_role(&aws, |app| {
        app.tags.extend((0..47).map(|number| (format!("tag-{number}"), String::new())));
    });
    assert_eq!(aws.world().principals[&role()].tags.len(), 50);
    assert_eq!(holding(0).status(&aws, Mode::Restore).await, Status::Restored);
    assert_eq!(aws.writes(), ["untag", "tag", "delete_boundary", "delete", "untag"]);
    let app = &aws.world().principals[&role()];
    assert_eq!((app.tags.len(), app.tags[HELD].as_str()), (49, "2026-07-30T12:00:00Z"));
}

#[tokio::test]
async fn restore_with_a_hold_cut_off_anywhere_and_run_again_ends_as_if_it_had_not_been() {
    for begin in [unbounded as fn() -> Fake, limited, user, outdated] {
        let uncut = begin();
        holding(0).status(&uncut, Mode::Apply).await;
        holding(0).status(&uncut, Mode::Restore).await;
        let calls = uncut.calls().len();
        for cut in (1..=calls).flat_map(|call| [Cut::Before(call), Cut::After(call)]) {
            let aws = begin();
            holding(0).status(&aws, Mode::Apply).await;
            aws.cut(Some(cut));
            assert!(holding(0).ask(&aws, Mode::Restore).await.is_err(), "{cut:?}");
            aws.cut(None);
            // Automatic remediation comes before the person asks again: it never bounds what the
            // restore has let go.
            let app = |world: World| world.principals.into_values().next().unwrap();
            let let_go = app(aws.world()).boundary != app(uncut_applied(begin).await).boundary;
            by_itself(0).status(&aws, Mode::Apply).await;
            if let_go {
                assert_eq!(app(aws.world()).boundary, app(uncut.world()).boundary, "{cut:?}");
            }
            holding(0).status(&aws, Mode::Restore).await;
            assert_eq!(aws.world(), uncut.world(), "{cut:?}");
        }
    }
}

async fn uncut_applied(begin: fn() -> Fake) -> World {
    let aws = begin();
    holding(0).status(&aws, Mode::Apply).await;
    aws.world()
}
