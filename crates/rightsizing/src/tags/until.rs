//! Until when: a date or a time in the value of a tag.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

/// The first moment that `until` does not cover any more; `None` where it is neither a date nor an
/// RFC 3339 time. A date covers its whole day in UTC.
pub(crate) fn end(until: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(until) {
        return Some(time.with_timezone(&Utc));
    }
    // Chrono also takes 31-01-27 as a date, of the year 31, which is over.
    let has_whole_numbers = until.len() == "2027-01-31".len();
    let date = NaiveDate::parse_from_str(until, "%Y-%m-%d").ok().filter(|_| has_whole_numbers)?;
    Some(date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN).and_utc())
}
