//! Whether values fit what they become a part of. What is not known is left out, so a deployment
//! may have more.

use crate::doctor::finding::Finding;
use crate::doctor::intrinsic::{Intrinsics, references};
use crate::doctor::setup::Setup;
use crate::doctor::template::text;
use serde_json::Value;

/// The longest value of a parameter of a remediation, in characters.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_StaticValue.html>.
const MAX_STATIC_VALUE_CHARACTERS: usize = 256;

/// All parameters of a rule together, as JSON, in characters.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html>.
const MAX_RULE_PARAMETERS_CHARACTERS: usize = 1_024;

/// All names and values in the environment of a function, in bytes.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const MAX_ENVIRONMENT_BYTES: usize = 4 << 10;

/// How many of the parameters that make something too long are named.
const NAMED: usize = 3;

/// Whether remediations, rules and functions of the template take the values.
pub(super) fn check(setup: &Setup, findings: &mut Vec<Finding>) {
    let intrinsics = Intrinsics::of(setup);
    for (name, resource) in setup.template.section("Resources").into_iter().flatten() {
        if !is_made(intrinsics, resource) {
            continue;
        }
        let properties = resource.get("Properties").unwrap_or(&Value::Null);
        match resource.get("Type").and_then(Value::as_str) {
            Some("AWS::Config::RemediationConfiguration") => {
                static_values(intrinsics, properties, findings);
            }
            Some("AWS::Config::ConfigRule") => {
                let parameters = properties.get("InputParameters");
                findings.extend(rule_parameters(setup, name, parameters));
            }
            Some("AWS::Lambda::Function") => {
                let variables = properties.pointer("/Environment/Variables");
                findings.extend(environment(setup, name, variables));
            }
            _ => {}
        }
    }
}

fn is_made(intrinsics: Intrinsics<'_>, resource: &Value) -> bool {
    let condition = resource.get("Condition").map(|name| serde_json::json!({ "Condition": name }));
    condition.is_none_or(|condition| intrinsics.holds(&condition) != Some(false))
}

/// Looks at every value that a remediation hands to its document.
fn static_values(intrinsics: Intrinsics<'_>, value: &Value, findings: &mut Vec<Finding>) {
    if let Some(values) = value.pointer("/StaticValue/Values") {
        let known = intrinsics.value(values);
        let known = known.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(text);
        let lengths = known.map(|value| value.chars().count());
        findings.extend(lengths.filter(|length| *length > MAX_STATIC_VALUE_CHARACTERS).map(
            |length| {
                Finding::error(
                    references(values).join(", "),
                    format!("a value of {length} characters goes to the remediation"),
                    format!("AWS Config takes {MAX_STATIC_VALUE_CHARACTERS} characters a value"),
                    "name something shorter",
                )
            },
        ));
        return;
    }
    match value {
        // Of a choice, the side that is not taken is no part of the remediation.
        Value::Object(members) => {
            if let Some([condition, then, otherwise]) =
                members.get("Fn::If").and_then(Value::as_array).map(Vec::as_slice)
            {
                let condition = serde_json::json!({ "Condition": condition });
                match intrinsics.holds(&condition) {
                    Some(true) => static_values(intrinsics, then, findings),
                    Some(false) => static_values(intrinsics, otherwise, findings),
                    None => {}
                }
            } else {
                members.values().for_each(|it| static_values(intrinsics, it, findings));
            }
        }
        Value::Array(items) => items.iter().for_each(|it| static_values(intrinsics, it, findings)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn rule_parameters(setup: &Setup, rule: &str, parameters: Option<&Value>) -> Option<Finding> {
    let parameters = parameters?;
    let length = Intrinsics::of(setup).value(parameters)?.to_string().chars().count();
    (length > MAX_RULE_PARAMETERS_CHARACTERS).then(|| {
        Finding::error(
            longest(setup, parameters),
            format!("the parameters of the rule {rule} have {length} characters or more"),
            format!(
                "AWS Config takes {MAX_RULE_PARAMETERS_CHARACTERS} characters for all together"
            ),
            "keep the longest in a file, and name it as s3://BUCKET/KEY",
        )
    })
}

fn environment(setup: &Setup, function: &str, variables: Option<&Value>) -> Option<Finding> {
    let variables = variables?;
    let known = Intrinsics::of(setup).value(variables)?;
    let sizes = known.as_object()?.iter();
    let sizes = sizes.map(|(name, value)| name.len() + text(value).map_or(0, |text| text.len()));
    let bytes: usize = sizes.sum();
    (bytes > MAX_ENVIRONMENT_BYTES).then(|| {
        Finding::error(
            longest(setup, variables),
            format!("the environment of the function {function} has {bytes} bytes or more"),
            format!("AWS Lambda takes {MAX_ENVIRONMENT_BYTES} bytes for all together"),
            "keep the longest in a file, and name it as s3://BUCKET/KEY",
        )
    })
}

/// The parameters with the longest values of those that are a part of `value`.
fn longest(setup: &Setup, value: &Value) -> String {
    let length = |name: &&str| setup.value(name).map_or(0, str::len);
    let mut names = references(value);
    names.sort_by_key(|name| std::cmp::Reverse(length(name)));
    names.into_iter().take(NAMED).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::template::Template;

    fn found(given: &[String]) -> Vec<(String, String)> {
        let given = given.iter().map(|text| text.parse().unwrap()).collect();
        let setup = Setup::new(Template::embedded().unwrap(), given);
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        findings.into_iter().map(|finding| (finding.subject, finding.fact)).collect()
    }

    #[test]
    fn a_value_that_a_remediation_cannot_hand_over_is_found_where_it_is_handed_over() {
        let topic = "arn:aws:sns:eu-west-1:111122223333:Automation";
        let topic = format!("ApprovalTopicArn={topic}{}", "x".repeat(257 - topic.len()));
        assert_eq!(found(std::slice::from_ref(&topic)), []);
        let approved = ["RequireApproval=true".to_owned(), "Approvers=mira".to_owned(), topic];
        let fact = "a value of 257 characters goes to the remediation".to_owned();
        assert_eq!(found(&approved), [("ApprovalTopicArn".to_owned(), fact)]);
    }

    #[test]
    fn lists_that_are_too_long_together_are_found() {
        let list = |name: &str, length: usize| format!("{name}={}", "x".repeat(length));
        let fits = [list("ExemptPrincipals", 500), list("BreakGlassPrincipals", 400)];
        assert_eq!(found(&fits), []);
        let too_long = [list("ExemptPrincipals", 600), list("BreakGlassPrincipals", 400)];
        let [(subject, fact)] = &found(&too_long)[..] else { panic!("one finding") };
        assert!(subject.starts_with("ExemptPrincipals, BreakGlassPrincipals, "), "{subject}");
        assert!(fact.starts_with("the parameters of the rule PrivilegeCreepRule have 1"), "{fact}");
    }
}
