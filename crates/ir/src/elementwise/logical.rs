//! Logical and bitwise operations, shifts, bit counts.

use crate::dtype::DType;
use crate::interval::Interval;
use crate::rows::*;
use gradlens_kernel::{BlockBuilder, Value as ValueId};

/// Only the bits of a narrow integer: registers hold them extended with the sign.
fn low_bits(b: &mut BlockBuilder, d: DType, x: ValueId) -> ValueId {
    if d.size() >= 4 || !d.is_signed() {
        return x;
    }
    let mask = b.int(b.ty(x), (1 << d.bits()) - 1);
    b.and(x, mask)
}

/// The operand read as a signed integer of its width, extended to the signed register.
fn sign_extended(b: &mut BlockBuilder, d: DType, x: ValueId) -> ValueId {
    let signed = b.ty(x).signed();
    let x = b.cast(signed, x);
    if d.size() >= 4 {
        return x;
    }
    let pad = signed.bits() - d.bits();
    let up = b.shl_by(x, pad);
    b.shr_by(up, pad)
}

/// Elementwise logical or bitwise complement.
pub static NOT: Row = Row {
    name: "not",
    doc: "Elementwise logical or bitwise complement.",
    typing: Typing::Elementwise(&[Accept::IntOrBool], OutDType::Same),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.not(xs[0])),
    bounds: Bounds::Rule(|at, xs| match at.out.dtype {
        DType::Bool => Interval::new(1.0 - xs[0].hi, 1.0 - xs[0].lo),
        d if d.is_signed() => Interval::new(-1.0 - xs[0].hi, -1.0 - xs[0].lo),
        _ => Interval::TOP,
    }),
    domain: &[(0.0, 2.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump)],
};

/// Elementwise logical or bitwise and.
pub static AND: Row = Row {
    name: "and",
    doc: "Elementwise logical or bitwise and.",
    typing: Typing::Elementwise(&[Accept::IntOrBool, Accept::IntOrBool], OutDType::Same),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.and(xs[0], xs[1])),
    bounds: Bounds::Rule(|at, xs| match at.out.dtype {
        DType::Bool => Interval::new(xs[0].lo.min(xs[1].lo), xs[0].hi.min(xs[1].hi)),
        _ if xs[0].lo >= 0.0 && xs[1].lo >= 0.0 => Interval::new(0.0, xs[0].hi.min(xs[1].hi)),
        _ => Interval::TOP,
    }),
    domain: &[(0.0, 2.0), (0.0, 2.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump), switch(Surface::Steps(1), Nature::Jump)],
};

/// Elementwise logical or bitwise or.
pub static OR: Row = Row {
    name: "or",
    doc: "Elementwise logical or bitwise or.",
    typing: Typing::Elementwise(&[Accept::IntOrBool, Accept::IntOrBool], OutDType::Same),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.or(xs[0], xs[1])),
    bounds: Bounds::Rule(|at, xs| match at.out.dtype {
        DType::Bool => Interval::new(xs[0].lo.max(xs[1].lo), xs[0].hi.max(xs[1].hi)),
        _ => Interval::TOP,
    }),
    domain: &[(0.0, 2.0), (0.0, 2.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump), switch(Surface::Steps(1), Nature::Jump)],
};

/// Elementwise logical or bitwise exclusive or.
pub static XOR: Row = Row {
    name: "xor",
    doc: "Elementwise logical or bitwise exclusive or.",
    typing: Typing::Elementwise(&[Accept::IntOrBool, Accept::IntOrBool], OutDType::Same),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, _, xs| b.xor(xs[0], xs[1])),
    bounds: Bounds::Unknown,
    domain: &[(0.0, 2.0), (0.0, 2.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump), switch(Surface::Steps(1), Nature::Jump)],
};

/// Elementwise number of one bits.
pub static POPULATION_COUNT: Row = Row {
    name: "population_count",
    doc: "Elementwise number of one bits.",
    typing: Typing::Elementwise(&[Accept::Int], OutDType::Same),
    jvp: Jvp::Undefined("Differentiation rule for 'population_count' not implemented"),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, at, xs| {
        let x = low_bits(b, at.ins[0].dtype, xs[0]);
        b.popcount(x)
    }),
    bounds: Bounds::Rule(|at, _| Interval::new(0.0, at.out.dtype.bits() as f64)),
    domain: &[(0.0, 100.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump)],
};

/// Elementwise number of leading zero bits.
pub static CLZ: Row = Row {
    name: "clz",
    doc: "Elementwise number of leading zero bits.",
    typing: Typing::Elementwise(&[Accept::Int], OutDType::Same),
    jvp: Jvp::Undefined("Differentiation rule for 'clz' not implemented"),
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, at, xs| {
        let x = low_bits(b, at.ins[0].dtype, xs[0]);
        let ty = b.ty(x);
        let n = b.clz(x);
        let extra = b.int(ty, ty.bits() as i64 - at.ins[0].dtype.bits() as i64);
        b.sub(n, extra)
    }),
    bounds: Bounds::Rule(|at, _| Interval::new(0.0, at.out.dtype.bits() as f64)),
    domain: &[(0.0, 100.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump)],
};

/// Elementwise left shift.
pub static SHIFT_LEFT: Row = Row {
    name: "shift_left",
    doc: "Elementwise left shift.",
    typing: Typing::Elementwise(&[Accept::Int, Accept::Int], OutDType::Same),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, at, xs| {
        let by = low_bits(b, at.ins[1].dtype, xs[1]);
        b.shl(xs[0], by)
    }),
    bounds: Bounds::Unknown,
    domain: &[(0.0, 100.0), (0.0, 8.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump), switch(Surface::Steps(1), Nature::Jump)],
};

/// Elementwise right shift that fills with zeros.
pub static SHIFT_RIGHT_LOGICAL: Row = Row {
    name: "shift_right_logical",
    doc: "Elementwise right shift that fills with zeros.",
    typing: Typing::Elementwise(&[Accept::Int, Accept::Int], OutDType::Same),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, at, xs| {
        let ty = b.ty(xs[0]);
        let (x, by) = (low_bits(b, at.ins[0].dtype, xs[0]), low_bits(b, at.ins[1].dtype, xs[1]));
        let (x, by) = (b.cast(ty.unsigned(), x), b.cast(ty.unsigned(), by));
        let r = b.shr(x, by);
        b.cast(ty, r)
    }),
    bounds: Bounds::Unknown,
    domain: &[(0.0, 100.0), (0.0, 8.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump), switch(Surface::Steps(1), Nature::Jump)],
};

/// Elementwise right shift that fills with the sign.
pub static SHIFT_RIGHT_ARITHMETIC: Row = Row {
    name: "shift_right_arithmetic",
    doc: "Elementwise right shift that fills with the sign.",
    typing: Typing::Elementwise(&[Accept::Int, Accept::Int], OutDType::Same),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, at, xs| {
        // An unsigned operand is shifted as the signed one of its width.
        let ty = b.ty(xs[0]);
        let x = sign_extended(b, at.ins[0].dtype, xs[0]);
        let by = low_bits(b, at.ins[1].dtype, xs[1]);
        let by = b.cast(ty.signed(), by);
        let r = b.shr(x, by);
        b.cast(ty, r)
    }),
    bounds: Bounds::Unknown,
    domain: &[(0.0, 100.0), (0.0, 8.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump), switch(Surface::Steps(1), Nature::Jump)],
};
