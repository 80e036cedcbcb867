//! What a principal may do: what its identity policies allow and its boundary does not stop.

use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::permissions::Permissions;

/// Identity policies and a boundary, ready to be asked. What is effective, both allow.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>.
#[derive(Debug, Clone)]
pub(crate) struct EffectivePermissions {
    /// What the identity policies allow.
    pub(crate) identity: Permissions,
    /// What the boundary allows; `None` where there is none.
    pub(crate) boundary: Option<Permissions>,
}

impl EffectivePermissions {
    /// The catalogued actions that are effective.
    pub(crate) fn actions(&self, catalog: &Catalog) -> ActionSet {
        let allowed = self.identity.actions(catalog);
        match &self.boundary {
            Some(boundary) => allowed.intersection(&boundary.actions(catalog)),
            None => allowed,
        }
    }

    /// Whether some request with the action is effective.
    pub(crate) fn permits(&self, action: &str) -> bool {
        self.identity.permits(action)
            && self.boundary.as_ref().is_none_or(|boundary| boundary.permits(action))
    }

    /// Whether some action of the service may be effective.
    pub(crate) fn may_permit_service(&self, namespace: &str, catalog: &Catalog) -> bool {
        let boundary = self.boundary.as_ref();
        self.identity.may_permit_service(namespace, catalog)
            && boundary.is_none_or(|boundary| boundary.may_permit_service(namespace, catalog))
    }
}
