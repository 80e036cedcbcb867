//! Takes a trail apart into its records, one at a time, whatever its size.
//!
//! Only as much is looked at as tells where a record ends: quotation marks and braces. Whether a
//! record is JSON is for those to say who read it.

use crate::error::TrailFault;
use crate::limits::{MAX_DEPTH, MAX_INFLATED_BYTES, MAX_RECORD_BYTES};
use memchr::memchr2;
use std::io::Read;

const CHUNK: usize = 64 * 1024;

/// The records of a trail: of `{"Records":[…]}`, of a list, or one after the other.
#[derive(Debug)]
pub(crate) struct Records<R> {
    from: R,
    buffer: Vec<u8>,
    /// What was looked at already.
    at: usize,
    /// How many bytes came.
    total: u64,
    is_at_end: bool,
    place: Place,
    /// How many records were handed out.
    pub(crate) count: u64,
}

/// Where in the trail the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Outside of everything.
    Top,
    /// In a list of records. Whether it is that of an object, and whether a comma must come first.
    List { in_object: bool, after_one: bool },
}

impl<R: Read> Records<R> {
    pub(crate) fn of(from: R) -> Self {
        let buffer = Vec::with_capacity(2 * CHUNK);
        let place = Place::Top;
        Self { from, buffer, at: 0, total: 0, is_at_end: false, place, count: 0 }
    }

    /// The next record.
    pub(crate) fn next(&mut self) -> Result<Option<&str>, TrailFault> {
        loop {
            let Some(byte) = self.peek()? else { return self.end() };
            match (byte, self.place) {
                (b'{', Place::Top) if self.is_envelope()? => {
                    self.place = Place::List { in_object: true, after_one: false };
                }
                (b'{', Place::Top | Place::List { after_one: false, .. }) => {
                    return self.record().map(Some);
                }
                (b'[', Place::Top) => {
                    self.at += 1;
                    self.place = Place::List { in_object: false, after_one: false };
                }
                (b',', Place::List { in_object, after_one: true }) => {
                    self.at += 1;
                    self.place = Place::List { in_object, after_one: false };
                }
                (b']', Place::List { in_object, .. }) => {
                    self.at += 1;
                    if in_object {
                        self.object_end(self.at, 1)?;
                    }
                    self.place = Place::Top;
                }
                _ => return Err(self.no_record(byte)),
            }
        }
    }

    fn record(&mut self) -> Result<&str, TrailFault> {
        // What was handed out is let go, but not each time: the rest has to be moved for it.
        if self.at > self.buffer.len() / 2 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let start = self.at;
        self.object_end(start + 1, 1)?;
        self.count += 1;
        if let Place::List { in_object, .. } = self.place {
            self.place = Place::List { in_object, after_one: true };
        }
        let text = std::str::from_utf8(self.buffer.get(start..self.at).unwrap_or_default());
        text.map_err(|_| TrailFault::NotUtf8 { record: self.count })
    }

    /// Goes behind the brace that closes the object whose inside begins at `from`.
    fn object_end(&mut self, from: usize, depth: usize) -> Result<(), TrailFault> {
        let (mut at, mut depth, mut in_text) = (from, depth, false);
        loop {
            let end = self.buffer.len();
            while at < end {
                let rest = self.buffer.get(at..).unwrap_or_default();
                if in_text {
                    match memchr2(b'"', b'\\', rest) {
                        Some(offset) if rest.get(offset) == Some(&b'"') => {
                            in_text = false;
                            at += offset + 1;
                        }
                        Some(offset) => at += offset + 2,
                        None => at = end,
                    }
                    continue;
                }
                let Some(offset) = rest.iter().position(|it| matches!(it, b'"' | b'{' | b'}'))
                else {
                    at = end;
                    continue;
                };
                at += offset + 1;
                match rest.get(offset) {
                    Some(b'"') => in_text = true,
                    Some(b'{') => depth += 1,
                    _ => depth -= 1,
                }
                if depth == 0 {
                    self.at = at;
                    return Ok(());
                }
                if depth > MAX_DEPTH {
                    return Err(TrailFault::TooDeep { record: self.count + 1 });
                }
            }
            if end - from > MAX_RECORD_BYTES {
                return Err(TrailFault::RecordTooLong { record: self.count + 1 });
            }
            if !self.fill()? {
                return Err(TrailFault::CutShort { after: self.count });
            }
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Result<Option<u8>, TrailFault> {
        loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            if let Some(offset) = rest.iter().position(|it| !it.is_ascii_whitespace()) {
                self.at += offset;
                return Ok(rest.get(offset).copied());
            }
            self.buffer.clear();
            self.at = 0;
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Whether the object here has the list of records first; then goes into the list.
    fn is_envelope(&mut self) -> Result<bool, TrailFault> {
        let mut at = self.at + 1;
        for word in [&b"\"Records\""[..], b":", b"["] {
            while self.byte(at)?.is_some_and(|it| it.is_ascii_whitespace()) {
                at += 1;
            }
            for wanted in word {
                if self.byte(at)? != Some(*wanted) {
                    return Ok(false);
                }
                at += 1;
            }
        }
        self.at = at;
        Ok(true)
    }

    fn byte(&mut self, at: usize) -> Result<Option<u8>, TrailFault> {
        while at >= self.buffer.len() {
            if at - self.at > MAX_RECORD_BYTES {
                return Err(TrailFault::RecordTooLong { record: self.count + 1 });
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
        Ok(self.buffer.get(at).copied())
    }

    /// Reads on; `false` at the end.
    fn fill(&mut self) -> Result<bool, TrailFault> {
        if self.is_at_end {
            return Ok(false);
        }
        let before = self.buffer.len();
        let mut chunk = self.from.by_ref().take(CHUNK as u64);
        let came = chunk.read_to_end(&mut self.buffer)?;
        self.total += came as u64;
        if self.total > MAX_INFLATED_BYTES {
            return Err(TrailFault::TooLarge);
        }
        self.is_at_end = came < CHUNK;
        Ok(self.buffer.len() > before)
    }

    fn end(&self) -> Result<Option<&str>, TrailFault> {
        match self.place {
            Place::Top if self.total == 0 => Err(TrailFault::Empty),
            Place::Top => Ok(None),
            Place::List { .. } => Err(TrailFault::CutShort { after: self.count }),
        }
    }

    fn no_record(&self, byte: u8) -> TrailFault {
        let found = if byte.is_ascii_graphic() { char::from(byte) } else { '\u{fffd}' };
        TrailFault::NoRecord { after: self.count, found }
    }
}

#[cfg(test)]
mod tests;
