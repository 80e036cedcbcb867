use super::*;
use crate::iam::UnreadableDocument;
use crate::testing::statements;
use leastwise_policy::document::DocumentError;

const NAME: &str = "folder/answer.json";

/// A policy that lets the role `app` do something.
fn grant(action: &str) -> Value {
    let app = json!({ "AWS": "arn:aws:iam::111122223333:role/app" });
    json!({ "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Principal": app, "Action": action }] })
}

fn text(action: &str) -> String {
    grant(action).to_string()
}

/// The one policy that should come of an answer.
fn one(service: Option<&str>, resource: &str, action: &str) -> Vec<ResourcePolicy> {
    vec![ResourcePolicy {
        service: service.map(str::to_owned),
        resource: resource.to_owned(),
        document: Ok(statements(grant(action)["Statement"].clone())),
    }]
}

fn read(answer: &Value) -> Result<Vec<ResourcePolicy>, AnswerError> {
    read_answer(answer, NAME)
}

#[test]
fn each_operation_has_its_own_way_to_print_a_policy() {
    let arn = |service: &str, resource: &str| {
        format!("arn:aws:{service}:eu-west-1:111122223333:{resource}")
    };
    let (secret, bus) = (arn("secretsmanager", "secret:db"), arn("events", "event-bus/default"));
    let (queue, topic) = (arn("sqs", "orders"), arn("sns", "alarms"));
    let (domain, search) = (arn("codeartifact", "domain/acme"), arn("es", "domain/logs"));
    let vault = arn("backup", "backup-vault:main");
    let role = "arn:aws:iam::111122223333:role/deploy";
    for (answer, service, resource, action) in [
        (json!({ "Policy": text("s3:GetObject") }), None, NAME, "s3:GetObject"),
        (
            json!({ "Policy": text("kms:Decrypt"), "PolicyName": "default" }),
            None,
            NAME,
            "kms:Decrypt",
        ),
        (
            json!({ "registryId": "1", "repositoryName": "web", "policyText": text("ecr:*") }),
            None,
            NAME,
            "ecr:*",
        ),
        (
            json!({ "ARN": secret, "Name": "db", "ResourcePolicy": text("secretsmanager:Get*") }),
            Some("secretsmanager"),
            &secret,
            "secretsmanager:Get*",
        ),
        (
            json!({ "EventBuses": [{ "Name": "default", "Arn": bus, "Policy": text("events:*") }] }),
            Some("events"),
            &bus,
            "events:*",
        ),
        (
            json!({ "Attributes": { "QueueArn": queue, "Policy": text("SQS:SendMessage") } }),
            Some("sqs"),
            &queue,
            "SQS:SendMessage",
        ),
        (
            json!({ "Attributes": { "TopicArn": topic, "DeliveryPolicy": "{}",
                                    "Policy": text("SNS:Publish") } }),
            Some("sns"),
            &topic,
            "SNS:Publish",
        ),
        (
            json!({ "DomainStatus": { "ARN": search, "AccessPolicies": text("es:ESHttpGet") } }),
            Some("es"),
            &search,
            "es:ESHttpGet",
        ),
        (
            json!({ "policy": { "resourceArn": domain, "document": text("codeartifact:Read*") } }),
            Some("codeartifact"),
            &domain,
            "codeartifact:Read*",
        ),
        (
            json!({ "BackupVaultArn": vault, "Policy": text("backup:CopyFromBackupVault") }),
            Some("backup"),
            &vault,
            "backup:CopyFromBackupVault",
        ),
        (
            json!({ "GetResourcePoliciesResponseList": [{ "PolicyInJson": text("glue:GetTable") }] }),
            None,
            NAME,
            "glue:GetTable",
        ),
        (
            json!({ "id": "a1", "apiKeySource": "HEADER",
                    "policy": text("execute-api:Invoke").replace('"', "\\\"") }),
            None,
            NAME,
            "execute-api:Invoke",
        ),
        (
            json!({ "Role": { "Arn": role, "AssumeRolePolicyDocument": grant("sts:AssumeRole") } }),
            Some("iam"),
            role,
            "sts:AssumeRole",
        ),
        (grant("s3:PutObject"), None, NAME, "s3:PutObject"),
    ] {
        assert_eq!(read(&answer), Ok(one(service, resource, action)), "{answer}");
    }
}

#[test]
fn an_answer_may_say_that_there_is_no_policy() {
    let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db";
    for answer in [
        json!({ "ARN": arn, "Name": "db" }),
        json!({ "Name": "default", "Arn": "arn:aws:events:eu-west-1:111122223333:event-bus/default" }),
        json!({ "Attributes": { "QueueArn": "arn:aws:sqs:eu-west-1:111122223333:orders",
                                "VisibilityTimeout": "30" } }),
        json!({ "items": [{ "id": "a1", "apiKeySource": "HEADER" }] }),
        json!({ "EventBuses": [] }),
        json!({ "Grants": [], "Truncated": false }),
        json!([]),
    ] {
        assert_eq!(read(&answer), Ok(Vec::new()), "{answer}");
    }
}

#[test]
fn anything_else_is_an_error_and_not_the_lack_of_a_policy() {
    let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db";
    for answer in [
        json!({}),
        json!("text"),
        json!({ "Error": "AccessDenied" }),
        json!({ "ARN": arn, "Name": "db", "VersionIdsToStages": {} }),
        json!({ "Policies": [{ "PolicyName": "p", "Arn": "arn:aws:iam::111122223333:policy/p" }] }),
        json!({ "Attributes": { "QueueArn": "arn:aws:sqs:eu-west-1:111122223333:orders" } }),
        json!({ "Attributes": null }),
        json!({ "Grants": null }),
        json!({ "Results": ["{\"arn\":\"arn:aws:s3:::photos\"}"] }),
    ] {
        assert_eq!(read(&answer), Err(AnswerError::Unrecognised), "{answer}");
    }
    for (cut, token) in [
        (json!({ "EventBuses": [], "NextToken": "page-2" }), "page-2"),
        (json!({ "items": [], "position": "page-2" }), "page-2"),
        (json!({ "Grants": [], "Truncated": true }), "Truncated"),
    ] {
        assert_eq!(read(&cut), Err(AnswerError::Incomplete { token: token.to_owned() }), "{cut}");
    }
    assert_eq!(read(&json!({ "Grants": [], "Truncated": false })), Ok(Vec::new()));
}

#[test]
fn a_grant_of_a_key_is_what_it_amounts_to() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
    let (app, admin) = ("arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:role/ops");
    let grant = json!({ "KeyId": key, "GranteePrincipal": app, "RetiringPrincipal": admin,
                        "Operations": ["Decrypt", "GenerateDataKey"] });
    let document = Document::from_value(json!({ "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": app },
          "Action": ["kms:Decrypt", "kms:GenerateDataKey"] },
        { "Effect": "Allow", "Principal": { "AWS": admin }, "Action": "kms:RetireGrant" },
    ] }));
    let expected = ResourcePolicy {
        service: Some("kms".to_owned()),
        resource: key.to_owned(),
        document: Ok(document.unwrap()),
    };
    assert_eq!(read(&json!({ "Grants": [grant] })), Ok(vec![expected]));
}

/// An item of AWS Config as its API prints one: members are JSON text.
fn item(kind: &str, arn: &str, configuration: &Value, supplementary: &Value) -> Value {
    json!({ "resourceType": kind, "arn": arn, "configurationItemStatus": "OK",
            "configuration": configuration.to_string(), "supplementaryConfiguration": supplementary })
}

#[test]
fn an_item_of_config_has_its_policy_where_its_type_keeps_it() {
    let bucket_policy =
        |text: Value| json!({ "BucketPolicy": json!({ "policyText": text }).to_string() });
    let none = json!({});
    for (kind, service, configuration, supplementary) in [
        ("AWS::S3::Bucket", "s3", none.clone(), bucket_policy(json!(text("s3:Get*")))),
        (
            "AWS::KMS::Key",
            "kms",
            none.clone(),
            json!({ "Policy": json!(text("s3:Get*")).to_string() }),
        ),
        ("AWS::SQS::Queue", "sqs", json!({ "Policy": text("s3:Get*") }), none.clone()),
        (
            "AWS::ECR::Repository",
            "ecr",
            json!({ "RepositoryPolicyText": grant("s3:Get*") }),
            none.clone(),
        ),
        (
            "AWS::Elasticsearch::Domain",
            "es",
            json!({ "accessPolicies": text("s3:Get*") }),
            none.clone(),
        ),
        (
            "AWS::IAM::Role",
            "sts",
            json!({ "assumeRolePolicyDocument": text("s3:Get*").replace('"', "%22") }),
            none.clone(),
        ),
    ] {
        let item = item(kind, "arn:aws:it::1", &configuration, &supplementary);
        let answer = json!({ "baseConfigurationItems": [item], "unprocessedResourceKeys": [] });
        assert_eq!(read(&answer), Ok(one(Some(service), "arn:aws:it::1", "s3:Get*")), "{kind}");
    }
}

#[test]
fn an_item_without_a_policy_says_so_or_says_nothing() {
    let none = json!({});
    let missing = |service: &str, resource: &str| {
        vec![ResourcePolicy {
            service: Some(service.to_owned()),
            resource: resource.to_owned(),
            document: Err(UnreadableDocument::Missing),
        }]
    };
    let bucket =
        |supplementary| item("AWS::S3::Bucket", "arn:aws:s3:::photos", &none, supplementary);
    let null = json!({ "BucketPolicy": "{\"policyText\":null}" });
    assert_eq!(read(&bucket(&null)), Ok(Vec::new()));
    assert_eq!(read(&bucket(&none)), Ok(missing("s3", "arn:aws:s3:::photos")));
    let queue = item("AWS::SQS::Queue", "arn:aws:sqs:::orders", &none, &none);
    assert_eq!(read(&queue), Ok(Vec::new()), "a property that is not set is not there");
    let nothing = item("AWS::SQS::Queue", "arn:aws:sqs:::orders", &Value::Null, &none);
    assert_eq!(read(&nothing), Ok(missing("sqs", "arn:aws:sqs:::orders")));
    let row = json!({ "resourceType": "AWS::SQS::Queue", "arn": "arn:aws:sqs:::orders" });
    let selected = json!({ "Results": [row.to_string()], "QueryInfo": {} });
    assert_eq!(read(&selected), Ok(missing("sqs", "arn:aws:sqs:::orders")), "was it asked for?");
    let unprocessed = json!({ "baseConfigurationItems": [], "unprocessedResourceKeys": [
        { "resourceType": "AWS::SQS::Queue", "resourceId": "https://queue" },
    ] });
    assert_eq!(read(&unprocessed), Ok(missing("sqs", "https://queue")));
    let mut gone = bucket(&none);
    gone["configurationItemStatus"] = json!("ResourceDeleted");
    assert_eq!(read(&gone), Ok(Vec::new()));
    let other = item("AWS::EC2::Instance", "arn:aws:ec2:::i-1", &none, &none);
    assert_eq!(read(&json!({ "configurationItems": [other] })), Ok(Vec::new()));
}

#[test]
fn a_policy_that_cannot_be_read_is_kept_as_such() {
    let broken = DocumentError::NotAnObject;
    for document in [json!("[]"), json!(7)] {
        let answer =
            json!({ "ARN": "arn:aws:secretsmanager:::secret:db", "ResourcePolicy": document });
        let policies = read(&answer).unwrap();
        let documents: Vec<_> = policies.into_iter().map(|policy| policy.document).collect();
        assert_eq!(documents, [Err(UnreadableDocument::Malformed(broken.clone()))]);
    }
}
