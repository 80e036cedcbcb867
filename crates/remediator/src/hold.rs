//! Holding a principal as it stands, or lifting a hold: its boundary stays what it is.

use crate::answer::Answer;
use crate::context::Context;
use crate::error::{Refusal, Stopped};
use crate::request::{HoldRequest, Request};
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_aws::PrincipalName;
use leastwise_aws::ports::TagPrincipal;
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::settings::RestoreHoldDays;
use leastwise_rightsizing::tags::{HELD_UNTIL_TAG, Hold, has_room_for_hold, hold_tags};

/// Sets the hold of the principal, or lifts it, as the request says.
///
/// # Errors
///
/// Refused when there is no room for the tag, or the hold is not ours to lift; failed when the tag
/// could not be written.
pub(crate) async fn hold<A, C, J>(
    context: &Context<'_, A, C, J>,
    principal: &Principal,
) -> Result<Answer, Stopped>
where
    A: TagPrincipal,
{
    let Context { request, settings, aws, moment, .. } = *context;
    match request.hold {
        HoldRequest::Set => set(request, principal, settings.restore_hold, moment.now, aws).await,
        HoldRequest::Lift => lift(request, principal, moment.now, aws).await,
    }
}

/// Of two holds the longer one stays: whoever wrote it meant it.
async fn set(
    request: &Request,
    principal: &Principal,
    days: RestoreHoldDays,
    now: DateTime<Utc>,
    aws: &impl TagPrincipal,
) -> Result<Answer, Stopped> {
    let Some(until) = Hold::tag_value(now, days) else {
        let why = "the setting `RestoreHoldDays` is 0, so nobody is held";
        return Ok(Answer::nothing_to_do(request, principal, why));
    };
    let end = now + TimeDelta::days(i64::from(days.days()));
    if let Some(hold) = Hold::on(principal, now).filter(|hold| hold.lasts_until(end)) {
        return Ok(Answer::nothing_to_do(request, principal, &format!("it is {hold} already")));
    }
    if !has_room_for_hold(principal) {
        let (principal, count) = (principal.arn.clone(), principal.tags.len());
        return Err(Refusal::NoRoomForHold { principal, count }.into());
    }
    let name = PrincipalName::from(&principal.arn);
    let set = aws.tag(&name, &[(HELD_UNTIL_TAG, &until)]).await;
    set.map_err(|error| Stopped::of_tagging(error, &principal.arn))?;
    Ok(Answer::held(request, principal, end))
}

async fn lift(
    request: &Request,
    principal: &Principal,
    now: DateTime<Utc>,
    aws: &impl TagPrincipal,
) -> Result<Answer, Stopped> {
    if let Some(hold) = Hold::on(principal, now).filter(|hold| !hold.is_ours()) {
        return Err(Refusal::HoldStays { principal: principal.arn.clone(), hold }.into());
    }
    let tags = hold_tags(principal);
    if tags.is_empty() {
        return Ok(Answer::nothing_to_do(request, principal, "it is not held"));
    }
    let removed = aws.untag(&PrincipalName::from(&principal.arn), &tags).await;
    removed.map_err(|error| Stopped::of_tagging(error, &principal.arn))?;
    Ok(Answer::lifted(request, principal))
}
