//! Reading every user and role of the account at once.

use crate::call::CallError;
use crate::paging::PagingError;
use leastwise_rightsizing::iam::{AccountError, AuthorizationDetails, Roster};
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`ReadAccount`] costs.
pub const ACTIONS: &[&str] =
    &["iam:GetAccountAuthorizationDetails", "iam:GetPolicy", "iam:GetPolicyVersion"];

/// Reads every user and role of the account with all that decides what they may do.
///
/// Costs `iam:GetAccountAuthorizationDetails`, and `iam:GetPolicy` with `iam:GetPolicyVersion` for
/// each managed policy that is attached or bounds somebody and whose text is not in that answer.
pub trait ReadAccount: Sync {
    /// The account, its principals to be read one by one.
    ///
    /// A managed policy that does not exist stays on its principals as an unreadable document.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when any page or policy could not be read: a part of an account is not the
    /// account.
    fn account(&self) -> impl Future<Output = Result<Roster, ReadError>> + Send;
}

/// Reads the account as IAM describes it, for whoever keeps that. Costs what [`ReadAccount`] costs.
pub trait ReadDetails: Sync {
    /// All pages in one, with the text in force of every managed policy that is attached or bounds
    /// somebody.
    ///
    /// # Errors
    ///
    /// As [`ReadAccount::account`], but for entries that cannot be understood: these are handed on
    /// as they are.
    fn details(&self) -> impl Future<Output = Result<AuthorizationDetails, ReadError>> + Send;
}

/// Why principals could not be read, or found.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A list did not come to an end.
    #[error(transparent)]
    Paging(#[from] PagingError),
    /// A part of what was being read disappeared before it was read, so what was read is no state
    /// that ever was.
    #[error("something changed while it was being read: {0}")]
    Changed(CallError),
    /// IAM's answer is not usable.
    #[error("what IAM returned is not usable: {0}")]
    Unusable(#[from] AccountError),
}

impl ReadError {
    /// Whether reading again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(call) => call.is_retryable(),
            Self::Changed(_) => true,
            Self::Paging(_) | Self::Unusable(_) => false,
        }
    }
}
