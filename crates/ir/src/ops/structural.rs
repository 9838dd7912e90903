//! Short names of structural primitives, with the shortcuts that `lax` takes and no others.

use crate::aval::Shape;
use crate::dtype::DType;
use crate::error::Result;
use crate::params::{DotDims, Params};
use crate::prim::Prim;
use crate::value::{Bind, Value};

/// `lax.broadcast_in_dim`: only a scalar that stays one is left alone.
pub fn broadcast_in_dim(cx: &dyn Bind, x: &Value, shape: &[usize], dims: &[usize]) -> Result<Value> {
    if x.ndim() == shape.len() && dims.is_empty() {
        return Ok(x.clone());
    }
    cx.bind1(
        Prim::BroadcastInDim,
        Params::BroadcastInDim { shape: Shape::from_slice(shape), broadcast_dimensions: dims.to_vec() },
        &[x.clone()],
    )
}

/// `lax.broadcast`: new axes of these sizes in front.
pub fn broadcast(cx: &dyn Bind, x: &Value, sizes: &[usize]) -> Result<Value> {
    if sizes.is_empty() {
        return Ok(x.clone());
    }
    let shape: Vec<usize> = sizes.iter().chain(x.shape()).copied().collect();
    broadcast_in_dim(cx, x, &shape, &(sizes.len()..shape.len()).collect::<Vec<_>>())
}

/// `lax.expand_dims`: new axes of size one, numbered as in the result.
pub fn expand_dims(cx: &dyn Bind, x: &Value, dimensions: &[usize]) -> Result<Value> {
    let rank = x.ndim() + dimensions.len();
    let kept: Vec<usize> = (0..rank).filter(|i| !dimensions.contains(i)).collect();
    let mut shape = vec![1; rank];
    for (&axis, &size) in kept.iter().zip(x.shape()) {
        shape[axis] = size;
    }
    broadcast_in_dim(cx, x, &shape, &kept)
}

/// `lax.reshape`.
pub fn reshape(cx: &dyn Bind, x: &Value, sizes: &[usize]) -> Result<Value> {
    if x.ndim() > 0 && x.shape().as_slice() == sizes {
        return Ok(x.clone());
    }
    cx.bind1(Prim::Reshape, Params::Reshape { new_sizes: Shape::from_slice(sizes) }, &[x.clone()])
}

/// `lax.transpose`.
pub fn transpose(cx: &dyn Bind, x: &Value, permutation: &[usize]) -> Result<Value> {
    if permutation.len() == x.ndim() && permutation.iter().enumerate().all(|(i, &p)| i == p) {
        return Ok(x.clone());
    }
    cx.bind1(Prim::Transpose, Params::Transpose { permutation: permutation.to_vec() }, &[x.clone()])
}

/// `lax.squeeze`.
pub fn squeeze(cx: &dyn Bind, x: &Value, dimensions: &[usize]) -> Result<Value> {
    if dimensions.is_empty() {
        return Ok(x.clone());
    }
    let mut dimensions = dimensions.to_vec();
    dimensions.sort_unstable();
    cx.bind1(Prim::Squeeze, Params::Squeeze { dimensions }, &[x.clone()])
}

fn reduce(cx: &dyn Bind, prim: Prim, x: &Value, axes: &[usize]) -> Result<Value> {
    cx.bind1(prim, Params::Reduce { axes: axes.to_vec() }, &[x.clone()])
}

/// `lax.reduce_sum` (over no axes too, as `lax` does).
pub fn reduce_sum(cx: &dyn Bind, x: &Value, axes: &[usize]) -> Result<Value> {
    reduce(cx, Prim::ReduceSum, x, axes)
}

/// `lax.dot_general`.
pub fn dot_general(
    cx: &dyn Bind,
    x: &Value,
    y: &Value,
    dims: DotDims,
    preferred_element_type: Option<DType>,
) -> Result<Value> {
    cx.bind1(Prim::DotGeneral, Params::DotGeneral { dims, preferred_element_type }, &[x.clone(), y.clone()])
}
