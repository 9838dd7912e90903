//! Nests that are neither maps nor folds: contractions, scatters, sorts.

use super::exec::{self, Lane, Slot, Tile, W};
use super::nests::{NestCode, Scratch, fold1, put_stores, tiles};
use gradlens_kernel::{Contraction, DType, IndexExpr, ScalarType, Scatter, ScatterOp, Sort, eval};
use std::cmp::Ordering;

/// Linear positions of an index expression over `shape`, the strides of other dimensions being 0.
fn positions(e: &IndexExpr, shape: &[usize], dims: std::ops::Range<usize>) -> Vec<i64> {
    let mut out = vec![0i64];
    for d in dims {
        let (k, n) = (e.strides[d], shape[d]);
        out = out.iter().flat_map(|&o| (0..n as i64).map(move |i| o + k * i)).collect();
    }
    out
}

/// A number a contraction computes in.
trait Number: Lane + Default {
    fn of(bits: u64) -> Self;
    fn add(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
}

macro_rules! numbers {
    ($($t:ty, $of:expr, $add:expr, $mul:expr;)*) => { $(impl Number for $t {
        #[inline(always)] fn of(bits: u64) -> $t { $of(bits) }
        #[inline(always)] fn add(self, other: $t) -> $t { $add(self, other) }
        #[inline(always)] fn mul(self, other: $t) -> $t { $mul(self, other) }
    })* };
}
numbers! {
    f32, |b| f32::from_bits(b as u32), |a, b| a + b, |a, b| a * b;
    f64, f64::from_bits, |a, b| a + b, |a, b| a * b;
    i32, |b| b as i32, i32::wrapping_add, i32::wrapping_mul;
    u32, |b| b as u32, u32::wrapping_add, u32::wrapping_mul;
    i64, |b| b as i64, i64::wrapping_add, i64::wrapping_mul;
    u64, |b| b, u64::wrapping_add, u64::wrapping_mul;
}

/// Runs a contraction.
pub fn run_contraction(c: &Contraction, code: &NestCode, slots: &[Slot], scratch: &mut Scratch) {
    match c.ty {
        ScalarType::F32 => contract::<f32>(c, code, slots, scratch),
        ScalarType::F64 => contract::<f64>(c, code, slots, scratch),
        ScalarType::I32 => contract::<i32>(c, code, slots, scratch),
        ScalarType::U32 | ScalarType::Bool => contract::<u32>(c, code, slots, scratch),
        ScalarType::I64 => contract::<i64>(c, code, slots, scratch),
        ScalarType::U64 => contract::<u64>(c, code, slots, scratch),
    }
}

fn contract<T: Number>(c: &Contraction, code: &NestCode, slots: &[Slot], scratch: &mut Scratch) {
    let shape = [&c.batch[..], &c.m, &c.n, &c.k].concat();
    let (b, m, n) = (c.batch.len(), c.m.len(), c.n.len());
    let outer = &shape[..b + m + n];
    let (lhs, rhs) = (slots[c.lhs.0.0 as usize], slots[c.rhs.0.0 as usize]);
    let (le, re) = (&c.lhs.1, &c.rhs.1);
    let lb = positions(le, &shape, 0..b);
    let rb = positions(re, &shape, 0..b);
    let lm = positions(le, &shape, b..b + m);
    let rn = positions(re, &shape, b + m..b + m + n);
    let lk = positions(le, &shape, b + m + n..shape.len());
    let rk = positions(re, &shape, b + m + n..shape.len());
    let (rows, cols, ks) = (lm.len(), rn.len(), lk.len());
    let from =
        |slot: Slot, at: i64| T::of(eval::cast(slot.dtype.register(), c.ty, exec::get_element(slot, at as usize)));

    scratch.epilogue.prepare(&code.epilogue, W);
    let mut tile = Tile::new(b + m + n);
    let mut right = vec![T::default(); ks * cols];
    let mut left = vec![T::default(); ks];
    let mut sum = vec![T::default(); cols];
    let mut total = vec![T::default(); rows * cols];
    for batch in 0..lb.len() {
        if rows * cols == 0 {
            break;
        }
        for (k, &ok) in rk.iter().enumerate() {
            for (j, &on) in rn.iter().enumerate() {
                right[k * cols + j] = from(rhs, re.offset + rb[batch] + ok + on);
            }
        }
        for (i, &om) in lm.iter().enumerate() {
            for (l, &ok) in left.iter_mut().zip(&lk) {
                *l = from(lhs, le.offset + lb[batch] + om + ok);
            }
            let row = &mut total[i * cols..(i + 1) * cols];
            row.fill(T::default());
            for (block, part) in left.chunks(Contraction::BLOCK).enumerate() {
                sum.fill(T::default());
                for (k, &l) in part.iter().enumerate() {
                    let at = (block * Contraction::BLOCK + k) * cols;
                    for (s, &r) in sum.iter_mut().zip(&right[at..at + cols]) {
                        *s = s.add(l.mul(r));
                    }
                }
                if block == 0 {
                    row.copy_from_slice(&sum);
                } else {
                    for (t, &s) in row.iter_mut().zip(&sum) {
                        *t = t.add(s);
                    }
                }
            }
        }
        let first = batch * rows * cols;
        let mut at = 0;
        while at < rows * cols {
            let n = W.min(rows * cols - at);
            tile.set(outer, 0..outer.len(), first + at, n);
            scratch.epilogue.row_mut::<T>(code.epilogue.params[0], n).copy_from_slice(&total[at..at + n]);
            exec::run(&code.epilogue, &mut scratch.epilogue, slots, &tile);
            put_stores(&code.epilogue, &c.stores, &scratch.epilogue, slots, &tile);
            at += n;
        }
    }
}

/// Runs a scatter.
pub fn run_scatter(s: &Scatter, code: &NestCode, slots: &[Slot], scratch: &mut Scratch) {
    let dest = slots[s.dest.0 as usize];
    let ty = dest.dtype.register();
    let total: usize = s.shape.iter().product();
    let Scratch { body, combine, .. } = scratch;
    body.prepare(&code.body, total);
    if let Some(c) = &code.combine {
        combine.prepare(c, 1);
    }
    let (pos, val) = (code.body.results[0].0, code.body.results[1].0);
    let one = Tile::new(0);
    let mut tile = Tile::new(s.shape.len());
    tiles(&mut tile, &s.shape, 0..s.shape.len(), |tile, _| {
        exec::run(&code.body, body, slots, tile);
        for lane in 0..tile.n {
            let at = body.row::<i32>(pos, W)[lane];
            if at < 0 || at as usize >= dest.len {
                continue;
            }
            let at = at as usize;
            let update = body.bits(val, ty, lane);
            let new = match (&s.op, &code.combine) {
                (ScatterOp::Each(op), _) => fold1(*op, ty, exec::get_element(dest, at), update),
                (ScatterOp::Block(_), Some(c)) => {
                    combine.set_bits(c.params[0], ty, 0, exec::get_element(dest, at));
                    combine.set_bits(c.params[1], ty, 0, update);
                    exec::run(c, combine, slots, &one);
                    combine.bits(c.results[0].0, ty, 0)
                }
                _ => update,
            };
            exec::set_element(dest, at, new);
        }
    });
}

/// The order of sorting: NaN above all, zeros equal, subnormals as zeros.
fn key_order(dtype: DType, a: u64, b: u64) -> Ordering {
    fn floats(a: f64, b: f64) -> Ordering {
        a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
    }
    match dtype.register() {
        ScalarType::F32 => {
            floats(eval::flush_f32(f32::from_bits(a as u32)) as f64, eval::flush_f32(f32::from_bits(b as u32)) as f64)
        }
        ScalarType::F64 => floats(eval::flush_f64(f64::from_bits(a)), eval::flush_f64(f64::from_bits(b))),
        ScalarType::I32 => (a as u32 as i32).cmp(&(b as u32 as i32)),
        ScalarType::I64 => (a as i64).cmp(&(b as i64)),
        ScalarType::Bool | ScalarType::U32 | ScalarType::U64 => a.cmp(&b),
    }
}

/// Runs a sort.
pub fn run_sort(s: &Sort, slots: &[Slot]) {
    let shape = [&s.outer[..], &[s.len]].concat();
    let rank = s.outer.len();
    let outer: usize = s.outer.iter().product();
    let mut at = Tile::new(rank + 1);
    let place = |e: &IndexExpr, base: &[i64], i: usize| {
        let o = e.strides.iter().zip(base).fold(e.offset, |o, (k, x)| o + k * x);
        (o + e.strides[rank] * i as i64) as usize
    };
    for o in 0..outer {
        at.set(&shape, 0..rank, o, 1);
        at.base[rank] = 0;
        let columns: Vec<Vec<u64>> = s
            .operands
            .iter()
            .map(|op| {
                let slot = slots[op.src.0.0 as usize];
                (0..s.len).map(|i| exec::get_element(slot, place(&op.src.1, &at.base, i))).collect()
            })
            .collect();
        let mut order: Vec<usize> = (0..s.len).collect();
        order.sort_by(|&i, &j| {
            for (k, col) in columns[..s.num_keys].iter().enumerate() {
                let dtype = slots[s.operands[k].src.0.0 as usize].dtype;
                let ord = key_order(dtype, col[i], col[j]);
                let ord = if s.descending { ord.reverse() } else { ord };
                if ord != Ordering::Equal {
                    return ord;
                }
            }
            Ordering::Equal
        });
        for (op, col) in s.operands.iter().zip(&columns) {
            let slot = slots[op.dst.0.0 as usize];
            for (i, &from) in order.iter().enumerate() {
                exec::set_element(slot, place(&op.dst.1, &at.base, i), col[from]);
            }
        }
    }
}
