//! Calls that nothing records though they are made: inside others, for the principal, and to undo.

use super::Draw;
use crate::replay::class::Class;
use crate::replay::facts::{INVERSES, MADE_FOR_THE_PRINCIPAL, TOOLS};
use crate::replay::reference::Operation;
use crate::replay::trail::{Habit, habit, once};

/// How many operations of the principal's own are looked at, and how many are granted besides.
const OWN: usize = 6;
const DRAWN: usize = 2;

/// Of how many services a template has something.
const SERVICES: usize = 4;

/// How many pairs of doing and undoing a principal has at most.
const PAIRS: usize = 8;

impl Draw<'_> {
    /// Operations that authorize more than the action of their name. Of those that authorize passing a role or a
    /// connection one is always among them.
    pub(super) fn inside_another_call(&mut self) -> Option<()> {
        let operations: Vec<&Operation> =
            self.sources.reference.operations.iter().filter(|it| !it.others.is_empty()).collect();
        let passes = |operation: &&&Operation| {
            let names = operation.others.iter().map(|place| self.name(*place));
            names.into_iter().any(|name| name.contains(":Pass"))
        };
        let passing: Vec<&Operation> = operations.iter().filter(passes).copied().collect();
        let mut drawn = self.some(&operations, DRAWN - 1);
        drawn.extend(self.one(&passing));
        for operation in &drawn {
            let mut names: Vec<&str> =
                operation.others.iter().map(|place| self.name(*place)).collect();
            names.push(self.name(operation.own));
            self.grant(&names, "*")?;
        }
        let is_granted = |operation: &&&Operation| self.granted.contains(&operation.own);
        let own: Vec<&Operation> = operations.iter().filter(is_granted).copied().collect();
        drawn.extend(self.some(&own, OWN));
        for operation in drawn {
            self.call(operation);
        }
        Some(())
    }

    fn call(&mut self, operation: &Operation) {
        let days = habit(&mut self.random);
        let own = self.name(operation.own);
        for place in operation.others.iter().filter(|place| self.granted.contains(place)) {
            let inside = Habit::new(Class::InsideAnotherCall, self.name(*place), days.clone());
            self.case.habits.push(inside.unrecorded());
        }
        self.add(Habit::new(Class::Plain, own, days));
    }

    pub(super) fn made_for_the_principal(&mut self) -> Option<()> {
        for (used, needed) in self.some(&MADE_FOR_THE_PRINCIPAL, DRAWN) {
            let mut actions = needed.to_vec();
            actions.push(used);
            self.grant(&actions, "*")?;
            let days = habit(&mut self.random);
            for needed in needed {
                let habit = Habit::new(Class::MadeForThePrincipal, needed, days.clone());
                self.add(habit.unrecorded());
            }
            self.add(Habit::new(Class::Plain, used, days));
        }
        Some(())
    }

    /// A template in whose name a service calls others.
    pub(super) fn through_a_tool(&mut self) -> Option<()> {
        let tool = self.one(&TOOLS)?;
        self.grant(&[tool], "*")?;
        let days = habit(&mut self.random);
        let services = self.unused_services();
        for service in self.some(&services, SERVICES) {
            let callable = self.callable_in(service);
            if let Some(place) = self.one(&callable) {
                let habit = Habit::new(Class::ThroughATool, self.name(place), days.clone());
                self.add(habit.unrecorded());
            }
        }
        self.add(Habit::new(Class::Plain, tool, days));
        Some(())
    }

    /// What was done since the first day is undone on a held-out one.
    pub(super) fn inverse(&mut self) -> Option<()> {
        let pairs = self.pairs();
        let granted: Vec<(usize, usize)> = pairs
            .iter()
            .copied()
            .filter(|(done, undone)| self.granted.contains(done) && self.granted.contains(undone))
            .collect();
        let mut drawn = self.some(&granted, PAIRS);
        if drawn.is_empty() {
            drawn = self.some(&pairs, DRAWN);
            for (done, undone) in &drawn {
                let names = [self.name(*done), self.name(*undone)];
                self.grant(&names, "*")?;
            }
        }
        for (done, undone) in drawn {
            let days = habit(&mut self.random);
            let (done, undone) = (self.name(done), self.name(undone));
            self.add(Habit::new(Class::Plain, done, days));
            let day = once(&mut self.random);
            self.case.habits.retain(|habit| habit.action != undone);
            self.add(Habit::new(Class::Inverse, undone, day));
        }
        Some(())
    }

    /// Every action with each one that undoes it.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let reference = self.reference();
        let callable = (0..reference.actions.len()).filter(|place| reference.is_callable(*place));
        let undone = |done: usize| {
            let action = reference.action(done);
            let verbs = INVERSES
                .iter()
                .filter_map(|(verb, undo)| Some((action.bare_name().strip_prefix(verb)?, undo)));
            let names = verbs.flat_map(|(thing, undo)| {
                undo.iter().map(move |undo| format!("{}:{undo}{thing}", action.service()))
            });
            let found = names.filter_map(|name| reference.find(&name));
            found.map(|undone| (done, undone)).collect::<Vec<_>>()
        };
        callable.flat_map(undone).collect()
    }
}
