//! From usage to a plan: sorting, narrowing and fitting, until the plan comes out the same once its
//! own boundary stands.

use super::candidate::Candidate;
use super::fit::{Fitted, Fitting};
use super::keep::{Sorted, kept_services};
use super::reasons::{Dropped, Kept, Plan, WhatDropped, WhyKept, extras, stale};
use super::refusal::Refusal;
use super::settings::PlanSettings;
use super::size;
use super::surroundings;
use super::warning::{Warning, allows_all_but, report_age};
use crate::boundary::{ALWAYS_ALLOW_SID, NEEDS_NO_PERMISSION, OuterLimit, has_iam_writes};
use crate::evidence::{Evidence, Granularity};
use crate::exemption::TagExemption;
use crate::iam::{Boundary, Principal, UnknownPermissions};
use crate::score::Score;
use crate::usage::PrincipalUsage;
use chrono::{DateTime, Utc};
use leastwise_policy::action::Action;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::{Readability, may_grow_in_harm};
use leastwise_policy::document::{Actions, Document, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use std::collections::BTreeMap;

/// How often a plan is made again with its own boundary in place until it comes out the same, as
/// remediation checks. It nearly always does the first time; under a present boundary with
/// exclusions a shorter form may be found the second time.
const MOST_ROUNDS: usize = 4;

/// Plans the boundary for a principal, by the settings by which it was found a candidate.
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
/// use leastwise_rightsizing::settings::{AlwaysAllow, BoundaryWildcards, Judging, PrincipalList};
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
/// };
/// let (evidence, catalog) = (Evidence::from(report), Catalog::embedded());
/// let as_of = "2026-11-01T12:00:00Z".parse()?;
/// for principal in account.principals() {
///     let candidate = Candidate::of(principal, &settings, as_of)?;
///     let plan = plan(candidate, &evidence, &settings, catalog, as_of)?;
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
    settings: &PlanSettings,
    catalog: &Catalog,
    judged: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    Planner { candidate, evidence, settings, catalog, judged }.plan(None)
}

/// A plan that is to be narrowed further.
pub(super) struct Narrowing<'a> {
    /// The boundary of that plan: no more than it allows is allowed.
    pub(super) within: &'a Document,
    /// Actions that are to be dropped though IAM does not track them.
    pub(super) unused: &'a ActionSet,
}

/// What every plan for a principal is made from.
#[derive(Clone, Copy)]
pub(super) struct Planner<'a> {
    pub(super) candidate: Candidate<'a>,
    pub(super) evidence: &'a Evidence,
    pub(super) settings: &'a PlanSettings,
    pub(super) catalog: &'a Catalog,
    /// The end of the window.
    pub(super) judged: DateTime<Utc>,
}

impl Planner<'_> {
    /// Plans the boundary, as usual or narrower than usual.
    pub(super) fn plan(&self, narrowing: Option<&Narrowing<'_>>) -> Result<Plan, Refusal> {
        self.check_report()?;
        let principal = self.candidate.principal();
        let nothing = ActionSet::empty();
        let unused = narrowing.map_or(&nothing, |narrowing| narrowing.unused);
        let present = self.usage_of(principal, &nothing)?;
        let narrowed = narrowing.map(|_| self.usage_of(principal, unused)).transpose()?;
        let planning = Planning {
            principal,
            settings: self.settings,
            catalog: self.catalog,
            outer: &OuterLimit::of(principal).map_err(|why| self.unknown_permissions(why))?,
            usage: narrowed.as_ref().unwrap_or(&present),
            unused,
            identity: Permissions::of(
                principal.granting_documents().map_err(|why| self.unknown_permissions(why))?,
            ),
        };
        let draft = planning.draft();
        let first = match narrowing {
            None => planning.fit(&draft)?,
            Some(narrowing) => {
                let standing = bounded(principal, narrowing.within);
                planning.fit_again(&standing, &self.usage_of(&standing, unused)?)?
            }
        };
        let settled = self.settle(&planning, first)?;
        Ok(self.finished(&planning, draft, settled, &present))
    }

    fn check_report(&self) -> Result<(), Refusal> {
        let start = self.settings.judging.unused_after.window_start(self.judged);
        let principal = &self.candidate.principal().arn;
        self.evidence
            .report
            .check_reaches(start)
            .map_err(|why| Refusal::UsageUnknown { principal: principal.clone(), why })
    }

    fn unknown_permissions(&self, why: UnknownPermissions) -> Refusal {
        Refusal::PermissionsUnknown { principal: self.candidate.principal().arn.clone(), why }
    }

    fn usage_of(
        &self,
        standing: &Principal,
        unused: &ActionSet,
    ) -> Result<PrincipalUsage, Refusal> {
        let Self { evidence, settings, catalog, judged, .. } = *self;
        PrincipalUsage::without(unused, standing, evidence, &settings.judging, judged, catalog)
            .map_err(|why| self.unknown_permissions(why))
    }

    /// Makes the plan again with its own boundary in place, as remediation will, until it comes out
    /// the same.
    fn settle(&self, planning: &Planning<'_>, first: Fitted) -> Result<Settled, Refusal> {
        let mut fitted = first;
        let (mut standing, mut usage) = self.after(&fitted.document)?;
        for _ in 0..MOST_ROUNDS {
            match planning.fit_again(&standing, &usage) {
                Ok(again) if again.document != fitted.document => fitted = again,
                Ok(_) | Err(Refusal::TooLarge { .. }) => break,
                Err(refusal) => return Err(refusal),
            }
            (standing, usage) = self.after(&fitted.document)?;
        }
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
        planning: &Planning<'_>,
        draft: Draft,
        settled: Settled,
        present: &PrincipalUsage,
    ) -> Plan {
        let Settled { fitted, usage: expected } = settled;
        let warnings = self.warnings(planning, &draft, &fitted, &expected);
        let weighting = self.settings.judging.weighting;
        let Draft { sorted, .. } = draft;
        Plan {
            kept: sorted.kept,
            dropped: sorted.dropped,
            unknown: sorted.unknown,
            extras: extras(&fitted.extras, &present.granted, self.catalog),
            wildcards: fitted.how.wildcards,
            may_grow_in_harm: open_patterns(&fitted.document),
            granularity: planning.usage.granularity,
            document: fitted.document,
            warnings,
            index: Score::of(&present.services, weighting).index,
            expected_index: Score::of(&expected.services, weighting).index,
        }
    }

    /// What a person should know before applying the plan.
    fn warnings(
        &self,
        planning: &Planning<'_>,
        draft: &Draft,
        fitted: &Fitted,
        expected: &PrincipalUsage,
    ) -> Vec<Warning> {
        let now = self.candidate.checked_at();
        let mut warnings = draft.warnings.clone();
        if has_iam_writes(&expected.granted, self.catalog) {
            warnings.push(Warning::KeepsIamWrites);
        }
        warnings.extend(report_age(&self.evidence.report, now));
        warnings.extend(planning.warnings(&draft.sorted, fitted));
        if let Some(Err(why)) = TagExemption::of(self.candidate.principal(), now) {
            warnings.push(Warning::ExemptionIgnored { why });
        }
        warnings
    }
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

/// What a plan is made from.
pub(super) struct Planning<'a> {
    pub(super) principal: &'a Principal,
    settings: &'a PlanSettings,
    catalog: &'a Catalog,
    pub(super) outer: &'a OuterLimit,
    usage: &'a PrincipalUsage,
    /// What is dropped although IAM does not track it: `usage` is without it.
    pub(super) unused: &'a ActionSet,
    /// What the principal's own policies grant.
    identity: Permissions,
}

/// What is to be written, with its reasons.
struct Draft {
    sorted: Sorted,
    /// Statements that come after what is kept.
    appended: Vec<Statement>,
    warnings: Vec<Warning>,
}

impl Planning<'_> {
    /// What is written once the principal stands as `bounded`.
    fn fit_again(&self, bounded: &Principal, usage: &PrincipalUsage) -> Result<Fitted, Refusal> {
        let outer = OuterLimit::of(bounded).map_err(|why| Refusal::PermissionsUnknown {
            principal: self.principal.arn.clone(),
            why,
        })?;
        let identity = self.identity.clone();
        let planning = Planning { principal: bounded, outer: &outer, usage, identity, ..*self };
        planning.fit(&planning.draft())
    }

    fn draft(&self) -> Draft {
        let mut sorted = Sorted::of(self.usage, self.settings.wildcards.choice(), self.catalog);
        let mut warnings = Vec::new();
        let appended = if sorted.keep.is_empty() {
            self.base_actions(&mut sorted, &mut warnings)
        } else {
            self.carried_over(&mut warnings);
            self.always_allowed(&mut sorted, &mut warnings)
        };
        sorted.kept.sort_by(|one, other| one.service.cmp(&other.service));
        sorted.dropped.extend(self.unused_by_service());
        sorted.dropped.sort_by(|one, other| one.service.cmp(&other.service));
        Draft { sorted, appended, warnings }
    }

    fn fit(&self, draft: &Draft) -> Result<Fitted, Refusal> {
        let fitting = Fitting {
            outer: self.outer,
            keep: &draft.sorted.keep,
            appended: &draft.appended,
            granted: &self.usage.granted,
            principal: &self.principal.arn,
            catalog: self.catalog,
        };
        let fitted = fitting.fit(self.settings.wildcards.choice());
        fitted.map_err(|too_large| {
            size::refusal(&self.principal.arn, self.outer, &too_large, &draft.sorted)
        })
    }

    fn unused_by_service(&self) -> impl Iterator<Item = Dropped> {
        let mut by_service: BTreeMap<String, Vec<Action>> = BTreeMap::new();
        for id in self.unused {
            // INVARIANT: what is in the catalogue is an action.
            if let Ok(action) = self.catalog.action(id).to_string().parse::<Action>() {
                by_service.entry(action.service().to_ascii_lowercase()).or_default().push(action);
            }
        }
        by_service.into_iter().map(|(service, actions)| Dropped {
            service,
            what: WhatDropped::UnusedByExternalService(actions),
        })
    }

    fn carried_over(&self, warnings: &mut Vec<Warning>) {
        if let (true, Some(boundary)) = (self.outer.has_limits(), &self.principal.boundary) {
            warnings.push(Warning::CarriesLimitsOver { present: boundary.policy_arn.clone() });
        }
    }

    /// What is left to a principal that uses nothing.
    fn base_actions(&self, sorted: &mut Sorted, warnings: &mut Vec<Warning>) -> Vec<Statement> {
        let wanted = self.settings.base_actions.actions();
        let (statements, left_out) = self.outer.base_actions(wanted);
        let mut allowed: Vec<Action> =
            wanted.iter().filter(|action| !left_out.contains(action)).cloned().collect();
        if !left_out.is_empty() {
            warnings.push(Warning::BaseActionsLeftOut { actions: left_out });
        }
        if allowed.is_empty() {
            allowed.extend(NEEDS_NO_PERMISSION.parse());
        }
        keep_by_service(sorted, allowed, |actions| WhyKept::BaseActions { actions });
        statements
    }

    /// What is kept of the setting `AlwaysAllow`: what the principal's policies grant and is not
    /// kept anyway.
    fn always_allowed(&self, sorted: &mut Sorted, warnings: &mut Vec<Warning>) -> Vec<Statement> {
        let keep = &sorted.keep;
        let is_kept = |action: &Action| {
            keep.whole.contains(&action.service().to_ascii_lowercase())
                || self.catalog.find(action.as_str()).is_some_and(|id| keep.actions.contains(id))
        };
        let actions = self.settings.always_allow.actions().iter();
        let wanted: Vec<&Action> = actions
            .filter(|action| self.identity.permits(action.as_str()) && !is_kept(action))
            .collect();
        let (statements, left_out) = self.outer.allowing(wanted.iter().copied(), ALWAYS_ALLOW_SID);
        let allowed = wanted.into_iter().filter(|action| !left_out.contains(action)).cloned();
        keep_by_service(sorted, allowed.collect(), |actions| WhyKept::AlwaysAllowed { actions });
        if !left_out.is_empty() {
            warnings.push(Warning::AlwaysAllowLeftOut { actions: left_out });
        }
        statements
    }

    /// What a person should know about the finished plan.
    fn warnings(&self, sorted: &Sorted, fitted: &Fitted) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let statements = fitted.document.statements();
        if !sorted.keep.is_empty() && statements.iter().any(allows_all_but) {
            warnings.push(Warning::AllowsAllButTheDropped { kept: kept_services(sorted) });
        }
        let services = || fitted.shortened.iter().cloned().collect();
        if fitted.how.readability == Readability::LastResort {
            warnings.push(Warning::HardToRead { services: services() });
        } else if fitted.how.wildcards != self.settings.wildcards.choice() {
            warnings.push(Warning::ExactWildcards { services: services() });
        }
        if !fitted.extras.is_empty() {
            warnings.push(Warning::AdmitsExtras {
                extras: fitted.extras.len(),
                granted: fitted.extras.intersection(&self.usage.granted).len(),
            });
        }
        if self.usage.granularity == Granularity::Service && kept_services(sorted) > 0 {
            warnings.push(Warning::ServiceLevelEvidence);
        }
        if self.principal.boundary.is_none() {
            warnings.push(Warning::FirstBoundary);
        }
        let stale = stale(&sorted.dropped);
        if !stale.is_empty() {
            let days = self.settings.judging.unused_after.days();
            warnings.push(Warning::DropsEarlierUse { days, what: stale });
        }
        warnings.extend(surroundings::warnings(self.principal));
        warnings.extend(self.suspected_break());
        warnings
    }

    fn suspected_break(&self) -> Option<Warning> {
        let since = self.principal.boundary.as_ref()?.since?;
        let what: Vec<String> =
            self.usage.suspected_breaks.iter().map(|attempt| attempt.what.clone()).collect();
        (!what.is_empty()).then_some(Warning::SuspectedBreak { what, since })
    }
}

fn keep_by_service(sorted: &mut Sorted, actions: Vec<Action>, why: fn(Vec<Action>) -> WhyKept) {
    let mut by_service: BTreeMap<String, Vec<Action>> = BTreeMap::new();
    for action in actions {
        by_service.entry(action.service().to_ascii_lowercase()).or_default().push(action);
    }
    let kept = by_service.into_iter().map(|(service, actions)| Kept { service, why: why(actions) });
    sorted.kept.extend(kept);
}
