//! `jax.scipy.special`, with JAX's own derivative rules where it has them.
// Coefficients stand as they were published.
#![allow(clippy::excessive_precision)]

use crate::expr::{X, ex};
use crate::prelude::*;
use crate::{reductions as red, ufuncs as u};
use gradlens_ir::rows::Tangent;

/// A function of some values with its own derivative: `rule` gives the sum of the tangents' contributions.
pub fn with_rule(
    cx: &Cx,
    name: &str,
    args: &[Value],
    f: fn(&Cx, &[Value]) -> Result<Value>,
    rule: fn(&Cx, &Value, &[Value], &[Value]) -> Result<Value>,
) -> Result<Value> {
    fn call(
        cx: &Cx,
        name: String,
        args: &[Value],
        f: fn(&Cx, &[Value]) -> Result<Value>,
        rule: fn(&Cx, &Value, &[Value], &[Value]) -> Result<Value>,
    ) -> Result<Value> {
        let again = name.clone();
        let out = cx.custom_jvp(
            &name,
            args,
            |cx, v| Ok(vec![f(cx, v)?]),
            move |cx, primals, tangents| {
                let out = call(cx, again.clone(), primals, f, rule)?;
                if tangents.iter().all(Option::is_none) {
                    return Ok((vec![out], vec![None]));
                }
                let ts = tangents.iter().zip(primals).map(|(t, x)| dense(cx, t, x)).collect::<Result<Vec<_>>>()?;
                let t = rule(cx, &out, primals, &ts)?;
                Ok((vec![out], vec![Some(t)]))
            },
        )?;
        Ok(out[0].clone())
    }
    call(cx, name.to_string(), args, f, rule)
}

/// A tangent as a value: zeros where it is symbolically zero.
fn dense(cx: &Cx, t: &Tangent, x: &Value) -> Result<Value> {
    match t {
        Some(t) => Ok(t.clone()),
        None => p::full_like(cx, x, 0.0),
    }
}

fn replace_inf<'a>(x: &X<'a>) -> X<'a> {
    x.eq(x.constant(f64::INFINITY)).select(&x.full_like(0.0), x)
}

/// `lax.logaddexp` (and to base 2).
pub fn logaddexp_(cx: &Cx, x: &Value, y: &Value, base2: bool) -> Result<Value> {
    let xy = [x.clone(), y.clone()];
    if x.dtype().is_complex() {
        return Err(Error::not_implemented("logaddexp of complex numbers is not supported."));
    }
    fn body(cx: &Cx, v: &[Value], base2: bool) -> Result<Value> {
        let (x, y) = (ex(cx, &v[0]), ex(cx, &v[1]));
        let top = x.max(&y);
        let delta = &x - &y;
        let apart = delta.is_nan();
        let sum = &x + &y;
        let small = if base2 {
            let e = (-delta.abs()).map(p::exp2).log1p();
            e.constant(1.0 / std::f64::consts::LN_2) * e
        } else {
            (-delta.abs()).exp().log1p()
        };
        apart.select(&sum, &(top + small)).get()
    }
    fn rule(cx: &Cx, out: &Value, v: &[Value], t: &[Value], base2: bool) -> Result<Value> {
        let out = replace_inf(&ex(cx, out));
        let part = |i: usize| {
            let d = replace_inf(&ex(cx, &v[i])) - &out;
            let e = if base2 { d.map(p::exp2) } else { d.exp() };
            ex(cx, &t[i]) * e
        };
        (part(0) + part(1)).get()
    }
    if base2 {
        with_rule(cx, "logaddexp2", &xy, |cx, v| body(cx, v, true), |cx, o, v, t| rule(cx, o, v, t, true))
    } else {
        with_rule(cx, "logaddexp", &xy, |cx, v| body(cx, v, false), |cx, o, v, t| rule(cx, o, v, t, false))
    }
}

/// `exp(|x|) * i0e(|x|)`, whose derivative at 0 is taken as 0.
pub fn i0_(cx: &Cx, x: &Value) -> Result<Value> {
    with_rule(
        cx,
        "_i0",
        std::slice::from_ref(x),
        |cx, v| {
            let a = ex(cx, &v[0]).abs();
            (a.exp() * a.map(p::bessel_i0e)).get()
        },
        |cx, _, v, t| {
            let x = ex(cx, &v[0]);
            let i1 = x.abs().exp() * x.map(p::bessel_i1e);
            let slope = i1 * ex(cx, &t[0]);
            x.eq(0.0).choose(0.0, slope).get()
        },
    )
}

/// `where(x != 0 or isnan(y), x * log(y), 0)`, for `xlogy` and `xlog1py`.
pub(crate) fn x_log(cx: &Cx, x: &Value, y: &Value, plus_one: bool) -> Result<Value> {
    fn log<'a>(y: &X<'a>, plus_one: bool) -> X<'a> {
        if plus_one { y.log1p() } else { y.log() }
    }
    fn body(cx: &Cx, v: &[Value], one: bool) -> Result<Value> {
        let (x, y) = (ex(cx, &v[0]), ex(cx, &v[1]));
        let there = x.ne(0.0).or(y.is_nan());
        there.choose(&x * log(&y, one), x.full_like(0.0)).get()
    }
    fn rule(cx: &Cx, v: &[Value], t: &[Value], one: bool) -> Result<Value> {
        let (x, y, tx, ty) = (ex(cx, &v[0]), ex(cx, &v[1]), ex(cx, &t[0]), ex(cx, &t[1]));
        let base = if one { 1.0 + &y } else { y.clone() };
        (tx * log(&y, one) + ty * &x / base).get()
    }
    let args = cv::broadcast_arrays(cx, &[x.clone(), y.clone()])?;
    if plus_one {
        with_rule(cx, "xlog1py", &args, |cx, v| body(cx, v, true), |cx, _, v, t| rule(cx, v, t, true))
    } else {
        with_rule(cx, "xlogy", &args, |cx, v| body(cx, v, false), |cx, _, v, t| rule(cx, v, t, false))
    }
}

/// `x * log(x)`, 0 at 0; its derivative is `log(x) + 1`.
fn xlogx(cx: &Cx, x: &Value) -> Result<Value> {
    with_rule(
        cx,
        "_xlogx",
        std::slice::from_ref(x),
        |cx, v| x_log(cx, &v[0], &v[0], false),
        |cx, _, v, t| {
            let x = ex(cx, &v[0]);
            (ex(cx, &t[0]) * (x.log() + 1.0)).get()
        },
    )
}

fn rel_entr_(cx: &Cx, a: &Value, b: &Value) -> Result<Value> {
    let (pp, q) = (ex(cx, a), ex(cx, b));
    let zero = pp.constant(0.0);
    let both = pp.gt(&zero).and(q.gt(&zero));
    let edge = pp.eq(&zero).and(q.ge(&zero));
    let (sp, sq) = (both.choose(&pp, 1.0), both.choose(&q, 1.0));
    let value = sp.map(xlogx) - sp.map(|cx, s| x_log(cx, s, &sq.clone().get()?, false));
    both.choose(value, edge.choose(zero, f64::INFINITY)).get()
}

/// The standard normal distribution function, through `erf` in the middle and `erfc` in the tails.
pub fn ndtr_(cx: &Cx, x: &Value) -> Result<Value> {
    if !matches!(x.dtype(), DType::F32 | DType::F64) {
        return Err(Error::type_error(format!(
            "x.dtype={} is not supported, see docstring for supported types.",
            x.dtype()
        )));
    }
    let x = ex(cx, x);
    let h = std::f64::consts::FRAC_1_SQRT_2;
    let w = &x * h;
    let z = w.abs();
    let tail = w.gt(0.0).select(&(2.0 - z.erfc()), &z.erfc());
    let y = z.lt(z.constant(h)).select(&(1.0 + w.erf()), &tail);
    (0.5 * y).get()
}

/// Cephes' rational approximations of the inverse normal distribution function.
mod cephes {
    pub const P0: [f64; 5] = [
        -5.996_335_010_141_079e1,
        9.800_107_541_859_997e1,
        -5.667_628_574_690_703e1,
        1.393_126_093_872_796_8e1,
        -1.239_165_838_673_812_5,
    ];
    pub const Q0: [f64; 9] = [
        1.0,
        1.954_488_583_381_417_6,
        4.676_279_128_988_815,
        8.636_024_213_908_905e1,
        -2.254_626_878_541_193_7e2,
        2.002_602_123_800_606_6e2,
        -8.203_722_561_683_334e1,
        1.590_562_251_262_117e1,
        -1.183_316_211_213_3,
    ];
    pub const P1: [f64; 9] = [
        4.055_448_923_059_624_5,
        3.152_510_945_998_938_7e1,
        5.716_281_922_464_213e1,
        4.408_050_738_932_008e1,
        1.468_495_619_288_580_2e1,
        2.186_633_068_507_902_5,
        -1.402_560_791_713_545e-1,
        -3.504_246_268_278_482e-2,
        -8.574_567_851_546_854e-4,
    ];
    pub const Q1: [f64; 9] = [
        1.0,
        1.577_998_832_564_667_5e1,
        4.539_076_351_288_792e1,
        4.131_720_382_546_72e1,
        1.504_253_856_929_075e1,
        2.504_649_462_083_094,
        -1.421_829_228_547_877_8e-1,
        -3.808_064_076_915_783e-2,
        -9.332_594_808_954_574e-4,
    ];
    pub const P2: [f64; 9] = [
        3.237_748_917_769_46,
        6.915_228_890_689_842,
        3.938_810_252_924_744_4,
        1.333_034_608_158_075_4,
        2.014_853_895_491_790_8e-1,
        1.237_166_348_178_200_3e-2,
        3.015_815_535_082_354_3e-4,
        2.658_069_746_867_375_5e-6,
        6.239_745_391_849_833e-9,
    ];
    pub const Q2: [f64; 9] = [
        1.0,
        6.024_270_393_647_42,
        3.679_835_638_561_608_6,
        1.377_020_994_890_813_3,
        2.162_369_935_944_966_4e-1,
        1.342_040_060_885_431_8e-2,
        3.280_144_646_821_277_4e-4,
        2.892_478_647_453_807e-6,
        6.790_194_080_099_813e-9,
    ];
}

/// The inverse of `ndtr`.
pub fn ndtri_(cx: &Cx, prob: &Value) -> Result<Value> {
    use cephes::*;
    if !matches!(prob.dtype(), DType::F32 | DType::F64) {
        return Err(Error::type_error(format!(
            "x.dtype={} is not supported, see docstring for supported types.",
            prob.dtype()
        )));
    }
    let pr = ex(cx, prob);
    let e2 = (-2f64).exp();
    let mcp = pr.gt(pr.constant(1.0 - e2)).choose(1.0 - &pr, &pr);
    let safe = mcp.eq(0.0).choose(mcp.full_like(0.5), &mcp);
    let w = &safe - 0.5;
    let ww = w.square();
    let big = (&w + &w * &ww * (ww.poly(&P0) / ww.poly(&Q0))) * -(2.0 * std::f64::consts::PI).sqrt();
    let z = (-2.0 * safe.log()).sqrt();
    let first = &z - z.log() / &z;
    let inv = z.rdiv(1.0);
    let small = &first - inv.poly(&P2) / inv.poly(&Q2) / &z;
    let other = &first - inv.poly(&P1) / inv.poly(&Q1) / &z;
    let x = safe.gt(safe.constant(e2)).choose(big, z.ge(8.0).choose(small, other));
    let x = pr.gt(pr.constant(1.0 - e2)).choose(&x, -&x);
    let inf = pr.full_like(f64::INFINITY);
    pr.eq(0.0).choose(-&inf, pr.eq(1.0).choose(&inf, x)).get()
}

/// `log(ndtr(x))`, by an asymptotic series in the lower tail.
pub fn log_ndtr_(cx: &Cx, x: &Value) -> Result<Value> {
    with_rule(
        cx,
        "log_ndtr",
        std::slice::from_ref(x),
        |cx, v| {
            let x = ex(cx, &v[0]);
            let (lo, hi) = if v[0].dtype() == DType::F64 { (-20.0, 8.0) } else { (-10.0, 5.0) };
            let above = x.gt(x.constant(hi));
            let inner = above.choose(-&x, x.max(x.constant(lo)));
            let n = inner.map(ndtr_);
            let y = x.min(x.constant(lo));
            let y2 = y.square();
            let scale = -0.5 * &y2 - (-&y).log() - 0.5 * (2.0 * std::f64::consts::PI).ln();
            // 1 - 1/x^2 + 3/x^4 - 15/x^6: the series of order three that JAX uses.
            let y4 = &y2 * &y2;
            let y6 = &y4 * &y2;
            let series = 1.0 + y4.rdiv(3.0) - (y2.rdiv(1.0) + y6.rdiv(15.0));
            let lower = scale + series.log();
            above.choose(-&n, x.gt(x.constant(lo)).choose(n.log(), lower)).get()
        },
        |cx, out, v, t| {
            let x = ex(cx, &v[0]);
            let pdf = -0.5 * x.square() - 0.5 * (2.0 * std::f64::consts::PI).ln();
            (ex(cx, &t[0]) * (pdf - ex(cx, out)).exp()).get()
        },
    )
}

/// What `logsumexp` gives: the value, and the sign where it was asked for.
pub fn logsumexp_(cx: &Cx, a: &Arg, axis: &Arg, weights: &Arg, keepdims: bool, mask: &Arg) -> Result<(Value, Value)> {
    let mut x = val(cx, "logsumexp", a)?;
    let mask = if mask.is_none() { None } else { Some(val(cx, "logsumexp", mask)?) };
    if let Some(m) = &mask {
        x = u::where_(cx, m, &x, &p::weak_scalar(DType::I32, 0.0))?;
    }
    let mut b = None;
    if weights.is_none() {
        x = u::inexact(cx, &x)?;
    } else {
        let w = promote(cx, "logsumexp", Promote::Inexact, &[&Arg::from(&x), weights])?;
        let there = p::ne(cx, &w[1], &p::like(&w[1], 0.0))?;
        x = u::where_(cx, &there, &w[0], &p::weak_scalar(DType::F32, f64::NEG_INFINITY))?;
        b = Some(w[1].clone());
    }
    let axes = cv::axes(cx, axis, x.ndim())?;
    let o = red::Options { axis: Some(axes.clone()), keepdims, mask, ..Default::default() };
    let real = u::real(cx, &x)?;
    let top = red::max(
        cx,
        &real,
        &red::Options { initial: Some(p::weak_scalar(DType::F32, f64::NEG_INFINITY)), ..o.clone() },
    )?;
    let top = {
        let t = ex(cx, &top);
        t.is_finite().select(&t, &t.full_like(0.0)).stop()
    };
    let mut sorted = axes;
    sorted.sort_unstable();
    let spread = if keepdims { top.clone() } else { top.expand(&sorted) };
    let mut e = (ex(cx, &x) - spread.astype(x.dtype())).exp();
    if let Some(b) = &b {
        e = e * b;
    }
    let s = red::sum(cx, &e.get()?, &o)?;
    let sign = p::sign(cx, &s)?;
    let size = if s.dtype().is_complex() { s.clone() } else { p::abs(cx, &s)? };
    let out = ex(cx, &size).log() + top.astype(s.dtype());
    let out = if b.is_some() && !s.dtype().is_complex() { ex(cx, &sign).lt(0.0).choose(f64::NAN, out) } else { out };
    Ok((out.get()?, sign))
}

fn logsumexp_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let keep = cv::truth(cx, &b["keepdims"])?;
    let signed = cv::truth(cx, &b["return_sign"])?;
    if signed && !b["b"].is_none() {
        // The sign is returned, so a negative sum is no NaN.
        let (out, sign) = logsumexp_(cx, &b["a"], &b["axis"], &b["b"], keep, &b["where"])?;
        return Ok(Arg::Tuple(vec![out.into(), sign.into()]));
    }
    let (out, sign) = logsumexp_(cx, &b["a"], &b["axis"], &b["b"], keep, &b["where"])?;
    Ok(if signed { Arg::Tuple(vec![out.into(), sign.into()]) } else { out.into() })
}

/// The sign of the gamma function; NaN at its poles.
fn gammasgn_(cx: &Cx, x: &Value) -> Result<Value> {
    let x = ex(cx, x);
    let f = x.floor();
    let negative = x.lt(0.0);
    let pole = negative.and(x.eq(&f)).or(x.is_nan());
    let odd = negative.and(f.modulo(2.0).ne(0.0));
    let minus_zero = x.eq(0.0).and(x.map(|cx, v| u::signbit(cx, v)));
    pole.choose(f64::NAN, odd.or(&minus_zero).choose(x.full_like(-1.0), x.full_like(1.0))).get()
}

fn gamma_(cx: &Cx, x: &Value) -> Result<Value> {
    (ex(cx, &gammasgn_(cx, x)?) * ex(cx, x).lgamma().exp()).get()
}

/// `log(beta(a, b))`, stable for large arguments (Algorithm 708's correction terms).
pub fn betaln_(cx: &Cx, a: &Value, b: &Value) -> Result<Value> {
    let (a, b) = (ex(cx, a), ex(cx, b));
    let (lo, hi) = (a.min(&b), a.max(&b));
    // Stirling remainder of lgamma(x) for x >= 8.
    fn remainder<'a>(x: &X<'a>) -> X<'a> {
        let t = x.rdiv(1.0);
        let t2 = t.square();
        t2.poly(&[8.379_658e-4, -5.952_380_952e-4, 7.936_507_936_5e-4, -2.777_777_777_777e-3, 8.333_333_333_333e-2]) * t
    }
    let sum = &lo + &hi;
    let plain = lo.lgamma() + (hi.lgamma() - sum.lgamma());
    let eight = hi.ge(8.0);
    let safe = eight.choose(&hi, 8.0);
    let lo_safe = lo.max(8.0);
    let ratio = lo.clone() / &safe;
    let l1 = ratio.log1p();
    // lgamma(hi) - lgamma(lo + hi) without cancellation.
    let safe_sum = &safe + &lo;
    let diff = remainder(&safe) - remainder(&safe_sum) + &lo - (&safe - 0.5) * &l1 - &lo * safe_sum.log();
    let one_big = lo.lgamma() + &diff;
    let h = &lo_safe / &safe;
    let both = remainder(&lo_safe) + remainder(&safe) - remainder(&(&lo_safe + &safe))
        + 0.5 * (2.0 * std::f64::consts::PI).ln()
        - 0.5 * safe.log()
        + (&lo_safe - 0.5) * (&h / (1.0 + &h)).log()
        - &safe * h.log1p();
    eight.choose(lo.ge(8.0).choose(both, one_big), plain).get()
}

fn factorial_(cx: &Cx, n: &Value) -> Result<Value> {
    let n = ex(cx, n);
    n.lt(0.0).choose(0.0, (&n + 1.0).lgamma().exp()).get()
}

fn poch_(cx: &Cx, z: &Value, m: &Value) -> Result<Value> {
    let sum = (ex(cx, z) + m).get()?;
    let q = ex(cx, &gamma_(cx, &sum)?) / &gamma_(cx, z)?;
    ex(cx, m).eq(0.0).choose(q.full_like(1.0), q.clone()).get()
}

fn i1_(cx: &Cx, x: &Value) -> Result<Value> {
    let x = ex(cx, x);
    (x.abs().exp() * x.map(p::bessel_i1e)).get()
}

fn multigammaln(cx: &Cx, b: &Bound) -> Result<Arg> {
    let d = cv::static_int(cx, &b["d"])?;
    let a = promote(cx, "multigammaln", Promote::Inexact, &[&b["a"]])?.remove(0);
    let a = ex(cx, &a);
    let constant = 0.25 * d as f64 * (d as f64 - 1.0) * std::f64::consts::PI.ln();
    let mut total = a.full_like(0.0);
    for i in 0..d {
        total = total + (&a - i as f64 / 2.0).lgamma();
    }
    (total + constant).arg()
}

fn softmax_entry(cx: &Cx, b: &Bound, log: bool) -> Result<Arg> {
    let x = promote(cx, "softmax", Promote::Inexact, &[&b["x"]])?.remove(0);
    let axes = cv::axes(cx, &b["axis"], x.ndim())?;
    crate::nn::softmax(cx, &x, &axes, None, log).map(Arg::from)
}

/// One function of one argument promoted to a float.
macro_rules! one {
    ($name:literal, $f:expr, $doc:literal) => {
        entry(
            concat!("jax.scipy.special.", $name),
            "x",
            $doc,
            Sync(|cx, b| {
                let v = promote(cx, $name, Promote::Inexact, &[&b[0]])?;
                let f: fn(&Cx, &Value) -> Result<Value> = $f;
                Ok(f(cx, &v[0])?.into())
            }),
        )
    };
}
/// One function of two arguments promoted to floats.
macro_rules! two {
    ($name:literal, $sig:literal, $f:expr, $doc:literal) => {
        entry(
            concat!("jax.scipy.special.", $name),
            $sig,
            $doc,
            Sync(|cx, b| {
                let v = promote(cx, $name, Promote::Inexact, &[&b[0], &b[1]])?;
                let f: fn(&Cx, &Value, &Value) -> Result<Value> = $f;
                Ok(f(cx, &v[0], &v[1])?.into())
            }),
        )
    };
}

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    one!("erf", p::erf, "Error function."),
    one!("erfc", p::erfc, "1 - erf(x), accurate for large x."),
    one!("erfinv", p::erf_inv, "Inverse error function."),
    one!("gammaln", p::lgamma, "Logarithm of |gamma(x)|."),
    one!("gamma", gamma_, "Gamma function."),
    one!("gammasgn", gammasgn_, "Sign of the gamma function."),
    one!("digamma", p::digamma, "Derivative of gammaln."),
    one!("expit", p::logistic, "Logistic function 1 / (1 + exp(-x))."),
    one!("i0e", p::bessel_i0e, "exp(-|x|) * i0(x)."),
    one!("i1e", p::bessel_i1e, "exp(-|x|) * i1(x)."),
    one!("i1", i1_, "Modified Bessel function of order 1."),
    one!(
        "i0",
        |cx, x| {
            let x = ex(cx, x);
            (x.abs().exp() * x.map(p::bessel_i0e)).get()
        },
        "Modified Bessel function of order 0."
    ),
    one!("ndtr", ndtr_, "Standard normal distribution function."),
    one!("ndtri", ndtri_, "Inverse of ndtr."),
    one!(
        "logit",
        |cx, x| with_rule(
            cx,
            "logit",
            std::slice::from_ref(x),
            |cx, v| {
                let x = ex(cx, &v[0]);
                (&x / (x.constant(1.0) - &x)).log().get()
            },
            |cx, _, v, t| {
                let x = ex(cx, &v[0]);
                (ex(cx, &t[0]) / (&x * (1.0 - &x))).get()
            }
        ),
        "log(x / (1 - x)), the inverse of expit."
    ),
    one!(
        "entr",
        |cx, x| {
            let v = ex(cx, x);
            v.lt(v.constant(0.0)).select(&v.full_like(f64::NEG_INFINITY), &-v.map(xlogx)).get()
        },
        "-x log(x), 0 at 0."
    ),
    one!("spence", crate::special_integrals::spence, "Spence's function, the dilogarithm of 1 - x."),
    one!("exp1", crate::special_integrals::exp1, "Exponential integral E1."),
    one!("expi", crate::special_integrals::expi, "Exponential integral Ei."),
    entry(
        "jax.scipy.special.log_ndtr",
        "x, series_order=3",
        "log(ndtr(x)), accurate in the lower tail.",
        Sync(|cx, b| {
            let v = promote(cx, "log_ndtr", Promote::Inexact, &[&b[0]])?;
            Ok(log_ndtr_(cx, &v[0])?.into())
        }),
    ),
    two!("xlogy", "x, y", |cx, x, y| x_log(cx, x, y, false), "x * log(y), 0 where x is 0."),
    two!("xlog1py", "x, y", |cx, x, y| x_log(cx, x, y, true), "x * log1p(y), 0 where x is 0."),
    two!("rel_entr", "p, q", rel_entr_, "p * log(p / q)."),
    two!("kl_div", "p, q", |cx, a, b| (ex(cx, &rel_entr_(cx, a, b)?) - a + b).get(), "p * log(p / q) - p + q."),
    two!("gammainc", "a, x", p::igamma, "Regularized lower incomplete gamma function."),
    two!("gammaincc", "a, x", p::igammac, "Regularized upper incomplete gamma function."),
    two!("betaln", "a, b", betaln_, "Logarithm of the beta function."),
    two!(
        "beta",
        "a, b",
        |cx, a, b| {
            let sum = (ex(cx, a) + b).get()?;
            let sign = ex(cx, &gammasgn_(cx, a)?) * &gammasgn_(cx, b)? * &gammasgn_(cx, &sum)?;
            (sign * ex(cx, &betaln_(cx, a, b)?).exp()).get()
        },
        "Beta function."
    ),
    two!("poch", "z, m", poch_, "Pochhammer symbol gamma(z + m) / gamma(z)."),
    two!("zeta", "x, q=None", p::zeta, "Hurwitz zeta function."),
    two!("polygamma", "n, x", p::polygamma, "n-th derivative of digamma."),
    entry(
        "jax.scipy.special.betainc",
        "a, b, x",
        "Regularized incomplete beta function.",
        Sync(|cx, b| {
            let v = promote(cx, "betainc", Promote::Inexact, &[&b[0], &b[1], &b[2]])?;
            let v = cv::broadcast_arrays(cx, &v)?;
            Ok(p::betainc(cx, &v[0], &v[1], &v[2])?.into())
        }),
    ),
    entry(
        "jax.scipy.special.factorial",
        "n, exact=False",
        "n!.",
        Sync(|cx, b| {
            if cv::truth(cx, &b["exact"])? {
                return Err(Error::not_implemented("factorial with exact=True"));
            }
            let v = promote(cx, "factorial", Promote::Inexact, &[&b[0]])?;
            Ok(factorial_(cx, &v[0])?.into())
        }),
    ),
    entry(
        "jax.scipy.special.multigammaln",
        "a, d",
        "Logarithm of the multivariate gamma function.",
        Sync(multigammaln),
    ),
    entry(
        "jax.scipy.special.logsumexp",
        "a, axis=None, b=None, keepdims=False, return_sign=False, where=None",
        "log(sum(exp(a))) without overflow.",
        Sync(logsumexp_entry),
    ),
    entry(
        "jax.scipy.special.softmax",
        "x, axis=None",
        "exp(x) / sum(exp(x)).",
        Sync(|cx, b| softmax_entry(cx, b, false)),
    ),
    entry(
        "jax.scipy.special.log_softmax",
        "x, axis=None",
        "log(softmax(x)).",
        Sync(|cx, b| softmax_entry(cx, b, true)),
    ),
];
