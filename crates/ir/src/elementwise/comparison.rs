//! Comparisons.

use super::bounds as iv;
use crate::interval::Interval;
use crate::rows::*;
use gradlens_kernel::{BlockBuilder, Value as ValueId};

/// The truth of a comparison from what holds (always, never) of the ranges; with NaN it is `on_nan`.
fn compare(xs: &[Interval], rule: fn(Interval, Interval) -> (bool, bool), on_nan: bool) -> Interval {
    let (always, never) = rule(xs[0], xs[1]);
    let nan = xs[0].nan || xs[1].nan;
    iv::truth(always && (!nan || on_nan), never && (!nan || !on_nan))
}

/// A float's bits as a signed integer that orders as the floats do, -0 before 0.
fn total_order(b: &mut BlockBuilder, x: ValueId) -> ValueId {
    let ty = b.ty(x);
    if !ty.is_float() {
        return x;
    }
    let int = ty.signed();
    let bits = b.bitcast(int, x);
    let sign = b.shr_by(bits, int.bits() - 1);
    let top = b.int(int, if int.bits() == 64 { i64::MAX } else { i32::MAX as i64 });
    let flip = b.and(sign, top);
    b.xor(bits, flip)
}

/// Elementwise `x == y`.
pub static EQ: Row = Row {
    name: "eq",
    doc: "Elementwise `x == y`.",
    typing: Typing::Elementwise(&[Accept::AnyOrKey, Accept::AnyOrKey], OutDType::Bool),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.eq(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| {
        compare(xs, |x, y| (x.lo == x.hi && y.lo == y.hi && x.lo == y.lo, x.hi < y.lo || y.hi < x.lo), false)
    }),
    domain: &[(-10.0, -1.0), (1.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Difference(0, 1), Nature::Jump)],
};

/// Elementwise `x != y`.
pub static NE: Row = Row {
    name: "ne",
    doc: "Elementwise `x != y`.",
    typing: Typing::Elementwise(&[Accept::AnyOrKey, Accept::AnyOrKey], OutDType::Bool),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.ne(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| {
        compare(xs, |x, y| (x.hi < y.lo || y.hi < x.lo, x.lo == x.hi && y.lo == y.hi && x.lo == y.lo), true)
    }),
    domain: &[(-10.0, -1.0), (1.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Difference(0, 1), Nature::Jump)],
};

/// Elementwise `x < y`.
pub static LT: Row = Row {
    name: "lt",
    doc: "Elementwise `x < y`.",
    typing: Typing::Elementwise(&[Accept::Ordered, Accept::Ordered], OutDType::Bool),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.lt(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| compare(xs, |x, y| (x.hi < y.lo, x.lo >= y.hi), false)),
    domain: &[(-10.0, -1.0), (1.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Difference(0, 1), Nature::Jump)],
};

/// Elementwise `x <= y`.
pub static LE: Row = Row {
    name: "le",
    doc: "Elementwise `x <= y`.",
    typing: Typing::Elementwise(&[Accept::Ordered, Accept::Ordered], OutDType::Bool),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.le(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| compare(xs, |x, y| (x.hi <= y.lo, x.lo > y.hi), false)),
    domain: &[(-10.0, -1.0), (1.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Difference(0, 1), Nature::Jump)],
};

/// Elementwise `x > y`.
pub static GT: Row = Row {
    name: "gt",
    doc: "Elementwise `x > y`.",
    typing: Typing::Elementwise(&[Accept::Ordered, Accept::Ordered], OutDType::Bool),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.gt(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| compare(xs, |x, y| (x.lo > y.hi, x.hi <= y.lo), false)),
    domain: &[(-10.0, -1.0), (1.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Difference(0, 1), Nature::Jump)],
};

/// Elementwise `x >= y`.
pub static GE: Row = Row {
    name: "ge",
    doc: "Elementwise `x >= y`.",
    typing: Typing::Elementwise(&[Accept::Ordered, Accept::Ordered], OutDType::Bool),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.ge(xs[0], xs[1])),
    bounds: Bounds::Rule(|_, xs| compare(xs, |x, y| (x.lo >= y.hi, x.hi < y.lo), false)),
    domain: &[(-10.0, -1.0), (1.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Difference(0, 1), Nature::Jump)],
};

/// Elementwise: equal in the total order of floats (-NaN, numbers with -0 < 0, NaN).
pub static EQ_TO: Row = Row {
    name: "eq_to",
    doc: "Elementwise: equal in the total order of floats (-NaN, numbers with -0 < 0, NaN).",
    typing: Typing::Elementwise(&[Accept::Any, Accept::Any], OutDType::Bool),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| {
        let (x, y) = (total_order(b, xs[0]), total_order(b, xs[1]));
        b.eq(x, y)
    }),
    bounds: Bounds::Rule(|_, _| iv::truth(false, false)),
    domain: &[(-10.0, -1.0), (1.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Difference(0, 1), Nature::Jump)],
};

/// Elementwise: less or equal in the total order of floats (-NaN, numbers with -0 < 0, NaN).
pub static LE_TO: Row = Row {
    name: "le_to",
    doc: "Elementwise: less or equal in the total order of floats (-NaN, numbers with -0 < 0, NaN).",
    typing: Typing::Elementwise(&[Accept::Ordered, Accept::Ordered], OutDType::Bool),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| {
        let (x, y) = (total_order(b, xs[0]), total_order(b, xs[1]));
        b.le(x, y)
    }),
    bounds: Bounds::Rule(|_, _| iv::truth(false, false)),
    domain: &[(-10.0, -1.0), (1.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Difference(0, 1), Nature::Jump)],
};

/// Elementwise: less in the total order of floats (-NaN, numbers with -0 < 0, NaN).
pub static LT_TO: Row = Row {
    name: "lt_to",
    doc: "Elementwise: less in the total order of floats (-NaN, numbers with -0 < 0, NaN).",
    typing: Typing::Elementwise(&[Accept::Ordered, Accept::Ordered], OutDType::Bool),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| {
        let (x, y) = (total_order(b, xs[0]), total_order(b, xs[1]));
        b.lt(x, y)
    }),
    bounds: Bounds::Rule(|_, _| iv::truth(false, false)),
    domain: &[(-10.0, -1.0), (1.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Difference(0, 1), Nature::Jump)],
};
