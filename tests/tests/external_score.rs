//! An external score service, end to end: a secret, the shipped stack, and a local HTTPS server that speaks the protocol.

#[path = "../../crates/external-score/tests/protocol/service.rs"]
mod service;

use leastwise_e2e::operator::Evaluation;
use leastwise_e2e::seed::{Seeded, allow, boundary_arn};
use leastwise_e2e::stand::Stand;
use serde_json::{Value, json};
use service::{Authority, HIDDEN, Knowledge, Service};
use std::collections::BTreeMap;

/// The stack, set to an external service that knows these indices and suggests these policies.
async fn deployed(
    provider: &str,
    authority: &Authority,
    knowledge: impl FnOnce(&Stand) -> Knowledge,
) -> (Stand, Service) {
    let stand = Stand::empty().await;
    let knowledge = knowledge(&stand);
    let certified = authority.certify("localhost", 2100);
    let service = Service::start(Some(certified), move |request| knowledge.answer(request));
    let arn = keep_secret(&stand, &service.secret(&authority.pem()));
    let set = [("ScoreProvider", provider), ("ScoreSecretArn", &arn), ("UnusedAfterDays", "90")];
    stand.deploy(&set);
    (stand, service)
}

fn keep_secret(stand: &Stand, secret: &Value) -> String {
    let secret = secret.to_string();
    let made = stand.aws(&[
        "secretsmanager",
        "create-secret",
        "--name",
        "score",
        "--secret-string",
        &secret,
        "--output",
        "json",
    ]);
    let made: Value = serde_json::from_str(&made).expect("it is JSON");
    made["ARN"].as_str().expect("an ARN").to_owned()
}

fn identity(kind: &str, name: &str, index: u8) -> Value {
    json!({
        "id": format!("arn:aws:iam::111122223333:{kind}/{name}"), "name": name,
        "pciScore": { "privilegeCreepIndex": index, "category": "HIGH" },
    })
}

fn indices(users: &[(&str, u8)], roles: &[(&str, u8)]) -> Knowledge {
    let of = |kind: &str, all: &[(&str, u8)]| {
        all.iter().map(|(name, index)| identity(kind, name, *index)).collect::<Vec<_>>()
    };
    let identities = BTreeMap::from([("USER", of("user", users)), ("ROLE", of("role", roles))]);
    Knowledge { identities, page: 1, ..Knowledge::default() }
}

fn evaluation(compliance: &str, annotation: &str) -> Evaluation {
    Evaluation { compliance: compliance.into(), annotation: annotation.into() }
}

async fn role(stand: &Stand, name: &str, actions: &[&str], used: i64) -> Seeded {
    let role = stand.role("/", name).await;
    stand.role_inline(name, "work", &allow(actions)).await;
    stand.uses(&role, &[("s3", used)]);
    role
}

fn nothing_secret_is_logged(stand: &Stand) {
    for function in ["leastwise-evaluator", "leastwise-remediator"] {
        let log = stand.log(function);
        assert!(!log.contains(HIDDEN), "{log}");
    }
}

#[tokio::test]
async fn beside_ours_the_external_index_counts_and_its_suggestion_narrows_the_boundary() {
    let authority = Authority::new();
    let (stand, service) = deployed("both", &authority, |_| {
        let app = "arn:aws:iam::111122223333:role/app".to_owned();
        let suggested = allow(&["s3:PutObject"]);
        Knowledge {
            policies: BTreeMap::from([(app, suggested)]),
            ..indices(&[("ada", 90)], &[("app", 20), ("busy", 20)])
        }
    })
    .await;
    let granted =
        ["s3:CreateBucket", "s3:DeleteObject", "s3:GetObject", "s3:PutObject", "sns:*", "sqs:*"];
    let app = role(&stand, "app", &granted, 1).await;
    stand.uses_actions(&app, &[("s3", 1)], &[("s3", &[("CreateBucket", Some(1))])]);
    let busy = role(&stand, "busy", &["s3:*"], 1).await;
    let forgotten = role(&stand, "forgotten", &["s3:*"], 1).await;
    let ada = stand.user("ada").await;
    stand.user_inline("ada", "work", &allow(&["s3:*"])).await;
    stand.uses(&ada, &[("s3", 1)]);

    stand.evaluate(&ada).await;
    let used = "PCI 0 low: 0 of 1 granted services idle";
    let told = stand.evaluation(&app).await.expect("a result");
    assert_eq!(told.compliance, "NON_COMPLIANT");
    assert!(told.annotation.starts_with("external PCI 20 (HIGH); PCI "), "{}", told.annotation);
    for (principal, expected) in [
        (&ada, evaluation("NON_COMPLIANT", &format!("external PCI 90 (HIGH); {used}"))),
        (&busy, evaluation("COMPLIANT", &format!("external PCI 20 (HIGH); {used}"))),
        (
            &forgotten,
            evaluation(
                "NOT_APPLICABLE",
                &format!("not judged: the external service does not know it; {used}"),
            ),
        ),
    ] {
        assert_eq!(stand.evaluation(principal).await, Some(expected));
    }

    let before = stand.snapshot(&app).await;
    assert_eq!(stand.rightsize(&app.id, false).await.failure, None);
    let boundary = stand.policy_document(&boundary_arn(&app)).await;
    assert_eq!(
        boundary["Statement"][0]["Action"],
        json!(["s3:CreateBucket", "s3:GetObject", "s3:PutObject"])
    );
    let asked = service.paths();
    assert!(asked.iter().any(|path| path == "/api/v2/role-policy/new"), "{asked:?}");
    assert_eq!(
        stand.evaluate(&app).await,
        evaluation("COMPLIANT", &format!("external PCI 20 (HIGH); {used}"))
    );
    assert_eq!(stand.restore(&app.id).await.failure, None);
    assert_eq!(stand.snapshot(&app).await, before);
    nothing_secret_is_logged(&stand);
}

#[tokio::test]
async fn instead_of_ours_the_external_index_decides_until_the_service_is_not_to_be_trusted() {
    let authority = Authority::new();
    let (stand, service) = deployed("external", &authority, |_| indices(&[], &[("app", 61)])).await;
    let app = role(&stand, "app", &["s3:*"], 1).await;
    assert_eq!(
        stand.evaluate(&app).await,
        evaluation("NON_COMPLIANT", "external PCI 61 (HIGH); the external service alone decides")
    );
    let reports = "iam:GenerateServiceLastAccessedDetails".to_owned();
    assert!(!stand.calls_of("leastwise-evaluator").contains(&reports));

    let other = service.secret(&Authority::new().pem()).to_string();
    stand.aws(&[
        "secretsmanager",
        "put-secret-value",
        "--secret-id",
        "score",
        "--secret-string",
        &other,
    ]);
    let asked = service.paths().len();
    let why = "/api/v2/service-account/authenticate of the external service: its TLS connection is not to be trusted: ";
    let told = stand.evaluate(&app).await;
    assert_eq!(told.compliance, "NOT_APPLICABLE");
    assert!(told.annotation.starts_with(&format!("not judged: {why}")), "{}", told.annotation);
    let refused = stand.rightsize(&app.id, false).await;
    assert_eq!(refused.answers["plan"]["error"], json!("NoSuggestion"));
    assert_eq!((service.paths().len(), stand.snapshot(&app).await.boundary), (asked, None));
    nothing_secret_is_logged(&stand);
}
