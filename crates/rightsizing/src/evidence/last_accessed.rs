//! Service last accessed data: what IAM knows of the last time a principal used each service.

mod entity;
mod error;
mod job;
mod joined;
mod page;
mod plain;

pub use error::ReportError;
pub use page::{ActionLastAccessed, Granularity, JobFailure, ReportPage, ServiceLastAccessed};

use crate::iam::{PrincipalArn, nulls};
use chrono::{DateTime, Utc};
use job::Job;
use leastwise_policy::action::Action;
use leastwise_policy::json;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How far back IAM remembers last accessed data, in days; older use cannot be told from no use.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.
pub const TRACKING_PERIOD_DAYS: u16 = 400;

/// A complete service last accessed report on one principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastAccessedReport {
    granularity: Granularity,
    completed: Option<DateTime<Utc>>,
    services: BTreeMap<String, ServiceLastAccessed>,
    /// Who made the attempts, as every row and action has it.
    entities: BTreeSet<String>,
}

impl LastAccessedReport {
    /// Reads what `aws iam get-service-last-accessed-details` prints: one object, or an array of
    /// pages. A member that is `null` counts as absent.
    ///
    /// # Errors
    ///
    /// [`ReportError`] when it is not of that form, or not a completed report with all of its
    /// pages.
    pub fn from_json(json: &Value) -> Result<Self, ReportError> {
        Self::from_value(json.clone())
    }

    /// The same, taking the JSON apart.
    ///
    /// # Errors
    ///
    /// As [`LastAccessedReport::from_json`].
    pub fn from_value(json: Value) -> Result<Self, ReportError> {
        if json.is_null() {
            return Err(ReportError::Missing);
        }
        let pages = if let Value::Array(pages) = json { pages } else { vec![json] };
        let page = |page| {
            ReportPage::deserialize(nulls::left_out(page))
                .map_err(|error| ReportError::Form(error.to_string()))
        };
        Self::from_pages(pages.into_iter().map(page).collect::<Result<_, _>>()?)
    }

    /// Reads the same from text.
    ///
    /// # Errors
    ///
    /// When the text is not JSON, or names a key twice; in there a [`ReportError`], as
    /// [`LastAccessedReport::from_json`].
    pub fn from_text(text: &str) -> Result<Result<Self, ReportError>, serde_json::Error> {
        match plain::page(text) {
            Some(page) => Ok(Self::from_pages(vec![page])),
            None => Ok(Self::from_value(json::parse(text)?)),
        }
    }

    /// Checks that [`LastAccessedReport::from_text`] reads the text, whatever it says.
    ///
    /// # Errors
    ///
    /// When the text is not JSON, or names a key twice.
    pub fn check_text(text: &str) -> Result<(), serde_json::Error> {
        if plain::is_page(text) { Ok(()) } else { json::parse(text).map(drop) }
    }

    /// Puts the pages of one report together, in the order they came.
    ///
    /// # Errors
    ///
    /// [`ReportError`] when there is no page, one is not of a completed job, they are not all of
    /// one job, or the last one is not the end.
    pub fn from_pages(pages: Vec<ReportPage>) -> Result<Self, ReportError> {
        let Some(last) = pages.last() else { return Err(ReportError::Missing) };
        let missing = what_follows(last);
        let jobs: Vec<Job> = pages.iter().map(Job::of).collect();
        let mut services = BTreeMap::new();
        let mut entities = BTreeSet::new();
        for page in pages {
            for service in services_of(page)? {
                entities.extend(entity::named_by(&service).map(str::to_owned));
                add(&mut services, named(service)?);
            }
        }
        // Only now: a job that failed or still runs says more than the page that is missing.
        if let Some(marker) = missing {
            return Err(ReportError::Incomplete { marker });
        }
        let job = job::only(&jobs)?;
        let granularity = job.granularity()?;
        Ok(Self { granularity, completed: job.completed, services, entities })
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

    /// Checks that nobody but `principal` made the attempts: a report on a user or role is on its
    /// own attempts alone. Sessions of a role count as the role. A report that names nobody passes.
    ///
    /// # Errors
    ///
    /// [`ReportError::OtherPrincipal`].
    pub fn check_is_of(&self, principal: &PrincipalArn) -> Result<(), ReportError> {
        match self.entities.iter().find(|entity| !entity::is(entity, principal)) {
            Some(entity) => Err(ReportError::OtherPrincipal { entity: entity.clone() }),
            None => Ok(()),
        }
    }

    /// The last attempt on any service or action; `None` when there was none in the tracking
    /// period.
    #[must_use]
    pub fn newest(&self) -> Option<DateTime<Utc>> {
        let of_row = |row: &ServiceLastAccessed| {
            let actions = row.tracked_actions_last_accessed.iter();
            actions.map(|action| action.last_accessed_time).max().max(Some(row.last_authenticated))
        };
        self.services.values().filter_map(of_row).max().flatten()
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
            let JobFailure { code, message } = page.error.unwrap_or_else(JobFailure::unexplained);
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
            if are_different(&actions) {
                first.tracked_actions_last_accessed = actions;
                return;
            }
            for action in actions {
                add_action(first, action);
            }
        }
        std::collections::btree_map::Entry::Occupied(mut place) => {
            let earlier = place.get_mut();
            earlier.last_authenticated = earlier.last_authenticated.max(row.last_authenticated);
            earlier.last_authenticated_entity =
                earlier.last_authenticated_entity.take().or(row.last_authenticated_entity);
            earlier.total_authenticated_entities =
                earlier.total_authenticated_entities.max(row.total_authenticated_entities);
            for action in actions {
                add_action(earlier, action);
            }
        }
    }
}

/// Whether each of the actions is there once. IAM lists most of them in the order of their names,
/// so that they need not be sorted.
fn are_different(actions: &[ActionLastAccessed]) -> bool {
    let mut names: Vec<&str> = actions.iter().map(|action| action.action_name.as_str()).collect();
    let are_different =
        |names: &[&str]| names.is_sorted_by(|one, other| lower(one).lt(lower(other)));
    are_different(&names) || {
        names.sort_unstable_by(|one, other| lower(one).cmp(lower(other)));
        are_different(&names)
    }
}

fn lower(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|byte| byte.to_ascii_lowercase())
}

fn add_action(service: &mut ServiceLastAccessed, action: ActionLastAccessed) {
    let actions = &mut service.tracked_actions_last_accessed;
    let same = |earlier: &&mut ActionLastAccessed| {
        earlier.action_name.eq_ignore_ascii_case(&action.action_name)
    };
    match actions.iter_mut().find(same) {
        Some(earlier) => {
            earlier.last_accessed_time = earlier.last_accessed_time.max(action.last_accessed_time);
            earlier.last_accessed_entity =
                earlier.last_accessed_entity.take().or(action.last_accessed_entity);
        }
        None => actions.push(action),
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod tests;
