//! The privilege-creep index: how much of what a principal is granted lies idle, weighted by risk.
//!
//! `index = round(100 · Σ weight·idle / Σ weight)` over the granted services of which the use is
//! known; half rounds up. A service counts by the highest access level granted in it:
//!
//! | highest access level | weight |
//! |---|---|
//! | permissions management | 10 |
//! | write | 6 |
//! | tagging | 4 |
//! | read | 3 |
//! | list | 1 |
//!
//! An idle service is idle wholly (1). A used service is idle in part where its granted actions can
//! be told apart: by the share that its idle actions have of its tracked granted actions, each
//! weighed by its own access level. An action that IAM does not track, or of which nothing is known
//! for another reason, counts on neither side; nor does what a policy grants whose grants are not
//! to count ([`IgnoredPolicies`](crate::settings::IgnoredPolicies)).
//!
//! With [`Weighting::Reach`], what is idle of a service that opens a path to another principal
//! weighs like the strongest principal that is reached, if that is more; an administrator weighs
//! like permissions management. What is used weighs by the table: if it weighed more, too, an idle
//! grant that opens a path could lower the index.
//!
//! A service or action of which the catalogue knows no level counts like write. With
//! [`Weighting::Uniform`] every one counts 1. Access levels are those of the AWS Service
//! Authorization Reference:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html>.

use super::known::known_percent;
use super::weight::{Weight, service_weight, unused_weight, weight};
use crate::settings::Weighting;
use crate::usage::{Idle, ServiceUsage, Usage};
use serde::Serialize;
use std::fmt;
use std::ops::Add;

/// The index: 0 (everything granted and known is used) to 100 (all of it is idle).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CreepIndex(u8);

/// The three bands of the index, as the field reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Band {
    /// 0 to 33.
    Low,
    /// 34 to 66.
    Medium,
    /// 67 to 100.
    High,
}

impl CreepIndex {
    /// The index `number`; `None` when it is over 100.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (number <= 100).then_some(Self(number))
    }

    /// The share that is idle of what is known, in per cent, half rounded up: of one principal, or
    /// of several as though they were one. 0 where nothing is known; `None` where more is idle than
    /// can be counted.
    #[must_use]
    pub fn of(weights: Weights) -> Option<Self> {
        let (idle, total) = (weights.idle.in_millionths(), weights.known().in_millionths());
        // Rounds half up in whole numbers: floor((200·idle + total) / (2·total)).
        let rounded = (200 * idle + total).checked_div(2 * total).unwrap_or(0);
        u8::try_from(rounded).ok().map(Self)
    }

    /// The index as a number from 0 to 100.
    #[must_use]
    pub fn value(self) -> u8 {
        self.0
    }

    /// The band the index lies in.
    #[must_use]
    pub fn band(self) -> Band {
        match self.0 {
            0..=33 => Band::Low,
            34..=66 => Band::Medium,
            _ => Band::High,
        }
    }
}

impl fmt::Display for CreepIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for Band {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

/// The index of a principal with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The index; `None` when services are granted and the use of none is known.
    pub index: Option<CreepIndex>,
    /// The services that are idle wholly or in part, with the points each adds; the points add up
    /// to the index. Most points first, of equal points the greater idle weight first, then by
    /// namespace.
    pub drivers: Vec<Driver>,
    /// How many services are granted.
    pub granted: usize,
    /// How many of them are used.
    pub used: usize,
    /// How many were never used.
    pub never_used: usize,
    /// How many were used, but not inside the window.
    pub stale: usize,
    /// How many of the used ones are idle in part.
    pub idle_in_part: usize,
    /// Of how many the use is unknown.
    pub unknown: usize,
    /// The share of the granted weight of which the use is known, used or idle, in per cent,
    /// rounded down; 100 when nothing is granted.
    pub known_percent: u8,
}

/// An idle service and its share of the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Driver {
    /// The service.
    pub service: String,
    /// How many of the index's points come from it.
    pub points: u8,
}

impl Score {
    /// Scores a principal by the use of its granted services.
    ///
    /// ```
    /// use leastwise_policy::catalog::Catalog;
    /// use leastwise_rightsizing::evidence::{Evidence, LastAccessedReport};
    /// use leastwise_rightsizing::iam::Account;
    /// use leastwise_rightsizing::score::{CreepIndex, Score};
    /// use leastwise_rightsizing::settings::Judging;
    /// use leastwise_rightsizing::usage::PrincipalUsage;
    /// use serde_json::json;
    ///
    /// let account = Account::from_json(
    ///     r#"{ "RoleDetailList": [{
    ///         "Arn": "arn:aws:iam::111122223333:role/reporter",
    ///         "RoleId": "AROAEXAMPLE000000001",
    ///         "CreateDate": "2024-01-01T00:00:00Z",
    ///         "RolePolicyList": [{ "PolicyName": "work", "PolicyDocument": {
    ///             "Version": "2012-10-17",
    ///             "Statement": [{
    ///                 "Effect": "Allow", "Action": ["s3:GetObject", "sqs:SendMessage"], "Resource": "*"
    ///             }]
    ///         } }]
    ///     }] }"#,
    /// )?;
    /// let report = LastAccessedReport::from_json(&json!({
    ///     "JobStatus": "COMPLETED",
    ///     "JobCompletionDate": "2026-11-01T06:00:00Z",
    ///     "ServicesLastAccessed": [
    ///         { "ServiceNamespace": "s3", "LastAuthenticated": "2026-10-30T09:00:00Z" },
    ///         { "ServiceNamespace": "sqs" }
    ///     ]
    /// }))?;
    /// let (evidence, catalog) = (Evidence::from(report), Catalog::embedded());
    /// let as_of = "2026-11-01T12:00:00Z".parse()?;
    /// for principal in account.principals() {
    ///     let judging = Judging::default();
    ///     let usage = PrincipalUsage::of(principal, &evidence, &judging, as_of, catalog)?;
    ///     let score = Score::of(&usage.services, judging.weighting);
    ///     // Reading S3 weighs 3 and is used; writing to SQS weighs 6 and is idle: 6 of 9.
    ///     assert_eq!(score.index.map(CreepIndex::value), Some(67));
    ///     assert_eq!((score.granted, score.used, score.never_used), (2, 1, 1));
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(services: &[ServiceUsage], weighting: Weighting) -> Self {
        let count = |wanted: fn(&Usage) -> bool| {
            services.iter().filter(|service| wanted(&service.usage)).count()
        };
        let unknown = count(|usage| matches!(usage, Usage::Unknown(_)));
        let index = CreepIndex::of(Weights::of(services, weighting))
            .filter(|_| services.is_empty() || unknown < services.len());
        Self {
            index,
            drivers: index.map(|index| drivers(services, weighting, index)).unwrap_or_default(),
            granted: services.len(),
            used: count(|usage| matches!(usage, Usage::Used { .. })),
            never_used: count(|usage| matches!(usage, Usage::Idle(Idle::Never))),
            stale: count(|usage| matches!(usage, Usage::Idle(Idle::Stale { .. }))),
            idle_in_part: services.iter().filter(|service| is_idle_in_part(service)).count(),
            unknown,
            known_percent: known_percent(services, weighting),
        }
    }

    /// How many services are idle, never used or stale.
    #[must_use]
    pub fn idle(&self) -> usize {
        self.never_used + self.stale
    }

    /// How many of the granted services are used, in per cent, half rounded up; `None` when nothing
    /// is granted.
    #[must_use]
    pub fn coverage_percent(&self) -> Option<usize> {
        (200 * self.used + self.granted).checked_div(2 * self.granted)
    }

    /// The share of the granted services of which the use is known, in per cent, rounded down; 100
    /// when nothing is granted.
    #[must_use]
    pub fn confidence_percent(&self) -> usize {
        ((self.granted - self.unknown) * 100).checked_div(self.granted).unwrap_or(100)
    }
}

/// What the known grants of a principal weigh, or of several together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weights {
    /// What is idle.
    pub idle: Weight,
    /// What is used.
    pub used: Weight,
}

impl Weights {
    /// What these services weigh; one of unknown use weighs on neither side.
    #[must_use]
    pub fn of(services: &[ServiceUsage], weighting: Weighting) -> Self {
        let used = services.iter().map(|service| used_weight(service, weighting)).sum();
        let idle = idle_weights(services, weighting).map(|(_, weight)| weight).sum();
        Self { idle: Weight::millionths(idle), used: Weight::millionths(used) }
    }

    /// Everything of which the use is known.
    #[must_use]
    pub fn known(self) -> Weight {
        self.idle + self.used
    }
}

impl Add for Weights {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { idle: self.idle + other.idle, used: self.used + other.used }
    }
}

pub(super) fn idle_weights(
    services: &[ServiceUsage],
    weighting: Weighting,
) -> impl Iterator<Item = (&ServiceUsage, u64)> {
    services.iter().filter_map(move |service| {
        let whole = unused_weight(service, weighting);
        match service.usage {
            Usage::Idle(_) => Some((service, whole)),
            Usage::Used { .. } if is_idle_in_part(service) => {
                let (idle, known) = idle_share(service, weighting);
                Some((service, whole * idle / known.max(1)))
            }
            Usage::Used { .. } | Usage::Unknown(_) => None,
        }
    })
}

/// What of a service weighs and is not idle.
pub(super) fn used_weight(service: &ServiceUsage, weighting: Weighting) -> u64 {
    let whole = service_weight(service, weighting);
    match service.usage {
        Usage::Used { .. } if is_idle_in_part(service) => {
            let (idle, known) = idle_share(service, weighting);
            whole - whole * idle / known.max(1)
        }
        Usage::Used { .. } => whole,
        Usage::Idle(_) | Usage::Unknown(_) => 0,
    }
}

fn is_idle_in_part(service: &ServiceUsage) -> bool {
    matches!(service.usage, Usage::Used { .. })
        && service.actions.iter().any(|action| action.idle().is_some())
}

/// What the idle ones of a used service's tracked actions weigh, and all of them of which the use
/// is known.
pub(super) fn idle_share(service: &ServiceUsage, weighting: Weighting) -> (u64, u64) {
    let (mut idle, mut known) = (0, 0);
    for action in service.actions.iter().filter(|action| !action.ignored) {
        let weight = u64::from(weight(action.level, weighting));
        if action.idle().is_some() {
            idle += weight;
            known += weight;
        } else if matches!(action.usage, Usage::Used { .. }) {
            known += weight;
        }
    }
    (idle, known)
}

/// Shares the index out among the idle services by weight, in whole points, by the method of the
/// largest remainder.
fn drivers(services: &[ServiceUsage], weighting: Weighting, index: CreepIndex) -> Vec<Driver> {
    let mut idle: Vec<(&ServiceUsage, u64)> = idle_weights(services, weighting).collect();
    // Equal remainders go to the heavier, then to the earlier namespace, so that order in does not
    // matter.
    idle.sort_by(|(one, one_weight), (other, other_weight)| {
        other_weight.cmp(one_weight).then_with(|| one.namespace.cmp(&other.namespace))
    });
    let total: u64 = idle.iter().map(|(_, weight)| weight).sum();
    let points = largest_remainder(
        u64::from(index.0),
        &idle.iter().map(|(_, weight)| *weight).collect::<Vec<_>>(),
        total,
    );
    let mut drivers: Vec<Driver> = idle
        .iter()
        .zip(points)
        .map(|((service, _), points)| Driver { service: service.namespace.clone(), points })
        .collect();
    drivers.sort_by_key(|driver| std::cmp::Reverse(driver.points));
    drivers
}

fn largest_remainder(seats: u64, weights: &[u64], total: u64) -> Vec<u8> {
    let quota = |weight: u64| (seats * weight).checked_div(total).unwrap_or(0);
    let remainder = |weight: u64| (seats * weight).checked_rem(total).unwrap_or(0);
    let mut points: Vec<u64> = weights.iter().map(|weight| quota(*weight)).collect();
    let left = usize::try_from(seats - points.iter().sum::<u64>().min(seats)).unwrap_or(0);
    let mut by_remainder: Vec<(usize, u64)> =
        weights.iter().map(|weight| remainder(*weight)).enumerate().collect();
    by_remainder.sort_by_key(|(_, remainder)| std::cmp::Reverse(*remainder));
    for (place, _) in by_remainder.into_iter().take(left) {
        if let Some(points) = points.get_mut(place) {
            *points += 1;
        }
    }
    points.into_iter().map(|points| u8::try_from(points).unwrap_or(100)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Granularity;
    use crate::evidence::witnesses::Source;
    use crate::reach::{Reached, Strength, Whom};
    use crate::testing::days_ago;
    use crate::usage::{ActionUsage, Unknown};
    use leastwise_policy::action::AccessLevel;

    const USED: fn() -> Usage = || Usage::Used { last: days_ago(1), by: Source::LastAccessed };
    const NEVER: Usage = Usage::Idle(Idle::Never);
    const UNKNOWN: Usage = Usage::Unknown(Unknown::NotTracked);

    fn service(namespace: &str, level: AccessLevel, usage: Usage) -> ServiceUsage {
        let (level, granularity) = (Some(level), Granularity::Service);
        ServiceUsage {
            namespace: namespace.into(),
            usage,
            level,
            granularity,
            actions: vec![],
            reach: None,
        }
    }

    fn action(name: &str, level: AccessLevel, usage: Usage) -> ActionUsage {
        let action = format!("iam:{name}").parse().unwrap();
        ActionUsage {
            action,
            id: None,
            level: Some(level),
            usage,
            preserved: false,
            ignored: false,
        }
    }

    fn drivers(score: &Score) -> Vec<(&str, u8)> {
        score.drivers.iter().map(|driver| (driver.service.as_str(), driver.points)).collect()
    }

    #[test]
    fn the_index_is_the_idle_share_of_the_known_weight() {
        let services = [
            service("iam", AccessLevel::PermissionsManagement, NEVER),
            service("logs", AccessLevel::List, USED()),
            service("s3", AccessLevel::Write, Usage::Idle(Idle::Stale { last: days_ago(200) })),
            service("sqs", AccessLevel::Read, USED()),
            service("xray", AccessLevel::Write, UNKNOWN),
        ];
        // Idle 10 + 6 of 10 + 1 + 6 + 3: 80. The unknown service counts on neither side.
        assert_eq!(
            Score::of(&services, Weighting::Risk),
            Score {
                index: Some(CreepIndex(80)),
                drivers: vec![
                    Driver { service: "iam".into(), points: 50 },
                    Driver { service: "s3".into(), points: 30 },
                ],
                granted: 5,
                used: 2,
                never_used: 1,
                stale: 1,
                idle_in_part: 0,
                unknown: 1,
                known_percent: 76,
            }
        );
        assert_eq!(Score::of(&services, Weighting::Uniform).index, Some(CreepIndex(50)));
    }

    #[test]
    fn a_used_service_is_idle_by_the_weighted_share_of_its_tracked_actions() {
        let preserved =
            ActionUsage { preserved: true, ..action("GetUser", AccessLevel::Read, NEVER) };
        let iam = ServiceUsage {
            actions: vec![
                action("GetRole", AccessLevel::Read, USED()),
                action("CreateRole", AccessLevel::Write, USED()),
                action("DeleteRole", AccessLevel::Write, NEVER),
                action("TagRole", AccessLevel::Tagging, UNKNOWN),
                preserved,
            ],
            ..service("iam", AccessLevel::PermissionsManagement, USED())
        };
        let services = [iam, service("logs", AccessLevel::Write, NEVER)];
        // iam: 6 idle of 3 + 6 + 6 known, two fifths of 10. With the 6 of logs that is 10 of 16:
        // 62.5.
        let score = Score::of(&services, Weighting::Risk);
        assert_eq!(score.index, Some(CreepIndex(63)));
        // 6/10 and 4/10 of 63 are 37.8 and 25.2.
        assert_eq!(drivers(&score), [("logs", 38), ("iam", 25)]);
        assert_eq!((score.used, score.never_used, score.idle_in_part), (1, 1, 1));
        // Uniformly: one of three known actions of one service, and all of the other: 4/3 of 2.
        assert_eq!(Score::of(&services, Weighting::Uniform).index, Some(CreepIndex(67)));
    }

    #[test]
    fn drivers_add_up_to_the_index_by_the_largest_remainder() {
        let idle = |names: &[&str]| -> Vec<ServiceUsage> {
            names.iter().map(|name| service(name, AccessLevel::Write, NEVER)).collect()
        };
        // 100 over three equal weights: 33⅓ each, and the point left goes to the first by name.
        let score = Score::of(&idle(&["s3", "ec2", "kms"]), Weighting::Risk);
        assert_eq!(drivers(&score), [("ec2", 34), ("kms", 33), ("s3", 33)]);

        // 3 idle of 1 + 6 + 3 + 20 = 10/30: index 33; shares 3.3, 19.8, 9.9; two points left go to
        // the remainders .9 and .8.
        let mut services = vec![
            service("a", AccessLevel::List, NEVER),
            service("b", AccessLevel::Write, NEVER),
            service("c", AccessLevel::Read, NEVER),
        ];
        services.extend(
            ["d", "e"].map(|name| service(name, AccessLevel::PermissionsManagement, USED())),
        );
        let score = Score::of(&services, Weighting::Risk);
        assert_eq!(score.index, Some(CreepIndex(33)));
        assert_eq!(drivers(&score), [("b", 20), ("c", 10), ("a", 3)]);
    }

    #[test]
    fn of_equal_points_the_heavier_service_stands_first() {
        // 11 idle of 1011 is 1 point, which goes to the heavier; the other has none.
        let mut services =
            vec![service("a", AccessLevel::List, NEVER), service("b", AccessLevel::Write, NEVER)];
        services.extend(
            (0..100).map(|i| service(&format!("u{i}"), AccessLevel::PermissionsManagement, USED())),
        );
        let score = Score::of(&services, Weighting::Risk);
        assert_eq!(drivers(&score), [("b", 1), ("a", 0)]);
    }

    #[test]
    fn half_a_point_rounds_up() {
        // 1 idle of 8 is 12.5.
        let mut services = vec![service("a", AccessLevel::List, NEVER)];
        services.extend((0..7).map(|i| service(&format!("u{i}"), AccessLevel::List, USED())));
        assert_eq!(Score::of(&services, Weighting::Risk).index, Some(CreepIndex(13)));
    }

    #[test]
    fn bands_meet_between_33_and_34_and_between_66_and_67() {
        let band = |index| CreepIndex(index).band();
        assert_eq!([0, 33].map(band), [Band::Low; 2]);
        assert_eq!([34, 66].map(band), [Band::Medium; 2]);
        assert_eq!([67, 100].map(band), [Band::High; 2]);
        assert_eq!(
            [Band::Low, Band::Medium, Band::High].map(|band| band.to_string()),
            ["low", "medium", "high"]
        );
    }

    #[test]
    fn nothing_granted_is_0_and_nothing_known_is_no_index() {
        let score = Score::of(&[], Weighting::Risk);
        assert_eq!((score.index, score.confidence_percent()), (Some(CreepIndex(0)), 100));
        let score = Score::of(&[service("s3", AccessLevel::Write, UNKNOWN)], Weighting::Risk);
        assert_eq!((score.index, score.confidence_percent()), (None, 0));
        assert_eq!(score.drivers, []);
    }

    #[test]
    fn confidence_is_the_known_share_rounded_down() {
        let services =
            [USED(), NEVER, UNKNOWN].map(|usage| service("any", AccessLevel::Write, usage));
        assert_eq!(Score::of(&services, Weighting::Risk).confidence_percent(), 66);
    }

    #[test]
    fn by_reach_what_is_idle_weighs_like_the_strongest_principal_that_it_opens() {
        let reaching = |strength, service: ServiceUsage| {
            let (whom, by) = (Whom::Other("role/admin".into()), vec!["sts:AssumeRole"]);
            let reached = Reached { whom, strength, by, through: vec![] };
            ServiceUsage { reach: Some(reached), ..service }
        };
        let index = |sts: ServiceUsage, weighting| {
            let services = [sts, service("s3", AccessLevel::Read, USED())];
            let score = Score::of(&services, weighting);
            (score.index.unwrap().value(), score.known_percent)
        };
        let idle = || service("sts", AccessLevel::Read, NEVER);
        let admin = || reaching(Strength::Administrator, idle());
        // 3 of 6, and 10 of 13.
        assert_eq!(index(admin(), Weighting::Risk), (50, 100));
        assert_eq!(index(admin(), Weighting::Uniform), (50, 100));
        assert_eq!(index(admin(), Weighting::Reach), (77, 100));
        assert_eq!(index(reaching(Strength::Unknown, idle()), Weighting::Reach), (77, 100));
        // Who is weaker takes nothing away.
        let lister = reaching(Strength::Level(AccessLevel::List), idle());
        assert_eq!(index(lister, Weighting::Reach), (50, 100));
        assert_eq!(index(reaching(Strength::Nothing, idle()), Weighting::Reach), (50, 100));
        // Nor does a path in use: 0 of 6.
        let used = reaching(Strength::Administrator, service("sts", AccessLevel::Read, USED()));
        assert_eq!(index(used, Weighting::Reach), (0, 100));
        // Of a service that is not known, 3 of 13 are.
        let unknown = reaching(Strength::Administrator, service("sts", AccessLevel::Read, UNKNOWN));
        assert_eq!(index(unknown, Weighting::Reach), (0, 23));
    }

    #[test]
    fn by_reach_only_the_idle_part_of_a_used_service_weighs_more() {
        let (whom, by) = (Whom::ItselfWithMore, vec!["iam:CreateAccessKey"]);
        let strength = Strength::Administrator;
        let iam = ServiceUsage {
            actions: vec![
                action("GetUser", AccessLevel::Write, USED()),
                action("CreateAccessKey", AccessLevel::Write, NEVER),
            ],
            reach: Some(Reached { whom, strength, by, through: vec![] }),
            ..service("iam", AccessLevel::Write, USED())
        };
        let index = |weighting| Score::of(std::slice::from_ref(&iam), weighting).index;
        // Half of 6 is idle; by reach, half of 10 beside half of 6: 5 of 8 are 62.5.
        assert_eq!(index(Weighting::Risk), Some(CreepIndex(50)));
        assert_eq!(index(Weighting::Reach), Some(CreepIndex(63)));
    }
}
