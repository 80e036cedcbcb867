//! Looks up the names of the tables. A cold start waits for each look-up, and names repeat
//! themselves, so the latest are remembered.

use super::error::DependentActionsFault;
use crate::catalog::{ActionId, Catalog, Service};
use crate::hash::BuildSmallKeyHasher;
use memchr::{memchr, memchr_iter};
use std::collections::HashMap;
use std::iter::once;

/// The ids of the names seen so far.
pub(super) struct Names<'t, 'c> {
    catalog: &'c Catalog,
    /// The namespace looked up last: lines of one service stand together.
    service: Option<&'c Service>,
    /// The action looked up last: lines of one action stand together.
    last: Option<(&'t str, ActionId)>,
    /// Needed actions: a few hundred are named thousands of times.
    needed: HashMap<&'t str, ActionId, BuildSmallKeyHasher>,
}

impl<'t, 'c> Names<'t, 'c> {
    pub(super) fn of(catalog: &'c Catalog) -> Self {
        let needed = HashMap::with_capacity_and_hasher(1 << 11, BuildSmallKeyHasher::default());
        Self { catalog, service: None, last: None, needed }
    }

    pub(super) const fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    /// Finds an action that needs others.
    pub(super) fn find(&mut self, name: &'t str) -> Result<ActionId, DependentActionsFault> {
        let mut after = None;
        if let Some((last, id)) = self.last {
            if last == name {
                return Ok(id);
            }
            after = Some(id);
        }
        let id = self.look_up(name, after)?;
        self.last = Some((name, id));
        Ok(id)
    }

    /// Finds an action that others need.
    pub(super) fn find_needed(&mut self, name: &'t str) -> Result<ActionId, DependentActionsFault> {
        if let Some(&id) = self.needed.get(name) {
            return Ok(id);
        }
        let id = self.look_up(name, None)?;
        self.needed.insert(name, id);
        Ok(id)
    }

    /// Looks an action up, first among the ones that follow `after`.
    fn look_up(
        &mut self,
        action: &str,
        after: Option<ActionId>,
    ) -> Result<ActionId, DependentActionsFault> {
        let id = split_once(action, b':').and_then(|(namespace, name)| {
            let service = match self.service.filter(|service| service.namespace == namespace) {
                Some(service) => service,
                None => self.catalog.service(namespace)?,
            };
            self.service = Some(service);
            after
                .filter(|after| service.actions.contains(after))
                .and_then(|after| self.catalog.find_from(after, service, name))
                .or_else(|| self.catalog.find_in(service, name))
        });
        id.ok_or_else(|| DependentActionsFault::UnknownAction(action.to_owned()))
    }
}

/// The lines of a text with their numbers, counted from 1.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let ends = memchr_iter(b'\n', text.as_bytes()).chain(once(text.len()));
    let mut start = 0;
    (1..).zip(ends.map(move |end| {
        let line = text.get(start..end).unwrap_or_default();
        start = end + 1;
        line
    }))
}

/// As [`str::split_once`], faster for a byte.
pub(super) fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = memchr(separator, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}
