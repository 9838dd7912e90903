//! Control flow: cond as a branch, while and scan as loops. Bodies are levels of their own over the same buffers.
//!
//! A carry has two buffers: the one that iterations read (`to`, which is also the result), and the one the body writes
//! (`from`). A scan's `xs` are read in place, row by row, and its `ys` written in place.

use crate::Unsupported;
use crate::level::Def;
use crate::normalise::normalise;
use crate::schedule::{Lowerer, Place, Schedule};
use gradlens_ir::{Atom, ClosedJaxpr, DType, Eqn, Params, ShapedArray, Var};
use gradlens_kernel::fast::FastMap;
use gradlens_kernel::{self as k, BufId, BufferRole, ScalarType, Step};
use gradlens_transform::simplify::simplify;

/// `cond`, `while` and `scan`.
pub(crate) fn control(lo: &mut Lowerer, s: &mut Schedule, e: &Eqn) -> Result<(), Unsupported> {
    match &e.params {
        Params::Cond { branches } => cond(lo, s, e, branches),
        Params::While { cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts } => {
            let (cond_consts, rest) = e.ins.split_at(*cond_nconsts);
            let (body_consts, init) = rest.split_at(*body_nconsts);
            while_loop(lo, s, e, (cond_jaxpr, cond_consts), (body_jaxpr, body_consts), init)
        }
        Params::Scan { jaxpr, length, reverse, num_consts, num_carry, .. } => {
            scan(lo, s, e, jaxpr, *length, *reverse, *num_consts, *num_carry)
        }
        _ => Err(Unsupported::new(e.prim, "is no control flow")),
    }
}

/// What an operand stands for in an inner Jaxpr.
fn definition(s: &Schedule, a: &Atom) -> Def {
    match a {
        Atom::Lit(l) => Def::Lit(l.clone()),
        Atom::Var(v) => s.lv.def(*v).clone(),
    }
}

fn definitions(s: &Schedule, atoms: &[Atom]) -> Vec<Def> {
    atoms.iter().map(|a| definition(s, a)).collect()
}

/// The whole of an operand in a buffer.
pub(crate) fn atom_buffer(lo: &mut Lowerer, s: &mut Schedule, a: &Atom) -> Result<BufId, Unsupported> {
    match definition(s, a) {
        Def::Buf(b) => Ok(b),
        Def::Lit(l) => lo.literal_buffer(&l),
        Def::Row { .. } | Def::Expr => {
            let aval = s.lv.jaxpr.atom_aval(a).clone();
            let buf = lo.temp(&aval);
            lo.store(s, a, buf, Place::Dense, false)?;
            Ok(buf)
        }
    }
}

/// Lowers an inner Jaxpr whose results go to `targets` (`None`: the caller sees to it). `after` runs once all equations
/// are scheduled; what it returns is kept too.
fn body(
    lo: &mut Lowerer,
    closed: &ClosedJaxpr,
    bound: Vec<Def>,
    targets: &[Option<BufId>],
    after: impl FnOnce(&mut Lowerer, &mut Schedule, &ClosedJaxpr) -> Result<Vec<BufId>, Unsupported>,
) -> Result<Vec<Step>, Unsupported> {
    let jaxpr = &closed.jaxpr;
    let mut assigned: FastMap<Var, BufId> = FastMap::default();
    let mut direct = vec![false; targets.len()];
    for (i, (a, target)) in jaxpr.outs.iter().zip(targets).enumerate() {
        if let (Atom::Var(v), Some(t)) = (a, target)
            && !jaxpr.invars.contains(v)
            && !jaxpr.constvars.contains(v)
            && !assigned.contains_key(v)
        {
            assigned.insert(*v, *t);
            direct[i] = true;
        }
    }
    let mut s = lo.schedule(closed, bound, assigned, &direct)?;
    for ((a, target), direct) in jaxpr.outs.iter().zip(targets).zip(direct) {
        if let (Some(t), false) = (target, direct) {
            lo.store(&mut s, a, *t, Place::Dense, false)?;
        }
    }
    let mut keep = after(lo, &mut s, closed)?;
    keep.extend(targets.iter().flatten());
    Ok(lo.finish(s, keep))
}

fn prepared(closed: &ClosedJaxpr) -> ClosedJaxpr {
    normalise(&simplify(closed))
}

fn nothing(_: &mut Lowerer, _: &mut Schedule, _: &ClosedJaxpr) -> Result<Vec<BufId>, Unsupported> {
    Ok(Vec::new())
}

fn result_buffers(lo: &mut Lowerer, s: &mut Schedule, outs: &[Var]) -> Vec<BufId> {
    outs.iter()
        .map(|&v| {
            let b = lo.result_buffer(s, v);
            s.lv.defs[v.0 as usize] = Def::Buf(b);
            b
        })
        .collect()
}

fn cond(lo: &mut Lowerer, s: &mut Schedule, e: &Eqn, branches: &[ClosedJaxpr]) -> Result<(), Unsupported> {
    let selector = selector(lo, s, &e.ins[0])?;
    let bound = definitions(s, &e.ins[1..]);
    let results: Vec<BufId> = e.outs.iter().map(|&v| lo.result_buffer(s, v)).collect();
    let targets: Vec<Option<BufId>> = results.iter().map(|&b| Some(b)).collect();
    let cases = branches
        .iter()
        .map(|b| body(lo, &prepared(b), bound.clone(), &targets, nothing))
        .collect::<Result<Vec<_>, _>>()?;
    for (&v, &b) in e.outs.iter().zip(&results) {
        s.lv.defs[v.0 as usize] = Def::Buf(b);
    }
    lo.push_steps(s, vec![Step::Branch { selector, cases }], &results);
    Ok(())
}

/// The index in an `I32` buffer.
fn selector(lo: &mut Lowerer, s: &mut Schedule, a: &Atom) -> Result<BufId, Unsupported> {
    if s.lv.jaxpr.atom_aval(a).dtype == DType::I32 {
        return atom_buffer(lo, s, a);
    }
    let aval = ShapedArray::scalar(DType::I32, false);
    lo.map_temp(s, &aval, std::slice::from_ref(a), |em, ix| {
        let x = em.value(a, ix)?;
        Ok(x.map(|x| em.cx.b.cast(ScalarType::I32, x)))
    })
}

/// Buffers for carries with their first values in them; `outs` are bound to them afterwards.
fn start_carries(lo: &mut Lowerer, s: &mut Schedule, init: &[Atom], outs: &[Var]) -> Result<Vec<BufId>, Unsupported> {
    init.iter()
        .zip(outs)
        .map(|(a, &v)| {
            let to = lo.result_buffer(s, v);
            lo.store(s, a, to, Place::Dense, false)?;
            Ok(to)
        })
        .collect()
}

/// Where the body puts each next carry; `None` for one that it hands on as it is.
fn next_carries(lo: &mut Lowerer, closed: &ClosedJaxpr, first: usize, n: usize) -> Vec<Option<BufId>> {
    let jaxpr = &closed.jaxpr;
    (0..n)
        .map(|i| {
            let kept = jaxpr.outs[i] == Atom::Var(jaxpr.invars[first + i]);
            (!kept).then(|| lo.temp(jaxpr.atom_aval(&jaxpr.outs[i])))
        })
        .collect()
}

fn carry_pairs(to: &[BufId], from: &[Option<BufId>]) -> Vec<(BufId, BufId)> {
    to.iter().zip(from).filter_map(|(&t, &f)| Some((t, f?))).collect()
}

fn while_loop(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    (cond_jaxpr, cond_consts): (&ClosedJaxpr, &[Atom]),
    (body_jaxpr, body_consts): (&ClosedJaxpr, &[Atom]),
    init: &[Atom],
) -> Result<(), Unsupported> {
    if cond_jaxpr.out_avals().iter().any(|a| a.ndim() > 0) {
        return Err(Unsupported::new(e.prim, "with a predicate per element of a batch is run step by step"));
    }
    let to = start_carries(lo, s, init, &e.outs)?;
    let carries: Vec<Def> = to.iter().map(|&b| Def::Buf(b)).collect();
    let predicate = lo.buffer(k::DType::Bool, 1, BufferRole::Temp);
    let with = |consts: &[Atom]| [definitions(s, consts), carries.clone()].concat();
    let cond = body(lo, &prepared(cond_jaxpr), with(cond_consts), &[Some(predicate)], nothing)?;
    let next = prepared(body_jaxpr);
    let from = next_carries(lo, &next, body_consts.len(), init.len());
    let steps = body(lo, &next, with(body_consts), &from, nothing)?;
    let step = Step::Loop {
        cond,
        predicate: Some(predicate),
        body: steps,
        carries: carry_pairs(&to, &from),
        trips: None,
        counter: None,
    };
    for (&v, &b) in e.outs.iter().zip(&to) {
        s.lv.defs[v.0 as usize] = Def::Buf(b);
    }
    lo.push_steps(s, vec![step], &to);
    Ok(())
}

fn scan(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    closed: &ClosedJaxpr,
    length: usize,
    reverse: bool,
    num_consts: usize,
    num_carry: usize,
) -> Result<(), Unsupported> {
    let (consts, rest) = e.ins.split_at(num_consts);
    let (init, xs) = rest.split_at(num_carry);
    let counter = lo.buffer(k::DType::I32, 1, BufferRole::Temp);
    let to = start_carries(lo, s, init, &e.outs)?;
    let mut bound = definitions(s, consts);
    bound.extend(to.iter().map(|&b| Def::Buf(b)));
    for a in xs {
        let buf = atom_buffer(lo, s, a)?;
        bound.push(Def::Row { buf, counter, len: length, reverse });
    }
    let ys = result_buffers(lo, s, &e.outs[num_carry..]);
    let next = prepared(closed);
    let from = next_carries(lo, &next, num_consts, num_carry);
    let targets: Vec<Option<BufId>> = from.iter().copied().chain(ys.iter().map(|_| None)).collect();
    let steps = body(lo, &next, bound, &targets, |lo, s, closed| {
        for (a, &y) in closed.jaxpr.outs[num_carry..].iter().zip(&ys) {
            lo.store(s, a, y, Place::Row { counter, len: length, reverse }, false)?;
        }
        Ok(ys.clone())
    })?;
    let step = Step::Loop {
        cond: Vec::new(),
        predicate: None,
        body: steps,
        carries: carry_pairs(&to, &from),
        trips: Some(length as u64),
        counter: Some(counter),
    };
    for (&v, &b) in e.outs.iter().zip(&to) {
        s.lv.defs[v.0 as usize] = Def::Buf(b);
    }
    let written: Vec<BufId> = to.into_iter().chain(ys).collect();
    lo.push_steps(s, vec![step], &written);
    Ok(())
}
