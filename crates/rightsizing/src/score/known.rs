//! How much of what a principal is granted is known to be used or idle.
//!
//! Services and actions weigh what they do in the index. What is unknown of good reason, because
//! it is spared, counts on neither side: it stays granted, and no evidence would tell more of it.
//! Nor does what our boundary followed lately, which could not be used before.
//! Nor do actions that IAM does not track count. A used service is known as far as those of its
//! actions are that it does.

use super::weight::{service_weight, unused_weight, weight};
use crate::settings::Weighting;
use crate::usage::{ServiceUsage, Unknown, Usage};

/// The share of the granted weight that is known, in per cent, rounded down; 100 when nothing
/// counts.
pub(super) fn known_percent(services: &[ServiceUsage], weighting: Weighting) -> u8 {
    let (mut known, mut total) = (0, 0);
    for service in services.iter().filter(|service| counts(service.usage)) {
        let whole = match service.usage {
            Usage::Used { .. } => service_weight(service, weighting),
            Usage::Idle(_) | Usage::Unknown(_) => unused_weight(service, weighting),
        };
        total += whole;
        known += match service.usage {
            Usage::Unknown(_) => 0,
            Usage::Idle(_) => whole,
            Usage::Used { .. } => {
                let (known, all) = known_actions(service, weighting);
                (whole * known).checked_div(all).unwrap_or(whole)
            }
        };
    }
    let percent = (100 * known).checked_div(total).unwrap_or(100);
    u8::try_from(percent).unwrap_or(100)
}

/// What those of a used service's tracked actions weigh of which the use is known, and all of them.
fn known_actions(service: &ServiceUsage, weighting: Weighting) -> (u64, u64) {
    let counting = service.actions.iter().filter(|it| !it.ignored && counts(it.usage));
    counting.fold((0, 0), |(known, all), action| {
        let weight = u64::from(weight(action.level, weighting));
        let is_known = !matches!(action.usage, Usage::Unknown(_));
        (known + if is_known { weight } else { 0 }, all + weight)
    })
}

/// Whether it counts that the use is known, or is not.
fn counts(usage: Usage) -> bool {
    match usage {
        Usage::Used { .. } | Usage::Idle(_) => true,
        Usage::Unknown(why) => !why.is_of_spared() && why != Unknown::FollowedLately,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Granularity;
    use crate::evidence::witnesses::Source;
    use crate::testing::days_ago;
    use crate::usage::{ActionUsage, Idle};
    use leastwise_policy::action::AccessLevel;

    const NEVER: Usage = Usage::Idle(Idle::Never);
    const YOUNG: Usage = Usage::Unknown(Unknown::YoungerThanWindow);
    const NEEDED: Usage = Usage::Unknown(Unknown::NeededByAnother);

    fn used() -> Usage {
        Usage::Used { last: days_ago(1), by: Source::LastAccessed }
    }

    fn service(level: AccessLevel, usage: Usage, actions: Vec<ActionUsage>) -> ServiceUsage {
        let (namespace, granularity) = ("iam".into(), Granularity::Action);
        ServiceUsage { namespace, usage, level: Some(level), granularity, actions, reach: None }
    }

    fn action(level: AccessLevel, usage: Usage) -> ActionUsage {
        let action = "iam:GetUser".parse().unwrap();
        let (preserved, ignored) = (false, false);
        ActionUsage { action, id: None, level: Some(level), usage, preserved, ignored }
    }

    fn known(services: &[ServiceUsage]) -> u8 {
        known_percent(services, Weighting::Risk)
    }

    #[test]
    fn services_are_known_by_weight_and_the_share_is_rounded_down() {
        let of = |level, usage| service(level, usage, vec![]);
        // Read 3 and list 1 of them and write 6 more: 4 of 10.
        let reads = [
            of(AccessLevel::Read, used()),
            of(AccessLevel::List, NEVER),
            of(AccessLevel::Write, YOUNG),
        ];
        assert_eq!(known(&reads), 40);
        assert_eq!(known_percent(&reads, Weighting::Uniform), 66);
        let needed = of(AccessLevel::PermissionsManagement, NEEDED);
        assert_eq!(known(&[reads.as_slice(), &[needed]].concat()), 40);
        assert_eq!(known(&[]), 100);
    }

    #[test]
    fn a_used_service_is_known_as_far_as_its_tracked_actions_are() {
        let actions = vec![
            action(AccessLevel::List, used()),
            action(AccessLevel::Read, NEVER),
            action(AccessLevel::Write, YOUNG),
            action(AccessLevel::PermissionsManagement, NEEDED),
        ];
        assert_eq!(known(&[service(AccessLevel::Write, used(), actions)]), 40);
        assert_eq!(known(&[service(AccessLevel::Write, used(), vec![])]), 100);
        let needed = vec![action(AccessLevel::Write, NEEDED)];
        assert_eq!(known(&[service(AccessLevel::Write, used(), needed)]), 100);
    }
}
