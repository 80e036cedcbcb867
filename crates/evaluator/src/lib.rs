//! Lambda 1: turns an AWS Config event into privilege-creep evaluations.
//!
//! Data flows one way: [`event`] → principals (`change` for one, `sweep` for all) → grants and
//! usage → index → [`reporting`] → log records and tags. `main.rs` only wires.

mod breaks;
mod change;
mod context;
pub mod entity;
pub mod error;
pub mod event;
pub mod judgement;
pub mod lists;
mod moment;
mod output;
pub mod parameters;
mod records;
pub mod reporting;
pub mod scores;
pub mod settings;
pub mod summary;
mod sweep;
mod tally;
pub mod turns;

use chrono::{DateTime, Utc};
use context::Context;
use error::EvaluationError;
use event::Trigger;
use leastwise_aws::Calls;
use leastwise_telemetry::Journal;
use std::time::{Duration, Instant};
use summary::Summary;
use tally::Tally;

pub use context::{EvaluatorAws, Run};
pub use moment::Moment;

/// Evaluates what the invocation is about and reports it to AWS Config. Logs the run from its start
/// to its end, with one line of metrics, however it ends.
///
/// Evaluating twice overwrites the first result with the same.
///
/// # Errors
///
/// [`EvaluationError`] when AWS failed, or when Config did not accept an evaluation. A single
/// entity that cannot be judged is not an error of a sweep: it is reported as not judged. That
/// something could not be logged or tagged is no error at all: it is logged and counted.
pub async fn handle<A, J>(run: &Run<'_, A, J>) -> Result<Summary, EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let began = Instant::now();
    // What an earlier run left behind, because it was cut off.
    let _: Calls = run.aws.take_calls();
    tally::start(run.invocation, run.settings, run.journal);
    let mut tally = Tally::default();
    let evaluated = evaluate(&Context::load(run).await, &mut tally).await;
    let summary = tally.summary.clone();
    let (calls, as_of) = (run.aws.take_calls(), run.moment.as_of);
    tally.end(evaluated.as_ref().err(), calls, as_of, began.elapsed(), run.journal);
    evaluated.map(|()| summary)
}

async fn evaluate<A, J>(
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    match &context.invocation.trigger {
        Trigger::Change(item) => change::evaluate(item, context, tally).await?,
        Trigger::Oversized(item) => change::evaluate_oversized(item, context, tally).await?,
        Trigger::Schedule(time) => sweep::evaluate(*time, context, tally).await?,
    }
    // Where a list or the scores could not be had, everybody was reported as not judged; the run
    // failed all the same, so that somebody sees to it.
    if let Err(error) = &context.lists {
        return Err(EvaluationError::List(error.clone()));
    }
    match context.scores.error() {
        Some(error) => Err(EvaluationError::Scores(error.clone())),
        None => Ok(()),
    }
}

/// Logs and counts a run that could not begin.
pub fn reject(error: &EvaluationError, as_of: DateTime<Utc>, journal: &impl Journal) {
    Tally::default().end(Some(error), Calls::default(), as_of, Duration::ZERO, journal);
}
