//! The settings by which use is judged: threshold, weights, idle reads, and what rule and plan must
//! agree on.

use super::days::{MaxEvidenceAgeDays, UnusedAfterDays};
use super::ignored_policies::IgnoredPolicies;
use super::regions::UntrackedRegions;
use super::setting::{SettingError, boolean, choice, whole_number};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use std::str::FromStr;

/// How use is judged, and weighed. The rule that scores a principal and the plan that mends it must
/// agree on these, or a remediated principal would not come out COMPLIANT.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judging {
    /// The window.
    pub unused_after: UnusedAfterDays,
    /// Whether the idle list and read actions of used services are left alone.
    pub preserve_reads: PreserveReads,
    /// The policies whose grants do not count.
    pub ignored_policies: IgnoredPolicies,
    /// Weights of services.
    pub weighting: Weighting,
    /// How old a report may be and still say that something was not used.
    pub max_evidence_age: MaxEvidenceAgeDays,
    /// What "never used" says where IAM does not track every Region of the account.
    pub untracked_regions: UntrackedRegions,
    /// Whether what undoes an action in use is left alone.
    pub keep_inverses: KeepInverses,
}

impl Judging {
    /// When a report must have been completed to say, as of a moment, that something was not used.
    #[must_use]
    pub fn oldest_report(&self, as_of: DateTime<Utc>) -> DateTime<Utc> {
        as_of - TimeDelta::days(i64::from(self.max_evidence_age.days()))
    }
}

/// The index above which a principal is NON_COMPLIANT: 0 to 100, by default 60. The threshold
/// itself is compliant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(u8);

impl Threshold {
    /// The setting's name.
    pub const NAME: &'static str = "Threshold";

    /// The highest compliant index.
    #[must_use]
    pub fn value(self) -> u8 {
        self.0
    }
}

impl Default for Threshold {
    fn default() -> Self {
        Self(60)
    }
}

impl FromStr for Threshold {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let number = whole_number(Self::NAME, value, 0..=100)?;
        Ok(Self(u8::try_from(number).unwrap_or(100)))
    }
}

/// How much each service counts in the index. From [`Risk`](Self::Risk) to [`Reach`](Self::Reach)
/// nothing counts less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weighting {
    /// By the highest access level granted in it.
    #[default]
    Risk,
    /// All the same.
    Uniform,
    /// As [`Risk`](Self::Risk), and an idle service that opens a path to another principal like the
    /// strongest one that is reached.
    Reach,
}

impl Weighting {
    /// The setting's name.
    pub const NAME: &'static str = "Weighting";
}

impl FromStr for Weighting {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let all = [("risk", Self::Risk), ("uniform", Self::Uniform), ("reach", Self::Reach)];
        choice(Self::NAME, value, &all)
    }
}

/// The weighting of a deployment: any but [`Weighting::Reach`].
///
/// What a principal can become depends on all others of the account. The functions read one
/// principal by itself where a change event or a request is about it, so they refuse that weighting
/// instead of leaving it out without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeployedWeighting(Weighting);

impl DeployedWeighting {
    /// The weighting.
    #[must_use]
    pub fn weighting(self) -> Weighting {
        self.0
    }
}

impl FromStr for DeployedWeighting {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let all = [("risk", Weighting::Risk), ("uniform", Weighting::Uniform)];
        let weighting = choice(Weighting::NAME, value, &all);
        weighting.map(Self).map_err(|refused| match value.parse() {
            Ok(Weighting::Reach) => SettingError {
                allowed: format!(
                    "{} in a deployment, since `reach` needs the whole account: that is for \
                     `leastwise index` and `leastwise plan`",
                    refused.allowed
                ),
                ..refused
            },
            Ok(Weighting::Risk | Weighting::Uniform) | Err(_) => refused,
        })
    }
}

/// Whether the list and read actions of used services are left alone though they lie idle: `false`
/// by default.
///
/// People and dashboards read what they did not read before; what a read can harm is little. Such
/// actions are neither creep nor removed by a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PreserveReads(bool);

impl PreserveReads {
    /// The setting's name.
    pub const NAME: &'static str = "PreserveReads";

    /// Whether they are left alone.
    #[must_use]
    pub fn is_on(self) -> bool {
        self.0
    }
}

impl FromStr for PreserveReads {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        boolean(Self::NAME, value).map(Self)
    }
}

/// Whether what undoes an action in use is left alone though it lies idle, as
/// `s3:DeleteBucketPolicy` undoes `s3:PutBucketPolicy`: `true` by default.
///
/// Who made something must be able to take it back, and may have had no cause to for longer than
/// the window. Such actions are neither creep nor removed by a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepInverses(bool);

impl KeepInverses {
    /// The setting's name.
    pub const NAME: &'static str = "KeepInverses";

    /// Whether they are left alone.
    #[must_use]
    pub fn is_on(self) -> bool {
        self.0
    }
}

impl Default for KeepInverses {
    fn default() -> Self {
        Self(true)
    }
}

impl FromStr for KeepInverses {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        boolean(Self::NAME, value).map(Self)
    }
}
