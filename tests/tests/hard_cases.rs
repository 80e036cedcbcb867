//! What goes wrong in real accounts, on the stand, with the real Lambda binaries.

use leastwise_aws::permissions::{PREFLIGHT_ACTIONS, REMEDIATOR_ACTIONS};
use leastwise_e2e::operator::Evaluation;
use leastwise_e2e::seed::{Seeded, allow, boundary_arn};
use leastwise_e2e::stand::{RULE, Stand};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SWEEP: &str = "ScheduledNotification";
const CHANGE: &str = "ConfigurationItemChangeNotification";
const OVERSIZED: &str = "OversizedConfigurationItemChangeNotification";

/// A role that may use s3 and sqs and uses only s3: index 50.
async fn half_idle(stand: &Stand, name: &str) -> Seeded {
    let role = stand.role("/", name).await;
    stand.role_inline(name, "grants", &allow(&["s3:*", "sqs:*"])).await;
    stand.uses(&role, &[("s3", 1)]);
    role
}

fn verdict(compliance: &str, annotation: &str) -> Evaluation {
    Evaluation { compliance: compliance.into(), annotation: annotation.into() }
}

/// What AWS Config shows of `principal`; it must show something.
async fn shown(stand: &Stand, principal: &Seeded) -> Evaluation {
    stand.evaluation(principal).await.expect("an evaluation")
}

const HALF_IDLE: &str = "PCI 50 medium: 1 of 2 granted services idle (1 never used); top: sqs";

#[tokio::test]
async fn a_report_of_250_services_is_read_over_all_of_its_pages() {
    let stand = Stand::deployed(&[("Weighting", "uniform")]).await;
    let role = stand.role("/", "many").await;
    let services: Vec<String> = (0..250).map(|number| format!("svc{number:03}")).collect();
    let actions: Vec<String> = services.iter().map(|service| format!("{service}:*")).collect();
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    stand.role_inline("many", "grants", &allow(&actions)).await;
    // The first and the last are used; the last stands on the last page.
    stand.uses(&role, &[("svc000", 1), ("svc249", 1)]);
    stand.faults(&json!([
        { "kind": "page-size", "operation": "GetServiceLastAccessedDetails", "size": 100, "times": null },
        { "kind": "marker-only", "principal": role.arn, "times": null }
    ]));
    stand.deliver(CHANGE, &role.id);
    let evaluation = shown(&stand, &role).await;
    assert_eq!(evaluation.compliance, "NON_COMPLIANT");
    assert!(
        evaluation.annotation.starts_with(
            "PCI 99 high: 248 of 250 granted services idle (248 never used); top: svc001, svc002, "
        ),
        "{}",
        evaluation.annotation
    );
    assert!(evaluation.annotation.chars().count() <= 256);
    let applied = stand.rightsize(&role.id, false).await;
    assert_eq!(applied.answers["apply"]["status"], "APPLIED");
    assert_eq!(
        stand.policy_document(&boundary_arn(&role)).await["Statement"][0]["Action"],
        json!(["svc000:*", "svc249:*"])
    );
}

#[tokio::test]
async fn a_failed_report_is_not_judged_and_nothing_is_done_to_that_principal_alone() {
    let stand = Stand::deployed(&[("Threshold", "40")]).await;
    let failing = half_idle(&stand, "failing").await;
    let fine = half_idle(&stand, "fine").await;
    stand.faults(&json!([
        { "kind": "failed-job", "principal": failing.arn, "code": "InternalFailure", "message": "no report", "times": null }
    ]));
    stand.deliver(SWEEP, "");
    assert_eq!(shown(&stand, &fine).await, verdict("NON_COMPLIANT", HALF_IDLE));
    assert_eq!(
        shown(&stand, &failing).await,
        verdict(
            "NOT_APPLICABLE",
            "not judged: IAM could not make its service last accessed report: InternalFailure: no report"
        )
    );
    let before = stand.snapshot(&failing).await;
    let refused = stand.rightsize(&failing.id, false).await;
    assert_eq!(refused.answers["plan"]["status"], "REFUSED");
    assert_eq!(refused.answers["plan"]["error"], "UsageUnknown");
    assert_eq!(refused.steps.last().map(String::as_str), Some("planNotAccepted"));
    assert!(refused.failure.is_some());
    assert_eq!(stand.snapshot(&failing).await, before);
}

#[tokio::test]
async fn a_new_version_of_a_managed_policy_has_whoever_carries_it_judged_again() {
    let stand = Stand::deployed(&[("Threshold", "40")]).await;
    let iam = stand.iam();
    let policy = stand.managed_policy("/", "team", &allow(&["s3:*", "sqs:*"])).await;
    let carrying = stand.role("/", "carrying").await;
    let attach = iam.attach_role_policy().role_name("carrying").policy_arn(&policy);
    attach.send().await.expect("it is attached");
    stand.uses(&carrying, &[("s3", 1)]);
    let other = half_idle(&stand, "other").await;
    stand.deliver(SWEEP, "");
    for role in [&carrying, &other] {
        assert_eq!(shown(&stand, role).await, verdict("NON_COMPLIANT", HALF_IDLE));
    }
    let narrower = allow(&["s3:*"]).to_string();
    let version = iam.create_policy_version().policy_arn(&policy).policy_document(narrower);
    version.set_as_default(true).send().await.expect("a version");
    stand.role_inline("other", "grants", &allow(&["s3:*"])).await;
    let read = iam.get_policy().policy_arn(&policy).send().await.expect("it is there");
    let id = read.policy.and_then(|policy| policy.policy_id).expect("it has an id");
    stand.deliver(CHANGE, &id);
    let used = "PCI 0 low: 0 of 1 granted services idle";
    assert_eq!(shown(&stand, &carrying).await, verdict("COMPLIANT", used));
    // Of that one there was no event.
    assert_eq!(shown(&stand, &other).await, verdict("NON_COMPLIANT", HALF_IDLE));
}

#[tokio::test]
async fn a_repeated_marker_does_not_spin_and_is_not_judged() {
    let stand = Stand::deployed(&[]).await;
    let role = half_idle(&stand, "circling").await;
    stand.faults(&json!([{ "kind": "repeated-marker", "principal": role.arn, "times": null }]));
    stand.deliver(CHANGE, &role.id);
    let evaluation = shown(&stand, &role).await;
    assert_eq!(evaluation.compliance, "NOT_APPLICABLE");
    assert!(evaluation.annotation.contains("repeated the marker"), "{}", evaluation.annotation);
}

#[tokio::test]
async fn a_principal_deleted_meanwhile_clears_its_result() {
    let stand = Stand::deployed(&[("Threshold", "40")]).await;
    let role = half_idle(&stand, "leaving").await;
    stand.deliver(CHANGE, &role.id);
    assert_eq!(shown(&stand, &role).await, verdict("NON_COMPLIANT", HALF_IDLE));
    // Deleted between the change and the report on it.
    stand.faults(&json!([{
        "kind": "delete-principal", "operation": "GenerateServiceLastAccessedDetails", "principal": role.arn
    }]));
    stand.deliver(CHANGE, &role.id);
    assert_eq!(
        shown(&stand, &role).await,
        verdict("NOT_APPLICABLE", "it was deleted while it was being evaluated")
    );
    let refused = stand.rightsize(&role.id, false).await;
    assert_eq!(refused.answers["plan"]["error"], "NoSuchPrincipal");
}

#[tokio::test]
async fn a_deleted_item_and_one_out_of_scope_are_not_applicable() {
    let stand = Stand::deployed(&[("Threshold", "40")]).await;
    let deleted = half_idle(&stand, "deleted").await;
    let outside = half_idle(&stand, "outside").await;
    stand.deliver(SWEEP, "");
    assert_eq!(shown(&stand, &deleted).await, verdict("NON_COMPLIANT", HALF_IDLE));
    stand.deliver_event(&json!({
        "messageType": CHANGE, "deleted": true,
        "resourceType": deleted.resource_type, "resourceId": deleted.id, "arn": deleted.arn
    }));
    stand.deliver_event(
        &json!({ "messageType": CHANGE, "resourceId": outside.id, "eventLeftScope": true }),
    );
    assert_eq!(
        shown(&stand, &deleted).await,
        verdict("NOT_APPLICABLE", "it was deleted, or is not recorded any more")
    );
    assert_eq!(
        shown(&stand, &outside).await,
        verdict("NOT_APPLICABLE", "it has left the scope of the rule")
    );
}

#[tokio::test]
async fn a_sweep_clears_the_results_of_principals_that_are_gone() {
    let stand = Stand::deployed(&[("Threshold", "40")]).await;
    let gone = half_idle(&stand, "gone").await;
    stand.deliver(SWEEP, "");
    stand.post("delete-principal", &json!({ "principal": gone.arn }));
    stand.deliver(SWEEP, "");
    assert_eq!(shown(&stand, &gone).await, verdict("NOT_APPLICABLE", "it does not exist any more"));
}

#[tokio::test]
async fn an_oversized_notification_is_evaluated_like_any_other() {
    let stand = Stand::deployed(&[("Threshold", "40")]).await;
    let role = half_idle(&stand, "oversized").await;
    // What AWS Config knows is asked for where the notification leaves it out.
    stand.record(&role.arn, 20);
    stand.deliver(OVERSIZED, &role.id);
    assert_eq!(shown(&stand, &role).await, verdict("NON_COMPLIANT", HALF_IDLE));
    assert!(
        stand
            .calls_of("leastwise-evaluator")
            .contains(&"config:GetResourceConfigHistory".to_owned()),
        "the item is fetched"
    );
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let stand = Stand::deployed(&[("Threshold", "40")]).await;
    let role = half_idle(&stand, "throttled").await;
    stand.faults(&json!([
        { "kind": "throttle", "operation": "GetAccountAuthorizationDetails", "times": 2 },
        { "kind": "throttle", "operation": "GenerateServiceLastAccessedDetails", "times": 2 },
        { "kind": "throttle", "operation": "PutRolePermissionsBoundary", "times": 2 }
    ]));
    stand.deliver(SWEEP, "");
    assert_eq!(shown(&stand, &role).await, verdict("NON_COMPLIANT", HALF_IDLE));
    assert_eq!(stand.remediate(&role).await, None);
    assert_eq!(stand.snapshot(&role).await.boundary, Some(boundary_arn(&role)));
}

#[tokio::test]
async fn evaluations_that_config_does_not_accept_are_sent_again_and_then_reported() {
    let stand = Stand::deployed(&[("Threshold", "40")]).await;
    let role = half_idle(&stand, "refused").await;
    stand.faults(&json!([{ "kind": "failed-evaluations", "resourceIds": [role.id], "times": 1 }]));
    stand.deliver(CHANGE, &role.id);
    assert_eq!(shown(&stand, &role).await, verdict("NON_COMPLIANT", HALF_IDLE));

    stand.faults(
        &json!([{ "kind": "failed-evaluations", "resourceIds": [role.id], "times": null }]),
    );
    let answer = stand.deliver(CHANGE, &role.id);
    assert!(
        answer.to_string().contains(&format!(
            "AWS Config rejected, and again the second time, the evaluation of `{}`",
            role.id
        )),
        "{answer}"
    );
}

#[tokio::test]
async fn a_sixth_version_takes_the_place_of_the_oldest_that_is_not_in_force() {
    let stand = Stand::deployed(&[]).await;
    let role = half_idle(&stand, "versioned").await;
    let before = stand.snapshot(&role).await;
    assert_eq!(stand.rightsize(&role.id, false).await.answers["apply"]["status"], "APPLIED");
    let (iam, arn) = (stand.iam(), boundary_arn(&role));
    for _ in 2..=5 {
        let request = iam
            .create_policy_version()
            .policy_arn(&arn)
            .policy_document(allow(&["s3:*", "sqs:*"]).to_string());
        request.set_as_default(false).send().await.unwrap();
    }
    // Now s3 is idle too and nothing is left: the document changes.
    stand.uses(&role, &[("s3", 200)]);
    assert_eq!(stand.rightsize(&role.id, false).await.answers["apply"]["status"], "APPLIED");
    let versions =
        iam.list_policy_versions().policy_arn(&arn).send().await.unwrap().versions.unwrap();
    let by_id: BTreeMap<String, bool> = versions
        .into_iter()
        .map(|version| (version.version_id.unwrap(), version.is_default_version))
        .collect();
    let expected = [("v1", false), ("v3", false), ("v4", false), ("v5", false), ("v6", true)];
    assert_eq!(by_id, expected.map(|(id, default)| (id.to_owned(), default)).into());
    assert_eq!(stand.restore(&role.id).await.failure, None);
    assert_eq!(stand.snapshot(&role).await, before);
}

#[tokio::test]
async fn a_principal_that_uses_nothing_is_left_the_base_actions_and_is_compliant_then() {
    let stand =
        Stand::deployed(&[("BaseActions", "sts:GetCallerIdentity,s3:ListAllMyBuckets")]).await;
    let role = stand.role("/", "asleep").await;
    stand.role_inline("asleep", "mail", &allow(&["sns:*", "sqs:*"])).await;
    stand.deliver(CHANGE, &role.id);
    assert_eq!(shown(&stand, &role).await.compliance, "NON_COMPLIANT");
    let applied = stand.rightsize(&role.id, false).await;
    assert_eq!(applied.failure, None);
    let unknown = applied.answers["apply"]["unknown"].as_array().cloned().unwrap_or_default();
    assert_eq!(unknown, Vec::<Value>::new());
    assert_eq!(
        stand.policy_document(&boundary_arn(&role)).await["Statement"],
        json!([{
            "Sid": "LeastwiseBaseActions",
            "Effect": "Allow",
            "Action": ["s3:ListAllMyBuckets", "sts:GetCallerIdentity"],
            "Resource": "*"
        }])
    );
    stand.deliver(CHANGE, &role.id);
    assert_eq!(
        shown(&stand, &role).await,
        verdict("COMPLIANT", "PCI 0 low: no service is granted")
    );
}

#[tokio::test]
async fn exempt_principals_are_not_applicable_and_refused() {
    let stand = Stand::deployed(&[("ExemptPrincipals", "break-glass-*,/ops/")]).await;
    let by_name = half_idle(&stand, "break-glass-1").await;
    let by_path = stand.role("/ops/night/", "backup").await;
    let linked =
        stand.role("/aws-service-role/config.amazonaws.com/", "AWSServiceRoleForConfig").await;
    let sso = stand
        .role("/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_Admin_0123456789abcdef")
        .await;
    stand.deliver(SWEEP, "");
    for (principal, reason) in [
        (&by_name, "exempt by `break-glass-*` in ExemptPrincipals"),
        (&by_path, "exempt by `/ops/` in ExemptPrincipals"),
        (&linked, "a service-linked role: only AWS can change it"),
        (&sso, "a role of IAM Identity Center: set the boundary on its permission set instead"),
    ] {
        assert_eq!(shown(&stand, principal).await, verdict("NOT_APPLICABLE", reason));
        let refused = stand.rightsize(&principal.id, false).await;
        assert_eq!(refused.answers["plan"]["error"], "Exempt", "{}", principal.arn);
    }
    let own = stand
        .iam()
        .get_role()
        .role_name("leastwise-remediator")
        .send()
        .await
        .unwrap()
        .role
        .unwrap();
    let own = Seeded {
        resource_type: "AWS::IAM::Role",
        name: own.role_name,
        arn: own.arn,
        id: own.role_id,
    };
    assert_eq!(
        shown(&stand, &own).await,
        verdict("NOT_APPLICABLE", "a principal of Leastwise itself")
    );
}

#[tokio::test]
async fn a_malformed_policy_document_is_not_judged_and_refused() {
    let stand = Stand::deployed(&[]).await;
    let role = half_idle(&stand, "garbled").await;
    stand.post(
        "plant-policy",
        &json!({ "principal": role.arn, "policyName": "garbled", "document": "{\"Statement\": [" }),
    );
    stand.deliver(CHANGE, &role.id);
    let evaluation = shown(&stand, &role).await;
    assert_eq!(evaluation.compliance, "NOT_APPLICABLE");
    assert!(
        evaluation.annotation.starts_with(
            "not judged: what inline policy `garbled` grants is unknown: its text is malformed: "
        ),
        "{}",
        evaluation.annotation
    );
    let refused = stand.rightsize(&role.id, false).await;
    assert_eq!(refused.answers["plan"]["error"], "PermissionsUnknown");
}

#[tokio::test]
async fn a_malformed_event_is_a_clear_error_and_reports_nothing() {
    let stand = Stand::deployed(&[]).await;
    let invoke = |payload: &str| {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (function, file_name) = ("leastwise-evaluator", file.path().to_string_lossy());
        stand.aws(&[
            "lambda",
            "invoke",
            "--function-name",
            function,
            "--payload",
            payload,
            &file_name,
        ]);
        let answer: Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
        (answer["errorType"].clone(), answer["errorMessage"].clone())
    };
    assert_eq!(
        invoke(r#"{"resultToken":"TESTMODE"}"#),
        (
            json!("InvalidEvent"),
            json!(
                "the event is not that of an AWS Config custom rule: missing field `invokingEvent`"
            )
        )
    );
    assert_eq!(
        invoke(r#"{"invokingEvent":"{\"messageType\":\"Other\"}","resultToken":"TESTMODE"}"#).1,
        json!(
            "message type `Other` is not supported; the rule takes ConfigurationItemChangeNotification, \
             OversizedConfigurationItemChangeNotification and ScheduledNotification"
        )
    );
    assert_eq!(stand.calls_of("leastwise-evaluator"), Vec::<String>::new());
}

#[tokio::test]
async fn a_malformed_parameter_is_a_clear_error_and_reports_nothing() {
    let stand = Stand::deployed(&[]).await;
    let anybody = half_idle(&stand, "anybody").await;
    let rule = json!({
        "ConfigRuleName": RULE,
        "InputParameters": r#"{"Threshold":"many"}"#,
        "Source": {
            "Owner": "CUSTOM_LAMBDA",
            "SourceIdentifier": "arn:aws:lambda:us-east-1:111122223333:function:leastwise-evaluator",
            "SourceDetails": [{ "EventSource": "aws.config", "MessageType": CHANGE }]
        }
    });
    stand.aws(&["configservice", "put-config-rule", "--config-rule", &rule.to_string()]);
    let answer = stand.deliver(CHANGE, &anybody.id);
    assert!(
        answer.to_string().contains(
            "the rule is set up wrongly: parameter `Threshold` is `many`; allowed is a whole number from 0 to 100"
        ),
        "{answer}"
    );
    assert_eq!(stand.evaluation(&anybody).await, None);
}

#[tokio::test]
async fn a_remediation_cut_short_at_any_call_is_completed_by_the_next() {
    let stand = Stand::deployed(&[]).await;
    let role = half_idle(&stand, "interrupted").await;
    let before = stand.snapshot(&role).await;
    assert_eq!(stand.rightsize(&role.id, false).await.failure, None);
    let complete = stand.snapshot(&role).await.besides_mark();
    assert_eq!(stand.restore(&role.id).await.failure, None);
    for operation in ["CreatePolicy", "TagRole", "PutRolePermissionsBoundary"] {
        stand.faults(&json!([{ "kind": "crash", "operation": operation, "function": "leastwise-remediator" }]));
        assert!(stand.rightsize(&role.id, false).await.failure.is_some(), "cut at {operation}");
        assert_eq!(stand.snapshot(&role).await.boundary, None, "cut at {operation}: as before");
        assert_eq!(
            stand.rightsize(&role.id, false).await.failure,
            None,
            "after a cut at {operation}"
        );
        let snapshot = stand.snapshot(&role).await.besides_mark();
        assert_eq!(snapshot, complete, "after a cut at {operation}");

        stand.faults(&json!([{ "kind": "crash", "operation": "DeletePolicy", "function": "leastwise-remediator" }]));
        assert!(stand.restore(&role.id).await.failure.is_some());
        assert_eq!(stand.restore(&role.id).await.failure, None);
        assert_eq!(stand.snapshot(&role).await, before);
    }
}

/// A role that may use s3 and sqs and listed its buckets yesterday.
async fn bucket_lister(stand: &Stand) -> Seeded {
    let role = half_idle(stand, "lister").await;
    let s3 = json!({ "last": 1, "actions": { "ListAllMyBuckets": 1, "CreateBucket": 300, "DeleteBucket": null } });
    stand.post("usage", &json!({ (role.arn.as_str()): { "services": { "s3": s3 } } }));
    role
}

#[tokio::test]
async fn with_the_preflight_on_aws_looks_at_the_boundary_before_it_is_written() {
    let stand = Stand::deployed(&[("Preflight", "on")]).await;
    let role = bucket_lister(&stand).await;
    stand.faults(&json!([{
        "kind": "policy-finding", "findingType": "SUGGESTION", "issueCode": "REDUNDANT_ACTION",
        "findingDetails": "Something is there twice.", "times": null
    }]));
    let applied = stand.rightsize(&role.id, false).await;
    assert_eq!(applied.failure, None);
    let said = json!({
        "findings": [{
            "type": "SUGGESTION", "issueCode": "REDUNDANT_ACTION", "details": "Something is there twice."
        }],
        "simulatedActions": 1
    });
    assert_eq!(applied.answers["plan"]["preflight"], said);
    assert_eq!(applied.answers["apply"]["preflight"], said);
    assert_eq!(stand.snapshot(&role).await.boundary, Some(boundary_arn(&role)));
    assert_eq!(stand.restore(&role.id).await.failure, None);

    let calls = stand.calls_of("leastwise-remediator");
    let may = [REMEDIATOR_ACTIONS, PREFLIGHT_ACTIONS].concat();
    assert_eq!(calls.iter().find(|call| !may.contains(&call.as_str())), None);
    let at = |wanted: &str| calls.iter().rposition(|call| call == wanted).unwrap();
    assert!(at("access-analyzer:ValidatePolicy") < at("iam:SimulatePrincipalPolicy"));
    assert!(at("iam:SimulatePrincipalPolicy") < at("iam:CreatePolicy"));
}

#[tokio::test]
async fn a_boundary_in_which_access_analyzer_finds_an_error_is_not_written() {
    let stand = Stand::deployed(&[("Preflight", "on")]).await;
    let role = bucket_lister(&stand).await;
    let before = stand.snapshot(&role).await;
    stand.faults(&json!([{
        "kind": "policy-finding", "findingType": "ERROR", "issueCode": "INVALID_ACTION",
        "findingDetails": "There is no such action.", "times": null
    }]));
    let refused = stand.rightsize(&role.id, false).await;
    assert_eq!(refused.steps.last().map(String::as_str), Some("planNotAccepted"));
    assert_eq!(refused.answers["plan"]["error"], "NotValid");
    let message = refused.answers["plan"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("ERROR INVALID_ACTION: There is no such action."), "{message}");
    assert_eq!(stand.snapshot(&role).await, before);
    // What cannot be asked stops it, too.
    stand.faults(&json!([{
        "kind": "error", "operation": "SimulatePrincipalPolicy", "code": "AccessDenied", "status": 403, "times": null
    }]));
    assert!(stand.rightsize(&role.id, false).await.failure.is_some());
    assert_eq!(stand.snapshot(&role).await, before);
}
