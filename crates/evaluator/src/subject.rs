//! Who is judged, as far as logs and tags need to know.

use leastwise_rightsizing::principal::{GrantingPolicy, Principal, PrincipalKind};
use leastwise_telemetry::EntityType;

/// An entity that is judged.
#[derive(Debug, Clone)]
pub(crate) struct Subject<'a> {
    /// User, role or group.
    pub(crate) entity_type: EntityType,
    /// Its friendly name.
    pub(crate) name: &'a str,
    /// Its ARN, as text.
    pub(crate) arn: String,
    /// The policies that grant it permissions.
    pub(crate) policies: &'a [GrantingPolicy],
    /// The principal, which can carry tags; `None` for a group, which cannot.
    pub(crate) principal: Option<&'a Principal>,
}

impl<'a> From<&'a Principal> for Subject<'a> {
    fn from(principal: &'a Principal) -> Self {
        let entity_type = match principal.arn.kind() {
            PrincipalKind::User => EntityType::User,
            PrincipalKind::Role => EntityType::Role,
        };
        Self {
            entity_type,
            name: principal.arn.name(),
            arn: principal.arn.to_string(),
            policies: &principal.policies,
            principal: Some(principal),
        }
    }
}
