//! The runtime as builtins see it: calls into Python, fuel, output, modules.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::obj::exc::FatalKind;
use crate::obj::{Args, Exc, Fatal, Generator, Imp, Module, Obj, PyDict, R};
use gradlens_numpy::ir::Span;

/// What a native frame asks of the VM.
pub enum Request {
    /// Call this.
    Call(Obj, Args),
    /// Resume a generator with a value.
    Send(Rc<Generator>, Obj),
    /// Raise in a generator.
    Throw(Rc<Generator>, Exc),
    /// Run the module of this name (its source is known) and give it back.
    Import(String),
}

/// A handle on the runtime; clones share it.
#[derive(Clone)]
pub struct Rt(Rc<Inner>);

/// A handle that does not keep the runtime alive: for callables that the engine's caches may keep.
#[derive(Clone)]
pub struct WeakRt(std::rc::Weak<Inner>);

impl WeakRt {
    /// The runtime, while it lives.
    pub fn upgrade(&self) -> Option<Rt> {
        self.0.upgrade().map(Rt)
    }
}

/// The state behind [`Rt`].
pub struct Inner {
    /// Steps left.
    pub fuel: Cell<u64>,
    depth: Cell<u32>,
    /// Containers whose repr is being made, for `[...]`.
    pub(crate) showing: RefCell<Vec<usize>>,
    /// Set from outside to stop.
    pub interrupted: Cell<bool>,
    /// Where `print` goes.
    pub out: RefCell<Box<dyn FnMut(&str)>>,
    pub(crate) request: RefCell<Option<Request>>,
    pub(crate) response: RefCell<Option<R<Obj>>>,
    /// The `builtins` module's names.
    pub builtins: Rc<PyDict>,
    classes: RefCell<Vec<std::rc::Weak<crate::obj::Class>>>,
    /// `sys.modules`.
    pub modules: RefCell<HashMap<String, Rc<Module>>>,
    /// Where in the source the instruction is that runs now.
    pub span: Cell<Span>,
    /// What the binding of the library keeps here.
    pub host: RefCell<Option<Rc<dyn std::any::Any>>>,
    /// Figures that `plt.show()` has shown, as lists of axes.
    pub figures: RefCell<Vec<Obj>>,
    /// Told of each figure.
    pub on_figure: RefCell<Option<Rc<dyn Fn(&Obj)>>>,
    /// Milliseconds since some moment, for `time`.
    pub clock: Cell<fn() -> f64>,
}

impl std::ops::Deref for Rt {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Rt {
    /// A runtime with this much fuel, printing to `out`.
    pub fn new(fuel: u64, out: Box<dyn FnMut(&str)>) -> Rt {
        let rt = Rt(Rc::new(Inner {
            fuel: Cell::new(fuel),
            depth: Cell::new(0),
            showing: RefCell::default(),
            interrupted: Cell::new(false),
            out: RefCell::new(out),
            request: RefCell::new(None),
            response: RefCell::new(None),
            builtins: PyDict::new(),
            classes: RefCell::default(),
            modules: RefCell::new(HashMap::new()),
            span: Cell::new(Span::default()),
            host: RefCell::new(None),
            figures: RefCell::default(),
            on_figure: RefCell::default(),
            clock: Cell::new(|| 0.0),
        }));
        crate::builtins::install(&rt);
        rt
    }

    /// A handle that does not keep it alive.
    pub fn downgrade(&self) -> WeakRt {
        WeakRt(Rc::downgrade(&self.0))
    }

    /// Pays for `n` steps of work; the fuel error where there is not enough.
    pub fn charge(&self, n: u64) -> R<()> {
        if self.interrupted.get() {
            return Err(Exc::Fatal(Box::new(Fatal {
                kind: FatalKind::Interrupted,
                message: "the program was stopped".into(),
            })));
        }
        match self.fuel.get().checked_sub(n) {
            Some(left) => {
                self.fuel.set(left);
                Ok(())
            }
            None => {
                self.fuel.set(0);
                Err(Exc::Fatal(Box::new(Fatal::fuel())))
            }
        }
    }

    /// Remembers a class, so that the cycles it is in can be cut when the runtime ends.
    pub fn track(&self, class: &Rc<crate::obj::Class>) {
        self.classes.borrow_mut().push(Rc::downgrade(class));
    }

    /// The classes made so far that are still alive.
    pub fn tracked(&self) -> Vec<Rc<crate::obj::Class>> {
        self.classes.borrow().iter().filter_map(std::rc::Weak::upgrade).collect()
    }

    /// Counts one level of a nested container operation while the guard lives; a `RecursionError` when too deep.
    pub fn nest(&self, doing: &str) -> R<Nest> {
        if self.depth.get() >= crate::ops::MAX_NEST_ASYNC {
            return Err(crate::obj::exc::recursion_error(doing));
        }
        self.depth.set(self.depth.get() + 1);
        Ok(Nest(self.clone()))
    }

    /// Writes to the program's output.
    pub fn print(&self, s: &str) {
        (self.out.borrow_mut())(s);
    }

    /// Calls any callable. The Python frames it needs are frames of the VM, not of Rust.
    pub async fn call(&self, f: &Obj, args: impl Into<Args>) -> R<Obj> {
        let args = args.into();
        if let Obj::Builtin(b) = f
            && let Imp::Sync(g) = b.imp
        {
            let bound = b.sig.bind(&b.qualname, &args.pos, &args.kw)?;
            return self.retry(|| g(self, &bound)).await;
        }
        self.ask(Request::Call(f.clone(), args)).await
    }

    /// Calls a method by name.
    pub async fn call_method(&self, o: &Obj, name: &str, args: impl Into<Args>) -> R<Obj> {
        let m = crate::ops::get_attr(self, o, &crate::obj::intern(name)).await?;
        self.call(&m, args).await
    }

    /// Runs a sync operation, waiting and running it again while it has to wait for a device.
    pub async fn retry<T>(&self, mut f: impl FnMut() -> R<T>) -> R<T> {
        loop {
            match f() {
                Err(Exc::Read(w)) => w.await?,
                r => return r,
            }
        }
    }

    /// Asks the VM for something and waits for it. One request at a time: the asking frame is the top one.
    pub fn ask(&self, r: Request) -> Ask {
        Ask { rt: self.clone(), request: Some(r) }
    }
}

/// One level of nesting; see [`Rt::nest`].
pub struct Nest(Rt);

impl Drop for Nest {
    fn drop(&mut self) {
        self.0.depth.set(self.0.depth.get() - 1);
    }
}

/// A request under way.
pub struct Ask {
    rt: Rt,
    request: Option<Request>,
}

impl Future for Ask {
    type Output = R<Obj>;
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<R<Obj>> {
        if let Some(r) = self.request.take() {
            *self.rt.request.borrow_mut() = Some(r);
            return Poll::Pending;
        }
        match self.rt.response.borrow_mut().take() {
            Some(r) => Poll::Ready(r),
            None => Poll::Pending,
        }
    }
}
