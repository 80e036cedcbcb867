//! A row in figures, for comma-separated values and the table.

use super::row::Row;
use crate::command::who::Who;
use serde::Serialize;

/// A row as comma-separated values: what has no value is empty.
#[derive(Debug, Serialize)]
pub(super) struct Record {
    pub(super) principal: Who,
    pub(super) index: Option<u8>,
    pub(super) expected_index: Option<u8>,
    pub(super) kept: Option<usize>,
    pub(super) dropped: Option<usize>,
    pub(super) unknown: Option<usize>,
    /// Their words, separated by spaces.
    pub(super) warnings: Option<String>,
    pub(super) characters: Option<usize>,
    pub(super) refused: Option<String>,
}

impl Record {
    /// The row's figures, without its lists.
    pub(super) fn of(row: &Row) -> Self {
        let plan = row.plan();
        Self {
            principal: row.principal.clone(),
            index: plan.and_then(|plan| plan.index),
            expected_index: plan.and_then(|plan| plan.expected_index),
            kept: plan.map(|plan| plan.kept.len()),
            dropped: plan.map(|plan| plan.dropped.len()),
            unknown: plan.map(|plan| plan.unknown.len()),
            warnings: plan.map(|plan| {
                let words: Vec<&str> = plan.warnings.iter().map(|it| it.warning).collect();
                words.join(" ")
            }),
            characters: plan.map(|plan| plan.characters),
            refused: row.refused().map(ToOwned::to_owned),
        }
    }

    /// How many warnings there are; `None` without a plan.
    pub(super) fn warning_count(&self) -> Option<usize> {
        self.warnings.as_ref().map(|words| words.split_whitespace().count())
    }
}
