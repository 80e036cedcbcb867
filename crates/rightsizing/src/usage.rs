//! What a principal is granted, and what it does with it: each granted service is used, idle or unknown, and where the
//! evidence goes that deep, so is each granted action of a used service.

use crate::earlier::EarlierPermissions;
use crate::group::Group;
use crate::ignored_policies::{IgnoredPolicies, NO_POLICIES};
use crate::last_accessed::{Granularity, LastAccessedReport, ServiceLastAccessed};
use crate::plan::{NEEDS_NO_PERMISSION, is_set_aside};
use crate::principal::{Principal, UnknownPermissions};
use crate::settings::{PreserveReads, UnusedAfterDays};
use chrono::{DateTime, Utc};
use leastwise_policy::action::{AccessLevel, Action};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{ActionId, Catalog, Service};
use leastwise_policy::dependent_actions::{DependentActions, Needed};
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What is known of the use of a granted service or action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Last attempted inside the window, its edge included.
    Used {
        /// When.
        last: DateTime<Utc>,
    },
    /// Not attempted inside the window.
    Idle(Idle),
    /// Not known; never treated as idle.
    Unknown(Unknown),
}

/// How a service or action is idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// No attempt in IAM's tracking period, which covers the whole window.
    Never,
    /// The last attempt was before the window.
    Stale {
        /// When.
        last: DateTime<Utc>,
    },
}

/// Why the use of a service or action is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// The report does not list it: IAM does not track it, or not yet.
    NotTracked,
    /// Not used so far by a principal that is younger than the window.
    YoungerThanWindow,
    /// Not used, and when the principal was created is not known.
    AgeUnknown,
    /// No use is recorded, but an action that is used or unknown needs it, and AWS may use it on the principal's behalf
    /// without recording that.
    NeededByAnother,
    /// Not used so far, and granted only recently: it gets the time to be used for the first time.
    GrantedRecently,
}

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotTracked => "not in the service last accessed report",
            Self::YoungerThanWindow => "not used yet by a principal younger than the window",
            Self::AgeUnknown => "not used, and the age of the principal is unknown",
            Self::NeededByAnother => "not recorded as used, but needed by what is used",
            Self::GrantedRecently => "not used yet, and granted only recently",
        })
    }
}

/// How use is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageSettings<'a> {
    /// The window.
    pub unused_after: UnusedAfterDays,
    /// Whether the list and read actions of used services are left alone.
    pub preserve_reads: PreserveReads,
    /// The policies whose grants do not count.
    pub ignored_policies: &'a IgnoredPolicies,
}

impl Default for UsageSettings<'_> {
    fn default() -> Self {
        Self {
            unused_after: UnusedAfterDays::default(),
            preserve_reads: PreserveReads::default(),
            ignored_policies: &NO_POLICIES,
        }
    }
}

/// A granted service and its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUsage {
    /// The IAM prefix, in lower case, for example `s3`.
    pub namespace: String,
    /// Used, idle or unknown, as a whole.
    pub usage: Usage,
    /// The highest access level among the granted actions; `None` when the catalogue knows none of them.
    pub level: Option<AccessLevel>,
    /// Whether single actions of a used service can be told apart: the report lists tracked actions of it.
    pub granularity: Granularity,
    /// Of a used service, those granted actions that IAM tracks, by name.
    pub actions: Vec<ActionUsage>,
}

/// A granted action that IAM tracks, and its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionUsage {
    /// The action, as the catalogue spells it, or else as the report does.
    pub action: Action,
    /// Its place in the catalogue; `None` when the catalogue does not know it.
    pub id: Option<ActionId>,
    /// Its access level; `None` when the catalogue does not know it.
    pub level: Option<AccessLevel>,
    /// Used, idle or unknown.
    pub usage: Usage,
    /// Whether it is idle and left alone all the same, because it only reads: [`PreserveReads`].
    pub preserved: bool,
    /// Whether a policy grants it whose grants do not count: [`IgnoredPolicies`].
    pub ignored: bool,
}

impl ActionUsage {
    /// How it is idle; `None` when it is not, or is left alone.
    #[must_use]
    pub fn idle(&self) -> Option<Idle> {
        match self.usage {
            Usage::Idle(idle) if !self.preserved && !self.ignored => Some(idle),
            Usage::Idle(_) | Usage::Used { .. } | Usage::Unknown(_) => None,
        }
    }
}

/// Everything a principal is granted, with its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalUsage {
    /// The granted services that count, in the order of their namespaces.
    pub services: Vec<ServiceUsage>,
    /// Those that do not, because [`IgnoredPolicies`] grant all of them that is granted.
    pub ignored_services: Vec<ServiceUsage>,
    /// The granted actions that the catalogue knows.
    pub granted: ActionSet,
    /// Those of them that [`IgnoredPolicies`] grant.
    pub ignored: ActionSet,
    /// Those of which no use is recorded and that an action in use, or of unknown use, needs. Ascending.
    pub needed: Vec<Needed>,
    /// The patterns by which a policy grants something of which the catalogue knows nothing, by service; of a service
    /// that the catalogue does not know at all, only where nothing grants it but such patterns.
    pub uncatalogued: BTreeMap<String, BTreeSet<Pattern>>,
    /// What was attempted after the principal's own Leastwise boundary stopped it, in the order of the services.
    pub suspected_breaks: Vec<StoppedAttempt>,
    /// How deep the evidence goes.
    pub granularity: Granularity,
}

/// An attempt that a Leastwise boundary stopped, although the principal's policies grant it: denied attempts are in the
/// report like all others.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoppedAttempt {
    /// A service, or an action where the report tells actions apart.
    pub what: String,
    /// The last attempt.
    pub last: DateTime<Utc>,
}

impl PrincipalUsage {
    /// What `principal` is granted now, and how the report says it was used in the window that ends at `as_of`.
    ///
    /// Granted is what its identity policies (those of its groups included) allow *and* its permissions boundary
    /// allows: IAM's report ignores boundaries. What its own Leastwise boundary sets aside (base actions and actions
    /// that are always allowed) counts only where it is used.
    ///
    /// In an action-level report, a granted action of a used service is used, stale or never used by its own date, and
    /// unknown where the report does not list it: IAM does not track every action, and `iam:PassRole` and the object
    /// actions of S3 never. In a service that was not used, no action was.
    ///
    /// What an ignored policy grants does not count, whoever else grants it: to take it from the others would take nothing
    /// away. Where that policy grants something of a service that policies or report name and the catalogue does not know,
    /// the whole service does not count. The denials of an ignored policy stand.
    ///
    /// Not seen is a service of which all actions in the catalogue are denied, while one that is newer than the
    /// catalogue is allowed by no statement that names it.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>
    ///
    /// # Errors
    /// [`UnknownPermissions`] when a policy or the boundary could not be read, or when it is not known which permissions
    /// are new.
    pub fn of(
        principal: &Principal,
        report: &LastAccessedReport,
        settings: UsageSettings<'_>,
        as_of: DateTime<Utc>,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let nothing = ActionSet::empty();
        Self::without(&nothing, principal, report, settings, as_of, catalog)
    }

    /// The same, as if these actions were not granted.
    pub(crate) fn without(
        left_out: &ActionSet,
        principal: &Principal,
        report: &LastAccessedReport,
        settings: UsageSettings<'_>,
        as_of: DateTime<Utc>,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let evidence = Evidence {
            left_out,
            created: principal.created,
            window_start: settings.unused_after.window_start(as_of),
            preserve_reads: settings.preserve_reads,
            report,
            catalog,
        };
        let effective = Effective::of(principal, settings.ignored_policies)?;
        let earlier = principal.earlier.permissions()?;
        let suspected_breaks = effective.stopped_attempts(principal, report, catalog);
        Ok(Self { suspected_breaks, ..evidence.sort(&effective, earlier.as_ref()) })
    }

    /// What `group` grants its members now, and how the report says that any of them used it in the window that ends at
    /// `as_of`. Otherwise as [`PrincipalUsage::of`].
    ///
    /// # Errors
    /// [`UnknownPermissions`] when a policy could not be read.
    pub fn of_group(
        group: &Group,
        report: &LastAccessedReport,
        settings: UsageSettings<'_>,
        as_of: DateTime<Utc>,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let evidence = Evidence {
            left_out: &ActionSet::empty(),
            created: group.in_use_since(),
            window_start: settings.unused_after.window_start(as_of),
            preserve_reads: settings.preserve_reads,
            report,
            catalog,
        };
        let identity = Permissions::of(group.granting_documents()?);
        let ignored = Permissions::of(settings.ignored_policies.documents(&group.policies));
        let effective = Effective { identity, ignored, boundary: None, whole_boundary: None };
        Ok(evidence.sort(&effective, None))
    }

    /// The granted actions that the catalogue knows and that are used, or unknown for another reason than that such need
    /// them.
    pub(crate) fn used_or_unknown(&self, catalog: &Catalog) -> ActionSet {
        let counted = self.granted.difference(&self.ignored);
        let idle = idle_actions(&self.services, &counted, catalog);
        let needed: ActionSet = self.needed.iter().map(|needed| needed.action).collect();
        self.granted.difference(&idle).difference(&needed)
    }

    /// The services of which nothing can be said, each with the reason.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, Unknown)> {
        self.services.iter().filter_map(|service| match service.usage {
            Usage::Unknown(why) => Some((service.namespace.as_str(), why)),
            Usage::Used { .. } | Usage::Idle(_) => None,
        })
    }
}

/// Those of the granted actions that count, and that the catalogue knows, which the evidence calls idle.
fn idle_actions(services: &[ServiceUsage], counted: &ActionSet, catalog: &Catalog) -> ActionSet {
    let mut idle = ActionSet::empty();
    for service in services {
        match service.usage {
            Usage::Idle(_) => {
                if let Some(known) = catalog.service(&service.namespace) {
                    idle.union_with(&counted.in_service(known));
                }
            }
            Usage::Used { .. } => {
                let actions = service.actions.iter().filter(|action| action.idle().is_some());
                idle.extend(actions.filter_map(|action| action.id));
            }
            Usage::Unknown(_) => {}
        }
    }
    idle
}

/// Takes back the verdict "idle" where what is granted was not granted `earlier`. Single actions are told apart in used
/// services only, so a service that was not used is unknown as soon as something in it is new.
fn spare_new(
    services: &mut [ServiceUsage],
    granted: &ActionSet,
    uncatalogued: &BTreeMap<String, BTreeSet<Pattern>>,
    earlier: &EarlierPermissions,
    catalog: &Catalog,
) {
    let newer = earlier.newer(granted, catalog);
    let is_new_name = |pattern: &Pattern| !earlier.permits(pattern.as_str());
    for service in services {
        for action in &mut service.actions {
            let is_new = match action.id {
                Some(id) => newer.contains(id),
                None => !earlier.permits(&action.action.to_string()),
            };
            if is_new && matches!(action.usage, Usage::Idle(_)) {
                action.usage = Usage::Unknown(Unknown::GrantedRecently);
            }
        }
        let is_new = match catalog.service(&service.namespace) {
            Some(known) => !newer.in_service(known).is_empty(),
            None => !earlier.may_permit_service(&service.namespace, catalog),
        };
        let names = uncatalogued.get(&service.namespace).into_iter().flatten();
        let is_new = is_new || names.into_iter().any(is_new_name);
        if is_new && matches!(service.usage, Usage::Idle(_)) {
            service.usage = Usage::Unknown(Unknown::GrantedRecently);
        }
    }
}

/// Takes back the verdict "idle" where an action that is needed by another falls under it. A service is no longer idle
/// when nothing else is granted in it.
fn excuse(services: &mut [ServiceUsage], needed: &[Needed], idle: &ActionSet, catalog: &Catalog) {
    let needed: ActionSet = needed.iter().map(|needed| needed.action).collect();
    let still_idle = idle.difference(&needed);
    for service in services {
        for action in &mut service.actions {
            if action.idle().is_some() && action.id.is_some_and(|id| needed.contains(id)) {
                action.usage = Usage::Unknown(Unknown::NeededByAnother);
            }
        }
        let known = catalog.service(&service.namespace);
        let only_needed = known.is_some_and(|known| {
            !needed.in_service(known).is_empty() && still_idle.in_service(known).is_empty()
        });
        if only_needed && matches!(service.usage, Usage::Idle(_)) {
            service.usage = Usage::Unknown(Unknown::NeededByAnother);
        }
    }
}

/// The catalogued actions that `principal` is granted now, what its own boundary sets aside left out.
pub(crate) fn granted_actions(
    principal: &Principal,
    catalog: &Catalog,
) -> Result<ActionSet, UnknownPermissions> {
    Ok(Effective::of(principal, &NO_POLICIES)?.actions(catalog))
}

/// Identity policies and boundary, ready to be asked.
struct Effective {
    identity: Permissions,
    /// What of it the ignored policies grant.
    ignored: Permissions,
    boundary: Option<Permissions>,
    /// The boundary with what it sets aside; `None` where it sets nothing aside.
    whole_boundary: Option<Permissions>,
}

impl Effective {
    fn of(principal: &Principal, ignored: &IgnoredPolicies) -> Result<Self, UnknownPermissions> {
        let identity = Permissions::of(principal.granting_documents()?);
        let ignored = Permissions::of(ignored.documents(&principal.policies));
        let Some(document) = principal.boundary_document()? else {
            return Ok(Self { identity, ignored, boundary: None, whole_boundary: None });
        };
        let whole = Permissions::of([document]);
        let sets_aside = principal.has_own_leastwise_boundary()
            && document.statements().iter().any(is_set_aside);
        Ok(if sets_aside {
            let boundary = Permissions::of([&without_set_aside(document)]);
            Self { identity, ignored, boundary: Some(boundary), whole_boundary: Some(whole) }
        } else {
            Self { identity, ignored, boundary: Some(whole), whole_boundary: None }
        })
    }

    fn actions(&self, catalog: &Catalog) -> ActionSet {
        let granted = self.identity.actions(catalog);
        match &self.boundary {
            Some(boundary) => granted.intersection(&boundary.actions(catalog)),
            None => granted,
        }
    }

    /// The granted actions that the boundary sets aside.
    fn set_aside(&self, catalog: &Catalog) -> ActionSet {
        self.whole_boundary.as_ref().map_or_else(ActionSet::empty, |whole| {
            self.identity
                .actions(catalog)
                .intersection(&whole.actions(catalog))
                .difference(&self.actions(catalog))
        })
    }

    /// Whether some request with the action is granted.
    fn permits(&self, action: &str) -> bool {
        self.identity.permits(action)
            && self.boundary.as_ref().is_none_or(|boundary| boundary.permits(action))
    }

    /// The granted services, in their order: those of `granted`, and those of which the catalogue knows nothing but a
    /// policy says something.
    fn services(
        &self,
        granted: &ActionSet,
        report: &LastAccessedReport,
        catalog: &Catalog,
    ) -> BTreeSet<String> {
        let of_granted = |service: &&Service| service.ids().any(|id| granted.contains(id));
        let known = catalog.services().filter(of_granted);
        let mut found = self.uncatalogued_services(report, catalog);
        found.extend(known.map(|service| service.namespace.to_ascii_lowercase()));
        found
    }

    /// Whether nothing counts of what is granted in the service: the ignored policies grant all of it, or one of the
    /// `names` that the catalogue does not know, so that it cannot be told from the rest.
    fn ignores(
        &self,
        namespace: &str,
        granted: &ActionSet,
        ignored: &ActionSet,
        names: &BTreeSet<Pattern>,
        catalog: &Catalog,
    ) -> bool {
        let Some(known) = catalog.service(namespace) else {
            return self.ignored.may_permit_service(namespace, catalog);
        };
        let of_ignored = self.ignored.uncatalogued(catalog);
        let grants_name = |name: &Pattern| {
            self.ignored.permits(name.as_str()) || of_ignored.iter().any(|it| it.overlaps(name))
        };
        let granted = granted.in_service(known);
        let all_ignored = !granted.is_empty() && granted.difference(ignored).is_empty();
        names.iter().any(grants_name) || (names.is_empty() && all_ignored)
    }

    /// Services granted only by way of actions that the catalogue does not know.
    fn uncatalogued_services(
        &self,
        report: &LastAccessedReport,
        catalog: &Catalog,
    ) -> BTreeSet<String> {
        let listed = report.services().map(|row| row.service_namespace.to_ascii_lowercase());
        let named = self
            .uncatalogued(catalog)
            .into_iter()
            .filter_map(|pattern| pattern.service_literal().map(str::to_ascii_lowercase));
        listed
            .filter(|namespace| catalog.service(namespace).is_none())
            .filter(|namespace| self.may_permit_service(namespace, catalog))
            .chain(named)
            .collect()
    }

    /// The patterns by which the policies or the boundary name something that the catalogue does not know, as far as
    /// the other side may allow it.
    fn uncatalogued(&self, catalog: &Catalog) -> Vec<Pattern> {
        let of_identity = self.identity.uncatalogued(catalog);
        let Some(boundary) = &self.boundary else { return of_identity.into_iter().collect() };
        let of_boundary = boundary.uncatalogued(catalog);
        let meets = |pattern: &Pattern, side: &Permissions, named: &BTreeSet<Pattern>| {
            side.permits(pattern.as_str()) || named.iter().any(|other| other.overlaps(pattern))
        };
        let identity_side = of_identity.iter().filter(|it| meets(it, boundary, &of_boundary));
        let boundary_side = of_boundary.iter().filter(|it| meets(it, &self.identity, &of_identity));
        identity_side.chain(boundary_side).cloned().collect()
    }

    fn uncatalogued_by_service(&self, catalog: &Catalog) -> BTreeMap<String, BTreeSet<Pattern>> {
        let mut by_service: BTreeMap<String, BTreeSet<Pattern>> = BTreeMap::new();
        for pattern in self.uncatalogued(catalog) {
            if let Some(service) = pattern.service_literal().map(str::to_ascii_lowercase) {
                by_service.entry(service).or_default().insert(pattern);
            }
        }
        // A service outside the catalogue that a wildcard reaches is granted by more than its names.
        by_service.retain(|service, _| {
            catalog.service(service).is_some() || !self.permits(&format!("{service}:*"))
        });
        by_service
    }

    /// What the report says was attempted since the principal's own Leastwise boundary stands, and the boundary stops.
    fn stopped_attempts(
        &self,
        principal: &Principal,
        report: &LastAccessedReport,
        catalog: &Catalog,
    ) -> Vec<StoppedAttempt> {
        let own = principal.boundary.as_ref().filter(|_| principal.has_own_leastwise_boundary());
        let (Some(since), Some(boundary)) = (
            own.and_then(|own| own.since),
            self.whole_boundary.as_ref().or(self.boundary.as_ref()),
        ) else {
            return Vec::new();
        };
        let attempt = |what: String, last: Option<DateTime<Utc>>| {
            last.filter(|last| *last > since).map(|last| StoppedAttempt { what, last })
        };
        let mut attempts = Vec::new();
        for row in report.services() {
            let service = &row.service_namespace;
            let stopped = self.identity.may_permit_service(service, catalog)
                && !boundary.may_permit_service(service, catalog);
            let actions = row.tracked_actions_last_accessed.iter().filter_map(|tracked| {
                let action = format!("{service}:{}", tracked.action_name);
                let stopped = self.identity.permits(&action) && !boundary.permits(&action);
                attempt(action, tracked.last_accessed_time).filter(|_| stopped)
            });
            let before = attempts.len();
            attempts.extend(actions);
            if stopped && attempts.len() == before {
                attempts.extend(attempt(service.clone(), row.last_authenticated));
            }
        }
        attempts
    }

    fn may_permit_service(&self, namespace: &str, catalog: &Catalog) -> bool {
        self.identity.may_permit_service(namespace, catalog)
            && self
                .boundary
                .as_ref()
                .is_none_or(|boundary| boundary.may_permit_service(namespace, catalog))
    }
}

fn without_set_aside(document: &Document) -> Document {
    let counts = |statement: &&Statement| !is_set_aside(statement);
    Document::new(document.statements().iter().filter(counts).cloned().collect())
}

/// What decides between used, idle and unknown.
struct Evidence<'a> {
    /// What is treated as not granted.
    left_out: &'a ActionSet,
    created: Option<DateTime<Utc>>,
    window_start: DateTime<Utc>,
    preserve_reads: PreserveReads,
    report: &'a LastAccessedReport,
    catalog: &'a Catalog,
}

impl Evidence<'_> {
    /// Sorts what is granted into used, idle and unknown.
    fn sort(&self, effective: &Effective, earlier: Option<&EarlierPermissions>) -> PrincipalUsage {
        let Self { report, catalog, .. } = *self;
        let granted = self.granted(effective);
        let ignored = effective.ignored.actions(catalog).intersection(&granted);
        let counted = granted.difference(&ignored);
        let uncatalogued = effective.uncatalogued_by_service(catalog);
        let (mut services, mut ignored_services) = (Vec::new(), Vec::new());
        for namespace in effective.services(&granted, report, catalog) {
            let mut names = self.tracked_names(&namespace, effective);
            names.extend(uncatalogued.get(&namespace).into_iter().flatten().cloned());
            if effective.ignores(&namespace, &granted, &ignored, &names, catalog) {
                ignored_services.push(self.service(namespace, &granted, &granted, effective));
            } else {
                services.push(self.service(namespace, &counted, &granted, effective));
            }
        }
        if let Some(earlier) = earlier {
            spare_new(&mut services, &granted, &uncatalogued, earlier, catalog);
        }
        let idle = idle_actions(&services, &counted, catalog);
        let kept = granted.difference(&idle);
        let needed = DependentActions::of(catalog).needed(&kept, &granted);
        excuse(&mut services, &needed, &idle, catalog);
        PrincipalUsage {
            services,
            ignored_services,
            granted,
            ignored,
            needed,
            uncatalogued,
            suspected_breaks: Vec::new(),
            granularity: report.granularity(),
        }
    }

    /// The granted actions: of what is set aside, those that are used, or that an ignored policy grants.
    fn granted(&self, effective: &Effective) -> ActionSet {
        let mut granted = effective.actions(self.catalog);
        let set_aside = effective.set_aside(self.catalog);
        let ignored = effective.ignored.actions(self.catalog);
        let counted = set_aside.iter().filter(|&id| {
            let action = self.catalog.action(id);
            if action.to_string().eq_ignore_ascii_case(NEEDS_NO_PERMISSION) {
                return false;
            }
            let row = self.report.service(action.service);
            ignored.contains(id) || row.is_some_and(|row| self.may_be_used(row, action.name))
        });
        granted.extend(counted);
        granted.difference(self.left_out)
    }

    /// The granted actions of the service that the report tracks and the catalogue does not know.
    fn tracked_names(&self, namespace: &str, effective: &Effective) -> BTreeSet<Pattern> {
        let rows = self.report.service(namespace).into_iter();
        let tracked = rows.flat_map(|row| &row.tracked_actions_last_accessed);
        let names = tracked.map(|action| format!("{namespace}:{}", action.action_name));
        let unknown = names.filter(|name| self.catalog.find(name).is_none());
        unknown.filter(|name| effective.permits(name)).filter_map(|it| it.parse().ok()).collect()
    }

    /// Whether the row says that the action was used, or that its service was and leaves open by which action.
    fn may_be_used(&self, row: &ServiceLastAccessed, action: &str) -> bool {
        let tracked = row
            .tracked_actions_last_accessed
            .iter()
            .find(|tracked| tracked.action_name.eq_ignore_ascii_case(action));
        let last = tracked.map_or_else(|| last_use(row), |tracked| tracked.last_accessed_time);
        last.is_some_and(|last| last >= self.window_start)
    }

    fn service(
        &self,
        namespace: String,
        counted: &ActionSet,
        granted: &ActionSet,
        effective: &Effective,
    ) -> ServiceUsage {
        let known = self.catalog.service(&namespace);
        let counted = known.map(|known| counted.in_service(known)).unwrap_or_default();
        let level = counted.iter().map(|id| self.catalog.action(id).level).max();
        let row = self.report.service(&namespace);
        let usage =
            row.map_or(Usage::Unknown(Unknown::NotTracked), |row| self.usage(last_use(row)));
        let actions = match (row, usage) {
            (Some(row), Usage::Used { .. }) => self.actions(&namespace, row, granted, effective),
            _ => Vec::new(),
        };
        let tells_apart = |row: &ServiceLastAccessed| !row.tracked_actions_last_accessed.is_empty();
        let granularity =
            if row.is_some_and(tells_apart) { Granularity::Action } else { Granularity::Service };
        ServiceUsage { namespace, usage, level, granularity, actions }
    }

    fn actions(
        &self,
        namespace: &str,
        row: &ServiceLastAccessed,
        granted: &ActionSet,
        effective: &Effective,
    ) -> Vec<ActionUsage> {
        let mut actions: Vec<ActionUsage> = row
            .tracked_actions_last_accessed
            .iter()
            .filter_map(|tracked| {
                let written = format!("{namespace}:{}", tracked.action_name);
                let usage = self.usage(tracked.last_accessed_time);
                self.action(&written, usage, granted, effective)
            })
            .collect();
        actions.sort_by(|one, other| one.action.cmp(&other.action));
        actions
    }

    /// The use of a tracked action; `None` when it is not granted.
    fn action(
        &self,
        written: &str,
        usage: Usage,
        granted: &ActionSet,
        effective: &Effective,
    ) -> Option<ActionUsage> {
        let id = self.catalog.find(written);
        let is_granted = id.map_or_else(|| effective.permits(written), |id| granted.contains(id));
        let known = id.map(|id| self.catalog.action(id));
        // INVARIANT: the report's reader refuses names that cannot stand in an action.
        let action = known
            .map_or_else(|| written.to_owned(), |known| known.to_string())
            .parse()
            .ok()
            .filter(|_| is_granted)?;
        let level = known.map(|known| known.level);
        let reads = matches!(level, Some(AccessLevel::List | AccessLevel::Read));
        let preserved = reads && self.preserve_reads.is_on() && matches!(usage, Usage::Idle(_));
        let ignored = effective.ignored.permits(written);
        Some(ActionUsage { action, id, level, usage, preserved, ignored })
    }

    fn usage(&self, last: Option<DateTime<Utc>>) -> Usage {
        match last {
            Some(last) if last >= self.window_start => Usage::Used { last },
            Some(last) => Usage::Idle(Idle::Stale { last }),
            None => self.never_used(),
        }
    }

    /// "Never used" is evidence only if the principal has been there for the whole window.
    fn never_used(&self) -> Usage {
        match self.created {
            Some(created) if created <= self.window_start => Usage::Idle(Idle::Never),
            Some(_) => Usage::Unknown(Unknown::YoungerThanWindow),
            None => Usage::Unknown(Unknown::AgeUnknown),
        }
    }
}

/// The last use of a service, of any of its tracked actions included.
fn last_use(row: &ServiceLastAccessed) -> Option<DateTime<Utc>> {
    let actions = row.tracked_actions_last_accessed.iter();
    actions.map(|action| action.last_accessed_time).max().flatten().max(row.last_authenticated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::earlier::EarlierGrants;
    use crate::principal::{GrantingPolicy, PolicySource};
    use crate::testing::{
        Last, allow, as_of, bounded, days_ago, limited, own, report, report_of_actions, role,
        statements, user,
    };
    use serde_json::json;

    fn usage(principal: &Principal, services: &[(&str, Option<i64>)]) -> PrincipalUsage {
        let settings = UsageSettings::default();
        PrincipalUsage::of(principal, &report(services), settings, as_of(), Catalog::embedded())
            .unwrap()
    }

    fn of_s3(principal: &Principal, last: Option<i64>) -> Usage {
        let usage = usage(principal, &[("s3", last)]);
        let [s3] = <[ServiceUsage; 1]>::try_from(usage.services).unwrap();
        s3.usage
    }

    /// The granted services and the highest level granted in each.
    fn granted(principal: &Principal, listed: &[&str]) -> Vec<(String, Option<AccessLevel>)> {
        let rows: Vec<(&str, Option<i64>)> = listed.iter().map(|name| (*name, Some(1))).collect();
        usage(principal, &rows)
            .services
            .into_iter()
            .map(|service| (service.namespace, service.level))
            .collect()
    }

    fn names(principal: &Principal, listed: &[&str]) -> Vec<String> {
        granted(principal, listed).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn the_edge_of_the_window_counts_as_used() {
        let s3 = role([allow(&["s3:*"])]);
        assert_eq!(of_s3(&s3, Some(180)), Usage::Used { last: days_ago(180) });
        assert_eq!(of_s3(&s3, Some(181)), Usage::Idle(Idle::Stale { last: days_ago(181) }));
    }

    #[test]
    fn never_used_is_idle_only_if_the_principal_is_as_old_as_the_window() {
        let created = |created| Principal { created, ..role([allow(&["s3:*"])]) };
        assert_eq!(of_s3(&created(Some(days_ago(180))), None), Usage::Idle(Idle::Never));
        assert_eq!(
            of_s3(&created(Some(days_ago(179))), None),
            Usage::Unknown(Unknown::YoungerThanWindow)
        );
        assert_eq!(of_s3(&created(None), None), Usage::Unknown(Unknown::AgeUnknown));
        // A use before the window is evidence whatever the age.
        assert_eq!(
            of_s3(&created(None), Some(200)),
            Usage::Idle(Idle::Stale { last: days_ago(200) })
        );
    }

    /// The principal with what it was granted when the grace for new permissions began.
    fn after(earlier: EarlierGrants, principal: Principal) -> Principal {
        Principal { earlier, ..principal }
    }

    fn once(then: Principal) -> EarlierGrants {
        EarlierGrants::Known(Box::new(then))
    }

    #[test]
    fn an_unused_service_in_which_something_was_granted_recently_is_unknown_and_not_idle() {
        let now = || role([allow(&["s3:*", "sqs:*"])]);
        let of = |principal: &Principal| {
            let services = usage(principal, &[("s3", None), ("sqs", Some(300))]).services;
            services.into_iter().map(|service| service.usage).collect::<Vec<_>>()
        };
        let idle = [Usage::Idle(Idle::Never), Usage::Idle(Idle::Stale { last: days_ago(300) })];
        assert_eq!(of(&now()), idle);
        assert_eq!(of(&after(once(now()), now())), idle);
        let new = Usage::Unknown(Unknown::GrantedRecently);
        let without_queues = once(role([allow(&["s3:*"])]));
        assert_eq!(of(&after(without_queues, now())), [Usage::Idle(Idle::Never), new]);
        let with_some_of_s3 = once(role([allow(&["s3:Get*", "sqs:*"])]));
        assert_eq!(
            of(&after(with_some_of_s3, now())),
            [new, Usage::Idle(Idle::Stale { last: days_ago(300) })]
        );
        assert_eq!(of(&after(EarlierGrants::nothing(&now()), now())), [new, new]);
    }

    #[test]
    fn of_a_used_service_only_the_actions_granted_recently_are_unknown() {
        let now = role([allow(&["sqs:*"])]);
        let then = role([allow(&["sqs:SendMessage", "sqs:CreateQueue"])]);
        let report = report_of_actions(&[(
            "sqs",
            Some(1),
            &[
                ("SendMessage", Some(1)),
                ("CreateQueue", None),
                ("DeleteQueue", None),
                ("ListQueues", Some(2)),
            ],
        )]);
        let principal = after(once(then), now);
        let settings = UsageSettings::default();
        let usage = PrincipalUsage::of(&principal, &report, settings, as_of(), Catalog::embedded())
            .unwrap();
        let actions: Vec<(String, Usage)> = usage.services[0]
            .actions
            .iter()
            .map(|action| (action.action.to_string(), action.usage))
            .collect();
        assert_eq!(
            actions,
            [
                ("sqs:CreateQueue".into(), Usage::Idle(Idle::Never)),
                ("sqs:DeleteQueue".into(), Usage::Unknown(Unknown::GrantedRecently)),
                ("sqs:ListQueues".into(), Usage::Used { last: days_ago(2) }),
                ("sqs:SendMessage".into(), Usage::Used { last: days_ago(1) }),
            ]
        );
    }

    #[test]
    fn without_knowledge_of_what_was_granted_then_nothing_is_judged() {
        let why = "AWS Config has no record of it from before 2026-06-16".to_owned();
        let principal = after(EarlierGrants::Unknown(why.clone()), role([allow(&["s3:*"])]));
        let report = report(&[("s3", Some(1))]);
        let settings = UsageSettings::default();
        assert_eq!(
            PrincipalUsage::of(&principal, &report, settings, as_of(), Catalog::embedded()),
            Err(UnknownPermissions::Earlier { why })
        );
    }

    #[test]
    fn a_service_that_the_report_does_not_list_is_unknown() {
        let usage = usage(&role([allow(&["s3:GetObject", "sqs:TagQueue"])]), &[("S3", Some(3))]);
        let service = |namespace: &str, usage, level| ServiceUsage {
            namespace: namespace.into(),
            usage,
            level: Some(level),
            granularity: Granularity::Service,
            actions: vec![],
        };
        assert_eq!(
            usage.services,
            [
                service("s3", Usage::Used { last: days_ago(3) }, AccessLevel::Read),
                service("sqs", Usage::Unknown(Unknown::NotTracked), AccessLevel::Tagging),
            ]
        );
        assert_eq!(usage.unknown().count(), 1);
        assert_eq!(usage.granted.len(), 2);
    }

    #[test]
    fn a_listed_service_that_is_not_granted_is_nothing() {
        assert_eq!(names(&role([allow(&["s3:*"])]), &["s3", "ec2"]), ["s3"]);
    }

    #[test]
    fn every_policy_grants_and_a_certain_denial_takes_away_across_policies() {
        let deny_s3 = |more: serde_json::Value| {
            let mut deny = json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "*" });
            deny.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            statements(json!([deny]))
        };
        let with = |denial| user([allow(&["s3:*", "sqs:*"]), allow(&["kms:ListKeys"]), denial]);
        assert_eq!(names(&with(deny_s3(json!({}))), &[]), ["kms", "sqs"]);
        let limits = json!({ "Condition": { "Bool": { "aws:SecureTransport": "false" } } });
        assert_eq!(names(&with(deny_s3(limits)), &[]), ["kms", "s3", "sqs"]);
        let one_bucket = json!({ "Resource": "arn:aws:s3:::one-bucket/*" });
        assert_eq!(names(&with(deny_s3(one_bucket)), &[]), ["kms", "s3", "sqs"]);
    }

    #[test]
    fn what_the_boundary_does_not_allow_is_not_granted() {
        let wide = || role([allow(&["s3:*", "sqs:*"])]);
        let level = |boundary: &[&str]| granted(&limited(wide(), allow(boundary)), &[]);
        assert_eq!(level(&["s3:Get*", "ec2:*"]), [("s3".into(), Some(AccessLevel::Read))]);
        assert_eq!(level(&["*"]).len(), 2);
        assert_eq!(level(&["ec2:*"]), []);
    }

    #[test]
    fn base_actions_count_only_in_a_boundary_that_is_not_the_principals_own_leastwise_one() {
        let base = |sid: &str, action: &str| {
            statements(json!([
                { "Sid": sid, "Effect": "Allow", "Action": action, "Resource": "*" }
            ]))
        };
        let wide = || role([allow(&["*"])]);
        let other = "arn:aws:iam::111122223333:policy/leastwise/role-other";
        let base_actions = || base("LeastwiseBaseActions", "sts:GetCallerIdentity");
        assert_eq!(names(&own(wide(), base_actions()), &["sts"]), Vec::<String>::new());
        assert_eq!(names(&bounded(wide(), other, base_actions()), &["sts"]), ["sts"]);
        assert_eq!(names(&limited(wide(), base_actions()), &["sts"]), ["sts"]);
        // Nor does the name alone hide what is granted.
        assert_eq!(names(&own(wide(), base("LeastwiseBaseActions", "sts:*")), &["sts"]), ["sts"]);
        assert_eq!(
            names(&own(wide(), base("LeastwiseKeep", "sts:GetCallerIdentity")), &[]),
            ["sts"]
        );
    }

    #[test]
    fn a_service_outside_the_catalogue_is_granted_if_listed_or_named() {
        let everything = names(&role([allow(&["*"])]), &["NewService"]);
        assert_eq!(everything.len(), Catalog::embedded().services().len() + 1);
        assert!(everything.contains(&"newservice".to_owned()));
        assert_eq!(
            granted(&role([allow(&["NewService:Get*"])]), &[]),
            [("newservice".to_owned(), None)]
        );
        assert_eq!(names(&role([allow(&["s3:*"])]), &["newservice"]), ["s3"]);
    }

    #[test]
    fn an_action_outside_the_catalogue_grants_its_service_on_either_side_of_the_boundary() {
        let bounded = |identity: &[&str], boundary: &[&str]| {
            names(&limited(role([allow(identity)]), allow(boundary)), &["s3"])
        };
        assert_eq!(bounded(&["s3:NewThing"], &["*"]), ["s3"]);
        assert_eq!(bounded(&["s3:NewThing"], &["s3:New*"]), ["s3"]);
        assert_eq!(bounded(&["s3:NewTh*"], &["s3:NewThing"]), ["s3"]);
        assert_eq!(bounded(&["s3:*"], &["s3:NewThing"]), ["s3"]);
        assert_eq!(bounded(&["*"], &["NewService:*"]), ["newservice"]);
        assert_eq!(bounded(&["newservice:*"], &["newservice:Get*"]), ["newservice"]);
        assert_eq!(bounded(&["s3:NewThing"], &["s3:OtherThing"]), Vec::<String>::new());
        assert_eq!(bounded(&["newservice:Get*"], &["newservice:Put*"]), Vec::<String>::new());
    }

    fn of_actions(
        principal: &Principal,
        services: &[(&str, Option<i64>, &[Last<'_>])],
    ) -> PrincipalUsage {
        let (report, settings) = (report_of_actions(services), UsageSettings::default());
        PrincipalUsage::of(principal, &report, settings, as_of(), Catalog::embedded()).unwrap()
    }

    fn actions_of(usage: &PrincipalUsage, service: &str) -> Vec<(String, Usage)> {
        let service = usage.services.iter().find(|it| it.namespace == service).unwrap();
        service.actions.iter().map(|it| (it.action.to_string(), it.usage)).collect()
    }

    #[test]
    fn granted_actions_of_a_used_service_are_used_stale_or_never_used_by_their_own_dates() {
        let tracked: &[Last<'_>] =
            &[("GetRole", Some(1)), ("putrolepolicy", Some(200)), ("DeleteRole", None)];
        let of = |created, granted: &[&str]| {
            let principal = Principal { created, ..role([allow(granted)]) };
            actions_of(&of_actions(&principal, &[("iam", Some(1), tracked)]), "iam")
        };
        let used = Usage::Used { last: days_ago(1) };
        let stale = Usage::Idle(Idle::Stale { last: days_ago(200) });
        let all = |never| {
            vec![
                ("iam:DeleteRole".to_owned(), never),
                ("iam:GetRole".to_owned(), used),
                ("iam:PutRolePolicy".to_owned(), stale),
            ]
        };
        let old = Some(days_ago(500));
        assert_eq!(of(old, &["iam:*"]), all(Usage::Idle(Idle::Never)));
        let young = Usage::Unknown(Unknown::YoungerThanWindow);
        assert_eq!(of(Some(days_ago(100)), &["iam:*"]), all(young));
        // What is not granted does not matter, and what the report does not list is not idle.
        assert_eq!(of(old, &["iam:GetRole", "iam:PassRole"]), [("iam:GetRole".to_owned(), used)]);
    }

    #[test]
    fn an_action_that_the_catalogue_does_not_know_is_told_apart_too() {
        let tracked: &[Last<'_>] = &[("NewThing", Some(1)), ("OtherNewThing", Some(1))];
        let usage = of_actions(
            &role([allow(&["sqs:New*", "sqs:GetQueueUrl"])]),
            &[("sqs", Some(1), tracked)],
        );
        assert_eq!(
            actions_of(&usage, "sqs"),
            [("sqs:NewThing".to_owned(), Usage::Used { last: days_ago(1) })]
        );
        let uncatalogued: Vec<&str> =
            usage.uncatalogued["sqs"].iter().map(Pattern::as_str).collect();
        assert_eq!(uncatalogued, ["sqs:New*"]);
    }

    #[test]
    fn the_use_of_an_action_is_a_use_of_its_service() {
        let usage =
            of_actions(&role([allow(&["sqs:*"])]), &[("sqs", None, &[("SendMessage", Some(2))])]);
        assert_eq!(usage.services[0].usage, Usage::Used { last: days_ago(2) });
    }

    #[test]
    fn what_something_used_needs_is_not_idle() {
        // Lambda takes a role, of which IAM records no use; GetRole is idle like all of IAM.
        let principal = |iam: &[&str]| role([allow(&["lambda:CreateFunction"]), allow(iam)]);
        let rows: [(&str, Option<i64>, &[Last<'_>]); 2] = [
            ("iam", None, &[("GetRole", None)]),
            ("lambda", Some(1), &[("CreateFunction", Some(1))]),
        ];
        let of = |iam: &[&str]| {
            let usage = of_actions(&principal(iam), &rows);
            let needed: Vec<String> = usage
                .needed
                .iter()
                .map(|needed| Catalog::embedded().action(needed.action).to_string())
                .collect();
            (usage.services[0].usage, needed)
        };
        let needed = vec!["iam:PassRole".to_owned()];
        let only_needed = Usage::Unknown(Unknown::NeededByAnother);
        assert_eq!(of(&["iam:PassRole"]), (only_needed, needed.clone()));
        assert_eq!(of(&["iam:PassRole", "iam:DeleteUser"]), (Usage::Idle(Idle::Never), needed));
    }

    #[test]
    fn an_idle_action_that_a_used_one_needs_is_unknown() {
        let principal =
            role([allow(&["logs:PutLogEvents", "logs:CreateLogStream", "logs:DeleteLogGroup"])]);
        let tracked: &[Last<'_>] =
            &[("CreateLogStream", None), ("DeleteLogGroup", None), ("PutLogEvents", Some(1))];
        assert_eq!(
            actions_of(&of_actions(&principal, &[("logs", Some(1), tracked)]), "logs"),
            [
                ("logs:CreateLogStream".to_owned(), Usage::Unknown(Unknown::NeededByAnother)),
                ("logs:DeleteLogGroup".to_owned(), Usage::Idle(Idle::Never)),
                ("logs:PutLogEvents".to_owned(), Usage::Used { last: days_ago(1) }),
            ]
        );
    }

    const READERS: &str = "arn:aws:iam::111122223333:policy/readers";

    /// What counts, what does not, and the level of what counts, where `readers` is ignored.
    fn ignoring_readers(
        own: &[&str],
        readers: &[&str],
        rows: &[(&str, Option<i64>, &[Last<'_>])],
    ) -> (Vec<(String, Option<AccessLevel>)>, Vec<String>) {
        let mut principal = role([allow(own)]);
        principal.policies.push(GrantingPolicy {
            source: PolicySource::Managed { arn: READERS.to_owned() },
            document: Ok(allow(readers)),
        });
        let ignored_policies = READERS.parse().unwrap();
        let settings =
            UsageSettings { ignored_policies: &ignored_policies, ..UsageSettings::default() };
        let (report, catalog) = (report_of_actions(rows), Catalog::embedded());
        let usage = PrincipalUsage::of(&principal, &report, settings, as_of(), catalog).unwrap();
        let counted = usage.services.into_iter().map(|it| (it.namespace, it.level)).collect();
        (counted, usage.ignored_services.into_iter().map(|it| it.namespace).collect())
    }

    #[test]
    fn a_service_counts_by_what_no_ignored_policy_grants_in_it() {
        let rows: &[(&str, Option<i64>, &[Last<'_>])] =
            &[("s3", None, &[]), ("sqs", Some(1), &[]), ("kms", None, &[])];
        assert_eq!(
            ignoring_readers(
                &["s3:GetObject", "sqs:GetQueueUrl", "kms:Decrypt"],
                &["s3:*", "sqs:SendMessage"],
                rows
            ),
            (
                vec![
                    ("kms".into(), Some(AccessLevel::Write)),
                    ("sqs".into(), Some(AccessLevel::Read))
                ],
                vec!["s3".into()]
            )
        );
    }

    #[test]
    fn a_service_does_not_count_if_an_ignored_policy_grants_a_name_that_the_catalogue_does_not_know()
     {
        let counts = (vec![("sqs".to_owned(), Some(AccessLevel::Write))], Vec::new());
        let does_not = (Vec::new(), vec!["sqs".to_owned()]);
        let own = &["sqs:SendMessage", "sqs:NewThing"];
        let silent: &[(&str, Option<i64>, &[Last<'_>])] = &[("sqs", None, &[])];
        assert_eq!(ignoring_readers(own, &["sqs:Get*"], silent), counts);
        for readers in [&["sqs:NewThing"][..], &["sqs:N*"], &["sqs:New?hing"]] {
            assert_eq!(ignoring_readers(own, readers, silent), does_not, "{readers:?}");
        }
        // Nor if the report alone names it.
        let told: &[(&str, Option<i64>, &[Last<'_>])] = &[("sqs", Some(1), &[("GetThing", None)])];
        assert_eq!(ignoring_readers(&["sqs:SendMessage"], &["sqs:Get*"], told), does_not);
        assert_eq!(ignoring_readers(&["sqs:SendMessage"], &["sqs:List*"], told), counts);
    }

    #[test]
    fn idle_reads_of_a_used_service_are_left_alone_if_so_set() {
        let report = report_of_actions(&[(
            "sqs",
            Some(1),
            &[("GetQueueUrl", None), ("SendMessage", None), ("DeleteQueue", Some(1))],
        )]);
        let idle = |preserve_reads| {
            let settings = UsageSettings { preserve_reads, ..UsageSettings::default() };
            let principal = role([allow(&["sqs:*"])]);
            let usage =
                PrincipalUsage::of(&principal, &report, settings, as_of(), Catalog::embedded());
            let actions = usage.unwrap().services.remove(0).actions;
            let idle = actions.into_iter().filter(|action| action.idle().is_some());
            idle.map(|action| action.action.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(idle("false".parse().unwrap()), ["sqs:GetQueueUrl", "sqs:SendMessage"]);
        assert_eq!(idle("true".parse().unwrap()), ["sqs:SendMessage"]);
    }

    #[test]
    fn what_a_boundary_of_our_own_sets_aside_counts_where_it_is_used() {
        let base = statements(json!([
            { "Sid": "LeastwiseBaseActions", "Effect": "Allow",
              "Action": ["sqs:GetQueueUrl", "sns:Publish"], "Resource": "*" }
        ]));
        let principal = own(role([allow(&["*"])]), base);
        let tracked: &[Last<'_>] = &[("GetQueueUrl", Some(1))];
        let usage = of_actions(&principal, &[("sqs", Some(1), tracked), ("sns", None, &[])]);
        let services: Vec<&str> = usage.services.iter().map(|it| it.namespace.as_str()).collect();
        assert_eq!(services, ["sqs"]);
    }

    #[test]
    fn what_our_boundary_stops_and_is_attempted_since_is_a_suspected_break() {
        let since = |days: Option<i64>| {
            let mut principal =
                own(role([allow(&["s3:*", "sqs:*", "sns:*"])]), allow(&["s3:Get*"]));
            principal.boundary.as_mut().unwrap().since = days.map(days_ago);
            let rows: [(&str, Option<i64>, &[Last<'_>]); 4] = [
                ("ec2", Some(1), &[]),
                (
                    "s3",
                    Some(1),
                    &[
                        ("DeleteBucket", Some(3)),
                        ("GetBucketAcl", Some(3)),
                        ("PutBucketAcl", Some(30)),
                    ],
                ),
                ("sns", Some(20), &[]),
                ("sqs", Some(2), &[]),
            ];
            let attempts = of_actions(&principal, &rows).suspected_breaks;
            attempts.into_iter().map(|attempt| (attempt.what, attempt.last)).collect::<Vec<_>>()
        };
        let attempt = |what: &str, days| (what.to_owned(), days_ago(days));
        assert_eq!(since(Some(10)), [attempt("s3:DeleteBucket", 3), attempt("sqs", 2)]);
        assert_eq!(since(Some(3)), [attempt("sqs", 2)]);
        assert_eq!(since(None), []);
    }

    #[test]
    fn each_reason_not_to_know_reads_as_a_sentence() {
        let reasons = [
            Unknown::NotTracked,
            Unknown::YoungerThanWindow,
            Unknown::AgeUnknown,
            Unknown::NeededByAnother,
        ];
        assert_eq!(
            reasons.map(|reason| reason.to_string()),
            [
                "not in the service last accessed report",
                "not used yet by a principal younger than the window",
                "not used, and the age of the principal is unknown",
                "not recorded as used, but needed by what is used",
            ]
        );
    }
}
