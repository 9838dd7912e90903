//! Trigonometry: sin, cos, tan of any magnitude, and asin, acos, atan, atan2.
//!
//! Angles are reduced in integers: the fraction of a turn is a product of the mantissa with a window of the digits of
//! 1/(2 pi), so that no float subtraction has to be exact (f64 has a quicker way below 2^20).

use super::coef::{ASIN_32, ASIN_64, ATAN_32, ATAN_64, COS_32, COS_64, SIN_32, SIN_64};
use super::kit::{Kit, X};
use crate::dtype::ScalarType;
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, FRAC_PI_4, TAU};

/// 1/(2 pi) after the binary point, 32 bits a word.
const TURN: [u32; 40] = [
    0x28be60db, 0x9391054a, 0x7f09d5f4, 0x7d4d3770, 0x36d8a566, 0x4f10e410, 0x7f9458ea, 0xf7aef158, 0x6dc91b8e,
    0x909374b8, 0x01924bba, 0x82746487, 0x3f877ac7, 0x2c4a69cf, 0xba208d7d, 0x4baed121, 0x3a671c09, 0xad17df90,
    0x4e64758e, 0x60d4ce7d, 0x272117e2, 0xef7e4a0e, 0xc7fe25ff, 0xf7816603, 0xfbcbc462, 0xd6829b47, 0xdb4d9fb3,
    0xc9f2c26d, 0xd3d18fd9, 0xa797fa8b, 0x5d49eeb1, 0xfaf97c5e, 0xcf41ce7d, 0xe294a4ba, 0x9afed7ec, 0x47e35742,
    0x1580cc11, 0xbf1edaea, 0xfc33ef08, 0x26bd0d87,
];

/// `a = q (pi/2) + r` modulo a turn, |r| <= pi/4, for finite a >= 0: `(q mod 4 as U32, r)`.
fn reduce<'k>(k: &'k Kit, a: X<'k>) -> (X<'k>, X<'k>) {
    let (q, r) = if k.is32() { reduce_32(k, a) } else { reduce_64(k, a) };
    let small = a.mag_lt(FRAC_PI_4);
    (small.sel(k.u32(0), q), small.sel(a, r))
}

/// The sum of unsigned words, and how often it wrapped.
fn add_carry<'k>(k: &'k Kit, words: &[X<'k>]) -> (X<'k>, X<'k>) {
    let mut sum = words[0];
    let mut carry = k.u32(0);
    for &w in &words[1..] {
        sum = sum + w;
        carry = carry + sum.lt(w).to(ScalarType::U32);
    }
    (sum, carry)
}

fn reduce_32<'k>(k: &'k Kit, a: X<'k>) -> (X<'k>, X<'k>) {
    use ScalarType::U32;
    // Below 2^31: whole and fraction, 32 bits each; beyond: the mantissa, and a window moved by the exponent.
    let large = a.mag_ge(2f64.powi(31));
    let near = large.sel(k.c(1.0), a);
    let whole = near.to(U32);
    let fraction = ((near - whole.to_float()) * 2f64.powi(32)).to(U32);
    let start = [k.u32(TURN[0]), k.u32(TURN[1]), k.u32(TURN[2]), whole, fraction];
    let parts = k.when(large, &start, || {
        let bits = a.bits();
        let e = bits.shr(23) - 150.0; // a = mantissa 2^e, e in 8..=104
        let mantissa = (bits & k.u32(0x7f_ffff)) | k.u32(0x80_0000);
        let (word, shift) = (e.shr(5), e & k.u32(31));
        let pick = |j: usize| (1..4).fold(k.u32(TURN[j]), |w, i| word.eq(i as f64).sel(k.u32(TURN[i + j]), w));
        let w = [pick(0), pick(1), pick(2), pick(3)];
        // A shift by 32 gives 0, so a window at a word's start needs no case.
        let at = |j: usize| w[j].shl_v(shift) | w[j + 1].shr_v(32.0 - shift);
        vec![at(0), at(1), at(2), mantissa, k.u32(0)]
    });
    let [t1, t2, t3, whole, fraction] = [parts[0], parts[1], parts[2], parts[3], parts[4]];
    let (low, carry) = add_carry(k, &[whole * t2, whole.mul_hi(t3), fraction * t1, fraction.mul_hi(t2)]);
    let high = whole * t1 + whole.mul_hi(t2) + fraction.mul_hi(t1) + carry;
    let q = (high + k.u32(1 << 29)).shr(30);
    let high = high - q.shl(30);
    let negative = high.as_(ScalarType::I32).lt(0.0);
    let low_abs = negative.sel(-low, low);
    let high_abs = negative.sel(!high + low.eq(0.0).to(U32), high);
    let turn = high_abs.to_float() * 2f64.powi(-32) + low_abs.to_float() * 2f64.powi(-64);
    let sign = negative.to(U32).shl(31);
    (q, (turn * TAU).xor_sign(sign))
}

fn reduce_64<'k>(k: &'k Kit, a: X<'k>) -> (X<'k>, X<'k>) {
    use ScalarType::{U32, U64};
    // pi/2 in three parts of 33 bits: the first two products are exact below 2^20.
    const P1: f64 = f64::from_bits(0x3ff9_21fb_5440_0000);
    const P2: f64 = f64::from_bits(0x3dd0_b461_1a60_0000);
    const P3: f64 = f64::from_bits(0x3ba3_198a_2e03_7073);
    let large = a.mag_ge(2f64.powi(20));
    let near = large.sel(k.c(0.0), a);
    let n = (near * FRAC_2_PI).round();
    let r = ((near - n * P1) - n * P2) - n * P3;
    let q = n.to(U32) & k.u32(3);
    let out = k.when(large, &[q, r], || {
        let bits = a.bits();
        // a = mantissa 2^e, e in -32..=971; two words of zeros stand before the point.
        let p = bits.shr(52) - (1075.0 - 64.0);
        let mantissa = (bits & k.u((1 << 52) - 1)) | k.u(1 << 52);
        let (m1, m0) = (mantissa.shr(32), mantissa & k.u(0xffff_ffff));
        let (word, shift) = (p.shr(5), p & k.u(31));
        // Barrel shift: drop 32, 16, ... 1 words as the bits of `word` say.
        let mut w: Vec<X<'k>> = [0, 0].iter().chain(&TURN).map(|&t| k.u(t as u64)).collect();
        for bit in (0..6).rev() {
            let step = 1usize << bit;
            let on = (word & k.u(step as u64)).ne(0.0);
            let zero = k.u(0);
            w = (0..(7 + step - 1).min(w.len()))
                .map(|i| on.sel(w.get(i + step).copied().unwrap_or(zero), w[i]))
                .collect();
        }
        let t: Vec<X<'k>> = (0..6).map(|j| ((w[j].shl(32) | w[j + 1]).shl_v(shift)).shr(32)).collect();
        let lo = |x: X<'k>| x & k.u(0xffff_ffff);
        let mut carry = k.u(0);
        let mut f = [k.u(0); 4];
        for j in (0..5).rev() {
            let mut sum = carry + lo(m0 * t[j]) + (m0 * t[j + 1]).shr(32) + lo(m1 * t[j + 1]);
            if j + 2 < 6 {
                sum = sum + (m1 * t[j + 2]).shr(32);
            }
            carry = sum.shr(32);
            if j < 4 {
                f[j] = lo(sum);
            }
        }
        let high = f[0].shl(32) | f[1];
        let low = f[2].shl(32) | f[3];
        let q = (high + k.u(1 << 61)).shr(62);
        let high = high - q.shl(62);
        let negative = high.as_(ScalarType::I64).lt(0.0);
        let low_abs = negative.sel(-low, low);
        let high_abs = negative.sel(!high + low.eq(0.0).to(U64), high);
        let turn = high_abs.to_float() * 2f64.powi(-64) + low_abs.to_float() * 2f64.powi(-128);
        let sign = negative.to(U64).shl(63);
        vec![q.to(U32), (turn * TAU).xor_sign(sign)]
    });
    (out[0], out[1])
}

/// sin and cos of |r| <= pi/4.
pub fn sin_cos_small<'k>(k: &'k Kit, r: X<'k>) -> (X<'k>, X<'k>) {
    let z = r * r;
    let s = r + r * z * k.poly(z, k.pick(SIN_32, SIN_64));
    let c = 1.0 - (0.5 * z - z * z * k.poly(z, k.pick(COS_32, COS_64)));
    (s, c)
}

/// `(q, sin r, cos r)` of `|x|`; anything where x is not finite.
fn parts<'k>(k: &'k Kit, x: X<'k>) -> (X<'k>, X<'k>, X<'k>) {
    let a = x.mag_ge(f64::INFINITY).sel(k.c(0.0), x.abs());
    let (q, r) = reduce(k, a);
    let (s, c) = sin_cos_small(k, r);
    (q, s, c)
}

/// A `U32` bit as a float's sign bit.
fn sign_bit<'k>(k: &'k Kit, bit: X<'k>) -> X<'k> {
    bit.to(k.ty.unsigned()).shl(k.pick(31, 63))
}

/// `r` where x is finite, else NaN.
fn finite_or_nan<'k>(k: &'k Kit, x: X<'k>, r: X<'k>) -> X<'k> {
    x.mag_ge(f64::INFINITY).sel(k.nan(), r)
}

fn tiny(k: &Kit) -> f64 {
    k.pick(2f64.powi(-13), 2f64.powi(-28))
}

/// Sine: 3 ulp, whatever the argument.
pub fn sin<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let (q, s, c) = parts(k, x);
    let r = (q & k.u32(1)).ne(0.0).sel(c, s);
    let r = r.xor_sign(sign_bit(k, q.shr(1) & k.u32(1)) ^ x.sign());
    finite_or_nan(k, x, x.mag_lt(tiny(k)).sel(x, r))
}

/// Cosine: 3 ulp, whatever the argument.
pub fn cos<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let (q, s, c) = parts(k, x);
    let odd = q & k.u32(1);
    let r = odd.ne(0.0).sel(s, c);
    let r = r.xor_sign(sign_bit(k, odd ^ (q.shr(1) & k.u32(1))));
    finite_or_nan(k, x, r)
}

/// Tangent: 5 ulp (f64: 4), whatever the argument.
pub fn tan<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let (q, s, c) = parts(k, x);
    let odd = q & k.u32(1);
    let is_odd = odd.ne(0.0);
    // An odd quadrant never has s = 0: no float is a multiple of pi/2.
    let r = is_odd.sel(c, s) / is_odd.sel(s, c);
    let r = r.xor_sign(sign_bit(k, odd) ^ x.sign());
    finite_or_nan(k, x, x.mag_lt(tiny(k)).sel(x, r))
}

/// `asin(q)` for 0 <= q <= 1/2, given q and q^2.
fn asin_small<'k>(k: &'k Kit, q: X<'k>, z: X<'k>) -> X<'k> {
    q + q * z * k.poly(z, k.pick(ASIN_32, ASIN_64))
}

/// pi/2 as a float and what it lacks.
fn half_pi(k: &Kit) -> (f64, f64) {
    if k.is32() {
        let hi = FRAC_PI_2 as f32 as f64;
        (hi, FRAC_PI_2 - hi)
    } else {
        (FRAC_PI_2, 6.123_233_995_736_766e-17)
    }
}

/// `(|x| > 1/2, asin of the small one)`: of |x|, or of sqrt((1 - |x|)/2).
fn asin_parts<'k>(k: &'k Kit, x: X<'k>) -> (X<'k>, X<'k>) {
    let a = x.mag_ge(1.0).sel(k.c(1.0), x.abs());
    let far = a.mag_ge(0.5);
    let z = far.sel((1.0 - a) * 0.5, a * a);
    let q = far.sel(z.sqrt(), a);
    (far, asin_small(k, q, z))
}

/// Arc sine: 2 ulp (f32: 3); NaN beyond 1.
pub fn asin<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let (far, s) = asin_parts(k, x);
    let (hi, lo) = half_pi(k);
    let r = far.sel(hi - (2.0 * s - lo), s).xor_sign(x.sign());
    let r = x.mag_lt(tiny(k)).sel(x.flush(), r);
    let r = x.mag().gt(k.c(1.0).ibits()).sel(k.nan(), r);
    x.nan().sel(x, r)
}

/// Arc cosine: 2 ulp (f32: 3); NaN beyond 1.
pub fn acos<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let (far, s) = asin_parts(k, x);
    let (hi, lo) = half_pi(k);
    let mid = hi - (s.xor_sign(x.sign()) - lo);
    let end = x.negative().sel(2.0 * hi - (2.0 * s - 2.0 * lo), 2.0 * s);
    let r = far.sel(end, mid).plus_zero();
    let r = x.mag().gt(k.c(1.0).ibits()).sel(k.nan(), r);
    x.nan().sel(x, r)
}

/// `atan(num / den)` for 0 <= num <= den, den normal.
fn atan_ratio<'k>(k: &'k Kit, num: X<'k>, den: X<'k>) -> X<'k> {
    // Past tan(pi/8) turn by an eighth: atan(n/d) = pi/4 + atan((n-d)/(n+d)).
    let turn = num.gt(den * 0.414_213_562_373_095_05);
    let q = turn.sel(num - den, num) / turn.sel(num + den, den);
    let z = q * q;
    let r = q + q * z * k.poly(z, k.pick(ATAN_32, ATAN_64));
    let (hi, lo) = half_pi(k);
    turn.sel(0.5 * hi + (r + 0.5 * lo), r)
}

/// Arc tangent: 2 ulp (f32: 3).
pub fn atan<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let huge = x.mag_ge(2f64.powi(60));
    let a = huge.sel(k.c(1.0), x.abs());
    let steep = a.mag_ge(1.0);
    let one = k.c(1.0);
    let r = atan_ratio(k, steep.sel(one, a), steep.sel(a, one));
    let (hi, lo) = half_pi(k);
    let r = steep.sel(hi - (r - lo), r);
    let r = huge.sel(k.c(hi), r).xor_sign(x.sign());
    let r = x.mag_lt(tiny(k)).sel(x, r);
    x.nan().sel(x, r)
}

/// `atan2(y, x)`: 3 ulp, with C's special cases (±0 and ±pi on the axis, multiples of pi/4 between infinities).
pub fn atan2<'k>(k: &'k Kit, y: X<'k>, x: X<'k>) -> X<'k> {
    let (my, mx) = (y.mag(), x.mag());
    let steep = my.gt(mx);
    // The ratio of magnitudes, both scaled into the middle of the range; specials stand in as ones.
    let special = y.zeroish() | x.zeroish() | y.mag_ge(f64::INFINITY) | x.mag_ge(f64::INFINITY);
    let one = k.c(1.0);
    let (ay, ax) = (special.sel(one, y.abs()), special.sel(one, x.abs()));
    let (num, den) = (steep.sel(ax, ay), steep.sel(ay, ax));
    let half = k.pick(64, 512);
    let one = k.c(1.0);
    let up = den.mag_ge(2f64.powi(half)).sel(k.c(2f64.powi(-half)), one);
    let up = den.mag_lt(2f64.powi(-half)).sel(k.c(2f64.powi(half)), up);
    let r = atan_ratio(k, num * up, den * up);
    let eighth = y.infinite() & x.infinite();
    let r = eighth.sel(k.c(FRAC_PI_4), special.sel(k.c(0.0), r));
    // r is the angle to the nearer axis.
    let (hi, lo) = half_pi(k);
    let left = x.negative();
    let near_y = left.sel(hi + (r + lo), hi - (r - lo));
    let near_x = left.sel(2.0 * hi - (r - 2.0 * lo), r);
    let r = steep.sel(near_y, near_x);
    let r = r.flush().plus_zero().xor_sign(y.sign());
    let r = y.nan().sel(y, r);
    x.nan().sel(x, r)
}
