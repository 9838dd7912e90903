//! Scatters: a copy of the operand, then updates at computed places.

use crate::Unsupported;
use crate::emit::{Args, Ctx, Emitter};
use crate::group::compact;
use crate::index::{Lin, flatten, identity};
use crate::level::Def;
use crate::schedule::{Lowerer, Place, Schedule};
use crate::storage::{lane_index, storage};
use crate::views::{clamp_index, index_within};
use gradlens_ir::params::{IndexMode, ScatterDims};
use gradlens_ir::{Eqn, Prim};
use gradlens_kernel::{Access, BinOp, Nest, NestKind, Scatter, ScatterOp, Step, Value};

fn op_of(prim: Prim) -> Option<ScatterOp> {
    Some(match prim {
        Prim::Scatter => ScatterOp::Replace,
        Prim::ScatterAdd => ScatterOp::Each(BinOp::Add),
        Prim::ScatterSub => ScatterOp::Each(BinOp::Sub),
        Prim::ScatterMul => ScatterOp::Each(BinOp::Mul),
        Prim::ScatterMin => ScatterOp::Each(BinOp::Min),
        Prim::ScatterMax => ScatterOp::Each(BinOp::Max),
        _ => return None,
    })
}

/// `scatter` and kin.
pub(crate) fn scatter(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    dims: &ScatterDims,
    mode: IndexMode,
    unique: bool,
) -> Result<(), Unsupported> {
    let Some(op) = op_of(e.prim) else { return Err(Unsupported::new(e.prim, "is no scatter")) };
    let out = e.outs[0];
    let aval = s.lv.aval(out).clone();
    let updates = s.lv.jaxpr.atom_aval(&e.ins[2]).clone();
    let lanes = storage(aval.dtype).1;
    let separable = matches!(op, ScatterOp::Replace | ScatterOp::Each(BinOp::Add | BinOp::Sub));
    if lanes > 1 && !separable {
        return Err(Unsupported::new(e.prim, "of complex numbers"));
    }
    let dest = lo.result_buffer(s, out);
    lo.store(s, &e.ins[0], dest, Place::Dense, false)?;
    let mut steps = Vec::new();
    // Real and imaginary parts are scattered one after the other.
    for lane in 0..lanes {
        let mut args = Args::default();
        let mut cx = Ctx::new(updates.shape.to_vec());
        let ix = identity(&updates.shape, 0);
        let mut em = Emitter::new(&s.lv, &lo.buffers, &mut args, &mut cx);
        let at = position(&mut em, e, dims, mode, &aval.shape, &updates.shape, &ix, lanes, lane)?;
        let value = em.value(&e.ins[2], &ix)?;
        let Some(part) = value.parts().nth(lane) else { continue };
        let body = cx.b.finish(vec![at, part]).without_dead(&mut []);
        let arg = args.slot(&lo.buffers, dest, Access::ReadWrite);
        let kind =
            NestKind::Scatter(Scatter { shape: updates.shape.to_vec(), body, dest: arg, op: op.clone(), unique });
        steps.push(Step::Nest(compact(Nest { args: args.decls, kind }, args.bufs)));
    }
    s.lv.defs[out.0 as usize] = Def::Buf(dest);
    lo.push_steps(s, steps, &[dest]);
    Ok(())
}

/// The place of an update's element in the destination, or -1 for one that is dropped.
fn position(
    em: &mut Emitter,
    e: &Eqn,
    dims: &ScatterDims,
    mode: IndexMode,
    to: &[usize],
    updates: &[usize],
    ix: &[Lin],
    lanes: usize,
    lane: usize,
) -> Result<Value, Unsupported> {
    let batch: Vec<Lin> =
        (0..ix.len()).filter(|a| !dims.update_window_dims.contains(a)).map(|a| ix[a].clone()).collect();
    let mut windows = dims.update_window_dims.iter();
    let mut inside: Option<Value> = None;
    let mut at = Vec::with_capacity(to.len());
    for (a, &n) in to.iter().enumerate() {
        let windowless = dims.inserted_window_dims.contains(&a) || dims.operand_batching_dims.contains(&a);
        let window = if windowless { None } else { windows.next() };
        let (offset, size) = window.map_or((Lin::at(0), 1), |&d| (ix[d].clone(), updates[d]));
        let mut i = offset;
        if let Some(k) = dims.scatter_dims_to_operand_dims.iter().position(|&d| d == a) {
            let mut index = batch.clone();
            index.push(Lin::at(k as i64));
            let start = em.value(&e.ins[1], &index)?.one();
            let b = &mut em.cx.b;
            if mode != IndexMode::Clip {
                let c = if size > n { b.bool(false) } else { index_within(b, start, n - size) };
                inside = Some(match inside {
                    Some(all) => b.and(all, c),
                    None => c,
                });
            }
            let start = clamp_index(b, start, n.saturating_sub(size));
            i = Lin::value(start).plus(&i);
        }
        if let Some(k) = dims.operand_batching_dims.iter().position(|&d| d == a) {
            i = batch[dims.scatter_indices_batching_dims[k]].plus(&i);
        }
        at.push(i);
    }
    let b = &mut em.cx.b;
    let flat = lane_index(&flatten(&at, to), lanes, lane).emit(b);
    Ok(match inside {
        Some(c) => {
            let dropped = b.i32(-1);
            b.select(c, flat, dropped)
        }
        None => flat,
    })
}
