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
        (Weighting::Uniform, _) => 1,
        (Weighting::Risk | Weighting::Reach, level) => match level {
            Some(AccessLevel::List) => 1,
            Some(AccessLevel::Read) => 3,
            Some(AccessLevel::Tagging) => 4,
            Some(AccessLevel::Write) | None => 6,
            Some(AccessLevel::PermissionsManagement) => 10,
        },
    }
}

/// The weight of a service by what is granted in it, in millionths.
pub(super) fn service_weight(service: &ServiceUsage, weighting: Weighting) -> u64 {
    MILLION * u64::from(weight(service.level, weighting))
}

/// The weight of a service so far as it is not used, in millionths: by what is granted in it, or by
/// the strongest principal to which that opens a path, whichever is more.
pub(super) fn unused_weight(service: &ServiceUsage, weighting: Weighting) -> u64 {
    let own = service_weight(service, weighting);
    match (weighting, &service.reach) {
        (Weighting::Reach, Some(reached)) => {
            let level = reached.strength.level();
            own.max(level.map_or(0, |_| MILLION * u64::from(weight(level, weighting))))
        }
        (Weighting::Risk | Weighting::Uniform, _) | (Weighting::Reach, None) => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_follow_the_published_table() {
        let risk = |level| weight(level, Weighting::Risk);
        assert_eq!(AccessLevel::ALL.map(|level| risk(Some(level))), [1, 3, 4, 6, 10]);
        assert_eq!(risk(None), 6);
        let reach = |level| weight(level, Weighting::Reach);
        assert_eq!(AccessLevel::ALL.map(|level| reach(Some(level))), [1, 3, 4, 6, 10]);
        let uniform = |level| weight(level, Weighting::Uniform);
        assert_eq!(AccessLevel::ALL.map(|level| uniform(Some(level))), [1; 5]);
        assert_eq!(uniform(None), 1);
    }
}
