//! A scan: everybody of an account, judged and planned for in one pass.

use crate::entry::Entry;
use crate::header::Header;
use crate::line::Line;
use crate::packed::{DetailText, Packed};
use crate::summary::{Adding, Summary};
use serde::Serialize;
use std::io;

/// A scan as JSON: the header, everybody, and the account as a whole.
#[derive(Debug, Serialize)]
pub struct ScanJson<'a> {
    /// What it was made of.
    #[serde(flatten)]
    pub header: &'a Header,
    /// The account as a whole.
    pub summary: &'a Summary,
    /// Everybody, in the order of their ARNs.
    pub principals: &'a [Entry],
}

/// Adds everybody up, and keeps the rows of the page.
#[derive(Debug)]
pub struct Scan {
    adding: Adding,
    lines: Vec<Line>,
    packed: Packed,
}

impl Scan {
    /// A scan with nobody in it so far.
    #[must_use]
    pub fn new(header: &Header) -> Self {
        Self { adding: Adding::new(header.as_of), lines: Vec::new(), packed: Packed::default() }
    }

    /// Adds a principal, with its details where the page is wanted.
    ///
    /// # Errors
    ///
    /// An [`io::Error`] where they cannot be packed.
    pub fn add(&mut self, entry: &Entry, detail: Option<DetailText>) -> io::Result<()> {
        let tallies = self.adding.add(entry);
        self.lines.push(Line::of(entry, tallies));
        detail.map_or(Ok(()), |detail| self.packed.add(detail))
    }

    /// Everybody added up.
    ///
    /// # Errors
    ///
    /// An [`io::Error`] where details cannot be packed.
    pub fn finish(self) -> io::Result<Finished> {
        let Self { adding, lines, packed } = self;
        Ok(Finished { summary: adding.finish(), lines, packed: packed.finish()? })
    }
}

/// A scan to which nobody is added any more.
#[derive(Debug)]
pub struct Finished {
    /// The account as a whole.
    pub summary: Summary,
    pub(crate) lines: Vec<Line>,
    pub(crate) packed: Vec<String>,
}
