//! Reductions, argmax and argmin, running folds.

use crate::Unsupported;
use crate::emit::Emitter;
use crate::group::{Group, Kind};
use crate::index::{Lin, flatten};
use crate::level::Def;
use crate::schedule::{Lowerer, Schedule, Unit};
use crate::storage::{Vals, lane_index, storage};
use gradlens_ir::{Atom, DType, Eqn, Prim};
use gradlens_kernel::{self as k, BinOp, BlockBuilder, Combine, Const, MathFn, ScalarType, Value};

/// The fold of a reduction or of a cumulative operation.
pub(crate) fn fold_op(prim: Prim) -> Option<BinOp> {
    Some(match prim {
        Prim::ReduceSum | Prim::Cumsum => BinOp::Add,
        Prim::ReduceProd | Prim::Cumprod => BinOp::Mul,
        Prim::ReduceMax | Prim::Cummax => BinOp::Max,
        Prim::ReduceMin | Prim::Cummin => BinOp::Min,
        Prim::ReduceAnd => BinOp::And,
        Prim::ReduceOr => BinOp::Or,
        Prim::ReduceXor => BinOp::Xor,
        _ => return None,
    })
}

/// What changes nothing under `op`, for values of a storage type.
pub(crate) fn fold_identity(op: BinOp, dtype: k::DType) -> Const {
    let ty = dtype.register();
    let mut b = BlockBuilder::new(0);
    let bits = dtype.size() * 8;
    let v = match op {
        BinOp::Add | BinOp::Or | BinOp::Xor => b.lit(ty, 0.0),
        BinOp::Mul => b.lit(ty, 1.0),
        BinOp::And if ty == ScalarType::Bool => b.bool(true),
        BinOp::And => b.int(ty, -1),
        BinOp::Max if ty.is_float() => b.lit(ty, f64::NEG_INFINITY),
        BinOp::Min if ty.is_float() => b.lit(ty, f64::INFINITY),
        BinOp::Max if ty.is_signed_int() => b.int(ty, -1i64 << (bits - 1)),
        BinOp::Min if ty.is_signed_int() => b.int(ty, !(-1i64 << (bits - 1))),
        BinOp::Min if ty == ScalarType::Bool => b.bool(true),
        BinOp::Min => b.int(ty, (u64::MAX >> (64 - bits)) as i64),
        _ => b.lit(ty, 0.0),
    };
    b.as_const(v).unwrap_or(Const { ty, bits: 0 })
}

/// The axes as loop variables: kept ones first, then the folded ones.
pub(crate) fn fold_index(shape: &[usize], folded: &[usize]) -> (Vec<Lin>, Vec<usize>, Vec<usize>) {
    let kept: Vec<usize> = (0..shape.len()).filter(|a| !folded.contains(a)).collect();
    let order: Vec<usize> = kept.iter().chain(folded).copied().collect();
    let ix = (0..shape.len())
        .map(|a| match order.iter().position(|&o| o == a) {
            Some(d) if shape[a] != 1 => Lin::var(d),
            _ => Lin::at(0),
        })
        .collect();
    (ix, kept.iter().map(|&a| shape[a]).collect(), folded.iter().map(|&a| shape[a]).collect())
}

/// Turns a fold's totals into the values of an equation's results: narrowed, remembered, stored.
pub(crate) fn bind_totals(lo: &mut Lowerer, s: &mut Schedule, e: &Eqn, group: &mut Group, totals: &[Value]) {
    let mut totals = totals.iter();
    for &v in &e.outs {
        let aval = s.lv.aval(v).clone();
        let (dtype, lanes) = storage(aval.dtype);
        let parts: Vec<Value> = totals
            .by_ref()
            .take(lanes)
            .map(|&t| {
                let t = group.main.b.cast(dtype.register(), t);
                group.main.b.narrow(dtype, t)
            })
            .collect();
        let buf = lo.result_buffer(s, v);
        let ix = group.ix.clone();
        let flat = flatten(&ix, &aval.shape);
        for (lane, &part) in parts.iter().enumerate() {
            group.store(&lo.buffers, buf, &lane_index(&flat, lanes, lane), part);
        }
        group.main.define(v, &ix, Vals::of(&parts));
        s.read_until(buf, v);
        group.members.insert(v);
        s.lv.defs[v.0 as usize] = Def::Buf(buf);
    }
}

/// A block of `n` accumulators and as many elements.
pub(crate) fn combine_block(
    types: &[ScalarType],
    f: impl FnOnce(&mut BlockBuilder, &[Value], &[Value]) -> Vec<Value>,
) -> Combine {
    let mut b = BlockBuilder::new(0);
    let acc: Vec<Value> = types.iter().map(|&t| b.param(t)).collect();
    let x: Vec<Value> = types.iter().map(|&t| b.param(t)).collect();
    let out = f(&mut b, &acc, &x);
    Combine::Block(Box::new(b.finish(out)))
}

/// How the parts of a value of this dtype are folded, and from what.
fn fold_of(e: &Eqn, op: BinOp, dtype: DType) -> Result<(Combine, Vec<Const>), Unsupported> {
    let (stored, lanes) = storage(dtype);
    let init = fold_identity(op, stored);
    match (lanes, op) {
        (1, _) => Ok((Combine::Each(vec![op]), vec![init])),
        (_, BinOp::Add) => Ok((Combine::Each(vec![op, op]), vec![init, init])),
        (_, BinOp::Mul) => {
            let types = [stored.register(); 2];
            let combine = combine_block(&types, |b, a, x| {
                let (ac, bd) = (b.mul(a[0], x[0]), b.mul(a[1], x[1]));
                let (ad, bc) = (b.mul(a[0], x[1]), b.mul(a[1], x[0]));
                vec![b.sub(ac, bd), b.add(ad, bc)]
            });
            Ok((combine, vec![init, fold_identity(BinOp::Add, stored)]))
        }
        _ => Err(Unsupported::new(e.prim, "of complex numbers")),
    }
}

/// `reduce_sum` and kin.
pub(crate) fn reduce(lo: &mut Lowerer, s: &mut Schedule, e: &Eqn, axes: &[usize]) -> Result<(), Unsupported> {
    let Some(op) = fold_op(e.prim) else { return Err(Unsupported::new(e.prim, "is no fold")) };
    let aval = s.lv.jaxpr.atom_aval(&e.ins[0]).clone();
    let (combine, init) = fold_of(e, op, aval.dtype)?;
    let (ix, outer, inner) = fold_index(&aval.shape, axes);
    let join = joinable(lo, s, &e.ins, &outer, &inner, &combine);
    let mut group = match join {
        Some(g) => take_group(s, g),
        None => new_reduce(outer.clone(), inner, combine.clone()),
    };
    let Kind::Reduce { body, results, init: inits, combine: all, .. } = &mut group.kind else {
        return Err(Unsupported::new(e.prim, "joined what is no reduction"));
    };
    let value = Emitter::new(&s.lv, &lo.buffers, &mut group.args, body).value(&e.ins[0], &ix)?;
    results.extend(value.parts());
    inits.extend(&init);
    if let (Some(_), Combine::Each(all), Combine::Each(more)) = (join, all, &combine) {
        all.extend(more);
    }
    let totals: Vec<Value> = init.iter().map(|c| group.main.b.param(c.ty)).collect();
    bind_totals(lo, s, e, &mut group, &totals);
    put_group(lo, s, join, group);
    Ok(())
}

/// An empty reduction.
pub(crate) fn new_reduce(outer: Vec<usize>, inner: Vec<usize>, combine: Combine) -> Group {
    let mut group = Group::map(&outer);
    let body = crate::emit::Ctx::new([&outer[..], &inner].concat());
    group.kind = Kind::Reduce { inner, body, results: Vec::new(), init: Vec::new(), combine };
    group
}

fn take_group(s: &mut Schedule, g: usize) -> Group {
    match std::mem::replace(&mut s.units[g], Unit::Steps(Vec::new())) {
        Unit::Group(group) => *group,
        Unit::Steps(_) => unreachable!("unit {g} was found to be a group"),
    }
}

fn put_group(lo: &Lowerer, s: &mut Schedule, at: Option<usize>, group: Group) {
    match at {
        None => lo.push_group(s, group),
        Some(g) => {
            s.ready.extend(group.written.iter().map(|&b| (b, g)));
            s.units[g] = Unit::Group(Box::new(group));
        }
    }
}

/// A reduction over the same loops that ran nothing this one reads.
fn joinable(
    lo: &Lowerer,
    s: &mut Schedule,
    ins: &[Atom],
    outer: &[usize],
    inner: &[usize],
    combine: &Combine,
) -> Option<usize> {
    if !lo.options.fuse || !matches!(combine, Combine::Each(_)) {
        return None;
    }
    let mut deps = Vec::new();
    ins.iter().for_each(|a| s.collect(a, false, &mut deps));
    let first = deps.iter().filter_map(|(b, _)| s.ready.get(b)).max().map_or(0, |&u| u + 1);
    (first.max(s.units.len().saturating_sub(4))..s.units.len()).find(|&u| {
        let Unit::Group(g) = &s.units[u] else { return false };
        let Kind::Reduce { inner: i, combine: Combine::Each(_), body, .. } = &g.kind else { return false };
        g.shape == outer
            && i == inner
            && body.b.block().insts.len() < lo.options.max_insts
            && s.slots_with(u, &deps) < lo.options.max_args
    })
}

/// `argmax`, `argmin`: the first of the greatest (least); the first NaN beats all.
pub(crate) fn arg_reduce(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    axis: usize,
    greatest: bool,
) -> Result<(), Unsupported> {
    let aval = s.lv.jaxpr.atom_aval(&e.ins[0]).clone();
    let (stored, lanes) = storage(aval.dtype);
    if lanes != 1 {
        return Err(Unsupported::new(e.prim, "of complex numbers"));
    }
    let ty = stored.register();
    let combine = combine_block(&[ty, ScalarType::I32], |b, acc, x| {
        let better = if greatest { b.gt(acc[0], x[0]) } else { b.lt(acc[0], x[0]) };
        let same = b.eq(acc[0], x[0]);
        let (better, same) = if ty.is_float() {
            let (an, xn) = (b.is_nan(acc[0]), b.is_nan(x[0]));
            let not_xn = b.not(xn);
            let only = b.and(an, not_xn);
            let both = b.and(an, xn);
            (b.or(better, only), b.or(same, both))
        } else {
            (better, same)
        };
        let sooner = b.lt(acc[1], x[1]);
        let tie = b.and(same, sooner);
        let keep = b.or(better, tie);
        vec![b.select(keep, acc[0], x[0]), b.select(keep, acc[1], x[1])]
    });
    let (ix, outer, inner) = fold_index(&aval.shape, &[axis]);
    let mut group = new_reduce(outer.clone(), inner, combine);
    let Kind::Reduce { body, results, init, .. } = &mut group.kind else {
        return Err(Unsupported::new(e.prim, "is no reduction"));
    };
    let value = Emitter::new(&s.lv, &lo.buffers, &mut group.args, body).value(&e.ins[0], &ix)?;
    let at = ix[axis].emit(&mut body.b);
    results.extend([value.one(), at]);
    let worst = fold_identity(if greatest { BinOp::Max } else { BinOp::Min }, stored);
    init.extend([worst, Const::i32(i32::MAX)]);
    group.main.b.param(ty);
    let index = group.main.b.param(ScalarType::I32);
    bind_totals(lo, s, e, &mut group, &[index]);
    lo.push_group(s, group);
    Ok(())
}

fn log_add_exp(b: &mut BlockBuilder, x: Value, y: Value) -> Value {
    let d = b.sub(x, y);
    let odd = b.is_nan(d);
    let a = b.abs(d);
    let n = b.neg(a);
    let t = b.math(MathFn::Exp, &[n]);
    let t = b.math(MathFn::Log1p, &[t]);
    let m = b.max(x, y);
    let r = b.add(m, t);
    // Equal infinities, or a NaN: their sum is the answer.
    let s = b.add(x, y);
    b.select(odd, s, r)
}

/// `cumsum` and kin.
pub(crate) fn cumulative(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    axis: usize,
    reverse: bool,
) -> Result<(), Unsupported> {
    let aval = s.lv.jaxpr.atom_aval(&e.ins[0]).clone();
    let (combine, init) = match fold_op(e.prim) {
        Some(op) => fold_of(e, op, aval.dtype)?,
        None => {
            // cumlogsumexp
            let (stored, lanes) = storage(aval.dtype);
            if lanes != 1 {
                return Err(Unsupported::new(e.prim, "of complex numbers"));
            }
            let combine = combine_block(&[stored.register()], |b, a, x| vec![log_add_exp(b, a[0], x[0])]);
            (combine, vec![fold_identity(BinOp::Max, stored)])
        }
    };
    let (ix, outer, inner) = fold_index(&aval.shape, &[axis]);
    let loops = [&outer[..], &inner].concat();
    let mut body = crate::emit::Ctx::new(loops.clone());
    let mut group = Group::map(&loops);
    let value = Emitter::new(&s.lv, &lo.buffers, &mut group.args, &mut body).value(&e.ins[0], &ix)?;
    let results = value.parts().collect();
    group.shape = aval.shape.to_vec();
    group.ix = ix;
    let totals: Vec<Value> = init.iter().map(|c| group.main.b.param(c.ty)).collect();
    group.kind = Kind::Scan { len: inner[0], reverse, body, results, init, combine };
    bind_totals(lo, s, e, &mut group, &totals);
    lo.push_group(s, group);
    Ok(())
}
