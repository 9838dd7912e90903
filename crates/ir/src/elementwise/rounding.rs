//! Rounding to integers, and is_finite.

use super::bounds as iv;
use crate::dtype::DType;
use crate::interval::Interval;
use crate::params::{Params, Rounding};
use crate::rows::*;

/// Elementwise floor.
pub static FLOOR: Row = Row {
    name: "floor",
    doc: "Elementwise floor.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Same),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.floor(xs[0])),
    bounds: Bounds::Rule(|_, xs| Interval { lo: xs[0].lo.floor(), hi: xs[0].hi.floor(), nan: xs[0].nan }),
    domain: &[(0.1, 0.9)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Steps(0), Nature::Jump)],
};

/// Elementwise ceiling.
pub static CEIL: Row = Row {
    name: "ceil",
    doc: "Elementwise ceiling.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Same),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.ceil(xs[0])),
    bounds: Bounds::Rule(|_, xs| Interval { lo: xs[0].lo.ceil(), hi: xs[0].hi.ceil(), nan: xs[0].nan }),
    domain: &[(0.1, 0.9)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Steps(0), Nature::Jump)],
};

/// Elementwise rounding to the nearest integer.
pub static ROUND: Row = Row {
    name: "round",
    doc: "Elementwise rounding to the nearest integer.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Same),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, at, xs| match at.params {
        Params::Round { rounding_method: Rounding::ToNearestEven } => b.round_even(xs[0]),
        _ => b.round_away(xs[0]),
    }),
    bounds: Bounds::Rule(|at, xs| {
        let f = match at.params {
            Params::Round { rounding_method: Rounding::ToNearestEven } => f64::round_ties_even,
            _ => f64::round,
        };
        Interval { lo: f(xs[0].lo), hi: f(xs[0].hi), nan: xs[0].nan }
    }),
    domain: &[(0.1, 0.4)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Steps(0), Nature::Jump)],
};

/// Elementwise: neither NaN nor infinity.
pub static IS_FINITE: Row = Row {
    name: "is_finite",
    doc: "Elementwise: neither NaN nor infinity.",
    typing: Typing::Elementwise(&[Accept::Float], OutDType::Bool),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.is_finite(xs[0])),
    // In the dtype: a real number beyond its largest is an infinity there.
    bounds: Bounds::Rule(|at, xs| {
        let largest = match at.ins[0].dtype {
            DType::F16 => 65504.0,
            DType::BF16 => f32::from_bits(0x7f7f_0000) as f64,
            DType::F32 => f32::MAX as f64,
            _ => f64::MAX,
        };
        let inside = !xs[0].nan && xs[0].lo >= -largest && xs[0].hi <= largest;
        iv::truth(inside, xs[0].lo > largest * 1.01 || xs[0].hi < -largest * 1.01)
    }),
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};
