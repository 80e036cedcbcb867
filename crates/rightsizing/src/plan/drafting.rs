//! From usage to a boundary for a principal as it stands: sorting, narrowing and fitting.

use super::concession::{Concession, Savings};
use super::fit::{Fitted, Fitting, Narrowed};
use super::keep::{Keep, Sorted, kept_services};
use super::narrowing::Form;
use super::reasons::{Dropped, Extent, Kept, WhatDropped, WhyKept, stale};
use super::refusal::Refusal;
use super::resource_grants::{Grantable, ResourceGrant};
use super::settings::PlanSettings;
use super::size;
use super::surroundings;
use super::warning::{Warning, allows_all_but};
use crate::boundary::{ALWAYS_ALLOW_SID, NEEDS_NO_PERMISSION, OuterLimit};
use crate::evidence::Granularity;
use crate::iam::Principal;
use crate::usage::PrincipalUsage;
use leastwise_policy::action::Action;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::{Compressor, Readability, Wildcards};
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::permissions::Permissions;
use leastwise_policy::resource_policies::Tier;
use std::collections::BTreeMap;

/// What a draft is made from: a principal as it stands, and how what it is granted is used.
pub(super) struct Drafting<'a> {
    pub(super) principal: &'a Principal,
    pub(super) settings: &'a PlanSettings,
    pub(super) catalog: &'a Catalog,
    pub(super) compressor: &'a Compressor<'a>,
    pub(super) outer: &'a OuterLimit,
    pub(super) usage: &'a PrincipalUsage,
    /// What resource policies grant it, by service, where all of them were read.
    pub(super) read_grants: &'a BTreeMap<String, ActionSet>,
    /// What is dropped although IAM does not track it: `usage` is without it.
    pub(super) unused: &'a ActionSet,
}

/// What is to be written, with its reasons.
pub(super) struct Draft {
    pub(super) sorted: Sorted,
    /// What is kept because a resource policy may grant it, in the order of the services.
    pub(super) grants: Vec<ResourceGrant>,
    /// Statements that come after what is kept.
    appended: Vec<Statement>,
    pub(super) warnings: Vec<Warning>,
}

impl Drafting<'_> {
    /// What is written once the principal stands as `bounded`.
    pub(super) fn fit_again(
        &self,
        bounded: &Principal,
        usage: &PrincipalUsage,
    ) -> Result<Fitted, Refusal> {
        let outer = OuterLimit::of(bounded).map_err(|why| Refusal::PermissionsUnknown {
            principal: self.principal.arn.clone(),
            why,
        })?;
        let drafting = Drafting { principal: bounded, outer: &outer, usage, ..*self };
        drafting.fit(&drafting.draft())
    }

    pub(super) fn draft(&self) -> Draft {
        let mut sorted = Sorted::of(self.usage, self.settings.wildcards.choice(), self.catalog);
        let mut warnings = Vec::new();
        let mut appended = Vec::new();
        if uses_nothing(&sorted) {
            appended.extend(self.base_actions(&mut sorted, &mut warnings));
        } else {
            self.carried_over(&mut warnings);
        }
        appended.extend(self.always_allowed(&mut sorted, &mut warnings));
        sorted.dropped.extend(self.unused_by_service());
        sorted.dropped.sort_by(|one, other| one.service.cmp(&other.service));
        let idle = self.usage.granted.difference(&sorted.keep.actions).union(self.unused);
        let grants = Grantable {
            principal: self.principal,
            usage: self.usage,
            keep: &sorted.keep,
            idle: &idle,
            outer: self.outer,
            limit: &self.outer.actions(self.catalog),
            setting: self.settings.resource_grants,
            read: self.read_grants,
            catalog: self.catalog,
        };
        Draft { grants: grants.grants(), sorted, appended, warnings }
    }

    /// Writes the draft so that it fits: with everything that resource policies may grant; then
    /// with as few of these services whole as needed, idle grants included; then with all of them
    /// whole, and every other way to write what is kept; then as a list of what is dropped, with as
    /// few as needed of all services whole; then without those services of which resource policies
    /// are rare; and last as the principal's own Leastwise boundary stands.
    pub(super) fn fit(&self, draft: &Draft) -> Result<Fitted, Refusal> {
        let wanted = self.settings.wildcards.choice();
        let plainly = |concession: &Concession| {
            self.fitted(draft, concession, |fitting| fitting.plainly(wanted))
        };
        let by_other_means = |concession: &Concession| {
            self.fitted(draft, concession, |fitting| {
                fitting.at_length(wanted).or_else(|| fitting.with_idle(wanted))
            })
        };
        let mut all = Concession::default();
        if let Some(fitted) = plainly(&all) {
            return Ok(fitted);
        }
        // Each time as many more services whole as would make up for what is still too long.
        let mut savings = Savings::of_grants(&draft.grants, self.compressor);
        while let Some(more) = savings.next(self.excess(draft, &all, Form::ListKept)) {
            all.whole.extend(more);
            if let Some(fitted) = plainly(&all) {
                return Ok(fitted);
            }
        }
        let without = |left_out| Concession { left_out: Some(left_out), ..all.clone() };
        let (no_third, no_second) = (without(Tier::Third), without(Tier::Second));
        by_other_means(&all)
            .or_else(|| self.with_parts_whole(draft, &all))
            .or_else(|| plainly(&no_third).or_else(|| by_other_means(&no_third)))
            .or_else(|| plainly(&no_second).or_else(|| by_other_means(&no_second)))
            .or_else(|| self.fitted(draft, &all, |fitting| fitting.as_it_stands(self.principal)))
            .ok_or_else(|| self.too_large(draft, &no_second))
    }

    /// The draft as a list of what is dropped, with as few as needed of the services whole that are
    /// kept in part or not at all.
    fn with_parts_whole(&self, draft: &Draft, so_far: &Concession) -> Option<Fitted> {
        let wanted = self.settings.wildcards.choice();
        if wanted == Wildcards::None {
            return None;
        }
        let mut concession = so_far.clone();
        let keep = self.keep(draft, &concession);
        let within = self.outer.actions(self.catalog);
        let mut savings = Savings::of_parts(&keep, &within, &self.usage.granted, self.compressor);
        while let Some(more) = savings.next(self.excess(draft, &concession, Form::ListDropped)) {
            concession.whole.extend(more);
            let fitted = self.fitted(draft, &concession, |it| it.all_but(wanted));
            if fitted.is_some() {
                return fitted;
            }
        }
        self.fitted(draft, &concession, |fitting| fitting.with_idle(wanted))
    }

    fn keep(&self, draft: &Draft, concession: &Concession) -> Keep {
        concession.keep(&draft.sorted.keep, &draft.grants, self.catalog)
    }

    fn excess(&self, draft: &Draft, concession: &Concession, form: Form) -> usize {
        self.fitting(draft, &self.keep(draft, concession)).excess(form)
    }

    /// The draft under a concession, if it fits `as_asked`.
    fn fitted(
        &self,
        draft: &Draft,
        concession: &Concession,
        as_asked: impl Fn(&Fitting<'_>) -> Option<Fitted>,
    ) -> Option<Fitted> {
        let keep = self.keep(draft, concession);
        let mut fitted = as_asked(&self.fitting(draft, &keep))?;
        fitted.extras.union_with(&self.readmitted(draft, concession, &fitted.document));
        let left_out = draft.grants.iter().filter(|grant| !concession.keeps(grant));
        fitted.left_out = left_out.map(|grant| grant.service.clone()).collect();
        Some(fitted)
    }

    /// What the document allows because services are kept whole under the concession.
    fn readmitted(&self, draft: &Draft, concession: &Concession, document: &Document) -> ActionSet {
        if concession.whole.is_empty() {
            return ActionSet::empty();
        }
        let allowed = Permissions::of([document]).actions(self.catalog);
        let without = Concession { left_out: concession.left_out, ..Concession::default() };
        let kept = self.keep(draft, &without).actions;
        concession.of_whole_services(&allowed, self.catalog).difference(&kept)
    }

    fn fitting<'k>(&'k self, draft: &'k Draft, keep: &'k Keep) -> Fitting<'k> {
        Fitting {
            outer: self.outer,
            keep,
            appended: &draft.appended,
            granted: &self.usage.granted,
            principal: &self.principal.arn,
            catalog: self.catalog,
            compressor: self.compressor,
            narrowed: Narrowed::default(),
        }
    }

    fn too_large(&self, draft: &Draft, concession: &Concession) -> Refusal {
        let keep = self.keep(draft, concession);
        let too_large = self.fitting(draft, &keep).too_large(self.settings.wildcards.choice());
        size::refusal(&self.principal.arn, self.outer, &too_large, &draft.sorted)
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

    /// What is kept of the setting `AlwaysAllow` and not kept anyway. Whether an identity policy
    /// grants it does not matter: something else may.
    fn always_allowed(&self, sorted: &mut Sorted, warnings: &mut Vec<Warning>) -> Vec<Statement> {
        let keep = &sorted.keep;
        let is_kept = |action: &Action| {
            keep.whole.contains(&action.service().to_ascii_lowercase())
                || self.catalog.find(action.as_str()).is_some_and(|id| keep.actions.contains(id))
        };
        let actions = self.settings.always_allow.actions().iter();
        let wanted: Vec<&Action> = actions.filter(|action| !is_kept(action)).collect();
        let (statements, left_out) = self.outer.allowing(wanted.iter().copied(), ALWAYS_ALLOW_SID);
        let allowed = wanted.into_iter().filter(|action| !left_out.contains(action)).cloned();
        keep_by_service(sorted, allowed.collect(), |actions| WhyKept::AlwaysAllowed { actions });
        if !left_out.is_empty() {
            warnings.push(Warning::AlwaysAllowLeftOut { actions: left_out });
        }
        statements
    }

    /// What a person should know about the finished plan.
    pub(super) fn warnings(&self, sorted: &Sorted, fitted: &Fitted) -> Vec<Warning> {
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
        if self.principal.boundary.is_none() && !self.settings.not_principal_checked.is_on() {
            warnings.push(Warning::FirstBoundary);
        }
        if !fitted.left_out.is_empty() {
            let services = fitted.left_out.iter().cloned().collect();
            warnings.push(Warning::ResourceGrantsLeftOut { services });
        }
        warnings.extend(surroundings::called_by_aws(self.usage, self.catalog));
        warnings.extend(surroundings::other_roles(self.principal, &fitted.document));
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

/// Whether nothing is kept but what is spared: of a used service, too, all may lie idle that is
/// granted now.
fn uses_nothing(sorted: &Sorted) -> bool {
    let is_nothing = |kept: &Kept| {
        matches!(&kept.why, WhyKept::Spared { .. })
            || matches!(&kept.why, WhyKept::Used { extent: Extent::Actions(actions), .. }
                if actions.is_empty())
    };
    sorted.unknown.is_empty() && sorted.kept.iter().all(is_nothing)
}

fn keep_by_service(sorted: &mut Sorted, actions: Vec<Action>, why: fn(Vec<Action>) -> WhyKept) {
    let mut by_service: BTreeMap<String, Vec<Action>> = BTreeMap::new();
    for action in actions {
        by_service.entry(action.service().to_ascii_lowercase()).or_default().push(action);
    }
    let kept = by_service.into_iter().map(|(service, actions)| Kept { service, why: why(actions) });
    sorted.kept.extend(kept);
}
