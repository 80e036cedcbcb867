//! The settings of a plan, and its moments.

use crate::exemption::ExemptionRules;
use crate::settings::{
    AlwaysAllow, BaseActions, BoundaryWildcards, IgnoredPolicies, PreserveReads, PrincipalList,
    UnusedAfterDays, UsageSettings, Weighting,
};
use chrono::{DateTime, Utc};

/// The settings of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSettings {
    /// The window.
    pub unused_after: UnusedAfterDays,
    /// Whether idle reads of used services are kept.
    pub preserve_reads: PreserveReads,
    /// The policies whose grants do not count.
    pub ignored_policies: IgnoredPolicies,
    /// Which wildcards the boundary may have.
    pub wildcards: BoundaryWildcards,
    /// Weights of services, for the index before and after.
    pub weighting: Weighting,
    /// What is left to a principal that uses nothing.
    pub base_actions: BaseActions,
    /// What is kept whether it is used or not.
    pub always_allow: AlwaysAllow,
    /// Who is left alone.
    pub exemptions: ExemptionRules,
    /// `DoNotEnforceList`: who is judged and never gets a boundary.
    pub do_not_enforce: PrincipalList,
}

impl PlanSettings {
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

/// The two moments of a plan. They differ where a plan that was announced is made again to be enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    /// When it is: exemptions hold or have expired.
    pub now: DateTime<Utc>,
    /// The end of the window whose beginning divides use from idleness. Later use counts as well.
    pub judged: DateTime<Utc>,
}
