//! From usage to a plan: sorting, narrowing and fitting, until the plan comes out the same once its
//! own boundary stands.

use super::candidate::Candidate;
use super::drafting::{Draft, Drafting};
use super::fit::Fitted;
use super::keep::Sorted;
use super::reasons::{Plan, extras};
use super::refusal::Refusal;
use super::resource_grants::{ResourceGrant, read_grants};
use super::warning::{Warning, catalogue_age, report_age};
use crate::boundary::{OuterLimit, Standing, has_iam_writes};
use crate::evidence::Evidence;
use crate::exemption::IgnoredExemption;
use crate::iam::{Boundary, Principal, UnknownPermissions};
use crate::score::Score;
use crate::settings::ResourceGrants;
use crate::usage::PrincipalUsage;
use chrono::{DateTime, Utc};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::{Compressor, may_grow_in_harm};
use leastwise_policy::document::{Actions, Document, Effect};
use leastwise_policy::pattern::Pattern;
use std::collections::{BTreeMap, BTreeSet};

/// How often a plan is made again with its own boundary in place until it comes out the same, as
/// remediation checks. It nearly always does the first time; under a present boundary with
/// exclusions a shorter form may be found the second time.
const MOST_ROUNDS: usize = 4;

/// Plans the boundary for a principal.
///
/// The window whose beginning divides use from idleness ends at `judged`; later use counts as well.
/// It differs from the moment at which the candidate was checked where a plan that was announced is
/// made again to be enforced.
///
/// ```
/// use leastwise_policy::catalog::Catalog;
/// use leastwise_rightsizing::evidence::{Evidence, LastAccessedReport};
/// use leastwise_rightsizing::exemption::ExemptionRules;
/// use leastwise_rightsizing::iam::Account;
/// use leastwise_rightsizing::plan::{Candidate, PlanSettings, plan};
/// use leastwise_rightsizing::score::CreepIndex;
/// use leastwise_rightsizing::settings::{
///     AlwaysAllow, BoundaryWildcards, Judging, NotPrincipalChecked, PrincipalList, ResourceGrants,
/// };
/// use serde_json::json;
///
/// let account = Account::from_json(
///     r#"{ "RoleDetailList": [{
///         "Arn": "arn:aws:iam::111122223333:role/reporter",
///         "RoleId": "AROAEXAMPLE000000001",
///         "CreateDate": "2024-01-01T00:00:00Z",
///         "RolePolicyList": [{ "PolicyName": "work", "PolicyDocument": {
///             "Version": "2012-10-17",
///             "Statement": [{
///                 "Effect": "Allow", "Action": ["s3:GetObject", "sqs:SendMessage"], "Resource": "*"
///             }]
///         } }]
///     }] }"#,
/// )?;
/// let report = LastAccessedReport::from_json(&json!({
///     "JobStatus": "COMPLETED",
///     "JobCompletionDate": "2026-11-01T06:00:00Z",
///     "ServicesLastAccessed": [
///         { "ServiceNamespace": "s3", "LastAuthenticated": "2026-10-30T09:00:00Z" },
///         { "ServiceNamespace": "sqs" }
///     ]
/// }))?;
/// let settings = PlanSettings {
///     judging: Judging::default(),
///     wildcards: BoundaryWildcards::default(),
///     base_actions: "sts:GetCallerIdentity".parse()?,
///     always_allow: AlwaysAllow::default(),
///     exemptions: ExemptionRules::default(),
///     do_not_enforce: PrincipalList::default(),
///     resource_grants: ResourceGrants::None,
///     not_principal_checked: NotPrincipalChecked::default(),
/// };
/// let (evidence, catalog) = (Evidence::from(report), Catalog::embedded());
/// let as_of = "2026-11-01T12:00:00Z".parse()?;
/// for principal in account.principals() {
///     let candidate = Candidate::of(principal, &settings, as_of)?;
///     let plan = plan(candidate, &evidence, catalog, as_of)?;
///     assert_eq!(
///         plan.document.to_compact_string(),
///         concat!(
///             r#"{"Version":"2012-10-17","Statement":[{"Sid":"LeastwiseKeep","Effect":"Allow","#,
///             r#""Action":"s3:*","Resource":"*"}]}"#,
///         )
///     );
///     let index = [plan.index, plan.expected_index];
///     assert_eq!(index.map(|index| index.map(CreepIndex::value)), [Some(67), Some(0)]);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Refusal`] when anything about its permissions or their use could not be read, or when no
/// document fits.
pub fn plan(
    candidate: Candidate<'_>,
    evidence: &Evidence,
    catalog: &Catalog,
    judged: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    plan_sharing(candidate, evidence, &Compressor::new(catalog), judged)
}

/// The same for one of many principals: what `compressor` wrote for the others is not worked out
/// again. The plan does not depend on it.
///
/// # Errors
///
/// As [`plan`].
pub fn plan_sharing(
    candidate: Candidate<'_>,
    evidence: &Evidence,
    compressor: &Compressor<'_>,
    judged: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    let catalog = compressor.catalog();
    Planner { candidate, evidence, catalog, compressor, judged }.plan(None)
}

/// A plan that is to be narrowed further.
pub(super) struct Narrowing<'a> {
    /// That plan: no more is allowed than by its boundary.
    pub(super) of: &'a Plan,
    /// Actions that are to be dropped though IAM does not track them.
    pub(super) unused: &'a ActionSet,
}

/// What every plan for a principal is made from.
#[derive(Clone, Copy)]
pub(super) struct Planner<'a> {
    pub(super) candidate: Candidate<'a>,
    pub(super) evidence: &'a Evidence,
    pub(super) catalog: &'a Catalog,
    pub(super) compressor: &'a Compressor<'a>,
    /// The end of the window.
    pub(super) judged: DateTime<Utc>,
}

impl Planner<'_> {
    /// Plans the boundary, as usual or narrower than usual.
    pub(super) fn plan(&self, narrowing: Option<&Narrowing<'_>>) -> Result<Plan, Refusal> {
        self.check_report()?;
        self.check_resource_policies()?;
        let standing = self.standing()?;
        let principal = standing.principal();
        let read_grants = self.read_grants();
        let nothing = ActionSet::empty();
        let unused = narrowing.map_or(&nothing, |narrowing| narrowing.unused);
        let present = self.usage_of(principal, &nothing)?;
        let narrowed = narrowing.map(|_| self.usage_of(principal, unused)).transpose()?;
        let drafting = Drafting {
            principal,
            settings: self.candidate.settings(),
            catalog: self.catalog,
            compressor: self.compressor,
            outer: &OuterLimit::of(principal).map_err(|why| self.unknown_permissions(why))?,
            usage: narrowed.as_ref().unwrap_or(&present),
            read_grants: &read_grants,
            unused,
        };
        let draft = drafting.draft();
        let first = match narrowing {
            None => drafting.fit(&draft)?,
            Some(Narrowing { of, .. }) => {
                let after = bounded(principal, &of.document);
                let again = drafting.fit_again(&after, &self.usage_of(&after, unused)?)?;
                Fitted { left_out: left_out(of), ..again }
            }
        };
        let settled = self.settle(&drafting, first)?;
        let mut plan = self.finished(&drafting, draft, settled, &present);
        let why = standing.why_unknown().map(ToOwned::to_owned);
        plan.warnings.extend(why.map(|why| Warning::NewGrantsUnknown { why }));
        Ok(plan)
    }

    /// The principal under its boundary, brought up to date.
    fn standing(&self) -> Result<Standing, Refusal> {
        let day = self.candidate.checked_at().date_naive();
        let from = &self.evidence.planned_from;
        Standing::of(self.candidate.principal(), from, day, self.catalog)
            .map_err(|why| self.unknown_permissions(why))
    }

    fn check_report(&self) -> Result<(), Refusal> {
        let start = self.candidate.settings().judging.unused_after.window_start(self.judged);
        let principal = self.candidate.principal();
        self.evidence
            .check(principal, start)
            .map_err(|why| Refusal::UsageUnknown { principal: principal.arn.clone(), why })
    }

    /// A denial with `NotPrincipal` hits whoever has a boundary.
    fn check_resource_policies(&self) -> Result<(), Refusal> {
        let principal = self.candidate.principal();
        let denials = self.evidence.resource_policies.not_principal_denials();
        if denials.is_empty() || principal.boundary.is_some() {
            return Ok(());
        }
        let resources = denials.into_iter().map(ToOwned::to_owned).collect();
        Err(Refusal::NotPrincipalDenial { principal: principal.arn.clone(), resources })
    }

    fn read_grants(&self) -> BTreeMap<String, ActionSet> {
        let Self { candidate, evidence, catalog, .. } = self;
        match candidate.settings().resource_grants {
            ResourceGrants::Read => {
                read_grants(&evidence.resource_policies, candidate.principal(), catalog)
            }
            ResourceGrants::Keep | ResourceGrants::None => BTreeMap::new(),
        }
    }

    pub(super) fn unknown_permissions(&self, why: UnknownPermissions) -> Refusal {
        Refusal::PermissionsUnknown { principal: self.candidate.principal().arn.clone(), why }
    }

    fn usage_of(
        &self,
        standing: &Principal,
        unused: &ActionSet,
    ) -> Result<PrincipalUsage, Refusal> {
        let Self { candidate, evidence, catalog, judged, .. } = *self;
        let judging = &candidate.settings().judging;
        PrincipalUsage::without(unused, standing, evidence, judging, judged, catalog)
            .map_err(|why| self.unknown_permissions(why))
    }

    /// Makes the plan again with its own boundary in place, as remediation will, until it comes out
    /// the same.
    fn settle(&self, drafting: &Drafting<'_>, first: Fitted) -> Result<Settled, Refusal> {
        let left_out = first.left_out.clone();
        let mut fitted = first;
        let (mut standing, mut usage) = self.after(&fitted.document)?;
        for _ in 0..MOST_ROUNDS {
            match drafting.fit_again(&standing, &usage) {
                Ok(again) if again.document != fitted.document => fitted = again,
                Ok(_) | Err(Refusal::TooLarge { .. }) => break,
                Err(refusal) => return Err(refusal),
            }
            (standing, usage) = self.after(&fitted.document)?;
        }
        // Once the boundary stands, it is the limit, and nothing more can be left out of it.
        fitted.left_out.extend(left_out);
        Ok(Settled { fitted, usage })
    }

    /// The principal once `document` is its Leastwise boundary, and its usage then.
    fn after(&self, document: &Document) -> Result<(Principal, PrincipalUsage), Refusal> {
        let standing = bounded(self.candidate.principal(), document);
        let usage = self.usage_of(&standing, &ActionSet::empty())?;
        Ok((standing, usage))
    }

    fn finished(
        &self,
        drafting: &Drafting<'_>,
        draft: Draft,
        settled: Settled,
        present: &PrincipalUsage,
    ) -> Plan {
        let Settled { fitted, usage: expected } = settled;
        let Draft { mut sorted, grants, mut warnings, .. } = draft;
        warnings.extend(self.warnings(drafting, &sorted, &fitted, &expected));
        let kept = grants.iter().filter(|grant| !fitted.left_out.contains(&grant.service));
        sorted.kept.extend(kept.map(ResourceGrant::reason));
        sorted.kept.sort_by(|one, other| one.service.cmp(&other.service));
        let weighting = self.candidate.settings().judging.weighting;
        Plan {
            kept: sorted.kept,
            dropped: sorted.dropped,
            unknown: sorted.unknown,
            extras: extras(&fitted.extras, &present.granted, self.catalog),
            wildcards: fitted.how.wildcards,
            resource_grants: self.candidate.settings().resource_grants,
            read_grants: drafting.read_grants.clone(),
            may_grow_in_harm: open_patterns(&fitted.document),
            granularity: drafting.usage.granularity,
            document: fitted.document,
            warnings,
            index: Score::of(&present.services, weighting).index,
            expected_index: Score::of(&expected.services, weighting).index,
        }
    }

    /// What a person should know of the finished plan before applying it.
    fn warnings(
        &self,
        drafting: &Drafting<'_>,
        sorted: &Sorted,
        fitted: &Fitted,
        expected: &PrincipalUsage,
    ) -> Vec<Warning> {
        let now = self.candidate.checked_at();
        let mut warnings = Vec::new();
        if has_iam_writes(&expected.granted, self.catalog) {
            warnings.push(Warning::KeepsIamWrites);
        }
        warnings.extend(report_age(&self.evidence.report, now));
        warnings.extend(catalogue_age(self.catalog, now));
        warnings.extend(drafting.warnings(sorted, fitted));
        let ignored = IgnoredExemption::of(self.candidate.principal(), now);
        warnings.extend(ignored.map(|why| Warning::ExemptionIgnored { why }));
        warnings
    }
}

/// The services of which a plan leaves out what resource policies may grant.
fn left_out(plan: &Plan) -> BTreeSet<String> {
    let services = plan.warnings.iter().filter_map(|warning| {
        let Warning::ResourceGrantsLeftOut { services } = warning else { return None };
        Some(services)
    });
    services.flatten().cloned().collect()
}

/// A plan that comes out the same once it stands.
struct Settled {
    fitted: Fitted,
    /// How what is granted is used once it stands.
    usage: PrincipalUsage,
}

/// The principal once `document` is its Leastwise boundary.
fn bounded(principal: &Principal, document: &Document) -> Principal {
    Principal {
        boundary: Some(Boundary {
            policy_arn: principal.arn.boundary_policy_arn(),
            document: Ok(document.clone()),
            since: None,
        }),
        ..principal.clone()
    }
}

fn open_patterns(document: &Document) -> Vec<Pattern> {
    let allows = document.statements().iter().filter(|it| it.effect() == Effect::Allow);
    allows
        .flat_map(|statement| match statement.actions() {
            Actions::Action(patterns) => patterns.as_slice(),
            Actions::NotAction(_) => &[],
        })
        .filter(|pattern| may_grow_in_harm(pattern))
        .cloned()
        .collect()
}
