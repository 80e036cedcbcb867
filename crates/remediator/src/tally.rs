//! The log records and metrics of a run, written however it ends.

use crate::answer::{Answer, Status};
use crate::error::{Refusal, RemediationError, Stopped};
use crate::request::{Mode, Request};
use chrono::{DateTime, Utc};
use leastwise_aws::Calls;
use leastwise_telemetry::{Execution, Journal, Metric, Metrics};
use serde::Serialize;
use std::time::Duration;

/// The program, as the log names it.
const PROGRAM: &str = "leastwise-remediator";

/// The function, as the metrics name it.
const FUNCTION: &str = "remediator";

/// What a run cost, and what it came to beside its outcome.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) notifications_failed: usize,
    pub(crate) calls: Calls,
    pub(crate) took: Duration,
}

/// How a run ended.
#[derive(Clone, Copy)]
pub(crate) enum Ended<'a> {
    Answered(&'a Answer),
    Refused(&'a Refusal),
    Failed(&'a RemediationError),
}

impl<'a> From<&'a Result<Answer, Stopped>> for Ended<'a> {
    fn from(outcome: &'a Result<Answer, Stopped>) -> Self {
        match outcome {
            Ok(answer) => Self::Answered(answer),
            Err(Stopped::Refused(refusal)) => Self::Refused(refusal),
            Err(Stopped::Failed(error)) => Self::Failed(error),
        }
    }
}

#[derive(Serialize)]
struct Start<'a> {
    mode: Mode,
    resource: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<&'a str>,
}

#[derive(Serialize)]
struct End<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errortype: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    suspectedbreaks: usize,
    notificationsfailed: usize,
    apicalls: u64,
    throttles: u64,
    duration_ms: u64,
}

/// Logs that a run begins.
pub(crate) fn start(request: &Request, journal: &impl Journal) {
    let resource = request.resource.to_string();
    let call = request.call.as_ref().map(|call| call.name.as_str());
    let details = Start { mode: request.mode, resource: &resource, call };
    journal.record(&Execution::StartExecution { program: PROGRAM, details });
}

/// Logs how a run ended, and writes its metrics.
pub(crate) fn end(ended: Ended<'_>, cost: Cost, began: DateTime<Utc>, journal: &impl Journal) {
    let (status, error, why) = match ended {
        Ended::Answered(answer) => (Some(answer.status), None, None),
        Ended::Refused(refusal) => {
            (Some(Status::Refused), Some(refusal.error_type()), Some(refusal.to_string()))
        }
        Ended::Failed(error) => (None, Some(error.error_type()), Some(error.to_string())),
    };
    let answer = match ended {
        Ended::Answered(answer) => Some(answer),
        Ended::Refused(_) | Ended::Failed(_) => None,
    };
    let plan = answer.and_then(|answer| answer.plan.as_ref());
    let suspectedbreaks = plan.map_or(0, |plan| plan.suspected_breaks.len());
    let subject = answer.and_then(|answer| answer.subject.as_ref());
    let duration_ms = u64::try_from(cost.took.as_millis()).unwrap_or(u64::MAX);
    let details = End {
        status,
        principal: subject.map(|subject| subject.principal.to_string()),
        errortype: error,
        message: why.as_deref().or_else(|| answer.and_then(|answer| answer.message.as_deref())),
        suspectedbreaks,
        notificationsfailed: cost.notifications_failed,
        apicalls: cost.calls.made,
        throttles: cost.calls.throttled,
        duration_ms,
    };
    journal.record(&Execution::EndExecution { program: PROGRAM, details });
    let ended = |with: Status| u64::from(status == Some(with));
    let mut metrics = Metrics::default();
    for (metric, value) in [
        (Metric::Planned, ended(Status::Planned)),
        (Metric::Remediated, ended(Status::Applied)),
        (Metric::Refused, ended(Status::Refused)),
        (Metric::Restored, ended(Status::Restored)),
        (Metric::Noticed, ended(Status::Noticed)),
        (Metric::Quarantined, ended(Status::Quarantined)),
        (Metric::Released, ended(Status::Released)),
        (Metric::Failed, u64::from(status.is_none())),
        (Metric::SuspectedBreaks, number(suspectedbreaks)),
        (Metric::NotificationsFailed, number(cost.notifications_failed)),
        (Metric::ApiCalls, cost.calls.made),
        (Metric::Throttles, cost.calls.throttled),
        (Metric::Duration, duration_ms),
    ] {
        metrics.add(metric, value);
    }
    metrics.write(FUNCTION, began, journal);
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
