//! The policy of a resource in an item of AWS Config.

use super::config_types::ConfigType;
use super::document_text::read_document;
use super::policy::ResourcePolicy;
use crate::iam::UnreadableDocument;
use leastwise_policy::document::Document;
use serde_json::{Map, Value};

/// Reads the policy in a configuration item as AWS Config's API or its CLI prints one: members may
/// be JSON or JSON text.
///
/// `None` where there is no policy: the resource has none, is deleted, or is of a type whose items
/// hold none. An item that should have the policy and does not is a policy whose text is missing.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html>.
#[must_use]
pub fn read_item(item: &Map<String, Value>) -> Option<ResourcePolicy> {
    read(item, Wholeness::Whole)
}

/// Reads an item of which a query selected some members. A policy that it does not have may not
/// have been selected.
pub(super) fn read_selected(item: &Map<String, Value>) -> Option<ResourcePolicy> {
    read(item, Wholeness::Selected)
}

/// Whether an item has all members that AWS Config recorded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wholeness {
    Whole,
    Selected,
}

fn read(item: &Map<String, Value>, wholeness: Wholeness) -> Option<ResourcePolicy> {
    let kind = ConfigType::of(member(item, "resourceType")?.as_str()?)?;
    let status = text(item, "configurationItemStatus");
    if status.is_some_and(|status| status.starts_with("ResourceDeleted")) {
        return None;
    }
    let must_be_there = kind.always
        || wholeness == Wholeness::Selected
        || status == Some("ResourceNotRecorded")
        || member(item, "configuration").and_then(object).is_none();
    let document = match follow(item, kind.path) {
        Some(value) => read_document(&value)?,
        None if must_be_there => Err(UnreadableDocument::Missing),
        None => return None,
    };
    Some(policy(item, kind, document))
}

fn policy(
    item: &Map<String, Value>,
    kind: &ConfigType,
    document: Result<Document, UnreadableDocument>,
) -> ResourcePolicy {
    let name = ["arn", "resourceName", "resourceId"].iter().find_map(|key| text(item, key));
    ResourcePolicy {
        service: Some(kind.service.to_owned()),
        resource: name.unwrap_or(kind.name).to_owned(),
        document,
    }
}

fn follow(item: &Map<String, Value>, path: &[&str]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let value = member(item, first)?;
    if rest.is_empty() {
        return Some(value.clone());
    }
    follow(&object(value)?, rest)
}

/// An object, or the one that stands as JSON text.
pub(super) fn object(value: &Value) -> Option<Map<String, Value>> {
    match value.as_str() {
        Some(text) => serde_json::from_str(text).ok(),
        None => value.as_object().cloned(),
    }
}

/// A member, whatever the letter case of its name: the API, the CLI and queries spell some
/// differently.
pub(super) fn member<'a>(item: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    item.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn text<'a>(item: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    member(item, name).and_then(Value::as_str)
}
