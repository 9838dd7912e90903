//! Short names of structural primitives, with the shortcuts that `lax` takes and no others.

use crate::aval::Shape;
use crate::dtype::DType;
use crate::error::Result;
use crate::params::{DotDims, Params, Window};
use crate::prim::Prim;
use crate::value::{Bind, Value};
use std::slice::from_ref;

/// `lax.broadcast_in_dim`: only a scalar that stays one is left alone.
pub fn broadcast_in_dim(cx: &dyn Bind, x: &Value, shape: &[usize], dims: &[usize]) -> Result<Value> {
    if x.ndim() == shape.len() && dims.is_empty() {
        return Ok(x.clone());
    }
    cx.bind1(
        Prim::BroadcastInDim,
        Params::BroadcastInDim { shape: Shape::from_slice(shape), broadcast_dimensions: dims.to_vec() },
        from_ref(x),
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
    if dimensions.is_empty() {
        return Ok(x.clone());
    }
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
    reshape_in_order(cx, x, sizes, None)
}

/// `lax.reshape` reading the operand's axes in the order `dimensions`.
pub fn reshape_in_order(cx: &dyn Bind, x: &Value, sizes: &[usize], dimensions: Option<&[usize]>) -> Result<Value> {
    let dimensions = dimensions.filter(|d| d.iter().enumerate().any(|(i, &a)| i != a));
    if x.ndim() > 0 && x.shape().as_slice() == sizes && dimensions.is_none() {
        return Ok(x.clone());
    }
    let params = Params::Reshape { new_sizes: Shape::from_slice(sizes), dimensions: dimensions.map(<[usize]>::to_vec) };
    cx.bind1(Prim::Reshape, params, from_ref(x))
}

/// `lax.transpose`.
pub fn transpose(cx: &dyn Bind, x: &Value, permutation: &[usize]) -> Result<Value> {
    if permutation.len() == x.ndim() && permutation.iter().enumerate().all(|(i, &p)| i == p) {
        return Ok(x.clone());
    }
    cx.bind1(Prim::Transpose, Params::Transpose { permutation: permutation.to_vec() }, from_ref(x))
}

/// `lax.squeeze`.
pub fn squeeze(cx: &dyn Bind, x: &Value, dimensions: &[usize]) -> Result<Value> {
    if dimensions.is_empty() {
        return Ok(x.clone());
    }
    let mut dimensions = dimensions.to_vec();
    dimensions.sort_unstable();
    cx.bind1(Prim::Squeeze, Params::Squeeze { dimensions }, from_ref(x))
}

/// `lax.rev`.
pub fn rev(cx: &dyn Bind, x: &Value, dimensions: &[usize]) -> Result<Value> {
    cx.bind1(Prim::Rev, Params::Rev { dimensions: dimensions.to_vec() }, from_ref(x))
}

/// `lax.tile`.
pub fn tile(cx: &dyn Bind, x: &Value, reps: &[usize]) -> Result<Value> {
    cx.bind1(Prim::Tile, Params::Tile { reps: reps.to_vec() }, from_ref(x))
}

/// `lax.broadcasted_iota`.
pub fn iota(cx: &dyn Bind, dtype: DType, shape: &[usize], dimension: usize) -> Result<Value> {
    cx.bind1(Prim::Iota, Params::Iota { dtype, shape: Shape::from_slice(shape), dimension }, &[])
}

/// `lax.slice`.
pub fn slice(cx: &dyn Bind, x: &Value, start: &[usize], limit: &[usize], strides: Option<&[usize]>) -> Result<Value> {
    let params = Params::Slice {
        start_indices: start.to_vec(),
        limit_indices: limit.to_vec(),
        strides: strides.map(<[usize]>::to_vec),
    };
    cx.bind1(Prim::Slice, params, from_ref(x))
}

/// `lax.slice_in_dim`: one axis from `start` to `limit` by `stride`.
pub fn slice_in_dim(cx: &dyn Bind, x: &Value, start: usize, limit: usize, stride: usize, axis: usize) -> Result<Value> {
    let (mut starts, mut limits, mut strides) = (vec![0; x.ndim()], x.shape().to_vec(), vec![1; x.ndim()]);
    (starts[axis], limits[axis], strides[axis]) = (start, limit, stride);
    slice(cx, x, &starts, &limits, Some(&strides))
}

/// `lax.pad`.
pub fn pad(cx: &dyn Bind, x: &Value, value: &Value, config: &[(i64, i64, i64)]) -> Result<Value> {
    cx.bind1(Prim::Pad, Params::Pad { padding_config: config.to_vec() }, &[x.clone(), value.clone()])
}

/// `lax.concatenate`: one operand is left alone.
pub fn concatenate(cx: &dyn Bind, xs: &[Value], dimension: usize) -> Result<Value> {
    match xs {
        [x] => Ok(x.clone()),
        _ => cx.bind1(Prim::Concatenate, Params::Concatenate { dimension }, xs),
    }
}

/// `lax.split`.
pub fn split(cx: &dyn Bind, x: &Value, sizes: &[usize], axis: usize) -> Result<Vec<Value>> {
    Ok(cx.bind(Prim::Split, Params::Split { sizes: sizes.to_vec(), axis }, from_ref(x))?.into_vec())
}

/// `lax.stack`.
pub fn stack(cx: &dyn Bind, xs: &[Value], axis: usize) -> Result<Value> {
    cx.bind1(Prim::Stack, Params::Stack { axis }, xs)
}

/// `lax.unstack`.
pub fn unstack(cx: &dyn Bind, x: &Value, axis: usize) -> Result<Vec<Value>> {
    Ok(cx.bind(Prim::Unstack, Params::Stack { axis }, from_ref(x))?.into_vec())
}

macro_rules! reductions { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "` (over no axes too, as `lax` does).")]
    pub fn $f(cx: &dyn Bind, x: &Value, axes: &[usize]) -> Result<Value> {
        cx.bind1(Prim::$p, Params::Reduce { axes: axes.to_vec() }, from_ref(x))
    }
)* } }
reductions!(
    reduce_sum ReduceSum,
    reduce_prod ReduceProd,
    reduce_max ReduceMax,
    reduce_min ReduceMin,
    reduce_and ReduceAnd,
    reduce_or ReduceOr,
    reduce_xor ReduceXor,
);

macro_rules! arg_reductions { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "`.")]
    pub fn $f(cx: &dyn Bind, x: &Value, axis: usize, index_dtype: DType) -> Result<Value> {
        cx.bind1(Prim::$p, Params::ArgReduce { axis, index_dtype }, from_ref(x))
    }
)* } }
arg_reductions!(argmax Argmax, argmin Argmin);

macro_rules! cumulatives { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "`.")]
    pub fn $f(cx: &dyn Bind, x: &Value, axis: usize, reverse: bool) -> Result<Value> {
        cx.bind1(Prim::$p, Params::Cumulative { axis, reverse }, from_ref(x))
    }
)* } }
cumulatives!(cumsum Cumsum, cumprod Cumprod, cummax Cummax, cummin Cummin, cumlogsumexp Cumlogsumexp);

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

/// `reduce_window_sum`, `_max` or `_min`.
pub fn reduce_window(cx: &dyn Bind, prim: Prim, x: &Value, window: Window) -> Result<Value> {
    cx.bind1(prim, Params::ReduceWindow { window }, from_ref(x))
}

/// The tangent of each window's chosen entry; `select_prim` is `Ge` for maxima and `Le` for minima.
pub fn select_and_gather_add(
    cx: &dyn Bind,
    tangents: &Value,
    x: &Value,
    select_prim: Prim,
    window: Window,
) -> Result<Value> {
    cx.bind1(Prim::SelectAndGatherAdd, Params::SelectWindow { select_prim, window }, &[tangents.clone(), x.clone()])
}

/// Each source element added at its window's chosen place.
pub fn select_and_scatter_add(
    cx: &dyn Bind,
    source: &Value,
    x: &Value,
    select_prim: Prim,
    window: Window,
) -> Result<Value> {
    cx.bind1(Prim::SelectAndScatterAdd, Params::SelectWindow { select_prim, window }, &[source.clone(), x.clone()])
}

/// `lax.fft` of complex (real for `kind` 2) input: 0 fft, 1 ifft, 2 rfft, 3 irfft.
pub fn fft(cx: &dyn Bind, x: &Value, kind: u8, fft_lengths: &[usize]) -> Result<Value> {
    cx.bind1(Prim::Fft, Params::Fft { kind, fft_lengths: fft_lengths.to_vec() }, from_ref(x))
}

/// `jnp.moveaxis` of one axis: a transpose, or nothing.
pub fn move_axis(cx: &dyn Bind, x: &Value, from: usize, to: usize) -> Result<Value> {
    let mut permutation: Vec<usize> = (0..x.ndim()).filter(|i| *i != from).collect();
    permutation.insert(to, from);
    transpose(cx, x, &permutation)
}
