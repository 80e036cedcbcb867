//! Notice before enforcement: two tags on the principal that say what is planned, since when, and
//! for when.
//!
//! What is enforced once a notice is due was idle when it was given *and* is idle still: the plan
//! is made as of the time of the notice ([`Notice::given`]) from evidence of now, so that its
//! window reaches from `UnusedAfterDays` before the notice up to now, and what was granted since
//! the notice counts as granted recently.

use super::keys::{GRANTS_TAG, PLANNED_FOR_TAG, PLANNED_TAG, PREVIOUS_BOUNDARY_TAG, fits};
use crate::boundary::PlanDigest;
use crate::evidence::TRACKING_PERIOD_DAYS;
use crate::iam::Principal;
use crate::settings::{NoticeDays, UnusedAfterDays};
use chrono::{DateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};
use thiserror::Error;

/// For how many days from its date on a notice can be enforced. Then it lapses, and a new one is
/// given.
///
/// AWS Config starts a remediation within a day of a finding, at the longest schedule, and by
/// default gives up after three attempts within an hour; the rest is for people, who hear of it by
/// an alarm and press *Remediate*. Who was told of one date is not surprised half a year later.
pub const ENFORCEABLE_DAYS: i64 = 14;

/// A notice that was given, or is about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    given: DateTime<Utc>,
    due: DateTime<Utc>,
    plan: PlanDigest,
}

/// Tags of a notice that do not say what they should. Such a notice is none: nothing is enforced on
/// its strength.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoticeError {
    /// One of the two tags is missing.
    #[error("tag `{0}` is missing")]
    Incomplete(&'static str),
    /// Not what Leastwise writes.
    #[error("tag `{tag}` is `{value}`; expected {expected}")]
    Malformed {
        /// The tag.
        tag: &'static str,
        /// Its value.
        value: String,
        /// What Leastwise writes there, in words.
        expected: &'static str,
    },
    /// A time at which no notice can have been given or be due.
    #[error("it says that it was given at {given} and is due at {due}, which cannot be")]
    Impossible {
        /// When it says it was given.
        given: DateTime<Utc>,
        /// When it says it is due.
        due: DateTime<Utc>,
    },
}

impl Notice {
    /// A notice of this plan, given now, to the second.
    #[must_use]
    pub fn given_at(as_of: DateTime<Utc>, days: NoticeDays, plan: PlanDigest) -> Self {
        Self::until(as_of, as_of + TimeDelta::days(i64::from(days.days())), plan)
    }

    /// A notice of this plan, given now and due then, both to the second, as the tags hold them.
    #[must_use]
    pub fn until(as_of: DateTime<Utc>, due: DateTime<Utc>, plan: PlanDigest) -> Self {
        let to_the_second =
            |time: DateTime<Utc>| DateTime::from_timestamp(time.timestamp(), 0).unwrap_or(time);
        Self { given: to_the_second(as_of), due: to_the_second(due), plan }
    }

    /// The notice that the tags of `principal` record; `None` when it has neither of them.
    ///
    /// # Errors
    ///
    /// [`NoticeError`] when they are not what Leastwise writes, or say what cannot be: given before
    /// the principal was made (the tags of an earlier one of its name), given in the future, due
    /// before it was given or more than 365 days later.
    pub fn on(principal: &Principal, as_of: DateTime<Utc>) -> Result<Option<Self>, NoticeError> {
        let value = |tag| principal.tags.get(tag).map(String::as_str);
        let (planned, planned_for) = match (value(PLANNED_TAG), value(PLANNED_FOR_TAG)) {
            (None, None) => return Ok(None),
            (None, Some(_)) => return Err(NoticeError::Incomplete(PLANNED_TAG)),
            (Some(_), None) => return Err(NoticeError::Incomplete(PLANNED_FOR_TAG)),
            (Some(planned), Some(planned_for)) => (planned, planned_for),
        };
        let (given, plan) = parse_planned(planned).ok_or_else(|| NoticeError::Malformed {
            tag: PLANNED_TAG,
            value: planned.to_owned(),
            expected: "an RFC 3339 time, a slash and the digest of a plan",
        })?;
        let due = time(planned_for).ok_or_else(|| NoticeError::Malformed {
            tag: PLANNED_FOR_TAG,
            value: planned_for.to_owned(),
            expected: "an RFC 3339 time",
        })?;
        let longest = TimeDelta::days(365);
        let of_this_principal = principal.created.is_none_or(|created| created <= given);
        if of_this_principal && given <= as_of && given < due && due - given <= longest {
            Ok(Some(Self { given, due, plan }))
        } else {
            Err(NoticeError::Impossible { given, due })
        }
    }

    /// When it was given.
    #[must_use]
    pub fn given(&self) -> DateTime<Utc> {
        self.given
    }

    /// When enforcement is due.
    #[must_use]
    pub fn due(&self) -> DateTime<Utc> {
        self.due
    }

    /// What was planned.
    #[must_use]
    pub fn plan(&self) -> &PlanDigest {
        &self.plan
    }

    /// Whether it was given at least so many days before its date.
    #[must_use]
    pub fn lasts(&self, days: NoticeDays) -> bool {
        self.due - self.given >= TimeDelta::days(i64::from(days.days()))
    }

    /// Whether it is due: the moment itself is.
    #[must_use]
    pub fn is_due(&self, as_of: DateTime<Utc>) -> bool {
        self.due <= as_of
    }

    /// Whether it has lapsed: [`ENFORCEABLE_DAYS`] after its date, that moment still excluded.
    #[must_use]
    pub fn has_lapsed(&self, as_of: DateTime<Utc>) -> bool {
        self.due + TimeDelta::days(ENFORCEABLE_DAYS) < as_of
    }

    /// Whether evidence of `as_of` still reaches back over the whole window that ended when the
    /// notice was given.
    ///
    /// IAM forgets use after 400 days. Beyond that, what was in use when the notice was given can
    /// look as if it never had been, so only the very plan that was announced may be enforced.
    #[must_use]
    pub fn evidence_reaches_back(&self, as_of: DateTime<Utc>, window: UnusedAfterDays) -> bool {
        as_of - TimeDelta::days(i64::from(TRACKING_PERIOD_DAYS)) <= window.window_start(self.given)
    }

    /// The tags that record it.
    #[must_use]
    pub fn tags(&self) -> [(&'static str, String); 2] {
        let planned = format!("{}/{}", rfc_3339(self.given), self.plan);
        [(PLANNED_FOR_TAG, rfc_3339(self.due)), (PLANNED_TAG, planned)]
    }
}

/// The tags of a notice, sound or not, that `principal` has.
#[must_use]
pub fn notice_tags(principal: &Principal) -> Vec<&'static str> {
    let tags = [PLANNED_FOR_TAG, PLANNED_TAG];
    tags.into_iter().filter(|tag| principal.tags.contains_key(*tag)).collect()
}

/// Whether `principal` has room for the tags of a notice and for what enforcement adds: the
/// record and the mark.
#[must_use]
pub fn has_room(principal: &Principal) -> bool {
    fits(principal, &[PLANNED_FOR_TAG, PLANNED_TAG, PREVIOUS_BOUNDARY_TAG, GRANTS_TAG])
}

/// A time to the second, as it stands in tags.
pub(super) fn rfc_3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A time as it stands in tags: to the second, whatever somebody else wrote there.
pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.with_timezone(&Utc).trunc_subsecs(0))
}

fn parse_planned(value: &str) -> Option<(DateTime<Utc>, PlanDigest)> {
    let (given, plan) = value.split_once('/')?;
    Some((time(given)?, plan.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{allow, as_of, days_ago, role};

    fn digest() -> PlanDigest {
        let app = role([]);
        PlanDigest::of(&app.unique_id, &allow(&["s3:*"]))
    }

    fn days(number: &str) -> NoticeDays {
        number.parse().unwrap()
    }

    fn tagged(tags: &[(&str, &str)]) -> Principal {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Principal { tags: tags.collect(), ..role([]) }
    }

    #[test]
    fn a_notice_reads_back_from_its_tags_as_it_was_given() {
        let notice = Notice::given_at(as_of() + TimeDelta::milliseconds(250), days("14"), digest());
        assert_eq!((notice.given(), notice.due()), (as_of(), as_of() + TimeDelta::days(14)));
        let [planned_for, planned] = notice.tags();
        assert_eq!(planned_for, (PLANNED_FOR_TAG, "2026-07-14T12:00:00Z".to_owned()));
        assert_eq!(planned, (PLANNED_TAG, format!("2026-06-30T12:00:00Z/{}", digest())));
        assert!(planned.1.len() <= 256);
        let principal = tagged(&[(planned_for.0, &planned_for.1), (planned.0, &planned.1)]);
        assert_eq!(Notice::on(&principal, as_of()), Ok(Some(notice)));
        assert_eq!(Notice::on(&role([]), as_of()), Ok(None));
    }

    #[test]
    fn a_time_that_somebody_wrote_more_precisely_is_read_to_the_second() {
        let planned = format!("2026-06-16T14:00:00.999+02:00/{}", digest());
        let by_hand =
            tagged(&[(PLANNED_FOR_TAG, "2026-06-30T12:00:00.123456789Z"), (PLANNED_TAG, &planned)]);
        let notice = Notice::on(&by_hand, as_of()).unwrap().unwrap();
        assert_eq!(notice, Notice::until(days_ago(14), as_of(), digest()));
        let written: Vec<(&str, String)> = notice.tags().into();
        let written: Vec<(&str, &str)> = written.iter().map(|(key, it)| (*key, &**it)).collect();
        assert_eq!(Notice::on(&tagged(&written), as_of()), Ok(Some(notice)));
    }

    #[test]
    fn a_notice_is_due_from_its_moment_on() {
        let notice = Notice::given_at(days_ago(14), days("14"), digest());
        assert!(notice.is_due(as_of()) && !notice.is_due(as_of() - TimeDelta::seconds(1)));
    }

    #[test]
    fn a_notice_lapses_two_weeks_after_its_date_and_not_at_that_moment() {
        let notice = Notice::given_at(days_ago(28), days("14"), digest());
        assert!(!notice.has_lapsed(as_of()) && notice.is_due(as_of()));
        assert!(notice.has_lapsed(as_of() + TimeDelta::seconds(1)));
        let long = Notice::given_at(days_ago(200), days("200"), digest());
        assert!(!long.has_lapsed(as_of() + TimeDelta::days(14)));
    }

    #[test]
    fn tags_that_leastwise_cannot_have_written_for_this_principal_are_no_notice() {
        let planned = |time: &str| format!("{time}/{}", digest());
        let refusal = |planned: &str, planned_for: &str| {
            let principal = tagged(&[(PLANNED_TAG, planned), (PLANNED_FOR_TAG, planned_for)]);
            Notice::on(&principal, as_of()).unwrap_err().to_string()
        };
        let (given, due) = ("2026-06-16T12:00:00Z", "2026-06-30T12:00:00Z");
        assert_eq!(
            refusal("soon", due),
            "tag `leastwise:planned` is `soon`; expected an RFC 3339 time, a slash and the digest of a plan"
        );
        assert_eq!(
            refusal(&planned(given), "2026-06-30"),
            "tag `leastwise:planned-for` is `2026-06-30`; expected an RFC 3339 time"
        );
        // Given in the future, due before it was given, too far ahead, and given before the
        // principal was made.
        for (given, due) in [
            ("2026-06-30T12:00:01Z", "2026-07-30T12:00:00Z"),
            ("2026-06-16T12:00:00Z", "2026-06-16T12:00:00Z"),
            ("2025-06-16T12:00:00Z", "2026-06-30T12:00:00Z"),
            ("2020-06-16T12:00:00Z", "2020-06-30T12:00:00Z"),
        ] {
            let message = refusal(&planned(given), due);
            assert!(message.ends_with("which cannot be"), "{message}");
        }
        let alone = tagged(&[(PLANNED_FOR_TAG, due)]);
        assert_eq!(Notice::on(&alone, as_of()), Err(NoticeError::Incomplete(PLANNED_TAG)));
        let alone = tagged(&[(PLANNED_TAG, &planned(given))]);
        assert_eq!(Notice::on(&alone, as_of()), Err(NoticeError::Incomplete(PLANNED_FOR_TAG)));
    }

    #[test]
    fn evidence_reaches_back_to_the_window_of_the_notice_within_iams_tracking_period_only() {
        let reaches = |given: i64, window: &str| {
            Notice::given_at(days_ago(given), days("14"), digest())
                .evidence_reaches_back(as_of(), window.parse().unwrap())
        };
        assert!(reaches(14, "180") && reaches(14, "386") && reaches(220, "180"));
        assert!(!reaches(14, "387") && !reaches(221, "180"));
    }

    #[test]
    fn a_notice_is_given_only_where_there_is_room_for_record_and_mark_as_well() {
        let with = |count: usize| {
            let tags = (0..count).map(|number| (format!("tag-{number}"), String::new()));
            Principal { tags: tags.collect(), ..role([]) }
        };
        assert!(has_room(&with(46)));
        assert!(!has_room(&with(47)));
    }

    #[test]
    fn notice_is_given_up_to_a_year_ahead() {
        assert!(NoticeDays::default().is_none());
        assert_eq!(days(" 365 ").days(), 365);
        assert_eq!(
            "366".parse::<NoticeDays>().unwrap_err().to_string(),
            "`NoticeDays` is `366`; allowed is a whole number from 0 to 365"
        );
    }
}
