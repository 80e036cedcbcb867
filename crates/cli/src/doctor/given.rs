//! The values that an operator gives the template's parameters.

use leastwise_policy::json;
use serde_json::Value;
use std::str::FromStr;
use thiserror::Error;

/// A value for a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// The parameter.
    pub(crate) name: String,
    /// Its value; `None` when the stack keeps the one that it has, which cannot be seen here.
    pub(crate) value: Option<String>,
}

/// Text that gives no values.
#[derive(Debug, Error)]
pub(crate) enum GivenError {
    /// Not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(serde_json::Error),
    /// A key of an object twice.
    #[error(transparent)]
    KeyTwice(serde_json::Error),
    /// Another form.
    #[error(
        "it is neither a list of `{{\"ParameterKey\": …, \"ParameterValue\": …}}`, nor a list of `\"KEY=VALUE\"`, nor \
         `{{\"Parameters\": {{…}}}}`"
    )]
    Form,
    /// A value that CloudFormation does not take.
    #[error("the value of `{name}` is `{value}`; values are texts: write it in quotes")]
    NotText {
        /// The parameter.
        name: String,
        /// Its value.
        value: String,
    },
    /// Not `KEY=VALUE`.
    #[error("`{0}` is not `KEY=VALUE`")]
    NoValue(String),
}

impl From<serde_json::Error> for GivenError {
    /// What is JSON, and not taken all the same, names a key twice.
    fn from(error: serde_json::Error) -> Self {
        if error.is_data() { Self::KeyTwice(error) } else { Self::NotJson(error) }
    }
}

impl FromStr for Given {
    type Err = GivenError;

    /// Reads `KEY=VALUE`, as `aws cloudformation deploy --parameter-overrides` takes it: white
    /// space before the `=` belongs to the name.
    fn from_str(text: &str) -> Result<Self, GivenError> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                Ok(Self { name: name.to_owned(), value: Some(value.to_owned()) })
            }
            _ => Err(GivenError::NoValue(text.to_owned())),
        }
    }
}

/// Reads a file of parameters in one of the forms that AWS CLI takes.
///
/// Source: <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/>.
pub(crate) fn read(text: &str) -> Result<Vec<Given>, GivenError> {
    match json::parse(text)? {
        Value::Array(entries) => entries.iter().map(entry).collect(),
        Value::Object(members) => {
            let parameters = members.get("Parameters").and_then(Value::as_object);
            let parameters = parameters.ok_or(GivenError::Form)?.iter();
            parameters.map(|(name, value)| given(name, value)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(GivenError::Form),
    }
}

fn entry(entry: &Value) -> Result<Given, GivenError> {
    if let Some(text) = entry.as_str() {
        return text.parse();
    }
    let name = entry.get("ParameterKey").and_then(Value::as_str).ok_or(GivenError::Form)?;
    match entry.get("ParameterValue") {
        Some(value) => given(name, value),
        None if entry.get("UsePreviousValue") == Some(&Value::Bool(true)) => {
            Ok(Given { name: name.to_owned(), value: None })
        }
        None => Err(GivenError::Form),
    }
}

fn given(name: &str, value: &Value) -> Result<Given, GivenError> {
    let text = value
        .as_str()
        .ok_or_else(|| GivenError::NotText { name: name.to_owned(), value: value.to_string() })?;
    Ok(Given { name: name.to_owned(), value: Some(text.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, Option<String>)> {
        read(text).unwrap().into_iter().map(|given| (given.name, given.value)).collect()
    }

    #[test]
    fn every_form_that_aws_cli_takes_says_the_same() {
        let expected =
            [("A".to_owned(), Some("1=2".to_owned())), ("B".to_owned(), Some(String::new()))];
        for text in [
            r#"[{"ParameterKey": "A", "ParameterValue": "1=2"}, {"ParameterKey": "B", "ParameterValue": ""}]"#,
            r#"["A=1=2", "B="]"#,
            r#"{"Parameters": {"A": "1=2", "B": ""}}"#,
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
        let previous = r#"[{"ParameterKey": "A", "UsePreviousValue": true}]"#;
        assert_eq!(values(previous), [("A".to_owned(), None)]);
    }

    /// AWS CLI looks for a parameter of exactly this name, finds none and goes on.
    #[test]
    fn white_space_around_a_name_is_a_part_of_it() {
        assert_eq!(values(r#"[" A =1"]"#), [(" A ".to_owned(), Some("1".to_owned()))]);
    }

    #[test]
    fn anything_else_is_an_error() {
        let message = |text| read(text).unwrap_err().to_string();
        assert_eq!(
            message(r#"[{"ParameterKey": "A", "ParameterValue": 60}]"#),
            "the value of `A` is `60`; values are texts: write it in quotes"
        );
        assert_eq!(message(r#"["A"]"#), "`A` is not `KEY=VALUE`");
        assert_eq!(message(r#"["=1"]"#), "`=1` is not `KEY=VALUE`");
        for other in ["{}", "7", r#"[{"ParameterKey": "A"}]"#, "[[]]"] {
            assert!(message(other).starts_with("it is neither a list of"), "{other}");
        }
        assert!(message("A=1").starts_with("it is not JSON"));
        assert_eq!(
            message(r#"{"Parameters": {"A": "1", "A": "2"}}"#),
            "the key `A` is there twice at line 1 column 29"
        );
    }
}
