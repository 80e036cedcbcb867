//! The version of the policy language in which a boundary is written: policy variables such as
//! `${aws:username}`, which in 2008-10-17 are the text itself, must be read as where they come
//! from.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.

use leastwise_policy::document::{Document, Statement, VERSION};
use serde_json::json;

/// The version by which IAM reads a document that names none.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>.
const VERSION_WHERE_ABSENT: &str = "2008-10-17";

/// The version in which IAM reads the document.
pub(super) fn version(document: &Document) -> &str {
    document.version().unwrap_or(VERSION_WHERE_ABSENT)
}

/// Whether the document has policy variables, so that the version matters.
pub(super) fn has_variables(document: &Document) -> bool {
    document.to_compact_string().contains("${")
}

/// The version in which statements of the `other` version may be added to the document: its own
/// where that matters.
pub(super) fn beside<'a>(document: &'a Document, other: &'a str) -> &'a str {
    if has_variables(document) { version(document) } else { other }
}

/// A document of these statements: in that version where it matters, and in the current one
/// otherwise.
pub(super) fn document(statements: Vec<Statement>, version: &str) -> Document {
    let document = Document::new(statements);
    if version == VERSION || !has_variables(&document) {
        return document;
    }
    let mut value = document.to_value();
    if let Some(written) = value.get_mut("Version") {
        *written = json!(version);
    }
    // INVARIANT: only the version differs, so it reads; and `prove` refuses a document in another
    // version.
    Document::from_value(value).unwrap_or(document)
}
