//! The object model: what a Python value is here.
//!
//! [`Obj`] is one word of tag and one of payload, cheap to clone. Everything mutable is behind an `Rc` with interior
//! mutability. Nothing here calls Python: what may have to (an `__eq__` of the user's, say) is in `ops`.
//!
//! # How a builtin is written
//!
//! A builtin is a row: name, signature, implementation ([`Imp`]). The signature is text in Python's syntax and is bound
//! before the implementation runs, so `args[i]` is parameter `i` (a parameter with an empty default, `key=`, is
//! [`Obj::Null`] when it is not given; `*args` arrives as a tuple, `**kw` as a dict).
//!
//! ```text
//! d.sync("len", "obj, /", |rt, a| Ok(Obj::Int(ops::len_sync(rt, &a[0])? as i64)));
//! d.asynch("sorted", "iterable, /, *, key=None, reverse=False", |rt, a| Box::pin(async move { ... }));
//! d.both("sum", "iterable, /, start=0", sum_sync, sum_async);
//! ```
//!
//! - `sync` gets `(&Rt, &[Obj])` and may not call Python.
//! - `asynch` gets `(Rt, Vec<Obj>)` and returns a boxed future; it calls Python with `rt.call(&f, args).await`,
//!   `ops::iter_next(&rt, &it).await`, `ops::eq(&rt, &a, &b).await`, ... The future is a frame of the VM.
//! - `both` tries the sync part first; where that returns `Err(Exc::NeedsVm)` (every `*_sync` helper does when Python
//!   would have to be called) the async part runs. The sync part must have had no effect by then.
//!
//! Errors: `type_error(format!(..))`, `value_error`, ... return an [`Exc`]; `Err(type_error(..))`.
//! Work in proportion to an argument is charged first: `rt.charge(n)?`; memory: `mem::check(bytes)?`.

pub mod class;
pub mod containers;
pub mod dict;
pub mod exc;
pub mod mem;
pub mod native;
pub mod string;

use std::rc::Rc;

use num_bigint::BigInt;

pub use class::{Class, Instance, types};
pub use containers::*;
pub use dict::{PyDict, PySet, Table};
pub use exc::{E, Exc, ExcData, Fatal, FatalKind, R, TbEntry};
pub use exc::{attribute_error, index_error, key_error, name_error, runtime_error, type_error, value_error};
pub use native::{Args, Builtin, Fut, Imp, Native, Sig, Wait};
pub use string::{PyStr, Str, intern};

/// Texts above this many bytes check the memory cap while they grow.
pub const MAX_STR: usize = 1 << 16;

/// A Python value.
#[derive(Clone, Default)]
#[allow(missing_docs)]
pub enum Obj {
    /// No value: an unbound local, a parameter that was not given, a deleted slot. Never visible to Python.
    #[default]
    Null,
    None,
    NotImplemented,
    Ellipsis,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// An integer outside `i64`. Always normalised: never holds what `Int` could.
    Big(Rc<BigInt>),
    Complex(Rc<(f64, f64)>),
    Str(Str),
    Bytes(Rc<Vec<u8>>),
    Tuple(Rc<PyTuple>),
    List(Rc<PyList>),
    Dict(Rc<PyDict>),
    Set(Rc<PySet>),
    Range(Rc<PyRange>),
    Slice(Rc<PySlice>),
    View(Rc<DictView>),
    Function(Rc<Function>),
    Method(Rc<Method>),
    Builtin(Rc<Builtin>),
    Class(Rc<Class>),
    Instance(Rc<Instance>),
    Module(Rc<Module>),
    Generator(Rc<Generator>),
    Iter(Rc<PyIter>),
    Cell(Rc<PyCell>),
    Property(Rc<Property>),
    /// `staticmethod(f)`.
    Static(Rc<Wrapper>),
    /// `classmethod(f)`.
    ClassMethod(Rc<Wrapper>),
    Super(Rc<Super>),
    /// An object of the host: arrays, dtypes, tree definitions, ...
    Native(Rc<Box<dyn Native>>),
}

impl Obj {
    /// A string object.
    pub fn str(s: impl Into<String>) -> Obj {
        Obj::Str(PyStr::new(s.into()))
    }
    /// An interned string object, for names.
    pub fn name(s: &str) -> Obj {
        Obj::Str(intern(s))
    }
    /// A tuple.
    pub fn tuple(items: Vec<Obj>) -> Obj {
        Obj::Tuple(PyTuple::new(items))
    }
    /// A list.
    pub fn list(items: Vec<Obj>) -> Obj {
        Obj::List(PyList::new(items))
    }
    /// A complex number.
    pub fn complex(re: f64, im: f64) -> Obj {
        Obj::Complex(Rc::new((re, im)))
    }
    /// An integer of any size, normalised.
    pub fn big(b: BigInt) -> Obj {
        match num_traits::ToPrimitive::to_i64(&b) {
            Some(i) => Obj::Int(i),
            None => Obj::Big(Rc::new(b)),
        }
    }
    /// A host object.
    pub fn native(n: impl Native) -> Obj {
        Obj::Native(Rc::new(Box::new(n)))
    }
    /// Not [`Obj::Null`].
    pub fn given(&self) -> bool {
        !matches!(self, Obj::Null)
    }
    /// `is None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Obj::None)
    }
    /// Holds no other object, so dropping it cannot recurse.
    pub fn is_atom(&self) -> bool {
        matches!(
            self,
            Obj::Null
                | Obj::None
                | Obj::NotImplemented
                | Obj::Ellipsis
                | Obj::Bool(_)
                | Obj::Int(_)
                | Obj::Float(_)
                | Obj::Big(_)
                | Obj::Complex(_)
                | Obj::Str(_)
                | Obj::Bytes(_)
                | Obj::Range(_)
        )
    }
    /// The text, for a `str` and for instances of its subclasses.
    pub fn as_str(&self) -> Option<&Str> {
        match self.base() {
            Obj::Str(s) => Some(s),
            _ => None,
        }
    }
    /// For an instance of a user's subclass of a builtin type, the builtin value in it; otherwise itself.
    pub fn base(&self) -> &Obj {
        match self {
            Obj::Instance(i) if i.base.given() => &i.base,
            _ => self,
        }
    }
    /// The items of a tuple or of an instance of a subclass of tuple.
    pub fn as_tuple(&self) -> Option<&Rc<PyTuple>> {
        match self.base() {
            Obj::Tuple(t) => Some(t),
            _ => None,
        }
    }
    /// The exception data, where this is an exception instance.
    pub fn exc(&self) -> Option<&ExcData> {
        match self {
            Obj::Instance(i) => i.exc.as_deref(),
            _ => None,
        }
    }
    /// The host object, where it is a `T`.
    pub fn downcast<T: Native>(&self) -> Option<&T> {
        match self.base() {
            Obj::Native(n) => {
                let any: &dyn std::any::Any = &***n;
                any.downcast_ref::<T>()
            }
            _ => None,
        }
    }
    /// Its class.
    pub fn class(&self) -> Rc<Class> {
        let t = types();
        match self {
            Obj::Null | Obj::None => &t.none,
            Obj::NotImplemented => &t.not_implemented,
            Obj::Ellipsis => &t.ellipsis,
            Obj::Bool(_) => &t.bool,
            Obj::Int(_) | Obj::Big(_) => &t.int,
            Obj::Float(_) => &t.float,
            Obj::Complex(_) => &t.complex,
            Obj::Str(_) => &t.str,
            Obj::Bytes(_) => &t.bytes,
            Obj::Tuple(_) => &t.tuple,
            Obj::List(_) => &t.list,
            Obj::Dict(_) => &t.dict,
            Obj::Set(s) => {
                if s.frozen {
                    &t.frozenset
                } else {
                    &t.set
                }
            }
            Obj::Range(_) => &t.range,
            Obj::Slice(_) => &t.slice,
            Obj::View(v) => match v.what {
                ViewKind::Keys => &t.dict_keys,
                ViewKind::Values => &t.dict_values,
                ViewKind::Items => &t.dict_items,
            },
            Obj::Function(_) => &t.function,
            Obj::Method(m) => {
                if matches!(m.func, Obj::Builtin(_)) {
                    &t.builtin
                } else {
                    &t.method
                }
            }
            Obj::Builtin(_) => &t.builtin,
            Obj::Class(_) => &t.type_,
            Obj::Instance(i) => return i.class.borrow().clone(),
            Obj::Module(_) => &t.module,
            Obj::Generator(_) => &t.generator,
            Obj::Iter(i) => return i.class(),
            Obj::Cell(_) => &t.cell,
            Obj::Property(_) => &t.property,
            Obj::Static(_) => &t.staticmethod,
            Obj::ClassMethod(_) => &t.classmethod,
            Obj::Super(_) => &t.super_,
            Obj::Native(n) => return n.class(),
        }
        .clone()
    }
    /// The name of its class, as error messages give it.
    pub fn type_name(&self) -> String {
        self.class().name.borrow().to_string()
    }
    /// `a is b`.
    pub fn is(&self, o: &Obj) -> bool {
        use Obj::*;
        match (self, o) {
            (Null, Null) | (None, None) | (NotImplemented, NotImplemented) | (Ellipsis, Ellipsis) => true,
            (Bool(a), Bool(b)) => a == b,
            (Int(a), Int(b)) => a == b,
            (Float(a), Float(b)) => a.to_bits() == b.to_bits(),
            (Big(a), Big(b)) => Rc::ptr_eq(a, b),
            (Str(a), Str(b)) => Rc::ptr_eq(a, b) || (a.as_str() == b.as_str() && a.len() < 64),
            _ => self.id() == o.id() && std::mem::discriminant(self) == std::mem::discriminant(o) && self.id() != 0,
        }
    }
    /// The address behind `id()`; 0 for what has none.
    pub fn id(&self) -> usize {
        use Obj::*;
        fn p<T>(r: &Rc<T>) -> usize {
            Rc::as_ptr(r) as *const u8 as usize
        }
        match self {
            Null | None | NotImplemented | Ellipsis | Bool(_) | Int(_) | Float(_) => 0,
            Big(r) => p(r),
            Complex(r) => p(r),
            Str(r) => p(r),
            Bytes(r) => p(r),
            Tuple(r) => p(r),
            List(r) => p(r),
            Dict(r) => p(r),
            Set(r) => p(r),
            Range(r) => p(r),
            Slice(r) => p(r),
            View(r) => p(r),
            Function(r) => p(r),
            Method(r) => p(r),
            Builtin(r) => p(r),
            Class(r) => p(r),
            Instance(r) => p(r),
            Module(r) => p(r),
            Generator(r) => p(r),
            Iter(r) => p(r),
            Cell(r) => p(r),
            Property(r) => p(r),
            Static(r) | ClassMethod(r) => p(r),
            Super(r) => p(r),
            Native(r) => p(r),
        }
    }
}

impl From<i64> for Obj {
    fn from(v: i64) -> Obj {
        Obj::Int(v)
    }
}
impl From<bool> for Obj {
    fn from(v: bool) -> Obj {
        Obj::Bool(v)
    }
}
impl From<f64> for Obj {
    fn from(v: f64) -> Obj {
        Obj::Float(v)
    }
}
impl From<&str> for Obj {
    fn from(v: &str) -> Obj {
        Obj::str(v)
    }
}
impl From<String> for Obj {
    fn from(v: String) -> Obj {
        Obj::str(v)
    }
}

impl std::fmt::Debug for Obj {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Obj::Null => f.write_str("<null>"),
            Obj::None => f.write_str("None"),
            Obj::Bool(b) => write!(f, "{b}"),
            Obj::Int(i) => write!(f, "{i}"),
            Obj::Float(x) => write!(f, "{x:?}"),
            Obj::Str(s) => write!(f, "{:?}", s.as_str()),
            o => write!(f, "<{} object>", o.type_name()),
        }
    }
}
