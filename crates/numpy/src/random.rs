//! `jax.random`: keys of the Threefry-2x32 generator and samples drawn with them, bit for bit as JAX draws them.

use crate::creation::{asarray, float_dtype, int_dtype};
use crate::expr::ex;
use crate::prelude::*;
use crate::{indexing, reductions as red, shaping, sorting, ufuncs as u};
use gradlens_ir::aval::tuple_text;
use gradlens_ir::{Params, Prim, Shape};

/// A key argument: a key, or the raw `uint32` words of one.
pub(crate) fn key_of(cx: &Cx, name: &str, x: &Arg) -> Result<Value> {
    let bad = |shown: &str| {
        Error::type_error(format!(
            "JAX encountered invalid PRNG key data: expected key_data to have ndim, shape, and dtype attributes. Got {shown}"
        ))
    };
    let v = match x {
        Arg::Array(v) => v.clone(),
        Arg::NpArray(a) => Value::Array(cv::from_numpy(cx, a)?),
        n if n.is_number() => return Err(bad(&crate::print::repr_short(n))),
        other => return Err(Error::type_error(format!("unexpected PRNG key type <class '{}'>", other.type_name()))),
    };
    let key = if v.dtype() == DType::Key { v } else { wrap(cx, &v)? };
    if key.ndim() > 0 {
        return Err(Error::value_error(format!(
            "{name} accepts a single key, but was given a key array of shape {} != (). Use jax.vmap for batching.",
            tuple_text(x_shape(x).as_slice())
        )));
    }
    Ok(key)
}
fn x_shape(x: &Arg) -> Shape {
    cv::shape_of(x)
}
fn wrap(cx: &Cx, words: &Value) -> Result<Value> {
    if words.dtype() != DType::U32 || words.shape().last() != Some(&2) {
        return Err(Error::type_error(format!(
            "JAX encountered invalid PRNG key data: expected key_data.dtype = uint32 and trailing dimension (2,); got {}",
            words.aval().long()
        )));
    }
    cx.bind1(Prim::RandomWrap, Params::None, std::slice::from_ref(words))
}
/// The `uint32` words of keys.
pub fn unwrap(cx: &Cx, key: &Value) -> Result<Value> {
    cx.bind1(Prim::RandomUnwrap, Params::None, std::slice::from_ref(key))
}
fn seed(cx: &Cx, name: &str, x: &Arg) -> Result<Value> {
    if let Arg::Float(_) = x {
        return Err(Error::type_error("PRNG key seed must be an integer; got JitTracer(~float32[])"));
    }
    if matches!(x, Arg::Array(v) if v.dtype() == DType::Key) {
        return Err(Error::type_error(format!("{name} accepts a scalar seed, but was given a PRNG key.")));
    }
    if !x_shape(x).is_empty() {
        return Err(Error::type_error(format!(
            "{name} accepts a scalar seed, but was given an array of shape {} != (). Use jax.vmap for batching",
            tuple_text(&x_shape(x))
        )));
    }
    // A Python int beyond 32 bits keeps its upper word.
    let v = match x {
        Arg::Int(i) if i32::try_from(*i).is_err() => {
            let wide = Array::int_scalar(DType::I64, *i);
            Value::Array(if cx.x64() { wide } else { Array::int_scalar(DType::U32, *i) })
        }
        other => val(cx, "random_seed", other)?,
    };
    if !v.dtype().is_integer() {
        return Err(Error::type_error(format!("PRNG key seed must be an integer; got {}", v.aval())));
    }
    cx.bind1(Prim::RandomSeed, Params::None, &[v])
}
/// `random.split`.
pub fn split(cx: &Cx, key: &Value, shape: &[usize]) -> Result<Value> {
    cx.bind1(Prim::RandomSplit, Params::RandomShape { shape: Shape::from_slice(shape) }, std::slice::from_ref(key))
}
/// `key1, key2 = split(key)`.
fn split_n(cx: &Cx, key: &Value, n: usize) -> Result<Vec<Value>> {
    let all = split(cx, key, &[n])?;
    crate::methods::iterate(cx, &all)
}
fn bits(cx: &Cx, key: &Value, bit_width: u32, shape: &[usize]) -> Result<Value> {
    cx.bind1(
        Prim::RandomBits,
        Params::RandomBits { bit_width, shape: Shape::from_slice(shape) },
        std::slice::from_ref(key),
    )
}
/// The result in the form the key came in: keys, or words for raw keys.
fn like_input(cx: &Cx, x: &Arg, out: Value) -> Result<Arg> {
    let raw = !matches!(x, Arg::Array(v) if v.dtype() == DType::Key);
    Ok(if raw { unwrap(cx, &out)? } else { out }.into())
}
fn uint(width: u32) -> DType {
    match width {
        8 => DType::U8,
        16 => DType::U16,
        64 => DType::U64,
        _ => DType::U32,
    }
}
fn mantissa_bits(d: DType) -> u32 {
    match d {
        DType::F16 => 10,
        DType::BF16 => 7,
        DType::F64 => 52,
        _ => 23,
    }
}
/// The smallest normal number.
fn tiny(d: DType) -> f64 {
    match d {
        DType::F16 => 2f64.powi(-14),
        DType::F64 => f64::MIN_POSITIVE,
        _ => f32::MIN_POSITIVE as f64,
    }
}

/// Uniform floats in `[minval, maxval)`: random mantissas with exponent 0, shifted and scaled.
pub fn uniform(cx: &Cx, key: &Value, shape: &[usize], d: DType, minval: &Value, maxval: &Value) -> Result<Value> {
    jit1(cx, "_uniform", &[key.clone(), minval.clone(), maxval.clone()], |cx, v| {
        let rank = |x: &Value| -> Result<Value> {
            let x = p::convert(cx, x, d, false)?;
            if x.ndim() < shape.len() {
                p::expand_dims(cx, &x, &(0..shape.len() - x.ndim()).collect::<Vec<_>>())
            } else {
                Ok(x)
            }
        };
        let (lo, hi) = (rank(&v[1])?, rank(&v[2])?);
        let width = d.bits();
        let m = mantissa_bits(d);
        let drawn = if m < 8 { 8 } else { width };
        let mut b = bits(cx, &v[0], drawn, shape)?;
        if drawn != width {
            b = p::convert(cx, &b, uint(width), false)?;
        }
        let konst = |i: i64| Value::Array(Array::int_scalar(b.dtype(), i));
        let f = p::shift_right_logical(cx, &b, &konst((drawn - m) as i64))?;
        let one = match d {
            DType::F16 => 0x3c00,
            DType::BF16 => 0x3f80,
            DType::F64 => 0x3ff0_0000_0000_0000,
            _ => 0x3f80_0000,
        };
        let f = p::or(cx, &f, &konst(one))?;
        let f = p::bitcast(cx, &f, d)?;
        let f = p::sub(cx, &f, &p::like(&f, 1.0))?;
        let span = p::sub(cx, &hi, &lo)?;
        let f = p::mul(cx, &f, &span)?;
        let f = p::add(cx, &f, &lo)?;
        let f = p::reshape(cx, &f, shape)?;
        p::max(cx, &lo, &f)
    })
}
/// Uniform between two constants.
pub fn uniform_const(cx: &Cx, key: &Value, shape: &[usize], d: DType, lo: f64, hi: f64) -> Result<Value> {
    uniform(cx, key, shape, d, &p::scalar(d, lo), &p::scalar(d, hi))
}
/// Standard normal numbers through the inverse error function.
pub fn normal(cx: &Cx, key: &Value, shape: &[usize], d: DType) -> Result<Value> {
    if d.is_complex() {
        let k = split_n(cx, key, 2)?;
        let (re, im) = (normal(cx, &k[0], shape, d.real())?, normal(cx, &k[1], shape, d.real())?);
        let c = p::complex(cx, &re, &im)?;
        return p::div(cx, &c, &p::like(&c, std::f64::consts::SQRT_2));
    }
    jit1(cx, "_normal", std::slice::from_ref(key), |cx, v| {
        jit1(cx, "_normal_real", v, |cx, v| {
            let lo = match d {
                DType::F64 => (-1f64).next_up(),
                DType::F16 => -1.0 + 2f64.powi(-11),
                DType::BF16 => -1.0 + 2f64.powi(-8),
                _ => (-1f32).next_up() as f64,
            };
            let x = uniform_const(cx, &v[0], shape, d, lo, 1.0)?;
            let e = p::erf_inv(cx, &x)?;
            p::mul(cx, &p::like(&e, std::f64::consts::SQRT_2), &e)
        })
    })
}
/// Exponential numbers: `-log1p(-u)`.
fn exponential(cx: &Cx, key: &Value, shape: &[usize], d: DType) -> Result<Value> {
    (-(-ex(cx, &uniform_const(cx, key, shape, d, 0.0, 1.0)?)).log1p()).get()
}
/// Gumbel numbers: `-log(-log(u))`.
fn gumbel(cx: &Cx, key: &Value, shape: &[usize], d: DType) -> Result<Value> {
    jit1(cx, "_gumbel", std::slice::from_ref(key), |cx, v| {
        let x = uniform_const(cx, &v[0], shape, d, tiny(d), 1.0)?;
        (-(-ex(cx, &x).log()).log()).get()
    })
}
/// Integers in `[minval, maxval)`: twice the bits, reduced modulo the span.
pub fn randint(cx: &Cx, key: &Value, shape: &[usize], minval: &Arg, maxval: &Arg, d: DType) -> Result<Value> {
    if !d.is_integer() {
        return Err(Error::type_error(format!("randint only accepts integer dtypes, got {d}")));
    }
    let ints = |x: &Arg| -> Result<Value> {
        let v = asarray(cx, x, None)?;
        if v.dtype().is_integer() { Ok(v) } else { p::convert(cx, &v, int_dtype(cx), false) }
    };
    let (lo, hi) = (ints(minval)?, ints(maxval)?);
    jit1(cx, "_randint", &[key.clone(), lo, hi], |cx, v| {
        let limit = |from: DType, of: DType| {
            let lo = red::lowest(from).max(red::lowest(of));
            let hi = red::highest(from).min(red::highest(of));
            (lo, hi)
        };
        let clipped = |x: &Value| -> Result<Value> {
            let (a, b) = limit(d, x.dtype());
            let x = u::clip(cx, x, p::like(x, a), int_like(x, b))?;
            p::convert(cx, &x, d, false)
        };
        let top = int_like(&v[2], limit(d, v[2].dtype()).1);
        let beyond = p::gt(cx, &v[2], &top)?;
        let rank = |x: Value| {
            if x.ndim() < shape.len() {
                p::expand_dims(cx, &x, &(0..shape.len() - x.ndim()).collect::<Vec<_>>())
            } else {
                Ok(x)
            }
        };
        let (lo, hi) = (rank(clipped(&v[1])?)?, rank(clipped(&v[2])?)?);
        let width = d.bits();
        let k = split_n(cx, &v[0], 2)?;
        let (high, low) = (bits(cx, &k[0], width, shape)?, bits(cx, &k[1], width, shape)?);
        let span = p::sub(cx, &hi, &lo)?;
        let span = p::convert(cx, &span, uint(width), false)?;
        let empty = p::le(cx, &hi, &lo)?;
        let one = p::full_like(cx, &span, 1.0)?;
        let span = p::select(cx, &empty, &one, &span)?;
        let more = p::gt(cx, &hi, &lo)?;
        let wide = p::and(cx, &beyond, &more)?;
        let plus = p::add(cx, &span, &p::like(&span, 1.0))?;
        let wide = p::broadcast_to(cx, &wide, span.shape())?;
        let span = p::select(cx, &wide, &plus, &span)?;
        let m = p::rem(cx, &p::like(&span, 2f64.powi(width as i32 / 2)), &span)?;
        let m = p::mul(cx, &m, &m)?;
        let m = p::rem(cx, &m, &span)?;
        let h = p::rem(cx, &high, &span)?;
        let h = p::mul(cx, &h, &m)?;
        let l = p::rem(cx, &low, &span)?;
        let r = p::add(cx, &h, &l)?;
        let r = p::rem(cx, &r, &span)?;
        let r = p::convert(cx, &r, d, false)?;
        p::add(cx, &lo, &r)
    })
}
/// An exact integer constant of `x`'s dtype.
fn int_like(x: &Value, v: f64) -> Value {
    match x.dtype() {
        DType::U64 if v >= 1.8e19 => Value::Array(Array::int_scalar(DType::U64, -1)),
        DType::I64 if v >= 9.2e18 => Value::Array(Array::int_scalar(DType::I64, i64::MAX)),
        _ => p::like(x, v),
    }
}
/// Sorting by random keys, as often as collisions demand.
fn shuffle(cx: &Cx, key: &Value, x: &Value, axis: usize) -> Result<Value> {
    jit1(cx, "_shuffle", &[key.clone(), x.clone()], |cx, v| {
        let (mut key, mut x) = (v[0].clone(), v[1].clone());
        let n = x.aval().size().max(1) as f64;
        let rounds = (3.0 * n.ln() / (u32::MAX as f64).ln()).ceil() as usize;
        for _ in 0..rounds {
            let k = split_n(cx, &key, 2)?;
            key = k[0].clone();
            let order = bits(cx, &k[1], 32, x.shape())?;
            x = p::sort(cx, &[order, x], axis, 1)?.remove(1);
        }
        Ok(x)
    })
}
fn arange(cx: &Cx, n: usize) -> Result<Value> {
    p::iota(cx, int_dtype(cx), &[n], 0)
}
fn permutation(cx: &Cx, key: &Value, x: &Arg, axis: i64, independent: bool) -> Result<Value> {
    cv::check_arraylike("permutation", &[x])?;
    if x_shape(x).is_empty() {
        if matches!(x, Arg::Float(_)) {
            return Err(Error::type_error("x must be an integer or at least 1-dimensional"));
        }
        let n = cv::static_int(cx, x)?.max(0) as usize;
        return shuffle(cx, key, &arange(cx, n)?, 0);
    }
    let x = asarray(cx, x, None)?;
    let axis = cv::axis(axis, x.ndim())?;
    if independent || x.ndim() == 1 {
        return shuffle(cx, key, &x, axis);
    }
    let order = shuffle(cx, key, &arange(cx, x.shape()[axis])?, 0)?;
    indexing::take(cx, &x, &order, Some(axis), &Arg::None, None)
}
fn choice(cx: &Cx, b: &Bound) -> Result<Arg> {
    let key = key_of(cx, "choice", &b["key"])?;
    if b["shape"].sequence().is_none() {
        return Err(Error::type_error(format!(
            "shape argument of jax.random.choice must be a sequence, got {}",
            crate::print::repr_short(&b["shape"])
        )));
    }
    let shape = cv::shape(cx, &b["shape"])?;
    let a = asarray(cx, &b["a"], None)?;
    let scalar = a.ndim() == 0;
    let axis = if scalar { 0 } else { cv::axis(cv::static_int(cx, &b["axis"])?, a.ndim())? };
    let n = if scalar { cv::static_int(cx, &b["a"])?.max(0) as usize } else { a.shape()[axis] };
    let draws: usize = shape.iter().product();
    let replace = cv::truth(cx, &b["replace"])?;
    if n == 0 && draws > 0 {
        return Err(Error::value_error("a must be greater than 0 unless no samples are taken"));
    }
    if !replace && draws > n {
        return Err(Error::value_error(format!(
            "Cannot take a larger sample (size {draws}) than population (size {n}) when 'replace=False'"
        )));
    }
    let picked = |ix: Value| -> Result<Value> {
        if scalar { Ok(ix) } else { indexing::take(cx, &a, &ix, Some(axis), &Arg::None, None) }
    };
    let out = if b["p"].is_none() {
        if replace {
            let ix = randint(cx, &key, &shape, &Arg::Int(0), &Arg::Int(n as i64), int_dtype(cx))?;
            picked(ix)?
        } else {
            let source = if scalar { Arg::Int(n as i64) } else { Arg::from(&a) };
            let all = permutation(cx, &key, &source, axis as i64, false)?;
            p::slice_in_dim(cx, &all, 0, draws, 1, axis)?
        }
    } else {
        let pr = promote(cx, "choice", Promote::Inexact, &[&b["p"]])?.remove(0);
        if pr.shape().as_slice() != [n] {
            return Err(Error::value_error(format!(
                "p must be None or a 1D vector with the same size as a.shape[axis]. p has shape {} and a.shape[axis] is {n}.",
                tuple_text(pr.shape())
            )));
        }
        let ix = if replace {
            let total = red::cumsum(cx, &pr, 0)?;
            let last = p::index_in_dim(cx, &total, n - 1, 0)?;
            let r = ex(cx, &last) * (1.0 - ex(cx, &uniform_const(cx, &key, &shape, pr.dtype(), 0.0, 1.0)?));
            sorting::searchsorted(cx, &total, &r.get()?, false)?
        } else {
            let g = ex(cx, &gumbel(cx, &key, &[n], pr.dtype())?) + ex(cx, &pr).log();
            let out = cx.bind(Prim::TopK, Params::TopK { k: draws, axis: 0 }, &[g.get()?])?;
            p::convert(cx, &out[1], int_dtype(cx), false)?
        };
        picked(ix)?
    };
    let full: Vec<usize> = if scalar {
        shape
    } else {
        let s = a.shape();
        s[..axis].iter().chain(&shape).chain(&s[axis + 1..]).copied().collect()
    };
    Ok(p::reshape(cx, &out, &full)?.into())
}
fn categorical(cx: &Cx, b: &Bound) -> Result<Arg> {
    let key = key_of(cx, "categorical", &b["key"])?;
    let logits = asarray(cx, &b["logits"], None)?;
    let axis = cv::axis(cv::static_int(cx, &b["axis"])?, logits.ndim())?;
    let batch: Vec<usize> = (0..logits.ndim()).filter(|&i| i != axis).map(|i| logits.shape()[i]).collect();
    let shape = if b["shape"].is_none() { batch.clone() } else { cv::shape(cx, &b["shape"])? };
    if shape.len() < batch.len() || shape[shape.len() - batch.len()..] != batch[..] {
        return Err(Error::value_error(format!(
            "categorical parameter shapes must be broadcast-compatible with shape argument, and the result of broadcasting the shapes must equal the shape argument, but got result {} for shape argument {}.",
            tuple_text(&batch),
            tuple_text(&shape)
        )));
    }
    let lead = shape.len() - batch.len();
    if !cv::truth(cx, &b["replace"])? {
        let g = u::add(cx, &logits, &gumbel(cx, &key, logits.shape(), logits.dtype())?)?;
        let k = shape[..lead].iter().product();
        let g = shaping::moveaxis(cx, &g, &[axis], &[logits.ndim() - 1])?;
        let out = cx.bind(Prim::TopK, Params::TopK { k, axis: g.ndim() - 1 }, &[g])?;
        let ix = shaping::moveaxis(cx, &out[1], &[out[1].ndim() - 1], &[0])?;
        return Ok(p::reshape(cx, &ix, &shape)?.into());
    }
    let mut full = shape[..lead].to_vec();
    full.extend(logits.shape().iter());
    let g = gumbel(cx, &key, &full, logits.dtype())?;
    let l = p::expand_dims(cx, &logits, &(0..lead).collect::<Vec<_>>())?;
    let sum = p::add(cx, &g, &l)?;
    Ok(red::arg_extreme(cx, &sum, Some(lead + axis), false, true)?.into())
}

/// `dtype=` of a float sampler.
fn float_arg(cx: &Cx, b: &Bound, name: &str) -> Result<DType> {
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(float_dtype(cx));
    if !d.is_inexact() {
        return Err(Error::value_error(format!("dtype argument to `{name}` must be a float dtype, got {d}")));
    }
    Ok(d)
}
/// A sampler of key, shape and float dtype.
fn plain(cx: &Cx, b: &Bound, name: &str, f: fn(&Cx, &Value, &[usize], DType) -> Result<Value>) -> Result<Arg> {
    let key = key_of(cx, name, &b["key"])?;
    let d = float_arg(cx, b, name)?;
    Ok(f(cx, &key, &cv::shape(cx, &b["shape"])?, d)?.into())
}
/// The shape argument, or what the parameters broadcast to.
fn shape_or(cx: &Cx, b: &Bound, params: &[&Value]) -> Result<Vec<usize>> {
    if !b["shape"].is_none() {
        return cv::shape(cx, &b["shape"]);
    }
    let shapes: Vec<&[usize]> = params.iter().map(|v| v.shape().as_slice()).collect();
    Ok(cv::broadcast_shapes("random", &shapes)?.to_vec())
}
fn float_param(cx: &Cx, b: &Bound, name: &str, d: DType) -> Result<Value> {
    cv::convert_arg(cx, &asarray(cx, &b[name], None)?.into(), d, false)
}

fn bernoulli(cx: &Cx, b: &Bound) -> Result<Arg> {
    let key = key_of(cx, "bernoulli", &b["key"])?;
    let pr = asarray(cx, &b["p"], None)?;
    if !pr.dtype().is_floating() {
        return Err(Error::type_error(format!(
            "bernoulli probability `p` must have a floating dtype, got {}.",
            pr.dtype()
        )));
    }
    let shape = shape_or(cx, b, &[&pr])?;
    jit1(cx, "_bernoulli", &[key, pr], |cx, v| {
        let x = uniform_const(cx, &v[0], &shape, v[1].dtype(), 0.0, 1.0)?;
        u::less(cx, &x, &v[1])
    })
    .map(Arg::from)
}
fn truncated_normal(cx: &Cx, b: &Bound) -> Result<Arg> {
    let key = key_of(cx, "truncated_normal", &b["key"])?;
    let d = float_arg(cx, b, "truncated_normal")?;
    let (lo, hi) = (float_param(cx, b, "lower", d)?, float_param(cx, b, "upper", d)?);
    let shape = shape_or(cx, b, &[&lo, &hi])?;
    truncated_between(cx, &key, &lo, &hi, &shape, d).map(Arg::from)
}
/// Normal numbers between two constants.
pub(crate) fn truncated(cx: &Cx, key: &Value, shape: &[usize], d: DType, lo: f64, hi: f64) -> Result<Value> {
    truncated_between(cx, key, &p::scalar(d, lo), &p::scalar(d, hi), shape, d)
}
fn truncated_between(cx: &Cx, key: &Value, lo: &Value, hi: &Value, shape: &[usize], d: DType) -> Result<Value> {
    jit1(cx, "_truncated_normal", &[key.clone(), lo.clone(), hi.clone()], |cx, v| {
        let (lo, hi) = (ex(cx, &v[1]), ex(cx, &v[2]));
        let s2 = lo.constant(std::f64::consts::SQRT_2);
        let (a, c) = ((&lo / &s2).erf(), (&hi / &s2).erf());
        let x = uniform(cx, &v[0], shape, d, &a.get()?, &c.get()?)?;
        let out = (s2 * ex(cx, &x).erf_inv()).get()?;
        let up = lo.stop().map(|cx, v| p::nextafter(cx, v, &p::like(v, f64::INFINITY))).get()?;
        let down = hi.stop().map(|cx, v| p::nextafter(cx, v, &p::like(v, f64::NEG_INFINITY))).get()?;
        u::clip(cx, &out, &up, &down)
    })
}
fn uniform_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let key = key_of(cx, "uniform", &b["key"])?;
    let d = float_arg(cx, b, "uniform")?;
    let (lo, hi) = (val(cx, "uniform", &b["minval"])?, val(cx, "uniform", &b["maxval"])?);
    Ok(uniform(cx, &key, &cv::shape(cx, &b["shape"])?, d, &lo, &hi)?.into())
}
fn randint_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let key = key_of(cx, "randint", &b["key"])?;
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(int_dtype(cx));
    Ok(randint(cx, &key, &cv::shape(cx, &b["shape"])?, &b["minval"], &b["maxval"], d)?.into())
}
fn bits_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let key = key_of(cx, "bits", &b["key"])?;
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(DType::U64.canonicalize(cx.x64()));
    if !d.is_unsigned() {
        return Err(Error::value_error(format!("dtype argument to `bits` must be an unsigned int dtype, got {d}")));
    }
    Ok(bits(cx, &key, d.bits(), &cv::shape(cx, &b["shape"])?)?.into())
}
fn split_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let key = key_of(cx, "split", &b["key"])?;
    like_input(cx, &b["key"], split(cx, &key, &cv::shape(cx, &b["num"])?)?)
}
fn fold_in(cx: &Cx, b: &Bound) -> Result<Arg> {
    let key = key_of(cx, "fold_in", &b["key"])?;
    let data = cv::convert_arg(cx, &b["data"], DType::U32, false)?;
    if data.ndim() > 0 {
        return Err(Error::type_error(format!(
            "fold_in accepts a scalar, but was given an array of shape {} != (). Use jax.vmap for batching.",
            tuple_text(data.shape())
        )));
    }
    like_input(cx, &b["key"], cx.bind1(Prim::RandomFoldIn, Params::None, &[key, data])?)
}
fn multivariate_normal(cx: &Cx, b: &Bound) -> Result<Arg> {
    let key = key_of(cx, "multivariate_normal", &b["key"])?;
    let v = promote(cx, "multivariate_normal", Promote::Inexact, &[&b["mean"]])?;
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(v[0].dtype());
    let (mean, cov) = (float_param(cx, b, "mean", d)?, float_param(cx, b, "cov", d)?);
    if mean.ndim() < 1 || cov.ndim() < 2 {
        return Err(Error::value_error(format!(
            "multivariate_normal requires mean.ndim >= 1 and cov.ndim >= 2, got {} and {}",
            mean.ndim(),
            cov.ndim()
        )));
    }
    let n = mean.shape()[mean.ndim() - 1];
    if cov.shape()[cov.ndim() - 2..] != [n, n] {
        return Err(Error::value_error(format!(
            "multivariate_normal requires cov.shape == (..., n, n) for n={n}, but got cov.shape == {}.",
            tuple_text(cov.shape())
        )));
    }
    let mut shape = if b["shape"].is_none() {
        cv::broadcast_shapes(
            "multivariate_normal",
            &[&mean.shape()[..mean.ndim() - 1], &cov.shape()[..cov.ndim() - 2]],
        )?
        .to_vec()
    } else {
        cv::shape(cx, &b["shape"])?
    };
    let factor = crate::linalg::cholesky(cx, &cov, true)?;
    shape.push(n);
    let z = normal(cx, &key, &shape, d)?;
    let step = crate::products::einsum(cx, "...ij,...j->...i", &[factor, z], None)?;
    Ok(u::add(cx, &mean, &step)?.into())
}
fn epsneg(d: DType) -> f64 {
    2f64.powi(-(mantissa_bits(d) as i32) - 1)
}

const SIG_PLAIN: &str = "key, shape=(), dtype=None, *, out_sharding=None";

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.random.key",
        "seed, *, impl=None, dtype=None",
        "A key from an integer.",
        Sync(|cx, b| Ok(seed(cx, "key", &b["seed"])?.into())),
    ),
    entry(
        "jax.random.PRNGKey",
        "seed, *, impl=None",
        "A raw key (two uint32 words) from an integer.",
        Sync(|cx, b| {
            let k = seed(cx, "PRNGKey", &b["seed"])?;
            Ok(unwrap(cx, &k)?.into())
        }),
    ),
    entry(
        "jax.random.key_data",
        "keys",
        "The words of keys.",
        Sync(|cx, b| {
            let k = val(cx, "key_data", &b["keys"])?;
            Ok(if k.dtype() == DType::Key { unwrap(cx, &k)? } else { k }.into())
        }),
    ),
    entry(
        "jax.random.wrap_key_data",
        "key_bits_array, *, impl=None, dtype=None",
        "Keys from words.",
        Sync(|cx, b| Ok(wrap(cx, &asarray(cx, &b[0], None)?)?.into())),
    ),
    entry("jax.random.key_impl", "keys", "The generator's name.", Sync(|_, _| Ok(Arg::str("fry")))),
    entry("jax.random.clone", "key", "The same key, to be used again.", Sync(|_, b| Ok(b[0].clone()))),
    entry("jax.random.split", "key, num=2", "New keys from a key.", Sync(split_entry)),
    entry("jax.random.fold_in", "key, data", "A new key from a key and an integer.", Sync(fold_in)),
    entry("jax.random.bits", "key, shape=(), dtype=None, *, out_sharding=None", "Random bits.", Sync(bits_entry)),
    entry(
        "jax.random.uniform",
        "key, shape=(), dtype=None, minval=0.0, maxval=1.0, *, out_sharding=None",
        "Uniform numbers.",
        Sync(uniform_entry),
    ),
    entry("jax.random.normal", SIG_PLAIN, "Standard normal numbers.", Sync(|cx, b| plain(cx, b, "normal", normal))),
    entry(
        "jax.random.randint",
        "key, shape, minval, maxval, dtype=None, *, out_sharding=None",
        "Integers of a range.",
        Sync(randint_entry),
    ),
    entry(
        "jax.random.bernoulli",
        "key, p=0.5, shape=None, mode='low', *, out_sharding=None",
        "True with probability p.",
        Sync(bernoulli),
    ),
    entry(
        "jax.random.permutation",
        "key, x, axis=0, independent=False, *, out_sharding=None",
        "A random order.",
        Sync(|cx, b| {
            let key = key_of(cx, "permutation", &b["key"])?;
            Ok(permutation(cx, &key, &b["x"], cv::static_int(cx, &b["axis"])?, cv::truth(cx, &b["independent"])?)?
                .into())
        }),
    ),
    entry(
        "jax.random.choice",
        "key, a, shape=(), replace=True, p=None, axis=0, mode=None",
        "Random elements.",
        Sync(choice),
    ),
    entry(
        "jax.random.categorical",
        "key, logits, axis=-1, shape=None, replace=True, mode=None, *, out_sharding=None",
        "Indices drawn by log-probabilities.",
        Sync(categorical),
    ),
    entry(
        "jax.random.gumbel",
        "key, shape=(), dtype=None, mode=None, *, out_sharding=None",
        "Gumbel numbers.",
        Sync(|cx, b| plain(cx, b, "gumbel", gumbel)),
    ),
    entry(
        "jax.random.exponential",
        SIG_PLAIN,
        "Exponential numbers.",
        Sync(|cx, b| plain(cx, b, "exponential", exponential)),
    ),
    entry(
        "jax.random.laplace",
        SIG_PLAIN,
        "Laplace numbers.",
        Sync(|cx, b| {
            plain(cx, b, "laplace", |cx, k, s, d| {
                let x = ex(cx, &uniform_const(cx, k, s, d, -1.0 + epsneg(d), 1.0)?);
                (x.sign() * (-x.abs()).log1p()).get()
            })
        }),
    ),
    entry(
        "jax.random.logistic",
        SIG_PLAIN,
        "Logistic numbers.",
        Sync(|cx, b| {
            plain(cx, b, "logistic", |cx, k, s, d| {
                let x = ex(cx, &uniform_const(cx, k, s, d, tiny(d), 1.0)?);
                (x.log() - (-&x).log1p()).get()
            })
        }),
    ),
    entry(
        "jax.random.cauchy",
        SIG_PLAIN,
        "Cauchy numbers.",
        Sync(|cx, b| {
            plain(cx, b, "cauchy", |cx, k, s, d| {
                let x = ex(cx, &uniform_const(cx, k, s, d, 2.0 * epsneg(d), 1.0)?);
                (x.constant(std::f64::consts::PI) * (&x - x.constant(0.5))).tan().get()
            })
        }),
    ),
    entry(
        "jax.random.rademacher",
        "key, shape=(), dtype=None, *, out_sharding=None",
        "-1 or 1.",
        Sync(|cx, b| {
            let key = key_of(cx, "rademacher", &b["key"])?;
            let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(int_dtype(cx));
            let x = uniform_const(cx, &key, &cv::shape(cx, &b["shape"])?, float_dtype(cx), 0.0, 1.0)?;
            let x = ex(cx, &x).lt(0.5).astype(d);
            (2.0 * x - 1.0).arg()
        }),
    ),
    entry(
        "jax.random.pareto",
        "key, b, shape=None, dtype=None, *, out_sharding=None",
        "Pareto numbers.",
        Sync(|cx, b| {
            let key = key_of(cx, "pareto", &b["key"])?;
            let d = float_arg(cx, b, "pareto")?;
            let shape_param = float_param(cx, b, "b", d)?;
            let e = exponential(cx, &key, &shape_or(cx, b, &[&shape_param])?, d)?;
            (ex(cx, &e) / &shape_param).exp().arg()
        }),
    ),
    entry(
        "jax.random.lognormal",
        "key, sigma=1.0, shape=None, dtype=None, *, out_sharding=None",
        "Log-normal numbers.",
        Sync(|cx, b| {
            let key = key_of(cx, "lognormal", &b["key"])?;
            let d = float_arg(cx, b, "lognormal")?;
            let sigma = float_param(cx, b, "sigma", d)?;
            let z = normal(cx, &key, &shape_or(cx, b, &[&sigma])?, d)?;
            (ex(cx, &z) * &sigma).exp().arg()
        }),
    ),
    entry(
        "jax.random.truncated_normal",
        "key, lower, upper, shape=None, dtype=None, *, out_sharding=None",
        "Normal numbers between bounds.",
        Sync(truncated_normal),
    ),
    entry(
        "jax.random.multivariate_normal",
        "key, mean, cov, shape=None, dtype=None, method='cholesky', *, out_sharding=None",
        "Normal vectors of a mean and covariance.",
        Sync(multivariate_normal),
    ),
];
