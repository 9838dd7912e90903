//! Pointwise code on pairs: complex numbers by their parts, and keys.
//!
//! Formulas are those of Kahan, "Branch Cuts for Complex Elementary Functions" (1987), with what JAX 0.10.2 gives at zero and
//! infinity where that differs.

use crate::Unsupported;
use crate::storage::{Vals, storage};
use gradlens_ir::{Params, Prim, ShapedArray};
use gradlens_kernel::{BlockBuilder, MathFn, ScalarType, Value};

/// A complex number's parts.
type C = (Value, Value);

/// An equation of which an operand or the result is a pair.
pub(crate) fn apply(
    b: &mut BlockBuilder,
    prim: Prim,
    params: &Params,
    ins: &[&ShapedArray],
    out: &ShapedArray,
    xs: &[Vals],
) -> Result<Vals, Unsupported> {
    let ty = storage(out.dtype).0.register();
    match prim {
        Prim::SelectN => return select(b, ins, xs),
        Prim::Copy | Prim::StopGradient => return Ok(xs[0]),
        Prim::Eq | Prim::EqTo => {
            let (p, q) = (xs[0].pair(|| b.lit(ty, 0.0)), xs[1].pair(|| b.lit(ty, 0.0)));
            let (re, im) = (b.eq(p.0, q.0), b.eq(p.1, q.1));
            return Ok(Vals::One(b.and(re, im)));
        }
        Prim::Ne => {
            let (p, q) = (xs[0].pair(|| b.lit(ty, 0.0)), xs[1].pair(|| b.lit(ty, 0.0)));
            let (re, im) = (b.ne(p.0, q.0), b.ne(p.1, q.1));
            return Ok(Vals::One(b.or(re, im)));
        }
        Prim::ConvertElementType => return Ok(convert(b, xs[0], out)),
        Prim::Complex => return Ok(Vals::Two(xs[0].one(), xs[1].one())),
        _ => {}
    }
    let part = b.ty(xs[0].one());
    if !part.is_float() {
        return Err(Unsupported::new(prim, "of keys"));
    }
    let c = |b: &mut BlockBuilder, i: usize| xs[i].pair(|| b.lit(part, 0.0));
    let x = c(b, 0);
    let two = |z: C| Ok(Vals::Two(z.0, z.1));
    match prim {
        Prim::Real => Ok(Vals::One(x.0)),
        Prim::Imag => Ok(Vals::One(x.1)),
        Prim::Abs => Ok(Vals::One(abs(b, x))),
        Prim::IsFinite => {
            let (re, im) = (b.is_finite(x.0), b.is_finite(x.1));
            Ok(Vals::One(b.and(re, im)))
        }
        Prim::Add | Prim::AddAny => {
            let y = c(b, 1);
            two(add(b, x, y))
        }
        Prim::Sub => {
            let y = c(b, 1);
            two(sub(b, x, y))
        }
        Prim::Mul => {
            let y = c(b, 1);
            two(mul(b, x, y))
        }
        Prim::Div => {
            let y = c(b, 1);
            two(div(b, x, y))
        }
        Prim::Pow => {
            let y = match xs[1] {
                Vals::One(v) => (b.cast(part, v), b.lit(part, 0.0)),
                Vals::Two(re, im) => (re, im),
            };
            two(pow(b, x, y))
        }
        Prim::IntegerPow => match params {
            Params::IntegerPow { y } => two(integer_pow(b, x, *y)),
            _ => Err(Unsupported::new(prim, "without an exponent")),
        },
        _ => match unary(b, prim, x) {
            Some(z) => two(z),
            None => Err(Unsupported::new(prim, "of complex numbers")),
        },
    }
}

fn select(b: &mut BlockBuilder, ins: &[&ShapedArray], xs: &[Vals]) -> Result<Vals, Unsupported> {
    let which = xs[0].one();
    if b.ty(which) == ScalarType::Bool {
        return Ok(match xs {
            [_, only] => *only,
            [_, off, on, ..] => on.zip(*off, |x, y| b.select(which, x, y)),
            _ => return Err(Unsupported::new(Prim::SelectN, format!("of {} operands", ins.len()))),
        });
    }
    // As for real cases: an index out of range takes the nearest case.
    let mut out = xs[xs.len() - 1];
    for k in (1..xs.len() - 1).rev() {
        let limit = b.int(b.ty(which), k as i64);
        let below = b.lt(which, limit);
        out = xs[k].zip(out, |x, y| b.select(below, x, y));
    }
    Ok(out)
}

fn convert(b: &mut BlockBuilder, x: Vals, out: &ShapedArray) -> Vals {
    let (stored, lanes) = storage(out.dtype);
    let ty = stored.register();
    if lanes == 2 {
        let (re, im) = x.pair(|| b.lit(ty, 0.0));
        return Vals::Two(b.cast(ty, re), b.cast(ty, im));
    }
    match x {
        Vals::Two(re, im) if ty == ScalarType::Bool => {
            let (re, im) = (b.cast(ty, re), b.cast(ty, im));
            Vals::One(b.or(re, im))
        }
        _ => {
            let re = b.cast(ty, x.one());
            Vals::One(b.narrow(stored, re))
        }
    }
}

fn lit(b: &mut BlockBuilder, like: Value, x: f64) -> Value {
    let ty = b.ty(like);
    b.lit(ty, x)
}

fn add(b: &mut BlockBuilder, x: C, y: C) -> C {
    (b.add(x.0, y.0), b.add(x.1, y.1))
}

fn sub(b: &mut BlockBuilder, x: C, y: C) -> C {
    (b.sub(x.0, y.0), b.sub(x.1, y.1))
}

fn mul(b: &mut BlockBuilder, x: C, y: C) -> C {
    let (ac, bd, ad, bc) = (b.mul(x.0, y.0), b.mul(x.1, y.1), b.mul(x.0, y.1), b.mul(x.1, y.0));
    (b.sub(ac, bd), b.add(ad, bc))
}

/// i x.
fn times_i(b: &mut BlockBuilder, x: C) -> C {
    (b.neg(x.1), x.0)
}

/// -i x.
fn over_i(b: &mut BlockBuilder, x: C) -> C {
    (x.1, b.neg(x.0))
}

/// Magnitude of x, sign of y.
fn copysign(b: &mut BlockBuilder, x: Value, y: Value) -> Value {
    let ty = b.ty(x);
    let (xb, yb) = (b.bits(x), b.bits(y));
    let wide = ty.unsigned();
    let mask = b.constant(gradlens_kernel::Const { ty: wide, bits: 1u64 << (ty.bits() - 1) });
    let rest = b.not(mask);
    let (sign, magnitude) = (b.and(yb, mask), b.and(xb, rest));
    let both = b.or(sign, magnitude);
    b.bitcast(ty, both)
}

/// Smith's division. By zero: infinity with the divisor's sign times the parts, as XLA gives.
fn div(b: &mut BlockBuilder, x: C, y: C) -> C {
    let (ya, yb) = (b.abs(y.0), b.abs(y.1));
    let real_wins = b.ge(ya, yb);
    // p is the greater part of y, q the lesser; the numerators follow.
    let (p, q) = (b.select(real_wins, y.0, y.1), b.select(real_wins, y.1, y.0));
    let r = b.div(q, p);
    let qr = b.mul(q, r);
    let den = b.add(p, qr);
    let (ar, br) = (b.mul(x.0, r), b.mul(x.1, r));
    let (re_1, re_2) = (b.add(x.0, br), b.add(ar, x.1));
    let (im_1, im_2) = (b.sub(x.1, ar), b.sub(br, x.0));
    let (re, im) = (b.select(real_wins, re_1, re_2), b.select(real_wins, im_1, im_2));
    let (re, im) = (b.div(re, den), b.div(im, den));
    let zero = lit(b, p, 0.0);
    let none = b.eq(p, zero);
    let inf = lit(b, p, f64::INFINITY);
    let inf = copysign(b, inf, y.0);
    let (zr, zi) = (b.mul(inf, x.0), b.mul(inf, x.1));
    (b.select(none, zr, re), b.select(none, zi, im))
}

/// The hypotenuse, without overflow on the way.
fn abs(b: &mut BlockBuilder, x: C) -> Value {
    let (p, q) = (b.abs(x.0), b.abs(x.1));
    let (high, low) = (b.max(p, q), b.min(p, q));
    let zero = lit(b, p, 0.0);
    let one = lit(b, p, 1.0);
    let r = b.div(low, high);
    let rr = b.mul(r, r);
    let s = b.add(rr, one);
    let s = b.sqrt(s);
    let h = b.mul(high, s);
    let none = b.eq(high, zero);
    let h = b.select(none, zero, h);
    let (pi, qi) = (b.is_inf(p), b.is_inf(q));
    let infinite = b.or(pi, qi);
    let inf = lit(b, p, f64::INFINITY);
    b.select(infinite, inf, h)
}

/// `log(|x|)`, precise where the magnitude is near one.
fn log_abs(b: &mut BlockBuilder, x: C) -> Value {
    let (p, q) = (b.abs(x.0), b.abs(x.1));
    let (high, low) = (b.max(p, q), b.min(p, q));
    let one = lit(b, p, 1.0);
    let half = lit(b, p, 0.5);
    let (less, more) = (b.sub(high, one), b.add(high, one));
    let d = b.mul(less, more);
    let ll = b.mul(low, low);
    let d = b.add(d, ll);
    let near = b.math(MathFn::Log1p, &[d]);
    let near = b.mul(near, half);
    let h = abs(b, x);
    let far = b.math(MathFn::Log, &[h]);
    let (floor, ceiling) = (lit(b, p, 0.7), lit(b, p, 1.5));
    let (above, below) = (b.gt(h, floor), b.lt(h, ceiling));
    let is_near = b.and(above, below);
    b.select(is_near, near, far)
}

fn exp(b: &mut BlockBuilder, x: C) -> C {
    let m = b.math(MathFn::Exp, &[x.0]);
    let (c, s) = (b.math(MathFn::Cos, &[x.1]), b.math(MathFn::Sin, &[x.1]));
    let (re, im) = (b.mul(m, c), b.mul(m, s));
    let zero = lit(b, m, 0.0);
    let real = b.eq(x.1, zero);
    (b.select(real, m, re), b.select(real, x.1, im))
}

fn log(b: &mut BlockBuilder, x: C) -> C {
    (log_abs(b, x), b.math(MathFn::Atan2, &[x.1, x.0]))
}

fn log1p(b: &mut BlockBuilder, x: C) -> C {
    let one = lit(b, x.0, 1.0);
    let (two, half) = (lit(b, x.0, 2.0), lit(b, x.0, 0.5));
    let moved = b.add(x.0, one);
    let wide = b.add(x.0, two);
    let d = b.mul(x.0, wide);
    let yy = b.mul(x.1, x.1);
    let d = b.add(d, yy);
    let near = b.math(MathFn::Log1p, &[d]);
    let near = b.mul(near, half);
    let far = log_abs(b, (moved, x.1));
    let size = abs(b, x);
    let small = b.lt(size, half);
    (b.select(small, near, far), b.math(MathFn::Atan2, &[x.1, moved]))
}

/// The root with real part at least 0; its imaginary part has the sign of x's.
fn sqrt(b: &mut BlockBuilder, x: C) -> C {
    let half = lit(b, x.0, 0.5);
    let zero = lit(b, x.0, 0.0);
    let h = abs(b, x);
    let a = b.abs(x.0);
    // Halved before they are added: the sum cannot overflow.
    let (hh, ah) = (b.mul(h, half), b.mul(a, half));
    let sum = b.add(hh, ah);
    let t = b.sqrt(sum);
    let double = b.add(t, t);
    let y = b.abs(x.1);
    let u = b.div(y, double);
    let right = b.ge(x.0, zero);
    let (re, im) = (b.select(right, t, u), b.select(right, u, t));
    let none = b.eq(h, zero);
    let (re, im) = (b.select(none, zero, re), b.select(none, zero, im));
    (re, copysign(b, im, x.1))
}

fn reciprocal(b: &mut BlockBuilder, x: C) -> C {
    let one = (lit(b, x.0, 1.0), lit(b, x.0, 0.0));
    div(b, one, x)
}

fn sinh(b: &mut BlockBuilder, x: C) -> C {
    let (s, c) = (b.math(MathFn::Sinh, &[x.0]), b.math(MathFn::Cosh, &[x.0]));
    let (sin, cos) = (b.math(MathFn::Sin, &[x.1]), b.math(MathFn::Cos, &[x.1]));
    (b.mul(s, cos), b.mul(c, sin))
}

fn cosh(b: &mut BlockBuilder, x: C) -> C {
    let (s, c) = (b.math(MathFn::Sinh, &[x.0]), b.math(MathFn::Cosh, &[x.0]));
    let (sin, cos) = (b.math(MathFn::Sin, &[x.1]), b.math(MathFn::Cos, &[x.1]));
    (b.mul(c, cos), b.mul(s, sin))
}

fn tanh(b: &mut BlockBuilder, x: C) -> C {
    let one = lit(b, x.0, 1.0);
    let limit = lit(b, x.0, 10.0);
    let t = b.math(MathFn::Tan, &[x.1]);
    let tt = b.mul(t, t);
    let beta = b.add(tt, one);
    // Beyond the limit the sine would overflow in time, and the value is 1 to more digits than there are.
    let size = b.abs(x.0);
    let capped = b.min(size, limit);
    let capped = copysign(b, capped, x.0);
    let s = b.math(MathFn::Sinh, &[capped]);
    let ss = b.mul(s, s);
    let rho = b.add(ss, one);
    let rho = b.sqrt(rho);
    let bs = b.mul(beta, s);
    let num = b.mul(bs, rho);
    let den = b.mul(beta, ss);
    let den = b.add(den, one);
    (b.div(num, den), b.div(t, den))
}

/// (sqrt(1 - x), sqrt(1 + x)).
fn roots(b: &mut BlockBuilder, x: C) -> (C, C) {
    let one = lit(b, x.0, 1.0);
    let minus = (b.sub(one, x.0), b.neg(x.1));
    let plus = (b.add(one, x.0), x.1);
    (sqrt(b, minus), sqrt(b, plus))
}

/// Im(conj(x) y).
fn cross(b: &mut BlockBuilder, x: C, y: C) -> Value {
    let (p, q) = (b.mul(x.0, y.1), b.mul(x.1, y.0));
    b.sub(p, q)
}

fn asin(b: &mut BlockBuilder, x: C) -> C {
    let (minus, plus) = roots(b, x);
    let (p, q) = (b.mul(minus.0, plus.0), b.mul(minus.1, plus.1));
    let down = b.sub(p, q);
    let im = cross(b, minus, plus);
    (b.math(MathFn::Atan2, &[x.0, down]), b.math(MathFn::Asinh, &[im]))
}

fn acos(b: &mut BlockBuilder, x: C) -> C {
    let (minus, plus) = roots(b, x);
    let half = b.math(MathFn::Atan2, &[minus.0, plus.0]);
    let im = cross(b, plus, minus);
    (b.add(half, half), b.math(MathFn::Asinh, &[im]))
}

fn acosh(b: &mut BlockBuilder, x: C) -> C {
    let one = lit(b, x.0, 1.0);
    let less = (b.sub(x.0, one), x.1);
    let more = (b.add(x.0, one), x.1);
    let (less, more) = (sqrt(b, less), sqrt(b, more));
    let (p, q) = (b.mul(less.0, more.0), b.mul(less.1, more.1));
    let re = b.add(p, q);
    let half = b.math(MathFn::Atan2, &[less.1, more.0]);
    (b.math(MathFn::Asinh, &[re]), b.add(half, half))
}

fn atanh(b: &mut BlockBuilder, x: C) -> C {
    let one = lit(b, x.0, 1.0);
    let (less, more) = (b.sub(one, x.0), b.add(one, x.0));
    let yy = b.mul(x.1, x.1);
    let square = b.mul(less, less);
    let den = b.add(square, yy);
    let four = lit(b, x.0, 4.0);
    let num = b.mul(x.0, four);
    let ratio = b.div(num, den);
    let re = b.math(MathFn::Log1p, &[ratio]);
    let quarter = lit(b, x.0, 0.25);
    let product = b.mul(less, more);
    let down = b.sub(product, yy);
    let up = b.add(x.1, x.1);
    let angle = b.math(MathFn::Atan2, &[up, down]);
    let half = lit(b, x.0, 0.5);
    (b.mul(re, quarter), b.mul(angle, half))
}

fn expm1(b: &mut BlockBuilder, x: C) -> C {
    let half = lit(b, x.0, 0.5);
    let m = b.math(MathFn::Expm1, &[x.0]);
    let (_, im) = exp(b, x);
    let cos = b.math(MathFn::Cos, &[x.1]);
    let h = b.mul(x.1, half);
    let s = b.math(MathFn::Sin, &[h]);
    let ss = b.mul(s, s);
    let drop = b.add(ss, ss);
    let mc = b.mul(m, cos);
    (b.sub(mc, drop), im)
}

/// x^y; for x = 0 it is 1 at y = 0, 0 where y has a positive real part, and NaN elsewhere.
fn pow(b: &mut BlockBuilder, x: C, y: C) -> C {
    let l = log(b, x);
    let p = mul(b, y, l);
    let z = exp(b, p);
    let (zero, one, nan) = (lit(b, x.0, 0.0), lit(b, x.0, 1.0), lit(b, x.0, f64::NAN));
    let is_zero = |b: &mut BlockBuilder, v: C| {
        let (re, im) = (b.eq(v.0, zero), b.eq(v.1, zero));
        b.and(re, im)
    };
    let (x0, y0) = (is_zero(b, x), is_zero(b, y));
    let grows = b.gt(y.0, zero);
    let at_zero = (b.select(grows, zero, nan), b.select(grows, zero, nan));
    let at_zero = (b.select(y0, one, at_zero.0), b.select(y0, zero, at_zero.1));
    (b.select(x0, at_zero.0, z.0), b.select(x0, at_zero.1, z.1))
}

fn integer_pow(b: &mut BlockBuilder, x: C, n: i32) -> C {
    let mut out = None;
    let mut square = x;
    let mut rest = n.unsigned_abs();
    while rest > 0 {
        if rest & 1 == 1 {
            out = Some(match out {
                Some(z) => mul(b, z, square),
                None => square,
            });
        }
        rest >>= 1;
        if rest > 0 {
            square = mul(b, square, square);
        }
    }
    let z = out.unwrap_or_else(|| (lit(b, x.0, 1.0), lit(b, x.0, 0.0)));
    if n < 0 { reciprocal(b, z) } else { z }
}

/// The functions of one complex number that give one.
fn unary(b: &mut BlockBuilder, prim: Prim, x: C) -> Option<C> {
    Some(match prim {
        Prim::Neg => (b.neg(x.0), b.neg(x.1)),
        Prim::Conj => (x.0, b.neg(x.1)),
        Prim::Square => mul(b, x, x),
        Prim::Sign => {
            let m = abs(b, x);
            let zero = lit(b, m, 0.0);
            let none = b.eq(m, zero);
            let (re, im) = (b.div(x.0, m), b.div(x.1, m));
            (b.select(none, zero, re), b.select(none, zero, im))
        }
        Prim::Exp => exp(b, x),
        Prim::Exp2 => {
            let ln2 = lit(b, x.0, std::f64::consts::LN_2);
            let scaled = (b.mul(x.0, ln2), b.mul(x.1, ln2));
            exp(b, scaled)
        }
        Prim::Expm1 => expm1(b, x),
        Prim::Log => log(b, x),
        Prim::Log1p => log1p(b, x),
        Prim::Sqrt => sqrt(b, x),
        Prim::Rsqrt => {
            let r = sqrt(b, x);
            reciprocal(b, r)
        }
        Prim::Logistic => {
            let minus = (b.neg(x.0), b.neg(x.1));
            let e = exp(b, minus);
            let one = lit(b, x.0, 1.0);
            let d = (b.add(e.0, one), e.1);
            reciprocal(b, d)
        }
        Prim::Sinh => sinh(b, x),
        Prim::Cosh => cosh(b, x),
        Prim::Tanh => tanh(b, x),
        // f(x) = -i fh(i x) for the odd functions, cos x = cosh(i x).
        Prim::Sin => {
            let ix = times_i(b, x);
            let z = sinh(b, ix);
            over_i(b, z)
        }
        Prim::Cos => {
            let ix = times_i(b, x);
            cosh(b, ix)
        }
        Prim::Tan => {
            let ix = times_i(b, x);
            let z = tanh(b, ix);
            over_i(b, z)
        }
        Prim::Asin => asin(b, x),
        Prim::Acos => acos(b, x),
        Prim::Atan => {
            let ix = times_i(b, x);
            let z = atanh(b, ix);
            over_i(b, z)
        }
        Prim::Asinh => {
            let ix = times_i(b, x);
            let z = asin(b, ix);
            over_i(b, z)
        }
        Prim::Acosh => acosh(b, x),
        Prim::Atanh => atanh(b, x),
        _ => return None,
    })
}
