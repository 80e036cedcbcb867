//! Where a trail is: a path here, or a bucket.

use leastwise_rightsizing::settings::ObjectAddress;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a trail, or a part of it, is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TrailSource {
    /// A file or a folder on this machine.
    Path(PathBuf),
    /// A bucket, with what its keys begin with; that may be nothing.
    Bucket(ObjectAddress),
}

impl FromStr for TrailSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix("s3://") else { return Ok(Self::Path(text.into())) };
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        let is_allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(is_allowed) {
            return Err("expected s3://BUCKET/PREFIX, such as s3://trail/AWSLogs/".to_owned());
        }
        // With and without a slash at its end it is the same folder.
        let (bucket, key) = (bucket.to_owned(), key.trim_end_matches('/').to_owned());
        Ok(Self::Bucket(ObjectAddress { bucket, key }))
    }
}
