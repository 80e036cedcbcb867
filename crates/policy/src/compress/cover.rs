//! Which candidates to take so that the list is short: a weighted set cover, where a name may also
//! stand for itself.

use super::bits::Bits;
use super::candidates::Candidate;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How often the improvement looks at every candidate. It mostly ends by itself after the second
/// time.
const ROUNDS: usize = 4;

/// The chosen candidates, by their places in `candidates`, and what is left to be written out.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    pub(super) chosen: Vec<usize>,
    pub(super) written_out: Bits,
}

/// What there is to cover, and what it costs.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    pub(super) candidates: &'a [Candidate],
    pub(super) wanted: &'a Bits,
    /// What each name costs if it is written out.
    pub(super) costs: &'a [u32],
    /// What each candidate costs.
    pub(super) prices: &'a [u32],
}

impl Problem<'_> {
    /// The best of three covers, improved until no exchange of one candidate for others helps. Two
    /// covers are greedy. The third has prefixes alone, and is the best of its kind.
    pub(super) fn solve(&self) -> Cover {
        let starts = [self.greedy(Self::saving), self.greedy(Self::ratio), self.prefixes()];
        // The first of the cheapest, so that the choice does not depend on anything else.
        let best = starts.into_iter().min_by_key(|chosen| self.total(chosen));
        let chosen = self.improve(best.unwrap_or_default());
        Cover { written_out: self.left_by(&chosen), chosen }
    }

    fn cost(&self, candidate: usize) -> u32 {
        self.prices.get(candidate).copied().unwrap_or(u32::MAX)
    }

    fn covers(&self, candidate: usize) -> Option<&Bits> {
        self.candidates.get(candidate).map(|candidate| &candidate.covers)
    }

    fn left_by(&self, chosen: &[usize]) -> Bits {
        let mut left = self.wanted.clone();
        for &candidate in chosen {
            if let Some(covers) = self.covers(candidate) {
                left.remove_all(covers);
            }
        }
        left
    }

    fn total(&self, chosen: &[usize]) -> u32 {
        let left = self.left_by(chosen);
        chosen.iter().map(|&candidate| self.cost(candidate)).sum::<u32>()
            + left.weight_within(&left, self.costs)
    }

    /// The prefixes. Of two that match the same name one includes the other, and only the shorter
    /// one is a candidate. So no two of them overlap, and taking each that pays is the best choice
    /// of prefixes.
    fn prefixes(&self) -> Vec<usize> {
        let is_prefix = |glob: &str| glob.find('*') == Some(glob.len() - 1);
        let candidates = self.candidates.iter().enumerate();
        candidates.filter(|(_, candidate)| is_prefix(&candidate.glob)).map(|(at, _)| at).collect()
    }

    /// What taking the candidate saves, given what is still to be covered.
    fn saving(&self, candidate: usize, spared: u32) -> u64 {
        u64::from(spared.saturating_sub(self.cost(candidate)))
    }

    /// What the candidate spares for each character it costs, in thousandths.
    fn ratio(&self, candidate: usize, spared: u32) -> u64 {
        let cost = self.cost(candidate);
        if spared <= cost { 0 } else { u64::from(spared) * 1000 / u64::from(cost.max(1)) }
    }

    /// Takes the candidate of the highest score until none pays. What is left only shrinks, and
    /// every score shrinks with it. So an old score is an upper bound, and few scores need to be
    /// found again.
    fn greedy(&self, score: impl Fn(&Self, usize, u32) -> u64) -> Vec<usize> {
        let (mut left, mut chosen) = (self.wanted.clone(), Vec::new());
        let rate = |left: &Bits, candidate: usize| {
            let spared =
                self.covers(candidate).map_or(0, |covers| covers.weight_within(left, self.costs));
            score(self, candidate, spared)
        };
        let mut heap: BinaryHeap<(u64, Reverse<usize>)> =
            (0..self.candidates.len()).map(|at| (rate(&left, at), Reverse(at))).collect();
        while let Some((old, Reverse(candidate))) = heap.pop() {
            if old == 0 {
                break;
            }
            let new = rate(&left, candidate);
            if new < old {
                heap.push((new, Reverse(candidate)));
                continue;
            }
            chosen.push(candidate);
            if let Some(covers) = self.covers(candidate) {
                left.remove_all(covers);
            }
        }
        chosen
    }

    /// Drops what does not pay. Then takes in each candidate that costs less than the ones it makes
    /// superfluous.
    fn improve(&self, chosen: Vec<usize>) -> Vec<usize> {
        let mut state = State::of(self, chosen);
        state.drop_superfluous();
        for _ in 0..ROUNDS {
            let mut better = false;
            for candidate in 0..self.candidates.len() {
                better |= state.exchange(candidate);
            }
            if !better {
                break;
            }
        }
        state.chosen
    }
}

/// A cover while it is improved: how many of the chosen cover each name.
struct State<'a> {
    problem: &'a Problem<'a>,
    chosen: Vec<usize>,
    times: Vec<u16>,
}

impl<'a> State<'a> {
    fn of(problem: &'a Problem<'a>, chosen: Vec<usize>) -> Self {
        let mut state = Self { problem, chosen: Vec::new(), times: vec![0; problem.costs.len()] };
        for candidate in chosen {
            state.add(candidate);
        }
        state
    }

    fn add(&mut self, candidate: usize) {
        self.chosen.push(candidate);
        self.count(candidate, |times| times + 1);
    }

    fn remove(&mut self, candidate: usize) {
        self.chosen.retain(|&other| other != candidate);
        self.count(candidate, |times| times - 1);
    }

    fn count(&mut self, candidate: usize, change: impl Fn(u16) -> u16) {
        for place in self.problem.covers(candidate).into_iter().flat_map(Bits::iter) {
            if let Some(times) = self.times.get_mut(place) {
                *times = change(*times);
            }
        }
    }

    /// What it costs to write out those names of the candidate that exactly `times` of the chosen
    /// cover.
    fn spared(&self, candidate: usize, times: u16) -> u32 {
        let places = self.problem.covers(candidate).into_iter().flat_map(Bits::iter);
        places
            .filter(|&place| self.times.get(place) == Some(&times))
            .filter_map(|place| self.problem.costs.get(place))
            .sum()
    }

    /// Drops every candidate that does not make the list shorter, the dearest first.
    fn drop_superfluous(&mut self) {
        let mut order = self.chosen.clone();
        order.sort_by_key(|&candidate| (Reverse(self.problem.cost(candidate)), candidate));
        for candidate in order {
            if self.spared(candidate, 1) <= self.problem.cost(candidate) {
                self.remove(candidate);
            }
        }
    }

    /// Takes the candidate and drops what it makes superfluous, if that makes the list shorter.
    fn exchange(&mut self, candidate: usize) -> bool {
        let Some(covers) = self.problem.covers(candidate) else { return false };
        if self.chosen.contains(&candidate) {
            return false;
        }
        let cost = self.problem.cost(candidate);
        let mut saved = self.spared(candidate, 0);
        let meets =
            |other: &usize| self.problem.covers(*other).is_some_and(|others| others.meets(covers));
        // The most that can be saved is the names written out, and all chosen candidates that match
        // some of the same names.
        let touched: Vec<usize> = self.chosen.iter().copied().filter(meets).collect();
        let most: u32 = touched.iter().map(|&other| self.problem.cost(other)).sum();
        if saved + most <= cost {
            return false;
        }
        self.add(candidate);
        let mut dropped = Vec::new();
        for other in touched {
            let (price, needed) = (self.problem.cost(other), self.spared(other, 1));
            if needed <= price {
                saved += price - needed;
                self.remove(other);
                dropped.push(other);
            }
        }
        if saved > cost {
            return true;
        }
        self.remove(candidate);
        for other in dropped {
            self.add(other);
        }
        false
    }
}
