//! Expressions to scalar code: the value of a variable at an index, in the block of some nest.
//!
//! Code is emitted on demand and remembered by (variable, index), so a value read twice at one place is computed once.
//! The walk has a stack of its own: chains of any length are no recursion.

use crate::Unsupported;
use crate::class::{Class, class_of};
use crate::index::{Lin, broadcast_operand, flatten};
use crate::level::{Def, Level};
use crate::storage::{Vals, lane_index, literal, storage};
use gradlens_ir::rows::{Lower, Site};
use gradlens_ir::{Atom, Eqn, Params, Prim, ShapedArray, Var};
use gradlens_kernel::fast::FastMap;
use gradlens_kernel::{Access, Arg, ArgDecl, BlockBuilder, BufId, BufferDecl};
use std::rc::Rc;

/// The buffer slots of a nest being built.
#[derive(Default)]
pub(crate) struct Args {
    pub bufs: Vec<BufId>,
    pub decls: Vec<ArgDecl>,
    known: FastMap<(BufId, Access), Arg>,
    /// How many of them are only read.
    pub reads: usize,
}

impl Args {
    /// The slot of a buffer with this access.
    pub fn slot(&mut self, buffers: &[BufferDecl], buf: BufId, access: Access) -> Arg {
        *self.known.entry((buf, access)).or_insert_with(|| {
            let decl = &buffers[buf.0 as usize];
            self.bufs.push(buf);
            self.decls.push(ArgDecl { dtype: decl.dtype, len: decl.len, access });
            self.reads += usize::from(access == Access::Read);
            Arg(self.bufs.len() as u16 - 1)
        })
    }

    /// Whether the buffer is read here.
    pub fn reads(&self, buf: BufId) -> bool {
        self.known.contains_key(&(buf, Access::Read))
    }
}

/// A block being built, and what it has computed.
pub(crate) struct Ctx {
    pub b: BlockBuilder,
    /// Lengths of the nest's loops where this block runs.
    pub shape: Vec<usize>,
    ixs: Vec<Rc<[Lin]>>,
    ids: FastMap<Rc<[Lin]>, u32>,
    memo: FastMap<(Var, u32), Vals>,
}

impl Ctx {
    pub fn new(shape: Vec<usize>) -> Ctx {
        Ctx {
            b: BlockBuilder::new(shape.len()),
            shape,
            ixs: Vec::new(),
            ids: FastMap::default(),
            memo: FastMap::default(),
        }
    }

    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    fn intern(&mut self, ix: &[Lin]) -> u32 {
        if let Some(&id) = self.ids.get(ix) {
            return id;
        }
        let id = self.ixs.len() as u32;
        let ix: Rc<[Lin]> = ix.into();
        self.ixs.push(ix.clone());
        self.ids.insert(ix, id);
        id
    }

    /// Remembers the value of `v` at `ix`.
    pub fn define(&mut self, v: Var, ix: &[Lin], value: Vals) {
        let id = self.intern(ix);
        self.memo.insert((v, id), value);
    }
}

/// Emits expressions of a level into a block.
pub(crate) struct Emitter<'a> {
    pub lv: &'a Level,
    pub buffers: &'a [BufferDecl],
    pub args: &'a mut Args,
    pub cx: &'a mut Ctx,
    stack: Vec<(Var, u32)>,
}

/// Emitted, or "its operands are on the stack now: try again after them".
pub(crate) type Step<T> = Result<Option<T>, Unsupported>;

/// The value of a [`Step`], or a return that asks to be tried again.
macro_rules! ready {
    ($e:expr) => {
        match $e? {
            Some(v) => v,
            None => return Ok(None),
        }
    };
}
pub(crate) use ready;

impl<'a> Emitter<'a> {
    pub fn new(lv: &'a Level, buffers: &'a [BufferDecl], args: &'a mut Args, cx: &'a mut Ctx) -> Emitter<'a> {
        Emitter { lv, buffers, args, cx, stack: Vec::new() }
    }

    /// The value of an atom at an index.
    pub fn value(&mut self, a: &Atom, ix: &[Lin]) -> Result<Vals, Unsupported> {
        loop {
            if let Some(v) = self.want(a, ix)? {
                return Ok(v);
            }
            self.drain()?;
        }
    }

    /// The value of the equation's own result `v`, although it is to be a buffer.
    pub fn own_value(&mut self, v: Var, ix: &[Lin]) -> Result<Vals, Unsupported> {
        let id = self.cx.intern(ix);
        self.stack.push((v, id));
        self.drain()?;
        Ok(self.cx.memo[&(v, id)])
    }

    fn drain(&mut self) -> Result<(), Unsupported> {
        while let Some(&(v, id)) = self.stack.last() {
            let depth = self.stack.len();
            if !self.cx.memo.contains_key(&(v, id)) {
                let ix = self.cx.ixs[id as usize].clone();
                match self.attempt(v, &ix)? {
                    Some(value) => {
                        self.cx.memo.insert((v, id), value);
                    }
                    None => {
                        debug_assert!(self.stack.len() > depth, "an expression that waits for nothing");
                        continue;
                    }
                }
            }
            self.stack.truncate(depth - 1);
        }
        Ok(())
    }

    /// The value, if it is there or is a load; else it is put on the stack.
    pub fn want(&mut self, a: &Atom, ix: &[Lin]) -> Step<Vals> {
        let v = match a {
            Atom::Lit(l) => return self.lit(l).map(Some),
            Atom::Var(v) => *v,
        };
        let id = self.cx.intern(ix);
        if let Some(&known) = self.cx.memo.get(&(v, id)) {
            return Ok(Some(known));
        }
        if let Some(x) = self.leaf(v, ix)? {
            return Ok(Some(x));
        }
        self.stack.push((v, id));
        Ok(None)
    }

    /// All of them, or none with what is missing on the stack.
    pub fn want_all(&mut self, wanted: &[(&Atom, Vec<Lin>)]) -> Step<Vec<Vals>> {
        let mut out = Vec::with_capacity(wanted.len());
        let mut missing = false;
        for (a, ix) in wanted {
            match self.want(a, ix)? {
                Some(v) => out.push(v),
                None => missing = true,
            }
        }
        Ok((!missing).then_some(out))
    }

    fn lit(&mut self, l: &gradlens_ir::Array) -> Result<Vals, Unsupported> {
        literal(&mut self.cx.b, l).ok_or_else(|| Unsupported::other("a literal whose bytes are still on a device"))
    }

    fn leaf(&mut self, v: Var, ix: &[Lin]) -> Result<Option<Vals>, Unsupported> {
        let aval = self.lv.aval(v);
        match self.lv.def(v).clone() {
            Def::Expr => Ok(None),
            Def::Lit(l) => self.lit(&l).map(Some),
            Def::Buf(buf) => {
                let flat = flatten(ix, &aval.shape);
                Ok(Some(self.load(buf, aval, &flat)))
            }
            Def::Row { .. } => {
                let flat = flatten(ix, &aval.shape);
                Ok(self.row(v, &flat))
            }
        }
    }

    /// Element `flat` of this iteration's row.
    fn row(&mut self, v: Var, flat: &Lin) -> Option<Vals> {
        let Def::Row { buf, counter, len, reverse } = *self.lv.def(v) else { return None };
        let aval = self.lv.aval(v);
        let c = self.counter(counter, len, reverse);
        let at = Lin::value(c).scaled(aval.size() as i64).plus(flat);
        Some(self.load(buf, aval, &at))
    }

    /// The number of the iteration, or of its mirror image.
    pub fn counter(&mut self, counter: BufId, len: usize, reverse: bool) -> gradlens_kernel::Value {
        let arg = self.args.slot(self.buffers, counter, Access::Read);
        let at = Lin::at(0).expr(&mut self.cx.b, self.cx.shape.len());
        let c = self.cx.b.load(arg, gradlens_kernel::DType::I32, at);
        if !reverse {
            return c;
        }
        let last = self.cx.b.i32(len as i32 - 1);
        self.cx.b.sub(last, c)
    }

    /// Element `flat` of a buffer that holds an array of this dtype.
    pub fn load(&mut self, buf: BufId, aval: &ShapedArray, flat: &Lin) -> Vals {
        let (dtype, lanes) = storage(aval.dtype);
        let arg = self.args.slot(self.buffers, buf, Access::Read);
        let rank = self.cx.rank();
        let parts: Vec<_> = (0..lanes)
            .map(|lane| {
                let at = lane_index(flat, lanes, lane).expr(&mut self.cx.b, rank);
                self.cx.b.load(arg, dtype, at)
            })
            .collect();
        Vals::of(&parts)
    }

    /// One equation's result at `ix`.
    fn attempt(&mut self, v: Var, ix: &Rc<[Lin]>) -> Step<Vals> {
        let lv = self.lv;
        let Some((i, out)) = lv.producer[v.0 as usize] else {
            return Err(Unsupported::other("a variable without a value"));
        };
        let e = &lv.jaxpr.eqns[i];
        match class_of(e) {
            Class::Pointwise => self.pointwise(e, ix),
            Class::View => self.view(e, ix),
            Class::Indexing | Class::Pieces => self.indexing(e, out, ix),
            _ => Err(Unsupported::new(e.prim, "is no expression")),
        }
    }

    fn pointwise(&mut self, e: &Eqn, ix: &Rc<[Lin]>) -> Step<Vals> {
        let lv = self.lv;
        let out = lv.aval(e.outs[0]);
        let mut xs = Vec::with_capacity(e.ins.len());
        let mut missing = false;
        for a in &e.ins {
            let aval = lv.jaxpr.atom_aval(a);
            let got = if aval.shape == out.shape {
                self.want(a, ix)?
            } else {
                self.want(a, &broadcast_operand(ix, &aval.shape))?
            };
            match got {
                Some(x) => xs.push(x),
                None => missing = true,
            }
        }
        if missing {
            return Ok(None);
        }
        let avals: Vec<&ShapedArray> = e.ins.iter().map(|a| lv.jaxpr.atom_aval(a)).collect();
        apply_pointwise(&mut self.cx.b, e.prim, &e.params, &avals, out, &xs).map(Some)
    }

    fn view(&mut self, e: &Eqn, ix: &[Lin]) -> Step<Vals> {
        let a = &e.ins[0];
        let from = &self.lv.jaxpr.atom_aval(a).shape;
        let to = &self.lv.aval(e.outs[0]).shape;
        if let Some(inner) = crate::views::view_index(&e.params, from, to, ix) {
            return self.want(a, &inner);
        }
        // A reshape that merges axes: its operand lies in memory as its result does.
        let Atom::Var(v) = *a else { return Err(Unsupported::new(e.prim, "of a literal")) };
        let flat = flatten(ix, to);
        let loaded = match *self.lv.def(v) {
            Def::Buf(buf) => Some(self.load(buf, self.lv.aval(v), &flat)),
            _ => self.row(v, &flat),
        };
        loaded.map(Some).ok_or_else(|| Unsupported::new(e.prim, "of what is no buffer"))
    }
}

/// Runs a row's scalar rule on registers, and rounds to what the result's dtype can hold.
pub(crate) fn apply_pointwise(
    b: &mut BlockBuilder,
    prim: Prim,
    params: &Params,
    ins: &[&ShapedArray],
    out: &ShapedArray,
    xs: &[Vals],
) -> Result<Vals, Unsupported> {
    let (dtype, lanes) = storage(out.dtype);
    if lanes == 1
        && xs.iter().all(|x| matches!(x, Vals::One(_)))
        && let Lower::Scalar(rule) = prim.row().lower
    {
        let regs: Vec<_> = xs.iter().map(|x| x.one()).collect();
        let v = rule(b, &Site { params, ins, out }, &regs);
        return Ok(Vals::One(b.narrow(dtype, v)));
    }
    crate::complex::apply(b, prim, params, ins, out, xs)
}
