//! Telling AWS Config what was judged, a hundred verdicts at a time, and answering breaks.

use super::judging::Judged;
use crate::breaks::{self, AnswerBreaks};
use crate::context::Context;
use crate::error::EvaluationError;
use crate::judgement::Outcome;
use crate::reporting;
use crate::tally::Tally;
use crate::turns::Results;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender};
use leastwise_aws::ports::{Evaluation, Evaluations};
use leastwise_telemetry::Journal;

/// What came of telling.
#[derive(Debug)]
pub(crate) struct Told {
    /// Whether AWS Config was told anything. Where it holds every result already, it was not.
    pub(super) is_anything_reported: bool,
    /// Whether AWS Config accepted everything.
    pub(crate) reported: Result<(), EvaluationError>,
    /// Whether every suspected break was answered.
    pub(crate) answered: Result<(), EvaluationError>,
    /// Whether everybody was reached, or nobody: then to try again at once would be in vain.
    pub(crate) finished: Result<(), EvaluationError>,
}

/// The judgements of a run, as they are told.
pub(super) struct Telling<'a, A, J> {
    results: &'a Results<'a>,
    time: DateTime<Utc>,
    context: &'a Context<'a, A, J>,
    tally: &'a mut Tally,
    reached: usize,
    left: usize,
    is_anybody_judged: bool,
    is_anything_reported: bool,
    refused: Vec<String>,
    answered: Result<(), EvaluationError>,
    /// What AWS Config holds already.
    unchanged: Vec<Evaluation>,
}

impl<'a, A, J> Telling<'a, A, J>
where
    A: Evaluations + AnswerBreaks,
    J: Journal,
{
    pub(super) fn new(
        results: &'a Results<'a>,
        time: DateTime<Utc>,
        context: &'a Context<'a, A, J>,
        tally: &'a mut Tally,
    ) -> Self {
        Self {
            results,
            time,
            context,
            tally,
            reached: 0,
            left: 0,
            is_anybody_judged: false,
            is_anything_reported: false,
            refused: Vec::new(),
            answered: Ok(()),
            unchanged: Vec::new(),
        }
    }

    /// Tells of each batch, and hands it on. The verdicts come first: they must not be lost because
    /// the rest fails.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Reporting`] when Config could not be told.
    pub(super) async fn tell_all(
        mut self,
        mut judged: UnboundedReceiver<Vec<Judged>>,
        told: UnboundedSender<Vec<Judged>>,
    ) -> Result<Told, EvaluationError> {
        while let Some(mut batch) = judged.next().await {
            batch.sort_by_key(|it| it.place);
            self.tell(&batch).await?;
            // Whoever takes it ends after this.
            let _ = told.unbounded_send(batch);
        }
        self.end().await
    }

    async fn tell(&mut self, batch: &[Judged]) -> Result<(), EvaluationError> {
        let evaluations: Vec<Evaluation> =
            batch.iter().filter_map(|judged| self.evaluation(judged)).collect();
        let reported = self.report(&evaluations).await;
        let broken = batch.iter().map(|it| (&it.entity, it.judgement.suspected_breaks.as_slice()));
        let answered = breaks::answer(broken, self.context, self.tally).await;
        if self.answered.is_ok() {
            self.answered = answered;
        } else {
            // The first one fails the run, and is counted as that.
            self.tally.failed(usize::from(answered.is_err()));
        }
        reported
    }

    /// Counts a judgement, and gives what AWS Config is to be told now.
    fn evaluation(&mut self, Judged { judgement, .. }: &Judged) -> Option<Evaluation> {
        let evaluation = &judgement.evaluation;
        self.is_anybody_judged |= judgement.basis.is_some();
        let is_reached = judgement.outcome != Outcome::NotReached;
        let count = if is_reached { &mut self.reached } else { &mut self.left };
        *count += 1;
        let resource = (&*evaluation.resource_type, &*evaluation.resource_id);
        if !is_reached && self.results.keeps(resource, self.time) {
            self.tally.keep(judgement);
            return None;
        }
        self.tally.add(judgement);
        if is_reached && self.results.holds(evaluation, self.context.moment.now) {
            self.unchanged.push(evaluation.clone());
            return None;
        }
        Some(evaluation.clone())
    }

    async fn report(&mut self, evaluations: &[Evaluation]) -> Result<(), EvaluationError> {
        if evaluations.is_empty() {
            return Ok(());
        }
        self.is_anything_reported = true;
        let Context { invocation, aws, .. } = self.context;
        match reporting::report(invocation, evaluations, *aws).await {
            Err(EvaluationError::NotAccepted { resource_ids }) => {
                self.refused.extend(resource_ids);
                Ok(())
            }
            reported => reported,
        }
    }

    async fn end(mut self) -> Result<Told, EvaluationError> {
        let unchanged = std::mem::take(&mut self.unchanged);
        if self.left > 0 {
            // By what is recorded the next run knows whom this one reached.
            self.report(&unchanged).await?;
        } else {
            self.tally.unchanged(unchanged.len());
        }
        let Self { reached, left, is_anything_reported, .. } = self;
        let reported = match self.refused {
            refused if refused.is_empty() => Ok(()),
            resource_ids => Err(EvaluationError::NotAccepted { resource_ids }),
        };
        let finished = match left {
            1.. if self.is_anybody_judged => Err(EvaluationError::NotFinished { reached, left }),
            _ => Ok(()),
        };
        Ok(Told { is_anything_reported, reported, answered: self.answered, finished })
    }
}
