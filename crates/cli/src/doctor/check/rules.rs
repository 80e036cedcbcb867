//! Whether the values go together, as the template's `Rules` say.

use crate::doctor::finding::Finding;
use crate::doctor::intrinsic::{Intrinsics, references};
use crate::doctor::setup::Setup;
use serde_json::Value;

/// Every assertion whose rule applies must hold. What is not known is not judged.
///
/// Source:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html>.
pub(super) fn check(setup: &Setup, findings: &mut Vec<Finding>) {
    let intrinsics = Intrinsics::of(setup);
    for rule in setup.template.section("Rules").into_iter().flat_map(|rules| rules.values()) {
        let condition = rule.get("RuleCondition");
        if condition.is_some_and(|condition| intrinsics.holds(condition) != Some(true)) {
            continue;
        }
        let assertions = rule.get("Assertions").and_then(Value::as_array);
        for assertion in assertions.into_iter().flatten() {
            let assert = assertion.get("Assert").unwrap_or(&Value::Null);
            if intrinsics.holds(assert) == Some(false) {
                findings.push(broken(setup, &[condition.unwrap_or(assert), assert], assertion));
            }
        }
    }
}

fn broken(setup: &Setup, about: &[&Value], assertion: &Value) -> Finding {
    let mut names: Vec<&str> = about.iter().copied().flat_map(references).collect();
    names.sort_unstable();
    names.dedup();
    let values =
        names.iter().map(|name| format!("{name}={}", setup.value(name).unwrap_or_default()));
    let fact = format!("the values do not go together: {}", values.collect::<Vec<_>>().join(" "));
    let limit = assertion.get("AssertDescription").and_then(Value::as_str);
    let limit = limit.unwrap_or("the template refuses them").trim_end_matches('.');
    Finding::error(names.join(", "), fact, limit, "change one of them")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::template::Template;

    fn limits(given: &[&str]) -> Vec<String> {
        let given = given.iter().map(|text| text.parse().unwrap()).collect();
        let setup = Setup::new(Template::embedded().unwrap(), given);
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        findings.into_iter().map(|finding| finding.limit).collect()
    }

    #[test]
    fn what_the_template_refuses_is_found() {
        assert_eq!(limits(&[]), Vec::<String>::new());
        assert_eq!(
            limits(&["NoticeDays=7"]),
            [
                "NoticeDays is used only with AutomaticRemediation=true or EnforceNotices=true - nobody would come back when the notice is over"
            ]
        );
        assert_eq!(limits(&["NoticeDays=7", "AutomaticRemediation=true"]), Vec::<String>::new());
        let of_a_pack = ["NoticeDays=7", "EnforceNotices=true", "CreateRule=false"];
        assert_eq!(limits(&of_a_pack), Vec::<String>::new());
        assert_eq!(
            limits(&["ScoreProvider=both"]),
            ["ScoreProvider external and both need ScoreSecretArn"]
        );
    }

    #[test]
    fn every_assertion_of_the_template_that_is_not_on_the_region_can_be_decided_by_its_parameters()
    {
        let setup =
            Setup::new(Template::embedded().unwrap(), vec!["CodeBucket=packages".parse().unwrap()]);
        for rule in setup.template.section("Rules").unwrap().values() {
            for assertion in rule["Assertions"].as_array().unwrap() {
                let decided = Intrinsics::of(&setup).holds(&assertion["Assert"]);
                let on_region = assertion.to_string().contains("AWS::Region");
                assert_ne!(decided.is_some(), on_region, "{assertion}");
            }
        }
    }
}
