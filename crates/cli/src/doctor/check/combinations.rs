//! Values that are allowed together, and may not be meant.

use crate::doctor::finding::Finding;
use crate::doctor::setup::Setup;
use leastwise_rightsizing::settings::NoticeDays;

/// The longest that one attempt of a remediation may take, in seconds, as the description of
/// `RetryAttemptSeconds` has it.
const ATTEMPT_SECONDS: u64 = 900;

/// Whoever is exempt from quarantine is so by one of these.
const EXEMPT_FROM_QUARANTINE: [&str; 4] =
    ["AdminGroupName", "BreakGlassPrincipals", "ExemptPrincipals", "ExemptionList"];

/// A parameter that another value makes idle: the parameter, the other, and its value.
const IDLE: [(&str, &str, &str); 3] = [
    ("ApprovalTopicArn", "RequireApproval", "false"),
    ("Approvers", "RequireApproval", "false"),
    ("ScoreSecretArn", "ScoreProvider", "own"),
];

/// What has remediation done by itself: the stack's rule, or the stack's schedule for a conformance
/// pack. Values that are not known may be such.
const AUTOMATIC: [&str; 2] = ["AutomaticRemediation", "EnforceNotices"];

/// The parameters by which automatic remediation alone goes.
const OF_AUTOMATIC: [&str; 4] =
    ["CanarySize", "CustomerBoundaries", "DailyLimit", "RestoreHoldDays"];

/// What goes through and surprises later.
pub(super) fn check(setup: &Setup, findings: &mut Vec<Finding>) {
    if AUTOMATIC.iter().all(|name| setup.value(name) == Some("false")) {
        findings.extend(OF_AUTOMATIC.into_iter().filter_map(|name| idle_setting(setup, name)));
    } else {
        findings.extend(first_boundaries_left_out(setup));
        findings.extend(automatic_without_notice(setup));
        findings.extend(short_notice(setup));
        findings.extend(attempts_that_never_run_out(setup));
        findings.extend(more_than_a_day_allows(setup));
        findings.extend(restored_and_not_held(setup));
    }
    findings.extend(quarantine_without_exemptions(setup));
    for (name, other, value) in IDLE {
        let is_given = setup.value(name).is_some_and(|it| !it.is_empty());
        if is_given && setup.value(other) == Some(value) {
            findings.push(Finding::warning(
                name,
                "it is given and has no effect",
                format!("it is not used with {other}={value}"),
                format!("change {other}, or leave {name} out"),
            ));
        }
    }
}

/// A value other than the default that nothing goes by.
fn idle_setting(setup: &Setup, name: &str) -> Option<Finding> {
    let default = setup.template.parameter(name)?.default()?;
    setup.value(name).filter(|value| *value != default)?;
    Some(Finding::warning(
        name,
        "it is given and has no effect",
        "only automatic remediation goes by it, and nothing is automatic: AutomaticRemediation=false EnforceNotices=false",
        format!("leave {name} out until something is automatic"),
    ))
}

/// The parameter that makes remediation automatic.
fn automatic(setup: &Setup) -> Option<&'static str> {
    AUTOMATIC.into_iter().find(|name| setup.value(name) == Some("true"))
}

fn first_boundaries_left_out(setup: &Setup) -> Option<Finding> {
    let automatic = automatic(setup)?;
    (setup.value("NotPrincipalChecked") == Some("false")).then(|| {
        Finding::warning(
            format!("{automatic}, NotPrincipalChecked"),
            "automatic remediation skips whoever has no boundary yet",
            "a resource policy that denies with NotPrincipal denies whoever has a boundary, and nobody has said yet \
             that there is none",
            "search the resource policies for NotPrincipal, then set NotPrincipalChecked=true",
        )
    })
}

fn automatic_without_notice(setup: &Setup) -> Option<Finding> {
    let surprises = setup.value("AutomaticRemediation") == Some("true")
        && setup.value("NoticeDays") == Some("0");
    let who = match setup.value("NotPrincipalChecked") {
        Some("false") => "whoever is above the threshold and has a boundary already is narrowed",
        _ => "whoever is above the threshold is bounded",
    };
    surprises.then(|| {
        Finding::warning(
            "AutomaticRemediation, NoticeDays",
            "boundaries are attached by themselves, without notice but for what was used once",
            format!("{who} as soon as its turn comes (CanarySize, DailyLimit)"),
            "set NoticeDays to the days that owners need, or begin with AutomaticRemediation=false",
        )
    })
}

fn short_notice(setup: &Setup) -> Option<Finding> {
    automatic(setup)?;
    let days: NoticeDays = setup.value("NoticeDays")?.parse().ok()?;
    let least = NoticeDays::LEAST_BEFORE_DATED_USE_GOES;
    (!days.is_none() && days < least).then(|| {
        let least = least.days();
        Finding::warning(
            "NoticeDays",
            format!("it is {}, and some notices are longer", days.days()),
            format!(
                "where something goes that was used once, and where the schedule gives a new notice, they are at least \
                 {least} days"
            ),
            format!("set NoticeDays to {least} or more, so that all are alike"),
        )
    })
}

fn more_than_a_day_allows(setup: &Setup) -> Option<Finding> {
    automatic(setup)?;
    let first: u16 = setup.value("CanarySize")?.parse().ok()?;
    let limit: u16 = setup.value("DailyLimit")?.parse().ok()?;
    (first > limit).then(|| {
        Finding::warning(
            "CanarySize, DailyLimit",
            format!(
                "the first {first} principals may be changed in one day, and then {limit} a day"
            ),
            "the first few do not count towards DailyLimit",
            "set CanarySize to at most DailyLimit",
        )
    })
}

fn restored_and_not_held(setup: &Setup) -> Option<Finding> {
    automatic(setup)?;
    let is_put_back = setup.value("RestoreOnBreak") == Some("on");
    (is_put_back && setup.value("RestoreHoldDays") == Some("0")).then(|| {
        Finding::warning(
            "RestoreHoldDays, RestoreOnBreak",
            "whoever is restored because of a suspected break is not held",
            "automatic remediation may bound it again as soon as somebody has started LeastwiseResume",
            "set RestoreHoldDays to 1 or more, or RestoreOnBreak=off",
        )
    })
}

fn attempts_that_never_run_out(setup: &Setup) -> Option<Finding> {
    let attempts: u64 = setup.value("MaximumAutomaticAttempts")?.parse().ok()?;
    let seconds: u64 = setup.value("RetryAttemptSeconds")?.parse().ok()?;
    let needed = attempts.saturating_mul(ATTEMPT_SECONDS);
    let is_automatic = setup.value("AutomaticRemediation") == Some("true");
    (is_automatic && seconds < needed).then(|| {
        Finding::warning(
            "MaximumAutomaticAttempts, RetryAttemptSeconds",
            format!("{attempts} attempts are counted within {seconds} seconds"),
            format!("they may take {needed} seconds, and then they never run out"),
            format!("set RetryAttemptSeconds to {needed} or more"),
        )
    })
}

fn quarantine_without_exemptions(setup: &Setup) -> Option<Finding> {
    let nobody = EXEMPT_FROM_QUARANTINE.iter().all(|name| setup.value(name) == Some(""));
    (setup.value("Quarantine") == Some("on") && nobody).then(|| {
        Finding::warning(
            "Quarantine",
            "it is on, and nobody is exempt",
            "every IAM user who writes to IAM is denied IAM, those who deploy or administer included",
            format!("name who may in one of {}", EXEMPT_FROM_QUARANTINE.join(", ")),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::template::Template;

    fn found(given: &[&str]) -> Vec<Finding> {
        let given = given.iter().map(|text| text.parse().unwrap()).collect();
        let setup = Setup::new(Template::embedded().unwrap(), given);
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        findings
    }

    fn subjects(given: &[&str]) -> Vec<String> {
        found(given).into_iter().map(|finding| finding.subject).collect()
    }

    #[test]
    fn the_names_are_those_of_the_template() {
        let template = Template::embedded().unwrap();
        let others = [
            "MaximumAutomaticAttempts",
            "NotPrincipalChecked",
            "NoticeDays",
            "Quarantine",
            "RestoreOnBreak",
            "RetryAttemptSeconds",
        ];
        let names = IDLE.into_iter().flat_map(|(name, other, _)| [name, other]);
        let names = names.chain(EXEMPT_FROM_QUARANTINE).chain(AUTOMATIC).chain(OF_AUTOMATIC);
        for name in names.chain(others) {
            assert!(template.parameter(name).is_some(), "{name}");
        }
    }

    #[test]
    fn what_may_not_be_meant_is_found() {
        assert_eq!(subjects(&[]), Vec::<String>::new());
        assert_eq!(
            subjects(&[
                "AutomaticRemediation=true",
                "NotPrincipalChecked=true",
                "MaximumAutomaticAttempts=5"
            ]),
            ["AutomaticRemediation, NoticeDays", "MaximumAutomaticAttempts, RetryAttemptSeconds"]
        );
        assert_eq!(subjects(&["Quarantine=on"]), ["Quarantine"]);
        assert_eq!(subjects(&["Quarantine=on", "ExemptPrincipals=ops"]), Vec::<String>::new());
        assert_eq!(subjects(&["Approvers=mira"]), ["Approvers"]);
    }

    #[test]
    fn while_nobody_has_looked_for_not_principal_first_boundaries_wait() {
        let found = found(&["AutomaticRemediation=true"]);
        let said: Vec<(&str, &str)> =
            found.iter().map(|finding| (&*finding.subject, &*finding.limit)).collect();
        assert_eq!(
            said,
            [
                (
                    "AutomaticRemediation, NotPrincipalChecked",
                    "a resource policy that denies with NotPrincipal denies whoever has a boundary, and nobody has \
                     said yet that there is none"
                ),
                (
                    "AutomaticRemediation, NoticeDays",
                    "whoever is above the threshold and has a boundary already is narrowed as soon as its turn comes \
                     (CanarySize, DailyLimit)"
                ),
            ]
        );
        let of_a_pack = ["CreateRule=false", "EnforceNotices=true", "NoticeDays=14"];
        assert_eq!(subjects(&of_a_pack), ["EnforceNotices, NotPrincipalChecked"]);
    }

    #[test]
    fn what_only_automatic_remediation_goes_by_is_idle_without_it() {
        let given =
            ["CanarySize=2", "CustomerBoundaries=narrow", "DailyLimit=10", "RestoreHoldDays=0"];
        assert_eq!(subjects(&given), OF_AUTOMATIC);
        assert_eq!(subjects(&["CanarySize=3", "RestoreOnBreak=on"]), Vec::<String>::new());
        let automatic = ["AutomaticRemediation=true", "NotPrincipalChecked=true", "NoticeDays=14"];
        assert_eq!(subjects(&[&given[..], &automatic].concat()), Vec::<String>::new());
    }

    #[test]
    fn what_works_against_each_other_is_found() {
        let automatic = ["AutomaticRemediation=true", "NotPrincipalChecked=true"];
        let with = |more: &[&str]| subjects(&[&automatic, more].concat());
        assert_eq!(with(&["NoticeDays=13"]), ["NoticeDays"]);
        assert_eq!(with(&["NoticeDays=14"]), Vec::<String>::new());
        assert_eq!(
            with(&["NoticeDays=14", "CanarySize=6", "DailyLimit=5"]),
            ["CanarySize, DailyLimit"]
        );
        assert_eq!(with(&["NoticeDays=14", "CanarySize=5", "DailyLimit=5"]), Vec::<String>::new());
        assert_eq!(
            with(&["NoticeDays=14", "RestoreOnBreak=on", "RestoreHoldDays=0"]),
            ["RestoreHoldDays, RestoreOnBreak"]
        );
    }
}
