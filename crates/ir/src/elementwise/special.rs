//! Special functions.

use super::bounds as iv;
use super::shared::*;
use crate::error::{Error, Result};
use crate::interval::Interval;
use crate::ops;
use crate::params::Params;
use crate::rows::*;
use crate::value::{Bind, Value};
use gradlens_kernel::MathFn;

/// Where the gamma function is least on the positive axis, and lgamma there.
const LGAMMA_MIN: (f64, f64) = (1.461_632_144_968_362_3, -0.121_486_290_535_849_6);

fn lgamma_bounds(x: Interval) -> Interval {
    if x.lo <= 0.0 {
        return Interval::TOP;
    }
    let (a, b) = (libm::lgamma(x.lo), libm::lgamma(x.hi));
    let lo = if x.contains(LGAMMA_MIN.0) { LGAMMA_MIN.1 } else { a.min(b) };
    iv::widened(Interval { lo, hi: a.max(b), nan: x.nan }, 1e-12, 1e-12)
}

fn bessel_i1e_jvp(cx: &dyn Bind, _: &Params, g: &Value, ans: &Value, xs: &[Value]) -> Result<Value> {
    let x = &xs[0];
    let eps = x.dtype().eps();
    let big = ops::gt(cx, &ops::abs(cx, x)?, &ops::scalar_like(x, eps))?;
    let safe = ops::select(cx, &big, x, &full_like(cx, x, eps)?)?;
    let i0 = ops::bessel_i0e(cx, &safe)?;
    let sign = ops::sign(cx, &safe)?;
    let sum = ops::add(cx, &sign, &ops::integer_pow(cx, &safe, -1)?)?;
    let slope = ops::sub(cx, &i0, &ops::mul(cx, ans, &sum)?)?;
    // The limit of the slope at 0, where the formula would subtract infinities.
    let slope = ops::select(cx, &big, &slope, &full_like(cx, x, 0.5)?)?;
    ops::mul(cx, g, &slope)
}

/// The density of the gamma distribution: exp(-x + (a - 1) log x - lgamma(a)), times `g`.
fn igamma_slope(cx: &dyn Bind, g: &Value, xs: &[Value]) -> Result<Value> {
    let (a, x) = (&xs[0], &xs[1]);
    let minus = ops::neg(cx, x)?;
    let order = ops::sub(cx, a, &full_like(cx, a, 1.0)?)?;
    let power = ops::mul(cx, &order, &ops::log(cx, x)?)?;
    let sum = ops::add(cx, &minus, &power)?;
    let exponent = ops::sub(cx, &sum, &ops::lgamma(cx, a)?)?;
    ops::mul(cx, g, &ops::exp(cx, &exponent)?)
}

fn betainc_error() -> Error {
    Error::value_error("Betainc gradient with respect to a and b not supported.")
}

/// The density of the beta distribution, times `g`.
fn betainc_jvp(cx: &dyn Bind, _: &Params, g: &Value, _: &Value, xs: &[Value]) -> Result<Value> {
    let (a, b, x) = (&xs[0], &xs[1], &xs[2]);
    let la = ops::lgamma(cx, a)?;
    let lb = ops::lgamma(cx, b)?;
    let both = ops::add(cx, &la, &lb)?;
    let sum = ops::add(cx, a, b)?;
    let lbeta = ops::sub(cx, &both, &ops::lgamma(cx, &sum)?)?;
    let b1 = ops::sub(cx, b, &ops::scalar_like(b, 1.0))?;
    let log1p = ops::log1p(cx, &ops::neg(cx, x)?)?;
    let left = ops::mul(cx, &b1, &log1p)?;
    let a1 = ops::sub(cx, a, &ops::scalar_like(a, 1.0))?;
    let log = ops::log(cx, x)?;
    let right = ops::mul(cx, &a1, &log)?;
    let exponent = ops::sub(cx, &ops::add(cx, &left, &right)?, &lbeta)?;
    ops::mul(cx, &ops::exp(cx, &exponent)?, g)
}

/// Elementwise error function.
pub static ERF: Row = Row {
    name: "erf",
    doc: "Elementwise error function.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| {
        let sq = ops::square(cx, &xs[0])?;
        let e = ops::exp(cx, &ops::neg(cx, &sq)?)?;
        ops::mul(cx, &const_like(&xs[0], std::f64::consts::FRAC_2_SQRT_PI), &ops::mul(cx, g, &e)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Erf, xs)),
    bounds: Bounds::Rule(|_, xs| iv::clipped(iv::increasing(xs[0], libm::erf), -1.0, 1.0)),
    domain: &[(-3.0, 3.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Elementwise `1 - erf(x)`.
pub static ERFC: Row = Row {
    name: "erfc",
    doc: "Elementwise `1 - erf(x)`.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| {
        let sq = ops::square(cx, &xs[0])?;
        let e = ops::exp(cx, &ops::neg(cx, &sq)?)?;
        ops::mul(cx, &const_like(&xs[0], -std::f64::consts::FRAC_2_SQRT_PI), &ops::mul(cx, g, &e)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Erfc, xs)),
    bounds: Bounds::Rule(|_, xs| iv::clipped(iv::decreasing(xs[0], libm::erfc), 0.0, 2.0)),
    domain: &[(-3.0, 3.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Elementwise inverse error function.
pub static ERF_INV: Row = Row {
    name: "erf_inv",
    doc: "Elementwise inverse error function.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, xs| {
        let e = ops::exp(cx, &ops::square(cx, ans)?)?;
        ops::mul(cx, &const_like(&xs[0], 1.0 / std::f64::consts::FRAC_2_SQRT_PI), &ops::mul(cx, g, &e)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::ErfInv, xs)),
    bounds: Bounds::Unknown,
    domain: &[(-0.9, 0.9)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(0, -1.0), Nature::Pole),
        switch(Surface::Operand(0, -1.0), Nature::DomainEdge),
        switch(Surface::Operand(0, 1.0), Nature::Pole),
        switch(Surface::Operand(0, 1.0), Nature::DomainEdge),
    ],
};

/// Elementwise logarithm of |gamma|.
pub static LGAMMA: Row = Row {
    name: "lgamma",
    doc: "Elementwise logarithm of |gamma|.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| ops::mul(cx, g, &ops::digamma(cx, &xs[0])?))]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Lgamma, xs)),
    bounds: Bounds::Rule(|_, xs| lgamma_bounds(xs[0])),
    domain: &[(0.5, 5.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::NonPositiveInteger(0), Nature::Pole)],
};

/// Elementwise derivative of lgamma.
pub static DIGAMMA: Row = Row {
    name: "digamma",
    doc: "Elementwise derivative of lgamma.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, _, xs| {
        ops::mul(cx, g, &ops::polygamma(cx, &const_like(&xs[0], 1.0), &xs[0])?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Digamma, xs)),
    bounds: Bounds::Rule(|_, xs| {
        if xs[0].lo <= 0.0 {
            return Interval::TOP;
        }
        iv::widened(iv::increasing(xs[0], iv::digamma), 1e-11, 1e-10)
    }),
    domain: &[(0.5, 5.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::NonPositiveInteger(0), Nature::Pole)],
};

/// Elementwise derivative of digamma of the order of the first operand.
pub static POLYGAMMA: Row = Row {
    name: "polygamma",
    doc: "Elementwise derivative of digamma of the order of the first operand.",
    typing: Typing::Elementwise(&[Accept::Float, Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[
        Part::Rule(|_, _, _, _, _| Err(Error::value_error("polygamma gradient with respect to m is not supported"))),
        Part::Rule(|cx, _, g, _, xs| {
            let next = ops::add(cx, &xs[0], &const_like(&xs[0], 1.0))?;
            ops::mul(cx, g, &ops::polygamma(cx, &next, &xs[1])?)
        }),
    ]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Polygamma, xs)),
    bounds: Bounds::Unknown,
    domain: &[(1.0, 1.0), (0.5, 5.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::NonPositiveInteger(1), Nature::Pole)],
};

/// Elementwise Hurwitz zeta function.
pub static ZETA: Row = Row {
    name: "zeta",
    doc: "Elementwise Hurwitz zeta function.",
    typing: Typing::Elementwise(&[Accept::Float, Accept::Float], OutDType::Same),
    jvp: Jvp::Undefined("Differentiation rule for 'zeta' not implemented"),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Zeta, xs)),
    bounds: Bounds::Unknown,
    domain: &[(1.5, 4.0), (0.5, 5.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Operand(0, 1.0), Nature::Pole), switch(Surface::NonPositiveInteger(1), Nature::Pole)],
};

/// Elementwise `exp(-|x|) I0(x)`.
pub static BESSEL_I0E: Row = Row {
    name: "bessel_i0e",
    doc: "Elementwise `exp(-|x|) I0(x)`.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(|cx, _, g, ans, xs| {
        let i1 = ops::bessel_i1e(cx, &xs[0])?;
        let s = ops::mul(cx, &ops::sign(cx, &xs[0])?, ans)?;
        ops::mul(cx, g, &ops::sub(cx, &i1, &s)?)
    })]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::BesselI0e, xs)),
    bounds: Bounds::Rule(|_, xs| Interval { lo: 0.0, hi: 1.0, nan: xs[0].nan }.outward(4)),
    domain: &[(0.5, 5.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Operand(0, 0.0), Nature::Kink)],
};

/// Elementwise `exp(-|x|) I1(x)`.
pub static BESSEL_I1E: Row = Row {
    name: "bessel_i1e",
    doc: "Elementwise `exp(-|x|) I1(x)`.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[Part::Rule(bessel_i1e_jvp)]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::BesselI1e, xs)),
    bounds: Bounds::Rule(|_, xs| Interval { lo: -0.25, hi: 0.25, nan: xs[0].nan }),
    domain: &[(0.5, 5.0)],
    flush: Flush::Flushes,
    // The second derivative jumps there.
    switching: &[switch(Surface::Operand(0, 0.0), Nature::Kink)],
};

/// Elementwise regularized lower incomplete gamma function of `a` and `x`.
pub static IGAMMA: Row = Row {
    name: "igamma",
    doc: "Elementwise regularized lower incomplete gamma function of `a` and `x`.",
    typing: Typing::Elementwise(&[Accept::Float, Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[
        Part::Rule(|cx, _, g, _, xs| ops::mul(cx, g, &ops::igamma_grad_a(cx, &xs[0], &xs[1])?)),
        Part::Rule(|cx, _, g, _, xs| igamma_slope(cx, g, xs)),
    ]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Igamma, xs)),
    bounds: Bounds::Rule(|_, xs| iv::unit_interval(xs, xs[0].lo > 0.0 && xs[1].lo >= 0.0)),
    domain: &[(0.5, 5.0), (0.5, 5.0)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(0, 0.0), Nature::DomainEdge),
        switch(Surface::Operand(1, 0.0), Nature::DomainEdge),
    ],
};

/// Elementwise regularized upper incomplete gamma function of `a` and `x`.
pub static IGAMMAC: Row = Row {
    name: "igammac",
    doc: "Elementwise regularized upper incomplete gamma function of `a` and `x`.",
    typing: Typing::Elementwise(&[Accept::Float, Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[
        Part::Rule(|cx, _, g, _, xs| {
            let r = ops::mul(cx, g, &ops::igamma_grad_a(cx, &xs[0], &xs[1])?)?;
            ops::neg(cx, &r)
        }),
        Part::Rule(|cx, _, g, _, xs| ops::neg(cx, &igamma_slope(cx, g, xs)?)),
    ]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::Igammac, xs)),
    bounds: Bounds::Rule(|_, xs| iv::unit_interval(xs, xs[0].lo > 0.0 && xs[1].lo >= 0.0)),
    domain: &[(0.5, 5.0), (0.5, 5.0)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(0, 0.0), Nature::DomainEdge),
        switch(Surface::Operand(1, 0.0), Nature::DomainEdge),
    ],
};

/// Elementwise derivative of igamma by `a`.
pub static IGAMMA_GRAD_A: Row = Row {
    name: "igamma_grad_a",
    doc: "Elementwise derivative of igamma by `a`.",
    typing: Typing::Elementwise(&[Accept::Float, Accept::Float], OutDType::Same),
    jvp: Jvp::Undefined("Differentiation rule for 'igamma_grad_a' not implemented"),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::IgammaGradA, xs)),
    bounds: Bounds::Unknown,
    domain: &[(0.5, 5.0), (0.5, 5.0)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(0, 0.0), Nature::DomainEdge),
        switch(Surface::Operand(1, 0.0), Nature::DomainEdge),
    ],
};

/// Elementwise derivative by `a` of a sample `x` of the gamma distribution.
pub static RANDOM_GAMMA_GRAD: Row = Row {
    name: "random_gamma_grad",
    doc: "Elementwise derivative by `a` of a sample `x` of the gamma distribution.",
    typing: Typing::Elementwise(&[Accept::Float, Accept::Float], OutDType::Same),
    jvp: Jvp::Undefined("Differentiation rule for 'random_gamma_grad' not implemented"),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::RandomGammaGrad, xs)),
    bounds: Bounds::Unknown,
    domain: &[(0.5, 5.0), (0.5, 5.0)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(0, 0.0), Nature::DomainEdge),
        switch(Surface::Operand(1, 0.0), Nature::DomainEdge),
    ],
};

/// Elementwise regularized incomplete beta function of `a`, `b` and `x`.
pub static REGULARIZED_INCOMPLETE_BETA: Row = Row {
    name: "regularized_incomplete_beta",
    doc: "Elementwise regularized incomplete beta function of `a`, `b` and `x`.",
    typing: Typing::Elementwise(&[Accept::Float, Accept::Float, Accept::Float], OutDType::Same),
    jvp: Jvp::Parts(&[
        Part::Rule(|_, _, _, _, _| Err(betainc_error())),
        Part::Rule(|_, _, _, _, _| Err(betainc_error())),
        Part::Rule(betainc_jvp),
    ]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.math(MathFn::RegularizedIncompleteBeta, xs)),
    bounds: Bounds::Rule(|_, xs| {
        iv::unit_interval(xs, xs[0].lo > 0.0 && xs[1].lo > 0.0 && xs[2].lo >= 0.0 && xs[2].hi <= 1.0)
    }),
    domain: &[(0.5, 3.0), (0.5, 3.0), (0.1, 0.9)],
    flush: Flush::Flushes,
    switching: &[
        switch(Surface::Operand(2, 0.0), Nature::DomainEdge),
        switch(Surface::Operand(2, 1.0), Nature::DomainEdge),
        switch(Surface::Operand(0, 0.0), Nature::DomainEdge),
        switch(Surface::Operand(1, 0.0), Nature::DomainEdge),
    ],
};
