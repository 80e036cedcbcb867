//! Policy documents, written briefly.

use leastwise_policy::document::Document;
use serde_json::{Value, json};

/// A document of these statements.
pub fn statements(statements: &Value) -> Document {
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    Document::from_value(document).expect("it is a policy document")
}

/// A document that allows these actions on everything.
pub fn allow(actions: &[&str]) -> Document {
    statements(&json!([{ "Effect": "Allow", "Action": actions, "Resource": "*" }]))
}
