//! What a Leastwise boundary stopped: suspected by the date of an attempt, or proved by AWS's own
//! words.

use super::grants::Grants;
use super::kinds::{Proof, StoppedAttempt};
use crate::evidence::Evidence;
use crate::evidence::witnesses::{Denial, DeniedBy, Sightings};
use crate::iam::{Principal, UnknownPermissions};
use crate::settings::IgnoredPolicies;
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::permissions::Permissions;
use leastwise_policy::resource_policies;

/// What `principal` attempted since its own Leastwise boundary stands, and the boundary stops. That
/// shows whether or not it is known what was granted earlier.
pub(crate) fn suspected_breaks(
    principal: &Principal,
    evidence: &Evidence,
    ignored: &IgnoredPolicies,
    catalog: &Catalog,
) -> Result<Vec<StoppedAttempt>, UnknownPermissions> {
    let grants = Grants::of(principal, ignored)?;
    stopped_attempts(&grants, principal, evidence, catalog)
}

/// What AWS said that the own Leastwise boundary of `principal` denied since it stands, and that
/// this still denies.
///
/// # Errors
///
/// [`UnknownPermissions`] when the boundary could not be read.
pub fn proved_breaks(
    principal: &Principal,
    sightings: &Sightings,
) -> Result<Vec<StoppedAttempt>, UnknownPermissions> {
    let mut attempts = Vec::new();
    if let Some(own) = OwnBoundary::of(principal)? {
        own.prove(&mut attempts, sightings);
    }
    Ok(attempts)
}

/// What was attempted since the principal's own Leastwise boundary stands, and the boundary stops:
/// what identity policies grant, or what a resource policy may. It is proved where AWS named the
/// boundary as the reason.
pub(super) fn stopped_attempts(
    grants: &Grants,
    principal: &Principal,
    evidence: &Evidence,
    catalog: &Catalog,
) -> Result<Vec<StoppedAttempt>, UnknownPermissions> {
    let Some(own) = OwnBoundary::of(principal)? else { return Ok(Vec::new()) };
    let mut attempts = own.suspected(&grants.effective.identity, evidence, catalog);
    own.prove(&mut attempts, &evidence.sightings);
    Ok(attempts)
}

/// A boundary of ours, and since when it stands.
struct OwnBoundary<'a> {
    since: DateTime<Utc>,
    policy_arn: &'a str,
    /// What it allows, what it sets aside included.
    boundary: Permissions,
}

impl<'a> OwnBoundary<'a> {
    /// `None` where there is none, or it is not known since when. One of somebody else need not be
    /// readable.
    fn of(principal: &'a Principal) -> Result<Option<Self>, UnknownPermissions> {
        if !principal.has_own_leastwise_boundary() {
            return Ok(None);
        }
        let (own, document) = (principal.boundary.as_ref(), principal.boundary_document()?);
        Ok(own.zip(document).and_then(|(own, document)| {
            let (since, boundary) = (own.since?, Permissions::of([document]));
            Some(Self { since, policy_arn: &own.policy_arn, boundary })
        }))
    }

    /// What the evidence shows as attempted since, and the boundary stops.
    fn suspected(
        &self,
        identity: &Permissions,
        evidence: &Evidence,
        catalog: &Catalog,
    ) -> Vec<StoppedAttempt> {
        let boundary = &self.boundary;
        let mut attempts = Vec::new();
        for row in evidence.observed(self.since).services() {
            let service = &row.service_namespace;
            let by_resource = resource_policies::has_resource_policies(service);
            let stopped = (by_resource || identity.may_permit_service(service, catalog))
                && !boundary.may_permit_service(service, catalog);
            let actions = row.tracked_actions_last_accessed.iter().filter_map(|tracked| {
                let action = format!("{service}:{}", tracked.action_name);
                let stopped =
                    (by_resource || identity.permits(&action)) && !boundary.permits(&action);
                self.attempt(action, tracked.last_accessed_time).filter(|_| stopped)
            });
            let before = attempts.len();
            attempts.extend(actions);
            if stopped && attempts.len() == before {
                attempts.extend(self.attempt(service.clone(), row.last_authenticated));
            }
        }
        attempts
    }

    fn attempt(&self, what: String, last: Option<DateTime<Utc>>) -> Option<StoppedAttempt> {
        let last = last.filter(|last| *last > self.since)?;
        Some(StoppedAttempt { what, last, proof: None })
    }

    /// Adds the proofs to the attempts that were denied, and the attempts that only they show.
    fn prove(&self, attempts: &mut Vec<StoppedAttempt>, sightings: &Sightings) {
        for denial in sightings.denials().iter().filter(|denial| self.denied(denial)) {
            let (what, proof) = (denial.action.to_string(), Proof::of(denial));
            match attempts.iter_mut().find(|it| it.what.eq_ignore_ascii_case(&what)) {
                Some(known) => {
                    known.last = known.last.max(denial.times.last);
                    known.proof = Some(known.proof.map_or(proof, |earlier| earlier.and(proof)));
                }
                None => attempts.push(StoppedAttempt {
                    what,
                    last: denial.times.last,
                    proof: Some(proof),
                }),
            }
        }
    }

    /// Whether the boundary denied it, and still does. Where the message names the policy, it must
    /// be the one that stands now.
    fn denied(&self, denial: &Denial) -> bool {
        denial.by == DeniedBy::PermissionsBoundary
            && denial.policy.as_deref().is_none_or(|policy| policy == self.policy_arn)
            && denial.times.last > self.since
            && !self.boundary.permits(denial.action.as_str())
    }
}

impl Proof {
    fn of(denial: &Denial) -> Self {
        Self { first: denial.times.first, count: denial.times.count }
    }

    fn and(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), count: self.count.saturating_add(other.count) }
    }
}
