//! Rules of primitives that hold Jaxprs or user code, a file each with all their rules side by side.

pub mod collective;
pub mod cond;
pub mod custom;
pub mod jit;
pub mod remat;
pub mod scan;
pub mod while_loop;

use crate::cx::Cx;
use crate::interp::Axis;
use crate::trace::{BatchTrace, LinTrace};
use gradlens_ir::rows::{Operand, Tangent};
use gradlens_ir::{Array, Error, Outs, Params, Prim, Result, ShapedArray, Value};
use std::rc::Rc;

/// A batched value and its axis.
pub type Batched = (Value, Option<usize>);

fn no_rule(what: &str, prim: Prim) -> Error {
    Error::not_implemented(format!("{what} rule for '{}' not implemented", prim.name()))
}

/// Result avals.
pub fn typing(prim: Prim, params: &Params, avals: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    Ok(match params {
        Params::Jit { jaxpr, .. } | Params::Remat { jaxpr, .. } => jaxpr.out_avals(),
        Params::CustomJvpCall { call_jaxpr, .. } | Params::CustomVjpCall { call_jaxpr, .. } => call_jaxpr.out_avals(),
        Params::Cond { branches } => {
            branches.first().ok_or_else(|| Error::internal("cond without branches"))?.out_avals()
        }
        Params::While { body_jaxpr, .. } => body_jaxpr.out_avals(),
        Params::Scan { jaxpr, length, num_carry, .. } => scan::out_avals(jaxpr, *length, *num_carry),
        Params::CustomLin { out_avals, .. } | Params::Callback { out_avals, .. } => out_avals.clone(),
        Params::Collective { .. } => collective::typing(prim, avals)?,
        _ => return Err(no_rule("Shape", prim)),
    })
}

/// Eager evaluation of control primitives; `None`: the executor runs it like any other.
pub fn eval(cx: &Cx, prim: Prim, params: &Params, args: &[Array]) -> Result<Option<Vec<Array>>> {
    if matches!(prim, Prim::Cond | Prim::While | Prim::Scan) {
        let avals: Vec<&ShapedArray> = args.iter().map(|a| a.aval()).collect();
        let outs = typing(prim, params, &avals)?;
        if let Some(outs) = cx.executor().eqn(prim, params, args, &outs)? {
            return Ok(Some(outs));
        }
    }
    Ok(Some(match params {
        Params::Jit { jaxpr, .. } | Params::Remat { jaxpr, .. } => cx.run(jaxpr, args)?,
        Params::CustomJvpCall { call_jaxpr, .. } | Params::CustomVjpCall { call_jaxpr, .. } => {
            cx.run(call_jaxpr, args)?
        }
        Params::Cond { branches } => cond::eval(cx, branches, args)?,
        Params::While { cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts } => {
            while_loop::eval(cx, cond_jaxpr, *cond_nconsts, body_jaxpr, *body_nconsts, args)?
        }
        Params::Scan { .. } => scan::eval(cx, params, args)?,
        Params::CustomLin { .. } => return Err(custom::forward_mode_refused()),
        Params::Collective { axis_name } => return Err(collective::unbound(prim, axis_name)),
        Params::Callback { callback, .. } => {
            let values = args.iter().cloned().map(Value::Array).collect();
            let outs = crate::backward::ready_or_suspend(callback.0.call(values))?;
            crate::interp::arrays(&outs)?
        }
        _ => return Ok(None),
    }))
}

/// Forward mode, in the current trace.
pub fn jvp(
    cx: &Cx,
    prim: Prim,
    params: &Params,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    match params {
        Params::Jit { name, jaxpr } => jit::jvp(cx, name, jaxpr, primals, tangents),
        Params::Remat { .. } => remat::jvp(cx, params, primals, tangents),
        Params::Cond { branches } => cond::jvp(cx, branches, primals, tangents),
        Params::While { .. } => while_loop::jvp(cx, params, primals, tangents),
        Params::Scan { .. } => scan::jvp(cx, params, primals, tangents),
        Params::CustomJvpCall { rule, .. } => custom::jvp(cx, rule, primals, tangents),
        Params::CustomVjpCall { .. } => Err(custom::forward_mode_refused()),
        Params::CustomLin { .. } => Err(custom::forward_mode_refused()),
        Params::Callback { out_avals, .. } => {
            if prim == Prim::PureCallback {
                return Err(Error::value_error(
                    "Pure callbacks do not support JVP. Please use `jax.custom_jvp` to use callbacks while taking gradients.",
                ));
            }
            use gradlens_ir::Bind;
            let outs = cx.bind(prim, params.clone(), primals)?;
            Ok((outs, vec![None; out_avals.len()]))
        }
        Params::Collective { .. } => collective::jvp(cx, prim, params, primals, tangents),
        _ => Err(no_rule("Differentiation", prim)),
    }
}

/// Linearization of control primitives at a level; `None`: by the forward-mode rule, as everything else.
pub fn linearize(
    cx: &Cx,
    t: &Rc<LinTrace>,
    prim: Prim,
    params: &Params,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<Option<(Outs, Vec<Tangent>)>> {
    let _ = prim;
    Ok(Some(match params {
        Params::Jit { name, jaxpr } => jit::linearize(cx, t, name, jaxpr, primals, tangents)?,
        Params::Remat { .. } => remat::linearize(cx, t, params, primals, tangents)?,
        Params::Cond { branches } => cond::linearize(cx, t, branches, primals, tangents)?,
        Params::While { .. } => while_loop::linearize(cx, t, params, primals, tangents)?,
        Params::Scan { .. } => scan::linearize(cx, t, params, primals, tangents)?,
        Params::CustomVjpCall { rules, .. } => custom::linearize_vjp(cx, t, rules, primals, tangents)?,
        _ => return Ok(None),
    }))
}

/// Transposition, in the current trace.
pub fn transpose(cx: &Cx, prim: Prim, params: &Params, cts: &[Tangent], operands: &[Operand]) -> Result<Vec<Tangent>> {
    match params {
        Params::Jit { name, jaxpr } => jit::transpose(cx, name, jaxpr, cts, operands),
        Params::Remat { .. } => remat::transpose(cx, params, cts, operands),
        Params::Cond { branches } => cond::transpose(cx, branches, cts, operands),
        Params::Scan { .. } => scan::transpose(cx, params, cts, operands),
        Params::While { .. } => Err(Error::value_error(
            "Reverse-mode differentiation does not work for lax.while_loop or lax.fori_loop with dynamic start/stop values. \
             Try using lax.scan, or using fori_loop with static start/stop.",
        )
        .with_help("use lax.scan or a fori_loop with Python int bounds, forward mode (jax.jvp, jax.jacfwd), or implicit differentiation by custom_vjp")),
        Params::CustomLin { .. } => custom::transpose_staged(cx, params, cts, operands),
        Params::Collective { .. } => collective::transpose(cx, prim, params, cts, operands),
        _ => Err(no_rule("Transpose", prim)),
    }
}

/// Batching, in the current trace.
pub fn batch(cx: &Cx, axis: &Axis, prim: Prim, params: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    match params {
        Params::Jit { name, jaxpr } => jit::batch(cx, axis, name, jaxpr, xs),
        Params::Remat { .. } => remat::batch(cx, axis, params, xs),
        Params::Cond { branches } => cond::batch(cx, axis, branches, xs),
        Params::While { .. } => while_loop::batch(cx, axis, params, xs),
        Params::Scan { .. } => scan::batch(cx, axis, params, xs),
        Params::CustomJvpCall { .. } | Params::CustomVjpCall { .. } | Params::CustomLin { .. } => {
            custom::batch(cx, axis, prim, params, xs)
        }
        Params::Collective { .. } => collective::pass_through(cx, prim, params, xs),
        Params::Callback { .. } => collective::batched_callback(cx, axis, prim, params, xs),
        _ => Err(no_rule("Batching", prim)),
    }
}

/// Collectives over the axis of this very `vmap`.
pub fn collective(
    cx: &Cx,
    t: &Rc<BatchTrace>,
    prim: Prim,
    params: &Params,
    xs: &[Batched],
) -> Result<Option<Vec<Batched>>> {
    match params {
        Params::Collective { axis_name } if t.axis_name.as_ref() == Some(axis_name) => {
            cx.within(&t.parent, || collective::over_batch(cx, t.size, prim, xs)).map(Some)
        }
        _ => Ok(None),
    }
}

/// The nonzero tangents, in order.
pub fn compact(tangents: &[Tangent]) -> Vec<Value> {
    tangents.iter().flatten().cloned().collect()
}

/// Which tangents are not symbolically zero.
pub fn nonzeros(tangents: &[Tangent]) -> Vec<bool> {
    tangents.iter().map(Option::is_some).collect()
}

/// Spreads values over the marked places.
pub fn spread(marked: &[bool], values: impl IntoIterator<Item = Value>) -> Vec<Tangent> {
    let mut it = values.into_iter();
    marked.iter().map(|m| if *m { it.next() } else { None }).collect()
}
