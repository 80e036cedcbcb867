//! Draws what a principal calls, before the plan and on the held-out days.

mod needed;
mod person;
mod place;
mod plain;
mod reserved;
mod resource;
mod since;

use crate::principals::{ManagedPolicies, Subject};
use crate::replay::class::Class;
use crate::replay::judge::Rules;
use crate::replay::reference::Reference;
use crate::replay::trail::Habit;
use crate::used::Random;
use leastwise_policy::document::Document;
use leastwise_rightsizing::evidence::Granularity;
use leastwise_rightsizing::evidence::witnesses::Subject as Named;
use leastwise_rightsizing::iam::{GrantingPolicy, PolicySource, Principal};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A principal and everything that happens to it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) class: Class,
    pub(crate) principal: Principal,
    pub(crate) granularity: Granularity,
    pub(crate) habits: Vec<Habit>,
    /// The day on which the report ends.
    pub(crate) report_day: i64,
    /// The Regions that are enabled in the account.
    pub(crate) regions: BTreeSet<String>,
}

impl Case {
    /// Whom the entries of a log about the principal name.
    pub(crate) fn subject(&self) -> Named {
        Named::Id(self.principal.unique_id.clone(), None)
    }
}

/// What every draw goes by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub(crate) reference: &'a Reference,
    pub(crate) policies: &'a ManagedPolicies,
}

/// Draws the use of a subject, with calls of `class`; `None` where a policy cannot be read, or the class cannot be
/// drawn for it.
pub(crate) fn case(subject: &Subject, class: Class, sources: Sources<'_>) -> Option<Case> {
    let seed = subject.seed.wrapping_mul(1_000).wrapping_add(class as u64);
    let mut draw = Draw {
        random: Random(seed),
        sources,
        case: Case {
            name: subject.name.clone(),
            class,
            principal: subject.principal.clone(),
            granularity: subject.granularity,
            habits: Vec::new(),
            report_day: 0,
            regions: sources.reference.regions.clone(),
        },
        granted: BTreeSet::new(),
    };
    draw.learn_grants()?;
    if class != Class::ServiceRole && class != Class::OrganizationRole {
        draw.plain(subject.breadth);
    }
    draw.special()?;
    Some(draw.case)
}

/// A case that is being drawn.
struct Draw<'a> {
    random: Random,
    sources: Sources<'a>,
    case: Case,
    /// What identity policies and present boundary grant.
    granted: BTreeSet<usize>,
}

impl<'a> Draw<'a> {
    fn special(&mut self) -> Option<()> {
        match self.case.class {
            Class::Plain => Some(()),
            Class::RoleInResourcePolicy
            | Class::RoleInPart
            | Class::SessionInResourcePolicy
            | Class::UserInResourcePolicy
            | Class::AnyoneOnCondition
            | Class::FederatedUser
            | Class::NotPrincipal => self.resource_policy(),
            Class::RoleInTrust | Class::UserInTrust => self.trust_policy(),
            Class::UntrackedRegion => self.untracked_region(),
            Class::OtherPartition => self.other_partition(),
            Class::RecentlyTracked => self.recently_tracked(),
            Class::CheckedElsewhere => self.checked_elsewhere(),
            Class::OldReport => self.old_report(),
            Class::UnseenUse => self.unseen_use(),
            Class::Yearly => self.yearly(),
            Class::InsideAnotherCall => self.inside_another_call(),
            Class::MadeForThePrincipal => self.made_for_the_principal(),
            Class::ThroughATool => self.through_a_tool(),
            Class::Inverse => self.inverse(),
            Class::FailurePath => self.failure_path(),
            Class::OwnCredentials => self.own_credentials(),
            Class::ServiceRole => self.service_role(),
            Class::OrganizationRole => self.organization_role(),
        }
    }

    fn reference(&self) -> &'a Reference {
        self.sources.reference
    }

    fn learn_grants(&mut self) -> Option<()> {
        let principal = &self.case.principal;
        let identity = Rules::of(principal.granting_documents().ok()?);
        let boundary = principal.boundary_document().ok()?.map(|it| Rules::of([it]));
        self.granted = identity.allowed(self.reference());
        if let Some(boundary) = boundary {
            let present = boundary.allowed(self.reference());
            self.granted.retain(|place| present.contains(place));
        }
        Some(())
    }

    /// Grants more by a policy of its own, and takes a boundary off that might not allow it.
    fn grant(&mut self, actions: &[&str], resource: &str) -> Option<()> {
        let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": resource });
        self.grant_by("drawn", json!({ "Version": "2012-10-17", "Statement": [statement] }))
    }

    fn grant_by(&mut self, name: &str, document: Value) -> Option<()> {
        let document = Ok(Document::from_value(document).ok()?);
        let policies = &mut self.case.principal.policies;
        let name = format!("{name}-{}", policies.len());
        policies.push(GrantingPolicy { source: PolicySource::Inline { name }, document });
        self.case.principal.boundary = None;
        self.learn_grants()
    }

    /// Some of these, each at most once, in a drawn order.
    fn some<T: Clone>(&mut self, of: &[T], most: usize) -> Vec<T> {
        let mut rest = of.to_vec();
        let mut some = Vec::new();
        while some.len() < most && !rest.is_empty() {
            some.push(rest.swap_remove(self.random.below(rest.len())));
        }
        some
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        of.get(self.random.below(of.len())).cloned()
    }

    fn add(&mut self, habit: Habit) {
        self.case.habits.push(habit);
    }

    fn name(&self, place: usize) -> &'a str {
        &self.sources.reference.action(place).name
    }

    /// The granted actions of a service that a principal can call.
    fn callable_in(&self, service: &str) -> Vec<usize> {
        let reference = self.reference();
        let is_callable = |place: &usize| reference.is_callable(*place);
        self.granted.range(reference.service(service)).copied().filter(is_callable).collect()
    }

    /// The services of which something is granted that nothing drawn so far calls.
    fn unused_services(&self) -> Vec<&'a str> {
        let service = |habit: &Habit| habit.action.split(':').next().map(str::to_owned);
        let used: BTreeSet<String> = self.case.habits.iter().filter_map(service).collect();
        let services = self.sources.reference.services().map(|(service, _)| service);
        let unused = services.filter(|it| !used.contains(*it));
        unused.filter(|it| !self.callable_in(it).is_empty()).collect()
    }
}
