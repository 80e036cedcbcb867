//! The settings of a plan.

use leastwise_rightsizing::boundary::NEEDS_NO_PERMISSION;
use leastwise_rightsizing::exemption::ExemptionRules;
use leastwise_rightsizing::plan::PlanSettings;
use leastwise_rightsizing::settings::{
    AlwaysAllow, BoundaryWildcards, IgnoredPolicies, PreserveReads, PrincipalList, UnusedAfterDays,
    Weighting,
};

/// What the remediator is set to by default.
pub fn plan_settings() -> PlanSettings {
    PlanSettings {
        unused_after: UnusedAfterDays::default(),
        preserve_reads: PreserveReads::default(),
        ignored_policies: IgnoredPolicies::default(),
        wildcards: BoundaryWildcards::default(),
        always_allow: AlwaysAllow::default(),
        weighting: Weighting::default(),
        base_actions: NEEDS_NO_PERMISSION.parse().expect("it is an action"),
        exemptions: ExemptionRules::default(),
        do_not_enforce: PrincipalList::default(),
    }
}
