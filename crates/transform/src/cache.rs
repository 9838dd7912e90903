//! Bounded caches of Jaxpr transformations, compared by equality.

use crate::interp::LinearizedJaxpr;
use gradlens_ir::{ClosedJaxpr, Result};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// What was transformed, how, and with which flags. The Jaxpr is compared by identity: caches hold it, so its address stays its own.
#[derive(Clone)]
pub struct Key {
    what: &'static str,
    jaxpr: ClosedJaxpr,
    flags: Vec<bool>,
    split: usize,
}

impl Key {
    /// A key over two flag lists.
    pub fn new(what: &'static str, jaxpr: &ClosedJaxpr, first: &[bool], second: &[bool]) -> Key {
        Key { what, jaxpr: jaxpr.clone(), flags: first.iter().chain(second).copied().collect(), split: first.len() }
    }
    fn matches(&self, o: &Key) -> bool {
        self.what == o.what
            && Rc::ptr_eq(&self.jaxpr.jaxpr, &o.jaxpr.jaxpr)
            && Rc::ptr_eq(&self.jaxpr.consts, &o.jaxpr.consts)
            && self.split == o.split
            && self.flags == o.flags
    }
}

const CAPACITY: usize = 256;

/// A list of the most recent entries.
struct Recent<T>(RefCell<VecDeque<(Key, T)>>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Recent(RefCell::new(VecDeque::new()))
    }
}

impl<T: Clone> Recent<T> {
    fn get_or(&self, key: Key, make: impl FnOnce() -> Result<T>) -> Result<T> {
        let found = self.0.borrow().iter().rev().find(|(k, _)| k.matches(&key)).map(|e| e.1.clone());
        if let Some(v) = found {
            return Ok(v);
        }
        let v = make()?;
        let mut list = self.0.borrow_mut();
        if list.len() == CAPACITY {
            list.pop_front();
        }
        list.push_back((key, v.clone()));
        Ok(v)
    }
}

/// The caches of a context.
#[derive(Default)]
pub struct Caches {
    interned: RefCell<VecDeque<ClosedJaxpr>>,
    pairs: Recent<(ClosedJaxpr, Vec<bool>)>,
    linearized: Recent<Rc<LinearizedJaxpr>>,
}

impl Caches {
    /// An equal Jaxpr that is known already, or this one: what is traced anew at every step of an eager loop finds what was
    /// compiled for it before.
    pub fn intern(&self, closed: ClosedJaxpr) -> ClosedJaxpr {
        let mut list = self.interned.borrow_mut();
        if let Some(known) = list.iter().rev().find(|c| c.jaxpr.eqns.len() == closed.jaxpr.eqns.len() && **c == closed)
        {
            return known.clone();
        }
        if list.len() == CAPACITY {
            list.pop_front();
        }
        list.push_back(closed.clone());
        closed
    }
    /// A transformed Jaxpr with flags.
    pub fn pair(
        &self,
        key: Key,
        make: impl FnOnce() -> Result<(ClosedJaxpr, Vec<bool>)>,
    ) -> Result<(ClosedJaxpr, Vec<bool>)> {
        self.pairs.get_or(key, make)
    }
    /// A linearized Jaxpr.
    pub fn linearized(&self, key: Key, make: impl FnOnce() -> Result<LinearizedJaxpr>) -> Result<Rc<LinearizedJaxpr>> {
        self.linearized.get_or(key, || make().map(Rc::new))
    }
}
