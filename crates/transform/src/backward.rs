//! Transposition: a linear Jaxpr run backward, from the cotangents of its results to those of its linear arguments.

use crate::control;
use crate::cx::Cx;
use crate::interp::Env;
use crate::stage::{Staged, stage_sync_role};
use gradlens_ir::rows::{Operand, Tangent, Transpose};
use gradlens_ir::{Atom, Bind, ClosedJaxpr, Eqn, Error, Jaxpr, Params, Prim, Result, Role, Value, ops};
use std::future::Future;
use std::task::{Context, Poll, Waker};

/// Whether a `custom_vjp` rule of the host may be called now (an eager pullback), or must be staged.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Call it on the cotangents at hand.
    Eager,
    /// Use its staged Jaxpr.
    Staged,
}

/// Polls a future that never waits.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = Box::pin(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(v) => v,
        Poll::Pending => unreachable!("library code never waits"),
    }
}

/// The cotangents of the arguments of `jaxpr`: `args` says which are linear. What does not depend on linear arguments is computed forward first.
pub async fn backward_pass(
    cx: &Cx,
    jaxpr: &Jaxpr,
    consts: &[Value],
    args: &[Operand],
    cts: &[Tangent],
    mode: Mode,
) -> Result<Vec<Tangent>> {
    let mut linear = vec![false; jaxpr.avals.len()];
    let mut env = Env(vec![None; jaxpr.avals.len()]);
    for (v, c) in jaxpr.constvars.iter().zip(consts) {
        env.0[v.0 as usize] = Some(c.clone());
    }
    for (v, a) in jaxpr.invars.iter().zip(args) {
        match a {
            Operand::Known(x) => env.0[v.0 as usize] = Some(x.clone()),
            Operand::Linear(_) => linear[v.0 as usize] = true,
        }
    }
    let is_linear = |linear: &[bool], a: &Atom| matches!(a, Atom::Var(v) if linear[v.0 as usize]);
    let needed = needed_for(jaxpr, &linear);
    let mut tape: Vec<&Eqn> = vec![];
    for (eqn, needed) in jaxpr.eqns.iter().zip(needed) {
        if eqn.ins.iter().any(|a| is_linear(&linear, a)) {
            eqn.outs.iter().for_each(|v| linear[v.0 as usize] = true);
            tape.push(eqn);
        } else if needed {
            let _span = cx.enter_span(eqn.span);
            let ins = eqn.ins.iter().map(|a| env.read(a)).collect::<Result<Vec<_>>>()?;
            let outs = cx.bind(eqn.prim, eqn.params.clone(), &ins)?;
            for (v, o) in eqn.outs.iter().zip(outs) {
                env.0[v.0 as usize] = Some(o);
            }
        }
    }
    let mut ct_env: Vec<Tangent> = vec![None; jaxpr.avals.len()];
    for (a, ct) in jaxpr.outs.iter().zip(cts) {
        if is_linear(&linear, a) {
            accumulate(cx, &mut ct_env, a, ct.clone())?;
        }
    }
    for eqn in tape.into_iter().rev() {
        let out_cts: Vec<Tangent> = eqn.outs.iter().map(|v| ct_env[v.0 as usize].take()).collect();
        if out_cts.iter().all(Option::is_none) {
            continue;
        }
        let _span = cx.enter_span(eqn.span);
        let operands = eqn
            .ins
            .iter()
            .map(|a| {
                if is_linear(&linear, a) {
                    Ok(Operand::Linear(jaxpr.atom_aval(a).clone()))
                } else {
                    env.read(a).map(Operand::Known)
                }
            })
            .collect::<Result<Vec<_>>>()?;
        let in_cts = if eqn.prim == Prim::CustomLin && mode == Mode::Eager {
            control::custom::pull_back_eagerly(cx, &eqn.params, &out_cts, &operands).await?
        } else {
            cx.retrying_if(mode == Mode::Eager, || transpose_rule(cx, eqn.prim, &eqn.params, &out_cts, &operands))
                .await?
        };
        for (a, ct) in eqn.ins.iter().zip(in_cts) {
            if ct.is_some() && is_linear(&linear, a) {
                accumulate(cx, &mut ct_env, a, ct)?;
            }
        }
    }
    Ok(jaxpr.invars.iter().map(|v| ct_env[v.0 as usize].take()).collect())
}

/// Which forward equations a linear equation or result needs, so that no dead residual is computed again.
fn needed_for(jaxpr: &Jaxpr, linear_args: &[bool]) -> Vec<bool> {
    let mut linear = linear_args.to_vec();
    let is_linear: Vec<bool> = jaxpr
        .eqns
        .iter()
        .map(|e| {
            let l = e.ins.iter().any(|a| matches!(a, Atom::Var(v) if linear[v.0 as usize]));
            if l {
                e.outs.iter().for_each(|v| linear[v.0 as usize] = true);
            }
            l
        })
        .collect();
    let mut wanted = vec![false; jaxpr.avals.len()];
    let mut needed = vec![false; jaxpr.eqns.len()];
    for (i, e) in jaxpr.eqns.iter().enumerate().rev() {
        needed[i] = is_linear[i] || e.outs.iter().any(|v| wanted[v.0 as usize]);
        if needed[i] {
            for a in &e.ins {
                if let Atom::Var(v) = a {
                    wanted[v.0 as usize] = true;
                }
            }
        }
    }
    needed
}

fn accumulate(cx: &Cx, env: &mut [Tangent], a: &Atom, ct: Tangent) -> Result<()> {
    let (Atom::Var(v), Some(ct)) = (a, ct) else { return Ok(()) };
    let slot = &mut env[v.0 as usize];
    *slot = Some(match slot.take() {
        None => ct,
        Some(old) => ops::add_any(cx, &old, &ct)?,
    });
    Ok(())
}

/// Transposes one application by its row, in the current trace.
pub fn transpose_rule(
    cx: &Cx,
    prim: Prim,
    params: &Params,
    cts: &[Tangent],
    operands: &[Operand],
) -> Result<Vec<Tangent>> {
    match &prim.row().transpose {
        Transpose::Rule(rule) => rule(cx, params, cts, operands),
        Transpose::Structural => control::transpose(cx, prim, params, cts, operands),
        Transpose::Nonlinear => Err(Error::not_implemented(format!(
            "Transpose rule (for reverse-mode differentiation) for '{}' not implemented",
            prim.name()
        ))),
    }
}

/// `backward_pass` in the current trace for rules, which never wait.
pub fn backward_pass_sync(cx: &Cx, closed: &ClosedJaxpr, args: &[Operand], cts: &[Tangent]) -> Result<Vec<Tangent>> {
    let consts: Vec<Value> = closed.consts.iter().cloned().map(Value::Array).collect();
    ready(backward_pass(cx, &closed.jaxpr, &consts, args, cts, Mode::Staged))
}

/// The transposed Jaxpr: arguments are the known operands, then the nonzero cotangents of the results (marked in `nonzero_cts`); results the cotangents of
/// the linear operands, all made explicit.
pub fn transpose_jaxpr(cx: &Cx, closed: &ClosedJaxpr, linear: &[bool], nonzero_cts: &[bool]) -> Result<ClosedJaxpr> {
    let in_avals = closed.in_avals();
    let mut avals: Vec<_> = in_avals.iter().zip(linear).filter(|(_, l)| !**l).map(|(a, _)| a.clone()).collect();
    let known = avals.len();
    avals.extend(closed.out_avals().into_iter().zip(nonzero_cts).filter(|(_, nz)| **nz).map(|(a, _)| a));
    let staged: Staged = stage_sync_role(cx, &avals, Role::Cotangent, |args| {
        let (mut knowns, mut ct_values) = (args[..known].iter(), args[known..].iter());
        let operands: Vec<Operand> = in_avals
            .iter()
            .zip(linear)
            .map(|(a, l)| {
                if *l {
                    Operand::Linear(a.clone())
                } else {
                    Operand::Known(knowns.next().expect("one per known").clone())
                }
            })
            .collect();
        let cts: Vec<Tangent> =
            nonzero_cts.iter().map(|nz| nz.then(|| ct_values.next().expect("one per nonzero").clone())).collect();
        let result = backward_pass_sync(cx, closed, &operands, &cts)?;
        result
            .iter()
            .zip(&in_avals)
            .zip(linear)
            .filter(|(_, l)| **l)
            .map(|((ct, aval), _)| crate::process::instantiate(cx, aval, ct))
            .collect()
    })?;
    Ok(staged.closed)
}

/// Polls host code that a synchronous call needs at once; if it has to wait, the whole call is asked for again once it is done.
pub fn ready_or_suspend<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let mut future = Box::pin(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(v) => v,
        Poll::Pending => Err(Error::not_implemented(
            "a callback that runs Python inside staged code is not supported; call it outside jit, scan and cond",
        )),
    }
}
