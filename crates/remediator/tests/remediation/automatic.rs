//! Automatic remediation: what it leaves to a person, how fast it goes, and what halts it.

use crate::scene::{
    ARN, Asking, ID, LIMITS, OWNER, RECORD, entity, limited, outdated, role, set_to, status, tags,
    unbounded, world,
};
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_aws::{Moment, PrincipalName};
use leastwise_remediator::answer::{Answer, Status};
use leastwise_remediator::errand_answer::{ErrandAnswer, ErrandStatus};
use leastwise_remediator::error::RemediationError;
use leastwise_remediator::request::{Asked, Mode};
use leastwise_remediator::{Context, errand};
use leastwise_testing::aws::{Cut, Entity, Fake, Policy, Usage, World};
use leastwise_testing::{allow, as_of, statements};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const HALTED: &str = "/leastwise/automatic/halted";
const HALT: &str = r#"{"principal":"arn:aws:iam::111122223333:role/other","resourceId":"AROAEXAMPLE0OTHROLE1","stopped":["sqs:SendMessage"],"since":"2026-06-30T11:00:00Z"}"#;

/// Asking as AWS Config does when it remediates by itself, so many hours from the usual moment: two
/// come first, then two a day.
fn by_itself(hours_later: i64) -> Asking {
    let variable = |name: &str| match name {
        "LEASTWISE_NOT_PRINCIPAL_CHECKED" => Some("true".to_owned()),
        "LEASTWISE_DAILY_LIMIT" | "LEASTWISE_CANARY_SIZE" => Some("2".to_owned()),
        _ => None,
    };
    Asking {
        settings: set_to(variable),
        at: as_of() + TimeDelta::hours(hours_later),
        more: json!({ "Automatic": "true" }),
    }
}

/// S3 was used ten days ago, the others never.
fn never_used() -> Usage {
    Usage::Days(vec![("sns", None), ("s3", Some(10)), ("sqs", None)])
}

/// The role `app`, of which nothing is dropped that was used once.
fn one() -> Fake {
    Fake::of(world(entity(ARN, ID)), never_used())
}

fn id(number: usize) -> String {
    format!("AROAEXAMPLE00ROLE{number:03}")
}

/// Roles `app-1` to `app-8`.
fn eight() -> Fake {
    let roles = (1..=8).map(|number| {
        let arn = format!("arn:aws:iam::111122223333:role/app-{number}");
        (PrincipalName::role(format!("app-{number}")), entity(&arn, &id(number)))
    });
    Fake::of(World { principals: roles.collect(), ..World::default() }, never_used())
}

/// The principals with a boundary, by name.
fn bounded(aws: &Fake) -> Vec<String> {
    let world = aws.world();
    let bounded = world.principals.iter().filter(|(_, entity)| entity.boundary.is_some());
    bounded.map(|(name, _)| name.name.clone()).collect()
}

async fn apply(number: usize, asking: &Asking, aws: &Fake) -> Answer {
    let mut request = json!({ "ResourceId": id(number), "Mode": "Apply" });
    request.as_object_mut().unwrap().extend(asking.more.as_object().unwrap().clone());
    asking.event(&request, aws).await.0.unwrap()
}

fn turns(aws: &Fake) -> Vec<String> {
    aws.world().parameters.into_keys().collect()
}

/// Runs an errand, as the stack's documents do.
async fn run(event: &Value, asking: &Asking, aws: &Fake) -> Result<ErrandAnswer, RemediationError> {
    let errand = match Asked::parse(event).unwrap() {
        Asked::OfAll(errand) => errand,
        Asked::OfPrincipal(request) => unreachable!("{request:?}"),
    };
    let moment = Moment::new(asking.at, Instant::now() + Duration::from_mins(1));
    aws.calls();
    let (request, settings, journal) = (&errand, &asking.settings, &Mutex::new(Vec::new()));
    let clock = &leastwise_testing::aws::NoWait;
    errand::run(&Context { request, settings, aws, clock, journal, moment }).await
}

async fn resume(hours_later: i64, aws: &Fake) -> Result<ErrandAnswer, RemediationError> {
    run(&json!({ "Mode": "Resume" }), &by_itself(hours_later), aws).await
}

async fn enforce(hours_later: i64, aws: &Fake) -> ErrandAnswer {
    run(&json!({ "Mode": "EnforceNotices" }), &by_itself(hours_later), aws).await.unwrap()
}

fn halt(aws: &Fake) {
    aws.change(|world| drop(world.parameters.insert(HALTED.to_owned(), HALT.to_owned())));
}

#[tokio::test]
async fn what_a_person_has_to_look_at_first_is_skipped_and_not_announced() {
    for more in [json!({ "Automatic": "true" }), json!({ "Automatic": "true", "NoticeDays": "14" })]
    {
        let aws = unbounded();
        let before = aws.world();
        let asking = Asking { more, ..Asking::default() };
        let answer = asking.ask(&aws, Mode::Apply).await.unwrap();
        assert_eq!((answer.status, answer.error), (Status::Skipped, Some("NeedsAPerson")));
        let message = answer.message.unwrap();
        let start = format!(
            "`{ARN}` is not changed automatically, because a person has to look at the plan first: this is its first boundary"
        );
        assert!(message.starts_with(&start), "{message}");
        let end = "; look at it, and start `LeastwiseRightsizePrincipal` by hand";
        assert!(message.ends_with(end), "{message}");
        assert_eq!(aws.writes(), [""; 0]);
        assert_eq!(aws.world(), before);
    }
    let aws = unbounded();
    assert_eq!(by_itself(0).status(&aws, Mode::Plan).await, Status::Planned);
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    // What stands as planned is nobody's to look at.
    assert_eq!(by_itself(0).status(&aws, Mode::Apply).await, Status::Noop);
}

#[tokio::test]
async fn a_customers_boundary_is_replaced_by_hand_or_where_the_setting_says_so() {
    let asked = || Asking { more: json!({ "Automatic": "true" }), ..Asking::default() };
    let aws = limited();
    let before = aws.world();
    let answer = asked().ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, answer.error), (Status::Skipped, Some("NeedsAPerson")));
    assert_eq!(
        answer.message.unwrap(),
        format!(
            "`{ARN}` is not changed automatically, because a person has to look at the plan first: it has the boundary \
             `{LIMITS}`, which somebody else made and whose owner may demand it of deployments; \
             `CustomerBoundaries=narrow` replaces such boundaries by narrower ones; look at it, and start \
             `LeastwiseRightsizePrincipal` by hand"
        )
    );
    assert_eq!(aws.world(), before);
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    // Ours in its place is nobody else's.
    assert_eq!(asked().status(&aws, Mode::Apply).await, Status::Noop);

    let narrow = |name: &str| (name == "LEASTWISE_CUSTOMER_BOUNDARIES").then(|| "narrow".into());
    let asking = Asking { settings: set_to(narrow), ..asked() };
    let aws = limited();
    // The remediator's own role may put back what is recorded: that asks for no present boundary.
    let recorded = "${aws:ResourceTag/leastwise:previous-boundary}";
    let put = ["iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"];
    add_role(
        &aws,
        "leastwise-remediator",
        &json!({
            "Effect": "Allow", "Action": put, "Resource": "arn:aws:iam::111122223333:*",
            "Condition": { "StringEquals": { "iam:PermissionsBoundary": recorded } }
        }),
    );
    assert_eq!(asking.status(&aws, Mode::Apply).await, Status::Applied);
}

/// Adds a role with this one statement.
fn add_role(aws: &Fake, name: &str, statement: &Value) {
    let grants = vec![statements(&json!([statement]))];
    let arn = format!("arn:aws:iam::111122223333:role/{name}");
    let role = Entity { grants, ..entity(&arn, "AROAEXAMPLE0ADDEDROLE") };
    aws.change(|world| drop(world.principals.insert(PrincipalName::from(&role.arn), role)));
}

#[tokio::test]
async fn a_boundary_that_others_may_only_administer_under_is_left_to_a_person() {
    let narrow = |name: &str| (name == "LEASTWISE_CUSTOMER_BOUNDARIES").then(|| "narrow".into());
    let asking = Asking {
        settings: set_to(narrow),
        more: json!({ "Automatic": "true" }),
        ..Asking::default()
    };
    let aws = limited();
    add_role(
        &aws,
        "deployer",
        &json!({
            "Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "*",
            "Condition": { "StringEquals": { "iam:PermissionsBoundary": LIMITS } }
        }),
    );
    let before = aws.world();
    let answer = asking.ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, answer.error), (Status::Skipped, Some("NeedsAPerson")));
    let message = answer.message.unwrap();
    let reason = format!(
        "policies of `arn:aws:iam::111122223333:role/deployer` are about principals that have the boundary `{LIMITS}`"
    );
    assert!(message.contains(&reason), "{message}");
    assert_eq!(aws.world(), before);
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied, "by hand");
}

#[tokio::test]
async fn a_refusal_that_lasts_is_skipped_and_one_that_may_pass_is_not() {
    let aws = one();
    aws.change(|world| {
        let app = world.principals.get_mut(&role()).unwrap();
        app.tags.insert("leastwise:exempt-until".into(), "2027-01-01".into());
        app.tags.insert("leastwise:exempt-reason".into(), "migration".into());
    });
    for mode in [Mode::Plan, Mode::Apply] {
        let answer = by_itself(0).ask(&aws, mode).await.unwrap();
        assert_eq!((answer.status, answer.error), (Status::Skipped, Some("Exempt")));
        assert_eq!(status(&aws, mode).await, Status::Refused, "a person is refused");
    }
    let aws = one();
    let before_put = position("put_boundary", &aws).await;
    let aws = one();
    aws.meanwhile(before_put - 1, |world| {
        world.principals.get_mut(&role()).unwrap().boundary = Some("arn:theirs".into());
    });
    let answer = by_itself(0).ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, answer.error), (Status::Refused, Some("PrincipalChanged")));
}

/// At which place a run makes this call.
async fn position(call: &str, aws: &Fake) -> usize {
    by_itself(0).ask(aws, Mode::Apply).await.unwrap();
    aws.calls().iter().position(|made| *made == call).unwrap() + 1
}

#[tokio::test]
async fn a_boundary_that_another_tool_attaches_meanwhile_is_not_replaced() {
    const THEIRS: &str = "arn:aws:iam::111122223333:policy/team/limits";
    let read = position("put_boundary", &one()).await - 1;
    for call in 1..=read {
        let aws = one();
        aws.meanwhile(call, |world| {
            world.principals.get_mut(&role()).unwrap().boundary = Some(THEIRS.into());
        });
        by_itself(0).ask(&aws, Mode::Apply).await.unwrap();
        let app = aws.world().principals[&role()].clone();
        // Seen from the beginning, it is what is narrowed.
        if app.boundary.as_deref() == Some(THEIRS) {
            assert_eq!(app.tags, tags(&[("team", "orders")]), "{call}");
        } else {
            assert_eq!((call < 3, app.tags[RECORD].as_str()), (true, THEIRS), "{call}");
        }
    }
}

#[tokio::test]
async fn of_two_runs_at_once_the_second_leaves_the_record_of_the_first() {
    let read = position("put_boundary", &one()).await - 1;
    let aws = one();
    aws.meanwhile(read, |world| {
        let own = "arn:aws:iam::111122223333:policy/leastwise/role-app";
        world.principals.get_mut(&role()).unwrap().boundary = Some(own.into());
    });
    let answer = by_itself(0).ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, answer.error), (Status::Refused, Some("PrincipalChanged")));
    let app = aws.world().principals[&role()].clone();
    assert_eq!(app.tags[RECORD], "none");
    assert!(app.tags.contains_key("leastwise:planned-grants"));
}

#[tokio::test]
async fn what_was_used_once_goes_with_a_notice_of_two_weeks_at_least() {
    for (asked, due) in [("0", 14), ("3", 14), ("30", 30)] {
        let aws = unbounded();
        let more = json!({ "Automatic": "true", "NoticeDays": asked });
        let asking = Asking { more, ..by_itself(0) };
        let answer = asking.ask(&aws, Mode::Apply).await.unwrap();
        assert_eq!(answer.status, Status::Noticed);
        assert_eq!(answer.planned_for, Some(as_of() + TimeDelta::days(due)), "{asked}");
        let early = Asking { at: as_of() + TimeDelta::days(due - 1), ..asking.clone() };
        assert_eq!(early.status(&aws, Mode::Apply).await, Status::Noticed);
        let later = Asking { at: as_of() + TimeDelta::days(due), ..asking };
        assert_eq!(later.status(&aws, Mode::Apply).await, Status::Applied);
    }
    // What was never used does not need one.
    assert_eq!(by_itself(0).status(&one(), Mode::Apply).await, Status::Applied);
}

#[tokio::test]
async fn a_notice_that_was_shorter_does_not_do_for_what_was_used_once() {
    let aws = unbounded();
    let by_hand = Asking { more: json!({ "NoticeDays": "2" }), ..by_itself(0) };
    assert_eq!(by_hand.status(&aws, Mode::Apply).await, Status::Noticed);
    for hours in [0, 48] {
        let answer = by_itself(hours).ask(&aws, Mode::Apply).await.unwrap();
        assert_eq!(answer.status, Status::Noticed);
        if hours == 0 {
            assert_eq!(answer.planned_for, Some(as_of() + TimeDelta::days(14)));
        }
    }
    assert_eq!(by_itself(14 * 24).status(&aws, Mode::Apply).await, Status::Applied);
}

#[tokio::test]
async fn a_few_come_first_then_a_day_passes_then_so_many_a_day() {
    let aws = eight();
    for number in 1..=2 {
        assert_eq!(apply(number, &by_itself(0), &aws).await.status, Status::Applied);
    }
    assert_eq!(turns(&aws), ["/leastwise/automatic/canary/1", "/leastwise/automatic/canary/2"]);
    // The others are told when: what nobody remembers would be forgotten.
    let answer = apply(3, &by_itself(1), &aws).await;
    assert_eq!(answer.status, Status::Noticed);
    assert_eq!(answer.planned_for, Some(as_of() + TimeDelta::days(1)));
    let answer = apply(3, &by_itself(23), &aws).await;
    assert_eq!(answer.status, Status::Noticed);
    for number in 4..=8 {
        assert_eq!(apply(number, &by_itself(1), &aws).await.status, Status::Noticed);
    }
    assert_eq!(bounded(&aws), ["app-1", "app-2"]);
    let answer = enforce(24, &aws).await;
    assert_eq!(answer.status, ErrandStatus::Enforced);
    assert_eq!(
        answer.message,
        "the notices of 6 principals were due: 2 bounded, 0 given notice, 4 left alone, 0 failed, 0 not reached; 0 \
         policies of principals that are gone were removed"
    );
    assert_eq!(
        answer.principals[2].message.as_deref(),
        Some(
            "`arn:aws:iam::111122223333:role/app-8` is not changed yet: automatic remediation changed 2 principals \
             today, as many as `DailyLimit` allows; it goes on at 2026-07-02 00:00"
        )
    );
    // Nobody is planned for in vain after one who gets no turn.
    assert_eq!(
        answer.principals[3].message.as_deref(),
        Some("it is not changed yet: those before it took the turns that were free")
    );
    assert_eq!(answer.principals[3].status, Some(Status::Skipped));
    assert_eq!(enforce(36, &aws).await.principals.len(), 4);
    // Two who have a turn, and one who finds none.
    assert_eq!(aws.calls().iter().filter(|call| **call == "last_accessed").count(), 3);
    assert_eq!(enforce(60, &aws).await.status, ErrandStatus::Enforced);
    assert_eq!(bounded(&aws).len(), 8);
    assert_eq!(enforce(60, &aws).await.status, ErrandStatus::Noop);
    // The turns of the day before yesterday are gone.
    assert!(!turns(&aws).iter().any(|turn| turn.contains("2026-07-01")), "{:?}", turns(&aws));
}

#[tokio::test]
async fn a_person_takes_no_turn_and_is_not_halted() {
    let aws = eight();
    halt(&aws);
    let by_hand = Asking { more: json!({}), ..by_itself(0) };
    for number in 1..=5 {
        assert_eq!(apply(number, &by_hand, &aws).await.status, Status::Applied);
    }
    assert_eq!(turns(&aws), [HALTED]);
}

#[tokio::test]
async fn while_it_is_halted_nothing_automatic_is_written_and_nothing_announced() {
    let aws = eight();
    assert_eq!(apply(1, &by_itself(0), &aws).await.status, Status::Applied);
    halt(&aws);
    let before = aws.world();
    for number in 1..=8 {
        let answer = apply(number, &by_itself(0).announced(), &aws).await;
        assert_eq!((answer.status, answer.error), (Status::Skipped, Some("Halted")));
        assert_eq!(aws.writes(), [""; 0]);
    }
    let answer = apply(2, &by_itself(0), &aws).await;
    assert_eq!(
        answer.message.unwrap(),
        "`arn:aws:iam::111122223333:role/app-2` is not changed automatically, because everything automatic is halted \
         since 2026-06-30 11:00: the boundary of `arn:aws:iam::111122223333:role/other` is suspected to stop \
         sqs:SendMessage; look into that, and start `LeastwiseResume`"
    );
    assert_eq!(aws.world(), before);
}

#[tokio::test]
async fn a_halt_that_comes_at_any_moment_before_the_first_write_to_iam_stops_the_run() {
    let read_again = position("create", &one()).await - 1;
    for call in 1..read_again {
        let aws = one();
        aws.meanwhile(call, |world| drop(world.parameters.insert(HALTED.into(), HALT.into())));
        let answer = by_itself(0).ask(&aws, Mode::Apply).await.unwrap();
        let entries = aws.calls().iter().filter(|call| **call == "entries").count();
        // The last look is when the turn is the principal's.
        if answer.status == Status::Applied {
            assert_eq!(entries, 3, "{call}");
            assert!(call + 4 > read_again, "after the last look: {call} of {read_again}");
        } else {
            assert_eq!((answer.status, answer.error), (Status::Skipped, Some("Halted")));
            assert_eq!(aws.world().principals, one().world().principals, "{call}");
        }
    }
}

#[tokio::test]
async fn while_it_is_not_known_whether_it_is_halted_nothing_is_written() {
    let aws = one();
    aws.fail(&["entries"]);
    let error = by_itself(0).ask(&aws, Mode::Apply).await.unwrap_err();
    assert_eq!(error.error_type(), "Failed");
    assert!(
        error.to_string().starts_with("could not learn whether automatic remediation may go on")
    );
    assert_eq!(aws.world(), one().world());
    let aws = one();
    aws.change(|world| drop(world.parameters.insert(HALTED.into(), "yes".into())));
    let before = aws.world();
    let error = by_itself(0).ask(&aws, Mode::Apply).await.unwrap_err();
    assert_eq!((error.error_type(), error.kind()), ("Failed", "Ledger"));
    assert_eq!(aws.world(), before);
}

#[tokio::test]
async fn of_two_runs_at_once_each_gets_a_turn_of_its_own() {
    let make = position("make_entry", &one()).await;
    let aws = one();
    aws.meanwhile(make, |world| {
        let other = r#"{"resourceId":"AROAEXAMPLE0OTHROLE1","taken":"2026-06-30T12:00:00Z"}"#;
        world.parameters.insert("/leastwise/automatic/canary/1".into(), other.into());
    });
    assert_eq!(by_itself(0).status(&aws, Mode::Apply).await, Status::Applied);
    let parameters = aws.world().parameters;
    assert!(parameters["/leastwise/automatic/canary/1"].contains("OTHROLE"));
    assert!(parameters["/leastwise/automatic/canary/2"].contains(ID));
}

#[tokio::test]
async fn the_same_event_ten_times_takes_one_turn_and_sends_one_message() {
    let aws = one();
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(by_itself(0).announced().status(&aws, Mode::Apply).await);
    }
    assert_eq!(statuses[0], Status::Applied);
    assert_eq!(statuses[1..], [Status::Noop; 9]);
    let automatic = turns(&aws).into_iter().filter(|name| name.contains("automatic"));
    assert_eq!(automatic.collect::<Vec<_>>(), ["/leastwise/automatic/canary/1"]);
    assert_eq!(aws.world().messages.len(), 1);
}

#[tokio::test]
async fn an_automatic_run_cut_off_anywhere_and_run_again_ends_as_if_it_had_not_been() {
    let uncut = one();
    by_itself(0).status(&uncut, Mode::Apply).await;
    let calls = uncut.calls().len();
    for cut in (1..=calls).flat_map(|call| [Cut::Before(call), Cut::After(call)]) {
        let aws = one();
        aws.cut(Some(cut));
        assert!(by_itself(0).ask(&aws, Mode::Apply).await.is_err(), "{cut:?}");
        aws.cut(None);
        let status = by_itself(0).status(&aws, Mode::Apply).await;
        assert!(matches!(status, Status::Applied | Status::Noop), "{cut:?}: {status:?}");
        assert_eq!(aws.world(), uncut.world(), "{cut:?}: it took one turn");
    }
}

#[tokio::test]
async fn a_person_resumes_and_a_few_come_first_again() {
    let aws = eight();
    for number in 1..=2 {
        apply(number, &by_itself(0), &aws).await;
    }
    halt(&aws);
    let answer = resume(1, &aws).await.unwrap();
    assert_eq!(answer.status, ErrandStatus::Resumed);
    assert_eq!(
        answer.message,
        "automatic remediation goes on; it was halted since 2026-06-30 11:00 because of \
         `arn:aws:iam::111122223333:role/other`"
    );
    let resumed = r#"{"at":"2026-06-30T13:00:00Z","resourceId":"AROAEXAMPLE0OTHROLE1"}"#;
    let resumed = [("/leastwise/automatic/resumed", resumed)];
    assert_eq!(aws.world().parameters, tags(&resumed));
    assert_eq!(apply(3, &by_itself(1), &aws).await.status, Status::Applied);
    assert_eq!(apply(4, &by_itself(1), &aws).await.status, Status::Applied);
    assert_eq!(apply(5, &by_itself(1), &aws).await.status, Status::Noticed);
    let answer = resume(2, &aws).await.unwrap();
    assert_eq!((answer.status, aws.calls()), (ErrandStatus::Noop, vec!["entries"]));
    assert_eq!(answer.message, "automatic remediation is not halted");
}

#[tokio::test]
async fn resuming_cut_off_anywhere_stays_halted_and_run_again_ends_as_if_it_had_not_been() {
    let halted = async || {
        let aws = eight();
        apply(1, &by_itself(0), &aws).await;
        halt(&aws);
        aws
    };
    let uncut = halted().await;
    resume(1, &uncut).await.unwrap();
    let calls = uncut.calls().len();
    assert_eq!(calls, 4);
    for cut in (1..=calls).flat_map(|call| [Cut::Before(call), Cut::After(call)]) {
        let aws = halted().await;
        aws.cut(Some(cut));
        assert!(resume(1, &aws).await.is_err(), "{cut:?}");
        aws.cut(None);
        let is_halted = aws.world().parameters.contains_key(HALTED);
        assert_eq!(is_halted, cut != Cut::After(calls), "{cut:?}");
        resume(1, &aws).await.unwrap();
        assert_eq!(aws.world(), uncut.world(), "{cut:?}");
    }
}

#[tokio::test]
async fn the_schedule_goes_on_with_whose_notice_is_due_each_time_another_one_first() {
    let waiting = || {
        let aws = eight();
        let tag = |name: &'static str, key: &'static str, value: String| {
            aws.change(|world| {
                let role = world.principals.get_mut(&PrincipalName::role(name)).unwrap();
                role.tags.insert(key.to_owned(), value);
            });
        };
        let planned = |days: i64| format!("{}/{}", time(-days), "0".repeat(64));
        for (name, due) in [("app-1", 1), ("app-2", 2), ("app-3", -9)] {
            tag(name, "leastwise:planned", planned(20));
            tag(name, "leastwise:planned-for", time(-due));
        }
        // Over, and nobody's notice: AWS Config goes on with it, or a person.
        tag("app-4", "leastwise:held-until", time(-1));
        tag("app-6", "leastwise:planned-for", "soon".to_owned());
        aws
    };
    let asked = async |hours: i64| {
        let answer = enforce(hours, &waiting()).await;
        let names = answer.principals.into_iter().map(|it| (it.principal, it.status.unwrap()));
        let name = |arn: String| arn.rsplit('/').next().unwrap().to_owned();
        names.map(|(arn, status)| (name(arn), status)).collect::<Vec<_>>()
    };
    let expected = [
        ("app-1".to_owned(), Status::Applied),
        ("app-2".to_owned(), Status::Applied),
        ("app-6".to_owned(), Status::Noticed),
    ];
    for time in 0..3 {
        let found = asked(12 * time).await;
        let first = expected.iter().position(|it| *it == found[0]).unwrap();
        let mut rotated = expected.clone();
        rotated.rotate_left(first);
        assert_eq!(found, rotated);
        assert_ne!(found[0], asked(12 * (time + 1)).await[0], "{time}");
    }
}

#[tokio::test]
async fn a_new_notice_of_the_schedule_lasts_two_weeks_at_least() {
    let aws = one();
    aws.change(|world| {
        let app = world.principals.get_mut(&role()).unwrap();
        app.tags.insert("leastwise:planned-for".into(), "soon".into());
    });
    assert_eq!(enforce(0, &aws).await.principals[0].status, Some(Status::Noticed));
    let due = aws.world().principals[&role()].tags["leastwise:planned-for"].clone();
    assert_eq!(due, "2026-07-14T12:00:00Z");
}

#[tokio::test]
async fn errands_are_logged_from_start_to_end_and_one_that_is_not_whole_is_counted() {
    let lines = async |aws: &Fake, event: Value| {
        let asked = Asked::parse(&event).unwrap();
        let Asked::OfAll(errand) = asked else { unreachable!("{event}") };
        let asking = by_itself(0);
        let moment = Moment::new(asking.at, Instant::now() + Duration::from_mins(1));
        let (request, settings, journal) = (&errand, &asking.settings, Mutex::new(Vec::new()));
        let clock = &leastwise_testing::aws::NoWait;
        let context = Context { request, settings, aws, clock, journal: &journal, moment };
        let _: Result<_, _> = errand::run(&context).await;
        let lines = journal.into_inner().unwrap();
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let resumed = lines(&one(), json!({ "Mode": "Resume" })).await;
    let brief = |line: &Value| (line["level"].clone(), line["msg"].clone(), line["status"].clone());
    assert_eq!(brief(&resumed[0]), (json!("INFO"), json!("start_execution"), Value::Null));
    assert_eq!(brief(&resumed[1]), (json!("INFO"), json!("end_execution"), json!("NOOP")));
    assert_eq!(resumed[2]["Failed"], json!(0));
    let aws = one();
    aws.fail(&["own_policies"]);
    let incomplete = lines(&aws, json!({ "Mode": "EnforceNotices" })).await;
    assert_eq!(brief(&incomplete[1]), (json!("WARN"), json!("end_execution"), json!("INCOMPLETE")));
    assert_eq!(incomplete[2]["Failed"], json!(1));
}

#[tokio::test]
async fn a_turn_is_not_taken_where_no_policy_could_be_made() {
    let aws = one();
    aws.change(|world| world.policy_limit = Some(1));
    let answer = by_itself(0).ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, answer.error), (Status::Skipped, Some("PolicyQuota")));
    assert_eq!(turns(&aws), [""; 0]);
}

fn time(days: i64) -> String {
    let time: DateTime<Utc> = as_of() + TimeDelta::days(days);
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[tokio::test]
async fn a_principal_that_fails_does_not_stop_the_others_and_the_answer_says_so() {
    let aws = eight();
    for number in 1..=2 {
        apply(number, &by_itself(0), &aws).await;
    }
    for number in 3..=4 {
        assert_eq!(apply(number, &by_itself(0), &aws).await.status, Status::Noticed);
    }
    aws.fail(&["create"]);
    let answer = enforce(24, &aws).await;
    assert_eq!(answer.status, ErrandStatus::Incomplete);
    assert_eq!(
        answer.message,
        "the notices of 2 principals were due: 0 bounded, 0 given notice, 0 left alone, 2 failed, 0 not reached; 0 \
         policies of principals that are gone were removed"
    );
    let why = answer.principals[0].message.as_deref().unwrap();
    assert!(why.starts_with("could not read, write or remove a boundary policy"), "{why}");
    let allowed = allow(&["s3:*"]);
    assert!(!aws.world().policies.values().any(|policy| policy.in_force().1 == allowed));
}

#[tokio::test]
async fn policies_of_principals_that_are_gone_are_removed_after_a_week_and_only_ours_and_unused() {
    const PATH: &str = "arn:aws:iam::111122223333:policy/leastwise";
    let left_over = || {
        let aws = eight();
        aws.change(|world| {
            let policy = |owner: &str| Policy::of(&allow(&["s3:*"])).tagged(OWNER, owner);
            let kept_of_gone = policy("AROAEXAMPLE0000GONE1");
            let gone = kept_of_gone.clone().then(&allow(&["sqs:*"]));
            let in_use = policy("AROAEXAMPLE0000GONE2");
            let untagged = Policy::of(&allow(&["s3:*"]));
            for (name, policy) in [
                ("role-gone", gone),
                ("role-used", in_use),
                ("role-app-1", policy(&id(1))),
                ("previous-role-gone", kept_of_gone),
                ("previous-role-app-1", policy(&id(1))),
                ("leastwise-quarantine", untagged),
            ] {
                world.policies.insert(format!("{PATH}/{name}"), policy);
            }
            let user = world.principals.get_mut(&PrincipalName::role("app-2")).unwrap();
            user.boundary = Some(format!("{PATH}/role-used"));
        });
        aws
    };
    let aws = left_over();
    aws.change(|world| world.policies_updated = Some(as_of() - TimeDelta::days(6)));
    let before = aws.world();
    assert_eq!(enforce(0, &aws).await.status, ErrandStatus::Noop);
    assert_eq!(aws.world(), before, "a run that was cut off may go on with it");

    let uncut = left_over();
    let answer = enforce(0, &uncut).await;
    let removed = ["previous-role-gone", "role-gone"].map(|name| format!("{PATH}/{name}"));
    assert_eq!(answer.removed_policies, removed);
    assert_eq!(answer.status, ErrandStatus::Enforced);
    let calls = uncut.calls();
    let left: Vec<String> = uncut.world().policies.into_keys().collect();
    let names = ["leastwise-quarantine", "previous-role-app-1", "role-app-1", "role-used"];
    assert_eq!(left, names.map(|name| format!("{PATH}/{name}")));
    for cut in (1..=calls.len()).flat_map(|call| [Cut::Before(call), Cut::After(call)]) {
        let aws = left_over();
        aws.cut(Some(cut));
        let errand = json!({ "Mode": "EnforceNotices" });
        let answer = run(&errand, &by_itself(0), &aws).await;
        if let Ok(answer) = answer {
            assert_eq!(answer.status, ErrandStatus::Incomplete, "{cut:?}");
            let there = aws.world().policies;
            let gone = removed.iter().filter(|arn| !there.contains_key(*arn)).count();
            // Of the one whose deletion IAM did not confirm nothing is said.
            let unconfirmed =
                usize::from(matches!(cut, Cut::After(call) if calls[call - 1] == "delete"));
            assert_eq!(answer.removed_policies, removed[..gone - unconfirmed], "{cut:?}");
        }
        aws.cut(None);
        enforce(0, &aws).await;
        assert_eq!(aws.world(), uncut.world(), "{cut:?}");
    }
}

#[tokio::test]
async fn where_most_of_the_quota_is_used_up_no_policy_is_made_and_those_there_are_go_on() {
    for (limit, used_up) in [(3, false), (2, true), (1, true)] {
        let aws = one();
        aws.change(|world| {
            world.policy_limit = Some(limit);
            let other = world.policies.values().next().unwrap().clone();
            world.policies.insert("arn:aws:iam::111122223333:policy/other".into(), other);
        });
        let before = aws.world();
        let by_hand = Asking { more: json!({}), ..by_itself(0) };
        let answer = by_hand.ask(&aws, Mode::Apply).await.unwrap();
        if !used_up {
            assert_eq!(answer.status, Status::Applied, "{limit}");
            continue;
        }
        assert_eq!((answer.status, answer.error), (Status::Refused, Some("PolicyQuota")));
        let message = format!(
            "`{ARN}` gets no boundary, because the account has 2 of {limit} customer managed policies already, and \
             Leastwise leaves 30 % of them to others; ask AWS for more (quota `Customer managed policies per account`), or \
             delete some"
        );
        assert_eq!(answer.message.unwrap(), message);
        assert_eq!(aws.world(), before);
    }
    let aws = outdated();
    aws.change(|world| world.policy_limit = Some(1));
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied, "a new version takes no place");
    // What stood before takes one, too: with one there, the second to be made is the third.
    for (limit, status) in [(3, Status::Applied), (2, Status::Refused)] {
        let aws = limited();
        aws.change(|world| world.policy_limit = Some(limit));
        let before = aws.world();
        let answer = Asking::default().ask(&aws, Mode::Apply).await.unwrap();
        assert_eq!(answer.status, status, "{limit}");
        assert_eq!(aws.world() == before, status == Status::Refused, "{limit}");
    }
}
