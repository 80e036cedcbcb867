//! Reads the text of a catalogue, and notes where each service and each name stands in it.

use super::entry::{ActionId, Entry, Service, to_u32};
use super::tracked_since::TrackedSince;
use crate::action::{AccessLevel, is_service_character};
use crate::ascii_case;
use memchr::memchr_iter;
use std::cmp::Ordering;
use std::ops::Range;
use thiserror::Error;

/// Whether the order of the lines is still to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Checked,
    Known,
}

/// The index of a text while it is being made.
///
/// A Lambda waits for this at every cold start, and most of the time goes into looking at 600,000
/// bytes. So [`memchr`] finds and counts the lines, 32 bytes at a time. Of a name no more is read
/// than what tells it from the name before.
pub(super) struct Index<'t> {
    text: &'t str,
    order: Order,
    /// The offset of the current line.
    at: usize,
    pub(super) version: Range<usize>,
    pub(super) date: Range<usize>,
    pub(super) services: Vec<Service>,
    pub(super) entries: Vec<Entry>,
    /// The name on the line before, or nothing if a service started there.
    previous: &'t str,
}

impl<'t> Index<'t> {
    pub(super) fn of(text: &'t str, order: Order) -> Result<Self, CatalogError> {
        let mut index = Self {
            text,
            order,
            at: 0,
            version: 0..0,
            date: 0..0,
            services: Vec::with_capacity(512),
            // The mean line has 28 bytes; a wrong guess costs one more allocation.
            entries: Vec::with_capacity(text.len() / 26),
            previous: "",
        };
        index.read().map_err(|fault| {
            let before = text.get(..index.at).unwrap_or_default();
            CatalogError { line: 1 + before.matches('\n').count(), fault }
        })?;
        Ok(index)
    }

    fn read(&mut self) -> Result<(), CatalogFault> {
        if u32::try_from(self.text.len()).is_err() {
            return Err(CatalogFault::TooLarge);
        }
        self.header()?;
        let body = self.at;
        for end in memchr_iter(b'\n', self.rest().as_bytes()) {
            let end = body + end;
            let line = self.text.get(self.at..end).unwrap_or_default();
            let (words, tracked_since) = split_day(line)?;
            match (split_level(words), words.strip_suffix(':')) {
                (Some((name, level)), _) => self.action(name, level, tracked_since)?,
                (None, Some(namespace)) if tracked_since.is_none() => self.service(namespace)?,
                (None, _) => return Err(not_a_line(line)),
            }
            self.at = end + 1;
        }
        if !self.rest().is_empty() {
            return Err(not_a_line(self.line()));
        }
        self.close_service()?;
        match self.order {
            Order::Checked => self.check_marks(body),
            Order::Known => Ok(()),
        }
    }

    /// Refuses a name that holds a space or a colon, since nobody could look it up. Each action's
    /// line has a space before each of its other words, and each service's line one colon, so
    /// counting shows whether there are more.
    fn check_marks(&mut self, body: usize) -> Result<(), CatalogFault> {
        let body = self.text.as_bytes().get(body..).unwrap_or_default();
        let tracked = self.entries.iter().filter(|entry| entry.tracked_since.is_some()).count();
        if memchr_iter(b' ', body).count() == self.entries.len() + tracked
            && memchr_iter(b':', body).count() == self.services.len()
        {
            return Ok(());
        }
        let mut lines = self.entries.iter().map(|entry| (entry.start as usize, entry.end as usize));
        let stray = lines.find(|&(start, end)| {
            self.text.get(start..end).is_some_and(|name| name.contains([' ', ':']))
        });
        // It is in an action's name, for the namespaces were checked one by one.
        self.at = stray.map_or(self.at, |(start, _)| start);
        Err(CatalogFault::Malformed(self.line().to_owned()))
    }

    fn header(&mut self) -> Result<(), CatalogFault> {
        while let Some(line) = Some(self.line()).filter(|line| line.starts_with('#')) {
            let end = self.at + line.len();
            if let Some(version) = line.strip_prefix("# version: ") {
                self.version = end - version.len()..end;
            } else if let Some(date) = line.strip_prefix("# date: ") {
                self.date = end - date.len()..end;
            }
            self.at = (end + 1).min(self.text.len());
        }
        if self.version.is_empty() || self.date.is_empty() {
            return Err(CatalogFault::MissingHeader);
        }
        Ok(())
    }

    fn service(&mut self, namespace: &'t str) -> Result<(), CatalogFault> {
        if namespace.is_empty() || !namespace.chars().all(is_service_character) {
            return Err(not_a_line(self.line()));
        }
        self.close_service()?;
        if let Some(previous) = self.services.last() {
            check_order(&previous.namespace, namespace)?;
        }
        let id = ActionId(to_u32(self.entries.len()));
        self.services.push(Service { namespace: namespace.to_owned(), actions: id..id });
        self.previous = "";
        Ok(())
    }

    fn action(
        &mut self,
        name: &'t str,
        level: AccessLevel,
        tracked_since: Option<TrackedSince>,
    ) -> Result<(), CatalogFault> {
        let Some(service) = self.services.last_mut() else {
            return Err(CatalogFault::NoService(name.to_owned()));
        };
        // No name sorts before the empty one, so this also refuses a line without a name.
        if self.order == Order::Checked {
            check_order(self.previous, name)?;
        }
        service.actions.end.0 += 1;
        let (start, end) = (to_u32(self.at), to_u32(self.at + name.len()));
        let service = self.services.len() - 1;
        let service = u16::try_from(service).map_err(|_| CatalogFault::TooLarge)?;
        self.entries.push(Entry { start, end, service, level, tracked_since });
        self.previous = name;
        Ok(())
    }

    fn close_service(&self) -> Result<(), CatalogFault> {
        match self.services.last() {
            Some(service) if service.actions.is_empty() => {
                Err(CatalogFault::EmptyService(service.namespace.clone()))
            }
            _ => Ok(()),
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The whole of the current line.
    fn line(&self) -> &'t str {
        let rest = self.rest();
        rest.split_once('\n').map_or(rest, |(line, _)| line)
    }
}

/// The parts of `words day`, or the whole line where no day stands at its end. No level, and no
/// namespace with its colon, ends as a day does.
fn split_day(line: &str) -> Result<(&str, Option<TrackedSince>), CatalogFault> {
    match line.as_bytes() {
        // Nearly half of the lines, so this looks at two bytes and no more.
        [words @ .., b' ', b'+'] => Ok((line.get(..words.len()).unwrap_or(line), TRACKED)),
        [.., b'0'..=b'9'] => split_date(line),
        _ => Ok((line, None)),
    }
}

const TRACKED: Option<TrackedSince> = Some(TrackedSince::FIRST);

fn split_date(line: &str) -> Result<(&str, Option<TrackedSince>), CatalogFault> {
    // Of two words the second is where a level belongs, whatever it ends with.
    match line.rsplit_once(' ').filter(|(words, _)| words.contains(' ')) {
        Some((words, day)) => match day.parse() {
            Ok(day) => Ok((words, Some(day))),
            Err(_) => Err(CatalogFault::UnknownDay(day.to_owned())),
        },
        None => Ok((line, None)),
    }
}

/// The two parts of `Name level`. The last letters leave one level possible, so one comparison
/// decides.
fn split_level(line: &str) -> Option<(&str, AccessLevel)> {
    let level = match line.as_bytes() {
        [.., b's', b't'] => AccessLevel::List,
        [.., b'd'] => AccessLevel::Read,
        [.., b'g'] => AccessLevel::Tagging,
        [.., b'e'] => AccessLevel::Write,
        [.., b'n', b't'] => AccessLevel::PermissionsManagement,
        _ => return None,
    };
    let name = line.strip_suffix(level.as_str())?.strip_suffix(' ')?;
    Some((name, level))
}

fn not_a_line(line: &str) -> CatalogFault {
    match line.split_once(' ') {
        Some((name, level)) if !name.is_empty() => CatalogFault::UnknownLevel(level.to_owned()),
        _ => CatalogFault::Malformed(line.to_owned()),
    }
}

fn check_order(previous: &str, next: &str) -> Result<(), CatalogFault> {
    match ascii_case::compare(previous, next) {
        Ordering::Less => Ok(()),
        Ordering::Equal => Err(CatalogFault::Duplicate(next.to_owned())),
        Ordering::Greater => Err(CatalogFault::Unsorted(next.to_owned())),
    }
}

/// Why a text is not a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("action catalogue, line {line}: {fault}")]
pub struct CatalogError {
    /// The line at fault, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: CatalogFault,
}

/// What is wrong with one line of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CatalogFault {
    /// The text has 4 GiB or more, or more than 65,536 services.
    #[error("the text is too large")]
    TooLarge,
    /// A header line is missing before the first service.
    #[error("no `# version: …` and `# date: …` line before the first service")]
    MissingHeader,
    /// An action stands before the first service.
    #[error("`{0}` belongs to no service")]
    NoService(String),
    /// The line is neither a comment, nor `service:`, nor `Name level`, nor `Name level day`.
    #[error("`{0}` is neither `service:` nor `Name level` nor `Name level day`")]
    Malformed(String),
    /// The word after the name is no [`AccessLevel`].
    #[error("`{0}` is not an access level")]
    UnknownLevel(String),
    /// The word after the level is neither `+` nor a day.
    #[error("`{0}` is neither `+` nor a day `YYYY-MM-DD`")]
    UnknownDay(String),
    /// The name stands after one that it sorts before.
    #[error("`{0}` is out of order")]
    Unsorted(String),
    /// The name was there before, perhaps in other letter case.
    #[error("`{0}` is there twice")]
    Duplicate(String),
    /// The service has no action.
    #[error("`{0}` has no action")]
    EmptyService(String),
}
