//! What is said of a trail that was read, and of what in it nothing came of.

use crate::output::{self, printable};
use leastwise_trails::trail::TrailLog;
use std::cmp::Reverse;

/// How many calls that are not understood are named.
const NAMED: usize = 10;

/// Says what was `read`, and what it says.
pub(super) fn on_trail(read: &str, trail: &TrailLog) {
    let TrailLog { log, notes } = trail;
    let (used, denied) = log.len();
    output::say(&format!(
        "{read}, {} records: {} show what principals of {} did; principals: {}, used: {used}, denied: {denied}",
        notes.records,
        notes.seen,
        log.account,
        log.subjects().count(),
    ));
    let unnamed = notes.not_understood.listed.values().sum::<u64>() + notes.not_understood.others;
    if unnamed > 0 {
        output::say(&format!(
            "warning: the action of {unnamed} calls is not known, so they count as use of their services: {}",
            not_understood(trail)
        ));
    }
    if notes.denied_unknown > 0 {
        output::say(&format!(
            "warning: {} denied calls are left out, because nothing says which action was denied",
            notes.denied_unknown
        ));
    }
    if notes.in_future > 0 {
        output::say(&format!(
            "warning: {} records are left out, because they say that they happened after now: look at the clock of \
             this machine, or at who wrote the trail",
            notes.in_future
        ));
    }
}

/// The calls that were not understood, the most frequent first.
fn not_understood(trail: &TrailLog) -> String {
    let mut calls: Vec<_> = trail.notes.not_understood.listed.iter().collect();
    calls.sort_by_key(|(_, count)| Reverse(**count));
    let named = calls.iter().take(NAMED).map(|((source, name), count)| {
        format!("{} {} ({count})", printable(source), printable(name))
    });
    named.collect::<Vec<_>>().join(", ")
}
