//! Checks that what reads a Block, Nest or Program may rely on: types, dominance, shapes, slots, aliasing.
//!
//! Run in debug builds and tests after every pass that makes or changes one. A failure is a bug of that pass.

use crate::dtype::{DType, ScalarType};
use crate::eval;
use crate::nest::{Access, Arg, ArgDecl, Combine, MapReduce, Nest, NestKind, ScatterOp, Store};
use crate::program::{BufId, BufferRole, Program, Step};
use crate::scalar::{Block, IndexExpr, LoopId, Op, RegionId, UnOp, Value};
use std::collections::HashSet;

type Check = Result<(), String>;

fn ensure(ok: bool, say: impl FnOnce() -> String) -> Check {
    if ok { Ok(()) } else { Err(say()) }
}

impl Block {
    /// Checks ids, types and dominance; `args` are the slots loads may name.
    pub fn validate(&self, args: &[ArgDecl]) -> Check {
        ensure(!self.regions.is_empty(), || "a block has region 0".into())?;
        for e in &self.indices {
            ensure(e.strides.len() == self.rank, || {
                format!("index expression of {} strides in rank {}", e.strides.len(), self.rank)
            })?;
        }
        let mut seen = HashSet::new();
        self.check_region(RegionId(0), args, &mut HashSet::new(), &mut Vec::new(), &mut seen)?;
        Ok(())
    }

    fn check_region(
        &self,
        region: RegionId,
        args: &[ArgDecl],
        known: &mut HashSet<Value>,
        loops: &mut Vec<LoopId>,
        seen: &mut HashSet<Value>,
    ) -> Check {
        let r = self.regions.get(region.0 as usize).ok_or("no such region")?;
        let mut mine = Vec::new();
        for &v in &r.code {
            ensure((v.0 as usize) < self.insts.len(), || format!("no instruction {}", v.0))?;
            ensure(seen.insert(v), || format!("%{} is in two places", v.0))?;
            self.check_inst(v, args, known, loops, seen).map_err(|e| format!("%{}: {e}", v.0))?;
            known.insert(v);
            mine.push(v);
        }
        for &v in &r.results {
            ensure(known.contains(&v), || format!("result %{} is not defined here", v.0))?;
        }
        for v in mine {
            if region.0 != 0 {
                known.remove(&v);
            }
        }
        Ok(())
    }

    fn check_inst(
        &self,
        v: Value,
        args: &[ArgDecl],
        known: &mut HashSet<Value>,
        loops: &mut Vec<LoopId>,
        seen: &mut HashSet<Value>,
    ) -> Check {
        let inst = self.inst(v);
        let ty = inst.ty;
        let operand = |u: Value, known: &HashSet<Value>| -> Result<ScalarType, String> {
            ensure(known.contains(&u), || format!("operand %{} is not defined here", u.0))?;
            Ok(self.ty(u))
        };
        let want = |got: ScalarType, what: ScalarType| ensure(got == what, || format!("{got} where {what} is due"));
        match inst.op {
            Op::Const(bits) => ensure(ty.bits() == 64 || bits >> ty.bits() == 0, || format!("bits {bits:#x} in {ty}")),
            Op::Index(d) => {
                ensure((d as usize) < self.rank, || format!("index {d} in rank {}", self.rank))?;
                want(ty, ScalarType::I32)
            }
            Op::Param(k) => match self.params.get(k as usize) {
                Some(&t) => want(ty, t),
                None => Err(format!("no parameter {k}")),
            },
            Op::Load(arg, id) => {
                let decl = slot(args, arg)?;
                ensure(decl.access != Access::Write, || format!("load from write-only slot {}", arg.0))?;
                let e = self.indices.get(id.0 as usize).ok_or("no such index expression")?;
                if let Some(d) = e.dynamic {
                    want(operand(d, known)?, ScalarType::I32)?;
                }
                want(ty, decl.dtype.register())
            }
            Op::Un(op, x) => {
                let t = operand(x, known)?;
                ensure(eval::unary(op, t, 0).is_some(), || format!("{op:?} of {t}"))?;
                let out = match op {
                    UnOp::IsNan | UnOp::IsInf | UnOp::IsFinite => ScalarType::Bool,
                    _ => t,
                };
                want(ty, out)
            }
            Op::Bin(op, x, y) => {
                let t = operand(x, known)?;
                want(operand(y, known)?, t)?;
                ensure(eval::binary(op, t, 1, 1).is_some(), || format!("{op:?} of {t}"))?;
                want(ty, t)
            }
            Op::Cmp(_, x, y) => {
                let t = operand(x, known)?;
                want(operand(y, known)?, t)?;
                want(ty, ScalarType::Bool)
            }
            Op::Select(c, x, y) => {
                want(operand(c, known)?, ScalarType::Bool)?;
                want(operand(x, known)?, ty)?;
                want(operand(y, known)?, ty)
            }
            Op::Cast(x) => operand(x, known).map(|_| ()),
            Op::Bitcast(x) => {
                let t = operand(x, known)?;
                ensure(t.bits() == ty.bits() && t.bits() > 1, || format!("bitcast {t} to {ty}"))
            }
            Op::Carried(l, k) => {
                ensure(loops.contains(&l), || "carried value outside its loop".into())?;
                match self.loop_(l).init.get(k as usize) {
                    Some(&i) => want(ty, self.ty(i)),
                    None => Err(format!("loop carries no value {k}")),
                }
            }
            Op::Loop(l) => {
                let lp = self.loops.get(l.0 as usize).ok_or("no such loop")?;
                for &i in &lp.init {
                    operand(i, known)?;
                }
                loops.push(l);
                self.check_region(lp.cond, args, known, loops, seen)?;
                self.check_region(lp.body, args, known, loops, seen)?;
                loops.pop();
                let types = |vs: &[Value]| vs.iter().map(|&v| self.ty(v)).collect::<Vec<_>>();
                ensure(types(&self.region(lp.cond).results) == [ScalarType::Bool], || {
                    "a loop's condition is one bool".into()
                })?;
                ensure(types(&self.region(lp.body).results) == types(&lp.init), || {
                    "a loop's body yields the carried types".into()
                })
            }
            Op::Result(u, k) => {
                operand(u, known)?;
                let Op::Loop(l) = self.inst(u).op else {
                    return Err(format!("%{} is no loop", u.0));
                };
                match self.loop_(l).init.get(k as usize) {
                    Some(&i) => want(ty, self.ty(i)),
                    None => Err(format!("loop carries no value {k}")),
                }
            }
        }
    }

    /// The same code without the instructions that neither results nor `keep` need (loops included), ids renumbered.
    /// `keep` is renumbered in place: pass what a nest's stores name.
    pub fn without_dead(&self, keep: &mut [Store]) -> Block {
        let mut live = vec![false; self.insts.len()];
        let mut work: Vec<Value> = self.results().to_vec();
        for s in keep.iter() {
            work.push(s.value);
            work.extend(self.index_expr(s.index).dynamic);
        }
        while let Some(v) = work.pop() {
            if std::mem::replace(&mut live[v.0 as usize], true) {
                continue;
            }
            self.operands(v, &mut work);
        }
        let mut map = vec![Value(u32::MAX); self.insts.len()];
        let mut next = 0;
        for (i, &l) in live.iter().enumerate() {
            if l {
                map[i] = Value(next);
                next += 1;
            }
        }
        let at = |v: Value| map[v.0 as usize];
        let mut out = Block { rank: self.rank, params: self.params.clone(), ..Block::default() };
        for (i, inst) in self.insts.iter().enumerate() {
            if live[i] {
                let mut inst = *inst;
                inst.op = match inst.op {
                    Op::Un(o, x) => Op::Un(o, at(x)),
                    Op::Bin(o, x, y) => Op::Bin(o, at(x), at(y)),
                    Op::Cmp(o, x, y) => Op::Cmp(o, at(x), at(y)),
                    Op::Select(c, x, y) => Op::Select(at(c), at(x), at(y)),
                    Op::Cast(x) => Op::Cast(at(x)),
                    Op::Bitcast(x) => Op::Bitcast(at(x)),
                    Op::Result(x, k) => Op::Result(at(x), k),
                    same => same,
                };
                out.insts.push(inst);
            }
        }
        for (r, region) in self.regions.iter().enumerate() {
            let keep = |v: &&Value| live[v.0 as usize];
            // A dead loop's regions stay, empty, so that region ids hold.
            let dead = region.results.iter().any(|v| !live[v.0 as usize]) && r != 0;
            out.regions.push(crate::scalar::Region {
                code: region.code.iter().filter(keep).map(|&v| at(v)).collect(),
                results: if dead { Vec::new() } else { region.results.iter().map(|&v| at(v)).collect() },
            });
        }
        for lp in &self.loops {
            let mut lp = lp.clone();
            lp.init = lp.init.iter().filter(|v| live[v.0 as usize]).map(|&v| at(v)).collect();
            out.loops.push(lp);
        }
        for e in &self.indices {
            let dynamic = e.dynamic.filter(|d| live[d.0 as usize]).map(at);
            out.indices.push(IndexExpr { dynamic, ..e.clone() });
        }
        for s in keep {
            s.value = at(s.value);
        }
        out
    }

    /// Pushes the values an instruction needs (a loop: all that its regions yield, and its start).
    pub fn operands(&self, v: Value, into: &mut Vec<Value>) {
        match self.inst(v).op {
            Op::Const(_) | Op::Index(_) | Op::Param(_) => {}
            Op::Carried(l, k) => into.push(self.loop_(l).init[k as usize]),
            Op::Load(_, id) => into.extend(self.index_expr(id).dynamic),
            Op::Un(_, x) | Op::Cast(x) | Op::Bitcast(x) | Op::Result(x, _) => into.push(x),
            Op::Bin(_, x, y) | Op::Cmp(_, x, y) => into.extend([x, y]),
            Op::Select(c, x, y) => into.extend([c, x, y]),
            Op::Loop(l) => {
                let lp = self.loop_(l);
                into.extend(&lp.init);
                into.extend(&self.region(lp.cond).results);
                into.extend(&self.region(lp.body).results);
            }
        }
    }
}

fn slot(args: &[ArgDecl], arg: Arg) -> Result<ArgDecl, String> {
    args.get(arg.0 as usize).copied().ok_or_else(|| format!("no slot {}", arg.0))
}

impl Nest {
    /// Checks every block, store and shape.
    pub fn validate(&self) -> Check {
        let args = &self.args;
        match &self.kind {
            NestKind::Map(m) => {
                self.check_block(&m.body, &m.shape, &[], None)?;
                self.check_stores(&m.body, &m.shape, &m.stores)
            }
            NestKind::MapReduce(r) => self.check_reduce(r),
            NestKind::Contraction(c) => {
                let full: Vec<usize> = [&c.batch[..], &c.m, &c.n, &c.k].concat();
                let outer = &full[..full.len() - c.k.len()];
                for (arg, e) in [&c.lhs, &c.rhs] {
                    let decl = slot(args, *arg)?;
                    ensure(e.dynamic.is_none() && e.strides.len() == full.len(), || {
                        "a contraction's operand is affine over batch, m, n, k".into()
                    })?;
                    ensure(e.in_bounds(&full, decl.len), || "a contraction's operand is out of bounds".into())?;
                }
                let (b, m) = (c.batch.len(), c.m.len());
                let n = c.n.len();
                ensure(c.lhs.1.strides[b + m..b + m + n].iter().all(|&s| s == 0), || "lhs varies over n".into())?;
                ensure(c.rhs.1.strides[b..b + m].iter().all(|&s| s == 0), || "rhs varies over m".into())?;
                ensure(c.ty != ScalarType::Bool, || "a contraction in bool".into())?;
                self.check_block(&c.epilogue, outer, &[c.ty], None)?;
                self.check_stores(&c.epilogue, outer, &c.stores)
            }
            NestKind::Scan(s) => {
                let full = [&s.outer[..], &[s.len]].concat();
                let types: Vec<ScalarType> = s.init.iter().map(|c| c.ty).collect();
                self.check_block(&s.body, &full, &[], Some(&types))?;
                self.check_combine(&s.combine, &types)?;
                self.check_block(&s.epilogue, &full, &types, None)?;
                self.check_stores(&s.epilogue, &full, &s.stores)
            }
            NestKind::Scatter(s) => {
                let dest = slot(args, s.dest)?;
                ensure(dest.access == Access::ReadWrite, || "a scatter's destination is read and written".into())?;
                let ty = dest.dtype.register();
                self.check_block(&s.body, &s.shape, &[], Some(&[ScalarType::I32, ty]))?;
                match &s.op {
                    ScatterOp::Replace => Ok(()),
                    ScatterOp::Each(op) => {
                        ensure(eval::binary(*op, ty, 1, 1).is_some(), || format!("scatter {op:?} of {ty}"))
                    }
                    ScatterOp::Block(b) => self.check_block(b, &[], &[ty, ty], Some(&[ty])),
                }
            }
            NestKind::Sort(s) => {
                let full = [&s.outer[..], &[s.len]].concat();
                ensure(s.num_keys >= 1 && s.num_keys <= s.operands.len(), || "a sort's keys".into())?;
                for o in &s.operands {
                    let (a, d) = (slot(args, o.src.0)?, slot(args, o.dst.0)?);
                    ensure(a.dtype == d.dtype, || "a sort keeps types".into())?;
                    ensure(d.access == Access::Write && a.access == Access::Read, || "a sort's slots".into())?;
                    for ((_, e), len) in [(&o.src, a.len), (&o.dst, d.len)] {
                        ensure(e.strides.len() == full.len() && e.in_bounds(&full, len), || {
                            "a sort's index is out of bounds".into()
                        })?;
                    }
                }
                Ok(())
            }
        }
    }

    fn check_reduce(&self, r: &MapReduce) -> Check {
        let full = [&r.outer[..], &r.inner].concat();
        let types: Vec<ScalarType> = r.init.iter().map(|c| c.ty).collect();
        self.check_block(&r.body, &full, &[], Some(&types))?;
        self.check_combine(&r.combine, &types)?;
        self.check_block(&r.epilogue, &r.outer, &types, None)?;
        self.check_stores(&r.epilogue, &r.outer, &r.stores)
    }

    fn check_combine(&self, combine: &Combine, types: &[ScalarType]) -> Check {
        match combine {
            Combine::Each(ops) => {
                ensure(ops.len() == types.len(), || "one operation per accumulator".into())?;
                for (op, &ty) in ops.iter().zip(types) {
                    use crate::scalar::BinOp as B;
                    let ok = matches!(op, B::Add | B::Mul | B::Min | B::Max | B::And | B::Or | B::Xor);
                    ensure(ok && eval::binary(*op, ty, 1, 1).is_some(), || format!("combine {op:?} of {ty}"))?;
                }
                Ok(())
            }
            Combine::Block(b) => {
                let params = [types, types].concat();
                self.check_block(b, &[], &params, Some(types))
            }
        }
    }

    fn check_block(&self, b: &Block, shape: &[usize], params: &[ScalarType], results: Option<&[ScalarType]>) -> Check {
        ensure(b.rank == shape.len(), || format!("a block of rank {} over {shape:?}", b.rank))?;
        ensure(b.params == params, || format!("parameters {:?} where {params:?} are due", b.params))?;
        if let Some(want) = results {
            let got: Vec<ScalarType> = b.results().iter().map(|&v| b.ty(v)).collect();
            ensure(got == want, || format!("results {got:?} where {want:?} are due"))?;
        }
        b.validate(&self.args)
    }

    fn check_stores(&self, b: &Block, shape: &[usize], stores: &[Store]) -> Check {
        for s in stores {
            let decl = slot(&self.args, s.arg)?;
            ensure(decl.access != Access::Read, || format!("store to read-only slot {}", s.arg.0))?;
            ensure(b.root().code.contains(&s.value), || format!("stored %{} is not defined", s.value.0))?;
            ensure(b.ty(s.value) == decl.dtype.register(), || {
                format!("store of {} into {}", b.ty(s.value), decl.dtype)
            })?;
            let e = b.indices.get(s.index.0 as usize).ok_or("no such index expression")?;
            ensure(e.dynamic.is_some() || e.in_bounds(shape, decl.len), || {
                format!("store out of bounds: {e:?} over {shape:?} into {}", decl.len)
            })?;
        }
        Ok(())
    }
}

impl Program {
    /// Checks every step.
    pub fn validate(&self) -> Check {
        for &b in self.inputs.iter().chain(&self.outputs) {
            self.known(b)?;
        }
        for (i, d) in self.buffers.iter().enumerate() {
            let times = self.inputs.iter().filter(|b| b.0 as usize == i).count();
            let due = usize::from(d.role == BufferRole::Input);
            ensure(times == due, || format!("buffer {i} is {times} times an input"))?;
            if let BufferRole::Const(bytes) = &d.role {
                ensure(bytes.len() == d.size(), || format!("buffer {i}: {} bytes of data", bytes.len()))?;
            }
        }
        self.check_steps(&self.steps)
    }

    fn known(&self, b: BufId) -> Check {
        ensure((b.0 as usize) < self.buffers.len(), || format!("no buffer {}", b.0))
    }

    fn writable(&self, b: BufId) -> Check {
        self.known(b)?;
        ensure(self.buffer(b).role == BufferRole::Temp, || format!("buffer {} is written but no temp", b.0))
    }

    fn scalar(&self, b: BufId, dtype: DType) -> Check {
        self.known(b)?;
        let d = self.buffer(b);
        ensure(d.dtype == dtype && d.len == 1, || format!("buffer {} is no {dtype}[1]", b.0))
    }

    fn check_steps(&self, steps: &[Step]) -> Check {
        for step in steps {
            match step {
                Step::Nest(call) => {
                    call.nest.validate()?;
                    ensure(call.args.len() == call.nest.args.len(), || "one buffer per slot".into())?;
                    for (k, (&b, decl)) in call.args.iter().zip(&call.nest.args).enumerate() {
                        self.known(b)?;
                        let d = self.buffer(b);
                        ensure(d.dtype == decl.dtype && d.len == decl.len, || {
                            format!(
                                "buffer {} is {}[{}], slot {k} is {}[{}]",
                                b.0, d.dtype, d.len, decl.dtype, decl.len
                            )
                        })?;
                        if decl.access != Access::Read {
                            self.writable(b)?;
                            let uses = call.args.iter().filter(|&&c| c == b).count();
                            ensure(uses == 1, || format!("buffer {} is written and used twice in a nest", b.0))?;
                        }
                    }
                }
                Step::Copy { src, src_at, dst, dst_at, len } => {
                    self.known(*src)?;
                    self.writable(*dst)?;
                    let (s, d) = (self.buffer(*src), self.buffer(*dst));
                    ensure(src != dst && s.dtype == d.dtype, || "a copy's buffers".into())?;
                    ensure(src_at + len <= s.len && dst_at + len <= d.len, || "a copy out of bounds".into())?;
                }
                Step::Loop { cond, predicate, body, carries, trips, counter } => {
                    ensure(predicate.is_some() != trips.is_some(), || "a loop has a predicate or a trip count".into())?;
                    if let Some(p) = predicate {
                        self.scalar(*p, DType::Bool)?;
                    }
                    if let Some(c) = counter {
                        self.scalar(*c, DType::I32)?;
                        self.writable(*c)?;
                    }
                    self.check_steps(cond)?;
                    self.check_steps(body)?;
                    for (to, from) in carries {
                        self.writable(*to)?;
                        self.writable(*from)?;
                        let (a, b) = (self.buffer(*to), self.buffer(*from));
                        ensure(to != from && a.dtype == b.dtype && a.len == b.len, || "a carry's buffers".into())?;
                        let uses = carries.iter().filter(|(t, f)| t == to || f == to || t == from || f == from).count();
                        ensure(uses == 1, || "a carry's buffer is in two carries".into())?;
                    }
                }
                Step::Branch { selector, cases } => {
                    self.scalar(*selector, DType::I32)?;
                    ensure(!cases.is_empty(), || "a branch without cases".into())?;
                    for c in cases {
                        self.check_steps(c)?;
                    }
                }
                Step::Routine(r) => {
                    for &b in &r.inputs {
                        self.known(b)?;
                    }
                    for &b in &r.outputs {
                        self.writable(b)?;
                        ensure(!r.inputs.contains(&b), || "a routine's buffers are distinct".into())?;
                    }
                }
            }
        }
        Ok(())
    }
}
