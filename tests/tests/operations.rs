//! The stack around the functions, end to end: every option at once, and what is given up.

use leastwise_e2e::seed::allow;
use leastwise_e2e::stand::{RULE, Stand};
use serde_json::{Value, json};

/// What the AWS CLI answers, as JSON.
fn asked(stand: &Stand, arguments: &[&str]) -> Value {
    let told = stand.aws(&[arguments, &["--output", "json"]].concat());
    serde_json::from_str(&told).unwrap()
}

#[tokio::test]
async fn the_stack_deploys_with_every_option_at_once() {
    let topic = "arn:aws:sns:us-east-1:111122223333:leastwise";
    let approvals = "arn:aws:sns:us-east-1:111122223333:Automation-approvals";
    let key = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000";
    let secret = "arn:aws:secretsmanager:us-east-1:111122223333:secret:score-AbCdEf";
    let stand = Stand::deployed(&[
        ("ExemptionList", "s3://lists/exempt.txt"),
        ("BreakGlassPrincipals", "break-glass-*"),
        ("AdminGroupName", "admins"),
        ("DoNotEnforceList", "s3://lists/leave.txt"),
        ("DoNotTagList", "s3://lists/untagged.txt"),
        ("EvaluateGroups", "true"),
        ("TagPrincipals", "true"),
        ("DetailLog", "true"),
        ("RequireApproval", "true"),
        ("Approvers", "mira,omar"),
        ("ApprovalTopicArn", approvals),
        ("Quarantine", "on"),
        ("ScoreProvider", "both"),
        ("ScoreSecretArn", secret),
        ("NotificationTopicArn", topic),
        ("AlarmTopicArn", topic),
        ("Tracing", "on"),
        ("KmsKeyArn", key),
        ("SubnetIds", "subnet-00000000"),
        ("SecurityGroupIds", "sg-00000000"),
    ])
    .await;
    let rules = asked(&stand, &["configservice", "describe-config-rules"]);
    let parameters = |at: usize| -> Value {
        serde_json::from_str(rules["ConfigRules"][at]["InputParameters"].as_str().unwrap()).unwrap()
    };
    let shared = json!({
        "BreakGlassPrincipals": "break-glass-*",
        "ExemptionList": "s3://lists/exempt.txt",
        "Threshold": "60"
    });
    let mut groups = shared.clone();
    groups["ResourceTypes"] = json!("AWS::IAM::Group");
    assert_eq!(parameters(0), groups);
    let mut principals = shared;
    principals["AdminGroupName"] = json!("admins");
    principals["ScoreProvider"] = json!("both");
    principals["ScoreSecretArn"] = json!(secret);
    assert_eq!(parameters(1), principals);

    let query = ["configservice", "describe-remediation-configurations", "--config-rule-names"];
    let remediation = asked(&stand, &[query.as_slice(), &[RULE]].concat());
    let remediation = &remediation["RemediationConfigurations"][0]["Parameters"];
    let told = |name: &str| remediation[name]["StaticValue"]["Values"].clone();
    assert_eq!(told("RequireApproval"), json!(["true"]));
    assert_eq!(told("Approvers"), json!(["mira", "omar"]));
    assert_eq!(told("ApprovalTopicArn"), json!([approvals]));
    assert_eq!(remediation.get("NoticeDays"), None, "only automatic remediation comes back");

    let alarms = asked(&stand, &["cloudwatch", "describe-alarms"]);
    let alarms = alarms["MetricAlarms"].as_array().unwrap();
    assert_eq!(alarms.len(), 12);
    assert!(alarms.iter().all(|alarm| alarm["AlarmActions"] == json!([topic])));
    let rules = asked(&stand, &["events", "list-rules"]);
    assert_eq!(rules["Rules"][0]["Name"], "leastwise-quarantine");
}

#[tokio::test]
async fn an_event_that_all_attempts_fail_on_is_kept_in_the_dead_letter_queue() {
    let stand = Stand::deployed(&[]).await;
    let user = stand.user("analyst").await;
    stand.user_inline("analyst", "all", &allow(&["s3:*"])).await;
    let denied = json!({
        "kind": "error", "operation": "config:PutEvaluations", "times": null,
        "code": "AccessDeniedException", "message": "not authorized"
    });
    stand.faults(&json!([denied]));
    let answer = stand.deliver("ConfigurationItemChangeNotification", &user.id);
    assert_eq!(answer["functionError"], "Unhandled", "{answer}");
    let url = ["sqs", "get-queue-url", "--queue-name", "leastwise-dead-letters"];
    let url = asked(&stand, &url)["QueueUrl"].as_str().unwrap().to_owned();
    let dead = stand.messages(&url);
    let event: Value = serde_json::from_str(dead[0]["Body"].as_str().unwrap()).unwrap();
    assert_eq!((dead.len(), &event["configRuleName"]), (1, &json!(RULE)));
    assert!(event["invokingEvent"].as_str().unwrap().contains(&user.id));

    stand.faults(&json!([]));
    let answer = stand.deliver("ConfigurationItemChangeNotification", &user.id);
    assert_eq!(answer["functionError"], Value::Null);
    assert_eq!(stand.messages(&url), Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_published_can_be_read_and_lists_lie_where_their_uri_says() {
    let stand = Stand::empty().await;
    let topic = stand.topic("leastwise");
    for text in ["first", "second"] {
        let given = ["--topic-arn", &topic.arn, "--subject", "Leastwise", "--message", text];
        stand.aws(&[["sns", "publish"].as_slice(), &given].concat());
    }
    let said = |text: &str| ("Leastwise".to_owned(), text.to_owned());
    assert_eq!(stand.published(&topic), [said("first"), said("second")]);
    assert_eq!(stand.published(&topic), []);
    let uri = stand.list("team/exempt.txt", "break-glass-*\n");
    assert_eq!(stand.aws(&["s3", "cp", &uri, "-"]), "break-glass-*\n");
    assert_eq!(stand.list("team/exempt.txt", "/ops/\n"), uri);
    assert_eq!(stand.aws(&["s3", "cp", &uri, "-"]), "/ops/\n");
}
