//! The stack around the functions, end to end: every option at once, and what is given up.

use leastwise_e2e::seed::{allow, boundary_arn};
use leastwise_e2e::stand::{RULE, Stand};
use leastwise_e2e::workspace;
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
    let topics_key = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000001";
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
        ("TopicKmsKeyArn", topics_key),
        ("ReservedConcurrency", "5"),
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
    let remediation = &remediation["RemediationConfigurations"][0];
    assert_eq!(
        remediation["ExecutionControls"]["SsmControls"],
        json!({ "ConcurrentExecutionRatePercentage": 100, "ErrorPercentage": 100 })
    );
    let remediation = &remediation["Parameters"];
    let told = |name: &str| remediation[name]["StaticValue"]["Values"].clone();
    assert_eq!(told("RequireApproval"), json!(["true"]));
    assert_eq!(told("Approvers"), json!(["mira", "omar"]));
    assert_eq!(told("ApprovalTopicArn"), json!([approvals]));
    assert_eq!(remediation.get("NoticeDays"), None, "only automatic remediation comes back");

    let alarms = asked(&stand, &["cloudwatch", "describe-alarms"]);
    let alarms = alarms["MetricAlarms"].as_array().unwrap();
    assert_eq!(alarms.len(), 16);
    assert!(alarms.iter().all(|alarm| alarm["AlarmActions"] == json!([topic])));
    let rules = asked(&stand, &["events", "list-rules"]);
    let mut rules = each(&rules["Rules"], "/Name");
    rules.sort_unstable();
    assert_eq!(rules, ["leastwise-denials", "leastwise-quarantine"]);
    let automation = ["iam", "list-role-policies", "--role-name", "leastwise-automation"];
    let automation = asked(&stand, &automation);
    let mut policies = each(&automation["PolicyNames"], "");
    policies.sort_unstable();
    assert_eq!(policies, ["ask-for-approval", "encrypt-questions", "invoke-remediator"]);
}

/// The texts at the ends of a path, of each entry of a list.
fn each<'a>(list: &'a Value, path: &str) -> Vec<&'a str> {
    let entries = list.as_array().unwrap().iter();
    entries.map(|entry| entry.pointer(path).and_then(Value::as_str).unwrap_or("none")).collect()
}

#[tokio::test]
async fn settings_of_operations_reach_functions_logs_roles_and_rules() {
    let key = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000";
    let boundary = "arn:aws:iam::111122223333:policy/limits";
    let stand = Stand::deployed(&[
        ("Tracing", "on"),
        ("LogRetentionDays", "30"),
        ("KmsKeyArn", key),
        ("PermissionsBoundaryArn", boundary),
        ("EvaluateGroups", "true"),
        ("EvaluationFrequency", "Six_Hours"),
        ("AutomaticRemediation", "true"),
        ("MaximumAutomaticAttempts", "7"),
        ("RetryAttemptSeconds", "7200"),
    ])
    .await;
    let groups = asked(&stand, &["logs", "describe-log-groups"])["logGroups"].clone();
    let kept: Vec<(&str, &Value)> = groups
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (group["logGroupName"].as_str().unwrap(), &group["retentionInDays"]))
        .collect();
    let days = json!(30);
    let logs = ["/aws/lambda/leastwise-evaluator", "/aws/lambda/leastwise-remediator"];
    assert_eq!(kept, logs.map(|log| (log, &days)));
    for (function, log) in ["leastwise-evaluator", "leastwise-remediator"].into_iter().zip(logs) {
        let query = ["lambda", "get-function-configuration", "--function-name", function];
        let made = asked(&stand, &query);
        assert_eq!(made["LoggingConfig"]["LogGroup"], log, "{function}");
        assert_eq!(made["TracingConfig"]["Mode"], "Active", "{function}");
        assert_eq!(made["KMSKeyArn"], key, "{function}");
        let query = ["iam", "list-attached-role-policies", "--role-name", function];
        let attached = asked(&stand, &query)["AttachedPolicies"].clone();
        let traces = each(&attached, "/PolicyArn")[0];
        let permitted = stand.policy_document(traces).await["Statement"][0]["Action"].clone();
        assert_eq!(permitted, json!(["xray:PutTelemetryRecords", "xray:PutTraceSegments"]));
    }
    let own = asked(&stand, &["iam", "list-roles", "--path-prefix", "/leastwise/"]);
    let mut bounded = Vec::new();
    for name in each(&own["Roles"], "/RoleName") {
        let role = asked(&stand, &["iam", "get-role", "--role-name", name]);
        let by = &role["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"];
        bounded.push((name.to_owned(), by.as_str().unwrap_or("none").to_owned()));
    }
    bounded.sort();
    let all = [
        "leastwise-automation",
        "leastwise-evaluator",
        "leastwise-remediator",
        "leastwise-schedule",
    ];
    assert_eq!(bounded, all.map(|name| (name.to_owned(), boundary.to_owned())));
    let schedule = ["iam", "list-role-policies", "--role-name", "leastwise-schedule"];
    let schedule = asked(&stand, &schedule);
    let mut policies = each(&schedule["PolicyNames"], "");
    policies.sort_unstable();
    assert_eq!(policies, ["encrypt-lost-calls", "start-document"]);

    let rules = asked(&stand, &["configservice", "describe-config-rules"]);
    let rules = rules["ConfigRules"].as_array().unwrap();
    assert_eq!(rules.len(), 2);
    for rule in rules {
        let triggers: Vec<(&str, &str)> = each(&rule["Source"]["SourceDetails"], "/MessageType")
            .into_iter()
            .zip(each(&rule["Source"]["SourceDetails"], "/MaximumExecutionFrequency"))
            .collect();
        assert_eq!(
            triggers,
            [
                ("ConfigurationItemChangeNotification", "none"),
                ("OversizedConfigurationItemChangeNotification", "none"),
                ("ScheduledNotification", "Six_Hours"),
            ],
            "{}",
            rule["ConfigRuleName"]
        );
    }
    let query = ["configservice", "describe-remediation-configurations", "--config-rule-names"];
    let remediation = asked(&stand, &[query.as_slice(), &[RULE]].concat());
    let remediation = &remediation["RemediationConfigurations"][0];
    assert_eq!(remediation["Automatic"], true);
    assert_eq!(remediation["MaximumAutomaticAttempts"], 7);
    assert_eq!(remediation["RetryAttemptSeconds"], 7200);
    let rates = json!({ "ConcurrentExecutionRatePercentage": 1, "ErrorPercentage": 100 });
    assert_eq!(remediation["ExecutionControls"]["SsmControls"], rates);
}

#[tokio::test]
async fn attempts_that_run_out_are_an_exception_and_once_that_is_deleted_the_principal_is_bounded()
{
    let stand = Stand::deployed(&[
        ("AutomaticRemediation", "true"),
        ("NotPrincipalChecked", "true"),
        ("MaximumAutomaticAttempts", "2"),
    ])
    .await;
    let user = stand.user("analyst").await;
    stand.user_inline("analyst", "all", &allow(&["s3:*", "sqs:*", "kms:*"])).await;
    stand.uses(&user, &[("s3", 1)]);
    let denied = json!({
        "kind": "error", "operation": "iam:PutUserPermissionsBoundary", "times": null,
        "code": "AccessDenied", "message": "not authorized"
    });
    stand.faults(&json!([denied]));
    let exceptions = || {
        let query = ["configservice", "describe-remediation-exceptions", "--config-rule-name"];
        let told = asked(&stand, &[query.as_slice(), &[RULE]].concat());
        told["RemediationExceptions"].clone()
    };
    let attempts = || {
        let told = asked(&stand, &["ssm", "describe-automation-executions"]);
        told["AutomationExecutionMetadataList"].as_array().unwrap().len()
    };
    assert_eq!(stand.evaluate(&user).await.compliance, "NON_COMPLIANT");
    // The state is FAILED after the first attempt already.
    let begun = std::time::Instant::now();
    while exceptions() == json!([]) && begun.elapsed().as_secs() < 60 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(each(&exceptions(), "/ResourceId"), [user.id.as_str()]);
    // Every failure is a failed execution, otherwise AWS Config would not count it.
    assert_eq!(attempts(), 2);
    assert_eq!(stand.snapshot(&user).await.boundary, None);

    // The cause is gone and the exception is not: the user is judged, and left alone.
    stand.faults(&json!([]));
    assert_eq!(stand.evaluate(&user).await.compliance, "NON_COMPLIANT");
    assert_eq!((attempts(), stand.snapshot(&user).await.boundary), (2, None));

    let keys = format!("ResourceType=AWS::IAM::User,ResourceId={}", user.id);
    let delete = ["configservice", "delete-remediation-exceptions", "--config-rule-name", RULE];
    stand.aws(&[delete.as_slice(), &["--resource-keys", &keys]].concat());
    stand.evaluate(&user).await;
    assert_eq!(stand.remediation_end(&user).await, None);
    assert_eq!(stand.snapshot(&user).await.boundary, Some(boundary_arn(&user)));
}

#[tokio::test]
async fn the_conformance_pack_brings_rule_and_remediation_to_a_stack_without_its_own() {
    let stand = Stand::deployed(&[
        ("CreateRule", "false"),
        ("PreserveReads", "true"),
        ("EnforceNotices", "true"),
        ("NoticeDays", "30"),
    ])
    .await;
    let rules =
        || asked(&stand, &["configservice", "describe-config-rules"])["ConfigRules"].clone();
    assert_eq!(rules(), json!([]));
    // A pack is a template: what AWS Config makes of it is the stack that CloudFormation makes.
    let file = workspace::root().join("cloudformation/conformance-pack.yaml");
    let text = std::fs::read_to_string(file).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("pack.yaml");
    std::fs::write(&pack, text.replace("arn:PARTITION:", "arn:aws:")).unwrap();
    let evaluator =
        "EvaluatorFunctionArn=arn:aws:lambda:us-east-1:111122223333:function:leastwise-evaluator";
    // By its ARN: the stand loses what a stack exports.
    let given = [evaluator, "PreserveReads=true", "MinimumAgeDays=0"];
    let deploy = ["cloudformation", "deploy", "--stack-name", "leastwise-pack", "--template-file"];
    let pack = [pack.to_str().unwrap(), "--parameter-overrides"];
    stand.aws(&[deploy.as_slice(), &pack, &given].concat());
    let parameters: Value =
        serde_json::from_str(rules()[0]["InputParameters"].as_str().unwrap()).unwrap();
    assert_eq!(
        parameters,
        json!({ "MinimumAgeDays": "0", "PreserveReads": "true", "Threshold": "60" })
    );
    let user = stand.user("analyst").await;
    stand.user_inline("analyst", "all", &allow(&["s3:*", "sqs:*", "kms:*"])).await;
    stand.uses(&user, &[("s3", 1)]);
    assert_eq!(stand.evaluate(&user).await.compliance, "NON_COMPLIANT");
    assert_eq!(stand.remediate(&user).await, None);
    assert_eq!(stand.snapshot(&user).await.boundary, Some(boundary_arn(&user)));
    // The schedule is the stack's, with the days that the pack's notices have.
    let schedule = ["scheduler", "get-schedule", "--name", "leastwise-enforce-notices"];
    let input = asked(&stand, &schedule)["Target"]["Input"].as_str().unwrap().to_owned();
    let input: Value = serde_json::from_str(&input).unwrap();
    assert_eq!(input["Parameters"]["NoticeDays"], json!(["30"]));
    assert_eq!(stand.schedule().await.answers["enforce"]["status"], "NOOP");
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
