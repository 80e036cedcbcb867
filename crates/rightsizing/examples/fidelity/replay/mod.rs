//! Held-out replay: what principals call after the plan, against the boundary that was planned.

mod added;
mod class;
mod draw;
mod facts;
mod gain;
mod judge;
mod moment;
mod outcome;
mod page;
mod record;
mod recorded;
mod reference;
mod report;
mod run;
mod simulator;
mod trail;

#[cfg(test)]
pub(crate) use added::Added;
#[cfg(test)]
pub(crate) use class::{Aim, Class};
#[cfg(test)]
pub(crate) use draw::Case;
pub(crate) use draw::Sources;
#[cfg(test)]
pub(crate) use moment::day_of;
pub(crate) use record::Record;
pub(crate) use reference::Reference;
#[cfg(test)]
pub(crate) use trail::Habit;

use crate::principals::Subject;
use gain::Gain;
use page::Comparison;
use run::{Tried, run};
use std::path::Path;

/// The figures of the planner before it knew what evidence cannot see.
const BEFORE: &str = include_str!("before.tsv");

/// A finished replay.
#[derive(Debug)]
pub(crate) struct Replay {
    tried: Vec<Tried>,
    /// By IAM's report alone.
    figures: Record,
    gain: Gain,
}

/// Reads the tables in the folder `data`; `None` where one is missing.
pub(crate) fn tables(data: &Path) -> Option<Reference> {
    let read = |file: &str| std::fs::read_to_string(data.join(file)).ok();
    Some(Reference::of(
        &read("service_reference/actions.tsv")?,
        &read("service_reference/operations.tsv")?,
        &read("last_accessed/regions.tsv")?,
    ))
}

impl Replay {
    /// Draws what the subjects call, plans for them, and replays it.
    pub(crate) fn of(subjects: &[Subject], sources: Sources<'_>, threads: usize) -> Self {
        let tried = run(subjects, sources, threads);
        let outcomes: Vec<_> = tried.iter().map(|it| (&it.case, &it.outcome)).collect();
        Self { figures: Record::of_outcomes(&outcomes), gain: Gain::of(&tried), tried }
    }

    /// By IAM's report alone.
    pub(crate) fn figures(&self) -> &Record {
        &self.figures
    }

    /// What other sources change.
    #[cfg(test)]
    pub(crate) fn gain(&self) -> &Gain {
        &self.gain
    }

    /// The section of the page; with the script at `simulator` as a second judge.
    pub(crate) fn section(&self, simulator: Option<&str>) -> String {
        let before = Record::parse(BEFORE);
        let comparison = Comparison { before: &before, after: &self.figures };
        let opinions = simulator.map(|script| simulator::opinions(script, &self.tried));
        page::section(&comparison, opinions.as_ref(), &run::examples(&self.tried), &self.gain)
    }
}

/// The section where the tables are missing.
pub(crate) fn skipped() -> String {
    "\
## Held-out replay

The tables that others keep were not on the machine of this run, so it was skipped.
"
    .to_owned()
}
