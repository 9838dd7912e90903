//! Scheduling of one level: equations become units in order, results join the nests they fit, dead stores go.
//!
//! A result joins an earlier nest of the same shape when everything it reads is ready there, and what that nest itself
//! computes is read at the same element only. So chains, shared subexpressions and several results of one shape are one
//! nest, and reductions, contractions and running folds take in the elementwise code that follows them. Joining changes no
//! result: each value is computed by the same instructions wherever it is put.

use crate::Unsupported;
use crate::class::{Class, class_of, same_layout};
use crate::cost::Costs;
use crate::emit::Emitter;
use crate::group::{Group, Kind};
use crate::index::{Lin, flatten};
use crate::level::{Def, Level, Options};
use crate::storage::{Vals, buffer_len, lane_index, storage};
use gradlens_ir::{Array, Atom, ClosedJaxpr, Eqn, Params, ShapedArray, Var};
use gradlens_kernel::fast::{FastMap, FastSet};
use gradlens_kernel::{BufId, BufferDecl, BufferRole, Bytes, DType, NestCall, Step};

/// The whole lowering's state: the program's buffers and the constants that become inputs.
pub(crate) struct Lowerer {
    pub options: Options,
    pub buffers: Vec<BufferDecl>,
    pub consts: Vec<(Array, BufId)>,
    pub costs: Costs,
}

/// A stretch of the schedule.
pub(crate) enum Unit {
    Group(Box<Group>),
    Steps(Vec<Step>),
}

/// A level being scheduled.
pub(crate) struct Schedule {
    pub lv: Level,
    pub units: Vec<Unit>,
    /// The unit that writes a buffer last.
    pub ready: FastMap<BufId, usize>,
    /// Buffers that results are to be put in.
    pub targets: FastMap<Var, BufId>,
    /// The equation being scheduled.
    now: usize,
    /// The last equation that reads a buffer; none is known where it is read after all of them.
    last_read: FastMap<BufId, usize>,
    /// Buffers read by another unit than the one that computes them.
    escaped: FastSet<BufId>,
}

/// Where a store puts the element of an array at an index.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// At the same place of a dense array.
    Dense,
    /// In a larger dense array of this shape, moved along an axis.
    Part { shape: &'a [usize], axis: usize, start: usize },
    /// In row `counter` of a buffer of `len` rows.
    Row { counter: BufId, len: usize, reverse: bool },
}

/// A buffer that an expression reads: which, and as which variable if at the element being computed.
type Dep = (BufId, Option<Var>);

/// How many of the latest units are looked at for one to join.
const LOOK_BACK: usize = 12;

impl Lowerer {
    pub fn new(options: Options) -> Lowerer {
        Lowerer { options, buffers: Vec::new(), consts: Vec::new(), costs: Costs::default() }
    }

    pub fn buffer(&mut self, dtype: DType, len: usize, role: BufferRole) -> BufId {
        self.buffers.push(BufferDecl { dtype, len, role });
        BufId(self.buffers.len() as u32 - 1)
    }

    /// A temp for an array of this aval.
    pub fn temp(&mut self, aval: &ShapedArray) -> BufId {
        self.buffer(storage(aval.dtype).0, buffer_len(aval), BufferRole::Temp)
    }

    /// A buffer with a literal's bytes.
    pub fn literal_buffer(&mut self, a: &Array) -> Result<BufId, Unsupported> {
        let host = a.host().map_err(|_| Unsupported::other("a literal whose bytes are still on a device"))?;
        let (dtype, _) = storage(a.dtype());
        Ok(self.buffer(dtype, buffer_len(a.aval()), BufferRole::Const(Bytes::copy_from(host.bytes()))))
    }

    /// The input that stands for a constant.
    pub fn const_buffer(&mut self, a: &Array) -> BufId {
        let same = |c: &&(Array, BufId)| c.0.identity() == a.identity() && c.0.aval() == a.aval();
        if let Some((_, buf)) = self.consts.iter().find(same) {
            return *buf;
        }
        let buf = self.buffer(storage(a.dtype()).0, buffer_len(a.aval()), BufferRole::Input);
        self.consts.push((a.clone(), buf));
        buf
    }

    /// Analyses and schedules a Jaxpr whose invars stand for `bound`. `stored` tells which results must be buffers.
    pub fn schedule(
        &mut self,
        closed: &ClosedJaxpr,
        bound: Vec<Def>,
        targets: FastMap<Var, BufId>,
        stored: &[bool],
    ) -> Result<Schedule, Unsupported> {
        let mut defs: Vec<Def> = closed.consts.iter().map(|c| Def::Buf(self.const_buffer(c))).collect();
        defs.extend(bound);
        let mut lv = Level::new(closed.jaxpr.clone(), defs);
        let options = self.options;
        lv.analyse(&options, &mut self.costs, stored);
        let mut s = Schedule {
            lv,
            units: Vec::new(),
            ready: FastMap::default(),
            targets,
            now: 0,
            last_read: FastMap::default(),
            escaped: FastSet::default(),
        };
        let jaxpr = closed.jaxpr.clone();
        for (i, e) in jaxpr.eqns.iter().enumerate() {
            s.now = i;
            self.equation(&mut s, e)?;
        }
        s.now = jaxpr.eqns.len();
        Ok(s)
    }

    fn equation(&mut self, s: &mut Schedule, e: &Eqn) -> Result<(), Unsupported> {
        match class_of(e) {
            class @ (Class::Pointwise | Class::View | Class::Indexing) => {
                for &out in &e.outs {
                    if s.lv.mat[out.0 as usize] {
                        self.expression(s, e, out, class)?;
                    }
                }
                Ok(())
            }
            Class::Pieces => self.pieces(s, e),
            Class::Fold | Class::Affine | Class::Whole => {
                let mut deps = Vec::new();
                e.ins.iter().for_each(|a| s.collect(a, false, &mut deps));
                s.escaped.extend(deps.iter().map(|d| d.0));
                crate::nests::equation(self, s, e)
            }
        }
    }

    /// A result of an expression that is to be a buffer.
    fn expression(&mut self, s: &mut Schedule, e: &Eqn, out: Var, class: Class) -> Result<(), Unsupported> {
        let same = class == Class::View && same_layout(e, &s.lv.jaxpr);
        if let (true, Some(Atom::Var(x))) = (same, e.ins.first())
            && let Def::Buf(buf) = *s.lv.def(*x)
            && !s.targets.contains_key(&out)
        {
            s.lv.defs[out.0 as usize] = Def::Buf(buf);
            return Ok(());
        }
        let buf = self.result_buffer(s, out);
        self.store(s, &Atom::Var(out), buf, Place::Dense, true)?;
        s.read_until(buf, out);
        s.lv.defs[out.0 as usize] = Def::Buf(buf);
        Ok(())
    }

    /// The buffer for a result: the one it is meant for, or a new one.
    pub fn result_buffer(&mut self, s: &Schedule, v: Var) -> BufId {
        match s.targets.get(&v) {
            Some(&b) => b,
            None => {
                let aval = s.lv.aval(v).clone();
                self.temp(&aval)
            }
        }
    }

    /// A concatenate whose parts are stored one by one.
    fn pieces(&mut self, s: &mut Schedule, e: &Eqn) -> Result<(), Unsupported> {
        let Params::Concatenate { dimension } = e.params else {
            return Err(Unsupported::new(e.prim, "has no parts"));
        };
        let out = e.outs[0];
        let shape = s.lv.aval(out).shape.clone();
        let buf = self.result_buffer(s, out);
        let mut start = 0;
        for a in &e.ins {
            self.store(s, a, buf, Place::Part { shape: &shape, axis: dimension, start }, false)?;
            start += s.lv.jaxpr.atom_aval(a).shape[dimension];
        }
        s.lv.defs[out.0 as usize] = Def::Buf(buf);
        Ok(())
    }

    /// Computes an atom and stores it, in a nest that is there or a new one. `own`: the variable's equation is run, not read.
    pub fn store(
        &mut self,
        s: &mut Schedule,
        a: &Atom,
        buf: BufId,
        place: Place,
        own: bool,
    ) -> Result<(), Unsupported> {
        let aval = s.lv.jaxpr.atom_aval(a).clone();
        let mut deps = Vec::new();
        s.collect(a, own, &mut deps);
        if let Place::Row { counter, .. } = place {
            deps.push((counter, None));
        }
        let g = self.unit_for(s, &aval.shape, &deps);
        let Unit::Group(group) = &mut s.units[g] else { unreachable!("unit {g} was found to be a group") };
        let ix = group.ix.clone();
        let mut em = Emitter::new(&s.lv, &self.buffers, &mut group.args, &mut group.main);
        let value = match (a, own) {
            (Atom::Var(v), true) => em.own_value(*v, &ix)?,
            _ => em.value(a, &ix)?,
        };
        let flat = match place {
            Place::Dense => flatten(&ix, &aval.shape),
            Place::Part { shape, axis, start } => {
                let mut ix = ix.clone();
                ix[axis] = ix[axis].shifted(start as i64);
                flatten(&ix, shape)
            }
            Place::Row { counter, len, reverse } => {
                let c = em.counter(counter, len, reverse);
                Lin::value(c).scaled(aval.size() as i64).plus(&flatten(&ix, &aval.shape))
            }
        };
        let lanes = storage(aval.dtype).1;
        for (lane, part) in value.parts().enumerate() {
            group.store(&self.buffers, buf, &lane_index(&flat, lanes, lane), part);
        }
        if let Atom::Var(v) = a {
            group.members.insert(*v);
        }
        s.ready.insert(buf, g.max(s.ready.get(&buf).copied().unwrap_or(0)));
        Ok(())
    }

    /// Computes an array that is no variable's into a temp: `f` gives the element at an index, reading `ins`.
    pub fn map_temp(
        &mut self,
        s: &mut Schedule,
        aval: &ShapedArray,
        ins: &[Atom],
        f: impl FnOnce(&mut Emitter, &[Lin]) -> Result<Vals, Unsupported>,
    ) -> Result<BufId, Unsupported> {
        let buf = self.temp(aval);
        let mut deps = Vec::new();
        ins.iter().for_each(|a| s.collect(a, false, &mut deps));
        // What `f` reads at other elements than the one it computes must be ready before: nothing counts as the same.
        deps.iter_mut().for_each(|d| d.1 = None);
        self.map_into(s, aval, buf, &deps, f)?;
        Ok(buf)
    }

    /// Computes a variable's array from `bufs`.
    pub fn map_result(
        &mut self,
        s: &mut Schedule,
        v: Var,
        bufs: &[BufId],
        f: impl FnOnce(&mut Emitter, &[Lin]) -> Result<Vals, Unsupported>,
    ) -> Result<(), Unsupported> {
        let aval = s.lv.aval(v).clone();
        let buf = self.result_buffer(s, v);
        let deps: Vec<Dep> = bufs.iter().map(|&b| (b, None)).collect();
        self.map_into(s, &aval, buf, &deps, f)?;
        s.lv.defs[v.0 as usize] = Def::Buf(buf);
        Ok(())
    }

    fn map_into(
        &mut self,
        s: &mut Schedule,
        aval: &ShapedArray,
        buf: BufId,
        deps: &[Dep],
        f: impl FnOnce(&mut Emitter, &[Lin]) -> Result<Vals, Unsupported>,
    ) -> Result<(), Unsupported> {
        let g = self.unit_for(s, &aval.shape, deps);
        let Unit::Group(group) = &mut s.units[g] else { unreachable!("unit {g} was found to be a group") };
        let ix = group.ix.clone();
        let value = f(&mut Emitter::new(&s.lv, &self.buffers, &mut group.args, &mut group.main), &ix)?;
        let (dtype, lanes) = storage(aval.dtype);
        let value = value.map(|v| group.main.b.narrow(dtype, v));
        let flat = flatten(&ix, &aval.shape);
        for (lane, part) in value.parts().enumerate() {
            group.store(&self.buffers, buf, &lane_index(&flat, lanes, lane), part);
        }
        s.ready.insert(buf, g);
        Ok(())
    }

    /// The unit that a result of this shape joins: one that is there, or a new map.
    fn unit_for(&self, s: &mut Schedule, shape: &[usize], deps: &[Dep]) -> usize {
        let g = self.joinable(s, shape, deps).unwrap_or_else(|| {
            s.units.push(Unit::Group(Box::new(Group::map(shape))));
            s.units.len() - 1
        });
        if let Unit::Group(group) = &s.units[g] {
            s.escaped.extend(deps.iter().map(|d| d.0).filter(|b| !group.written.contains(b)));
        }
        g
    }

    /// The unit that a result of this shape may join, reading `deps`.
    fn joinable(&self, s: &mut Schedule, shape: &[usize], deps: &[Dep]) -> Option<usize> {
        if !self.options.fuse {
            return None;
        }
        let after = deps.iter().filter_map(|(b, _)| s.ready.get(b)).max().copied();
        let first = after.unwrap_or(0).max(s.units.len().saturating_sub(LOOK_BACK));
        let end = s.units.len();
        let mut fits = |g: usize| {
            let Unit::Group(group) = &s.units[g] else { return false };
            if group.shape != shape || group.main.b.block().insts.len() > self.options.max_insts {
                return false;
            }
            if !matches!(group.kind, Kind::Map) && after != Some(g) {
                return false;
            }
            let same_element =
                deps.iter().all(|(b, v)| !group.written.contains(b) || v.is_some_and(|v| group.members.contains(&v)));
            same_element && s.slots_with(g, deps) < self.options.max_args
        };
        let found = (first..end).rev().find(|&g| fits(g));
        found.or_else(|| after.filter(|&g| g < first && fits(g)))
    }

    /// Adds finished steps that write these buffers.
    pub fn push_steps(&self, s: &mut Schedule, steps: Vec<Step>, writes: &[BufId]) {
        s.units.push(Unit::Steps(steps));
        let at = s.units.len() - 1;
        s.ready.extend(writes.iter().map(|&b| (b, at)));
    }

    /// Adds a group that computes its members anew.
    pub fn push_group(&self, s: &mut Schedule, group: Group) {
        let at = s.units.len();
        s.ready.extend(group.written.iter().map(|&b| (b, at)));
        s.units.push(Unit::Group(Box::new(group)));
    }

    /// The schedule as steps. Only stores to `keep` and to what later steps read remain.
    pub fn finish(&self, s: Schedule, keep: impl IntoIterator<Item = BufId>) -> Vec<Step> {
        let mut live: FastSet<BufId> = keep.into_iter().collect();
        let mut out: Vec<Vec<Step>> = Vec::new();
        for unit in s.units.into_iter().rev() {
            let steps = match unit {
                Unit::Steps(steps) => steps,
                Unit::Group(g) => g.finish(&live).map(|c| Step::Nest(crate::shape::collapse(c))).into_iter().collect(),
            };
            steps.iter().for_each(|step| {
                reads(step, &mut |b| {
                    live.insert(b);
                })
            });
            out.push(steps);
        }
        out.into_iter().rev().flatten().collect()
    }
}

/// Every buffer a step reads (or may read).
pub(crate) fn reads(step: &Step, f: &mut impl FnMut(BufId)) {
    match step {
        Step::Nest(NestCall { nest, args }) => {
            for (&b, decl) in args.iter().zip(&nest.args) {
                if decl.access != gradlens_kernel::Access::Write {
                    f(b);
                }
            }
        }
        Step::Copy { src, .. } => f(*src),
        Step::Loop { cond, predicate, body, carries, counter, .. } => {
            cond.iter().chain(body).for_each(|s| reads(s, f));
            carries.iter().for_each(|&(to, from)| {
                f(to);
                f(from);
            });
            predicate.iter().chain(counter).for_each(|&b| f(b));
        }
        Step::Branch { selector, cases } => {
            f(*selector);
            cases.iter().flatten().for_each(|s| reads(s, f));
        }
        Step::Routine(r) => r.inputs.iter().for_each(|&b| f(b)),
    }
}

impl Schedule {
    /// Notes that `buf` holds `v`, and so when it is read for the last time.
    pub fn read_until(&mut self, buf: BufId, v: Var) {
        if let Some(last) = self.lv.last_read[v.0 as usize] {
            self.last_read.insert(buf, last);
        }
    }

    /// Slots of group `g` if it read `deps` too; its stores that nobody else will read are not counted.
    pub fn slots_with(&mut self, g: usize, deps: &[Dep]) -> usize {
        let Unit::Group(group) = &mut self.units[g] else { return usize::MAX };
        let (now, last_read, escaped) = (self.now, &self.last_read, &self.escaped);
        let wanted = |b: BufId| escaped.contains(&b) || last_read.get(&b).is_none_or(|&last| last > now);
        let new: FastSet<BufId> =
            deps.iter().map(|d| d.0).filter(|b| !group.written.contains(b) && !group.args.reads(*b)).collect();
        group.slots(wanted) + new.len()
    }

    /// The buffers that the value of `a` at the current element reads.
    pub fn collect(&self, a: &Atom, own: bool, deps: &mut Vec<Dep>) {
        let Atom::Var(v) = *a else { return };
        let mut seen = FastSet::default();
        let mut stack = vec![(v, true)];
        let mut first = own;
        while let Some((v, same)) = stack.pop() {
            if !seen.insert((v, same)) {
                continue;
            }
            let own = std::mem::take(&mut first);
            match *self.lv.def(v) {
                Def::Buf(b) => deps.push((b, same.then_some(v))),
                Def::Row { buf, counter, .. } => deps.extend([(buf, None), (counter, None)]),
                Def::Lit(_) => {}
                Def::Expr => {
                    debug_assert!(own || !self.lv.mat[v.0 as usize], "a buffer read before it is made");
                    let Some((i, _)) = self.lv.producer[v.0 as usize] else { continue };
                    let e = &self.lv.jaxpr.eqns[i];
                    let pointwise = class_of(e) == Class::Pointwise;
                    let shape = &self.lv.aval(v).shape;
                    for x in &e.ins {
                        if let Atom::Var(x) = *x {
                            stack.push((x, same && pointwise && self.lv.aval(x).shape == *shape));
                        }
                    }
                }
            }
        }
    }
}
