//! Reading CloudTrail's event history.

use crate::call::CallError;
use chrono::{DateTime, Utc};
use std::future::Future;
use tokio::sync::mpsc::Sender;

/// The IAM actions that [`PourEvents`] costs.
pub const ACTIONS: &[&str] = &["cloudtrail:LookupEvents"];

/// Reads the event history: the management events of the last 90 days of one Region.
///
/// Costs `cloudtrail:LookupEvents`.
pub trait PourEvents: Sync {
    /// Hands over the records of a Region between two points in time, both included and in whole
    /// seconds: each as JSON with a line end. Whoever takes them must not use them before this has
    /// ended well.
    ///
    /// # Errors
    ///
    /// [`CallError`] when they may not be read, or not all of them came.
    fn pour_events(
        &self,
        region: &str,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        into: Sender<Vec<u8>>,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}
