//! The settings of the rule.

use crate::exemption::ExemptionRules;
use crate::settings::{Judging, MinimumAgeDays, MinimumKnownPercent, Threshold};

/// The settings of the Config rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleSettings {
    /// The highest compliant index.
    pub threshold: Threshold,
    /// How use is judged.
    pub judging: Judging,
    /// Grace for new principals.
    pub minimum_age: MinimumAgeDays,
    /// How much must be known of what a principal is granted.
    pub minimum_known: MinimumKnownPercent,
    /// Who is left alone.
    pub exemptions: ExemptionRules,
}
