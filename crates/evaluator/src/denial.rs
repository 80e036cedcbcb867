//! Answering a call that a boundary of ours denied: that proves a break.

use crate::breaks;
use crate::context::{Context, EvaluatorAws};
use crate::denied_call::DeniedCall;
use crate::entity::Entity;
use crate::error::EvaluationError;
use crate::tally::Tally;
use leastwise_aws::PrincipalName;
use leastwise_rightsizing::evidence::witnesses::Witnesses;
use leastwise_rightsizing::usage::proved_breaks;
use leastwise_telemetry::Journal;

/// Answers the denied call, if a boundary of ours denied it and denies it still.
///
/// AWS Config hears nothing of it: an event of EventBridge has no token for a verdict. The next
/// evaluation reports the break.
pub(crate) async fn evaluate<A, J>(
    denied: &DeniedCall,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let name = PrincipalName::from(&denied.principal);
    let Some(principal) = context.aws.principal(&name).await? else { return Ok(()) };
    let mut witnesses = Witnesses::default();
    witnesses.add(denied.log.clone());
    let sightings = witnesses.of(&principal);
    let breaks = proved_breaks(&principal, &sightings).map_err(|why| {
        EvaluationError::NotHalted { principal: principal.arn.to_string(), why: why.to_string() }
    })?;
    tally.broke(breaks.len());
    let entity = Entity::Principal(Box::new(principal));
    breaks::answer([(&entity, breaks.as_slice())], context, tally).await
}
