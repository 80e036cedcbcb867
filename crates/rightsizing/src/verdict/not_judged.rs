//! Why a principal is not judged.

use crate::evidence::ReportError;
use crate::exemption::{Exemption, UnreadableExemption};
use crate::iam::UnknownPermissions;
use crate::score::UnknownScore;
use crate::settings::MinimumKnownPercent;
use thiserror::Error;

/// Why a principal gets no index.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotJudged {
    /// It is exempt.
    #[error("{0}")]
    Exempt(Exemption),
    /// Its tags are meant to exempt it.
    #[error("it is meant to be exempt, and its tags cannot be read: {0}")]
    ExemptionUnreadable(#[from] UnreadableExemption),
    /// IAM keeps no last accessed data where it is, so that every use would be unknown.
    #[error(
        "IAM keeps no last accessed data in partition `{partition}`, so nobody there is judged"
    )]
    PartitionNotWatched {
        /// The partition of its ARN.
        partition: String,
    },
    /// It is new.
    #[error("created {days} days ago; judged once it is {minimum} days old")]
    New {
        /// Its age in whole days.
        days: i64,
        /// The setting.
        minimum: u16,
    },
    /// It is in quarantine.
    #[error(
        "in quarantine, so what it may do now is not what it is granted; judged again once it is released"
    )]
    Quarantined,
    /// It is a group that nobody is in.
    #[error("it has no members, so nobody has what it grants")]
    NoMembers,
    /// What it may do is unknown.
    #[error(transparent)]
    Permissions(#[from] UnknownPermissions),
    /// There is no usable report on it.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The external service's index of it is unknown.
    #[error(transparent)]
    External(#[from] UnknownScore),
    /// Nothing is known of the use of any granted service.
    #[error("the use of none of its {granted} granted services is known")]
    NothingKnown {
        /// How many services are granted.
        granted: usize,
    },
    /// Too little is known of the use of what is granted.
    #[error(
        "the use of {known} % of its grants by weight is known ({unknown} of {granted} services unknown), less than \
         {} ({minimum})",
        MinimumKnownPercent::NAME
    )]
    TooLittleKnown {
        /// The known share of the weight of what is granted, in per cent, rounded down.
        known: u8,
        /// How many services are granted.
        granted: usize,
        /// Of how many of them the use is unknown as a whole.
        unknown: usize,
        /// The setting.
        minimum: MinimumKnownPercent,
    },
}

impl NotJudged {
    /// The stable type, for scripts.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Exempt(_) => "exempt",
            Self::ExemptionUnreadable(_) => "exemption-unreadable",
            Self::PartitionNotWatched { .. } => "partition-not-watched",
            Self::New { .. } => "new",
            Self::Quarantined => "quarantined",
            Self::NoMembers => "no-members",
            Self::Permissions(_) => "permissions-unknown",
            Self::Report(_) => "no-usable-report",
            Self::External(_) => "external-score-unknown",
            Self::NothingKnown { .. } => "nothing-known",
            Self::TooLittleKnown { .. } => "too-little-known",
        }
    }

    /// Whether this is as it should be, and not for want of knowledge.
    #[must_use]
    pub fn is_exemption(&self) -> bool {
        matches!(self, Self::Exempt(_) | Self::NoMembers)
    }
}
