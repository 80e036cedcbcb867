//! What dependent actions cost a Lambda at its cold start, and what a question costs after that.

#![expect(clippy::expect_used, reason = "a benchmark fails by panicking")]

use criterion::{Criterion, criterion_group, criterion_main};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::dependent_actions::DependentActions;
use std::hint::black_box;

const REFERENCE: &str = include_str!("../src/dependent_actions.txt");
const OPERATIONS: &str = include_str!("../src/dependent_actions/operations.txt");
const SUPPLEMENT: &str = include_str!("../src/dependent_actions/supplement.txt");

fn read(criterion: &mut Criterion) {
    let catalog = Catalog::embedded();
    criterion.bench_function("dependent actions: read at a cold start", |bencher| {
        bencher.iter(|| {
            let [reference, operations, supplement] =
                [REFERENCE, OPERATIONS, SUPPLEMENT].map(black_box);
            DependentActions::parse(reference, operations, supplement, catalog).expect("they parse")
        });
    });
}

fn needed(criterion: &mut Criterion) {
    let catalog = Catalog::embedded();
    let dependent = DependentActions::embedded();
    let full = ActionSet::full(catalog);
    for namespace in ["s3", "ec2", "lambda"] {
        let service = catalog.service(namespace).expect("it is a service");
        let kept = ActionSet::of_service(service);
        criterion.bench_function(&format!("dependent actions: needed by {namespace}"), |bencher| {
            bencher.iter(|| dependent.needed(black_box(&kept), black_box(&full)));
        });
    }
    let most: ActionSet = catalog.ids().filter(|id| id.index() % 10 != 0).collect();
    criterion.bench_function("dependent actions: needed by nine tenths of all", |bencher| {
        bencher.iter(|| dependent.needed(black_box(&most), black_box(&full)));
    });
}

criterion_group!(benches, read, needed);
criterion_main!(benches);
