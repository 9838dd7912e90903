//! Arguments into values, dtypes, ints, axes and shapes, with JAX's promotion rules and messages.

use crate::arg::{AbstractType, Arg, PyType, TypeArg};
use crate::{Cx, Look, prims};
use gradlens_ir::dtype::result_type;
use gradlens_ir::{Array, Bind, DType, Error, ErrorClass, Result, Shape, Value};

/// The dtype and weak flag of an array-like argument, before canonicalisation of NumPy's 64-bit types.
pub fn dtype_of(cx: &Cx, x: &Arg) -> Option<(DType, bool)> {
    let x64 = cx.x64();
    Some(match x {
        Arg::Bool(_) => (DType::Bool, false),
        Arg::Int(_) | Arg::BigInt(_) => (DType::I64.canonicalize(x64), true),
        Arg::Float(_) => (DType::F64.canonicalize(x64), true),
        Arg::Complex(..) => (DType::C128.canonicalize(x64), true),
        Arg::Array(v) => (v.dtype(), v.aval().weak_type),
        Arg::NpArray(a) | Arg::NpScalar(a) => (a.dtype().canonicalize(x64), false),
        _ => return None,
    })
}

/// The shape of an array-like argument (`()` for scalars).
pub fn shape_of(x: &Arg) -> Shape {
    match x {
        Arg::Array(v) => v.shape().clone(),
        Arg::NpArray(a) | Arg::NpScalar(a) => a.shape().clone(),
        _ => Shape::new(),
    }
}

fn class(x: &Arg) -> String {
    format!("<class '{}'>", x.type_name())
}

/// JAX's `check_arraylike`.
pub fn check_arraylike(name: &str, xs: &[&Arg]) -> Result<()> {
    for (i, x) in xs.iter().enumerate() {
        if !x.is_arraylike() {
            return Err(Error::type_error(format!(
                "{name} requires ndarray or scalar arguments, got {} at position {i}.",
                class(x)
            )));
        }
        if matches!(dtype_of_any(x), Some(DType::Float0)) {
            return Err(Error::type_error(format!(
                "Called {name} with a float0 array. float0s do not support any operations by design because they are not compatible with non-trivial vector spaces. No implicit dtype conversion is done. You can use np.zeros_like(arr, dtype=np.float) to cast a float0 array to a regular zeros array. \nIf you didn't expect to get a float0 you might have accidentally taken a gradient with respect to an integer argument."
            )));
        }
    }
    Ok(())
}

fn dtype_of_any(x: &Arg) -> Option<DType> {
    match x {
        Arg::Array(v) => Some(v.dtype()),
        Arg::NpArray(a) | Arg::NpScalar(a) => Some(a.dtype()),
        _ => None,
    }
}

fn overflow(digits: &str, dtype: DType) -> Error {
    Error::new(
        ErrorClass::OverflowError,
        format!("Python int too large to convert to C long: {digits} does not fit {dtype}"),
    )
}

/// A Python number as an array of this dtype.
pub fn number(x: &Arg, dtype: DType, weak: bool) -> Result<Option<Array>> {
    let a = match x {
        Arg::Bool(b) => Array::full(&[], dtype, *b as u8 as f64),
        Arg::Int(i) if dtype.is_integer() => {
            let (lo, hi): (i128, i128) = match dtype {
                DType::U64 => (0, u64::MAX as i128),
                d if d.is_unsigned() => (0, (1i128 << d.bits()) - 1),
                d => (-(1i128 << (d.bits() - 1)), (1i128 << (d.bits() - 1)) - 1),
            };
            if (*i as i128) < lo || (*i as i128) > hi {
                let msg = if dtype == DType::I32 {
                    format!(
                        "An overflow was encountered while parsing an argument to a jitted computation, whose argument path is x. The value {i} does not fit int32"
                    )
                } else {
                    format!("Python integer {i} out of bounds for {dtype}")
                };
                return Err(Error::new(ErrorClass::OverflowError, msg));
            }
            Array::int_scalar(dtype, *i)
        }
        Arg::Int(i) => Array::full(&[], dtype, *i as f64),
        Arg::BigInt(s) if dtype.is_inexact() => {
            Array::full(&[], dtype, s.parse::<f64>().map_err(|_| Error::internal("digits of a big int"))?)
        }
        Arg::BigInt(s) => match s.parse::<u64>() {
            Ok(u) if dtype == DType::U64 => Array::from_slice(&[], dtype, &[u]),
            _ => return Err(overflow(s, dtype)),
        },
        Arg::Float(v) if dtype.is_integer() => Array::int_scalar(dtype, *v as i64),
        Arg::Float(v) => Array::full(&[], dtype, *v),
        Arg::Complex(r, i) => Array::full_complex(&[], dtype, *r, *i),
        _ => return Ok(None),
    };
    Ok(Some(a.with_weak(weak && dtype != DType::Bool)))
}

/// A NumPy array as JAX takes it in: 64-bit dtypes canonicalised.
pub fn from_numpy(cx: &Cx, a: &Array) -> Result<Array> {
    host_cast(a, a.dtype().canonicalize(cx.x64()))
}

/// Conversion of a host array, as NumPy's `astype` does it.
pub fn host_cast(a: &Array, to: DType) -> Result<Array> {
    if a.dtype() == to {
        return Ok(a.with_weak(false));
    }
    let shape = a.shape().clone();
    if (a.dtype().is_integer() || a.dtype() == DType::Bool) && to.is_integer() {
        let v = a.to_i64s()?;
        return from_i64s(&shape, to, &v);
    }
    let v = a.to_complexes()?;
    let mut buf = gradlens_ir::HostBuf::zeroed(v.len() * to.size());
    for (chunk, &(re, im)) in buf.bytes_mut().chunks_exact_mut(to.size()).zip(&v) {
        let e = gradlens_ir::array::encode(to, if to == DType::Bool && im != 0.0 { 1.0 } else { re }, im);
        chunk.copy_from_slice(&e[..to.size()]);
    }
    Ok(Array::from_host(gradlens_ir::ShapedArray::new(&shape, to), std::rc::Rc::new(buf)))
}

/// Integers as an array of any dtype (wrapped).
pub fn from_i64s(shape: &[usize], to: DType, v: &[i64]) -> Result<Array> {
    let mut buf = gradlens_ir::HostBuf::zeroed(v.len() * to.size());
    for (chunk, &i) in buf.bytes_mut().chunks_exact_mut(to.size()).zip(v) {
        if to.is_integer() || to == DType::Key {
            chunk.copy_from_slice(&i.to_le_bytes()[..to.size()]);
        } else {
            chunk.copy_from_slice(&gradlens_ir::array::encode(to, i as f64, 0.0)[..to.size()]);
        }
    }
    Ok(Array::from_host(gradlens_ir::ShapedArray::new(shape, to), std::rc::Rc::new(buf)))
}

/// Reals as an array of any dtype.
pub fn from_f64s(shape: &[usize], to: DType, v: &[f64]) -> Array {
    let mut buf = gradlens_ir::HostBuf::zeroed(v.len() * to.size());
    for (chunk, &x) in buf.bytes_mut().chunks_exact_mut(to.size()).zip(v) {
        chunk.copy_from_slice(&gradlens_ir::array::encode(to, x, 0.0)[..to.size()]);
    }
    Array::from_host(gradlens_ir::ShapedArray::new(shape, to), std::rc::Rc::new(buf))
}

/// `lax.asarray`: an array-like argument as a value, Python numbers weakly typed.
pub fn value(cx: &Cx, name: &str, x: &Arg) -> Result<Value> {
    check_arraylike(name, &[x])?;
    match x {
        Arg::Array(v) => Ok(v.clone()),
        Arg::NpArray(a) | Arg::NpScalar(a) => Ok(Value::Array(from_numpy(cx, a)?)),
        _ => {
            let (d, w) = dtype_of(cx, x).unwrap_or((DType::F32, true));
            number(x, d, w)?.map(Value::Array).ok_or_else(|| Error::internal("number"))
        }
    }
}

/// Several arguments as values.
pub fn values(cx: &Cx, name: &str, xs: &[&Arg]) -> Result<Vec<Value>> {
    check_arraylike(name, xs)?;
    xs.iter().map(|x| value(cx, name, x)).collect()
}

/// `lax._convert_element_type` of an argument: Python and NumPy scalars become constants, without an equation.
pub fn convert_arg(cx: &Cx, x: &Arg, dtype: DType, weak: bool) -> Result<Value> {
    if let Some(a) = number(x, dtype, weak)? {
        return Ok(Value::Array(a));
    }
    if let Arg::NpScalar(a) = x {
        return Ok(Value::Array(host_cast(a, dtype)?.with_weak(weak)));
    }
    let v = value(cx, "convert_element_type", x)?;
    prims::convert(cx, &v, dtype, weak)
}

/// The inexact dtype that stands for this one in float functions.
pub fn to_inexact(d: DType) -> DType {
    match d {
        DType::I64 | DType::U64 => DType::F64,
        d if d.is_inexact() => d,
        _ => DType::F32,
    }
}

/// What promotion aims at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Promote {
    /// The common dtype.
    Plain,
    /// Bool becomes int32.
    Numeric,
    /// Integers become floats.
    Inexact,
    /// Everything becomes complex.
    Complex,
}

/// The common dtype of array-like arguments and whether it is weak.
pub fn common_type(cx: &Cx, xs: &[&Arg]) -> Result<(DType, bool)> {
    let types: Vec<(DType, bool)> = xs.iter().filter_map(|x| dtype_of(cx, x)).collect();
    common_dtype(cx, &types)
}

/// `lattice_result_type` with JAX's error.
pub fn common_dtype(cx: &Cx, types: &[(DType, bool)]) -> Result<(DType, bool)> {
    if cx.config().strict_promotion && types.len() > 1 {
        let strong: Vec<DType> = types.iter().filter(|t| !t.1).map(|t| t.0).collect();
        let kinds_fit = types.iter().filter(|t| t.1).all(|w| {
            strong.iter().all(|s| s.is_inexact() || w.0.is_integer())
                && (strong.iter().all(|s| !s.is_floating()) || !w.0.is_complex())
        });
        if strong.windows(2).any(|p| p[0] != p[1]) || !kinds_fit {
            let names: Vec<String> = types.iter().map(|t| strict_text(*t)).collect();
            return Err(Error::new(
                ErrorClass::TypePromotionError,
                format!(
                    "Input dtypes {} have no available implicit dtype promotion path when jax_numpy_dtype_promotion=strict. Try explicitly casting inputs to the desired output type, or set jax_numpy_dtype_promotion=standard.",
                    tuple_of(&names)
                ),
            ));
        }
    }
    result_type(types, cx.x64()).ok_or_else(|| {
        let names: Vec<String> = types.iter().map(|t| type_text(*t)).collect();
        Error::new(
            ErrorClass::TypePromotionError,
            format!(
                "Input dtypes {} have no available implicit dtype promotion path. To avoid unintended promotion, 8-bit floats do not support implicit promotion. If you'd like your inputs to be promoted to another type, you can do so explicitly using e.g. x.astype('float32')",
                tuple_of(&names)
            ),
        )
    })
}

fn type_text((d, weak): (DType, bool)) -> String {
    match (weak, d) {
        (true, d) if d.is_integer() => "int".into(),
        (true, d) if d.is_floating() => "float".into(),
        (true, d) if d.is_complex() => "complex".into(),
        _ => format!("dtype('{d}')"),
    }
}

/// How the message of strict promotion names a dtype: weak ones as `int*`.
fn strict_text((d, weak): (DType, bool)) -> String {
    match (weak, d) {
        (true, d) if d.is_integer() => "'int*'".into(),
        (true, d) if d.is_floating() => "'float*'".into(),
        (true, d) if d.is_complex() => "'complex*'".into(),
        _ => format!("'{d}'"),
    }
}

fn tuple_of(names: &[String]) -> String {
    if names.len() == 1 { format!("({},)", names[0]) } else { format!("({})", names.join(", ")) }
}

/// JAX's `promote_args` and kin: check, promote dtypes, then ranks.
pub fn promote(cx: &Cx, name: &str, how: Promote, xs: &[&Arg]) -> Result<Vec<Value>> {
    check_arraylike(name, xs)?;
    let is_key = |x: &&Arg| matches!(dtype_of_any(x), Some(DType::Key));
    if xs.iter().any(is_key) && !xs.iter().all(is_key) {
        let all: Vec<String> = xs.iter().filter_map(|x| dtype_of(cx, x)).map(|t| t.0.to_string()).collect();
        return Err(Error::type_error(format!("{name} does not accept dtypes {}.", all.join(", "))));
    }
    if xs.len() < 2 && how == Promote::Plain {
        return values(cx, name, xs);
    }
    let (d, weak) = common_type(cx, xs)?;
    let d = match how {
        Promote::Plain => d,
        Promote::Numeric if d == DType::Bool => DType::I32,
        Promote::Numeric => d,
        Promote::Inexact => to_inexact(d),
        Promote::Complex => to_inexact(d).to_complex(),
    };
    let out = xs.iter().map(|x| convert_arg(cx, x, d, weak)).collect::<Result<Vec<_>>>()?;
    promote_shapes(cx, name, out)
}

/// JAX's `promote_shapes`: equal ranks, scalars left alone.
pub fn promote_shapes(cx: &Cx, name: &str, xs: Vec<Value>) -> Result<Vec<Value>> {
    let rank = xs.iter().map(Value::ndim).max().unwrap_or(0);
    if xs.iter().all(|x| x.ndim() == rank || x.ndim() == 0) {
        return Ok(xs);
    }
    let shapes: Vec<&[usize]> = xs.iter().map(|x| x.shape().as_slice()).collect();
    if cx.config().rank_promotion == gradlens_transform::RankPromotion::Raise {
        let text: Vec<String> = shapes.iter().map(|s| gradlens_ir::aval::tuple_text(s)).collect();
        return Err(Error::value_error(format!(
            "Operands could not be broadcast together for {name} on shapes {} and with the config option jax_numpy_rank_promotion='raise'. For more information, see https://docs.jax.dev/en/latest/rank_promotion_warning.html.",
            text.join(" ")
        )));
    }
    broadcast_shapes(name, &shapes)?;
    xs.iter().map(|x| prims::expand_dims(cx, x, &(0..rank - x.ndim()).collect::<Vec<_>>())).collect()
}

/// The shape NumPy broadcasting gives, or JAX's error.
pub fn broadcast_shapes(_name: &str, shapes: &[&[usize]]) -> Result<Shape> {
    let rank = shapes.iter().map(|s| s.len()).max().unwrap_or(0);
    let mut out = Shape::from_elem(1, rank);
    for s in shapes {
        for (o, &d) in out[rank - s.len()..].iter_mut().zip(*s) {
            if *o == 1 {
                *o = d;
            } else if d != 1 && d != *o {
                let text: Vec<String> = shapes.iter().map(|s| gradlens_ir::aval::tuple_text(s)).collect();
                return Err(Error::value_error(format!(
                    "Incompatible shapes for broadcasting: shapes=[{}]",
                    text.join(", ")
                )));
            }
        }
    }
    Ok(out)
}

/// JAX's `_broadcast_arrays`: all values at their common shape.
pub fn broadcast_arrays(cx: &Cx, xs: &[Value]) -> Result<Vec<Value>> {
    let shapes: Vec<&[usize]> = xs.iter().map(|x| x.shape().as_slice()).collect();
    if shapes.windows(2).all(|w| w[0] == w[1]) {
        return Ok(xs.to_vec());
    }
    let shape = broadcast_shapes("broadcast_arrays", &shapes)?;
    xs.iter().map(|x| prims::broadcast_to(cx, x, &shape)).collect()
}

/// The dtype an argument names (`jnp.float32`, `'float32'`, `float`, `x.dtype`), without canonicalisation; whether it is weak.
pub fn dtype_named(x: &Arg) -> Result<(DType, bool)> {
    Ok(match x {
        Arg::DType(d) | Arg::Type(TypeArg::Jnp(d) | TypeArg::Np(d)) => (*d, false),
        Arg::Type(TypeArg::Python(p)) => match p {
            PyType::Bool => (DType::Bool, false),
            PyType::Int => (DType::I64, true),
            PyType::Float => (DType::F64, true),
            PyType::Complex => (DType::C128, true),
        },
        Arg::Type(TypeArg::Abstract(AbstractType::Floating | AbstractType::Inexact)) => (DType::F64, false),
        Arg::Str(s) => {
            let d = DType::from_name(s).or_else(|| short_code(s));
            (d.ok_or_else(|| Error::type_error(format!("data type '{s}' not understood")))?, false)
        }
        Arg::Array(v) => (v.dtype(), false),
        Arg::NpArray(a) | Arg::NpScalar(a) => (a.dtype(), false),
        other => {
            return Err(Error::type_error(format!(
                "Cannot interpret '{}' as a data type",
                crate::print::repr_short(other)
            )));
        }
    })
}

fn short_code(s: &str) -> Option<DType> {
    Some(match s.trim_start_matches(['<', '=', '|']) {
        "f2" | "e" => DType::F16,
        "f4" | "f" => DType::F32,
        "f8" | "d" => DType::F64,
        "i1" | "b" => DType::I8,
        "i2" | "h" => DType::I16,
        "i4" | "i" => DType::I32,
        "i8" | "l" | "q" => DType::I64,
        "u1" | "B" => DType::U8,
        "u2" | "H" => DType::U16,
        "u4" | "I" => DType::U32,
        "u8" | "L" => DType::U64,
        "c8" | "F" => DType::C64,
        "c16" | "D" => DType::C128,
        "?" | "b1" => DType::Bool,
        _ => return None,
    })
}

/// A `dtype=` argument: `None` where it was not given; canonicalised.
pub fn dtype_arg(cx: &Cx, x: &Arg) -> Result<Option<DType>> {
    if x.is_none() { Ok(None) } else { Ok(Some(dtype_named(x)?.0.canonicalize(cx.x64()))) }
}

/// An int that must be known: a Python int or a concrete integer array.
pub fn int(cx: &Cx, x: &Arg) -> Result<i64> {
    match x {
        Arg::Int(i) => Ok(*i),
        Arg::Bool(b) => Ok(*b as i64),
        Arg::Array(v) if v.ndim() == 0 && (v.dtype().is_integer() || v.dtype() == DType::Bool) => {
            Ok(cx.concrete(v, Look::Index)?.to_i64s()?[0])
        }
        Arg::NpArray(a) | Arg::NpScalar(a) if a.aval().size() == 1 && a.dtype().is_integer() => Ok(a.to_i64s()?[0]),
        Arg::Array(_) | Arg::NpArray(_) => {
            Err(Error::type_error("Only integer scalar arrays can be converted to a scalar index."))
        }
        other => Err(Error::type_error(format!("'{}' object cannot be interpreted as an integer", other.type_name()))),
    }
}

/// A float that must be known.
pub fn float(cx: &Cx, x: &Arg) -> Result<f64> {
    match x {
        Arg::Float(f) => Ok(*f),
        Arg::Int(i) => Ok(*i as f64),
        Arg::Bool(b) => Ok(*b as u8 as f64),
        Arg::Array(v) if v.aval().size() == 1 => Ok(cx.concrete(v, Look::Float)?.to_f64s()?[0]),
        Arg::NpArray(a) | Arg::NpScalar(a) if a.aval().size() == 1 => Ok(a.to_f64s()?[0]),
        other => Err(Error::type_error(format!("must be real number, not {}", other.type_name()))),
    }
}

/// A truth value that must be known.
pub fn truth(cx: &Cx, x: &Arg) -> Result<bool> {
    Ok(match x {
        Arg::None => false,
        Arg::Bool(b) => *b,
        Arg::Int(i) => *i != 0,
        Arg::Float(f) => *f != 0.0,
        Arg::Complex(r, i) => *r != 0.0 || *i != 0.0,
        Arg::Str(s) => !s.is_empty(),
        Arg::Array(v) => {
            check_truth(v.aval().size())?;
            cx.concrete(v, Look::Bool)?.to_complexes()?[0] != (0.0, 0.0)
        }
        Arg::NpArray(a) | Arg::NpScalar(a) => {
            check_truth(a.aval().size())?;
            a.to_complexes()?[0] != (0.0, 0.0)
        }
        Arg::Tuple(v) | Arg::List(v) => !v.is_empty(),
        Arg::Dict(v) | Arg::OrderedDict(v) => !v.is_empty(),
        _ => true,
    })
}

fn check_truth(size: usize) -> Result<()> {
    match size {
        1 => Ok(()),
        0 => Err(Error::value_error(
            "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not empty.",
        )),
        _ => Err(Error::value_error(
            "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
        )),
    }
}

/// JAX's `canonicalize_axis`.
pub fn axis(i: i64, ndim: usize) -> Result<usize> {
    let n = ndim as i64;
    if i < -n || i >= n {
        return Err(Error::value_error(format!("axis {i} is out of bounds for array of dimension {ndim}")));
    }
    Ok(if i < 0 { (i + n) as usize } else { i as usize })
}

/// A static int argument such as an axis: tracers are an error.
pub fn static_int(cx: &Cx, x: &Arg) -> Result<i64> {
    if let Arg::Array(v) = x
        && cx.is_visible_tracer(v)
    {
        cx.concrete(v, Look::Concrete)?;
    }
    int(cx, x)
}

/// An `axis` argument: one axis, several, or `None` for all.
pub fn axes(cx: &Cx, x: &Arg, ndim: usize) -> Result<Vec<usize>> {
    match x {
        Arg::None => Ok((0..ndim).collect()),
        Arg::Tuple(v) | Arg::List(v) => {
            let out = v.iter().map(|a| axis(static_int(cx, a)?, ndim)).collect::<Result<Vec<_>>>()?;
            let mut sorted = out.clone();
            sorted.sort_unstable();
            if sorted.windows(2).any(|w| w[0] == w[1]) {
                return Err(Error::value_error(format!("duplicate value in 'axis': {}", crate::print::repr_short(x))));
            }
            Ok(out)
        }
        one => Ok(vec![axis(static_int(cx, one)?, ndim)?]),
    }
}

/// A shape argument: an int or a sequence of ints, none negative.
pub fn shape(cx: &Cx, x: &Arg) -> Result<Vec<usize>> {
    let dims = ints(cx, x)?;
    if dims.iter().any(|&d| d < 0) {
        let text: Vec<String> = dims.iter().map(i64::to_string).collect();
        return Err(Error::type_error(format!(
            "broadcast_in_dim shape must have every element be nonnegative, got {}.",
            tuple_of(&text)
        )));
    }
    Ok(dims.into_iter().map(|d| d as usize).collect())
}

/// An int or a sequence of ints, all known; JAX's error shows the whole shape.
pub fn ints(cx: &Cx, x: &Arg) -> Result<Vec<i64>> {
    let items: &[Arg] = match x {
        Arg::Tuple(v) | Arg::List(v) => v,
        Arg::Array(v) if v.ndim() == 1 => return cx.concrete(v, Look::Concrete)?.to_i64s(),
        Arg::NpArray(a) if a.shape().len() == 1 => return a.to_i64s(),
        one => std::slice::from_ref(one),
    };
    let known = |d: &Arg| match d {
        Arg::Array(v) => v.ndim() == 0 && v.dtype().is_integer() && !cx.is_visible_tracer(v),
        Arg::Int(_) | Arg::Bool(_) | Arg::NpScalar(_) => true,
        Arg::NpArray(a) => a.aval().size() == 1,
        _ => false,
    };
    if !items.iter().all(known) {
        return Err(Error::type_error(format!(
            "Shapes must be 1D sequences of concrete values of integer type, got {}.",
            crate::print::repr(cx, &Arg::Tuple(items.to_vec()))?
        )));
    }
    items.iter().map(|d| int(cx, d)).collect()
}
