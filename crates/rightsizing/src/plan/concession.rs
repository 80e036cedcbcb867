//! What is given up so that a document fits: services are kept whole, idle grants included, or what
//! resource policies may grant is left out.

use super::fit::{EXACT, may_be_admitted};
use super::keep::Keep;
use super::narrowing::whole_service;
use super::reasons::ResourceExtent;
use super::resource_grants::ResourceGrant;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{Catalog, Service};
use leastwise_policy::compress::{Compressor, characters};
use leastwise_policy::resource_policies::Tier;
use std::collections::BTreeSet;

/// How much is given up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Concession {
    /// The services that are kept whole, in lower case.
    pub(super) whole: BTreeSet<String>,
    /// The likeliest tier of which nothing is kept that resource policies may grant; nor is it of
    /// less likely ones.
    pub(super) left_out: Option<Tier>,
}

impl Concession {
    /// Whether the grant is kept under it.
    pub(super) fn keeps(&self, grant: &ResourceGrant) -> bool {
        self.left_out.is_none_or(|left_out| grant.tier < left_out)
    }

    /// What is to be allowed under it.
    pub(super) fn keep(&self, keep: &Keep, grants: &[ResourceGrant], catalog: &Catalog) -> Keep {
        let mut keep = keep.clone();
        for grant in grants.iter().filter(|grant| self.keeps(grant)) {
            if grant.extent == ResourceExtent::Whole {
                keep.whole.insert(grant.service.clone());
            } else {
                keep.actions.union_with(&grant.actions);
            }
        }
        let left_out = grants.iter().filter(|grant| !self.keeps(grant));
        let left_out: BTreeSet<&String> = left_out.map(|grant| &grant.service).collect();
        keep.whole.extend(self.whole.iter().filter(|it| !left_out.contains(it)).cloned());
        keep.others.retain(|service| !keep.whole.contains(service));
        let whole = keep.whole.iter().filter_map(|service| catalog.service(service));
        whole.for_each(|service| keep.actions.remove_service(service));
        keep
    }

    /// Those of these actions that are in a service that it keeps whole.
    pub(super) fn of_whole_services(&self, actions: &ActionSet, catalog: &Catalog) -> ActionSet {
        let whole = self.whole.iter().filter_map(|service| catalog.service(service));
        let mut all = ActionSet::empty();
        whole.for_each(|service| all.union_with(&actions.in_service(service)));
        all
    }
}

/// The services that can be kept whole, those first that save most characters for each idle grant
/// that they let through.
pub(super) struct Savings {
    left: std::vec::IntoIter<Saving>,
}

struct Saving {
    service: String,
    characters: usize,
    idle: usize,
}

impl Savings {
    /// Of the services of which resource policies may grant all but what lies idle, where what is
    /// kept is listed.
    pub(super) fn of_grants(grants: &[ResourceGrant], compressor: &Compressor<'_>) -> Self {
        let saving = |grant: &ResourceGrant| {
            let ResourceExtent::AllBut(idle) = &grant.extent else { return None };
            let list = characters(&compressor.compress(&grant.actions, EXACT));
            let characters = list.saturating_sub(characters(&whole_service(&grant.service)));
            let saving = Saving { service: grant.service.clone(), characters, idle: idle.len() };
            (characters > 0).then_some(saving)
        };
        Self::from(grants.iter().filter_map(saving).collect())
    }

    /// Of the services that are kept in part or not at all, where what is dropped is listed: those
    /// in which no action is of a kind that is never admitted.
    pub(super) fn of_parts(
        keep: &Keep,
        within: &ActionSet,
        granted: &ActionSet,
        compressor: &Compressor<'_>,
    ) -> Self {
        let catalog = compressor.catalog();
        let saving = |service: &String| {
            let known: &Service = catalog.service(service)?;
            let kept = keep.actions.in_service(known);
            let rest = within.in_service(known).difference(&kept);
            let has_dropped_names =
                keep.dropped_names.iter().any(|it| it.service().eq_ignore_ascii_case(service));
            let is_choice = !rest.is_empty() && !has_dropped_names;
            let list = || characters(&compressor.compress(&kept, EXACT));
            (is_choice && rest.iter().all(|id| may_be_admitted(id, catalog))).then(|| Saving {
                service: service.clone(),
                characters: list() + characters(&whole_service(service)),
                idle: rest.intersection(granted).len(),
            })
        };
        Self::from(keep.others.iter().filter_map(saving).collect())
    }

    fn from(mut savings: Vec<Saving>) -> Self {
        savings.sort_by(|one, other| {
            let (rate, other_rate) = (one.characters * other.idle, other.characters * one.idle);
            other_rate.cmp(&rate).then_with(|| one.service.cmp(&other.service))
        });
        Self { left: savings.into_iter() }
    }

    /// The next services, as many as save `excess` characters, and at least one; `None` if none is
    /// left.
    pub(super) fn next(&mut self, excess: usize) -> Option<Vec<String>> {
        let first = self.left.next()?;
        let mut saved = first.characters;
        let mut services = vec![first.service];
        while saved < excess
            && let Some(more) = self.left.next()
        {
            saved += more.characters;
            services.push(more.service);
        }
        Some(services)
    }
}
