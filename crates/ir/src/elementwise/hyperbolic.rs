//! Hyperbolic functions and their inverses.

use super::bounds as iv;
use super::shared::*;
use crate::ops;
use crate::rows::*;
use gradlens_kernel::MathFn;

/// Elementwise hyperbolic sine.
pub static SINH: Row = Row {
    name: "sinh",
    doc: "Elementwise hyperbolic sine.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| ops::mul(cx, g, &ops::cosh(cx, &xs[0])?))]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Sinh, xs)),
    bounds: Bounds::Rule(|_, xs| iv::increasing(xs[0], f64::sinh)),
    domain: &[(-5.0, 5.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Elementwise hyperbolic cosine.
pub static COSH: Row = Row {
    name: "cosh",
    doc: "Elementwise hyperbolic cosine.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| ops::mul(cx, g, &ops::sinh(cx, &xs[0])?))]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Cosh, xs)),
    bounds: Bounds::Rule(|_, xs| iv::even_increasing(xs[0], 1.0, f64::cosh)),
    domain: &[(-5.0, 5.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Elementwise hyperbolic tangent.
pub static TANH: Row = Row {
    name: "tanh",
    doc: "Elementwise hyperbolic tangent.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, xs| {
        let sum = ops::add(cx, g, &ops::mul(cx, g, ans)?)?;
        ops::mul(cx, &sum, &ops::sub(cx, &one_like(&xs[0]), ans)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Tanh, xs)),
    bounds: Bounds::Rule(|_, xs| iv::clipped(iv::increasing(xs[0], f64::tanh), -1.0, 1.0)),
    domain: &[(-4.0, 4.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Elementwise inverse hyperbolic sine.
pub static ASINH: Row = Row {
    name: "asinh",
    doc: "Elementwise inverse hyperbolic sine.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| {
        let sum = ops::add(cx, &ops::square(cx, &xs[0])?, &one_like(&xs[0]))?;
        ops::mul(cx, g, &ops::rsqrt(cx, &sum)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Asinh, xs)),
    bounds: Bounds::Rule(|_, xs| iv::widened(iv::increasing(xs[0], f64::asinh), 1e-13, 0.0)),
    domain: &[(-5.0, 5.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Elementwise inverse hyperbolic cosine.
pub static ACOSH: Row = Row {
    name: "acosh",
    doc: "Elementwise inverse hyperbolic cosine.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| {
        let rest = ops::sub(cx, &ops::square(cx, &xs[0])?, &one_like(&xs[0]))?;
        ops::mul(cx, g, &ops::rsqrt(cx, &rest)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Acosh, xs)),
    bounds: Bounds::Rule(|_, xs| {
        iv::clipped(
            iv::widened(iv::increasing_on(xs[0], 1.0, f64::INFINITY, f64::acosh), 1e-13, 1e-15),
            0.0,
            f64::INFINITY,
        )
    }),
    domain: &[(1.1, 10.0)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(0, 1.0), Nature::VerticalTangent),
        switch(Surface::Operand(0, 1.0), Nature::DomainEdge),
    ],
};

/// Elementwise inverse hyperbolic tangent.
pub static ATANH: Row = Row {
    name: "atanh",
    doc: "Elementwise inverse hyperbolic tangent.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| {
        let left = ops::integer_pow(cx, &ops::add(cx, &one_like(&xs[0]), &xs[0])?, -1)?;
        let right = ops::div(cx, g, &ops::sub(cx, &one_like(&xs[0]), &xs[0])?)?;
        ops::mul(cx, &left, &right)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Atanh, xs)),
    bounds: Bounds::Rule(|_, xs| iv::widened(iv::increasing_on(xs[0], -1.0, 1.0, f64::atanh), 1e-13, 0.0)),
    domain: &[(-0.9, 0.9)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(0, -1.0), Nature::Pole),
        switch(Surface::Operand(0, -1.0), Nature::DomainEdge),
        switch(Surface::Operand(0, 1.0), Nature::Pole),
        switch(Surface::Operand(0, 1.0), Nature::DomainEdge),
    ],
};
