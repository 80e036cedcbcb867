//! Asking IAM Access Advisor when a principal last used what it is granted.

use crate::call::CallError;
use leastwise_rightsizing::evidence::{Granularity, LastAccessedReport, ReportError, ReportPage};
use std::future::Future;
use std::time::Instant;
use thiserror::Error;

/// The IAM actions that [`ReadUsage`] costs.
pub const ACTIONS: &[&str] =
    &["iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"];

/// How many reports are under way at a time: enough to make use of 60 calls a second where a report
/// takes two seconds. How fast IAM is asked does not depend on it.
pub const CONCURRENT_REPORTS: usize = 64;

/// Reads service last accessed reports.
///
/// Costs `iam:GenerateServiceLastAccessedDetails` and `iam:GetServiceLastAccessedDetails`. Only the
/// session that asked for a report can read it, so both happen within one call.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html>.
pub trait ReadUsage: Sync {
    /// A fresh and complete report on the user, role or group of that ARN, waited for until
    /// `deadline` at the latest. On a group, IAM reports what its members attempted.
    ///
    /// # Errors
    ///
    /// [`UsageError`] when there is none. It concerns this principal alone and must not be read as
    /// "unused".
    fn last_accessed(
        &self,
        arn: &str,
        granularity: Granularity,
        deadline: Instant,
    ) -> impl Future<Output = Result<LastAccessedReport, UsageError>> + Send;
}

/// Reads the same reports page by page, for whoever keeps them as IAM hands them out. Costs what
/// [`ReadUsage`] costs.
pub trait ReadPages: Sync {
    /// The pages of a fresh and complete report, as [`ReadUsage::last_accessed`] reads it. They
    /// make a [`LastAccessedReport`].
    ///
    /// # Errors
    ///
    /// As [`ReadUsage::last_accessed`].
    fn report_pages(
        &self,
        arn: &str,
        granularity: Granularity,
        deadline: Instant,
    ) -> impl Future<Output = Result<Vec<ReportPage>, UsageError>> + Send;
}

/// Why there is no report on a principal.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UsageError {
    /// The principal does not exist (any more).
    #[error("there is no `{principal}` to report on: {call}")]
    NoSuchPrincipal {
        /// The principal's ARN.
        principal: String,
        /// What IAM said.
        call: CallError,
    },
    /// IAM could not make the report, or it is not usable.
    #[error("`{principal}` was not reported on: {report}")]
    Report {
        /// The principal's ARN.
        principal: String,
        /// Why.
        report: ReportError,
    },
    /// The time was over before IAM was asked.
    #[error(
        "the time was over before the service last accessed report on `{principal}` was asked for"
    )]
    NotReached {
        /// The principal's ARN.
        principal: String,
    },
    /// The report did not come in time.
    #[error("the service last accessed report on `{principal}` was not finished in time")]
    Deadline {
        /// The principal's ARN.
        principal: String,
    },
    /// IAM handed out a marker a second time, so following it would never end.
    #[error("the service last accessed report on `{principal}` repeated the marker `{marker}`")]
    RepeatedMarker {
        /// The principal's ARN.
        principal: String,
        /// The marker.
        marker: String,
    },
    /// A call failed.
    #[error("`{principal}` was not reported on: {call}")]
    Call {
        /// The principal's ARN.
        principal: String,
        /// The call.
        call: CallError,
    },
}

impl UsageError {
    /// Whether asking again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::NotReached { .. } | Self::Deadline { .. } => true,
            Self::Call { call, .. } => call.is_retryable(),
            Self::NoSuchPrincipal { .. } | Self::Report { .. } | Self::RepeatedMarker { .. } => {
                false
            }
        }
    }
}
