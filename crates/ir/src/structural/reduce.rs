//! Reductions over axes: reduce_sum.

use super::shared::*;
use crate::aval::{ShapedArray, tuple_text};
use crate::error::{Error, Result};
use crate::ops;
use crate::params::Params;
use crate::prim::Prim;
use crate::rows::*;
use crate::value::Bind;

/// The shape after reducing over `axes`.
fn reduced(x: &ShapedArray, axes: &[usize]) -> Result<Vec<usize>> {
    if axes.iter().enumerate().any(|(i, a)| axes[..i].contains(a)) {
        return Err(Error::value_error(format!("duplicate value in 'axes' of reduction: {}", tuple_text(axes))));
    }
    if axes.iter().any(|&a| a >= x.ndim()) {
        return Err(Error::value_error(format!(
            "reduction axes {} contains out-of-bounds indices for {}.",
            tuple_text(axes),
            x
        )));
    }
    Ok(delete(&x.shape, axes))
}

fn number(name: &str, x: &ShapedArray) -> Result<()> {
    if x.dtype.is_integer() || x.dtype.is_inexact() {
        return Ok(());
    }
    Err(Error::type_error(format!("{name} does not accept dtype {}. Accepted dtypes are subtypes of number.", x.dtype)))
}

/// Batching of every reduction: the axes behind the batch axis move up by one.
fn reduce_batch(cx: &dyn Bind, prim: Prim, p: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    take!(Params::Reduce { axes } = p);
    let b = axis_of(&xs[0])?;
    let axes = bump(axes, b);
    let out = b - axes.iter().filter(|&&a| a < b).count();
    Ok(vec![(cx.bind1(prim, Params::Reduce { axes }, &[xs[0].0.clone()])?, Some(out))])
}

/// Sum over axes.
pub static REDUCE_SUM: Row = Row {
    name: "reduce_sum",
    doc: "Sum over `axes`.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::Reduce { axes } = p);
        number("reduce_sum", xs[0])?;
        Ok(vec![xs[0].with_shape(reduced(xs[0], axes)?)])
    }),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::Reduce { axes } = p);
        transpose_unary(cts, xs, |ct, aval| {
            ops::broadcast_in_dim(cx, ct, &aval.shape, &remaining(aval.ndim(), &[axes]))
        })
    }),
    batch: Batch::Rule(|cx, p, _, xs| reduce_batch(cx, Prim::ReduceSum, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};
