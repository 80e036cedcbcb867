//! What a boundary of ours denies is allowed again where a person says so, within what stood before.

use crate::scene::{ARN, Asking, ID, LIMITS, OWN, OWNER, RECORD, entity, tags, unbounded, world};
use leastwise_remediator::answer::{Answer, Status};
use leastwise_remediator::request::Mode;
use leastwise_testing::allow;
use leastwise_testing::aws::{Cut, Entity, Fake, Policy, Usage};
use serde_json::json;

/// The role under a boundary of ours that allows S3, where this stood before; S3 alone is used.
fn bounded(previous: &str) -> Fake {
    let bounded = Entity {
        boundary: Some(OWN.to_owned()),
        tags: tags(&[("team", "orders"), (RECORD, previous)]),
        ..entity(ARN, ID)
    };
    let policy = Policy::of(&allow(&["s3:*"])).tagged(OWNER, ID).tagged(RECORD, previous);
    let mut world = world(bounded);
    world.policies.insert(OWN.to_owned(), policy);
    Fake::of(world, Usage::Days(vec![("s3", Some(10)), ("sns", Some(300)), ("sqs", None)]))
}

async fn giving_back(aws: &Fake, actions: &str, mode: Mode) -> Answer {
    let asking = Asking { more: json!({ "GiveBack": actions }), ..Asking::default() };
    asking.ask(aws, mode).await.unwrap()
}

fn boundary(aws: &Fake) -> String {
    aws.world().policies[OWN].in_force().1.to_compact_string()
}

#[tokio::test]
async fn one_action_is_allowed_again_and_nothing_else_is() {
    let aws = bounded("none");
    let plan = giving_back(&aws, "sqs:SendMessage", Mode::Plan).await;
    assert_eq!((plan.status, aws.writes()), (Status::Planned, vec![]));
    let applied = giving_back(&aws, "sqs:SendMessage", Mode::Apply).await;
    assert_eq!(applied.status, Status::Applied, "{:?}", applied.message);
    let given = concat!(
        r#"{"Sid":"LeastwiseNew20260630","Effect":"Allow","#,
        r#""Action":"sqs:SendMessage","Resource":"*"}"#
    );
    let after = boundary(&aws);
    assert!(after.contains(given), "{after}");
    assert!(!after.replace(given, "").contains("sqs:"), "{after}");
    // The check afterwards, and the same again.
    let asking = Asking::default();
    assert_eq!(asking.ask(&aws, Mode::Plan).await.unwrap().status, Status::Noop);
    let again = giving_back(&aws, "sqs:SendMessage", Mode::Apply).await;
    assert_eq!((again.status, boundary(&aws)), (Status::Noop, after));
}

#[tokio::test]
async fn what_cannot_be_given_back_is_refused_and_nothing_changes() {
    for (aws, actions, action) in [
        (bounded("none"), "kms:Decrypt", "kms:Decrypt"),
        (bounded("none"), "sqs:SendMessage, kms:Decrypt", "kms:Decrypt"),
        // What stood before allows S3 and SQS.
        (bounded(LIMITS), "sns:Publish", "sns:Publish"),
        (unbounded(), "s3:GetObject", "s3:GetObject"),
    ] {
        for mode in [Mode::Plan, Mode::Apply] {
            let answer = giving_back(&aws, actions, mode).await;
            assert_eq!((answer.status, aws.writes()), (Status::Refused, vec![]), "{actions}");
            assert_eq!(answer.error, Some("NotGivenBack"));
            let message = format!(
                "`{action}` cannot be given back to `{ARN}`: it must have a boundary of Leastwise, its policies must \
                 grant the action, and what stood before the boundary must have allowed it"
            );
            assert_eq!(answer.message, Some(message));
        }
    }
}

#[tokio::test]
async fn cut_at_any_call_a_second_run_completes_it() {
    let ask = async |aws: &Fake| {
        let more = json!({ "GiveBack": ["sqs:SendMessage"] });
        Asking { more, ..Asking::default() }.ask(aws, Mode::Apply).await
    };
    let whole = bounded("none");
    ask(&whole).await.unwrap();
    let calls = whole.calls().len();
    assert!(calls >= 8, "{calls}");
    for cut in (1..=calls).flat_map(|call| [Cut::Before(call), Cut::After(call)]) {
        let aws = bounded("none");
        aws.cut(Some(cut));
        let error = ask(&aws).await.unwrap_err();
        assert_eq!(error.error_type(), "Retryable", "{error}");
        aws.cut(None);
        let answer = ask(&aws).await.unwrap();
        assert!(matches!(answer.status, Status::Applied | Status::Noop), "{cut:?}");
        assert_eq!(aws.world(), whole.world(), "{cut:?}");
    }
}
