//! `custom_jvp` and `custom_vjp`: the rule is called when JAX calls it: at once where a differentiation level is active, and
//! where a staged call is differentiated later (the rule is then staged on demand, with its arguments' avals).

use super::{Batched, compact, nonzeros, spread};
use crate::backward::ready;
use crate::cx::Cx;
use crate::interp::{Axis, OutDims, batch_jaxpr, eval_jaxpr, to_front};
use crate::process::{batch_parts, batch_wrap, instantiate, jvp_wrap, lin_parts, lin_wrap};
use crate::stage::{Staged, stage};
use crate::trace::{BatchTrace, Kind, LinTrace, Trace, kind};
use gradlens_ir::error::Pending;
use gradlens_ir::rows::{Operand, Tangent};
use gradlens_ir::rule_objects::{CustomJvpRule, CustomVjpRules, FlatFn, PullbackRule};
use gradlens_ir::{Bind, Error, ErrorClass, LocalBoxFuture, Outs, Params, Prim, Result, ShapedArray, Value, ops};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// JAX's refusal.
pub fn forward_mode_refused() -> Error {
    Error::type_error("can't apply forward-mode autodiff (jvp) to a custom_vjp function.")
        .with_help("define the rule with custom_jvp instead: it serves forward and reverse mode")
}

/// A rule of the library: primals and tangents in, primals and tangents out.
pub type NativeJvp = dyn Fn(&Cx, &[Value], &[Tangent]) -> Result<(Vec<Value>, Vec<Tangent>)>;

/// What a `CustomJvpRule` holds.
pub enum JvpRule {
    /// Rust code.
    Native(Box<NativeJvp>),
    /// User code over primals followed by tangents, returning results followed by their tangents; staged on demand.
    Host(Traced),
}

/// User code that is staged once for each list of avals.
pub struct Traced {
    f: Rc<dyn FlatFn>,
    cache: Rc<RefCell<Vec<(Vec<ShapedArray>, Result<Staged>)>>>,
}

struct TraceNow {
    cx: Cx,
    f: Rc<dyn FlatFn>,
    avals: Vec<ShapedArray>,
    cache: Rc<RefCell<Vec<(Vec<ShapedArray>, Result<Staged>)>>>,
}

impl Pending for TraceNow {
    fn resolve(&self) -> LocalBoxFuture<Result<()>> {
        let (cx, f, avals, cache) = (self.cx.clone(), self.f.clone(), self.avals.clone(), self.cache.clone());
        Box::pin(async move {
            let staged = stage(&cx, &*f, &avals).await;
            cache.borrow_mut().push((avals, staged));
            Ok(())
        })
    }
}

impl Traced {
    /// User code, not yet staged.
    pub fn new(f: Rc<dyn FlatFn>) -> Traced {
        Traced { f, cache: Default::default() }
    }
    /// Its Jaxpr for these avals, or `Error::suspend` until it has been staged.
    pub fn get(&self, cx: &Cx, avals: Vec<ShapedArray>) -> Result<Staged> {
        if let Some((_, staged)) = self.cache.borrow().iter().find(|(a, _)| *a == avals) {
            return staged.clone();
        }
        Err(Error::suspend(Rc::new(TraceNow { cx: cx.clone(), f: self.f.clone(), avals, cache: self.cache.clone() })))
    }
}

fn rule_of(rule: &CustomJvpRule) -> Result<&JvpRule> {
    rule.0.downcast_ref::<JvpRule>().ok_or_else(|| Error::internal("a custom_jvp rule of an unknown kind"))
}

/// Applies a rule in the current trace.
pub fn jvp(cx: &Cx, rule: &CustomJvpRule, primals: &[Value], tangents: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let (outs, out_tangents) = match rule_of(rule)? {
        JvpRule::Native(f) => f(cx, primals, tangents)?,
        JvpRule::Host(traced) => {
            let mut args = primals.to_vec();
            for (p, t) in primals.iter().zip(tangents) {
                args.push(instantiate(cx, p.aval(), t)?);
            }
            let staged = traced.get(cx, args.iter().map(|a| a.aval().clone()).collect())?;
            let outs = eval_jaxpr(cx, &staged.closed, &[&staged.captured[..], &args].concat())?;
            split_rule_outs(outs)?
        }
    };
    Ok((outs.into(), out_tangents))
}

/// Halves a rule's results into primals and tangents and checks that they belong together.
fn split_rule_outs(mut outs: Vec<Value>) -> Result<(Vec<Value>, Vec<Tangent>)> {
    let tangents = outs.split_off(outs.len() / 2);
    for (p, t) in outs.iter().zip(&tangents) {
        let want = p.aval().tangent();
        if t.shape() != &want.shape || (t.dtype() != want.dtype && want.dtype != gradlens_ir::DType::Float0) {
            return Err(Error::type_error(format!(
                "Custom JVP rule must produce primal and tangent outputs with corresponding shapes and dtypes. \
                 Expected {} (tangent type of {}) but got {}.",
                want.long(),
                p.aval().long(),
                t.aval().long()
            )));
        }
    }
    Ok((
        outs,
        tangents.into_iter().map(|t| if t.dtype() == gradlens_ir::DType::Float0 { None } else { Some(t) }).collect(),
    ))
}

/// The name under which JAX prints the rule of a library function.
fn native_rule_name(name: &str) -> Rc<str> {
    match name {
        "relu" | "relu6" => "jvp".into(),
        _ => format!("_{}_jvp", name.trim_start_matches('_')).into(),
    }
}

impl Cx {
    /// A library function with a derivative rule of its own (`relu`, `logsumexp`, ...). Under staging it is a `custom_jvp_call`.
    pub fn custom_jvp(
        &self,
        name: &str,
        args: &[Value],
        f: impl Fn(&Cx, &[Value]) -> Result<Vec<Value>>,
        rule: impl Fn(&Cx, &[Value], &[Tangent]) -> Result<(Vec<Value>, Vec<Tangent>)> + 'static,
    ) -> Result<Vec<Value>> {
        match self.current() {
            Trace::Eval | Trace::Record(_) => f(self, args),
            _ => {
                let avals: Vec<ShapedArray> = args.iter().map(|a| a.aval().clone()).collect();
                let staged = crate::stage::stage_sync(self, &avals, |xs| f(self, xs))?;
                let params = Params::CustomJvpCall {
                    name: name.into(),
                    call_jaxpr: staged.closed,
                    rule: CustomJvpRule(Rc::new(JvpRule::Native(Box::new(rule))), native_rule_name(name)),
                    symbolic_zeros: false,
                };
                Ok(self.bind(Prim::CustomJvpCall, params, args)?.into_vec())
            }
        }
    }
}

/// Calls user code that has a `custom_jvp` rule: `rule` takes primals, then tangents, and returns results, then their tangents.
pub fn custom_jvp_call(
    cx: &Cx,
    name: Rc<str>,
    f: Rc<dyn FlatFn>,
    rule: Rc<dyn FlatFn>,
    args: Vec<Value>,
) -> LocalBoxFuture<Result<Vec<Value>>> {
    let cx = cx.clone();
    Box::pin(async move {
        let current = cx.current();
        match &current {
            Trace::Eval | Trace::Record(_) => f.call(args).await,
            Trace::Jvp(t) => {
                let parts: Vec<(Value, Tangent)> = args
                    .iter()
                    .map(|a| match kind(a) {
                        Kind::Jvp(x) if x.trace.id == t.id => (x.primal.clone(), Some(x.tangent.clone())),
                        _ => (a.clone(), None),
                    })
                    .collect();
                let (primals, tangents): (Vec<Value>, Vec<Tangent>) = parts.into_iter().unzip();
                let _guard = cx.enter(t.parent.clone());
                if tangents.iter().all(Option::is_none) {
                    return custom_jvp_call(&cx, name, f, rule, primals).await;
                }
                let (outs, tans) = call_rule(&cx, &*rule, primals, &tangents).await?;
                Ok(outs.into_iter().zip(tans).map(|(p, tan)| jvp_wrap(t, p, tan)).collect())
            }
            Trace::Linearize(t) => {
                let (primals, tangents): (Vec<Value>, Vec<Tangent>) = args.iter().map(|a| lin_parts(t, a)).unzip();
                if tangents.iter().all(Option::is_none) {
                    let _guard = cx.enter(t.parent.clone());
                    return custom_jvp_call(&cx, name, f, rule, primals).await;
                }
                let _guard = cx.enter(Trace::Linear(t.clone()));
                let (outs, tans) = call_rule(&cx, &*rule, primals, &tangents).await?;
                Ok(outs.into_iter().zip(tans).map(|(p, tan)| lin_wrap(t, p, tan)).collect())
            }
            Trace::Linear(t) => {
                if args.iter().any(|a| t.tangents.owns(a)) {
                    // Inside a rule, on tangents: the rule is linear there, so the function itself is what is staged.
                    return f.call(args).await;
                }
                let _guard = cx.enter(t.parent.clone());
                custom_jvp_call(&cx, name, f, rule, args).await
            }
            Trace::Batch(t) => {
                let parts: Vec<Batched> = args.iter().map(|a| batch_parts(t, a)).collect();
                let values: Vec<Value> = parts.iter().map(|p| p.0.clone()).collect();
                if parts.iter().all(|p| p.1.is_none()) {
                    let _guard = cx.enter(t.parent.clone());
                    return custom_jvp_call(&cx, name, f, rule, values).await;
                }
                let dims: Vec<Option<usize>> = parts.iter().map(|p| p.1).collect();
                let axis = Axis { size: t.size, name: t.axis_name.clone() };
                let f = Rc::new(BatchedFn { cx: cx.clone(), f, dims: dims.clone(), axis: axis.clone() });
                let rule = Rc::new(BatchedFn { cx: cx.clone(), f: rule, dims: [&dims[..], &dims].concat(), axis });
                let outs = {
                    let _guard = cx.enter(t.parent.clone());
                    custom_jvp_call(&cx, name, f, rule, values).await?
                };
                Ok(outs.into_iter().map(|o| batch_wrap(t, o, Some(0))).collect())
            }
            Trace::Stage(_) => {
                let avals: Vec<ShapedArray> = args.iter().map(|a| a.aval().clone()).collect();
                let staged = stage(&cx, &*f, &avals).await?;
                let n = staged.captured.len();
                let rule_name = rule.name().into();
                let rule: Rc<dyn FlatFn> = if n == 0 { rule } else { Rc::new(SkipCaptured { f: rule, captured: n }) };
                let params = Params::CustomJvpCall {
                    name,
                    call_jaxpr: staged.closed,
                    rule: CustomJvpRule(Rc::new(JvpRule::Host(Traced::new(rule))), rule_name),
                    symbolic_zeros: false,
                };
                let args = [&staged.captured[..], &args].concat();
                Ok(cx.bind_async(Prim::CustomJvpCall, params, &args).await?.into_vec())
            }
        }
    })
}

async fn call_rule(
    cx: &Cx,
    rule: &dyn FlatFn,
    primals: Vec<Value>,
    tangents: &[Tangent],
) -> Result<(Vec<Value>, Vec<Tangent>)> {
    let mut args = primals.clone();
    for (p, t) in primals.iter().zip(tangents) {
        args.push(instantiate(cx, p.aval(), t)?);
    }
    split_rule_outs(rule.call(args).await?)
}

/// A rule of a staged call that closed over outer values: the rule does not take those.
struct SkipCaptured {
    f: Rc<dyn FlatFn>,
    captured: usize,
}

impl FlatFn for SkipCaptured {
    fn name(&self) -> String {
        self.f.name()
    }
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let half = args.len() / 2;
        let kept = [&args[self.captured..half], &args[half + self.captured..]].concat();
        self.f.call(kept)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// User code mapped over an axis; its results come out batched in front.
struct BatchedFn {
    cx: Cx,
    f: Rc<dyn FlatFn>,
    dims: Vec<Option<usize>>,
    axis: Axis,
}

fn new_batch(cx: &Cx, axis: &Axis) -> Rc<BatchTrace> {
    Rc::new(BatchTrace {
        id: cx.fresh_id(),
        parent: cx.current(),
        size: axis.size,
        axis_name: axis.name.clone(),
        live: Cell::new(true),
    })
}

impl FlatFn for BatchedFn {
    fn name(&self) -> String {
        self.f.name()
    }
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let (cx, f, dims, axis) = (self.cx.clone(), self.f.clone(), self.dims.clone(), self.axis.clone());
        Box::pin(async move {
            let t = new_batch(&cx, &axis);
            let ins = args.into_iter().zip(dims).map(|(a, d)| batch_wrap(&t, a, d)).collect();
            let outs = {
                let _guard = cx.enter(Trace::Batch(t.clone()));
                f.call(ins).await?
            };
            t.live.set(false);
            outs.iter()
                .map(|o| {
                    let (v, d) = batch_parts(&t, o);
                    to_front(&cx, &v, d, axis.size)
                })
                .collect()
        })
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

// ---------------------------------------------------------------------------------------------------------------------------
// custom_vjp

/// What a forward rule gave: results, array residuals, and whatever else the host keeps for the backward rule.
pub struct Forward {
    /// The function's results.
    pub outs: Vec<Value>,
    /// Residuals that are arrays or tracers.
    pub residuals: Vec<Value>,
    /// The rest of the residuals (structure, static values).
    pub token: Rc<dyn Any>,
}

/// User code with a `custom_vjp` rule.
pub trait VjpFns {
    /// Its name.
    fn name(&self) -> Rc<str>;
    /// The names of the two rules.
    fn rule_names(&self) -> [Rc<str>; 2] {
        ["fwd".into(), "bwd".into()]
    }
    /// The function itself.
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>>;
    /// The forward rule.
    fn fwd(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Forward>>;
    /// The backward rule: residuals and explicit cotangents to the arguments' cotangents.
    fn bwd(&self, token: Rc<dyn Any>, residuals: Vec<Value>, cts: Vec<Value>) -> LocalBoxFuture<Result<Vec<Tangent>>>;
}

type FwdCache = Rc<RefCell<Vec<(Vec<ShapedArray>, Result<Rc<StagedFwd>>)>>>;

/// What a `CustomVjpRules` holds. The first `captured` arguments are values the function closed over.
pub struct VjpRule {
    fns: Rc<dyn VjpFns>,
    captured: usize,
    staged: FwdCache,
}

struct StagedFwd {
    staged: Staged,
    n_outs: usize,
    token: Rc<dyn Any>,
}

/// What a `PullbackRule` holds.
pub struct Pullback {
    fns: Rc<dyn VjpFns>,
    token: Rc<dyn Any>,
    n_residuals: usize,
    captured: usize,
    staged: Rc<RefCell<Vec<(Vec<ShapedArray>, Result<(Staged, Vec<bool>)>)>>>,
}

struct StageFwd {
    cx: Cx,
    fns: Rc<dyn VjpFns>,
    avals: Vec<ShapedArray>,
    cache: FwdCache,
}

/// `FlatFn` over a closure, for staging rules.
struct Wrapped<F>(F);
impl<F: Fn(Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> + 'static> FlatFn for Wrapped<F> {
    fn name(&self) -> String {
        String::new()
    }
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        (self.0)(args)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Pending for StageFwd {
    fn resolve(&self) -> LocalBoxFuture<Result<()>> {
        let (cx, fns, avals, cache) = (self.cx.clone(), self.fns.clone(), self.avals.clone(), self.cache.clone());
        Box::pin(async move {
            let seen: Rc<RefCell<Option<(usize, Rc<dyn Any>)>>> = Default::default();
            let note = seen.clone();
            let wrapped = Wrapped(move |args: Vec<Value>| -> LocalBoxFuture<Result<Vec<Value>>> {
                let (fwd, note) = (fns.fwd(args), note.clone());
                Box::pin(async move {
                    let mut forward = fwd.await?;
                    *note.borrow_mut() = Some((forward.outs.len(), forward.token.clone()));
                    forward.outs.append(&mut forward.residuals);
                    Ok(forward.outs)
                })
            });
            let staged = stage(&cx, &wrapped, &avals).await.and_then(|staged| {
                let (n_outs, token) =
                    seen.borrow_mut().take().ok_or_else(|| Error::internal("a forward rule was not called"))?;
                Ok(Rc::new(StagedFwd { staged, n_outs, token }))
            });
            cache.borrow_mut().push((avals, staged));
            Ok(())
        })
    }
}

struct StageBwd {
    cx: Cx,
    fns: Rc<dyn VjpFns>,
    token: Rc<dyn Any>,
    n_residuals: usize,
    avals: Vec<ShapedArray>,
    cache: Rc<RefCell<Vec<(Vec<ShapedArray>, Result<(Staged, Vec<bool>)>)>>>,
}

impl Pending for StageBwd {
    fn resolve(&self) -> LocalBoxFuture<Result<()>> {
        let (cx, fns, token, n, avals, cache) = (
            self.cx.clone(),
            self.fns.clone(),
            self.token.clone(),
            self.n_residuals,
            self.avals.clone(),
            self.cache.clone(),
        );
        Box::pin(async move {
            let marks: Rc<RefCell<Vec<bool>>> = Default::default();
            let note = marks.clone();
            let wrapped = Wrapped(move |args: Vec<Value>| -> LocalBoxFuture<Result<Vec<Value>>> {
                let (residuals, cts) = args.split_at(n);
                let (bwd, note) = (fns.bwd(token.clone(), residuals.to_vec(), cts.to_vec()), note.clone());
                Box::pin(async move {
                    let tangents = bwd.await?;
                    *note.borrow_mut() = nonzeros(&tangents);
                    Ok(compact(&tangents))
                })
            });
            let staged = stage(&cx, &wrapped, &avals).await.map(|s| (s, marks.borrow().clone()));
            cache.borrow_mut().push((avals, staged));
            Ok(())
        })
    }
}

fn vjp_rule_of(rules: &CustomVjpRules) -> Result<&VjpRule> {
    rules.0.downcast_ref::<VjpRule>().ok_or_else(|| Error::internal("a custom_vjp rule of an unknown kind"))
}

/// Stages the linear map whose transpose is the backward rule.
fn stage_pullback(
    cx: &Cx,
    t: &Rc<LinTrace>,
    fns: Rc<dyn VjpFns>,
    captured: usize,
    forward: &Forward,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<Vec<Tangent>> {
    let mut args = forward.residuals.clone();
    for (p, tan) in primals.iter().zip(tangents) {
        args.push(super::scan::instantiate_staged(cx, t, p.aval(), tan)?);
    }
    let out_avals: Vec<ShapedArray> = forward.outs.iter().map(|o| o.aval().tangent()).collect();
    let [_, bwd_name] = fns.rule_names();
    let pullback = Pullback {
        fns,
        token: forward.token.clone(),
        n_residuals: forward.residuals.len(),
        captured,
        staged: Default::default(),
    };
    let residuals = forward.residuals.len();
    let params =
        Params::CustomLin { out_avals: out_avals.clone(), rule: PullbackRule(Rc::new(pullback), bwd_name, residuals) };
    let outs = t.tangents.emit_typed(cx, Prim::CustomLin, params, &args, out_avals.clone());
    Ok(outs.into_iter().zip(&out_avals).map(|(o, a)| a.dtype.is_inexact().then_some(o)).collect())
}

/// Linearizes a staged call: the staged forward rule runs below, the pullback is staged.
pub fn linearize_vjp(
    cx: &Cx,
    t: &Rc<LinTrace>,
    rules: &CustomVjpRules,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    let rule = vjp_rule_of(rules)?;
    let args = &primals[rule.captured..];
    let avals: Vec<ShapedArray> = args.iter().map(|a| a.aval().clone()).collect();
    let found = rule.staged.borrow().iter().find(|(a, _)| *a == avals).map(|e| e.1.clone());
    let fwd = match found {
        Some(fwd) => fwd?,
        None => {
            let pending = StageFwd { cx: cx.clone(), fns: rule.fns.clone(), avals, cache: rule.staged.clone() };
            return Err(Error::suspend(Rc::new(pending)));
        }
    };
    let mut outs =
        cx.within(&t.parent, || eval_jaxpr(cx, &fwd.staged.closed, &[&fwd.staged.captured[..], args].concat()))?;
    let residuals = outs.split_off(fwd.n_outs);
    let forward = Forward { outs, residuals, token: fwd.token.clone() };
    let out_tangents = stage_pullback(cx, t, rule.fns.clone(), rule.captured, &forward, primals, tangents)?;
    Ok((forward.outs.into(), out_tangents))
}

fn pullback_of(params: &Params) -> Result<&Pullback> {
    match params {
        Params::CustomLin { rule, .. } => {
            rule.0.downcast_ref::<Pullback>().ok_or_else(|| Error::internal("a pullback of an unknown kind"))
        }
        _ => Err(Error::internal("custom_lin without its parameters")),
    }
}

fn residuals_and_cts(
    cx: &Cx,
    params: &Params,
    n: usize,
    cts: &[Tangent],
    operands: &[Operand],
) -> Result<(Vec<Value>, Vec<Value>)> {
    let residuals = super::jit::known(&operands[..n]);
    let Params::CustomLin { out_avals, .. } = params else {
        return Err(Error::internal("custom_lin without its parameters"));
    };
    let cts = cts.iter().zip(out_avals).map(|(ct, a)| instantiate(cx, a, ct)).collect::<Result<Vec<_>>>()?;
    Ok((residuals, cts))
}

/// The pullback called now, on the cotangents at hand.
pub async fn pull_back_eagerly(
    cx: &Cx,
    params: &Params,
    cts: &[Tangent],
    operands: &[Operand],
) -> Result<Vec<Tangent>> {
    let p = pullback_of(params)?;
    let (residuals, cts) = residuals_and_cts(cx, params, p.n_residuals, cts, operands)?;
    let got = p.fns.bwd(p.token.clone(), residuals, cts).await?;
    Ok([vec![None; p.n_residuals + p.captured], got].concat())
}

/// The pullback inside a staged backward pass: its Jaxpr.
pub fn transpose_staged(cx: &Cx, params: &Params, cts: &[Tangent], operands: &[Operand]) -> Result<Vec<Tangent>> {
    let p = pullback_of(params)?;
    let (residuals, cts) = residuals_and_cts(cx, params, p.n_residuals, cts, operands)?;
    let args = [residuals, cts].concat();
    let avals: Vec<ShapedArray> = args.iter().map(|a| a.aval().clone()).collect();
    let found = p.staged.borrow().iter().find(|(a, _)| *a == avals).map(|e| e.1.clone());
    let (staged, marks) = match found {
        Some(s) => s?,
        None => {
            let pending = StageBwd {
                cx: cx.clone(),
                fns: p.fns.clone(),
                token: p.token.clone(),
                n_residuals: p.n_residuals,
                avals,
                cache: p.staged.clone(),
            };
            return Err(Error::suspend(Rc::new(pending)));
        }
    };
    let outs = eval_jaxpr(cx, &staged.closed, &[&staged.captured[..], &args].concat())?;
    Ok([vec![None; p.n_residuals + p.captured], spread(&marks, outs)].concat())
}

/// Calls user code that has a `custom_vjp` rule.
pub fn custom_vjp_call(cx: &Cx, fns: Rc<dyn VjpFns>, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
    let cx = cx.clone();
    Box::pin(async move {
        match &cx.current() {
            Trace::Eval | Trace::Record(_) => fns.call(args).await,
            Trace::Jvp(t) => {
                let active = args.iter().any(|a| matches!(kind(a), Kind::Jvp(x) if x.trace.id == t.id));
                if active {
                    return Err(forward_mode_refused());
                }
                let _guard = cx.enter(t.parent.clone());
                custom_vjp_call(&cx, fns, args).await
            }
            Trace::Linearize(t) => {
                let (primals, tangents): (Vec<Value>, Vec<Tangent>) = args.iter().map(|a| lin_parts(t, a)).unzip();
                let active = tangents.iter().any(Option::is_some);
                let forward = {
                    let _guard = cx.enter(t.parent.clone());
                    if !active {
                        return custom_vjp_call(&cx, fns, primals).await;
                    }
                    fns.fwd(primals.clone()).await?
                };
                let out_tangents = stage_pullback(&cx, t, fns, 0, &forward, &primals, &tangents)?;
                Ok(forward.outs.into_iter().zip(out_tangents).map(|(p, tan)| lin_wrap(t, p, tan)).collect())
            }
            Trace::Linear(t) => {
                if args.iter().any(|a| t.tangents.owns(a)) {
                    return fns.call(args).await;
                }
                let _guard = cx.enter(t.parent.clone());
                custom_vjp_call(&cx, fns, args).await
            }
            Trace::Batch(t) => {
                let parts: Vec<Batched> = args.iter().map(|a| batch_parts(t, a)).collect();
                let values: Vec<Value> = parts.iter().map(|p| p.0.clone()).collect();
                let dims: Vec<Option<usize>> = parts.iter().map(|p| p.1).collect();
                let _guard = cx.enter(t.parent.clone());
                if dims.iter().all(Option::is_none) {
                    return custom_vjp_call(&cx, fns, values).await;
                }
                let axis = Axis { size: t.size, name: t.axis_name.clone() };
                let batched = Rc::new(BatchedVjp { cx: cx.clone(), fns, dims, axis });
                let outs = custom_vjp_call(&cx, batched, values).await?;
                Ok(outs.into_iter().map(|o| batch_wrap(t, o, Some(0))).collect())
            }
            Trace::Stage(_) => {
                let avals: Vec<ShapedArray> = args.iter().map(|a| a.aval().clone()).collect();
                let call = {
                    let fns = fns.clone();
                    Wrapped(move |args: Vec<Value>| fns.call(args))
                };
                let staged = stage(&cx, &call, &avals).await?;
                let [fwd_name, bwd_name] = fns.rule_names();
                let rule = VjpRule { fns: fns.clone(), captured: staged.captured.len(), staged: Default::default() };
                let params = Params::CustomVjpCall {
                    name: fns.name(),
                    call_jaxpr: staged.closed,
                    rules: CustomVjpRules(Rc::new(rule), fwd_name, bwd_name),
                    symbolic_zeros: false,
                };
                let args = [&staged.captured[..], &args].concat();
                Ok(cx.bind_async(Prim::CustomVjpCall, params, &args).await?.into_vec())
            }
        }
    })
}

/// `custom_vjp` code mapped over an axis, batched in front.
struct BatchedVjp {
    cx: Cx,
    fns: Rc<dyn VjpFns>,
    dims: Vec<Option<usize>>,
    axis: Axis,
}

struct BatchedToken {
    inner: Rc<dyn Any>,
    residual_dims: Vec<Option<usize>>,
}

impl VjpFns for BatchedVjp {
    fn name(&self) -> Rc<str> {
        self.fns.name()
    }
    fn rule_names(&self) -> [Rc<str>; 2] {
        self.fns.rule_names()
    }
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let fns = self.fns.clone();
        let f = Rc::new(Wrapped(move |args: Vec<Value>| fns.call(args)));
        BatchedFn { cx: self.cx.clone(), f, dims: self.dims.clone(), axis: self.axis.clone() }.call(args)
    }
    fn fwd(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Forward>> {
        let (cx, fns, dims, axis) = (self.cx.clone(), self.fns.clone(), self.dims.clone(), self.axis.clone());
        Box::pin(async move {
            let t = new_batch(&cx, &axis);
            let ins = args.into_iter().zip(dims).map(|(a, d)| batch_wrap(&t, a, d)).collect();
            let forward = {
                let _guard = cx.enter(Trace::Batch(t.clone()));
                fns.fwd(ins).await?
            };
            t.live.set(false);
            let outs = forward
                .outs
                .iter()
                .map(|o| {
                    let (v, d) = batch_parts(&t, o);
                    to_front(&cx, &v, d, axis.size)
                })
                .collect::<Result<Vec<_>>>()?;
            let (residuals, residual_dims): (Vec<Value>, Vec<Option<usize>>) =
                forward.residuals.iter().map(|r| batch_parts(&t, r)).unzip();
            Ok(Forward { outs, residuals, token: Rc::new(BatchedToken { inner: forward.token, residual_dims }) })
        })
    }
    fn bwd(&self, token: Rc<dyn Any>, residuals: Vec<Value>, cts: Vec<Value>) -> LocalBoxFuture<Result<Vec<Tangent>>> {
        let (cx, fns, dims, axis) = (self.cx.clone(), self.fns.clone(), self.dims.clone(), self.axis.clone());
        Box::pin(async move {
            let token =
                token.downcast::<BatchedToken>().map_err(|_| Error::internal("a residual token of another rule"))?;
            let t = new_batch(&cx, &axis);
            let residuals =
                residuals.into_iter().zip(&token.residual_dims).map(|(r, d)| batch_wrap(&t, r, *d)).collect();
            let cts = cts.into_iter().map(|c| batch_wrap(&t, c, Some(0))).collect();
            let got = {
                let _guard = cx.enter(Trace::Batch(t.clone()));
                fns.bwd(token.inner.clone(), residuals, cts).await?
            };
            t.live.set(false);
            got.iter()
                .zip(dims)
                .map(|(g, want)| {
                    let Some(g) = g else { return Ok(None) };
                    let (v, d) = batch_parts(&t, g);
                    Ok(Some(match (want, d) {
                        (Some(want), d) => {
                            let front = to_front(&cx, &v, d, axis.size)?;
                            ops::move_axis(&cx, &front, 0, want)?
                        }
                        (None, Some(d)) => ops::reduce_sum(&cx, &v, &[d])?,
                        (None, None) => ops::mul(&cx, &v, &ops::scalar_like(&v, axis.size as f64))?,
                    }))
                })
                .collect()
        })
    }
}

/// Staged calls under `vmap`: the body batched, the rule mapped.
pub fn batch(cx: &Cx, axis: &Axis, prim: Prim, params: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    let dims: Vec<Option<usize>> = xs.iter().map(|x| x.1).collect();
    let args: Vec<Value> = xs.iter().map(|x| x.0.clone()).collect();
    match params {
        Params::CustomJvpCall { name, call_jaxpr, rule, symbolic_zeros } => {
            let (call, out_dims) = batch_jaxpr(cx, call_jaxpr, axis, &dims, &OutDims::Natural)?;
            let (inner, axis, dims, outs) = (rule.clone(), axis.clone(), dims, out_dims.clone());
            let native = move |cx: &Cx, primals: &[Value], tangents: &[Tangent]| {
                let t = new_batch(cx, &axis);
                let wrap = |v: &Value, d: &Option<usize>| batch_wrap(&t, v.clone(), *d);
                let ps: Vec<Value> = primals.iter().zip(&dims).map(|(v, d)| wrap(v, d)).collect();
                let ts: Vec<Tangent> =
                    tangents.iter().zip(&dims).map(|(v, d)| v.as_ref().map(|v| wrap(v, d))).collect();
                let (o, ot) = cx.within(&Trace::Batch(t.clone()), || jvp(cx, &inner, &ps, &ts))?;
                t.live.set(false);
                let unwrap = |v: &Value, want: &Option<usize>| -> Result<Value> {
                    let (v, d) = batch_parts(&t, v);
                    match want {
                        Some(w) => {
                            let front = to_front(cx, &v, d, axis.size)?;
                            ops::move_axis(cx, &front, 0, *w)
                        }
                        None => Ok(v),
                    }
                };
                let o = o.iter().zip(&outs).map(|(v, w)| unwrap(v, w)).collect::<Result<Vec<_>>>()?;
                let ot = ot
                    .iter()
                    .zip(&outs)
                    .map(|(v, w)| v.as_ref().map(|v| unwrap(v, w)).transpose())
                    .collect::<Result<Vec<_>>>()?;
                Ok((o, ot))
            };
            let params = Params::CustomJvpCall {
                name: name.clone(),
                call_jaxpr: call,
                rule: CustomJvpRule(Rc::new(JvpRule::Native(Box::new(native))), rule.1.clone()),
                symbolic_zeros: *symbolic_zeros,
            };
            let outs = cx.bind(Prim::CustomJvpCall, params, &args)?;
            Ok(outs.into_iter().zip(out_dims).collect())
        }
        Params::CustomVjpCall { name, call_jaxpr, rules, symbolic_zeros } => {
            let marked = vec![true; call_jaxpr.jaxpr.outs.len()];
            let (call, _) = batch_jaxpr(cx, call_jaxpr, axis, &dims, &OutDims::Front(marked))?;
            let rule = vjp_rule_of(rules)?;
            let fns = Rc::new(BatchedVjp {
                cx: cx.clone(),
                fns: rule.fns.clone(),
                dims: dims[rule.captured..].to_vec(),
                axis: axis.clone(),
            });
            let new = VjpRule { fns, captured: rule.captured, staged: Default::default() };
            let params = Params::CustomVjpCall {
                name: name.clone(),
                call_jaxpr: call,
                rules: CustomVjpRules(Rc::new(new), rules.1.clone(), rules.2.clone()),
                symbolic_zeros: *symbolic_zeros,
            };
            let outs = cx.bind(Prim::CustomVjpCall, params, &args)?;
            Ok(outs.into_iter().map(|o| (o, Some(0))).collect())
        }
        _ => Err(Error::new(
            ErrorClass::NotImplementedError,
            format!("Batching rule for '{}' not implemented", prim.name()),
        )),
    }
}

/// Calls code that never waits (rules written in Rust).
pub fn call_ready(f: &dyn FlatFn, args: Vec<Value>) -> Result<Vec<Value>> {
    ready(f.call(args))
}
