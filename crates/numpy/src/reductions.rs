//! Reductions of `jax.numpy`: sums, products, extrema, means and variances, cumulative and NaN-ignoring ones.

use crate::prelude::*;
use crate::ufuncs::{boolean, where_};

/// What a reduction does besides combining.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    op: fn(&Cx, &Value, &[usize]) -> Result<Value>,
    combine: fn(&Cx, &Value, &Value) -> Result<Value>,
    identity: fn(DType) -> f64,
    has_identity: bool,
    /// Bool becomes int32 (sums and products), or stays.
    numeric: bool,
    upcast: bool,
}

/// The least value of a dtype (`-inf` for floats).
pub fn lowest(d: DType) -> f64 {
    match d {
        d if d.is_inexact() => f64::NEG_INFINITY,
        d if d.is_signed() => -(2f64.powi(d.bits() as i32 - 1)),
        _ => 0.0,
    }
}
/// The greatest value of a dtype (`inf` for floats).
pub fn highest(d: DType) -> f64 {
    match d {
        d if d.is_inexact() => f64::INFINITY,
        DType::Bool => 1.0,
        d if d.is_signed() => 2f64.powi(d.bits() as i32 - 1) - 1.0,
        d => 2f64.powi(d.bits() as i32) - 1.0,
    }
}

fn bool_op(
    cx: &Cx,
    x: &Value,
    axes: &[usize],
    on_bool: fn(&Cx, &Value, &[usize]) -> Result<Value>,
    op: fn(&Cx, &Value, &[usize]) -> Result<Value>,
) -> Result<Value> {
    if x.dtype() == DType::Bool { on_bool(cx, x, axes) } else { op(cx, x, axes) }
}

const SUM: Kind = Kind {
    name: "sum",
    op: |cx, x, a| bool_op(cx, x, a, p::reduce_or, p::reduce_sum),
    combine: p::add,
    identity: |_| 0.0,
    has_identity: true,
    numeric: true,
    upcast: true,
};
const PROD: Kind = Kind {
    name: "prod",
    op: |cx, x, a| bool_op(cx, x, a, p::reduce_and, p::reduce_prod),
    combine: p::mul,
    identity: |_| 1.0,
    has_identity: true,
    numeric: true,
    upcast: true,
};
const MAX: Kind = Kind {
    name: "max",
    op: |cx, x, a| bool_op(cx, x, a, p::reduce_or, p::reduce_max),
    combine: p::max,
    identity: lowest,
    has_identity: false,
    numeric: false,
    upcast: false,
};
const MIN: Kind = Kind {
    name: "min",
    op: |cx, x, a| bool_op(cx, x, a, p::reduce_and, p::reduce_min),
    combine: p::min,
    identity: highest,
    has_identity: false,
    numeric: false,
    upcast: false,
};

/// Arguments that reductions share.
#[derive(Clone, Default)]
pub struct Options {
    /// `axis`: `None` for all.
    pub axis: Option<Vec<usize>>,
    /// `dtype`.
    pub dtype: Option<DType>,
    /// `keepdims`.
    pub keepdims: bool,
    /// `initial`.
    pub initial: Option<Value>,
    /// `where`.
    pub mask: Option<Value>,
}

impl Options {
    /// Along these axes.
    pub fn along(axes: &[usize]) -> Options {
        Options { axis: Some(axes.to_vec()), ..Options::default() }
    }
    /// Along these axes, kept with size 1.
    pub fn keep(axes: &[usize]) -> Options {
        Options { axis: Some(axes.to_vec()), keepdims: true, ..Options::default() }
    }
    fn axes(&self, x: &Value) -> Vec<usize> {
        self.axis.clone().unwrap_or_else(|| (0..x.ndim()).collect())
    }
}

fn optional(b: &Bound, name: &str) -> Option<Arg> {
    b.params.iter().position(|p| &*p.name == name).map(|i| b.values[i].clone()).filter(|a| !a.is_none())
}

/// Reads the arguments that reductions share.
pub fn options(cx: &Cx, b: &Bound, name: &str, ndim: usize) -> Result<Options> {
    if optional(b, "out").is_some() {
        return Err(Error::not_implemented(format!("The 'out' argument to jnp.{name} is not supported.")));
    }
    let axis = match optional(b, "axis") {
        Some(a) => Some(cv::axes(cx, &a, ndim)?),
        None => None,
    };
    let dtype = match optional(b, "dtype") {
        Some(d) => cv::dtype_arg(cx, &d)?,
        None => None,
    };
    let keepdims = matches!(optional(b, "keepdims"), Some(k) if cv::truth(cx, &k)?);
    let initial = optional(b, "initial").map(|i| cv::value(cx, name, &i)).transpose()?;
    let mask = optional(b, "where").map(|i| cv::value(cx, name, &i)).transpose()?;
    Ok(Options { axis, dtype, keepdims, initial, mask })
}

fn promote_integer(cx: &Cx, d: DType) -> DType {
    match d {
        DType::Bool | DType::I8 | DType::I16 | DType::I32 => DType::I64.canonicalize(cx.x64()),
        DType::U8 | DType::U16 | DType::U32 => DType::U64.canonicalize(cx.x64()),
        d => d,
    }
}

fn upcast_half(d: DType) -> DType {
    if matches!(d, DType::F16 | DType::BF16) { DType::F32 } else { d }
}

fn expand(cx: &Cx, x: &Value, axes: &[usize], keep: bool) -> Result<Value> {
    let mut axes = axes.to_vec();
    axes.sort_unstable();
    if keep { p::expand_dims(cx, x, &axes) } else { Ok(x.clone()) }
}

fn reduce(cx: &Cx, kind: Kind, x: &Value, o: &Options, promote_integers: bool) -> Result<Value> {
    if o.initial.is_none() && !kind.has_identity && o.mask.is_some() {
        return Err(Error::value_error(format!(
            "reduction operation {} does not have an identity, so to use a where mask one has to specify 'initial'",
            kind.name
        )));
    }
    let x = if kind.numeric && x.dtype() == DType::Bool { p::convert(cx, x, DType::I32, false)? } else { x.clone() };
    let axes = o.axes(&x);
    if o.initial.is_none() && !kind.has_identity && axes.iter().any(|&a| x.shape()[a] == 0) {
        return Err(Error::value_error(format!(
            "zero-size array to reduction operation {} which has no identity",
            kind.name
        )));
    }
    let result = o.dtype.unwrap_or(if promote_integers { promote_integer(cx, x.dtype()) } else { x.dtype() });
    let compute = if kind.upcast && o.dtype.is_none() { upcast_half(result) } else { result };
    let mut x = p::convert(cx, &x, compute, false)?;
    if let Some(m) = &o.mask {
        x = where_(cx, m, &x, &p::like(&x, (kind.identity)(compute)))?;
    }
    let mut out = (kind.op)(cx, &x, &axes)?;
    if let Some(i) = &o.initial {
        let i = p::convert(cx, i, compute, false)?;
        if i.ndim() != 0 {
            return Err(Error::value_error(format!(
                "initial value must be a scalar. Got array of shape {}",
                gradlens_ir::aval::tuple_text(i.shape())
            )));
        }
        out = (kind.combine)(cx, &i, &out)?;
    }
    let out = expand(cx, &out, &axes, o.keepdims)?;
    p::convert(cx, &out, result, false)
}

/// `jnp.sum`.
pub fn sum(cx: &Cx, x: &Value, o: &Options) -> Result<Value> {
    reduce(cx, SUM, x, o, true)
}
/// `jnp.prod`.
pub fn prod(cx: &Cx, x: &Value, o: &Options) -> Result<Value> {
    reduce(cx, PROD, x, o, true)
}
/// `jnp.max`.
pub fn max(cx: &Cx, x: &Value, o: &Options) -> Result<Value> {
    reduce(cx, MAX, x, o, false)
}
/// `jnp.min`.
pub fn min(cx: &Cx, x: &Value, o: &Options) -> Result<Value> {
    reduce(cx, MIN, x, o, false)
}

fn logical(cx: &Cx, x: &Value, o: &Options, all: bool) -> Result<Value> {
    let mut x = p::convert(cx, x, DType::Bool, false)?;
    let axes = o.axes(&x);
    if let Some(m) = &o.mask {
        x = where_(cx, m, &x, &p::scalar(DType::Bool, all as u8 as f64))?;
    }
    let out = if all { p::reduce_and(cx, &x, &axes)? } else { p::reduce_or(cx, &x, &axes)? };
    expand(cx, &out, &axes, o.keepdims)
}

/// `jnp.all`.
pub fn all(cx: &Cx, x: &Value, o: &Options) -> Result<Value> {
    logical(cx, x, o, true)
}
/// `jnp.any`.
pub fn any(cx: &Cx, x: &Value, o: &Options) -> Result<Value> {
    logical(cx, x, o, false)
}

/// How many elements a reduction takes in: a number, or a sum of the mask.
fn count(cx: &Cx, x: &Value, o: &Options, dtype: DType) -> Result<Value> {
    let axes = o.axes(x);
    match &o.mask {
        None => Ok(p::scalar(dtype, axes.iter().map(|&a| x.shape()[a]).product::<usize>() as f64)),
        Some(m) => {
            let m = p::broadcast_to(cx, m, x.shape())?;
            sum(cx, &m, &Options { dtype: Some(dtype), mask: None, initial: None, ..o.clone() })
        }
    }
}

/// `jnp.mean`.
pub fn mean(cx: &Cx, x: &Value, o: &Options) -> Result<Value> {
    let result = o.dtype.unwrap_or(cv::to_inexact(x.dtype()));
    let compute = if o.dtype.is_none() { upcast_half(result) } else { result };
    let n = count(cx, x, o, compute)?;
    let s = sum(cx, x, &Options { dtype: Some(compute), ..o.clone() })?;
    let m = p::div(cx, &s, &n)?;
    p::convert(cx, &m, result, false)
}

/// `jnp.var`; `given_mean` is the `mean` argument.
pub fn var(cx: &Cx, x: &Value, o: &Options, correction: &Arg, given_mean: Option<&Value>) -> Result<Value> {
    let ddof = cv::value(cx, "var", correction)?;
    let args: Vec<Value> = [x.clone(), ddof].into_iter().chain(given_mean.cloned()).collect();
    jit1(cx, "_var", &args, |cx, v| {
        let x = &v[0];
        let wanted = o.dtype.unwrap_or(cv::to_inexact(x.dtype()));
        let mut compute = match upcast_half(wanted) {
            d if d.is_complex() || !x.dtype().is_complex() => d,
            d => d.to_complex(),
        };
        let x = p::convert(cx, x, compute, false)?;
        let m = match v.get(2) {
            Some(m) => p::convert(cx, m, compute, false)?,
            None => mean(cx, &x, &Options { dtype: Some(compute), keepdims: true, initial: None, ..o.clone() })?,
        };
        let c = p::sub(cx, &x, &m)?;
        let c = if compute.is_complex() {
            let conj = p::conj(cx, &c)?;
            let sq = p::mul(cx, &c, &conj)?;
            compute = compute.real();
            p::real(cx, &sq)?
        } else {
            p::square(cx, &c)?
        };
        let n = count(cx, &x, o, compute)?;
        let ddof = p::convert(cx, &v[1], compute, false)?;
        let n = p::sub(cx, &n, &ddof)?;
        let s = sum(cx, &c, &Options { dtype: Some(compute), initial: None, ..o.clone() })?;
        let r = p::div(cx, &s, &n)?;
        let r = p::convert(cx, &r, wanted.real(), false)?;
        let ok = p::gt(cx, &n, &p::like(&n, 0.0))?;
        where_(cx, &ok, &r, &p::weak_scalar(DType::F32, f64::NAN))
    })
}

/// `jnp.std`.
pub fn std(cx: &Cx, x: &Value, o: &Options, correction: &Arg, given_mean: Option<&Value>) -> Result<Value> {
    let ddof = cv::value(cx, "std", correction)?;
    let args: Vec<Value> = [x.clone(), ddof].into_iter().chain(given_mean.cloned()).collect();
    jit1(cx, "_std", &args, |cx, v| {
        let s = var(cx, &v[0], o, &Arg::from(&v[1]), v.get(2))?;
        p::sqrt(cx, &s)
    })
}

fn spread(
    cx: &Cx,
    b: &Bound,
    name: &'static str,
    f: fn(&Cx, &Value, &Options, &Arg, Option<&Value>) -> Result<Value>,
) -> Result<Arg> {
    let x = val(cx, name, &b[0])?;
    let o = options(cx, b, name, x.ndim())?;
    let m = optional(b, "mean").map(|m| cv::value(cx, name, &m)).transpose()?;
    let correction = optional(b, "correction").unwrap_or_else(|| b["ddof"].clone());
    Ok(f(cx, &x, &o, &correction, m.as_ref())?.into())
}

fn plain(cx: &Cx, b: &Bound, name: &str, f: fn(&Cx, &Value, &Options) -> Result<Value>) -> Result<Arg> {
    let x = val(cx, name, &b[0])?;
    let o = options(cx, b, name, x.ndim())?;
    Ok(f(cx, &x, &o)?.into())
}

fn sum_like(cx: &Cx, b: &Bound, kind: Kind) -> Result<Arg> {
    let x = val(cx, kind.name, &b[0])?;
    let o = options(cx, b, kind.name, x.ndim())?;
    let promote_integers = optional(b, "promote_integers").is_none_or(|p| !matches!(p, Arg::Bool(false)));
    Ok(reduce(cx, kind, &x, &o, promote_integers)?.into())
}

/// `jnp.argmax` and `argmin`: over the flattened array without an axis.
pub fn arg_extreme(cx: &Cx, x: &Value, axis: Option<usize>, keepdims: bool, largest: bool) -> Result<Value> {
    let name = if largest { "argmax" } else { "argmin" };
    let int = DType::I64.canonicalize(cx.x64());
    let (y, at) = match axis {
        Some(a) => (x.clone(), a),
        None => (p::reshape(cx, x, &[x.aval().size()])?, 0),
    };
    if y.shape()[at] == 0 {
        return Err(Error::value_error(format!("attempt to get {name} of an empty sequence")));
    }
    let r = if largest { p::argmax(cx, &y, at, int)? } else { p::argmin(cx, &y, at, int)? };
    if !keepdims {
        return Ok(r);
    }
    match axis {
        Some(a) => p::expand_dims(cx, &r, &[a]),
        None => p::reshape(cx, &r, &vec![1; x.ndim()]),
    }
}

fn arg_entry(cx: &Cx, b: &Bound, largest: bool) -> Result<Arg> {
    let x = val(cx, if largest { "argmax" } else { "argmin" }, &b[0])?;
    let axis = if b["axis"].is_none() { None } else { Some(cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?) };
    Ok(arg_extreme(cx, &x, axis, cv::truth(cx, &b["keepdims"])?, largest)?.into())
}

fn nan_arg_entry(cx: &Cx, b: &Bound, largest: bool) -> Result<Arg> {
    let name = if largest { "nanargmax" } else { "nanargmin" };
    let x = val(cx, name, &b[0])?;
    let axis = if b["axis"].is_none() { None } else { Some(cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?) };
    let keep = cv::truth(cx, &b["keepdims"])?;
    if !x.dtype().is_inexact() {
        return Ok(arg_extreme(cx, &x, axis, keep, largest)?.into());
    }
    let jit = if largest { "_nanargmax" } else { "_nanargmin" };
    let out = jit1(cx, jit, &[x], |cx, v| {
        let x = &v[0];
        let nan = p::ne(cx, x, x)?;
        let fill = p::weak_scalar(DType::F32, if largest { f64::NEG_INFINITY } else { f64::INFINITY });
        let y = where_(cx, &nan, &fill, x)?;
        let at = arg_extreme(cx, &y, axis, keep, largest)?;
        let axes = axis.map_or_else(|| (0..x.ndim()).collect(), |a| vec![a]);
        let none = all(cx, &nan, &Options { axis: Some(axes), keepdims: keep, ..Options::default() })?;
        where_(cx, &none, &p::weak_scalar(DType::I32, -1.0), &at)
    })?;
    Ok(out.into())
}

/// A NaN-ignoring reduction: NaN is replaced by the identity; all NaN gives NaN for extrema.
fn nan_reduce(cx: &Cx, name: &'static str, kind: Kind, x: &Value, o: &Options) -> Result<Value> {
    let args: Vec<Value> = [Some(x.clone()), o.initial.clone(), o.mask.clone()].into_iter().flatten().collect();
    jit1(cx, name, &args, |cx, v| {
        let x = &v[0];
        let mut rest = v[1..].iter().cloned();
        let o = Options {
            initial: o.initial.as_ref().and_then(|_| rest.next()),
            mask: o.mask.as_ref().and_then(|_| rest.next()),
            ..o.clone()
        };
        if !x.dtype().is_inexact() {
            return reduce(cx, kind, x, &o, kind.numeric);
        }
        let nan = p::ne(cx, x, x)?;
        let y = where_(cx, &nan, &p::like(x, (kind.identity)(x.dtype())), x)?;
        let out = reduce(cx, kind, &y, &o, kind.numeric)?;
        if kind.has_identity {
            return Ok(out);
        }
        let nan = p::ne(cx, x, x)?;
        let none = all(cx, &nan, &Options { axis: o.axis.clone(), keepdims: o.keepdims, ..Options::default() })?;
        where_(cx, &none, &p::like(x, f64::NAN), &out)
    })
}

fn nan_entry(cx: &Cx, b: &Bound, name: &'static str, kind: Kind) -> Result<Arg> {
    let x = val(cx, name, &b[0])?;
    let o = options(cx, b, name, x.ndim())?;
    Ok(nan_reduce(cx, name, kind, &x, &o)?.into())
}

fn not_nan(cx: &Cx, x: &Value) -> Result<Value> {
    let nan = p::ne(cx, x, x)?;
    p::not(cx, &nan)
}

/// `jnp.nanmean`.
pub fn nanmean(cx: &Cx, x: &Value, o: &Options) -> Result<Value> {
    if !x.dtype().is_inexact() {
        return mean(cx, x, o);
    }
    jit1(cx, "nanmean", std::slice::from_ref(x), |cx, v| {
        let x = &v[0];
        let d = o.dtype.unwrap_or(x.dtype());
        let there = not_nan(cx, x)?;
        let o = Options { dtype: Some(d), initial: None, ..o.clone() };
        let n = sum(cx, &there, &o)?;
        let s = nan_reduce(cx, "nansum", SUM, x, &o)?;
        p::div(cx, &s, &n)
    })
}

fn nanvar(cx: &Cx, x: &Value, o: &Options, ddof: &Arg, _: Option<&Value>) -> Result<Value> {
    if !x.dtype().is_inexact() {
        return var(cx, x, o, ddof, None);
    }
    let ddof = cv::float(cx, ddof)?;
    jit1(cx, "nanvar", std::slice::from_ref(x), |cx, v| {
        let x = &v[0];
        let m = nanmean(cx, x, &Options { keepdims: true, ..o.clone() })?;
        let nan = p::ne(cx, x, x)?;
        let c = p::sub(cx, x, &m)?;
        let c = where_(cx, &nan, &p::weak_scalar(DType::F32, 0.0), &c)?;
        let c = if c.dtype().is_complex() {
            let conj = p::conj(cx, &c)?;
            let sq = p::mul(cx, &c, &conj)?;
            p::real(cx, &sq)?
        } else {
            p::square(cx, &c)?
        };
        let there = not_nan(cx, x)?;
        let n = sum(cx, &there, &Options { initial: None, ..o.clone() })?;
        let n = p::sub(cx, &n, &p::like(&n, ddof))?;
        let none = p::le(cx, &n, &p::like(&n, 0.0))?;
        let s = sum(cx, &c, o)?;
        let s = where_(cx, &none, &p::weak_scalar(DType::F32, f64::NAN), &s)?;
        let n = where_(cx, &none, &p::weak_scalar(DType::I32, 1.0), &n)?;
        let n = p::convert(cx, &n, s.dtype(), false)?;
        p::div(cx, &s, &n)
    })
}

fn nanstd(cx: &Cx, x: &Value, o: &Options, ddof: &Arg, m: Option<&Value>) -> Result<Value> {
    let v = nanvar(cx, x, o, ddof, m)?;
    p::sqrt(cx, &v)
}

/// `jnp.ptp`: maximum minus minimum.
pub fn ptp(cx: &Cx, x: &Value, o: &Options) -> Result<Value> {
    jit1(cx, "_ptp", std::slice::from_ref(x), |cx, v| {
        let (hi, lo) = (max(cx, &v[0], o)?, min(cx, &v[0], o)?);
        p::sub(cx, &hi, &lo)
    })
}

fn average_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let returned = cv::truth(cx, &b["returned"])?;
    let pack = |a: Value, w: Value| if returned { Arg::Tuple(vec![a.into(), w.into()]) } else { a.into() };
    let keepdims = cv::truth(cx, &b["keepdims"])?;
    if b["weights"].is_none() {
        let x = promote(cx, "average", Promote::Inexact, &[&b[0]])?.remove(0);
        let axes = cv::axes(cx, &b["axis"], x.ndim())?;
        let o = Options { axis: Some(axes.clone()), keepdims, ..Options::default() };
        let avg = mean(cx, &x, &o)?;
        let n = axes.iter().map(|&a| x.shape()[a]).product::<usize>();
        let w = p::full(cx, avg.shape(), avg.dtype(), n as f64)?;
        return Ok(pack(avg, w));
    }
    cv::check_arraylike("average", &[&b[0], &b["weights"]])?;
    let (d, weak) = cv::common_type(cx, &[&b[0], &b["weights"]])?;
    let d = cv::to_inexact(d);
    let (x, mut w) = (cv::convert_arg(cx, &b[0], d, weak)?, cv::convert_arg(cx, &b["weights"], d, weak)?);
    let axes = cv::axes(cx, &b["axis"], x.ndim())?;
    if x.shape() != w.shape() {
        if b["axis"].is_none() {
            return Err(Error::type_error("Axis must be specified when shapes of a and weights differ."));
        }
        let want: Vec<usize> = axes.iter().map(|&a| x.shape()[a]).collect();
        if w.shape().as_slice() != want.as_slice() {
            return Err(Error::value_error(
                "Shape of weights must be consistent with shape of a along specified axis.",
            ));
        }
        let mut order: Vec<usize> = (0..axes.len()).collect();
        order.sort_by_key(|&i| axes[i]);
        w = p::transpose(cx, &w, &order)?;
        let shape: Vec<usize> = (0..x.ndim()).map(|i| if axes.contains(&i) { x.shape()[i] } else { 1 }).collect();
        w = p::reshape(cx, &w, &shape)?;
    }
    let o = Options { axis: Some(axes), keepdims, ..Options::default() };
    let total = sum(cx, &w, &o)?;
    let xw = p::mul(cx, &x, &w)?;
    let s = sum(cx, &xw, &o)?;
    let avg = crate::ufuncs::true_divide(cx, &s, &total)?;
    let total = p::broadcast_to(cx, &total, avg.shape())?;
    Ok(pack(avg, total))
}

fn count_nonzero_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "count_nonzero", &b[0])?;
    let o = options(cx, b, "count_nonzero", x.ndim())?;
    let out = jit1(cx, "count_nonzero", &[x], |cx, v| {
        let nz = p::ne(cx, &v[0], &p::like(&v[0], 0.0))?;
        sum(cx, &nz, &Options { dtype: Some(DType::I64.canonicalize(cx.x64())), ..o })
    })?;
    Ok(out.into())
}

type Cumulative = fn(&Cx, &Value, usize, bool) -> Result<Value>;

/// A cumulative reduction inside its named jit.
fn cumulative(
    cx: &Cx,
    name: &str,
    op: Cumulative,
    x: &Value,
    axis: Option<i64>,
    dtype: Option<DType>,
    fill_nan: Option<f64>,
    promote_integers: bool,
) -> Result<Value> {
    jit1(cx, name, std::slice::from_ref(x), |cx, v| {
        let mut x = v[0].clone();
        if axis.is_none() || x.ndim() == 0 {
            x = p::reshape(cx, &x, &[x.aval().size()])?;
        }
        let at = cv::axis(axis.unwrap_or(0), x.ndim())?;
        if let Some(fill) = fill_nan {
            let nan = p::ne(cx, &x, &x)?;
            x = where_(cx, &nan, &p::like(&x, fill), &x)?;
        }
        let result = dtype.unwrap_or(if promote_integers || x.dtype() == DType::Bool {
            promote_integer(cx, x.dtype())
        } else {
            x.dtype()
        });
        let compute = if result == DType::Bool { promote_integer(cx, result) } else { result };
        if result == DType::Bool {
            x = boolean(cx, &x)?;
        }
        let x = p::convert(cx, &x, compute, false)?;
        let out = op(cx, &x, at, false)?;
        p::convert(cx, &out, result, false)
    })
}

fn cumulative_entry(cx: &Cx, b: &Bound, name: &str, op: Cumulative, fill_nan: Option<f64>) -> Result<Arg> {
    let x = val(cx, name, &b[0])?;
    if optional(b, "out").is_some() {
        return Err(Error::not_implemented(format!("The 'out' argument to jnp.{name} is not supported")));
    }
    let axis = if b["axis"].is_none() { None } else { Some(cv::static_int(cx, &b["axis"])?) };
    let dtype = cv::dtype_arg(cx, &b["dtype"])?;
    let fill = if x.dtype().is_inexact() { fill_nan } else { None };
    Ok(cumulative(cx, name, op, &x, axis, dtype, fill, false)?.into())
}

/// `jnp.cumsum` along an axis.
pub fn cumsum(cx: &Cx, x: &Value, axis: usize) -> Result<Value> {
    cumulative(cx, "cumsum", p::cumsum, x, Some(axis as i64), None, None, false)
}

/// `cumulative_sum` and `cumulative_prod` of the array API.
fn array_api_cumulative(cx: &Cx, b: &Bound, name: &str, op: Cumulative, identity: f64) -> Result<Arg> {
    let x = val(cx, name, &b[0])?;
    if x.ndim() == 0 {
        return Err(Error::value_error(format!(
            "The input must be non-scalar to take a cumulative {}, however a scalar value or scalar array was given.",
            if identity == 0.0 { "sum" } else { "product" }
        )));
    }
    let axis = if b["axis"].is_none() {
        if x.ndim() > 1 {
            return Err(Error::value_error(format!(
                "The input array has rank {}, however axis was not set to an explicit value. The axis argument is only optional for one-dimensional arrays.",
                x.ndim()
            )));
        }
        0
    } else {
        cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?
    };
    let dtype = cv::dtype_arg(cx, &b["dtype"])?;
    let out = cumulative(cx, name, op, &x, Some(axis as i64), dtype, None, true)?;
    if !cv::truth(cx, &b["include_initial"])? {
        return Ok(out.into());
    }
    let mut shape = out.shape().to_vec();
    shape[axis] = 1;
    let first = p::full(cx, &shape, out.dtype(), identity)?;
    Ok(p::concatenate(cx, &[first, out], axis)?.into())
}

const SIG_REDUCE: &str = "a, axis=None, out=None, keepdims=False, initial=None, where=None";
const SIG_SUM: &str =
    "a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None, promote_integers=True";
const SIG_NANSUM: &str = "a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None";
const SIG_ALL: &str = "a, axis=None, out=None, keepdims=False, *, where=None";
const SIG_MEAN: &str = "a, axis=None, dtype=None, out=None, keepdims=False, *, where=None";
const SIG_VAR: &str =
    "a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=None, mean=None, correction=None";
const SIG_NANVAR: &str = "a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=None, mean=None";
const SIG_ARG: &str = "a, axis=None, out=None, keepdims=None";
const SIG_CUM: &str = "a, axis=None, dtype=None, out=None";
const SIG_CUMULATIVE: &str = "x, /, *, axis=None, dtype=None, include_initial=False";

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry("jax.numpy.sum", SIG_SUM, "Sum of the elements over axes.", Sync(|cx, b| sum_like(cx, b, SUM))),
    entry("jax.numpy.prod", SIG_SUM, "Product of the elements over axes.", Sync(|cx, b| sum_like(cx, b, PROD))),
    entry(
        "jax.numpy.max",
        SIG_REDUCE,
        "Largest element; tied ones share the gradient equally.",
        Sync(|cx, b| plain(cx, b, "max", max)),
    ),
    entry(
        "jax.numpy.min",
        SIG_REDUCE,
        "Smallest element; tied ones share the gradient equally.",
        Sync(|cx, b| plain(cx, b, "min", min)),
    ),
    entry("jax.numpy.all", SIG_ALL, "Whether all elements are true.", Sync(|cx, b| plain(cx, b, "all", all))),
    entry("jax.numpy.any", SIG_ALL, "Whether any element is true.", Sync(|cx, b| plain(cx, b, "any", any))),
    entry("jax.numpy.mean", SIG_MEAN, "Arithmetic mean over axes.", Sync(|cx, b| plain(cx, b, "mean", mean))),
    entry("jax.numpy.var", SIG_VAR, "Variance over axes.", Sync(|cx, b| spread(cx, b, "var", var))),
    entry(
        "jax.numpy.std",
        SIG_VAR,
        "Standard deviation over axes; its gradient is NaN where it is 0.",
        Sync(|cx, b| spread(cx, b, "std", std)),
    ),
    entry("jax.numpy.argmax", SIG_ARG, "Index of the first largest element.", Sync(|cx, b| arg_entry(cx, b, true))),
    entry("jax.numpy.argmin", SIG_ARG, "Index of the first smallest element.", Sync(|cx, b| arg_entry(cx, b, false))),
    entry("jax.numpy.nanargmax", SIG_ARG, "argmax that ignores NaN.", Sync(|cx, b| nan_arg_entry(cx, b, true))),
    entry("jax.numpy.nanargmin", SIG_ARG, "argmin that ignores NaN.", Sync(|cx, b| nan_arg_entry(cx, b, false))),
    entry("jax.numpy.nansum", SIG_NANSUM, "Sum that ignores NaN.", Sync(|cx, b| nan_entry(cx, b, "nansum", SUM))),
    entry(
        "jax.numpy.nanprod",
        SIG_NANSUM,
        "Product that ignores NaN.",
        Sync(|cx, b| nan_entry(cx, b, "nanprod", PROD)),
    ),
    entry(
        "jax.numpy.nanmax",
        SIG_REDUCE,
        "Largest element, ignoring NaN.",
        Sync(|cx, b| nan_entry(cx, b, "nanmax", MAX)),
    ),
    entry(
        "jax.numpy.nanmin",
        SIG_REDUCE,
        "Smallest element, ignoring NaN.",
        Sync(|cx, b| nan_entry(cx, b, "nanmin", MIN)),
    ),
    entry("jax.numpy.nanmean", SIG_MEAN, "Mean that ignores NaN.", Sync(|cx, b| plain(cx, b, "nanmean", nanmean))),
    entry("jax.numpy.nanvar", SIG_NANVAR, "Variance that ignores NaN.", Sync(|cx, b| spread(cx, b, "nanvar", nanvar))),
    entry(
        "jax.numpy.nanstd",
        SIG_NANVAR,
        "Standard deviation that ignores NaN.",
        Sync(|cx, b| spread(cx, b, "nanstd", nanstd)),
    ),
    entry(
        "jax.numpy.ptp",
        "a, axis=None, out=None, keepdims=False",
        "Largest minus smallest element.",
        Sync(|cx, b| plain(cx, b, "ptp", ptp)),
    ),
    entry(
        "jax.numpy.average",
        "a, axis=None, weights=None, returned=False, keepdims=False",
        "Weighted mean.",
        Sync(average_entry),
    ),
    entry(
        "jax.numpy.count_nonzero",
        "a, axis=None, keepdims=False",
        "Number of elements that are not zero.",
        Sync(count_nonzero_entry),
    ),
    entry(
        "jax.numpy.cumsum",
        SIG_CUM,
        "Running sum.",
        Sync(|cx, b| cumulative_entry(cx, b, "cumsum", p::cumsum, None)),
    ),
    entry(
        "jax.numpy.cumprod",
        SIG_CUM,
        "Running product.",
        Sync(|cx, b| cumulative_entry(cx, b, "cumprod", p::cumprod, None)),
    ),
    entry(
        "jax.numpy.nancumsum",
        SIG_CUM,
        "Running sum with NaN as 0.",
        Sync(|cx, b| cumulative_entry(cx, b, "nancumsum", p::cumsum, Some(0.0))),
    ),
    entry(
        "jax.numpy.nancumprod",
        SIG_CUM,
        "Running product with NaN as 1.",
        Sync(|cx, b| cumulative_entry(cx, b, "nancumprod", p::cumprod, Some(1.0))),
    ),
    entry(
        "jax.numpy.cumulative_sum",
        SIG_CUMULATIVE,
        "Running sum (array API).",
        Sync(|cx, b| array_api_cumulative(cx, b, "cumulative_sum", p::cumsum, 0.0)),
    ),
    entry(
        "jax.numpy.cumulative_prod",
        SIG_CUMULATIVE,
        "Running product (array API).",
        Sync(|cx, b| array_api_cumulative(cx, b, "cumulative_prod", p::cumprod, 1.0)),
    ),
];
