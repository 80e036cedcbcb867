//! Reports on the use of services.

use crate::aws::fake::Fake;
use crate::aws::reports::{LastUse, Tracked, Usage};
use crate::aws::world::World;
use leastwise_aws::ports::{ReadUsage, UsageError};
use leastwise_rightsizing::evidence::{Granularity, LastAccessedReport};
use std::thread;
use std::time::Instant;

impl Fake {
    /// The same with this report on the principal or group of that name.
    #[must_use]
    pub fn using(self, name: &str, usage: &[LastUse]) -> Self {
        self.reporting_on(name, Usage::Days(usage.to_vec()))
    }

    /// The same with no report on the principal or group of that name.
    #[must_use]
    pub fn without_report(self, name: &str, why: UsageError) -> Self {
        self.reporting_on(name, Usage::None(why))
    }

    fn reporting_on(self, name: &str, usage: Usage) -> Self {
        self.reports.lock().unwrap().by_name.insert(name.to_owned(), usage);
        self
    }

    /// The same with time for so many reports; the next one takes all the time that is left.
    #[must_use]
    pub fn with_time_for(self, reports: usize) -> Self {
        self.reports.lock().unwrap().time_for = Some(reports);
        self
    }

    /// What IAM reports from now on of everybody who has no report of their own.
    pub fn set_usage(&self, usage: Usage) {
        self.reports.lock().unwrap().of_others = usage;
    }

    /// The actions that IAM tracks from now on.
    pub fn track(&self, actions: &[Tracked]) {
        self.reports.lock().unwrap().tracked = actions.to_vec();
    }

    /// How many reports are under way, and the most that ever were.
    pub fn reports_under_way(&self) -> (usize, usize) {
        self.reports.lock().unwrap().under_way
    }

    /// Lets one report take its time, and all that is left where there is none for it.
    fn take_time(&self, arn: &str, deadline: Instant) -> Result<(), UsageError> {
        if Instant::now() >= deadline {
            return Err(UsageError::NotReached { principal: arn.to_owned() });
        }
        let is_last = {
            let mut reports = self.reports.lock().unwrap();
            reports.asked += 1;
            reports.time_for.is_some_and(|enough| reports.asked > enough)
        };
        if is_last {
            thread::sleep(deadline.saturating_duration_since(Instant::now()));
            return Err(UsageError::Deadline { principal: arn.to_owned() });
        }
        Ok(())
    }

    /// Lets others have their turn while a report is under way.
    async fn be_under_way(&self) {
        {
            let under_way = &mut self.reports.lock().unwrap().under_way;
            *under_way = (under_way.0 + 1, under_way.1.max(under_way.0 + 1));
        }
        tokio::task::yield_now().await;
        self.reports.lock().unwrap().under_way.0 -= 1;
    }
}

impl ReadUsage for Fake {
    async fn last_accessed(
        &self,
        arn: &str,
        granularity: Granularity,
        deadline: Instant,
    ) -> Result<LastAccessedReport, UsageError> {
        let (finest, job) = if arn.contains(":group/") {
            (Granularity::Service, "SERVICE_LEVEL")
        } else {
            (Granularity::Action, "ACTION_LEVEL")
        };
        assert_eq!(granularity, finest);
        self.take_time(arn, deadline)?;
        self.be_under_way().await;
        let report = |_: &mut World| self.reports.lock().unwrap().on(arn, job);
        let lost = |call| UsageError::Call { principal: arn.to_owned(), call };
        self.call("last_accessed", report, lost)
    }
}
