//! Emits a block for one iteration, or for four neighbouring ones in the lanes of vectors.
//!
//! In lanes a bool is a mask of 32 ones or zeros; what has no vector instruction is done lane by lane.

use super::build::{Gen, Opd, valtype};
use gradlens_kernel::{BinOp, Block, CmpOp, DType, Op, RegionId, ScalarType, UnOp, Value};
use std::collections::HashMap;
use wasm_encoder::{BlockType, Instruction as I, ValType};

/// Lanes of a vector.
pub const LANES: usize = 4;

/// A slot as the emitter sees it.
#[derive(Clone, Copy, Debug)]
pub struct SlotInfo {
    /// A local with its address.
    pub base: u32,
    /// Element type.
    pub dtype: DType,
    /// Elements.
    pub len: usize,
}

/// An access of a block: an index expression over the loops emitted, and whether it can leave the slot.
#[derive(Clone, Debug)]
pub struct Address {
    /// The constant part.
    pub offset: i64,
    /// A factor for each emitted loop.
    pub strides: Vec<i64>,
    /// Added to the rest.
    pub dynamic: Option<Value>,
    /// The least and greatest affine part.
    pub range: (i64, i64),
}

/// The loops around a block.
#[derive(Clone, Debug, Default)]
pub struct Loops {
    /// Each loop's variable.
    pub vars: Vec<u32>,
    /// Which loop a dimension of the nest has become; `None` for one of a single iteration.
    pub of_dim: Vec<Option<usize>>,
}

/// A block being emitted.
pub struct Lane<'a> {
    /// The block.
    pub block: &'a Block,
    /// In lanes along this loop.
    pub vector: Option<usize>,
    /// Its accesses.
    pub addresses: &'a [Address],
    /// The slots.
    pub slots: &'a [SlotInfo],
    /// The loops around it.
    pub loops: &'a Loops,
    vals: Vec<Option<u32>>,
    homes: HashMap<u32, Vec<u32>>,
    /// Addresses of the affine accesses: (slot, access) to a local.
    pointers: Vec<((u16, u32), u32)>,
}

fn shuffle(bytes: &[u8]) -> I<'static> {
    let mut lanes = [0u8; 16];
    lanes[..bytes.len()].copy_from_slice(bytes);
    I::I8x16Shuffle(lanes)
}

impl<'a> Lane<'a> {
    /// Prepares a block; `accesses` are all its loads and stores.
    pub fn new(
        g: &mut Gen,
        block: &'a Block,
        vector: Option<usize>,
        addresses: &'a [Address],
        slots: &'a [SlotInfo],
        loops: &'a Loops,
        stores: &[gradlens_kernel::Store],
    ) -> Lane<'a> {
        let mut lane = Lane {
            block,
            vector,
            addresses,
            slots,
            loops,
            vals: vec![None; block.insts.len()],
            homes: HashMap::new(),
            pointers: Vec::new(),
        };
        let loads = block.insts.iter().filter_map(|i| match i.op {
            Op::Load(arg, id) => Some((arg.0, id.0)),
            _ => None,
        });
        let mut wanted: Vec<(u16, u32)> = loads.chain(stores.iter().map(|s| (s.arg.0, s.index.0))).collect();
        wanted.sort_unstable();
        wanted.dedup();
        for (arg, id) in wanted {
            if !lane.clamped(arg, id) {
                let p = g.local(ValType::I32);
                lane.pointers.push(((arg, id), p));
            }
        }
        lane
    }

    fn clamped(&self, arg: u16, id: u32) -> bool {
        let a = &self.addresses[id as usize];
        a.dynamic.is_some() || a.range.0 < 0 || a.range.1 >= self.slots[arg as usize].len as i64
    }

    fn simd(&self) -> bool {
        self.vector.is_some()
    }

    /// The wasm type of a value here.
    pub fn valtype(&self, ty: ScalarType) -> ValType {
        if self.simd() { ValType::V128 } else { valtype(ty) }
    }

    /// Gives a parameter a local.
    pub fn set_param(&mut self, k: usize, local: u32) {
        for (i, inst) in self.block.insts.iter().enumerate() {
            if inst.op == Op::Param(k as u16) {
                self.vals[i] = Some(local);
            }
        }
    }

    /// Sets the addresses from the loop variables.
    pub fn point(&self, g: &mut Gen) {
        for &((arg, id), p) in &self.pointers {
            let (a, slot) = (&self.addresses[id as usize], self.slots[arg as usize]);
            let size = slot.dtype.size() as i64;
            g.get(slot.base);
            for (d, &s) in a.strides.iter().enumerate() {
                if s != 0 {
                    g.get(self.loops.vars[d]);
                    if s * size != 1 {
                        g.i32((s * size) as i32);
                        g.op(I::I32Mul);
                    }
                    g.op(I::I32Add);
                }
            }
            if a.offset != 0 {
                g.i32((a.offset * size) as i32);
                g.op(I::I32Add);
            }
            g.set(p);
        }
    }

    /// Moves the addresses on by `steps` iterations of a loop.
    pub fn advance(&self, g: &mut Gen, dim: usize, steps: i64) {
        for &((arg, id), p) in &self.pointers {
            let step = self.addresses[id as usize].strides[dim] * steps * self.slots[arg as usize].dtype.size() as i64;
            if step != 0 {
                g.get(p);
                g.i32(step as i32);
                g.ops([I::I32Add, I::LocalSet(p)]);
            }
        }
    }

    /// The operand behind a value.
    pub fn opd(&self, v: Value) -> Opd {
        if let Some(c) = self.block.as_const(v) {
            return Opd::Const(c.ty, c.bits);
        }
        match self.vals[v.0 as usize] {
            Some(l) => Opd::Local(l),
            None => unreachable!("validated code defines before use"),
        }
    }

    /// Pushes an operand: a vector in lanes.
    pub fn push(&self, g: &mut Gen, o: Opd) {
        match o {
            Opd::Const(ty, bits) if self.simd() => {
                let word = if ty == ScalarType::Bool { (bits as u32 & 1).wrapping_neg() } else { bits as u32 };
                g.op(I::V128Const(splat(word)));
            }
            o => g.push(o),
        }
    }

    /// Emits the block's own code; afterwards its values are in locals.
    pub fn code(&mut self, g: &mut Gen) {
        self.region(g, RegionId(0));
    }

    fn home(&mut self, g: &mut Gen, v: Value) -> u32 {
        if let Some(l) = self.vals[v.0 as usize] {
            return l;
        }
        let l = g.local(self.valtype(self.block.ty(v)));
        self.vals[v.0 as usize] = Some(l);
        l
    }

    fn region(&mut self, g: &mut Gen, region: RegionId) {
        let block = self.block;
        for &v in &block.region(region).code {
            let inst = block.inst(v);
            let ty = inst.ty;
            match inst.op {
                Op::Const(_) | Op::Param(_) => {}
                Op::Carried(l, k) => self.vals[v.0 as usize] = Some(self.homes[&l.0][k as usize]),
                Op::Result(of, k) => {
                    let Op::Loop(l) = block.inst(of).op else { continue };
                    self.vals[v.0 as usize] = Some(self.homes[&l.0][k as usize]);
                }
                Op::Index(d) => {
                    let dst = self.home(g, v);
                    self.index(g, d as usize);
                    g.set(dst);
                }
                Op::Load(arg, id) => {
                    let dst = self.home(g, v);
                    self.load(g, dst, arg.0, id.0);
                }
                Op::Un(op, x) => {
                    let (dst, a) = (self.home(g, v), self.opd(x));
                    self.un(g, dst, op, block.ty(x), a);
                }
                Op::Bin(op, x, y) => {
                    let (dst, a, b) = (self.home(g, v), self.opd(x), self.opd(y));
                    self.bin(g, dst, op, ty, a, b);
                }
                Op::Cmp(op, x, y) => {
                    let (dst, a, b) = (self.home(g, v), self.opd(x), self.opd(y));
                    self.cmp(g, dst, op, block.ty(x), a, b);
                }
                Op::Select(c, x, y) => {
                    let dst = self.home(g, v);
                    for o in [x, y, c] {
                        let o = self.opd(o);
                        self.push(g, o);
                    }
                    g.op(if self.simd() { I::V128Bitselect } else { I::Select });
                    g.set(dst);
                }
                Op::Cast(x) => {
                    let (dst, a) = (self.home(g, v), self.opd(x));
                    self.cast(g, dst, block.ty(x), ty, a);
                }
                Op::Bitcast(x) => {
                    let (dst, a) = (self.home(g, v), self.opd(x));
                    if self.simd() {
                        self.push(g, a);
                    } else {
                        g.bitcast(block.ty(x), ty, a);
                    }
                    g.set(dst);
                }
                Op::Loop(l) => self.emit_loop(g, l.0),
            }
        }
    }

    fn emit_loop(&mut self, g: &mut Gen, l: u32) {
        let block = self.block;
        let lp = &block.loops[l as usize];
        let vt: Vec<ValType> = lp.init.iter().map(|&v| self.valtype(block.ty(v))).collect();
        let homes: Vec<u32> = match self.homes.get(&l) {
            Some(h) => h.clone(),
            None => vt.iter().map(|&t| g.local(t)).collect(),
        };
        let next: Vec<u32> = vt.iter().map(|&t| g.local(t)).collect();
        self.homes.insert(l, homes.clone());
        let init: Vec<Opd> = lp.init.iter().map(|&v| self.opd(v)).collect();
        for (&o, &h) in init.iter().zip(&next) {
            self.push(g, o);
            g.set(h);
        }
        for (&n, &h) in next.iter().zip(&homes) {
            g.ops([I::LocalGet(n), I::LocalSet(h)]);
        }
        let left = g.local(ValType::I32);
        g.i32(lp.limit as i32);
        g.set(left);
        let active = self.simd().then(|| g.local(ValType::V128));
        if let Some(a) = active {
            g.op(I::V128Const(-1));
            g.set(a);
        }
        g.ops([I::Block(BlockType::Empty), I::Loop(BlockType::Empty)]);
        g.ops([I::LocalGet(left), I::I32Eqz, I::BrIf(1)]);
        g.ops([I::LocalGet(left), I::I32Const(1), I::I32Sub, I::LocalSet(left)]);
        self.region(g, lp.cond);
        let go = self.opd(block.region(lp.cond).results[0]);
        self.push(g, go);
        if let Some(a) = active {
            g.ops([I::LocalGet(a), I::V128And, I::LocalTee(a), I::V128AnyTrue]);
        }
        g.ops([I::I32Eqz, I::BrIf(1)]);
        self.region(g, lp.body);
        for (k, &v) in block.region(lp.body).results.iter().enumerate() {
            let o = self.opd(v);
            self.push(g, o);
            if let Some(a) = active {
                g.ops([I::LocalGet(homes[k]), I::LocalGet(a), I::V128Bitselect]);
            }
            g.set(next[k]);
        }
        for (&n, &h) in next.iter().zip(&homes) {
            g.ops([I::LocalGet(n), I::LocalSet(h)]);
        }
        g.ops([I::Br(0), I::End, I::End]);
    }

    fn index(&self, g: &mut Gen, dim: usize) {
        let Some(d) = self.loops.of_dim[dim] else {
            self.push(g, Opd::Const(ScalarType::I32, 0));
            return;
        };
        g.get(self.loops.vars[d]);
        if self.simd() {
            g.op(I::I32x4Splat);
            if self.vector == Some(d) {
                g.ops([I::V128Const(0x00000003_00000002_00000001_00000000), I::I32x4Add]);
            }
        }
    }

    /// Does `f` on scalars, lane by lane, into the vector `dst`.
    fn lanewise(
        &self,
        g: &mut Gen,
        dst: u32,
        out: ScalarType,
        opds: &[(Opd, ScalarType)],
        f: impl Fn(&mut Gen, &[Opd]),
    ) {
        let into = g.temp(ValType::V128, 0);
        for lane in 0..LANES as u8 {
            let mut scalars = Vec::with_capacity(opds.len());
            for (k, &(o, ty)) in opds.iter().enumerate() {
                scalars.push(match o {
                    Opd::Const(..) => o,
                    Opd::Local(v) => {
                        let t = g.temp(valtype(ty), k as u8);
                        g.get(v);
                        extract(g, ty, lane);
                        g.set(t);
                        Opd::Local(t)
                    }
                });
            }
            g.get(into);
            f(g, &scalars);
            replace(g, out, lane);
            g.set(into);
        }
        g.ops([I::LocalGet(into), I::LocalSet(dst)]);
    }

    /// `dst = op a`.
    pub fn un(&self, g: &mut Gen, dst: u32, op: UnOp, ty: ScalarType, a: Opd) {
        if !self.simd() {
            g.un(op, ty, a);
            g.set(dst);
            return;
        }
        let out = if matches!(op, UnOp::IsNan | UnOp::IsInf | UnOp::IsFinite) { ScalarType::Bool } else { ty };
        let float = ty == ScalarType::F32;
        let plain = match op {
            UnOp::Neg if float => I::F32x4Neg,
            UnOp::Neg => I::I32x4Neg,
            UnOp::Abs if float => I::F32x4Abs,
            UnOp::Abs => I::I32x4Abs,
            UnOp::Not => I::V128Not,
            UnOp::Sqrt => I::F32x4Sqrt,
            UnOp::Floor => I::F32x4Floor,
            UnOp::Ceil => I::F32x4Ceil,
            UnOp::Trunc => I::F32x4Trunc,
            UnOp::RoundEven => I::F32x4Nearest,
            UnOp::Popcount => I::I8x16Popcnt,
            _ => I::Nop,
        };
        match op {
            UnOp::Flush => {
                self.push(g, a);
                g.ops([I::V128Const(splat(0x8000_0000)), I::V128And]);
                self.push(g, a);
                self.push(g, a);
                g.ops([I::F32x4Abs, I::V128Const(splat(0x0080_0000)), I::F32x4Lt, I::V128Bitselect]);
            }
            UnOp::IsNan => {
                self.push(g, a);
                self.push(g, a);
                g.op(I::F32x4Ne);
            }
            UnOp::IsInf | UnOp::IsFinite => {
                self.push(g, a);
                g.ops([I::F32x4Abs, I::V128Const(splat(0x7f80_0000))]);
                g.op(if op == UnOp::IsInf { I::F32x4Eq } else { I::F32x4Lt });
            }
            UnOp::Narrow(d @ (DType::I8 | DType::I16)) => {
                let by = if d == DType::I8 { 24 } else { 16 };
                self.push(g, a);
                g.ops([I::I32Const(by), I::I32x4Shl, I::I32Const(by), I::I32x4ShrS]);
            }
            UnOp::Narrow(d @ (DType::U8 | DType::U16)) => {
                self.push(g, a);
                g.ops([I::V128Const(splat(if d == DType::U8 { 0xff } else { 0xffff })), I::V128And]);
            }
            UnOp::RoundAway | UnOp::Clz | UnOp::Narrow(DType::F16 | DType::BF16) => {
                self.lanewise(g, dst, out, &[(a, ty)], |g, o| g.un(op, ty, o[0]));
                return;
            }
            UnOp::Narrow(_) => self.push(g, a),
            _ => {
                self.push(g, a);
                g.op(plain);
                if op == UnOp::Popcount {
                    g.ops([I::I16x8ExtAddPairwiseI8x16U, I::I32x4ExtAddPairwiseI16x8U]);
                }
            }
        }
        g.set(dst);
    }

    /// `dst = a op b`.
    pub fn bin(&self, g: &mut Gen, dst: u32, op: BinOp, ty: ScalarType, a: Opd, b: Opd) {
        if !self.simd() {
            g.bin(op, ty, a, b);
            g.set(dst);
            return;
        }
        let float = ty == ScalarType::F32;
        let signed = ty.is_signed_int();
        let flag = ty == ScalarType::Bool;
        let plain = match op {
            BinOp::Add if float => I::F32x4Add,
            BinOp::Sub if float => I::F32x4Sub,
            BinOp::Mul if float => I::F32x4Mul,
            BinOp::Div if float => I::F32x4Div,
            BinOp::Min if float => I::F32x4Min,
            BinOp::Max if float => I::F32x4Max,
            BinOp::Add => I::I32x4Add,
            BinOp::Sub => I::I32x4Sub,
            BinOp::Mul => I::I32x4Mul,
            BinOp::Min if flag => I::V128And,
            BinOp::Max if flag => I::V128Or,
            BinOp::Min if signed => I::I32x4MinS,
            BinOp::Min => I::I32x4MinU,
            BinOp::Max if signed => I::I32x4MaxS,
            BinOp::Max => I::I32x4MaxU,
            BinOp::And => I::V128And,
            BinOp::Or => I::V128Or,
            BinOp::Xor => I::V128Xor,
            BinOp::Shl | BinOp::Shr => {
                let Opd::Const(_, by) = b else {
                    self.lanewise(g, dst, ty, &[(a, ty), (b, ty)], |g, o| g.bin(op, ty, o[0], o[1]));
                    return;
                };
                match (by as u32, op == BinOp::Shl, signed) {
                    (32.., true, _) | (32.., _, false) => self.push(g, Opd::Const(ty, 0)),
                    (by, left, _) => {
                        self.push(g, a);
                        g.i32(by.min(31) as i32);
                        g.op(match (left, signed) {
                            (true, _) => I::I32x4Shl,
                            (_, true) => I::I32x4ShrS,
                            _ => I::I32x4ShrU,
                        });
                    }
                }
                g.set(dst);
                return;
            }
            BinOp::MulHi => {
                for half in [I::I64x2ExtMulLowI32x4U, I::I64x2ExtMulHighI32x4U] {
                    self.push(g, a);
                    self.push(g, b);
                    g.op(half);
                }
                g.op(shuffle(&[4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31]));
                g.set(dst);
                return;
            }
            BinOp::Div | BinOp::Rem => {
                self.lanewise(g, dst, ty, &[(a, ty), (b, ty)], |g, o| g.bin(op, ty, o[0], o[1]));
                return;
            }
        };
        self.push(g, a);
        self.push(g, b);
        g.op(plain);
        g.set(dst);
    }

    fn cmp(&self, g: &mut Gen, dst: u32, op: CmpOp, ty: ScalarType, a: Opd, b: Opd) {
        if !self.simd() {
            g.cmp(op, ty, a, b);
            g.set(dst);
            return;
        }
        use CmpOp::*;
        // Masks as signed integers: true is -1, so the order is the other way round.
        let (a, b) = if ty == ScalarType::Bool { (b, a) } else { (a, b) };
        self.push(g, a);
        self.push(g, b);
        g.op(match (ty, op) {
            (ScalarType::F32, Eq) => I::F32x4Eq,
            (ScalarType::F32, Ne) => I::F32x4Ne,
            (ScalarType::F32, Lt) => I::F32x4Lt,
            (ScalarType::F32, Le) => I::F32x4Le,
            (ScalarType::F32, Gt) => I::F32x4Gt,
            (ScalarType::F32, Ge) => I::F32x4Ge,
            (_, Eq) => I::I32x4Eq,
            (_, Ne) => I::I32x4Ne,
            (ScalarType::U32, Lt) => I::I32x4LtU,
            (ScalarType::U32, Le) => I::I32x4LeU,
            (ScalarType::U32, Gt) => I::I32x4GtU,
            (ScalarType::U32, Ge) => I::I32x4GeU,
            (_, Lt) => I::I32x4LtS,
            (_, Le) => I::I32x4LeS,
            (_, Gt) => I::I32x4GtS,
            (_, Ge) => I::I32x4GeS,
        });
        g.set(dst);
    }

    fn cast(&self, g: &mut Gen, dst: u32, from: ScalarType, to: ScalarType, a: Opd) {
        use ScalarType as S;
        if !self.simd() {
            g.cast(from, to, a);
            g.set(dst);
            return;
        }
        self.push(g, a);
        match (from, to) {
            (S::Bool, S::Bool) | (S::F32, S::F32) => {}
            (S::Bool, S::F32) => g.ops([I::V128Const(splat(1f32.to_bits())), I::V128And]),
            (S::Bool, _) => g.ops([I::V128Const(splat(1)), I::V128And]),
            (S::F32, S::Bool) => g.ops([I::V128Const(0), I::F32x4Ne]),
            (_, S::Bool) => g.ops([I::V128Const(0), I::I32x4Ne]),
            (S::F32, S::I32) => g.op(I::I32x4TruncSatF32x4S),
            (S::F32, _) => g.op(I::I32x4TruncSatF32x4U),
            (S::I32, S::F32) => g.op(I::F32x4ConvertI32x4S),
            (_, S::F32) => g.op(I::F32x4ConvertI32x4U),
            _ => {}
        }
        g.set(dst);
    }

    /// Whether everything the block does can be done in lanes of 32 bits.
    pub fn can_vectorise(block: &Block) -> bool {
        block.insts.iter().all(|i| i.ty.bits() <= 32) && block.params.iter().all(|t| t.bits() <= 32)
    }

    /// The address local of an affine access.
    pub(super) fn pointer(&self, arg: u16, id: u32) -> Option<u32> {
        self.pointers.iter().find(|p| p.0 == (arg, id)).map(|p| p.1)
    }

    /// The registers that a loop's results are in.
    pub fn result(&self, k: usize) -> Opd {
        self.opd(self.block.results()[k])
    }
}

/// A vector of one word.
pub fn splat(word: u32) -> i128 {
    let w = word as u128;
    (w | w << 32 | w << 64 | w << 96) as i128
}

/// Takes a lane's scalar out of the vector on the stack.
pub fn extract(g: &mut Gen, ty: ScalarType, lane: u8) {
    match ty {
        ScalarType::F32 => g.op(I::F32x4ExtractLane(lane)),
        ScalarType::Bool => g.ops([I::I32x4ExtractLane(lane), I::I32Const(1), I::I32And]),
        _ => g.op(I::I32x4ExtractLane(lane)),
    }
}

/// Puts the scalar on the stack into a lane of the vector below it.
pub fn replace(g: &mut Gen, ty: ScalarType, lane: u8) {
    match ty {
        ScalarType::F32 => g.op(I::F32x4ReplaceLane(lane)),
        ScalarType::Bool => {
            // A truth value becomes a mask: 0 - b, by shifting it up and down again.
            g.ops([I::I32Const(31), I::I32Shl, I::I32Const(31), I::I32ShrS, I::I32x4ReplaceLane(lane)]);
        }
        _ => g.op(I::I32x4ReplaceLane(lane)),
    }
}
