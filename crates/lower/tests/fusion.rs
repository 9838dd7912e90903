//! Fused and unfused programs agree in every bit; what is fused is fused.

mod common;
use common::*;
use gradlens_ir::params::DotDims;
use gradlens_ir::{Atom, ClosedJaxpr, DType, Params, Prim, Shape};
use gradlens_lower::{Options, lower};

/// A small generator of numbers (xorshift), so that a failing seed can be run again.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn pick<'a, T>(&mut self, xs: &'a [T]) -> &'a T {
        let i = self.below(xs.len());
        &xs[i]
    }
}

fn shape_of(b: &Builder, a: &Atom) -> Vec<usize> {
    b.jaxpr.atom_aval(a).shape.to_vec()
}

/// One random equation on what is there.
fn step(b: &mut Builder, r: &mut Rng, pool: &mut Vec<Atom>) {
    let x = r.pick(pool).clone();
    let shape = shape_of(b, &x);
    let rank = shape.len();
    let like: Vec<Atom> = pool.iter().filter(|a| shape_of(b, a) == shape).cloned().collect();
    let y = r.pick(&like).clone();
    let axis = if rank > 0 { r.below(rank) } else { 0 };
    let out = match r.below(16) {
        0 => b.op(Prim::Add, &[&x, &y]),
        1 => b.op(Prim::Mul, &[&x, &y]),
        2 => b.op(Prim::Max, &[&x, &y]),
        3 => b.op(Prim::Tanh, &[&x]),
        4 => b.op(Prim::Sin, &[&x]),
        5 => b.op(Prim::Sub, &[&x, &lit(0.5)]),
        6 if rank > 1 => {
            let permutation: Vec<usize> = (0..rank).rev().collect();
            b.op1(Prim::Transpose, Params::Transpose { permutation }, &[&x])
        }
        7 if rank > 0 => b.op1(Prim::ReduceSum, Params::Reduce { axes: vec![axis] }, &[&x]),
        8 if rank > 0 => b.op1(Prim::ReduceMax, Params::Reduce { axes: vec![axis] }, &[&x]),
        9 if rank > 0 => b.op1(Prim::Rev, Params::Rev { dimensions: vec![axis] }, &[&x]),
        10 if rank < 3 => {
            let mut wide = shape.clone();
            wide.push(3);
            let params =
                Params::BroadcastInDim { shape: Shape::from_slice(&wide), broadcast_dimensions: (0..rank).collect() };
            b.op1(Prim::BroadcastInDim, params, &[&x])
        }
        11 => {
            let n: usize = shape.iter().product();
            let new_sizes = Shape::from_slice(&[n]);
            b.op1(Prim::Reshape, Params::Reshape { new_sizes, dimensions: None }, &[&x])
        }
        12 if rank > 0 && shape[axis] < 20 => {
            b.op1(Prim::Concatenate, Params::Concatenate { dimension: axis }, &[&x, &y])
        }
        13 if rank > 0 => b.op1(Prim::Cumsum, Params::Cumulative { axis, reverse: r.below(2) == 0 }, &[&x]),
        14 if rank > 0 => {
            let mut padding_config = vec![(0, 0, 0); rank];
            padding_config[axis] = *r.pick(&[(1, 0, 0), (0, 1, 1), (-1, 2, 0)]);
            b.op1(Prim::Pad, Params::Pad { padding_config }, &[&x, &lit(0.25)])
        }
        15 if rank == 2 => {
            let dims = DotDims { lhs_contract: vec![1], rhs_contract: vec![1], ..DotDims::default() };
            b.op1(Prim::DotGeneral, Params::DotGeneral { dims, preferred_element_type: None }, &[&x, &y])
        }
        _ => b.op(Prim::Neg, &[&x]),
    };
    let size: usize = shape_of(b, &out).iter().product();
    if size > 0 && size < 2000 {
        pool.push(out);
    }
}

#[test]
fn random_programs_do_not_change_under_fusion() {
    for seed in 1..=200u64 {
        let mut r = Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut b = Builder::default();
        let mut pool = vec![b.f32(&[3, 4]), b.f32(&[4]), b.f32(&[])];
        for _ in 0..25 {
            step(&mut b, &mut r, &mut pool);
        }
        let outs: Vec<Atom> = (0..4).map(|_| r.pick(&pool).clone()).chain(pool.last().cloned()).collect();
        let j = b.finish(&outs.iter().collect::<Vec<_>>());
        let inputs = [ramp(&[3, 4], -5.5), ramp(&[4], 0.25), f32s(&[], &[1.5])];
        let plain = run_with(&j, &inputs, &Options { fuse: false, ..Options::default() });
        for max_args in [3, 8, 100] {
            let fused = run_with(&j, &inputs, &Options { max_args, ..Options::default() });
            for (k, (a, b)) in fused.iter().zip(&plain).enumerate() {
                let (a, b) = (a.host().expect("host"), b.host().expect("host"));
                assert_eq!(a.bytes(), b.bytes(), "seed {seed}, {max_args} buffers, result {k}\n{:#?}", j.jaxpr.eqns);
            }
        }
    }
}

fn softmax() -> ClosedJaxpr {
    let mut b = Builder::default();
    let x = b.f32(&[8, 16]);
    let wide = |b: &mut Builder, a: &Atom| {
        let params = Params::BroadcastInDim { shape: Shape::from_slice(&[8, 16]), broadcast_dimensions: vec![0] };
        b.op1(Prim::BroadcastInDim, params, &[a])
    };
    let m = b.op1(Prim::ReduceMax, Params::Reduce { axes: vec![1] }, &[&x]);
    let m = wide(&mut b, &m);
    let d = b.op(Prim::Sub, &[&x, &m]);
    let e = b.op(Prim::Exp, &[&d]);
    let s = b.op1(Prim::ReduceSum, Params::Reduce { axes: vec![1] }, &[&e]);
    let s = wide(&mut b, &s);
    let q = b.op(Prim::Div, &[&e, &s]);
    b.finish(&[&q])
}

#[test]
fn softmax_is_four_nests() {
    let j = softmax();
    let rows: f64 = both(&j, &[ramp(&[8, 16], 0.0)])[0].iter().sum();
    assert!((rows - 8.0).abs() < 1e-5, "{rows}");
    assert_eq!(nests(&j), 4);
}

#[test]
fn long_chains_are_no_recursion_and_share_buffers() {
    let mut b = Builder::default();
    let mut x = b.f32(&[4]);
    for _ in 0..20_000 {
        x = b.op(Prim::Add, &[&x, &lit(1.0)]);
    }
    let s = b.op1(Prim::ReduceSum, Params::Reduce { axes: vec![0] }, &[&x]);
    let j = b.finish(&[&s]);
    let program = lower(&j, &Options::default()).expect("lowers").program;
    assert!(program.buffers.len() < 8, "{} buffers", program.buffers.len());
    assert_eq!(run(&j, &[ramp(&[4], 0.0)])[0].to_f64s().expect("host"), [80_006.0]);
}

#[test]
fn equal_programs_over_other_constants_are_equal() {
    let make = |c: f32| {
        let mut b = Builder::default();
        let x = b.f32(&[3]);
        let k = b.constant(f32s(&[3], &[c; 3]));
        let y = b.op(Prim::Mul, &[&x, &k]);
        b.finish(&[&y])
    };
    let (a, b) = (lowered(&make(2.0), &Options::default()), lowered(&make(3.0), &Options::default()));
    assert_eq!(a.program, b.program);
    assert_eq!(a.consts[0].to_f64s().expect("host"), [2.0; 3]);
    assert_eq!(run(&make(3.0), &[ramp(&[3], 0.0)])[0].to_f64s().expect("host"), [0.0, 3.0, 6.0]);
}

#[test]
fn narrow_types_round_after_each_primitive() {
    let mut b = Builder::default();
    let x = b.input(DType::BF16, &[]);
    let one = Atom::Lit(gradlens_ir::Array::full(&[], DType::BF16, 1.0));
    let y = b.op(Prim::Add, &[&x, &one]);
    let z = b.op(Prim::Sub, &[&y, &one]);
    let j = b.finish(&[&z]);
    // 2^-9 vanishes beside 1 in bfloat16.
    let x = gradlens_ir::Array::full(&[], DType::BF16, 1.0 / 512.0);
    assert_eq!(both(&j, &[x]), [vec![0.0]]);
}
