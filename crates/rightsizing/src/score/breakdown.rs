//! What each service adds to the index, and of what that is a part: the arithmetic of the index,
//! laid open.

use super::index::{Driver, idle_share, idle_weights, used_weight};
use super::weight::{Weight, unused_weight, weight};
use crate::settings::Weighting;
use crate::usage::{ServiceUsage, Usage};
use leastwise_policy::action::AccessLevel;
use std::collections::BTreeMap;

/// What of a service lies idle, and what that adds to the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdlePart<'a> {
    /// The service.
    pub service: &'a ServiceUsage,
    /// How many of the index's points come from it.
    pub points: u8,
    /// What of it is idle weighs this much.
    pub idle: Weight,
    /// What it would weigh if all of it were idle.
    pub whole: Weight,
    /// The share of a used service that is idle; `None` where all of it is.
    pub share: Option<IdleShare>,
}

/// The idle share of a used service, by its tracked granted actions of which the use is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdleShare {
    /// What the idle ones weigh together.
    pub idle: u64,
    /// What all of them weigh together.
    pub known: u64,
    /// The idle ones by their access level, the lowest first; `None`: the catalogue knows none.
    pub levels: Vec<IdleLevel>,
}

/// The idle actions of one access level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleLevel {
    /// The level.
    pub level: Option<AccessLevel>,
    /// What each of them weighs.
    pub weight: u32,
    /// How many there are.
    pub actions: usize,
}

/// What is idle, in the order of the `drivers` of the index that was made of these services.
#[must_use]
pub fn idle_parts<'a>(
    services: &'a [ServiceUsage],
    drivers: &[Driver],
    weighting: Weighting,
) -> Vec<IdlePart<'a>> {
    let idle: BTreeMap<&str, (&ServiceUsage, u64)> = idle_weights(services, weighting)
        .map(|(service, weight)| (service.namespace.as_str(), (service, weight)))
        .collect();
    let part = |driver: &Driver| {
        let (service, weight) = *idle.get(driver.service.as_str())?;
        let is_used = matches!(service.usage, Usage::Used { .. });
        Some(IdlePart {
            service,
            points: driver.points,
            idle: Weight::millionths(weight),
            whole: Weight::millionths(unused_weight(service, weighting)),
            share: is_used.then(|| IdleShare::of(service, weighting)),
        })
    };
    drivers.iter().filter_map(part).collect()
}

/// What is used weighs this much, by service, in the order of the services. With what is idle it is
/// everything that the index is a share of.
pub fn used_parts(
    services: &[ServiceUsage],
    weighting: Weighting,
) -> impl Iterator<Item = (&ServiceUsage, Weight)> {
    let used = services.iter().filter(|service| matches!(service.usage, Usage::Used { .. }));
    used.map(move |service| (service, Weight::millionths(used_weight(service, weighting))))
}

impl IdleShare {
    fn of(service: &ServiceUsage, weighting: Weighting) -> Self {
        let (idle, known) = idle_share(service, weighting);
        let mut levels: BTreeMap<Option<AccessLevel>, usize> = BTreeMap::new();
        for action in service.actions.iter().filter(|action| action.idle().is_some()) {
            *levels.entry(action.level).or_default() += 1;
        }
        let level =
            |(level, actions)| IdleLevel { level, weight: weight(level, weighting), actions };
        Self { idle, known, levels: levels.into_iter().map(level).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Granularity;
    use crate::evidence::witnesses::Source;
    use crate::score::{CreepIndex, Score, Weights};
    use crate::testing::days_ago;
    use crate::usage::{ActionUsage, Idle};

    const NEVER: Usage = Usage::Idle(Idle::Never);

    fn used() -> Usage {
        Usage::Used { last: days_ago(1), by: Source::LastAccessed }
    }

    fn service(namespace: &str, level: AccessLevel, usage: Usage) -> ServiceUsage {
        let (namespace, level) = (namespace.to_owned(), Some(level));
        let granularity = Granularity::Action;
        ServiceUsage { namespace, usage, level, granularity, actions: vec![], reach: None }
    }

    fn action(name: &str, level: AccessLevel, usage: Usage) -> ActionUsage {
        let (action, level) = (format!("ecr:{name}").parse().unwrap(), Some(level));
        ActionUsage { action, id: None, level, usage, preserved: false, ignored: false }
    }

    #[test]
    fn what_is_idle_and_what_is_used_are_all_that_the_index_is_a_share_of() {
        let ecr = ServiceUsage {
            actions: vec![
                action("GetA", AccessLevel::Read, used()),
                action("GetB", AccessLevel::Read, NEVER),
                action("PutC", AccessLevel::Write, NEVER),
                action("PutD", AccessLevel::Write, NEVER),
            ],
            ..service("ecr", AccessLevel::PermissionsManagement, used())
        };
        let s3 = service("s3", AccessLevel::Write, used());
        let services = [ecr, s3, service("sqs", AccessLevel::Write, NEVER)];
        let score = Score::of(&services, Weighting::Risk);
        let parts = idle_parts(&services, &score.drivers, Weighting::Risk);
        // Of ecr's 18, 15 are idle: 8.333333 of its 10. With sqs's 6 that is 14.3 of 22: 65.15.
        let [ecr, s3, sqs] = &services;
        let level = |level, weight, actions| IdleLevel { level: Some(level), weight, actions };
        let levels = vec![level(AccessLevel::Read, 3, 1), level(AccessLevel::Write, 6, 2)];
        assert_eq!(
            parts,
            [
                IdlePart {
                    service: ecr,
                    points: 38,
                    idle: Weight::millionths(8_333_333),
                    whole: Weight::millionths(10_000_000),
                    share: Some(IdleShare { idle: 15, known: 18, levels }),
                },
                IdlePart {
                    service: sqs,
                    points: 27,
                    idle: Weight::millionths(6_000_000),
                    whole: Weight::millionths(6_000_000),
                    share: None,
                },
            ]
        );
        let used: Vec<_> = used_parts(&services, Weighting::Risk).collect();
        let expected = [(ecr, Weight::millionths(1_666_667)), (s3, Weight::millionths(6_000_000))];
        assert_eq!(used, expected);
        let weights = Weights::of(&services, Weighting::Risk);
        assert_eq!(weights.known(), Weight::millionths(22_000_000));
        assert_eq!(score.index.map(CreepIndex::value), Some(65));
    }
}
