//! Arithmetic: neg, add, sub, mul, div, rem, powers, abs, sign, max, min.

use super::bounds as iv;
use super::shared::*;
use crate::aval::ShapedArray;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::interval::Interval;
use crate::ops;
use crate::params::Params;
use crate::prim::Prim;
use crate::rows::*;
use crate::value::{Bind, Outs, Value};
use gradlens_kernel::{BlockBuilder, MathFn, Value as ValueId};

/// `-x`.
pub static NEG: Row = Row {
    name: "neg",
    doc: "Elementwise negation.",
    typing: Typing::Elementwise(&[Accept::Num], OutDType::Same),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, _, cts, _| Ok(vec![cts[0].as_ref().map(|ct| ops::neg(cx, ct)).transpose()?])),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.neg(xs[0])),
    bounds: Bounds::Rule(|_, xs| iv::neg(xs[0])),
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// A sum or difference: a lone tangent is broadcast to the result's shape (negated first when `negate` and it is the second).
fn sum_jvp(cx: &dyn Bind, prim: Prim, negate: bool, p: &[Value], t: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let out = cx.bind(prim, Params::None, p)?;
    let shape = out[0].shape().clone();
    let tangent = match (&t[0], &t[1]) {
        (None, None) => None,
        (Some(a), None) => Some(maybe_broadcast(cx, a, &shape)?),
        (None, Some(b)) if negate => Some(maybe_broadcast(cx, &ops::neg(cx, b)?, &shape)?),
        (None, Some(b)) => Some(maybe_broadcast(cx, b, &shape)?),
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

/// `x + y`.
pub static ADD: Row = Row {
    name: "add",
    doc: "Elementwise sum.",
    typing: Typing::Elementwise(&[Accept::Num, Accept::Num], OutDType::Same),
    jvp: Jvp::Rule(|cx, _, p, t| sum_jvp(cx, Prim::Add, false, p, t)),
    transpose: Transpose::Rule(add_transpose),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.add(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| iv::add(xs[0], xs[1])),
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Both terms have the result's shape: what is not batched is broadcast along the other's batch axis.
fn add_any_batch(
    cx: &dyn Bind,
    p: &Params,
    size: usize,
    xs: &[(Value, Option<usize>)],
) -> Result<Vec<(Value, Option<usize>)>> {
    let [(x, bx), (y, by)] = xs else { return Err(crate::error::Error::internal("add_any has two operands")) };
    let spread = |v: &Value, b: usize| {
        let mut shape = v.shape().to_vec();
        shape.insert(b, size);
        let dims: Vec<usize> = (0..shape.len()).filter(|i| *i != b).collect();
        ops::broadcast_in_dim(cx, v, &shape, &dims)
    };
    let (x, y, b) = match (*bx, *by) {
        (Some(a), Some(b)) => (ops::move_axis(cx, x, a, b)?, y.clone(), b),
        (Some(a), None) => (x.clone(), spread(y, a)?, a),
        (None, Some(b)) => (spread(x, b)?, y.clone(), b),
        (None, None) => return Ok(vec![(cx.bind1(Prim::AddAny, p.clone(), &[x.clone(), y.clone()])?, None)]),
    };
    Ok(vec![(cx.bind1(Prim::AddAny, p.clone(), &[x, y])?, Some(b))])
}

/// Sum of two cotangents of one value.
pub static ADD_ANY: Row = Row {
    name: "add_any",
    doc: "Sum of tangents or cotangents of the same value.",
    typing: Typing::Rule(|_, xs| Ok(vec![xs[0].clone()])),
    jvp: Jvp::Rule(|cx, _, p, t| sum_jvp(cx, Prim::AddAny, false, p, t)),
    transpose: Transpose::Rule(add_transpose),
    batch: Batch::Rule(add_any_batch),
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.add(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| iv::add(xs[0], xs[1])),
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// `x - y`.
pub static SUB: Row = Row {
    name: "sub",
    doc: "Elementwise difference.",
    typing: Typing::Elementwise(&[Accept::Num, Accept::Num], OutDType::Same),
    jvp: Jvp::Rule(|cx, _, p, t| sum_jvp(cx, Prim::Sub, true, p, t)),
    transpose: Transpose::Rule(|cx, _, cts, xs| {
        let Some(ct) = &cts[0] else { return Ok(vec![None, None]) };
        let mut out = vec![None, None];
        if let Operand::Linear(a) = &xs[0] {
            out[0] = Some(unbroadcast(cx, ct, a)?);
        }
        if let Operand::Linear(a) = &xs[1] {
            out[1] = Some(unbroadcast(cx, &ops::neg(cx, ct)?, a)?);
        }
        Ok(out)
    }),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.sub(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| iv::sub(xs[0], xs[1])),
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// `x * y`.
pub static MUL: Row = Row {
    name: "mul",
    doc: "Elementwise product.",
    typing: Typing::Elementwise(&[Accept::Num, Accept::Num], OutDType::Same),
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
    lower: Lower::Scalar(|b, _, xs| b.mul(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| iv::mul(xs[0], xs[1])),
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// `x / y`.
pub static DIV: Row = Row {
    name: "div",
    doc: "Elementwise quotient (integers: towards zero).",
    typing: Typing::Elementwise(&[Accept::Num, Accept::Num], OutDType::Same),
    jvp: Jvp::Parts(&[
        Part::Rule(|cx, _, g, _, xs| ops::div(cx, g, &xs[1])),
        Part::Rule(|cx, _, g, _, xs| {
            let minus = ops::neg(cx, g)?;
            let top = ops::mul(cx, &minus, &xs[0])?;
            ops::mul(cx, &top, &ops::integer_pow(cx, &xs[1], -2)?)
        }),
    ]),
    transpose: Transpose::Rule(|cx, _, cts, xs| match (&cts[0], &xs[0], &xs[1]) {
        (Some(ct), Operand::Linear(a), Operand::Known(y)) => {
            Ok(vec![Some(unbroadcast(cx, &ops::div(cx, ct, y)?, a)?), None])
        }
        (_, _, Operand::Linear(_)) => Err(Error::internal("nonlinear div can't be transposed")),
        _ => Ok(vec![None, None]),
    }),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.div(xs[0], xs[1])),
    bounds: Bounds::Rule(|at, xs| {
        let q = iv::div(xs[0], xs[1]);
        if !at.out.dtype.is_integer() {
            return q;
        }
        // A quotient of integers is cut off towards zero; division by zero gives all ones.
        Interval { lo: q.lo.min(q.lo.trunc()), hi: q.hi.max(q.hi.trunc()), nan: false }
    }),
    domain: &[(-10.0, 10.0), (0.5, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Operand(1, 0.0), Nature::Pole)],
};

/// Remainder with the sign of the dividend.
pub static REM: Row = Row {
    name: "rem",
    doc: "Elementwise remainder, with the dividend's sign.",
    typing: Typing::Elementwise(&[Accept::Real, Accept::Real], OutDType::Same),
    jvp: Jvp::Parts(&[
        Part::Rule(|cx, _, g, ans, _| maybe_broadcast(cx, g, ans.shape())),
        Part::Rule(|cx, _, g, _, xs| {
            let minus = ops::neg(cx, g)?;
            let side = ops::sign(cx, &ops::div(cx, &xs[0], &xs[1])?)?;
            let size = ops::abs(cx, &ops::div(cx, &xs[0], &xs[1])?)?;
            let whole = ops::floor(cx, &size)?;
            ops::mul(cx, &minus, &ops::mul(cx, &side, &whole)?)
        }),
    ]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    // fmod keeps subnormals on XLA's CPU, unlike the other operations.
    lower: Lower::Scalar(|b, _, xs| b.ieee(|b| b.rem(xs[0], xs[1]))),
    bounds: Bounds::Rule(|at, xs| {
        if at.out.dtype.is_integer() && xs[1].contains(0.0) {
            return xs[0].hull(iv::rem(xs[0], xs[1]));
        }
        iv::rem(xs[0], xs[1])
    }),
    domain: &[(0.1, 0.9), (1.0, 2.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Quotient(0, 1), Nature::Jump), switch(Surface::Operand(1, 0.0), Nature::Pole)],
};

/// `x^2`.
pub static SQUARE: Row = Row {
    name: "square",
    doc: "Elementwise square.",
    typing: Typing::Elementwise(&[Accept::Num], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| {
        let slope = ops::mul(cx, &const_like(&xs[0], 2.0), &xs[0])?;
        ops::mul(cx, g, &slope)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.mul(xs[0], xs[0])),
    bounds: Bounds::Rule(|_, xs| iv::square(xs[0])),
    domain: &[(-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};

fn exponent(p: &Params) -> i32 {
    if let Params::IntegerPow { y } = p { *y } else { 1 }
}

/// Repeated squaring, in XLA's order of products, each rounded to the dtype; negative powers are one reciprocal at the end.
fn integer_pow_code(b: &mut BlockBuilder, d: DType, x: ValueId, y: i32) -> ValueId {
    let mul = |b: &mut BlockBuilder, x: ValueId, y: ValueId| {
        let r = b.mul(x, y);
        if d.is_floating() { b.narrow(super::convert::storage(d), r) } else { r }
    };
    let one = b.lit(b.ty(x), 1.0);
    let (mut left, mut square, mut acc) = (y.unsigned_abs(), x, None);
    while left > 0 {
        if left & 1 == 1 {
            acc = Some(match acc {
                None => square,
                Some(a) => mul(b, a, square),
            });
        }
        left >>= 1;
        if left > 0 {
            square = mul(b, square, square);
        }
    }
    match acc {
        None => one,
        Some(a) if y < 0 => b.div(one, a),
        Some(a) => a,
    }
}

/// `x^y` for a constant integer `y`.
pub static INTEGER_POW: Row = Row {
    name: "integer_pow",
    doc: "Elementwise power with a constant integer exponent.",
    typing: Typing::Rule(|p, xs| {
        let aval = elementwise_type("integer_pow", &[Accept::Num], OutDType::Same, xs)?;
        let y = exponent(p);
        if y < 0 && aval.dtype.is_integer() {
            return Err(Error::type_error(format!(
                "Integers cannot be raised to negative powers, got integer_pow({}, {y})",
                xs[0]
            )));
        }
        Ok(vec![aval])
    }),
    jvp: Jvp::Parts(&[Part::Rule(|cx, p, g, _, xs| {
        let y = exponent(p);
        let c = const_like(&xs[0], y as f64);
        let power = match y {
            0 => return full_like(cx, g, 0.0),
            1 => return Ok(g.clone()),
            2 => xs[0].clone(),
            _ => ops::integer_pow(cx, &xs[0], y - 1)?,
        };
        ops::mul(cx, g, &ops::mul(cx, &c, &power)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, at, xs| integer_pow_code(b, at.out.dtype, xs[0], exponent(at.params))),
    bounds: Bounds::Rule(|at, xs| iv::integer_pow(xs[0], exponent(at.params))),
    domain: &[(0.5, 3.0)],
    flush: Flush::Flushes,
    // For negative exponents only: see `Row::switches`.
    switching: &[switch(Surface::Operand(0, 0.0), Nature::Pole)],
};

/// `x` with 1 in place of 0.
fn replace_zero(cx: &dyn Bind, x: &Value) -> Result<Value> {
    let is_zero = ops::eq(cx, x, &const_like(x, 0.0))?;
    ops::select(cx, &is_zero, &full_like(cx, x, 1.0)?, x)
}

fn pow_type(_: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    let shape = broadcast_shapes("pow", xs)?;
    check_accepts("pow", &[Accept::FloatOrComplex, Accept::Num], xs)?;
    let (x, y) = (xs[0], xs[1]);
    if x.dtype != y.dtype && !y.dtype.is_integer() {
        return Err(Error::type_error(format!(
            "the first argument to pow must have an inexact dtype (float or complex), and the second argument must have an inexact or integer dtype, and two inexact dtypes must match, but got {} and {} respectively.",
            x.dtype, y.dtype
        )));
    }
    Ok(vec![ShapedArray { shape, dtype: x.dtype, weak_type: x.weak_type && y.weak_type }])
}

fn pow_jvp_base(cx: &dyn Bind, _: &Params, g: &Value, ans: &Value, xs: &[Value]) -> Result<Value> {
    let integral = xs[1].dtype().is_integer();
    let mut x = xs[0].clone();
    let mut y = ops::convert(cx, &xs[1], ans.dtype(), false)?;
    if !integral {
        // y * x^(y-1)
        x = ops::convert(cx, &x, ans.dtype(), false)?;
        let less = ops::sub(cx, &y, &full_like(cx, &y, 1.0)?)?;
        let jac = ops::mul(cx, &y, &ops::pow(cx, &x, &less)?)?;
        return ops::mul(cx, g, &jac);
    }
    x = ops::convert(cx, &x, ans.dtype(), false)?;
    if x.shape() != y.shape() {
        x = maybe_broadcast(cx, &x, ans.shape())?;
        y = maybe_broadcast(cx, &y, ans.shape())?;
    }
    // The slope at exponent 0 is 0, whatever x^-1 is.
    let is_zero = ops::eq(cx, &y, &const_like(&y, 0.0))?;
    let zeros = full_like(cx, &y, 0.0)?;
    let factor = replace_zero(cx, &y)?;
    let less = ops::sub(cx, &y, &full_like(cx, &y, 1.0)?)?;
    let slope = ops::mul(cx, &factor, &ops::pow(cx, &x, &less)?)?;
    let jac = ops::select(cx, &is_zero, &zeros, &slope)?;
    ops::mul(cx, g, &jac)
}

/// `x^y`.
pub static POW: Row = Row {
    name: "pow",
    doc: "Elementwise power.",
    typing: Typing::Rule(pow_type),
    jvp: Jvp::Parts(&[
        Part::Rule(pow_jvp_base),
        Part::Rule(|cx, _, g, ans, xs| {
            // log of the base, with 1 for 0: the slope in y at x = 0 is 0.
            let log = ops::log(cx, &replace_zero(cx, &xs[0])?)?;
            let r = ops::mul(cx, g, &ops::mul(cx, &log, ans)?)?;
            ops::convert(cx, &r, xs[1].dtype(), false)
        }),
    ]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| {
        let y = b.cast(b.ty(xs[0]), xs[1]);
        b.math(MathFn::Pow, &[xs[0], y])
    }),
    bounds: Bounds::Rule(|_, xs| iv::pow(xs[0], xs[1])),
    domain: &[(0.5, 4.0), (-3.0, 3.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Operand(0, 0.0), Nature::DomainEdge)],
};

/// `|x|`.
pub static ABS: Row = Row {
    name: "abs",
    doc: "Elementwise absolute value.",
    typing: Typing::Elementwise(&[Accept::SignedFloatOrComplex], OutDType::Real),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, xs| {
        let x = &xs[0];
        if x.dtype().is_complex() {
            let conj = ops::conj(cx, x)?;
            let size = replace_zero(cx, &ops::convert(cx, ans, x.dtype(), false)?)?;
            return ops::real(cx, &ops::mul(cx, g, &ops::div(cx, &conj, &size)?)?);
        }
        let zero = Value::Array(crate::Array::full(&[], x.dtype(), 0.0).with_weak(x.aval().weak_type));
        let up = ops::ge(cx, x, &zero)?;
        ops::select(cx, &up, g, &ops::neg(cx, g)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.abs(xs[0])),
    bounds: Bounds::Rule(|_, xs| iv::abs(xs[0])),
    domain: &[(0.5, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Operand(0, 0.0), Nature::Kink)],
};

/// -1, 0 or 1.
pub static SIGN: Row = Row {
    name: "sign",
    doc: "Elementwise sign: -1, 0 or 1 (NaN and zeros stay).",
    typing: Typing::Elementwise(&[Accept::Num], OutDType::Same),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| {
        let ty = b.ty(xs[0]);
        if ty.is_float() {
            return b.math(MathFn::Sign, xs);
        }
        let (zero, one, minus) = (b.int(ty, 0), b.int(ty, 1), b.int(ty, -1));
        let up = b.gt(xs[0], zero);
        if ty.is_unsigned() {
            return b.select(up, one, zero);
        }
        let down = b.lt(xs[0], zero);
        let r = b.select(down, minus, zero);
        b.select(up, one, r)
    }),
    bounds: Bounds::Rule(|_, xs| Interval { lo: sign(xs[0].lo), hi: sign(xs[0].hi), nan: xs[0].nan }),
    domain: &[(0.5, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Operand(0, 0.0), Nature::Jump)],
};

fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        0.0
    }
}

/// The weight of operand `x` in `max(x, y) = z`: 1, 0, or 1/2 each at a tie.
fn tie_weight(cx: &dyn Bind, x: &Value, z: &Value, y: &Value) -> Result<Value> {
    let (is_x, one, zero) = (ops::eq(cx, x, z)?, full_like(cx, z, 1.0)?, full_like(cx, z, 0.0)?);
    let top = ops::select(cx, &is_x, &one, &zero)?;
    let (is_y, two, one) = (ops::eq(cx, y, z)?, full_like(cx, z, 2.0)?, full_like(cx, z, 1.0)?);
    ops::div(cx, &top, &ops::select(cx, &is_y, &two, &one)?)
}

const EXTREMUM_JVP: Jvp = Jvp::Parts(&[
    Part::Rule(|cx, _, g, ans, xs| ops::mul(cx, g, &tie_weight(cx, &xs[0], ans, &xs[1])?)),
    Part::Rule(|cx, _, g, ans, xs| ops::mul(cx, g, &tie_weight(cx, &xs[1], ans, &xs[0])?)),
]);

/// The greater.
pub static MAX: Row = Row {
    name: "max",
    doc: "Elementwise maximum; NaN if either is.",
    typing: Typing::Elementwise(&[Accept::Any, Accept::Any], OutDType::Same),
    jvp: EXTREMUM_JVP,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.max(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| Interval {
        lo: xs[0].lo.max(xs[1].lo),
        hi: xs[0].hi.max(xs[1].hi),
        nan: xs[0].nan || xs[1].nan,
    }),
    domain: &[(-10.0, -1.0), (1.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Difference(0, 1), Nature::Kink)],
};

/// The lesser.
pub static MIN: Row = Row {
    name: "min",
    doc: "Elementwise minimum; NaN if either is.",
    typing: Typing::Elementwise(&[Accept::Any, Accept::Any], OutDType::Same),
    jvp: EXTREMUM_JVP,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.min(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| Interval {
        lo: xs[0].lo.min(xs[1].lo),
        hi: xs[0].hi.min(xs[1].hi),
        nan: xs[0].nan || xs[1].nan,
    }),
    domain: &[(-10.0, -1.0), (1.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Difference(0, 1), Nature::Kink)],
};

/// The next float after `x` towards `y`.
pub static NEXTAFTER: Row = Row {
    name: "nextafter",
    doc: "The next float after the first operand towards the second.",
    typing: Typing::Elementwise(&[Accept::Float, Accept::Float], OutDType::Same),
    jvp: Jvp::Undefined("Differentiation rule for 'nextafter' not implemented"),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, at, xs| match at.out.dtype {
        DType::F16 | DType::BF16 => narrow_nextafter(b, at.out.dtype, xs[0], xs[1]),
        _ => b.math(MathFn::NextAfter, xs),
    }),
    bounds: Bounds::Unknown,
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump)],
};

/// Steps of a 16-bit float held in an f32 register: one unit of its last place, on the bits.
fn narrow_nextafter(b: &mut BlockBuilder, d: DType, x: ValueId, y: ValueId) -> ValueId {
    b.ieee(|b| {
        let (zero, one_bit) = (b.f32(0.0), b.u32(if d == DType::F16 { 1 << 13 } else { 1 << 16 }));
        let tiny = if d == DType::F16 { 2f32.powi(-24) } else { f32::from_bits(1 << 16) };
        let (up, is_zero, negative) = (b.gt(y, x), b.eq(x, zero), b.lt(x, zero));
        let bits = b.bits(x);
        // Away from zero where the direction and the sign agree.
        let away = b.ne(up, negative);
        let (more, less) = (b.add(bits, one_bit), b.sub(bits, one_bit));
        let stepped = b.select(away, more, less);
        let stepped = b.bitcast(gradlens_kernel::ScalarType::F32, stepped);
        let (plus, minus) = (b.f32(tiny), b.f32(-tiny));
        let from_zero = b.select(up, plus, minus);
        let mut r = b.select(is_zero, from_zero, stepped);
        if d == DType::F16 {
            // Below 2^-14 an f16 has a fixed step, which the f32's exponent does not show.
            let (edge, size) = (b.f32(2f32.powi(-14)), b.abs(x));
            let subnormal = b.lt(size, edge);
            let at_edge = b.eq(size, edge);
            let inward = b.not(away);
            let edge_in = b.and(at_edge, inward);
            let fixed = b.or(subnormal, edge_in);
            let s = b.add(x, from_zero);
            r = b.select(fixed, s, r);
            // From infinity the step is to the largest f16.
            let (largest, lowest, infinite) = (b.f32(65504.0), b.f32(-65504.0), b.is_inf(x));
            let end = b.select(negative, lowest, largest);
            r = b.select(infinite, end, r);
        }
        let same = b.eq(x, y);
        let r = b.select(same, y, r);
        let (nx, ny) = (b.is_nan(x), b.is_nan(y));
        let r = b.select(ny, y, r);
        b.select(nx, x, r)
    })
}
