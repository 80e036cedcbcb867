//! Reads `supplement.txt`: dependent actions that AWS documents elsewhere than in its service
//! authorization reference.

use super::error::DependentActionsFault;
use super::names::{Names, lines, split_once};
use super::pair::Pair;
use crate::action::AccessLevel;
use crate::action_set::ActionSet;
use crate::catalog::{ActionId, Catalog};
use crate::pattern::Pattern;

/// Some actions that need the same for the same reason.
#[derive(Debug, Default)]
pub(super) struct Group<'t> {
    /// The line of its title, counted from 1.
    pub(super) line: usize,
    pub(super) title: &'t str,
    pub(super) why: &'t str,
    /// The pages of AWS that say so.
    pub(super) sources: Vec<&'t str>,
    /// What is needed.
    pub(super) needs: Vec<ActionId>,
    /// What needs it.
    pub(super) by: Vec<ActionId>,
}

/// Reads the groups in their order. A fault comes with the number of its line.
pub(super) fn read<'t>(
    text: &'t str,
    names: &mut Names<'t, '_>,
) -> Result<Vec<Group<'t>>, (usize, DependentActionsFault)> {
    let mut groups: Vec<Group<'t>> = Vec::with_capacity(64);
    for (number, line) in lines(text) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        read_line(line, number, &mut groups, names).map_err(|fault| (number, fault))?;
    }
    groups.iter().try_for_each(Group::check_complete)?;
    Ok(groups)
}

fn read_line<'t>(
    line: &'t str,
    number: usize,
    groups: &mut Vec<Group<'t>>,
    names: &mut Names<'t, '_>,
) -> Result<(), DependentActionsFault> {
    let malformed = || DependentActionsFault::Malformed(line.to_owned());
    let (key, value) = split_once(line, b':').ok_or_else(malformed)?;
    let value = value.strip_prefix(' ').ok_or_else(malformed)?;
    if key == "group" {
        groups.push(Group { line: number, title: value, ..Group::default() });
        return Ok(());
    }
    let group = groups.last_mut().ok_or_else(|| DependentActionsFault::NoGroup(line.to_owned()))?;
    match key {
        "why" => group.why = value,
        "source" => group.sources.push(value),
        "needs" => add_matching(value, names, Names::find_needed, &mut group.needs)?,
        "for" => add_matching(value, names, Names::find, &mut group.by)?,
        _ => return Err(malformed()),
    }
    Ok(())
}

impl Group<'_> {
    fn check_complete(&self) -> Result<(), (usize, DependentActionsFault)> {
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
        Err((
            self.line,
            DependentActionsFault::Incomplete { title: self.title.to_owned(), missing },
        ))
    }

    /// Each of `by` with each of `needs`; nothing needs itself.
    pub(super) fn pairs(&self) -> impl Iterator<Item = Pair> {
        self.by
            .iter()
            .flat_map(|&by| self.needs.iter().map(move |&action| Pair { by, action }))
            .filter(|pair| pair.by != pair.action)
    }
}

/// Looks up one action among the names of the table.
type Find<'t, 'c> = fn(&mut Names<'t, 'c>, &'t str) -> Result<ActionId, DependentActionsFault>;

/// Adds the actions of `pattern pattern … [level]`. A level at the end, which has no colon, holds
/// for all of them.
fn add_matching<'t, 'c>(
    words: &'t str,
    names: &mut Names<'t, 'c>,
    find: Find<'t, 'c>,
    actions: &mut Vec<ActionId>,
) -> Result<(), DependentActionsFault> {
    let catalog = names.catalog();
    let (patterns, level) = match words.rsplit_once(' ') {
        Some((patterns, word)) if !word.contains(':') => {
            let level: AccessLevel =
                word.parse().map_err(|_| DependentActionsFault::UnknownLevel(word.to_owned()))?;
            (patterns, Some(level))
        }
        _ => (words, None),
    };
    for pattern in patterns.split(' ') {
        let before = actions.len();
        let of_level = |id: &ActionId| level.is_none() || catalog.level(*id) == level;
        if pattern.contains(['*', '?']) {
            actions.extend(matching(pattern, catalog)?.iter().filter(of_level));
        } else {
            actions.extend(Some(find(names, pattern)?).filter(of_level));
        }
        if actions.len() == before {
            return Err(DependentActionsFault::MatchesNothing(pattern.to_owned()));
        }
    }
    Ok(())
}

fn matching(pattern: &str, catalog: &Catalog) -> Result<ActionSet, DependentActionsFault> {
    let parsed: Pattern =
        pattern.parse().map_err(|_| DependentActionsFault::Malformed(pattern.to_owned()))?;
    Ok(parsed.actions(catalog))
}
