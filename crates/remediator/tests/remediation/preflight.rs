//! With the pre-flight on: what AWS contradicts is not written.

use crate::scene::{ID, ask_set_to, default_settings, limited, status, unbounded};
use leastwise_aws::ports::{Finding, FindingKind};
use leastwise_aws::{CallError, codes};
use leastwise_remediator::answer::{Answer, Status};
use leastwise_remediator::error::RemediationError;
use leastwise_remediator::request::Mode;
use leastwise_remediator::settings::{PreflightMode, Settings};
use leastwise_testing::aws::{Fake, Opinion};
use serde_json::json;

async fn checked(aws: &Fake, mode: Mode) -> Result<Answer, RemediationError> {
    let settings = Settings { preflight: PreflightMode::On, ..default_settings() };
    ask_set_to(&settings, ID, aws, mode).await
}

/// The role, which listed its buckets ten days ago, put an object the day before, made a bucket long ago and never
/// deleted one.
fn tracked() -> Fake {
    let aws = unbounded();
    aws.track(&[
        ("s3", "ListAllMyBuckets", Some(10)),
        ("s3", "PutObject", Some(180)),
        ("s3", "CreateBucket", Some(181)),
        ("s3", "DeleteBucket", None),
    ]);
    aws
}

const IN_USE: [&str; 2] = ["s3:ListAllMyBuckets", "s3:PutObject"];

fn finding(kind: FindingKind, code: &str, details: &str) -> Finding {
    Finding { kind, issue_code: code.to_owned(), details: details.to_owned() }
}

/// What Plan and Apply refuse alike, with nothing written.
async fn refused(opinion: Opinion) -> (Option<&'static str>, Option<String>) {
    let aws = tracked();
    aws.set_opinion(opinion);
    let before = aws.world();
    let planned = checked(&aws, Mode::Plan).await.unwrap();
    let applied = checked(&aws, Mode::Apply).await.unwrap();
    assert_eq!((planned.status, applied.status), (Status::Refused, Status::Refused));
    assert_eq!((planned.error, &planned.message), (applied.error, &applied.message));
    assert_eq!(aws.writes(), [""; 0]);
    assert_eq!(aws.world(), before);
    (applied.error, applied.message)
}

#[tokio::test]
async fn off_by_default_and_then_aws_is_not_asked() {
    let aws = tracked();
    assert_eq!(status(&aws, Mode::Plan).await, Status::Planned);
    assert_eq!(aws.calls(), ["find", "principal", "last_accessed", "granting_policies"]);
    assert_eq!(aws.simulated(), []);
}

#[tokio::test]
async fn aws_is_asked_after_the_proof_and_before_the_principal_is_read_again_and_anything_written()
{
    let aws = tracked();
    let planned = checked(&aws, Mode::Plan).await.unwrap();
    assert_eq!(planned.status, Status::Planned);
    let asked = ["find", "principal", "last_accessed", "findings", "decisions", "decisions"];
    assert_eq!(aws.calls(), [&asked[..], &["granting_policies"]].concat());
    let in_use = IN_USE.map(ToOwned::to_owned).to_vec();
    assert_eq!(aws.simulated(), [(false, in_use.clone()), (true, in_use)]);

    let applied = checked(&aws, Mode::Apply).await.unwrap();
    assert_eq!(applied.status, Status::Applied);
    let written = [
        "principal",
        "find_policy",
        "policy_quota",
        "create",
        "tag",
        "principal",
        "put_boundary",
        "principal",
    ];
    assert_eq!(aws.calls(), [&asked[..], &written].concat());
}

#[tokio::test]
async fn where_nothing_would_be_written_there_is_nothing_to_ask() {
    let aws = tracked();
    assert_eq!(checked(&aws, Mode::Apply).await.unwrap().status, Status::Applied);
    let again = checked(&aws, Mode::Plan).await.unwrap();
    assert_eq!((again.status, again.preflight), (Status::Noop, None));
    assert_eq!(aws.calls(), ["find", "principal", "last_accessed"]);
    assert_eq!(checked(&aws, Mode::Restore).await.unwrap().status, Status::Restored);
    assert!(!aws.calls().contains(&"findings"));
}

#[tokio::test]
async fn remarks_are_told_and_stop_nothing() {
    let aws = tracked();
    let findings = vec![
        finding(FindingKind::SecurityWarning, "PASS_ROLE_WITH_STAR_IN_RESOURCE", "any role"),
        finding(FindingKind::Warning, "MISSING_VERSION", "no version"),
        finding(FindingKind::Suggestion, "REDUNDANT_ACTION", "twice"),
    ];
    aws.set_opinion(Opinion { findings, ..Opinion::default() });
    for (mode, status) in [(Mode::Plan, Status::Planned), (Mode::Apply, Status::Applied)] {
        let answer = checked(&aws, mode).await.unwrap();
        assert_eq!(answer.status, status);
        assert_eq!(
            serde_json::to_value(answer.preflight).unwrap(),
            json!({
                "findings": [
                    { "type": "SECURITY_WARNING", "issueCode": "PASS_ROLE_WITH_STAR_IN_RESOURCE", "details": "any role" },
                    { "type": "WARNING", "issueCode": "MISSING_VERSION", "details": "no version" },
                    { "type": "SUGGESTION", "issueCode": "REDUNDANT_ACTION", "details": "twice" }
                ],
                "simulatedActions": 2
            })
        );
    }
}

#[tokio::test]
async fn an_error_in_the_boundary_and_a_finding_of_an_unknown_type_are_refused() {
    let findings = vec![
        finding(FindingKind::Error, "INVALID_ACTION", "there is no `s3:Gte`"),
        finding(FindingKind::Warning, "MISSING_VERSION", "no version"),
        finding(FindingKind::Unknown("CATASTROPHE".to_owned()), "NEW", "who knows"),
    ];
    assert_eq!(
        refused(Opinion { findings, ..Opinion::default() }).await,
        (
            Some("NotValid"),
            Some(
                "IAM Access Analyzer does not accept the boundary for `arn:aws:iam::111122223333:role/team/app`: \
                 ERROR INVALID_ACTION: there is no `s3:Gte`; CATASTROPHE NEW: who knows; exempt the principal, or set \
                 `Preflight` to `off` to go by the proof alone"
                    .to_owned()
            )
        )
    );
}

#[tokio::test]
async fn an_action_in_use_that_the_boundary_would_stop_is_refused_by_name() {
    assert_eq!(
        refused(Opinion { stopped: vec!["s3:PutObject"], ..Opinion::default() }).await,
        (
            Some("WouldStopActionsInUse"),
            Some(
                "IAM's policy simulator says that the boundary for `arn:aws:iam::111122223333:role/team/app` would stop \
                 actions in use that nothing stops now: s3:PutObject; exempt the principal, or set `Preflight` to `off` \
                 to go by the proof alone"
                    .to_owned()
            )
        )
    );
}

#[tokio::test]
async fn a_long_list_of_actions_is_cut_and_counted() {
    let aws = limited();
    let names: Vec<String> = (10..35).map(|number| format!("List{number}")).collect();
    let names: Vec<&'static str> = names.iter().map(|name| &*name.clone().leak()).collect();
    aws.track(&names.iter().map(|name| ("s3", *name, Some(1))).collect::<Vec<_>>());
    let stopped: Vec<&'static str> =
        names.iter().map(|name| &*format!("s3:{name}").leak()).collect();
    aws.set_opinion(Opinion { stopped, ..Opinion::default() });
    let message = checked(&aws, Mode::Apply).await.unwrap().message.unwrap();
    assert!(message.contains("stops now: s3:List10, "), "{message}");
    assert!(message.contains(", s3:List29, and 5 more; exempt the principal"), "{message}");
}

#[tokio::test]
async fn what_cannot_be_asked_fails_and_nothing_is_written() {
    for (call, operation) in [
        ("findings", "access-analyzer:ValidatePolicy"),
        ("decisions", "iam:SimulatePrincipalPolicy"),
    ] {
        for (code, error_type) in [("AccessDenied", "Failed"), ("Throttling", "Retryable")] {
            let aws = tracked();
            let before = aws.world();
            let failure = CallError::refused(operation, "app", code, "as AWS says it");
            aws.set_opinion(Opinion { failure: Some((call, failure)), ..Opinion::default() });
            for mode in [Mode::Plan, Mode::Apply] {
                let error = checked(&aws, mode).await.unwrap_err();
                assert_eq!(
                    (error.error_type(), error.to_string()),
                    (
                        error_type,
                        format!(
                            "the pre-flight could not be made, so nothing was changed: {operation} on `app` failed: \
                             {code}: as AWS says it; ask again, or set `Preflight` to `off` to do without it"
                        )
                    )
                );
            }
            assert_eq!(aws.writes(), [""; 0]);
            assert_eq!(aws.world(), before);
        }
    }
}

#[tokio::test]
async fn a_principal_that_is_gone_when_it_is_to_be_simulated_is_a_refusal() {
    let gone = CallError::refused("iam:SimulatePrincipalPolicy", "app", codes::NO_SUCH_ENTITY, "");
    let (error, _) =
        refused(Opinion { failure: Some(("decisions", gone)), ..Opinion::default() }).await;
    assert_eq!(error, Some("NoSuchPrincipal"));
}
