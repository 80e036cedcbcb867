//! The index of an external service, instead of our own or beside it. It runs here, on a local HTTPS server.

use crate::scene::{
    ARN, BUSY, ID, IDLE, IDLE_ANNOTATION, ROLE, USER, account, app_alone, app_is, change, evaluate,
    evaluation, item, item_with, new, old, schedule, scheduled, with,
};
use crate::service::{Answer, Authority, HIDDEN, Knowledge, Service};
use leastwise_aws::ports::Compliance::{Compliant, NonCompliant, NotApplicable};
use leastwise_aws::ports::Evaluation;
use leastwise_evaluator::error::EvaluationError;
use leastwise_evaluator::event::Invocation;
use leastwise_testing::aws::{Fake, throttled_report};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:score-AbCdEf";
const ADA: &str = "arn:aws:iam::111122223333:user/ada";
const BEN: &str = "arn:aws:iam::111122223333:user/ben";
const NEW: &str = "arn:aws:iam::111122223333:role/team/zoe";

const SIGN_IN: &str = "/api/v2/service-account/authenticate";
const USAGE: &str = "/api/v2/identity/usage";

fn parameters(provider: &str) -> Value {
    json!({ "ScoreProvider": provider, "ScoreSecretArn": SECRET })
}

fn changed(provider: &str) -> Value {
    with(change(&item()), "ruleParameters", parameters(provider).to_string().into())
}

/// An identity as the service lists it.
fn identity(arn: &str, index: impl Into<Value>, category: &str) -> Value {
    let name = arn.rsplit('/').next();
    json!({
        "id": arn, "name": name,
        "pciScore": { "privilegeCreepIndex": index.into(), "category": category },
    })
}

/// A service that knows these identities, and the same AWS with its secret.
fn with_service(aws: Fake, users: &[Value], roles: &[Value]) -> (Service, Fake) {
    let identities = BTreeMap::from([("USER", users.to_vec()), ("ROLE", roles.to_vec())]);
    let knowledge = Knowledge { identities, page: 50, ..Knowledge::default() };
    with_answers(aws, move |request| knowledge.answer(request))
}

fn with_answers(
    aws: Fake,
    answering: impl Fn(&crate::service::Request) -> Answer + Send + Sync + 'static,
) -> (Service, Fake) {
    let authority = Authority::new();
    let service = Service::start(Some(authority.certify("localhost", 2100)), answering);
    let secret = service.secret(&authority.pem()).to_string();
    (service, aws.with_file(SECRET, Ok(&secret)))
}

/// The one evaluation of the role `app`, whose external index is this.
async fn app_with(provider: &str, aws: Fake, index: impl Into<Value>) -> Evaluation {
    let (_service, aws) = with_service(aws, &[], &[identity(ARN, index, "HIGH")]);
    evaluate(&changed(provider), &aws).await.unwrap();
    let [evaluation] = aws.evaluations().try_into().unwrap();
    evaluation
}

fn busy() -> Fake {
    app_alone().using("app", &BUSY)
}

#[tokio::test]
async fn the_external_index_decides_instead_of_ours_and_no_report_is_fetched() {
    let unreported = || app_alone().without_report("app", throttled_report(ARN));
    let says = |index| format!("external PCI {index} (HIGH); the external service alone decides");
    for (index, compliance) in [(60, Compliant), (61, NonCompliant)] {
        let evaluation = app_with("external", unreported(), index).await;
        assert_eq!(evaluation, app_is(compliance, &says(index)));
    }
}

#[tokio::test]
async fn beside_ours_either_index_above_the_threshold_is_enough() {
    let busy_annotation = "PCI 0 low: 0 of 3 granted services idle";
    for (aws, index, compliance, own) in [
        (busy(), 60, Compliant, busy_annotation),
        (busy(), 61, NonCompliant, busy_annotation),
        (app_alone(), 0, NonCompliant, IDLE_ANNOTATION),
    ] {
        let expected = app_is(compliance, &format!("external PCI {index} (HIGH); {own}"));
        assert_eq!(app_with("both", aws, index).await, expected);
    }
}

#[tokio::test]
async fn an_index_that_is_none_is_never_compliant() {
    let why =
        "not judged: the external service's index of it is 250, not a whole number from 0 to 100";
    assert_eq!(app_with("external", busy(), 250).await, app_is(NotApplicable, why));
    let own = "PCI 0 low: 0 of 3 granted services idle";
    assert_eq!(
        app_with("both", busy(), 250).await,
        app_is(NotApplicable, &format!("{why}; {own}"))
    );
    let own = format!("external PCI unknown; {IDLE_ANNOTATION}");
    assert_eq!(app_with("both", app_alone(), 250).await, app_is(NonCompliant, &own));
}

/// Two users and two roles, of which one is new and one the service does not know.
fn four() -> Fake {
    Fake::of_account(account(&[
        old(ADA, "AIDAEXAMPLE0ADAUSER1"),
        old(BEN, "AIDAEXAMPLE0BENUSER1"),
        old(ARN, ID),
        new(NEW, "AROAEXAMPLE0NEWROLE1"),
    ]))
    .using("ada", &IDLE)
    .using("ben", &BUSY)
    .using("app", &BUSY)
}

fn at_schedule(
    resource_type: &str,
    id: &str,
    compliance: leastwise_aws::ports::Compliance,
    annotation: &str,
) -> Evaluation {
    evaluation(resource_type, id, compliance, annotation, scheduled())
}

const NEW_ANNOTATION: &str = "not judged: created 5 days ago; judged once it is 90 days old";

#[tokio::test]
async fn a_sweep_asks_once_for_all_and_says_of_whom_nothing_is_known() {
    let (users, roles) =
        ([identity(ADA, 90, "HIGH")], [identity(ARN, 10, "LOW"), identity(NEW, 99, "HIGH")]);
    let (service, aws) = with_service(four(), &users, &roles);
    evaluate(&schedule(&parameters("external")), &aws).await.unwrap();
    let alone = "the external service alone decides";
    assert_eq!(
        aws.evaluations(),
        [
            at_schedule(
                USER,
                "AIDAEXAMPLE0ADAUSER1",
                NonCompliant,
                &format!("external PCI 90 (HIGH); {alone}")
            ),
            at_schedule(
                USER,
                "AIDAEXAMPLE0BENUSER1",
                NotApplicable,
                "not judged: the external service does not know it"
            ),
            at_schedule(ROLE, ID, Compliant, &format!("external PCI 10 (LOW); {alone}")),
            at_schedule(ROLE, "AROAEXAMPLE0NEWROLE1", NotApplicable, NEW_ANNOTATION),
        ]
    );
    // Of each kind one page, and the empty one that ends the list.
    assert_eq!(service.paths(), [SIGN_IN, USAGE, USAGE, USAGE, USAGE]);
}

#[tokio::test]
async fn an_account_without_users_is_not_a_service_without_an_answer() {
    let (_service, aws) = with_service(app_alone(), &[], &[identity(ARN, 10, "LOW")]);
    evaluate(&schedule(&parameters("external")), &aws).await.unwrap();
    assert_eq!(aws.evaluations().len(), 1);
}

#[tokio::test]
async fn while_the_service_says_nothing_nobody_is_judged_by_it_and_the_run_fails() {
    let why = "/api/v2/identity/usage of the external service: the answer is empty";
    for (provider, ada) in [
        ("external", (NotApplicable, format!("not judged: {why}"))),
        ("both", (NonCompliant, format!("external PCI unknown; {IDLE_ANNOTATION}"))),
    ] {
        let (_service, aws) = with_service(four(), &[], &[]);
        let error = evaluate(&schedule(&parameters(provider)), &aws).await.unwrap_err();
        assert_eq!((error.error_type(), error.to_string()), ("Failed", why.to_owned()));
        let evaluations = aws.evaluations();
        let [of_ada, of_ben, of_app, of_new] = evaluations.as_slice() else { unreachable!() };
        assert_eq!(*of_ada, at_schedule(USER, "AIDAEXAMPLE0ADAUSER1", ada.0, &ada.1));
        for unknown in [of_ben, of_app] {
            assert_eq!(unknown.compliance, NotApplicable);
            let annotation = unknown.annotation.as_ref().unwrap();
            assert!(annotation.starts_with(&format!("not judged: {why}")), "{annotation}");
        }
        assert_eq!(of_new.annotation.as_deref(), Some(NEW_ANNOTATION));
    }
}

async fn failure(aws: Fake) -> (EvaluationError, Evaluation) {
    let error = evaluate(&changed("external"), &aws).await.unwrap_err();
    let [evaluation] = aws.evaluations().try_into().unwrap();
    (error, evaluation)
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_or_used_fails_the_run_and_judges_nobody() {
    let (error, evaluation) = failure(busy()).await;
    let why = format!(
        "the credentials of the external service cannot be read: secretsmanager:GetSecretValue on `{SECRET}` failed: \
         AccessDenied: not allowed"
    );
    assert_eq!((error.error_type(), error.to_string()), ("Failed", why.clone()));
    assert_eq!(evaluation, app_is(NotApplicable, &format!("not judged: {why}")));
    let (error, _) = failure(busy().with_file(SECRET, Ok("hidden"))).await;
    assert_eq!(
        error.to_string(),
        format!(
            "secret `{SECRET}` cannot be used: it is not a JSON object with serviceId, apiId, accessKey, secretKey, url, \
             and optionally accountId, port and caCertificate"
        )
    );
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_nothing_secret_is_told_anybody() {
    let answer = |_: &_| Answer::of(503, "hidden-secret-key");
    let (_service, aws) = with_answers(busy(), answer);
    let error = evaluate(&changed("both"), &aws).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    let told = format!("{error} {error:?} {:?} {:?}", aws.evaluations(), aws.lines());
    assert!(told.contains("HTTP status 503") && !told.contains(HIDDEN), "{told}");
}

#[tokio::test]
async fn of_what_is_gone_nobody_is_asked() {
    let gone = item_with(&json!({ "configurationItemStatus": "ResourceDeleted" }));
    let event = with(change(&gone), "ruleParameters", parameters("both").to_string().into());
    let (service, aws) = with_service(app_alone(), &[], &[]);
    evaluate(&event, &aws).await.unwrap();
    assert_eq!(service.paths(), [""; 0]);
}

#[test]
fn groups_have_no_external_index() {
    let parameters = json!({
        "ScoreProvider": "external", "ScoreSecretArn": SECRET, "ResourceTypes": "AWS::IAM::Group",
    });
    assert_eq!(
        Invocation::parse(&schedule(&parameters)).unwrap_err().to_string(),
        "the rule is set up wrongly: parameter `ScoreProvider` is `external`; allowed is `own` where `ResourceTypes` has \
         groups, of which an external service has no index"
    );
}
