//! Reads `supplement.txt`: dependent actions that AWS documents elsewhere than in its service authorization reference.

use super::{Fault, Pair, find};
use crate::action::AccessLevel;
use crate::action_set::ActionSet;
use crate::catalog::{ActionId, Catalog};
use crate::pattern::Pattern;

/// Some actions that need the same for the same reason.
#[derive(Debug, Default)]
pub(super) struct Group<'t> {
    /// The line of its title, counted from 1
    pub(super) line: usize,
    pub(super) title: &'t str,
    pub(super) why: &'t str,
    /// The pages of AWS that say so
    pub(super) sources: Vec<&'t str>,
    /// What is needed
    pub(super) needs: Vec<ActionId>,
    /// What needs it
    pub(super) by: Vec<ActionId>,
}

/// Reads the groups in their order; of a fault, says in which line it is.
pub(super) fn read<'t>(text: &'t str, catalog: &Catalog) -> Result<Vec<Group<'t>>, (usize, Fault)> {
    let mut groups: Vec<Group<'t>> = Vec::with_capacity(64);
    for (line, number) in text.lines().zip(1..) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        read_line(line, number, &mut groups, catalog).map_err(|fault| (number, fault))?;
    }
    groups.iter().try_for_each(Group::check_complete)?;
    Ok(groups)
}

fn read_line<'t>(
    line: &'t str,
    number: usize,
    groups: &mut Vec<Group<'t>>,
    catalog: &Catalog,
) -> Result<(), Fault> {
    let malformed = || Fault::Malformed(line.to_owned());
    let (key, value) = line.split_once(": ").ok_or_else(malformed)?;
    if key == "group" {
        groups.push(Group { line: number, title: value, ..Group::default() });
        return Ok(());
    }
    let group = groups.last_mut().ok_or_else(|| Fault::NoGroup(line.to_owned()))?;
    match key {
        "why" => group.why = value,
        "source" => group.sources.push(value),
        "needs" => {
            for name in value.split(' ') {
                group.needs.push(find(name, catalog)?);
            }
        }
        "for" => add_matching(value, catalog, &mut group.by)?,
        _ => return Err(malformed()),
    }
    Ok(())
}

impl Group<'_> {
    fn check_complete(&self) -> Result<(), (usize, Fault)> {
        let missing = if self.why.is_empty() {
            "why"
        } else if self.sources.is_empty() {
            "source"
        } else if self.needs.is_empty() {
            "needs"
        } else if self.by.is_empty() {
            "for"
        } else {
            return Ok(());
        };
        Err((self.line, Fault::Incomplete { title: self.title.to_owned(), missing }))
    }

    /// Each of `by` with each of `needs`; nothing needs itself.
    pub(super) fn pairs(&self) -> impl Iterator<Item = Pair> {
        self.by
            .iter()
            .flat_map(|&by| self.needs.iter().map(move |&action| Pair { by, action }))
            .filter(|pair| pair.by != pair.action)
    }
}

/// Adds the actions of `pattern pattern … [level]`. A level at the end, which has no colon, holds for all of them.
fn add_matching(words: &str, catalog: &Catalog, by: &mut Vec<ActionId>) -> Result<(), Fault> {
    let (patterns, level) = match words.rsplit_once(' ') {
        Some((patterns, word)) if !word.contains(':') => {
            let level: AccessLevel =
                word.parse().map_err(|_| Fault::UnknownLevel(word.to_owned()))?;
            (patterns, Some(level))
        }
        _ => (words, None),
    };
    for pattern in patterns.split(' ') {
        let before = by.len();
        let of_level = |id: &ActionId| level.is_none() || catalog.level(*id) == level;
        if pattern.contains(['*', '?']) {
            by.extend(matching(pattern, catalog)?.iter().filter(of_level));
        } else {
            by.extend(Some(find(pattern, catalog)?).filter(of_level));
        }
        if by.len() == before {
            return Err(Fault::MatchesNothing(pattern.to_owned()));
        }
    }
    Ok(())
}

fn matching(pattern: &str, catalog: &Catalog) -> Result<ActionSet, Fault> {
    let parsed: Pattern = pattern.parse().map_err(|_| Fault::Malformed(pattern.to_owned()))?;
    Ok(parsed.actions(catalog))
}
