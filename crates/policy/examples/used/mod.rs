//! Sets of actions as real use looks: whole access levels of a service, or the actions of a service
//! that share a word.

use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{ActionId, Catalog, Service};

/// Some services of `granted`, and of each some clusters.
pub(crate) fn used_in_clusters(
    granted: &ActionSet,
    catalog: &Catalog,
    random: &mut Random,
) -> ActionSet {
    let mut used = ActionSet::empty();
    let share = random.below(8) + 2;
    for service in catalog.services() {
        let ids: Vec<ActionId> = service.ids().filter(|&id| granted.contains(id)).collect();
        if ids.is_empty() || random.below(10) >= share {
            continue;
        }
        for _ in 0..=random.below(4) {
            used.extend(cluster(service, &ids, catalog, random));
        }
    }
    used
}

fn cluster(
    service: &Service,
    ids: &[ActionId],
    catalog: &Catalog,
    random: &mut Random,
) -> Vec<ActionId> {
    let Some(&pick) = ids.get(random.below(ids.len())) else { return Vec::new() };
    let picked = catalog.action(pick);
    let by_level = random.below(2) == 0 && service.ids().count() > 1;
    let word = resource_word(picked.name);
    let belongs = |&id: &ActionId| {
        let action = catalog.action(id);
        if by_level { action.level == picked.level } else { action.name.contains(word) }
    };
    ids.iter().copied().filter(belongs).collect()
}

/// The second word of the name, mostly the kind of resource; the whole name if there is no other.
fn resource_word(name: &str) -> &str {
    let mut starts = name.char_indices().skip(1).filter(|(_, c)| c.is_ascii_uppercase());
    let Some((from, _)) = starts.next() else { return name };
    let to = starts.map(|(at, _)| at).find(|at| at - from > 1).unwrap_or(name.len());
    name.get(from..to).unwrap_or(name)
}

/// A linear congruential generator: the same cases on every machine.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `limit`; 0 where that is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }
}
