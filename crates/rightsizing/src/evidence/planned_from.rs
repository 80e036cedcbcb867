//! What the boundary in place was planned from: the grants of then, and what stood before it.

use crate::iam::{Principal, UnreadableDocument};
use leastwise_policy::document::Document;

/// What the boundary that Leastwise attached to a principal was planned from. Of any other
/// principal nobody asks.
#[derive(Debug, Clone, Default)]
pub struct PlannedFrom {
    /// What was granted then.
    pub grants: PlannedGrants,
    /// What stood before any boundary of Leastwise, as it is now: no boundary may allow more.
    pub previous: PreviousLimit,
}

/// What identity policies granted when the boundary in place was planned.
#[derive(Debug, Clone, Default)]
pub enum PlannedGrants {
    /// What they grant now: they did not change since, or no boundary of Leastwise is in place.
    #[default]
    AsNow,
    /// What they granted the principal as it stood then.
    Known(Box<Principal>),
    /// They changed, and what they granted then is not known, for this reason. Nothing is known to
    /// be new.
    Unknown(String),
}

/// What stood before any boundary of Leastwise.
#[derive(Debug, Clone, Default)]
pub enum PreviousLimit {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// Nothing says.
    NotRecorded,
    /// There was no boundary.
    Everything,
    /// The policy of this ARN, whose version in force now has this text or, where it is gone, had
    /// when it was looked at last.
    Policy {
        /// Its ARN.
        arn: String,
        /// Its text, or why that is not known.
        document: Result<Document, UnreadableDocument>,
    },
}
