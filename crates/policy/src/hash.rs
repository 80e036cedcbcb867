//! A hash for small keys that nobody chooses with ill intent: names of the catalogue.

use std::hash::{BuildHasherDefault, Hasher};

/// As `FxHasher` of rustc: a rotation, an exclusive or and a multiplication a word.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct SmallKeyHasher(u64);

pub(crate) type BuildSmallKeyHasher = BuildHasherDefault<SmallKeyHasher>;

impl SmallKeyHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for SmallKeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((chunk, after)) = rest.split_first_chunk() {
            self.add(u64::from_le_bytes(*chunk));
            rest = after;
        }
        if !rest.is_empty() {
            self.add(rest.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.add(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.add(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }

    fn finish(&self) -> u64 {
        // The map takes the low bits, and a multiplication leaves the best ones at the top.
        self.0.rotate_left(26)
    }
}
