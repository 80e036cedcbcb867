//! One principal: change and oversized notifications.

use crate::scene::{
    ARN, BUSY, ID, IDLE, IDLE_ANNOTATION, ROLE, TOKEN, account, app, app_alone, app_is, captured,
    change, evaluate, evaluate_within, evaluation, event, item, item_with, new, oversized, summary,
    with,
};
use chrono::TimeDelta;
use leastwise_aws::CallError;
use leastwise_aws::ports::Compliance::{Compliant, NonCompliant, NotApplicable};
use leastwise_aws::ports::{Compliance, ConfigurationItem, Evaluation, ReportedResult, UsageError};
use leastwise_testing::aws::{
    Fake, History, Put, denied, failed_report, throttled, throttled_report,
};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_role_that_uses_a_third_of_what_it_is_granted_is_not_compliant() {
    let aws = app_alone();
    assert_eq!(
        summary(&change(&item()), &aws).await,
        r#"{"evaluated":1,"compliant":0,"nonCompliant":1,"notApplicable":0,"unchanged":0,"notJudged":[]}"#
    );
    assert_eq!(
        aws.puts(),
        [Put {
            evaluations: vec![app_is(NonCompliant, IDLE_ANNOTATION)],
            result_token: TOKEN.to_owned(),
            test_mode: false
        }]
    );
}

#[tokio::test]
async fn a_role_that_uses_what_it_is_granted_is_compliant() {
    let aws = app_alone().using("app", &BUSY);
    assert_eq!(
        summary(&change(&item()), &aws).await,
        r#"{"evaluated":1,"compliant":1,"nonCompliant":0,"notApplicable":0,"unchanged":0,"notJudged":[]}"#
    );
    let annotation = "PCI 0 low: 0 of 3 granted services idle";
    assert_eq!(aws.evaluations(), [app_is(Compliant, annotation)]);
}

#[tokio::test]
async fn an_index_equal_to_the_threshold_is_compliant() {
    for (threshold, compliance) in [("66", NonCompliant), ("67", Compliant), ("68", Compliant)] {
        let aws = app_alone();
        let parameters = json!({ "Threshold": threshold }).to_string();
        evaluate(&with(change(&item()), "ruleParameters", parameters.into()), &aws).await.unwrap();
        assert_eq!(aws.evaluations(), [app_is(compliance, IDLE_ANNOTATION)]);
    }
}

/// As many days ago as `NewPermissionGraceDays` says.
fn account_then(actions: &[&str]) -> Value {
    let mut then = app();
    then["RolePolicyList"][0]["PolicyDocument"]["Statement"][0]["Action"] = json!(actions);
    account(&[then])
}

#[tokio::test]
async fn what_was_granted_only_recently_is_unknown_and_not_idle() {
    let aws = app_alone().after(History::Account(account_then(&["s3:*", "kms:*"])));
    evaluate(&change(&item()), &aws).await.unwrap();
    let annotation =
        "PCI 50 medium: 1 of 3 granted services idle (1 not for 180 days); top: kms; unknown: 1";
    assert_eq!(aws.evaluations(), [app_is(Compliant, annotation)]);

    let without_grace = json!({ "NewPermissionGraceDays": "0" }).to_string();
    let event = with(change(&item()), "ruleParameters", without_grace.into());
    evaluate(&event, &aws).await.unwrap();
    assert_eq!(aws.evaluations()[1], app_is(NonCompliant, IDLE_ANNOTATION));
}

#[tokio::test]
async fn nobody_is_judged_of_whom_it_is_not_known_what_was_granted_then() {
    let aws = app_alone().after(History::Account(account(&[])));
    evaluate(&change(&item()), &aws).await.unwrap();
    let annotation = "not judged: which of its permissions are new is unknown: AWS Config has no record of it from \
                      before 2026-06-16, where `NewPermissionGraceDays` reaches back to";
    assert_eq!(aws.evaluations(), [app_is(NotApplicable, annotation)]);

    let call =
        CallError::refused("config:GetResourceConfigHistory", ID, "Throttling", "Rate exceeded");
    let aws = app_alone().after(History::Failing(call));
    let error = evaluate(&change(&item()), &aws).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    let annotation = "not judged: which of its permissions are new could not be learned: \
                      config:GetResourceConfigHistory on `AROAEXAMPLE0APPROLE1` failed: Throttling: Rate exceeded";
    assert_eq!(aws.evaluations(), [app_is(NotApplicable, annotation)]);
}

#[tokio::test]
async fn nobody_is_judged_by_a_report_while_the_enabled_regions_are_not_known() {
    let aws = app_alone();
    let denied = CallError::refused("account:ListRegions", "the account", "AccessDenied", "no");
    aws.set_regions(Err(denied));
    let error = evaluate(&change(&item()), &aws).await.unwrap_err();
    assert_eq!(error.error_type(), "Failed");
    let [evaluation] = aws.evaluations().try_into().unwrap();
    assert_eq!(evaluation.compliance, NotApplicable);
    let start = "not judged: which Regions are enabled could not be learned: account:ListRegions on `the account` failed";
    assert!(evaluation.annotation.unwrap().starts_with(start));

    let unused = json!({ "UntrackedRegions": "unused" }).to_string();
    evaluate(&with(change(&item()), "ruleParameters", unused.into()), &aws).await.unwrap();
    assert_eq!(aws.evaluations()[1], app_is(NonCompliant, IDLE_ANNOTATION));
}

#[tokio::test]
async fn evaluating_twice_reports_the_same_twice() {
    let aws = app_alone();
    for _ in 0..2 {
        evaluate(&change(&item()), &aws).await.unwrap();
    }
    let [first, second] = aws.puts().try_into().unwrap();
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_dry_run_is_sent_as_one() {
    let aws = app_alone();
    evaluate(&with(change(&item()), "resultToken", "TESTMODE".into()), &aws).await.unwrap();
    assert_eq!(
        aws.puts(),
        [Put {
            evaluations: vec![app_is(NonCompliant, IDLE_ANNOTATION)],
            result_token: "TESTMODE".to_owned(),
            test_mode: true
        }]
    );
}

/// The one evaluation of an event that nothing can be judged of.
async fn not_applicable(event: &Value, aws: &Fake) -> Evaluation {
    assert_eq!(
        summary(event, aws).await,
        r#"{"evaluated":1,"compliant":0,"nonCompliant":0,"notApplicable":1,"unchanged":0,"notJudged":[]}"#
    );
    let [evaluation] = aws.evaluations().try_into().unwrap();
    evaluation
}

#[tokio::test]
async fn a_deleted_or_unrecorded_resource_is_not_applicable() {
    for status in ["ResourceDeleted", "ResourceDeletedNotRecorded", "ResourceNotRecorded"] {
        // As real ones are: without a name and a configuration.
        let item = item_with(&json!({
            "configurationItemStatus": status, "resourceName": null, "configuration": null
        }));
        let expected = app_is(NotApplicable, "it was deleted, or is not recorded any more");
        assert_eq!(not_applicable(&change(&item), &app_alone()).await, expected);
    }
}

#[tokio::test]
async fn a_resource_that_has_left_the_scope_is_not_applicable() {
    for left in [json!(true), json!("true"), json!("True")] {
        let event = with(change(&item()), "eventLeftScope", left);
        let expected = app_is(NotApplicable, "it has left the scope of the rule");
        assert_eq!(not_applicable(&event, &app_alone()).await, expected);
    }
}

#[tokio::test]
async fn a_resource_that_is_neither_user_nor_role_is_not_applicable() {
    let bucket = item_with(&json!({
        "resourceType": "AWS::S3::Bucket",
        "resourceId": "app-data",
        "ARN": "arn:aws:s3:::app-data"
    }));
    assert_eq!(
        not_applicable(&change(&bucket), &app_alone()).await,
        evaluation(
            "AWS::S3::Bucket",
            "app-data",
            NotApplicable,
            "the rule judges IAM users and roles only",
            captured()
        )
    );
}

#[tokio::test]
async fn a_principal_that_was_deleted_since_is_not_applicable() {
    let aws = Fake::of_account(account(&[]));
    let expected = app_is(NotApplicable, "it does not exist any more");
    assert_eq!(not_applicable(&change(&item()), &aws).await, expected);

    let call =
        CallError::refused("iam:GenerateServiceLastAccessedDetails", ARN, "NoSuchEntity", "");
    let gone = UsageError::NoSuchPrincipal { principal: ARN.to_owned(), call };
    let aws = app_alone().without_report("app", gone);
    let expected = app_is(NotApplicable, "it was deleted while it was being evaluated");
    assert_eq!(not_applicable(&change(&item()), &aws).await, expected);
}

#[tokio::test]
async fn a_principal_that_was_deleted_and_made_again_is_not_judged_by_the_new_one() {
    let item = item_with(&json!({ "resourceId": "AROAEXAMPLE0EARLIER1" }));
    assert_eq!(
        not_applicable(&change(&item), &app_alone()).await,
        evaluation(
            ROLE,
            "AROAEXAMPLE0EARLIER1",
            NotApplicable,
            "it was deleted, and another one has its name now",
            captured()
        )
    );
}

#[tokio::test]
async fn exempt_principals_are_not_applicable_without_a_report() {
    for (arn, annotation) in [
        (
            "arn:aws:iam::111122223333:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport",
            "a service-linked role: only AWS can change it",
        ),
        (
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
            "a role of IAM Identity Center: set the boundary on its permission set instead",
        ),
        (
            "arn:aws:iam::111122223333:role/leastwise/leastwise-evaluator",
            "a principal of Leastwise itself",
        ),
        ("arn:aws:iam::111122223333:role/ops/deploy", "exempt by `/ops/` in ExemptPrincipals"),
    ] {
        let name = arn.rsplit('/').next().unwrap();
        let aws = Fake::of_account(account(&[crate::scene::old(arn, ID)]))
            .without_report(name, throttled_report(arn));
        let event = change(&item_with(&json!({ "ARN": arn, "resourceName": name })));
        let parameters = r#"{"ExemptPrincipals":"/ops/"}"#;
        let event = with(event, "ruleParameters", parameters.into());
        assert_eq!(not_applicable(&event, &aws).await, app_is(NotApplicable, annotation));
    }
}

#[tokio::test]
async fn a_principal_younger_than_the_minimum_age_is_not_applicable_with_its_age() {
    let aws =
        Fake::of_account(account(&[new(ARN, ID)])).without_report("app", throttled_report(ARN));
    let expected =
        app_is(NotApplicable, "not judged: created 5 days ago; judged once it is 90 days old");
    assert_eq!(not_applicable(&change(&item()), &aws).await, expected);
}

#[tokio::test]
async fn with_nothing_known_a_principal_is_not_compliant_but_not_applicable() {
    let aws = app_alone().using("app", &[]);
    assert_eq!(
        summary(&change(&item()), &aws).await,
        format!(
            r#"{{"evaluated":1,"compliant":0,"nonCompliant":0,"notApplicable":1,"unchanged":0,"notJudged":[{{"principal":"{ARN}","why":"the use of none of its 3 granted services is known"}}]}}"#
        )
    );
    let annotation = "not judged: the use of none of its 3 granted services is known";
    assert_eq!(aws.evaluations(), [app_is(NotApplicable, annotation)]);
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_is_not_a_policy_that_grants_nothing() {
    let mut app = app();
    app["RolePolicyList"][0]["PolicyDocument"] = json!("{");
    let aws = Fake::of_account(account(&[app])).using("app", &BUSY);
    evaluate(&change(&item()), &aws).await.unwrap();
    let [evaluation] = aws.evaluations().try_into().unwrap();
    assert_eq!(evaluation.compliance, NotApplicable);
    let annotation = evaluation.annotation.unwrap();
    let expected =
        "not judged: what inline policy `work` grants is unknown: its text is malformed: ";
    assert!(annotation.starts_with(expected), "{annotation}");
}

#[tokio::test]
async fn a_report_that_iam_failed_to_make_is_a_verdict_and_no_failure() {
    let aws = app_alone().without_report("app", failed_report(ARN));
    let why = "IAM could not make its service last accessed report: InternalError: try later";
    assert_eq!(
        summary(&change(&item()), &aws).await,
        format!(
            r#"{{"evaluated":1,"compliant":0,"nonCompliant":0,"notApplicable":1,"unchanged":0,"notJudged":[{{"principal":"{ARN}","why":"{why}"}}]}}"#
        )
    );
    assert_eq!(aws.evaluations(), [app_is(NotApplicable, &format!("not judged: {why}"))]);
}

#[tokio::test]
async fn what_another_attempt_may_find_is_reported_as_not_judged_and_fails_the_invocation() {
    let aws = app_alone().without_report("app", throttled_report(ARN));
    let error = evaluate(&change(&item()), &aws).await.unwrap_err();
    let why = "iam:GenerateServiceLastAccessedDetails failed: Throttling: Rate exceeded";
    assert_eq!(error.error_type(), "Retryable");
    assert_eq!(error.to_string(), format!("`{ARN}` was reported as not judged: {why}"));
    assert_eq!(aws.evaluations(), [app_is(NotApplicable, &format!("not judged: {why}"))]);

    let aws = app_alone();
    let error = evaluate_within(&change(&item()), &aws, Duration::ZERO).await.unwrap_err();
    let why = "the time of the run was over before its turn";
    assert_eq!(error.error_type(), "Retryable");
    assert_eq!(error.to_string(), format!("`{ARN}` was reported as not judged: {why}"));
    assert_eq!(aws.evaluations(), [app_is(NotApplicable, &format!("not judged: {why}"))]);
}

#[tokio::test]
async fn what_no_other_attempt_will_find_is_reported_as_not_judged_and_is_done() {
    let call = denied("iam:GenerateServiceLastAccessedDetails");
    let denied = UsageError::Call { principal: ARN.to_owned(), call };
    let marker = UsageError::RepeatedMarker { principal: ARN.to_owned(), marker: "m1".to_owned() };
    for (error, why) in [
        (denied, "iam:GenerateServiceLastAccessedDetails failed: AccessDenied: not authorized"),
        (marker, "its service last accessed report repeated the marker `m1`"),
    ] {
        let aws = app_alone().without_report("app", error);
        let summary = evaluate(&change(&item()), &aws).await.unwrap();
        assert_eq!(summary.not_judged[0].why, why);
        assert_eq!(aws.evaluations(), [app_is(NotApplicable, &format!("not judged: {why}"))]);
    }
}

#[tokio::test]
async fn a_principal_that_cannot_be_read_leaves_no_earlier_verdict_standing() {
    let aws = app_alone().failing("principal", throttled("iam:GetRole"));
    let error = evaluate(&change(&item()), &aws).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    assert_eq!(
        error.to_string(),
        "could not read what is to be evaluated: iam:GetRole on `app` failed: Throttling: Rate exceeded"
    );
    let annotation = "not judged: iam:GetRole on `app` failed: Throttling: Rate exceeded";
    assert_eq!(aws.evaluations(), [app_is(NotApplicable, annotation)]);
}

#[tokio::test]
async fn an_oversized_notification_is_completed_from_config_and_judged_like_any_other() {
    let summary = item_with(&json!({ "resourceName": null, "ARN": null, "changeType": "UPDATE" }));
    let fetched = ConfigurationItem {
        resource_type: ROLE.to_owned(),
        resource_id: ID.to_owned(),
        resource_name: Some("app".to_owned()),
        arn: Some(ARN.to_owned()),
        account_id: Some("111122223333".to_owned()),
        status: "OK".to_owned(),
        captured: Some(captured()),
    };
    let aws = app_alone().with_item(fetched);
    evaluate(&oversized(&summary), &aws).await.unwrap();
    assert_eq!(aws.evaluations(), [app_is(NonCompliant, IDLE_ANNOTATION)]);
    let asked = aws.asked_items();
    assert_eq!(asked, [(ROLE.to_owned(), ID.to_owned(), captured())]);
}

#[tokio::test]
async fn an_oversized_notification_that_config_has_no_item_for_fails() {
    let aws = app_alone();
    let error = evaluate(&oversized(&item()), &aws).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    assert_eq!(
        error.to_string(),
        "AWS Config has no configuration item of AWS::IAM::Role `AROAEXAMPLE0APPROLE1`, whose notification was oversized"
    );
}

#[tokio::test]
async fn an_oversized_notification_of_what_is_gone_needs_no_item() {
    let deleted = item_with(&json!({ "configurationItemStatus": "ResourceDeleted" }));
    let left = with(oversized(&item()), "eventLeftScope", true.into());
    for (event, annotation) in [
        (oversized(&deleted), "it was deleted, or is not recorded any more"),
        (left, "it has left the scope of the rule"),
    ] {
        let aws = app_alone();
        assert_eq!(not_applicable(&event, &aws).await, app_is(NotApplicable, annotation));
        assert_eq!(aws.asked_items(), []);
    }
}

#[tokio::test]
async fn the_services_that_a_boundary_does_not_allow_do_not_count() {
    let mut app = app();
    let arn = "arn:aws:iam::111122223333:policy/team/limits";
    app["PermissionsBoundary"] = json!({ "PermissionsBoundaryArn": arn });
    let mut account = account(&[app]);
    account["Policies"] = json!([{
        "Arn": arn,
        "DefaultVersionId": "v1",
        "PolicyVersionList": [{
            "VersionId": "v1",
            "IsDefaultVersion": true,
            "Document": {
                "Version": "2012-10-17",
                "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }]
            }
        }]
    }]);
    let aws = Fake::of_account(account).using("app", &IDLE);
    evaluate(&change(&item()), &aws).await.unwrap();
    let annotation = "PCI 0 low: 0 of 1 granted services idle";
    assert_eq!(aws.evaluations(), [app_is(Compliant, annotation)]);
}

#[tokio::test]
async fn the_name_serves_where_the_item_has_no_arn() {
    let nameless = item_with(&json!({ "ARN": null }));
    let aws = app_alone();
    evaluate(&change(&nameless), &aws).await.unwrap();
    assert_eq!(aws.evaluations(), [app_is(NonCompliant, IDLE_ANNOTATION)]);

    let neither = item_with(&json!({ "ARN": null, "resourceName": null }));
    let expected = app_is(NotApplicable, "its configuration item has neither ARN nor name");
    assert_eq!(not_applicable(&change(&neither), &app_alone()).await, expected);
}

#[tokio::test]
async fn config_may_spell_an_item_as_its_api_does() {
    let item = json!({
        "resourceType": ROLE,
        "resourceId": ID,
        "arn": ARN,
        "accountId": "111122223333",
        "version": "1.3",
        "configurationItemStatus": "ResourceDiscovered",
        "configurationItemCaptureTime": captured()
    });
    let notification =
        json!({ "configurationItem": item, "messageType": "ConfigurationItemChangeNotification" });
    let aws = app_alone();
    evaluate(&event(&notification, &json!({})), &aws).await.unwrap();
    assert_eq!(aws.evaluations(), [app_is(NonCompliant, IDLE_ANNOTATION)]);
}

/// The role's result, of a run that began and was recorded so many seconds after the item of the
/// event was captured.
fn held(compliance: Compliance, invoked: i64, recorded: i64) -> ReportedResult {
    ReportedResult {
        resource_type: ROLE.to_owned(),
        resource_id: ID.to_owned(),
        compliance: Some(compliance),
        invoked: Some(captured() + TimeDelta::seconds(invoked)),
        recorded: Some(captured() + TimeDelta::seconds(recorded)),
        annotation: None,
    }
}

/// How many evaluations are told of the role, captured [a little before now](captured), and how many
/// reports that took.
async fn told_and_reported(aws: &Fake, item: &Value) -> (usize, usize) {
    evaluate(&change(item), aws).await.unwrap();
    let reports = aws.calls().iter().filter(|call| **call == "last_accessed").count();
    (aws.evaluations().len(), reports)
}

#[tokio::test]
async fn events_that_come_at_once_about_one_principal_are_judged_once() {
    // It is 117 seconds after the item was captured.
    let judged = app_alone().having_reported(vec![held(NonCompliant, 0, 60)]);
    assert_eq!(
        summary(&change(&item()), &judged).await,
        r#"{"evaluated":0,"compliant":0,"nonCompliant":0,"notApplicable":0,"unchanged":1,"notJudged":[]}"#
    );
    assert_eq!(judged.puts().iter().map(|put| put.evaluations.len()).collect::<Vec<_>>(), [0]);
    assert!(!judged.calls().contains(&"last_accessed"));
    for again in [
        // The run began before the item was captured; it was a while ago; it was no verdict.
        held(NonCompliant, -1, 60),
        held(NonCompliant, 0, 56),
        held(NotApplicable, 0, 60),
    ] {
        let aws = app_alone().having_reported(vec![again]);
        assert_eq!(told_and_reported(&aws, &item()).await, (1, 1));
    }
}

#[tokio::test]
async fn whoever_is_evaluated_again_by_a_person_or_is_bounded_is_always_judged() {
    let a_day_ago = json!({ "configurationItemCaptureTime": captured() - TimeDelta::days(1) });
    let aws = app_alone().having_reported(vec![held(NonCompliant, 0, 60)]);
    assert_eq!(told_and_reported(&aws, &item_with(&a_day_ago)).await, (1, 1));

    let mut bounded = app();
    let boundary = "arn:aws:iam::111122223333:policy/leastwise/role-app";
    bounded["PermissionsBoundary"] = json!({ "PermissionsBoundaryArn": boundary });
    let mut details = account(&[bounded]);
    details["Policies"] = json!([{
        "Arn": boundary, "DefaultVersionId": "v1",
        "PolicyVersionList": [{ "VersionId": "v1", "IsDefaultVersion": true, "Document": {
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }]
        } }],
    }]);
    let aws = Fake::of_account(details).using("app", &IDLE);
    let aws = aws.having_reported(vec![held(NonCompliant, 0, 60)]);
    assert_eq!(told_and_reported(&aws, &item()).await, (1, 1));
}

#[tokio::test]
async fn what_config_does_not_say_of_the_moment_before_holds_nobody_up() {
    let denied = denied("config:GetComplianceDetailsByResource");
    let aws = app_alone().failing("reported_on", denied);
    assert_eq!(told_and_reported(&aws, &item()).await, (1, 1));
    let lines = aws.lines();
    let said = lines.iter().filter_map(|line| line["message"].as_str());
    let said: Vec<&str> = said.filter(|it| it.starts_with("whether it was judged")).collect();
    assert_eq!(
        said,
        [
            "whether it was judged a moment ago is not known: config:GetComplianceDetailsByResource on `app` failed: \
          AccessDenied: not authorized"
        ]
    );
    assert_eq!(lines.last().unwrap()["Failed"], 1);
}
