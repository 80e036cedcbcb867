//! The sources of one crate, as texts.

use std::collections::BTreeMap;

/// The sources of one crate.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The text of every file, by its path below the package: `src/plan/keep.rs`.
    pub files: BTreeMap<String, String>,
    /// The name by which programs import the library, and its first file.
    pub library: Option<(String, String)>,
    /// The first file of every program.
    pub programs: Vec<String>,
}
