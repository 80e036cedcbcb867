//! The day since which IAM tracks when an action was last used.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;
use thiserror::Error;

/// The day from which on IAM has recorded the use of an action.
///
/// Before that day a use left no trace, so a report without a date says nothing about it. AWS
/// publishes which actions are tracked, and not since when: the day is the one on which its list
/// first had the action. The list exists since 2025-07-24, so that day means "then or earlier".
///
/// ```
/// use leastwise_policy::catalog::{Catalog, TrackedSince};
///
/// let catalog = Catalog::embedded();
/// let since = |action| catalog.find(action).and_then(|id| catalog.action(id).tracked_since);
/// assert_eq!(since("s3:ListAllMyBuckets"), Some(TrackedSince::FIRST));
/// assert_eq!(since("iam:PassRole"), None);
/// assert_eq!(TrackedSince::FIRST.to_string(), "2025-07-24");
/// assert_eq!(TrackedSince::FIRST.days_since_epoch(), 20_293);
/// ```
///
/// Source:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackedSince(NonZeroU16);

const FIRST_DAY: NonZeroU16 = NonZeroU16::new(20_293).expect("it is not zero");

/// Months after January, of 30 or 31 days, counted from March so that the leap day comes last.
const DAYS_OF_FIVE_MONTHS: u32 = 153;

impl TrackedSince {
    /// The first day of AWS's list: "then or earlier". The catalogue writes it `+`.
    pub const FIRST: Self = Self(FIRST_DAY);

    /// The days from 1970-01-01 to this one.
    #[must_use]
    pub const fn days_since_epoch(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for TrackedSince {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(u32::from(self.0.get()));
        formatter.pad(&format!("{year:04}-{month:02}-{day:02}"))
    }
}

impl FromStr for TrackedSince {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        parse(text).ok_or_else(|| NotADay { text: text.to_owned() })
    }
}

/// A text that is no day `YYYY-MM-DD` from 1970-01-02 to 2149-06-06.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a day `YYYY-MM-DD` after 1970-01-01")]
pub struct NotADay {
    /// The text.
    pub text: String,
}

fn parse(text: &str) -> Option<TrackedSince> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    if year < 1970 || !(1..=12).contains(&month) {
        return None;
    }
    let days = days_of(year, month, day)?;
    // A day that its month does not have comes back as one of the next month.
    let since = TrackedSince(NonZeroU16::new(u16::try_from(days).ok()?)?);
    (date_of(days) == (year, month, day)).then_some(since)
}

/// The number that is written with exactly `width` digits.
fn digits(text: &str, width: usize) -> Option<u32> {
    let plain = text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// The days from 1970-01-01 to a day of the Gregorian calendar.
fn days_of(year: u32, month: u32, day: u32) -> Option<u32> {
    // A year from March on, so that a leap day ends it.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    let of_year = (DAYS_OF_FIVE_MONTHS * month + 2) / 5;
    (year * 365 + leap_days + of_year + day).checked_sub(DAYS_TO_EPOCH + 1)
}

/// The days from the first of March of the year 0 to 1970-01-01.
const DAYS_TO_EPOCH: u32 = 719_468;

const DAYS_OF_FOUR_CENTURIES: u32 = 146_097;

/// Year, month and day of the day so many days after 1970-01-01.
fn date_of(days: u32) -> (u32, u32, u32) {
    let days = days + DAYS_TO_EPOCH;
    let (cycle, day) = (days / DAYS_OF_FOUR_CENTURIES, days % DAYS_OF_FOUR_CENTURIES);
    let leap_days = day / 1_460 + day / 146_096 - day / 36_524;
    let year = (day - leap_days) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / DAYS_OF_FIVE_MONTHS;
    let of_month = of_year - (DAYS_OF_FIVE_MONTHS * month + 2) / 5 + 1;
    let year = cycle * 400 + year;
    if month < 10 { (year, month + 3, of_month) } else { (year + 1, month - 9, of_month) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_were_looked_up_are_counted_from_1970() {
        let known = [
            ("1970-01-02", 1),
            ("1972-02-29", 789),
            ("2000-02-29", 11_016),
            ("2025-07-24", 20_293),
            ("2026-03-01", 20_513),
            ("2149-06-06", 65_535),
        ];
        for (text, days) in known {
            let since: TrackedSince = text.parse().unwrap();
            assert_eq!((since.days_since_epoch(), since.to_string()), (days, text.to_owned()));
        }
    }

    #[test]
    fn every_day_reads_back_as_it_was_written_and_follows_the_day_before() {
        let texts: Vec<_> = (1..=u16::MAX)
            .map(|days| TrackedSince(NonZeroU16::new(days).unwrap()))
            .inspect(|since| assert_eq!(since.to_string().parse(), Ok(*since)))
            .map(|since| since.to_string())
            .collect();
        assert!(texts.is_sorted_by(|left, right| left < right));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "+",
            "2025",
            "2025-07",
            "25-07-24",
            "2025-7-24",
            "2025-07-2 ",
            "2025-07-24 ",
            "2025-07-24-1",
            "2025-13-01",
            "2025-00-01",
            "2025-01-00",
            "2025-01-32",
            "2025-02-29",
            "2100-02-29",
            "2025-04-31",
            "1970-01-01",
            "1969-12-31",
            "2149-06-07",
            "+025-07-24",
        ] {
            let refused = text.parse::<TrackedSince>();
            assert_eq!(refused, Err(NotADay { text: text.to_owned() }));
        }
    }
}
