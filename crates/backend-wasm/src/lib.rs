//! CPU backend: wasm SIMD modules emitted at run time.
//!
//! [`WasmBackend`] is the shared interpreter with a runner that takes over the nests worth compiling: a nest is
//! interpreted until it has done enough work, then emitted ([`emit()`]) as a module that works on the engine's own linear
//! memory, and called through the engine's own function table. Where there is no engine to compile it (native builds, a
//! page that forbids it) the interpreter goes on; results are the same bits either way.

mod emit;
#[cfg(target_arch = "wasm32")]
mod host;

pub use emit::{Helper, Kernel, emit};

use gradlens_backend::{
    Backend, BackendError, Buffer, Capabilities, Executable, Fuel, Interpreter, Memo, NestRunner, Pending, Slot,
};
use gradlens_kernel::{Bytes, DType, Nest, NestKind, Program, RoutineKind};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// Scalar instructions that a nest is interpreted for before it is compiled: about what compiling costs.
const COMPILE_AFTER: u64 = 1 << 17;
/// Blocks longer than this are left to the interpreter: engines take too long over one huge function.
const MAX_INSTS: usize = 20_000;

/// Runs programs on the CPU, what is worth it as compiled wasm.
pub struct WasmBackend(Interpreter, Rc<Cell<usize>>);

impl Default for WasmBackend {
    fn default() -> WasmBackend {
        WasmBackend::new()
    }
}

impl WasmBackend {
    /// A backend with empty caches.
    pub fn new() -> WasmBackend {
        WasmBackend::compiling_after(COMPILE_AFTER)
    }

    /// A backend that compiles a nest when it has run so many scalar instructions of it; 0 compiles at once.
    pub fn compiling_after(work: u64) -> WasmBackend {
        let compiled = Rc::new(Cell::new(0));
        let runner = Runner { after: work, compiled: compiled.clone() };
        WasmBackend(Interpreter::with_runner("wasm", Box::new(runner)), compiled)
    }

    /// How many nests have been compiled so far; the others are interpreted.
    pub fn compiled(&self) -> usize {
        self.1.get()
    }
}

struct Runner {
    after: u64,
    compiled: Rc<Cell<usize>>,
}

/// What is kept with a nest.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
enum State {
    /// Interpreted so far, with so much work done.
    Counting(u64),
    /// Never compiled.
    Refused,
    /// Compiled.
    #[cfg(target_arch = "wasm32")]
    Ready(host::Compiled),
}

/// Elements times instructions, and the longest block.
fn work(nest: &Nest) -> (u64, usize) {
    let size = |s: &[usize]| s.iter().map(|&n| n as u64).product::<u64>();
    match &nest.kind {
        NestKind::Map(m) => (size(&m.shape) * m.body.insts.len() as u64, m.body.insts.len()),
        NestKind::MapReduce(r) => {
            let insts = r.body.insts.len() + 2;
            (size(&r.outer) * size(&r.inner) * insts as u64, insts.max(r.epilogue.insts.len()))
        }
        _ => (0, usize::MAX),
    }
}

impl NestRunner for Runner {
    fn run_nest(&self, nest: &Nest, memo: &Memo, slots: &[Slot]) -> bool {
        let mut memo = memo.borrow_mut();
        let held = memo.get_or_insert_with(|| Box::new(State::Counting(0)));
        let Some(state) = held.downcast_mut::<State>() else { return false };
        if let State::Counting(done) = state {
            let (more, insts) = work(nest);
            *done = done.saturating_add(more);
            if insts > MAX_INSTS {
                *state = State::Refused;
            } else if *done >= self.after {
                *state = compiled(nest);
                if !matches!(state, State::Refused) {
                    self.compiled.set(self.compiled.get() + 1);
                }
            }
        }
        match state {
            #[cfg(target_arch = "wasm32")]
            State::Ready(code) => {
                code.run(slots);
                true
            }
            _ => {
                let _ = slots;
                false
            }
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn compiled(nest: &Nest) -> State {
    match emit(nest).and_then(|k| host::Compiled::new(&k)) {
        Some(code) => State::Ready(code),
        None => State::Refused,
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn compiled(_nest: &Nest) -> State {
    State::Refused
}

impl Backend for WasmBackend {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn capabilities(&self) -> &Capabilities {
        self.0.capabilities()
    }
    fn set_fuel(&self, fuel: Fuel) {
        self.0.set_fuel(fuel);
    }
    fn supports_routine(&self, kind: &RoutineKind) -> bool {
        self.0.supports_routine(kind)
    }
    fn compile(&self, program: &Arc<Program>) -> Result<Executable, BackendError> {
        self.0.compile(program)
    }
    fn run(&self, exe: &Executable, inputs: &[Buffer]) -> Result<Vec<Buffer>, BackendError> {
        self.0.run(exe, inputs)
    }
    fn upload(&self, dtype: DType, bytes: &Bytes) -> Result<Buffer, BackendError> {
        self.0.upload(dtype, bytes)
    }
    fn read(&self, buffer: &Buffer) -> Pending {
        self.0.read(buffer)
    }
    fn try_read(&self, buffer: &Buffer) -> Option<Result<Bytes, BackendError>> {
        self.0.try_read(buffer)
    }
}
