//! JSON text that names no key of an object twice.
//!
//! Of two equal keys `serde_json` keeps the last. Which one IAM would go by is not documented, and
//! neither a policy nor a report whose meaning depends on it must be judged by.

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::fmt;

/// The members in which IAM and AWS Config hand out policy documents.
const DOCUMENTS: [&str; 6] = [
    "Document",
    "document",
    "PolicyDocument",
    "policyDocument",
    "AssumeRolePolicyDocument",
    "assumeRolePolicyDocument",
];

/// Reads one JSON value and nothing after it.
///
/// ```
/// use leastwise_policy::json::parse;
///
/// assert_eq!(
///     parse(r#"{"role": 1, "role": 2}"#).unwrap_err().to_string(),
///     "the key `role` is there twice at line 1 column 18"
/// );
/// ```
///
/// # Errors
///
/// When the text is not one JSON value, or an object in it names a key twice.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    read(text, UniqueKeys { twice: None, documents_apart: false })
}

/// Reads one JSON value that holds policy documents, as what `GetAccountAuthorizationDetails`
/// answers. A document that names a key twice is no error of the whole: in its place stands a text
/// that [`Document::parse`](crate::document::Document::parse) refuses for that key.
///
/// # Errors
///
/// When the text is not one JSON value, or an object outside of policy documents names a key twice.
pub fn parse_with_documents(text: &str) -> Result<Value, serde_json::Error> {
    read(text, UniqueKeys { twice: None, documents_apart: true })
}

/// Whether a member of this name holds a policy document where IAM or AWS Config hands it out, for
/// example `PolicyDocument`.
#[must_use]
pub fn holds_document(member: &str) -> bool {
    DOCUMENTS.contains(&member)
}

/// A JSON value that names no key twice, for those who are handed one by `serde`.
#[derive(Debug, Clone, PartialEq)]
pub struct Unique(pub Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        UniqueKeys { twice: None, documents_apart: false }.deserialize(deserializer).map(Self)
    }
}

fn read(text: &str, keys: UniqueKeys<'_>) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = keys.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct UniqueKeys<'a> {
    /// Where a key that is there twice is noted; `None`: it is an error at once.
    twice: Option<&'a RefCell<Option<String>>>,
    /// Whether such a key within a policy document costs that document alone.
    documents_apart: bool,
}

impl UniqueKeys<'_> {
    fn found_twice<E: Error>(self, key: &str) -> Result<(), E> {
        let Some(twice) = self.twice else {
            return Err(E::custom(format_args!("the key `{}` is there twice", key.escape_debug())));
        };
        twice.borrow_mut().get_or_insert_with(|| key.to_owned());
        Ok(())
    }

    fn member<'de, A: MapAccess<'de>>(self, key: &str, from: &mut A) -> Result<Value, A::Error> {
        if !self.documents_apart || !holds_document(key) {
            return from.next_value_seed(self);
        }
        let twice = RefCell::new(None);
        let document =
            from.next_value_seed(UniqueKeys { twice: Some(&twice), documents_apart: false })?;
        Ok(twice.into_inner().map_or(document, |key| refused_for(&key)))
    }
}

/// The shortest text that a reader of documents refuses because of this key.
fn refused_for(key: &str) -> Value {
    let key = Value::from(key);
    Value::String(format!("{{{key}:0,{key}:0}}"))
}

impl<'de> DeserializeSeed<'de> for UniqueKeys<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for UniqueKeys<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                self.found_twice(&key)?;
            }
            let value = self.member(&key, &mut entries)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_named_twice_is_refused_at_any_depth() {
        assert_eq!(
            parse("{\"a\": [{\"b\": 1,\n \"b\": 2}]}").unwrap_err().to_string(),
            "the key `b` is there twice at line 2 column 4"
        );
    }

    #[test]
    fn a_key_named_twice_in_a_policy_document_costs_that_document_alone() {
        let text = r#"{"Roles": [
            {"PolicyDocument": {"Statement": [{"Sid": "a", "Sid": "b", "Effect": 1, "Effect": 2}]}},
            {"PolicyDocument": {"Statement": []}}
        ]}"#;
        let read = parse_with_documents(text).unwrap();
        let document = |role: usize| read["Roles"][role]["PolicyDocument"].clone();
        assert_eq!(
            parse(document(0).as_str().unwrap()).unwrap_err().to_string(),
            "the key `Sid` is there twice at line 1 column 14"
        );
        assert_eq!(document(1), serde_json::json!({"Statement": []}));
        assert!(parse(text).is_err());
        let outside = r#"{"Tags": [{"Document": {}, "Key": 1, "Key": 2}]}"#;
        assert_eq!(
            parse_with_documents(outside).unwrap_err().to_string(),
            "the key `Key` is there twice at line 1 column 42"
        );
    }

    #[test]
    fn a_value_that_serde_hands_over_is_held_to_the_same() {
        let read = |text| serde_json::from_str::<Unique>(text).map(|unique| unique.0);
        assert_eq!(read("[1]").unwrap(), serde_json::json!([1]));
        assert!(read(r#"{"a": {"b": 1, "b": 1}}"#).is_err());
    }

    #[test]
    fn text_after_the_value_is_refused() {
        assert_eq!(
            parse("{} {}").unwrap_err().to_string(),
            "trailing characters at line 1 column 4"
        );
    }

    #[test]
    fn nesting_without_end_is_refused() {
        assert!(parse(&"[".repeat(1_000_000)).is_err());
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(".{0,3}", inner, 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_other_text_is_read_as_serde_json_reads_it(value in json()) {
            let text = value.to_string();
            let read = serde_json::from_str::<Value>(&text).unwrap();
            prop_assert_eq!(&parse(&text).unwrap(), &read);
            prop_assert_eq!(parse_with_documents(&text).unwrap(), read);
        }
    }
}
