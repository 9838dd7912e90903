//! Scatter: updates written, added, multiplied or compared into the operand at computed places.

use super::gather::{check, gather_back};
use super::pieces::check_same_dtypes;
use super::shared::*;
use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::{self, IndexOptions};
use crate::params::{Params, ScatterDims};
use crate::prim::Prim;
use crate::rows::*;
use crate::value::{Bind, Outs, Value};

fn fail<T>(message: String) -> Result<T> {
    Err(Error::type_error(message))
}

fn scatter_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::Scatter { dims: d, .. } = p);
    let (x, idx, upd) = (xs[0], xs[1], xs[2]);
    if !idx.dtype.is_integer() {
        return Err(Error::value_error("indices must have an integer type"));
    }
    check_same_dtypes("scatter", None, &[x, upd])?;
    if idx.ndim() == 0 {
        return fail("Scatter index leaf dimension must be within [0, rank(indices) + 1). rank(indices) is 0 and scatter index leaf dimension is -1.".into());
    }
    let last = idx.ndim() - 1;
    let rank = last + d.update_window_dims.len();
    if upd.ndim() != rank {
        return fail(format!("Updates tensor must be of rank {rank}; got {}.", upd.ndim()));
    }
    check::sorted(&d.update_window_dims, "scatter", "update_window_dims")?;
    check::distinct(&d.update_window_dims, "scatter", "update_window_dims")?;
    check::in_range(&d.update_window_dims, upd.ndim(), "scatter", "update_window_dims")?;
    check::sorted(&d.inserted_window_dims, "scatter", "inserted_window_dims")?;
    check::distinct(&d.inserted_window_dims, "scatter", "inserted_window_dims")?;
    check::in_range(&d.inserted_window_dims, x.ndim(), "scatter", "inserted_window_dims")?;
    check::sorted(&d.operand_batching_dims, "scatter", "operand_batching_dims")?;
    check::distinct(&d.operand_batching_dims, "scatter", "operand_batching_dims")?;
    check::in_range(&d.operand_batching_dims, x.ndim(), "scatter", "operand_batching_dims")?;
    check::disjoint(
        &d.inserted_window_dims,
        &d.operand_batching_dims,
        "scatter",
        ("inserted_window_dims", "operand_batching_dims"),
    )?;
    check::disjoint(
        &d.scatter_dims_to_operand_dims,
        &d.operand_batching_dims,
        "scatter",
        ("scatter_dims_to_operand_dims", "operand_batching_dims"),
    )?;
    check::distinct(&d.scatter_indices_batching_dims, "scatter", "scatter_indices_batching_dims")?;
    check::in_range(&d.scatter_indices_batching_dims, idx.ndim(), "scatter", "scatter_indices_batching_dims")?;
    if d.scatter_indices_batching_dims.contains(&last) {
        return fail(format!(
            "Scatter op cannot have the index vector dimension as a batching dimension; got {}.",
            tuple_text(&d.scatter_indices_batching_dims)
        ));
    }
    if d.operand_batching_dims.len() != d.scatter_indices_batching_dims.len() {
        return fail(format!(
            "Scatter op requires equal numbers of operand_batching_dims and scatter_indices_batching_dims, got {} and {}.",
            tuple_text(&d.operand_batching_dims),
            tuple_text(&d.scatter_indices_batching_dims)
        ));
    }
    let pick = |a: &ShapedArray, dims: &[usize]| dims.iter().map(|&i| a.shape[i]).collect::<Vec<_>>();
    let scatter_dims = remaining(upd.ndim(), &[&d.update_window_dims]);
    let update_batch: Vec<usize> = d.scatter_indices_batching_dims.iter().map(|&i| scatter_dims[i]).collect();
    let ours = pick(x, &d.operand_batching_dims);
    for (what, theirs) in
        [("indices", pick(idx, &d.scatter_indices_batching_dims)), ("updates", pick(upd, &update_batch))]
    {
        if ours != theirs {
            return fail(format!(
                "Scatter op requires operand batching dimensions and {what} batching dimensions to have the same shape, got {} and {}.",
                tuple_text(&ours),
                tuple_text(&theirs)
            ));
        }
    }
    let window = d.update_window_dims.len() + d.inserted_window_dims.len() + d.operand_batching_dims.len();
    if x.ndim() != window {
        return fail(format!("Scatter op has window of size {window}; doesn't match operand of rank {}.", x.ndim()));
    }
    if d.scatter_dims_to_operand_dims.len() != idx.shape[last] {
        return fail(format!(
            "Scatter op has {} elements in scatter_dims_to_operand_dims and the bound of dimension index_vector_dim={last} of indices is {}. These two numbers must be equal",
            d.scatter_dims_to_operand_dims.len(),
            idx.shape[last]
        ));
    }
    if let Some((i, a)) = d.scatter_dims_to_operand_dims.iter().enumerate().find(|&(_, &a)| a >= x.ndim()) {
        return fail(format!(
            "Invalid scatter_dims_to_operand_dims mapping; domain is [0, {}), got: {i}->{a}.",
            x.ndim()
        ));
    }
    check::distinct(&d.scatter_dims_to_operand_dims, "scatter", "scatter_dims_to_operand_dims")?;
    let limits = remaining(x.ndim(), &[&d.inserted_window_dims, &d.operand_batching_dims]);
    for (&axis, &u) in limits.iter().zip(&d.update_window_dims) {
        if x.shape[axis] < upd.shape[u] {
            return fail(format!(
                "Bounds of the window dimensions of updates must not exceed the bounds of the corresponding dimensions of operand. For dimension {u}, updates bound is {}, operand bound is {}.",
                upd.shape[u], x.shape[axis]
            ));
        }
    }
    for (&u, &n) in scatter_dims.iter().zip(&idx.shape) {
        if upd.shape[u] != n {
            return fail(format!(
                "Bounds of the scatter dimensions of updates must be the same as the bounds of the corresponding dimensions of scatter indices. For scatter dimension {u}, updates bound is {}, indices bound is {n}.",
                upd.shape[u]
            ));
        }
    }
    Ok(vec![x.clone()])
}

/// A scatter's axes and options.
fn parts(p: &Params) -> Result<(&ScatterDims, IndexOptions)> {
    take!(Params::Scatter { dims, mode, unique_indices, indices_are_sorted } = p);
    let options = IndexOptions {
        mode: Some(*mode),
        fill_value: None,
        unique_indices: *unique_indices,
        indices_are_sorted: *indices_are_sorted,
    };
    Ok((dims, options))
}

/// The mode alone, with zero where a gather is out of range.
fn mode_only(o: &IndexOptions) -> IndexOptions {
    IndexOptions { mode: o.mode, fill_value: Some(0.0), ..IndexOptions::default() }
}

/// Batching of a scatter (also what `dynamic_update_slice` becomes).
pub(super) fn scatter_batch(
    cx: &dyn Bind,
    prim: Prim,
    p: &Params,
    size: usize,
    xs: &[Batched],
) -> Result<Vec<Batched>> {
    let (d, o) = parts(p)?;
    let x = at_front(cx, &xs[0], size)?;
    let updates = at_front(cx, &xs[2], size)?;
    let up = |v: &[usize]| bump(v, 0);
    let first = |v: &[usize]| inserted(&bump(v, 0), 0, 0);
    let mut dims = ScatterDims {
        update_window_dims: up(&d.update_window_dims),
        inserted_window_dims: up(&d.inserted_window_dims),
        scatter_dims_to_operand_dims: up(&d.scatter_dims_to_operand_dims),
        operand_batching_dims: up(&d.operand_batching_dims),
        scatter_indices_batching_dims: d.scatter_indices_batching_dims.clone(),
    };
    let idx = match xs[1].1 {
        None => {
            dims.update_window_dims.insert(0, 0);
            xs[1].0.clone()
        }
        Some(b) => {
            dims.operand_batching_dims.insert(0, 0);
            dims.scatter_indices_batching_dims = first(&d.scatter_indices_batching_dims);
            moveaxis(cx, &xs[1].0, b, 0)?
        }
    };
    Ok(vec![(ops::scatter_with(cx, prim, &x, &idx, &updates, dims, &o)?, Some(0))])
}

/// Tangents of operand and updates, with zeros for one of them; nothing when both are zero.
fn both(cx: &dyn Bind, xs: &[Value], ts: &[Tangent]) -> Result<Option<(Value, Value)>> {
    if ts[0].is_none() && ts[2].is_none() {
        return Ok(None);
    }
    Ok(Some((instantiate(cx, &ts[0], &xs[0].aval().tangent())?, instantiate(cx, &ts[2], &xs[2].aval().tangent())?)))
}

fn linear_jvp(cx: &dyn Bind, prim: Prim, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let out = cx.bind(prim, p.clone(), xs)?;
    let Some((g, gu)) = both(cx, xs, ts)? else { return Ok((out, vec![None])) };
    let tangent = cx.bind1(prim, p.clone(), &[g, xs[1].clone(), gu])?;
    Ok((out, vec![Some(tangent)]))
}

fn zeros_like(cx: &dyn Bind, x: &Value) -> Result<Value> {
    ops::full(cx, x.shape(), x.dtype(), 0.0)
}

/// `scatter` at places that may coincide: which update wins is found by scattering identifiers, and the derivative goes
/// to the winners alone.
fn scatter_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let (d, o) = parts(p)?;
    if ts[0].is_none() && ts[2].is_none() || o.unique_indices {
        return linear_jvp(cx, Prim::Scatter, p, xs, ts);
    }
    let Some((g, gu)) = both(cx, xs, ts)? else { return linear_jvp(cx, Prim::Scatter, p, xs, ts) };
    let (x, idx, updates) = (&xs[0], &xs[1], &xs[2]);
    let mut id_shape = updates.shape().to_vec();
    for &w in &d.update_window_dims {
        id_shape[w] = 1;
    }
    let count: usize = id_shape.iter().product();
    let ids = ops::reshape(cx, &ops::iota(cx, DType::U32, &[count], 0)?, &id_shape)?;
    let ids = ops::add(cx, &ids, &ops::full(cx, updates.shape(), DType::U32, 1.0)?)?;
    let scattered = ops::scatter(cx, &ops::full(cx, x.shape(), DType::U32, 0.0)?, idx, &ids, d.clone(), &o)?;
    let gathered = gather_back(cx, &scattered, idx, d, updates.shape(), &IndexOptions::default())?;
    let keep_operand = |v: &Value| -> Result<Value> {
        let untouched = ops::eq(cx, &scattered, &zeros_like(cx, &scattered)?)?;
        ops::select(cx, &untouched, v, &zeros_like(cx, v)?)
    };
    let keep_updates = |v: &Value| -> Result<Value> {
        let won = ops::eq(cx, &ids, &gathered)?;
        ops::select(cx, &won, v, &zeros_like(cx, v)?)
    };
    let (mx, mu) = (keep_operand(x)?, keep_updates(updates)?);
    let (mg, mgu) = (keep_operand(&g)?, keep_updates(&gu)?);
    let out = ops::scatter_add(cx, &mx, idx, &mu, d.clone(), &o)?;
    let tangent = ops::scatter_add(cx, &mg, idx, &mgu, d.clone(), &o)?;
    Ok((smallvec::smallvec![out], vec![Some(tangent)]))
}

/// `scatter_min`, `scatter_max`: contenders for one place share the derivative equally.
fn extremal_jvp(cx: &dyn Bind, prim: Prim, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let (d, o) = parts(p)?;
    let out = cx.bind(prim, p.clone(), xs)?;
    let Some((g, gu)) = both(cx, xs, ts)? else { return Ok((out, vec![None])) };
    let (x, idx, updates) = (&xs[0], &xs[1], &xs[2]);
    let plain = IndexOptions::default();
    let back = |v: &Value| gather_back(cx, v, idx, d, updates.shape(), &plain);
    let one = ops::scalar_like(x, 1.0);
    let ones = || ops::full(cx, updates.shape(), updates.dtype(), 1.0);
    let initial = back(x)?;
    let target = back(&out[0])?;
    let successful = ops::eq(cx, updates, &target)?;
    let retained = ops::eq(cx, &initial, &target)?;
    let zeros = zeros_like(cx, x)?;
    let won = ops::select(cx, &successful, &ones()?, &zeros_like(cx, updates)?)?;
    let num_updates = back(&ops::scatter_add(cx, &zeros, idx, &won, d.clone(), &plain)?)?;
    let num_refs = back(&ops::scatter_add(cx, &zeros_like(cx, x)?, idx, &ones()?, d.clone(), &plain)?)?;
    let shared = || ops::div(cx, &one, &ops::add(cx, &num_updates, &one)?);
    let normalizer = ops::select(cx, &retained, &shared()?, &ops::div(cx, &one, &num_updates)?)?;
    let updates_coef = ops::select(cx, &successful, &normalizer, &zeros_like(cx, updates)?)?;
    let operand_normalizer = ops::select(cx, &retained, &shared()?, &zeros_like(cx, &num_updates)?)?;
    let minus_one = ops::scalar_like(x, -1.0);
    let operand_coef = ops::div(cx, &ops::add(cx, &minus_one, &operand_normalizer)?, &num_refs)?;
    let target_tangents = back(&g)?;
    let moved = ops::mul(cx, &target_tangents, &operand_coef)?;
    let tangents = ops::add(cx, &moved, &ops::mul(cx, &gu, &updates_coef)?)?;
    let tangent = ops::scatter_add(cx, &g, idx, &tangents, d.clone(), &o)?;
    Ok((out, vec![Some(tangent)]))
}

fn need_unique<T>() -> Result<T> {
    Err(Error::not_implemented("scatter_mul gradients are only implemented if `unique_indices=True`"))
}

/// Cotangents of a scatter that is linear in operand and updates: what `operand` and `update` make of `t`.
fn scatter_transpose(
    p: &Params,
    cts: &[Tangent],
    xs: &[Operand],
    operand: &dyn Fn(&Value, &Value) -> Result<Value>,
    update: &dyn Fn(&Value, &Value, &ScatterDims, &[usize], &IndexOptions) -> Result<Value>,
) -> Result<Vec<Tangent>> {
    let (d, o) = parts(p)?;
    let (Some(t), Operand::Known(idx)) = (&cts[0], &xs[1]) else { return Ok(vec![None; 3]) };
    let to_operand = match &xs[0] {
        Operand::Linear(_) => Some(operand(t, idx)?),
        Operand::Known(_) => None,
    };
    let to_updates = match &xs[2] {
        Operand::Linear(aval) => Some(update(t, idx, d, &aval.shape, &mode_only(&o))?),
        Operand::Known(_) => None,
    };
    Ok(vec![to_operand, None, to_updates])
}

fn set_transpose(cx: &dyn Bind, p: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    let (d, o) = parts(p)?;
    if !o.unique_indices {
        return Err(Error::not_implemented("scatter transpose is only implemented where unique_indices=True"));
    }
    let shape = &operand_aval(&xs[2]).shape;
    let cleared =
        |t: &Value, idx: &Value| ops::scatter(cx, t, idx, &ops::full(cx, shape, t.dtype(), 0.0)?, d.clone(), &o);
    scatter_transpose(p, cts, xs, &cleared, &|t, idx, d, n, o| gather_back(cx, t, idx, d, n, o))
}

fn add_transpose(cx: &dyn Bind, p: &Params, cts: &[Tangent], xs: &[Operand], negate: bool) -> Result<Vec<Tangent>> {
    scatter_transpose(p, cts, xs, &|t, _| Ok(t.clone()), &|t, idx, d, n, o| {
        let g = gather_back(cx, t, idx, d, n, o)?;
        if negate { ops::neg(cx, &g) } else { Ok(g) }
    })
}

fn mul_transpose(cx: &dyn Bind, p: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    let (d, o) = parts(p)?;
    let scaled = |t: &Value, idx: &Value| match &xs[2] {
        Operand::Known(u) => ops::scatter_with(cx, Prim::ScatterMul, t, idx, u, d.clone(), &o),
        Operand::Linear(_) => Err(Error::internal("scatter_mul is not linear in both operands")),
    };
    scatter_transpose(p, cts, xs, &scaled, &|t, idx, d, n, mode| match &xs[0] {
        _ if !o.unique_indices => need_unique(),
        Operand::Known(x) => gather_back(cx, &ops::mul(cx, t, x)?, idx, d, n, mode),
        Operand::Linear(_) => Err(Error::internal("scatter_mul is not linear in both operands")),
    })
}

/// Updates replace the operand at computed places.
pub static SCATTER: Row = Row {
    name: "scatter",
    doc: "Updates replace the operand at computed places.",
    typing: Typing::Rule(scatter_type),
    jvp: Jvp::Rule(scatter_jvp),
    transpose: Transpose::Rule(set_transpose),
    batch: Batch::Rule(|cx, p, size, xs| scatter_batch(cx, Prim::Scatter, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (0.0, 1.0), (-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Selector(1), Nature::Branch)],
};

/// Updates are added to the operand at computed places.
pub static SCATTER_ADD: Row = Row {
    name: "scatter-add",
    doc: "Updates are added to the operand at computed places.",
    typing: Typing::Rule(scatter_type),
    jvp: Jvp::Rule(|cx, p, xs, ts| linear_jvp(cx, Prim::ScatterAdd, p, xs, ts)),
    transpose: Transpose::Rule(|cx, p, cts, xs| add_transpose(cx, p, cts, xs, false)),
    batch: Batch::Rule(|cx, p, size, xs| scatter_batch(cx, Prim::ScatterAdd, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (0.0, 1.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Selector(1), Nature::Branch)],
};

/// Updates are subtracted from the operand at computed places.
pub static SCATTER_SUB: Row = Row {
    name: "scatter-sub",
    doc: "Updates are subtracted from the operand at computed places.",
    typing: Typing::Rule(scatter_type),
    jvp: Jvp::Rule(|cx, p, xs, ts| linear_jvp(cx, Prim::ScatterSub, p, xs, ts)),
    transpose: Transpose::Rule(|cx, p, cts, xs| add_transpose(cx, p, cts, xs, true)),
    batch: Batch::Rule(|cx, p, size, xs| scatter_batch(cx, Prim::ScatterSub, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (0.0, 1.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Selector(1), Nature::Branch)],
};

/// The operand is multiplied by updates at computed places.
pub static SCATTER_MUL: Row = Row {
    name: "scatter-mul",
    doc: "The operand is multiplied by updates at computed places.",
    typing: Typing::Rule(scatter_type),
    jvp: Jvp::Parts(&[
        Part::Rule(|cx, p, g, _, xs| cx.bind1(Prim::ScatterMul, p.clone(), &[g.clone(), xs[1].clone(), xs[2].clone()])),
        Part::Zero,
        Part::Rule(|cx, p, g, _, xs| {
            let (d, o) = parts(p)?;
            if !o.unique_indices {
                return need_unique();
            }
            let sum = ops::scatter_add(cx, &zeros_like(cx, &xs[0])?, &xs[1], g, d.clone(), &o)?;
            ops::mul(cx, &xs[0], &sum)
        }),
    ]),
    transpose: Transpose::Rule(mul_transpose),
    batch: Batch::Rule(|cx, p, size, xs| scatter_batch(cx, Prim::ScatterMul, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (0.0, 1.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Selector(1), Nature::Branch)],
};

/// Minimum of operand and updates at computed places.
pub static SCATTER_MIN: Row = Row {
    name: "scatter-min",
    doc: "Minimum of operand and updates at computed places.",
    typing: Typing::Rule(scatter_type),
    jvp: Jvp::Rule(|cx, p, xs, ts| extremal_jvp(cx, Prim::ScatterMin, p, xs, ts)),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, size, xs| scatter_batch(cx, Prim::ScatterMin, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (0.0, 1.0), (-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Selector(1), Nature::Branch), switch(Surface::Ties(0), Nature::Kink)],
};

/// Maximum of operand and updates at computed places.
pub static SCATTER_MAX: Row = Row {
    name: "scatter-max",
    doc: "Maximum of operand and updates at computed places.",
    typing: Typing::Rule(scatter_type),
    jvp: Jvp::Rule(|cx, p, xs, ts| extremal_jvp(cx, Prim::ScatterMax, p, xs, ts)),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, size, xs| scatter_batch(cx, Prim::ScatterMax, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (0.0, 1.0), (-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Selector(1), Nature::Branch), switch(Surface::Ties(0), Nature::Kink)],
};
