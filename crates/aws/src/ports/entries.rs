//! Entries that are made once, listed and removed.

use crate::call::CallError;
use crate::paging::PagingError;
use std::collections::BTreeSet;
use std::future::Future;
use thiserror::Error;

/// The actions that [`MakeEntry`] costs.
pub const MAKE_ACTIONS: &[&str] = &["ssm:PutParameter"];

/// The actions that [`Entries`] costs.
pub const ACTIONS: &[&str] = &["ssm:DeleteParameters", "ssm:GetParametersByPath"];

/// Makes short texts by name, in AWS Systems Manager Parameter Store, of which the first stays.
///
/// Costs `ssm:PutParameter` on the parameter.
pub trait MakeEntry: Sync {
    /// Makes the entry, of at most 4 KB, unless there is one of this name: of several callers at
    /// once exactly one does.
    ///
    /// Source: `Overwrite` in
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>.
    ///
    /// # Errors
    ///
    /// [`CallError`] when nothing says whether it was made.
    fn make_entry(
        &self,
        name: &str,
        text: &str,
    ) -> impl Future<Output = Result<Made, CallError>> + Send;
}

/// What became of an entry that was to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It is this caller's. The SDK sends a call again whose answer got lost, so an entry that this
    /// caller made may be reported as [`Made::Before`], too.
    Now,
    /// There is one of this name.
    Before,
}

/// Lists and removes the entries below a path.
///
/// Costs `ssm:GetParametersByPath` on the path and `ssm:DeleteParameters` on the parameters.
pub trait Entries: Sync {
    /// Names and texts of everything below the path, which ends with a slash.
    ///
    /// # Errors
    ///
    /// [`EntriesError`] when they could not all be read.
    fn entries(
        &self,
        path: &str,
    ) -> impl Future<Output = Result<Vec<(String, String)>, EntriesError>> + Send;

    /// Removes these entries. One that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`EntriesError`] when nothing says that they are gone.
    fn remove_entries(
        &self,
        names: &BTreeSet<String>,
    ) -> impl Future<Output = Result<(), EntriesError>> + Send;
}

/// Why entries could not be listed or removed.
#[derive(Debug, Error)]
pub enum EntriesError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The list did not come to an end.
    #[error(transparent)]
    Paging(#[from] PagingError),
}

impl EntriesError {
    /// Whether asking again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(call) => call.is_retryable(),
            Self::Paging(_) => false,
        }
    }
}
