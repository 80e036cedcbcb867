//! Calls of which the report says nothing because of when they were made.

use super::Draw;
use crate::replay::class::Class;
use crate::replay::moment::{DAYS_BEFORE, HELD_OUT_DAYS, WINDOW_DAYS, day_of, moment};
use crate::replay::trail::{Habit, QUARTER, below, habit, once};

/// How many young actions a principal calls every quarter, at most.
const YOUNG: usize = 3;

/// How many habits begin after the report, or stand for use that it does not show.
const UNSEEN: usize = 4;

/// For how many days the report shows nothing of a role that is in use.
const SILENT_DAYS: i64 = 270;

/// The days before the plan on which an old report ended.
const OLD: (i64, i64) = (30, 150);

/// The most days in a quarter.
const LONGEST_QUARTER: i64 = 92;

impl Draw<'_> {
    pub(super) fn recently_tracked(&mut self) -> Option<()> {
        let reference = self.reference();
        let since = |place: &usize| reference.action(*place).tracked_since.map(day_of);
        let is_young =
            |place: &usize| since(place).is_some_and(|day| day > 1 - LONGEST_QUARTER && day < 0);
        let mut young: Vec<usize> = self.granted.iter().copied().filter(is_young).collect();
        if young.is_empty() {
            let all: Vec<usize> = (0..reference.actions.len()).filter(is_young).collect();
            young = self.some(&all, 1);
            let names: Vec<&str> = young.iter().map(|place| self.name(*place)).collect();
            self.grant(&names, "*")?;
        }
        for place in self.some(&young, YOUNG) {
            let unseen = since(&place).unwrap_or_default() + LONGEST_QUARTER;
            let last = 1 - LONGEST_QUARTER + below(unseen, &mut self.random);
            let days = (0..5).map(|count| last + (count - 3) * QUARTER);
            let days = days.filter(|day| (-DAYS_BEFORE..=HELD_OUT_DAYS).contains(day)).collect();
            let name = self.name(place);
            self.add(Habit::new(Class::RecentlyTracked, name, days));
        }
        Some(())
    }

    /// Some services come into use after the report ended.
    pub(super) fn old_report(&mut self) -> Option<()> {
        let places = self.of_unused_services()?;
        let ended = -(OLD.0 + below(OLD.1 - OLD.0, &mut self.random));
        self.case.report_day = ended;
        for habit in &mut self.case.habits {
            // A habit whose only call in the window came after the report ended is not plain to see.
            let seen = habit.days.iter().any(|day| (-WINDOW_DAYS..=ended).contains(day));
            habit.class = if seen { Class::Plain } else { Class::OldReport };
        }
        for place in places {
            let mut days = habit(&mut self.random);
            days.retain(|&day| day > ended);
            let name = self.name(place);
            self.add(Habit::new(Class::OldReport, name, days));
        }
        Some(())
    }

    /// What the report shows ended months ago, and yet the role is in use.
    pub(super) fn unseen_use(&mut self) -> Option<()> {
        let places = self.of_unused_services()?;
        for habit in &mut self.case.habits {
            habit.days.retain(|&day| day < -SILENT_DAYS);
        }
        self.case.principal.last_used = Some(moment(-1));
        for place in places {
            let days = habit(&mut self.random);
            let name = self.name(place);
            self.add(Habit::new(Class::UnseenUse, name, days).unrecorded());
        }
        Some(())
    }

    /// Called once before the window, and again on a held-out day.
    pub(super) fn yearly(&mut self) -> Option<()> {
        let places = self.of_unused_services()?;
        for place in places {
            let early = -DAYS_BEFORE + below(DAYS_BEFORE - WINDOW_DAYS - 1, &mut self.random);
            let mut days = vec![early];
            days.extend(once(&mut self.random));
            let name = self.name(place);
            self.add(Habit::new(Class::Yearly, name, days));
        }
        Some(())
    }

    /// One action of each of some services that nothing drawn so far calls; `None` where there is none.
    fn of_unused_services(&mut self) -> Option<Vec<usize>> {
        let services = self.unused_services();
        let services = self.some(&services, UNSEEN);
        let one_of = |service| {
            let callable = self.callable_in(service);
            self.one(&callable)
        };
        let places: Vec<usize> = services.into_iter().filter_map(one_of).collect();
        (!places.is_empty()).then_some(places)
    }
}
