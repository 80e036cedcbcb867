//! Recorded trails, held out: the first half of a principal's records is the evidence, and its boundary is judged by
//! the calls of the second half. The records are kept outside of this project; skipped where they are missing.

#![expect(clippy::unwrap_used, reason = "integration tests fail by panicking")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]
#![expect(clippy::disallowed_methods, reason = "the library reads no files, its tests do")]

use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::action::Action;
use leastwise_policy::catalog::{Catalog, Service};
use leastwise_policy::permissions::Permissions;
use leastwise_rightsizing::evidence::witnesses::{
    Called, Places, Source, Stretch, Subject, Times, UsageLog, Witnesses,
};
use leastwise_rightsizing::evidence::{
    ActionLastAccessed, Evidence, LastAccessedReport, ReportPage, ServiceLastAccessed,
};
use leastwise_rightsizing::iam::{GrantingPolicy, PolicySource, Principal};
use leastwise_testing::{allow, as_of, days_ago, plan_at, plan_settings};
use leastwise_trails::names::Names;
use leastwise_trails::observation::{Observation, Outcome};
use leastwise_trails::record::{Reading, Record};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How many calls a principal must have made.
const ENOUGH: usize = 10;

/// What is known beside IAM's report, which is drawn from the same records.
#[derive(Debug, Clone, Copy)]
enum Known {
    Nothing,
    Log,
    /// The log says that nothing is missing in it.
    CompleteLog,
}

/// The calls of each principal that were not denied, in the order of their times.
fn calls() -> Option<BTreeMap<Subject, Vec<Observation>>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let Ok(text) = std::fs::read_to_string(data.join("cloudtrail/events.ndjson")) else {
        eprintln!("skipped: `{}` is not there", data.display());
        return None;
    };
    let mut calls: BTreeMap<Subject, Vec<Observation>> = BTreeMap::new();
    for line in text.lines() {
        let json: Value = serde_json::from_str(line).unwrap();
        let account = json.pointer("/userIdentity/accountId").and_then(Value::as_str);
        let account = account.unwrap_or_default();
        let record = Record::parse(line).unwrap();
        let Reading::Seen(seen) = record.read(account, Names::embedded()) else { continue };
        for observation in seen {
            if !matches!(observation.outcome, Outcome::Denied(_)) {
                calls.entry(observation.by.clone()).or_default().push(observation);
            }
        }
    }
    for calls in calls.values_mut() {
        calls.sort_by_key(|call| call.at);
    }
    calls.retain(|_, calls| calls.len() >= ENOUGH);
    Some(calls)
}

/// The principal, which may do everything: what its policies granted is in no record.
fn principal(subject: &Subject) -> Principal {
    let (id, arn) = match subject {
        Subject::Id(id, Some(arn)) => (id.clone(), arn.clone()),
        Subject::Id(id, None) => {
            (id.clone(), "arn:aws:iam::111122223333:role/unnamed".parse().unwrap())
        }
        Subject::Arn(arn) => ("AROAEXAMPLE0RECORDED".parse().unwrap(), arn.clone()),
    };
    let source = PolicySource::Inline { name: "everything".to_owned() };
    Principal {
        arn,
        unique_id: id,
        created: Some(days_ago(1_000)),
        last_used: None,
        tags: BTreeMap::new(),
        policies: vec![GrantingPolicy { source, document: Ok(allow(&["*"])) }],
        groups: Vec::new(),
        boundary: None,
        trust: None,
    }
}

/// When each thing was called last. The last call of all is made at the moment of the plan, so that IAM tracks by then
/// what it tracks today.
fn last_calls(calls: &[Observation]) -> BTreeMap<Called, DateTime<Utc>> {
    let end = calls.last().unwrap().at;
    calls.iter().map(|call| (call.called.clone(), as_of() - (end - call.at))).collect()
}

fn row(service: &Service, last: &BTreeMap<Called, DateTime<Utc>>) -> ServiceLastAccessed {
    let catalog = Catalog::embedded();
    let of_service = |called: &&Called| called.service().eq_ignore_ascii_case(&service.namespace);
    let actions = service.ids().map(|id| catalog.action(id));
    let tracked = actions.filter(|action| action.tracked_since.is_some());
    let of_action = |name: &str| {
        let mut actions = last.iter().filter_map(|(called, at)| match called {
            Called::Action(action) => Some((action, *at)),
            Called::Service(_) => None,
        });
        actions.find(|(action, _)| action.as_str().eq_ignore_ascii_case(name)).map(|it| it.1)
    };
    ServiceLastAccessed {
        service_namespace: service.namespace.clone(),
        last_authenticated: last.iter().filter(|(it, _)| of_service(it)).map(|it| *it.1).max(),
        total_authenticated_entities: None,
        last_authenticated_entity: None,
        tracked_actions_last_accessed: tracked
            .map(|action| ActionLastAccessed {
                action_name: action.name.to_owned(),
                last_accessed_time: of_action(&action.to_string()),
                last_accessed_entity: None,
            })
            .collect(),
    }
}

/// What IAM would show of these calls.
fn of_iam(last: &BTreeMap<Called, DateTime<Utc>>) -> Evidence {
    let rows = Catalog::embedded().services().map(|service| row(service, last)).collect();
    let page = ReportPage {
        job_status: "COMPLETED".to_owned(),
        job_type: Some("ACTION_LEVEL".to_owned()),
        job_completion_date: Some(as_of()),
        services_last_accessed: Some(rows),
        ..ReportPage::default()
    };
    LastAccessedReport::from_pages(vec![page]).unwrap().into()
}

fn evidence(principal: &Principal, calls: &[Observation], known: Known) -> Evidence {
    let last = last_calls(calls);
    let mut log = UsageLog::new(Source::CloudTrail, principal.arn.account());
    if matches!(known, Known::CompleteLog) {
        log.cover(Stretch {
            from: days_ago(400),
            to: as_of() + TimeDelta::seconds(1),
            regions: Places::All,
            management: true,
            data_of: BTreeSet::new(),
        });
    }
    if !matches!(known, Known::Nothing) {
        for (called, at) in &last {
            let subject = Subject::Id(principal.unique_id.clone(), None);
            log.used(subject, called.clone(), Times::once(*at, None));
        }
    }
    let mut witnesses = Witnesses::default();
    witnesses.add(log);
    Evidence { sightings: witnesses.of(principal), ..of_iam(&last) }
}

/// The actions of later calls that the boundary would deny; `None` where none is planned.
fn denied(
    principal: &Principal,
    (first, later): (&[Observation], &[Observation]),
    known: Known,
) -> Option<Vec<Action>> {
    let (evidence, catalog) = (evidence(principal, first, known), Catalog::embedded());
    let plan = plan_at(as_of(), principal, &evidence, &plan_settings(), catalog).ok()?;
    let boundary = Permissions::of([&plan.document]);
    let called = later.iter().filter_map(|call| match &call.called {
        Called::Action(action) => Some(action),
        Called::Service(_) => None,
    });
    Some(called.filter(|action| !boundary.permits(action.as_str())).cloned().collect())
}

/// What came of the second half of the calls of all principals.
#[derive(Debug, Default, PartialEq, Eq)]
struct Figures {
    principals: usize,
    calls: usize,
    later: usize,
    /// Later calls of actions that were not called in the first half.
    new: usize,
    /// Later calls that the boundary denies: by IAM's report alone, with the log, and with a complete one.
    denied: [usize; 3],
}

#[test]
fn a_log_has_no_later_call_denied_that_iams_report_lets_through() {
    let Some(calls) = calls() else { return };
    let mut figures = Figures::default();
    for (subject, calls) in &calls {
        let principal = principal(subject);
        let (first, later) = calls.split_at(calls.len() / 2);
        let is_new = |called: &Called| first.iter().all(|call| call.called != *called);
        let by = |known| denied(&principal, (first, later), known).unwrap();
        let [alone, log, complete] = [Known::Nothing, Known::Log, Known::CompleteLog].map(by);
        for denied in [&alone, &log, &complete] {
            assert!(denied.iter().all(|it| is_new(&Called::Action(it.clone()))), "{subject:?}");
        }
        assert_eq!([&log, &complete], [&alone, &alone], "{subject:?}");
        figures.principals += 1;
        figures.calls += calls.len();
        figures.later += later.len();
        figures.new += later.iter().filter(|call| is_new(&call.called)).count();
        let denied = [alone, log, complete].map(|denied| denied.len());
        for (sum, count) in figures.denied.iter_mut().zip(denied) {
            *sum += count;
        }
    }
    let expected = Figures { principals: 8, calls: 221, later: 113, new: 20, denied: [19, 19, 19] };
    assert_eq!(figures, expected);
}
