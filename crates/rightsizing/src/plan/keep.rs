//! What is to be kept: every granted service and action sorted by what becomes of it, with the
//! reason.

use super::reasons::{
    Dropped, Extent, Kept, KeptAction, KeptUnknown, WhatDropped, WhyActionKept, WhyKept, WhyUnknown,
};
use crate::evidence::Granularity;
use crate::evidence::witnesses::Source;
use crate::usage::{Idle, PrincipalUsage, ServiceUsage, Unknown, Usage, WhySpared};
use chrono::{DateTime, Utc};
use leastwise_policy::action::Action;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{ActionId, Catalog, Service};
use leastwise_policy::checked_elsewhere::may_be_checked_elsewhere;
use leastwise_policy::compress::Wildcards;
use leastwise_policy::pattern::Pattern;
use std::collections::{BTreeMap, BTreeSet};

/// What a boundary has to allow, and what it has to leave out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keep {
    /// The services that are kept whole, in lower case.
    pub(super) whole: BTreeSet<String>,
    /// The catalogued actions that are kept of other services.
    pub(super) actions: ActionSet,
    /// What is kept of them that the catalogue does not know.
    pub(super) named: BTreeSet<Pattern>,
    /// The granted services that are not kept whole, in lower case.
    pub(super) others: BTreeSet<String>,
    /// What is dropped of used services that the catalogue does not know.
    pub(super) dropped_names: BTreeSet<Action>,
}

impl Keep {
    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.actions.is_empty() && self.named.is_empty()
    }
}

/// What becomes of everything granted.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) keep: Keep,
    pub(super) kept: Vec<Kept>,
    pub(super) dropped: Vec<Dropped>,
    pub(super) unknown: Vec<KeptUnknown>,
}

impl Sorted {
    /// Sorts what `usage` knows. Without any wildcard no service is kept whole that the catalogue
    /// knows: what is granted in it is kept action by action.
    pub(super) fn of(usage: &PrincipalUsage, wildcards: Wildcards, catalog: &Catalog) -> Self {
        let sorting = Sorting::of(usage, wildcards, catalog);
        let mut sorted = Self::default();
        for service in &usage.ignored_services {
            sorted.keep_ignored_service(service, &sorting);
        }
        for service in &usage.services {
            match service.usage {
                Usage::Idle(idle) => sorted.drop_service(service, idle, &sorting),
                Usage::Unknown(why) if why.is_of_spared() => {
                    sorted.keep_spared_and_ignored(service, &sorting);
                }
                Usage::Unknown(why) => {
                    let why = WhyUnknown::Evidence(why);
                    if !sorted.keep_unknown_actions(service, why, &sorting) {
                        let service = service.namespace.clone();
                        sorted.unknown.push(KeptUnknown { service, why, actions: Vec::new() });
                    }
                }
                Usage::Used { last, by } if service.granularity == Granularity::Service => {
                    let why = WhyUnknown::Evidence(Unknown::NotTracked);
                    let by_action = sorted.keep_unknown_actions(service, why, &sorting);
                    let extent = if by_action { Extent::Actions(vec![]) } else { Extent::Whole };
                    sorted.keep(service, WhyKept::Used { last, by, extent });
                }
                Usage::Used { last, by } => {
                    sorted.keep_used_actions(service, (last, by), &sorting);
                }
            }
        }
        let granted = usage.services.iter().chain(&usage.ignored_services);
        let others = granted.map(|service| &service.namespace);
        let others = others.filter(|namespace| !sorted.keep.whole.contains(*namespace));
        sorted.keep.others = others.cloned().collect();
        sorted.unknown.sort_by(|one, other| {
            one.service.cmp(&other.service).then_with(|| one.why.cmp(&other.why))
        });
        sorted
    }

    fn keep(&mut self, service: &ServiceUsage, why: WhyKept) {
        self.kept.push(Kept { service: service.namespace.clone(), why });
    }

    fn drop_service(&mut self, service: &ServiceUsage, idle: Idle, sorting: &Sorting<'_>) {
        self.keep_spared_and_ignored(service, sorting);
        let service = service.namespace.clone();
        self.dropped.push(Dropped { service, what: WhatDropped::Service(idle) });
    }

    /// Keeps a service in which nothing counts.
    fn keep_ignored_service(&mut self, service: &ServiceUsage, sorting: &Sorting<'_>) {
        let extent = match self.keep_all(service, sorting) {
            Some(granted) => Extent::Actions(sorting.granted_by_ignored(&granted)),
            None => Extent::Whole,
        };
        self.keep(service, WhyKept::GrantedByIgnored { extent });
    }

    /// Keeps those actions of an idle service that are spared, and those that do not count.
    fn keep_spared_and_ignored(&mut self, service: &ServiceUsage, sorting: &Sorting<'_>) {
        self.keep_new_names_checked_elsewhere(service, sorting);
        let Some(known) = sorting.catalog.service(&service.namespace) else { return };
        let ignored = sorting.usage.ignored.in_service(known);
        if !ignored.is_empty() {
            self.keep.actions.union_with(&ignored);
            let extent = Extent::Actions(sorting.granted_by_ignored(&ignored));
            self.keep(service, WhyKept::GrantedByIgnored { extent });
        }
        let ids = sorting.spared_in(known);
        self.keep.actions.extend(ids.iter().copied());
        let actions: Vec<KeptAction> =
            ids.iter().filter_map(|&id| sorting.spared_action(id)).collect();
        if !actions.is_empty() {
            self.keep(service, WhyKept::Spared { actions });
        }
    }

    /// Keeps what the catalogue does not know yet and no API checks, as it keeps what it knows.
    fn keep_new_names_checked_elsewhere(&mut self, service: &ServiceUsage, sorting: &Sorting<'_>) {
        let all = sorting.usage.uncatalogued.get(&service.namespace);
        let elsewhere = all.into_iter().flatten().filter(|it| may_be_checked_elsewhere(it));
        let actions: Vec<Pattern> = elsewhere.cloned().collect();
        self.keep.named.extend(actions.iter().cloned());
        let why = WhyUnknown::Evidence(Unknown::CheckedElsewhere);
        self.unknown(&service.namespace, why, actions);
    }

    /// Keeps a service of which single actions cannot be told apart, and says whether it is kept
    /// action by action.
    fn keep_unknown_actions(
        &mut self,
        service: &ServiceUsage,
        why: WhyUnknown,
        sorting: &Sorting<'_>,
    ) -> bool {
        let by_action = self.keep_all(service, sorting);
        if let Some(granted) = &by_action {
            self.unknown(&service.namespace, why, sorting.patterns(granted));
        }
        by_action.is_some()
    }

    /// Keeps all that is granted in a service: the service whole, unless there may be no wildcard,
    /// or nothing is granted but names that the catalogue does not know. Then it returns the
    /// actions that it does know.
    fn keep_all(&mut self, service: &ServiceUsage, sorting: &Sorting<'_>) -> Option<ActionSet> {
        let name = &service.namespace;
        let known = sorting.catalog.service(name);
        let granted = match (known, sorting.usage.uncatalogued.get(name)) {
            (Some(known), _) if sorting.wildcards == Wildcards::None => {
                sorting.usage.granted.in_service(known)
            }
            (None, Some(_)) => ActionSet::empty(),
            (Some(_), _) | (None, None) => {
                self.keep.whole.insert(name.clone());
                return None;
            }
        };
        self.keep.actions.union_with(&granted);
        self.keep_uncatalogued(service, &BTreeSet::new(), sorting);
        Some(granted)
    }

    /// Keeps of a used service all but its idle actions.
    fn keep_used_actions(
        &mut self,
        service: &ServiceUsage,
        (last, by): (DateTime<Utc>, Source),
        sorting: &Sorting<'_>,
    ) {
        let (mut kept, mut dropped) = (Vec::new(), Vec::new());
        let mut unknown: BTreeMap<Unknown, Vec<Pattern>> = BTreeMap::new();
        let mut tracked = BTreeSet::new();
        for used in &service.actions {
            let action = &used.action;
            tracked.insert(Pattern::from(action.clone()));
            let keep = |why| KeptAction { action: action.clone(), why };
            match used.usage {
                Usage::Used { last, by } => kept.push(keep(WhyActionKept::Used { last, by })),
                Usage::Idle(_) if used.ignored => {
                    kept.push(keep(WhyActionKept::GrantedByIgnored));
                }
                Usage::Idle(idle) if used.preserved => {
                    kept.push(keep(WhyActionKept::PreservedRead(idle)));
                }
                Usage::Idle(idle) => {
                    if used.id.is_none() {
                        self.keep.dropped_names.insert(action.clone());
                    }
                    dropped.push((action.clone(), idle));
                    continue;
                }
                Usage::Unknown(why) if why.is_of_spared() => {
                    kept.extend(used.id.and_then(|id| sorting.spared_action(id)));
                }
                Usage::Unknown(why) => {
                    unknown.entry(why).or_default().push(action.clone().into());
                }
            }
            match used.id {
                Some(id) => drop(self.keep.actions.insert(id)),
                None => drop(self.keep.named.insert(action.clone().into())),
            }
        }
        let untracked = sorting.untracked(service);
        self.keep.actions.union_with(&untracked);
        unknown.entry(Unknown::NotTracked).or_default().extend(sorting.patterns(&untracked));
        for (why, mut actions) in unknown {
            actions.sort();
            self.unknown(&service.namespace, WhyUnknown::Evidence(why), actions);
        }
        self.keep_uncatalogued(service, &tracked, sorting);
        self.keep(service, WhyKept::Used { last, by, extent: Extent::Actions(kept) });
        if !dropped.is_empty() {
            let what = WhatDropped::Actions(dropped);
            self.dropped.push(Dropped { service: service.namespace.clone(), what });
        }
    }

    /// Keeps as they are the patterns that the catalogue knows nothing of, but for those that the
    /// report tracks.
    fn keep_uncatalogued(
        &mut self,
        service: &ServiceUsage,
        tracked: &BTreeSet<Pattern>,
        sorting: &Sorting<'_>,
    ) {
        let all = sorting.usage.uncatalogued.get(&service.namespace);
        let untracked = all.into_iter().flatten().filter(|pattern| !tracked.contains(*pattern));
        let actions: Vec<Pattern> = untracked.cloned().collect();
        self.keep.named.extend(actions.iter().cloned());
        self.unknown(&service.namespace, WhyUnknown::NotInCatalogue, actions);
    }

    fn unknown(&mut self, service: &str, why: WhyUnknown, actions: Vec<Pattern>) {
        if !actions.is_empty() {
            self.unknown.push(KeptUnknown { service: service.to_owned(), why, actions });
        }
    }
}

/// What sorting looks at.
struct Sorting<'a> {
    usage: &'a PrincipalUsage,
    spared: BTreeMap<ActionId, WhySpared>,
    wildcards: Wildcards,
    catalog: &'a Catalog,
}

impl<'a> Sorting<'a> {
    fn of(usage: &'a PrincipalUsage, wildcards: Wildcards, catalog: &'a Catalog) -> Self {
        let spared = usage.spared.iter().map(|spared| (spared.action, spared.why)).collect();
        Self { usage, spared, wildcards, catalog }
    }

    fn spared_in(&self, service: &Service) -> Vec<ActionId> {
        let (first, last) = (service.ids().next(), service.ids().next_back());
        let within = first.zip(last).map(|(first, last)| self.spared.range(first..=last));
        within.into_iter().flatten().map(|(&id, _)| id).collect()
    }

    fn spared_action(&self, id: ActionId) -> Option<KeptAction> {
        let why = match *self.spared.get(&id)? {
            WhySpared::NeededBy(by) => WhyActionKept::NeededBy(self.action(by)?),
            WhySpared::Undoes(of) => WhyActionKept::Undoes(self.action(of)?),
            WhySpared::CheckedElsewhere => WhyActionKept::CheckedElsewhere,
            WhySpared::OnFailure => WhyActionKept::OnFailure,
            WhySpared::OwnCredentials => WhyActionKept::OwnCredentials,
        };
        Some(KeptAction { action: self.action(id)?, why })
    }

    /// The granted actions of the service of which the report says nothing.
    fn untracked(&self, service: &ServiceUsage) -> ActionSet {
        let known: Option<&Service> = self.catalog.service(&service.namespace);
        let granted = known.map(|known| self.usage.granted.in_service(known)).unwrap_or_default();
        granted.difference(&service.actions.iter().filter_map(|action| action.id).collect())
    }

    fn granted_by_ignored(&self, actions: &ActionSet) -> Vec<KeptAction> {
        let why = WhyActionKept::GrantedByIgnored;
        let kept = |action| KeptAction { action, why: why.clone() };
        actions.iter().filter_map(|id| self.action(id)).map(kept).collect()
    }

    fn patterns(&self, actions: &ActionSet) -> Vec<Pattern> {
        actions.iter().filter_map(|id| self.action(id)).map(Pattern::from).collect()
    }

    // INVARIANT: what is in the catalogue is an action.
    fn action(&self, id: ActionId) -> Option<Action> {
        self.catalog.action(id).to_string().parse().ok()
    }
}

pub(super) fn kept_services(sorted: &Sorted) -> usize {
    let kept = sorted.kept.iter().map(|kept| kept.service.as_str());
    kept.chain(unknown_services(sorted)).collect::<BTreeSet<_>>().len()
}

pub(super) fn unknown_services(sorted: &Sorted) -> BTreeSet<&str> {
    sorted.unknown.iter().map(|unknown| unknown.service.as_str()).collect()
}
