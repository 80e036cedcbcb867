//! Roles that wait for the day of need.

use super::Draw;
use crate::replay::class::Class;
use crate::replay::facts::{ORGANIZATION_ROLES, SERVICE_ROLES};
use crate::replay::trail::{Habit, every, once};
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::{GrantingPolicy, PolicySource, PrincipalArn};

/// How many actions are called on the day of need.
const CALLED: usize = 12;

/// How many are called every day.
const DAILY: usize = 6;

impl Draw<'_> {
    /// A role that AWS Backup uses every day, and for restores on the day of need.
    pub(super) fn service_role(&mut self) -> Option<()> {
        let (name, policies) = self.one(&SERVICE_ROLES)?;
        self.rename(&format!("service-role/{name}"))?;
        self.case.principal.policies.clear();
        self.case.principal.boundary = None;
        for policy in policies {
            let document = self.sources.policies.get(*policy)?.clone();
            let arn = format!("arn:aws:iam::aws:policy/service-role/{policy}");
            let document = Ok(Document::from_value(document).ok()?);
            let source = PolicySource::Managed { arn };
            self.case.principal.policies.push(GrantingPolicy { source, document });
        }
        self.learn_grants()?;
        let callable = self.all_callable();
        let is_restore = |place: &usize| self.name(*place).contains("Restore");
        let (restores, daily): (Vec<usize>, Vec<usize>) =
            callable.into_iter().partition(is_restore);
        for place in self.some(&daily, DAILY) {
            let days = every(1, &mut self.random);
            let name = self.name(place);
            self.add(Habit::new(Class::Plain, name, days));
        }
        self.on_the_day_of_need(&restores);
        Some(())
    }

    /// A role of the organization or of a deployment, by which nothing was done so far.
    pub(super) fn organization_role(&mut self) -> Option<()> {
        let name = self.one(&ORGANIZATION_ROLES)?;
        self.rename(name)?;
        let callable = self.all_callable();
        self.on_the_day_of_need(&callable);
        Some(())
    }

    fn all_callable(&self) -> Vec<usize> {
        let reference = self.reference();
        self.granted.iter().copied().filter(|place| reference.is_callable(*place)).collect()
    }

    fn on_the_day_of_need(&mut self, actions: &[usize]) {
        let day = once(&mut self.random);
        for place in self.some(actions, CALLED) {
            let name = self.name(place);
            self.add(Habit::new(self.case.class, name, day.clone()));
        }
    }

    fn rename(&mut self, name: &str) -> Option<()> {
        let arn = format!("arn:aws:iam::111122223333:role/{name}");
        self.case.name = format!("{name}, with {}", self.case.name);
        self.case.principal.arn = arn.parse::<PrincipalArn>().ok()?;
        Some(())
    }
}
