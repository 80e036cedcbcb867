//! A list of patterns: what it matches, and how long it is.

use crate::action_set::ActionSet;
use crate::catalog::Catalog;
use crate::pattern::Pattern;

/// What an element of a list costs in a policy beside its own characters: two quotes and a comma.
pub const ELEMENT_OVERHEAD: usize = 3;

/// The actions of `catalog` that some pattern matches.
#[must_use]
pub fn expand<'p>(patterns: impl IntoIterator<Item = &'p Pattern>, catalog: &Catalog) -> ActionSet {
    Pattern::actions_of_all(patterns, catalog)
}

/// How many characters the patterns take in a policy: each with its quotes and its comma.
#[must_use]
pub fn characters<'p>(patterns: impl IntoIterator<Item = &'p Pattern>) -> usize {
    patterns.into_iter().map(|pattern| pattern.as_str().len() + ELEMENT_OVERHEAD).sum()
}

// INVARIANT: the text is a single `*`, or a namespace, a colon, and letters of names with wildcards
// between them. So it always parses; the debug assertion in `compress` would notice if it did not.
pub(super) fn parsed(text: String) -> Option<Pattern> {
    text.try_into().ok()
}

/// A length of a name in 32 bits. It never saturates.
pub(super) fn to_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
