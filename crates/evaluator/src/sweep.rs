//! A scheduled notification: every user and role of the account, or every group.

use crate::Context;
use crate::breaks;
use crate::entity::{Entity, ResourceType, ResourceTypes};
use crate::error::EvaluationError;
use crate::event::Invocation;
use crate::judgement::{self, Judgement};
use crate::output;
use crate::reporting;
use crate::tally::Tally;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use leastwise_aws::ports::{
    Evaluation, Evaluations, GrantingPolicies, Publish, ReadAccount, ReadHistory, ReadUsage,
    Remember, TagPrincipal,
};
use leastwise_rightsizing::account::Account;
use leastwise_telemetry::Journal;
use std::collections::BTreeSet;

/// How many reports are asked for at a time. IAM's request limits are neither published nor raisable.
const CONCURRENT_REPORTS: usize = 5;

/// How many principals are logged and tagged at a time. IAM takes fewer writes than reads.
const CONCURRENT_WRITES: usize = 3;

/// Evaluates every entity of the types that the rule judges, and clears the results of those that are gone.
///
/// One that cannot be judged is reported as not judged and does not stop the others.
///
/// # Errors
/// [`EvaluationError`] when the account could not be read as a whole, or nothing could be reported.
pub(crate) async fn evaluate<A, J>(
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: ReadAccount
        + ReadUsage
        + ReadHistory
        + Evaluations
        + GrantingPolicies
        + TagPrincipal
        + Publish
        + Remember,
    J: Journal,
{
    let (invocation, aws) = (context.invocation, context.aws);
    let entities = entities(aws.account().await?, &invocation.parameters.resource_types);
    let judgements = judge_all(&entities, time, context).await;
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
    publish_all(&entities, &judgements, context, tally).await;
    tally.unannounced(breaks::announce(entities.iter().zip(&judgements), context).await);
    cleared
}

/// Those of the account's users, roles and groups that the rule judges.
fn entities(account: Account, judged: &ResourceTypes) -> Vec<Entity> {
    let groups: Vec<Entity> = account.groups().iter().cloned().map(Entity::Group).collect();
    let principals = account.into_principals().into_iter().map(Box::new).map(Entity::Principal);
    let all = principals.chain(groups);
    all.filter(|entity| judged.contains(entity.resource_type())).collect()
}

/// Every judgement, in the order of the entities. A report that is long in coming holds up no other.
async fn judge_all<A, J>(
    entities: &[Entity],
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
) -> Vec<Judgement>
where
    A: ReadUsage + ReadHistory,
{
    let judging = entities.iter().enumerate().map(|(place, entity)| async move {
        (place, judgement::judge(entity, time, context).await)
    });
    let judging = futures::stream::iter(judging).buffer_unordered(CONCURRENT_REPORTS);
    let mut judgements: Vec<(usize, Judgement)> = judging.collect().await;
    judgements.sort_by_key(|(place, _)| *place);
    judgements.into_iter().map(|(_, judgement)| judgement).collect()
}

/// Logs and tags, in the order of the entities.
async fn publish_all<A, J>(
    entities: &[Entity],
    judgements: &[Judgement],
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) where
    A: GrantingPolicies + TagPrincipal,
    J: Journal,
{
    let publishing = entities.iter().zip(judgements).map(|(entity, judgement)| async move {
        output::publish(entity, judgement, context).await
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

/// NOT_APPLICABLE for each resource on which the rule still has a result and which is not there any more, or not judged.
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
            let types = &invocation.parameters.resource_types;
            let is_judged =
                ResourceType::find(&resource.resource_type).is_some_and(|it| types.contains(it));
            let reason = if is_judged {
                "it does not exist any more".to_owned()
            } else {
                format!("the rule judges {types} only")
            };
            judgement::not_applicable(&resource.resource_type, &resource.resource_id, &reason, time)
        })
        .collect())
}
