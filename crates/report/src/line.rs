//! What is kept of each principal once it is added up: a row of the page.

use crate::entry::{Entry, Planned, WeightsJson};
use crate::tally::Id;
use crate::trend::Trend;
use leastwise_rightsizing::score::{CreepIndex, Driver, Weights};
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use std::collections::BTreeMap;

/// How many of a principal's drivers its row names.
const DRIVERS: usize = 3;

/// One principal in a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) principal: String,
    pub(crate) index: Option<u8>,
    pub(crate) is_above: bool,
    pub(crate) not_judged: Option<&'static str>,
    pub(crate) weights: Option<Weights>,
    pub(crate) counts: Option<Counts>,
    pub(crate) drivers: Vec<Driver>,
    /// How strong the strongest principal is that it reaches; `None` where that was not asked, or
    /// there is none.
    pub(crate) reaches: Option<String>,
    pub(crate) plan: LinePlan,
    pub(crate) breaks: Breaks,
    pub(crate) standing: String,
    pub(crate) tallies: Vec<Id>,
}

/// Granted services of one principal, by their use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) granted: usize,
    pub(crate) used: usize,
    pub(crate) never_used: usize,
    pub(crate) stale: usize,
    pub(crate) unknown: usize,
}

/// What came of planning, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LinePlan {
    Planned { after: Option<u8>, characters: usize, warnings: usize },
    Refused(&'static str),
}

/// What the boundary in place may have broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaks {
    None,
    Suspected,
    Proved,
}

impl Line {
    /// What is kept of an entry that is in these sums.
    pub(crate) fn of(entry: &Entry, tallies: Vec<Id>) -> Self {
        let score = entry.score.as_ref();
        let reach = score.and_then(|score| score.reach.as_ref());
        Self {
            principal: entry.principal.clone(),
            index: entry.index.map(CreepIndex::value),
            is_above: entry.fails(),
            not_judged: entry.not_judged_type,
            weights: entry.weights.as_ref().map(WeightsJson::weights),
            counts: score.map(|score| Counts {
                granted: score.granted,
                used: score.used,
                never_used: score.never_used,
                stale: score.stale,
                unknown: score.unknown.len(),
            }),
            drivers: score
                .map(|score| score.drivers.iter().take(DRIVERS).cloned().collect())
                .unwrap_or_default(),
            reaches: reach
                .and_then(|reach| reach.strongest.as_ref())
                .map(|reached| reached.strength.to_string()),
            plan: LinePlan::of(&entry.planned),
            breaks: match entry.breaks() {
                (_, 1..) => Breaks::Proved,
                (1.., 0) => Breaks::Suspected,
                (0, 0) => Breaks::None,
            },
            standing: standing(entry),
            tallies,
        }
    }

    /// Whether it has an index and uses nothing that it is granted, and something is granted.
    pub(crate) fn uses_nothing(&self) -> bool {
        self.index == Some(100)
            && self.counts.is_some_and(|it| it.used == 0 && it.unknown == 0 && it.granted > 0)
    }
}

impl LinePlan {
    fn of(planned: &Planned) -> Self {
        match planned {
            Planned::Plan(plan) => Self::Planned {
                after: plan.expected_index,
                characters: plan.characters,
                warnings: plan.warnings.len(),
            },
            Planned::Refused(refused) => Self::Refused(refused.error),
        }
    }
}

/// What stands on the principal, a letter each: `o` a boundary of Leastwise's own, `b` one of
/// others, `h` a hold, `n` a notice, `q` a quarantine.
fn standing(entry: &Entry) -> String {
    let standing = &entry.standing;
    let boundary = standing.boundary_in_place.as_ref();
    let letters = [
        ('o', boundary.is_some_and(|it| it.is_ours)),
        ('b', boundary.is_some_and(|it| !it.is_ours)),
        ('h', standing.hold.is_some()),
        ('n', standing.notice.is_some()),
        ('q', standing.quarantined),
    ];
    letters.into_iter().filter(|(_, is_so)| *is_so).map(|(letter, _)| letter).collect()
}

/// What the page calls the members of a row, in their order.
pub(crate) const COLUMNS: [&str; 19] = [
    "name",
    "index",
    "above",
    "notJudged",
    "idleWeight",
    "granted",
    "used",
    "never",
    "stale",
    "unknown",
    "drivers",
    "reaches",
    "refused",
    "after",
    "characters",
    "breaks",
    "standing",
    "earlier",
    "named",
];

/// A row as the page reads it: an array, since thousands of them have the same members. Behind the
/// [`COLUMNS`] stand the places of its sums among those that the page names.
pub(crate) struct Row<'a> {
    pub(crate) line: &'a Line,
    pub(crate) earlier: Option<u8>,
    pub(crate) named: Vec<usize>,
}

impl<'a> Row<'a> {
    /// The row of a principal, with the index that it had, and the `places` of those of its sums
    /// that have one.
    pub(crate) fn of(line: &'a Line, trend: &Trend, places: &BTreeMap<Id, usize>) -> Self {
        let named = line.tallies.iter().filter_map(|id| places.get(id).copied());
        Self { line, earlier: trend.index_of(&line.principal), named: named.collect() }
    }
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { line, earlier, named } = self;
        let count = |of: fn(&Counts) -> usize| line.counts.as_ref().map(of);
        let (refused, after, characters) = match &line.plan {
            LinePlan::Planned { after, characters, .. } => (None, *after, Some(*characters)),
            LinePlan::Refused(error) => (Some(*error), None, None),
        };
        let drivers: Vec<(&str, u8)> =
            line.drivers.iter().map(|it| (it.service.as_str(), it.points)).collect();
        let mut row = serializer.serialize_seq(None)?;
        row.serialize_element(&line.principal)?;
        row.serialize_element(&line.index)?;
        row.serialize_element(&u8::from(line.is_above))?;
        row.serialize_element(&line.not_judged)?;
        row.serialize_element(&line.weights.map(|weights| weights.idle))?;
        row.serialize_element(&count(|it| it.granted))?;
        row.serialize_element(&count(|it| it.used))?;
        row.serialize_element(&count(|it| it.never_used))?;
        row.serialize_element(&count(|it| it.stale))?;
        row.serialize_element(&count(|it| it.unknown))?;
        row.serialize_element(&drivers)?;
        row.serialize_element(&line.reaches)?;
        row.serialize_element(&refused)?;
        row.serialize_element(&after)?;
        row.serialize_element(&characters)?;
        row.serialize_element(match line.breaks {
            Breaks::None => "",
            Breaks::Suspected => "suspected",
            Breaks::Proved => "proved",
        })?;
        row.serialize_element(&line.standing)?;
        row.serialize_element(earlier)?;
        row.serialize_element(named)?;
        row.end()
    }
}
