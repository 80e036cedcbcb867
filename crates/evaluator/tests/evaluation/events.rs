//! Events as AWS Config sends them, and as people write them.

use crate::scene::{ARN, ID, ROLE, change, event, item, item_with, schedule, scheduled, with};
use leastwise_evaluator::event::{Invocation, Item, Trigger};
use leastwise_evaluator::parameters::RuleParameters;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn message(event: &Value) -> String {
    Invocation::parse(event).unwrap_err().to_string()
}

fn orders_worker(status: &str) -> Item {
    Item {
        resource_type: ROLE.to_owned(),
        resource_id: "AROAEXAMPLE0000000001".to_owned(),
        resource_name: Some("orders-worker".to_owned()),
        arn: Some("arn:aws:iam::111122223333:role/service-role/orders/orders-worker".to_owned()),
        configuration_item_status: status.to_owned(),
        configuration_item_capture_time: "2026-11-01T10:00:00Z".parse().unwrap(),
        aws_account_id: Some("111122223333".to_owned()),
    }
}

/// What the sample events of the rule read as: what they are about and whether it has left the scope.
fn samples() -> BTreeMap<&'static str, Result<(Trigger, bool), &'static str>> {
    let worker = || orders_worker("OK");
    let alice = |status: &str, name: Option<&str>, captured: &str| Item {
        resource_type: "AWS::IAM::User".to_owned(),
        resource_id: "AIDAEXAMPLE0000000001".to_owned(),
        resource_name: name.map(ToOwned::to_owned),
        arn: Some("arn:aws:iam::111122223333:user/staff/alice".to_owned()),
        configuration_item_status: status.to_owned(),
        configuration_item_capture_time: captured.parse().unwrap(),
        aws_account_id: Some("111122223333".to_owned()),
    };
    let support = Item {
        resource_id: "AROAEXAMPLE0000000002".to_owned(),
        resource_name: Some("AWSServiceRoleForSupport".to_owned()),
        arn: Some(
            "arn:aws:iam::111122223333:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport".to_owned(),
        ),
        ..worker()
    };
    let bad = "the rule is set up wrongly: parameter `UnusedAfterDays` is `500`; allowed is a whole number from 1 to 400";
    BTreeMap::from([
        ("change-role.json", Ok((Trigger::Change(worker()), false))),
        ("change-role-bad-parameter.json", Err(bad)),
        ("change-role-left-scope.json", Ok((Trigger::Change(worker()), true))),
        ("change-role-service-linked.json", Ok((Trigger::Change(support), false))),
        ("change-role-with-boundary.json", Ok((Trigger::Change(worker()), false))),
        (
            "change-user.json",
            Ok((Trigger::Change(alice("OK", Some("alice"), "2026-11-01T10:00:00Z")), false)),
        ),
        (
            "change-user-deleted.json",
            Ok((Trigger::Change(alice("ResourceDeleted", None, "2026-11-02T10:00:00Z")), false)),
        ),
        ("oversized-role.json", Ok((Trigger::Oversized(worker()), false))),
        (
            "scheduled.json",
            Ok((Trigger::Schedule("2026-11-01T21:50:00.373Z".parse().unwrap()), false)),
        ),
    ])
}

#[test]
fn every_sample_event_of_the_rule_reads_as_what_it_is_a_sample_of() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../rdk-rules/IAM_PRIVILEGE_CREEP_INDEX/sample-events");
    let mut samples = samples();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let expected = samples.remove(name.as_str());
        let expected = expected.unwrap_or_else(|| panic!("a sample that no test knows: `{name}`"));
        let event = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        match (Invocation::parse(&event), expected) {
            (Ok(invocation), Ok((trigger, left_scope))) => assert_eq!(
                invocation,
                Invocation {
                    trigger,
                    parameters: RuleParameters::default(),
                    result_token: "TESTMODE".to_owned(),
                    rule_name: Some("iam-privilege-creep-index".to_owned()),
                    account: Some("111122223333".to_owned()),
                    partition: "aws".to_owned(),
                    left_scope,
                },
                "{name}"
            ),
            (Err(error), Err(expected)) => assert_eq!(error.to_string(), expected, "{name}"),
            (read, expected) => panic!("`{name}` is {expected:?}, and reads as {read:?}"),
        }
    }
    assert_eq!(samples, BTreeMap::new(), "samples that are gone");
}

#[test]
fn an_event_needs_its_notification_and_its_token_and_nothing_else() {
    let notification =
        json!({ "messageType": "ScheduledNotification", "notificationCreationTime": scheduled() });
    let bare = json!({ "invokingEvent": notification.to_string(), "resultToken": "t" });
    let expected = Invocation {
        trigger: Trigger::Schedule(scheduled()),
        parameters: RuleParameters::default(),
        result_token: "t".to_owned(),
        rule_name: None,
        account: None,
        partition: "aws".to_owned(),
        left_scope: false,
    };
    assert_eq!(Invocation::parse(&bare).unwrap(), expected);
    let nulls = json!({
        "invokingEvent": notification.to_string(),
        "resultToken": "t",
        "ruleParameters": null,
        "eventLeftScope": null,
        "configRuleName": null,
        "configRuleArn": null,
        "accountId": null,
        "somethingNew": { "version": 2 }
    });
    assert_eq!(Invocation::parse(&nulls).unwrap(), expected);
    let empty = with(bare, "ruleParameters", "".into());
    assert_eq!(Invocation::parse(&empty).unwrap(), expected);
}

#[test]
fn an_item_needs_no_name_no_arn_and_no_configuration() {
    let item = item_with(&json!({
        "ARN": null, "resourceName": null, "configuration": null, "awsAccountId": null
    }));
    let Trigger::Change(read) = Invocation::parse(&change(&item)).unwrap().trigger else {
        panic!("no change")
    };
    assert_eq!((read.arn, read.resource_name, read.aws_account_id), (None, None, None));
    assert_eq!(read.resource_id, ID);
}

#[test]
fn the_role_to_assume_is_in_the_account_and_the_partition_of_the_event() {
    let parameters = json!({ "ExecutionRoleName": "rules/evaluate" });
    let china = "arn:aws-cn:config:cn-north-1:111122223333:config-rule/config-rule-abc123";
    let event = with(schedule(&parameters), "configRuleArn", china.into());
    assert_eq!(
        Invocation::parse(&event).unwrap().execution_role().as_deref(),
        Some("arn:aws-cn:iam::111122223333:role/rules/evaluate")
    );
    // The account of the resource counts, not that of the rule.
    let elsewhere = item_with(&json!({ "awsAccountId": "444455556666" }));
    let event = with(change(&elsewhere), "ruleParameters", parameters.to_string().into());
    assert_eq!(
        Invocation::parse(&event).unwrap().execution_role().as_deref(),
        Some("arn:aws:iam::444455556666:role/rules/evaluate")
    );
    assert_eq!(Invocation::parse(&schedule(&json!({}))).unwrap().execution_role(), None);
}

#[test]
fn a_role_is_never_left_unassumed_for_want_of_an_account() {
    let notification =
        json!({ "messageType": "ScheduledNotification", "notificationCreationTime": scheduled() });
    let event = json!({
        "invokingEvent": notification.to_string(),
        "ruleParameters": r#"{"ExecutionRoleName":"evaluate"}"#,
        "resultToken": "t"
    });
    assert_eq!(
        message(&event),
        "parameter `ExecutionRoleName` is `evaluate`, and the event names no account to assume it in"
    );
}

#[test]
fn a_malformed_event_is_told_what_is_wrong_with_it() {
    let envelope =
        |fault: &str| format!("the event is not that of an AWS Config custom rule: {fault}");
    let notification =
        |fault: &str| format!("`invokingEvent` is not a notification of AWS Config: {fault}");
    let unsupported = |kind: &str| {
        format!(
            "message type `{kind}` is not supported; the rule takes ConfigurationItemChangeNotification, \
             OversizedConfigurationItemChangeNotification and ScheduledNotification"
        )
    };
    let of = |notification: Value| event(&notification, &json!({}));
    let timeless = {
        let mut item = item();
        item.as_object_mut().unwrap().remove("configurationItemCaptureTime");
        item
    };
    let cases = [
        (json!([]), envelope("invalid length 0, expected a JSON object")),
        (json!("x"), envelope("invalid type: string \"x\", expected a JSON object")),
        (json!({}), envelope("missing field `invokingEvent`")),
        (json!({ "invokingEvent": "{}" }), envelope("missing field `resultToken`")),
        (
            with(change(&item()), "eventLeftScope", "maybe".into()),
            envelope("`eventLeftScope` is `\"maybe\"`, not true or false"),
        ),
        (
            with(change(&item()), "invokingEvent", "{".into()),
            notification("EOF while parsing an object at line 1 column 1"),
        ),
        (of(json!({})), notification("missing field `messageType`")),
        (
            of(json!({ "messageType": "ConfigurationItemChangeNotification" })),
            notification("missing field `configurationItem`"),
        ),
        (
            of(
                json!({ "messageType": "ConfigurationItemChangeNotification", "configurationItem": null }),
            ),
            notification("missing field `configurationItem`"),
        ),
        (
            of(json!({ "messageType": "OversizedConfigurationItemChangeNotification" })),
            notification("missing field `configurationItemSummary`"),
        ),
        (
            of(json!({ "messageType": "ScheduledNotification" })),
            notification("missing field `notificationCreationTime`"),
        ),
        (
            of(json!({ "messageType": "ConfigurationSnapshotDeliveryCompleted" })),
            unsupported("ConfigurationSnapshotDeliveryCompleted"),
        ),
        (of(json!({ "messageType": "" })), unsupported("")),
    ];
    for (event, expected) in cases {
        assert_eq!(message(&event), expected, "{event}");
    }
    let timeless = message(&change(&timeless));
    assert_eq!(timeless, notification("missing field `configurationItemCaptureTime`"));
}

#[test]
fn a_bad_parameter_is_named_with_its_value_and_what_is_allowed() {
    for (parameters, expected) in [
        (
            json!({ "Threshold": "high" }),
            "parameter `Threshold` is `high`; allowed is a whole number from 0 to 100",
        ),
        (
            json!({ "UnusedAfterDays": 0 }),
            "parameter `UnusedAfterDays` is `0`; allowed is a whole number from 1 to 400",
        ),
        (
            json!({ "MinimumAgeDays": "401" }),
            "parameter `MinimumAgeDays` is `401`; allowed is a whole number from 0 to 400",
        ),
        (
            json!({ "Weighting": true }),
            "parameter `Weighting` is `true`; allowed is `risk` or `uniform`",
        ),
        (
            json!({ "Weighting": "reach" }),
            "parameter `Weighting` is `reach`; allowed is `risk` or `uniform` in a deployment, since `reach` needs the \
             whole account: that is for `leastwise index` and `leastwise plan`",
        ),
        (
            json!({ "ExemptPrincipals": "ops/deploy" }),
            "parameter `ExemptPrincipals` is `ops/deploy`; allowed is names, ARNs of users, roles and groups, and paths such as \
             `/ops/`, separated by commas, with `*` and `?` as wildcards",
        ),
        (json!([]), "`ruleParameters` is not a JSON object"),
    ] {
        assert_eq!(
            message(&schedule(&parameters)),
            format!("the rule is set up wrongly: {expected}")
        );
    }
    assert_eq!(Invocation::parse(&change(&item())).unwrap().parameters, RuleParameters::default());
    assert_eq!(item()["ARN"], ARN);
}
