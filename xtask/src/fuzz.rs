//! `cargo xtask fuzz`: gives the targets of `tests/fuzz` other inputs than the tests do, for long.

use crate::result::Result;
use crate::shell::{cargo, succeed, workspace};
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

/// Which targets, and for how long.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// For how many minutes each target is given inputs.
    #[arg(long, value_name = "MINUTES", default_value = "1", value_parser = clap::value_parser!(u64).range(1..))]
    minutes: u64,
    /// Draw the inputs by this number, to repeat a run; by the time of day if left out.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Only this target, such as `policy_document`.
    target: Option<String>,
}

/// The targets by name: each has a folder of seeds of its name.
fn targets() -> Result<Vec<String>> {
    let folder = workspace()?.join("tests/fuzz/corpus");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// A test of another name would be none, and none fails nothing.
fn check(target: &str) -> Result {
    let targets = targets()?;
    if targets.iter().any(|known| known == target) {
        return Ok(());
    }
    Err(format!("`{target}` is no target; the targets are {}", targets.join(", ")).into())
}

/// For how many seconds each target is given inputs.
fn seconds(minutes: u64) -> Result<u64> {
    let seconds = minutes.checked_mul(60);
    seconds.ok_or_else(|| format!("{minutes} minutes are too many").into())
}

/// Run the targets, one after the other.
pub(crate) fn run(arguments: &Arguments) -> Result {
    arguments.target.as_deref().map_or(Ok(()), check)?;
    let seconds = seconds(arguments.minutes)?;
    let by_time = || SystemTime::now().duration_since(UNIX_EPOCH).map(|time| time.as_secs());
    let seed = arguments.seed.map_or_else(by_time, Ok)?;
    println!("── seed {seed}: --seed {seed} draws the same inputs");
    // Everything is selected, so that the AWS SDK has the features that it was compiled with.
    let mut test = cargo(&["test", "--workspace", "--locked", "--profile", "quick"])?;
    test.args(["--test", "targets", "--", "--nocapture", "--test-threads", "1"]);
    if let Some(target) = &arguments.target {
        test.args(["--exact", target]);
    }
    test.env("LEASTWISE_FUZZ_SECONDS", seconds.to_string());
    test.env("PROPTEST_RNG_SEED", seed.to_string());
    succeed(&mut test)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_target_is_refused_with_the_names_of_the_others() {
        assert_eq!(check("policy_document").map_err(|error| error.to_string()), Ok(()));
        let known = targets().unwrap().join(", ");
        assert!(known.starts_with("account, config_event, "), "{known}");
        for other in ["polcy_document", "", ".", "account/", "account/whole.json", "../corpus"] {
            let message = check(other).unwrap_err().to_string();
            assert_eq!(message, format!("`{other}` is no target; the targets are {known}"));
        }
    }

    #[test]
    fn minutes_are_seconds_as_long_as_they_fit() {
        let seconds = |minutes| seconds(minutes).map_err(|error| error.to_string());
        assert_eq!(seconds(1), Ok(60));
        assert_eq!(seconds(100_000_000), Ok(6_000_000_000));
        let too_many = "18446744073709551615 minutes are too many";
        assert_eq!(seconds(u64::MAX), Err(too_many.to_owned()));
    }
}
