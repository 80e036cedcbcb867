//! The policy documents of a case.

use leastwise_policy::document::Document;
use serde_json::Value;

/// Parses the documents, or says which of them cannot be parsed and why.
pub(super) fn parsed_documents(documents: Vec<Value>) -> Result<Vec<Document>, String> {
    let parsed = (0..).zip(documents).map(|(index, document): (usize, Value)| {
        Document::from_value(document).map_err(|why| format!("`documents[{index}]`: {why}"))
    });
    parsed.collect()
}
