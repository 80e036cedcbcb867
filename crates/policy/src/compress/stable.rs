//! Which wildcards are unlikely to match what AWS adds.

use super::bits::Bits;
use super::wildcards::Wildcards;
use super::words::words;
use crate::action::AccessLevel;
use crate::ascii_case;
use crate::catalog::{ActionId, Catalog, Service};
use crate::pattern::Pattern;

/// The verbs that name reading and nothing else. Every pattern of [`Wildcards::Stable`] starts with
/// one.
///
/// More than a hundred actions start with each of them, or with the verb of which it is the batch
/// form. At least 97 % of its actions have the level list or read; a test asks the catalogue.
/// `View`, `Query` and `Download` do not reach that.
pub const READING_VERBS: [&str; 6] =
    ["BatchDescribe", "BatchGet", "Describe", "Get", "List", "Search"];

/// Whether the pattern could one day match a write that AWS adds: it has a wildcard, and does not
/// start with one of [`READING_VERBS`] as a word of its own.
#[must_use]
pub fn may_grow_in_harm(pattern: &Pattern) -> bool {
    let name = pattern.as_str().split_once(':').map_or("", |(_, name)| name);
    let is_word = |verb: &&str| {
        ascii_case::starts_with(name, verb)
            && name.as_bytes().get(verb.len()).is_some_and(|next| !next.is_ascii_lowercase())
    };
    let reads = pattern.service_literal().is_some() && READING_VERBS.iter().any(is_word);
    !pattern.is_literal() && !reads
}

/// Which of the wanted names a wildcard may stand for.
pub(super) fn coverable(
    wanted: &Bits,
    service: &Service,
    catalog: &Catalog,
    wildcards: Wildcards,
) -> Bits {
    if wildcards != Wildcards::Stable {
        return wanted.clone();
    }
    let reads =
        |id: ActionId| matches!(catalog.action(id).level, AccessLevel::List | AccessLevel::Read);
    let mut coverable = Bits::none(service.ids().count());
    let places = (0..).zip(service.ids());
    coverable.extend(places.filter(|&(_, id)| reads(id)).map(|(place, _)| place));
    coverable.and(wanted)
}

/// How many words beside the verb a stable pattern keeps.
const STABLE_WORDS: usize = 2;

/// How many actions a stable pattern must stand for if it ends in the wildcard.
const STABLE_FAMILY: u32 = 3;

/// Whether a pattern that starts with a reading verb and matches so many actions is stable.
pub(super) fn is_stable(glob: &str, matched: u32) -> bool {
    let verb = READING_VERBS.iter().find(|verb| ascii_case::starts_with(glob, verb));
    let beside = glob
        .get(verb.map_or(0, |verb| verb.len())..)
        .unwrap_or_default()
        .split('*')
        .filter(|piece| !piece.is_empty());
    let kept: usize = beside.map(|piece| words(piece).len() - 1).sum();
    kept >= STABLE_WORDS && (matched >= STABLE_FAMILY || !glob.ends_with('*'))
}

/// The length of the reading verb that is the first word of the name; `None` if there is none.
pub(super) fn pinned(name: &str) -> Option<usize> {
    let verb = READING_VERBS.iter().find(|verb| ascii_case::starts_with(name, verb))?;
    words(name).contains(&verb.len()).then_some(verb.len())
}
