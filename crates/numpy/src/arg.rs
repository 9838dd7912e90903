//! `Arg`: the one value type at the library's border. Python and JavaScript convert to it and from it.

use crate::Cx;
use gradlens_ir::{Array, DType, LocalBoxFuture, Result, Value};
use std::any::Any;
use std::fmt;
use std::rc::Rc;

/// A value of the host language as the library sees it.
#[derive(Clone)]
pub enum Arg {
    /// `None`.
    None,
    /// `NotImplemented`: an operator does not know its other operand; the host tries the reflected one.
    NotImplemented,
    /// `True`, `False`.
    Bool(bool),
    /// A Python `int` that fits; a longer one is `BigInt`.
    Int(i64),
    /// A Python `int` beyond 64 bits, in decimal digits.
    BigInt(Rc<str>),
    /// A Python `float`.
    Float(f64),
    /// A Python `complex`.
    Complex(f64, f64),
    /// A Python `str`.
    Str(Rc<str>),
    /// A JAX array or tracer.
    Array(Value),
    /// A NumPy array: a constant to JAX, and its 64-bit dtypes are canonicalised.
    NpArray(Array),
    /// A NumPy scalar (`np.float64(1.0)`): strongly typed, shape `()`.
    NpScalar(Array),
    /// A dtype object (`x.dtype`).
    DType(DType),
    /// A type that stands for a dtype: `jnp.float32`, `np.float32`, `float`, `jnp.floating`.
    Type(TypeArg),
    /// A tuple.
    Tuple(Vec<Arg>),
    /// A list.
    List(Vec<Arg>),
    /// A dict, in insertion order.
    Dict(Vec<(Arg, Arg)>),
    /// A `collections.OrderedDict`.
    OrderedDict(Vec<(Arg, Arg)>),
    /// A `collections.defaultdict` with its factory.
    DefaultDict(Box<Arg>, Vec<(Arg, Arg)>),
    /// An instance of a `NamedTuple` class.
    NamedTuple(Rc<TypeHandle>, Vec<Arg>),
    /// An instance of a class registered as a pytree, taken apart.
    Custom(Rc<CustomNode>),
    /// `start:stop:step`.
    Slice(Box<[Arg; 3]>),
    /// `...`.
    Ellipsis,
    /// Something that can be called.
    Callable(Rc<dyn Callable>),
    /// An object of the library (`x.at[i]`, `finfo`, a `PyTreeDef`, a `Jaxpr`, ...).
    Object(Rc<dyn Object>),
    /// Any other object of the host language: a pytree leaf.
    Opaque(Rc<dyn HostObject>),
}

/// A type used as a dtype.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypeArg {
    /// `jnp.float32`: calling it makes a JAX array.
    Jnp(DType),
    /// `np.float32`: calling it makes a NumPy scalar.
    Np(DType),
    /// `float`, `int`, `bool`, `complex`: weak.
    Python(PyType),
    /// `jnp.floating` and kin: for `issubdtype` only.
    Abstract(AbstractType),
}

/// The Python types that stand for weak dtypes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum PyType {
    Bool,
    Int,
    Float,
    Complex,
}

/// NumPy's abstract scalar types (and `jax.dtypes.prng_key`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum AbstractType {
    Generic,
    Number,
    Integer,
    SignedInteger,
    UnsignedInteger,
    Inexact,
    Floating,
    ComplexFloating,
    Extended,
    PrngKey,
}

/// A class of the host language: a `NamedTuple`, or a class registered as a pytree node.
pub struct TypeHandle {
    /// Its `__name__`.
    pub name: Rc<str>,
    /// Field names (`NamedTuple`s; empty otherwise).
    pub fields: Vec<Rc<str>>,
    /// Identity: two handles are the same type when their ids are equal.
    pub id: usize,
    /// The host's own object.
    pub host: Rc<dyn Any>,
}

/// An instance of a registered pytree class, as its flatten function gave it.
#[derive(Clone)]
pub struct CustomNode {
    /// The class.
    pub ty: Rc<TypeHandle>,
    /// Its children.
    pub children: Vec<Arg>,
    /// One key per child, where it was registered with keys (or as a dataclass).
    pub keys: Option<Vec<Arg>>,
    /// The static rest; compared with `arg_eq`.
    pub aux: Arg,
}

/// How a parameter of a callable may be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Before `/`.
    PositionalOnly,
    /// By position or name.
    Normal,
    /// `*args`.
    VarArgs,
    /// After `*`.
    KeywordOnly,
    /// `**kwargs`.
    VarKeywords,
}

/// Something that can be called. The future resolves when the call has returned; it may run the host language.
pub trait Callable {
    /// Calls it.
    fn call(&self, cx: &Cx, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> LocalBoxFuture<Result<Arg>>;
    /// Its `__name__` (`<lambda>` for lambdas).
    fn name(&self) -> String;
    /// Its parameters, where known: for `static_argnames`, `debug_info` and messages.
    fn parameters(&self) -> Option<Vec<(Rc<str>, Kind)>> {
        None
    }
    /// Identity, for caches: the same function object has the same id as long as it lives.
    fn id(&self) -> usize;
    /// An attribute (`f.defjvp`, `f.lower`, `__wrapped__`), if it has one of that name.
    fn attr(&self, _cx: &Cx, _name: &str) -> Result<Option<Arg>> {
        Ok(None)
    }
    /// Whether it is a tree: the arrays it closes over (`jax.tree_util.Partial`, the pullback of `vjp`).
    fn children(&self) -> Vec<Arg> {
        Vec::new()
    }
    /// What `repr` shows.
    fn repr(&self) -> String {
        format!("<function {}>", self.name())
    }
    /// The implementor's own type.
    fn as_any(&self) -> &dyn Any;
}

/// An object of the library with attributes, perhaps items.
pub trait Object {
    /// `type(x).__name__`.
    fn type_name(&self) -> String;
    /// `repr(x)`.
    fn repr(&self, cx: &Cx) -> Result<String>;
    /// `str(x)`.
    fn str(&self, cx: &Cx) -> Result<String> {
        self.repr(cx)
    }
    /// An attribute or bound method.
    fn attr(&self, _cx: &Cx, _name: &str) -> Result<Option<Arg>> {
        Ok(None)
    }
    /// The names `attr` knows, for completion.
    fn attr_names(&self) -> &'static [&'static str] {
        &[]
    }
    /// `x[index]`; `None` when it has no items.
    fn item(&self, _cx: &Cx, _index: &Arg) -> Option<Result<Arg>> {
        None
    }
    /// The elements, when it can be iterated over.
    fn iter(&self, _cx: &Cx) -> Option<Result<Vec<Arg>>> {
        None
    }
    /// `x == y`.
    fn eq(&self, other: &dyn Object) -> bool {
        std::ptr::addr_eq(self.as_any() as *const dyn Any, other.as_any() as *const dyn Any)
    }
    /// The implementor's own type.
    fn as_any(&self) -> &dyn Any;
}

/// An object of the host language that the library only passes along.
pub trait HostObject {
    /// `type(x)` as messages show it: `<class 'str'>` is `str` here.
    fn type_name(&self) -> String;
    /// `repr(x)`, short.
    fn repr(&self) -> String;
    /// `x == y`, by the host's rules where that runs no user code, else by identity.
    fn eq(&self, other: &dyn HostObject) -> bool;
    /// Identity.
    fn id(&self) -> usize;
    /// The host's own type.
    fn as_any(&self) -> &dyn Any;
}

impl Arg {
    /// A string.
    pub fn str(s: impl AsRef<str>) -> Arg {
        Arg::Str(Rc::from(s.as_ref()))
    }
    /// A tuple of ints (a shape).
    pub fn shape(dims: &[usize]) -> Arg {
        Arg::Tuple(dims.iter().map(|&d| Arg::Int(d as i64)).collect())
    }
    /// Whether it is `None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Arg::None)
    }
    /// The value when it is `Some`, else `None`'s `Arg`.
    pub fn option(x: Option<Arg>) -> Arg {
        x.unwrap_or(Arg::None)
    }
    /// An array, tracer, NumPy array or Python number.
    pub fn is_arraylike(&self) -> bool {
        self.is_number() || matches!(self, Arg::Array(_) | Arg::NpArray(_) | Arg::NpScalar(_))
    }
    /// A Python number.
    pub fn is_number(&self) -> bool {
        matches!(self, Arg::Bool(_) | Arg::Int(_) | Arg::BigInt(_) | Arg::Float(_) | Arg::Complex(..))
    }
    /// The elements of a tuple, list or named tuple.
    pub fn sequence(&self) -> Option<&[Arg]> {
        match self {
            Arg::Tuple(v) | Arg::List(v) | Arg::NamedTuple(_, v) => Some(v),
            _ => None,
        }
    }
    /// The text of a `str`.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Arg::Str(s) => Some(s),
            _ => None,
        }
    }
    /// `type(x)` as CPython's messages name it: `list`, `float`, `jaxlib._jax.ArrayImpl`, ...
    pub fn type_name(&self) -> String {
        match self {
            Arg::None => "NoneType".into(),
            Arg::NotImplemented => "NotImplementedType".into(),
            Arg::Bool(_) => "bool".into(),
            Arg::Int(_) | Arg::BigInt(_) => "int".into(),
            Arg::Float(_) => "float".into(),
            Arg::Complex(..) => "complex".into(),
            Arg::Str(_) => "str".into(),
            Arg::Array(Value::Array(_)) => "jaxlib._jax.ArrayImpl".into(),
            Arg::Array(Value::Tracer(_)) => "Tracer".into(),
            Arg::NpArray(_) => "numpy.ndarray".into(),
            Arg::NpScalar(a) => format!("numpy.{}", a.dtype()),
            Arg::DType(d) => format!("numpy.dtypes.{}DType", capitalised(d.name())),
            Arg::Type(TypeArg::Jnp(_)) => "jax._src.numpy.scalar_types._ScalarMeta".into(),
            Arg::Type(_) => "type".into(),
            Arg::Tuple(_) => "tuple".into(),
            Arg::List(_) => "list".into(),
            Arg::Dict(_) => "dict".into(),
            Arg::OrderedDict(_) => "collections.OrderedDict".into(),
            Arg::DefaultDict(..) => "collections.defaultdict".into(),
            Arg::NamedTuple(t, _) => format!("__main__.{}", t.name),
            Arg::Custom(c) => format!("__main__.{}", c.ty.name),
            Arg::Slice(_) => "slice".into(),
            Arg::Ellipsis => "ellipsis".into(),
            Arg::Callable(_) => "function".into(),
            Arg::Object(o) => o.type_name(),
            Arg::Opaque(o) => o.type_name(),
        }
    }
}

fn capitalised(s: &str) -> String {
    let mut c = s.chars();
    c.next().map(|f| f.to_uppercase().chain(c).collect()).unwrap_or_default()
}

/// `a == b` for static data (aux data of pytrees, static arguments): arrays by identity of their bytes.
pub fn arg_eq(a: &Arg, b: &Arg) -> bool {
    let all = |x: &[Arg], y: &[Arg]| x.len() == y.len() && x.iter().zip(y).all(|(p, q)| arg_eq(p, q));
    let items = |x: &[(Arg, Arg)], y: &[(Arg, Arg)]| {
        x.len() == y.len() && x.iter().all(|(k, v)| y.iter().any(|(l, w)| arg_eq(k, l) && arg_eq(v, w)))
    };
    let number = |x: &Arg| match x {
        Arg::Bool(b) => Some((*b as i64 as f64, 0.0)),
        Arg::Int(i) => Some((*i as f64, 0.0)),
        Arg::Float(f) => Some((*f, 0.0)),
        Arg::Complex(r, i) => Some((*r, *i)),
        _ => None,
    };
    match (a, b) {
        (Arg::None, Arg::None) | (Arg::Ellipsis, Arg::Ellipsis) | (Arg::NotImplemented, Arg::NotImplemented) => true,
        (Arg::Int(x), Arg::Int(y)) => x == y,
        (Arg::BigInt(x), Arg::BigInt(y)) => x == y,
        (Arg::Str(x), Arg::Str(y)) => x == y,
        (Arg::DType(x), Arg::DType(y)) => x == y,
        (Arg::Type(x), Arg::Type(y)) => x == y,
        (Arg::Tuple(x), Arg::Tuple(y)) | (Arg::List(x), Arg::List(y)) => all(x, y),
        (Arg::Dict(x), Arg::Dict(y)) | (Arg::OrderedDict(x), Arg::OrderedDict(y)) => items(x, y),
        (Arg::DefaultDict(f, x), Arg::DefaultDict(g, y)) => arg_eq(f, g) && items(x, y),
        (Arg::NamedTuple(s, x), Arg::NamedTuple(t, y)) => s.id == t.id && all(x, y),
        (Arg::Custom(x), Arg::Custom(y)) => {
            x.ty.id == y.ty.id && arg_eq(&x.aux, &y.aux) && all(&x.children, &y.children)
        }
        (Arg::Slice(x), Arg::Slice(y)) => all(&x[..], &y[..]),
        (Arg::Callable(x), Arg::Callable(y)) => x.id() == y.id(),
        (Arg::Object(x), Arg::Object(y)) => x.eq(&**y),
        (Arg::Opaque(x), Arg::Opaque(y)) => x.eq(&**y),
        (Arg::Array(Value::Array(x)), Arg::Array(Value::Array(y))) => x == y,
        (Arg::Array(x), Arg::Array(y)) => x.same(y),
        (Arg::NpArray(x), Arg::NpArray(y)) | (Arg::NpScalar(x), Arg::NpScalar(y)) => x == y,
        _ => matches!((number(a), number(b)), (Some(x), Some(y)) if x == y),
    }
}

impl fmt::Debug for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Arg::Bool(b) => write!(f, "{b}"),
            Arg::Int(i) => write!(f, "{i}"),
            Arg::BigInt(s) => f.write_str(s),
            Arg::Float(x) => write!(f, "{x:?}"),
            Arg::Complex(r, i) => write!(f, "({r:?}+{i:?}j)"),
            Arg::Str(s) => write!(f, "{s:?}"),
            Arg::Array(v) => v.fmt(f),
            Arg::NpArray(a) | Arg::NpScalar(a) => write!(f, "np {a:?}"),
            Arg::DType(d) => write!(f, "{d}"),
            Arg::Type(t) => write!(f, "{t:?}"),
            Arg::Tuple(v) => write!(f, "tuple{v:?}"),
            Arg::List(v) => write!(f, "{v:?}"),
            Arg::Dict(v) | Arg::OrderedDict(v) | Arg::DefaultDict(_, v) => {
                f.debug_map().entries(v.iter().map(|(k, v)| (k, v))).finish()
            }
            Arg::NamedTuple(t, v) => write!(f, "{}{v:?}", t.name),
            Arg::Custom(c) => write!(f, "{}{:?}", c.ty.name, c.children),
            Arg::Slice(s) => write!(f, "{:?}:{:?}:{:?}", s[0], s[1], s[2]),
            Arg::Callable(c) => f.write_str(&c.repr()),
            other => f.write_str(&other.type_name()),
        }
    }
}

impl From<&Value> for Arg {
    fn from(v: &Value) -> Arg {
        Arg::Array(v.clone())
    }
}
impl From<&Arg> for Arg {
    fn from(a: &Arg) -> Arg {
        a.clone()
    }
}
impl From<Value> for Arg {
    fn from(v: Value) -> Arg {
        Arg::Array(v)
    }
}
impl From<Array> for Arg {
    fn from(a: Array) -> Arg {
        Arg::Array(Value::Array(a))
    }
}
impl From<bool> for Arg {
    fn from(b: bool) -> Arg {
        Arg::Bool(b)
    }
}
impl From<i64> for Arg {
    fn from(i: i64) -> Arg {
        Arg::Int(i)
    }
}
impl From<usize> for Arg {
    fn from(i: usize) -> Arg {
        Arg::Int(i as i64)
    }
}
impl From<f64> for Arg {
    fn from(x: f64) -> Arg {
        Arg::Float(x)
    }
}
