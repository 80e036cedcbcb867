//! `cargo xtask bench`: measures whole programs on accounts of real sizes, and writes
//! `docs/performance.md`.

use crate::result::Result;
use crate::setup;
use crate::shell::{built, cargo, ended, output, shared_data, succeed, workspace};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The moment as of which the accounts are judged.
const AS_OF: &str = "2026-11-01T12:00:00Z";

/// What is measured: a command, on how many roles, how often.
const CASES: [(&str, usize, usize); 5] = [
    ("index", 1_000, 5),
    ("index", 10_000, 5),
    ("index", 50_000, 5),
    ("plan", 1_000, 5),
    // Minutes each.
    ("plan", 10_000, 1),
];

#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Accounts of at most so many roles.
    #[arg(long, default_value_t = 50_000)]
    roles: usize,
}

/// One run of a program.
#[derive(Debug, Clone, Copy)]
struct Run {
    took: Duration,
    /// The most memory it had, in kilobytes.
    memory: u64,
}

/// Builds what is measured, makes the accounts, measures, and writes the page.
pub(crate) fn run(arguments: &Arguments) -> Result {
    let Some(data) = shared_data()? else {
        return Err("the roles that the accounts are made of are not on this machine: \
                    there is no `shared/data` beside the project"
            .into());
    };
    let python = setup::ensure()?.python;
    succeed(&mut cargo(&["build", "--release", "--locked", "--package", "leastwise-cli"])?)?;
    let program = built("release")?.join("leastwise");
    let mut rows = String::new();
    for (command, roles, runs) in
        CASES.into_iter().filter(|(_, roles, _)| *roles <= arguments.roles)
    {
        let account = account(&python, &data, roles)?;
        let measured: Vec<Run> =
            (0..runs).map(|_| one(&program, command, &account)).collect::<Result<_>>()?;
        let Run { took, memory } = median(&measured);
        println!("{command} on {roles} roles: {took:?}, {memory} kB");
        let (seconds, megabytes) = (took.as_secs_f64(), memory / 1_000);
        let each = seconds * 1_000.0 / to_f64(roles);
        writeln!(
            rows,
            "| `leastwise {command}` | {roles} | {runs} | {seconds:.2} s | {each:.2} ms | {megabytes} MB |"
        )?;
    }
    let page = page(&rows)?;
    let destination = workspace()?.join("docs/performance.md");
    fs::write(&destination, page)?;
    println!("wrote {}", destination.display());
    Ok(())
}

/// An account of so many roles in files, made if it is not there.
fn account(python: &Path, data: &Path, roles: usize) -> Result<PathBuf> {
    let folder = workspace()?.join(format!("target/bench/{roles}"));
    if !folder.join("account.json").exists() {
        let mut make = Command::new(python);
        make.arg(workspace()?.join("tests/bench/account.py")).arg(roles.to_string()).arg(&folder);
        make.arg("--roles").arg(data.join("gaad/cloudsplaining_example.json"));
        make.arg("--actions").arg(data.join("service_reference/actions.tsv"));
        succeed(&mut make)?;
    }
    Ok(folder)
}

/// Runs the command once and watches its memory.
fn one(program: &Path, command: &str, account: &Path) -> Result<Run> {
    let mut leastwise = Command::new(program);
    leastwise.arg(command).args(["--output", "json", "--as-of", AS_OF]);
    leastwise.arg("--account").arg(account.join("account.json"));
    leastwise.arg("--access").arg(account.join("access.json"));
    leastwise.stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let mut child = leastwise.spawn()?;
    let mut memory = 0;
    let status = loop {
        memory = memory.max(high_water_mark(child.id()));
        match child.try_wait()? {
            Some(status) => break status,
            None => sleep(Duration::from_millis(5)),
        }
    };
    let took = begun.elapsed();
    ended(&leastwise, status)?;
    Ok(Run { took, memory })
}

/// The most memory that a process had by now, in kilobytes; 0 once it has ended, and where there is
/// no `/proc`.
fn high_water_mark(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn median(runs: &[Run]) -> Run {
    let mut sorted = runs.to_vec();
    sorted.sort_by_key(|run| run.took);
    let memory = runs.iter().map(|run| run.memory).max().unwrap_or_default();
    let middle = sorted.get(sorted.len() / 2).copied();
    middle.map_or(Run { took: Duration::ZERO, memory }, |run| Run { memory, ..run })
}

fn page(rows: &str) -> Result<String> {
    let rustc = output(Command::new("rustc").arg("--version"))?;
    let cores = std::thread::available_parallelism()?;
    let text = fs::read_to_string(workspace()?.join("tests/bench/performance.md"))?;
    Ok(text
        .replace("{machine}", &format!("{cores} cores, {}", rustc.trim()))
        .replace("{rows}\n", rows))
}

fn to_f64(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_has_the_most_memory_of_all() {
        let run = |seconds, memory| Run { took: Duration::from_secs(seconds), memory };
        let Run { took, memory } = median(&[run(9, 1), run(2, 7), run(3, 5)]);
        assert_eq!((took, memory), (Duration::from_secs(3), 7));
    }
}
