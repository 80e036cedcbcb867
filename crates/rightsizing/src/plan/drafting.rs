//! From usage to a boundary for a principal as it stands: sorting, narrowing and fitting.

use super::fit::{Fitted, Fitting};
use super::keep::{Sorted, kept_services};
use super::reasons::{Dropped, Kept, WhatDropped, WhyKept, stale};
use super::refusal::Refusal;
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
use leastwise_policy::compress::Readability;
use leastwise_policy::document::Statement;
use leastwise_policy::permissions::Permissions;
use std::collections::BTreeMap;

/// What a draft is made from: a principal as it stands, and how what it is granted is used.
pub(super) struct Drafting<'a> {
    pub(super) principal: &'a Principal,
    pub(super) settings: &'a PlanSettings,
    pub(super) catalog: &'a Catalog,
    pub(super) outer: &'a OuterLimit,
    pub(super) usage: &'a PrincipalUsage,
    /// What is dropped although IAM does not track it: `usage` is without it.
    pub(super) unused: &'a ActionSet,
    /// What the principal's own policies grant.
    pub(super) identity: Permissions,
}

/// What is to be written, with its reasons.
pub(super) struct Draft {
    pub(super) sorted: Sorted,
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
        let identity = self.identity.clone();
        let drafting = Drafting { principal: bounded, outer: &outer, usage, identity, ..*self };
        drafting.fit(&drafting.draft())
    }

    pub(super) fn draft(&self) -> Draft {
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

    pub(super) fn fit(&self, draft: &Draft) -> Result<Fitted, Refusal> {
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
