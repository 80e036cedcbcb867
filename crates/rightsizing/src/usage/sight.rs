//! What the evidence can see of a principal: where, since when and until when.
//!
//! That something was not used is known only where IAM would have recorded its use: about this
//! principal, in every Region, for the whole window. Everywhere else it is unknown.

use super::kinds::{Idle, Unknown, Usage};
use crate::evidence::{EnabledRegions, LastAccessedReport, is_watched_partition};
use crate::settings::{Judging, UntrackedRegions};
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::catalog::CatalogAction;

/// When IAM began to keep last accessed data anywhere, in seconds since 1970: 2015-10-01. An
/// earlier date is none, such as the zero time of other languages.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html#access_policies_last-accessed-tracking-period>.
const FIRST_DATE: i64 = 1_443_657_600;

const SECONDS_A_DAY: i64 = 86_400;

/// What can be seen of one principal or group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    window_start: DateTime<Utc>,
    created: Option<DateTime<Utc>>,
    /// Why nothing can be called idle, used before or not.
    blind: Option<Unknown>,
    /// Why nothing can be called never used.
    never_says_nothing: Option<Unknown>,
}

/// Whom and what the evidence is about.
pub(super) struct Seen<'a> {
    pub(super) partition: &'a str,
    pub(super) created: Option<DateTime<Utc>>,
    pub(super) report: &'a LastAccessedReport,
    pub(super) regions: &'a EnabledRegions,
}

impl Sight {
    /// What is seen of the window that ends at `as_of`.
    pub(super) fn of(seen: &Seen<'_>, judging: &Judging, as_of: DateTime<Utc>) -> Self {
        let window_start = judging.unused_after.window_start(as_of);
        let unwatched = || {
            seen.regions.unwatched_at(window_start).next().is_some()
                || seen.regions.outside(seen.partition).next().is_some()
        };
        let never_says_nothing = if !is_watched_partition(seen.partition) {
            Some(Unknown::PartitionNotWatched)
        } else if judging.untracked_regions == UntrackedRegions::Unknown && unwatched() {
            Some(Unknown::RegionNotWatched)
        } else {
            match seen.created {
                Some(created) if created <= window_start => None,
                Some(_) => Some(Unknown::YoungerThanWindow),
                None => Some(Unknown::AgeUnknown),
            }
        };
        let oldest = as_of - TimeDelta::days(i64::from(judging.max_evidence_age.days()));
        let is_old = seen.report.completed().is_none_or(|completed| completed < oldest);
        let blind = is_old.then_some(Unknown::EvidenceIsOld);
        Self { window_start, created: seen.created, blind, never_says_nothing }
    }

    /// The date, if it can be one of this principal's use.
    pub(super) fn date(&self, date: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        date.filter(|date| {
            date.timestamp() >= FIRST_DATE && self.created.is_none_or(|created| *date >= created)
        })
    }

    /// Whether a date lies in the window.
    pub(super) fn is_recent(&self, date: Option<DateTime<Utc>>) -> bool {
        self.date(date).is_some_and(|date| date >= self.window_start)
    }

    /// The use of a service by its last date.
    pub(super) fn of_service(&self, last: Option<DateTime<Utc>>) -> Usage {
        match (self.date(last), self.blind, self.never_says_nothing) {
            (Some(last), ..) if last >= self.window_start => Usage::Used { last },
            (_, Some(why), _) | (None, None, Some(why)) => Usage::Unknown(why),
            (Some(last), None, _) => Usage::Idle(Idle::Stale { last }),
            (None, None, None) => Usage::Idle(Idle::Never),
        }
    }

    /// The use of a tracked action by its last date. IAM began to track actions at different times:
    /// that one has no date says something only if it was tracked for the whole window.
    pub(super) fn of_action(
        &self,
        last: Option<DateTime<Utc>>,
        known: Option<CatalogAction<'_>>,
    ) -> Usage {
        let usage = self.of_service(last);
        if usage != Usage::Idle(Idle::Never) {
            return usage;
        }
        let tracked_since = known.and_then(|known| known.tracked_since);
        let since = tracked_since.map(|day| i64::from(day.days_since_epoch()) * SECONDS_A_DAY);
        match since {
            Some(since) if since <= self.window_start.timestamp() => usage,
            Some(_) => Usage::Unknown(Unknown::TrackedTooBriefly),
            None => Usage::Unknown(Unknown::TrackedSinceUnknown),
        }
    }
}
