//! Handing a sweep over to Step Functions, which has it judged batch by batch.

use crate::context::{Context, EvaluatorAws};
use crate::error::EvaluationError;
use crate::event::Invocation;
use crate::manifest::{self, Batch};
use crate::settings::SweepBy;
use crate::sweep;
use crate::tally::{HandedOver, Tally};
use chrono::{DateTime, Utc};
use leastwise_rightsizing::settings::ObjectAddress;
use leastwise_telemetry::Journal;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Evaluates every entity, or has that done by a state machine where there is one.
///
/// # Errors
///
/// As [`sweep::evaluate`]; and [`EvaluationError::NotHandedOver`].
pub(crate) async fn evaluate<A, J>(
    time: DateTime<Utc>,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let Invocation { rule_name, account, .. } = context.invocation;
    // Who tries the rule waits for the answer, and without a name nothing is known to be judged.
    match (&context.settings.sweep_by, rule_name, account) {
        (Some(by), Some(rule), Some(account)) if !context.invocation.is_test() => {
            let name = Name { account, rule, time };
            hand_over(&name, by, context, tally).await
        }
        _ => sweep::evaluate(time, context, tally).await,
    }
}

/// Writes down who is to be judged, and starts the execution. The same event again finds both.
async fn hand_over<A, J>(
    name: &Name<'_>,
    by: &SweepBy,
    context: &Context<'_, A, J>,
    tally: &mut Tally,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
    J: Journal,
{
    let members = sweep::members(name.time, context).await?;
    let principals = members.len();
    let batches = manifest::cut(members, by.batch_size);
    if batches.is_empty() {
        return sweep::finish(name.time, context, tally).await;
    }
    let execution = name.execution();
    tally.hand_over(HandedOver { principals, batches: batches.len(), execution });
    begin(name, &batches, by, context).await
}

/// By the function's own credentials: bucket and state machine are its own, whosever account is
/// judged.
async fn begin<A, J>(
    name: &Name<'_>,
    batches: &[Batch],
    by: &SweepBy,
    context: &Context<'_, A, J>,
) -> Result<(), EvaluationError>
where
    A: EvaluatorAws,
{
    let folder = name.folder();
    let key = format!("{folder}/manifest.json");
    let address = ObjectAddress { bucket: by.bucket.clone(), key: key.clone() };
    let input =
        json!({ "event": context.event, "manifest": key, "results": format!("{folder}/results") });
    let (own, execution) = (context.own, name.execution());
    own.write_once(&address, json!(batches).to_string().into_bytes()).await?;
    own.start_execution(&by.state_machine, &execution, &input.to_string()).await?;
    Ok(())
}

/// What tells one sweep from all others.
struct Name<'a> {
    account: &'a str,
    rule: &'a str,
    time: DateTime<Utc>,
}

impl Name<'_> {
    /// Where its manifest and results are, for example
    /// `sweeps/111122223333/iam-privilege-creep-index/20260630T115900.373Z`.
    fn folder(&self) -> String {
        let Self { account, rule, time } = self;
        format!("sweeps/{account}/{rule}/{}", time.format("%Y%m%dT%H%M%S%.3fZ"))
    }

    /// The name of its execution: 64 digits, of at most 80 letters that Step Functions takes.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>.
    fn execution(&self) -> String {
        Sha256::digest(self.folder()).iter().fold(String::new(), |mut name, byte| {
            let _ = write!(name, "{byte:02x}");
            name
        })
    }
}
