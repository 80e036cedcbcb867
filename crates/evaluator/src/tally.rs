//! What a run comes to, counted as it goes, so that a run that fails is counted, too.

use crate::error::EvaluationError;
use crate::event::{Invocation, Trigger};
use crate::judgement::Judgement;
use crate::settings::Settings;
use crate::summary::Summary;
use chrono::{DateTime, Utc};
use leastwise_aws::Calls;
use leastwise_aws::ports::Evaluation;
use leastwise_telemetry::{Execution, Journal, Level, Metric, Metrics};
use serde::Serialize;
use std::time::Duration;

/// The program, as the log names it.
const PROGRAM: &str = "leastwise-evaluator";

/// The function, as the metrics name it.
const FUNCTION: &str = "evaluator";

/// The counts of a run.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) summary: Summary,
    /// Steps that failed and did not fail the run.
    failed: usize,
    suspected_breaks: usize,
    notifications_failed: usize,
    halted: bool,
    handed_over: Option<HandedOver>,
    metrics: Metrics,
}

/// A sweep that Step Functions goes on with.
#[derive(Debug, Serialize)]
pub(crate) struct HandedOver {
    /// How many entities are to be judged.
    #[serde(rename = "handedover")]
    pub(crate) principals: usize,
    /// In how many batches.
    pub(crate) batches: usize,
    /// The name of the execution.
    pub(crate) execution: String,
}

#[derive(Serialize)]
struct Start<'a> {
    trigger: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<usize>,
    rule: Option<&'a str>,
    expiration: u16,
    threshold: u8,
    tagprincipals: bool,
    tagservices: bool,
    detaillog: bool,
}

#[derive(Serialize)]
struct End {
    evaluated: usize,
    compliant: usize,
    noncompliant: usize,
    notapplicable: usize,
    unchanged: usize,
    notjudged: usize,
    failed: usize,
    suspectedbreaks: usize,
    notificationsfailed: usize,
    halted: bool,
    #[serde(flatten)]
    handed_over: Option<HandedOver>,
    apicalls: u64,
    throttles: u64,
    duration_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    errortype: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Logs that a run begins.
pub(crate) fn start(invocation: &Invocation, settings: &Settings, journal: &impl Journal) {
    let (trigger, resource, batch) = match &invocation.trigger {
        Trigger::Change(item) => ("change", Some(item.resource_id.as_str()), None),
        Trigger::Oversized(item) => ("oversized", Some(item.resource_id.as_str()), None),
        Trigger::Schedule(_) => ("schedule", None, None),
        Trigger::Batch(_, batch) => ("batch", None, Some(batch.number)),
        Trigger::Finish(_) => ("finish", None, None),
        Trigger::Denial(denied) => ("denial", Some(denied.principal.name()), None),
    };
    let rule = &invocation.parameters.settings;
    let details = Start {
        trigger,
        resource,
        batch,
        rule: invocation.rule_name.as_deref(),
        expiration: rule.judging.unused_after.days(),
        threshold: rule.threshold.value(),
        tagprincipals: settings.tag_principals,
        tagservices: settings.tag_services,
        detaillog: settings.detail_log,
    };
    journal.record(Level::Info, &Execution::StartExecution { program: PROGRAM, details });
}

impl Tally {
    /// Counts a judgement.
    pub(crate) fn add(&mut self, judgement: &Judgement) {
        self.summary.add(judgement);
        self.suspected_breaks += judgement.suspected_breaks.len();
        let Some(basis) = &judgement.basis else { return };
        self.metrics.sample(Metric::CreepIndex, basis.index.value().into());
        if let Some(coverage) = basis.score.coverage_percent() {
            self.metrics.sample(Metric::Coverage, number(coverage));
        }
    }

    /// Counts breaks that were proved without a judgement.
    pub(crate) fn broke(&mut self, breaks: usize) {
        self.suspected_breaks += breaks;
    }

    /// Notes whom the run did not reach, and who keeps the result that AWS Config has.
    pub(crate) fn keep(&mut self, judgement: &Judgement) {
        self.summary.note(judgement);
    }

    /// Counts an evaluation of something that is not judged.
    pub(crate) fn count(&mut self, evaluation: &Evaluation) {
        self.summary.count(evaluation);
    }

    /// Notes how many evaluations AWS Config held already.
    pub(crate) fn unchanged(&mut self, evaluations: usize) {
        self.summary.unchanged += evaluations;
    }

    /// Notes that Step Functions goes on with the sweep.
    pub(crate) fn hand_over(&mut self, handed_over: HandedOver) {
        self.handed_over = Some(handed_over);
    }

    /// Counts what could not be announced.
    pub(crate) fn unannounced(&mut self, events: usize) {
        self.notifications_failed += events;
    }

    /// Notes whether automatic remediation is halted because of a break.
    pub(crate) fn halted(&mut self, halted: bool) {
        self.halted |= halted;
    }

    /// Counts steps that failed.
    pub(crate) fn failed(&mut self, steps: usize) {
        self.failed += steps;
    }

    /// How severe it is that the run ended like this.
    fn severity(&self, error: Option<&EvaluationError>) -> Level {
        let noteworthy = self.failed + self.suspected_breaks + self.notifications_failed;
        match error {
            Some(_) => Level::Error,
            None if noteworthy + self.summary.not_judged.len() > 0 => Level::Warn,
            None => Level::Info,
        }
    }

    /// Logs how the run ended, and writes its metrics.
    pub(crate) fn end(
        mut self,
        error: Option<&EvaluationError>,
        calls: Calls,
        began: DateTime<Utc>,
        took: Duration,
        journal: &impl Journal,
    ) {
        let failed = self.failed + usize::from(error.is_some());
        let Summary { evaluated, compliant, non_compliant, not_applicable, unchanged, not_judged } =
            self.summary.clone();
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let details = End {
            evaluated,
            compliant,
            noncompliant: non_compliant,
            notapplicable: not_applicable,
            unchanged,
            notjudged: not_judged.len(),
            failed,
            suspectedbreaks: self.suspected_breaks,
            notificationsfailed: self.notifications_failed,
            halted: self.halted,
            handed_over: self.handed_over.take(),
            apicalls: calls.made,
            throttles: calls.throttled,
            duration_ms,
            errortype: error.map(EvaluationError::error_type),
            error: error.map(ToString::to_string),
        };
        let level = self.severity(error);
        journal.record(level, &Execution::EndExecution { program: PROGRAM, details });
        for (metric, value) in [
            (Metric::Evaluated, number(evaluated)),
            (Metric::NonCompliant, number(non_compliant)),
            (Metric::NotJudged, number(not_judged.len())),
            (Metric::Failed, number(failed)),
            (Metric::SuspectedBreaks, number(self.suspected_breaks)),
            (Metric::Halted, u64::from(self.halted)),
            (Metric::NotificationsFailed, number(self.notifications_failed)),
            (Metric::ApiCalls, calls.made),
            (Metric::Throttles, calls.throttled),
            (Metric::Duration, duration_ms),
        ] {
            self.metrics.add(metric, value);
        }
        self.metrics.write(FUNCTION, began, journal);
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
