//! What a principal can become, and which of its services open the way.

use super::kinds::{KnownReach, PrincipalUsage, ServiceUsage, Usage};
use crate::evidence::Evidence;
use crate::iam::{Principal, UnknownPermissions};
use crate::reach::{Reach, Reached};
use crate::settings::Weighting;
use leastwise_policy::catalog::Catalog;

/// What the principal can become, if the weighting asks for it.
pub(super) fn of(
    principal: &Principal,
    evidence: &Evidence,
    weighting: Weighting,
    catalog: &Catalog,
) -> Result<KnownReach, UnknownPermissions> {
    match (weighting, &evidence.reach) {
        (Weighting::Risk | Weighting::Uniform, _) => Ok(KnownReach::NotAsked),
        (Weighting::Reach, None) => Ok(KnownReach::Unknown),
        (Weighting::Reach, Some(account)) => {
            account.reach(principal, catalog).map(KnownReach::Known)
        }
    }
}

/// The same of a group, which cannot become anything by itself.
pub(super) fn of_group(weighting: Weighting) -> KnownReach {
    match weighting {
        Weighting::Risk | Weighting::Uniform => KnownReach::NotAsked,
        Weighting::Reach => KnownReach::Unknown,
    }
}

/// The usage with the reach, and of each service what it opens of that.
pub(super) fn with(usage: PrincipalUsage, reach: KnownReach) -> PrincipalUsage {
    let mut usage = PrincipalUsage { reach, ..usage };
    if let KnownReach::Known(reach) = &usage.reach {
        for service in &mut usage.services {
            service.reach = opened_by(service, reach).cloned();
        }
    }
    usage
}

/// What is idle of a used service opens only what its own actions open: a path that is in use is no
/// creep.
fn opened_by<'a>(service: &ServiceUsage, reach: &'a Reach) -> Option<&'a Reached> {
    match service.usage {
        Usage::Idle(_) | Usage::Unknown(_) => reach.by_service(&service.namespace),
        Usage::Used { .. } => {
            let idle = service.actions.iter().filter(|action| action.idle().is_some());
            reach.strongest_by(idle.map(|action| action.action.as_str()))
        }
    }
}
