//! What is asked of automatic remediation as a whole: to go on after a halt, and to enforce the
//! notices that are due and clear away what is left of principals that are gone.
//!
//! AWS Config is not relied on for the latter: whether it starts a remediation again that ended
//! well, as one does that gave notice, is not documented. A schedule of the stack asks.

use crate::context::Context;
use crate::errand_answer::{Enforced, ErrandAnswer, ErrandStatus};
use crate::error::RemediationError;
use crate::handler::handle;
use crate::leftovers::{self, Removed};
use crate::ports::RemediatorAws;
use crate::request::{Errand, Mode, Request, Resource};
use crate::{tally, turn};
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{Entries, Remember};
use leastwise_aws::{Clock, Moment};
use leastwise_rightsizing::automatic::{Resumption, halt_parameter, resume_parameter};
use leastwise_rightsizing::iam::{Account, Principal, UniqueId};
use leastwise_rightsizing::settings::NoticeDays;
use leastwise_rightsizing::tags::{Notice, notice_tags};
use leastwise_telemetry::Journal;
use std::collections::BTreeSet;
use std::time::Instant;

/// Does an errand.
///
/// Running it again, or after it was cut short between any two calls, ends in the same state.
///
/// # Errors
///
/// [`RemediationError`] when AWS failed before anything was done. That a principal failed is said
/// in the answer.
pub async fn run<A, C, J>(
    context: &Context<'_, A, C, J, Errand>,
) -> Result<ErrandAnswer, RemediationError>
where
    A: RemediatorAws,
    C: Clock,
    J: Journal,
{
    let Context { request: &errand, aws, journal, moment, .. } = *context;
    tally::start_errand(errand, journal);
    let ended = match errand {
        Errand::Resume => resume(moment.now, aws).await,
        Errand::EnforceNotices { notice_days } => enforce(notice_days, context).await,
    };
    let answer = ended.as_ref().map(|answer| (answer.status, answer.message.as_str()));
    tally::end_errand(answer, moment.now, journal);
    ended
}

/// Lets automatic remediation go on. The halt goes last: cut short before, everything is halted
/// still, and the next run completes it. It begins with a few principals again.
async fn resume(
    now: DateTime<Utc>,
    aws: &(impl Entries + Remember),
) -> Result<ErrandAnswer, RemediationError> {
    let ledger = turn::ledger(aws).await?;
    let Some(halt) = ledger.halt() else {
        let message = "automatic remediation is not halted".to_owned();
        return Ok(ErrandAnswer::of_resuming(ErrandStatus::Noop, message));
    };
    let resumption = Resumption { at: now, resource_id: halt.resource_id.clone() };
    let written = aws.remember(&resume_parameter(), &resumption.to_text()).await;
    written.map_err(RemediationError::Resume)?;
    let first = ledger.canary_parameters();
    if !first.is_empty() {
        aws.remove_entries(&first).await?;
    }
    aws.remove_entries(&BTreeSet::from([halt_parameter()])).await?;
    let message = format!(
        "automatic remediation goes on; it was halted since {} because of `{}`",
        halt.since.format("%Y-%m-%d %H:%M"),
        halt.principal
    );
    Ok(ErrandAnswer::of_resuming(ErrandStatus::Resumed, message))
}

/// Goes on with everybody whose notice is due, by the rules of automatic remediation, and removes
/// what is left of principals that are gone.
///
/// Whoever ends up with a new notice gets two weeks at least: this asks in the name of a notice
/// that lapsed or cannot be read, and does not know how long that was.
async fn enforce<A, C, J>(
    notice_days: NoticeDays,
    context: &Context<'_, A, C, J, Errand>,
) -> Result<ErrandAnswer, RemediationError>
where
    A: RemediatorAws,
    C: Clock,
    J: Journal,
{
    let Context { settings, aws, clock, journal, moment, .. } = *context;
    let account = aws.account().await?;
    let due = due(&account, moment.now);
    let mut principals = Vec::new();
    for id in &due {
        if Instant::now() >= moment.deadline {
            break;
        }
        let request = Request {
            notice_days: notice_days.max(NoticeDays::LEAST_BEFORE_DATED_USE_GOES),
            automatic: true,
            ..Request::of(Resource::Id(id.clone()), Mode::Apply)
        };
        let moment = Moment::new(moment.now, moment.deadline);
        let context = Context { request: &request, settings, aws, clock, journal, moment };
        principals.push(Enforced::from(id, handle(&context).await));
    }
    let left = clear_away(&account, context).await;
    Ok(ErrandAnswer::of_enforcing(due.len(), principals, left))
}

/// Removes what is left of principals that are gone, while there is time; why not, in words.
async fn clear_away<A, C, J>(
    account: &Account,
    context: &Context<'_, A, C, J, Errand>,
) -> Result<Vec<Removed>, String>
where
    A: RemediatorAws,
    J: Journal,
{
    let Context { aws, journal, moment, .. } = *context;
    let removing = leftovers::remove(account, moment.now, aws);
    let removed = tokio::time::timeout_at(moment.deadline.into(), removing).await;
    let removed = removed.map_err(|_| "the time of the run is over".to_owned())?;
    let removed = removed.map_err(|error| error.to_string())?;
    for removed in &removed {
        tally::removed(removed, journal);
    }
    Ok(removed)
}

/// The principals whose notice is due. A notice that cannot be read is as one that lapsed: a new
/// one is given.
///
/// Each hour another one is first, so that those who take long and come to nothing do not keep the
/// others waiting for ever.
fn due(account: &Account, now: DateTime<Utc>) -> Vec<UniqueId> {
    let is_due = |principal: &&Principal| match Notice::on(principal, now) {
        Ok(notice) => notice.is_some_and(|notice| notice.is_due(now)),
        Err(_) => !notice_tags(principal).is_empty(),
    };
    let principals = account.principals().filter(is_due);
    let mut due: Vec<UniqueId> = principals.map(|principal| principal.unique_id.clone()).collect();
    due.sort();
    let hour = usize::try_from(now.timestamp() / 3_600).unwrap_or_default();
    let first = hour.checked_rem(due.len()).unwrap_or_default();
    due.rotate_left(first);
    due
}
