//! From one principal to its verdict.

use crate::Moment;
use crate::event::Invocation;
use leastwise_aws::ports::{Evaluation, ReadUsage, UsageError};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evaluation::{Verdict, evaluate, excused};
use leastwise_rightsizing::last_accessed::Granularity;
use leastwise_rightsizing::principal::Principal;

/// A principal with its verdict.
#[derive(Debug)]
pub struct Judgement {
    /// The principal's ARN, as text.
    pub principal: String,
    /// What goes to AWS Config.
    pub evaluation: Evaluation,
    /// The index; `None` when the principal was not judged.
    pub index: Option<u8>,
    /// What kept it from being judged, if that was no exemption.
    pub not_judged: Option<String>,
    /// Whether judging it again may succeed with nothing else changed.
    pub retryable: bool,
}

/// Judges `principal` by a fresh report. A report that cannot be had is a verdict of its own: not judged.
pub async fn judge(
    principal: &Principal,
    invocation: &Invocation,
    ordering_timestamp: chrono::DateTime<chrono::Utc>,
    aws: &impl ReadUsage,
    moment: Moment,
) -> Judgement {
    let settings = &invocation.parameters.settings;
    let (verdict, not_judged, retryable) = match excused(principal, settings, moment.as_of) {
        Some(why) => (Verdict::not_judged(&why), None, false),
        None => verdict(principal, invocation, aws, moment).await,
    };
    Judgement {
        principal: principal.arn.to_string(),
        index: verdict.score.as_ref().and_then(|score| score.index).map(|index| index.value()),
        not_judged,
        retryable,
        evaluation: Evaluation {
            resource_type: principal.arn.kind().config_resource_type().to_owned(),
            resource_id: principal.unique_id.to_string(),
            compliance: verdict.compliance,
            annotation: Some(verdict.annotation),
            ordering_timestamp,
        },
    }
}

async fn verdict(
    principal: &Principal,
    invocation: &Invocation,
    aws: &impl ReadUsage,
    moment: Moment,
) -> (Verdict, Option<String>, bool) {
    let settings = &invocation.parameters.settings;
    let report =
        match aws.last_accessed(&principal.arn, Granularity::Service, moment.deadline).await {
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
                let verdict = Verdict::not_applicable(&format!("not judged: {error}"));
                return (verdict, Some(error.to_string()), error.is_retryable());
            }
        };
    let verdict = evaluate(principal, report.as_ref(), settings, Catalog::embedded(), moment.as_of);
    let not_judged = verdict.score.is_none().then(|| verdict.annotation.clone());
    (verdict, not_judged, false)
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
