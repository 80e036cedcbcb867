//! What each added source changes against IAM's report alone.

use crate::replay::added::Added;
use crate::replay::class::{Aim, Class};
use crate::replay::draw::Case;
use crate::replay::outcome::{Outcome, Planned};
use crate::replay::record::Record;
use crate::replay::run::Tried;
use std::collections::{BTreeMap, BTreeSet};

/// How many calls of a class are named that are denied by what a source says.
const EXAMPLES: usize = 3;

/// The figures of the cases that were tried with other sources, by what was known.
///
/// Besides those of every run they have what is compared case by case: `common.…` counts the cases for which whatever
/// is known gives a plan (the index: those in which whatever is known gives one), `lost` the calls that are denied and are not by IAM's report alone, `won` the reverse.
#[derive(Debug)]
pub(crate) struct Gain {
    /// By IAM's report alone.
    pub(crate) alone: Record,
    pub(crate) with: BTreeMap<Added, Record>,
    /// A few of the calls that are lost, in words.
    pub(crate) lost: Vec<String>,
}

impl Gain {
    pub(crate) fn of(tried: &[Tried]) -> Self {
        let compared: Vec<&Tried> = tried.iter().filter(|tried| !tried.with.is_empty()).collect();
        let tried = compared.as_slice();
        let figures = |added| {
            let mut record = record_of(tried, |tried| tried.with.get(&added));
            for tried in tried {
                add_changes(&mut record, tried, added);
            }
            (added, record)
        };
        Self {
            alone: record_of(tried, |tried| Some(&tried.outcome)),
            with: Added::ALL.into_iter().map(figures).collect(),
            lost: examples(tried),
        }
    }

    /// Every record, by IAM's report alone first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Record> + Clone {
        std::iter::once(&self.alone).chain(self.with.values())
    }
}

fn record_of<'a>(
    tried: &[&'a Tried],
    outcome: impl Fn(&'a Tried) -> Option<&'a Outcome>,
) -> Record {
    let outcome_of = |tried: &&'a Tried| Some((&tried.case, outcome(tried)?));
    let outcomes: Vec<(&Case, &Outcome)> = tried.iter().filter_map(outcome_of).collect();
    let mut record = Record::of_outcomes(&outcomes);
    let mut indexes = Vec::new();
    for tried in tried.iter().filter(|it| is_planned_by_all(it)) {
        let Some(planned) = outcome(tried).and_then(Outcome::planned) else { continue };
        record.add_to("common.cases", 1);
        record.add_to("common.idle", planned.idle);
        record.add_to("common.idle-allowed", planned.effect.idle_allowed);
        record.add(tried.case.class, "common-idle", planned.idle);
        record.add(tried.case.class, "common-idle-allowed", planned.effect.idle_allowed);
        if outcomes_of(tried).all(|it| it.planned().is_some_and(|it| it.index_before.is_some())) {
            indexes.extend(planned.index_before.map(usize::from));
        }
    }
    record.add_to("common.with-index", indexes.len());
    record.add_distribution("common.index", indexes);
    record
}

fn is_planned_by_all(tried: &Tried) -> bool {
    outcomes_of(tried).all(|outcome| outcome.planned().is_some())
}

fn outcomes_of(tried: &Tried) -> impl Iterator<Item = &Outcome> {
    std::iter::once(&tried.outcome).chain(tried.with.values())
}

fn add_changes(record: &mut Record, tried: &Tried, added: Added) {
    let alone = denied(&tried.outcome);
    let with = tried.with.get(&added).map(denied).unwrap_or_default();
    for (class, _) in with.difference(&alone) {
        record.add(*class, "lost", 1);
    }
    for (class, _) in alone.difference(&with) {
        record.add(*class, "won", 1);
    }
}

/// The calls that are denied, by the places of their habits.
fn denied(outcome: &Outcome) -> BTreeSet<(Class, usize)> {
    let calls = outcome.planned().into_iter().flat_map(|planned: &Planned| &planned.effect.calls);
    calls.filter(|call| !call.allowed).map(|call| (call.class, call.habit)).collect()
}

fn examples(tried: &[&Tried]) -> Vec<String> {
    let mut named: BTreeMap<(Class, Added), usize> = BTreeMap::new();
    let mut examples = Vec::new();
    for Tried { case, outcome, with } in tried {
        let alone = denied(outcome);
        for (added, outcome) in with {
            for (class, habit) in denied(outcome).difference(&alone) {
                let count = named.entry((*class, *added)).or_default();
                *count += 1;
                if let (1..=EXAMPLES, Some(habit)) = (*count, case.habits.get(*habit)) {
                    let (what, added) = (class.in_words(), added.in_words());
                    examples
                        .push(format!("{what}: `{}` with {added}, {}", habit.action, case.name));
                }
            }
        }
    }
    examples.sort();
    examples
}

impl Record {
    /// How many calls are denied of the classes at which nothing, or nothing without a person's word, is to be.
    pub(crate) fn denied_against_the_aim(&self) -> usize {
        let denied = |class: Class| match class.aim() {
            Aim::Nothing | Aim::Control => self.of(class, "denied"),
            Aim::Warned => self.of(class, "denied-automatically"),
            Aim::None => 0,
        };
        Class::ALL.into_iter().map(denied).sum()
    }

    /// A figure of all classes together.
    pub(crate) fn over_all_classes(&self, name: &str) -> usize {
        Class::ALL.into_iter().map(|class| self.of(class, name)).sum()
    }
}
