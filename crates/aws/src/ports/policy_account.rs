//! How many managed policies the account has, and which of them are ours.

use crate::call::CallError;
use crate::paging::PagingError;
use chrono::{DateTime, Utc};
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`PolicyAccount`] costs.
pub const ACTIONS: &[&str] = &["iam:GetAccountSummary", "iam:ListPolicies"];

/// Takes stock of the customer managed policies of the account.
///
/// Costs `iam:GetAccountSummary` and `iam:ListPolicies`.
pub trait PolicyAccount: Sync {
    /// How many customer managed policies there are, and how many there may be.
    ///
    /// # Errors
    ///
    /// [`StockError`] when IAM does not say.
    fn policy_quota(&self) -> impl Future<Output = Result<PolicyQuota, StockError>> + Send;

    /// The policies under [`LEASTWISE_PATH`](leastwise_rightsizing::iam::LEASTWISE_PATH).
    ///
    /// # Errors
    ///
    /// [`StockError`] when they could not all be listed.
    fn own_policies(&self) -> impl Future<Output = Result<Vec<OwnPolicy>, StockError>> + Send;
}

/// The customer managed policies of an account, as IAM counts them.
///
/// Source: `Policies` and `PoliciesQuota` in
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyQuota {
    /// How many there are.
    pub used: u32,
    /// How many there may be: 1,500 by default.
    pub limit: u32,
}

/// A policy under our path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPolicy {
    /// Its ARN.
    pub arn: String,
    /// When it was made or last got a version; `None` where IAM does not say.
    pub updated: Option<DateTime<Utc>>,
    /// Whether it is attached to somebody, or is somebody's boundary. So it is where IAM does not
    /// say.
    pub is_in_use: bool,
}

/// Why the policies could not be counted or listed.
#[derive(Debug, Error)]
pub enum StockError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The list did not come to an end.
    #[error(transparent)]
    Paging(#[from] PagingError),
}

impl StockError {
    /// Whether asking again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(call) => call.is_retryable(),
            Self::Paging(_) => false,
        }
    }
}
