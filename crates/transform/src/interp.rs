//! Jaxpr to Jaxpr: a Jaxpr is interpreted under a trace whose parent stages, so every rule is written once.

use crate::cx::Cx;
use crate::process::{batch_parts, batch_wrap, jvp_wrap, lin_parts, lin_wrap};
use crate::stage::{Stager, close, stage_sync};
use crate::trace::{BatchTrace, JvpTrace, Kind, LinTrace, Trace, kind};
use gradlens_ir::rows::Tangent;
use gradlens_ir::{Array, Atom, Bind, ClosedJaxpr, Error, Jaxpr, Result, Role, ShapedArray, Value, ops};
use std::cell::Cell;
use std::rc::Rc;

/// Interprets a Jaxpr in the current trace.
pub fn eval_jaxpr(cx: &Cx, closed: &ClosedJaxpr, args: &[Value]) -> Result<Vec<Value>> {
    let consts: Vec<Value> = closed.consts.iter().cloned().map(Value::Array).collect();
    eval_open_jaxpr(cx, &closed.jaxpr, &consts, args)
}

/// The same with constants that may be tracers.
pub fn eval_open_jaxpr(cx: &Cx, jaxpr: &Jaxpr, consts: &[Value], args: &[Value]) -> Result<Vec<Value>> {
    let mut env = Env::new(jaxpr, consts, args)?;
    for eqn in &jaxpr.eqns {
        let _span = cx.enter_span(eqn.span);
        let ins: Vec<Value> = eqn.ins.iter().map(|a| env.read(a)).collect::<Result<_>>()?;
        let outs = cx.bind(eqn.prim, eqn.params.clone(), &ins)?;
        for (v, o) in eqn.outs.iter().zip(outs) {
            env.0[v.0 as usize] = Some(o);
        }
    }
    jaxpr.outs.iter().map(|a| env.read(a)).collect()
}

/// Values of a Jaxpr's variables while it is interpreted.
pub struct Env(pub Vec<Option<Value>>);

impl Env {
    /// Binds constants and arguments.
    pub fn new(jaxpr: &Jaxpr, consts: &[Value], args: &[Value]) -> Result<Env> {
        if consts.len() != jaxpr.constvars.len() || args.len() != jaxpr.invars.len() {
            return Err(Error::internal(format!(
                "a Jaxpr of {} arguments and {} constants was given {} and {}",
                jaxpr.invars.len(),
                jaxpr.constvars.len(),
                args.len(),
                consts.len()
            )));
        }
        let mut env = vec![None; jaxpr.avals.len()];
        let vars = jaxpr.constvars.iter().chain(&jaxpr.invars);
        for (v, x) in vars.zip(consts.iter().chain(args)) {
            env[v.0 as usize] = Some(x.clone());
        }
        Ok(Env(env))
    }
    /// The value of an atom.
    pub fn read(&self, a: &Atom) -> Result<Value> {
        match a {
            Atom::Lit(l) => Ok(Value::Array(l.clone())),
            Atom::Var(v) => {
                self.0[v.0 as usize].clone().ok_or_else(|| Error::internal("a Jaxpr reads a variable before it is set"))
            }
        }
    }
}

/// No outer values may be captured when a closed Jaxpr is interpreted.
fn closed_of(staged: crate::stage::Staged) -> Result<ClosedJaxpr> {
    if staged.captured.is_empty() {
        Ok(staged.closed)
    } else {
        Err(Error::internal("a Jaxpr transformation captured an outer tracer"))
    }
}

/// Forward mode: arguments are the primals, then the tangents of those marked in `nonzero`; results the primals, then the tangents
/// of those marked in the answer. Where `instantiate` is set a result's tangent is made explicit.
pub fn jvp_jaxpr(
    cx: &Cx,
    closed: &ClosedJaxpr,
    nonzero: &[bool],
    instantiate: &[bool],
) -> Result<(ClosedJaxpr, Vec<bool>)> {
    let key = crate::cache::Key::new("jvp", closed, nonzero, instantiate);
    cx.caches().pair(key, || jvp_jaxpr_uncached(cx, closed, nonzero, instantiate))
}

fn jvp_jaxpr_uncached(
    cx: &Cx,
    closed: &ClosedJaxpr,
    nonzero: &[bool],
    instantiate: &[bool],
) -> Result<(ClosedJaxpr, Vec<bool>)> {
    let primal_avals = closed.in_avals();
    let mut avals = primal_avals.clone();
    avals.extend(primal_avals.iter().zip(nonzero).filter(|(_, nz)| **nz).map(|(a, _)| a.tangent()));
    let mut out_nonzero = vec![];
    let staged = stage_sync(cx, &avals, |args| {
        let parent = cx.current();
        let (primals, mut tangents) = (&args[..primal_avals.len()], args[primal_avals.len()..].iter());
        let trace = Rc::new(JvpTrace { id: cx.fresh_id(), parent, live: Cell::new(true) });
        let ins: Vec<Value> = primals
            .iter()
            .zip(nonzero)
            .map(|(p, nz)| {
                jvp_wrap(&trace, p.clone(), nz.then(|| tangents.next().expect("a tangent per nonzero").clone()))
            })
            .collect();
        let outs = cx.within(&Trace::Jvp(trace.clone()), || eval_jaxpr(cx, closed, &ins))?;
        trace.live.set(false);
        let mut results = vec![];
        let mut out_tangents = vec![];
        for (o, inst) in outs.iter().zip(instantiate) {
            let (p, t) = match kind(o) {
                Kind::Jvp(x) if x.trace.id == trace.id => (x.primal.clone(), Some(x.tangent.clone())),
                _ => (o.clone(), None),
            };
            let t = if *inst { Some(crate::process::instantiate(cx, p.aval(), &t)?) } else { t };
            out_nonzero.push(t.is_some());
            results.push(p);
            out_tangents.extend(t);
        }
        results.extend(out_tangents);
        Ok(results)
    })?;
    Ok((closed_of(staged)?, out_nonzero))
}

/// Where a residual of a linearized Jaxpr comes from.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Residual {
    /// The argument of this number.
    Argument(usize),
    /// The extra result of this number of the primal Jaxpr.
    Result(usize),
}

/// A Jaxpr split in two: `primal` returns its results and then residuals; `tangent` takes the residuals, then the nonzero tangents,
/// and returns the tangents marked in `nonzero_outs`.
#[derive(Clone, Debug)]
pub struct LinearizedJaxpr {
    /// The known part.
    pub primal: ClosedJaxpr,
    /// The linear part.
    pub tangent: ClosedJaxpr,
    /// One per leading argument of `tangent`.
    pub residuals: Vec<Residual>,
    /// Which results have a tangent.
    pub nonzero_outs: Vec<bool>,
}

impl LinearizedJaxpr {
    /// The residual values, from the primal arguments and the primal Jaxpr's results (`n_outs` true results first).
    pub fn residual_values(&self, args: &[Value], outs: &[Value], n_outs: usize) -> Vec<Value> {
        self.residuals
            .iter()
            .map(|r| match r {
                Residual::Argument(i) => args[*i].clone(),
                Residual::Result(i) => outs[n_outs + i].clone(),
            })
            .collect()
    }
}

/// Linearizes a Jaxpr in the arguments marked `nonzero`.
pub fn linearize_jaxpr(
    cx: &Cx,
    closed: &ClosedJaxpr,
    nonzero: &[bool],
    instantiate: &[bool],
) -> Result<Rc<LinearizedJaxpr>> {
    let key = crate::cache::Key::new("linearize", closed, nonzero, instantiate);
    cx.caches().linearized(key, || linearize_jaxpr_uncached(cx, closed, nonzero, instantiate))
}

fn linearize_jaxpr_uncached(
    cx: &Cx,
    closed: &ClosedJaxpr,
    nonzero: &[bool],
    instantiate: &[bool],
) -> Result<LinearizedJaxpr> {
    let avals = closed.in_avals();
    let primal_stager = Stager::new(cx, Role::Primal);
    let tangent_stager = Stager::new(cx, Role::Tangent);
    let args: Vec<Value> = avals.iter().map(|a| primal_stager.argument(a)).collect();
    let parent = Trace::Stage(primal_stager.clone());
    let trace = Rc::new(LinTrace {
        id: cx.fresh_id(),
        parent: parent.clone(),
        tangents: tangent_stager.clone(),
        live: Cell::new(true),
    });
    let ins: Vec<Value> = args
        .iter()
        .zip(nonzero)
        .map(|(p, nz)| lin_wrap(&trace, p.clone(), nz.then(|| tangent_stager.argument(&p.aval().tangent()))))
        .collect();
    let outs = cx.within(&Trace::Linearize(trace.clone()), || eval_jaxpr(cx, closed, &ins))?;
    trace.live.set(false);
    let (mut primals, mut tangents, mut nonzero_outs) = (vec![], vec![], vec![]);
    for (o, inst) in outs.iter().zip(instantiate) {
        let (p, t): (Value, Tangent) = lin_parts(&trace, o);
        let t = match t {
            None if *inst => Some(ops::scalar(p.aval().dtype.tangent(), 0.0))
                .map(|z| {
                    cx.within(&Trace::Stage(tangent_stager.clone()), || ops::broadcast_in_dim(cx, &z, p.shape(), &[]))
                })
                .transpose()?,
            t => t,
        };
        nonzero_outs.push(t.is_some());
        primals.push(p);
        tangents.extend(t);
    }
    let (tangent_jaxpr, residual_values) = tangent_stager.finish(&tangents);
    // Residuals that are concrete stay constants; arguments are passed on; the rest become results.
    let mut residuals = vec![];
    let mut extra = vec![];
    for v in residual_values.iter().filter(|v| v.is_tracer()) {
        if let Some(i) = args.iter().position(|a| a.same(v)) {
            residuals.push(Residual::Argument(i));
        } else {
            residuals.push(Residual::Result(extra.len()));
            extra.push(v.clone());
        }
    }
    let tangent = close(tangent_jaxpr, residual_values);
    primals.extend(extra);
    let (primal_jaxpr, primal_consts) = primal_stager.finish(&primals);
    let primal = closed_of(close(primal_jaxpr, primal_consts))?;
    Ok(LinearizedJaxpr { primal, tangent: tangent.closed, residuals, nonzero_outs })
}

/// What a batched Jaxpr's results should look like.
#[derive(Clone, PartialEq, Debug)]
pub enum OutDims {
    /// Whatever comes out.
    Natural,
    /// Axis 0 where marked (broadcast where it was not batched); unmarked ones must come out unbatched.
    Front(Vec<bool>),
}

/// The mapped axis of a `vmap`.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Its length.
    pub size: usize,
    /// Its name, for collectives.
    pub name: Option<Rc<str>>,
}

/// Batches a Jaxpr: arguments with their batch axis inserted at `dims`; answers the results' batch axes.
pub fn batch_jaxpr(
    cx: &Cx,
    closed: &ClosedJaxpr,
    axis: &Axis,
    dims: &[Option<usize>],
    out: &OutDims,
) -> Result<(ClosedJaxpr, Vec<Option<usize>>)> {
    let avals: Vec<ShapedArray> = closed
        .in_avals()
        .into_iter()
        .zip(dims)
        .map(|(mut a, d)| {
            if let Some(d) = d {
                a.shape.insert(*d, axis.size);
            }
            a
        })
        .collect();
    let mut out_dims = vec![];
    let staged = stage_sync(cx, &avals, |args| {
        let parent = cx.current();
        let trace = Rc::new(BatchTrace {
            id: cx.fresh_id(),
            parent,
            size: axis.size,
            axis_name: axis.name.clone(),
            live: Cell::new(true),
        });
        let ins: Vec<Value> = args.iter().zip(dims).map(|(a, d)| batch_wrap(&trace, a.clone(), *d)).collect();
        let outs = cx.within(&Trace::Batch(trace.clone()), || eval_jaxpr(cx, closed, &ins))?;
        trace.live.set(false);
        outs.iter()
            .enumerate()
            .map(|(i, o)| {
                let (v, d) = batch_parts(&trace, o);
                let (v, d) = match out {
                    OutDims::Front(marked) if marked[i] => (to_front(cx, &v, d, axis.size)?, Some(0)),
                    OutDims::Front(_) if d.is_some() => {
                        return Err(Error::internal("a result came out batched where it may not be"));
                    }
                    _ => (v, d),
                };
                out_dims.push(d);
                Ok(v)
            })
            .collect()
    })?;
    Ok((closed_of(staged)?, out_dims))
}

/// Brings a batch axis to the front, broadcasting what is not batched.
pub fn to_front(cx: &Cx, v: &Value, dim: Option<usize>, size: usize) -> Result<Value> {
    match dim {
        Some(d) => ops::move_axis(cx, v, d, 0),
        None => {
            let mut shape = vec![size];
            shape.extend_from_slice(v.shape());
            ops::broadcast_in_dim(cx, v, &shape, &(1..shape.len()).collect::<Vec<_>>())
        }
    }
}

/// A one-equation Jaxpr.
pub fn single_eqn(
    prim: gradlens_ir::Prim,
    params: gradlens_ir::Params,
    ins: &[ShapedArray],
    outs: &[ShapedArray],
) -> ClosedJaxpr {
    let mut jaxpr = Jaxpr::default();
    let invars: Vec<_> = ins.iter().map(|a| jaxpr.new_var(a.clone())).collect();
    let outvars: Vec<_> = outs.iter().map(|a| jaxpr.new_var(a.clone())).collect();
    jaxpr.invars = invars.clone();
    jaxpr.outs = outvars.iter().map(|v| Atom::Var(*v)).collect();
    jaxpr.eqns.push(gradlens_ir::Eqn {
        prim,
        params,
        ins: invars.into_iter().map(Atom::Var).collect(),
        outs: outvars,
        span: gradlens_ir::Span::NONE,
        role: Role::Primal,
    });
    ClosedJaxpr::new(jaxpr, vec![])
}

/// Concrete values only.
pub fn arrays(values: &[Value]) -> Result<Vec<Array>> {
    values.iter().map(|v| v.as_array().cloned().ok_or_else(|| crate::process::unexpected(v))).collect()
}
