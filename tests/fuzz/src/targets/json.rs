//! The two readers below all others: text of bytes, and JSON without doubled keys.

use leastwise_policy::{json, text};
use serde_json::Value;

/// A file.
pub(super) fn json_text(input: &[u8]) {
    let Ok(text) = text::decode(input) else { return };
    let plain = serde_json::from_str::<Value>(&text);
    if let Ok(value) = json::parse(&text) {
        assert_eq!(plain.ok(), Some(value.clone()), "it is read in another way");
        let documents = json::parse_with_documents(&text);
        assert_eq!(documents.ok(), Some(value), "with documents it is another");
    }
}
