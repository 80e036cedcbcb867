//! What our own boundary allows only since it followed newer grants: it could not be used before,
//! so it gets the time to be used for the first time.

use super::kinds::{ServiceUsage, Unknown};
use super::unproven::Unproven;
use crate::boundary::is_followed_lately;
use crate::iam::{Principal, UnknownPermissions};
use chrono::{DateTime, Utc};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Actions, Document, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use std::collections::{BTreeMap, BTreeSet};

/// What was followed lately.
#[derive(Debug, Default)]
pub(super) struct FollowedLately {
    /// The catalogued actions that nothing else in the boundary allows.
    pub(super) actions: ActionSet,
    /// The patterns by which it is allowed, and that nothing else in the boundary allows.
    patterns: Vec<Pattern>,
}

impl FollowedLately {
    /// What the own Leastwise boundary of `principal` followed so lately that it is not idle yet
    /// `as_of`.
    pub(super) fn of(
        principal: &Principal,
        as_of: DateTime<Utc>,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let Some(boundary) = principal.own_boundary_document()? else {
            return Ok(Self::default());
        };
        let (lately, others): (Vec<Statement>, Vec<Statement>) = boundary
            .statements()
            .iter()
            .cloned()
            .partition(|statement| is_followed_lately(statement, as_of));
        if lately.is_empty() {
            return Ok(Self::default());
        }
        let others = Permissions::of([&Document::new(others)]);
        let mut actions = ActionSet::empty();
        let mut patterns = Vec::new();
        for statement in &lately {
            actions.union_with(&statement.actions().in_catalog(catalog));
            if let Actions::Action(listed) = statement.actions() {
                patterns.extend(listed.iter().filter(|it| !others.permits(it.as_str())).cloned());
            }
        }
        actions.difference_with(&others.actions(catalog));
        Ok(Self { actions, patterns })
    }

    /// Calls it unknown instead of idle.
    pub(super) fn spare(
        &self,
        services: &mut [ServiceUsage],
        granted: &ActionSet,
        uncatalogued: &BTreeMap<String, BTreeSet<Pattern>>,
        catalog: &Catalog,
    ) {
        let unproven = Unproven {
            actions: &self.actions.intersection(granted),
            has_name: &|name| self.patterns.iter().any(|pattern| pattern.covers(name)),
            may_have_service: &|namespace| {
                self.patterns.iter().any(|pattern| pattern.may_match_service(namespace))
            },
            why: Unknown::FollowedLately,
        };
        unproven.spare(services, uncatalogued, catalog);
    }
}
