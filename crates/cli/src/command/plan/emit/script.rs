//! Code, and what to run with it.

use serde_json::Value;

/// What came of it: the code, or why there is none.
pub(crate) type Emitted = Result<Script, String>;

/// Code for a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    /// What goes into a file.
    pub(super) code: String,
    /// What a person has to read before, a line each.
    pub(super) warnings: Vec<String>,
    /// What a person runs or reads, a line each.
    pub(super) commands: Vec<String>,
}

impl Script {
    pub(super) fn of(code: String, commands: &[String]) -> Self {
        Self { code, warnings: Vec::new(), commands: commands.to_vec() }
    }

    /// The same with what the plan warns of.
    pub(super) fn with_warnings(self, warnings: Vec<String>) -> Self {
        Self { warnings, ..self }
    }
}

/// A word as a POSIX shell takes it as one.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// JSON whose further lines stand in.
pub(super) fn indented(value: &Value, by: usize) -> String {
    format!("{value:#}").replace('\n', &format!("\n{}", " ".repeat(by)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_word_stays_one_word() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
    }
}
