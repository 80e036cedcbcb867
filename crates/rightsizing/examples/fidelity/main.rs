//! Measures on real policies how faithful and how tight the boundaries are, and prints the page `docs/fidelity.md`:
//! `cargo xtask fidelity` prepares the files and runs it.
//!
//! `cargo run --release --example fidelity -- POLICIES OLDER [DATA [SIMULATOR]]`: a JSON object of AWS managed policies by
//! name, an older catalogue, a folder with what `aws iam get-account-authorization-details` printed of some account and
//! with AWS's service reference, and the script that asks `@cloud-copilot/iam-simulate`. With `REPLAY_FIGURES` set it
//! only prints the figures of the replay, as `replay/before.tsv` has them.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads files")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a measurement prints")]

mod evidence;
mod figures;
mod harness;
mod lists;
mod oracle;
mod page;
mod principals;
mod replay;
mod trial;
#[path = "../../../policy/examples/used/mod.rs"]
mod used;

use leastwise_policy::catalog::Catalog;
use principals::Counts;
use replay::{Replay, Sources};
use std::fs::read_to_string;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

const SEED: u64 = 20_261_101;

/// The recorded account in the folder of shared data.
const ACCOUNT: &str = "gaad/cloudsplaining_example.json";

/// Whoever published that account added principals by hand, with an id that is not the account's.
const MADE_UP: &str = "012345678901";
const RECORDED: &str = "200611803367";

const COUNTS: Counts<'_> =
    Counts { of_policies: &[(1, 160), (2, 60), (3, 60), (5, 60)], of_each_wide_policy: 16 };

fn main() {
    let mut arguments = std::env::args().skip(1);
    let policies = arguments.next().expect("the first argument is the file of managed policies");
    let older = arguments.next().expect("the second argument is the older catalogue");
    let policies = read_to_string(policies).expect("the file of policies is text");
    let policies = serde_json::from_str(&policies).expect("the file of policies is JSON");
    let older = Catalog::parse(&read_to_string(older).expect("the older catalogue is text"))
        .expect("the older catalogue is one");
    let catalog = Catalog::embedded();
    let data = arguments.next().map(PathBuf::from);
    let simulator = arguments.next();

    let started = Instant::now();
    let mut subjects = principals::of_managed_policies(&policies, COUNTS, SEED);
    let account = data.as_ref().and_then(|data| read_to_string(data.join(ACCOUNT)).ok());
    let account = account.map(|text| text.replace(MADE_UP, RECORDED));
    if let Some(account) = &account {
        subjects.extend(principals::of_account(account, SEED));
    }
    let threads = thread::available_parallelism().map_or(1, usize::from);
    eprintln!("{} cases on {threads} threads", subjects.len());
    let reference = data.and_then(|data| replay::tables(&data));
    let replay = reference.map(|reference| {
        let sources = Sources { reference: &reference, policies: &policies };
        Replay::of(&subjects, sources, threads)
    });
    if std::env::var_os("REPLAY_FIGURES").is_some() {
        let replay = replay.expect("the folder has the tables");
        eprint!("{}", replay.section(simulator.as_deref()));
        print!("{}", replay.figures().to_text());
        return;
    }
    let cases = harness::run(subjects, &older, catalog, threads);
    let run = page::Run {
        cases: &cases,
        catalog,
        older: &older,
        seed: SEED,
        has_account: account.is_some(),
        took: started.elapsed(),
        threads,
    };
    println!("{}", page::page(&run));
    if let Some(replay) = replay {
        print!("{}", replay.section(simulator.as_deref()));
    } else {
        eprintln!("the replay was skipped: its tables are not there");
        print!("{}", replay::skipped());
    }
}
