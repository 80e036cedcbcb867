//! One request from its start to its answer: what each mode does, and that every run is logged,
//! counted and announced.

use crate::answer::Answer;
use crate::context::Context;
use crate::error::{Refusal, RemediationError, Stopped};
use crate::herald::{Announcement, Herald};
use crate::ports::RemediatorAws;
use crate::request::{Mode, Request};
use crate::settings::LoadedSettings;
use crate::tally::{self, Cost};
use crate::{apply, granting, hold, locate, planning, preflight, quarantine, restore};
use chrono::{DateTime, Utc};
use leastwise_aws::{Calls, Clock};
use leastwise_rightsizing::iam::Principal;
use leastwise_telemetry::Journal;
use std::time::Instant;

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
    A: RemediatorAws,
    C: Clock,
    J: Journal,
{
    let began = Instant::now();
    let Context { request, settings, aws, journal, moment, .. } = *context;
    // What an earlier run left behind, because it was cut off.
    let _: Calls = aws.take_calls();
    tally::start(request, journal);
    let mut herald = Herald::new(settings.notification_topic.as_ref(), moment.now);
    let outcome = carry_out(context, &mut herald).await.map_err(|end| unseen(request, end));
    let notifications_failed = herald.conclude(Announcement::of(request, &outcome), aws).await;
    let cost = Cost { notifications_failed, calls: aws.take_calls(), took: began.elapsed() };
    tally::end(tally::Ended::of(request, &outcome), cost, moment.now, journal);
    match outcome {
        Ok(answer) => Ok(answer),
        Err(Stopped::Refused(refusal)) => Ok(Answer::refused(request, &refusal)),
        Err(Stopped::Failed(error)) => Err(error),
    }
}

/// Whoever made a call that asks for quarantine and is not there under its name any more may have
/// renamed itself: that must be seen, and a refused event is seen by nobody.
fn unseen(request: &Request, end: Stopped) -> Stopped {
    let gone = |why: &Refusal| matches!(why.error_type(), "NoSuchPrincipal" | "AnotherPrincipal");
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
    herald: &mut Herald<'_>,
) -> Result<Answer, Stopped>
where
    A: RemediatorAws,
    C: Clock,
{
    let Context { request, settings, aws, moment, .. } = *context;
    if request.mode == Mode::Quarantine
        && let Some(answer) = quarantine::without_reason(request, settings, moment.now)?
    {
        return Ok(answer);
    }
    match request.mode {
        Mode::Plan => {
            let settings = settings.load(aws).await?;
            let principal = meet(context, herald).await?;
            plan(context, principal, &settings).await
        }
        Mode::Apply => {
            let settings = settings.load(aws).await?;
            let principal = meet(context, herald).await?;
            apply::apply(context, principal, &settings, herald).await
        }
        Mode::Quarantine => {
            let settings = settings.load(aws).await?;
            // An event may be no reason to speak of anybody.
            let principal = locate::locate(&request.resource, aws).await?;
            quarantine::quarantine(context, &principal, &settings, herald).await
        }
        // Undoing must stay possible, whatever the lists say or fail to say.
        Mode::Restore => {
            let principal = meet(context, herald).await?;
            restore::restore(context, &principal, herald).await
        }
        Mode::Hold => {
            let principal = meet(context, herald).await?;
            hold::hold(context, &principal).await
        }
        Mode::Release => {
            let principal = meet(context, herald).await?;
            quarantine::release(context, &principal, herald).await
        }
    }
}

async fn meet<A, C, J>(
    context: &Context<'_, A, C, J>,
    herald: &mut Herald<'_>,
) -> Result<Principal, Stopped>
where
    A: RemediatorAws,
{
    let principal = locate::locate(&context.request.resource, context.aws).await?;
    herald.meet(&principal);
    Ok(principal)
}

async fn plan<A, C, J>(
    context: &Context<'_, A, C, J>,
    principal: Principal,
    settings: &LoadedSettings,
) -> Result<Answer, Stopped>
where
    A: RemediatorAws,
{
    let Context { request, aws, moment, .. } = *context;
    let planned = planning::plan(principal, &request.give_back, settings, aws, moment).await?;
    if !planned.changes_anything() {
        return Ok(Answer::unchanged(request, &planned));
    }
    // What Apply would refuse is refused now, not once somebody has agreed to the plan.
    planned.to_record()?;
    let checked = preflight::check(&planned, settings.preflight, aws).await?;
    let granted_by = granting::granted_by(&planned, aws).await;
    Ok(Answer::planned(request, &planned, checked).granted_by(&granted_by))
}
