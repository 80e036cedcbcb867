//! The settings of a plan, and planning by them.

use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::boundary::NEEDS_NO_PERMISSION;
use leastwise_rightsizing::evidence::Evidence;
use leastwise_rightsizing::exemption::ExemptionRules;
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::plan::{Candidate, Plan, PlanSettings, Refusal, plan};
use leastwise_rightsizing::settings::{
    AlwaysAllow, BoundaryWildcards, Judging, NotPrincipalChecked, PrincipalList, ResourceGrants,
};

/// What the remediator is set to by default.
pub fn plan_settings() -> PlanSettings {
    PlanSettings {
        judging: Judging::default(),
        wildcards: BoundaryWildcards::default(),
        always_allow: AlwaysAllow::default(),
        base_actions: NEEDS_NO_PERMISSION.parse().expect("it is an action"),
        exemptions: ExemptionRules::default(),
        do_not_enforce: PrincipalList::default(),
        resource_grants: ResourceGrants::default(),
        not_principal_checked: NotPrincipalChecked::default(),
    }
}

/// Checks whether the principal is a candidate and plans its boundary, both at the end of the
/// window.
///
/// # Errors
///
/// As [`Candidate::of`] and [`plan`](leastwise_rightsizing::plan::plan()).
pub fn plan_at(
    as_of: DateTime<Utc>,
    principal: &Principal,
    evidence: &Evidence,
    settings: &PlanSettings,
    catalog: &Catalog,
) -> Result<Plan, Refusal> {
    let candidate = Candidate::of(principal, settings, as_of)?;
    plan(candidate, evidence, catalog, as_of)
}
