//! Where the lines go, and which records are worth one.

use crate::level::Level;
use serde::Serialize;
use serde_json::json;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

/// What takes lines: standard output in a Lambda, memory in a test.
pub trait Journal: Sync {
    /// Writes a line, which comes without its end.
    fn line(&self, line: &str);

    /// The level of the least severe records that are written.
    fn least(&self) -> Level {
        Level::Debug
    }

    /// Writes a record as one line of compact JSON that begins with its `level`, unless it is less
    /// severe than what this journal takes.
    fn record(&self, level: Level, record: &impl Serialize)
    where
        Self: Sized,
    {
        if level >= self.least() {
            self.always(&Levelled { level, record });
        }
    }

    /// Writes something as one line of compact JSON, whatever level this journal takes.
    fn always(&self, line: &impl Serialize)
    where
        Self: Sized,
    {
        self.line(&serde_json::to_string(line).unwrap_or_else(|error| {
            let why = error.to_string();
            json!({ "level": Level::Error, "msg": "record_lost", "why": why }).to_string()
        }));
    }
}

/// A record with how severe it is.
#[derive(Serialize)]
struct Levelled<'a, R> {
    level: Level,
    #[serde(flatten)]
    record: &'a R,
}

/// A journal that takes no records less severe than `least`. Metrics it always takes.
#[derive(Debug, Clone, Copy)]
pub struct Filtered<'a, J> {
    /// The level of the least severe records that are written.
    pub least: Level,
    /// Where they go.
    pub journal: &'a J,
}

impl<J: Journal> Journal for Filtered<'_, J> {
    fn line(&self, line: &str) {
        self.journal.line(line);
    }

    fn least(&self) -> Level {
        self.least
    }
}

/// Standard output, which Lambda hands to CloudWatch Logs line by line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stdout;

impl Journal for Stdout {
    fn line(&self, line: &str) {
        let mut output = io::stdout().lock();
        // A line that cannot be written is lost: there is nowhere to say so, and what it is about
        // has happened.
        let _ = writeln!(output, "{line}").and_then(|()| output.flush());
    }
}

/// Lines kept in memory, in their order.
impl Journal for Mutex<Vec<String>> {
    fn line(&self, line: &str) {
        self.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_record_is_one_line_of_compact_json_that_begins_with_its_level() {
        let journal = Mutex::new(Vec::new());
        journal.record(Level::Warn, &json!({ "message": "one\ntwo", "count": 2 }));
        assert_eq!(
            journal.into_inner().unwrap(),
            [r#"{"level":"WARN","message":"one\ntwo","count":2}"#]
        );
    }

    #[test]
    fn a_record_that_is_no_json_leaves_a_line_that_says_so() {
        let journal = Mutex::new(Vec::new());
        let record = BTreeMap::from([((1, 2), "a key must be a string")]);
        journal.record(Level::Info, &record);
        assert_eq!(
            journal.into_inner().unwrap(),
            [r#"{"level":"ERROR","msg":"record_lost","why":"key must be a string"}"#]
        );
    }

    #[test]
    fn records_less_severe_than_the_level_are_left_out_and_what_is_always_written_is_not() {
        for least in Level::ALL {
            let lines = Mutex::new(Vec::new());
            let journal = Filtered { least, journal: &lines };
            for level in Level::ALL {
                journal.record(level, &json!({}));
            }
            journal.always(&json!({ "count": 2 }));
            let severe = Level::ALL.into_iter().filter(|level| *level >= least);
            let mut expected: Vec<String> =
                severe.map(|level| format!(r#"{{"level":"{}"}}"#, level.as_str())).collect();
            expected.push(r#"{"count":2}"#.to_owned());
            assert_eq!(lines.into_inner().unwrap(), expected, "{least:?}");
        }
    }
}
