//! `leastwise`: the operator's command line.
//!
//! stdout is data, stderr is talk. The commands are functions from parsed arguments to an
//! [`ExitCode`]; the present is read here and nowhere else.

mod access;
mod arguments;
mod command;
mod consent;
mod deployment;
mod doctor;
mod failure;
mod input;
mod interruption;
mod lines;
mod live;
mod output;
mod page;
mod progress;
mod reading;
mod resource_policies;
mod roster;
mod saved;

use arguments::{Arguments, Command, EvidenceCommand, PolicyCommand};
use chrono::Utc;
use clap::Parser;
use failure::Failure;
use mimalloc::MiMalloc;
use output::ExitCode;

/// A plan makes and drops hundreds of thousands of short lists and texts, on all cores.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    let now = Utc::now();
    let outcome = match Arguments::parse().command {
        Command::Index(arguments) => command::index::run(&arguments, now),
        Command::Plan(arguments) => command::plan::run(&arguments, now),
        Command::Explain(arguments) => command::explain::run(&arguments, now),
        Command::Scan(arguments) => command::scan::run(&arguments, now),
        Command::Permissions(arguments) => {
            command::permissions::run(&arguments).map_err(Failure::from)
        }
        Command::Apply(arguments) => command::writes::apply::run(&arguments, Utc::now),
        Command::Restore(arguments) => command::writes::restore::run(&arguments, Utc::now),
        Command::Hold(arguments) => command::writes::hold::run(&arguments, Utc::now),
        Command::Resume(arguments) => command::writes::resume::run(&arguments, Utc::now),
        Command::Remediate(arguments) => command::writes::remediate::run(&arguments),
        Command::Doctor(arguments) => command::doctor::run(&arguments),
        Command::Policy(PolicyCommand::Compress(arguments)) => {
            command::policy::compress::run(&arguments)
        }
        Command::Policy(PolicyCommand::Expand(arguments)) => {
            command::policy::expand::run(&arguments)
        }
        Command::Policy(PolicyCommand::Permits(arguments)) => {
            command::policy::permits::run(&arguments)
        }
        Command::Evidence(EvidenceCommand::Check(arguments)) => {
            command::evidence::check::run(&arguments)
        }
        Command::Evidence(EvidenceCommand::CloudTrail(arguments)) => {
            command::evidence::cloudtrail::run(&arguments, now)
        }
        Command::Evidence(EvidenceCommand::GeneratedPolicies(arguments)) => {
            command::evidence::generated_policies::run(&arguments, now)
        }
        Command::Evidence(EvidenceCommand::UnusedAccess(arguments)) => {
            command::evidence::unused_access::run(&arguments)
        }
        Command::Evidence(EvidenceCommand::EventHistory(arguments)) => {
            command::evidence::event_history::run(&arguments, now)
        }
        Command::Trace(arguments) => command::trace::run(&arguments),
        Command::Completions(arguments) => command::completions::run(&arguments),
        Command::Man(arguments) => command::man::run(&arguments),
    };
    match outcome {
        Ok(code) => code.into(),
        Err(Failure::Usage(error)) => error.exit(),
        Err(error) => {
            failure::error(&error);
            ExitCode::Failed.into()
        }
    }
}
