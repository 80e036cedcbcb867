//! AWS's service reference as others recorded it, kept outside of this project; skipped where it is
//! missing.

#![expect(clippy::unwrap_used, reason = "integration tests fail by panicking")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]
#![expect(clippy::disallowed_methods, reason = "the library reads no files, its tests do")]

use leastwise_policy::catalog::{Catalog, TrackedSince};
use leastwise_policy::dependent_actions::DependentActions;
use std::path::Path;

/// The rows of a table, each of its columns.
fn rows(file: &str) -> Option<Vec<Vec<String>>> {
    let folder = "../../../shared/data/service_reference";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: `{}` is not there", path.display());
        return None;
    };
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    Some(lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

fn needs(by: &str, need: &str) -> bool {
    let catalog = Catalog::embedded();
    let (by, need) = (catalog.find(by).unwrap(), catalog.find(need).unwrap());
    DependentActions::embedded().needed_by(by).any(|action| action == need)
}

fn is_handed_over(action: &str) -> bool {
    action.ends_with(":PassRole") || action.ends_with(":PassConnection")
}

/// Of the other actions of an operation its own one; where none has its name, all of them.
fn own<'a>(operation: &str, others: &[&'a str]) -> Vec<&'a str> {
    let (_, name) = operation.split_once('.').unwrap();
    let is_own = |action: &&str| action.split_once(':').unwrap().1 == name;
    let own: Vec<_> = others.iter().copied().filter(is_own).collect();
    if own.is_empty() { others.to_vec() } else { own }
}

#[test]
fn whatever_an_operation_hands_over_is_needed_by_an_action_of_the_operation() {
    let Some(rows) = rows("operations.tsv") else { return };
    let mut missing = Vec::new();
    let mut shown = 0;
    for row in &rows {
        let listed = row[1].split(',').filter(|action| action.contains(':'));
        let (handed, others): (Vec<_>, Vec<_>) = listed.partition(|action| is_handed_over(action));
        if others.is_empty() {
            continue;
        }
        for need in handed {
            shown += 1;
            if !own(&row[0], &others).iter().any(|by| needs(by, need)) {
                missing.push(format!("{} {need}", row[0]));
            }
        }
    }
    assert_eq!(missing, [""; 0]);
    assert!(shown > 800, "only {shown} pairs were read");
}

#[test]
fn an_action_of_both_is_tracked_since_the_recorded_day() {
    let Some(rows) = rows("actions.tsv") else { return };
    let catalog = Catalog::embedded();
    for row in &rows {
        let Some(id) = catalog.find(&row[0]) else { continue };
        let recorded = (row[2] != "-").then(|| row[2].parse::<TrackedSince>().unwrap());
        assert_eq!(catalog.action(id).tracked_since, recorded, "{}", row[0]);
    }
}
