//! The evidence: each source with its age, and how far it can be gone by.

use chrono::{DateTime, Utc};
use leastwise_rightsizing::evidence::witnesses::{Coverage, Source};
use leastwise_rightsizing::evidence::{EnabledRegions, Evidence, Granularity, LastAccessedReport};
use leastwise_rightsizing::settings::{Judging, UntrackedRegions};
use serde::Serialize;
use std::collections::BTreeSet;

/// A source of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceSaid {
    /// Who.
    pub source: Source,
    /// Until when it looked; `null` where it does not say.
    pub until: Option<DateTime<Utc>>,
    /// How many whole days that is ago.
    pub age_days: Option<i64>,
    /// How far it can be gone by.
    pub confidence: Confidence,
    /// What it says, for people.
    pub says: String,
    /// Why it can be gone by so far and no further, for people.
    pub why: String,
}

/// How far a source can be gone by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// What it shows is used, and what it does not show is not.
    UseAndIdleness,
    /// The same, on an assumption that nobody has checked.
    OnAnAssumption,
    /// What it shows is used; what it does not show is not known.
    UseOnly,
}

impl Confidence {
    /// For people.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::UseAndIdleness => "shows use and idleness",
            Self::OnAnAssumption => "shows use, and idleness on an assumption",
            Self::UseOnly => "shows use only",
        }
    }
}

/// What each source says of a principal: IAM first, then the others in the order of their names.
pub(super) fn sources(
    evidence: &Evidence,
    judging: &Judging,
    as_of: DateTime<Utc>,
) -> Vec<SourceSaid> {
    let from = judging.unused_after.window_start(as_of);
    let regions = match &evidence.regions {
        EnabledRegions::NotAsked => None,
        EnabledRegions::Known(regions) => Some(regions),
    };
    let others: BTreeSet<Source> = evidence
        .sightings
        .coverage()
        .map(|(source, _)| source)
        .chain(evidence.sightings.uses().map(|(_, seen)| seen.by))
        .collect();
    let other = |source| {
        let coverage = evidence.sightings.coverage().find(|(it, _)| *it == source);
        let seen = evidence.sightings.uses().filter(|(_, seen)| seen.by == source).count();
        of_other(source, coverage.map(|(_, coverage)| coverage), seen, regions, from, as_of)
    };
    let mut sources = vec![of_iam(evidence, judging, as_of)];
    sources.extend(others.into_iter().map(other));
    sources
}

fn of_iam(evidence: &Evidence, judging: &Judging, as_of: DateTime<Utc>) -> SourceSaid {
    let report = &evidence.report;
    let most = judging.max_evidence_age.days();
    let oldest = judging.oldest_report(as_of);
    let from = judging.unused_after.window_start(as_of);
    let unwatched: Vec<&str> = evidence.regions.unwatched_at(from).collect();
    let counts_regions = judging.untracked_regions == UntrackedRegions::Unknown;
    let (confidence, why) = if report.completed().is_none_or(|made| made < oldest) {
        let why = format!("it is older than {most} days (MaxEvidenceAgeDays), or has no date");
        (Confidence::UseOnly, why)
    } else if counts_regions && !unwatched.is_empty() {
        let why = format!("IAM has no data of the whole window of {}", unwatched.join(", "));
        (Confidence::UseOnly, why)
    } else if counts_regions && evidence.regions == EnabledRegions::NotAsked {
        let why = "the enabled Regions are not named: those that IAM tracks are taken for all";
        (Confidence::OnAnAssumption, why.to_owned())
    } else if !counts_regions {
        let why =
            "of Regions that IAM does not track it is taken for granted that nothing runs there";
        (Confidence::OnAnAssumption, why.to_owned())
    } else {
        (Confidence::UseAndIdleness, "it is recent, of every enabled Region".to_owned())
    };
    SourceSaid {
        source: Source::LastAccessed,
        until: report.completed(),
        age_days: report.completed().map(|made| (as_of - made).num_days()),
        confidence,
        says: said_by(report),
        why,
    }
}

fn said_by(report: &LastAccessedReport) -> String {
    let services = report.services().len();
    let told_apart = report.services().filter(|it| !it.tracked_actions_last_accessed.is_empty());
    match report.granularity() {
        Granularity::Service => {
            format!("services listed: {services}; single actions not asked for")
        }
        Granularity::Action => format!(
            "services listed: {services}; of {} of them single actions are told apart",
            told_apart.count()
        ),
    }
}

fn of_other(
    source: Source,
    coverage: Option<&Coverage>,
    seen: usize,
    regions: Option<&BTreeSet<String>>,
    from: DateTime<Utc>,
    as_of: DateTime<Utc>,
) -> SourceSaid {
    let until = coverage.and_then(|coverage| coverage.stretches().iter().map(|it| it.to).max());
    let saw_all = coverage.is_some_and(|it| it.saw_management(regions, from, as_of));
    let (confidence, why) = if saw_all {
        let why = "it would have seen every management event of the window";
        (Confidence::UseAndIdleness, why)
    } else {
        (Confidence::UseOnly, "it does not say that it would have seen every call of the window")
    };
    SourceSaid {
        source,
        until,
        age_days: until.map(|until| (as_of - until).num_days()),
        confidence,
        says: format!("actions and services seen last by it: {seen}"),
        why: why.to_owned(),
    }
}
