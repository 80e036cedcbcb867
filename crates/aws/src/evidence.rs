//! Loading usage files from S3: what others than IAM saw.

use crate::call::CallError;
use crate::ports::{ListObjects, ReadObject};
use leastwise_rightsizing::evidence::witnesses::{UsageFileError, UsageLog, Witnesses};
use leastwise_rightsizing::settings::{EvidenceList, ObjectAddress};
use thiserror::Error;

/// How many usage files are read in a run.
pub const MAX_USAGE_FILES: usize = 100;

/// How many bytes of usage files are read in a run. What is kept of them takes less memory.
pub const MAX_USAGE_BYTES: usize = 64 << 20;

/// Usage files that cannot be used: what is missing may show the use of anything.
#[derive(Debug, Error)]
#[error("`{}` ({list}) cannot be used, so nothing is called idle: {why}", EvidenceList::NAME)]
pub struct EvidenceError {
    /// Where they are.
    pub list: EvidenceList,
    /// What is wrong.
    pub why: EvidenceFault,
}

/// What is wrong with usage files.
#[derive(Debug, Error)]
pub enum EvidenceFault {
    /// They could not be listed or read.
    #[error(transparent)]
    Call(#[from] CallError),
    /// One is not a usage file.
    #[error("`{address}` is not a usage file: {why}")]
    File {
        /// Which.
        address: ObjectAddress,
        /// Why.
        why: UsageFileError,
    },
    /// There is none.
    #[error("no usage file is there; correct the setting, or empty it")]
    None,
    /// There are too many.
    #[error("more than {MAX_USAGE_FILES} files are there; keep one for each account and source")]
    TooMany,
    /// They are too large.
    #[error(
        "they have more than {MAX_USAGE_BYTES} bytes together; leave out what is older than the \
         window"
    )]
    TooLarge,
}

impl EvidenceError {
    /// Whether reading them again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(&self.why, EvidenceFault::Call(call) if call.is_retryable())
    }
}

/// What the usage files say that the setting names; nothing where it names none.
///
/// # Errors
///
/// [`EvidenceError`] for the first thing that is wrong with any of them, and where there is none.
pub async fn load_witnesses(
    list: Option<&EvidenceList>,
    aws: &(impl ListObjects + ReadObject),
) -> Result<Witnesses, EvidenceError> {
    let Some(list) = list else { return Ok(Witnesses::default()) };
    load(list, aws).await.map_err(|why| EvidenceError { list: list.clone(), why })
}

async fn load(
    list: &EvidenceList,
    aws: &(impl ListObjects + ReadObject),
) -> Result<Witnesses, EvidenceFault> {
    let mut witnesses = Witnesses::default();
    let mut left = MAX_USAGE_BYTES;
    for address in files(list, aws).await? {
        let bytes = aws.object(&address, left).await?;
        left = left.checked_sub(bytes.len()).ok_or(EvidenceFault::TooLarge)?;
        let log = UsageLog::read_from(&mut bytes.as_slice())
            .map_err(|why| EvidenceFault::File { address, why })?;
        witnesses.add(log);
    }
    Ok(witnesses)
}

/// The files that the setting names. A folder's own marker, which consoles make, is none.
async fn files(
    list: &EvidenceList,
    aws: &impl ListObjects,
) -> Result<Vec<ObjectAddress>, EvidenceFault> {
    if !list.is_prefix() {
        return Ok(vec![list.address().clone()]);
    }
    let mut files = aws.objects(list.address(), MAX_USAGE_FILES + 1).await?;
    files.retain(|address| address.key != list.address().key);
    match files.len() {
        0 => Err(EvidenceFault::None),
        1..=MAX_USAGE_FILES => Ok(files),
        _ => Err(EvidenceFault::TooMany),
    }
}
