//! Writing formulas in scalar IR: values with operators, so that the mathematics reads as mathematics.

use crate::builder::BlockBuilder;
use crate::dtype::ScalarType;
use crate::scalar::{CmpOp, UnOp, Value};
use std::cell::RefCell;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Rem, Sub};

/// A builder to write formulas of one float type with.
pub struct Kit {
    b: RefCell<BlockBuilder>,
    /// `F32` or `F64`.
    pub ty: ScalarType,
}

/// A value in a formula. Operators take another or a literal, which gets the value's type.
#[derive(Clone, Copy)]
pub struct X<'k> {
    k: &'k Kit,
    /// The value.
    pub v: Value,
}

/// Runs `f` on the builder, raw (see [`crate::scalar`]).
pub fn write<'a>(
    b: &mut BlockBuilder,
    ty: ScalarType,
    args: &[Value],
    f: impl for<'k> FnOnce(&'k Kit, &[X<'k>]) -> X<'k>,
) -> Value {
    b.raw(|b| {
        let kit = Kit { b: RefCell::new(std::mem::replace(b, BlockBuilder::new(0))), ty };
        let v = {
            let args: Vec<X<'_>> = args.iter().map(|&v| X { k: &kit, v }).collect();
            f(&kit, &args).v
        };
        *b = kit.b.into_inner();
        v
    })
}

impl Kit {
    fn with<R>(&self, f: impl FnOnce(&mut BlockBuilder) -> R) -> R {
        f(&mut self.b.borrow_mut())
    }

    fn x(&self, f: impl FnOnce(&mut BlockBuilder) -> Value) -> X<'_> {
        X { k: self, v: self.with(f) }
    }

    /// Whether the formula is in f32.
    pub fn is32(&self) -> bool {
        self.ty == ScalarType::F32
    }

    /// `a` in f32, `b` in f64.
    pub fn pick<T>(&self, a: T, b: T) -> T {
        if self.is32() { a } else { b }
    }

    /// A float constant.
    pub fn c(&self, x: f64) -> X<'_> {
        self.x(|b| b.lit(self.ty, x))
    }

    /// A signed integer of the float's width.
    pub fn i(&self, x: i64) -> X<'_> {
        self.x(|b| b.int(self.ty.signed(), x))
    }

    /// An unsigned integer of the float's width.
    pub fn u(&self, x: u64) -> X<'_> {
        self.x(|b| b.int(self.ty.unsigned(), x as i64))
    }

    /// A `U32` whatever the float.
    pub fn u32(&self, x: u32) -> X<'_> {
        self.x(|b| b.u32(x))
    }

    /// A truth value.
    pub fn bool(&self, x: bool) -> X<'_> {
        self.x(|b| b.bool(x))
    }

    /// Plus infinity.
    pub fn inf(&self) -> X<'_> {
        self.c(f64::INFINITY)
    }

    /// A quiet NaN.
    pub fn nan(&self) -> X<'_> {
        self.u(self.pick(0x7fc0_0000, 0x7ff8_0000_0000_0000)).float()
    }

    /// Bits of the mantissa field: 23 or 52.
    pub fn mant(&self) -> u32 {
        self.pick(23, 52)
    }

    /// The exponent's bias: 127 or 1023.
    pub fn bias(&self) -> i64 {
        self.pick(127, 1023)
    }

    /// Bits of a positive float constant, as the signed integer.
    pub fn bits_of(&self, x: f64) -> i64 {
        self.pick((x as f32).to_bits() as i64, x.to_bits() as i64)
    }

    /// `c0 + x (c1 + x (c2 + ...))`.
    pub fn poly<'k>(&'k self, x: X<'k>, c: &[f64]) -> X<'k> {
        let (last, rest) = match c.split_last() {
            Some(p) => p,
            None => return self.c(0.0),
        };
        rest.iter().rev().fold(self.c(*last), |acc, &c| acc * x + c)
    }

    /// `2^n` for a signed integer `n` whose power is normal.
    pub fn pow2<'k>(&'k self, n: X<'k>) -> X<'k> {
        (n + self.bias() as f64).shl(self.mant()).float()
    }

    /// `while cond(carried) { carried = body(carried) }`, at most `limit` times.
    pub fn loop_<'k>(
        &'k self,
        init: &[X<'k>],
        limit: u32,
        cond: impl FnOnce(&[X<'k>]) -> X<'k>,
        body: impl FnOnce(&[X<'k>]) -> Vec<X<'k>>,
    ) -> Vec<X<'k>> {
        let wrap = |vs: Vec<Value>| -> Vec<X<'k>> { vs.into_iter().map(|v| X { k: self, v }).collect() };
        let init: Vec<Value> = init.iter().map(|x| x.v).collect();
        let (id, carried) = self.with(|b| b.loop_cond(&init, limit));
        let go = cond(&wrap(carried)).v;
        let carried = self.with(|b| b.loop_body(id, go));
        let next = body(&wrap(carried)).iter().map(|x| x.v).collect();
        wrap(self.with(|b| b.loop_end(id, next)))
    }

    /// `if cond { then() } else { otherwise }`, skipped where no lane needs it.
    pub fn when<'k>(&'k self, cond: X<'k>, otherwise: &[X<'k>], then: impl FnOnce() -> Vec<X<'k>>) -> Vec<X<'k>> {
        self.loop_(otherwise, 1, |_| cond, |_| then())
    }
}

impl<'k> X<'k> {
    fn is_float(self) -> bool {
        self.ty().is_float()
    }

    /// The value's type.
    pub fn ty(self) -> ScalarType {
        self.k.with(|b| b.ty(self.v))
    }

    fn lit(self, x: f64) -> X<'k> {
        let ty = self.ty();
        self.k.x(|b| if ty.is_float() { b.lit(ty, x) } else { b.int(ty, x as i64) })
    }

    fn un(self, op: UnOp) -> X<'k> {
        self.k.x(|b| b.un(op, self.v))
    }

    fn cmp(self, op: CmpOp, o: impl Into<Operand<'k>>) -> X<'k> {
        let o = o.into().of(self);
        self.k.x(|b| b.cmp(op, self.v, o.v))
    }

    /// A float's bits, unsigned.
    pub fn bits(self) -> X<'k> {
        let ty = self.ty().unsigned();
        self.k.x(|b| b.bitcast(ty, self.v))
    }

    /// A float's bits, signed.
    pub fn ibits(self) -> X<'k> {
        let ty = self.ty().signed();
        self.k.x(|b| b.bitcast(ty, self.v))
    }

    /// An integer's bits as a float.
    pub fn float(self) -> X<'k> {
        self.k.x(|b| b.bitcast(self.k.ty, self.v))
    }

    /// Conversion to the float type.
    pub fn to_float(self) -> X<'k> {
        self.k.x(|b| b.cast(self.k.ty, self.v))
    }

    /// Conversion to the signed integer, towards zero; in range.
    pub fn to_int(self) -> X<'k> {
        let ty = self.k.ty.signed();
        self.k.x(|b| b.cast(ty, self.v))
    }

    /// Conversion to another type.
    pub fn to(self, ty: ScalarType) -> X<'k> {
        self.k.x(|b| b.cast(ty, self.v))
    }

    /// The same bits as another type.
    pub fn as_(self, ty: ScalarType) -> X<'k> {
        self.k.x(|b| b.bitcast(ty, self.v))
    }

    /// Absolute value.
    pub fn abs(self) -> X<'k> {
        self.un(UnOp::Abs)
    }
    /// Square root.
    pub fn sqrt(self) -> X<'k> {
        self.un(UnOp::Sqrt)
    }
    /// Towards minus infinity.
    pub fn floor(self) -> X<'k> {
        self.un(UnOp::Floor)
    }
    /// To nearest, ties to even.
    pub fn round(self) -> X<'k> {
        self.un(UnOp::RoundEven)
    }
    /// Subnormals to zero.
    pub fn flush(self) -> X<'k> {
        self.un(UnOp::Flush)
    }
    /// Left by `n` bits.
    pub fn shl(self, n: u32) -> X<'k> {
        self.k.x(|b| b.shl_by(self.v, n))
    }
    /// Right by `n` bits; arithmetic if signed.
    pub fn shr(self, n: u32) -> X<'k> {
        self.k.x(|b| b.shr_by(self.v, n))
    }
    /// Left by a value.
    pub fn shl_v(self, n: X<'k>) -> X<'k> {
        self.k.x(|b| b.shl(self.v, n.v))
    }
    /// Right by a value.
    pub fn shr_v(self, n: X<'k>) -> X<'k> {
        self.k.x(|b| b.shr(self.v, n.v))
    }
    /// High half of a product of `U32`s.
    pub fn mul_hi(self, o: X<'k>) -> X<'k> {
        self.k.x(|b| b.mul_hi(self.v, o.v))
    }
    /// The lesser (of what is no NaN).
    pub fn min(self, o: impl Into<Operand<'k>>) -> X<'k> {
        let o = o.into().of(self);
        self.k.x(|b| b.min(self.v, o.v))
    }
    /// The greater (of what is no NaN).
    pub fn max(self, o: impl Into<Operand<'k>>) -> X<'k> {
        let o = o.into().of(self);
        self.k.x(|b| b.max(self.v, o.v))
    }
    /// Equal.
    pub fn eq(self, o: impl Into<Operand<'k>>) -> X<'k> {
        self.cmp(CmpOp::Eq, o)
    }
    /// Not equal.
    pub fn ne(self, o: impl Into<Operand<'k>>) -> X<'k> {
        self.cmp(CmpOp::Ne, o)
    }
    /// Less.
    pub fn lt(self, o: impl Into<Operand<'k>>) -> X<'k> {
        self.cmp(CmpOp::Lt, o)
    }
    /// Less or equal.
    pub fn le(self, o: impl Into<Operand<'k>>) -> X<'k> {
        self.cmp(CmpOp::Le, o)
    }
    /// Greater.
    pub fn gt(self, o: impl Into<Operand<'k>>) -> X<'k> {
        self.cmp(CmpOp::Gt, o)
    }
    /// Greater or equal.
    pub fn ge(self, o: impl Into<Operand<'k>>) -> X<'k> {
        self.cmp(CmpOp::Ge, o)
    }
    /// `if self { a } else { b }`.
    pub fn sel(self, a: X<'k>, b: X<'k>) -> X<'k> {
        self.k.x(|k| k.select(self.v, a.v, b.v))
    }

    // --- facts decided on bits ---

    /// The magnitude's bits, signed (never negative).
    pub fn mag(self) -> X<'k> {
        let mask = self.k.pick(0x7fff_ffff, i64::MAX);
        self.ibits() & mask as f64
    }
    /// The sign bit alone, unsigned.
    pub fn sign(self) -> X<'k> {
        self.bits() & self.k.u(1 << (self.ty().bits() - 1))
    }
    /// Any NaN.
    pub fn nan(self) -> X<'k> {
        self.mag().gt(self.k.i(self.k.bits_of(f64::INFINITY)))
    }
    /// Either infinity.
    pub fn infinite(self) -> X<'k> {
        self.mag().eq(self.k.i(self.k.bits_of(f64::INFINITY)))
    }
    /// `|x| >= t` (true of NaN), for t > 0.
    pub fn mag_ge(self, t: f64) -> X<'k> {
        self.mag().ge(self.k.i(self.k.bits_of(t)))
    }
    /// `|x| < t` (false of NaN), for t > 0.
    pub fn mag_lt(self, t: f64) -> X<'k> {
        self.mag().lt(self.k.i(self.k.bits_of(t)))
    }
    /// `x >= t` (true of a NaN without sign), for t > 0.
    pub fn above(self, t: f64) -> X<'k> {
        self.ibits().ge(self.k.i(self.k.bits_of(t)))
    }
    /// `x <= -t` (true of a NaN with sign), for t > 0.
    pub fn below_minus(self, t: f64) -> X<'k> {
        self.bits().ge(self.k.u((-t).to_bits_of(self.k)))
    }
    /// The sign bit is set.
    pub fn negative(self) -> X<'k> {
        self.ibits().lt(0.0)
    }
    /// Zero or subnormal.
    pub fn zeroish(self) -> X<'k> {
        let min = self.k.pick(f32::MIN_POSITIVE as f64, f64::MIN_POSITIVE);
        self.mag_lt(min)
    }
    /// The same, a zero being +0: the sign of a zero that arithmetic made is not to be relied on.
    pub fn plus_zero(self) -> X<'k> {
        self.mag().eq(0.0).sel(self.k.c(0.0), self)
    }
    /// With the sign bit of `s` (bits, unsigned) flipped in.
    pub fn xor_sign(self, s: X<'k>) -> X<'k> {
        (self.bits() ^ s).float()
    }
}

trait BitsOf {
    fn to_bits_of(self, k: &Kit) -> u64;
}

impl BitsOf for f64 {
    fn to_bits_of(self, k: &Kit) -> u64 {
        k.pick((self as f32).to_bits() as u64, self.to_bits())
    }
}

/// A value or a literal.
pub enum Operand<'k> {
    /// A value.
    X(X<'k>),
    /// A literal.
    Lit(f64),
}

impl<'k> Operand<'k> {
    fn of(self, like: X<'k>) -> X<'k> {
        match self {
            Operand::X(x) => x,
            Operand::Lit(c) => like.lit(c),
        }
    }
}

impl<'k> From<X<'k>> for Operand<'k> {
    fn from(x: X<'k>) -> Operand<'k> {
        Operand::X(x)
    }
}

impl From<f64> for Operand<'_> {
    fn from(x: f64) -> Self {
        Operand::Lit(x)
    }
}

macro_rules! ops {
    ($($tr:ident $f:ident $m:ident;)*) => { $(
        impl<'k, O: Into<Operand<'k>>> $tr<O> for X<'k> {
            type Output = X<'k>;
            fn $f(self, o: O) -> X<'k> {
                let o = o.into().of(self);
                self.k.x(|b| b.$m(self.v, o.v))
            }
        }
        impl<'k> $tr<X<'k>> for f64 {
            type Output = X<'k>;
            fn $f(self, o: X<'k>) -> X<'k> {
                let c = o.lit(self);
                o.k.x(|b| b.$m(c.v, o.v))
            }
        }
    )* };
}
ops! {
    Add add add;
    Sub sub sub;
    Mul mul mul;
    Div div div;
    Rem rem rem;
    BitAnd bitand and;
    BitOr bitor or;
    BitXor bitxor xor;
}

impl<'k> Neg for X<'k> {
    type Output = X<'k>;
    fn neg(self) -> X<'k> {
        debug_assert!(self.is_float() || self.ty().is_int());
        self.un(UnOp::Neg)
    }
}

impl<'k> Not for X<'k> {
    type Output = X<'k>;
    fn not(self) -> X<'k> {
        self.un(UnOp::Not)
    }
}
