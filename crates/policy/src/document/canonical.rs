//! One spelling for all that IAM treats alike.

use super::statement::{STATEMENT, Statement};
use serde_json::{Map, Value};

/// The version IAM goes by when a document names none.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>.
const VERSION_WHERE_ABSENT: &str = "2008-10-17";

/// A document of these keys and, in place of its `Statement`, these statements.
pub(super) fn document(envelope: &Map<String, Value>, statements: &[Statement]) -> Value {
    let mut kept = envelope.clone();
    kept.shift_remove("Id");
    kept.entry("Version").or_insert_with(|| VERSION_WHERE_ABSENT.into());
    kept.insert(STATEMENT.to_owned(), set(statements.iter().map(statement)));
    sorted(kept, |_, value| value)
}

fn statement(statement: &Statement) -> Value {
    let mut kept = statement.raw().clone();
    kept.shift_remove("Sid");
    if statement.is_unconditional() {
        kept.shift_remove("Condition");
    }
    sorted(kept, |key, value| match key {
        "Action" | "NotAction" => list(value, |action| action.to_ascii_lowercase()),
        "Resource" | "NotResource" => list(value, |resource| resource),
        "Principal" | "NotPrincipal" => principal(value),
        "Condition" => condition(value),
        _ => value,
    })
}

/// `"*"` stays: it is not always the same as `{"AWS": "*"}`.
fn principal(value: Value) -> Value {
    entries(value, |ids| list(ids, |id| id))
}

/// `{operator: {key: value or values}}`.
///
/// Letter case of operators and keys is left alone, although IAM ignores it in keys: two spellings
/// of one key in one operator would have to be merged, and how IAM merges them is not documented.
fn condition(value: Value) -> Value {
    entries(value, |keys| entries(keys, |values| list(values, |value| value)))
}

/// An object with its keys sorted and its values changed; anything else as it is.
fn entries(value: Value, change: impl Fn(Value) -> Value) -> Value {
    if let Value::Object(object) = value { sorted(object, |_, value| change(value)) } else { value }
}

/// An element that may be one string or several, as a sorted list. A condition's `true` and `1`
/// become the strings.
fn list(value: Value, spelling: impl Fn(String) -> String) -> Value {
    let items = if let Value::Array(items) = value { items } else { vec![value] };
    set(items.into_iter().map(|item| match item {
        Value::String(text) => Value::String(spelling(text)),
        Value::Bool(_) | Value::Number(_) => Value::String(item.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => item,
    }))
}

/// A list in the order of its printed items, without duplicates.
fn set(items: impl Iterator<Item = Value>) -> Value {
    let mut items: Vec<Value> = items.collect();
    items.sort_by_cached_key(Value::to_string);
    items.dedup();
    Value::Array(items)
}

fn sorted(object: Map<String, Value>, change: impl Fn(&str, Value) -> Value) -> Value {
    let mut entries: Vec<(String, Value)> = object.into_iter().collect();
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    let entries = entries.into_iter().map(|(key, value)| {
        let value = change(&key, value);
        (key, value)
    });
    Value::Object(entries.collect())
}
