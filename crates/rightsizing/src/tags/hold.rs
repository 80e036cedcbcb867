//! The hold that a restore leaves: until when automatic remediation leaves a principal alone.
//!
//! Whoever restores a principal has decided something, and the remediation that the next
//! evaluation sets off must not undo it. A person may still bound the principal by hand, which ends
//! the hold that Leastwise set.

use super::keys::{HELD_UNTIL_TAG, fits};
use super::notice::rfc_3339;
use super::until::end;
use crate::iam::Principal;
use crate::settings::RestoreHoldDays;
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt;

/// What the letters of every key that is meant to hold begin with.
const LETTERS_OF_OURS: &str = "leastwiseheld";

/// A hold that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    key: String,
    value: String,
    /// When it ends; `None` where the tag does not say, so that only a person ends it.
    end: Option<DateTime<Utc>>,
}

impl Hold {
    /// The hold that the tags of `principal` state, if one is in force at `as_of`.
    ///
    /// A tag whose value is neither a date nor a time holds without an end, and so does a key that
    /// differs from ours in letter case or in what divides its words: whoever wrote it wants the
    /// principal left alone.
    #[must_use]
    pub fn on(principal: &Principal, as_of: DateTime<Utc>) -> Option<Self> {
        let mut holds = stated(principal).map(|(key, value)| Self {
            key: key.to_owned(),
            value: value.to_owned(),
            end: end(value.trim()),
        });
        holds.find(|hold| hold.end.is_none_or(|end| as_of < end))
    }

    /// Whether Leastwise may remove its tag, as [`hold_tags`].
    #[must_use]
    pub fn is_ours(&self) -> bool {
        is_ours_to_remove(&self.key)
    }

    /// Whether it is in force until `time` at least.
    #[must_use]
    pub fn lasts_until(&self, time: DateTime<Utc>) -> bool {
        self.end.is_none_or(|end| time <= end)
    }

    /// The value of the tag for a principal that is restored now; `None` where nothing is held.
    #[must_use]
    pub fn tag_value(as_of: DateTime<Utc>, days: RestoreHoldDays) -> Option<String> {
        let end = as_of + TimeDelta::days(i64::from(days.days()));
        (end > as_of).then(|| rfc_3339(end))
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, value, end } = self;
        match end {
            Some(end) => write!(formatter, "held until {}", end.format("%Y-%m-%d %H:%M")),
            None => write!(formatter, "held: tag `{key}` is `{value}`"),
        }
    }
}

/// The keys of the tags of `principal` that state a hold, in force or over, and that Leastwise may
/// remove: its role is allowed keys that begin with `leastwise:`. One that is spelled otherwise is
/// for whoever wrote it to remove.
#[must_use]
pub fn hold_tags(principal: &Principal) -> Vec<&str> {
    let keys = stated(principal).map(|(key, _)| key);
    keys.filter(|key| is_ours_to_remove(key)).collect()
}

fn is_ours_to_remove(key: &str) -> bool {
    key.starts_with("leastwise:")
}

fn stated(principal: &Principal) -> impl Iterator<Item = (&str, &str)> {
    let ours = |key: &str| {
        let letters: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
        letters.to_ascii_lowercase().starts_with(LETTERS_OF_OURS)
    };
    let tags = principal.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    tags.filter(move |(key, _)| ours(key))
}

/// Whether `principal` has room for the tag of a hold.
#[must_use]
pub fn has_room_for_hold(principal: &Principal) -> bool {
    fits(principal, &[HELD_UNTIL_TAG])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{as_of, role};

    fn tagged(key: &str, value: &str) -> Principal {
        Principal { tags: [(key.to_owned(), value.to_owned())].into(), ..role([]) }
    }

    fn on(key: &str, value: &str) -> Option<String> {
        Hold::on(&tagged(key, value), as_of()).map(|hold| hold.to_string())
    }

    #[test]
    fn a_hold_lasts_for_its_days_and_the_last_moment_is_over() {
        let value = Hold::tag_value(as_of(), RestoreHoldDays::default()).unwrap();
        assert_eq!(value, "2026-07-30T12:00:00Z");
        let held = tagged(HELD_UNTIL_TAG, &value);
        assert_eq!(Hold::on(&held, as_of()).unwrap().to_string(), "held until 2026-07-30 12:00");
        let end = as_of() + TimeDelta::days(30);
        assert!(Hold::on(&held, end - TimeDelta::seconds(1)).is_some());
        assert_eq!(Hold::on(&held, end), None);
        assert_eq!(hold_tags(&held), ["leastwise:held-until"], "over, and still there");
        assert_eq!(Hold::tag_value(as_of(), "0".parse().unwrap()), None);
    }

    #[test]
    fn what_is_meant_as_a_hold_holds_however_it_is_written() {
        assert_eq!(on("leastwise:held-until", "2026-06-29"), None);
        assert_eq!(
            on("leastwise:held-until", "2026-06-30").unwrap(),
            "held until 2026-07-01 00:00"
        );
        assert_eq!(
            on("leastwise:held-until", "for ever").unwrap(),
            "held: tag `leastwise:held-until` is `for ever`"
        );
        assert_eq!(
            on("Leastwise:Held_Until", "").unwrap(),
            "held: tag `Leastwise:Held_Until` is ``"
        );
        assert_eq!(on("leastwise:index", "70"), None);
        assert_eq!(hold_tags(&tagged("Leastwise:Held_Until", "")), [""; 0], "not ours to remove");
    }
}
