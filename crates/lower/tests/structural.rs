//! Indexing, scatters, sorts, padding and joining.

mod common;
use common::*;
use gradlens_ir::params::{Bits, GatherDims, IndexMode, ScatterDims};
use gradlens_ir::{DType, Params, Prim, Shape};

#[test]
fn pads_concatenates_and_counts() {
    let mut b = Builder::default();
    let x = b.f32(&[3]);
    let pad = |lo, hi, inner| Params::Pad { padding_config: vec![(lo, hi, inner)] };
    let p = b.op1(Prim::Pad, pad(1, 2, 1), &[&x, &lit(9.0)]);
    let q = b.op1(Prim::Pad, pad(-1, 1, 0), &[&x, &lit(9.0)]);
    let c = b.op1(Prim::Concatenate, Params::Concatenate { dimension: 0 }, &[&x, &q]);
    let many = b.op1(Prim::Concatenate, Params::Concatenate { dimension: 0 }, &[&x, &q, &x, &c, &q]);
    let iota = Params::Iota { dtype: DType::F32, shape: Shape::from_slice(&[2, 3]), dimension: 1 };
    let i = b.op1(Prim::Iota, iota, &[]);
    let s = b.op1(Prim::Stack, Params::Stack { axis: 1 }, &[&x, &q]);
    let u = b.eqn(Prim::Unstack, Params::Stack { axis: 0 }, &[&s]);
    let t = b.op1(Prim::Tile, Params::Tile { reps: vec![2] }, &[&x]);
    let j = b.finish(&[&p, &q, &many, &i, &s, &u[2], &t]);
    assert_eq!(
        both(&j, &[ramp(&[3], 1.0)]),
        [
            vec![9.0, 1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 9.0],
            vec![2.0, 3.0, 9.0],
            vec![1.0, 2.0, 3.0, 2.0, 3.0, 9.0, 1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 2.0, 3.0, 9.0, 2.0, 3.0, 9.0],
            vec![0.0, 1.0, 2.0, 0.0, 1.0, 2.0],
            vec![1.0, 2.0, 2.0, 3.0, 3.0, 9.0],
            vec![3.0, 9.0],
            vec![1.0, 2.0, 3.0, 1.0, 2.0, 3.0],
        ]
    );
}

#[test]
fn gathers_in_every_mode() {
    for (mode, fill, want) in [
        (IndexMode::Clip, None, [3.0, 4.0, 0.0, 1.0, 6.0, 7.0]),
        (IndexMode::FillOrDrop, Some(-1.0), [3.0, 4.0, -1.0, -1.0, -1.0, -1.0]),
    ] {
        let mut b = Builder::default();
        let x = b.f32(&[3, 3]);
        let i = b.input(DType::I32, &[3, 1]);
        let dims = GatherDims {
            offset_dims: vec![1],
            collapsed_slice_dims: vec![0],
            start_index_map: vec![0],
            ..GatherDims::default()
        };
        let params = Params::Gather {
            dims,
            slice_sizes: vec![1, 2],
            mode,
            fill_value: fill.map(Bits),
            unique_indices: false,
            indices_are_sorted: false,
        };
        let g = b.op1(Prim::Gather, params, &[&x, &i]);
        let n = b.op(Prim::Neg, &[&g]);
        let j = b.finish(&[&n]);
        let got = both(&j, &[ramp(&[3, 3], 0.0), i32s(&[3, 1], &[1, -2, 7])]);
        assert_eq!(got[0], want.map(|x| -x), "{mode:?}");
    }
}

#[test]
fn scatters_drop_or_clip_and_repeat() {
    let rows: &[(Prim, IndexMode, [f64; 4])] = &[
        (Prim::ScatterAdd, IndexMode::FillOrDrop, [10.0, 63.0, 30.0, 40.0]),
        (Prim::Scatter, IndexMode::FillOrDrop, [10.0, 42.0, 30.0, 40.0]),
        (Prim::ScatterAdd, IndexMode::Clip, [10.0, 63.0, 30.0, 43.0]),
        (Prim::ScatterMax, IndexMode::Clip, [10.0, 42.0, 30.0, 40.0]),
    ];
    for (prim, mode, want) in rows {
        let mut b = Builder::default();
        let x = b.f32(&[4]);
        let i = b.input(DType::I32, &[3, 1]);
        let u = b.f32(&[3]);
        let dims = ScatterDims {
            inserted_window_dims: vec![0],
            scatter_dims_to_operand_dims: vec![0],
            ..ScatterDims::default()
        };
        let params = Params::Scatter { dims, mode: *mode, unique_indices: false, indices_are_sorted: false };
        let s = b.op1(*prim, params, &[&x, &i, &u]);
        let j = b.finish(&[&s, &x]);
        let got = both(
            &j,
            &[f32s(&[4], &[10.0, 20.0, 30.0, 40.0]), i32s(&[3, 1], &[1, 1, 5]), f32s(&[3], &[1.0, 42.0, 3.0])],
        );
        assert_eq!(got, [want.to_vec(), vec![10.0, 20.0, 30.0, 40.0]], "{prim:?} {mode:?}");
    }
}

#[test]
fn dynamic_slices_clamp() {
    let mut b = Builder::default();
    let x = b.f32(&[4, 2]);
    let i = b.input(DType::I32, &[]);
    let u = b.f32(&[2, 1]);
    let zero = gradlens_ir::Atom::Lit(i32s(&[], &[1]));
    let s = b.op1(Prim::DynamicSlice, Params::DynamicSlice { slice_sizes: vec![2, 1] }, &[&x, &i, &zero]);
    let d = b.op(Prim::DynamicUpdateSlice, &[&x, &u, &i, &zero]);
    let j = b.finish(&[&s, &d]);
    for (at, slice, updated) in [
        (-3, [1.0, 3.0], [0.0, 90.0, 2.0, 91.0, 4.0, 5.0, 6.0, 7.0]),
        (1, [3.0, 5.0], [0.0, 1.0, 2.0, 90.0, 4.0, 91.0, 6.0, 7.0]),
        (9, [5.0, 7.0], [0.0, 1.0, 2.0, 3.0, 4.0, 90.0, 6.0, 91.0]),
    ] {
        let got = both(&j, &[ramp(&[4, 2], 0.0), i32s(&[], &[at]), ramp(&[2, 1], 90.0)]);
        assert_eq!(got, [slice.to_vec(), updated.to_vec()], "start {at}");
    }
}

#[test]
fn sorts_and_top_k() {
    let mut b = Builder::default();
    let x = b.f32(&[2, 3]);
    let y = b.f32(&[2, 3]);
    let t = b.op1(Prim::Transpose, Params::Transpose { permutation: vec![1, 0] }, &[&x]);
    let u = b.op1(Prim::Transpose, Params::Transpose { permutation: vec![1, 0] }, &[&y]);
    let params = Params::Sort { dimension: 0, is_stable: true, num_keys: 1 };
    let s = b.eqn(Prim::Sort, params, &[&t, &u]);
    let k = b.eqn(Prim::TopK, Params::TopK { k: 2, axis: 1 }, &[&x]);
    let j = b.finish(&[&s[0], &s[1], &k[0], &k[1]]);
    let got = both(&j, &[f32s(&[2, 3], &[3.0, 1.0, 2.0, 5.0, -1.0, 5.0]), ramp(&[2, 3], 0.0)]);
    assert_eq!(
        got,
        [
            vec![1.0, -1.0, 2.0, 5.0, 3.0, 5.0],
            vec![1.0, 4.0, 2.0, 3.0, 0.0, 5.0],
            vec![3.0, 2.0, 5.0, 5.0],
            vec![0.0, 2.0, 0.0, 2.0],
        ]
    );
}
