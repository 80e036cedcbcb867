//! What is logged of a judged entity, in the words of [`leastwise_telemetry`].

use crate::entity::Entity;
use crate::judgement::{Basis, Judgement};
use chrono::{DateTime, Utc};
use leastwise_rightsizing::evidence::granting;
use leastwise_rightsizing::evidence::witnesses::Source;
use leastwise_rightsizing::settings::UnusedAfterDays;
use leastwise_rightsizing::usage::{Idle, Usage};
use leastwise_telemetry::record::{Detail, GrantedBy, Origin, Record, Summary, Trouble, Use};
use std::collections::BTreeMap;

/// The record of an entity that was judged.
pub(crate) fn summary<'a>(
    entity: &'a Entity,
    judgement: &'a Judgement,
    basis: &'a Basis,
) -> Record<'a> {
    let Basis { index, score, shares, .. } = basis;
    let origin = |share: &'a leastwise_rightsizing::score::Share| Origin {
        group: share.group.as_deref(),
        points: share.points,
    };
    Record::Summary(Summary {
        entitytype: entity.entity_type(),
        entityname: entity.name(),
        entityarn: entity.arn(),
        permissionsgranted: score.granted,
        permissions_not_used: score.idle(),
        permissionscoverage: score.coverage_percent().and_then(|it| u8::try_from(it).ok()),
        permissionsunknown: score.unknown,
        index: index.value(),
        compliance: judgement.evaluation.compliance.as_str(),
        origins: shares.iter().map(origin).collect(),
    })
}

/// The records of the services that are granted. Of the idle ones, `granted_by` says which policies
/// grant them; one that is not there is unknown.
pub(crate) fn details<'a>(
    entity: &'a Entity,
    basis: &'a Basis,
    granted_by: &'a BTreeMap<String, granting::GrantedBy>,
    window: UnusedAfterDays,
) -> impl Iterator<Item = Record<'a>> {
    basis.services.iter().map(move |(service, usage)| {
        let (last_authenticated, used, message) = in_words(*usage, window);
        let driver = basis.score.drivers.iter().find(|driver| driver.service == *service);
        let policies = matches!(usage, Usage::Idle(_)).then(|| match granted_by.get(service) {
            Some(granting::GrantedBy::Policies(policies)) => {
                GrantedBy::Policies(policies.iter().map(ToString::to_string).collect())
            }
            Some(granting::GrantedBy::Unknown) | None => GrantedBy::Unknown,
        });
        Record::Detail(Detail {
            entitytype: entity.entity_type(),
            entityname: entity.name(),
            entityarn: entity.arn(),
            service,
            last_authenticated,
            usage: used,
            points: driver.map_or(0, |driver| driver.points),
            grantedby: policies,
            message,
        })
    })
}

/// Something about `entity` that could not be learned or done.
pub(crate) fn trouble(entity: &Entity, message: String) -> Record<'_> {
    Record::Error(Trouble {
        entitytype: entity.entity_type(),
        entityname: entity.name(),
        entityarn: entity.arn(),
        message,
    })
}

fn in_words(usage: Usage, window: UnusedAfterDays) -> (Option<DateTime<Utc>>, Use, String) {
    let days = window.days();
    match usage {
        Usage::Used { last, by: Source::LastAccessed } => {
            (Some(last), Use::Used, format!("used in the last {days} days"))
        }
        Usage::Used { last, by } => {
            (Some(last), Use::Used, format!("used in the last {days} days, by {by}"))
        }
        Usage::Idle(Idle::Stale { last }) => {
            (Some(last), Use::Idle, format!("not used for {days} days: consider removing it"))
        }
        Usage::Idle(Idle::Never) => {
            (None, Use::Idle, "never used: consider removing it".to_owned())
        }
        Usage::Unknown(why) => (None, Use::Unknown, why.to_string()),
    }
}
