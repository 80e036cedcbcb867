//! Settings that count days.

use super::setting::{SettingError, whole_number};
use crate::evidence::TRACKING_PERIOD_DAYS;
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt;
use std::str::FromStr;

/// For how many days a service may lie unused before it counts as idle: 1 to 400, by default 180.
///
/// The upper end is IAM's tracking period: older use cannot be told from no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnusedAfterDays(u16);

impl UnusedAfterDays {
    /// The setting's name.
    pub const NAME: &'static str = "UnusedAfterDays";

    /// The number of days.
    #[must_use]
    pub fn days(self) -> u16 {
        self.0
    }

    /// The first moment that still counts as recent at `as_of`: the edge itself is inside.
    #[must_use]
    pub fn window_start(self, as_of: DateTime<Utc>) -> DateTime<Utc> {
        as_of - TimeDelta::days(i64::from(self.0))
    }
}

impl Default for UnusedAfterDays {
    fn default() -> Self {
        Self(180)
    }
}

impl FromStr for UnusedAfterDays {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        whole_number(Self::NAME, value, 1..=TRACKING_PERIOD_DAYS).map(Self)
    }
}

/// How many days a new principal is left in peace before it is judged: 0 to 400, by default 90.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MinimumAgeDays(u16);

impl MinimumAgeDays {
    /// The setting's name.
    pub const NAME: &'static str = "MinimumAgeDays";

    /// The number of days.
    #[must_use]
    pub fn days(self) -> u16 {
        self.0
    }
}

impl Default for MinimumAgeDays {
    fn default() -> Self {
        Self(90)
    }
}

impl FromStr for MinimumAgeDays {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        whole_number(Self::NAME, value, 0..=TRACKING_PERIOD_DAYS).map(Self)
    }
}

/// How many days a newly granted permission gets to be used for the first time: until then it is
/// unknown and not idle. 0 to 90, by default 14; 0 gives none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewPermissionGraceDays(u16);

impl NewPermissionGraceDays {
    /// The setting's name.
    pub const NAME: &'static str = "NewPermissionGraceDays";

    /// The moment since which a grant is new at `as_of`; `None` when new permissions get no grace.
    #[must_use]
    pub fn start(self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (self.0 > 0).then(|| as_of - TimeDelta::days(i64::from(self.0)))
    }
}

impl Default for NewPermissionGraceDays {
    fn default() -> Self {
        Self(14)
    }
}

impl FromStr for NewPermissionGraceDays {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        whole_number(Self::NAME, value, 0..=90).map(Self)
    }
}

/// How many days old a report may be for "never used" and "used before the window" to say
/// anything: 1 to 400, by default 5. In an older one, what is idle is unknown.
///
/// Since it was made, what it calls idle may have been used. IAM's reports lag by about four hours,
/// and some days of room let one be saved and read on a command line.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaxEvidenceAgeDays(u16);

impl MaxEvidenceAgeDays {
    /// The setting's name.
    pub const NAME: &'static str = "MaxEvidenceAgeDays";

    /// The number of days.
    #[must_use]
    pub fn days(self) -> u16 {
        self.0
    }

    /// The earliest completion of a report that is fresh enough at `as_of`: the edge itself is.
    #[must_use]
    pub fn earliest(self, as_of: DateTime<Utc>) -> DateTime<Utc> {
        as_of - TimeDelta::days(i64::from(self.0))
    }
}

impl Default for MaxEvidenceAgeDays {
    fn default() -> Self {
        Self(5)
    }
}

impl FromStr for MaxEvidenceAgeDays {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        whole_number(Self::NAME, value, 1..=TRACKING_PERIOD_DAYS).map(Self)
    }
}

impl fmt::Display for UnusedAfterDays {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} days", self.0)
    }
}

/// How many days pass between notice and enforcement: 0 to 365. With 0, the default, nothing is
/// announced beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct NoticeDays(u16);

impl NoticeDays {
    /// The setting's name.
    pub const NAME: &'static str = "NoticeDays";

    /// The least notice where nobody asked for the change and something goes that was used once:
    /// two weeks, in which whoever needs it twice a month uses it again.
    pub const LEAST_BEFORE_DATED_USE_GOES: Self = Self(14);

    /// The number of days.
    #[must_use]
    pub fn days(self) -> u16 {
        self.0
    }

    /// Whether notice is given at all.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl FromStr for NoticeDays {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        whole_number(Self::NAME, value, 0..=365).map(Self)
    }
}

/// For how many days automatic remediation leaves a principal alone that was restored: 0 to 365, by
/// default 30. With 0 it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RestoreHoldDays(u16);

impl RestoreHoldDays {
    /// The setting's name.
    pub const NAME: &'static str = "RestoreHoldDays";

    /// The number of days.
    #[must_use]
    pub fn days(self) -> u16 {
        self.0
    }
}

impl Default for RestoreHoldDays {
    fn default() -> Self {
        Self(30)
    }
}

impl FromStr for RestoreHoldDays {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        whole_number(Self::NAME, value, 0..=365).map(Self)
    }
}
