//! Drives each shape of nest over its tiles, in the orders `gradlens_kernel::nest` states.

use super::code::{Code, Reg};
use super::exec::{self, Regs, Slot, Tile, W};
use super::others::{run_contraction, run_scatter, run_sort};
use gradlens_kernel::{
    BinOp, Block, Combine, Const, Map, MapReduce, Nest, NestKind, ScalarType, Scan, ScatterOp, Store, Value, eval,
};

/// A nest with its blocks decoded.
#[derive(Debug)]
pub struct NestCode {
    /// What gives the elements.
    pub body: Code,
    /// What puts two together, where that is a block.
    pub combine: Option<Code>,
    /// What follows the totals.
    pub epilogue: Code,
    /// What a runner keeps with the nest.
    pub memo: super::Memo,
}

/// Registers kept between runs.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Of the body.
    pub body: Regs,
    /// Of the combine block.
    pub combine: Regs,
    /// Of the epilogue.
    pub epilogue: Regs,
}

fn stored(stores: &[Store]) -> Vec<Value> {
    stores.iter().map(|s| s.value).collect()
}

impl NestCode {
    /// Decodes a valid nest.
    pub fn new(nest: &Nest) -> NestCode {
        let empty = || Code::new(&Block { regions: vec![Default::default()], ..Block::default() }, &[]);
        let none = || std::cell::RefCell::new(None);
        let combine = |c: &Combine| match c {
            Combine::Each(_) => None,
            Combine::Block(b) => Some(Code::new(b, &[])),
        };
        match &nest.kind {
            NestKind::Map(m) => NestCode {
                body: Code::new(&m.body, &stored(&m.stores)),
                combine: None,
                epilogue: empty(),
                memo: none(),
            },
            NestKind::MapReduce(r) => NestCode {
                body: Code::new(&r.body, &[]),
                combine: combine(&r.combine),
                epilogue: Code::new(&r.epilogue, &stored(&r.stores)),
                memo: none(),
            },
            NestKind::Scan(s) => NestCode {
                body: Code::new(&s.body, &[]),
                combine: combine(&s.combine),
                epilogue: Code::new(&s.epilogue, &stored(&s.stores)),
                memo: none(),
            },
            NestKind::Contraction(c) => NestCode {
                body: empty(),
                combine: None,
                epilogue: Code::new(&c.epilogue, &stored(&c.stores)),
                memo: none(),
            },
            NestKind::Scatter(s) => NestCode {
                body: Code::new(&s.body, &[]),
                combine: match &s.op {
                    ScatterOp::Block(b) => Some(Code::new(b, &[])),
                    _ => None,
                },
                epilogue: empty(),
                memo: none(),
            },
            NestKind::Sort(_) => NestCode { body: empty(), combine: None, epilogue: empty(), memo: none() },
        }
    }
}

/// Runs a nest on its slots.
pub fn run(nest: &Nest, code: &NestCode, slots: &[Slot], scratch: &mut Scratch) {
    match &nest.kind {
        NestKind::Map(m) => run_map(m, code, slots, scratch),
        NestKind::MapReduce(r) => run_reduce(r, code, slots, scratch),
        NestKind::Contraction(c) => run_contraction(c, code, slots, scratch),
        NestKind::Scan(s) => run_scan(s, code, slots, scratch),
        NestKind::Scatter(s) => run_scatter(s, code, slots, scratch),
        NestKind::Sort(s) => run_sort(s, slots),
    }
}

/// Calls `f` on tiles that cover dimensions `dims` of `shape` in order; a tile stops at a row's end where rows are long.
pub fn tiles(tile: &mut Tile, shape: &[usize], dims: std::ops::Range<usize>, mut f: impl FnMut(&mut Tile, usize)) {
    let total: usize = shape[dims.clone()].iter().product();
    let row = if dims.is_empty() { 1 } else { shape[dims.end - 1] };
    let mut start = 0;
    while start < total {
        let mut n = W.min(total - start);
        if row >= 16 {
            n = n.min(row - start % row);
        }
        tile.set(shape, dims.clone(), start, n);
        f(tile, start);
        start += n;
    }
}

/// Runs a block's stores.
pub fn put_stores(code: &Code, stores: &[Store], regs: &Regs, slots: &[Slot], tile: &Tile) {
    for (s, &reg) in stores.iter().zip(&code.kept) {
        let index = &code.indices[s.index.0 as usize];
        exec::store(regs, reg, slots[s.arg.0 as usize], index, tile);
    }
}

fn run_map(m: &Map, code: &NestCode, slots: &[Slot], scratch: &mut Scratch) {
    let total: usize = m.shape.iter().product();
    let regs = &mut scratch.body;
    regs.prepare(&code.body, total);
    let mut tile = Tile::new(m.shape.len());
    tiles(&mut tile, &m.shape, 0..m.shape.len(), |tile, _| {
        exec::run(&code.body, regs, slots, tile);
        put_stores(&code.body, &m.stores, regs, slots, tile);
    });
}

/// Bits of accumulators, one row of lanes for each.
type Rows = Vec<[u64; W]>;

fn fill(init: &[Const]) -> Rows {
    init.iter().map(|c| [c.bits; W]).collect()
}

fn read_row(regs: &Regs, r: Reg, ty: ScalarType, n: usize, into: &mut [u64; W]) {
    if ty.bits() == 64 {
        into[..n].copy_from_slice(regs.row::<u64>(r, n));
    } else {
        for (i, x) in into.iter_mut().zip(regs.row::<u32>(r, n)) {
            *i = *x as u64;
        }
    }
}

fn write_row(regs: &mut Regs, r: Reg, ty: ScalarType, n: usize, from: &[u64; W]) {
    if ty.bits() == 64 {
        regs.row_mut::<u64>(r, n).copy_from_slice(&from[..n]);
    } else {
        for (x, f) in regs.row_mut::<u32>(r, n).iter_mut().zip(from) {
            *x = *f as u32;
        }
    }
}

/// `acc = acc op x` in the first `n` lanes.
fn fold(op: BinOp, ty: ScalarType, acc: &mut [u64; W], x: &[u64; W], n: usize) {
    // The common sums without a dispatch for each lane.
    match (op, ty) {
        (BinOp::Add, ScalarType::F32) => {
            for (a, x) in acc[..n].iter_mut().zip(x) {
                *a = (f32::from_bits(*a as u32) + f32::from_bits(*x as u32)).to_bits() as u64;
            }
        }
        (BinOp::Add, ScalarType::F64) => {
            for (a, x) in acc[..n].iter_mut().zip(x) {
                *a = (f64::from_bits(*a) + f64::from_bits(*x)).to_bits();
            }
        }
        _ => {
            for (a, x) in acc[..n].iter_mut().zip(x) {
                *a = fold1(op, ty, *a, *x);
            }
        }
    }
}

/// `a op x`.
pub fn fold1(op: BinOp, ty: ScalarType, a: u64, x: u64) -> u64 {
    eval::binary(op, ty, a, x).unwrap_or(a)
}

/// Folds eight lanes as `Combine::Each` states; `get(l)` is lane l.
fn fold_lanes(f: impl Fn(u64, u64) -> u64, l: [u64; 8]) -> u64 {
    f(f(f(l[0], l[4]), f(l[2], l[6])), f(f(l[1], l[5]), f(l[3], l[7])))
}

/// Block totals waiting to be merged like the bits of a binary counter.
struct Counter<T> {
    pending: Vec<T>,
    count: usize,
}

impl<T> Counter<T> {
    fn new() -> Counter<T> {
        Counter { pending: Vec::new(), count: 0 }
    }

    fn push(&mut self, mut total: T, mut merge: impl FnMut(T, T) -> T) {
        let mut bits = self.count;
        while bits & 1 == 1 {
            match self.pending.pop() {
                Some(left) => total = merge(left, total),
                None => unreachable!("one pending total for each one bit"),
            }
            bits >>= 1;
        }
        self.pending.push(total);
        self.count += 1;
    }

    fn finish(mut self, mut merge: impl FnMut(T, T) -> T) -> Option<T> {
        let mut total = self.pending.pop()?;
        while let Some(left) = self.pending.pop() {
            total = merge(left, total);
        }
        Some(total)
    }
}

fn run_reduce(r: &MapReduce, code: &NestCode, slots: &[Slot], scratch: &mut Scratch) {
    let shape = [&r.outer[..], &r.inner].concat();
    let rank = r.outer.len();
    let outer: usize = r.outer.iter().product();
    let inner: usize = r.inner.iter().product();
    let types: Vec<ScalarType> = r.init.iter().map(|c| c.ty).collect();
    scratch.body.prepare(&code.body, outer.max(inner));
    scratch.epilogue.prepare(&code.epilogue, outer);
    if let Some(c) = &code.combine {
        scratch.combine.prepare(c, outer);
    }
    let mut tile = Tile::new(shape.len());
    let mut out = Tile::new(rank);
    // Lanes along the inner dimensions where they are long and outputs few, else along the outputs.
    let along = inner >= 64 && (outer < 16 || inner > 16 * outer) && code.combine.is_none();
    if !along {
        tiles(&mut tile, &shape, 0..rank, |tile, start| {
            let n = tile.n;
            let totals = reduce_across(r, code, slots, scratch, tile, &types, inner);
            out.set(&r.outer, 0..rank, start, n);
            for (k, t) in totals.iter().enumerate() {
                write_row(&mut scratch.epilogue, code.epilogue.params[k], types[k], n, t);
            }
            exec::run(&code.epilogue, &mut scratch.epilogue, slots, &out);
            put_stores(&code.epilogue, &r.stores, &scratch.epilogue, slots, &out);
        });
        return;
    }
    let Combine::Each(ops) = &r.combine else { unreachable!("`along` is for `Each`") };
    for o in 0..outer {
        out.set(&r.outer, 0..rank, o, 1);
        for d in 0..rank {
            tile.base[d] = out.base[d];
        }
        let totals = reduce_along(r, ops, code, slots, &mut scratch.body, &mut tile, &shape, &types, inner);
        for (k, &t) in totals.iter().enumerate() {
            scratch.epilogue.set_bits(code.epilogue.params[k], types[k], 0, t);
        }
        exec::run(&code.epilogue, &mut scratch.epilogue, slots, &out);
        put_stores(&code.epilogue, &r.stores, &scratch.epilogue, slots, &out);
    }
}

/// Totals of one output, lanes running along the inner dimensions.
fn reduce_along(
    r: &MapReduce,
    ops: &[BinOp],
    code: &NestCode,
    slots: &[Slot],
    regs: &mut Regs,
    tile: &mut Tile,
    shape: &[usize],
    types: &[ScalarType],
    inner: usize,
) -> Vec<u64> {
    let rank = r.outer.len();
    let merge =
        |a: Vec<u64>, b: Vec<u64>| -> Vec<u64> { (0..a.len()).map(|k| fold1(ops[k], types[k], a[k], b[k])).collect() };
    let mut counter = Counter::new();
    let mut at = 0;
    while at < inner {
        let end = inner.min(at + Combine::BLOCK);
        let mut acc: Vec<[u64; 8]> = r.init.iter().map(|c| [c.bits; 8]).collect();
        while at < end {
            let n = W.min(end - at);
            tile.set(shape, rank..shape.len(), at, n);
            exec::run(&code.body, regs, slots, tile);
            for (k, &(reg, ty)) in code.body.results.iter().enumerate() {
                let mut row = [0; W];
                read_row(regs, reg, ty, n, &mut row);
                for (lane, x) in row[..n].iter().enumerate() {
                    let a = &mut acc[k][lane % 8];
                    *a = fold1(ops[k], ty, *a, *x);
                }
            }
            at += n;
        }
        let total = (0..ops.len()).map(|k| fold_lanes(|a, b| fold1(ops[k], types[k], a, b), acc[k])).collect();
        counter.push(total, merge);
    }
    counter.finish(merge).unwrap_or_else(|| r.init.iter().map(|c| c.bits).collect())
}

/// Totals of a tile of outputs, one in each lane.
fn reduce_across(
    r: &MapReduce,
    code: &NestCode,
    slots: &[Slot],
    scratch: &mut Scratch,
    tile: &mut Tile,
    types: &[ScalarType],
    inner: usize,
) -> Rows {
    let n = tile.n;
    let mut at = Tile::new(r.inner.len());
    let mut step = |j: usize, scratch: &mut Scratch, tile: &mut Tile| {
        at.set(&r.inner, 0..r.inner.len(), j, 1);
        for (d, &x) in at.base.iter().enumerate() {
            tile.fix(r.outer.len() + d, x);
        }
        exec::run(&code.body, &mut scratch.body, slots, tile);
    };
    match &r.combine {
        Combine::Block(_) => {
            let Some(c) = &code.combine else { unreachable!("decoded with its combine block") };
            let mut acc = fill(&r.init);
            for j in 0..inner {
                step(j, scratch, tile);
                apply_block(c, &code.body, scratch, slots, types, &mut acc, n);
            }
            acc
        }
        Combine::Each(ops) => {
            let merge = |mut a: Rows, b: Rows| -> Rows {
                for k in 0..a.len() {
                    fold(ops[k], types[k], &mut a[k], &b[k], n);
                }
                a
            };
            let mut counter = Counter::new();
            let mut j = 0;
            while j < inner {
                let end = inner.min(j + Combine::BLOCK);
                let mut acc: Vec<Rows> = (0..Combine::LANES).map(|_| fill(&r.init)).collect();
                while j < end {
                    step(j, scratch, tile);
                    for (k, &(reg, ty)) in code.body.results.iter().enumerate() {
                        let mut row = [0; W];
                        read_row(&scratch.body, reg, ty, n, &mut row);
                        fold(ops[k], ty, &mut acc[j % Combine::LANES][k], &row, n);
                    }
                    j += 1;
                }
                let mut l = acc.into_iter();
                let mut next = || l.next().unwrap_or_default();
                let l = [next(), next(), next(), next(), next(), next(), next(), next()];
                let [l0, l1, l2, l3, l4, l5, l6, l7] = l;
                let total = merge(merge(merge(l0, l4), merge(l2, l6)), merge(merge(l1, l5), merge(l3, l7)));
                counter.push(total, merge);
            }
            counter.finish(merge).unwrap_or_else(|| fill(&r.init))
        }
    }
}

/// `acc = combine(acc, body's results)` in the first `n` lanes.
fn apply_block(
    c: &Code,
    body: &Code,
    scratch: &mut Scratch,
    slots: &[Slot],
    types: &[ScalarType],
    acc: &mut Rows,
    n: usize,
) {
    let mut tile = Tile::new(0);
    tile.n = n;
    for (k, &ty) in types.iter().enumerate() {
        write_row(&mut scratch.combine, c.params[k], ty, n, &acc[k]);
        let mut row = [0; W];
        read_row(&scratch.body, body.results[k].0, ty, n, &mut row);
        write_row(&mut scratch.combine, c.params[types.len() + k], ty, n, &row);
    }
    exec::run(c, &mut scratch.combine, slots, &tile);
    for (k, &(reg, ty)) in c.results.iter().enumerate() {
        read_row(&scratch.combine, reg, ty, n, &mut acc[k]);
    }
}

fn run_scan(s: &Scan, code: &NestCode, slots: &[Slot], scratch: &mut Scratch) {
    let shape = [&s.outer[..], &[s.len]].concat();
    let rank = s.outer.len();
    let outer: usize = s.outer.iter().product();
    let types: Vec<ScalarType> = s.init.iter().map(|c| c.ty).collect();
    scratch.body.prepare(&code.body, W);
    scratch.epilogue.prepare(&code.epilogue, W);
    if let Some(c) = &code.combine {
        scratch.combine.prepare(c, W);
    }
    let mut tile = Tile::new(rank + 1);
    if let (Combine::Each(ops), true) = (&s.combine, outer < 16) {
        // Lanes along the axis: only the fold itself is sequential.
        for o in 0..outer {
            let mut at = Tile::new(rank);
            at.set(&s.outer, 0..rank, o, 1);
            tile.base[..rank].copy_from_slice(&at.base);
            let mut acc: Vec<u64> = s.init.iter().map(|c| c.bits).collect();
            let mut done = 0;
            while done < s.len {
                let n = W.min(s.len - done);
                let start = if s.reverse { s.len - done - n } else { done };
                tile.set(&shape, rank..rank + 1, start, n);
                exec::run(&code.body, &mut scratch.body, slots, &tile);
                for (k, &(reg, ty)) in code.body.results.iter().enumerate() {
                    let mut row = [0; W];
                    read_row(&scratch.body, reg, ty, n, &mut row);
                    for i in 0..n {
                        let lane = if s.reverse { n - 1 - i } else { i };
                        acc[k] = fold1(ops[k], ty, acc[k], row[lane]);
                        row[lane] = acc[k];
                    }
                    write_row(&mut scratch.epilogue, code.epilogue.params[k], ty, n, &row);
                }
                exec::run(&code.epilogue, &mut scratch.epilogue, slots, &tile);
                put_stores(&code.epilogue, &s.stores, &scratch.epilogue, slots, &tile);
                done += n;
            }
        }
        return;
    }
    tiles(&mut tile, &shape, 0..rank, |tile, _| {
        let n = tile.n;
        let mut acc = fill(&s.init);
        for i in 0..s.len {
            let j = if s.reverse { s.len - 1 - i } else { i };
            tile.fix(rank, j as i64);
            exec::run(&code.body, &mut scratch.body, slots, tile);
            match (&s.combine, &code.combine) {
                (Combine::Each(ops), _) => {
                    for (k, &(reg, ty)) in code.body.results.iter().enumerate() {
                        let mut row = [0; W];
                        read_row(&scratch.body, reg, ty, n, &mut row);
                        fold(ops[k], ty, &mut acc[k], &row, n);
                    }
                }
                (_, Some(c)) => apply_block(c, &code.body, scratch, slots, &types, &mut acc, n),
                _ => unreachable!("decoded with its combine block"),
            }
            for (k, row) in acc.iter().enumerate() {
                write_row(&mut scratch.epilogue, code.epilogue.params[k], types[k], n, row);
            }
            exec::run(&code.epilogue, &mut scratch.epilogue, slots, tile);
            put_stores(&code.epilogue, &s.stores, &scratch.epilogue, slots, tile);
        }
    });
}
