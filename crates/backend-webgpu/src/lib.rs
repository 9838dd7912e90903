//! The WebGPU backend: prints loop nests as WGSL and runs them with wgpu, on Vulkan natively and in the browser on its own
//! WebGPU.
//!
//! Types of at most 32 bits; a program with another one, or with a CPU routine, is `Unsupported` and runs elsewhere. All
//! special values are decided on bits (`shaders/floats.wgsl`), so that NaN, infinities, signed zeros and ties come out as
//! the interpreter's. In the browser a loop whose end depends on data is `Unsupported`, as nothing there can wait.

mod device;
mod emit;
mod nests;

use device::{Device, DeviceBuffer};
use gradlens_backend::cache::Cache;
use gradlens_backend::{Backend, BackendError, Buffer, BufferData, Capabilities, Executable, Fuel, Pending};
use gradlens_kernel::{
    Access, BufId, BufferRole, Bytes, DType, Nest, NestCall, Program, RoutineKind, ScalarType, Step,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Whether a read can be waited for.
const WAITS: bool = cfg!(not(target_family = "wasm"));
/// Kernels encoded before they are submitted: bounds what an unrolled loop holds.
const BATCH: usize = 256;

/// Runs programs on a WebGPU device.
pub struct WebGpuBackend {
    device: Rc<Device>,
    capabilities: Capabilities,
    programs: RefCell<Cache<Arc<Program>, Rc<Compiled>>>,
    kernels: RefCell<Cache<Arc<Nest>, Rc<Kernel>>>,
    fuel: RefCell<Fuel>,
}

/// A nest ready to run; no pipeline where it has nothing to do.
struct Kernel {
    pipeline: Option<(wgpu::ComputePipeline, wgpu::BindGroupLayout)>,
    groups: (u32, u32),
}

/// A program ready to run.
struct Compiled {
    steps: Vec<StepCode>,
    /// Its constants, by buffer.
    constants: Vec<Option<wgpu::Buffer>>,
}

enum StepCode {
    Nest(NestCall, Rc<Kernel>),
    Loop { step: Step, cond: Vec<StepCode>, body: Vec<StepCode> },
    Branch(BufId, Vec<Vec<StepCode>>),
    Copy { src: BufId, src_at: usize, dst: BufId, dst_at: usize, len: usize },
}

/// A run under way.
struct Run<'a> {
    program: &'a Program,
    bufs: Vec<wgpu::Buffer>,
    encoder: wgpu::CommandEncoder,
    encoded: usize,
}

/// The WGSL of a nest, or why there is none.
pub fn wgsl(nest: &Nest) -> Result<String, BackendError> {
    nests::shader(nest).map(|s| s.wgsl)
}

impl WebGpuBackend {
    /// The best device there is.
    pub async fn request() -> Result<WebGpuBackend, BackendError> {
        Ok(WebGpuBackend::on(Device::request().await?))
    }

    /// The best device there is, waited for.
    #[cfg(not(target_family = "wasm"))]
    pub fn new_native() -> Result<WebGpuBackend, BackendError> {
        device::block_on(WebGpuBackend::request())
    }

    fn on(device: Device) -> WebGpuBackend {
        let limits = device.device.limits();
        let bytes = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        let capabilities = Capabilities {
            scalars: vec![ScalarType::Bool, ScalarType::I32, ScalarType::U32, ScalarType::F32],
            dtypes: DType::ALL.into_iter().filter(|d| d.size() <= 4).collect(),
            // Several of a nest's slots may be one buffer, but each is a binding.
            max_args: limits.max_storage_buffers_per_shader_stage as usize,
            max_buffer_bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
            sync_reads: WAITS,
        };
        WebGpuBackend {
            device: Rc::new(device),
            capabilities,
            programs: RefCell::new(Cache::new(256)),
            kernels: RefCell::new(Cache::new(1024)),
            fuel: RefCell::new(Fuel::unlimited()),
        }
    }

    /// What the adapter calls itself.
    pub fn adapter(&self) -> &str {
        &self.device.adapter
    }

    fn kernel(&self, nest: &Arc<Nest>) -> Result<Rc<Kernel>, BackendError> {
        if let Some(found) = self.kernels.borrow_mut().get(nest) {
            return Ok(found);
        }
        if nest.args.len() > self.capabilities.max_args {
            return Err(BackendError::Unsupported(format!(
                "a kernel of {} buffers; this device binds {}",
                nest.args.len(),
                self.capabilities.max_args
            )));
        }
        let shader = nests::shader(nest)?;
        let pipeline = if shader.groups.0 == 0 { None } else { Some(self.pipeline(nest, &shader.wgsl)?) };
        let kernel = Rc::new(Kernel { pipeline, groups: shader.groups });
        self.kernels.borrow_mut().insert(nest.clone(), kernel.clone());
        Ok(kernel)
    }

    fn pipeline(
        &self,
        nest: &Nest,
        wgsl: &str,
    ) -> Result<(wgpu::ComputePipeline, wgpu::BindGroupLayout), BackendError> {
        let device = &self.device.device;
        let entries: Vec<wgpu::BindGroupLayoutEntry> = (0..)
            .zip(&nest.args)
            .map(|(binding, a)| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Storage { read_only: a.access == Access::Read },
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            })
            .collect();
        let layout =
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(wgsl.into()),
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: Default::default(),
            cache: None,
        });
        self.device.check()?;
        Ok((pipeline, layout))
    }

    fn decode(&self, steps: &[Step]) -> Result<Vec<StepCode>, BackendError> {
        let waits = |ok: bool| {
            let why = "control flow that depends on data needs a wait, which the browser's WebGPU has not";
            if ok { Ok(()) } else { Err(BackendError::Unsupported(why.into())) }
        };
        steps
            .iter()
            .map(|step| {
                Ok(match step {
                    Step::Nest(call) => StepCode::Nest(call.clone(), self.kernel(&call.nest)?),
                    Step::Loop { cond, body, trips, .. } => {
                        waits(WAITS || trips.is_some())?;
                        StepCode::Loop { step: step.clone(), cond: self.decode(cond)?, body: self.decode(body)? }
                    }
                    Step::Branch { selector, cases } => {
                        waits(WAITS)?;
                        let cases = cases.iter().map(|c| self.decode(c)).collect::<Result<_, _>>()?;
                        StepCode::Branch(*selector, cases)
                    }
                    &Step::Copy { src, src_at, dst, dst_at, len } => StepCode::Copy { src, src_at, dst, dst_at, len },
                    Step::Routine(_) => {
                        return Err(BackendError::Unsupported("matrix routines run on the CPU".into()));
                    }
                })
            })
            .collect()
    }

    fn compiled(&self, program: &Arc<Program>) -> Result<Rc<Compiled>, BackendError> {
        if let Some(found) = self.programs.borrow_mut().get(program) {
            return Ok(found);
        }
        for d in &program.buffers {
            if !self.capabilities.dtypes.contains(&d.dtype) {
                return Err(emit::unsupported_type(d.dtype.name()));
            }
            if d.len.saturating_mul(4) > self.capabilities.max_buffer_bytes {
                return Err(BackendError::Unsupported(format!("a buffer of {} elements on this device", d.len)));
            }
        }
        program.validate().map_err(BackendError::Invalid)?;
        let steps = self.decode(&program.steps)?;
        let constants = program
            .buffers
            .iter()
            .map(|d| match &d.role {
                BufferRole::Const(bytes) => Some(self.device.upload(d.dtype, bytes)),
                _ => None,
            })
            .collect();
        let code = Rc::new(Compiled { steps, constants });
        self.programs.borrow_mut().insert(program.clone(), code.clone());
        Ok(code)
    }

    fn flush(&self, run: &mut Run) {
        let fresh = self.device.device.create_command_encoder(&Default::default());
        let full = std::mem::replace(&mut run.encoder, fresh);
        self.device.queue.submit([full.finish()]);
        run.encoded = 0;
    }

    /// A buffer's one element, once all before it has run.
    fn scalar(&self, run: &mut Run, b: BufId) -> Result<i32, BackendError> {
        self.flush(run);
        let bytes = self.fetch(DType::I32, 1, &run.bufs[b.0 as usize])?;
        Ok(bytes.as_slice_of::<i32>()[0])
    }

    #[cfg(not(target_family = "wasm"))]
    fn fetch(&self, dtype: DType, len: usize, buffer: &wgpu::Buffer) -> Result<Bytes, BackendError> {
        let download = self.device.download(dtype, len, buffer);
        self.device.wait()?;
        self.device.check()?;
        device::block_on(download)
    }

    #[cfg(target_family = "wasm")]
    fn fetch(&self, _dtype: DType, _len: usize, _buffer: &wgpu::Buffer) -> Result<Bytes, BackendError> {
        Err(BackendError::Invalid("a wait in the browser".into()))
    }

    fn steps(&self, steps: &[StepCode], run: &mut Run) -> Result<(), BackendError> {
        for step in steps {
            self.fuel.borrow().spend(1)?;
            match step {
                StepCode::Nest(call, kernel) => self.nest(call, kernel, run),
                StepCode::Copy { src, src_at, dst, dst_at, len } => {
                    let (from, to) = (&run.bufs[src.0 as usize], &run.bufs[dst.0 as usize]);
                    if *len > 0 {
                        let at = |x: usize| x as u64 * 4;
                        run.encoder.copy_buffer_to_buffer(from, at(*src_at), to, at(*dst_at), at(*len));
                    }
                }
                StepCode::Branch(selector, cases) => {
                    let i = self.scalar(run, *selector)?.clamp(0, cases.len() as i32 - 1) as usize;
                    self.steps(&cases[i], run)?;
                }
                StepCode::Loop { step, cond, body } => self.run_loop(step, cond, body, run)?,
            }
            if run.encoded >= BATCH {
                self.flush(run);
            }
        }
        Ok(())
    }

    fn nest(&self, call: &NestCall, kernel: &Kernel, run: &mut Run) {
        let Some((pipeline, layout)) = &kernel.pipeline else {
            return;
        };
        let entries: Vec<wgpu::BindGroupEntry> = (0..)
            .zip(&call.args)
            .map(|(binding, b)| wgpu::BindGroupEntry { binding, resource: run.bufs[b.0 as usize].as_entire_binding() })
            .collect();
        let group =
            self.device.device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout, entries: &entries });
        let mut pass = run.encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(kernel.groups.0, kernel.groups.1, 1);
        run.encoded += 1;
    }

    fn run_loop(&self, step: &Step, cond: &[StepCode], body: &[StepCode], run: &mut Run) -> Result<(), BackendError> {
        let Step::Loop { predicate, carries, trips, counter, .. } = step else {
            return Ok(());
        };
        let mut i = 0u64;
        loop {
            self.fuel.borrow().spend(1)?;
            if let Some(c) = counter {
                // A buffer of its own for every number: what is encoded already keeps the one it was bound to.
                run.bufs[c.0 as usize] = self.device.upload(DType::I32, &Bytes::of(&[i as i32]));
            }
            match (trips, predicate) {
                (Some(n), _) if i >= *n => return Ok(()),
                (None, Some(p)) => {
                    self.steps(cond, run)?;
                    if self.scalar(run, *p)? == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
            self.steps(body, run)?;
            for (to, from) in carries {
                run.bufs.swap(to.0 as usize, from.0 as usize);
            }
            i += 1;
        }
    }

    fn resident(&self, buffer: &Buffer) -> Result<wgpu::Buffer, BackendError> {
        match &buffer.data {
            BufferData::Host(bytes) => Ok(self.device.upload(buffer.dtype, bytes)),
            BufferData::Device(d) => match d.downcast_ref::<DeviceBuffer>() {
                Some(d) => Ok(d.0.clone()),
                None => Err(BackendError::Invalid("a buffer of another backend".into())),
            },
        }
    }

    fn check_input(&self, k: usize, input: &Buffer, run: &Program) -> Result<(), BackendError> {
        let d = run.buffer(run.inputs[k]);
        let fits = input.dtype == d.dtype && input.len == d.len;
        let why = || format!("input {k} is {}[{}], the program wants {}[{}]", input.dtype, input.len, d.dtype, d.len);
        if fits { Ok(()) } else { Err(BackendError::Invalid(why())) }
    }
}

impl Backend for WebGpuBackend {
    fn name(&self) -> &'static str {
        "webgpu"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn set_fuel(&self, fuel: Fuel) {
        *self.fuel.borrow_mut() = fuel;
    }

    fn supports_routine(&self, _kind: &RoutineKind) -> bool {
        false
    }

    fn compile(&self, program: &Arc<Program>) -> Result<Executable, BackendError> {
        self.device.check()?;
        let code = self.compiled(program)?;
        Ok(Executable { program: program.clone(), code, ran_on: self.name(), fallback: None })
    }

    fn run(&self, exe: &Executable, inputs: &[Buffer]) -> Result<Vec<Buffer>, BackendError> {
        let program = &*exe.program;
        let Some(code) = exe.code.downcast_ref::<Compiled>() else {
            return Err(BackendError::Invalid("an executable of another backend".into()));
        };
        if inputs.len() != program.inputs.len() {
            let (have, want) = (inputs.len(), program.inputs.len());
            return Err(BackendError::Invalid(format!("{have} inputs for a program of {want}")));
        }
        let mut given: Vec<Option<wgpu::Buffer>> = code.constants.clone();
        for (k, input) in inputs.iter().enumerate() {
            self.check_input(k, input, program)?;
            given[program.inputs[k].0 as usize] = Some(self.resident(input)?);
        }
        let bufs = given
            .into_iter()
            .zip(&program.buffers)
            .map(|(b, d)| b.unwrap_or_else(|| self.device.empty(d.len)))
            .collect();
        let encoder = self.device.device.create_command_encoder(&Default::default());
        let mut run = Run { program, bufs, encoder, encoded: 0 };
        self.steps(&code.steps, &mut run)?;
        self.flush(&mut run);
        self.device.check()?;
        Ok(run
            .program
            .outputs
            .iter()
            .map(|&b| {
                let d = program.buffer(b);
                let data = BufferData::Device(Rc::new(DeviceBuffer(run.bufs[b.0 as usize].clone())));
                Buffer { dtype: d.dtype, len: d.len, data }
            })
            .collect())
    }

    fn upload(&self, dtype: DType, bytes: &Bytes) -> Result<Buffer, BackendError> {
        if dtype.size() > 4 {
            return Ok(Buffer::host(dtype, bytes.clone()));
        }
        let buffer = self.device.upload(dtype, bytes);
        self.device.check()?;
        Ok(Buffer { data: BufferData::Device(Rc::new(DeviceBuffer(buffer))), ..Buffer::host(dtype, bytes.clone()) })
    }

    fn read(&self, buffer: &Buffer) -> Pending {
        if let Some(done) = self.try_read(buffer) {
            return Box::pin(std::future::ready(done));
        }
        let (dtype, len, device) = (buffer.dtype, buffer.len, self.device.clone());
        match self.resident(buffer) {
            Err(e) => Box::pin(std::future::ready(Err(e))),
            Ok(b) => Box::pin(async move {
                let bytes = device.download(dtype, len, &b).await;
                device.check()?;
                bytes
            }),
        }
    }

    fn try_read(&self, buffer: &Buffer) -> Option<Result<Bytes, BackendError>> {
        match &buffer.data {
            BufferData::Host(b) => Some(Ok(b.clone())),
            BufferData::Device(_) if !WAITS => None,
            BufferData::Device(_) => Some(self.resident(buffer).and_then(|b| self.fetch(buffer.dtype, buffer.len, &b))),
        }
    }
}
