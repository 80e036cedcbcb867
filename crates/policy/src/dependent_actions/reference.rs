//! Reads `dependent_actions.txt`: the dependent actions that AWS's service authorization reference lists.

use super::{Fault, Pair, find};
use crate::catalog::{ActionId, Catalog};
use std::collections::HashMap;

/// What the table says.
pub(super) struct Reference<'t> {
    pub(super) version: &'t str,
    pub(super) date: &'t str,
    pub(super) pairs: Vec<Pair>,
}

/// Reads the table; of a fault, says in which line it is.
pub(super) fn read<'t>(text: &'t str, catalog: &Catalog) -> Result<Reference<'t>, (usize, Fault)> {
    let mut reference = Reference { version: "", date: "", pairs: Vec::new() };
    let mut names = Names::default();
    for (line, number) in text.lines().zip(1..) {
        if let Some(version) = line.strip_prefix("# version: ") {
            reference.version = version;
        } else if let Some(date) = line.strip_prefix("# date: ") {
            reference.date = date;
        } else if !line.starts_with('#') {
            read_line(line, &mut names, catalog, &mut reference.pairs)
                .map_err(|fault| (number, fault))?;
        }
    }
    if reference.version.is_empty() || reference.date.is_empty() {
        return Err((1, Fault::MissingHeader));
    }
    Ok(reference)
}

fn read_line<'t>(
    line: &'t str,
    names: &mut Names<'t>,
    catalog: &Catalog,
    pairs: &mut Vec<Pair>,
) -> Result<(), Fault> {
    let (by, action) = line.split_once(' ').ok_or_else(|| Fault::NoPair(line.to_owned()))?;
    let pair = Pair { by: names.find_by(by, catalog)?, action: names.find(action, catalog)? };
    if pair.by == pair.action {
        return Err(Fault::Itself(action.to_owned()));
    }
    // One order for the whole table, so that a renewal shows as the lines that changed.
    if pairs.last().is_some_and(|previous| previous >= &pair) {
        return Err(Fault::Unsorted(line.to_owned()));
    }
    pairs.push(pair);
    Ok(())
}

/// The names seen so far. A few hundred needed actions are named four thousand times, and an action that needs several
/// stands in as many lines; a cold start waits for each that is looked up again.
#[derive(Default)]
struct Names<'t> {
    by: Option<(&'t str, ActionId)>,
    actions: HashMap<&'t str, ActionId>,
}

impl<'t> Names<'t> {
    /// An action that needs another, as the line before has it or anew.
    fn find_by(&mut self, name: &'t str, catalog: &Catalog) -> Result<ActionId, Fault> {
        if let Some((_, id)) = self.by.filter(|(previous, _)| *previous == name) {
            return Ok(id);
        }
        let id = find(name, catalog)?;
        self.by = Some((name, id));
        Ok(id)
    }

    /// A needed action, as an earlier line has it or anew.
    fn find(&mut self, name: &'t str, catalog: &Catalog) -> Result<ActionId, Fault> {
        if let Some(&id) = self.actions.get(name) {
            return Ok(id);
        }
        let id = find(name, catalog)?;
        self.actions.insert(name, id);
        Ok(id)
    }
}
