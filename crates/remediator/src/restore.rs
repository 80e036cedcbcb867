//! Bringing back exactly what stood before. A notice is taken back as well.
//!
//! The order of the writes: the boundary first, in one call; then our policy goes; the record goes
//! last. Cut short anywhere, the record is still there to complete from.

use crate::answer::Answer;
use crate::context::Context;
use crate::error::{Refusal, RemediationError, Stopped};
use crate::herald::Herald;
use crate::ports::RemediatorAws;
use crate::settle;
use leastwise_aws::ports::{
    AttachBoundary, AttachError, BoundaryPolicies, ReadPrincipal, StoreError, StoredPolicy,
    TagPrincipal,
};
use leastwise_aws::{Clock, PrincipalName};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::tags::{
    PREVIOUS_BOUNDARY_TAG, PRINCIPAL_TAG, PreviousBoundary, RecordError, notice_tags,
};

/// Takes the Leastwise boundary of the principal off, puts back what the record says, and removes
/// our policy and tags.
///
/// # Errors
///
/// Refused when nothing says what stood before, when it cannot be put back, or when somebody
/// replaced our boundary meanwhile; failed when AWS failed.
pub(crate) async fn restore<A, C, J>(
    context: &Context<'_, A, C, J>,
    principal: &Principal,
    herald: &mut Herald<'_>,
) -> Result<Answer, Stopped>
where
    A: RemediatorAws,
    C: Clock,
{
    let Context { request, aws, clock, .. } = *context;
    let policy = own_policy(principal, aws).await?;
    let name = PrincipalName::from(&principal.arn);
    let restoration = Restoration { principal, name, policy };
    let Some(previous) = restoration.record()? else {
        return restoration.without_record(context, herald).await;
    };
    herald.before_a_change(principal, aws).await;
    restoration.put_back(&previous, aws, clock).await?;
    restoration.clean_up(aws, clock).await?;
    Ok(Answer::restored(request, principal, &previous))
}

/// The boundary policy of exactly this principal, if it exists.
async fn own_policy(
    principal: &Principal,
    aws: &impl BoundaryPolicies,
) -> Result<Option<StoredPolicy>, StoreError> {
    let stored = aws.find(&principal.arn.boundary_policy_arn()).await?;
    let owner = principal.unique_id.as_str();
    Ok(stored.filter(|policy| policy.tags.get(PRINCIPAL_TAG).is_some_and(|tag| tag == owner)))
}

struct Restoration<'a> {
    principal: &'a Principal,
    name: PrincipalName,
    policy: Option<StoredPolicy>,
}

impl Restoration<'_> {
    /// What stood before: as the principal's tag says or, where somebody removed that, the
    /// policy's.
    fn record(&self) -> Result<Option<PreviousBoundary>, Refusal> {
        let unreadable =
            |why: RecordError| Refusal::Record { principal: self.principal.arn.clone(), why };
        if let Some(previous) = PreviousBoundary::recorded_on(self.principal).map_err(unreadable)? {
            return Ok(Some(previous));
        }
        if !self.is_bound_by_us() {
            return Ok(None);
        }
        let of_policy =
            self.policy.as_ref().and_then(|policy| policy.tags.get(PREVIOUS_BOUNDARY_TAG));
        of_policy
            .map(|value| PreviousBoundary::from_tag_value(value).map_err(unreadable))
            .transpose()
    }

    /// Nothing to bring back: at most a policy that a run left behind, or a notice.
    async fn without_record<A, C, J>(
        &self,
        context: &Context<'_, A, C, J>,
        herald: &mut Herald<'_>,
    ) -> Result<Answer, Stopped>
    where
        A: RemediatorAws,
        C: Clock,
    {
        let Context { request, aws, clock, .. } = *context;
        if self.is_bound_by_us() {
            return Err(Refusal::RecordMissing { principal: self.principal.arn.clone() }.into());
        }
        let present = PreviousBoundary::of(self.principal);
        let noticed = !notice_tags(self.principal).is_empty();
        if self.policy.is_none() && !noticed {
            return Ok(Answer::nothing_to_restore(request, self.principal));
        }
        herald.before_a_change(self.principal, aws).await;
        self.delete_policy(aws, clock).await?;
        if noticed {
            self.remove_tags(&notice_tags(self.principal), aws).await?;
        }
        Ok(match self.policy {
            Some(_) => Answer::restored(request, self.principal, &present),
            None => Answer::notice_withdrawn(request, self.principal),
        })
    }

    async fn put_back<A>(
        &self,
        previous: &PreviousBoundary,
        aws: &A,
        clock: &impl Clock,
    ) -> Result<(), Stopped>
    where
        A: ReadPrincipal + BoundaryPolicies + AttachBoundary + TagPrincipal,
    {
        let present = PreviousBoundary::of(self.principal);
        if present == *previous {
            return Ok(());
        }
        if !self.is_bound_by_us() {
            return Err(Refusal::BoundaryReplaced {
                principal: self.principal.arn.clone(),
                present: settle::in_words(&present),
                previous: settle::in_words(previous),
            }
            .into());
        }
        match previous {
            PreviousBoundary::None => self.take_off(aws).await?,
            PreviousBoundary::Policy(arn) => self.put_policy_back(arn, aws).await?,
        }
        let expected = format!("{} as its boundary", settle::in_words(previous));
        settle::until(self.principal, aws, clock, &expected, |read| {
            PreviousBoundary::of(read) == *previous
        })
        .await
    }

    async fn take_off(&self, aws: &impl AttachBoundary) -> Result<(), Stopped> {
        match aws.delete_boundary(&self.name).await {
            // IAM may say so of a boundary that is off already, as when the SDK sends the call a
            // second time. Whether it is the principal that is gone shows when it is read back.
            Ok(()) | Err(AttachError::NoSuchEntity { .. }) => Ok(()),
            Err(error) => Err(Stopped::of_attaching(error, &self.principal.arn)),
        }
    }

    async fn put_policy_back<A>(&self, arn: &str, aws: &A) -> Result<(), Stopped>
    where
        A: BoundaryPolicies + AttachBoundary + TagPrincipal,
    {
        if aws.find(arn).await?.is_none() {
            return Err(Refusal::PreviousBoundaryGone {
                principal: self.principal.arn.clone(),
                policy_arn: arn.to_owned(),
            }
            .into());
        }
        if !self.principal.tags.contains_key(PREVIOUS_BOUNDARY_TAG) {
            // The remediator's role may put back only what the principal's own tag names.
            aws.tag(&self.name, &[(PREVIOUS_BOUNDARY_TAG, arn)])
                .await
                .map_err(|error| Stopped::of_tagging(error, &self.principal.arn))?;
        }
        aws.put_boundary(&self.name, arn)
            .await
            .map_err(|error| Stopped::of_attaching(error, &self.principal.arn))
    }

    async fn clean_up<A>(&self, aws: &A, clock: &impl Clock) -> Result<(), Stopped>
    where
        A: BoundaryPolicies + TagPrincipal,
    {
        self.delete_policy(aws, clock).await?;
        let mut tags = vec![PREVIOUS_BOUNDARY_TAG];
        tags.extend(notice_tags(self.principal));
        self.remove_tags(&tags, aws).await
    }

    async fn remove_tags(&self, tags: &[&str], aws: &impl TagPrincipal) -> Result<(), Stopped> {
        let removed = aws.untag(&self.name, tags).await;
        removed.map_err(|error| Stopped::of_tagging(error, &self.principal.arn))
    }

    /// Deletes our policy with all of its versions; one that is gone already is no error.
    ///
    /// Right after a boundary is taken off, IAM may still count its policy as in use: that is
    /// waited for.
    async fn delete_policy(
        &self,
        aws: &impl BoundaryPolicies,
        clock: &impl Clock,
    ) -> Result<(), Stopped> {
        let Some(policy) = &self.policy else { return Ok(()) };
        let deleted =
            settle::patiently(clock, async || match delete_with_versions(&policy.arn, aws).await {
                Ok(()) | Err(StoreError::NoSuchPolicy(_)) => Ok(Some(())),
                Err(StoreError::InUse(_)) => Ok(None),
                Err(error) => Err(error.into()),
            });
        deleted.await?.ok_or_else(|| {
            let (principal, policy_arn) = (self.principal.arn.clone(), policy.arn.clone());
            RemediationError::StillInUse { principal, policy_arn }.into()
        })
    }

    fn is_bound_by_us(&self) -> bool {
        let own = self.principal.arn.boundary_policy_arn();
        self.principal.boundary.as_ref().is_some_and(|boundary| boundary.policy_arn == own)
    }
}

async fn delete_with_versions(arn: &str, aws: &impl BoundaryPolicies) -> Result<(), StoreError> {
    for version in aws.versions(arn).await?.iter().filter(|version| !version.is_default) {
        aws.delete_version(arn, &version.id).await?;
    }
    aws.delete(arn).await
}
