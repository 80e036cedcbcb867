//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's root.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in a workspace")
}

/// The Python interpreter with the stand's packages.
#[must_use]
pub fn python() -> PathBuf {
    installed("target/stand/venv/bin/python")
}

/// A program that the stand's Python packages brought, such as `aws` or `cfn-lint`.
#[must_use]
pub fn tool(name: &str) -> PathBuf {
    installed(&format!("target/stand/venv/bin/{name}"))
}

fn installed(path: &str) -> PathBuf {
    let path = root().join(path);
    assert!(path.exists(), "`{}` is not there; run `cargo xtask setup`", path.display());
    path
}

/// The command line, as `cargo test --workspace` builds it for its own tests.
#[must_use]
pub fn command_line() -> PathBuf {
    let test = std::env::current_exe().expect("a test is a program");
    let path = test.ancestors().nth(2).expect("it is in a folder of Cargo's").join("leastwise");
    assert!(
        path.exists(),
        "`{}` is not there; run `cargo build --workspace --profile quick --bin leastwise`",
        path.display()
    );
    path
}

/// The folder with the packages of the Lambda functions, as `cargo xtask package` makes them for
/// tests.
#[must_use]
pub fn packages() -> PathBuf {
    let path = root().join("target/packages/quick");
    assert!(
        path.exists(),
        "`{}` is not there; run `cargo xtask package --profile quick`",
        path.display()
    );
    path
}

/// The folder with data that others recorded; `None` on machines that do not have it.
#[must_use]
pub fn recorded_data() -> Option<PathBuf> {
    let path = root().parent()?.join("shared/data");
    path.exists().then_some(path)
}

/// The template of the stack as JSON, with its short forms (`!Ref`) written out.
#[must_use]
pub fn template() -> serde_json::Value {
    template_of("leastwise.yaml")
}

/// A CloudFormation template as JSON, with its short forms written out.
#[must_use]
pub fn template_of(name: &str) -> serde_json::Value {
    as_json(
        "import json, sys; from cfnlint.decode import cfn_yaml; print(json.dumps(cfn_yaml.load(sys.argv[1])))",
        &root().join("cloudformation").join(name),
    )
}

/// A YAML file as JSON.
#[must_use]
pub fn yaml(path: &str) -> serde_json::Value {
    as_json(
        "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))",
        &root().join(path),
    )
}

fn as_json(program: &str, file: &Path) -> serde_json::Value {
    let output = run(Command::new(python()).args(["-c", program]).arg(file));
    serde_json::from_str(&output).expect("the program prints JSON")
}

/// Runs a command and returns what it printed.
///
/// # Panics
///
/// When it fails, with all that it printed.
pub fn run(command: &mut Command) -> String {
    let output =
        command.output().unwrap_or_else(|error| panic!("could not start {command:?}: {error}"));
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{stdout}\n{stderr}",
        output.status
    );
    stdout
}
