//! Exemption by tags on the principal itself, with a reason and an end.

use crate::iam::Principal;
use crate::tags::{EXEMPT_REASON_TAG, EXEMPT_UNTIL_TAG, end};
use chrono::{DateTime, Utc};
use std::fmt;
use thiserror::Error;

/// An exemption that holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagExemption {
    /// What [`EXEMPT_UNTIL_TAG`] says.
    pub until: String,
    /// What [`EXEMPT_REASON_TAG`] says.
    pub reason: String,
}

impl fmt::Display for TagExemption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "exempt until {} by its tags: {}", self.until, self.reason)
    }
}

/// Tags that exempted once and do not any more: the exemption is over.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("tag `{EXEMPT_UNTIL_TAG}` is over since {until}")]
pub struct IgnoredExemption {
    /// What [`EXEMPT_UNTIL_TAG`] says.
    pub until: String,
}

/// Tags that are meant to exempt and do not say how. Whoever set them wants the principal left
/// alone, so nothing is done to it until they are put right.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnreadableExemption {
    /// A key that resembles ours.
    #[error(
        "tag `{0}` resembles `{EXEMPT_UNTIL_TAG}` and `{EXEMPT_REASON_TAG}`, and is neither; spell it like one of them, \
         or remove it"
    )]
    Key(String),
    /// Not a time.
    #[error(
        "tag `{EXEMPT_UNTIL_TAG}` is `{0}`, neither a date such as 2027-01-31 nor an RFC 3339 time"
    )]
    Malformed(String),
    /// No end.
    #[error("tag `{EXEMPT_REASON_TAG}` stands without `{EXEMPT_UNTIL_TAG}`")]
    NoEnd,
    /// No reason.
    #[error("tag `{EXEMPT_UNTIL_TAG}` stands without a reason in `{EXEMPT_REASON_TAG}`")]
    NoReason,
}

impl TagExemption {
    /// The exemption that the tags of `principal` state, if one holds at `as_of`.
    ///
    /// A date includes its whole day in UTC. Both tags are needed, since an exemption without an
    /// end or a reason is one that nobody takes back.
    ///
    /// # Errors
    ///
    /// [`UnreadableExemption`] when they are meant to exempt it, but one is spelled or written in
    /// another way, or missing.
    pub fn of(
        principal: &Principal,
        as_of: DateTime<Utc>,
    ) -> Result<Option<Self>, UnreadableExemption> {
        match stated(principal)? {
            Some((exemption, end)) if end > as_of => {
                if exemption.reason.is_empty() {
                    return Err(UnreadableExemption::NoReason);
                }
                Ok(Some(exemption))
            }
            _ => Ok(None),
        }
    }
}

impl IgnoredExemption {
    /// The exemption that the tags of `principal` state, if it is over at `as_of`.
    #[must_use]
    pub fn of(principal: &Principal, as_of: DateTime<Utc>) -> Option<Self> {
        let (exemption, end) = stated(principal).ok()??;
        (end <= as_of).then_some(Self { until: exemption.until })
    }
}

/// What the tags state, with the first moment that is not exempt any more.
fn stated(
    principal: &Principal,
) -> Result<Option<(TagExemption, DateTime<Utc>)>, UnreadableExemption> {
    if let Some(key) = principal.tags.keys().find(|key| resembles_ours(key)) {
        return Err(UnreadableExemption::Key(key.clone()));
    }
    let tag = |key: &str| principal.tags.get(key).map(|value| value.trim().to_owned());
    let until = match (tag(EXEMPT_UNTIL_TAG), tag(EXEMPT_REASON_TAG)) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(UnreadableExemption::NoEnd),
        (Some(until), _) => until,
    };
    let end = end(&until).ok_or_else(|| UnreadableExemption::Malformed(until.clone()))?;
    let reason = tag(EXEMPT_REASON_TAG).unwrap_or_default();
    Ok(Some((TagExemption { until, reason }, end)))
}

/// What the letters of every key that is meant to exempt begin with.
const LETTERS_OF_OURS: &str = "leastwiseexempt";

/// Whether a key is neither of ours, and is meant to be: it differs from them in letter case, in
/// what divides its words, or in the last of them.
fn resembles_ours(key: &str) -> bool {
    let letters: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    letters.to_ascii_lowercase().starts_with(LETTERS_OF_OURS)
        && ![EXEMPT_UNTIL_TAG, EXEMPT_REASON_TAG].contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::role;

    fn of(tags: &[(&str, &str)], as_of: &str) -> Option<Result<String, String>> {
        let tags =
            tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let principal = Principal { tags, ..role([]) };
        let as_of = as_of.parse().unwrap();
        match TagExemption::of(&principal, as_of) {
            Ok(Some(holds)) => Some(Ok(holds.to_string())),
            Ok(None) => Some(Err(IgnoredExemption::of(&principal, as_of)?.to_string())),
            Err(why) => Some(Err(format!("unreadable: {why}"))),
        }
    }

    const NOON: &str = "2027-01-31T12:00:00Z";

    #[test]
    fn both_tags_exempt_through_the_end_of_the_day_or_up_to_the_moment() {
        let until = |value| [(EXEMPT_UNTIL_TAG, value), (EXEMPT_REASON_TAG, "yearly close")];
        let exempt = Some(Ok("exempt until 2027-01-31 by its tags: yearly close".to_owned()));
        assert_eq!(of(&until("2027-01-31"), NOON), exempt);
        assert_eq!(of(&until("2027-01-31"), "2027-01-31T23:59:59Z"), exempt);
        let over =
            |value: &str| Some(Err(format!("tag `leastwise:exempt-until` is over since {value}")));
        assert_eq!(of(&until("2027-01-31"), "2027-02-01T00:00:00Z"), over("2027-01-31"));
        assert_eq!(
            of(&until("2027-01-31T13:00:00+01:00"), NOON),
            over("2027-01-31T13:00:00+01:00")
        );
        assert!(of(&until("2027-01-31T13:00:01+01:00"), NOON).unwrap().is_ok());
    }

    #[test]
    fn what_is_malformed_or_incomplete_is_unreadable_and_not_overlooked() {
        for malformed in [
            "",
            "soon",
            "2027-1-31",
            "31.01.2027",
            "2027-02-30",
            "31-01-27",
            "01/31/2027",
            "2027/01/31",
            "20270131",
        ] {
            let tags = [(EXEMPT_UNTIL_TAG, malformed), (EXEMPT_REASON_TAG, "why")];
            let why = format!(
                "unreadable: tag `leastwise:exempt-until` is `{malformed}`, neither a date such as 2027-01-31 nor an RFC 3339 time"
            );
            assert_eq!(of(&tags, NOON), Some(Err(why)));
        }
        let no_reason = "unreadable: tag `leastwise:exempt-until` stands without a reason in `leastwise:exempt-reason`";
        assert_eq!(of(&[(EXEMPT_UNTIL_TAG, "2028-01-01")], NOON), Some(Err(no_reason.into())));
        let blank = [(EXEMPT_UNTIL_TAG, "2028-01-01"), (EXEMPT_REASON_TAG, " ")];
        assert_eq!(of(&blank, NOON), Some(Err(no_reason.into())));
        let no_end =
            "unreadable: tag `leastwise:exempt-reason` stands without `leastwise:exempt-until`";
        assert_eq!(of(&[(EXEMPT_REASON_TAG, "why")], NOON), Some(Err(no_end.into())));
        for others in ["team", "leastwise:index", "exempt-until", "leastwise"] {
            assert_eq!(of(&[(others, "2028-01-01")], NOON), None, "{others}");
        }
    }

    #[test]
    fn a_key_that_resembles_ours_is_unreadable_whatever_else_the_tags_say() {
        for key in [
            "Leastwise:Exempt-Until",
            "LEASTWISE:EXEMPT-REASON",
            " leastwise:exempt-until ",
            "leastwise:exempt_until",
            "leastwise-exempt-reason",
            "leastwise: exempt until",
            "leastwise:exempt",
            "leastwise:exempt-untill",
        ] {
            let why = format!(
                "unreadable: tag `{key}` resembles `leastwise:exempt-until` and `leastwise:exempt-reason`, and is neither; \
                 spell it like one of them, or remove it"
            );
            let over =
                [(key, "2028-01-01"), (EXEMPT_UNTIL_TAG, "2026-01-01"), (EXEMPT_REASON_TAG, "why")];
            assert_eq!(of(&[(key, "2028-01-01")], NOON), Some(Err(why.clone())));
            assert_eq!(of(&over, NOON), Some(Err(why)));
        }
    }
}
