//! The names of one service, and which of them start with, end in or hold a piece of text.

use super::bits::Bits;
use super::list::to_u32;
use memchr::memmem::Finder;
use std::ops::Range;

/// Below this many names, looking at each is quicker than searching the text of all.
const FEW: u32 = 16;

/// Every name of a service in lower case, sorted, in one text.
#[derive(Debug)]
pub(super) struct Names {
    /// Each name with a line end.
    text: Vec<u8>,
    /// Where each name starts, and the length of the text.
    starts: Vec<usize>,
    /// To which name each byte of the text belongs.
    places: Vec<u32>,
    /// The last four bytes of each name, or what there is of them. They tell most names apart.
    tails: Vec<u32>,
}

impl Names {
    /// The names must be sorted by their lower-cased bytes, as a catalogue's are.
    pub(super) fn of<'n>(names: impl Iterator<Item = &'n str> + Clone) -> Self {
        let (count, length) = names
            .clone()
            .fold((0, 0), |(count, length), name| (count + 1, length + name.len() + 1));
        let (mut text, mut places) = (Vec::with_capacity(length), Vec::with_capacity(length));
        let (mut starts, mut tails) = (Vec::with_capacity(count + 1), Vec::with_capacity(count));
        starts.push(0);
        for (place, name) in (0..).zip(names) {
            let start = text.len();
            text.extend_from_slice(name.as_bytes());
            let lower = text.get_mut(start..).unwrap_or_default();
            lower.make_ascii_lowercase();
            tails.push(tail(lower));
            text.push(b'\n');
            places.resize(text.len(), place);
            starts.push(text.len());
        }
        Self { text, starts, places, tails }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn get(&self, place: usize) -> &[u8] {
        match (self.starts.get(place), self.starts.get(place + 1)) {
            (Some(&start), Some(&end)) => self.text.get(start..end - 1).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The names that start with `piece`.
    pub(super) fn starting(&self, piece: &[u8]) -> Bits {
        let first = self.first(0..self.len(), |name| name < piece);
        let end = self.first(first..self.len(), |name| name.starts_with(piece));
        let mut starting = Bits::none(self.len());
        starting.extend(first..end);
        starting
    }

    fn first(&self, range: Range<usize>, is_before: impl Fn(&[u8]) -> bool) -> usize {
        let Range { start: mut low, end: mut high } = range;
        while low < high {
            let middle = low.midpoint(high);
            if is_before(self.get(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The names that end in `piece`. All of them must be among `within`.
    pub(super) fn ending(&self, piece: &[u8], within: &Bits) -> Bits {
        // Comparing a tail is several times cheaper than looking at a name.
        if within.len() as usize * 4 <= self.len() {
            return self.filter(within, |name| name.ends_with(piece));
        }
        let (wanted, mask) = (tail(piece), u32::MAX >> (8 * (4 - piece.len().clamp(1, 4))));
        let mut ending = Bits::none(self.len());
        let alike = self.tails.iter().enumerate().filter(|(_, tail)| *tail & mask == wanted);
        ending.extend(
            alike.map(|(place, _)| place).filter(|&place| self.get(place).ends_with(piece)),
        );
        ending
    }

    /// The names that hold `piece`. All of them must be among `within`.
    pub(super) fn holding(&self, piece: &[u8], within: &Bits) -> Bits {
        if within.len() <= FEW {
            return self.filter(within, |name| find(name, piece).is_some());
        }
        let finder = Finder::new(piece);
        let (mut holding, mut from) = (Bits::none(self.len()), 0);
        while let Some(found) = self.text.get(from..).and_then(|rest| finder.find(rest)) {
            let place = self.places.get(from + found).map_or(0, |&place| place as usize);
            holding.insert(place);
            from = self.starts.get(place + 1).copied().unwrap_or(self.text.len());
        }
        holding
    }

    /// Behind each place at which `piece` stands in a name: where it ends in the text of all names.
    pub(super) fn ends_of(&self, piece: &[u8]) -> Vec<u32> {
        let finder = Finder::new(piece);
        let (mut ends, mut from) = (Vec::new(), 0);
        while let Some(found) = self.text.get(from..).and_then(|rest| finder.find(rest)) {
            ends.push(to_u32(from + found + piece.len()));
            from += found + 1;
        }
        ends
    }

    /// Those of the places behind a piece at which `word` follows: the places behind the two.
    pub(super) fn followed_by(&self, word: &[u8], ends: &[u32]) -> Vec<u32> {
        let follows =
            |end: &u32| self.text.get(*end as usize..).is_some_and(|rest| rest.starts_with(word));
        ends.iter().copied().filter(follows).map(|end| end + to_u32(word.len())).collect()
    }

    /// The names in which these places behind a piece are.
    pub(super) fn with_ends(&self, ends: &[u32]) -> Bits {
        let mut names = Bits::none(self.len());
        // Each name ends with a line end, so what is behind a piece is of the same name.
        let places = ends.iter().filter_map(|&end| self.places.get(end as usize));
        names.extend(places.map(|&place| place as usize));
        names
    }

    pub(super) fn filter(&self, within: &Bits, keep: impl Fn(&[u8]) -> bool) -> Bits {
        let mut kept = Bits::none(self.len());
        kept.extend(within.iter().filter(|&place| keep(self.get(place))));
        kept
    }
}

/// The last four bytes, the last of all lowest.
fn tail(name: &[u8]) -> u32 {
    let last = name.iter().rev().take(4).enumerate();
    last.fold(0, |tail, (at, &byte)| tail | u32::from(byte) << (8 * at))
}

/// Where `piece` first stands in `name`. For a text as short as a name this beats preparing a
/// search.
pub(super) fn find(name: &[u8], piece: &[u8]) -> Option<usize> {
    let Some((first, others)) = piece.split_first() else { return Some(0) };
    let last = name.len().checked_sub(piece.len())?;
    let same = |at: usize| {
        let rest = name.get(at + 1..).unwrap_or_default();
        rest.iter().zip(others).all(|(left, right)| left == right)
    };
    (0..=last).find(|&at| name.get(at) == Some(first) && same(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_piece_is_found_behind_the_places_of_a_shorter_one() {
        let names = Names::of(["aaab", "abab", "ba", "bc"].into_iter());
        let held = |ends: &[u32]| names.with_ends(ends).iter().collect::<Vec<_>>();
        let a = names.ends_of(b"a");
        assert_eq!(held(&a), [0, 1, 2]);
        let aa = names.followed_by(b"a", &a);
        assert_eq!((aa.len(), held(&aa)), (2, vec![0]), "once behind the other in `aaab`");
        let ab = names.followed_by(b"b", &a);
        assert_eq!(held(&ab), [0, 1], "no piece goes on in the next name");
        let all = Bits::all(names.len());
        assert_eq!(names.with_ends(&ab), names.holding(b"ab", &all));
        assert_eq!(names.followed_by(b"a", &ab), names.ends_of(b"aba"));
    }
}
