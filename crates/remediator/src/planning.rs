//! From a principal to its proved plan.

use crate::error::{Refusal, RemediationError, Stopped};
use crate::kept;
use crate::settings::LoadedSettings;
use crate::suggestion::{self, SuggestionError};
use chrono::{DateTime, Utc};
use leastwise_aws::Moment;
use leastwise_aws::earlier::earlier_grants;
use leastwise_aws::evidence::load_witnesses;
use leastwise_aws::planned_from::{planned_grants, previous_limit};
use leastwise_aws::ports::{
    ListObjects, ReadAccount, ReadHistory, ReadObject, ReadPolicy, ReadRegions,
    ReadResourcePolicies, ReadSecret, ReadUsage, UsageError,
};
use leastwise_aws::regions::enabled_regions;
use leastwise_policy::action::Action;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use leastwise_policy::permissions::Permissions;
use leastwise_rightsizing::boundary::PlanDigest;
use leastwise_rightsizing::evidence::{
    EnabledRegions, Evidence, Granularity, LastAccessedReport, PlannedFrom, ServiceLastAccessed,
};
use leastwise_rightsizing::iam::{Account, Principal, PrincipalArn};
use leastwise_rightsizing::plan;
use leastwise_rightsizing::plan::{
    BoundaryDemands, Candidate, Plan, PlanSettings, Warning, plan_with_suggestion,
    takes_suggestions,
};
use leastwise_rightsizing::proof::{ProvedPlan, prove_from};
use leastwise_rightsizing::resource_policies::ResourcePolicies;
use leastwise_rightsizing::settings::{ResourceGrants, ScoreProvider};
use leastwise_rightsizing::tags::{PreviousBoundary, check_room};
use std::sync::Arc;

/// A principal as it stands, with the boundary proved for it.
#[derive(Debug)]
pub struct Planned {
    /// The principal as it was read.
    pub principal: Principal,
    /// Its plan.
    pub proved: ProvedPlan,
    /// The text of what stood before that is to be kept; `None` where there is none to keep.
    pub to_keep: Option<Document>,
    /// What it uses, as far as IAM tracks single actions, in the order of the report.
    pub in_use: Vec<Action>,
}

impl Planned {
    /// What tells the plan from any other.
    #[must_use]
    pub fn digest(&self) -> PlanDigest {
        PlanDigest::of(&self.principal.unique_id, &self.proved.plan().document)
    }

    /// Whether applying the plan would change anything worth changing.
    ///
    /// It would not where the boundary in place is the planned one, nor where there is nothing to
    /// take away: a principal that uses all it is granted gets no boundary.
    #[must_use]
    pub fn changes_anything(&self) -> bool {
        match self.present() {
            Some(present) => !present,
            None => !self.proved.plan().dropped.is_empty(),
        }
    }

    /// What applying the plan has to record; `None` where the boundary that Leastwise attached is
    /// in place, and with it the record.
    ///
    /// # Errors
    ///
    /// Refused when it does not fit a tag, or there is no room for one: it could not be restored.
    pub fn to_record(&self) -> Result<Option<PreviousBoundary>, Refusal> {
        let principal = &self.principal;
        if principal.has_own_leastwise_boundary() {
            return Ok(None);
        }
        let previous = PreviousBoundary::of(principal);
        let recordable = previous.to_tag_value().map(drop).and_then(|()| check_room(principal));
        match recordable {
            Ok(()) => Ok(Some(previous)),
            Err(why) => Err(Refusal::Record { principal: principal.arn.clone(), why }),
        }
    }

    /// Whether the boundary that Leastwise attached to this principal is the planned one; `None`
    /// when it has none of ours.
    fn present(&self) -> Option<bool> {
        let boundary = self.principal.boundary.as_ref()?;
        self.principal.has_own_leastwise_boundary().then(|| {
            boundary
                .document
                .as_ref()
                .is_ok_and(|document| document.same_meaning(&self.proved.plan().document))
        })
    }
}

/// Plans for `principal` and proves the plan. Whether it is exempt is judged as of `moment.now`,
/// what it uses by the window that ends at `moment.judged`.
///
/// # Errors
///
/// Refused when the principal is exempt or in quarantine, anything about it is unknown, no plan can
/// be proved, or one of the actions to `give_back` would not be allowed again; failed when the
/// report, what was granted earlier, the usage files, or the enabled Regions could not be had.
/// Refused, too, when the external service was to be asked and says nothing.
pub async fn plan(
    principal: Principal,
    give_back: &[Action],
    loaded: &LoadedSettings,
    aws: &(
         impl ListObjects
         + ReadAccount
         + ReadHistory
         + ReadObject
         + ReadPolicy
         + ReadRegions
         + ReadResourcePolicies
         + ReadSecret
         + ReadUsage
     ),
    moment: Moment,
) -> Result<Planned, Stopped> {
    let LoadedSettings { plan: settings, new_permission_grace: grace, score_provider, .. } = loaded;
    let candidate = Candidate::of(&principal, settings, moment.now)?;
    let earlier =
        earlier_grants(&principal, *grace, moment, aws).await.map_err(RemediationError::History)?;
    let mut planned_from = planned_from(&principal, aws, moment).await?;
    planned_from.grants = planned_from.grants.giving_back(give_back, &principal);
    let regions = enabled_regions(settings.judging.untracked_regions, aws)
        .await
        .map_err(RemediationError::Regions)?;
    let witnesses =
        load_witnesses(loaded.evidence.as_ref(), aws).await.map_err(RemediationError::Evidence)?;
    let report = report(&principal, aws, moment).await?;
    let surroundings = surroundings(&principal, settings, aws).await?;
    let resource_policies = resource_policies(surroundings.trust, &regions, aws).await;
    let evidence = Evidence {
        earlier,
        planned_from,
        regions,
        resource_policies,
        sightings: witnesses.of(&principal),
        ..report.into()
    };
    let mut plan = planned(candidate, &evidence, score_provider, aws, moment).await?;
    plan.warnings.extend(surroundings.demands);
    let proved = prove_from(&principal, &evidence.planned_from, plan, Catalog::embedded())?;
    check_given_back(give_back, &principal, &proved.plan().document)?;
    let start = settings.judging.unused_after.window_start(moment.judged);
    let in_use = actions_in_use(&evidence.observed(start), start);
    let to_keep = kept::text(&principal, &evidence.planned_from.previous);
    Ok(Planned { principal, proved, to_keep, in_use })
}

/// Refuses what cannot be given back: nothing but a boundary of ours is changed for it, no policy
/// grants it, or what stood before denied it.
fn check_given_back(
    actions: &[Action],
    principal: &Principal,
    planned: &Document,
) -> Result<(), Refusal> {
    let boundary = Permissions::of([planned]);
    let granted = principal.granting_documents().map(Permissions::of);
    let is_allowed = |action: &str| {
        boundary.permits(action) && granted.as_ref().is_ok_and(|granted| granted.permits(action))
    };
    let is_ours = principal.has_own_leastwise_boundary();
    let missing = actions.iter().find(|action| !is_ours || !is_allowed(action.as_str()));
    let Some(action) = missing else { return Ok(()) };
    Err(Refusal::NotGivenBack { principal: principal.arn.clone(), action: action.clone() })
}

/// What the boundary in place was planned from.
async fn planned_from(
    principal: &Principal,
    aws: &(impl ReadHistory + ReadPolicy),
    moment: Moment,
) -> Result<PlannedFrom, Stopped> {
    let grants = planned_grants(principal, moment, aws).await.map_err(RemediationError::History)?;
    let previous = previous_limit(principal, aws).await.map_err(RemediationError::Read)?;
    Ok(PlannedFrom { grants, previous })
}

/// What the rest of the account says, as far as the plan needs it.
#[derive(Default)]
struct Surroundings {
    /// The trust policies; `None` where resource policies are not to be read.
    trust: Option<ResourcePolicies>,
    /// Who else counts on the boundary that the principal has.
    demands: Option<Warning>,
}

async fn surroundings(
    principal: &Principal,
    settings: &PlanSettings,
    aws: &impl ReadAccount,
) -> Result<Surroundings, Stopped> {
    let reads_policies = settings.resource_grants == ResourceGrants::Read;
    let replaces = principal.boundary_of_others().is_some();
    if !reads_policies && !replaces {
        return Ok(Surroundings::default());
    }
    let account = aws.account().await.map_err(RemediationError::Read)?;
    let account = Account::from(&account);
    let demands = || BoundaryDemands::of(&account).warning(principal);
    Ok(Surroundings {
        trust: reads_policies.then(|| ResourcePolicies::of_trust(&account)),
        demands: if replaces { demands() } else { None },
    })
}

/// What is known of resource policies: the trust policies of the account, and what the enabled
/// Regions hold. Where these are not known, or the policies are not to be read, nothing is.
async fn resource_policies(
    trust: Option<ResourcePolicies>,
    regions: &EnabledRegions,
    aws: &impl ReadResourcePolicies,
) -> Arc<ResourcePolicies> {
    let Some(trust) = trust else { return Arc::default() };
    Arc::new(match regions {
        EnabledRegions::NotAsked => trust,
        EnabledRegions::Known(regions) => trust.and(aws.resource_policies(regions).await),
    })
}

/// The plan, narrowed by what the external service suggests where there is one.
async fn planned(
    candidate: Candidate<'_>,
    evidence: &Evidence,
    score_provider: &ScoreProvider,
    aws: &impl ReadSecret,
    moment: Moment,
) -> Result<Plan, Stopped> {
    let catalog = Catalog::embedded();
    let Some(secret) = score_provider.secret() else {
        return Ok(plan::plan(candidate, evidence, catalog, moment.judged)?);
    };
    let suggestion = if takes_suggestions(candidate.settings()) {
        let arn = &candidate.principal().arn;
        let asked = suggestion::ask(arn, secret, aws, moment).await;
        asked.map_err(|why| no_suggestion(arn, why))?
    } else {
        Vec::new()
    };
    let judged = moment.judged;
    Ok(plan_with_suggestion(candidate, evidence, &suggestion, catalog, judged)?)
}

fn no_suggestion(principal: &PrincipalArn, why: SuggestionError) -> Refusal {
    Refusal::NoSuggestion { principal: principal.clone(), why }
}

async fn report(
    principal: &Principal,
    aws: &impl ReadUsage,
    moment: Moment,
) -> Result<LastAccessedReport, Stopped> {
    let arn = &principal.arn;
    match aws.last_accessed(&arn.to_string(), Granularity::Action, moment.deadline).await {
        Ok(report) => Ok(report),
        Err(UsageError::NoSuchPrincipal { .. }) => {
            Err(Refusal::NoSuchPrincipal { resource: arn.to_string() }.into())
        }
        Err(UsageError::Report { report, .. }) => {
            Err(plan::Refusal::UsageUnknown { principal: arn.clone(), why: report }.into())
        }
        Err(
            error @ (UsageError::NotReached { .. }
            | UsageError::Deadline { .. }
            | UsageError::RepeatedMarker { .. }
            | UsageError::Call { .. }),
        ) => Err(RemediationError::Usage(error).into()),
    }
}

/// The tracked actions whose last use lies in the window. A name that is no action's names none.
fn actions_in_use(report: &LastAccessedReport, window_start: DateTime<Utc>) -> Vec<Action> {
    let of_service = |service: &ServiceLastAccessed| {
        let tracked = service.tracked_actions_last_accessed.iter();
        let used = tracked.filter(|action| action.last_accessed_time >= Some(window_start));
        let names =
            used.map(|action| format!("{}:{}", service.service_namespace, action.action_name));
        names.filter_map(|name| name.parse().ok()).collect::<Vec<_>>()
    };
    report.services().flat_map(of_service).collect()
}
