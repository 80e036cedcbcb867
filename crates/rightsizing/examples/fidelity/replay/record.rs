//! The figures of a run: what is printed, kept and compared.

use crate::replay::class::Class;
use crate::replay::draw::Case;
use crate::replay::outcome::{Outcome, Planned};
use leastwise_rightsizing::settings::Threshold;
use std::collections::BTreeMap;

/// Figures by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record(BTreeMap<String, usize>);

impl Record {
    /// Reads what [`Record::to_text`] printed.
    pub(crate) fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let figure = |line: &str| {
            let (name, number) = line.split_once('\t')?;
            Some((name.to_owned(), number.parse().ok()?))
        };
        Self(lines.filter_map(figure).collect())
    }

    /// One figure a line, name and number with a tabulator between.
    pub(crate) fn to_text(&self) -> String {
        let lines = self.0.iter().map(|(name, number)| format!("{name}\t{number}"));
        lines.collect::<Vec<_>>().join("\n") + "\n"
    }

    /// A figure; 0 if there is none of this name.
    pub(crate) fn get(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// A figure of a class.
    pub(crate) fn of(&self, class: Class, name: &str) -> usize {
        self.get(&format!("{}.{name}", class.key()))
    }

    /// The figures whose names begin so, by the rest of their names.
    pub(crate) fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, usize)> {
        let figures = self.0.iter();
        figures.filter_map(move |(name, number)| Some((name.strip_prefix(prefix)?, *number)))
    }

    /// Counts what became of cases.
    pub(crate) fn of_outcomes(outcomes: &[(&Case, &Outcome)]) -> Self {
        let mut record = Self::default();
        for (case, outcome) in outcomes {
            record.add(case.class, "cases", 1);
            record.add_to("all.cases", 1);
            match outcome {
                Outcome::Planned(planned) => record.add_planned(case.class, planned),
                Outcome::Refused(why) => {
                    record.add(case.class, "refused", 1);
                    record.add_to(&format!("refusal.{why}"), 1);
                }
                Outcome::Unproved(_) => record.add_to("all.unproved", 1),
            }
        }
        record.add_distributions(outcomes);
        record
    }

    fn add_planned(&mut self, class: Class, planned: &Planned) {
        self.add(class, "planned", 1);
        self.add_to("all.planned", 1);
        self.add(class, "idle", planned.idle);
        self.add(class, "idle-allowed", planned.effect.idle_allowed);
        self.add_to("all.idle", planned.idle);
        self.add_to("all.idle-allowed", planned.effect.idle_allowed);
        self.add_to("all.admitted", planned.admitted);
        self.add_to("all.with-admitted", usize::from(planned.admitted > 0));
        let is_above = planned.index_after > Some(Threshold::default().value());
        self.add_to("all.still-above-threshold", usize::from(is_above));
        let mut hit: Vec<Class> = Vec::new();
        for call in &planned.effect.calls {
            self.add(call.class, "calls", 1);
            if !call.allowed {
                self.add(call.class, "denied", 1);
                self.add(
                    call.class,
                    "denied-automatically",
                    usize::from(!planned.stops_automation),
                );
                hit.push(call.class);
            }
        }
        hit.sort_unstable();
        hit.dedup();
        for class in hit {
            self.add(class, "principals-hit", 1);
        }
    }

    fn add_distributions(&mut self, outcomes: &[(&Case, &Outcome)]) {
        let planned = || outcomes.iter().filter_map(|(_, outcome)| outcome.planned());
        let characters = planned().map(|it| it.text.chars().count()).collect();
        self.add_distribution("characters", characters);
        let index = |index: Option<u8>| index.map(usize::from);
        let before = planned().filter_map(|it| index(it.index_before)).collect();
        self.add_distribution("index-before", before);
        let after = planned().filter_map(|it| index(it.index_after)).collect();
        self.add_distribution("index-after", after);
    }

    /// The middle one, the one that nine tenths do not exceed, and the highest.
    pub(crate) fn add_distribution(&mut self, name: &str, mut values: Vec<usize>) {
        values.sort_unstable();
        let at = |share: usize| values.get(values.len().saturating_sub(1) * share / 100).copied();
        for (share, of) in [(50, "median"), (90, "p90"), (100, "max")] {
            self.add_to(&format!("{name}.{of}"), at(share).unwrap_or_default());
        }
    }

    /// Adds to a figure of a class.
    pub(crate) fn add(&mut self, class: Class, name: &str, number: usize) {
        self.add_to(&format!("{}.{name}", class.key()), number);
    }

    /// Adds to a figure.
    pub(crate) fn add_to(&mut self, name: &str, number: usize) {
        *self.0.entry(name.to_owned()).or_default() += number;
    }
}
