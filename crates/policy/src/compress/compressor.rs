//! Compressing many sets that have most of their services in common.

use super::list::{expand, parsed};
use super::service::compress_service;
use super::wildcards::{Compression, Wildcards};
use crate::action_set::ActionSet;
use crate::catalog::{ActionId, Catalog, Service};
use crate::pattern::Pattern;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::HashMap;

/// The number of actions from which a second thread pays.
const SHARED_FROM: usize = 1_000;

/// Compresses sets, and remembers the list of every service that it wrote: services are
/// independent, so the next set costs only what differs.
#[derive(Debug)]
pub struct Compressor<'c> {
    catalog: &'c Catalog,
    written: RefCell<HashMap<Task, Vec<Pattern>>>,
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
        Self { catalog, written: RefCell::default() }
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

    fn everything(&self) -> Vec<Pattern> {
        let everything = || parsed("*".to_owned());
        if self.catalog.is_empty() { Vec::new() } else { everything().into_iter().collect() }
    }

    fn by_service(&self, actions: &ActionSet, how: Compression) -> Vec<Pattern> {
        let of = |service: &'c Service| {
            let ids = service.ids().filter(|&id| actions.contains(id)).collect();
            (service, Task { ids, how })
        };
        let tasks: Vec<(&Service, Task)> =
            self.catalog.services().map(of).filter(|(_, task)| !task.ids.is_empty()).collect();
        let mut written = self.written.borrow_mut();
        let is_new = |(_, task): &&(&Service, Task)| !written.contains_key(task);
        let new = self.write(tasks.iter().filter(is_new).collect());
        written.extend(new);
        let lists = tasks.iter().filter_map(|(_, task)| written.get(task));
        let mut patterns: Vec<Pattern> = lists.flatten().cloned().collect();
        patterns.sort();
        patterns
    }

    /// The lists of these tasks. Two threads share them where there is enough to do.
    fn write(&self, mut tasks: Vec<&(&Service, Task)>) -> Vec<(Task, Vec<Pattern>)> {
        // The longest first, so that they are dealt out evenly.
        tasks.sort_by_key(|(_, task)| Reverse(task.ids.len()));
        let catalog = self.catalog;
        let share = |first: usize, of: usize| {
            let list = |(service, task): &&(&Service, Task)| {
                (task.clone(), compress_service(service, &task.ids, catalog, task.how))
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
