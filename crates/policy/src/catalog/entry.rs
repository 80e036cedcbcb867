//! What a catalogue is made of: its services, and the actions that stand in them.

use super::tracked_since::TrackedSince;
use crate::action::AccessLevel;
use std::fmt;
use std::ops::Range;

/// An action of one [`Catalog`](crate::catalog::Catalog): its rank by lower-cased namespace, and
/// then by name. It means nothing in another catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub(crate) u32);

impl ActionId {
    /// The rank, from 0 up to [`Catalog::len`](crate::catalog::Catalog::len).
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A service of the catalogue: its actions are a run of consecutive ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The prefix of the service's actions (`s3`); Access Advisor's `ServiceNamespace`.
    pub namespace: String,
    /// The ids of the service's actions; never empty.
    pub actions: Range<ActionId>,
}

impl Service {
    /// The ids of the service's actions, ascending.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = ActionId> + Clone + use<> {
        (self.actions.start.0..self.actions.end.0).map(ActionId)
    }
}

/// What the catalogue knows about one action; printed as `service:Name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogAction<'a> {
    /// The service prefix.
    pub service: &'a str,
    /// The name within the service.
    pub name: &'a str,
    /// Its access level: how much harm actions of its kind can do.
    pub level: AccessLevel,
    /// Since when IAM has recorded its use; `None` if it is not known to be recorded at all.
    pub tracked_since: Option<TrackedSince>,
}

impl fmt::Display for CatalogAction<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.service, self.name)
    }
}

/// Where an action's name stands in the text. A Lambda builds the index at every cold start, and
/// offsets of 32 bits keep it within a few pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Which of the services it is of.
    pub(super) service: u16,
    pub(super) level: AccessLevel,
    pub(super) tracked_since: Option<TrackedSince>,
}

/// An offset or a rank in 32 bits. It never saturates: a text that is too long for that is refused.
pub(super) fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
