//! The usage file: what one source saw in one account, as lines of JSON.
//!
//! The first line says what follows, the last one how many lines there were, so that a file that
//! was cut short is told from a whole one. `docs/usage-file.md` is its description for other tools.

use super::log::Denied;
use super::{Called, Denial, DeniedBy, Listing, Looked, Source, Stretch, Subject, Times, UsageLog};
use crate::iam::{PrincipalArn, UniqueId, is_account_id, timestamp};
use chrono::{DateTime, SecondsFormat, Utc};
use leastwise_policy::action::Action;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeSet;
use std::io::{self, BufRead, Read, Write};

/// The version of the format that is written, and read.
pub const USAGE_FILE_VERSION: u32 = 1;

/// The longest line that is read, in bytes. A line of ours has a few hundred.
pub const MAX_USAGE_LINE_BYTES: usize = 64 * 1024;

/// Why a usage file cannot be used. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
pub enum UsageFileError {
    /// It could not be read at all.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// There is nothing in it.
    #[error("it is empty: the first line of a usage file says its version, source and account")]
    Empty,
    /// A line is not what it should be.
    #[error("line {line}: {why}")]
    Line {
        /// Which line.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The last line does not say how many there were.
    #[error(
        "it is cut short after line {line}: the last line of a usage file is `{{\"end\":N}}`; \
         write it anew"
    )]
    CutShort {
        /// The last line that was there.
        line: usize,
    },
}

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Header {
    usage_file: u32,
    source: Source,
    account: String,
    #[serde(default)]
    saw: Vec<Stretch>,
}

/// How many services or actions a line of what is unused names at most.
const NAMES_A_LINE: usize = 500;

/// Any other line: what was used, denied or unused, or the end.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    principal: Option<PrincipalArn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<UniqueId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used: Option<Action>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    denied: Option<Action>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<DeniedBy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "timestamp::optional", serialize_with = "time")]
    first: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "timestamp::optional", serialize_with = "time")]
    last: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    regions: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unused: Option<Unused>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<u64>,
}

/// What was found unused, or a part of it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unused {
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    services: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    actions: BTreeSet<Action>,
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn time<S: Serializer>(time: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true)).serialize(serializer)
}

impl UsageLog {
    /// Writes the log as a usage file. The same log gives the same bytes.
    ///
    /// # Errors
    ///
    /// [`io::Error`] of `to`.
    pub fn write_to(&self, to: &mut impl Write) -> io::Result<()> {
        let header = Header {
            usage_file: USAGE_FILE_VERSION,
            source: self.source,
            account: self.account.clone(),
            saw: self.coverage.stretches().to_vec(),
        };
        line(to, &header)?;
        let mut rows = 0;
        let mut write = |row: Row| {
            rows += 1;
            line(to, &row)
        };
        for (subject, uses) in &self.uses {
            uses.iter()
                .try_for_each(|(called, times)| write(Row::of_use(subject, called, times)))?;
        }
        for (subject, denials) in &self.denials {
            let mut denials = denials.iter();
            denials
                .try_for_each(|(denied, times)| write(Row::of_denial(subject, denied, times)))?;
        }
        for (subject, listings) in &self.listings {
            for (looked, listing) in listings {
                for part in Unused::parts(*looked, listing) {
                    write(Row { unused: Some(part), ..Row::about(subject) })?;
                }
            }
        }
        line(to, &Row { end: Some(rows), ..Row::default() })
    }

    /// Reads a usage file, one line at a time.
    ///
    /// # Errors
    ///
    /// [`UsageFileError`], the first thing that is wrong. Nothing of such a file is to be used.
    pub fn read_from(from: &mut impl BufRead) -> Result<Self, UsageFileError> {
        let mut lines = Lines { from, number: 0 };
        let Some(first) = lines.next()? else { return Err(UsageFileError::Empty) };
        let header: Header = lines.parse(&first)?;
        let mut log = lines.begin(header)?;
        let mut rows = 0;
        while let Some(text) = lines.next()? {
            let row: Row = lines.parse(&text)?;
            if let Some(end) = row.end {
                lines.check_end(end, rows)?;
                return Ok(log);
            }
            row.note_in(&mut log).map_err(|why| lines.wrong(why))?;
            rows += 1;
        }
        Err(UsageFileError::CutShort { line: lines.number })
    }
}

fn line(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(value)?;
    text.push(b'\n');
    if text.len() > MAX_USAGE_LINE_BYTES {
        return Err(io::Error::other(format!(
            "a line would be longer than the {MAX_USAGE_LINE_BYTES} bytes that are read again"
        )));
    }
    to.write_all(&text)
}

/// The lines of a usage file, each within the limit.
struct Lines<'a, R> {
    from: &'a mut R,
    number: usize,
}

impl<R: BufRead> Lines<'_, R> {
    fn next(&mut self) -> Result<Option<String>, UsageFileError> {
        let mut bytes = Vec::new();
        self.number += 1;
        let most = MAX_USAGE_LINE_BYTES + 1;
        if self.from.by_ref().take(most as u64).read_until(b'\n', &mut bytes)? == 0 {
            self.number -= 1;
            return Ok(None);
        }
        if bytes.len() == most && bytes.last() != Some(&b'\n') {
            return Err(self.wrong(format!("it is longer than {MAX_USAGE_LINE_BYTES} bytes")));
        }
        String::from_utf8(bytes).map(Some).map_err(|_| self.wrong("it is not UTF-8".to_owned()))
    }

    fn parse<'de, T: Deserialize<'de>>(&self, text: &'de str) -> Result<T, UsageFileError> {
        serde_json::from_str(text).map_err(|error| self.wrong(error.to_string()))
    }

    fn begin(&self, header: Header) -> Result<UsageLog, UsageFileError> {
        let Header { usage_file, source, account, saw } = header;
        if usage_file != USAGE_FILE_VERSION {
            return Err(self.wrong(format!(
                "version {usage_file} of usage files is not known: this Leastwise reads version \
                 {USAGE_FILE_VERSION}"
            )));
        }
        if !is_account_id(&account) {
            return Err(self.wrong(format!("`{account}` is not an account of twelve digits")));
        }
        if source == Source::LastAccessed {
            return Err(self.wrong("IAM's own data is read from IAM, not from a file".to_owned()));
        }
        let mut log = UsageLog::new(source, &account);
        for stretch in saw {
            if stretch.from > stretch.to {
                return Err(
                    self.wrong(format!("a stretch begins at {}, after its end", stretch.from))
                );
            }
            log.cover(stretch);
        }
        Ok(log)
    }

    fn check_end(&mut self, end: u64, rows: u64) -> Result<(), UsageFileError> {
        if end != rows {
            return Err(self.wrong(format!("{end} lines were written and {rows} are there")));
        }
        match self.next()? {
            Some(more) if !more.trim().is_empty() => {
                Err(self.wrong("something follows the end".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn wrong(&self, why: String) -> UsageFileError {
        UsageFileError::Line { line: self.number, why }
    }
}

const ONE_OF: &str = "a line has one of `used`, `usedOf`, `denied`, `unused` and `end`";

impl Unused {
    /// The listing in parts that each fit a line.
    fn parts(looked: Looked, listing: &Listing) -> Vec<Self> {
        let Looked { since, until } = looked;
        let part = |services, actions| Self { since, until, services, actions };
        let services: Vec<&String> = listing.services.iter().collect();
        let services = services
            .chunks(NAMES_A_LINE)
            .map(|some| part(some.iter().copied().cloned().collect(), BTreeSet::new()));
        let actions: Vec<&Action> = listing.actions.iter().collect();
        let actions = actions
            .chunks(NAMES_A_LINE)
            .map(|some| part(BTreeSet::new(), some.iter().copied().cloned().collect()));
        services.chain(actions).collect()
    }

    fn read(self) -> Result<(Looked, Listing), String> {
        let Self { since, until, services, actions } = self;
        if since >= until {
            return Err(format!("`since` is {since}, which is not before `until`"));
        }
        if services.is_empty() && actions.is_empty() {
            return Err("what is unused has `services`, `actions` or both".to_owned());
        }
        let services = services.iter().map(|it| service_prefix(it)).collect::<Result<_, _>>()?;
        Ok((Looked { since, until }, Listing { services, actions }))
    }
}

impl Row {
    fn of_use(subject: &Subject, called: &Called, times: &Times) -> Self {
        let (used, used_of) = match called {
            Called::Action(action) => (Some(action.clone()), None),
            Called::Service(service) => (None, Some(service.clone())),
        };
        Self { used, used_of, ..Self::of(subject, times) }
    }

    fn of_denial(subject: &Subject, (action, by, policy): &Denied, times: &Times) -> Self {
        let (denied, by, policy) = (Some(action.clone()), Some(*by), policy.clone());
        Self { denied, by, policy, ..Self::of(subject, times) }
    }

    fn about(subject: &Subject) -> Self {
        let (id, principal) = match subject {
            Subject::Id(id, arn) => (Some(id.clone()), arn.clone()),
            Subject::Arn(arn) => (None, Some(arn.clone())),
        };
        Self { principal, id, ..Self::default() }
    }

    fn of(subject: &Subject, times: &Times) -> Self {
        Self {
            first: Some(times.first),
            last: Some(times.last),
            count: Some(times.count),
            regions: times.regions.clone(),
            ..Self::about(subject)
        }
    }

    fn note_in(self, log: &mut UsageLog) -> Result<(), String> {
        let subject = self.subject(&log.account)?;
        if let Some(unused) = self.unused {
            let says_more = [self.used.is_some(), self.used_of.is_some(), self.denied.is_some()];
            if says_more.contains(&true) || self.last.is_some() {
                return Err(ONE_OF.to_owned());
            }
            let (looked, listing) = unused.read()?;
            log.unused(subject, looked, listing);
            return Ok(());
        }
        let times = self.times()?;
        match (self.used, self.used_of, self.denied) {
            (Some(action), None, None) => {
                log.used(subject, Called::Action(action), times);
            }
            (None, Some(service), None) => {
                log.used(subject, Called::Service(service_prefix(&service)?), times);
            }
            (None, None, Some(action)) => {
                let by = self.by.ok_or("a denial says by what kind of policy: `by`")?;
                log.denied(subject, Denial { action, by, policy: self.policy, times });
            }
            _ => return Err(ONE_OF.to_owned()),
        }
        Ok(())
    }

    fn subject(&self, account: &str) -> Result<Subject, String> {
        if let Some(arn) = self.principal.as_ref().filter(|arn| arn.account() != account) {
            return Err(format!("`{arn}` is not of account {account}, which the file is about"));
        }
        match (&self.id, &self.principal) {
            (Some(id), arn) => Ok(Subject::Id(id.clone(), arn.clone())),
            (None, Some(arn)) => Ok(Subject::Arn(arn.clone())),
            (None, None) => Err("who it was is missing: `principal`, `id` or both".to_owned()),
        }
    }

    fn times(&self) -> Result<Times, String> {
        let last = self.last.ok_or("when it was is missing: `last`")?;
        let first = self.first.unwrap_or(last);
        if first > last {
            return Err(format!("`first` is {first}, after `last`"));
        }
        match self.count.unwrap_or(1) {
            0 => Err("`count` is 0: what did not happen has no line".to_owned()),
            count => Ok(Times { first, last, count, regions: self.regions.clone() }),
        }
    }
}

/// A service's IAM prefix, in lower case.
fn service_prefix(text: &str) -> Result<String, String> {
    match format!("{text}:X").parse::<Action>() {
        Ok(action) => Ok(action.service().to_ascii_lowercase()),
        Err(_) => Err(format!("`{text}` is not the IAM prefix of a service")),
    }
}

#[cfg(test)]
mod tests;
