//! Many inputs for one target.

use crate::corpus;
use crate::input::{self, Input};
use crate::limits::{Alone, Broken, Cost, Target, hold};
use leastwise_policy::catalog::Catalog;
use leastwise_trails::names::Names;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

/// For how many seconds each target is given inputs, instead of once its share of them.
pub const SECONDS: &str = "LEASTWISE_FUZZ_SECONDS";

/// For how long a smaller input is looked for that breaks the same, in milliseconds: each that does
/// not end takes ten seconds.
const MAX_SHRINK_TIME: u32 = 60_000;

/// What a target was given, and took at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Inputs, seeds included.
    pub inputs: u64,
    /// The longest that one took.
    pub longest: Duration,
    /// The most memory that one took, in bytes.
    pub memory: usize,
    /// The most memory that one took of what it was allowed, in per cent.
    pub memory_percent: usize,
}

impl Figures {
    fn and(self, cost: Cost) -> Self {
        Self {
            inputs: self.inputs + 1,
            longest: self.longest.max(cost.time),
            memory: self.memory.max(cost.memory),
            memory_percent: self.memory_percent.max(100 * cost.memory / cost.allowed),
        }
    }
}

/// Gives the target its seeds, then inputs made of them: as many as `PROPTEST_CASES` says (256), by
/// the seed in `PROPTEST_RNG_SEED`, or, if [`SECONDS`] is set, for so long. Prints what that took.
///
/// An input under way is in the file `target/tmp/fuzz-NAME`, where it stays if it ends the process.
///
/// # Panics
///
/// When an input breaks a limit, or the target panics; with the smallest input that does so and is
/// found in a minute.
pub fn run(name: &str, target: Target) {
    let alone = Alone::wait();
    make_tables();
    let started = Instant::now();
    let seeds = corpus::seeds(name);
    let figures = Cell::new(Figures::default());
    let read = |input: &[u8]| -> Result<(), Broken> {
        fs::write(under_way(name), input).expect("the folder of the build can be written to");
        figures.set(figures.get().and(hold(&alone, target, input)?));
        Ok(())
    };
    // The first input pays for what is made once, such as the catalogue.
    target(&seeds[0]);
    for seed in &seeds {
        read(seed).unwrap_or_else(|broken| fail(name, seed, &broken.to_string()));
    }
    let config =
        Config { failure_persistence: None, max_shrink_time: MAX_SHRINK_TIME, ..Config::default() };
    let mut batches = TestRunner::new(config.clone());
    loop {
        // A runner counts its cases once and for all.
        let mut batch = TestRunner::new_with_rng(config.clone(), batches.new_rng());
        let outcome = batch.run(&input::inputs(), |input: Input| {
            let read = read(&input.bytes(&seeds));
            read.map_err(|broken| TestCaseError::fail(broken.to_string()))
        });
        match outcome {
            Ok(()) => {}
            Err(TestError::Fail(why, input)) => fail(name, &input.bytes(&seeds), why.message()),
            Err(TestError::Abort(why)) => panic!("{name}: {why}"),
        }
        if seconds().is_none_or(|limit| started.elapsed() >= limit) {
            break;
        }
    }
    let Figures { inputs, longest, memory, memory_percent } = figures.get();
    println!(
        "{name}: {inputs} inputs in {:.1?}; at most {longest:.1?} and {} KB, {memory_percent} % of \
         what is allowed",
        started.elapsed(),
        memory >> 10
    );
}

fn seconds() -> Option<Duration> {
    let seconds = env::var(SECONDS).ok()?;
    Some(Duration::from_secs(seconds.parse().expect("a number of seconds")))
}

/// Makes the tables that are made once in a process, so that no input pays for them.
fn make_tables() {
    let _: (&Catalog, &Names) = (Catalog::embedded(), Names::embedded());
}

fn under_way(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tmp");
    fs::create_dir_all(&folder).expect("the folder of the build can be written to");
    folder.join(format!("fuzz-{name}"))
}

fn fail(name: &str, input: &[u8], why: &str) -> ! {
    panic!("{name}: {why}\ninput: {}", input.escape_ascii())
}
