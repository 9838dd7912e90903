//! Making arrays: `array`, `zeros`, `arange`, `linspace`, grids, and conversion of dtypes.

use crate::expr::ex;
use crate::prelude::*;
use crate::ufuncs as u;
use gradlens_ir::Prim;

/// A nested sequence taken apart: its shape and leaves.
fn nested(x: &Arg, shape: &mut Vec<usize>, leaves: &mut Vec<Arg>, depth: usize) -> Result<()> {
    match x.sequence() {
        Some(items) => {
            if shape.len() == depth {
                shape.push(items.len());
            } else if shape[depth] != items.len() {
                return Err(ragged(&shape[..depth]));
            }
            for item in items {
                nested(item, shape, leaves, depth + 1)?;
            }
        }
        None => leaves.push(x.clone()),
    }
    Ok(())
}

fn ragged(common: &[usize]) -> Error {
    let shape = gradlens_ir::aval::tuple_text(common);
    Error::value_error(format!(
        "setting an array element with a sequence. The requested array has an inhomogeneous shape after {} dimensions. The detected shape was {shape} + inhomogeneous part.",
        common.len()
    ))
}

/// `jnp.asarray`: numbers stay weakly typed, lists of numbers become constants, arrays in lists are stacked.
pub fn asarray(cx: &Cx, x: &Arg, dtype: Option<DType>) -> Result<Value> {
    match x {
        Arg::Tuple(_) | Arg::List(_) | Arg::NamedTuple(..) => from_sequence(cx, x, dtype),
        Arg::None => Err(Error::value_error("None is not a valid value for jnp.array")),
        Arg::Str(_) => Err(Error::type_error(format!(
            "Value {} with dtype <U{} is not a valid JAX array type. Only arrays of numeric types are supported by JAX.",
            crate::print::repr_short(x),
            x.as_str().map_or(0, |s| s.chars().count())
        ))),
        _ if !x.is_arraylike() => {
            Err(Error::type_error(format!("Unexpected input type for array: <class '{}'>", x.type_name())))
        }
        _ => match dtype {
            Some(d) => {
                let v = cv::convert_arg(cx, x, d, false)?;
                if matches!(x, Arg::Array(a) if a.dtype().is_complex() && !d.is_complex()) {
                    return p::astype(cx, &val(cx, "array", x)?, d);
                }
                Ok(v)
            }
            None => val(cx, "array", x),
        },
    }
}

fn from_sequence(cx: &Cx, x: &Arg, dtype: Option<DType>) -> Result<Value> {
    let (mut shape, mut leaves) = (Vec::new(), Vec::new());
    nested(x, &mut shape, &mut leaves, 0)?;
    if leaves.is_empty() {
        let d = dtype.unwrap_or(DType::F64.canonicalize(cx.x64()));
        return Ok(Value::Array(Array::full(&shape, d, 0.0)));
    }
    if let Some(bad) = leaves.iter().find(|l| !l.is_arraylike()) {
        return asarray(cx, bad, dtype);
    }
    let x64 = cx.x64();
    // Numbers alone are a constant; Python numbers in lists are strongly typed.
    let types: Vec<(DType, bool)> =
        leaves.iter().filter_map(|l| cv::dtype_of(cx, l).map(|(d, w)| (d, w && matches!(l, Arg::Array(_))))).collect();
    let python_only: Vec<(DType, bool)> = leaves.iter().filter_map(|l| cv::dtype_of(cx, l)).collect();
    let d = match dtype {
        Some(d) => d,
        None => cv::common_dtype(cx, if leaves.iter().all(Arg::is_number) { &types } else { &python_only })?.0,
    };
    let arrays = leaves.iter().any(|l| matches!(l, Arg::Array(_)));
    if !arrays {
        let parts = leaves
            .iter()
            .map(|l| match l {
                Arg::NpArray(a) | Arg::NpScalar(a) => cv::host_cast(a, d),
                n => cv::number(n, d, false)?.ok_or_else(|| Error::internal("a leaf that is no number")),
            })
            .collect::<Result<Vec<_>>>()?;
        let inner = parts[0].shape().to_vec();
        if parts.iter().any(|a| a.shape().as_slice() != inner.as_slice()) {
            return Err(ragged(&shape));
        }
        shape.extend(&inner);
        let mut bytes = Vec::new();
        for a in &parts {
            bytes.extend_from_slice(a.host()?.bytes());
        }
        let buf = gradlens_ir::HostBuf::from_bytes(&bytes);
        return Ok(Value::Array(Array::from_host(
            gradlens_ir::ShapedArray::new(&shape, d.canonicalize(x64)),
            std::rc::Rc::new(buf),
        )));
    }
    fn stack_level(cx: &Cx, x: &Arg, d: DType) -> Result<Value> {
        match x.sequence() {
            None => cv::convert_arg(cx, x, d, false),
            Some(items) => {
                let parts = items.iter().map(|i| stack_level(cx, i, d)).collect::<Result<Vec<_>>>()?;
                if parts.windows(2).any(|w| w[0].shape() != w[1].shape()) {
                    return Err(Error::value_error("All input arrays must have the same shape."));
                }
                let parts = parts.iter().map(|v| p::expand_dims(cx, v, &[0])).collect::<Result<Vec<_>>>()?;
                p::concatenate(cx, &parts, 0)
            }
        }
    }
    stack_level(cx, x, d)
}

/// `jnp.array`.
pub fn array(cx: &Cx, x: &Arg, dtype: Option<DType>, ndmin: usize) -> Result<Value> {
    let v = asarray(cx, x, dtype)?;
    let v = match (x, &v) {
        // A copy of an array is an equation where one is staged; a number is a constant.
        (Arg::Array(Value::Tracer(_)), _)
            if v.same(match x {
                Arg::Array(t) => t,
                _ => &v,
            }) =>
        {
            cx.bind1(Prim::Copy, gradlens_ir::Params::None, &[v])?
        }
        _ => v,
    };
    if v.ndim() < ndmin {
        return p::expand_dims(cx, &v, &(0..ndmin - v.ndim()).collect::<Vec<_>>());
    }
    Ok(v)
}

fn array_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let ndmin = cv::static_int(cx, &b["ndmin"])?.max(0) as usize;
    Ok(array(cx, &b["object"], cv::dtype_arg(cx, &b["dtype"])?, ndmin)?.into())
}
fn asarray_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    Ok(asarray(cx, &b["a"], cv::dtype_arg(cx, &b["dtype"])?)?.into())
}

/// The default float dtype.
pub fn float_dtype(cx: &Cx) -> DType {
    DType::F64.canonicalize(cx.x64())
}
/// The default int dtype.
pub fn int_dtype(cx: &Cx) -> DType {
    DType::I64.canonicalize(cx.x64())
}

fn filled(cx: &Cx, b: &Bound, v: f64) -> Result<Arg> {
    let shape = cv::shape(cx, &b["shape"])?;
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(float_dtype(cx));
    Ok(p::full(cx, &shape, d, v)?.into())
}
fn filled_like(cx: &Cx, b: &Bound, v: f64) -> Result<Arg> {
    let x = like_arg(cx, &b[0])?;
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(x.dtype);
    let shape = if b["shape"].is_none() { x.shape.to_vec() } else { cv::shape(cx, &b["shape"])? };
    let weak = x.weak_type && b["dtype"].is_none();
    let v = Value::Array(Array::full(&[], d, v).with_weak(weak && d != DType::Bool));
    Ok(p::broadcast_in_dim(cx, &v, &shape, &[])?.into())
}
/// The aval of what `zeros_like` and kin imitate: arrays, numbers, lists, shape-dtype structs.
fn like_arg(cx: &Cx, x: &Arg) -> Result<gradlens_ir::ShapedArray> {
    if let Arg::Object(o) = x
        && let (Some(s), Some(d)) = (o.attr(cx, "shape")?, o.attr(cx, "dtype")?)
    {
        return Ok(gradlens_ir::ShapedArray::new(cv::shape(cx, &s)?, cv::dtype_named(&d)?.0));
    }
    Ok(asarray(cx, x, None)?.aval().clone())
}
fn full(cx: &Cx, b: &Bound) -> Result<Arg> {
    let shape = cv::shape(cx, &b["shape"])?;
    let v = asarray(cx, &b["fill_value"], None)?;
    let v = match cv::dtype_arg(cx, &b["dtype"])? {
        Some(d) => cv::convert_arg(cx, &Arg::from(v), d, false)?,
        None => v,
    };
    Ok(broadcast_fill(cx, &v, &shape)?.into())
}
fn broadcast_fill(cx: &Cx, v: &Value, shape: &[usize]) -> Result<Value> {
    crate::shaping::broadcast_to(cx, v, shape)
}
fn full_like(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = like_arg(cx, &b["a"])?;
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(x.dtype);
    let shape = if b["shape"].is_none() { x.shape.to_vec() } else { cv::shape(cx, &b["shape"])? };
    let v = cv::convert_arg(cx, &b["fill_value"], d, x.weak_type && b["dtype"].is_none())?;
    Ok(broadcast_fill(cx, &v, &shape)?.into())
}

/// A static number of `arange`: Python numbers or concrete arrays.
fn arange_number(cx: &Cx, x: &Arg, which: &str) -> Result<f64> {
    match x {
        Arg::Array(v) if v.ndim() == 0 => cx.concrete(v, Look::Concrete).map(|a| a.to_f64s())?.map(|v| v[0]),
        Arg::Array(_) | Arg::NpArray(_) if !cv::shape_of(x).is_empty() => Err(Error::type_error(format!(
            "arange: {which} must be scalar-like; got array of shape {}",
            gradlens_ir::aval::tuple_text(&cv::shape_of(x))
        ))),
        Arg::List(_) | Arg::Tuple(_) | Arg::None | Arg::Str(_) => Err(Error::type_error(format!(
            "arange requires ndarray or scalar arguments, got <class '{}'> at position 0.",
            x.type_name()
        ))),
        other => cv::float(cx, other),
    }
}

fn arange(cx: &Cx, b: &Bound) -> Result<Arg> {
    let given: Vec<&Arg> = [&b["start"], &b["stop"], &b["step"]].into_iter().filter(|a| !a.is_none()).collect();
    for x in &given {
        if let Arg::Array(v) = x {
            cx.concrete(v, Look::Concrete)?;
        }
    }
    let d = match cv::dtype_arg(cx, &b["dtype"])? {
        Some(d) => d,
        None => cv::common_type(cx, &given)?.0,
    };
    let one_argument = b["stop"].is_none();
    let (start, stop) = if one_argument {
        (0.0, arange_number(cx, &b["start"], "stop")?)
    } else {
        (arange_number(cx, &b["start"], "start")?, arange_number(cx, &b["stop"], "stop")?)
    };
    let step = if b["step"].is_none() { 1.0 } else { arange_number(cx, &b["step"], "step")? };
    if step == 0.0 {
        return Err(Error::new(ErrorClass::ZeroDivisionError, "division by zero"));
    }
    let n = ((stop - start) / step).ceil().max(0.0);
    if !n.is_finite() || n > 1e9 {
        return Err(Error::value_error(format!("arange: {n} elements are too many")));
    }
    let n = n as usize;
    let ints = d.is_integer() && [start, stop, step].iter().all(|v| v.fract() == 0.0);
    if start == 0.0 && step == 1.0 {
        return Ok(p::iota(cx, d, &[n], 0)?.into());
    }
    if ints {
        let mut out = p::iota(cx, d, &[n], 0)?;
        if step != 1.0 {
            out = p::mul(cx, &out, &p::like(&out, step))?;
        }
        if start != 0.0 {
            out = p::add(cx, &out, &p::like(&out, start))?;
        }
        return Ok(out.into());
    }
    // Floats: NumPy's start + i * delta, computed in double precision and rounded once.
    let first = if d.is_integer() { start.trunc() } else { start };
    let delta = if d.is_integer() { (start + step).trunc() - first } else { step };
    let v: Vec<f64> = (0..n).map(|i| first + i as f64 * delta).collect();
    Ok(cv::from_f64s(&[n], d, &v).into())
}

/// `jnp.linspace` along axis 0 of the result.
pub fn linspace(
    cx: &Cx,
    start: &Arg,
    stop: &Arg,
    num: usize,
    endpoint: bool,
    dtype: Option<DType>,
) -> Result<(Value, Value)> {
    let v = cv::values(cx, "linspace", &[start, stop])?;
    let (d, _) = cv::common_type(cx, &[start, stop])?;
    let d = dtype.unwrap_or(cv::to_inexact(d));
    let mut out = cx.jit_named("_linspace", &v, |cx, v| {
        let compute = cv::to_inexact(cv::common_dtype(cx, &[(v[0].dtype(), false), (d, false)])?.0);
        let v: Vec<Value> = v.iter().map(|x| p::convert(cx, x, compute, false)).collect::<Result<_>>()?;
        let v = cv::broadcast_arrays(cx, &v)?;
        let (start, stop) = (&v[0], &v[1]);
        let shape = start.shape().to_vec();
        let div = if endpoint { num as f64 - 1.0 } else { num as f64 };
        let nan = p::full(cx, &shape, compute, f64::NAN)?;
        let mut full = vec![num];
        full.extend(&shape);
        let (out, delta) = if num > 1 {
            let range = p::sub(cx, stop, start)?;
            let delta = p::div(cx, &range, &p::scalar(compute, div))?;
            let count = if endpoint { num - 1 } else { num };
            let t = p::iota(cx, compute, &[count], 0)?;
            let t = p::div(cx, &t, &p::scalar(compute, div))?;
            let mut column = vec![1; shape.len() + 1];
            column[0] = count;
            let t = p::reshape(cx, &t, &column)?;
            let mut row = vec![1];
            row.extend(&shape);
            let s = p::reshape(cx, start, &row)?;
            let back = p::sub(cx, &p::like(&t, 1.0), &t)?;
            let a = p::mul(cx, &s, &back)?;
            let e = p::reshape(cx, stop, &row)?;
            let b = p::mul(cx, &e, &t)?;
            let out = p::add(cx, &a, &b)?;
            let out = if endpoint {
                let last = p::expand_dims(cx, stop, &[0])?;
                p::concatenate(cx, &[out, last], 0)?
            } else {
                out
            };
            (out, delta)
        } else if num == 1 {
            let delta = if endpoint { nan } else { p::sub(cx, stop, start)? };
            (p::reshape(cx, start, &full)?, delta)
        } else {
            (p::full(cx, &full, compute, 0.0)?, nan)
        };
        let out = if d.is_integer() && compute.is_inexact() { p::floor(cx, &out)? } else { out };
        Ok(vec![p::convert(cx, &out, d, false)?, delta])
    })?;
    let delta = out.remove(1);
    Ok((out.remove(0), delta))
}

fn count_arg(cx: &Cx, x: &Arg) -> Result<usize> {
    let n = cv::static_int(cx, x)?;
    usize::try_from(n).map_err(|_| Error::value_error(format!("Number of samples, {n}, must be non-negative.")))
}
fn to_axis(cx: &Cx, x: &Value, axis: &Arg) -> Result<Value> {
    crate::shaping::moveaxis(cx, x, &[0], &[cv::axis(cv::static_int(cx, axis)?, x.ndim())?])
}

fn linspace_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let n = count_arg(cx, &b["num"])?;
    let (out, step) =
        linspace(cx, &b["start"], &b["stop"], n, cv::truth(cx, &b["endpoint"])?, cv::dtype_arg(cx, &b["dtype"])?)?;
    let out = to_axis(cx, &out, &b["axis"])?;
    Ok(if cv::truth(cx, &b["retstep"])? { Arg::Tuple(vec![out.into(), step.into()]) } else { out.into() })
}
fn logspace(cx: &Cx, b: &Bound) -> Result<Arg> {
    let n = count_arg(cx, &b["num"])?;
    let d = match cv::dtype_arg(cx, &b["dtype"])? {
        Some(d) => d,
        None => cv::to_inexact(cv::common_type(cx, &[&b["start"], &b["stop"]])?.0),
    };
    let (e, _) = linspace(cx, &b["start"], &b["stop"], n, cv::truth(cx, &b["endpoint"])?, None)?;
    let out = u::power(cx, &b["base"], &Arg::from(e))?;
    to_axis(cx, &p::convert(cx, &out, d, false)?, &b["axis"]).map(Arg::from)
}
fn geomspace(cx: &Cx, b: &Bound) -> Result<Arg> {
    let n = count_arg(cx, &b["num"])?;
    let (d, _) = cv::common_type(cx, &[&b["start"], &b["stop"]])?;
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(cv::to_inexact(d));
    let (a, z) = (cv::convert_arg(cx, &b["start"], d, false)?, cv::convert_arg(cx, &b["stop"], d, false)?);
    let (a, z) = (ex(cx, &a), ex(cx, &z));
    let sign = a.sign();
    let ten = std::f64::consts::LN_10;
    let (la, lz) = ((&a / &sign).log() / ten, (&z / &sign).log() / ten);
    let (e, _) = linspace(cx, &la.arg()?, &lz.arg()?, n, cv::truth(cx, &b["endpoint"])?, None)?;
    let powers = u::power(cx, &Arg::Float(10.0), &Arg::from(e))?;
    let out = sign * &powers;
    to_axis(cx, &p::convert(cx, &out.get()?, d, false)?, &b["axis"]).map(Arg::from)
}

/// Ones on the `k`-th diagonal.
pub fn eye(cx: &Cx, n: usize, m: usize, k: i64, dtype: DType) -> Result<Value> {
    let i = p::iota(cx, DType::I32, &[n, m], 0)?;
    let j = p::iota(cx, DType::I32, &[n, m], 1)?;
    let i = p::add(cx, &i, &p::int(k))?;
    let e = p::eq(cx, &i, &j)?;
    p::convert(cx, &e, dtype, false)
}
fn size_arg(cx: &Cx, x: &Arg) -> Result<usize> {
    let n = match x {
        Arg::Float(_) => return Err(Error::type_error("'float' object cannot be interpreted as an integer")),
        _ => cv::static_int(cx, x)?,
    };
    usize::try_from(n).map_err(|_| Error::value_error("negative dimensions are not allowed"))
}
fn eye_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let n = size_arg(cx, &b["N"])?;
    let m = if b["M"].is_none() { n } else { size_arg(cx, &b["M"])? };
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(float_dtype(cx));
    Ok(eye(cx, n, m, cv::static_int(cx, &b["k"])?, d)?.into())
}
fn identity(cx: &Cx, b: &Bound) -> Result<Arg> {
    let n = size_arg(cx, &b["n"])?;
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(float_dtype(cx));
    Ok(eye(cx, n, n, 0, d)?.into())
}

/// True on and below the `k`-th diagonal.
pub fn tri_mask(cx: &Cx, shape: &[usize], k: i64) -> Result<Value> {
    let r = shape.len();
    let i = p::iota(cx, DType::I32, &shape[r - 2..], 0)?;
    let i = p::add(cx, &i, &p::int(k))?;
    let j = p::iota(cx, DType::I32, &shape[r - 2..], 1)?;
    p::ge(cx, &i, &j)
}
fn tri(cx: &Cx, b: &Bound) -> Result<Arg> {
    let n = size_arg(cx, &b["N"])?;
    let m = if b["M"].is_none() { n } else { size_arg(cx, &b["M"])? };
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(float_dtype(cx));
    let t = tri_mask(cx, &[n, m], cv::static_int(cx, &b["k"])?)?;
    Ok(p::convert(cx, &t, d, false)?.into())
}
/// `jnp.tril` and `triu`.
pub fn triangle(cx: &Cx, x: &Value, k: i64, lower: bool) -> Result<Value> {
    let name = if lower { "tril" } else { "triu" };
    if x.ndim() < 2 {
        return Err(Error::value_error(format!("Argument to jax.numpy.{name} must be at least 2D")));
    }
    jit1(cx, name, std::slice::from_ref(x), |cx, v| {
        let x = &v[0];
        let mask = tri_mask(cx, x.shape(), if lower { k } else { k - 1 })?;
        let mask = p::broadcast_to(cx, &mask, x.shape())?;
        let zero = p::full_like(cx, x, 0.0)?;
        if lower { p::select(cx, &mask, x, &zero) } else { p::select(cx, &mask, &zero, x) }
    })
}

fn meshgrid(cx: &Cx, b: &Bound) -> Result<Arg> {
    let xs = b["xi"].sequence().unwrap_or_default().iter().map(|x| asarray(cx, x, None)).collect::<Result<Vec<_>>>()?;
    let xy = match b["indexing"].as_str() {
        Some("xy") => xs.len() >= 2,
        Some("ij") => false,
        other => {
            return Err(Error::value_error(format!(
                "Valid values for indexing are 'xy' and 'ij', got {}",
                other.unwrap_or("None")
            )));
        }
    };
    if let Some(x) = xs.iter().find(|x| x.ndim() > 1) {
        return Err(Error::value_error(format!(
            "Arguments to jnp.meshgrid must be 1D, got shape {}",
            gradlens_ir::aval::tuple_text(x.shape())
        )));
    }
    let n = xs.len();
    let place = |i: usize| if xy && i < 2 { 1 - i } else { i };
    let mut shape = vec![1; n];
    for (i, x) in xs.iter().enumerate() {
        shape[place(i)] = x.aval().size();
    }
    let sparse = cv::truth(cx, &b["sparse"])?;
    let out = xs
        .iter()
        .enumerate()
        .map(|(i, x)| {
            let mut full = shape.clone();
            if sparse {
                full = vec![1; n];
                full[place(i)] = x.aval().size();
            }
            let x = if x.ndim() == 0 { p::reshape(cx, x, &[1])? } else { x.clone() };
            Ok(Arg::from(p::broadcast_in_dim(cx, &x, &full, &[place(i)])?))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Arg::List(out))
}

fn indices(cx: &Cx, b: &Bound) -> Result<Arg> {
    let dims = cv::shape(cx, &b["dimensions"])?;
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(int_dtype(cx));
    let sparse = cv::truth(cx, &b["sparse"])?;
    let one = |i: usize| {
        let mut shape = dims.clone();
        if sparse {
            shape = vec![1; dims.len()];
            shape[i] = dims[i];
        }
        p::iota(cx, d, &shape, i)
    };
    let parts = (0..dims.len()).map(one).collect::<Result<Vec<_>>>()?;
    if sparse {
        return Ok(Arg::Tuple(parts.into_iter().map(Arg::from).collect()));
    }
    if parts.is_empty() {
        return Ok(Array::full(&[0], d, 0.0).into());
    }
    let parts = parts.iter().map(|v| p::expand_dims(cx, v, &[0])).collect::<Result<Vec<_>>>()?;
    Ok(p::concatenate(cx, &parts, 0)?.into())
}

fn vander(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "vander", &b["x"])?;
    if x.ndim() != 1 {
        return Err(Error::value_error("x must be a one-dimensional array"));
    }
    let n = if b["N"].is_none() { x.shape()[0] } else { size_arg(cx, &b["N"])? };
    let increasing = cv::truth(cx, &b["increasing"])?;
    jit1(cx, "vander", &[x], |cx, v| {
        let mut i = p::iota(cx, v[0].dtype(), &[n], 0)?;
        if !increasing {
            i = p::sub(cx, &p::like(&i, n as f64 - 1.0), &i)?;
        }
        let (x, i) = (p::expand_dims(cx, &v[0], &[1])?, p::expand_dims(cx, &i, &[0])?);
        u::power(cx, &Arg::from(x), &Arg::from(i))
    })
    .map(Arg::from)
}

/// Cosine windows: `sum of a_k cos(2 pi k n / (M - 1))`, alternating signs.
fn window(cx: &Cx, b: &Bound, coefficients: &[f64]) -> Result<Arg> {
    let m = size_arg(cx, &b["M"])?;
    let d = float_dtype(cx);
    if m <= 1 {
        return Ok(p::full(cx, &[m], d, 1.0)?.into());
    }
    let n = ex(cx, &p::iota(cx, d, &[m], 0)?);
    let mut out = n.full_like(coefficients[0]);
    for (k, &a) in coefficients.iter().enumerate().skip(1) {
        let term = (&n * (2.0 * std::f64::consts::PI * k as f64 / (m as f64 - 1.0))).cos() * a;
        out = if k % 2 == 1 { out - term } else { out + term };
    }
    out.arg()
}
fn bartlett(cx: &Cx, b: &Bound) -> Result<Arg> {
    let m = size_arg(cx, &b["M"])?;
    let d = float_dtype(cx);
    if m <= 1 {
        return Ok(p::full(cx, &[m], d, 1.0)?.into());
    }
    let n = ex(cx, &p::iota(cx, d, &[m], 0)?);
    (1.0 - (2.0 * n + 1.0 - m as f64).abs() / (m as f64 - 1.0)).arg()
}

fn triangle_indices(cx: &Cx, n: usize, m: usize, k: i64, lower: bool) -> Result<Arg> {
    let (mut rows, mut cols) = (Vec::new(), Vec::new());
    for i in 0..n as i64 {
        for j in 0..m as i64 {
            if (lower && j <= i + k) || (!lower && j >= i + k) {
                rows.push(i);
                cols.push(j);
            }
        }
    }
    let make = |v: &[i64]| cv::from_i64s(&[v.len()], int_dtype(cx), v).map(Arg::from);
    Ok(Arg::Tuple(vec![make(&rows)?, make(&cols)?]))
}
fn triangle_indices_entry(cx: &Cx, b: &Bound, lower: bool) -> Result<Arg> {
    let n = size_arg(cx, &b["n"])?;
    let m = if b["m"].is_none() { n } else { size_arg(cx, &b["m"])? };
    triangle_indices(cx, n, m, cv::static_int(cx, &b["k"])?, lower)
}
fn triangle_indices_from(cx: &Cx, b: &Bound, lower: bool) -> Result<Arg> {
    let x = val(cx, "tril_indices_from", &b["arr"])?;
    match x.shape().as_slice() {
        &[n, m] => triangle_indices(cx, n, m, cv::static_int(cx, &b["k"])?, lower),
        _ => Err(Error::value_error("input array must be 2-d")),
    }
}
fn diag_indices(cx: &Cx, b: &Bound) -> Result<Arg> {
    let n = size_arg(cx, &b["n"])?;
    let k = size_arg(cx, &b["ndim"])?;
    let one = Arg::from(p::iota(cx, int_dtype(cx), &[n], 0)?);
    Ok(Arg::Tuple(vec![one; k]))
}

const SIG_FILL: &str = "shape, dtype=None, *, device=None, out_sharding=None";
const SIG_LIKE: &str = "a, dtype=None, shape=None, *, device=None, out_sharding=None";

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.numpy.array",
        "object, dtype=None, copy=True, order='K', ndmin=0, *, device=None, out_sharding=None",
        "An array of numbers, lists or arrays.",
        Sync(array_entry),
    ),
    entry(
        "jax.numpy.asarray",
        "a, dtype=None, order=None, *, copy=None, device=None, out_sharding=None",
        "Its argument as an array.",
        Sync(asarray_entry),
    ),
    entry("jax.numpy.copy", "a, order=None", "A copy.", Sync(|cx, b| Ok(array(cx, &b["a"], None, 0)?.into()))),
    entry("jax.numpy.zeros", SIG_FILL, "Zeros.", Sync(|cx, b| filled(cx, b, 0.0))),
    entry("jax.numpy.ones", SIG_FILL, "Ones.", Sync(|cx, b| filled(cx, b, 1.0))),
    entry("jax.numpy.empty", SIG_FILL, "Zeros (JAX has no uninitialised arrays).", Sync(|cx, b| filled(cx, b, 0.0))),
    entry(
        "jax.numpy.full",
        "shape, fill_value, dtype=None, *, device=None, out_sharding=None",
        "A constant array.",
        Sync(full),
    ),
    entry(
        "jax.numpy.zeros_like",
        SIG_LIKE,
        "Zeros of the same shape and dtype.",
        Sync(|cx, b| filled_like(cx, b, 0.0)),
    ),
    entry("jax.numpy.ones_like", SIG_LIKE, "Ones of the same shape and dtype.", Sync(|cx, b| filled_like(cx, b, 1.0))),
    entry(
        "jax.numpy.empty_like",
        "prototype, dtype=None, shape=None, *, device=None",
        "Zeros of the same shape and dtype.",
        Sync(|cx, b| filled_like(cx, b, 0.0)),
    ),
    entry(
        "jax.numpy.full_like",
        "a, fill_value, dtype=None, shape=None, *, device=None, out_sharding=None",
        "A constant array of the same shape and dtype.",
        Sync(full_like),
    ),
    entry(
        "jax.numpy.arange",
        "start, stop=None, step=None, dtype=None, *, device=None, out_sharding=None",
        "Evenly spaced numbers from start up to stop; sizes must be static.",
        Sync(arange),
    ),
    entry(
        "jax.numpy.linspace",
        "start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None",
        "num evenly spaced numbers.",
        Sync(linspace_entry),
    ),
    entry(
        "jax.numpy.logspace",
        "start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0",
        "Numbers whose logarithms are evenly spaced.",
        Sync(logspace),
    ),
    entry(
        "jax.numpy.geomspace",
        "start, stop, num=50, endpoint=True, dtype=None, axis=0",
        "A geometric progression.",
        Sync(geomspace),
    ),
    entry("jax.numpy.eye", "N, M=None, k=0, dtype=None, *, device=None", "Ones on a diagonal.", Sync(eye_entry)),
    entry("jax.numpy.identity", "n, dtype=None", "The identity matrix.", Sync(identity)),
    entry("jax.numpy.tri", "N, M=None, k=0, dtype=None", "Ones on and below a diagonal.", Sync(tri)),
    entry(
        "jax.numpy.tril",
        "m, k=0",
        "Zero above a diagonal.",
        Sync(|cx, b| Ok(triangle(cx, &val(cx, "tril", &b[0])?, cv::static_int(cx, &b["k"])?, true)?.into())),
    ),
    entry(
        "jax.numpy.triu",
        "m, k=0",
        "Zero below a diagonal.",
        Sync(|cx, b| Ok(triangle(cx, &val(cx, "triu", &b[0])?, cv::static_int(cx, &b["k"])?, false)?.into())),
    ),
    entry(
        "jax.numpy.tril_indices",
        "n, k=0, m=None",
        "Indices of the lower triangle.",
        Sync(|cx, b| triangle_indices_entry(cx, b, true)),
    ),
    entry(
        "jax.numpy.triu_indices",
        "n, k=0, m=None",
        "Indices of the upper triangle.",
        Sync(|cx, b| triangle_indices_entry(cx, b, false)),
    ),
    entry(
        "jax.numpy.tril_indices_from",
        "arr, k=0",
        "Indices of the lower triangle of an array.",
        Sync(|cx, b| triangle_indices_from(cx, b, true)),
    ),
    entry(
        "jax.numpy.triu_indices_from",
        "arr, k=0",
        "Indices of the upper triangle of an array.",
        Sync(|cx, b| triangle_indices_from(cx, b, false)),
    ),
    entry("jax.numpy.diag_indices", "n, ndim=2", "Indices of the diagonal.", Sync(diag_indices)),
    entry(
        "jax.numpy.meshgrid",
        "*xi, copy=True, sparse=False, indexing='xy'",
        "Coordinate grids from axes.",
        Sync(meshgrid),
    ),
    entry("jax.numpy.indices", "dimensions, dtype=None, sparse=False", "Index grids of a shape.", Sync(indices)),
    entry("jax.numpy.vander", "x, N=None, increasing=False", "Powers of x as columns.", Sync(vander)),
    entry("jax.numpy.bartlett", "M", "Triangular window.", Sync(bartlett)),
    entry("jax.numpy.hanning", "M", "Hann window.", Sync(|cx, b| window(cx, b, &[0.5, 0.5]))),
    entry("jax.numpy.hamming", "M", "Hamming window.", Sync(|cx, b| window(cx, b, &[0.54, 0.46]))),
    entry("jax.numpy.blackman", "M", "Blackman window.", Sync(|cx, b| window(cx, b, &[0.42, 0.5, 0.08]))),
];
