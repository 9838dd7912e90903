//! `jit`: a Jaxpr called as one unit; every rule transforms the Jaxpr and calls the result.

use super::{Batched, compact, nonzeros, spread};
use crate::backward::transpose_jaxpr;
use crate::cx::Cx;
use crate::interp::{Axis, OutDims, batch_jaxpr, jvp_jaxpr, linearize_jaxpr};
use crate::process::at;
use crate::trace::LinTrace;
use gradlens_ir::rows::{Operand, Tangent};
use gradlens_ir::{Bind, ClosedJaxpr, Outs, Params, Prim, Result, Value};
use std::rc::Rc;

fn params(name: &Rc<str>, jaxpr: ClosedJaxpr) -> Params {
    Params::Jit { name: name.clone(), jaxpr }
}

/// Calls the Jaxpr's forward-mode version.
pub fn jvp(
    cx: &Cx,
    name: &Rc<str>,
    jaxpr: &ClosedJaxpr,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    let n = jaxpr.jaxpr.outs.len();
    let (jvp, nonzero_outs) = jvp_jaxpr(cx, jaxpr, &nonzeros(tangents), &vec![false; n])?;
    let args = [primals, &compact(tangents)].concat();
    let mut outs = cx.bind(Prim::Jit, params(name, jvp), &args)?;
    let out_tangents: Vec<Value> = outs.drain(n..).collect();
    Ok((outs, spread(&nonzero_outs, out_tangents)))
}

/// Calls the known part below and stages a call of the linear part.
pub fn linearize(
    cx: &Cx,
    t: &Rc<LinTrace>,
    name: &Rc<str>,
    jaxpr: &ClosedJaxpr,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    let n = jaxpr.jaxpr.outs.len();
    let lin = linearize_jaxpr(cx, jaxpr, &nonzeros(tangents), &vec![false; n])?;
    let mut outs = at(cx, &t.parent, Prim::Jit, params(name, lin.primal.clone()), primals)?;
    let mut args = lin.residual_values(primals, &outs, n);
    outs.truncate(n);
    if lin.nonzero_outs.iter().all(|nz| !nz) {
        return Ok((outs, vec![None; n]));
    }
    args.extend(compact(tangents));
    let out_tangents = t.tangents.emit(cx, Prim::Jit, params(name, lin.tangent.clone()), &args)?;
    Ok((outs, spread(&lin.nonzero_outs, out_tangents)))
}

/// Calls the transposed Jaxpr.
pub fn transpose(
    cx: &Cx,
    name: &Rc<str>,
    jaxpr: &ClosedJaxpr,
    cts: &[Tangent],
    operands: &[Operand],
) -> Result<Vec<Tangent>> {
    let linear: Vec<bool> = operands.iter().map(|o| matches!(o, Operand::Linear(_))).collect();
    let transposed = transpose_jaxpr(cx, jaxpr, &linear, &nonzeros(cts))?;
    let mut args = known(operands);
    args.extend(compact(cts));
    let outs = cx.bind(Prim::Jit, params(name, transposed), &args)?;
    Ok(spread(&linear, outs))
}

/// The known operands, in order.
pub fn known(operands: &[Operand]) -> Vec<Value> {
    operands
        .iter()
        .filter_map(|o| match o {
            Operand::Known(v) => Some(v.clone()),
            Operand::Linear(_) => None,
        })
        .collect()
}

/// Calls the batched Jaxpr.
pub fn batch(cx: &Cx, axis: &Axis, name: &Rc<str>, jaxpr: &ClosedJaxpr, xs: &[Batched]) -> Result<Vec<Batched>> {
    let dims: Vec<Option<usize>> = xs.iter().map(|x| x.1).collect();
    let (batched, out_dims) = batch_jaxpr(cx, jaxpr, axis, &dims, &OutDims::Natural)?;
    let args: Vec<Value> = xs.iter().map(|x| x.0.clone()).collect();
    let outs = cx.bind(Prim::Jit, params(name, batched), &args)?;
    Ok(outs.into_iter().zip(out_dims).collect())
}
