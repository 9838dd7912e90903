//! Lists, tuples, ranges, slices, views, functions, iterators and the other plain objects.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use super::{Class, Obj, PyDict, R, Str, mem, types};
use crate::vm::code::Code;

/// A `tuple`.
pub struct PyTuple {
    items: Box<[Obj]>,
}

impl PyTuple {
    /// Shares a tuple.
    pub fn new(items: Vec<Obj>) -> Rc<PyTuple> {
        mem::force(items.len() * 16 + 32);
        Rc::new(PyTuple { items: items.into_boxed_slice() })
    }
}
impl std::ops::Deref for PyTuple {
    type Target = [Obj];
    fn deref(&self) -> &[Obj] {
        &self.items
    }
}
impl Drop for PyTuple {
    fn drop(&mut self) {
        mem::shrink(self.items.len() * 16 + 32);
        mem::trash(std::mem::take(&mut self.items).into_vec());
    }
}

/// A `list`.
pub struct PyList {
    /// The items. After growing it by much, call [`PyList::account`].
    pub v: RefCell<Vec<Obj>>,
    taken: Cell<usize>,
}

impl PyList {
    /// Shares a list.
    pub fn new(items: Vec<Obj>) -> Rc<PyList> {
        let taken = items.capacity() * 16 + 48;
        mem::force(taken);
        Rc::new(PyList { v: RefCell::new(items), taken: Cell::new(taken) })
    }
    /// How many items.
    pub fn len(&self) -> usize {
        self.v.borrow().len()
    }
    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.v.borrow().is_empty()
    }
    /// Brings the accounted memory up to date; an error past the cap.
    pub fn account(&self) -> R<()> {
        let now = self.v.borrow().capacity() * 16 + 48;
        let was = self.taken.replace(now);
        if now > was {
            mem::force(now - was);
            return mem::check(0);
        }
        mem::shrink(was - now);
        Ok(())
    }
    /// Appends.
    pub fn push(&self, x: Obj) -> R<()> {
        let mut v = self.v.borrow_mut();
        let full = v.len() == v.capacity();
        v.push(x);
        drop(v);
        if full { self.account() } else { Ok(()) }
    }
    /// A copy of the items.
    pub fn items(&self) -> Vec<Obj> {
        self.v.borrow().clone()
    }
}
impl Drop for PyList {
    fn drop(&mut self) {
        mem::shrink(self.taken.get());
        mem::trash(std::mem::take(&mut *self.v.borrow_mut()));
    }
}

/// A `range`.
#[derive(Clone, Copy, Debug)]
pub struct PyRange {
    /// First.
    pub start: i64,
    /// End, excluded.
    pub stop: i64,
    /// Never 0.
    pub step: i64,
}

impl PyRange {
    /// How many numbers.
    pub fn len(&self) -> i64 {
        let (a, b, s) = (i128::from(self.start), i128::from(self.stop), i128::from(self.step));
        let n = if s > 0 { (b - a + s - 1).div_euclid(s) } else { (a - b - s - 1).div_euclid(-s) };
        n.clamp(0, i128::from(i64::MAX)) as i64
    }
    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The `i`-th, `0 <= i < len`.
    pub fn at(&self, i: i64) -> i64 {
        self.start.wrapping_add(i.wrapping_mul(self.step))
    }
}

/// A `slice`.
pub struct PySlice {
    /// Start, or None.
    pub start: Obj,
    /// Stop, or None.
    pub stop: Obj,
    /// Step, or None.
    pub step: Obj,
}

/// What a dict view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ViewKind {
    Keys,
    Values,
    Items,
}

/// `d.keys()`, `d.values()`, `d.items()`.
pub struct DictView {
    /// Of which dict.
    pub dict: Rc<PyDict>,
    /// What.
    pub what: ViewKind,
}

/// A Python function.
pub struct Function {
    /// Its code.
    pub code: Rc<Code>,
    /// The globals of its module.
    pub globals: Rc<PyDict>,
    /// `__name__`.
    pub name: RefCell<Str>,
    /// `__qualname__`.
    pub qualname: RefCell<Str>,
    /// Defaults of the last positional parameters.
    pub defaults: RefCell<Vec<Obj>>,
    /// Defaults of keyword-only parameters, in their order; null where none.
    pub kwdefaults: Vec<Obj>,
    /// The cells of its free variables.
    pub closure: Vec<Rc<PyCell>>,
    /// `__doc__`.
    pub doc: RefCell<Obj>,
    /// `__annotations__`.
    pub annotations: RefCell<Obj>,
    /// `__dict__`, once something is set.
    pub dict: OnceCell<Rc<PyDict>>,
}

impl Drop for Function {
    fn drop(&mut self) {
        let mut v = std::mem::take(&mut *self.defaults.borrow_mut());
        v.append(&mut self.kwdefaults);
        mem::trash(v);
    }
}

/// A bound method.
pub struct Method {
    /// What it is bound to.
    pub this: Obj,
    /// The function or builtin.
    pub func: Obj,
}

impl Drop for Method {
    fn drop(&mut self) {
        mem::trash(vec![std::mem::take(&mut self.this), std::mem::take(&mut self.func)]);
    }
}

/// A module.
pub struct Module {
    /// Its dotted name.
    pub name: Str,
    /// Its globals.
    pub dict: Rc<PyDict>,
}

/// A variable shared with inner functions.
#[derive(Default)]
pub struct PyCell {
    /// Its value; null while unbound.
    pub v: RefCell<Obj>,
}

impl Drop for PyCell {
    fn drop(&mut self) {
        mem::trash(vec![self.v.take()]);
    }
}

/// A `property`.
pub struct Property {
    /// Getter or None.
    pub get: Obj,
    /// Setter or None.
    pub set: Obj,
    /// Deleter or None.
    pub del: Obj,
    /// Docstring or None.
    pub doc: Obj,
    /// For `functools.cached_property`: the attribute it is kept under.
    pub cached: RefCell<Option<Str>>,
}

/// What `staticmethod` and `classmethod` wrap.
pub struct Wrapper {
    /// The function.
    pub func: Obj,
}

/// `super()`.
pub struct Super {
    /// Attributes are looked up after this class in the order of...
    pub after: Rc<Class>,
    /// ...the class of this object (or this class itself).
    pub this: Obj,
}

/// A generator: a frame that is put aside between `yield`s.
pub struct Generator {
    /// The frame, while neither running nor finished.
    pub frame: RefCell<Option<Box<crate::vm::frame::Saved>>>,
    /// Whether it is on the stack of frames.
    pub running: Cell<bool>,
    /// Whether it has been started.
    pub started: Cell<bool>,
    /// The function's name.
    pub name: Str,
}

/// An iterator of a builtin type.
pub struct PyIter {
    /// What it goes over, and where it is.
    pub kind: RefCell<IterKind>,
    /// For `type(it)` and error messages.
    pub name: &'static str,
}

/// The builtin iterators.
#[allow(missing_docs)]
pub enum IterKind {
    Done,
    /// Over a list or a tuple.
    Seq {
        seq: Obj,
        at: usize,
    },
    Reversed {
        seq: Obj,
        left: usize,
    },
    Range {
        r: PyRange,
        at: i64,
        len: i64,
    },
    Str {
        s: Str,
        at: usize,
    },
    Bytes {
        b: Rc<Vec<u8>>,
        at: usize,
    },
    Dict {
        d: Rc<PyDict>,
        what: ViewKind,
        at: usize,
        len: usize,
        back: bool,
    },
    Set {
        s: Rc<super::PySet>,
        at: usize,
        len: usize,
    },
    Enumerate {
        it: Obj,
        n: i64,
    },
    Zip {
        its: Vec<Obj>,
        strict: bool,
    },
    Map {
        f: Obj,
        its: Vec<Obj>,
    },
    Filter {
        f: Obj,
        it: Obj,
    },
    /// `iter(f, sentinel)`.
    Call {
        f: Obj,
        sentinel: Obj,
    },
    /// By `__getitem__` with 0, 1, ...
    GetItem {
        seq: Obj,
        at: i64,
    },
    /// Anything a closure can go over.
    Host(Box<dyn FnMut(&crate::rt::Rt) -> R<Option<Obj>>>),
}

impl PyIter {
    /// An iterator object. `name` is what `type(it).__name__` says.
    pub fn obj(name: &'static str, kind: IterKind) -> Obj {
        Obj::Iter(Rc::new(PyIter { kind: RefCell::new(kind), name }))
    }
    /// Its class.
    pub fn class(&self) -> Rc<Class> {
        types().iterator(self.name)
    }
}

impl Drop for PyIter {
    fn drop(&mut self) {
        let k = std::mem::replace(&mut *self.kind.borrow_mut(), IterKind::Done);
        match k {
            IterKind::Seq { seq, .. } | IterKind::Reversed { seq, .. } | IterKind::GetItem { seq, .. } => {
                mem::trash(vec![seq]);
            }
            IterKind::Enumerate { it, .. } => mem::trash(vec![it]),
            IterKind::Zip { its, .. } => mem::trash(its),
            IterKind::Map { f, mut its } => {
                its.push(f);
                mem::trash(its);
            }
            IterKind::Filter { f, it } => mem::trash(vec![f, it]),
            IterKind::Call { f, sentinel } => mem::trash(vec![f, sentinel]),
            _ => {}
        }
    }
}
