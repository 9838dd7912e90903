//! The reference interpreter: plain Rust, correct above all, and quick for tiny programs.

mod code;
mod exec;
mod nests;
mod others;

use crate::cache::Cache;
use crate::{Backend, BackendError, Buffer, BufferData, Capabilities, Executable, Fuel, Pending, routines};
pub use exec::Slot;
use gradlens_kernel::{
    Access, BufId, BufferRole, Bytes, DType, Nest, NestCall, NestKind, Program, RoutineKind, ScalarType, Step,
};
use nests::{NestCode, Scratch};
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// What a [`NestRunner`] keeps with a nest: dropped when the nest leaves the cache.
pub type Memo = RefCell<Option<Box<dyn Any>>>;

/// Runs some nests in place of the interpreter, which keeps everything else: programs, loops, branches, caches.
pub trait NestRunner {
    /// Runs `nest` on its slots, or says that the interpreter shall. Equal nests come with one `memo`.
    fn run_nest(&self, nest: &Nest, memo: &Memo, slots: &[Slot]) -> bool;
}

/// Walks programs. Everything is supported, and reads are immediate.
pub struct Interpreter {
    name: &'static str,
    runner: Option<Box<dyn NestRunner>>,
    capabilities: Capabilities,
    programs: RefCell<Cache<Arc<Program>, Rc<Compiled>>>,
    nests: RefCell<Cache<Arc<Nest>, Rc<NestCode>>>,
    scratch: RefCell<Scratch>,
    fuel: RefCell<Fuel>,
}

/// A program ready to run.
#[derive(Debug)]
struct Compiled {
    steps: Vec<StepCode>,
}

#[derive(Debug)]
enum StepCode {
    Nest(NestCall, Rc<NestCode>),
    /// `Step::Loop` with its condition and body.
    Loop(Step, Vec<StepCode>, Vec<StepCode>),
    Branch(BufId, Vec<Vec<StepCode>>),
    Plain(Step),
}

impl Default for Interpreter {
    fn default() -> Interpreter {
        Interpreter::new()
    }
}

impl Interpreter {
    /// An interpreter with empty caches.
    pub fn new() -> Interpreter {
        Interpreter {
            name: "interpreter",
            runner: None,
            capabilities: Capabilities {
                scalars: ScalarType::ALL.to_vec(),
                dtypes: DType::ALL.to_vec(),
                max_args: usize::MAX,
                max_buffer_bytes: isize::MAX as usize,
                sync_reads: true,
            },
            programs: RefCell::new(Cache::new(512)),
            nests: RefCell::new(Cache::new(2048)),
            scratch: RefCell::new(Scratch::default()),
            fuel: RefCell::new(Fuel::unlimited()),
        }
    }

    /// An interpreter under another name that offers every nest to `runner` first.
    pub fn with_runner(name: &'static str, runner: Box<dyn NestRunner>) -> Interpreter {
        Interpreter { name, runner: Some(runner), ..Interpreter::new() }
    }

    fn decode(&self, steps: &[Step]) -> Vec<StepCode> {
        steps
            .iter()
            .map(|step| match step {
                Step::Nest(call) => {
                    let found = self.nests.borrow_mut().get(&call.nest);
                    let code = found.unwrap_or_else(|| {
                        let code = Rc::new(NestCode::new(&call.nest));
                        self.nests.borrow_mut().insert(call.nest.clone(), code.clone());
                        code
                    });
                    StepCode::Nest(call.clone(), code)
                }
                Step::Loop { cond, body, .. } => StepCode::Loop(step.clone(), self.decode(cond), self.decode(body)),
                Step::Branch { selector, cases } => {
                    StepCode::Branch(*selector, cases.iter().map(|c| self.decode(c)).collect())
                }
                Step::Copy { .. } | Step::Routine(_) => StepCode::Plain(step.clone()),
            })
            .collect()
    }

    fn steps(&self, steps: &[StepCode], bufs: &mut [Bytes], program: &Program) -> Result<(), BackendError> {
        for step in steps {
            match step {
                StepCode::Nest(call, code) => {
                    self.fuel.borrow().spend(work(&call.nest))?;
                    self.nest(call, code, bufs);
                }
                StepCode::Loop(step, cond, body) => self.run_loop(step, cond, body, bufs, program)?,
                StepCode::Branch(selector, cases) => {
                    let i = bufs[selector.0 as usize].as_slice_of::<i32>()[0];
                    let i = i.clamp(0, cases.len() as i32 - 1) as usize;
                    self.steps(&cases[i], bufs, program)?;
                }
                StepCode::Plain(Step::Copy { src, src_at, dst, dst_at, len }) => {
                    self.fuel.borrow().spend(1 + *len as u64 / 16)?;
                    let size = program.buffer(*src).dtype.size();
                    let from = bufs[src.0 as usize].clone();
                    let from = &from.as_slice()[src_at * size..(src_at + len) * size];
                    bufs[dst.0 as usize].make_mut()[dst_at * size..(dst_at + len) * size].copy_from_slice(from);
                }
                StepCode::Plain(Step::Routine(r)) => {
                    self.fuel.borrow().spend(routines::work(r))?;
                    routines::run(r, bufs)?;
                }
                StepCode::Plain(_) => {}
            }
        }
        Ok(())
    }

    fn run_loop(
        &self,
        step: &Step,
        cond: &[StepCode],
        body: &[StepCode],
        bufs: &mut [Bytes],
        program: &Program,
    ) -> Result<(), BackendError> {
        let Step::Loop { predicate, carries, trips, counter, .. } = step else {
            return Ok(());
        };
        let mut i = 0u64;
        loop {
            self.fuel.borrow().spend(1)?;
            if let Some(c) = counter {
                bufs[c.0 as usize].as_mut_slice_of::<i32>()[0] = i as i32;
            }
            match (trips, predicate) {
                (Some(n), _) if i >= *n => return Ok(()),
                (None, Some(p)) => {
                    self.steps(cond, bufs, program)?;
                    if bufs[p.0 as usize].as_slice()[0] == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
            self.steps(body, bufs, program)?;
            for (to, from) in carries {
                bufs.swap(to.0 as usize, from.0 as usize);
            }
            i += 1;
        }
    }

    fn nest(&self, call: &NestCall, code: &NestCode, bufs: &mut [Bytes]) {
        // A written buffer fills one slot only, so making it ours alone moves no other slot's bytes.
        let mut slots: Vec<Slot> = Vec::with_capacity(call.args.len());
        for (b, decl) in call.args.iter().zip(&call.nest.args) {
            let buf = &mut bufs[b.0 as usize];
            let ptr = if decl.access == Access::Read { buf.as_ptr().cast_mut() } else { buf.make_mut().as_mut_ptr() };
            slots.push(Slot::new(decl, ptr));
        }
        if self.runner.as_ref().is_some_and(|r| r.run_nest(&call.nest, &code.memo, &slots)) {
            return;
        }
        nests::run(&call.nest, code, &slots, &mut self.scratch.borrow_mut());
    }
}

/// What a nest costs, in fuel: about a unit for sixteen scalar instructions.
fn work(nest: &Nest) -> u64 {
    let size = |s: &[usize]| s.iter().map(|&n| n as u64).product::<u64>();
    let n = match &nest.kind {
        NestKind::Map(m) => size(&m.shape) * m.body.insts.len() as u64,
        NestKind::MapReduce(r) => size(&r.outer) * size(&r.inner).max(1) * (r.body.insts.len() + 1) as u64,
        NestKind::Contraction(c) => size(&c.batch) * size(&c.m) * size(&c.n) * size(&c.k),
        NestKind::Scan(s) => size(&s.outer) * s.len as u64 * (s.body.insts.len() + 4) as u64,
        NestKind::Scatter(s) => size(&s.shape) * (s.body.insts.len() + 4) as u64,
        NestKind::Sort(s) => {
            let n = s.len as u64;
            size(&s.outer) * n * (u64::BITS - n.leading_zeros()) as u64 * 4
        }
    };
    1 + n / 16
}

impl Backend for Interpreter {
    fn name(&self) -> &'static str {
        self.name
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn supports_routine(&self, _kind: &RoutineKind) -> bool {
        true
    }

    fn set_fuel(&self, fuel: Fuel) {
        *self.fuel.borrow_mut() = fuel;
    }

    fn compile(&self, program: &Arc<Program>) -> Result<Executable, BackendError> {
        let found = self.programs.borrow_mut().get(program);
        let code = match found {
            Some(code) => code,
            None => {
                program.validate().map_err(BackendError::Invalid)?;
                let code = Rc::new(Compiled { steps: self.decode(&program.steps) });
                self.programs.borrow_mut().insert(program.clone(), code.clone());
                code
            }
        };
        Ok(Executable { program: program.clone(), code, ran_on: self.name(), fallback: None })
    }

    fn run(&self, exe: &Executable, inputs: &[Buffer]) -> Result<Vec<Buffer>, BackendError> {
        let program = &*exe.program;
        let Some(code) = exe.code.downcast_ref::<Compiled>() else {
            return Err(BackendError::Invalid("an executable of another backend".into()));
        };
        if inputs.len() != program.inputs.len() {
            return Err(BackendError::Invalid(format!(
                "{} inputs for a program of {}",
                inputs.len(),
                program.inputs.len()
            )));
        }
        let mut bufs: Vec<Bytes> = Vec::with_capacity(program.buffers.len());
        for d in &program.buffers {
            bufs.push(match &d.role {
                BufferRole::Const(b) => b.clone(),
                BufferRole::Input => Bytes::empty(),
                BufferRole::Temp => Bytes::try_zeroed(d.size()).ok_or(BackendError::OutOfMemory(d.size()))?,
            });
        }
        for (k, (b, input)) in program.inputs.iter().zip(inputs).enumerate() {
            let d = program.buffer(*b);
            let bytes = input
                .host_bytes()
                .ok_or_else(|| BackendError::Invalid(format!("input {k} is on a device; read it first")))?;
            if input.dtype != d.dtype || bytes.len() != d.size() {
                return Err(BackendError::Invalid(format!(
                    "input {k} is {}[{}], the program wants {}[{}]",
                    input.dtype, input.len, d.dtype, d.len
                )));
            }
            bufs[b.0 as usize] = bytes.clone();
        }
        self.steps(&code.steps, &mut bufs, program)?;
        Ok(program
            .outputs
            .iter()
            .map(|&b| {
                let d = program.buffer(b);
                Buffer { dtype: d.dtype, len: d.len, data: BufferData::Host(bufs[b.0 as usize].clone()) }
            })
            .collect())
    }

    fn upload(&self, dtype: DType, bytes: &Bytes) -> Result<Buffer, BackendError> {
        Ok(Buffer::host(dtype, bytes.clone()))
    }

    fn read(&self, buffer: &Buffer) -> Pending {
        let got = self.try_read(buffer);
        Box::pin(std::future::ready(
            got.unwrap_or_else(|| Err(BackendError::Invalid("a buffer of another backend".into()))),
        ))
    }

    fn try_read(&self, buffer: &Buffer) -> Option<Result<Bytes, BackendError>> {
        Some(match &buffer.data {
            BufferData::Host(b) => Ok(b.clone()),
            BufferData::Device(_) => Err(BackendError::Invalid("a buffer of another backend".into())),
        })
    }
}
