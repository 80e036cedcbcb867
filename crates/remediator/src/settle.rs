//! Waiting until IAM shows what it accepted.

use crate::error::{Refusal, RemediationError, Stopped};
use leastwise_aws::ports::{ReadError, ReadPrincipal};
use leastwise_aws::{Clock, PrincipalName};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::tags::PreviousBoundary;
use std::time::Duration;

/// The waits between attempts, 15 s in all. IAM shows a change within seconds.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>.
const WAITS: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
    Duration::from_secs(4),
    Duration::from_secs(7),
];

/// Attempts something until it yields a value; `None` when it does not within 15 seconds.
///
/// # Errors
///
/// The first error of an attempt.
pub(crate) async fn patiently<T>(
    clock: &impl Clock,
    mut attempt: impl AsyncFnMut() -> Result<Option<T>, Stopped>,
) -> Result<Option<T>, Stopped> {
    for wait in WAITS {
        if let Some(value) = attempt().await? {
            return Ok(Some(value));
        }
        clock.sleep(wait).await;
    }
    attempt().await
}

/// Reads `principal` back until `settled` holds of it.
///
/// # Errors
///
/// Failed, and worth asking again, when it does not within 15 seconds; `expected` says what should
/// be attached.
pub(crate) async fn until(
    principal: &Principal,
    aws: &impl ReadPrincipal,
    clock: &impl Clock,
    expected: &str,
    settled: impl Fn(&Principal) -> bool,
) -> Result<(), Stopped> {
    let name = PrincipalName::from(&principal.arn);
    let shown = patiently(clock, async || {
        let read = match aws.principal(&name).await {
            // A part of it is between two states, which is what is waited for.
            Err(ReadError::Changed(_)) => return Ok(None),
            read => read?,
        };
        let read =
            read.ok_or_else(|| Refusal::NoSuchPrincipal { resource: principal.arn.to_string() })?;
        Ok(settled(&read).then_some(()))
    });
    shown.await?.ok_or_else(|| {
        let expected = expected.to_owned();
        RemediationError::NotSettled { principal: principal.arn.clone(), expected }.into()
    })
}

/// A boundary in words.
pub(crate) fn in_words(boundary: &PreviousBoundary) -> String {
    boundary.arn().map_or_else(|| "none".to_owned(), |arn| format!("`{arn}`"))
}
