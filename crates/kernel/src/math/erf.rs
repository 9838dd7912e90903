//! The error function and its kin.

use super::coef::{ERF_32, ERF_64, ERFC_32, ERFC_64, ERFINV_A_32, ERFINV_A_64, ERFINV_B_32, ERFINV_B_64, ERFINV_C_64};
use super::exp::exp_no_nan;
use super::kit::{Kit, X};
use super::log::log_normal;

/// `erf(x)` for |x| <= 1.
fn erf_small<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    x * k.poly(x * x, k.pick(ERF_32, ERF_64))
}

/// `erfc(y)` for 0.45 <= y <= 27.
fn erfc_large<'k>(k: &'k Kit, y: X<'k>) -> X<'k> {
    let mid = k.pick(2.0, 3.0);
    let t = (y - mid) / (y + mid);
    let h = k.poly(t, k.pick(ERFC_32, ERFC_64)) / (1.0 + 2.0 * y);
    // exp(-y^2), y^2 as an exact head and a small tail.
    let head = (y.bits() & k.u(k.pick(0xffff_f000, 0xffff_ffff_f800_0000))).float();
    let tail = (y - head) * (y + head);
    exp_no_nan(k, -(head * head)) * exp_no_nan(k, -tail) * h
}

/// The error function: 2.5 ulp.
pub fn erf<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let far = x.mag_ge(1.0);
    let huge = x.mag_ge(6.5);
    let small = erf_small(k, far.sel(k.c(0.0), x.abs()));
    let large = 1.0 - erfc_large(k, (far & !huge).sel(x.abs(), k.c(1.0)));
    let r = huge.sel(k.c(1.0), far.sel(large, small)).xor_sign(x.sign());
    let r = x.zeroish().sel(x.flush(), r.flush());
    x.nan().sel(x, r)
}

/// `1 - erf(x)`: 6 ulp, to the end of the range.
pub fn erfc<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let end = k.pick(9.3, 26.6);
    let far = x.mag_ge(0.5);
    let huge = x.mag_ge(end);
    let mid = 1.0 - erf_small(k, far.sel(k.c(0.0), x));
    let large = erfc_large(k, (far & !huge).sel(x.abs(), k.c(1.0))).flush();
    let large = huge.sel(k.c(0.0), large);
    let r = far.sel(x.negative().sel(2.0 - large, large), mid);
    x.nan().sel(x, r)
}

/// The inverse of erf: 4 ulp; infinite at 1, NaN beyond.
pub fn erf_inv<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    let a = x.mag_ge(1.0).sel(k.c(0.0), x.abs());
    let w = -log_normal(k, (1.0 - a) * (1.0 + a));
    let p = if k.is32() {
        let near = k.poly(w - 2.5, ERFINV_A_32);
        let far = k.poly(w.max(5.0).sqrt() - 3.0, ERFINV_B_32);
        w.lt(5.0).sel(near, far)
    } else {
        let near = k.poly(w - 3.125, ERFINV_A_64);
        let root = w.max(6.25).sqrt();
        let mid = k.poly(root - 3.25, ERFINV_B_64);
        let far = k.poly(root - 5.0, ERFINV_C_64);
        w.lt(6.25).sel(near, w.lt(16.0).sel(mid, far))
    };
    let r = p * x.mag_ge(1.0).sel(k.c(0.0), x);
    let r = x.zeroish().sel(x, r).flush();
    let r = x.mag().eq(k.c(1.0).ibits()).sel(k.inf().xor_sign(x.sign()), r);
    let r = x.mag().gt(k.c(1.0).ibits()).sel(k.nan(), r);
    x.nan().sel(x, r)
}
