//! Sets of catalogue actions.

use crate::catalog::{ActionId, Catalog, Service};
use std::fmt;
use std::ops::{BitAndAssign, BitOrAssign, Range, SubAssign};

const BITS: u32 = u64::BITS;

/// A set of the actions of one [`Catalog`], one bit each; sets of different catalogues must not be
/// mixed.
///
/// Equal sets are equal values, and iteration is always in ascending order of [`ActionId`].
///
/// ```
/// use leastwise_policy::{action_set::ActionSet, catalog::Catalog};
///
/// let catalog = Catalog::embedded();
/// let sns = catalog.service("sns").expect("sns is a service");
/// let rest = ActionSet::full(catalog).difference(&ActionSet::of_service(sns));
/// assert!(rest.in_service(sns).is_empty());
/// assert_eq!(rest.len() + sns.ids().count(), catalog.len());
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct ActionSet {
    // INVARIANT: the last word is not zero, so that equal sets have equal words.
    words: Vec<u64>,
}

impl ActionSet {
    /// The set without any action.
    #[must_use]
    pub const fn empty() -> Self {
        Self { words: Vec::new() }
    }

    /// The set of every action of `catalog`.
    #[must_use]
    pub fn full(catalog: &Catalog) -> Self {
        let mut set = Self::empty();
        for service in catalog.services().rev() {
            set.insert_range(&service.actions);
        }
        set
    }

    /// The set of every action of `service`.
    #[must_use]
    pub fn of_service(service: &Service) -> Self {
        let mut set = Self::empty();
        set.insert_range(&service.actions);
        set
    }

    /// Adds an action; says whether it was missing.
    pub fn insert(&mut self, id: ActionId) -> bool {
        let (word, bit) = place(id);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words.get_mut(word).is_some_and(|word| {
            let missing = *word & bit == 0;
            *word |= bit;
            missing
        })
    }

    /// Adds every action of `service`.
    pub fn insert_service(&mut self, service: &Service) {
        self.insert_range(&service.actions);
    }

    /// Removes every action of `service`.
    pub fn remove_service(&mut self, service: &Service) {
        let (first, end) = (service.actions.start.0, service.actions.end.0);
        let (from, until) = (first / BITS, end.div_ceil(BITS) as usize);
        let until = until.min(self.words.len());
        let words = self.words.get_mut(from as usize..until).unwrap_or_default();
        for (at, word) in (from..).zip(words) {
            let in_word = |id: u32| id.clamp(at * BITS, (at + 1) * BITS) - at * BITS;
            let below = |bit: u32| u64::MAX.checked_shr(BITS - bit).unwrap_or_default();
            *word &= below(in_word(first)) | !below(in_word(end));
        }
        self.trim();
    }

    pub(crate) fn insert_range(&mut self, ids: &Range<ActionId>) {
        let Some(last) = ids.end.0.checked_sub(1).filter(|&last| last >= ids.start.0) else {
            return;
        };
        let ((first_word, first_bit), (last_word, last_bit)) =
            (place(ids.start), place(ActionId(last)));
        if self.words.len() <= last_word {
            self.words.resize(last_word + 1, 0);
        }
        for (at, word) in self.words.iter_mut().enumerate().take(last_word + 1).skip(first_word) {
            let from =
                if at == first_word { u64::MAX << first_bit.trailing_zeros() } else { u64::MAX };
            let until =
                if at == last_word { u64::MAX >> last_bit.leading_zeros() } else { u64::MAX };
            *word |= from & until;
        }
    }

    /// Removes an action; says whether it was there.
    pub fn remove(&mut self, id: ActionId) -> bool {
        let (word, bit) = place(id);
        let there = self.words.get_mut(word).is_some_and(|word| {
            let there = *word & bit != 0;
            *word &= !bit;
            there
        });
        self.trim();
        there
    }

    /// Whether the action is in the set.
    #[must_use]
    pub fn contains(&self, id: ActionId) -> bool {
        let (word, bit) = place(id);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// How many actions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether there is no action.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The actions, ascending.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter { words: self.words.iter(), word: 0, next: 0 }
    }

    /// The actions of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.union_with(other);
        both
    }

    /// The actions of both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.intersect_with(other);
        both
    }

    /// The actions of `self` that are not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut rest = self.clone();
        rest.difference_with(other);
        rest
    }

    /// Adds the actions of `other`.
    pub fn union_with(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, others) in self.words.iter_mut().zip(&other.words) {
            *word |= others;
        }
    }

    /// Removes the actions that are not in `other`.
    pub fn intersect_with(&mut self, other: &Self) {
        self.words.truncate(other.words.len());
        for (word, others) in self.words.iter_mut().zip(&other.words) {
            *word &= others;
        }
        self.trim();
    }

    /// Removes the actions of `other`.
    pub fn difference_with(&mut self, other: &Self) {
        for (word, others) in self.words.iter_mut().zip(&other.words) {
            *word &= !others;
        }
        self.trim();
    }

    /// Whether every action of `self` is in `other`.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words.len() <= other.words.len()
            && self.words.iter().zip(&other.words).all(|(word, others)| word & !others == 0)
    }

    /// Whether no action is in both sets.
    #[must_use]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).all(|(word, others)| word & others == 0)
    }

    /// The actions of the set that belong to `service`.
    #[must_use]
    pub fn in_service(&self, service: &Service) -> Self {
        let mut own = Self::of_service(service);
        own.intersect_with(self);
        own
    }

    /// The same, one by one and ascending.
    pub fn iter_in(&self, service: &Service) -> impl Iterator<Item = ActionId> {
        let Range { start, end } = service.actions;
        let (first, until) = ((start.0 / BITS) as usize, end.0.div_ceil(BITS) as usize);
        let words = self.words.get(first..until.min(self.words.len())).unwrap_or_default();
        let ids = Iter { words: words.iter(), word: 0, next: start.0 / BITS * BITS };
        ids.skip_while(move |&id| id < start).take_while(move |&id| id < end)
    }

    fn trim(&mut self) {
        while self.words.last() == Some(&0) {
            self.words.pop();
        }
    }
}

/// The word that holds an action, and its bit there.
fn place(id: ActionId) -> (usize, u64) {
    ((id.0 / BITS) as usize, 1 << (id.0 % BITS))
}

impl BitOrAssign<&Self> for ActionSet {
    fn bitor_assign(&mut self, other: &Self) {
        self.union_with(other);
    }
}

impl BitAndAssign<&Self> for ActionSet {
    fn bitand_assign(&mut self, other: &Self) {
        self.intersect_with(other);
    }
}

impl SubAssign<&Self> for ActionSet {
    fn sub_assign(&mut self, other: &Self) {
        self.difference_with(other);
    }
}

impl Extend<ActionId> for ActionSet {
    fn extend<I: IntoIterator<Item = ActionId>>(&mut self, ids: I) {
        for id in ids {
            self.insert(id);
        }
    }
}

impl FromIterator<ActionId> for ActionSet {
    fn from_iter<I: IntoIterator<Item = ActionId>>(ids: I) -> Self {
        let mut set = Self::empty();
        set.extend(ids);
        set
    }
}

impl<'a> IntoIterator for &'a ActionSet {
    type Item = ActionId;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl fmt::Debug for ActionSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter().map(|id| id.0)).finish()
    }
}

/// The actions of an [`ActionSet`], ascending.
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    words: std::slice::Iter<'a, u64>,
    /// What is left of the current word.
    word: u64,
    /// The id of the first bit of the word after the current one.
    next: u32,
}

impl Iterator for Iter<'_> {
    type Item = ActionId;

    fn next(&mut self) -> Option<ActionId> {
        while self.word == 0 {
            self.word = *self.words.next()?;
            self.next += BITS;
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(ActionId(self.next - BITS + bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(ids: &BTreeSet<u32>) -> ActionSet {
        ids.iter().map(|&id| ActionId(id)).collect()
    }

    fn ids() -> impl Strategy<Value = BTreeSet<u32>> {
        proptest::collection::btree_set(prop_oneof![0..200_u32, 22_000..22_100_u32], 0..40)
    }

    #[test]
    fn the_empty_set_is_the_smallest() {
        let catalog = Catalog::embedded();
        let (empty, full) = (ActionSet::empty(), ActionSet::full(catalog));
        assert!(empty.is_empty() && empty.is_subset(&empty) && empty.is_subset(&full));
        assert!(!full.is_subset(&empty) && empty.is_disjoint(&full));
        assert_eq!(full.len(), catalog.len());
        assert!(full.iter().eq(catalog.ids()));
    }

    #[test]
    fn removing_the_last_action_leaves_the_empty_set() {
        let mut set = ActionSet::empty();
        assert!(set.insert(ActionId(22_000)) && !set.insert(ActionId(22_000)));
        assert!(set.remove(ActionId(22_000)) && !set.remove(ActionId(22_000)));
        assert_eq!(set, ActionSet::empty());
    }

    proptest! {
        #[test]
        fn it_behaves_as_a_set_of_numbers(left in ids(), right in ids(), probe in 0..22_200_u32) {
            let (l, r) = (set(&left), set(&right));
            let numbers = |set: &ActionSet| set.iter().map(|id| id.0).collect::<Vec<_>>();

            prop_assert_eq!(numbers(&l), left.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(l.len(), left.len());
            prop_assert_eq!(l.contains(ActionId(probe)), left.contains(&probe));
            prop_assert_eq!(l.is_subset(&r), left.is_subset(&right));
            prop_assert_eq!(l.is_disjoint(&r), left.is_disjoint(&right));
            prop_assert_eq!(l == r, left == right);
            // Equality of the values themselves, so a forgotten `trim` shows.
            prop_assert_eq!(l.union(&r), set(&left.union(&right).copied().collect()));
            prop_assert_eq!(l.intersection(&r), set(&left.intersection(&right).copied().collect()));
            prop_assert_eq!(l.difference(&r), set(&left.difference(&right).copied().collect()));
            let mut without = l.clone();
            prop_assert_eq!(without.remove(ActionId(probe)), left.contains(&probe));
            prop_assert_eq!(without, set(&left.iter().copied().filter(|&id| id != probe).collect()));
        }

        #[test]
        fn the_part_in_a_service_is_what_both_have(ids in ids(), start in 0..220_u32, length in 1..90_u32) {
            let actions = ActionId(start)..ActionId(start + length);
            let service = Service { namespace: "any".into(), actions };
            let own: BTreeSet<u32> = ids.range(start..start + length).copied().collect();
            let all = set(&ids);
            prop_assert_eq!(all.in_service(&service), set(&own));
            prop_assert!(all.iter_in(&service).map(|id| id.0).eq(own.iter().copied()));
            let (mut without, mut with) = (all.clone(), all.clone());
            without.remove_service(&service);
            prop_assert_eq!(without, set(&ids.difference(&own).copied().collect()));
            with.insert_service(&service);
            prop_assert_eq!(with, all.union(&ActionSet::of_service(&service)));
        }

        #[test]
        fn a_range_is_its_members(start in 0..300_u32, length in 0..300_u32) {
            let mut range = ActionSet::empty();
            range.insert_range(&(ActionId(start)..ActionId(start + length)));
            prop_assert_eq!(range, set(&(start..start + length).collect()));
        }
    }
}
