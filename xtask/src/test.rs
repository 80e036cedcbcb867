//! `cargo xtask test`: everything that must hold, in one command.

use crate::result::Result;
use crate::shell::{cargo, succeed, workspace};
use crate::{package, setup};
use std::process::Command;
use std::time::Instant;

/// Run every check and test; the first that fails ends the run.
pub(crate) fn run() -> Result {
    let stand = setup::ensure()?;
    step("formatting", || succeed(&mut cargo(&["fmt", "--all", "--check"])?))?;
    step("packages", || package::packages(package::QUICK, None).map(drop))?;
    step("lints", || {
        succeed(&mut cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--profile",
            "quick",
            "--",
            "-D",
            "warnings",
        ])?)
    })?;
    step("documentation", || {
        let mut doc =
            cargo(&["doc", "--workspace", "--no-deps", "--locked", "--profile", "quick"])?;
        // With the examples come the features that only tests turn on, and Cargo uses what the
        // lints have checked already.
        doc.args(["--lib", "--bins", "--examples"]);
        succeed(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    step("the stand itself", || {
        let tests = workspace()?.join("tests/stand");
        succeed(
            Command::new(&stand.python).args(["-m", "pytest", "-q", "selftest"]).current_dir(tests),
        )
    })?;
    step("tests", || {
        succeed(&mut cargo(&["test", "--workspace", "--locked", "--profile", "quick"])?)
    })
}

/// One step, with its name before it and its time after it.
fn step(name: &str, work: impl FnOnce() -> Result) -> Result {
    println!("── {name}");
    let started = Instant::now();
    work()?;
    println!("── {name}: {} s", started.elapsed().as_secs());
    Ok(())
}
