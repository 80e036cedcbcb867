//! Sweeps of our function and of the rule in Python behind the stand, and their cold starts:
//! `tests/bench/sweeps.py` measures, and this keeps what it prints.

use super::accounts::account;
use super::arguments::Arguments;
use super::figures::{ColdStart, ColdStarts, EVALUATOR, Figures, Setting, Sweep, Sweeps};
use super::peers;
use crate::package::packages;
use crate::result::Result;
use crate::setup;
use crate::shell::{output, workspace};
use std::path::PathBuf;
use std::process::Command;

/// Packages whose versions matter, of those that the rule in Python has.
const PACKAGES: [&str; 3] = ["awslambdaric", "boto3", "rdklib"];

/// How many new processes of each program answer an event.
const COLD_STARTS: &str = "21";

/// The account of the cold starts, which judge nobody of it.
const ROLES_OF_COLD_STARTS: usize = 100;

/// Measures the sweeps of every size that was asked for.
pub(crate) fn measure(arguments: &Arguments, figures: &mut Figures) -> Result {
    for roles in &arguments.sweeps {
        let (mut script, setting) = script("sweep", *roles, arguments)?;
        script.args(["--runs", &arguments.sweep_runs.to_string()]);
        if *roles > arguments.peer_roles {
            script.args(["--only", EVALUATOR]);
        }
        let runs: Vec<Sweep> = serde_json::from_str(&output(&mut script)?)?;
        for Sweep { program, seconds, memory_kb, .. } in &runs {
            println!("sweep of {roles} roles by {program}: {seconds:.1} s, {memory_kb} kB");
        }
        figures.put_sweeps(Sweeps { roles: *roles, setting, runs });
        figures.write()?;
    }
    Ok(())
}

/// Measures the cold starts.
pub(crate) fn measure_cold_starts(arguments: &Arguments, figures: &mut Figures) -> Result {
    let (mut script, setting) = script("cold-starts", ROLES_OF_COLD_STARTS, arguments)?;
    let runs: Vec<ColdStart> =
        serde_json::from_str(&output(script.args(["--runs", COLD_STARTS]))?)?;
    figures.cold_starts = Some(ColdStarts { setting, runs });
    figures.write()
}

/// The script on an account of so many roles, and what it runs on.
fn script(what: &str, roles: usize, arguments: &Arguments) -> Result<(Command, Setting)> {
    let peer = peers::python("peer")?;
    let mut setting = peers::setting(Some((&peer, &PACKAGES)), arguments.note.as_deref())?;
    setting.programs.insert("profile of the evaluator".to_owned(), arguments.profile.clone());
    let mut script = Command::new(setup::python()?);
    script.arg(workspace()?.join("tests/bench/sweeps.py")).arg(what);
    script.arg("--account").arg(account(roles)?);
    script.arg("--evaluator").arg(evaluator(arguments)?);
    script.arg("--peer").arg(peer);
    Ok((script, setting))
}

/// The evaluator's package.
fn evaluator(arguments: &Arguments) -> Result<PathBuf> {
    if !arguments.as_built {
        packages(&arguments.profile, None)?;
    }
    Ok(workspace()?.join(format!("target/packages/{}/leastwise-evaluator.zip", arguments.profile)))
}
