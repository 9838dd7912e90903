//! Hash tables for small keys that the compiler itself makes: a multiplicative hash (as Firefox's and rustc's), fast and
//! without defence against chosen keys. Never for keys a user chooses; never iterated where order could reach an output.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map hashed by [`FastHasher`].
pub type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<FastHasher>>;
/// A set hashed by [`FastHasher`].
pub type FastSet<K> = HashSet<K, BuildHasherDefault<FastHasher>>;

/// Adds each word to the state times an odd constant.
#[derive(Clone, Copy, Default, Debug)]
pub struct FastHasher(u64);

impl FastHasher {
    fn word(&mut self, w: u64) {
        self.0 = self.0.wrapping_add(w).wrapping_mul(0xF135_7AEA_2E62_A9C5);
    }
}

impl Hasher for FastHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut w = [0u8; 8];
            w[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(w));
        }
    }
    fn write_u8(&mut self, x: u8) {
        self.word(x as u64);
    }
    fn write_u16(&mut self, x: u16) {
        self.word(x as u64);
    }
    fn write_u32(&mut self, x: u32) {
        self.word(x as u64);
    }
    fn write_u64(&mut self, x: u64) {
        self.word(x);
    }
    fn write_usize(&mut self, x: usize) {
        self.word(x as u64);
    }
    fn finish(&self) -> u64 {
        // The tables take their buckets from the low bits and their tags from the high ones; the product's best are high.
        self.0.rotate_left(26)
    }
}
