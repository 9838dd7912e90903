//! Arithmetic: neg, add, mul, ...

use super::shared::unbroadcast;
use crate::error::Result;
use crate::interval::Interval;
use crate::ops;
use crate::params::Params;
use crate::rows::*;
use crate::value::{Bind, Outs, Value};

/// `-x`.
pub static NEG: Row = Row {
    name: "neg",
    doc: "Elementwise negation.",
    typing: Typing::Elementwise(&[Accept::Num], OutDType::Same),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, _, cts, _| Ok(vec![cts[0].as_ref().map(|ct| ops::neg(cx, ct)).transpose()?])),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, _, xs| b.neg(xs[0])),
    bounds: Bounds::Rule(|_, xs| Interval { lo: -xs[0].hi, hi: -xs[0].lo, nan: xs[0].nan }),
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

fn add_jvp(prim: crate::prim::Prim, cx: &dyn Bind, p: &[Value], t: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let out = cx.bind(prim, Params::None, p)?;
    let tangent = match (&t[0], &t[1]) {
        (None, None) => None,
        (Some(a), None) | (None, Some(a)) => Some(ops::broadcast_like(cx, a, out[0].aval())?),
        (Some(a), Some(b)) => Some(cx.bind1(prim, Params::None, &[a.clone(), b.clone()])?),
    };
    Ok((out, vec![tangent]))
}

fn add_transpose(cx: &dyn Bind, _: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    xs.iter()
        .map(|x| match (x, &cts[0]) {
            (Operand::Linear(aval), Some(ct)) => unbroadcast(cx, ct, aval).map(Some),
            _ => Ok(None),
        })
        .collect()
}

fn add_bounds(_: &Params, xs: &[Interval]) -> Interval {
    let (a, b) = (xs[0], xs[1]);
    let clash =
        (a.lo == f64::NEG_INFINITY && b.hi == f64::INFINITY) || (a.hi == f64::INFINITY && b.lo == f64::NEG_INFINITY);
    if clash {
        return Interval::TOP;
    }
    Interval { lo: a.lo + b.lo, hi: a.hi + b.hi, nan: a.nan || b.nan }.outward(1)
}

/// `x + y`.
pub static ADD: Row = Row {
    name: "add",
    doc: "Elementwise sum.",
    typing: Typing::Elementwise(&[Accept::Num], OutDType::Same),
    jvp: Jvp::Rule(|cx, _, p, t| add_jvp(crate::prim::Prim::Add, cx, p, t)),
    transpose: Transpose::Rule(add_transpose),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, _, xs| b.add(xs[0], xs[1])),
    bounds: Bounds::Rule(add_bounds),
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Sum of two cotangents of one value.
pub static ADD_ANY: Row = Row {
    name: "add_any",
    doc: "Sum of tangents or cotangents of the same value.",
    typing: Typing::Elementwise(&[Accept::Any], OutDType::Same),
    jvp: Jvp::Rule(|cx, _, p, t| add_jvp(crate::prim::Prim::AddAny, cx, p, t)),
    transpose: Transpose::Rule(add_transpose),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, _, xs| b.add(xs[0], xs[1])),
    bounds: Bounds::Rule(add_bounds),
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Product of extended reals' interval ends, with 0 * inf taken as 0 (the NaN is reported apart).
fn corner(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 { 0.0 } else { a * b }
}

/// Bounds of a product.
pub fn mul_bounds(_: &Params, xs: &[Interval]) -> Interval {
    let (a, b) = (xs[0], xs[1]);
    let c = [corner(a.lo, b.lo), corner(a.lo, b.hi), corner(a.hi, b.lo), corner(a.hi, b.hi)];
    let infinite = |i: Interval| i.lo.is_infinite() || i.hi.is_infinite();
    let nan = a.nan || b.nan || (infinite(a) && b.contains(0.0)) || (infinite(b) && a.contains(0.0));
    Interval {
        lo: c.iter().copied().fold(f64::INFINITY, f64::min),
        hi: c.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        nan,
    }
    .outward(1)
}

/// `x * y`.
pub static MUL: Row = Row {
    name: "mul",
    doc: "Elementwise product.",
    typing: Typing::Elementwise(&[Accept::Num], OutDType::Same),
    jvp: Jvp::Parts(&[
        Part::Rule(|cx, _, g, _, xs| ops::mul(cx, g, &xs[1])),
        Part::Rule(|cx, _, g, _, xs| ops::mul(cx, &xs[0], g)),
    ]),
    transpose: Transpose::Rule(|cx, _, cts, xs| {
        let Some(ct) = &cts[0] else { return Ok(vec![None, None]) };
        match (&xs[0], &xs[1]) {
            (Operand::Linear(a), Operand::Known(y)) => Ok(vec![Some(unbroadcast(cx, &ops::mul(cx, ct, y)?, a)?), None]),
            (Operand::Known(x), Operand::Linear(b)) => Ok(vec![None, Some(unbroadcast(cx, &ops::mul(cx, x, ct)?, b)?)]),
            _ => Ok(vec![None, None]),
        }
    }),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, _, xs| b.mul(xs[0], xs[1])),
    bounds: Bounds::Rule(mul_bounds),
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};
