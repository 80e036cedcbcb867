//! Whether values fit what they become a part of. What is not known is left out, so a deployment
//! may have more.

use crate::doctor::finding::Finding;
use crate::doctor::intrinsic::{Intrinsics, references};
use crate::doctor::setup::Setup;
use crate::doctor::template::text;
use serde_json::Value;

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

/// Whether rules and functions of the template take the values.
pub(super) fn check(setup: &Setup, findings: &mut Vec<Finding>) {
    let intrinsics = Intrinsics::of(setup);
    for (name, resource) in setup.template.section("Resources").into_iter().flatten() {
        if !is_made(intrinsics, resource) {
            continue;
        }
        let properties = resource.get("Properties").unwrap_or(&Value::Null);
        match resource.get("Type").and_then(Value::as_str) {
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

/// Whether it is known that the resource is made.
fn is_made(intrinsics: Intrinsics<'_>, resource: &Value) -> bool {
    let condition = resource.get("Condition").map(|name| name.as_str());
    condition.is_none_or(|name| name.and_then(|name| intrinsics.condition(name)) == Some(true))
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

    fn found_in(setup: &Setup) -> Vec<(String, String)> {
        let mut findings = Vec::new();
        check(setup, &mut findings);
        findings.into_iter().map(|finding| (finding.subject, finding.fact)).collect()
    }

    fn found(given: &[String]) -> Vec<(String, String)> {
        let given = given.iter().map(|text| text.parse().unwrap()).collect();
        found_in(&Setup::new(Template::embedded().unwrap(), given))
    }

    /// A rule with parameters that are too long, under a condition of its own.
    fn rule(condition: &str) -> Setup {
        let template = format!(
            "Parameters: {{L: {{Type: String}}}}\n\
             Conditions: {{C: !Equals [{condition}, eu-west-1]}}\n\
             Resources:\n  R:\n    Type: AWS::Config::ConfigRule\n    Condition: C\n    \
             Properties: {{InputParameters: {{L: !Ref L}}}}\n"
        );
        let list = format!("L={}", "x".repeat(1_024)).parse().unwrap();
        Setup::new(Template::read(&template).unwrap(), vec![list])
    }

    #[test]
    fn a_resource_is_judged_only_where_it_is_known_to_be_made() {
        let fact = "the parameters of the rule R have 1032 characters or more".to_owned();
        assert_eq!(found_in(&rule("eu-west-1")), [("L".to_owned(), fact)]);
        assert_eq!(found_in(&rule("us-east-1")), []);
        assert_eq!(found_in(&rule("!Ref AWS::Region")), []);
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
