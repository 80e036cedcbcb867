//! The evaluation Lambda: wires clock, clients and logs to [`leastwise_evaluator::handle`].

use chrono::Utc;
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};
use leastwise_aws::{Aws, Clients, RDK_SESSION_LENGTH, RDK_SESSION_NAME};
use leastwise_evaluator::error::EvaluationError;
use leastwise_evaluator::event::Invocation;
use leastwise_evaluator::summary::Summary;
use leastwise_evaluator::{Moment, handle};
use serde_json::Value;
use std::time::{Duration, Instant, SystemTime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let own = Aws::new(Clients::from_environment().await);
    let own = &own;
    run(service_fn(move |event: LambdaEvent<Value>| async move {
        // Boxed: unboxed, the types of all the nested futures are more than the compiler takes.
        let summary = Box::pin(invoke(&event, own)).await;
        summary.map_err(|error| {
            tracing::error!(error_type = error.error_type(), "evaluation failed: {error}");
            Diagnostic::from(error)
        })
    }))
    .await
}

async fn invoke(event: &LambdaEvent<Value>, own: &Aws) -> Result<Summary, EvaluationError> {
    let invocation = Invocation::parse(&event.payload).map_err(EvaluationError::Event)?;
    let assumed = match invocation.execution_role() {
        Some(role) => {
            Some(Aws::new(Clients::assuming(&role, RDK_SESSION_NAME, RDK_SESSION_LENGTH).await))
        }
        None => None,
    };
    let moment = Moment { as_of: Utc::now(), deadline: deadline(event) };
    let summary = handle(&invocation, assumed.as_ref().unwrap_or(own), moment).await?;
    for not_judged in &summary.not_judged {
        tracing::warn!(
            principal = not_judged.principal,
            "{} was not judged: {}",
            not_judged.principal,
            not_judged.why
        );
    }
    tracing::info!(
        evaluated = summary.evaluated,
        compliant = summary.compliant,
        non_compliant = summary.non_compliant,
        not_applicable = summary.not_applicable,
        not_judged = summary.not_judged.len(),
        "evaluated {} principals",
        summary.evaluated
    );
    Ok(summary)
}

/// What is kept back of the invocation's time for reporting what is known by then.
const RESERVE: Duration = Duration::from_secs(30);

fn deadline(event: &LambdaEvent<Value>) -> Instant {
    let left = event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(RESERVE)
}
