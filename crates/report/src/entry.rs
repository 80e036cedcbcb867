//! What a scan says of one principal: its index, the evidence, and its planned boundary.

use crate::service::{ServiceJson, services};
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::{Evidence, ReportError};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::presentation::{PlanJson, RefusalJson, ScoreJson};
use leastwise_rightsizing::score::{Band, CreepIndex, Weight, Weights};
use leastwise_rightsizing::settings::Weighting;
use leastwise_rightsizing::tags::{Hold, Notice, Quarantine};
use leastwise_rightsizing::usage::PrincipalUsage;
use leastwise_rightsizing::verdict::Compliance;
use serde::Serialize;

/// Why somebody is not judged for as long as it is meant to be so.
const MEANT: [&str; 4] = ["exempt", "no-members", "new", "quarantined"];

/// Whether this word for why somebody is not judged says that it is meant so, and not that
/// knowledge is wanting.
#[must_use]
pub fn is_meant(not_judged_type: &str) -> bool {
    MEANT.contains(&not_judged_type)
}

/// One principal of a scan. What is not known is absent or `null`, and never 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its ARN, or what else the account data calls it where that cannot be read.
    pub principal: String,
    /// The index; `null` where the principal is not judged.
    pub index: Option<CreepIndex>,
    /// The band of the index.
    pub band: Option<Band>,
    /// What the Config rule would report.
    pub compliance: Compliance,
    /// What the index is made of.
    #[serde(flatten)]
    pub score: Option<ScoreJson>,
    /// Why the principal is not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_judged: Option<String>,
    /// The same as a word, for scripts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_judged_type: Option<&'static str>,
    /// What weighs in the index; absent where nothing is known.
    #[serde(flatten)]
    pub weights: Option<WeightsJson>,
    /// When the principal was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<DateTime<Utc>>,
    /// When IAM made its report on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported: Option<DateTime<Utc>>,
    /// The granted services, each with its use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceJson>,
    /// What stands on the principal now.
    #[serde(flatten)]
    pub standing: Standing,
    /// The planned boundary, or why there is none.
    #[serde(flatten)]
    pub planned: Planned,
}

/// What weighs in the index of a principal, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WeightsJson {
    /// What is idle.
    pub idle_weight: Weight,
    /// What is used.
    pub used_weight: Weight,
}

impl WeightsJson {
    /// Both in one.
    #[must_use]
    pub fn weights(&self) -> Weights {
        Weights { idle: self.idle_weight, used: self.used_weight }
    }
}

/// What stands on a principal now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// The boundary in place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boundary_in_place: Option<BoundaryInPlace>,
    /// Until when automatic remediation leaves it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<String>,
    /// What was announced to its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Whether it is in quarantine.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub quarantined: bool,
}

/// The boundary in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BoundaryInPlace {
    /// The policy.
    pub policy_arn: String,
    /// Whether it is the one that Leastwise made for this principal.
    pub is_ours: bool,
    /// Since when it has its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
}

/// What came of planning.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Planned {
    /// A boundary.
    Plan(Box<PlanJson>),
    /// None, and why.
    Refused(RefusalJson),
}

/// How a principal was judged.
#[derive(Debug)]
pub struct Judgement<'a> {
    /// The principal.
    pub principal: &'a Principal,
    /// The evidence on it, or why there is none.
    pub evidence: Result<&'a Evidence, &'a ReportError>,
    /// Its use; `None` where it is not known.
    pub usage: Option<&'a PrincipalUsage>,
    /// What its index is made of; `None` where its use is not known.
    pub score: Option<ScoreJson>,
    /// Its index, or why it has none.
    pub index: Result<CreepIndex, Unjudged>,
    /// What the Config rule would report.
    pub compliance: Compliance,
    /// What came of planning.
    pub planned: Planned,
}

/// Why a principal has no index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// As a word, for scripts.
    pub word: &'static str,
    /// For people.
    pub reason: String,
}

impl Entry {
    /// What is said of a principal that was judged as of a moment.
    #[must_use]
    pub fn of(judged: Judgement<'_>, weighting: Weighting, as_of: DateTime<Utc>) -> Self {
        let Judgement { principal, evidence, usage, score, index, compliance, planned } = judged;
        let of_services = |usage: &PrincipalUsage| {
            services(&principal.policies, usage, weighting, Catalog::embedded())
        };
        let weights = usage.map(|usage| Weights::of(&usage.services, weighting));
        Self {
            principal: principal.arn.to_string(),
            index: index.as_ref().ok().copied(),
            band: index.as_ref().ok().copied().map(CreepIndex::band),
            compliance,
            score,
            not_judged_type: index.as_ref().err().map(|why| why.word),
            not_judged: index.err().map(|why| why.reason),
            weights: weights.map(|it| WeightsJson { idle_weight: it.idle, used_weight: it.used }),
            created: principal.created,
            reported: evidence.ok().and_then(|evidence| evidence.report.completed()),
            services: usage.map(of_services).unwrap_or_default(),
            standing: Standing::of(principal, as_of),
            planned,
        }
    }

    /// What is said of a principal of which the account data cannot be read.
    #[must_use]
    pub fn unreadable(name: &str, why: String, refused: RefusalJson) -> Self {
        Self {
            principal: name.to_owned(),
            index: None,
            band: None,
            compliance: Compliance::NotApplicable,
            score: None,
            not_judged: Some(why),
            not_judged_type: Some("unreadable"),
            weights: None,
            created: None,
            reported: None,
            services: Vec::new(),
            standing: Standing::default(),
            planned: Planned::Refused(refused),
        }
    }

    /// Kind, path and name, as `role/ci/builder`; the whole name where it is no ARN.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.principal.rsplit_once(':').map_or(&self.principal, |(_, short)| short)
    }

    /// The plan, if there is one.
    #[must_use]
    pub fn plan(&self) -> Option<&PlanJson> {
        match &self.planned {
            Planned::Plan(plan) => Some(plan),
            Planned::Refused(_) => None,
        }
    }

    /// Why there is no plan.
    #[must_use]
    pub fn refused(&self) -> Option<&RefusalJson> {
        match &self.planned {
            Planned::Plan(_) => None,
            Planned::Refused(refused) => Some(refused),
        }
    }

    /// Whether it has no index because that is meant so, and not for want of knowledge.
    #[must_use]
    pub fn is_left_out(&self) -> bool {
        self.not_judged_type.is_some_and(is_meant)
    }

    /// Whether the Config rule would report the principal as NON_COMPLIANT.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.compliance == Compliance::NonCompliant
    }

    /// How many breaks of the boundary in place are suspected, and how many of them are proved.
    #[must_use]
    pub fn breaks(&self) -> (usize, usize) {
        let score = self.score.as_ref();
        score.map_or((0, 0), |it| (it.suspected_breaks.len(), it.proved_breaks.len()))
    }
}

impl Standing {
    fn of(principal: &Principal, as_of: DateTime<Utc>) -> Self {
        let boundary = principal.boundary.as_ref();
        let notice = match Notice::on(principal, as_of) {
            Ok(notice) => notice.map(|it| format!("planned for {}", it.due().format("%Y-%m-%d"))),
            Err(unreadable) => Some(unreadable.to_string()),
        };
        Self {
            boundary_in_place: boundary.map(|boundary| BoundaryInPlace {
                policy_arn: boundary.policy_arn.clone(),
                is_ours: principal.has_own_leastwise_boundary(),
                since: boundary.since,
            }),
            hold: Hold::on(principal, as_of).map(|hold| hold.to_string()),
            notice,
            quarantined: Quarantine::of(principal).is_in_force(),
        }
    }
}
