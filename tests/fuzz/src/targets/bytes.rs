//! What the bytes of an input are to a reader.

use serde_json::Value;

/// The input as text, as everything but files is.
pub(super) fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok()
}

/// The input as the JSON value that a function is handed.
pub(super) fn value(input: &[u8]) -> Option<Value> {
    serde_json::from_slice(input).ok()
}
