//! What Allow statements allow, by the resources and conditions under which they allow it: action
//! by action as far as the catalogue knows them, and pattern by pattern.

use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Actions, Document, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use std::collections::BTreeMap;

/// How the limits of a statement read here that has none, however it spells that.
const NO_LIMITS: &str = "";

/// The Allow statements of the document.
pub(super) fn allows(document: &Document) -> Vec<Statement> {
    let statements = document.statements().iter();
    statements.filter(|statement| statement.effect() == Effect::Allow).cloned().collect()
}

/// The resources and conditions under which the statement applies, as text.
pub(super) fn limits(statement: &Statement) -> String {
    if statement.is_plain() { NO_LIMITS.to_owned() } else { statement.limits() }
}

/// What is allowed under which limits.
#[derive(Debug, Default)]
pub(super) struct Allowed<'a> {
    actions: BTreeMap<String, ActionSet>,
    lists: BTreeMap<String, Vec<&'a Actions>>,
}

impl<'a> Allowed<'a> {
    /// What the Allow statements among `statements` allow.
    pub(super) fn by(statements: &'a [Statement], catalog: &Catalog) -> Self {
        let mut allowed = Self::default();
        for statement in statements.iter().filter(|it| it.effect() == Effect::Allow) {
            let (limits, actions) = (limits(statement), statement.actions());
            let all = allowed.actions.entry(limits.clone()).or_default();
            all.union_with(&actions.in_catalog(catalog));
            allowed.lists.entry(limits).or_default().push(actions);
        }
        allowed
    }

    /// The catalogued actions by their limits.
    pub(super) fn actions(&self) -> impl Iterator<Item = (&str, &ActionSet)> {
        self.actions.iter().map(|(limits, actions)| (limits.as_str(), actions))
    }

    /// The catalogued actions that are allowed under these limits.
    pub(super) fn under(&self, limits: &str) -> ActionSet {
        self.actions.get(limits).cloned().unwrap_or_default()
    }

    /// Those that are allowed under these limits or under none.
    pub(super) fn at_least_under(&self, limits: &str) -> ActionSet {
        self.under(limits).union(&self.under(NO_LIMITS))
    }

    fn lists_under(&self, limits: &str) -> impl Iterator<Item = &'a Actions> {
        self.lists.get(limits).into_iter().flatten().copied()
    }

    fn lists_at_least_under(&self, limits: &str) -> impl Iterator<Item = &'a Actions> {
        let without = (limits != NO_LIMITS).then(|| self.lists_under(NO_LIMITS));
        self.lists_under(limits).chain(without.into_iter().flatten())
    }

    /// Whether all that `pattern` matches is surely allowed by one of the statements under these
    /// limits.
    pub(super) fn includes(&self, limits: &str, pattern: &Pattern) -> bool {
        self.lists_under(limits).any(|actions| includes(actions, pattern))
    }

    /// Whether it is by one under these limits or under none.
    pub(super) fn includes_at_least_under(&self, limits: &str, pattern: &Pattern) -> bool {
        self.lists_at_least_under(limits).any(|actions| includes(actions, pattern))
    }

    /// Whether all but what `excluded` matches is surely allowed by one of the statements under
    /// these limits or under none.
    pub(super) fn includes_all_but(&self, limits: &str, excluded: &[Pattern]) -> bool {
        self.lists_at_least_under(limits).any(|actions| match actions {
            Actions::Action(patterns) => patterns.iter().any(Pattern::is_everything),
            Actions::NotAction(patterns) => all_covered(patterns.iter(), excluded),
        })
    }

    /// Whether what `excluded` leaves of a service is surely allowed by one of the statements
    /// under these limits.
    pub(super) fn includes_what_is_left_of(
        &self,
        whole: &Pattern,
        limits: &str,
        excluded: &[Pattern],
    ) -> bool {
        let nothing_is_left = excluded.iter().any(|except| except.covers(whole));
        nothing_is_left
            || self.lists_under(limits).any(|actions| match actions {
                Actions::Action(_) => false,
                Actions::NotAction(patterns) => {
                    let of_service = patterns.iter().filter(|pattern| pattern.overlaps(whole));
                    all_covered(of_service, excluded)
                }
            })
    }
}

fn includes(actions: &Actions, pattern: &Pattern) -> bool {
    let is_listed = matches!(actions, Actions::Action(patterns) if patterns.contains(pattern));
    is_listed || actions.includes(pattern)
}

fn all_covered<'a>(mut patterns: impl Iterator<Item = &'a Pattern>, by: &[Pattern]) -> bool {
    patterns.all(|pattern| by.iter().any(|wide| wide.covers(pattern)))
}
