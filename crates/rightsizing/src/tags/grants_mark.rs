//! The grants that were looked at when our boundary was planned: a tag on the principal, by which a
//! principal of unchanged grants is known without asking anybody.

use super::keys::{GRANTS_TAG, fits};
use super::notice::{rfc_3339, time};
use crate::boundary::GrantsDigest;
use crate::iam::Principal;
use chrono::{DateTime, Utc};

/// In place of a digest: what was granted could not be compared with what is granted now.
const UNKNOWN: &str = "unknown";

/// When the grants of a principal were looked at last for its boundary, and their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantsMark {
    at: DateTime<Utc>,
    digest: Option<GrantsDigest>,
}

impl GrantsMark {
    /// The mark of what `principal` is granted as it was read at that time, to the second.
    #[must_use]
    pub fn of(principal: &Principal, at: DateTime<Utc>) -> Self {
        Self { at, digest: GrantsDigest::of(principal) }
    }

    /// The mark that says of no grants that they were looked at after that time.
    #[must_use]
    pub fn unknown_since(at: DateTime<Utc>) -> Self {
        Self { at, digest: None }
    }

    /// The mark on `principal`; `None` where it has none that Leastwise can have written for it as
    /// of `now`: older versions wrote none, and whoever may set tags may write anything.
    #[must_use]
    pub fn on(principal: &Principal, now: DateTime<Utc>) -> Option<Self> {
        let (at, digest) = principal.tags.get(GRANTS_TAG)?.split_once('/')?;
        let at = time(at)?;
        let digest = match digest {
            UNKNOWN => None,
            digest => Some(GrantsDigest::parse(digest)?),
        };
        let of_this_principal = principal.created.is_none_or(|created| created <= at);
        (of_this_principal && at <= now).then_some(Self { at, digest })
    }

    /// When the grants were looked at.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Whether it says which grants were looked at.
    #[must_use]
    pub fn is_of_known_grants(&self) -> bool {
        self.digest.is_some()
    }

    /// Whether `principal` is granted what it was granted then.
    #[must_use]
    pub fn is_of(&self, principal: &Principal) -> bool {
        self.digest.is_some() && self.digest == GrantsDigest::of(principal)
    }

    /// The value of the tag that says this.
    #[must_use]
    pub fn to_tag_value(&self) -> String {
        let digest = self.digest.as_ref().map_or_else(|| UNKNOWN.to_owned(), ToString::to_string);
        format!("{}/{digest}", rfc_3339(self.at))
    }
}

/// Whether `principal` has room for the tag of its mark.
#[must_use]
pub fn has_room_for_mark(principal: &Principal) -> bool {
    fits(principal, &[GRANTS_TAG])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{allow, as_of, days_ago, role};

    fn marked(value: &str) -> Principal {
        let tags = [(GRANTS_TAG.to_owned(), value.to_owned())];
        Principal { tags: tags.into(), ..role([allow(&["s3:*"])]) }
    }

    #[test]
    fn a_mark_reads_back_as_it_was_written_and_knows_its_grants_again() {
        let mark = GrantsMark::of(&role([allow(&["s3:*"])]), days_ago(3));
        let principal = marked(&mark.to_tag_value());
        assert_eq!(GrantsMark::on(&principal, as_of()), Some(mark.clone()));
        assert_eq!(mark.at(), days_ago(3));
        assert!(mark.is_of(&principal));
        assert!(!mark.is_of(&role([allow(&["s3:*"]), allow(&["sqs:*"])])));
    }

    #[test]
    fn a_mark_of_unknown_grants_is_of_no_grants() {
        let mark = GrantsMark::unknown_since(days_ago(3));
        assert_eq!(mark.to_tag_value(), "2026-06-27T12:00:00Z/unknown");
        let principal = marked(&mark.to_tag_value());
        assert_eq!(GrantsMark::on(&principal, as_of()), Some(mark.clone()));
        assert!(!mark.is_of(&principal));
    }

    #[test]
    fn what_cannot_have_been_written_for_the_principal_is_no_mark() {
        let now = GrantsMark::of(&role([]), as_of()).to_tag_value();
        let digest = now.split_once('/').unwrap().1;
        for value in [
            "",
            "yes",
            digest,
            "2026-06-27T12:00:00Z/d3b3",
            &format!("yesterday/{digest}"),
            &format!("2026-07-01T12:00:00Z/{digest}"),
            &format!("2020-01-01T12:00:00Z/{digest}"),
        ] {
            assert_eq!(GrantsMark::on(&marked(value), as_of()), None, "{value}");
        }
        assert_eq!(GrantsMark::on(&role([]), as_of()), None);
    }

    #[test]
    fn the_mark_has_room_where_it_stands_already_or_a_tag_is_left() {
        let with = |count: usize| {
            let tags = (0..count).map(|number| (format!("tag-{number}"), String::new()));
            Principal { tags: tags.collect(), ..role([]) }
        };
        let mut full = with(49);
        assert!(has_room_for_mark(&full));
        full.tags.insert(GRANTS_TAG.to_owned(), String::new());
        assert!(has_room_for_mark(&full));
        assert!(!has_room_for_mark(&with(50)));
    }
}
