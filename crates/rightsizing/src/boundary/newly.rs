//! What was granted since our boundary was planned, and that boundary says nothing about.

use super::limit::OuterLimit;
use super::own::{NEEDS_NO_PERMISSION, needs_no_permission};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::{Permissions, Reading, reading};
use std::collections::BTreeSet;

/// What is newly granted.
#[derive(Debug, Clone, Default)]
pub(super) struct Newly {
    /// As far as the catalogue knows it.
    pub(super) actions: ActionSet,
    /// The patterns of what it does not know.
    pub(super) names: BTreeSet<Pattern>,
}

impl Newly {
    /// What is granted `now` and was not `then`, and our `boundary` neither keeps nor surely
    /// denies.
    ///
    /// Its denials are those of what stood before it. One that the owner of that has taken back
    /// since stays in ours until a person restores, so that what it denies waits for that person.
    /// What is only set aside is not kept: not under every limit under which it was allowed, nor
    /// by the next plan.
    pub(super) fn of(
        now: &Permissions,
        then: &Permissions,
        boundary: &Document,
        catalog: &Catalog,
    ) -> Self {
        let own = OuterLimit::by(boundary, true);
        let denials = own.denies().iter().filter(|it| reading(it) == Reading::TakesAway);
        let decided: Vec<&Statement> = own.allows().iter().chain(denials).collect();
        let mut actions = now.actions(catalog).difference(&then.actions(catalog));
        for statement in &decided {
            actions.difference_with(&statement.actions().in_catalog(catalog));
        }
        let names_then = then.uncatalogued(catalog);
        let is_new = |name: &Pattern| {
            !then.permits(name.as_str())
                && !names_then.iter().any(|earlier| earlier.overlaps(name))
                && !decided.iter().any(|statement| statement.actions().includes(name))
        };
        Self { actions, names: now.uncatalogued(catalog).into_iter().filter(is_new).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.actions.is_empty() && self.names.is_empty()
    }

    /// What the statement surely is about.
    pub(super) fn within(&self, statement: &Statement, catalog: &Catalog) -> Self {
        let included = |name: &&Pattern| statement.actions().includes(name);
        Self {
            actions: statement.actions().in_catalog(catalog).intersection(&self.actions),
            names: self.names.iter().filter(included).cloned().collect(),
        }
    }

    /// What `permitted` may permit.
    pub(super) fn permitted_by(&self, permitted: &Permissions, catalog: &Catalog) -> Self {
        let names = self.names.iter().filter(|name| permitted.permits(name.as_str()));
        Self {
            actions: self.actions.intersection(&permitted.actions(catalog)),
            names: names.cloned().collect(),
        }
    }

    /// What `boundary`, set aside or not, does not allow where the `limit` would: under the same
    /// resources and conditions or under none.
    pub(super) fn denied_by(
        mut self,
        boundary: &Document,
        limit: &Statement,
        catalog: &Catalog,
    ) -> Self {
        let allows = boundary.statements().iter().filter(|it| it.effect() == Effect::Allow);
        for wide in allows.filter(|it| it.is_plain() || it.limits() == limit.limits()) {
            self.actions.difference_with(&wide.actions().in_catalog(catalog));
            self.names.retain(|name| !wide.actions().includes(name));
        }
        self.that_can_be_denied(catalog)
    }

    /// The same without the action that nobody can deny.
    pub(super) fn that_can_be_denied(mut self, catalog: &Catalog) -> Self {
        if let Some(free) = catalog.find(NEEDS_NO_PERMISSION) {
            self.actions.remove(free);
        }
        self.names.retain(|name| !needs_no_permission(name.as_str()));
        self
    }

    pub(super) fn add(&mut self, other: Self) {
        self.actions.union_with(&other.actions);
        self.names.extend(other.names);
    }
}
