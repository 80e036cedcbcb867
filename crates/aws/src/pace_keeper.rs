//! Lets the pace hear of every call to IAM and of every answer.

use crate::calls::says_throttled;
use crate::pace::Pace;
use aws_sdk_iam::config::interceptors::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_iam::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_iam::error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;

/// The operations that take a turn before they are first sent.
const TAKE_TURNS: [&str; 2] =
    ["GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails"];

#[derive(Debug)]
pub(crate) struct PaceKeeper(Pace);

impl PaceKeeper {
    pub(crate) fn of(pace: &Pace) -> Self {
        Self(pace.clone())
    }
}

impl Intercept for PaceKeeper {
    fn name(&self) -> &'static str {
        "PaceKeeper"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let takes_turns =
            settings.load::<Metadata>().is_some_and(|it| TAKE_TURNS.contains(&it.name()));
        let is_first = settings.load::<RequestAttempts>().is_none_or(|it| it.attempts() <= 1);
        if !(takes_turns && is_first) {
            self.0.spent();
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match context.response() {
            Some(answer) if says_throttled(answer) => self.0.throttled(),
            Some(_) => self.0.answered(),
            None => {}
        }
        Ok(())
    }
}
