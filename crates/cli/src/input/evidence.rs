//! Usage files: what others than IAM saw.

use super::{InputError, USAGE_FILE_NEXT};
use leastwise_rightsizing::evidence::witnesses::{UsageLog, Witnesses};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// What all of the files say.
///
/// # Errors
///
/// [`InputError`] of the first that cannot be used: what is missing may show the use of anything.
pub(super) fn witnesses<'a>(
    paths: impl IntoIterator<Item = &'a Path>,
) -> Result<Witnesses, InputError> {
    let mut witnesses = Witnesses::default();
    for path in paths {
        witnesses.add(usage_log(path)?);
    }
    Ok(witnesses)
}

/// What one file says.
///
/// # Errors
///
/// [`InputError`] where it cannot be read, or is no usage file.
pub(crate) fn usage_log(path: &Path) -> Result<UsageLog, InputError> {
    let file = File::open(path).map_err(|source| InputError::File {
        path: path.to_owned(),
        source,
        next: USAGE_FILE_NEXT,
    })?;
    UsageLog::read_from(&mut BufReader::new(file))
        .map_err(|source| InputError::UsageFile { path: path.to_owned(), source })
}
