//! The evaluation Lambda: wires clock, clients, settings and logs to
//! [`leastwise_evaluator::handle`].

use chrono::Utc;
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};
use leastwise_aws::Moment;
use leastwise_aws::{Aws, Clients, RDK_SESSION_LENGTH, RDK_SESSION_NAME};
use leastwise_evaluator::error::EvaluationError;
use leastwise_evaluator::event::Invocation;
use leastwise_evaluator::settings::{self, Settings};
use leastwise_evaluator::summary::Summary;
use leastwise_evaluator::{Run, handle, reject};
use leastwise_policy::json::Unique;
use leastwise_telemetry::{Filtered, Level, Stdout, diagnosis};
use std::time::{Duration, Instant, SystemTime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let least: Level = std::env::var("LEASTWISE_LOG_LEVEL").unwrap_or_default().parse()?;
    diagnosis::install(least);
    let journal = Filtered { least, journal: &Stdout };
    let journal = &journal;
    let clients = Clients::from_environment().await;
    let own = Aws::new(clients.clone());
    let (clients, own) = (&clients, &own);
    run(service_fn(move |event: LambdaEvent<Unique>| async move {
        // Boxed: unboxed, the types of all the nested futures are more than the compiler takes.
        Box::pin(invoke(&event, clients, own, journal)).await.map_err(Diagnostic::from)
    }))
    .await
}

async fn invoke(
    event: &LambdaEvent<Unique>,
    clients: &Clients,
    own: &Aws,
    journal: &Filtered<'_, Stdout>,
) -> Result<Summary, EvaluationError> {
    let moment = Moment::new(Utc::now(), deadline(event));
    let (invocation, settings) =
        read(event).inspect_err(|error| reject(error, moment.now, journal))?;
    let assumed = match invocation.execution_role() {
        Some(role) => {
            let clients = clients.assuming(&role, RDK_SESSION_NAME, RDK_SESSION_LENGTH).await;
            Some(Aws::new(clients))
        }
        None => None,
    };
    let aws = assumed.as_ref().unwrap_or(own);
    let (event, invocation, settings) = (&event.payload.0, &invocation, &settings);
    handle(&Run { event, invocation, settings, aws, own, journal, moment }).await
}

fn read(event: &LambdaEvent<Unique>) -> Result<(Invocation, Settings), EvaluationError> {
    let settings = settings::from_environment(|name| std::env::var(name).ok())?;
    Ok((Invocation::parse(&event.payload.0)?, settings))
}

/// What is kept back of the invocation's time for reporting what is known by then, and for logging
/// and tagging.
const RESERVE: Duration = Duration::from_secs(30);

fn deadline(event: &LambdaEvent<Unique>) -> Instant {
    let left = event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(RESERVE)
}
