//! The patterns that might stand in the list: the most general ones, for each action wanted, that match nothing else.
//!
//! A pattern is made of *pieces*, runs of words of one wanted name: one at its start, one inside, one at its
//! end, with `*` between them. A longer piece, or one more, matches less. So a pattern that matches nothing unwanted
//! is taken and not refined, since what comes of refining it is longer and matches less; and one that matches too
//! little is dropped. What is left is few, and is found by intersecting the sets of names that hold each piece.

use super::bits::Bits;
use super::hash::BuildSmallKeyHasher;
use super::names::{Names, find};
use std::collections::{HashMap, HashSet};

/// A pattern that matches some of the wanted names and no other.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The pattern after the colon
    pub(super) glob: String,
    /// The names it matches
    pub(super) covers: Bits,
}

/// What is asked of the candidates.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    /// The names to match
    pub(super) wanted: &'a Bits,
    /// The names not to match
    pub(super) unwanted: &'a Bits,
    /// How many names a wildcard must stand for
    pub(super) at_least: u32,
    /// How many characters at the start of a name a wildcard must leave alone
    pub(super) pinned: fn(&str) -> Option<usize>,
    /// What a name costs beside its own characters
    pub(super) overhead: usize,
}

/// Every candidate, in an order that depends on nothing but the names. `cuts` are the places at which a wildcard may
/// start or end.
pub(super) fn candidates<'n>(
    names: &Names,
    spelt: impl Iterator<Item = &'n str>,
    cuts: impl Fn(&str) -> Vec<usize>,
    rules: &Rules<'_>,
) -> Vec<Candidate> {
    let mut search = Search {
        names,
        rules,
        all: Bits::all(names.len()),
        words: HashMap::default(),
        uses: Vec::new(),
        pairs: HashMap::default(),
        starts: Pieces::default(),
        ends: Pieces::default(),
        inner: Pieces::default(),
        seen: HashSet::default(),
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

    fn word(&self, at: usize) -> u32 {
        self.words.get(at).copied().unwrap_or_default()
    }
}

/// From which word of a seed up to which.
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
    verdict: Verdict,
}

/// What becomes of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It matches too few wanted names, and so do its refinements
    Rare,
    /// It matches something unwanted; a refinement may not
    Loose,
    /// It matches wanted names only
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
    /// How often each word stands in the wanted names
    uses: Vec<u32>,
    /// How often two words stand side by side there
    pairs: HashMap<(u32, u32), u32, BuildSmallKeyHasher>,
    starts: Pieces,
    ends: Pieces,
    inner: Pieces,
    seen: HashSet<[u32; 3], BuildSmallKeyHasher>,
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

    /// Whether so few wanted names use the last word of the run, after the word before it if that is in the run, that
    /// hardly a pattern with it can match enough of them. One that does, because the words are also part of others,
    /// is not worth the search.
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
        if !pinned {
            self.inner_and_end(seed, &inner, &ends);
        }
        self.start_inner_and_end(seed, &starts, &inner, &ends);
    }

    /// `Get*`: the starts of the seed that are loose; the first exact one is found.
    fn loose_starts(&mut self, seed: &Seed<'_>) -> Vec<Loose> {
        let (mut loose, mut parent) = (Vec::new(), ROOT);
        for to in 1..=seed.len() {
            let run = (0, to);
            let names = self.names;
            let Some((id, verdict)) =
                self.starts.child(parent, seed.word(to - 1), self.rules, |_| {
                    names.starting(seed.lower(run))
                })
            else {
                break;
            };
            parent = id;
            if seed.cuts.get(to).is_none_or(|&cut| cut < seed.pinned) {
                continue;
            }
            match verdict {
                Verdict::Rare => break,
                Verdict::Loose => loose.push(Loose { run, id }),
                Verdict::Exact => {
                    self.emit(seed, [id, ROOT, ROOT], run, NOTHING, NOTHING);
                    break;
                }
            }
        }
        loose
    }

    /// `*Tags`: the ends of the seed that are loose, the shortest first.
    fn loose_ends(&mut self, seed: &Seed<'_>, alone: bool) -> Vec<Loose> {
        let (mut loose, mut parent) = (Vec::new(), ROOT);
        for from in (0..seed.len()).rev() {
            let run = (from, seed.len());
            let (names, all) = (self.names, &self.all);
            let Some((id, verdict)) =
                self.ends.child(parent, seed.word(from), self.rules, |within| {
                    names.ending(seed.lower(run), within.unwrap_or(all))
                })
            else {
                break;
            };
            parent = id;
            match verdict {
                Verdict::Rare => break,
                Verdict::Exact if alone => {
                    self.emit(seed, [ROOT, ROOT, id], NOTHING, NOTHING, run);
                    break;
                }
                Verdict::Exact | Verdict::Loose => loose.push(Loose { run, id }),
            }
        }
        loose
    }

    /// `*Role*`: the inner runs of the seed that are loose, in the order of their first and then their last word.
    fn loose_inner(&mut self, seed: &Seed<'_>, alone: bool) -> Vec<Loose> {
        let mut loose = Vec::new();
        // What names start with is seldom inside others.
        for from in 1..seed.len() {
            let mut parent = ROOT;
            for to in from + 1..=seed.len() {
                let run = (from, to);
                if self.is_rare(seed, run) {
                    break;
                }
                let (names, all) = (self.names, &self.all);
                let Some((id, verdict)) =
                    self.inner.child(parent, seed.word(to - 1), self.rules, |within| {
                        names.holding(seed.lower(run), within.unwrap_or(all))
                    })
                else {
                    break;
                };
                parent = id;
                match verdict {
                    Verdict::Rare => break,
                    Verdict::Exact if alone => {
                        self.emit(seed, [ROOT, id, ROOT], NOTHING, run, NOTHING);
                        break;
                    }
                    Verdict::Exact | Verdict::Loose => loose.push(Loose { run, id }),
                }
            }
        }
        loose
    }

    /// `Get*Tags`.
    fn start_and_end(&mut self, seed: &Seed<'_>, starts: &[Loose], ends: &[Loose]) {
        // A longer start is of use only with a shorter end.
        let mut shortest = 0;
        for start in starts {
            let fitting = ends.iter().filter(|end| end.run.0 >= start.run.1.max(shortest));
            for end in fitting {
                match self.judge(Some(start), None, Some(end)) {
                    Verdict::Rare => break,
                    Verdict::Loose => {}
                    Verdict::Exact => {
                        shortest = end.run.0 + 1;
                        self.emit(seed, [start.id, ROOT, end.id], start.run, NOTHING, end.run);
                        break;
                    }
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
                match self.judge(Some(start), Some(piece), None) {
                    Verdict::Rare => done = Some(from),
                    Verdict::Loose => {}
                    Verdict::Exact => {
                        done = Some(from);
                        if let Some(longest) = longest.get_mut(from) {
                            *longest = to;
                        }
                        self.emit(seed, [start.id, piece.id, ROOT], start.run, piece.run, NOTHING);
                    }
                }
            }
        }
    }

    /// `*Role*Policy`.
    fn inner_and_end(&mut self, seed: &Seed<'_>, inner: &[Loose], ends: &[Loose]) {
        for end in ends {
            let mut done = None;
            for piece in inner.iter().filter(|piece| piece.run.1 <= end.run.0) {
                let (from, _) = piece.run;
                if done == Some(from) {
                    continue;
                }
                match self.judge(None, Some(piece), Some(end)) {
                    Verdict::Rare => done = Some(from),
                    Verdict::Loose => {}
                    Verdict::Exact => {
                        done = Some(from);
                        self.emit(seed, [ROOT, piece.id, end.id], NOTHING, piece.run, end.run);
                    }
                }
            }
        }
    }

    /// `Get*Role*Policy`.
    fn start_inner_and_end(
        &mut self,
        seed: &Seed<'_>,
        starts: &[Loose],
        inner: &[Loose],
        ends: &[Loose],
    ) {
        for start in starts {
            for end in ends.iter().filter(|end| end.run.0 > start.run.1) {
                if self.judge(Some(start), None, Some(end)) != Verdict::Loose {
                    break;
                }
                let mut done = None;
                for piece in inner {
                    let (from, to) = piece.run;
                    if from < start.run.1 || to > end.run.0 || done == Some(from) {
                        continue;
                    }
                    match self.judge(Some(start), Some(piece), Some(end)) {
                        Verdict::Rare => done = Some(from),
                        Verdict::Loose => {}
                        Verdict::Exact => {
                            done = Some(from);
                            let ids = [start.id, piece.id, end.id];
                            self.emit(seed, ids, start.run, piece.run, end.run);
                        }
                    }
                }
            }
        }
    }

    /// The verdict on a pattern of these pieces. It is strict: names that hold all pieces count as matched, in whichever
    /// order they hold them.
    fn judge(&self, start: Option<&Loose>, inner: Option<&Loose>, end: Option<&Loose>) -> Verdict {
        let start = start.and_then(|piece| self.starts.get(piece.id));
        let inner = inner.and_then(|piece| self.inner.get(piece.id));
        let end = end.and_then(|piece| self.ends.get(piece.id));
        let sets = [start, inner, end].map(|piece| piece.map_or(&self.all, |piece| &piece.held_by));
        verdict(&sets, self.rules)
    }

    fn emit(&mut self, seed: &Seed<'_>, ids: [u32; 3], start: Run, inner: Run, end: Run) {
        if !self.seen.insert(ids) {
            return;
        }
        let [start_id, inner_id, end_id] = ids;
        let sets = [self.starts.get(start_id), self.inner.get(inner_id), self.ends.get(end_id)];
        let (mut common, mut pieces) = (self.rules.wanted.clone(), 0);
        for piece in sets.into_iter().flatten() {
            common.keep_only(&piece.held_by);
            pieces += 1;
        }
        // Of several pieces it matters in which order a name holds them.
        let covers = if pieces == 1 {
            common
        } else {
            let [start, inner, end] = [start, inner, end].map(|run| seed.lower(run));
            self.names.filter(&common, |name| {
                let Some(rest) = name.strip_prefix(start) else { return false };
                let Some(rest) = rest.strip_suffix(end) else { return false };
                find(rest, inner).is_some()
            })
        };
        if covers.len() < self.rules.at_least {
            return;
        }
        let mut glob = String::with_capacity(seed.name.len() + 3);
        glob.push_str(seed.spelt(start));
        glob.push('*');
        if inner != NOTHING {
            glob.push_str(seed.spelt(inner));
            glob.push('*');
        }
        glob.push_str(seed.spelt(end));
        let spared: usize =
            covers.iter().map(|place| self.names.get(place).len() + self.rules.overhead).sum();
        if spared > glob.len() + self.rules.overhead {
            self.found.push(Candidate { glob, covers });
        }
    }
}

impl Pieces {
    /// The piece that adds `word` to `parent`, made if it is new from the names that hold the parent.
    fn child(
        &mut self,
        parent: u32,
        word: u32,
        rules: &Rules<'_>,
        make: impl FnOnce(Option<&Bits>) -> Bits,
    ) -> Option<(u32, Verdict)> {
        let path = u64::from(parent) << 32 | u64::from(word);
        if let Some(&id) = self.by_path.get(&path) {
            return Some((id, self.get(id)?.verdict));
        }
        let id = u32::try_from(self.pieces.len()).ok()?;
        let held_by = make(self.get(parent).map(|parent| &parent.held_by));
        let verdict = verdict(&[&held_by, &held_by, &held_by], rules);
        self.pieces.push(Piece { held_by, verdict });
        self.by_path.insert(path, id);
        Some((id, verdict))
    }
}

fn verdict(sets: &[&Bits; 3], rules: &Rules<'_>) -> Verdict {
    if Bits::common(sets, rules.wanted) < rules.at_least {
        Verdict::Rare
    } else if Bits::meet(sets, rules.unwanted) {
        Verdict::Loose
    } else {
        Verdict::Exact
    }
}
