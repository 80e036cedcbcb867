//! Where IAM watches: the Regions that it keeps last accessed data of.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use std::collections::BTreeSet;

/// The Regions of which IAM keeps last accessed data, each with the day since which it does. AWS: a
/// Region that is not in its table does not provide the data yet.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html#access_policies_last-accessed-tracking-period>.
const WATCHED: &str = include_str!("regions.txt");

/// The partitions that the Regions of [`WATCHED`] lie in. No Region of another partition is there.
const WATCHED_PARTITIONS: [&str; 2] = ["aws", "aws-us-gov"];

/// The Regions in which something may run under an account's principals.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum EnabledRegions {
    /// Nobody asked which Regions are enabled: those that IAM watches are taken for all.
    #[default]
    NotAsked,
    /// The account's enabled Regions, by their codes, such as `eu-west-1`.
    ///
    /// Source: <https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html>.
    Known(BTreeSet<String>),
}

impl EnabledRegions {
    /// Those of the Regions in which IAM did not watch yet at `moment`, in their order.
    pub fn unwatched_at(&self, moment: DateTime<Utc>) -> impl Iterator<Item = &str> {
        self.known().filter(move |region| watched_since(region).is_none_or(|since| since > moment))
    }

    /// Those of the Regions that lie in another partition than this, in their order: a list with
    /// such a Region is of another account.
    pub fn outside(&self, partition: &str) -> impl Iterator<Item = &str> {
        self.known().filter(move |region| partition_of(region) != partition)
    }

    fn known(&self) -> impl Iterator<Item = &str> {
        let known = match self {
            Self::NotAsked => None,
            Self::Known(regions) => Some(regions),
        };
        known.into_iter().flatten().map(String::as_str)
    }
}

/// The partition of a Region, by how its code begins.
///
/// Source:
/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>.
fn partition_of(region: &str) -> &'static str {
    let begins = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
    ];
    let found = begins.into_iter().find(|(start, _)| region.starts_with(start));
    found.map_or("aws", |(_, partition)| partition)
}

/// Whether IAM keeps last accessed data of any Region of the partition, such as `aws`.
#[must_use]
pub fn is_watched_partition(partition: &str) -> bool {
    WATCHED_PARTITIONS.contains(&partition)
}

/// Since when IAM keeps last accessed data of the Region; `None` where it does not.
fn watched_since(region: &str) -> Option<DateTime<Utc>> {
    let rows = WATCHED.lines().filter_map(|row| row.split_once(' '));
    let (_, since) = rows.into_iter().find(|(watched, _)| *watched == region)?;
    let since: NaiveDate = since.parse().ok()?;
    Some(since.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwatched(regions: &[&str], at: &str) -> Vec<String> {
        let known = EnabledRegions::Known(regions.iter().map(ToString::to_string).collect());
        known.unwatched_at(at.parse().unwrap()).map(ToOwned::to_owned).collect()
    }

    #[test]
    fn a_region_is_watched_from_its_day_on_and_one_that_aws_does_not_list_never_is() {
        let regions = ["eu-west-1", "ca-west-1", "il-central-1", "mx-central-1"];
        assert_eq!(unwatched(&regions, "2026-01-01T00:00:00Z"), ["ca-west-1", "mx-central-1"]);
        let three = ["ca-west-1", "il-central-1", "mx-central-1"];
        assert_eq!(unwatched(&regions, "2023-07-31T23:59:59Z"), three);
        let moment = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(EnabledRegions::NotAsked.unwatched_at(moment).count(), 0);
    }

    #[test]
    fn a_region_of_another_partition_is_told() {
        let regions = ["cn-north-1", "eu-west-1", "us-gov-west-1"].map(ToOwned::to_owned);
        let known = EnabledRegions::Known(regions.into());
        let outside = |partition| known.outside(partition).collect::<Vec<_>>();
        assert_eq!(outside("aws"), ["cn-north-1", "us-gov-west-1"]);
        assert_eq!(outside("aws-us-gov"), ["cn-north-1", "eu-west-1"]);
        assert_eq!(EnabledRegions::NotAsked.outside("aws-cn").count(), 0);
    }

    #[test]
    fn every_row_of_the_table_has_a_region_and_a_day() {
        assert_eq!(WATCHED.lines().count(), 30);
        for row in WATCHED.lines() {
            let (region, _) = row.split_once(' ').unwrap();
            assert!(watched_since(region).is_some(), "{row}");
        }
    }
}
