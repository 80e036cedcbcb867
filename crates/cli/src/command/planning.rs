//! The proved plan of each principal, or why there is none.

use super::advice;
use crate::arguments::{PlanningArguments, SourceArguments};
use crate::input::{self, InputError};
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::Compressor;
use leastwise_rightsizing::evidence::{Evidence, ReportError};
use leastwise_rightsizing::iam::{Account, Principal, UnreadableEntry};
use leastwise_rightsizing::plan::{
    BoundaryDemands, Candidate, Plan, PlanSettings, Refusal, plan_sharing,
};
use leastwise_rightsizing::presentation::RefusalJson;
use leastwise_rightsizing::proof::prove;
use leastwise_rightsizing::settings::{AlwaysAllow, BaseActions};

impl PlanningArguments {
    /// How boundaries are planned.
    pub(super) fn settings(&self, source: &SourceArguments) -> Result<PlanSettings, InputError> {
        Ok(PlanSettings {
            judging: source.judging()?,
            wildcards: self.wildcards,
            always_allow: self.always_allow.load(AlwaysAllow::NAME)?,
            base_actions: self.base_actions.load(BaseActions::NAME)?,
            exemptions: source.exemptions()?,
            do_not_enforce: input::list("DoNotEnforceList", self.do_not_enforce_list.as_deref())?,
            resource_grants: self.resources.resource_grants,
            not_principal_checked: self.not_principal_checked,
        })
    }
}

/// What is the same for all principals.
pub(super) struct Planning<'a> {
    settings: &'a PlanSettings,
    /// Most principals of an account have services in common.
    compressor: Compressor<'a>,
    demands: BoundaryDemands,
    as_of: DateTime<Utc>,
}

impl<'a> Planning<'a> {
    /// Planning for principals of the account as of a moment.
    pub(super) fn of(settings: &'a PlanSettings, account: &Account, as_of: DateTime<Utc>) -> Self {
        let compressor = Compressor::new(Catalog::embedded());
        Self { settings, compressor, demands: BoundaryDemands::of(account), as_of }
    }

    /// The plan of a principal, proved.
    pub(super) fn proved(
        &self,
        principal: &Principal,
        evidence: Result<&Evidence, &ReportError>,
    ) -> Result<Plan, RefusalJson> {
        let Self { settings, compressor, demands, as_of } = self;
        let candidate = Candidate::of(principal, settings, *as_of).map_err(|why| refusal(&why))?;
        let evidence = evidence.map_err(|why| {
            refusal(&Refusal::UsageUnknown { principal: principal.arn.clone(), why: why.clone() })
        })?;
        let planned = plan_sharing(candidate, evidence, compressor, *as_of);
        let mut planned = planned.map_err(|why| refusal(&why))?;
        planned.warnings.extend(demands.warning(principal));
        let proved = prove(principal, planned, compressor.catalog());
        Ok(proved.map_err(|why| RefusalJson::unproved(&why))?.into_plan())
    }
}

fn refusal(why: &Refusal) -> RefusalJson {
    let json = RefusalJson::of(why);
    if let Refusal::PermissionsUnknown { why, .. } = why {
        return RefusalJson { reason: advice::with(json.reason, why), ..json };
    }
    if let Refusal::UsageUnknown { why, .. } = why {
        return RefusalJson { reason: advice::with_report(json.reason, why), ..json };
    }
    json
}

/// That there is no plan for a principal of which the account data cannot be read.
pub(super) fn unreadable(name: &str, entry: &UnreadableEntry) -> RefusalJson {
    let reason = format!("`{name}` cannot be planned for: {entry}");
    RefusalJson { error: "PermissionsUnknown", reason }
}
