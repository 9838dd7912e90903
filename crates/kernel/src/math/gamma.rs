//! lgamma, digamma, polygamma and the Hurwitz zeta function.

use super::coef::{LGAMMA_32, LGAMMA_64};
use super::exp::exp;
use super::kit::{Kit, X};
use super::log::{log_normal, pow};
use super::trig::sin_cos_small;
use std::f64::consts::PI;

/// Stirling's series: `B_2k / (2k (2k-1))`.
const STIRLING: [f64; 9] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
    43867.0 / 244_188.0,
];

/// `B_2k / 2k`.
const DIGAMMA: [f64; 9] = [
    1.0 / 12.0,
    -1.0 / 120.0,
    1.0 / 252.0,
    -1.0 / 240.0,
    1.0 / 132.0,
    -691.0 / 32_760.0,
    1.0 / 12.0,
    -3617.0 / 8160.0,
    43867.0 / 14_364.0,
];

/// `(2k)! / B_2k`: Euler and Maclaurin's correction terms.
const EULER: [f64; 12] = [
    12.0,
    -720.0,
    30240.0,
    -1_209_600.0,
    47_900_160.0,
    -1_307_674_368_000.0 / 691.0,
    74_724_249_600.0,
    -10_670_622_842_880_000.0 / 3617.0,
    5_109_094_217_170_944_000.0 / 43867.0,
    -802_857_662_698_291_200_000.0 / 174_611.0,
    155_112_100_433_309_859_840_000.0 / 854_513.0,
    -1_693_824_136_731_743_669_452_800_000.0 / 236_364_091.0,
];

/// `log(2 pi) / 2 - 1/2`.
const HALF_LOG_TAU: f64 = f64::from_bits(0x3fda_cfe3_90c9_7d69);

/// sin and cos of pi t, for 0 <= t <= 1/2.
fn sin_cos_pi<'k>(k: &'k Kit, t: X<'k>) -> (X<'k>, X<'k>) {
    let far = t.gt(0.25);
    let (s, c) = sin_cos_small(k, far.sel(0.5 - t, t) * PI);
    (far.sel(c, s), far.sel(s, c))
}

/// The distance to the nearest integer, |x| below 2^mantissa.
fn from_integer<'k>(x: X<'k>) -> X<'k> {
    x - x.round()
}

/// lgamma for 1/2 <= x < overflow.
fn lgamma_right<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let far = k.pick(8.0, 12.0);
    let low = x.lt(1.5);
    let stirling = x.ge(far);
    // Down to [1.5, 2.5) by gamma(x) = (x-1) gamma(x-1).
    let near = stirling.sel(k.c(2.0), x);
    let steps = (near - 1.5).floor().max(0.0);
    let product = (1..far as u32 - 1).fold(k.c(1.0), |p, j| {
        let j = j as f64;
        steps.ge(j).sel(p * (near - j), p)
    });
    let z = low.sel(near - 1.0, near - steps - 2.0);
    let l = log_normal(k, (low | stirling).sel(x, product));
    let mid = z * k.poly(z, k.pick(LGAMMA_32, LGAMMA_64));
    let mid = mid + low.sel(-l, l);
    let w = 1.0 / stirling.sel(x, k.c(far));
    let series = w * k.poly(w * w, &STIRLING[..k.pick(3, 9)]);
    let tail = (x - 0.5) * (l - 1.0) + (series + HALF_LOG_TAU);
    stirling.sel(tail, mid)
}

/// `log(|gamma(x)|)`: 6 ulp (f32: 20 left of 0) of the larger of it and 1; infinite at the poles.
pub fn lgamma<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let end = k.pick(4.085_003_4e36, 2.556_348_163_871_690_4e305);
    let whole = k.pick(2f64.powi(23), 2f64.powi(52));
    let pole = x.mag_ge(end) | x.zeroish() | x.below_minus(whole);
    let xs = pole.sel(k.c(1.0), x);
    let left = xs.lt(0.5);
    let right = lgamma_right(k, left.sel(1.0 - xs, xs));
    let t = from_integer(left.sel(xs, k.c(0.25))).abs();
    let zero = t.eq(0.0);
    let (s, _) = sin_cos_pi(k, zero.sel(k.c(0.25), t));
    let r = left.sel(log_normal(k, PI / s) - right, right);
    let r = (pole | zero).sel(k.inf(), r.plus_zero());
    x.nan().sel(x, r)
}

/// digamma for x >= 1/2, finite.
fn digamma_right<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let far = k.pick(8.0, 12.0);
    let (mut y, mut sum) = (x, k.c(0.0));
    for _ in 0..far as u32 {
        let more = y.lt(far);
        sum = more.sel(sum - 1.0 / y, sum);
        y = more.sel(y + 1.0, y);
    }
    let w = 1.0 / y;
    let z = w * w;
    let series = z * k.poly(z, &DIGAMMA[..k.pick(4, 9)]);
    (log_normal(k, y) - 0.5 * w) - series + sum
}

/// The derivative of lgamma: 9 ulp (f32: 10) of the larger of it and 1; NaN at the poles.
pub fn digamma<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let whole = k.pick(2f64.powi(23), 2f64.powi(52));
    let pole = x.zeroish() | x.below_minus(whole);
    let inf = x.above(f64::INFINITY);
    let xs = (pole | inf).sel(k.c(1.0), x);
    let left = xs.lt(0.5);
    let right = digamma_right(k, left.sel(1.0 - xs, xs));
    let d = from_integer(left.sel(xs, k.c(0.25)));
    let zero = d.eq(0.0);
    let (s, c) = sin_cos_pi(k, zero.sel(k.c(0.25), d.abs()));
    let cot = (PI * c / s).xor_sign(d.sign());
    let r = left.sel(right - cot, right);
    let r = (pole | zero).sel(k.nan(), r);
    (inf | x.nan()).sel(x, r)
}

/// Hurwitz zeta, `sum over k of (q + k)^-s`: 1e-13 (f32: 8 ulp). NaN for s < 1, infinite at s = 1 and at the poles in q
/// of an even integer s; other q <= 0 take an integer s and non-integer q.
pub fn zeta<'k>(k: &'k Kit, s: X<'k>, q: X<'k>) -> X<'k> {
    const TERMS: f64 = 10.0;
    let one = k.c(1.0).ibits();
    let s_big = s.mag_ge(k.pick(1e9, 1e14));
    let s_bad = s.negative() | s.mag().le(one) | s_big;
    let q_bad = q.infinite() | q.nan();
    let ss = s_bad.sel(k.c(2.0), s);
    let qs = q_bad.sel(k.c(1.0), q);
    // A term that is infinite is kept apart: it is the result.
    let sum = k.loop_(
        &[k.c(0.0), k.c(0.0), k.c(0.0)],
        TERMS as u32,
        |_| k.bool(true),
        |v| {
            let t = pow(k, qs + v[1], -ss);
            let inf = t.infinite();
            vec![v[0] + inf.sel(k.c(0.0), t), v[1] + 1.0, inf.sel(t, v[2])]
        },
    );
    let w = qs + TERMS;
    let p = pow(k, w, -ss);
    // Integral of the rest, half of its first term, and the corrections.
    let mut tail = p * w / (ss - 1.0) + 0.5 * p;
    let mut factor = ss / w;
    let z = 1.0 / (w * w);
    for (i, a) in EULER.iter().take(k.pick(6, 12)).enumerate() {
        tail = tail + p * factor * (1.0 / a);
        let j = 2.0 * i as f64;
        factor = factor * ((ss + (j + 1.0)) * (ss + (j + 2.0))) * z;
    }
    let r = sum[2].infinite().sel(sum[2], (sum[0] + tail).plus_zero());
    let q_low = (q.negative() | q.zeroish()) & !q.nan();
    let q_int = qs.floor().eq(qs) | q.zeroish() | q.infinite();
    let s_int = ss.floor().eq(ss);
    // Beyond the last odd number an s is even, infinity apart; below 1 only zero is.
    let half = s.mag_ge(f64::INFINITY).sel(k.c(0.5), s) * 0.5;
    let s_even = (half.floor().eq(half) & s.mag_ge(1.0)) | s.zeroish();
    // Here JAX's corrections have overflowed.
    let lost = s_big & q.mag().lt(s.mag());
    let r = s_big.sel(k.c(0.0), r);
    let r = (lost | (q_low & !q_int & !s_int)).sel(k.nan(), r);
    let r = q.infinite().sel(k.nan(), r);
    let r = (s.negative() | s.mag().lt(one)).sel(k.nan(), r);
    let r = (q_low & q_int).sel(s_even.sel(k.inf(), k.nan()), r);
    let r = q.nan().sel(q, r);
    let r = s.ibits().eq(one).sel(k.inf(), r);
    let r = s.infinite().sel(k.nan(), r);
    s.nan().sel(s, r)
}

/// `a b` for a >= 1, infinities and overflow decided on bits.
fn product<'k>(k: &'k Kit, a: X<'k>, b: X<'k>) -> X<'k> {
    let special = a.mag_ge(f64::INFINITY) | b.mag_ge(f64::INFINITY);
    let sign = b.sign();
    let (x, y) = (special.sel(k.c(1.0), a), special.sel(k.c(1.0), b.abs()));
    let exponents = x.mag().shr(k.mant()) + y.mag().shr(k.mant());
    let over = exponents.ge(k.i(3 * k.bias() + 1));
    // Eight powers of two lower, so that what is just too much is still a number.
    let p = (x * 2f64.powi(-8)) * over.sel(k.c(1.0), y);
    let over = over | p.above(k.pick(2f64.powi(120), 2f64.powi(1016)));
    let r = over.sel(k.inf(), over.sel(k.c(1.0), p) * 256.0).plus_zero();
    let r = special.sel(k.inf(), r).xor_sign(sign);
    let r = (special & b.mag().eq(0.0)).sel(k.nan(), r);
    let r = a.nan().sel(a, r);
    b.nan().sel(b, r)
}

/// `(n, x)`: the n-th derivative of digamma, `(-1)^(n+1) n! zeta(n+1, x)`: 1e-13 (f32: 16 ulp); NaN unless n is an integer >= 0.
pub fn polygamma<'k>(k: &'k Kit, n: X<'k>, x: X<'k>) -> X<'k> {
    let bad = n.mag_ge(f64::INFINITY) | (n.negative() & !n.zeroish());
    let ns = bad.sel(k.c(1.0), n);
    let half = ns * 0.5;
    let odd = half.floor().ne(half);
    let z = zeta(k, ns + 1.0, x);
    let factorial = exp(k, lgamma(k, ns + 1.0));
    let r = product(k, factorial, z).xor_sign(odd.sel(k.u(0), k.c(-0.0).bits()));
    let r = ns.floor().eq(ns).sel(r, k.nan());
    let r = n.zeroish().sel(digamma(k, x), r);
    bad.sel(k.nan(), r)
}
