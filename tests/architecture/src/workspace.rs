//! Asks cargo which packages there are and reads their sources.

use crate::sources::Sources;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// The workspace's root.
#[must_use]
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("this package lies two folders below the workspace's root")
}

/// What cargo answers about the workspace as it is locked.
///
/// # Panics
///
/// When cargo fails, with all that it printed.
#[must_use]
pub fn cargo(arguments: &[&str]) -> String {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).arg("--locked").current_dir(root());
    let output =
        command.output().unwrap_or_else(|error| panic!("could not start {command:?}: {error}"));
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{stdout}\n{stderr}",
        output.status
    );
    stdout
}

/// The packages of the workspace, as `cargo metadata` describes them.
#[must_use]
pub fn packages() -> Vec<Value> {
    let metadata = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
    let mut metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
    let Value::Array(packages) = metadata["packages"].take() else {
        panic!("cargo lists no packages");
    };
    packages
}

/// The sources of every package of the workspace, by the package's name.
#[must_use]
pub fn sources() -> BTreeMap<String, Sources> {
    packages().iter().map(|package| (text(&package["name"]).to_owned(), of(package))).collect()
}

fn of(package: &Value) -> Sources {
    let manifest = Path::new(text(&package["manifest_path"]));
    let folder = manifest.parent().expect("a manifest lies in a folder");
    let mut sources = Sources::default();
    read(folder, &folder.join("src"), &mut sources.files);
    for target in package["targets"].as_array().expect("a package has targets") {
        let root = relative(folder, Path::new(text(&target["src_path"])));
        match text(&target["kind"][0]) {
            "lib" => sources.library = Some((text(&target["name"]).to_owned(), root)),
            "bin" => sources.programs.push(root),
            _ => {}
        }
    }
    sources
}

/// Reads the Rust files below a folder of a package, each by its path below the package.
pub fn read(package: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a folder can be read to its end").path();
        if path.is_dir() {
            read(package, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            files.insert(relative(package, &path), text);
        }
    }
}

/// The path of a file below its package, with `/` between the folders.
fn relative(package: &Path, file: &Path) -> String {
    let path = file.strip_prefix(package).expect("a package's sources lie below it");
    let folders: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    folders.join("/")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("cargo gives a text here")
}
