//! `jax.scipy.stats`, `jax.nn.initializers`, `jax.ops`: distributions, initial weights, sums over segments.

use crate::creation::{asarray, float_dtype, int_dtype};
use crate::expr::{X, ex};
use crate::object::native;
use crate::prelude::*;
use crate::{random, reductions as red, special, ufuncs as u};
use gradlens_ir::Prim;
use std::f64::consts::PI;

/// The arguments promoted to floats together, as formulas.
fn floats<'a>(cx: &'a Cx, name: &str, b: &Bound, n: usize) -> Result<Vec<X<'a>>> {
    let args: Vec<&Arg> = b.values[..n].iter().collect();
    Ok(promote(cx, name, Promote::Inexact, &args)?.iter().map(|v| ex(cx, v)).collect())
}
/// `(x - loc) / scale` and the scale.
fn standard<'a>(cx: &'a Cx, name: &str, b: &Bound) -> Result<(X<'a>, X<'a>)> {
    let v = floats(cx, name, b, 3)?;
    Ok(((&v[0] - &v[1]) / &v[2], v[2].clone()))
}
fn norm_logpdf<'a>(cx: &'a Cx, b: &Bound) -> Result<X<'a>> {
    let v = floats(cx, "norm.logpdf", b, 3)?;
    let var = v[2].square();
    let log_norm = (2.0 * PI * &var).log();
    let quadratic = (&v[0] - &v[1]).square() / var;
    Ok((log_norm + quadratic) / -2.0)
}
/// One line of a location-scale distribution.
macro_rules! dist {
    ($path:literal, $doc:literal, |$z:ident, $s:ident| $body:expr) => {
        entry(
            concat!("jax.scipy.stats.", $path),
            "x, loc=0, scale=1",
            $doc,
            Sync(|cx, b| {
                let ($z, $s) = standard(cx, $path, b)?;
                let _ = &$s;
                $body.arg()
            }),
        )
    };
}

fn segment(cx: &Cx, b: &Bound, prim: Prim, identity: fn(DType) -> f64) -> Result<Arg> {
    let (data, ids) = (asarray(cx, &b["data"], None)?, asarray(cx, &b["segment_ids"], None)?);
    let n = if b["num_segments"].is_none() {
        let ids = cx.concrete(&ids, Look::Concrete)?;
        ids.to_i64s()?.into_iter().max().map_or(0, |m| m + 1)
    } else {
        cv::static_int(cx, &b["num_segments"])?
    };
    let mut shape = vec![n.max(0) as usize];
    shape.extend(&data.shape()[ids.ndim()..]);
    let out = p::full(cx, &shape, data.dtype(), identity(data.dtype()))?;
    Ok(crate::indexing::scatter(cx, &out, &Arg::from(ids), &Arg::from(data), prim, Default::default())?.into())
}

/// Fan-in and fan-out of a weight's shape.
fn fans(shape: &[usize], input: i64, output: i64) -> Result<(f64, f64)> {
    if shape.len() <= 1 {
        return Err(Error::value_error(format!(
            "Can't compute input and output sizes of a {}-dimensional weights tensor. Must be at least 2D.",
            shape.len()
        )));
    }
    let (i, o) = (cv::axis(input, shape.len())?, cv::axis(output, shape.len())?);
    let total: usize = shape.iter().product();
    let receptive = (total / (shape[i] * shape[o]).max(1)) as f64;
    Ok((shape[i] as f64 * receptive, shape[o] as f64 * receptive))
}
/// `variance_scaling` and its named kin: an initializer `(key, shape, dtype) -> array`.
fn variance_scaling(
    scale: f64,
    mode: &str,
    distribution: &str,
    input: i64,
    output: i64,
    default: Option<DType>,
) -> Arg {
    let (mode, distribution) = (mode.to_string(), distribution.to_string());
    native("init", move |cx, args| {
        let (key, shape, d) = init_args(cx, args, default)?;
        let (fan_in, fan_out) = fans(&shape, input, output)?;
        let n = match mode.as_str() {
            "fan_in" => fan_in,
            "fan_out" => fan_out,
            "fan_avg" => (fan_in + fan_out) / 2.0,
            other => return Err(Error::value_error(format!("invalid mode for variance scaling initializer: {other}"))),
        };
        let variance = scale / n;
        match distribution.as_str() {
            "normal" => (ex(cx, &random::normal(cx, &key, &shape, d)?) * variance.sqrt()).arg(),
            "truncated_normal" => {
                // The standard deviation of a normal number cut at two is 0.8796.
                let s = variance.sqrt() / 0.879_625_661_034_239_8;
                (ex(cx, &random::truncated(cx, &key, &shape, d, -2.0, 2.0)?) * s).arg()
            }
            "uniform" => {
                let x = random::uniform_const(cx, &key, &shape, d, -1.0, 1.0)?;
                (ex(cx, &x) * (3.0 * variance).sqrt()).arg()
            }
            other => Err(Error::value_error(format!("invalid distribution for variance scaling initializer: {other}"))),
        }
    })
}
fn init_args(cx: &Cx, args: &[Arg], default: Option<DType>) -> Result<(Value, Vec<usize>, DType)> {
    let [key, shape, rest @ ..] = args else {
        return Err(Error::type_error("init() missing 2 required positional arguments: 'key' and 'shape'"));
    };
    let d = match rest.first() {
        Some(d) => cv::dtype_arg(cx, d)?,
        None => default,
    };
    Ok((random::key_of(cx, "init", key)?, cv::shape(cx, shape)?, d.unwrap_or(float_dtype(cx))))
}
fn named_scaling(cx: &Cx, b: &Bound, scale: f64, mode: &str, distribution: &str) -> Result<Arg> {
    let (i, o) = (cv::static_int(cx, &b["in_axis"])?, cv::static_int(cx, &b["out_axis"])?);
    Ok(variance_scaling(scale, mode, distribution, i, o, cv::dtype_arg(cx, &b["dtype"])?))
}
fn mode(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = asarray(cx, &b["a"], None)?;
    let axis = if b["axis"].is_none() { None } else { Some(cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?) };
    let x = if axis.is_none() { crate::shaping::reshape(cx, &x, &[-1])? } else { x };
    let x = crate::shaping::moveaxis(cx, &x, &[axis.unwrap_or(0)], &[x.ndim() - 1])?;
    let last = x.ndim() - 1;
    let s = crate::sorting::sort(cx, &x, last, false)?;
    // How often each sorted element occurs; the first with the most is the smallest mode.
    let (row, col) = (p::expand_dims(cx, &s, &[last])?, p::expand_dims(cx, &s, &[last + 1])?);
    let same = p::eq(cx, &row, &col)?;
    let counts = red::sum(cx, &same, &red::Options::along(&[last + 1]))?;
    let at = p::argmax(cx, &counts, last, int_dtype(cx))?;
    let ix = p::expand_dims(cx, &at, &[last])?;
    let pick = |v: &Value| crate::indexing::take_along_axis(cx, v, &ix, Some(last), None);
    let (m, n) = (pick(&s)?, pick(&counts)?);
    let keep = cv::truth(cx, &b["keepdims"])?;
    let done = |v: Value| -> Result<Value> {
        if keep { crate::shaping::moveaxis(cx, &v, &[last], &[axis.unwrap_or(0)]) } else { p::squeeze(cx, &v, &[last]) }
    };
    Ok(crate::linalg::named("ModeResult", &["mode", "count"], vec![done(m)?, done(n)?]))
}
fn rankdata(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = asarray(cx, &b["a"], None)?;
    let flat = crate::shaping::reshape(cx, &x, &[-1])?;
    let (row, col) = (p::expand_dims(cx, &flat, &[0])?, p::expand_dims(cx, &flat, &[1])?);
    let count = |c: &Value| red::sum(cx, c, &red::Options { dtype: Some(int_dtype(cx)), ..red::Options::along(&[1]) });
    let (less, upto) = (count(&p::lt(cx, &row, &col)?)?, count(&p::le(cx, &row, &col)?)?);
    let (less, upto) = (ex(cx, &less), ex(cx, &upto));
    match b["method"].as_str() {
        Some("min") => (less + 1.0).arg(),
        Some("max") => upto.arg(),
        Some("ordinal") => {
            let order = crate::sorting::argsort(cx, &flat, 0, false)?;
            (ex(cx, &crate::sorting::argsort(cx, &order, 0, false)?) + 1.0).arg()
        }
        Some("dense") => {
            let s = crate::sorting::sort(cx, &flat, 0, false)?;
            let fresh = p::ne(
                cx,
                &p::slice_in_dim(cx, &s, 1, s.shape()[0], 1, 0)?,
                &p::slice_in_dim(cx, &s, 0, s.shape()[0] - 1, 1, 0)?,
            )?;
            let one = p::full(cx, &[1], DType::Bool, 1.0)?;
            let fresh = p::concatenate(cx, &[one, fresh], 0)?;
            let dense = red::cumsum(cx, &p::convert(cx, &fresh, int_dtype(cx), false)?, 0)?;
            let at = less.clone().get()?;
            Ok(crate::indexing::get_item(cx, &dense, &Arg::from(at))?.into())
        }
        Some("average") => ((less + upto + 1.0) / 2.0).arg(),
        other => Err(Error::value_error(format!("unknown method '{}'", other.unwrap_or("None")))),
    }
}

const SIG_INIT: &str = "in_axis=-2, out_axis=-1, batch_axis=(), dtype=None";

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.scipy.stats.norm.logpdf",
        "x, loc=0, scale=1",
        "Log-density of the normal distribution.",
        Sync(|cx, b| norm_logpdf(cx, b)?.arg()),
    ),
    entry(
        "jax.scipy.stats.norm.pdf",
        "x, loc=0, scale=1",
        "Density of the normal distribution.",
        Sync(|cx, b| norm_logpdf(cx, b)?.exp().arg()),
    ),
    dist!("norm.cdf", "Normal distribution function.", |z, s| z.map(special::ndtr_)),
    dist!("norm.logcdf", "Logarithm of the normal distribution function.", |z, s| z.map(special::log_ndtr_)),
    dist!("norm.sf", "1 - cdf.", |z, s| (-z).map(special::ndtr_)),
    dist!("norm.logsf", "log(1 - cdf).", |z, s| (-z).map(special::log_ndtr_)),
    entry(
        "jax.scipy.stats.norm.ppf",
        "q, loc=0, scale=1",
        "Inverse of the normal distribution function.",
        Sync(|cx, b| {
            let v = floats(cx, "norm.ppf", b, 3)?;
            (v[0].map(special::ndtri_) * &v[2] + &v[1]).arg()
        }),
    ),
    dist!("logistic.logpdf", "Log-density of the logistic distribution.", |z, s| {
        let half = z / 2.0;
        -2.0 * half.map(|cx, v| u::logaddexp(cx, v, &p::neg(cx, v)?)) - s.log()
    }),
    dist!("logistic.cdf", "Logistic distribution function.", |z, s| z.logistic()),
    dist!("cauchy.logpdf", "Log-density of the Cauchy distribution.", |z, s| -((s * PI).log() + z.square().log1p())),
    dist!("cauchy.cdf", "Cauchy distribution function.", |z, s| z.map(p::atan) / PI + 0.5),
    dist!("laplace.logpdf", "Log-density of the Laplace distribution.", |z, s| -(z.abs() + (s * 2.0).log())),
    dist!("expon.logpdf", "Log-density of the exponential distribution.", |z, s| z
        .lt(0.0)
        .choose(f64::NEG_INFINITY, -&z - s.log())),
    dist!("expon.pdf", "Density of the exponential distribution.", |z, s| z.lt(0.0).choose(0.0, (-&z).exp() / &s)),
    dist!("expon.cdf", "Exponential distribution function.", |z, s| z.lt(0.0).choose(0.0, -(-&z).expm1())),
    dist!("uniform.logpdf", "Log-density of the uniform distribution.", |z, s| z
        .lt(0.0)
        .or(z.gt(1.0))
        .choose(f64::NEG_INFINITY, -s.log() + &z * 0.0)),
    dist!("uniform.pdf", "Density of the uniform distribution.", |z, s| z
        .lt(0.0)
        .or(z.gt(1.0))
        .choose(0.0, s.rdiv(1.0) + &z * 0.0)),
    entry(
        "jax.scipy.stats.bernoulli.logpmf",
        "k, p, loc=0",
        "Log-probability of a Bernoulli outcome.",
        Sync(|cx, b| {
            let v = floats(cx, "bernoulli.logpmf", b, 3)?;
            let x = &v[0] - &v[2];
            let one = x.map(|cx, x| special::x_log(cx, x, &v[1].clone().get()?, false));
            let zero = (1.0 - &x).map(|cx, x| special::x_log(cx, x, &(-&v[1]).get()?, true));
            x.lt(0.0).or(x.gt(1.0)).choose(f64::NEG_INFINITY, one + zero).arg()
        }),
    ),
    entry(
        "jax.scipy.stats.poisson.logpmf",
        "k, mu, loc=0",
        "Log-probability of a Poisson count.",
        Sync(|cx, b| {
            let v = floats(cx, "poisson.logpmf", b, 3)?;
            let x = &v[0] - &v[2];
            let first = x.map(|cx, x| special::x_log(cx, x, &v[1].clone().get()?, false));
            let out = first - (&x + 1.0).lgamma() - &v[1];
            x.lt(0.0).choose(f64::NEG_INFINITY, out).arg()
        }),
    ),
    entry(
        "jax.scipy.stats.beta.logpdf",
        "x, a, b, loc=0, scale=1",
        "Log-density of the beta distribution.",
        Sync(|cx, b| {
            let v = floats(cx, "beta.logpdf", b, 5)?;
            let y = (&v[0] - &v[3]) / &v[4];
            let shape = v[1].map(|cx, a| special::betaln_(cx, a, &v[2].clone().get()?));
            let left = (&v[1] - 1.0).map(|cx, a| special::x_log(cx, a, &y.clone().get()?, false));
            let right = (&v[2] - 1.0).map(|cx, c| special::x_log(cx, c, &(-&y).get()?, true));
            let out = left + right - shape - v[4].log();
            y.lt(0.0).or(y.gt(1.0)).choose(f64::NEG_INFINITY, out).arg()
        }),
    ),
    entry(
        "jax.scipy.stats.gamma.logpdf",
        "x, a, loc=0, scale=1",
        "Log-density of the gamma distribution.",
        Sync(|cx, b| {
            let v = floats(cx, "gamma.logpdf", b, 4)?;
            let y = (&v[0] - &v[2]) / &v[3];
            let first = (&v[1] - 1.0).map(|cx, a| special::x_log(cx, a, &y.clone().get()?, false));
            let out = first - &y - v[1].lgamma() - v[3].log();
            y.lt(0.0).choose(f64::NEG_INFINITY, out).arg()
        }),
    ),
    entry(
        "jax.scipy.stats.t.logpdf",
        "x, df, loc=0, scale=1",
        "Log-density of Student's t distribution.",
        Sync(|cx, b| {
            let v = floats(cx, "t.logpdf", b, 4)?;
            let y = (&v[0] - &v[2]) / &v[3];
            let half = (&v[1] + 1.0) / 2.0;
            let out = half.lgamma()
                - (&v[1] / 2.0).lgamma()
                - (&v[1] * PI).log() / 2.0
                - v[3].log()
                - half * (y.square() / &v[1]).log1p();
            out.arg()
        }),
    ),
    entry(
        "jax.scipy.stats.mode",
        "a, axis=0, nan_policy='propagate', keepdims=False",
        "The most frequent element.",
        Sync(mode),
    ),
    entry(
        "jax.scipy.stats.rankdata",
        "a, method='average', *, axis=None, nan_policy='propagate'",
        "Ranks, ties shared.",
        Sync(rankdata),
    ),
    entry(
        "jax.ops.segment_sum",
        "data, segment_ids, num_segments=None, indices_are_sorted=False, unique_indices=False, bucket_size=None, mode=None",
        "Sums over segments.",
        Sync(|cx, b| segment(cx, b, Prim::ScatterAdd, |_| 0.0)),
    ),
    entry(
        "jax.ops.segment_prod",
        "data, segment_ids, num_segments=None, indices_are_sorted=False, unique_indices=False, bucket_size=None, mode=None",
        "Products over segments.",
        Sync(|cx, b| segment(cx, b, Prim::ScatterMul, |_| 1.0)),
    ),
    entry(
        "jax.ops.segment_max",
        "data, segment_ids, num_segments=None, indices_are_sorted=False, unique_indices=False, bucket_size=None, mode=None",
        "Maxima over segments.",
        Sync(|cx, b| segment(cx, b, Prim::ScatterMax, red::lowest)),
    ),
    entry(
        "jax.ops.segment_min",
        "data, segment_ids, num_segments=None, indices_are_sorted=False, unique_indices=False, bucket_size=None, mode=None",
        "Minima over segments.",
        Sync(|cx, b| segment(cx, b, Prim::ScatterMin, red::highest)),
    ),
    entry(
        "jax.nn.initializers.variance_scaling",
        "scale, mode, distribution, in_axis=-2, out_axis=-1, batch_axis=(), dtype=None",
        "Weights of a variance set by the fans.",
        Sync(|cx, b| {
            let (i, o) = (cv::static_int(cx, &b["in_axis"])?, cv::static_int(cx, &b["out_axis"])?);
            Ok(variance_scaling(
                cv::float(cx, &b["scale"])?,
                b["mode"].as_str().unwrap_or(""),
                b["distribution"].as_str().unwrap_or(""),
                i,
                o,
                cv::dtype_arg(cx, &b["dtype"])?,
            ))
        }),
    ),
    entry(
        "jax.nn.initializers.glorot_uniform",
        SIG_INIT,
        "Uniform weights, variance 2 / (fan_in + fan_out).",
        Sync(|cx, b| named_scaling(cx, b, 1.0, "fan_avg", "uniform")),
    ),
    entry(
        "jax.nn.initializers.glorot_normal",
        SIG_INIT,
        "Normal weights, variance 2 / (fan_in + fan_out).",
        Sync(|cx, b| named_scaling(cx, b, 1.0, "fan_avg", "truncated_normal")),
    ),
    entry(
        "jax.nn.initializers.lecun_uniform",
        SIG_INIT,
        "Uniform weights, variance 1 / fan_in.",
        Sync(|cx, b| named_scaling(cx, b, 1.0, "fan_in", "uniform")),
    ),
    entry(
        "jax.nn.initializers.lecun_normal",
        SIG_INIT,
        "Normal weights, variance 1 / fan_in.",
        Sync(|cx, b| named_scaling(cx, b, 1.0, "fan_in", "truncated_normal")),
    ),
    entry(
        "jax.nn.initializers.he_uniform",
        SIG_INIT,
        "Uniform weights, variance 2 / fan_in.",
        Sync(|cx, b| named_scaling(cx, b, 2.0, "fan_in", "uniform")),
    ),
    entry(
        "jax.nn.initializers.he_normal",
        SIG_INIT,
        "Normal weights, variance 2 / fan_in.",
        Sync(|cx, b| named_scaling(cx, b, 2.0, "fan_in", "truncated_normal")),
    ),
    entry(
        "jax.nn.initializers.normal",
        "stddev=0.01, dtype=None",
        "Normal weights.",
        Sync(|cx, b| {
            let (s, d) = (cv::float(cx, &b["stddev"])?, cv::dtype_arg(cx, &b["dtype"])?);
            Ok(native("init", move |cx, args| {
                let (key, shape, d) = init_args(cx, args, d)?;
                (ex(cx, &random::normal(cx, &key, &shape, d)?) * s).arg()
            }))
        }),
    ),
    entry(
        "jax.nn.initializers.uniform",
        "scale=0.01, dtype=None",
        "Uniform weights in [0, scale).",
        Sync(|cx, b| {
            let (s, d) = (cv::float(cx, &b["scale"])?, cv::dtype_arg(cx, &b["dtype"])?);
            Ok(native("init", move |cx, args| {
                let (key, shape, d) = init_args(cx, args, d)?;
                (ex(cx, &random::uniform_const(cx, &key, &shape, d, 0.0, 1.0)?) * s).arg()
            }))
        }),
    ),
    entry(
        "jax.nn.initializers.constant",
        "value, dtype=None",
        "Constant weights.",
        Sync(|cx, b| {
            let (v, d) = (cv::float(cx, &b["value"])?, cv::dtype_arg(cx, &b["dtype"])?);
            Ok(native("init", move |cx, args| {
                let (_, shape, d) = init_args(cx, args, d)?;
                Ok(p::full(cx, &shape, d, v)?.into())
            }))
        }),
    ),
    entry(
        "jax.nn.initializers.zeros",
        "key, shape, dtype=None, out_sharding=None",
        "Zeros.",
        Sync(|cx, b| {
            Ok(p::full(
                cx,
                &cv::shape(cx, &b["shape"])?,
                cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(float_dtype(cx)),
                0.0,
            )?
            .into())
        }),
    ),
    entry(
        "jax.nn.initializers.ones",
        "key, shape, dtype=None, out_sharding=None",
        "Ones.",
        Sync(|cx, b| {
            Ok(p::full(
                cx,
                &cv::shape(cx, &b["shape"])?,
                cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(float_dtype(cx)),
                1.0,
            )?
            .into())
        }),
    ),
];
