//! The guide builds, has every page, and no link of any page leads nowhere.

use leastwise_guide::links::{dead, pages};
use mdbook_driver::MDBook;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

#[test]
fn every_link_of_every_page_leads_somewhere() {
    let mut pages = pages(&root());
    // What docs/performance.md is made from: its links begin there.
    pages.remove(Path::new("tests/bench/performance.md")).unwrap();
    let links: usize = pages.values().map(|page| page.links.len()).sum();
    assert!(pages.len() > 60 && links > 300, "{} pages with {links} links", pages.len());
    assert_eq!(dead(&root(), &pages), Vec::<String>::new());
}

#[test]
fn the_guide_builds_and_has_every_page_below_docs() {
    let docs = root().join("docs");
    let destination = tempfile::tempdir().unwrap();
    let mut book = MDBook::load(&docs).unwrap();
    book.config.build.build_dir = destination.path().to_owned();
    book.build().unwrap();

    let named = pages(&docs).into_keys().filter(|page| page != Path::new("SUMMARY.md"));
    let built = |page: &PathBuf| destination.path().join(page.with_extension("html")).is_file();
    let missing: Vec<PathBuf> = named.filter(|page| !built(page)).collect();
    assert_eq!(missing, Vec::<PathBuf>::new(), "docs/SUMMARY.md does not name them");
    let picture = destination.path().join("pictures/report-desktop.png");
    assert!(picture.is_file(), "pictures are copied");
}

/// The words of an `error_type` function of the functions' errors.
fn error_types(file: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let (_, body) = text.split_once("pub fn error_type(&self)").expect("the function is there");
    let (body, _) = body.split_once("\n    }\n").expect("it ends");
    body.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

#[test]
fn troubleshooting_has_a_next_step_for_every_type_of_error() {
    let page = fs::read_to_string(root().join("docs/guide/troubleshooting.md")).unwrap();
    let tables = page
        .split("\n## ")
        .filter(|it| it.starts_with("Refusals\n") || it.starts_with("Failures\n"));
    let rows = tables.flat_map(|table| table.lines().filter(|line| line.starts_with("| `")));
    let first = rows.filter_map(|row| row.split('|').nth(1));
    let listed: BTreeSet<String> =
        first.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(ToOwned::to_owned).collect();
    let files = [
        "crates/remediator/src/error/refusal.rs",
        "crates/remediator/src/error/failure.rs",
        "crates/rightsizing/src/plan/refusal.rs",
        "crates/evaluator/src/error.rs",
    ];
    let known: BTreeSet<String> = files.into_iter().flat_map(error_types).collect();
    assert!(known.len() > 30, "{known:?}");
    assert_eq!(listed, known);
}
