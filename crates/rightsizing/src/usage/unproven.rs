//! What could not show its use yet: it is unknown instead of idle.

use super::kinds::{ServiceUsage, Unknown};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::pattern::Pattern;
use std::collections::{BTreeMap, BTreeSet};

/// What gets the time to be used for the first time.
pub(super) struct Unproven<'a> {
    /// The granted actions of the catalogue.
    pub(super) actions: &'a ActionSet,
    /// Whether that is true of a pattern that the catalogue does not know.
    pub(super) has_name: &'a dyn Fn(&Pattern) -> bool,
    /// Whether that may be true of something in a service that the catalogue does not know.
    pub(super) may_have_service: &'a dyn Fn(&str) -> bool,
    pub(super) why: Unknown,
}

impl Unproven<'_> {
    /// Calls it unknown instead of idle. Single actions are told apart in used services only: a
    /// service that was not used is unknown as soon as something in it is unproven.
    pub(super) fn spare(
        &self,
        services: &mut [ServiceUsage],
        uncatalogued: &BTreeMap<String, BTreeSet<Pattern>>,
        catalog: &Catalog,
    ) {
        for service in services {
            for action in &mut service.actions {
                let is_spared = match action.id {
                    Some(id) => self.actions.contains(id),
                    None => (self.has_name)(&action.action.clone().into()),
                };
                action.usage.spare_if(is_spared, self.why);
            }
            let namespace = &service.namespace;
            let some_are_spared = match catalog.service(namespace) {
                Some(known) => self.actions.iter_in(known).next().is_some(),
                None => (self.may_have_service)(namespace),
            };
            let mut names = uncatalogued.get(namespace).into_iter().flatten();
            service.usage.spare_if(some_are_spared || names.any(self.has_name), self.why);
        }
    }
}
