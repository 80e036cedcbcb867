//! Who is left alone, from all places where that can be said; and nobody is judged while that is not known.

use crate::scene::{
    ARN, IDLE_ANNOTATION, USER, account, app, app_alone, app_is, captured, change, evaluate,
    evaluate_with, evaluation, item, old, schedule, scheduled, with,
};
use leastwise_aws::CallError;
use leastwise_aws::ports::Compliance::{Compliant, NonCompliant, NotApplicable};
use leastwise_aws::ports::Evaluation;
use leastwise_evaluator::event::Invocation;
use leastwise_evaluator::lists;
use leastwise_evaluator::settings::{self, Settings};
use leastwise_testing::aws::{Fake, throttled, throttled_report};
use serde_json::{Value, json};

const LIST: &str = "s3://team-lists/exempt.txt";

fn set_to(parameters: &Value) -> Value {
    with(change(&item()), "ruleParameters", parameters.to_string().into())
}

/// The one evaluation of the role `app`, of which there is no report.
async fn without_report(aws: Fake, parameters: &Value) -> Evaluation {
    let aws = aws.without_report("app", throttled_report(ARN));
    evaluate(&set_to(parameters), &aws).await.unwrap();
    let [evaluation] = aws.evaluations().try_into().unwrap();
    evaluation
}

#[tokio::test]
async fn a_principal_is_exempt_by_a_list_in_a_file_and_needs_no_report() {
    let text = "\u{feff}# who is left alone\r\nbackup, /team/\r\n";
    for setting in ["ExemptPrincipals", "ExemptionList"] {
        let aws = app_alone().with_file(LIST, Ok(text));
        let expected = app_is(NotApplicable, &format!("exempt by `/team/` in {setting}"));
        assert_eq!(without_report(aws, &json!({ (setting): LIST })).await, expected);
    }
    let aws = app_alone().with_file(LIST, Ok("arn:*:iam::*:role/team/*"));
    let parameters = json!({ "BreakGlassPrincipals": LIST, "ExemptPrincipals": "app" });
    let expected = app_is(
        NotApplicable,
        "kept for emergencies by `arn:*:iam::*:role/team/*` in BreakGlassPrincipals",
    );
    assert_eq!(without_report(aws, &parameters).await, expected);
}

#[tokio::test]
async fn a_member_of_the_admin_group_is_exempt() {
    let mut user = old("arn:aws:iam::111122223333:user/ana", "AIDAEXAMPLE0ANAUSER1");
    user["GroupList"] = json!(["admins"]);
    let mut details = account(&[user]);
    details["GroupDetailList"] = json!([{ "GroupName": "admins" }]);
    let aws = Fake::of_account(details);
    evaluate(&schedule(&json!({ "AdminGroupName": "admins" })), &aws).await.unwrap();
    let why = "exempt as a member of group `admins` (AdminGroupName)";
    let expected = evaluation(USER, "AIDAEXAMPLE0ANAUSER1", NotApplicable, why, scheduled());
    assert_eq!(aws.evaluations(), [expected]);
}

#[tokio::test]
async fn a_group_of_administrators_that_does_not_exist_or_cannot_be_looked_up_judges_nobody() {
    let cannot = "`AdminGroupName` (admins) cannot be used, so nobody is judged or changed";
    for (is_throttled, error_type, why) in [
        (
            false,
            "Failed",
            "the account has no group of this name; correct the setting, or empty it",
        ),
        (true, "Retryable", "iam:GetGroup on `app` failed: Throttling: Rate exceeded"),
    ] {
        let parameters = json!({ "AdminGroupName": "admins" });
        let expected = app_is(NotApplicable, &format!("not judged: {cannot}: {why}"));
        for (event, ordering_timestamp) in
            [(set_to(&parameters), captured()), (schedule(&parameters), scheduled())]
        {
            let mut details = account(&[app()]);
            details["GroupDetailList"] = json!([{ "GroupName": "admins-of-old" }]);
            let aws = app_alone().in_account(details);
            let aws = if is_throttled {
                aws.failing("find_group", throttled("iam:GetGroup"))
            } else {
                aws
            };
            let failed = evaluate(&event, &aws).await.unwrap_err();
            assert_eq!(failed.error_type(), error_type);
            assert!(failed.to_string().ends_with(&format!("{cannot}: {why}")), "{failed}");
            assert_eq!(aws.evaluations(), [Evaluation { ordering_timestamp, ..expected.clone() }]);
        }
    }
}

#[tokio::test]
async fn a_group_of_administrators_without_members_exempts_nobody_and_is_no_error() {
    let mut details = account(&[app()]);
    details["GroupDetailList"] = json!([{ "GroupName": "admins" }]);
    let aws = app_alone().in_account(details);
    evaluate(&set_to(&json!({ "AdminGroupName": "admins" })), &aws).await.unwrap();
    assert_eq!(aws.evaluations(), [app_is(NonCompliant, IDLE_ANNOTATION)]);
}

#[tokio::test]
async fn files_are_read_with_the_own_credentials_and_the_group_is_looked_up_in_the_judged_account()
{
    let event = schedule(&json!({ "AdminGroupName": "admins", "ExemptionList": LIST }));
    let parameters = Invocation::parse(&event).unwrap().parameters;
    let own = Fake::default().with_file(LIST, Ok("backup"));
    let judged = Fake::of_account(json!({ "GroupDetailList": [{ "GroupName": "admins" }] }));
    let load = lists::load(&parameters, &Settings::default(), &own, &judged).await;
    assert_eq!(load.unwrap().rules.exemptions.admin_group.as_deref(), Some("admins"));
    assert!(lists::load(&parameters, &Settings::default(), &own, &own).await.is_err());
    assert!(lists::load(&parameters, &Settings::default(), &judged, &judged).await.is_err());
}

fn tagged(tags: &[(&str, &str)]) -> Fake {
    let mut app = app();
    app["Tags"] = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    app_alone_as(app)
}

fn app_alone_as(app: Value) -> Fake {
    app_alone().in_account(account(&[app]))
}

#[tokio::test]
async fn a_tag_exempts_until_its_day_is_over_and_then_the_annotation_says_so() {
    let reason = ("leastwise:exempt-reason", "yearly close");
    let aws = tagged(&[("leastwise:exempt-until", "2026-06-30"), reason]);
    let expected = app_is(NotApplicable, "exempt until 2026-06-30 by its tags: yearly close");
    assert_eq!(without_report(aws, &json!({})).await, expected);
    let told = async |tags: &[(&str, &str)]| {
        let aws = tagged(tags);
        evaluate(&change(&item()), &aws).await.unwrap();
        aws.evaluations()
    };
    let over = format!(
        "{IDLE_ANNOTATION}; not exempt: tag `leastwise:exempt-until` is over since 2026-06-29"
    );
    assert_eq!(
        told(&[("leastwise:exempt-until", "2026-06-29"), reason]).await,
        [app_is(NonCompliant, &over)]
    );
    // Somebody meant to exempt it, so it is not judged as if nothing were there.
    for (tags, why) in [
        (
            vec![("leastwise:exempt-until", "soon"), reason],
            "tag `leastwise:exempt-until` is `soon`, neither a date such as 2027-01-31 nor an RFC 3339 time",
        ),
        (
            vec![("leastwise:exempt-until", "2027-01-01")],
            "tag `leastwise:exempt-until` stands without a reason in `leastwise:exempt-reason`",
        ),
    ] {
        let annotation =
            format!("not judged: it is meant to be exempt, and its tags cannot be read: {why}");
        assert_eq!(told(&tags).await, [app_is(NotApplicable, &annotation)]);
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_used_judges_nobody_clears_earlier_verdicts_and_fails_the_run() {
    let denied = CallError::refused("s3:GetObject", LIST, "AccessDenied", "not authorized");
    let cannot = format!("`ExemptionList` ({LIST}) cannot be used, so nobody is judged or changed");
    for (text, error_type, why) in [
        (
            Err(denied),
            "Failed",
            format!("s3:GetObject on `{LIST}` failed: AccessDenied: not authorized"),
        ),
        (
            Err(throttled("s3:GetObject")),
            "Retryable",
            "s3:GetObject on `app` failed: Throttling: Rate exceeded".into(),
        ),
        (
            Ok("# nobody yet\n"),
            "Failed",
            "it has no entry; write `none` into a list that is to be empty".into(),
        ),
        (
            Ok("ops\nrole/admin\n"),
            "Failed",
            "line 2: `ExemptionList` is `role/admin`; allowed is names, ARNs of users, roles and \
             groups, and paths such as `/ops/`, separated by commas, with `*` and `?` as wildcards"
                .into(),
        ),
    ] {
        let parameters = json!({ "ExemptionList": LIST });
        let mut annotation = format!("not judged: {cannot}: {why}");
        if annotation.chars().count() > 256 {
            annotation = annotation.chars().take(255).chain(['…']).collect();
        }
        let error = format!("{cannot}: {why}");
        for (event, time) in [
            (set_to(&parameters), app_is(NotApplicable, &annotation)),
            (
                schedule(&parameters),
                Evaluation {
                    ordering_timestamp: scheduled(),
                    ..app_is(NotApplicable, &annotation)
                },
            ),
        ] {
            let aws = app_alone().with_file(LIST, text.clone());
            let failed = evaluate(&event, &aws).await.unwrap_err();
            assert_eq!(failed.error_type(), error_type);
            assert!(failed.to_string().ends_with(&error), "{failed}");
            assert_eq!(aws.evaluations(), [time]);
        }
    }
}

/// The role `app`, which has its services by its own policy and SQS and KMS by `readers`, too.
fn app_with_readers() -> Fake {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": ["sqs:*", "kms:*"], "Resource": "*" }]
    });
    let version = json!([{ "VersionId": "v1", "IsDefaultVersion": true, "Document": document }]);
    let mut app = app();
    app["AttachedManagedPolicies"] = json!([{ "PolicyArn": READERS }]);
    let mut details = account(&[app]);
    details["Policies"] =
        json!([{ "Arn": READERS, "DefaultVersionId": "v1", "PolicyVersionList": version }]);
    app_alone().in_account(details)
}

const READERS: &str = "arn:aws:iam::111122223333:policy/readers";

#[tokio::test]
async fn what_an_ignored_policy_grants_is_no_creep() {
    let aws = app_with_readers();
    evaluate(&change(&item()), &aws).await.unwrap();
    assert_eq!(aws.evaluations(), [app_is(NonCompliant, IDLE_ANNOTATION)]);
    for (value, text) in [(READERS, "none"), (LIST, READERS)] {
        let aws = app_with_readers().with_file(LIST, Ok(text));
        evaluate(&set_to(&json!({ "IgnoredPolicies": value })), &aws).await.unwrap();
        let annotation = "PCI 0 low: 0 of 1 granted services idle";
        assert_eq!(aws.evaluations(), [app_is(Compliant, annotation)]);
    }
}

#[tokio::test]
async fn a_list_of_ignored_policies_that_cannot_be_used_judges_nobody() {
    let aws = app_with_readers().with_file(LIST, Ok("ReadOnlyAccess\n"));
    let failed = evaluate(&set_to(&json!({ "IgnoredPolicies": LIST })), &aws).await.unwrap_err();
    let why = format!(
        "`IgnoredPolicies` ({LIST}) cannot be used, so nobody is judged or changed: line 1: `IgnoredPolicies` is \
         `ReadOnlyAccess`; allowed is ARNs of managed policies such as `arn:aws:iam::aws:policy/ReadOnlyAccess`, \
         separated by commas, without wildcards"
    );
    assert!(failed.to_string().ends_with(&why), "{failed}");
    let annotation: String = format!("not judged: {why}").chars().take(255).chain(['…']).collect();
    assert_eq!(aws.evaluations(), [app_is(NotApplicable, &annotation)]);
}

#[tokio::test]
async fn who_is_on_the_list_of_those_without_tags_is_judged_and_gets_none() {
    let settings = |list: &'static str| -> Settings {
        settings::from_environment(|name| match name {
            "LEASTWISE_TAG_PRINCIPALS" => Some("true".to_owned()),
            "LEASTWISE_DO_NOT_TAG_LIST" => Some(list.to_owned()),
            _ => None,
        })
        .unwrap()
    };
    let tagging = app_alone();
    evaluate_with(&change(&item()), &settings("other"), &tagging).await.unwrap();
    assert!(tagging.told().iter().any(|call| call.starts_with("tag app ")));
    let aws = app_alone();
    evaluate_with(&change(&item()), &settings("/team/"), &aws).await.unwrap();
    assert_eq!(aws.evaluations(), [app_is(NonCompliant, IDLE_ANNOTATION)]);
    assert!(!aws.told().iter().any(|call| call.starts_with("tag ")));
}
