//! What identity policies and the boundary together grant, and what of it does not count.

use super::kinds::{Proof, StoppedAttempt};
use crate::boundary::is_set_aside;
use crate::evidence::witnesses::{Denial, DeniedBy};
use crate::evidence::{Evidence, LastAccessedReport};
use crate::iam::{EffectivePermissions, Principal, UnknownPermissions};
use crate::settings::{IgnoredPolicies, NO_POLICIES};
use chrono::{DateTime, Utc};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{Catalog, Service};
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use leastwise_policy::resource_policies;
use std::collections::{BTreeMap, BTreeSet};

/// The catalogued actions that `principal` is granted now, what its own boundary sets aside left
/// out.
pub(crate) fn granted_actions(
    principal: &Principal,
    catalog: &Catalog,
) -> Result<ActionSet, UnknownPermissions> {
    Ok(Grants::of(principal, &NO_POLICIES)?.actions(catalog))
}

/// What `principal` attempted since its own Leastwise boundary stands, and the boundary stops. That
/// shows whether or not it is known what was granted earlier.
pub(crate) fn suspected_breaks(
    principal: &Principal,
    evidence: &Evidence,
    ignored: &IgnoredPolicies,
    catalog: &Catalog,
) -> Result<Vec<StoppedAttempt>, UnknownPermissions> {
    Ok(Grants::of(principal, ignored)?.stopped_attempts(principal, evidence, catalog))
}

/// What policies and boundary grant, and what of it does not count.
pub(super) struct Grants {
    /// Identity policies and boundary, without what the boundary sets aside.
    pub(super) effective: EffectivePermissions,
    /// What of it the ignored policies grant.
    pub(super) ignored: Permissions,
    /// The boundary with what it sets aside; `None` where it sets nothing aside.
    pub(super) whole_boundary: Option<Permissions>,
}

impl Grants {
    pub(super) fn of(
        principal: &Principal,
        ignored: &IgnoredPolicies,
    ) -> Result<Self, UnknownPermissions> {
        let identity = Permissions::of(principal.granting_documents()?);
        let ignored = Permissions::of(ignored.documents(&principal.policies));
        let document = principal.boundary_document()?;
        let is_own = principal.has_own_leastwise_boundary();
        let sets_aside =
            document.filter(|document| is_own && document.statements().iter().any(is_set_aside));
        let boundary = match sets_aside {
            Some(document) => Some(Permissions::of([&without_set_aside(document)])),
            None => document.map(|document| Permissions::of([document])),
        };
        let whole_boundary = sets_aside.map(|document| Permissions::of([document]));
        let effective = EffectivePermissions { identity, boundary };
        Ok(Self { effective, ignored, whole_boundary })
    }

    pub(super) fn actions(&self, catalog: &Catalog) -> ActionSet {
        self.effective.actions(catalog)
    }

    /// The granted actions that the boundary sets aside.
    pub(super) fn set_aside(&self, catalog: &Catalog) -> ActionSet {
        self.whole_boundary.as_ref().map_or_else(ActionSet::empty, |whole| {
            let identity = self.effective.identity.actions(catalog);
            let allowed = identity.intersection(&whole.actions(catalog));
            allowed.difference(&self.actions(catalog))
        })
    }

    /// Whether some request with the action is granted.
    pub(super) fn permits(&self, action: &str) -> bool {
        self.effective.permits(action)
    }

    /// The granted services, in their order: those of `granted`, and those of which the catalogue
    /// knows nothing but a policy says something.
    pub(super) fn services(
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

    /// Whether nothing counts of what is granted in the service: the ignored policies grant all of
    /// it, or one of the `names` that the catalogue does not know, so that it cannot be told from
    /// the rest.
    pub(super) fn ignores(
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
        if names.is_empty() {
            let mut granted = granted.iter_in(known).peekable();
            return granted.peek().is_some() && granted.all(|id| ignored.contains(id));
        }
        let of_ignored = self.ignored.uncatalogued(catalog);
        names.iter().any(|name| {
            self.ignored.permits(name.as_str()) || of_ignored.iter().any(|it| it.overlaps(name))
        })
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
            .filter(|namespace| self.effective.may_permit_service(namespace, catalog))
            .chain(named)
            .collect()
    }

    /// The patterns by which the policies or the boundary name something that the catalogue does
    /// not know, as far as the other side may allow it.
    fn uncatalogued(&self, catalog: &Catalog) -> Vec<Pattern> {
        let EffectivePermissions { identity, boundary } = &self.effective;
        let of_identity = identity.uncatalogued(catalog);
        let Some(boundary) = boundary else { return of_identity.into_iter().collect() };
        let of_boundary = boundary.uncatalogued(catalog);
        let meets = |pattern: &Pattern, side: &Permissions, named: &BTreeSet<Pattern>| {
            side.permits(pattern.as_str()) || named.iter().any(|other| other.overlaps(pattern))
        };
        let identity_side = of_identity.iter().filter(|it| meets(it, boundary, &of_boundary));
        let boundary_side = of_boundary.iter().filter(|it| meets(it, identity, &of_identity));
        identity_side.chain(boundary_side).cloned().collect()
    }

    pub(super) fn uncatalogued_by_service(
        &self,
        catalog: &Catalog,
    ) -> BTreeMap<String, BTreeSet<Pattern>> {
        let mut by_service: BTreeMap<String, BTreeSet<Pattern>> = BTreeMap::new();
        for pattern in self.uncatalogued(catalog) {
            if let Some(service) = pattern.service_literal().map(str::to_ascii_lowercase) {
                by_service.entry(service).or_default().insert(pattern);
            }
        }
        // A service outside the catalogue that a wildcard reaches is granted by more than its
        // names.
        by_service.retain(|service, _| {
            catalog.service(service).is_some() || !self.permits(&format!("{service}:*"))
        });
        by_service
    }

    /// What was attempted since the principal's own Leastwise boundary stands, and the boundary
    /// stops: what identity policies grant, or what a resource policy may. It is proved where AWS
    /// named the boundary as the reason.
    pub(super) fn stopped_attempts(
        &self,
        principal: &Principal,
        evidence: &Evidence,
        catalog: &Catalog,
    ) -> Vec<StoppedAttempt> {
        let own = principal.boundary.as_ref().filter(|_| principal.has_own_leastwise_boundary());
        let (Some(since), Some(boundary)) = (
            own.and_then(|own| own.since),
            self.whole_boundary.as_ref().or(self.effective.boundary.as_ref()),
        ) else {
            return Vec::new();
        };
        let attempt = |what: String, last: Option<DateTime<Utc>>| {
            let last = last.filter(|last| *last > since)?;
            Some(StoppedAttempt { what, last, proof: None })
        };
        let identity = &self.effective.identity;
        let mut attempts = Vec::new();
        for row in evidence.observed().services() {
            let service = &row.service_namespace;
            let by_resource = resource_policies::has_resource_policies(service);
            let stopped = (by_resource || identity.may_permit_service(service, catalog))
                && !boundary.may_permit_service(service, catalog);
            let actions = row.tracked_actions_last_accessed.iter().filter_map(|tracked| {
                let action = format!("{service}:{}", tracked.action_name);
                let stopped =
                    (by_resource || identity.permits(&action)) && !boundary.permits(&action);
                attempt(action, tracked.last_accessed_time).filter(|_| stopped)
            });
            let before = attempts.len();
            attempts.extend(actions);
            if stopped && attempts.len() == before {
                attempts.extend(attempt(service.clone(), row.last_authenticated));
            }
        }
        let own_arn = own.map(|own| own.policy_arn.as_str());
        let denials = evidence.sightings.denials().iter();
        denials
            .filter(|denial| is_by(denial, own_arn) && denial.times.last > since)
            .filter(|denial| !boundary.permits(denial.action.as_str()))
            .for_each(|denial| prove(&mut attempts, denial));
        attempts
    }
}

fn without_set_aside(document: &Document) -> Document {
    let counts = |statement: &&Statement| !is_set_aside(statement);
    Document::new(document.statements().iter().filter(counts).cloned().collect())
}

/// Whether the denial is by the principal's boundary. Where the message names the policy, it must
/// be the one that stands now.
fn is_by(denial: &Denial, boundary_arn: Option<&str>) -> bool {
    denial.by == DeniedBy::PermissionsBoundary
        && denial.policy.as_deref().is_none_or(|policy| Some(policy) == boundary_arn)
}

/// Adds a proof to the attempt that was denied, or the attempt with its proof.
fn prove(attempts: &mut Vec<StoppedAttempt>, denial: &Denial) {
    let Denial { action, times, .. } = denial;
    let what = action.to_string();
    let Some(known) = attempts.iter_mut().find(|it| it.what.eq_ignore_ascii_case(&what)) else {
        let proof = Some(Proof { first: times.first, count: times.count });
        attempts.push(StoppedAttempt { what, last: times.last, proof });
        return;
    };
    known.last = known.last.max(times.last);
    known.proof = Some(match known.proof {
        Some(earlier) => Proof {
            first: earlier.first.min(times.first),
            count: earlier.count.saturating_add(times.count),
        },
        None => Proof { first: times.first, count: times.count },
    });
}
