//! A hash for small keys that nobody chooses with ill intent: names of the catalogue.

use std::hash::{BuildHasherDefault, Hasher};

/// As `FxHasher` of rustc: a rotation, an exclusive or and a multiplication a word.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct SmallKeyHasher(u64);

pub(super) type BuildSmallKeyHasher = BuildHasherDefault<SmallKeyHasher>;

impl SmallKeyHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for SmallKeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            self.add(u64::from_le_bytes(word));
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
