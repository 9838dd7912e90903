//! Dicts and sets: one table that keeps insertion order and whose equality may need Python.
//!
//! Lookups are sync and answer `Err(NeedsVm)` where two keys of equal hash can only be compared by a user's `__eq__`
//! (`ops::dict_*` then does it with the VM).

use std::cell::RefCell;
use std::rc::Rc;

use hashbrown::HashTable;

use super::{Obj, R, Str, mem};
use crate::ops;

/// One entry; a deleted one has a null key.
#[derive(Clone)]
pub struct Entry {
    /// The key's hash.
    pub hash: u64,
    /// The key, or null.
    pub key: Obj,
    /// The value.
    pub val: Obj,
}

/// An ordered hash table.
#[derive(Default)]
pub struct Table {
    index: HashTable<u32>,
    entries: Vec<Entry>,
    /// Bytes accounted for.
    taken: usize,
}

/// What an entry costs, index included.
const ENTRY: usize = std::mem::size_of::<Entry>() + 6;

impl Table {
    /// How many live entries.
    pub fn len(&self) -> usize {
        self.index.len()
    }
    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }
    /// All slots, deleted ones (null keys) included: positions are stable until `compact`.
    pub fn slots(&self) -> &[Entry] {
        &self.entries
    }
    /// The live entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Obj, &Obj)> {
        self.entries.iter().filter(|e| e.key.given()).map(|e| (&e.key, &e.val))
    }
    /// Where a key is.
    pub fn find(&self, hash: u64, key: &Obj) -> R<Option<usize>> {
        let mut failed = None;
        let found = self
            .index
            .find(hash, |&i| {
                let e = &self.entries[i as usize];
                if e.hash != hash || failed.is_some() {
                    return false;
                }
                if e.key.is(key) {
                    return true;
                }
                ops::eq_sync(&e.key, key).unwrap_or_else(|err| {
                    failed = Some(err);
                    false
                })
            })
            .map(|&i| i as usize);
        match (found, failed) {
            (Some(i), _) => Ok(Some(i)),
            (None, Some(e)) => Err(e),
            (None, None) => Ok(None),
        }
    }
    /// Where a string key is; never needs Python, as only strings equal strings here.
    pub fn find_str(&self, key: &Str) -> Option<usize> {
        let hash = key.hash();
        self.index
            .find(hash, |&i| match &self.entries[i as usize].key {
                Obj::Str(s) => Rc::ptr_eq(s, key) || s.as_str() == key.as_str(),
                _ => false,
            })
            .map(|&i| i as usize)
    }
    /// Positions of all entries with this hash: what an async lookup compares one by one.
    pub fn candidates(&self, hash: u64) -> Vec<usize> {
        (0..self.entries.len()).filter(|&i| self.entries[i].key.given() && self.entries[i].hash == hash).collect()
    }
    /// Appends a key that is known not to be there.
    pub fn push(&mut self, hash: u64, key: Obj, val: Obj) -> R<()> {
        if self.entries.len() == self.entries.capacity() {
            self.reserve()?;
        }
        let i = self.entries.len() as u32;
        self.entries.push(Entry { hash, key, val });
        let entries = &self.entries;
        self.index.insert_unique(hash, i, |&j| entries[j as usize].hash);
        Ok(())
    }
    fn reserve(&mut self) -> R<()> {
        if self.entries.len() > 32 && self.index.len() < self.entries.len() / 2 {
            self.compact();
            return Ok(());
        }
        let cap = (self.entries.len() * 2).max(4);
        mem::grow((cap - self.entries.len()) * ENTRY)?;
        self.taken += (cap - self.entries.len()) * ENTRY;
        self.entries.reserve_exact(cap - self.entries.len());
        Ok(())
    }
    /// Drops deleted slots; positions change.
    pub fn compact(&mut self) {
        self.entries.retain(|e| e.key.given());
        self.index.clear();
        let entries = &self.entries;
        for (i, e) in entries.iter().enumerate() {
            self.index.insert_unique(e.hash, i as u32, |&j| entries[j as usize].hash);
        }
    }
    /// The value at a position, replaced.
    pub fn replace(&mut self, at: usize, val: Obj) -> Obj {
        std::mem::replace(&mut self.entries[at].val, val)
    }
    /// The entry at a position, removed.
    pub fn remove(&mut self, at: usize) -> (Obj, Obj) {
        let hash = self.entries[at].hash;
        if let Ok(slot) = self.index.find_entry(hash, |&i| i as usize == at) {
            slot.remove();
        }
        let e = &mut self.entries[at];
        let out = (std::mem::take(&mut e.key), std::mem::take(&mut e.val));
        while self.entries.last().is_some_and(|e| !e.key.given()) {
            self.entries.pop();
        }
        out
    }
    /// Empties it.
    pub fn take(&mut self) -> Vec<Entry> {
        self.index.clear();
        mem::shrink(std::mem::take(&mut self.taken));
        std::mem::take(&mut self.entries)
    }
    /// A copy with the same order.
    pub fn copy(&self) -> R<Table> {
        let mut t = Table::default();
        for e in &self.entries {
            if e.key.given() {
                t.push(e.hash, e.key.clone(), e.val.clone())?;
            }
        }
        Ok(t)
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        let entries = self.take();
        if entries.iter().all(|e| e.key.is_atom() && e.val.is_atom()) {
            return;
        }
        mem::trash(entries.into_iter().flat_map(|e| [e.key, e.val]).collect());
    }
}

/// A `dict`.
#[derive(Default)]
pub struct PyDict {
    /// Its table.
    pub t: RefCell<Table>,
}

impl PyDict {
    /// An empty dict.
    pub fn new() -> Rc<PyDict> {
        Rc::new(PyDict::default())
    }
    /// How many entries.
    pub fn len(&self) -> usize {
        self.t.borrow().len()
    }
    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The value under a string key.
    pub fn get_str(&self, key: &Str) -> Option<Obj> {
        let t = self.t.borrow();
        t.find_str(key).map(|i| t.slots()[i].val.clone())
    }
    /// The value under a name.
    pub fn get_name(&self, key: &str) -> Option<Obj> {
        self.get_str(&super::intern(key))
    }
    /// Sets the value under a string key.
    pub fn set_str(&self, key: &Str, val: Obj) {
        let mut t = self.t.borrow_mut();
        let old = match t.find_str(key) {
            Some(i) => t.replace(i, val),
            None => {
                // Names are few: what they take is accounted for even past the cap, and seen at the next check.
                let _ = t.push(key.hash(), Obj::Str(key.clone()), val);
                Obj::Null
            }
        };
        drop(t);
        drop(old);
    }
    /// Sets the value under a name.
    pub fn set_name(&self, key: &str, val: Obj) {
        self.set_str(&super::intern(key), val);
    }
    /// Removes a string key.
    pub fn del_str(&self, key: &Str) -> Option<Obj> {
        let mut t = self.t.borrow_mut();
        let i = t.find_str(key)?;
        let (k, v) = t.remove(i);
        drop(t);
        drop(k);
        Some(v)
    }
    /// The value under any key, where no user code has to decide.
    pub fn get(&self, key: &Obj) -> R<Option<Obj>> {
        if let Obj::Str(s) = key {
            return Ok(self.get_str(s));
        }
        let h = ops::hash_sync(key)?;
        let t = self.t.borrow();
        Ok(t.find(h, key)?.map(|i| t.slots()[i].val.clone()))
    }
    /// Sets the value under any key, where no user code has to decide.
    pub fn set(&self, key: Obj, val: Obj) -> R<()> {
        let h = ops::hash_sync(&key)?;
        let found = self.t.borrow().find(h, &key)?;
        let mut t = self.t.borrow_mut();
        let old = match found {
            Some(i) => t.replace(i, val),
            None => return t.push(h, key, val),
        };
        drop(t);
        drop(old);
        Ok(())
    }
    /// Removes any key, where no user code has to decide.
    pub fn del(&self, key: &Obj) -> R<Option<Obj>> {
        let h = ops::hash_sync(key)?;
        let found = self.t.borrow().find(h, key)?;
        Ok(found.map(|i| self.t.borrow_mut().remove(i).1))
    }
    /// The keys and values, in order.
    pub fn items(&self) -> Vec<(Obj, Obj)> {
        self.t.borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }
    /// The keys, in order.
    pub fn keys(&self) -> Vec<Obj> {
        self.t.borrow().iter().map(|(k, _)| k.clone()).collect()
    }
    /// The values, in order.
    pub fn values(&self) -> Vec<Obj> {
        self.t.borrow().iter().map(|(_, v)| v.clone()).collect()
    }
    /// Empties it.
    pub fn clear(&self) {
        let old = self.t.borrow_mut().take();
        mem::trash(old.into_iter().flat_map(|e| [e.key, e.val]).collect());
    }
    /// A shallow copy.
    pub fn copy(&self) -> R<Rc<PyDict>> {
        Ok(Rc::new(PyDict { t: RefCell::new(self.t.borrow().copy()?) }))
    }
}

/// A `set` or `frozenset`: a table whose values are null.
#[derive(Default)]
pub struct PySet {
    /// Its table.
    pub t: RefCell<Table>,
    /// Whether it is a `frozenset`.
    pub frozen: bool,
}

impl PySet {
    /// An empty set.
    pub fn new(frozen: bool) -> Rc<PySet> {
        Rc::new(PySet { t: RefCell::default(), frozen })
    }
    /// How many elements.
    pub fn len(&self) -> usize {
        self.t.borrow().len()
    }
    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Whether it holds `key`, where no user code has to decide.
    pub fn has(&self, key: &Obj) -> R<bool> {
        let h = ops::hash_sync(key)?;
        Ok(self.t.borrow().find(h, key)?.is_some())
    }
    /// Adds `key`, where no user code has to decide; whether it is new.
    pub fn add(&self, key: Obj) -> R<bool> {
        let h = ops::hash_sync(&key)?;
        let found = self.t.borrow().find(h, &key)?;
        if found.is_none() {
            self.t.borrow_mut().push(h, key, Obj::Null)?;
        }
        Ok(found.is_none())
    }
    /// Removes `key`, where no user code has to decide; whether it was there.
    pub fn discard(&self, key: &Obj) -> R<bool> {
        let h = ops::hash_sync(key)?;
        let found = self.t.borrow().find(h, key)?;
        if let Some(i) = found {
            let gone = self.t.borrow_mut().remove(i);
            drop(gone);
        }
        Ok(found.is_some())
    }
    /// The elements, in order.
    pub fn items(&self) -> Vec<Obj> {
        self.t.borrow().iter().map(|(k, _)| k.clone()).collect()
    }
}
