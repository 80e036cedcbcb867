//! What a principal's own Leastwise boundary was planned from, as far as a verdict needs it.

use leastwise_aws::Moment;
use leastwise_aws::planned_from::{planned_grants, previous_limit};
use leastwise_aws::ports::{HistoryError, ReadError, ReadHistory, ReadPolicy};
use leastwise_rightsizing::evidence::{PlannedFrom, PlannedGrants, PreviousLimit};
use leastwise_rightsizing::iam::Principal;
use thiserror::Error;

/// Why that is not known.
#[derive(Debug, Error)]
pub(crate) enum PlannedFromError {
    /// The grants of then could not be read.
    #[error("what it was granted when its boundary was planned could not be learned: {0}")]
    Grants(#[from] HistoryError),
    /// What stood before could not be read.
    #[error("what stood before its boundary could not be read: {0}")]
    Previous(#[from] ReadError),
    /// There was no time for it.
    #[error("what its boundary was planned from could not be learned in time")]
    Deadline,
}

impl PlannedFromError {
    /// Whether asking again may succeed with nothing else changed.
    pub(crate) fn is_retryable(&self) -> bool {
        match self {
            Self::Grants(error) => error.is_retryable(),
            Self::Previous(error) => error.is_retryable(),
            Self::Deadline => true,
        }
    }
}

/// What the boundary in place was planned from. What stood before is read only where grants
/// changed: it decides on nothing else.
///
/// # Errors
///
/// [`PlannedFromError`] when it could not be read by the deadline: what is known then must still
/// be reported.
pub(crate) async fn planned_from(
    principal: &Principal,
    moment: Moment,
    aws: &(impl ReadHistory + ReadPolicy),
) -> Result<PlannedFrom, PlannedFromError> {
    let learning = async {
        let grants = planned_grants(principal, moment, aws).await?;
        let previous = match &grants {
            PlannedGrants::Known(_) => previous_limit(principal, aws).await?,
            PlannedGrants::AsNow | PlannedGrants::Unknown(_) => PreviousLimit::NotAsked,
        };
        Ok(PlannedFrom { grants, previous })
    };
    let learned = tokio::time::timeout_at(moment.deadline.into(), learning).await;
    learned.unwrap_or(Err(PlannedFromError::Deadline))
}
