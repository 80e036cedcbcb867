//! What IAM reports of the use of services.

use crate::moment::{as_of, days_ago};
use leastwise_aws::ports::UsageError;
use leastwise_rightsizing::evidence::LastAccessedReport;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A service with the days since its last use.
pub type LastUse = (&'static str, Option<i64>);

/// A service, one of the actions that IAM tracks in it, and the days since its last use.
pub type Tracked = (&'static str, &'static str, Option<i64>);

/// What IAM says of the use of services.
#[derive(Debug, Clone)]
pub enum Usage {
    /// The last use of these services.
    Days(Vec<LastUse>),
    /// No report.
    None(UsageError),
}

/// What IAM reports, and how often and how busily it was asked.
#[derive(Debug)]
pub(crate) struct Reports {
    /// By name of the principal or group.
    pub(crate) by_name: BTreeMap<String, Usage>,
    /// Of anybody else.
    pub(crate) of_others: Usage,
    pub(crate) tracked: Vec<Tracked>,
    /// For how many reports there is time; the next one takes all the time that is left.
    pub(crate) time_for: Option<usize>,
    /// How many reports were asked for.
    pub(crate) asked: usize,
    /// How many reports are under way, and the most that ever were.
    pub(crate) under_way: (usize, usize),
}

impl Default for Reports {
    fn default() -> Self {
        Self {
            by_name: BTreeMap::new(),
            of_others: Usage::Days(Vec::new()),
            tracked: Vec::new(),
            time_for: None,
            asked: 0,
            under_way: (0, 0),
        }
    }
}

impl Reports {
    /// The report on a principal or group, of this type of job.
    pub(crate) fn on(&self, arn: &str, job: &str) -> Result<LastAccessedReport, UsageError> {
        let name = arn.rsplit('/').next().unwrap();
        let services = match self.by_name.get(name).unwrap_or(&self.of_others) {
            Usage::Days(services) => services,
            Usage::None(why) => return Err(why.clone()),
        };
        let rows: Vec<Value> = services
            .iter()
            .map(|(service, days)| {
                json!({
                    "ServiceNamespace": service, "LastAuthenticated": days.map(days_ago),
                    "TrackedActionsLastAccessed": self.actions_of(service)
                })
            })
            .collect();
        let report = json!({
            "JobStatus": "COMPLETED", "JobType": job, "JobCompletionDate": as_of(),
            "ServicesLastAccessed": rows
        });
        Ok(LastAccessedReport::from_json(&report).unwrap())
    }

    /// The tracked actions of a service, as IAM lists them.
    fn actions_of(&self, service: &str) -> Vec<Value> {
        let of_service = self.tracked.iter().filter(|(of, ..)| *of == service);
        let action = |(_, name, days): &Tracked| json!({ "ActionName": name, "LastAccessedTime": days.map(days_ago) });
        of_service.map(action).collect()
    }
}
