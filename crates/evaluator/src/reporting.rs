//! Reporting evaluations to AWS Config.

use crate::error::EvaluationError;
use crate::event::Invocation;
use leastwise_aws::ports::{Evaluation, Evaluations, MAX_EVALUATIONS};

/// Reports all `evaluations`, as many at a time as Config takes. What it does not accept is sent a
/// second time.
///
/// With nothing to report Config is told so, which ends the evaluation.
///
/// # Errors
///
/// [`EvaluationError::Reporting`] when a call failed; [`EvaluationError::NotAccepted`] when Config
/// did not accept an evaluation the second time either. The other evaluations are reported all the
/// same.
pub async fn report(
    invocation: &Invocation,
    evaluations: &[Evaluation],
    aws: &impl Evaluations,
) -> Result<(), EvaluationError> {
    let mut refused = put(invocation, evaluations, aws).await?;
    if !refused.is_empty() {
        refused = put(invocation, &refused, aws).await?;
    }
    if refused.is_empty() {
        return Ok(());
    }
    let resource_ids = refused.into_iter().map(|evaluation| evaluation.resource_id).collect();
    Err(EvaluationError::NotAccepted { resource_ids })
}

async fn put(
    invocation: &Invocation,
    evaluations: &[Evaluation],
    aws: &impl Evaluations,
) -> Result<Vec<Evaluation>, EvaluationError> {
    let (token, test) = (&invocation.result_token, invocation.is_test());
    if evaluations.is_empty() {
        return Ok(aws.put(&[], token, test).await?);
    }
    let mut refused = Vec::new();
    for batch in evaluations.chunks(MAX_EVALUATIONS) {
        refused.extend(aws.put(batch, token, test).await?);
    }
    Ok(refused)
}
