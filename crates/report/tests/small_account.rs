//! A small account, as JSON and as the page, to the last value.

#![expect(clippy::unwrap_used, reason = "integration tests fail by panicking")]
#![expect(clippy::indexing_slicing, reason = "integration tests fail by panicking")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use flate2::read::ZlibDecoder;
use leastwise_policy::catalog::Catalog;
use leastwise_report::entry::{Entry, Judgement, Planned, Unjudged};
use leastwise_report::header::Header;
use leastwise_report::packed::DetailText;
use leastwise_report::page::Page;
use leastwise_report::scan::{Finished, Scan, ScanJson};
use leastwise_report::trend::{Earlier, Trend};
use leastwise_rightsizing::evidence::{Evidence, LastAccessedReport, ReportError};
use leastwise_rightsizing::iam::{Account, Principal};
use leastwise_rightsizing::presentation::{RefusalJson, ScoreJson};
use leastwise_rightsizing::score::Score;
use leastwise_rightsizing::settings::Weighting;
use leastwise_rightsizing::verdict::{self, RuleSettings, evaluate};
use serde_json::{Value, json};
use std::io::Read;

/// Two queues of a group lie idle, as does a mail service that both the user and the group are
/// granted.
const ACCOUNT: &str = r#"{
  "UserDetailList": [{
    "Arn": "arn:aws:iam::111122223333:user/mira", "UserId": "AIDAEXAMPLE0000000001", "UserName": "mira",
    "CreateDate": "2023-01-01T00:00:00Z", "GroupList": ["ops"],
    "Tags": [{ "Key": "leastwise:held-until", "Value": "2026-12-01" }],
    "UserPolicyList": [{ "PolicyName": "</script><b>", "PolicyDocument": { "Version": "2012-10-17", "Statement": [
      { "Effect": "Allow", "Action": ["s3:GetObject", "ses:SendEmail"], "Resource": "*" }] } }]
  }],
  "GroupDetailList": [{
    "Arn": "arn:aws:iam::111122223333:group/ops", "GroupId": "AGPAEXAMPLE0000000001", "GroupName": "ops",
    "GroupPolicyList": [{ "PolicyName": "queues", "PolicyDocument": { "Version": "2012-10-17", "Statement": [
      { "Effect": "Allow", "Action": ["sqs:SendMessage", "ses:SendEmail"], "Resource": "*" }] } }]
  }],
  "RoleDetailList": [{
    "Arn": "arn:aws:iam::111122223333:role/night", "RoleId": "AROAEXAMPLE0000000001", "RoleName": "night",
    "CreateDate": "2023-01-01T00:00:00Z",
    "RolePolicyList": [{ "PolicyName": "work", "PolicyDocument": { "Version": "2012-10-17", "Statement": [
      { "Effect": "Allow", "Action": "sqs:*", "Resource": "*" }] } }]
  }]
}"#;

fn as_of() -> DateTime<Utc> {
    "2026-11-01T12:00:00Z".parse().unwrap()
}

fn header() -> Header {
    Header::new(Some("111122223333".to_owned()), as_of(), "0.1.0", 180, 60, Weighting::Risk)
}

/// What IAM says of `mira`; of the role there is no report.
fn evidence() -> Evidence {
    let report = json!({
        "JobStatus": "COMPLETED", "JobType": "SERVICE_LEVEL", "JobCompletionDate": "2026-11-01T06:00:00Z",
        "ServicesLastAccessed": [
            { "ServiceNamespace": "s3", "LastAuthenticated": "2026-10-30T09:00:00Z" },
            { "ServiceNamespace": "ses", "LastAuthenticated": "2026-02-01T09:00:00Z" },
            { "ServiceNamespace": "sqs" }
        ]
    });
    LastAccessedReport::from_json(&report).unwrap().into()
}

fn entry(principal: &Principal, evidence: Result<&Evidence, &ReportError>) -> Entry {
    let (settings, catalog) = (RuleSettings::default(), Catalog::embedded());
    let usage = verdict::usage(principal, evidence, &settings, catalog, as_of());
    let score = usage
        .as_ref()
        .ok()
        .map(|usage| ScoreJson::of(Score::of(&usage.services, Weighting::Risk), usage, principal));
    let index =
        usage.as_ref().map_err(|why| Unjudged { word: why.word(), reason: why.to_string() });
    let index = index.and_then(|usage| {
        let score = Score::of(&usage.services, Weighting::Risk);
        let index = verdict::index(&score, usage, settings.minimum_known);
        index.map_err(|why| Unjudged { word: why.word(), reason: why.to_string() })
    });
    let judged = Judgement {
        principal,
        evidence,
        usage: usage.as_ref().ok(),
        score,
        index,
        compliance: evaluate(principal, evidence, &settings, catalog, as_of()).compliance,
        planned: Planned::Refused(RefusalJson { error: "TooLarge", reason: "it is".to_owned() }),
    };
    Entry::of(judged, Weighting::Risk, as_of())
}

fn entries() -> Vec<Entry> {
    let account = Account::from_json(ACCOUNT).unwrap();
    let (evidence, missing) = (evidence(), ReportError::Missing);
    let is_mira = |principal: &Principal| principal.arn.name() == "mira";
    let of = |principal| {
        entry(principal, if is_mira(principal) { Ok(&evidence) } else { Err(&missing) })
    };
    account.principals().map(of).collect()
}

fn finished(entries: &[Entry]) -> Finished {
    let mut scan = Scan::new(&header());
    for entry in entries {
        scan.add(entry, Some(DetailText::of(entry).unwrap())).unwrap();
    }
    scan.finish().unwrap()
}

/// Reading S3 weighs 3 and is used; writing to SES and to SQS weighs 6 each and is idle: 12 of 15
/// is 80. SES has been stale since February and comes directly; SQS comes by the group.
#[test]
fn everything_that_a_scan_says_stands_in_its_json() {
    let entries = entries();
    let summary = finished(&entries).summary;
    let header = header();
    let scan = ScanJson { header: &header, summary: &summary, principals: &entries };
    let mut expected: Value = serde_json::from_str(include_str!("expected/scan.json")).unwrap();
    expected["catalogue"] = Catalog::embedded().date().to_string().into();
    assert_eq!(serde_json::to_value(&scan).unwrap(), expected);
}

fn page(trend: &Trend) -> String {
    Page::of(&header(), &finished(&entries()), trend).unwrap().html().to_owned()
}

/// What stands between two texts, of which the first is there once.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

fn rows(page: &str) -> Value {
    let data: Value = serde_json::from_str(between(page, r#"id="data">"#, "</script>")).unwrap();
    let columns = data["columns"].as_array().unwrap().clone();
    let row = |values: &Value| -> Value {
        let named = columns.iter().zip(values.as_array().unwrap());
        named.map(|(key, value)| (key.as_str().unwrap().to_owned(), value.clone())).collect()
    };
    data["rows"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn a_row_of_the_page_has_what_the_list_shows_and_null_for_what_is_not_known() {
    // The two services, the two policies and the group are named in this order.
    let expected = json!([
        {
            "name": "arn:aws:iam::111122223333:user/mira", "index": 80, "above": 1, "notJudged": null,
            "idleWeight": 12.0, "granted": 3, "used": 1, "never": 1, "stale": 1, "unknown": 0,
            "drivers": [["ses", 40], ["sqs", 40]], "reaches": null, "refused": "TooLarge", "after": null,
            "characters": null, "breaks": "", "standing": "h", "earlier": 90, "named": [0, 1, 3, 2, 4]
        },
        {
            "name": "arn:aws:iam::111122223333:role/night", "index": null, "above": 0,
            "notJudged": "no-usable-report", "idleWeight": null, "granted": null, "used": null, "never": null,
            "stale": null, "unknown": null, "drivers": [], "reaches": null, "refused": "TooLarge", "after": null,
            "characters": null, "breaks": "", "standing": "", "earlier": null, "named": []
        }
    ]);
    let earlier = json!({
        "account": "111122223333", "asOf": "2026-10-01T00:00:00Z", "unusedAfterDays": 180, "weighting": "risk",
        "summary": { "principals": 2, "judged": 1, "index": 90, "nonCompliant": 1 },
        "principals": [
            { "principal": "arn:aws:iam::111122223333:user/mira", "index": 90 },
            { "principal": "arn:aws:iam::111122223333:role/night", "index": null }
        ]
    });
    let earlier = Earlier::from_json(&earlier.to_string(), &header()).unwrap();
    assert_eq!(rows(&page(&Trend::of(vec![earlier]).unwrap())), expected);
}

#[test]
fn the_details_are_inflated_to_what_was_packed_a_line_for_each_principal() {
    let page = page(&Trend::default());
    let packed = STANDARD.decode(between(&page, r#"id="lot-0">"#, "</script>")).unwrap();
    let mut text = String::new();
    ZlibDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    let details: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(details.len(), 2);
    assert_eq!(
        details[0],
        json!({
            "created": "2023-01-01", "reported": "2026-11-01", "evidence": "service-level",
            "drivers": [["ses", 40], ["sqs", 40]],
            "origins": [{ "group": null, "points": 40 }, { "group": "ops", "points": 40 }],
            "services": [
                { "use": "used", "services": [["s3", "read", "2026-10-30", null, 0, 0, null]] },
                {
                    "use": "stale",
                    "grantedBy": ["inline policy `</script><b>`", "inline policy `queues` of group `ops`"],
                    "services": [["ses", "write", "2026-02-01", null, 0, 0, 6.0]]
                },
                {
                    "use": "never-used", "grantedBy": ["inline policy `queues` of group `ops`"],
                    "services": [["sqs", "write", null, null, 0, 0, 6.0]]
                }
            ],
            "hold": "held until 2026-12-02 00:00",
            "refused": { "error": "TooLarge", "reason": "it is" }
        })
    );
}

#[test]
fn no_name_of_the_account_is_markup_on_the_page() {
    let page = page(&Trend::default());
    assert_eq!(page.matches("<b>").count(), 0);
    assert_eq!(page.matches("&#60;/script&#62;&#60;b&#62;").count(), 2, "its name and its title");
    // The data, the lot of details, and the script of the page.
    assert_eq!(page.matches("</script>").count(), 3);
}

#[test]
fn the_same_scan_is_the_same_page() {
    assert_eq!(page(&Trend::default()), page(&Trend::default()));
}

#[test]
fn the_scripts_make_no_markup_of_text() {
    let page = page(&Trend::default());
    for word in
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch("]
    {
        assert!(!page.contains(word), "{word}");
    }
}
