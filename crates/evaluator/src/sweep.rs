//! A scheduled notification: every user and role of the account, or every group.

use crate::context::{Context, EvaluatorAws};
use crate::entity::{Entity, ResourceType, ResourceTypes};
use crate::error::EvaluationError;
use crate::event::Invocation;
use crate::judgement::{Judgement, Outcome};
use crate::tally::Tally;
use crate::turns::Results;
use crate::{breaks, judgement, output, reporting, turns};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use leastwise_aws::earlier::LookBack;
use leastwise_aws::ports::{
    Evaluation, Evaluations, GrantingPolicies, ReadHistory, ReadPolicy, ReadUsage, ReportedResult,
    ReportingError, TagPrincipal,
};
use leastwise_rightsizing::iam::Account;
use leastwise_telemetry::Journal;
use std::collections::BTreeSet;

/// How many reports are under way at a time: enough to make use of 60 calls a second where a report
/// takes two seconds. How fast IAM is asked does not depend on it.
const CONCURRENT_REPORTS: usize = 64;

/// How many principals are logged and tagged at a time. IAM takes fewer writes than reads.
const CONCURRENT_WRITES: usize = 3;

/// Evaluates every entity of the types that the rule judges, and clears the results of those that
/// are gone.
///
/// One that cannot be judged is reported as not judged and does not stop the others. Whoever is not
/// reached in time comes first in the next run; until then it keeps the result that it has, for 30
/// days at most, and is reported as not judged otherwise. Where the same event comes again, after a
/// run that was cut off or did not reach everybody, whoever got a verdict since is left out.
///
/// # Errors
///
/// [`EvaluationError`] when the account could not be read as a whole, nothing could be reported, or
/// a suspected break could not be answered, as of [`breaks::answer`]; and when somebody was not
/// reached and others were, so that Lambda hands over the event again at once.
pub(crate) async fn evaluate<A, J>(
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let (invocation, aws) = (context.invocation, context.aws);
    let account = aws.account().await?;
    let groups = account.groups().to_vec();
    let entities = entities(account, &invocation.parameters.resource_types);
    let reported = reported(invocation, aws).await;
    // Without knowing them, everybody can be judged all the same.
    let results = Results::of(reported.as_deref().unwrap_or_default());
    let (entities, settled): (Vec<Entity>, Vec<Entity>) =
        entities.into_iter().partition(|entity| is_to_be_judged(entity, &results, time));
    let look_back = context.look_back(&entities, &groups);
    let judgements = judge_all(&entities, &results, time, &look_back, context).await;
    let keeps = |judgement: &Judgement| {
        judgement.outcome == Outcome::NotReached
            && results.keeps(resource(&judgement.evaluation), time)
    };
    let mut evaluations = Vec::new();
    for judgement in &judgements {
        if keeps(judgement) {
            tally.keep(judgement);
        } else {
            tally.add(judgement);
            evaluations.push(judgement.evaluation.clone());
        }
    }
    // The verdicts first: they must not be lost because the rest fails.
    let told = reporting::report(invocation, &evaluations, aws).await;
    let present = entities.iter().chain(&settled).map(resource_of).collect();
    let cleared = match (told, &reported) {
        (Ok(()), Ok(reported)) => clear(reported, &present, time, context, tally).await,
        (Ok(()), Err(error)) => Err(error.clone().into()),
        (Err(error), _) => Err(error),
    };
    let answered = breaks::answer(entities.iter().zip(&judgements), context, tally).await;
    publish_all(&entities, &judgements, context, tally).await;
    cleared.and(answered).and(finished(&judgements))
}

/// Whether the entity got no verdict since the event. Under a boundary of ours it is judged again
/// all the same: a run that was cut off may have reported a break and not halted.
fn is_to_be_judged(entity: &Entity, results: &Results<'_>, time: DateTime<Utc>) -> bool {
    let is_bounded = match entity {
        Entity::Principal(principal) => principal.has_own_leastwise_boundary(),
        Entity::Group(_) => false,
    };
    is_bounded || !results.judged_since(resource_of(entity), time)
}

/// Fails where somebody was not reached. Where nobody got a verdict, to try again at once would be
/// in vain.
fn finished(judgements: &[Judgement]) -> Result<(), EvaluationError> {
    let is_left = |judgement: &&Judgement| judgement.outcome == Outcome::NotReached;
    let left = judgements.iter().filter(is_left).count();
    let is_on_its_way = judgements.iter().any(|judgement| judgement.basis.is_some());
    if left > 0 && is_on_its_way {
        return Err(EvaluationError::NotFinished { reached: judgements.len() - left, left });
    }
    Ok(())
}

fn resource_of(entity: &Entity) -> (&str, &str) {
    (entity.resource_type().as_str(), entity.id())
}

/// Those of the account's users, roles and groups that the rule judges.
fn entities(account: Account, judged: &ResourceTypes) -> Vec<Entity> {
    let groups: Vec<Entity> = account.groups().iter().cloned().map(Entity::Group).collect();
    let principals = account.into_principals().into_iter().map(Box::new).map(Entity::Principal);
    let all = principals.chain(groups);
    all.filter(|entity| judged.contains(entity.resource_type())).collect()
}

/// What AWS Config holds of the rule.
async fn reported(
    invocation: &Invocation,
    aws: &impl Evaluations,
) -> Result<Vec<ReportedResult>, ReportingError> {
    // A dry run may carry a rule name that Config does not know.
    match invocation.rule_name.as_ref().filter(|_| !invocation.is_test()) {
        Some(rule) => aws.reported(rule).await,
        None => Ok(Vec::new()),
    }
}

fn resource(evaluation: &Evaluation) -> (&str, &str) {
    (&evaluation.resource_type, &evaluation.resource_id)
}

/// Every judgement, in the order of the entities, whosever turn comes first. A report that is long
/// in coming holds up no other.
async fn judge_all<A, J>(
    entities: &[Entity],
    results: &Results<'_>,
    time: DateTime<Utc>,
    look_back: &LookBack<'_>,
    context: &Context<'_, A, J>,
) -> Vec<Judgement>
where
    A: ReadUsage + ReadHistory + ReadPolicy,
{
    let resources: Vec<(&str, &str)> = entities.iter().map(resource_of).collect();
    let turns = turns::order(&resources, results);
    let judging = turns.into_iter().filter_map(|place| Some((place, entities.get(place)?)));
    let judging = judging.map(|(place, entity)| async move {
        (place, judgement::judge(entity, time, look_back, context).await)
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
    reported: &[ReportedResult],
    present: &BTreeSet<(&str, &str)>,
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: Evaluations,
{
    let gone = gone(context.invocation, reported, present, time);
    if !gone.is_empty() {
        reporting::report(context.invocation, &gone, context.aws).await?;
    }
    for evaluation in &gone {
        tally.count(evaluation);
    }
    Ok(())
}

/// NOT_APPLICABLE for each resource on which the rule still has a verdict and which is not there
/// any more, or not judged.
fn gone(
    invocation: &Invocation,
    reported: &[ReportedResult],
    present: &BTreeSet<(&str, &str)>,
    time: DateTime<Utc>,
) -> Vec<Evaluation> {
    let stale = reported.iter().filter(|result| {
        let resource = (result.resource_type.as_str(), result.resource_id.as_str());
        result.is_verdict() && !present.contains(&resource)
    });
    let cleared = stale.map(|result| {
        let types = &invocation.parameters.resource_types;
        let is_judged =
            ResourceType::find(&result.resource_type).is_some_and(|it| types.contains(it));
        let reason = if is_judged {
            "it does not exist any more".to_owned()
        } else {
            format!("the rule judges {types} only")
        };
        judgement::not_applicable(&result.resource_type, &result.resource_id, &reason, time)
    });
    cleared.collect()
}
