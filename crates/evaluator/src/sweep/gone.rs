//! Clearing the results of what is gone.

use crate::context::Context;
use crate::entity::ResourceType;
use crate::error::EvaluationError;
use crate::event::Invocation;
use crate::tally::Tally;
use crate::{judgement, reporting};
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{Evaluation, Evaluations, ReportedResult};
use leastwise_telemetry::Journal;
use std::collections::BTreeSet;

/// Clears the results of whatever is not `present` any more, and gives their number.
pub(super) async fn clear<A, J>(
    reported: &[ReportedResult],
    present: &BTreeSet<(&str, &str)>,
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<usize, EvaluationError>
where
    A: Evaluations,
    J: Journal,
{
    let gone = gone(context.invocation, reported, present, time);
    if !gone.is_empty() {
        reporting::report(context.invocation, &gone, context.aws).await?;
    }
    for evaluation in &gone {
        tally.count(evaluation);
    }
    Ok(gone.len())
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
