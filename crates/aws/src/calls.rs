//! Counting calls to AWS, each attempt for itself.

use crate::call::is_throttling;
use aws_sdk_iam::config::http::HttpResponse;
use aws_sdk_iam::config::interceptors::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_iam::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_iam::error::BoxError;
use serde_json::Value;
use std::ops::Add;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often AWS was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// Attempts, those that were repeated included.
    pub made: u64,
    /// Of these, how many AWS refused because too much was asked of it.
    pub throttled: u64,
}

impl Add for Calls {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (made, throttled) = (self.made + other.made, self.throttled + other.throttled);
        Self { made, throttled }
    }
}

/// Counts what the clients it is handed to send. What fetches credentials has clients of its own,
/// which do not count.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallCounter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    made: AtomicU64,
    throttled: AtomicU64,
}

impl CallCounter {
    /// What was counted since the last time, which begins the count anew.
    pub(crate) fn take(&self) -> Calls {
        Calls {
            made: self.0.made.swap(0, Ordering::Relaxed),
            throttled: self.0.throttled.swap(0, Ordering::Relaxed),
        }
    }
}

impl Intercept for CallCounter {
    fn name(&self) -> &'static str {
        "CallCounter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.made.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.response().is_some_and(says_throttled) {
            self.0.throttled.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Whether AWS answers that too much is asked of it.
pub(crate) fn says_throttled(answer: &HttpResponse) -> bool {
    !answer.status().is_success() && error_code(answer).is_some_and(|code| is_throttling(&code))
}

/// The error code of an answer, in whichever of AWS's three ways it is given: as a header, in XML
/// or in JSON. The SDK gives it only to those who know the type of each operation's error.
fn error_code(answer: &HttpResponse) -> Option<String> {
    if let Some(code) = answer.headers().get("x-amzn-errortype") {
        return Some(bare(code));
    }
    let body = std::str::from_utf8(answer.body().bytes()?).ok()?;
    if let Some((_, rest)) = body.split_once("<Code>") {
        return rest.split_once("</Code>").map(|(code, _)| code.trim().to_owned());
    }
    let body: Value = serde_json::from_str(body).ok()?;
    body.get("__type").or_else(|| body.get("code"))?.as_str().map(bare)
}

/// The code without the namespace before it and the address behind it.
fn bare(code: &str) -> String {
    let code = code.split_once(':').map_or(code, |(code, _)| code);
    code.rsplit_once('#').map_or(code, |(_, code)| code).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_without_what_stands_around_them() {
        for code in [
            "ThrottlingException",
            "com.amazonaws.config#ThrottlingException",
            "ThrottlingException:http://internal.amazon.com/coral/com.amazon.coral.availability/",
        ] {
            assert_eq!(bare(code), "ThrottlingException", "{code}");
        }
    }
}
