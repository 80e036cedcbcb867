//! Policy documents in the many wrappings in which AWS hands them out.

use crate::iam::UnreadableDocument;
use leastwise_policy::document::{Document, DocumentError};
use serde_json::Value;

/// Reads the policy of a resource: an object, or JSON text, percent-encoded or not, which may stand
/// inside JSON text once more.
///
/// `None` where there is no policy: `null`, an empty text, the text `null`, an empty object.
///
/// ```
/// use leastwise_rightsizing::resource_policies::read_document;
/// use serde_json::json;
///
/// let text = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}}"#;
/// let twice = json!(json!(text).to_string());
/// assert_eq!(read_document(&json!(text)), read_document(&twice));
/// assert_eq!(read_document(&json!("null")), None);
/// ```
#[must_use]
pub fn read_document(value: &Value) -> Option<Result<Document, UnreadableDocument>> {
    match value {
        Value::Null => None,
        Value::String(text) => from_text(text.trim()),
        Value::Object(members) if members.is_empty() => None,
        Value::Array(single) if single.len() == 1 => single.first().and_then(read_document),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(Document::from_value(value.clone()).map_err(UnreadableDocument::from))
        }
    }
}

fn from_text(text: &str) -> Option<Result<Document, UnreadableDocument>> {
    if matches!(text, "" | "null" | "{}") {
        return None;
    }
    match inner(text) {
        Some(inner) => from_text(inner.trim()),
        None => Some(parse(text)),
    }
}

fn parse(text: &str) -> Result<Document, UnreadableDocument> {
    Document::parse_possibly_url_encoded(text).map_err(|why: DocumentError| why.into())
}

/// The text inside: of a JSON string, or of one that lost its quotation marks, as the policies of
/// API Gateway do.
///
/// Source: <https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html>.
fn inner(text: &str) -> Option<String> {
    let quoted = if text.starts_with('"') {
        text.to_owned()
    } else if text.starts_with('{') && text.contains("\\\"") && Document::parse(text).is_err() {
        format!("\"{text}\"")
    } else {
        return None;
    };
    serde_json::from_str(&quoted).ok()
}
