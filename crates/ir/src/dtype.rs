//! Element types: names, sizes, categories, and JAX's promotion lattice with weak types.

use std::fmt;

/// The element type of an array. `Key` is JAX's `key<fry>` (two `u32` words an element); `Float0` the tangent type of integers.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[allow(missing_docs)]
pub enum DType {
    Bool,
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    BF16,
    F16,
    F32,
    F64,
    C64,
    C128,
    Key,
    Float0,
}

use DType::*;

impl DType {
    /// Every dtype a user can name.
    pub const ALL: [DType; 15] = [Bool, U8, U16, U32, U64, I8, I16, I32, I64, BF16, F16, F32, F64, C64, C128];

    /// NumPy's name: `float32`, `int8`, `bool`, ...
    pub fn name(self) -> &'static str {
        match self {
            Bool => "bool",
            U8 => "uint8",
            U16 => "uint16",
            U32 => "uint32",
            U64 => "uint64",
            I8 => "int8",
            I16 => "int16",
            I32 => "int32",
            I64 => "int64",
            BF16 => "bfloat16",
            F16 => "float16",
            F32 => "float32",
            F64 => "float64",
            C64 => "complex64",
            C128 => "complex128",
            Key => "key<fry>",
            Float0 => "float0",
        }
    }

    /// The short name Jaxprs print: `f32`, `i8`, `bool`, ...
    pub fn short_name(self) -> &'static str {
        match self {
            Bool => "bool",
            U8 => "u8",
            U16 => "u16",
            U32 => "u32",
            U64 => "u64",
            I8 => "i8",
            I16 => "i16",
            I32 => "i32",
            I64 => "i64",
            BF16 => "bf16",
            F16 => "f16",
            F32 => "f32",
            F64 => "f64",
            C64 => "c64",
            C128 => "c128",
            Key => "key<fry>",
            Float0 => "float0",
        }
    }

    /// The dtype of this NumPy name (`"float32"`, also `"float"`, `"int"`, `"complex"` as their 64-bit meanings).
    pub fn from_name(name: &str) -> Option<DType> {
        Some(match name {
            "float" | "double" => F64,
            "int" => I64,
            "complex" => C128,
            "half" => F16,
            "single" => F32,
            "bool_" => Bool,
            _ => return Self::ALL.into_iter().find(|d| d.name() == name),
        })
    }

    /// Bytes per element in host storage (`Float0` is stored as one zero byte).
    pub fn size(self) -> usize {
        match self {
            Bool | U8 | I8 | Float0 => 1,
            U16 | I16 | BF16 | F16 => 2,
            U32 | I32 | F32 => 4,
            U64 | I64 | F64 | C64 | Key => 8,
            C128 => 16,
        }
    }

    /// `float*`/`bfloat16`.
    pub fn is_floating(self) -> bool {
        matches!(self, BF16 | F16 | F32 | F64)
    }
    /// `complex*`.
    pub fn is_complex(self) -> bool {
        matches!(self, C64 | C128)
    }
    /// Floating or complex.
    pub fn is_inexact(self) -> bool {
        self.is_floating() || self.is_complex()
    }
    /// Signed integer.
    pub fn is_signed(self) -> bool {
        matches!(self, I8 | I16 | I32 | I64)
    }
    /// Unsigned integer.
    pub fn is_unsigned(self) -> bool {
        matches!(self, U8 | U16 | U32 | U64)
    }
    /// Signed or unsigned integer (not bool).
    pub fn is_integer(self) -> bool {
        self.is_signed() || self.is_unsigned()
    }
    /// A 64-bit element type, or complex128: what `jax_enable_x64` governs.
    pub fn is_x64(self) -> bool {
        matches!(self, I64 | U64 | F64 | C128)
    }

    /// Bits per real component.
    pub fn bits(self) -> u32 {
        match self {
            Bool => 8,
            C64 => 32,
            C128 => 64,
            d => d.size() as u32 * 8,
        }
    }

    /// The gap between 1 and the next float, of floats and of complex parts (0 for other dtypes).
    pub fn eps(self) -> f64 {
        match self {
            BF16 => 2f64.powi(-7),
            F16 => 2f64.powi(-10),
            F32 | C64 => f32::EPSILON as f64,
            F64 | C128 => f64::EPSILON,
            _ => 0.0,
        }
    }

    /// The dtype of the real and imaginary parts (itself when real).
    pub fn real(self) -> DType {
        match self {
            C64 => F32,
            C128 => F64,
            d => d,
        }
    }

    /// The complex dtype that holds this one.
    pub fn to_complex(self) -> DType {
        match self {
            C64 | C128 => self,
            F64 | I64 | U64 => C128,
            _ => C64,
        }
    }

    /// JAX's `canonicalize_dtype`: without x64, 64-bit types become 32-bit ones.
    pub fn canonicalize(self, x64: bool) -> DType {
        if x64 {
            return self;
        }
        match self {
            I64 => I32,
            U64 => U32,
            F64 => F32,
            C128 => C64,
            d => d,
        }
    }

    /// The dtype of a tangent of a value of this dtype: itself when inexact, `Float0` otherwise.
    pub fn tangent(self) -> DType {
        if self.is_inexact() { self } else { Float0 }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A node of JAX's promotion lattice: a dtype, or one of the three weak scalar types (`i*`, `f*`, `c*`).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Node {
    D(DType),
    WeakInt,
    WeakFloat,
    WeakComplex,
}

/// The immediate upward edges of the lattice (JAX documentation, "Type promotion semantics").
fn edges(n: Node) -> &'static [Node] {
    use Node::*;
    match n {
        D(Bool) => &[WeakInt],
        WeakInt => &[D(U8), D(I8)],
        D(U8) => &[D(I16), D(U16)],
        D(I8) => &[D(I16)],
        D(U16) => &[D(I32), D(U32)],
        D(I16) => &[D(I32)],
        D(U32) => &[D(I64), D(U64)],
        D(I32) => &[D(I64)],
        D(U64) | D(I64) => &[WeakFloat],
        WeakFloat => &[D(BF16), D(F16), WeakComplex],
        D(BF16) | D(F16) => &[D(F32)],
        D(F32) => &[D(F64), D(C64)],
        D(F64) => &[D(C128)],
        WeakComplex => &[D(C64)],
        D(C64) => &[D(C128)],
        D(C128) | D(Key) | D(Float0) => &[],
    }
}

fn node(dtype: DType, weak: bool) -> Node {
    if !weak || dtype == Bool {
        return Node::D(dtype);
    }
    if dtype.is_integer() {
        Node::WeakInt
    } else if dtype.is_floating() {
        Node::WeakFloat
    } else {
        Node::WeakComplex
    }
}

fn reaches(from: Node, to: Node) -> bool {
    from == to || edges(from).iter().any(|&e| reaches(e, to))
}

/// JAX's `lattice_result_type`: the least upper bound of the operands, and whether it is weak.
/// `None` when two operands have no common type (keys with numbers).
pub fn result_type(operands: &[(DType, bool)], x64: bool) -> Option<(DType, bool)> {
    let (&(first, first_weak), rest) = operands.split_first()?;
    let all_weak = operands.iter().all(|&(_, w)| w);
    if rest.is_empty() || (rest.iter().all(|&(d, _)| d == first) && !all_weak) {
        return Some((first.canonicalize(x64), rest.is_empty() && first_weak && first != Bool));
    }
    // Weak operands alone: the bound of their dtypes, weak again.
    let nodes: Vec<Node> = operands.iter().map(|&(d, w)| node(d, w && !all_weak)).collect();
    let candidates = [Node::WeakInt, Node::WeakFloat, Node::WeakComplex]
        .into_iter()
        .chain(DType::ALL.into_iter().map(Node::D))
        .filter(|&c| nodes.iter().all(|&n| reaches(n, c)))
        .collect::<Vec<_>>();
    let least = candidates.iter().copied().find(|&c| candidates.iter().all(|&d| reaches(c, d)))?;
    let (dtype, weak) = match least {
        Node::D(d) => (d, all_weak),
        Node::WeakInt => (I64, true),
        Node::WeakFloat => (F64, true),
        Node::WeakComplex => (C128, true),
    };
    Some((dtype.canonicalize(x64), weak && dtype != Bool))
}
