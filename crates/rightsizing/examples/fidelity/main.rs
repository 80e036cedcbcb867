//! Measures on real policies how faithful and how tight the boundaries are, and prints the page `docs/fidelity.md`:
//! `cargo xtask fidelity` prepares the files and runs it.
//!
//! `cargo run --release --example fidelity -- POLICIES OLDER [ACCOUNT]`: a JSON object of AWS managed policies by name, an
//! older catalogue, and what `aws iam get-account-authorization-details` printed of some account.

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
mod trial;
#[path = "../../../policy/examples/used/mod.rs"]
mod used;

use leastwise_policy::catalog::Catalog;
use principals::Counts;
use std::fs::read_to_string;
use std::thread;
use std::time::Instant;

const SEED: u64 = 20_261_101;

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

    let started = Instant::now();
    let mut subjects = principals::of_managed_policies(&policies, COUNTS, SEED);
    let account = arguments.next().map(|path| read_to_string(path).expect("the account is text"));
    if let Some(account) = &account {
        subjects.extend(principals::of_account(account, SEED));
    }
    let threads = thread::available_parallelism().map_or(1, usize::from);
    eprintln!("{} cases on {threads} threads", subjects.len());
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
    print!("{}", page::page(&run));
}
