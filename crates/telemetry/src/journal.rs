//! Where the lines go.

use serde::Serialize;
use serde_json::json;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

/// What takes lines: standard output in a Lambda, memory in a test.
pub trait Journal: Sync {
    /// Writes a line, which comes without its end.
    fn line(&self, line: &str);

    /// Writes a record as one line of compact JSON.
    fn record(&self, record: &impl Serialize)
    where
        Self: Sized,
    {
        self.line(&serde_json::to_string(record).unwrap_or_else(|error| {
            json!({ "msg": "record_lost", "why": error.to_string() }).to_string()
        }));
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
    fn a_record_is_one_line_of_compact_json() {
        let journal = Mutex::new(Vec::new());
        journal.record(&json!({ "message": "one\ntwo", "count": 2 }));
        assert_eq!(journal.into_inner().unwrap(), [r#"{"message":"one\ntwo","count":2}"#]);
    }

    #[test]
    fn a_record_that_is_no_json_leaves_a_line_that_says_so() {
        let journal = Mutex::new(Vec::new());
        journal.record(&BTreeMap::from([((1, 2), "a key must be a string")]));
        assert_eq!(
            journal.into_inner().unwrap(),
            [r#"{"msg":"record_lost","why":"key must be a string"}"#]
        );
    }
}
