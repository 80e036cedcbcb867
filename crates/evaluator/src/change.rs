//! A change notification: one principal.

use crate::Context;
use crate::error::EvaluationError;
use crate::event::{Invocation, Item, principal_arn};
use crate::judgement::{self, Judgement};
use crate::output;
use crate::reporting;
use crate::subject::Subject;
use crate::tally::Tally;
use leastwise_aws::PrincipalName;
use leastwise_aws::ports::{
    ConfigurationItem, Evaluations, GrantingPolicies, ReadError, ReadHistory, ReadPrincipal,
    ReadUsage, TagPrincipal,
};
use leastwise_rightsizing::principal::{Principal, PrincipalKind};
use leastwise_telemetry::Journal;

/// Evaluates the resource of a change notification.
///
/// # Errors
/// [`EvaluationError`] when the principal could not be read, or its report could not be had although asking again may
/// help: it is reported as not judged all the same, so that no earlier verdict stands. Or when nothing could be reported.
pub(crate) async fn evaluate<A, J>(
    item: &Item,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: ReadPrincipal + ReadUsage + ReadHistory + Evaluations + GrantingPolicies + TagPrincipal,
    J: Journal,
{
    let Context { invocation, aws, moment, .. } = *context;
    let name = match subject(invocation, item) {
        Ok(name) => name,
        Err(reason) => return report_not_applicable(item, reason, context, tally).await,
    };
    match read(&name, item, aws).await {
        Ok(Ok(principal)) => {
            let ordering = item.configuration_item_capture_time;
            let judgement = judgement::judge(&principal, invocation, ordering, aws, moment).await;
            let reported = report(&judgement, context, tally).await;
            let failed = output::publish(&Subject::from(&principal), &judgement, context).await;
            tally.failed(failed);
            reported
        }
        Ok(Err(reason)) => report_not_applicable(item, reason, context, tally).await,
        Err(error) => {
            let annotation = judgement::not_judged(&error.to_string()).annotation;
            report_not_applicable(item, &annotation, context, tally).await?;
            Err(error.into())
        }
    }
}

/// Evaluates the resource of an oversized notification, after fetching the item that the notification leaves out.
///
/// # Errors
/// [`EvaluationError::ItemMissing`] when Config does not have it; otherwise as [`evaluate`].
pub(crate) async fn evaluate_oversized<A, J>(
    summary: &Item,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: ReadPrincipal + ReadUsage + ReadHistory + Evaluations + GrantingPolicies + TagPrincipal,
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

/// The principal an item is about, or why the rule does not apply to it.
fn subject(invocation: &Invocation, item: &Item) -> Result<PrincipalName, &'static str> {
    let kind = PrincipalKind::from_config_resource_type(&item.resource_type)
        .ok_or("the rule judges IAM users and roles only")?;
    if invocation.left_scope {
        return Err("it has left the scope of the rule");
    }
    if !item.is_present() {
        return Err("it was deleted, or is not recorded any more");
    }
    let name =
        principal_arn(item).map(|arn| arn.name().to_owned()).or_else(|| item.resource_name.clone());
    name.map(|name| PrincipalName { kind, name })
        .ok_or("its configuration item has neither ARN nor name")
}

async fn read<A: ReadPrincipal>(
    name: &PrincipalName,
    item: &Item,
    aws: &A,
) -> Result<Result<Principal, &'static str>, ReadError> {
    Ok(match aws.principal(name).await? {
        None => Err("it does not exist any more"),
        Some(principal) if principal.unique_id.as_str() != item.resource_id => {
            Err("it was deleted, and another principal has its name now")
        }
        Some(principal) => Ok(principal),
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
    match &judgement.not_judged {
        // Config invokes the function again, which may find what was missing.
        Some(why) if judgement.retryable => {
            let (principal, why) = (judgement.principal.clone(), why.clone());
            Err(EvaluationError::NotJudged { principal, why })
        }
        _ => Ok(()),
    }
}
