//! Inside every crate the arrows lead one way.

use leastwise_architecture::arrows::Arrows;
use leastwise_architecture::circles::{self, Circle};
use leastwise_architecture::{order, workspace};

/// The folders of `leastwise-rightsizing`: each may import from those before it, and those on one
/// line do not import each other.
const RIGHTSIZING: &[&[&str]] = &[
    &["iam"],
    &["reach", "resource_policies"],
    &["evidence"],
    &["boundary"],
    &["settings"],
    &["usage"],
    &["score"],
    &["tags"],
    &["automatic"],
    &["exemption"],
    &["verdict", "plan"],
    &["proof"],
    &["presentation"],
];

fn circles_of_every_crate(find: impl Fn(&Arrows) -> Vec<Circle>) -> String {
    let sources = workspace::sources();
    let found = sources.iter().flat_map(|(package, sources)| {
        let circles = find(&Arrows::of(sources));
        circles.into_iter().map(move |circle| format!("{package}: {circle}\n"))
    });
    found.collect()
}

#[test]
fn no_two_files_of_a_crate_import_each_other() {
    let found = circles_of_every_crate(|read| circles::of_files(&read.arrows));
    assert!(found.is_empty(), "cut arrows until none leads back:\n\n{found}");
}

#[test]
fn no_two_folders_of_a_crate_import_each_other() {
    let found = circles_of_every_crate(|read| circles::of_folders(&read.arrows));
    assert!(found.is_empty(), "cut arrows until none leads back:\n\n{found}");
}

#[test]
fn the_folders_of_the_domain_stand_in_their_order() {
    let sources = workspace::sources();
    let found = order::against(&Arrows::of(&sources["leastwise-rightsizing"]), RIGHTSIZING);
    assert!(found.is_empty(), "these go against the order {RIGHTSIZING:?}:\n{}", found.join("\n"));
}
