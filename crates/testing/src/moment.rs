//! The moment from which time is counted back.

use chrono::{DateTime, TimeDelta, Utc};

/// The moment of every judgement: noon of 30 June 2026.
pub fn as_of() -> DateTime<Utc> {
    "2026-06-30T12:00:00Z".parse().expect("it is a time")
}

/// So many days before that moment.
pub fn days_ago(days: i64) -> DateTime<Utc> {
    as_of() - TimeDelta::days(days)
}
