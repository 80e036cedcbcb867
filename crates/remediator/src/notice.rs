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
use crate::request::Request;
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{Remember, TagPrincipal};
use leastwise_aws::{Moment, PrincipalName};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::plan::Plan;
use leastwise_rightsizing::settings::{NoticeDays, UnusedAfterDays};
use leastwise_rightsizing::tags::{Notice, has_room, hold_tags, notice_tags};

/// How a principal stands with notice.
#[derive(Debug)]
pub(crate) struct Standing {
    days: NoticeDays,
    /// Whether nobody asked for the change but AWS Config by itself.
    automatic: bool,
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
///
/// A person who asks for no notice overtakes one that stands; automatic remediation does not.
pub(crate) fn standing(principal: &Principal, request: &Request, now: DateTime<Utc>) -> Standing {
    let (days, automatic) = (request.notice_days, request.automatic);
    let notice = Notice::on(principal, now).unwrap_or_else(|why| {
        tracing::warn!("the notice on `{}` counts as none: {why}", principal.arn);
        None
    });
    let counts = automatic || !days.is_none();
    let notice = notice.filter(|notice| counts && !notice.has_lapsed(now));
    let is_due = notice.as_ref().is_some_and(|notice| notice.is_due(now));
    Standing { days, automatic, notice, is_due }
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

    /// Whether a notice stands whose date has come.
    pub(crate) fn is_due(&self) -> bool {
        self.is_due
    }

    /// What is to be done. A change that takes nothing away needs no notice.
    pub(crate) fn step(
        &self,
        planned: &Planned,
        window: UnusedAfterDays,
        now: DateTime<Utc>,
    ) -> Step {
        let plan = planned.proved.plan();
        let least = self.least_notice(plan);
        let days = self.days.max(least);
        if plan.dropped.is_empty() || days.is_none() && self.notice.is_none() {
            return Step::Enforce;
        }
        let digest = planned.digest();
        let stands = |notice: &&Notice| {
            let same = || *notice.plan() == digest;
            notice.lasts(least) && (notice.evidence_reaches_back(now, window) || same())
        };
        match &self.notice {
            Some(notice) if !self.is_due && notice.lasts(least) => Step::Wait(notice.clone()),
            Some(notice) if stands(&notice) => Step::Enforce,
            Some(_) | None => Step::Announce(Notice::given_at(now, days, digest)),
        }
    }

    /// What is used once a year does not show in a window of half a year, and nobody looks at what
    /// happens automatically.
    fn least_notice(&self, plan: &Plan) -> NoticeDays {
        if self.automatic && plan.drops_earlier_use() {
            NoticeDays::LEAST_BEFORE_DATED_USE_GOES
        } else {
            NoticeDays::default()
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

/// Removes the tags of a notice and of a hold, where there are any: what they were about is done.
pub(crate) async fn remove(principal: &Principal, aws: &impl TagPrincipal) -> Result<(), Stopped> {
    let mut tags = notice_tags(principal);
    tags.extend(hold_tags(principal));
    if tags.is_empty() {
        return Ok(());
    }
    let removed = aws.untag(&PrincipalName::from(&principal.arn), &tags).await;
    removed.map_err(|error| Stopped::of_tagging(error, &principal.arn))
}
