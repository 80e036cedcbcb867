//! What the boundary in place was planned from: the grants of then, and what stood before it.

use crate::iam::{GrantingPolicy, PolicySource, Principal, UnreadableDocument};
use leastwise_policy::action::Action;
use leastwise_policy::document::{Document, Statement};

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

impl PlannedGrants {
    /// The same, as if these actions had been granted to `principal` only since: a boundary of ours
    /// that denies them follows them then, within what stood before it.
    ///
    /// Where it is not known what was granted then, these alone count as new.
    #[must_use]
    pub fn giving_back(self, actions: &[Action], principal: &Principal) -> Self {
        if actions.is_empty() {
            return self;
        }
        let mut then = match self {
            Self::AsNow | Self::Unknown(_) => Box::new(principal.clone()),
            Self::Known(then) => then,
        };
        let patterns = actions.iter().cloned().map(Into::into).collect();
        let denied = Document::new(vec![Statement::deny(None, patterns)]);
        let source = PolicySource::Inline { name: "given-back".to_owned() };
        then.policies.push(GrantingPolicy { source, document: Ok(denied) });
        Self::Known(then)
    }
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
