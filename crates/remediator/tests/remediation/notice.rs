//! Notice before enforcement.

use crate::scene::{
    Asking, MARK, MARKED, OWN, RECORD, change_role, default_settings, idle, limited, role, set_to,
    status, tags, unbounded, usage, user,
};
use chrono::TimeDelta;
use leastwise_remediator::answer::{Answer, Status};
use leastwise_remediator::request::Mode;
use leastwise_testing::aws::{Cut, Fake, History, Usage};
use leastwise_testing::{allow, as_of, days_ago};
use serde_json::json;

const PLANNED_FOR: &str = "leastwise:planned-for";
const PLANNED: &str = "leastwise:planned";

fn tags_of_role(aws: &Fake) -> std::collections::BTreeMap<String, String> {
    aws.world().principals[&role()].tags.clone()
}

/// A principal to which notice was given at the usual moment.
async fn noticed(begin: fn() -> Fake) -> Fake {
    let aws = begin();
    assert_eq!(Asking::with_notice(0).status(&aws, Mode::Apply).await, Status::Noticed);
    aws
}

fn dropped(answer: &Answer) -> Vec<&str> {
    answer.plan.as_ref().unwrap().dropped.iter().map(|it| it.service.as_str()).collect()
}

#[tokio::test]
async fn the_first_remediation_with_notice_only_tags_the_principal_with_the_date_and_the_digest() {
    let aws = unbounded();
    let answer = Asking::with_notice(0).ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!(aws.writes(), ["tag"]);
    assert_eq!(answer.planned_for, "2026-07-14T12:00:00Z".parse().ok());
    let digest = answer.plan.unwrap().plan_digest;
    let planned = format!("2026-06-30T12:00:00Z/{digest}");
    let due = "2026-07-14T12:00:00Z";
    assert_eq!(
        tags_of_role(&aws),
        tags(&[("team", "orders"), (PLANNED_FOR, due), (PLANNED, &planned)])
    );
    assert_eq!(aws.world().principals[&role()].boundary, None);
    assert_eq!(answer.message.unwrap(), "the boundary is enforced from 2026-07-14T12:00:00Z on");
}

#[tokio::test]
async fn before_it_is_due_nothing_is_written() {
    let aws = noticed(unbounded).await;
    for days in [0, 1, 13] {
        assert_eq!(Asking::with_notice(days).status(&aws, Mode::Apply).await, Status::Noticed);
        assert_eq!(aws.writes(), [""; 0]);
    }
}

#[tokio::test]
async fn once_due_what_was_idle_then_and_is_idle_still_is_dropped_and_the_notice_goes() {
    let aws = noticed(unbounded).await;
    let answer = Asking::with_notice(14).ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, dropped(&answer)), (Status::Applied, vec!["sns", "sqs"]));
    assert_eq!(aws.writes(), ["create", "tag", "put_boundary", "untag"]);
    let marked = MARKED.replace("2026-06-30", "2026-07-14");
    let expected = [("team", "orders"), (RECORD, "none"), (MARK, marked.as_str())];
    assert_eq!(tags_of_role(&aws), tags(&expected));
    assert_eq!(aws.world().principals[&role()].boundary.as_deref(), Some(OWN));
}

#[tokio::test]
async fn what_was_used_since_the_notice_is_kept() {
    let aws = noticed(unbounded).await;
    aws.set_usage(Usage::Days(vec![("sns", Some(-3)), ("s3", Some(10)), ("sqs", None)]));
    let answer = Asking::with_notice(14).ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, dropped(&answer)), (Status::Applied, vec!["sqs"]));
}

#[tokio::test]
async fn what_was_in_use_at_the_notice_is_kept_even_if_it_is_idle_by_now() {
    // Within the window at the notice, outside of it two weeks later.
    let seldom = || {
        let aws = unbounded();
        aws.set_usage(Usage::Days(vec![("sns", Some(300)), ("s3", Some(10)), ("sqs", Some(170))]));
        aws
    };
    let aws = noticed(seldom).await;
    let later = Asking::with_notice(14);
    let plan = later.ask(&aws, Mode::Plan).await.unwrap();
    assert_eq!(dropped(&plan), ["sns", "sqs"]);
    let answer = later.ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, dropped(&answer)), (Status::Applied, vec!["sns"]));
    // It gets a notice of its own.
    assert_eq!(Asking::with_notice(15).status(&aws, Mode::Apply).await, Status::Noticed);
}

#[tokio::test]
async fn what_was_granted_since_the_notice_is_kept_however_long_the_notice_was() {
    let aws = noticed(unbounded).await;
    aws.set_history(History::Granted(allow(&["s3:*", "sns:*"])));
    let answer = Asking::with_notice(14).ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, dropped(&answer)), (Status::Applied, vec!["sns"]));
    assert_eq!(aws.history_asked().last(), Some(&days_ago(14)), "14 days before the notice");
}

#[tokio::test]
async fn where_iam_forgets_what_was_in_use_at_the_notice_only_the_announced_plan_is_enforced() {
    let long = |days| {
        let mut settings = default_settings();
        settings.unused_after = "400".parse().unwrap();
        Asking { settings, ..Asking::with_notice(days) }
    };
    let begin = || {
        let aws = unbounded();
        aws.set_usage(Usage::Days(vec![("sns", Some(390)), ("s3", Some(10)), ("sqs", None)]));
        aws
    };
    // The announced plan is still the plan.
    let aws = begin();
    assert_eq!(long(0).status(&aws, Mode::Apply).await, Status::Noticed);
    assert_eq!(long(5).status(&aws, Mode::Apply).await, Status::Noticed);
    aws.set_usage(Usage::Days(vec![("sns", Some(-1)), ("s3", Some(10)), ("sqs", None)]));
    assert_eq!(long(14).status(&aws, Mode::Apply).await, Status::Applied);
    // SNS was in use at the notice, and 404 days ago IAM's memory ends.
    let aws = begin();
    assert_eq!(long(0).status(&aws, Mode::Apply).await, Status::Noticed);
    aws.set_usage(Usage::Days(vec![("sns", None), ("s3", Some(10)), ("sqs", None)]));
    let answer = long(14).ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!(answer.status, Status::Noticed);
    assert_eq!(answer.planned_for, Some(as_of() + TimeDelta::days(28)));
    assert_eq!(aws.writes(), ["tag"]);
    assert_eq!(long(28).status(&aws, Mode::Apply).await, Status::Applied);
}

#[tokio::test]
async fn tags_that_leastwise_did_not_write_for_this_principal_begin_a_new_notice() {
    let digest = "0".repeat(64);
    for (planned_for, planned) in [
        (Some("2026-06-01T12:00:00Z"), None),
        (None, Some("2026-05-01T12:00:00Z/".to_owned() + &digest)),
        (Some("2026-06-01T12:00:00Z"), Some("garbage".to_owned())),
        (Some("now"), Some("2026-05-01T12:00:00Z/".to_owned() + &digest)),
        // Of an earlier role of its name.
        (Some("2020-06-01T12:00:00Z"), Some("2020-05-01T12:00:00Z/".to_owned() + &digest)),
    ] {
        let aws = unbounded();
        change_role(&aws, |app| {
            let tags = [(PLANNED_FOR, planned_for), (PLANNED, planned.as_deref())];
            let tags = tags.iter().filter_map(|(key, value)| Some((*key, (*value)?)));
            app.tags.extend(tags.map(|(key, value)| (key.to_owned(), value.to_owned())));
        });
        let answer = Asking::with_notice(0).ask(&aws, Mode::Apply).await.unwrap();
        assert_eq!((answer.status, aws.writes()), (Status::Noticed, vec!["tag"]));
        assert_eq!(tags_of_role(&aws)[PLANNED_FOR], "2026-07-14T12:00:00Z");
    }
}

#[tokio::test]
async fn the_date_on_the_tag_holds_whatever_the_setting_says_by_now() {
    let aws = noticed(unbounded).await;
    let sooner = Asking { more: json!({ "NoticeDays": 1 }), ..Asking::with_notice(2) };
    assert_eq!(sooner.status(&aws, Mode::Apply).await, Status::Noticed);
    let later = Asking { more: json!({ "NoticeDays": 90 }), ..Asking::with_notice(14) };
    assert_eq!(later.status(&aws, Mode::Apply).await, Status::Applied);
}

#[tokio::test]
async fn without_notice_days_a_standing_notice_is_overtaken_and_removed() {
    let aws = noticed(unbounded).await;
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    let expected = [("team", "orders"), (RECORD, "none"), (MARK, MARKED)];
    assert_eq!(tags_of_role(&aws), tags(&expected));
}

#[tokio::test]
async fn a_notice_of_which_nothing_is_left_is_removed() {
    let aws = noticed(unbounded).await;
    aws.set_usage(Usage::Days(vec![("sns", Some(1)), ("s3", Some(1)), ("sqs", Some(1))]));
    assert_eq!(Asking::with_notice(3).status(&aws, Mode::Apply).await, Status::Noop);
    assert_eq!(aws.writes(), ["untag"]);
    assert_eq!(tags_of_role(&aws), tags(&[("team", "orders")]));
}

#[tokio::test]
async fn a_notice_that_nobody_acted_on_lapses_two_weeks_after_its_date_and_a_new_one_is_given() {
    let aws = noticed(unbounded).await;
    assert_eq!(Asking::with_notice(28).status(&aws, Mode::Apply).await, Status::Applied);

    let aws = unbounded();
    let announced = |days| Asking::with_notice(days).announced();
    assert_eq!(announced(0).status(&aws, Mode::Apply).await, Status::Noticed);
    let late = announced(28);
    let late = Asking { at: late.at + TimeDelta::seconds(1), ..late };
    let answer = late.ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!(answer.status, Status::Noticed);
    assert_eq!(answer.planned_for, Some(late.at + TimeDelta::days(14)));
    assert_eq!(aws.world().principals[&role()].boundary, None);
    assert_eq!(aws.world().messages.len(), 2, "the new notice is announced, too");
    assert_eq!(announced(41).status(&aws, Mode::Apply).await, Status::Noticed);
    assert_eq!(announced(43).status(&aws, Mode::Apply).await, Status::Applied);
}

#[tokio::test]
async fn a_notice_that_lapsed_and_of_which_nothing_is_left_is_removed_whatever_notice_days_says() {
    for asking in [Asking::with_notice(60), Asking::default()] {
        let aws = noticed(unbounded).await;
        let used = Some((as_of() - asking.at).num_days() + 1);
        aws.set_usage(Usage::Days(vec![("sns", used), ("s3", used), ("sqs", used)]));
        assert_eq!(asking.status(&aws, Mode::Apply).await, Status::Noop);
        assert_eq!(aws.writes(), ["untag"]);
        assert_eq!(tags_of_role(&aws), tags(&[("team", "orders")]));
    }
}

#[tokio::test]
async fn restore_takes_a_notice_back() {
    for begin in [unbounded, limited, user] {
        let before = begin().world();
        let aws = noticed(begin).await;
        assert_eq!(status(&aws, Mode::Restore).await, Status::Restored);
        assert_eq!(aws.world(), before);
        assert_eq!(status(&aws, Mode::Restore).await, Status::Noop);
        // Nor does a boundary that is out of date keep one.
        assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
        aws.set_usage(Usage::Days(vec![("sns", None), ("s3", None), ("sqs", None)]));
        assert_eq!(Asking::with_notice(0).status(&aws, Mode::Apply).await, Status::Noticed);
        assert_eq!(status(&aws, Mode::Restore).await, Status::Restored);
        assert_eq!(aws.world(), before);
    }
}

#[tokio::test]
async fn a_principal_without_room_for_notice_and_record_is_refused_before_anything_is_written() {
    let aws = unbounded();
    change_role(&aws, |app| {
        app.tags = (0..48).map(|number| (format!("tag-{number}"), String::new())).collect();
    });
    let answer = Asking::with_notice(0).ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.error, aws.writes()), (Some("NoRoomForNotice"), vec![]));
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
}

#[tokio::test]
async fn notice_and_enforcement_cut_off_anywhere_and_run_again_end_as_if_they_had_not_been() {
    for begin in [unbounded, limited, user, idle] {
        let uncut = begin();
        for (days, ends) in [(0, Status::Noticed), (14, Status::Applied)] {
            let asking = Asking::with_notice(days);
            let before = uncut.world();
            assert_eq!(asking.status(&uncut, Mode::Apply).await, ends);
            let calls = uncut.calls().len();
            let after = uncut.world();
            for cut in (1..=calls).flat_map(|call| [Cut::Before(call), Cut::After(call)]) {
                let aws = begin();
                aws.change(|world| *world = before.clone());
                aws.cut(Some(cut));
                assert!(asking.ask(&aws, Mode::Apply).await.is_err(), "{cut:?}");
                aws.cut(None);
                let status = asking.status(&aws, Mode::Apply).await;
                assert!(status == ends || status == Status::Noop, "{cut:?}: {status:?}");
                assert_eq!(aws.world(), after, "{cut:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_plan_other_than_the_one_agreed_to_is_refused() {
    let aws = unbounded();
    let plan = Asking::default().ask(&aws, Mode::Plan).await.unwrap().plan.unwrap();
    let agreed = Asking { more: json!({ "ExpectedPlan": plan.plan_digest }), ..Asking::default() };
    aws.set_usage(Usage::Days(vec![("sns", Some(1)), ("s3", Some(10)), ("sqs", None)]));
    let answer = agreed.ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.error, aws.writes()), (Some("PlanChanged"), vec![]));
    aws.set_usage(usage());
    assert_eq!(agreed.status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(agreed.status(&aws, Mode::Apply).await, Status::Noop);
    let nothing = Asking { more: json!({ "ExpectedPlan": "" }), ..Asking::default() };
    assert_eq!(nothing.status(&aws, Mode::Apply).await, Status::Noop);
}

/// With the variables of the environment set so.
fn exempting(asking: Asking, entries: &'static str) -> Asking {
    let variable = |name: &str| (name == "LEASTWISE_EXEMPT_PRINCIPALS").then(|| entries.into());
    Asking { settings: set_to(variable), ..asking }
}

#[tokio::test]
async fn a_principal_that_was_exempted_meanwhile_is_refused_and_keeps_its_notice() {
    let aws = noticed(unbounded).await;
    let before = aws.world();
    let opted_out = exempting(Asking::with_notice(14), "app");
    assert_eq!(opted_out.ask(&aws, Mode::Apply).await.unwrap().error, Some("Exempt"));
    assert_eq!(aws.world(), before);
    // By its own tags, too, as long as they say.
    change_role(&aws, |app| {
        app.tags.insert("leastwise:exempt-until".into(), "2026-07-20".into());
        app.tags.insert("leastwise:exempt-reason".into(), "migration".into());
    });
    let later = |days| Asking::with_notice(days);
    assert_eq!(later(14).ask(&aws, Mode::Apply).await.unwrap().error, Some("Exempt"));
    assert_eq!(later(21).status(&aws, Mode::Apply).await, Status::Applied);
}
