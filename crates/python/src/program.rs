//! A program: its source compiled, its globals, and the machine that runs it.

use std::rc::Rc;

use crate::compile::{self, Diagnostic};
use crate::obj::{Exc, FatalKind, Module, Obj, PyDict, R, TbEntry, mem};
use crate::rt::Rt;
use crate::vm::code::Source;
use crate::vm::{Vm, trace};
use gradlens_numpy::ir::Span;

/// What a program may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps.
    pub fuel: u64,
    /// Bytes of containers and strings.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { fuel: 200_000_000, memory: 512 << 20 }
    }
}

/// Why a program ended early.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The exception's class, with its module unless that is builtin; `SyntaxError` and `Unsupported` before the
    /// start; `Limit` where a limit ended it.
    pub class: String,
    /// The message.
    pub message: String,
    /// Where: the innermost place in the user's source.
    pub span: Option<Span>,
    /// The whole traceback as CPython prints it.
    pub traceback: String,
    /// The lines of the traceback, outermost first.
    pub frames: Vec<TbEntry>,
    /// The exception itself.
    pub exception: Option<Obj>,
}

/// A compiled program with its globals.
pub struct Program {
    /// The runtime.
    pub rt: Rt,
    /// The module's globals.
    pub globals: Rc<PyDict>,
    /// The source.
    pub source: Rc<Source>,
    code: Rc<crate::vm::code::Code>,
}

impl Program {
    /// Compiles a source. Everything that is wrong with it comes back at once.
    pub fn new(name: &str, text: &str, limits: Limits, out: Box<dyn FnMut(&str)>) -> Result<Program, Vec<Diagnostic>> {
        mem::set_cap(limits.memory);
        let source = Source::new(name, text, false);
        let code = compile::compile(&source)?;
        let rt = Rt::new(limits.fuel, out);
        let globals = PyDict::new();
        globals.set_name("__name__", Obj::name("__main__"));
        globals.set_name("__doc__", Obj::None);
        let main = Module { name: crate::obj::intern("__main__"), dict: globals.clone() };
        rt.modules.borrow_mut().insert("__main__".into(), Rc::new(main));
        Ok(Program { rt, globals, source, code })
    }

    /// The bytecode, as text.
    pub fn listing(&self) -> String {
        self.code.listing()
    }

    /// A machine that is about to run the module.
    pub fn start(&self) -> Vm {
        let mut vm = Vm::new(self.rt.clone());
        vm.start(self.code.clone(), self.globals.clone());
        vm
    }

    /// Runs the module to its end.
    pub async fn run(&self) -> Result<(), Failure> {
        let mut vm = self.start();
        let r = vm.run_all().await;
        self.settle(r.map(|_| ())).await
    }

    /// Runs the module to its end; waits must end at once.
    // One failure per run: its size does not matter.
    #[allow(clippy::result_large_err)]
    pub fn run_blocking(&self) -> Result<(), Failure> {
        let mut vm = self.start();
        let r = vm.run_blocking().map(|_| ());
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        let mut fut = Box::pin(self.settle(r));
        loop {
            if let std::task::Poll::Ready(r) = std::future::Future::poll(fut.as_mut(), &mut cx) {
                return r;
            }
        }
    }

    /// Turns an error into what is shown; a user's `__str__` is asked for its text.
    pub async fn settle<T>(&self, r: R<T>) -> Result<T, Failure> {
        let e = match r {
            Ok(v) => return Ok(v),
            Err(e) => e,
        };
        let o = match e {
            Exc::Py(o) => o,
            Exc::Fatal(f) => {
                let class = if f.kind == FatalKind::Interrupted { "KeyboardInterrupt" } else { "Limit" };
                let span = self.rt.span.get();
                return Err(Failure {
                    class: class.into(),
                    traceback: format!("{class}: {}\n", f.message),
                    message: f.message,
                    span: Some(span),
                    frames: Vec::new(),
                    exception: None,
                });
            }
            _ => {
                return Err(Failure {
                    class: "RuntimeError".into(),
                    message: "an operation could not be completed".into(),
                    span: None,
                    traceback: String::new(),
                    frames: Vec::new(),
                    exception: None,
                });
            }
        };
        // The text may have to be asked for: on a machine of its own, with a little fuel.
        self.rt.fuel.set(self.rt.fuel.get().max(1_000_000));
        let (rt, shown) = (self.rt.clone(), o.clone());
        let mut vm = Vm::new(self.rt.clone());
        vm.start_future(Box::pin(async move {
            trace::prepare(&rt, &shown).await;
            Ok(Obj::None)
        }));
        let _ = vm.run_all().await;
        let frames: Vec<TbEntry> = o.exc().map(|d| d.tb.borrow().iter().rev().cloned().collect()).unwrap_or_default();
        Err(Failure {
            class: trace::class_name(&o),
            message: trace::message(&o),
            // The engine may know better, as where a derivative fails.
            span: o
                .exc()
                .and_then(|d| d.place.get())
                .or_else(|| frames.iter().rev().find(|f| f.file.as_str() == self.source.name.as_str()).map(|f| f.span)),
            traceback: trace::format(&o),
            frames,
            exception: Some(o),
        })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Modules, their functions and their globals are cycles: cutting the globals frees most of them.
        for (_, m) in self.rt.modules.borrow_mut().drain() {
            m.dict.clear();
        }
        for c in self.rt.tracked() {
            c.dict.clear();
        }
        self.globals.clear();
        self.rt.builtins.clear();
    }
}
