//! What is granted after our boundary was planned.

use crate::scene::{
    ARN, Asking, ID, LIMITS, MARK, OWN, OWNER, RECORD, ask, change_role, entity, limited, set_to,
    status, tags, unbounded, world,
};
use leastwise_policy::document::Document;
use leastwise_remediator::answer::{Answer, Status};
use leastwise_remediator::request::Mode;
use leastwise_testing::aws::{Cut, Entity, Fake, History, Policy, Usage};
use leastwise_testing::{allow, as_of};
use serde_json::json;

/// S3 was used ten days ago; all else never.
fn all_but_s3_unused() -> Usage {
    Usage::Days(vec![("kms", None), ("s3", Some(10)), ("sns", Some(300)), ("sqs", None)])
}

/// What the role is granted now: KMS came last.
pub(crate) fn granted_later() -> Vec<Document> {
    vec![allow(&["s3:*", "sqs:*", "sns:*"]), allow(&["kms:*"])]
}

/// The role under a boundary of ours that allows S3, granted KMS since.
pub(crate) fn granted_kms() -> Fake {
    let bounded = Entity {
        boundary: Some(OWN.to_owned()),
        grants: granted_later(),
        tags: tags(&[("team", "orders"), (RECORD, "none")]),
        ..entity(ARN, ID)
    };
    let policy = Policy::of(&allow(&["s3:*"])).tagged(OWNER, ID).tagged(RECORD, "none");
    let mut world = world(bounded);
    world.policies.insert(OWN.to_owned(), policy);
    let then = History::Granted(allow(&["s3:*", "sqs:*", "sns:*"]));
    Fake::of(world, all_but_s3_unused()).after(then)
}

fn boundary(aws: &Fake) -> String {
    aws.world().policies[OWN].in_force().1.to_compact_string()
}

async fn automatically(aws: &Fake) -> Answer {
    let asking = Asking { more: json!({ "Automatic": "true" }), ..Asking::default() };
    asking.ask(aws, Mode::Apply).await.unwrap()
}

#[tokio::test]
async fn a_newly_granted_service_is_usable_again_and_nothing_else_is() {
    let aws = granted_kms();
    let answer = automatically(&aws).await;
    assert_eq!(answer.status, Status::Applied, "{:?}", answer.message);
    let plan = serde_json::to_value(answer.plan).unwrap();
    assert_eq!(plan["unknown"], json!([{ "service": "kms", "why": "followed-lately" }]));
    assert_eq!(plan["dropped"], json!([]));
    assert_eq!(
        boundary(&aws),
        concat!(
            r#"{"Version":"2012-10-17","Statement":["#,
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},"#,
            r#"{"Sid":"LeastwiseNew20260630","Effect":"Allow","Action":"kms:*","Resource":"*"}]}"#
        )
    );
    assert_eq!(status(&aws, Mode::Plan).await, Status::Noop);
    assert_eq!(automatically(&aws).await.status, Status::Noop);
    assert_eq!(aws.writes(), [""; 0]);
}

#[tokio::test]
async fn a_service_is_followed_after_a_boundary_of_this_version_without_an_older_date() {
    let aws = unbounded();
    status(&aws, Mode::Apply).await;
    let before = boundary(&aws);
    change_role(&aws, |app| app.grants.push(allow(&["kms:*"])));
    aws.set_history(History::Granted(allow(&["s3:*", "sqs:*", "sns:*"])));
    let answer = automatically(&aws).await;
    assert_eq!(answer.status, Status::Applied, "{:?}", answer.message);
    assert_ne!(boundary(&aws), before);
    assert!(boundary(&aws).contains("kms:*"), "{}", boundary(&aws));
    // Asked of the moment that the tag names, and for the grace.
    assert_eq!(aws.history_asked().iter().filter(|time| **time == as_of()).count(), 1);
}

#[tokio::test]
async fn nobody_is_asked_about_grants_that_did_not_change() {
    let aws = unbounded();
    status(&aws, Mode::Apply).await;
    let asked = aws.history_asked().len();
    assert_eq!(status(&aws, Mode::Plan).await, Status::Noop);
    // For the grace alone.
    assert_eq!(aws.history_asked().len(), asked + 1);
}

#[tokio::test]
async fn what_the_previous_boundary_denied_is_not_followed() {
    let aws = limited();
    status(&aws, Mode::Apply).await;
    let before = boundary(&aws);
    change_role(&aws, |app| app.grants.push(allow(&["kms:*"])));
    aws.set_history(History::Granted(allow(&["s3:*", "sqs:*", "sns:*"])));
    assert_eq!(status(&aws, Mode::Plan).await, Status::Noop);
    assert_eq!(boundary(&aws), before);

    aws.change(|world| {
        let text = allow(&["s3:Get*", "s3:List*", "sqs:*", "kms:Decrypt"]);
        world.policies.insert(LIMITS.to_owned(), Policy::of(&text));
    });
    assert_eq!(automatically(&aws).await.status, Status::Applied);
    assert!(boundary(&aws).contains(r#""Action":"kms:Decrypt""#), "{}", boundary(&aws));
}

/// Without the days of grace, for which the history would be asked, too.
fn without_grace() -> Asking {
    let settings =
        set_to(|name| (name == "LEASTWISE_NEW_PERMISSION_GRACE_DAYS").then(|| "0".to_owned()));
    Asking { settings, ..Asking::default() }
}

#[tokio::test]
async fn without_a_record_nothing_is_followed_and_a_later_plan_may_still_learn_of_it() {
    let aws = granted_kms().after(History::NoRecord);
    aws.change(|world| {
        let policy = Policy::of(&allow(&["s3:*", "sqs:*"])).tagged(OWNER, ID);
        world.policies.insert(OWN.to_owned(), policy);
    });
    let answer = without_grace().ask(&aws, Mode::Apply).await.unwrap();
    assert_eq!(answer.status, Status::Applied);
    let warnings = serde_json::to_value(answer.plan.unwrap().warnings).unwrap();
    assert_eq!(
        warnings.as_array().unwrap().last().unwrap(),
        &json!({
            "warning": "NewGrantsUnknown",
            "message": "its policies may grant more than when the boundary in place was planned, and what they grant in \
                        addition stays denied: AWS Config has no record of it from before 2026-03-22, when it was \
                        planned; to allow it, restore what stood before and apply again"
        })
    );
    assert!(!boundary(&aws).contains("kms"), "{}", boundary(&aws));
    let mark = aws.world().principals.values().next().unwrap().tags[MARK].clone();
    assert_eq!(mark, "2026-03-22T12:00:00Z/unknown");

    aws.set_history(History::Granted(allow(&["s3:*", "sqs:*", "sns:*"])));
    assert_eq!(without_grace().status(&aws, Mode::Apply).await, Status::Applied);
    assert!(boundary(&aws).contains("kms:*"), "{}", boundary(&aws));
}

#[tokio::test]
async fn where_there_is_no_room_for_the_mark_grants_are_followed_all_the_same() {
    let aws = granted_kms();
    change_role(&aws, |app| {
        app.tags.extend((0..48).map(|number| (format!("tag-{number}"), String::new())));
    });
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert!(boundary(&aws).contains("kms:*"), "{}", boundary(&aws));
    assert_eq!(status(&aws, Mode::Apply).await, Status::Noop);
    assert_eq!(aws.writes(), [""; 0]);
}

#[tokio::test]
async fn a_mark_that_was_lost_is_written_by_the_next_run() {
    let uncut = granted_kms();
    status(&uncut, Mode::Apply).await;
    let calls = uncut.calls();
    let tagged = calls.iter().position(|call| *call == "tag").unwrap() + 1;
    let aws = granted_kms();
    aws.cut(Some(Cut::Before(tagged)));
    assert!(ask(&aws, Mode::Apply).await.is_err());
    aws.cut(None);
    assert_eq!(status(&aws, Mode::Apply).await, Status::Noop);
    assert_eq!(aws.writes(), ["tag"]);
    assert_eq!(aws.world(), uncut.world());
}
