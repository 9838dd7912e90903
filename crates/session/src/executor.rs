//! Runs primitives and Jaxprs: lowers them, compiles the programs for a backend, keeps both in bounded caches, and says when
//! another backend than the one asked had to do the work.

use gradlens_backend::{Backend, BackendError, Buffer, BufferData, Executable, Fuel, Interpreter};
use gradlens_ir::{
    Array, ClosedJaxpr, DeviceData, Error, ErrorClass, HostBuf, LocalBoxFuture, Params, Prim, Result, ShapedArray,
};
use gradlens_lower::{Lowered, Options, lower, lower_eqn};
use gradlens_transform::Executor;
use std::any::Any;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

/// Most single-primitive programs kept.
const EAGER_CAPACITY: usize = 4096;
/// Most whole programs kept.
const PROGRAM_CAPACITY: usize = 256;

/// A compiled program with the constants it reads.
#[derive(Clone)]
struct Ready {
    exe: Executable,
    consts: Rc<[Array]>,
}

/// An executor over a backend, with the reference interpreter (or whatever CPU there is) behind it.
pub struct Engine {
    main: Rc<dyn Backend>,
    cpu: Rc<dyn Backend>,
    eager: RefCell<HashMap<(Prim, Vec<ShapedArray>), Vec<(Params, Option<Ready>)>>>,
    eager_count: RefCell<usize>,
    programs: RefCell<VecDeque<(ClosedJaxpr, Option<Ready>)>>,
    fallbacks: RefCell<Vec<String>>,
    ran: RefCell<Vec<&'static str>>,
}

impl Engine {
    /// An engine that asks `main` first and falls back to `cpu`.
    pub fn new(main: Rc<dyn Backend>, cpu: Rc<dyn Backend>) -> Rc<Engine> {
        Rc::new(Engine {
            main,
            cpu,
            eager: Default::default(),
            eager_count: Default::default(),
            programs: Default::default(),
            fallbacks: Default::default(),
            ran: Default::default(),
        })
    }
    /// An engine over the reference interpreter.
    pub fn reference() -> Rc<Engine> {
        let backend: Rc<dyn Backend> = Rc::new(Interpreter::new());
        Engine::new(backend.clone(), backend)
    }
    /// The backend asked for.
    pub fn backend(&self) -> &Rc<dyn Backend> {
        &self.main
    }
    /// From here on, kernels may do this much work before they are stopped (a unit is some sixteen scalar instructions).
    pub fn refuel(&self, units: u64) {
        self.set_fuel(Fuel(Rc::new(std::cell::Cell::new(units))));
    }
    /// Limits the work that runs may still do.
    pub fn set_fuel(&self, fuel: Fuel) {
        self.main.set_fuel(fuel.clone());
        self.cpu.set_fuel(fuel);
    }
    /// Why another backend did some of the work, since the last call of this.
    pub fn take_fallbacks(&self) -> Vec<String> {
        std::mem::take(&mut self.fallbacks.borrow_mut())
    }
    /// The backends that did work, since the last call of this.
    pub fn take_ran(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.ran.borrow_mut())
    }

    fn compile(&self, lowered: Lowered) -> Result<Ready> {
        let program = Arc::new(lowered.program);
        let consts: Rc<[Array]> = lowered.consts.into();
        match self.main.compile(&program) {
            Ok(exe) => Ok(Ready { exe, consts }),
            Err(BackendError::Unsupported(why) | BackendError::DeviceLost(why))
                if !Rc::ptr_eq(&self.main, &self.cpu) =>
            {
                let exe = self.cpu.compile(&program).map_err(backend_error)?;
                Ok(Ready { exe: Executable { fallback: Some(why), ..exe }, consts })
            }
            Err(e) => Err(backend_error(e)),
        }
    }

    fn note(&self, exe: &Executable) {
        if let Some(why) = &exe.fallback {
            let mut list = self.fallbacks.borrow_mut();
            if !list.contains(why) && list.len() < 64 {
                list.push(why.clone());
            }
        }
        let mut ran = self.ran.borrow_mut();
        if !ran.contains(&exe.ran_on) {
            ran.push(exe.ran_on);
        }
    }

    fn owner(&self, exe: &Executable) -> &Rc<dyn Backend> {
        if exe.ran_on == self.main.name() { &self.main } else { &self.cpu }
    }

    fn run(&self, ready: &Ready, args: &[Array], outs: &[ShapedArray]) -> Result<Vec<Array>> {
        let program = &ready.exe.program;
        let backend = self.owner(&ready.exe);
        let mut inputs = Vec::with_capacity(program.inputs.len());
        for (a, id) in args.iter().chain(ready.consts.iter()).zip(&program.inputs) {
            let dtype = program.buffer(*id).dtype;
            let resident = a.device().and_then(|d| {
                d.as_any()
                    .downcast_ref::<OnDevice>()
                    .filter(|d| Rc::ptr_eq(&d.backend, backend))
                    .map(|d| d.buffer.clone())
            });
            inputs.push(match resident {
                Some(buffer) => buffer,
                None => Buffer::host(dtype, a.host()?.shared().clone()),
            });
        }
        match backend.run(&ready.exe, &inputs) {
            Ok(buffers) => {
                self.note(&ready.exe);
                Ok(wrap(backend, buffers, outs))
            }
            Err(BackendError::DeviceLost(why)) if !Rc::ptr_eq(backend, &self.cpu) => {
                // The device is gone: the CPU goes on from the host copies.
                let exe = self.cpu.compile(program).map_err(backend_error)?;
                let inputs = inputs.iter().map(|b| on_host(backend, b)).collect::<Result<Vec<_>>>()?;
                let buffers = self.cpu.run(&exe, &inputs).map_err(backend_error)?;
                self.note(&Executable { fallback: Some(format!("the device was lost: {why}")), ..exe });
                Ok(wrap(&self.cpu, buffers, outs))
            }
            Err(e) => Err(backend_error(e)),
        }
    }
}

fn on_host(backend: &Rc<dyn Backend>, buffer: &Buffer) -> Result<Buffer> {
    match &buffer.data {
        BufferData::Host(_) => Ok(buffer.clone()),
        BufferData::Device(_) => match backend.try_read(buffer) {
            Some(Ok(bytes)) => Ok(Buffer::host(buffer.dtype, bytes)),
            _ => Err(Error::new(
                ErrorClass::RuntimeError,
                "the device was lost with values that were not yet on the host; run again",
            )),
        },
    }
}

fn wrap(backend: &Rc<dyn Backend>, buffers: Vec<Buffer>, outs: &[ShapedArray]) -> Vec<Array> {
    buffers
        .into_iter()
        .zip(outs)
        .map(|(buffer, aval)| match &buffer.data {
            BufferData::Host(bytes) => Array::from_host(aval.clone(), Rc::new(HostBuf::from(bytes.clone()))),
            BufferData::Device(_) => {
                let data = OnDevice { backend: backend.clone(), buffer, host: Default::default() };
                Array::from_device(aval.clone(), Rc::new(data))
            }
        })
        .collect()
}

/// What went wrong below, as a user sees it.
pub fn backend_error(e: BackendError) -> Error {
    match e {
        BackendError::Unsupported(why) => Error::not_implemented(why),
        BackendError::Invalid(why) => Error::internal(why),
        BackendError::OutOfMemory(bytes) => {
            Error::new(ErrorClass::MemoryError, format!("out of memory: {bytes} bytes are needed at once"))
        }
        BackendError::DeviceLost(why) | BackendError::Device(why) => Error::new(ErrorClass::RuntimeError, why),
        BackendError::Interrupted => {
            Error::new(ErrorClass::Limit, "stopped: the computation ran past its limit of steps")
        }
    }
}

/// A buffer of a device, with its host copy once it has been read.
struct OnDevice {
    backend: Rc<dyn Backend>,
    buffer: Buffer,
    host: Rc<RefCell<Option<Rc<HostBuf>>>>,
}

impl DeviceData for OnDevice {
    fn peek(&self) -> Option<Rc<HostBuf>> {
        if let Some(h) = &*self.host.borrow() {
            return Some(h.clone());
        }
        let bytes = self.backend.try_read(&self.buffer)?.ok()?;
        let host = Rc::new(HostBuf::from(bytes));
        *self.host.borrow_mut() = Some(host.clone());
        Some(host)
    }
    fn read(&self) -> LocalBoxFuture<Result<Rc<HostBuf>>> {
        let (pending, slot) = (self.backend.read(&self.buffer), self.host.clone());
        Box::pin(async move {
            let host = Rc::new(HostBuf::from(pending.await.map_err(backend_error)?));
            *slot.borrow_mut() = Some(host.clone());
            Ok(host)
        })
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Engine {
    /// The compiled form of one equation on operands of these types; `None` where it has no lowering.
    fn ready_eqn(&self, prim: Prim, params: &Params, args: &[Array], outs: &[ShapedArray]) -> Result<Option<Ready>> {
        let avals: Vec<ShapedArray> = args.iter().map(|a| a.aval().clone()).collect();
        let key = (prim, avals);
        if let Some(list) = self.eager.borrow().get(&key)
            && let Some((_, ready)) = list.iter().find(|(p, _)| p == params)
        {
            return Ok(ready.clone());
        }
        let ready = match lower_eqn(prim, params, &key.1, outs, &self.options()) {
            Ok(lowered) => Some(self.compile(lowered)?),
            Err(_) => None,
        };
        let mut count = self.eager_count.borrow_mut();
        let mut cache = self.eager.borrow_mut();
        if *count >= EAGER_CAPACITY {
            cache.clear();
            *count = 0;
        }
        *count += 1;
        cache.entry(key).or_default().push((params.clone(), ready.clone()));
        Ok(ready)
    }

    /// The compiled form of a Jaxpr; `None` where it cannot be one program.
    fn ready_jaxpr(&self, closed: &ClosedJaxpr) -> Result<Option<Ready>> {
        let found = self
            .programs
            .borrow()
            .iter()
            .rev()
            .find(|(c, _)| Rc::ptr_eq(&c.jaxpr, &closed.jaxpr) && Rc::ptr_eq(&c.consts, &closed.consts))
            .map(|e| e.1.clone());
        if let Some(ready) = found {
            return Ok(ready);
        }
        let ready = match lower(closed, &self.options()) {
            Ok(lowered) => Some(self.compile(lowered)?),
            Err(_) => None,
        };
        let mut programs = self.programs.borrow_mut();
        if programs.len() == PROGRAM_CAPACITY {
            programs.pop_front();
        }
        programs.push_back((closed.clone(), ready.clone()));
        Ok(ready)
    }

    fn options(&self) -> Options {
        Options { max_args: self.main.capabilities().max_args.min(64), ..Options::default() }
    }
}

/// The handle that a context holds.
pub struct Shared(pub Rc<Engine>);

impl Executor for Shared {
    fn eqn(&self, prim: Prim, params: &Params, args: &[Array], outs: &[ShapedArray]) -> Result<Option<Vec<Array>>> {
        match self.0.ready_eqn(prim, params, args, outs)? {
            Some(ready) => self.0.run(&ready, args, outs).map(Some),
            None => Ok(None),
        }
    }
    fn jaxpr(&self, closed: &ClosedJaxpr, args: &[Array]) -> Result<Option<Vec<Array>>> {
        match self.0.ready_jaxpr(closed)? {
            Some(ready) => self.0.run(&ready, args, &closed.out_avals()).map(Some),
            None => Ok(None),
        }
    }
}
