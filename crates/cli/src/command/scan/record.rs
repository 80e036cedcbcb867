//! A principal of a scan in figures, for comma-separated values and the table.

use crate::command::who::Who;
use leastwise_report::entry::Entry;
use leastwise_rightsizing::presentation::ScoreJson;
use leastwise_rightsizing::score::{CreepIndex, Driver, Weight};
use leastwise_rightsizing::verdict::Compliance;
use serde::Serialize;

/// How many of the most idle services the table names.
const SHOWN_DRIVERS: usize = 3;

/// A principal as comma-separated values: what is not known is empty.
#[derive(Debug, Serialize)]
pub(super) struct Record {
    pub(super) principal: Who,
    pub(super) index: Option<CreepIndex>,
    pub(super) band: Option<String>,
    compliance: Compliance,
    pub(super) granted: Option<usize>,
    pub(super) used: Option<usize>,
    never_used: Option<usize>,
    stale: Option<usize>,
    pub(super) unknown: Option<usize>,
    idle_weight: Option<Weight>,
    reaches: Option<String>,
    pub(super) suspected_breaks: usize,
    pub(super) expected_index: Option<u8>,
    pub(super) characters: Option<usize>,
    pub(super) refused: Option<String>,
    pub(super) not_judged: Option<String>,
    #[serde(skip)]
    pub(super) drivers: String,
}

impl Record {
    /// The figures of an entry.
    pub(super) fn of(entry: &Entry) -> Self {
        let score = entry.score.as_ref();
        let number = |of: fn(&ScoreJson) -> usize| score.map(of);
        let reach = score.and_then(|score| score.reach.as_ref());
        let strongest = reach.and_then(|reach| reach.strongest.as_ref());
        Self {
            principal: Who::called(&entry.principal),
            index: entry.index,
            band: entry.band.map(|band| band.to_string()),
            compliance: entry.compliance,
            granted: number(|score| score.granted),
            used: number(|score| score.used),
            never_used: number(|score| score.never_used),
            stale: number(|score| score.stale),
            unknown: number(|score| score.unknown.len()),
            idle_weight: entry.weights.as_ref().map(|weights| weights.idle_weight),
            reaches: strongest.map(|reached| format!("{reached} ({})", reached.strength)),
            suspected_breaks: entry.breaks().0,
            expected_index: entry.plan().and_then(|plan| plan.expected_index),
            characters: entry.plan().map(|plan| plan.characters),
            refused: entry.refused().map(|refused| refused.reason.clone()),
            not_judged: entry.not_judged.clone(),
            drivers: score.map(|score| drivers(&score.drivers)).unwrap_or_default(),
        }
    }
}

fn drivers(drivers: &[Driver]) -> String {
    let shown = drivers.iter().take(SHOWN_DRIVERS);
    let shown: Vec<String> = shown.map(|it| format!("{} {}", it.service, it.points)).collect();
    shown.join(", ")
}
