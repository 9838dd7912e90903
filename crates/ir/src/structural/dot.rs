//! Contractions: dot_general.

use super::shared::*;
use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops;
use crate::params::{DotDims, Params};
use crate::prim::Prim;
use crate::rows::*;
use crate::value::{Bind, Value};

/// Result shape: batch axes, then the left side's free axes, then the right side's.
fn dot_shape(lhs: &[usize], rhs: &[usize], d: &DotDims) -> Vec<usize> {
    let mut out: Vec<usize> = d.lhs_batch.iter().map(|&i| lhs[i]).collect();
    out.extend(remaining(lhs.len(), &[&d.lhs_contract, &d.lhs_batch]).iter().map(|&i| lhs[i]));
    out.extend(remaining(rhs.len(), &[&d.rhs_contract, &d.rhs_batch]).iter().map(|&i| rhs[i]));
    out
}

/// XLA's order of operand dtypes: complex first, then exponent and mantissa bits, then width, then signedness.
fn rank(t: DType) -> (bool, i32, i32, u32, bool) {
    let c = t.real();
    let (exponent, mantissa) = match c {
        DType::BF16 => (128, 7),
        DType::F16 => (16, 10),
        DType::F32 => (128, 23),
        DType::F64 => (1024, 52),
        _ => (-1, -1),
    };
    (t.is_complex(), exponent, mantissa, width(c), !c.is_unsigned())
}

fn width(t: DType) -> u32 {
    if t == DType::Bool { 1 } else { t.real().bits() }
}

fn check_side(side: &str, x: &ShapedArray, batch: &[usize], contract: &[usize]) -> Result<()> {
    if batch.iter().chain(contract).any(|&d| d >= x.ndim()) {
        return Err(Error::type_error(format!(
            "dot_general requires {side} dimension numbers to be nonnegative and less than the number of axes of the {side} value, got {side}_batch of {} and {side}_contracting of {} for {side} of rank {}",
            tuple_text(batch),
            tuple_text(contract),
            x.ndim()
        )));
    }
    Ok(())
}

fn check_distinct(side: &str, batch: &[usize], contract: &[usize]) -> [Option<String>; 3] {
    let repeats = |xs: &[usize]| xs.iter().enumerate().any(|(i, x)| xs[..i].contains(x));
    [
        repeats(batch).then(|| format!("dot_general requires {side} batch dimensions to be distinct, got {side}_batch {}.", tuple_text(batch))),
        repeats(contract)
            .then(|| format!("dot_general requires {side} contracting dimensions to be distinct, got {side}_contracting {}.", tuple_text(contract))),
        batch.iter().any(|b| contract.contains(b)).then(|| {
            format!(
                "dot_general requires {side} batch dimensions to be disjoint from contracting dimensions, got {side}_batch {} and {side}_contracting {}.",
                tuple_text(batch),
                tuple_text(contract)
            )
        }),
    ]
}

fn dot_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::DotGeneral { dims: d, preferred_element_type } = p);
    let (l, r) = (xs[0], xs[1]);
    check_side("lhs", l, &d.lhs_batch, &d.lhs_contract)?;
    check_side("rhs", r, &d.rhs_batch, &d.rhs_contract)?;
    if d.lhs_batch.len() != d.rhs_batch.len() {
        return Err(Error::type_error(format!(
            "dot_general requires equal numbers of lhs_batch and rhs_batch dimensions, got lhs_batch {} and rhs_batch {}.",
            tuple_text(&d.lhs_batch),
            tuple_text(&d.rhs_batch)
        )));
    }
    let (a, b) =
        (check_distinct("lhs", &d.lhs_batch, &d.lhs_contract), check_distinct("rhs", &d.rhs_batch, &d.rhs_contract));
    if let Some(message) = a.into_iter().zip(b).flat_map(|(a, b)| [a, b]).flatten().next() {
        return Err(Error::type_error(message));
    }
    let pick = |x: &ShapedArray, axes: &[usize]| axes.iter().map(|&i| x.shape[i]).collect::<Vec<_>>();
    let (lb, rb) = (pick(l, &d.lhs_batch), pick(r, &d.rhs_batch));
    if lb != rb {
        return Err(Error::type_error(format!(
            "dot_general requires lhs batch dimensions and rhs batch dimensions to have the same shape, got {} and {}.",
            tuple_text(&lb),
            tuple_text(&rb)
        )));
    }
    let (lc, rc) = (pick(l, &d.lhs_contract), pick(r, &d.rhs_contract));
    if lc != rc {
        return Err(Error::type_error(format!(
            "dot_general requires contracting dimensions to have the same shape, got {} and {}.",
            tuple_text(&lc),
            tuple_text(&rc)
        )));
    }
    let natural = match rank(l.dtype).cmp(&rank(r.dtype)) {
        std::cmp::Ordering::Greater => l.dtype,
        std::cmp::Ordering::Less => r.dtype,
        std::cmp::Ordering::Equal if l.dtype == r.dtype => l.dtype,
        std::cmp::Ordering::Equal => {
            return Err(Error::type_error(format!("lax.dot_general argument type error: {}, {}", l.dtype, r.dtype)));
        }
    };
    let dtype = match preferred_element_type {
        Some(t) if *t != natural => {
            if !natural.is_floating() && width(*t) < width(natural) {
                return Err(Error::type_error(format!(
                    "`preferred_element_type` must not be narrower than the original type, got preferred_element_type of {t} for result type of {natural}."
                )));
            }
            *t
        }
        _ => natural,
    };
    Ok(vec![ShapedArray {
        shape: dot_shape(&l.shape, &r.shape, d).into(),
        dtype,
        weak_type: l.weak_type && r.weak_type,
    }])
}

fn swapped(d: &DotDims) -> DotDims {
    DotDims {
        lhs_contract: d.rhs_contract.clone(),
        rhs_contract: d.lhs_contract.clone(),
        lhs_batch: d.rhs_batch.clone(),
        rhs_batch: d.lhs_batch.clone(),
    }
}

/// The cotangent of the left side `x` given the right side `y`; `swap` says that the sides were exchanged.
fn transpose_side(
    cx: &dyn Bind,
    g: &Value,
    x: &ShapedArray,
    y: &Value,
    d: &DotDims,
    preferred: Option<DType>,
    swap: bool,
) -> Result<Value> {
    let x_kept = remaining(x.ndim(), &[&d.lhs_contract, &d.lhs_batch]);
    let y_kept = remaining(y.ndim(), &[&d.rhs_contract, &d.rhs_batch]);
    let batch = d.lhs_batch.len();
    let first = if swap { batch } else { batch + x_kept.len() };
    let dims = DotDims {
        lhs_contract: (first..first + y_kept.len()).collect(),
        rhs_contract: y_kept,
        lhs_batch: (0..batch).collect(),
        rhs_batch: d.rhs_batch.clone(),
    };
    let by_y = argsort(&d.rhs_contract).into_iter().map(|i| d.lhs_contract[i]);
    let axes: Vec<usize> = d.lhs_batch.iter().copied().chain(x_kept).chain(by_y).collect();
    let out = ops::transpose(cx, &ops::dot_general(cx, g, y, dims, preferred)?, &argsort(&axes))?;
    if out.dtype() == x.dtype { Ok(out) } else { ops::convert(cx, &out, x.dtype, x.weak_type) }
}

fn dot_batch(cx: &dyn Bind, p: &Params, _: usize, xs: &[Batched]) -> Result<Vec<Batched>> {
    take!(Params::DotGeneral { dims: d, preferred_element_type } = p);
    let (lhs, rhs) = (&xs[0].0, &xs[1].0);
    let mut new = d.clone();
    let below = |axes: &[usize], b: usize| axes.iter().filter(|&&a| a < b).count();
    let out = match (xs[0].1, xs[1].1) {
        (Some(l), Some(r)) => {
            new.lhs_batch = inserted(&bump(&d.lhs_batch, l), 0, l);
            new.rhs_batch = inserted(&bump(&d.rhs_batch, r), 0, r);
            new.lhs_contract = bump(&d.lhs_contract, l);
            new.rhs_contract = bump(&d.rhs_contract, r);
            0
        }
        (Some(l), None) => {
            let free = remaining(lhs.ndim(), &[&d.lhs_batch, &d.lhs_contract]);
            new.lhs_batch = bump(&d.lhs_batch, l);
            new.lhs_contract = bump(&d.lhs_contract, l);
            // The free axes are counted with the old numbers, as JAX counts them.
            d.lhs_batch.len() + below(&free, l)
        }
        (None, Some(r)) => {
            let free = remaining(rhs.ndim(), &[&d.rhs_batch, &d.rhs_contract]);
            new.rhs_batch = bump(&d.rhs_batch, r);
            new.rhs_contract = bump(&d.rhs_contract, r);
            lhs.ndim() - d.lhs_contract.len() + below(&free, r)
        }
        (None, None) => return Err(Error::internal("dot_general batched without a batch axis")),
    };
    Ok(vec![(ops::dot_general(cx, lhs, rhs, new, *preferred_element_type)?, Some(out))])
}

/// Contraction of two arrays.
pub static DOT_GENERAL: Row = Row {
    name: "dot_general",
    doc: "Sum of products over contracting axes, for each index of the batch axes.",
    typing: Typing::Rule(dot_type),
    jvp: Jvp::Rule(|cx, p, xs, ts| bilinear_jvp(cx, Prim::DotGeneral, p, xs, ts)),
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::DotGeneral { dims, preferred_element_type } = p);
        let Some(g) = &cts[0] else { return Ok(vec![None, None]) };
        match (&xs[0], &xs[1]) {
            (Operand::Linear(x), Operand::Known(y)) => {
                Ok(vec![Some(transpose_side(cx, g, x, y, dims, *preferred_element_type, false)?), None])
            }
            (Operand::Known(x), Operand::Linear(y)) => {
                Ok(vec![None, Some(transpose_side(cx, g, y, x, &swapped(dims), *preferred_element_type, true)?)])
            }
            _ => Ok(vec![None, None]),
        }
    }),
    batch: Batch::Rule(dot_batch),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};
