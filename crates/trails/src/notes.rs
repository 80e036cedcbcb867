//! What is known of a trail beside use and denials: how much was read, and what it would have seen.

use crate::limits::MAX_LISTED;
use crate::observation::Kind;
use crate::record::{Aside, Record};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use leastwise_rightsizing::evidence::witnesses::{Places, Stretch};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a trail beside use and denials. It can be written and read again, so that a
/// part of a trail that was read once need not be read again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notes {
    /// How many records there were.
    pub records: u64,
    /// How many of them show use or a denial.
    pub seen: u64,
    /// How many are of another time than was asked for.
    pub out_of_time: u64,
    /// How many say that they happened only later than they were read.
    pub in_future: u64,
    /// How many are of denied calls of which no action is known.
    pub denied_unknown: u64,
    /// How many show no use, by the reason.
    pub aside: Tally<Aside>,
    /// Calls whose action is not known, by event source and event name. They count as use of their
    /// service, if that is known.
    pub not_understood: Tally<(String, String)>,
    /// When the first and the last of the records happened that were not left out for their time.
    pub span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    days: BTreeMap<String, BTreeMap<NaiveDate, Day>>,
}

/// Counts things, and lists them as far as they are not too many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Counted<K>", into = "Counted<K>")]
#[serde(bound(serialize = "K: Clone + Serialize", deserialize = "K: Ord + Deserialize<'de>"))]
pub struct Tally<K> {
    /// How often each was there; at most [`MAX_LISTED`].
    pub listed: BTreeMap<K, u64>,
    /// How many there were that are not listed.
    pub others: u64,
}

/// A tally as it is written: JSON has texts for keys only.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counted<K> {
    listed: Vec<(K, u64)>,
    others: u64,
}

/// What a trail has of one Region on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Day {
    reads: bool,
    writes: bool,
    newest: DateTime<Utc>,
}

impl<K> From<Tally<K>> for Counted<K> {
    fn from(tally: Tally<K>) -> Self {
        Self { listed: tally.listed.into_iter().collect(), others: tally.others }
    }
}

impl<K: Ord> From<Counted<K>> for Tally<K> {
    fn from(counted: Counted<K>) -> Self {
        Self { listed: counted.listed.into_iter().collect(), others: counted.others }
    }
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self { listed: BTreeMap::new(), others: 0 }
    }
}

impl<K: Ord> Tally<K> {
    pub(crate) fn add(&mut self, what: K, count: u64) {
        let is_full = self.listed.len() >= MAX_LISTED;
        match self.listed.get_mut(&what) {
            Some(listed) => *listed = listed.saturating_add(count),
            None if is_full => self.others = self.others.saturating_add(count),
            None => drop(self.listed.insert(what, count)),
        }
    }

    fn join(&mut self, other: Self) {
        self.others = self.others.saturating_add(other.others);
        other.listed.into_iter().for_each(|(what, count)| self.add(what, count));
    }
}

impl Notes {
    /// Takes in what is known of another part of the same trail.
    pub(crate) fn join(&mut self, other: Self) {
        self.records = self.records.saturating_add(other.records);
        self.seen = self.seen.saturating_add(other.seen);
        self.out_of_time = self.out_of_time.saturating_add(other.out_of_time);
        self.in_future = self.in_future.saturating_add(other.in_future);
        self.denied_unknown = self.denied_unknown.saturating_add(other.denied_unknown);
        self.aside.join(other.aside);
        self.not_understood.join(other.not_understood);
        if let Some((first, last)) = other.span {
            self.happened(first);
            self.happened(last);
        }
        for (region, days) in other.days {
            let mine = self.days.entry(region).or_default();
            for (date, day) in days {
                mine.entry(date).or_default().join(day);
            }
        }
    }

    /// Notes that a record happened then.
    pub(crate) fn happened(&mut self, at: DateTime<Utc>) {
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }

    /// The stretches of days on end of which the trail has records, for each Region.
    ///
    /// A stretch ends with the last record of its last day. It tells of management events where
    /// both reads and writes were among them on each of its days: a trail may be set to one of them
    /// from one day to the next. Of data events a trail may log some resources only, so none are
    /// told of. A file that is missing among those of a day does not show, so whoever
    /// adds these stretches to the log as its coverage says that none is.
    #[must_use]
    pub fn stretches(&self) -> Vec<Stretch> {
        let stretches = self.days.iter().flat_map(|(region, days)| {
            let days: Vec<(NaiveDate, Day)> =
                days.iter().map(|(date, day)| (*date, *day)).collect();
            let on_end = days.chunk_by(|(one, before), (next, after)| {
                one.succ_opt() == Some(*next) && before.is_whole() == after.is_whole()
            });
            on_end.filter_map(|days| stretch(region, days)).collect::<Vec<_>>()
        });
        stretches.collect()
    }

    /// The stretches that the trail vouches for if no file of it is missing, none of them before
    /// `from` or after `until`: what happened only lately may be in a file that is still to come.
    /// The first day of each is left out: the trail may have begun in the middle of it. `None`
    /// where it is not known of a record who called, what, or when.
    #[must_use]
    pub fn vouched_for(
        &self,
        from: Option<DateTime<Utc>>,
        until: DateTime<Utc>,
    ) -> Option<Vec<Stretch>> {
        let is_unclear = |aside: &Aside| {
            matches!(aside, Aside::Unresolved(_) | Aside::NoTime | Aside::UnknownService)
        };
        let is_unclear = self.aside.listed.keys().any(is_unclear) || self.aside.others > 0;
        if is_unclear || self.in_future > 0 {
            return None;
        }
        let cut = |stretch: Stretch| {
            let whole = stretch.from + TimeDelta::days(1);
            let from = from.map_or(whole, |from| from.max(whole));
            let to = stretch.to.min(until);
            (from < to).then_some(Stretch { from, to, ..stretch })
        };
        Some(self.stretches().into_iter().filter_map(cut).collect())
    }

    /// Which Regions the trail has records of, by their codes.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.days.keys().map(String::as_str)
    }

    /// Counts a record that shows no use.
    pub(crate) fn set_aside(&mut self, aside: Aside, source: &str, name: &str) {
        if aside == Aside::UnknownService {
            self.not_understood.add((source.to_owned(), name.to_owned()), 1);
        }
        self.aside.add(aside, 1);
    }

    /// Notes of which Region and day a record is.
    pub(crate) fn day(&mut self, region: &str, at: DateTime<Utc>, record: &Record<'_>) {
        if !self.days.contains_key(region) {
            if self.days.len() >= MAX_LISTED {
                return;
            }
            self.days.insert(region.to_owned(), BTreeMap::new());
        }
        let Some(days) = self.days.get_mut(region) else { return };
        let is_management = record.kind() == Kind::Management && record.no_call().is_none();
        let of_kind = |is_read| is_management && record.is_read() == Some(is_read);
        let day = Day { reads: of_kind(true), writes: of_kind(false), newest: at };
        days.entry(at.date_naive()).or_default().join(day);
    }
}

impl Day {
    /// Whether the trail logged both kinds of management events on that day.
    fn is_whole(self) -> bool {
        self.reads && self.writes
    }

    fn join(&mut self, other: Self) {
        self.reads |= other.reads;
        self.writes |= other.writes;
        self.newest = self.newest.max(other.newest);
    }
}

fn stretch(region: &str, days: &[(NaiveDate, Day)]) -> Option<Stretch> {
    let ((first, _), (last, last_day)) = (days.first()?, days.last()?);
    let midnight = last.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN).and_utc();
    Some(Stretch {
        from: first.and_time(NaiveTime::MIN).and_utc(),
        to: last_day.newest.min(midnight),
        regions: Places::In(BTreeSet::from([region.to_owned()])),
        management: days.iter().all(|(_, day)| day.is_whole()),
        data_of: BTreeSet::new(),
    })
}
