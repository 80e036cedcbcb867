//! Records and datagrams that were recorded, kept outside of this project; skipped where they are missing.

#![expect(clippy::unwrap_used, reason = "integration tests fail by panicking")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]
#![expect(clippy::disallowed_methods, reason = "the library reads no files, its tests do")]

use leastwise_policy::action::Action;
use leastwise_rightsizing::evidence::witnesses::{Called, Subject};
use leastwise_trails::client_side::{Calls, Datagram, Scope, Told};
use leastwise_trails::names::{Meaning, Names};
use leastwise_trails::record::Record;
use std::collections::BTreeMap;
use std::path::Path;

fn recorded(file: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(file);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: `{}` is not there", path.display());
    }
    text
}

/// How a call was understood.
fn class(source: &str, name: &str) -> &'static str {
    let label = source.split('.').next().unwrap();
    match Names::embedded().of_event(source, name) {
        Meaning::Actions(actions) => {
            let is_same = actions.iter().map(ToString::to_string).eq([format!("{label}:{name}")]);
            if is_same { "named as its action" } else { "named otherwise" }
        }
        Meaning::Services(_) => "service only",
        Meaning::NoAction => "no permission",
        Meaning::Unknown => "unknown",
    }
}

#[test]
fn recorded_calls_are_understood_and_every_one_that_is_not_is_known() {
    let Some(text) = recorded("cloudtrail/events.ndjson") else { return };
    let mut classes: BTreeMap<String, usize> = BTreeMap::new();
    let mut missed = Vec::new();
    for line in text.lines() {
        let record = Record::parse(line).unwrap();
        let (source, name) = record.call();
        let class = match record.no_call() {
            Some(what) => format!("{what:?}"),
            None => class(source, name).to_owned(),
        };
        if class == "service only" || class == "unknown" {
            missed.push(format!("{source} {name}"));
        }
        *classes.entry(class).or_default() += 1;
    }
    let expected = [
        ("ConsoleAction", 2),
        ("ConsoleSignIn", 15),
        ("EndpointEvent", 9),
        ("ServiceEvent", 2),
        ("named as its action", 568),
        ("named otherwise", 21),
        ("no permission", 4),
        ("service only", 3),
    ];
    assert_eq!(classes, expected.map(|(class, count)| (class.to_owned(), count)).into());
    // The first is not in any catalogue; the others have the event source of another service.
    let known = [
        "ec2messages.amazonaws.com SendHeartbeat",
        "ec2.amazonaws.com RegisterManagedInstance",
        "ec2.amazonaws.com PutBucketLogging",
    ];
    assert_eq!(missed, known);
}

#[test]
fn recorded_datagrams_are_all_understood_and_each_call_is_counted_once() {
    let Some(text) = recorded("csm/boto3_moto_capture.ndjson") else { return };
    let mut calls = Calls::default();
    let (mut sent, mut not_sent) = (0_u64, 0);
    for line in text.lines() {
        let datagram = Datagram::parse(line.as_bytes()).unwrap();
        let told = datagram.read(Names::embedded());
        if let Told::Seen(scope, seen) = &told {
            sent += u64::from(*scope == Scope::Call);
            for observation in seen {
                assert!(matches!(observation.called, Called::Action(_)), "{:?}", datagram.call());
            }
        }
        let is_seen = calls.add(told.clone());
        assert!(is_seen || told == Told::NotSent, "{line}");
        not_sent += u64::from(!is_seen);
    }
    let by = Subject::Arn("arn:aws:iam::111122223333:user/mira".parse().unwrap());
    let mut file = Vec::new();
    calls.log("111122223333", &by).write_to(&mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    let rows = file.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let counts: u64 = rows.filter_map(|row| row["count"].as_u64()).sum();
    assert_eq!((sent, counts, not_sent), (64, 64, 4));
}

#[test]
fn every_operation_of_the_service_reference_uses_only_what_aws_lists_or_its_own_name() {
    let Some(text) = recorded("service_reference/operations.tsv") else { return };
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (operation, listed) = line.split_once('\t').unwrap();
        let (service, name) = operation.split_once('.').unwrap();
        let class = match Names::embedded().of_event(&format!("{service}.amazonaws.com"), name) {
            Meaning::Actions(actions) => {
                let is_right = |action: &Action| {
                    listed.split(',').any(|it| it.eq_ignore_ascii_case(action.as_str()))
                        || action.name().eq_ignore_ascii_case(name)
                };
                let others: Vec<String> =
                    actions.iter().filter(|it| !is_right(it)).map(ToString::to_string).collect();
                if !others.is_empty() {
                    wrong.push(format!("{operation} {}", others.join(" ")));
                }
                "actions"
            }
            Meaning::Services(_) => "service only",
            Meaning::NoAction => "no permission",
            Meaning::Unknown => "unknown",
        };
        *classes.entry(class).or_default() += 1;
    }
    // AWS lists nothing for these; the supplement has them from its user guides.
    let from_elsewhere = [
        "cloudsearch.UploadDocuments cloudsearch:document",
        "execute-api.DeleteConnection execute-api:ManageConnections",
        "execute-api.GetConnection execute-api:ManageConnections",
        "execute-api.PostToConnection execute-api:ManageConnections",
        "s3.DeleteBucketLifecycleConfiguration s3:PutLifecycleConfiguration",
    ];
    assert_eq!(wrong, from_elsewhere);
    let expected = [("actions", 18_376), ("no permission", 7), ("service only", 283)];
    assert_eq!(classes, BTreeMap::from(expected));
}
