//! Choosing between values: select_n, clamp.

use super::shared::*;
use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::interval::Interval;
use crate::ops;
use crate::params::Params;
use crate::rows::*;
use crate::structural::shared::moveaxis;
use crate::value::{Bind, Outs, Value};
use gradlens_kernel::{BlockBuilder, Value as ValueId};

fn select_type(_: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    let (which, cases) = (xs[0], &xs[1..]);
    let Some(first) = cases.first() else { return Err(Error::type_error("select must have at least one case")) };
    if cases.iter().any(|c| c.shape != first.shape) {
        let shapes = cases.iter().map(|c| tuple_text(&c.shape)).collect::<Vec<_>>().join(", ");
        return Err(Error::type_error(format!("select cases must have the same shapes, got [{shapes}].")));
    }
    if which.ndim() > 0 && which.shape != first.shape {
        return Err(Error::type_error(format!(
            "select `which` must be scalar or have the same shape as cases, got `which` shape {} but case shape {}.",
            tuple_text(&which.shape),
            tuple_text(&first.shape)
        )));
    }
    same_dtypes("select", cases)?;
    if which.dtype != DType::Bool && !which.dtype.is_integer() {
        return Err(Error::type_error(format!("select `which` must be boolean or integer type, got {}.", which.dtype)));
    }
    if which.dtype == DType::Bool && cases.len() > 2 {
        return Err(Error::type_error("select with boolean `which` cannot have > 2 cases."));
    }
    Ok(vec![ShapedArray {
        shape: first.shape.clone(),
        dtype: first.dtype,
        weak_type: cases.iter().all(|c| c.weak_type),
    }])
}

fn select_jvp(cx: &dyn Bind, _: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let out = ops::select_n(cx, &xs[0], &xs[1..])?;
    let outs: Outs = smallvec::smallvec![out];
    let Some(some) = ts[1..].iter().flatten().next() else { return Ok((outs, vec![None])) };
    let zeros = full_like(cx, some, 0.0)?;
    let cases: Vec<Value> = ts[1..].iter().map(|t| t.clone().unwrap_or_else(|| zeros.clone())).collect();
    let tangent = ops::select_n(cx, &xs[0], &cases)?;
    Ok((outs, vec![Some(tangent)]))
}

fn select_transpose(cx: &dyn Bind, _: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    let mut out = vec![None; xs.len()];
    let (Some(ct), Operand::Known(which)) = (&cts[0], &xs[0]) else { return Ok(out) };
    let zeros = full_like(cx, ct, 0.0)?;
    for (i, x) in xs[1..].iter().enumerate() {
        if !matches!(x, Operand::Linear(_)) {
            continue;
        }
        let (on_true, on_false) = if which.dtype() == DType::Bool && i == 0 { (&zeros, ct) } else { (ct, &zeros) };
        let chosen = if which.dtype() == DType::Bool {
            which.clone()
        } else {
            ops::eq(cx, which, &const_like(which, i as f64))?
        };
        out[i + 1] = Some(ops::select(cx, &chosen, on_true, on_false)?);
    }
    Ok(out)
}

/// An operand with axes gets its batch axis in front (is broadcast when it has none); a scalar is left alone.
fn front_unless_scalar(cx: &dyn Bind, x: &(Value, Option<usize>), size: usize) -> Result<Value> {
    match x.1 {
        Some(b) => moveaxis(cx, &x.0, b, 0),
        None if x.0.ndim() == 0 => Ok(x.0.clone()),
        None => ops::broadcast(cx, &x.0, &[size]),
    }
}

fn select_batch(
    cx: &dyn Bind,
    _: &Params,
    size: usize,
    xs: &[(Value, Option<usize>)],
) -> Result<Vec<(Value, Option<usize>)>> {
    let (which, cases) = (&xs[0], &xs[1..]);
    let values = |cs: &[(Value, Option<usize>)]| cs.iter().map(|c| c.0.clone()).collect::<Vec<_>>();
    let done = |v: Value, b: usize| Ok(vec![(v, Some(b))]);
    if let Some(b) = which.1
        && cases.iter().all(|c| c.1 == Some(b))
    {
        let w = if which.0.shape() == cases[0].0.shape() {
            which.0.clone()
        } else {
            ops::broadcast_in_dim(cx, &which.0, cases[0].0.shape(), &[b])?
        };
        return done(ops::select_n(cx, &w, &values(cases))?, b);
    }
    if which.0.ndim() == 0
        && let Some(b) = cases[0].1
        && cases.iter().all(|c| c.1.is_some())
    {
        if cases.iter().all(|c| c.1 == Some(b)) {
            return done(ops::select_n(cx, &which.0, &values(cases))?, b);
        }
        if cases.iter().all(|c| c.0.shape() == cases[0].0.shape()) {
            let moved = cases.iter().map(|c| moveaxis(cx, &c.0, c.1.unwrap_or(b), b)).collect::<Result<Vec<_>>>()?;
            return done(ops::select_n(cx, &which.0, &moved)?, b);
        }
    }
    let mut w = front_unless_scalar(cx, which, size)?;
    let mut cs = values(cases);
    if cases.iter().any(|c| c.0.ndim() > 0) {
        for (c, x) in cs.iter_mut().zip(cases) {
            *c = match x.1 {
                Some(b) => moveaxis(cx, &x.0, b, 0)?,
                None => ops::broadcast(cx, &x.0, &[size])?,
            };
        }
    }
    if w.ndim() > 0 && w.ndim() < cs[0].ndim() {
        w = ops::broadcast_in_dim(cx, &w, cs[0].shape(), &[0])?;
    }
    if w.ndim() > cs[0].ndim() {
        cs = cs.iter().map(|c| ops::broadcast(cx, c, w.shape())).collect::<Result<Vec<_>>>()?;
    }
    done(ops::select_n(cx, &w, &cs)?, 0)
}

/// The case with this index: halves by `which < mid`, as XLA does, so that indices out of range choose an end.
fn select_code(b: &mut BlockBuilder, which: ValueId, offset: usize, cases: &[ValueId]) -> ValueId {
    if cases.len() == 1 {
        return cases[0];
    }
    let mid = cases.len() / 2;
    let ty = b.ty(which);
    if ty == gradlens_kernel::ScalarType::Bool {
        return b.select(which, cases[1], cases[0]);
    }
    let at = b.int(ty, (offset + mid) as i64);
    let first = b.lt(which, at);
    let (x, y) = (select_code(b, which, offset, &cases[..mid]), select_code(b, which, offset + mid, &cases[mid..]));
    b.select(first, x, y)
}

fn select_bounds(_: &Site, xs: &[Interval]) -> Interval {
    let cases = &xs[1..];
    let which = xs[0];
    let last = cases.len() - 1;
    let clamp = |v: f64| if v.is_nan() { 0 } else { v.clamp(0.0, last as f64) as usize };
    let (lo, hi) =
        if which.nan || which.lo > which.hi { (0, last) } else { (clamp(which.lo.ceil()), clamp(which.hi.floor())) };
    cases[lo.min(hi)..=hi.max(lo)].iter().copied().reduce(Interval::hull).unwrap_or(Interval::TOP)
}

/// `cases[which]`, elementwise.
pub static SELECT_N: Row = Row {
    name: "select_n",
    doc: "Elementwise choice: case number `which` (false: the first, true: the second).",
    typing: Typing::Rule(select_type),
    jvp: Jvp::Rule(select_jvp),
    transpose: Transpose::Rule(select_transpose),
    batch: Batch::Rule(select_batch),
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| select_code(b, xs[0], 0, &xs[1..])),
    bounds: Bounds::Rule(select_bounds),
    domain: &[(0.0, 2.0), (-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Selector(0), Nature::Branch)],
};

fn clamp_type(_: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    let (lo, x, hi) = (xs[0], xs[1], xs[2]);
    for (bound, name) in [(lo, "min"), (hi, "max")] {
        if bound.ndim() > 0 && bound.shape != x.shape {
            return Err(Error::type_error(format!(
                "clamp requires {name}.shape == operand.shape or {name}.shape == (), got {name}.shape={}, operand.shape={}.",
                tuple_text(&bound.shape),
                tuple_text(&x.shape)
            )));
        }
    }
    check_accepts("clamp", &[Accept::Any], xs)?;
    same_dtypes("clamp", xs)?;
    Ok(vec![ShapedArray { shape: x.shape.clone(), dtype: x.dtype, weak_type: xs.iter().all(|a| a.weak_type) }])
}

fn clamp_batch(
    cx: &dyn Bind,
    p: &Params,
    size: usize,
    xs: &[(Value, Option<usize>)],
) -> Result<Vec<(Value, Option<usize>)>> {
    let clamp = |lo: &Value, x: &Value, hi: &Value, b: usize| -> Result<Vec<(Value, Option<usize>)>> {
        let y = cx.bind1(crate::Prim::Clamp, p.clone(), &[lo.clone(), x.clone(), hi.clone()])?;
        Ok(vec![(y, Some(b))])
    };
    let [(lo, lb), (x, xb), (hi, hb)] = xs else { return Err(Error::internal("clamp has three operands")) };
    if let Some(b) = *xb {
        if lb == xb && hb == xb {
            if lo.shape() == x.shape() && hi.shape() == x.shape() {
                return clamp(lo, x, hi, b);
            }
            if lo.ndim() == 1 && hi.ndim() == 1 {
                let lo = ops::broadcast_in_dim(cx, lo, x.shape(), &[b])?;
                let hi = ops::broadcast_in_dim(cx, hi, x.shape(), &[b])?;
                return clamp(&lo, x, &hi, b);
            }
        } else if lo.ndim() == 0 && hi.ndim() == 0 {
            return clamp(lo, x, hi, b);
        }
    }
    let mut vs = xs.iter().map(|x| front_unless_scalar(cx, x, size)).collect::<Result<Vec<_>>>()?;
    let rank = vs[1].ndim();
    let shape = vs[1].shape().clone();
    for i in [0, 2] {
        if vs[i].ndim() == 0 && rank > 0 {
            vs[i] = ops::broadcast(cx, &vs[i], &shape)?;
        }
    }
    for i in [0, 2] {
        if vs[i].ndim() > 0 && vs[i].ndim() < rank {
            vs[i] = ops::broadcast_in_dim(cx, &vs[i], &shape, &[0])?;
        }
    }
    if vs[0].ndim() > vs[1].ndim() || vs[2].ndim() > vs[1].ndim() {
        let shape = if vs[0].ndim() > 0 { vs[0].shape().clone() } else { vs[2].shape().clone() };
        vs[1] = ops::broadcast(cx, &vs[1], &shape)?;
    }
    clamp(&vs[0], &vs[1], &vs[2], 0)
}

/// `min(max(x, lo), hi)`.
pub static CLAMP: Row = Row {
    name: "clamp",
    doc: "Elementwise `min(max(x, lo), hi)`; operands `lo, x, hi`.",
    typing: Typing::Rule(clamp_type),
    jvp: Jvp::Parts(&[
        Part::Rule(|cx, _, g, _, xs| {
            let above = ops::gt(cx, &xs[0], &xs[1])?;
            let proper = ops::lt(cx, &xs[0], &xs[2])?;
            let within = ops::and(cx, &above, &proper)?;
            ops::select(cx, &within, g, &full_like(cx, &xs[1], 0.0)?)
        }),
        Part::Rule(|cx, _, g, _, xs| {
            let above = ops::gt(cx, &xs[1], &xs[0])?;
            let below = ops::lt(cx, &xs[1], &xs[2])?;
            let within = ops::and(cx, &above, &below)?;
            ops::select(cx, &within, g, &full_like(cx, &xs[1], 0.0)?)
        }),
        Part::Rule(|cx, _, g, _, xs| {
            let above = ops::lt(cx, &xs[2], &xs[1])?;
            ops::select(cx, &above, g, &full_like(cx, &xs[1], 0.0)?)
        }),
    ]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(clamp_batch),
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| {
        let at_least = b.max(xs[1], xs[0]);
        b.min(at_least, xs[2])
    }),
    bounds: Bounds::Rule(|_, xs| Interval {
        lo: xs[1].lo.max(xs[0].lo).min(xs[2].lo),
        hi: xs[1].hi.max(xs[0].hi).min(xs[2].hi),
        nan: xs.iter().any(|x| x.nan),
    }),
    domain: &[(-2.0, -1.0), (-3.0, 3.0), (1.0, 2.0)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Difference(1, 0), Nature::Kink),
        switch(Surface::Difference(1, 2), Nature::Kink),
        switch(Surface::Difference(0, 2), Nature::Kink),
    ],
};
