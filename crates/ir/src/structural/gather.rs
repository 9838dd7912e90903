//! Gather: slices of the operand at computed places.

use super::shared::*;
use crate::aval::{ShapedArray, tuple_text};
use crate::error::{Error, Result};
use crate::ops::{self, IndexOptions};
use crate::params::{GatherDims, Params, ScatterDims};
use crate::rows::*;
use crate::value::{Bind, Value};

fn fail<T>(message: String) -> Result<T> {
    Err(Error::type_error(message))
}

/// The checks that gather and scatter share, with XLA's words.
pub(super) mod check {
    use super::*;

    pub fn sorted(dims: &[usize], op: &str, name: &str) -> Result<()> {
        if dims.windows(2).any(|w| w[1] < w[0]) {
            return fail(format!("{name} in {op} op must be sorted; got {}", tuple_text(dims)));
        }
        Ok(())
    }
    pub fn in_range(dims: &[usize], rank: usize, op: &str, name: &str) -> Result<()> {
        match dims.iter().find(|&&d| d >= rank) {
            Some(d) => fail(format!("Invalid {name} set in {op} op; valid range is [0, {rank}); got: {d}.")),
            None => Ok(()),
        }
    }
    pub fn distinct(dims: &[usize], op: &str, name: &str) -> Result<()> {
        if dims.iter().enumerate().any(|(i, d)| dims[..i].contains(d)) {
            return fail(format!("{name} in {op} op must not repeat; got: {}.", tuple_text(dims)));
        }
        Ok(())
    }
    pub fn disjoint(a: &[usize], b: &[usize], op: &str, names: (&str, &str)) -> Result<()> {
        if a.iter().any(|d| b.contains(d)) {
            return fail(format!(
                "{} and {} in {op} op must be disjoint; got: {} and {}.",
                names.0,
                names.1,
                tuple_text(a),
                tuple_text(b)
            ));
        }
        Ok(())
    }
}

/// Indices in the shape of the result of a gather.
pub fn gather_shape(indices: &[usize], d: &GatherDims, slice_sizes: &[usize]) -> Vec<usize> {
    let batch_rank = indices.len().saturating_sub(1);
    let mut index_sizes = indices[..batch_rank].iter().copied();
    let kept = remaining(slice_sizes.len(), &[&d.collapsed_slice_dims, &d.operand_batching_dims]);
    let mut window_sizes = kept.into_iter().map(|i| slice_sizes[i]);
    (0..batch_rank + d.offset_dims.len())
        .map(|i| if d.offset_dims.contains(&i) { window_sizes.next() } else { index_sizes.next() }.unwrap_or(1))
        .collect()
}

fn gather_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::Gather { dims: d, slice_sizes, .. } = p);
    let (x, idx) = (xs[0], xs[1]);
    if !idx.dtype.is_integer() {
        return Err(Error::value_error("indices must have an integer type"));
    }
    if idx.ndim() == 0 {
        return fail("Gather index leaf dimension must be within [0, rank(indices) + 1). rank(indices) is 0 and gather index leaf dimension is -1.".into());
    }
    let last = idx.ndim() - 1;
    check::sorted(&d.offset_dims, "gather", "offset_dims")?;
    check::distinct(&d.offset_dims, "gather", "offset_dims")?;
    let rank = d.offset_dims.len() + last;
    if let Some((i, o)) = d.offset_dims.iter().enumerate().find(|&(_, &o)| o >= rank) {
        return fail(format!(
            "Offset dimension {i} in gather op is out of bounds; got {o}, but should have been in [0, {rank})"
        ));
    }
    if d.start_index_map.len() != idx.shape[last] {
        return fail(format!(
            "Gather op has {} elements in start_index_map and the bound of dimension index_vector_dim={last} of indices is {}. These two numbers must be equal.",
            d.start_index_map.len(),
            idx.shape[last]
        ));
    }
    if let Some((i, a)) = d.start_index_map.iter().enumerate().find(|&(_, &a)| a >= x.ndim()) {
        return fail(format!("Invalid start_index_map; domain is [0, {}), got: {i}->{a}.", x.ndim()));
    }
    check::distinct(&d.start_index_map, "gather", "start_index_map")?;
    check::sorted(&d.collapsed_slice_dims, "gather", "collapsed_slice_dims")?;
    check::in_range(&d.collapsed_slice_dims, x.ndim(), "gather", "collapsed_slice_dims")?;
    check::distinct(&d.collapsed_slice_dims, "gather", "collapsed_slice_dims")?;
    check::distinct(&d.operand_batching_dims, "gather", "operand_batching_dims")?;
    check::sorted(&d.operand_batching_dims, "gather", "operand_batching_dims")?;
    check::in_range(&d.operand_batching_dims, x.ndim(), "gather", "operand_batching_dims")?;
    check::disjoint(
        &d.collapsed_slice_dims,
        &d.operand_batching_dims,
        "gather",
        ("collapsed_slice_dims", "operand_batching_dims"),
    )?;
    check::disjoint(
        &d.start_index_map,
        &d.operand_batching_dims,
        "gather",
        ("start_index_map", "operand_batching_dims"),
    )?;
    check::distinct(&d.start_indices_batching_dims, "gather", "start_indices_batching_dims")?;
    check::in_range(&d.start_indices_batching_dims, idx.ndim(), "gather", "start_indices_batching_dims")?;
    if d.start_indices_batching_dims.contains(&last) {
        return fail(format!(
            "Gather op cannot have the index vector dimension as a batching dimension; got {}.",
            tuple_text(&d.start_indices_batching_dims)
        ));
    }
    if d.operand_batching_dims.len() != d.start_indices_batching_dims.len() {
        return fail(format!(
            "Gather op requires equal numbers of operand_batching_dims and start_indices_batching_dims, got {} and{}.",
            tuple_text(&d.operand_batching_dims),
            tuple_text(&d.start_indices_batching_dims)
        ));
    }
    let ours: Vec<usize> = d.operand_batching_dims.iter().map(|&i| x.shape[i]).collect();
    let theirs: Vec<usize> = d.start_indices_batching_dims.iter().map(|&i| idx.shape[i]).collect();
    if ours != theirs {
        return fail(format!(
            "Gather op requires operand batching dimensions and indices batching dimensions to have the same shape, got {} and {}.",
            tuple_text(&ours),
            tuple_text(&theirs)
        ));
    }
    if x.ndim() != slice_sizes.len() {
        return fail(format!(
            "Gather op must have one slice size for every input dimension; got: len(slice_sizes)={}, input_shape.rank={}",
            slice_sizes.len(),
            x.ndim()
        ));
    }
    if slice_sizes.len() != d.offset_dims.len() + d.collapsed_slice_dims.len() + d.operand_batching_dims.len() {
        return fail(format!(
            "All components of the offset index in a gather op must either be a offset dimension or explicitly collapsed/batching; got len(slice_sizes)={}, output_slice_sizes={}, collapsed_slice_dims={}, operand_batching_dims={}.",
            slice_sizes.len(),
            tuple_text(&d.offset_dims),
            tuple_text(&d.collapsed_slice_dims),
            tuple_text(&d.operand_batching_dims)
        ));
    }
    if idx.size() != 0
        && let Some(i) = (0..x.ndim()).find(|&i| slice_sizes[i] > x.shape[i])
    {
        return fail(format!(
            "Slice size at index {i} in gather op is out of range, must be within [0, {} + 1), got {}.",
            x.shape[i], slice_sizes[i]
        ));
    }
    if let Some((i, &a)) = d.collapsed_slice_dims.iter().enumerate().find(|&(_, &a)| slice_sizes[a] != 1) {
        return fail(format!(
            "Gather op can only collapse slice dims with bound 1, but bound is {} for index {a} at position {i}.",
            slice_sizes[a]
        ));
    }
    if let Some((i, &a)) = d.operand_batching_dims.iter().enumerate().find(|&(_, &a)| slice_sizes[a] > 1) {
        return fail(format!(
            "Gather op can only have operand batching dims with bound 0/1, but bound is {} for index {a} at position {i}.",
            slice_sizes[a]
        ));
    }
    Ok(vec![x.with_shape(gather_shape(&idx.shape, d, slice_sizes))])
}

/// The scatter that undoes a gather.
fn inverse(d: &GatherDims) -> ScatterDims {
    ScatterDims {
        update_window_dims: d.offset_dims.clone(),
        inserted_window_dims: d.collapsed_slice_dims.clone(),
        scatter_dims_to_operand_dims: d.start_index_map.clone(),
        operand_batching_dims: d.operand_batching_dims.clone(),
        scatter_indices_batching_dims: d.start_indices_batching_dims.clone(),
    }
}

/// The options among a gather's parameters.
fn options(p: &Params) -> Result<IndexOptions> {
    take!(Params::Gather { mode, fill_value, unique_indices, indices_are_sorted, .. } = p);
    Ok(IndexOptions {
        mode: Some(*mode),
        fill_value: fill_value.map(|b| b.0),
        unique_indices: *unique_indices,
        indices_are_sorted: *indices_are_sorted,
    })
}

fn gather_transpose(cx: &dyn Bind, p: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    take!(Params::Gather { dims, .. } = p);
    let (Some(t), Operand::Linear(aval), Operand::Known(idx)) = (&cts[0], &xs[0], &xs[1]) else {
        return Ok(vec![None, None]);
    };
    let zeros = ops::full(cx, &aval.shape, t.dtype(), 0.0)?;
    let out = ops::scatter_add(cx, &zeros, idx, t, inverse(dims), &IndexOptions { fill_value: None, ..options(p)? })?;
    Ok(vec![Some(out), None])
}

/// Batching of a gather whose operands have these batch axes (also what `dynamic_slice` becomes).
pub(super) fn gather_batch(
    cx: &dyn Bind,
    d: &GatherDims,
    slice_sizes: &[usize],
    o: &IndexOptions,
    x: &Batched,
    idx: &Batched,
) -> Result<Vec<Batched>> {
    let up = |v: &[usize]| bump(v, 0);
    let first = |v: &[usize]| inserted(&bump(v, 0), 0, 0);
    let (out, at) = match (x.1, idx.1) {
        (Some(b), None) => {
            let x = moveaxis(cx, &x.0, b, 0)?;
            let dims = GatherDims {
                offset_dims: first(&d.offset_dims),
                collapsed_slice_dims: up(&d.collapsed_slice_dims),
                start_index_map: up(&d.start_index_map),
                operand_batching_dims: up(&d.operand_batching_dims),
                start_indices_batching_dims: d.start_indices_batching_dims.clone(),
            };
            (ops::gather(cx, &x, &idx.0, dims, &inserted(slice_sizes, 0, x.shape()[0]), o)?, 0)
        }
        (None, Some(b)) => {
            let idx = moveaxis(cx, &idx.0, b, 0)?;
            let dims = GatherDims {
                offset_dims: up(&d.offset_dims),
                start_indices_batching_dims: up(&d.start_indices_batching_dims),
                ..d.clone()
            };
            // Several lookups into one array need not be sorted or distinct any more.
            let o = IndexOptions { unique_indices: false, indices_are_sorted: false, ..o.clone() };
            (ops::gather(cx, &x.0, &idx, dims, slice_sizes, &o)?, 0)
        }
        (Some(b), Some(c)) => {
            let x = moveaxis(cx, &x.0, b, 0)?;
            let idx = moveaxis(cx, &idx.0, c, 0)?;
            let dims = GatherDims {
                offset_dims: up(&d.offset_dims),
                collapsed_slice_dims: up(&d.collapsed_slice_dims),
                start_index_map: up(&d.start_index_map),
                operand_batching_dims: first(&d.operand_batching_dims),
                start_indices_batching_dims: first(&d.start_indices_batching_dims),
            };
            (ops::gather(cx, &x, &idx, dims, &inserted(slice_sizes, 0, x.shape()[0].min(1)), o)?, 0)
        }
        (None, None) => return Ok(vec![(ops::gather(cx, &x.0, &idx.0, d.clone(), slice_sizes, o)?, None)]),
    };
    Ok(vec![(out, Some(at))])
}

/// Slices of the operand at computed places.
pub static GATHER: Row = Row {
    name: "gather",
    doc: "Slices of `slice_sizes` of the operand, one for each index vector.",
    typing: Typing::Rule(gather_type),
    jvp: Jvp::Parts(&[
        Part::Rule(|cx, p, g, _, xs| {
            take!(Params::Gather { dims, slice_sizes, .. } = p);
            let o = IndexOptions { fill_value: Some(0.0), ..options(p)? };
            ops::gather(cx, g, &xs[1], dims.clone(), slice_sizes, &o)
        }),
        Part::Zero,
    ]),
    transpose: Transpose::Rule(gather_transpose),
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::Gather { dims, slice_sizes, .. } = p);
        gather_batch(cx, dims, slice_sizes, &options(p)?, &xs[0], &xs[1])
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (0.0, 1.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Selector(1), Nature::Branch)],
};

/// Gathers what a scatter with these axes would write, from an array of the scatter's operand shape.
pub(super) fn gather_back(
    cx: &dyn Bind,
    x: &Value,
    idx: &Value,
    d: &ScatterDims,
    updates: &[usize],
    o: &IndexOptions,
) -> Result<Value> {
    let dims = GatherDims {
        offset_dims: d.update_window_dims.clone(),
        collapsed_slice_dims: d.inserted_window_dims.clone(),
        start_index_map: d.scatter_dims_to_operand_dims.clone(),
        operand_batching_dims: d.operand_batching_dims.clone(),
        start_indices_batching_dims: d.scatter_indices_batching_dims.clone(),
    };
    let mut windows = d.update_window_dims.iter().map(|&i| updates[i]);
    let sizes: Vec<usize> = (0..x.ndim())
        .map(|i| {
            let single = d.inserted_window_dims.contains(&i) || d.operand_batching_dims.contains(&i);
            if single { 1 } else { windows.next().unwrap_or(1) }
        })
        .collect();
    ops::gather(cx, x, idx, dims, &sizes, o)
}
