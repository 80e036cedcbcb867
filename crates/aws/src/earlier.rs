//! Learning what a principal was granted before its new permissions.

use crate::ports::{HistoryError, ReadHistory};
use chrono::{DateTime, Utc};
use leastwise_rightsizing::evidence::EarlierGrants;
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::settings::NewPermissionGraceDays;

/// What `principal` was granted when the grace for new permissions began.
///
/// # Errors
///
/// [`HistoryError`] when that could not be read. That there is no record is no error: it is
/// [`EarlierGrants::Unknown`].
pub async fn earlier_grants(
    principal: &Principal,
    grace: NewPermissionGraceDays,
    as_of: DateTime<Utc>,
    aws: &impl ReadHistory,
) -> Result<EarlierGrants, HistoryError> {
    let Some(start) = grace.start(as_of) else { return Ok(EarlierGrants::NotAsked) };
    if principal.created.is_some_and(|created| created > start) {
        return Ok(EarlierGrants::nothing(principal));
    }
    Ok(match aws.principal_at(principal, start).await? {
        Some(then) => EarlierGrants::Known(Box::new(then)),
        None => EarlierGrants::Unknown(format!(
            "AWS Config has no record of it from before {}, where `{}` reaches back to",
            start.format("%Y-%m-%d"),
            NewPermissionGraceDays::NAME
        )),
    })
}
