//! Applying a plan.
//!
//! The order of the writes is what makes a crash harmless: first the text of what stood before,
//! kept in a policy of its own, and the boundary policy, which bind nobody; then the record of what
//! stood before, and of the grants that were looked at; then the boundary, in one call. Cut short
//! before that call, the principal is as before; after it, it has the complete boundary and its
//! record. Where our boundary is attached already, a new default version of its policy is that one
//! call.

use crate::answer::Answer;
use crate::context::Context;
use crate::customer_boundaries::CustomerBoundaries;
use crate::error::{Refusal, Stopped};
use crate::herald::Herald;
use crate::mark::Marking;
use crate::notice::{Standing, Step};
use crate::own_policy::OwnPolicy;
use crate::planning::Planned;
use crate::ports::RemediatorAws;
use crate::request::Request;
use crate::settings::LoadedSettings;
use crate::{kept, notice, own_policy, planning, preflight, settle, turn};
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{
    AttachBoundary, BoundaryPolicies, PolicyAccount, ReadPrincipal, TagPrincipal,
};
use leastwise_aws::{Clock, PrincipalName};
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::settings::UnusedAfterDays;
use leastwise_rightsizing::tags::status::is_unchanged_since;
use leastwise_rightsizing::tags::{
    GRANTS_TAG, GrantsMark, Hold, Notice, PREVIOUS_BOUNDARY_TAG, PRINCIPAL_TAG, PreviousBoundary,
};
use std::collections::BTreeMap;

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
    if request.automatic {
        check_left_to_go_on(&principal, moment.now)?;
        turn::check_going(&principal, aws).await?;
    }
    let standing = notice::standing(&principal, request, moment.now);
    let window = settings.plan.judging.unused_after;
    let judged = standing.judged(window, moment);
    let planned = planning::plan(principal, &request.give_back, settings, aws, judged).await?;
    expect(request, &planned)?;
    if !planned.changes_anything() {
        // A notice of something that is done, or of which nothing is left.
        notice::remove(&planned.principal, aws).await?;
        if planned.principal.has_own_leastwise_boundary() {
            Marking::of(&planned, moment.now).after(&planned, aws).await?;
            let kept = planned.to_keep.as_ref();
            let kept = kept.map(|text| kept::policy(text, &planned.principal));
            own_policy::write_all(kept.as_slice(), aws, clock).await?;
        }
        return Ok(Answer::unchanged(request, &planned));
    }
    let previous = planned.to_record()?;
    if request.automatic {
        let replaced = previous.as_ref().and_then(PreviousBoundary::arn);
        ask_for_a_person(&planned, replaced, context.settings.customer_boundaries)?;
    }
    let application = Application::of(&planned, previous, moment.now);
    if request.automatic {
        // A turn is not for whom nothing can be made.
        application.check_places(aws).await?;
    }
    let checked = preflight::check(&planned, settings.preflight, aws).await?;
    match step(context, &standing, &planned, window).await? {
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

/// Refuses what nobody asked for while the principal is held.
fn check_left_to_go_on(principal: &Principal, now: DateTime<Utc>) -> Result<(), Refusal> {
    match Hold::on(principal, now) {
        Some(hold) => Err(Refusal::Held { principal: principal.arn.clone(), hold }),
        None => Ok(()),
    }
}

/// What is to be done: as the notice says and, where nobody asked, only in the principal's turn.
/// Where no turn is free, the change is announced for when one is, so that it is not forgotten.
async fn step<A, C, J>(
    context: &Context<'_, A, C, J>,
    standing: &Standing,
    planned: &Planned,
    window: UnusedAfterDays,
) -> Result<Step, Stopped>
where
    A: RemediatorAws,
{
    let Context { request, settings, aws, moment, .. } = *context;
    let step = standing.step(planned, window, moment.now);
    let takes_away = !planned.proved.plan().dropped.is_empty();
    if !request.automatic || !takes_away || !matches!(step, Step::Enforce) {
        return Ok(step);
    }
    let principal = &planned.principal;
    match turn::take(principal, settings.pace, moment.now, aws).await? {
        None => Ok(step),
        Some(wait) if standing.is_due() => {
            Err(Refusal::NotItsTurn { principal: principal.arn.clone(), wait }.into())
        }
        Some(wait) => {
            let notice = Notice::until(moment.now, wait.until(), planned.digest());
            Ok(Step::Announce(notice))
        }
    }
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
fn ask_for_a_person(
    planned: &Planned,
    replaced: Option<&str>,
    customers: CustomerBoundaries,
) -> Result<(), Refusal> {
    let warnings = planned.proved.plan().warnings.iter();
    let mut reasons: Vec<String> = warnings
        .filter(|warning| warning.stops_automatic_remediation())
        .map(ToString::to_string)
        .collect();
    if customers == CustomerBoundaries::Leave {
        reasons.extend(replaced.map(|arn| {
            format!(
                "it has the boundary `{arn}`, which somebody else made and whose owner may demand it of deployments; \
                 `CustomerBoundaries=narrow` replaces such boundaries by narrower ones"
            )
        }));
    }
    if reasons.is_empty() {
        return Ok(());
    }
    Err(Refusal::NeedsAPerson { principal: planned.principal.arn.clone(), reasons })
}

/// A proved plan with everything that its writes need, checked before the first of them.
struct Application<'a> {
    planned: &'a Planned,
    principal: &'a Principal,
    name: PrincipalName,
    policy_arn: String,
    /// What to record; `None` where our boundary is attached and the record made.
    previous: Option<PreviousBoundary>,
    /// When the grants were looked at.
    now: DateTime<Utc>,
}

impl<'a> Application<'a> {
    fn of(planned: &'a Planned, previous: Option<PreviousBoundary>, now: DateTime<Utc>) -> Self {
        let principal = &planned.principal;
        let policy_arn = principal.arn.boundary_policy_arn();
        let name = PrincipalName::from(&principal.arn);
        Self { planned, principal, name, policy_arn, previous, now }
    }

    async fn carry_out<A>(&self, aws: &A, clock: &impl Clock) -> Result<(), Stopped>
    where
        A: ReadPrincipal + PolicyAccount + BoundaryPolicies + AttachBoundary + TagPrincipal,
    {
        self.check_unchanged(aws).await?;
        if let Some(previous) = &self.previous {
            self.write_policies(aws, clock).await?;
            self.record(previous, aws).await?;
            self.check_boundary_unchanged(aws).await?;
            aws.put_boundary(&self.name, &self.policy_arn)
                .await
                .map_err(|error| Stopped::of_attaching(error, &self.principal.arn))?;
        } else {
            let marking = Marking::of(self.planned, self.now);
            marking.before(self.planned, aws).await?;
            self.write_policies(aws, clock).await?;
            marking.after(self.planned, aws).await?;
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

    /// Looks once more right before the boundary is put: the writes before took their time, and
    /// another tool may have attached one, which is not to be replaced. The record, which would be
    /// of what stood before that, goes, and the mark with it; unless it is ours, by another run,
    /// whose record it is.
    async fn check_boundary_unchanged<A>(&self, aws: &A) -> Result<(), Stopped>
    where
        A: ReadPrincipal + TagPrincipal,
    {
        let now = aws.principal(&self.name).await?;
        let is_unchanged = now.as_ref().is_some_and(|now| {
            now.unique_id == self.principal.unique_id
                && PreviousBoundary::of(now) == PreviousBoundary::of(self.principal)
        });
        if is_unchanged {
            return Ok(());
        }
        if !now.is_some_and(|now| now.has_own_leastwise_boundary()) {
            let removed = aws.untag(&self.name, &[PREVIOUS_BOUNDARY_TAG, GRANTS_TAG]).await;
            removed.map_err(|error| Stopped::of_tagging(error, &self.principal.arn))?;
        }
        Err(Refusal::PrincipalChanged { principal: self.principal.arn.clone() }.into())
    }

    /// What stood before is kept first: neither policy binds anybody yet.
    async fn write_policies(
        &self,
        aws: &(impl BoundaryPolicies + PolicyAccount),
        clock: &impl Clock,
    ) -> Result<(), Stopped> {
        own_policy::write_all(&self.policies(), aws, clock).await
    }

    /// Refuses what could not be written, before anything depends on it: a policy whose name is
    /// taken, or for which the quota leaves no place.
    async fn check_places<A>(&self, aws: &A) -> Result<(), Stopped>
    where
        A: BoundaryPolicies + PolicyAccount,
    {
        own_policy::check_places(&self.policies(), aws).await
    }

    fn policies(&self) -> Vec<OwnPolicy<'_>> {
        let kept = self.planned.to_keep.as_ref().map(|text| kept::policy(text, self.principal));
        kept.into_iter().chain([self.policy()]).collect()
    }

    fn policy(&self) -> OwnPolicy<'_> {
        let arn = &self.principal.arn;
        OwnPolicy {
            principal: self.principal,
            name: arn.boundary_policy_name(),
            arn: self.policy_arn.clone(),
            description: format!("Permissions boundary of {arn}, made by Leastwise"),
            document: self.document(),
            tags: self.policy_tags(),
            takes_over: self.previous.is_some(),
        }
    }

    async fn record(
        &self,
        previous: &PreviousBoundary,
        aws: &impl TagPrincipal,
    ) -> Result<(), Stopped> {
        let value = previous
            .to_tag_value()
            .map_err(|why| Refusal::Record { principal: self.principal.arn.clone(), why })?;
        let mark = GrantsMark::of(self.principal, self.now).to_tag_value();
        aws.tag(&self.name, &[(PREVIOUS_BOUNDARY_TAG, value), (GRANTS_TAG, &mark)])
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
        &self.planned.proved.plan().document
    }
}
