//! Every target, with its seeds and inputs made of them.

mod files;

use leastwise_fuzz::corpus;
use leastwise_fuzz::limits::Target;
use leastwise_fuzz::run::run;
use leastwise_fuzz::targets::TARGETS;
use std::collections::BTreeSet;
use std::fs;

/// The targets that only this program has.
const FILES: [(&str, Target); 2] =
    [("parameters_file", files::parameters_file), ("report_file", files::report_file)];

fn all() -> impl Iterator<Item = (&'static str, Target)> {
    TARGETS.into_iter().chain(FILES)
}

/// A test for each target, of its name, so that one can be run alone.
macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let name = stringify!($name);
                let (_, target) = all().find(|(known, _)| *known == name).unwrap();
                run(name, target);
            }
        )*

        const TESTS: &[&str] = &[$(stringify!($name)),*];
    };
}

targets! {
    account
    config_event
    datagram
    earlier_scan
    json_text
    ledger
    list_file
    list_setting
    memory
    names
    parameters_file
    policy_document
    recorded_item
    remediation_request
    report
    report_file
    resource_policy
    rule_parameters
    score_answer
    score_secret
    settings
    tags
    trail
    usage_file
}

#[test]
fn every_target_has_a_test_and_seeds_and_no_seeds_lie_idle() {
    let targets: BTreeSet<String> = all().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(TESTS.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), targets);
    let folders = fs::read_dir(corpus::folder()).unwrap();
    let folders = folders.map(|it| it.unwrap().file_name().into_string().unwrap());
    assert_eq!(folders.collect::<BTreeSet<_>>(), targets);
}
