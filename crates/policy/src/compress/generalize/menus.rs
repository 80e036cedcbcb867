//! The menus of all services, remembered: principals that are granted much have most of their
//! services in common, and one question is asked several times with other limits.

use super::menu::{Choice, Menu};
use super::part::{Key, Part};
use crate::catalog::Catalog;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many choices are remembered at a time: about 50 MB of them. Then all are forgotten.
const MOST_REMEMBERED: usize = 50_000;

/// What a menu offers once some tiers are admitted.
pub(super) type Choices = Arc<[Arc<Choice>]>;

/// What menus offer, by the part of a question that each is for, and by how many tiers are
/// admitted. What it gives does not depend on what it remembers.
#[derive(Debug, Default)]
pub(in crate::compress) struct Menus {
    remembered: Mutex<Remembered>,
}

#[derive(Debug, Default)]
struct Remembered {
    by_key: HashMap<Key, HashMap<usize, Choices>>,
    choices: usize,
}

impl Menus {
    fn get(&self, key: &Key, admitted: usize) -> Option<Choices> {
        self.remembered().by_key.get(key)?.get(&admitted).cloned()
    }

    fn remember(&self, key: &Key, admitted: usize, choices: &Choices) {
        let mut remembered = self.remembered();
        if remembered.choices + choices.len() > MOST_REMEMBERED {
            *remembered = Remembered::default();
        }
        remembered.choices += choices.len();
        let stages = remembered.by_key.entry(key.clone()).or_default();
        stages.insert(admitted, Arc::clone(choices));
    }

    /// What another thread left when it panicked is whole: choices are put in all at once.
    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One service's choices while a question is answered.
pub(super) struct Offer<'a> {
    part: &'a Part<'a>,
    key: Key,
    menus: &'a Menus,
    catalog: &'a Catalog,
    /// Made only when something is asked that is not remembered.
    menu: Option<Menu<'a>>,
    pub(super) choices: Choices,
}

impl<'a> Offer<'a> {
    /// The exact list alone.
    pub(super) fn of(part: &'a Part<'a>, menus: &'a Menus, catalog: &'a Catalog) -> Self {
        let (key, choices) = (part.key(), Choices::default());
        let mut offer = Self { part, key, menus, catalog, menu: None, choices };
        offer.choose(0);
        offer
    }

    /// Adds the lists that the extras of this tier and of the tiers before it allow.
    pub(super) fn admit(&mut self, tier: usize) {
        if self.part.has_extras(tier) {
            self.choose(tier + 1);
        }
    }

    /// The choices with the first `tiers` tiers admitted.
    fn choose(&mut self, tiers: usize) {
        if let Some(known) = self.menus.get(&self.key, tiers) {
            self.choices = known;
            return;
        }
        let menu = self.menu.get_or_insert_with(|| Menu::of(self.part, self.catalog));
        menu.admit_first(tiers);
        self.choices = menu.choices.as_slice().into();
        self.menus.remember(&self.key, tiers, &self.choices);
    }

    /// The characters of the shortest list by now.
    pub(super) fn shortest(&self) -> usize {
        self.choices.iter().map(|choice| choice.characters).min().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action_set::ActionSet;
    use crate::compress::expand;
    use crate::compress::generalize::{Generalization, generalize, generalize_sharing};
    use crate::document::Actions;

    fn set(patterns: &[&str]) -> ActionSet {
        let patterns: Vec<_> = patterns.iter().map(|it| it.parse().unwrap()).collect();
        expand(&patterns, Catalog::embedded())
    }

    #[test]
    fn what_is_remembered_changes_no_answer() {
        let (catalog, menus) = (Catalog::embedded(), Menus::default());
        let wanted = set(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sns:Get*", "sns:Publish"]);
        let tiers = [set(&["sqs:Get*", "sns:List*"]), set(&["sqs:*"]), set(&["sns:*"])];
        let within =
            |list: &[&str]| Actions::Action(list.iter().map(|it| it.parse().unwrap()).collect());
        let (exact, other) =
            (within(&["sqs:*Message*", "sns:*"]), within(&["SQS:*message*", "sns:*"]));
        for characters in [200, 60, 40, 20, 10, 60] {
            // Fewer tiers first: the next question goes on from what they left.
            for tiers in [&tiers[..1], &tiers[..]] {
                for within in [None, Some(&exact), Some(&other)] {
                    let what = Generalization { wanted: &wanted, tiers, within, characters };
                    let (fresh, shared) =
                        (generalize(&what, catalog), generalize_sharing(&what, &menus, catalog));
                    // As text: patterns of other letter case are equal.
                    assert_eq!(format!("{shared:?}"), format!("{fresh:?}"));
                }
            }
        }
    }

    #[test]
    fn more_than_the_most_are_forgotten_at_once() {
        let (catalog, menus) = (Catalog::embedded(), Menus::default());
        let wanted = set(&["sqs:ReceiveMessage"]);
        let what = Generalization { wanted: &wanted, tiers: &[], within: None, characters: 100 };
        generalize_sharing(&what, &menus, catalog).unwrap();
        let known = || {
            let remembered = menus.remembered();
            (remembered.by_key.len(), remembered.choices)
        };
        // One for the question, and one for the same question about its answer.
        assert_eq!(known(), (2, 2));
        menus.remembered().choices = MOST_REMEMBERED;
        let (wanted, what) = (set(&["sns:Publish"]), what);
        generalize_sharing(&Generalization { wanted: &wanted, ..what }, &menus, catalog).unwrap();
        assert_eq!(known(), (2, 2));
    }
}
