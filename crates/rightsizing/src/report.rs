//! Plans and refusals as JSON, the same from the command line and from the remediation Lambda.

use crate::plan::{Dropped, Kept, KeptUnknown, Plan, Refusal, Warning, WhyKept};
use crate::proof::ProofFailure;
use crate::usage::{Idle, Unknown};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// A [`Plan`] as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanReport {
    /// The index now, 0 to 100; `null` when nothing is known.
    pub index: Option<u8>,
    /// The index once the boundary is attached.
    pub expected_index: Option<u8>,
    /// The boundary, a policy document.
    pub boundary: Value,
    /// Its size in characters, of which IAM takes 6,144.
    pub characters: usize,
    /// What it keeps and why.
    pub kept: Vec<KeptReport>,
    /// What it drops and why.
    pub dropped: Vec<DroppedReport>,
    /// What it keeps because nothing is known of its use.
    pub unknown: Vec<UnknownReport>,
    /// What to know before applying it.
    pub warnings: Vec<WarningReport>,
}

/// A kept service as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptReport {
    /// The service.
    pub service: String,
    /// `used` or `base-actions`.
    pub why: &'static str,
    /// The last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<DateTime<Utc>>,
    /// The base actions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
}

/// A dropped service as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DroppedReport {
    /// The service.
    pub service: String,
    /// `never-used` or `stale`.
    pub why: &'static str,
    /// The last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<DateTime<Utc>>,
}

/// A service of unknown use as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownReport {
    /// The service.
    pub service: String,
    /// `not-tracked`, `younger-than-window` or `age-unknown`.
    pub why: &'static str,
}

/// A warning as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WarningReport {
    /// The stable type, for scripts.
    pub warning: &'static str,
    /// The message, for people.
    pub message: String,
}

/// A refusal as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusalReport {
    /// The stable type, for scripts and alarms.
    pub error: &'static str,
    /// The reason, for people.
    pub reason: String,
}

impl PlanReport {
    /// The plan as JSON.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        Self {
            index: plan.index.map(crate::index::CreepIndex::value),
            expected_index: plan.expected_index.map(crate::index::CreepIndex::value),
            boundary: plan.document.to_value(),
            characters: plan.document.size(),
            kept: plan.kept.iter().map(KeptReport::of).collect(),
            dropped: plan.dropped.iter().map(DroppedReport::of).collect(),
            unknown: plan.unknown.iter().map(UnknownReport::of).collect(),
            warnings: plan.warnings.iter().map(WarningReport::of).collect(),
        }
    }
}

impl KeptReport {
    fn of(kept: &Kept) -> Self {
        let service = kept.service.clone();
        match &kept.why {
            WhyKept::Used { last } => {
                Self { service, why: "used", last_used: Some(*last), actions: Vec::new() }
            }
            WhyKept::BaseActions { actions } => Self {
                service,
                why: "base-actions",
                last_used: None,
                actions: actions.iter().map(ToString::to_string).collect(),
            },
        }
    }
}

impl DroppedReport {
    fn of(dropped: &Dropped) -> Self {
        let service = dropped.service.clone();
        match dropped.idle {
            Idle::Never => Self { service, why: "never-used", last_used: None },
            Idle::Stale { last } => Self { service, why: "stale", last_used: Some(last) },
        }
    }
}

impl UnknownReport {
    fn of(unknown: &KeptUnknown) -> Self {
        let why = match unknown.why {
            Unknown::NotTracked => "not-tracked",
            Unknown::YoungerThanWindow => "younger-than-window",
            Unknown::AgeUnknown => "age-unknown",
        };
        Self { service: unknown.service.clone(), why }
    }
}

impl WarningReport {
    fn of(warning: &Warning) -> Self {
        Self { warning: warning.warning_type(), message: warning.to_string() }
    }
}

impl RefusalReport {
    /// The refusal as JSON.
    #[must_use]
    pub fn of(refusal: &Refusal) -> Self {
        Self { error: refusal.error_type(), reason: refusal.to_string() }
    }

    /// A plan that could not be proved, as JSON.
    #[must_use]
    pub fn unproved(failure: &ProofFailure) -> Self {
        Self { error: "Unproved", reason: failure.to_string() }
    }
}
