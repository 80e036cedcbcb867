//! A row as comma-separated values.

use super::row::Row;
use crate::command::who::Who;
use leastwise_rightsizing::presentation::ScoreJson;
use leastwise_rightsizing::score::CreepIndex;
use leastwise_rightsizing::verdict::Compliance;
use serde::Serialize;

/// A row as comma-separated values: what has no value is empty.
#[derive(Debug, Serialize)]
pub(super) struct Record<'a> {
    principal: &'a Who,
    index: Option<u8>,
    band: Option<String>,
    compliance: Compliance,
    granted: Option<usize>,
    used: Option<usize>,
    coverage_percent: Option<usize>,
    never_used: Option<usize>,
    stale: Option<usize>,
    idle_in_part: Option<usize>,
    unknown: Option<usize>,
    not_judged: Option<&'a str>,
}

impl<'a> Record<'a> {
    /// The row, flat.
    pub(super) fn of(row: &'a Row) -> Self {
        let number = |of: fn(&ScoreJson) -> usize| row.counts.as_ref().map(of);
        Self {
            principal: &row.principal,
            index: row.index.map(CreepIndex::value),
            band: row.band.map(|band| band.to_string()),
            compliance: row.compliance,
            granted: number(|counts| counts.granted),
            used: number(|counts| counts.used),
            coverage_percent: row.counts.as_ref().and_then(|counts| counts.coverage_percent),
            never_used: number(|counts| counts.never_used),
            stale: number(|counts| counts.stale),
            idle_in_part: number(|counts| counts.idle_in_part),
            unknown: number(|counts| counts.unknown.len()),
            not_judged: row.not_judged.as_deref(),
        }
    }
}
