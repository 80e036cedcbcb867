//! What identity policies and the boundary together grant, and what of it does not count.

use crate::boundary::is_set_aside;
use crate::evidence::LastAccessedReport;
use crate::iam::{EffectivePermissions, Principal, UnknownPermissions};
use crate::settings::{IgnoredPolicies, NO_POLICIES};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{Catalog, Service};
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use std::collections::{BTreeMap, BTreeSet};

/// The catalogued actions that `principal` is granted now, what its own boundary sets aside left
/// out.
pub(crate) fn granted_actions(
    principal: &Principal,
    catalog: &Catalog,
) -> Result<ActionSet, UnknownPermissions> {
    Ok(Grants::of(principal, &NO_POLICIES)?.actions(catalog))
}

/// What policies and boundary grant, and what of it does not count.
pub(super) struct Grants {
    /// Identity policies and boundary, without what the boundary sets aside.
    pub(super) effective: EffectivePermissions,
    /// What of it the ignored policies grant.
    pub(super) ignored: Permissions,
    /// The boundary with what it sets aside; `None` where it sets nothing aside.
    pub(super) whole_boundary: Option<Permissions>,
}

impl Grants {
    pub(super) fn of(
        principal: &Principal,
        ignored: &IgnoredPolicies,
    ) -> Result<Self, UnknownPermissions> {
        let identity = Permissions::of(principal.granting_documents()?);
        let ignored = Permissions::of(ignored.documents(&principal.policies));
        let document = principal.boundary_document()?;
        let is_own = principal.has_own_leastwise_boundary();
        let sets_aside =
            document.filter(|document| is_own && document.statements().iter().any(is_set_aside));
        let boundary = match sets_aside {
            Some(document) => Some(Permissions::of([&without_set_aside(document)])),
            None => document.map(|document| Permissions::of([document])),
        };
        let whole_boundary = sets_aside.map(|document| Permissions::of([document]));
        let effective = EffectivePermissions { identity, boundary };
        Ok(Self { effective, ignored, whole_boundary })
    }

    pub(super) fn actions(&self, catalog: &Catalog) -> ActionSet {
        self.effective.actions(catalog)
    }

    /// The granted actions that the boundary sets aside.
    pub(super) fn set_aside(&self, catalog: &Catalog) -> ActionSet {
        self.whole_boundary.as_ref().map_or_else(ActionSet::empty, |whole| {
            let identity = self.effective.identity.actions(catalog);
            let allowed = identity.intersection(&whole.actions(catalog));
            allowed.difference(&self.actions(catalog))
        })
    }

    /// Whether some request with the action is granted.
    pub(super) fn permits(&self, action: &str) -> bool {
        self.effective.permits(action)
    }

    /// The granted services, in their order: those of `granted`, and those of which the catalogue
    /// knows nothing but a policy says something.
    pub(super) fn services(
        &self,
        granted: &ActionSet,
        report: &LastAccessedReport,
        catalog: &Catalog,
    ) -> BTreeSet<String> {
        let of_granted = |service: &&Service| granted.iter_in(service).next().is_some();
        let known = catalog.services().filter(of_granted);
        let mut found = self.uncatalogued_services(report, catalog);
        found.extend(known.map(|service| service.namespace.to_ascii_lowercase()));
        found
    }

    /// Whether nothing counts of what is granted in the service: the ignored policies grant all of
    /// it, or one of the `names` that the catalogue does not know, so that it cannot be told from
    /// the rest.
    pub(super) fn ignores(
        &self,
        namespace: &str,
        granted: &ActionSet,
        ignored: &ActionSet,
        names: &BTreeSet<Pattern>,
        catalog: &Catalog,
    ) -> bool {
        let Some(known) = catalog.service(namespace) else {
            return self.ignored.may_permit_service(namespace, catalog);
        };
        if names.is_empty() {
            let mut granted = granted.iter_in(known).peekable();
            return granted.peek().is_some() && granted.all(|id| ignored.contains(id));
        }
        let of_ignored = self.ignored.uncatalogued(catalog);
        names.iter().any(|name| {
            self.ignored.permits(name.as_str()) || of_ignored.iter().any(|it| it.overlaps(name))
        })
    }

    /// Services granted only by way of actions that the catalogue does not know.
    fn uncatalogued_services(
        &self,
        report: &LastAccessedReport,
        catalog: &Catalog,
    ) -> BTreeSet<String> {
        let listed = report.services().map(|row| row.service_namespace.to_ascii_lowercase());
        let named = self
            .uncatalogued(catalog)
            .into_iter()
            .filter_map(|pattern| pattern.service_literal().map(str::to_ascii_lowercase));
        listed
            .filter(|namespace| catalog.service(namespace).is_none())
            .filter(|namespace| self.effective.may_permit_service(namespace, catalog))
            .chain(named)
            .collect()
    }

    /// The patterns by which the policies or the boundary name something that the catalogue does
    /// not know, as far as the other side may allow it.
    fn uncatalogued(&self, catalog: &Catalog) -> Vec<Pattern> {
        let EffectivePermissions { identity, boundary } = &self.effective;
        let of_identity = identity.uncatalogued(catalog);
        let Some(boundary) = boundary else { return of_identity.into_iter().collect() };
        let of_boundary = boundary.uncatalogued(catalog);
        let meets = |pattern: &Pattern, side: &Permissions, named: &BTreeSet<Pattern>| {
            side.permits(pattern.as_str()) || named.iter().any(|other| other.overlaps(pattern))
        };
        let identity_side = of_identity.iter().filter(|it| meets(it, boundary, &of_boundary));
        let boundary_side = of_boundary.iter().filter(|it| meets(it, identity, &of_identity));
        identity_side.chain(boundary_side).cloned().collect()
    }

    pub(super) fn uncatalogued_by_service(
        &self,
        catalog: &Catalog,
    ) -> BTreeMap<String, BTreeSet<Pattern>> {
        let mut by_service: BTreeMap<String, BTreeSet<Pattern>> = BTreeMap::new();
        for pattern in self.uncatalogued(catalog) {
            if let Some(service) = pattern.service_literal().map(str::to_ascii_lowercase) {
                by_service.entry(service).or_default().insert(pattern);
            }
        }
        // A service outside the catalogue that a wildcard reaches is granted by more than its
        // names.
        by_service.retain(|service, _| {
            catalog.service(service).is_some() || !self.permits(&format!("{service}:*"))
        });
        by_service
    }
}

fn without_set_aside(document: &Document) -> Document {
    let counts = |statement: &&Statement| !is_set_aside(statement);
    Document::new(document.statements().iter().filter(counts).cloned().collect())
}
