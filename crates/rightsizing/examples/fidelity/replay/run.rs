//! Draws and replays every case, on as many threads as are given.

use crate::principals::Subject;
use crate::replay::added::Added;
use crate::replay::class::Class;
use crate::replay::draw::{Case, Sources, case};
use crate::replay::outcome::{Bench, Outcome};
use crate::replay::report::evidence;
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::Evidence;
use leastwise_rightsizing::iam::PrincipalKind;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// With how many classes of call each principal is drawn.
pub(crate) const ROUNDS: usize = 3;

/// Of so many cases one is planned for with other sources, too. Neither classes nor principals come round in it, so that
/// some of each are.
pub(crate) const ADDED_EVERY: usize = 2;

/// How many denied calls of a class are named.
const EXAMPLES: usize = 3;

/// A case and what became of it.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(crate) case: Case,
    /// By IAM's report alone.
    pub(crate) outcome: Outcome,
    /// With another source; empty where that was not tried.
    pub(crate) with: BTreeMap<Added, Outcome>,
}

/// Each subject with some classes of call, in turn; in the order of the subjects.
pub(crate) fn run(subjects: &[Subject], sources: Sources<'_>, threads: usize) -> Vec<Tried> {
    let drawn = drawn(subjects);
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<(usize, Tried)>> = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((subject, class)) = drawn.get(place) else { return };
                    let added: &[Added] =
                        if place.is_multiple_of(ADDED_EVERY) { &Added::ALL } else { &[] };
                    if let Some(tried) = tried(subject, *class, sources, added) {
                        found.lock().expect("no thread panicked").push((place, tried));
                    }
                }
            });
        }
    });
    let mut found = found.into_inner().expect("no thread panicked");
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, tried)| tried).collect()
}

fn tried(subject: &Subject, class: Class, sources: Sources<'_>, added: &[Added]) -> Option<Tried> {
    let (catalog, reference) = (Catalog::embedded(), sources.reference);
    let case = case(subject, class, sources)?;
    let of_iam = evidence(&case, reference)?;
    let bench = Bench::of(&case, reference)?;
    let outcome = bench.replay(&of_iam, None, catalog);
    let mut with = BTreeMap::new();
    for added in added {
        let sightings = added.sightings(&case, reference)?;
        let evidence = Evidence { sightings, ..of_iam.clone() };
        with.insert(*added, bench.replay(&evidence, outcome.planned(), catalog));
    }
    Some(Tried { case, outcome, with })
}

/// The classes of each subject: those that fit users go round among users, the others among roles.
fn drawn(subjects: &[Subject]) -> Vec<(&Subject, Class)> {
    let of_kind = |is_user: bool| {
        let kind = if is_user { PrincipalKind::User } else { PrincipalKind::Role };
        let subjects = subjects.iter().filter(move |it| it.principal.arn.kind() == kind);
        let classes: Vec<Class> =
            Class::ALL.into_iter().filter(|class| class.is_for(is_user)).collect();
        let each = subjects.flat_map(move |subject| (0..ROUNDS).map(move |_| subject));
        each.zip(classes.into_iter().cycle()).collect::<Vec<_>>()
    };
    [of_kind(false), of_kind(true)].concat()
}

/// A few of the calls that are denied although none of their class should be, in words.
pub(crate) fn examples(tried: &[Tried]) -> Vec<String> {
    let mut named: BTreeMap<Class, usize> = BTreeMap::new();
    let mut examples = Vec::new();
    for Tried { case, outcome, .. } in tried {
        let planned = match outcome {
            Outcome::Planned(planned) => planned,
            Outcome::Refused(_) => continue,
            Outcome::Unproved(why) => {
                examples.push(format!("not proved: {why}, {}", case.name));
                continue;
            }
        };
        let denied = planned.effect.calls.iter().filter(|call| !call.allowed);
        for call in denied.filter(|call| !planned.is_as_aimed(call)) {
            let count = named.entry(call.class).or_default();
            *count += 1;
            if let (1..=EXAMPLES, Some(habit)) = (*count, case.habits.get(call.habit)) {
                let what = call.class.in_words();
                examples.push(format!("{what}: `{}`, {}", habit.action, case.name));
            }
        }
    }
    examples.sort();
    examples
}
