//! Incomplete gamma functions, their derivative by the shape parameter, and the incomplete beta function.
//!
//! A power series below x = a and a continued fraction above it, as in Cephes and as JAX chooses between them; loops are
//! bounded, and a lane stops when its own terms no longer count.

use super::exp::exp;
use super::gamma::{digamma, lgamma};
use super::kit::{Kit, X};
use super::log::{log, log1p};

/// What is wanted of the incomplete gamma function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Value,
    /// The derivative by a.
    ByA,
    /// The derivative of a sample x by a.
    OfSample,
}

fn eps(k: &Kit) -> f64 {
    k.pick(f32::EPSILON as f64, f64::EPSILON)
}

/// The lower function by its series, where `on`.
fn series<'k>(k: &'k Kit, ax: X<'k>, x: X<'k>, a: X<'k>, on: X<'k>, mode: Mode) -> X<'k> {
    let eps = eps(k);
    let (zero, one) = (k.c(0.0), k.c(1.0));
    let v = k.loop_(
        &[on, a, one, one, zero, zero],
        10_000,
        |v| v[0],
        |v| {
            let [r, c, sum, dc, dsum] = [v[1] + 1.0, v[2], v[3], v[4], v[5]];
            let f = x / r;
            let dc = dc * f - (c * f) / r;
            let dsum = dsum + dc;
            let c = c * f;
            let sum = sum + c;
            let go = match mode {
                Mode::Value => (c / sum).gt(eps),
                _ => (dc / dsum).abs().gt(eps),
            };
            vec![go, r, c, sum, dc, dsum]
        },
    );
    let (sum, dsum) = (v[3], v[5]);
    if mode == Mode::Value {
        return sum * ax / a;
    }
    let d = sum * (log(k, x) - digamma(k, a + 1.0)) + dsum;
    match mode {
        Mode::OfSample => -d * x / a,
        _ => ax * d / a,
    }
}

/// The upper function by its continued fraction, where `on`.
fn fraction<'k>(k: &'k Kit, ax: X<'k>, x: X<'k>, a: X<'k>, on: X<'k>, mode: Mode) -> X<'k> {
    let eps = eps(k);
    let (zero, one) = (k.c(0.0), k.c(1.0));
    let y = 1.0 - a;
    let z = x + y + 1.0;
    let (p1, q1) = (x + 1.0, z * x);
    let ans = p1 / q1;
    let dq1 = -x;
    let dans = -(ans * dq1) / q1;
    // go, ans, y, z, count, p1, q1, p2, q2, dp1, dq1, dp2, dq2, dans
    let v = k.loop_(
        &[on, ans, y, z, zero, p1, q1, one, x, zero, dq1, zero, zero, dans],
        2000,
        |v| v[0],
        |v| {
            let (ans, y, z, c) = (v[1], v[2] + 1.0, v[3] + 2.0, v[4] + 1.0);
            let [p1, q1, p2, q2] = [v[5], v[6], v[7], v[8]];
            let [dp1, dq1, dp2, dq2, dans] = [v[9], v[10], v[11], v[12], v[13]];
            let yc = y * c;
            let p = p1 * z - p2 * yc;
            let q = q1 * z - q2 * yc;
            let ok = q.ne(0.0);
            let qs = ok.sel(q, one);
            let r = p / qs;
            let t = ok.sel(((ans - r) / r).abs(), one);
            let ans = ok.sel(r, ans);
            let dp = dp1 * z - p1 - dp2 * yc + p2 * c;
            let dq = dq1 * z - q1 - dq2 * yc + q2 * c;
            let dnew = ok.sel((dp - ans * dq) / qs, dans);
            let go = match mode {
                Mode::Value => t.gt(eps),
                _ => ok.sel((dnew - dans).abs(), one).gt(eps),
            };
            let scale = p.abs().gt(1.0 / eps).sel(k.c(eps), one);
            let s = |w: X<'k>| w * scale;
            vec![go, ans, y, z, c, s(p), s(q), s(p1), s(q1), s(dp), s(dq), s(dp1), s(dq1), dnew]
        },
    );
    let (ans, dans) = (v[1], v[13]);
    if mode == Mode::Value {
        return ans * ax;
    }
    let d = ans * (log(k, x) - digamma(k, a)) + dans;
    match mode {
        Mode::OfSample => -d * x,
        _ => ax * d,
    }
}

/// `(domain error, x is 0, x is +inf, a is 0)`.
fn edges<'k>(x: X<'k>, a: X<'k>) -> (X<'k>, X<'k>, X<'k>, X<'k>) {
    let (x0, a0) = (x.zeroish(), a.zeroish());
    let below = (x.negative() & !x0) | (a.negative() & !a0);
    let nan = x.nan() | a.nan();
    (below | nan | (x0 & a0), x0, x.infinite() & !x.negative(), a0)
}

/// `x^a e^-x / gamma(a)`, and whether it is too small to matter.
fn weight<'k>(k: &'k Kit, x: X<'k>, a: X<'k>) -> (X<'k>, X<'k>) {
    let l = a * log(k, x) - x - lgamma(k, a);
    let under = l.lt(k.pick(-88.722_839, -709.782_712_893_384));
    (exp(k, l), under)
}

/// `(a, x)`: the regularized lower incomplete gamma function; 1e-13 (f32: 1e-5 where a is large).
pub fn igamma<'k>(k: &'k Kit, a: X<'k>, x: X<'k>) -> X<'k> {
    let (error, x0, x_inf, a0) = edges(x, a);
    let plain = !(error | x0 | x_inf | a0 | a.infinite());
    let (xs, aa) = (plain.sel(x, k.c(1.0)), plain.sel(a, k.c(1.0)));
    let upper = xs.ge(1.0) & xs.gt(aa);
    let (ax, under) = weight(k, xs, aa);
    let on = plain & !under;
    let u = 1.0 - fraction(k, ax, xs, aa, on & upper, Mode::Value);
    let l = series(k, ax, xs, aa, on & !upper, Mode::Value);
    let r = upper.sel(u, l).flush().plus_zero();
    let r = a.infinite().sel(k.c(0.0), r);
    // JAX divides by a below 1.
    let r = a0.sel(x.above(1.0).sel(k.c(1.0), k.nan()), r);
    let r = x0.sel(k.c(0.0), r);
    let r = x_inf.sel(k.c(1.0), r);
    error.sel(k.nan(), r)
}

/// `(a, x)`: the regularized upper incomplete gamma function; 1e-13 (f32: 1e-5 where a is large).
pub fn igammac<'k>(k: &'k Kit, a: X<'k>, x: X<'k>) -> X<'k> {
    let (error, x0, x_inf, a0) = edges(x, a);
    let plain = !(error | x0 | x_inf | a0 | a.infinite());
    let (xs, aa) = (plain.sel(x, k.c(1.0)), plain.sel(a, k.c(1.0)));
    let lower = xs.lt(1.0) | xs.lt(aa);
    let (ax, under) = weight(k, xs, aa);
    let on = plain & !under;
    let l = 1.0 - series(k, ax, xs, aa, on & lower, Mode::Value);
    let u = fraction(k, ax, xs, aa, on & !lower, Mode::Value);
    let r = lower.sel(l, u).flush().plus_zero();
    let r = (x0 | a.infinite()).sel(k.c(1.0), r);
    let r = (x_inf | a0).sel(k.c(0.0), r);
    error.sel(k.nan(), r)
}

fn derivative<'k>(k: &'k Kit, a: X<'k>, x: X<'k>, mode: Mode) -> X<'k> {
    let (below, x0, x_inf, a0) = edges(x, a);
    let error = below | a0;
    let plain = !(error | x0 | x_inf | a.infinite());
    let (xs, aa) = (plain.sel(x, k.c(1.0)), plain.sel(a, k.c(1.0)));
    let upper = xs.gt(1.0) & xs.gt(aa);
    let (ax, under) = weight(k, xs, aa);
    let on = plain & !under;
    let u = -fraction(k, ax, xs, aa, on & upper, mode);
    let l = series(k, ax, xs, aa, on & !upper, mode);
    let r = upper.sel(u, l).flush().plus_zero();
    let r = (x0 | x_inf | a.infinite()).sel(k.c(0.0), r);
    error.sel(k.nan(), r)
}

/// `(a, x)`: the derivative of igamma by a; 1e-12 of its greatest value (f32: 1e-5).
pub fn igamma_grad_a<'k>(k: &'k Kit, a: X<'k>, x: X<'k>) -> X<'k> {
    derivative(k, a, x, Mode::ByA)
}

/// `(a, x)`: the derivative by a of a gamma(a) sample x; 1e-12 (f32: 1e-5).
pub fn random_gamma_grad<'k>(k: &'k Kit, a: X<'k>, x: X<'k>) -> X<'k> {
    derivative(k, a, x, Mode::OfSample)
}

/// `(a, b, x)`: the regularized incomplete beta function; 1e-12 (f32: 1e-5).
///
/// Its continued fraction (DLMF 8.17.23) by Lentz's method, on the side where it converges quickly.
pub fn betainc<'k>(k: &'k Kit, a: X<'k>, b: X<'k>, x: X<'k>) -> X<'k> {
    let one = k.c(1.0);
    let nan = a.nan() | b.nan() | x.nan();
    let (x0, x1) = (x.zeroish(), x.ibits().eq(one.ibits()));
    let below = |v: X<'k>| v.negative() & !v.zeroish();
    let outside = below(a) | below(b) | below(x) | (!x.negative() & x.mag().gt(one.ibits()));
    let a_none = a.zeroish() | b.infinite();
    let b_none = b.zeroish() | a.infinite();
    let error = nan | outside | (a_none & b_none);
    let plain = !(error | a_none | b_none | x0 | x1);
    let (a, b, x) = (plain.sel(a, one), plain.sel(b, one), plain.sel(x, k.c(0.5)));

    let quick = x.lt((a + 1.0) / (a + b + 2.0));
    let (a, b, x, other) = (quick.sel(a, b), quick.sel(b, a), quick.sel(x, 1.0 - x), quick.sel(1.0 - x, x));
    let small = eps(k) * 0.5;
    let fix = |v: X<'k>| v.abs().lt(small).sel(k.c(small), v);
    // go, iteration, c, d, h: h goes to the fraction's denominator 1 + n1/(1 + n2/(1 + ...)).
    let v = k.loop_(
        &[plain, k.c(0.0), one, k.c(0.0), one],
        k.pick(200, 600),
        |v| v[0],
        |v| {
            let [i, c, d, h] = [v[1], v[2], v[3], v[4]];
            let half = (i * 0.5).floor();
            let even = (half * 2.0).eq(i);
            let m = even.sel(half, half + 1.0);
            let am = a + 2.0 * m;
            let first = -(a + b) * x / (a + 1.0);
            let plus = -((a + m) / am) * ((a + b + m) / (am + 1.0)) * x;
            let plus = m.eq(0.0).sel(first, plus);
            let minus = (m / (am - 1.0)) * ((b - m) / am) * x;
            let n = even.sel(plus, minus);
            let c = fix(1.0 + n / c);
            let d = 1.0 / fix(1.0 + n * d);
            let delta = c * d;
            vec![(delta - 1.0).abs().ge(small), i + 1.0, c, d, h * delta]
        },
    );
    let lbeta = lgamma(k, a) + (lgamma(k, b) - lgamma(k, a + b));
    // x is the one below the turning point; its complement is exact where it matters.
    let logs = a * log(k, x) + b * quick.sel(log1p(k, -x), log(k, other));
    let r = exp(k, logs - lbeta) / (a * v[4]);
    let r = quick.sel(r, 1.0 - r).flush().plus_zero();
    let r = ((b_none & !x1) | (a_none & x0) | x0).sel(k.c(0.0), r);
    let r = ((a_none & !x0) | (b_none & x1) | x1).sel(one, r);
    error.sel(k.nan(), r)
}
