//! What the page shows of one principal once its row is opened.
//!
//! It has everything that the JSON of an [`Entry`] has, grouped by reasons, and of long lists the
//! beginning with the total: the boundary of an administrator has reasons for ten thousand actions.

use crate::entry::{Entry, Standing};
use crate::service::{ServiceJson, UseWord};
use chrono::{DateTime, Utc};
use leastwise_policy::action::{AccessLevel, Action};
use leastwise_policy::pattern::Pattern;
use leastwise_rightsizing::evidence::Granularity;
use leastwise_rightsizing::evidence::witnesses::Source;
use leastwise_rightsizing::iam::PolicySource;
use leastwise_rightsizing::presentation::{
    KeptActionJson, PlanJson, ProvedBreakJson, ReachJson, RefusalJson,
};
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

/// Services or actions that have one reason.
#[derive(Debug, PartialEq, Serialize)]
struct Group<'a> {
    why: &'static str,
    /// The action that needs them, or that they undo.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    total: usize,
    items: Vec<Item<'a>>,
}

/// What is kept or dropped, the day of the last use, and who saw it.
#[derive(Debug, PartialEq, Serialize)]
struct Item<'a>(
    &'a str,
    #[serde(skip_serializing_if = "Option::is_none")] Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")] Option<Source>,
);

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

/// A date is enough for a person, and IAM is hours late anyway.
fn day(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d").to_string()
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
        let unknown = plan.unknown.iter().flat_map(|unknown| {
            let whole = unknown.actions.is_empty().then_some(unknown.service.as_str());
            let names = whole.into_iter().chain(unknown.actions.iter().map(Pattern::as_str));
            names.map(|name| ((unknown.why, None), Item(name, None, None)))
        });
        let dropped = plan.dropped.iter().flat_map(|dropped| {
            let last = dropped.last_used.map(day);
            let whole = dropped.actions.is_empty();
            let whole = whole.then(|| ((dropped.why, None), Item(&dropped.service, last, None)));
            let actions = dropped.actions.iter().map(|action| {
                ((action.why, None), Item(action.action.as_str(), action.last_used.map(day), None))
            });
            whole.into_iter().chain(actions)
        });
        Self {
            after: plan.expected_index,
            characters: plan.characters,
            boundary: &plan.boundary,
            kept: grouped(kept(plan)),
            dropped: grouped(dropped),
            unknown: grouped(unknown),
            extras: Extras::of(plan),
            warnings: plan.warnings.iter().map(|it| (it.warning, it.message.as_str())).collect(),
        }
    }
}

/// A reason: its word, and the action that it is about.
type Reason<'a> = (&'static str, Option<&'a str>);

fn kept(plan: &PlanJson) -> impl Iterator<Item = (Reason<'_>, Item<'_>)> {
    plan.kept.iter().flat_map(|kept| {
        let whole = kept.actions.is_none().then(|| {
            ((kept.why, None), Item(&kept.service, kept.last_used.map(day), kept.seen_by))
        });
        let actions = kept.actions.iter().flatten();
        whole.into_iter().chain(actions.map(kept_action))
    })
}

fn kept_action(kept: &KeptActionJson) -> (Reason<'_>, Item<'_>) {
    let by = kept.needed_by.as_ref().or(kept.undoes.as_ref()).map(Action::as_str);
    ((kept.why, by), Item(kept.action.as_str(), kept.last_used.map(day), kept.seen_by))
}

/// The things by their reasons, in the order in which reasons first come.
fn grouped<'a>(things: impl Iterator<Item = (Reason<'a>, Item<'a>)>) -> Vec<Group<'a>> {
    let mut places: BTreeMap<Reason<'_>, usize> = BTreeMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for ((why, by), item) in things {
        let place = *places.entry((why, by)).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Group { why, by, total: 0, items: Vec::new() });
        }
        let Some(group) = groups.get_mut(place) else { continue };
        group.total += 1;
        if group.items.len() < LISTED {
            group.items.push(item);
        }
    }
    groups.sort_by_key(|group| (group.why != "used", group.why));
    groups
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_stand_under_their_reasons_and_the_rest_of_a_long_list_is_a_number() {
        let names: Vec<String> = (0..LISTED + 2).map(|number| format!("s3:Get{number}")).collect();
        let idle = names.iter().map(|name| (("never-used", None), Item(name, None, None)));
        let one = [(("used", None), Item("s3:Put", Some("2026-10-01".to_owned()), None))];
        let groups = grouped(idle.chain(one));
        let totals: Vec<(&str, usize, usize)> =
            groups.iter().map(|group| (group.why, group.total, group.items.len())).collect();
        assert_eq!(totals, [("used", 1, 1), ("never-used", LISTED + 2, LISTED)]);
    }
}
