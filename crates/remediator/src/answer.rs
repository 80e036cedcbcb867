//! What the remediator answers: compact JSON with the status first, since SSM documents branch on
//! its text.

use crate::error::Refusal;
use crate::planning::Planned;
use crate::preflight::Checked;
use crate::request::{Mode, Request};
use chrono::{DateTime, SecondsFormat, Utc};
use leastwise_policy::compress::Wildcards;
use leastwise_policy::pattern::Pattern;
use leastwise_rightsizing::boundary::PlanDigest;
use leastwise_rightsizing::evidence::Granularity;
use leastwise_rightsizing::evidence::granting::GrantedBy;
use leastwise_rightsizing::iam::{Principal, PrincipalArn, UniqueId};
use leastwise_rightsizing::plan::{Plan, Warning};
use leastwise_rightsizing::presentation::{
    DroppedJson, ExtraJson, KeptJson, PlanJson, UnknownJson, WarningJson, summary,
};
use leastwise_rightsizing::tags::{Notice, PreviousBoundary};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Applying the plan would change the boundary.
    Planned,
    /// The boundary was attached, or brought up to date.
    Applied,
    /// There was nothing to do.
    Noop,
    /// What stood before stands again.
    Restored,
    /// The boundary is announced, and not enforced yet.
    Noticed,
    /// Automatic remediation leaves it alone from now on.
    Held,
    /// The hold is lifted, and the boundary is as it was.
    Lifted,
    /// The user was put in quarantine.
    Quarantined,
    /// The user was released from quarantine.
    Released,
    /// Nothing was done, for the reason given.
    Refused,
    /// The same where nobody asked but AWS Config by itself, which would ask again in vain.
    Skipped,
}

impl Status {
    /// What a refusal is to whom asked.
    pub(crate) fn of_refusal(request: &Request, refusal: &Refusal) -> Self {
        if request.automatic && refusal.is_lasting() { Self::Skipped } else { Self::Refused }
    }
}

/// The answer to a request. `status` is its first member; the SSM documents rely on that and on
/// compact JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// How it ended.
    pub status: Status,
    /// What was asked.
    pub mode: Mode,
    /// The principal as it was named.
    pub requested: String,
    /// The principal as it was found; left out of a refusal.
    #[serde(flatten)]
    pub subject: Option<Subject>,
    /// The policy that is or would be the Leastwise boundary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_arn: Option<String>,
    /// The notice that stands.
    #[serde(skip)]
    pub notice: Option<Notice>,
    /// When the plan is enforced; left out where no notice was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned_for: Option<DateTime<Utc>>,
    /// The plan.
    #[serde(flatten)]
    pub plan: Option<PlanPart>,
    /// What AWS said of the plan; left out where it was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preflight: Option<PreflightPart>,
    /// The stable type of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'static str>,
    /// The reason of a refusal, or a remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The principal of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// Its ARN.
    pub principal: PrincipalArn,
    /// Its unique id.
    pub resource_id: UniqueId,
    /// The boundary that stood before this request; `null` for none.
    pub previous_boundary: Option<String>,
}

/// The part of an answer that comes from a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanPart {
    /// What tells this plan from any other: give it as `ExpectedPlan` to apply no other.
    pub plan_digest: PlanDigest,
    /// What a person needs to agree to it, in at most 3,000 characters.
    pub summary: String,
    /// The boundary, a policy document.
    pub boundary: Value,
    /// The boundary's size as IAM counts it, in characters.
    #[serde(skip)]
    pub characters: usize,
    /// What the boundary in place stopped.
    #[serde(skip)]
    pub suspected_breaks: Vec<String>,
    /// The index now; `null` when nothing is known.
    pub index: Option<u8>,
    /// The index once the boundary is attached.
    pub expected_index: Option<u8>,
    /// How deep the evidence goes: `service-level` or `action-level`.
    pub evidence: Granularity,
    /// Which wildcards the boundary's lists of actions have.
    pub wildcards: Wildcards,
    /// The boundary's patterns that could one day match a write which AWS adds.
    pub may_grow_in_harm: Vec<Pattern>,
    /// What is kept and why.
    pub kept: Vec<KeptJson>,
    /// What is dropped and why.
    pub dropped: Vec<DroppedJson>,
    /// What is kept because nothing is known of its use.
    pub unknown: Vec<UnknownJson>,
    /// What is admitted though it is not to be kept, so that the boundary fits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<ExtraJson>,
    /// What to know before applying it.
    pub warnings: Vec<WarningJson>,
}

/// The part of an answer that comes from AWS's own checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PreflightPart {
    /// What IAM Access Analyzer remarked on the boundary.
    pub findings: Vec<FindingPart>,
    /// How many actions in use IAM's policy simulator was asked about.
    pub simulated_actions: usize,
}

/// One remark of IAM Access Analyzer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingPart {
    /// `SECURITY_WARNING`, `WARNING` or `SUGGESTION`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its code.
    pub issue_code: String,
    /// What it is about.
    pub details: String,
}

impl From<Checked> for PreflightPart {
    fn from(checked: Checked) -> Self {
        let findings = checked.findings.into_iter().map(|finding| FindingPart {
            kind: finding.kind.to_string(),
            issue_code: finding.issue_code,
            details: finding.details,
        });
        Self { findings: findings.collect(), simulated_actions: checked.simulated }
    }
}

impl Answer {
    pub(crate) fn planned(request: &Request, planned: &Planned, checked: Option<Checked>) -> Self {
        let preflight = checked.map(PreflightPart::from);
        Self { preflight, ..Self::of_plan(Status::Planned, request, planned) }
    }

    /// The same with the policies that grant what is dropped, by service.
    pub(crate) fn granted_by(mut self, granted_by: &BTreeMap<String, GrantedBy>) -> Self {
        let dropped = self.plan.iter_mut().flat_map(|plan| &mut plan.dropped);
        for dropped in dropped {
            dropped.granted_by = granted_by.get(&dropped.service).cloned();
        }
        self
    }

    pub(crate) fn applied(request: &Request, planned: &Planned, checked: Option<Checked>) -> Self {
        let preflight = checked.map(PreflightPart::from);
        Self { preflight, ..Self::of_plan(Status::Applied, request, planned) }
    }

    pub(crate) fn unchanged(request: &Request, planned: &Planned) -> Self {
        Self::of_plan(Status::Noop, request, planned)
    }

    pub(crate) fn noticed(request: &Request, planned: &Planned, notice: Notice) -> Self {
        let message = format!("the boundary is enforced from {} on", rfc_3339(notice.due()));
        Self {
            planned_for: Some(notice.due()),
            notice: Some(notice),
            message: Some(message),
            ..Self::of_plan(Status::Noticed, request, planned)
        }
    }

    /// A notice was all there was to take back.
    pub(crate) fn notice_withdrawn(request: &Request, principal: &Principal) -> Self {
        let message =
            Some("the notice is withdrawn, and there was no Leastwise boundary".to_owned());
        Self { message, ..Self::about(Status::Restored, request, principal) }
    }

    /// A hold was all there was to take back.
    pub(crate) fn hold_lifted(request: &Request, principal: &Principal) -> Self {
        let message = Some(
            "the hold is lifted, and there was neither a Leastwise boundary nor a notice"
                .to_owned(),
        );
        Self { message, ..Self::about(Status::Restored, request, principal) }
    }

    /// The principal is held, with its boundary as it is.
    pub(crate) fn held(request: &Request, principal: &Principal, until: DateTime<Utc>) -> Self {
        let until = rfc_3339(until);
        let message = Some(format!("automatic remediation leaves it alone until {until}"));
        Self { message, ..Self::about(Status::Held, request, principal) }
    }

    /// The hold is lifted, with the boundary as it is.
    pub(crate) fn lifted(request: &Request, principal: &Principal) -> Self {
        let message = Some("the hold is lifted".to_owned());
        Self { message, ..Self::about(Status::Lifted, request, principal) }
    }

    pub(crate) fn quarantined(request: &Request, principal: &Principal, message: String) -> Self {
        Self { message: Some(message), ..Self::about(Status::Quarantined, request, principal) }
    }

    pub(crate) fn released(request: &Request, principal: &Principal) -> Self {
        Self::about(Status::Released, request, principal)
    }

    /// There was nothing to do for this principal.
    pub(crate) fn nothing_to_do(request: &Request, principal: &Principal, why: &str) -> Self {
        let message = Some(why.to_owned());
        Self { message, ..Self::about(Status::Noop, request, principal) }
    }

    /// There was no reason to do anything.
    pub(crate) fn no_reason(request: &Request, why: String) -> Self {
        Self { message: Some(why), ..Self::bare(Status::Noop, request) }
    }

    pub(crate) fn restored(
        request: &Request,
        principal: &Principal,
        now: &PreviousBoundary,
    ) -> Self {
        let message = match now.arn() {
            Some(arn) => format!("the boundary is `{arn}` again"),
            None => "there is no boundary again".to_owned(),
        };
        Self { message: Some(message), ..Self::about(Status::Restored, request, principal) }
    }

    /// What stood before is gone, and its text was kept.
    pub(crate) fn restored_from_kept(
        request: &Request,
        principal: &Principal,
        kept: &str,
        gone: &str,
    ) -> Self {
        let message = format!(
            "the boundary is `{kept}`, which has the text that `{gone}` had: that policy does not exist any more"
        );
        Self { message: Some(message), ..Self::about(Status::Restored, request, principal) }
    }

    /// Whether nothing was done because every turn of automatic remediation is taken.
    pub(crate) fn waits_for_its_turn(&self) -> bool {
        self.error == Some("NotItsTurn")
    }

    pub(crate) fn nothing_to_restore(request: &Request, principal: &Principal) -> Self {
        let message = Some("there is no Leastwise boundary, policy or record".to_owned());
        Self { message, ..Self::about(Status::Noop, request, principal) }
    }

    pub(crate) fn refused(request: &Request, refusal: &Refusal) -> Self {
        Self {
            error: Some(refusal.error_type()),
            message: Some(refusal.to_string()),
            ..Self::bare(Status::of_refusal(request, refusal), request)
        }
    }

    fn of_plan(status: Status, request: &Request, planned: &Planned) -> Self {
        let shown = PlanJson::of(planned.proved.plan());
        let principal = &planned.principal;
        let plan = PlanPart {
            plan_digest: planned.digest(),
            summary: summary(principal, planned.proved.plan()),
            boundary: shown.boundary,
            characters: shown.characters,
            suspected_breaks: suspected_breaks(planned.proved.plan()),
            index: shown.index,
            expected_index: shown.expected_index,
            evidence: shown.evidence,
            wildcards: shown.wildcards,
            may_grow_in_harm: shown.may_grow_in_harm,
            kept: shown.kept,
            dropped: shown.dropped,
            unknown: shown.unknown,
            extras: shown.extras,
            warnings: shown.warnings,
        };
        Self {
            policy_arn: Some(principal.arn.boundary_policy_arn()),
            plan: Some(plan),
            ..Self::about(status, request, principal)
        }
    }

    fn about(status: Status, request: &Request, principal: &Principal) -> Self {
        let subject = Subject {
            principal: principal.arn.clone(),
            resource_id: principal.unique_id.clone(),
            previous_boundary: PreviousBoundary::of(principal).arn().map(ToOwned::to_owned),
        };
        Self { subject: Some(subject), ..Self::bare(status, request) }
    }

    fn bare(status: Status, request: &Request) -> Self {
        Self {
            status,
            mode: request.mode,
            requested: request.resource.to_string(),
            subject: None,
            policy_arn: None,
            notice: None,
            planned_for: None,
            plan: None,
            preflight: None,
            error: None,
            message: None,
        }
    }
}

/// A time as people and scripts read it, to the second.
fn rfc_3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn suspected_breaks(plan: &Plan) -> Vec<String> {
    let stopped = plan.warnings.iter().find_map(|warning| {
        if let Warning::SuspectedBreak { what, .. } = warning { Some(what.clone()) } else { None }
    });
    stopped.unwrap_or_default()
}
