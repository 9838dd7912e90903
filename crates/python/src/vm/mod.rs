//! The virtual machine. Frames live on the heap, so that a thousand Python frames cost no Rust stack, generators are
//! frames put aside, and the machine can stop between any two instructions and go on later.

mod call;
pub mod class;
pub mod code;
mod exec;
pub mod frame;
pub mod generator;
mod import;
mod matching;
mod slow;
pub mod trace;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::obj::exc::{self, E};
use crate::obj::{Args, Exc, Fut, Generator, Obj, PyDict, R, TbEntry, intern};
use crate::rt::{Request, Rt};
use code::Code;
use frame::{Frame, NativeFrame, PyFrame, Ret, Saved};

/// How many frames there may be.
pub const MAX_FRAMES: usize = 1000;

/// Where a run stopped.
#[derive(Debug)]
pub enum Step {
    /// The program ended.
    Done(R<Obj>),
    /// It waits for a device; poll again when woken.
    Suspended,
    /// It used up its slice; run it again.
    OutOfSlice,
}

/// The machine.
pub struct Vm {
    /// The runtime.
    pub rt: Rt,
    pub(crate) stack: Vec<Obj>,
    pub(crate) frames: Vec<Frame>,
    result: Option<R<Obj>>,
    /// Steps left before `OutOfSlice`.
    pub(crate) slice: i64,
}

/// How many steps a slice has.
pub const SLICE: i64 = 200_000;

impl Vm {
    /// A machine with nothing to do.
    pub fn new(rt: Rt) -> Vm {
        Vm { rt, stack: Vec::new(), frames: Vec::new(), result: None, slice: SLICE }
    }

    /// Sets out to run a module's code.
    pub fn start(&mut self, code: Rc<Code>, globals: Rc<PyDict>) {
        let r = self.push_code(code, globals, Ret::Push);
        if let Err(e) = r {
            self.result = Some(Err(e));
        }
    }

    /// Sets out to call something.
    pub fn start_call(&mut self, f: &Obj, args: Args) {
        if let Err(e) = self.push_call(f, args, Ret::Push) {
            self.result = Some(Err(e));
        }
    }

    /// Sets out to run a future that may use the runtime.
    pub fn start_future(&mut self, fut: Fut) {
        self.frames.push(Frame::Native(NativeFrame { fut, ret: Ret::Push }));
    }

    /// Runs until the end, a wait, or the end of the slice.
    pub fn run(&mut self, cx: &mut Context<'_>) -> Step {
        self.slice = SLICE;
        loop {
            if let Some(r) = self.result.take() {
                self.frames.clear();
                self.stack.clear();
                return Step::Done(r);
            }
            let outcome = match self.frames.last_mut() {
                None => {
                    let v = self.stack.pop().unwrap_or(Obj::None);
                    self.stack.clear();
                    return Step::Done(Ok(v));
                }
                Some(Frame::Py(_)) => self.exec(),
                Some(Frame::Native(n)) => match n.fut.as_mut().poll(cx) {
                    Poll::Ready(Ok(v)) => self.finish(Ok(v)),
                    Poll::Ready(Err(e)) => Err(e),
                    Poll::Pending => {
                        let request = self.rt.request.borrow_mut().take();
                        match request {
                            None => return Step::Suspended,
                            Some(r) => {
                                if let Err(e) = self.serve(r) {
                                    self.respond(Err(e));
                                }
                                Ok(())
                            }
                        }
                    }
                },
            };
            if let Err(e) = outcome {
                self.raise(e);
            }
            if self.slice <= 0 {
                return Step::OutOfSlice;
            }
        }
    }

    /// Runs to the end, giving way to others after each slice.
    pub async fn run_all(&mut self) -> R<Obj> {
        let mut yielded = false;
        std::future::poll_fn(move |cx| match self.run(cx) {
            Step::Done(r) => Poll::Ready(r),
            Step::Suspended => Poll::Pending,
            Step::OutOfSlice => {
                yielded = !yielded;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        })
        .await
    }

    /// Runs to the end without an executor; waits that do not end at once are an error.
    pub fn run_blocking(&mut self) -> R<Obj> {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let mut idle = 0;
        loop {
            match self.run(&mut cx) {
                Step::Done(r) => return r,
                Step::OutOfSlice => idle = 0,
                Step::Suspended => {
                    idle += 1;
                    if idle > 10_000_000 {
                        return Err(exc::runtime_error("waiting for something that never comes"));
                    }
                }
            }
        }
    }

    fn respond(&mut self, r: R<Obj>) {
        *self.rt.response.borrow_mut() = Some(r);
    }

    fn serve(&mut self, r: Request) -> R<()> {
        match r {
            Request::Call(f, args) => self.push_call(&f, args, Ret::Response),
            Request::Send(g, v) => self.resume(&g, v, Ret::Response),
            Request::Throw(g, e) => self.throw(&g, e, Ret::Response),
            Request::Import(name) => self.import(&name, true),
        }
    }

    /// Puts a future on top; its result goes where `ret` says.
    pub(crate) fn spawn(&mut self, fut: Fut, ret: Ret) -> R<()> {
        self.check_depth()?;
        self.frames.push(Frame::Native(NativeFrame { fut, ret }));
        Ok(())
    }

    pub(crate) fn check_depth(&self) -> R<()> {
        if self.frames.len() >= MAX_FRAMES {
            return Err(exc::recursion_error(""));
        }
        Ok(())
    }

    /// Pushes the frame of code without parameters.
    pub(crate) fn push_code(&mut self, code: Rc<Code>, globals: Rc<PyDict>, ret: Ret) -> R<()> {
        self.check_depth()?;
        let base = self.stack.len();
        self.stack.resize(base + code.locals.len(), Obj::Null);
        let cells = (0..code.n_own_cells).map(|_| Rc::default()).collect();
        self.frames.push(Frame::Py(PyFrame {
            code,
            pc: 0,
            base,
            floor: base,
            cells,
            globals,
            ns: None,
            blocks: Vec::new(),
            handling: Vec::new(),
            ret,
            generator: None,
        }));
        Ok(())
    }

    /// The top frame's result is known: the frame goes, the one below gets it.
    pub(crate) fn finish(&mut self, r: R<Obj>) -> R<()> {
        let Some(frame) = self.frames.pop() else {
            self.result = Some(r);
            return Ok(());
        };
        let (ret, generator) = match frame {
            Frame::Py(f) => {
                let floor = f.floor;
                // Locals may be many and deep: they are dropped before the result is pushed.
                self.stack.truncate(floor);
                if let Some(g) = &f.generator {
                    g.running.set(false);
                }
                (f.ret, f.generator)
            }
            Frame::Native(n) => (n.ret, None),
        };
        let r = match (generator, r) {
            (Some(_), Ok(v)) => return self.generator_ended(ret, v),
            (Some(_), Err(e)) if crate::ops::is_stop(&e) => {
                let new = E::RuntimeError.make(vec![Obj::str("generator raised StopIteration")]);
                if let (Some(d), Exc::Py(old)) = (new.exc(), e) {
                    *d.cause.borrow_mut() = old.clone();
                    *d.context.borrow_mut() = old;
                    d.suppress.set(true);
                }
                Err(Exc::Py(new))
            }
            (_, r) => r,
        };
        self.deliver(ret, r)
    }

    /// Hands a result on.
    pub(crate) fn deliver(&mut self, ret: Ret, r: R<Obj>) -> R<()> {
        if let (Ret::Response, r) = (&ret, &r)
            && !matches!(r, Err(Exc::Fatal(_)))
        {
            let r = match r {
                Ok(v) => Ok(v.clone()),
                Err(Exc::Py(o)) => Err(Exc::Py(o.clone())),
                Err(_) => Err(exc::runtime_error("an operation could not be completed")),
            };
            self.respond(r);
            return Ok(());
        }
        let v = match (&ret, r) {
            // An iterator that is no generator has ended under `yield from`.
            (Ret::Send(exit), Err(Exc::Py(o))) if o.class().is_subclass(E::StopIteration.class()) => {
                let v = o.exc().and_then(|d| d.args.borrow().first().cloned()).unwrap_or(Obj::None);
                self.stack.pop();
                self.stack.push(v);
                self.goto(*exit);
                return Ok(());
            }
            (Ret::Module(m, _), Err(e)) => {
                if let Obj::Module(m) = m {
                    self.rt.modules.borrow_mut().remove(m.name.as_str());
                }
                let response = matches!(ret, Ret::Module(_, true));
                if response {
                    self.respond(Err(e));
                    return Ok(());
                }
                return Err(e);
            }
            (_, r) => r?,
        };
        match ret {
            Ret::Push => self.stack.push(v),
            Ret::Discard => {}
            Ret::Init(o) => {
                if !v.is_none() {
                    return Err(exc::type_error(format!("__init__() should return None, not '{}'", v.type_name())));
                }
                self.stack.push(o);
            }
            Ret::ForIter(_) | Ret::Send(_) => self.stack.push(v),
            Ret::ForIterNull(exit) => {
                if v.given() {
                    self.stack.push(v);
                } else {
                    self.stack.pop();
                    self.goto(exit);
                }
            }
            Ret::Response => self.respond(Ok(v)),
            Ret::Class(parts) => {
                let rt = self.rt.clone();
                return self.spawn(Box::pin(async move { class::build(&rt, *parts, v).await }), Ret::Push);
            }
            Ret::Module(m, response) => {
                if response {
                    self.respond(Ok(m));
                } else {
                    self.stack.push(m);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn goto(&mut self, pc: u32) {
        if let Some(Frame::Py(f)) = self.frames.last_mut() {
            f.pc = pc as usize;
        }
    }

    /// A generator's code has returned.
    fn generator_ended(&mut self, ret: Ret, v: Obj) -> R<()> {
        match ret {
            Ret::ForIter(exit) => {
                self.stack.pop();
                self.goto(exit);
                Ok(())
            }
            Ret::Send(exit) => {
                self.stack.pop();
                self.stack.push(v);
                self.goto(exit);
                Ok(())
            }
            ret => {
                let args = if v.is_none() { Vec::new() } else { vec![v] };
                self.deliver(ret, Err(Exc::Py(E::StopIteration.make(args))))
            }
        }
    }

    /// The top frame, a generator's, yields.
    pub(crate) fn yield_value(&mut self, v: Obj) -> R<()> {
        let Some(Frame::Py(mut f)) = self.frames.pop() else { return Ok(()) };
        let stack = self.stack.split_off(f.base);
        self.stack.truncate(f.floor);
        let ret = std::mem::replace(&mut f.ret, Ret::Push);
        if let Some(g) = f.generator.clone() {
            g.running.set(false);
            *g.frame.borrow_mut() = Some(Box::new(Saved { frame: f, stack }));
        }
        self.deliver(ret, Ok(v))
    }

    /// Puts a generator's frame back on top.
    fn reinstate(&mut self, g: &Rc<Generator>, ret: Ret) -> R<bool> {
        if g.running.get() {
            return Err(exc::value_error("generator already executing"));
        }
        self.check_depth()?;
        let Some(mut saved) = g.frame.borrow_mut().take() else {
            self.generator_ended(ret, Obj::None)?;
            return Ok(false);
        };
        g.running.set(true);
        let base = self.stack.len();
        self.stack.append(&mut saved.stack);
        let mut frame = saved.take_frame();
        frame.base = base;
        frame.floor = base;
        frame.ret = ret;
        self.frames.push(Frame::Py(frame));
        Ok(true)
    }

    /// Resumes a generator with a value.
    pub(crate) fn resume(&mut self, g: &Rc<Generator>, v: Obj, ret: Ret) -> R<()> {
        let started = g.started.get();
        if !started && !v.is_none() {
            return Err(exc::type_error("can't send non-None value to a just-started generator"));
        }
        if self.reinstate(g, ret)? {
            if started {
                self.stack.push(v);
            }
            g.started.set(true);
        }
        Ok(())
    }

    /// Raises in a generator.
    pub(crate) fn throw(&mut self, g: &Rc<Generator>, e: Exc, ret: Ret) -> R<()> {
        if g.frame.borrow().is_none() && !g.running.get() {
            return Err(e);
        }
        if !g.started.get() {
            // Never started: it ends without running.
            *g.frame.borrow_mut() = None;
            return Err(e);
        }
        if !self.reinstate(g, ret)? {
            return Err(e);
        }
        // Delegating: the inner iterator gets it first.
        let inner = match self.frames.last() {
            Some(Frame::Py(f)) if f.pc > 0 && matches!(f.code.ops[f.pc - 1], code::Op::YieldFrom) => {
                let exit = match f.code.ops.get(f.pc.wrapping_sub(2)) {
                    Some(code::Op::Send(exit)) => *exit,
                    _ => 0,
                };
                self.stack.last().cloned().map(|o| (o, exit))
            }
            _ => None,
        };
        if let Some((Obj::Generator(inner), exit)) = inner {
            // As if the `Send` before had just been executed.
            if let Some(Frame::Py(f)) = self.frames.last_mut() {
                f.pc -= 1;
            }
            return match self.throw(&inner, e, Ret::Send(exit)) {
                Err(e) => {
                    self.raise(e);
                    Ok(())
                }
                ok => ok,
            };
        }
        self.raise(e);
        Ok(())
    }

    /// The exception being handled, if any.
    pub(crate) fn handled(&self) -> Option<Obj> {
        self.frames.iter().rev().find_map(|f| match f {
            Frame::Py(f) => f.handling.last().cloned(),
            Frame::Native(_) => None,
        })
    }

    /// An exception is raised in the top frame: finds who handles it.
    pub(crate) fn raise(&mut self, e: Exc) {
        let mut e = match e {
            Exc::NeedsVm => exc::runtime_error("this object cannot be used here"),
            Exc::Read(_) => exc::runtime_error("a value that is still being computed cannot be used here"),
            e => e,
        };
        if let Exc::Py(o) = &e
            && let Some(d) = o.exc()
            && let Some(c) = self.handled()
            && !c.is(o)
            && !d.context.borrow().given_and_not_none()
        {
            // No cycles: an exception is not its own context.
            let mut at = c.clone();
            let mut cyclic = false;
            while let Some(next) = at.clone().exc().map(|x| x.context.borrow().clone()) {
                if next.is(o) {
                    cyclic = true;
                }
                if !next.given_and_not_none() || cyclic {
                    break;
                }
                at = next;
            }
            if !cyclic {
                *d.context.borrow_mut() = c;
            }
        }
        loop {
            match self.frames.last_mut() {
                None => {
                    self.result = Some(Err(e));
                    return;
                }
                Some(Frame::Py(f)) => {
                    if let Exc::Py(o) = &e {
                        let again = f.pc > 0
                            && matches!(
                                f.code.ops[f.pc - 1],
                                code::Op::Reraise | code::Op::RaiseTop | code::Op::Raise(0)
                            );
                        if !again {
                            note(f, o);
                        }
                        if let Some(b) = f.blocks.pop() {
                            f.handling.truncate(b.handling as usize);
                            f.pc = b.handler as usize;
                            let height = f.base + b.height as usize;
                            self.stack.truncate(height);
                            self.stack.push(o.clone());
                            return;
                        }
                    }
                }
                Some(Frame::Native(_)) => {}
            }
            match self.finish(Err(e)) {
                Ok(()) => return,
                Err(next) => e = next,
            }
        }
    }
}

/// Adds a line to an exception's traceback.
fn note(f: &PyFrame, o: &Obj) {
    let (Some(d), Some(source)) = (o.exc(), &f.code.source) else { return };
    if source.internal {
        return;
    }
    let span = f.code.spans.get(f.pc.saturating_sub(1)).copied().unwrap_or_default();
    d.tb.borrow_mut().push(TbEntry {
        name: f.code.name(),
        file: source.name.clone(),
        span,
        line: source.line(span.start),
        text: intern(source.line_text(source.line(span.start)).trim()),
    });
}

impl Saved {
    fn take_frame(&mut self) -> PyFrame {
        let hole = PyFrame {
            code: self.frame.code.clone(),
            pc: 0,
            base: 0,
            floor: 0,
            cells: Vec::new(),
            globals: self.frame.globals.clone(),
            ns: None,
            blocks: Vec::new(),
            handling: Vec::new(),
            ret: Ret::Push,
            generator: None,
        };
        std::mem::replace(&mut self.frame, hole)
    }
}

impl Obj {
    pub(crate) fn given_and_not_none(&self) -> bool {
        !matches!(self, Obj::Null | Obj::None)
    }
}

/// A machine is a future itself: of its program's result.
impl Future for Vm {
    type Output = R<Obj>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R<Obj>> {
        match self.run(cx) {
            Step::Done(r) => Poll::Ready(r),
            Step::Suspended => Poll::Pending,
            Step::OutOfSlice => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}
