//! When it is, as an argument.

use chrono::{DateTime, Utc};
use std::time::Instant;

/// When it is, in both of the ways that matter.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The end of the window in which use counts.
    pub as_of: DateTime<Utc>,
    /// When reports must be in, so that what is known can still be reported.
    pub deadline: Instant,
}
