//! How much a service or an action weighs.

use crate::settings::Weighting;
use crate::usage::ServiceUsage;
use leastwise_policy::action::AccessLevel;
use serde::{Serialize, Serializer};
use std::fmt;
use std::iter::Sum;
use std::ops::Add;

/// Weights are counted in millionths, so that the idle share of a service is a whole number, too.
const MILLION: u64 = 1_000_000;

/// How much something weighs in the index. It is counted in millionths, and shown in tenths: a used
/// service of which a third is idle weighs 3.3 of its 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Weight(u64);

impl Weight {
    /// This many millionths.
    #[must_use]
    pub const fn millionths(count: u64) -> Self {
        Self(count)
    }

    /// How many millionths it is.
    #[must_use]
    pub const fn in_millionths(self) -> u64 {
        self.0
    }

    /// How many tenths it is, half rounded up.
    #[must_use]
    pub const fn in_tenths(self) -> u64 {
        (self.0 + MILLION / 20) / (MILLION / 10)
    }
}

impl Add for Weight {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Weight {
    fn sum<I: Iterator<Item = Self>>(weights: I) -> Self {
        weights.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.in_tenths();
        write!(formatter, "{}.{}", tenths / 10, tenths % 10)
    }
}

impl Serialize for Weight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tenths = u32::try_from(self.in_tenths()).unwrap_or(u32::MAX);
        serializer.serialize_f64(f64::from(tenths) / 10.0)
    }
}

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
    fn a_weight_is_shown_in_tenths_and_added_in_millionths() {
        let third = Weight::millionths(3_333_333);
        assert_eq!(third.to_string(), "3.3");
        assert_eq!([third, third, third].into_iter().sum::<Weight>().to_string(), "10.0");
        assert_eq!(Weight::millionths(49_999).to_string(), "0.0");
        assert_eq!(Weight::millionths(50_000).to_string(), "0.1");
        assert_eq!(serde_json::to_string(&third).unwrap(), "3.3");
    }

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
