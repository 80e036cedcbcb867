//! Actions of the catalogue as patterns without wildcards.

use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::pattern::Pattern;

/// The pattern of each action, in the order of the catalogue.
pub(crate) fn literals(actions: &ActionSet, catalog: &Catalog) -> impl Iterator<Item = Pattern> {
    // INVARIANT: what is in the catalogue is an action, and an action is a pattern.
    actions.iter().filter_map(|id| catalog.action(id).to_string().parse().ok())
}
