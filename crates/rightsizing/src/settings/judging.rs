//! The settings by which use is told from idleness.

use super::days::UnusedAfterDays;
use super::ignored_policies::{IgnoredPolicies, NO_POLICIES};
use super::judgement::PreserveReads;

/// How use is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageSettings<'a> {
    /// The window.
    pub unused_after: UnusedAfterDays,
    /// Whether the list and read actions of used services are left alone.
    pub preserve_reads: PreserveReads,
    /// The policies whose grants do not count.
    pub ignored_policies: &'a IgnoredPolicies,
}

impl Default for UsageSettings<'_> {
    fn default() -> Self {
        Self {
            unused_after: UnusedAfterDays::default(),
            preserve_reads: PreserveReads::default(),
            ignored_policies: &NO_POLICIES,
        }
    }
}
