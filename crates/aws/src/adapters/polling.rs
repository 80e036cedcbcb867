//! How long a service last accessed report is waited for.

use std::time::Duration;

/// How a report is waited for. IAM usually takes a few seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportPolling {
    /// The wait before the second look; each further wait is twice as long. Half a second.
    pub first_wait: Duration,
    /// The longest wait between two looks. Five seconds.
    pub longest_wait: Duration,
    /// How long one report is waited for at most. One minute.
    pub patience: Duration,
}

impl Default for ReportPolling {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(5),
            patience: Duration::from_mins(1),
        }
    }
}
