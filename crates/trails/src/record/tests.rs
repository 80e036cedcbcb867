use super::*;
use crate::denial::Manner;
use leastwise_rightsizing::evidence::witnesses::{DeniedBy, Source, Subject, UsageLog};
use serde_json::{Value, json};

const OWN: &str = "111122223333";
const USER: &str = "arn:aws:iam::111122223333:user/mira";

fn record(changes: Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.11", "eventTime": "2026-11-01T10:20:30Z",
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLE000000001", "arn": USER,
            "accountId": OWN, "accessKeyId": "AKIAEXAMPLE", "userName": "mira"},
        "eventSource": "sqs.amazonaws.com", "eventName": "SendMessage", "awsRegion": "eu-west-1",
        "sourceIPAddress": "192.0.2.1", "userAgent": "aws-cli", "requestParameters": {"a": [1]},
        "responseElements": null, "requestID": "1", "eventID": "2", "readOnly": false,
        "eventType": "AwsApiCall", "managementEvent": false, "recipientAccountId": OWN,
        "eventCategory": "Data"
    });
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    record.as_object_mut().unwrap().extend(changes);
    record
}

fn read(changes: Value) -> Reading {
    let text = record(changes).to_string();
    Record::parse(&text).unwrap().read(OWN, Names::embedded())
}

fn seen(changes: Value) -> Observation {
    match read(changes) {
        Reading::Seen(mut all) if all.len() == 1 => all.remove(0),
        found @ (Reading::Seen(_) | Reading::Aside(_)) => {
            panic!("one observation was expected: {found:?}")
        }
    }
}

fn aside(changes: Value) -> Aside {
    match read(changes) {
        Reading::Aside(aside) => aside,
        Reading::Seen(seen) => panic!("nothing was expected: {seen:?}"),
    }
}

#[test]
fn a_call_says_who_used_what_when_and_where() {
    let expected = Observation {
        by: Subject::Id("AIDAEXAMPLE000000001".parse().unwrap(), Some(USER.parse().unwrap())),
        called: Called::Action("sqs:SendMessage".parse().unwrap()),
        at: "2026-11-01T10:20:30Z".parse().unwrap(),
        region: Some("eu-west-1".to_owned()),
        through: None,
        outcome: Outcome::Done,
        kind: Kind::Data,
    };
    assert_eq!(seen(json!({})), expected);
    // Asking for the session of a role is use of STS by whoever asks.
    let assume = json!({
        "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "managementEvent": true,
        "eventCategory": "Management",
        "requestParameters": {"roleArn": "arn:aws:iam::111122223333:role/other"},
    });
    let called = Called::Action("sts:AssumeRole".parse().unwrap());
    assert_eq!(seen(assume), Observation { called, kind: Kind::Management, ..expected });
}

#[test]
fn a_call_that_a_service_made_for_the_principal_is_the_principals() {
    let identity =
        json!({"type": "IAMUser", "arn": USER, "invokedBy": "cloudformation.amazonaws.com"});
    let found = seen(json!({"userIdentity": identity}));
    assert_eq!(found.through.as_deref(), Some("cloudformation.amazonaws.com"));
    assert_eq!(found.by, Subject::Arn(USER.parse().unwrap()));
}

#[test]
fn an_error_is_use_unless_it_is_a_denial() {
    let missing = seen(json!({"errorCode": "QueueDoesNotExist", "errorMessage": "no"}));
    assert_eq!(missing.outcome, Outcome::Failed("QueueDoesNotExist".to_owned()));
    assert_eq!(seen(json!({"errorCode": "", "errorMessage": null})).outcome, Outcome::Done);
    let denied = json!({"errorCode": "AccessDenied", "errorMessage":
        "User: x is not authorized to perform: kms:Decrypt because no permissions boundary allows \
         the kms:Decrypt action"});
    let denied = seen(denied);
    let Outcome::Denied(refusal) = &denied.outcome else { panic!("{denied:?}") };
    assert_eq!((refusal.by, refusal.manner), (DeniedBy::PermissionsBoundary, Manner::Implicit));

    // What is noted is the action of the message, and no use.
    let mut log = UsageLog::new(Source::CloudTrail, OWN);
    assert!(denied.note_in(&mut log) && missing.note_in(&mut log));
    let mut file = Vec::new();
    log.write_to(&mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    let lines: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&lines[1]["used"], &lines[2]["denied"]),
        (&json!("sqs:SendMessage"), &json!("kms:Decrypt"))
    );
}

#[test]
fn a_denial_of_an_unknown_action_has_no_place_in_a_log() {
    let unknown = seen(json!({"eventName": "NoSuchCall", "errorCode": "AccessDenied"}));
    assert_eq!(unknown.called, Called::Service("sqs".to_owned()));
    assert!(!unknown.note_in(&mut UsageLog::new(Source::CloudTrail, OWN)));
}

#[test]
fn what_is_no_api_call_is_told_apart_and_is_no_miss() {
    for (kind, what) in [
        ("AwsServiceEvent", NoCall::ServiceEvent),
        ("AwsConsoleAction", NoCall::ConsoleAction),
        ("AwsConsoleSignIn", NoCall::ConsoleSignIn),
        ("AwsVpceEvent", NoCall::EndpointEvent),
        ("AwsCloudTrailInsight", NoCall::Insight),
    ] {
        assert_eq!(aside(json!({"eventType": kind})), Aside::NoCall(what));
    }
    let insight = json!({"eventType": null, "eventCategory": "Insight"});
    assert_eq!(aside(insight), Aside::NoCall(NoCall::Insight));
    let digest = json!({"awsAccountId": OWN, "digestStartTime": "2026-11-01T10:00:00Z"});
    let digest = digest.to_string();
    assert_eq!(Record::parse(&digest).unwrap().no_call(), Some(NoCall::Digest));
    assert_eq!(seen(json!({"eventType": null})).outcome, Outcome::Done);
}

#[test]
fn what_shows_no_use_says_why() {
    let other = json!({"type": "IAMUser", "arn": "arn:aws:iam::444455556666:user/them"});
    let reasons = [
        (json!({"userIdentity": other}), Aside::OtherAccount("444455556666".to_owned())),
        (json!({"userIdentity": {"type": "Root"}}), Aside::Nobody(Nobody::Root)),
        (json!({"userIdentity": null}), Aside::Unresolved(Unresolved::NoIdentity)),
        (
            json!({"eventSource": "signin.amazonaws.com", "eventName": "SwitchRole"}),
            Aside::NoAction,
        ),
        (json!({"eventSource": "nowhere.amazonaws.com"}), Aside::UnknownService),
        (json!({"eventSource": null, "eventName": null}), Aside::UnknownService),
        (json!({"eventTime": null}), Aside::NoTime),
        (json!({"eventTime": "yesterday"}), Aside::NoTime),
    ];
    for (changes, expected) in reasons {
        assert_eq!(aside(changes.clone()), expected, "{changes}");
    }
}

#[test]
fn a_region_that_reads_like_none_is_none() {
    for (region, expected) in [
        (json!("us-gov-west-1"), Some("us-gov-west-1")),
        (json!("redacted"), None),
        (json!("EU-WEST-1"), None),
        (json!("x".repeat(10_000)), None),
        (json!(null), None),
    ] {
        assert_eq!(seen(json!({"awsRegion": region})).region.as_deref(), expected);
    }
}

#[test]
fn flags_are_read_as_they_are_written_and_nonsense_is_none() {
    for (value, kind) in [
        (json!("False"), Kind::Data),
        (json!("True"), Kind::Management),
        (json!(null), Kind::Management),
        (json!([1, {"a": 2}]), Kind::Management),
        (json!({"a": 1}), Kind::Management),
        (json!(7), Kind::Management),
    ] {
        let found = seen(json!({"managementEvent": value, "eventCategory": null}));
        assert_eq!(found.kind, kind, "{value}");
    }
}

#[test]
fn a_member_that_counts_is_there_once_and_is_text() {
    let text = record(json!({})).to_string();
    let twice = text.replacen('{', r#"{"eventName":"DeleteQueue","#, 1);
    let error = Record::parse(&twice).unwrap_err().to_string();
    assert!(error.starts_with("duplicate field `eventName`"), "{error}");
    let twice = text.replacen(r#""type":"IAMUser""#, r#""type":"IAMUser","type":"Root""#, 1);
    let error = Record::parse(&twice).unwrap_err().to_string();
    assert!(error.starts_with("duplicate field `type`"), "{error}");
    for wrong in
        [json!({"eventName": 7}), json!({"errorCode": ["a"]}), json!({"userIdentity": "root"})]
    {
        assert!(Record::parse(&record(wrong.clone()).to_string()).is_err(), "{wrong}");
    }
}
