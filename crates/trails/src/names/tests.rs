use super::*;

fn event(source: &str, name: &str) -> Vec<String> {
    words(Names::embedded().of_event(&format!("{source}.amazonaws.com"), name))
}

fn sdk(service: &str, name: &str) -> Vec<String> {
    words(Names::embedded().of_sdk_call(service, name))
}

fn words(meaning: Meaning) -> Vec<String> {
    match meaning {
        Meaning::Actions(actions) => actions.iter().map(ToString::to_string).collect(),
        Meaning::Services(services) => services.iter().map(|it| format!("{it}:?")).collect(),
        Meaning::NoAction => vec!["-".to_owned()],
        Meaning::Unknown => vec!["?".to_owned()],
    }
}

#[test]
fn every_line_of_the_tables_is_read_and_every_action_is_in_the_catalogue() {
    let catalog = Catalog::embedded();
    for line in OPERATIONS.lines().chain(SUPPLEMENT.lines()).filter(|it| !it.starts_with('#')) {
        let (call, actions) = line.split_once(' ').unwrap();
        assert!(call.split_once('.').is_some_and(|(_, name)| !name.is_empty()), "{line}");
        if actions != "-" {
            for action in actions.split(' ') {
                let id = catalog.find(action);
                assert!(id.is_some_and(|id| catalog.action(id).to_string() == action), "{line}");
            }
        }
    }
    let names = Names::embedded();
    for (service, prefixes) in names.events.iter().chain(&names.sdk) {
        for prefix in &prefixes.names {
            let is_known = catalog.service(prefix).is_some() || *prefix == "s3-control";
            assert!(is_known, "{service} = {prefix}");
        }
    }
    assert!(names.calls.len() > 400 && names.events.len() > 90 && names.sdk.len() > 120);
}

#[test]
fn most_calls_are_named_as_their_action_is_in_any_letter_case() {
    assert_eq!(event("iam", "CreateUser"), ["iam:CreateUser"]);
    assert_eq!(event("ec2", "describeinstances"), ["ec2:DescribeInstances"]);
    assert_eq!(event("s3", "GetBucketCors"), ["s3:GetBucketCORS"]);
}

#[test]
fn the_version_of_an_api_is_no_part_of_the_name_and_other_numbers_are() {
    for (source, name, action) in [
        ("lambda", "CreateFunction20150331", "lambda:CreateFunction"),
        ("lambda", "UpdateFunctionCode20150331v2", "lambda:UpdateFunctionCode"),
        ("lambda", "GetLayerVersionByArn20181031", "lambda:GetLayerVersion"),
        ("lambda", "PutFunctionConcurrency20171031", "lambda:PutFunctionConcurrency"),
        ("cloudfront", "ListDistributions2020_05_31", "cloudfront:ListDistributions"),
        ("cloudfront", "CreateInvalidation2016_01_28", "cloudfront:CreateInvalidation"),
        ("access-analyzer", "GetFindingV2", "access-analyzer:GetFinding"),
        ("securityhub", "GetFindingsV2", "securityhub:GetFindings"),
        ("s3", "ListObjectsV2", "s3:ListBucket"),
        ("sesv2", "GetAccount", "?"),
    ] {
        assert_eq!(event(source, name), [action], "{source} {name}");
    }
    assert_eq!(without_version("GetFindingV2"), None);
    assert_eq!(without_version("20150331"), None);
    assert_eq!(without_version("Get99999999"), None);
    assert_eq!(without_version("DescribeDhcp2"), None);
}

#[test]
fn an_event_source_is_found_under_its_iam_prefix() {
    for (source, name, action) in [
        ("monitoring", "PutMetricAlarm", "cloudwatch:PutMetricAlarm"),
        ("email", "SendEmail", "ses:SendEmail"),
        ("tagging", "GetResources", "tag:GetResources"),
        ("elasticloadbalancing", "CreateRule", "elasticloadbalancing:CreateRule"),
        ("elasticmapreduce", "RunJobFlow", "elasticmapreduce:RunJobFlow"),
        ("health", "DescribeEvents", "health:DescribeEvents"),
        ("models.lex", "PutBot", "lex:PutBot"),
        ("streams.dynamodb", "GetRecords", "dynamodb:GetRecords"),
        ("rdsdataapi", "ExecuteStatement", "rds-data:ExecuteStatement"),
        ("amazonmq", "CreateBroker", "mq:CreateBroker"),
        ("memory-db", "CreateCluster", "memorydb:CreateCluster"),
        ("s3express", "CreateSession", "s3express:CreateSession"),
        ("s3express", "PutObject", "s3express:CreateSession"),
        ("iotdata", "Publish", "iot:Publish"),
        ("entitlement.marketplace", "GetEntitlements", "aws-marketplace:GetEntitlements"),
        ("es", "ListDomainNames", "es:ListDomainNames"),
    ] {
        assert_eq!(event(source, name), [action], "{source} {name}");
    }
    let in_china = Names::embedded().of_event("sqs.amazonaws.com.cn", "SendMessage");
    assert_eq!(words(in_china), ["sqs:SendMessage"]);
}

#[test]
fn what_may_be_several_actions_is_all_of_them() {
    let domain = ["es:CreateDomain", "es:CreateElasticsearchDomain"];
    assert_eq!(event("es", "CreateDomain"), domain);
    let user = ["identitystore:CreateUser", "sso-directory:CreateUser"];
    assert_eq!(event("identitystore", "CreateUser"), user);
    let kms = ["kms:ReEncryptFrom", "kms:ReEncryptTo"];
    assert_eq!(event("kms", "ReEncrypt"), kms);
    assert_eq!(event("s3", "CopyObject"), ["s3:GetObject", "s3:PutObject"]);
    assert_eq!(event("apigateway", "CreateRestApi"), ["apigateway:POST", "apigateway:PUT"]);
    assert_eq!(event("apigateway", "GetRestApis"), ["apigateway:GET"]);
    let transact = ["ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"];
    let transact = transact.map(|name| format!("dynamodb:{name}"));
    assert_eq!(event("dynamodb", "TransactWriteItems"), transact);
    let scaling = ["autoscaling:DescribeScalingActivities"];
    let both = [scaling[0], "application-autoscaling:DescribeScalingActivities"];
    assert_eq!(event("autoscaling", "DescribeScalingActivities"), both);
    let connections = ["codestar-connections:CreateConnection", "codeconnections:CreateConnection"];
    assert_eq!(event("codestar-connections", "CreateConnection"), connections);
}

#[test]
fn what_has_no_action_is_told_from_what_is_not_known() {
    assert_eq!(event("signin", "ConsoleLogin"), ["-"]);
    assert_eq!(event("signin", "SwitchRole"), ["-"]);
    assert_eq!(event("signin", "CreateOAuth2Token"), ["signin:CreateOAuth2Token"]);
    assert_eq!(event("sso", "CreateToken"), ["-"]);
    assert_eq!(
        event("sso", "NoSuchCall"),
        ["sso:?", "sso-directory:?", "sso-oauth:?", "identitystore:?"]
    );
    assert_eq!(event("ec2", "NoSuchCall"), ["ec2:?"]);
    assert_eq!(event("nosuchservice", "GetObject"), ["?"]);
    assert_eq!(words(Names::embedded().of_event("s3.example.com", "GetObject")), ["?"]);
    assert_eq!(words(Names::embedded().of_event("", "")), ["?"]);
    assert_eq!(event("ec2", "*"), ["ec2:?"]);
    assert_eq!(event("signin", "*"), ["-"]);
}

#[test]
fn an_sdk_service_id_is_found_under_its_iam_prefix() {
    for (service, name, action) in [
        ("S3", "ListObjectsV2", "s3:ListBucket"),
        ("S3 Control", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"),
        ("S3", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
        ("S3 Control", "ListAccessPoints", "s3:ListAccessPoints"),
        ("DynamoDB", "PutItem", "dynamodb:PutItem"),
        ("STS", "AssumeRole", "sts:AssumeRole"),
        ("CloudWatch Logs", "PutLogEvents", "logs:PutLogEvents"),
        ("CloudWatch", "PutMetricData", "cloudwatch:PutMetricData"),
        ("Config Service", "DescribeConfigRules", "config:DescribeConfigRules"),
        ("SFN", "StartExecution", "states:StartExecution"),
        ("Elastic Load Balancing v2", "CreateRule", "elasticloadbalancing:CreateRule"),
        ("SESv2", "SendEmail", "ses:SendEmail"),
        ("ApiGatewayV2", "GetApis", "apigateway:GET"),
        ("ApiGatewayManagementApi", "PostToConnection", "execute-api:ManageConnections"),
        ("Lambda", "Invoke", "lambda:InvokeFunction"),
        ("Bedrock Runtime", "Converse", "bedrock:InvokeModel"),
        ("OpenSearch", "ListDomainNames", "es:ListDomainNames"),
        ("Secrets Manager", "GetSecretValue", "secretsmanager:GetSecretValue"),
        ("No Such Service", "Get", "?"),
    ] {
        assert_eq!(sdk(service, name), [action], "{service} {name}");
    }
}
