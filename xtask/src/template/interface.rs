//! What a template takes and gives: its parameters and its outputs, in its own order.

use crate::result::Result;
use saphyr::{LoadableYamlNode, Scalar, Yaml};

/// What a template takes and gives.
#[derive(Debug)]
pub(crate) struct Interface {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) outputs: Vec<Output>,
}

/// A parameter, with all that CloudFormation checks of its value.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) kind: Kind,
    /// `None` where a value must be given.
    pub(crate) default: Option<String>,
    /// The only values that it takes; none where it takes others.
    pub(crate) allowed: Vec<String>,
    pub(crate) minimum: Option<String>,
    pub(crate) maximum: Option<String>,
    pub(crate) longest: Option<String>,
    pub(crate) pattern: Option<String>,
    /// What CloudFormation says of a value that does not match.
    pub(crate) constraint: Option<String>,
}

/// What a value is where values have types. To CloudFormation each is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    /// A text that is `true` or `false`.
    Truth,
    Text,
}

/// An output.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) description: String,
    /// Whether only some parameters bring it.
    pub(crate) is_conditional: bool,
}

impl Interface {
    /// Reads a template.
    pub(crate) fn of(template: &str) -> Result<Self> {
        let documents = Yaml::load_from_str(template)?;
        let template = documents.first().ok_or("the template is empty")?;
        let parameters = section(template, "Parameters")?.into_iter();
        let outputs = section(template, "Outputs")?.into_iter();
        Ok(Self {
            parameters: parameters
                .map(|(name, it)| Parameter::of(name, it))
                .collect::<Result<_>>()?,
            outputs: outputs.map(|(name, it)| Output::of(name, it)).collect::<Result<_>>()?,
        })
    }
}

impl Parameter {
    fn of(name: String, spec: &Yaml<'_>) -> Result<Self> {
        let allowed: Vec<String> = spec
            .as_mapping_get("AllowedValues")
            .and_then(Yaml::as_sequence)
            .map(|values| values.iter().filter_map(text).collect())
            .unwrap_or_default();
        let member = |member| spec.as_mapping_get(member).and_then(text);
        let kind = match member("Type").as_deref() {
            Some("Number") => Kind::Number,
            Some("String") if is_truth(&allowed) => Kind::Truth,
            Some("String") => Kind::Text,
            other => return Err(format!("parameter `{name}` is of type {other:?}").into()),
        };
        Ok(Self {
            description: member("Description").ok_or_else(|| undescribed(&name))?,
            kind,
            default: member("Default"),
            allowed,
            minimum: member("MinValue"),
            maximum: member("MaxValue"),
            longest: member("MaxLength"),
            pattern: member("AllowedPattern"),
            constraint: member("ConstraintDescription"),
            name,
        })
    }
}

impl Output {
    fn of(name: String, spec: &Yaml<'_>) -> Result<Self> {
        let description = spec.as_mapping_get("Description").and_then(text);
        Ok(Self {
            description: description.ok_or_else(|| undescribed(&name))?,
            is_conditional: spec.as_mapping_get("Condition").is_some(),
            name,
        })
    }
}

fn undescribed(name: &str) -> String {
    format!("`{name}` has no description")
}

fn is_truth(allowed: &[String]) -> bool {
    let mut allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
    allowed.sort_unstable();
    allowed == ["false", "true"]
}

/// The entries of a section, by name.
fn section<'a, 'b>(template: &'a Yaml<'b>, name: &str) -> Result<Vec<(String, &'a Yaml<'b>)>> {
    let section = template.as_mapping_get(name).and_then(Yaml::as_mapping);
    let section = section.ok_or_else(|| format!("the template has no `{name}`"))?;
    Ok(section.iter().filter_map(|(name, entry)| Some((text(name)?, entry))).collect())
}

/// A scalar as CloudFormation reads it.
fn text(value: &Yaml<'_>) -> Option<String> {
    match value {
        Yaml::Value(Scalar::String(text)) => Some(text.to_string()),
        Yaml::Value(Scalar::Integer(number)) => Some(number.to_string()),
        Yaml::Value(Scalar::Boolean(truth)) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = r"
Parameters:
  Bucket: {Type: String, Description: Where., AllowedPattern: '^[a-z.]+$', ConstraintDescription: must be a bucket.}
  Days: {Type: Number, Description: How long., Default: 90, MinValue: 0, MaxValue: 400}
  Dashboard: {Type: String, Description: Whether., Default: 'true', AllowedValues: ['true', 'false']}
  Level: {Type: String, Description: What., Default: 'on', AllowedValues: ['on', 'off'], MaxLength: 3}
Outputs:
  Rule: {Condition: HasRule, Description: The rule, Value: !Ref Rule}
  Role: {Description: The role, Value: !GetAtt Role.Arn}
";

    #[test]
    fn parameters_and_outputs_are_read_with_what_is_checked_of_them() {
        let Interface { parameters, outputs } = Interface::of(TEMPLATE).unwrap();
        let kinds: Vec<_> = parameters.iter().map(|it| (it.name.as_str(), it.kind)).collect();
        assert_eq!(
            kinds,
            [
                ("Bucket", Kind::Text),
                ("Days", Kind::Number),
                ("Dashboard", Kind::Truth),
                ("Level", Kind::Text)
            ]
        );
        let defaults: Vec<_> = parameters.iter().map(|it| it.default.as_deref()).collect();
        assert_eq!(defaults, [None, Some("90"), Some("true"), Some("on")]);
        let [bucket, days, _, level] = parameters.as_slice() else { panic!("{parameters:?}") };
        assert_eq!(bucket.pattern.as_deref(), Some("^[a-z.]+$"));
        assert_eq!(bucket.constraint.as_deref(), Some("must be a bucket."));
        assert_eq!((days.minimum.as_deref(), days.maximum.as_deref()), (Some("0"), Some("400")));
        assert_eq!(
            (level.allowed.join(" "), level.longest.as_deref()),
            ("on off".into(), Some("3"))
        );
        let outputs: Vec<_> =
            outputs.iter().map(|it| (it.name.as_str(), it.is_conditional)).collect();
        assert_eq!(outputs, [("Rule", true), ("Role", false)]);
    }

    #[test]
    fn a_type_that_nobody_translates_is_an_error() {
        let template = TEMPLATE.replace("Type: Number", "Type: CommaDelimitedList");
        assert_eq!(
            Interface::of(&template).unwrap_err().to_string(),
            "parameter `Days` is of type Some(\"CommaDelimitedList\")"
        );
    }
}
