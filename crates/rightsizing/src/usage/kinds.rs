//! Used, idle and unknown, and what they are said of.

use crate::evidence::Granularity;
use crate::evidence::witnesses::Source;
use crate::reach::{Reach, Reached};
use chrono::{DateTime, Utc};
use leastwise_policy::action::{AccessLevel, Action};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::ActionId;
use leastwise_policy::pattern::Pattern;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What is known of the use of a granted service or action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Last attempted inside the window, its edge included.
    Used {
        /// When.
        last: DateTime<Utc>,
        /// Who says so.
        by: Source,
    },
    /// Not attempted inside the window.
    Idle(Idle),
    /// Not known; never treated as idle.
    Unknown(Unknown),
}

impl Usage {
    /// Makes what is idle unknown instead, if it is spared.
    pub(super) fn spare_if(&mut self, is_spared: bool, why: Unknown) {
        if is_spared && matches!(self, Self::Idle(_)) {
            *self = Self::Unknown(why);
        }
    }
}

/// How a service or action is idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// No attempt in IAM's tracking period, which covers the whole window.
    Never,
    /// The last attempt was before the window.
    Stale {
        /// When.
        last: DateTime<Utc>,
    },
}

/// Why the use of a service or action is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// The report does not list it: IAM does not track it, or not yet.
    NotTracked,
    /// The report shows an attempt without its date.
    UndatedUse,
    /// Not used so far by a principal that is younger than the window.
    YoungerThanWindow,
    /// Not used, and when the principal was created is not known.
    AgeUnknown,
    /// No use is recorded, but an action that is used or unknown needs it, and AWS may use it on
    /// the principal's behalf without recording that.
    NeededByAnother,
    /// Not used so far, and granted only recently: it gets the time to be used for the first time.
    GrantedRecently,
    /// Not used so far, and granted only since the boundary in place was planned, which therefore
    /// denied it until it followed.
    FollowedLately,
    /// No use is recorded, and IAM keeps no last accessed data in the partition.
    PartitionNotWatched,
    /// No use is recorded, and the account has an enabled Region of which IAM does not keep last
    /// accessed data for the whole window.
    RegionNotWatched,
    /// No use is recorded in the window, and the report is older than
    /// [`MaxEvidenceAgeDays`](crate::settings::MaxEvidenceAgeDays).
    EvidenceIsOld,
    /// No use is recorded in the window, and another source of evidence that was to be read could
    /// not be.
    SourceNotRead,
    /// No use is recorded in the window, and a source that lists what is unused leaves it out: it
    /// saw use.
    SourcesDisagree,
    /// No use of the action is recorded, and IAM began to track it inside the window.
    TrackedTooBriefly,
    /// No use of the action is recorded, and since when IAM tracks it is not known.
    TrackedSinceUnknown,
    /// No use is recorded, and something else than an AWS API checks it.
    CheckedElsewhere,
    /// No use is recorded, but it undoes what is used.
    UndoesUsed,
    /// No use is recorded, but a service that acts as the role calls it when something fails.
    OnFailure,
    /// No use is recorded, but it is how a person looks after the own credentials.
    OwnCredentials,
}

impl Unknown {
    /// The reason as a word for scripts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotTracked => "not-tracked",
            Self::UndatedUse => "undated-use",
            Self::YoungerThanWindow => "younger-than-window",
            Self::AgeUnknown => "age-unknown",
            Self::NeededByAnother => "needed",
            Self::GrantedRecently => "granted-recently",
            Self::FollowedLately => "followed-lately",
            Self::PartitionNotWatched => "partition-not-watched",
            Self::RegionNotWatched => "region-not-watched",
            Self::EvidenceIsOld => "evidence-is-old",
            Self::SourceNotRead => "source-not-read",
            Self::SourcesDisagree => "sources-disagree",
            Self::TrackedTooBriefly => "tracked-too-briefly",
            Self::TrackedSinceUnknown => "tracked-since-unknown",
            Self::CheckedElsewhere => "checked-elsewhere",
            Self::UndoesUsed => "undoes-used",
            Self::OnFailure => "on-failure",
            Self::OwnCredentials => "own-credentials",
        }
    }

    /// Whether single actions were [spared](Spared), so that the rest of an idle service is idle.
    #[must_use]
    pub const fn is_of_spared(self) -> bool {
        matches!(
            self,
            Self::NeededByAnother
                | Self::CheckedElsewhere
                | Self::UndoesUsed
                | Self::OnFailure
                | Self::OwnCredentials
        )
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotTracked => "not in the service last accessed report",
            Self::UndatedUse => "the service last accessed report shows a use without its date",
            Self::YoungerThanWindow => "not used yet by a principal younger than the window",
            Self::AgeUnknown => "not used, and the age of the principal is unknown",
            Self::NeededByAnother => "not recorded as used, but needed by what is used",
            Self::GrantedRecently => "not used yet, and granted only recently",
            Self::FollowedLately => "newly granted since the boundary was planned",
            Self::PartitionNotWatched => "IAM keeps no last accessed data in this partition",
            Self::RegionNotWatched => "an enabled Region has no last accessed data of the window",
            Self::EvidenceIsOld => "the service last accessed report is too old to say so",
            Self::SourceNotRead => "a source of evidence could not be read, and may show its use",
            Self::SourcesDisagree => "not used by IAM's data, but used by another source's list",
            Self::TrackedTooBriefly => "not used since IAM tracks it, which is inside the window",
            Self::TrackedSinceUnknown => "not used, and since when IAM tracks it is unknown",
            Self::CheckedElsewhere => "not checked by an AWS API, so no use would be recorded",
            Self::UndoesUsed => "not recorded as used, but it undoes what is used",
            Self::OnFailure => "not used, but for the day on which something fails",
            Self::OwnCredentials => "not used, but for the person's own credentials",
        })
    }
}

/// An action of which no use is recorded and that is kept all the same: IAM would not have recorded
/// it, or it is for the day of need. It is unknown and not idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spared {
    /// The action.
    pub action: ActionId,
    /// Why.
    pub why: WhySpared,
}

/// Why an action is spared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhySpared {
    /// This action, which is kept, needs it.
    NeededBy(ActionId),
    /// It undoes this action, which is used.
    Undoes(ActionId),
    /// Something else than an AWS API checks it.
    CheckedElsewhere,
    /// A service that acts as the role calls it when something fails.
    OnFailure,
    /// It is how a person looks after the own credentials.
    OwnCredentials,
}

impl From<WhySpared> for Unknown {
    fn from(why: WhySpared) -> Self {
        match why {
            WhySpared::NeededBy(_) => Self::NeededByAnother,
            WhySpared::Undoes(_) => Self::UndoesUsed,
            WhySpared::CheckedElsewhere => Self::CheckedElsewhere,
            WhySpared::OnFailure => Self::OnFailure,
            WhySpared::OwnCredentials => Self::OwnCredentials,
        }
    }
}

/// A granted service and its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUsage {
    /// The IAM prefix, in lower case, for example `s3`.
    pub namespace: String,
    /// Used, idle or unknown, as a whole.
    pub usage: Usage,
    /// The highest access level among the granted actions; `None` when the catalogue knows none of
    /// them.
    pub level: Option<AccessLevel>,
    /// Whether single actions of a used service can be told apart: the report lists tracked actions
    /// of it.
    pub granularity: Granularity,
    /// Of a used service, those granted actions that IAM tracks, by name.
    pub actions: Vec<ActionUsage>,
    /// The strongest principal to which something opens a path that is granted in it; in a used
    /// service, something that lies idle. `None` where nothing does, or it is not asked.
    pub reach: Option<Reached>,
}

/// A granted action that IAM tracks, and its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionUsage {
    /// The action, as the catalogue spells it, or else as the report does.
    pub action: Action,
    /// Its place in the catalogue; `None` when the catalogue does not know it.
    pub id: Option<ActionId>,
    /// Its access level; `None` when the catalogue does not know it.
    pub level: Option<AccessLevel>,
    /// Used, idle or unknown.
    pub usage: Usage,
    /// Whether it is idle and left alone all the same, because it only reads:
    /// [`PreserveReads`](crate::settings::PreserveReads).
    pub preserved: bool,
    /// Whether a policy grants it whose grants do not count:
    /// [`IgnoredPolicies`](crate::settings::IgnoredPolicies).
    pub ignored: bool,
}

impl ActionUsage {
    /// How it is idle; `None` when it is not, or is left alone.
    #[must_use]
    pub fn idle(&self) -> Option<Idle> {
        match self.usage {
            Usage::Idle(idle) if !self.preserved && !self.ignored => Some(idle),
            Usage::Idle(_) | Usage::Used { .. } | Usage::Unknown(_) => None,
        }
    }
}

/// Everything a principal is granted, with its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalUsage {
    /// The granted services that count, in the order of their namespaces.
    pub services: Vec<ServiceUsage>,
    /// Those that do not, because [`IgnoredPolicies`](crate::settings::IgnoredPolicies) grant all
    /// of them that is granted.
    pub ignored_services: Vec<ServiceUsage>,
    /// The granted actions that the catalogue knows.
    pub granted: ActionSet,
    /// Those of them that [`IgnoredPolicies`](crate::settings::IgnoredPolicies) grant.
    pub ignored: ActionSet,
    /// Those of which no use is recorded and that are kept all the same. Ascending.
    pub spared: Vec<Spared>,
    /// What was used in the window though no identity policy grants it: something else does, such
    /// as a resource policy, or the attempts were denied.
    pub used_otherwise: UsedOtherwise,
    /// The patterns by which a policy grants something of which the catalogue knows nothing, by
    /// service; of a service that the catalogue does not know at all, only where nothing grants it
    /// but such patterns.
    pub uncatalogued: BTreeMap<String, BTreeSet<Pattern>>,
    /// What was attempted after the principal's own Leastwise boundary stopped it, in the order of
    /// the services.
    pub suspected_breaks: Vec<StoppedAttempt>,
    /// The catalogued actions that the principal's own Leastwise boundary
    /// [followed lately](Unknown::FollowedLately).
    pub followed_lately: ActionSet,
    /// The services of which identity policies granted something since the principal's own
    /// Leastwise boundary was planned, which that denies and what stood before it allowed. In their
    /// order, in lower case.
    pub newly_denied: Vec<String>,
    /// Why it is not known whether there are such; `None` where it is.
    pub newly_denied_unknown: Option<String>,
    /// The idle services, and idle actions of used ones, that another source lists as unused, too,
    /// with that source. In their order.
    pub agreed: Vec<(String, Source)>,
    /// How deep the evidence goes.
    pub granularity: Granularity,
    /// What the principal can become.
    pub reach: KnownReach,
}

/// What is known of what a principal can become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownReach {
    /// [`Weighting`](crate::settings::Weighting) does not ask for it.
    NotAsked,
    /// It is not known, since the account is not known as a whole, or this is a group.
    Unknown,
    /// All of it.
    Known(Reach),
}

/// What was used though no identity policy grants it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsedOtherwise {
    /// Services of which nothing is granted, in lower case.
    pub services: BTreeSet<String>,
    /// Catalogued actions of services of which something else is granted.
    pub actions: ActionSet,
}

/// An attempt that a Leastwise boundary stopped, although the principal's policies grant it: denied
/// attempts are in the report like all others.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoppedAttempt {
    /// A service, or an action where the report tells actions apart.
    pub what: String,
    /// The last attempt.
    pub last: DateTime<Utc>,
    /// How often AWS said that the boundary denied it, since when; `None`: that is concluded from
    /// the attempt alone.
    pub proof: Option<Proof>,
}

/// What proves that a boundary stopped something: AWS named it as the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// The first of these denials.
    pub first: DateTime<Utc>,
    /// How many there were.
    pub count: u64,
}

impl PrincipalUsage {
    /// The services of which nothing can be said, each with the reason.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, Unknown)> {
        self.services.iter().filter_map(|service| match service.usage {
            Usage::Unknown(why) => Some((service.namespace.as_str(), why)),
            Usage::Used { .. } | Usage::Idle(_) => None,
        })
    }
}
