//! Sorts and top_k.

use crate::Unsupported;
use crate::contract::affine_source;
use crate::emit::Args;
use crate::group::compact;
use crate::index::{Lin, flatten};
use crate::level::Def;
use crate::reduce::fold_index;
use crate::schedule::{Lowerer, Schedule};
use crate::storage::{Vals, lane_index, storage};
use gradlens_ir::{DType, Eqn, ShapedArray};
use gradlens_kernel::{Access, BufId, Nest, NestKind, Sort, SortOperand, Step};

/// One array to be sorted: where its elements are, and the dense buffer they go to.
struct Column {
    from: (BufId, Lin),
    to: BufId,
    dtype: DType,
}

fn push_sort(
    lo: &Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    shape: &[usize],
    axis: usize,
    columns: &[Column],
    keys: usize,
    descending: bool,
) -> Result<(), Unsupported> {
    let (ix, outer, inner) = fold_index(shape, &[axis]);
    let rank = shape.len();
    let mut args = Args::default();
    let mut operands = Vec::new();
    let mut num_keys = 0;
    let to = flatten(&ix, shape);
    for (i, c) in columns.iter().enumerate() {
        let lanes = storage(c.dtype).1;
        let src = args.slot(&lo.buffers, c.from.0, Access::Read);
        let dst = args.slot(&lo.buffers, c.to, Access::Write);
        for lane in 0..lanes {
            let affine = |at: &Lin| {
                lane_index(at, lanes, lane)
                    .affine(rank)
                    .ok_or_else(|| Unsupported::new(e.prim, "through a computed index"))
            };
            operands.push(SortOperand { src: (src, affine(&c.from.1)?), dst: (dst, affine(&to)?) });
        }
        // Complex keys are compared by real part, then by imaginary part.
        num_keys += if i < keys { lanes } else { 0 };
    }
    let kind = NestKind::Sort(Sort { outer, len: inner[0], operands, num_keys, descending });
    let written: Vec<BufId> = columns.iter().map(|c| c.to).collect();
    let step = Step::Nest(compact(Nest { args: args.decls, kind }, args.bufs));
    lo.push_steps(s, vec![step], &written);
    Ok(())
}

/// `sort`, always stable.
pub(crate) fn sort(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    axis: usize,
    num_keys: usize,
) -> Result<(), Unsupported> {
    let shape = s.lv.aval(e.outs[0]).shape.clone();
    let (ix, ..) = fold_index(&shape, &[axis]);
    let mut columns = Vec::new();
    for (a, &v) in e.ins.iter().zip(&e.outs) {
        let dtype = s.lv.aval(v).dtype;
        let from = affine_source(lo, s, a, &ix)?;
        columns.push(Column { from, to: lo.result_buffer(s, v), dtype });
    }
    push_sort(lo, s, e, &shape, axis, &columns, num_keys, false)?;
    for (c, &v) in columns.iter().zip(&e.outs) {
        s.lv.defs[v.0 as usize] = Def::Buf(c.to);
    }
    Ok(())
}

/// `top_k`: the first of a descending stable sort, with their positions. NaN counts as the greatest.
pub(crate) fn top_k(lo: &mut Lowerer, s: &mut Schedule, e: &Eqn, axis: usize) -> Result<(), Unsupported> {
    let aval = s.lv.jaxpr.atom_aval(&e.ins[0]).clone();
    let positions = ShapedArray::new(&aval.shape, DType::I32);
    let (ix, ..) = fold_index(&aval.shape, &[axis]);
    let numbers = lo.map_temp(s, &positions, &[], |em, ix| Ok(Vals::One(ix[axis].emit(&mut em.cx.b))))?;
    let from = affine_source(lo, s, &e.ins[0], &ix)?;
    let values = Column { from, to: lo.temp(&aval), dtype: aval.dtype };
    let places = Column { from: (numbers, flatten(&ix, &aval.shape)), to: lo.temp(&positions), dtype: DType::I32 };
    let columns = [values, places];
    push_sort(lo, s, e, &aval.shape, axis, &columns, 1, true)?;
    for ((&v, c), full) in e.outs.iter().zip(&columns).zip([&aval, &positions]) {
        let ty = storage(s.lv.aval(v).dtype).0.register();
        lo.map_result(s, v, &[c.to], |em, ix| {
            let flat = flatten(ix, &full.shape);
            let x = em.load(c.to, full, &flat);
            Ok(x.map(|x| em.cx.b.cast(ty, x)))
        })?;
    }
    Ok(())
}
