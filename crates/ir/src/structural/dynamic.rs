//! Slices at computed places: dynamic_slice, dynamic_update_slice. Starts are clamped so that the slice fits.

use super::gather::gather_batch;
use super::pieces::check_same_dtypes;
use super::scatter::scatter_batch;
use super::shared::*;
use crate::array::Array;
use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{self, IndexOptions};
use crate::params::{GatherDims, IndexMode, Params, ScatterDims};
use crate::prim::Prim;
use crate::rows::*;
use crate::value::{Bind, Outs, Value};

fn check_starts(name: &str, starts: &[&ShapedArray]) -> Result<()> {
    if starts.iter().any(|i| i.dtype != starts[0].dtype || !i.dtype.is_integer()) {
        let got = starts.iter().map(|i| i.dtype.name()).collect::<Vec<_>>().join(", ");
        let colon = if name == "dynamic_slice" { "got:" } else { "got" };
        return Err(Error::type_error(format!(
            "index arguments to {name} must be integers of the same type, {colon} {got}"
        )));
    }
    Ok(())
}

fn avals_text(xs: &[&ShapedArray]) -> String {
    let all = xs.iter().map(|x| format!("ShapedArray({x})")).collect::<Vec<_>>().join(", ");
    if xs.len() == 1 { format!("({all},)") } else { format!("({all})") }
}

fn dynamic_slice_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::DynamicSlice { slice_sizes } = p);
    let (x, starts) = (xs[0], &xs[1..]);
    if x.ndim() != slice_sizes.len() || x.shape.iter().zip(slice_sizes).any(|(n, s)| n < s) {
        return Err(Error::type_error(format!(
            "slice slice_sizes must be less than or equal to operand shape, got slice_sizes {} for operand shape {}.",
            tuple_text(slice_sizes),
            tuple_text(&x.shape)
        )));
    }
    if starts.iter().any(|i| i.ndim() != 0) {
        return Err(Error::type_error(format!(
            "start_indices arguments to dynamic_slice must be scalars,  got indices {}",
            avals_text(starts)
        )));
    }
    check_starts("dynamic_slice", starts)?;
    Ok(vec![x.with_shape(slice_sizes)])
}

/// One index vector (per batch element) from scalar starts.
fn index_vector(cx: &dyn Bind, size: usize, starts: &[Batched]) -> Result<Batched> {
    if starts.is_empty() {
        return Ok((Value::Array(Array::from_slice::<i32>(&[0], DType::I32, &[])), None));
    }
    let batched = starts.iter().any(|s| s.1.is_some());
    let mut columns = Vec::new();
    for (x, b) in starts {
        columns.push(if batched {
            ops::broadcast_in_dim(cx, x, &[size, 1], if b.is_some() { &[0] } else { &[] })?
        } else {
            ops::broadcast(cx, x, &[1])?
        });
    }
    Ok((ops::concatenate(cx, &columns, batched as usize)?, batched.then_some(0)))
}

/// The operand's rank without its batch axis.
fn inner_rank(x: &Batched) -> usize {
    x.0.ndim() - x.1.is_some() as usize
}

fn dynamic_slice_batch(cx: &dyn Bind, p: &Params, size: usize, xs: &[Batched]) -> Result<Vec<Batched>> {
    take!(Params::DynamicSlice { slice_sizes } = p);
    let axes: Vec<usize> = (0..inner_rank(&xs[0])).collect();
    let dims = GatherDims { offset_dims: axes.clone(), start_index_map: axes, ..GatherDims::default() };
    let options =
        IndexOptions { mode: Some(IndexMode::Clip), fill_value: None, unique_indices: true, indices_are_sorted: true };
    let index = index_vector(cx, size, &xs[1..])?;
    gather_batch(cx, &dims, slice_sizes, &options, &xs[0], &index)
}

fn dynamic_slice_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    // The tangent comes first: JAX's rule evaluates it before the primal.
    let with = |x: &Value| {
        let mut args = xs.to_vec();
        args[0] = x.clone();
        cx.bind1(Prim::DynamicSlice, p.clone(), &args)
    };
    let tangent = ts[0].as_ref().map(with).transpose()?;
    Ok((smallvec::smallvec![with(&xs[0])?], vec![tangent]))
}

fn dynamic_slice_transpose(cx: &dyn Bind, _: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    let mut out = vec![None; xs.len()];
    if let (Some(ct), Operand::Linear(aval)) = (&cts[0], &xs[0]) {
        let zeros = ops::full(cx, &aval.shape, aval.dtype, 0.0)?;
        out[0] = Some(ops::dynamic_update_slice(cx, &zeros, ct, &known(&xs[1..])?)?);
    }
    Ok(out)
}

fn known(xs: &[Operand]) -> Result<Vec<Value>> {
    xs.iter()
        .map(|x| match x {
            Operand::Known(v) => Ok(v.clone()),
            Operand::Linear(_) => Err(Error::internal("an index cannot be linear")),
        })
        .collect()
}

/// A box of fixed size at a computed place.
pub static DYNAMIC_SLICE: Row = Row {
    name: "dynamic_slice",
    doc: "A box of `slice_sizes` whose start is computed; the start is clamped so that the box fits.",
    typing: Typing::Rule(dynamic_slice_type),
    jvp: Jvp::Rule(dynamic_slice_jvp),
    transpose: Transpose::Rule(dynamic_slice_transpose),
    batch: Batch::Rule(dynamic_slice_batch),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (0.0, 1.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Selector(1), Nature::Branch)],
};

fn dynamic_update_slice_type(_: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    let (x, update, starts) = (xs[0], xs[1], &xs[2..]);
    let fail = |m: String| Err(Error::type_error(m));
    if x.ndim() != update.ndim() {
        return fail(format!(
            "dynamic_update_slice update must have the same rank as operand, got update shape {} for operand shape {}.",
            tuple_text(&update.shape),
            tuple_text(&x.shape)
        ));
    }
    if x.ndim() != starts.len() {
        return fail(format!(
            "dynamic_update_slice start_indices must have length equal to the rank of operand, got indices {} for operand shape {}.",
            avals_text(starts),
            tuple_text(&x.shape)
        ));
    }
    if x.shape.iter().zip(&update.shape).any(|(n, u)| n < u) {
        return fail(format!(
            "dynamic_update_slice update shape must be smaller than operand shape, got update shape {} for operand shape {}.",
            tuple_text(&update.shape),
            tuple_text(&x.shape)
        ));
    }
    if starts.iter().any(|i| i.ndim() != 0) {
        return fail(format!(
            "start_indices arguments to dynamic_update_slice must be scalars, got indices {}",
            avals_text(starts)
        ));
    }
    check_same_dtypes("dynamic_update_slice", None, &[x, update])?;
    check_starts("dynamic_update_slice", starts)?;
    Ok(vec![x.clone().with_weak(xs.iter().all(|a| a.weak_type))])
}

fn dynamic_update_slice_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let out = cx.bind(Prim::DynamicUpdateSlice, p.clone(), xs)?;
    if ts[0].is_none() && ts[1].is_none() {
        return Ok((out, vec![None]));
    }
    let mut args = xs.to_vec();
    for i in 0..2 {
        args[i] = instantiate(cx, &ts[i], &xs[i].aval().tangent())?;
    }
    let tangent = cx.bind1(Prim::DynamicUpdateSlice, p.clone(), &args)?;
    Ok((out, vec![Some(tangent)]))
}

fn dynamic_update_slice_transpose(cx: &dyn Bind, _: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    let mut out = vec![None; xs.len()];
    let Some(t) = &cts[0] else { return Ok(out) };
    let starts = known(&xs[2..])?;
    let update = operand_aval(&xs[1]);
    let zeros = ops::full(cx, &update.shape, t.dtype(), 0.0)?;
    if matches!(xs[0], Operand::Linear(_)) {
        out[0] = Some(ops::dynamic_update_slice(cx, t, &zeros, &starts)?);
    }
    if matches!(xs[1], Operand::Linear(_)) {
        out[1] = Some(ops::dynamic_slice(cx, t, &starts, &update.shape)?);
    }
    Ok(out)
}

fn dynamic_update_slice_batch(cx: &dyn Bind, _: &Params, size: usize, xs: &[Batched]) -> Result<Vec<Batched>> {
    let axes: Vec<usize> = (0..inner_rank(&xs[1])).collect();
    let dims =
        ScatterDims { update_window_dims: axes.clone(), scatter_dims_to_operand_dims: axes, ..ScatterDims::default() };
    let params = Params::Scatter { dims, mode: IndexMode::Clip, unique_indices: true, indices_are_sorted: true };
    let index = index_vector(cx, size, &xs[2..])?;
    scatter_batch(cx, Prim::Scatter, &params, size, &[xs[0].clone(), index, xs[1].clone()])
}

/// The operand with a box replaced at a computed place.
pub static DYNAMIC_UPDATE_SLICE: Row = Row {
    name: "dynamic_update_slice",
    doc: "The operand with `update` written at a computed start, clamped so that it fits.",
    typing: Typing::Rule(dynamic_update_slice_type),
    jvp: Jvp::Rule(dynamic_update_slice_jvp),
    transpose: Transpose::Rule(dynamic_update_slice_transpose),
    batch: Batch::Rule(dynamic_update_slice_batch),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (-10.0, 10.0), (0.0, 1.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Selector(2), Nature::Branch)],
};
