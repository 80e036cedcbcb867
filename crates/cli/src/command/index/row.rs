//! What is printed of a principal: its index with what it is made of, or why it has none.

use crate::command::advice;
use crate::command::who::Who;
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::{Evidence, Granularity, ReportError};
use leastwise_rightsizing::iam::{Principal, UnreadableEntry};
use leastwise_rightsizing::reach::Reached;
use leastwise_rightsizing::score::{Band, CreepIndex, Driver, Score};
use leastwise_rightsizing::score::{Share, shares};
use leastwise_rightsizing::usage::{KnownReach, PrincipalUsage, Proof, StoppedAttempt};
use leastwise_rightsizing::verdict;
use leastwise_rightsizing::verdict::{Compliance, NotJudged, RuleSettings, evaluate_usage};
use serde::Serialize;
use std::collections::BTreeMap;

/// One principal with its index, or why it has none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) principal: Who,
    pub(super) index: Option<CreepIndex>,
    pub(super) band: Option<Band>,
    /// What the Config rule would report.
    pub(super) compliance: Compliance,
    #[serde(flatten)]
    pub(super) counts: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_judged: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counts {
    pub(super) granted: usize,
    pub(super) used: usize,
    /// How many of the granted services are used; `null` when nothing is granted.
    pub(super) coverage_percent: Option<usize>,
    pub(super) never_used: usize,
    pub(super) stale: usize,
    pub(super) idle_in_part: usize,
    pub(super) confidence_percent: usize,
    pub(super) evidence: Granularity,
    pub(super) drivers: Vec<Driver>,
    /// What the principal can become; only where the weighting asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reach: Option<Reaches>,
    /// How many points of the index come by way of which group; `null` is what is granted directly.
    pub(super) origins: Vec<Share>,
    pub(super) unknown: Vec<UnknownService>,
    /// The services in which nothing counts, because ignored policies grant it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ignored: Vec<String>,
    /// What is idle and is listed as unused by another source, too, by that source.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) agreed: BTreeMap<&'static str, Vec<String>>,
    /// What the Leastwise boundary in place may have broken: attempted since, and stopped by it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) suspected_breaks: Vec<String>,
    /// Those of them that AWS said the boundary denied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) proved_breaks: Vec<ProvedBreak>,
}

/// What a principal can become.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reaches {
    /// The strongest path of all; `null` where there is none.
    pub(super) strongest: Option<Reached>,
    /// The strongest path that weighs in each service.
    by_service: Vec<ByService>,
    /// The granted actions that may take over code which runs already, of which account data says
    /// nothing.
    unresolved: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct ByService {
    service: String,
    #[serde(flatten)]
    reached: Reached,
}

impl Reaches {
    fn of(usage: &PrincipalUsage) -> Option<Self> {
        let KnownReach::Known(reach) = &usage.reach else { return None };
        let by_service = usage.services.iter().filter_map(|service| {
            let reached = service.reach.clone()?;
            Some(ByService { service: service.namespace.clone(), reached })
        });
        Some(Self {
            strongest: reach.strongest().cloned(),
            by_service: by_service.collect(),
            unresolved: reach.unresolved().to_vec(),
        })
    }
}

/// What AWS said that a boundary denied.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProvedBreak {
    action: String,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    count: u64,
}

fn agreed(usage: &PrincipalUsage) -> BTreeMap<&'static str, Vec<String>> {
    let mut agreed: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (what, source) in &usage.agreed {
        agreed.entry(source.as_str()).or_default().push(what.clone());
    }
    agreed
}

impl ProvedBreak {
    fn of(attempt: &StoppedAttempt) -> Option<Self> {
        let StoppedAttempt { what, last, proof } = attempt;
        let Proof { first, count } = (*proof)?;
        Some(Self { action: what.clone(), first, last: *last, count })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct UnknownService {
    service: String,
    why: String,
}

impl Row {
    /// Judges a principal by the evidence on it as of a moment.
    pub(super) fn of(
        principal: &Principal,
        evidence: Result<&Evidence, &ReportError>,
        settings: &RuleSettings,
        as_of: DateTime<Utc>,
    ) -> Self {
        let catalog = Catalog::embedded();
        let usage = verdict::usage(principal, evidence, settings, catalog, as_of);
        let (counts, index) = match &usage {
            Ok(usage) => {
                let score = Score::of(&usage.services, settings.judging.weighting);
                let index = verdict::index(&score, usage, settings.minimum_known);
                (Some(Counts::of(score, usage, principal)), index)
            }
            Err(why) => (None, Err(why.clone())),
        };
        let verdict = evaluate_usage(principal, usage, evidence, settings, catalog, as_of);
        let not_judged = index.as_ref().err().map(reason);
        let index = index.ok();
        Self {
            principal: Who::Arn(principal.arn.clone()),
            index,
            band: index.map(CreepIndex::band),
            compliance: verdict.compliance,
            counts,
            not_judged,
        }
    }

    /// A principal of which the account data cannot be read.
    pub(super) fn unreadable(name: &str, entry: &UnreadableEntry) -> Self {
        Self {
            principal: Who::called(name),
            index: None,
            band: None,
            compliance: Compliance::NotApplicable,
            counts: None,
            not_judged: Some(entry.to_string()),
        }
    }

    /// Whether the rule would report it as NON_COMPLIANT.
    pub(super) fn fails(&self) -> bool {
        self.compliance == Compliance::NonCompliant
    }
}

fn reason(why: &NotJudged) -> String {
    let reason = why.to_string();
    if let NotJudged::Permissions(unknown) = why {
        return advice::with(reason, unknown);
    }
    if let NotJudged::Report(report) = why {
        return advice::with_report(reason, report);
    }
    reason
}

impl Counts {
    fn of(score: Score, usage: &PrincipalUsage, principal: &Principal) -> Self {
        let unknown = usage.unknown().map(|(service, why)| UnknownService {
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
            reach: Reaches::of(usage),
            agreed: agreed(usage),
            suspected_breaks: usage.suspected_breaks.iter().map(|it| it.what.clone()).collect(),
            proved_breaks: usage.suspected_breaks.iter().filter_map(ProvedBreak::of).collect(),
        }
    }
}
