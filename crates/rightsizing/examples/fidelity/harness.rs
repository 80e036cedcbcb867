//! Runs every principal, on as many threads as are given.

use crate::evidence::Evidence;
use crate::lists::{Drift, Lists};
use crate::oracle::Oracle;
use crate::principals::Subject;
use crate::trial::{self, Outcome};
use leastwise_policy::catalog::Catalog;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A principal with everything that was found of it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) subject: Subject,
    /// `None` where a policy could not be read, so that no use could be drawn.
    pub(crate) found: Option<Found>,
}

/// What was found of a principal.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) outcome: Outcome,
    pub(crate) lists: Lists,
    pub(crate) drift: Option<Drift>,
}

/// Runs every subject; the cases are in the order of the subjects.
pub(crate) fn run(
    subjects: Vec<Subject>,
    older: &Catalog,
    catalog: &Catalog,
    threads: usize,
) -> Vec<Case> {
    let oracle = Oracle::of(catalog);
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<(usize, Option<Found>)>> = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(subject) = subjects.get(place) else { return };
                    let one = find(subject, older, catalog, &oracle);
                    found.lock().expect("no thread panicked").push((place, one));
                }
            });
        }
    });
    let mut found = found.into_inner().expect("no thread panicked");
    found.sort_by_key(|(place, _)| *place);
    let found = found.into_iter().map(|(_, found)| found);
    subjects.into_iter().zip(found).map(|(subject, found)| Case { subject, found }).collect()
}

fn find(
    subject: &Subject,
    older: &Catalog,
    catalog: &Catalog,
    oracle: &Oracle<'_>,
) -> Option<Found> {
    let evidence = Evidence::draw(subject, catalog)?;
    Some(Found {
        outcome: trial::run(subject, &evidence, catalog, oracle),
        lists: Lists::of(&evidence.to_keep(), catalog, oracle),
        drift: Drift::of(subject, older, catalog),
    })
}
