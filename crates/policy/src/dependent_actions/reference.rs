//! Reads `dependent_actions.txt`, the dependent actions that AWS's service authorization reference
//! lists, and `operations.txt`, which has the same form.

use super::error::DependentActionsFault;
use super::names::{Names, lines, split_once};
use super::pair::Pair;

/// What the table says.
pub(super) struct Reference<'t> {
    pub(super) version: &'t str,
    pub(super) date: &'t str,
    pub(super) pairs: Vec<Pair>,
}

/// Reads the table. A fault comes with the number of its line.
pub(super) fn read<'t>(
    text: &'t str,
    names: &mut Names<'t, '_>,
) -> Result<Reference<'t>, (usize, DependentActionsFault)> {
    // The mean line has 55 bytes, and the other tables add twice as many pairs.
    let mut reference =
        Reference { version: "", date: "", pairs: Vec::with_capacity(text.len() / 18) };
    for (number, line) in lines(text) {
        if let Some(comment) = line.strip_prefix('#') {
            reference.read_comment(comment);
        } else {
            let pair = read_pair(line, names).map_err(|fault| (number, fault))?;
            // One order for the whole table, so that a renewal shows as the lines that changed.
            if reference.pairs.last().is_some_and(|previous| *previous >= pair) {
                return Err((number, DependentActionsFault::Unsorted(line.to_owned())));
            }
            reference.pairs.push(pair);
        }
    }
    if reference.version.is_empty() || reference.date.is_empty() {
        return Err((1, DependentActionsFault::MissingHeader));
    }
    Ok(reference)
}

impl<'t> Reference<'t> {
    fn read_comment(&mut self, comment: &'t str) {
        if let Some(version) = comment.strip_prefix(" version: ") {
            self.version = version;
        } else if let Some(date) = comment.strip_prefix(" date: ") {
            self.date = date;
        }
    }
}

fn read_pair<'t>(line: &'t str, names: &mut Names<'t, '_>) -> Result<Pair, DependentActionsFault> {
    let (by, action) =
        split_once(line, b' ').ok_or_else(|| DependentActionsFault::NoPair(line.to_owned()))?;
    let pair = Pair { by: names.find(by)?, action: names.find_needed(action)? };
    if pair.by == pair.action {
        return Err(DependentActionsFault::Itself(action.to_owned()));
    }
    Ok(pair)
}
