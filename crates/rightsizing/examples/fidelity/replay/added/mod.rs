//! The sources that are added to IAM's report, and what each says of a case.

mod listing;
mod seen;

use crate::replay::draw::Case;
use crate::replay::moment::{DAYS_BEFORE, as_of, moment};
use crate::replay::reference::Reference;
use leastwise_rightsizing::evidence::witnesses::{
    Places, Sightings, Source, Stretch, UsageLog, Witnesses,
};
use std::collections::BTreeSet;

/// What is known beside IAM's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Added {
    /// A trail of all management events in every enabled Region, of which nothing is missing.
    CompleteTrail,
    /// The management events that CloudTrail keeps without a trail. It vouches for nothing.
    EventHistory,
    /// What the workload's SDK tells of its own calls.
    ClientSide,
    /// Policies that IAM Access Analyzer generates from a trail.
    GeneratedPolicies,
    /// What IAM Access Analyzer lists as unused.
    UnusedAccess,
    /// All of them.
    All,
}

impl Added {
    pub(crate) const ALL: [Self; 6] = [
        Self::CompleteTrail,
        Self::EventHistory,
        Self::ClientSide,
        Self::GeneratedPolicies,
        Self::UnusedAccess,
        Self::All,
    ];

    /// What the page calls it.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::CompleteTrail => "a complete trail",
            Self::EventHistory => "event history",
            Self::ClientSide => "client-side monitoring",
            Self::GeneratedPolicies => "generated policies",
            Self::UnusedAccess => "unused access",
            Self::All => "all of these",
        }
    }

    /// What it says of the principal of a case; `None` where a policy cannot be read.
    pub(crate) fn sightings(self, case: &Case, reference: &Reference) -> Option<Sightings> {
        let mut witnesses = Witnesses::default();
        for log in self.logs(case, reference)? {
            witnesses.add(log);
        }
        Some(witnesses.of(&case.principal))
    }

    fn logs(self, case: &Case, reference: &Reference) -> Option<Vec<UsageLog>> {
        let mut log = UsageLog::new(self.source(), case.principal.arn.account());
        match self {
            Self::CompleteTrail => {
                log.cover(everything(case));
                seen::note(&mut log, case, |habit| seen::by_trail(habit, reference));
            }
            Self::EventHistory => {
                seen::note(&mut log, case, |habit| seen::by_event_history(habit, reference));
            }
            Self::ClientSide => {
                seen::note(&mut log, case, |habit| seen::by_sdk(habit, reference));
            }
            Self::GeneratedPolicies => {
                seen::note(&mut log, case, |habit| seen::by_generation(habit, reference));
            }
            Self::UnusedAccess => listing::note(&mut log, case, reference)?,
            Self::All => {
                let each = Self::ALL.into_iter().filter(|it| *it != Self::All);
                let logs = each.map(|it| it.logs(case, reference));
                return Some(logs.collect::<Option<Vec<_>>>()?.concat());
            }
        }
        Some(vec![log])
    }

    fn source(self) -> Source {
        match self {
            Self::CompleteTrail | Self::EventHistory | Self::All => Source::CloudTrail,
            Self::ClientSide => Source::ClientSide,
            Self::GeneratedPolicies | Self::UnusedAccess => Source::AccessAnalyzer,
        }
    }
}

/// Every management event in every enabled Region, since the first day.
fn everything(case: &Case) -> Stretch {
    Stretch {
        from: moment(-DAYS_BEFORE),
        to: as_of(),
        regions: Places::In(case.regions.clone()),
        management: true,
        data_of: BTreeSet::new(),
    }
}
