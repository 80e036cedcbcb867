//! What is asked of a list that must fit, and which of two answers is the better one.

use crate::action_set::ActionSet;
use crate::catalog::Catalog;
use crate::compress::list::{ELEMENT_OVERHEAD, characters, expand, parsed};
use crate::document::Actions;
use crate::pattern::Pattern;
use thiserror::Error;

/// What a list must match, what it may match beside that, and how long it may be.
#[derive(Debug, Clone, Copy)]
pub struct Generalization<'a> {
    /// The actions that must be matched.
    pub wanted: &'a ActionSet,
    /// The extras that may be matched, least risk first. A list has extras of a later tier only
    /// where the earlier tiers are not enough. An action that is neither wanted nor in a tier is
    /// never matched. An action of several tiers counts in the first of them.
    pub tiers: &'a [ActionSet],
    /// What must [include](Actions::includes) every pattern. So the list is no wider than this,
    /// even for actions that the catalogue does not know. A wanted action that it does not include
    /// is written out all the same.
    pub within: Option<&'a Actions>,
    /// The most characters the list may take, as [`characters`] counts them.
    pub characters: usize,
}

/// A list that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generalized {
    /// The patterns, sorted.
    pub patterns: Vec<Pattern>,
    /// The actions they match that were not wanted; empty if the exact list fits.
    pub extras: ActionSet,
}

/// No list was found that fits, whatever extras it admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the shortest list of actions has {shortest} characters")]
pub struct TooLong {
    /// The characters of the shortest list found.
    pub shortest: usize,
}

/// A [`Generalization`] with disjoint tiers.
pub(super) struct Question<'a> {
    pub(super) wanted: &'a ActionSet,
    pub(super) tiers: Vec<ActionSet>,
    pub(super) within: Option<Actions>,
    pub(super) characters: usize,
}

impl<'a> Question<'a> {
    pub(super) fn of(what: &Generalization<'a>) -> Self {
        Self {
            wanted: what.wanted,
            tiers: disjoint(what.tiers, what.wanted),
            within: what.within.cloned(),
            characters: what.characters,
        }
    }

    /// The same question about a list that was found.
    pub(super) fn about(&self, list: &Generalized) -> Self {
        Self {
            wanted: self.wanted,
            tiers: self.tiers.iter().map(|tier| tier.intersection(&list.extras)).collect(),
            within: Some(Actions::Action(list.patterns.clone())),
            characters: self.characters,
        }
    }

    /// What makes a list worse: its extras, those of the last tier first, and then its characters.
    pub(super) fn measure(&self, list: &Generalized) -> (Vec<usize>, usize) {
        let of_tier = |tier: &ActionSet| tier.intersection(&list.extras).len();
        (self.tiers.iter().rev().map(of_tier).collect(), characters(&list.patterns))
    }

    pub(super) fn better(&self, found: Generalized, standing: Generalized) -> Generalized {
        if self.measure(&found) < self.measure(&standing) { found } else { standing }
    }

    /// The patterns of `within` that match something wanted, if they answer the question.
    pub(super) fn standing(&self, catalog: &Catalog) -> Option<Generalized> {
        let Some(Actions::Action(within)) = &self.within else { return None };
        let is_needed = |pattern: &&Pattern| !pattern.actions(catalog).is_disjoint(self.wanted);
        let mut patterns: Vec<Pattern> = within.iter().filter(is_needed).cloned().collect();
        patterns.sort();
        patterns.dedup();
        let list = self.listed(patterns, catalog);
        let mut unwanted = list.extras.clone();
        self.tiers.iter().for_each(|tier| unwanted.difference_with(tier));
        let is_list = unwanted.is_empty()
            && list.patterns.iter().all(|pattern| pattern.service_literal().is_some())
            && self.wanted.is_subset(&expand(&list.patterns, catalog))
            && characters(&list.patterns) <= self.characters;
        is_list.then_some(list)
    }

    /// `*`, where all of the catalogue is wanted and `within` includes it. `None` if that is not
    /// so.
    pub(super) fn everything(&self, catalog: &Catalog) -> Option<Result<Generalized, TooLong>> {
        let all = parsed("*".to_owned())?;
        let is_included = self.within.as_ref().is_none_or(|within| within.includes(&all));
        if catalog.is_empty() || self.wanted.len() < catalog.len() || !is_included {
            return None;
        }
        let shortest = all.as_str().len() + ELEMENT_OVERHEAD;
        if shortest > self.characters {
            return Some(Err(TooLong { shortest }));
        }
        Some(Ok(Generalized { patterns: vec![all], extras: ActionSet::empty() }))
    }

    pub(super) fn listed(&self, mut patterns: Vec<Pattern>, catalog: &Catalog) -> Generalized {
        patterns.sort();
        let extras = expand(&patterns, catalog).difference(self.wanted);
        Generalized { patterns, extras }
    }
}

/// Each tier without what is wanted or in an earlier one.
fn disjoint(tiers: &[ActionSet], wanted: &ActionSet) -> Vec<ActionSet> {
    let mut before = wanted.clone();
    let without_before = |tier: &ActionSet| {
        let rest = tier.difference(&before);
        before.union_with(tier);
        rest
    };
    tiers.iter().map(without_before).collect()
}
