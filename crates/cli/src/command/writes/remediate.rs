//! `leastwise remediate`: having the deployment do it, by its SSM document, and following that.

use super::outcome::{Ending, Outcome, conclude_aside};
use crate::arguments::RemediateArguments;
use crate::consent::Consent;
use crate::deployment;
use crate::failure::Failure;
use crate::interruption;
use crate::live::{Live, LiveError};
use crate::output::{self, ExitCode, printable};
use leastwise_aws::CallError;
use leastwise_aws::ports::{
    AutomationRun, AutomationStep, FollowAutomation, Progress, StartAutomation,
};
use leastwise_remediator::request::Resource;
use serde_json::Value;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often Ctrl-C is looked for.
const GLANCE: Duration = Duration::from_millis(200);

/// How many glances lie between two looks at an execution: two seconds.
const GLANCES: usize = 10;

/// The step that plans a second time: what it answers is no news where it accepts what was done.
const VERIFY: &str = "verify";

/// Runs the command.
pub(crate) fn run(arguments: &RemediateArguments) -> Result<ExitCode, Failure> {
    let consent = Consent::of(arguments.consent.yes || arguments.dry_run)?;
    let live = Live::connect(&arguments.live)?;
    let order = Order::of(arguments, &live)?;
    let principals = &arguments.principals.principals;
    for principal in principals {
        output::say(&principal.to_string());
    }
    // Once for all: from then on Ctrl-C means to stop following.
    if !consent.to(&format!("Start {} for these {}?", order.document, principals.len()))? {
        return Ok(ExitCode::Failed);
    }
    let interrupted = interruption::flag()?;
    let outcomes: io::Result<Vec<Outcome>> = principals
        .iter()
        .map(|principal| order.carry_out(principal, &live, &interrupted))
        .collect();
    Ok(conclude_aside(&outcomes?))
}

/// What is started.
struct Order {
    document: &'static str,
    role: String,
    /// Whether it only plans; `None` where that is no question.
    dry_run: Option<bool>,
}

impl Order {
    fn of(arguments: &RemediateArguments, live: &Live) -> Result<Self, Failure> {
        let role = match &arguments.automation_role {
            Some(role) => role.clone(),
            None => automation_role(&deployment::deployed(live)?.arn),
        };
        Ok(if arguments.restore {
            Self { document: "LeastwiseRestorePrincipal", role, dry_run: None }
        } else {
            let dry_run = Some(arguments.dry_run);
            Self { document: "LeastwiseRightsizePrincipal", role, dry_run }
        })
    }

    fn carry_out(
        &self,
        principal: &Resource,
        live: &Live,
        interrupted: &AtomicBool,
    ) -> io::Result<Outcome> {
        if interrupted.load(Ordering::Relaxed) {
            return Ok(Outcome::new(principal, Ending::LeftAlone, "not started"));
        }
        let id = match self.start(principal, live) {
            Ok(id) => id,
            Err(error) => return Ok(failed(principal, error)),
        };
        output::say(&format!("{principal}: execution {id}"));
        match follow(&id, live, interrupted) {
            Ok(Some(run)) => ended(principal, &id, &run),
            Ok(None) => {
                output::say(&format!(
                    "{principal}: execution {id} goes on; to look: \
                     aws ssm get-automation-execution --automation-execution-id {id}"
                ));
                Ok(Outcome::new(principal, Ending::GoesOn, format!("execution {id}")))
            }
            Err(error) => Ok(failed(principal, error)),
        }
    }

    fn start(&self, principal: &Resource, live: &Live) -> Result<String, CallError> {
        let principal = principal.to_string();
        let mut parameters =
            vec![("AutomationAssumeRole", self.role.as_str()), ("ResourceId", &principal)];
        let dry_run = self.dry_run.map(|only| if only { "true" } else { "false" });
        parameters.extend(dry_run.map(|word| ("DryRun", word)));
        live.wait_for(live.aws().start(self.document, &parameters))
    }
}

/// The role that the stack made for its documents: it is in the account of the function, under a
/// name that the template gives it.
fn automation_role(function_arn: &str) -> String {
    let mut parts = function_arn.split(':').skip(1);
    let (partition, account) = (parts.next(), parts.nth(2));
    let [partition, account] = [partition, account].map(Option::unwrap_or_default);
    format!("arn:{partition}:iam::{account}:role/leastwise/leastwise-automation")
}

/// Says every step once it has ended, until the execution has; `None` where somebody had enough.
fn follow(
    id: &str,
    live: &Live,
    interrupted: &AtomicBool,
) -> Result<Option<AutomationRun>, CallError> {
    let mut said = 0;
    loop {
        let run = live.wait_for(live.aws().run(id))?;
        let has_ended = |step: &&AutomationStep| !matches!(step.progress, Progress::GoesOn(_));
        for step in run.steps.iter().take_while(has_ended).skip(said) {
            output::say(&printable(&format!("  {}: {}", step.name, in_words(&step.progress))));
            said += 1;
        }
        if !matches!(run.progress, Progress::GoesOn(_)) {
            return Ok(Some(run));
        }
        for _ in 0..GLANCES {
            if interrupted.load(Ordering::Relaxed) {
                return Ok(None);
            }
            live.wait_for(async { tokio::time::sleep(GLANCE).await });
        }
    }
}

fn in_words(progress: &Progress) -> &str {
    match progress {
        Progress::GoesOn(word) | Progress::Failed(word) => word,
        Progress::Succeeded => "Success",
    }
}

/// Prints what the function answered, and says what that means.
fn ended(principal: &Resource, id: &str, run: &AutomationRun) -> io::Result<Outcome> {
    let answers = run.steps.iter().filter(|step| step.name != VERIFY);
    let answer = answers.filter_map(|step| step.answer.as_deref()).next_back().unwrap_or_default();
    if !answer.is_empty() {
        output::line(&printable(answer))?;
    }
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    if run.progress == Progress::Succeeded {
        let ending = match text("status") {
            "APPLIED" => Ending::Applied,
            "RESTORED" => Ending::Restored,
            "PLANNED" => Ending::Planned,
            _ => Ending::NothingToDo,
        };
        return Ok(Outcome::new(principal, ending, text("message")));
    }
    if text("status") == "REFUSED" {
        output::say(&format!("refused: {}", printable(text("message"))));
        return Ok(Outcome::new(principal, Ending::Refused, text("error")));
    }
    let why = run.failure.as_deref().unwrap_or("it does not say why");
    let state = in_words(&run.progress);
    output::say(&format!("error: {principal}: execution {id}: {state}: {}", printable(why)));
    output::say("next: docs/guide/troubleshooting.md says what each failure leaves behind");
    Ok(Outcome::new(principal, Ending::Failed, format!("execution {id}")))
}

/// A call that failed.
fn failed(principal: &Resource, error: CallError) -> Outcome {
    let operation = error.operation;
    let error = LiveError::from(error);
    output::say(&format!("error: {principal}: {}", printable(&error.to_string())));
    output::say(&format!("next: {}", error.next()));
    Outcome::new(principal, Ending::Failed, operation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_of_the_stack_is_in_the_partition_and_account_of_the_function() {
        for (partition, region) in [("aws", "eu-central-1"), ("aws-us-gov", "us-gov-west-1")] {
            let function = format!(
                "arn:{partition}:lambda:{region}:111122223333:function:leastwise-remediator"
            );
            assert_eq!(
                automation_role(&function),
                format!("arn:{partition}:iam::111122223333:role/leastwise/leastwise-automation")
            );
        }
    }
}
