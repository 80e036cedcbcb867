//! Notice before enforcement: whether to give one, to wait, or to enforce.
//!
//! What is enforced once a notice is due was idle when it was given and is idle still. So the plan
//! is then judged as of the time of the notice, by evidence of now: its window begins where it
//! began then, and ends today. What was granted since counts as granted recently and is kept. Where
//! IAM's memory of 400 days does not reach back that far, only the very plan that was announced is
//! enforced; for any other, a new notice is given. A notice that nobody acted on in time lapses.

use crate::error::{Refusal, Stopped};
use crate::herald::Herald;
use crate::planning::Planned;
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{Remember, TagPrincipal};
use leastwise_aws::{Moment, PrincipalName};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::settings::{NoticeDays, UnusedAfterDays};
use leastwise_rightsizing::tags::{Notice, has_room, notice_tags};

/// How a principal stands with notice.
#[derive(Debug)]
pub(crate) struct Standing {
    days: NoticeDays,
    /// The notice it has; none where notice is not asked for.
    notice: Option<Notice>,
    is_due: bool,
}

/// What is to be done with a plan that would change something.
#[derive(Debug)]
pub(crate) enum Step {
    /// Announce it.
    Announce(Notice),
    /// It is announced and not due yet.
    Wait(Notice),
    /// Carry it out.
    Enforce,
}

/// How `principal` stands with notice. Tags that are no sound notice, and a notice that has lapsed,
/// count as none, so that a new one is given: nothing is enforced on their strength.
pub(crate) fn standing(principal: &Principal, days: NoticeDays, now: DateTime<Utc>) -> Standing {
    let notice = Notice::on(principal, now).unwrap_or_else(|why| {
        tracing::warn!("the notice on `{}` counts as none: {why}", principal.arn);
        None
    });
    let notice = notice.filter(|notice| !days.is_none() && !notice.has_lapsed(now));
    let is_due = notice.as_ref().is_some_and(|notice| notice.is_due(now));
    Standing { days, notice, is_due }
}

impl Standing {
    /// The same moment, as of which use is judged.
    pub(crate) fn judged(&self, window: UnusedAfterDays, moment: Moment) -> Moment {
        match &self.notice {
            Some(notice) if self.is_due && notice.evidence_reaches_back(moment.now, window) => {
                Moment { judged: notice.given(), ..moment }
            }
            Some(_) | None => moment,
        }
    }

    /// What is to be done. A change that takes nothing away needs no notice.
    pub(crate) fn step(
        self,
        planned: &Planned,
        window: UnusedAfterDays,
        now: DateTime<Utc>,
    ) -> Step {
        if self.days.is_none() || planned.proved.plan().dropped.is_empty() {
            return Step::Enforce;
        }
        let digest = planned.digest();
        match self.notice {
            Some(notice) if !self.is_due => Step::Wait(notice),
            Some(notice)
                if notice.evidence_reaches_back(now, window) || *notice.plan() == digest =>
            {
                Step::Enforce
            }
            Some(_) | None => Step::Announce(Notice::given_at(now, self.days, digest)),
        }
    }
}

/// Writes the tags of the notice, in one call.
pub(crate) async fn give(
    notice: &Notice,
    principal: &Principal,
    herald: &mut Herald<'_>,
    aws: &(impl TagPrincipal + Remember),
) -> Result<(), Stopped> {
    if !has_room(principal) {
        let (principal, count) = (principal.arn.clone(), principal.tags.len());
        return Err(Refusal::NoRoomForNotice { principal, count }.into());
    }
    herald.before_a_change(principal, aws).await;
    let tags = notice.tags();
    let tags: Vec<(&str, &str)> = tags.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let given = aws.tag(&PrincipalName::from(&principal.arn), &tags).await;
    given.map_err(|error| Stopped::of_tagging(error, &principal.arn))
}

/// Removes the tags of a notice, where there are any.
pub(crate) async fn remove(principal: &Principal, aws: &impl TagPrincipal) -> Result<(), Stopped> {
    let tags = notice_tags(principal);
    if tags.is_empty() {
        return Ok(());
    }
    let removed = aws.untag(&PrincipalName::from(&principal.arn), &tags).await;
    removed.map_err(|error| Stopped::of_tagging(error, &principal.arn))
}
