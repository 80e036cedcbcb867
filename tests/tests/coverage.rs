//! `docs/coverage.md` promises nothing that no test shows: every test that the page names is there and runs.

use leastwise_e2e::workspace;
use regex_lite::Regex;
use std::path::PathBuf;

const FEATURES: usize = 51;
const TRAPS: usize = 25;

/// More than these nobody looks up.
const MOST_TESTS_OF_A_FEATURE: usize = 3;

fn page() -> String {
    std::fs::read_to_string(workspace::root().join("docs/coverage.md")).unwrap()
}

fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_matches('|').split('|').map(str::trim).collect()
}

/// The rows of the table whose second column has this title.
fn table<'a>(page: &'a str, title: &str) -> Vec<Vec<&'a str>> {
    let mut rows =
        page.lines().skip_while(|line| !line.starts_with(&format!("| # | {title} |"))).map(cells);
    let header = rows.next().unwrap_or_else(|| panic!("there is no table of {title}"));
    let rows: Vec<Vec<&str>> = rows.skip(1).take_while(|cells| *cells != [""]).collect();
    assert_eq!(header.last(), Some(&"Leastwise"));
    for row in &rows {
        assert_eq!(row.len(), header.len(), "{row:?}");
    }
    rows
}

/// The tests that a text names. What AWS writes in this way begins with capitals.
fn cited(text: &str) -> Vec<String> {
    let name = Regex::new(r"`([a-z_0-9]+(?:::[a-z_0-9]+)+)`").unwrap();
    name.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// The files in which a test of this name, without its last word, could be: of a crate's sources, of its integration
/// tests, of the end-to-end tests, or of the stand's own checks.
fn files(target: &str, modules: &[&str]) -> Vec<PathBuf> {
    let root = workspace::root();
    let path = modules.join("/");
    let mut files = vec![
        root.join("crates").join(target.replace('_', "-")).join("src").join(format!("{path}.rs")),
    ];
    if target == "selftest" {
        files.push(root.join(format!("tests/stand/selftest/{path}.py")));
    }
    let crates = std::fs::read_dir(root.join("crates")).unwrap();
    let folders = crates.map(|folder| folder.unwrap().path()).chain([root.join("tests")]);
    files.extend(folders.map(|folder| {
        let file = if modules.is_empty() { target.to_owned() } else { format!("{target}/{path}") };
        folder.join("tests").join(format!("{file}.rs"))
    }));
    files.retain(|file| file.exists());
    files
}

/// Whether the Rust text has a test of that name that runs without being asked for.
fn runs(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let begins = |line: &str| line.trim_start_matches("async ").starts_with(&format!("fn {name}("));
    lines.iter().zip(0..).any(|(line, place)| {
        let before = lines[..place].iter().rev();
        let attributes: Vec<&&str> = before.take_while(|line| line.starts_with("#[")).collect();
        begins(line)
            && attributes.iter().any(|line| ["#[test]", "#[tokio::test]"].contains(line))
            && !attributes.iter().any(|line| line.starts_with("#[ignore"))
    })
}

/// What is wrong with the name of a test, if anything is.
fn fault(test: &str) -> Option<String> {
    let words: Vec<&str> = test.split("::").collect();
    let [target, modules @ .., name] = words.as_slice() else {
        return Some(format!("`{test}` is no path"));
    };
    let [file] = &files(target, modules)[..] else {
        return Some(format!("`{test}` is not in one file: {:?}", files(target, modules)));
    };
    let source = std::fs::read_to_string(file).unwrap();
    let found = if file.extension().is_some_and(|extension| extension == "py") {
        source.lines().any(|line| line.starts_with(&format!("def {name}(")))
    } else {
        runs(&source, name)
    };
    (!found).then(|| format!("`{}` has no test `{name}`", file.display()))
}

#[test]
fn every_cited_test_is_there() {
    let tests = cited(&page());
    assert!(tests.len() > FEATURES, "{tests:?}");
    let faults: Vec<String> = tests.iter().filter_map(|test| fault(test)).collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn neither_a_helper_nor_an_ignored_test_nor_one_of_another_file_counts() {
    assert_eq!(fault("main_job::remediation_can_be_automatic"), None);
    assert_eq!(fault("selftest::test_config::test_put_evaluations_is_strict"), None);
    for no_test in [
        "main_job::analyst",
        "managed_policies::an_independent_evaluator_agrees_when_given_the_policies_whole",
        "hard_cases::remediation_can_be_automatic",
        "main_job::remediation_can_be",
        "nowhere::remediation_can_be_automatic",
        "selftest::test_config::eventually",
    ] {
        assert!(fault(no_test).is_some(), "{no_test}");
    }
}

#[test]
fn every_feature_and_every_trap_stands_once_and_in_its_place() {
    let page = page();
    for (title, count) in [("Feature", FEATURES), ("Trap", TRAPS)] {
        let rows = table(&page, title);
        let numbers: Vec<&str> = rows.iter().map(|row| row[0]).collect();
        let expected: Vec<String> = (1..=count).map(|number| number.to_string()).collect();
        assert_eq!(numbers, expected, "{title}");
        assert!(rows.iter().flatten().all(|cell| !cell.is_empty()), "{title}");
    }
}

#[test]
fn whatever_has_no_test_is_said_to_come_later() {
    let page = page();
    for (title, most) in [("Feature", MOST_TESTS_OF_A_FEATURE), ("Trap", usize::MAX)] {
        for row in table(&page, title) {
            let cell = row.last().unwrap();
            let tests = cited(cell).len();
            let shown = cell.starts_with("✓ ") && (1..=most).contains(&tests);
            assert!(shown || cell.starts_with("later"), "{title} {}: {cell}", row[0]);
        }
    }
}
