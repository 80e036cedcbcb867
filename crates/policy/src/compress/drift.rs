//! What a list admits once AWS has added actions.

use super::list::expand;
use crate::action::{AccessLevel, Action};
use crate::catalog::{ActionId, Catalog, CatalogAction};
use crate::pattern::Pattern;
use serde::Serialize;

/// An action that a pattern admits although nobody meant it when the list was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Admitted {
    /// The action.
    pub action: Action,
    /// Its level in the newer catalogue.
    pub level: AccessLevel,
    /// The first pattern of the list that admits it.
    pub pattern: Pattern,
}

/// What a list that was made with the catalogue `made_with` admits beyond its set once the
/// catalogue is `newer`. These are the actions that `made_with` does not know and a wildcard
/// matches, in the order of `newer`.
///
/// An action that the list writes out was meant, whether or not it was known.
#[must_use]
pub fn drift(patterns: &[Pattern], made_with: &Catalog, newer: &Catalog) -> Vec<Admitted> {
    let is_new = |id: &ActionId| made_with.find(&newer.action(*id).to_string()).is_none();
    let admitted = expand(patterns, newer);
    admitted.iter().filter(is_new).filter_map(|id| admission(patterns, newer.action(id))).collect()
}

fn admission(patterns: &[Pattern], action: CatalogAction<'_>) -> Option<Admitted> {
    let name = action.to_string();
    let mut matching = patterns.iter().filter(|pattern| pattern.matches(&name));
    let pattern = matching.next()?.clone();
    let written_out = pattern.is_literal() || matching.any(Pattern::is_literal);
    let action_name = (!written_out).then(|| name.parse().ok())??;
    Some(Admitted { action: action_name, level: action.level, pattern })
}
