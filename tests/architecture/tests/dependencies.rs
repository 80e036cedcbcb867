//! What depends on what: asked of cargo, so that a line in a manifest cannot undo it unseen.

use leastwise_architecture::deny::Rules;
use leastwise_architecture::workspace::{self, cargo};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The packages that take values and give values.
const PURE: [&str; 5] = [
    "leastwise-policy",
    "leastwise-rightsizing",
    "leastwise-trails",
    "leastwise-telemetry",
    "leastwise-report",
];

/// The packages that these packages ship with, themselves included, each by name and version.
fn shipped_with(packages: &[&str]) -> BTreeSet<(String, String)> {
    let mut arguments = vec!["tree", "--edges", "normal", "--prefix", "none"];
    arguments.extend(packages.iter().flat_map(|package| ["--package", package]));
    let tree = cargo(&arguments);
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.to_owned()))
        })
        .collect()
}

/// The direct dependencies of each package of the workspace that come from outside, those of tests
/// and builds included.
fn external_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let packages = workspace::packages();
    let packages = packages.iter().map(|package| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let external = dependencies.filter(|dependency| !dependency["source"].is_null()).map(name);
        (name(package), external.collect())
    });
    packages.collect()
}

#[test]
fn what_decides_links_neither_a_runtime_nor_a_network_nor_aws() {
    for package in PURE {
        let packages = shipped_with(&[package]);
        assert!(packages.iter().any(|(name, _)| name == "serde_json"), "{package}: {packages:?}");
        let outside = packages.iter().filter(|(name, _)| {
            ["tokio", "hyper", "reqwest", "rustls", "aws-", "lambda_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        });
        assert_eq!(outside.collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "{package}");
    }
}

#[test]
fn only_the_adapters_and_the_end_to_end_tests_name_the_sdk() {
    let dependencies = external_dependencies();
    let with_sdk = dependencies
        .iter()
        .filter(|(_, dependencies)| dependencies.iter().any(|name| name.starts_with("aws-sdk-")))
        .map(|(package, _)| package.as_str());
    assert_eq!(with_sdk.collect::<Vec<_>>(), ["leastwise-aws", "leastwise-e2e"]);
}

#[test]
fn what_tests_share_is_a_dependency_of_tests_only() {
    let is_ours = |dependency: &&Value| dependency["name"] == "leastwise-testing";
    let kinds: BTreeMap<String, Value> = workspace::packages()
        .iter()
        .flat_map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let name = package["name"].as_str().unwrap();
            dependencies.filter(is_ours).map(|it| (name.to_owned(), it["kind"].clone()))
        })
        .collect();
    assert!(!kinds.is_empty());
    assert!(kinds.values().all(|kind| kind == "dev"), "{kinds:?}");
}

#[test]
fn the_functions_ship_one_tls_stack() {
    let packages = shipped_with(&["leastwise-evaluator", "leastwise-remediator"]);
    let versions = |wanted: &str| packages.iter().filter(|(name, _)| name == wanted).count();
    assert_eq!([versions("rustls"), versions("native-tls"), versions("openssl")], [1, 0, 0]);
    assert_eq!([versions("hyper"), versions("h2"), versions("http")], [1, 1, 1]);
}

#[test]
fn the_functions_ship_nothing_that_only_the_command_line_needs() {
    let only =
        ["aws-sdk-cloudtrail", "aws-sdk-lambda", "aws-sdk-sso", "aws-sdk-ssooidc", "indicatif"];
    let of = |packages: &[&str]| {
        let shipped = shipped_with(packages);
        only.into_iter().filter(|only| shipped.iter().any(|(name, _)| name == only)).count()
    };
    assert_eq!(of(&["leastwise-cli"]), only.len());
    assert_eq!(of(&["leastwise-evaluator", "leastwise-remediator"]), 0);
}

/// It takes the library of a function, and nothing of what makes that a function.
#[test]
fn the_command_line_ships_no_lambda_runtime() {
    let is_runtime = |(name, _): &&(String, String)| name.starts_with("lambda_");
    let ships = |package| shipped_with(&[package]).iter().find(is_runtime).is_some();
    assert_eq!([ships("leastwise-remediator"), ships("leastwise-cli")], [true, false]);
}

#[test]
fn every_direct_dependency_has_its_reason_on_the_list_and_nothing_else_is_there() {
    let list = fs::read_to_string(workspace::root().join("docs/dependencies.md")).unwrap();
    let listed: Vec<String> = list
        .lines()
        .filter_map(|line| line.strip_prefix("- `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect();
    let once: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(once.len(), listed.len(), "a dependency is listed twice: {listed:?}");
    assert_eq!(once, external_dependencies().into_values().flatten().collect());
}

#[test]
fn every_package_that_we_depend_on_keeps_to_the_rules() {
    let rules = fs::read_to_string(workspace::root().join("deny.toml")).unwrap();
    let rules = Rules::parse(&rules);
    let mut arguments = vec!["metadata", "--format-version", "1", "--all-features"];
    arguments.extend(rules.targets().iter().flat_map(|target| ["--filter-platform", target]));
    let metadata = serde_json::from_str(&cargo(&arguments)).unwrap();
    assert_eq!(rules.broken_by(&metadata), Vec::<String>::new(), "see deny.toml");
}

/// The Rust code below some folders of a package, with the files that it takes from elsewhere.
fn code(package: &Path, folders: &[&str]) -> String {
    let mut files = BTreeMap::new();
    for folder in folders.iter().map(|folder| package.join(folder)).filter(|it| it.exists()) {
        workspace::read(package, &folder, &mut files);
    }
    let elsewhere = files.iter().flat_map(|(file, text)| {
        let folder = package.join(file).parent().unwrap().to_owned();
        let paths = text.lines().filter_map(|line| line.trim().strip_prefix("#[path = \""));
        paths.map(move |path| folder.join(path.trim_end_matches("\"]")))
    });
    let elsewhere = elsewhere.map(|file| fs::read_to_string(file).unwrap());
    elsewhere.collect::<String>() + &files.into_values().collect::<String>()
}

#[test]
fn every_dependency_is_used() {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1"])).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let ours = packages.iter().filter(|package| package["source"].is_null());
    let unused = ours.flat_map(|package| {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let folder = manifest.parent().unwrap();
        let shipped = code(folder, &["src"]);
        let tested = shipped.clone() + &code(folder, &["benches", "examples", "tests"]);
        let node = nodes.iter().find(|node| node["id"] == package["id"]).unwrap();
        node["deps"].as_array().unwrap().iter().filter_map(move |dependency| {
            let name = dependency["name"].as_str().unwrap();
            let mut kinds = dependency["dep_kinds"].as_array().unwrap().iter();
            let ships = kinds.any(|kind| kind["kind"].is_null());
            let code = if ships { &shipped } else { &tested };
            let uses = [format!("{name}::"), format!("{name}!"), format!("use {name} as")];
            let is_used = uses.iter().any(|it| code.contains(it.as_str()));
            (!is_used).then(|| format!("{} does not use {name}", package["name"]))
        })
    });
    assert_eq!(unused.collect::<Vec<_>>(), Vec::<String>::new());
}
