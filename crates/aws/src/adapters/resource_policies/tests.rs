use super::super::replay::{Answer, Replay, config, config_error};
use super::*;
use leastwise_rightsizing::resource_policies::Reading;
use std::collections::BTreeMap;

const EVERYTHING: &str = r#"{"allSupported": true}"#;

/// The types in the order in which they are asked for.
const KINDS: [&str; 11] = [
    "AWS::S3::Bucket",
    "AWS::S3::AccessPoint",
    "AWS::KMS::Key",
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::Events::EventBus",
    "AWS::ECR::Repository",
    "AWS::ECR::RegistryPolicy",
    "AWS::EFS::FileSystem",
    "AWS::OpenSearch::Domain",
    "AWS::Elasticsearch::Domain",
];

/// A policy that lets the role `app` do something.
fn policy(action: &str) -> String {
    let app = json!({ "AWS": "arn:aws:iam::111122223333:role/app" });
    json!({ "Statement": [{ "Effect": "Allow", "Principal": app, "Action": action }] }).to_string()
}

/// The recorder `default`, which records this, and its status.
fn recorder(group: &str, status: &str) -> Vec<Answer> {
    vec![
        config(&format!(
            r#"{{"ConfigurationRecorders": [{{"name": "default", "recordingGroup": {group}}}]}}"#
        )),
        config(&format!(
            r#"{{"ConfigurationRecordersStatus": [{{"name": "default", {status}}}]}}"#
        )),
    ]
}

fn recording(group: &str) -> Vec<Answer> {
    recorder(group, r#""recording": true, "lastStatus": "Success""#)
}

/// The resources of a type: a list of ids, and where there is one, their items.
fn resources(kind: &str, items: &[Value]) -> Vec<Answer> {
    let found =
        items.iter().map(|item| json!({ "resourceType": kind, "resourceId": item["resourceId"] }));
    let list = json!({ "resourceIdentifiers": found.collect::<Vec<_>>() });
    let mut answers = vec![config(&list.to_string())];
    if !items.is_empty() {
        let items: Vec<Value> =
            items.iter().filter(|item| item.get("arn").is_some()).cloned().collect();
        answers.push(config(&json!({ "baseConfigurationItems": items }).to_string()));
    }
    answers
}

fn item(kind: &str, id: &str, arn: &str, configuration: &Value) -> Value {
    json!({ "resourceType": kind, "resourceId": id, "arn": arn, "configurationItemStatus": "OK",
            "configuration": configuration.to_string() })
}

fn bus() -> Value {
    let arn = "arn:aws:events:eu-west-1:111122223333:event-bus/default";
    item("AWS::Events::EventBus", "default", arn, &json!({ "Name": "default" }))
}

/// What a Region answers to all questions about these resources and no secret.
fn region(kinds: &[&str], of: &BTreeMap<&str, Vec<Value>>) -> Vec<Answer> {
    let of_kind = |kind: &&str| resources(kind, of.get(kind).map_or(&[], Vec::as_slice));
    let mut answers: Vec<Answer> = kinds.iter().flat_map(of_kind).collect();
    answers.push(config(r#"{"SecretList": []}"#));
    answers
}

fn only_the_bus() -> BTreeMap<&'static str, Vec<Value>> {
    BTreeMap::from([("AWS::Events::EventBus", vec![bus()])])
}

async fn read(replay: &Replay, regions: &[&str]) -> ResourcePolicies {
    let regions = regions.iter().map(|region| (*region).to_owned()).collect();
    replay.aws().resource_policies(&regions).await
}

/// What was read of a service in a Region that answers this after the recorder.
async fn reading(service: &str, recorder: Vec<Answer>, answers: Vec<Answer>) -> String {
    let replay = Replay::of(recorder.into_iter().chain(answers));
    let policies = read(&replay, &["eu-west-1"]).await;
    replay.requests();
    policies.reading(service).to_string()
}

const WHOLE: &str = "all of its resource policies were read";

#[tokio::test]
async fn the_policies_of_every_region_are_read_from_its_own_endpoint() {
    let queue = "arn:aws:sqs:eu-west-1:111122223333:orders";
    let mut of = only_the_bus();
    let text = json!({ "Policy": policy("sqs:SendMessage") });
    of.insert("AWS::SQS::Queue", vec![item("AWS::SQS::Queue", "https://orders", queue, &text)]);
    let secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db";
    let mut second = region(&KINDS, &only_the_bus());
    second.pop();
    second.push(config(&json!({ "SecretList": [{ "ARN": secret }] }).to_string()));
    let answer =
        json!({ "ARN": secret, "ResourcePolicy": policy("secretsmanager:GetSecretValue") });
    second.push(config(&answer.to_string()));

    let first = recording(EVERYTHING).into_iter().chain(region(&KINDS, &of));
    let second = recording(EVERYTHING).into_iter().chain(second);
    // Regions come in the order of their names, so `eu-central-1` is asked first.
    let replay = Replay::of(second.chain(first));
    let policies = read(&replay, &["eu-west-1", "eu-central-1"]).await;

    let named: Vec<&str> = policies.policies().iter().map(|it| it.resource.as_str()).collect();
    assert_eq!(named, [secret, queue, "grants of keys", "S3 Access Grants instances"]);
    for service in found::CONFIG_SERVICES.into_iter().chain([SECRETS_MANAGER]) {
        assert_eq!(policies.reading(service), Reading::Complete, "{service}");
    }
    assert_eq!(policies.reading("lambda"), Reading::NotRead);
    let requests = replay.requests();
    assert_eq!(requests.len(), 32);
    assert_eq!(requests[2], r#"ListDiscoveredResources {"resourceType":"AWS::S3::Bucket"}"#);
    assert_eq!(
        requests[14..16],
        [
            "ListSecrets {\"MaxResults\":100}".to_owned(),
            format!("GetResourcePolicy {{\"SecretId\":\"{secret}\"}}")
        ]
    );
    let hosts = replay.hosts();
    assert_eq!(
        (hosts[0].as_str(), hosts[14].as_str(), hosts[16].as_str()),
        (
            "config.eu-central-1.amazonaws.com",
            "secretsmanager.eu-central-1.amazonaws.com",
            "config.eu-west-1.amazonaws.com",
        )
    );
}

#[tokio::test]
async fn a_type_that_is_not_recorded_leaves_its_service_unknown_and_no_other() {
    let rest: Vec<&str> = KINDS.into_iter().filter(|kind| *kind != "AWS::KMS::Key").collect();
    let excluding = r#"{"recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
                        "exclusionByResourceTypes": {"resourceTypes": ["AWS::KMS::Key"]}}"#;
    let including = json!({ "recordingStrategy": { "useOnly": "INCLUSION_BY_RESOURCE_TYPES" },
                            "resourceTypes": rest });
    for group in [excluding, &including.to_string()] {
        for (service, expected) in [
            (
                "kms",
                "not all resource policies were read: in eu-west-1, AWS Config does not record `AWS::KMS::Key`",
            ),
            ("sqs", WHOLE),
        ] {
            let answers = region(&rest, &only_the_bus());
            assert_eq!(reading(service, recording(group), answers).await, expected);
        }
    }
}

#[tokio::test]
async fn a_region_that_is_not_recorded_leaves_all_but_secrets_unknown() {
    let none = vec![config("{}"), config("{}")];
    let stopped = recorder(EVERYTHING, r#""recording": false"#);
    let failed = recorder(
        EVERYTHING,
        r#""recording": true, "lastStatus": "Failure", "lastErrorCode": "AccessDenied""#,
    );
    for (recorder, why) in [
        (none, "AWS Config has 0 recorders, not one"),
        (stopped, "AWS Config's recorder is stopped"),
        (failed, "AWS Config's recorder failed: AccessDenied"),
    ] {
        let secrets = || vec![config(r#"{"SecretList": []}"#)];
        let expected = format!("not all resource policies were read: in eu-west-1, {why}");
        assert_eq!(reading("s3", recorder.clone(), secrets()).await, expected);
        assert_eq!(reading(SECRETS_MANAGER, recorder, secrets()).await, WHOLE);
    }
}

#[tokio::test]
async fn what_is_recorded_once_a_day_may_have_changed_since() {
    let mode = r#"{"allSupported": true}, "recordingMode": {"recordingFrequency": "CONTINUOUS",
        "recordingModeOverrides": [{"resourceTypes": ["AWS::SQS::Queue"], "recordingFrequency": "DAILY"}]}"#;
    let rest: Vec<&str> = KINDS.into_iter().filter(|kind| *kind != "AWS::SQS::Queue").collect();
    assert_eq!(
        reading("sqs", recording(mode), region(&rest, &only_the_bus())).await,
        "not all resource policies were read: in eu-west-1, AWS Config does not record \
         `AWS::SQS::Queue` continuously"
    );
}

#[tokio::test]
async fn a_call_that_fails_leaves_its_service_unknown() {
    let mut answers = region(&KINDS, &only_the_bus());
    answers[0] = config_error("AccessDeniedException", "not authorized");
    let expected = "not all resource policies were read: in eu-west-1, \
                    config:ListDiscoveredResources on `AWS::S3::Bucket` failed: \
                    AccessDeniedException: not authorized";
    assert_eq!(reading("s3", recording(EVERYTHING), answers).await, expected);

    let mut answers = region(&KINDS, &only_the_bus());
    answers.pop();
    answers.push(config_error("AccessDeniedException", "not authorized"));
    let expected = "not all resource policies were read: in eu-west-1, \
                    secretsmanager:ListSecrets on `eu-west-1` failed: \
                    AccessDeniedException: not authorized";
    assert_eq!(reading(SECRETS_MANAGER, recording(EVERYTHING), answers).await, expected);
}

#[tokio::test]
async fn an_item_that_does_not_come_leaves_its_service_unknown() {
    let mut of = only_the_bus();
    of.insert("AWS::SQS::Queue", vec![json!({ "resourceId": "https://orders" })]);
    assert_eq!(
        reading("sqs", recording(EVERYTHING), region(&KINDS, &of)).await,
        "not all resource policies were read: the source leaves out that of `https://orders`"
    );
}

#[tokio::test]
async fn buses_without_the_default_one_are_not_all_buses() {
    let answers = region(&KINDS, &BTreeMap::new());
    assert_eq!(
        reading("events", recording(EVERYTHING), answers).await,
        "not all resource policies were read: in eu-west-1, AWS Config does not list the default \
         event bus"
    );
}

#[tokio::test]
async fn without_regions_nothing_is_asked_and_nothing_is_known() {
    let replay = Replay::of([]);
    assert_eq!(read(&replay, &[]).await, ResourcePolicies::default());
    assert_eq!(replay.requests(), Vec::<String>::new());
}
