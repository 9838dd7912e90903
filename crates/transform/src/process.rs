//! `bind` in each kind of trace.

use crate::control;
use crate::cx::Cx;
use crate::interp::Axis;
use crate::trace::{BatchTrace, BatchTracer, JvpTrace, JvpTracer, Kind, LinTrace, LinTracer, Trace, is_live, kind};
use gradlens_ir::ops;
use gradlens_ir::rows::{Batch, Jvp, Part, Tangent};
use gradlens_ir::{Array, Bind, Error, ErrorClass, Outs, Params, Prim, Result, ShapedArray, Value};
use std::rc::Rc;

/// The error for a tracer whose transformation has ended.
pub fn unexpected(v: &Value) -> Error {
    let class = match kind(v) {
        Kind::Stage(_) => "DynamicJaxprTracer",
        Kind::Lin(_) => "LinearizeTracer",
        Kind::Jvp(_) => "JVPTracer",
        Kind::Batch(_) => "BatchTracer",
        _ => "Tracer",
    };
    Error::new(
        ErrorClass::UnexpectedTracerError,
        format!(
            "Encountered an unexpected tracer. A function transformed by JAX had a side effect, allowing for a reference to an \
             intermediate value with type {} wrapped in a {class} to escape the scope of the transformation.\n\
             JAX transformations require that functions explicitly return their outputs, and disallow saving intermediate values \
             to global state.\n\
             See https://docs.jax.dev/en/latest/errors.html#jax.errors.UnexpectedTracerError",
            v.aval().long()
        ),
    )
    .with_help("a value was stored outside the function (a global, a list, an attribute) while it was being transformed; return it instead")
}

/// Refuses tracers of transformations that have ended.
pub fn check_live(args: &[Value]) -> Result<()> {
    match args.iter().find(|a| a.is_tracer() && !is_live(a)) {
        Some(dead) => Err(unexpected(dead)),
        None => Ok(()),
    }
}

/// Applies a primitive in `trace`.
pub fn bind(cx: &Cx, trace: &Trace, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
    match trace {
        Trace::Eval => eval(cx, prim, params, args),
        Trace::Stage(stager) => stager.emit(cx, prim, params, args),
        Trace::Record(recorder) => recorder.process(cx, prim, params, args),
        Trace::Jvp(t) => jvp(cx, t, prim, params, args),
        Trace::Linearize(t) => linearize(cx, t, prim, params, args),
        Trace::Linear(t) => {
            if args.iter().any(|a| t.tangents.owns(a)) {
                t.tangents.emit(cx, prim, params, args)
            } else {
                at(cx, &t.parent, prim, params, args)
            }
        }
        Trace::Batch(t) => batch(cx, t, prim, params, args),
    }
}

/// Applies a primitive with `trace` current, so that the rules it calls bind there.
pub fn at(cx: &Cx, trace: &Trace, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
    cx.within(trace, || bind(cx, trace, prim, params, args))
}

fn eval(cx: &Cx, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
    let mut arrays = Vec::with_capacity(args.len());
    for a in args {
        match a {
            Value::Array(a) => arrays.push(a.clone()),
            Value::Tracer(_) => return Err(unexpected(a)),
        }
    }
    let outs = match control::eval(cx, prim, &params, &arrays)? {
        Some(outs) => outs,
        None => {
            let avals: Vec<&ShapedArray> = arrays.iter().map(|a| a.aval()).collect();
            let outs = cx.typing(prim, &params, &avals)?;
            cx.executor().eqn(prim, &params, &arrays, &outs)?.ok_or_else(|| {
                Error::not_implemented(format!(
                    "{} of {} cannot be run here",
                    prim.name(),
                    arrays.iter().map(|a| a.aval().short()).collect::<Vec<_>>().join(", ")
                ))
            })?
        }
    };
    let config = cx.config();
    if config.debug_nans || config.debug_infs {
        check_finite(prim, &outs, &config)?;
    }
    Ok(outs.into_iter().map(Value::Array).collect())
}

fn check_finite(prim: Prim, outs: &[Array], config: &crate::Config) -> Result<()> {
    for a in outs.iter().filter(|a| a.dtype().is_inexact()) {
        for (re, im) in a.to_complexes()? {
            let bad = if config.debug_nans && (re.is_nan() || im.is_nan()) {
                "nan"
            } else if config.debug_infs && (re.is_infinite() || im.is_infinite()) {
                "inf"
            } else {
                continue;
            };
            return Err(Error::new(
                ErrorClass::FloatingPointError,
                format!("invalid value ({bad}) encountered in {}", prim.name()),
            ));
        }
    }
    Ok(())
}

/// The primal and tangents of a primitive by its row, in the current trace.
pub fn jvp_rule(
    cx: &Cx,
    prim: Prim,
    params: &Params,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    match &prim.row().jvp {
        Jvp::Zero => {
            let outs = cx.bind(prim, params.clone(), primals)?;
            let n = outs.len();
            Ok((outs, vec![None; n]))
        }
        Jvp::Linear => {
            let outs = cx.bind(prim, params.clone(), primals)?;
            let full =
                primals.iter().zip(tangents).map(|(p, t)| instantiate(cx, p.aval(), t)).collect::<Result<Vec<_>>>()?;
            let out_tangents = cx.bind(prim, params.clone(), &full)?;
            Ok((outs, out_tangents.into_iter().map(Some).collect()))
        }
        Jvp::Parts(parts) => {
            let ans = cx.bind1(prim, params.clone(), primals)?;
            let mut sum: Tangent = None;
            for (part, g) in parts.iter().zip(tangents) {
                if let (Part::Rule(rule), Some(g)) = (part, g) {
                    let term = rule(cx, params, g, &ans, primals)?;
                    // Operands may be broadcast inside the primitive; their terms must have the result's shape.
                    let term =
                        if term.shape() == ans.shape() { term } else { ops::broadcast_like(cx, &term, ans.aval())? };
                    sum = Some(match sum {
                        None => term,
                        Some(s) => ops::add_any(cx, &s, &term)?,
                    });
                }
            }
            Ok((Outs::from_iter([ans]), vec![sum]))
        }
        Jvp::Rule(rule) => rule(cx, params, primals, tangents),
        Jvp::Undefined(message) => Err(Error::not_implemented(*message)),
        Jvp::Structural => control::jvp(cx, prim, params, primals, tangents),
    }
}

/// A tangent made explicit: zeros of the primal's tangent aval where it is symbolic.
pub fn instantiate(cx: &Cx, aval: &ShapedArray, t: &Tangent) -> Result<Value> {
    match t {
        Some(v) => Ok(v.clone()),
        None => ops::zeros(cx, &aval.tangent()),
    }
}

fn jvp(cx: &Cx, t: &Rc<JvpTrace>, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
    let mut primals = Vec::with_capacity(args.len());
    let mut tangents = Vec::with_capacity(args.len());
    for a in args {
        match kind(a) {
            Kind::Jvp(x) if x.trace.id == t.id => {
                primals.push(x.primal.clone());
                tangents.push(Some(x.tangent.clone()));
            }
            _ => {
                primals.push(a.clone());
                tangents.push(None);
            }
        }
    }
    if tangents.iter().all(Option::is_none) {
        return at(cx, &t.parent, prim, params, &primals);
    }
    let (outs, out_tangents) = cx.within(&t.parent, || jvp_rule(cx, prim, &params, &primals, &tangents))?;
    Ok(outs.into_iter().zip(out_tangents).map(|(p, tan)| jvp_wrap(t, p, tan)).collect())
}

/// A tracer of `t`, or the primal itself where the tangent is symbolically zero.
pub fn jvp_wrap(t: &Rc<JvpTrace>, primal: Value, tangent: Tangent) -> Value {
    match tangent {
        Some(tangent) => Value::Tracer(Rc::new(JvpTracer { trace: t.clone(), primal, tangent })),
        None => primal,
    }
}

/// Primal and tangent of a value at a linearization level.
pub fn lin_parts(t: &LinTrace, a: &Value) -> (Value, Tangent) {
    match kind(a) {
        Kind::Lin(x) if x.trace.id == t.id => (x.primal.clone(), Some(x.tangent.clone())),
        _ => (a.clone(), None),
    }
}

/// A tracer of `t`, or the primal itself where the tangent is symbolically zero.
pub fn lin_wrap(t: &Rc<LinTrace>, primal: Value, tangent: Tangent) -> Value {
    match tangent {
        Some(tangent) => Value::Tracer(Rc::new(LinTracer { trace: t.clone(), primal, tangent })),
        None => primal,
    }
}

fn linearize(cx: &Cx, t: &Rc<LinTrace>, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
    let (primals, tangents): (Vec<Value>, Vec<Tangent>) = args.iter().map(|a| lin_parts(t, a)).unzip();
    if tangents.iter().all(Option::is_none) {
        return at(cx, &t.parent, prim, params, &primals);
    }
    let (outs, out_tangents) = match control::linearize(cx, t, prim, &params, &primals, &tangents)? {
        Some(done) => done,
        None => cx.within(&Trace::Linear(t.clone()), || jvp_rule(cx, prim, &params, &primals, &tangents))?,
    };
    Ok(outs.into_iter().zip(out_tangents).map(|(p, tan)| lin_wrap(t, p, tan)).collect())
}

/// The batch and axis of a value at a `vmap` level.
pub fn batch_parts(t: &BatchTrace, a: &Value) -> (Value, Option<usize>) {
    match kind(a) {
        Kind::Batch(x) if x.trace.id == t.id => (x.value.clone(), Some(x.dim)),
        _ => (a.clone(), None),
    }
}

/// A tracer of `t`, or the value itself where it is not batched.
pub fn batch_wrap(t: &Rc<BatchTrace>, value: Value, dim: Option<usize>) -> Value {
    match dim {
        Some(dim) => BatchTracer::wrap(t, value, dim),
        None => value,
    }
}

fn batch(cx: &Cx, t: &Rc<BatchTrace>, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
    let parts: Vec<(Value, Option<usize>)> = args.iter().map(|a| batch_parts(t, a)).collect();
    if let Some(outs) = control::collective(cx, t, prim, &params, &parts)? {
        return Ok(outs.into_iter().map(|(v, d)| batch_wrap(t, v, d)).collect());
    }
    if parts.iter().all(|p| p.1.is_none()) {
        let values: Vec<Value> = parts.into_iter().map(|p| p.0).collect();
        return at(cx, &t.parent, prim, params, &values);
    }
    let outs = cx.within(&t.parent, || {
        batch_rule(cx, &Axis { size: t.size, name: t.axis_name.clone() }, prim, &params, &parts)
    })?;
    if let Some((v, d)) = outs.iter().find(|(v, d)| d.is_some_and(|d| v.shape().get(d) != Some(&t.size))) {
        return Err(Error::internal(format!(
            "batching {} gave {} with batch axis {d:?}",
            prim.name(),
            v.aval().short()
        )));
    }
    Ok(outs.into_iter().map(|(v, d)| batch_wrap(t, v, d)).collect())
}

/// A primitive on batches by its row, in the current trace.
pub fn batch_rule(
    cx: &Cx,
    axis: &Axis,
    prim: Prim,
    params: &Params,
    xs: &[(Value, Option<usize>)],
) -> Result<Vec<(Value, Option<usize>)>> {
    match &prim.row().batch {
        Batch::Elementwise => {
            let (args, dim) = elementwise_operands(cx, xs)?;
            let outs = cx.bind(prim, params.clone(), &args)?;
            Ok(outs.into_iter().map(|o| (o, Some(dim))).collect())
        }
        Batch::Rule(rule) => rule(cx, params, axis.size, xs),
        Batch::Structural => control::batch(cx, axis, prim, params, xs),
    }
}

/// Operands of an elementwise primitive brought to one batch axis (JAX `broadcast_batcher`).
fn elementwise_operands(cx: &Cx, xs: &[(Value, Option<usize>)]) -> Result<(Vec<Value>, usize)> {
    let with_axes: Vec<_> = xs.iter().filter(|(x, _)| x.ndim() > 0).collect();
    if let Some((first, Some(dim))) = with_axes.first()
        && with_axes.iter().all(|(x, d)| x.shape() == first.shape() && *d == Some(*dim))
    {
        return Ok((xs.iter().map(|x| x.0.clone()).collect(), *dim));
    }
    let front = xs
        .iter()
        .map(|(x, d)| match d {
            Some(d) => ops::move_axis(cx, x, *d, 0).map(|v| (v, true)),
            None if x.ndim() == 0 => Ok((x.clone(), false)),
            None => {
                let mut shape = vec![1];
                shape.extend_from_slice(x.shape());
                let dims: Vec<usize> = (1..shape.len()).collect();
                ops::broadcast_in_dim(cx, x, &shape, &dims).map(|v| (v, false))
            }
        })
        .collect::<Result<Vec<_>>>()?;
    let rank = front.iter().map(|(x, _)| x.ndim()).max().unwrap_or(0);
    let args = front
        .into_iter()
        .map(|(x, batched)| {
            if !batched || x.ndim() == rank {
                return Ok(x);
            }
            ops::expand_dims(cx, &x, &(x.ndim()..rank).collect::<Vec<_>>())
        })
        .collect::<Result<Vec<_>>>()?;
    Ok((args, 0))
}
