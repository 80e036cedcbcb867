//! A scheduled notification: every user and role of the account.

use crate::Moment;
use crate::error::EvaluationError;
use crate::event::Invocation;
use crate::judgement::{self, Judgement};
use crate::reporting;
use crate::summary::Summary;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use leastwise_aws::ports::{Evaluation, Evaluations, ReadAccount, ReadHistory, ReadUsage};
use leastwise_rightsizing::principal::Principal;
use std::collections::BTreeSet;

/// How many reports are asked for at a time. IAM's request limits are neither published nor raisable.
const CONCURRENT_REPORTS: usize = 5;

/// Evaluates every user and role, and clears the results of those that are gone.
///
/// A principal that cannot be judged is reported as not judged and does not stop the others.
///
/// # Errors
/// [`EvaluationError`] when the account could not be read as a whole, or nothing could be reported.
pub async fn evaluate<A>(
    invocation: &Invocation,
    time: DateTime<Utc>,
    aws: &A,
    moment: Moment,
) -> Result<Summary, EvaluationError>
where
    A: ReadAccount + ReadUsage + ReadHistory + Evaluations,
{
    let principals = aws.account().await?.into_principals();
    let judgements = judge_all(&principals, invocation, time, aws, moment).await;
    let mut summary = Summary::default();
    for judgement in &judgements {
        summary.add(judgement);
    }
    let evaluations: Vec<Evaluation> =
        judgements.into_iter().map(|judgement| judgement.evaluation).collect();
    // The verdicts first: they must not be lost because the rest fails.
    reporting::report(invocation, &evaluations, aws).await?;
    let gone = gone(invocation, &evaluations, time, aws).await?;
    if !gone.is_empty() {
        reporting::report(invocation, &gone, aws).await?;
    }
    for evaluation in &gone {
        summary.count(evaluation);
    }
    Ok(summary)
}

/// Every judgement, in the order of the principals. A report that is long in coming holds up no other.
async fn judge_all(
    principals: &[Principal],
    invocation: &Invocation,
    time: DateTime<Utc>,
    aws: &(impl ReadUsage + ReadHistory),
    moment: Moment,
) -> Vec<Judgement> {
    let judging = principals.iter().enumerate().map(|(place, principal)| async move {
        (place, judgement::judge(principal, invocation, time, aws, moment).await)
    });
    let judging = futures::stream::iter(judging).buffer_unordered(CONCURRENT_REPORTS);
    let mut judgements: Vec<(usize, Judgement)> = judging.collect().await;
    judgements.sort_by_key(|(place, _)| *place);
    judgements.into_iter().map(|(_, judgement)| judgement).collect()
}

/// NOT_APPLICABLE for each resource on which the rule still has a result and which is not there any more.
async fn gone(
    invocation: &Invocation,
    evaluated: &[Evaluation],
    time: DateTime<Utc>,
    aws: &impl Evaluations,
) -> Result<Vec<Evaluation>, EvaluationError> {
    // A dry run may carry a rule name that Config does not know.
    let Some(rule) = invocation.rule_name.as_ref().filter(|_| !invocation.is_test()) else {
        return Ok(Vec::new());
    };
    let present: BTreeSet<(&str, &str)> = evaluated
        .iter()
        .map(|evaluation| (evaluation.resource_type.as_str(), evaluation.resource_id.as_str()))
        .collect();
    let reported = aws.reported(rule).await?;
    Ok(reported
        .iter()
        .filter(|resource| {
            !present.contains(&(resource.resource_type.as_str(), resource.resource_id.as_str()))
        })
        .map(|resource| {
            let reason = "it does not exist any more";
            judgement::not_applicable(&resource.resource_type, &resource.resource_id, reason, time)
        })
        .collect())
}
