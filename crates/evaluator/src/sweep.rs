//! A scheduled notification: every user and role of the account.

use crate::Context;
use crate::error::EvaluationError;
use crate::event::Invocation;
use crate::judgement::{self, Judgement};
use crate::output;
use crate::reporting;
use crate::subject::Subject;
use crate::tally::Tally;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use leastwise_aws::ports::{
    Evaluation, Evaluations, GrantingPolicies, ReadAccount, ReadHistory, ReadUsage, TagPrincipal,
};
use leastwise_rightsizing::principal::Principal;
use leastwise_telemetry::Journal;
use std::collections::BTreeSet;

/// How many reports are asked for at a time. IAM's request limits are neither published nor raisable.
const CONCURRENT_REPORTS: usize = 5;

/// How many principals are logged and tagged at a time. IAM takes fewer writes than reads.
const CONCURRENT_WRITES: usize = 3;

/// Evaluates every user and role, and clears the results of those that are gone.
///
/// A principal that cannot be judged is reported as not judged and does not stop the others.
///
/// # Errors
/// [`EvaluationError`] when the account could not be read as a whole, or nothing could be reported.
pub(crate) async fn evaluate<A, J>(
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: ReadAccount + ReadUsage + ReadHistory + Evaluations + GrantingPolicies + TagPrincipal,
    J: Journal,
{
    let (invocation, aws) = (context.invocation, context.aws);
    let principals = aws.account().await?.into_principals();
    let judgements = judge_all(&principals, time, context).await;
    for judgement in &judgements {
        tally.add(judgement);
    }
    let evaluations: Vec<Evaluation> =
        judgements.iter().map(|judgement| judgement.evaluation.clone()).collect();
    // The verdicts first: they must not be lost because the rest fails.
    let reported = reporting::report(invocation, &evaluations, aws).await;
    let cleared = match reported {
        Ok(()) => clear(&evaluations, time, context, tally).await,
        Err(error) => Err(error),
    };
    publish_all(&principals, &judgements, context, tally).await;
    cleared
}

/// Every judgement, in the order of the principals. A report that is long in coming holds up no other.
async fn judge_all<A, J>(
    principals: &[Principal],
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
) -> Vec<Judgement>
where
    A: ReadUsage + ReadHistory,
{
    let Context { invocation, aws, moment, .. } = *context;
    let judging = principals.iter().enumerate().map(|(place, principal)| async move {
        (place, judgement::judge(principal, invocation, time, aws, moment).await)
    });
    let judging = futures::stream::iter(judging).buffer_unordered(CONCURRENT_REPORTS);
    let mut judgements: Vec<(usize, Judgement)> = judging.collect().await;
    judgements.sort_by_key(|(place, _)| *place);
    judgements.into_iter().map(|(_, judgement)| judgement).collect()
}

/// Logs and tags, in the order of the principals.
async fn publish_all<A, J>(
    principals: &[Principal],
    judgements: &[Judgement],
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) where
    A: GrantingPolicies + TagPrincipal,
    J: Journal,
{
    let publishing = principals.iter().zip(judgements).map(|(principal, judgement)| async move {
        output::publish(&Subject::from(principal), judgement, context).await
    });
    let publishing = futures::stream::iter(publishing).buffered(CONCURRENT_WRITES);
    tally.failed(publishing.fold(0, async |sum, failed| sum + failed).await);
}

/// Clears the results of what is gone.
async fn clear<A, J>(
    evaluations: &[Evaluation],
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: Evaluations,
{
    let gone = gone(context.invocation, evaluations, time, context.aws).await?;
    if !gone.is_empty() {
        reporting::report(context.invocation, &gone, context.aws).await?;
    }
    for evaluation in &gone {
        tally.count(evaluation);
    }
    Ok(())
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
