//! The transformations over flat lists of values: what `jax.jvp`, `vjp`, `linearize`, `vmap` and `jit` are built on.

use crate::backward::{Mode, backward_pass};
use crate::cx::Cx;
use crate::interp::{eval_open_jaxpr, to_front};
use crate::process::{batch_parts, batch_wrap, jvp_wrap, lin_parts, lin_wrap};
use crate::stage::Stager;
use crate::trace::{BatchTrace, JvpTrace, Kind, LinTrace, Trace, kind};
use gradlens_ir::rows::{Operand, Tangent};
use gradlens_ir::rule_objects::FlatFn;
use gradlens_ir::{DType, Error, Jaxpr, Result, Role, ShapedArray, Value};
use std::cell::Cell;
use std::rc::Rc;

/// Forward mode: `f` at `primals` along `tangents` (`None`: symbolically zero). Results and their tangents.
pub async fn jvp(
    cx: &Cx,
    f: &dyn FlatFn,
    primals: Vec<Value>,
    tangents: Vec<Tangent>,
) -> Result<(Vec<Value>, Vec<Tangent>)> {
    let trace = Rc::new(JvpTrace { id: cx.fresh_id(), parent: cx.current(), live: Cell::new(true) });
    let args = primals
        .into_iter()
        .zip(tangents)
        .map(|(p, t)| jvp_wrap(&trace, p, t.filter(|t| t.dtype() != DType::Float0)))
        .collect();
    let outs = {
        let _guard = cx.enter(Trace::Jvp(trace.clone()));
        f.call(args).await
    };
    trace.live.set(false);
    Ok(outs?
        .into_iter()
        .map(|o| match kind(&o) {
            Kind::Jvp(t) if t.trace.id == trace.id => (t.primal.clone(), Some(t.tangent.clone())),
            _ => (o, None),
        })
        .unzip())
}

/// The linear part of a function at a point: a Jaxpr from tangents to tangents, with the values it needs.
pub struct Linearized {
    /// The linear program; one argument per primal that can have a tangent.
    pub jaxpr: Jaxpr,
    /// Values of its constants (at the level where it was linearized).
    pub consts: Vec<Value>,
    /// Avals of the primals.
    pub in_avals: Vec<ShapedArray>,
    /// Avals of the results.
    pub out_avals: Vec<ShapedArray>,
    /// Which primals have an argument.
    pub active_ins: Vec<bool>,
    /// Which results have a tangent.
    pub active_outs: Vec<bool>,
}

/// `f` at `primals`, and its linear part there. Primals that are integers or bools have no tangent; nor have those not marked in `wanted`.
pub async fn linearize(
    cx: &Cx,
    f: &dyn FlatFn,
    primals: Vec<Value>,
    wanted: &[bool],
) -> Result<(Vec<Value>, Linearized)> {
    let stager = Stager::new(cx, Role::Tangent);
    let trace =
        Rc::new(LinTrace { id: cx.fresh_id(), parent: cx.current(), tangents: stager.clone(), live: Cell::new(true) });
    let in_avals: Vec<ShapedArray> = primals.iter().map(|p| p.aval().clone()).collect();
    let active_ins: Vec<bool> = in_avals.iter().zip(wanted).map(|(a, w)| *w && a.dtype.is_inexact()).collect();
    let args: Vec<Value> = primals
        .into_iter()
        .zip(&active_ins)
        .map(|(p, active)| {
            let tangent = active.then(|| stager.argument(&p.aval().tangent()));
            lin_wrap(&trace, p, tangent)
        })
        .collect();
    let outs = {
        let _guard = cx.enter(Trace::Linearize(trace.clone()));
        f.call(args).await
    };
    trace.live.set(false);
    let outs = match outs {
        Ok(outs) => outs,
        Err(e) => {
            stager.live.set(false);
            return Err(e);
        }
    };
    let (primals_out, tangents): (Vec<Value>, Vec<Tangent>) = outs.iter().map(|o| lin_parts(&trace, o)).unzip();
    let active_outs: Vec<bool> = tangents.iter().map(Option::is_some).collect();
    let out_avals = primals_out.iter().map(|p| p.aval().clone()).collect();
    let (jaxpr, consts) = stager.finish(&tangents.into_iter().flatten().collect::<Vec<_>>());
    crate::check(&jaxpr);
    Ok((primals_out, Linearized { jaxpr, consts, in_avals, out_avals, active_ins, active_outs }))
}

impl Linearized {
    /// The linear map applied to tangents (one per primal; those of inactive primals are ignored).
    pub async fn apply(&self, cx: &Cx, tangents: &[Value]) -> Result<Vec<Tangent>> {
        let args: Vec<Value> =
            tangents.iter().zip(&self.active_ins).filter(|(_, a)| **a).map(|(t, _)| t.clone()).collect();
        let outs = cx.retrying(|| eval_open_jaxpr(cx, &self.jaxpr, &self.consts, &args)).await?;
        let mut outs = outs.into_iter();
        Ok(self.active_outs.iter().map(|a| if *a { outs.next() } else { None }).collect())
    }
    /// The transposed map applied to cotangents (one per result): one per primal, `None` where it is zero.
    pub async fn transpose(&self, cx: &Cx, cts: &[Tangent]) -> Result<Vec<Tangent>> {
        let operands: Vec<Operand> = self
            .in_avals
            .iter()
            .zip(&self.active_ins)
            .filter(|(_, a)| **a)
            .map(|(v, _)| Operand::Linear(v.tangent()))
            .collect();
        let cts: Vec<Tangent> =
            cts.iter().zip(&self.active_outs).filter(|(_, a)| **a).map(|(ct, _)| ct.clone()).collect();
        let got = backward_pass(cx, &self.jaxpr, &self.consts, &operands, &cts, Mode::Eager).await?;
        let mut got = got.into_iter();
        Ok(self.active_ins.iter().map(|a| if *a { got.next().flatten() } else { None }).collect())
    }
}

/// Where a result's mapped axis goes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum OutAxis {
    /// This axis of the result.
    At(isize),
    /// The result must not be batched.
    Unmapped,
}

/// `vmap` over flat lists: `dims` gives each argument's mapped axis (already resolved to a nonnegative one).
/// `out_axes` is asked once the results are known. Errors: a batched result where `OutAxis::Unmapped` was asked.
pub async fn vmap(
    cx: &Cx,
    f: &dyn FlatFn,
    args: Vec<Value>,
    dims: &[Option<usize>],
    size: usize,
    axis_name: Option<Rc<str>>,
    out_axes: impl FnOnce(usize) -> Result<Vec<OutAxis>>,
) -> Result<Vec<Value>> {
    let trace = Rc::new(BatchTrace { id: cx.fresh_id(), parent: cx.current(), size, axis_name, live: Cell::new(true) });
    let ins = args.into_iter().zip(dims).map(|(a, d)| batch_wrap(&trace, a, *d)).collect();
    let outs = {
        let _guard = cx.enter(Trace::Batch(trace.clone()));
        f.call(ins).await
    };
    trace.live.set(false);
    let outs = outs?;
    let axes = out_axes(outs.len())?;
    outs.iter()
        .zip(axes)
        .map(|(o, axis)| {
            let (v, d) = batch_parts(&trace, o);
            match (axis, d) {
                (OutAxis::Unmapped, None) => Ok(v),
                (OutAxis::Unmapped, Some(_)) => Err(Error::value_error("vmap has mapped output but out_axes is None")),
                (OutAxis::At(axis), d) => {
                    let rank = v.ndim() as isize + d.is_none() as isize;
                    let to = if axis < 0 { axis + rank } else { axis };
                    if to < 0 || to >= rank {
                        return Err(Error::value_error(format!(
                            "axis {axis} is out of bounds for array of dimension {rank}"
                        )));
                    }
                    let to = to as usize;
                    match d {
                        Some(d) if d == to => Ok(v),
                        Some(d) => gradlens_ir::ops::move_axis(cx, &v, d, to),
                        None => {
                            let front = to_front(cx, &v, None, size)?;
                            gradlens_ir::ops::move_axis(cx, &front, 0, to)
                        }
                    }
                }
            }
        })
        .collect()
}
