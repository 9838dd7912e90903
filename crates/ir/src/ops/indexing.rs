//! Short names of gather, scatter, dynamic slices and sorting.

use crate::dtype::DType;
use crate::error::Result;
use crate::params::{Bits, GatherDims, IndexMode, Params, ScatterDims};
use crate::prim::Prim;
use crate::value::{Bind, Value};
use std::slice::from_ref;

/// The keyword arguments of `lax.gather` and `lax.scatter`; the default is theirs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct IndexOptions {
    /// `None`: indices are promised in bounds (gather), updates out of range are dropped (scatter).
    pub mode: Option<IndexMode>,
    /// What a gather out of range gives under `FillOrDrop`; `None`: NaN, the smallest integer, the largest unsigned one.
    pub fill_value: Option<f64>,
    /// The caller promises that no two places overlap.
    pub unique_indices: bool,
    /// The caller promises that the index vectors are sorted.
    pub indices_are_sorted: bool,
}

/// What `lax.gather` fills in for a dtype when not told.
fn default_fill(dtype: DType) -> f64 {
    match dtype {
        DType::Bool => 1.0,
        DType::Key => u32::MAX as f64,
        d if d.is_signed() => -(2f64.powi(d.bits() as i32 - 1)),
        d if d.is_unsigned() => 2f64.powi(d.bits() as i32) - 1.0,
        _ => f64::NAN,
    }
}

/// `lax.gather`.
pub fn gather(
    cx: &dyn Bind,
    x: &Value,
    indices: &Value,
    dims: GatherDims,
    slice_sizes: &[usize],
    options: &IndexOptions,
) -> Result<Value> {
    let mode = options.mode.unwrap_or(IndexMode::PromiseInBounds);
    let fill = || Bits(options.fill_value.unwrap_or_else(|| default_fill(x.dtype())));
    let params = Params::Gather {
        dims,
        slice_sizes: slice_sizes.to_vec(),
        mode,
        fill_value: (mode == IndexMode::FillOrDrop).then(fill),
        unique_indices: options.unique_indices,
        indices_are_sorted: options.indices_are_sorted,
    };
    cx.bind1(Prim::Gather, params, &[x.clone(), indices.clone()])
}

/// `lax.scatter`, `lax.scatter_add`, ... by primitive.
pub fn scatter_with(
    cx: &dyn Bind,
    prim: Prim,
    x: &Value,
    indices: &Value,
    updates: &Value,
    dims: ScatterDims,
    options: &IndexOptions,
) -> Result<Value> {
    let params = Params::Scatter {
        dims,
        mode: options.mode.unwrap_or(IndexMode::FillOrDrop),
        unique_indices: options.unique_indices,
        indices_are_sorted: options.indices_are_sorted,
    };
    cx.bind1(prim, params, &[x.clone(), indices.clone(), updates.clone()])
}

macro_rules! scatters { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "`.")]
    pub fn $f(cx: &dyn Bind, x: &Value, indices: &Value, updates: &Value, dims: ScatterDims, options: &IndexOptions) -> Result<Value> {
        scatter_with(cx, Prim::$p, x, indices, updates, dims, options)
    }
)* } }
scatters!(
    scatter Scatter,
    scatter_add ScatterAdd,
    scatter_sub ScatterSub,
    scatter_mul ScatterMul,
    scatter_min ScatterMin,
    scatter_max ScatterMax,
);

/// The `dynamic_slice` primitive: scalar starts of one integer dtype, counted from the front.
pub fn dynamic_slice(cx: &dyn Bind, x: &Value, starts: &[Value], slice_sizes: &[usize]) -> Result<Value> {
    let args: Vec<Value> = std::iter::once(x).chain(starts).cloned().collect();
    cx.bind1(Prim::DynamicSlice, Params::DynamicSlice { slice_sizes: slice_sizes.to_vec() }, &args)
}

/// The `dynamic_update_slice` primitive: scalar starts of one integer dtype, counted from the front.
pub fn dynamic_update_slice(cx: &dyn Bind, x: &Value, update: &Value, starts: &[Value]) -> Result<Value> {
    let args: Vec<Value> = [x, update].into_iter().chain(starts).cloned().collect();
    cx.bind1(Prim::DynamicUpdateSlice, Params::None, &args)
}

/// `lax.sort` of several operands by the first `num_keys`.
pub fn sort(cx: &dyn Bind, xs: &[Value], dimension: usize, is_stable: bool, num_keys: usize) -> Result<Vec<Value>> {
    Ok(cx.bind(Prim::Sort, Params::Sort { dimension, is_stable, num_keys }, xs)?.into_vec())
}

/// `lax.top_k`: values and their indices.
pub fn top_k(cx: &dyn Bind, x: &Value, k: usize, axis: usize) -> Result<(Value, Value)> {
    let mut outs = cx.bind(Prim::TopK, Params::TopK { k, axis }, from_ref(x))?;
    let indices = outs.remove(1);
    Ok((outs.remove(0), indices))
}
