//! Starting the program and keeping what it says.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// All that a shell gets to see of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// A run that did what it was asked to and had nothing to say besides.
    pub(crate) fn printed(stdout: &str) -> Self {
        Self { code: 0, stdout: stdout.to_owned(), stderr: String::new() }
    }

    /// A run that printed no data.
    pub(crate) fn complained(code: i32, stderr: &str) -> Self {
        Self { code, stdout: String::new(), stderr: stderr.to_owned() }
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The workspace's root, from which every command is run.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The command with these arguments, and no word on how wide a line may be.
pub(crate) fn leastwise(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leastwise"));
    command.args(arguments).current_dir(root()).env_remove("COLUMNS");
    command
}

/// Runs the program with these arguments.
pub(crate) fn run(arguments: &[&str]) -> Run {
    leastwise(arguments).output().unwrap().into()
}

/// Runs the program with these arguments and this standard input, which must fit a pipe.
pub(crate) fn run_on(arguments: &[&str], input: &str) -> Run {
    let mut command = leastwise(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

/// A command on the example account, as of the day it was made for.
pub(crate) fn on_example<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![command];
    arguments.extend(["--account", "examples/account.json", "--access", "examples/access.json"]);
    arguments.extend(["--as-of", "2026-11-01", "--regions", "eu-central-1,us-east-1"]);
    arguments.extend(more);
    arguments
}

/// A file of this test run with this text.
pub(crate) fn file(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}
