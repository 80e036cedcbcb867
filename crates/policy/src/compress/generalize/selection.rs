//! One choice of each menu, so that the whole fits.

use super::menu::Choice;
use super::menus::Offer;
use crate::pattern::Pattern;
use std::cmp::Reverse;
use std::sync::Arc;

/// What a saved character counts in a step's worth. Whole numbers then tell apart what an extra
/// saves.
const SCALE: usize = 1 << 16;

/// The patterns of a choice that fits, with few extras; `None` if even the shortest choices of all
/// menus do not fit together.
pub(super) fn select(offers: &[Offer<'_>], characters: usize) -> Option<Vec<Pattern>> {
    let mut selection = Selection::of(offers);
    selection.shorten(characters);
    if selection.characters > characters {
        return None;
    }
    selection.give_back(characters);
    Some(selection.chosen.iter().flat_map(|choice| choice.patterns.iter().cloned()).collect())
}

struct Selection<'a> {
    menus: Vec<&'a [Arc<Choice>]>,
    chosen: Vec<&'a Choice>,
    characters: usize,
}

impl<'a> Selection<'a> {
    /// Of each menu the choice with the fewest extras.
    fn of(offers: &'a [Offer<'_>]) -> Self {
        let menus: Vec<&[Arc<Choice>]> = offers.iter().map(|offer| &*offer.choices).collect();
        let fewest = |menu: &&'a [Arc<Choice>]| listed(menu).min_by_key(|choice| measure(choice));
        let chosen: Vec<&Choice> = menus.iter().filter_map(fewest).collect();
        let characters = chosen.iter().map(|choice| choice.characters).sum();
        Self { menus, chosen, characters }
    }

    /// Takes the steps that save most for the harm they do until the whole fits.
    fn shorten(&mut self, characters: usize) {
        let menus = self.menus.iter().zip(&self.chosen).enumerate();
        let mut steps: Vec<Step<'a>> =
            menus.flat_map(|(at, (menu, first))| steps(at, menu, first)).collect();
        // A menu's own steps stay in their order: each saves less for its harm than the one before.
        steps.sort_by_key(|step| Reverse(step.worth));
        for step in steps {
            if self.characters <= characters {
                return;
            }
            self.choose(step.menu, step.to, |old, new| new.characters < old.characters);
        }
    }

    /// Goes back to fewer extras where that fits, first where there are most.
    fn give_back(&mut self, characters: usize) {
        let mut better = true;
        while better {
            better = false;
            let mut order: Vec<usize> = (0..self.menus.len()).collect();
            order.sort_by_key(|&at| Reverse(self.chosen.get(at).map(|choice| &choice.extras)));
            for at in order {
                let (Some(menu), Some(old)) = (self.menus.get(at), self.chosen.get(at)) else {
                    continue;
                };
                let room = characters - (self.characters - old.characters);
                let fitting = listed(menu).filter(|choice| choice.characters <= room);
                if let Some(best) = fitting.min_by_key(|choice| measure(choice)) {
                    better |= self.choose(at, best, |old, new| measure(new) < measure(old));
                }
            }
        }
    }

    fn choose(
        &mut self,
        at: usize,
        new: &'a Choice,
        is_better: impl Fn(&Choice, &Choice) -> bool,
    ) -> bool {
        let Some(old) = self.chosen.get_mut(at).filter(|old| is_better(old, new)) else {
            return false;
        };
        self.characters = self.characters - old.characters + new.characters;
        *old = new;
        true
    }
}

fn listed(menu: &[Arc<Choice>]) -> impl Iterator<Item = &Choice> {
    menu.iter().map(Arc::as_ref)
}

fn measure(choice: &Choice) -> (&[usize], usize) {
    (&choice.extras, choice.characters)
}

/// From one choice of a menu to a shorter one.
struct Step<'a> {
    menu: usize,
    worth: usize,
    to: &'a Choice,
}

/// The steps from the first choice to the shortest, each the one that saves most for its harm.
fn steps<'a>(at: usize, menu: &'a [Arc<Choice>], first: &'a Choice) -> Vec<Step<'a>> {
    let (mut steps, mut from) = (Vec::new(), first);
    loop {
        let shorter = listed(menu).filter(|choice| choice.characters < from.characters);
        let step = shorter.map(|to| {
            let saved = from.characters - to.characters;
            let harm = to.harm().saturating_sub(from.harm()).max(1);
            Step { menu: at, worth: saved * SCALE / harm, to }
        });
        // Of equal ones the shortest list.
        let Some(best) = step.max_by_key(|step| (step.worth, Reverse(step.to.characters))) else {
            return steps;
        };
        from = best.to;
        steps.push(best);
    }
}
