//! Roots and neighbours: cbrt, rsqrt, sign, nextafter.

use super::kit::{Kit, X};

/// `1 / sqrt(x)`: 1.5 ulp (two roundings). Infinite with the sign of a zero or subnormal; NaN below.
pub fn rsqrt<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let special = x.zeroish() | x.negative() | x.above(f64::INFINITY);
    let r = 1.0 / special.sel(k.c(1.0), x).sqrt();
    let r = x.negative().sel(k.nan(), r);
    let r = x.zeroish().sel(k.inf().xor_sign(x.sign()), r);
    let r = x.ibits().eq(k.inf().ibits()).sel(k.c(0.0), r);
    x.nan().sel(x, r)
}

/// Cube root: 1 ulp; subnormals give zero.
pub fn cbrt<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let special = x.zeroish() | x.mag_ge(f64::INFINITY);
    let a = special.sel(k.c(1.0), x.abs());
    // A third of the exponent, a third of the mantissa: right to 5 bits.
    let third = k.pick(709_958_130.0, 3_071_306_043_645_493_248.0);
    let guess = (a.ibits().to_float() * (1.0 / 3.0)).to_int() + k.i(third as i64);
    let mut t = guess.float();
    // Halley's step triples the digits, Newton's last one doubles them with a small correction.
    for _ in 0..k.pick(1, 2) {
        let w = a / (t * t);
        t = t * ((2.0 * w + t) / (w + 2.0 * t));
    }
    let t = t + (a / (t * t) - t) * (1.0 / 3.0);
    let r = t.xor_sign(x.sign());
    let r = x.zeroish().sel(k.c(0.0).xor_sign(x.sign()), r);
    x.mag_ge(f64::INFINITY).sel(x, r)
}

/// `sign(x)`: by bits, so that a subnormal counts as zero, whose sign it keeps; NaN stays.
pub fn sign<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let r = k.c(1.0).xor_sign(x.sign());
    let r = x.zeroish().sel(k.c(0.0).xor_sign(x.sign()), r);
    x.nan().sel(x, r)
}

/// The next float after x towards y, subnormals included; NaN if either is; y if they are equal (two subnormals are).
pub fn next_after<'k>(k: &'k Kit, x: X<'k>, y: X<'k>) -> X<'k> {
    let (mx, my) = (x.mag(), y.mag());
    // Order as signed integers, the zeros equal.
    let key = |v: X<'k>, m: X<'k>| v.negative().sel(-m, m);
    let (kx, ky) = (key(x, mx), key(y, my));
    let from_zero = k.i(1).float().xor_sign(y.sign());
    // Away from zero the magnitude's bits grow by one.
    let away = x.negative() ^ kx.lt(ky);
    let step = (x.ibits() + away.sel(k.i(1), k.i(-1))).float();
    let r = mx.eq(0.0).sel(from_zero, step);
    let equal = kx.eq(ky) | (x.zeroish() & y.zeroish());
    let r = equal.sel(y, r);
    let r = y.nan().sel(y, r);
    x.nan().sel(x, r)
}
