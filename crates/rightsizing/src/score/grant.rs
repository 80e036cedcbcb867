//! What lies idle in a service, and whether given policies allow any of it.

use crate::usage::{PrincipalUsage, ServiceUsage, Usage};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use leastwise_policy::permissions::Permissions;

/// What some policies of a principal allow.
pub(super) struct Grant {
    permissions: Permissions,
    actions: ActionSet,
}

impl Grant {
    /// What the documents allow together.
    pub(super) fn of<'a>(
        documents: impl IntoIterator<Item = &'a Document>,
        catalog: &Catalog,
    ) -> Self {
        let permissions = Permissions::of(documents);
        let actions = permissions.actions(catalog);
        Self { permissions, actions }
    }

    /// The actions that it allows, as far as the catalogue knows them.
    pub(super) fn actions(&self) -> &ActionSet {
        &self.actions
    }

    /// Whether it allows any of what is `idle` in the service.
    pub(super) fn allows(&self, service: &str, idle: &ActionSet, catalog: &Catalog) -> bool {
        if idle.is_empty() {
            // A service, or a part of one, of which the catalogue knows nothing.
            self.permissions.may_permit_service(service, catalog)
        } else {
            !self.actions.intersection(idle).is_empty()
        }
    }
}

/// What of the service lies idle, as far as the catalogue knows it.
pub(super) fn idle(service: &ServiceUsage, usage: &PrincipalUsage, catalog: &Catalog) -> ActionSet {
    match service.usage {
        Usage::Idle(_) => catalog
            .service(&service.namespace)
            .map_or_else(ActionSet::empty, |known| usage.granted.in_service(known))
            .difference(&usage.ignored),
        Usage::Used { .. } => {
            let idle = service.actions.iter().filter(|action| action.idle().is_some());
            idle.filter_map(|action| action.id).collect()
        }
        Usage::Unknown(_) => ActionSet::empty(),
    }
}
