//! Reading which Regions the account has enabled.

use crate::call::CallError;
use crate::paging::PagingError;
use std::collections::BTreeSet;
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`ReadRegions`] costs.
pub const ACTIONS: &[&str] = &["account:ListRegions"];

/// Reads which Regions the account has enabled. Costs `account:ListRegions`.
pub trait ReadRegions: Sync {
    /// The account's Regions in which something may run, by their codes, such as `eu-west-1`.
    ///
    /// # Errors
    ///
    /// [`RegionsError`] when they could not be read to the end.
    fn enabled_regions(
        &self,
    ) -> impl Future<Output = Result<BTreeSet<String>, RegionsError>> + Send;
}

/// Why the enabled Regions could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RegionsError {
    /// A call failed.
    #[error(
        "which Regions are enabled could not be learned: {0}; allow the call, or set `UntrackedRegions` to `unused` if \
         nothing runs where IAM does not track use"
    )]
    Call(#[from] CallError),
    /// The list did not come to an end.
    #[error("which Regions are enabled could not be learned: {0}")]
    Paging(#[from] PagingError),
}

impl RegionsError {
    /// Whether asking again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(call) => call.is_retryable(),
            Self::Paging(_) => false,
        }
    }
}
