//! A change notification: one principal.

use crate::Moment;
use crate::error::EvaluationError;
use crate::event::{Invocation, Item, principal_arn};
use crate::judgement::{self, Judgement};
use crate::reporting;
use crate::summary::Summary;
use chrono::{DateTime, Utc};
use leastwise_aws::PrincipalName;
use leastwise_aws::ports::{ConfigurationItem, Evaluation, Evaluations, ReadPrincipal, ReadUsage};
use leastwise_rightsizing::principal::PrincipalKind;

/// Evaluates the resource of a change notification.
///
/// # Errors
/// [`EvaluationError`] when the principal could not be read, its report could not be had although asking again may
/// help (it is reported as not judged all the same), or nothing could be reported.
pub async fn evaluate<A>(
    invocation: &Invocation,
    item: &Item,
    aws: &A,
    moment: Moment,
) -> Result<Summary, EvaluationError>
where
    A: ReadPrincipal + ReadUsage + Evaluations,
{
    let mut summary = Summary::default();
    let ordering = item.configuration_item_capture_time;
    let evaluation = match subject(invocation, item) {
        Err(reason) => not_applicable(item, reason, ordering),
        Ok(name) => match read(&name, item, aws).await? {
            Err(reason) => not_applicable(item, reason, ordering),
            Ok(principal) => {
                let judgement =
                    judgement::judge(&principal, invocation, ordering, aws, moment).await;
                return report(invocation, judgement, aws).await;
            }
        },
    };
    summary.count(&evaluation);
    reporting::report(invocation, vec![evaluation], aws).await?;
    Ok(summary)
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
    A: ReadPrincipal + ReadUsage + Evaluations,
{
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
) -> Result<Result<leastwise_rightsizing::principal::Principal, &'static str>, EvaluationError> {
    Ok(match aws.principal(name).await? {
        None => Err("it does not exist any more"),
        Some(principal) if principal.unique_id.as_str() != item.resource_id => {
            Err("it was deleted, and another principal has its name now")
        }
        Some(principal) => Ok(principal),
    })
}

fn not_applicable(item: &Item, reason: &str, ordering: DateTime<Utc>) -> Evaluation {
    judgement::not_applicable(&item.resource_type, &item.resource_id, reason, ordering)
}

async fn report<A: Evaluations>(
    invocation: &Invocation,
    judgement: Judgement,
    aws: &A,
) -> Result<Summary, EvaluationError> {
    let mut summary = Summary::default();
    summary.add(&judgement);
    reporting::report(invocation, vec![judgement.evaluation], aws).await?;
    match judgement.not_judged {
        // Config invokes the function again, which may find what was missing.
        Some(why) if judgement.retryable => {
            Err(EvaluationError::NotJudged { principal: judgement.principal, why })
        }
        _ => Ok(summary),
    }
}
