//! What resource policies may grant a principal, which no identity policy shows.
//!
//! A key, bucket or queue policy can grant a role access by itself, and an implicit denial in the
//! role's boundary cuts it. IAM's report does not list such services. So a boundary keeps, of each
//! service that has resource policies, whatever identity policies do not grant. Where no resource
//! policy grants it, that gives nobody anything: a boundary grants nothing.
//!
//! Of users it cuts only what a trust policy grants, unless they make federated sessions.
//!
//! Sources:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html>.

use super::keep::Keep;
use super::narrowing::whole_service;
use super::reasons::{Kept, ResourceExtent, WhyKept};
use crate::boundary::OuterLimit;
use crate::iam::{Principal, PrincipalKind};
use crate::resource_policies::{Grants, ResourcePolicies};
use crate::settings::ResourceGrants;
use crate::usage::PrincipalUsage;
use leastwise_policy::action::Action;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Actions, Document, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::resource_policies::{self, ResourceService, Tier};
use std::collections::{BTreeMap, BTreeSet};

/// The service of which trust policies grant something.
const OF_TRUST_POLICIES: &str = "sts";

/// What is kept of one service.
#[derive(Debug, Clone)]
pub(super) struct ResourceGrant {
    /// In lower case.
    pub(super) service: String,
    /// How likely a resource policy of it grants anything, the likeliest first.
    pub(super) tier: Tier,
    pub(super) extent: ResourceExtent,
    /// The kept actions, unless the service is kept whole.
    pub(super) actions: ActionSet,
}

impl ResourceGrant {
    /// Why the service is kept, for the plan.
    pub(super) fn reason(&self) -> Kept {
        let extent = self.extent.clone();
        let why = WhyKept::MayBeGrantedByResourcePolicy { extent };
        Kept { service: self.service.clone(), why }
    }
}

/// What the resource policies that were read grant a principal: of each service of which all were
/// read, the catalogued actions. A service is left out where they grant everything, or something
/// that the catalogue does not know.
pub(super) fn read_grants(
    policies: &ResourcePolicies,
    principal: &Principal,
    catalog: &Catalog,
) -> BTreeMap<String, ActionSet> {
    let of = |(service, grants): (String, Grants)| {
        let Grants::AtMost(patterns) = grants else { return None };
        let known = catalog.service(&service)?;
        let mut actions = ActionSet::empty();
        for pattern in patterns {
            let matched = pattern.actions_in(known, catalog);
            if matched.is_empty() {
                return None;
            }
            actions.union_with(&matched);
        }
        let everything = ActionSet::of_service(known).is_subset(&actions);
        (!everything).then_some((service, actions))
    };
    policies.grants_to(principal).into_iter().filter_map(of).collect()
}

/// The action by which a user makes a session that a resource policy's grant to the user reaches,
/// and that an implicit denial in the boundary cuts.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>.
const MAKES_FEDERATED_SESSIONS: &str = "sts:GetFederationToken";

/// Whether an implicit denial in its boundary cuts what any resource policy grants: of a role, and
/// of a user that may make federated sessions.
fn is_cut_like_a_role(principal: &Principal) -> bool {
    let documents = principal.granting_documents().unwrap_or_default();
    let mut statements = documents.into_iter().flat_map(Document::statements);
    principal.arn.kind() == PrincipalKind::Role
        || statements.any(|statement| {
            statement.effect() == Effect::Allow
                && statement.actions().matches(MAKES_FEDERATED_SESSIONS)
        })
}

/// What is looked at.
pub(super) struct Grantable<'a> {
    pub(super) principal: &'a Principal,
    pub(super) usage: &'a PrincipalUsage,
    /// What is kept for other reasons.
    pub(super) keep: &'a Keep,
    /// What identity policies grant and is not kept.
    pub(super) idle: &'a ActionSet,
    pub(super) outer: &'a OuterLimit,
    /// What the present limit allows.
    pub(super) limit: &'a ActionSet,
    pub(super) setting: ResourceGrants,
    /// What resource policies grant it where all of a service's were read: by service.
    pub(super) read: &'a BTreeMap<String, ActionSet>,
    pub(super) catalog: &'a Catalog,
}

impl Grantable<'_> {
    /// What is to be kept because a resource policy may grant it, in the order of the services.
    pub(super) fn grants(&self) -> Vec<ResourceGrant> {
        let used = self.usage.used_otherwise.services.iter();
        let mut grants: Vec<ResourceGrant> =
            used.filter_map(|service| self.whole_or_rest(service, Tier::First)).collect();
        grants.extend(self.used_actions());
        if self.setting != ResourceGrants::None {
            let services = resource_policies::services().iter();
            grants.extend(services.filter_map(|service| self.of_service(service)));
        }
        grants.sort_by(|one, other| {
            one.service.cmp(&other.service).then_with(|| one.tier.cmp(&other.tier))
        });
        grants.dedup_by(|later, first| later.service == first.service && later.is_in(first));
        grants
    }

    fn of_service(&self, service: &ResourceService) -> Option<ResourceGrant> {
        if service.namespace != OF_TRUST_POLICIES && !is_cut_like_a_role(self.principal) {
            return None;
        }
        if let Some(read) = self.read.get(service.namespace) {
            return self.only(service.namespace, read, service.tier);
        }
        if service.actions.is_empty() {
            return self.whole_or_rest(service.namespace, service.tier);
        }
        let named = service.actions.iter().map(|name| format!("{}:{name}", service.namespace));
        let named = named.filter_map(|action| self.catalog.find(&action)).collect();
        self.only(service.namespace, &named, service.tier)
    }

    /// All of a service but its idle grants.
    fn whole_or_rest(&self, service: &str, tier: Tier) -> Option<ResourceGrant> {
        let Self { keep, catalog, .. } = self;
        if keep.whole.contains(service) || !self.limit_reaches(service) {
            return None;
        }
        let grant = |extent, actions| {
            Some(ResourceGrant { service: service.to_owned(), tier, extent, actions })
        };
        let Some(known) = catalog.service(service) else {
            let nothing_granted = !keep.others.contains(service);
            let whole = || grant(ResourceExtent::Whole, ActionSet::empty());
            return nothing_granted.then(whole).flatten();
        };
        let idle = self.idle.in_service(known);
        let has_idle_names = keep.others.contains(service)
            && (self.usage.uncatalogued.contains_key(service)
                || keep.dropped_names.iter().any(|it| it.service().eq_ignore_ascii_case(service)));
        let actions = ActionSet::of_service(known).difference(&idle);
        if idle.is_empty() && !has_idle_names && !self.limit_excludes_a_part_of(service) {
            return grant(ResourceExtent::Whole, ActionSet::empty());
        }
        let extent = ResourceExtent::AllBut(self.names(&idle));
        (!actions.is_subset(&keep.actions)).then(|| grant(extent, actions)).flatten()
    }

    /// These actions of a service, those that lie idle left out.
    fn only(&self, service: &str, actions: &ActionSet, tier: Tier) -> Option<ResourceGrant> {
        let kept = actions.intersection(self.limit).difference(self.idle);
        let kept = kept.difference(&self.keep.actions);
        if kept.is_empty() || self.keep.whole.contains(service) {
            return None;
        }
        Some(ResourceGrant {
            service: service.to_owned(),
            tier,
            extent: ResourceExtent::Only(self.names(&kept)),
            actions: kept,
        })
    }

    /// Used actions that no identity policy grants, in services of which one grants others.
    fn used_actions(&self) -> Vec<ResourceGrant> {
        let used = &self.usage.used_otherwise.actions;
        let services: BTreeSet<&str> =
            used.iter().map(|id| self.catalog.action(id).service).collect();
        let of = |service: &str| {
            let used = used.in_service(self.catalog.service(service)?);
            self.only(&service.to_ascii_lowercase(), &used, Tier::First)
        };
        services.into_iter().filter_map(of).collect()
    }

    fn names(&self, actions: &ActionSet) -> Vec<Action> {
        // INVARIANT: what is in the catalogue is an action.
        actions.iter().filter_map(|id| self.catalog.action(id).to_string().parse().ok()).collect()
    }

    /// Whether the present limit allows anything of the service.
    fn limit_reaches(&self, service: &str) -> bool {
        self.outer.allows().iter().any(|statement| match statement.actions() {
            Actions::Action(patterns) => patterns.iter().any(|it| it.may_match_service(service)),
            Actions::NotAction(excluded) => !whole_service(service)
                .iter()
                .any(|whole| excluded.iter().any(|it| it.covers(whole))),
        })
    }

    /// Whether a statement of the present limit that allows all but some actions excludes a part
    /// of the service: what is left of it must be listed then.
    fn limit_excludes_a_part_of(&self, service: &str) -> bool {
        let excludes = |statement: &Statement| match statement.actions() {
            Actions::Action(_) => false,
            Actions::NotAction(excluded) => {
                let touching: Vec<&Pattern> =
                    excluded.iter().filter(|it| it.may_match_service(service)).collect();
                !touching.is_empty()
                    && !whole_service(service)
                        .iter()
                        .any(|all| touching.iter().any(|it| it.covers(all)))
            }
        };
        self.outer.allows().iter().any(excludes)
    }
}

impl ResourceGrant {
    /// Whether all of it is in another one of the same service.
    fn is_in(&self, other: &Self) -> bool {
        let is_whole = self.extent == ResourceExtent::Whole;
        other.extent == ResourceExtent::Whole
            || (!is_whole && self.actions.is_subset(&other.actions))
    }
}
