//! Order: sort, top_k. Their derivatives follow the permutation.

use super::shared::*;
use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{self, IndexOptions};
use crate::params::{GatherDims, Params};
use crate::prim::Prim;
use crate::rows::*;
use crate::value::{Bind, Outs, Value};

/// Axes of a gather along `axis` that is batched over all the others.
fn along(axis: usize, rank: usize) -> GatherDims {
    let others = remaining(rank, &[&[axis]]);
    GatherDims {
        offset_dims: vec![],
        collapsed_slice_dims: vec![axis],
        start_index_map: vec![axis],
        operand_batching_dims: others.clone(),
        start_indices_batching_dims: others,
    }
}

fn sort_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    take!(Params::Sort { dimension, .. } = p);
    let shape = xs[0].shape().clone();
    let mut args = xs.to_vec();
    args.push(ops::iota(cx, DType::U32, &shape, *dimension)?);
    let mut outs = cx.bind(Prim::Sort, p.clone(), &args)?;
    let order = outs.pop().ok_or_else(|| Error::internal("sort lost its permutation"))?;
    let idx = ops::expand_dims(cx, &order, &[shape.len()])?;
    let mut tangents = Vec::new();
    for t in ts {
        tangents.push(match t {
            None => None,
            Some(t) => Some(ops::gather(
                cx,
                t,
                &idx,
                along(*dimension, shape.len()),
                &vec![1; shape.len()],
                &IndexOptions::default(),
            )?),
        });
    }
    Ok((outs, tangents))
}

fn sort_batch(cx: &dyn Bind, p: &Params, _: usize, xs: &[Batched]) -> Result<Vec<Batched>> {
    take!(Params::Sort { dimension, is_stable, num_keys } = p);
    let (model, b) = xs
        .iter()
        .find_map(|x| x.1.map(|b| (x.0.clone(), b)))
        .ok_or_else(|| Error::internal("sort batched without a batch axis"))?;
    let mut args = Vec::new();
    for x in xs {
        args.push(match x.1 {
            Some(c) => moveaxis(cx, &x.0, c, b)?,
            None => ops::broadcast_in_dim(cx, &x.0, model.shape(), &remaining(model.ndim(), &[&[b]]))?,
        });
    }
    let dimension = dimension + (b <= *dimension) as usize;
    let params = Params::Sort { dimension, is_stable: *is_stable, num_keys: *num_keys };
    Ok(cx.bind(Prim::Sort, params, &args)?.into_iter().map(|x| (x, Some(b))).collect())
}

/// Sorting along an axis by one or more keys.
pub static SORT: Row = Row {
    name: "sort",
    doc: "Sorts all operands along `dimension` by the first `num_keys` of them; NaN comes last, -0 equals 0.",
    typing: Typing::Rule(|_, xs| {
        if xs.iter().any(|x| x.shape != xs[0].shape) {
            let shapes = xs.iter().map(|x| tuple_text(&x.shape)).collect::<Vec<_>>().join(" ");
            return Err(Error::type_error(format!("Arguments to sort must have equal shapes, got: {shapes}")));
        }
        Ok(xs.iter().map(|&x| x.clone()).collect())
    }),
    jvp: Jvp::Rule(sort_jvp),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(sort_batch),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Ties(0), Nature::Kink)],
};

fn top_k_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::TopK { k, axis } = p);
    let x = xs[0];
    if x.dtype.is_complex() {
        return Err(Error::value_error("top_k is not compatible with complex inputs."));
    }
    if x.ndim() == 0 {
        return Err(Error::type_error("top_k operand must have >= 1 dimension, got ()"));
    }
    if *axis >= x.ndim() {
        return Err(Error::value_error(format!(
            "axis argument out of range: axis={axis} for operand.shape={}",
            tuple_text(&x.shape)
        )));
    }
    let mut shape = x.shape.clone();
    if shape[*axis] < *k {
        let list = shape.iter().map(|d| d.to_string()).collect::<Vec<_>>().join(", ");
        return Err(Error::value_error(format!(
            "k argument to top_k must be no larger than size along axis; got k={k} with shape=[{list}] and axis={axis}"
        )));
    }
    shape[*axis] = *k;
    let values = x.with_shape(shape);
    let indices = values.with_dtype(DType::I32);
    Ok(vec![values, indices])
}

fn top_k_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    take!(Params::TopK { axis, .. } = p);
    let outs = cx.bind(Prim::TopK, p.clone(), xs)?;
    let Some(t) = &ts[0] else { return Ok((outs, vec![None, None])) };
    let rank = xs[0].ndim();
    let idx = ops::reshape(cx, &outs[1], &inserted(outs[1].shape(), rank, 1))?;
    let tangent = ops::gather(cx, t, &idx, along(*axis, rank), &vec![1; rank], &IndexOptions::default())?;
    Ok((outs, vec![Some(tangent), None]))
}

/// The largest entries along an axis.
pub static TOP_K: Row = Row {
    name: "top_k",
    doc: "The `k` largest entries along `axis` in descending order, and their indices.",
    typing: Typing::Rule(top_k_type),
    jvp: Jvp::Rule(top_k_jvp),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::TopK { k, axis } = p);
        let b = axis_of(&xs[0])?;
        let params = Params::TopK { k: *k, axis: axis + (b <= *axis) as usize };
        Ok(cx.bind(Prim::TopK, params, &[xs[0].0.clone()])?.into_iter().map(|x| (x, Some(b))).collect())
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Ties(0), Nature::Kink)],
};
