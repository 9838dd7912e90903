//! From Jaxpr to Program: fusion, scheduling, buffer reuse.
//!
//! The way down: `transform::simplify` inlines calls, merges and drops equations; [`level`] decides which values are
//! buffers and which are expressions; [`schedule`] turns equations into nests, fusing on the way; [`emit`] writes the
//! scalar code; [`reuse`] lets buffers that are never alive together share memory.
//!
//! Fusion never changes a bit of a result: it moves instructions between nests and reassociates nothing.

mod class;
mod complex;
mod contract;
mod control;
mod conv;
mod cost;
mod emit;
mod group;
mod index;
mod level;
mod nests;
mod normalise;
mod random;
mod reduce;
mod reuse;
mod routine;
mod scatter;
mod schedule;
mod shape;
mod sort;
mod storage;
mod views;
mod window;

pub use level::Options;

use gradlens_ir::{Array, Atom, ClosedJaxpr, Eqn, Jaxpr, Params, Prim, Role, ShapedArray, Span};
use gradlens_kernel::fast::FastMap;
use gradlens_kernel::{BufferRole, Program};
use level::Def;
use schedule::Lowerer;
use std::fmt;
use storage::{buffer_len, storage};

/// What could not be lowered, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// The primitive, if it is one's fault.
    pub prim: Option<Prim>,
    /// The reason, to be read after the primitive's name.
    pub why: String,
}

impl Unsupported {
    pub(crate) fn new(prim: Prim, why: impl Into<String>) -> Unsupported {
        Unsupported { prim: Some(prim), why: why.into() }
    }
    pub(crate) fn other(why: impl Into<String>) -> Unsupported {
        Unsupported { prim: None, why: why.into() }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prim {
            Some(p) => write!(f, "{} {}", p.name(), self.why),
            None => f.write_str(&self.why),
        }
    }
}

impl std::error::Error for Unsupported {}

/// A program and the constants it reads.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// Its inputs are the Jaxpr's arguments, then `consts`; its outputs the Jaxpr's results.
    pub program: Program,
    /// The arrays to give after the arguments: programs with other constants of the same types are equal.
    pub consts: Vec<Array>,
}

/// Lowers a Jaxpr. Complex arrays and keys are buffers of twice as many elements.
///
/// Errors: an equation that has no lowering (callbacks, effects), or a literal whose bytes are still on a device.
pub fn lower(closed: &ClosedJaxpr, options: &Options) -> Result<Lowered, Unsupported> {
    let closed = normalise::normalise(&gradlens_transform::simplify::simplify(closed));
    let mut lo = Lowerer::new(*options);
    let inputs: Vec<_> =
        closed.in_avals().iter().map(|a| lo.buffer(storage(a.dtype).0, buffer_len(a), BufferRole::Input)).collect();
    let bound = inputs.iter().map(|&b| Def::Buf(b)).collect();
    let stored = vec![true; closed.jaxpr.outs.len()];
    let s = lo.schedule(&closed, bound, FastMap::default(), &stored)?;
    let mut outputs = Vec::new();
    for a in &closed.jaxpr.outs {
        outputs.push(match a {
            Atom::Lit(l) => lo.literal_buffer(l)?,
            Atom::Var(v) => match *s.lv.def(*v) {
                Def::Buf(b) => b,
                _ => return Err(Unsupported::other("a result that is no buffer")),
            },
        });
    }
    let steps = lo.finish(s, outputs.iter().copied());
    let consts: Vec<Array> = lo.consts.iter().map(|(a, _)| a.clone()).collect();
    let inputs = inputs.into_iter().chain(lo.consts.iter().map(|(_, b)| *b)).collect();
    let program = reuse::reuse(Program { buffers: lo.buffers, inputs, outputs, steps });
    debug_assert_eq!(program.validate(), Ok(()), "lowering made an invalid program");
    Ok(Lowered { program, consts })
}

/// Lowers one equation applied to arguments of these types: what eager evaluation runs.
pub fn lower_eqn(
    prim: Prim,
    params: &Params,
    ins: &[ShapedArray],
    outs: &[ShapedArray],
    options: &Options,
) -> Result<Lowered, Unsupported> {
    let mut jaxpr = Jaxpr::default();
    let invars: Vec<_> = ins.iter().map(|a| jaxpr.new_var(a.clone())).collect();
    let outvars: Vec<_> = outs.iter().map(|a| jaxpr.new_var(a.clone())).collect();
    jaxpr.eqns.push(Eqn {
        prim,
        params: params.clone(),
        ins: invars.iter().map(|&v| Atom::Var(v)).collect(),
        outs: outvars.clone(),
        span: Span::default(),
        role: Role::Primal,
    });
    jaxpr.invars = invars;
    jaxpr.outs = outvars.into_iter().map(Atom::Var).collect();
    lower(&ClosedJaxpr::new(jaxpr, Vec::new()), options)
}
