//! What is known of the use of permissions: IAM's report, what was granted earlier, and which
//! policy grants a service.

mod earlier;
pub mod granting;
mod last_accessed;

pub(crate) use earlier::EarlierPermissions;
pub use earlier::{EarlierAccount, EarlierGrants};
pub use last_accessed::{
    ActionLastAccessed, Granularity, JobFailure, LastAccessedReport, ReportError, ReportPage,
    ServiceLastAccessed, TRACKING_PERIOD_DAYS, what_follows,
};

/// What is known of how one principal uses what it is granted.
///
/// More sources of evidence join here; none of them is a part of how the principal stands.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// IAM's service last accessed report on the principal.
    pub report: LastAccessedReport,
    /// What the principal was granted when the grace for new permissions began.
    pub earlier: EarlierGrants,
}

impl From<LastAccessedReport> for Evidence {
    /// The report alone: new permissions get no grace.
    fn from(report: LastAccessedReport) -> Self {
        Self { report, earlier: EarlierGrants::NotAsked }
    }
}
