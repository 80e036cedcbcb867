//! The settings by which rule and plan judge alike.

use super::days::UnusedAfterDays;
use super::ignored_policies::IgnoredPolicies;
use super::judgement::{PreserveReads, Weighting};

/// How use is judged, and weighed. The rule that scores a principal and the plan that mends it must
/// agree on these, or a remediated principal would not come out COMPLIANT.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judging {
    /// The window.
    pub unused_after: UnusedAfterDays,
    /// Whether the idle list and read actions of used services are left alone.
    pub preserve_reads: PreserveReads,
    /// The policies whose grants do not count.
    pub ignored_policies: IgnoredPolicies,
    /// Weights of services.
    pub weighting: Weighting,
}
