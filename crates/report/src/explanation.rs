//! Why one principal has its index, and what its boundary would change: everything that is known of
//! it, with what is not, and what would settle that.

mod doubts;
mod grants;
mod points;
mod sources;

pub use doubts::Doubt;
pub use grants::{Granted, Granting};
pub use points::{Actions, InUse, Part, Points};
pub use sources::{Confidence, SourceSaid};

use crate::entry::Entry;
use chrono::{DateTime, Utc};
use doubts::Asking;
use leastwise_rightsizing::evidence::{Evidence, ReportError};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::score::{Weight, Weights};
use leastwise_rightsizing::settings::{Judging, Weighting};
use leastwise_rightsizing::usage::PrincipalUsage;
use leastwise_rightsizing::verdict::NotJudged;
use serde::Serialize;

/// Everything that is said of one principal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// What a scan says of it.
    #[serde(flatten)]
    pub entry: Entry,
    /// The moment as of which it is judged.
    pub as_of: DateTime<Utc>,
    /// For how many days a service may lie unused before it is idle.
    pub unused_after_days: u16,
    /// When the window began.
    pub window_start: DateTime<Utc>,
    /// How services are weighed.
    pub weighting: Weighting,
    /// What the known grants weigh, idle or used: the index is the idle share of it. Absent where
    /// nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_weight: Option<Weight>,
    /// What each service adds to the index; together they are the index.
    pub points: Vec<Points>,
    /// What is used, by its weight.
    pub in_use: Vec<InUse>,
    /// Which statements grant what is idle.
    pub grants: Vec<Granting>,
    /// When IAM saw a role used last, in whatever service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<DateTime<Utc>>,
    /// The evidence.
    pub sources: Vec<SourceSaid>,
    /// What is not known, and what would settle it.
    pub doubts: Vec<Doubt>,
}

/// How a principal was judged, and by what.
#[derive(Debug)]
pub struct Judged<'a> {
    /// The principal.
    pub principal: &'a Principal,
    /// The evidence on it, or why there is none.
    pub evidence: Result<&'a Evidence, &'a ReportError>,
    /// Its use; `None` where it is not known.
    pub usage: Option<&'a PrincipalUsage>,
    /// Why it has no index.
    pub not_judged: Option<&'a NotJudged>,
    /// How use is judged.
    pub judging: &'a Judging,
    /// The moment as of which it is judged.
    pub as_of: DateTime<Utc>,
}

impl Explanation {
    /// What is said of a principal beside what the scan says, its `entry`.
    #[must_use]
    pub fn of(judged: &Judged<'_>, entry: Entry) -> Self {
        let &Judged { principal, evidence, usage, not_judged, judging, as_of } = judged;
        let weighting = judging.weighting;
        let asking = Asking { principal, evidence: evidence.ok(), judging, as_of };
        let drivers = entry.score.as_ref().map(|score| score.drivers.as_slice());
        let drivers = drivers.unwrap_or_default();
        let weights = usage.map(|usage| Weights::of(&usage.services, weighting));
        let mut doubts: Vec<Doubt> =
            not_judged.map(|why| asking.not_judged(why)).into_iter().collect();
        doubts.extend(usage.map(|usage| asking.of_use(usage)).unwrap_or_default());
        Self {
            as_of,
            unused_after_days: judging.unused_after.days(),
            window_start: judging.unused_after.window_start(as_of),
            weighting,
            known_weight: weights.map(Weights::known),
            points: usage
                .map(|usage| points::points(usage, drivers, weighting))
                .unwrap_or_default(),
            in_use: usage.map(|usage| points::in_use(usage, weighting)).unwrap_or_default(),
            grants: usage
                .map(|usage| grants::grants(principal, usage, weighting))
                .unwrap_or_default(),
            last_used: principal.last_used,
            sources: evidence
                .map(|evidence| sources::sources(evidence, judging, as_of))
                .unwrap_or_default(),
            doubts,
            entry,
        }
    }

    /// What is said of a principal of which the account data cannot be read: why, in its `entry`.
    #[must_use]
    pub fn unreadable(entry: Entry, judging: &Judging, as_of: DateTime<Utc>) -> Self {
        let doubt = Doubt {
            why: "unreadable",
            reason: entry.not_judged.clone().unwrap_or_default(),
            what: Vec::new(),
            settle: "save the account again: aws iam get-account-authorization-details".to_owned(),
            until: None,
        };
        Self {
            entry,
            as_of,
            unused_after_days: judging.unused_after.days(),
            window_start: judging.unused_after.window_start(as_of),
            weighting: judging.weighting,
            known_weight: None,
            points: Vec::new(),
            in_use: Vec::new(),
            grants: Vec::new(),
            last_used: None,
            sources: Vec::new(),
            doubts: vec![doubt],
        }
    }
}
