//! Reads the tables of names. They are compiled in, and a test reads them.

use leastwise_policy::action::Action;
use std::collections::HashMap;

/// The actions of a call, by `service.name` in small letters. None means that no policy of the
/// caller's can allow or deny it.
pub(super) type Calls = HashMap<String, Vec<Action>>;

/// The prefixes of a service, by the name that the source has for it.
pub(super) type Services = HashMap<&'static str, Prefixes>;

/// Under which prefixes a call is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prefixes {
    pub(super) names: Vec<&'static str>,
    /// Whether all of them count, and not only the first that knows the call.
    pub(super) all: bool,
}

/// Reads lines of a call and its actions. Where two tables have a call, the later one counts.
pub(super) fn calls(tables: [&'static str; 2]) -> Calls {
    let lines = tables.into_iter().flat_map(lines);
    lines
        .filter_map(|line| {
            let mut words = line.split(' ');
            let call = words.next()?.to_ascii_lowercase();
            Some((call, words.filter_map(|action| action.parse().ok()).collect()))
        })
        .collect()
}

/// Reads the two parts of the table of services: the event sources of CloudTrail, and the service
/// ids of the SDKs.
pub(super) fn services(table: &'static str) -> [Services; 2] {
    let (events, sdk) = table.split_once("sdk:\n").unwrap_or((table, ""));
    [events, sdk].map(|part| lines(part).filter_map(prefixes).collect())
}

fn prefixes(line: &'static str) -> Option<(&'static str, Prefixes)> {
    let (service, prefixes) = line.split_once(" = ")?;
    let names = prefixes.split(' ').filter(|word| *word != "+").collect();
    Some((service, Prefixes { names, all: prefixes.contains(" + ") }))
}

fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}
