//! Whether the functions take the values: by the parsers that they read them with.

use super::refused::refused;
use super::values::whole_number;
use crate::doctor::finding::Finding;
use crate::doctor::setup::Setup;
use leastwise_rightsizing::exemption::{ADMIN_GROUP_NAME, admin_group};
use leastwise_rightsizing::settings::{
    BoundaryWildcards, CanarySize, DailyLimit, DeployedWeighting, KeepInverses, MaxEvidenceAgeDays,
    MinimumAgeDays, MinimumKnownPercent, NewPermissionGraceDays, NotPrincipalChecked, NoticeDays,
    PreserveReads, ResourceGrants, RestoreHoldDays, ScoreSecretArn, SettingError, Threshold,
    TopicArn, UntrackedRegions, UnusedAfterDays, Weighting,
};
use std::str::FromStr;

type Parse = fn(&str) -> Result<(), SettingError>;

fn one<T: FromStr<Err = SettingError>>(value: &str) -> Result<(), SettingError> {
    value.parse::<T>().map(drop)
}

/// The numbers that AWS reads, or the evaluator by a parser of its own. The template takes any
/// number, and what reads it a whole one.
const WHOLE: [&str; 6] = [
    "LogRetentionDays",
    "MaximumAutomaticAttempts",
    "ReservedConcurrency",
    "RetryAttemptSeconds",
    "SweepBatchSize",
    "SweepConcurrency",
];

/// The settings that are not lists, by the parameter that has their value. Whatever else the
/// template has goes by its description there alone.
const SETTINGS: [(&str, Parse); 20] = [
    (ADMIN_GROUP_NAME, |value| admin_group(value).map(drop)),
    (BoundaryWildcards::NAME, one::<BoundaryWildcards>),
    (CanarySize::NAME, one::<CanarySize>),
    (DailyLimit::NAME, one::<DailyLimit>),
    (KeepInverses::NAME, one::<KeepInverses>),
    (MaxEvidenceAgeDays::NAME, one::<MaxEvidenceAgeDays>),
    (MinimumAgeDays::NAME, one::<MinimumAgeDays>),
    (MinimumKnownPercent::NAME, one::<MinimumKnownPercent>),
    (NewPermissionGraceDays::NAME, one::<NewPermissionGraceDays>),
    (NotPrincipalChecked::NAME, one::<NotPrincipalChecked>),
    (NoticeDays::NAME, one::<NoticeDays>),
    (PreserveReads::NAME, one::<PreserveReads>),
    (ResourceGrants::NAME, one::<ResourceGrants>),
    (RestoreHoldDays::NAME, one::<RestoreHoldDays>),
    (ScoreSecretArn::NAME, one::<ScoreSecretArn>),
    (Threshold::NAME, one::<Threshold>),
    (TopicArn::NAME, one::<TopicArn>),
    (UntrackedRegions::NAME, one::<UntrackedRegions>),
    (UnusedAfterDays::NAME, one::<UnusedAfterDays>),
    (Weighting::NAME, one::<DeployedWeighting>),
];

/// Whether each setting can be read. An empty one has its default.
pub(super) fn check(setup: &Setup, findings: &mut Vec<Finding>) {
    let value = |name| setup.value(name).filter(|value| !value.is_empty());
    for (name, parse) in SETTINGS {
        if let Some(Err(SettingError { value, allowed, .. })) = value(name).map(parse) {
            add(name, &value, format!("allowed is {allowed}"), findings);
        }
    }
    for name in WHOLE {
        let Some(parameter) = setup.template.parameter(name) else { continue };
        if let Some(value) = value(name).filter(|value| value.parse::<u32>().is_err()) {
            add(name, value, whole_number(parameter), findings);
        }
    }
}

fn add(name: &str, value: &str, limit: String, findings: &mut Vec<Finding>) {
    let fact = format!("it is `{value}`");
    refused(findings, Finding::error(name, fact, limit, "correct the value"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::values;
    use crate::doctor::template::Template;

    /// CloudFormation takes 1.5 for a number, and nothing that counts does.
    #[test]
    fn every_number_of_the_template_is_held_to_be_whole() {
        let template = Template::embedded().unwrap();
        let numbers = template.parameters().filter(|parameter| parameter.is_number());
        let names: Vec<&str> = numbers.map(|number| number.name).collect();
        assert_eq!(names.len(), 16);
        for name in names {
            let given = vec![format!("{name}=1.5").parse().unwrap()];
            let setup = Setup::new(Template::embedded().unwrap(), given);
            let mut findings = Vec::new();
            check(&setup, &mut findings);
            let found: Vec<&str> = findings.iter().map(|finding| finding.fact.as_str()).collect();
            assert_eq!(found, ["it is `1.5`"], "{name}");
        }
    }

    #[test]
    fn a_warning_about_a_parameter_hides_no_error() {
        let given = ["CodeBucket=packages", "Threshold=40.5", "Threshold=40.5"];
        let given = given.map(|text| text.parse().unwrap()).to_vec();
        let setup = Setup::new(Template::embedded().unwrap(), given);
        let mut findings = Vec::new();
        values::check(&setup, &mut findings);
        check(&setup, &mut findings);
        assert_eq!(
            findings,
            [
                Finding::warning(
                    "Threshold",
                    "it is given more than once",
                    "the last value counts here; CloudFormation may refuse it",
                    "give it once"
                ),
                Finding::error(
                    "Threshold",
                    "it is `40.5`",
                    "allowed is a whole number from 0 to 100",
                    "correct the value"
                ),
            ]
        );
    }

    #[test]
    fn every_setting_is_a_parameter_of_the_template_that_reads_its_default() {
        let setup = Setup::new(Template::embedded().unwrap(), Vec::new());
        for name in SETTINGS.map(|(name, _)| name).into_iter().chain(WHOLE) {
            assert!(setup.template.parameter(name).is_some(), "{name}");
        }
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        assert_eq!(findings, []);
    }

    #[test]
    fn a_number_that_aws_alone_reads_is_held_to_its_range_in_words() {
        let given = vec!["MaximumAutomaticAttempts=1.5".parse().unwrap()];
        let setup = Setup::new(Template::embedded().unwrap(), given);
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        assert_eq!(findings[0].limit, "allowed is a whole number from 1 to 25");
    }

    #[test]
    fn what_only_a_function_refuses_is_found() {
        let given = vec!["Threshold=40.5".parse().unwrap()];
        let setup = Setup::new(Template::embedded().unwrap(), given);
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        assert_eq!(
            findings,
            [Finding::error(
                "Threshold",
                "it is `40.5`",
                "allowed is a whole number from 0 to 100",
                "correct the value"
            )]
        );
    }
}
