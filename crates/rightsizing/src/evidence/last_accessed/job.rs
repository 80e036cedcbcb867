//! The job that made a report: all pages of a report are of one.

use super::error::ReportError;
use super::page::{Granularity, ReportPage};
use chrono::{DateTime, SecondsFormat, Utc};

/// What a page says of its job.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Job {
    created: Option<DateTime<Utc>>,
    pub(super) completed: Option<DateTime<Utc>>,
    kind: Option<String>,
}

impl Job {
    pub(super) fn of(page: &ReportPage) -> Self {
        Self {
            created: page.job_creation_date,
            completed: page.job_completion_date,
            kind: page.job_type.clone(),
        }
    }

    /// How deep the report goes. One that does not say is taken for one of services only.
    pub(super) fn granularity(&self) -> Result<Granularity, ReportError> {
        match self.kind.as_deref() {
            Some("ACTION_LEVEL") => Ok(Granularity::Action),
            Some("SERVICE_LEVEL") | None => Ok(Granularity::Service),
            Some(other) => Err(ReportError::Form(format!("job type `{other}` is not known"))),
        }
    }

    /// What it says, by the names of the members.
    fn members(&self) -> [(&'static str, String); 3] {
        let missing = || "missing".to_owned();
        let date = |date: Option<DateTime<Utc>>| {
            date.map_or_else(missing, |date| date.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        };
        [
            ("JobCreationDate", date(self.created)),
            ("JobCompletionDate", date(self.completed)),
            ("JobType", self.kind.clone().unwrap_or_else(missing)),
        ]
    }
}

/// The one job of all pages.
pub(super) fn only(jobs: &[Job]) -> Result<&Job, ReportError> {
    let (first, others) = jobs.split_first().ok_or(ReportError::Missing)?;
    match others.iter().find(|other| *other != first) {
        Some(other) => Err(differing(first, other)),
        None => Ok(first),
    }
}

fn differing(first: &Job, other: &Job) -> ReportError {
    let pairs = first.members().into_iter().zip(other.members());
    let differs = |((name, one), (_, other)): ((_, String), (_, String))| {
        (one != other).then_some(ReportError::DifferentJobs { member: name, one, other })
    };
    // INVARIANT: unequal jobs have an unequal member.
    pairs.into_iter().find_map(differs).unwrap_or(ReportError::Missing)
}
