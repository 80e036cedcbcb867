//! What a plan may allow that the present boundary does not: taken from the policies of then and of
//! now and from what stood before, apart from how the planner came to it.

use crate::evidence::{PlannedFrom, PlannedGrants, PreviousLimit};
use crate::iam::{Principal, UnknownPermissions};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use std::collections::BTreeMap;

/// What was granted after the principal's own Leastwise boundary was planned, and what of it stood
/// open before.
#[derive(Debug, Default)]
pub(super) struct NewGrants {
    /// Under which limits what stood before allowed which of the new grants.
    by_limits: BTreeMap<String, ActionSet>,
    /// Those of them that the present boundary denies.
    denied: ActionSet,
}

impl NewGrants {
    /// Nothing, where anything about it is not known.
    pub(super) fn of(
        principal: &Principal,
        from: &PlannedFrom,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let everything = Document::new(vec![everything()]);
        let (PlannedGrants::Known(then), Some(boundary), true) =
            (&from.grants, principal.boundary_document()?, principal.has_own_leastwise_boundary())
        else {
            return Ok(Self::default());
        };
        let before = match &from.previous {
            PreviousLimit::Everything => &everything,
            PreviousLimit::Policy { document: Ok(document), .. } => document,
            PreviousLimit::Policy { document: Err(_), .. }
            | PreviousLimit::NotAsked
            | PreviousLimit::NotRecorded => return Ok(Self::default()),
        };
        let Ok(then) = then.granting_documents() else { return Ok(Self::default()) };
        let mut new = Permissions::of(principal.granting_documents()?).actions(catalog);
        new.difference_with(&Permissions::of(then).actions(catalog));
        let open = Permissions::of([before]).actions(catalog).intersection(&new);
        let mut by_limits: BTreeMap<String, ActionSet> = BTreeMap::new();
        for statement in before.statements().iter().filter(|it| it.effect() == Effect::Allow) {
            let allowed = statement.actions().in_catalog(catalog).intersection(&open);
            by_limits.entry(statement.limits()).or_default().union_with(&allowed);
        }
        let denied = open.difference(&Permissions::of([boundary]).actions(catalog));
        Ok(Self { by_limits, denied })
    }

    /// Those that the present boundary denies.
    pub(super) fn denied(&self) -> &ActionSet {
        &self.denied
    }

    /// Those that stood open before under these limits.
    pub(super) fn under(&self, limits: &str) -> ActionSet {
        self.by_limits.get(limits).cloned().unwrap_or_default()
    }
}

fn everything() -> Statement {
    let all: Vec<Pattern> = "*".parse().into_iter().collect();
    Statement::allow(None, all)
}
