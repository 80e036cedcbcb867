//! Changes of managed policies and groups, which are carried by principals.

use crate::scene::{
    BUSY, IDLE, IDLE_ANNOTATION, ROLE, USER, account, captured, change, evaluate, evaluation,
    item_with, old, summary, with,
};
use chrono::TimeDelta;
use leastwise_aws::ports::Compliance::{Compliant, NonCompliant};
use leastwise_aws::ports::{Evaluation, ReportedResult};
use leastwise_testing::aws::Fake;
use serde_json::{Value, json};

const POLICY: &str = "arn:aws:iam::111122223333:policy/team/deploy";

fn policy_item(members: &Value) -> Value {
    let policy = json!({
        "resourceType": "AWS::IAM::Policy",
        "resourceId": "ANPAEXAMPLE0DEPLOYPOL",
        "resourceName": "deploy",
        "ARN": POLICY,
    });
    let mut item = item_with(&policy);
    item.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    item
}

fn group_item() -> Value {
    item_with(&json!({
        "resourceType": "AWS::IAM::Group",
        "resourceId": "AGPAEXAMPLE0DEVGROUP",
        "resourceName": "devs",
        "ARN": "arn:aws:iam::111122223333:group/devs",
    }))
}

/// Ada is in the group `devs`, to which the policy is attached; it is attached to the role `cio`,
/// too, and bounds the role `day`. Ben and the role `eve` do not carry it.
fn five() -> Fake {
    let attached = json!([{ "PolicyName": "deploy", "PolicyArn": POLICY }]);
    let mut ada = old("arn:aws:iam::111122223333:user/ada", "AIDAEXAMPLE0ADAUSER1");
    ada["GroupList"] = json!(["devs"]);
    let ben = old("arn:aws:iam::111122223333:user/ben", "AIDAEXAMPLE0BENUSER1");
    let mut cio = old("arn:aws:iam::111122223333:role/cio", "AROAEXAMPLE0CIOROLE1");
    cio["AttachedManagedPolicies"] = attached.clone();
    let mut day = old("arn:aws:iam::111122223333:role/day", "AROAEXAMPLE0DAYROLE1");
    day["PermissionsBoundary"] = json!({ "PermissionsBoundaryArn": POLICY });
    let eve = old("arn:aws:iam::111122223333:role/eve", "AROAEXAMPLE0EVEROLE1");
    let mut details = account(&[ada, ben, cio, day, eve]);
    details["GroupDetailList"] = json!([{
        "Arn": "arn:aws:iam::111122223333:group/devs", "GroupName": "devs",
        "GroupId": "AGPAEXAMPLE0DEVGROUP", "AttachedManagedPolicies": attached,
    }]);
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }]
    });
    details["Policies"] = json!([{
        "Arn": POLICY, "DefaultVersionId": "v2",
        "PolicyVersionList": [{ "VersionId": "v2", "IsDefaultVersion": true, "Document": document }],
    }]);
    let all = ["ada", "ben", "cio", "day", "eve"];
    all.iter().fold(Fake::of_account(details), |aws, name| aws.using(name, &IDLE))
}

fn idle(resource_type: &str, id: &str) -> Evaluation {
    evaluation(resource_type, id, NonCompliant, IDLE_ANNOTATION, captured())
}

fn carriers() -> [Evaluation; 3] {
    let used = "PCI 0 low: 0 of 1 granted services idle";
    [
        idle(USER, "AIDAEXAMPLE0ADAUSER1"),
        idle(ROLE, "AROAEXAMPLE0CIOROLE1"),
        // Its boundary leaves it S3 alone.
        evaluation(ROLE, "AROAEXAMPLE0DAYROLE1", Compliant, used, captured()),
    ]
}

#[tokio::test]
async fn a_changed_policy_has_everybody_judged_who_carries_it_and_nobody_else() {
    let aws = five();
    assert_eq!(
        summary(&change(&policy_item(&json!({}))), &aws).await,
        r#"{"evaluated":3,"compliant":1,"nonCompliant":2,"notApplicable":0,"unchanged":0,"notJudged":[]}"#
    );
    assert_eq!(aws.evaluations(), carriers());
}

#[tokio::test]
async fn a_changed_group_has_its_members_judged() {
    let aws = five();
    evaluate(&change(&group_item()), &aws).await.unwrap();
    assert_eq!(aws.evaluations(), [idle(USER, "AIDAEXAMPLE0ADAUSER1")]);
}

#[tokio::test]
async fn a_rule_that_judges_groups_judges_those_that_carry_the_policy() {
    let aws = five().using("devs", &BUSY);
    let groups = json!({ "ResourceTypes": "AWS::IAM::Group" });
    let event = change(&policy_item(&json!({})));
    evaluate(&with(event, "ruleParameters", groups.to_string().into()), &aws).await.unwrap();
    let ids: Vec<String> = aws.evaluations().into_iter().map(|it| it.resource_id).collect();
    assert_eq!(ids, ["AGPAEXAMPLE0DEVGROUP"]);
}

#[tokio::test]
async fn whoever_was_judged_by_a_run_that_began_after_the_change_is_not_judged_again() {
    let result = |id: &str, compliance, invoked: TimeDelta| ReportedResult {
        resource_type: ROLE.to_owned(),
        resource_id: id.to_owned(),
        compliance: Some(compliance),
        invoked: Some(captured() + invoked),
        recorded: Some(captured() + TimeDelta::minutes(1)),
        annotation: None,
    };
    let aws = five().having_reported(vec![
        result("AROAEXAMPLE0CIOROLE1", NonCompliant, TimeDelta::seconds(1)),
        // It was recorded after the change, and read before it.
        result("AROAEXAMPLE0DAYROLE1", NonCompliant, TimeDelta::seconds(-1)),
    ]);
    evaluate(&change(&policy_item(&json!({}))), &aws).await.unwrap();
    let [ada, _, day] = carriers();
    assert_eq!(aws.evaluations(), [ada, day]);
}

#[tokio::test]
async fn what_is_no_change_of_now_has_nobody_judged() {
    let long_ago = captured() - TimeDelta::hours(2);
    for members in [
        json!({ "configurationItemStatus": "ResourceDiscovered" }),
        json!({ "configurationItemStatus": "ResourceDeleted" }),
        json!({ "configurationItemCaptureTime": long_ago }),
        json!({ "ARN": "arn:aws:iam::111122223333:policy/nobodys" }),
    ] {
        let aws = five();
        evaluate(&change(&policy_item(&members)), &aws).await.unwrap();
        let puts: Vec<usize> = aws.puts().iter().map(|put| put.evaluations.len()).collect();
        assert_eq!(puts, [0], "{members}");
        assert!(!aws.calls().contains(&"last_accessed"), "{members}");
    }
}
