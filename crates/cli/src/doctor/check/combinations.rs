//! Values that are allowed together, and may not be meant.

use crate::doctor::finding::Finding;
use crate::doctor::setup::Setup;

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

/// What goes through and surprises later.
pub(super) fn check(setup: &Setup, findings: &mut Vec<Finding>) {
    findings.extend(automatic_without_notice(setup));
    findings.extend(attempts_that_never_run_out(setup));
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

fn automatic_without_notice(setup: &Setup) -> Option<Finding> {
    let surprises = setup.value("AutomaticRemediation") == Some("true")
        && setup.value("NoticeDays") == Some("0");
    surprises.then(|| {
        Finding::warning(
            "AutomaticRemediation, NoticeDays",
            "boundaries are attached by themselves, without notice but for what was used once",
            "whoever is above the threshold is bounded as soon as its turn comes (CanarySize, DailyLimit)",
            "set NoticeDays to the days that owners need, or begin with AutomaticRemediation=false",
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

    fn subjects(given: &[&str]) -> Vec<String> {
        let given = given.iter().map(|text| text.parse().unwrap()).collect();
        let setup = Setup::new(Template::embedded().unwrap(), given);
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        findings.into_iter().map(|finding| finding.subject).collect()
    }

    #[test]
    fn the_names_are_those_of_the_template() {
        let template = Template::embedded().unwrap();
        let others =
            ["AutomaticRemediation", "MaximumAutomaticAttempts", "NoticeDays", "Quarantine"];
        let names = IDLE.into_iter().flat_map(|(name, other, _)| [name, other]);
        let names =
            names.chain(EXEMPT_FROM_QUARANTINE).chain(others).chain(["RetryAttemptSeconds"]);
        for name in names {
            assert!(template.parameter(name).is_some(), "{name}");
        }
    }

    #[test]
    fn what_may_not_be_meant_is_found() {
        assert_eq!(subjects(&[]), Vec::<String>::new());
        assert_eq!(
            subjects(&["AutomaticRemediation=true", "MaximumAutomaticAttempts=5"]),
            ["AutomaticRemediation, NoticeDays", "MaximumAutomaticAttempts, RetryAttemptSeconds"]
        );
        assert_eq!(subjects(&["Quarantine=on"]), ["Quarantine"]);
        assert_eq!(subjects(&["Quarantine=on", "ExemptPrincipals=ops"]), Vec::<String>::new());
        assert_eq!(subjects(&["Approvers=mira"]), ["Approvers"]);
    }
}
