//! How much of a service's resource policies was read.

use std::fmt;

/// How much of a service's resource policies was read, from least to most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// Nobody looked.
    NotRead,
    /// Some may be missing.
    Partial {
        /// Which, and why.
        why: String,
    },
    /// All of them: every enabled Region, every kind of resource that can carry one.
    Complete,
}

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRead => formatter.write_str("its resource policies were not read"),
            Self::Partial { why } => {
                write!(formatter, "not all resource policies were read: {why}")
            }
            Self::Complete => formatter.write_str("all of its resource policies were read"),
        }
    }
}
