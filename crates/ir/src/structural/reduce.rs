//! Reductions over axes: sum, prod, max, min, and, or, xor, argmax, argmin.

use super::dual;
use super::shared::*;
use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops;
use crate::params::Params;
use crate::prim::Prim;
use crate::rows::*;
use crate::value::{Bind, Outs, Value};

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

fn reduce_type(p: &Params, x: &ShapedArray) -> Result<Vec<ShapedArray>> {
    take!(Params::Reduce { axes } = p);
    Ok(vec![x.with_shape(reduced(x, axes)?)])
}

fn logical_type(p: &Params, x: &ShapedArray) -> Result<Vec<ShapedArray>> {
    if x.dtype != DType::Bool && !x.dtype.is_integer() {
        return Err(Error::type_error(format!(
            "logical reduction requires operand dtype bool or int, got {}.",
            x.dtype
        )));
    }
    Ok(reduce_type(p, x)?.into_iter().map(|a| a.with_weak(false)).collect())
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
        number("reduce_sum", xs[0])?;
        reduce_type(p, xs[0])
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

/// JAX's derivative of a product: that of a balanced tree of products, which is right at zeros too.
fn prod_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    take!(Params::Reduce { axes } = p);
    let shape = xs[0].shape().clone();
    let kept = remaining(shape.len(), &[axes]);
    let n: usize = axes.iter().map(|&a| shape[a]).product();
    let order: Vec<usize> = axes.iter().chain(&kept).copied().collect();
    let kept_shape: Vec<usize> = kept.iter().map(|&i| shape[i]).collect();
    let flat = inserted(&kept_shape, 0, n);
    let front = |x: &Value| ops::reshape_in_order(cx, x, &flat, Some(&order));
    let x = front(&xs[0])?;
    let t = ts[0].as_ref().map(front).transpose()?;
    let one = ops::scalar_like(&x, 1.0);
    let tree = |cx: &dual::Dual<'_>, xs: &[Value]| -> Result<Vec<Value>> {
        let mut x = xs[0].clone();
        while x.shape()[0] > 1 {
            let n = x.shape()[0];
            let half = n.div_ceil(2);
            let low = ops::slice_in_dim(cx, &x, 0, half, 1, 0)?;
            let mut high = ops::slice_in_dim(cx, &x, half, n, 1, 0)?;
            if n - half != half {
                let mut config = vec![(0, 0, 0); x.ndim()];
                config[0] = (0, 1, 0);
                high = ops::pad(cx, &high, &one, &config)?;
            }
            x = ops::mul(cx, &low, &high)?;
        }
        if x.shape()[0] == 0 {
            return Ok(vec![ops::full(cx, &kept_shape, x.dtype(), 1.0)?]);
        }
        Ok(vec![ops::squeeze(cx, &x, &[0])?])
    };
    let (out, tangents) = dual::jvp_of(cx, &tree, &[x], &[t])?;
    Ok((out.into(), tangents))
}

/// `max` and `min`: the mean of the tangents of the entries that equal the result.
fn chooser_jvp(cx: &dyn Bind, prim: Prim, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    take!(Params::Reduce { axes } = p);
    let out = cx.bind(prim, p.clone(), xs)?;
    let Some(g) = &ts[0] else { return Ok((out, vec![None])) };
    let x = &xs[0];
    let kept: Vec<usize> = x.shape().iter().enumerate().map(|(i, &n)| if axes.contains(&i) { 1 } else { n }).collect();
    let chosen = ops::eq(cx, x, &ops::reshape(cx, &out[0], &kept)?)?;
    let mask = ops::convert(cx, &chosen, g.dtype(), false)?;
    let counts = ops::reduce_sum(cx, &mask, axes)?;
    let total = ops::reduce_sum(cx, &ops::mul(cx, g, &mask)?, axes)?;
    Ok((out, vec![Some(ops::div(cx, &total, &counts)?)]))
}

/// Product over `axes`.
pub static REDUCE_PROD: Row = Row {
    name: "reduce_prod",
    doc: "Product over `axes`.",
    typing: Typing::Rule(|p, xs| {
        number("reduce_prod", xs[0])?;
        reduce_type(p, xs[0])
    }),
    jvp: Jvp::Rule(prod_jvp),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| reduce_batch(cx, Prim::ReduceProd, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};

/// Maximum over `axes`; ties share the derivative equally.
pub static REDUCE_MAX: Row = Row {
    name: "reduce_max",
    doc: "Maximum over `axes`; ties share the derivative equally.",
    typing: Typing::Rule(|p, xs| reduce_type(p, xs[0])),
    jvp: Jvp::Rule(|cx, p, xs, ts| chooser_jvp(cx, Prim::ReduceMax, p, xs, ts)),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| reduce_batch(cx, Prim::ReduceMax, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Ties(0), Nature::Kink)],
};

/// Minimum over `axes`; ties share the derivative equally.
pub static REDUCE_MIN: Row = Row {
    name: "reduce_min",
    doc: "Minimum over `axes`; ties share the derivative equally.",
    typing: Typing::Rule(|p, xs| reduce_type(p, xs[0])),
    jvp: Jvp::Rule(|cx, p, xs, ts| chooser_jvp(cx, Prim::ReduceMin, p, xs, ts)),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| reduce_batch(cx, Prim::ReduceMin, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Ties(0), Nature::Kink)],
};

/// Bitwise and over `axes`.
pub static REDUCE_AND: Row = Row {
    name: "reduce_and",
    doc: "Bitwise and over `axes`.",
    typing: Typing::Rule(|p, xs| logical_type(p, xs[0])),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| reduce_batch(cx, Prim::ReduceAnd, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};

/// Bitwise or over `axes`.
pub static REDUCE_OR: Row = Row {
    name: "reduce_or",
    doc: "Bitwise or over `axes`.",
    typing: Typing::Rule(|p, xs| logical_type(p, xs[0])),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| reduce_batch(cx, Prim::ReduceOr, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};

/// Bitwise xor over `axes`.
pub static REDUCE_XOR: Row = Row {
    name: "reduce_xor",
    doc: "Bitwise xor over `axes`.",
    typing: Typing::Rule(|p, xs| logical_type(p, xs[0])),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| reduce_batch(cx, Prim::ReduceXor, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};

fn arg_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::ArgReduce { axis, index_dtype } = p);
    let x = xs[0];
    if *axis >= x.ndim() {
        return Err(Error::value_error(format!("Invalid axis {axis} for operand shape {}", tuple_text(&x.shape))));
    }
    if x.shape[*axis] < 1 {
        return Err(Error::value_error(format!(
            "argmin and argmax require non-empty reduced dimension. operand.shape={} axis={axis}",
            tuple_text(&x.shape)
        )));
    }
    if !index_dtype.is_integer() {
        return Err(Error::type_error(format!("index_dtype must be an integer type, but got {index_dtype}")));
    }
    Ok(vec![ShapedArray::new(delete(&x.shape, &[*axis]), *index_dtype)])
}

fn arg_batch(cx: &dyn Bind, prim: Prim, p: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    take!(Params::ArgReduce { axis, index_dtype } = p);
    let b = axis_of(&xs[0])?;
    let (axis, out) = if *axis >= b { (axis + 1, b) } else { (*axis, b - 1) };
    let params = Params::ArgReduce { axis, index_dtype: *index_dtype };
    Ok(vec![(cx.bind1(prim, params, &[xs[0].0.clone()])?, Some(out))])
}

/// Index of the first maximum along an axis; a NaN counts as the maximum.
pub static ARGMAX: Row = Row {
    name: "argmax",
    doc: "Index of the first maximum along an axis; a NaN counts as the maximum.",
    typing: Typing::Rule(arg_type),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| arg_batch(cx, Prim::Argmax, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Ties(0), Nature::Jump)],
};

/// Index of the first minimum along an axis; a NaN counts as the minimum.
pub static ARGMIN: Row = Row {
    name: "argmin",
    doc: "Index of the first minimum along an axis; a NaN counts as the minimum.",
    typing: Typing::Rule(arg_type),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| arg_batch(cx, Prim::Argmin, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Ties(0), Nature::Jump)],
};
