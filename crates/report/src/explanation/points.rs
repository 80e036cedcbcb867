//! The arithmetic of an index: what each service adds, of what that is a part, and what is used.

use crate::service::UseWord;
use chrono::{DateTime, Utc};
use leastwise_policy::action::AccessLevel;
use leastwise_rightsizing::evidence::witnesses::Source;
use leastwise_rightsizing::score::{Driver, IdlePart, IdleShare, Weight, idle_parts, used_parts};
use leastwise_rightsizing::settings::Weighting;
use leastwise_rightsizing::usage::{Idle, PrincipalUsage, Usage};
use serde::Serialize;

/// What a service adds to the index.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Points {
    /// The service.
    pub service: String,
    /// How many of the index's points come from it; all of them together are the index.
    pub points: u8,
    /// What of it is idle weighs this much.
    pub idle_weight: Weight,
    /// What it would weigh if all of it were idle.
    pub weight: Weight,
    /// The highest access level granted in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<AccessLevel>,
    /// Never used or stale; used, where only a part of it is idle.
    #[serde(rename = "use")]
    pub usage: UseWord,
    /// The last attempt that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<DateTime<Utc>>,
    /// The part that is idle; absent where all of it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// The sources beside IAM that list it as unused, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agreed_by: Vec<&'static str>,
    /// Whom what is idle opens a path to, where that weighs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaches: Option<String>,
}

/// The idle part of a used service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// What the idle ones of its tracked actions weigh together.
    pub idle: u64,
    /// What all of them weigh together of which the use is known.
    pub known: u64,
    /// The idle ones by access level, the lowest first.
    pub actions: Vec<Actions>,
}

/// Idle actions of one access level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Actions {
    /// The level; absent where the catalogue knows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<AccessLevel>,
    /// What each of them weighs.
    pub weight: u32,
    /// How many there are.
    pub count: usize,
}

/// What of a service is used, by its weight in the index.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InUse {
    /// The service.
    pub service: String,
    /// What of it is used weighs this much.
    pub weight: Weight,
    /// The last attempt.
    pub last_used: DateTime<Utc>,
    /// Who saw it.
    pub seen_by: Source,
}

/// What each service adds to the index, in the order of its drivers.
pub(super) fn points(
    usage: &PrincipalUsage,
    drivers: &[Driver],
    weighting: Weighting,
) -> Vec<Points> {
    let parts = idle_parts(&usage.services, drivers, weighting);
    parts.into_iter().map(|part| Points::of(part, usage)).collect()
}

/// What is used, in the order of the services.
pub(super) fn in_use(usage: &PrincipalUsage, weighting: Weighting) -> Vec<InUse> {
    let used = used_parts(&usage.services, weighting).filter_map(|(service, weight)| {
        let Usage::Used { last, by } = service.usage else { return None };
        let service = service.namespace.clone();
        Some(InUse { service, weight, last_used: last, seen_by: by })
    });
    used.collect()
}

impl Points {
    fn of(part: IdlePart<'_>, usage: &PrincipalUsage) -> Self {
        let service = part.service;
        let (word, last_used) = match service.usage {
            Usage::Used { last, .. } => (UseWord::Used, Some(last)),
            Usage::Idle(Idle::Never) => (UseWord::NeverUsed, None),
            Usage::Idle(Idle::Stale { last }) => (UseWord::Stale, Some(last)),
            Usage::Unknown(_) => (UseWord::Unknown, None),
        };
        let agreed = usage.agreed.iter().filter(|(what, _)| *what == service.namespace);
        Self {
            service: service.namespace.clone(),
            points: part.points,
            idle_weight: part.idle,
            weight: part.whole,
            level: service.level,
            usage: word,
            last_used,
            part: part.share.map(Part::of),
            agreed_by: agreed.map(|(_, source)| source.as_str()).collect(),
            reaches: service.reach.as_ref().map(|it| format!("{it} ({})", it.strength)),
        }
    }
}

impl Part {
    fn of(share: IdleShare) -> Self {
        let actions = share.levels.into_iter().map(|it| Actions {
            level: it.level,
            weight: it.weight,
            count: it.actions,
        });
        Self { idle: share.idle, known: share.known, actions: actions.collect() }
    }
}
