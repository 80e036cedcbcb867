//! What the evidence can see of a principal: where, since when and until when.
//!
//! That something was not used is known only where IAM would have recorded its use: about this
//! principal, in every Region, for the whole window. Everywhere else it is unknown.

use super::kinds::{Idle, Unknown, Usage};
use crate::evidence::witnesses::{Sightings, Source};
use crate::evidence::{EnabledRegions, LastAccessedReport, is_watched_partition};
use crate::settings::{Judging, UntrackedRegions};
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::CatalogAction;
use std::collections::BTreeSet;

/// When IAM began to keep last accessed data anywhere, in seconds since 1970: 2015-10-01. An
/// earlier date is none, such as the zero time of other languages.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html#access_policies_last-accessed-tracking-period>.
const FIRST_DATE: i64 = 1_443_657_600;

const SECONDS_A_DAY: i64 = 86_400;

/// What can be seen of one principal or group.
#[derive(Debug, Clone)]
pub(super) struct Sight<'a> {
    window_start: DateTime<Utc>,
    created: Option<DateTime<Utc>>,
    /// Why nothing can be called idle, used before or not.
    blind: Option<Unknown>,
    /// Why nothing can be called never used.
    never_says_nothing: Option<Unknown>,
    others: Others<'a>,
}

/// Whom and what the evidence is about.
pub(super) struct Seen<'a> {
    pub(super) partition: &'a str,
    pub(super) created: Option<DateTime<Utc>>,
    pub(super) report: &'a LastAccessedReport,
    pub(super) regions: &'a EnabledRegions,
    pub(super) sightings: &'a Sightings,
}

impl<'a> Sight<'a> {
    /// What is seen of the window that ends at `as_of`.
    pub(super) fn of(seen: &Seen<'a>, judging: &Judging, as_of: DateTime<Utc>) -> Self {
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
        let oldest = judging.oldest_report(as_of);
        let is_old = seen.report.completed().is_none_or(|completed| completed < oldest);
        let blind = if seen.sightings.is_unread() {
            Some(Unknown::SourceNotRead)
        } else {
            is_old.then_some(Unknown::EvidenceIsOld)
        };
        let others = Others::of(seen, window_start, oldest);
        Self { window_start, created: seen.created, blind, never_says_nothing, others }
    }

    /// When the window began.
    pub(super) fn window_start(&self) -> DateTime<Utc> {
        self.window_start
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

    /// The use of a service by its last date. `granted` are the actions of it that are granted;
    /// `None` where the catalogue does not know the service.
    pub(super) fn of_service(
        &self,
        namespace: &str,
        last: Option<DateTime<Utc>>,
        mut granted: Option<impl Iterator<Item = bool>>,
    ) -> Usage {
        let usage = self.by_date(last, self.never_says_nothing);
        let all_tracked = || granted.as_mut().is_some_and(|granted| granted.all(|it| it));
        match usage {
            Usage::Unknown(Unknown::RegionNotWatched)
                if self.others.saw_all_of(namespace, all_tracked) =>
            {
                self.by_date(last, None)
            }
            Usage::Used { .. } | Usage::Idle(_) | Usage::Unknown(_) => usage,
        }
    }

    fn by_date(&self, last: Option<DateTime<Utc>>, never_says_nothing: Option<Unknown>) -> Usage {
        match (self.date(last), self.blind, never_says_nothing) {
            (Some(last), ..) if last >= self.window_start => {
                Usage::Used { last, by: Source::LastAccessed }
            }
            (_, Some(why), _) | (None, None, Some(why)) => Usage::Unknown(why),
            (Some(last), None, _) => Usage::Idle(Idle::Stale { last }),
            (None, None, None) => Usage::Idle(Idle::Never),
        }
    }

    /// The use of a tracked action by its last date. IAM began to track actions at different times:
    /// that one has no date says something only if it was tracked for the whole window.
    ///
    /// Where another source would have seen every management event, it says so for what IAM tracks:
    /// that is a management event, wherever and since whenever IAM tracks it.
    pub(super) fn of_action(
        &self,
        namespace: &str,
        last: Option<DateTime<Utc>>,
        known: Option<CatalogAction<'_>>,
    ) -> Usage {
        let tracked_since = known.and_then(|known| known.tracked_since);
        let others_saw = tracked_since.is_some() && self.others.saw_management_of(namespace);
        let never_says_nothing = match self.never_says_nothing {
            Some(Unknown::RegionNotWatched) if others_saw => None,
            other => other,
        };
        let usage = self.by_date(last, never_says_nothing);
        if usage != Usage::Idle(Idle::Never) || others_saw {
            return usage;
        }
        let since = tracked_since.map(|day| i64::from(day.days_since_epoch()) * SECONDS_A_DAY);
        match since {
            Some(since) if since <= self.window_start.timestamp() => usage,
            Some(_) => Usage::Unknown(Unknown::TrackedTooBriefly),
            None => Usage::Unknown(Unknown::TrackedSinceUnknown),
        }
    }
}

/// What others than IAM would have seen of the principal in the window.
#[derive(Debug, Clone)]
struct Others<'a> {
    sightings: &'a Sightings,
    regions: Option<&'a BTreeSet<String>>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    saw_management: bool,
}

impl<'a> Others<'a> {
    fn of(seen: &Seen<'a>, from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let Seen { sightings, regions, .. } = *seen;
        let regions = match regions {
            EnabledRegions::NotAsked => None,
            EnabledRegions::Known(regions) => Some(regions),
        };
        let saw_management =
            sightings.coverage().any(|(_, coverage)| coverage.saw_management(regions, from, to));
        Self { sightings, regions, from, to, saw_management }
    }

    /// Whether a source would have seen every management event of the service, and knows the
    /// action of each that it saw.
    fn saw_management_of(&self, namespace: &str) -> bool {
        self.saw_management && !self.sightings.saw_unnamed_use(namespace, self.from)
    }

    /// Whether sources would have seen every call of what is granted in the service:
    /// `all_tracked` says whether these are management events only.
    fn saw_all_of(&self, namespace: &str, all_tracked: impl FnOnce() -> bool) -> bool {
        if !self.saw_management_of(namespace) {
            return false;
        }
        let Self { regions, from, to, .. } = *self;
        let mut coverage = self.sightings.coverage();
        coverage.any(|(_, it)| it.saw_data_of(namespace, regions, from, to)) || all_tracked()
    }
}
