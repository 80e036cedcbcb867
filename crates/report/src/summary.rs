//! What a scan says of the account as a whole.

use crate::entry::{Entry, Planned, WeightsJson};
use crate::service::UseWord;
use crate::tally::{By, Heavy, Id, Tally};
use chrono::{DateTime, Utc};
use leastwise_rightsizing::score::{Band, CreepIndex, Weights};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many of the heaviest services, policies and groups are named.
pub(crate) const HEAVIEST: usize = 20;

/// Where the ages of use are divided, in days. What is older than the last one is one more class.
///
/// IAM looks back 400 days. Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.
pub const AGES: [i64; 5] = [30, 90, 180, 270, 365];

/// The account as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// How many principals there are.
    pub principals: usize,
    /// How many of them have an index.
    pub judged: usize,
    /// The index of all who have one, as though they were one principal; `null` where nobody has.
    pub index: Option<u8>,
    /// The index of the one in the middle.
    pub median: Option<u8>,
    /// How many are in each band.
    pub bands: Bands,
    /// How many have an index of 0 to 9, of 10 to 19, …, and of 90 to 100.
    pub distribution: [usize; 10],
    /// How many are above the threshold, or have a suspected break.
    pub non_compliant: usize,
    /// The granted services of everybody whose use was looked at.
    pub services: Services,
    /// The same by the age of their last use.
    pub ages: Vec<Age>,
    /// For how many a boundary is planned.
    pub planned: usize,
    /// For how many none is, by the type of the refusal.
    pub refused: BTreeMap<&'static str, usize>,
    /// How many principals have no index, by the type of the reason.
    pub not_judged: BTreeMap<&'static str, usize>,
    /// Why the use of services is unknown, by the words of a plan.
    pub unknown: BTreeMap<&'static str, usize>,
    /// The services in which most lies idle.
    pub heaviest_services: Vec<Heavy>,
    /// The policies that grant most of what lies idle.
    pub heaviest_policies: Vec<Heavy>,
    /// The groups by way of which most of it comes.
    pub heaviest_groups: Vec<Heavy>,
}

/// How many principals are in each band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
pub struct Bands {
    /// 0 to 33.
    pub low: usize,
    /// 34 to 66.
    pub medium: usize,
    /// 67 to 100.
    pub high: usize,
}

/// Granted services by their use: a service counts once for each principal that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct Services {
    /// Used.
    pub used: usize,
    /// Never used.
    pub never_used: usize,
    /// Used, but not inside the window.
    pub stale: usize,
    /// Of unknown use.
    pub unknown: usize,
}

impl Services {
    /// All of them.
    #[must_use]
    pub fn all(self) -> usize {
        self.used + self.never_used + self.stale + self.unknown
    }
}

/// Granted services whose last use is of one age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Age {
    /// At least this many days ago.
    pub from_days: i64,
    /// Fewer than this many days ago; `null` for everything older.
    pub to_days: Option<i64>,
    /// How many are used.
    pub used: usize,
    /// How many are stale.
    pub stale: usize,
}

/// Adds everybody up.
#[derive(Debug, Clone)]
pub(crate) struct Adding {
    as_of: DateTime<Utc>,
    summary: Summary,
    weights: Weights,
    indexes: BTreeMap<u8, usize>,
    tally: Tally,
}

impl Adding {
    pub(crate) fn new(as_of: DateTime<Utc>) -> Self {
        let edges = [0].into_iter().chain(AGES);
        let ages = edges
            .zip(AGES.into_iter().map(Some).chain([None]))
            .map(|(from_days, to_days)| Age { from_days, to_days, used: 0, stale: 0 });
        Self {
            as_of,
            summary: Summary { ages: ages.collect(), ..Summary::default() },
            weights: Weights::default(),
            indexes: BTreeMap::new(),
            tally: Tally::default(),
        }
    }

    /// Adds a principal, and says in which sums of idle weight it is.
    pub(crate) fn add(&mut self, entry: &Entry) -> Vec<Id> {
        self.summary.principals += 1;
        self.summary.non_compliant += usize::from(entry.fails());
        match &entry.planned {
            Planned::Plan(_) => self.summary.planned += 1,
            Planned::Refused(refused) => {
                *self.summary.refused.entry(refused.error).or_default() += 1;
            }
        }
        if let Some(index) = entry.index {
            self.add_index(index, entry);
        }
        if let Some(why) = entry.not_judged_type {
            *self.summary.not_judged.entry(why).or_default() += 1;
        }
        self.add_services(entry);
        if entry.index.is_some() { self.tally.add(entry) } else { Vec::new() }
    }

    fn add_index(&mut self, index: CreepIndex, entry: &Entry) {
        let weights = entry.weights.as_ref().map(WeightsJson::weights).unwrap_or_default();
        self.weights = self.weights + weights;
        *self.indexes.entry(index.value()).or_default() += 1;
        self.summary.judged += 1;
        let bands = &mut self.summary.bands;
        *match index.band() {
            Band::Low => &mut bands.low,
            Band::Medium => &mut bands.medium,
            Band::High => &mut bands.high,
        } += 1;
        let class = usize::from(index.value() / 10).min(9);
        if let Some(count) = self.summary.distribution.get_mut(class) {
            *count += 1;
        }
    }

    fn add_services(&mut self, entry: &Entry) {
        let counts = &mut self.summary.services;
        for service in &entry.services {
            match service.usage {
                UseWord::Used => counts.used += 1,
                UseWord::NeverUsed => counts.never_used += 1,
                UseWord::Stale => counts.stale += 1,
                UseWord::Unknown => counts.unknown += 1,
            }
            if let Some(why) = service.why {
                *self.summary.unknown.entry(why).or_default() += 1;
            }
            let Some(last) = service.last_used else { continue };
            let days = (self.as_of - last).num_days().max(0);
            let class = self.summary.ages.iter_mut().rev().find(|age| age.from_days <= days);
            if let Some(age) = class {
                *(if service.usage == UseWord::Used { &mut age.used } else { &mut age.stale }) += 1;
            }
        }
    }

    /// The sums.
    pub(crate) fn finish(self) -> Summary {
        let Self { summary, weights, indexes, tally, as_of: _ } = self;
        let index = if summary.judged == 0 { None } else { CreepIndex::of(weights) };
        Summary {
            index: index.map(CreepIndex::value),
            median: median(&indexes),
            heaviest_services: tally.heaviest(By::Service, HEAVIEST),
            heaviest_policies: tally.heaviest(By::Policy, HEAVIEST),
            heaviest_groups: tally.heaviest(By::Group, HEAVIEST),
            ..summary
        }
    }
}

/// The index of the one in the middle; of two, the lower.
fn median(indexes: &BTreeMap<u8, usize>) -> Option<u8> {
    let all: usize = indexes.values().sum();
    let mut seen = 0;
    let reached = indexes.iter().find(|(_, count)| {
        seen += **count;
        2 * seen >= all
    });
    reached.map(|(index, _)| *index)
}
