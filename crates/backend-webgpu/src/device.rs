//! The device and its buffers: one u32 for each element, so that every type of at most 32 bits is held alike.

use gradlens_backend::BackendError;
use gradlens_kernel::{Bytes, DType};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// A device, its queue, and what it has complained of.
pub struct Device {
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    /// What the adapter calls itself.
    pub adapter: String,
    trouble: Arc<Mutex<Option<BackendError>>>,
}

/// A buffer on the device.
#[derive(Clone, Debug)]
pub struct DeviceBuffer(pub wgpu::Buffer);

fn note(slot: &Mutex<Option<BackendError>>, what: BackendError) {
    slot.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(what);
}

impl Device {
    /// The best adapter there is.
    pub async fn request() -> Result<Device, BackendError> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let adapter = instance
            .request_adapter(&wgpu::RequestAdapterOptions {
                power_preference: wgpu::PowerPreference::HighPerformance,
                ..Default::default()
            })
            .await
            .map_err(|e| BackendError::Device(format!("no WebGPU adapter: {e}")))?;
        let (device, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor { required_limits: adapter.limits(), ..Default::default() })
            .await
            .map_err(|e| BackendError::Device(format!("no WebGPU device: {e}")))?;
        let trouble = Arc::new(Mutex::new(None));
        let slot = trouble.clone();
        device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| {
            note(&slot, BackendError::Device(e.to_string()));
        }));
        let slot = trouble.clone();
        device.set_device_lost_callback(move |reason, why| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                note(&slot, BackendError::DeviceLost(why));
            }
        });
        Ok(Device { device, queue, adapter: adapter.get_info().name, trouble })
    }

    /// What the device has complained of since the last call of this; a lost device stays lost.
    pub fn check(&self) -> Result<(), BackendError> {
        let mut slot = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match &*slot {
            None => Ok(()),
            Some(lost @ BackendError::DeviceLost(_)) => Err(lost.clone()),
            Some(_) => slot.take().map_or(Ok(()), Err),
        }
    }

    /// A buffer of `len` elements, zero.
    pub fn empty(&self, len: usize) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: room(len),
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// A buffer with the elements of `bytes`.
    pub fn upload(&self, dtype: DType, bytes: &Bytes) -> wgpu::Buffer {
        let words = widen(dtype, bytes);
        let buffer = self.empty(words.len());
        if !words.is_empty() {
            self.queue.write_buffer(&buffer, 0, Bytes::of(&words).as_slice());
        }
        buffer
    }

    /// Starts to copy a buffer back.
    pub fn download(&self, dtype: DType, len: usize, from: &wgpu::Buffer) -> Download {
        let size = room(len);
        let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(from, 0, &staging, 0, size);
        self.queue.submit([encoder.finish()]);
        let state: Arc<Mutex<Mapped>> = Arc::default();
        let told = state.clone();
        staging.map_async(wgpu::MapMode::Read, .., move |result| {
            let mut state = told.lock().unwrap_or_else(PoisonError::into_inner);
            state.result = Some(result.map_err(|e| e.to_string()));
            if let Some(waker) = state.waker.take() {
                waker.wake();
            }
        });
        Download { dtype, len, staging, state }
    }

    /// Waits for all that was submitted; natively only, where a device does not go on by itself.
    #[cfg(not(target_family = "wasm"))]
    pub fn wait(&self) -> Result<(), BackendError> {
        let done = self.device.poll(wgpu::PollType::wait_indefinitely());
        done.map(|_| ()).map_err(|e| BackendError::Device(e.to_string()))
    }
}

/// Bytes of a buffer of `len` elements: never none, which no binding allows.
fn room(len: usize) -> u64 {
    len.max(4) as u64 * 4
}

#[derive(Default)]
struct Mapped {
    result: Option<Result<(), String>>,
    waker: Option<Waker>,
}

/// A copy on its way back.
pub struct Download {
    dtype: DType,
    len: usize,
    staging: wgpu::Buffer,
    state: Arc<Mutex<Mapped>>,
}

impl Future for Download {
    type Output = Result<Bytes, BackendError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(result) = state.result.take() else {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        };
        Poll::Ready(result.map_err(BackendError::Device).and_then(|()| {
            let view = self.staging.get_mapped_range(..).map_err(|e| BackendError::Device(e.to_string()))?;
            let words = Bytes::copy_from(&view);
            Ok(tighten(self.dtype, &words.as_slice_of::<u32>()[..self.len]))
        }))
    }
}

/// Polls what is never long pending natively.
#[cfg(not(target_family = "wasm"))]
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        if let Poll::Ready(v) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return v;
        }
        std::thread::yield_now();
    }
}

/// Each element as the bits of its register.
pub fn widen(dtype: DType, bytes: &Bytes) -> Vec<u32> {
    use gradlens_kernel::dtype::{bf16_to_f32, f16_to_f32};
    match dtype {
        DType::Bool | DType::U8 => bytes.as_slice().iter().map(|&x| x as u32).collect(),
        DType::I8 => bytes.as_slice_of::<i8>().iter().map(|&x| x as i32 as u32).collect(),
        DType::I16 => bytes.as_slice_of::<i16>().iter().map(|&x| x as i32 as u32).collect(),
        DType::U16 => bytes.as_slice_of::<u16>().iter().map(|&x| x as u32).collect(),
        DType::F16 => bytes.as_slice_of::<u16>().iter().map(|&x| f16_to_f32(x).to_bits()).collect(),
        DType::BF16 => bytes.as_slice_of::<u16>().iter().map(|&x| bf16_to_f32(x).to_bits()).collect(),
        _ => bytes.as_slice_of::<u32>().to_vec(),
    }
}

/// The bits of registers as elements.
pub fn tighten(dtype: DType, words: &[u32]) -> Bytes {
    use gradlens_kernel::dtype::{f32_to_bf16, f32_to_f16};
    let halves = |f: &dyn Fn(u32) -> u16| Bytes::of(&words.iter().map(|&x| f(x)).collect::<Vec<_>>());
    match dtype {
        DType::Bool | DType::U8 | DType::I8 => Bytes::of(&words.iter().map(|&x| x as u8).collect::<Vec<_>>()),
        DType::I16 | DType::U16 => halves(&|x| x as u16),
        DType::F16 => halves(&|x| f32_to_f16(f32::from_bits(x))),
        DType::BF16 => halves(&|x| f32_to_bf16(f32::from_bits(x))),
        _ => Bytes::of(words),
    }
}
