//! The lists of one service among which to choose.

use super::part::Part;
use crate::catalog::Catalog;
use crate::compress::bits::Bits;
use crate::compress::candidates::{Candidate, Rules, candidates};
use crate::compress::cover::Problem;
use crate::compress::list::{ELEMENT_OVERHEAD, characters, parsed, to_u32};
use crate::compress::names::Names;
use crate::compress::words;
use crate::document::Actions;
use crate::glob;
use crate::pattern::Pattern;
use std::collections::HashSet;
use std::sync::Arc;

/// What a character is worth in the prices of the search: extras may cost less than one.
const CHARACTER: u32 = 1 << 10;

/// What an extra of the latest tier costs, in one search after the other: from thirty-two
/// characters down to next to nothing. Even that decides between lists of the same length.
const PRICES: [u32; 7] = [32 << 10, 8 << 10, 2 << 10, 512, 192, 64, 8];

/// How many extras of one tier cost as much as one extra of the next.
const TIER_STEP: usize = 8;

/// A list for one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// How many extras it admits of each tier, the last tier first.
    pub(super) extras: Vec<usize>,
    /// How many characters it takes.
    pub(super) characters: usize,
    /// The list.
    pub(super) patterns: Vec<Pattern>,
}

impl Choice {
    /// The extras in one number, where one of a tier weighs as much as several of the tier before.
    pub(super) fn harm(&self) -> usize {
        self.extras
            .iter()
            .fold(0, |harm, &extras| harm.saturating_mul(TIER_STEP).saturating_add(extras))
    }
}

/// The choices of one service: the exact list, and what extras make of it.
pub(super) struct Menu<'a> {
    part: &'a Part<'a>,
    catalog: &'a Catalog,
    names: Names,
    /// How many tiers are admitted.
    admitted: usize,
    /// The candidates found by now.
    found: Vec<Candidate>,
    /// The choices by now; more tiers only add to them.
    pub(super) choices: Vec<Arc<Choice>>,
}

impl<'a> Menu<'a> {
    /// The menu with the exact list alone.
    pub(super) fn of(part: &'a Part<'a>, catalog: &'a Catalog) -> Self {
        let names = Names::of(part.service.ids().map(|id| catalog.name(id)));
        let (found, choices) = (Vec::new(), Vec::new());
        let mut menu = Self { part, catalog, names, admitted: 0, found, choices };
        menu.found = menu.candidates(0);
        menu.choose(0, 0);
        menu
    }

    /// Adds the lists that the extras of the first `tiers` tiers allow.
    pub(super) fn admit_first(&mut self, tiers: usize) {
        while self.admitted < tiers {
            self.admit(self.admitted);
            self.admitted += 1;
        }
    }

    /// Adds the lists that the extras of this tier and of the tiers before it allow.
    fn admit(&mut self, tier: usize) {
        if !self.part.has_extras(tier) {
            return;
        }
        let more = self.candidates(tier + 1);
        self.found.extend(more);
        let mut seen = HashSet::new();
        self.found.retain(|candidate| seen.insert(candidate.glob.to_ascii_lowercase()));
        for price in PRICES {
            self.choose(tier, price);
        }
    }

    /// The patterns that match nothing but what is wanted and the first `tiers` tiers. They are the
    /// most general ones; with tiers there are also the patterns between these and the exact ones.
    fn candidates(&self, tiers: usize) -> Vec<Candidate> {
        let mut matchable = self.part.wanted.clone();
        for tier in self.part.tiers.iter().take(tiers) {
            matchable = matchable.or(tier);
        }
        let rules = Rules {
            wanted: &self.part.wanted,
            matchable: &matchable,
            unwanted: &Bits::all(self.names.len()).without(&matchable),
            at_least: 2,
            pinned: &|name| self.pinned(name),
            accepts: &|glob, _| self.accepts(glob),
            overhead: self.overhead(),
        };
        let mut found = self.whole(&rules);
        let spelt = || self.part.service.ids().map(|id| self.catalog.name(id));
        found.extend(candidates(&self.names, spelt(), words::words, &rules));
        found.extend(self.standing(&rules));
        if tiers > 0 {
            found.extend(self.between(&rules));
        }
        found
    }

    /// `s3:*`, if the list may hold it.
    fn whole(&self, rules: &Rules<'_>) -> Vec<Candidate> {
        let may_be = rules.unwanted.len() == 0 && self.names.len() > 1 && self.accepts("*");
        let covers = Bits::all(self.names.len());
        may_be.then(|| Candidate { glob: "*".to_owned(), covers }).into_iter().collect()
    }

    /// The patterns that the list must be within: one of them may be the best choice.
    fn standing(&self, rules: &Rules<'_>) -> Vec<Candidate> {
        let Some(Actions::Action(within)) = &self.part.within else { return Vec::new() };
        let of_service = within.iter().filter(|pattern| pattern.service_literal().is_some());
        let globs = of_service.filter(|pattern| !pattern.is_literal()).filter_map(name_part);
        let candidates = globs.map(|name| Candidate {
            covers: self.names.filter(&Bits::all(self.names.len()), |candidate| {
                std::str::from_utf8(candidate).is_ok_and(|text| glob::matches(name, text))
            }),
            glob: name.to_owned(),
        });
        candidates
            .filter(|candidate| {
                candidate.covers.meets(rules.wanted) && !candidate.covers.meets(rules.unwanted)
            })
            .collect()
    }

    /// `Get*`, `*Role*` and `*Policy`, at each length that does not match too much.
    fn between(&self, rules: &Rules<'_>) -> Vec<Candidate> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for (_, id) in
            (0..).zip(self.part.service.ids()).filter(|&(at, _)| rules.wanted.contains(at))
        {
            let name = self.catalog.name(id);
            let Some(pinned) = (rules.pinned)(name) else { continue };
            let cuts = words::words(name);
            for (nth, &from) in cuts.iter().enumerate() {
                for &to in cuts.iter().skip(nth + 1) {
                    let is_start = from == 0;
                    if (is_start && to < pinned) || (!is_start && pinned > 0) {
                        continue;
                    }
                    let Some(piece) = name.get(from..to) else { continue };
                    let lower = piece.to_ascii_lowercase();
                    let mut consider = |glob: String, covers: &dyn Fn(&[u8]) -> Bits| {
                        if !seen.insert(glob.to_ascii_lowercase()) {
                            return;
                        }
                        let covers = covers(lower.as_bytes());
                        if covers.len() >= 2 && !covers.meets(rules.unwanted) && self.accepts(&glob)
                        {
                            found.push(Candidate { glob, covers });
                        }
                    };
                    let all = Bits::all(self.names.len());
                    if is_start {
                        consider(format!("{piece}*"), &|piece| self.names.starting(piece));
                    } else {
                        if to == name.len() {
                            consider(format!("*{piece}"), &|piece| self.names.ending(piece, &all));
                        }
                        consider(format!("*{piece}*"), &|piece| self.names.holding(piece, &all));
                    }
                }
            }
        }
        found
    }

    /// Adds the list that is best when an extra of `tier` has this price, and an extra of an
    /// earlier tier a lower one.
    fn choose(&mut self, tier: usize, price: u32) {
        let overhead = self.overhead();
        let lengths: Vec<u32> = self
            .found
            .iter()
            .map(|candidate| CHARACTER * to_u32(candidate.glob.len() + overhead))
            .collect();
        let prices: Vec<u32> = self
            .found
            .iter()
            .zip(&lengths)
            .map(|(candidate, length)| length + self.surcharge(candidate, tier, price))
            .collect();
        let mut costs = vec![0; self.names.len()];
        for place in self.part.wanted.iter() {
            if let Some(cost) = costs.get_mut(place) {
                *cost = CHARACTER * to_u32(self.names.get(place).len() + overhead);
            }
        }
        let problem = Problem {
            candidates: &self.found,
            wanted: &self.part.wanted,
            costs: &costs,
            prices: &prices,
        };
        let cover = problem.solve();
        let mut matched = self.part.wanted.clone();
        let mut patterns = Vec::new();
        for candidate in cover.chosen.iter().filter_map(|&chosen| self.found.get(chosen)) {
            matched = matched.or(&candidate.covers);
            patterns.extend(self.pattern(&candidate.glob));
        }
        let places = (0..).zip(self.part.service.ids());
        let written_out = places.filter(|&(at, _)| cover.written_out.contains(at));
        patterns.extend(written_out.filter_map(|(_, id)| self.pattern(self.catalog.name(id))));
        let of_tier = |tier: &Bits| matched.and(tier).len() as usize;
        let choice = Choice {
            extras: self.part.tiers.iter().rev().map(of_tier).collect(),
            characters: characters(&patterns),
            patterns,
        };
        if !self.choices.iter().any(|earlier| **earlier == choice) {
            self.choices.push(Arc::new(choice));
        }
    }

    fn surcharge(&self, candidate: &Candidate, tier: usize, price: u32) -> u32 {
        let mut sum = 0;
        let mut price = price;
        for tier in self.part.tiers.iter().take(tier + 1).rev() {
            sum += price * candidate.covers.and(tier).len();
            price /= to_u32(TIER_STEP);
        }
        sum
    }

    fn overhead(&self) -> usize {
        self.part.service.namespace.len() + 1 + ELEMENT_OVERHEAD
    }

    fn pattern(&self, name: &str) -> Option<Pattern> {
        parsed(format!("{}:{name}", self.part.service.namespace))
    }

    fn accepts(&self, glob: &str) -> bool {
        let Some(within) = &self.part.within else { return true };
        self.pattern(glob).is_some_and(|pattern| within.includes(&pattern))
    }

    /// How many characters at the start of the name a pattern must keep to match it and be within.
    fn pinned(&self, name: &str) -> Option<usize> {
        let Some(Actions::Action(within)) = &self.part.within else { return Some(0) };
        let action = self.pattern(name)?;
        let wide = within.iter().filter(|wide| !wide.is_literal() && wide.covers(&action));
        let kept = |wide: &Pattern| name_part(wide).and_then(|name| name.find(['*', '?']));
        wide.map(|wide| kept(wide).unwrap_or_default()).min()
    }
}

/// What stands after the colon.
fn name_part(pattern: &Pattern) -> Option<&str> {
    pattern.as_str().split_once(':').map(|(_, name)| name)
}
