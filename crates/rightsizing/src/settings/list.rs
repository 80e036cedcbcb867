//! Settings that are lists, written out or kept in a file.
//!
//! A list that cannot be read, or of which one entry cannot be understood, is an error as a whole:
//! half a list of exemptions would let somebody be judged or bounded who is to be left alone.

use super::setting::{SettingError, entries};
use leastwise_policy::text::{self, NotText};
use std::fmt;
use thiserror::Error;

/// The largest list file, in bytes: far more than the users and roles of any account.
pub const MAX_FILE_BYTES: usize = 1 << 20;

/// What a file says that is meant to have no entry. A file without this word and without entries is
/// taken for damaged.
pub const EMPTY_ON_PURPOSE: &str = "none";

/// A setting that is a list of entries.
pub trait ListSetting: Sized {
    /// The list of these entries, as the value of the setting `name`.
    ///
    /// # Errors
    ///
    /// [`SettingError`] names the setting and the entry that is not allowed.
    fn from_entries(name: &'static str, entries: &[&str]) -> Result<Self, SettingError>;
}

/// Where the entries of a list are: in the setting itself, or in a file.
///
/// ```
/// use leastwise_rightsizing::settings::ListSource;
/// use leastwise_rightsizing::settings::PrincipalList;
///
/// type Source = ListSource<PrincipalList>;
/// let file = Source::parse("ExemptionList", "s3://security-lists/exempt.txt")?;
/// assert!(matches!(file, ListSource::File { .. }));
/// assert!(Source::parse("ExemptionList", "s3://security-lists").is_err());
/// # Ok::<(), leastwise_rightsizing::settings::SettingError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListSource<T> {
    /// The entries themselves, separated by commas or white space.
    Entries(T),
    /// A file in S3 that has them.
    File {
        /// The setting's name.
        name: &'static str,
        /// Where it is.
        address: ObjectAddress,
    },
}

impl<T: Default> Default for ListSource<T> {
    fn default() -> Self {
        Self::Entries(T::default())
    }
}

impl<T: ListSetting> ListSource<T> {
    /// Reads the value of the setting `name`.
    ///
    /// # Errors
    ///
    /// [`SettingError`] when an entry is not allowed, or an address is not that of one object.
    pub fn parse(name: &'static str, value: &str) -> Result<Self, SettingError> {
        let value = value.trim();
        if value.starts_with(ObjectAddress::SCHEME) {
            let address = ObjectAddress::parse(value).ok_or_else(|| {
                let allowed = "one file as `s3://BUCKET/KEY`, or the entries themselves";
                SettingError::new(name, value, allowed)
            })?;
            return Ok(Self::File { name, address });
        }
        T::from_entries(name, &entries(value).collect::<Vec<_>>()).map(Self::Entries)
    }
}

/// The address of an object in S3.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectAddress {
    /// Bucket name.
    pub bucket: String,
    /// Object key.
    pub key: String,
}

impl ObjectAddress {
    const SCHEME: &'static str = "s3://";

    /// Reads `s3://BUCKET/KEY`. A bucket's name has 3 to 63 small letters, digits, dots and
    /// hyphens; a key 1 to 1,024 characters, here without white space and commas.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (bucket, key) = text.strip_prefix(Self::SCHEME)?.split_once('/')?;
        let is_of_bucket =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        let is_of_key = |character: char| !character.is_whitespace() && character != ',';
        let valid = (3..=63).contains(&bucket.len())
            && bucket.bytes().all(is_of_bucket)
            && (1..=1_024).contains(&key.len())
            && key.chars().all(is_of_key);
        valid.then(|| Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

impl fmt::Display for ObjectAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}/{}", Self::SCHEME, self.bucket, self.key)
    }
}

/// A list file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ListFileError {
    /// Too large.
    #[error("it has {bytes} bytes, and at most {MAX_FILE_BYTES} are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not text.
    #[error(transparent)]
    NotText(#[from] NotText),
    /// Without entries.
    #[error("it has no entry; write `{EMPTY_ON_PURPOSE}` into a list that is to be empty")]
    NoEntry,
    /// An entry that is not allowed.
    #[error("line {line}: {why}")]
    Entry {
        /// Line number, from 1.
        line: usize,
        /// The entry and what would be allowed.
        why: SettingError,
    },
}

/// Reads the text of a list file for the setting `name`: one entry a line or several separated by
/// commas; `#` begins a comment. It may be UTF-8 or UTF-16; a byte order mark and either kind of
/// line end do not matter.
///
/// # Errors
///
/// [`ListFileError`] when it is too large, not text, without any entry, or has one that is not
/// allowed.
pub fn read_file<T: ListSetting>(name: &'static str, bytes: &[u8]) -> Result<T, ListFileError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ListFileError::TooLarge { bytes: bytes.len() });
    }
    let text = text::decode(bytes)?;
    let mut all = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let written = line.split_once('#').map_or(line, |(written, _)| written);
        let found = written.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        all.extend(found.map(|entry| (number, entry)));
    }
    let list = |line: usize, entries: &[&str]| {
        T::from_entries(name, entries).map_err(|why| ListFileError::Entry { line, why })
    };
    match all.as_slice() {
        [] => Err(ListFileError::NoEntry),
        [(line, EMPTY_ON_PURPOSE)] => list(*line, &[]),
        entries => {
            // One by one first, so that the line of a bad one can be named.
            entries.iter().try_for_each(|(line, entry)| list(*line, &[entry]).map(drop))?;
            let entries: Vec<&str> = entries.iter().map(|(_, entry)| *entry).collect();
            list(1, &entries)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{BaseActions, PrincipalList};

    fn read(text: &str) -> Result<PrincipalList, String> {
        read_file("ExemptionList", text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_may_have_comments_commas_blank_lines_either_line_end_and_a_byte_order_mark() {
        let file = "\u{feff}# who is left alone\r\nbreak-glass-*, /ops/ # and all below\r\n\r\n  arn:aws:iam::*:role/x\t\n,";
        let same: PrincipalList = "break-glass-*,/ops/,arn:aws:iam::*:role/x".parse().unwrap();
        assert_eq!(read(file), Ok(same));
    }

    #[test]
    fn a_file_may_be_in_utf_16() {
        let file: Vec<u8> = "\u{feff}ops-*\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            read_file("ExemptionList", &file),
            Ok("ops-*".parse::<PrincipalList>().unwrap())
        );
    }

    #[test]
    fn a_bad_entry_is_named_with_its_line_and_spoils_the_whole_list() {
        assert_eq!(
            read("backup\n# role/admin\nops-*, role/admin\n"),
            Err("line 3: `ExemptionList` is `role/admin`; allowed is names, ARNs of users, roles and groups, and paths such as \
                 `/ops/`, separated by commas, with `*` and `?` as wildcards"
                .to_owned())
        );
    }

    #[test]
    fn an_empty_file_is_an_error_unless_it_says_that_it_is_empty() {
        let empty = "it has no entry; write `none` into a list that is to be empty".to_owned();
        for text in ["", "\r\n", "# nobody\n,,\n", "\u{feff}"] {
            assert_eq!(read(text), Err(empty.clone()), "{text:?}");
        }
        assert_eq!(read("# nobody\nnone\n"), Ok(PrincipalList::default()));
        let base: Result<BaseActions, _> = read_file("BaseActions", b"none");
        assert!(matches!(base, Err(ListFileError::Entry { line: 1, .. })), "{base:?}");
    }

    #[test]
    fn what_is_not_text_or_far_too_large_is_an_error() {
        assert_eq!(
            read_file::<PrincipalList>("ExemptionList", b"ops\xff\xfe"),
            Err(ListFileError::NotText(NotText { at: 3 }))
        );
        let large = vec![b'a'; MAX_FILE_BYTES + 1];
        let bytes = large.len();
        assert_eq!(
            read_file::<PrincipalList>("ExemptionList", &large),
            Err(ListFileError::TooLarge { bytes })
        );
    }

    #[test]
    fn a_file_is_named_by_bucket_and_key() {
        let parse = |value: &str| ListSource::<PrincipalList>::parse("ExemptionList", value);
        let (bucket, key) = ("lists.example".to_owned(), "team/exempt.txt".to_owned());
        let address = ObjectAddress { bucket, key };
        assert_eq!(address.to_string(), "s3://lists.example/team/exempt.txt");
        let file = ListSource::File { name: "ExemptionList", address };
        assert_eq!(parse(" s3://lists.example/team/exempt.txt "), Ok(file));
        for bad in [
            "s3://",
            "s3://bucket",
            "s3://bucket/",
            "s3://Bucket/key",
            "s3://b/key",
            "s3://bucket/a,ops",
        ] {
            let expected = format!(
                "`ExemptionList` is `{bad}`; allowed is one file as `s3://BUCKET/KEY`, or the entries themselves"
            );
            assert_eq!(parse(bad).unwrap_err().to_string(), expected);
        }
    }
}
