//! What a plan may allow that the present boundary does not: taken from the policies of then and of
//! now and from what stood before, apart from how the planner came to it.

use super::allowed::{Allowed, allows, limits};
use crate::boundary::patterns;
use crate::evidence::{PlannedFrom, PlannedGrants, PreviousLimit};
use crate::iam::{Principal, UnknownPermissions};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::{Permissions, Reading, reading};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What was granted after the principal's own Leastwise boundary was planned, and what of it stood
/// open before.
#[derive(Debug, Default)]
pub(super) struct NewGrants {
    /// The catalogued actions.
    actions: ActionSet,
    /// The patterns of what the catalogue does not know.
    names: BTreeSet<Pattern>,
    /// What was granted then of that.
    names_then: BTreeSet<Pattern>,
    now: Permissions,
    then: Permissions,
    /// What stood before: its Allow statements.
    before: Vec<Statement>,
    /// Those of the actions that the present boundary neither allows nor surely denies.
    denied: ActionSet,
    /// Those of the names.
    denied_names: BTreeSet<Pattern>,
}

impl NewGrants {
    /// Nothing, where anything about it is not known.
    pub(super) fn of(
        principal: &Principal,
        from: &PlannedFrom,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let (PlannedGrants::Known(then), Some(boundary), Some(before)) =
            (&from.grants, principal.own_boundary_document()?, before(&from.previous))
        else {
            return Ok(Self::default());
        };
        let Ok(then) = then.granting_documents() else { return Ok(Self::default()) };
        let (now, then) = (Permissions::of(principal.granting_documents()?), Permissions::of(then));
        let open = Permissions::of([before.as_ref()]);
        let actions = now.actions(catalog).difference(&then.actions(catalog));
        let mut new = Self {
            actions: open.actions(catalog).intersection(&actions),
            names_then: then.uncatalogued(catalog),
            before: allows(&before),
            now,
            then,
            ..Self::default()
        };
        let mut names = new.now.uncatalogued(catalog);
        names.retain(|name| new.is_granted(name) && open.permits(name.as_str()));
        new.names = names;
        new.deny(boundary, catalog);
        Ok(new)
    }

    /// Whether what the pattern matches is granted now and was not then.
    fn is_granted(&self, name: &Pattern) -> bool {
        let was_named = self.names_then.iter().any(|earlier| earlier.overlaps(name));
        self.now.permits(name.as_str()) && !was_named && !self.then.permits(name.as_str())
    }

    /// Finds what the boundary neither allows nor surely denies.
    fn deny(&mut self, boundary: &Document, catalog: &Catalog) {
        let has_a_word = |it: &&Statement| reading(it) != Reading::Nothing;
        (self.denied, self.denied_names) = (self.actions.clone(), self.names.clone());
        for statement in boundary.statements().iter().filter(has_a_word) {
            self.denied.difference_with(&statement.actions().in_catalog(catalog));
            self.denied_names.retain(|name| !statement.actions().includes(name));
        }
    }

    /// Those of the catalogue that the present boundary neither allows nor surely denies.
    pub(super) fn denied(&self) -> &ActionSet {
        &self.denied
    }

    /// One of the others that `allowed` leaves out, though it surely stood open under some limits.
    pub(super) fn missing_name(&self, allowed: &Allowed<'_>) -> Option<&Pattern> {
        self.denied_names.iter().find(|name| {
            let mut open = self.before.iter().filter(|it| it.actions().includes(name));
            open.any(|it| !allowed.includes_at_least_under(&limits(it), name))
        })
    }

    /// Those that stood open before under these limits.
    pub(super) fn under(&self, limits: &str, catalog: &Catalog) -> ActionSet {
        let mut open = ActionSet::empty();
        for statement in self.before_under(limits) {
            open.union_with(&statement.actions().in_catalog(catalog));
        }
        open.intersection(&self.actions)
    }

    /// Whether all that the pattern matches surely stood open before under these limits and, where
    /// the catalogue does not know anything of it, is newly granted or in a service that is: what
    /// such a service consists of, nobody knows but AWS.
    pub(super) fn includes(&self, limits: &str, pattern: &Pattern, catalog: &Catalog) -> bool {
        let service = pattern.service_literal().and_then(|service| catalog.service(service));
        let is_new = !pattern.actions(catalog).is_empty()
            || self.is_granted(pattern)
            || self.names.iter().any(|name| name.covers(pattern))
            || service.is_some_and(|all| ActionSet::of_service(all).is_subset(&self.actions));
        is_new && self.before_under(limits).any(|it| it.actions().includes(pattern))
    }

    fn before_under(&self, under: &str) -> impl Iterator<Item = &Statement> {
        self.before.iter().filter(move |statement| limits(statement) == under)
    }
}

/// What stood before; `None` where that is not known.
fn before(previous: &PreviousLimit) -> Option<Cow<'_, Document>> {
    match previous {
        PreviousLimit::Everything => {
            let everything = Statement::allow(None, patterns(["*"]));
            Some(Cow::Owned(Document::new(vec![everything])))
        }
        PreviousLimit::Policy { document, .. } => document.as_ref().ok().map(Cow::Borrowed),
        PreviousLimit::NotAsked | PreviousLimit::NotRecorded => None,
    }
}
