//! `remat2` (`jax.checkpoint`): the backward pass computes the function again instead of keeping its residuals.

use super::{Batched, compact, nonzeros, spread};
use crate::backward::transpose_jaxpr;
use crate::cx::Cx;
use crate::interp::{Axis, OutDims, batch_jaxpr, eval_jaxpr, jvp_jaxpr};
use crate::trace::LinTrace;
use gradlens_ir::rows::{Operand, Tangent};
use gradlens_ir::{Bind, ClosedJaxpr, Error, Outs, Params, Prim, Result, Value};
use std::rc::Rc;

fn with_jaxpr(params: &Params, jaxpr: ClosedJaxpr, is_differentiated: bool) -> Params {
    match params {
        Params::Remat { prevent_cse, differentiated, policy, .. } => Params::Remat {
            jaxpr,
            prevent_cse: *prevent_cse,
            differentiated: *differentiated || is_differentiated,
            policy: policy.clone(),
        },
        other => other.clone(),
    }
}

fn jaxpr_of(params: &Params) -> Result<&ClosedJaxpr> {
    match params {
        Params::Remat { jaxpr, .. } => Ok(jaxpr),
        _ => Err(Error::internal("remat without its parameters")),
    }
}

/// The checkpointed forward-mode version.
pub fn jvp(cx: &Cx, params: &Params, primals: &[Value], tangents: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let jaxpr = jaxpr_of(params)?;
    let n = jaxpr.jaxpr.outs.len();
    let (jvp, nonzero_outs) = jvp_jaxpr(cx, jaxpr, &nonzeros(tangents), &vec![false; n])?;
    let args = [primals, &compact(tangents)].concat();
    let mut outs = cx.bind(Prim::Remat, with_jaxpr(params, jvp, false), &args)?;
    let out_tangents: Vec<Value> = outs.drain(n..).collect();
    Ok((outs, spread(&nonzero_outs, out_tangents)))
}

/// Evaluates the primal below and stages the whole forward-mode version, which starts from the arguments.
pub fn linearize(
    cx: &Cx,
    t: &Rc<LinTrace>,
    params: &Params,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    let jaxpr = jaxpr_of(params)?;
    let n = jaxpr.jaxpr.outs.len();
    let (jvp, nonzero_outs) = jvp_jaxpr(cx, jaxpr, &nonzeros(tangents), &vec![false; n])?;
    let mut only_tangents = (*jvp.jaxpr).clone();
    only_tangents.outs.drain(..n);
    let only_tangents = ClosedJaxpr { jaxpr: Rc::new(only_tangents), consts: jvp.consts.clone() };
    let outs = cx.within(&t.parent, || eval_jaxpr(cx, jaxpr, primals))?;
    let args = [primals, &compact(tangents)].concat();
    let out_tangents = t.tangents.emit(cx, Prim::Remat, with_jaxpr(params, only_tangents, true), &args)?;
    Ok((outs.into(), spread(&nonzero_outs, out_tangents)))
}

/// The checkpointed transposed Jaxpr; its known part is computed again inside.
pub fn transpose(cx: &Cx, params: &Params, cts: &[Tangent], operands: &[Operand]) -> Result<Vec<Tangent>> {
    let linear: Vec<bool> = operands.iter().map(|o| matches!(o, Operand::Linear(_))).collect();
    let transposed = transpose_jaxpr(cx, jaxpr_of(params)?, &linear, &nonzeros(cts))?;
    let mut args = super::jit::known(operands);
    args.extend(compact(cts));
    let outs = cx.bind(Prim::Remat, with_jaxpr(params, transposed, true), &args)?;
    Ok(spread(&linear, outs))
}

/// The checkpointed batched Jaxpr.
pub fn batch(cx: &Cx, axis: &Axis, params: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    let dims: Vec<Option<usize>> = xs.iter().map(|x| x.1).collect();
    let (batched, out_dims) = batch_jaxpr(cx, jaxpr_of(params)?, axis, &dims, &OutDims::Natural)?;
    let args: Vec<Value> = xs.iter().map(|x| x.0.clone()).collect();
    let outs = cx.bind(Prim::Remat, with_jaxpr(params, batched, false), &args)?;
    Ok(outs.into_iter().zip(out_dims).collect())
}
