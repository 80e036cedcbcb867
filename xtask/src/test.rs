//! `cargo xtask test`: everything that must hold, in one command.

use crate::result::Result;
use crate::shell::{cargo, output, succeed, workspace};
use crate::{browser, packaging, prepare, setup};
use serde_json::Value;
use std::process::Command;
use std::time::Instant;

const TESTS: [&str; 5] = ["test", "--workspace", "--locked", "--profile", "quick"];

/// Run every check and test; the first that fails ends the run.
pub(crate) fn run() -> Result {
    step("formatting", || succeed(&mut cargo(&["fmt", "--all", "--check"])?))?;
    let stand = step("stand and packages", || prepare::packages_and(setup::ensure))?;
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
    step("compiling the tests", || {
        let arguments = ["--no-run", "--message-format", "json-render-diagnostics"];
        let again = sdk_crates_compiled(&output(cargo(&TESTS)?.args(arguments))?);
        if again.is_empty() {
            return Ok(());
        }
        Err(format!("the packages and the tests differ in the features of {}", again.join(", "))
            .into())
    })?;
    step("the page in a browser", browser::test)?;
    step("the ways to get it", packaging::test)?;
    step("tests", || succeed(&mut cargo(&TESTS)?))
}

/// What Cargo says that it had to compile of the AWS SDK.
fn sdk_crates_compiled(messages: &str) -> Vec<String> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter(|message| message["reason"] == "compiler-artifact" && message["fresh"] == false)
        .filter_map(|message| Some(message["target"]["name"].as_str()?.to_owned()))
        .filter(|name| name.starts_with("aws_"))
        .collect()
}

/// One step, with its name before it and its time after it.
fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("── {name}");
    let started = Instant::now();
    let made = work()?;
    println!("── {name}: {} s", started.elapsed().as_secs());
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::sdk_crates_compiled;

    #[test]
    fn what_was_there_already_and_what_is_not_of_the_sdk_are_not_named() {
        let artifact = |name: &str, fresh: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"{name}"}},"fresh":{fresh}}}"#
            )
        };
        let messages = [
            artifact("aws_sdk_iam", true),
            artifact("aws_sdk_ssm", false),
            artifact("proptest", false),
            r#"{"reason":"build-script-executed"}"#.to_owned(),
            r#"{"reason":"build-finished","success":true}"#.to_owned(),
        ];
        assert_eq!(sdk_crates_compiled(&messages.join("\n")), ["aws_sdk_ssm"]);
    }
}
