//! A policy document, kept exactly as written.
//!
//! IAM's grammar lets almost everything be written in several ways: one statement or a list, a
//! string or a list of strings, keys in any order. A [`Document`] reads all of them and prints back
//! what it read.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.

mod canonical;
mod statement;

pub use statement::{Actions, Effect, Resources, Statement, StatementFault};

use crate::json;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use statement::STATEMENT;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use thiserror::Error;

/// The `Version` of every document made here: the current version of the policy language.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>.
pub const VERSION: &str = "2012-10-17";

/// A policy document. Copies of it share its text: most principals of an account carry policies of
/// others, too.
///
/// ```
/// use leastwise_policy::document::Document;
///
/// let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
/// let document = Document::parse(text)?;
/// assert_eq!(document.statements().len(), 1);
/// assert_eq!(document.to_compact_string(), text);
/// # Ok::<(), leastwise_policy::document::DocumentError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Document {
    content: Arc<Content>,
}

#[derive(Debug, PartialEq, Eq)]
struct Content {
    /// Every key of the document in its order; the value of `Statement` stands in the two fields
    /// below.
    envelope: Map<String, Value>,
    statements: Vec<Statement>,
    /// Whether `Statement` is a list; a single statement may stand there by itself.
    is_list: bool,
}

impl Document {
    /// A document of these statements, in the current version of the language.
    #[must_use]
    pub fn new(statements: Vec<Statement>) -> Self {
        let envelope = Map::from_iter([
            ("Version".to_owned(), json!(VERSION)),
            (STATEMENT.to_owned(), Value::Null),
        ]);
        Self::of(Content { envelope, statements, is_list: true })
    }

    /// Reads a document from JSON text.
    ///
    /// ```
    /// use leastwise_policy::document::{Document, Statement};
    ///
    /// let document = Document::parse(
    ///     r#"{
    ///         "Version": "2012-10-17",
    ///         "Statement": [
    ///             {
    ///                 "Sid": "Orders",
    ///                 "Effect": "Allow",
    ///                 "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"],
    ///                 "Resource": "arn:aws:sqs:eu-central-1:111122223333:orders"
    ///             },
    ///             {"Effect": "Deny", "Action": "sqs:Purge*", "Resource": "*"}
    ///         ]
    ///     }"#,
    /// )?;
    ///
    /// let orders = "arn:aws:sqs:eu-central-1:111122223333:orders".to_owned();
    /// let send = vec!["sqs:SendMessage".parse()?, "sqs:GetQueueUrl".parse()?];
    /// assert_eq!(
    ///     document,
    ///     Document::new(vec![
    ///         Statement::allow("Orders", send).with_resources(vec![orders]),
    ///         Statement::deny(None, vec!["sqs:Purge*".parse()?]),
    ///     ])
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A text that IAM would refuse is an error, and never an empty policy:
    ///
    /// ```
    /// # use leastwise_policy::document::Document;
    /// let text = r#"{"Statement": [{"Effect": "allow", "Action": "s3:*", "Resource": "*"}]}"#;
    /// assert_eq!(
    ///     Document::parse(text).unwrap_err().to_string(),
    ///     "`Statement[0]` has the effect `allow`, not `Allow` or `Deny`"
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is not JSON, names a key twice, or is a document IAM refuses.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let value = json::parse(text)
            .map_err(|error| DocumentError::NotJson { reason: error.to_string() })?;
        Self::from_value(value)
    }

    /// Reads a document from JSON text as IAM's API and AWS Config send it: percent-encoded, not
    /// encoded at all, or with a part of its characters encoded. A `+` is a plus sign, as [RFC
    /// 3986] has it.
    ///
    /// A text that already is JSON is not decoded: its `%` belong to the ARNs it names.
    ///
    /// # Errors
    ///
    /// Those of [`Document::parse`], and when decoding does not yield UTF-8.
    ///
    /// [RFC 3986]: https://www.rfc-editor.org/rfc/rfc3986#section-2.1
    pub fn parse_possibly_url_encoded(text: &str) -> Result<Self, DocumentError> {
        match Self::parse(text) {
            Err(DocumentError::NotJson { .. }) if text.contains('%') => {
                let decoded = percent_decode_str(text).decode_utf8();
                Self::parse(&decoded.map_err(|_| DocumentError::NotUtf8)?)
            }
            parsed => parsed,
        }
    }

    /// Reads a document from a JSON value.
    ///
    /// # Errors
    ///
    /// When it is a document IAM refuses.
    pub fn from_value(value: Value) -> Result<Self, DocumentError> {
        let Value::Object(mut envelope) = value else {
            return Err(DocumentError::NotAnObject);
        };
        let (statements, is_list) = match envelope.get_mut(STATEMENT).map(Value::take) {
            None => return Err(DocumentError::NoStatement),
            Some(Value::Array(statements)) => (statements, true),
            Some(statement) => (vec![statement], false),
        };
        let statements = (0..)
            .zip(statements)
            .map(|(index, statement)| {
                Statement::from_value(statement)
                    .map_err(|fault| DocumentError::Statement { index, fault })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self::of(Content { envelope, statements, is_list }))
    }

    fn of(content: Content) -> Self {
        Self { content: Arc::new(content) }
    }

    /// The statements, in their order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.content.statements
    }

    /// The `Version` as written. Where there is none, IAM goes by `2008-10-17`.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.content.envelope.get("Version").and_then(Value::as_str)
    }

    /// The `Id` as written.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.content.envelope.get("Id").and_then(Value::as_str)
    }

    /// The document as JSON, with everything as it was written: order and form of the keys, unknown
    /// keys included.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut envelope = self.content.envelope.clone();
        if let Some(slot) = envelope.get_mut(STATEMENT) {
            let statements = &self.content.statements;
            let mut statements = statements.iter().map(Statement::to_value);
            *slot = match (self.content.is_list, statements.len()) {
                (false, 1) => statements.next().unwrap_or_default(),
                _ => statements.collect(),
            };
        }
        Value::Object(envelope)
    }

    /// The document as JSON text without white space between its tokens.
    #[must_use]
    pub fn to_compact_string(&self) -> String {
        self.to_value().to_string()
    }

    /// How many characters IAM counts against its size quotas, or a few more.
    ///
    /// IAM does not count white space. This is the length of [`Document::to_compact_string`], which
    /// has white space inside strings only. So it is never less than IAM's number.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length>.
    #[must_use]
    pub fn size(&self) -> usize {
        self.to_compact_string().chars().count()
    }

    /// The same document in one spelling for all that IAM treats alike.
    ///
    /// Every string that may be a list is a list. Lists, statements and keys are sorted, and lists
    /// and statements have no duplicates. Actions are lower-case. An empty `Condition` is left out,
    /// and a missing `Version` is written as the one that IAM assumes. `Id` and `Sid` decide
    /// nothing and are left out.
    #[must_use]
    pub fn canonical(&self) -> Value {
        canonical::document(&self.content.envelope, &self.content.statements)
    }

    /// Whether both documents surely decide every request alike.
    ///
    /// `true` is certain. `false` is not: `["s3:*", "s3:Get*"]` and `"s3:*"` mean the same, and are
    /// told apart.
    #[must_use]
    pub fn same_meaning(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

impl fmt::Display for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_compact_string())
    }
}

impl FromStr for Document {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<Value> for Document {
    type Error = DocumentError;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        Self::from_value(value)
    }
}

impl From<Document> for Value {
    fn from(document: Document) -> Self {
        document.to_value()
    }
}

/// Why something is not a policy document.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// The text is not JSON, or names a key of an object twice.
    #[error("the policy document is not JSON: {reason}")]
    NotJson {
        /// What is wrong with it, and where.
        reason: String,
    },
    /// The text is not UTF-8 once its percent signs are decoded.
    #[error("the policy document is not UTF-8 once percent-decoded")]
    NotUtf8,
    /// It is a list, a string or the like.
    #[error("the policy document is not a JSON object")]
    NotAnObject,
    /// There is no `Statement`.
    #[error("the policy document has no `Statement`")]
    NoStatement,
    /// A statement is malformed.
    #[error("`Statement[{index}]` {fault}")]
    Statement {
        /// Which one, counted from 0; 0 for a statement that stands by itself.
        index: usize,
        /// What is wrong with it.
        fault: StatementFault,
    },
}

#[cfg(test)]
mod tests;
