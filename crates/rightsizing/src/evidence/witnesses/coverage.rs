//! What a source would have seen, had it happened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where a source looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Places {
    /// In every Region, those that are enabled later included: a trail of all Regions.
    All,
    /// In these Regions, by their codes.
    In(BTreeSet<String>),
}

/// A stretch of time in which a source saw every call of a kind, with nothing missing.
///
/// A gap is what lies between two stretches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stretch {
    /// From when on.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: DateTime<Utc>,
    /// Where.
    pub regions: Places,
    /// Whether it saw management events, reads and writes. IAM tracks single actions of these only.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-action-last-accessed.html>.
    #[serde(default)]
    pub management: bool,
    /// The services of which it saw all data events, by their IAM prefixes in lower case.
    #[serde(default)]
    pub data_of: BTreeSet<String>,
}

/// Everything that a source would have seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    stretches: Vec<Stretch>,
}

impl Coverage {
    /// Takes in another stretch.
    pub fn add(&mut self, stretch: Stretch) {
        self.stretches.push(stretch);
    }

    /// The stretches, in the order in which they were told of.
    #[must_use]
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// Whether every management event was seen in each of the Regions, from `from` to `to`; `None`:
    /// in whatever Region there is.
    #[must_use]
    pub fn saw_management(
        &self,
        regions: Option<&BTreeSet<String>>,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> bool {
        self.saw(|stretch| stretch.management, regions, from, to)
    }

    /// The same of all data events of a service, by its IAM prefix in lower case.
    #[must_use]
    pub fn saw_data_of(
        &self,
        service: &str,
        regions: Option<&BTreeSet<String>>,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> bool {
        self.saw(|stretch| stretch.data_of.contains(service), regions, from, to)
    }

    fn saw(
        &self,
        is_of_kind: impl Fn(&Stretch) -> bool,
        regions: Option<&BTreeSet<String>>,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> bool {
        let of_kind: Vec<&Stretch> = self.stretches.iter().filter(|it| is_of_kind(it)).collect();
        let in_region = |region: &str| {
            let here = of_kind.iter().filter(|stretch| match &stretch.regions {
                Places::All => true,
                Places::In(regions) => regions.contains(region),
            });
            is_without_gap(here.copied(), from, to)
        };
        if let Some(regions) = regions {
            return !regions.is_empty() && regions.iter().all(|region| in_region(region));
        }
        let everywhere = of_kind.iter().filter(|it| it.regions == Places::All);
        is_without_gap(everywhere.copied(), from, to)
    }
}

/// Whether the stretches follow each other from `from` to `to` without a gap.
fn is_without_gap<'a>(
    stretches: impl Iterator<Item = &'a Stretch>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> bool {
    let mut stretches: Vec<(DateTime<Utc>, DateTime<Utc>)> =
        stretches.map(|stretch| (stretch.from, stretch.to)).collect();
    stretches.sort_unstable();
    let mut seen_until = from;
    for (begin, end) in stretches {
        if begin > seen_until {
            break;
        }
        seen_until = seen_until.max(end);
    }
    from < to && seen_until >= to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> DateTime<Utc> {
        format!("2026-03-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn stretch(from: u32, to: u32, regions: &[&str]) -> Stretch {
        let regions = Places::In(regions.iter().map(ToString::to_string).collect());
        let data_of = BTreeSet::from(["s3".to_owned()]);
        Stretch { from: day(from), to: day(to), regions, management: true, data_of }
    }

    fn coverage(stretches: impl IntoIterator<Item = Stretch>) -> Coverage {
        Coverage { stretches: stretches.into_iter().collect() }
    }

    fn regions(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn stretches_that_touch_leave_no_gap_and_a_missing_day_is_one() {
        let one = regions(&["eu-west-1"]);
        let here = &["eu-west-1"][..];
        let touching = coverage([stretch(5, 9, here), stretch(1, 5, here)]);
        assert!(touching.saw_management(Some(&one), day(1), day(9)));
        assert!(!touching.saw_management(Some(&one), day(1), day(10)));
        let with_gap = coverage([stretch(1, 4, here), stretch(5, 9, here)]);
        assert!(!with_gap.saw_management(Some(&one), day(1), day(9)));
        assert!(with_gap.saw_management(Some(&one), day(5), day(9)));
        let nested = coverage([stretch(1, 9, here), stretch(2, 3, here)]);
        assert!(nested.saw_management(Some(&one), day(1), day(9)));
    }

    #[test]
    fn every_region_must_have_been_seen_for_the_whole_time() {
        let both = regions(&["eu-west-1", "ca-west-1"]);
        let late = coverage([stretch(1, 9, &["eu-west-1"]), stretch(3, 9, &["ca-west-1"])]);
        assert!(!late.saw_management(Some(&both), day(1), day(9)));
        assert!(late.saw_management(Some(&both), day(3), day(9)));
        assert!(!late.saw_management(None, day(3), day(9)));
        let everywhere = Stretch { regions: Places::All, ..stretch(1, 9, &[]) };
        assert!(coverage([everywhere]).saw_management(None, day(1), day(9)));
    }

    #[test]
    fn a_trail_of_management_events_says_nothing_of_data_events_and_the_reverse() {
        let one = regions(&["eu-west-1"]);
        let management = Stretch { data_of: BTreeSet::new(), ..stretch(1, 9, &["eu-west-1"]) };
        assert!(!coverage([management]).saw_data_of("s3", Some(&one), day(1), day(9)));
        let data = Stretch { management: false, ..stretch(1, 9, &["eu-west-1"]) };
        let data = coverage([data]);
        assert!(data.saw_data_of("s3", Some(&one), day(1), day(9)));
        assert!(!data.saw_data_of("sqs", Some(&one), day(1), day(9)));
        assert!(!data.saw_management(Some(&one), day(1), day(9)));
    }
}
