//! Running programs.

use crate::result::Result;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The workspace's root.
pub(crate) fn workspace() -> Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or_else(|| "xtask is not in a workspace".into())
}

/// The account that others recorded and AWS's service reference as others keep it; `None` on
/// machines that do not have them.
pub(crate) fn shared_data() -> Result<Option<PathBuf>> {
    let beside = workspace()?.parent();
    let folder = beside.map(|it| it.join("shared/data"));
    Ok(folder.filter(|folder| folder.exists()))
}

/// Where Cargo puts what it builds with `profile`.
pub(crate) fn built(profile: &str) -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    Ok(target.map_or_else(|| Ok(workspace()?.join("target")), Result::Ok)?.join(profile))
}

/// Cargo, in the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Result<Command> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments).current_dir(workspace()?);
    Ok(cargo)
}

/// Runs a program to its end.
pub(crate) fn succeed(command: &mut Command) -> Result {
    let program = command.get_program().to_string_lossy().into_owned();
    let status =
        command.status().map_err(|problem| format!("could not start `{program}`: {problem}"))?;
    ended(command, status)
}

/// What to say of how a program ended.
pub(crate) fn ended(command: &Command, status: ExitStatus) -> Result {
    let program = command.get_program().to_string_lossy();
    if status.success() { Ok(()) } else { Err(format!("`{program}` failed: {status}").into()) }
}

/// What a command printed. It talks to the terminal itself about anything else.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("could not run `{program}`: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{program}` failed with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
