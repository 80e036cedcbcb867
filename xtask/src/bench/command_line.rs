//! The command line on saved accounts, by itself and beside cloudsplaining.

use super::accounts::account;
use super::arguments::Arguments;
use super::figures::{CLOUDSPLAINING, Figures, Measured, Run, Setting, put};
use super::peers;
use super::timed::timed;
use crate::result::Result;
use crate::shell::{built, cargo, succeed, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The moment as of which the accounts are judged.
const AS_OF: &str = "2026-11-01T12:00:00Z";

/// What is measured: a command, on how many roles, how often.
const CASES: [(&str, usize, usize); 7] = [
    ("index", 100, 5),
    ("index", 1_000, 5),
    ("index", 10_000, 5),
    ("index", 50_000, 5),
    ("plan", 100, 5),
    ("plan", 1_000, 5),
    // Minutes each.
    ("plan", 10_000, 1),
];

/// On how many roles cloudsplaining is run, how often.
const SCANS: [(usize, usize); 3] = [(100, 3), (1_000, 3), (10_000, 1)];

/// Measures `leastwise index` and `leastwise plan`.
pub(crate) fn measure(arguments: &Arguments, figures: &mut Figures) -> Result {
    let program = program(arguments)?;
    let setting = peers::setting(None, arguments.note.as_deref())?;
    for (command, roles, runs) in CASES.into_iter().filter(|it| it.1 <= arguments.roles) {
        let account = account(roles)?;
        let runs = repeat(runs, || timed(&mut leastwise(&program, command, &account)))?;
        keep(&mut figures.command_line, &format!("leastwise {command}"), roles, &setting, runs);
        figures.write()?;
    }
    Ok(())
}

/// Measures cloudsplaining and `leastwise index` on the same files, in turns.
pub(crate) fn measure_scans(arguments: &Arguments, figures: &mut Figures) -> Result {
    let program = program(arguments)?;
    let python = peers::python("cloudsplaining")?;
    let setting = peers::setting(
        Some((&python, &["cloudsplaining", "policy_sentry"])),
        arguments.note.as_deref(),
    )?;
    for (roles, runs) in SCANS.into_iter().filter(|it| it.0 <= arguments.roles) {
        let account = account(roles)?;
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            theirs.push(timed(&mut cloudsplaining(&python, &account)?)?);
            ours.push(timed(&mut leastwise(&program, "index", &account))?);
        }
        keep(&mut figures.scans, CLOUDSPLAINING, roles, &setting, theirs);
        keep(&mut figures.scans, "leastwise index", roles, &setting, ours);
        figures.write()?;
    }
    Ok(())
}

/// The command line's release build.
fn program(arguments: &Arguments) -> Result<PathBuf> {
    if !arguments.as_built {
        let build = ["build", "--release", "--locked", "--package", "leastwise-cli"];
        succeed(&mut cargo(&build)?)?;
    }
    Ok(built("release")?.join("leastwise"))
}

fn repeat(runs: usize, run: impl Fn() -> Result<Run>) -> Result<Vec<Run>> {
    (0..runs).map(|_| run()).collect()
}

fn keep(list: &mut Vec<Measured>, command: &str, roles: usize, setting: &Setting, runs: Vec<Run>) {
    let measured = Measured { command: command.to_owned(), roles, setting: setting.clone(), runs };
    let Run { seconds, memory_kb } = measured.median();
    println!("{command} on {roles} roles: {seconds:.2} s, {memory_kb} kB");
    put(list, measured);
}

fn leastwise(program: &Path, command: &str, account: &Path) -> Command {
    let mut leastwise = Command::new(program);
    leastwise.arg(command).args(["--output", "json", "--as-of", AS_OF]);
    leastwise.arg("--account").arg(account.join("account.json"));
    leastwise.arg("--access").arg(account.join("access.json"));
    leastwise
}

fn cloudsplaining(python: &Path, account: &Path) -> Result<Command> {
    let results = workspace()?.join("target/bench/cloudsplaining");
    std::fs::create_dir_all(&results)?;
    let mut scan = Command::new(python.with_file_name("cloudsplaining"));
    scan.args(["scan", "--skip-open-report", "--input-file"]).arg(account.join("account.json"));
    scan.arg("--output").arg(results);
    Ok(scan)
}
