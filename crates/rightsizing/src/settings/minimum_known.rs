//! How much must be known of a principal for it to be judged.

use super::setting::{SettingError, whole_number};
use std::fmt;
use std::str::FromStr;

/// How much of the granted weight must be known, used or idle, for a principal to be judged: 0 to
/// 100 per cent, by default 50. With 0 any knowledge is enough.
///
/// An index of 0 of which nine tenths are unknown says no more than that one tenth is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MinimumKnownPercent(u8);

impl MinimumKnownPercent {
    /// The setting's name.
    pub const NAME: &'static str = "MinimumKnownPercent";

    /// The least share, in per cent.
    #[must_use]
    pub fn value(self) -> u8 {
        self.0
    }
}

impl Default for MinimumKnownPercent {
    fn default() -> Self {
        Self(50)
    }
}

impl FromStr for MinimumKnownPercent {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let number = whole_number(Self::NAME, value, 0..=100)?;
        Ok(Self(u8::try_from(number).unwrap_or(100)))
    }
}

impl fmt::Display for MinimumKnownPercent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} %", self.0)
    }
}
