//! A change notification: one user, role or group, or what several of them carry.

use crate::carriers::{self, Carried};
use crate::context::{Context, EvaluatorAws};
use crate::entity::{Entity, EntityName, ResourceType};
use crate::error::EvaluationError;
use crate::event::{Invocation, Item, name};
use crate::judgement::Judgement;
use crate::tally::Tally;
use crate::{breaks, judgement, output, records, reporting};
use chrono::TimeDelta;
use leastwise_aws::ports::{ConfigurationItem, Evaluations, ReadError, ReadGroup, ReadPrincipal};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::verdict::Verdict;
use leastwise_telemetry::Journal;

/// Evaluates the resource of a change notification; where that is a managed policy, or a group that
/// the rule does not judge, whoever carries it.
///
/// # Errors
///
/// [`EvaluationError`] when the principal could not be read, or its report could not be had
/// although asking again may help: it is reported as not judged all the same, so that no earlier
/// verdict stands. Or when nothing could be reported, or a suspected break could not be answered,
/// as of [`breaks::answer`].
pub(crate) async fn evaluate<A, J>(
    item: &Item,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let &Context { invocation, aws, .. } = context;
    if let Some(carried) = Carried::of(item, &invocation.parameters.resource_types) {
        // Boxed, since many reports are under way in it.
        return Box::pin(carriers::evaluate(&carried, item, context, tally)).await;
    }
    let name = match subject(invocation, item) {
        Ok(name) => name,
        Err(reason) => return report_not_applicable(item, &reason, context, tally).await,
    };
    match read(&name, item, aws).await {
        Ok(Found::Present(entity)) => {
            if is_judged_already(&entity, item, context, tally).await {
                tally.unchanged(1);
                return reporting::report(invocation, &[], aws).await;
            }
            let ordering = item.configuration_item_capture_time;
            let look_back = context.look_back(entity.principal(), &[]);
            let judgement = judgement::judge(&entity, ordering, &look_back, context).await;
            let reported = report(&judgement, context, tally).await;
            let answered =
                breaks::answer([(&entity, judgement.suspected_breaks.as_slice())], context, tally)
                    .await;
            tally.failed(output::publish(&entity, &judgement, context).await);
            reported.and(answered)
        }
        Ok(Found::Gone(reason)) => report_not_applicable(item, reason, context, tally).await,
        Err(error) => {
            let annotation = Verdict::unknown(&error.to_string()).annotation;
            report_not_applicable(item, &annotation, context, tally).await?;
            Err(error.into())
        }
    }
}

/// For how long after a verdict another event about its principal may be about what it judged.
const SOON: TimeDelta = TimeDelta::minutes(1);

/// Whether the entity got its verdict a moment ago, by a run that began after what this event is
/// about: AWS Config sends an event for each of several changes at once, and Lambda some twice.
///
/// Under a boundary of ours it is judged again all the same: the run before may have reported a
/// break, and failed before everything was halted.
async fn is_judged_already<A, J>(
    entity: &Entity,
    item: &Item,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> bool
where
    A: Evaluations,
    J: Journal,
{
    let now = context.moment.now;
    let captured = item.configuration_item_capture_time;
    let is_bounded = entity.principal().is_some_and(Principal::has_own_leastwise_boundary);
    let Some(rule) = &context.invocation.rule_name else { return false };
    if context.invocation.is_test() || is_bounded || !item.is_recent(now) {
        return false;
    }
    let held = context.aws.reported_on(&item.resource_type, &item.resource_id, rule).await;
    match held {
        Ok(held) => held.is_some_and(|held| {
            held.is_verdict()
                && held.invoked.is_some_and(|invoked| invoked >= captured)
                && held.recorded.is_some_and(|recorded| now - recorded <= SOON)
        }),
        Err(error) => {
            let message = format!("whether it was judged a moment ago is not known: {error}");
            context.record(&records::trouble(entity, message));
            tally.failed(1);
            false
        }
    }
}

/// Evaluates the resource of an oversized notification, after fetching the item that the
/// notification leaves out.
///
/// # Errors
///
/// [`EvaluationError::ItemMissing`] when Config does not have it; otherwise as [`evaluate`].
pub(crate) async fn evaluate_oversized<A, J>(
    summary: &Item,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    if context.invocation.left_scope || !summary.is_present() {
        // There is nothing to judge, and Config may have forgotten the item.
        return evaluate(summary, context, tally).await;
    }
    let captured = summary.configuration_item_capture_time;
    let (resource_type, resource_id) = (&summary.resource_type, &summary.resource_id);
    let fetched = context.aws.configuration_item(resource_type, resource_id, captured).await?;
    let fetched = fetched.ok_or_else(|| EvaluationError::ItemMissing {
        resource_type: resource_type.clone(),
        resource_id: resource_id.clone(),
    })?;
    evaluate(&completed(summary, fetched), context, tally).await
}

/// The fetched item in the form of an event's item. What Config says wins over the summary.
fn completed(summary: &Item, fetched: ConfigurationItem) -> Item {
    Item {
        resource_type: fetched.resource_type,
        resource_id: fetched.resource_id,
        resource_name: fetched.resource_name.or_else(|| summary.resource_name.clone()),
        arn: fetched.arn.or_else(|| summary.arn.clone()),
        configuration_item_status: fetched.status,
        configuration_item_capture_time: summary.configuration_item_capture_time,
        aws_account_id: fetched.account_id.or_else(|| summary.aws_account_id.clone()),
    }
}

/// The entity an item is about, or why the rule does not apply to it.
fn subject(invocation: &Invocation, item: &Item) -> Result<EntityName, String> {
    let judged = &invocation.parameters.resource_types;
    let resource_type = ResourceType::find(&item.resource_type)
        .filter(|resource_type| judged.contains(*resource_type))
        .ok_or_else(|| format!("the rule judges {judged} only"))?;
    if invocation.left_scope {
        return Err("it has left the scope of the rule".to_owned());
    }
    if !item.is_present() {
        return Err("it was deleted, or is not recorded any more".to_owned());
    }
    let name = name(item).or_else(|| item.resource_name.clone());
    let name = name.ok_or("its configuration item has neither ARN nor name")?;
    Ok(EntityName::of(resource_type, name))
}

/// What IAM has under the name of an item's entity.
enum Found {
    /// The entity of the item.
    Present(Entity),
    /// Not that entity any more, and why the rule does not apply to it.
    Gone(&'static str),
}

async fn read(
    name: &EntityName,
    item: &Item,
    aws: &(impl ReadPrincipal + ReadGroup),
) -> Result<Found, ReadError> {
    let entity = match name {
        EntityName::Principal(name) => {
            aws.principal(name).await?.map(|principal| Entity::Principal(Box::new(principal)))
        }
        EntityName::Group(name) => aws.group(name).await?.map(Entity::Group),
    };
    Ok(match entity {
        None => Found::Gone("it does not exist any more"),
        Some(entity) if entity.id() != item.resource_id => {
            Found::Gone("it was deleted, and another one has its name now")
        }
        Some(entity) => Found::Present(entity),
    })
}

async fn report_not_applicable<A, J>(
    item: &Item,
    reason: &str,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: Evaluations,
{
    let Item { resource_type, resource_id, .. } = item;
    let ordering = item.configuration_item_capture_time;
    let evaluation = judgement::not_applicable(resource_type, resource_id, reason, ordering);
    tally.count(&evaluation);
    reporting::report(context.invocation, &[evaluation], context.aws).await
}

async fn report<A, J>(
    judgement: &Judgement,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: Evaluations,
{
    tally.add(judgement);
    let evaluation = std::slice::from_ref(&judgement.evaluation);
    reporting::report(context.invocation, evaluation, context.aws).await?;
    match judgement.outcome.why() {
        // Config invokes the function again, which may find what was missing.
        Some(why) if judgement.outcome.is_retryable() => {
            let (principal, why) = (judgement.principal.clone(), why.to_owned());
            Err(EvaluationError::NotJudged { principal, why })
        }
        _ => Ok(()),
    }
}
