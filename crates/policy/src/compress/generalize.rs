//! A list that fits, at the price of matching more than the set: as little more, and as harmless, as can be found.
//!
//! A policy has a size limit, and the exact list of a set may exceed it. Then some patterns must match actions that
//! nobody asked for. [`generalize`] is told which those may be, least risk first, and spends as few of them as it can.
//!
//! # How
//!
//! Each service gets a menu of lists: the exact one, and those that a set cover finds when every extra has a price,
//! from many characters down to none. Then the menus are weighed against each other: from the exact list on, the step
//! that saves most characters for each extra is taken until the whole fits, and what was taken too much is given back.
//! The extras of a tier come onto the menus only when the whole does not fit without them.
//!
//! # Again
//!
//! The same question about the answer has the same answer: with the list's own patterns as `within`, and of each tier
//! what the list admits, the list comes back. This holds because a list is taken as final only when that question,
//! which is asked at once, finds no list that admits fewer extras, or as many and is shorter. So a document that was
//! generalised stays as it is until what is wanted changes.

mod menu;
mod selection;

use super::{ELEMENT_OVERHEAD, characters, expand, parsed};
use crate::action_set::ActionSet;
use crate::catalog::Catalog;
use crate::document::Actions;
use crate::pattern::Pattern;
use menu::Menu;
use thiserror::Error;

/// What a list must match, what it may match beside that, and how long it may be.
#[derive(Debug, Clone, Copy)]
pub struct Generalization<'a> {
    /// The actions that must be matched
    pub wanted: &'a ActionSet,
    /// The extras that may be matched, least risk first: one of a later tier only where the earlier tiers do not do.
    /// What of the catalogue is neither wanted nor in a tier is never matched. An action counts in its first tier
    pub tiers: &'a [ActionSet],
    /// What every pattern must be [included](Actions::includes) in, so that the list is no wider than it even for
    /// actions that the catalogue does not know. A wanted action that it does not include is written out all the same
    pub within: Option<&'a Actions>,
    /// The most characters the list may take, as [`characters`] counts them
    pub characters: usize,
}

/// A list that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generalized {
    /// The patterns, sorted
    pub patterns: Vec<Pattern>,
    /// The actions they match that were not wanted; empty if the exact list fits
    pub extras: ActionSet,
}

/// No list was found that fits, whatever extras it admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the shortest list of actions has {shortest} characters")]
pub struct TooLong {
    /// The characters of the shortest list found
    pub shortest: usize,
}

/// The list that matches everything wanted, fits, and admits the fewest extras found: of the last tier first, then of the
/// one before. No pattern stands for several services, except `*` for the whole catalogue where all of it is wanted.
///
/// ```
/// use leastwise_policy::catalog::Catalog;
/// use leastwise_policy::compress::{Generalization, expand, generalize};
///
/// let catalog = Catalog::embedded();
/// let all = |text: &str| text.parse().map(|pattern| expand([&pattern], catalog));
/// let wanted = all("sqs:ReceiveMessage")?.union(&all("sqs:DeleteMessage")?);
/// let tiers = [all("sqs:DeleteMessage*")?, all("sqs:*")?];
/// let list = |characters| {
///     generalize(&Generalization { wanted: &wanted, tiers: &tiers, within: None, characters }, catalog)
/// };
/// let printed = |characters| list(characters).map(|list| format!("{:?}", list.patterns));
///
/// assert_eq!(printed(50)?, r#"[Pattern("sqs:DeleteMessage"), Pattern("sqs:ReceiveMessage")]"#);
/// assert_eq!(printed(10)?, r#"[Pattern("sqs:*")]"#);
/// assert_eq!(printed(7).unwrap_err().to_string(), "the shortest list of actions has 8 characters");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If no list was found that fits.
pub fn generalize(what: &Generalization<'_>, catalog: &Catalog) -> Result<Generalized, TooLong> {
    let question = Question {
        wanted: what.wanted,
        tiers: disjoint(what.tiers, what.wanted),
        within: what.within.cloned(),
        characters: what.characters,
    };
    let mut best = match (question.standing(catalog), question.search(catalog)) {
        (Some(standing), Ok(found)) => question.better(found, standing),
        (Some(list), Err(_)) | (None, Ok(list)) => list,
        (None, Err(why)) => return Err(why),
    };
    // Each round admits fewer extras or takes fewer characters, so this ends; mostly with the first.
    loop {
        let again = question.about(&best);
        match again.search(catalog) {
            Ok(found) if again.measure(&found) < again.measure(&best) => best = found,
            _ => return Ok(best),
        }
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

/// A [`Generalization`] with disjoint tiers.
struct Question<'a> {
    wanted: &'a ActionSet,
    tiers: Vec<ActionSet>,
    within: Option<Actions>,
    characters: usize,
}

impl Question<'_> {
    /// The same question about a list that was found.
    fn about(&self, list: &Generalized) -> Self {
        Self {
            wanted: self.wanted,
            tiers: self.tiers.iter().map(|tier| tier.intersection(&list.extras)).collect(),
            within: Some(Actions::Action(list.patterns.clone())),
            characters: self.characters,
        }
    }

    /// What is to be little: the extras, those of the last tier first, and then the characters.
    fn measure(&self, list: &Generalized) -> (Vec<usize>, usize) {
        let of_tier = |tier: &ActionSet| tier.intersection(&list.extras).len();
        (self.tiers.iter().rev().map(of_tier).collect(), characters(&list.patterns))
    }

    fn better(&self, found: Generalized, standing: Generalized) -> Generalized {
        if self.measure(&found) < self.measure(&standing) { found } else { standing }
    }

    /// The patterns of `within` that match something wanted, if they are a list as it should be.
    fn standing(&self, catalog: &Catalog) -> Option<Generalized> {
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

    fn search(&self, catalog: &Catalog) -> Result<Generalized, TooLong> {
        if let Some(everything) = self.everything(catalog) {
            return everything;
        }
        let services = catalog.services();
        let mut menus: Vec<Menu<'_>> =
            services.filter_map(|service| Menu::of(service, self, catalog)).collect();
        for tier in 0..=self.tiers.len() {
            if let Some(tier) = tier.checked_sub(1) {
                if self.tiers.get(tier).is_none_or(ActionSet::is_empty) {
                    continue;
                }
                for menu in &mut menus {
                    menu.admit(tier);
                }
            }
            if let Some(patterns) = selection::select(&menus, self.characters) {
                return Ok(self.listed(patterns, catalog));
            }
        }
        Err(TooLong { shortest: menus.iter().map(Menu::shortest).sum() })
    }

    /// `*`, where all of the catalogue is wanted: what it matches of other services is in `within` too.
    fn everything(&self, catalog: &Catalog) -> Option<Result<Generalized, TooLong>> {
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

    fn listed(&self, mut patterns: Vec<Pattern>, catalog: &Catalog) -> Generalized {
        patterns.sort();
        let extras = expand(&patterns, catalog).difference(self.wanted);
        Generalized { patterns, extras }
    }
}

#[cfg(test)]
mod tests;
