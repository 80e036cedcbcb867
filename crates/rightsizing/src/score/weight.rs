//! How much a service or an action weighs.

use crate::settings::Weighting;
use crate::usage::ServiceUsage;
use leastwise_policy::action::AccessLevel;

/// Weights are counted in millionths, so that the idle share of a service is a whole number, too.
const MILLION: u64 = 1_000_000;

/// The weight of an action of that level, or of a service in which `level` is the highest level
/// granted.
#[must_use]
pub fn weight(level: Option<AccessLevel>, weighting: Weighting) -> u32 {
    match (weighting, level) {
        (Weighting::Uniform, _) | (Weighting::Risk, Some(AccessLevel::List)) => 1,
        (Weighting::Risk, Some(AccessLevel::Read)) => 3,
        (Weighting::Risk, Some(AccessLevel::Tagging)) => 4,
        (Weighting::Risk, Some(AccessLevel::Write) | None) => 6,
        (Weighting::Risk, Some(AccessLevel::PermissionsManagement)) => 10,
    }
}

/// The weight of a service, in millionths.
pub(super) fn service_weight(service: &ServiceUsage, weighting: Weighting) -> u64 {
    MILLION * u64::from(weight(service.level, weighting))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_follow_the_published_table() {
        let risk = |level| weight(level, Weighting::Risk);
        assert_eq!(AccessLevel::ALL.map(|level| risk(Some(level))), [1, 3, 4, 6, 10]);
        assert_eq!(risk(None), 6);
        let uniform = |level| weight(level, Weighting::Uniform);
        assert_eq!(AccessLevel::ALL.map(|level| uniform(Some(level))), [1; 5]);
        assert_eq!(uniform(None), 1);
    }
}
