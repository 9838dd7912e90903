//! Cumulative reductions along an axis: cumsum, cumprod, cummax, cummin, cumlogsumexp.

use super::dual;
use super::shared::*;
use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops;
use crate::params::Params;
use crate::prim::Prim;
use crate::rows::*;
use crate::value::{Bind, Outs, Value};

fn cumulative_type(name: &str, p: &Params, x: &ShapedArray) -> Result<Vec<ShapedArray>> {
    take!(Params::Cumulative { axis, .. } = p);
    if *axis >= x.ndim() {
        return Err(Error::value_error(format!(
            "axis {axis} is out of bounds for array of shape {}",
            tuple_text(&x.shape)
        )));
    }
    if !x.dtype.is_integer() && !x.dtype.is_inexact() {
        return Err(Error::type_error(format!(
            "{name} does not accept dtype {}. Accepted dtypes are subtypes of number.",
            x.dtype
        )));
    }
    Ok(vec![x.clone()])
}

fn cumulative_batch(cx: &dyn Bind, prim: Prim, p: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    take!(Params::Cumulative { axis, reverse } = p);
    let b = axis_of(&xs[0])?;
    let params = Params::Cumulative { axis: if *axis < b { *axis } else { axis + 1 }, reverse: *reverse };
    Ok(vec![(cx.bind1(prim, params, &[xs[0].0.clone()])?, Some(b))])
}

/// Two arrays combined elementwise, associatively.
type Combine<'a> = dyn Fn(&dyn Bind, &Value, &Value) -> Result<Value> + 'a;

/// The elements of `a` and `b` by turns, `a` first.
fn interleave(cx: &dyn Bind, a: &Value, b: &Value, axis: usize) -> Result<Value> {
    let equal = a.shape()[axis] == b.shape()[axis];
    let (mut pad_a, mut pad_b) = (vec![(0, 0, 0); a.ndim()], vec![(0, 0, 0); a.ndim()]);
    pad_a[axis] = (0, equal as i64, 1);
    pad_b[axis] = (1, !equal as i64, 1);
    let a = ops::pad(cx, a, &zero(a.dtype()), &pad_a)?;
    let b = ops::pad(cx, b, &zero(b.dtype()), &pad_b)?;
    if a.dtype() == DType::Bool { ops::or(cx, &a, &b) } else { ops::add(cx, &a, &b) }
}

fn scan(cx: &dyn Bind, combine: &Combine<'_>, x: &Value, axis: usize) -> Result<Value> {
    let n = x.shape()[axis];
    if n < 2 {
        return Ok(x.clone());
    }
    let lower = ops::slice_in_dim(cx, x, 0, n - 1, 2, axis)?;
    let upper = ops::slice_in_dim(cx, x, 1, n, 2, axis)?;
    let odd = scan(cx, combine, &combine(cx, &lower, &upper)?, axis)?;
    let before =
        if n.is_multiple_of(2) { ops::slice_in_dim(cx, &odd, 0, odd.shape()[axis] - 1, 1, axis)? } else { odd.clone() };
    let even = combine(cx, &before, &ops::slice_in_dim(cx, x, 2.min(n), n, 2, axis)?)?;
    let even = ops::concatenate(cx, &[ops::slice_in_dim(cx, x, 0, 1, 1, axis)?, even], axis)?;
    interleave(cx, &even, &odd, axis)
}

/// `lax.associative_scan` of one array: Blelloch's tree, `2 log n` combinations deep.
pub fn associative_scan(cx: &dyn Bind, combine: &Combine<'_>, x: &Value, axis: usize, reverse: bool) -> Result<Value> {
    let x = if reverse { ops::rev(cx, x, &[axis])? } else { x.clone() };
    let out = scan(cx, combine, &x, axis)?;
    if reverse { ops::rev(cx, &out, &[axis]) } else { Ok(out) }
}

/// The derivative of the same result computed by a parallel scan, as JAX does.
fn scan_jvp(
    cx: &dyn Bind,
    combine: &Combine<'_>,
    p: &Params,
    xs: &[Value],
    ts: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    take!(Params::Cumulative { axis, reverse } = p);
    let f = |cx: &dual::Dual<'_>, xs: &[Value]| Ok(vec![associative_scan(cx, combine, &xs[0], *axis, *reverse)?]);
    let (outs, tangents) = dual::jvp_of(cx, &f, xs, ts)?;
    Ok((outs.into(), tangents))
}

/// `logaddexp`, right at equal infinities too.
fn logaddexp(cx: &dyn Bind, x: &Value, y: &Value) -> Result<Value> {
    let greater = ops::max(cx, x, y)?;
    let delta = ops::sub(cx, x, y)?;
    let same = ops::ne(cx, &delta, &delta)?;
    let sum = ops::add(cx, x, y)?;
    let tail = ops::log1p(cx, &ops::exp(cx, &ops::neg(cx, &ops::abs(cx, &delta)?)?)?)?;
    ops::select(cx, &same, &sum, &ops::add(cx, &greater, &tail)?)
}

/// `x` with 0 for `inf`: JAX's guard in the derivative of `logaddexp`.
fn finite(cx: &dyn Bind, x: &Value) -> Result<Value> {
    let infinite = ops::eq(cx, x, &ops::scalar_like(x, f64::INFINITY))?;
    ops::select(cx, &infinite, &ops::full(cx, x.shape(), x.dtype(), 0.0)?, x)
}

fn logsumexp_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    take!(Params::Cumulative { axis, reverse } = p);
    let share = |cx: &dyn Bind, t: &Value, x: &Value, out: &Value| {
        ops::mul(cx, t, &ops::exp(cx, &ops::sub(cx, &finite(cx, x)?, &finite(cx, out)?)?)?)
    };
    let f = |dual: &dual::Dual<'_>, xs: &[Value]| {
        let combine = |_: &dyn Bind, x: &Value, y: &Value| {
            dual.with_rule(
                &[x, y],
                |cx, x| logaddexp(cx, &x[0], &x[1]),
                |cx, x, t, out| {
                    let left = share(cx, &t[0], &x[0], out)?;
                    ops::add(cx, &left, &share(cx, &t[1], &x[1], out)?)
                },
            )
        };
        Ok(vec![associative_scan(dual, &combine, &xs[0], *axis, *reverse)?])
    };
    let (outs, tangents) = dual::jvp_of(cx, &f, xs, ts)?;
    Ok((outs.into(), tangents))
}

/// Cumulative sum along `axis`.
pub static CUMSUM: Row = Row {
    name: "cumsum",
    doc: "Cumulative sum along `axis`.",
    typing: Typing::Rule(|p, xs| cumulative_type("cumsum", p, xs[0])),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::Cumulative { axis, reverse } = p);
        transpose_unary(cts, xs, |ct, _| ops::cumsum(cx, ct, *axis, !reverse))
    }),
    batch: Batch::Rule(|cx, p, _, xs| cumulative_batch(cx, Prim::Cumsum, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Cumulative product along `axis`.
pub static CUMPROD: Row = Row {
    name: "cumprod",
    doc: "Cumulative product along `axis`.",
    typing: Typing::Rule(|p, xs| cumulative_type("cumprod", p, xs[0])),
    jvp: Jvp::Rule(|cx, p, xs, ts| scan_jvp(cx, &ops::mul, p, xs, ts)),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| cumulative_batch(cx, Prim::Cumprod, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Cumulative maximum along `axis`.
pub static CUMMAX: Row = Row {
    name: "cummax",
    doc: "Cumulative maximum along `axis`.",
    typing: Typing::Rule(|p, xs| cumulative_type("cummax", p, xs[0])),
    jvp: Jvp::Rule(|cx, p, xs, ts| scan_jvp(cx, &ops::max, p, xs, ts)),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| cumulative_batch(cx, Prim::Cummax, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Ties(0), Nature::Kink)],
};

/// Cumulative minimum along `axis`.
pub static CUMMIN: Row = Row {
    name: "cummin",
    doc: "Cumulative minimum along `axis`.",
    typing: Typing::Rule(|p, xs| cumulative_type("cummin", p, xs[0])),
    jvp: Jvp::Rule(|cx, p, xs, ts| scan_jvp(cx, &ops::min, p, xs, ts)),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| cumulative_batch(cx, Prim::Cummin, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Ties(0), Nature::Kink)],
};

/// Cumulative log of the sum of exponentials along `axis`.
pub static CUMLOGSUMEXP: Row = Row {
    name: "cumlogsumexp",
    doc: "Cumulative log of the sum of exponentials along `axis`.",
    typing: Typing::Rule(|p, xs| cumulative_type("cumlogsumexp", p, xs[0])),
    jvp: Jvp::Rule(logsumexp_jvp),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| cumulative_batch(cx, Prim::Cumlogsumexp, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};
