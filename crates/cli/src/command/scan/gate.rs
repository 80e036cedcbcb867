//! The gate of a pipeline: who is above the threshold, and whether anybody could be judged at all.

use crate::failure::Failure;
use crate::input::InputError;
use crate::output::{self, ExitCode, printable};
use leastwise_report::entry::Entry;
use leastwise_rightsizing::settings::Threshold;

/// How many principals are named.
const NAMED: usize = 5;

/// Why somebody is not judged for as long as it is meant to be so.
const MEANT: [&str; 4] = ["exempt", "no-members", "new", "quarantined"];

/// What was seen so far.
#[derive(Default)]
pub(super) struct Gate {
    /// Who fails, with the index.
    failing: Vec<String>,
    judged: usize,
    /// Who is not judged for want of knowledge.
    unknown: usize,
}

impl Gate {
    /// Takes in what the scan says of a principal.
    pub(super) fn see(&mut self, entry: &Entry) {
        if entry.fails() {
            let index = entry.index.map_or_else(|| "–".to_owned(), |index| index.to_string());
            self.failing.push(format!("`{}` {index}", printable(&entry.principal)));
        }
        if entry.index.is_some() {
            self.judged += 1;
        } else if !entry.not_judged_type.is_some_and(|why| MEANT.contains(&why)) {
            self.unknown += 1;
        }
    }

    /// Says who is above the threshold, and of whom nothing is known.
    ///
    /// # Errors
    ///
    /// Where nobody could be judged: then nothing keeps to a threshold.
    pub(super) fn close(self, threshold: Threshold) -> Result<ExitCode, Failure> {
        let Self { failing, judged, unknown } = self;
        if judged == 0 && unknown > 0 {
            return Err(InputError::NobodyJudged { unknown }.into());
        }
        if unknown > 0 {
            output::say(&format!(
                "warning: of {unknown} principals nothing can be said, because they are not judged"
            ));
        }
        if failing.is_empty() {
            return Ok(ExitCode::Done);
        }
        let named = failing.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = match failing.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        output::say(&format!(
            "above {}, or a break is suspected: {named}{more}",
            threshold.value()
        ));
        Ok(ExitCode::CreepFound)
    }
}
