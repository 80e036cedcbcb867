//! The ports over the AWS SDK, one module per port.

mod account;
mod boundary;
mod boundary_policies;
mod config_batch;
mod config_history;
mod convert;
#[cfg(feature = "command-line")]
mod deployed_functions;
mod entries;
mod evaluations;
#[cfg(feature = "command-line")]
mod event_history;
mod find_group;
mod find_principal;
#[cfg(feature = "command-line")]
mod follow_automation;
#[cfg(feature = "command-line")]
mod generated_policies;
mod granting_policies;
mod group;
mod history;
mod managed_policies;
mod objects;
mod policy_account;
mod polling;
mod preflight;
mod principal;
mod publish;
mod quarantine;
mod regions;
mod remember;
#[cfg(test)]
pub(crate) mod replay;
mod resource_policies;
mod secret;
#[cfg(test)]
mod simulation;
mod start_automation;
mod start_execution;
mod tags;
#[cfg(feature = "command-line")]
mod unused_access;
mod usage;

use crate::calls::{CallCounter, Calls};
use crate::clients::Clients;
use crate::clock::{Clock, RealClock};
use crate::job_times::JobTimes;
use crate::pace::Pace;
use crate::ports::CountCalls;
use std::sync::Arc;

#[cfg(feature = "command-line")]
pub use deployed_functions::Functions;
#[cfg(feature = "command-line")]
pub use event_history::EventHistory;
pub use polling::ReportPolling;

/// AWS: implements every port of [`ports`](crate::ports) that a function may ask.
#[derive(Debug, Clone)]
pub struct Aws {
    account: aws_sdk_account::Client,
    iam: aws_sdk_iam::Client,
    config: aws_sdk_config::Client,
    access_analyzer: aws_sdk_accessanalyzer::Client,
    s3: aws_sdk_s3::Client,
    secrets_manager: aws_sdk_secretsmanager::Client,
    sfn: aws_sdk_sfn::Client,
    sns: aws_sdk_sns::Client,
    ssm: aws_sdk_ssm::Client,
    counter: CallCounter,
    clock: Arc<dyn Clock>,
    polling: ReportPolling,
    pace: Pace,
    job_times: Arc<JobTimes>,
}

impl Aws {
    /// AWS as these clients reach it.
    #[must_use]
    pub fn new(clients: Clients) -> Self {
        let Clients {
            account,
            iam,
            config,
            access_analyzer,
            s3,
            secrets_manager,
            sfn,
            sns,
            ssm,
            counter,
            pace,
        } = clients;
        let (clock, polling) = (Arc::new(RealClock), ReportPolling::default());
        Self {
            account,
            iam,
            config,
            access_analyzer,
            s3,
            secrets_manager,
            sfn,
            sns,
            ssm,
            counter,
            clock,
            polling,
            pace,
            job_times: Arc::default(),
        }
    }

    /// The same, waiting for service last accessed reports in another manner.
    #[must_use]
    pub fn with_report_polling(self, polling: ReportPolling) -> Self {
        Self { polling, ..self }
    }

    /// The same, by another clock.
    #[must_use]
    pub fn with_clock(self, clock: impl Clock) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(clock);
        self.pace.go_by(Arc::clone(&clock));
        Self { clock, ..self }
    }
}

impl CountCalls for Aws {
    fn take_calls(&self) -> Calls {
        self.counter.take()
    }
}

#[cfg(test)]
mod tests {
    use super::replay::{Replay, config_error, connection_lost, iam_error, throttled};
    use super::*;
    use crate::call::{CallError, Fault};
    use crate::ports::{Evaluations, TagError, TagPrincipal};
    use crate::principal_name::PrincipalName;

    // How failures of any call are told apart, shown on one.

    async fn failure(aws: Aws) -> CallError {
        let error = aws.tag(&PrincipalName::role("writer"), &[]).await.unwrap_err();
        let TagError::Call(call) = error else { panic!("{error}") };
        call
    }

    #[tokio::test]
    async fn a_load_balancer_in_trouble_is_asked_again_and_then_known_by_its_status() {
        let replay = Replay::of(vec![(503, "<html>sorry</html>".to_owned()); 8]);
        let call = failure(replay.aws()).await;
        assert_eq!(
            call.to_string(),
            "iam:TagRole on `writer` failed: HTTP status 503 without an error code"
        );
        assert!(call.is_retryable());
        assert_eq!(replay.requests().len(), 8);
    }

    #[tokio::test]
    async fn a_code_that_iam_gives_with_an_unusual_status_is_still_the_code() {
        let replay = Replay::of([iam_error(400, "UnmodifiableEntity", "protected")]);
        let aws = replay.aws();
        let error = aws.tag(&PrincipalName::role("writer"), &[]).await.unwrap_err();
        assert!(matches!(error, TagError::Unmodifiable { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_lost_connection_is_tried_again_and_then_unreachable() {
        let replay = Replay::of(std::iter::repeat_with(connection_lost).take(8));
        let call = failure(replay.aws()).await;
        assert_eq!(
            call.to_string(),
            "iam:TagRole on `writer` failed: \
             no answer: dispatch failure: io error: connection reset by peer"
        );
        assert!(call.is_retryable());
        assert_eq!(replay.requests().len(), 8);
    }

    #[tokio::test]
    async fn every_attempt_counts_as_a_call_and_every_throttled_answer_as_a_throttle() {
        let answers = [throttled(), throttled(), iam_error(400, "InvalidInput", "no")];
        let replay = Replay::of(answers.into_iter().chain([
            config_error("ThrottlingException", "Rate exceeded"),
            config_error("NoSuchConfigRuleException", "none"),
        ]));
        let aws = replay.aws();
        assert_eq!(aws.take_calls(), Calls::default());
        failure(aws.clone()).await;
        assert_eq!(aws.take_calls(), Calls { made: 3, throttled: 2 });
        aws.reported("rule").await.unwrap_err();
        assert_eq!(aws.take_calls(), Calls { made: 2, throttled: 1 });
    }

    #[tokio::test]
    async fn taking_the_counts_begins_them_anew_for_the_next_run_of_a_warm_container() {
        let replay = Replay::of((0..3).map(|_| iam_error(400, "InvalidInput", "no")));
        let aws = replay.aws();
        failure(aws.clone()).await;
        failure(aws.clone()).await;
        assert_eq!(aws.take_calls(), Calls { made: 2, throttled: 0 });
        failure(aws.clone()).await;
        assert_eq!(aws.take_calls(), Calls { made: 1, throttled: 0 });
        assert_eq!(aws.take_calls(), Calls::default());
    }

    #[tokio::test]
    async fn an_attempt_without_an_answer_counts_too() {
        let replay = Replay::of(std::iter::repeat_with(connection_lost).take(8));
        let aws = replay.aws();
        failure(aws.clone()).await;
        assert_eq!(aws.take_calls(), Calls { made: 8, throttled: 0 });
    }

    #[tokio::test]
    async fn without_credentials_nothing_is_sent() {
        let replay = Replay::of([]);
        let call = failure(replay.aws_without_credentials()).await;
        assert!(matches!(call.fault, Fault::NotSent(_)), "{call}");
        assert!(!call.is_retryable());
        assert_eq!(replay.requests(), Vec::<String>::new());
    }
}
