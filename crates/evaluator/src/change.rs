//! A change notification: one principal.

use crate::Moment;
use crate::error::EvaluationError;
use crate::event::{Invocation, Item, principal_arn};
use crate::judgement::{self, Judgement};
use crate::reporting;
use crate::summary::Summary;
use leastwise_aws::PrincipalName;
use leastwise_aws::ports::{
    ConfigurationItem, Evaluations, ReadError, ReadHistory, ReadPrincipal, ReadUsage,
};
use leastwise_rightsizing::principal::{Principal, PrincipalKind};

/// Evaluates the resource of a change notification.
///
/// # Errors
/// [`EvaluationError`] when the principal could not be read, or its report could not be had although asking again may
/// help: it is reported as not judged all the same, so that no earlier verdict stands. Or when nothing could be reported.
pub async fn evaluate<A>(
    invocation: &Invocation,
    item: &Item,
    aws: &A,
    moment: Moment,
) -> Result<Summary, EvaluationError>
where
    A: ReadPrincipal + ReadUsage + ReadHistory + Evaluations,
{
    let name = match subject(invocation, item) {
        Ok(name) => name,
        Err(reason) => return report_not_applicable(invocation, item, reason, aws).await,
    };
    match read(&name, item, aws).await {
        Ok(Ok(principal)) => {
            let ordering = item.configuration_item_capture_time;
            let judgement = judgement::judge(&principal, invocation, ordering, aws, moment).await;
            report(invocation, judgement, aws).await
        }
        Ok(Err(reason)) => report_not_applicable(invocation, item, reason, aws).await,
        Err(error) => {
            let annotation = judgement::not_judged(&error.to_string()).annotation;
            report_not_applicable(invocation, item, &annotation, aws).await?;
            Err(error.into())
        }
    }
}

/// Evaluates the resource of an oversized notification, after fetching the item that the notification leaves out.
///
/// # Errors
/// [`EvaluationError::ItemMissing`] when Config does not have it; otherwise as [`evaluate`].
pub async fn evaluate_oversized<A>(
    invocation: &Invocation,
    summary: &Item,
    aws: &A,
    moment: Moment,
) -> Result<Summary, EvaluationError>
where
    A: ReadPrincipal + ReadUsage + ReadHistory + Evaluations,
{
    if invocation.left_scope || !summary.is_present() {
        // There is nothing to judge, and Config may have forgotten the item.
        return evaluate(invocation, summary, aws, moment).await;
    }
    let captured = summary.configuration_item_capture_time;
    let fetched =
        aws.configuration_item(&summary.resource_type, &summary.resource_id, captured).await?;
    let fetched = fetched.ok_or_else(|| EvaluationError::ItemMissing {
        resource_type: summary.resource_type.clone(),
        resource_id: summary.resource_id.clone(),
    })?;
    evaluate(invocation, &completed(summary, fetched), aws, moment).await
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

async fn report_not_applicable<A: Evaluations>(
    invocation: &Invocation,
    item: &Item,
    reason: &str,
    aws: &A,
) -> Result<Summary, EvaluationError> {
    let Item { resource_type, resource_id, .. } = item;
    let ordering = item.configuration_item_capture_time;
    let evaluation = judgement::not_applicable(resource_type, resource_id, reason, ordering);
    let mut summary = Summary::default();
    summary.count(&evaluation);
    reporting::report(invocation, &[evaluation], aws).await?;
    Ok(summary)
}

async fn report<A: Evaluations>(
    invocation: &Invocation,
    judgement: Judgement,
    aws: &A,
) -> Result<Summary, EvaluationError> {
    let mut summary = Summary::default();
    summary.add(&judgement);
    reporting::report(invocation, &[judgement.evaluation], aws).await?;
    match judgement.not_judged {
        // Config invokes the function again, which may find what was missing.
        Some(why) if judgement.retryable => {
            Err(EvaluationError::NotJudged { principal: judgement.principal, why })
        }
        _ => Ok(summary),
    }
}
