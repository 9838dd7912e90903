//! The Backend trait and the reference interpreter.
//!
//! A backend compiles a [`Program`] (cached by its structure, with a bound), runs it on [`Buffer`]s and gives bytes back.
//! Running enqueues at once and in order; reading may have to wait, so it is a future, with [`Backend::try_read`] for
//! those who cannot. Errors are values; a fallback to another device is reported in [`Executable::ran_on`], never silent.

pub mod cache;
mod interp;
pub mod routines;

pub use interp::{Interpreter, Memo, NestRunner, Slot};

use gradlens_kernel::{Bytes, DType, Program, RoutineKind, ScalarType};
use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

/// What a backend can run.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// Register types it computes in.
    pub scalars: Vec<ScalarType>,
    /// Element types its buffers may have.
    pub dtypes: Vec<DType>,
    /// The most slots a nest may have (storage bindings on WebGPU).
    pub max_args: usize,
    /// The most bytes of one buffer.
    pub max_buffer_bytes: usize,
    /// Whether reads need no waiting: `try_read` always answers.
    pub sync_reads: bool,
}

/// A buffer a backend (or the host) holds. Cheap to clone; immutable once made.
#[derive(Clone)]
pub struct Buffer {
    /// Element type.
    pub dtype: DType,
    /// Elements.
    pub len: usize,
    /// Where the bytes are.
    pub data: BufferData,
}

/// Where a buffer's bytes are. Every backend takes `Host` buffers as inputs.
#[derive(Clone)]
pub enum BufferData {
    /// In memory.
    Host(Bytes),
    /// On a device: a type of that backend's own.
    Device(Rc<dyn Any>),
}

impl Buffer {
    /// A buffer over host bytes, which must be `len` elements.
    pub fn host(dtype: DType, bytes: Bytes) -> Buffer {
        Buffer { dtype, len: bytes.len() / dtype.size(), data: BufferData::Host(bytes) }
    }

    /// The bytes, if they are on the host.
    pub fn host_bytes(&self) -> Option<&Bytes> {
        match &self.data {
            BufferData::Host(b) => Some(b),
            BufferData::Device(_) => None,
        }
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.data {
            BufferData::Host(_) => "host",
            BufferData::Device(_) => "device",
        };
        write!(f, "Buffer({}[{}] on {place})", self.dtype, self.len)
    }
}

/// A compiled program: what the backend made of it, and which device that is for.
#[derive(Clone)]
pub struct Executable {
    /// The program.
    pub program: Arc<Program>,
    /// The backend's own.
    pub code: Rc<dyn Any>,
    /// The name of the backend that will run it; another than the one asked when it fell back.
    pub ran_on: &'static str,
    /// Why it fell back, in a sentence for people.
    pub fallback: Option<String>,
}

/// What can go wrong below the waist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackendError {
    /// The backend cannot run this program (a type, a routine, a limit); the text says what.
    Unsupported(String),
    /// The program or the inputs break the waist's rules: a bug on our side of the waist.
    Invalid(String),
    /// Memory could not be had for so many bytes.
    OutOfMemory(usize),
    /// The device went away; run again on the CPU.
    DeviceLost(String),
    /// The device reported an error.
    Device(String),
    /// Stopped from outside.
    Interrupted,
}

impl fmt::Display for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BackendError::Unsupported(s) => write!(f, "not supported by this backend: {s}"),
            BackendError::Invalid(s) => write!(f, "invalid program: {s}"),
            BackendError::OutOfMemory(n) => write!(f, "out of memory: {n} bytes"),
            BackendError::DeviceLost(s) => write!(f, "the device was lost: {s}"),
            BackendError::Device(s) => write!(f, "device error: {s}"),
            BackendError::Interrupted => write!(f, "interrupted"),
        }
    }
}

impl std::error::Error for BackendError {}

/// How much work a backend may still do: shared with whoever can stop it. Loops and nests spend it; at zero they end
/// with [`BackendError::Interrupted`]. A unit is about sixteen scalar instructions.
#[derive(Clone, Debug)]
pub struct Fuel(pub Rc<Cell<u64>>);

impl Fuel {
    /// Enough for everything.
    pub fn unlimited() -> Fuel {
        Fuel(Rc::new(Cell::new(u64::MAX)))
    }

    /// Takes `units`, or stops.
    pub fn spend(&self, units: u64) -> Result<(), BackendError> {
        match self.0.get() {
            u64::MAX => Ok(()),
            left if left >= units => {
                self.0.set(left - units);
                Ok(())
            }
            _ => {
                self.0.set(0);
                Err(BackendError::Interrupted)
            }
        }
    }
}

/// A read under way.
pub type Pending = Pin<Box<dyn Future<Output = Result<Bytes, BackendError>>>>;

/// Runs programs. Methods take `&self`: caches and devices are interior.
pub trait Backend {
    /// `"interpreter"`, `"wasm"` or `"webgpu"`: what the page shows.
    fn name(&self) -> &'static str;

    /// What it can run.
    fn capabilities(&self) -> &Capabilities;

    /// From now on runs spend this fuel.
    fn set_fuel(&self, fuel: Fuel);

    /// Whether it has this routine.
    fn supports_routine(&self, kind: &RoutineKind) -> bool;

    /// Compiles, or finds in the cache by structural equality.
    fn compile(&self, program: &Arc<Program>) -> Result<Executable, BackendError>;

    /// Enqueues a run on inputs in the program's order, and gives the outputs, whose contents may not be there yet.
    fn run(&self, exe: &Executable, inputs: &[Buffer]) -> Result<Vec<Buffer>, BackendError>;

    /// Puts bytes where this backend likes them.
    fn upload(&self, dtype: DType, bytes: &Bytes) -> Result<Buffer, BackendError>;

    /// The bytes, when they are there.
    fn read(&self, buffer: &Buffer) -> Pending;

    /// The bytes at once, or `None` where they must be waited for.
    fn try_read(&self, buffer: &Buffer) -> Option<Result<Bytes, BackendError>>;
}
