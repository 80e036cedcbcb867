//! What a whole trail says of an account: use, denials, and what it was that nothing came of.

use crate::error::{TrailError, TrailFault};
use crate::limits::MAX_LISTED;
use crate::names::{Meaning, Names};
use crate::notes::Notes;
use crate::record::{Reading, Record};
use crate::split::Records;
use chrono::{DateTime, TimeDelta, Utc};
use flate2::bufread::MultiGzDecoder;
use leastwise_rightsizing::evidence::witnesses::{Source, UsageLog};
use std::collections::HashMap;
use std::io::{self, BufReader, Cursor, Read};

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How much later than now a record may say that it happened: clocks differ a little.
pub const CLOCK_ALLOWANCE: TimeDelta = TimeDelta::minutes(15);

/// What is to be read of a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The account, by its twelve digits.
    pub account: String,
    /// The present. What is said to have happened later by more than [`CLOCK_ALLOWANCE`] is no
    /// evidence of anything.
    pub now: DateTime<Utc>,
    /// From when on; `None`: from the beginning.
    pub from: Option<DateTime<Utc>>,
    /// Until when, that moment included; `None`: to the end.
    pub to: Option<DateTime<Utc>>,
}

/// What a trail says of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailLog {
    /// Use and denials. It says nothing yet of what the trail would have seen: see
    /// [`Notes::stretches`].
    pub log: UsageLog,
    /// What else is known of the trail.
    pub notes: Notes,
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
    /// let (account, now) = ("111122223333".to_owned(), "2026-11-02T00:00:00Z".parse().unwrap());
    /// let wanted = Wanted { account, now, from: None, to: None };
    /// let trail = wanted.read("lines.json", record.as_bytes())?;
    /// assert_eq!((trail.notes.records, trail.notes.seen), (1, 1));
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
        let TrailLog { log, notes } = trail;
        notes.records += 1;
        let at = record.at();
        if at.is_some_and(|at| at > self.now + CLOCK_ALLOWANCE) {
            notes.in_future += 1;
            return;
        }
        if at.is_some_and(|at| !self.holds(at)) {
            notes.out_of_time += 1;
            return;
        }
        if let Some(at) = at {
            notes.happened(at);
        }
        // A record that does not say whose it is vouches for nobody's trail.
        if record.recipient() == Some(self.account.as_str())
            && let (Some(at), Some(region)) = (at, record.region())
        {
            notes.day(region, at, record);
        }
        let (source, name) = record.call();
        let meaning = meanings.of(source, name);
        let observations = match record.read_as(&self.account, meaning) {
            Reading::Seen(observations) => observations,
            Reading::Aside(aside) => return notes.set_aside(aside, source, name),
        };
        notes.seen += 1;
        if matches!(meaning, Meaning::Services(_)) {
            notes.not_understood.add((source.to_owned(), name.to_owned()), 1);
        }
        let mut is_noted = true;
        for observation in observations {
            is_noted &= observation.note_in(log);
        }
        notes.denied_unknown += u64::from(!is_noted);
    }

    fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }
}

impl TrailLog {
    /// A log of an account in which nothing was seen yet.
    #[must_use]
    pub fn new(account: &str) -> Self {
        Self { log: UsageLog::new(Source::CloudTrail, account), notes: Notes::default() }
    }

    /// Takes in what another file of the same trail says of the same account.
    pub fn join(&mut self, other: Self) {
        self.log.join(other.log);
        self.notes.join(other.notes);
    }
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
