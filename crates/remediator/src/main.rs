//! The remediation Lambda: wires clock, clients, settings and logs to
//! [`leastwise_remediator::handle`].

use chrono::Utc;
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};
use leastwise_aws::{Aws, Clients, Moment, RealClock};
use leastwise_policy::json::Unique;
use leastwise_remediator::answer::Answer;
use leastwise_remediator::error::RemediationError;
use leastwise_remediator::request::Request;
use leastwise_remediator::settings::{self, Settings};
use leastwise_remediator::{Context, handle, reject};
use leastwise_telemetry::Stdout;
use std::time::{Duration, Instant, SystemTime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let aws = Aws::new(Clients::from_environment().await);
    let aws = &aws;
    run(service_fn(move |event: LambdaEvent<Unique>| async move {
        // Boxed: unboxed, the types of all the nested futures are more than the compiler takes.
        Box::pin(invoke(&event, aws)).await.map_err(Diagnostic::from)
    }))
    .await
}

async fn invoke(event: &LambdaEvent<Unique>, aws: &Aws) -> Result<Answer, RemediationError> {
    let moment = Moment::new(Utc::now(), deadline(event));
    let (request, settings) =
        read(event).inspect_err(|error| reject(error, moment.now, &Stdout))?;
    let (request, settings, clock) = (&request, &settings, &RealClock);
    handle(&Context { request, settings, aws, clock, journal: &Stdout, moment }).await
}

fn read(event: &LambdaEvent<Unique>) -> Result<(Request, Settings), RemediationError> {
    let settings = settings::from_environment(|name| std::env::var(name).ok())?;
    Ok((Request::parse(&event.payload.0)?, settings))
}

/// What is kept back of the invocation's time for the writes that follow the report, for messages
/// and for the answer.
const RESERVE: Duration = Duration::from_secs(45);

fn deadline(event: &LambdaEvent<Unique>) -> Instant {
    let left = event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(RESERVE)
}
