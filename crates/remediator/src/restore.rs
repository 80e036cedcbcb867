//! Bringing back exactly what stood before. A notice is taken back as well.
//!
//! The order of the writes: the hold first, so that nothing automatic comes in between; the
//! boundary, in one call; then our policies go, the kept text after the boundary policy; the record
//! goes last. Cut short anywhere, the record is still there to complete from. A principal without
//! room for the tag of the hold loses our other tags first or, if it has none, gets the hold once
//! the record has left room.

use crate::answer::Answer;
use crate::context::Context;
use crate::error::{Refusal, RemediationError, Stopped};
use crate::herald::Herald;
use crate::own_policy::{delete_with_versions, owned};
use crate::ports::RemediatorAws;
use crate::request::HoldRequest;
use crate::settle;
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{
    AttachBoundary, AttachError, BoundaryPolicies, ReadPrincipal, StoreError, StoredPolicy,
    TagPrincipal,
};
use leastwise_aws::{Clock, PrincipalName};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::settings::RestoreHoldDays;
use leastwise_rightsizing::tags::{
    GRANTS_TAG, HELD_UNTIL_TAG, Hold, PREVIOUS_BOUNDARY_TAG, PreviousBoundary, RecordError,
    has_room_for_hold, hold_tags, notice_tags,
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
    let Context { request, settings, aws, clock, moment, .. } = *context;
    let policy = owned(&principal.arn.boundary_policy_arn(), principal, aws).await?;
    let kept = owned(&principal.arn.previous_policy_arn(), principal, aws).await?;
    let name = PrincipalName::from(&principal.arn);
    let hold = HoldChange::of(principal, request.hold, settings.restore_hold, moment.now)?;
    let restoration = Restoration { principal, name, policy, kept, hold };
    let Some(previous) = restoration.record()? else {
        return restoration.without_record(context, herald).await;
    };
    herald.before_a_change(principal, aws).await;
    restoration.hold_where_there_is_room(aws).await?;
    let now = restoration.put_back(&previous, aws, clock).await?;
    restoration.delete_policies(&now, aws, clock).await?;
    let mut tags = vec![PREVIOUS_BOUNDARY_TAG];
    tags.extend(restoration.tags_besides_record());
    restoration.remove_tags(tags, aws).await?;
    Ok(match (now.arn(), previous.arn()) {
        (Some(kept), Some(gone)) if kept != gone => {
            Answer::restored_from_kept(request, principal, kept, gone)
        }
        _ => Answer::restored(request, principal, &now),
    })
}

struct Restoration<'a> {
    principal: &'a Principal,
    name: PrincipalName,
    policy: Option<StoredPolicy>,
    /// In which the text of what stood before is kept.
    kept: Option<StoredPolicy>,
    hold: HoldChange,
}

/// What becomes of the hold on a restored principal.
enum HoldChange {
    /// It stays as it is: there is one, or none is wanted.
    None,
    /// It is set to this value.
    Set(String),
    /// It goes.
    Lift,
}

impl HoldChange {
    fn of(
        principal: &Principal,
        asked: HoldRequest,
        days: RestoreHoldDays,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        match (asked, Hold::on(principal, now)) {
            // A run that was cut off may have set it; whoever wrote a longer one meant it.
            (HoldRequest::Set, Some(_)) => Ok(Self::None),
            (HoldRequest::Set, None) => {
                Ok(Hold::tag_value(now, days).map_or(Self::None, Self::Set))
            }
            (HoldRequest::Lift, Some(hold)) if !hold.is_ours() => {
                Err(Refusal::HoldStays { principal: principal.arn.clone(), hold })
            }
            (HoldRequest::Lift, _) if hold_tags(principal).is_empty() => Ok(Self::None),
            (HoldRequest::Lift, _) => Ok(Self::Lift),
        }
    }
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
        if !self.principal.has_own_leastwise_boundary() {
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
        if self.principal.has_own_leastwise_boundary() {
            return Err(Refusal::RecordMissing { principal: self.principal.arn.clone() }.into());
        }
        let present = PreviousBoundary::of(self.principal);
        let noticed = !notice_tags(self.principal).is_empty();
        let left = self.tags_besides_record();
        let kept = self.kept.as_ref().filter(|kept| present.arn() != Some(&kept.arn));
        if self.policy.is_none() && kept.is_none() && left.is_empty() {
            if matches!(self.hold, HoldChange::Lift) {
                self.remove_tags(Vec::new(), aws).await?;
                return Ok(Answer::hold_lifted(request, self.principal));
            }
            return Ok(Answer::nothing_to_restore(request, self.principal));
        }
        herald.before_a_change(self.principal, aws).await;
        self.hold_where_there_is_room(aws).await?;
        self.delete_policies(&present, aws, clock).await?;
        self.remove_tags(left, aws).await?;
        Ok(match self.policy {
            None if noticed => Answer::notice_withdrawn(request, self.principal),
            Some(_) | None => Answer::restored(request, self.principal, &present),
        })
    }

    /// The tags of ours on the principal that go with the boundary, but for the record.
    fn tags_besides_record(&self) -> Vec<&'static str> {
        let mark = self.principal.tags.contains_key(GRANTS_TAG).then_some(GRANTS_TAG);
        mark.into_iter().chain(notice_tags(self.principal)).collect()
    }

    /// What is the boundary afterwards: what stood before or, where that is gone, the policy in
    /// which its text is kept.
    async fn put_back<A>(
        &self,
        previous: &PreviousBoundary,
        aws: &A,
        clock: &impl Clock,
    ) -> Result<PreviousBoundary, Stopped>
    where
        A: ReadPrincipal + BoundaryPolicies + AttachBoundary + TagPrincipal,
    {
        // The hold was written since it was read, and another tool may have changed the boundary.
        let now = aws.principal(&self.name).await?;
        let now = now.filter(|now| now.unique_id == self.principal.unique_id);
        let now = now
            .ok_or_else(|| Refusal::NoSuchPrincipal { resource: self.principal.arn.to_string() })?;
        let present = PreviousBoundary::of(&now);
        if present == *previous {
            return Ok(present);
        }
        // A run that was cut off put it back.
        let is_restored_from_kept = previous.arn().is_some()
            && self.kept.as_ref().is_some_and(|kept| present.arn() == Some(&kept.arn));
        if !now.has_own_leastwise_boundary() && !is_restored_from_kept {
            return Err(Refusal::BoundaryReplaced {
                principal: self.principal.arn.clone(),
                present: settle::in_words(&present),
                previous: settle::in_words(previous),
            }
            .into());
        }
        let restored = match previous {
            PreviousBoundary::None => {
                self.take_off(aws).await?;
                PreviousBoundary::None
            }
            PreviousBoundary::Policy(arn) => self.put_policy_back(arn, &present, aws).await?,
        };
        let expected = format!("{} as its boundary", settle::in_words(&restored));
        settle::until(self.principal, aws, clock, &expected, |read| {
            PreviousBoundary::of(read) == restored
        })
        .await?;
        Ok(restored)
    }

    async fn take_off(&self, aws: &impl AttachBoundary) -> Result<(), Stopped> {
        match aws.delete_boundary(&self.name).await {
            // IAM may say so of a boundary that is off already, as when the SDK sends the call a
            // second time. Whether it is the principal that is gone shows when it is read back.
            Ok(()) | Err(AttachError::NoSuchEntity { .. }) => Ok(()),
            Err(error) => Err(Stopped::of_attaching(error, &self.principal.arn)),
        }
    }

    /// The recorded policy or, where that is gone, the one in which its text is kept.
    async fn put_policy_back<A>(
        &self,
        arn: &str,
        present: &PreviousBoundary,
        aws: &A,
    ) -> Result<PreviousBoundary, Stopped>
    where
        A: BoundaryPolicies + AttachBoundary + TagPrincipal,
    {
        if aws.find(arn).await?.is_none() {
            return self.put_kept_back(arn, present, aws).await;
        }
        if !self.principal.tags.contains_key(PREVIOUS_BOUNDARY_TAG) {
            // The remediator's role may put back only what the principal's own tag names.
            aws.tag(&self.name, &[(PREVIOUS_BOUNDARY_TAG, arn)])
                .await
                .map_err(|error| Stopped::of_tagging(error, &self.principal.arn))?;
        }
        self.put(arn, aws).await
    }

    /// The policy in which the text of `gone` is kept. The remediator's role may put that back
    /// whatever the principal's tag names.
    async fn put_kept_back(
        &self,
        gone: &str,
        present: &PreviousBoundary,
        aws: &impl AttachBoundary,
    ) -> Result<PreviousBoundary, Stopped> {
        match &self.kept {
            Some(kept) if present.arn() == Some(&kept.arn) => Ok(present.clone()),
            Some(kept) => self.put(&kept.arn, aws).await,
            None => {
                let (principal, policy_arn) = (self.principal.arn.clone(), gone.to_owned());
                Err(Refusal::PreviousBoundaryGone { principal, policy_arn }.into())
            }
        }
    }

    async fn put(&self, arn: &str, aws: &impl AttachBoundary) -> Result<PreviousBoundary, Stopped> {
        let put = aws.put_boundary(&self.name, arn).await;
        put.map_err(|error| Stopped::of_attaching(error, &self.principal.arn))?;
        Ok(PreviousBoundary::Policy(arn.to_owned()))
    }

    /// Sets the hold, in the place of our other tags where there is no room beside them. Where
    /// there are none, it has to wait until the record goes.
    async fn hold_where_there_is_room(&self, aws: &impl TagPrincipal) -> Result<(), Stopped> {
        let HoldChange::Set(until) = &self.hold else { return Ok(()) };
        if self.waits_for_the_record() {
            return Ok(());
        }
        if !has_room_for_hold(self.principal) {
            self.untag(&self.tags_besides_record(), aws).await?;
        }
        self.set_hold(until, aws).await
    }

    fn waits_for_the_record(&self) -> bool {
        !has_room_for_hold(self.principal) && self.tags_besides_record().is_empty()
    }

    async fn untag(&self, tags: &[&str], aws: &impl TagPrincipal) -> Result<(), Stopped> {
        let removed = aws.untag(&self.name, tags).await;
        removed.map_err(|error| Stopped::of_tagging(error, &self.principal.arn))
    }

    async fn set_hold(&self, until: &str, aws: &impl TagPrincipal) -> Result<(), Stopped> {
        let set = aws.tag(&self.name, &[(HELD_UNTIL_TAG, until)]).await;
        set.map_err(|error| Stopped::of_tagging(error, &self.principal.arn))
    }

    /// Removes these tags, and the hold where it is lifted; then sets the one for which they left
    /// room.
    async fn remove_tags<'t>(
        &'t self,
        mut tags: Vec<&'t str>,
        aws: &impl TagPrincipal,
    ) -> Result<(), Stopped> {
        if matches!(self.hold, HoldChange::Lift) {
            tags.extend(hold_tags(self.principal));
        }
        if !tags.is_empty() {
            self.untag(&tags, aws).await?;
        }
        match &self.hold {
            HoldChange::Set(until) if self.waits_for_the_record() && !tags.is_empty() => {
                self.set_hold(until, aws).await
            }
            HoldChange::Set(_) | HoldChange::None | HoldChange::Lift => Ok(()),
        }
    }

    /// Deletes our policies, but for what is the boundary `now`: that is the customer's limit.
    async fn delete_policies(
        &self,
        now: &PreviousBoundary,
        aws: &impl BoundaryPolicies,
        clock: &impl Clock,
    ) -> Result<(), Stopped> {
        let ours = self.policy.iter().chain(&self.kept);
        for policy in ours.filter(|policy| now.arn() != Some(&policy.arn)) {
            self.delete_policy(policy, aws, clock).await?;
        }
        Ok(())
    }

    /// Deletes a policy with all of its versions; one that is gone already is no error.
    ///
    /// Right after a boundary is taken off, IAM may still count its policy as in use: that is
    /// waited for.
    async fn delete_policy(
        &self,
        policy: &StoredPolicy,
        aws: &impl BoundaryPolicies,
        clock: &impl Clock,
    ) -> Result<(), Stopped> {
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
}
