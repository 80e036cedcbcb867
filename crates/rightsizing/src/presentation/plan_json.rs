//! Plans and refusals as JSON, the same from the command line and from the remediation Lambda.

use crate::evidence::Granularity;
use crate::evidence::granting::GrantedBy;
use crate::evidence::witnesses::Source;
use crate::plan::{
    Dropped, Extent, Extra, Kept, KeptAction, KeptUnknown, Plan, Refusal, ResourceExtent, Warning,
    WhatDropped, WhyActionKept, WhyKept, WhyUnknown,
};
use crate::proof::ProofFailure;
use crate::usage::{Idle, Unknown};
use chrono::{DateTime, Utc};
use leastwise_policy::action::{AccessLevel, Action};
use leastwise_policy::compress::Wildcards;
use leastwise_policy::pattern::Pattern;
use serde::Serialize;
use serde_json::Value;

/// A [`Plan`] as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanJson {
    /// The index now, 0 to 100; `null` when nothing is known.
    pub index: Option<u8>,
    /// The index once the boundary is attached.
    pub expected_index: Option<u8>,
    /// How deep the evidence goes: `service-level` or `action-level`.
    pub evidence: Granularity,
    /// The boundary, a policy document.
    pub boundary: Value,
    /// Its size in characters, of which IAM takes 6,144.
    pub characters: usize,
    /// Which wildcards its lists of actions have.
    pub wildcards: Wildcards,
    /// Its patterns that could one day match a write which AWS adds.
    pub may_grow_in_harm: Vec<Pattern>,
    /// What it keeps and why.
    pub kept: Vec<KeptJson>,
    /// What it drops and why.
    pub dropped: Vec<DroppedJson>,
    /// What it keeps because nothing is known of its use.
    pub unknown: Vec<UnknownJson>,
    /// What it admits though it is not to be kept, so that it fits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<ExtraJson>,
    /// What to know before applying it.
    pub warnings: Vec<WarningJson>,
}

/// A service of which something is kept, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptJson {
    /// The service.
    pub service: String,
    /// `used`, `ignored-policy`, `always-allowed`, `base-actions`,
    /// `may-be-granted-by-resource-policy`, the reason that all of its actions have, or `spared`
    /// where they have different ones.
    pub why: &'static str,
    /// The last attempt on the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<DateTime<Utc>>,
    /// Who saw it, where that is not IAM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_by: Option<Source>,
    /// The kept actions, each with its reason; absent where the service is kept whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<KeptActionJson>>,
    /// The actions of a service kept for what a resource policy may grant that are not kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub all_but: Vec<Action>,
}

/// A kept action as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptActionJson {
    /// The action.
    pub action: Action,
    /// `used`, `needed`, `undoes-used`, `checked-elsewhere`, `on-failure`, `own-credentials`,
    /// `preserved-read`, `ignored-policy`, `always-allowed`, `base-action` or
    /// `may-be-granted-by-resource-policy`.
    pub why: &'static str,
    /// The last attempt on the action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<DateTime<Utc>>,
    /// Who saw it, where that is not IAM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_by: Option<Source>,
    /// Which kept action needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed_by: Option<Action>,
    /// Which used action it undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<Action>,
}

/// What is dropped of a service, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DroppedJson {
    /// The service.
    pub service: String,
    /// `never-used`, `stale`, or, where single actions of a used service are dropped,
    /// `used-in-part` or `unused-by-external-service`.
    pub why: &'static str,
    /// The last attempt on an idle service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<DateTime<Utc>>,
    /// The dropped actions of a used service.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<DroppedActionJson>,
    /// The policies that grant the service, `null` when they are not known; absent where IAM was
    /// not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<GrantedBy>,
}

/// A dropped action as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DroppedActionJson {
    /// The action.
    pub action: Action,
    /// `never-used`, `stale` or `unused-by-external-service`.
    pub why: &'static str,
    /// The last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<DateTime<Utc>>,
}

/// What is kept of a service of unknown use, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownJson {
    /// The service.
    pub service: String,
    /// `not-in-catalogue`, or the word of [`Unknown::as_str`](crate::usage::Unknown::as_str).
    pub why: &'static str,
    /// The actions, and patterns that the catalogue knows nothing of; absent where it is the whole
    /// service.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Pattern>,
}

/// An action that is admitted for the size's sake, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtraJson {
    /// The action.
    pub action: Action,
    /// Its access level.
    pub level: AccessLevel,
    /// Whether it is granted now and lies idle.
    pub granted: bool,
}

/// A warning as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WarningJson {
    /// The stable type, for scripts.
    pub warning: &'static str,
    /// The message, for people.
    pub message: String,
}

/// A refusal as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusalJson {
    /// The stable type, for scripts and alarms.
    pub error: &'static str,
    /// The reason, for people.
    pub reason: String,
}

impl PlanJson {
    /// The plan as JSON.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        Self {
            index: plan.index.map(crate::score::CreepIndex::value),
            expected_index: plan.expected_index.map(crate::score::CreepIndex::value),
            evidence: plan.granularity,
            boundary: plan.document.to_value(),
            characters: plan.document.size(),
            wildcards: plan.wildcards,
            may_grow_in_harm: plan.may_grow_in_harm.clone(),
            kept: plan.kept.iter().map(KeptJson::of).collect(),
            dropped: plan.dropped.iter().map(DroppedJson::of).collect(),
            unknown: plan.unknown.iter().map(UnknownJson::of).collect(),
            extras: plan.extras.iter().map(ExtraJson::of).collect(),
            warnings: plan.warnings.iter().map(WarningJson::of).collect(),
        }
    }
}

impl KeptJson {
    fn of(kept: &Kept) -> Self {
        let (why, last_used, actions) = match &kept.why {
            WhyKept::Used { last, extent: Extent::Whole, .. } => ("used", Some(*last), None),
            WhyKept::Used { last, extent: Extent::Actions(actions), .. } => {
                ("used", Some(*last), Some(actions.iter().map(KeptActionJson::of).collect()))
            }
            WhyKept::Spared { actions } => {
                let actions: Vec<_> = actions.iter().map(KeptActionJson::of).collect();
                (common_reason(&actions), None, Some(actions))
            }
            WhyKept::MayBeGrantedByResourcePolicy { extent } => {
                return Self::granted_elsewhere(kept, extent);
            }
            WhyKept::GrantedByIgnored { extent: Extent::Whole } => ("ignored-policy", None, None),
            WhyKept::GrantedByIgnored { extent: Extent::Actions(actions) } => {
                let actions = actions.iter().map(KeptActionJson::of).collect();
                ("ignored-policy", None, Some(actions))
            }
            WhyKept::AlwaysAllowed { actions } => {
                ("always-allowed", None, Some(set_aside(actions, "always-allowed")))
            }
            WhyKept::BaseActions { actions } => {
                ("base-actions", None, Some(set_aside(actions, "base-action")))
            }
        };
        let service = kept.service.clone();
        Self { service, why, last_used, seen_by: seen_by(&kept.why), actions, all_but: Vec::new() }
    }

    fn granted_elsewhere(kept: &Kept, extent: &ResourceExtent) -> Self {
        let why = "may-be-granted-by-resource-policy";
        let (actions, all_but) = match extent {
            ResourceExtent::Whole => (None, Vec::new()),
            ResourceExtent::AllBut(idle) => (None, idle.clone()),
            ResourceExtent::Only(actions) => (Some(set_aside(actions, why)), Vec::new()),
        };
        let service = kept.service.clone();
        Self { service, why, last_used: None, seen_by: None, actions, all_but }
    }
}

/// Who saw the use of a service, where that is not IAM.
fn seen_by(why: &WhyKept) -> Option<Source> {
    if let WhyKept::Used { by, .. } = why { beside_iam(*by) } else { None }
}

fn beside_iam(source: Source) -> Option<Source> {
    (source != Source::LastAccessed).then_some(source)
}

/// The reason that all actions have, or the word for different ones.
fn common_reason(actions: &[KeptActionJson]) -> &'static str {
    let mut reasons = actions.iter().map(|action| action.why);
    let first = reasons.next().unwrap_or("spared");
    if reasons.all(|why| why == first) { first } else { "spared" }
}

fn set_aside(actions: &[Action], why: &'static str) -> Vec<KeptActionJson> {
    let shown = |action: &Action| KeptActionJson {
        action: action.clone(),
        why,
        last_used: None,
        seen_by: None,
        needed_by: None,
        undoes: None,
    };
    actions.iter().map(shown).collect()
}

impl KeptActionJson {
    fn of(kept: &KeptAction) -> Self {
        let (mut last_used, mut seen_by, mut needed_by, mut undoes) = (None, None, None, None);
        let why = match &kept.why {
            WhyActionKept::Used { last, by } => {
                last_used = Some(*last);
                seen_by = beside_iam(*by);
                "used"
            }
            WhyActionKept::NeededBy(action) => {
                needed_by = Some(action.clone());
                Unknown::NeededByAnother.as_str()
            }
            WhyActionKept::Undoes(action) => {
                undoes = Some(action.clone());
                Unknown::UndoesUsed.as_str()
            }
            WhyActionKept::PreservedRead(idle) => {
                last_used = how_idle(*idle).1;
                "preserved-read"
            }
            WhyActionKept::CheckedElsewhere => Unknown::CheckedElsewhere.as_str(),
            WhyActionKept::OnFailure => Unknown::OnFailure.as_str(),
            WhyActionKept::OwnCredentials => Unknown::OwnCredentials.as_str(),
            WhyActionKept::GrantedByIgnored => "ignored-policy",
        };
        Self { action: kept.action.clone(), why, last_used, seen_by, needed_by, undoes }
    }
}

/// How something is idle, and since when.
fn how_idle(idle: Idle) -> (&'static str, Option<DateTime<Utc>>) {
    match idle {
        Idle::Never => ("never-used", None),
        Idle::Stale { last } => ("stale", Some(last)),
    }
}

impl DroppedJson {
    fn of(dropped: &Dropped) -> Self {
        let service = dropped.service.clone();
        match &dropped.what {
            WhatDropped::Service(idle) => {
                let (why, last_used) = how_idle(*idle);
                Self { service, why, last_used, actions: Vec::new(), granted_by: None }
            }
            WhatDropped::Actions(actions) => Self {
                service,
                why: "used-in-part",
                last_used: None,
                actions: actions.iter().map(DroppedActionJson::of).collect(),
                granted_by: None,
            },
            WhatDropped::UnusedByExternalService(actions) => {
                let why = "unused-by-external-service";
                let actions = actions.iter().cloned();
                let shown = |action| DroppedActionJson { action, why, last_used: None };
                let actions = actions.map(shown).collect();
                Self { service, why, last_used: None, actions, granted_by: None }
            }
        }
    }
}

impl DroppedActionJson {
    fn of((action, idle): &(Action, Idle)) -> Self {
        let (why, last_used) = how_idle(*idle);
        Self { action: action.clone(), why, last_used }
    }
}

impl UnknownJson {
    fn of(unknown: &KeptUnknown) -> Self {
        let why = match unknown.why {
            WhyUnknown::Evidence(why) => why.as_str(),
            WhyUnknown::NotInCatalogue => "not-in-catalogue",
        };
        Self { service: unknown.service.clone(), why, actions: unknown.actions.clone() }
    }
}

impl ExtraJson {
    fn of(extra: &Extra) -> Self {
        Self { action: extra.action.clone(), level: extra.level, granted: extra.granted }
    }
}

impl WarningJson {
    fn of(warning: &Warning) -> Self {
        Self { warning: warning.warning_type(), message: warning.to_string() }
    }
}

impl RefusalJson {
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
