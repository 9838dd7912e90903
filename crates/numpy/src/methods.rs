//! What arrays do by themselves: methods, properties, operators, iteration, `x.at[...]`.

use crate::arg::{Callable, Kind, Object};
use crate::indexing::{self, AtOptions};
use crate::object::Record;
use crate::prelude::*;
use crate::table::{Function, Item, Method, registry};
use crate::{print, shaping, ufuncs as u};
use gradlens_ir::{LocalBoxFuture, Prim};
use std::any::Any;
use std::rc::Rc;

/// Python's binary operators on arrays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    TrueDiv,
    FloorDiv,
    Mod,
    DivMod,
    Pow,
    MatMul,
    And,
    Or,
    Xor,
    LShift,
    RShift,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl BinaryOp {
    /// As messages write it.
    pub fn symbol(self) -> &'static str {
        use BinaryOp::*;
        match self {
            Add => "+",
            Sub => "-",
            Mul => "*",
            TrueDiv => "/",
            FloorDiv => "//",
            Mod => "%",
            DivMod => "divmod",
            Pow => "**",
            MatMul => "@",
            And => "&",
            Or => "|",
            Xor => "^",
            LShift => "<<",
            RShift => ">>",
            Eq => "==",
            Ne => "!=",
            Lt => "<",
            Le => "<=",
            Gt => ">",
            Ge => ">=",
        }
    }
}

/// Python's unary operators on arrays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum UnaryOp {
    Neg,
    Pos,
    Invert,
    Abs,
}

/// `a op b` where at least one is an array. `NotImplemented` for objects JAX does not know; sequences are an error.
pub fn binary(cx: &Cx, op: BinaryOp, a: &Arg, b: &Arg) -> Result<Arg> {
    let short = |x: &Arg| match x {
        Arg::Array(Value::Array(_)) => "ArrayImpl".to_string(),
        Arg::Array(v) => gradlens_transform::tracer_class(v).unwrap_or("ArrayImpl").to_string(),
        x => x.type_name(),
    };
    for x in [a, b] {
        if matches!(x, Arg::Tuple(_) | Arg::List(_) | Arg::Dict(_)) {
            return Err(Error::type_error(format!(
                "unsupported operand type(s) for {}: '{}' and '{}'",
                op.symbol(),
                short(a),
                short(b)
            )));
        }
        if !x.is_arraylike() {
            return Ok(Arg::NotImplemented);
        }
    }
    if !matches!(a, Arg::Array(_)) && !matches!(b, Arg::Array(_)) {
        return crate::np::binary(cx, op, a, b);
    }
    let out = match op {
        BinaryOp::Add => u::add(cx, a, b)?,
        BinaryOp::Sub => u::subtract(cx, a, b)?,
        BinaryOp::Mul => u::multiply(cx, a, b)?,
        BinaryOp::TrueDiv => u::true_divide(cx, a, b)?,
        BinaryOp::FloorDiv => u::floor_divide(cx, a, b)?,
        BinaryOp::Mod => u::remainder(cx, a, b)?,
        BinaryOp::Pow => u::power(cx, a, b)?,
        BinaryOp::MatMul => crate::products::matmul_args(cx, a, b, None)?,
        BinaryOp::And => u::bitwise_and(cx, a, b)?,
        BinaryOp::Or => u::bitwise_or(cx, a, b)?,
        BinaryOp::Xor => u::bitwise_xor(cx, a, b)?,
        BinaryOp::LShift => u::left_shift(cx, a, b)?,
        BinaryOp::RShift => u::right_shift(cx, a, b)?,
        BinaryOp::Eq => u::equal(cx, a, b)?,
        BinaryOp::Ne => u::not_equal(cx, a, b)?,
        BinaryOp::Lt => u::less(cx, a, b)?,
        BinaryOp::Le => u::less_equal(cx, a, b)?,
        BinaryOp::Gt => u::greater(cx, a, b)?,
        BinaryOp::Ge => u::greater_equal(cx, a, b)?,
        BinaryOp::DivMod => {
            let (q, r) = u::divmod(cx, a, b)?;
            return Ok(Arg::Tuple(vec![q.into(), r.into()]));
        }
    };
    Ok(out.into())
}

/// `-x`, `+x`, `~x`, `abs(x)`.
pub fn unary(cx: &Cx, op: UnaryOp, x: &Arg) -> Result<Arg> {
    if !matches!(x, Arg::Array(_)) {
        return crate::np::unary(cx, op, x);
    }
    Ok(match op {
        UnaryOp::Neg => u::negative(cx, x)?,
        UnaryOp::Pos => u::positive(cx, x)?,
        UnaryOp::Invert => u::invert(cx, x)?,
        UnaryOp::Abs => u::abs(cx, x)?,
    }
    .into())
}

/// `len(x)`.
pub fn len(x: &Arg) -> Result<usize> {
    match cv::shape_of(x).first() {
        Some(&n) => Ok(n),
        None => Err(Error::type_error("len() of unsized object")),
    }
}

/// The rows of an array: what iterating over it gives.
pub fn iterate(cx: &Cx, x: &Value) -> Result<Vec<Value>> {
    let Some(&n) = x.shape().first() else {
        return Err(Error::type_error("iteration over a 0-d array"));
    };
    (0..n).map(|i| p::index_in_dim(cx, x, i, 0)).collect()
}

/// `x[index]` for arrays and library objects.
pub fn get_item(cx: &Cx, x: &Arg, index: &Arg) -> Result<Arg> {
    match x {
        Arg::Array(v) => Ok(indexing::get_item(cx, v, index)?.into()),
        Arg::NpArray(_) | Arg::NpScalar(_) => crate::np::get_item(cx, x, index),
        Arg::Object(o) => match o.item(cx, index) {
            Some(r) => r,
            None => Err(Error::type_error(format!("'{}' object is not subscriptable", o.type_name()))),
        },
        other => Err(Error::type_error(format!("'{}' object is not subscriptable", other.type_name()))),
    }
}

/// The error of `x[index] = value`.
pub fn set_item_error(x: &Arg) -> Error {
    let class = match x {
        Arg::Array(v) => gradlens_transform::tracer_class(v)
            .map_or("<class 'jaxlib._jax.ArrayImpl'>".to_string(), |t| format!("<class 'jax._src.interpreters.{t}'>")),
        other => format!("<class '{}'>", other.type_name()),
    };
    Error::type_error("JAX arrays are immutable and do not support in-place item assignment. Instead of x[idx] = y, use x = x.at[idx].set(y) or another .at[] method: https://docs.jax.dev/en/latest/_autosummary/jax.numpy.ndarray.at.html".to_string())
    .with_help(format!("{class} has no item assignment"))
}

/// A Python number from an array of one element: `float(x)`, `int(x)`, `x.item()`.
pub fn item(cx: &Cx, x: &Arg, look: Look) -> Result<Arg> {
    let a = match x {
        Arg::Array(v) => {
            if v.aval().size() != 1 {
                return Err(match look {
                    Look::Item => Error::value_error("can only convert an array of size 1 to a Python scalar"),
                    _ => Error::type_error(
                        "Only scalar arrays can be converted to Python scalars; got arr.ndim=".to_string()
                            + &v.ndim().to_string(),
                    ),
                });
            }
            if v.ndim() != 0 && look != Look::Item {
                return Err(Error::type_error(format!(
                    "Only scalar arrays can be converted to Python scalars; got arr.ndim={}",
                    v.ndim()
                )));
            }
            cx.concrete(v, look)?
        }
        Arg::NpArray(a) | Arg::NpScalar(a) => a.clone(),
        other => return Ok(other.clone()),
    };
    element(&a, 0)
}

/// Element `i` as a Python number.
pub fn element(a: &Array, i: usize) -> Result<Arg> {
    Ok(match a.dtype() {
        DType::Bool => Arg::Bool(a.to_i64s()?[i] != 0),
        DType::U64 => {
            let bits = a.to_i64s()?[i];
            if bits < 0 { Arg::BigInt((bits as u64).to_string().into()) } else { Arg::Int(bits) }
        }
        d if d.is_integer() => Arg::Int(a.to_i64s()?[i]),
        d if d.is_complex() => {
            let (re, im) = a.to_complexes()?[i];
            Arg::Complex(re, im)
        }
        DType::Key => return Err(Error::type_error("No Python scalar type for arr.dtype=key<fry>")),
        _ => Arg::Float(a.to_f64s()?[i]),
    })
}

/// `int(x)`, `float(x)`, `complex(x)` of arrays.
pub fn to_python(cx: &Cx, x: &Arg, to: crate::arg::PyType) -> Result<Arg> {
    use crate::arg::PyType;
    let look = match to {
        PyType::Bool => return Ok(Arg::Bool(cv::truth(cx, x)?)),
        PyType::Int => Look::Int,
        PyType::Float | PyType::Complex => Look::Float,
    };
    let v = item(cx, x, look)?;
    match (to, v) {
        (PyType::Int, Arg::Float(f)) if f.is_nan() => Err(Error::value_error("cannot convert float NaN to integer")),
        (PyType::Int, Arg::Float(f)) if f.is_infinite() => {
            Err(Error::new(ErrorClass::OverflowError, "cannot convert float infinity to integer"))
        }
        (PyType::Int, Arg::Float(f)) if f.abs() < 9e18 => Ok(Arg::Int(f as i64)),
        (PyType::Int, Arg::Float(f)) => Ok(Arg::BigInt(format!("{f:.0}").into())),
        (PyType::Int, Arg::Bool(b)) => Ok(Arg::Int(b as i64)),
        (PyType::Float, Arg::Int(i)) => Ok(Arg::Float(i as f64)),
        (PyType::Float, Arg::Bool(b)) => Ok(Arg::Float(b as u8 as f64)),
        (PyType::Float | PyType::Int, Arg::Complex(..)) => Err(Error::type_error(format!(
            "{}() argument must be a string or a real number, not 'complex'",
            if to == PyType::Int { "int" } else { "float" }
        ))),
        (PyType::Complex, Arg::Float(f)) => Ok(Arg::Complex(f, 0.0)),
        (PyType::Complex, Arg::Int(i)) => Ok(Arg::Complex(i as f64, 0.0)),
        (_, v) => Ok(v),
    }
}

/// `x.tolist()`.
pub fn tolist(a: &Array) -> Result<Arg> {
    fn go(a: &Array, axis: usize, base: usize) -> Result<Arg> {
        let shape = a.shape();
        if axis == shape.len() {
            return element(a, base);
        }
        let stride: usize = shape[axis + 1..].iter().product();
        (0..shape[axis]).map(|i| go(a, axis + 1, base + i * stride)).collect::<Result<Vec<_>>>().map(Arg::List)
    }
    go(a, 0, 0)
}

/// An attribute of an array: a property's value or a bound method. `None`: it has no such attribute.
pub fn get_attr(cx: &Cx, x: &Arg, name: &str) -> Result<Option<Arg>> {
    let r = registry();
    let prefix = if matches!(x, Arg::Array(_)) { "jax.Array" } else { "numpy.ndarray" };
    match r.get(&format!("{prefix}.{name}")) {
        Some(Item::Function(f)) if f.property => call_now(cx, f, x.clone()).map(Some),
        Some(Item::Function(f)) => {
            Ok(Some(Arg::Callable(Rc::new(Method { function: f.clone(), receiver: x.clone() }))))
        }
        _ => Ok(None),
    }
}

fn call_now(cx: &Cx, f: &Function, x: Arg) -> Result<Arg> {
    let b = Bound { params: f.params.clone(), values: vec![x] };
    f.run(cx, &b).unwrap_or_else(|| Err(Error::internal("an async property")))
}

/// The names `get_attr` knows, for completion.
pub fn attr_names() -> Vec<String> {
    registry().members("jax.Array").into_iter().map(str::to_string).collect()
}

/// `x.at`: indexing it gives the update methods.
struct At(Value);
/// `x.at[index]`.
struct AtIndexed {
    x: Value,
    index: Arg,
}

impl Object for At {
    fn type_name(&self) -> String {
        "_IndexUpdateHelper".into()
    }
    fn repr(&self, cx: &Cx) -> Result<String> {
        Ok(format!("_IndexUpdateHelper({})", print::repr(cx, &Arg::from(&self.0))?))
    }
    fn item(&self, _: &Cx, index: &Arg) -> Option<Result<Arg>> {
        Some(Ok(Arg::Object(Rc::new(AtIndexed { x: self.0.clone(), index: index.clone() }))))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

const AT_METHODS: &[&str] =
    &["add", "apply", "divide", "get", "max", "min", "mul", "multiply", "power", "set", "subtract"];

impl Object for AtIndexed {
    fn type_name(&self) -> String {
        "_IndexUpdateRef".into()
    }
    fn repr(&self, cx: &Cx) -> Result<String> {
        Ok(format!("_IndexUpdateRef({}, {})", print::repr(cx, &Arg::from(&self.x))?, print::repr_short(&self.index)))
    }
    fn attr(&self, _: &Cx, name: &str) -> Result<Option<Arg>> {
        if !AT_METHODS.contains(&name) {
            return Ok(None);
        }
        Ok(registry().function(&format!("jax.Array.at.{name}")).map(|f| {
            Arg::Callable(
                Rc::new(AtMethod { function: f, x: self.x.clone(), index: self.index.clone() }) as Rc<dyn Callable>
            )
        }))
    }
    fn attr_names(&self) -> &'static [&'static str] {
        AT_METHODS
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `x.at[index].set`, bound.
struct AtMethod {
    function: Rc<Function>,
    x: Value,
    index: Arg,
}

impl Callable for AtMethod {
    fn call(&self, cx: &Cx, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> LocalBoxFuture<Result<Arg>> {
        let mut all = vec![Arg::from(&self.x), self.index.clone()];
        all.extend(args);
        self.function.call(cx, all, kwargs)
    }
    fn name(&self) -> String {
        self.function.name().into()
    }
    fn parameters(&self) -> Option<Vec<(Rc<str>, Kind)>> {
        Some(self.function.params.iter().skip(2).map(|p| (p.name.clone(), p.kind)).collect())
    }
    fn id(&self) -> usize {
        self as *const AtMethod as usize
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn at_options(cx: &Cx, b: &Bound) -> Result<AtOptions> {
    Ok(AtOptions {
        mode: indexing::mode_of(&b["mode"])?,
        unique: cv::truth(cx, &b["unique_indices"])?,
        sorted: cv::truth(cx, &b["indices_are_sorted"])?,
    })
}
fn at(cx: &Cx, b: &Bound, prim: Prim) -> Result<Arg> {
    let x = val(cx, "at", &b[0])?;
    Ok(indexing::scatter(cx, &x, &b["index"], &b["values"], prim, at_options(cx, b)?)?.into())
}
fn at_get(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "at", &b[0])?;
    let fill = if b["fill_value"].is_none() { None } else { Some(cv::float(cx, &b["fill_value"])?) };
    Ok(indexing::at_get(cx, &x, &b["index"], at_options(cx, b)?, fill)?.into())
}
fn at_subtract(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "at", &b[0])?;
    Ok(indexing::scatter(cx, &x, &b["index"], &b["values"], Prim::ScatterSub, at_options(cx, b)?)?.into())
}
/// Divides or raises the selected elements: the others are divided by, or raised to, one.
fn at_through_ones(cx: &Cx, b: &Bound, power: bool) -> Result<Arg> {
    let x = val(cx, "at", &b[0])?;
    let o = at_options(cx, b)?;
    let d = if power { crate::creation::asarray(cx, &b["values"], None)?.dtype() } else { x.dtype() };
    let ones = p::full(cx, x.shape(), d, 1.0)?;
    let by = indexing::scatter(cx, &ones, &b["index"], &b["values"], Prim::ScatterMul, o)?;
    Ok(if power { u::power(cx, &Arg::from(x), &Arg::from(by))? } else { u::true_divide(cx, &x, &by)? }.into())
}
fn at_apply(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let Arg::Callable(f) = b["func"].clone() else {
            return Err(Error::type_error(format!("'{}' object is not callable", b["func"].type_name())));
        };
        let now = cx.retrying(|| at_get_plain(&cx, &b)).await?;
        let new = f.call(&cx, vec![now], vec![]).await?;
        cx.retrying(|| {
            let x = val(&cx, "at", &b[0])?;
            Ok(indexing::scatter(&cx, &x, &b["index"], &new, Prim::Scatter, at_options(&cx, &b)?)?.into())
        })
        .await
    })
}
fn at_get_plain(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "at", &b[0])?;
    Ok(indexing::get_item(cx, &x, &b["index"])?.into())
}

fn array_of(b: &Bound) -> Result<Value> {
    match &b[0] {
        Arg::Array(v) => Ok(v.clone()),
        other => Err(Error::type_error(format!("expected an array, got {}", other.type_name()))),
    }
}
/// Varargs or one sequence: `x.reshape(2, 3)`, `x.reshape((2, 3))`.
fn unpacked(args: &Arg) -> Arg {
    match args.sequence() {
        Some([one]) => one.clone(),
        _ => args.clone(),
    }
}
fn reshape(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = array_of(b)?;
    let sizes = cv::ints(cx, &unpacked(&b["args"]))?;
    if b["order"].as_str() == Some("F") {
        let t = shaping::transpose(cx, &x)?;
        let r = shaping::reshape(cx, &t, &sizes.iter().rev().copied().collect::<Vec<_>>())?;
        return Ok(shaping::transpose(cx, &r)?.into());
    }
    Ok(shaping::reshape(cx, &x, &sizes)?.into())
}
fn transpose(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = array_of(b)?;
    let axes = unpacked(&b["args"]);
    if axes.is_none() || axes.sequence().is_some_and(<[Arg]>::is_empty) {
        return Ok(shaping::transpose(cx, &x)?.into());
    }
    let perm = cv::ints(cx, &axes)?.into_iter().map(|a| cv::axis(a, x.ndim())).collect::<Result<Vec<_>>>()?;
    Ok(p::transpose(cx, &x, &perm)?.into())
}
fn astype(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "astype", &b[0])?;
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(crate::creation::float_dtype(cx));
    if x.dtype() == DType::Key && d != DType::Key {
        return Err(Error::value_error("cannot directly convert between extended dtypes: key<fry>"));
    }
    Ok(p::astype(cx, &x, d)?.into())
}
fn item_method(cx: &Cx, b: &Bound) -> Result<Arg> {
    let args = b["args"].sequence().unwrap_or_default();
    if args.is_empty() {
        return item(cx, &b[0], Look::Item);
    }
    let x = array_of(b)?;
    let a = cx.concrete(&x, Look::Item)?;
    let at = match args {
        [one] if one.sequence().is_none() => cv::int(cx, one)?,
        _ => {
            let ix = cv::ints(cx, &unpacked(&b["args"]))?;
            ix.iter().zip(a.shape()).fold(0, |f, (&i, &n)| f * n as i64 + if i < 0 { i + n as i64 } else { i })
        }
    };
    let n = a.aval().size() as i64;
    let at = if at < 0 { at + n } else { at };
    if at < 0 || at >= n {
        return Err(Error::new(ErrorClass::IndexError, format!("index {at} is out of bounds for size {n}")));
    }
    element(&a, at as usize)
}
fn view(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = array_of(b)?;
    match cv::dtype_arg(cx, &b["dtype"])? {
        Some(d) if d.size() == x.dtype().size() => Ok(p::bitcast(cx, &x, d)?.into()),
        Some(d) => Err(Error::not_implemented(format!("view of {} as {d} is not supported.", x.dtype()))),
        None => Ok(x.into()),
    }
}

/// The one device there is.
pub fn device() -> Arg {
    Arg::Object(Rc::new(Record {
        type_name: "Device",
        fields: vec![
            ("platform", Arg::str("cpu")),
            ("id", Arg::Int(0)),
            ("device_kind", Arg::str("cpu")),
            ("process_index", Arg::Int(0)),
        ],
        text: "CpuDevice(id=0)".into(),
    }))
}

fn aval_object(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "aval", &b[0])?;
    let a = x.aval().clone();
    let weak = if a.weak_type { ", weak_type=True" } else { "" };
    Ok(Arg::Object(Rc::new(Record {
        type_name: "ShapedArray",
        fields: vec![
            ("shape", Arg::shape(&a.shape)),
            ("dtype", Arg::DType(a.dtype)),
            ("weak_type", Arg::Bool(a.weak_type)),
            ("ndim", Arg::from(a.ndim())),
            ("size", Arg::from(a.size())),
        ],
        text: format!("ShapedArray({}{weak})", a.long()),
    })))
}

const SIG_AT: &str = "self, index, values, *, indices_are_sorted=False, unique_indices=False, mode=None, out_sharding=None, wrap_negative_indices=True";

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.Array.__getitem__",
        "self, index, /",
        "The elements an index selects.",
        Sync(|cx, b| get_item(cx, &b[0], &b[1])),
    ),
    entry("jax.Array.shape", "@", "Axis sizes.", Sync(|_, b| Ok(Arg::shape(&cv::shape_of(&b[0]))))),
    entry("jax.Array.dtype", "@", "Element type.", Sync(|_, b| Ok(Arg::DType(array_of(b)?.dtype())))),
    entry("jax.Array.ndim", "@", "Number of axes.", Sync(|_, b| Ok(Arg::from(cv::shape_of(&b[0]).len())))),
    entry(
        "jax.Array.size",
        "@",
        "Number of elements.",
        Sync(|_, b| Ok(Arg::from(cv::shape_of(&b[0]).iter().product::<usize>()))),
    ),
    entry("jax.Array.itemsize", "@", "Bytes of an element.", Sync(|_, b| Ok(Arg::from(array_of(b)?.dtype().size())))),
    entry(
        "jax.Array.nbytes",
        "@",
        "Bytes of all elements.",
        Sync(|_, b| {
            let x = array_of(b)?;
            Ok(Arg::from(x.dtype().size() * x.aval().size()))
        }),
    ),
    entry(
        "jax.Array.weak_type",
        "@",
        "Whether it is weakly typed, as Python numbers are.",
        Sync(|_, b| Ok(Arg::Bool(array_of(b)?.aval().weak_type))),
    ),
    entry("jax.Array.aval", "@", "Its abstract value.", Sync(aval_object)),
    entry("jax.Array.T", "@", "All axes reversed.", Sync(|cx, b| Ok(shaping::transpose(cx, &array_of(b)?)?.into()))),
    entry(
        "jax.Array.mT",
        "@",
        "Last two axes swapped.",
        Sync(|cx, b| {
            let x = array_of(b)?;
            if x.ndim() < 2 {
                return Err(Error::value_error(format!(
                    "x must be at least two-dimensional for matrix_transpose; got ndim={}",
                    x.ndim()
                )));
            }
            Ok(shaping::swapaxes(cx, &x, x.ndim() - 2, x.ndim() - 1)?.into())
        }),
    ),
    entry("jax.Array.real", "@", "Real part.", Sync(|cx, b| Ok(u::real(cx, &b[0])?.into()))),
    entry("jax.Array.imag", "@", "Imaginary part.", Sync(|cx, b| Ok(u::imag(cx, &b[0])?.into()))),
    entry(
        "jax.Array.at",
        "@",
        "Updates without mutation: x.at[i].set(y), add, multiply, min, max, ...",
        Sync(|_, b| Ok(Arg::Object(Rc::new(At(array_of(b)?))))),
    ),
    entry("jax.Array.device", "@", "Where it lives.", Sync(|_, _| Ok(device()))),
    entry("jax.Array.is_fully_addressable", "@", "Always true here.", Sync(|_, _| Ok(Arg::Bool(true)))),
    entry("jax.Array.reshape", "self, *args, order='C', out_sharding=None", "Another shape.", Sync(reshape)),
    entry("jax.Array.transpose", "self, *args", "Axes reversed or permuted.", Sync(transpose)),
    entry("jax.Array.astype", "self, dtype, copy=False, device=None", "Another dtype.", Sync(astype)),
    entry(
        "jax.Array.flatten",
        "self, order='C', *, out_sharding=None",
        "A flat array.",
        Sync(|cx, b| Ok(shaping::reshape(cx, &array_of(b)?, &[-1])?.into())),
    ),
    entry("jax.Array.item", "self, *args", "A Python number.", Sync(item_method)),
    entry(
        "jax.Array.tolist",
        "self",
        "Nested lists of Python numbers.",
        Sync(|cx, b| tolist(&cx.concrete(&array_of(b)?, Look::Item)?)),
    ),
    entry("jax.Array.copy", "self", "A copy.", Sync(|cx, b| Ok(crate::creation::array(cx, &b[0], None, 0)?.into()))),
    entry("jax.Array.view", "self, dtype=None, type=None", "The same bits as another dtype.", Sync(view)),
    entry("jax.Array.block_until_ready", "self", "The array, once it is computed.", Sync(|_, b| Ok(b[0].clone()))),
    entry("jax.Array.devices", "self", "Where it lives.", Sync(|_, _| Ok(Arg::List(vec![device()])))),
    entry("jax.Array.is_deleted", "self", "Never, here.", Sync(|_, _| Ok(Arg::Bool(false)))),
    entry(
        "jax.Array.on_device_size_in_bytes",
        "self",
        "Bytes of all elements.",
        Sync(|_, b| {
            let x = array_of(b)?;
            Ok(Arg::from(x.dtype().size() * x.aval().size()))
        }),
    ),
    entry(
        "jax.Array.clip",
        "self, min=None, max=None",
        "min(max(x, lo), hi).",
        Sync(|cx, b| Ok(u::clip(cx, &b[0], &b["min"], &b["max"])?.into())),
    ),
    entry("jax.Array.at.set", SIG_AT, "Selected elements replaced.", Sync(|cx, b| at(cx, b, Prim::Scatter))),
    entry("jax.Array.at.add", SIG_AT, "Added to selected elements.", Sync(|cx, b| at(cx, b, Prim::ScatterAdd))),
    entry("jax.Array.at.subtract", SIG_AT, "Subtracted from selected elements.", Sync(at_subtract)),
    entry("jax.Array.at.multiply", SIG_AT, "Selected elements multiplied.", Sync(|cx, b| at(cx, b, Prim::ScatterMul))),
    entry("jax.Array.at.mul", SIG_AT, "Selected elements multiplied.", Sync(|cx, b| at(cx, b, Prim::ScatterMul))),
    entry("jax.Array.at.min", SIG_AT, "Minimum with selected elements.", Sync(|cx, b| at(cx, b, Prim::ScatterMin))),
    entry("jax.Array.at.max", SIG_AT, "Maximum with selected elements.", Sync(|cx, b| at(cx, b, Prim::ScatterMax))),
    entry("jax.Array.at.divide", SIG_AT, "Selected elements divided.", Sync(|cx, b| at_through_ones(cx, b, false))),
    entry(
        "jax.Array.at.power",
        SIG_AT,
        "Selected elements raised to a power.",
        Sync(|cx, b| at_through_ones(cx, b, true)),
    ),
    entry(
        "jax.Array.at.get",
        "self, index, *, indices_are_sorted=False, unique_indices=False, mode=None, fill_value=None, out_sharding=None, wrap_negative_indices=True",
        "Selected elements.",
        Sync(at_get),
    ),
    entry(
        "jax.Array.at.apply",
        "self, index, func, *, indices_are_sorted=False, unique_indices=False, mode=None, out_sharding=None, wrap_negative_indices=True",
        "A function applied to selected elements.",
        Async(at_apply),
    ),
    entry("jax.numpy.astype", "x, dtype, /, *, copy=False, device=None", "Another dtype.", Sync(astype)),
    entry(
        "jax.numpy.shape",
        "a",
        "Axis sizes.",
        Sync(|cx, b| {
            Ok(Arg::shape(&if b[0].is_arraylike() {
                cv::shape_of(&b[0])
            } else {
                crate::creation::asarray(cx, &b[0], None)?.shape().clone()
            }))
        }),
    ),
    entry(
        "jax.numpy.ndim",
        "a",
        "Number of axes.",
        Sync(|cx, b| {
            Ok(Arg::from(if b[0].is_arraylike() {
                cv::shape_of(&b[0]).len()
            } else {
                crate::creation::asarray(cx, &b[0], None)?.ndim()
            }))
        }),
    ),
    entry(
        "jax.numpy.size",
        "a, axis=None",
        "Number of elements.",
        Sync(|cx, b| {
            let x = crate::creation::asarray(cx, &b[0], None)?;
            let axes = cv::axes(cx, &b["axis"], x.ndim())?;
            Ok(Arg::from(axes.iter().map(|&a| x.shape()[a]).product::<usize>()))
        }),
    ),
];
