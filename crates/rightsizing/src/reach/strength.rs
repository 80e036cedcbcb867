//! How strong a principal is: what may be done by whoever acts as it.

use leastwise_policy::action::AccessLevel;
use serde::{Serialize, Serializer};
use std::fmt;

/// How strong a principal is, from weakest to strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Nothing is granted to it.
    Nothing,
    /// The highest access level of what it is granted.
    Level(AccessLevel),
    /// What it is granted cannot be read, so that it may be anything.
    Unknown,
    /// It may grant itself more, as far as its boundary allows.
    Administrator,
}

impl Strength {
    /// The access level as which it counts; `None` where nothing is granted. An administrator
    /// manages permissions, and so may whoever cannot be read.
    #[must_use]
    pub fn level(self) -> Option<AccessLevel> {
        match self {
            Self::Nothing => None,
            Self::Level(level) => Some(level),
            Self::Unknown | Self::Administrator => Some(AccessLevel::PermissionsManagement),
        }
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Nothing => "nothing",
            Self::Level(level) => level.as_str(),
            Self::Unknown => "unknown",
            Self::Administrator => "administrator",
        })
    }
}

impl Serialize for Strength {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
