//! The engine context: the current trace, configuration, the executor, and `bind`.

use crate::control;
use crate::process;
use crate::trace::{Trace, TraceId};
use gradlens_ir::{Array, Bind, ClosedJaxpr, ErrorClass, Outs, Params, Prim, Result, ShapedArray, Span, Value};
use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Runs primitives and whole Jaxprs on concrete arrays: lowering plus a backend, filled in by `session`. `None` says that it
/// cannot be one program (a callback inside): then it is interpreted, equation by equation.
pub trait Executor {
    /// Runs one equation now.
    fn eqn(&self, prim: Prim, params: &Params, args: &[Array], outs: &[ShapedArray]) -> Result<Option<Vec<Array>>>;
    /// Runs a whole Jaxpr as one program.
    fn jaxpr(&self, closed: &ClosedJaxpr, args: &[Array]) -> Result<Option<Vec<Array>>>;
}

/// JAX's configuration, as far as it changes answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `jax_enable_x64`.
    pub x64: bool,
    /// `jax_debug_nans`.
    pub debug_nans: bool,
    /// `jax_debug_infs`.
    pub debug_infs: bool,
    /// `jax_disable_jit`.
    pub disable_jit: bool,
    /// `jax_numpy_dtype_promotion = "strict"`.
    pub strict_promotion: bool,
    /// `jax_numpy_rank_promotion`: "allow", "warn" or "raise".
    pub rank_promotion: RankPromotion,
}

/// `jax_numpy_rank_promotion`.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum RankPromotion {
    /// Silently broadcast.
    Allow,
    /// Say so.
    Warn,
    /// Refuse.
    Raise,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            x64: false,
            debug_nans: false,
            debug_infs: false,
            disable_jit: false,
            strict_promotion: false,
            rank_promotion: RankPromotion::Allow,
        }
    }
}

struct Inner {
    current: RefCell<Trace>,
    executor: Rc<dyn Executor>,
    config: RefCell<Config>,
    span: Cell<Span>,
    next_id: Cell<u64>,
    caches: crate::cache::Caches,
    extensions: RefCell<HashMap<TypeId, Rc<dyn Any>>>,
}

/// The engine context. Cheap to clone; one per user session. Everything runs on one thread.
#[derive(Clone)]
pub struct Cx(Rc<Inner>);

/// Restores the previous trace when dropped, so that a native whose future is dropped leaves no trace behind.
pub struct TraceGuard {
    cx: Cx,
    previous: Option<Trace>,
}

impl Drop for TraceGuard {
    fn drop(&mut self) {
        if let Some(t) = self.previous.take() {
            *self.cx.0.current.borrow_mut() = t;
        }
    }
}

/// Restores the previous span when dropped.
pub struct SpanGuard {
    cx: Cx,
    previous: Span,
}

impl Drop for SpanGuard {
    fn drop(&mut self) {
        self.cx.0.span.set(self.previous);
    }
}

impl Cx {
    /// A fresh context over an executor.
    pub fn new(executor: Rc<dyn Executor>) -> Cx {
        Cx(Rc::new(Inner {
            current: RefCell::new(Trace::Eval),
            executor,
            config: RefCell::new(Config::default()),
            span: Cell::new(Span::NONE),
            next_id: Cell::new(1),
            caches: Default::default(),
            extensions: Default::default(),
        }))
    }
    /// The configuration.
    pub fn config(&self) -> Config {
        self.0.config.borrow().clone()
    }
    /// Changes the configuration.
    pub fn configure(&self, change: impl FnOnce(&mut Config)) {
        change(&mut self.0.config.borrow_mut());
    }
    /// Keeps one object per type for the layers above (the host's printing, a binding's tables).
    pub fn set_extension<T: Any>(&self, value: Rc<T>) {
        self.0.extensions.borrow_mut().insert(TypeId::of::<T>(), value);
    }
    /// The object of this type, if a layer above has set one.
    pub fn extension<T: Any>(&self) -> Option<Rc<T>> {
        let found = self.0.extensions.borrow().get(&TypeId::of::<T>()).cloned();
        found.and_then(|v| v.downcast::<T>().ok())
    }
    /// The size of a named axis in scope (an enclosing `vmap` with this `axis_name`).
    pub fn axis_size(&self, name: &str) -> Option<usize> {
        let mut t = Some(self.current());
        while let Some(trace) = t {
            if let Trace::Batch(b) = &trace
                && b.axis_name.as_deref() == Some(name)
            {
                return Some(b.size);
            }
            t = match &trace {
                // A staged function sees the axes of the trace it is staged in.
                Trace::Stage(s) => s.outer.clone(),
                other => other.parent(),
            };
        }
        None
    }
    /// Whether any named axis is in scope.
    pub fn has_axes(&self) -> bool {
        let mut t = Some(self.current());
        while let Some(trace) = t {
            if matches!(&trace, Trace::Batch(b) if b.axis_name.is_some()) {
                return true;
            }
            t = match &trace {
                Trace::Stage(s) => s.outer.clone(),
                other => other.parent(),
            };
        }
        false
    }
    /// What runs concrete work.
    pub fn executor(&self) -> &Rc<dyn Executor> {
        &self.0.executor
    }
    /// Runs a Jaxpr on concrete arrays.
    pub fn run(&self, closed: &ClosedJaxpr, args: &[Array]) -> Result<Vec<Array>> {
        if let Some(outs) = self.0.executor.jaxpr(closed, args)? {
            return Ok(outs);
        }
        let values: Vec<Value> = args.iter().cloned().map(Value::Array).collect();
        let outs = self.within(&Trace::Eval, || crate::interp::eval_jaxpr(self, closed, &values))?;
        crate::interp::arrays(&outs)
    }
    pub(crate) fn caches(&self) -> &crate::cache::Caches {
        &self.0.caches
    }
    /// The source range that operations are blamed on from here on.
    pub fn set_span(&self, span: Span) {
        self.0.span.set(span);
    }
    /// The source range of the running operation.
    pub fn span(&self) -> Span {
        self.0.span.get()
    }
    /// Sets the span until the guard is dropped.
    pub fn enter_span(&self, span: Span) -> SpanGuard {
        let previous = self.span();
        if !span.is_none() {
            self.set_span(span);
        }
        SpanGuard { cx: self.clone(), previous }
    }
    pub(crate) fn fresh_id(&self) -> TraceId {
        let id = self.0.next_id.get();
        self.0.next_id.set(id + 1);
        TraceId(id)
    }
    /// The trace that `bind` goes to.
    pub fn current(&self) -> Trace {
        self.0.current.borrow().clone()
    }
    /// Makes `trace` current until the guard is dropped.
    pub fn enter(&self, trace: Trace) -> TraceGuard {
        let previous = std::mem::replace(&mut *self.0.current.borrow_mut(), trace);
        TraceGuard { cx: self.clone(), previous: Some(previous) }
    }
    /// Runs `f` with `trace` current.
    pub fn within<T>(&self, trace: &Trace, f: impl FnOnce() -> T) -> T {
        let _guard = self.enter(trace.clone());
        f()
    }
    /// Whether any trace above evaluation is a staging one: then library functions keep their named `jit` wrappers.
    pub fn is_staging(&self) -> bool {
        let mut t = self.current();
        loop {
            match t.parent() {
                None => return matches!(t, Trace::Stage(_)),
                Some(_) if matches!(t, Trace::Stage(_)) => return true,
                Some(p) => t = p,
            }
        }
    }
    /// Result avals of a primitive.
    pub fn typing(&self, prim: Prim, params: &Params, avals: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
        use gradlens_ir::elementwise::shared::elementwise_type;
        use gradlens_ir::rows::Typing;
        match &prim.row().typing {
            Typing::Elementwise(accepts, out) => Ok(vec![elementwise_type(prim.name(), accepts, *out, avals)?]),
            Typing::Rule(rule) => rule(params, avals),
            Typing::Structural => control::typing(prim, params, avals),
        }
    }
    /// Applies a primitive whose Jaxprs may hold user rules that have yet to be traced: traces them, then applies it.
    pub async fn bind_async(&self, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
        self.retrying(|| self.bind(prim, params.clone(), args)).await
    }
    /// Runs a synchronous call that may ask for something to be awaited first.
    pub async fn retrying<T>(&self, mut call: impl FnMut() -> Result<T>) -> Result<T> {
        loop {
            match call() {
                Err(e) if e.class() == ErrorClass::Suspend => match e.pending() {
                    Some(p) => {
                        let p = p.clone();
                        p.resolve().await?
                    }
                    None => return Err(e),
                },
                other => return other,
            }
        }
    }
    /// `retrying` where waiting is allowed, else a plain call.
    pub(crate) async fn retrying_if<T>(&self, may_wait: bool, mut call: impl FnMut() -> Result<T>) -> Result<T> {
        if may_wait { self.retrying(call).await } else { call() }
    }
    /// Runs a library function under a named `jit`, as JAX's own library functions are (`_where`, `clip`, `relu`): seen in staged
    /// Jaxprs, and run straight through when everything is eager (the answers are the same).
    pub fn jit_named(
        &self,
        name: &str,
        args: &[Value],
        f: impl FnOnce(&Cx, &[Value]) -> Result<Vec<Value>>,
    ) -> Result<Vec<Value>> {
        if !self.is_staging() {
            return f(self, args);
        }
        let avals: Vec<ShapedArray> = args.iter().map(|a| a.aval().clone()).collect();
        let staged = crate::stage::stage_sync(self, &avals, |xs| f(self, xs))?;
        let mut operands = staged.captured.clone();
        operands.extend_from_slice(args);
        Ok(self.bind(Prim::Jit, Params::Jit { name: name.into(), jaxpr: staged.closed }, &operands)?.into_vec())
    }
}

impl Bind for Cx {
    fn bind(&self, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
        process::check_live(args).map_err(|e| e.at(self.span()))?;
        process::bind(self, &self.current(), prim, params, args).map_err(|e| e.at(self.span()))
    }
    fn x64(&self) -> bool {
        self.0.config.borrow().x64
    }
}
