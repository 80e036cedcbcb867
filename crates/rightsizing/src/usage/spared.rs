//! What is not idle although no use of it is recorded, and IAM would not have recorded any.

use super::kinds::{Spared, WhySpared};
use super::unrecorded::{own_credentials, paths_of_failure};
use crate::iam::Principal;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::checked_elsewhere::checked_elsewhere;
use leastwise_policy::dependent_actions::DependentActions;
use leastwise_policy::undoing::undoing;
use std::collections::BTreeMap;

/// What decides which idle actions are spared.
pub(super) struct Sparing<'a> {
    /// `None` for a group, which is nobody that a service acts as.
    pub(super) principal: Option<&'a Principal>,
    /// Whether the inverses of used actions are spared.
    pub(super) keep_inverses: bool,
    pub(super) catalog: &'a Catalog,
}

impl Sparing<'_> {
    /// Those of the `idle` actions that are spared, ascending, each with the first reason of these:
    /// an API does not check it; it is for the day on which something fails; it undoes one of the
    /// actions that were, or may have been, `used`; something that is kept of `granted` needs it.
    pub(super) fn spared(
        &self,
        idle: &ActionSet,
        used: &ActionSet,
        granted: &ActionSet,
    ) -> Vec<Spared> {
        let mut spared: BTreeMap<_, WhySpared> = BTreeMap::new();
        let mut spare = |action, why| {
            if idle.contains(action) {
                spared.entry(action).or_insert(why);
            }
        };
        for action in checked_elsewhere(self.catalog).iter() {
            spare(action, WhySpared::CheckedElsewhere);
        }
        if let Some(principal) = self.principal {
            for action in &paths_of_failure(principal, self.catalog) {
                spare(action, WhySpared::OnFailure);
            }
            for action in &own_credentials(principal, self.catalog) {
                spare(action, WhySpared::OwnCredentials);
            }
        }
        if self.keep_inverses {
            for undoes in undoing(used, self.catalog) {
                spare(undoes.action, WhySpared::Undoes(undoes.of));
            }
        }
        let mut kept = granted.difference(idle);
        kept.extend(spared.keys().copied());
        for needed in DependentActions::of(self.catalog).needed(&kept, granted) {
            spared.entry(needed.action).or_insert(WhySpared::NeededBy(needed.by));
        }
        spared.into_iter().map(|(action, why)| Spared { action, why }).collect()
    }
}
