//! Exemption by tags on the principal itself, with a reason and an end.

use crate::iam::Principal;
use crate::tags::{EXEMPT_REASON_TAG, EXEMPT_UNTIL_TAG};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
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

/// Tags that are meant to exempt and do not.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IgnoredExemption {
    /// It is over.
    #[error("tag `{EXEMPT_UNTIL_TAG}` is over since {0}")]
    Expired(String),
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
    /// What the tags of `principal` say at `as_of`; `None` where it has neither of them.
    ///
    /// A date includes its whole day in UTC. Both tags are needed, since an exemption without an
    /// end or a reason is one that nobody takes back.
    #[must_use]
    pub fn of(
        principal: &Principal,
        as_of: DateTime<Utc>,
    ) -> Option<Result<Self, IgnoredExemption>> {
        let tag = |key: &str| principal.tags.get(key).map(|value| value.trim());
        let until = match (tag(EXEMPT_UNTIL_TAG), tag(EXEMPT_REASON_TAG)) {
            (None, None) => return None,
            (None, Some(_)) => return Some(Err(IgnoredExemption::NoEnd)),
            (Some(until), _) => until.to_owned(),
        };
        let reason = tag(EXEMPT_REASON_TAG).unwrap_or_default().to_owned();
        Some(match end(&until) {
            None => Err(IgnoredExemption::Malformed(until)),
            Some(end) if end <= as_of => Err(IgnoredExemption::Expired(until)),
            Some(_) if reason.is_empty() => Err(IgnoredExemption::NoReason),
            Some(_) => Ok(Self { until, reason }),
        })
    }
}

/// The first moment that is not exempt any more.
fn end(until: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(until) {
        return Some(time.with_timezone(&Utc));
    }
    let date = NaiveDate::parse_from_str(until, "%Y-%m-%d").ok()?;
    Some(date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::role;

    fn of(tags: &[(&str, &str)], as_of: &str) -> Option<Result<String, String>> {
        let tags =
            tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let principal = Principal { tags, ..role([]) };
        let said = TagExemption::of(&principal, as_of.parse().unwrap())?;
        Some(said.map(|said| said.to_string()).map_err(|why| why.to_string()))
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
    fn what_is_malformed_or_incomplete_does_not_exempt() {
        for malformed in ["", "soon", "2027-1-32", "31.01.2027", "2027-02-30"] {
            let tags = [(EXEMPT_UNTIL_TAG, malformed), (EXEMPT_REASON_TAG, "why")];
            let why = format!(
                "tag `leastwise:exempt-until` is `{malformed}`, neither a date such as 2027-01-31 nor an RFC 3339 time"
            );
            assert_eq!(of(&tags, NOON), Some(Err(why)));
        }
        let no_reason =
            "tag `leastwise:exempt-until` stands without a reason in `leastwise:exempt-reason`";
        assert_eq!(of(&[(EXEMPT_UNTIL_TAG, "2028-01-01")], NOON), Some(Err(no_reason.into())));
        let blank = [(EXEMPT_UNTIL_TAG, "2028-01-01"), (EXEMPT_REASON_TAG, " ")];
        assert_eq!(of(&blank, NOON), Some(Err(no_reason.into())));
        let no_end = "tag `leastwise:exempt-reason` stands without `leastwise:exempt-until`";
        assert_eq!(of(&[(EXEMPT_REASON_TAG, "why")], NOON), Some(Err(no_end.into())));
        assert_eq!(of(&[("team", "orders")], NOON), None);
    }
}
