//! Sets of the actions of one service, by their place in it.

const BITS: usize = u64::BITS as usize;

/// A set of places. Sets that are combined have the same capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits(Box<[u64]>);

impl Bits {
    /// No place, with room for `capacity` of them.
    pub(super) fn none(capacity: usize) -> Self {
        Self(vec![0; capacity.div_ceil(BITS)].into())
    }

    /// Every place below `capacity`.
    pub(super) fn all(capacity: usize) -> Self {
        let mut all = Self::none(capacity);
        all.extend(0..capacity);
        all
    }

    pub(super) fn insert(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / BITS) {
            *word |= 1 << (place % BITS);
        }
    }

    pub(super) fn contains(&self, place: usize) -> bool {
        self.0.get(place / BITS).is_some_and(|word| word >> (place % BITS) & 1 == 1)
    }

    pub(super) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(word, others)| word & others != 0)
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(word, others)| word & others).collect())
    }

    pub(super) fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(word, others)| word & !others).collect())
    }

    pub(super) fn keep_only(&mut self, other: &Self) {
        for (word, others) in self.0.iter_mut().zip(&other.0) {
            *word &= others;
        }
    }

    pub(super) fn remove_all(&mut self, other: &Self) {
        for (word, others) in self.0.iter_mut().zip(&other.0) {
            *word &= !others;
        }
    }

    /// Whether all four have a place in common.
    pub(super) fn meet(first: &Self, second: &Self, third: &Self, fourth: &Self) -> bool {
        let pairs = first.0.iter().zip(&second.0).zip(third.0.iter().zip(&fourth.0));
        pairs
            .into_iter()
            .any(|((first, second), (third, fourth))| first & second & third & fourth != 0)
    }

    /// How many places all four have in common.
    pub(super) fn common(first: &Self, second: &Self, third: &Self, fourth: &Self) -> u32 {
        let pairs = first.0.iter().zip(&second.0).zip(third.0.iter().zip(&fourth.0));
        pairs
            .map(|((first, second), (third, fourth))| {
                (first & second & third & fourth).count_ones()
            })
            .sum()
    }

    /// The places, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(index, &word)| {
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
        for ((word, others), weights) in self.0.iter().zip(&other.0).zip(weights.chunks(BITS)) {
            let mut rest = word & others;
            while rest != 0 {
                sum += weights.get(rest.trailing_zeros() as usize).copied().unwrap_or_default();
                rest &= rest - 1;
            }
        }
        sum
    }
}

impl Extend<usize> for Bits {
    fn extend<I: IntoIterator<Item = usize>>(&mut self, places: I) {
        for place in places {
            self.insert(place);
        }
    }
}
