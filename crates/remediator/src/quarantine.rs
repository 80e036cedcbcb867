//! Quarantine: a user that used IAM is denied IAM until somebody looked into it.
//!
//! The order of the writes: the tag first, which is what a release goes by, then the policy. A
//! release takes the policy off and removes the tag last. Cut short anywhere, running it again
//! completes it.
//!
//! There is no loop: the function itself calls IAM as an assumed role, and only users are put in
//! quarantine.

use crate::answer::Answer;
use crate::context::Context;
use crate::error::{Refusal, RemediationError, Stopped};
use crate::herald::Herald;
use crate::ports::RemediatorAws;
use crate::request::Request;
use crate::settings::{LoadedSettings, Settings};
use crate::settle;
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_aws::ports::{BoundaryPolicies, QuarantineError, TagError, TagPrincipal};
use leastwise_aws::{Clock, PrincipalName, codes, ports};
use leastwise_rightsizing::iam::{Principal, PrincipalArn, PrincipalKind};
use leastwise_rightsizing::plan;
use leastwise_rightsizing::tags::{
    QUARANTINE_POLICY_NAME, QUARANTINED_TAG, Quarantine, QuarantinePolicyArn, only_denies,
    quarantined_tag_value,
};

/// How old a call may be, in hours. What brings events by itself, CloudTrail (minutes), EventBridge
/// (a day) and Lambda (an hour, by the template), does not bring older ones: somebody redrives them
/// from the dead-letter queue, and by then the user may have been looked into and released.
///
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>.
const MAX_CALL_AGE_HOURS: i64 = 26;

/// What a request without an event puts into the tag in place of an event's id.
const BY_REQUEST: &str = "request";

/// Why there is nothing to look into, before anything is read. A request is refused where an event
/// is of no account.
///
/// # Errors
///
/// Refused when quarantine is off and somebody asked for it, or the call was made in another
/// account. Failed when it was made too long ago: a refused event is seen by nobody, and this one
/// is for a person to decide on.
pub(crate) fn without_reason(
    request: &Request,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<Option<Answer>, Stopped> {
    let Some(call) = &request.call else {
        return match settings.quarantine {
            Some(_) => Ok(None),
            None => Err(Refusal::QuarantineOff { principal: request.resource.to_string() }.into()),
        };
    };
    let Some(policy) = &settings.quarantine else {
        return Ok(Some(Answer::no_reason(request, "`Quarantine` is `off`".to_owned())));
    };
    if call.account != policy.account() || call.user.account() != policy.account() {
        let (account, own) = (call.account.clone(), policy.account().to_owned());
        return Err(Refusal::ForeignCall { account, own }.into());
    }
    if let Some(why) = call.is_harmless() {
        return Ok(Some(Answer::no_reason(request, why)));
    }
    if now - call.time > TimeDelta::hours(MAX_CALL_AGE_HOURS) {
        let (user, name, time) = (call.user.clone(), call.name.clone(), call.time);
        return Err(
            RemediationError::OldCall { user, name, time, hours: MAX_CALL_AGE_HOURS }.into()
        );
    }
    Ok(None)
}

/// Puts the user in quarantine.
///
/// # Errors
///
/// Refused when it is not the user who made the call, no user, or exempt and not there because of
/// an event; failed when anything could not be looked up or written: then it is in quarantine or it
/// is not, and asking again completes it.
pub(crate) async fn quarantine<A, C, J>(
    context: &Context<'_, A, C, J>,
    principal: &Principal,
    settings: &LoadedSettings,
    herald: &mut Herald<'_>,
) -> Result<Answer, Stopped>
where
    A: RemediatorAws,
    C: Clock,
{
    let Context { request, aws, clock, moment, .. } = *context;
    let now = moment.now;
    if let Some(remark) = left_alone(request, principal, settings, now)? {
        return Ok(Answer::no_reason(request, remark));
    }
    herald.meet(principal);
    if Quarantine::of(principal).is_in_force() {
        return Ok(Answer::nothing_to_do(request, principal, "it is in quarantine already"));
    }
    let policy = QuarantinePolicyArn::beside(&principal.arn);
    let document = denials(&policy, aws).await?;
    let (time, occasion) = match &request.call {
        Some(call) => (call.time, call.id.as_str()),
        None => (now, BY_REQUEST),
    };
    herald.before_a_change(principal, aws).await;
    let tag = quarantined_tag_value(time, occasion);
    let tagged = record(principal, &tag, aws).await?;
    let how = put_on(principal, &policy, &document, aws).await?;
    let expected = format!("policy `{QUARANTINE_POLICY_NAME}`");
    settle::until(principal, aws, clock, &expected, |read| Quarantine::of(read).is_in_force())
        .await?;
    let because = match &request.call {
        Some(call) => format!("it called `iam:{}` on {}", call.name, call.time),
        None => "somebody asked for it".to_owned(),
    };
    let untagged = if tagged {
        ""
    } else {
        "; it has no room for tag `leastwise:quarantined`, so the policy alone says that it is in quarantine"
    };
    Ok(Answer::quarantined(request, principal, format!("{because}; {how}{untagged}")))
}

/// Why the principal is left alone, where an event is the reason to ask.
fn left_alone(
    request: &Request,
    principal: &Principal,
    settings: &LoadedSettings,
    now: DateTime<Utc>,
) -> Result<Option<String>, Refusal> {
    let arn = || principal.arn.clone();
    if let Some(call) = &request.call
        && call.user_id != principal.unique_id
    {
        let (resource, id) = (call.user_id.to_string(), principal.unique_id.clone());
        return Err(Refusal::AnotherPrincipal { resource, principal: arn(), id });
    }
    if principal.arn.kind() != PrincipalKind::User {
        return Err(Refusal::NotAUser { principal: arn() });
    }
    match (plan::refuse_exempt(principal, &settings.plan, now), &request.call) {
        (Ok(()), _) => Ok(None),
        (Err(exempt), Some(_)) => Ok(Some(exempt.to_string())),
        (Err(exempt), None) => Err(exempt.into()),
    }
}

/// The text of the quarantine policy.
async fn denials(
    policy: &QuarantinePolicyArn,
    aws: &impl BoundaryPolicies,
) -> Result<String, Stopped> {
    let unfit = |why| {
        let policy_arn = policy.as_str().to_owned();
        Stopped::from(RemediationError::QuarantinePolicy { policy_arn, why })
    };
    let stored = aws.find(policy.as_str()).await?;
    let stored = stored.ok_or_else(|| unfit("it does not exist"))?;
    match stored.document {
        Ok(document) if only_denies(&document) => Ok(document.to_compact_string()),
        Ok(_) => Err(unfit("it has a statement that does not deny")),
        Err(_) => Err(unfit("it cannot be read")),
    }
}

/// Writes the tag; `false` where the user has no room for it. That must not keep it out of
/// quarantine.
async fn record(
    principal: &Principal,
    tag: &str,
    aws: &impl TagPrincipal,
) -> Result<bool, Stopped> {
    match aws.tag(&PrincipalName::from(&principal.arn), &[(QUARANTINED_TAG, tag)]).await {
        Ok(()) => Ok(true),
        Err(TagError::QuotaExceeded { .. }) => Ok(false),
        Err(error) => Err(Stopped::of_tagging(error, &principal.arn)),
    }
}

/// Attaches the policy or, where the user has no room for another, puts the same text in as an
/// inline policy. How, in words.
async fn put_on(
    principal: &Principal,
    policy: &QuarantinePolicyArn,
    document: &str,
    aws: &impl ports::Quarantine,
) -> Result<String, Stopped> {
    let user = principal.arn.name();
    match aws.attach_policy(user, policy.as_str()).await {
        Ok(()) => return Ok(format!("policy `{}` is attached", policy.as_str())),
        Err(QuarantineError::QuotaExceeded(_)) => {}
        Err(error) => return Err(error.into()),
    }
    match aws.put_inline_policy(user, QUARANTINE_POLICY_NAME, document).await {
        Ok(()) => Ok(format!(
            "inline policy `{QUARANTINE_POLICY_NAME}` is in place, since it has no room for another managed policy"
        )),
        Err(QuarantineError::QuotaExceeded(call)) => {
            let (principal, characters) = (principal.arn.clone(), document.chars().count());
            Err(RemediationError::NoRoomForQuarantine { principal, characters, call }.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// What it means that an inline policy was not deleted: the role may do that only while quarantine
/// is on.
fn still_denied(error: QuarantineError, principal: &PrincipalArn) -> RemediationError {
    match error {
        QuarantineError::Call(call) if call.is(codes::ACCESS_DENIED) => {
            RemediationError::InlineQuarantineStays { principal: principal.clone(), call }
        }
        error @ (QuarantineError::NoSuchEntity(_)
        | QuarantineError::QuotaExceeded(_)
        | QuarantineError::Call(_)) => error.into(),
    }
}

/// Ends the quarantine that Leastwise began: takes off what it put on, and nothing else. Exempt
/// users are released, too, and also where quarantine is off by now.
///
/// # Errors
///
/// Refused when the principal is no user, or nothing says that Leastwise put it in quarantine;
/// failed when AWS failed, or when the denials are an inline policy and quarantine is off by now.
pub(crate) async fn release<A, C, J>(
    context: &Context<'_, A, C, J>,
    principal: &Principal,
    herald: &mut Herald<'_>,
) -> Result<Answer, Stopped>
where
    A: RemediatorAws,
    C: Clock,
{
    let Context { request, aws, clock, .. } = *context;
    let arn = &principal.arn;
    if arn.kind() != PrincipalKind::User {
        return Err(Refusal::NotAUser { principal: arn.clone() }.into());
    }
    let quarantine = Quarantine::of(principal);
    if !quarantine.is_ours() {
        return if quarantine.is_in_force() {
            Err(Refusal::QuarantineRecordMissing { principal: arn.clone() }.into())
        } else {
            Ok(Answer::nothing_to_do(request, principal, "it is not in quarantine"))
        };
    }
    herald.before_a_change(principal, aws).await;
    if quarantine.managed {
        aws.detach_policy(arn.name(), QuarantinePolicyArn::beside(arn).as_str()).await?;
    }
    if quarantine.inline {
        let deleted = aws.delete_inline_policy(arn.name(), QUARANTINE_POLICY_NAME).await;
        deleted.map_err(|error| still_denied(error, arn))?;
    }
    let expected = format!("no policy `{QUARANTINE_POLICY_NAME}`");
    settle::until(principal, aws, clock, &expected, |read| !Quarantine::of(read).is_in_force())
        .await?;
    if quarantine.tag.is_some() {
        let untagged = aws.untag(&PrincipalName::from(arn), &[QUARANTINED_TAG]).await;
        untagged.map_err(|error| Stopped::of_tagging(error, arn))?;
    }
    Ok(Answer::released(request, principal))
}
