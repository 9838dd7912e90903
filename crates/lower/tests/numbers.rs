//! Windows, convolutions and random bits, against what JAX 0.10.2 gives.

mod common;
use common::*;
use gradlens_ir::params::{ConvDims, Window};
use gradlens_ir::{Array, DType, Params, Prim, Shape};

/// 0, 1, ..., 6, 0, 1, ... plus `first`.
fn sevens(shape: &[usize], first: f32) -> Array {
    let n: usize = shape.iter().product();
    f32s(shape, &(0..n).map(|i| (i % 7) as f32 + first).collect::<Vec<_>>())
}

fn window(dimensions: &[usize], strides: &[usize], padding: &[(i64, i64)], base: usize, own: usize) -> Window {
    let n = strides.len();
    Window {
        dimensions: dimensions.to_vec(),
        strides: strides.to_vec(),
        padding: padding.to_vec(),
        base_dilation: vec![base; n],
        window_dilation: vec![own; n],
    }
}

#[test]
fn convolutions() {
    let plain =
        |n: usize| ConvDims { lhs_spec: (0..n).collect(), rhs_spec: (0..n).collect(), out_spec: (0..n).collect() };
    let last = ConvDims { lhs_spec: vec![0, 3, 1, 2], rhs_spec: vec![3, 2, 0, 1], out_spec: vec![0, 3, 1, 2] };
    type Row = (&'static [usize], &'static [usize], Window, ConvDims, usize, usize, &'static [f64]);
    let rows: Vec<Row> = vec![
        (
            &[1, 2, 5],
            &[2, 2, 3],
            window(&[], &[2], &[(1, 2)], 1, 1),
            plain(3),
            1,
            1,
            &[24.0, 0.0, -3.0, 20.0, -8.0, 2.0],
        ),
        (
            &[2, 4, 4],
            &[4, 2, 2],
            window(&[], &[1], &[(-1, 1)], 2, 2),
            plain(3),
            2,
            1,
            &[
                0.0, 12.0, 0.0, 0.0, 0.0, 0.0, 8.0, 0.0, 26.0, 0.0, 0.0, 3.0, 0.0, -5.0, 0.0, 0.0, 1.0, 0.0, 16.0, 0.0,
                0.0, -5.0, 0.0, -3.0, 0.0, 0.0, 2.0, 0.0, 13.0, 0.0, 0.0, 1.0, 0.0, 7.0, 0.0, 0.0, 24.0, 0.0, 32.0,
                0.0,
            ],
        ),
        (
            &[4, 2, 4],
            &[4, 2, 2],
            window(&[], &[1], &[(0, 0)], 1, 1),
            plain(3),
            1,
            2,
            &[
                10.0, 12.0, 0.0, -3.0, 8.0, 26.0, 3.0, -5.0, 1.0, 1.0, 16.0, 24.0, 12.0, 0.0, -5.0, 8.0, 26.0, 2.0,
                -5.0, 1.0, 7.0, 16.0, 24.0, 32.0,
            ],
        ),
        (
            &[1, 4, 4, 2],
            &[2, 2, 2, 3],
            window(&[], &[1, 2], &[(0, 1), (1, 0)], 1, 1),
            last,
            1,
            1,
            &[
                -14.0, -4.0, -8.0, 24.0, 26.0, 35.0, -6.0, 1.0, 1.0, 44.0, 40.0, 43.0, 2.0, 6.0, 10.0, 29.0, 12.0, 2.0,
                7.0, 3.0, 6.0, -6.0, 12.0, 16.0,
            ],
        ),
    ];
    for (xs, ks, w, dims, features, batches, want) in rows {
        let mut b = Builder::default();
        let (x, k) = (b.f32(xs), b.f32(ks));
        let params = Params::Conv {
            window: w,
            dims,
            feature_group_count: features,
            batch_group_count: batches,
            preferred_element_type: None,
        };
        let c = b.op1(Prim::ConvGeneralDilated, params, &[&x, &k]);
        let n = b.op(Prim::Neg, &[&c]);
        let j = b.finish(&[&n]);
        let got = both(&j, &[sevens(xs, -2.0), sevens(ks, -1.0)]);
        assert_eq!(got[0], want.iter().map(|x| -x).collect::<Vec<_>>(), "{xs:?} * {ks:?}");
    }
}

#[test]
fn windows_and_their_derivatives() {
    let mut b = Builder::default();
    let x = b.f32(&[6]);
    let g = b.f32(&[6]);
    let c = b.f32(&[3]);
    let w = window(&[3], &[2], &[(1, 1)], 1, 1);
    let fold = |w: &Window| Params::ReduceWindow { window: w.clone() };
    let sum = b.op1(Prim::ReduceWindowSum, fold(&w), &[&x]);
    let most = b.op1(Prim::ReduceWindowMax, fold(&w), &[&x]);
    let least = b.op1(Prim::ReduceWindowMin, fold(&window(&[2], &[1], &[(0, 0)], 2, 2)), &[&x]);
    let select = Params::SelectWindow { select_prim: Prim::Ge, window: w };
    let tangent = b.op1(Prim::SelectAndGatherAdd, select.clone(), &[&g, &x]);
    let cotangent = b.op1(Prim::SelectAndScatterAdd, select, &[&c, &x]);
    let j = b.finish(&[&sum, &most, &least, &tangent, &cotangent]);
    let inf = f64::INFINITY;
    assert_eq!(
        both(&j, &[ramp(&[6], -3.0), ramp(&[6], 10.0), f32s(&[3], &[1.0, 2.0, 4.0])]),
        [
            vec![-5.0, -3.0, 3.0],
            vec![-2.0, 0.0, 2.0],
            vec![-3.0, inf, -2.0, inf, -1.0, inf, 0.0, inf, 1.0],
            vec![11.0, 13.0, 15.0],
            vec![0.0, 1.0, 0.0, 2.0, 0.0, 4.0],
        ]
    );
}

#[test]
fn random_bits_are_those_of_jax() {
    let mut b = Builder::default();
    let seed = b.input(DType::I32, &[]);
    let key = b.op(Prim::RandomSeed, &[&seed]);
    let shape = |s: &[usize]| Shape::from_slice(s);
    let split = b.op1(Prim::RandomSplit, Params::RandomShape { shape: shape(&[3]) }, &[&key]);
    let split = b.op(Prim::RandomUnwrap, &[&split]);
    let seven = gradlens_ir::Atom::Lit(Array::from_slice(&[], DType::U32, &[7u32]));
    let fold = b.op(Prim::RandomFoldIn, &[&key, &seven]);
    let fold = b.op(Prim::RandomUnwrap, &[&fold]);
    let bits = |w, s: &[usize]| Params::RandomBits { bit_width: w, shape: shape(s) };
    let b32 = b.op1(Prim::RandomBits, bits(32, &[2, 3]), &[&key]);
    let b8 = b.op1(Prim::RandomBits, bits(8, &[3]), &[&key]);
    let b16 = b.op1(Prim::RandomBits, bits(16, &[3]), &[&key]);
    let j = b.finish(&[&split, &fold, &b32, &b8, &b16]);
    assert_eq!(
        both(&j, &[i32s(&[], &[42])]),
        [
            vec![1832780943.0, 270669613.0, 64467757.0, 2916123636.0, 2465931498.0, 255383827.0],
            vec![2547012911.0, 1371500959.0],
            vec![2098992034.0, 2919706841.0, 2646866425.0, 2409546199.0, 1935504149.0, 2516274904.0],
            vec![162.0, 217.0, 249.0],
            vec![5026.0, 12505.0, 63993.0],
        ]
    );
}

#[test]
fn exchanges_make_a_permutation() {
    let mut b = Builder::default();
    let p = b.input(DType::I32, &[3]);
    let perm = b.op1(Prim::LuPivotsToPermutation, Params::LuPivots { permutation_size: 4 }, &[&p]);
    let j = b.finish(&[&perm]);
    // [0 1 2 3] -> swap 0, 2 -> [2 1 0 3] -> swap 1, 3 -> [2 3 0 1] -> swap 2, 2.
    assert_eq!(both(&j, &[i32s(&[3], &[2, 3, 2])]), [vec![2.0, 3.0, 0.0, 1.0]]);
}
