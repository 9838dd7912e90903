//! Trigonometric functions and their inverses.

use super::bounds as iv;
use super::shared::*;
use crate::error::Result;
use crate::interval::Interval;
use crate::ops;
use crate::rows::*;
use crate::value::{Bind, Value};
use gradlens_kernel::MathFn;

/// `x^2 + y^2`.
fn radius2(cx: &dyn Bind, xs: &[Value]) -> Result<Value> {
    let a = ops::square(cx, &xs[0])?;
    let b = ops::square(cx, &xs[1])?;
    ops::add(cx, &a, &b)
}

fn atan2_bounds(y: Interval, x: Interval) -> Interval {
    let nan = y.nan || x.nan;
    let all = Interval { lo: -std::f64::consts::PI, hi: std::f64::consts::PI, nan };
    let infinite = [y.lo, y.hi, x.lo, x.hi].iter().any(|v| v.is_infinite());
    // Off the cut and the origin the angle's extremes over a box are at its corners.
    let cut = x.lo <= 0.0 && y.contains(0.0);
    if infinite || cut {
        return all.outward(1);
    }
    let c = [y.lo.atan2(x.lo), y.lo.atan2(x.hi), y.hi.atan2(x.lo), y.hi.atan2(x.hi)];
    let lo = c.iter().copied().fold(f64::INFINITY, f64::min);
    let hi = c.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Interval { lo, hi, nan }.outward(4)
}

/// Elementwise sine.
pub static SIN: Row = Row {
    name: "sin",
    doc: "Elementwise sine.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| ops::mul(cx, g, &ops::cos(cx, &xs[0])?))]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Sin, xs)),
    bounds: Bounds::Rule(|_, xs| iv::sin(xs[0])),
    domain: &[(-5.0, 5.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Elementwise cosine.
pub static COS: Row = Row {
    name: "cos",
    doc: "Elementwise cosine.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| {
        let s = ops::sin(cx, &xs[0])?;
        ops::neg(cx, &ops::mul(cx, g, &s)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Cos, xs)),
    bounds: Bounds::Rule(|_, xs| iv::cos(xs[0])),
    domain: &[(-5.0, 5.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Elementwise tangent.
pub static TAN: Row = Row {
    name: "tan",
    doc: "Elementwise tangent.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, xs| {
        let sq = ops::square(cx, ans)?;
        ops::mul(cx, g, &ops::add(cx, &const_like(&xs[0], 1.0), &sq)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Tan, xs)),
    bounds: Bounds::Rule(|_, xs| iv::tan(xs[0])),
    domain: &[(-1.4, 1.4)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::HalfPi(0), Nature::Pole)],
};

/// Elementwise arc sine.
pub static ASIN: Row = Row {
    name: "asin",
    doc: "Elementwise arc sine.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| {
        let rest = ops::sub(cx, &const_like(&xs[0], 1.0), &ops::square(cx, &xs[0])?)?;
        ops::mul(cx, g, &ops::rsqrt(cx, &rest)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Asin, xs)),
    bounds: Bounds::Rule(|_, xs| iv::increasing_on(xs[0], -1.0, 1.0, f64::asin)),
    domain: &[(-0.9, 0.9)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(0, -1.0), Nature::VerticalTangent),
        switch(Surface::Operand(0, -1.0), Nature::DomainEdge),
        switch(Surface::Operand(0, 1.0), Nature::VerticalTangent),
        switch(Surface::Operand(0, 1.0), Nature::DomainEdge),
    ],
};

/// Elementwise arc cosine.
pub static ACOS: Row = Row {
    name: "acos",
    doc: "Elementwise arc cosine.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| {
        let rest = ops::sub(cx, &const_like(&xs[0], 1.0), &ops::square(cx, &xs[0])?)?;
        ops::mul(cx, g, &ops::neg(cx, &ops::rsqrt(cx, &rest)?)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Acos, xs)),
    bounds: Bounds::Rule(|_, xs| iv::decreasing_on(xs[0], -1.0, 1.0, f64::acos)),
    domain: &[(-0.9, 0.9)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(0, -1.0), Nature::VerticalTangent),
        switch(Surface::Operand(0, -1.0), Nature::DomainEdge),
        switch(Surface::Operand(0, 1.0), Nature::VerticalTangent),
        switch(Surface::Operand(0, 1.0), Nature::DomainEdge),
    ],
};

/// Elementwise arc tangent.
pub static ATAN: Row = Row {
    name: "atan",
    doc: "Elementwise arc tangent.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| {
        ops::div(cx, g, &ops::add(cx, &const_like(&xs[0], 1.0), &ops::square(cx, &xs[0])?)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Atan, xs)),
    bounds: Bounds::Rule(|_, xs| iv::increasing(xs[0], f64::atan)),
    domain: &[(-5.0, 5.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Elementwise angle of the point whose ordinate is the first operand and whose abscissa is the second.
pub static ATAN2: Row = Row {
    name: "atan2",
    doc: "Elementwise angle of the point whose ordinate is the first operand and whose abscissa is the second.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex, Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[
        Part::Rule(|cx, _, g, _, xs| ops::mul(cx, g, &ops::div(cx, &xs[1], &radius2(cx, xs)?)?)),
        Part::Rule(|cx, _, g, _, xs| {
            let minus = ops::neg(cx, &xs[0])?;
            ops::mul(cx, g, &ops::div(cx, &minus, &radius2(cx, xs)?)?)
        }),
    ]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Atan2, xs)),
    bounds: Bounds::Rule(|_, xs| atan2_bounds(xs[0], xs[1])),
    domain: &[(0.5, 2.0), (0.5, 2.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::NegativeAxis(0, 1), Nature::Jump)],
};
