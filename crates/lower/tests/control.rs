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

#[test]
fn control_flow_loses_what_nobody_needs() {
    // Carries: a is used, b feeds a, c feeds itself alone; y0 is not used; x1 is for y0 alone.
    let step = body(&[&[], &[], &[], &[], &[]], |b, x| {
        let a = b.op(Prim::Add, &[&x[0], &x[1]]);
        let next_b = b.op(Prim::Mul, &[&x[1], &lit(2.0)]);
        let c = b.op(Prim::Exp, &[&x[2]]);
        let y0 = b.op(Prim::Sin, &[&x[4]]);
        let y1 = b.op(Prim::Neg, &[&x[3]]);
        vec![a, next_b, c, y0, y1]
    });
    let mut b = Builder::default();
    let (p, q) = (b.f32(&[3]), b.f32(&[3]));
    let params = Params::Scan { jaxpr: step, length: 3, reverse: false, unroll: 1, num_consts: 0, num_carry: 3 };
    let (one, three) = (f32_aval(&[]), f32_aval(&[3]));
    let outs = [one.clone(), one.clone(), one, three.clone(), three];
    let out = b.typed(Prim::Scan, params, &[&lit(0.0), &lit(1.0), &lit(2.0), &p, &q], &outs);
    let j = b.finish(&[&out[0], &out[4]]);
    let simple = gradlens_transform::simplify::simplify(&j);
    let e = &simple.jaxpr.eqns[0];
    let Params::Scan { jaxpr, num_carry, .. } = &e.params else { panic!("no scan") };
    let names: Vec<&str> = jaxpr.jaxpr.eqns.iter().map(|e| e.prim.name()).collect();
    assert_eq!((e.ins.len(), e.outs.len(), *num_carry), (3, 3, 2));
    assert_eq!(names, ["add", "mul", "neg"]);
    assert_eq!(both(&j, &[ramp(&[3], 1.0), ramp(&[3], 0.0)]), [vec![7.0], vec![-1.0, -2.0, -3.0]]);

    let go = body(&[&[], &[], &[]], |b, x| vec![b.op(Prim::Lt, &[&x[0], &lit(3.0)])]);
    let next = body(&[&[], &[], &[]], |b, x| {
        let n = b.op(Prim::Add, &[&x[0], &lit(1.0)]);
        let (d, e) = (b.op(Prim::Exp, &[&x[1]]), b.op(Prim::Mul, &[&x[2], &lit(2.0)]));
        vec![n, d, e]
    });
    let mut b = Builder::default();
    let x = b.f32(&[]);
    let params = Params::While { cond_jaxpr: go, cond_nconsts: 0, body_jaxpr: next, body_nconsts: 0 };
    let aval = f32_aval(&[]);
    let out = b.typed(Prim::While, params, &[&lit(0.0), &x, &x], &[aval.clone(), aval.clone(), aval]);
    let j = b.finish(&[&out[2]]);
    let simple = gradlens_transform::simplify::simplify(&j);
    assert_eq!((simple.jaxpr.eqns[0].ins.len(), simple.jaxpr.eqns[0].outs.len()), (2, 2));
    assert_eq!(both(&j, &[f32s(&[], &[1.5])]), [vec![12.0]]);
}
