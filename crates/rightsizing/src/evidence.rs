//! What is known of the use of permissions: IAM's report, what was granted earlier, what our
//! boundary was planned from, and which policy grants a service.

mod earlier;
pub mod granting;
mod last_accessed;
mod planned_from;
mod regions;
pub mod witnesses;

pub(crate) use earlier::EarlierPermissions;
pub use earlier::{EarlierAccount, EarlierGrants};
pub use last_accessed::{
    ActionLastAccessed, Granularity, JobFailure, LastAccessedReport, ReportError, ReportPage,
    ServiceLastAccessed, TRACKING_PERIOD_DAYS, what_follows,
};
pub use planned_from::{PlannedFrom, PlannedGrants, PreviousLimit};
pub use regions::{EnabledRegions, is_watched_partition};

use crate::iam::Principal;
use crate::reach::AccountReach;
use crate::resource_policies::ResourcePolicies;
use chrono::{DateTime, TimeDelta, Utc};
use std::borrow::Cow;
use std::sync::Arc;
use witnesses::Sightings;

/// What is known of how one principal uses what it is granted.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// IAM's service last accessed report on the principal.
    pub report: LastAccessedReport,
    /// What the principal was granted when the grace for new permissions began.
    pub earlier: EarlierGrants,
    /// What the boundary in place was planned from, where it is ours.
    pub planned_from: PlannedFrom,
    /// Where something may run under the principal: IAM does not watch every Region.
    pub regions: EnabledRegions,
    /// The resource policies of the account, as far as they were read. All principals share them.
    pub resource_policies: Arc<ResourcePolicies>,
    /// What others than IAM saw of the principal.
    pub sightings: Sightings,
    /// How far everybody in the account gets; `None` where the account is not known as a whole. All
    /// principals share it.
    pub reach: Option<Arc<AccountReach>>,
}

/// How late IAM's last accessed data may be.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.
const MOST_HOURS_LATE: i64 = 4;

impl Evidence {
    /// Checks that the report is about `principal`, reaches into the window that begins at
    /// `window_start`, and shows what the principal was used for.
    ///
    /// # Errors
    ///
    /// [`ReportError`], the first thing that does not hold.
    pub fn check(
        &self,
        principal: &Principal,
        window_start: DateTime<Utc>,
    ) -> Result<(), ReportError> {
        self.report.check_reaches(window_start)?;
        self.report.check_is_of(&principal.arn)?;
        self.check_shows(principal.last_used, window_start)
    }

    /// IAM's report with what others saw of the principal at `since` or later.
    #[must_use]
    pub fn observed(&self, since: DateTime<Utc>) -> Cow<'_, LastAccessedReport> {
        self.report.joined(&self.sightings, since)
    }

    /// Checks that IAM's report shows any use as late as that of the role itself. Its data may be
    /// late: what the role was used for in the last hours need not be there yet, if the report
    /// shows other use in the window.
    ///
    /// What others saw does not count: a report that misses one use may miss more, and whoever saw
    /// that one need not have seen the others.
    fn check_shows(
        &self,
        last_used: Option<DateTime<Utc>>,
        window_start: DateTime<Utc>,
    ) -> Result<(), ReportError> {
        let Some(last_used) = last_used else { return Ok(()) };
        let late = TimeDelta::hours(MOST_HOURS_LATE);
        let newest = self.report.newest();
        let shows_it = newest.is_some_and(|newest| last_used - newest <= late);
        let may_be_late = self.report.completed().is_some_and(|it| it - last_used < late)
            && newest.is_some_and(|newest| newest >= window_start);
        if shows_it || may_be_late || last_used < window_start {
            return Ok(());
        }
        Err(ReportError::RoleUsedOtherwise { last_used })
    }
}

impl From<LastAccessedReport> for Evidence {
    /// The report alone: new permissions get no grace.
    fn from(report: LastAccessedReport) -> Self {
        Self {
            report,
            earlier: EarlierGrants::NotAsked,
            planned_from: PlannedFrom::default(),
            regions: EnabledRegions::NotAsked,
            resource_policies: Arc::default(),
            sightings: Sightings::default(),
            reach: None,
        }
    }
}
