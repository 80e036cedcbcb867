//! The details of principals as the page carries them: deflated, in letters.
//!
//! Boundaries with their reasons take tens of kilobytes each, and are much alike. Some principals
//! together are deflated; browsers inflate them (`DecompressionStream`) once somebody opens a row.

use crate::detail::Detail;
use crate::entry::Entry;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::{self, Write};

/// How many principals are deflated together: more save little, and take longer to open.
pub(crate) const TOGETHER: usize = 16;

/// The details of one principal, a line of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailText(String);

impl DetailText {
    /// The details of an entry.
    ///
    /// # Errors
    ///
    /// A [`serde_json::Error`] where they cannot be written as JSON.
    pub fn of(entry: &Entry) -> serde_json::Result<Self> {
        serde_json::to_string(&Detail::of(entry)).map(Self)
    }
}

/// Details, some principals together, each lot deflated (RFC 1950) and in base64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Packed {
    lots: Vec<String>,
    open: Vec<DetailText>,
}

impl Packed {
    /// Adds the details of the next principal.
    pub(crate) fn add(&mut self, detail: DetailText) -> io::Result<()> {
        self.open.push(detail);
        if self.open.len() == TOGETHER { self.close() } else { Ok(()) }
    }

    /// All lots.
    pub(crate) fn finish(mut self) -> io::Result<Vec<String>> {
        self.close()?;
        Ok(self.lots)
    }

    fn close(&mut self) -> io::Result<()> {
        if self.open.is_empty() {
            return Ok(());
        }
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        for DetailText(line) in self.open.drain(..) {
            encoder.write_all(line.as_bytes())?;
            encoder.write_all(b"\n")?;
        }
        self.lots.push(STANDARD.encode(encoder.finish()?));
        Ok(())
    }
}
