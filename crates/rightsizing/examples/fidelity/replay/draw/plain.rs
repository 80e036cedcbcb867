//! Habits of which IAM records every call: whole access levels of a service, or actions that share a word.

use super::Draw;
use crate::principals::Breadth;
use crate::replay::class::Class;
use crate::replay::facts::{CHECKED_ELSEWHERE, MADE_FOR_THE_PRINCIPAL};
use crate::replay::moment::{WINDOW_DAYS, day_of};
use crate::replay::trail::{Habit, habit};
use std::collections::BTreeSet;

/// Of how many services at most a principal uses something, if it is narrow and if it is broad.
const SERVICES: (usize, usize) = (12, 40);

/// The most actions of one cluster that are called.
const CLUSTER: usize = 12;

impl Draw<'_> {
    pub(super) fn plain(&mut self, breadth: Breadth) {
        let most = match breadth {
            Breadth::Narrow => SERVICES.0,
            Breadth::Broad => SERVICES.1,
        };
        let services = self.unused_services();
        let share = self.random.below(6) + 2;
        let wanted = (services.len() * share).div_ceil(10).clamp(1, most);
        for service in self.some(&services, wanted) {
            for place in self.used_of(service) {
                let days = habit(&mut self.random);
                let name = self.name(place);
                self.add(Habit::new(Class::Plain, name, days));
            }
        }
    }

    fn used_of(&mut self, service: &str) -> BTreeSet<usize> {
        let callable = self.callable_in(service);
        let callable: Vec<usize> =
            callable.into_iter().filter(|place| self.is_plain(*place)).collect();
        let mut used = BTreeSet::new();
        for _ in 0..=self.random.below(3) {
            used.extend(self.cluster(&callable));
        }
        used
    }

    fn cluster(&mut self, callable: &[usize]) -> Vec<usize> {
        let Some(picked) = self.one(callable) else { return Vec::new() };
        let reference = self.reference();
        let picked = reference.action(picked);
        let by_level = self.random.below(2) == 0;
        let word = resource_word(picked.bare_name());
        let belongs = |place: &&usize| {
            let action = reference.action(**place);
            let by_word = action.bare_name().contains(word);
            if by_level { action.level == picked.level } else { by_word }
        };
        let cluster: Vec<usize> = callable.iter().filter(belongs).copied().collect();
        self.some(&cluster, CLUSTER)
    }

    /// Whether IAM records every call of it over the whole window, and AWS calls nothing else for it.
    fn is_plain(&self, place: usize) -> bool {
        let action = self.reference().action(place);
        let young = action.tracked_since.is_some_and(|since| day_of(since) > -WINDOW_DAYS);
        let elsewhere = CHECKED_ELSEWHERE.iter().any(|(name, _)| *name == action.name);
        let for_it = MADE_FOR_THE_PRINCIPAL.iter().any(|(name, _)| *name == action.name);
        !young && !elsewhere && !for_it
    }
}

/// The second word of the name, mostly the kind of resource; the whole name if there is no other.
fn resource_word(name: &str) -> &str {
    let mut starts = name.char_indices().skip(1).filter(|(_, c)| c.is_ascii_uppercase());
    let Some((from, _)) = starts.next() else { return name };
    let to = starts.map(|(at, _)| at).find(|at| at - from > 1).unwrap_or(name.len());
    name.get(from..to).unwrap_or(name)
}
