//! Concrete arrays: an aval with bytes on the host or data on a device.

use crate::aval::{Shape, ShapedArray};
use crate::dtype::DType;
use crate::error::{Error, Pending, Result};
use gradlens_kernel::Bytes;
use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// A future of the single engine thread.
pub type LocalBoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// Host bytes, aligned for every element type, row-major; shared with what runs kernels without a copy.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HostBuf(Bytes);

impl HostBuf {
    /// `len` zero bytes.
    pub fn zeroed(len: usize) -> HostBuf {
        HostBuf(Bytes::zeroed(len))
    }
    /// A copy of these bytes.
    pub fn from_bytes(bytes: &[u8]) -> HostBuf {
        HostBuf(Bytes::copy_from(bytes))
    }
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }
    /// The bytes, to be written.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.0.make_mut()
    }
    /// The bytes as kernels take them.
    pub fn shared(&self) -> &Bytes {
        &self.0
    }
    /// The elements as `T` (`f32`, `i64`, ...): the length must be a multiple of `T`'s size.
    pub fn as_slice<T: bytemuck::Pod>(&self) -> &[T] {
        bytemuck::cast_slice(self.bytes())
    }
    /// The elements as `T`, to be written.
    pub fn as_mut_slice<T: bytemuck::Pod>(&mut self) -> &mut [T] {
        bytemuck::cast_slice_mut(self.bytes_mut())
    }
}

impl From<Bytes> for HostBuf {
    fn from(bytes: Bytes) -> HostBuf {
        HostBuf(bytes)
    }
}

/// Array data that lives on a device until somebody reads it.
pub trait DeviceData {
    /// The bytes, if they are on the host already.
    fn peek(&self) -> Option<Rc<HostBuf>>;
    /// Fetches the bytes; after it resolves, `peek` gives them.
    fn read(&self) -> LocalBoxFuture<Result<Rc<HostBuf>>>;
    /// The device's own type, for the executor that made it.
    fn as_any(&self) -> &dyn Any;
}

struct PendingRead(Rc<dyn DeviceData>);

impl Pending for PendingRead {
    fn resolve(&self) -> LocalBoxFuture<Result<()>> {
        let read = self.0.read();
        Box::pin(async move { read.await.map(|_| ()) })
    }
}

#[derive(Clone)]
enum Data {
    Host(Rc<HostBuf>),
    Device(Rc<dyn DeviceData>),
}

/// A concrete array. Immutable; clones share the data.
#[derive(Clone)]
pub struct Array {
    aval: Rc<ShapedArray>,
    data: RefCell<Data>,
    /// The number a float scalar was made from, before rounding.
    written: Option<f64>,
}

impl Array {
    /// An array over these bytes (row-major, little endian, `Key` as two words).
    pub fn from_host(aval: ShapedArray, data: Rc<HostBuf>) -> Array {
        debug_assert_eq!(data.bytes().len(), aval.size() * aval.dtype.size(), "bytes of {aval}");
        Array { aval: Rc::new(aval), data: RefCell::new(Data::Host(data)), written: None }
    }
    /// An array over device data.
    pub fn from_device(aval: ShapedArray, data: Rc<dyn DeviceData>) -> Array {
        Array { aval: Rc::new(aval), data: RefCell::new(Data::Device(data)), written: None }
    }
    /// An array of these elements; `T` must be the host type of `dtype`.
    pub fn from_slice<T: bytemuck::Pod>(shape: &[usize], dtype: DType, elements: &[T]) -> Array {
        Array::from_host(ShapedArray::new(shape, dtype), Rc::new(HostBuf::from_bytes(bytemuck::cast_slice(elements))))
    }
    /// A scalar (or any shape, filled) of `value` rounded to `dtype`; complex gets a zero imaginary part.
    pub fn full(shape: &[usize], dtype: DType, value: f64) -> Array {
        Array::full_complex(shape, dtype, value, 0.0)
    }
    /// The same with an imaginary part (dropped for real dtypes).
    pub fn full_complex(shape: &[usize], dtype: DType, re: f64, im: f64) -> Array {
        let n: usize = shape.iter().product();
        let one = encode(dtype, re, im);
        let mut buf = HostBuf::zeroed(n * dtype.size());
        for chunk in buf.bytes_mut().chunks_exact_mut(dtype.size()) {
            chunk.copy_from_slice(&one[..dtype.size()]);
        }
        let mut a = Array::from_host(ShapedArray::new(shape, dtype), Rc::new(buf));
        a.written = (shape.is_empty() && dtype.is_floating()).then_some(re);
        a
    }
    /// The number a weakly typed float scalar was written as: Python's own, which Jaxprs print unrounded.
    pub fn written(&self) -> Option<f64> {
        self.written.filter(|_| self.aval.weak_type)
    }
    /// An integer scalar, wrapped to `dtype` (exact for 64-bit integers, unlike `full`).
    pub fn int_scalar(dtype: DType, value: i64) -> Array {
        if !dtype.is_integer() {
            return Array::full(&[], dtype, value as f64);
        }
        let bytes = value.to_le_bytes();
        Array::from_host(ShapedArray::scalar(dtype, false), Rc::new(HostBuf::from_bytes(&bytes[..dtype.size()])))
    }
    /// The same data with this weak flag.
    pub fn with_weak(&self, weak: bool) -> Array {
        if self.aval.weak_type == weak {
            return self.clone();
        }
        Array { aval: Rc::new((*self.aval).clone().with_weak(weak)), data: self.data.clone(), written: self.written }
    }
    /// The same row-major bytes under another shape of the same size.
    pub fn reshaped(&self, shape: &[usize]) -> Array {
        debug_assert_eq!(shape.iter().product::<usize>(), self.aval.size());
        Array { aval: Rc::new(self.aval.with_shape(shape)), data: self.data.clone(), written: None }
    }
    /// Its aval.
    pub fn aval(&self) -> &ShapedArray {
        &self.aval
    }
    /// The address of its data: equal for clones while one of them lives.
    pub fn identity(&self) -> usize {
        match &*self.data.borrow() {
            Data::Host(h) => Rc::as_ptr(h) as usize,
            Data::Device(d) => Rc::as_ptr(d) as *const () as usize,
        }
    }
    /// Its axis sizes.
    pub fn shape(&self) -> &Shape {
        &self.aval.shape
    }
    /// Its element type.
    pub fn dtype(&self) -> DType {
        self.aval.dtype
    }
    /// The bytes. `Error::suspend` while they are still on a device.
    pub fn host(&self) -> Result<Rc<HostBuf>> {
        let device = match &*self.data.borrow() {
            Data::Host(h) => return Ok(h.clone()),
            Data::Device(d) => d.clone(),
        };
        match device.peek() {
            Some(h) => {
                *self.data.borrow_mut() = Data::Host(h.clone());
                Ok(h)
            }
            None => Err(Error::suspend(Rc::new(PendingRead(device)))),
        }
    }
    /// The device data, if it has not been read back.
    pub fn device(&self) -> Option<Rc<dyn DeviceData>> {
        match &*self.data.borrow() {
            Data::Device(d) => Some(d.clone()),
            Data::Host(_) => None,
        }
    }
    /// All elements widened to f64 (real part for complex, low word for keys).
    pub fn to_f64s(&self) -> Result<Vec<f64>> {
        let h = self.host()?;
        let size = self.dtype().size();
        Ok(h.bytes().chunks_exact(size).map(|c| decode(self.dtype(), c).0).collect())
    }
    /// All elements as (re, im).
    pub fn to_complexes(&self) -> Result<Vec<(f64, f64)>> {
        let h = self.host()?;
        Ok(h.bytes().chunks_exact(self.dtype().size()).map(|c| decode(self.dtype(), c)).collect())
    }
    /// All elements as integers (bools as 0/1, floats truncated; u64 wraps into i64).
    pub fn to_i64s(&self) -> Result<Vec<i64>> {
        let h = self.host()?;
        let d = self.dtype();
        Ok(h.bytes().chunks_exact(d.size()).map(|c| decode_int(d, c)).collect())
    }
}

/// The first `dtype.size()` bytes of `(re, im)` rounded to `dtype`.
pub fn encode(dtype: DType, re: f64, im: f64) -> [u8; 16] {
    let mut out = [0u8; 16];
    let mut put = |b: &[u8]| out[..b.len()].copy_from_slice(b);
    match dtype {
        DType::Bool => put(&[(re != 0.0) as u8]),
        DType::U8 => put(&(re as i64 as u8).to_le_bytes()),
        DType::U16 => put(&(re as i64 as u16).to_le_bytes()),
        DType::U32 => put(&(re as i64 as u32).to_le_bytes()),
        DType::U64 => put(&(re as u64).to_le_bytes()),
        DType::I8 => put(&(re as i64 as i8).to_le_bytes()),
        DType::I16 => put(&(re as i64 as i16).to_le_bytes()),
        DType::I32 => put(&(re as i64 as i32).to_le_bytes()),
        DType::I64 => put(&(re as i64).to_le_bytes()),
        DType::BF16 => put(&half::bf16::from_f64(re).to_le_bytes()),
        DType::F16 => put(&half::f16::from_f64(re).to_le_bytes()),
        DType::F32 => put(&(re as f32).to_le_bytes()),
        DType::F64 => put(&re.to_le_bytes()),
        DType::C64 => {
            put(&(re as f32).to_le_bytes());
            out[4..8].copy_from_slice(&(im as f32).to_le_bytes());
        }
        DType::C128 => {
            put(&re.to_le_bytes());
            out[8..16].copy_from_slice(&im.to_le_bytes());
        }
        DType::Key => put(&(re as u64).to_le_bytes()),
        DType::Float0 => {}
    }
    out
}

fn decode_int(dtype: DType, c: &[u8]) -> i64 {
    let mut w = [0u8; 8];
    let n = c.len().min(8);
    w[..n].copy_from_slice(&c[..n]);
    let raw = u64::from_le_bytes(w);
    match dtype {
        DType::I8 => raw as u8 as i8 as i64,
        DType::I16 => raw as u16 as i16 as i64,
        DType::I32 => raw as u32 as i32 as i64,
        DType::Bool | DType::U8 | DType::U16 | DType::U32 | DType::U64 | DType::I64 | DType::Key => raw as i64,
        _ => decode(dtype, c).0 as i64,
    }
}

/// One element as (re, im) in f64.
pub fn decode(dtype: DType, c: &[u8]) -> (f64, f64) {
    let f32_at = |i: usize| f32::from_le_bytes([c[i], c[i + 1], c[i + 2], c[i + 3]]) as f64;
    let f64_at = |i: usize| f64::from_le_bytes(c[i..i + 8].try_into().expect("eight bytes"));
    match dtype {
        DType::BF16 => (half::bf16::from_le_bytes([c[0], c[1]]).to_f64(), 0.0),
        DType::F16 => (half::f16::from_le_bytes([c[0], c[1]]).to_f64(), 0.0),
        DType::F32 => (f32_at(0), 0.0),
        DType::F64 => (f64_at(0), 0.0),
        DType::C64 => (f32_at(0), f32_at(4)),
        DType::C128 => (f64_at(0), f64_at(8)),
        DType::U64 => (decode_int(dtype, c) as u64 as f64, 0.0),
        DType::Float0 => (0.0, 0.0),
        _ => (decode_int(dtype, c) as f64, 0.0),
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_f64s() {
            Ok(v) if v.len() <= 16 => write!(f, "{}{v:?}", self.aval),
            _ => write!(f, "{}[..]", self.aval),
        }
    }
}

/// Equality of literals: same aval and the same bits.
impl PartialEq for Array {
    fn eq(&self, other: &Array) -> bool {
        self.aval == other.aval
            && match (self.host(), other.host()) {
                (Ok(a), Ok(b)) => Rc::ptr_eq(&a, &b) || a == b,
                _ => false,
            }
    }
}
