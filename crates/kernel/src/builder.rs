//! Building scalar code: type-checked, with common subexpressions shared and constants folded exactly.
//!
//! **Where subnormals go.** JAX's CPU runs with denormals-are-zero and flush-to-zero, f32 and f64 alike: arithmetic,
//! comparisons, roots, conversions and roundings see a subnormal operand as zero and give zero for a subnormal result;
//! what works on bits (negate, abs, copysign, select, bit casts, copies) keeps it. This file is the one place that knows:
//! a builder *flushes* by default, its float operations adding [`UnOp::Flush`] where a subnormal could be, and
//! [`BlockBuilder::ieee`] and [`BlockBuilder::raw`] switch that off for the mathematics, whose functions say themselves
//! what they do with subnormals.

use crate::dtype::{DType, ScalarType};
use crate::eval;
use crate::fast::FastMap;
use crate::nest::Arg;
use crate::scalar::{
    BinOp, Block, CmpOp, Const, IndexExpr, IndexId, Inst, Loop, LoopId, Op, Region, RegionId, UnOp, Value,
};

mod inline;
mod ops;

/// How float operations are emitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    /// JAX's: subnormals are flushed.
    Flush,
    /// IEEE, special values matter.
    Ieee,
    /// IEEE, special values do not matter (see [`crate::scalar`]).
    Raw,
}

/// Builds a [`Block`]. Type errors are bugs of the caller and panic with what was wrong.
pub struct BlockBuilder {
    block: Block,
    /// The regions being built, innermost last, each with what is known in it.
    scopes: Vec<(RegionId, FastMap<Inst, Value>)>,
    /// Index expressions by content.
    index_ids: FastMap<IndexExpr, IndexId>,
    mode: Mode,
}

impl BlockBuilder {
    /// An empty block for a nest of `rank` dimensions.
    pub fn new(rank: usize) -> BlockBuilder {
        BlockBuilder {
            block: Block { regions: vec![Region::default()], rank, ..Block::default() },
            scopes: vec![(RegionId(0), FastMap::default())],
            index_ids: FastMap::default(),
            mode: Mode::Flush,
        }
    }

    /// Ends the block, which yields `results`. Instructions that nothing needs stay; see [`Block::without_dead`].
    pub fn finish(mut self, results: Vec<Value>) -> Block {
        assert_eq!(self.scopes.len(), 1, "finish inside a loop");
        self.block.regions[0].results = results;
        self.block
    }

    /// The block so far.
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// A value's type.
    pub fn ty(&self, v: Value) -> ScalarType {
        self.block.ty(v)
    }

    /// The constant behind a value, if it is one.
    pub fn as_const(&self, v: Value) -> Option<Const> {
        self.block.as_const(v)
    }

    /// Runs `f` with float operations that keep subnormals.
    pub fn ieee<R>(&mut self, f: impl FnOnce(&mut BlockBuilder) -> R) -> R {
        self.with_mode(Mode::Ieee, f)
    }

    /// Runs `f` with float operations that keep subnormals and are marked raw: see [`crate::scalar`].
    pub fn raw<R>(&mut self, f: impl FnOnce(&mut BlockBuilder) -> R) -> R {
        self.with_mode(Mode::Raw, f)
    }

    /// Runs `f` with float operations that flush, as at the start.
    pub fn flushing<R>(&mut self, f: impl FnOnce(&mut BlockBuilder) -> R) -> R {
        self.with_mode(Mode::Flush, f)
    }

    fn with_mode<R>(&mut self, mode: Mode, f: impl FnOnce(&mut BlockBuilder) -> R) -> R {
        let old = std::mem::replace(&mut self.mode, mode);
        let r = f(self);
        self.mode = old;
        r
    }

    // --- leaves ---

    /// A parameter, after those there are.
    pub fn param(&mut self, ty: ScalarType) -> Value {
        let k = self.block.params.len() as u16;
        self.block.params.push(ty);
        self.push(Op::Param(k), ty, false)
    }

    /// The loop variable of a dimension, an `I32`.
    pub fn index(&mut self, dim: usize) -> Value {
        assert!(dim < self.block.rank, "index({dim}) in a nest of rank {}", self.block.rank);
        self.push(Op::Index(dim as u8), ScalarType::I32, false)
    }

    /// Names an index expression, for a store.
    pub fn index_expr(&mut self, expr: IndexExpr) -> IndexId {
        assert_eq!(expr.strides.len(), self.block.rank, "one stride per dimension");
        if let Some(&id) = self.index_ids.get(&expr) {
            return id;
        }
        let id = IndexId(self.block.indices.len() as u32);
        self.block.indices.push(expr.clone());
        self.index_ids.insert(expr, id);
        id
    }

    /// A buffer's element.
    pub fn load(&mut self, arg: Arg, dtype: DType, index: IndexExpr) -> Value {
        if let Some(d) = index.dynamic {
            assert_eq!(self.ty(d), ScalarType::I32, "a dynamic index is an i32");
        }
        let id = self.index_expr(index);
        self.push(Op::Load(arg, id), dtype.register(), false)
    }

    /// A constant.
    pub fn constant(&mut self, c: Const) -> Value {
        self.push(Op::Const(c.bits), c.ty, false)
    }
    /// A truth value.
    pub fn bool(&mut self, x: bool) -> Value {
        self.constant(Const::bool(x))
    }
    /// An i32.
    pub fn i32(&mut self, x: i32) -> Value {
        self.constant(Const::i32(x))
    }
    /// A u32.
    pub fn u32(&mut self, x: u32) -> Value {
        self.constant(Const::u32(x))
    }
    /// An i64.
    pub fn i64(&mut self, x: i64) -> Value {
        self.constant(Const::i64(x))
    }
    /// A u64.
    pub fn u64(&mut self, x: u64) -> Value {
        self.constant(Const::u64(x))
    }
    /// An f32.
    pub fn f32(&mut self, x: f32) -> Value {
        self.constant(Const::f32(x))
    }
    /// An f64.
    pub fn f64(&mut self, x: f64) -> Value {
        self.constant(Const::f64(x))
    }
    /// `x` as a constant of any type: rounded to `F32`, truncated to an integer, `x != 0` as a bool.
    pub fn lit(&mut self, ty: ScalarType, x: f64) -> Value {
        let bits = eval::cast(ScalarType::F64, ty, x.to_bits());
        self.constant(Const { ty, bits })
    }
    /// `x` as a constant of any type; integers keep the low bits.
    pub fn int(&mut self, ty: ScalarType, x: i64) -> Value {
        let bits = eval::cast(ScalarType::I64, ty, x as u64);
        self.constant(Const { ty, bits })
    }

    /// A unary operation.
    pub fn un(&mut self, op: UnOp, x: Value) -> Value {
        let ty = self.ty(x);
        assert!(eval::unary(op, ty, 0).is_some(), "{op:?} of {ty}");
        let rounds =
            matches!(op, UnOp::Sqrt | UnOp::Floor | UnOp::Ceil | UnOp::Trunc | UnOp::RoundEven | UnOp::RoundAway);
        // Results of these are never subnormal, so only the operand is flushed.
        let x = if rounds { self.flush_operand(x) } else { x };
        let out = if matches!(op, UnOp::IsNan | UnOp::IsInf | UnOp::IsFinite) { ScalarType::Bool } else { ty };
        if let Some(c) = self.as_const(x) {
            let bits = eval::unary(op, ty, c.bits).unwrap_or(0);
            return self.constant(Const { ty: out, bits });
        }
        match (op, self.block.inst(x).op) {
            (UnOp::Neg, Op::Un(UnOp::Neg, y)) | (UnOp::Not, Op::Un(UnOp::Not, y)) => return y,
            (UnOp::Abs, Op::Un(UnOp::Neg, y)) if ty.is_float() => return self.un(UnOp::Abs, y),
            (UnOp::Abs, Op::Un(UnOp::Abs, _)) => return x,
            (UnOp::Flush, _) if self.is_flushed(x) => return x,
            (UnOp::Narrow(d), Op::Un(UnOp::Narrow(e), _)) if d == e => return x,
            _ => {}
        }
        let raw = self.mode == Mode::Raw && ty.is_float();
        self.push(Op::Un(op, x), out, raw)
    }

    /// A binary operation.
    pub fn bin(&mut self, op: BinOp, x: Value, y: Value) -> Value {
        let ty = self.ty(x);
        assert_eq!(ty, self.ty(y), "{op:?} of {ty} and {}", self.ty(y));
        assert!(eval::binary(op, ty, 1, 1).is_some(), "{op:?} of {ty}");
        if !ty.is_float() {
            return self.bin_plain(op, ty, x, y);
        }
        let (x, y) = (self.flush_operand(x), self.flush_operand(y));
        let r = self.bin_plain(op, ty, x, y);
        if self.mode == Mode::Flush { self.un(UnOp::Flush, r) } else { r }
    }

    fn bin_plain(&mut self, op: BinOp, ty: ScalarType, x: Value, y: Value) -> Value {
        let (cx, cy) = (self.as_const(x), self.as_const(y));
        if let (Some(a), Some(b)) = (cx, cy)
            && let Some(bits) = eval::binary(op, ty, a.bits, b.bits)
        {
            return self.constant(Const { ty, bits });
        }
        let commutes = matches!(
            op,
            BinOp::Add | BinOp::Mul | BinOp::Min | BinOp::Max | BinOp::And | BinOp::Or | BinOp::Xor | BinOp::MulHi
        );
        // Constants on the right, then by age: more subexpressions are common.
        let swap = commutes && (cx.is_some() || (cy.is_none() && y < x));
        let (x, y, cy) = if swap { (y, x, cx) } else { (x, y, cy) };
        if let Some(c) = cy
            && let Some(v) = self.identity(op, ty, x, y, c)
        {
            return v;
        }
        if x == y && matches!(op, BinOp::And | BinOp::Or) {
            return x;
        }
        let raw = self.mode == Mode::Raw && ty.is_float();
        self.push(Op::Bin(op, x, y), ty, raw)
    }

    /// `x op c` where that is exactly x or c, NaN and signed zeros included.
    fn identity(&mut self, op: BinOp, ty: ScalarType, x: Value, y: Value, c: Const) -> Option<Value> {
        if ty.is_float() {
            let one = eval::cast(ScalarType::I32, ty, 1);
            let minus_zero = eval::unary(UnOp::Neg, ty, 0)?;
            return match op {
                BinOp::Mul | BinOp::Div if c.bits == one => Some(x),
                BinOp::Sub if c.bits == 0 => Some(x),
                BinOp::Add if c.bits == minus_zero => Some(x),
                _ => None,
            };
        }
        let ones = eval::unary(UnOp::Not, ty, 0)?;
        match op {
            BinOp::Add | BinOp::Sub | BinOp::Or | BinOp::Xor | BinOp::Shl | BinOp::Shr if c.bits == 0 => Some(x),
            BinOp::Mul | BinOp::Div if c.bits == 1 => Some(x),
            BinOp::Mul | BinOp::And if c.bits == 0 => Some(y),
            BinOp::And if c.bits == ones => Some(x),
            BinOp::Or if c.bits == ones => Some(y),
            _ => None,
        }
    }

    /// A comparison.
    pub fn cmp(&mut self, op: CmpOp, x: Value, y: Value) -> Value {
        let ty = self.ty(x);
        assert_eq!(ty, self.ty(y), "{op:?} of {ty} and {}", self.ty(y));
        let (x, y) = (self.flush_operand(x), self.flush_operand(y));
        if let (Some(a), Some(b)) = (self.as_const(x), self.as_const(y)) {
            return self.bool(eval::compare(op, ty, a.bits, b.bits));
        }
        let raw = self.mode == Mode::Raw && ty.is_float();
        self.push(Op::Cmp(op, x, y), ScalarType::Bool, raw)
    }

    /// `if c { x } else { y }`.
    pub fn select(&mut self, c: Value, x: Value, y: Value) -> Value {
        let ty = self.ty(x);
        assert_eq!(self.ty(c), ScalarType::Bool, "select's condition");
        assert_eq!(ty, self.ty(y), "select of {ty} and {}", self.ty(y));
        if x == y {
            return x;
        }
        if let Some(k) = self.as_const(c) {
            return if k.bits != 0 { x } else { y };
        }
        self.push(Op::Select(c, x, y), ty, false)
    }

    /// A numeric conversion; see [`Op::Cast`].
    pub fn cast(&mut self, ty: ScalarType, x: Value) -> Value {
        let from = self.ty(x);
        if from == ty {
            return x;
        }
        let x = self.flush_operand(x);
        if let Some(c) = self.as_const(x) {
            let bits = eval::cast(from, ty, c.bits);
            return self.constant(Const { ty, bits });
        }
        let raw = self.mode == Mode::Raw && from.is_float();
        let r = self.push(Op::Cast(x), ty, raw);
        if self.mode == Mode::Flush && from == ScalarType::F64 && ty == ScalarType::F32 {
            return self.flush(r);
        }
        r
    }

    /// The same bits as another type of the same width.
    pub fn bitcast(&mut self, ty: ScalarType, x: Value) -> Value {
        let from = self.ty(x);
        assert!(from.bits() == ty.bits() && ty != ScalarType::Bool, "bitcast from {from} to {ty}");
        if from == ty {
            return x;
        }
        if let Some(c) = self.as_const(x) {
            return self.constant(Const { ty, bits: c.bits });
        }
        if let Op::Bitcast(y) = self.block.inst(x).op {
            return self.bitcast(ty, y);
        }
        self.push(Op::Bitcast(x), ty, false)
    }

    /// A float's bits as the unsigned integer of its width.
    pub fn bits(&mut self, x: Value) -> Value {
        self.bitcast(self.ty(x).unsigned(), x)
    }

    // --- structure ---

    /// `while cond(carried) { carried = body(carried) }`, at most `limit` times; gives the carried values at the end.
    pub fn loop_(
        &mut self,
        init: &[Value],
        limit: u32,
        cond: impl FnOnce(&mut BlockBuilder, &[Value]) -> Value,
        body: impl FnOnce(&mut BlockBuilder, &[Value]) -> Vec<Value>,
    ) -> Vec<Value> {
        let (id, carried) = self.loop_cond(init, limit);
        let go = cond(self, &carried);
        let carried = self.loop_body(id, go);
        let next = body(self, &carried);
        self.loop_end(id, next)
    }

    /// Opens a loop: what is emitted next is its condition, which sees these carried values.
    pub(crate) fn loop_cond(&mut self, init: &[Value], limit: u32) -> (LoopId, Vec<Value>) {
        let id = LoopId(self.block.loops.len() as u32);
        let (cond, body) = (self.new_region(), self.new_region());
        self.block.loops.push(Loop { init: init.to_vec(), cond, body, limit });
        self.scopes.push((cond, FastMap::default()));
        (id, self.carried(id))
    }

    /// Closes the condition and opens the body, which sees these carried values.
    pub(crate) fn loop_body(&mut self, id: LoopId, go: Value) -> Vec<Value> {
        assert_eq!(self.ty(go), ScalarType::Bool, "a loop's condition");
        let Loop { cond, body, .. } = self.block.loops[id.0 as usize];
        self.scopes.pop();
        self.block.regions[cond.0 as usize].results = vec![go];
        self.scopes.push((body, FastMap::default()));
        self.carried(id)
    }

    /// Closes the body, which yields `next`, and gives the loop's results.
    pub(crate) fn loop_end(&mut self, id: LoopId, next: Vec<Value>) -> Vec<Value> {
        let Loop { ref init, body, .. } = self.block.loops[id.0 as usize];
        let types: Vec<ScalarType> = init.iter().map(|&v| self.ty(v)).collect();
        let next_types: Vec<ScalarType> = next.iter().map(|&v| self.ty(v)).collect();
        assert_eq!(next_types, types, "a loop's body keeps the carried types");
        self.scopes.pop();
        self.block.regions[body.0 as usize].results = next;
        let ty = types.first().copied().unwrap_or(ScalarType::Bool);
        let whole = self.push(Op::Loop(id), ty, false);
        types.iter().enumerate().map(|(k, &t)| self.push(Op::Result(whole, k as u16), t, false)).collect()
    }

    /// `if cond { then } else { otherwise }`, where `then` is worth skipping.
    pub fn when(
        &mut self,
        cond: Value,
        otherwise: &[Value],
        then: impl FnOnce(&mut BlockBuilder) -> Vec<Value>,
    ) -> Vec<Value> {
        self.loop_(otherwise, 1, |_, _| cond, |b, _| then(b))
    }

    fn new_region(&mut self) -> RegionId {
        self.block.regions.push(Region::default());
        RegionId(self.block.regions.len() as u32 - 1)
    }

    fn carried(&mut self, id: LoopId) -> Vec<Value> {
        let init = self.block.loops[id.0 as usize].init.clone();
        init.iter().enumerate().map(|(k, &v)| self.push(Op::Carried(id, k as u16), self.ty(v), false)).collect()
    }

    fn flush_operand(&mut self, x: Value) -> Value {
        if self.mode == Mode::Flush && self.ty(x).is_float() { self.un(UnOp::Flush, x) } else { x }
    }

    /// Whether a value is known never to be subnormal.
    fn is_flushed(&self, v: Value) -> bool {
        let inst = self.block.inst(v);
        match inst.op {
            Op::Const(bits) => eval::unary(UnOp::Flush, inst.ty, bits) == Some(bits),
            Op::Un(op, x) => match op {
                UnOp::Neg | UnOp::Abs => self.is_flushed(x),
                UnOp::Narrow(d) => d == DType::F16,
                _ => true,
            },
            Op::Bin(BinOp::Min | BinOp::Max, x, y) | Op::Select(_, x, y) => self.is_flushed(x) && self.is_flushed(y),
            // From an integer a float is whole; f32 widened to f64 is normal.
            Op::Cast(x) => self.ty(x) != ScalarType::F64,
            _ => false,
        }
    }

    fn push(&mut self, op: Op, ty: ScalarType, raw: bool) -> Value {
        let inst = Inst { op, ty, raw };
        for (_, known) in self.scopes.iter().rev() {
            if let Some(&v) = known.get(&inst) {
                return v;
            }
        }
        let v = Value(self.block.insts.len() as u32);
        self.block.insts.push(inst);
        if let Some((region, known)) = self.scopes.last_mut() {
            known.insert(inst, v);
            self.block.regions[region.0 as usize].code.push(v);
        }
        v
    }
}
