//! Measures what lists made with an older catalogue admit once AWS has added actions:
//! `cargo run --release --example drift -- older.txt newer.txt < policies.jsonl`.
//!
//! `cargo xtask catalog --version VERSION --output FILE` makes a catalogue. Each line of the input
//! is a policy document. Of each, alone and together with its neighbours, a seeded used subset is
//! drawn in clusters of what the older catalogue knows.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads files")]
#![expect(clippy::print_stdout, reason = "a measurement prints")]

mod used;

use leastwise_policy::action::AccessLevel;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::{Admitted, Wildcards, characters, compress, drift};
use leastwise_policy::document::Document;
use leastwise_policy::permissions::Permissions;
use std::io::Read;
use used::{Random, used_in_clusters};

/// How many documents are taken together.
const TOGETHER: [usize; 4] = [1, 2, 3, 5];

fn main() {
    let mut files = std::env::args().skip(1).map(|path| {
        let text = std::fs::read_to_string(&path).expect("the file is text");
        Catalog::parse(&text).expect("the file is a catalogue")
    });
    let older = files.next().expect("the first argument is the older catalogue");
    let newer = files.next().expect("the second argument is the newer catalogue");
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).expect("the input is text");
    let documents: Vec<Document> =
        input.lines().map(|line| line.parse().expect("a line is a policy document")).collect();
    let sets = used_sets(&documents, &older);
    let explicit = total_characters(&sets, &older, Wildcards::None);
    let mut exact = None;
    for wildcards in [Wildcards::Exact, Wildcards::Stable] {
        let mut admitted = Vec::new();
        for set in &sets {
            admitted.extend(drift(&compress(set, &older, wildcards.into()), &older, &newer));
        }
        let compressed = total_characters(&sets, &older, wildcards);
        let of_exact = *exact.get_or_insert(admitted.len());
        println!(
            "{wildcards}: {:.1} % of the explicit list, {} actions admitted ({:.1} % of exact), {} of them neither list nor read",
            percent(compressed, explicit),
            admitted.len(),
            percent(admitted.len(), of_exact),
            admitted.iter().filter(|admitted| is_write(admitted)).count(),
        );
    }
}

fn used_sets(documents: &[Document], catalog: &Catalog) -> Vec<ActionSet> {
    let mut sets = Vec::new();
    for together in TOGETHER {
        for (seed, group) in (1..).zip(documents.chunks(together)) {
            let granted = Permissions::of(group).actions(catalog);
            sets.push(used_in_clusters(&granted, catalog, &mut Random(seed)));
        }
    }
    sets
}

fn total_characters(sets: &[ActionSet], catalog: &Catalog, wildcards: Wildcards) -> usize {
    sets.iter().map(|set| characters(&compress(set, catalog, wildcards.into()))).sum()
}

fn is_write(admitted: &Admitted) -> bool {
    admitted.level > AccessLevel::Read
}

#[expect(clippy::cast_precision_loss, reason = "a ratio to be read by a person")]
fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}
