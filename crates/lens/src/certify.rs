//! Proofs that nothing happens: interval arithmetic over a recording, cell by cell, with outward rounding.
//!
//! A cell is certified when one path holds on all of it (its conditions are decided), every primitive on the way from the argument is
//! elementwise with a bounds rule, no switching surface meets the cell's ranges, and every range is bounded and free of NaN.

use crate::piece::{Piece, Pieces};
use crate::{Event, Kind};
use gradlens_ir::elementwise::bounds;
use gradlens_ir::interval::Interval;
use gradlens_ir::rows::{Site, Surface};
use gradlens_ir::{Atom, DType, ShapedArray};
use gradlens_transform::LookKind;

/// How often a cell that is not proven is halved.
const DEPTH: u32 = 3;

/// Certified ranges, and those that are neither certified nor marked by an event.
pub fn certify(pieces: &Pieces, events: &[Event], grid: &[f64]) -> (Vec<(f64, f64)>, Vec<(f64, f64)>) {
    let (mut certified, mut undecided): (Vec<(f64, f64)>, Vec<(f64, f64)>) = (vec![], vec![]);
    let mut push = |list: usize, lo: f64, hi: f64| {
        let list = if list == 0 { &mut certified } else { &mut undecided };
        match list.last_mut() {
            Some(last) if last.1 >= lo => last.1 = hi,
            _ => list.push((lo, hi)),
        }
    };
    let stride = (grid.len() / 256).max(1);
    let cells: Vec<(f64, f64)> =
        grid.iter().step_by(stride).zip(grid.iter().skip(stride).step_by(stride)).map(|(a, b)| (*a, *b)).collect();
    let mut stack: Vec<(f64, f64, u32)> = cells.into_iter().rev().map(|(a, b)| (a, b, DEPTH)).collect();
    while let Some((lo, hi, depth)) = stack.pop() {
        let marked = events.iter().any(|e| e.x_end.is_none() && e.x >= lo && e.x <= hi);
        let wrong =
            events.iter().any(|e| e.kind == Kind::NanGradient && e.x <= hi && e.x_end.is_some_and(|end| end >= lo));
        if !marked && !wrong && pieces.list.iter().any(|p| proven(p, lo, hi, pieces.settings.dtype)) {
            push(0, lo, hi);
        } else if depth > 0 && hi - lo > 1e-9 * (pieces.settings.window.1 - pieces.settings.window.0) {
            let mid = lo + (hi - lo) / 2.0;
            stack.push((mid, hi, depth - 1));
            stack.push((lo, mid, depth - 1));
        } else {
            push(1, lo, hi);
        }
    }
    (certified, undecided)
}

/// Whether a switching surface is certainly off the ranges: those of the operands, and of the result where that is its state.
fn clear(surface: Surface, ins: &[Interval], out: Interval) -> bool {
    let x = |i: usize| ins.get(i).copied().unwrap_or(Interval::TOP);
    match surface {
        Surface::Operand(i, c) => !x(i).contains(c),
        Surface::Difference(i, j) => x(i).hi < x(j).lo || x(i).lo > x(j).hi,
        Surface::Selector(i) => x(i).lo == x(i).hi,
        Surface::NonPositiveInteger(i) => x(i).lo > 0.0,
        // One value on the whole cell: no step.
        Surface::Steps(_) => out.lo == out.hi && !out.nan,
        // Across a pole the range is unbounded.
        Surface::HalfPi(_) => out.is_bounded(),
        // The quotient stays strictly between two whole numbers, or within 1 of zero.
        Surface::Quotient(i, j) => {
            let q = bounds::div(x(i), x(j));
            let whole = q.lo.trunc();
            q.is_bounded() && whole == q.hi.trunc() && (whole == 0.0 || (q.lo != whole && q.hi != whole))
        }
        Surface::NegativeAxis(i, j) => !x(i).contains(0.0) || x(j).lo > 0.0,
        Surface::Ties(_) => false,
    }
}

fn proven(piece: &Piece, lo: f64, hi: f64, dtype: DType) -> bool {
    let jaxpr = &piece.value.closed.jaxpr;
    if jaxpr.avals.iter().any(|a| a.ndim() > 0) || jaxpr.eqns.len() > 2000 || jaxpr.invars.len() != 1 {
        return false;
    }
    // In float32 every operation rounds: ranges are widened by its unit, not float64's.
    let widen = |i: Interval| {
        if dtype == DType::F64 {
            return i.outward(2);
        }
        let by = |x: f64| x.abs() * f32::EPSILON as f64 * 4.0 + f32::MIN_POSITIVE as f64;
        Interval { lo: i.lo - by(i.lo), hi: i.hi + by(i.hi), nan: i.nan }
    };
    let limit = if dtype == DType::F64 { f64::MAX } else { f32::MAX as f64 };
    let mut env = vec![Interval::TOP; jaxpr.avals.len()];
    env[jaxpr.invars[0].0 as usize] = Interval::new(lo, hi);
    let read = |env: &[Interval], a: &Atom| match a {
        Atom::Var(v) => env[v.0 as usize],
        Atom::Lit(l) => l.to_f64s().ok().and_then(|v| v.first().copied()).map_or(Interval::TOP, Interval::point),
    };
    for e in &jaxpr.eqns {
        let row = e.prim.row();
        let ins: Vec<Interval> = e.ins.iter().map(|a| read(&env, a)).collect();
        let in_avals: Vec<&ShapedArray> = e.ins.iter().map(|a| jaxpr.atom_aval(a)).collect();
        let Some(first) = e.outs.first() else { return false };
        let site = Site { params: &e.params, ins: &in_avals, out: jaxpr.aval(*first) };
        let out = row.range(&site, &ins);
        if !row.switches(&site).iter().all(|s| clear(s.surface, &ins, out)) {
            return false;
        }
        let inexact = e.outs.first().is_some_and(|v| jaxpr.aval(*v).dtype.is_floating());
        let out = if inexact { widen(out) } else { out };
        if !out.is_bounded() || out.lo.abs().max(out.hi.abs()) > limit {
            return false;
        }
        for v in &e.outs {
            env[v.0 as usize] = out;
        }
    }
    piece.value.conditions.iter().all(|c| {
        let range = read(&env, &c.atom);
        let Some(seen) = c.seen.to_f64s().ok().and_then(|v| v.first().copied()) else { return false };
        match c.kind {
            LookKind::Escape => false,
            _ => range.lo == range.hi && range.lo == seen,
        }
    })
}
