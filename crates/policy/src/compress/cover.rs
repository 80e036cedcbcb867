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

/// A cover while it is improved.
struct State<'a> {
    problem: &'a Problem<'a>,
    chosen: Vec<usize>,
    names: Vec<Covered>,
    /// Of each candidate, what it costs to write out the names that it alone of the chosen covers.
    needed: Vec<u32>,
    /// How many of the chosen do not make the list shorter.
    superfluous: usize,
}

/// How a name is covered.
#[derive(Debug, Clone, Copy, Default)]
struct Covered {
    /// By how many of the chosen.
    times: u16,
    /// By which, combined by exclusive or: where it is one, by that one.
    by: usize,
}

impl<'a> State<'a> {
    fn of(problem: &'a Problem<'a>, chosen: Vec<usize>) -> Self {
        let mut state = Self {
            problem,
            chosen: Vec::new(),
            names: vec![Covered::default(); problem.costs.len()],
            needed: vec![0; problem.candidates.len()],
            superfluous: 0,
        };
        for candidate in chosen {
            state.add(candidate);
        }
        state
    }

    fn add(&mut self, candidate: usize) {
        self.chosen.push(candidate);
        // Nothing needs it until a name is counted.
        self.superfluous += 1;
        for place in self.places(candidate) {
            let Some(name) = self.names.get_mut(place) else { continue };
            let Covered { times, by } = *name;
            *name = Covered { times: times + 1, by: by ^ candidate };
            match times {
                0 => self.need(candidate, place, |needed, cost| needed + cost),
                1 => self.need(by, place, |needed, cost| needed - cost),
                _ => {}
            }
        }
    }

    fn remove(&mut self, candidate: usize) {
        for place in self.places(candidate) {
            let Some(name) = self.names.get_mut(place) else { continue };
            *name = Covered { times: name.times - 1, by: name.by ^ candidate };
            let Covered { times, by } = *name;
            match times {
                0 => self.need(candidate, place, |needed, cost| needed - cost),
                1 => self.need(by, place, |needed, cost| needed + cost),
                _ => {}
            }
        }
        self.superfluous -= 1;
        self.chosen.retain(|&other| other != candidate);
    }

    fn places(&self, candidate: usize) -> impl Iterator<Item = usize> + use<'a> {
        self.problem.covers(candidate).into_iter().flat_map(Bits::iter)
    }

    /// Adds the cost of a name to what the candidate is needed for, or takes it away.
    fn need(&mut self, candidate: usize, place: usize, change: impl Fn(u32, u32) -> u32) {
        let cost = self.problem.costs.get(place).copied().unwrap_or_default();
        self.superfluous -= usize::from(self.is_superfluous(candidate));
        if let Some(needed) = self.needed.get_mut(candidate) {
            *needed = change(*needed, cost);
        }
        self.superfluous += usize::from(self.is_superfluous(candidate));
    }

    fn needed(&self, candidate: usize) -> u32 {
        self.needed.get(candidate).copied().unwrap_or_default()
    }

    /// Whether one of the chosen does not make the list shorter.
    fn is_superfluous(&self, candidate: usize) -> bool {
        self.needed(candidate) <= self.problem.cost(candidate)
    }

    /// What it costs to write out those names of the candidate that none of the chosen covers.
    fn spared(&self, candidate: usize) -> u32 {
        let is_left = |place: &usize| self.names.get(*place).is_some_and(|name| name.times == 0);
        let left = self.places(candidate).filter(is_left);
        left.filter_map(|place| self.problem.costs.get(place)).sum()
    }

    /// Drops every candidate that does not make the list shorter, the dearest first.
    fn drop_superfluous(&mut self) {
        let mut order = self.chosen.clone();
        order.sort_by_key(|&candidate| (Reverse(self.problem.cost(candidate)), candidate));
        for candidate in order {
            if self.is_superfluous(candidate) {
                self.remove(candidate);
            }
        }
    }

    /// Takes the candidate and drops what it makes superfluous, if that makes the list shorter.
    fn exchange(&mut self, candidate: usize) -> bool {
        if self.chosen.contains(&candidate) {
            return false;
        }
        let (cost, mut saved) = (self.problem.cost(candidate), self.spared(candidate));
        self.add(candidate);
        let mut dropped = Vec::new();
        for other in self.worth_dropping(candidate, saved) {
            if self.is_superfluous(other) {
                saved += self.problem.cost(other) - self.needed(other);
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

    /// The others that share names with the candidate, just added, if dropping them all can make up
    /// for its cost. Mostly it makes nothing superfluous, and nobody looks at the others.
    fn worth_dropping(&self, candidate: usize, saved: u32) -> Vec<usize> {
        let superfluous_others = self.superfluous - usize::from(self.is_superfluous(candidate));
        let Some(covers) = self.problem.covers(candidate).filter(|_| superfluous_others > 0) else {
            return Vec::new();
        };
        let meets = |&other: &usize| {
            other != candidate && self.problem.covers(other).is_some_and(|it| it.meets(covers))
        };
        let touched: Vec<usize> = self.chosen.iter().copied().filter(meets).collect();
        let most: u32 = touched.iter().map(|&other| self.problem.cost(other)).sum();
        if saved + most > self.problem.cost(candidate) { touched } else { Vec::new() }
    }
}
