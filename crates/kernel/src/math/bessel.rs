//! Modified Bessel functions of the first kind, exponentially scaled.

use super::coef::{I0E_A_32, I0E_A_64, I0E_B_32, I0E_B_64, I1E_A_32, I1E_A_64, I1E_B_32, I1E_B_64};
use super::kit::{Kit, X};

/// Two fits joined at 8; `odd` multiplies the near one by |x| and keeps the sign.
fn scaled<'k>(k: &'k Kit, x: X<'k>, near: &[f64], far: &[f64], odd: bool) -> X<'k> {
    let huge = x.mag_ge(f64::INFINITY);
    let a = huge.sel(k.c(1.0), x.abs());
    let small = a.mag_lt(8.0);
    let n = k.poly(small.sel(a, k.c(1.0)) * 0.25 - 1.0, near);
    let b = small.sel(k.c(8.0), a);
    let f = k.poly(16.0 / b - 1.0, far) / b.sqrt();
    let r = small.sel(if odd { n * a } else { n }, f);
    let r = huge.sel(k.c(0.0), r).flush().plus_zero();
    let r = if odd { r.xor_sign(x.sign()) } else { r };
    x.nan().sel(x, r)
}

/// `exp(-|x|) I0(x)`: 6 ulp.
pub fn i0e<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    scaled(k, x, k.pick(I0E_A_32, I0E_A_64), k.pick(I0E_B_32, I0E_B_64), false)
}

/// `exp(-|x|) I1(x)`: 6 ulp.
pub fn i1e<'k>(k: &'k Kit, x: X<'k>) -> X<'k> {
    scaled(k, x, k.pick(I1E_A_32, I1E_A_64), k.pick(I1E_B_32, I1E_B_64), true)
}
