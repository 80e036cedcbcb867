//! What lies idle by service, by policy and by group, over all principals.

use crate::entry::Entry;
use leastwise_rightsizing::iam::PolicySource;
use leastwise_rightsizing::score::Weight;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// By what idle weight is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    Service,
    Policy,
    Group,
}

/// What lies idle of one service, or comes by one policy or group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Heavy {
    /// The service, the policy or the group.
    pub name: String,
    /// How much lies idle in it, or comes by it. What two policies grant counts for both: taking
    /// one of them away would change nothing.
    pub idle_weight: Weight,
    /// In how many principals.
    pub principals: usize,
    #[serde(skip)]
    pub(crate) id: Id,
}

/// The place of something in a [`Tally`].
pub(crate) type Id = u32;

/// Idle weight of all principals, by what it is in and where it comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    ids: BTreeMap<(By, String), Id>,
    sums: BTreeMap<Id, (Weight, usize)>,
}

impl Tally {
    /// Adds what lies idle of a principal, and says what it was added to.
    pub(crate) fn add(&mut self, entry: &Entry) -> Vec<Id> {
        let mut of_entry: BTreeMap<(By, String), Weight> = BTreeMap::new();
        for service in &entry.services {
            let Some(weight) = service.idle_weight else { continue };
            let mut ways: BTreeSet<(By, String)> =
                service.granted_by.iter().map(|it| (By::Policy, policy(it, entry))).collect();
            let groups = service.granted_by.iter().filter_map(PolicySource::group);
            ways.extend(groups.map(|group| (By::Group, group.to_owned())));
            ways.insert((By::Service, service.service.clone()));
            for way in ways {
                let sum = of_entry.entry(way).or_default();
                *sum = *sum + weight;
            }
        }
        of_entry.into_iter().map(|(way, weight)| self.count(way, weight)).collect()
    }

    fn count(&mut self, way: (By, String), weight: Weight) -> Id {
        let next = Id::try_from(self.ids.len()).unwrap_or(Id::MAX);
        let id = *self.ids.entry(way).or_insert(next);
        let (sum, principals) = self.sums.entry(id).or_default();
        *sum = *sum + weight;
        *principals += 1;
        id
    }

    /// The heaviest, at most `most`; of equal ones the first by name.
    pub(crate) fn heaviest(&self, by: By, most: usize) -> Vec<Heavy> {
        let of_kind = self.ids.iter().filter(|((kind, _), _)| *kind == by);
        let mut heaviest: Vec<Heavy> = of_kind
            .filter_map(|((_, name), id)| {
                let (idle_weight, principals) = *self.sums.get(id)?;
                Some(Heavy { name: name.clone(), idle_weight, principals, id: *id })
            })
            .collect();
        heaviest.sort_by_key(|heavy| Reverse(heavy.idle_weight));
        heaviest.truncate(most);
        heaviest
    }
}

/// A policy under a name that no other policy of the account has.
fn policy(source: &PolicySource, entry: &Entry) -> String {
    match source {
        PolicySource::Managed { arn } | PolicySource::GroupManaged { arn, .. } => arn.clone(),
        PolicySource::Inline { name } => format!("{name} (inline, {})", entry.short_name()),
        PolicySource::GroupInline { group, name } => format!("{name} (inline, group/{group})"),
        PolicySource::Group { group } => format!("policies of group/{group}"),
    }
}
