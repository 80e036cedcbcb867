//! Handing requests to the remediator's code, as its function does.

use crate::failure;
use crate::live::Live;
use crate::output::{self, printable};
use chrono::{DateTime, Utc};
use leastwise_aws::{Aws, Moment, RealClock};
use leastwise_remediator::answer::Answer;
use leastwise_remediator::error::RemediationError;
use leastwise_remediator::request::Request;
use leastwise_remediator::settings::Settings;
use leastwise_remediator::{Context, handle};
use leastwise_telemetry::Journal;
use serde::Deserialize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a request may wait for IAM's report. The function has less; nothing waits for this.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// What tells the time.
pub(crate) type Now = fn() -> DateTime<Utc>;

/// Where requests are handed in.
pub(super) struct Desk<'a> {
    pub(super) live: &'a Live,
    pub(super) aws: Aws,
    settings: Settings,
    now: Now,
}

impl<'a> Desk<'a> {
    pub(super) fn new(live: &'a Live, settings: Settings, now: Now) -> Self {
        Self { live, aws: live.aws(), settings, now }
    }

    /// The present.
    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// Carries out a request.
    pub(super) fn handle(&self, request: &Request) -> Result<Answer, RemediationError> {
        let journal = Unsent::default();
        let context = Context {
            request,
            settings: &self.settings,
            aws: &self.aws,
            clock: &RealClock,
            journal: &journal,
            moment: moment(self.now()),
        };
        // Boxed, as in the function: the types of all the nested futures are long.
        let answered = self.live.wait_for(Box::pin(handle(&context)));
        journal.tell(&request.resource.to_string());
        answered
    }
}

/// A moment, and how long may be waited from then on.
pub(super) fn moment(now: DateTime<Utc>) -> Moment {
    Moment::new(now, Instant::now() + LONGEST_WAIT)
}

/// The end of a run, as far as it is not in the answer.
#[derive(Deserialize)]
struct Ended {
    #[serde(default)]
    notificationsfailed: u64,
}

/// A journal that keeps nothing of a run but how many messages could not be sent.
#[derive(Debug, Default)]
pub(super) struct Unsent(AtomicU64);

impl Journal for Unsent {
    fn line(&self, line: &str) {
        if let Ok(Ended { notificationsfailed }) = serde_json::from_str(line) {
            self.0.fetch_add(notificationsfailed, Ordering::Relaxed);
        }
    }
}

impl Unsent {
    fn tell(&self, about: &str) {
        let failed = self.0.load(Ordering::Relaxed);
        if failed > 0 {
            output::say(&format!(
                "warning: messages about `{about}` that could not be sent, or not be remembered: {failed}; look at \
                 the topic, and at your permissions sns:Publish, ssm:GetParameter and ssm:PutParameter"
            ));
        }
    }
}

/// Says what went wrong with one of several principals.
pub(super) fn tell_failure(about: &str, error: &RemediationError) {
    output::say(&format!("error: {}: {}", printable(about), printable(&error.to_string())));
    output::say(&format!("next: {}", failure::after(error)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_records_of_a_run_only_the_messages_that_failed_are_kept() {
        let unsent = Unsent::default();
        unsent.line(r#"{"level":"INFO","msg":"start_execution","mode":"Apply"}"#);
        unsent.line(r#"{"level":"WARN","msg":"end_execution","notificationsfailed":2}"#);
        unsent.line(r#"{"NotificationsFailed":2,"_aws":{}}"#);
        assert_eq!(unsent.0.load(Ordering::Relaxed), 2);
    }
}
