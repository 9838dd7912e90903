//! Discrete Fourier transforms over the last axes.

use super::shared::*;
use crate::array::Array;
use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops;
use crate::params::Params;
use crate::rows::*;
use crate::value::{Bind, Value};

/// The transform kinds, as `lax` numbers them.
pub const FFT: u8 = 0;
/// Inverse of `FFT`.
pub const IFFT: u8 = 1;
/// Real input, half the spectrum.
pub const RFFT: u8 = 2;
/// Inverse of `RFFT`.
pub const IRFFT: u8 = 3;

fn fft_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::Fft { kind, fft_lengths: n } = p);
    let x = xs[0];
    let fail = |m: String| Err(Error::value_error(m));
    if n.len() > x.ndim() || n.is_empty() {
        return fail(format!(
            "FFT input shape {} must have at least as many input dimensions as fft_lengths {}.",
            tuple_text(&x.shape),
            tuple_text(n)
        ));
    }
    let batch = x.ndim() - n.len();
    let minor = &x.shape[batch..];
    let last = n.len() - 1;
    match *kind {
        RFFT => {
            if !matches!(x.dtype, DType::F32 | DType::F64) {
                return fail(format!("RFFT input must be float32 or float64, got {}", x.dtype));
            }
            if minor != n.as_slice() {
                return fail(format!(
                    "RFFT input shape {} minor dimensions must be equal to fft_lengths {}",
                    tuple_text(&x.shape),
                    tuple_text(n)
                ));
            }
            let mut out = x.with_dtype(x.dtype.to_complex());
            out.shape[batch + last] = n[last] / 2 + 1;
            Ok(vec![out])
        }
        IRFFT => {
            if !x.dtype.is_complex() {
                return fail(format!("IRFFT input must be complex64 or complex128, got {}", x.dtype));
            }
            if minor[..last] != n[..last] {
                return fail(format!(
                    "IRFFT input shape {} minor dimensions must be equal to all except the last fft_length, got fft_lengths={}",
                    tuple_text(&x.shape),
                    tuple_text(n)
                ));
            }
            let mut out = x.with_dtype(x.dtype.real());
            out.shape[batch + last] = n[last];
            Ok(vec![out])
        }
        _ => {
            if !x.dtype.is_complex() {
                return fail(format!("FFT input must be complex64 or complex128, got {}", x.dtype));
            }
            if minor != n.as_slice() {
                return fail(format!(
                    "FFT input shape {} minor dimensions must be equal to fft_lengths {}",
                    tuple_text(&x.shape),
                    tuple_text(n)
                ));
            }
            Ok(vec![x.clone()])
        }
    }
}

/// How often each stored bin of a real transform stands for a bin of the whole spectrum: once at the ends, else twice.
fn multiplicity(cx: &dyn Bind, like: &Value, length: usize, dtype: DType) -> Result<Value> {
    let bins = length / 2 + 1;
    let counts: Vec<f64> = (0..bins).map(|i| if i == 0 || 2 * i == length { 1.0 } else { 2.0 }).collect();
    let mut bytes = Vec::new();
    for c in &counts {
        bytes.extend_from_slice(&crate::array::encode(dtype, *c, 0.0)[..dtype.size()]);
    }
    let buf = std::rc::Rc::new(crate::array::HostBuf::from_bytes(&bytes));
    let mask = Value::Array(Array::from_host(ShapedArray::new([bins], dtype), buf));
    let mut shape = vec![1; like.ndim()];
    shape[like.ndim() - 1] = bins;
    ops::broadcast_in_dim(cx, &mask, &shape, &[like.ndim() - 1])
}

fn fft_transpose(cx: &dyn Bind, p: &Params, t: &Value) -> Result<Value> {
    take!(Params::Fft { kind, fft_lengths: n } = p);
    let total: usize = n.iter().product();
    let last = n[n.len() - 1];
    match *kind {
        RFFT => {
            let mask = multiplicity(cx, t, last, t.dtype())?;
            let scaled = ops::div(cx, &ops::conj(cx, t)?, &mask)?;
            let out = ops::fft(cx, &scaled, IRFFT, n)?;
            ops::mul(cx, &ops::scalar_like(&out, total as f64), &out)
        }
        IRFFT => {
            let x = ops::fft(cx, t, RFFT, n)?;
            let mask = multiplicity(cx, &x, last, x.dtype())?;
            let scaled = ops::mul(cx, &ops::scalar_like(&mask, 1.0 / total as f64), &mask)?;
            ops::conj(cx, &ops::mul(cx, &scaled, &x)?)
        }
        _ => ops::fft(cx, t, *kind, n),
    }
}

/// Fourier transform.
pub static FOURIER: Row = Row {
    name: "fft",
    doc: "Discrete Fourier transform (forward, inverse, real or its inverse) over the last axes.",
    typing: Typing::Rule(fft_type),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| transpose_unary(cts, xs, |ct, _| fft_transpose(cx, p, ct))),
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::Fft { kind, fft_lengths } = p);
        let x = moveaxis(cx, &xs[0].0, axis_of(&xs[0])?, 0)?;
        Ok(vec![(ops::fft(cx, &x, *kind, fft_lengths)?, Some(0))])
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Flushes,
    switching: &[],
};
