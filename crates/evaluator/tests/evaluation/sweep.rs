//! Every principal: scheduled notifications.

use crate::scene::{
    BUSY, IDLE, IDLE_ANNOTATION, ROLE, USER, account, app_alone, change, evaluate, evaluate_within,
    evaluation, item, new, old, schedule, scheduled, summary, with,
};
use chrono::TimeDelta;
use leastwise_aws::ports::Compliance::{Compliant, NonCompliant, NotApplicable};
use leastwise_aws::ports::{Compliance, Evaluation, ReportedResult};
use leastwise_evaluator::summary::NotJudged;
use leastwise_testing::aws::{Fake, denied, failed_report, throttled, throttled_report};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const ADA: &str = "arn:aws:iam::111122223333:user/ada";
const BEN: &str = "arn:aws:iam::111122223333:user/ben";
const CIO: &str = "arn:aws:iam::111122223333:role/cio";
const DAY: &str = "arn:aws:iam::111122223333:role/day";
const SLR: &str = "arn:aws:iam::111122223333:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport";

fn period() -> Value {
    schedule(&json!({}))
}

/// Two users and three roles, of which one is new and one service-linked.
fn five() -> Fake {
    let principals = [
        old(ADA, "AIDAEXAMPLE0ADAUSER1"),
        old(BEN, "AIDAEXAMPLE0BENUSER1"),
        old(CIO, "AROAEXAMPLE0CIOROLE1"),
        new(DAY, "AROAEXAMPLE0DAYROLE1"),
        old(SLR, "AROAEXAMPLE0SLRROLE1"),
    ];
    Fake::of_account(account(&principals))
        .using("ada", &IDLE)
        .using("ben", &BUSY)
        .using("cio", &IDLE)
}

fn at_schedule(
    resource_type: &str,
    id: &str,
    compliance: leastwise_aws::ports::Compliance,
    annotation: &str,
) -> Evaluation {
    evaluation(resource_type, id, compliance, annotation, scheduled())
}

/// The evaluations of [`five`]: users first, in the order of their ARNs.
fn verdicts() -> [Evaluation; 5] {
    [
        at_schedule(USER, "AIDAEXAMPLE0ADAUSER1", NonCompliant, IDLE_ANNOTATION),
        at_schedule(
            USER,
            "AIDAEXAMPLE0BENUSER1",
            Compliant,
            "PCI 0 low: 0 of 3 granted services idle",
        ),
        at_schedule(ROLE, "AROAEXAMPLE0CIOROLE1", NonCompliant, IDLE_ANNOTATION),
        at_schedule(
            ROLE,
            "AROAEXAMPLE0DAYROLE1",
            NotApplicable,
            "not judged: created 5 days ago; judged once it is 90 days old",
        ),
        at_schedule(
            ROLE,
            "AROAEXAMPLE0SLRROLE1",
            NotApplicable,
            "a service-linked role: only AWS can change it",
        ),
    ]
}

fn resource(resource_type: &str, resource_id: &str) -> ReportedResult {
    ReportedResult {
        resource_type: resource_type.to_owned(),
        resource_id: resource_id.to_owned(),
        compliance: Some(NonCompliant),
        invoked: None,
        recorded: None,
        annotation: None,
    }
}

#[tokio::test]
async fn every_user_and_role_is_judged() {
    let aws = five();
    assert_eq!(
        summary(&period(), &aws).await,
        r#"{"evaluated":5,"compliant":1,"nonCompliant":2,"notApplicable":2,"unchanged":0,"notJudged":[]}"#
    );
    assert_eq!(aws.puts().len(), 1);
    assert_eq!(aws.evaluations(), verdicts());
}

#[tokio::test]
async fn the_past_of_everybody_is_asked_for_at_once_with_the_groups_that_they_are_in() {
    let group = |name: &str, id: &str| json!({ "Arn": format!("arn:aws:iam::111122223333:group/{name}"), "GroupName": name, "GroupId": id });
    let mut ada = old(ADA, "AIDAEXAMPLE0ADAUSER1");
    ada["GroupList"] = json!(["devs"]);
    let principals = [ada, old(CIO, "AROAEXAMPLE0CIOROLE1"), new(DAY, "AROAEXAMPLE0DAYROLE1")];
    let mut details = account(&principals);
    details["GroupDetailList"] =
        json!([group("devs", "AGPAEXAMPLE0DEVGROUP"), group("ops", "AGPAEXAMPLE0OPSGROUP")]);
    let aws = Fake::of_account(details).using("ada", &IDLE).using("cio", &IDLE);
    evaluate(&period(), &aws).await.unwrap();
    // `day` is younger than the grace.
    let ids = ["AIDAEXAMPLE0ADAUSER1", "AROAEXAMPLE0CIOROLE1", "AGPAEXAMPLE0DEVGROUP"];
    assert_eq!(aws.current_items_asked(), [ids]);
    assert_eq!(aws.history_asked().len(), 2);
}

#[tokio::test]
async fn a_principal_has_the_same_verdict_in_a_sweep_as_on_a_change() {
    let usages = [
        app_alone,
        || app_alone().using("app", &BUSY),
        || app_alone().using("app", &[]),
        || app_alone().without_report("app", failed_report(crate::scene::ARN)),
        || Fake::of_account(account(&[new(crate::scene::ARN, crate::scene::ID)])),
    ];
    for begin in usages {
        let (one, all) = (begin(), begin());
        evaluate(&change(&item()), &one).await.unwrap();
        evaluate(&period(), &all).await.unwrap();
        let [mut one] = one.evaluations().try_into().unwrap();
        one.ordering_timestamp = scheduled();
        assert_eq!(all.evaluations(), [one]);
    }
}

#[tokio::test]
async fn one_principal_that_cannot_be_judged_does_not_stop_the_others() {
    for (error, why) in [
        (
            failed_report(BEN),
            "IAM could not make its service last accessed report: InternalError: try later",
        ),
        (
            throttled_report(BEN),
            "iam:GenerateServiceLastAccessedDetails failed: Throttling: Rate exceeded",
        ),
    ] {
        let aws = five().without_report("ben", error);
        let summary = evaluate(&period(), &aws).await.unwrap();
        assert_eq!(
            summary.not_judged,
            [NotJudged { principal: BEN.to_owned(), why: why.to_owned() }]
        );
        let mut expected = verdicts();
        expected[1].compliance = NotApplicable;
        expected[1].annotation = Some(format!("not judged: {why}"));
        assert_eq!(aws.evaluations(), expected);
    }
}

#[tokio::test]
async fn who_is_not_reached_in_time_is_reported_as_not_judged() {
    let aws = five();
    let summary = evaluate_within(&period(), &aws, Duration::ZERO).await.unwrap();
    let why = "the time of the run was over before its turn".to_owned();
    assert_eq!(
        summary.not_judged,
        [ADA, BEN, CIO]
            .map(|principal| NotJudged { principal: principal.to_owned(), why: why.clone() })
    );
    let mut expected = verdicts();
    for evaluation in &mut expected[..3] {
        evaluation.compliance = NotApplicable;
        evaluation.annotation = Some(format!("not judged: {why}"));
    }
    assert_eq!(aws.evaluations(), expected);
}

#[tokio::test]
async fn whoever_has_a_result_keeps_it_until_its_turn_comes_and_is_not_taken_for_gone() {
    let late = "not judged: the time of the run was over before its turn";
    let yesterday = |resource_type, id| ReportedResult {
        recorded: Some(scheduled() - TimeDelta::days(1)),
        ..resource(resource_type, id)
    };
    let not_applicable = |resource_type, id, why: &str| ReportedResult {
        compliance: Some(NotApplicable),
        annotation: Some(why.to_owned()),
        ..yesterday(resource_type, id)
    };
    let reported = vec![
        yesterday(USER, "AIDAEXAMPLE0ADAUSER1"),
        not_applicable(USER, "AIDAEXAMPLE0BENUSER1", "not judged: nothing is known"),
        not_applicable(ROLE, "AROAEXAMPLE0CIOROLE1", late),
        not_applicable(ROLE, "AROAEXAMPLE0GONEROL1", "it does not exist any more"),
    ];
    let aws = five().having_reported(reported);
    let summary = evaluate_within(&period(), &aws, Duration::ZERO).await.unwrap();
    assert_eq!(summary.not_judged.len(), 3);
    assert_eq!((summary.evaluated, summary.not_applicable), (3, 3));
    let [put] = aws.puts().try_into().unwrap();
    let ids: Vec<&str> = put.evaluations.iter().map(|it| it.resource_id.as_str()).collect();
    assert_eq!(ids, ["AROAEXAMPLE0CIOROLE1", "AROAEXAMPLE0DAYROLE1", "AROAEXAMPLE0SLRROLE1"]);
}

fn twenty() -> Fake {
    let principals: Vec<Value> = (0..20)
        .map(|number| {
            let arn = format!("arn:aws:iam::111122223333:role/role-{number:02}");
            old(&arn, &format!("AROAEXAMPLE0000000{number:02}"))
        })
        .collect();
    let mut aws = Fake::of_account(account(&principals));
    for number in 0..20 {
        aws = aws.using(&format!("role-{number:02}"), &BUSY);
    }
    aws
}

#[tokio::test]
async fn a_sweep_goes_on_where_the_last_one_ran_out_of_time() {
    let mut held: BTreeMap<String, ReportedResult> = BTreeMap::new();
    let mut judged_in = Vec::new();
    for day in 0..4 {
        let reported = held.values().cloned().collect();
        let aws = twenty().having_reported(reported).with_time_for(8);
        let error = evaluate_within(&period(), &aws, Duration::from_millis(500)).await.unwrap_err();
        assert_eq!(error.error_type(), "Retryable");
        assert_eq!(
            error.to_string(),
            "the time of the run was over with 11 principals to go; 9 are judged, and the same event goes on with the \
             others"
        );
        let evaluations = aws.evaluations();
        let mut judged: Vec<String> = evaluations
            .iter()
            .filter(|it| it.compliance == Compliant)
            .map(|it| it.resource_id.trim_start_matches("AROAEXAMPLE0000000").to_owned())
            .collect();
        judged.sort_unstable();
        for it in evaluations {
            let result = ReportedResult {
                resource_type: it.resource_type,
                resource_id: it.resource_id.clone(),
                compliance: Some(it.compliance),
                invoked: None,
                // Each run has an event of its own, later than these results.
                recorded: Some(scheduled() + TimeDelta::days(day - 4)),
                annotation: it.annotation,
            };
            held.insert(it.resource_id, result);
        }
        judged_in.push(judged.join(" "));
    }
    // One report takes all the time that is left of each run: of 08, 17, 06 and 15.
    assert_eq!(
        judged_in,
        [
            "00 01 02 03 04 05 06 07",
            "09 10 11 12 13 14 15 16",
            "00 01 02 03 04 05 18 19",
            "07 08 09 10 11 12 13 14"
        ]
    );
}

#[tokio::test]
async fn the_same_event_again_goes_on_and_repeats_nobody_who_got_a_verdict_since() {
    let result = |number: usize, compliance, minutes| ReportedResult {
        resource_type: ROLE.to_owned(),
        resource_id: format!("AROAEXAMPLE0000000{number:02}"),
        compliance: Some(compliance),
        invoked: None,
        recorded: Some(scheduled() + TimeDelta::minutes(minutes)),
        annotation: Some("PCI 0 low".to_owned()),
    };
    let mut reported: Vec<ReportedResult> = (0..17).map(|it| result(it, Compliant, 3)).collect();
    reported.push(result(17, Compliant, -1));
    reported.push(result(18, NotApplicable, 3));
    let aws = twenty().having_reported(reported);
    let summary = evaluate(&period(), &aws).await.unwrap();
    let ids: Vec<String> = aws.evaluations().into_iter().map(|it| it.resource_id).collect();
    // Before the event, without a verdict, and without a result; nobody is taken for gone.
    assert_eq!(ids, ["AROAEXAMPLE000000017", "AROAEXAMPLE000000018", "AROAEXAMPLE000000019"]);
    assert_eq!(summary.evaluated, 3);
}

/// The results of [`five`] as AWS Config holds them if they were told so long before the event.
fn told(days: i64) -> Vec<ReportedResult> {
    let held = verdicts().into_iter().map(|it| ReportedResult {
        resource_type: it.resource_type,
        resource_id: it.resource_id,
        compliance: Some(it.compliance),
        invoked: None,
        recorded: Some(scheduled() - TimeDelta::days(days)),
        annotation: it.annotation,
    });
    held.collect()
}

#[tokio::test]
async fn what_config_holds_already_is_not_told_again_unless_it_is_not_compliant() {
    let [ada, _, cio, ..] = verdicts();
    let aws = five().having_reported(told(1));
    assert_eq!(
        summary(&period(), &aws).await,
        r#"{"evaluated":5,"compliant":1,"nonCompliant":2,"notApplicable":2,"unchanged":3,"notJudged":[]}"#
    );
    assert_eq!(aws.evaluations(), [ada, cio]);

    let mut changed = told(1);
    changed[1].annotation = Some("PCI 12 low: 1 of 3 granted services idle".to_owned());
    changed[3].compliance = Some(Compliant);
    let aws = five().having_reported(changed);
    evaluate(&period(), &aws).await.unwrap();
    let [ada, ben, cio, day, _] = verdicts();
    assert_eq!(aws.evaluations(), [ada, ben, cio, day]);
}

#[tokio::test]
async fn what_config_holds_for_more_than_two_weeks_or_without_a_date_is_told_again() {
    let evaluated_within = |days: i64| async move {
        let aws = five().having_reported(told(days));
        evaluate(&period(), &aws).await.unwrap();
        aws.evaluations().len()
    };
    // The event was read a little after it was made.
    assert_eq!((evaluated_within(13).await, evaluated_within(15).await), (2, 5));
    let mut undated = told(1);
    undated[1].recorded = None;
    let aws = five().having_reported(undated);
    evaluate(&period(), &aws).await.unwrap();
    let [ada, ben, cio, ..] = verdicts();
    assert_eq!(aws.evaluations(), [ada, ben, cio]);
}

#[tokio::test]
async fn a_run_that_does_not_reach_everybody_tells_of_all_whom_it_reached() {
    let held = (0..20).map(|number| ReportedResult {
        compliance: Some(Compliant),
        invoked: None,
        recorded: Some(scheduled() - TimeDelta::days(1)),
        annotation: Some("PCI 0 low: 0 of 3 granted services idle".to_owned()),
        ..resource(ROLE, &format!("AROAEXAMPLE0000000{number:02}"))
    });
    let held: Vec<ReportedResult> = held.collect();
    let aws = twenty().having_reported(held.clone()).with_time_for(8);
    let error = evaluate_within(&period(), &aws, Duration::from_millis(500)).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    // The ninth took all the time that was left, and has no verdict.
    let told: Vec<(String, Compliance)> =
        aws.evaluations().into_iter().map(|it| (it.resource_id, it.compliance)).collect();
    let id = |number| format!("AROAEXAMPLE0000000{number:02}");
    let mut expected = vec![(id(8), NotApplicable)];
    expected.extend((0..8).map(|number| (id(number), Compliant)));
    assert_eq!(told, expected);

    let aws = twenty().having_reported(held);
    assert_eq!(evaluate(&period(), &aws).await.unwrap().unchanged, 20);
    assert_eq!(aws.puts().iter().map(|put| put.evaluations.len()).collect::<Vec<_>>(), [0]);
}

#[tokio::test]
async fn nobody_is_judged_any_more_once_config_cannot_be_told() {
    let aws = many(500).failing("put", denied("config:PutEvaluations"));
    let error = evaluate(&period(), &aws).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "could not exchange evaluations with AWS Config: config:PutEvaluations on `app` failed: \
         AccessDenied: not authorized"
    );
    let calls = aws.calls();
    let count = |name| calls.iter().filter(|call| **call == name).count();
    // The first hundred, those that were under way by then, and the hundred that was begun.
    assert_eq!(count("put"), 1);
    assert!((100..=264).contains(&count("last_accessed")), "{}", count("last_accessed"));
}

/// So many roles.
fn many(count: usize) -> Fake {
    let principals: Vec<Value> = (0..count)
        .map(|number| {
            let arn = format!("arn:aws:iam::111122223333:role/role-{number:03}");
            old(&arn, &format!("AROAEXAMPLE000000{number:03}"))
        })
        .collect();
    Fake::of_account(account(&principals))
}

#[tokio::test]
async fn sixty_four_reports_are_under_way_at_a_time_and_no_more() {
    let aws = many(70);
    evaluate(&period(), &aws).await.unwrap();
    assert_eq!(aws.reports_under_way(), (0, 64));
}

#[tokio::test]
async fn two_hundred_and_fifty_principals_are_reported_in_three_batches() {
    let aws = many(250);
    let summary = evaluate(&period(), &aws).await.unwrap();
    assert_eq!((summary.evaluated, summary.not_applicable), (250, 250));
    let sizes: Vec<usize> = aws.puts().iter().map(|put| put.evaluations.len()).collect();
    assert_eq!(sizes, [100, 100, 50]);
    let mut ids: Vec<String> =
        aws.evaluations().into_iter().map(|evaluation| evaluation.resource_id).collect();
    ids.sort_unstable();
    let expected: Vec<String> =
        (0..250).map(|number| format!("AROAEXAMPLE000000{number:03}")).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn an_account_without_principals_is_reported_as_nothing() {
    let aws = Fake::of_account(account(&[]));
    assert_eq!(
        summary(&period(), &aws).await,
        r#"{"evaluated":0,"compliant":0,"nonCompliant":0,"notApplicable":0,"unchanged":0,"notJudged":[]}"#
    );
    assert_eq!(aws.puts().iter().map(|put| put.evaluations.len()).collect::<Vec<_>>(), [0]);
}

#[tokio::test]
async fn results_on_what_is_gone_are_cleared_under_their_own_resource_type() {
    let reported = vec![
        resource(USER, "AIDAEXAMPLE0ADAUSER1"),
        resource(USER, "AIDAEXAMPLE0GONEUSE1"),
        resource(ROLE, "AROAEXAMPLE0CIOROLE1"),
        resource(ROLE, "AROAEXAMPLE0GONEROL1"),
    ];
    let aws = five().having_reported(reported);
    assert_eq!(
        summary(&period(), &aws).await,
        r#"{"evaluated":7,"compliant":1,"nonCompliant":2,"notApplicable":4,"unchanged":0,"notJudged":[]}"#
    );
    let [judged, cleared] = aws.puts().try_into().unwrap();
    assert_eq!(judged.evaluations, verdicts());
    let gone = "it does not exist any more";
    assert_eq!(
        cleared.evaluations,
        [
            at_schedule(USER, "AIDAEXAMPLE0GONEUSE1", NotApplicable, gone),
            at_schedule(ROLE, "AROAEXAMPLE0GONEROL1", NotApplicable, gone),
        ]
    );
}

#[tokio::test]
async fn verdicts_are_not_lost_where_earlier_results_cannot_be_read() {
    let aws = five().failing("reported", denied("config:GetComplianceDetailsByConfigRule"));
    let error = evaluate(&period(), &aws).await.unwrap_err();
    assert_eq!(error.error_type(), "Failed");
    assert_eq!(
        error.to_string(),
        "could not exchange evaluations with AWS Config: config:GetComplianceDetailsByConfigRule on `app` failed: \
         AccessDenied: not authorized"
    );
    assert_eq!(aws.evaluations(), verdicts());
}

#[tokio::test]
async fn a_dry_run_clears_nothing() {
    // Nor does it ask, since Config may not know the rule.
    let aws = five().failing("reported", denied("config:GetComplianceDetailsByConfigRule"));
    evaluate(&with(period(), "resultToken", "TESTMODE".into()), &aws).await.unwrap();
    let [put] = aws.puts().try_into().unwrap();
    assert!(put.test_mode);
    assert_eq!(put.evaluations, verdicts());
}

#[tokio::test]
async fn what_config_rejects_is_sent_once_more() {
    let aws = five().rejecting("AIDAEXAMPLE0BENUSER1", 1);
    evaluate(&period(), &aws).await.unwrap();
    let [all, again] = aws.puts().try_into().unwrap();
    assert_eq!(all.evaluations, verdicts());
    assert_eq!(again.evaluations, [verdicts()[1].clone()]);
}

#[tokio::test]
async fn what_config_rejects_twice_fails_the_invocation_and_is_named() {
    let aws = ["AIDAEXAMPLE0BENUSER1", "AROAEXAMPLE0CIOROLE1"]
        .into_iter()
        .fold(five(), |aws, id| aws.rejecting(id, usize::MAX));
    let error = evaluate(&period(), &aws).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    assert_eq!(
        error.to_string(),
        "AWS Config rejected, and again the second time, the evaluation of `AIDAEXAMPLE0BENUSER1`, \
         `AROAEXAMPLE0CIOROLE1`"
    );
    let [_, ben, cio, ..] = verdicts();
    let [all, again] = aws.puts().try_into().unwrap();
    assert_eq!(all.evaluations, verdicts());
    assert_eq!(again.evaluations, [ben, cio]);
}

#[tokio::test]
async fn an_account_that_cannot_be_read_fails_the_invocation_and_judges_nobody() {
    let aws = five().failing("account", throttled("iam:GetAccountAuthorizationDetails"));
    let error = evaluate(&period(), &aws).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    assert_eq!(
        error.to_string(),
        "could not read what is to be evaluated: iam:GetAccountAuthorizationDetails on `app` failed: Throttling: Rate \
         exceeded"
    );
    assert_eq!(aws.puts(), []);
}
