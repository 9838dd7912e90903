//! The builder's operations by name: one line each.

use super::BlockBuilder;
use crate::dtype::DType;
use crate::math::{self, MathFn};
use crate::scalar::{BinOp, CmpOp, UnOp, Value};

impl BlockBuilder {
    /// `x + y`.
    pub fn add(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::Add, x, y)
    }
    /// `x - y`.
    pub fn sub(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::Sub, x, y)
    }
    /// `x * y`.
    pub fn mul(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::Mul, x, y)
    }
    /// `x / y`; see [`BinOp::Div`].
    pub fn div(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::Div, x, y)
    }
    /// `x % y`; see [`BinOp::Rem`].
    pub fn rem(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::Rem, x, y)
    }
    /// The lesser; NaN if either is.
    pub fn min(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::Min, x, y)
    }
    /// The greater; NaN if either is.
    pub fn max(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::Max, x, y)
    }
    /// `x & y`.
    pub fn and(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::And, x, y)
    }
    /// `x | y`.
    pub fn or(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::Or, x, y)
    }
    /// `x ^ y`.
    pub fn xor(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::Xor, x, y)
    }
    /// `x << y`, 0 past the width.
    pub fn shl(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::Shl, x, y)
    }
    /// `x >> y`, arithmetic for signed types.
    pub fn shr(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::Shr, x, y)
    }
    /// The high half of a product of `U32`s.
    pub fn mul_hi(&mut self, x: Value, y: Value) -> Value {
        self.bin(BinOp::MulHi, x, y)
    }
    /// `x << k`.
    pub fn shl_by(&mut self, x: Value, k: u32) -> Value {
        let k = self.int(self.ty(x), k as i64);
        self.shl(x, k)
    }
    /// `x >> k`, arithmetic for signed types.
    pub fn shr_by(&mut self, x: Value, k: u32) -> Value {
        let k = self.int(self.ty(x), k as i64);
        self.shr(x, k)
    }
    /// `-x`.
    pub fn neg(&mut self, x: Value) -> Value {
        self.un(UnOp::Neg, x)
    }
    /// `|x|`.
    pub fn abs(&mut self, x: Value) -> Value {
        self.un(UnOp::Abs, x)
    }
    /// `!x`.
    pub fn not(&mut self, x: Value) -> Value {
        self.un(UnOp::Not, x)
    }
    /// The square root.
    pub fn sqrt(&mut self, x: Value) -> Value {
        self.un(UnOp::Sqrt, x)
    }
    /// Towards minus infinity.
    pub fn floor(&mut self, x: Value) -> Value {
        self.un(UnOp::Floor, x)
    }
    /// Towards plus infinity.
    pub fn ceil(&mut self, x: Value) -> Value {
        self.un(UnOp::Ceil, x)
    }
    /// Towards zero.
    pub fn trunc(&mut self, x: Value) -> Value {
        self.un(UnOp::Trunc, x)
    }
    /// To nearest, ties to even.
    pub fn round_even(&mut self, x: Value) -> Value {
        self.un(UnOp::RoundEven, x)
    }
    /// To nearest, ties away from zero.
    pub fn round_away(&mut self, x: Value) -> Value {
        self.un(UnOp::RoundAway, x)
    }
    /// One bits.
    pub fn popcount(&mut self, x: Value) -> Value {
        self.un(UnOp::Popcount, x)
    }
    /// Leading zeros.
    pub fn clz(&mut self, x: Value) -> Value {
        self.un(UnOp::Clz, x)
    }
    /// Subnormals to zero.
    pub fn flush(&mut self, x: Value) -> Value {
        self.un(UnOp::Flush, x)
    }
    /// Any NaN.
    pub fn is_nan(&mut self, x: Value) -> Value {
        self.un(UnOp::IsNan, x)
    }
    /// Either infinity.
    pub fn is_inf(&mut self, x: Value) -> Value {
        self.un(UnOp::IsInf, x)
    }
    /// Neither NaN nor infinity.
    pub fn is_finite(&mut self, x: Value) -> Value {
        self.un(UnOp::IsFinite, x)
    }
    /// Rounded to what `dtype` can hold.
    pub fn narrow(&mut self, dtype: DType, x: Value) -> Value {
        if !dtype.is_narrow() {
            assert_eq!(dtype.register(), self.ty(x), "narrow to {dtype}");
            return x;
        }
        self.un(UnOp::Narrow(dtype), x)
    }
    /// `x == y`.
    pub fn eq(&mut self, x: Value, y: Value) -> Value {
        self.cmp(CmpOp::Eq, x, y)
    }
    /// `x != y`.
    pub fn ne(&mut self, x: Value, y: Value) -> Value {
        self.cmp(CmpOp::Ne, x, y)
    }
    /// `x < y`.
    pub fn lt(&mut self, x: Value, y: Value) -> Value {
        self.cmp(CmpOp::Lt, x, y)
    }
    /// `x <= y`.
    pub fn le(&mut self, x: Value, y: Value) -> Value {
        self.cmp(CmpOp::Le, x, y)
    }
    /// `x > y`.
    pub fn gt(&mut self, x: Value, y: Value) -> Value {
        self.cmp(CmpOp::Gt, x, y)
    }
    /// `x >= y`.
    pub fn ge(&mut self, x: Value, y: Value) -> Value {
        self.cmp(CmpOp::Ge, x, y)
    }
    /// A function of the library; see [`MathFn`].
    pub fn math(&mut self, f: MathFn, args: &[Value]) -> Value {
        let ty = self.ty(args[0]);
        math::emit(self, f, ty, args)
    }
}
