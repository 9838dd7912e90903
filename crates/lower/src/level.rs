//! One Jaxpr on its way down: what each variable is (a buffer, a literal, an expression), and which expressions are
//! materialised.
//!
//! The rule. Results of nests, of control flow and of routines are buffers, and so is what they read as a whole, and what
//! leaves the Jaxpr. Elementwise code, views and cheap indexing are *expressions*: code put wherever they are read. An
//! expression becomes a buffer when several equations read it and it costs more than [`CHEAP`] instructions, when a reader
//! would run it more often than it has elements and it costs that much, or when a nest that inlined it would read more
//! buffers than a nest may. So nothing dearer than `CHEAP` is ever computed twice.

use crate::class::{Class, class_of, same_layout, splits_only};
use crate::cost::Costs;
use gradlens_ir::{Array, Atom, Eqn, Jaxpr, Params, ShapedArray, Var};
use gradlens_kernel::BufId;
use std::rc::Rc;

/// Instructions that may be computed again rather than stored.
pub(crate) const CHEAP: u32 = 4;

/// What a variable stands for.
#[derive(Clone, Debug)]
pub(crate) enum Def {
    /// Its equation's expression, or a buffer not made yet.
    Expr,
    /// A dense buffer.
    Buf(BufId),
    /// Row `counter` (from the end if `reverse`) of a buffer of `len` rows: a scan's `xs` in its body.
    Row { buf: BufId, counter: BufId, len: usize, reverse: bool },
    /// A scalar known now.
    Lit(Array),
}

/// A Jaxpr being lowered.
pub(crate) struct Level {
    pub jaxpr: Rc<Jaxpr>,
    pub defs: Vec<Def>,
    /// Must be a buffer.
    pub mat: Vec<bool>,
    /// The equation that makes a variable, and which result it is.
    pub producer: Vec<Option<(usize, usize)>>,
    /// The last equation whose code reads a variable, itself or through expressions; `None` if it is read after all.
    pub last_read: Vec<Option<usize>>,
}

/// Limits and switches of fusion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The most buffers one nest may touch.
    pub max_args: usize,
    /// The most instructions one nest may grow to by taking in further results.
    pub max_insts: usize,
    /// Whether to fuse at all; without, every equation is a nest of its own (for tests).
    pub fuse: bool,
}

impl Default for Options {
    fn default() -> Options {
        // Eight storage buffers per stage are what every WebGPU device has.
        Options { max_args: 8, max_insts: 4000, fuse: true }
    }
}

impl Level {
    /// A level whose invars and constvars stand for `defs` (in the order constvars, invars).
    pub fn new(jaxpr: Rc<Jaxpr>, bound: Vec<Def>) -> Level {
        let n = jaxpr.avals.len();
        let mut defs = vec![Def::Expr; n];
        for (&v, d) in jaxpr.constvars.iter().chain(&jaxpr.invars).zip(bound) {
            defs[v.0 as usize] = d;
        }
        let mut producer = vec![None; n];
        for (i, e) in jaxpr.eqns.iter().enumerate() {
            for (k, v) in e.outs.iter().enumerate() {
                producer[v.0 as usize] = Some((i, k));
            }
        }
        Level { jaxpr, defs, mat: vec![false; n], producer, last_read: vec![Some(0); n] }
    }

    pub fn aval(&self, v: Var) -> &ShapedArray {
        self.jaxpr.aval(v)
    }

    pub fn def(&self, v: Var) -> &Def {
        &self.defs[v.0 as usize]
    }

    /// The equation behind a variable that is still an expression.
    pub fn eqn_of(&self, v: Var) -> Option<&Eqn> {
        match self.def(v) {
            Def::Expr => self.producer[v.0 as usize].map(|(i, _)| &self.jaxpr.eqns[i]),
            _ => None,
        }
    }

    /// Whether reading `v` means reading a buffer of its own.
    pub fn is_leaf(&self, v: Var) -> bool {
        self.mat[v.0 as usize] || !matches!(self.def(v), Def::Expr)
    }

    /// Decides that `v` is a buffer; through reshapes, whose operand then is the same buffer.
    fn materialise(&mut self, v: Var) {
        let mut v = v;
        loop {
            if !matches!(self.def(v), Def::Expr) || self.mat[v.0 as usize] {
                return;
            }
            self.mat[v.0 as usize] = true;
            match self.eqn_of(v) {
                Some(e) if same_layout(e, &self.jaxpr) => match e.ins[0] {
                    Atom::Var(x) => v = x,
                    Atom::Lit(_) => return,
                },
                _ => return,
            }
        }
    }

    fn materialise_atom(&mut self, a: &Atom) {
        if let Atom::Var(v) = a {
            self.materialise(*v);
        }
    }

    /// Makes what lies under affine views of `a` a buffer.
    fn materialise_base(&mut self, a: &Atom) {
        let Atom::Var(mut v) = *a else { return };
        while let Some(e) = self.eqn_of(v) {
            if self.mat[v.0 as usize] || class_of(e) != Class::View {
                break;
            }
            // A row is found by a computed index, and a literal is no buffer: then the view itself is stored.
            match e.ins[0] {
                Atom::Var(x) if !matches!(self.def(x), Def::Row { .. } | Def::Lit(_)) => v = x,
                _ => break,
            }
        }
        self.materialise(v);
    }

    /// Fills `mat`.
    pub fn analyse(&mut self, options: &Options, costs: &mut Costs, stored: &[bool]) {
        let jaxpr = self.jaxpr.clone();
        for (a, _) in jaxpr.outs.iter().zip(stored).filter(|(_, s)| **s) {
            self.materialise_atom(a);
        }
        for e in jaxpr.eqns.iter().rev() {
            match class_of(e) {
                Class::Pointwise | Class::Indexing => {
                    if !options.fuse {
                        e.outs.iter().for_each(|&v| self.materialise(v));
                    }
                }
                Class::View => {
                    if !self.mat[e.outs[0].0 as usize] && !splits_only(e, &jaxpr) {
                        self.materialise_atom(&e.ins[0]);
                    }
                }
                Class::Pieces => self.materialise(e.outs[0]),
                Class::Fold => e.outs.iter().for_each(|&v| self.materialise(v)),
                Class::Affine => {
                    e.outs.iter().for_each(|&v| self.materialise(v));
                    e.ins.iter().for_each(|a| self.materialise_base(a));
                }
                Class::Whole => {
                    e.outs.iter().for_each(|&v| self.materialise(v));
                    e.ins.iter().for_each(|a| self.materialise_atom(a));
                }
            }
        }
        self.weigh(options, costs);
        self.find_last_reads();
    }

    fn find_last_reads(&mut self) {
        let jaxpr = self.jaxpr.clone();
        for a in &jaxpr.outs {
            if let Atom::Var(v) = a {
                self.last_read[v.0 as usize] = None;
            }
        }
        for (i, e) in jaxpr.eqns.iter().enumerate().rev() {
            let class = class_of(e);
            let inlined = matches!(class, Class::Pointwise | Class::Indexing | Class::View);
            // An expression is read where its readers are; so is a reshape that shares its operand's buffer.
            let shares = class == Class::View && same_layout(e, &jaxpr);
            let mut last = Some(i);
            for out in &e.outs {
                if inlined && (shares || !self.mat[out.0 as usize]) {
                    let later = self.last_read[out.0 as usize];
                    last = last.zip(later).map(|(a, b)| a.max(b));
                }
            }
            for a in &e.ins {
                if let Atom::Var(v) = a {
                    let known = &mut self.last_read[v.0 as usize];
                    *known = known.zip(last).map(|(a, b)| a.max(b));
                }
            }
        }
    }

    /// The forward pass: costs, uses and buffers read.
    fn weigh(&mut self, options: &Options, costs: &mut Costs) {
        let jaxpr = self.jaxpr.clone();
        let mut uses = vec![0u32; jaxpr.avals.len()];
        for e in &jaxpr.eqns {
            for (i, a) in e.ins.iter().enumerate() {
                if let Atom::Var(v) = a
                    && !e.ins[..i].contains(a)
                {
                    uses[v.0 as usize] += 1;
                }
            }
        }
        let mut cost = vec![0u32; jaxpr.avals.len()];
        let mut leaves: Vec<Vec<Var>> = vec![Vec::new(); jaxpr.avals.len()];
        let most = options.max_args.saturating_sub(2).max(2);
        for e in &jaxpr.eqns {
            let class = class_of(e);
            let runs = self.runs_of(e, class);
            for a in &e.ins {
                let Atom::Var(v) = *a else { continue };
                if !self.is_leaf(v) && cost[v.0 as usize] > CHEAP && runs > jaxpr.aval(v).size().max(1) {
                    self.materialise(v);
                }
            }
            let inlines = matches!(class, Class::Pointwise | Class::Indexing | Class::View | Class::Fold);
            if !inlines {
                continue;
            }
            // The operand that reads the most buffers goes first, until the rest fit.
            let mut read = self.union(&e.ins, &leaves);
            while read.len() > most {
                let widest = e.ins.iter().filter_map(|a| match a {
                    Atom::Var(v) if !self.is_leaf(*v) => Some(*v),
                    _ => None,
                });
                let Some(v) = widest.max_by_key(|v| leaves[v.0 as usize].len()) else { break };
                self.materialise(v);
                read = self.union(&e.ins, &leaves);
            }
            if class == Class::Fold {
                continue;
            }
            let below: u32 = e
                .ins
                .iter()
                .map(|a| match a {
                    Atom::Var(v) if !self.is_leaf(*v) => cost[v.0 as usize],
                    _ => 0,
                })
                .sum();
            let total = below.saturating_add(costs.of(e, &jaxpr));
            for &out in &e.outs {
                cost[out.0 as usize] = total;
                leaves[out.0 as usize] = read.clone();
                if uses[out.0 as usize] > 1 && total > CHEAP {
                    if class == Class::View {
                        // The view stays one; what it shows is stored.
                        self.materialise_base(&Atom::Var(out));
                        cost[out.0 as usize] = 0;
                        leaves[out.0 as usize] = vec![out];
                    } else {
                        self.materialise(out);
                    }
                }
            }
        }
    }

    fn union(&self, ins: &[Atom], leaves: &[Vec<Var>]) -> Vec<Var> {
        let mut out: Vec<Var> = Vec::new();
        for a in ins {
            let Atom::Var(v) = *a else { continue };
            if self.is_leaf(v) {
                out.push(v);
            } else {
                out.extend_from_slice(&leaves[v.0 as usize]);
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// How often the equation reads an element of each operand, all in all.
    fn runs_of(&self, e: &Eqn, class: Class) -> usize {
        match class {
            Class::Fold => match &e.params {
                Params::Reduce { .. } | Params::ArgReduce { .. } | Params::Cumulative { .. } => {
                    e.ins.iter().map(|a| self.jaxpr.atom_aval(a).size()).max().unwrap_or(0)
                }
                // Windows, scatters: anything dear is stored first.
                _ => usize::MAX,
            },
            _ => e.outs.iter().map(|&v| self.jaxpr.aval(v).size()).max().unwrap_or(0),
        }
    }
}
