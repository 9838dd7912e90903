//! Shape: broadcast_in_dim, reshape, transpose, squeeze, rev, tile, iota, copy, stop_gradient.

use super::shared::*;
use crate::aval::{Shape, ShapedArray, tuple_text};
use crate::error::{Error, Result};
use crate::ops;
use crate::params::Params;
use crate::rows::*;

fn broadcast_in_dim_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::BroadcastInDim { shape, broadcast_dimensions: dims } = p);
    let x = xs[0];
    let fail = |m: String| Err(Error::type_error(m));
    if x.ndim() != dims.len() {
        return fail(format!(
            "broadcast_in_dim broadcast_dimensions must have length equal to operand ndim; got broadcast_dimensions {} for operand ndim {}.",
            tuple_text(dims),
            x.ndim()
        ));
    }
    if shape.len() < x.ndim() {
        return fail(format!(
            "broadcast_in_dim target broadcast shape must have equal or higher rank to the operand shape; got operand ndim {} and target broadcast ndim {}.",
            x.ndim(),
            shape.len()
        ));
    }
    if dims.iter().any(|&d| d >= shape.len()) {
        return fail(format!(
            "broadcast_in_dim broadcast_dimensions must be a subset of output dimensions, got {} for operand ndim {} and shape {}.",
            tuple_text(dims),
            x.ndim(),
            tuple_text(shape)
        ));
    }
    if x.shape.iter().zip(dims).any(|(&n, &d)| n != 1 && n != shape[d]) {
        return fail(format!(
            "broadcast_in_dim operand dimension sizes must either be 1, or be equal to their corresponding dimensions in the target broadcast shape; got operand of shape {}, target broadcast shape {}, broadcast_dimensions {} ",
            tuple_text(&x.shape),
            tuple_text(shape),
            tuple_text(dims)
        ));
    }
    if dims.iter().enumerate().any(|(i, d)| dims[..i].contains(d)) {
        return fail(format!(
            "broadcast_in_dim broadcast_dimensions must not contain duplicates, got broadcast_dimensions {}",
            tuple_text(dims)
        ));
    }
    Ok(vec![x.with_shape(shape)])
}

/// Broadcast along named axes.
pub static BROADCAST_IN_DIM: Row = Row {
    name: "broadcast_in_dim",
    doc: "Places the operand's axes at `broadcast_dimensions` of the result and repeats it along the others.",
    typing: Typing::Rule(broadcast_in_dim_type),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::BroadcastInDim { shape, broadcast_dimensions: dims } = p);
        transpose_unary(cts, xs, |ct, aval| {
            let units: Vec<usize> = (0..aval.ndim()).filter(|&i| aval.shape[i] == 1).collect();
            let axes = remaining(shape.len(), &[&delete(dims, &units)]);
            ops::expand_dims(cx, &ops::reduce_sum(cx, ct, &axes)?, &units)
        })
    }),
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::BroadcastInDim { shape, broadcast_dimensions: dims } = p);
        let b = axis_of(&xs[0])?;
        let size = xs[0].0.shape()[b];
        let x = moveaxis(cx, &xs[0].0, b, 0)?;
        let dims = inserted(&bump(dims, 0), 0, 0);
        Ok(vec![(ops::broadcast_in_dim(cx, &x, &inserted(shape, 0, size), &dims)?, Some(0))])
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

fn reshape_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::Reshape { new_sizes, dimensions } = p);
    let x = xs[0];
    if let Some(d) = dimensions {
        let mut sorted = d.clone();
        sorted.sort_unstable();
        if sorted != (0..x.ndim()).collect::<Vec<_>>() {
            return Err(Error::type_error(format!(
                "reshape dimensions must be a permutation of operand dimensions, got dimensions {} for shape {}.",
                tuple_text(d),
                tuple_text(&x.shape)
            )));
        }
    }
    let size: usize = new_sizes.iter().product();
    if x.size() != size {
        return Err(Error::type_error(format!(
            "reshape total size must be unchanged, got new_sizes {} (prod={size}) for shape {} (prod={}).",
            tuple_text(new_sizes),
            tuple_text(&x.shape),
            x.size()
        )));
    }
    Ok(vec![x.with_shape(new_sizes)])
}

/// The same elements in row-major order under another shape.
pub static RESHAPE: Row = Row {
    name: "reshape",
    doc: "The same elements in row-major order under another shape.",
    typing: Typing::Rule(reshape_type),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::Reshape { dimensions, .. } = p);
        transpose_unary(cts, xs, |ct, aval| match dimensions {
            None => ops::reshape(cx, ct, &aval.shape),
            Some(d) => {
                let sizes: Vec<usize> = d.iter().map(|&i| aval.shape[i]).collect();
                ops::transpose(cx, &ops::reshape(cx, ct, &sizes)?, &argsort(d))
            }
        })
    }),
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::Reshape { new_sizes, dimensions } = p);
        let b = axis_of(&xs[0])?;
        let x = moveaxis(cx, &xs[0].0, b, 0)?;
        let sizes = inserted(new_sizes, 0, x.shape()[0]);
        let dimensions = dimensions.as_ref().map(|d| inserted(&bump(d, 0), 0, 0));
        Ok(vec![(ops::reshape_in_order(cx, &x, &sizes, dimensions.as_deref())?, Some(0))])
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Axes in another order.
pub static TRANSPOSE: Row = Row {
    name: "transpose",
    doc: "The operand with its axes in another order.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::Transpose { permutation } = p);
        let x = xs[0];
        let mut sorted = permutation.clone();
        sorted.sort_unstable();
        if sorted != (0..x.ndim()).collect::<Vec<_>>() {
            return Err(Error::type_error(format!(
                "transpose permutation isn't a permutation of operand dimensions, got permutation {} for operand shape {}.",
                tuple_text(permutation),
                tuple_text(&x.shape)
            )));
        }
        Ok(vec![x.with_shape(permutation.iter().map(|&i| x.shape[i]).collect::<Shape>())])
    }),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::Transpose { permutation } = p);
        transpose_unary(cts, xs, |ct, _| ops::transpose(cx, ct, &argsort(permutation)))
    }),
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::Transpose { permutation } = p);
        let b = axis_of(&xs[0])?;
        let permutation = inserted(&bump(permutation, b), 0, b);
        Ok(vec![(ops::transpose(cx, &xs[0].0, &permutation)?, Some(0))])
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// A shape without axes of size one.
fn squeezed(shape: &[usize], dims: &[usize]) -> Result<Vec<usize>> {
    if dims.iter().enumerate().any(|(i, d)| dims[..i].contains(d)) {
        return Err(Error::value_error(format!("dimensions are not unique: {}", tuple_text(dims))));
    }
    if dims.iter().any(|&d| d >= shape.len()) {
        return Err(Error::value_error(format!("dimensions outside range [0, ndim): {}", tuple_text(dims))));
    }
    if dims.iter().any(|&d| shape[d] != 1) {
        return Err(Error::value_error(format!(
            "cannot select an axis to squeeze out which has size not equal to one, got shape={} and dimensions={}",
            tuple_text(shape),
            tuple_text(dims)
        )));
    }
    Ok(delete(shape, dims))
}

/// Drops axes of size one.
pub static SQUEEZE: Row = Row {
    name: "squeeze",
    doc: "The operand without the axes of size one that are named.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::Squeeze { dimensions } = p);
        Ok(vec![xs[0].with_shape(squeezed(&xs[0].shape, dimensions)?)])
    }),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::Squeeze { dimensions } = p);
        transpose_unary(cts, xs, |ct, _| ops::expand_dims(cx, ct, dimensions))
    }),
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::Squeeze { dimensions } = p);
        let b = axis_of(&xs[0])?;
        let x = moveaxis(cx, &xs[0].0, b, 0)?;
        Ok(vec![(ops::squeeze(cx, &x, &bump(dimensions, 0))?, Some(0))])
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Reverses axes.
pub static REV: Row = Row {
    name: "rev",
    doc: "The operand with the order of elements reversed along `dimensions`.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::Rev { dimensions: d } = p);
        if d.iter().enumerate().any(|(i, a)| d[..i].contains(a)) {
            return Err(Error::type_error(format!("rev dimensions must be unique, got {}.", tuple_text(d))));
        }
        if d.iter().any(|&a| a >= xs[0].ndim()) {
            return Err(Error::type_error(format!(
                "rev dimensions must all be less than operand ndim, got dimensions {} for operand ndim {}.",
                tuple_text(d),
                xs[0].ndim()
            )));
        }
        Ok(vec![xs[0].clone()])
    }),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::Rev { dimensions } = p);
        transpose_unary(cts, xs, |ct, _| ops::rev(cx, ct, dimensions))
    }),
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::Rev { dimensions } = p);
        let b = axis_of(&xs[0])?;
        Ok(vec![(ops::rev(cx, &xs[0].0, &bump(dimensions, b))?, Some(b))])
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Repeats along axes.
pub static TILE: Row = Row {
    name: "tile",
    doc: "The operand repeated `reps` times along each axis.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::Tile { reps } = p);
        if xs[0].ndim() != reps.len() {
            return Err(Error::type_error(format!(
                "reps length must be equal to the ndim of x, got len(reps)={} and x.ndim={}.",
                reps.len(),
                xs[0].ndim()
            )));
        }
        Ok(vec![xs[0].with_shape(xs[0].shape.iter().zip(reps).map(|(n, r)| n * r).collect::<Shape>())])
    }),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::Tile { reps } = p);
        transpose_unary(cts, xs, |ct, aval| {
            let pairs: Vec<usize> = reps.iter().zip(&aval.shape).flat_map(|(&r, &n)| [r, n]).collect();
            ops::reduce_sum(cx, &ops::reshape(cx, ct, &pairs)?, &(0..aval.ndim()).map(|i| 2 * i).collect::<Vec<_>>())
        })
    }),
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::Tile { reps } = p);
        let b = axis_of(&xs[0])?;
        Ok(vec![(ops::tile(cx, &xs[0].0, &inserted(reps, b, 1))?, Some(b))])
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Indices along an axis.
pub static IOTA: Row = Row {
    name: "iota",
    doc: "0, 1, 2, ... along one axis, repeated along the others.",
    typing: Typing::Rule(|p, _| {
        take!(Params::Iota { dtype, shape, dimension } = p);
        if !dtype.is_integer() && !dtype.is_inexact() {
            return Err(Error::type_error(format!(
                "iota does not accept dtype {dtype}. Accepted dtypes are subtypes of integer, floating, complexfloating."
            )));
        }
        if *dimension >= shape.len() {
            return Err(Error::value_error(format!(
                "iota dimension must be between 0 and len(shape), got dimension={dimension} for shape={}",
                tuple_text(shape)
            )));
        }
        Ok(vec![ShapedArray::new(shape, *dtype)])
    }),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|_, _, _, _| Err(Error::internal("iota has no operand to batch"))),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};
