//! A bounded cache keyed by structure: keys are compared for equality, never trusted as hashes.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// At most `bound` entries; when full, the half not used for longest goes.
pub struct Cache<K, V> {
    map: HashMap<K, (V, u64)>,
    bound: usize,
    clock: u64,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// An empty cache.
    pub fn new(bound: usize) -> Cache<K, V> {
        Cache { map: HashMap::new(), bound: bound.max(2), clock: 0 }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The entry, marked as used.
    pub fn get<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.clock += 1;
        let entry = self.map.get_mut(key)?;
        entry.1 = self.clock;
        Some(entry.0.clone())
    }

    /// Adds an entry, making room first.
    pub fn insert(&mut self, key: K, value: V) {
        if self.map.len() >= self.bound {
            let mut ages: Vec<u64> = self.map.values().map(|e| e.1).collect();
            ages.sort_unstable();
            let cut = ages[ages.len() / 2];
            self.map.retain(|_, e| e.1 > cut);
        }
        self.clock += 1;
        self.map.insert(key, (value, self.clock));
    }
}
