//! Interval extensions of elementwise functions over the reals: every rule here holds each value the function takes on the
//! operands' boxes, or says more than that. `Row::range` adds what all have in common (complex operands, integer overflow).
//!
//! A bound at infinity may be reached: a function without a value there may give NaN. The platform's own functions are
//! taken to be within `LIBM` ulps, and monotone ones are evaluated at the ends only.

use crate::dtype::DType;
use crate::interval::Interval;
use std::f64::consts::{FRAC_PI_2, PI};

/// How far the platform's elementary functions may be off, in ulps (documented errors are at most 2).
const LIBM: u32 = 4;

fn iv(lo: f64, hi: f64, nan: bool) -> Interval {
    if lo.is_nan() || hi.is_nan() { Interval::TOP } else { Interval { lo, hi, nan } }
}

/// An integer range that leaves its dtype may wrap or saturate: then the whole dtype.
pub fn integer(dtype: DType, x: Interval) -> Interval {
    let (lo, hi) = super::convert::int_range(dtype);
    if x.lo >= lo && x.hi <= hi { Interval { nan: false, ..x } } else { Interval::new(lo, hi) }
}

/// An increasing function, given at the ends.
pub fn increasing(x: Interval, f: fn(f64) -> f64) -> Interval {
    iv(f(x.lo), f(x.hi), x.nan).outward(LIBM)
}

/// A decreasing function, given at the ends.
pub fn decreasing(x: Interval, f: fn(f64) -> f64) -> Interval {
    iv(f(x.hi), f(x.lo), x.nan).outward(LIBM)
}

/// The part of `x` inside `[lo, hi]`, with NaN where something is outside; `None` when nothing is inside.
pub fn within(x: Interval, lo: f64, hi: f64) -> Option<Interval> {
    let r = Interval { lo: x.lo.max(lo), hi: x.hi.min(hi), nan: x.nan || x.lo < lo || x.hi > hi };
    (r.lo <= r.hi).then_some(r)
}

/// An increasing function on `[lo, hi]`, NaN outside.
pub fn increasing_on(x: Interval, lo: f64, hi: f64, f: fn(f64) -> f64) -> Interval {
    within(x, lo, hi).map_or(NOTHING, |x| increasing(x, f))
}

/// A decreasing function on `[lo, hi]`, NaN outside.
pub fn decreasing_on(x: Interval, lo: f64, hi: f64, f: fn(f64) -> f64) -> Interval {
    within(x, lo, hi).map_or(NOTHING, |x| decreasing(x, f))
}

/// No real value: NaN only.
pub const NOTHING: Interval = Interval { lo: f64::INFINITY, hi: f64::NEG_INFINITY, nan: true };

/// The values of both, kept inside `[lo, hi]` (bounds that the function never leaves).
pub fn clipped(x: Interval, lo: f64, hi: f64) -> Interval {
    Interval { lo: x.lo.max(lo), hi: x.hi.min(hi), nan: x.nan }
}

fn infinite(x: Interval) -> bool {
    x.lo.is_infinite() || x.hi.is_infinite()
}

/// `-x`.
pub fn neg(x: Interval) -> Interval {
    Interval { lo: -x.hi, hi: -x.lo, nan: x.nan }
}

/// `x + y`.
pub fn add(x: Interval, y: Interval) -> Interval {
    let clash =
        (x.lo == f64::NEG_INFINITY && y.hi == f64::INFINITY) || (x.hi == f64::INFINITY && y.lo == f64::NEG_INFINITY);
    if clash {
        return Interval::TOP;
    }
    iv(x.lo + y.lo, x.hi + y.hi, x.nan || y.nan).outward(1)
}

/// `x - y`.
pub fn sub(x: Interval, y: Interval) -> Interval {
    add(x, neg(y))
}

/// Product of ends, with `0 * inf = 0` (the NaN is reported apart).
fn corner(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 { 0.0 } else { a * b }
}

/// `x * y`.
pub fn mul(x: Interval, y: Interval) -> Interval {
    let c = [corner(x.lo, y.lo), corner(x.lo, y.hi), corner(x.hi, y.lo), corner(x.hi, y.hi)];
    let nan = x.nan || y.nan || (infinite(x) && y.contains(0.0)) || (infinite(y) && x.contains(0.0));
    iv(c.iter().copied().fold(f64::INFINITY, f64::min), c.iter().copied().fold(f64::NEG_INFINITY, f64::max), nan)
        .outward(1)
}

/// `1 / x`; nothing is claimed across the pole.
pub fn recip(x: Interval) -> Interval {
    if x.contains(0.0) {
        return Interval { nan: x.nan, ..Interval::TOP };
    }
    iv(1.0 / x.hi, 1.0 / x.lo, x.nan).outward(1)
}

/// `x / y`.
pub fn div(x: Interval, y: Interval) -> Interval {
    if y.contains(0.0) || (infinite(x) && infinite(y)) {
        return Interval::TOP;
    }
    let q = |a: f64, b: f64| if a == 0.0 { 0.0 } else { a / b };
    let c = [q(x.lo, y.lo), q(x.lo, y.hi), q(x.hi, y.lo), q(x.hi, y.hi)];
    iv(
        c.iter().copied().fold(f64::INFINITY, f64::min),
        c.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        x.nan || y.nan,
    )
    .outward(1)
}

/// `|x|`.
pub fn abs(x: Interval) -> Interval {
    let hi = x.lo.abs().max(x.hi.abs());
    let lo = if x.contains(0.0) { 0.0 } else { x.lo.abs().min(x.hi.abs()) };
    Interval { lo, hi, nan: x.nan }
}

/// `x^2`.
pub fn square(x: Interval) -> Interval {
    let a = abs(x);
    clipped(iv(a.lo * a.lo, a.hi * a.hi, x.nan).outward(1), 0.0, f64::INFINITY)
}

/// `x^n`.
pub fn integer_pow(x: Interval, n: i32) -> Interval {
    if n == 0 {
        return Interval::new(1.0, 1.0);
    }
    if n < 0 {
        return match n.checked_neg() {
            Some(m) => recip(integer_pow(x, m)),
            None => Interval::TOP,
        };
    }
    // Repeated products round once each: at most n roundings, on either side.
    let power = |v: f64| v.powi(n);
    let base = if n % 2 == 0 { abs(x) } else { x };
    let slack = (4 * n as u32).min(4000);
    let r = iv(power(base.lo), power(base.hi), x.nan);
    if n > 1000 {
        return if n % 2 == 0 {
            Interval { lo: 0.0, hi: f64::INFINITY, nan: x.nan }
        } else {
            Interval { nan: x.nan, ..Interval::TOP }
        };
    }
    let r = r.outward(slack);
    if n % 2 == 0 { clipped(r, 0.0, f64::INFINITY) } else { r }
}

/// `x^y` for a whole number `y`, or `x` at least 0 (at 0 itself only with `y` at least 0); nothing is claimed elsewhere.
pub fn pow(x: Interval, y: Interval) -> Interval {
    if y.lo == y.hi && y.lo.fract() == 0.0 && y.lo.abs() <= 1000.0 && !y.nan {
        return integer_pow(x, y.lo as i32);
    }
    if x.lo < 0.0 || (x.lo == 0.0 && y.lo < 0.0) {
        return Interval::TOP;
    }
    // exp(y log x) is monotone in each operand: its extremes are at corners.
    let lo = x.lo.abs();
    let c = [lo.powf(y.lo), lo.powf(y.hi), x.hi.powf(y.lo), x.hi.powf(y.hi)];
    let r = iv(
        c.iter().copied().fold(f64::INFINITY, f64::min),
        c.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        x.nan || y.nan,
    );
    // Large powers lose more than a few ulps in the platform's pow.
    clipped(widened(r, 1e-14, 0.0).outward(LIBM), 0.0, f64::INFINITY)
}

/// A function of period `2 pi` that is `sin` moved left by `phase`.
fn wave(x: Interval, phase: f64, f: fn(f64) -> f64) -> Interval {
    let all = Interval { lo: -1.0, hi: 1.0, nan: x.nan || infinite(x) };
    if infinite(x) || x.lo.abs().max(x.hi.abs()) > 1e8 || x.hi - x.lo >= 2.0 * PI {
        return all;
    }
    // Extremes are at pi/2 + k pi; the ends get slack for the rounding of this test.
    let slack = 1e-12 * (1.0 + x.lo.abs().max(x.hi.abs()));
    let first = ((x.lo - slack + phase - FRAC_PI_2) / PI).ceil();
    let last = ((x.hi + slack + phase - FRAC_PI_2) / PI).floor();
    let (a, b) = (f(x.lo), f(x.hi));
    let mut r = iv(a.min(b), a.max(b), x.nan).outward(LIBM);
    let mut k = first;
    while k <= last {
        if k.rem_euclid(2.0) == 0.0 {
            r.hi = 1.0;
        } else {
            r.lo = -1.0;
        }
        k += 1.0;
    }
    clipped(r, -1.0, 1.0)
}

/// `sin x`.
pub fn sin(x: Interval) -> Interval {
    wave(x, 0.0, f64::sin)
}

/// `cos x`.
pub fn cos(x: Interval) -> Interval {
    wave(x, FRAC_PI_2, f64::cos)
}

/// `tan x`; nothing is claimed across a pole.
pub fn tan(x: Interval) -> Interval {
    if infinite(x) || x.lo.abs().max(x.hi.abs()) > 1e8 {
        return Interval::TOP;
    }
    let slack = 1e-12 * (1.0 + x.lo.abs().max(x.hi.abs()));
    let cell = |v: f64| ((v - FRAC_PI_2) / PI).floor();
    if cell(x.lo - slack) != cell(x.hi + slack) {
        return Interval { nan: x.nan, ..Interval::TOP };
    }
    increasing(x, f64::tan)
}

/// An even function that grows with `|x|` and is at least `min`.
pub fn even_increasing(x: Interval, min: f64, f: fn(f64) -> f64) -> Interval {
    clipped(increasing(abs(x), f), min, f64::INFINITY)
}

/// `x mod y` with the dividend's sign: only its size is known.
pub fn rem(x: Interval, y: Interval) -> Interval {
    let m = abs(x).hi.min(abs(y).hi);
    let lo = if x.lo >= 0.0 { 0.0 } else { -m };
    let hi = if x.hi <= 0.0 { 0.0 } else { m };
    Interval { lo, hi, nan: x.nan || y.nan || infinite(x) || y.contains(0.0) }
}

/// What a comparison gives, from what is certain of it.
pub fn truth(always: bool, never: bool) -> Interval {
    match (always, never) {
        (true, _) => Interval::new(1.0, 1.0),
        (_, true) => Interval::new(0.0, 0.0),
        _ => Interval::new(0.0, 1.0),
    }
}

/// The digamma function for `x > 0`, by recurrence and the asymptotic series; absolute error below 1e-11.
pub fn digamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    if x.is_infinite() {
        return x;
    }
    while x < 12.0 {
        shift -= 1.0 / x;
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    shift + x.ln() - 0.5 / x - r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * (1.0 / 252.0 - r * (1.0 / 240.0 - r / 132.0))))
}

/// Each end moved out by `relative` of its size and by `absolute`.
pub fn widened(x: Interval, relative: f64, absolute: f64) -> Interval {
    let by = |v: f64| if v.is_finite() { v.abs() * relative + absolute } else { 0.0 };
    Interval { lo: x.lo - by(x.lo), hi: x.hi + by(x.hi), nan: x.nan }.outward(1)
}

/// `[0, 1]` where the operands are inside the domain, which the caller has checked; else nothing.
pub fn unit_interval(xs: &[Interval], inside: bool) -> Interval {
    if !inside {
        return Interval::TOP;
    }
    Interval { lo: 0.0, hi: 1.0, nan: xs.iter().any(|x| x.nan || infinite(*x)) }.outward(16)
}
