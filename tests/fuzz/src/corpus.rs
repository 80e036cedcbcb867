//! The seeds of a target: files that look like what AWS, or an operator, would send.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder that has a folder of seeds for every target.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The seeds of the target `name`, in the order of their file names; at least one.
#[must_use]
pub fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = folder().join(name);
    let entries = fs::read_dir(&folder);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a folder can be read to its end").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} has no seed", folder.display());
    paths.iter().map(|path| fs::read(path).expect("a seed can be read")).collect()
}
