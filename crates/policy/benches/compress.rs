//! What compressing a list costs: the case of 5,000 actions is to stay below 10 ms.

#![expect(clippy::expect_used, reason = "a benchmark fails by panicking")]

use criterion::{Criterion, criterion_group, criterion_main};
use leastwise_policy::action::AccessLevel;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{Catalog, Service};
use leastwise_policy::compress::{Compression, Wildcards, characters, compress, expand};
use std::hint::black_box;

const SIZE: usize = 5_000;

fn compression(criterion: &mut Criterion) {
    let catalog = Catalog::embedded();
    let clustered = clustered(catalog);
    let ec2 = catalog.service("ec2").expect("ec2 is a service");
    let writes_of_ec2 = of_level(ec2, AccessLevel::Write, catalog);
    for (name, actions, wildcards) in [
        ("5,000 actions in clusters, exact", &clustered, Wildcards::Exact),
        ("5,000 actions in clusters, stable", &clustered, Wildcards::Stable),
        ("5,000 actions in clusters, none", &clustered, Wildcards::None),
        ("half of the writes of ec2, exact", &every_other(&writes_of_ec2), Wildcards::Exact),
        ("every action but one, exact", &all_but_one(catalog), Wildcards::Exact),
    ] {
        let how = Compression::from(wildcards);
        assert_eq!(&expand(&compress(actions, catalog, how), catalog), actions);
        criterion.bench_function(&format!("compress: {name}"), |bencher| {
            bencher.iter(|| compress(black_box(actions), catalog, how));
        });
    }
    let patterns = compress(&clustered, catalog, Compression::default());
    assert!(characters(&patterns) > 0);
    criterion.bench_function("expand: 5,000 actions in clusters", |bencher| {
        bencher.iter(|| expand(black_box(&patterns), catalog));
    });
}

/// 5,000 actions as a busy account uses them: of each service in turn the reads, or the writes, or
/// what concerns every third action's kind of resource.
fn clustered(catalog: &Catalog) -> ActionSet {
    let mut actions = ActionSet::empty();
    for (turn, service) in catalog.services().enumerate() {
        match turn % 4 {
            0 => actions.union_with(&of_level(service, AccessLevel::Read, catalog)),
            1 => actions.union_with(&of_level(service, AccessLevel::Write, catalog)),
            2 => actions.union_with(&of_resources(service, catalog)),
            _ => {}
        }
    }
    actions.iter().take(SIZE).collect()
}

fn of_level(service: &Service, level: AccessLevel, catalog: &Catalog) -> ActionSet {
    service.ids().filter(|&id| catalog.action(id).level == level).collect()
}

fn of_resources(service: &Service, catalog: &Catalog) -> ActionSet {
    let kinds: Vec<&str> =
        service.ids().step_by(9).map(|id| last_word(catalog.action(id).name)).collect();
    service
        .ids()
        .filter(|&id| kinds.iter().any(|kind| catalog.action(id).name.contains(kind)))
        .collect()
}

fn last_word(name: &str) -> &str {
    name.rfind(|c: char| c.is_ascii_uppercase()).and_then(|at| name.get(at..)).unwrap_or(name)
}

fn every_other(actions: &ActionSet) -> ActionSet {
    actions.iter().step_by(2).collect()
}

fn all_but_one(catalog: &Catalog) -> ActionSet {
    catalog.ids().skip(1).collect()
}

criterion_group!(benches, compression);
criterion_main!(benches);
