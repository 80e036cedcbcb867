//! Compressing many sets that have most of their services in common.

use super::generalize::{Generalization, Generalized, Menus, TooLong, generalize_sharing};
use super::list::{expand, parsed};
use super::service::compress_service;
use super::wildcards::{Compression, Wildcards};
use crate::action_set::ActionSet;
use crate::catalog::{ActionId, Catalog, Service};
use crate::pattern::Pattern;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The number of actions from which a second thread pays.
const SHARED_FROM: usize = 1_000;

/// How many lists are remembered at a time: about 50 MB of them. Then all are forgotten.
const MOST_REMEMBERED: usize = 50_000;

/// Compresses and generalizes sets, and remembers the lists of every service that it wrote:
/// services are independent, so the next set costs only what differs. Threads may share it; what it
/// gives does not depend on what it remembers.
#[derive(Debug)]
pub struct Compressor<'c> {
    catalog: &'c Catalog,
    written: Mutex<HashMap<Task, Arc<[Pattern]>>>,
    menus: Menus,
}

/// The wanted actions of one service, at least one, and how they are to be written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Task {
    ids: Vec<ActionId>,
    how: Compression,
}

impl<'c> Compressor<'c> {
    /// Remembers nothing yet.
    #[must_use]
    pub fn new(catalog: &'c Catalog) -> Self {
        Self { catalog, written: Mutex::default(), menus: Menus::default() }
    }

    /// The catalogue of the sets.
    #[must_use]
    pub const fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    /// As [`compress`](super::compress).
    #[must_use]
    pub fn compress(&self, actions: &ActionSet, how: Compression) -> Vec<Pattern> {
        let is_everything =
            how.wildcards == Wildcards::Exact && actions.len() == self.catalog.len();
        let patterns =
            if is_everything { self.everything() } else { self.by_service(actions, how) };
        debug_assert_eq!(
            &expand(&patterns, self.catalog),
            actions,
            "the list must match the set exactly"
        );
        patterns
    }

    /// As [`generalize`](super::generalize()).
    ///
    /// # Errors
    ///
    /// If no list was found that fits.
    pub fn generalize(&self, what: &Generalization<'_>) -> Result<Generalized, TooLong> {
        generalize_sharing(what, &self.menus, self.catalog)
    }

    fn everything(&self) -> Vec<Pattern> {
        let everything = || parsed("*".to_owned());
        if self.catalog.is_empty() { Vec::new() } else { everything().into_iter().collect() }
    }

    fn by_service(&self, actions: &ActionSet, how: Compression) -> Vec<Pattern> {
        let of = |service: &'c Service| {
            let ids = actions.iter_in(service).collect();
            (service, Task { ids, how })
        };
        let tasks: Vec<(&Service, Task)> =
            self.catalog.services().map(of).filter(|(_, task)| !task.ids.is_empty()).collect();
        let known: Vec<Option<Arc<[Pattern]>>> = {
            let written = self.written();
            tasks.iter().map(|(_, task)| written.get(task).cloned()).collect()
        };
        let is_new = tasks.iter().zip(&known).filter(|(_, list)| list.is_none());
        let new = self.write(is_new.map(|(task, _)| task).collect());
        let lists = known.iter().flatten().chain(new.iter().map(|(_, list)| list));
        let mut patterns: Vec<Pattern> = lists.flat_map(|list| list.iter()).cloned().collect();
        patterns.sort();
        self.remember(new);
        patterns
    }

    fn remember(&self, new: Vec<(Task, Arc<[Pattern]>)>) {
        let mut written = self.written();
        if written.len() + new.len() > MOST_REMEMBERED {
            written.clear();
        }
        written.extend(new);
    }

    /// What another thread left when it panicked is whole: lists are put in one by one.
    fn written(&self) -> MutexGuard<'_, HashMap<Task, Arc<[Pattern]>>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lists of these tasks. Two threads share them where there is enough to do.
    fn write(&self, mut tasks: Vec<&(&Service, Task)>) -> Vec<(Task, Arc<[Pattern]>)> {
        // The longest first, so that they are dealt out evenly.
        tasks.sort_by_key(|(_, task)| Reverse(task.ids.len()));
        let catalog = self.catalog;
        let share = |first: usize, of: usize| {
            let list = |(service, task): &&(&Service, Task)| {
                let list = compress_service(service, &task.ids, catalog, task.how);
                (task.clone(), Arc::from(list))
            };
            tasks.iter().skip(first).step_by(of).map(list).collect::<Vec<_>>()
        };
        if tasks.iter().map(|(_, task)| task.ids.len()).sum::<usize>() < SHARED_FROM {
            return share(0, 1);
        }
        std::thread::scope(|scope| {
            let other = scope.spawn(|| share(1, 2));
            let mut lists = share(0, 2);
            match other.join() {
                Ok(others) => lists.extend(others),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            lists
        })
    }
}
