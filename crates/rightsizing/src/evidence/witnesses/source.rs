//! Who says that something was used.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a piece of evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// IAM's service last accessed data.
    LastAccessed,
    /// Records of AWS CloudTrail.
    CloudTrail,
    /// Policies that IAM Access Analyzer generates from CloudTrail.
    AccessAnalyzer,
    /// What AWS SDKs tell of their own calls: client-side monitoring.
    ClientSide,
    /// A usage file that another tool wrote.
    Other,
}

impl Source {
    /// The source as a word for scripts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LastAccessed => "last-accessed",
            Self::CloudTrail => "cloud-trail",
            Self::AccessAnalyzer => "access-analyzer",
            Self::ClientSide => "client-side",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::LastAccessed => "IAM",
            Self::CloudTrail => "CloudTrail",
            Self::AccessAnalyzer => "Access Analyzer",
            Self::ClientSide => "client-side monitoring",
            Self::Other => "a usage file",
        })
    }
}
