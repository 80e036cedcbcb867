//! Whether the template takes the values: what CloudFormation checks before it makes anything.

use crate::doctor::finding::Finding;
use crate::doctor::setup::Setup;
use crate::doctor::template::{Parameter, Template};
use regress::Regex;
use std::collections::BTreeSet;
use strsim::damerau_levenshtein;

/// How many letters a name may be off to be meant.
const MAX_MISSPELT: usize = 3;

/// What is so of a name that the template does not have.
pub(super) const NO_SUCH: &str = "the template has none of this name";

/// Whether every parameter exists, is given once and has a value that it takes.
pub(super) fn check(setup: &Setup, findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for given in &setup.given {
        if setup.template.parameter(&given.name).is_none() {
            findings.push(unknown(&setup.template, &given.name));
        } else if !seen.insert(&given.name) {
            findings.push(Finding::warning(
                &given.name,
                "it is given more than once",
                "the last value counts here; CloudFormation may refuse it",
                "give it once",
            ));
        }
    }
    for parameter in setup.template.parameters() {
        findings.extend(unreadable_pattern(parameter));
        match setup.values.get(parameter.name) {
            Some(Some(value)) => findings.extend(wrong(parameter, value)),
            Some(None) if seen.contains(&parameter.name.to_owned()) => {
                findings.push(Finding::unchecked(
                    parameter.name,
                    "the stack keeps the value that it has",
                    "that value cannot be seen from here",
                    "write the value out to have it checked",
                ));
            }
            _ => findings.push(Finding::error(
                parameter.name,
                "it has no value",
                "the template has no default for it",
                "give it a value",
            )),
        }
    }
}

fn unknown(template: &Template, name: &str) -> Finding {
    Finding::error(name, "there is no such parameter", NO_SUCH, instead_of(template, name))
}

/// What to write instead of a name that the template does not have.
pub(super) fn instead_of(template: &Template, name: &str) -> String {
    let distance = |known: &str| {
        damerau_levenshtein(&known.to_ascii_lowercase(), &name.trim().to_ascii_lowercase())
    };
    let near = template.parameters().map(|parameter| (distance(parameter.name), parameter.name));
    match near.min() {
        Some((off, known)) if off <= MAX_MISSPELT => format!("write `{known}`"),
        _ => "leave it out; docs/guide/settings.md lists the parameters".to_owned(),
    }
}

/// The first thing about the value that the template does not take.
fn wrong(parameter: Parameter<'_>, value: &str) -> Option<Finding> {
    let limit = beyond(parameter, value)?;
    let fact = format!("it is `{value}`");
    Some(Finding::error(parameter.name, fact, limit, "correct the value"))
}

/// The limit that the value is beyond, in words.
fn beyond(parameter: Parameter<'_>, value: &str) -> Option<String> {
    let allowed = parameter.allowed_values();
    if !allowed.is_empty() && !allowed.iter().any(|allowed| allowed == value) {
        return Some(format!("allowed is one of {}", allowed.join(", ")));
    }
    if parameter.is_number() {
        return not_a_number(parameter, value);
    }
    wrong_length(parameter, value).or_else(|| wrong_form(parameter, value))
}

fn wrong_length(parameter: Parameter<'_>, value: &str) -> Option<String> {
    let length = u32::try_from(value.chars().count()).map_or(f64::INFINITY, f64::from);
    let most = parameter.number("MaxLength").filter(|most| length > *most);
    let least = parameter.number("MinLength").filter(|least| length < *least);
    let most = most.map(|most| format!("MaxLength is {most} characters, and it has {length}"));
    most.or_else(|| Some(format!("MinLength is {} characters, and it has {length}", least?)))
}

fn wrong_form(parameter: Parameter<'_>, value: &str) -> Option<String> {
    let pattern = parameter.pattern()?;
    let regex = whole(pattern).ok()?;
    let in_words = |words: &str| words.trim_end_matches('.').to_owned();
    let limit = || parameter.constraint().map_or_else(|| format!("must match {pattern}"), in_words);
    regex.find(value).is_none().then(limit)
}

fn not_a_number(parameter: Parameter<'_>, value: &str) -> Option<String> {
    let (least, most) = (parameter.number("MinValue"), parameter.number("MaxValue"));
    let number = value.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let is_in = number.is_some_and(|number| {
        least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most)
    });
    (!is_in).then(|| whole_number(parameter))
}

/// The whole numbers that are allowed, in words.
pub(super) fn whole_number(parameter: Parameter<'_>) -> String {
    match (parameter.number("MinValue"), parameter.number("MaxValue")) {
        (Some(least), Some(most)) => format!("allowed is a whole number from {least} to {most}"),
        (Some(least), None) => format!("allowed is a whole number from {least} on"),
        (None, Some(most)) => format!("allowed is a whole number up to {most}"),
        (None, None) => "allowed is a whole number".to_owned(),
    }
}

/// The pattern for whole values, as CloudFormation has it.
fn whole(pattern: &str) -> Result<Regex, regress::Error> {
    Regex::new(&format!("^(?:{pattern})$"))
}

/// A pattern that CloudFormation may read and this program cannot: it refuses nothing here.
fn unreadable_pattern(parameter: Parameter<'_>) -> Option<Finding> {
    let pattern = parameter.pattern()?;
    let why = whole(pattern).err()?;
    Some(Finding::unchecked(
        parameter.name,
        format!("its AllowedPattern `{pattern}` cannot be read: {why}"),
        "CloudFormation may refuse the value by it",
        "compare the value with the pattern yourself",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::given::Given;

    fn findings(template: Template, given: &[&str]) -> Vec<Finding> {
        let given: Vec<Given> = given.iter().map(|text| text.parse().unwrap()).collect();
        let setup = Setup::new(template, given);
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        findings
    }

    fn found(given: &[&str]) -> Vec<(String, String, String, String)> {
        let findings = findings(Template::embedded().unwrap(), given).into_iter();
        findings.map(|it| (it.subject, it.fact, it.limit, it.next)).collect()
    }

    fn finding(
        subject: &str,
        fact: &str,
        limit: &str,
        next: &str,
    ) -> (String, String, String, String) {
        (subject.into(), fact.into(), limit.into(), next.into())
    }

    #[test]
    fn a_misspelt_name_comes_with_the_one_that_is_meant() {
        let found = found(&["CodeBucket=packages", "treshold=40", "Threshold =40", "Colour=red"]);
        let limit = "the template has none of this name";
        let fact = "there is no such parameter";
        let leave = "leave it out; docs/guide/settings.md lists the parameters";
        assert_eq!(
            found,
            [
                finding("treshold", fact, limit, "write `Threshold`"),
                finding("Threshold ", fact, limit, "write `Threshold`"),
                finding("Colour", fact, limit, leave)
            ]
        );
    }

    #[test]
    fn values_are_held_to_ranges_words_and_patterns() {
        let found = found(&[
            "CodeBucket=Packages",
            "Threshold=101",
            "UnusedAfterDays=soon",
            "Weighting=heavy",
            "KmsKeyArn=arn:aws:kms:eu-west-1:111122223333:alias/logs",
        ]);
        let next = "correct the value";
        assert_eq!(
            found,
            [
                finding("CodeBucket", "it is `Packages`", "must be the name of an S3 bucket", next),
                finding(
                    "Threshold",
                    "it is `101`",
                    "allowed is a whole number from 0 to 100",
                    next
                ),
                finding(
                    "UnusedAfterDays",
                    "it is `soon`",
                    "allowed is a whole number from 1 to 400",
                    next
                ),
                finding("Weighting", "it is `heavy`", "allowed is one of risk, uniform", next),
                finding(
                    "KmsKeyArn",
                    "it is `arn:aws:kms:eu-west-1:111122223333:alias/logs`",
                    "must be the ARN of a key, not of an alias, or empty",
                    next
                ),
            ]
        );
    }

    #[test]
    fn a_length_is_said_and_so_is_a_pattern_that_is_put_in_no_words() {
        let template = "Parameters:\n\
                        \x20 Long: {Type: String, MaxLength: 3, ConstraintDescription: must be a word.}\n\
                        \x20 Short: {Type: String, MinLength: 3, AllowedPattern: '[a-z]*'}\n\
                        \x20 Odd: {Type: String, AllowedPattern: '[a-z]*'}\n";
        let given = ["Long=four", "Short=it", "Odd=7"];
        let error = |subject: &str, fact: &str, limit: &str| {
            Finding::error(subject, fact, limit, "correct the value")
        };
        assert_eq!(
            findings(Template::read(template).unwrap(), &given),
            [
                error("Long", "it is `four`", "MaxLength is 3 characters, and it has 4"),
                error("Short", "it is `it`", "MinLength is 3 characters, and it has 2"),
                error("Odd", "it is `7`", "must match [a-z]*"),
            ]
        );
    }

    /// AWS Config takes 256 characters for each value that a remediation hands to its document.
    ///
    /// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_StaticValue.html>.
    #[test]
    fn what_a_remediation_cannot_hand_over_is_refused_by_the_template() {
        let long =
            |start: &str, length: usize| format!("{start}{}", "x".repeat(length - start.len()));
        let topic = |length| long("arn:aws:sns:eu-west-1:111122223333:Automation", length);
        let approver = |length| long("arn:aws:iam::111122223333:user/", length);
        let limits = |topic: String, approver: String| -> Vec<String> {
            let (topic, approvers) =
                (format!("ApprovalTopicArn={topic}"), format!("Approvers={approver}"));
            let found = found(&["CodeBucket=packages", &topic, &approvers]);
            found.into_iter().map(|(_, _, limit, _)| limit).collect()
        };
        assert_eq!(limits(topic(256), approver(256)), Vec::<String>::new());
        assert_eq!(
            limits(topic(257), approver(257)),
            [
                "must be a comma-separated list of at most ten users, roles or assumed roles, of at most 256 \
                 characters each",
                "MaxLength is 256 characters, and it has 257"
            ]
        );
    }

    #[test]
    fn a_pattern_that_cannot_be_read_is_not_checked() {
        let template = "Parameters: {A: {Type: String, Default: x, AllowedPattern: '[a-z'}}";
        assert_eq!(
            findings(Template::read(template).unwrap(), &[]),
            [Finding::unchecked(
                "A",
                "its AllowedPattern `[a-z` cannot be read: Unbalanced bracket",
                "CloudFormation may refuse the value by it",
                "compare the value with the pattern yourself"
            )]
        );
    }

    #[test]
    fn every_pattern_and_every_default_of_the_template_is_understood() {
        let template = Template::embedded().unwrap();
        assert!(template.parameters().count() > 50);
        for parameter in template.parameters() {
            if let Some(pattern) = parameter.pattern() {
                assert!(Regex::new(pattern).is_ok(), "{}: {pattern}", parameter.name);
            }
            match parameter.default() {
                Some(default) => {
                    assert_eq!(beyond(parameter, &default), None, "{}", parameter.name);
                }
                None => assert_eq!(parameter.name, "CodeBucket"),
            }
        }
    }
}
