//! The shortest readable list of wildcard patterns for a set of actions, and back.
//!
//! A list of a thousand names does not fit a policy, and nobody reads it. [`compress`] writes it with wildcards so
//! that it matches *exactly* the set within the catalogue: nothing more, nothing less. [`expand`] is its inverse.
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
//! `s3:*`, `s3:Get*`, `ec2:*Tags`, `iam:*Role*`, `iam:Get*Role` and `iam:Get*Role*`, cut where a word of an action's name
//! starts or ends. (`iam:*Role*Policy` and the like spare next to nothing more and cost as much as all others together.) A
//! wildcard stands for at least two actions: `s3:*Location` is shorter than `s3:GetBucketLocation` and says less.
//! [`Readability::LastResort`] lifts the last two.
//!
//! # How
//!
//! Services are independent. For each, the most general patterns that match nothing unwanted are the candidates; the
//! cheapest choice of them and of written-out names is a weighted set cover, found greedily in two ways and from the
//! best list of prefixes, and improved by exchanges. The result depends on nothing but the set, the catalogue and the
//! settings.
//!
//! # Tomorrow
//!
//! A pattern that matches today's set exactly can match an action that AWS adds tomorrow. [`Wildcards`] says how much
//! of that is accepted, and [`drift`] measures it.

mod bits;
mod candidates;
mod cover;
mod generalize;
mod names;
mod words;

use crate::action::{AccessLevel, Action};
use crate::action_set::ActionSet;
use crate::ascii_case;
use crate::catalog::{ActionId, Catalog, CatalogAction, Service};
use crate::pattern::Pattern;
use bits::Bits;
use candidates::{Rules, candidates};
use cover::Problem;
use names::Names;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

pub use generalize::{Generalization, Generalized, TooLong, generalize};

/// What an element of a list costs in a policy beside its own characters: two quotes and a comma.
pub const ELEMENT_OVERHEAD: usize = 3;

/// The first words that name reading, and nothing but reading: a pattern of [`Wildcards::Stable`] starts with one.
///
/// Each is the start of more than a hundred actions, or of the batch form of such a one, and at least 97 % of them
/// have the level list or read; a test compares the catalogue. `View`, `Query` and `Download` do not reach that.
pub const READING_VERBS: [&str; 6] =
    ["BatchDescribe", "BatchGet", "Describe", "Get", "List", "Search"];

/// Which wildcards a list may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wildcards {
    /// Any that match nothing but the set today: the shortest list, and the one most open to what AWS adds
    #[default]
    Exact,
    /// Only those that are unlikely to grow, and then in no harm: they start with one of [`READING_VERBS`], match nothing
    /// but actions of the levels list and read, and keep at least two whole words beside the verb, as `Get*RolePolicy`
    /// and `ListRole*Policies` do; one that ends in the wildcard, as `GetRolePolicy*`, stands for at least three
    /// actions. Everything else is written out.
    ///
    /// What AWS adds is mostly a new kind of resource, which `Get*` matches, or a new detail of one, which `GetRole*`
    /// matches. Example `drift` measures it: over ten months these lists admit a sixteenth of what the exact ones do,
    /// and save a tenth of the characters where the exact ones save seven tenths.
    Stable,
    /// None: every action is written out, and nothing that AWS adds can get in
    None,
}

impl Wildcards {
    /// The setting's name on the command line and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Stable => "stable",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Wildcards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Wildcards {
    type Err = UnknownWildcards;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "exact" => Ok(Self::Exact),
            "stable" => Ok(Self::Stable),
            "none" => Ok(Self::None),
            _ => Err(UnknownWildcards { word: word.to_owned() }),
        }
    }
}

/// A word that names no [`Wildcards`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{word}` is not a choice of wildcards: `exact`, `stable` or `none`")]
pub struct UnknownWildcards {
    /// The word
    pub word: String,
}

/// How hard a list may be to read for being short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readability {
    /// Wildcards start and end where words do, and stand for two actions or more
    #[default]
    Words,
    /// Wildcards may also cut words and abridge a single name, as `s3:*nLo*` would: the last resort when a policy is too
    /// large. Slower by one to two orders of magnitude. Stable wildcards cut no words even so
    LastResort,
}

/// How to compress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Compression {
    /// Which wildcards the list may have
    pub wildcards: Wildcards,
    /// How hard it may be to read
    pub readability: Readability,
}

impl From<Wildcards> for Compression {
    fn from(wildcards: Wildcards) -> Self {
        Self { wildcards, ..Self::default() }
    }
}

/// The list of patterns that matches exactly `actions` within the catalogue: sorted, and never longer than the list of
/// the names.
#[must_use]
pub fn compress(actions: &ActionSet, catalog: &Catalog, how: Compression) -> Vec<Pattern> {
    let patterns = if how.wildcards == Wildcards::Exact && actions.len() == catalog.len() {
        everything(catalog)
    } else {
        let mut services: Vec<Task<'_>> = catalog
            .services()
            .map(|service| {
                let ids = service.ids().filter(|&id| actions.contains(id)).collect();
                Task { service, ids }
            })
            .filter(|task| !task.ids.is_empty())
            .collect();
        // The longest first, so that they are dealt out evenly.
        services.sort_by_key(|task| Reverse(task.ids.len()));
        let mut patterns = compress_services(&services, actions.len(), catalog, how);
        patterns.sort();
        patterns
    };
    debug_assert_eq!(&expand(&patterns, catalog), actions, "the list must match the set exactly");
    patterns
}

/// The wanted actions of one service.
struct Task<'c> {
    service: &'c Service,
    ids: Vec<ActionId>,
}

/// From how many actions on another thread pays.
const SHARED_FROM: usize = 1_000;

/// The patterns of each service, in no particular order. Services are independent, so they are shared out among two
/// threads where there is enough to do.
fn compress_services(
    tasks: &[Task<'_>],
    actions: usize,
    catalog: &Catalog,
    how: Compression,
) -> Vec<Pattern> {
    let share = |first: usize, of: usize| {
        let mut patterns = Vec::new();
        for task in tasks.iter().skip(first).step_by(of) {
            compress_service(task.service, &task.ids, catalog, how, &mut patterns);
        }
        patterns
    };
    if actions < SHARED_FROM {
        return share(0, 1);
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(|| share(1, 2));
        let mut patterns = share(0, 2);
        match other.join() {
            Ok(others) => patterns.extend(others),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        patterns
    })
}

/// The list for actions by their names, of which the catalogue may not know all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompressedNames {
    /// The patterns, sorted, and among them every unknown action as itself
    pub patterns: Vec<Pattern>,
    /// The actions that the catalogue does not know, newer than it or misspelt; sorted
    pub unknown: Vec<Action>,
}

/// As [`compress`], for actions by their names. What the catalogue does not know is written out: no wildcard stands for
/// it, even if one happens to match it.
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

/// The actions of `catalog` that some pattern matches.
#[must_use]
pub fn expand<'p>(patterns: impl IntoIterator<Item = &'p Pattern>, catalog: &Catalog) -> ActionSet {
    let mut actions = ActionSet::empty();
    for pattern in patterns {
        actions.union_with(&pattern.actions(catalog));
    }
    actions
}

/// How many characters the patterns take in a policy: each with its quotes and its comma.
#[must_use]
pub fn characters<'p>(patterns: impl IntoIterator<Item = &'p Pattern>) -> usize {
    patterns.into_iter().map(|pattern| pattern.as_str().len() + ELEMENT_OVERHEAD).sum()
}

/// An action that a pattern admits although nobody meant it when the list was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Admitted {
    /// The action
    pub action: Action,
    /// Its level in the newer catalogue
    pub level: AccessLevel,
    /// The first pattern of the list that admits it
    pub pattern: Pattern,
}

/// What a list made with the catalogue `made_with` admits beyond its set once the catalogue is `newer`: the actions
/// that `made_with` does not know and a wildcard matches, in the order of `newer`.
///
/// An action that the list writes out was meant, whether or not it was known.
#[must_use]
pub fn drift(patterns: &[Pattern], made_with: &Catalog, newer: &Catalog) -> Vec<Admitted> {
    let is_new = |id: &ActionId| made_with.find(&newer.action(*id).to_string()).is_none();
    let admitted = expand(patterns, newer);
    admitted.iter().filter(is_new).filter_map(|id| admission(patterns, newer.action(id))).collect()
}

fn admission(patterns: &[Pattern], action: CatalogAction<'_>) -> Option<Admitted> {
    let name = action.to_string();
    let mut matching = patterns.iter().filter(|pattern| pattern.matches(&name));
    let pattern = matching.next()?.clone();
    let written_out = pattern.is_literal() || matching.any(Pattern::is_literal);
    let action_name = (!written_out).then(|| name.parse().ok())??;
    Some(Admitted { action: action_name, level: action.level, pattern })
}

/// Whether the pattern could one day match a write that AWS adds: it has a wildcard, and does not start with one of
/// [`READING_VERBS`] as a word of its own.
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

fn everything(catalog: &Catalog) -> Vec<Pattern> {
    if catalog.is_empty() { Vec::new() } else { parsed("*".to_owned()).into_iter().collect() }
}

// INVARIANT: what is written here is a literal namespace, a colon, and letters of names with wildcards between them, or
// a single `*`; so it always parses, and the debug assertion in `compress` would notice if it did not.
fn parsed(text: String) -> Option<Pattern> {
    text.try_into().ok()
}

/// Adds the patterns for `ids`, actions of `service`.
fn compress_service(
    service: &Service,
    ids: &[ActionId],
    catalog: &Catalog,
    how: Compression,
    patterns: &mut Vec<Pattern>,
) {
    let namespace = &service.namespace;
    let mut write = |name: &str| patterns.extend(parsed(format!("{namespace}:{name}")));
    let at_least = match how.readability {
        Readability::Words => 2,
        Readability::LastResort => 1,
    };
    if how.wildcards == Wildcards::None || ids.len() < at_least {
        for &id in ids {
            write(catalog.name(id));
        }
        return;
    }
    if how.wildcards == Wildcards::Exact && ids.len() == service.ids().count() {
        write("*");
        return;
    }
    let names = Names::of(service.ids().map(|id| catalog.name(id)));
    let place = |id: ActionId| id.index() - service.actions.start.index();
    let mut wanted = Bits::none(names.len());
    wanted.extend(ids.iter().copied().map(place));
    let coverable = coverable(&wanted, service, catalog, how.wildcards);
    let overhead = namespace.len() + 1 + ELEMENT_OVERHEAD;
    let rules = Rules {
        wanted: &coverable,
        matchable: &coverable,
        unwanted: &Bits::all(names.len()).without(&coverable),
        at_least: to_u32(at_least),
        pinned: match how.wildcards {
            Wildcards::Stable => &pinned,
            Wildcards::Exact | Wildcards::None => &|_| Some(0),
        },
        accepts: &|glob, matched| how.wildcards != Wildcards::Stable || is_stable(glob, matched),
        overhead,
    };
    let spelt = || service.ids().map(|id| catalog.name(id));
    let mut found = candidates(&names, spelt(), words::words, &rules);
    if how.readability == Readability::LastResort && how.wildcards != Wildcards::Stable {
        found.extend(candidates(&names, spelt(), words::letters, &rules));
    }
    let costs: Vec<u32> =
        (0..names.len()).map(|place| to_u32(names.get(place).len() + overhead)).collect();
    let prices: Vec<u32> =
        found.iter().map(|candidate| to_u32(candidate.glob.len() + overhead)).collect();
    let problem =
        Problem { candidates: &found, wanted: &coverable, costs: &costs, prices: &prices };
    let cover = problem.solve();
    for candidate in cover.chosen.iter().filter_map(|&chosen| found.get(chosen)) {
        write(&candidate.glob);
    }
    for &id in ids {
        if cover.written_out.contains(place(id)) || !coverable.contains(place(id)) {
            write(catalog.name(id));
        }
    }
}

/// Which of the wanted names a wildcard may stand for.
fn coverable(wanted: &Bits, service: &Service, catalog: &Catalog, wildcards: Wildcards) -> Bits {
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

/// Lengths of names, which never saturate.
fn to_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// How many words beside the verb a stable pattern keeps.
const STABLE_WORDS: usize = 2;

/// How many actions a stable pattern stands for that ends in the wildcard.
const STABLE_FAMILY: u32 = 3;

/// Whether a pattern that starts with a reading verb and matches so many actions is stable.
fn is_stable(glob: &str, matched: u32) -> bool {
    let verb = READING_VERBS.iter().find(|verb| ascii_case::starts_with(glob, verb));
    let beside = glob
        .get(verb.map_or(0, |verb| verb.len())..)
        .unwrap_or_default()
        .split('*')
        .filter(|piece| !piece.is_empty());
    let kept: usize = beside.map(|piece| words::words(piece).len() - 1).sum();
    kept >= STABLE_WORDS && (matched >= STABLE_FAMILY || !glob.ends_with('*'))
}

/// How long the reading verb is with which a name starts as a word of its own.
fn pinned(name: &str) -> Option<usize> {
    let verb = READING_VERBS.iter().find(|verb| ascii_case::starts_with(name, verb))?;
    words::words(name).contains(&verb.len()).then_some(verb.len())
}

#[cfg(test)]
mod tests;
