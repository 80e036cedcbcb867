//! Lambda 1: turns an AWS Config event into privilege-creep evaluations.
//!
//! Data flows one way: [`event`] → principals ([`change`] for one, [`sweep`] for all) → grants and usage → index →
//! [`reporting`]. `main.rs` only wires.

pub mod change;
pub mod error;
pub mod event;
pub mod judgement;
pub mod parameters;
pub mod reporting;
pub mod summary;
pub mod sweep;

use chrono::{DateTime, Utc};
use error::EvaluationError;
use event::{Invocation, Trigger};
use leastwise_aws::ports::{Evaluations, ReadAccount, ReadHistory, ReadPrincipal, ReadUsage};
use std::time::Instant;
use summary::Summary;

/// When it is, in both of the ways that matter.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The end of the window in which use counts.
    pub as_of: DateTime<Utc>,
    /// When reports must be in, so that what is known can still be reported.
    pub deadline: Instant,
}

/// Evaluates what `invocation` is about and reports it to AWS Config.
///
/// Evaluating twice overwrites the first result with the same.
///
/// # Errors
/// [`EvaluationError`] when AWS failed, or when Config did not accept an evaluation. A single principal that cannot
/// be judged is not an error of a sweep: it is reported as not judged.
pub async fn handle<A>(
    invocation: &Invocation,
    aws: &A,
    moment: Moment,
) -> Result<Summary, EvaluationError>
where
    A: ReadAccount + ReadPrincipal + ReadUsage + ReadHistory + Evaluations,
{
    match &invocation.trigger {
        Trigger::Change(item) => change::evaluate(invocation, item, aws, moment).await,
        Trigger::Oversized(item) => change::evaluate_oversized(invocation, item, aws, moment).await,
        Trigger::Schedule(time) => sweep::evaluate(invocation, *time, aws, moment).await,
    }
}
