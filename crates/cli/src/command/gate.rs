//! The gate of a pipeline: who is above the threshold, and whether anybody could be judged at all.

use crate::failure::Failure;
use crate::input::InputError;
use crate::output::{self, ExitCode, printable};
use chrono::{DateTime, Utc};
use leastwise_rightsizing::score::CreepIndex;
use leastwise_rightsizing::settings::{Judging, Threshold};

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
    /// When the report on it was completed, if there is one with a date.
    pub(super) reported: Option<DateTime<Utc>>,
}

/// What was seen so far.
pub(super) struct Gate {
    /// When a report must have been completed to call anything idle.
    oldest: DateTime<Utc>,
    /// Who is not judged although there is a report, which is too old.
    old: usize,
    /// Who fails, with the index.
    failing: Vec<String>,
    seen: usize,
    judged: usize,
    /// Who is not judged for want of knowledge.
    unknown: usize,
}

impl Gate {
    /// A gate for judging as of a moment.
    pub(super) fn new(judging: &Judging, as_of: DateTime<Utc>) -> Self {
        let oldest = judging.oldest_report(as_of);
        Self { oldest, old: 0, failing: Vec::new(), seen: 0, judged: 0, unknown: 0 }
    }

    /// Takes in what is said of a principal.
    pub(super) fn see(&mut self, seen: &Seen<'_>) {
        self.seen += 1;
        if seen.fails {
            let index = seen.index.map_or_else(|| "–".to_owned(), |index| index.to_string());
            self.failing.push(format!("`{}` {index}", printable(seen.principal)));
        }
        if seen.index.is_some() {
            self.judged += 1;
        } else if !seen.is_left_out {
            self.unknown += 1;
            self.old += usize::from(seen.reported.is_some_and(|reported| reported < self.oldest));
        }
    }

    /// Says of how many principals the report is too old, where nobody asked for a threshold.
    pub(super) fn remark(&self) {
        if self.old > 0 {
            let error = InputError::OldReports { old: self.old };
            output::say(&format!("warning: {error}; {}", error.next()));
        }
    }

    /// Says who is above the threshold, and of whom nothing is known.
    ///
    /// # Errors
    ///
    /// Where nobody is there or could be judged, or nobody fails and somebody is not judged for an
    /// old report: then it is not known who keeps to the threshold, and somebody can do something
    /// about it.
    pub(super) fn close(self, threshold: Threshold) -> Result<ExitCode, Failure> {
        let Self { failing, seen, judged, unknown, old, .. } = self;
        if seen == 0 {
            return Err(InputError::NobodyThere.into());
        }
        if judged == 0 && unknown > 0 {
            return Err(InputError::NobodyJudged { unknown }.into());
        }
        if unknown > 0 {
            output::say(&format!(
                "warning: of {unknown} principals nothing can be said, because they are not judged"
            ));
        }
        if failing.is_empty() {
            let code =
                if old == 0 { Ok(ExitCode::Done) } else { Err(InputError::OldReports { old }) };
            return Ok(code?);
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
