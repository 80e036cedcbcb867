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
    choice(name, value, &[("true", true), ("false", false)])
}

/// What the word stands for that `value` is, white space around it aside.
///
/// # Errors
///
/// [`SettingError`] when it is none of the words, which the error lists in their order.
pub fn choice<T: Copy>(
    name: &'static str,
    value: &str,
    words: &[(&str, T)],
) -> Result<T, SettingError> {
    let chosen = words.iter().find(|(word, _)| *word == value.trim());
    chosen.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let allowed = match words.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
            few => few.concat(),
        };
        SettingError::new(name, value, allowed)
    })
}

/// The entries of a list separated by commas or white space; empty ones are skipped.
pub(super) fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(|character: char| character == ',' || character.is_whitespace())
        .filter(|entry| !entry.is_empty())
}
