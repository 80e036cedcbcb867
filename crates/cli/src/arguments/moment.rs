//! A moment, as an argument.

use chrono::{DateTime, NaiveDate, Utc};

/// A date, which is its midnight, or a time as RFC 3339 has it.
pub(super) fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.with_timezone(&Utc));
    }
    text.parse::<NaiveDate>()
        .ok()
        .and_then(|date| date.and_hms_opt(0, 0, 0))
        .map(|midnight| midnight.and_utc())
        .ok_or_else(|| {
            format!("`{text}` is not a date or an RFC 3339 time, such as 2026-11-01T12:00:00Z")
        })
}
