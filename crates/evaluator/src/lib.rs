//! Lambda 1: turns an AWS Config event into privilege-creep evaluations.
//!
//! # The modules
//!
//! Each module imports only from those above it.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | [`entity`] | who is judged: a user, a role or a group |
//! | [`settings`] | what is done besides judging, from the environment |
//! | [`manifest`] | who is judged in which batch of a sweep |
//! | `listed` | who is on the roster of an account, not read yet |
//! | [`parameters`] | how principals are judged, from the rule |
//! | [`denied_call`] | a call that a boundary denied, as EventBridge tells of it |
//! | [`event`] | what AWS Config asks, and what EventBridge tells |
//! | [`lists`] | the lists that a run goes by |
//! | [`scores`] | the indices of an external service |
//! | `context` | what a run is about and works with |
//! | [`error`] | what fails an evaluation |
//! | [`judgement`] | from one entity to its verdict |
//! | [`reporting`] | telling AWS Config |
//! | `records` | what is logged of a judged entity |
//! | `output` | log records and tags |
//! | `breaks` | announcing what a boundary stopped |
//! | [`summary`] | what a run came to |
//! | `tally` | the counts of a run, and its metrics |
//! | [`turns`] | whose turn it is in a sweep |
//! | `sweep` | a scheduled notification: every entity, or a batch of them |
//! | `hand_over` | the same, handed over to Step Functions |
//! | `carriers` | a change of what several principals carry |
//! | `change` | a change notification: one entity |
//! | `denial` | a denied call: what it proves of a boundary |
//!
//! # How an event flows through
//!
//! ```text
//! JSON ─▶ Invocation ─▶ Run ─▶ Context ─▶ Entity ─▶ Judgement ─▶ AWS Config
//!                                                        │
//!                                                        └─▶ log, tags, announcements ─▶ Summary
//! ```
//!
//! `main.rs` only wires: it reads the event as an [`Invocation`](event::Invocation) and hands it on
//! as a [`Run`]. [`handle`] loads lists, enabled Regions and external scores and judges one entity
//! (`change`), whoever carries a policy or group (`carriers`), or all (`sweep`); a denied call is
//! answered without judging anybody (`denial`). A
//! [`Judgement`](judgement::Judgement) goes to AWS Config first; the rest follows.

mod breaks;
mod carriers;
mod change;
mod context;
mod denial;
pub mod denied_call;
pub mod entity;
pub mod error;
pub mod event;
mod hand_over;
pub mod judgement;
mod listed;
pub mod lists;
pub mod manifest;
mod output;
pub mod parameters;
mod planned_from;
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
    let mut summary = tally.summary.clone();
    if matches!(run.invocation.trigger, Trigger::Batch(..)) {
        summary.shorten();
    }
    let (calls, as_of) = (run.aws.take_calls(), run.moment.now);
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
        Trigger::Schedule(time) => hand_over::evaluate(*time, context, tally).await?,
        Trigger::Batch(time, batch) => {
            sweep::evaluate_batch(batch, *time, context, tally).await?;
        }
        Trigger::Finish(time) => sweep::finish(*time, context, tally).await?,
        Trigger::Denial(denied) => denial::evaluate(denied, context, tally).await?,
    }
    // Where a list, the Regions or the scores could not be had, everybody was reported as not
    // judged, and without the usage files nothing was idle; the run failed all the same, so that
    // somebody sees to it.
    if let Err(error) = &context.lists {
        return Err(EvaluationError::List(error.clone()));
    }
    if let Err(error) = &context.regions {
        return Err(error.clone().into());
    }
    if let Err(error) = &context.witnesses {
        return Err(EvaluationError::unread(error));
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
