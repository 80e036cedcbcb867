//! Sets of the actions of one service, by their place in it.

use std::ops::Range;

const BITS: usize = u64::BITS as usize;

/// How many words stand in the set itself, and not on the heap: there are many sets. Two words hold
/// 128 actions, and most services have no more.
const HEAD: usize = 2;

/// A set of places. Sets that are combined have the same capacity.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Bits {
    head: [u64; HEAD],
    tail: Box<[u64]>,
}

impl Bits {
    /// The empty set, with room for `capacity` places.
    pub(super) fn none(capacity: usize) -> Self {
        let words = capacity.div_ceil(BITS).saturating_sub(HEAD);
        Self { head: [0; HEAD], tail: vec![0; words].into() }
    }

    /// Every place below `capacity`.
    pub(super) fn all(capacity: usize) -> Self {
        let mut all = Self::none(capacity);
        all.extend(0..capacity);
        all
    }

    pub(super) fn insert(&mut self, place: usize) {
        let word = place / BITS;
        let word = match word.checked_sub(HEAD) {
            None => self.head.get_mut(word),
            Some(word) => self.tail.get_mut(word),
        };
        if let Some(word) = word {
            *word |= 1 << (place % BITS);
        }
    }

    pub(super) fn contains(&self, place: usize) -> bool {
        self.word(place / BITS) >> (place % BITS) & 1 == 1
    }

    pub(super) fn len(&self) -> u32 {
        self.words().map(u64::count_ones).sum()
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        let meets = |(word, others): (&u64, &u64)| word & others != 0;
        self.head.iter().zip(&other.head).any(meets) || self.tail.iter().zip(&other.tail).any(meets)
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.keep_only(other);
        both
    }

    pub(super) fn without(&self, other: &Self) -> Self {
        let mut rest = self.clone();
        rest.remove_all(other);
        rest
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        let mut either = self.clone();
        either.change(other, |word, others| word | others);
        either
    }

    pub(super) fn keep_only(&mut self, other: &Self) {
        self.change(other, |word, others| word & others);
    }

    pub(super) fn remove_all(&mut self, other: &Self) {
        self.change(other, |word, others| word & !others);
    }

    fn change(&mut self, other: &Self, to: impl Fn(u64, u64) -> u64) {
        for (word, others) in self.head.iter_mut().zip(&other.head) {
            *word = to(*word, *others);
        }
        for (word, others) in self.tail.iter_mut().zip(&other.tail) {
            *word = to(*word, *others);
        }
    }

    /// The words that hold places: few of a set that is a range.
    pub(super) fn span(&self) -> Range<usize> {
        let mut held = self.words().enumerate().filter(|&(_, word)| word != 0).map(|(at, _)| at);
        let Some(first) = held.next() else { return 0..0 };
        first..held.last().unwrap_or(first) + 1
    }

    /// Of what both have in these words, how many places are among `wanted`, and whether one is
    /// among `unwanted`.
    pub(super) fn common(
        &self,
        other: &Self,
        span: Range<usize>,
        wanted: &Self,
        unwanted: &Self,
    ) -> (u32, bool) {
        span.fold((0, false), |(count, meets), at| {
            let both = self.word(at) & other.word(at);
            let count = count + (both & wanted.word(at)).count_ones();
            (count, meets || both & unwanted.word(at) != 0)
        })
    }

    fn word(&self, at: usize) -> u64 {
        let word = at.checked_sub(HEAD).map_or(self.head.get(at), |at| self.tail.get(at));
        word.copied().unwrap_or_default()
    }

    /// The places, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.words().enumerate().flat_map(|(index, word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(index * BITS + bit)
            })
        })
    }

    /// The sum of what `weights` gives the places that are also in `other`.
    pub(super) fn weight_within(&self, other: &Self, weights: &[u32]) -> u32 {
        let mut sum = 0;
        for ((word, others), weights) in self.words().zip(other.words()).zip(weights.chunks(BITS)) {
            let mut rest = word & others;
            while rest != 0 {
                sum += weights.get(rest.trailing_zeros() as usize).copied().unwrap_or_default();
                rest &= rest - 1;
            }
        }
        sum
    }

    fn words(&self) -> impl Iterator<Item = u64> {
        self.head.iter().chain(&self.tail).copied()
    }
}

impl Extend<usize> for Bits {
    fn extend<I: IntoIterator<Item = usize>>(&mut self, places: I) {
        for place in places {
            self.insert(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const CAPACITY: usize = 300;

    fn bits(places: &BTreeSet<usize>) -> Bits {
        let mut bits = Bits::none(CAPACITY);
        bits.extend(places.iter().copied());
        bits
    }

    fn places() -> impl Strategy<Value = BTreeSet<usize>> {
        proptest::collection::btree_set(0..CAPACITY, 0..80)
    }

    proptest! {
        #[test]
        fn sets_of_bits_are_sets(left in places(), right in places(), third in places()) {
            let (ours, others, wanted) = (bits(&left), bits(&right), bits(&third));
            prop_assert_eq!(ours.iter().collect::<BTreeSet<_>>(), left.clone());
            prop_assert_eq!(ours.len() as usize, left.len());
            prop_assert_eq!(ours.and(&others), bits(&left.intersection(&right).copied().collect()));
            prop_assert_eq!(ours.without(&others), bits(&left.difference(&right).copied().collect()));
            prop_assert_eq!(ours.or(&others), bits(&left.union(&right).copied().collect()));
            prop_assert_eq!(ours.meets(&others), !left.is_disjoint(&right));
            let unwanted = Bits::all(CAPACITY).without(&wanted);
            let both = ours.and(&others);
            prop_assert_eq!(
                ours.common(&others, ours.span(), &wanted, &unwanted),
                (both.and(&wanted).len(), both.meets(&unwanted))
            );
            prop_assert_eq!(ours.weight_within(&others, &[2; CAPACITY]), 2 * ours.and(&others).len());
            prop_assert!((0..CAPACITY).all(|at| ours.contains(at) == left.contains(&at)));
        }
    }
}
