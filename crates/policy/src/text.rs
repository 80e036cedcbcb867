//! Text from the bytes of a file, in the encodings in which people's tools write it.
//!
//! A redirection in PowerShell writes UTF-16 with a byte order mark, many editors write UTF-8 with
//! one, and everything else plain UTF-8.

use thiserror::Error;

/// What U+FEFF is at the beginning of a file: a mark of its encoding, and no text.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// The same mark as it is written in UTF-8.
const BYTE_ORDER_MARK_IN_UTF8: &[u8] = b"\xef\xbb\xbf";

/// Bytes that are no text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("it is neither UTF-8 nor UTF-16 text: byte {at} cannot be read; save it as UTF-8")]
pub struct NotText {
    /// How many bytes could be read before.
    pub at: usize,
}

/// Reads UTF-8 and UTF-16 of either byte order, with or without a byte order mark, which is left
/// out. UTF-16 without a mark is known by its first letter, which is an ASCII letter in every file
/// that is read here.
///
/// ```
/// use leastwise_policy::text::decode;
///
/// assert_eq!(decode(b"\xef\xbb\xbf{}").as_deref(), Ok("{}"));
/// assert_eq!(decode(b"\xff\xfe{\0}\0").as_deref(), Ok("{}"));
/// assert_eq!(decode(b"\0{\0}").as_deref(), Ok("{}"));
/// ```
///
/// # Errors
///
/// [`NotText`] when a byte is part of no character, or there is a character U+0000, which is in
/// binary files only.
pub fn decode(bytes: &[u8]) -> Result<String, NotText> {
    let text = match byte_order(bytes) {
        Some(ByteOrder::Little) => utf16(bytes, u16::from_le_bytes),
        Some(ByteOrder::Big) => utf16(bytes, u16::from_be_bytes),
        None => utf8(bytes),
    }?;
    Ok(text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned).unwrap_or(text))
}

/// As [`decode`], without a copy of what is UTF-8 already: a file may be large.
///
/// # Errors
///
/// As [`decode`].
pub fn decode_owned(bytes: Vec<u8>) -> Result<String, NotText> {
    if byte_order(&bytes).is_some() || bytes.starts_with(BYTE_ORDER_MARK_IN_UTF8) {
        return decode(&bytes);
    }
    let not_text = |at| NotText { at };
    let text = String::from_utf8(bytes).map_err(|it| not_text(it.utf8_error().valid_up_to()))?;
    text.find('\0').map_or(Ok(text), |at| Err(not_text(at)))
}

/// Whether a file that begins with these bytes is read as UTF-16.
#[must_use]
pub fn is_utf16(start: &[u8]) -> bool {
    byte_order(start).is_some()
}

#[derive(Debug, Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

/// The byte order of UTF-16; `None` is any other encoding.
fn byte_order(start: &[u8]) -> Option<ByteOrder> {
    match start {
        [0xff, 0xfe, ..] | [1..=255, 0, ..] => Some(ByteOrder::Little),
        [0xfe, 0xff, ..] | [0, 1..=255, ..] => Some(ByteOrder::Big),
        _ => None,
    }
}

fn utf8(bytes: &[u8]) -> Result<String, NotText> {
    let text = std::str::from_utf8(bytes).map_err(|error| NotText { at: error.valid_up_to() })?;
    match text.find('\0') {
        Some(at) => Err(NotText { at }),
        None => Ok(text.to_owned()),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    let mut at = 0;
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let character = character.ok().filter(|it| *it != '\0').ok_or(NotText { at })?;
        at += 2 * character.len_utf16();
        text.push(character);
    }
    if rest.is_empty() { Ok(text) } else { Err(NotText { at }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_text_reads_the_same_in_every_encoding_with_and_without_a_mark() {
        let text = "{\"user\": \"Zoë 🦀\"}\r\n";
        let marked = format!("{BYTE_ORDER_MARK}{text}");
        for written in [text, marked.as_str()] {
            assert_eq!(decode(written.as_bytes()).as_deref(), Ok(text));
            assert_eq!(decode_owned(written.as_bytes().to_vec()).as_deref(), Ok(text));
            assert_eq!(decode(&utf16(written, u16::to_le_bytes)).as_deref(), Ok(text));
            assert_eq!(decode(&utf16(written, u16::to_be_bytes)).as_deref(), Ok(text));
        }
        assert_eq!(decode(b"").as_deref(), Ok(""));
        assert_eq!(decode(b"x").as_deref(), Ok("x"));
    }

    #[test]
    fn what_is_no_text_says_where_it_cannot_be_read() {
        for (bytes, at) in [
            (&b"ops\0"[..], 3),
            (&b"ops\xff\xfe"[..], 3),
            (b"PK\x03\x04\0\0", 4),
            (b"\0\0\xfe\xff", 2),
            (b"\xff\xfe{\0\x3d\xd8}\0", 4),
            (b"\xff\xfe{\0}", 4),
            (b"\xff\xfe{\0\0\0}\0", 4),
        ] {
            assert_eq!(decode(bytes), Err(NotText { at }), "{bytes:?}");
            assert_eq!(decode_owned(bytes.to_vec()), Err(NotText { at }), "{bytes:?}");
        }
        assert_eq!(
            NotText { at: 3 }.to_string(),
            "it is neither UTF-8 nor UTF-16 text: byte 3 cannot be read; save it as UTF-8"
        );
    }
}
