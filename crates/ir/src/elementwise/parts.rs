//! Parts of complex numbers, and the identities copy and stop_gradient.

use super::shared::unbroadcast;
use crate::error::Result;
use crate::ops;
use crate::params::Params;
use crate::prim::Prim;
use crate::rows::*;
use crate::value::Bind;

fn complex_transpose(cx: &dyn Bind, _: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    let Some(ct) = &cts[0] else { return Ok(vec![None, None]) };
    let mut out = vec![None, None];
    if let Operand::Linear(a) = &xs[0] {
        out[0] = Some(unbroadcast(cx, &ops::real(cx, ct)?, a)?);
    }
    if let Operand::Linear(a) = &xs[1] {
        let minus = ops::neg(cx, ct)?;
        out[1] = Some(unbroadcast(cx, &ops::imag(cx, &minus)?, a)?);
    }
    Ok(out)
}

fn conj_transpose(cx: &dyn Bind, _: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    Ok(vec![match (&cts[0], &xs[0]) {
        (Some(ct), Operand::Linear(a)) if a.dtype.is_complex() => Some(ops::conj(cx, ct)?),
        (Some(ct), Operand::Linear(_)) => Some(ops::real(cx, ct)?),
        _ => None,
    }])
}

/// Elementwise real part.
pub static REAL: Row = Row {
    name: "real",
    doc: "Elementwise real part.",
    typing: Typing::Elementwise(&[Accept::Complex], OutDType::Real),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, _, cts, _| {
        Ok(vec![cts[0].as_ref().map(|ct| ops::complex(cx, ct, &ops::scalar_like(ct, 0.0))).transpose()?])
    }),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Complex,
    bounds: Bounds::Unknown,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Elementwise imaginary part.
pub static IMAG: Row = Row {
    name: "imag",
    doc: "Elementwise imaginary part.",
    typing: Typing::Elementwise(&[Accept::Complex], OutDType::Real),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, _, cts, _| {
        Ok(vec![
            cts[0].as_ref().map(|ct| ops::complex(cx, &ops::scalar_like(ct, 0.0), &ops::neg(cx, ct)?)).transpose()?,
        ])
    }),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Complex,
    bounds: Bounds::Unknown,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Elementwise complex number from its parts.
pub static COMPLEX: Row = Row {
    name: "complex",
    doc: "Elementwise complex number from its parts.",
    typing: Typing::Elementwise(&[Accept::Part, Accept::Part], OutDType::Complex),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(complex_transpose),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Complex,
    bounds: Bounds::Unknown,
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Elementwise complex conjugate.
pub static CONJ: Row = Row {
    name: "conj",
    doc: "Elementwise complex conjugate.",
    typing: Typing::Elementwise(&[Accept::PartOrComplex], OutDType::Complex),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(conj_transpose),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Complex,
    bounds: Bounds::Unknown,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// A copy.
pub static COPY: Row = Row {
    name: "copy",
    doc: "A copy.",
    typing: Typing::Rule(|_, xs| Ok(vec![xs[0].clone()])),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, _| {
        let ct = cts[0].as_ref().map(|ct| cx.bind1(Prim::Copy, p.clone(), std::slice::from_ref(ct)));
        Ok(vec![ct.transpose()?])
    }),
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|_, _, xs| xs[0]),
    bounds: Bounds::Rule(|_, xs| xs[0]),
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// The operand, treated as a constant by differentiation.
pub static STOP_GRADIENT: Row = Row {
    name: "stop_gradient",
    doc: "The operand, treated as a constant by differentiation.",
    typing: Typing::Rule(|_, xs| Ok(vec![xs[0].clone()])),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Scalar(|_, _, xs| xs[0]),
    bounds: Bounds::Rule(|_, xs| xs[0]),
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};
