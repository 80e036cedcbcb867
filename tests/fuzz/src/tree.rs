//! Changing a JSON value somewhere, also inside JSON that stands in a text.

use proptest::sample::Index;
use serde_json::{Map, Value};

/// Does something to one value in the tree. JSON in a text is a part of the tree: AWS Config's
/// events have their notification in one, and its items the configuration.
pub fn change(tree: &mut Value, place: Index, change: &mut dyn FnMut(&mut Value)) {
    let mut left = place.index(count(tree));
    visit(tree, &mut left, change);
}

/// How many values there are in the tree, itself included.
fn count(tree: &Value) -> usize {
    let inside = match tree {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        Value::String(text) => embedded(text).as_ref().map_or(0, count),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    inside + 1
}

/// Whether the place was in this tree; else `left` is less by what the tree has.
fn visit(tree: &mut Value, left: &mut usize, change: &mut dyn FnMut(&mut Value)) -> bool {
    if *left == 0 {
        change(tree);
        return true;
    }
    *left -= 1;
    match tree {
        Value::Array(items) => items.iter_mut().any(|item| visit(item, left, change)),
        Value::Object(members) => members.values_mut().any(|member| visit(member, left, change)),
        Value::String(text) => embedded(text).is_some_and(|mut inside| {
            let found = visit(&mut inside, left, change);
            if found {
                *text = inside.to_string();
            }
            found
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn embedded(text: &str) -> Option<Value> {
    let value = serde_json::from_str(text).ok()?;
    matches!(value, Value::Array(_) | Value::Object(_)).then_some(value)
}

/// Some value of the tree.
#[must_use]
pub fn part(tree: &Value, place: Index) -> Value {
    let mut found = Value::Null;
    change(&mut tree.clone(), place, &mut |value| found = value.take());
    found
}

/// Takes an item or a member out.
pub fn remove(value: &mut Value, place: Index) {
    match value {
        Value::Array(items) if !items.is_empty() => drop(items.remove(place.index(items.len()))),
        Value::Object(members) => {
            if let Some(key) = key(members, place) {
                members.shift_remove(&key);
            }
        }
        _ => {}
    }
}

/// Writes an item or a member many times, members under other names.
pub fn repeat(value: &mut Value, place: Index, times: usize) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let item = items[place.index(items.len())].clone();
            items.extend(std::iter::repeat_n(item, times));
        }
        Value::Object(members) => {
            let Some(key) = key(members, place) else { return };
            let member = members[&key].clone();
            members.extend((0..times).map(|time| (format!("{key}{time}"), member.clone())));
        }
        _ => {}
    }
}

/// Gives a member another name.
pub fn rename(value: &mut Value, place: Index, name: &str) {
    let Value::Object(members) = value else { return };
    let Some(key) = key(members, place) else { return };
    if let Some(member) = members.shift_remove(&key) {
        members.insert(name.to_owned(), member);
    }
}

/// Puts lists around a value.
pub fn nest(value: &mut Value, depth: usize) {
    for _ in 0..depth {
        *value = Value::Array(vec![value.take()]);
    }
}

fn key(members: &Map<String, Value>, place: Index) -> Option<String> {
    (!members.is_empty()).then(|| members.keys().nth(place.index(members.len())).cloned())?
}
