//! `cargo xtask fuzz`: gives the targets of `tests/fuzz` other inputs than the tests do, for long.

use crate::result::Result;
use crate::shell::{cargo, succeed};
use std::time::{SystemTime, UNIX_EPOCH};

/// Which targets, and for how long.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// For how many minutes each target is given inputs.
    #[arg(long, value_name = "MINUTES", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    minutes: u32,
    /// Draw the inputs by this number, to repeat a run; by the time of day if left out.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Only this target, such as `policy_document`.
    target: Option<String>,
}

/// Run the targets, one after the other.
pub(crate) fn run(arguments: &Arguments) -> Result {
    let by_time = || SystemTime::now().duration_since(UNIX_EPOCH).map(|time| time.as_secs());
    let seed = arguments.seed.map_or_else(by_time, Ok)?;
    println!("── seed {seed}: --seed {seed} draws the same inputs");
    // Everything is selected, so that the AWS SDK has the features that it was compiled with.
    let mut test = cargo(&["test", "--workspace", "--locked", "--profile", "quick"])?;
    test.args(["--test", "targets", "--", "--nocapture", "--test-threads", "1"]);
    if let Some(target) = &arguments.target {
        test.args(["--exact", target]);
    }
    test.env("LEASTWISE_FUZZ_SECONDS", (arguments.minutes * 60).to_string());
    test.env("PROPTEST_RNG_SEED", seed.to_string());
    succeed(&mut test)
}
