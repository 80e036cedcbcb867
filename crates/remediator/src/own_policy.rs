//! A managed policy of ours: made, brought up to date, found again and deleted with its versions.

use crate::error::{MOST_OF_THE_QUOTA, Refusal, RemediationError, Stopped};
use crate::settle;
use leastwise_aws::Clock;
use leastwise_aws::ports::{
    BoundaryPolicies, Creation, NewPolicy, PolicyAccount, PolicyQuota, StoreError, StoredPolicy,
};
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::tags::PRINCIPAL_TAG;
use std::collections::BTreeMap;

/// How many versions IAM keeps of a managed policy.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entities>.
const MAX_POLICY_VERSIONS: usize = 5;

/// A policy of ours as it is to be.
pub(crate) struct OwnPolicy<'a> {
    /// For whom it is made.
    pub(crate) principal: &'a Principal,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) description: String,
    pub(crate) document: &'a Document,
    pub(crate) tags: BTreeMap<String, String>,
    /// Whether that of an earlier principal of the same name may be taken over.
    pub(crate) takes_over: bool,
}

/// Makes the policies, or puts their texts in force, one after the other.
///
/// # Errors
///
/// Refused before the first of them where those that are to be made would leave too few to the
/// account's other tools, and where a name is taken; failed when IAM failed.
pub(crate) async fn write_all(
    policies: &[OwnPolicy<'_>],
    aws: &(impl BoundaryPolicies + PolicyAccount),
    clock: &impl Clock,
) -> Result<(), Stopped> {
    for (policy, stored) in find_all(policies, aws).await? {
        policy.write(stored, aws, clock).await?;
    }
    Ok(())
}

/// Refuses, without writing anything, where [`write_all`] would: too few policies would be left to
/// the account's other tools, or a name is taken.
///
/// # Errors
///
/// As [`write_all`].
pub(crate) async fn check_places(
    policies: &[OwnPolicy<'_>],
    aws: &(impl BoundaryPolicies + PolicyAccount),
) -> Result<(), Stopped> {
    for (policy, stored) in find_all(policies, aws).await? {
        if stored.is_some_and(|stored| !stored.tags.contains_key(PRINCIPAL_TAG)) {
            return Err(policy.name_taken());
        }
    }
    Ok(())
}

/// Each policy with what is stored under its name. There is place for those that are missing.
async fn find_all<'p, 'd>(
    policies: &'p [OwnPolicy<'d>],
    aws: &(impl BoundaryPolicies + PolicyAccount),
) -> Result<Vec<(&'p OwnPolicy<'d>, Option<StoredPolicy>)>, Stopped> {
    let mut found = Vec::new();
    let mut missing = 0;
    for policy in policies {
        let stored = aws.find(&policy.arn).await?;
        missing += u64::from(stored.is_none());
        found.push((policy, stored));
    }
    if let Some((policy, _)) = found.iter().find(|(_, stored)| stored.is_none()) {
        check_quota(policy.principal, missing, aws).await?;
    }
    Ok(found)
}

/// Refuses to make so many policies where that would leave too few to the account's other tools.
async fn check_quota(
    principal: &Principal,
    missing: u64,
    aws: &impl PolicyAccount,
) -> Result<(), Stopped> {
    let PolicyQuota { used, limit } = aws.policy_quota().await.map_err(RemediationError::Stock)?;
    // As for each of them on its own, once those before it are made.
    let before_the_last = u64::from(used) + missing.saturating_sub(1);
    if before_the_last * 100 < u64::from(limit) * u64::from(MOST_OF_THE_QUOTA) {
        return Ok(());
    }
    let principal = principal.arn.clone();
    Err(Refusal::PolicyQuota { principal, used, limit }.into())
}

impl OwnPolicy<'_> {
    async fn write(
        &self,
        stored: Option<StoredPolicy>,
        aws: &impl BoundaryPolicies,
        clock: &impl Clock,
    ) -> Result<(), Stopped> {
        if let Some(stored) = stored {
            return self.update(&stored, aws).await;
        }
        let text = self.document.to_compact_string();
        let Self { name, description, tags, .. } = self;
        match aws.create(&NewPolicy { name, document: &text, description, tags }).await? {
            Creation::Created { .. } => Ok(()),
            // Made by another run a moment ago and not visible yet, or by somebody else under
            // another path.
            Creation::AlreadyExists => {
                let made = settle::patiently(clock, async || Ok(aws.find(&self.arn).await?));
                let stored = made.await?.ok_or_else(|| self.name_taken())?;
                self.update(&stored, aws).await
            }
        }
    }

    /// Brings a policy that is there up to date: one that is attached, or one that a run left
    /// behind.
    async fn update(
        &self,
        stored: &StoredPolicy,
        aws: &impl BoundaryPolicies,
    ) -> Result<(), Stopped> {
        let owner = stored.tags.get(PRINCIPAL_TAG).ok_or_else(|| self.name_taken())?;
        let has_tags = self.tags.iter().all(|(key, value)| stored.tags.get(key) == Some(value));
        if self.takes_over && !has_tags {
            let tags: Vec<(&str, &str)> =
                self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            aws.tag_policy(&self.arn, &tags).await?;
        } else if !self.takes_over && owner != self.principal.unique_id.as_str() {
            return Err(self.name_taken());
        }
        let unchanged =
            stored.document.as_ref().is_ok_and(|document| document.same_meaning(self.document));
        if unchanged {
            return Ok(());
        }
        self.make_room(aws).await?;
        aws.create_version(&self.arn, &self.document.to_compact_string()).await?;
        Ok(())
    }

    /// Deletes the oldest version that is not in force where IAM would take no other.
    async fn make_room(&self, aws: &impl BoundaryPolicies) -> Result<(), Stopped> {
        let mut versions = aws.versions(&self.arn).await?;
        if versions.len() < MAX_POLICY_VERSIONS {
            return Ok(());
        }
        versions.retain(|version| !version.is_default);
        if let Some(oldest) = versions.iter().min_by_key(|version| version.number()) {
            aws.delete_version(&self.arn, &oldest.id).await?;
        }
        Ok(())
    }

    fn name_taken(&self) -> Stopped {
        let (principal, policy_arn) = (self.principal.arn.clone(), self.arn.clone());
        Refusal::PolicyNameTaken { principal, policy_arn }.into()
    }
}

/// The policy of that ARN, if it exists and was made for exactly this principal.
pub(crate) async fn owned(
    arn: &str,
    principal: &Principal,
    aws: &impl BoundaryPolicies,
) -> Result<Option<StoredPolicy>, StoreError> {
    let stored = aws.find(arn).await?;
    let owner = principal.unique_id.as_str();
    Ok(stored.filter(|policy| policy.tags.get(PRINCIPAL_TAG).is_some_and(|tag| tag == owner)))
}

/// Deletes a policy with all of its versions.
pub(crate) async fn delete_with_versions(
    arn: &str,
    aws: &impl BoundaryPolicies,
) -> Result<(), StoreError> {
    for version in aws.versions(arn).await?.iter().filter(|version| !version.is_default) {
        aws.delete_version(arn, &version.id).await?;
    }
    aws.delete(arn).await
}
