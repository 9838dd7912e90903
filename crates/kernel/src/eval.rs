//! What each scalar operation gives, on bits: used for constant folding here and by the reference interpreter.
//!
//! The generic helpers (`min_f32`, `shl`, ...) are the meaning of the operations; the emitters are tested against them.

use crate::dtype::{DType, ScalarType, bf16_to_f32, f16_to_f32, f32_to_bf16, f32_to_f16};
use crate::scalar::{BinOp, CmpOp, UnOp};

macro_rules! float_helpers {
    ($t:ident, $u:ident, $min:ident, $max:ident, $flush:ident) => {
        /// NaN if either is; `-0 < +0`.
        #[inline(always)]
        pub fn $min(a: $t, b: $t) -> $t {
            if a.is_nan() || b.is_nan() {
                $t::NAN
            } else if a < b || (a == b && a.is_sign_negative()) {
                a
            } else {
                b
            }
        }

        /// NaN if either is; `-0 < +0`.
        #[inline(always)]
        pub fn $max(a: $t, b: $t) -> $t {
            if a.is_nan() || b.is_nan() {
                $t::NAN
            } else if a > b || (a == b && a.is_sign_positive()) {
                a
            } else {
                b
            }
        }

        /// A subnormal becomes the zero of its sign.
        #[inline(always)]
        pub fn $flush(a: $t) -> $t {
            if a.abs() < $t::MIN_POSITIVE { (0.0 as $t).copysign(a) } else { a }
        }
    };
}
float_helpers!(f32, u32, min_f32, max_f32, flush_f32);
float_helpers!(f64, u64, min_f64, max_f64, flush_f64);

/// Integers with XLA's division and shifts.
pub trait Int: Copy + PartialEq {
    /// Towards zero; all ones by zero; `INT_MIN / -1 = INT_MIN`.
    fn xla_div(self, by: Self) -> Self;
    /// The dividend by zero; `INT_MIN % -1 = 0`.
    fn xla_rem(self, by: Self) -> Self;
    /// 0 by the width or more.
    fn xla_shl(self, by: Self) -> Self;
    /// The sign, or 0, by the width or more.
    fn xla_shr(self, by: Self) -> Self;
}

macro_rules! ints {
    ($($t:ident $u:ident $ones:expr, $full:expr;)*) => { $(impl Int for $t {
        #[inline(always)]
        fn xla_div(self, by: $t) -> $t { if by == 0 { $ones } else { self.wrapping_div(by) } }
        #[inline(always)]
        fn xla_rem(self, by: $t) -> $t { if by == 0 { self } else { self.wrapping_rem(by) } }
        #[inline(always)]
        fn xla_shl(self, by: $t) -> $t {
            if (by as $u) < $u::BITS as $u { self << (by as u32) } else { 0 }
        }
        #[inline(always)]
        fn xla_shr(self, by: $t) -> $t {
            if (by as $u) < $u::BITS as $u { self >> (by as u32) } else { $full(self) }
        }
    })* };
}
ints! {
    i32 u32 -1, |x: i32| x >> 31;
    i64 u64 -1, |x: i64| x >> 63;
    u32 u32 u32::MAX, |_: u32| 0;
    u64 u64 u64::MAX, |_: u64| 0;
}

/// Rounds a register value to what `dtype` can hold.
pub fn narrow(dtype: DType, a: u64) -> u64 {
    match dtype {
        DType::Bool => a & 1,
        DType::I8 => a as i8 as i32 as u32 as u64,
        DType::I16 => a as i16 as i32 as u32 as u64,
        DType::U8 => a as u8 as u64,
        DType::U16 => a as u16 as u64,
        DType::F16 => f16_to_f32(f32_to_f16(f32::from_bits(a as u32))).to_bits() as u64,
        DType::BF16 => bf16_to_f32(f32_to_bf16(f32::from_bits(a as u32))).to_bits() as u64,
        DType::I32 | DType::U32 | DType::F32 => a as u32 as u64,
        DType::I64 | DType::U64 | DType::F64 => a,
    }
}

/// A unary operation on bits of type `ty`, or `None` where the operation has no meaning for the type.
pub fn unary(op: UnOp, ty: ScalarType, a: u64) -> Option<u64> {
    use ScalarType as S;
    macro_rules! float {
        ($x:ident => $e:expr) => {
            match ty {
                S::F32 => {
                    let $x = f32::from_bits(a as u32);
                    Some(($e).to_bits() as u64)
                }
                S::F64 => {
                    let $x = f64::from_bits(a);
                    Some(($e).to_bits())
                }
                _ => None,
            }
        };
    }
    macro_rules! test {
        ($x:ident => $e:expr) => {
            match ty {
                S::F32 => {
                    let $x = f32::from_bits(a as u32);
                    Some(($e) as u64)
                }
                S::F64 => {
                    let $x = f64::from_bits(a);
                    Some(($e) as u64)
                }
                _ => None,
            }
        };
    }
    match op {
        UnOp::Neg => match ty {
            S::I32 | S::U32 => Some((a as u32).wrapping_neg() as u64),
            S::I64 | S::U64 => Some(a.wrapping_neg()),
            S::F32 => Some(a ^ 0x8000_0000),
            S::F64 => Some(a ^ (1 << 63)),
            S::Bool => None,
        },
        UnOp::Abs => match ty {
            S::I32 => Some((a as u32 as i32).wrapping_abs() as u32 as u64),
            S::I64 => Some((a as i64).wrapping_abs() as u64),
            S::F32 => Some(a & 0x7fff_ffff),
            S::F64 => Some(a & !(1 << 63)),
            S::Bool | S::U32 | S::U64 => None,
        },
        UnOp::Not => match ty {
            S::Bool => Some(a ^ 1),
            S::I32 | S::U32 => Some(!(a as u32) as u64),
            S::I64 | S::U64 => Some(!a),
            S::F32 | S::F64 => None,
        },
        UnOp::Popcount | UnOp::Clz => match ty {
            S::I32 | S::U32 if op == UnOp::Popcount => Some((a as u32).count_ones() as u64),
            S::I32 | S::U32 => Some((a as u32).leading_zeros() as u64),
            S::I64 | S::U64 if op == UnOp::Popcount => Some(a.count_ones() as u64),
            S::I64 | S::U64 => Some(a.leading_zeros() as u64),
            _ => None,
        },
        UnOp::Sqrt => float!(x => x.sqrt()),
        UnOp::Floor => float!(x => x.floor()),
        UnOp::Ceil => float!(x => x.ceil()),
        UnOp::Trunc => float!(x => x.trunc()),
        UnOp::RoundEven => float!(x => x.round_ties_even()),
        UnOp::RoundAway => float!(x => x.round()),
        UnOp::Flush => match ty {
            S::F32 => Some(flush_f32(f32::from_bits(a as u32)).to_bits() as u64),
            S::F64 => Some(flush_f64(f64::from_bits(a)).to_bits()),
            _ => None,
        },
        UnOp::IsNan => test!(x => x.is_nan()),
        UnOp::IsInf => test!(x => x.is_infinite()),
        UnOp::IsFinite => test!(x => x.is_finite()),
        UnOp::Narrow(d) => (d.register() == ty).then(|| narrow(d, a)),
    }
}

/// A binary operation on bits of type `ty`, or `None` where the operation has no meaning for the type.
pub fn binary(op: BinOp, ty: ScalarType, a: u64, b: u64) -> Option<u64> {
    use ScalarType as S;
    macro_rules! int {
        ($x:ident, $y:ident => $e:expr) => {
            match ty {
                S::I32 => {
                    let ($x, $y) = (a as u32 as i32, b as u32 as i32);
                    Some($e as u32 as u64)
                }
                S::U32 => {
                    let ($x, $y) = (a as u32, b as u32);
                    Some($e as u64)
                }
                S::I64 => {
                    let ($x, $y) = (a as i64, b as i64);
                    Some($e as u64)
                }
                S::U64 => {
                    let ($x, $y) = (a, b);
                    Some($e)
                }
                _ => None,
            }
        };
    }
    macro_rules! float {
        ($x:ident, $y:ident => $e:expr) => {
            match ty {
                S::F32 => {
                    let ($x, $y) = (f32::from_bits(a as u32), f32::from_bits(b as u32));
                    Some(($e).to_bits() as u64)
                }
                S::F64 => {
                    let ($x, $y) = (f64::from_bits(a), f64::from_bits(b));
                    Some(($e).to_bits())
                }
                _ => None,
            }
        };
    }
    match op {
        BinOp::Add if ty.is_float() => float!(x, y => x + y),
        BinOp::Sub if ty.is_float() => float!(x, y => x - y),
        BinOp::Mul if ty.is_float() => float!(x, y => x * y),
        BinOp::Div if ty.is_float() => float!(x, y => x / y),
        BinOp::Rem if ty.is_float() => float!(x, y => x % y),
        BinOp::Add => int!(x, y => x.wrapping_add(y)),
        BinOp::Sub => int!(x, y => x.wrapping_sub(y)),
        BinOp::Mul => int!(x, y => x.wrapping_mul(y)),
        BinOp::Div => int!(x, y => x.xla_div(y)),
        BinOp::Rem => int!(x, y => x.xla_rem(y)),
        BinOp::Min => match ty {
            S::Bool => Some(a & b),
            S::F32 => Some(min_f32(f32::from_bits(a as u32), f32::from_bits(b as u32)).to_bits() as u64),
            S::F64 => Some(min_f64(f64::from_bits(a), f64::from_bits(b)).to_bits()),
            _ => int!(x, y => x.min(y)),
        },
        BinOp::Max => match ty {
            S::Bool => Some(a | b),
            S::F32 => Some(max_f32(f32::from_bits(a as u32), f32::from_bits(b as u32)).to_bits() as u64),
            S::F64 => Some(max_f64(f64::from_bits(a), f64::from_bits(b)).to_bits()),
            _ => int!(x, y => x.max(y)),
        },
        BinOp::And | BinOp::Or | BinOp::Xor if ty.is_float() => None,
        BinOp::And => Some(a & b),
        BinOp::Or => Some(a | b),
        BinOp::Xor => Some(a ^ b),
        BinOp::Shl => int!(x, y => x.xla_shl(y)),
        BinOp::Shr => int!(x, y => x.xla_shr(y)),
        BinOp::MulHi => (ty == S::U32).then(|| (a as u32 as u64 * b as u32 as u64) >> 32),
    }
}

/// A comparison of bits of type `ty`.
pub fn compare(op: CmpOp, ty: ScalarType, a: u64, b: u64) -> bool {
    use ScalarType as S;
    fn by<T: PartialOrd>(op: CmpOp, x: T, y: T) -> bool {
        match op {
            CmpOp::Eq => x == y,
            CmpOp::Ne => x != y,
            CmpOp::Lt => x < y,
            CmpOp::Le => x <= y,
            CmpOp::Gt => x > y,
            CmpOp::Ge => x >= y,
        }
    }
    match ty {
        S::Bool | S::U32 | S::U64 => by(op, a, b),
        S::I32 => by(op, a as u32 as i32, b as u32 as i32),
        S::I64 => by(op, a as i64, b as i64),
        S::F32 => by(op, f32::from_bits(a as u32), f32::from_bits(b as u32)),
        S::F64 => by(op, f64::from_bits(a), f64::from_bits(b)),
    }
}

/// A numeric conversion of bits.
pub fn cast(from: ScalarType, to: ScalarType, a: u64) -> u64 {
    use ScalarType as S;
    macro_rules! to {
        ($x:expr, $zero:expr) => {{
            let x = $x;
            match to {
                S::Bool => (x != $zero) as u64,
                S::I32 => x as i32 as u32 as u64,
                S::U32 => x as u32 as u64,
                S::I64 => x as i64 as u64,
                S::U64 => x as u64,
                S::F32 => (x as f32).to_bits() as u64,
                S::F64 => (x as f64).to_bits(),
            }
        }};
    }
    match from {
        S::Bool => to!(a as u32, 0),
        S::I32 => to!(a as u32 as i32, 0),
        S::U32 => to!(a as u32, 0),
        S::I64 => to!(a as i64, 0),
        S::U64 => to!(a, 0),
        S::F32 => to!(f32::from_bits(a as u32), 0.0),
        S::F64 => to!(f64::from_bits(a), 0.0),
    }
}
