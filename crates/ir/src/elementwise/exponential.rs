//! Exponentials, logarithms and roots.

use super::bounds as iv;
use super::shared::*;
use crate::ops;
use crate::rows::*;
use gradlens_kernel::MathFn;

/// Elementwise exponential.
pub static EXP: Row = Row {
    name: "exp",
    doc: "Elementwise exponential.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, _| ops::mul(cx, g, ans))]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Exp, xs)),
    bounds: Bounds::Rule(|_, xs| iv::clipped(iv::increasing(xs[0], f64::exp), 0.0, f64::INFINITY)),
    domain: &[(-5.0, 5.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Elementwise power of two.
pub static EXP2: Row = Row {
    name: "exp2",
    doc: "Elementwise power of two.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, xs| {
        let log2 = ops::log(cx, &const_like(&xs[0], 2.0))?;
        ops::mul(cx, &log2, &ops::mul(cx, g, ans)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Exp2, xs)),
    bounds: Bounds::Rule(|_, xs| iv::clipped(iv::increasing(xs[0], f64::exp2), 0.0, f64::INFINITY)),
    domain: &[(-5.0, 5.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Elementwise `exp(x) - 1`, exact near 0.
pub static EXPM1: Row = Row {
    name: "expm1",
    doc: "Elementwise `exp(x) - 1`, exact near 0.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, _| ops::mul(cx, g, &ops::add(cx, ans, &one_like(ans))?))]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Expm1, xs)),
    bounds: Bounds::Rule(|_, xs| iv::clipped(iv::increasing(xs[0], f64::exp_m1), -1.0, f64::INFINITY)),
    domain: &[(-5.0, 5.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Elementwise natural logarithm.
pub static LOG: Row = Row {
    name: "log",
    doc: "Elementwise natural logarithm.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| ops::div(cx, g, &xs[0]))]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Log, xs)),
    bounds: Bounds::Rule(|_, xs| iv::increasing_on(xs[0], 0.0, f64::INFINITY, f64::ln)),
    domain: &[(0.1, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Operand(0, 0.0), Nature::Pole), switch(Surface::Operand(0, 0.0), Nature::DomainEdge)],
};

/// Elementwise `log(1 + x)`, exact near 0.
pub static LOG1P: Row = Row {
    name: "log1p",
    doc: "Elementwise `log(1 + x)`, exact near 0.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| ops::div(cx, g, &ops::add(cx, &xs[0], &one_like(&xs[0]))?))]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Log1p, xs)),
    bounds: Bounds::Rule(|_, xs| iv::increasing_on(xs[0], -1.0, f64::INFINITY, f64::ln_1p)),
    domain: &[(-0.9, 10.0)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(0, -1.0), Nature::Pole),
        switch(Surface::Operand(0, -1.0), Nature::DomainEdge),
    ],
};

/// Elementwise square root.
pub static SQRT: Row = Row {
    name: "sqrt",
    doc: "Elementwise square root.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, xs| ops::mul(cx, g, &ops::div(cx, &const_like(&xs[0], 0.5), ans)?))]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.sqrt(xs[0])),
    bounds: Bounds::Rule(|_, xs| {
        iv::clipped(iv::increasing_on(xs[0], 0.0, f64::INFINITY, f64::sqrt), 0.0, f64::INFINITY)
    }),
    domain: &[(0.1, 10.0)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(0, 0.0), Nature::VerticalTangent),
        switch(Surface::Operand(0, 0.0), Nature::DomainEdge),
    ],
};

/// Elementwise `1 / sqrt(x)`.
pub static RSQRT: Row = Row {
    name: "rsqrt",
    doc: "Elementwise `1 / sqrt(x)`.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, xs| {
        let slope = ops::div(cx, ans, &xs[0])?;
        ops::mul(cx, g, &ops::mul(cx, &const_like(&xs[0], -0.5), &slope)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Rsqrt, xs)),
    bounds: Bounds::Rule(|_, xs| {
        iv::clipped(iv::decreasing_on(xs[0], 0.0, f64::INFINITY, |v| 1.0 / v.sqrt()), 0.0, f64::INFINITY)
    }),
    domain: &[(0.1, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Operand(0, 0.0), Nature::Pole), switch(Surface::Operand(0, 0.0), Nature::DomainEdge)],
};

/// Elementwise cube root.
pub static CBRT: Row = Row {
    name: "cbrt",
    doc: "Elementwise cube root.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, xs| {
        let slope = ops::integer_pow(cx, ans, -2)?;
        ops::mul(cx, g, &ops::mul(cx, &const_like(&xs[0], 1.0 / 3.0), &slope)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Cbrt, xs)),
    bounds: Bounds::Rule(|_, xs| iv::increasing(xs[0], f64::cbrt)),
    domain: &[(0.1, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Operand(0, 0.0), Nature::VerticalTangent)],
};

/// Elementwise `1 / (1 + exp(-x))`.
pub static LOGISTIC: Row = Row {
    name: "logistic",
    doc: "Elementwise `1 / (1 + exp(-x))`.",
    typing: Typing::Elementwise(&[Accept::FloatOrComplex], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, _| {
        let rest = ops::sub(cx, &one_like(ans), ans)?;
        ops::mul(cx, g, &ops::mul(cx, ans, &rest)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Logistic, xs)),
    bounds: Bounds::Rule(|_, xs| iv::clipped(iv::increasing(xs[0], |v| 1.0 / (1.0 + (-v).exp())), 0.0, 1.0)),
    domain: &[(-5.0, 5.0)],
    flush: Flush::Flushes,
    switching: &[],
};
