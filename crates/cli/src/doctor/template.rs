//! The CloudFormation template: which parameters there are and what they may be.

use saphyr::{LoadableYamlNode, Scalar, ScanError, Yaml};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use thiserror::Error;

/// The template of this program's version.
const EMBEDDED: &str = include_str!("../../../../cloudformation/leastwise.yaml");

/// What a parameter or a rule says besides which values are taken.
const BESIDES: [&str; 4] = ["AssertDescription", "ConstraintDescription", "Default", "Description"];

/// A text that is no template.
#[derive(Debug, Error)]
pub(crate) enum TemplateError {
    /// Neither YAML nor JSON.
    #[error("it is neither YAML nor JSON")]
    Form(#[from] ScanError),
    /// Without parameters.
    #[error("it has no `Parameters`")]
    NoParameters,
}

/// A template, with its short forms such as `!Ref` written out as in JSON.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    members: Map<String, Value>,
}

impl Template {
    /// The template of this program's version.
    pub(crate) fn embedded() -> Result<Self, TemplateError> {
        Self::read(EMBEDDED)
    }

    /// Reads a template in YAML or JSON.
    pub(crate) fn read(text: &str) -> Result<Self, TemplateError> {
        let documents = Yaml::load_from_str(text)?;
        match documents.first().map(value) {
            Some(Value::Object(members))
                if members.get("Parameters").is_some_and(Value::is_object) =>
            {
                Ok(Self { members })
            }
            _ => Err(TemplateError::NoParameters),
        }
    }

    /// The parameters, in the order of the template.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = Parameter<'_>> {
        let parameters = self.section("Parameters").into_iter().flatten();
        parameters.map(|(name, spec)| Parameter { name, spec })
    }

    /// The parameter of this name.
    pub(crate) fn parameter(&self, name: &str) -> Option<Parameter<'_>> {
        self.parameters().find(|parameter| parameter.name == name)
    }

    /// A section, such as `Resources`.
    pub(crate) fn section(&self, name: &str) -> Option<&Map<String, Value>> {
        self.members.get(name)?.as_object()
    }

    /// Whether it takes the same values of the same parameters under the same rules, in whatever
    /// words it says so.
    pub(crate) fn takes_the_same_as(&self, other: &Self) -> bool {
        ["Parameters", "Rules"].iter().all(|name| self.taken(name) == other.taken(name))
    }

    /// What a section says of the values that are taken.
    fn taken(&self, section: &str) -> BTreeMap<&str, Value> {
        let entries = self.section(section).into_iter().flatten();
        entries.map(|(name, entry)| (name.as_str(), without_besides(entry))).collect()
    }
}

/// A parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter<'a> {
    pub(crate) name: &'a str,
    spec: &'a Value,
}

impl<'a> Parameter<'a> {
    /// Its default; `None` when it needs a value.
    pub(crate) fn default(self) -> Option<String> {
        self.spec.get("Default").and_then(text)
    }

    /// Whether it takes numbers only.
    pub(crate) fn is_number(self) -> bool {
        self.spec.get("Type").and_then(Value::as_str) == Some("Number")
    }

    /// The only values that it takes; none when it takes others.
    pub(crate) fn allowed_values(self) -> Vec<String> {
        let values = self.spec.get("AllowedValues").and_then(Value::as_array);
        values.into_iter().flatten().filter_map(text).collect()
    }

    /// A number in its description, such as `MaxValue`.
    pub(crate) fn number(self, name: &str) -> Option<f64> {
        text(self.spec.get(name)?)?.parse().ok()
    }

    /// What the whole value must match.
    pub(crate) fn pattern(self) -> Option<&'a str> {
        self.spec.get("AllowedPattern")?.as_str()
    }

    /// What CloudFormation says of a value that it does not take.
    pub(crate) fn constraint(self) -> Option<&'a str> {
        self.spec.get("ConstraintDescription")?.as_str()
    }
}

/// A scalar as CloudFormation compares it.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn without_besides(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| !BESIDES.contains(&name.as_str()));
            let members = members.map(|(name, member)| (name.clone(), without_besides(member)));
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(without_besides).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// The same as JSON.
fn value(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Tagged(tag, inner) if tag.handle == "!" => intrinsic(&tag.suffix, value(inner)),
        Yaml::Tagged(_, inner) => value(inner),
        Yaml::Sequence(items) => items.iter().map(value).collect(),
        Yaml::Mapping(members) => {
            let members = members.iter().map(|(key, member)| {
                let key = value(key);
                (text(&key).unwrap_or_default(), value(member))
            });
            Value::Object(members.collect())
        }
        Yaml::Value(Scalar::String(text)) | Yaml::Representation(text, ..) => {
            Value::from(text.as_ref())
        }
        Yaml::Value(Scalar::Integer(number)) => Value::from(*number),
        Yaml::Value(Scalar::FloatingPoint(number)) => Value::from(number.0),
        Yaml::Value(Scalar::Boolean(truth)) => Value::from(*truth),
        Yaml::Value(Scalar::Null) | Yaml::Alias(_) | Yaml::BadValue => Value::Null,
    }
}

/// The long form of a function that is written as a tag.
///
/// Source:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>.
fn intrinsic(name: &str, argument: Value) -> Value {
    let name = match name {
        "Ref" | "Condition" => name.to_owned(),
        _ => format!("Fn::{name}"),
    };
    Value::Object(Map::from_iter([(name, argument)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_with_tags_reads_as_the_same_template_in_json() {
        let yaml = "Parameters:\n  A: {Type: Number, Default: 3, AllowedValues: [3, 4]}\n\
                    Rules:\n  R:\n    RuleCondition: !Not [!Equals [!Ref A, '3']]\n";
        let json = json!({
            "Parameters": {"A": {"Type": "Number", "Default": 3, "AllowedValues": [3, 4]}},
            "Rules": {"R": {"RuleCondition": {"Fn::Not": [{"Fn::Equals": [{"Ref": "A"}, "3"]}]}}}
        });
        let template = Template::read(yaml).unwrap();
        assert_eq!(template, Template::read(&json.to_string()).unwrap());
        let parameter = template.parameter("A").unwrap();
        assert_eq!(parameter.default().as_deref(), Some("3"));
        assert_eq!(parameter.allowed_values(), ["3", "4"]);
    }

    #[test]
    fn what_has_no_parameters_is_no_template() {
        for text in ["", "Resources: {}", "[1]", "{}"] {
            let error = Template::read(text).unwrap_err();
            assert_eq!(error.to_string(), "it has no `Parameters`", "{text}");
        }
        assert!(Template::read("a: [").is_err());
    }
}
