//! Waiting until IAM shows what it accepted.

use crate::error::{Outcome, Refusal, RemediationError};
use leastwise_aws::ports::ReadPrincipal;
use leastwise_aws::{Clock, PrincipalName};
use leastwise_rightsizing::principal::Principal;
use leastwise_rightsizing::record::PreviousBoundary;
use std::time::Duration;

/// The waits between reading back, 15 s in all. IAM shows a change within seconds.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>
const WAITS: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
    Duration::from_secs(4),
    Duration::from_secs(7),
];

/// Reads `principal` back until `settled` holds of it.
///
/// # Errors
/// Failed, and worth asking again, when it does not within 15 seconds; `expected` says what should be attached.
pub(crate) async fn until(
    principal: &Principal,
    aws: &impl ReadPrincipal,
    clock: &impl Clock,
    expected: &str,
    settled: impl Fn(&Principal) -> bool,
) -> Result<(), Outcome> {
    let name = PrincipalName::from(&principal.arn);
    for wait in std::iter::once(None).chain(WAITS.into_iter().map(Some)) {
        if let Some(wait) = wait {
            clock.sleep(wait).await;
        }
        let read = aws.principal(&name).await?;
        let read =
            read.ok_or_else(|| Refusal::NoSuchPrincipal { resource: principal.arn.to_string() })?;
        if settled(&read) {
            return Ok(());
        }
    }
    let expected = expected.to_owned();
    Err(RemediationError::NotSettled { principal: principal.arn.clone(), expected }.into())
}

/// A boundary in words.
pub(crate) fn in_words(boundary: &PreviousBoundary) -> String {
    boundary.arn().map_or_else(|| "none".to_owned(), |arn| format!("`{arn}`"))
}
