use super::*;
use crate::evidence::witnesses::Places;
use std::collections::BTreeMap;

const HEADER: &str = r#"{"usageFile":1,"source":"cloud-trail","account":"111122223333","saw":[{"from":"2026-01-01T00:00:00Z","to":"2026-11-01T00:00:00Z","regions":{"in":["eu-west-1"]},"management":true,"dataOf":["s3"]}]}"#;

const BY_ARN: &str = r#"{"principal":"arn:aws:iam::111122223333:role/team/reporter","denied":"sqs:SendMessage","by":"permissions-boundary","policy":"arn:aws:iam::111122223333:policy/leastwise/b","first":"2026-10-03T00:00:00Z","last":"2026-10-04T00:00:00Z","count":7,"regions":["eu-west-1"]}"#;

const BY_ID: &str = r#"{"id":"AROAEXAMPLE000000001","used":"s3:GetObject","first":"2026-10-01T00:00:00Z","last":"2026-10-02T00:00:00.500Z","count":3,"regions":["eu-west-1"]}"#;

fn text(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

fn read(lines: &[&str]) -> Result<UsageLog, String> {
    UsageLog::read_from(&mut text(lines).as_bytes()).map_err(|error| error.to_string())
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn what_is_read_is_what_the_lines_say() {
    let log = read(&[HEADER, BY_ID, BY_ARN, r#"{"end":2}"#]).unwrap();
    let mut expected = UsageLog::new(Source::CloudTrail, "111122223333");
    let regions = BTreeSet::from(["eu-west-1".to_owned()]);
    expected.cover(Stretch {
        from: time("2026-01-01T00:00:00Z"),
        to: time("2026-11-01T00:00:00Z"),
        regions: Places::In(regions.clone()),
        management: true,
        data_of: BTreeSet::from(["s3".to_owned()]),
    });
    let id = Subject::Id("AROAEXAMPLE000000001".parse().unwrap(), None);
    let used = Times {
        first: time("2026-10-01T00:00:00Z"),
        last: time("2026-10-02T00:00:00.5Z"),
        count: 3,
        regions: regions.clone(),
    };
    expected.used(id, Called::Action("s3:GetObject".parse().unwrap()), used);
    let arn = "arn:aws:iam::111122223333:role/team/reporter".parse().unwrap();
    let denial = Denial {
        action: "sqs:SendMessage".parse().unwrap(),
        by: DeniedBy::PermissionsBoundary,
        policy: Some("arn:aws:iam::111122223333:policy/leastwise/b".to_owned()),
        times: Times {
            first: time("2026-10-03T00:00:00Z"),
            last: time("2026-10-04T00:00:00Z"),
            count: 7,
            regions,
        },
    };
    expected.denied(Subject::Arn(arn), denial);
    assert_eq!(log, expected);
}

#[test]
fn what_is_written_reads_back_and_is_written_as_the_same_bytes() {
    let lines = [HEADER, BY_ID, BY_ARN, r#"{"end":2}"#];
    let log = read(&lines).unwrap();
    let mut written = Vec::new();
    log.write_to(&mut written).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), text(&lines));
}

#[test]
fn lines_about_one_thing_join() {
    let later =
        BY_ID.replace("10-02T00:00:00.500", "10-09T00:00:00").replace("eu-west-1", "eu-north-1");
    let log = read(&[HEADER, BY_ID, &later, r#"{"end":2}"#]).unwrap();
    let times = log.uses.values().flat_map(BTreeMap::values).collect::<Vec<_>>();
    let expected = Times {
        first: time("2026-10-01T00:00:00Z"),
        last: time("2026-10-09T00:00:00Z"),
        count: 6,
        regions: BTreeSet::from(["eu-north-1".to_owned(), "eu-west-1".to_owned()]),
    };
    assert_eq!(times, [&expected]);
    assert_eq!(log.len(), (1, 0));
}

#[test]
fn a_file_that_was_cut_short_is_refused_wherever_it_was_cut() {
    let whole = format!("{HEADER}\n{BY_ID}\n{BY_ARN}\n{{\"end\":2}}\n");
    let end = whole.trim_end().len();
    for cut in 0..end {
        let mut part = whole.get(..cut).unwrap().as_bytes();
        assert!(UsageLog::read_from(&mut part).is_err(), "cut at {cut}");
    }
    assert!(UsageLog::read_from(&mut whole.get(..end).unwrap().as_bytes()).is_ok());
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let end = r#"{"end":1}"#;
    let other = BY_ARN.replace("111122223333:role", "444455556666:role");
    let nobody = BY_ID.replace(r#""id":"AROAEXAMPLE000000001","#, "");
    let service = BY_ID.replace("\"used\":\"s3:GetObject\"", "\"usedOf\":\"s3:*\"");
    let long = format!("{{\"id\":\"{}\"}}", "A".repeat(MAX_USAGE_LINE_BYTES));
    for (lines, expected) in [
        (
            vec![],
            "it is empty: the first line of a usage file says its version, source and account",
        ),
        (
            vec![HEADER, BY_ID],
            "it is cut short after line 2: the last line of a usage file is `{\"end\":N}`; write it anew",
        ),
        (vec![HEADER, BY_ID, BY_ARN, end], "line 4: 1 lines were written and 2 are there"),
        (vec![HEADER, BY_ID, end, BY_ID], "line 4: something follows the end"),
        (
            vec![HEADER, &other, end],
            "line 2: `arn:aws:iam::444455556666:role/team/reporter` is not of account 111122223333, \
             which the file is about",
        ),
        (vec![HEADER, &nobody, end], "line 2: who it was is missing: `principal`, `id` or both"),
        (vec![HEADER, &service, end], "line 2: `s3:*` is not the IAM prefix of a service"),
        (vec![HEADER, &long, end], "line 2: it is longer than 65536 bytes"),
        (
            vec![HEADER, r#"{"id":"AROA1","used":"s3:GetObject"}"#, end],
            "line 2: when it was is missing: `last`",
        ),
        (
            vec![HEADER, r#"{"id":"AROA1","last":"2026-01-01T00:00:00Z"}"#, end],
            "line 2: a line has one of `used`, `usedOf`, `denied`, `unused` and `end`",
        ),
    ] {
        assert_eq!(read(&lines).unwrap_err(), expected);
    }
}

#[test]
fn an_unknown_version_member_or_source_is_refused() {
    let refused =
        |from: &str, to: &str| read(&[&HEADER.replace(from, to), r#"{"end":0}"#]).unwrap_err();
    assert_eq!(
        refused("\"usageFile\":1", "\"usageFile\":2"),
        "line 1: version 2 of usage files is not known: this Leastwise reads version 1"
    );
    assert_eq!(
        refused("cloud-trail", "last-accessed"),
        "line 1: IAM's own data is read from IAM, not from a file"
    );
    assert_eq!(
        refused("111122223333", "1111"),
        "line 1: `1111` is not an account of twelve digits"
    );
    assert!(refused("\"saw\"", "\"seen\"").starts_with("line 1: unknown field `seen`"));
    assert!(refused("cloud-trail", "guess").starts_with("line 1: unknown variant `guess`"));
    let twice = BY_ID.replace("\"count\":3", "\"count\":3,\"count\":3");
    let twice = read(&[HEADER, &twice, r#"{"end":1}"#]).unwrap_err();
    assert!(twice.starts_with("line 2: duplicate field `count`"), "{twice}");
}

const UNUSED: &str = r#"{"principal":"arn:aws:iam::111122223333:role/team/reporter","unused":{"since":"2026-08-01T00:00:00Z","until":"2026-10-30T00:00:00Z","services":["sns"],"actions":["s3:GetBucketAcl"]}}"#;

#[test]
fn what_is_unused_is_listed_in_parts_that_join() {
    let more = UNUSED.replace("[\"sns\"]", "[\"SQS\"]");
    let log = read(&[HEADER, UNUSED, &more, r#"{"end":2}"#]).unwrap();
    let arn = "arn:aws:iam::111122223333:role/team/reporter".parse().unwrap();
    let mut expected = read(&[HEADER, r#"{"end":0}"#]).unwrap();
    let (since, until) = (time("2026-08-01T00:00:00Z"), time("2026-10-30T00:00:00Z"));
    let listing = Listing {
        services: BTreeSet::from(["sns".to_owned(), "sqs".to_owned()]),
        actions: BTreeSet::from(["s3:GetBucketAcl".parse().unwrap()]),
    };
    expected.unused(Subject::Arn(arn), Looked { since, until }, listing);
    assert_eq!(log, expected);
    let mut written = Vec::new();
    log.write_to(&mut written).unwrap();
    assert_eq!(UsageLog::read_from(&mut written.as_slice()).unwrap(), log);
}

#[test]
fn a_long_list_of_what_is_unused_takes_several_lines() {
    let mut log = UsageLog::new(Source::AccessAnalyzer, "111122223333");
    let arn = "arn:aws:iam::111122223333:role/admin".parse().unwrap();
    let actions = (0..1_234).map(|number| format!("ec2:Action{number}").parse().unwrap());
    let looked =
        Looked { since: time("2026-08-01T00:00:00Z"), until: time("2026-10-30T00:00:00Z") };
    let listing = Listing { services: BTreeSet::new(), actions: actions.collect() };
    log.unused(Subject::Arn(arn), looked, listing);
    let mut written = Vec::new();
    log.write_to(&mut written).unwrap();
    assert_eq!(std::str::from_utf8(&written).unwrap().lines().count(), 5);
    assert_eq!(UsageLog::read_from(&mut written.as_slice()).unwrap(), log);
}

#[test]
fn what_is_unused_says_of_what_time_and_names_something() {
    let wrong = |line: &str| read(&[HEADER, line, r#"{"end":1}"#]).unwrap_err();
    assert_eq!(
        wrong(&UNUSED.replace("2026-10-30", "2026-08-01")),
        "line 2: `since` is 2026-08-01 00:00:00 UTC, which is not before `until`"
    );
    assert_eq!(
        wrong(&UNUSED.replace(r#","services":["sns"],"actions":["s3:GetBucketAcl"]"#, "")),
        "line 2: what is unused has `services`, `actions` or both"
    );
    assert_eq!(
        wrong(&UNUSED.replace("\"unused\"", "\"last\":\"2026-10-30T00:00:00Z\",\"unused\"")),
        "line 2: a line has one of `used`, `usedOf`, `denied`, `unused` and `end`"
    );
}
