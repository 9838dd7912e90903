//! The exponential family: exp, exp2, expm1, logistic, sinh, cosh, tanh.

use super::coef::{EXP_32, EXP_64};
use super::kit::{Kit, X};
use std::f64::consts::LN_2;

/// `exp(r) - 1` for |r| <= 0.3475.
fn expm1_small<'k>(k: &'k Kit, r: X<'k>) -> X<'k> {
    let q = k.poly(r, k.pick(EXP_32, EXP_64));
    r + r * r * q
}

/// `x = n ln2 + r` with |r| <= 0.3475, for |x| <= 1100 (f32: 128): `(n, r)`, n a signed integer.
///
/// f32 subtracts in 2.30 fixed point, wrapping, since no rearrangement of float subtractions can be relied on.
fn reduce<'k>(k: &'k Kit, x: X<'k>) -> (X<'k>, X<'k>) {
    let nf = (x * std::f64::consts::LOG2_E).round();
    let n = nf.to_int();
    if k.is32() {
        let scale = (1u32 << 30) as f64;
        let ln2 = 744_261_118.0; // ln2 * 2^30, rounded
        let whole = x.round();
        let fixed = whole.to_int().shl(30) + ((x - whole) * scale).to_int();
        let r = (fixed - n * ln2).to_float() * (1.0 / scale);
        // ln2 is less than its rounded fixed-point value by so much.
        (n, r + nf * (ln2 / scale - LN_2))
    } else {
        let (hi, lo) = (f64::from_bits(0x3fe6_2e42_fee0_0000), f64::from_bits(0x3dea_39ef_3579_3c76));
        (n, (x - nf * hi) - nf * lo)
    }
}

/// `(1 + p) 2^n` as signed bits; below the normal range 0. For n up to the overflow.
fn scale<'k>(k: &'k Kit, p: X<'k>, n: X<'k>) -> X<'k> {
    let bits = (1.0 + p).ibits() + n.shl(k.mant());
    bits.lt(k.i(1 << k.mant())).sel(k.i(0), bits)
}

/// The least x whose exponential overflows.
fn overflow(k: &Kit) -> f64 {
    k.pick(f32::from_bits(0x42b1_7218) as f64, f64::from_bits(0x4086_2e42_fefa_39f0))
}

/// `exp(x)` for any x but NaN; for f32 within 1 ulp. Subnormal results are 0.
pub fn exp_no_nan<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let big = k.pick(104.0, 750.0);
    let (n, r) = reduce(k, x.mag_ge(big).sel(k.c(0.0), x));
    let bits = scale(k, expm1_small(k, r), n);
    let bits = x.below_minus(big).sel(k.i(0), bits);
    x.above(overflow(k)).sel(k.inf().ibits(), bits).float()
}

/// `exp(x)`: 1 ulp. Overflows to inf; a subnormal result is flushed to 0, as JAX does.
pub fn exp<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    x.nan().sel(x, exp_no_nan(k, x))
}

/// `2^x`: 1 ulp; exact at integers.
pub fn exp2<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let big = k.pick(160.0, 1100.0);
    let xs = x.mag_ge(big).sel(k.c(0.0), x);
    let whole = xs.round();
    let bits = scale(k, expm1_small(k, (xs - whole) * LN_2), whole.to_int());
    let bits = x.below_minus(big).sel(k.i(0), bits);
    let r = x.above(k.pick(128.0, 1024.0)).sel(k.inf().ibits(), bits).float();
    x.nan().sel(x, r)
}

/// `exp(x) - 1` for any x but NaN and not huge (|x| <= 60), with full relative accuracy near 0.
pub fn expm1_mid<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let (n, r) = reduce(k, x);
    let r = n.eq(0.0).sel(x, r);
    let p = expm1_small(k, r);
    let s = k.pow2(n);
    s * p + (s - 1.0)
}

/// `exp(x) - 1`: 2 ulp.
pub fn expm1<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let low = k.pick(18.0, 40.0);
    let mid = expm1_mid(k, x.mag_ge(low).sel(k.c(0.0), x));
    let r = x.above(low).sel(exp_no_nan(k, x), mid);
    let r = x.below_minus(low).sel(k.c(-1.0), r);
    x.mag_lt(k.pick(2f64.powi(-26), 2f64.powi(-55))).sel(x, x.nan().sel(x, r))
}

/// `1 / (1 + exp(-x))`: 2.5 ulp.
pub fn logistic<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let e = exp_no_nan(k, -x.abs());
    let d = 1.0 + e;
    let r = (x.negative().sel(e, k.c(1.0)) / d).flush().plus_zero();
    x.nan().sel(x, r)
}

/// `exp(a) / 2` for 0 <= a <= 90 (f64: 711): does not overflow before cosh does.
fn half_exp<'k>(k: &'k Kit, a: X<'k>) -> X<'k> {
    let (n, r) = reduce(k, a);
    scale(k, expm1_small(k, r), n - 1.0).float()
}

/// The least a whose cosh (and sinh) overflows.
fn cosh_overflow(k: &Kit) -> f64 {
    k.pick(f32::from_bits(0x42b2_d4fd) as f64, f64::from_bits(0x4086_33ce_8fb9_f87e))
}

/// `sinh(x)`: 2.5 ulp.
pub fn sinh<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let big = x.mag_ge(cosh_overflow(k));
    let a = big.sel(k.c(1.0), x.abs());
    let e = half_exp(k, a);
    let t = expm1_mid(k, a.mag_ge(1.0).sel(k.c(0.0), a));
    let r = a.mag_ge(1.0).sel(e - 0.25 / e, 0.5 * (t + t / (t + 1.0)));
    let r = big.sel(k.inf(), r).xor_sign(x.sign());
    let r = x.mag_lt(k.pick(2f64.powi(-13), 2f64.powi(-28))).sel(x.flush(), r);
    x.nan().sel(x, r)
}

/// `cosh(x)`: 2.5 ulp.
pub fn cosh<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let big = x.mag_ge(cosh_overflow(k));
    let e = half_exp(k, big.sel(k.c(1.0), x.abs()));
    let r = big.sel(k.inf(), e + 0.25 / e);
    x.nan().sel(x, r)
}

/// `tanh(x)`: 2.5 ulp.
pub fn tanh<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let big = x.mag_ge(k.pick(9.1, 19.1));
    let t = expm1_mid(k, 2.0 * big.sel(k.c(1.0), x.abs()));
    let r = big.sel(k.c(1.0), t / (t + 2.0)).xor_sign(x.sign());
    // JAX keeps an f32 subnormal and flushes an f64 one.
    let small = k.pick(x, x.flush());
    let r = x.mag_lt(k.pick(2f64.powi(-13), 2f64.powi(-28))).sel(small, r);
    x.nan().sel(x, r)
}
