//! What is asked of automatic remediation as a whole: to go on after a halt, and to enforce the
//! notices that are due and clear away what is left of principals that are gone.
//!
//! AWS Config is not relied on for the latter: whether it starts a remediation again that ended
//! well, as one does that gave notice, is not documented. A schedule of the stack asks.

use crate::answer::Answer;
use crate::context::Context;
use crate::errand_answer::{Cleared, Enforced, ErrandAnswer, ErrandStatus};
use crate::error::RemediationError;
use crate::handler::handle;
use crate::ports::RemediatorAws;
use crate::request::{Errand, Mode, Request, Resource};
use crate::{leftovers, tally, turn};
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_aws::ports::{Entries, Remember};
use leastwise_aws::{Clock, Moment};
use leastwise_rightsizing::automatic::{Resumption, halt_parameter, resume_parameter};
use leastwise_rightsizing::iam::{Account, Principal};
use leastwise_rightsizing::settings::NoticeDays;
use leastwise_rightsizing::tags::{Notice, notice_tags};
use leastwise_telemetry::Journal;
use std::collections::BTreeSet;
use std::time::Instant;

/// How often the stack's schedule has due notices enforced.
const EVERY: TimeDelta = TimeDelta::hours(12);

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
    let account = Account::from(&aws.account().await?);
    let due = due(&account, moment.now);
    let mut principals = Vec::new();
    let mut left = due.into_iter();
    while Instant::now() < moment.deadline {
        let Some(principal) = left.next() else { break };
        let request = Request {
            notice_days: notice_days.max(NoticeDays::LEAST_BEFORE_DATED_USE_GOES),
            automatic: true,
            ..Request::of(Resource::Id(principal.unique_id.clone()), Mode::Apply)
        };
        let moment = Moment::new(moment.now, moment.deadline);
        let context = Context { request: &request, settings, aws, clock, journal, moment };
        let ended = handle(&context).await;
        let no_turn_is_left = ended.as_ref().is_ok_and(Answer::waits_for_its_turn);
        principals.push(Enforced::from(&principal.unique_id, ended));
        if no_turn_is_left {
            // To plan for the others would cost each of them a report, for the same answer.
            principals.extend(left.by_ref().map(Enforced::waiting));
        }
    }
    let not_reached = left.len();
    let cleared = clear_away(&account, context).await;
    Ok(ErrandAnswer::of_enforcing(principals, not_reached, cleared))
}

/// Removes what is left of principals that are gone, while there is time.
async fn clear_away<A, C, J>(account: &Account, context: &Context<'_, A, C, J, Errand>) -> Cleared
where
    A: RemediatorAws,
    J: Journal,
{
    let Context { aws, journal, moment, .. } = *context;
    let mut removed = Vec::new();
    let removing = leftovers::remove(account, moment.now, aws, &mut removed);
    let ended = tokio::time::timeout_at(moment.deadline.into(), removing).await;
    for removed in &removed {
        tally::removed(removed, journal);
    }
    let why_not_all = match ended {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("the time of the run is over".to_owned()),
    };
    Cleared { removed, why_not_all, unreadable: account.unreadable().len() }
}

/// The principals whose notice is due. A notice that cannot be read is as one that lapsed: a new
/// one is given.
///
/// Each time another one is first, so that those who take long and come to nothing do not keep the
/// others waiting for ever.
fn due(account: &Account, now: DateTime<Utc>) -> Vec<&Principal> {
    let is_due = |principal: &&Principal| match Notice::on(principal, now) {
        Ok(notice) => notice.is_some_and(|notice| notice.is_due(now)),
        Err(_) => !notice_tags(principal).is_empty(),
    };
    let mut due: Vec<&Principal> = account.principals().filter(is_due).collect();
    due.sort_by_key(|principal| &principal.unique_id);
    let time = usize::try_from(now.timestamp() / EVERY.num_seconds()).unwrap_or_default();
    let first = time.checked_rem(due.len()).unwrap_or_default();
    due.rotate_left(first);
    due
}
