//! A user's module, run: its diagnostics and output, and its functions of a scalar as the lens sees them.

use crate::executor::Engine;
use crate::protocol::{Diagnostic, Frame, Function, Module, Output, Param, Severity, Span};
use gradlens_ir::rule_objects::FlatFn;
use gradlens_ir::{Array, DType, Error, LocalBoxFuture, Result, Value, ops};
use gradlens_lens::Source;
use gradlens_numpy::{Arg, Callable};
use gradlens_python::bind;
use gradlens_python::obj::Obj;
use gradlens_python::program::{Failure, Limits, Program};
use gradlens_transform::{self as tf, Cx, Recorded};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

/// Steps that running a module may take, and as many again for each analysis of it.
const FUEL: u64 = 60_000_000;

/// Work that kernels may do while a module runs, and as much again for each analysis of it.
const KERNEL_FUEL: u64 = 30_000_000;

/// A module that has been run.
pub struct Loaded {
    /// Its program and globals; `None` when it did not compile.
    pub program: Option<Rc<Program>>,
    /// The engine context it ran in.
    pub cx: Cx,
    /// What is to be said of it.
    pub module: Module,
    /// Whether a limit ended it.
    pub stopped: bool,
    quiet: Rc<Cell<bool>>,
    engine: Rc<Engine>,
}

/// Turns byte offsets into spans with line and column.
pub struct Lines<'a>(&'a str);

impl<'a> Lines<'a> {
    /// Of this text.
    pub fn new(text: &'a str) -> Lines<'a> {
        Lines(text)
    }
    /// The text.
    pub fn text(&self) -> &'a str {
        self.0
    }
    /// The span with its place; `None` for no span.
    pub fn span(&self, s: gradlens_ir::Span) -> Option<Span> {
        if s.is_none() {
            return None;
        }
        let at = (s.start as usize).min(self.0.len());
        let at = (0..=at).rev().find(|i| self.0.is_char_boundary(*i)).unwrap_or(0);
        let before = &self.0[..at];
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
        Some(Span { start: s.start, end: s.end, line, column })
    }
}

fn failure_diagnostic(f: &Failure, lines: &Lines) -> Diagnostic {
    let help = f.exception.as_ref().and_then(|o| o.exc()).and_then(|d| d.help.borrow().clone());
    Diagnostic {
        severity: Severity::Error,
        span: f.span.and_then(|s| lines.span(s)),
        class: Some(f.class.clone()),
        message: f.message.clone(),
        help,
        trace: f
            .frames
            .iter()
            .filter_map(|t| lines.span(t.span).map(|span| Frame { name: t.name.to_string(), span }))
            .collect(),
        fixes: vec![],
    }
}

/// The diagnostic of an error that came out of an analysis.
pub fn error_diagnostic(e: &Error, lines: &Lines) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        span: e.span().and_then(|s| lines.span(s)),
        class: Some(e.class().qualified_name().into()),
        message: e.message().to_string(),
        help: e.help().map(str::to_string),
        trace: vec![],
        fixes: vec![],
    }
}

/// Compiles and runs a module.
pub async fn load(engine: &Rc<Engine>, source: &str, x64: bool) -> Loaded {
    let lines = Lines::new(source);
    engine.refuel(KERNEL_FUEL);
    let cx = crate::context(engine);
    cx.configure(|c| c.x64 = x64);
    let output = Rc::new(RefCell::new(String::new()));
    let quiet = Rc::new(Cell::new(false));
    let (sink, hush) = (output.clone(), quiet.clone());
    let write = move |text: &str| {
        if !hush.get() {
            sink.borrow_mut().push_str(text);
        }
    };
    let mut module = Module::default();
    let limits = Limits { fuel: FUEL, ..Limits::default() };
    let program = match Program::new("<module>", source, limits, Box::new(write)) {
        Ok(p) => p,
        Err(list) => {
            module.diagnostics = list
                .iter()
                .map(|d| Diagnostic {
                    severity: Severity::Error,
                    span: lines.span(d.span),
                    class: Some(d.class.to_string()),
                    message: d.message.clone(),
                    help: None,
                    trace: vec![],
                    fixes: vec![],
                })
                .collect();
            return Loaded { program: None, cx, module, stopped: false, quiet, engine: engine.clone() };
        }
    };
    bind::install(&program.rt, cx.clone());
    let mut stopped = false;
    if let Err(f) = program.run().await {
        stopped = f.class == "Limit";
        module.diagnostics.push(failure_diagnostic(&f, &lines));
    }
    if !output.borrow().is_empty() {
        module.output.push(Output { stderr: false, text: output.borrow().clone() });
    }
    module.functions = functions(&program, &lines);
    Loaded { program: Some(Rc::new(program)), cx, module, stopped, quiet, engine: engine.clone() }
}

/// The module's own functions, in source order.
fn functions(program: &Program, lines: &Lines) -> Vec<Function> {
    let mut found: Vec<(u32, Function)> = vec![];
    for (name, value) in program.globals.items() {
        let (Obj::Str(name), Obj::Function(f)) = (&name, &value) else { continue };
        if name.as_str().starts_with('_') {
            continue;
        }
        let code = &f.code;
        let defaults = f.defaults.borrow();
        let first_default = code.n_pos.saturating_sub(defaults.len());
        let params: Vec<Param> = code.locals[..code.n_pos]
            .iter()
            .enumerate()
            .map(|(i, p)| {
                let given = (i >= first_default).then(|| &defaults[i - first_default]);
                let default = match given {
                    Some(Obj::Float(x)) => Some(*x),
                    Some(Obj::Int(k)) => Some(*k as f64),
                    _ => None,
                };
                Param { name: p.to_string(), default, scalar: given.is_none() || default.is_some() }
            })
            .collect();
        let start = code.spans.first().map_or(0, |s| s.start);
        let doc = match &*f.doc.borrow() {
            Obj::Str(s) => s.as_str().lines().next().map(str::to_string),
            _ => None,
        };
        let span = code.spans.first().and_then(|s| lines.span(*s));
        found.push((start, Function { name: name.to_string(), params, span, doc }));
    }
    found.sort_by_key(|f| f.0);
    found.into_iter().map(|f| f.1).collect()
}

/// A function of the module with one parameter free.
#[derive(Clone)]
pub struct Scalar {
    cx: Cx,
    f: Rc<dyn Callable>,
    /// Which positional argument moves.
    axis: usize,
    /// The values of all of them; the moving one is replaced.
    args: Vec<Arg>,
    dtype: DType,
}

impl FlatFn for Scalar {
    fn name(&self) -> String {
        self.f.name()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn call(&self, x: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let mut args = self.args.clone();
        args[self.axis] = Arg::Array(x[0].clone());
        let (cx, dtype, running) = (self.cx.clone(), self.dtype, self.f.call(&self.cx, args, vec![]));
        Box::pin(async move {
            let out = running.await?;
            let (mut leaves, _) = gradlens_numpy::tree::flatten(&out)?;
            if leaves.len() != 1 || !leaves[0].is_arraylike() {
                return Err(Error::type_error(format!(
                    "the function must return one number to be plotted; it returned {}",
                    out.type_name()
                )));
            }
            let y = gradlens_numpy::convert::value(&cx, "", &leaves.remove(0))?;
            if y.aval().size() != 1 {
                return Err(Error::type_error(format!(
                    "the function must return one number to be plotted; it returned an array of shape {}",
                    gradlens_ir::aval::tuple_text(y.shape())
                ))
                .with_help("sum, average or pick one entry of the result"));
            }
            let y = if y.ndim() == 0 { y } else { ops::reshape(&cx, &y, &[])? };
            Ok(vec![if y.dtype().is_floating() { y } else { ops::convert(&cx, &y, dtype, false)? }])
        })
    }
}

impl Scalar {
    /// `function` of `loaded`, moving along parameter `axis` (by name, or the first scalar one).
    pub fn new(
        loaded: &Loaded,
        function: &Function,
        axis: Option<&str>,
        sliders: &[(String, f64)],
        dtype: DType,
    ) -> Result<Scalar> {
        let Some(program) = &loaded.program else { return Err(Error::value_error("the module did not compile")) };
        let object = program.globals.get_name(&function.name).unwrap_or(Obj::None);
        let arg = bind::to_arg_sync(&program.rt, &object).map_err(bind::to_error)?;
        let Arg::Callable(f) = arg else {
            return Err(Error::type_error(format!("{} is not a function", function.name)));
        };
        let axis = match axis {
            Some(name) => function.params.iter().position(|p| p.name == name),
            None => function.params.iter().position(|p| p.scalar),
        }
        .ok_or_else(|| Error::type_error(format!("{} takes no scalar argument", function.name)))?;
        let args = function
            .params
            .iter()
            .map(|p| Arg::Float(sliders.iter().find(|s| s.0 == p.name).map(|s| s.1).or(p.default).unwrap_or(1.0)))
            .collect();
        Ok(Scalar { cx: loaded.cx.clone(), f, axis, args, dtype })
    }
    fn point(&self, x: f64) -> Array {
        Array::full(&[], self.dtype, x)
    }
    /// Stages the function, where its code does not look at its argument.
    pub async fn stage(&self) -> Result<gradlens_ir::ClosedJaxpr> {
        Ok(tf::stage(&self.cx, self, &[self.point(0.0).aval().clone()]).await?.closed)
    }
    /// Stages its gradient.
    pub async fn stage_gradient(&self) -> Result<gradlens_ir::ClosedJaxpr> {
        Ok(tf::stage(&self.cx, &Reverse(self.clone()), &[self.point(0.0).aval().clone()]).await?.closed)
    }
}

/// Value and forward derivative.
struct Forward(Scalar);

impl FlatFn for Forward {
    fn name(&self) -> String {
        self.0.name()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn call(&self, x: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let f = self.0.clone();
        Box::pin(async move {
            let one = ops::scalar_like(&x[0], 1.0);
            let (mut y, t) = tf::jvp(&f.cx, &f, x, vec![Some(one)]).await?;
            let t = match t.into_iter().next().flatten() {
                Some(t) => t,
                None => ops::zeros(&f.cx, &y[0].aval().tangent())?,
            };
            y.truncate(1);
            y.push(t);
            Ok(y)
        })
    }
}

/// The reverse derivative.
struct Reverse(Scalar);

impl FlatFn for Reverse {
    fn name(&self) -> String {
        self.0.name()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn call(&self, x: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let f = self.0.clone();
        Box::pin(async move {
            let aval = x[0].aval().clone();
            let (y, lin) = tf::linearize(&f.cx, &f, x, &[true]).await?;
            let ct = lin.transpose(&f.cx, &[Some(ops::scalar_like(&y[0], 1.0))]).await?;
            Ok(vec![match ct.into_iter().next().flatten() {
                Some(g) => g,
                None => ops::zeros(&f.cx, &aval.tangent())?,
            }])
        })
    }
}

impl Source for Scalar {
    fn record(&self, x: f64) -> LocalBoxFuture<Result<Recorded>> {
        let f = self.clone();
        Box::pin(async move { tf::record(&f.cx, &f, &[f.point(x)], 1).await })
    }
    fn record_forward(&self, x: f64) -> LocalBoxFuture<Result<Recorded>> {
        let f = self.clone();
        Box::pin(async move { tf::record(&f.cx, &Forward(f.clone()), &[f.point(x)], 1).await })
    }
    fn record_reverse(&self, x: f64) -> LocalBoxFuture<Result<Recorded>> {
        let f = self.clone();
        Box::pin(async move { tf::record(&f.cx, &Reverse(f.clone()), &[f.point(x)], 1).await })
    }
}

impl Loaded {
    /// Runs work that calls the module's functions: on its machine, with fuel of its own, and with output discarded.
    pub async fn drive<T: 'static>(&self, work: impl Future<Output = Result<T>> + 'static) -> Result<T> {
        let Some(program) = &self.program else { return Err(Error::value_error("the module did not compile")) };
        self.quiet.set(true);
        self.engine.refuel(KERNEL_FUEL);
        program.rt.fuel.set(FUEL);
        let slot: Rc<RefCell<Option<Result<T>>>> = Default::default();
        let put = slot.clone();
        let mut vm = gradlens_python::vm::Vm::new(program.rt.clone());
        vm.start_future(Box::pin(async move {
            let r = work.await;
            *put.borrow_mut() = Some(r);
            Ok(Obj::None)
        }));
        let ended = vm.run_all().await;
        self.quiet.set(false);
        let got = slot.borrow_mut().take();
        match (got, ended) {
            (Some(Err(e)), _) => Err(e),
            (Some(r), _) => r,
            (None, Err(e)) => Err(bind::to_error(e)),
            (None, Ok(_)) => Err(Error::internal("the analysis ended without a result")),
        }
    }
}

/// The class and message of an error as the corpus writes them.
pub fn describe(e: &Error) -> (String, String) {
    if let Some(o) = e.host_object().and_then(|h| h.downcast_ref::<Obj>()) {
        let class = gradlens_python::vm::trace::class_name(o);
        return (class, gradlens_python::vm::trace::message(o));
    }
    (e.class().qualified_name().into(), e.message().into())
}
