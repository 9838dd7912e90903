//! Contractions: `dot_general`, and convolutions as contractions with overlapping strides.

use crate::Unsupported;
use crate::emit::{Ctx, Emitter};
use crate::group::{Group, Kind};
use crate::index::{Lin, flatten};
use crate::level::Def;
use crate::reduce::{bind_totals, fold_identity, new_reduce};
use crate::schedule::{Lowerer, Place, Schedule};
use crate::storage::{Vals, storage};
use crate::views::view_index;
use gradlens_ir::params::DotDims;
use gradlens_ir::{Atom, Eqn, ShapedArray};
use gradlens_kernel::{Access, BinOp, BufId, Combine, ScalarType};

/// The buffer behind affine views of `a`, and where in it the element at `ix` lies. What is no view of a buffer is stored
/// in one first.
pub(crate) fn affine_source(
    lo: &mut Lowerer,
    s: &mut Schedule,
    a: &Atom,
    ix: &[Lin],
) -> Result<(BufId, Lin), Unsupported> {
    if let Some(found) = follow(s, a, ix) {
        return Ok(found);
    }
    let aval = s.lv.jaxpr.atom_aval(a).clone();
    let buf = lo.temp(&aval);
    lo.store(s, a, buf, Place::Dense, false)?;
    Ok((buf, flatten(ix, &aval.shape)))
}

fn follow(s: &Schedule, a: &Atom, ix: &[Lin]) -> Option<(BufId, Lin)> {
    let mut a = a;
    let mut ix = ix.to_vec();
    loop {
        let Atom::Var(v) = *a else { return None };
        let to = &s.lv.aval(v).shape;
        if let Def::Buf(buf) = *s.lv.def(v) {
            return Some((buf, flatten(&ix, to)));
        }
        let e = s.lv.eqn_of(v)?;
        let from = &s.lv.jaxpr.atom_aval(e.ins.first()?).shape;
        match view_index(&e.params, from, to, &ix) {
            Some(inner) => ix = inner,
            None => {
                // A reshape that merges axes: of a buffer it is that buffer.
                let (gradlens_ir::Params::Reshape { .. }, Atom::Var(x)) = (&e.params, &e.ins[0]) else { return None };
                let Def::Buf(buf) = *s.lv.def(*x) else { return None };
                return Some((buf, flatten(&ix, to)));
            }
        }
        a = &e.ins[0];
    }
}

/// The loops of a contraction and the operands' indices in them.
pub(crate) struct Loops {
    pub batch: Vec<usize>,
    pub m: Vec<usize>,
    pub n: Vec<usize>,
    pub k: Vec<usize>,
    pub lhs: Vec<Lin>,
    pub rhs: Vec<Lin>,
    /// The result's index over `batch ++ m ++ n`.
    pub out: Vec<Lin>,
}

fn place(ix: &mut [Lin], shape: &[usize], axes: &[usize], first: usize) -> Vec<usize> {
    for (d, &a) in axes.iter().enumerate() {
        if shape[a] != 1 {
            ix[a] = Lin::var(first + d);
        }
    }
    axes.iter().map(|&a| shape[a]).collect()
}

/// `dot_general`.
pub(crate) fn dot(lo: &mut Lowerer, s: &mut Schedule, e: &Eqn, dims: &DotDims) -> Result<(), Unsupported> {
    let (l, r) = (s.lv.jaxpr.atom_aval(&e.ins[0]).clone(), s.lv.jaxpr.atom_aval(&e.ins[1]).clone());
    let free = |x: &ShapedArray, a: &[usize], b: &[usize]| -> Vec<usize> {
        (0..x.ndim()).filter(|i| !a.contains(i) && !b.contains(i)).collect()
    };
    let lfree = free(&l, &dims.lhs_batch, &dims.lhs_contract);
    let rfree = free(&r, &dims.rhs_batch, &dims.rhs_contract);
    let mut lhs = vec![Lin::at(0); l.ndim()];
    let mut rhs = vec![Lin::at(0); r.ndim()];
    let m_at = dims.lhs_batch.len();
    let n_at = m_at + lfree.len();
    let k_at = n_at + rfree.len();
    let batch = place(&mut lhs, &l.shape, &dims.lhs_batch, 0);
    place(&mut rhs, &r.shape, &dims.rhs_batch, 0);
    let m = place(&mut lhs, &l.shape, &lfree, m_at);
    let n = place(&mut rhs, &r.shape, &rfree, n_at);
    let k = place(&mut lhs, &l.shape, &dims.lhs_contract, k_at);
    place(&mut rhs, &r.shape, &dims.rhs_contract, k_at);
    let out = crate::index::identity(&[&batch[..], &m, &n].concat(), 0);
    contract(lo, s, e, Loops { batch, m, n, k, lhs, rhs, out })
}

/// The sum over `k` of products of an equation's two operands.
pub(crate) fn contract(lo: &mut Lowerer, s: &mut Schedule, e: &Eqn, loops: Loops) -> Result<(), Unsupported> {
    let left = s.lv.jaxpr.atom_aval(&e.ins[0]).clone();
    contract_from(lo, s, e, loops, None, &left)
}

/// The same with the left operand (of type `left`) at this place of another buffer; as a contraction where types allow it.
pub(crate) fn contract_from(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    loops: Loops,
    lhs: Option<(BufId, Lin)>,
    left: &ShapedArray,
) -> Result<(), Unsupported> {
    let out = s.lv.aval(e.outs[0]).clone();
    let (stored, lanes) = storage(out.dtype);
    let ty = stored.register();
    let register = |a: &Atom| storage(s.lv.jaxpr.atom_aval(a).dtype).0.register();
    let kinds_agree = e.ins[..2].iter().all(|a| register(a).is_float() == ty.is_float());
    if lanes != 1 || ty == ScalarType::Bool || !kinds_agree {
        return products(lo, s, e, loops, lhs, left, &out);
    }
    let outer = [&loops.batch[..], &loops.m, &loops.n].concat();
    let rank = outer.len() + loops.k.len();
    let (lbuf, lat) = match lhs {
        Some(found) => found,
        None => affine_source(lo, s, &e.ins[0], &loops.lhs)?,
    };
    let (rbuf, rat) = affine_source(lo, s, &e.ins[1], &loops.rhs)?;
    let mut group = Group::map(&outer);
    group.shape = out.shape.to_vec();
    group.ix = loops.out;
    let larg = group.args.slot(&lo.buffers, lbuf, Access::Read);
    let rarg = group.args.slot(&lo.buffers, rbuf, Access::Read);
    let affine = |at: &Lin| at.affine(rank).ok_or_else(|| Unsupported::new(e.prim, "through a computed index"));
    let (lhs, rhs) = ((larg, affine(&lat)?), (rarg, affine(&rat)?));
    let total = group.main.b.param(ty);
    group.kind = Kind::Contraction { batch: loops.batch, m: loops.m, n: loops.n, k: loops.k, lhs, rhs, ty };
    bind_totals(lo, s, e, &mut group, &[total]);
    lo.push_group(s, group);
    Ok(())
}

/// The same as a reduction of products: complex numbers, and operands of another kind than the result.
fn products(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    loops: Loops,
    lhs: Option<(BufId, Lin)>,
    left: &ShapedArray,
    out: &ShapedArray,
) -> Result<(), Unsupported> {
    let (stored, lanes) = storage(out.dtype);
    let ty = stored.register();
    let outer = [&loops.batch[..], &loops.m, &loops.n].concat();
    // Truth values are multiplied by and, added by or.
    let sum = if ty == ScalarType::Bool { BinOp::Or } else { BinOp::Add };
    let mut group = new_reduce(outer, loops.k, Combine::Each(vec![sum; lanes]));
    group.shape = out.shape.to_vec();
    group.ix = loops.out;
    let Kind::Reduce { body, results, init, .. } = &mut group.kind else {
        return Err(Unsupported::new(e.prim, "is no reduction"));
    };
    let mut em = Emitter::new(&s.lv, &lo.buffers, &mut group.args, body);
    let x = match lhs {
        Some((buf, at)) => em.load(buf, left, &at),
        None => em.value(&e.ins[0], &loops.lhs)?,
    };
    let y = em.value(&e.ins[1], &loops.rhs)?;
    results.extend(product(body, x, y, ty, lanes));
    init.resize(lanes, fold_identity(sum, stored));
    let totals: Vec<_> = (0..lanes).map(|_| group.main.b.param(ty)).collect();
    bind_totals(lo, s, e, &mut group, &totals);
    lo.push_group(s, group);
    Ok(())
}

fn product(cx: &mut Ctx, x: Vals, y: Vals, ty: ScalarType, lanes: usize) -> Vec<gradlens_kernel::Value> {
    let b = &mut cx.b;
    let (x, y) = (x.map(|v| b.cast(ty, v)), y.map(|v| b.cast(ty, v)));
    if ty == ScalarType::Bool {
        return vec![b.and(x.one(), y.one())];
    }
    if lanes == 1 {
        return vec![b.mul(x.one(), y.one())];
    }
    let (xr, xi) = x.pair(|| b.lit(ty, 0.0));
    let (yr, yi) = y.pair(|| b.lit(ty, 0.0));
    let (ac, bd, ad, bc) = (b.mul(xr, yr), b.mul(xi, yi), b.mul(xr, yi), b.mul(xi, yr));
    vec![b.sub(ac, bd), b.add(ad, bc)]
}
