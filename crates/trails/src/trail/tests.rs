use super::*;
use crate::caller::{Nobody, Unresolved};
use crate::limits::MAX_LISTED;
use crate::notes::Tally;
use crate::record::Aside;
use crate::record::NoCall;
use flate2::Compression;
use flate2::write::GzEncoder;
use leastwise_rightsizing::evidence::witnesses::{Places, Stretch};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

const OWN: &str = "111122223333";

fn record(time: &str, changes: Value) -> Value {
    let mut record = json!({
        "eventTime": time, "eventSource": "sqs.amazonaws.com", "eventName": "SendMessage",
        "awsRegion": "eu-west-1", "recipientAccountId": OWN, "eventType": "AwsApiCall",
        "managementEvent": true, "readOnly": false,
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/mira"},
    });
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    record.as_object_mut().unwrap().extend(changes);
    record
}

fn file(records: &[Value]) -> Vec<u8> {
    json!({ "Records": records }).to_string().into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn wanted() -> Wanted {
    Wanted { account: OWN.to_owned(), now: at("2026-11-28T00:00:00Z"), from: None, to: None }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn lines(trail: &TrailLog) -> Vec<String> {
    let mut file = Vec::new();
    trail.log.write_to(&mut file).unwrap();
    String::from_utf8(file).unwrap().lines().map(ToOwned::to_owned).collect()
}

fn error(bytes: &[u8]) -> String {
    let error = wanted().read("a/b.json.gz", bytes).unwrap_err().to_string();
    let prefix = "`a/b.json.gz` cannot be read as a trail of CloudTrail: ";
    error.strip_prefix(prefix).expect("the error names the file").to_owned()
}

#[test]
fn use_and_denials_of_the_account_become_lines_of_a_usage_file() {
    let denied = json!({"errorCode": "AccessDenied", "errorMessage":
        "User: x is not authorized to perform: sqs:SendMessage with an explicit deny in a \
         permissions boundary: arn:aws:iam::111122223333:policy/leastwise/user-mira"});
    let bytes = file(&[
        record("2026-11-01T10:00:00Z", json!({})),
        record("2026-11-02T10:00:00Z", json!({"awsRegion": "us-east-1"})),
        record("2026-11-03T10:00:00Z", denied),
        record("2026-11-04T10:00:00Z", json!({"eventName": "NoSuchCall"})),
    ]);
    let expected = [
        r#"{"usageFile":1,"source":"cloud-trail","account":"111122223333","saw":[]}"#,
        r#"{"principal":"arn:aws:iam::111122223333:user/mira","used":"sqs:SendMessage","first":"2026-11-01T10:00:00Z","last":"2026-11-02T10:00:00Z","count":2,"regions":["eu-west-1","us-east-1"]}"#,
        r#"{"principal":"arn:aws:iam::111122223333:user/mira","usedOf":"sqs","first":"2026-11-04T10:00:00Z","last":"2026-11-04T10:00:00Z","count":1,"regions":["eu-west-1"]}"#,
        r#"{"principal":"arn:aws:iam::111122223333:user/mira","denied":"sqs:SendMessage","by":"permissions-boundary","policy":"arn:aws:iam::111122223333:policy/leastwise/user-mira","first":"2026-11-03T10:00:00Z","last":"2026-11-03T10:00:00Z","count":1,"regions":["eu-west-1"]}"#,
        r#"{"end":3}"#,
    ];
    for bytes in [&bytes, &gzip(&bytes)] {
        let trail = wanted().read("f", bytes.as_slice()).unwrap();
        assert_eq!(lines(&trail), expected);
        assert_eq!((trail.notes.records, trail.notes.seen, trail.notes.denied_unknown), (4, 4, 0));
        let missed = ("sqs.amazonaws.com".to_owned(), "NoSuchCall".to_owned());
        assert_eq!(trail.notes.not_understood.listed, BTreeMap::from([(missed, 1)]));
    }
}

#[test]
fn what_shows_no_use_is_counted_by_its_reason() {
    let other = json!({"type": "IAMUser", "arn": "arn:aws:iam::444455556666:user/them"});
    let time = "2026-11-01T10:00:00Z";
    let bytes = file(&[
        record(time, json!({"eventType": "AwsConsoleSignIn"})),
        record(time, json!({"userIdentity": other})),
        record(time, json!({"userIdentity": other})),
        record(time, json!({"userIdentity": {"type": "Root"}})),
        record(time, json!({"userIdentity": null})),
        record(time, json!({"eventSource": "nowhere.amazonaws.com"})),
        record(time, json!({"eventName": "NoSuchCall", "errorCode": "AccessDenied"})),
        record("", json!({})),
    ]);
    let trail = wanted().read("f", bytes.as_slice()).unwrap();
    let expected = [
        (Aside::NoCall(NoCall::ConsoleSignIn), 1),
        (Aside::OtherAccount("444455556666".to_owned()), 2),
        (Aside::Nobody(Nobody::Root), 1),
        (Aside::Unresolved(Unresolved::NoIdentity), 1),
        (Aside::UnknownService, 1),
        (Aside::NoTime, 1),
    ];
    assert_eq!(trail.notes.aside.listed, BTreeMap::from(expected));
    assert_eq!((trail.notes.records, trail.notes.seen, trail.notes.denied_unknown), (8, 1, 1));
    assert_eq!(trail.log.len(), (0, 0));
}

#[test]
fn records_of_another_time_are_passed_over() {
    let bytes = file(&[
        record("2026-11-01T00:00:00Z", json!({})),
        record("2026-11-02T00:00:00Z", json!({})),
        record("2026-11-02T00:00:01Z", json!({})),
    ]);
    let wanted = Wanted {
        from: Some(at("2026-11-01T00:00:01Z")),
        to: Some(at("2026-11-02T00:00:00Z")),
        ..wanted()
    };
    let trail = wanted.read("f", bytes.as_slice()).unwrap();
    assert_eq!((trail.notes.records, trail.notes.seen, trail.notes.out_of_time), (3, 1, 2));
}

#[test]
fn files_join_to_what_one_file_would_say() {
    let records = [
        record("2026-11-01T10:00:00Z", json!({})),
        record("2026-11-02T10:00:00Z", json!({"eventName": "NoSuchCall"})),
        record("2026-11-02T11:00:00Z", json!({"userIdentity": {"type": "Root"}})),
    ];
    let whole = wanted().read("f", file(&records).as_slice()).unwrap();
    let mut joined = TrailLog::new(OWN);
    for record in records {
        joined.join(wanted().read("f", file(&[record]).as_slice()).unwrap());
    }
    assert_eq!(joined, whole);
}

#[test]
fn days_on_end_are_a_stretch_and_a_missing_day_ends_it() {
    let read = json!({"readOnly": true});
    let elsewhere = json!({"awsRegion": "us-east-1", "managementEvent": false});
    let foreign = json!({"recipientAccountId": "444455556666"});
    let bytes = file(&[
        record("2026-11-01T10:00:00Z", json!({})),
        record("2026-11-02T10:00:00Z", read.clone()),
        record("2026-11-02T09:00:00Z", json!({})),
        record("2026-11-04T10:00:00Z", read),
        record("2026-11-01T10:00:00Z", elsewhere),
        record("2026-11-03T10:00:00Z", foreign),
    ]);
    let trail = wanted().read("f", bytes.as_slice()).unwrap();
    let stretch = |from: &str, to: &str, region: &str, management| Stretch {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        regions: Places::In(BTreeSet::from([region.to_owned()])),
        management,
        data_of: BTreeSet::new(),
    };
    let expected = [
        // Writes alone: the trail may have left out the reads of that day.
        stretch("2026-11-01T00:00:00Z", "2026-11-01T10:00:00Z", "eu-west-1", false),
        stretch("2026-11-02T00:00:00Z", "2026-11-02T10:00:00Z", "eu-west-1", true),
        stretch("2026-11-04T00:00:00Z", "2026-11-04T10:00:00Z", "eu-west-1", false),
        stretch("2026-11-01T00:00:00Z", "2026-11-01T10:00:00Z", "us-east-1", false),
    ];
    assert_eq!(trail.notes.stretches(), expected);
    assert_eq!(trail.notes.regions().collect::<Vec<_>>(), ["eu-west-1", "us-east-1"]);
}

#[test]
fn a_trail_vouches_for_whole_days_and_only_where_it_is_clear_what_its_records_show() {
    let trail = |more: Vec<Value>| {
        let days = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-05"];
        let read = |day| record(&format!("{day}T09:00:00Z"), json!({"readOnly": true}));
        let write = |day| record(&format!("{day}T10:00:00Z"), json!({}));
        let mut records: Vec<Value> = days.map(read).into_iter().chain(days.map(write)).collect();
        records.extend(more);
        wanted().read("f", file(&records).as_slice()).unwrap().notes
    };
    let late = at("2026-11-28T00:00:00Z");
    let stretch = |from: &str| Stretch {
        from: at(from),
        to: at("2026-11-03T10:00:00Z"),
        regions: Places::In(BTreeSet::from(["eu-west-1".to_owned()])),
        management: true,
        data_of: BTreeSet::new(),
    };
    let vouched = |from: Option<&str>| trail(vec![]).vouched_for(from.map(at), late);
    assert_eq!(vouched(None), Some(vec![stretch("2026-11-02T00:00:00Z")]));
    let noon = "2026-11-02T12:00:00Z";
    assert_eq!(vouched(Some(noon)), Some(vec![stretch(noon)]));
    assert_eq!(vouched(Some("2026-11-01T12:00:00Z")), vouched(None));
    assert_eq!(vouched(Some("2026-11-04T00:00:00Z")), Some(vec![]));
    for unclear in [
        json!({"userIdentity": {"type": "AssumedRole"}}),
        json!({"eventTime": "yesterday"}),
        json!({"eventSource": "brandnew.amazonaws.com"}),
        json!({"eventTime": "2027-01-01T00:00:00Z"}),
    ] {
        let unclear = record("2026-11-02T10:00:00Z", unclear);
        assert_eq!(trail(vec![unclear.clone()]).vouched_for(None, late), None, "{unclear}");
    }
}

#[test]
fn what_does_not_say_whose_it_is_and_a_trail_of_writes_alone_vouch_for_nothing() {
    let of = |changes: Value| {
        let days = ["2026-11-01", "2026-11-02", "2026-11-03"];
        let both = |day| [("09", false), ("10", true)].map(|it| (day, it));
        let record = |(day, (hour, is_read))| {
            let mut record = record(&format!("{day}T{hour}:00:00Z"), changes.clone());
            let only_writes = day != "2026-11-01" && changes.get("writesOnly").is_some();
            record["readOnly"] = json!(is_read && !only_writes);
            record
        };
        let records: Vec<Value> = days.into_iter().flat_map(both).map(record).collect();
        let notes = wanted().read("f", file(&records).as_slice()).unwrap().notes;
        notes.vouched_for(None, at("2026-11-28T00:00:00Z")).unwrap()
    };
    assert_eq!(of(json!({})).len(), 1);
    assert_eq!(of(json!({"recipientAccountId": null})), []);
    // Switched to writes on the second day: that one lacks what the first had.
    let writes = of(json!({"writesOnly": true}));
    assert_eq!(writes.iter().map(|it| it.management).collect::<Vec<_>>(), [false]);
}

#[test]
fn what_may_still_be_on_its_way_is_not_vouched_for() {
    let days = ["2026-11-01", "2026-11-02", "2026-11-03"];
    let records: Vec<Value> = days
        .iter()
        .flat_map(|day| [("10", json!({})), ("11", json!({"readOnly": true}))].map(|it| (day, it)))
        .map(|(day, (hour, changes))| record(&format!("{day}T{hour}:00:00Z"), changes))
        .collect();
    let notes = wanted().read("f", file(&records).as_slice()).unwrap().notes;
    let ends = |until: &str| {
        let stretches = notes.vouched_for(None, at(until)).unwrap();
        stretches.into_iter().map(|stretch| stretch.to).collect::<Vec<_>>()
    };
    assert_eq!(ends("2026-11-04T00:00:00Z"), [at("2026-11-03T11:00:00Z")]);
    assert_eq!(ends("2026-11-03T06:00:00Z"), [at("2026-11-03T06:00:00Z")]);
    assert_eq!(ends("2026-11-02T00:00:00Z"), Vec::<DateTime<Utc>>::new());
}

#[test]
fn what_has_not_happened_yet_is_no_evidence_and_no_coverage() {
    let bytes = file(&[
        record("2026-11-28T00:15:00Z", json!({})),
        record("2026-11-28T00:15:01Z", json!({"awsRegion": "us-east-1"})),
        record("9999-12-31T23:59:59Z", json!({"awsRegion": "us-east-1"})),
        record("+12026-11-01T10:00:00Z", json!({"awsRegion": "us-east-1"})),
    ]);
    let trail = wanted().read("f", bytes.as_slice()).unwrap();
    let notes = &trail.notes;
    // What chrono does not read as a time at all has none.
    let odd = notes.in_future + notes.aside.listed.get(&Aside::NoTime).copied().unwrap_or_default();
    assert_eq!((notes.records, notes.seen, odd), (4, 1, 3));
    assert_eq!(notes.regions().collect::<Vec<_>>(), ["eu-west-1"]);
    let only = at("2026-11-28T00:15:00Z");
    assert_eq!(notes.span, Some((only, only)));
    assert_eq!(trail.log.len(), (1, 0));
}

#[test]
fn notes_that_are_written_read_back_as_they_were() {
    let bytes = file(&[
        record("2026-11-01T10:00:00Z", json!({})),
        record("2026-11-02T10:00:00Z", json!({"eventName": "NoSuchCall"})),
        record("2026-11-02T11:00:00Z", json!({"userIdentity": {"type": "Root"}})),
        record(
            "2026-11-02T11:00:00Z",
            json!({"userIdentity": {"type": "AWSAccount",
            "accountId": "444455556666"}}),
        ),
    ]);
    let notes = wanted().read("f", bytes.as_slice()).unwrap().notes;
    let written = serde_json::to_string(&notes).unwrap();
    assert_eq!(serde_json::from_str::<Notes>(&written).unwrap(), notes);
    assert!(serde_json::from_str::<Notes>(&written.replacen("records", "record", 1)).is_err());
}

#[test]
fn a_digest_is_passed_over_and_what_is_no_record_is_refused() {
    let digest = json!({"digestStartTime": "2026-11-01T10:00:00Z", "logFiles": []}).to_string();
    let trail = wanted().read("f", digest.as_bytes()).unwrap();
    assert_eq!((trail.notes.records, trail.notes.seen), (1, 0));
    let expected = "record 1 has neither `eventSource` nor `eventName`; a trail is \
                    `{\"Records\":[…]}`, or one record a line";
    assert_eq!(error(br#"{"Events":[]}"#), expected);
}

#[test]
fn gzip_that_is_cut_short_or_damaged_says_so() {
    let whole = gzip(&file(&[record("2026-11-01T10:00:00Z", json!({}))]));
    for end in 3..whole.len() {
        let found = error(&whole[..end]);
        assert!(found.starts_with("its gzip data cannot be inflated: "), "{end}: {found}");
    }
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    assert!(error(&damaged).starts_with("its gzip data cannot be inflated: "));
    assert_eq!(error(&[]), "it is empty");
    assert_eq!(error(&gzip(&[])), "it is empty");
    // Files that were put together are read to their end.
    let twice = [whole.clone(), whole].concat();
    assert_eq!(wanted().read("f", twice.as_slice()).unwrap().notes.records, 2);
}

#[test]
fn a_bomb_ends_at_the_limit_and_a_long_string_before_it() {
    let zeros = gzip(&vec![b' '; 8 * 1024 * 1024]);
    let bomb: Vec<u8> = zeros.iter().copied().cycle().take(zeros.len() * 65).collect();
    assert_eq!(
        error(&bomb),
        "it holds more than 512 MB once inflated; split it up if it is your own"
    );
    let long = record("2026-11-01T10:00:00Z", json!({"eventName": "x".repeat(10_000_000)}));
    let too_long = "record 1 is longer than 4 MB, and CloudTrail cuts records off at 1 MB";
    assert_eq!(error(&gzip(&file(&[long]))), too_long);
}

#[test]
fn a_file_with_one_bad_record_is_refused_whole() {
    let good = record("2026-11-01T10:00:00Z", json!({})).to_string();
    let twice = good.replacen('{', r#"{"eventName":"DeleteQueue","#, 1);
    let expected = "record 2: duplicate field `eventName` at line 1 column ";
    assert!(error(format!("{good}\n{twice}\n").as_bytes()).starts_with(expected));
    let broken = good.replacen(':', "=", 1);
    assert!(error(format!("{good}\n{broken}\n").as_bytes()).starts_with("record 2: expected `:`"));
    let not_text = [good.as_bytes(), b"\n{\"requestParameters\":\"\xff\"}"].concat();
    assert_eq!(error(&not_text), "record 2 is not UTF-8");
    assert!(error(b"PK\x03\x04").contains("`P` stands where a record should begin"));
}

#[test]
fn lists_of_what_is_set_aside_end_somewhere() {
    let mut tally = Tally::default();
    (0..2_000).for_each(|it| tally.add(it, 1));
    tally.add(5, 1);
    assert_eq!((tally.listed.len(), tally.others, tally.listed[&5]), (MAX_LISTED, 1_000, 2));
}
