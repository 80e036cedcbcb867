//! What a principal calls, and on which days.

use crate::replay::class::Class;
use crate::replay::moment::{DAYS_BEFORE, HELD_OUT_DAYS};
use crate::used::Random;
use serde_json::Value;

/// The periods of habits in days: daily, weekly, monthly, quarterly, and how many of ten have each.
const PERIODS: [(i64, usize); 4] = [(1, 3), (7, 3), (30, 2), (QUARTER, 2)];

pub(crate) const QUARTER: i64 = 91;

/// What a call is made on, and by whom.
#[derive(Debug, Clone, Default)]
pub(crate) struct Target {
    /// The resource; `None`: anything at all.
    pub(crate) resource: Option<String>,
    /// The resource's own policy, or the trust policy of a role.
    pub(crate) policy: Option<Value>,
    /// The caller, where it is not the user or a session of the role.
    pub(crate) caller: Option<String>,
}

/// A call that is made again and again.
#[derive(Debug, Clone)]
pub(crate) struct Habit {
    pub(crate) class: Class,
    /// `service:Name`.
    pub(crate) action: String,
    pub(crate) target: Target,
    /// Whether IAM would record the call at all.
    pub(crate) recorded: bool,
    /// The days of its calls, in order; day 0 is that of the plan.
    pub(crate) days: Vec<i64>,
}

impl Habit {
    pub(crate) fn new(class: Class, action: &str, days: Vec<i64>) -> Self {
        let (action, target) = (action.to_owned(), Target::default());
        Self { class, action, target, recorded: true, days }
    }

    pub(crate) fn unrecorded(self) -> Self {
        Self { recorded: false, ..self }
    }

    pub(crate) fn on(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The last day of its calls from `since` to `until`.
    pub(crate) fn last(&self, since: i64, until: i64) -> Option<i64> {
        self.days.iter().copied().filter(|day| (since..=until).contains(day)).max()
    }

    /// Whether it is called on a held-out day.
    pub(crate) fn is_replayed(&self) -> bool {
        self.days.iter().any(|&day| day > 0)
    }
}

/// Days of a drawn habit, over all of the time.
pub(crate) fn habit(random: &mut Random) -> Vec<i64> {
    let mut drawn = random.below(10);
    let of_share = |&(_, share): &(i64, usize)| {
        let found = drawn < share;
        drawn = drawn.saturating_sub(share);
        found
    };
    let period = PERIODS.into_iter().find(of_share).map_or(1, |(period, _)| period);
    every(period, random)
}

/// Days so far apart, each up to a tenth of that early or late.
pub(crate) fn every(period: i64, random: &mut Random) -> Vec<i64> {
    let late = period / 10;
    let mut days = Vec::new();
    let mut due = -DAYS_BEFORE + below(period, random);
    while due <= HELD_OUT_DAYS {
        let day = due - late + below(2 * late + 1, random);
        if (-DAYS_BEFORE..=HELD_OUT_DAYS).contains(&day) {
            days.push(day);
        }
        due += period;
    }
    days
}

/// A day on which something is needed for the first time.
pub(crate) fn once(random: &mut Random) -> Vec<i64> {
    vec![1 + below(HELD_OUT_DAYS, random)]
}

/// A number of days below `limit`.
pub(crate) fn below(limit: i64, random: &mut Random) -> i64 {
    let limit = usize::try_from(limit).unwrap_or_default();
    i64::try_from(random.below(limit)).unwrap_or_default()
}
