//! The settings of the rule.

use crate::exemption::ExemptionRules;
use crate::settings::{
    IgnoredPolicies, MinimumAgeDays, PreserveReads, Threshold, UnusedAfterDays, UsageSettings,
    Weighting,
};

/// The settings of the Config rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleSettings {
    /// The highest compliant index.
    pub threshold: Threshold,
    /// The window.
    pub unused_after: UnusedAfterDays,
    /// Whether idle reads of used services are no creep.
    pub preserve_reads: PreserveReads,
    /// The policies whose grants do not count.
    pub ignored_policies: IgnoredPolicies,
    /// Grace for new principals.
    pub minimum_age: MinimumAgeDays,
    /// Weights of services.
    pub weighting: Weighting,
    /// Who is left alone.
    pub exemptions: ExemptionRules,
}

impl RuleSettings {
    /// How use is judged.
    #[must_use]
    pub fn usage(&self) -> UsageSettings<'_> {
        UsageSettings {
            unused_after: self.unused_after,
            preserve_reads: self.preserve_reads,
            ignored_policies: &self.ignored_policies,
        }
    }
}
