//! Policies that nobody needs any more: removing those of principals that are gone.

use crate::error::RemediationError;
use crate::own_policy::delete_with_versions;
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_aws::ports::{BoundaryPolicies, OwnPolicy, PolicyAccount, StoreError};
use leastwise_rightsizing::iam::Account;
use leastwise_rightsizing::tags::PRINCIPAL_TAG;
use std::collections::BTreeSet;

/// For how long a policy that is nobody's boundary is left alone: a run that was cut off may still
/// go on with it, and whoever deleted a principal may look for what it had.
const LEFT_ALONE: TimeDelta = TimeDelta::days(7);

/// A policy that was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Removed {
    /// Its ARN.
    pub(crate) policy_arn: String,
    /// The unique id of the principal that it was made for.
    pub(crate) principal: String,
}

/// Removes the policies that Leastwise made for principals that are not in `account` any more, that
/// nobody uses, and that have not changed for a week. Where an entry of the account could not be
/// read, it is not known who is gone, and nothing is removed.
///
/// Each is added to `removed` as soon as it is gone.
///
/// # Errors
///
/// [`RemediationError`] when IAM could not be asked, or refused.
pub(crate) async fn remove(
    account: &Account,
    now: DateTime<Utc>,
    aws: &(impl PolicyAccount + BoundaryPolicies),
    removed: &mut Vec<Removed>,
) -> Result<(), RemediationError> {
    if !account.unreadable().is_empty() {
        return Ok(());
    }
    let present: BTreeSet<&str> =
        account.principals().map(|principal| principal.unique_id.as_str()).collect();
    for policy in aws.own_policies().await?.iter().filter(|policy| is_left_over(policy, now)) {
        let Some(stored) = aws.find(&policy.arn).await? else { continue };
        let Some(owner) = stored.tags.get(PRINCIPAL_TAG) else { continue };
        if present.contains(owner.as_str()) {
            continue;
        }
        match delete_with_versions(&policy.arn, aws).await {
            Ok(()) => removed
                .push(Removed { policy_arn: policy.arn.clone(), principal: owner.to_owned() }),
            // Somebody took it into use, or removed it, meanwhile.
            Err(StoreError::InUse(_) | StoreError::NoSuchPolicy(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn is_left_over(policy: &OwnPolicy, now: DateTime<Utc>) -> bool {
    !policy.is_in_use && policy.updated.is_some_and(|updated| updated + LEFT_ALONE <= now)
}
