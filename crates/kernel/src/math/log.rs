//! The logarithmic family: log, log1p, log2, asinh, acosh, atanh, and pow.

use super::coef::{EXP_32, EXP_64, LOG_32, LOG_64};
use super::kit::{Kit, X};
use std::f64::consts::{LN_2, LOG2_E};

const LN2_HI_64: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN2_LO_64: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// The first 15 bits of ln2: times an exponent it is exact.
const LN2_HI_32: f64 = 0.693_145_751_953_125;

/// `x = 2^e (1 + f)` with 1 + f in [sqrt(1/2), sqrt(2)): `(e, f)`, for a positive normal finite x.
fn split<'k>(k: &'k Kit, x: X<'k>) -> (X<'k>, X<'k>) {
    let bits = x.ibits();
    let e = (bits - k.i(k.bits_of(std::f64::consts::FRAC_1_SQRT_2))).shr(k.mant());
    let m = (bits - e.shl(k.mant())).float();
    (e, m - 1.0)
}

/// `log(1 + f) + e ln2 + tail`, for f in [-0.293, 0.4143].
fn log_parts<'k>(k: &'k Kit, e: X<'k>, f: X<'k>, tail: X<'k>) -> X<'k> {
    let ef = e.to_float();
    let half = 0.5 * f * f;
    if k.is32() {
        let p = f + (f * f * f * k.poly(f, LOG_32) - half);
        ef * LN2_HI_32 + (p + ef * (LN_2 - LN2_HI_32))
    } else {
        let s = f / (2.0 + f);
        let z = s * s;
        let r = z * k.poly(z, LOG_64);
        ef * LN2_HI_64 - ((half - (s * (half + r) + (ef * LN2_LO_64 + tail))) - f)
    }
}

/// Log of a positive normal finite x.
pub fn log_normal<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let (e, f) = split(k, x);
    log_parts(k, e, f, k.c(0.0))
}

/// `r` where x is positive, normal and finite; else what any logarithm gives: -inf at zeros and subnormals, NaN below, x
/// itself at +inf and NaN.
fn log_specials<'k>(k: &'k Kit, x: X<'k>, r: X<'k>) -> X<'k> {
    let r = x.negative().sel(k.nan(), r.plus_zero());
    let r = x.zeroish().sel(-k.inf(), r);
    x.above(f64::INFINITY).sel(x, r)
}

fn or_one<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let ok = x.zeroish() | x.negative() | x.above(f64::INFINITY);
    ok.sel(k.c(1.0), x)
}

/// Natural logarithm: 1 ulp (f32: 2).
pub fn log<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    log_specials(k, x, log_normal(k, or_one(k, x)))
}

/// Binary logarithm: 2 ulp; exact at powers of two.
pub fn log2<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let (e, f) = split(k, or_one(k, x));
    let l = log_parts(k, k.i(0), f, k.c(0.0));
    log_specials(k, x, e.to_float() + l * LOG2_E)
}

/// `log(1 + x)` for x > -1 and finite: 2.5 ulp.
pub fn log1p_finite<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let direct = x.mag_lt(0.29) | (x.mag_lt(0.41) & !x.negative());
    let u = 1.0 + x;
    let (e, f) = split(k, u);
    let e = direct.sel(k.i(0), e);
    let f = direct.sel(x, f);
    // What rounding 1 + x lost, to first order; f32 does without (reassociation would undo it).
    let lost = if k.is32() {
        k.c(0.0)
    } else {
        let c = x.above(1.0).sel(1.0 - (u - x), x - (u - 1.0));
        direct.sel(k.c(0.0), c / u)
    };
    log_parts(k, e, f, lost)
}

/// `log(1 + x)`: 2.5 ulp.
pub fn log1p<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let out = x.below_minus(1.0) | x.above(f64::INFINITY);
    let r = log1p_finite(k, out.sel(k.c(0.0), x));
    let r = x.below_minus(1.0).sel(k.nan(), r);
    let r = x.ibits().eq(k.c(-1.0).ibits()).sel(-k.inf(), r);
    let r = x.above(f64::INFINITY).sel(x, r);
    let r = x.mag_lt(k.pick(2f64.powi(-26), 2f64.powi(-55))).sel(x.flush(), r);
    x.nan().sel(x, r)
}

/// `asinh(x)`: 3 ulp.
pub fn asinh<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let limit = k.pick(4096.0, 1e9);
    let huge = x.mag_ge(limit);
    let a = huge.sel(k.c(1.0), x.abs());
    let sq = a * a;
    let mid = log1p_finite(k, a + sq / (1.0 + (sq + 1.0).sqrt()));
    let far = log_normal(k, (huge & x.mag_lt(f64::INFINITY)).sel(x.abs(), k.c(1.0))) + LN_2;
    let r = huge.sel(far, mid).xor_sign(x.sign());
    let r = x.mag_lt(k.pick(2f64.powi(-13), 2f64.powi(-28))).sel(x.flush(), r);
    x.mag_ge(f64::INFINITY).sel(x, r)
}

/// `acosh(x)`: 3 ulp; NaN below 1.
pub fn acosh<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let limit = k.pick(4096.0, 1e9);
    let huge = x.above(limit);
    let low = x.negative() | x.mag_lt(1.0);
    let t = (huge | low).sel(k.c(1.0), x) - 1.0;
    let mid = log1p_finite(k, t + (2.0 * t + t * t).sqrt());
    let far = log_normal(k, (huge & x.mag_lt(f64::INFINITY)).sel(x, k.c(1.0))) + LN_2;
    let r = low.sel(k.nan(), huge.sel(far, mid).plus_zero());
    (x.above(f64::INFINITY) | x.nan()).sel(x, r)
}

/// `atanh(x)`: 3 ulp; infinite at 1, NaN beyond.
pub fn atanh<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let a = x.mag_ge(1.0).sel(k.c(0.5), x.abs());
    let r = 0.5 * log1p_finite(k, 2.0 * a / (1.0 - a));
    let r = x.mag().eq(k.c(1.0).ibits()).sel(k.inf(), r).xor_sign(x.sign());
    let r = x.mag().gt(k.c(1.0).ibits()).sel(k.nan(), r);
    let r = x.mag_lt(k.pick(2f64.powi(-13), 2f64.powi(-28))).sel(x.flush(), r);
    x.nan().sel(x, r)
}

/// The first 12 bits of an f32 (24 of an f64): products of two such are exact.
fn high<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    (x.bits() & k.u(k.pick(0xffff_f000, 0xffff_ffff_f800_0000))).float()
}

/// `2^(y log2(a))` for positive normal finite a and finite y, as signed bits: inf past the range, 0 below.
///
/// log2 is kept as a sum of parts whose leading products with the halves of y are exact, so that the error does not grow
/// with the exponent.
fn pow_core<'k>(k: &'k Kit, a: X<'k>, y: X<'k>) -> X<'k> {
    let (e, f) = split(k, a);
    let ef = e.to_float();
    // log2(1 + f) = 2 log2(e) (s + s^3 Q(s^2)), s = f / (2 + f) as head and tail.
    let d = 2.0 + f;
    let sh = high(k, f / d);
    let fh = high(k, f);
    let sl = ((f - 2.0 * sh - sh * fh) - sh * (f - fh)) / d;
    let s = sh + sl;
    let z = s * s;
    let cubic = s * z * k.poly(z, LOG_64);
    let log2e2 = 2.0 * LOG2_E;
    let kh = k.pick(
        f32::from_bits((log2e2 as f32).to_bits() & 0xffff_f000) as f64,
        f64::from_bits(log2e2.to_bits() & 0xffff_ffff_f800_0000),
    );
    // What a float of this type cannot hold of 2 log2(e) - kh; the f64 needs its next digits.
    let kl = k.pick(log2e2 - kh, log2e2 - kh + LOG2E2_TAIL);
    let head = kh * sh;
    // The cubic's coefficients are of log(1+f): half of 2 s^3 Q.
    let rest = kl * sh + log2e2 * (sl + 0.5 * cubic);
    let ah = high(k, head);
    let al = head - ah;

    let estimate = y * (ef + (head + rest));
    let limit = k.pick(160.0, 1100.0);
    let far = estimate.mag_ge(limit);
    let y = far.sel(k.c(0.0), y);
    let yh = high(k, y);
    let yl = y - yh;
    let (p1, p2) = (yh * ef, yh * ah);
    let (n1, n2) = (p1.round(), p2.round());
    let small = yl * ef + (yl * ah + y * al) + y * rest;
    let t = ((p1 - n1) + (p2 - n2)) + small;
    let n3 = t.round();
    let n = (n1 + n2 + n3).to_int();
    let r = (t - n3) * LN_2;
    let p = 1.0 + (r + r * r * k.poly(r, k.pick(EXP_32, EXP_64)));
    let bits = p.ibits() + n.shl(k.mant());
    let top = k.pick(128, 1024);
    let over = n.gt(top as f64) | (n.eq(top as f64) & p.above(1.0)) | (far & !estimate.negative());
    let under = bits.lt(k.i(1 << k.mant())) | n.lt(-(top as f64)) | (far & estimate.negative());
    over.sel(k.inf().ibits(), under.sel(k.i(0), bits))
}

/// The digits of 2 log2(e) after its f64.
const LOG2E2_TAIL: f64 = 4.071_054_748_186_206e-17;

/// `x^y`: 2 ulp (f64: 4 where the result is extreme), with IEEE's special cases:
/// 1 for `x^0` and `1^y`, even of NaN; a negative x takes integer y only; odd integers keep the sign.
/// A subnormal x counts as zero and a subnormal result is 0.
pub fn pow<'k>(k: &'k Kit, x: X<'k>, y: X<'k>) -> X<'k> {
    let one = k.c(1.0).ibits();
    let odd_special = x.zeroish() | x.mag_ge(f64::INFINITY);
    let a = odd_special.sel(k.c(1.0), x.abs());
    // Beyond this y any result has long overflowed or vanished.
    let ylim = k.pick(2f64.powi(40), 2f64.powi(70));
    let ys = y.mag_ge(ylim).sel(k.c(ylim).xor_sign(y.sign()), y);
    let core = pow_core(k, a, ys);

    // Is y an integer, and an odd one?
    let exact = k.pick(2f64.powi(24), 2f64.powi(53));
    let ay = y.mag_ge(exact).sel(k.c(0.0), y.abs());
    let whole = ay.floor();
    // Below 1 by bits: a subnormal must not pass for zero.
    let part = y.mag_lt(1.0) & y.mag().ne(0.0);
    let integer = y.mag_ge(exact) | (whole.eq(ay) & !part);
    let odd = y.mag_lt(exact) & integer & (whole.to_int() & 1.0).eq(1.0);

    let up = k.inf().ibits();
    let down = k.i(0);
    let ypos = !y.negative();
    let below_one = x.mag().lt(one);
    let y_inf = y.infinite();
    // Magnitudes.
    let r = core;
    let r = y_inf.sel((ypos ^ below_one).sel(up, down), r);
    let r = (y_inf & x.mag().eq(one)).sel(one, r);
    let r = x.zeroish().sel(ypos.sel(down, up), r);
    let r = x.infinite().sel(ypos.sel(up, down), r);
    let sign = (x.negative() & odd & !y_inf).sel(x.sign(), k.u(0));
    let r = r.float().xor_sign(sign);
    let invalid = x.negative() & x.mag().ne(0.0) & !x.infinite() & !integer & !y_inf;
    let r = invalid.sel(k.nan(), r);
    let r = x.nan().sel(x, r);
    let r = y.nan().sel(y, r);
    let r = x.ibits().eq(one).sel(k.c(1.0), r);
    y.mag().eq(0.0).sel(k.c(1.0), r)
}
