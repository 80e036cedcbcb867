//! The log records and metrics of a run, written however it ends.

use crate::answer::{Answer, Status};
use crate::errand_answer::ErrandStatus;
use crate::error::{Refusal, RemediationError, Stopped};
use crate::leftovers::Removed;
use crate::request::{Errand, Mode, Request};
use chrono::{DateTime, Utc};
use leastwise_aws::Calls;
use leastwise_telemetry::{Execution, Journal, Level, Metric, Metrics};
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
    Refused(Status, &'a Refusal),
    Failed(&'a RemediationError),
}

impl<'a> Ended<'a> {
    pub(crate) fn of(request: &Request, outcome: &'a Result<Answer, Stopped>) -> Self {
        match outcome {
            Ok(answer) => Self::Answered(answer),
            Err(Stopped::Refused(refusal)) => {
                Self::Refused(Status::of_refusal(request, refusal), refusal)
            }
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
    journal.record(Level::Info, &Execution::StartExecution { program: PROGRAM, details });
}

#[derive(Serialize)]
struct ErrandStart {
    mode: &'static str,
}

#[derive(Serialize)]
struct ErrandEnd<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<ErrandStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errortype: Option<&'static str>,
    message: &'a str,
}

/// Logs that an errand begins.
pub(crate) fn start_errand(errand: Errand, journal: &impl Journal) {
    let details = ErrandStart { mode: errand.name() };
    journal.record(Level::Info, &Execution::StartExecution { program: PROGRAM, details });
}

/// Logs how an errand ended, and counts it where it did not come to its end.
pub(crate) fn end_errand(
    ended: Result<(ErrandStatus, &str), &RemediationError>,
    began: DateTime<Utc>,
    journal: &impl Journal,
) {
    let why = ended.err().map(ToString::to_string).unwrap_or_default();
    let (level, details) = match ended {
        Ok((status, message)) => {
            let is_whole = status != ErrandStatus::Incomplete;
            let level = if is_whole { Level::Info } else { Level::Warn };
            (level, ErrandEnd { status: Some(status), errortype: None, message })
        }
        Err(error) => {
            let errortype = Some(error.error_type());
            (Level::Error, ErrandEnd { status: None, errortype, message: &why })
        }
    };
    let failed = u64::from(level != Level::Info);
    journal.record(level, &Execution::EndExecution { program: PROGRAM, details });
    let mut metrics = Metrics::default();
    metrics.add(Metric::Failed, failed);
    metrics.write(FUNCTION, began, journal);
}

#[derive(Serialize)]
struct PolicyRemoved<'a> {
    msg: &'static str,
    program: &'static str,
    policy: &'a str,
    principal: &'a str,
}

/// Logs that a policy was removed because its principal is gone.
pub(crate) fn removed(removed: &Removed, journal: &impl Journal) {
    let Removed { policy_arn, principal } = removed;
    let msg = "policy_removed";
    journal.record(
        Level::Info,
        &PolicyRemoved { msg, program: PROGRAM, policy: policy_arn, principal },
    );
}

/// Logs how a run ended, and writes its metrics.
pub(crate) fn end(ended: Ended<'_>, cost: Cost, began: DateTime<Utc>, journal: &impl Journal) {
    let (status, error, why) = match ended {
        Ended::Answered(answer) => (Some(answer.status), None, None),
        Ended::Refused(status, refusal) => {
            (Some(status), Some(refusal.error_type()), Some(refusal.to_string()))
        }
        Ended::Failed(error) => (None, Some(error.error_type()), Some(error.to_string())),
    };
    let answer = match ended {
        Ended::Answered(answer) => Some(answer),
        Ended::Refused(..) | Ended::Failed(_) => None,
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
    let noteworthy = suspectedbreaks + cost.notifications_failed > 0;
    let level = severity(status, noteworthy);
    journal.record(level, &Execution::EndExecution { program: PROGRAM, details });
    let ended = |with: Status| u64::from(status == Some(with));
    let mut metrics = Metrics::default();
    for (metric, value) in [
        (Metric::Planned, ended(Status::Planned)),
        (Metric::Remediated, ended(Status::Applied)),
        (Metric::Refused, ended(Status::Refused)),
        (Metric::Skipped, ended(Status::Skipped)),
        (Metric::Halted, u64::from(error == Some("Halted"))),
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

/// How severe it is that a run ended with this status, if with any.
const fn severity(status: Option<Status>, noteworthy: bool) -> Level {
    match status {
        None => Level::Error,
        Some(Status::Refused | Status::Skipped) => Level::Warn,
        Some(_) if noteworthy => Level::Warn,
        Some(_) => Level::Info,
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
