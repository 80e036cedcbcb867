//! What patterns match, remembered: the policies of an account share most of their patterns.

use super::entry::ActionId;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// How many patterns are remembered of one service. Then all of them are forgotten.
const MOST_REMEMBERED: usize = 1_000;

/// The longest pattern that is remembered. No name of an action is longer.
const LONGEST: usize = 64;

/// The actions that patterns match, by service. What it answers does not depend on what it
/// remembers, so a copy begins with nothing.
pub(super) struct Matches {
    /// In the order of the catalogue.
    services: Vec<Mutex<ByName>>,
}

/// The actions of one service, by the part of a pattern after the colon.
type ByName = HashMap<Box<str>, Arc<[ActionId]>>;

impl Matches {
    /// Remembers nothing yet of so many services.
    pub(super) fn of(services: usize) -> Self {
        Self { services: std::iter::repeat_with(Mutex::default).take(services).collect() }
    }

    /// What `find` finds, or found before for the same service and name.
    pub(super) fn get(
        &self,
        service: usize,
        name: &str,
        find: impl FnOnce() -> Arc<[ActionId]>,
    ) -> Arc<[ActionId]> {
        let service = self.services.get(service).filter(|_| name.len() <= LONGEST);
        let Some(service) = service else { return find() };
        // Whoever panicked left whole entries.
        let remembered = || service.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = remembered().get(name) {
            return Arc::clone(known);
        }
        let found = find();
        let mut remembered = remembered();
        if remembered.len() >= MOST_REMEMBERED {
            remembered.clear();
        }
        remembered.insert(name.into(), Arc::clone(&found));
        found
    }
}

impl Clone for Matches {
    fn clone(&self) -> Self {
        Self::of(self.services.len())
    }
}

impl fmt::Debug for Matches {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Matches").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_matched_once_until_too_many_are_remembered() {
        let matches = Matches::of(2);
        let found = |id: u32| Arc::from([ActionId(id)]);
        let unasked = || unreachable!("it is remembered");
        assert_eq!(matches.get(0, "Get*s", || found(1)), found(1));
        assert_eq!(matches.get(0, "Get*s", unasked), found(1));
        assert_eq!(matches.get(1, "Get*s", || found(2)), found(2), "another service");
        for number in 0..MOST_REMEMBERED {
            matches.get(0, &number.to_string(), || found(3));
        }
        assert_eq!(matches.get(0, "Get*s", || found(4)), found(4), "forgotten");
        assert_eq!(matches.get(7, "Get*s", || found(5)), found(5), "no such service");
    }
}
