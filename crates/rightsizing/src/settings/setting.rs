//! What every setting shares: how it is refused, and how numbers and lists are read.

use std::ops::RangeInclusive;
use thiserror::Error;

/// A setting whose value is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{name}` is `{value}`; allowed is {allowed}")]
pub struct SettingError {
    /// The setting, as the operator spells it.
    pub name: &'static str,
    /// The value given.
    pub value: String,
    /// What would be allowed, in words.
    pub allowed: String,
}

impl SettingError {
    /// An error for `name` with `value` where `allowed` was expected.
    #[must_use]
    pub fn new(name: &'static str, value: &str, allowed: impl Into<String>) -> Self {
        Self { name, value: value.to_owned(), allowed: allowed.into() }
    }
}

pub(super) fn whole_number(
    name: &'static str,
    value: &str,
    range: RangeInclusive<u16>,
) -> Result<u16, SettingError> {
    value.trim().parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        let allowed = format!("a whole number from {} to {}", range.start(), range.end());
        SettingError::new(name, value, allowed)
    })
}

pub(super) fn boolean(name: &'static str, value: &str) -> Result<bool, SettingError> {
    match value.trim() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(SettingError::new(name, value, "`true` or `false`")),
    }
}

/// The entries of a list separated by commas or white space; empty ones are skipped.
pub(super) fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(|character: char| character == ',' || character.is_whitespace())
        .filter(|entry| !entry.is_empty())
}
