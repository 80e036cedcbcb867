//! Applying a plan.
//!
//! The order of the writes is what makes a crash harmless: first the policy, which binds nobody;
//! then the record of what stood before; then the boundary, in one call. Cut short before that
//! call, the principal is as before; after it, it has the complete boundary and its record. Where
//! our boundary is attached already, a new default version of its policy is that one call.

use crate::answer::Answer;
use crate::context::Context;
use crate::error::{Refusal, Stopped};
use crate::herald::Herald;
use crate::notice::Step;
use crate::planning::Planned;
use crate::ports::RemediatorAws;
use crate::request::Request;
use crate::settings::LoadedSettings;
use crate::{notice, planning, preflight, settle};
use leastwise_aws::ports::{
    AttachBoundary, BoundaryPolicies, Creation, NewPolicy, ReadPrincipal, StoredPolicy,
    TagPrincipal,
};
use leastwise_aws::{Clock, PrincipalName};
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::proof::ProvedPlan;
use leastwise_rightsizing::tags::status::is_unchanged_since;
use leastwise_rightsizing::tags::{PREVIOUS_BOUNDARY_TAG, PRINCIPAL_TAG, PreviousBoundary};
use std::collections::BTreeMap;

/// How many versions IAM keeps of a managed policy.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entities>.
const MAX_POLICY_VERSIONS: usize = 5;

/// Plans for the principal and attaches the boundary or, where notice is asked for, announces it.
///
/// # Errors
///
/// Refused or failed; either way the principal is as before, or has the complete boundary.
pub(crate) async fn apply<A, C, J>(
    context: &Context<'_, A, C, J>,
    principal: Principal,
    settings: &LoadedSettings,
    herald: &mut Herald<'_>,
) -> Result<Answer, Stopped>
where
    A: RemediatorAws,
    C: Clock,
{
    let Context { request, aws, clock, moment, .. } = *context;
    let standing = notice::standing(&principal, request.notice_days, moment.now);
    let window = settings.plan.judging.unused_after;
    let planned = planning::plan(principal, settings, aws, standing.judged(window, moment)).await?;
    expect(request, &planned)?;
    if !planned.changes_anything() {
        // A notice of something that is done, or of which nothing is left.
        notice::remove(&planned.principal, aws).await?;
        return Ok(Answer::unchanged(request, &planned));
    }
    if request.automatic {
        ask_for_a_person(&planned)?;
    }
    let application = Application::of(&planned, planned.to_record()?);
    let checked = preflight::check(&planned, settings.preflight, aws).await?;
    match standing.step(&planned, window, moment.now) {
        Step::Wait(notice) => return Ok(Answer::noticed(request, &planned, notice)),
        Step::Announce(notice) => {
            notice::give(&notice, &planned.principal, herald, aws).await?;
            return Ok(Answer::noticed(request, &planned, notice));
        }
        Step::Enforce => {}
    }
    herald.before_a_change(&planned.principal, aws).await;
    application.carry_out(aws, clock).await?;
    // Last: cut short before, the next run finds the boundary in place and removes the notice.
    notice::remove(&planned.principal, aws).await?;
    Ok(Answer::applied(request, &planned, checked))
}

/// Refuses a plan other than the one that was agreed to.
fn expect(request: &Request, planned: &Planned) -> Result<(), Refusal> {
    let now = planned.digest();
    match &request.expected_plan {
        Some(expected) if *expected != now => {
            let (principal, expected) = (planned.principal.arn.clone(), expected.clone());
            Err(Refusal::PlanChanged { principal, expected, now })
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses a plan that a person has to look at first.
fn ask_for_a_person(planned: &Planned) -> Result<(), Refusal> {
    let warnings = planned.proved.plan().warnings.iter();
    let reasons: Vec<String> = warnings
        .filter(|warning| warning.stops_automatic_remediation())
        .map(ToString::to_string)
        .collect();
    if reasons.is_empty() {
        return Ok(());
    }
    Err(Refusal::NeedsAPerson { principal: planned.principal.arn.clone(), reasons })
}

/// A proved plan with everything that its writes need, checked before the first of them.
struct Application<'a> {
    principal: &'a Principal,
    name: PrincipalName,
    policy_arn: String,
    proved: &'a ProvedPlan,
    /// What to record; `None` where our boundary is attached and the record made.
    previous: Option<PreviousBoundary>,
}

impl<'a> Application<'a> {
    fn of(planned: &'a Planned, previous: Option<PreviousBoundary>) -> Self {
        let principal = &planned.principal;
        let policy_arn = principal.arn.boundary_policy_arn();
        let name = PrincipalName::from(&principal.arn);
        Self { principal, name, policy_arn, proved: &planned.proved, previous }
    }

    async fn carry_out<A>(&self, aws: &A, clock: &impl Clock) -> Result<(), Stopped>
    where
        A: ReadPrincipal + BoundaryPolicies + AttachBoundary + TagPrincipal,
    {
        self.check_unchanged(aws).await?;
        self.write_policy(aws, clock).await?;
        if let Some(previous) = &self.previous {
            self.record(previous, aws).await?;
            aws.put_boundary(&self.name, &self.policy_arn)
                .await
                .map_err(|error| Stopped::of_attaching(error, &self.principal.arn))?;
        }
        let expected = format!("`{}` as planned as its boundary", self.policy_arn);
        settle::until(self.principal, aws, clock, &expected, |read| self.is_in_place(read)).await
    }

    async fn check_unchanged(&self, aws: &impl ReadPrincipal) -> Result<(), Stopped> {
        let now = aws.principal(&self.name).await?;
        if now.is_some_and(|now| is_unchanged_since(&now, self.principal)) {
            Ok(())
        } else {
            Err(Refusal::PrincipalChanged { principal: self.principal.arn.clone() }.into())
        }
    }

    async fn write_policy(
        &self,
        aws: &impl BoundaryPolicies,
        clock: &impl Clock,
    ) -> Result<(), Stopped> {
        if let Some(stored) = aws.find(&self.policy_arn).await? {
            return self.update_policy(&stored, aws).await;
        }
        let name = self.principal.arn.boundary_policy_name();
        let text = self.document().to_compact_string();
        let description =
            format!("Permissions boundary of {}, made by Leastwise", self.principal.arn);
        let tags = self.policy_tags();
        let policy =
            NewPolicy { name: &name, document: &text, description: &description, tags: &tags };
        match aws.create(&policy).await? {
            Creation::Created { .. } => Ok(()),
            // Made by another run a moment ago and not visible yet, or by somebody else under
            // another path.
            Creation::AlreadyExists => {
                let made =
                    settle::patiently(clock, async || Ok(aws.find(&self.policy_arn).await?));
                let stored = made.await?.ok_or_else(|| self.name_taken())?;
                self.update_policy(&stored, aws).await
            }
        }
    }

    /// Brings a policy that is there up to date: one that is attached, or one that a run left
    /// behind.
    async fn update_policy(
        &self,
        stored: &StoredPolicy,
        aws: &impl BoundaryPolicies,
    ) -> Result<(), Stopped> {
        let owner = stored.tags.get(PRINCIPAL_TAG).ok_or_else(|| self.name_taken())?;
        if self.previous.is_some() {
            let tags = self.policy_tags();
            let tags: Vec<(&str, &str)> =
                tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            aws.tag_policy(&self.policy_arn, &tags).await?;
        } else if owner != self.principal.unique_id.as_str() {
            return Err(self.name_taken());
        }
        let unchanged =
            stored.document.as_ref().is_ok_and(|document| document.same_meaning(self.document()));
        if unchanged {
            return Ok(());
        }
        self.make_room(aws).await?;
        aws.create_version(&self.policy_arn, &self.document().to_compact_string()).await?;
        Ok(())
    }

    /// Deletes the oldest version that is not in force where IAM would take no other.
    async fn make_room(&self, aws: &impl BoundaryPolicies) -> Result<(), Stopped> {
        let mut versions = aws.versions(&self.policy_arn).await?;
        if versions.len() < MAX_POLICY_VERSIONS {
            return Ok(());
        }
        versions.retain(|version| !version.is_default);
        if let Some(oldest) = versions.iter().min_by_key(|version| version.number()) {
            aws.delete_version(&self.policy_arn, &oldest.id).await?;
        }
        Ok(())
    }

    async fn record(
        &self,
        previous: &PreviousBoundary,
        aws: &impl TagPrincipal,
    ) -> Result<(), Stopped> {
        let value = previous
            .to_tag_value()
            .map_err(|why| Refusal::Record { principal: self.principal.arn.clone(), why })?;
        aws.tag(&self.name, &[(PREVIOUS_BOUNDARY_TAG, value)])
            .await
            .map_err(|error| Stopped::of_tagging(error, &self.principal.arn))
    }

    fn policy_tags(&self) -> BTreeMap<String, String> {
        let owner = (PRINCIPAL_TAG.to_owned(), self.principal.unique_id.to_string());
        let previous = self.previous.as_ref().and_then(|previous| previous.to_tag_value().ok());
        let previous = previous.map(|value| (PREVIOUS_BOUNDARY_TAG.to_owned(), value.to_owned()));
        std::iter::once(owner).chain(previous).collect()
    }

    fn is_in_place(&self, read: &Principal) -> bool {
        read.boundary.as_ref().is_some_and(|boundary| {
            boundary.policy_arn == self.policy_arn
                && boundary
                    .document
                    .as_ref()
                    .is_ok_and(|document| document.same_meaning(self.document()))
        })
    }

    fn document(&self) -> &Document {
        &self.proved.plan().document
    }

    fn name_taken(&self) -> Stopped {
        let principal = self.principal.arn.clone();
        Refusal::PolicyNameTaken { principal, policy_arn: self.policy_arn.clone() }.into()
    }
}
