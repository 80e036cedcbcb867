//! When everything happens: days are counted from the moment of the plan.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// How many days before the plan there are: what IAM remembers.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.
pub(crate) const DAYS_BEFORE: i64 = 400;

/// How many days after the plan are replayed: a quarter, and a few days for one that is late.
pub(crate) const HELD_OUT_DAYS: i64 = 100;

/// The window of the plan, which is the default.
pub(crate) const WINDOW_DAYS: i64 = 180;

/// The moment of the plan, day 0.
pub(crate) fn as_of() -> DateTime<Utc> {
    "2026-10-01T12:00:00Z".parse().expect("it is a time")
}

/// A day before the plan, which is negative, or after it.
pub(crate) fn moment(day: i64) -> DateTime<Utc> {
    as_of() + TimeDelta::days(day)
}

/// The day on which a date falls.
pub(crate) fn day_of(date: NaiveDate) -> i64 {
    date.signed_duration_since(as_of().date_naive()).num_days()
}
