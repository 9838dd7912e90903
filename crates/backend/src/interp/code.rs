//! Scalar blocks decoded for the interpreter: registers assigned, operations resolved by type.

use gradlens_kernel::{Arg, BinOp, Block, CmpOp, Const, IndexExpr, LoopId, Op, RegionId, ScalarType, UnOp, Value};

/// A register: a row of lanes.
pub type Reg = u32;

/// An index expression with its dynamic part in a register.
#[derive(Clone, Debug)]
pub struct Index {
    /// The affine part.
    pub affine: IndexExpr,
    /// The dynamic part.
    pub dynamic: Option<Reg>,
}

/// A decoded instruction.
#[derive(Clone, Debug)]
pub enum Ins {
    /// The loop variable of a dimension.
    Index { dst: Reg, dim: usize },
    /// A load.
    Load { dst: Reg, arg: Arg, index: usize },
    /// One operand, of type `ty`.
    Un { op: UnOp, ty: ScalarType, dst: Reg, a: Reg },
    /// Two operands, of type `ty`.
    Bin { op: BinOp, ty: ScalarType, dst: Reg, a: Reg, b: Reg },
    /// A comparison of operands of type `ty`.
    Cmp { op: CmpOp, ty: ScalarType, dst: Reg, a: Reg, b: Reg },
    /// A choice.
    Select { wide: bool, dst: Reg, c: Reg, a: Reg, b: Reg },
    /// A conversion.
    Cast { from: ScalarType, to: ScalarType, dst: Reg, a: Reg },
    /// The same bits.
    Move { wide: bool, dst: Reg, a: Reg },
    /// A loop.
    Loop(Box<LoopCode>),
}

/// A decoded loop.
#[derive(Clone, Debug)]
pub struct LoopCode {
    /// Computes `go`.
    pub cond: Vec<Ins>,
    /// The condition.
    pub go: Reg,
    /// Computes the next values.
    pub body: Vec<Ins>,
    /// For each carried value: is it 64 bits wide, its register, its start, its next value, and a place for the merge.
    pub carried: Vec<(bool, Reg, Reg, Reg, Reg)>,
    /// At most so many iterations.
    pub limit: u32,
    /// Which lanes still run.
    pub active: Reg,
}

/// A decoded block.
#[derive(Clone, Debug)]
pub struct Code {
    /// What to run.
    pub ins: Vec<Ins>,
    /// Registers needed.
    pub regs: usize,
    /// Constants, each in a register of its own, set before anything runs.
    pub consts: Vec<(Reg, Const)>,
    /// Registers of the parameters.
    pub params: Vec<Reg>,
    /// Registers of the results, with their types.
    pub results: Vec<(Reg, ScalarType)>,
    /// Registers of the values to keep, in the order given.
    pub kept: Vec<Reg>,
    /// The block's index expressions.
    pub indices: Vec<Index>,
}

struct Decoder<'a> {
    block: &'a Block,
    reg: Vec<Option<Reg>>,
    /// The last position at which a value is needed.
    last: Vec<usize>,
    free: Vec<Reg>,
    next: Reg,
    consts: Vec<(Reg, Const)>,
    pos: usize,
}

impl Code {
    /// Decodes a block; `keep` are values that must still be there at the end.
    pub fn new(block: &Block, keep: &[Value]) -> Code {
        let n = block.insts.len();
        let mut d = Decoder {
            block,
            reg: vec![None; n],
            last: vec![0; n],
            free: Vec::new(),
            next: 0,
            consts: Vec::new(),
            pos: 0,
        };
        let mut def = vec![usize::MAX; n];
        let end = d.positions(RegionId(0), &mut def);
        for &v in block.results().iter().chain(keep) {
            d.last[v.0 as usize] = end;
        }
        for e in &block.indices {
            // Stores name index expressions too, and those run after the code.
            if let Some(v) = e.dynamic {
                d.last[v.0 as usize] = end;
            }
        }
        let params: Vec<Reg> = block.params.iter().map(|_| d.fresh()).collect();
        for (i, inst) in block.insts.iter().enumerate() {
            match inst.op {
                Op::Param(k) => d.reg[i] = Some(params[k as usize]),
                Op::Const(bits) => {
                    let r = d.fresh();
                    d.consts.push((r, Const { ty: inst.ty, bits }));
                    d.reg[i] = Some(r);
                }
                _ => {}
            }
        }
        let mut ins = Vec::new();
        d.region(RegionId(0), &mut ins);
        let at = |v: Value| d.reg[v.0 as usize].unwrap_or(0);
        Code {
            regs: d.next as usize,
            params,
            results: block.results().iter().map(|&v| (at(v), block.ty(v))).collect(),
            kept: keep.iter().map(|&v| at(v)).collect(),
            indices: block.indices.iter().map(|e| Index { affine: e.clone(), dynamic: e.dynamic.map(at) }).collect(),
            consts: d.consts,
            ins,
        }
    }
}

impl Decoder<'_> {
    fn fresh(&mut self) -> Reg {
        self.next += 1;
        self.next - 1
    }

    /// Numbers instructions in running order and finds last uses. A use inside a loop of what was made outside counts
    /// as a use at the loop's end.
    fn positions(&mut self, region: RegionId, def: &mut [usize]) -> usize {
        let block = self.block;
        let mut ops = Vec::new();
        for &v in &block.region(region).code {
            let start = self.pos;
            self.pos += 1;
            def[v.0 as usize] = start;
            if let Op::Loop(l) = block.inst(v).op {
                let lp = block.loop_(l);
                self.positions(lp.cond, def);
                self.positions(lp.body, def);
                let end = self.pos;
                for last_of in [&block.region(lp.cond).results, &block.region(lp.body).results, &lp.init] {
                    for &u in last_of {
                        self.use_at(u, end);
                    }
                }
                for (last, &def) in self.last.iter_mut().zip(&*def) {
                    if def < start && *last > start {
                        *last = end.max(*last);
                    }
                }
                self.pos += 1;
            } else {
                block.operands(v, &mut ops);
                for u in ops.drain(..) {
                    self.use_at(u, start);
                }
            }
        }
        self.pos
    }

    fn use_at(&mut self, v: Value, pos: usize) {
        let last = &mut self.last[v.0 as usize];
        *last = (*last).max(pos);
    }

    fn at(&self, v: Value) -> Reg {
        match self.reg[v.0 as usize] {
            Some(r) => r,
            None => unreachable!("validated code defines before use"),
        }
    }

    fn wide(&self, v: Value) -> bool {
        self.block.ty(v).bits() == 64
    }

    /// Decodes a region's code in order, taking registers and giving them back after their last use.
    fn region(&mut self, region: RegionId, out: &mut Vec<Ins>) {
        let block = self.block;
        let mut live: Vec<(usize, Reg)> = Vec::new();
        if region == RegionId(0) {
            self.pos = 0;
        }
        for &v in &block.region(region).code {
            let here = self.pos;
            self.pos += 1;
            let inst = block.inst(v);
            let ty = inst.ty;
            let mut dst = |d: &mut Decoder<'_>| {
                let r = d.free.pop().unwrap_or_else(|| d.fresh());
                d.reg[v.0 as usize] = Some(r);
                live.push((d.last[v.0 as usize], r));
                r
            };
            match inst.op {
                Op::Const(_) | Op::Param(_) => {}
                Op::Carried(..) => {}
                Op::Result(..) => {}
                Op::Index(dim) => {
                    let dst = dst(self);
                    out.push(Ins::Index { dst, dim: dim as usize });
                }
                Op::Load(arg, id) => {
                    let dst = dst(self);
                    out.push(Ins::Load { dst, arg, index: id.0 as usize });
                }
                Op::Un(op, x) => {
                    let dst = dst(self);
                    out.push(Ins::Un { op, ty: block.ty(x), dst, a: self.at(x) });
                }
                Op::Bin(op, x, y) => {
                    let dst = dst(self);
                    out.push(Ins::Bin { op, ty, dst, a: self.at(x), b: self.at(y) });
                }
                Op::Cmp(op, x, y) => {
                    let dst = dst(self);
                    out.push(Ins::Cmp { op, ty: block.ty(x), dst, a: self.at(x), b: self.at(y) });
                }
                Op::Select(c, x, y) => {
                    let dst = dst(self);
                    let (c, a, b) = (self.at(c), self.at(x), self.at(y));
                    out.push(Ins::Select { wide: ty.bits() == 64, dst, c, a, b });
                }
                Op::Cast(x) => {
                    let dst = dst(self);
                    out.push(Ins::Cast { from: block.ty(x), to: ty, dst, a: self.at(x) });
                }
                Op::Bitcast(x) => {
                    let dst = dst(self);
                    out.push(Ins::Move { wide: self.wide(x), dst, a: self.at(x) });
                }
                Op::Loop(l) => {
                    let code = self.loop_code(v, l, region);
                    out.push(Ins::Loop(Box::new(code)));
                    self.pos += 1;
                }
            }
            live.retain(|&(last, r)| {
                let keep = last > here;
                if !keep {
                    self.free.push(r);
                }
                keep
            });
        }
        if region != RegionId(0) {
            self.free.extend(live.iter().map(|&(_, r)| r));
        }
    }

    fn loop_code(&mut self, v: Value, l: LoopId, region: RegionId) -> LoopCode {
        let block = self.block;
        let lp = block.loop_(l).clone();
        // Carried values, their merges and the lane mask have registers of their own, never given back.
        let homes: Vec<(Reg, Reg)> = lp.init.iter().map(|_| (self.fresh(), self.fresh())).collect();
        let active = self.fresh();
        for r in [lp.cond, lp.body] {
            self.name_carried(r, l, &homes);
        }
        for &u in &block.region(region).code {
            if let Op::Result(of, k) = block.inst(u).op
                && of == v
            {
                self.reg[u.0 as usize] = Some(homes[k as usize].0);
            }
        }
        let mut cond = Vec::new();
        self.region(lp.cond, &mut cond);
        let go = self.at(block.region(lp.cond).results[0]);
        let mut body = Vec::new();
        self.region(lp.body, &mut body);
        let next = &block.region(lp.body).results;
        let carried = lp
            .init
            .iter()
            .zip(next)
            .zip(&homes)
            .map(|((&i, &n), &(home, merge))| (self.wide(i), home, self.at(i), self.at(n), merge))
            .collect();
        LoopCode { cond, go, body, carried, limit: lp.limit, active }
    }

    /// Gives a loop's carried values their registers wherever they occur, inner loops included.
    fn name_carried(&mut self, region: RegionId, l: LoopId, homes: &[(Reg, Reg)]) {
        let block = self.block;
        for &u in &block.region(region).code {
            match block.inst(u).op {
                Op::Carried(of, k) if of == l => self.reg[u.0 as usize] = Some(homes[k as usize].0),
                Op::Loop(inner) => {
                    let lp = block.loop_(inner).clone();
                    self.name_carried(lp.cond, l, homes);
                    self.name_carried(lp.body, l, homes);
                }
                _ => {}
            }
        }
    }
}
