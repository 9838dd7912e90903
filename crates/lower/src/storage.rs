//! How arrays lie in buffers: storage types, and complex numbers and keys as interleaved pairs.

use crate::index::Lin;
use gradlens_ir::{Array, DType, ShapedArray};
use gradlens_kernel::{self as k, BlockBuilder, Const, Value};

/// A value in scalar code: one register, or a pair (complex: real and imaginary; key: its two words).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Vals {
    One(Value),
    Two(Value, Value),
}

impl Vals {
    /// The registers.
    pub fn parts(self) -> impl Iterator<Item = Value> {
        let (a, b) = match self {
            Vals::One(a) => (a, None),
            Vals::Two(a, b) => (a, Some(b)),
        };
        std::iter::once(a).chain(b)
    }

    /// The register of a value that has one.
    pub fn one(self) -> Value {
        match self {
            Vals::One(a) | Vals::Two(a, _) => a,
        }
    }

    /// As a pair; a real number gets the imaginary part `im`.
    pub fn pair(self, im: impl FnOnce() -> Value) -> (Value, Value) {
        match self {
            Vals::One(a) => (a, im()),
            Vals::Two(a, b) => (a, b),
        }
    }

    /// One or two registers.
    pub fn of(parts: &[Value]) -> Vals {
        match *parts {
            [a] => Vals::One(a),
            [a, b] => Vals::Two(a, b),
            _ => unreachable!("values have one register or two"),
        }
    }

    /// The same function of each register.
    pub fn map(self, mut f: impl FnMut(Value) -> Value) -> Vals {
        match self {
            Vals::One(a) => Vals::One(f(a)),
            Vals::Two(a, b) => Vals::Two(f(a), f(b)),
        }
    }

    /// The same function of corresponding registers.
    pub fn zip(self, other: Vals, mut f: impl FnMut(Value, Value) -> Value) -> Vals {
        match (self, other) {
            (Vals::Two(a, b), Vals::Two(c, d)) => Vals::Two(f(a, c), f(b, d)),
            (a, b) => Vals::One(f(a.one(), b.one())),
        }
    }
}

/// The element type of the buffer, and how many of its elements make one of the array's.
pub(crate) fn storage(dtype: DType) -> (k::DType, usize) {
    let one = |d| (d, 1);
    match dtype {
        DType::Bool | DType::Float0 => one(k::DType::Bool),
        DType::U8 => one(k::DType::U8),
        DType::U16 => one(k::DType::U16),
        DType::U32 => one(k::DType::U32),
        DType::U64 => one(k::DType::U64),
        DType::I8 => one(k::DType::I8),
        DType::I16 => one(k::DType::I16),
        DType::I32 => one(k::DType::I32),
        DType::I64 => one(k::DType::I64),
        DType::BF16 => one(k::DType::BF16),
        DType::F16 => one(k::DType::F16),
        DType::F32 => one(k::DType::F32),
        DType::F64 => one(k::DType::F64),
        DType::C64 => (k::DType::F32, 2),
        DType::C128 => (k::DType::F64, 2),
        DType::Key => (k::DType::U32, 2),
    }
}

/// The buffer's length for an array of this aval.
pub(crate) fn buffer_len(aval: &ShapedArray) -> usize {
    aval.size() * storage(aval.dtype).1
}

/// The position of register `lane` of the element at `flat`.
pub(crate) fn lane_index(flat: &Lin, lanes: usize, lane: usize) -> Lin {
    flat.scaled(lanes as i64).shifted(lane as i64)
}

/// The register contents of element `i` of storage bytes.
pub(crate) fn const_at(dtype: k::DType, bytes: &[u8], i: usize) -> Const {
    let n = dtype.size();
    let mut word = [0u8; 8];
    word[..n].copy_from_slice(&bytes[i * n..(i + 1) * n]);
    let raw = u64::from_le_bytes(word);
    match dtype {
        k::DType::Bool => Const::bool(raw != 0),
        k::DType::I8 => Const::i32(raw as u8 as i8 as i32),
        k::DType::I16 => Const::i32(raw as u16 as i16 as i32),
        k::DType::I32 => Const::i32(raw as u32 as i32),
        k::DType::I64 => Const::i64(raw as i64),
        k::DType::U8 | k::DType::U16 | k::DType::U32 => Const::u32(raw as u32),
        k::DType::U64 => Const::u64(raw),
        k::DType::F16 => Const::f32(k::dtype::f16_to_f32(raw as u16)),
        k::DType::BF16 => Const::f32(k::dtype::bf16_to_f32(raw as u16)),
        k::DType::F32 => Const { ty: k::ScalarType::F32, bits: raw },
        k::DType::F64 => Const { ty: k::ScalarType::F64, bits: raw },
    }
}

/// A scalar's registers as constants; `None` while its bytes are not on the host.
pub(crate) fn literal(b: &mut BlockBuilder, a: &Array) -> Option<Vals> {
    let host = a.host().ok()?;
    let (dtype, lanes) = storage(a.dtype());
    let parts: Vec<Value> = (0..lanes).map(|i| b.constant(const_at(dtype, host.bytes(), i))).collect();
    Some(Vals::of(&parts))
}
