//! The shortest readable list of wildcard patterns for a set of actions, and back.
//!
//! A list of a thousand names does not fit a policy, and nobody reads it. [`compress`] writes it
//! with wildcards so that it matches *exactly* the set within the catalogue: nothing more, nothing
//! less. [`expand`] is its inverse.
//!
//! ```
//! use leastwise_policy::catalog::Catalog;
//! use leastwise_policy::compress::{Compression, compress_names, expand};
//!
//! let catalog = Catalog::embedded();
//! let tags = ["sqs:TagQueue", "sqs:UntagQueue", "sqs:ListQueueTags", "sqs:GetNews"];
//! let actions: Vec<_> = tags.iter().map(|action| action.parse()).collect::<Result<_, _>>()?;
//! let list = compress_names(actions, catalog, Compression::default());
//!
//! // `GetNews` is not in the catalogue: it stands for itself, whatever else is matched.
//! let printed: Vec<_> = list.patterns.iter().map(|pattern| pattern.as_str()).collect();
//! assert_eq!(printed, ["sqs:*TagQueue", "sqs:GetNews", "sqs:ListQueueTags"]);
//! assert_eq!(list.unknown, ["sqs:GetNews".parse()?]);
//! assert_eq!(expand(&list.patterns, catalog).len(), 3);
//! # Ok::<(), leastwise_policy::action::ActionError>(())
//! ```
//!
//! # What a pattern may look like
//!
//! A pattern has one of the forms `s3:*`, `s3:Get*`, `ec2:*Tags`, `iam:*Role*`, `iam:Get*Role` and
//! `iam:Get*Role*`. (Others, such as `iam:*Role*Policy`, save next to nothing, and finding them
//! takes as long as finding all of these.) A name is cut only where one of its words starts or
//! ends. A wildcard stands for at least two actions: `s3:*Location` is shorter than
//! `s3:GetBucketLocation`, but says less. [`Readability::LastResort`] lifts the last two rules.
//!
//! # How
//!
//! Services are independent. For each, the candidates are the most general patterns that match
//! nothing unwanted. To choose the cheapest list of candidates and written-out names is a weighted
//! set cover. It starts from the best of three lists: two greedy ones, and the best list of
//! prefixes. Then exchanges improve it. The result depends on nothing but the set, the catalogue
//! and the settings.
//!
//! # Tomorrow
//!
//! A pattern that matches today's set exactly can match an action that AWS adds tomorrow.
//! [`Wildcards`] says how much of that is accepted, and [`drift()`] measures it.

mod bits;
mod candidates;
mod compressor;
mod cover;
mod drift;
mod generalize;
mod list;
mod names;
mod service;
mod stable;
mod wildcards;
mod words;

pub use compressor::Compressor;
pub use drift::{Admitted, drift};
pub use generalize::{Generalization, Generalized, TooLong, generalize};
pub use list::{ELEMENT_OVERHEAD, characters, expand};
pub use stable::{READING_VERBS, may_grow_in_harm};
pub use wildcards::{Compression, Readability, UnknownWildcards, Wildcards};

use crate::action::Action;
use crate::action_set::ActionSet;
use crate::catalog::Catalog;
use crate::pattern::Pattern;
use std::collections::BTreeSet;

/// The sorted list of patterns that matches exactly `actions` within the catalogue. It is never
/// longer than the list of the names.
///
/// ```
/// use leastwise_policy::catalog::Catalog;
/// use leastwise_policy::compress::{Wildcards, compress, expand};
/// use leastwise_policy::document::Document;
/// use leastwise_policy::pattern::Pattern;
/// use leastwise_policy::permissions::Permissions;
///
/// let catalog = Catalog::embedded();
/// let policy = Document::parse(
///     r#"{
///         "Version": "2012-10-17",
///         "Statement": [
///             {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
///             {"Effect": "Deny", "Action": "sqs:*Message*", "Resource": "*"}
///         ]
///     }"#,
/// )?;
/// let actions = Permissions::of([&policy]).actions(catalog);
/// let list = |wildcards: Wildcards| compress(&actions, catalog, wildcards.into());
/// let printed =
///     |wildcards| list(wildcards).iter().map(Pattern::to_string).collect::<Vec<_>>();
///
/// assert_eq!(printed(Wildcards::Exact), ["sqs:*Permission", "sqs:*Queue*"]);
/// assert_eq!(expand(&list(Wildcards::Exact), catalog), actions);
/// assert_eq!(
///     printed(Wildcards::None),
///     [
///         "sqs:AddPermission",
///         "sqs:CreateQueue",
///         "sqs:DeleteQueue",
///         "sqs:GetQueueAttributes",
///         "sqs:GetQueueUrl",
///         "sqs:ListDeadLetterSourceQueues",
///         "sqs:ListQueues",
///         "sqs:ListQueueTags",
///         "sqs:PurgeQueue",
///         "sqs:RemovePermission",
///         "sqs:SetQueueAttributes",
///         "sqs:TagQueue",
///         "sqs:UntagQueue",
///     ]
/// );
/// # Ok::<(), leastwise_policy::document::DocumentError>(())
/// ```
#[must_use]
pub fn compress(actions: &ActionSet, catalog: &Catalog, how: Compression) -> Vec<Pattern> {
    Compressor::new(catalog).compress(actions, how)
}

/// The list for actions that were given by name. The catalogue may not know all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompressedNames {
    /// The patterns, sorted. Every unknown action is among them as itself.
    pub patterns: Vec<Pattern>,
    /// The actions that the catalogue does not know, sorted: they are newer than it, or misspelt.
    pub unknown: Vec<Action>,
}

/// As [`compress`], for actions that are given by name. An action that the catalogue does not know
/// is written out, even if a wildcard happens to match it.
#[must_use]
pub fn compress_names(
    actions: impl IntoIterator<Item = Action>,
    catalog: &Catalog,
    how: Compression,
) -> CompressedNames {
    let (mut known, mut unknown) = (ActionSet::empty(), BTreeSet::new());
    for action in actions {
        if let Some(id) = catalog.find(action.as_str()) {
            known.insert(id);
        } else {
            unknown.insert(action);
        }
    }
    let mut patterns = compress(&known, catalog, how);
    patterns.extend(unknown.iter().cloned().map(Pattern::from));
    patterns.sort();
    CompressedNames { patterns, unknown: unknown.into_iter().collect() }
}

#[cfg(test)]
mod tests;
