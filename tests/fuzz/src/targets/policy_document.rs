//! Policy documents.

use super::bytes::text;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use leastwise_policy::permissions::Permissions;

/// A document as IAM, AWS Config or a file has it.
pub(super) fn policy_document(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let _ = Document::parse_possibly_url_encoded(text);
            return;
        }
    };
    let encoded = Document::parse_possibly_url_encoded(text);
    assert_eq!(encoded.as_ref(), Ok(&document), "JSON is decoded once more");
    let printed = document.to_compact_string();
    assert_eq!(Document::parse(&printed).as_ref(), Ok(&document), "printed as {printed}");

    let canonical = Document::from_value(document.canonical());
    let canonical = canonical.expect("the canonical spelling is a document");
    assert_eq!(canonical.canonical(), document.canonical(), "the canonical spelling has another");
    assert!(canonical.same_meaning(&document));
    assert_eq!(actions(&canonical), actions(&document), "the canonical spelling permits others");
}

fn actions(document: &Document) -> ActionSet {
    Permissions::of([document]).actions(Catalog::embedded())
}
