//! Folds, in the order that `Combine` states.
//!
//! Accumulators are in scratch memory: eight lanes, then block totals that wait for the binary counter.

use super::build::{Gen, Opd, PARAMS, mem};
use super::lane::{Address, LANES, Lane, Loops, SlotInfo, extract};
use super::{Plan, lock, loops_over, rows};
use gradlens_kernel::{BinOp, Block, Combine, MapReduce, ScalarType};
use wasm_encoder::{BlockType, Instruction as I, ValType};

/// Bytes of an accumulator in scratch memory.
const CELL: usize = 16;
/// Block totals that may wait: more than the bits of a count of blocks.
const PENDING: usize = 32;

struct Fold<'a> {
    r: &'a MapReduce,
    plan: &'a Plan,
    loops: &'a Loops,
    slots: &'a [SlotInfo],
    body: &'a [Address],
    epilogue: &'a [Address],
    /// The length of the innermost of the inner loops, or 1.
    types: Vec<ScalarType>,
    count: u32,
    waiting: u32,
}

/// Emits a fold; gives the bytes of scratch memory it needs.
pub fn emit(g: &mut Gen, r: &MapReduce, slots: &[SlotInfo]) -> Option<usize> {
    let (outer, rank) = (r.outer.len(), r.outer.len() + r.inner.len());
    let shape = [&r.outer[..], &r.inner].concat();
    let mut locked = vec![false; rank];
    lock(&r.body, &mut locked);
    lock(&r.epilogue, &mut locked);
    let strides: Vec<Vec<i64>> = rows(&r.body, rank).chain(rows(&r.epilogue, rank)).collect();
    let plan = Plan::new(&shape, outer, &strides, &locked)?;
    let loops = plan.loops(g);
    let body = plan.addresses(&r.body.indices, &shape)?;
    let epilogue = plan.addresses(&r.epilogue.indices, &r.outer)?;
    let before = plan.before;
    let inner_rank = plan.shape.len() - before;
    let blocks_fit = match &r.combine {
        Combine::Each(_) => true,
        Combine::Block(c) => Lane::can_vectorise(c),
    };
    let vector = Lane::can_vectorise(&r.body) && Lane::can_vectorise(&r.epilogue) && blocks_fit;
    let last_outer = before.checked_sub(1);
    let smooth = |d: usize| body.iter().all(|a| a.dynamic.is_none() && matches!(a.strides[d], 0 | 1));
    let along = vector && inner_rank == 1 && plan.shape[before] >= 16 && matches!(r.combine, Combine::Each(_));
    let across = vector && last_outer.is_some_and(|d| plan.shape[d] >= LANES);
    let along = along && (smooth(before) || !across);
    let fold = Fold {
        r,
        plan: &plan,
        loops: &loops,
        slots,
        body: &body,
        epilogue: &epilogue,
        types: r.init.iter().map(|c| c.ty).collect(),
        count: g.local(ValType::I32),
        waiting: g.local(ValType::I32),
    };
    match (along, last_outer) {
        (false, Some(d)) if across => {
            let n = plan.shape[d];
            let whole = n / LANES * LANES;
            loops_over(g, &loops.vars[..d], &plan.shape[..d], &mut |g| {
                g.repeat(loops.vars[d], 0, whole as i32, LANES as i32, |g| fold.output(g, Some(d), false));
                if whole < n {
                    g.repeat(loops.vars[d], whole as i32, n as i32, 1, |g| fold.output(g, None, false));
                }
            });
        }
        _ => loops_over(g, &loops.vars[..before], &plan.shape[..before], &mut |g| fold.output(g, None, along)),
    }
    Some((Combine::LANES + PENDING) * fold.types.len() * CELL)
}

impl Fold<'_> {
    fn n(&self) -> usize {
        self.types.len()
    }

    /// Loads accumulator k of the cells at the address in `at`, `offset` cells on.
    fn load(&self, g: &mut Gen, lane: &Lane<'_>, at: u32, offset: usize, k: usize) {
        let m = mem((offset * self.n() + k) as u32 * CELL as u32, 2);
        g.get(at);
        g.op(match lane.valtype(self.types[k]) {
            ValType::V128 => I::V128Load(m),
            ValType::I64 => I::I64Load(m),
            ValType::F32 => I::F32Load(m),
            ValType::F64 => I::F64Load(m),
            _ => I::I32Load(m),
        });
    }

    /// Stores what `value` pushes.
    fn store(&self, g: &mut Gen, lane: &Lane<'_>, at: u32, offset: usize, k: usize, value: impl FnOnce(&mut Gen)) {
        let m = mem((offset * self.n() + k) as u32 * CELL as u32, 2);
        g.get(at);
        value(g);
        g.op(match lane.valtype(self.types[k]) {
            ValType::V128 => I::V128Store(m),
            ValType::I64 => I::I64Store(m),
            ValType::F32 => I::F32Store(m),
            ValType::F64 => I::F64Store(m),
            _ => I::I32Store(m),
        });
    }

    /// Pushes the address of the cells `index` (a local) of the scratch memory, and sets `into`.
    fn cells(&self, g: &mut Gen, index: u32, first: usize, into: u32) {
        let size = (self.n() * CELL) as i32;
        g.get(index);
        g.i32(size);
        g.ops([I::I32Mul, I::LocalGet(PARAMS - 1), I::I32Add]);
        g.i32(first as i32 * size);
        g.ops([I::I32Add, I::LocalSet(into)]);
    }

    /// One output, or four in lanes: folds, then runs the epilogue.
    fn output(&self, g: &mut Gen, vector: Option<usize>, along: bool) {
        let mut body = Lane::new(g, &self.r.body, vector, self.body, self.slots, self.loops, &[]);
        let totals: Vec<u32> = self.types.iter().map(|&t| g.local(body.valtype(t))).collect();
        match &self.r.combine {
            Combine::Block(c) => self.in_order(g, &mut body, c, &totals),
            Combine::Each(ops) => {
                g.ops([I::I32Const(0), I::LocalSet(self.count), I::I32Const(0), I::LocalSet(self.waiting)]);
                if along {
                    self.along(g, ops, &mut body, &totals);
                } else {
                    self.stepwise(g, ops, &mut body, &totals);
                }
                self.finish(g, ops, &body, &totals);
            }
        }
        let r = self.r;
        let mut last = Lane::new(g, &r.epilogue, vector, self.epilogue, self.slots, self.loops, &r.stores);
        for (k, &t) in totals.iter().enumerate() {
            last.set_param(k, t);
        }
        last.point(g);
        last.code(g);
        last.stores(g, &r.stores);
    }

    /// Runs `step` for every inner index, with the body's addresses kept up.
    fn inner(&self, g: &mut Gen, body: &mut Lane<'_>, step: &mut dyn FnMut(&mut Gen, &mut Lane<'_>)) {
        let before = self.plan.before;
        let (vars, shape) = (&self.loops.vars[before..], &self.plan.shape[before..]);
        let Some(last) = vars.len().checked_sub(1) else {
            body.point(g);
            body.code(g);
            step(g, body);
            return;
        };
        loops_over(g, &vars[..last], &shape[..last], &mut |g| {
            g.ops([I::I32Const(0), I::LocalSet(vars[last])]);
            body.point(g);
            g.repeat(vars[last], 0, shape[last] as i32, 1, |g| {
                body.code(g);
                step(g, body);
                body.advance(g, before + last, 1);
            });
        });
    }

    /// A combine block: from the left.
    fn in_order(&self, g: &mut Gen, body: &mut Lane<'_>, block: &Block, totals: &[u32]) {
        for (k, &t) in totals.iter().enumerate() {
            let c = self.r.init[k];
            body.push(g, Opd::Const(c.ty, c.bits));
            g.set(t);
        }
        let n = self.n();
        let elements: Vec<u32> = self.types.iter().map(|&t| g.local(body.valtype(t))).collect();
        let next: Vec<u32> = self.types.iter().map(|&t| g.local(body.valtype(t))).collect();
        self.inner(g, body, &mut |g, body| {
            let mut c = Lane::new(g, block, body.vector, &[], self.slots, self.loops, &[]);
            for k in 0..n {
                let o = body.result(k);
                body.push(g, o);
                g.set(elements[k]);
                c.set_param(k, totals[k]);
                c.set_param(n + k, elements[k]);
            }
            c.code(g);
            for (k, &to) in next.iter().enumerate() {
                let o = c.result(k);
                c.push(g, o);
                g.set(to);
            }
            for (&from, &to) in next.iter().zip(totals) {
                g.ops([I::LocalGet(from), I::LocalSet(to)]);
            }
        });
    }

    /// Sets the eight lanes to the identity.
    fn clear(&self, g: &mut Gen, lane: &Lane<'_>) {
        for l in 0..Combine::LANES {
            for k in 0..self.n() {
                let c = self.r.init[k];
                self.store(g, lane, PARAMS - 1, l, k, |g| lane.push(g, Opd::Const(c.ty, c.bits)));
            }
        }
    }

    /// Folds the body's results into the lane that `j` names.
    fn take(&self, g: &mut Gen, ops: &[BinOp], body: &Lane<'_>, j: u32) {
        let (index, at) = (g.temp(ValType::I32, 4), g.temp(ValType::I32, 5));
        g.get(j);
        g.ops([I::I32Const(7), I::I32And, I::LocalSet(index)]);
        self.cells(g, index, 0, at);
        for (k, &op) in ops.iter().enumerate() {
            let vt = body.valtype(self.types[k]);
            let (old, new) = (g.temp(vt, 8), g.temp(vt, 9));
            self.load(g, body, at, 0, k);
            g.set(old);
            body.bin(g, new, op, self.types[k], Opd::Local(old), body.result(k));
            self.store(g, body, at, 0, k, |g| g.get(new));
        }
    }

    /// Element by element, through the lanes in memory.
    fn stepwise(&self, g: &mut Gen, ops: &[BinOp], body: &mut Lane<'_>, totals: &[u32]) {
        let total: usize = self.plan.shape[self.plan.before..].iter().product();
        let j = g.local(ValType::I32);
        g.ops([I::I32Const(0), I::LocalSet(j)]);
        self.clear(g, body);
        self.inner(g, body, &mut |g, body| {
            self.take(g, ops, body, j);
            g.get(j);
            g.ops([I::I32Const(1), I::I32Add, I::LocalTee(j)]);
            g.i32(Combine::BLOCK as i32 - 1);
            g.ops([I::I32And, I::I32Eqz, I::LocalGet(j)]);
            g.i32(total as i32);
            g.ops([I::I32Eq, I::I32Or, I::If(BlockType::Empty)]);
            self.flush(g, ops, body, totals);
            self.clear(g, body);
            g.op(I::End);
        });
    }

    /// Eight neighbours at a time, in two vectors; what is left of the last block one by one.
    fn along(&self, g: &mut Gen, ops: &[BinOp], tail: &mut Lane<'_>, totals: &[u32]) {
        let d = self.plan.before;
        let (i, n) = (self.loops.vars[d], self.plan.shape[d]);
        let whole = n / 8 * 8;
        let mut body = Lane::new(g, &self.r.body, Some(d), self.body, self.slots, self.loops, &[]);
        let halves: Vec<Vec<u32>> = (0..2).map(|_| ops.iter().map(|_| g.local(ValType::V128)).collect()).collect();
        let (start, end) = (g.local(ValType::I32), g.local(ValType::I32));
        g.ops([I::I32Const(0), I::LocalSet(i)]);
        body.point(g);
        g.op(I::Loop(BlockType::Empty));
        for half in &halves {
            for (k, &acc) in half.iter().enumerate() {
                let c = self.r.init[k];
                body.push(g, Opd::Const(c.ty, c.bits));
                g.set(acc);
            }
        }
        g.get(i);
        g.op(I::LocalTee(start));
        g.i32(Combine::BLOCK as i32);
        g.ops([I::I32Add, I::LocalTee(end), I::I32Const(whole as i32), I::LocalGet(end)]);
        g.i32(whole as i32);
        g.ops([I::I32LtS, I::Select, I::LocalSet(end)]);
        // The first operand is the block's end where that is the lesser.
        g.ops([I::Block(BlockType::Empty), I::LocalGet(i), I::LocalGet(end), I::I32GeS, I::BrIf(0)]);
        g.op(I::Loop(BlockType::Empty));
        for half in &halves {
            body.code(g);
            for (k, &op) in ops.iter().enumerate() {
                body.bin(g, half[k], op, self.types[k], Opd::Local(half[k]), body.result(k));
            }
            body.advance(g, d, LANES as i64);
            g.ops([I::LocalGet(i), I::I32Const(LANES as i32), I::I32Add, I::LocalSet(i)]);
        }
        g.ops([I::LocalGet(i), I::LocalGet(end), I::I32LtS, I::BrIf(0), I::End, I::End]);
        for l in 0..Combine::LANES {
            for (k, &ty) in self.types.iter().enumerate() {
                self.store(g, tail, PARAMS - 1, l, k, |g| {
                    g.get(halves[l / LANES][k]);
                    extract(g, ty, (l % LANES) as u8);
                });
            }
        }
        if whole < n {
            g.ops([I::LocalGet(i), I::I32Const(whole as i32), I::I32Eq, I::LocalGet(i), I::LocalGet(start), I::I32Sub]);
            g.i32(Combine::BLOCK as i32);
            g.ops([I::I32LtS, I::I32And, I::If(BlockType::Empty)]);
            tail.point(g);
            g.repeat(i, whole as i32, n as i32, 1, |g| {
                tail.code(g);
                self.take(g, ops, tail, i);
                tail.advance(g, d, 1);
            });
            g.op(I::End);
        }
        self.flush(g, ops, tail, totals);
        g.ops([I::LocalGet(i), I::I32Const(n as i32), I::I32LtS, I::BrIf(0), I::End]);
    }

    /// Folds the lanes to a block's total and merges it with those that wait.
    fn flush(&self, g: &mut Gen, ops: &[BinOp], lane: &Lane<'_>, totals: &[u32]) {
        let scratch = PARAMS - 1;
        for (k, &op) in ops.iter().enumerate() {
            let ty = self.types[k];
            let vt = lane.valtype(ty);
            let t: Vec<u32> = (0..8).map(|l| g.temp(vt, 16 + l)).collect();
            for (l, &t) in t.iter().enumerate() {
                self.load(g, lane, scratch, l, k);
                g.set(t);
            }
            // Each target is another local than its operands: what is done lane by lane wants that.
            let u: Vec<u32> = (0..4).map(|l| g.temp(vt, 24 + l)).collect();
            lane.bin(g, u[0], op, ty, Opd::Local(t[0]), Opd::Local(t[4]));
            lane.bin(g, u[1], op, ty, Opd::Local(t[2]), Opd::Local(t[6]));
            lane.bin(g, u[2], op, ty, Opd::Local(t[1]), Opd::Local(t[5]));
            lane.bin(g, u[3], op, ty, Opd::Local(t[3]), Opd::Local(t[7]));
            lane.bin(g, t[0], op, ty, Opd::Local(u[0]), Opd::Local(u[1]));
            lane.bin(g, t[1], op, ty, Opd::Local(u[2]), Opd::Local(u[3]));
            lane.bin(g, totals[k], op, ty, Opd::Local(t[0]), Opd::Local(t[1]));
        }
        let (bits, at) = (g.temp(ValType::I32, 6), g.temp(ValType::I32, 5));
        g.ops([I::LocalGet(self.count), I::LocalSet(bits)]);
        g.ops([I::Block(BlockType::Empty), I::Loop(BlockType::Empty)]);
        g.ops([I::LocalGet(bits), I::I32Const(1), I::I32And, I::I32Eqz, I::BrIf(1)]);
        self.pop(g, ops, lane, totals);
        g.ops([I::LocalGet(bits), I::I32Const(1), I::I32ShrU, I::LocalSet(bits), I::Br(0), I::End, I::End]);
        self.cells(g, self.waiting, Combine::LANES, at);
        for (k, &t) in totals.iter().enumerate() {
            self.store(g, lane, at, 0, k, |g| g.get(t));
        }
        for local in [self.waiting, self.count] {
            g.ops([I::LocalGet(local), I::I32Const(1), I::I32Add, I::LocalSet(local)]);
        }
    }

    /// Takes the last total that waits, and merges it on the left of `totals`.
    fn pop(&self, g: &mut Gen, ops: &[BinOp], lane: &Lane<'_>, totals: &[u32]) {
        let at = g.temp(ValType::I32, 5);
        g.ops([I::LocalGet(self.waiting), I::I32Const(1), I::I32Sub, I::LocalSet(self.waiting)]);
        self.cells(g, self.waiting, Combine::LANES, at);
        for (k, &op) in ops.iter().enumerate() {
            let vt = lane.valtype(self.types[k]);
            let (left, new) = (g.temp(vt, 8), g.temp(vt, 9));
            self.load(g, lane, at, 0, k);
            g.set(left);
            lane.bin(g, new, op, self.types[k], Opd::Local(left), Opd::Local(totals[k]));
            g.ops([I::LocalGet(new), I::LocalSet(totals[k])]);
        }
    }

    /// Folds what waits: the last alone, then each on its left.
    fn finish(&self, g: &mut Gen, ops: &[BinOp], lane: &Lane<'_>, totals: &[u32]) {
        let at = g.temp(ValType::I32, 5);
        g.ops([I::LocalGet(self.waiting), I::I32Const(1), I::I32Sub, I::LocalSet(self.waiting)]);
        self.cells(g, self.waiting, Combine::LANES, at);
        for (k, &t) in totals.iter().enumerate() {
            self.load(g, lane, at, 0, k);
            g.set(t);
        }
        g.ops([I::Block(BlockType::Empty), I::Loop(BlockType::Empty)]);
        g.ops([I::LocalGet(self.waiting), I::I32Eqz, I::BrIf(1)]);
        self.pop(g, ops, lane, totals);
        g.ops([I::Br(0), I::End, I::End]);
    }
}
