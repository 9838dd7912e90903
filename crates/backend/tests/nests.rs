//! Nests of every shape on the interpreter, against plain Rust loops.

use gradlens_backend::{Backend, BackendError, Buffer, Fuel, Interpreter};
use gradlens_kernel::*;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// A program of one nest: read slots are inputs, written slots temps and outputs.
fn program(nest: Nest) -> Program {
    let mut p = Program::default();
    let mut args = Vec::new();
    for a in &nest.args {
        let id = BufId(p.buffers.len() as u32);
        let read = a.access == Access::Read;
        p.buffers.push(BufferDecl {
            dtype: a.dtype,
            len: a.len,
            role: if read { BufferRole::Input } else { BufferRole::Temp },
        });
        if read {
            p.inputs.push(id)
        } else {
            p.outputs.push(id)
        }
        args.push(id);
    }
    p.steps.push(Step::Nest(NestCall { nest: Arc::new(nest), args }));
    p
}

fn run(p: Program, inputs: &[Buffer]) -> Vec<Bytes> {
    let it = Interpreter::new();
    let exe = it.compile(&Arc::new(p)).expect("compiles");
    let out = it.run(&exe, inputs).expect("runs");
    out.iter().map(|b| it.try_read(b).expect("sync").expect("reads")).collect()
}

fn f32s(x: &[f32]) -> Buffer {
    Buffer::host(DType::F32, Bytes::of(x))
}

fn read(dtype: DType, len: usize) -> ArgDecl {
    ArgDecl { dtype, len, access: Access::Read }
}

fn write(dtype: DType, len: usize) -> ArgDecl {
    ArgDecl { dtype, len, access: Access::Write }
}

/// `f(x)` element by element, over n.
fn map1(n: usize, from: DType, to: DType, f: impl FnOnce(&mut BlockBuilder, Value) -> Value) -> Nest {
    let mut b = BlockBuilder::new(1);
    let x = b.load(Arg(0), from, IndexExpr::dense(&[n]));
    let value = f(&mut b, x);
    let index = b.index_expr(IndexExpr::dense(&[n]));
    let stores = vec![Store { arg: Arg(1), index, value }];
    Nest {
        args: vec![read(from, n), write(to, n)],
        kind: NestKind::Map(Map { shape: vec![n], body: b.finish(vec![]), stores }),
    }
}

fn ramp(n: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 37) % 101) as f32 / 7.0 - 6.0).collect()
}

#[test]
fn map_is_elementwise_at_every_length() {
    for n in [0, 1, 3, 63, 64, 65, 200] {
        let xs = ramp(n);
        let nest = map1(n, DType::F32, DType::F32, |b, x| {
            let two = b.f32(2.0);
            let y = b.mul(x, two);
            b.add(y, x)
        });
        let out = run(program(nest), &[f32s(&xs)]);
        let want: Vec<f32> = xs.iter().map(|x| x * 2.0 + x).collect();
        assert_eq!(out[0].as_slice_of::<f32>(), want, "n = {n}");
    }
}

#[test]
fn narrow_storage_widens_and_narrows() {
    let nest = map1(4, DType::I8, DType::F16, |b, x| b.cast(ScalarType::F32, x));
    let out = run(program(nest), &[Buffer::host(DType::I8, Bytes::of(&[1i8, -128, 127, 0]))]);
    assert_eq!(out[0].as_slice_of::<u16>(), [0x3c00, 0xd800, 0x57f0, 0]);
    let nest = map1(4, DType::F32, DType::BF16, |_, x| x);
    let out = run(program(nest), &[f32s(&[1.0, f32::NAN, f32::INFINITY, 1.005])]);
    assert_eq!(out[0].as_slice_of::<u16>(), [0x3f80, 0x7fc0, 0x7f80, 0x3f81]);
}

#[test]
fn subnormals_flush_as_in_jax() {
    // x > 0 and -x at a subnormal: the comparison flushes, the sign change does not.
    let sub = f32::from_bits(71362);
    let gt = map1(2, DType::F32, DType::Bool, |b, x| {
        let zero = b.f32(0.0);
        b.gt(x, zero)
    });
    let out = run(program(gt), &[f32s(&[sub, 1.0])]);
    assert_eq!(out[0].as_slice(), [0, 1]);
    let neg = map1(2, DType::F32, DType::F32, |b, x| b.neg(x));
    let out = run(program(neg), &[f32s(&[sub, 1.0])]);
    assert_eq!(out[0].as_slice_of::<f32>(), [-sub, -1.0]);
    let half = map1(1, DType::F32, DType::F32, |b, x| {
        let half = b.f32(0.5);
        b.mul(x, half)
    });
    let out = run(program(half), &[f32s(&[-1.2e-38])]);
    assert_eq!(out[0].as_slice_of::<u32>(), [0x8000_0000]);
}

#[test]
fn transposed_and_clamped_loads() {
    let (r, c) = (5, 70);
    let xs = ramp(r * c);
    let mut b = BlockBuilder::new(2);
    let x = b.load(Arg(0), DType::F32, IndexExpr::affine(0, vec![1, c as i64]));
    let far = b.load(Arg(0), DType::F32, IndexExpr::affine(-3, vec![0, 1000]));
    let index = b.index_expr(IndexExpr::dense(&[c, r]));
    let stores = vec![Store { arg: Arg(1), index, value: x }, Store { arg: Arg(2), index, value: far }];
    let n = r * c;
    let nest = Nest {
        args: vec![read(DType::F32, n), write(DType::F32, n), write(DType::F32, n)],
        kind: NestKind::Map(Map { shape: vec![c, r], body: b.finish(vec![]), stores }),
    };
    let out = run(program(nest), &[f32s(&xs)]);
    for i in 0..c {
        for j in 0..r {
            assert_eq!(out[0].as_slice_of::<f32>()[i * r + j], xs[j * c + i]);
            let at = (j as i64 * 1000 - 3).clamp(0, n as i64 - 1) as usize;
            assert_eq!(out[1].as_slice_of::<f32>()[i * r + j], xs[at]);
        }
    }
}

/// The stated order of a sum, in plain Rust.
fn stated_sum(xs: &[f32]) -> f32 {
    let blocks: Vec<f32> = xs
        .chunks(Combine::BLOCK)
        .map(|c| {
            let mut l = [0f32; 8];
            for (i, x) in c.iter().enumerate() {
                l[i % 8] += x;
            }
            ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
        })
        .collect();
    let mut pending: Vec<(u32, f32)> = Vec::new();
    for b in blocks {
        let (mut w, mut t) = (0, b);
        while pending.last().is_some_and(|p| p.0 == w) {
            t += pending.pop().expect("there").1;
            w += 1;
        }
        pending.push((w, t));
    }
    pending.into_iter().rev().map(|p| p.1).reduce(|t, left| left + t).unwrap_or(0.0)
}

fn reduce(outer: &[usize], inner: &[usize], e: IndexExpr, len: usize, op: BinOp, init: f32) -> Nest {
    let mut body = BlockBuilder::new(outer.len() + inner.len());
    let x = body.load(Arg(0), DType::F32, e);
    let mut epi = BlockBuilder::new(outer.len());
    let t = epi.param(ScalarType::F32);
    let index = epi.index_expr(IndexExpr::dense(outer));
    let outs = outer.iter().product();
    Nest {
        args: vec![read(DType::F32, len), write(DType::F32, outs)],
        kind: NestKind::MapReduce(MapReduce {
            outer: outer.to_vec(),
            inner: inner.to_vec(),
            body: body.finish(vec![x]),
            init: vec![Const::f32(init)],
            combine: Combine::Each(vec![op]),
            epilogue: epi.finish(vec![]),
            stores: vec![Store { arg: Arg(1), index, value: t }],
        }),
    }
}

#[test]
fn sums_follow_the_stated_order() {
    for (rows, cols) in [(1, 1), (1, 7), (1, 5000), (3, 100), (3, 1600), (40, 700), (200, 3), (5, 0)] {
        let xs = ramp(rows * cols);
        let e = IndexExpr::dense(&[rows, cols]);
        let out = run(program(reduce(&[rows], &[cols], e, rows * cols, BinOp::Add, 0.0)), &[f32s(&xs)]);
        let want: Vec<f32> = (0..rows).map(|r| stated_sum(&xs[r * cols..(r + 1) * cols])).collect();
        assert_eq!(out[0].as_slice_of::<f32>(), want, "rows of {rows} x {cols}");
        // Columns, lanes across the outputs.
        let e = IndexExpr::affine(0, vec![1, cols as i64]);
        let out = run(program(reduce(&[cols], &[rows], e, rows * cols, BinOp::Add, 0.0)), &[f32s(&xs)]);
        let want: Vec<f32> =
            (0..cols).map(|c| stated_sum(&(0..rows).map(|r| xs[r * cols + c]).collect::<Vec<_>>())).collect();
        assert_eq!(out[0].as_slice_of::<f32>(), want, "columns of {rows} x {cols}");
    }
}

#[test]
fn max_over_two_dimensions_propagates_nan() {
    let mut xs = ramp(6 * 5 * 4);
    xs[77] = f32::NAN;
    let e = IndexExpr::affine(0, vec![4, 20, 1]);
    let out = run(program(reduce(&[5], &[6, 4], e, xs.len(), BinOp::Max, f32::NEG_INFINITY)), &[f32s(&xs)]);
    let got = out[0].as_slice_of::<f32>();
    for (j, g) in got.iter().enumerate() {
        let all = (0..6).flat_map(|i| (0..4).map(move |k| i * 20 + j * 4 + k)).map(|at| xs[at]);
        let want = all.fold(f32::NEG_INFINITY, eval::max_f32);
        assert_eq!(g.to_bits(), want.to_bits(), "row {j}");
    }
    assert!(got[(77 / 4) % 5].is_nan());
}

/// argmax with ties to the first and NaN as the greatest.
fn argmax_block() -> Block {
    let mut b = BlockBuilder::new(0);
    let (av, ai) = (b.param(ScalarType::F32), b.param(ScalarType::I32));
    let (xv, xi) = (b.param(ScalarType::F32), b.param(ScalarType::I32));
    let gt = b.gt(xv, av);
    let (xn, an) = (b.is_nan(xv), b.is_nan(av));
    let not_an = b.not(an);
    let first_nan = b.and(xn, not_an);
    let take = b.or(gt, first_nan);
    let v = b.select(take, xv, av);
    let i = b.select(take, xi, ai);
    b.finish(vec![v, i])
}

#[test]
fn argmax_is_a_combine_block() {
    for (rows, cols) in [(1, 9), (1, 300), (70, 11)] {
        let xs = ramp(rows * cols);
        let mut body = BlockBuilder::new(2);
        let x = body.load(Arg(0), DType::F32, IndexExpr::dense(&[rows, cols]));
        let i = body.index(1);
        let mut epi = BlockBuilder::new(1);
        let (_, t) = (epi.param(ScalarType::F32), epi.param(ScalarType::I32));
        let index = epi.index_expr(IndexExpr::dense(&[rows]));
        let nest = Nest {
            args: vec![read(DType::F32, rows * cols), write(DType::I32, rows)],
            kind: NestKind::MapReduce(MapReduce {
                outer: vec![rows],
                inner: vec![cols],
                body: body.finish(vec![x, i]),
                init: vec![Const::f32(f32::NEG_INFINITY), Const::i32(0)],
                combine: Combine::Block(Box::new(argmax_block())),
                epilogue: epi.finish(vec![]),
                stores: vec![Store { arg: Arg(1), index, value: t }],
            }),
        };
        let out = run(program(nest), &[f32s(&xs)]);
        let want: Vec<i32> = xs
            .chunks(cols)
            .map(|r| (0..cols).rev().max_by(|&a, &b| r[a].total_cmp(&r[b])).expect("some") as i32)
            .collect();
        assert_eq!(out[0].as_slice_of::<i32>(), want);
    }
}

#[test]
fn contraction_with_batch_and_epilogue() {
    let (b, m, n, k) = (2, 3, 70, 300);
    let (xs, ys) = (ramp(b * m * k), ramp(b * k * n));
    let mut epi = BlockBuilder::new(3);
    let t = epi.param(ScalarType::F32);
    let one = epi.f32(1.0);
    let value = epi.add(t, one);
    let index = epi.index_expr(IndexExpr::dense(&[b, m, n]));
    let nest = Nest {
        args: vec![read(DType::F32, xs.len()), read(DType::F32, ys.len()), write(DType::F32, b * m * n)],
        kind: NestKind::Contraction(Contraction {
            batch: vec![b],
            m: vec![m],
            n: vec![n],
            k: vec![k],
            lhs: (Arg(0), IndexExpr::affine(0, vec![(m * k) as i64, k as i64, 0, 1])),
            rhs: (Arg(1), IndexExpr::affine(0, vec![(k * n) as i64, 0, 1, n as i64])),
            ty: ScalarType::F32,
            epilogue: epi.finish(vec![]),
            stores: vec![Store { arg: Arg(2), index, value }],
        }),
    };
    let out = run(program(nest), &[f32s(&xs), f32s(&ys)]);
    let got = out[0].as_slice_of::<f32>();
    for (i, &g) in got.iter().enumerate() {
        let (bi, mi, ni) = (i / (m * n), i / n % m, i % n);
        let at = |ks: std::ops::Range<usize>| {
            ks.fold(0f32, |s, kk| s + xs[(bi * m + mi) * k + kk] * ys[(bi * k + kk) * n + ni])
        };
        assert_eq!(g, at(0..256) + at(256..300) + 1.0);
    }
}

#[test]
fn scans_run_both_ways() {
    for (outer, len, reverse) in [(1, 130, false), (2, 130, true), (70, 5, false), (70, 5, true)] {
        let xs = ramp(outer * len);
        let shape = [outer, len];
        let mut body = BlockBuilder::new(2);
        let x = body.load(Arg(0), DType::F32, IndexExpr::dense(&shape));
        let mut epi = BlockBuilder::new(2);
        let value = epi.param(ScalarType::F32);
        let index = epi.index_expr(IndexExpr::dense(&shape));
        let nest = Nest {
            args: vec![read(DType::F32, xs.len()), write(DType::F32, xs.len())],
            kind: NestKind::Scan(Scan {
                outer: vec![outer],
                len,
                reverse,
                body: body.finish(vec![x]),
                init: vec![Const::f32(0.0)],
                combine: Combine::Each(vec![BinOp::Add]),
                epilogue: epi.finish(vec![]),
                stores: vec![Store { arg: Arg(1), index, value }],
            }),
        };
        let out = run(program(nest), &[f32s(&xs)]);
        let mut want = xs.clone();
        for row in want.chunks_mut(len) {
            let mut acc = 0.0;
            let mut step = |x: &mut f32| {
                acc += *x;
                *x = acc;
            };
            if reverse { row.iter_mut().rev().for_each(&mut step) } else { row.iter_mut().for_each(&mut step) }
        }
        assert_eq!(out[0].as_slice_of::<f32>(), want);
    }
}

#[test]
fn scatter_adds_in_order_and_drops_what_is_outside() {
    let at = [3i32, 0, 3, -1, 4, 2, 100];
    let mut b = BlockBuilder::new(1);
    let p = b.load(Arg(0), DType::I32, IndexExpr::dense(&[7]));
    let i = b.index(0);
    let u = b.cast(ScalarType::F32, i);
    let nest = Nest {
        args: vec![read(DType::I32, 7), ArgDecl { dtype: DType::F32, len: 4, access: Access::ReadWrite }],
        kind: NestKind::Scatter(Scatter {
            shape: vec![7],
            body: b.finish(vec![p, u]),
            dest: Arg(1),
            op: ScatterOp::Each(BinOp::Add),
            unique: false,
        }),
    };
    let out = run(program(nest), &[Buffer::host(DType::I32, Bytes::of(&at))]);
    assert_eq!(out[0].as_slice_of::<f32>(), [1.0, 0.0, 5.0, 2.0]);
}

#[test]
fn sort_is_stable_with_nan_last_and_zeros_equal() {
    let xs = [0.0f32, -0.0, f32::NAN, -f32::NAN, 1.0, f32::NEG_INFINITY, f32::INFINITY, -0.0, 0.0];
    for (descending, want) in [(false, [5, 0, 1, 7, 8, 4, 6, 2, 3]), (true, [2, 3, 6, 4, 0, 1, 7, 8, 5])] {
        let e = IndexExpr::dense(&[9]);
        let op = |src, dst| SortOperand { src: (Arg(src), e.clone()), dst: (Arg(dst), e.clone()) };
        let nest = Nest {
            args: vec![read(DType::F32, 9), read(DType::I32, 9), write(DType::F32, 9), write(DType::I32, 9)],
            kind: NestKind::Sort(Sort {
                outer: vec![],
                len: 9,
                operands: vec![op(0, 2), op(1, 3)],
                num_keys: 1,
                descending,
            }),
        };
        let iota: Vec<i32> = (0..9).collect();
        let out = run(program(nest), &[f32s(&xs), Buffer::host(DType::I32, Bytes::of(&iota))]);
        assert_eq!(out[1].as_slice_of::<i32>(), want);
    }
}

#[test]
fn scalar_loops_run_lane_by_lane() {
    // Collatz steps: lanes end at different times, with an inner loop (halving) inside the outer.
    let n = 100;
    let nest = map1(n, DType::I32, DType::I32, |b, x| {
        let (zero, one, two, three) = (b.i32(0), b.i32(1), b.i32(2), b.i32(3));
        let out = b.loop_(
            &[x, zero],
            1000,
            |b, c| b.gt(c[0], one),
            |b, c| {
                let inner = b.loop_(
                    &[c[0], c[1]],
                    64,
                    |b, d| {
                        let odd = b.and(d[0], one);
                        b.eq(odd, zero)
                    },
                    |b, d| vec![b.div(d[0], two), b.add(d[1], one)],
                );
                let more = b.gt(inner[0], one);
                let up = b.mul(inner[0], three);
                let up = b.add(up, one);
                let count = b.add(inner[1], one);
                vec![b.select(more, up, inner[0]), b.select(more, count, inner[1])]
            },
        );
        out[1]
    });
    let xs: Vec<i32> = (1..=n as i32).collect();
    let out = run(program(nest), &[Buffer::host(DType::I32, Bytes::of(&xs))]);
    let want: Vec<i32> = xs
        .iter()
        .map(|&x| {
            let (mut x, mut c) = (x, 0);
            while x > 1 {
                x = if x % 2 == 0 { x / 2 } else { 3 * x + 1 };
                c += 1;
            }
            c
        })
        .collect();
    assert_eq!(out[0].as_slice_of::<i32>(), want);
}

/// `while x < limit { x = x * 2 }`, counting, and the same with a branch on the count.
fn doubling(limit: f32) -> Program {
    let scalar = |dtype, role| BufferDecl { dtype, len: 1, role };
    let at = |b: &mut BlockBuilder| b.index_expr(IndexExpr::at(0, 0));
    let decl = |dtype, access| ArgDecl { dtype, len: 1, access };
    let nest = |from: DType, to: DType, f: &dyn Fn(&mut BlockBuilder, Value) -> Value| {
        let mut b = BlockBuilder::new(0);
        let x = b.load(Arg(0), from, IndexExpr::at(0, 0));
        let value = f(&mut b, x);
        let index = at(&mut b);
        Arc::new(Nest {
            args: vec![decl(from, Access::Read), decl(to, Access::Write)],
            kind: NestKind::Map(Map {
                shape: vec![],
                body: b.finish(vec![]),
                stores: vec![Store { arg: Arg(1), index, value }],
            }),
        })
    };
    let call = |nest, a, b| Step::Nest(NestCall { nest, args: vec![BufId(a), BufId(b)] });
    Program {
        buffers: vec![
            scalar(DType::F32, BufferRole::Input),
            scalar(DType::F32, BufferRole::Temp),
            scalar(DType::F32, BufferRole::Temp),
            scalar(DType::Bool, BufferRole::Temp),
            scalar(DType::I32, BufferRole::Temp),
            scalar(DType::F32, BufferRole::Temp),
        ],
        inputs: vec![BufId(0)],
        outputs: vec![BufId(1), BufId(4), BufId(5)],
        steps: vec![
            Step::Copy { src: BufId(0), src_at: 0, dst: BufId(1), dst_at: 0, len: 1 },
            Step::Loop {
                cond: vec![call(
                    nest(DType::F32, DType::Bool, &|b, x| {
                        let l = b.f32(limit);
                        b.lt(x, l)
                    }),
                    1,
                    3,
                )],
                predicate: Some(BufId(3)),
                body: vec![call(nest(DType::F32, DType::F32, &|b, x| b.add(x, x)), 1, 2)],
                carries: vec![(BufId(1), BufId(2))],
                trips: None,
                counter: Some(BufId(4)),
            },
            Step::Branch {
                selector: BufId(4),
                cases: (0..3)
                    .map(|k| vec![call(nest(DType::F32, DType::F32, &|b, _| b.f32(k as f32 * 10.0)), 1, 5)])
                    .collect(),
            },
        ],
    }
}

#[test]
fn loops_and_branches() {
    for (x, want) in [(1.0, (16.0, 4, 20.0)), (6.0, (12.0, 1, 10.0)), (11.0, (11.0, 0, 0.0))] {
        let out = run(doubling(9.5), &[f32s(&[x])]);
        assert_eq!(out[0].as_slice_of::<f32>(), [want.0]);
        assert_eq!(out[1].as_slice_of::<i32>(), [want.1]);
        assert_eq!(out[2].as_slice_of::<f32>(), [want.2]);
    }
}

#[test]
fn fuel_ends_an_endless_loop() {
    let it = Interpreter::new();
    let exe = it.compile(&Arc::new(doubling(f32::INFINITY))).expect("compiles");
    it.set_fuel(Fuel(Rc::new(Cell::new(10_000))));
    let got = it.run(&exe, &[f32s(&[0.0])]);
    assert_eq!(got.err(), Some(BackendError::Interrupted));
}

#[test]
fn inlining_and_dead_code_keep_meaning() {
    let mut inner = BlockBuilder::new(0);
    let p = inner.param(ScalarType::I32);
    let (one, ten) = (inner.i32(1), inner.i32(10));
    let r = inner.loop_(&[p, one], 100, |b, c| b.lt(c[0], ten), |b, c| vec![b.add(c[0], c[1]), b.add(c[1], c[1])]);
    let _dead = inner.mul(r[0], r[1]);
    let inner = inner.finish(vec![r[1], r[0]]);
    let nest = map1(3, DType::I32, DType::I32, |b, x| {
        let r = b.inline(&inner, &[x]);
        b.sub(r[1], r[0])
    });
    let NestKind::Map(mut m) = nest.kind.clone() else { panic!("a map") };
    m.body = m.body.without_dead(&mut m.stores);
    assert!(
        m.body.insts.len()
            < match &nest.kind {
                NestKind::Map(m) => m.body.insts.len() + 1,
                _ => 0,
            }
    );
    let small = Nest { args: nest.args.clone(), kind: NestKind::Map(m) };
    for n in [nest, small] {
        n.validate().expect("valid");
        let out = run(program(n), &[Buffer::host(DType::I32, Bytes::of(&[0i32, 5, 40]))]);
        // 0+1+2+4+8 = 15 with 16 next; 5+1+2+4 = 12 with 8; 40 with 1.
        assert_eq!(out[0].as_slice_of::<i32>(), [-1, 4, 39]);
    }
}
