//! Strings: UTF-8 with what indexing needs known in advance, and the interned names.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use super::mem;

/// A shared string.
pub type Str = Rc<PyStr>;

/// The text of a `str`.
pub struct PyStr {
    text: Box<str>,
    chars: usize,
    hash: Cell<u64>,
}

impl PyStr {
    /// Shares a string.
    pub fn new(s: impl Into<String>) -> Str {
        let text = s.into().into_boxed_str();
        let chars = if text.is_ascii() { text.len() } else { text.chars().count() };
        mem::force(text.len() + 40);
        Rc::new(PyStr { text, chars, hash: Cell::new(0) })
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// Its length in characters.
    pub fn len(&self) -> usize {
        self.chars
    }
    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.chars == 0
    }
    /// Whether bytes and characters are the same thing here.
    pub fn is_ascii(&self) -> bool {
        self.chars == self.text.len()
    }
    /// The characters from `a` to `b`, counted in characters (`a <= b <= len`).
    pub fn slice(&self, a: usize, b: usize) -> &str {
        if self.is_ascii() {
            return &self.text[a..b];
        }
        let mut it = self.text.char_indices().map(|(i, _)| i).chain(std::iter::once(self.text.len()));
        let from = it.nth(a).unwrap_or(self.text.len());
        let to = if b == a { from } else { it.nth(b - a - 1).unwrap_or(self.text.len()) };
        &self.text[from..to]
    }
    /// Its hash, computed once.
    pub fn hash(&self) -> u64 {
        let h = self.hash.get();
        if h != 0 {
            return h;
        }
        // FNV-1a over words would do; keys are short and the table mixes again.
        let mut h: u64 = 0xcbf2_9ce4_8422_2325;
        for b in self.text.bytes() {
            h = (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
        }
        let h = (h ^ (h >> 29)) | 1;
        self.hash.set(h);
        h
    }
}

impl Drop for PyStr {
    fn drop(&mut self) {
        mem::shrink(self.text.len() + 40);
    }
}

impl std::fmt::Display for PyStr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.text)
    }
}

impl std::fmt::Debug for PyStr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", &*self.text)
    }
}

impl std::ops::Deref for PyStr {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

thread_local! {
    static INTERNED: std::cell::RefCell<HashMap<Box<str>, Str>> = std::cell::RefCell::new(HashMap::new());
}

/// The one shared string for a name: attribute and variable names compare by address first.
pub fn intern(s: &str) -> Str {
    INTERNED.with(|t| {
        if let Some(x) = t.borrow().get(s) {
            return x.clone();
        }
        let x = PyStr::new(s);
        t.borrow_mut().insert(s.into(), x.clone());
        x
    })
}
