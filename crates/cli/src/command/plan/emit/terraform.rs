//! HCL for Terraform.

use super::script::{Script, quoted};
use super::subject::{POLICY_PATH, Subject};
use serde_json::Value;
use std::fmt::Write;

pub(super) fn script(subject: &Subject<'_>) -> Script {
    Script::of(code(subject), &commands(subject))
}

fn resource(subject: &Subject<'_>) -> &'static str {
    if subject.is_role() { "aws_iam_role" } else { "aws_iam_user" }
}

fn code(subject: &Subject<'_>) -> String {
    let (arn, resource) = (subject.arn, resource(subject));
    let trust = subject.trust.as_ref().map_or_else(String::new, |trust| {
        format!("  assume_role_policy   = jsonencode({})\n", expression(trust, 1))
    });
    // What the account data does not have, the provider would set back.
    let ignored = if subject.is_role() {
        "description, max_session_duration, tags, tags_all"
    } else {
        "tags, tags_all"
    };
    format!(
        r#"resource "aws_iam_policy" "boundary" {{
  name        = {name}
  path        = {path}
  description = {description}
  policy      = jsonencode({document})
}}

resource "{resource}" "principal" {{
  name                 = {principal}
  path                 = {principal_path}
{trust}  permissions_boundary = aws_iam_policy.boundary.arn

  lifecycle {{
    prevent_destroy = true
    ignore_changes  = [{ignored}]
  }}
}}
"#,
        name = string(&arn.boundary_policy_name()),
        path = string(POLICY_PATH),
        description = string(&subject.description()),
        document = expression(&subject.document, 1),
        principal = string(arn.name()),
        principal_path = string(arn.path()),
    )
}

fn commands(subject: &Subject<'_>) -> Vec<String> {
    let resource = resource(subject);
    vec![
        subject.if_it_is_there("permissions_boundary = aws_iam_policy.boundary.arn"),
        "Otherwise save this as boundary.tf, and import the principal before anything is applied:"
            .to_owned(),
        format!("terraform import {resource}.principal {}", quoted(subject.arn.name())),
        "terraform plan   # one policy to add, one boundary to change, and nothing else".to_owned(),
    ]
}

/// A JSON value as an HCL expression, its further lines standing in by `depth` steps.
fn expression(value: &Value, depth: usize) -> String {
    let (indent, end) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => string(text),
        Value::Array(all) if all.is_empty() => "[]".to_owned(),
        Value::Array(all) => {
            let lines = all.iter().map(|it| format!("{indent}{},\n", expression(it, depth + 1)));
            format!("[\n{}{end}]", lines.collect::<String>())
        }
        Value::Object(all) if all.is_empty() => "{}".to_owned(),
        Value::Object(all) => {
            let line = |(key, value): (&String, &Value)| {
                format!("{indent}{} = {}\n", string(key), expression(value, depth + 1))
            };
            format!("{{\n{}{end}}}", all.iter().map(line).collect::<String>())
        }
    }
}

/// A quoted string of HCL: `${` and `%{` begin templates, and are doubled to be themselves.
///
/// Source: <https://developer.hashicorp.com/terraform/language/expressions/strings>.
fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut symbols = text.chars().peekable();
    while let Some(symbol) = symbols.next() {
        let begins_template = matches!(symbol, '$' | '%') && symbols.peek() == Some(&'{');
        match symbol {
            _ if begins_template => {
                quoted.push(symbol);
                quoted.push(symbol);
            }
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // Writing into a text never fails.
            _ if symbol.is_control() => drop(write!(quoted, "\\u{:04x}", u32::from(symbol))),
            _ => quoted.push(symbol),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_string_of_a_policy_begins_a_template() {
        assert_eq!(string("user/${aws:username}"), r#""user/$${aws:username}""#);
        assert_eq!(string("%{if true}"), r#""%%{if true}""#);
        assert_eq!(string("$5 for 5% \"of\" \\ it\n\u{7}"), r#""$5 for 5% \"of\" \\ it\n\u0007""#);
    }

    #[test]
    fn a_document_is_an_object_of_quoted_keys() {
        let document = json!({ "a": ["x", true], "b": {}, "c": [], "${d}": { "e": 1 } });
        let expected = "{\n  \"a\" = [\n    \"x\",\n    true,\n  ]\n  \"b\" = {}\n  \"c\" = []\n  \"$${d}\" = {\n    \"e\" = 1\n  }\n}";
        assert_eq!(expression(&document, 0), expected);
    }
}
