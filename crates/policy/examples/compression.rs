//! Measures compression on policies of your own:
//! `cargo run --release --example compression < policies.jsonl`.
//!
//! Each line of the input is a policy document. Of each, alone and together with its neighbours, a
//! seeded used subset is drawn in clusters. Every list is expanded again, and each of its patterns
//! judged by the crate's glob on every action.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]
#![expect(clippy::print_stdout, reason = "a measurement prints")]

mod used;

use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::{
    Compression, Readability, Wildcards, characters, compress, expand,
};
use leastwise_policy::document::Document;
use leastwise_policy::permissions::Permissions;
use std::io::Read;
use std::time::{Duration, Instant};
use used::{Random, used_in_clusters};

/// How many documents are taken together.
const TOGETHER: [usize; 4] = [1, 2, 3, 5];

fn main() {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).expect("the input is text");
    let documents: Vec<Document> =
        input.lines().map(|line| line.parse().expect("a line is a policy document")).collect();
    let catalog = Catalog::embedded();
    let settings = [
        ("exact", Wildcards::Exact, Readability::Words),
        ("stable", Wildcards::Stable, Readability::Words),
        ("exact, last resort", Wildcards::Exact, Readability::LastResort),
    ];
    for (name, wildcards, readability) in settings {
        let how = Compression { wildcards, readability };
        for together in TOGETHER {
            let mut measured = Measured::default();
            for (seed, group) in (1..).zip(documents.chunks(together)) {
                let granted = Permissions::of(group).actions(catalog);
                let used = used_in_clusters(&granted, catalog, &mut Random(seed));
                measured.add(&used, catalog, how);
            }
            println!("{name}, {together} together: {}", measured.summary());
        }
    }
}

#[derive(Default)]
struct Measured {
    cases: usize,
    actions: usize,
    explicit: usize,
    compressed: usize,
    /// Highest ratio of a case of at least 20 actions, and how many it has.
    worst: (f64, usize),
    over_44_percent: usize,
    ratios: f64,
    slowest: (Duration, usize),
    total: Duration,
}

impl Measured {
    #[expect(clippy::cast_precision_loss, reason = "a ratio to be read by a person")]
    fn add(&mut self, actions: &ActionSet, catalog: &Catalog, how: Compression) {
        if actions.is_empty() {
            return;
        }
        let started = Instant::now();
        let patterns = compress(actions, catalog, how);
        let time = started.elapsed();
        assert_eq!(&expand(&patterns, catalog), actions, "exactly the set");
        let explicit = characters(&compress(actions, catalog, Wildcards::None.into()));
        let compressed = characters(&patterns);
        assert!(compressed <= explicit, "never longer");
        let ratio = compressed as f64 / explicit as f64;
        self.cases += 1;
        self.actions += actions.len();
        self.explicit += explicit;
        self.compressed += compressed;
        self.ratios += ratio;
        self.over_44_percent += usize::from(ratio > 0.44);
        self.total += time;
        if actions.len() >= 20 && ratio > self.worst.0 {
            self.worst = (ratio, actions.len());
        }
        self.slowest = self.slowest.max((time, actions.len()));
    }

    #[expect(clippy::cast_precision_loss, reason = "a ratio to be read by a person")]
    fn summary(&self) -> String {
        format!(
            "{} cases, {} actions, {:.1} % in total, {:.1} % on average, {} cases above 44 %, worst of 20 or more actions {:.1} % ({} actions), slowest {:?} ({} actions), all {:?}",
            self.cases,
            self.actions,
            100.0 * self.compressed as f64 / self.explicit as f64,
            100.0 * self.ratios / self.cases as f64,
            self.over_44_percent,
            100.0 * self.worst.0,
            self.worst.1,
            self.slowest.0,
            self.slowest.1,
            self.total,
        )
    }
}
