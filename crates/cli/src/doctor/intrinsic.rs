//! What the functions of a template come to, as far as the parameters say.

use super::setup::Setup;
use super::template::text;
use serde_json::{Map, Value};

/// How deep conditions may refer to others. CloudFormation takes no circles, this program no stack
/// overflow.
const MAX_DEPTH: usize = 64;

/// Works out values and conditions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Intrinsics<'a> {
    setup: &'a Setup,
    depth: usize,
}

impl<'a> Intrinsics<'a> {
    /// Functions of the setup's template with its values.
    pub(crate) fn of(setup: &'a Setup) -> Self {
        Self { setup, depth: 0 }
    }

    fn deeper(self) -> Option<Self> {
        (self.depth < MAX_DEPTH).then_some(Self { depth: self.depth + 1, ..self })
    }

    /// Whether the condition holds; `None` when that depends on more than the parameters.
    pub(crate) fn holds(self, condition: &Value) -> Option<bool> {
        let below = self.deeper()?;
        let (name, argument) = function(condition)?;
        let items = argument.as_array().map(Vec::as_slice);
        match (name, items) {
            ("Condition", _) => below.condition(argument.as_str()?),
            ("Fn::Not", Some([inner])) => Some(!below.holds(inner)?),
            ("Fn::Equals", Some([one, other])) => {
                Some(text(&below.value(one)?)? == text(&below.value(other)?)?)
            }
            ("Fn::And", Some(all)) => below.all(all, true),
            ("Fn::Or", Some(any)) => below.all(any, false).map(|none| !none),
            ("Fn::Contains", Some([list, value])) => {
                let value = text(&below.value(value)?)?;
                let list = below.value(list)?;
                Some(list.as_array()?.iter().any(|item| text(item).as_ref() == Some(&value)))
            }
            _ => None,
        }
    }

    /// Whether the condition of this name holds; `None` when that depends on more than the
    /// parameters.
    pub(crate) fn condition(self, name: &str) -> Option<bool> {
        self.holds(self.setup.template.section("Conditions")?.get(name)?)
    }

    /// Whether every condition is `wanted`: one that is not decides whatever is unknown.
    fn all(self, conditions: &[Value], wanted: bool) -> Option<bool> {
        let outcomes: Vec<Option<bool>> = conditions.iter().map(|it| self.holds(it)).collect();
        if outcomes.contains(&Some(!wanted)) {
            return Some(false);
        }
        outcomes.iter().all(Option::is_some).then_some(true)
    }

    /// The value; `None` when it is not known or left out. Of a list or an object, what is known.
    pub(crate) fn value(self, value: &Value) -> Option<Value> {
        let below = self.deeper()?;
        match (function(value), value) {
            (Some((name, argument)), _) => below.function(name, argument),
            (None, Value::Array(items)) => {
                Some(items.iter().filter_map(|item| below.value(item)).collect())
            }
            (None, Value::Object(members)) => {
                let known = members
                    .iter()
                    .filter_map(|(name, member)| Some((name.clone(), below.value(member)?)));
                Some(Value::Object(known.collect::<Map<_, _>>()))
            }
            (None, plain) => Some(plain.clone()),
        }
    }

    fn function(self, name: &str, argument: &Value) -> Option<Value> {
        let items = argument.as_array().map(Vec::as_slice);
        match (name, items) {
            ("Ref", _) => {
                let value = self.setup.values.get(argument.as_str()?)?.as_ref()?;
                Some(Value::from(value.as_str()))
            }
            ("Fn::If", Some([condition, then, otherwise])) => {
                let holds = self.condition(condition.as_str()?)?;
                self.value(if holds { then } else { otherwise })
            }
            ("Fn::Split", Some([separator, whole])) => {
                let whole = text(&self.value(whole)?)?;
                Some(whole.split(separator.as_str()?).map(Value::from).collect())
            }
            ("Fn::Select", Some([index, list])) => {
                let index: usize = text(index)?.parse().ok()?;
                self.value(list)?.as_array()?.get(index).cloned()
            }
            _ => None,
        }
    }
}

/// The function that an object stands for, with its argument.
fn function(value: &Value) -> Option<(&str, &Value)> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let (name, argument) = members.iter().next()?;
    let is_function = name.starts_with("Fn::") || ["Ref", "Condition"].contains(&name.as_str());
    is_function.then_some((name, argument))
}

/// The parameters and resources that a value refers to, each once, in their order.
pub(crate) fn references(value: &Value) -> Vec<&str> {
    let mut found: Vec<&str> = match (function(value), value) {
        (Some(("Ref", name)), _) => name.as_str().into_iter().collect(),
        (_, Value::Array(items)) => items.iter().flat_map(references).collect(),
        (_, Value::Object(members)) => members.values().flat_map(references).collect(),
        _ => Vec::new(),
    };
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::super::given::Given;
    use super::super::template::Template;
    use super::*;
    use serde_json::json;

    fn setup() -> Setup {
        let template = json!({
            "Parameters": {"A": {"Default": "s3://b/k"}, "N": {"Default": 0}, "P": {}},
            "Conditions": {
                "InS3": {"Fn::Equals": [
                    {"Fn::Select": [0, {"Fn::Split": ["//", {"Ref": "A"}]}]}, "s3:"
                ]},
                "Some": {"Fn::Not": [{"Fn::Equals": [{"Ref": "N"}, "0"]}]},
                "Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
                "Endless": {"Condition": "Endless"}
            }
        });
        let previous = Given { name: "P".into(), value: None };
        Setup::new(Template::read(&template.to_string()).unwrap(), vec![previous])
    }

    #[test]
    fn a_condition_is_known_as_far_as_parameters_decide_it() {
        let setup = setup();
        let holds = |name: &str| Intrinsics::of(&setup).condition(name);
        assert_eq!(
            ["InS3", "Some", "Here", "Endless", "Other"].map(holds),
            [Some(true), Some(false), None, None, None]
        );
        let both = |function: &str, one: &str, other: &str| {
            let of = json!({ function: [{"Condition": one}, {"Condition": other}] });
            Intrinsics::of(&setup).holds(&of)
        };
        assert_eq!(both("Fn::And", "InS3", "Here"), None);
        assert_eq!(both("Fn::And", "Some", "Here"), Some(false));
        assert_eq!(both("Fn::Or", "InS3", "Here"), Some(true));
        assert_eq!(both("Fn::Or", "Some", "Here"), None);
    }

    #[test]
    fn of_a_value_what_is_known_is_there() {
        let value = json!({
            "A": {"Ref": "A"}, "Left": {"Fn::If": ["Some", 1, {"Ref": "AWS::NoValue"}]},
            "Unknown": [{"Ref": "P"}, {"Fn::GetAtt": "R.Arn"}, "x"],
        });
        let known = Intrinsics::of(&setup()).value(&value).unwrap();
        assert_eq!(known, json!({"A": "s3://b/k", "Unknown": ["x"]}));
        assert_eq!(references(&value), ["A", "AWS::NoValue", "P"]);
    }
}
