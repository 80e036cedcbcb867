//! Why a principal is not judged.

use crate::evidence::ReportError;
use crate::exemption::Exemption;
use crate::iam::UnknownPermissions;
use crate::score::UnknownScore;
use thiserror::Error;

/// Why a principal gets no index.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotJudged {
    /// It is exempt.
    #[error("{0}")]
    Exempt(Exemption),
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
}

impl NotJudged {
    /// Whether this is as it should be, and not for want of knowledge.
    #[must_use]
    pub fn is_exemption(&self) -> bool {
        matches!(self, Self::Exempt(_) | Self::NoMembers)
    }
}
