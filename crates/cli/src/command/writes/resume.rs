//! `leastwise resume`: letting automatic remediation go on after a halt.

use super::desk::{Now, Unsent, moment};
use crate::arguments::ResumeArguments;
use crate::consent::Consent;
use crate::deployment;
use crate::failure::Failure;
use crate::live::Live;
use crate::output::{self, ExitCode, printable};
use leastwise_aws::RealClock;
use leastwise_aws::ports::Entries;
use leastwise_remediator::Context;
use leastwise_remediator::errand;
use leastwise_remediator::error::RemediationError;
use leastwise_remediator::request::Errand;
use leastwise_rightsizing::automatic::{Halt, Ledger, PATH};

/// Runs the command.
pub(crate) fn run(arguments: &ResumeArguments, now: Now) -> Result<ExitCode, Failure> {
    let consent = Consent::of(arguments.consent.yes)?;
    let live = Live::connect(&arguments.live)?;
    // What is halted is of this Region, as the function is.
    let settings = deployment::of_function(deployment::deployed(&live)?)?;
    if let Some(halt) = halt(&live).map_err(Box::new)? {
        for line in shown(&halt) {
            output::say(&printable(&line));
        }
        if !consent.to("Go on?")? {
            return Ok(ExitCode::Failed);
        }
    }
    let context = Context {
        request: &Errand::Resume,
        settings: &settings,
        aws: &live.aws(),
        clock: &RealClock,
        journal: &Unsent::default(),
        moment: moment(now()),
    };
    let answer = live.wait_for(Box::pin(errand::run(&context))).map_err(Box::new)?;
    output::line(&printable(&answer.message))?;
    Ok(ExitCode::Done)
}

/// Why everything automatic is halted, if it is.
fn halt(live: &Live) -> Result<Option<Halt>, RemediationError> {
    let entries = live.wait_for(live.aws().entries(PATH))?;
    let entries = entries.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Ok(Ledger::read(entries)?.halt().cloned())
}

fn shown(halt: &Halt) -> Vec<String> {
    let since = halt.since.format("%Y-%m-%d %H:%M");
    let begin = format!(
        "halted since {since} UTC: the boundary of {} is suspected of stopping what it needs:",
        halt.principal
    );
    std::iter::once(begin).chain(halt.stopped.iter().map(|it| format!("- {it}"))).collect()
}
