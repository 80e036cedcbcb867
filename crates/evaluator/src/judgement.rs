//! From one principal to its verdict.

use crate::Moment;
use crate::event::Invocation;
use leastwise_aws::ports::{Evaluation, ReadHistory, ReadUsage, UsageError, with_earlier_grants};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evaluation::{Assessment, Verdict, evaluate, excused};
use leastwise_rightsizing::index::{CreepIndex, Score};
use leastwise_rightsizing::last_accessed::Granularity;
use leastwise_rightsizing::origin::Share;
use leastwise_rightsizing::principal::Principal;
use leastwise_rightsizing::usage::{PrincipalUsage, StoppedAttempt, Usage};

/// A principal with its verdict.
#[derive(Debug)]
pub struct Judgement {
    /// The principal's ARN, as text.
    pub principal: String,
    /// What goes to AWS Config.
    pub evaluation: Evaluation,
    /// What was not known, so that it could not be judged; `None` too for one that is exempt, new or gone.
    pub not_judged: Option<String>,
    /// Whether judging it again may succeed with nothing else changed.
    pub retryable: bool,
    /// What the verdict rests on; `None` of one that was not judged.
    pub basis: Option<Basis>,
}

/// What a verdict rests on, as far as it is logged, counted and written into tags. A sweep keeps it of every principal, so it
/// holds no more than that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The index.
    pub index: CreepIndex,
    /// What it is made of.
    pub score: Score,
    /// How many points of the index come by way of which group.
    pub shares: Vec<Share>,
    /// The granted services, in the order of their namespaces.
    pub services: Vec<(String, Usage)>,
    /// What was attempted after the principal's own Leastwise boundary stopped it.
    pub suspected_breaks: Vec<StoppedAttempt>,
}

impl From<Assessment> for Basis {
    fn from(assessment: Assessment) -> Self {
        let Assessment { index, score, usage, shares } = assessment;
        let PrincipalUsage { services, suspected_breaks, .. } = usage;
        let services = services.into_iter().map(|it| (it.namespace, it.usage)).collect();
        Self { index, score, shares, services, suspected_breaks }
    }
}

/// Judges `principal` by a fresh report. A report that cannot be had is a verdict of its own: not judged.
pub async fn judge(
    principal: &Principal,
    invocation: &Invocation,
    ordering_timestamp: chrono::DateTime<chrono::Utc>,
    aws: &(impl ReadUsage + ReadHistory),
    moment: Moment,
) -> Judgement {
    let settings = &invocation.parameters.settings;
    let (verdict, not_judged, retryable) = match excused(principal, settings, moment.as_of) {
        Some(why) => (Verdict::not_judged(&why), None, false),
        None => verdict(principal, invocation, aws, moment).await,
    };
    Judgement {
        principal: principal.arn.to_string(),
        not_judged,
        retryable,
        evaluation: Evaluation {
            resource_type: principal.arn.kind().config_resource_type().to_owned(),
            resource_id: principal.unique_id.to_string(),
            compliance: verdict.compliance,
            annotation: Some(verdict.annotation),
            ordering_timestamp,
        },
        basis: verdict.assessment.map(Basis::from),
    }
}

async fn verdict(
    principal: &Principal,
    invocation: &Invocation,
    aws: &(impl ReadUsage + ReadHistory),
    moment: Moment,
) -> (Verdict, Option<String>, bool) {
    let settings = &invocation.parameters.settings;
    let grace = invocation.parameters.new_permission_grace;
    let principal = match with_earlier_grants(principal.clone(), grace, moment.as_of, aws).await {
        Ok(principal) => principal,
        Err(error) => {
            let why = format!("which of its permissions are new could not be learned: {error}");
            return (not_judged(&why), Some(why), error.is_retryable());
        }
    };
    let report = match aws.last_accessed(&principal.arn, Granularity::Action, moment.deadline).await
    {
        Ok(report) => Ok(report),
        Err(UsageError::Report { report, .. }) => Err(report),
        Err(UsageError::NoSuchPrincipal { .. }) => {
            let why = "it was deleted while it was being evaluated";
            return (Verdict::not_applicable(why), None, false);
        }
        Err(
            error @ (UsageError::Deadline { .. }
            | UsageError::RepeatedMarker { .. }
            | UsageError::Call { .. }),
        ) => {
            let why = why(&error);
            return (not_judged(&why), Some(why), error.is_retryable());
        }
    };
    let verdict =
        evaluate(&principal, report.as_ref(), settings, Catalog::embedded(), moment.as_of);
    let why = verdict.annotation.strip_prefix(NOT_JUDGED).map(ToOwned::to_owned);
    (verdict, why, false)
}

/// What the annotation of a principal that is not judged begins with.
const NOT_JUDGED: &str = "not judged: ";

/// The verdict on a principal of which something could not be learned.
#[must_use]
pub fn not_judged(why: &str) -> Verdict {
    Verdict::not_applicable(&format!("{NOT_JUDGED}{why}"))
}

/// Why there is no report, without the principal's name: the annotation stands beside it and has little room.
fn why(error: &UsageError) -> String {
    match error {
        UsageError::Deadline { .. } => {
            "its service last accessed report was not finished in time".to_owned()
        }
        UsageError::RepeatedMarker { marker, .. } => {
            format!("its service last accessed report repeated the marker `{marker}`")
        }
        UsageError::NoSuchPrincipal { call, .. } | UsageError::Call { call, .. } => {
            format!("{} failed: {}", call.operation, call.fault)
        }
        UsageError::Report { report, .. } => report.to_string(),
    }
}

/// The verdict on something that is no principal the rule could judge.
#[must_use]
pub fn not_applicable(
    resource_type: &str,
    resource_id: &str,
    reason: &str,
    ordering_timestamp: chrono::DateTime<chrono::Utc>,
) -> Evaluation {
    let Verdict { compliance, annotation, .. } = Verdict::not_applicable(reason);
    Evaluation {
        resource_type: resource_type.to_owned(),
        resource_id: resource_id.to_owned(),
        compliance,
        annotation: Some(annotation),
        ordering_timestamp,
    }
}
