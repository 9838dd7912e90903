//! `while`: operands are the predicate's constants, the body's constants, the carry. The predicate may be batched: then each element
//! of the batch goes on until its own predicate fails.

use super::{Batched, compact, nonzeros, spread};
use crate::cx::Cx;
use crate::interp::{Axis, OutDims, batch_jaxpr, eval_jaxpr, jvp_jaxpr, to_front};
use crate::process::{at, instantiate};
use crate::stage::stage_sync;
use crate::trace::LinTrace;
use gradlens_ir::rows::Tangent;
use gradlens_ir::{Array, Bind, ClosedJaxpr, Error, Outs, Params, Prim, Result, Value, ops};
use std::rc::Rc;

struct While<'a> {
    cond: &'a ClosedJaxpr,
    cond_nconsts: usize,
    body: &'a ClosedJaxpr,
    body_nconsts: usize,
}

fn parts(params: &Params) -> Result<While<'_>> {
    match params {
        Params::While { cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts } => {
            Ok(While { cond: cond_jaxpr, cond_nconsts: *cond_nconsts, body: body_jaxpr, body_nconsts: *body_nconsts })
        }
        _ => Err(Error::internal("while without its parameters")),
    }
}

/// Runs the loop now.
pub fn eval(
    cx: &Cx,
    cond: &ClosedJaxpr,
    cond_nconsts: usize,
    body: &ClosedJaxpr,
    body_nconsts: usize,
    args: &[Array],
) -> Result<Vec<Array>> {
    let (cond_consts, rest) = args.split_at(cond_nconsts);
    let (body_consts, init) = rest.split_at(body_nconsts);
    let mut carry = init.to_vec();
    loop {
        let pred = cx.run(cond, &[cond_consts, &carry].concat())?.remove(0);
        let flags = pred.to_i64s()?;
        if flags.iter().all(|f| *f == 0) {
            return Ok(carry);
        }
        let next = cx.run(body, &[body_consts, &carry].concat())?;
        carry = if flags.iter().all(|f| *f != 0) {
            next
        } else {
            // Some elements of the batch are finished: they keep their carry.
            let pred = Value::Array(pred);
            let mut kept = vec![];
            for (old, new) in carry.into_iter().zip(next) {
                let (old, new) = (Value::Array(old), Value::Array(new));
                let which = super::cond::spread_over(cx, &pred, &new)?;
                kept.push(ops::select_n(cx, &which, &[old, new])?);
            }
            crate::interp::arrays(&kept)?
        };
    }
}

/// The smallest set of carries with tangents that the body maps into itself.
pub fn carry_fixpoint(mut carry: Vec<bool>, mut step: impl FnMut(&[bool]) -> Result<Vec<bool>>) -> Result<Vec<bool>> {
    loop {
        let next = step(&carry)?;
        let joined: Vec<bool> = carry.iter().zip(&next).map(|(a, b)| *a || *b).collect();
        if joined == carry {
            return Ok(carry);
        }
        carry = joined;
    }
}

/// Loop over (carry, carry tangents): the constants' tangents become constants of the body.
pub fn jvp(cx: &Cx, params: &Params, primals: &[Value], tangents: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let w = parts(params)?;
    let (cc, rest) = primals.split_at(w.cond_nconsts);
    let (bc, init) = rest.split_at(w.body_nconsts);
    let (_, t_rest) = tangents.split_at(w.cond_nconsts);
    let (bc_dot, init_dot) = t_rest.split_at(w.body_nconsts);
    let bc_nz = nonzeros(bc_dot);
    let carry_nz = carry_fixpoint(nonzeros(init_dot), |carry| {
        let nz = [&bc_nz[..], carry].concat();
        Ok(jvp_jaxpr(cx, w.body, &nz, carry)?.1)
    })?;
    let (body_jvp, _) = jvp_jaxpr(cx, w.body, &[&bc_nz[..], &carry_nz].concat(), &carry_nz)?;
    let n = init.len();
    let dots: usize = carry_nz.iter().filter(|nz| **nz).count();
    let bc_dots = compact(bc_dot);
    // Arguments of the new body: constants, constants' tangents, carry, carry tangents.
    let body_avals = w.body.in_avals();
    let mut avals = body_avals[..w.body_nconsts].to_vec();
    avals.extend(bc_dots.iter().map(|t| t.aval().clone()));
    avals.extend_from_slice(&body_avals[w.body_nconsts..]);
    avals.extend(body_avals[w.body_nconsts..].iter().zip(&carry_nz).filter(|(_, nz)| **nz).map(|(a, _)| a.tangent()));
    let (nb, nbd) = (w.body_nconsts, bc_dots.len());
    let body = stage_sync(cx, &avals, |args| {
        let ordered = [&args[..nb], &args[nb + nbd..nb + nbd + n], &args[nb..nb + nbd], &args[nb + nbd + n..]].concat();
        eval_jaxpr(cx, &body_jvp, &ordered)
    })?;
    let mut cond_avals = w.cond.in_avals();
    cond_avals.extend_from_slice(&avals[nb + nbd + n..]);
    let cond = stage_sync(cx, &cond_avals, |args| eval_jaxpr(cx, w.cond, &args[..w.cond_nconsts + n]))?;
    let new_params = Params::While {
        cond_jaxpr: cond.closed,
        cond_nconsts: w.cond_nconsts,
        body_jaxpr: body.closed,
        body_nconsts: nb + nbd,
    };
    let mut args = [cc, bc, &bc_dots, init].concat();
    for ((p, t), nz) in init.iter().zip(init_dot).zip(&carry_nz) {
        if *nz {
            args.push(instantiate(cx, p.aval(), t)?);
        }
    }
    let mut outs = cx.bind(Prim::While, new_params, &args)?;
    let out_tangents: Vec<Value> = outs.drain(n..).collect();
    debug_assert_eq!(out_tangents.len(), dots);
    Ok((outs, spread(&carry_nz, out_tangents)))
}

/// The primal loop runs below; the whole forward-mode loop is staged (it can be run forward, and refuses to be transposed).
pub fn linearize(
    cx: &Cx,
    t: &Rc<LinTrace>,
    params: &Params,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    let outs = at(cx, &t.parent, Prim::While, params.clone(), primals)?;
    let stager = crate::trace::Trace::Stage(t.tangents.clone());
    let (_, out_tangents) = cx.within(&stager, || jvp(cx, params, primals, tangents))?;
    Ok((outs, out_tangents))
}

/// Batches what must be batched; a batched predicate freezes the elements that are done.
pub fn batch(cx: &Cx, axis: &Axis, params: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    let w = parts(params)?;
    let (cc, rest) = xs.split_at(w.cond_nconsts);
    let (bc, init) = rest.split_at(w.body_nconsts);
    let dims = |xs: &[bool]| xs.iter().map(|b| b.then_some(0)).collect::<Vec<_>>();
    let marks = |xs: &[Batched]| xs.iter().map(|x| x.1.is_some()).collect::<Vec<_>>();
    let (cc_b, bc_b) = (marks(cc), marks(bc));
    let pred_batched = |cx: &Cx, carry: &[bool]| -> Result<bool> {
        Ok(batch_jaxpr(cx, w.cond, axis, &dims(&[&cc_b[..], carry].concat()), &OutDims::Natural)?.1[0].is_some())
    };
    let carry_b = carry_fixpoint(marks(init), |carry| {
        let (_, out) = batch_jaxpr(cx, w.body, axis, &dims(&[&bc_b[..], carry].concat()), &OutDims::Natural)?;
        if pred_batched(cx, carry)? {
            return Ok(vec![true; carry.len()]);
        }
        Ok(out.iter().map(|d| d.is_some()).collect())
    })?;
    let front = OutDims::Front(carry_b.clone());
    let (body, _) = batch_jaxpr(cx, w.body, axis, &dims(&[&bc_b[..], &carry_b].concat()), &front)?;
    let cond_out = OutDims::Front(vec![pred_batched(cx, &carry_b)?]);
    let (cond, _) = batch_jaxpr(cx, w.cond, axis, &dims(&[&cc_b[..], &carry_b].concat()), &cond_out)?;
    let mut args = vec![];
    for ((v, d), b) in xs.iter().zip([&cc_b[..], &bc_b, &carry_b].concat()) {
        args.push(if b { to_front(cx, v, *d, axis.size)? } else { v.clone() });
    }
    let new_params = Params::While {
        cond_jaxpr: cond,
        cond_nconsts: w.cond_nconsts,
        body_jaxpr: body,
        body_nconsts: w.body_nconsts,
    };
    let outs = cx.bind(Prim::While, new_params, &args)?;
    Ok(outs.into_iter().zip(carry_b).map(|(o, b)| (o, b.then_some(0))).collect())
}
