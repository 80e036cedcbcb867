//! What a whole trail says of an account: use, denials, and what it was that nothing came of.

use crate::error::{TrailError, TrailFault};
use crate::limits::MAX_LISTED;
use crate::names::{Meaning, Names};
use crate::observation::Kind;
use crate::record::{Aside, Reading, Record};
use crate::split::Records;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use flate2::bufread::MultiGzDecoder;
use leastwise_rightsizing::evidence::witnesses::{Places, Source, Stretch, UsageLog};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, BufReader, Cursor, Read};

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What is to be read of a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The account, by its twelve digits.
    pub account: String,
    /// From when on; `None`: from the beginning.
    pub from: Option<DateTime<Utc>>,
    /// Until when, that moment included; `None`: to the end.
    pub to: Option<DateTime<Utc>>,
}

/// What a trail says of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailLog {
    /// Use and denials. It says nothing yet of what the trail would have seen: see
    /// [`TrailLog::stretches`].
    pub log: UsageLog,
    /// How many records there were.
    pub records: u64,
    /// How many of them show use or a denial.
    pub seen: u64,
    /// How many are of another time than was asked for.
    pub out_of_time: u64,
    /// How many are of denied calls of which no action is known.
    pub denied_unknown: u64,
    /// How many show no use, by the reason.
    pub aside: Tally<Aside>,
    /// Calls whose action is not known, by event source and event name. They count as use of their
    /// service, if that is known.
    pub not_understood: Tally<(String, String)>,
    days: BTreeMap<String, BTreeMap<NaiveDate, Day>>,
}

/// Counts things, and lists them as far as they are not too many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally<K> {
    /// How often each was there; at most [`MAX_LISTED`].
    pub listed: BTreeMap<K, u64>,
    /// How many there were that are not listed.
    pub others: u64,
}

/// What a trail has of one Region on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Day {
    reads: bool,
    writes: bool,
    newest: DateTime<Utc>,
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self { listed: BTreeMap::new(), others: 0 }
    }
}

impl<K: Ord> Tally<K> {
    fn add(&mut self, what: K, count: u64) {
        let is_full = self.listed.len() >= MAX_LISTED;
        match self.listed.get_mut(&what) {
            Some(listed) => *listed += count,
            None if is_full => self.others += count,
            None => drop(self.listed.insert(what, count)),
        }
    }

    fn join(&mut self, other: Self) {
        self.others += other.others;
        other.listed.into_iter().for_each(|(what, count)| self.add(what, count));
    }
}

impl Wanted {
    /// Reads one file of a trail: `{"Records":[…]}`, or a record a line, as it is or compressed by
    /// gzip. `file` is its name, for errors.
    ///
    /// ```
    /// use leastwise_trails::trail::Wanted;
    ///
    /// let record = r#"{"eventTime":"2026-11-01T10:20:30Z","eventSource":"sqs.amazonaws.com",
    ///     "eventName":"SendMessage","awsRegion":"eu-west-1","userIdentity":{"type":"IAMUser",
    ///     "arn":"arn:aws:iam::111122223333:user/mira","accountId":"111122223333"}}"#;
    /// let wanted = Wanted { account: "111122223333".to_owned(), from: None, to: None };
    /// let trail = wanted.read("lines.json", record.as_bytes())?;
    /// assert_eq!((trail.records, trail.seen), (1, 1));
    ///
    /// let error = wanted.read("cut.json", &record.as_bytes()[..100]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`cut.json` cannot be read as a trail of CloudTrail: it is cut short after record 0: \
    ///      fetch it again"
    /// );
    /// # Ok::<(), leastwise_trails::error::TrailError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TrailError`], the first thing that is wrong. Nothing of such a file is to be used.
    pub fn read(&self, file: &str, from: impl Read) -> Result<TrailLog, TrailError> {
        let read = || {
            let mut trail = TrailLog::new(&self.account);
            let inflated = Inflated::of(from)?;
            self.read_records(&mut Records::of(inflated), &mut trail)?;
            Ok(trail)
        };
        read().map_err(|fault| TrailError { file: file.to_owned(), fault })
    }

    fn read_records(
        &self,
        records: &mut Records<impl Read>,
        trail: &mut TrailLog,
    ) -> Result<(), TrailFault> {
        let mut meanings = Meanings::default();
        let mut number = 0;
        while let Some(text) = records.next()? {
            number += 1;
            let wrong = |why| TrailFault::Record { record: number, why };
            let record = Record::parse(text).map_err(wrong)?;
            if record.no_call().is_none() && record.call() == ("", "") {
                return Err(TrailFault::NotARecord { record: number });
            }
            self.note(&record, &mut meanings, trail);
        }
        Ok(())
    }

    fn note(&self, record: &Record<'_>, meanings: &mut Meanings, trail: &mut TrailLog) {
        trail.records += 1;
        let at = record.at();
        if at.is_some_and(|at| !self.holds(at)) {
            trail.out_of_time += 1;
            return;
        }
        if record.recipient().is_none_or(|recipient| recipient == self.account)
            && let (Some(at), Some(region)) = (at, record.region())
        {
            trail.day(region, at, record);
        }
        let (source, name) = record.call();
        let meaning = meanings.of(source, name);
        let observations = match record.read_as(&self.account, meaning) {
            Reading::Seen(observations) => observations,
            Reading::Aside(aside) => return trail.set_aside(aside, source, name),
        };
        trail.seen += 1;
        if matches!(meaning, Meaning::Services(_)) {
            trail.not_understood.add((source.to_owned(), name.to_owned()), 1);
        }
        let mut is_noted = true;
        for observation in observations {
            is_noted &= observation.note_in(&mut trail.log);
        }
        trail.denied_unknown += u64::from(!is_noted);
    }

    fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }
}

impl TrailLog {
    /// A log of an account in which nothing was seen yet.
    #[must_use]
    pub fn new(account: &str) -> Self {
        Self {
            log: UsageLog::new(Source::CloudTrail, account),
            records: 0,
            seen: 0,
            out_of_time: 0,
            denied_unknown: 0,
            aside: Tally::default(),
            not_understood: Tally::default(),
            days: BTreeMap::new(),
        }
    }

    /// Takes in what another file of the same trail says of the same account.
    pub fn join(&mut self, other: Self) {
        self.log.join(other.log);
        self.records += other.records;
        self.seen += other.seen;
        self.out_of_time += other.out_of_time;
        self.denied_unknown += other.denied_unknown;
        self.aside.join(other.aside);
        self.not_understood.join(other.not_understood);
        for (region, days) in other.days {
            let mine = self.days.entry(region).or_default();
            for (date, day) in days {
                mine.entry(date).or_default().join(day);
            }
        }
    }

    /// The stretches of days on end of which the trail has records, for each Region.
    ///
    /// A stretch ends with the last record of its last day. It tells of management events where
    /// both reads and writes were among them; of data events a trail may log some resources only,
    /// so none are told of. A file that is missing among those of a day does not show, so whoever
    /// adds these stretches to the log as its coverage says that none is.
    #[must_use]
    pub fn stretches(&self) -> Vec<Stretch> {
        let stretches = self.days.iter().flat_map(|(region, days)| {
            let days: Vec<(NaiveDate, Day)> =
                days.iter().map(|(date, day)| (*date, *day)).collect();
            let on_end = days.chunk_by(|(one, _), (next, _)| one.succ_opt() == Some(*next));
            on_end.filter_map(|days| stretch(region, days)).collect::<Vec<_>>()
        });
        stretches.collect()
    }

    /// The stretches that the trail vouches for if no file of it is missing, none of them before
    /// `from`. The first day of each is left out: the trail may have begun in the middle of it.
    /// `None` where it is not known of a record who called, or what.
    #[must_use]
    pub fn vouched_for(&self, from: Option<DateTime<Utc>>) -> Option<Vec<Stretch>> {
        let is_unclear = |aside: &Aside| {
            matches!(aside, Aside::Unresolved(_) | Aside::Incomplete(_) | Aside::UnknownService)
        };
        if self.aside.others > 0 || self.aside.listed.keys().any(is_unclear) {
            return None;
        }
        let cut = |stretch: Stretch| {
            let whole = stretch.from + TimeDelta::days(1);
            let from = from.map_or(whole, |from| from.max(whole));
            (from < stretch.to).then_some(Stretch { from, ..stretch })
        };
        Some(self.stretches().into_iter().filter_map(cut).collect())
    }

    /// Which Regions the trail has records of, by their codes.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.days.keys().map(String::as_str)
    }

    fn set_aside(&mut self, aside: Aside, source: &str, name: &str) {
        if aside == Aside::UnknownService {
            self.not_understood.add((source.to_owned(), name.to_owned()), 1);
        }
        self.aside.add(aside, 1);
    }

    fn day(&mut self, region: &str, at: DateTime<Utc>, record: &Record<'_>) {
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
        management: days.iter().any(|(_, day)| day.reads) && days.iter().any(|(_, day)| day.writes),
        data_of: BTreeSet::new(),
    })
}

/// What calls mean, each looked up once.
#[derive(Debug, Default)]
struct Meanings(HashMap<String, HashMap<String, Meaning>>);

impl Meanings {
    fn of(&mut self, source: &str, name: &str) -> &Meaning {
        if !self.0.contains_key(source) {
            self.forget();
            self.0.insert(source.to_owned(), HashMap::new());
        }
        let calls = self.0.entry(source.to_owned()).or_default();
        if calls.len() >= MAX_LISTED && !calls.contains_key(name) {
            calls.clear();
        }
        calls.entry(name.to_owned()).or_insert_with(|| Names::embedded().of_event(source, name))
    }

    /// No trail has that many sources; only who invents them gets here.
    fn forget(&mut self) {
        if self.0.len() >= MAX_LISTED {
            self.0.clear();
        }
    }
}

/// The bytes of a file, of which the first were looked at.
type Whole<R> = io::Chain<Cursor<Vec<u8>>, R>;

/// The bytes of a file, inflated if they are gzip.
enum Inflated<R: Read> {
    Plain(Whole<R>),
    Gzip(Box<MultiGzDecoder<BufReader<Whole<R>>>>),
}

impl<R: Read> Inflated<R> {
    fn of(mut from: R) -> io::Result<Self> {
        let mut first = Vec::with_capacity(GZIP.len());
        from.by_ref().take(GZIP.len() as u64).read_to_end(&mut first)?;
        let is_gzip = first == GZIP;
        let whole = Cursor::new(first).chain(from);
        if !is_gzip {
            return Ok(Self::Plain(whole));
        }
        let buffered = BufReader::with_capacity(64 * 1024, whole);
        Ok(Self::Gzip(Box::new(MultiGzDecoder::new(buffered))))
    }
}

impl<R: Read> Read for Inflated<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(from) => from.read(buffer),
            Self::Gzip(from) => from.read(buffer).map_err(|error| {
                io::Error::new(error.kind(), format!("its gzip data cannot be inflated: {error}"))
            }),
        }
    }
}

#[cfg(test)]
mod tests;
