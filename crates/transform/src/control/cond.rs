//! `cond` and `switch`: operands are the branch index, then what every branch takes.

use super::{Batched, compact, nonzeros, spread};
use crate::backward::transpose_jaxpr;
use crate::cx::Cx;
use crate::interp::{Axis, OutDims, batch_jaxpr, eval_jaxpr, jvp_jaxpr, linearize_jaxpr, to_front};
use crate::process::at;
use crate::stage::stage_sync;
use crate::trace::LinTrace;
use gradlens_ir::rows::{Operand, Tangent};
use gradlens_ir::{Array, Bind, ClosedJaxpr, Outs, Params, Prim, Result, ShapedArray, Value, ops};
use std::rc::Rc;

/// The branch that an index or predicate selects, clamped into range.
pub fn chosen(index: &Array, branches: usize) -> Result<usize> {
    Ok(index.to_i64s()?[0].clamp(0, branches as i64 - 1) as usize)
}

/// Runs the selected branch.
pub fn eval(cx: &Cx, branches: &[ClosedJaxpr], args: &[Array]) -> Result<Vec<Array>> {
    cx.run(&branches[chosen(&args[0], branches.len())?], &args[1..])
}

/// Which results have a tangent in any branch.
fn joint(
    cx: &Cx,
    branches: &[ClosedJaxpr],
    nz: &[bool],
    of: impl Fn(&Cx, &ClosedJaxpr, &[bool], &[bool]) -> Result<Vec<bool>>,
) -> Result<Vec<bool>> {
    let n = branches[0].jaxpr.outs.len();
    let mut joint = vec![false; n];
    for b in branches {
        for (j, nz) in joint.iter_mut().zip(of(cx, b, nz, &vec![false; n])?) {
            *j |= nz;
        }
    }
    Ok(joint)
}

/// The forward-mode version of every branch.
pub fn jvp(cx: &Cx, branches: &[ClosedJaxpr], primals: &[Value], tangents: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let n = branches[0].jaxpr.outs.len();
    let nz = nonzeros(&tangents[1..]);
    let nonzero_outs = joint(cx, branches, &nz, |cx, b, nz, inst| Ok(jvp_jaxpr(cx, b, nz, inst)?.1))?;
    let branches = branches.iter().map(|b| Ok(jvp_jaxpr(cx, b, &nz, &nonzero_outs)?.0)).collect::<Result<Vec<_>>>()?;
    let args = [primals, &compact(&tangents[1..])].concat();
    let mut outs = cx.bind(Prim::Cond, Params::Cond { branches }, &args)?;
    let out_tangents: Vec<Value> = outs.drain(n..).collect();
    Ok((outs, spread(&nonzero_outs, out_tangents)))
}

/// Known branches return every branch's residuals, in slots shared by aval; a branch fills the others' slots with zeros.
pub fn linearize(
    cx: &Cx,
    t: &Rc<LinTrace>,
    branches: &[ClosedJaxpr],
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    let n = branches[0].jaxpr.outs.len();
    let nz = nonzeros(&tangents[1..]);
    let nonzero_outs =
        joint(cx, branches, &nz, |cx, b, nz, inst| Ok(linearize_jaxpr(cx, b, nz, inst)?.nonzero_outs.clone()))?;
    let lins = branches.iter().map(|b| linearize_jaxpr(cx, b, &nz, &nonzero_outs)).collect::<Result<Vec<_>>>()?;
    // Slots: for each aval as many as the branch that needs most of them.
    let mut slots: Vec<ShapedArray> = vec![];
    let mut places: Vec<Vec<usize>> = vec![];
    for lin in &lins {
        let mut taken = vec![false; slots.len()];
        let mut mine = vec![];
        for aval in lin.tangent.in_avals().into_iter().take(lin.residuals.len()) {
            let free = slots.iter().zip(&taken).position(|(s, used)| *s == aval && !used);
            let place = free.unwrap_or_else(|| {
                slots.push(aval);
                taken.push(false);
                slots.len() - 1
            });
            taken[place] = true;
            mine.push(place);
        }
        places.push(mine);
    }
    let in_avals = branches[0].in_avals();
    let mut primal_branches = vec![];
    let mut tangent_branches = vec![];
    for (lin, mine) in lins.iter().zip(&places) {
        let staged = stage_sync(cx, &in_avals, |args| {
            let outs = eval_jaxpr(cx, &lin.primal, args)?;
            let residuals = lin.residual_values(args, &outs, n);
            let mut results = outs[..n].to_vec();
            for (i, slot) in slots.iter().enumerate() {
                results.push(match mine.iter().position(|p| *p == i) {
                    Some(r) => residuals[r].clone(),
                    None => ops::zeros(cx, slot)?,
                });
            }
            Ok(results)
        })?;
        primal_branches.push(staged.closed);
        let mut avals = slots.clone();
        avals.extend(lin.tangent.in_avals().into_iter().skip(mine.len()));
        let staged = stage_sync(cx, &avals, |args| {
            let mut ins: Vec<Value> = mine.iter().map(|p| args[*p].clone()).collect();
            ins.extend_from_slice(&args[slots.len()..]);
            eval_jaxpr(cx, &lin.tangent, &ins)
        })?;
        tangent_branches.push(staged.closed);
    }
    let mut outs = at(cx, &t.parent, Prim::Cond, Params::Cond { branches: primal_branches }, primals)?;
    let mut args = vec![primals[0].clone()];
    args.extend(outs.drain(n..));
    if nonzero_outs.iter().all(|nz| !nz) {
        return Ok((outs, vec![None; n]));
    }
    args.extend(compact(&tangents[1..]));
    let out_tangents = t.tangents.emit(cx, Prim::Cond, Params::Cond { branches: tangent_branches }, &args)?;
    Ok((outs, spread(&nonzero_outs, out_tangents)))
}

/// Every branch transposed; the index is known.
pub fn transpose(cx: &Cx, branches: &[ClosedJaxpr], cts: &[Tangent], operands: &[Operand]) -> Result<Vec<Tangent>> {
    let linear: Vec<bool> = operands[1..].iter().map(|o| matches!(o, Operand::Linear(_))).collect();
    let branches =
        branches.iter().map(|b| transpose_jaxpr(cx, b, &linear, &nonzeros(cts))).collect::<Result<Vec<_>>>()?;
    let mut args = super::jit::known(operands);
    args.extend(compact(cts));
    let outs = cx.bind(Prim::Cond, Params::Cond { branches }, &args)?;
    let mut result = vec![None];
    result.extend(spread(&linear, outs));
    Ok(result)
}

/// With one index for all: the batched branches. With an index each: every branch runs, and the index selects (what a branch not
/// taken would do to derivatives is kept out by `stop_gradient`).
pub fn batch(cx: &Cx, axis: &Axis, branches: &[ClosedJaxpr], xs: &[Batched]) -> Result<Vec<Batched>> {
    if xs[0].1.is_some() {
        return batch_by_select(cx, axis, branches, xs);
    }
    let dims: Vec<Option<usize>> = xs[1..].iter().map(|x| x.1).collect();
    let mut marked = vec![false; branches[0].jaxpr.outs.len()];
    for b in branches {
        let (_, out_dims) = batch_jaxpr(cx, b, axis, &dims, &OutDims::Natural)?;
        marked.iter_mut().zip(out_dims).for_each(|(m, d)| *m |= d.is_some());
    }
    let batched = branches
        .iter()
        .map(|b| Ok(batch_jaxpr(cx, b, axis, &dims, &OutDims::Front(marked.clone()))?.0))
        .collect::<Result<Vec<_>>>()?;
    let args: Vec<Value> = xs.iter().map(|x| x.0.clone()).collect();
    let outs = cx.bind(Prim::Cond, Params::Cond { branches: batched }, &args)?;
    Ok(outs.into_iter().zip(marked).map(|(o, m)| (o, m.then_some(0))).collect())
}

fn batch_by_select(cx: &Cx, axis: &Axis, branches: &[ClosedJaxpr], xs: &[Batched]) -> Result<Vec<Batched>> {
    let index = ops::move_axis(cx, &xs[0].0, xs[0].1.unwrap_or(0), 0)?;
    let args: Vec<Value> = xs[1..].iter().map(|(v, d)| to_front(cx, v, *d, axis.size)).collect::<Result<_>>()?;
    let dims = vec![Some(0); args.len()];
    let marked = vec![true; branches[0].jaxpr.outs.len()];
    let mut results: Vec<Vec<Value>> = vec![];
    for (i, b) in branches.iter().enumerate() {
        let pred = if index.dtype() == gradlens_ir::DType::Bool {
            if i == 0 { ops::not(cx, &index)? } else { index.clone() }
        } else {
            ops::eq(cx, &index, &ops::scalar_like(&index, i as f64))?
        };
        let guarded = args
            .iter()
            .map(|x| {
                if !x.dtype().is_inexact() {
                    return Ok(x.clone());
                }
                let stopped = ops::stop_gradient(cx, x)?;
                ops::select_n(cx, &spread_over(cx, &pred, x)?, &[stopped, x.clone()])
            })
            .collect::<Result<Vec<_>>>()?;
        let (batched, _) = batch_jaxpr(cx, b, axis, &dims, &OutDims::Front(marked.clone()))?;
        results.push(eval_jaxpr(cx, &batched, &guarded)?);
    }
    (0..marked.len())
        .map(|k| {
            let cases: Vec<Value> = results.iter().map(|r| r[k].clone()).collect();
            let which = spread_over(cx, &index, &cases[0])?;
            Ok((ops::select_n(cx, &which, &cases)?, Some(0)))
        })
        .collect()
}

/// A batch of scalars broadcast over the trailing axes of `like`.
pub fn spread_over(cx: &Cx, x: &Value, like: &Value) -> Result<Value> {
    ops::broadcast_in_dim(cx, x, like.shape(), &(0..x.ndim()).collect::<Vec<_>>())
}
