//! Seeded use of what a principal is granted: the report that IAM would give of it, and what therefore must hold.
//!
//! What must hold is worked out here from the draw itself, not asked of the planner.

use crate::principals::{Breadth, Subject};
use crate::used::{Random, used_in_clusters};
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{ActionId, Catalog, Service};
use leastwise_policy::dependent_actions::DependentActions;
use leastwise_policy::permissions::Permissions;
use leastwise_rightsizing::evidence::{
    self, ActionLastAccessed, Granularity, LastAccessedReport, ReportPage, ServiceLastAccessed,
};
use leastwise_rightsizing::settings::UnusedAfterDays;

/// Of how many services a narrow principal uses something, at least and at most.
const NARROW: (usize, usize) = (5, 40);

/// Of how many services a broad one uses something, at most. Of those that use more, some are refused: nothing fits.
pub(crate) const BROAD: usize = 60;

/// The moment of every judgement.
pub(crate) fn as_of() -> DateTime<Utc> {
    "2026-11-01T12:00:00Z".parse().expect("it is a time")
}

/// A report on a principal, and every granted action by what is known of it.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub(crate) known: evidence::Evidence,
    /// What the present boundary allows; everything where there is none.
    pub(crate) present: ActionSet,
    /// What identity policies and present boundary allow.
    pub(crate) granted: ActionSet,
    /// The granted actions that were used in the window, whether or not the report can say so.
    pub(crate) used: ActionSet,
    /// Those of which the report does not tell that they lie idle.
    pub(crate) unknown: ActionSet,
    /// Those that would be idle, but are needed by what is used or unknown.
    pub(crate) needed: ActionSet,
    /// All others.
    pub(crate) idle: ActionSet,
}

impl Evidence {
    /// Draws the use of what the policies of `subject` grant; `None` when a policy could not be read.
    pub(crate) fn draw(subject: &Subject, catalog: &Catalog) -> Option<Self> {
        let principal = &subject.principal;
        let identity = Permissions::of(principal.granting_documents().ok()?).actions(catalog);
        let present = match principal.boundary_document().ok()? {
            Some(document) => Permissions::of([document]).actions(catalog),
            None => ActionSet::full(catalog),
        };
        let window_start = UnusedAfterDays::default().window_start(as_of());
        let mut draw = Draw {
            random: Random(subject.seed),
            granularity: subject.granularity,
            never_is_evidence: principal.created.is_some_and(|created| created <= window_start),
            window_start,
            catalog,
            idle: ActionSet::empty(),
        };
        let used = draw.use_of(&identity, subject.breadth);
        let rows = catalog
            .services()
            .filter_map(|service| {
                let granted = identity.in_service(service);
                if granted.is_empty() { None } else { draw.row(service, &granted, &used) }
            })
            .collect();
        let report = LastAccessedReport::from_pages(vec![ReportPage {
            job_status: "COMPLETED".to_owned(),
            job_type: Some(job_type(subject.granularity).to_owned()),
            job_completion_date: Some(as_of()),
            services_last_accessed: Some(rows),
            ..ReportPage::default()
        }])
        .ok()?;

        let granted = identity.intersection(&present);
        let idle = draw.idle.intersection(&granted);
        let kept = granted.difference(&idle);
        let needed = DependentActions::of(catalog).needed(&kept, &granted);
        let needed: ActionSet = needed.into_iter().map(|needed| needed.action).collect();
        let used = used.intersection(&granted);
        Some(Self {
            known: report.into(),
            present,
            unknown: kept.difference(&used),
            used,
            idle: idle.difference(&needed),
            needed,
            granted,
        })
    }

    /// The granted actions that a boundary has to keep.
    pub(crate) fn to_keep(&self) -> ActionSet {
        self.granted.difference(&self.idle)
    }
}

fn job_type(granularity: Granularity) -> &'static str {
    match granularity {
        Granularity::Action => "ACTION_LEVEL",
        Granularity::Service => "SERVICE_LEVEL",
    }
}

struct Draw<'a> {
    random: Random,
    granularity: Granularity,
    /// Whether the principal is older than the window.
    never_is_evidence: bool,
    window_start: DateTime<Utc>,
    catalog: &'a Catalog,
    /// What the report says is idle.
    idle: ActionSet,
}

impl Draw<'_> {
    fn use_of(&mut self, identity: &ActionSet, breadth: Breadth) -> ActionSet {
        let used = used_in_clusters(identity, self.catalog, &mut self.random);
        let mut services: Vec<ActionSet> =
            self.catalog.services().map(|service| used.in_service(service)).collect();
        services.retain(|used| !used.is_empty());
        let wanted = match breadth {
            Breadth::Narrow => NARROW.0 + self.random.below(NARROW.1 - NARROW.0 + 1),
            Breadth::Broad => BROAD,
        };
        while services.len() > wanted {
            services.swap_remove(self.random.below(services.len()));
        }
        services.iter().fold(ActionSet::empty(), |all, used| all.union(used))
    }

    /// The row of a granted service; `None` where the report leaves it out.
    fn row(
        &mut self,
        service: &Service,
        granted: &ActionSet,
        used: &ActionSet,
    ) -> Option<ServiceLastAccessed> {
        if !used.is_disjoint(granted) {
            return Some(self.row_in_use(service, granted, used));
        }
        let last = match self.random.below(10) {
            0..=5 => None,
            6..=8 => Some(self.stale()),
            _ => return None,
        };
        if last.is_some() || self.never_is_evidence {
            self.idle.union_with(granted);
        }
        let tracked = self.tracked(granted).into_iter();
        let actions = tracked.map(|id| self.tracked_action(id, None)).collect();
        Some(row(service, last, actions))
    }

    fn row_in_use(
        &mut self,
        service: &Service,
        granted: &ActionSet,
        used: &ActionSet,
    ) -> ServiceLastAccessed {
        let mut actions = Vec::new();
        for id in self.tracked(granted) {
            let last = if used.contains(id) {
                Some(self.recent())
            } else {
                let last = (self.random.below(3) == 0).then(|| self.stale());
                if last.is_some() || (self.never_is_evidence && self.is_tracked_for_long(id)) {
                    self.idle.insert(id);
                }
                last
            };
            actions.push(self.tracked_action(id, last));
        }
        row(service, Some(self.recent()), actions)
    }

    /// The actions that the report lists: those that IAM tracks.
    fn tracked(&self, granted: &ActionSet) -> Vec<ActionId> {
        if self.granularity == Granularity::Service {
            return Vec::new();
        }
        let is_tracked = |id: &ActionId| self.catalog.action(*id).tracked_since.is_some();
        granted.iter().filter(is_tracked).collect()
    }

    /// Whether IAM tracks the action since the window began, so that no date means no use.
    fn is_tracked_for_long(&self, id: ActionId) -> bool {
        let since = self.catalog.action(id).tracked_since;
        let days = since.map(|since| i64::from(since.days_since_epoch()));
        days.is_some_and(|days| DateTime::UNIX_EPOCH + TimeDelta::days(days) <= self.window_start)
    }

    fn tracked_action(&self, id: ActionId, last: Option<DateTime<Utc>>) -> ActionLastAccessed {
        let action_name = self.catalog.action(id).name.to_owned();
        ActionLastAccessed { action_name, last_accessed_time: last, last_accessed_entity: None }
    }

    fn recent(&mut self) -> DateTime<Utc> {
        self.days_ago(1, 180)
    }

    fn stale(&mut self) -> DateTime<Utc> {
        self.days_ago(181, 399)
    }

    fn days_ago(&mut self, least: usize, most: usize) -> DateTime<Utc> {
        let days = least + self.random.below(most - least + 1);
        as_of() - TimeDelta::days(i64::try_from(days).unwrap_or_default())
    }
}

fn row(
    service: &Service,
    last: Option<DateTime<Utc>>,
    actions: Vec<ActionLastAccessed>,
) -> ServiceLastAccessed {
    ServiceLastAccessed {
        service_namespace: service.namespace.clone(),
        last_authenticated: last,
        total_authenticated_entities: None,
        last_authenticated_entity: None,
        tracked_actions_last_accessed: actions,
    }
}
