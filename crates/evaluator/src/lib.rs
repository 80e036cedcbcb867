//! Lambda 1: turns an AWS Config event into privilege-creep evaluations.
//!
//! Data flows one way: [`event`] → principals (`change` for one, `sweep` for all) → grants and
//! usage → index → [`reporting`] → log records and tags. `main.rs` only wires.

mod breaks;
mod change;
pub mod entity;
pub mod error;
pub mod event;
pub mod judgement;
pub mod lists;
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
use error::EvaluationError;
use event::{Invocation, Trigger};
use leastwise_aws::Calls;
use leastwise_aws::lists::ListError;
use leastwise_aws::ports::{
    CountCalls, Evaluations, GrantingPolicies, Publish, ReadAccount, ReadGroup, ReadHistory,
    ReadPrincipal, ReadUsage, Remember, TagPrincipal,
};
use leastwise_telemetry::Journal;
use lists::Lists;
use scores::Scores;
use settings::Settings;
use std::time::{Duration, Instant};
use summary::Summary;
use tally::Tally;

/// When it is, in both of the ways that matter.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The end of the window in which use counts.
    pub as_of: DateTime<Utc>,
    /// When reports must be in, so that what is known can still be reported.
    pub deadline: Instant,
}

/// What an evaluation is about and works with.
#[derive(Debug)]
pub struct Context<'a, A, J> {
    /// What Config asks.
    pub invocation: &'a Invocation,
    /// How principals are judged; or why that is not known, and nobody can be.
    pub lists: &'a Result<Lists, ListError>,
    /// Whose indices decide.
    pub scores: &'a Scores,
    /// What is done besides judging.
    pub settings: &'a Settings,
    /// AWS.
    pub aws: &'a A,
    /// AWS by the function's own credentials, which differ where a role is assumed: what is
    /// announced is its own.
    pub own: &'a A,
    /// Where log records and metrics go.
    pub journal: &'a J,
    /// When it is.
    pub moment: Moment,
}

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
pub async fn handle<A, J>(context: &Context<'_, A, J>) -> Result<Summary, EvaluationError>
where
    A: ReadAccount
        + ReadPrincipal
        + ReadGroup
        + ReadUsage
        + ReadHistory
        + Evaluations
        + GrantingPolicies
        + TagPrincipal
        + Publish
        + Remember
        + CountCalls,
    J: Journal,
{
    let began = Instant::now();
    // What an earlier run left behind, because it was cut off.
    let _: Calls = context.aws.take_calls();
    tally::start(context.invocation, context.settings, context.journal);
    let mut tally = Tally::default();
    let evaluated = match &context.invocation.trigger {
        Trigger::Change(item) => change::evaluate(item, context, &mut tally).await,
        Trigger::Oversized(item) => change::evaluate_oversized(item, context, &mut tally).await,
        Trigger::Schedule(time) => sweep::evaluate(*time, context, &mut tally).await,
    };
    // Everybody was reported as not judged; the run failed all the same, so that somebody sees to
    // it.
    let evaluated = match (evaluated, context.lists, context.scores.error()) {
        (Ok(()), Err(error), _) => Err(EvaluationError::List(error.clone())),
        (Ok(()), Ok(_), Some(error)) => Err(EvaluationError::Scores(error.clone())),
        (evaluated, _, _) => evaluated,
    };
    let summary = tally.summary.clone();
    let (calls, as_of) = (context.aws.take_calls(), context.moment.as_of);
    tally.end(evaluated.as_ref().err(), calls, as_of, began.elapsed(), context.journal);
    evaluated.map(|()| summary)
}

/// Logs and counts a run that could not begin.
pub fn reject(error: &EvaluationError, as_of: DateTime<Utc>, journal: &impl Journal) {
    Tally::default().end(Some(error), Calls::default(), as_of, Duration::ZERO, journal);
}
