//! `jax.nn`: activations, softmax and kin, `one_hot`.

use crate::expr::{X, ex};
use crate::prelude::*;
use crate::special::with_rule;
use crate::{reductions as red, ufuncs as u};

/// `g` where the test holds, else 0: the derivative of clipped-off activations.
fn pass<'a>(cx: &'a Cx, t: &Value, open: &X<'a>) -> Result<Value> {
    let g = ex(cx, t);
    open.select(&g, &g.full_like(0.0)).get()
}

/// `jax.nn.relu`: derivative 0 at 0.
pub fn relu(cx: &Cx, x: &Value) -> Result<Value> {
    with_rule(
        cx,
        "relu",
        std::slice::from_ref(x),
        |cx, v| jit1(cx, "relu", v, |cx, v| u::maximum(cx, &v[0], Arg::Int(0))),
        |cx, _, v, t| pass(cx, &t[0], &ex(cx, &v[0]).gt(0.0)),
    )
}

/// `jax.nn.relu6`: derivative 0 at both ends.
pub fn relu6(cx: &Cx, x: &Value) -> Result<Value> {
    with_rule(
        cx,
        "relu6",
        std::slice::from_ref(x),
        |cx, v| {
            jit1(cx, "relu6", v, |cx, v| {
                let low = u::maximum(cx, &v[0], Arg::Int(0))?;
                u::minimum(cx, &low, Arg::Float(6.0))
            })
        },
        |cx, _, v, t| {
            let x = ex(cx, &v[0]);
            pass(cx, &t[0], &x.gt(0.0).and(x.lt(6.0)))
        },
    )
}

fn softplus<'a>(x: &X<'a>) -> X<'a> {
    x.map(|cx, v| jit1(cx, "softplus", std::slice::from_ref(v), |cx, v| u::logaddexp(cx, &v[0], Arg::Int(0))))
}
fn sigmoid<'a>(x: &X<'a>) -> X<'a> {
    x.logistic()
}
fn hard_sigmoid<'a>(x: &X<'a>) -> X<'a> {
    x.map(|cx, v| {
        jit1(cx, "hard_sigmoid", std::slice::from_ref(v), |cx, v| ((ex(cx, &v[0]) + 3.0).map(relu6) / 6.0).get())
    })
}
fn elu<'a>(x: &X<'a>, alpha: &Value) -> X<'a> {
    x.map(|cx, v| jit1(cx, "elu", &[v.clone(), alpha.clone()], |cx, v| elu_formula(&ex(cx, &v[0]), &v[1]).get()))
}
fn elu_formula<'a>(x: &X<'a>, alpha: &Value) -> X<'a> {
    let (positive, again) = (x.gt(0.0), x.gt(0.0));
    let inner = again.choose(0.0, x).expm1();
    positive.choose(x, ex(x.context(), alpha) * inner)
}

/// Softmax over axes, or its logarithm.
pub fn softmax(cx: &Cx, x: &Value, axes: &[usize], mask: Option<&Value>, log: bool) -> Result<Value> {
    let keep = red::Options { mask: mask.cloned(), ..red::Options::keep(axes) };
    let minus_inf = p::weak_scalar(DType::F32, f64::NEG_INFINITY);
    let top = red::max(cx, x, &red::Options { initial: Some(minus_inf.clone()), ..keep.clone() })?;
    let safe = match mask {
        Some(m) => u::where_(cx, m, x, &minus_inf)?,
        None => x.clone(),
    };
    let shifted = ex(cx, &safe) - ex(cx, &top).stop();
    let e = shifted.exp();
    let total = ex(cx, &red::sum(cx, &e.clone().get()?, &keep)?);
    let out = if log { shifted - total.log() } else { e / total };
    match mask {
        Some(m) => ex(cx, m).choose(&out, if log { f64::NEG_INFINITY } else { 0.0 }).get(),
        None => out.get(),
    }
}

/// Axis and mask from the arguments. The maximum is subtracted without its derivative.
fn softmax_entry(cx: &Cx, b: &Bound, log: bool) -> Result<Arg> {
    let name = if log { "log_softmax" } else { "softmax" };
    let x = u::inexact(cx, &val(cx, name, &b["x"])?)?;
    let axes = cv::axes(cx, &b["axis"], x.ndim())?;
    let mask = if b["where"].is_none() { None } else { Some(val(cx, name, &b["where"])?) };
    if !log {
        return Ok(softmax(cx, &x, &axes, mask.as_ref(), false)?.into());
    }
    let args: Vec<Value> = std::iter::once(x).chain(mask).collect();
    jit1(cx, name, &args, |cx, v| softmax(cx, &v[0], &axes, v.get(1), true)).map(Arg::from)
}

fn standardize(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "standardize", &b["x"])?;
    let axes = cv::axes(cx, &b["axis"], x.ndim())?;
    let eps = cv::float(cx, &b["epsilon"])?;
    let mask = if b["where"].is_none() { None } else { Some(val(cx, "standardize", &b["where"])?) };
    let o = red::Options { mask, ..red::Options::keep(&axes) };
    let given = |n: &str| if b[n].is_none() { Ok(None) } else { val(cx, "standardize", &b[n]).map(Some) };
    let (mean, variance) = (given("mean")?, given("variance")?);
    let stable = b["algorithm"].as_str() == Some("stable");
    jit1(cx, "standardize", &[x], |cx, v| {
        let x = ex(cx, &v[0]);
        let mean = match &mean {
            Some(m) => m.clone(),
            None => red::mean(cx, &v[0], &o)?,
        };
        let variance = match &variance {
            Some(s) => ex(cx, s),
            None if stable => (&x - &mean).square().map(|cx, s| red::mean(cx, s, &o)),
            None => {
                let raw = x.square().map(|cx, s| red::mean(cx, s, &o)) - ex(cx, &mean).square();
                raw.map(|cx, r| u::clip(cx, r, Arg::Int(0), &Arg::None))
            }
        };
        ((&x - &mean) * (variance + eps).rsqrt()).get()
    })
    .map(Arg::from)
}

fn one_hot(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = crate::creation::asarray(cx, &b[0], None)?;
    let n = cv::static_int(cx, &b["num_classes"])?.max(0) as usize;
    let dtype = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(DType::F64.canonicalize(cx.x64()));
    let at = cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim() + 1)?;
    let out = jit1(cx, "_one_hot", &[x], |cx, v| {
        let lhs = p::expand_dims(cx, &v[0], &[at])?;
        let mut shape = vec![1; v[0].ndim() + 1];
        shape[at] = n;
        let rhs = p::iota(cx, v[0].dtype(), &shape, at)?;
        let same = p::eq(cx, &lhs, &rhs)?;
        p::convert(cx, &same, dtype, false)
    })?;
    Ok(out.into())
}

fn glu(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "glu", &b[0])?;
    let axis = cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?;
    let half = x.shape()[axis] / 2;
    if x.shape()[axis] % 2 != 0 {
        return Err(Error::new(ErrorClass::AssertionError, "axis size must be divisible by 2"));
    }
    jit1(cx, "glu", &[x], |cx, v| {
        let halves = crate::lax::split(cx, &v[0], &[half, half], axis)?;
        (ex(cx, &halves[0]) * ex(cx, &halves[1]).logistic()).get()
    })
    .map(Arg::from)
}

fn gelu(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = promote(cx, "gelu", Promote::Inexact, &[&b[0]])?.remove(0);
    let approximate = cv::truth(cx, &b["approximate"])?;
    let x = ex(cx, &x);
    if approximate {
        let c = (2.0 / std::f64::consts::PI).sqrt();
        let inner = &x + 0.044715 * x.powi(3);
        let cdf = 0.5 * (1.0 + (x.constant(c) * inner).tanh());
        return (&x * cdf).arg();
    }
    let h = x.constant(std::f64::consts::FRAC_1_SQRT_2);
    (0.5 * &x * (-&x * h).erfc()).arg()
}

fn logmeanexp(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "logmeanexp", &b[0])?;
    let axes = cv::axes(cx, &b["axis"], x.ndim())?;
    let keep = cv::truth(cx, &b["keepdims"])?;
    let (lse, _) = crate::special::logsumexp_(cx, &b[0], &b["axis"], &Arg::None, keep, &b["where"])?;
    let n = if b["where"].is_none() {
        p::like(&lse, axes.iter().map(|&a| x.shape()[a]).product::<usize>() as f64)
    } else {
        let m = val(cx, "logmeanexp", &b["where"])?;
        let m = p::broadcast_to(cx, &m, x.shape())?;
        red::sum(
            cx,
            &m,
            &red::Options { axis: Some(axes), keepdims: keep, dtype: Some(lse.dtype()), ..Default::default() },
        )?
    };
    (ex(cx, &lse) - ex(cx, &n).log()).arg()
}

/// An activation inside its named jit.
macro_rules! activation {
    ($name:literal, $doc:literal, |$x:ident| $body:expr) => {
        entry(
            concat!("jax.nn.", $name),
            "x",
            $doc,
            Sync(|cx, b| {
                let x = u::inexact(cx, &val(cx, $name, &b[0])?)?;
                jit1(cx, $name, &[x], |cx, v| {
                    let $x = ex(cx, &v[0]);
                    $body.get()
                })
                .map(Arg::from)
            }),
        )
    };
}
/// The same with one more array argument.
macro_rules! activation2 {
    ($name:literal, $sig:literal, $doc:literal, |$x:ident, $a:ident| $body:expr) => {
        entry(
            concat!("jax.nn.", $name),
            $sig,
            $doc,
            Sync(|cx, b| {
                let x = u::inexact(cx, &val(cx, $name, &b[0])?)?;
                // A Python number is a constant of the formula, an array an argument of it.
                let (constant, mut args) = (b[1].is_number(), vec![x]);
                let a =
                    if constant { cv::convert_arg(cx, &b[1], args[0].dtype(), true)? } else { val(cx, $name, &b[1])? };
                if !constant {
                    args.push(a.clone());
                }
                jit1(cx, $name, &args, |cx, v| {
                    let ($x, $a) = (ex(cx, &v[0]), v.get(1).unwrap_or(&a));
                    $body.get()
                })
                .map(Arg::from)
            }),
        )
    };
}

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.nn.relu",
        "x, /",
        "max(x, 0); derivative 0 at 0.",
        Sync(|cx, b| Ok(relu(cx, &val(cx, "relu", &b[0])?)?.into())),
    ),
    entry(
        "jax.nn.relu6",
        "x, /",
        "min(max(x, 0), 6); derivative 0 at both ends.",
        Sync(|cx, b| Ok(relu6(cx, &val(cx, "relu6", &b[0])?)?.into())),
    ),
    entry("jax.nn.identity", "x", "x.", Sync(|cx, b| Ok(val(cx, "identity", &b[0])?.into()))),
    entry(
        "jax.nn.sigmoid",
        "x",
        "1 / (1 + exp(-x)).",
        Sync(|cx, b| sigmoid(&ex(cx, &u::inexact(cx, &val(cx, "sigmoid", &b[0])?)?)).arg()),
    ),
    entry(
        "jax.nn.softplus",
        "x",
        "log(1 + exp(x)).",
        Sync(|cx, b| softplus(&ex(cx, &val(cx, "softplus", &b[0])?)).arg()),
    ),
    entry(
        "jax.nn.hard_sigmoid",
        "x",
        "relu6(x + 3) / 6.",
        Sync(|cx, b| hard_sigmoid(&ex(cx, &val(cx, "hard_sigmoid", &b[0])?)).arg()),
    ),
    activation!("silu", "x * sigmoid(x).", |x| &x * sigmoid(&x)),
    activation!("mish", "x * tanh(softplus(x)).", |x| &x * softplus(&x).tanh()),
    activation!("log_sigmoid", "-softplus(-x).", |x| -softplus(&-&x)),
    activation!("soft_sign", "x / (1 + |x|).", |x| &x / (x.abs() + 1.0)),
    activation!("sparse_plus", "0, a parabola, then x.", |x| {
        let (low, high) = (x.le(-1.0), x.ge(1.0));
        let curve = (&x + 1.0).powi(2) / 4.0;
        low.choose(0.0, high.choose(&x, curve))
    }),
    activation!("sparse_sigmoid", "0.5 * clip(x + 1, 0, 2).", |x| 0.5
        * (&x + 1.0).map(|cx, v| u::clip(cx, v, Arg::Float(0.0), Arg::Float(2.0)))),
    activation!("hard_tanh", "x clipped to [-1, 1].", |x| {
        let (high, low) = (x.gt(1.0), x.lt(-1.0));
        high.choose(1.0, low.choose(-1.0, &x))
    }),
    activation!("hard_silu", "x * hard_sigmoid(x).", |x| &x * hard_sigmoid(&x)),
    activation!("selu", "Scaled exponential linear unit.", |x| 1.0507009873554805
        * elu(&x, &p::weak_scalar(DType::F32, 1.6732632423543772))),
    activation!("log1mexp", "log(1 - exp(-x)).", |x| {
        x.lt(std::f64::consts::LN_2).choose((-(-&x).expm1()).log(), (-(-&x).exp()).log1p())
    }),
    activation2!("elu", "x, alpha=1.0", "x, or alpha * expm1(x) below 0.", |x, a| elu_formula(&x, a)),
    activation2!("celu", "x, alpha=1.0", "max(x, 0) + alpha * expm1(min(x, 0) / alpha).", |x, a| x.max(0.0)
        + ex(x_cx(&x), a) * (x.min(0.0) / a).expm1()),
    activation2!("leaky_relu", "x, negative_slope=0.01", "x, or negative_slope * x below 0.", |x, a| x
        .ge(0.0)
        .choose(&x, ex(x_cx(&x), a) * &x)),
    activation2!("squareplus", "x, b=4", "(x + sqrt(x**2 + b)) / 2.", |x, a| (&x + (x.square() + a).sqrt()) / 2.0),
    entry("jax.nn.gelu", "x, approximate=True", "x times the normal distribution function of x.", Sync(gelu)),
    entry("jax.nn.glu", "x, axis=-1", "First half times sigmoid of the second.", Sync(glu)),
    entry(
        "jax.nn.softmax",
        "x, axis=-1, where=None",
        "exp(x) / sum(exp(x)).",
        Sync(|cx, b| softmax_entry(cx, b, false)),
    ),
    entry("jax.nn.log_softmax", "x, axis=-1, where=None", "log(softmax(x)).", Sync(|cx, b| softmax_entry(cx, b, true))),
    entry("jax.nn.logmeanexp", "x, axis=None, where=None, keepdims=False", "log(mean(exp(x))).", Sync(logmeanexp)),
    entry(
        "jax.nn.standardize",
        "x, axis=-1, mean=None, variance=None, epsilon=1e-05, where=None, *, algorithm='fast'",
        "Subtracts the mean and divides by the standard deviation.",
        Sync(standardize),
    ),
    entry("jax.nn.one_hot", "x, num_classes, *, dtype=None, axis=-1", "1 at index x, else 0.", Sync(one_hot)),
];

fn x_cx<'a>(x: &X<'a>) -> &'a Cx {
    x.context()
}
