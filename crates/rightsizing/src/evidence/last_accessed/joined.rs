//! A report together with what others saw.

use super::{ActionLastAccessed, LastAccessedReport, ServiceLastAccessed, add_action};
use crate::evidence::witnesses::{Called, Seen, Sightings};
use chrono::{DateTime, Utc};
use std::borrow::Cow;

impl LastAccessedReport {
    /// The report with the use that others saw of the same principal at `since` or later: the
    /// newest use counts. Earlier use says nothing: whoever saw it need not have seen what came
    /// after, and what IAM does not report would become idle by it.
    ///
    /// An action is listed by its own date only where IAM tells actions of the service apart. A
    /// service of which IAM tracks none is used as a whole, whoever saw it.
    pub(crate) fn joined(&self, sightings: &Sightings, since: DateTime<Utc>) -> Cow<'_, Self> {
        let is_late = |(_, seen): &(&Called, &Seen)| seen.last >= since;
        if !sightings.uses().any(|it| is_late(&it)) {
            return Cow::Borrowed(self);
        }
        let mut joined = self.clone();
        let tells_apart = |namespace: &str| {
            let row = self.service(namespace);
            row.is_some_and(|row| !row.tracked_actions_last_accessed.is_empty())
        };
        for (called, seen) in sightings.uses().filter(is_late) {
            let namespace = called.service().to_ascii_lowercase();
            let is_told_apart = tells_apart(&namespace);
            let row = joined.services.entry(namespace.clone()).or_insert_with(|| unused(namespace));
            row.last_authenticated = row.last_authenticated.max(Some(seen.last));
            if let (Called::Action(action), true) = (called, is_told_apart) {
                add_action(row, used(action.name(), seen.last));
            }
        }
        Cow::Owned(joined)
    }
}

fn unused(service_namespace: String) -> ServiceLastAccessed {
    ServiceLastAccessed {
        service_namespace,
        last_authenticated: None,
        last_authenticated_entity: None,
        total_authenticated_entities: None,
        tracked_actions_last_accessed: Vec::new(),
    }
}

fn used(name: &str, last: DateTime<Utc>) -> ActionLastAccessed {
    ActionLastAccessed {
        action_name: name.to_owned(),
        last_accessed_time: Some(last),
        last_accessed_entity: None,
    }
}
