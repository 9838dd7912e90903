//! Conversions of elements: convert_element_type, bitcast_convert_type, reduce_precision.

use super::bounds as iv;
use super::shared::elementwise_type;
use crate::aval::ShapedArray;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::interval::Interval;
use crate::params::Params;
use crate::rows::*;
use crate::value::{Bind, Outs, Value};
use gradlens_kernel::{BlockBuilder, ScalarType, Value as ValueId};

fn wrong(p: &Params) -> Error {
    Error::internal(format!("wrong parameters: {p:?}"))
}

fn convert_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let Params::ConvertElementType { new_dtype, .. } = p else { return Err(wrong(p)) };
    let out = cx.bind(crate::Prim::ConvertElementType, p.clone(), xs)?;
    let tangent = match &ts[0] {
        // A tangent of dtype float0 has no values: the result is inactive.
        Some(t) if new_dtype.is_inexact() => {
            Some(cx.bind1(crate::Prim::ConvertElementType, p.clone(), std::slice::from_ref(t))?)
        }
        _ => None,
    };
    Ok((out, vec![tangent]))
}

/// Code for a conversion between real dtypes: `from` is the register type, `to` the dtype asked for.
pub fn convert_code(b: &mut BlockBuilder, to: DType, x: ValueId) -> ValueId {
    let from = b.ty(x);
    let reg = register(to);
    if from.is_float() && to.is_integer() && to.size() < 4 {
        // Float to a narrow integer saturates at the narrow type's ends.
        let (lo, hi) = int_range(to);
        let nan = b.is_nan(x);
        let (lo, hi, zero) = (b.lit(from, lo), b.lit(from, hi), b.lit(from, 0.0));
        let clamped = b.max(x, lo);
        let clamped = b.min(clamped, hi);
        let clamped = b.select(nan, zero, clamped);
        return b.cast(reg, clamped);
    }
    b.cast(reg, x)
}

/// The register type of a real dtype (keys are 64-bit words).
pub fn register(d: DType) -> ScalarType {
    use DType::*;
    match d {
        Bool | Float0 => ScalarType::Bool,
        I8 | I16 | I32 => ScalarType::I32,
        U8 | U16 | U32 => ScalarType::U32,
        I64 => ScalarType::I64,
        U64 | Key => ScalarType::U64,
        BF16 | F16 | F32 | C64 => ScalarType::F32,
        F64 | C128 => ScalarType::F64,
    }
}

/// The storage type of a real dtype.
pub fn storage(d: DType) -> gradlens_kernel::DType {
    use DType::*;
    use gradlens_kernel::DType as K;
    match d {
        Bool | Float0 => K::Bool,
        I8 => K::I8,
        I16 => K::I16,
        I32 => K::I32,
        I64 => K::I64,
        U8 => K::U8,
        U16 => K::U16,
        U32 => K::U32,
        U64 | Key => K::U64,
        F16 => K::F16,
        BF16 => K::BF16,
        F32 | C64 => K::F32,
        F64 | C128 => K::F64,
    }
}

/// The least and greatest value of an integer dtype, as f64 (the ends of 64-bit types are rounded outward).
pub fn int_range(d: DType) -> (f64, f64) {
    let bits = d.bits() as i32;
    if d.is_signed() { (-(2f64.powi(bits - 1)), 2f64.powi(bits - 1) - 1.0) } else { (0.0, 2f64.powi(bits) - 1.0) }
}

fn convert_bounds(at: &Site, xs: &[Interval]) -> Interval {
    let Params::ConvertElementType { new_dtype, .. } = at.params else { return Interval::TOP };
    let x = xs[0];
    if *new_dtype == DType::Bool {
        return match (x.contains(0.0), x.lo == 0.0 && x.hi == 0.0 && !x.nan) {
            (_, true) => Interval::new(0.0, 0.0),
            (false, _) => Interval::new(1.0, 1.0),
            _ => Interval::new(0.0, 1.0),
        };
    }
    if new_dtype.is_integer() {
        // Truncation is monotone; NaN gives 0; what leaves the dtype wraps or saturates.
        let t = Interval { lo: x.lo.trunc(), hi: x.hi.trunc(), nan: false };
        let t = if x.nan { t.hull(Interval::point(0.0)) } else { t };
        return iv::integer(at.out.dtype, t);
    }
    x
}

/// Conversion to another dtype (and weak flag).
pub static CONVERT_ELEMENT_TYPE: Row = Row {
    name: "convert_element_type",
    doc: "Converts every element to another dtype.",
    typing: Typing::Rule(|p, xs| {
        let Params::ConvertElementType { new_dtype, weak_type } = p else { return Err(wrong(p)) };
        Ok(vec![xs[0].with_dtype(*new_dtype).with_weak(*weak_type)])
    }),
    jvp: Jvp::Rule(convert_jvp),
    transpose: Transpose::Rule(|cx, _, cts, xs| {
        Ok(vec![match (&cts[0], &xs[0]) {
            (Some(ct), Operand::Linear(a)) if a.dtype.is_inexact() => {
                let p = Params::ConvertElementType { new_dtype: a.dtype, weak_type: a.weak_type };
                Some(cx.bind1(crate::Prim::ConvertElementType, p, std::slice::from_ref(ct))?)
            }
            _ => None,
        }])
    }),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, at, xs| convert_code(b, at.out.dtype, xs[0])),
    bounds: Bounds::Rule(convert_bounds),
    domain: &[(-10.0, 10.0)],
    flush: Flush::Flushes,
    // To an integer dtype the value steps, and the result is the step it is on.
    switching: &[switch(Surface::Steps(0), Nature::Jump)],
};

fn bitcast_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    let Params::BitcastConvertType { new_dtype } = p else { return Err(wrong(p)) };
    let x = xs[0];
    let odd = |d: DType| d == DType::Bool || d.is_complex();
    if (odd(x.dtype) || odd(*new_dtype)) && x.dtype != *new_dtype {
        return Err(Error::type_error(format!(
            "lax.bitcast_convert_type does not support bool or complex values unless the operand and destination types match. Got operand dtype={}, new_dtype=dtype('{}'). Consider using the arr.view() method instead.",
            x.dtype, new_dtype
        )));
    }
    let (old, new) = (x.dtype.size(), new_dtype.size());
    let mut shape = x.shape.clone();
    if old > new {
        shape.push(old / new);
    } else if old < new {
        let last = shape.last().copied().unwrap_or(1);
        if last * old != new {
            return Err(Error::value_error(format!(
                "Attempting to convert array of shape {} from {} of size {} bits to {} of size {}, bits but {last} * {} != {}",
                crate::aval::tuple_text(&x.shape),
                x.dtype,
                old * 8,
                new_dtype,
                new * 8,
                old * 8,
                new * 8
            )));
        }
        shape.pop();
    }
    Ok(vec![ShapedArray { shape, dtype: *new_dtype, weak_type: false }])
}

/// The same bits as another dtype of the same width (other widths add or drop a last axis).
pub static BITCAST_CONVERT_TYPE: Row = Row {
    name: "bitcast_convert_type",
    doc: "Reads the bits of every element as another dtype.",
    typing: Typing::Rule(bitcast_type),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    // Equal widths only; a change of width is a change of shape, which `lower` sees first.
    lower: Lower::Scalar(|b, at, xs| bitcast_code(b, at.ins[0].dtype, at.out.dtype, xs[0])),
    bounds: Bounds::Unknown,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump)],
};

fn bitcast_code(b: &mut BlockBuilder, from: DType, to: DType, x: ValueId) -> ValueId {
    let half = |d: DType| matches!(d, DType::F16 | DType::BF16);
    // 16-bit floats live in f32 registers: through their own bit patterns.
    let x = if half(from) { narrow_float_bits(b, from, x) } else { x };
    if half(to) {
        return narrow_float_from_bits(b, to, x);
    }
    let reg = register(to);
    if b.ty(x) == reg {
        return x;
    }
    if from.size() < 4 { b.cast(reg, x) } else { b.bitcast(reg, x) }
}

/// The bit pattern of a 16-bit float held in an f32 register, as a u32.
fn narrow_float_bits(b: &mut BlockBuilder, from: DType, x: ValueId) -> ValueId {
    let bits = b.bits(x);
    if from == DType::BF16 {
        return b.shr_by(bits, 16);
    }
    let (abs_mask, sign_bit) = (b.u32(0x7fff_ffff), b.u32(0x8000));
    let mag = b.and(bits, abs_mask);
    let sign = b.shr_by(bits, 16);
    let sign = b.and(sign, sign_bit);
    // Exact: every f16 times 2^-112 has its fields 13 places up, subnormals included.
    let moved = b.ieee(|b| {
        let m = b.bitcast(ScalarType::F32, mag);
        let k = b.f32(2f32.powi(-112));
        b.mul(m, k)
    });
    let moved = b.bits(moved);
    let finite = b.shr_by(moved, 13);
    let (top, inf, quiet) = (b.u32(0x7f80_0000), b.u32(0x7c00), b.u32(0x7e00));
    let (is_special, is_nan) = (b.ge(mag, top), b.gt(mag, top));
    let special = b.select(is_nan, quiet, inf);
    let r = b.select(is_special, special, finite);
    b.or(r, sign)
}

/// An f32 from the low 16 bits of an integer register read as bf16 or f16.
fn narrow_float_from_bits(b: &mut BlockBuilder, to: DType, x: ValueId) -> ValueId {
    let u = b.cast(ScalarType::U32, x);
    let mask = b.u32(0xffff);
    let h = b.and(u, mask);
    if to == DType::BF16 {
        let w = b.shl_by(h, 16);
        return b.bitcast(ScalarType::F32, w);
    }
    let (sign_mask, mag_mask) = (b.u32(0x8000), b.u32(0x7fff));
    let sign = b.and(h, sign_mask);
    let sign = b.shl_by(sign, 16);
    let mag = b.and(h, mag_mask);
    // Moving the fields up scales by 2^-112; the product with 2^112 is exact, subnormals included.
    let moved = b.shl_by(mag, 13);
    let scaled = b.ieee(|b| {
        let m = b.bitcast(ScalarType::F32, moved);
        let k = b.f32(2f32.powi(112));
        b.mul(m, k)
    });
    let special = b.u32(0x7c00);
    let is_special = b.ge(mag, special);
    let exp = b.u32(0x7f80_0000);
    let inf_or_nan = b.or(moved, exp);
    let bits = b.bits(scaled);
    let bits = b.select(is_special, inf_or_nan, bits);
    let bits = b.or(bits, sign);
    b.bitcast(ScalarType::F32, bits)
}

/// Rounds to `exponent_bits` and `mantissa_bits`, keeping the dtype.
pub static REDUCE_PRECISION: Row = Row {
    name: "reduce_precision",
    doc: "Rounds every element to fewer exponent and mantissa bits, keeping the dtype.",
    typing: Typing::Rule(|p, xs| {
        let Params::ReducePrecision { exponent_bits, .. } = p else { return Err(wrong(p)) };
        if *exponent_bits < 1 {
            return Err(Error::value_error(format!(
                "reduce_precision: exponent_bits must be positive; got {exponent_bits}"
            )));
        }
        Ok(vec![elementwise_type("reduce_precision", &[Accept::Float], OutDType::Same, xs)?])
    }),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, _| {
        let ct = cts[0].as_ref().map(|ct| cx.bind1(crate::Prim::ReducePrecision, p.clone(), std::slice::from_ref(ct)));
        Ok(vec![ct.transpose()?])
    }),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|b, at, xs| match at.params {
        Params::ReducePrecision { exponent_bits, mantissa_bits } => {
            reduce_precision_code(b, at.out.dtype, *exponent_bits, *mantissa_bits, xs[0])
        }
        _ => xs[0],
    }),
    bounds: Bounds::Rule(|at, xs| {
        let Params::ReducePrecision { exponent_bits, mantissa_bits } = at.params else { return Interval::TOP };
        let full = if at.out.dtype == DType::F64 { 11 } else { 8 };
        if *exponent_bits < full {
            return Interval::TOP;
        }
        let r = 2f64.powi(-(*mantissa_bits as i32));
        let x = xs[0];
        let tiny = f32::MIN_POSITIVE as f64;
        Interval { lo: x.lo - x.lo.abs() * r - tiny, hi: x.hi + x.hi.abs() * r + tiny, nan: x.nan }.outward(1)
    }),
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Steps(0), Nature::Jump)],
};

/// XLA's algorithm: round the mantissa to nearest even on the bits, then overflow to infinity and underflow to zero.
fn reduce_precision_code(
    b: &mut BlockBuilder,
    d: DType,
    exponent_bits: u32,
    mantissa_bits: u32,
    x: ValueId,
) -> ValueId {
    let ty = b.ty(x);
    let (uint, width, mant, bias) = match ty {
        ScalarType::F64 => (ScalarType::U64, 64u32, 52u32, 1023i64),
        _ => (ScalarType::U32, 32, 23, 127),
    };
    let mut bits = b.bits(x);
    if mantissa_bits < mant {
        let drop = mant - mantissa_bits;
        let one = b.int(uint, 1);
        let last = b.shr_by(bits, drop);
        let last = b.and(last, one);
        let half = b.int(uint, (1i64 << (drop - 1)) - 1);
        let bump = b.add(last, half);
        bits = b.add(bits, bump);
        let keep = b.int(uint, !((1i64 << drop) - 1));
        bits = b.and(bits, keep);
    }
    // f16 has five exponent bits of its own, though it is held in an f32.
    let full = if d == DType::F16 { 5 } else { width - 1 - mant };
    if exponent_bits < full {
        let reduced_bias = (1i64 << (exponent_bits - 1)) - 1;
        let exp_mask = ((1i64 << (width - 1 - mant)) - 1) << mant;
        let sign_mask = b.int(uint, 1i64 << (width - 1));
        let sign = b.and(bits, sign_mask);
        let exp_all = b.int(uint, exp_mask);
        let exp = b.and(bits, exp_all);
        let max = b.int(uint, (bias + reduced_bias) << mant);
        let min = b.int(uint, (bias - reduced_bias) << mant);
        let (over, under) = (b.gt(exp, max), b.le(exp, min));
        let inf = b.or(sign, exp_all);
        bits = b.select(over, inf, bits);
        bits = b.select(under, sign, bits);
    }
    let r = b.bitcast(ty, bits);
    let nan = b.is_nan(x);
    b.select(nan, x, r)
}
