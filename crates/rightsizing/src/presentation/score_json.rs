//! An index as JSON: what it is made of, where it comes from, and what is not known of it.

use crate::evidence::Granularity;
use crate::iam::Principal;
use crate::reach::Reached;
use crate::score::{Driver, Score, Share, shares};
use crate::usage::{KnownReach, PrincipalUsage, Proof, StoppedAttempt};
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use serde::Serialize;
use std::collections::BTreeMap;

/// A [`Score`] with the use that it is made of, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoreJson {
    /// How many services are granted.
    pub granted: usize,
    /// How many of them are used.
    pub used: usize,
    /// How many of the granted services are used; `null` when nothing is granted.
    pub coverage_percent: Option<usize>,
    /// How many were never used.
    pub never_used: usize,
    /// How many were used, but not inside the window.
    pub stale: usize,
    /// How many of the used ones are idle in part.
    pub idle_in_part: usize,
    /// Of how many of the granted services the use is known, in per cent.
    pub confidence_percent: usize,
    /// How deep the evidence goes: `service-level` or `action-level`.
    pub evidence: Granularity,
    /// The services that add points, most points first; together they are the index.
    pub drivers: Vec<Driver>,
    /// What the principal can become; only where the weighting asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reach: Option<ReachJson>,
    /// How many points of the index come by way of which group; `null` is what is granted directly.
    pub origins: Vec<Share>,
    /// The services of which the use is unknown, each with the reason.
    pub unknown: Vec<UnknownServiceJson>,
    /// The services in which nothing counts, because ignored policies grant it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
    /// What is idle and is listed as unused by another source, too, by that source.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub agreed: BTreeMap<&'static str, Vec<String>>,
    /// What the Leastwise boundary in place may have broken: attempted since, and stopped by it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suspected_breaks: Vec<String>,
    /// Those of them that AWS said the boundary denied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proved_breaks: Vec<ProvedBreakJson>,
}

/// What a principal can become, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReachJson {
    /// The strongest path of all; `null` where there is none.
    pub strongest: Option<Reached>,
    /// The strongest path that weighs in each service.
    pub by_service: Vec<ReachByServiceJson>,
    /// The granted actions that may take over code which runs already, of which account data says
    /// nothing.
    pub unresolved: Vec<&'static str>,
}

/// The strongest path that weighs in a service, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReachByServiceJson {
    /// The service.
    pub service: String,
    /// The path.
    #[serde(flatten)]
    pub reached: Reached,
}

/// What AWS said that a boundary denied, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvedBreakJson {
    /// The action.
    pub action: String,
    /// The first of these denials.
    pub first: DateTime<Utc>,
    /// The last of them.
    pub last: DateTime<Utc>,
    /// How many there were.
    pub count: u64,
}

/// A service of unknown use, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownServiceJson {
    /// The service.
    pub service: String,
    /// Why its use is unknown, for people.
    pub why: String,
}

impl ScoreJson {
    /// The score of a principal by its use.
    #[must_use]
    pub fn of(score: Score, usage: &PrincipalUsage, principal: &Principal) -> Self {
        let unknown = usage.unknown().map(|(service, why)| UnknownServiceJson {
            service: service.to_owned(),
            why: why.to_string(),
        });
        let ignored = usage.ignored_services.iter().map(|service| service.namespace.clone());
        Self {
            ignored: ignored.collect(),
            granted: score.granted,
            used: score.used,
            coverage_percent: score.coverage_percent(),
            never_used: score.never_used,
            stale: score.stale,
            idle_in_part: score.idle_in_part,
            confidence_percent: score.confidence_percent(),
            evidence: usage.granularity,
            unknown: unknown.collect(),
            origins: shares(&principal.policies, usage, &score.drivers, Catalog::embedded()),
            drivers: score.drivers,
            reach: ReachJson::of(usage),
            agreed: agreed(usage),
            suspected_breaks: usage.suspected_breaks.iter().map(|it| it.what.clone()).collect(),
            proved_breaks: usage.suspected_breaks.iter().filter_map(ProvedBreakJson::of).collect(),
        }
    }
}

fn agreed(usage: &PrincipalUsage) -> BTreeMap<&'static str, Vec<String>> {
    let mut agreed: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (what, source) in &usage.agreed {
        agreed.entry(source.as_str()).or_default().push(what.clone());
    }
    agreed
}

impl ReachJson {
    fn of(usage: &PrincipalUsage) -> Option<Self> {
        let KnownReach::Known(reach) = &usage.reach else { return None };
        let by_service = usage.services.iter().filter_map(|service| {
            let reached = service.reach.clone()?;
            Some(ReachByServiceJson { service: service.namespace.clone(), reached })
        });
        Some(Self {
            strongest: reach.strongest().cloned(),
            by_service: by_service.collect(),
            unresolved: reach.unresolved().to_vec(),
        })
    }
}

impl ProvedBreakJson {
    fn of(attempt: &StoppedAttempt) -> Option<Self> {
        let StoppedAttempt { what, last, proof } = attempt;
        let Proof { first, count } = (*proof)?;
        Some(Self { action: what.clone(), first, last: *last, count })
    }
}
