//! Members that are `null`: the SDKs of some languages print them for what is absent.

use leastwise_policy::json::holds_document;
use serde_json::{Map, Value};

/// The same without any member that is `null`. Policy documents stay as they are: what `null` means
/// in them is for their own reader to say. An element of a list is no member.
pub(crate) fn left_out(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let present = members.into_iter().filter(|(_, value)| !value.is_null());
            let read = present.map(|(name, value)| {
                let value = if holds_document(&name) { value } else { left_out(value) };
                (name, value)
            });
            Value::Object(read.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(left_out).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
