//! What a plan promises: its lists read as sets, apart from how the planner came to them.

use crate::plan::{Extent, KeptAction, Plan, ResourceExtent, WhatDropped, WhyKept};
use leastwise_policy::action::Action;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::pattern::Pattern;
use std::collections::BTreeSet;

/// What is to be allowed and what is not, as the plan tells it.
#[derive(Debug, Default)]
pub(super) struct Promise {
    /// The services that are kept whole.
    pub(super) whole: BTreeSet<String>,
    /// The kept actions of other services, as far as the catalogue knows them.
    pub(super) actions: ActionSet,
    /// What is kept of them that the catalogue does not know.
    pub(super) named: BTreeSet<Pattern>,
    /// Base actions and always allowed actions.
    pub(super) set_aside: BTreeSet<Pattern>,
    /// The services that are dropped, but for what is kept of them by name.
    pub(super) dropped_services: BTreeSet<String>,
    /// The dropped actions of used services, as far as the catalogue knows them.
    pub(super) dropped_actions: ActionSet,
    /// What is admitted beyond all that.
    pub(super) extras: ActionSet,
}

impl Promise {
    pub(super) fn of(plan: &Plan, catalog: &Catalog) -> Self {
        let mut promise = Self::default();
        for kept in &plan.kept {
            match &kept.why {
                WhyKept::Used { extent: Extent::Whole, .. }
                | WhyKept::GrantedByIgnored { extent: Extent::Whole } => {
                    promise.whole.insert(kept.service.clone());
                }
                WhyKept::Used { extent: Extent::Actions(actions), .. }
                | WhyKept::GrantedByIgnored { extent: Extent::Actions(actions) }
                | WhyKept::Spared { actions } => promise.keep_actions(actions, catalog),
                WhyKept::MayBeGrantedByResourcePolicy { extent } => {
                    promise.keep_extent(&kept.service, extent, catalog);
                }
                WhyKept::AlwaysAllowed { actions } | WhyKept::BaseActions { actions } => {
                    promise.set_aside.extend(actions.iter().cloned().map(Pattern::from));
                }
            }
        }
        for unknown in &plan.unknown {
            if unknown.actions.is_empty() {
                promise.whole.insert(unknown.service.clone());
            }
            unknown.actions.iter().for_each(|pattern| promise.keep(pattern, catalog));
        }
        for dropped in &plan.dropped {
            match &dropped.what {
                WhatDropped::Service(_) => {
                    promise.dropped_services.insert(dropped.service.clone());
                }
                WhatDropped::Actions(actions) => {
                    let ids =
                        actions.iter().filter_map(|(action, _)| catalog.find(action.as_str()));
                    promise.dropped_actions.extend(ids);
                }
                WhatDropped::UnusedByExternalService(actions) => {
                    let ids = actions.iter().filter_map(|action| catalog.find(action.as_str()));
                    promise.dropped_actions.extend(ids);
                }
            }
        }
        let extras = plan.extras.iter().filter_map(|extra| catalog.find(extra.action.as_str()));
        promise.extras.extend(extras);
        promise
    }

    fn keep_extent(&mut self, service: &str, extent: &ResourceExtent, catalog: &Catalog) {
        let ids = |actions: &[Action]| -> ActionSet {
            actions.iter().filter_map(|action| catalog.find(action.as_str())).collect()
        };
        match extent {
            ResourceExtent::Whole => drop(self.whole.insert(service.to_owned())),
            ResourceExtent::AllBut(idle) => {
                let all = catalog.service(service).map(ActionSet::of_service);
                self.actions.union_with(&all.unwrap_or_default().difference(&ids(idle)));
            }
            ResourceExtent::Only(actions) => self.actions.union_with(&ids(actions)),
        }
    }

    fn keep_actions(&mut self, actions: &[KeptAction], catalog: &Catalog) {
        for kept in actions {
            self.keep(&Pattern::from(kept.action.clone()), catalog);
        }
    }

    fn keep(&mut self, pattern: &Pattern, catalog: &Catalog) {
        match catalog.find(pattern.as_str()) {
            Some(id) => drop(self.actions.insert(id)),
            None => drop(self.named.insert(pattern.clone())),
        }
    }
}
