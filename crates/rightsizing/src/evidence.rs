//! What is known of the use of permissions: IAM's report, what was granted earlier, and which policy grants a service.

mod earlier;
pub mod granting;
mod last_accessed;

pub use earlier::EarlierGrants;
pub(crate) use earlier::EarlierPermissions;
pub use last_accessed::{
    ActionLastAccessed, Granularity, JobFailure, LastAccessedReport, ReportError, ReportPage,
    ServiceLastAccessed, TRACKING_PERIOD_DAYS, what_follows,
};
