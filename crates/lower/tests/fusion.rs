//! Fused and unfused programs agree in every bit; what is fused is fused.

mod common;
use common::*;
use gradlens_ir::params::{DotDims, IndexMode, ScatterDims};
use gradlens_ir::{Atom, ClosedJaxpr, DType, Params, Prim, Shape, ShapedArray};
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

fn sub_jaxpr(shapes: &[&[usize]], f: impl FnOnce(&mut Builder, &[Atom]) -> Vec<Atom>) -> ClosedJaxpr {
    let mut b = Builder::default();
    let xs: Vec<Atom> = shapes.iter().map(|s| b.f32(s)).collect();
    let outs = f(&mut b, &xs);
    b.finish(&outs.iter().collect::<Vec<_>>())
}

/// One random equation on what is there.
fn step(b: &mut Builder, r: &mut Rng, pool: &mut Vec<Atom>) {
    let x = r.pick(pool).clone();
    let shape = shape_of(b, &x);
    let rank = shape.len();
    let like: Vec<Atom> = pool.iter().filter(|a| shape_of(b, a) == shape).cloned().collect();
    let y = r.pick(&like).clone();
    let axis = if rank > 0 { r.below(rank) } else { 0 };
    let out = match r.below(24) {
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
        16 if rank > 0 && shape[axis] > 1 => {
            let start = b.op1(Prim::Argmax, Params::ArgReduce { axis, index_dtype: DType::I32 }, &[&x]);
            let axes = (0..rank - 1).collect();
            let start = b.op1(Prim::ReduceMax, Params::Reduce { axes }, &[&start]);
            let starts: Vec<&Atom> = (0..rank).map(|_| &start).collect();
            let mut sizes = shape.clone();
            sizes[axis] -= 1;
            let params = Params::DynamicSlice { slice_sizes: sizes };
            let part = b.op1(Prim::DynamicSlice, params, &[&[&y], &starts[..]].concat());
            let part = b.op(Prim::Mul, &[&part, &lit(2.0)]);
            b.op(Prim::DynamicUpdateSlice, &[&[&x, &part], &starts[..]].concat())
        }
        17 if rank > 0 => {
            let params = Params::Sort { dimension: axis, is_stable: true, num_keys: 1 };
            b.eqn(Prim::Sort, params, &[&x, &y]).remove(1)
        }
        18 if rank > 0 => {
            let dims = ScatterDims {
                update_window_dims: (0..rank - 1).collect(),
                inserted_window_dims: vec![0],
                scatter_dims_to_operand_dims: vec![0],
                ..ScatterDims::default()
            };
            let mode = IndexMode::FillOrDrop;
            let params = Params::Scatter { dims, mode, unique_indices: false, indices_are_sorted: false };
            let row = b.op1(Prim::ReduceSum, Params::Reduce { axes: vec![0] }, &[&y]);
            let at = Atom::Lit(i32s(&[], &[r.below(4) as i32]));
            let wide = Params::BroadcastInDim { shape: Shape::from_slice(&[1]), broadcast_dimensions: vec![] };
            let at = b.op1(Prim::BroadcastInDim, wide, &[&at]);
            b.op1(Prim::ScatterAdd, params, &[&x, &at, &row])
        }
        19 => {
            let aval = ShapedArray::new(&shape, DType::F32);
            let first = sub_jaxpr(&[&shape, &shape], |b, a| vec![b.op(Prim::Add, &[&a[0], &a[1]])]);
            let second = sub_jaxpr(&[&shape, &shape], |_, a| vec![a[1].clone()]);
            let sum = b.op1(Prim::ReduceSum, Params::Reduce { axes: (0..rank).collect() }, &[&x]);
            let index = b.op(Prim::Gt, &[&sum, &lit(0.0)]);
            let to = Params::ConvertElementType { new_dtype: DType::I32, weak_type: false };
            let index = b.op1(Prim::ConvertElementType, to, &[&index]);
            let params = Params::Cond { branches: vec![first, second] };
            b.typed(Prim::Cond, params, &[&index, &x, &y], &[aval]).remove(0)
        }
        20 | 21 if rank > 0 => {
            let row = &shape[1..];
            let jaxpr = sub_jaxpr(&[row, row, row], |b, a| {
                let half = b.op(Prim::Mul, &[&a[1], &lit(0.5)]);
                let next = b.op(Prim::Add, &[&half, &a[2]]);
                let out = b.op(Prim::Tanh, &[&next]);
                let out = b.op(Prim::Add, &[&out, &a[0]]);
                vec![next, out]
            });
            let first = b.op1(Prim::ReduceMax, Params::Reduce { axes: vec![0] }, &[&y]);
            let (length, reverse) = (shape[0], r.below(2) == 0);
            let params = Params::Scan { jaxpr, length, reverse, unroll: 1, num_consts: 1, num_carry: 1 };
            let outs = [ShapedArray::new(row, DType::F32), ShapedArray::new(&shape, DType::F32)];
            let got = b.typed(Prim::Scan, params, &[&first, &first, &x], &outs);
            pool.push(got[0].clone());
            got[1].clone()
        }
        22 => {
            let cond_jaxpr = sub_jaxpr(&[&[], &shape, &shape], |b, a| vec![b.op(Prim::Lt, &[&a[0], &lit(3.0)])]);
            let body_jaxpr = sub_jaxpr(&[&[], &shape, &shape], |b, a| {
                let n = b.op(Prim::Add, &[&a[0], &lit(1.0)]);
                let s = b.op(Prim::Sin, &[&a[1]]);
                vec![n, a[2].clone(), s]
            });
            let params = Params::While { cond_jaxpr, cond_nconsts: 0, body_jaxpr, body_nconsts: 0 };
            let wide = ShapedArray::new(&shape, DType::F32);
            let outs = [ShapedArray::new([], DType::F32), wide.clone(), wide];
            let got = b.typed(Prim::While, params, &[&lit(0.0), &x, &y], &outs);
            pool.push(got[1].clone());
            got[2].clone()
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
    for seed in 1..=300u64 {
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

#[test]
fn what_is_dear_is_computed_once_also_behind_views() {
    let mut b = Builder::default();
    let x = b.f32(&[3, 4]);
    let e = b.op(Prim::Exp, &[&x]);
    let t = b.op1(Prim::Transpose, Params::Transpose { permutation: vec![1, 0] }, &[&e]);
    let rows = b.op1(Prim::ReduceSum, Params::Reduce { axes: vec![0] }, &[&t]);
    let columns = b.op1(Prim::ReduceMax, Params::Reduce { axes: vec![1] }, &[&t]);
    let j = b.finish(&[&rows, &columns]);
    let program = lowered(&j, &Options::default()).program;
    let dear = program
        .steps
        .iter()
        .filter(|s| matches!(s, gradlens_kernel::Step::Nest(call) if call.nest.to_string().len() > 1500))
        .count();
    assert_eq!((program.steps.len(), dear), (3, 1), "{program}");
    assert_eq!(both(&j, &[f32s(&[3, 4], &[0.0; 12])]), [vec![4.0; 3], vec![1.0; 4]]);
}
