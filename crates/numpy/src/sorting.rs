//! Sorting and order statistics: sort, argsort, median, quantiles, searchsorted, top elements.

use crate::creation::int_dtype;
use crate::expr::ex;
use crate::prelude::*;
use crate::{reductions as red, shaping, ufuncs as u};
use gradlens_ir::params::{GatherDims, IndexMode};

fn axis_or_flat(cx: &Cx, x: Value, axis: &Arg) -> Result<(Value, usize)> {
    if axis.is_none() {
        return Ok((shaping::reshape(cx, &x, &[-1])?, 0));
    }
    let a = cv::axis(cv::static_int(cx, axis)?, x.ndim())?;
    Ok((x, a))
}

/// `jnp.sort`.
pub fn sort(cx: &Cx, x: &Value, axis: usize, descending: bool) -> Result<Value> {
    let s = p::sort(cx, std::slice::from_ref(x), axis, 1)?.remove(0);
    if descending { p::rev(cx, &s, &[axis]) } else { Ok(s) }
}
fn sort_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "sort", &b["a"])?;
    let (x, axis) = axis_or_flat(cx, x, &b["axis"])?;
    let descending = cv::truth(cx, &b["descending"])?;
    jit1(cx, "sort", &[x], |cx, v| sort(cx, &v[0], axis, descending)).map(Arg::from)
}
/// `jnp.argsort`: stable; descending keeps equal elements in order.
pub fn argsort(cx: &Cx, x: &Value, axis: usize, descending: bool) -> Result<Value> {
    jit1(cx, "argsort", std::slice::from_ref(x), |cx, v| {
        let x = &v[0];
        let keys = if descending { p::rev(cx, x, &[axis])? } else { x.clone() };
        let ix = p::iota(cx, int_dtype(cx), x.shape(), axis)?;
        let order = p::sort(cx, &[keys, ix], axis, 1)?.remove(1);
        if !descending {
            return Ok(order);
        }
        let last = p::like(&order, x.shape()[axis] as f64 - 1.0);
        let order = p::sub(cx, &last, &order)?;
        p::rev(cx, &order, &[axis])
    })
}
fn argsort_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "argsort", &b["a"])?;
    let (x, axis) = axis_or_flat(cx, x, &b["axis"])?;
    let out = argsort(cx, &x, axis, cv::truth(cx, &b["descending"])?)?;
    match cv::dtype_arg(cx, &b["dtype"])? {
        Some(d) => Ok(p::convert(cx, &out, d, false)?.into()),
        None => Ok(out.into()),
    }
}
fn lexsort(cx: &Cx, b: &Bound) -> Result<Arg> {
    let keys: Vec<Value> = match &b["keys"] {
        Arg::Array(v) => crate::methods::iterate(cx, v)?,
        k => k
            .sequence()
            .unwrap_or_default()
            .iter()
            .map(|x| crate::creation::asarray(cx, x, None))
            .collect::<Result<_>>()?,
    };
    let Some(first) = keys.first() else {
        return Err(Error::type_error("need sequence of keys with len > 0 in lexsort"));
    };
    if first.ndim() == 0 {
        return Ok(p::int(0).into());
    }
    let axis = cv::axis(cv::static_int(cx, &b["axis"])?, first.ndim())?;
    let ix = p::iota(cx, int_dtype(cx), first.shape(), axis)?;
    let n = keys.len();
    let mut all: Vec<Value> = keys.into_iter().rev().collect();
    all.push(ix);
    Ok(p::sort(cx, &all, axis, n)?.remove(n).into())
}
/// `partition` and `argpartition`: a full sort is one.
fn partition(cx: &Cx, b: &Bound, arg: bool) -> Result<Arg> {
    let x = val(cx, "partition", &b["a"])?;
    let axis = cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?;
    cv::axis(cv::static_int(cx, &b["kth"])?, x.shape()[axis]).map_err(|_| Error::value_error("kth out of bounds"))?;
    Ok(if arg { argsort(cx, &x, axis, false)? } else { sort(cx, &x, axis, false)? }.into())
}

/// Which element of a sorted axis a quantile is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Method {
    Linear,
    Lower,
    Higher,
    Midpoint,
    Nearest,
}
fn method(x: &Arg) -> Result<Method> {
    Ok(match x.as_str() {
        Some("linear") => Method::Linear,
        Some("lower") => Method::Lower,
        Some("higher") => Method::Higher,
        Some("midpoint") => Method::Midpoint,
        Some("nearest") => Method::Nearest,
        _ => {
            return Err(Error::value_error(
                "method can only be 'linear', 'lower', 'higher', 'midpoint', 'nearest' or 'inverted_cdf'",
            ));
        }
    })
}

/// `jnp.quantile`, in JAX's order of operations; `nan` ignores NaN.
fn quantile(
    cx: &Cx,
    x: &Value,
    q: &Value,
    axis: Option<Vec<usize>>,
    m: Method,
    keepdims: bool,
    nan: bool,
) -> Result<Value> {
    let name = if nan { "nanquantile" } else { "quantile" };
    jit1(cx, name, &[x.clone(), q.clone()], |cx, v| {
        let x = u::inexact(cx, &v[0])?;
        let q = &v[1];
        if x.dtype().is_complex() {
            return Err(Error::value_error(
                "quantile does not support complex input, as the operation is poorly defined.",
            ));
        }
        let kept: Vec<usize> = match &axis {
            None => vec![1; x.ndim()],
            Some(a) => (0..x.ndim()).map(|i| if a.contains(&i) { 1 } else { x.shape()[i] }).collect(),
        };
        // All reduced axes become the last one.
        let (x, at) = match &axis {
            None => (p::reshape(cx, &x, &[x.aval().size()])?, 0),
            Some(a) if a.len() == 1 => (x, a[0]),
            Some(a) => {
                let free: Vec<usize> = (0..x.ndim()).filter(|i| !a.contains(i)).collect();
                let perm: Vec<usize> = free.iter().chain(a).copied().collect();
                let t = p::transpose(cx, &x, &perm)?;
                let mut shape: Vec<usize> = free.iter().map(|&i| x.shape()[i]).collect();
                shape.push(a.iter().map(|&i| x.shape()[i]).product());
                let at = shape.len() - 1;
                (p::reshape(cx, &t, &shape)?, at)
            }
        };
        if q.ndim() > 1 {
            return Err(Error::value_error(format!(
                "q must be have rank <= 1, got shape {}",
                gradlens_ir::aval::tuple_text(q.shape())
            )));
        }
        let isnan = p::ne(cx, &x, &x)?;
        let poison = p::weak_scalar(DType::F32, f64::NAN);
        let qd = q.dtype();
        let (x, count) = if nan {
            let y = u::where_(cx, &isnan, &poison, &x)?;
            let y = sort(cx, &y, at, false)?;
            let there = p::ne(cx, &y, &y)?;
            let there = p::not(cx, &there)?;
            let n = red::sum(cx, &there, &red::Options { dtype: Some(qd), ..red::Options::along(&[at]) })?;
            (y, Some(n))
        } else {
            let any = red::any(cx, &isnan, &red::Options::keep(&[at]))?;
            let y = u::where_(cx, &any, &poison, &x)?;
            (sort(cx, &y, at, false)?, None)
        };
        let out = match count {
            Some(n) => nan_pick(cx, &x, q, &n, at, m)?,
            None => pick(cx, &x, q, at, m)?,
        };
        let out = p::convert(cx, &out, x.dtype(), false)?;
        if keepdims {
            let mut shape: Vec<usize> = q.shape().to_vec();
            shape.extend(kept);
            return p::reshape(cx, &out, &shape);
        }
        Ok(out)
    })
}

fn weighted(low: &Value, high: &Value, lw: &crate::expr::X, hw: &crate::expr::X, m: Method) -> Result<Value> {
    let cx = lw.context();
    let (lo, hi) = (ex(cx, low), ex(cx, high));
    match m {
        Method::Linear => (lo * lw + hi * hw).get(),
        Method::Lower => lo.get(),
        Method::Higher => hi.get(),
        Method::Midpoint => ((lo + hi) * 0.5).get(),
        Method::Nearest => hw
            .le(0.5)
            .map(|cx, c| {
                let c = p::broadcast_to(cx, c, low.shape())?;
                p::select(cx, &c, low, high)
            })
            .get(),
    }
}

/// The elements at `q (n - 1)` of a sorted axis.
fn pick(cx: &Cx, x: &Value, q: &Value, at: usize, m: Method) -> Result<Value> {
    let n = x.shape()[at] as f64;
    let one = p::like(q, 1.0);
    let top = || p::sub(cx, &p::like(q, n), &one);
    let t = p::mul(cx, q, &top()?)?;
    let (lo, hi) = (p::floor(cx, &t)?, p::ceil(cx, &t)?);
    let hw = p::sub(cx, &t, &lo)?;
    let lw = p::sub(cx, &p::like(&hw, 1.0), &hw)?;
    let lo = p::clamp(cx, &p::like(&lo, 0.0), &lo, &top()?)?;
    let hi = p::clamp(cx, &p::like(&hi, 0.0), &hi, &top()?)?;
    let int = int_dtype(cx);
    let (lo, hi) = (p::convert(cx, &lo, int, false)?, p::convert(cx, &hi, int, false)?);
    let mut sizes = x.shape().to_vec();
    sizes[at] = 1;
    let dims = GatherDims {
        offset_dims: (q.ndim()..x.ndim() + q.ndim() - 1).collect(),
        collapsed_slice_dims: vec![at],
        start_index_map: vec![at],
        ..Default::default()
    };
    let flags = p::IndexFlags { mode: IndexMode::PromiseInBounds, unique: false, sorted: false };
    let get = |i: &Value| -> Result<Value> {
        let i = p::expand_dims(cx, i, &[i.ndim()])?;
        p::gather(cx, x, &i, dims.clone(), sizes.clone(), flags, None)
    };
    let (low, high) = (get(&lo)?, get(&hi)?);
    let spread = |w: &Value| if q.ndim() == 1 { p::broadcast_in_dim(cx, w, low.shape(), &[0]) } else { Ok(w.clone()) };
    let (lw, hw) = (spread(&lw)?, spread(&hw)?);
    weighted(&low, &high, &ex(cx, &lw), &ex(cx, &hw), m)
}

/// The same with a number of valid elements that varies.
fn nan_pick(cx: &Cx, x: &Value, q: &Value, n: &Value, at: usize, m: Method) -> Result<Value> {
    // q's axis first, then the reduced shape.
    let qx = p::expand_dims(cx, q, &(q.ndim()..q.ndim() + n.ndim()).collect::<Vec<_>>())?;
    let nx = p::expand_dims(cx, n, &(0..q.ndim()).collect::<Vec<_>>())?;
    let last = ex(cx, &nx) - 1.0;
    let t = ex(cx, &qx) * &last;
    let (lo, hi) = (t.floor(), t.map(p::ceil));
    let hw = &t - &lo;
    let lw = 1.0 - &hw;
    let clip = |i: crate::expr::X| i.min(&last).max(0.0).astype(int_dtype(cx)).get();
    let (lo, hi) = (clip(lo)?, clip(hi)?);
    let get = |i: &Value| -> Result<Value> {
        // One index array per quantile, gathered along the axis.
        let rows = if q.ndim() == 1 { crate::methods::iterate(cx, i)? } else { vec![i.clone()] };
        let parts = rows
            .iter()
            .map(|r| {
                let r = p::expand_dims(cx, r, &[at])?;
                let g = crate::indexing::take_along_axis(cx, x, &r, Some(at), None)?;
                p::squeeze(cx, &g, &[at])
            })
            .collect::<Result<Vec<_>>>()?;
        if q.ndim() == 1 { shaping::stack(cx, &parts, 0) } else { Ok(parts[0].clone()) }
    };
    weighted(&get(&lo)?, &get(&hi)?, &lw, &hw, m)
}

fn quantile_entry(cx: &Cx, b: &Bound, percent: bool, nan: bool) -> Result<Arg> {
    let x = val(cx, "quantile", &b["a"])?;
    let q = promote(cx, "quantile", Promote::Inexact, &[&b["q"]])?.remove(0);
    let q = if percent { u::true_divide(cx, &q, Arg::Int(100))? } else { q };
    let axis = if b["axis"].is_none() { None } else { Some(cv::axes(cx, &b["axis"], x.ndim())?) };
    Ok(quantile(cx, &x, &q, axis, method(&b["method"])?, cv::truth(cx, &b["keepdims"])?, nan)?.into())
}
fn median(cx: &Cx, b: &Bound, nan: bool) -> Result<Arg> {
    let x = val(cx, "median", &b["a"])?;
    let axis = if b["axis"].is_none() { None } else { Some(cv::axes(cx, &b["axis"], x.ndim())?) };
    let keep = cv::truth(cx, &b["keepdims"])?;
    jit1(cx, if nan { "nanmedian" } else { "median" }, &[x], |cx, v| {
        let d = cv::to_inexact(v[0].dtype());
        quantile(
            cx,
            &v[0],
            &p::weak_scalar(if d == DType::F64 { d } else { DType::F32 }, 0.5),
            axis,
            Method::Midpoint,
            keep,
            nan,
        )
    })
    .map(Arg::from)
}

/// Where elements of `v` would go into the sorted `a`: the number of smaller (or not larger) elements.
pub fn searchsorted(cx: &Cx, a: &Value, v: &Value, right: bool) -> Result<Value> {
    jit1(cx, "searchsorted", &[a.clone(), v.clone()], |cx, w| {
        let types = [(w[0].dtype(), w[0].aval().weak_type), (w[1].dtype(), w[1].aval().weak_type)];
        let (d, weak) = cv::common_dtype(cx, &types)?;
        let (a, v) = (p::convert(cx, &w[0], d, weak)?, p::convert(cx, &w[1], d, weak)?);
        let n = v.ndim();
        let col = p::expand_dims(cx, &v, &[n])?;
        let row = p::expand_dims(cx, &a, &(0..n).collect::<Vec<_>>())?;
        let before = if right { p::le(cx, &row, &col)? } else { p::lt(cx, &row, &col)? };
        // NaN sorts last: everything but NaN is before it.
        let before = if d.is_inexact() {
            let (cn, rn) = (p::ne(cx, &col, &col)?, p::eq(cx, &row, &row)?);
            let extra = if right { cn } else { p::and(cx, &cn, &rn)? };
            p::or(cx, &before, &extra)?
        } else {
            before
        };
        let before = p::convert(cx, &before, int_dtype(cx), false)?;
        p::reduce_sum(cx, &before, &[n])
    })
}
fn searchsorted_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = cv::values(cx, "searchsorted", &[&b["a"], &b["v"]])?;
    if v[0].ndim() != 1 {
        return Err(Error::value_error("a should be 1-dimensional"));
    }
    let right = match b["side"].as_str() {
        Some("left") => false,
        Some("right") => true,
        _ => {
            return Err(Error::value_error(format!(
                "{} is an invalid value for keyword 'side'. Expected one of ['left', 'right'].",
                crate::print::repr_short(&b["side"])
            )));
        }
    };
    Ok(searchsorted(cx, &v[0], &v[1], right)?.into())
}
fn digitize(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = cv::values(cx, "digitize", &[&b["x"], &b["bins"]])?;
    let right = cv::truth(cx, &b["right"])?;
    let (x, bins) = (&v[0], &v[1]);
    if bins.ndim() != 1 {
        return Err(Error::value_error(format!(
            "digitize: bins must be a 1-dimensional array; got bins={}",
            bins.aval().long()
        )));
    }
    let n = bins.shape()[0];
    if n == 0 {
        return Ok(p::full(cx, x.shape(), int_dtype(cx), 0.0)?.into());
    }
    let (first, last) = (p::index_in_dim(cx, bins, 0, 0)?, p::index_in_dim(cx, bins, n - 1, 0)?);
    let up = p::ge(cx, &last, &first)?;
    let ascending = searchsorted(cx, bins, x, !right)?;
    let back = p::rev(cx, bins, &[0])?;
    let down = searchsorted(cx, &back, x, right)?;
    let down = p::sub(cx, &p::like(&down, n as f64), &down)?;
    Ok(u::where_(cx, &up, &ascending, &down)?.into())
}

const SIG_QUANTILE: &str =
    "a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, weights=None";

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.numpy.sort",
        "a, axis=-1, *, kind=None, order=None, stable=True, descending=False",
        "Sorted along an axis.",
        Sync(sort_entry),
    ),
    entry(
        "jax.numpy.argsort",
        "a, axis=-1, *, kind=None, order=None, stable=True, descending=False, dtype=None",
        "Indices that sort an axis.",
        Sync(argsort_entry),
    ),
    entry("jax.numpy.lexsort", "keys, axis=-1", "Indices that sort by several keys, the last first.", Sync(lexsort)),
    entry(
        "jax.numpy.partition",
        "a, kth, axis=-1",
        "The kth element in its sorted place.",
        Sync(|cx, b| partition(cx, b, false)),
    ),
    entry(
        "jax.numpy.argpartition",
        "a, kth, axis=-1",
        "Indices that partition an axis.",
        Sync(|cx, b| partition(cx, b, true)),
    ),
    entry(
        "jax.numpy.median",
        "a, axis=None, out=None, overwrite_input=False, keepdims=False",
        "The middle element; for even counts the mean of two.",
        Sync(|cx, b| median(cx, b, false)),
    ),
    entry(
        "jax.numpy.nanmedian",
        "a, axis=None, out=None, overwrite_input=False, keepdims=False",
        "Median that ignores NaN.",
        Sync(|cx, b| median(cx, b, true)),
    ),
    entry(
        "jax.numpy.quantile",
        SIG_QUANTILE,
        "Quantiles between 0 and 1.",
        Sync(|cx, b| quantile_entry(cx, b, false, false)),
    ),
    entry(
        "jax.numpy.nanquantile",
        SIG_QUANTILE,
        "Quantiles that ignore NaN.",
        Sync(|cx, b| quantile_entry(cx, b, false, true)),
    ),
    entry(
        "jax.numpy.percentile",
        SIG_QUANTILE,
        "Quantiles between 0 and 100.",
        Sync(|cx, b| quantile_entry(cx, b, true, false)),
    ),
    entry(
        "jax.numpy.nanpercentile",
        SIG_QUANTILE,
        "Percentiles that ignore NaN.",
        Sync(|cx, b| quantile_entry(cx, b, true, true)),
    ),
    entry(
        "jax.numpy.searchsorted",
        "a, v, side='left', sorter=None, *, method='scan'",
        "Where elements go into a sorted array.",
        Sync(searchsorted_entry),
    ),
    entry(
        "jax.numpy.digitize",
        "x, bins, right=False, *, method=None",
        "Which bin each element is in.",
        Sync(digitize),
    ),
];
