//! Whether the functions take the values: by the parsers that they read them with.

use crate::doctor::finding::Finding;
use crate::doctor::setup::Setup;
use leastwise_rightsizing::exemption::{ADMIN_GROUP_NAME, admin_group};
use leastwise_rightsizing::settings::{
    BoundaryWildcards, KeepInverses, MaxEvidenceAgeDays, MinimumAgeDays, MinimumKnownPercent,
    NewPermissionGraceDays, NotPrincipalChecked, NoticeDays, PreserveReads, ResourceGrants,
    ScoreSecretArn, SettingError, Threshold, TopicArn, UntrackedRegions, UnusedAfterDays,
    Weighting,
};
use std::str::FromStr;

type Parse = fn(&str) -> Result<(), SettingError>;

fn one<T: FromStr<Err = SettingError>>(value: &str) -> Result<(), SettingError> {
    value.parse::<T>().map(drop)
}

/// The settings that are not lists, by the parameter that has their value. Whatever else the
/// template has goes by its description there alone.
const SETTINGS: [(&str, Parse); 17] = [
    (ADMIN_GROUP_NAME, |value| admin_group(value).map(drop)),
    (BoundaryWildcards::NAME, one::<BoundaryWildcards>),
    (KeepInverses::NAME, one::<KeepInverses>),
    (MaxEvidenceAgeDays::NAME, one::<MaxEvidenceAgeDays>),
    (MinimumAgeDays::NAME, one::<MinimumAgeDays>),
    (MinimumKnownPercent::NAME, one::<MinimumKnownPercent>),
    (NewPermissionGraceDays::NAME, one::<NewPermissionGraceDays>),
    (NotPrincipalChecked::NAME, one::<NotPrincipalChecked>),
    (NoticeDays::NAME, one::<NoticeDays>),
    (PreserveReads::NAME, one::<PreserveReads>),
    (ResourceGrants::NAME, one::<ResourceGrants>),
    (ScoreSecretArn::NAME, one::<ScoreSecretArn>),
    (Threshold::NAME, one::<Threshold>),
    (TopicArn::NAME, one::<TopicArn>),
    (UntrackedRegions::NAME, one::<UntrackedRegions>),
    (UnusedAfterDays::NAME, one::<UnusedAfterDays>),
    (Weighting::NAME, one::<Weighting>),
];

/// Whether each setting can be read. An empty one has its default.
pub(super) fn check(setup: &Setup, findings: &mut Vec<Finding>) {
    for (name, parse) in SETTINGS {
        let value = setup.value(name).filter(|value| !value.is_empty());
        // What the template refuses has its finding.
        if findings.iter().any(|finding| finding.subject == name) {
            continue;
        }
        if let Some(Err(SettingError { value, allowed, .. })) = value.map(parse) {
            let fact = format!("it is `{value}`");
            let limit = format!("allowed is {allowed}");
            findings.push(Finding::error(name, fact, limit, "correct the value"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::template::Template;

    #[test]
    fn every_setting_is_a_parameter_of_the_template_that_reads_its_default() {
        let setup = Setup::new(Template::embedded().unwrap(), Vec::new());
        for (name, _) in SETTINGS {
            assert!(setup.template.parameter(name).is_some(), "{name}");
        }
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        assert_eq!(findings, []);
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
