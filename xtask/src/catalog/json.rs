//! Reading JSON files.

use crate::result::Result;
use serde_json::Value;
use std::fs;
use std::path::Path;

pub(super) fn read_json(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?)
}

pub(super) fn text<'a>(object: &'a Value, key: &str) -> Result<&'a str> {
    let text = object.get(key).and_then(Value::as_str);
    text.ok_or_else(|| format!("there is no text `{key}` in the data").into())
}
