//! `leastwise completions`: what a shell needs to complete the command line.

use crate::arguments::{Arguments, CompletionsArguments};
use crate::failure::Failure;
use crate::output::{self, ExitCode};
use clap::CommandFactory;

/// Prints the script of the shell.
pub(crate) fn run(arguments: &CompletionsArguments) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "leastwise", &mut script);
    output::to(None, |out| out.write_all(&script))?;
    Ok(ExitCode::Done)
}
