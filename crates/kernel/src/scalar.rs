//! The scalar IR: typed SSA code for one element of a loop nest.
//!
//! A [`Block`] is an arena of [`Inst`]s named by [`Value`] ids, with [`Region`]s listing the order in which they run
//! (region 0 is the block itself; the others are the conditions and bodies of loops). Nothing has a side effect: what a
//! nest stores is listed beside its block. So a backend may evaluate any of it speculatively, in any number of lanes.
//!
//! **Semantics** are those of JAX 0.10.2 on its CPU where an operation could mean several things, stated at each op.
//! Float arithmetic is IEEE, round to nearest even, gradual underflow, never fused and never reassociated; what JAX does
//! to subnormals is added by explicit [`UnOp::Flush`]. Interpreter and wasm agree bit for bit (NaN payloads aside).
//!
//! **Raw instructions.** An [`Inst`] with `raw` set promises: wherever its result matters, its float operands and result
//! are finite, its zero's sign does not matter, and a float-to-int cast is in range. Elsewhere any value will do. The
//! mathematics is written so, with special results selected on bits; a WGSL emitter prints the plain operator for a
//! raw instruction and a guarded form otherwise. The CPU backends ignore it.

use crate::dtype::{DType, ScalarType};

/// An instruction's result: an index into [`Block::insts`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Value(pub u32);

/// An index into [`Block::indices`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct IndexId(pub u32);

/// An index into [`Block::loops`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LoopId(pub u32);

/// An index into [`Block::regions`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RegionId(pub u32);

/// A typed constant, by bits (the low [`ScalarType::bits`] of `bits`; the rest are zero).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Const {
    /// Its type.
    pub ty: ScalarType,
    /// Its bits: two's complement for integers, IEEE for floats, 0 or 1 for `Bool`.
    pub bits: u64,
}

impl Const {
    /// A truth value.
    pub fn bool(x: bool) -> Const {
        Const { ty: ScalarType::Bool, bits: x as u64 }
    }
    /// An i32.
    pub fn i32(x: i32) -> Const {
        Const { ty: ScalarType::I32, bits: x as u32 as u64 }
    }
    /// A u32.
    pub fn u32(x: u32) -> Const {
        Const { ty: ScalarType::U32, bits: x as u64 }
    }
    /// An i64.
    pub fn i64(x: i64) -> Const {
        Const { ty: ScalarType::I64, bits: x as u64 }
    }
    /// A u64.
    pub fn u64(x: u64) -> Const {
        Const { ty: ScalarType::U64, bits: x }
    }
    /// An f32.
    pub fn f32(x: f32) -> Const {
        Const { ty: ScalarType::F32, bits: x.to_bits() as u64 }
    }
    /// An f64.
    pub fn f64(x: f64) -> Const {
        Const { ty: ScalarType::F64, bits: x.to_bits() }
    }
    /// The value as f32; meaningful for `F32` alone.
    pub fn as_f32(self) -> f32 {
        f32::from_bits(self.bits as u32)
    }
    /// The value as f64; meaningful for `F64` alone.
    pub fn as_f64(self) -> f64 {
        f64::from_bits(self.bits)
    }
    /// An integer's or truth value's value, sign-extended for the signed types.
    pub fn as_i128(self) -> i128 {
        match self.ty {
            ScalarType::I32 => self.bits as u32 as i32 as i128,
            ScalarType::I64 => self.bits as i64 as i128,
            _ => self.bits as i128,
        }
    }
}

/// Operations of one operand. "Same" below: the result has the operand's type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnOp {
    /// Same; int or float. Integers wrap; floats flip the sign bit (of NaN too, of zero too).
    Neg,
    /// Same; signed int or float. `|INT_MIN| = INT_MIN`; floats clear the sign bit.
    Abs,
    /// Same; bool or int: bitwise complement (of the one bit, for bool).
    Not,
    /// Same; float. Correctly rounded; NaN below zero; `sqrt(-0) = -0`.
    Sqrt,
    /// Same; float: towards minus infinity. Keeps NaN, infinities and zeros' signs (as do the next four).
    Floor,
    /// Same; float: towards plus infinity.
    Ceil,
    /// Same; float: towards zero.
    Trunc,
    /// Same; float: to nearest, ties to even.
    RoundEven,
    /// Same; float: to nearest, ties away from zero.
    RoundAway,
    /// Same; int: how many one bits.
    Popcount,
    /// Same; int: leading zeros; the width at 0.
    Clz,
    /// Same; float: a subnormal becomes the zero of its sign, all else stays.
    Flush,
    /// Float to bool: any NaN. By bits on WebGPU, as the next two.
    IsNan,
    /// Float to bool: either infinity.
    IsInf,
    /// Float to bool: neither NaN nor infinity.
    IsFinite,
    /// Same: rounds a register value to what the (narrow) storage type can hold, as a store and a load would. The
    /// operand's type is [`DType::register`] of it.
    Narrow(DType),
}

/// Operations of two operands of one type, giving that type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinOp {
    /// Int (wraps) or float.
    Add,
    /// Int (wraps) or float.
    Sub,
    /// Int (wraps, low half) or float.
    Mul,
    /// Int: towards zero; `x / 0 = -1` (all ones), `INT_MIN / -1 = INT_MIN`. Float: IEEE, correctly rounded.
    Div,
    /// Int: sign of the dividend; `x % 0 = x`, `INT_MIN % -1 = 0`. Float: C's `fmod`, exact; NaN for `x % 0` and
    /// `inf % y`; `x % inf = x`; a zero result has the dividend's sign.
    Rem,
    /// Bool, int or float. NaN if either is; `-0 < +0`.
    Min,
    /// Bool, int or float. NaN if either is; `-0 < +0`.
    Max,
    /// Bool or int.
    And,
    /// Bool or int.
    Or,
    /// Bool or int.
    Xor,
    /// Int. The right operand counts as unsigned; by the width or more gives 0.
    Shl,
    /// Int, arithmetic on signed types and logical on unsigned ones. By the width or more gives the sign (-1 or 0), or 0.
    Shr,
    /// `U32` only: the high half of the 64-bit product.
    MulHi,
}

/// Comparisons of two operands of one type, giving bool. On floats IEEE: with a NaN all are false but `Ne`; the zeros are
/// equal. `false < true`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CmpOp {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// What an instruction computes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// A constant's bits (the type is the instruction's).
    Const(u64),
    /// The nest's loop variable of a dimension, outermost first; `I32`.
    Index(u8),
    /// A parameter of the block: the accumulators and elements of a combine block, the totals of an epilogue.
    Param(u16),
    /// An element of a buffer, widened to its register type. An index outside the buffer is clamped into it.
    Load(crate::nest::Arg, IndexId),
    /// One operand.
    Un(UnOp, Value),
    /// Two operands.
    Bin(BinOp, Value, Value),
    /// Comparison.
    Cmp(CmpOp, Value, Value),
    /// `if c { a } else { b }`, by bits; both are evaluated. Operands: c (bool), a, b.
    Select(Value, Value, Value),
    /// Numeric conversion to the instruction's type. Bool gives 0 or 1; to bool is `x != 0` (NaN is true). Int to int
    /// keeps the low bits, widening with the source's sign; int to float and f64 to f32 round to nearest even; float to
    /// int truncates, saturates, and NaN gives 0.
    Cast(Value),
    /// The same bits as another type of the same width (not bool).
    Bitcast(Value),
    /// Runs a loop. The instruction's own type is that of result 0 (`Bool` for a loop that carries nothing).
    Loop(LoopId),
    /// Value `k` carried by the loop, as seen inside its condition and body.
    Carried(LoopId, u16),
    /// Value `k` carried by the loop, after it. The operand is the `Op::Loop` instruction.
    Result(Value, u16),
}

/// An instruction: what it computes, its type, and whether it is raw (see the module's text).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Inst {
    /// What it computes.
    pub op: Op,
    /// The type of its value.
    pub ty: ScalarType,
    /// Promises that special values do not matter here.
    pub raw: bool,
}

/// `offset + sum(strides[d] * Index(d)) + dynamic`, in elements.
///
/// `strides` has one entry per dimension of the nest. An emitter vectorises where the innermost stride is 1 or 0.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct IndexExpr {
    /// The constant part.
    pub offset: i64,
    /// A factor for each loop variable.
    pub strides: Vec<i64>,
    /// An `I32` value added to the rest.
    pub dynamic: Option<Value>,
}

impl IndexExpr {
    /// Affine, without a dynamic part.
    pub fn affine(offset: i64, strides: Vec<i64>) -> IndexExpr {
        IndexExpr { offset, strides, dynamic: None }
    }

    /// Row-major over `shape`: the identity map of a dense array.
    pub fn dense(shape: &[usize]) -> IndexExpr {
        let mut strides = vec![0; shape.len()];
        let mut step = 1i64;
        for (s, &n) in strides.iter_mut().zip(shape).rev() {
            *s = if n == 1 { 0 } else { step };
            step *= n as i64;
        }
        IndexExpr::affine(0, strides)
    }

    /// Element 0 (or `offset`) whatever the loop variables.
    pub fn at(offset: i64, rank: usize) -> IndexExpr {
        IndexExpr::affine(offset, vec![0; rank])
    }

    /// The least and the greatest value of the affine part over `shape`; `None` for an empty shape.
    pub fn range(&self, shape: &[usize]) -> Option<(i64, i64)> {
        let (mut lo, mut hi) = (self.offset, self.offset);
        for (&s, &n) in self.strides.iter().zip(shape) {
            if n == 0 {
                return None;
            }
            let d = s * (n as i64 - 1);
            lo += d.min(0);
            hi += d.max(0);
        }
        Some((lo, hi))
    }

    /// Whether every access over `shape` is inside a buffer of `len` elements without clamping.
    pub fn in_bounds(&self, shape: &[usize], len: usize) -> bool {
        self.dynamic.is_none() && self.range(shape).is_none_or(|(lo, hi)| lo >= 0 && hi < len as i64)
    }
}

/// A list of instructions in the order they run, and what the list yields.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Region {
    /// In order. Every operand is earlier here, or in an enclosing region before the loop.
    pub code: Vec<Value>,
    /// What the region yields. Region 0: the block's results; a condition: one bool; a body: the next carried values.
    pub results: Vec<Value>,
}

/// A structured loop: `while limit-- > 0 && cond(carried) { carried = body(carried) }`.
///
/// A loop with limit 1 is an `if`. In lanes: run while any lane's condition holds, and keep the carried values of lanes
/// whose condition failed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Loop {
    /// The carried values at the start.
    pub init: Vec<Value>,
    /// Yields the bool to go on.
    pub cond: RegionId,
    /// Yields the next carried values, in the order and types of `init`.
    pub body: RegionId,
    /// At most so many iterations.
    pub limit: u32,
}

/// Scalar code: see the module's text. Made by [`crate::BlockBuilder`], checked by [`Block::validate`].
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Block {
    /// The arena of all regions' instructions. Ids grow in program order.
    pub insts: Vec<Inst>,
    /// Index expressions of loads and of the nest's stores.
    pub indices: Vec<IndexExpr>,
    /// Loops.
    pub loops: Vec<Loop>,
    /// Regions; 0 is the block's own.
    pub regions: Vec<Region>,
    /// How many dimensions the nest has where this block runs.
    pub rank: usize,
    /// Types of the parameters.
    pub params: Vec<ScalarType>,
}

impl Block {
    /// The instruction behind a value.
    pub fn inst(&self, v: Value) -> Inst {
        self.insts[v.0 as usize]
    }
    /// A value's type.
    pub fn ty(&self, v: Value) -> ScalarType {
        self.insts[v.0 as usize].ty
    }
    /// An index expression.
    pub fn index_expr(&self, i: IndexId) -> &IndexExpr {
        &self.indices[i.0 as usize]
    }
    /// A loop.
    pub fn loop_(&self, l: LoopId) -> &Loop {
        &self.loops[l.0 as usize]
    }
    /// A region.
    pub fn region(&self, r: RegionId) -> &Region {
        &self.regions[r.0 as usize]
    }
    /// The block's own region.
    pub fn root(&self) -> &Region {
        &self.regions[0]
    }
    /// What the block yields.
    pub fn results(&self) -> &[Value] {
        &self.regions[0].results
    }
    /// The constant behind a value, if it is one.
    pub fn as_const(&self, v: Value) -> Option<Const> {
        match self.inst(v).op {
            Op::Const(bits) => Some(Const { ty: self.ty(v), bits }),
            _ => None,
        }
    }
}
