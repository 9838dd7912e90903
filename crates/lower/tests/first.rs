//! Elementwise chains, views, reductions and contractions, against values worked out by hand.

mod common;
use common::*;
use gradlens_ir::params::DotDims;
use gradlens_ir::{DType, Params, Prim, Shape};

fn reduce(axes: &[usize]) -> Params {
    Params::Reduce { axes: axes.to_vec() }
}

#[test]
fn a_chain_is_one_map() {
    let mut b = Builder::default();
    let x = b.f32(&[4]);
    let y = b.op(Prim::Mul, &[&x, &x]);
    let z = b.op(Prim::Add, &[&y, &lit(1.0)]);
    let w = b.op(Prim::Neg, &[&z]);
    let j = b.finish(&[&w, &y]);
    assert_eq!(both(&j, &[ramp(&[4], 0.0)]), [vec![-1.0, -2.0, -5.0, -10.0], vec![0.0, 1.0, 4.0, 9.0]]);
    assert_eq!(nests(&j), 1);
}

#[test]
fn views_are_indices() {
    let mut b = Builder::default();
    let x = b.f32(&[2, 3]);
    let t = b.op1(Prim::Transpose, Params::Transpose { permutation: vec![1, 0] }, &[&x]);
    let r = b.op1(Prim::Rev, Params::Rev { dimensions: vec![0] }, &[&t]);
    let s = b.op1(
        Prim::Slice,
        Params::Slice { start_indices: vec![0, 1], limit_indices: vec![3, 2], strides: Some(vec![2, 1]) },
        &[&r],
    );
    let q = b.op1(Prim::Squeeze, Params::Squeeze { dimensions: vec![1] }, &[&s]);
    let shape = Shape::from_slice(&[2, 2]);
    let w = b.op1(Prim::BroadcastInDim, Params::BroadcastInDim { shape, broadcast_dimensions: vec![1] }, &[&q]);
    let out = b.op(Prim::Add, &[&w, &lit(10.0)]);
    let flat = b.op1(Prim::Reshape, Params::Reshape { new_sizes: Shape::from_slice(&[4]), dimensions: None }, &[&out]);
    let j = b.finish(&[&flat, &r]);
    // x = [[0 1 2] [3 4 5]]; t = [[0 3] [1 4] [2 5]]; r = [[2 5] [1 4] [0 3]]; s = [[5] [3]].
    assert_eq!(both(&j, &[ramp(&[2, 3], 0.0)]), [vec![15.0, 13.0, 15.0, 13.0], vec![2.0, 5.0, 1.0, 4.0, 0.0, 3.0]]);
}

#[test]
fn reductions_take_in_producers_and_followers() {
    let mut b = Builder::default();
    let x = b.f32(&[2, 3]);
    let y = b.op(Prim::Mul, &[&x, &x]);
    let s = b.op1(Prim::ReduceSum, reduce(&[1]), &[&y]);
    let m = b.op1(Prim::ReduceMax, reduce(&[1]), &[&x]);
    let d = b.op(Prim::Mul, &[&s, &lit(0.5)]);
    let all = b.op1(Prim::ReduceProd, reduce(&[0, 1]), &[&x]);
    let j = b.finish(&[&d, &m, &all]);
    assert_eq!(both(&j, &[ramp(&[2, 3], 1.0)]), [vec![7.0, 38.5], vec![3.0, 6.0], vec![720.0]]);
    assert_eq!(nests(&j), 2);
}

#[test]
fn extrema_and_running_folds() {
    let x = f32s(&[2, 4], &[1.0, 3.0, 3.0, -2.0, 0.0, f32::NAN, 5.0, f32::NAN]);
    let mut b = Builder::default();
    let v = b.f32(&[2, 4]);
    let arg = |axis| Params::ArgReduce { axis, index_dtype: DType::I32 };
    let most = b.op1(Prim::Argmax, arg(1), &[&v]);
    let least = b.op1(Prim::Argmin, arg(1), &[&v]);
    let down = b.op1(Prim::Argmax, arg(0), &[&v]);
    let run = b.op1(Prim::Cumsum, Params::Cumulative { axis: 0, reverse: true }, &[&v]);
    let twice = b.op(Prim::Add, &[&run, &run]);
    let j = b.finish(&[&most, &least, &down, &twice]);
    let got = both(&j, &[x]);
    assert_eq!(got[..3], [vec![1.0, 1.0], vec![3.0, 1.0], vec![0.0, 1.0, 1.0, 1.0]]);
    assert_eq!(got[3][..1], [2.0]);
    assert_eq!(got[3][4..5], [0.0]);
    assert!(got[3][5].is_nan() && got[3][6] == 10.0);
}

#[test]
fn a_product_and_its_epilogue() {
    let mut b = Builder::default();
    let (x, y) = (b.f32(&[2, 3]), b.f32(&[4, 3]));
    let dims = DotDims { lhs_contract: vec![1], rhs_contract: vec![1], ..DotDims::default() };
    let p = b.op1(Prim::DotGeneral, Params::DotGeneral { dims, preferred_element_type: None }, &[&x, &y]);
    let q = b.op(Prim::Neg, &[&p]);
    let j = b.finish(&[&q]);
    let got = both(&j, &[ramp(&[2, 3], 0.0), ramp(&[4, 3], 0.0)]);
    assert_eq!(got, [vec![-5.0, -14.0, -23.0, -32.0, -14.0, -50.0, -86.0, -122.0]]);
    assert_eq!(nests(&j), 1);
}
