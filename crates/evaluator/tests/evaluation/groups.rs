//! A rule on groups: what its members use of what a group grants.

use crate::scene::{
    ID, IDLE, ROLE, USER, app, captured, change, evaluate, evaluate_with, evaluation, item_with,
    old, schedule, scheduled, with,
};
use leastwise_aws::ports::Compliance::{self, NonCompliant, NotApplicable};
use leastwise_aws::ports::{Evaluation, ReportedResult};
use leastwise_evaluator::settings::Settings;
use leastwise_testing::aws::{Fake, failed_report};
use leastwise_testing::days_ago;
use serde_json::{Value, json};

const GROUP: &str = "AWS::IAM::Group";
const DEVS: &str = "arn:aws:iam::111122223333:group/eng/devs";
const DEVS_ID: &str = "AGPAEXAMPLE0DEVSGROUP";

fn group(name: &str, id: &str) -> Value {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": ["s3:*", "sqs:*", "kms:*"], "Resource": "*" }]
    });
    json!({
        "GroupName": name, "GroupId": id, "Arn": format!("arn:aws:iam::111122223333:group/eng/{name}"),
        "CreateDate": days_ago(1_000),
        "GroupPolicyList": [{ "PolicyName": "team", "PolicyDocument": document }]
    })
}

/// Group `devs` with the user `ada` in it, group `idlers` with nobody, and the role `app`.
fn groups() -> Fake {
    let mut ada = old("arn:aws:iam::111122223333:user/ada", "AIDAEXAMPLE0ADAUSER1");
    ada["GroupList"] = json!(["devs"]);
    let account = json!({
        "UserDetailList": [ada], "RoleDetailList": [app()],
        "GroupDetailList": [group("devs", DEVS_ID), group("idlers", "AGPAEXAMPLE0IDLERS")]
    });
    Fake::of_account(account).using("devs", &IDLE)
}

const JUDGED: &str = "PCI 67 high: 2 of 3 granted services idle (1 never used, 1 not for 180 days); top: kms, sqs; \
                      by services only";
const EMPTY: &str = "it has no members, so nobody has what it grants";

fn only_groups() -> Value {
    json!({ "ResourceTypes": GROUP })
}

fn at_schedule(kind: &str, id: &str, compliance: Compliance, annotation: &str) -> Evaluation {
    evaluation(kind, id, compliance, annotation, scheduled())
}

#[tokio::test]
async fn a_rule_on_groups_judges_every_group_and_nobody_else() {
    let aws = groups();
    evaluate(&schedule(&only_groups()), &aws).await.unwrap();
    assert_eq!(
        aws.evaluations(),
        [
            at_schedule(GROUP, DEVS_ID, NonCompliant, JUDGED),
            at_schedule(GROUP, "AGPAEXAMPLE0IDLERS", NotApplicable, EMPTY),
        ]
    );
}

#[tokio::test]
async fn a_group_has_the_same_verdict_on_a_change_as_in_a_sweep() {
    let aws = groups();
    let members =
        json!({ "resourceType": GROUP, "resourceId": DEVS_ID, "resourceName": null, "ARN": DEVS });
    let event =
        with(change(&item_with(&members)), "ruleParameters", only_groups().to_string().into());
    evaluate(&event, &aws).await.unwrap();
    assert_eq!(aws.evaluations(), [evaluation(GROUP, DEVS_ID, NonCompliant, JUDGED, captured())]);

    let members =
        json!({ "resourceType": GROUP, "resourceId": "AGPAEXAMPLE0EARLIER", "ARN": DEVS });
    let event =
        with(change(&item_with(&members)), "ruleParameters", only_groups().to_string().into());
    evaluate(&event, &aws).await.unwrap();
    assert_eq!(
        aws.evaluations()[1].annotation.as_deref(),
        Some("it was deleted, and another one has its name now")
    );
}

#[tokio::test]
async fn a_rule_on_users_and_roles_judges_no_groups_and_the_reverse() {
    let aws = groups();
    let members = json!({ "resourceType": GROUP, "resourceId": DEVS_ID, "ARN": DEVS });
    // Ada is judged, who is in it.
    evaluate(&change(&item_with(&members)), &aws).await.unwrap();
    let role =
        with(change(&crate::scene::item()), "ruleParameters", only_groups().to_string().into());
    evaluate(&role, &aws).await.unwrap();
    let told = aws.evaluations().into_iter().map(|it| (it.resource_id, it.annotation.unwrap()));
    let unknown = "not judged: the use of none of its 3 granted services is known";
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("AIDAEXAMPLE0ADAUSER1".to_owned(), unknown.to_owned()),
            (ID.to_owned(), "the rule judges IAM groups only".to_owned()),
        ]
    );
}

#[tokio::test]
async fn results_are_cleared_by_resource_type_where_a_group_is_gone_or_the_rule_judges_groups_now()
{
    let resource = |resource_type: &str, resource_id: &str| ReportedResult {
        resource_type: resource_type.to_owned(),
        resource_id: resource_id.to_owned(),
        compliance: Some(NonCompliant),
        invoked: None,
        recorded: None,
        annotation: None,
    };
    let reported = vec![
        resource(GROUP, DEVS_ID),
        resource(GROUP, "AGPAEXAMPLE0GONE"),
        resource(USER, "AIDAEXAMPLE0ADAUSER1"),
        resource(ROLE, "AROAEXAMPLE0APPROLE1"),
    ];
    let aws = groups().having_reported(reported);
    evaluate(&schedule(&only_groups()), &aws).await.unwrap();
    let [_, cleared] = aws.puts().try_into().unwrap();
    let only = "the rule judges IAM groups only";
    assert_eq!(
        cleared.evaluations,
        [
            at_schedule(GROUP, "AGPAEXAMPLE0GONE", NotApplicable, "it does not exist any more"),
            at_schedule(USER, "AIDAEXAMPLE0ADAUSER1", NotApplicable, only),
            at_schedule(ROLE, "AROAEXAMPLE0APPROLE1", NotApplicable, only),
        ]
    );
}

#[tokio::test]
async fn a_group_without_a_report_is_not_judged() {
    let aws = groups().without_report("devs", failed_report(DEVS));
    let summary = evaluate(&schedule(&only_groups()), &aws).await.unwrap();
    let why = "IAM could not make its service last accessed report: InternalError: try later";
    assert_eq!(
        (summary.not_judged[0].principal.as_str(), summary.not_judged[0].why.as_str()),
        (DEVS, why)
    );
    assert_eq!(
        aws.evaluations()[0],
        at_schedule(GROUP, DEVS_ID, NotApplicable, &format!("not judged: {why}"))
    );
}

#[tokio::test]
async fn a_group_is_logged_like_any_other_and_never_tagged() {
    let aws = groups();
    let settings = Settings { tag_principals: true, tag_services: true, ..Settings::default() };
    evaluate_with(&schedule(&only_groups()), &settings, &aws).await.unwrap();
    assert_eq!(aws.told(), ["put 2"]);
    assert_eq!(
        aws.lines()[1],
        json!({
            "level": "INFO", "msgtype": "summary", "entitytype": "group", "entityname": "devs",
            "entityarn": DEVS,
            "permissionsgranted": 3, "permissionsNOTused": 2, "permissionscoverage": 33,
            "permissionsunknown": 0, "index": 67, "compliance": "NON_COMPLIANT",
            "origins": [{ "group": null, "points": 67 }]
        })
    );
}
