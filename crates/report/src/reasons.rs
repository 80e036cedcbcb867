//! What a boundary keeps and drops, under the reasons for it.

use chrono::{DateTime, Utc};
use leastwise_policy::action::Action;
use leastwise_policy::pattern::Pattern;
use leastwise_rightsizing::evidence::witnesses::Source;
use leastwise_rightsizing::presentation::{KeptActionJson, PlanJson};
use serde::Serialize;
use std::collections::BTreeMap;

/// Services or actions that have one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group<'a> {
    /// The reason as a word, as the JSON of a plan has it.
    pub why: &'static str,
    /// The action that needs them, or that they undo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'a str>,
    /// How many there are.
    pub total: usize,
    /// As many of them as were asked for.
    pub items: Vec<Item<'a>>,
}

/// What is kept or dropped, the day of the last use, and who saw it where that is not IAM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item<'a>(
    /// The service or the action.
    pub &'a str,
    /// The day of the last use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub Option<String>,
    /// Who saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub Option<Source>,
);

/// A date is enough for a person, and IAM is hours late anyway.
#[must_use]
pub fn day(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d").to_string()
}

/// What the plan keeps, with `listed` things of a reason at most.
#[must_use]
pub fn kept(plan: &PlanJson, listed: usize) -> Vec<Group<'_>> {
    let things = plan.kept.iter().flat_map(|kept| {
        let whole = kept.actions.is_none().then(|| {
            ((kept.why, None), Item(&kept.service, kept.last_used.map(day), kept.seen_by))
        });
        let actions = kept.actions.iter().flatten();
        whole.into_iter().chain(actions.map(kept_action))
    });
    grouped(services_first(things), listed)
}

/// What the plan drops, with `listed` things of a reason at most.
#[must_use]
pub fn dropped(plan: &PlanJson, listed: usize) -> Vec<Group<'_>> {
    let things = plan.dropped.iter().flat_map(|dropped| {
        let last = dropped.last_used.map(day);
        let whole = dropped.actions.is_empty();
        let whole = whole.then(|| ((dropped.why, None), Item(&dropped.service, last, None)));
        let actions = dropped.actions.iter().map(|action| {
            ((action.why, None), Item(action.action.as_str(), action.last_used.map(day), None))
        });
        whole.into_iter().chain(actions)
    });
    grouped(services_first(things), listed)
}

/// What the plan keeps because nothing is known of its use, with `listed` things of a reason at
/// most.
#[must_use]
pub fn unknown(plan: &PlanJson, listed: usize) -> Vec<Group<'_>> {
    let things = plan.unknown.iter().flat_map(|unknown| {
        let whole = unknown.actions.is_empty().then_some(unknown.service.as_str());
        let names = whole.into_iter().chain(unknown.actions.iter().map(Pattern::as_str));
        names.map(|name| ((unknown.why, None), Item(name, None, None)))
    });
    grouped(services_first(things), listed)
}

/// The reason for what is kept, dropped or unknown, for people.
#[must_use]
pub fn in_words(why: &'static str) -> &'static str {
    match why {
        "never-used" => "never used as far back as IAM looks",
        "stale" => "not used in the window",
        "used-in-part" => "the service is used in part",
        "unused-by-external-service" => "an external service saw no use",
        "needed" => "needed by what is kept",
        "undoes-used" => "undoes what is used",
        "checked-elsewhere" => "not checked by an AWS API, so no use would be recorded",
        "on-failure" => "for the day on which something fails",
        "own-credentials" => "for the person's own credentials",
        "preserved-read" => "only reads (PreserveReads)",
        "ignored-policy" => "granted by an ignored policy",
        "always-allowed" => "always allowed (AlwaysAllow)",
        "base-action" | "base-actions" => "left to whoever uses nothing (BaseActions)",
        "may-be-granted-by-resource-policy" => "a resource policy may grant it",
        "spared" => "kept for several reasons",
        "not-in-catalogue" => "not in the action catalogue",
        "not-tracked" => "IAM does not track it",
        "undated-use" => "used at a time that the report does not say",
        "younger-than-window" => "not used yet by a principal younger than the window",
        "age-unknown" => "not used, and the age of the principal is unknown",
        "granted-recently" => "granted only recently",
        "followed-lately" => "newly granted since the boundary was planned",
        "partition-not-watched" => "IAM keeps no last accessed data in this partition",
        "region-not-watched" => "an enabled Region has no last accessed data of the window",
        "evidence-is-old" => "the report is too old to say so",
        "source-not-read" => "a source of evidence could not be read",
        "sources-disagree" => "another source's list has it as used",
        "tracked-too-briefly" => "IAM tracks it since a day inside the window",
        "tracked-since-unknown" => "since when IAM tracks it is unknown",
        other => other,
    }
}

/// A reason: its word, and the action that it is about.
type Reason<'a> = (&'static str, Option<&'a str>);

fn kept_action(kept: &KeptActionJson) -> (Reason<'_>, Item<'_>) {
    let by = kept.needed_by.as_ref().or(kept.undoes.as_ref()).map(Action::as_str);
    ((kept.why, by), Item(kept.action.as_str(), kept.last_used.map(day), kept.seen_by))
}

/// The things by their reasons: what is used first, then by the word of the reason.
fn grouped<'a>(
    things: impl Iterator<Item = (Reason<'a>, Item<'a>)>,
    listed: usize,
) -> Vec<Group<'a>> {
    let mut places: BTreeMap<Reason<'_>, usize> = BTreeMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for ((why, by), item) in things {
        let place = *places.entry((why, by)).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Group { why, by, total: 0, items: Vec::new() });
        }
        let Some(group) = groups.get_mut(place) else { continue };
        group.total += 1;
        if group.items.len() < listed {
            group.items.push(item);
        }
    }
    groups.sort_by_key(|group| (group.why != "used", group.why));
    groups
}

/// Whole services before single actions: of a long list they say most.
fn services_first<'a>(
    things: impl Iterator<Item = (Reason<'a>, Item<'a>)>,
) -> impl Iterator<Item = (Reason<'a>, Item<'a>)> {
    let is_action = |(_, Item(name, ..)): &(_, Item<'a>)| name.contains(':');
    let (actions, services): (Vec<_>, Vec<_>) = things.partition(is_action);
    services.into_iter().chain(actions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_service_stands_before_single_actions() {
        let things = ["ecr:GetLifecyclePolicy", "lambda", "s3:GetObject", "sqs"];
        let things = things.iter().map(|name| (("never-used", None), Item(name, None, None)));
        let groups = grouped(services_first(things), 3);
        let [group] = groups.as_slice() else { panic!("{groups:?}") };
        let names: Vec<&str> = group.items.iter().map(|Item(name, ..)| *name).collect();
        assert_eq!((names, group.total), (vec!["lambda", "sqs", "ecr:GetLifecyclePolicy"], 4));
    }

    #[test]
    fn things_stand_under_their_reasons_and_the_rest_of_a_long_list_is_a_number() {
        let names: Vec<String> = (0..62).map(|number| format!("s3:Get{number}")).collect();
        let idle = names.iter().map(|name| (("never-used", None), Item(name, None, None)));
        let one = [(("used", None), Item("s3:Put", Some("2026-10-01".to_owned()), None))];
        let groups = grouped(idle.chain(one), 60);
        let totals: Vec<(&str, usize, usize)> =
            groups.iter().map(|group| (group.why, group.total, group.items.len())).collect();
        assert_eq!(totals, [("used", 1, 1), ("never-used", 62, 60)]);
    }
}
