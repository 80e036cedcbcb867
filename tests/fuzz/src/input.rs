//! An input: a seed, and what is changed in it.

use crate::odd;
use crate::tree;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

/// The longest input, in bytes. Longer ones take longer and find nothing that these do not.
pub const MAX_BYTES: usize = 64 << 10;

/// How an input is made.
#[derive(Debug, Clone)]
pub enum Input {
    /// A seed, of which values and then bytes are changed.
    Changed {
        /// Which seed.
        seed: Index,
        /// What happens to its values, if it is JSON.
        values: Vec<ValueChange>,
        /// What happens to the text then.
        bytes: Vec<ByteChange>,
    },
    /// Bytes that nobody meant.
    Noise(Vec<u8>),
}

/// A change of one value somewhere in a JSON seed.
#[derive(Debug, Clone)]
pub enum ValueChange {
    /// It becomes an odd value.
    Odd(Index, Index),
    /// It becomes a part of some seed.
    Part(Index, Index, Index),
    /// An item or a member of it is taken out.
    Remove(Index, Index),
    /// An item or a member of it is there many times.
    Repeat(Index, Index, usize),
    /// A member of it has another name: an odd text, or one that some seed has.
    Rename(Index, Index, Index),
    /// Lists stand around it.
    Nest(Index, usize),
}

/// A change of the text of a seed.
#[derive(Debug, Clone)]
pub enum ByteChange {
    /// It ends here.
    Cut(Index),
    /// From here on, so many bytes are missing.
    Remove(Index, usize),
    /// An odd piece stands here.
    Insert(Index, Index),
    /// From here on, so many bytes are there twice.
    Double(Index, usize),
    /// A bit of a byte is another.
    Flip(Index, u8),
    /// It is UTF-16 with a byte order mark.
    Utf16,
}

/// Every way to make an input.
pub fn inputs() -> impl Strategy<Value = Input> {
    let changed = (index(), vec(value_change(), 0..6), vec(byte_change(), 0..4))
        .prop_map(|(seed, values, bytes)| Input::Changed { seed, values, bytes });
    prop_oneof![15 => changed, 1 => vec(any::<u8>(), 0..256).prop_map(Input::Noise)]
}

fn index() -> impl Strategy<Value = Index> {
    proptest::prelude::any::<Index>()
}

fn value_change() -> impl Strategy<Value = ValueChange> {
    prop_oneof![
        4 => (index(), index()).prop_map(|(at, odd)| ValueChange::Odd(at, odd)),
        2 => (index(), index(), index())
            .prop_map(|(at, seed, part)| ValueChange::Part(at, seed, part)),
        2 => (index(), index()).prop_map(|(at, item)| ValueChange::Remove(at, item)),
        1 => (index(), index(), 1..200_usize)
            .prop_map(|(at, item, times)| ValueChange::Repeat(at, item, times)),
        1 => (index(), index(), index())
            .prop_map(|(at, item, name)| ValueChange::Rename(at, item, name)),
        1 => (index(), 1..140_usize).prop_map(|(at, depth)| ValueChange::Nest(at, depth)),
    ]
}

fn byte_change() -> impl Strategy<Value = ByteChange> {
    prop_oneof![
        1 => index().prop_map(ByteChange::Cut),
        3 => (index(), 1..32_usize).prop_map(|(at, length)| ByteChange::Remove(at, length)),
        6 => (index(), index()).prop_map(|(at, piece)| ByteChange::Insert(at, piece)),
        3 => (index(), 1..64_usize).prop_map(|(at, length)| ByteChange::Double(at, length)),
        2 => (index(), 0..8_u8).prop_map(|(at, bit)| ByteChange::Flip(at, bit)),
        1 => Just(ByteChange::Utf16),
    ]
}

impl Input {
    /// The bytes, where these are the seeds.
    #[must_use]
    pub fn bytes(&self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = match self {
            Self::Noise(noise) => noise.clone(),
            Self::Changed { seed, values, bytes } => {
                let mut input = changed(&seeds[seed.index(seeds.len())], values, seeds);
                for change in bytes {
                    change.apply(&mut input);
                }
                input
            }
        };
        input.truncate(MAX_BYTES);
        input
    }
}

/// The seed with other values. What is not JSON has none.
fn changed(seed: &[u8], changes: &[ValueChange], seeds: &[Vec<u8>]) -> Vec<u8> {
    let Ok(mut tree) = serde_json::from_slice::<Value>(seed) else { return seed.to_vec() };
    if changes.is_empty() {
        return seed.to_vec();
    }
    for change in changes {
        change.apply(&mut tree, seeds);
    }
    tree.to_string().into_bytes()
}

impl ValueChange {
    fn apply(&self, tree: &mut Value, seeds: &[Vec<u8>]) {
        match *self {
            Self::Odd(at, odd) => {
                let odd = odd.get(&odd::VALUES);
                tree::change(tree, at, &mut |it| *it = odd.clone());
            }
            Self::Part(at, seed, place) => {
                let seed = serde_json::from_slice(&seeds[seed.index(seeds.len())]);
                let part = tree::part(&seed.unwrap_or(Value::Null), place);
                tree::change(tree, at, &mut |it| *it = part.clone());
            }
            Self::Remove(at, item) => tree::change(tree, at, &mut |it| tree::remove(it, item)),
            Self::Repeat(at, item, times) => {
                tree::change(tree, at, &mut |it| tree::repeat(it, item, times));
            }
            Self::Rename(at, item, name) => {
                let name = name.get(&odd::TEXTS);
                tree::change(tree, at, &mut |it| tree::rename(it, item, name));
            }
            Self::Nest(at, depth) => tree::change(tree, at, &mut |it| tree::nest(it, depth)),
        }
    }
}

impl ByteChange {
    fn apply(&self, input: &mut Vec<u8>) {
        let from = |at: Index| at.index(input.len() + 1);
        let range = |at: Index, length: usize| from(at)..input.len().min(from(at) + length);
        match *self {
            Self::Cut(at) => input.truncate(from(at)),
            Self::Remove(at, length) => drop(input.drain(range(at, length))),
            Self::Double(at, length) => {
                let range = range(at, length);
                let twice = input[range.clone()].to_vec();
                input.splice(range.end..range.end, twice);
            }
            Self::Insert(at, piece) => {
                let at = from(at);
                input.splice(at..at, piece.get(&odd::PIECES).iter().copied());
            }
            Self::Flip(at, bit) => {
                let at = from(at);
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Utf16 => {
                let text = format!("\u{feff}{}", String::from_utf8_lossy(input));
                *input = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            }
        }
    }
}
