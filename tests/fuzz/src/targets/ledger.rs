//! What Parameter Store has of automatic remediation.

use super::bytes::value;
use chrono::{DateTime, Utc};
use leastwise_rightsizing::automatic::{
    Ledger, Next, Pace, Turn, halt_parameter, resume_parameter,
};
use leastwise_rightsizing::iam::UniqueId;
use std::collections::BTreeMap;

/// An object from names of parameters to their values.
pub(super) fn ledger(input: &[u8]) {
    let Some(parameters) = value(input).and_then(|it| it.as_object().cloned()) else { return };
    let parameters: BTreeMap<String, String> = parameters
        .into_iter()
        .map(|(name, value)| {
            (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        })
        .collect();
    if let Some(ledger) = read(&parameters) {
        written_again(&ledger);
        asked(&ledger, parameters);
    }
}

fn read(parameters: &BTreeMap<String, String>) -> Option<Ledger> {
    let texts = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Ledger::read(texts).inspect_err(|error| assert!(!error.to_string().is_empty())).ok()
}

/// A halt and a resumption read back as they were.
fn written_again(ledger: &Ledger) {
    let mut written = BTreeMap::new();
    written.extend(ledger.halt().map(|halt| (halt_parameter(), halt.to_text())));
    written.extend(ledger.resumed().map(|resumed| (resume_parameter(), resumed.to_text())));
    let again = read(&written).expect("it was written by us");
    assert_eq!((again.halt(), again.resumed()), (ledger.halt(), ledger.resumed()));
}

/// A turn that is free is its principal's once it is taken.
fn asked(ledger: &Ledger, mut parameters: BTreeMap<String, String>) {
    let now: DateTime<Utc> = "2026-06-30T12:00:00Z".parse().expect("it is a time");
    let principal: UniqueId = "AROAEXAMPLE0000000009".parse().expect("it is an id");
    for outdated in ledger.outdated(now) {
        assert_ne!(read(&BTreeMap::from([(outdated, turn(&principal, now))])), None);
    }
    let _ = ledger.canary_parameters();
    match ledger.next(&principal, Pace::default(), now) {
        Next::Take(free) => {
            assert!(!parameters.contains_key(&free), "`{free}` is taken");
            parameters.insert(free, turn(&principal, now));
            let taken = read(&parameters).expect("a turn can be read");
            let is_over = taken.resumed().is_some_and(|resumed| now < resumed.at);
            assert!(is_over || taken.next(&principal, Pace::default(), now) == Next::Go);
        }
        Next::Wait(wait) => {
            assert!(now < wait.until() && !wait.to_string().is_empty());
        }
        Next::Go | Next::Halted(_) => {}
    }
}

fn turn(principal: &UniqueId, taken: DateTime<Utc>) -> String {
    Turn { resource_id: principal.clone(), taken }.to_text()
}
