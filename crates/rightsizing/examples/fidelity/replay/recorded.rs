//! What IAM records of a principal's calls, until a day.
//!
//! A service is listed if an identity policy grants an action of it, whatever the boundary says. An action is listed if
//! it is granted and tracked by then, and has the day of its last call since it is tracked.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.

use crate::replay::draw::Case;
use crate::replay::judge::Rules;
use crate::replay::moment::day_of;
use crate::replay::reference::{Action, Reference};
use crate::replay::trail::Habit;
use std::collections::BTreeSet;

/// What IAM knows of a case.
pub(crate) struct Recorded<'a> {
    case: &'a Case,
    reference: &'a Reference,
    granted: BTreeSet<usize>,
    until: i64,
}

/// What IAM knows of a service.
pub(crate) struct Listed<'a> {
    pub(crate) service: &'a str,
    /// The last day on which it was called.
    pub(crate) last: Option<i64>,
    /// The granted actions that are tracked, each with the last day of its calls.
    pub(crate) actions: Vec<(&'a Action, Option<i64>)>,
}

impl<'a> Recorded<'a> {
    /// What is recorded until that day, and the day itself; `None` where a policy cannot be read.
    pub(crate) fn of(case: &'a Case, reference: &'a Reference, until: i64) -> Option<Self> {
        let identity = Rules::of(case.principal.granting_documents().ok()?);
        Some(Self { case, reference, granted: identity.allowed(reference), until })
    }

    /// The services that it lists, in their order.
    pub(crate) fn services(&self) -> impl Iterator<Item = Listed<'a>> {
        self.reference.services().filter_map(|(service, range)| {
            let granted: Vec<usize> = self.granted.range(range).copied().collect();
            let of_service = |habit: &Habit| habit.action.split(':').next() == Some(service);
            (!granted.is_empty()).then(|| Listed {
                service,
                last: self.last(of_service, i64::MIN),
                actions: granted.into_iter().filter_map(|place| self.action(place)).collect(),
            })
        })
    }

    fn action(&self, place: usize) -> Option<(&'a Action, Option<i64>)> {
        let action = self.reference.action(place);
        let since = day_of(action.tracked_since?);
        let of_action = |habit: &Habit| habit.action == action.name;
        (since <= self.until).then(|| (action, self.last(of_action, since)))
    }

    fn last(&self, is_meant: impl Fn(&Habit) -> bool, since: i64) -> Option<i64> {
        let recorded = self.case.habits.iter().filter(|habit| habit.recorded && is_meant(habit));
        recorded.filter_map(|habit| habit.last(since, self.until)).max()
    }
}
