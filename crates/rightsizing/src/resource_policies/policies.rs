//! What was read of an account's resource policies, and what they grant whom.

use super::policy::ResourcePolicy;
use super::principal_element::may_be_about;
use super::reading::Reading;
use crate::iam::{Account, Principal, PrincipalKind, UnreadableDocument};
use leastwise_policy::document::{Actions, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use std::collections::{BTreeMap, BTreeSet};

/// The service under which trust policies stand: what they grant are its actions.
const TRUST: &str = "sts";

/// What was read of an account's resource policies. By default nothing was.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourcePolicies {
    policies: Vec<ResourcePolicy>,
    /// What was read of each service, by IAM prefix. Of the others nothing was.
    readings: BTreeMap<String, Reading>,
}

/// What the resource policies of one service grant a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grants {
    /// At most the actions that these patterns match. All patterns are of that service.
    AtMost(BTreeSet<Pattern>),
    /// Anything, since not all policies were read.
    Unknown {
        /// Why.
        why: String,
    },
}

impl ResourcePolicies {
    /// These policies, and how much of each service they are.
    ///
    /// A service of which nothing is said was not read, even if there are policies of it.
    #[must_use]
    pub fn new(
        policies: Vec<ResourcePolicy>,
        readings: impl IntoIterator<Item = (String, Reading)>,
    ) -> Self {
        Self { policies, readings: readings.into_iter().collect() }
    }

    /// The trust policies of an account of which all roles are known.
    ///
    /// Every account in use has roles, if only those linked to services. So where there is none,
    /// the source was read without roles, and nothing is known.
    #[must_use]
    pub fn of_trust(account: &Account) -> Self {
        let roles = account.principals().filter(|it| it.arn.kind() == PrincipalKind::Role);
        let policies: Vec<ResourcePolicy> = roles.map(trust).collect();
        let mut unreadable = account.unreadable().iter().filter(|entry| entry.is_role());
        let reading = match unreadable.next() {
            _ if policies.is_empty() => Reading::NotRead,
            Some(entry) => Reading::Partial { why: entry.to_string() },
            None => Reading::Complete,
        };
        Self::new(policies, [(TRUST.to_owned(), reading)])
    }

    /// What two sources know together. Of each service the better reading counts.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.policies.extend(other.policies);
        for (service, reading) in other.readings {
            let known = self.readings.entry(service).or_insert(Reading::NotRead);
            if *known < reading {
                *known = reading;
            }
        }
        self
    }

    /// Every policy that was read, or that is known to be there.
    #[must_use]
    pub fn policies(&self) -> &[ResourcePolicy] {
        &self.policies
    }

    /// How much of the service's policies was read. One that cannot be read makes it partial.
    #[must_use]
    pub fn reading(&self, service: &str) -> Reading {
        match (self.readings.get(service), self.unreadable(service)) {
            (Some(Reading::Complete), Some(why)) => Reading::Partial { why },
            (reading, _) => reading.cloned().unwrap_or(Reading::NotRead),
        }
    }

    /// Why the first policy that may be of the service cannot be read.
    fn unreadable(&self, service: &str) -> Option<String> {
        self.policies.iter().find_map(|policy| {
            let why = policy.document.as_ref().err()?;
            let services = policy.services();
            let concerned = services.is_empty() || services.contains(service);
            concerned.then(|| unreadable(&policy.resource, why))
        })
    }

    /// What resource policies grant the principal, by IAM prefix. Of a service that is not there,
    /// nothing was read.
    ///
    /// Allow statements count whatever their resources and conditions, and whatever is denied
    /// elsewhere. So no grant is missing; some may be less than it seems.
    #[must_use]
    pub fn grants_to(&self, principal: &Principal) -> BTreeMap<String, Grants> {
        let mut granted = self.granted(principal);
        let services: BTreeSet<String> =
            granted.keys().chain(self.readings.keys()).cloned().collect();
        let grants = services.into_iter().map(|service| {
            let grants = match self.reading(&service) {
                Reading::Complete => Grants::AtMost(granted.remove(&service).unwrap_or_default()),
                unread @ (Reading::NotRead | Reading::Partial { .. }) => {
                    Grants::Unknown { why: unread.to_string() }
                }
            };
            (service, grants)
        });
        grants.collect()
    }

    fn granted(&self, principal: &Principal) -> BTreeMap<String, BTreeSet<Pattern>> {
        let mut granted: BTreeMap<String, BTreeSet<Pattern>> = BTreeMap::new();
        for policy in &self.policies {
            let Ok(document) = &policy.document else { continue };
            let mut services = policy.services();
            if services.is_empty() {
                services = self.readings.keys().cloned().collect();
            }
            let statements = document.statements().iter();
            for statement in statements.filter(|it| grants(it, principal)) {
                for (service, pattern) in patterns(statement.actions(), &services) {
                    granted.entry(service).or_default().insert(pattern);
                }
            }
        }
        granted
    }

    /// The resources whose policies have a Deny for all but some principals: it denies every
    /// principal that has a permissions boundary, whoever it names.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>.
    #[must_use]
    pub fn not_principal_denials(&self) -> BTreeSet<&str> {
        let denying = self.policies.iter().filter(|policy| {
            policy.document.as_ref().is_ok_and(|document| {
                let mut statements = document.statements().iter();
                statements.any(|it| it.effect() == Effect::Deny && it.not_principals().is_some())
            })
        });
        denying.map(|policy| policy.resource.as_str()).collect()
    }
}

fn unreadable(resource: &str, why: &UnreadableDocument) -> String {
    match why {
        UnreadableDocument::Missing => format!("the source leaves out that of `{resource}`"),
        UnreadableDocument::Malformed(error) => format!("of `{resource}`, {error}"),
        UnreadableDocument::Entry(_) | UnreadableDocument::Differing => {
            format!("of `{resource}`, {why}")
        }
    }
}

fn trust(role: &Principal) -> ResourcePolicy {
    ResourcePolicy {
        service: Some(TRUST.to_owned()),
        resource: role.arn.to_string(),
        document: role.trust.clone().unwrap_or(Err(UnreadableDocument::Missing)),
    }
}

fn grants(statement: &Statement, principal: &Principal) -> bool {
    statement.effect() == Effect::Allow && may_be_about(statement, principal)
}

/// What actions a statement is about, by service. A wildcard for services, and everything but some
/// actions, are about the `services` of the policy.
fn patterns(actions: &Actions, services: &BTreeSet<String>) -> Vec<(String, Pattern)> {
    match actions {
        Actions::Action(patterns) => {
            patterns.iter().flat_map(|pattern| by_service(pattern, services)).collect()
        }
        Actions::NotAction(_) => {
            services.iter().filter_map(|service| in_service(service, "*")).collect()
        }
    }
}

fn by_service(pattern: &Pattern, services: &BTreeSet<String>) -> Vec<(String, Pattern)> {
    if let Some(service) = pattern.service_literal() {
        return vec![(service.to_ascii_lowercase(), pattern.clone())];
    }
    let name = pattern.as_str().split_once(':').map_or("*", |(_, name)| name);
    let matching = services.iter().filter(|service| pattern.may_match_service(service));
    matching.filter_map(|service| in_service(service, name)).collect()
}

/// The pattern of a service; `None` only for a text that can be no service's prefix.
fn in_service(service: &str, name: &str) -> Option<(String, Pattern)> {
    let pattern = format!("{service}:{name}").parse().ok()?;
    Some((service.to_owned(), pattern))
}

#[cfg(test)]
mod tests;
