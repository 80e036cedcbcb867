//! Lambda 2: plans, proves, applies and restores the permissions boundary of one principal.
//!
//! Data flows one way: [`request`] → [`locate`] (the principal as it stands) → [`planning`] (usage, plan, proof) →
//! [`preflight`] (if set) → [`apply`] or [`restore`] → [`answer`]. `main.rs` only wires.
//!
//! An expected "no" is an [`Answer`] with status `REFUSED`; what went wrong is a
//! [`RemediationError`](error::RemediationError) and fails the invocation.

pub mod answer;
pub mod apply;
pub mod error;
mod granting;
pub mod locate;
pub mod planning;
pub mod preflight;
pub mod request;
pub mod restore;
pub mod settings;
mod settle;

use answer::Answer;
use chrono::{DateTime, Utc};
use error::Outcome;
use leastwise_aws::Clock;
use leastwise_aws::ports::{
    AttachBoundary, BoundaryPolicies, FindPrincipal, GrantingPolicies, Preflight, ReadHistory,
    ReadObject, ReadPrincipal, ReadUsage, TagPrincipal,
};
use request::{Mode, Request};
use settings::{LoadedSettings, Settings};
use std::time::Instant;

/// When it is, in both of the ways that matter.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The end of the window in which use counts.
    pub as_of: DateTime<Utc>,
    /// When the invocation must have answered.
    pub deadline: Instant,
}

/// Does what `request` asks and says how it ended.
///
/// Running it again, or after it was cut short between any two calls, ends in the same state.
///
/// # Errors
/// [`RemediationError`](error::RemediationError) when AWS failed; the principal then stands as before or has the
/// complete new boundary, and asking again completes what was begun.
pub async fn handle<A>(
    request: &Request,
    settings: &Settings,
    aws: &A,
    clock: &impl Clock,
    moment: Moment,
) -> Result<Answer, error::RemediationError>
where
    A: ReadObject
        + FindPrincipal
        + ReadPrincipal
        + ReadUsage
        + ReadHistory
        + GrantingPolicies
        + Preflight
        + BoundaryPolicies
        + AttachBoundary
        + TagPrincipal,
{
    let outcome = match request.mode {
        Mode::Plan => {
            let settings = settings.load(aws).await?;
            plan(request, &settings, aws, moment).await
        }
        Mode::Apply => {
            let settings = settings.load(aws).await?;
            apply::apply(request, &settings, aws, clock, moment).await
        }
        // Undoing must stay possible, whatever the lists say or fail to say.
        Mode::Restore => restore::restore(request, aws, clock).await,
    };
    match outcome {
        Ok(answer) => Ok(answer),
        Err(Outcome::Refused(refusal)) => Ok(Answer::refused(request, &refusal)),
        Err(Outcome::Failed(error)) => Err(error),
    }
}

async fn plan<A>(
    request: &Request,
    settings: &LoadedSettings,
    aws: &A,
    moment: Moment,
) -> Result<Answer, Outcome>
where
    A: FindPrincipal + ReadPrincipal + ReadUsage + ReadHistory + GrantingPolicies + Preflight,
{
    let principal = locate::locate(&request.resource, aws).await?;
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
