//! How fast automatic remediation goes, and what it does about a break.

use super::setting::{SettingError, choice, whole_number};
use std::str::FromStr;

/// On how many principals automatic remediation puts a boundary, or a narrower one, in a day: 1 to
/// 100, by default 20.
///
/// Each of a day's turns is a parameter of its own, and AWS hands out ten of them a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DailyLimit(u16);

impl DailyLimit {
    /// The setting's name.
    pub const NAME: &'static str = "DailyLimit";

    /// The number of principals.
    #[must_use]
    pub fn count(self) -> u16 {
        self.0
    }
}

impl Default for DailyLimit {
    fn default() -> Self {
        Self(20)
    }
}

impl FromStr for DailyLimit {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        whole_number(Self::NAME, value, 1..=100).map(Self)
    }
}

/// How many principals automatic remediation begins with before it waits a day for their reports: 0
/// to 20, by default 3. With 0 it does not wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CanarySize(u16);

impl CanarySize {
    /// The setting's name.
    pub const NAME: &'static str = "CanarySize";

    /// The number of principals.
    #[must_use]
    pub fn count(self) -> u16 {
        self.0
    }
}

impl Default for CanarySize {
    fn default() -> Self {
        Self(3)
    }
}

impl FromStr for CanarySize {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        whole_number(Self::NAME, value, 0..=20).map(Self)
    }
}

/// Whether a principal is restored as soon as its boundary is suspected to stop what it needs:
/// `off` by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RestoreOnBreak {
    /// A person decides.
    #[default]
    Off,
    /// It is restored at once.
    On,
}

impl RestoreOnBreak {
    /// The setting's name.
    pub const NAME: &'static str = "RestoreOnBreak";
}

impl FromStr for RestoreOnBreak {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        choice(Self::NAME, value, &[("off", Self::Off), ("on", Self::On)])
    }
}
