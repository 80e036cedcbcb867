//! Policies as attached: where each comes from, and its text or why that is not known.

use chrono::{DateTime, Utc};
use leastwise_policy::document::{Document, DocumentError};
use std::fmt;
use thiserror::Error;

/// A policy that grants a principal permissions.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantingPolicy {
    /// Where it comes from.
    pub source: PolicySource,
    /// Its text, or why that is not known.
    pub document: Result<Document, UnreadableDocument>,
}

/// Where a granted permission comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// An inline policy of the principal.
    Inline {
        /// Policy name.
        name: String,
    },
    /// A managed policy attached to the principal.
    Managed {
        /// Policy ARN.
        arn: String,
    },
    /// An inline policy of a group that the user is in.
    GroupInline {
        /// Group name.
        group: String,
        /// Policy name.
        name: String,
    },
    /// A managed policy attached to a group that the user is in.
    GroupManaged {
        /// Group name.
        group: String,
        /// Policy ARN.
        arn: String,
    },
    /// A group that the user is in and of which nothing else is known.
    Group {
        /// Group name.
        group: String,
    },
}

impl PolicySource {
    /// The group by way of which it comes; `None` for what is the principal's own.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        match self {
            Self::Inline { .. } | Self::Managed { .. } => None,
            Self::GroupInline { group, .. }
            | Self::GroupManaged { group, .. }
            | Self::Group { group } => Some(group),
        }
    }
}

impl fmt::Display for PolicySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline { name } => write!(formatter, "inline policy `{name}`"),
            Self::Managed { arn } => write!(formatter, "managed policy `{arn}`"),
            Self::GroupInline { group, name } => {
                write!(formatter, "inline policy `{name}` of group `{group}`")
            }
            Self::GroupManaged { group, arn } => {
                write!(formatter, "managed policy `{arn}` of group `{group}`")
            }
            Self::Group { group } => write!(formatter, "group `{group}`"),
        }
    }
}

/// Why the text of a policy is not known. Never the same as "grants nothing".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnreadableDocument {
    /// The source names the policy without its text.
    #[error("its text is missing from the account data")]
    Missing,
    /// The text is not a policy document.
    #[error("its text is malformed: {0}")]
    Malformed(#[from] DocumentError),
    /// The source has an entry for it that cannot be read.
    #[error("{0}")]
    Entry(String),
    /// The source names the policy several times, with texts that differ.
    #[error("the account data has two texts for it that differ; save the account data again")]
    Differing,
}

/// A permissions boundary as attached.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// ARN of the managed policy that serves as the boundary.
    pub policy_arn: String,
    /// Its text, or why that is not known.
    pub document: Result<Document, UnreadableDocument>,
    /// Since when the policy has this text: when its default version was made. It may have been
    /// attached later. `None` when that is not known.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyVersion.html>.
    pub since: Option<DateTime<Utc>>,
}

/// A part of a principal's policies or boundary that could not be read, so that what it may do is
/// not known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnknownPermissions {
    /// A granting policy could not be read.
    #[error("what {origin} grants is unknown: {why}")]
    Policy {
        /// Display form of the [`PolicySource`].
        origin: String,
        /// Why.
        why: UnreadableDocument,
    },
    /// The permissions boundary could not be read.
    #[error("what permissions boundary `{policy_arn}` allows is unknown: {why}")]
    Boundary {
        /// ARN of the boundary policy.
        policy_arn: String,
        /// Why.
        why: UnreadableDocument,
    },
    /// The boundary that stood before ours could not be read, or not be carried over.
    #[error(
        "what its previous boundary `{policy_arn}` allows now is unknown, and no boundary of Leastwise may allow more: \
         {why}"
    )]
    Previous {
        /// ARN of the policy.
        policy_arn: String,
        /// Why.
        why: String,
    },
    /// The role's trust policy could not be read, so who acts as the role is not known.
    #[error("who may assume it is unknown, and with that what they need: {why}")]
    Trust {
        /// Why.
        why: UnreadableDocument,
    },
    /// What it was granted when the grace for new permissions began is not known.
    #[error("which of its permissions are new is unknown: {why}")]
    Earlier {
        /// Why.
        why: String,
    },
}

/// The documents of all policies, or the first that is not known.
pub(super) fn documents(policies: &[GrantingPolicy]) -> Result<Vec<&Document>, UnknownPermissions> {
    policies
        .iter()
        .map(|policy| {
            policy.document.as_ref().map_err(|why| UnknownPermissions::Policy {
                origin: policy.source.to_string(),
                why: why.clone(),
            })
        })
        .collect()
}
