//! Numerical functions of `jax.numpy`: comparisons with tolerance, differences, interpolation, statistics, polynomials, number
//! theory, parts of floats.

use crate::creation::{asarray, int_dtype};
use crate::expr::ex;
use crate::prelude::*;
use crate::{indexing, products, reductions as red, shaping, ufuncs as u};
use gradlens_ir::Prim;
use gradlens_ir::params::{ConvDims, Window};

fn select(cx: &Cx, b: &Bound) -> Result<Arg> {
    let seq = |n: &str| b[n].sequence().map(<[Arg]>::to_vec).unwrap_or_default();
    let (conds, choices) = (seq("condlist"), seq("choicelist"));
    if conds.len() != choices.len() {
        return Err(Error::value_error(format!(
            "condlist must have length equal to choicelist ({} vs {})",
            conds.len(),
            choices.len()
        )));
    }
    if conds.is_empty() {
        return Err(Error::value_error("condlist must be non-empty"));
    }
    let choices = choices.iter().map(|c| asarray(cx, c, None).map(Arg::from)).collect::<Result<Vec<_>>>()?;
    let all: Vec<&Arg> = std::iter::once(&b["default"]).chain(&choices).collect();
    let (d, weak) = cv::common_type(cx, &all)?;
    let cases = all.iter().map(|c| cv::convert_arg(cx, c, d, weak)).collect::<Result<Vec<_>>>()?;
    let mut flags = vec![p::scalar(DType::Bool, 0.0)];
    for c in &conds {
        flags.push(u::boolean(cx, &asarray(cx, c, None)?)?);
    }
    let flags = cv::broadcast_arrays(cx, &flags)?;
    let stacked = shaping::stack(cx, &flags, 0)?;
    let which = p::argmax(cx, &stacked, 0, DType::I32)?;
    let mut args = vec![which];
    args.extend(cases);
    let args = cv::broadcast_arrays(cx, &args)?;
    Ok(cx.bind1(Prim::SelectN, gradlens_ir::Params::None, &args)?.into())
}

fn nan_to_num(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "nan_to_num", &b["x"])?;
    if !x.dtype().is_inexact() {
        return Ok(x.into());
    }
    let bound = |n: &str, default: f64| if b[n].is_none() { Ok(default) } else { cv::float(cx, &b[n]) };
    let real = x.dtype().real();
    let big = match real {
        DType::F16 => 65504.0,
        DType::BF16 => 3.389_531_389_251_535_5e38,
        DType::F32 => f32::MAX as f64,
        _ => f64::MAX,
    };
    let (nan, hi, lo) = (bound("nan", 0.0)?, bound("posinf", big)?, bound("neginf", -big)?);
    jit1(cx, "nan_to_num", &[x], |cx, v| {
        let one = |x: &Value| -> Result<Value> {
            let isnan = p::ne(cx, x, x)?;
            let y = u::where_(cx, &isnan, &p::like(x, nan), x)?;
            let up = p::eq(cx, &y, &p::like(x, f64::INFINITY))?;
            let y = u::where_(cx, &up, &p::like(x, hi), &y)?;
            let down = p::eq(cx, &y, &p::like(x, f64::NEG_INFINITY))?;
            u::where_(cx, &down, &p::like(x, lo), &y)
        };
        if v[0].dtype().is_complex() {
            let (re, im) = (p::real(cx, &v[0])?, p::imag(cx, &v[0])?);
            return p::complex(cx, &one(&re)?, &one(&im)?);
        }
        one(&v[0])
    })
    .map(Arg::from)
}

fn isclose(cx: &Cx, b: &Bound) -> Result<Value> {
    let v = promote(cx, "isclose", Promote::Plain, &[&b["a"], &b["b"]])?;
    let equal_nan = cv::truth(cx, &b["equal_nan"])?;
    let (rtol, atol) = (cv::float(cx, &b["rtol"])?, cv::float(cx, &b["atol"])?);
    jit1(cx, "isclose", &v, |cx, v| {
        if !v[0].dtype().is_inexact() && v[0].dtype() == DType::Bool {
            return p::eq(cx, &v[0], &v[1]);
        }
        let v = u::promote_values(cx, "isclose", Promote::Inexact, v)?;
        let (a, c) = (ex(cx, &v[0]), ex(cx, &v[1]));
        let finite = |x: &crate::expr::X| x.map(|cx, v| u::isfinite(cx, v)).get();
        let bounded = p::and(cx, &finite(&a)?, &finite(&c)?)?;
        let size = c.map(p::abs);
        let near = (&a - &c).map(p::abs).le(atol + rtol * size);
        let same = a.eq(&c);
        let out = ex(cx, &bounded).and(near).or(same);
        if !equal_nan {
            return out.get();
        }
        out.or(a.is_nan().and(c.is_nan())).get()
    })
}
fn allclose(cx: &Cx, b: &Bound) -> Result<Arg> {
    let c = isclose(cx, b)?;
    Ok(red::all(cx, &c, &Default::default())?.into())
}
fn array_equal(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, y) = (asarray(cx, &b["a1"], None)?, asarray(cx, &b["a2"], None)?);
    if x.shape() != y.shape() {
        return Ok(p::scalar(DType::Bool, 0.0).into());
    }
    let mut same = u::equal(cx, &x, &y)?;
    if cv::truth(cx, &b["equal_nan"])? {
        let (a, c) = (u::isnan(cx, &x)?, u::isnan(cx, &y)?);
        let nan = p::and(cx, &a, &c)?;
        same = p::or(cx, &same, &nan)?;
    }
    Ok(red::all(cx, &same, &Default::default())?.into())
}
fn array_equiv(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, y) = (asarray(cx, &b["a1"], None)?, asarray(cx, &b["a2"], None)?);
    match cv::broadcast_shapes("equal", &[x.shape(), y.shape()]) {
        Ok(_) => Ok(red::all(cx, &u::equal(cx, &x, &y)?, &Default::default())?.into()),
        Err(_) => Ok(p::scalar(DType::Bool, 0.0).into()),
    }
}

/// `x[1:] - x[:-1]` along an axis, `n` times.
pub fn diff(cx: &Cx, x: &Value, n: usize, axis: usize) -> Result<Value> {
    jit1(cx, "diff", std::slice::from_ref(x), |cx, v| {
        let mut x = v[0].clone();
        for _ in 0..n {
            let len = x.shape()[axis];
            let from = len.min(1);
            let (hi, lo) = (p::cut(cx, &x, from, len, axis)?, p::cut(cx, &x, 0, len.max(1) - 1, axis)?);
            x = if x.dtype() == DType::Bool { p::ne(cx, &hi, &lo)? } else { p::sub(cx, &hi, &lo)? };
        }
        Ok(x)
    })
}
fn diff_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "diff", &b["a"])?;
    let n = cv::static_int(cx, &b["n"])?;
    if n < 0 {
        return Err(Error::value_error(format!("order must be non-negative but got {n}")));
    }
    if x.ndim() == 0 {
        return Err(Error::value_error("diff requires input that is at least one dimensional; got 0"));
    }
    let axis = cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?;
    let mut parts = Vec::new();
    for (name, here) in [("prepend", true), ("append", false)] {
        if here && !b["prepend"].is_none() || !here && !b["append"].is_none() {
            let e = asarray(cx, &b[name], None)?;
            let e = if e.ndim() == 0 {
                let mut s = x.shape().to_vec();
                s[axis] = 1;
                p::broadcast_in_dim(cx, &e, &s, &[])?
            } else {
                e
            };
            parts.push(e);
        }
        if here {
            parts.push(x.clone());
        }
    }
    let args: Vec<Arg> = parts.iter().map(Arg::from).collect();
    let parts = promote(cx, "diff", Promote::Plain, &args.iter().collect::<Vec<_>>())?;
    let x = p::concatenate(cx, &parts, axis)?;
    Ok(diff(cx, &x, n as usize, axis)?.into())
}
fn ediff1d(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "ediff1d", &b["ary"])?;
    let flat = shaping::reshape(cx, &x, &[-1])?;
    let d = diff(cx, &flat, 1, 0)?;
    let mut parts = Vec::new();
    let end = |n: &str| -> Result<Value> {
        let v = asarray(cx, &b[n], Some(d.dtype()))?;
        shaping::reshape(cx, &v, &[-1])
    };
    if !b["to_begin"].is_none() {
        parts.push(end("to_begin")?);
    }
    parts.push(d.clone());
    if !b["to_end"].is_none() {
        parts.push(end("to_end")?);
    }
    Ok(p::concatenate(cx, &parts, 0)?.into())
}
fn gradient(cx: &Cx, b: &Bound) -> Result<Arg> {
    let f = promote(cx, "gradient", Promote::Inexact, &[&b["f"]])?.remove(0);
    let axes = cv::axes(cx, &b["axis"], f.ndim())?;
    if let Some(&a) = axes.iter().find(|&&a| f.shape()[a] < 2) {
        let _ = a;
        return Err(Error::value_error(
            "Shape of array too small to calculate a numerical gradient, at least 2 elements are required.",
        ));
    }
    let spacing = b["varargs"].sequence().unwrap_or_default().to_vec();
    let one = |axis: usize, h: Option<&Arg>| -> Result<Value> {
        let n = f.shape()[axis];
        let cut = |lo: usize, hi: usize| p::slice_in_dim(cx, &f, lo, hi, 1, axis);
        let h = match h {
            None => Value::Array(Array::full(&[], f.dtype(), 1.0).with_weak(true)),
            Some(h) => cv::convert_arg(cx, &asarray(cx, h, None)?.into(), f.dtype(), true)?,
        };
        if h.ndim() == 0 {
            let h = ex(cx, &h);
            let inner = (ex(cx, &cut(2, n)?) - &cut(0, n - 2)?) * 0.5 / &h;
            let first = (ex(cx, &cut(1, 2)?) - &cut(0, 1)?) / &h;
            let last = (ex(cx, &cut(n - 1, n)?) - &cut(n - 2, n - 1)?) / &h;
            let parts =
                if n > 2 { vec![first.get()?, inner.get()?, last.get()?] } else { vec![first.get()?, last.get()?] };
            return p::concatenate(cx, &parts, axis);
        }
        // Coordinates: second-order differences with unequal steps.
        let dx = diff(cx, &h, 1, 0)?;
        let shape: Vec<usize> = (0..f.ndim()).map(|i| if i == axis { n - 1 } else { 1 }).collect();
        let dx = p::reshape(cx, &dx, &shape)?;
        let step = |lo: usize, hi: usize| p::slice_in_dim(cx, &dx, lo, hi, 1, axis);
        let first = ex(cx, &cut(1, 2)?) - &cut(0, 1)?;
        let first = first / &step(0, 1)?;
        let last = (ex(cx, &cut(n - 1, n)?) - &cut(n - 2, n - 1)?) / &step(n - 2, n - 1)?;
        if n == 2 {
            return p::concatenate(cx, &[first.get()?, last.get()?], axis);
        }
        let (s, t) = (ex(cx, &step(0, n - 2)?), ex(cx, &step(1, n - 1)?));
        let sum = &s + &t;
        let a = -&t / (&s * &sum);
        let c = &s / (&t * &sum);
        let m = (&t - &s) / (&s * &t);
        let inner = a * &cut(0, n - 2)? + m * &cut(1, n - 1)? + c * &cut(2, n)?;
        p::concatenate(cx, &[first.get()?, inner.get()?, last.get()?], axis)
    };
    let out = axes
        .iter()
        .enumerate()
        .map(|(i, &a)| one(a, if spacing.len() == 1 { spacing.first() } else { spacing.get(i) }).map(Arg::from))
        .collect::<Result<Vec<_>>>()?;
    let single = out.len() == 1 && !b["axis"].is_none() || f.ndim() == 1;
    Ok(if single { out[0].clone() } else { Arg::List(out) })
}
fn trapezoid(cx: &Cx, b: &Bound) -> Result<Arg> {
    let axis_arg = cv::static_int(cx, &b["axis"])?;
    let to_last =
        |x: &Value| -> Result<Value> { shaping::moveaxis(cx, x, &[cv::axis(axis_arg, x.ndim())?], &[x.ndim() - 1]) };
    let y = promote(cx, "trapezoid", Promote::Inexact, &[&b["y"]])?.remove(0);
    let y = to_last(&y)?;
    let n = y.shape()[y.ndim() - 1];
    let last = y.ndim() - 1;
    if b["x"].is_none() {
        let dx = ex(cx, &cv::convert_arg(cx, &b["dx"], y.dtype(), true)?);
        let ends = ex(cx, &y).last(0) + ex(cx, &y).last(n - 1);
        return (dx * (ex(cx, &y).sum(&[last]) - 0.5 * ends)).arg();
    }
    let x = promote(cx, "trapezoid", Promote::Inexact, &[&b["x"]])?.remove(0);
    let dx = if x.ndim() == 1 {
        diff(cx, &x, 1, 0)?
    } else {
        let m = to_last(&x)?;
        diff(cx, &m, 1, m.ndim() - 1)?
    };
    let (hi, lo) = (p::slice_in_dim(cx, &y, 1, n, 1, last)?, p::slice_in_dim(cx, &y, 0, n - 1, 1, last)?);
    let area = ex(cx, &dx) * (ex(cx, &hi) + &lo);
    (0.5 * area.map(|cx, v| red::sum(cx, v, &red::Options::along(&[v.ndim() - 1])))).arg()
}

/// `jnp.interp`.
fn interp(cx: &Cx, b: &Bound) -> Result<Arg> {
    let mut v = cv::values(cx, "interp", &[&b["x"], &b["xp"], &b["fp"]])?;
    if v[1].shape() != v[2].shape() || v[1].ndim() != 1 {
        return Err(Error::value_error("xp and fp must be one-dimensional arrays of equal size"));
    }
    let extra = |n: &str| -> Result<Option<Value>> {
        if b[n].is_none() || b[n].as_str().is_some() { Ok(None) } else { val(cx, "interp", &b[n]).map(Some) }
    };
    let (left, right) = (extra("left")?, extra("right")?);
    let extrapolate = |n: &str| b[n].as_str() == Some("extrapolate");
    let (ex_left, ex_right) = (extrapolate("left"), extrapolate("right"));
    if !b["period"].is_none() {
        let period = cv::float(cx, &b["period"])?.abs();
        if period == 0.0 {
            return Err(Error::value_error("period must be a non-zero value; got 0"));
        }
        let wrap = |x: &Value| u::remainder(cx, x, Arg::Float(period));
        let (x, xp) = (wrap(&v[0])?, wrap(&v[1])?);
        let s = p::sort(cx, &[xp, v[2].clone()], 0, 1)?;
        let n = s[0].shape()[0];
        let cut = |y: &Value, lo: usize, hi: usize| p::slice_in_dim(cx, y, lo, hi, 1, 0);
        let before = (ex(cx, &cut(&s[0], n - 1, n)?) - period).get()?;
        let after = (ex(cx, &cut(&s[0], 0, 1)?) + period).get()?;
        let xp = p::concatenate(cx, &[before, s[0].clone(), after], 0)?;
        let fp = p::concatenate(cx, &[cut(&s[1], n - 1, n)?, s[1].clone(), cut(&s[1], 0, 1)?], 0)?;
        v = vec![x, xp, fp];
    }
    let mut args = v;
    let (li, ri) = (left.is_some(), right.is_some());
    args.extend(left);
    args.extend(right);
    jit1(cx, "_interp", &args, |cx, v| {
        let mut ends = v[3..].iter().cloned();
        let (left, right) = (if li { ends.next() } else { None }, if ri { ends.next() } else { None });
        let d = cv::common_dtype(cx, &[(v[0].dtype(), false), (v[1].dtype(), false)])?.0;
        let x_dtype = cv::to_inexact(d);
        let (x, xp) = (p::convert(cx, &v[0], x_dtype, false)?, p::convert(cx, &v[1], x_dtype, false)?);
        let fp = u::inexact(cx, &v[2])?;
        let n = xp.shape()[0];
        if n == 0 {
            return Err(Error::value_error("array of sample points is empty"));
        }
        let i = crate::sorting::searchsorted(cx, &xp, &x, true)?;
        let i = u::clip(cx, &i, Arg::Int(1), Arg::Int(n as i64 - 1))?;
        let at = |a: &Value, i: &Value| indexing::get_item(cx, a, &Arg::from(i));
        let before = |i: &Value| p::sub(cx, i, &p::like(i, 1.0));
        let df = p::sub(cx, &at(&fp, &i)?, &at(&fp, &before(&i)?)?)?;
        let dx = p::sub(cx, &at(&xp, &i)?, &at(&xp, &before(&i)?)?)?;
        let delta = p::sub(cx, &x, &at(&xp, &before(&i)?)?)?;
        let eps = if x_dtype == DType::F64 { f64::EPSILON } else { f32::EPSILON as f64 };
        let small = ex(cx, &dx).abs().le(eps * eps);
        let safe = small.choose(1.0, ex(cx, &dx));
        let (fi, f0) = (at(&fp, &before(&i)?)?, at(&fp, &before(&i)?)?);
        let line = ex(cx, &f0) + ex(cx, &delta) / safe * &df;
        let f = small.choose(&fi, line);
        let (x, xp, fp) = (ex(cx, &x), &xp, &fp);
        let end = |a: &Value, i: usize| p::index_in_dim(cx, a, i, 0);
        let mut f = f;
        if !ex_left {
            let l = match left {
                Some(l) => l,
                None => end(fp, 0)?,
            };
            f = x.lt(&end(xp, 0)?).choose(&l, f);
        }
        if !ex_right {
            let r = match right {
                Some(r) => r,
                None => end(fp, n - 1)?,
            };
            f = x.gt(&end(xp, n - 1)?).choose(&r, f);
        }
        f.get()
    })
    .map(Arg::from)
}

/// `jnp.cov` of rows (observations along axis 1).
fn cov(cx: &Cx, m: &Arg, y: &Arg, rowvar: bool, ddof: f64, weights: Option<Value>) -> Result<Value> {
    let mut x = promote(cx, "cov", Promote::Inexact, &[m])?.remove(0);
    if x.ndim() > 2 {
        return Err(Error::value_error("m has more than 2 dimensions"));
    }
    let one_d = x.ndim() == 1;
    x = shaping::atleast(cx, &x, 2)?;
    if !rowvar && !one_d {
        x = shaping::transpose(cx, &x)?;
    }
    if !y.is_none() {
        let mut z = promote(cx, "cov", Promote::Inexact, &[y])?.remove(0);
        z = shaping::atleast(cx, &z, 2)?;
        if !rowvar && z.shape()[0] != 1 {
            z = shaping::transpose(cx, &z)?;
        }
        x = p::concatenate(cx, &[x, z], 0)?;
    }
    let n = x.shape()[1] as f64;
    let (mean, f) = match &weights {
        None => (red::mean(cx, &x, &red::Options::keep(&[1]))?, p::like(&x, n - ddof)),
        Some(w) => {
            let total = ex(cx, w).sum(&[0]);
            let mean = (ex(cx, &x) * w).sum_keep(&[1]) / &total;
            (mean.get()?, (total - ddof).get()?)
        }
    };
    let c = p::sub(cx, &x, &mean)?;
    let scaled = match &weights {
        None => c.clone(),
        Some(w) => u::multiply(cx, &c, w)?,
    };
    let t = p::conj(cx, &shaping::transpose(cx, &scaled)?)?;
    let out = products::dot(cx, &c, &t, c.dtype())?;
    let out = u::true_divide(cx, &out, &f)?;
    let ones: Vec<usize> = (0..out.ndim()).filter(|&i| out.shape()[i] == 1).collect();
    p::squeeze(cx, &out, &ones)
}
fn cov_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let ddof = if b["ddof"].is_none() {
        if cv::truth(cx, &b["bias"])? { 0.0 } else { 1.0 }
    } else {
        cv::float(cx, &b["ddof"])?
    };
    let w = match (b["fweights"].is_none(), b["aweights"].is_none()) {
        (true, true) => None,
        (false, true) => Some(u::inexact(cx, &asarray(cx, &b["fweights"], None)?)?),
        (true, false) => Some(u::inexact(cx, &asarray(cx, &b["aweights"], None)?)?),
        (false, false) => return Err(Error::not_implemented("cov with both fweights and aweights is not supported.")),
    };
    Ok(cov(cx, &b["m"], &b["y"], cv::truth(cx, &b["rowvar"])?, ddof, w)?.into())
}
fn corrcoef(cx: &Cx, b: &Bound) -> Result<Arg> {
    let c = cov(cx, &b["x"], &b["y"], cv::truth(cx, &b["rowvar"])?, 1.0, None)?;
    if c.ndim() == 0 {
        return Ok(u::true_divide(cx, &c, &c)?.into());
    }
    let d = shaping::diagonal(cx, &c, 0, 0, 1)?;
    let s = p::sqrt(cx, &u::real(cx, &d)?)?;
    let (col, row) = (p::expand_dims(cx, &s, &[1])?, p::expand_dims(cx, &s, &[0])?);
    let r = ex(cx, &c) / &col / &row;
    r.map(|cx, v| u::clip(cx, v, Arg::Int(-1), Arg::Int(1))).arg()
}

/// `jnp.convolve` and `correlate`, as a one-channel convolution.
pub fn convolve(cx: &Cx, a: &Value, v: &Value, mode: &str, flip: bool) -> Result<Value> {
    if a.ndim() != 1 || v.ndim() != 1 {
        return Err(Error::value_error(format!(
            "{}() only support 1-dimensional inputs.",
            if flip { "convolve" } else { "correlate" }
        )));
    }
    let (n, m) = (a.shape()[0], v.shape()[0]);
    if n == 0 || m == 0 {
        return Err(Error::value_error(format!(
            "{}: inputs cannot be empty, got shapes {} and {}.",
            if flip { "convolve" } else { "correlate" },
            gradlens_ir::aval::tuple_text(a.shape()),
            gradlens_ir::aval::tuple_text(v.shape())
        )));
    }
    jit1(cx, if flip { "convolve" } else { "correlate" }, &[a.clone(), v.clone()], |cx, w| {
        let w = u::promote_values(cx, "convolve", Promote::Inexact, w)?;
        let (mut x, mut y) = (w[0].clone(), w[1].clone());
        let mut reverse = false;
        if m > n {
            if flip {
                std::mem::swap(&mut x, &mut y);
            } else {
                y = p::conj(cx, &y)?;
                std::mem::swap(&mut x, &mut y);
                reverse = true;
            }
        } else if !flip {
            y = p::conj(cx, &y)?;
        }
        let k = y.shape()[0];
        if flip {
            y = shaping::flip(cx, &y, &[0])?;
        }
        let padding = match mode {
            "valid" => (0, 0),
            "same" => ((k / 2) as i64, k as i64 - (k / 2) as i64 - 1),
            "full" => (k as i64 - 1, k as i64 - 1),
            other => {
                return Err(Error::value_error(format!("mode must be one of ['full', 'same', 'valid']; got {other}")));
            }
        };
        let (x, y) = (p::expand_dims(cx, &x, &[0, 1])?, p::expand_dims(cx, &y, &[0, 1])?);
        let out = conv(
            cx,
            &x,
            &y,
            Window {
                strides: vec![1],
                padding: vec![padding],
                base_dilation: vec![1],
                window_dilation: vec![1],
                ..Default::default()
            },
            identity_dims(3),
            1,
            1,
        )?;
        let out = p::squeeze(cx, &out, &[0, 1])?;
        if reverse { p::rev(cx, &out, &[0]) } else { Ok(out) }
    })
}
/// Batch, feature, then space, on all three sides.
pub fn identity_dims(rank: usize) -> ConvDims {
    let all: Vec<usize> = (0..rank).collect();
    ConvDims { lhs_spec: all.clone(), rhs_spec: all.clone(), out_spec: all }
}
/// `lax.conv_general_dilated` with its parameters worked out.
pub fn conv(
    cx: &Cx,
    x: &Value,
    y: &Value,
    window: Window,
    dims: ConvDims,
    features: usize,
    batches: usize,
) -> Result<Value> {
    let params = gradlens_ir::Params::Conv {
        window,
        dims,
        feature_group_count: features,
        batch_group_count: batches,
        preferred_element_type: None,
    };
    cx.bind1(Prim::ConvGeneralDilated, params, &[x.clone(), y.clone()])
}
fn convolve_entry(cx: &Cx, b: &Bound, flip: bool) -> Result<Arg> {
    let v = cv::values(cx, "convolve", &[&b["a"], &b["v"]])?;
    Ok(convolve(cx, &v[0], &v[1], b["mode"].as_str().unwrap_or("full"), flip)?.into())
}

fn unwrap(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = promote(cx, "unwrap", Promote::Inexact, &[&b["p"]])?.remove(0);
    let axis = cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?;
    let period = cv::float(cx, &b["period"])?;
    let limit = if b["discont"].is_none() { period / 2.0 } else { cv::float(cx, &b["discont"])? };
    let half = period / 2.0;
    let dd = ex(cx, &diff(cx, &x, 1, axis)?);
    let m = (&dd + half).modulo(period) - half;
    let m = m.eq(-half).and(dd.gt(0.0)).choose(half, &m);
    let fix = dd.abs().lt(limit).choose(0.0, &m - &dd);
    let run = fix.map(|cx, v| red::cumsum(cx, v, axis));
    let n = x.shape()[axis];
    let first = p::slice_in_dim(cx, &x, 0, 1, 1, axis)?;
    let rest = ex(cx, &p::slice_in_dim(cx, &x, 1, n, 1, axis)?) + run;
    Ok(p::concatenate(cx, &[first, rest.get()?], axis)?.into())
}
fn angle(cx: &Cx, b: &Bound) -> Result<Arg> {
    let z = promote(cx, "angle", Promote::Inexact, &[&b["z"]])?.remove(0);
    let deg = cv::truth(cx, &b["deg"])?;
    jit1(cx, "angle", &[z], |cx, v| {
        let (re, im) = if v[0].dtype().is_complex() {
            (p::real(cx, &v[0])?, p::imag(cx, &v[0])?)
        } else {
            (v[0].clone(), p::full_like(cx, &v[0], 0.0)?)
        };
        let a = p::atan2(cx, &im, &re)?;
        if deg { u::rad2deg(cx, &a) } else { Ok(a) }
    })
    .map(Arg::from)
}
fn modf(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = promote(cx, "modf", Promote::Inexact, &[&b["x"]])?.remove(0);
    let mut out = cx.jit_named("modf", &[x], |cx, v| {
        let x = &v[0];
        let up = p::ge(cx, x, &p::like(x, 0.0))?;
        let (f, c) = (p::floor(cx, x)?, p::ceil(cx, x)?);
        let whole = u::where_(cx, &up, &f, &c)?;
        Ok(vec![p::sub(cx, x, &whole)?, whole])
    })?;
    let whole = out.remove(1);
    Ok(Arg::Tuple(vec![out.remove(0).into(), whole.into()]))
}
/// Mantissa in [0.5, 1) and exponent, by bits; subnormals are scaled first.
fn frexp(cx: &Cx, x: &Value) -> Result<(Value, Value)> {
    let body = |cx: &Cx, v: &[Value]| -> Result<Vec<Value>> {
        let x = &v[0];
        let d = x.dtype();
        let (m, e) = match d {
            DType::F16 => (10, 5),
            DType::BF16 => (7, 8),
            DType::F64 => (52, 11),
            _ => (23, 8),
        };
        let bias = (1i64 << (e - 1)) - 1;
        let xe = ex(cx, x);
        let tiny = 2f64.powi(1 - bias as i32);
        let sub = xe.abs().lt(xe.constant(tiny));
        let scaled = sub.choose(&xe * xe.constant(2f64.powi(m)), &xe).get()?;
        let shift =
            u::where_(cx, &sub.get()?, &p::weak_scalar(DType::I32, -m as f64), &p::weak_scalar(DType::I32, 0.0))?;
        let bits = p::bitcast(cx, &scaled, u::int_of_width(d))?;
        let konst = |v: i64| Value::Array(Array::int_scalar(bits.dtype(), v));
        let ebits = p::shift_right_arithmetic(cx, &bits, &konst(m as i64))?;
        let ebits = p::and(cx, &ebits, &konst((1 << e) - 1))?;
        let exp = p::sub(cx, &ebits, &konst(bias - 1))?;
        let exp = p::convert(cx, &exp, DType::I32, false)?;
        let exp = p::add(cx, &p::convert(cx, &shift, DType::I32, false)?, &exp)?;
        let mant = p::and(cx, &bits, &konst(!(((1i64 << e) - 1) << m)))?;
        let mant = p::or(cx, &mant, &konst((bias - 1) << m))?;
        let mant = p::bitcast(cx, &mant, d)?;
        let odd = xe.map(|cx, v| u::isinf(cx, v)).or(xe.is_nan()).or(xe.eq(0.0)).get()?;
        let zero = p::full_like(cx, &exp, 0.0)?;
        Ok(vec![u::where_(cx, &odd, x, &mant)?, u::where_(cx, &odd, &zero, &exp)?])
    };
    let mut out = cx.jit_named("frexp", std::slice::from_ref(x), |cx, v| {
        cx.custom_jvp("_frexp", v, body, move |cx, primals, tangents| {
            let out = body(cx, primals)?;
            let t = match &tangents[0] {
                Some(t) => {
                    let e = p::convert(cx, &out[1], t.dtype(), false)?;
                    let s = p::exp2(cx, &p::neg(cx, &e)?)?;
                    Some(p::mul(cx, t, &s)?)
                }
                None => None,
            };
            Ok((out, vec![t, None]))
        })
    })?;
    let e = out.remove(1);
    Ok((out.remove(0), e))
}
fn ldexp(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = cv::values(cx, "ldexp", &[&b["x1"], &b["x2"]])?;
    if v[0].dtype().is_complex() || v[1].dtype().is_inexact() {
        return Err(Error::value_error(format!(
            "ldexp not supported for input types (dtype('{}'), dtype('{}'))",
            v[0].dtype(),
            v[1].dtype()
        )));
    }
    let v = cv::promote_shapes(cx, "ldexp", v)?;
    jit1(cx, "ldexp", &v, |cx, v| {
        let x = u::inexact(cx, &v[0])?;
        let n = p::convert(cx, &v[1], x.dtype(), false)?;
        let (m, e) = frexp(cx, &x)?;
        let e = ex(cx, &p::convert(cx, &e, x.dtype(), false)?) + &n;
        let m = e.gt(0.0).choose(ex(cx, &m) * 2.0, &m);
        let e = e.gt(0.0).choose(&e - 1.0, &e);
        let y = m * e.map(|cx, v| p::pow(cx, &p::like(v, 2.0), v));
        let xe = ex(cx, &x);
        xe.map(|cx, v| u::isinf(cx, v)).or(xe.eq(0.0)).choose(&xe, y).get()
    })
    .map(Arg::from)
}

/// Euclid's algorithm, a fixed number of steps (the worst case of the dtype).
fn gcd(cx: &Cx, a: &Value, b: &Value) -> Result<Value> {
    let v = cv::broadcast_arrays(cx, &[a.clone(), b.clone()])?;
    let d = v[0].dtype();
    if !d.is_integer() {
        return Err(Error::value_error("Arguments to jax.numpy.gcd must be integers."));
    }
    // Concrete operands need only the steps they take.
    let steps = match (&v[0], &v[1]) {
        (Value::Array(x), Value::Array(y)) => {
            let top = x.to_i64s()?.iter().chain(&y.to_i64s()?).map(|i| i.unsigned_abs()).max().unwrap_or(0);
            (1.45 * ((top + 1) as f64).log2()).ceil() as usize + 2
        }
        _ => (1.45 * d.bits() as f64).ceil() as usize + 1,
    };
    let (mut x, mut y) = (u::abs(cx, &v[0])?, u::abs(cx, &v[1])?);
    for _ in 0..steps {
        let zero = p::eq(cx, &y, &p::like(&y, 0.0))?;
        let safe = u::where_(cx, &zero, &p::like(&y, 1.0), &y)?;
        let r = p::rem(cx, &x, &safe)?;
        let (nx, ny) = (u::where_(cx, &zero, &x, &y)?, u::where_(cx, &zero, &y, &r)?);
        (x, y) = (nx, ny);
    }
    Ok(x)
}
fn lcm(cx: &Cx, a: &Value, b: &Value) -> Result<Value> {
    let (x, y) = (u::abs(cx, a)?, u::abs(cx, b)?);
    let g = gcd(cx, &x, &y)?;
    let zero = p::eq(cx, &g, &p::like(&g, 0.0))?;
    let safe = u::where_(cx, &zero, &p::like(&g, 1.0), &g)?;
    let q = p::div(cx, &y, &safe)?;
    p::mul(cx, &x, &q)
}

fn bincount(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "bincount", &b["x"])?;
    if !x.dtype().is_integer() {
        return Err(Error::type_error(format!("x argument to bincount must have an integer type; got {}", x.dtype())));
    }
    let length = if b["length"].is_none() {
        let top = cx.concrete(&x, Look::Concrete)?.to_i64s()?.into_iter().max().map_or(0, |m| m + 1);
        top.max(cv::static_int(cx, &b["minlength"])?).max(0)
    } else {
        cv::static_int(cx, &b["length"])?
    } as usize;
    let w = if b["weights"].is_none() {
        p::full(cx, x.shape(), int_dtype(cx), 1.0)?
    } else {
        val(cx, "bincount", &b["weights"])?
    };
    let zeros = p::full(cx, &[length], w.dtype(), 0.0)?;
    let at = u::clip(cx, &x, Arg::Int(0), &Arg::None)?;
    Ok(indexing::scatter(cx, &zeros, &Arg::from(at), &Arg::from(w), Prim::ScatterAdd, Default::default())?.into())
}
fn histogram(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = promote(cx, "histogram", Promote::Inexact, &[&b["a"]])?.remove(0);
    let flat = shaping::reshape(cx, &x, &[-1])?;
    let edges = histogram_edges(cx, b, &flat)?;
    let bins = edges.shape()[0] - 1;
    let ix = crate::sorting::searchsorted(cx, &edges, &flat, true)?;
    let last = p::index_in_dim(cx, &edges, bins, 0)?;
    let first = p::index_in_dim(cx, &edges, 0, 0)?;
    let f = ex(cx, &flat);
    let ix = f.eq(&last).choose(ex(cx, &p::like(&ix, bins as f64)), &ix);
    let inside = f.ge(&first).and(f.le(&last));
    let w = if b["weights"].is_none() {
        p::full(cx, flat.shape(), flat.dtype(), 1.0)?
    } else {
        shaping::reshape(cx, &u::inexact(cx, &val(cx, "histogram", &b["weights"])?)?, &[-1])?
    };
    let w = inside.choose(&w, 0.0).get()?;
    let zeros = p::full(cx, &[bins], w.dtype(), 0.0)?;
    let slot = (ix - 1.0).map(|cx, v| u::clip(cx, v, Arg::Int(0), Arg::Int(bins as i64 - 1))).get()?;
    let mut counts =
        indexing::scatter(cx, &zeros, &Arg::from(slot), &Arg::from(w), Prim::ScatterAdd, Default::default())?;
    if cv::truth(cx, &b["density"])? {
        let widths = diff(cx, &edges, 1, 0)?;
        let total = ex(cx, &counts).sum(&[0]);
        counts = (ex(cx, &counts) / &widths / total).get()?;
    }
    Ok(Arg::Tuple(vec![counts.into(), edges.into()]))
}
fn histogram_edges(cx: &Cx, b: &Bound, flat: &Value) -> Result<Value> {
    if !matches!(&b["bins"], Arg::Int(_)) {
        return u::inexact(cx, &asarray(cx, &b["bins"], None)?);
    }
    let n = cv::static_int(cx, &b["bins"])?.max(1) as usize;
    let (lo, hi) = match b["range"].sequence() {
        Some([lo, hi]) => {
            (cv::convert_arg(cx, lo, flat.dtype(), false)?, cv::convert_arg(cx, hi, flat.dtype(), false)?)
        }
        _ => (red::min(cx, flat, &Default::default())?, red::max(cx, flat, &Default::default())?),
    };
    let same = ex(cx, &lo).eq(&hi);
    let l = same.choose(ex(cx, &lo) - 0.5, &lo).get()?;
    let h = same.choose(ex(cx, &hi) + 0.5, &hi).get()?;
    Ok(crate::creation::linspace(cx, &l.into(), &h.into(), n + 1, true, None)?.0)
}
fn unravel_index(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = asarray(cx, &b["indices"], None)?;
    let shape = cv::shape(cx, &b["shape"])?;
    let total: usize = shape.iter().product();
    let n = total as f64;
    let xe = ex(cx, &x);
    // Negative indices wrap; what is out of range clips.
    let i = xe.map(|cx, v| u::clip(cx, v, Arg::Int(-(total as i64)), Arg::Int(total as i64 - 1)));
    let mut i = i.lt(0.0).choose(&i + n, &i);
    let mut out = Vec::new();
    for &s in shape.iter().rev() {
        let s = Arg::Int(s.max(1) as i64);
        let v = i.clone().get()?;
        out.push(Arg::from(u::remainder(cx, &v, &s)?));
        i = ex(cx, &u::floor_divide(cx, &v, &s)?);
    }
    out.reverse();
    Ok(Arg::Tuple(out))
}
fn ravel_multi_index(cx: &Cx, b: &Bound) -> Result<Arg> {
    let dims = cv::shape(cx, &b["dims"])?;
    let ix = b["multi_index"].sequence().unwrap_or_default().to_vec();
    if ix.len() != dims.len() {
        return Err(Error::value_error("len(multi_index) must equal len(dims)"));
    }
    let mode = b["mode"].as_str().unwrap_or("raise");
    let mut total = Value::Array(Array::int_scalar(int_dtype(cx), 0));
    let mut stride = 1i64;
    let order: Vec<usize> =
        if b["order"].as_str() == Some("F") { (0..dims.len()).collect() } else { (0..dims.len()).rev().collect() };
    for k in order {
        let mut v = asarray(cx, &ix[k], None)?;
        let n = dims[k] as i64;
        match mode {
            "clip" => v = u::clip(cx, &v, Arg::Int(0), Arg::Int(n - 1))?,
            "wrap" => v = u::remainder(cx, &v, Arg::Int(n))?,
            _ => {
                let a = cx.concrete(&v, Look::Concrete)?;
                if a.to_i64s()?.iter().any(|&i| i < 0 || i >= n) {
                    return Err(Error::value_error("invalid entry in coordinates array"));
                }
            }
        }
        let term = u::multiply(cx, &v, Arg::Int(stride))?;
        total = u::add(cx, &total, &term)?;
        stride *= n;
    }
    Ok(total.into())
}

const SIG_CLOSE: &str = "a, b, rtol=1e-05, atol=1e-08, equal_nan=False";
const SIG_CONV: &str = "a, v, mode='full', *, precision=None, preferred_element_type=None";

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.numpy.select",
        "condlist, choicelist, default=0",
        "The first choice whose condition holds.",
        Sync(select),
    ),
    entry(
        "jax.numpy.nan_to_num",
        "x, copy=True, nan=0.0, posinf=None, neginf=None",
        "NaN and infinities replaced.",
        Sync(nan_to_num),
    ),
    entry("jax.numpy.isclose", SIG_CLOSE, "Equal up to a tolerance.", Sync(|cx, b| Ok(isclose(cx, b)?.into()))),
    entry("jax.numpy.allclose", SIG_CLOSE, "Whether all elements are equal up to a tolerance.", Sync(allclose)),
    entry("jax.numpy.array_equal", "a1, a2, equal_nan=False", "Same shape and elements.", Sync(array_equal)),
    entry("jax.numpy.array_equiv", "a1, a2", "Same elements after broadcasting.", Sync(array_equiv)),
    entry(
        "jax.numpy.diff",
        "a, n=1, axis=-1, prepend=None, append=None",
        "Differences of neighbours.",
        Sync(diff_entry),
    ),
    entry("jax.numpy.ediff1d", "ary, to_end=None, to_begin=None", "Differences of the flattened array.", Sync(ediff1d)),
    entry(
        "jax.numpy.gradient",
        "f, *varargs, axis=None, edge_order=None",
        "Numerical derivative by central differences.",
        Sync(gradient),
    ),
    entry("jax.numpy.trapezoid", "y, x=None, dx=1.0, axis=-1", "Integral by the trapezoidal rule.", Sync(trapezoid)),
    entry(
        "jax.numpy.interp",
        "x, xp, fp, left=None, right=None, period=None",
        "Piecewise linear interpolation.",
        Sync(interp),
    ),
    entry(
        "jax.numpy.cov",
        "m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, dtype=None",
        "Covariance matrix.",
        Sync(cov_entry),
    ),
    entry("jax.numpy.corrcoef", "x, y=None, rowvar=True, dtype=None", "Correlation coefficients.", Sync(corrcoef)),
    entry("jax.numpy.convolve", SIG_CONV, "Convolution of two vectors.", Sync(|cx, b| convolve_entry(cx, b, true))),
    entry(
        "jax.numpy.correlate",
        "a, v, mode='valid', *, precision=None, preferred_element_type=None",
        "Correlation of two vectors.",
        Sync(|cx, b| convolve_entry(cx, b, false)),
    ),
    entry(
        "jax.numpy.unwrap",
        "p, discont=None, axis=-1, period=6.283185307179586",
        "Phases without jumps.",
        Sync(unwrap),
    ),
    entry("jax.numpy.angle", "z, deg=False", "Argument of a complex number.", Sync(angle)),
    entry("jax.numpy.modf", "x, /, out=None", "Fractional and integral part.", Sync(modf)),
    entry(
        "jax.numpy.frexp",
        "x, /",
        "Mantissa and exponent.",
        Sync(|cx, b| {
            let x = promote(cx, "frexp", Promote::Inexact, &[&b["x"]])?.remove(0);
            let (m, e) = frexp(cx, &x)?;
            Ok(Arg::Tuple(vec![m.into(), e.into()]))
        }),
    ),
    entry("jax.numpy.ldexp", "x1, x2, /", "x1 times two to the power x2.", Sync(ldexp)),
    entry(
        "jax.numpy.gcd",
        "x1, x2",
        "Greatest common divisor.",
        Sync(|cx, b| {
            let v = promote(cx, "gcd", Promote::Plain, &[&b[0], &b[1]])?;
            Ok(gcd(cx, &v[0], &v[1])?.into())
        }),
    ),
    entry(
        "jax.numpy.lcm",
        "x1, x2",
        "Least common multiple.",
        Sync(|cx, b| {
            let v = promote(cx, "lcm", Promote::Plain, &[&b[0], &b[1]])?;
            Ok(lcm(cx, &v[0], &v[1])?.into())
        }),
    ),
    entry(
        "jax.numpy.bincount",
        "x, weights=None, minlength=0, *, length=None, out_sharding=None",
        "How often each integer occurs.",
        Sync(bincount),
    ),
    entry(
        "jax.numpy.histogram",
        "a, bins=10, range=None, weights=None, density=None",
        "Counts in bins.",
        Sync(histogram),
    ),
    entry(
        "jax.numpy.histogram_bin_edges",
        "a, bins=10, range=None, weights=None",
        "Edges of bins.",
        Sync(|cx, b| {
            let x = promote(cx, "histogram_bin_edges", Promote::Inexact, &[&b["a"]])?.remove(0);
            let flat = shaping::reshape(cx, &x, &[-1])?;
            Ok(histogram_edges(cx, b, &flat)?.into())
        }),
    ),
    entry("jax.numpy.unravel_index", "indices, shape", "Coordinates of flat indices.", Sync(unravel_index)),
    entry(
        "jax.numpy.ravel_multi_index",
        "multi_index, dims, mode='raise', order='C', *, dtype=None",
        "Flat indices of coordinates.",
        Sync(ravel_multi_index),
    ),
];
