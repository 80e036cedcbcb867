//! What the catalogue costs a Lambda at its cold start, and what a question costs after that.

#![expect(clippy::expect_used, reason = "a benchmark fails by panicking")]

use criterion::{Criterion, criterion_group, criterion_main};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::checked_elsewhere::checked_elsewhere;
use leastwise_policy::document::Document;
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use leastwise_policy::undoing::undoing;
use std::hint::black_box;

const TEXT: &str = include_str!("../src/catalog.txt");

fn catalog(criterion: &mut Criterion) {
    let catalog = Catalog::embedded();
    criterion.bench_function("catalog: index at a cold start", |bencher| {
        bencher.iter(|| Catalog::from_checked(black_box(TEXT)).expect("it parses"));
    });
    criterion.bench_function("catalog: parse and index", |bencher| {
        bencher.iter(|| Catalog::parse(black_box(TEXT)).expect("it parses"));
    });
    criterion.bench_function("catalog: find", |bencher| {
        bencher.iter(|| catalog.find(black_box("iam:PassRole")));
    });
}

fn patterns(criterion: &mut Criterion) {
    let catalog = Catalog::embedded();
    for text in ["*", "ec2:Describe*", "ec2:*Tags", "*:Get*", "iam:PassRole"] {
        let pattern: Pattern = text.parse().expect("it parses");
        criterion.bench_function(&format!("pattern: actions of {text}"), |bencher| {
            bencher.iter(|| black_box(&pattern).actions(catalog));
        });
    }
}

fn permissions(criterion: &mut Criterion) {
    let catalog = Catalog::embedded();
    let text = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*", "iam:PassRole"], "Resource": "*"},
        {"Effect": "Deny", "Action": "*:Delete*", "Resource": "*"}
    ]}"#;
    criterion.bench_function("document: parse", |bencher| {
        bencher.iter(|| Document::parse(black_box(text)).expect("it parses"));
    });
    let permissions = Permissions::of([&Document::parse(text).expect("it parses")]);
    criterion.bench_function("permissions: actions", |bencher| {
        bencher.iter(|| black_box(&permissions).actions(catalog));
    });
    criterion.bench_function("permissions: every service of the catalogue", |bencher| {
        bencher.iter(|| {
            let services = catalog.services();
            services.filter(|s| permissions.may_permit_service(&s.namespace, catalog)).count()
        });
    });
}

fn facts(criterion: &mut Criterion) {
    let catalog = Catalog::embedded();
    // Another catalogue, for the answer of the embedded one is kept.
    let other = catalog.clone();
    criterion.bench_function("checked elsewhere: at a cold start", |bencher| {
        bencher.iter(|| checked_elsewhere(black_box(&other)));
    });
    let used: ActionSet = catalog.ids().filter(|id| id.index() % 100 == 0).collect();
    criterion.bench_function("undoing: of a hundredth of all actions", |bencher| {
        bencher.iter(|| undoing(black_box(&used), catalog));
    });
}

criterion_group!(benches, catalog, patterns, permissions, facts);
criterion_main!(benches);
