//! How dear an equation's scalar code is: counted by emitting it once into a scratch block.

use crate::emit::apply_pointwise;
use crate::storage::{Vals, storage};
use gradlens_ir::rows::Lower;
use gradlens_ir::{DType, Eqn, Jaxpr, Params, Prim};
use gradlens_kernel::{BlockBuilder, Op, UnOp};
use std::collections::HashMap;

/// Costs found so far. Parameters are left out of the key: they hardly change the count.
#[derive(Default)]
pub(crate) struct Costs {
    known: HashMap<(Prim, DType, DType), u32>,
}

/// Instructions of one run of a loop count this often.
const LOOP_FACTOR: u32 = 8;

impl Costs {
    /// Instructions for one element of the equation's result, operands not counted.
    pub fn of(&mut self, e: &Eqn, jaxpr: &Jaxpr) -> u32 {
        match &e.params {
            Params::Pad { .. } | Params::Concatenate { .. } => return 2 * e.ins.len() as u32 + 2,
            Params::Iota { .. } => return 1,
            Params::Gather { .. } | Params::DynamicSlice { .. } => return CHEAP_INDEXING,
            _ if crate::random::is_random(e.prim) => return RANDOM,
            _ if e.prim == Prim::DynamicUpdateSlice => return CHEAP_INDEXING,
            _ => {}
        }
        if !matches!(e.prim.row().lower, Lower::Scalar(_) | Lower::Complex) {
            return 0;
        }
        let out = jaxpr.aval(e.outs[0]);
        let first = jaxpr.atom_aval(&e.ins[0]).dtype;
        *self.known.entry((e.prim, first, out.dtype)).or_insert_with(|| {
            let mut b = BlockBuilder::new(0);
            let xs: Vec<Vals> = e
                .ins
                .iter()
                .map(|a| {
                    let (dtype, lanes) = storage(jaxpr.atom_aval(a).dtype);
                    let parts: Vec<_> = (0..lanes).map(|_| b.param(dtype.register())).collect();
                    Vals::of(&parts)
                })
                .collect();
            let avals: Vec<_> = e.ins.iter().map(|a| jaxpr.atom_aval(a)).collect();
            // What cannot be emitted is reported when it is needed.
            let _ = apply_pointwise(&mut b, e.prim, &e.params, &avals, out, &xs);
            let block = b.block();
            // Flushes and roundings to a storage type go with the operation they belong to.
            let free = |op: Op| matches!(op, Op::Const(_) | Op::Param(_) | Op::Un(UnOp::Flush | UnOp::Narrow(_), _));
            let count = block.insts.iter().filter(|i| !free(i.op)).count() as u32;
            if block.loops.is_empty() { count } else { count * LOOP_FACTOR }
        })
    }
}

/// A gather is loads and clamps: dearer than what may be repeated.
const CHEAP_INDEXING: u32 = 6;

/// Twenty rounds of four operations and the key schedule.
const RANDOM: u32 = 100;
