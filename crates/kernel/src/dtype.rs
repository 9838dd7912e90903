//! Storage types of buffers and the register types that scalar code computes in.

use std::fmt;

/// The type of a scalar value while it is computed with.
///
/// Narrow storage types are widened on load and narrowed on store ([`DType::register`]). WebGPU has `Bool`, `I32`, `U32`
/// and `F32` only; a program with another one runs on the CPU.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ScalarType {
    /// A truth value. Its bits are 0 or 1.
    Bool,
    /// 32-bit two's complement.
    I32,
    /// 32-bit unsigned.
    U32,
    /// 64-bit two's complement.
    I64,
    /// 64-bit unsigned.
    U64,
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
}

impl ScalarType {
    /// All of them, in declaration order.
    pub const ALL: [ScalarType; 7] = [
        ScalarType::Bool,
        ScalarType::I32,
        ScalarType::U32,
        ScalarType::I64,
        ScalarType::U64,
        ScalarType::F32,
        ScalarType::F64,
    ];

    /// `F32` or `F64`.
    pub fn is_float(self) -> bool {
        matches!(self, ScalarType::F32 | ScalarType::F64)
    }

    /// Any of the four integer types (`Bool` is none).
    pub fn is_int(self) -> bool {
        matches!(self, ScalarType::I32 | ScalarType::U32 | ScalarType::I64 | ScalarType::U64)
    }

    /// `I32` or `I64`.
    pub fn is_signed_int(self) -> bool {
        matches!(self, ScalarType::I32 | ScalarType::I64)
    }

    /// `U32` or `U64`.
    pub fn is_unsigned(self) -> bool {
        matches!(self, ScalarType::U32 | ScalarType::U64)
    }

    /// Width in bits; 1 for `Bool`.
    pub fn bits(self) -> u32 {
        match self {
            ScalarType::Bool => 1,
            ScalarType::I32 | ScalarType::U32 | ScalarType::F32 => 32,
            ScalarType::I64 | ScalarType::U64 | ScalarType::F64 => 64,
        }
    }

    /// The unsigned integer of the same width (`Bool` gives `U32`).
    pub fn unsigned(self) -> ScalarType {
        if self.bits() == 64 { ScalarType::U64 } else { ScalarType::U32 }
    }

    /// The signed integer of the same width (`Bool` gives `I32`).
    pub fn signed(self) -> ScalarType {
        if self.bits() == 64 { ScalarType::I64 } else { ScalarType::I32 }
    }

    /// The storage type that keeps all of a register's bits.
    pub fn storage(self) -> DType {
        match self {
            ScalarType::Bool => DType::Bool,
            ScalarType::I32 => DType::I32,
            ScalarType::U32 => DType::U32,
            ScalarType::I64 => DType::I64,
            ScalarType::U64 => DType::U64,
            ScalarType::F32 => DType::F32,
            ScalarType::F64 => DType::F64,
        }
    }

    /// The name in the text form: `bool`, `i32`, ...
    pub fn name(self) -> &'static str {
        self.storage().name()
    }
}

impl fmt::Display for ScalarType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The type of a buffer's elements. Little-endian, tightly packed; `Bool` is one byte, 0 or 1.
///
/// A complex array of n elements is a buffer of 2n floats, real and imaginary parts interleaved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum DType {
    /// One byte, 0 or 1.
    Bool,
    /// 8-bit two's complement.
    I8,
    /// 16-bit two's complement.
    I16,
    /// 32-bit two's complement.
    I32,
    /// 64-bit two's complement.
    I64,
    /// 8-bit unsigned.
    U8,
    /// 16-bit unsigned.
    U16,
    /// 32-bit unsigned.
    U32,
    /// 64-bit unsigned.
    U64,
    /// IEEE binary16.
    F16,
    /// The upper half of a binary32.
    BF16,
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
}

impl DType {
    /// All of them, in declaration order.
    pub const ALL: [DType; 13] = [
        DType::Bool,
        DType::I8,
        DType::I16,
        DType::I32,
        DType::I64,
        DType::U8,
        DType::U16,
        DType::U32,
        DType::U64,
        DType::F16,
        DType::BF16,
        DType::F32,
        DType::F64,
    ];

    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            DType::Bool | DType::I8 | DType::U8 => 1,
            DType::I16 | DType::U16 | DType::F16 | DType::BF16 => 2,
            DType::I32 | DType::U32 | DType::F32 => 4,
            DType::I64 | DType::U64 | DType::F64 => 8,
        }
    }

    /// The register type a load of this storage type gives: narrow integers widen to 32 bits with their sign, f16 and
    /// bf16 to f32, exactly. A store narrows: integers keep their low bits, floats round to nearest, ties to even.
    pub fn register(self) -> ScalarType {
        match self {
            DType::Bool => ScalarType::Bool,
            DType::I8 | DType::I16 | DType::I32 => ScalarType::I32,
            DType::U8 | DType::U16 | DType::U32 => ScalarType::U32,
            DType::I64 => ScalarType::I64,
            DType::U64 => ScalarType::U64,
            DType::F16 | DType::BF16 | DType::F32 => ScalarType::F32,
            DType::F64 => ScalarType::F64,
        }
    }

    /// Whether a register holds values that this storage type cannot (then [`crate::UnOp::Narrow`] has an effect).
    pub fn is_narrow(self) -> bool {
        self.register().storage() != self
    }

    /// The name in the text form: `bool`, `i8`, `bf16`, ...
    pub fn name(self) -> &'static str {
        match self {
            DType::Bool => "bool",
            DType::I8 => "i8",
            DType::I16 => "i16",
            DType::I32 => "i32",
            DType::I64 => "i64",
            DType::U8 => "u8",
            DType::U16 => "u16",
            DType::U32 => "u32",
            DType::U64 => "u64",
            DType::F16 => "f16",
            DType::BF16 => "bf16",
            DType::F32 => "f32",
            DType::F64 => "f64",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Binary16 bits to f32, exactly.
pub fn f16_to_f32(h: u16) -> f32 {
    let sign = (h as u32 & 0x8000) << 16;
    let exp = (h >> 10) & 0x1f;
    let man = (h & 0x3ff) as u32;
    let mag = match exp {
        // Subnormals of binary16 are normal in binary32: man * 2^-24 is exact.
        0 => (man as f32 * f32::from_bits(0x3380_0000)).to_bits(),
        31 => 0x7f80_0000 | (man << 13),
        e => ((e as u32 + 112) << 23) | (man << 13),
    };
    f32::from_bits(sign | mag)
}

/// f32 to binary16 bits, nearest, ties to even; overflow to infinity, NaN to a quiet NaN.
pub fn f32_to_f16(x: f32) -> u16 {
    let b = x.to_bits();
    let sign = ((b >> 16) & 0x8000) as u16;
    let a = b & 0x7fff_ffff;
    if a > 0x7f80_0000 {
        return sign | 0x7e00;
    }
    if a >= 0x4780_0000 {
        return sign | 0x7c00;
    }
    if a >= 0x3880_0000 {
        // Normal: add half an ulp less one, plus the odd bit; a carry runs into the exponent as it should.
        let r = a + 0xfff + ((a >> 13) & 1) - (112 << 23);
        return sign | (r >> 13) as u16;
    }
    // Subnormal: the sum with 0.5 rounds at 2^-24, which is binary16's last subnormal bit.
    let r = (f32::from_bits(a) + 0.5).to_bits() - 0.5f32.to_bits();
    sign | r as u16
}

/// bfloat16 bits to f32, exactly.
pub fn bf16_to_f32(h: u16) -> f32 {
    f32::from_bits((h as u32) << 16)
}

/// f32 to bfloat16 bits, nearest, ties to even; NaN to a quiet NaN.
pub fn f32_to_bf16(x: f32) -> u16 {
    let b = x.to_bits();
    if b & 0x7fff_ffff > 0x7f80_0000 {
        return ((b >> 16) as u16 & 0x8000) | 0x7fc0;
    }
    ((b + 0x7fff + ((b >> 16) & 1)) >> 16) as u16
}
