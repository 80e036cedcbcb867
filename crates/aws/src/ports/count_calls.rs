//! Counting the calls that the other ports cost.

use crate::calls::Calls;

/// Counts calls to AWS. Costs nothing.
pub trait CountCalls: Sync {
    /// The calls since the last time this was asked, which begins the count anew: asked at the end
    /// of every run, it gives each run its own, however many runs one process sees.
    fn take_calls(&self) -> Calls;
}
