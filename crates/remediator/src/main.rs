//! The remediation Lambda: wires clock, clients, settings and logs to
//! [`leastwise_remediator::handle`].

use chrono::Utc;
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};
use leastwise_aws::{Aws, Clients, Moment, RealClock};
use leastwise_policy::json::Unique;
use leastwise_remediator::errand;
use leastwise_remediator::error::RemediationError;
use leastwise_remediator::request::Asked;
use leastwise_remediator::settings::{self, Settings};
use leastwise_remediator::{Context, handle, reject, shown};
use leastwise_telemetry::{Filtered, Level, Stdout, diagnosis};
use serde_json::{Value, json};
use std::time::{Duration, Instant, SystemTime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let least: Level = std::env::var("LEASTWISE_LOG_LEVEL").unwrap_or_default().parse()?;
    diagnosis::install(least);
    let journal = Filtered { least, journal: &Stdout };
    let journal = &journal;
    let aws = Aws::new(Clients::from_environment().await);
    let aws = &aws;
    run(service_fn(move |event: LambdaEvent<Unique>| async move {
        // Boxed: unboxed, the types of all the nested futures are more than the compiler takes.
        Box::pin(invoke(&event, aws, journal)).await.map_err(|error| diagnostic(&error))
    }))
    .await
}

async fn invoke(
    event: &LambdaEvent<Unique>,
    aws: &Aws,
    journal: &Filtered<'_, Stdout>,
) -> Result<Value, RemediationError> {
    let moment = Moment::new(Utc::now(), deadline(event));
    let (asked, settings) = read(event).inspect_err(|error| reject(error, moment.now, journal))?;
    let (settings, clock) = (&settings, &RealClock);
    match &asked {
        Asked::OfPrincipal(request) => {
            let request = request.as_ref();
            let context = Context { request, settings, aws, clock, journal, moment };
            Ok(shown(&handle(&context).await?, journal)?)
        }
        Asked::OfAll(errand) => {
            let context = Context { request: errand, settings, aws, clock, journal, moment };
            Ok(json!(errand::run(&context).await?))
        }
    }
}

fn read(event: &LambdaEvent<Unique>) -> Result<(Asked, Settings), RemediationError> {
    let settings = settings::from_environment(|name| std::env::var(name).ok())?;
    Ok((Asked::parse(&event.payload.0)?, settings))
}

/// The error as Lambda tells it to who asked.
fn diagnostic(error: &RemediationError) -> Diagnostic {
    Diagnostic { error_type: error.error_type().to_owned(), error_message: error.to_string() }
}

/// What is kept back of the invocation's time for the writes that follow the report, for messages
/// and for the answer.
const RESERVE: Duration = Duration::from_secs(45);

fn deadline(event: &LambdaEvent<Unique>) -> Instant {
    let left = event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(RESERVE)
}
