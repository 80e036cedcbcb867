use super::*;
use serde_json::{Value, json};

fn datagram(changes: Value) -> Vec<u8> {
    let mut datagram = json!({
        "Version": 1, "ClientId": "job", "Type": "ApiCall", "Service": "DynamoDB", "Api": "PutItem",
        "Timestamp": 1_795_225_443_125_i64, "Region": "eu-west-1", "FinalHttpStatusCode": 200,
    });
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    let members = datagram.as_object_mut().unwrap();
    members.extend(changes);
    members.retain(|_, value| !value.is_null());
    datagram.to_string().into_bytes()
}

fn told(changes: Value) -> Told {
    Datagram::parse(&datagram(changes)).unwrap().read(Names::embedded())
}

fn attempt() -> Value {
    json!({
        "Type": "ApiCallAttempt", "FinalHttpStatusCode": null, "HttpStatusCode": 200,
        "AccessKey": "AKIASECRET", "SessionToken": "TOPSECRET", "Fqdn": "x",
    })
}

fn mira() -> Subject {
    Subject::Arn("arn:aws:iam::111122223333:user/mira".parse().unwrap())
}

#[test]
fn a_call_is_seen_with_its_process_time_and_region() {
    let Told::Seen(Scope::Call, seen) = told(json!({})) else { panic!("it is a call") };
    let expected = Observation {
        by: Process("job".to_owned()),
        called: Called::Action("dynamodb:PutItem".parse().unwrap()),
        at: DateTime::from_timestamp_millis(1_795_225_443_125).unwrap(),
        region: Some("eu-west-1".to_owned()),
        through: None,
        outcome: Outcome::Done,
        kind: Kind::Management,
    };
    assert_eq!(seen, [expected]);
}

#[test]
fn what_never_reached_aws_or_is_no_call_is_nothing() {
    let not_sent =
        json!({"FinalHttpStatusCode": null, "FinalSdkException": "EndpointConnectionError"});
    assert_eq!(told(not_sent), Told::NotSent);
    assert_eq!(told(json!({"Type": "Heartbeat"})), Told::NoCall);
    assert_eq!(told(json!({"Timestamp": i64::MAX})), Told::NoCall);
    assert_eq!(told(json!({"Service": "No Such"})), Told::UnknownService);
    assert_eq!(told(json!({"Service": "SSO", "Api": "ListAccounts"})), Told::NoAction);
    assert!(!Calls::default().add(Told::NotSent));
}

#[test]
fn a_denial_is_read_from_the_exception() {
    let denied = json!({"FinalHttpStatusCode": 400, "FinalAwsException": "AccessDeniedException",
        "FinalAwsExceptionMessage": "User: x is not authorized to perform: dynamodb:PutItem because \
         no permissions boundary allows the dynamodb:PutItem action"});
    let Told::Seen(_, seen) = told(denied) else { panic!("it is a call") };
    assert!(matches!(&seen[0].outcome, Outcome::Denied(refusal) if refusal.action.is_some()));
    let failed = json!({"FinalHttpStatusCode": 400, "FinalAwsException": "ValidationException"});
    let Told::Seen(_, seen) = told(failed) else { panic!("it is a call") };
    assert_eq!(seen[0].outcome, Outcome::Failed("ValidationException".to_owned()));
}

#[test]
fn an_attempt_counts_only_if_nothing_tells_of_its_call() {
    let mut calls = Calls::default();
    assert!(calls.add(told(attempt())) && calls.add(told(attempt())) && calls.add(told(json!({}))));
    let mut lost = attempt();
    lost["Api"] = json!("GetItem");
    assert!(calls.add(told(lost)));
    let mut file = Vec::new();
    calls.log("111122223333", &mira()).write_to(&mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    let rows: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let shown = |row: &Value| (row["used"].clone(), row["count"].clone());
    assert_eq!(rows[0]["source"], "client-side");
    assert_eq!(shown(&rows[1]), (json!("dynamodb:GetItem"), json!(1)));
    assert_eq!(shown(&rows[2]), (json!("dynamodb:PutItem"), json!(1)));
    assert_eq!(rows[3], json!({"end": 2}));
}

#[test]
fn credentials_are_neither_kept_nor_shown() {
    let bytes = datagram(attempt());
    let datagram = Datagram::parse(&bytes).unwrap();
    let shown = format!("{datagram:?} {:?}", datagram.read(Names::embedded()));
    assert!(!shown.contains("SECRET"), "{shown}");
    let broken = [b"SECRET", bytes.as_slice()].concat();
    let error = Datagram::parse(&broken).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("SECRET"));
}

#[test]
fn hostile_datagrams_are_refused() {
    let long = datagram(json!({"ClientId": "x".repeat(9_000)}));
    for bytes in
        [&b""[..], b"\n", b"[]", b"null", b"{", b"{}", b"\xff\xfe", b"[\"ApiCall\"]", &long]
    {
        assert_eq!(Datagram::parse(bytes).unwrap_err(), NotADatagram);
    }
    let deep = format!("{{\"Type\":{}", "[".repeat(8_000));
    assert_eq!(Datagram::parse(deep.as_bytes()).unwrap_err(), NotADatagram);
    let ending = [datagram(json!({})), b"\n".to_vec()].concat();
    assert!(Datagram::parse(&ending).is_ok());
}
