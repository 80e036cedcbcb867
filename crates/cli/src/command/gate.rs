//! The gate of a pipeline: who is above the threshold, and whether anybody could be judged at all.

use crate::failure::Failure;
use crate::input::InputError;
use crate::output::{self, ExitCode, printable};
use leastwise_rightsizing::score::CreepIndex;
use leastwise_rightsizing::settings::Threshold;

/// How many principals are named.
const NAMED: usize = 5;

/// What is said of a principal.
pub(super) struct Seen<'a> {
    pub(super) principal: &'a str,
    /// Whether the Config rule would report it as NON_COMPLIANT.
    pub(super) fails: bool,
    pub(super) index: Option<CreepIndex>,
    /// Whether it has no index because that is meant so.
    pub(super) is_left_out: bool,
}

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
    /// Takes in what is said of a principal.
    pub(super) fn see(&mut self, seen: &Seen<'_>) {
        if seen.fails {
            let index = seen.index.map_or_else(|| "–".to_owned(), |index| index.to_string());
            self.failing.push(format!("`{}` {index}", printable(seen.principal)));
        }
        if seen.index.is_some() {
            self.judged += 1;
        } else if !seen.is_left_out {
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
