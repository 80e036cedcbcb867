//! `cargo xtask demo`: sets up the stand, builds the functions, and shows the main job on them.

use crate::result::Result;
use crate::shell::{built, succeed};
use crate::{package, setup};
use std::process::Command;

/// Show the main job.
pub(crate) fn run() -> Result {
    println!(
        "Setting up the stand and building the functions: minutes the first time, seconds after that."
    );
    setup::ensure()?;
    package::packages(package::QUICK, None)?;
    // Not by `cargo run`: that would build the dependencies again, with the features of this one
    // program.
    succeed(&mut Command::new(built(package::QUICK)?.join("demo")))
}
