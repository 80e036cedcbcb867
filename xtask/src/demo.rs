//! `cargo xtask demo`: sets up the stand, builds the functions, and shows the main job on them.

use crate::result::Result;
use crate::shell::{built, succeed};
use crate::{package, prepare, setup};
use std::process::Command;

/// Show the main job.
pub(crate) fn run() -> Result {
    println!(
        "Installing the stand and compiling what the demo runs, most of it the AWS SDK: eight to nine minutes on two cores \
         the first time, seconds after that."
    );
    prepare::packages_and(setup::python)?;
    // Not by `cargo run`: that would build the dependencies again, with the features of this one
    // program.
    succeed(&mut Command::new(built(package::QUICK)?.join("examples/demo")))
}
