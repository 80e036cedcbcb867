//! `NAME=PATH`: the local copy of a list.

use std::path::PathBuf;
use std::str::FromStr;

/// The local copy of the list that a parameter names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocalList {
    /// The parameter.
    pub(crate) name: String,
    /// The copy.
    pub(crate) path: PathBuf,
}

impl FromStr for LocalList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, path)) if !name.is_empty() && !path.is_empty() => {
                Ok(Self { name: name.to_owned(), path: path.into() })
            }
            _ => Err(format!("`{text}` is not NAME=PATH, such as ExemptionList=exempt.txt")),
        }
    }
}
