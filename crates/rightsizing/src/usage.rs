//! What a principal is granted, and what it does with it: each granted service is used, idle or unknown.

use crate::last_accessed::{LastAccessedReport, ServiceLastAccessed};
use crate::plan::is_base_actions;
use crate::principal::{Principal, UnknownPermissions};
use crate::settings::UnusedAfterDays;
use chrono::{DateTime, Utc};
use leastwise_policy::action::AccessLevel;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use std::collections::BTreeSet;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The report does not list it: IAM does not track it, or not yet.
    NotTracked,
    /// Not used so far by a principal that is younger than the window.
    YoungerThanWindow,
    /// Not used, and when the principal was created is not known.
    AgeUnknown,
}

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotTracked => "not in the service last accessed report",
            Self::YoungerThanWindow => "not used yet by a principal younger than the window",
            Self::AgeUnknown => "not used, and the age of the principal is unknown",
        })
    }
}

/// A granted service and its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUsage {
    /// The IAM prefix, in lower case, for example `s3`.
    pub namespace: String,
    /// Used, idle or unknown.
    pub usage: Usage,
    /// The highest access level among the granted actions; `None` when the catalogue knows none of them.
    pub level: Option<AccessLevel>,
    /// Its tracked actions, where the report goes that deep, in the order of the report.
    pub tracked_actions: Vec<ActionUsage>,
}

/// A tracked action and its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionUsage {
    /// The bare name, as the report spells it, for example `DeleteRole`.
    pub name: String,
    /// Used, idle or unknown.
    pub usage: Usage,
}

/// Everything a principal is granted, with its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalUsage {
    /// The granted services, in the order of their namespaces.
    pub services: Vec<ServiceUsage>,
    /// The granted actions that the catalogue knows.
    pub granted: ActionSet,
}

impl PrincipalUsage {
    /// What `principal` is granted now, and how the report says it was used in the window that ends at `as_of`.
    ///
    /// Granted is what its identity policies (those of its groups included) allow *and* its permissions boundary
    /// allows: IAM's report ignores boundaries. The base actions of a Leastwise boundary are not counted.
    ///
    /// # Errors
    /// [`UnknownPermissions`] when a policy or the boundary could not be read.
    pub fn of(
        principal: &Principal,
        report: &LastAccessedReport,
        window: UnusedAfterDays,
        as_of: DateTime<Utc>,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let effective = Effective::of(principal)?;
        let granted = effective.actions(catalog);
        let evidence =
            Evidence { created: principal.created, window_start: window.window_start(as_of) };
        let services = effective
            .services(&granted, report, catalog)
            .into_iter()
            .map(|(namespace, level)| evidence.service(namespace, level, report))
            .collect();
        Ok(Self { services, granted })
    }

    /// The services of which nothing can be said.
    pub fn unknown(&self) -> impl Iterator<Item = &ServiceUsage> {
        self.services.iter().filter(|service| matches!(service.usage, Usage::Unknown(_)))
    }
}

/// The catalogued actions that `principal` is granted now, as [`PrincipalUsage::of`] reads it.
pub(crate) fn granted_actions(
    principal: &Principal,
    catalog: &Catalog,
) -> Result<ActionSet, UnknownPermissions> {
    Ok(Effective::of(principal)?.actions(catalog))
}

/// Identity policies and boundary, ready to be asked.
struct Effective {
    identity: Permissions,
    boundary: Option<Permissions>,
}

impl Effective {
    fn of(principal: &Principal) -> Result<Self, UnknownPermissions> {
        let identity = Permissions::of(principal.granting_documents()?);
        let boundary = principal.boundary_document()?.map(|document| {
            if principal.has_own_leastwise_boundary() {
                Permissions::of([&without_base_actions(document)])
            } else {
                Permissions::of([document])
            }
        });
        Ok(Self { identity, boundary })
    }

    fn actions(&self, catalog: &Catalog) -> ActionSet {
        let granted = self.identity.actions(catalog);
        match &self.boundary {
            Some(boundary) => granted.intersection(&boundary.actions(catalog)),
            None => granted,
        }
    }

    /// The granted services with the highest access level granted in each: those of `granted`, and those of which
    /// the catalogue knows nothing but a policy says something.
    fn services(
        &self,
        granted: &ActionSet,
        report: &LastAccessedReport,
        catalog: &Catalog,
    ) -> Vec<(String, Option<AccessLevel>)> {
        let mut found: Vec<(String, Option<AccessLevel>)> = catalog
            .services()
            .filter_map(|service| {
                let levels =
                    granted.in_service(service).iter().map(|id| catalog.action(id).level).max();
                levels.map(|level| (service.namespace.to_ascii_lowercase(), Some(level)))
            })
            .collect();
        let known: BTreeSet<String> =
            found.iter().map(|(namespace, _)| namespace.clone()).collect();
        let uncatalogued = self.uncatalogued_services(report, catalog);
        found.extend(
            uncatalogued
                .into_iter()
                .filter(|namespace| !known.contains(namespace))
                .map(|namespace| (namespace, None)),
        );
        found.sort();
        found
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

    fn may_permit_service(&self, namespace: &str, catalog: &Catalog) -> bool {
        self.identity.may_permit_service(namespace, catalog)
            && self
                .boundary
                .as_ref()
                .is_none_or(|boundary| boundary.may_permit_service(namespace, catalog))
    }
}

fn without_base_actions(document: &Document) -> Document {
    let counts = |statement: &&Statement| !is_base_actions(statement);
    Document::new(document.statements().iter().filter(counts).cloned().collect())
}

/// What decides between used, idle and unknown, once a last use is given.
struct Evidence {
    created: Option<DateTime<Utc>>,
    window_start: DateTime<Utc>,
}

impl Evidence {
    fn service(
        &self,
        namespace: String,
        level: Option<AccessLevel>,
        report: &LastAccessedReport,
    ) -> ServiceUsage {
        let row = report.service(&namespace);
        let usage = row
            .map_or(Usage::Unknown(Unknown::NotTracked), |row| self.usage(row.last_authenticated));
        let tracked_actions = row.map(|row| self.actions(row)).unwrap_or_default();
        ServiceUsage { namespace, usage, level, tracked_actions }
    }

    fn actions(&self, row: &ServiceLastAccessed) -> Vec<ActionUsage> {
        row.tracked_actions_last_accessed
            .iter()
            .map(|action| ActionUsage {
                name: action.action_name.clone(),
                usage: self.usage(action.last_accessed_time),
            })
            .collect()
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
