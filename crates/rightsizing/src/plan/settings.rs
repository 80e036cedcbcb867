//! The settings of a plan.

use crate::exemption::ExemptionRules;
use crate::settings::{
    AlwaysAllow, BaseActions, BoundaryWildcards, Judging, NotPrincipalChecked, PrincipalList,
    ResourceGrants,
};

/// The settings of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSettings {
    /// How use is judged.
    pub judging: Judging,
    /// Which wildcards the boundary may have.
    pub wildcards: BoundaryWildcards,
    /// What is left to a principal that uses nothing.
    pub base_actions: BaseActions,
    /// What is kept whether it is used or not.
    pub always_allow: AlwaysAllow,
    /// Who is left alone.
    pub exemptions: ExemptionRules,
    /// `DoNotEnforceList`: who is judged and never gets a boundary.
    pub do_not_enforce: PrincipalList,
    /// What is done about what resource policies may grant.
    pub resource_grants: ResourceGrants,
    /// Whether the operator has checked that no resource policy denies by `NotPrincipal`.
    pub not_principal_checked: NotPrincipalChecked,
}

/// How many days of activity a suggestion rests on: the most that the protocol offers.
pub const SUGGESTION_HISTORY_DAYS: u16 = 90;

/// Whether a suggestion can be of any use with these settings. Where the window reaches back
/// further than what it rests on, it is none: it says nothing of the days before.
#[must_use]
pub fn takes_suggestions(settings: &PlanSettings) -> bool {
    settings.judging.unused_after.days() <= SUGGESTION_HISTORY_DAYS
}
