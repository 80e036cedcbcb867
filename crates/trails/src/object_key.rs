//! Where S3 keeps the files of a trail: by account, Region and day.
//!
//! Source:
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use leastwise_rightsizing::iam::is_account_id;

/// How long after a call its record may still come. CloudTrail writes within some minutes as a
/// rule, and promises nothing: a day is allowed.
///
/// Source:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>.
pub const LATENESS: TimeDelta = TimeDelta::days(1);

/// A key such as `AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2026/11/01/x.json.gz`, or a path
/// that ends so.
///
/// ```
/// use leastwise_trails::object_key::{Kept, ObjectKey};
///
/// let key = "logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/01/x.json.gz";
/// let key = ObjectKey::of(key).expect("it is of a trail");
/// assert_eq!((key.account, key.region, key.kept), ("111122223333", "eu-west-1", Kept::Trail));
/// assert_eq!(key.day.to_string(), "2026-11-01");
/// assert_eq!(ObjectKey::of("notes.json"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectKey<'a> {
    /// The account, by its twelve digits.
    pub account: &'a str,
    /// The Region, by its code.
    pub region: &'a str,
    /// The day on which the file was written, in UTC.
    pub day: NaiveDate,
    /// What the file holds.
    pub kept: Kept,
}

/// What a file below `AWSLogs` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kept {
    /// Records of a trail.
    Trail,
    /// Digests by which records are checked.
    Digest,
    /// Unusual activity that CloudTrail found.
    Insight,
    /// Events of network activity, or a kind that is not known.
    Other,
}

impl<'a> ObjectKey<'a> {
    /// Takes a key apart; `None` where it is not laid out as S3 keeps trails.
    #[must_use]
    pub fn of(key: &'a str) -> Option<Self> {
        let parts: Vec<&str> = key.split(['/', '\\']).collect();
        let [.., account, kept, region, year, month, day, _file] = *parts else { return None };
        let kept = match kept {
            "CloudTrail" => Kept::Trail,
            "CloudTrail-Digest" => Kept::Digest,
            "CloudTrail-Insight" => Kept::Insight,
            other if other.starts_with("CloudTrail") => Kept::Other,
            _ => return None,
        };
        let number = |text: &str| text.parse::<u32>().ok();
        let day = NaiveDate::from_ymd_opt(year.parse().ok()?, number(month)?, number(day)?)?;
        is_account_id(account).then_some(Self { account, region, day, kept })
    }

    /// Whether the file may hold calls of `account` between two points in time, both included. A
    /// file is written after what it tells of, by [`LATENESS`] at most.
    #[must_use]
    pub fn may_hold(
        &self,
        account: &str,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> bool {
        let last = to.and_then(|to| to.date_naive().checked_add_signed(LATENESS));
        self.kept == Kept::Trail
            && self.account == account
            && from.is_none_or(|from| from.date_naive() <= self.day)
            && last.is_none_or(|last| self.day <= last)
    }
}

/// The folder of one Region and day below that of a trail, which ends in `CloudTrail/`.
///
/// ```
/// use leastwise_trails::object_key::folder_of_day;
///
/// let day = "2026-11-01".parse().unwrap();
/// let folder = folder_of_day("AWSLogs/111122223333/CloudTrail/", "eu-west-1", day);
/// assert_eq!(folder, "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/01/");
/// ```
#[must_use]
pub fn folder_of_day(trail: &str, region: &str, day: NaiveDate) -> String {
    let (year, month, day) = (day.year(), day.month(), day.day());
    format!("{trail}{region}/{year:04}/{month:02}/{day:02}/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "111122223333";

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn every_layout_of_s3_is_taken_apart() {
        for (folder, kept) in [
            ("AWSLogs/111122223333/CloudTrail", Kept::Trail),
            ("prefix/AWSLogs/o-abc/111122223333/CloudTrail", Kept::Trail),
            ("/tmp/copy/111122223333/CloudTrail-Digest", Kept::Digest),
            ("AWSLogs/111122223333/CloudTrail-Insight", Kept::Insight),
            ("AWSLogs/111122223333/CloudTrail-NetworkActivity", Kept::Other),
        ] {
            let key = format!("{folder}/us-gov-west-1/2026/02/28/f.json.gz");
            let day = NaiveDate::from_ymd_opt(2026, 2, 28).unwrap();
            let expected = ObjectKey { account: OWN, region: "us-gov-west-1", day, kept };
            assert_eq!(ObjectKey::of(&key), Some(expected), "{key}");
        }
        for other in [
            "AWSLogs/111122223333/Config/eu-west-1/2026/02/28/f.json.gz",
            "AWSLogs/11112222/CloudTrail/eu-west-1/2026/02/28/f.json.gz",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/02/30/f.json.gz",
            "CloudTrail/eu-west-1/2026/02/28/f.json.gz",
            "",
        ] {
            assert_eq!(ObjectKey::of(other), None, "{other}");
        }
    }

    #[test]
    fn a_file_of_the_day_after_may_hold_calls_of_the_last_day() {
        let key = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/02/f.json.gz";
        let key = ObjectKey::of(key).unwrap();
        assert!(key.may_hold(OWN, None, None));
        assert!(key.may_hold(OWN, Some(at("2026-11-02T23:00:00Z")), None));
        assert!(!key.may_hold(OWN, Some(at("2026-11-03T00:00:00Z")), None));
        assert!(key.may_hold(OWN, None, Some(at("2026-11-01T00:00:00Z"))));
        assert!(!key.may_hold(OWN, None, Some(at("2026-10-31T23:59:59Z"))));
        assert!(!key.may_hold("444455556666", None, None));
        assert!(!ObjectKey { kept: Kept::Digest, ..key }.may_hold(OWN, None, None));
    }
}
