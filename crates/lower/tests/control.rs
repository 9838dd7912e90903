//! Branches, loops and scans.

mod common;
use common::*;
use gradlens_ir::{Array, Atom, ClosedJaxpr, DType, Params, Prim, ShapedArray};

fn f32_aval(shape: &[usize]) -> ShapedArray {
    ShapedArray::new(shape, DType::F32)
}

fn body(shapes: &[&[usize]], f: impl FnOnce(&mut Builder, &[Atom]) -> Vec<Atom>) -> ClosedJaxpr {
    let mut b = Builder::default();
    let xs: Vec<Atom> = shapes.iter().map(|s| b.f32(s)).collect();
    let outs = f(&mut b, &xs);
    b.finish(&outs.iter().collect::<Vec<_>>())
}

#[test]
fn cond_runs_the_chosen_branch() {
    let square = body(&[&[2], &[]], |b, x| vec![b.op(Prim::Mul, &[&x[0], &x[0]]), x[1].clone()]);
    let shift = body(&[&[2], &[]], |b, x| vec![b.op(Prim::Add, &[&x[0], &x[1]]), lit(7.0)]);
    let mut b = Builder::default();
    let i = b.input(DType::I32, &[]);
    let x = b.f32(&[2]);
    let y = b.op(Prim::Neg, &[&x]);
    let out = b.typed(
        Prim::Cond,
        Params::Cond { branches: vec![square, shift] },
        &[&i, &y, &lit(10.0)],
        &[f32_aval(&[2]), f32_aval(&[])],
    );
    let z = b.op(Prim::Neg, &[&out[0]]);
    let j = b.finish(&[&z, &out[1]]);
    for (i, want) in [
        (-5, [vec![-1.0, -4.0], vec![10.0]]),
        (0, [vec![-1.0, -4.0], vec![10.0]]),
        (1, [vec![-9.0, -8.0], vec![7.0]]),
        (9, [vec![-9.0, -8.0], vec![7.0]]),
    ] {
        assert_eq!(both(&j, &[i32s(&[], &[i]), ramp(&[2], 1.0)]), want, "case {i}");
    }
}

#[test]
fn while_carries_and_swaps() {
    // (n, a, b) -> (n - 1, b, a + b) while n != 0: Fibonacci numbers.
    let go = body(&[&[], &[], &[]], |b, x| vec![b.op(Prim::Ne, &[&x[0], &lit(0.0)])]);
    let next = body(&[&[], &[], &[]], |b, x| {
        let sum = b.op(Prim::Add, &[&x[1], &x[2]]);
        vec![b.op(Prim::Add, &[&x[0], &lit(-1.0)]), x[2].clone(), sum]
    });
    let mut b = Builder::default();
    let n = b.f32(&[]);
    let out = b.typed(
        Prim::While,
        Params::While { cond_jaxpr: go, cond_nconsts: 0, body_jaxpr: next, body_nconsts: 0 },
        &[&n, &lit(0.0), &lit(1.0)],
        &[f32_aval(&[]), f32_aval(&[]), f32_aval(&[])],
    );
    let j = b.finish(&[&out[1], &out[2]]);
    assert_eq!(both(&j, &[f32s(&[], &[10.0])]), [vec![55.0], vec![89.0]]);
    assert_eq!(both(&j, &[f32s(&[], &[0.0])]), [vec![0.0], vec![1.0]]);
}

fn scan_over(reverse: bool) -> ClosedJaxpr {
    // carry' = carry * k + x; y = (carry', x, k) with k a constant and a carry that stays.
    let step = body(&[&[], &[], &[2], &[2]], |b, x| {
        let (k, stays, c, row) = (&x[0], &x[1], &x[2], &x[3]);
        let scaled = b.op(Prim::Mul, &[c, k]);
        let next = b.op(Prim::Add, &[&scaled, row]);
        vec![stays.clone(), next.clone(), next, row.clone(), b.op(Prim::Neg, &[row])]
    });
    let mut b = Builder::default();
    let k = b.f32(&[]);
    let xs = b.f32(&[3, 2]);
    let c = b.constant(f32s(&[2], &[0.0, 0.0]));
    let params = Params::Scan { jaxpr: step, length: 3, reverse, unroll: 1, num_consts: 1, num_carry: 2 };
    let wide = f32_aval(&[3, 2]);
    let outs = [f32_aval(&[]), f32_aval(&[2]), wide.clone(), wide.clone(), wide];
    let out = b.typed(Prim::Scan, params, &[&k, &lit(5.0), &c, &xs], &outs);
    let last = b.op(Prim::Neg, &[&out[1]]);
    b.finish(&[&last, &out[2], &out[3], &out[4], &out[0]])
}

#[test]
fn scan_reads_and_writes_rows_in_place() {
    let inputs: [Array; 2] = [f32s(&[], &[10.0]), ramp(&[3, 2], 1.0)];
    let rows = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let minus: Vec<f64> = rows.iter().map(|x: &f64| -x).collect();
    assert_eq!(
        both(&scan_over(false), &inputs),
        [vec![-135.0, -246.0], vec![1.0, 2.0, 13.0, 24.0, 135.0, 246.0], rows.clone(), minus.clone(), vec![5.0],]
    );
    assert_eq!(
        both(&scan_over(true), &inputs),
        [vec![-531.0, -642.0], vec![531.0, 642.0, 53.0, 64.0, 5.0, 6.0], rows, minus, vec![5.0]]
    );
}

#[test]
fn loops_nest() {
    // Each row of xs is scanned by an inner scan whose carry starts at the outer one's.
    let inner = body(&[&[], &[]], |b, x| {
        let s = b.op(Prim::Add, &[&x[0], &x[1]]);
        vec![s.clone(), s]
    });
    let outer = body(&[&[], &[3]], |b, x| {
        let params = Params::Scan { jaxpr: inner, length: 3, reverse: false, unroll: 1, num_consts: 0, num_carry: 1 };
        b.typed(Prim::Scan, params, &[&x[0], &x[1]], &[f32_aval(&[]), f32_aval(&[3])])
    });
    let mut b = Builder::default();
    let xs = b.f32(&[2, 3]);
    let params = Params::Scan { jaxpr: outer, length: 2, reverse: false, unroll: 1, num_consts: 0, num_carry: 1 };
    let out = b.typed(Prim::Scan, params, &[&lit(0.0), &xs], &[f32_aval(&[]), f32_aval(&[2, 3])]);
    let j = b.finish(&[&out[0], &out[1]]);
    assert_eq!(both(&j, &[ramp(&[2, 3], 1.0)]), [vec![21.0], vec![1.0, 3.0, 6.0, 10.0, 15.0, 21.0]]);
}
