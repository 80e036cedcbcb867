//! Reading files from S3.

use crate::call::CallError;
use leastwise_rightsizing::exemption::{ExemptionRules, ExemptionSources};
use leastwise_rightsizing::list::{
    ListFileError, ListSetting, ListSource, MAX_FILE_BYTES, ObjectAddress, read_file,
};
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`ReadObject`] costs.
pub const ACTIONS: &[&str] = &["s3:GetObject"];

/// Reads an object from S3.
///
/// Costs `s3:GetObject` on it, and where it is encrypted with a key of the customer's, `kms:Decrypt` on that.
pub trait ReadObject: Sync {
    /// The whole object, unless it has more than `limit` bytes; of a larger one the first `limit` bytes and one more.
    ///
    /// # Errors
    /// [`CallError`] when it is not there, may not be read, or did not come whole.
    fn object(
        &self,
        address: &ObjectAddress,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<u8>, CallError>> + Send;
}

/// A list that could not be had. Nobody may be judged, bounded or quarantined without it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{name}` ({address}) cannot be used, so nobody is judged or changed: {why}")]
pub struct ListError {
    /// The setting's name.
    pub name: &'static str,
    /// Where the list is.
    pub address: ObjectAddress,
    /// What is wrong.
    pub why: ListFault,
}

/// What is wrong with a list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ListFault {
    /// It could not be read
    #[error(transparent)]
    Call(CallError),
    /// It could not be understood
    #[error(transparent)]
    File(ListFileError),
}

impl ListError {
    /// Whether reading it again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match &self.why {
            ListFault::Call(call) => call.is_retryable(),
            ListFault::File(_) => false,
        }
    }
}

/// The entries of a list, wherever they are.
///
/// # Errors
/// [`ListError`] when it is in a file that cannot be read or understood.
pub async fn load_list<T: ListSetting + Clone>(
    source: &ListSource<T>,
    aws: &impl ReadObject,
) -> Result<T, ListError> {
    let (name, address) = match source {
        ListSource::Entries(list) => return Ok(list.clone()),
        ListSource::File { name, address } => (*name, address),
    };
    let error = |why| ListError { name, address: address.clone(), why };
    let bytes =
        aws.object(address, MAX_FILE_BYTES).await.map_err(|call| error(ListFault::Call(call)))?;
    read_file(name, &bytes).map_err(|why| error(ListFault::File(why)))
}

/// Who is left alone, as the settings and the files that they name say.
///
/// # Errors
/// [`ListError`] when a list is in a file that cannot be read or understood.
pub async fn load_exemptions(
    sources: &ExemptionSources,
    aws: &impl ReadObject,
) -> Result<ExemptionRules, ListError> {
    Ok(ExemptionRules {
        break_glass: load_list(&sources.break_glass, aws).await?,
        exempt_principals: load_list(&sources.exempt_principals, aws).await?,
        exemption_list: load_list(&sources.exemption_list, aws).await?,
        admin_group: sources.admin_group.clone(),
    })
}
