//! Calls where IAM does not watch.

use super::Draw;
use crate::replay::class::Class;
use crate::replay::facts::{CHECKED_ELSEWHERE, GLOBAL, YOUNG_REGIONS};
use crate::replay::trail::{Habit, Target, habit};
use leastwise_rightsizing::iam::PrincipalArn;

/// Of how many services a principal uses something in a Region of its own, at most.
const SERVICES: usize = 4;

/// How many actions it calls of each.
const ACTIONS: usize = 4;

/// How many actions that something else checks a principal has.
const ELSEWHERE: usize = 3;

impl Draw<'_> {
    pub(super) fn untracked_region(&mut self) -> Option<()> {
        let tracked = &self.reference().regions;
        let young: Vec<&str> =
            YOUNG_REGIONS.into_iter().filter(|region| !tracked.contains(*region)).collect();
        let region = self.one(&young)?;
        self.case.regions.insert(region.to_owned());
        let mut services = self.unused_services();
        services.retain(|service| !GLOBAL.contains(service));
        let services = self.some(&services, SERVICES);
        for service in &services {
            let callable = self.callable_in(service);
            for place in self.some(&callable, ACTIONS) {
                let days = habit(&mut self.random);
                let name = self.name(place);
                self.add(Habit::new(Class::UntrackedRegion, name, days).unrecorded());
            }
        }
        (!services.is_empty()).then_some(())
    }

    /// The same account in China: no call is recorded.
    pub(super) fn other_partition(&mut self) -> Option<()> {
        let principal = &mut self.case.principal;
        let arn = principal.arn.to_string().replace("arn:aws:", "arn:aws-cn:");
        principal.arn = arn.parse::<PrincipalArn>().ok()?;
        self.case.regions = ["cn-north-1", "cn-northwest-1"].map(str::to_owned).into();
        for habit in &mut self.case.habits {
            habit.class = Class::OtherPartition;
            habit.recorded = false;
        }
        Some(())
    }

    pub(super) fn checked_elsewhere(&mut self) -> Option<()> {
        for (action, resource) in self.some(&CHECKED_ELSEWHERE, ELSEWHERE) {
            self.grant(&[action], resource)?;
            let days = habit(&mut self.random);
            let resource = (resource != "*").then(|| resource.to_owned());
            let target = Target { resource, ..Target::default() };
            self.add(Habit::new(Class::CheckedElsewhere, action, days).on(target).unrecorded());
        }
        Some(())
    }
}
