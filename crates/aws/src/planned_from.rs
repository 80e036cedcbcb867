//! Learning what the boundary in place was planned from: the grants of then, and what stood before
//! it.

use crate::clock::Moment;
use crate::ports::{HistoryError, ReadError, ReadHistory, ReadPolicy, Then};
use leastwise_rightsizing::evidence::{PlannedGrants, PreviousLimit};
use leastwise_rightsizing::iam::{Principal, UnreadableDocument};
use leastwise_rightsizing::tags::{GrantsMark, PreviousBoundary};

/// What `principal` was granted when its own Leastwise boundary was planned. Nobody is asked about
/// a principal without one, nor about one whose tag says that its grants did not change.
///
/// Where there is no tag, the boundary is from an older version of Leastwise, and its grants are
/// compared with those of the time at which it was made.
///
/// # Errors
///
/// [`HistoryError`] when that could not be read, or not before the deadline. That there is no
/// record is no error: it is [`PlannedGrants::Unknown`].
pub async fn planned_grants(
    principal: &Principal,
    moment: Moment,
    aws: &impl ReadHistory,
) -> Result<PlannedGrants, HistoryError> {
    let own = principal.boundary.as_ref().filter(|_| principal.has_own_leastwise_boundary());
    let Some(boundary) = own else { return Ok(PlannedGrants::AsNow) };
    let mark = GrantsMark::on(principal, moment.now);
    if mark.as_ref().is_some_and(|mark| mark.is_of(principal)) {
        return Ok(PlannedGrants::AsNow);
    }
    let Some(planned) = mark.map(|mark| mark.at()).or(boundary.since) else {
        let why = "when it was planned is not known".to_owned();
        return Ok(PlannedGrants::Unknown(why));
    };
    let then = Then { time: planned, ..Then::default() };
    let reading =
        tokio::time::timeout_at(moment.deadline.into(), aws.principal_at(principal, &then));
    let late = |_| HistoryError::Deadline { principal: principal.arn.clone() };
    Ok(match reading.await.map_err(late)?? {
        Some(then) => PlannedGrants::Known(Box::new(then)),
        None => PlannedGrants::Unknown(format!(
            "AWS Config has no record of it from before {}, when it was planned",
            planned.format("%Y-%m-%d")
        )),
    })
}

/// What stood before the own Leastwise boundary of `principal`, as it is now.
///
/// # Errors
///
/// [`ReadError`] when a policy could not be read. That it is gone is no error: then the text counts
/// that is kept of it, and where that is gone, too, it is a [`PreviousLimit::Policy`] without text.
pub async fn previous_limit(
    principal: &Principal,
    aws: &impl ReadPolicy,
) -> Result<PreviousLimit, ReadError> {
    if !principal.has_own_leastwise_boundary() {
        return Ok(PreviousLimit::NotAsked);
    }
    Ok(match PreviousBoundary::recorded_on(principal) {
        Ok(Some(PreviousBoundary::None)) => PreviousLimit::Everything,
        Ok(Some(PreviousBoundary::Policy(arn))) => {
            let document = match aws.policy(&arn).await? {
                Err(UnreadableDocument::Missing) => {
                    aws.policy(&principal.arn.previous_policy_arn()).await?
                }
                document => document,
            };
            PreviousLimit::Policy { arn, document }
        }
        Ok(None) | Err(_) => PreviousLimit::NotRecorded,
    })
}
