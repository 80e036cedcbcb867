//! Days of a trail that were read before: a usage file for each, and notes beside it, so that a run
//! that was cut off goes on where it ended.

use super::found::Found;
use crate::failure::Failure;
use crate::input::{InputError, usage_log};
use crate::output;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_trails::notes::Notes;
use leastwise_trails::trail::{TrailLog, Wanted};
use serde::{Deserialize, Serialize};
use std::fs;
use std::future::Future;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What a trail says of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadDay {
    pub(super) trail: TrailLog,
    pub(super) found: Found,
}

/// The folder in which days are kept.
pub(super) struct Work {
    folder: PathBuf,
    source: Source,
    settled: TimeDelta,
}

/// What a kept day was made of. A day of another trail or another program is not the same day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Source {
    leastwise: String,
    catalogue: String,
    trail: String,
    account: String,
}

/// What stands beside a day's usage file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Beside {
    source: Source,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    found: Found,
    entries: (usize, usize),
    notes: Notes,
}

impl Work {
    /// The folder, which is made where it is not there. `trail` says which trail it is for, and
    /// `settled` how long after its end a day of that says all that it will ever say.
    pub(super) fn open(
        folder: &Path,
        trail: &str,
        account: &str,
        settled: TimeDelta,
    ) -> Result<Self, Failure> {
        fs::create_dir_all(folder)
            .map_err(|source| InputError::WorkFolder { path: folder.to_owned(), source })?;
        let source = Source {
            leastwise: env!("CARGO_PKG_VERSION").to_owned(),
            catalogue: Catalog::embedded().version().to_owned(),
            trail: trail.to_owned(),
            account: account.to_owned(),
        };
        Ok(Self { folder: folder.to_owned(), source, settled })
    }

    /// What was kept of a day, if that is whole and says all that is wanted.
    pub(super) fn kept(&self, day: NaiveDate, wanted: &Wanted) -> Result<Option<ReadDay>, Failure> {
        let path = self.notes_of(day);
        let Ok(text) = fs::read_to_string(&path) else { return Ok(None) };
        let Ok(beside) = serde_json::from_str::<Beside>(&text) else { return Ok(None) };
        if beside.source != self.source {
            return Err(InputError::OtherWork { path, trail: beside.source.trail }.into());
        }
        let Ok(log) = usage_log(&self.log_of(day)) else { return Ok(None) };
        let is_whole = log.account == self.source.account && log.len() == beside.entries;
        if !is_whole || !beside.says_all(wanted) {
            return Ok(None);
        }
        let trail = TrailLog { log, notes: beside.notes };
        Ok(Some(ReadDay { trail, found: beside.found }))
    }

    /// Keeps what a day says, unless more of it is still to come, or to be believed.
    pub(super) fn keep(
        &self,
        day: NaiveDate,
        read: &ReadDay,
        wanted: &Wanted,
    ) -> Result<(), Failure> {
        if !self.is_over(day, wanted.now) || read.trail.notes.in_future > 0 {
            return Ok(());
        }
        let ReadDay { trail, found } = read;
        let beside = Beside {
            source: self.source.clone(),
            from: wanted.from,
            to: wanted.to,
            found: *found,
            entries: trail.log.len(),
            notes: trail.notes.clone(),
        };
        // The notes go first and come last: only with them does a day count.
        let notes = self.notes_of(day);
        if notes.exists() {
            fs::remove_file(&notes)?;
        }
        output::usage_log(&trail.log, Some(&self.log_of(day)))?;
        let text = serde_json::to_vec(&beside).map_err(io::Error::from)?;
        Ok(output::whole_file(&notes, |to| to.write_all(&text))?)
    }

    fn is_over(&self, day: NaiveDate, now: DateTime<Utc>) -> bool {
        let next = day.succ_opt().map(|next| next.and_time(NaiveTime::MIN).and_utc());
        next.is_some_and(|midnight| midnight + self.settled <= now)
    }

    fn log_of(&self, day: NaiveDate) -> PathBuf {
        self.folder.join(format!("{day}.jsonl"))
    }

    fn notes_of(&self, day: NaiveDate) -> PathBuf {
        self.folder.join(format!("{day}.notes.json"))
    }
}

/// A day as `work` has it, or else as `read` reads it, which is kept then. The flag says whether it
/// was there.
pub(super) async fn kept_or_read(
    work: Option<&Work>,
    day: NaiveDate,
    wanted: &Wanted,
    read: impl Future<Output = Result<ReadDay, Failure>>,
) -> Result<(ReadDay, bool), Failure> {
    let Some(work) = work else { return Ok((read.await?, false)) };
    if let Some(kept) = work.kept(day, wanted)? {
        return Ok((kept, true));
    }
    let read = read.await?;
    work.keep(day, &read, wanted)?;
    Ok((read, false))
}

impl Beside {
    /// Whether the day says what is wanted and nothing else, though it may have been read for
    /// another time: nothing was left out then, and nothing is to be left out now.
    fn says_all(&self, wanted: &Wanted) -> bool {
        if (self.from, self.to) == (wanted.from, wanted.to) {
            return true;
        }
        self.notes.out_of_time == 0
            && self.notes.span.is_none_or(|(first, last)| {
                wanted.from.is_none_or(|from| from <= first)
                    && wanted.to.is_none_or(|to| last <= to)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "111122223333";
    const TRAIL: &str = "s3://trail/AWSLogs/";

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn wanted(from: &str, to: &str) -> Wanted {
        let time = |text: &str| (!text.is_empty()).then(|| at(text));
        let now = at("2026-10-20T00:00:00Z");
        Wanted { account: ACCOUNT.to_owned(), now, from: time(from), to: time(to) }
    }

    fn day() -> NaiveDate {
        "2026-10-02".parse().unwrap()
    }

    /// A day with calls at six and at nine.
    fn read(wanted: &Wanted) -> ReadDay {
        let record = |hour: u32| {
            format!(
                r#"{{"eventTime":"2026-10-02T{hour:02}:00:00Z","eventSource":"sqs.amazonaws.com",
                "eventName":"SendMessage","awsRegion":"eu-west-1","userIdentity":{{"type":"IAMUser",
                "arn":"arn:aws:iam::111122223333:user/mira","accountId":"111122223333"}}}}"#
            )
        };
        let records = [6, 9].map(record).concat();
        let trail = wanted.read("two calls", records.as_bytes()).unwrap();
        ReadDay { trail, found: Found { read: 1, elsewhere: 0, others: 2 } }
    }

    fn work(name: &str) -> Work {
        let folder =
            std::env::temp_dir().join(format!("leastwise-work-{}-{name}", std::process::id()));
        let _: std::io::Result<()> = fs::remove_dir_all(&folder);
        Work::open(&folder, TRAIL, ACCOUNT, TimeDelta::hours(1)).unwrap()
    }

    #[test]
    fn a_day_that_was_kept_is_there_as_it_was_and_its_usage_file_is_whole() {
        let (work, wanted) = (work("kept"), wanted("", ""));
        let read = read(&wanted);
        assert_eq!(work.kept(day(), &wanted).unwrap(), None);
        work.keep(day(), &read, &wanted).unwrap();
        assert_eq!(work.kept(day(), &wanted).unwrap(), Some(read.clone()));
        assert_eq!(usage_log(&work.log_of(day())).unwrap(), read.trail.log);
    }

    #[test]
    fn a_day_that_is_cut_short_or_has_no_notes_is_read_again() {
        let (work, wanted) = (work("cut"), wanted("", ""));
        work.keep(day(), &read(&wanted), &wanted).unwrap();
        let (log, notes) = (work.log_of(day()), work.notes_of(day()));
        let whole = fs::read_to_string(&log).unwrap();
        fs::write(&log, whole.lines().next().unwrap()).unwrap();
        assert_eq!(work.kept(day(), &wanted).unwrap(), None);
        fs::write(&log, whole).unwrap();
        assert!(work.kept(day(), &wanted).unwrap().is_some());
        fs::remove_file(notes).unwrap();
        assert_eq!(work.kept(day(), &wanted).unwrap(), None);
    }

    #[test]
    fn a_day_that_was_read_for_another_time_counts_where_nothing_is_left_out() {
        let work = work("time");
        let all = wanted("2026-10-01T00:00:00Z", "2026-10-10T00:00:00Z");
        work.keep(day(), &read(&all), &all).unwrap();
        for (from, to, counts) in [
            ("2026-09-01T00:00:00Z", "", true),
            ("2026-10-02T06:00:00Z", "2026-10-02T09:00:00Z", true),
            ("2026-10-02T06:00:01Z", "", false),
            ("", "2026-10-02T08:59:59Z", false),
        ] {
            let found = work.kept(day(), &wanted(from, to)).unwrap();
            assert_eq!(found.is_some(), counts, "{from} {to}");
        }
        let half = wanted("2026-10-02T08:00:00Z", "");
        work.keep(day(), &read(&half), &half).unwrap();
        assert!(work.kept(day(), &half).unwrap().is_some());
        assert_eq!(work.kept(day(), &wanted("2026-10-02T07:00:00Z", "")).unwrap(), None);
    }

    #[test]
    fn a_day_that_goes_on_is_not_kept_and_a_day_of_another_trail_is_an_error() {
        let work = work("other");
        let during = Wanted { now: at("2026-10-03T00:59:59Z"), ..wanted("", "") };
        work.keep(day(), &read(&during), &during).unwrap();
        assert!(!work.log_of(day()).exists());
        let after = Wanted { now: at("2026-10-03T01:00:00Z"), ..during };
        work.keep(day(), &read(&after), &after).unwrap();
        assert!(work.kept(day(), &after).unwrap().is_some());
        let hour = TimeDelta::hours(1);
        let other = Work::open(&work.folder, "s3://other/AWSLogs/", ACCOUNT, hour).unwrap();
        let error = other.kept(day(), &after).unwrap_err().to_string();
        assert!(
            error.ends_with("has a day of `s3://trail/AWSLogs/`, or of another version"),
            "{error}"
        );
    }
}
