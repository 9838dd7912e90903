//! `jax.numpy.fft`: Fourier transforms over chosen axes.

use crate::prelude::*;
use crate::{shaping, ufuncs as u};
use gradlens_ir::ops;
use gradlens_ir::structural::fft::{FFT, IFFT, IRFFT, RFFT};

/// What a function of the family needs to know.
struct Kind {
    name: &'static str,
    kind: u8,
}

/// `lax.fft`: the transform over the last axes, of the dtype it needs.
fn last_axes(cx: &Cx, x: &Value, kind: u8, lengths: &[usize]) -> Result<Value> {
    if kind == RFFT && x.dtype().is_complex() {
        return Err(Error::value_error("only real valued inputs supported for rfft"));
    }
    jit1(cx, "fft", std::slice::from_ref(x), |cx, v| {
        let x = u::inexact(cx, &v[0])?;
        let d = match x.dtype() {
            d if d.is_complex() => d,
            DType::F64 => DType::F64,
            _ => DType::F32,
        };
        let d = if kind == RFFT { d } else { d.to_complex() };
        let x = p::convert(cx, &x, d, false)?;
        if lengths.is_empty() { Ok(x) } else { ops::fft(cx, &x, kind, lengths) }
    })
}

/// The same over any number of axes: at most three at once.
fn over_many(cx: &Cx, x: &Value, kind: u8, lengths: &[usize]) -> Result<Value> {
    if lengths.len() <= 3 {
        return last_axes(cx, x, kind, lengths);
    }
    let n = if lengths.len() == 4 { 2 } else { 3 };
    let (rank, k) = (x.ndim(), lengths.len());
    let (rest, inner) = lengths.split_at(k - n);
    let src: Vec<usize> = (rank - k..rank - n).collect();
    let dst: Vec<usize> = (rank - k + n..rank).collect();
    let there = |x: &Value| shaping::moveaxis(cx, x, &src, &dst);
    let back = |x: &Value| shaping::moveaxis(cx, x, &dst, &src);
    if kind == RFFT || kind == FFT {
        let x = there(&last_axes(cx, x, kind, inner)?)?;
        return back(&over_many(cx, &x, FFT, rest)?);
    }
    let x = back(&over_many(cx, &there(x)?, IFFT, rest)?)?;
    last_axes(cx, &x, kind, inner)
}

/// Cut or padded with zeros to these sizes.
fn resized(cx: &Cx, x: &Value, sizes: &[usize]) -> Result<Value> {
    let config: Vec<(i64, i64, i64)> =
        x.shape().iter().zip(sizes).map(|(&n, &m)| (0, m as i64 - n as i64, 0)).collect();
    if config.iter().all(|c| c.1 == 0) {
        return Ok(x.clone());
    }
    p::pad(cx, x, &p::like(x, 0.0), &config)
}

fn transform(cx: &Cx, k: &Kind, x: Value, s: Option<Vec<i64>>, axes: Option<Vec<usize>>, norm: &Arg) -> Result<Value> {
    let full = format!("jax.numpy.fft.{}", k.name);
    if s.as_ref().is_some_and(|s| s.iter().any(|&n| n <= 0)) {
        return Err(Error::value_error("Shape should be positive."));
    }
    if let (Some(s), Some(a)) = (&s, &axes)
        && s.len() != a.len()
    {
        return Err(Error::value_error("Shape and axes have different lengths."));
    }
    let rank = x.ndim();
    let count = axes.as_ref().map(|a| a.len()).or(s.as_ref().map(|s| s.len())).unwrap_or(rank);
    if count > rank {
        return Err(Error::value_error(format!("{full}: more axes than the array has.")));
    }
    if let Some(a) = &axes
        && a.iter().enumerate().any(|(i, d)| a[..i].contains(d))
    {
        let text = a.iter().map(|d| d.to_string()).collect::<Vec<_>>().join(", ");
        return Err(Error::value_error(format!("{full} does not support repeated axes. Got axes [{text}].")));
    }
    let inner: Vec<usize> = (rank - count..rank).collect();
    let mut x = match &axes {
        Some(a) => shaping::moveaxis(cx, &x, a, &inner)?,
        None => x,
    };
    let lengths: Vec<usize> = match &s {
        Some(s) => {
            let lengths: Vec<usize> = s.iter().map(|&n| n as usize).collect();
            let mut sizes = x.shape()[..rank - count].to_vec();
            sizes.extend(&lengths);
            if k.kind == IRFFT
                && let Some(last) = sizes.last_mut()
            {
                *last = *last / 2 + 1;
            }
            x = resized(cx, &x, &sizes)?;
            lengths
        }
        None => {
            let mut lengths: Vec<usize> = inner.iter().map(|&a| x.shape()[a]).collect();
            if k.kind == IRFFT
                && let Some(last) = lengths.last_mut()
            {
                *last = 2 * last.saturating_sub(1);
            }
            lengths
        }
    };
    let mut out = over_many(cx, &x, k.kind, &lengths)?;
    let total = lengths.iter().product::<usize>() as f64;
    let inverse = k.name.starts_with('i');
    let scale = match norm {
        Arg::None => None,
        _ => match norm.as_str() {
            Some("backward") => None,
            Some("ortho") => Some(if inverse { total.sqrt() } else { 1.0 / total.sqrt() }),
            Some("forward") => Some(if inverse { total } else { 1.0 / total }),
            other => {
                return Err(Error::value_error(format!(
                    "Invalid norm value {}; should be \"backward\",\"ortho\" or \"forward\".",
                    other.unwrap_or("None")
                )));
            }
        },
    };
    if let Some(f) = scale {
        out = p::mul(cx, &out, &p::like(&out, f))?;
    }
    match &axes {
        Some(a) => shaping::moveaxis(cx, &out, &inner, a),
        None => Ok(out),
    }
}

fn one_axis(cx: &Cx, b: &Bound, k: &Kind, x: Value) -> Result<Value> {
    if b["axis"].sequence().is_some() {
        return Err(Error::value_error(format!(
            "jax.numpy.fft.{0} does not support multiple axes. Please use jax.numpy.fft.{0}n.",
            k.name
        )));
    }
    let s = if b["n"].is_none() { None } else { Some(vec![cv::static_int(cx, &b["n"])?]) };
    let axes =
        if b["axis"].is_none() { None } else { Some(vec![cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?]) };
    transform(cx, k, x, s, axes, &b["norm"])
}

fn several(cx: &Cx, b: &Bound, k: &Kind) -> Result<Arg> {
    let x = val(cx, k.name, &b["a"])?;
    let s = if b["s"].is_none() { None } else { Some(cv::ints(cx, &b["s"])?) };
    let axes = if b["axes"].is_none() {
        None
    } else {
        let axes = cv::ints(cx, &b["axes"])?;
        Some(axes.into_iter().map(|a| cv::axis(a, x.ndim())).collect::<Result<Vec<_>>>()?)
    };
    if k.name.ends_with('2') && axes.as_ref().is_some_and(|a| a.len() != 2) {
        return Err(Error::value_error(format!("jax.numpy.fft.{} only supports 2 axes.", k.name)));
    }
    Ok(transform(cx, k, x, s, axes, &b["norm"])?.into())
}

/// Frequencies of the bins: `0, 1, ..., -2, -1` over `d n`; the nonnegative ones alone for real transforms.
fn frequencies(cx: &Cx, b: &Bound, real: bool) -> Result<Arg> {
    let n = cv::static_int(cx, &b["n"])?;
    if n <= 0 {
        return Err(Error::value_error(format!("The n argument of jax.numpy.fft.fftfreq must be positive, got {n}.")));
    }
    let d = cv::float(cx, &b["d"])?;
    let dtype = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(DType::F64).canonicalize(cx.x64());
    let bins: Vec<f64> = if real {
        (0..=n / 2).map(|k| k as f64).collect()
    } else {
        (0..n).map(|k| if k <= (n - 1) / 2 { k as f64 } else { (k - n) as f64 }).collect()
    };
    let k = Value::Array(cv::from_f64s(&[bins.len()], dtype, &bins));
    Ok(p::div(cx, &k, &p::like(&k, d * n as f64))?.into())
}

fn shift(cx: &Cx, b: &Bound, forward: bool) -> Result<Arg> {
    let mut x = val(cx, "fftshift", &b["x"])?;
    let axes = if b["axes"].is_none() { (0..x.ndim()).collect() } else { cv::axes(cx, &b["axes"], x.ndim())? };
    for a in axes {
        let n = x.shape()[a];
        let cut = if forward { n - n / 2 } else { n / 2 };
        if cut % n.max(1) != 0 {
            let (front, back) = (p::slice_in_dim(cx, &x, 0, cut, 1, a)?, p::slice_in_dim(cx, &x, cut, n, 1, a)?);
            x = p::concatenate(cx, &[back, front], a)?;
        }
    }
    Ok(x.into())
}

macro_rules! along {
    ($name:literal, $kind:expr, $doc:literal) => {
        entry(
            concat!("jax.numpy.fft.", $name),
            "a, n=None, axis=-1, norm=None",
            $doc,
            Sync(|cx, b| {
                let x = val(cx, $name, &b["a"])?;
                Ok(one_axis(cx, b, &Kind { name: $name, kind: $kind }, x)?.into())
            }),
        )
    };
}
macro_rules! over {
    ($name:literal, $kind:expr, $axes:literal, $doc:literal) => {
        entry(
            concat!("jax.numpy.fft.", $name),
            concat!("a, s=None, axes=", $axes, ", norm=None"),
            $doc,
            Sync(|cx, b| several(cx, b, &Kind { name: $name, kind: $kind })),
        )
    };
}

fn length(cx: &Cx, b: &Bound, x: &Value) -> Result<(usize, usize)> {
    let axis = cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?;
    Ok((axis, if b["n"].is_none() { x.shape()[axis] } else { cv::static_int(cx, &b["n"])? as usize }))
}

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    along!("fft", FFT, "Fourier transform along an axis."),
    along!("ifft", IFFT, "Inverse Fourier transform along an axis."),
    along!("rfft", RFFT, "Fourier transform of real numbers: the nonnegative frequencies."),
    along!("irfft", IRFFT, "Inverse of rfft."),
    entry(
        "jax.numpy.fft.hfft",
        "a, n=None, axis=-1, norm=None",
        "Fourier transform of a Hermitian signal.",
        Sync(|cx, b| {
            let x = val(cx, "hfft", &b["a"])?;
            let (axis, _) = length(cx, b, &x)?;
            let n = if b["n"].is_none() { 2 * (x.shape()[axis] - 1) } else { cv::static_int(cx, &b["n"])? as usize };
            let x = p::conj(cx, &p::convert(cx, &u::inexact(cx, &x)?, x.dtype().to_complex(), false)?)?;
            let y = one_axis(cx, b, &Kind { name: "hfft", kind: IRFFT }, x)?;
            Ok(p::mul(cx, &y, &p::like(&y, n as f64))?.into())
        }),
    ),
    entry(
        "jax.numpy.fft.ihfft",
        "a, n=None, axis=-1, norm=None",
        "Inverse of hfft.",
        Sync(|cx, b| {
            let x = val(cx, "ihfft", &b["a"])?;
            let (_, n) = length(cx, b, &x)?;
            let y = p::conj(cx, &one_axis(cx, b, &Kind { name: "ihfft", kind: RFFT }, x)?)?;
            Ok(p::mul(cx, &y, &p::like(&y, 1.0 / n as f64))?.into())
        }),
    ),
    over!("fft2", FFT, "(-2, -1)", "Fourier transform over two axes."),
    over!("ifft2", IFFT, "(-2, -1)", "Inverse Fourier transform over two axes."),
    over!("rfft2", RFFT, "(-2, -1)", "Fourier transform of real numbers over two axes."),
    over!("irfft2", IRFFT, "(-2, -1)", "Inverse of rfft2."),
    over!("fftn", FFT, "None", "Fourier transform over axes."),
    over!("ifftn", IFFT, "None", "Inverse Fourier transform over axes."),
    over!("rfftn", RFFT, "None", "Fourier transform of real numbers over axes."),
    over!("irfftn", IRFFT, "None", "Inverse of rfftn."),
    entry(
        "jax.numpy.fft.fftfreq",
        "n, d=1.0, *, dtype=None, device=None",
        "Frequencies of the bins of fft.",
        Sync(|cx, b| frequencies(cx, b, false)),
    ),
    entry(
        "jax.numpy.fft.rfftfreq",
        "n, d=1.0, *, dtype=None, device=None",
        "Frequencies of the bins of rfft.",
        Sync(|cx, b| frequencies(cx, b, true)),
    ),
    entry(
        "jax.numpy.fft.fftshift",
        "x, axes=None",
        "Frequency 0 moved to the middle.",
        Sync(|cx, b| shift(cx, b, true)),
    ),
    entry("jax.numpy.fft.ifftshift", "x, axes=None", "Inverse of fftshift.", Sync(|cx, b| shift(cx, b, false))),
];
