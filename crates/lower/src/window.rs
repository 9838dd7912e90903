//! Reductions over sliding windows, and the derivatives of windowed extrema.

use crate::Unsupported;
use crate::emit::Emitter;
use crate::group::Kind;
use crate::index::{Lin, flatten, identity};
use crate::level::Def;
use crate::reduce::{bind_totals, combine_block, fold_identity, new_reduce};
use crate::schedule::{Lowerer, Schedule};
use crate::storage::{Vals, storage};
use gradlens_ir::params::Window;
use gradlens_ir::{Atom, DType, Eqn, Prim, ShapedArray};
use gradlens_kernel::{Access, BinOp, Combine, Const, Nest, NestKind, ScalarType, Scatter, ScatterOp, Step, Value};

/// The position in the padded operand of an entry of a window: outer loops are the windows, inner ones their entries.
fn entry(out: &[usize], w: &Window) -> Vec<Lin> {
    let windows = identity(out, 0);
    let entries = identity(&w.dimensions, out.len());
    (0..out.len())
        .map(|a| windows[a].scaled(w.strides[a] as i64).plus(&entries[a].scaled(w.window_dilation[a] as i64)))
        .collect()
}

fn padding(w: &Window) -> Vec<(i64, i64, i64)> {
    w.padding.iter().zip(&w.base_dilation).map(|(&(l, h), &d)| (l, h, d as i64 - 1)).collect()
}

/// `reduce_window_sum`, `_max`, `_min`.
pub(crate) fn reduce_window(lo: &mut Lowerer, s: &mut Schedule, e: &Eqn, w: &Window) -> Result<(), Unsupported> {
    let op = match e.prim {
        Prim::ReduceWindowSum => BinOp::Add,
        Prim::ReduceWindowMax => BinOp::Max,
        Prim::ReduceWindowMin => BinOp::Min,
        _ => return Err(Unsupported::new(e.prim, "is no windowed fold")),
    };
    let out = s.lv.aval(e.outs[0]).clone();
    let from = s.lv.jaxpr.atom_aval(&e.ins[0]).shape.clone();
    let (stored, lanes) = storage(out.dtype);
    if lanes > 1 && op != BinOp::Add {
        return Err(Unsupported::new(e.prim, "of complex numbers"));
    }
    let start = fold_identity(op, stored);
    let mut group = new_reduce(out.shape.to_vec(), w.dimensions.clone(), Combine::Each(vec![op; lanes]));
    let Kind::Reduce { body, results, init, .. } = &mut group.kind else {
        return Err(Unsupported::new(e.prim, "is no reduction"));
    };
    let mut em = Emitter::new(&s.lv, &lo.buffers, &mut group.args, body);
    let (inner, inside) = em.unpad(&from, &padding(w), &entry(&out.shape, w));
    let x = em.value(&e.ins[0], &inner)?;
    let x = match inside {
        Some(c) => {
            let none = em.cx.b.constant(start);
            em.select(c, x, x.map(|_| none))
        }
        None => x,
    };
    results.extend(x.parts());
    init.resize(lanes, start);
    let totals: Vec<Value> = (0..lanes).map(|_| group.main.b.param(stored.register())).collect();
    bind_totals(lo, s, e, &mut group, &totals);
    lo.push_group(s, group);
    Ok(())
}

/// `select_and_gather_add` and `select_and_scatter_add`: by `ge` the greatest entry of a window is selected, by `le` the
/// least; the first of equals.
pub(crate) fn select_window(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    select: Prim,
    w: &Window,
) -> Result<(), Unsupported> {
    let greatest = select == Prim::Ge;
    if s.lv.jaxpr.atom_aval(&e.ins[0]).dtype.is_complex() {
        return Err(Unsupported::new(e.prim, "of complex numbers"));
    }
    match e.prim {
        Prim::SelectAndGatherAdd => select_and_gather(lo, s, e, greatest, w),
        _ => select_and_scatter(lo, s, e, greatest, w),
    }
}

fn select_and_gather(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    greatest: bool,
    w: &Window,
) -> Result<(), Unsupported> {
    let out = s.lv.aval(e.outs[0]).clone();
    let operand = s.lv.jaxpr.atom_aval(&e.ins[1]).clone();
    let (tangent, key) = (storage(out.dtype).0.register(), storage(operand.dtype).0);
    let combine = combine_block(&[key.register(), tangent], |b, acc, x| {
        let keep = if greatest { b.ge(acc[0], x[0]) } else { b.le(acc[0], x[0]) };
        vec![b.select(keep, acc[0], x[0]), b.select(keep, acc[1], x[1])]
    });
    let worst = fold_identity(if greatest { BinOp::Max } else { BinOp::Min }, key);
    let zero = Const { ty: tangent, bits: 0 };
    let mut group = new_reduce(out.shape.to_vec(), w.dimensions.clone(), combine);
    let Kind::Reduce { body, results, init, .. } = &mut group.kind else {
        return Err(Unsupported::new(e.prim, "is no reduction"));
    };
    let mut em = Emitter::new(&s.lv, &lo.buffers, &mut group.args, body);
    let (inner, inside) = em.unpad(&operand.shape, &padding(w), &entry(&out.shape, w));
    let (x, t) = (em.value(&e.ins[1], &inner)?, em.value(&e.ins[0], &inner)?);
    let (x, t) = match inside {
        Some(c) => {
            let (none, still) = (em.cx.b.constant(worst), em.cx.b.constant(zero));
            (em.select(c, x, Vals::One(none)), em.select(c, t, Vals::One(still)))
        }
        None => (x, t),
    };
    results.extend([x.one(), t.one()]);
    init.extend([worst, zero]);
    group.main.b.param(key.register());
    let total = group.main.b.param(tangent);
    bind_totals(lo, s, e, &mut group, &[total]);
    lo.push_group(s, group);
    Ok(())
}

fn select_and_scatter(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    greatest: bool,
    w: &Window,
) -> Result<(), Unsupported> {
    let source = s.lv.jaxpr.atom_aval(&e.ins[0]).clone();
    let operand = s.lv.jaxpr.atom_aval(&e.ins[1]).clone();
    let n = w.dimensions.len();
    let plain = Window { base_dilation: vec![1; n], window_dilation: vec![1; n], ..w.clone() };
    let key = storage(operand.dtype).0;
    // First the place of each window's choice: -1 where there is none (yet).
    let combine = combine_block(&[key.register(), ScalarType::I32], |b, acc, x| {
        let zero = b.i32(0);
        let none = b.lt(acc[1], zero);
        let some = b.ge(x[1], zero);
        let stays = if greatest { b.ge(acc[0], x[0]) } else { b.le(acc[0], x[0]) };
        let beaten = b.not(stays);
        let beaten = b.and(some, beaten);
        let take = b.or(none, beaten);
        vec![b.select(take, x[0], acc[0]), b.select(take, x[1], acc[1])]
    });
    let mut group = new_reduce(source.shape.to_vec(), w.dimensions.clone(), combine);
    let Kind::Reduce { body, results, init, .. } = &mut group.kind else {
        return Err(Unsupported::new(e.prim, "is no reduction"));
    };
    let mut em = Emitter::new(&s.lv, &lo.buffers, &mut group.args, body);
    let (inner, inside) = em.unpad(&operand.shape, &padding(&plain), &entry(&source.shape, &plain));
    let x = em.value(&e.ins[1], &inner)?.one();
    let b = &mut em.cx.b;
    let at = flatten(&inner, &operand.shape).emit(b);
    let at = match inside {
        Some(c) => {
            let nowhere = b.i32(-1);
            b.select(c, at, nowhere)
        }
        None => at,
    };
    results.extend([x, at]);
    init.extend([Const { ty: key.register(), bits: 0 }, Const::i32(-1)]);
    group.main.b.param(key.register());
    let place = group.main.b.param(ScalarType::I32);
    let places = lo.temp(&ShapedArray::new(&source.shape, DType::I32));
    let flat = flatten(&group.ix, &source.shape);
    group.store(&lo.buffers, places, &flat, place);
    lo.push_group(s, group);
    scatter_to(lo, s, e, places, &source)
}

/// Adds each source element to zeros at its place.
fn scatter_to(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    places: gradlens_kernel::BufId,
    source: &ShapedArray,
) -> Result<(), Unsupported> {
    let out = e.outs[0];
    let aval = s.lv.aval(out).clone();
    let stored = storage(aval.dtype).0;
    lo.map_result(s, out, &[], |em, _| Ok(Vals::One(em.cx.b.constant(Const { ty: stored.register(), bits: 0 }))))?;
    let Def::Buf(dest) = *s.lv.def(out) else { return Err(Unsupported::new(e.prim, "without a result")) };
    let mut args = crate::emit::Args::default();
    let mut cx = crate::emit::Ctx::new(source.shape.to_vec());
    let ix = identity(&source.shape, 0);
    let mut em = Emitter::new(&s.lv, &lo.buffers, &mut args, &mut cx);
    let flat = flatten(&ix, &source.shape);
    let at = em.load(places, &ShapedArray::new(&source.shape, DType::I32), &flat).one();
    let value = em.value(&Atom::clone(&e.ins[0]), &ix)?.one();
    let body = cx.b.finish(vec![at, value]).without_dead(&mut []);
    let arg = args.slot(&lo.buffers, dest, Access::ReadWrite);
    let op = ScatterOp::Each(BinOp::Add);
    let kind = NestKind::Scatter(Scatter { shape: source.shape.to_vec(), body, dest: arg, op, unique: false });
    let call = crate::group::compact(Nest { args: args.decls, kind }, args.bufs);
    lo.push_steps(s, vec![Step::Nest(call)], &[dest]);
    Ok(())
}
