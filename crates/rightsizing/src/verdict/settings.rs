//! The settings of the rule.

use crate::exemption::ExemptionRules;
use crate::settings::{Judging, MinimumAgeDays, Threshold};

/// The settings of the Config rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleSettings {
    /// The highest compliant index.
    pub threshold: Threshold,
    /// How use is judged.
    pub judging: Judging,
    /// Grace for new principals.
    pub minimum_age: MinimumAgeDays,
    /// Who is left alone.
    pub exemptions: ExemptionRules,
}
