//! Service last accessed data: what IAM knows of the last time a principal used each service.

use crate::iam::timestamp;
use chrono::{DateTime, Utc};
use leastwise_policy::action::Action;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use thiserror::Error;

/// How far back IAM remembers last accessed data, in days; older use cannot be told from no use.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.
pub const TRACKING_PERIOD_DAYS: u16 = 400;

/// One page of what `GetServiceLastAccessedDetails` returns, as AWS CLI and SDKs print it.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html>.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReportPage {
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`.
    pub job_status: String,
    /// `SERVICE_LEVEL` or `ACTION_LEVEL`.
    #[serde(default)]
    pub job_type: Option<String>,
    /// When the report was finished; the evidence ends here.
    #[serde(default, deserialize_with = "timestamp::optional")]
    pub job_completion_date: Option<DateTime<Utc>>,
    /// The services that the identity policies grant; `None` while the job runs.
    #[serde(default)]
    pub services_last_accessed: Option<Vec<ServiceLastAccessed>>,
    /// Whether more pages follow; may be missing though a marker is present.
    #[serde(default)]
    pub is_truncated: Option<bool>,
    /// Where the next page begins.
    #[serde(default)]
    pub marker: Option<String>,
    /// Why the job failed.
    #[serde(default)]
    pub error: Option<JobFailure>,
}

/// Why IAM could not make a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct JobFailure {
    /// Error code.
    pub code: String,
    /// Message.
    pub message: String,
}

/// The last use of one service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServiceLastAccessed {
    /// The IAM prefix, for example `s3`.
    pub service_namespace: String,
    /// Last attempt to use the service, successful or denied; `None` when there was none in the
    /// tracking period.
    #[serde(default, deserialize_with = "timestamp::optional")]
    pub last_authenticated: Option<DateTime<Utc>>,
    /// Tracked actions; empty in a service-level report and for a service without tracked actions.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub tracked_actions_last_accessed: Vec<ActionLastAccessed>,
}

/// The last use of one tracked action.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ActionLastAccessed {
    /// The bare name, without the service prefix, for example `DeleteRole`.
    pub action_name: String,
    /// Last attempt; `None` when there was none in the tracking period.
    #[serde(default, deserialize_with = "timestamp::optional")]
    pub last_accessed_time: Option<DateTime<Utc>>,
}

fn null_is_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<ActionLastAccessed>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Whether a report knows services only or single actions too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Granularity {
    /// `SERVICE_LEVEL`: a used service is kept whole.
    #[serde(rename = "service-level")]
    Service,
    /// `ACTION_LEVEL`: of a used service, the actions that IAM tracks are told apart.
    #[serde(rename = "action-level")]
    Action,
}

impl Granularity {
    /// The granularity in words, as reports print it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service-level",
            Self::Action => "action-level",
        }
    }
}

/// Why there is no usable report for a principal. Such a principal is not judged and not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReportError {
    /// No report was given.
    #[error("there is no service last accessed data for it")]
    Missing,
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
    /// A page is missing.
    #[error(
        "its service last accessed report is incomplete: a page is to follow marker `{marker}`"
    )]
    Incomplete {
        /// The marker of the last page that is there.
        marker: String,
    },
}

/// A complete service last accessed report on one principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastAccessedReport {
    granularity: Granularity,
    completed: Option<DateTime<Utc>>,
    services: BTreeMap<String, ServiceLastAccessed>,
}

impl LastAccessedReport {
    /// Reads what `aws iam get-service-last-accessed-details` prints: one object, or an array of
    /// pages.
    ///
    /// # Errors
    ///
    /// [`ReportError`] when it is not of that form, or not a completed report with all of its
    /// pages.
    pub fn from_json(json: &Value) -> Result<Self, ReportError> {
        let pages = json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice);
        let pages: Vec<ReportPage> = pages
            .iter()
            .map(|page| {
                ReportPage::deserialize(page).map_err(|error| ReportError::Form(error.to_string()))
            })
            .collect::<Result<_, _>>()?;
        Self::from_pages(pages)
    }

    /// Puts the pages of one report together, in the order they came.
    ///
    /// # Errors
    ///
    /// [`ReportError`] when there is no page, one is not of a completed job, or the last one is not
    /// the end.
    pub fn from_pages(pages: Vec<ReportPage>) -> Result<Self, ReportError> {
        let Some(last) = pages.last() else { return Err(ReportError::Missing) };
        let missing = what_follows(last);
        let completed = last.job_completion_date;
        let granularity = match last.job_type.as_deref() {
            Some("ACTION_LEVEL") => Granularity::Action,
            _ => Granularity::Service,
        };
        let mut services = BTreeMap::new();
        for page in pages {
            for service in services_of(page)? {
                add(&mut services, named(service)?);
            }
        }
        // Only now: a job that failed or still runs says more than the page that is missing.
        if let Some(marker) = missing {
            return Err(ReportError::Incomplete { marker });
        }
        Ok(Self { granularity, completed, services })
    }

    /// Service level or action level.
    #[must_use]
    pub fn granularity(&self) -> Granularity {
        self.granularity
    }

    /// When the report was finished; the evidence ends here. `None` when the source does not say.
    #[must_use]
    pub fn completed(&self) -> Option<DateTime<Utc>> {
        self.completed
    }

    /// Checks that the evidence reaches into the window. If it ends earlier, no use can be in the
    /// window, and that does not make anything idle. A report that does not say when it was
    /// finished passes for fresh.
    ///
    /// # Errors
    ///
    /// [`ReportError::EndsBeforeWindow`].
    pub fn check_reaches(&self, window_start: DateTime<Utc>) -> Result<(), ReportError> {
        match self.completed {
            Some(completed) if completed < window_start => {
                Err(ReportError::EndsBeforeWindow { completed, window_start })
            }
            _ => Ok(()),
        }
    }

    /// The row of a service; namespaces are compared without regard to case. `None`: the report
    /// does not list it.
    #[must_use]
    pub fn service(&self, namespace: &str) -> Option<&ServiceLastAccessed> {
        self.services.get(&namespace.to_ascii_lowercase())
    }

    /// Every row, in the order of the namespaces.
    #[must_use]
    pub fn services(&self) -> impl ExactSizeIterator<Item = &ServiceLastAccessed> {
        self.services.values()
    }
}

/// The marker of a page that is not the last: a marker counts even where the flag is missing, and
/// the reverse.
#[must_use]
pub fn what_follows(page: &ReportPage) -> Option<String> {
    match page.marker.as_deref().filter(|marker| !marker.is_empty()) {
        Some(marker) => Some(marker.to_owned()),
        None if page.is_truncated == Some(true) => Some("(none given)".to_owned()),
        None => None,
    }
}

fn services_of(page: ReportPage) -> Result<Vec<ServiceLastAccessed>, ReportError> {
    match page.job_status.as_str() {
        "COMPLETED" => page
            .services_last_accessed
            .ok_or_else(|| ReportError::Form("`ServicesLastAccessed` is missing".to_owned())),
        "IN_PROGRESS" => Err(ReportError::InProgress),
        "FAILED" => {
            let JobFailure { code, message } = page.error.unwrap_or_default();
            Err(ReportError::Failed { code, message })
        }
        other => Err(ReportError::Form(format!("job status `{other}` is not known"))),
    }
}

/// A row whose namespace can stand before the colon of an action, and whose action names after it.
/// Any other would become another pattern than it names, or none.
fn named(row: ServiceLastAccessed) -> Result<ServiceLastAccessed, ReportError> {
    let namespace = &row.service_namespace;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if namespace.is_empty() || !namespace.bytes().all(is_name) {
        return Err(ReportError::Form(format!("`{namespace}` is not a service namespace")));
    }
    let names = row.tracked_actions_last_accessed.iter().map(|action| &action.action_name);
    for name in names {
        if format!("{namespace}:{name}").parse::<Action>().is_err() {
            return Err(ReportError::Form(format!("`{name}` is not the name of an action")));
        }
    }
    Ok(row)
}

/// Adds a row; of two rows for one service the later use counts, of the service and of each action.
fn add(services: &mut BTreeMap<String, ServiceLastAccessed>, mut row: ServiceLastAccessed) {
    let actions = std::mem::take(&mut row.tracked_actions_last_accessed);
    match services.entry(row.service_namespace.to_ascii_lowercase()) {
        std::collections::btree_map::Entry::Vacant(place) => {
            let first = place.insert(row);
            for action in actions {
                add_action(first, action);
            }
        }
        std::collections::btree_map::Entry::Occupied(mut place) => {
            let earlier = place.get_mut();
            earlier.last_authenticated = earlier.last_authenticated.max(row.last_authenticated);
            for action in actions {
                add_action(earlier, action);
            }
        }
    }
}

fn add_action(service: &mut ServiceLastAccessed, action: ActionLastAccessed) {
    let actions = &mut service.tracked_actions_last_accessed;
    let same = |earlier: &&mut ActionLastAccessed| {
        earlier.action_name.eq_ignore_ascii_case(&action.action_name)
    };
    match actions.iter_mut().find(same) {
        Some(earlier) => {
            earlier.last_accessed_time = earlier.last_accessed_time.max(action.last_accessed_time);
        }
        None => actions.push(action),
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod tests;
