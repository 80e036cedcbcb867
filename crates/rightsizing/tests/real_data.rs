//! A real account and a real report, written by others and kept outside of this project; skipped where they are missing.

#![expect(clippy::unwrap_used, reason = "integration tests fail by panicking")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]
#![expect(clippy::disallowed_methods, reason = "the library reads no files, its tests do")]

use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::{Evidence, LastAccessedReport};
use leastwise_rightsizing::iam::{Account, Boundary, Principal};
use leastwise_rightsizing::plan::Refusal;
use leastwise_rightsizing::proof::prove;
use leastwise_rightsizing::score::Score;
use leastwise_rightsizing::usage::PrincipalUsage;
use leastwise_testing::{as_of, plan_at, plan_settings};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

fn read(file: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(file);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: `{}` is not there", path.display());
    }
    text
}

/// A report in which each principal has used some services, never used most, and a few are not listed.
fn seeded_evidence(principal: &Principal, as_of: DateTime<Utc>) -> Evidence {
    let rows: Vec<Value> = Catalog::embedded()
        .services()
        .filter_map(|service| {
            let mut hasher = DefaultHasher::new();
            (principal.arn.to_string(), &service.namespace).hash(&mut hasher);
            let last = match hasher.finish() % 20 {
                0 => return None,
                1..=4 => Some(as_of - TimeDelta::days(3)),
                5..=6 => Some(as_of - TimeDelta::days(200)),
                _ => None,
            };
            Some(json!({ "ServiceNamespace": service.namespace, "LastAuthenticated": last }))
        })
        .collect();
    let page = json!({
        "JobStatus": "COMPLETED", "JobCompletionDate": as_of, "ServicesLastAccessed": rows
    });
    LastAccessedReport::from_json(&page).unwrap().into()
}

/// The recorded account. Whoever published it added principals by hand, with an id that is not the account's.
fn recorded_account() -> Option<Account> {
    let text = read("gaad/cloudsplaining_example.json")?;
    Some(Account::from_json(&text.replace("012345678901", "200611803367")).unwrap())
}

fn index(principal: &Principal, evidence: &Evidence, as_of: DateTime<Utc>) -> Score {
    let settings = plan_settings();
    let (judging, catalog) = (&settings.judging, Catalog::embedded());
    let usage = PrincipalUsage::of(principal, evidence, judging, as_of, catalog).unwrap();
    Score::of(&usage.services, judging.weighting)
}

#[test]
fn every_principal_of_a_real_account_is_planned_for_and_proved_or_refused_for_a_reason() {
    let Some(account) = recorded_account() else { return };
    let as_of = as_of();
    let catalog = Catalog::embedded();
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for principal in account.principals() {
        let evidence = seeded_evidence(principal, as_of);
        let outcome = match plan_at(as_of, principal, &evidence, &plan_settings(), catalog) {
            Ok(plan) => {
                let proved = prove(principal, plan, catalog);
                let plan = proved.unwrap_or_else(|failure| panic!("{failure}")).into_plan();
                let is_exact = plan.extras.iter().all(|extra| !extra.granted);
                let boundary = Boundary {
                    policy_arn: principal.arn.boundary_policy_arn(),
                    document: Ok(plan.document),
                    since: None,
                };
                let bounded = Principal { boundary: Some(boundary), ..principal.clone() };
                let after = index(&bounded, &evidence, as_of);
                assert_eq!(after.index, plan.expected_index);
                assert_eq!(after.idle() == 0, is_exact);
                if is_exact { "exact" } else { "with extras" }
            }
            Err(refusal @ (Refusal::Exempt { .. } | Refusal::PermissionsUnknown { .. })) => {
                refusal.error_type()
            }
            Err(refusal) => panic!("{refusal}"),
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    assert_eq!(outcomes.values().sum::<usize>(), 44 + 78);
    eprintln!("{outcomes:?}");
}

/// Turns the datetimes of the recording (`{"__class__": "datetime", "year": …}`) into what AWS CLI prints.
fn with_times(value: Value) -> Value {
    match value {
        Value::Object(time) if time.contains_key("__class__") => {
            let part = |name: &str| time.get(name).and_then(Value::as_u64).unwrap();
            json!(format!(
                "{}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                part("year"),
                part("month"),
                part("day"),
                part("hour"),
                part("minute"),
                part("second"),
            ))
        }
        Value::Object(object) => {
            Value::Object(object.into_iter().map(|(key, value)| (key, with_times(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(with_times).collect()),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

#[test]
fn a_recorded_report_is_read_whole() {
    let Some(text) = read("access_advisor/custodian_GetServiceLastAccessedDetails.json") else {
        return;
    };
    let mut recording: Value = serde_json::from_str(&text).unwrap();
    let page = with_times(recording.get_mut("data").unwrap().take());
    let report = LastAccessedReport::from_json(&page).unwrap();
    assert_eq!(report.services().len(), 168);
    let used = report.services().filter(|row| row.last_authenticated.is_some()).count();
    assert_eq!(used, 98);
    let of = |service: &str| report.service(service).unwrap().last_authenticated;
    assert_eq!((of("a4b"), of("acm")), (None, Some("2019-02-08T14:55:00Z".parse().unwrap())));
    assert_eq!(report.completed(), Some("2019-03-13T12:56:11Z".parse().unwrap()));
}
