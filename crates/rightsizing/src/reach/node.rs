//! A principal or group, as far as paths are concerned.

use super::actions::{LIFT_ROLE, LIFT_USER};
use super::powers::Powers;
use super::strength::Strength;
use super::trust::{Caller, Trust};
use crate::iam::{
    EffectivePermissions, GrantingPolicy, Group, PolicySource, Principal, PrincipalKind,
    SERVICE_LINKED_PATH, UnknownPermissions,
};
use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::permissions::Permissions;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Role,
    /// A role that AWS alone can change.
    ServiceLinkedRole,
    /// Any user of a group.
    Member,
}

/// A principal or group.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// What its ARN has after the account, as in `role/admin`.
    pub(super) name: String,
    pub(super) arn: String,
    unique_id: String,
    account: String,
    /// The friendly name of a role.
    role: Option<String>,
    pub(super) trust: Trust,
    /// What it may do; nothing where that cannot be read.
    pub(super) powers: Powers,
    /// The managed policies of the account that it carries, by itself or by a group.
    pub(super) carried: Vec<String>,
    /// The names of the groups that a user is in; of a group its own.
    pub(super) groups: Vec<String>,
    /// The highest access level of what it is granted, or that this cannot be read.
    pub(super) granted: Strength,
    /// The same as if it had no boundary; `None` where it has none.
    unbounded: Option<Strength>,
}

impl Node {
    /// The user or role; one whose policies cannot be read is of unknown strength.
    pub(super) fn of(principal: &Principal, catalog: &Catalog) -> Self {
        Self::known(principal, catalog).unwrap_or_else(|_| Self::bare(principal))
    }

    /// The user or role.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions`] when a policy or the boundary could not be read.
    pub(super) fn known(
        principal: &Principal,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let policies = principal.granting_documents()?;
        let boundary = principal.boundary_document()?;
        let powers = Powers::of(&policies, boundary, Some(&principal.arn));
        let identity = Permissions::of(policies);
        let unbounded = boundary.map(|_| granted(identity.clone(), None, catalog));
        let boundary = boundary.map(|document| Permissions::of([document]));
        let granted = granted(identity, boundary, catalog);
        Ok(Self { powers, granted, unbounded, ..Self::bare(principal) })
    }

    fn bare(principal: &Principal) -> Self {
        let arn = &principal.arn;
        let is_role = arn.kind() == PrincipalKind::Role;
        let kind = match arn.kind() {
            PrincipalKind::User => Kind::User,
            PrincipalKind::Role if arn.path().starts_with(SERVICE_LINKED_PATH) => {
                Kind::ServiceLinkedRole
            }
            PrincipalKind::Role => Kind::Role,
        };
        let trust = if is_role { Trust::of_role(principal.trust.as_ref()) } else { Trust::None };
        Self {
            kind,
            name: format!("{}{}{}", arn.kind(), arn.path(), arn.name()),
            arn: arn.to_string(),
            unique_id: principal.unique_id.to_string(),
            account: arn.account().to_owned(),
            role: is_role.then(|| arn.name().to_owned()),
            trust,
            powers: Powers::default(),
            carried: carried(&principal.policies),
            groups: principal.groups.clone(),
            granted: Strength::Unknown,
            unbounded: None,
        }
    }

    /// Any user of the group.
    pub(super) fn of_group(group: &Group, catalog: &Catalog) -> Self {
        let arn = group.arn.to_string();
        let account = arn.split(':').nth(4).unwrap_or_default().to_owned();
        let (powers, granted) = match group.granting_documents() {
            Ok(policies) => {
                let powers = Powers::of(&policies, None, None);
                (powers, granted(Permissions::of(policies), None, catalog))
            }
            Err(_) => (Powers::default(), Strength::Unknown),
        };
        Self {
            kind: Kind::Member,
            name: format!("group{}{}", group.arn.path(), group.arn.name()),
            arn,
            unique_id: String::new(),
            account,
            role: None,
            trust: Trust::None,
            powers,
            carried: carried(&group.policies),
            groups: vec![group.arn.name().to_owned()],
            granted,
            unbounded: None,
        }
    }

    /// Who it is to a trust policy. Of the users of a group it is not known who.
    pub(super) fn caller(&self) -> Caller<'_> {
        let is_member = self.kind == Kind::Member;
        let arn = if is_member { "" } else { self.arn.as_str() };
        let (account, unique_id) = (self.account.as_str(), self.unique_id.as_str());
        Caller { account, arn, unique_id, role: self.role.as_deref() }
    }

    /// The same without its boundary; `None` where it has none.
    pub(super) fn without_boundary(&self) -> Option<Self> {
        let (granted, powers) = (self.unbounded?, self.powers.unbounded()?);
        Some(Self { granted, powers, unbounded: None, ..self.clone() })
    }

    /// The actions that lift its own boundary.
    pub(super) fn lifting(&self) -> [&'static str; 2] {
        match self.kind {
            Kind::User | Kind::Member => LIFT_USER,
            Kind::Role | Kind::ServiceLinkedRole => LIFT_ROLE,
        }
    }
}

/// The highest access level of what these permit together. An action that the catalogue does not
/// know counts like write, as in the index.
fn granted(identity: Permissions, boundary: Option<Permissions>, catalog: &Catalog) -> Strength {
    let may_be_uncatalogued = !identity.uncatalogued(catalog).is_empty();
    let effective = EffectivePermissions { identity, boundary };
    let actions = effective.actions(catalog);
    let level = actions.iter().map(|id| catalog.action(id).level).max();
    let newer = may_be_uncatalogued.then_some(AccessLevel::Write);
    level.max(newer).map_or(Strength::Nothing, Strength::Level)
}

/// The ARNs of the managed policies among them that belong to the account.
fn carried(policies: &[GrantingPolicy]) -> Vec<String> {
    let arn = |policy: &GrantingPolicy| match &policy.source {
        PolicySource::Managed { arn } | PolicySource::GroupManaged { arn, .. } => Some(arn.clone()),
        PolicySource::Inline { .. }
        | PolicySource::Group { .. }
        | PolicySource::GroupInline { .. } => None,
    };
    policies.iter().filter_map(arn).filter(|arn| !arn.contains(":iam::aws:")).collect()
}
