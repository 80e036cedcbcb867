//! How much of a trail was found, and how much of that was read.

use serde::{Deserialize, Serialize};

/// How many files of a trail there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Found {
    /// Those that were read.
    pub(super) read: usize,
    /// How many are of another account or another time, by where they lie.
    pub(super) elsewhere: usize,
    /// How many are not files of a trail, by their names, or no files at all.
    pub(super) others: usize,
}

impl Found {
    /// Takes in how many there were elsewhere.
    pub(super) fn join(&mut self, other: Self) {
        self.read = self.read.saturating_add(other.read);
        self.elsewhere = self.elsewhere.saturating_add(other.elsewhere);
        self.others = self.others.saturating_add(other.others);
    }
}
