//! Loading what settings name: lists, from wherever they are, and the group of administrators.

use crate::call::CallError;
use crate::ports::{FindGroup, ReadObject};
use leastwise_rightsizing::exemption::{ADMIN_GROUP_NAME, ExemptionRules, ExemptionSources};
use leastwise_rightsizing::settings::{
    ListFileError, ListSetting, ListSource, MAX_FILE_BYTES, read_file,
};
use thiserror::Error;

/// A list, or the group of administrators, that could not be had. Nobody may be judged, bounded or
/// quarantined without it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{name}` ({value}) cannot be used, so nobody is judged or changed: {why}")]
pub struct ListError {
    /// The setting's name.
    pub name: &'static str,
    /// What it is set to: where the list is, or the name of the group.
    pub value: String,
    /// What is wrong.
    pub why: ListFault,
}

/// What is wrong with a list, or with the group of administrators.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ListFault {
    /// It could not be read.
    #[error(transparent)]
    Call(CallError),
    /// It could not be understood.
    #[error(transparent)]
    File(ListFileError),
    /// There is no such group: a slip of the pen, or it was deleted or renamed.
    #[error("the account has no group of this name; correct the setting, or empty it")]
    NoSuchGroup,
}

impl ListError {
    /// Whether reading it again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match &self.why {
            ListFault::Call(call) => call.is_retryable(),
            ListFault::File(_) | ListFault::NoSuchGroup => false,
        }
    }
}

/// The entries of a list, wherever they are.
///
/// # Errors
///
/// [`ListError`] when it is in a file that cannot be read or understood.
pub async fn load_list<T: ListSetting + Clone>(
    source: &ListSource<T>,
    aws: &impl ReadObject,
) -> Result<T, ListError> {
    let (name, address) = match source {
        ListSource::Entries(list) => return Ok(list.clone()),
        ListSource::File { name, address } => (*name, address),
    };
    let error = |why| ListError { name, value: address.to_string(), why };
    let bytes =
        aws.object(address, MAX_FILE_BYTES).await.map_err(|call| error(ListFault::Call(call)))?;
    read_file(name, &bytes).map_err(|why| error(ListFault::File(why)))
}

/// Who is left alone, as the settings and the files that they name say. Files are read by `files`,
/// the group of administrators is looked up by `account`, in the account that is judged.
///
/// A group without members exempts nobody and is no error: unlike an empty file, which a script
/// leaves behind when it fails, it says what IAM itself keeps, and the last administrator may leave
/// it.
///
/// # Errors
///
/// [`ListError`] when a list is in a file that cannot be read or understood, or the group does not
/// exist or cannot be looked up.
pub async fn load_exemptions(
    sources: &ExemptionSources,
    files: &impl ReadObject,
    account: &impl FindGroup,
) -> Result<ExemptionRules, ListError> {
    Ok(ExemptionRules {
        break_glass: load_list(&sources.break_glass, files).await?,
        exempt_principals: load_list(&sources.exempt_principals, files).await?,
        exemption_list: load_list(&sources.exemption_list, files).await?,
        admin_group: admin_group(sources.admin_group.as_deref(), account).await?,
        narrow_protected: load_list(&sources.narrow_protected, files).await?,
    })
}

/// The group of administrators, which must exist where one is named.
async fn admin_group(
    name: Option<&str>,
    account: &impl FindGroup,
) -> Result<Option<String>, ListError> {
    let Some(group) = name else { return Ok(None) };
    let error = |why| ListError { name: ADMIN_GROUP_NAME, value: group.to_owned(), why };
    match account.has_group(group).await {
        Ok(true) => Ok(Some(group.to_owned())),
        Ok(false) => Err(error(ListFault::NoSuchGroup)),
        Err(call) => Err(error(ListFault::Call(call))),
    }
}
