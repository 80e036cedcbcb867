//! The boundary plan: the tightest permissions boundary that keeps everything a principal uses, with its reasons.
//!
//! The boundary is what stands now — the present boundary, or "everything" where there is none — narrowed to what is
//! kept. Of a service of which single actions cannot be told apart, that is all or nothing; of any other, what is used,
//! what is unknown, and what these need. Every Allow statement of the result is an Allow statement of the present
//! boundary with fewer actions, under the same resources and conditions, and every Deny statement is carried over as it
//! is, so the result can never be wider.
//!
//! ```text
//! usage ─▶ keep ─▶ narrow ─▶ fit ─▶ Plan
//! ```
//!
//! A service that neither the catalogue nor the report nor any policy names is not known to be granted, and a list of
//! what is kept does not hold it. Nor does a list of the actions of a service hold those that AWS added after the
//! catalogue's date.

mod fit;
mod guard;
mod keep;
mod narrow;
mod reasons;
mod refusal;
mod suggestion;
mod surroundings;
mod warning;

use crate::exemption::{ExemptionRules, TagExemption};
use crate::ignored_policies::IgnoredPolicies;
use crate::index::{CreepIndex, Score};
use crate::last_accessed::{Granularity, LastAccessedReport};
use crate::principal::{Boundary, Principal};
use crate::principal_list::PrincipalList;
use crate::quarantine::Quarantine;
use crate::settings::{
    AlwaysAllow, BaseActions, BoundaryWildcards, PreserveReads, UnusedAfterDays, Weighting,
};
use crate::usage::{Idle, PrincipalUsage, UsageSettings};
use chrono::{DateTime, Utc};
use fit::{Fitted, Fitting};
pub use guard::guards;
use guard::has_iam_writes;
use keep::Sorted;
use leastwise_policy::action::Action;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::{Readability, Wildcards, may_grow_in_harm};
use leastwise_policy::document::{Actions, Document, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
pub use narrow::OuterLimit;
pub use reasons::{
    Dropped, Extent, Extra, Kept, KeptAction, KeptUnknown, WhatDropped, WhyActionKept, WhyKept,
    WhyUnknown,
};
pub use refusal::Refusal;
use std::collections::{BTreeMap, BTreeSet};
pub use suggestion::{
    SUGGESTION_HISTORY_DAYS, SuggestionWarning, plan_with_suggestion, takes_suggestions,
};
pub use warning::Warning;

/// The largest managed policy IAM takes, in characters; IAM does not count white space, and we write none.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length>
pub const MAX_POLICY_CHARACTERS: usize = 6_144;

/// What the statement id of every statement that Leastwise itself adds begins with.
pub const SID_PREFIX: &str = "Leastwise";

/// The statement id of what is kept where there was no boundary before.
pub const KEEP_SID: &str = "LeastwiseKeep";

/// The statement id of the base actions. In a Leastwise boundary they are not counted as creep, or a principal that
/// uses nothing would stay at 100 for ever.
pub const BASE_ACTIONS_SID: &str = "LeastwiseBaseActions";

/// The statement id of actions that are always allowed and not kept for another reason. In a Leastwise boundary they are
/// not counted as creep either.
pub const ALWAYS_ALLOW_SID: &str = "LeastwiseAlwaysAllow";

/// The one action that needs no permission: it is allowed even where a policy denies it, so allowing it widens nothing.
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
pub const NEEDS_NO_PERMISSION: &str = "sts:GetCallerIdentity";

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

/// A boundary with its reasons. Deterministic: the same input gives the same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The boundary.
    pub document: Document,
    /// What it keeps and why, in the order of the services.
    pub kept: Vec<Kept>,
    /// What it drops and why, in the order of the services.
    pub dropped: Vec<Dropped>,
    /// What it keeps because nothing is known of its use, in the order of the services.
    pub unknown: Vec<KeptUnknown>,
    /// What it admits though it is not to be kept, so that it fits; ascending.
    pub extras: Vec<Extra>,
    /// Which wildcards its lists of actions have.
    pub wildcards: Wildcards,
    /// Its patterns that could one day match a write which AWS adds, in the order of the document.
    pub may_grow_in_harm: Vec<Pattern>,
    /// How deep the evidence goes.
    pub granularity: Granularity,
    /// What a person should know before applying it.
    pub warnings: Vec<Warning>,
    /// The index now; `None` when nothing is known.
    pub index: Option<CreepIndex>,
    /// The index once the boundary is attached; `None` when nothing would be known.
    pub expected_index: Option<CreepIndex>,
}

/// From how many whole days on a report is called old. Fresh reports, which the Lambdas fetch, are minutes old.
const OLD_REPORT_DAYS: i64 = 5;

/// How often a plan is made again with its own boundary in place until it comes out the same, as remediation checks. It
/// nearly always does the first time; under a present boundary with exclusions a shorter form may be found the second time.
const MOST_ROUNDS: usize = 4;

/// How many services or actions a warning names.
const NAMED_IN_WARNING: usize = 5;

/// Refuses a principal that is exempt, or on the list of those that are judged only. [`plan`] does so too; this spares
/// fetching a report first.
///
/// # Errors
/// [`Refusal::Exempt`] and [`Refusal::DoNotEnforce`]
pub fn refuse_exempt(
    principal: &Principal,
    settings: &PlanSettings,
    as_of: DateTime<Utc>,
) -> Result<(), Refusal> {
    let arn = || principal.arn.clone();
    if let Some(exemption) = settings.exemptions.exemption(principal, as_of) {
        return Err(Refusal::Exempt { principal: arn(), exemption });
    }
    match settings.do_not_enforce.entry_for(&principal.arn) {
        Some(entry) => Err(Refusal::DoNotEnforce { principal: arn(), entry: entry.to_owned() }),
        None => Ok(()),
    }
}

/// Refuses a principal in quarantine. [`plan`] does so too; this spares fetching a report first.
///
/// # Errors
/// [`Refusal::Quarantined`]
pub fn refuse_quarantined(principal: &Principal) -> Result<(), Refusal> {
    if Quarantine::of(principal).is_in_force() {
        return Err(Refusal::Quarantined { principal: principal.arn.clone() });
    }
    Ok(())
}

/// Plans the boundary for a principal.
///
/// # Errors
/// [`Refusal`] when the principal is exempt or in quarantine, when anything about its permissions or their use could not be read, or
/// when no document fits.
pub fn plan(
    principal: &Principal,
    report: &LastAccessedReport,
    settings: &PlanSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    plan_as_of(principal, report, settings, catalog, Moments { now: as_of, judged: as_of })
}

/// The two moments of a plan. They differ where a plan that was announced is made again to be enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    /// When it is: exemptions hold or have expired.
    pub now: DateTime<Utc>,
    /// The end of the window whose beginning divides use from idleness. Later use counts as well.
    pub judged: DateTime<Utc>,
}

/// Plans the boundary for a principal as of two moments.
///
/// # Errors
/// As [`plan`].
pub fn plan_as_of(
    principal: &Principal,
    report: &LastAccessedReport,
    settings: &PlanSettings,
    catalog: &Catalog,
    moments: Moments,
) -> Result<Plan, Refusal> {
    plan_narrowed(None, principal, report, settings, catalog, moments)
}

/// A plan that is to be narrowed further.
struct Narrowing<'a> {
    /// The boundary of that plan: no more than it allows is allowed.
    within: &'a Document,
    /// Actions that are to be dropped though IAM does not track them.
    unused: &'a ActionSet,
}

/// Plans the boundary, as usual or narrower than usual.
fn plan_narrowed(
    narrowing: Option<&Narrowing<'_>>,
    principal: &Principal,
    report: &LastAccessedReport,
    settings: &PlanSettings,
    catalog: &Catalog,
    moments: Moments,
) -> Result<Plan, Refusal> {
    let Moments { now, judged: as_of } = moments;
    let arn = &principal.arn;
    refuse_exempt(principal, settings, now)?;
    refuse_quarantined(principal)?;
    let unknown_permissions = |why| Refusal::PermissionsUnknown { principal: arn.clone(), why };
    report
        .check_reaches(settings.unused_after.window_start(as_of))
        .map_err(|why| Refusal::UsageUnknown { principal: arn.clone(), why })?;
    let usage_of = |principal: &Principal, unused: &ActionSet| {
        PrincipalUsage::without(unused, principal, report, settings.usage(), as_of, catalog)
            .map_err(unknown_permissions)
    };
    let nothing = ActionSet::empty();
    let unused = narrowing.map_or(&nothing, |narrowing| narrowing.unused);
    let present = usage_of(principal, &nothing)?;
    let narrowed = narrowing.map(|_| usage_of(principal, unused)).transpose()?;
    let usage = narrowed.as_ref().unwrap_or(&present);
    let outer = OuterLimit::of(principal).map_err(unknown_permissions)?;

    let granting = principal.granting_documents().map_err(unknown_permissions)?;
    let identity = Permissions::of(granting);
    let planning =
        Planning { principal, settings, catalog, outer: &outer, usage, unused, identity };
    let draft = planning.draft();
    let mut fitted = match narrowing {
        None => planning.fit(&draft)?,
        Some(narrowing) => {
            let bounded = bounded(principal, narrowing.within);
            planning.fit_again(&bounded, &usage_of(&bounded, unused)?)?
        }
    };
    let after = |document: &Document| {
        let bounded = bounded(principal, document);
        Ok((usage_of(&bounded, &nothing)?, bounded))
    };
    let (mut expected, mut bounded) = after(&fitted.document)?;
    for _ in 0..MOST_ROUNDS {
        match planning.fit_again(&bounded, &expected) {
            Ok(again) if again.document != fitted.document => fitted = again,
            Ok(_) | Err(Refusal::TooLarge { .. }) => break,
            Err(refusal) => return Err(refusal),
        }
        (expected, bounded) = after(&fitted.document)?;
    }
    let Draft { sorted, mut warnings, .. } = draft;
    if has_iam_writes(&expected.granted, catalog) {
        warnings.push(Warning::KeepsIamWrites);
    }
    warnings.extend(report_age(report, now));
    warnings.extend(planning.warnings(&sorted, &fitted));
    if let Some(Err(why)) = TagExemption::of(principal, now) {
        warnings.push(Warning::ExemptionIgnored { why });
    }
    Ok(Plan {
        kept: sorted.kept,
        dropped: sorted.dropped,
        unknown: sorted.unknown,
        extras: extras(&fitted.extras, &present.granted, catalog),
        wildcards: fitted.how.wildcards,
        may_grow_in_harm: open_patterns(&fitted.document),
        granularity: usage.granularity,
        document: fitted.document,
        warnings,
        index: Score::of(&present.services, settings.weighting).index,
        expected_index: Score::of(&expected.services, settings.weighting).index,
    })
}

/// Whether the statement is one of base actions or always allowed actions: by its id, and because it names each of its
/// actions.
pub(crate) fn is_set_aside(statement: &Statement) -> bool {
    let named = match statement.actions() {
        Actions::Action(patterns) => patterns.iter().all(Pattern::is_literal),
        Actions::NotAction(_) => false,
    };
    let ours = statement.sid().is_some_and(|sid| {
        [BASE_ACTIONS_SID, ALWAYS_ALLOW_SID].iter().any(|it| sid.starts_with(it))
    });
    statement.effect() == Effect::Allow && ours && named
}

fn allows_all_but(statement: &Statement) -> bool {
    statement.effect() == Effect::Allow && matches!(statement.actions(), Actions::NotAction(_))
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

fn report_age(report: &LastAccessedReport, as_of: DateTime<Utc>) -> Option<Warning> {
    let days = (as_of - report.completed()?).num_days();
    (days >= OLD_REPORT_DAYS).then_some(Warning::ReportIsOld { days })
}

fn extras(admitted: &ActionSet, granted: &ActionSet, catalog: &Catalog) -> Vec<Extra> {
    let extra = |id| {
        let known = catalog.action(id);
        // INVARIANT: what is in the catalogue is an action.
        let action = known.to_string().parse().ok()?;
        Some(Extra { action, level: known.level, granted: granted.contains(id) })
    };
    admitted.iter().filter_map(extra).collect()
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
struct Planning<'a> {
    principal: &'a Principal,
    settings: &'a PlanSettings,
    catalog: &'a Catalog,
    outer: &'a OuterLimit,
    usage: &'a PrincipalUsage,
    /// What is dropped although IAM does not track it: `usage` is without it.
    unused: &'a ActionSet,
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
        fitted.map_err(|too_large| self.too_large(&too_large, &draft.sorted))
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

    /// What is kept of the setting `AlwaysAllow`: what the principal's policies grant and is not kept anyway.
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
            let days = self.settings.unused_after.days();
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

    fn too_large(&self, too_large: &fit::TooLarge, sorted: &Sorted) -> Refusal {
        Refusal::TooLarge {
            principal: self.principal.arn.clone(),
            characters: too_large.document.size(),
            kept: kept_services(sorted),
            unknown: unknown_services(sorted).len(),
            longest: longest(&too_large.document),
            denials: denials(self.outer),
            with_exact_wildcards: too_large.with_exact_wildcards,
        }
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

fn kept_services(sorted: &Sorted) -> usize {
    let kept = sorted.kept.iter().map(|kept| kept.service.as_str());
    kept.chain(unknown_services(sorted)).collect::<BTreeSet<_>>().len()
}

fn unknown_services(sorted: &Sorted) -> BTreeSet<&str> {
    sorted.unknown.iter().map(|unknown| unknown.service.as_str()).collect()
}

/// What is dropped although it was used before the window: services, and actions of used services.
fn stale(dropped: &[Dropped]) -> Vec<String> {
    let mut stale = Vec::new();
    for dropped in dropped {
        match &dropped.what {
            WhatDropped::Service(Idle::Stale { .. }) => stale.push(dropped.service.clone()),
            WhatDropped::Service(Idle::Never) | WhatDropped::UnusedByExternalService(_) => {}
            WhatDropped::Actions(actions) => {
                let used_before = |idle: &Idle| matches!(idle, Idle::Stale { .. });
                let actions = actions.iter().filter(|(_, idle)| used_before(idle));
                stale.extend(actions.map(|(action, _)| action.to_string()));
            }
        }
    }
    stale
}

/// How many characters the denials take that are carried over.
fn denials(outer: &OuterLimit) -> usize {
    outer.denies().iter().map(|denial| denial.to_value().to_string().chars().count()).sum()
}

/// The services whose patterns take most characters of the document, with how many.
fn longest(document: &Document) -> Vec<(String, usize)> {
    let mut by_service: BTreeMap<String, usize> = BTreeMap::new();
    for statement in document.statements() {
        let (Actions::Action(patterns) | Actions::NotAction(patterns)) = statement.actions();
        for pattern in patterns {
            let service = pattern.service_literal().unwrap_or("*").to_ascii_lowercase();
            *by_service.entry(service).or_default() +=
                leastwise_policy::compress::characters([pattern]);
        }
    }
    let mut longest: Vec<(String, usize)> = by_service.into_iter().collect();
    longest.sort_by_key(|(_, characters)| std::cmp::Reverse(*characters));
    longest.truncate(NAMED_IN_WARNING);
    longest
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod tests;
