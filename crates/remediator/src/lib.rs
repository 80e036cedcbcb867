//! Lambda 2: plans, proves, announces, applies and restores the permissions boundary of one
//! principal, and puts users in quarantine.
//!
//! Data flows one way: [`request`] → [`locate`] (the principal as it stands) → [`planning`] (usage,
//! plan, proof) → [`preflight`] (if set) → `apply`, `restore` or `quarantine` → [`answer`] →
//! `herald` (what is news). `main.rs` only wires.
//!
//! An expected "no" is an [`Answer`] with status `REFUSED`; what went wrong is a
//! [`RemediationError`] and fails the invocation.

pub mod answer;
mod apply;
pub mod error;
mod granting;
mod herald;
pub mod iam_call;
pub mod locate;
mod notice;
pub mod planning;
pub mod preflight;
mod quarantine;
pub mod request;
mod restore;
pub mod settings;
mod settle;
pub mod suggestion;
mod tally;

use answer::Answer;
use chrono::{DateTime, Utc};
use error::{RemediationError, Stopped};
use herald::Herald;
use leastwise_aws::ports::{
    AttachBoundary, BoundaryPolicies, CountCalls, FindGroup, FindPrincipal, GrantingPolicies,
    Preflight, Publish, Quarantine, ReadHistory, ReadObject, ReadPrincipal, ReadSecret, ReadUsage,
    Remember, TagPrincipal,
};
use leastwise_aws::{Calls, Clock, Moment};
use leastwise_rightsizing::iam::Principal;
use leastwise_telemetry::Journal;
use request::{Mode, Request};
use settings::{LoadedSettings, Settings};
use std::time::Instant;
use tally::Cost;

/// What a request is about and works with.
#[derive(Debug)]
pub struct Context<'a, A, C, J> {
    /// What is asked.
    pub request: &'a Request,
    /// How it is done.
    pub settings: &'a Settings,
    /// AWS.
    pub aws: &'a A,
    /// What is waited by.
    pub clock: &'a C,
    /// Where log records and metrics go.
    pub journal: &'a J,
    /// When it is.
    pub moment: Moment,
}

/// Does what is asked and says how it ended. Logs the run from its start to its end, with one line
/// of metrics, and announces what is news, however it ends.
///
/// Running it again, or after it was cut short between any two calls, ends in the same state.
///
/// # Errors
///
/// [`RemediationError`] when AWS failed; the principal then stands as before or has the complete
/// new boundary, and asking again completes what was begun. That something could not be announced
/// is no error: it is logged and counted.
pub async fn handle<A, C, J>(context: &Context<'_, A, C, J>) -> Result<Answer, RemediationError>
where
    A: ReadObject
        + FindGroup
        + FindPrincipal
        + ReadPrincipal
        + ReadUsage
        + ReadHistory
        + ReadSecret
        + GrantingPolicies
        + Preflight
        + BoundaryPolicies
        + AttachBoundary
        + TagPrincipal
        + Quarantine
        + Publish
        + Remember
        + CountCalls,
    C: Clock,
    J: Journal,
{
    let began = Instant::now();
    let Context { request, settings, aws, journal, moment, .. } = *context;
    // What an earlier run left behind, because it was cut off.
    let _: Calls = aws.take_calls();
    tally::start(request, journal);
    let mut herald = Herald::new(settings.notification_topic.as_ref(), aws, moment.now);
    let outcome = carry_out(context, &mut herald).await.map_err(|end| unseen(request, end));
    let notifications_failed = herald.conclude(request, &outcome).await;
    let cost = Cost { notifications_failed, calls: aws.take_calls(), took: began.elapsed() };
    tally::end(tally::Ended::from(&outcome), cost, moment.now, journal);
    match outcome {
        Ok(answer) => Ok(answer),
        Err(Stopped::Refused(refusal)) => Ok(Answer::refused(request, &refusal)),
        Err(Stopped::Failed(error)) => Err(error),
    }
}

/// Whoever made a call that asks for quarantine and is not there under its name any more may have
/// renamed itself: that must be seen, and a refused event is seen by nobody.
fn unseen(request: &Request, end: Stopped) -> Stopped {
    let gone =
        |why: &error::Refusal| matches!(why.error_type(), "NoSuchPrincipal" | "AnotherPrincipal");
    match end {
        Stopped::Refused(why) if request.call.is_some() && gone(&why) => {
            Stopped::Failed(RemediationError::CallerNotFound { why: why.to_string() })
        }
        end @ (Stopped::Refused(_) | Stopped::Failed(_)) => end,
    }
}

/// Logs and counts a run that could not begin.
pub fn reject(error: &RemediationError, began: DateTime<Utc>, journal: &impl Journal) {
    tally::end(tally::Ended::Failed(error), Cost::default(), began, journal);
}

async fn carry_out<A, C, J>(
    context: &Context<'_, A, C, J>,
    herald: &mut Herald<'_, A>,
) -> Result<Answer, Stopped>
where
    A: ReadObject
        + FindGroup
        + FindPrincipal
        + ReadPrincipal
        + ReadUsage
        + ReadHistory
        + ReadSecret
        + GrantingPolicies
        + Preflight
        + BoundaryPolicies
        + AttachBoundary
        + TagPrincipal
        + Quarantine
        + Publish
        + Remember,
    C: Clock,
{
    let Context { request, settings, aws, clock, moment, .. } = *context;
    if request.mode == Mode::Quarantine
        && let Some(answer) = quarantine::without_reason(request, settings, moment.now)?
    {
        return Ok(answer);
    }
    match request.mode {
        Mode::Plan => {
            let settings = settings.load(aws).await?;
            let principal = meet(request, herald).await?;
            plan(request, principal, &settings, aws, moment).await
        }
        Mode::Apply => {
            let settings = settings.load(aws).await?;
            let principal = meet(request, herald).await?;
            apply::apply(request, principal, &settings, herald, clock, moment).await
        }
        Mode::Quarantine => {
            let settings = settings.load(aws).await?;
            // An event may be no reason to speak of anybody.
            let principal = locate::locate(&request.resource, aws).await?;
            let now = moment.now;
            quarantine::quarantine(request, &principal, &settings, herald, clock, now).await
        }
        // Undoing must stay possible, whatever the lists say or fail to say.
        Mode::Restore => {
            let principal = meet(request, herald).await?;
            restore::restore(request, &principal, herald, clock).await
        }
        Mode::Release => {
            let principal = meet(request, herald).await?;
            quarantine::release(request, &principal, herald, clock).await
        }
    }
}

async fn meet<A>(request: &Request, herald: &mut Herald<'_, A>) -> Result<Principal, Stopped>
where
    A: FindPrincipal + ReadPrincipal + Publish + Remember,
{
    let principal = locate::locate(&request.resource, herald.aws).await?;
    herald.meet(&principal);
    Ok(principal)
}

async fn plan<A>(
    request: &Request,
    principal: Principal,
    settings: &LoadedSettings,
    aws: &A,
    moment: Moment,
) -> Result<Answer, Stopped>
where
    A: ReadUsage + ReadHistory + ReadSecret + GrantingPolicies + Preflight,
{
    let planned = planning::plan(principal, settings, aws, moment).await?;
    if !planned.changes_anything() {
        return Ok(Answer::unchanged(request, &planned));
    }
    // What Apply would refuse is refused now, not once somebody has agreed to the plan.
    planned.to_record()?;
    let checked = preflight::check(&planned, settings.preflight, aws).await?;
    let granted_by = granting::granted_by(&planned, aws).await;
    Ok(Answer::planned(request, &planned, checked).granted_by(&granted_by))
}
