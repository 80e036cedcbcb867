//! Why a service last accessed report cannot be used.

use chrono::{DateTime, Utc};
use thiserror::Error;

/// Why there is no usable report for a principal. Such a principal is not judged and not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReportError {
    /// No report was given.
    #[error("there is no service last accessed data for it")]
    Missing,
    /// Whoever was to read it from AWS could not, or did not.
    #[error("its service last accessed report was not read: {0}")]
    NotRead(String),
    /// Not of the documented form.
    #[error(
        "its service last accessed data is not what `aws iam get-service-last-accessed-details` prints: {0}"
    )]
    Form(String),
    /// The job still runs.
    #[error("its service last accessed report is still in progress")]
    InProgress,
    /// IAM could not make the report.
    #[error("IAM could not make its service last accessed report: {code}: {message}")]
    Failed {
        /// Error code.
        code: String,
        /// Message.
        message: String,
    },
    /// The report ends before the window begins, so it says nothing about the window.
    #[error(
        "its service last accessed report was finished on {}, before the window, which begins on {}",
        .completed.format("%Y-%m-%d"), .window_start.format("%Y-%m-%d")
    )]
    EndsBeforeWindow {
        /// When the report was finished.
        completed: DateTime<Utc>,
        /// When the window begins.
        window_start: DateTime<Utc>,
    },
    /// IAM says that the role was used at a time of which the report shows no use.
    #[error(
        "IAM says that the role was used on {}, and its service last accessed report shows no use so late: something \
         is in use that the report does not show", .last_used.format("%Y-%m-%d")
    )]
    RoleUsedOtherwise {
        /// When the role was last used.
        last_used: DateTime<Utc>,
    },
    /// A page is missing.
    #[error(
        "its service last accessed report is incomplete: a page is to follow marker `{marker}`"
    )]
    Incomplete {
        /// The marker of the last page that is there.
        marker: String,
    },
    /// Pages of several reports.
    #[error(
        "its service last accessed report has pages of different jobs: `{member}` is {one} on one page and {other} on \
         another; save all pages of one job"
    )]
    DifferentJobs {
        /// The member that differs: `JobCreationDate`, `JobCompletionDate` or `JobType`.
        member: &'static str,
        /// Its value on the first page.
        one: String,
        /// Its value on another page.
        other: String,
    },
    /// The report is on somebody else.
    #[error(
        "its service last accessed report is on another principal: it names `{entity}` as the one that made the last \
         attempt; ask IAM for a report on this principal"
    )]
    OtherPrincipal {
        /// Who made an attempt, as the report has it.
        entity: String,
    },
}
