//! What an external service suggests. It runs here, on a local HTTPS server.

use crate::scene::{ARN, ID, ask_set_to, entity, set_to, world};
use crate::service::{Answer, Authority, HIDDEN, Knowledge, Request, Service};
use leastwise_policy::document::Document;
use leastwise_policy::permissions::Permissions;
use leastwise_remediator::answer::Status;
use leastwise_remediator::request::Mode;
use leastwise_remediator::settings::Settings;
use leastwise_testing::allow;
use leastwise_testing::aws::{Entity, Fake, Usage};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:score-AbCdEf";

fn settings(unused_after_days: &'static str) -> Settings {
    let variable = |name: &str| match name {
        "LEASTWISE_SCORE_PROVIDER" => Some("external"),
        "LEASTWISE_SCORE_SECRET_ARN" => Some(SECRET),
        "LEASTWISE_UNUSED_AFTER_DAYS" => Some(unused_after_days),
        _ => None,
    };
    set_to(|name| variable(name).map(ToOwned::to_owned))
}

/// The role `app`, which may write S3 in three ways and has used S3; IAM tracks another action of it.
fn app() -> Fake {
    let grants =
        ["s3:CreateBucket", "s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:RestoreObject"];
    let app = Entity { grants: vec![allow(&grants)], ..entity(ARN, ID) };
    let aws = Fake::of(world(app), Usage::Days(vec![("s3", Some(1))]));
    aws.track(&[("s3", "CreateBucket", Some(1))]);
    aws
}

fn answering(aws: &Fake, answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Service {
    let authority = Authority::new();
    let service = Service::start(Some(authority.certify("localhost", 2100)), answer);
    aws.set_file(SECRET, Ok(&service.secret(&authority.pem()).to_string()));
    service
}

fn suggesting(aws: &Fake, policy: Value) -> Service {
    let policies = BTreeMap::from([(ARN.to_owned(), policy)]);
    let knowledge = Knowledge { policies, ..Knowledge::default() };
    answering(aws, move |request| knowledge.answer(request))
}

fn puts_objects() -> Value {
    allow(&["s3:PutObject"]).to_value()
}

#[tokio::test]
async fn a_boundary_is_narrowed_by_the_suggestion_and_then_there_is_nothing_left_to_do() {
    let aws = app();
    let service = suggesting(&aws, puts_objects());
    let settings = settings("90");
    let answer = ask_set_to(&settings, ID, &aws, Mode::Apply).await.unwrap();
    assert_eq!(answer.status, Status::Applied);
    let plan = answer.plan.unwrap();
    let boundary = Document::from_value(plan.boundary).unwrap();
    let allowed = Permissions::of([&boundary]);
    let kept =
        ["s3:CreateBucket", "s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:RestoreObject"]
            .map(|action| allowed.permits(action));
    assert_eq!(kept, [true, false, true, true, false]);
    let dropped = serde_json::to_value(&plan.dropped).unwrap();
    let why = "unused-by-external-service";
    assert_eq!(
        dropped,
        json!([{ "service": "s3", "why": why, "actions": [
            { "action": "s3:DeleteObject", "why": why }, { "action": "s3:RestoreObject", "why": why },
        ] }])
    );
    assert_eq!(
        service.paths(),
        ["/api/v2/service-account/authenticate", "/api/v2/role-policy/new"]
    );
    assert_eq!(applied_again(&settings, &aws).await, Status::Noop);
    // Without the suggestion, too.
    let own = set_to(|name| (name == "LEASTWISE_UNUSED_AFTER_DAYS").then(|| "90".to_owned()));
    assert_eq!(applied_again(&own, &aws).await, Status::Noop);
}

async fn applied_again(settings: &Settings, aws: &Fake) -> Status {
    ask_set_to(settings, ID, aws, Mode::Apply).await.unwrap().status
}

async fn refused(aws: &Fake) -> String {
    let answer = ask_set_to(&settings("90"), ID, aws, Mode::Apply).await.unwrap();
    assert_eq!((answer.status, answer.error), (Status::Refused, Some("NoSuggestion")));
    assert_eq!(aws.writes(), [""; 0]);
    let message = answer.message.unwrap();
    assert!(!message.contains(HIDDEN), "{message}");
    let head = format!(
        "`{ARN}` stays as it is, because it is not known what the external service suggests for it: "
    );
    let tail = "; ask again, or set `ScoreProvider` to `own` to do without it";
    message.strip_prefix(&head).unwrap().strip_suffix(tail).unwrap().to_owned()
}

#[tokio::test]
async fn a_service_that_suggests_nothing_stops_the_remediation() {
    let aws = app();
    let _service = answering(&aws, |request| Knowledge::default().answer(request));
    assert_eq!(
        refused(&aws).await,
        "/api/v2/role-policy/new of the external service: the answer is empty"
    );
    let aws = app();
    let _service = answering(&aws, |_| Answer::of(200, &json!({ "errorCode": "E-1", "data": [] })));
    assert_eq!(
        refused(&aws).await,
        "/api/v2/service-account/authenticate of the external service: error code E-1"
    );
    let aws = app();
    assert_eq!(
        refused(&aws).await,
        format!(
            "the credentials of the external service cannot be read: secretsmanager:GetSecretValue on `{SECRET}` \
             failed: AccessDenied: not allowed"
        )
    );
    aws.set_file(SECRET, Ok("{}"));
    assert_eq!(
        refused(&aws).await,
        format!("secret `{SECRET}` cannot be used: it has no member `serviceId`")
    );
}

#[tokio::test]
async fn with_a_longer_window_the_service_is_not_asked_and_a_warning_says_so() {
    let aws = app();
    let service = suggesting(&aws, puts_objects());
    let answer = ask_set_to(&settings("180"), ID, &aws, Mode::Plan).await.unwrap();
    // All that is granted is used or unknown.
    assert_eq!((answer.status, service.paths()), (Status::Noop, vec![]));
    let warnings = answer.plan.unwrap().warnings;
    assert!(warnings.iter().any(|it| it.warning == "SuggestionTooShort"), "{warnings:?}");
}
