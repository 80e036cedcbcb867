//! What the page shows of one principal once its row is opened.
//!
//! It has everything that the JSON of an [`Entry`] has, grouped by reasons, and of long lists the
//! beginning with the total: the boundary of an administrator has reasons for ten thousand actions.

use crate::entry::{Entry, Standing};
use crate::reasons::{self, Group, day};
use crate::service::{ServiceJson, UseWord};
use leastwise_policy::action::{AccessLevel, Action};
use leastwise_rightsizing::evidence::Granularity;
use leastwise_rightsizing::evidence::witnesses::Source;
use leastwise_rightsizing::iam::PolicySource;
use leastwise_rightsizing::presentation::{PlanJson, ProvedBreakJson, ReachJson, RefusalJson};
use leastwise_rightsizing::score::{Share, Weight};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many things of one list the page names. `leastwise scan --output json` has all.
pub(crate) const LISTED: usize = 60;

/// The details of a principal.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detail<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reported: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Granularity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_judged: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drivers: Vec<(&'a str, u8)>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    origins: &'a [Share],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    services: Vec<ServiceGroup<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ignored: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<&'a ReachJson>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    suspected_breaks: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    proved_breaks: &'a [ProvedBreakJson],
    #[serde(flatten)]
    standing: &'a Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<PlanDetail<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'a RefusalJson>,
}

/// Services of the same use, for the same reason, granted by the same policies.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ServiceGroup<'a> {
    #[serde(rename = "use")]
    usage: UseWord,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    granted_by: Vec<String>,
    services: Vec<ServiceRow<'a>>,
}

/// Service, level, day of the last use, who saw it, idle actions, tracked actions, idle weight.
#[derive(Debug, PartialEq, Serialize)]
struct ServiceRow<'a>(
    &'a str,
    Option<AccessLevel>,
    Option<String>,
    Option<Source>,
    usize,
    usize,
    Option<Weight>,
);

/// A planned boundary with its reasons.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanDetail<'a> {
    after: Option<u8>,
    characters: usize,
    boundary: &'a serde_json::Value,
    kept: Vec<Group<'a>>,
    dropped: Vec<Group<'a>>,
    unknown: Vec<Group<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extras: Option<Extras<'a>>,
    warnings: Vec<(&'static str, &'a str)>,
}

/// What a boundary admits for its size's sake.
#[derive(Debug, PartialEq, Serialize)]
struct Extras<'a> {
    total: usize,
    granted: usize,
    levels: BTreeMap<&'static str, usize>,
    items: Vec<&'a Action>,
}

impl<'a> Detail<'a> {
    pub(crate) fn of(entry: &'a Entry) -> Self {
        let score = entry.score.as_ref();
        Self {
            created: entry.created.map(day),
            reported: entry.reported.map(day),
            evidence: score.map(|score| score.evidence),
            not_judged: entry.not_judged.as_deref(),
            drivers: score
                .map(|score| {
                    let drivers = score.drivers.iter().filter(|driver| driver.points > 0);
                    drivers.map(|driver| (driver.service.as_str(), driver.points)).collect()
                })
                .unwrap_or_default(),
            origins: score.map(|score| score.origins.as_slice()).unwrap_or_default(),
            services: service_groups(&entry.services),
            ignored: score.map(|score| score.ignored.as_slice()).unwrap_or_default(),
            reach: score.and_then(|score| score.reach.as_ref()),
            suspected_breaks: score.map(|it| it.suspected_breaks.as_slice()).unwrap_or_default(),
            proved_breaks: score.map(|it| it.proved_breaks.as_slice()).unwrap_or_default(),
            standing: &entry.standing,
            plan: entry.plan().map(PlanDetail::of),
            refused: entry.refused(),
        }
    }
}

fn service_groups(services: &[ServiceJson]) -> Vec<ServiceGroup<'_>> {
    let mut groups: Vec<(&[PolicySource], ServiceGroup<'_>)> = Vec::new();
    for service in services {
        let row = ServiceRow(
            &service.service,
            service.level,
            service.last_used.map(day),
            service.seen_by,
            service.idle_actions,
            service.tracked_actions,
            service.idle_weight,
        );
        let same = groups.iter_mut().find(|(granted_by, group)| {
            (group.usage, group.why) == (service.usage, service.why)
                && *granted_by == service.granted_by
        });
        match same {
            Some((_, group)) => group.services.push(row),
            None => groups.push((
                &service.granted_by,
                ServiceGroup {
                    usage: service.usage,
                    why: service.why,
                    granted_by: service.granted_by.iter().map(ToString::to_string).collect(),
                    services: vec![row],
                },
            )),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

impl<'a> PlanDetail<'a> {
    fn of(plan: &'a PlanJson) -> Self {
        Self {
            after: plan.expected_index,
            characters: plan.characters,
            boundary: &plan.boundary,
            kept: reasons::kept(plan, LISTED),
            dropped: reasons::dropped(plan, LISTED),
            unknown: reasons::unknown(plan, LISTED),
            extras: Extras::of(plan),
            warnings: plan.warnings.iter().map(|it| (it.warning, it.message.as_str())).collect(),
        }
    }
}

impl<'a> Extras<'a> {
    fn of(plan: &'a PlanJson) -> Option<Self> {
        let mut levels = BTreeMap::new();
        for extra in &plan.extras {
            *levels.entry(extra.level.as_str()).or_default() += 1;
        }
        (!plan.extras.is_empty()).then(|| Self {
            total: plan.extras.len(),
            granted: plan.extras.iter().filter(|extra| extra.granted).count(),
            levels,
            items: plan.extras.iter().take(LISTED).map(|extra| &extra.action).collect(),
        })
    }
}
