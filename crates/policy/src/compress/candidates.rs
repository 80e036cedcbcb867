//! The patterns that might stand in the list: for each wanted action, the most general ones that
//! match nothing unwanted.
//!
//! A pattern is made of one or two *pieces*. A piece is a run of words of one wanted name, at its
//! start, inside it or at its end. `*` stands between and around the pieces. A longer piece matches
//! less, and so does one piece more. So the search takes a pattern that matches nothing unwanted
//! and does not refine it: a refinement would be longer and match less. It drops a pattern that
//! matches too little. Few patterns are left; the search finds them by intersecting the sets of
//! names that hold each piece.

use super::bits::Bits;
use super::names::{Names, find};
use crate::hash::BuildSmallKeyHasher;
use std::collections::HashMap;
use std::ops::Range;

/// A pattern that matches some of the wanted names and nothing unwanted.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The pattern after the colon.
    pub(super) glob: String,
    /// The names it matches.
    pub(super) covers: Bits,
}

/// What is asked of the candidates.
pub(super) struct Rules<'a> {
    /// The names to match.
    pub(super) wanted: &'a Bits,
    /// The names that may be matched: the wanted ones, and any that do no harm beside them.
    pub(super) matchable: &'a Bits,
    /// All other names, which must not be matched.
    pub(super) unwanted: &'a Bits,
    /// The fewest wanted names that a wildcard must stand for.
    pub(super) at_least: u32,
    /// How many characters at the start of a name no wildcard may replace; `None` if no wildcard
    /// may stand for the name.
    pub(super) pinned: &'a dyn Fn(&str) -> Option<usize>,
    /// Whether the list may hold a pattern that matches so many names. If it may not, it may still
    /// hold a longer one.
    pub(super) accepts: &'a dyn Fn(&str, u32) -> bool,
    /// What a name costs in a list beside its own characters.
    pub(super) overhead: usize,
}

/// Every candidate, in an order that depends on nothing but the names. `cuts` are the places at
/// which a wildcard may start or end.
pub(super) fn candidates<'n>(
    names: &Names,
    spelt: impl Iterator<Item = &'n str>,
    cuts: impl Fn(&str) -> Vec<usize>,
    rules: &Rules<'_>,
) -> Vec<Candidate> {
    // What mostly comes of so many names; a wrong guess costs some time.
    let expected = rules.wanted.len() as usize;
    let with_capacity = |times: usize| (expected * times).min(1 << 14);
    let mut search = Search {
        names,
        rules,
        all: Bits::all(names.len()),
        words: HashMap::with_capacity_and_hasher(with_capacity(2), BuildSmallKeyHasher::default()),
        uses: Vec::with_capacity(with_capacity(2)),
        pairs: HashMap::with_capacity_and_hasher(with_capacity(3), BuildSmallKeyHasher::default()),
        starts: Pieces::default(),
        ends: Pieces::default(),
        inner: Pieces::default(),
        seen: HashMap::default(),
        found: Vec::new(),
    };
    let wanted = spelt.enumerate().filter(|&(place, _)| rules.wanted.contains(place));
    let seeds: Vec<Seed<'_>> = wanted
        .filter_map(|(place, name)| {
            let pinned = (rules.pinned)(name)?;
            let (cuts, lower) = (cuts(name), names.get(place));
            let words = search.words_of(lower, &cuts);
            for (&left, &right) in words.iter().zip(words.iter().skip(1)) {
                *search.pairs.entry((left, right)).or_default() += 1;
            }
            Some(Seed { name, lower, cuts, words, pinned })
        })
        .collect();
    for seed in &seeds {
        search.refine(seed);
    }
    search.found
}

/// A wanted name, cut into words.
struct Seed<'n> {
    name: &'n str,
    lower: &'n [u8],
    cuts: Vec<usize>,
    words: Vec<u32>,
    pinned: usize,
}

impl Seed<'_> {
    fn len(&self) -> usize {
        self.words.len()
    }

    fn lower(&self, run: Run) -> &[u8] {
        self.range(run).and_then(|range| self.lower.get(range)).unwrap_or_default()
    }

    fn spelt(&self, run: Run) -> &str {
        self.range(run).and_then(|range| self.name.get(range)).unwrap_or_default()
    }

    fn range(&self, (from, to): Run) -> Option<std::ops::Range<usize>> {
        Some(*self.cuts.get(from)?..*self.cuts.get(to)?)
    }

    /// The pattern of a run at the start, one inside and one at the end.
    fn glob(&self, [start, inner, end]: [Run; 3]) -> String {
        let mut glob = String::with_capacity(self.name.len() + 3);
        glob.push_str(self.spelt(start));
        glob.push('*');
        if inner != NOTHING {
            glob.push_str(self.spelt(inner));
            glob.push('*');
        }
        glob.push_str(self.spelt(end));
        glob
    }

    fn word(&self, at: usize) -> u32 {
        self.words.get(at).copied().unwrap_or_default()
    }
}

/// A run of a seed's words: from which one, and up to which.
type Run = (usize, usize);

const NOTHING: Run = (0, 0);

/// The sets of names that hold a piece in one of the three positions; a piece is a path of words.
#[derive(Default)]
struct Pieces {
    by_path: HashMap<u64, u32, BuildSmallKeyHasher>,
    pieces: Vec<Piece>,
}

struct Piece {
    held_by: Bits,
    /// Behind each place at which an inner piece stands. A longer one stands at some of these, so
    /// nothing is searched for it.
    ends: Vec<u32>,
    /// The words of `held_by` that matter.
    span: Range<usize>,
    verdict: Verdict,
}

/// What becomes of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It matches too few wanted names, and so do its refinements.
    Rare,
    /// It matches something unwanted; a refinement may not.
    Loose,
    /// It matches wanted names only.
    Exact,
}

impl Pieces {
    fn get(&self, id: u32) -> Option<&Piece> {
        self.pieces.get(id as usize)
    }
}

/// A piece of the current seed that alone matches something unwanted.
#[derive(Clone, Copy)]
struct Loose {
    run: Run,
    id: u32,
}

const ROOT: u32 = u32::MAX;

struct Search<'a, 'n> {
    names: &'n Names,
    rules: &'a Rules<'a>,
    all: Bits,
    words: HashMap<&'n [u8], u32, BuildSmallKeyHasher>,
    /// How often each word stands in the wanted names.
    uses: Vec<u32>,
    /// How often two words stand side by side there.
    pairs: HashMap<(u32, u32), u32, BuildSmallKeyHasher>,
    starts: Pieces,
    ends: Pieces,
    inner: Pieces,
    /// Whether each pattern that was tried is accepted.
    seen: HashMap<[u32; 3], bool, BuildSmallKeyHasher>,
    found: Vec<Candidate>,
}

impl<'n> Search<'_, 'n> {
    fn words_of(&mut self, lower: &'n [u8], cuts: &[usize]) -> Vec<u32> {
        let ends = cuts.iter().skip(1);
        let words = cuts.iter().zip(ends).filter_map(|(&from, &to)| lower.get(from..to));
        words
            .map(|word| {
                let next = self.uses.len();
                let id = *self.words.entry(word).or_insert(u32::try_from(next).unwrap_or(ROOT));
                if id as usize == next {
                    self.uses.push(0);
                }
                if let Some(uses) = self.uses.get_mut(id as usize) {
                    *uses += 1;
                }
                id
            })
            .collect()
    }

    /// Whether too few wanted names use the last word of the run for a pattern with it to match
    /// enough of them. In a run of several words it counts only after the word before it. A pattern
    /// may match enough even so, because its words are also parts of other words; it is not worth
    /// the search.
    fn is_rare(&self, seed: &Seed<'_>, (from, to): Run) -> bool {
        let word = seed.word(to - 1);
        let uses = if to - from > 1 {
            self.pairs.get(&(seed.word(to - 2), word))
        } else {
            self.uses.get(word as usize)
        };
        uses.is_some_and(|&uses| uses < self.rules.at_least)
    }

    fn refine(&mut self, seed: &Seed<'_>) {
        let starts = self.loose_starts(seed);
        let pinned = seed.pinned > 0;
        let ends = self.loose_ends(seed, !pinned);
        let inner = self.loose_inner(seed, !pinned);
        self.start_and_end(seed, &starts, &ends);
        self.start_and_inner(seed, &starts, &inner);
    }

    /// `Get*`: the starts of the seed that are loose. The first exact one is added to what was
    /// found.
    fn loose_starts(&mut self, seed: &Seed<'_>) -> Vec<Loose> {
        let (mut loose, mut parent) = (Vec::with_capacity(seed.len()), ROOT);
        for to in 1..=seed.len() {
            let run = (0, to);
            let names = self.names;
            let Some((id, verdict)) =
                self.starts.child(parent, seed.word(to - 1), self.rules, |_| {
                    (names.starting(seed.lower(run)), Vec::new())
                })
            else {
                break;
            };
            parent = id;
            if seed.cuts.get(to).is_none_or(|&cut| cut < seed.pinned) {
                continue;
            }
            let piece = Loose { run, id };
            if !self.goes_on(seed, verdict, piece, [Some(piece), None, None], &mut loose) {
                break;
            }
        }
        loose
    }

    /// `*Tags`: the ends of the seed that are loose, the shortest first.
    fn loose_ends(&mut self, seed: &Seed<'_>, alone: bool) -> Vec<Loose> {
        let (mut loose, mut parent) = (Vec::with_capacity(seed.len()), ROOT);
        for from in (0..seed.len()).rev() {
            let run = (from, seed.len());
            let (names, all) = (self.names, &self.all);
            let Some((id, verdict)) =
                self.ends.child(parent, seed.word(from), self.rules, |shorter| {
                    let within = shorter.map_or(all, |shorter| &shorter.held_by);
                    (names.ending(seed.lower(run), within), Vec::new())
                })
            else {
                break;
            };
            parent = id;
            let piece = Loose { run, id };
            let pattern = [None, None, alone.then_some(piece)];
            if !self.goes_on(seed, verdict, piece, pattern, &mut loose) {
                break;
            }
        }
        loose
    }

    /// `*Role*`: the inner runs of the seed that are loose, in the order of their first and then
    /// their last word.
    fn loose_inner(&mut self, seed: &Seed<'_>, alone: bool) -> Vec<Loose> {
        let mut loose = Vec::with_capacity(2 * seed.len());
        // What names start with is seldom inside others.
        for from in 1..seed.len() {
            let mut parent = ROOT;
            for to in from + 1..=seed.len() {
                let run = (from, to);
                if self.is_rare(seed, run) {
                    break;
                }
                let (names, word) = (self.names, seed.lower((to - 1, to)));
                let Some((id, verdict)) =
                    self.inner.child(parent, seed.word(to - 1), self.rules, |shorter| {
                        let ends = match shorter {
                            Some(shorter) => names.followed_by(word, &shorter.ends),
                            None => names.ends_of(word),
                        };
                        (names.with_ends(&ends), ends)
                    })
                else {
                    break;
                };
                parent = id;
                let piece = Loose { run, id };
                let pattern = [None, alone.then_some(piece), None];
                if !self.goes_on(seed, verdict, piece, pattern, &mut loose) {
                    break;
                }
            }
        }
        loose
    }

    /// Says whether a longer piece can be of use. If the piece alone is a pattern and is exact, it
    /// is added to what was found; otherwise the piece is kept for patterns of several pieces.
    fn goes_on(
        &mut self,
        seed: &Seed<'_>,
        verdict: Verdict,
        piece: Loose,
        pattern: [Option<Loose>; 3],
        loose: &mut Vec<Loose>,
    ) -> bool {
        let is_pattern = pattern.iter().any(Option::is_some);
        match verdict {
            Verdict::Rare => return false,
            Verdict::Exact if is_pattern && self.emit(seed, pattern) => return false,
            Verdict::Exact | Verdict::Loose => loose.push(piece),
        }
        true
    }

    /// `Get*Tags`.
    fn start_and_end(&mut self, seed: &Seed<'_>, starts: &[Loose], ends: &[Loose]) {
        // A longer start is of use only with a shorter end.
        let mut shortest = 0;
        for start in starts {
            let fitting = ends.iter().filter(|end| end.run.0 >= start.run.1.max(shortest));
            for end in fitting {
                let pattern = [Some(*start), None, Some(*end)];
                match self.judge(*start, self.ends.get(end.id)) {
                    Verdict::Rare => break,
                    Verdict::Exact if self.emit(seed, pattern) => {
                        shortest = end.run.0 + 1;
                        break;
                    }
                    Verdict::Exact | Verdict::Loose => {}
                }
            }
        }
    }

    /// `Get*Role*`.
    fn start_and_inner(&mut self, seed: &Seed<'_>, starts: &[Loose], inner: &[Loose]) {
        let mut longest = vec![usize::MAX; seed.len()];
        for start in starts {
            let mut done = None;
            for piece in inner.iter().filter(|piece| piece.run.0 >= start.run.1) {
                let (from, to) = piece.run;
                let limit = longest.get(from).copied().unwrap_or_default();
                if done == Some(from) || to >= limit {
                    continue;
                }
                let pattern = [Some(*start), Some(*piece), None];
                match self.judge(*start, self.inner.get(piece.id)) {
                    Verdict::Rare => done = Some(from),
                    Verdict::Exact if self.emit(seed, pattern) => {
                        done = Some(from);
                        if let Some(longest) = longest.get_mut(from) {
                            *longest = to;
                        }
                    }
                    Verdict::Exact | Verdict::Loose => {}
                }
            }
        }
    }

    /// The verdict on a pattern of a start and one other piece. It is strict: a name that holds
    /// both counts as matched, even if they overlap in it.
    fn judge(&self, start: Loose, other: Option<&Piece>) -> Verdict {
        match (self.starts.get(start.id), other) {
            // Names are sorted, so those of one start stand together.
            (Some(start), Some(other)) => {
                verdict(&start.held_by, &other.held_by, start.span.clone(), self.rules)
            }
            _ => Verdict::Rare,
        }
    }

    /// A pattern's start, inner and end piece.
    fn pieces(&self, pattern: &[Option<Loose>; 3]) -> [Option<&Piece>; 3] {
        let [start, inner, end] = pattern;
        let piece = |of: &'_ Option<Loose>| of.map(|piece| piece.id);
        [
            piece(start).and_then(|id| self.starts.get(id)),
            piece(inner).and_then(|id| self.inner.get(id)),
            piece(end).and_then(|id| self.ends.get(id)),
        ]
    }

    /// Adds a pattern to what was found if it is worth it. Says whether its refinements need not be
    /// looked at.
    fn emit(&mut self, seed: &Seed<'_>, pattern: [Option<Loose>; 3]) -> bool {
        let ids = pattern.map(|piece| piece.map_or(ROOT, |piece| piece.id));
        if let Some(&accepted) = self.seen.get(&ids) {
            return accepted;
        }
        let runs = pattern.map(|piece| piece.map_or(NOTHING, |piece| piece.run));
        let glob = seed.glob(runs);
        let (mut common, mut pieces) = (self.rules.matchable.clone(), 0);
        for piece in self.pieces(&pattern).into_iter().flatten() {
            common.keep_only(&piece.held_by);
            pieces += 1;
        }
        // Of several pieces it matters in which order a name holds them.
        let covers = if pieces == 1 {
            common
        } else {
            let [start, inner, end] = runs.map(|run| seed.lower(run));
            self.names.filter(&common, |name| {
                let Some(rest) = name.strip_prefix(start) else { return false };
                let Some(rest) = rest.strip_suffix(end) else { return false };
                find(rest, inner).is_some()
            })
        };
        let accepted = (self.rules.accepts)(&glob, covers.len());
        self.seen.insert(ids, accepted);
        if !accepted {
            return false;
        }
        let spared: usize =
            covers.iter().map(|place| self.names.get(place).len() + self.rules.overhead).sum();
        if covers.len() >= self.rules.at_least && spared > glob.len() + self.rules.overhead {
            self.found.push(Candidate { glob, covers });
        }
        true
    }
}

impl Pieces {
    /// The piece that adds `word` to `parent`. Of a new piece, which names hold it and where it
    /// ends in them is made from the parent.
    fn child(
        &mut self,
        parent: u32,
        word: u32,
        rules: &Rules<'_>,
        make: impl FnOnce(Option<&Piece>) -> (Bits, Vec<u32>),
    ) -> Option<(u32, Verdict)> {
        let path = u64::from(parent) << 32 | u64::from(word);
        if let Some(&id) = self.by_path.get(&path) {
            return Some((id, self.get(id)?.verdict));
        }
        let id = u32::try_from(self.pieces.len()).ok()?;
        let (held_by, ends) = make(self.get(parent));
        let span = held_by.span();
        let verdict = verdict(&held_by, &held_by, span.clone(), rules);
        self.pieces.push(Piece { held_by, ends, span, verdict });
        self.by_path.insert(path, id);
        Some((id, verdict))
    }
}

/// The verdict on what holds both pieces; the words of `span` are all that one of them has.
fn verdict(one: &Bits, other: &Bits, span: Range<usize>, rules: &Rules<'_>) -> Verdict {
    let (matched, is_loose) = one.common(other, span, rules.wanted, rules.unwanted);
    if matched < rules.at_least {
        Verdict::Rare
    } else if is_loose {
        Verdict::Loose
    } else {
        Verdict::Exact
    }
}
