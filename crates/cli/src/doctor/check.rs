//! The checks, one file each.

mod account;
mod combinations;
mod limits;
mod lists;
mod refused;
mod rules;
mod settings;
mod values;
mod version;

use super::finding::Finding;
use super::setup::Setup;

/// Everything that is found, the worst first.
pub(crate) fn findings(setup: &Setup) -> Vec<Finding> {
    let mut findings = Vec::new();
    version::check(setup, &mut findings);
    values::check(setup, &mut findings);
    settings::check(setup, &mut findings);
    rules::check(setup, &mut findings);
    let lists = lists::check(setup, &mut findings);
    account::check(setup, &lists, &mut findings);
    combinations::check(setup, &mut findings);
    limits::check(setup, &mut findings);
    findings.sort();
    findings.dedup();
    findings
}
