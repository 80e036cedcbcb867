//! How severe a line is, in the words of Lambda and of `LogLevel`.

use serde::Serialize;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// How severe what a line tells is, from the least severe to the most.
///
/// The names are Lambda's.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// What helps to find a fault.
    Debug,
    /// What happened as it should.
    #[default]
    Info,
    /// What somebody should look at.
    Warn,
    /// What could not be learned or done.
    Error,
}

impl Level {
    /// All levels, from the least severe to the most.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// The level as lines spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

impl FromStr for Level {
    type Err = UnknownLevel;

    /// Reads `LogLevel`. What is empty is `INFO`.
    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let named = Self::ALL.into_iter().find(|level| level.as_str() == text.trim());
        named.ok_or_else(|| UnknownLevel(text.to_owned()))
    }
}

/// `LogLevel` is something else than the name of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLevel(String);

impl fmt::Display for UnknownLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`LogLevel` is `{}`; allowed are ", self.0)?;
        formatter.write_str("`ERROR`, `WARN`, `INFO` and `DEBUG`")
    }
}

impl Error for UnknownLevel {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_by_severity_and_read_back_as_they_are_written() {
        assert!(Level::ALL.is_sorted());
        for level in Level::ALL {
            assert_eq!(level.as_str().parse(), Ok(level));
            assert_eq!(serde_json::to_value(level).unwrap(), level.as_str());
        }
    }

    #[test]
    fn an_empty_level_is_info_and_an_unknown_one_is_named_with_what_is_allowed() {
        assert_eq!(" ".parse(), Ok(Level::Info));
        assert_eq!(
            "info".parse::<Level>().unwrap_err().to_string(),
            "`LogLevel` is `info`; allowed are `ERROR`, `WARN`, `INFO` and `DEBUG`"
        );
    }
}
