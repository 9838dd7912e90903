//! Result types and messages of structural primitives against JAX's.

use gradlens_ir::params::{ConvDims, DotDims, GatherDims, IndexMode, Params, ScatterDims, Window};
use gradlens_ir::rows::Typing;
use gradlens_ir::{DType, Prim, Shape, ShapedArray};

const GOLDEN: &str = include_str!("structural_typing.txt");

fn f(shape: &[usize]) -> ShapedArray {
    ShapedArray::new(shape, DType::F32)
}
fn i(shape: &[usize]) -> ShapedArray {
    ShapedArray::new(shape, DType::I32)
}
fn c(shape: &[usize]) -> ShapedArray {
    ShapedArray::new(shape, DType::C64)
}
fn b(shape: &[usize]) -> ShapedArray {
    ShapedArray::new(shape, DType::Bool)
}

fn broadcast(shape: &[usize], dims: &[usize]) -> Params {
    Params::BroadcastInDim { shape: Shape::from_slice(shape), broadcast_dimensions: dims.to_vec() }
}
fn slice(start: &[usize], limit: &[usize], strides: Option<&[usize]>) -> Params {
    Params::Slice {
        start_indices: start.to_vec(),
        limit_indices: limit.to_vec(),
        strides: strides.map(<[usize]>::to_vec),
    }
}
fn pad(config: &[(i64, i64, i64)]) -> Params {
    Params::Pad { padding_config: config.to_vec() }
}
fn reduce(axes: &[usize]) -> Params {
    Params::Reduce { axes: axes.to_vec() }
}
fn dot(lc: &[usize], rc: &[usize], lb: &[usize], rb: &[usize]) -> Params {
    let dims = DotDims {
        lhs_contract: lc.to_vec(),
        rhs_contract: rc.to_vec(),
        lhs_batch: lb.to_vec(),
        rhs_batch: rb.to_vec(),
    };
    Params::DotGeneral { dims, preferred_element_type: None }
}
fn gather(offset: usize, sizes: &[usize]) -> Params {
    Params::Gather {
        dims: GatherDims {
            offset_dims: vec![offset],
            collapsed_slice_dims: vec![0],
            start_index_map: vec![0],
            ..Default::default()
        },
        slice_sizes: sizes.to_vec(),
        mode: IndexMode::Clip,
        fill_value: None,
        unique_indices: false,
        indices_are_sorted: false,
    }
}
fn scatter() -> Params {
    Params::Scatter {
        dims: ScatterDims {
            update_window_dims: vec![1],
            inserted_window_dims: vec![0],
            scatter_dims_to_operand_dims: vec![0],
            ..Default::default()
        },
        mode: IndexMode::Clip,
        unique_indices: false,
        indices_are_sorted: false,
    }
}
fn window(d: &[usize], s: &[usize], p: &[(i64, i64)], base: &[usize], dilation: &[usize]) -> Params {
    Params::ReduceWindow {
        window: Window {
            dimensions: d.to_vec(),
            strides: s.to_vec(),
            padding: p.to_vec(),
            base_dilation: base.to_vec(),
            window_dilation: dilation.to_vec(),
        },
    }
}
fn conv(stride: usize, padding: &[(i64, i64)], groups: usize) -> Params {
    let plain = vec![0, 1, 2];
    Params::Conv {
        window: Window {
            dimensions: vec![],
            strides: vec![stride],
            padding: padding.to_vec(),
            base_dilation: vec![1],
            window_dilation: vec![1],
        },
        dims: ConvDims { lhs_spec: plain.clone(), rhs_spec: plain.clone(), out_spec: plain },
        feature_group_count: groups,
        batch_group_count: 1,
        preferred_element_type: None,
    }
}
fn linalg(full: bool) -> Params {
    Params::Linalg { full_matrices: full, compute_vectors: true, lower: true }
}
fn triangular() -> Params {
    Params::TriangularSolve {
        left_side: true,
        lower: true,
        transpose_a: false,
        conjugate_a: false,
        unit_diagonal: false,
    }
}
fn fft(kind: u8, n: usize) -> Params {
    Params::Fft { kind, fft_lengths: vec![n] }
}
fn iota(dtype: DType, dimension: usize) -> Params {
    Params::Iota { dtype, shape: Shape::from_slice(&[3]), dimension }
}
fn arg(axis: usize, index_dtype: DType) -> Params {
    Params::ArgReduce { axis, index_dtype }
}

type Row = (&'static str, Prim, Params, Vec<ShapedArray>);

fn shapes() -> Vec<Row> {
    use Params::*;
    use Prim as P;
    let squeeze = |d: &[usize]| Squeeze { dimensions: d.to_vec() };
    let rev = |d: &[usize]| Rev { dimensions: d.to_vec() };
    let cat = |dimension| Concatenate { dimension };
    vec![
        ("broadcast_in_dim length", P::BroadcastInDim, broadcast(&[3], &[]), vec![f(&[3])]),
        ("broadcast_in_dim rank", P::BroadcastInDim, broadcast(&[3], &[0, 1]), vec![f(&[3, 3])]),
        ("broadcast_in_dim subset", P::BroadcastInDim, broadcast(&[3], &[1]), vec![f(&[3])]),
        ("broadcast_in_dim sizes", P::BroadcastInDim, broadcast(&[7], &[0]), vec![f(&[6])]),
        ("broadcast_in_dim repeated", P::BroadcastInDim, broadcast(&[2, 2], &[0, 0]), vec![f(&[2, 2])]),
        ("broadcast_in_dim", P::BroadcastInDim, broadcast(&[2, 5, 3], &[1, 2]), vec![f(&[1, 3])]),
        (
            "reshape dimensions",
            P::Reshape,
            Reshape { new_sizes: Shape::from_slice(&[6]), dimensions: Some(vec![0, 0]) },
            vec![f(&[2, 3])],
        ),
        ("transpose", P::Transpose, Transpose { permutation: vec![1, 0] }, vec![f(&[6])]),
        ("squeeze size", P::Squeeze, squeeze(&[0]), vec![f(&[6])]),
        ("squeeze range", P::Squeeze, squeeze(&[1]), vec![f(&[1])]),
        ("squeeze repeated", P::Squeeze, squeeze(&[0, 0]), vec![f(&[1])]),
        ("rev range", P::Rev, rev(&[1]), vec![f(&[6])]),
        ("rev repeated", P::Rev, rev(&[0, 0]), vec![f(&[6])]),
        ("tile", P::Tile, Tile { reps: vec![1, 2] }, vec![f(&[6])]),
        ("iota dtype", P::Iota, iota(DType::Bool, 0), vec![]),
        ("iota dimension", P::Iota, iota(DType::I32, 1), vec![]),
        ("slice length", P::Slice, slice(&[1, 2], &[3, 4], Option::None), vec![f(&[6])]),
        ("slice limit", P::Slice, slice(&[1], &[8], Option::None), vec![f(&[6])]),
        ("slice order", P::Slice, slice(&[4], &[2], Option::None), vec![f(&[6])]),
        ("slice strides", P::Slice, slice(&[1], &[5], Some(&[3])), vec![f(&[6])]),
        ("slice strides length", P::Slice, slice(&[1], &[5], Some(&[3, 1])), vec![f(&[6])]),
        ("pad dtype", P::Pad, pad(&[(0, 0, 0)]), vec![f(&[6]), i(&[])]),
        ("pad length", P::Pad, pad(&[(0, 0, 0), (0, 0, 0)]), vec![f(&[6]), f(&[])]),
        ("pad interior", P::Pad, pad(&[(0, 0, -1)]), vec![f(&[6]), f(&[])]),
        ("pad negative", P::Pad, pad(&[(-3, 0, 0)]), vec![f(&[2]), f(&[])]),
        ("pad value", P::Pad, pad(&[(1, 0, 0)]), vec![f(&[2]), f(&[1])]),
        ("pad", P::Pad, pad(&[(1, 2, 1), (-1, 0, 0)]), vec![f(&[2, 3]), f(&[])]),
        ("concatenate ranks", P::Concatenate, cat(0), vec![f(&[6]), f(&[2, 3])]),
        ("concatenate dtypes", P::Concatenate, cat(0), vec![f(&[6]), i(&[6])]),
        ("concatenate shapes", P::Concatenate, cat(0), vec![f(&[2, 3]), f(&[3, 2])]),
        ("concatenate dimension", P::Concatenate, cat(1), vec![f(&[6])]),
        ("split", P::Split, Split { sizes: vec![1, 2], axis: 0 }, vec![f(&[6])]),
        ("stack", P::Stack, Stack { axis: 0 }, vec![f(&[6]), f(&[2])]),
        ("stack ranks", P::Stack, Stack { axis: 0 }, vec![f(&[6]), f(&[])]),
    ]
}

fn folds() -> Vec<Row> {
    use Params::*;
    use Prim as P;
    let run = |axis| Cumulative { axis, reverse: false };
    let bf16 = ShapedArray::new([2, 6], DType::BF16);
    vec![
        ("reduce_sum axis", P::ReduceSum, reduce(&[1]), vec![f(&[6])]),
        ("reduce_sum repeated", P::ReduceSum, reduce(&[0, 0]), vec![f(&[6])]),
        ("reduce_sum dtype", P::ReduceSum, reduce(&[0]), vec![b(&[6])]),
        ("reduce_prod dtype", P::ReduceProd, reduce(&[0]), vec![b(&[6])]),
        ("reduce_max", P::ReduceMax, reduce(&[0]), vec![b(&[6, 2])]),
        ("reduce_or dtype", P::ReduceOr, reduce(&[0]), vec![f(&[6])]),
        ("argmax axis", P::Argmax, arg(1, DType::I32), vec![f(&[6])]),
        ("argmax empty", P::Argmax, arg(0, DType::I32), vec![f(&[0])]),
        ("argmax index", P::Argmax, arg(0, DType::F32), vec![f(&[6])]),
        ("cumsum axis", P::Cumsum, run(1), vec![f(&[6])]),
        ("cumprod dtype", P::Cumprod, run(0), vec![b(&[6])]),
        ("dot contracting", P::DotGeneral, dot(&[0], &[0], &[], &[]), vec![f(&[6]), f(&[3])]),
        ("dot rank", P::DotGeneral, dot(&[1], &[0], &[], &[]), vec![f(&[6]), f(&[6])]),
        ("dot rank right", P::DotGeneral, dot(&[0], &[1], &[], &[]), vec![f(&[6]), f(&[6])]),
        ("dot batch count", P::DotGeneral, dot(&[0], &[0], &[1], &[]), vec![f(&[6, 6]), f(&[6])]),
        ("dot batch sizes", P::DotGeneral, dot(&[0], &[0], &[1], &[1]), vec![f(&[6, 2]), f(&[6, 3])]),
        ("dot repeated", P::DotGeneral, dot(&[0, 0], &[0, 1], &[], &[]), vec![f(&[6, 6]), f(&[6, 6])]),
        ("dot overlap", P::DotGeneral, dot(&[0], &[0], &[0], &[1]), vec![f(&[6, 6]), f(&[6, 6])]),
        ("dot mixed", P::DotGeneral, dot(&[0], &[0], &[], &[]), vec![f(&[6]), i(&[6])]),
        ("dot halves", P::DotGeneral, dot(&[1], &[0], &[], &[]), vec![bf16, f(&[6, 3])]),
    ]
}

fn indexing() -> Vec<Row> {
    use Params::*;
    use Prim as P;
    let ds = |n| DynamicSlice { slice_sizes: vec![n] };
    let sort = Sort { dimension: 0, is_stable: true, num_keys: 1 };
    vec![
        ("gather dtype", P::Gather, gather(1, &[1, 3]), vec![f(&[5, 3]), f(&[4, 1])]),
        ("gather index map", P::Gather, gather(1, &[1, 3]), vec![f(&[5, 3]), i(&[4, 2])]),
        ("gather offsets", P::Gather, gather(7, &[1, 3]), vec![f(&[5, 3]), i(&[4, 1])]),
        ("gather slice", P::Gather, gather(1, &[1, 4]), vec![f(&[5, 3]), i(&[4, 1])]),
        ("gather collapsed", P::Gather, gather(1, &[2, 3]), vec![f(&[5, 3]), i(&[4, 1])]),
        ("gather slice sizes", P::Gather, gather(1, &[1]), vec![f(&[5, 3]), i(&[4, 1])]),
        ("gather", P::Gather, gather(2, &[1, 2]), vec![f(&[5, 3]), i(&[4, 2, 1])]),
        ("scatter dtypes", P::ScatterAdd, scatter(), vec![f(&[5, 3]), i(&[4, 1]), i(&[4, 3])]),
        ("scatter rank", P::ScatterAdd, scatter(), vec![f(&[5, 3]), i(&[4, 1]), f(&[4])]),
        ("scatter window", P::ScatterAdd, scatter(), vec![f(&[5, 3]), i(&[4, 1]), f(&[4, 4])]),
        ("scatter sizes", P::ScatterAdd, scatter(), vec![f(&[5, 3]), i(&[4, 1]), f(&[3, 3])]),
        ("scatter operand", P::ScatterAdd, scatter(), vec![f(&[5, 3, 2]), i(&[4, 1]), f(&[4, 3])]),
        ("dynamic_slice sizes", P::DynamicSlice, ds(8), vec![f(&[6]), i(&[])]),
        ("dynamic_slice dtypes", P::DynamicSlice, ds(2), vec![f(&[6]), f(&[])]),
        ("dynamic_update_slice rank", P::DynamicUpdateSlice, None, vec![f(&[6]), f(&[2, 2]), i(&[])]),
        ("dynamic_update_slice sizes", P::DynamicUpdateSlice, None, vec![f(&[6]), f(&[8]), i(&[])]),
        ("dynamic_update_slice dtypes", P::DynamicUpdateSlice, None, vec![f(&[6]), i(&[2]), i(&[])]),
        ("dynamic_update_slice indices", P::DynamicUpdateSlice, None, vec![f(&[6]), f(&[2]), f(&[])]),
        ("sort", P::Sort, sort, vec![f(&[6]), f(&[2])]),
        ("top_k size", P::TopK, TopK { k: 9, axis: 0 }, vec![f(&[6])]),
        ("top_k complex", P::TopK, TopK { k: 2, axis: 0 }, vec![c(&[6])]),
        ("top_k", P::TopK, TopK { k: 3, axis: 1 }, vec![f(&[2, 6])]),
    ]
}

fn windows_and_matrices() -> Vec<Row> {
    use Params::None;
    use Prim as P;
    let flat = |s: &[usize]| window(&[2], s, &[(0, 0)], &[1], &[1]);
    let two = window(&[2, 2], &[1, 1], &[(0, 0), (0, 0)], &[1, 1], &[1, 1]);
    let spread = window(&[2, 3], &[1, 2], &[(0, 1), (2, 0)], &[2, 1], &[1, 2]);
    let (x, k) = (|| f(&[2, 3, 9]), || f(&[4, 3, 3]));
    vec![
        ("reduce_window rank", P::ReduceWindowMax, two, vec![f(&[6])]),
        ("reduce_window strides", P::ReduceWindowMax, flat(&[1, 1]), vec![f(&[6])]),
        ("reduce_window_sum dtype", P::ReduceWindowSum, flat(&[1]), vec![b(&[6])]),
        ("reduce_window_sum", P::ReduceWindowSum, spread, vec![f(&[6, 9])]),
        ("conv", P::ConvGeneralDilated, conv(2, &[(1, 2)], 1), vec![x(), k()]),
        ("conv ranks", P::ConvGeneralDilated, conv(1, &[(0, 0)], 1), vec![x(), f(&[4, 3])]),
        ("conv features", P::ConvGeneralDilated, conv(1, &[(0, 0)], 1), vec![x(), f(&[4, 2, 3])]),
        ("conv groups", P::ConvGeneralDilated, conv(1, &[(0, 0)], 2), vec![x(), k()]),
        ("conv pads", P::ConvGeneralDilated, conv(1, &[(0, 0), (0, 0)], 1), vec![x(), k()]),
        ("conv dtypes", P::ConvGeneralDilated, conv(1, &[(0, 0)], 1), vec![x(), i(&[4, 3, 3])]),
        ("cholesky shape", P::Cholesky, None, vec![f(&[2, 3])]),
        ("cholesky dtype", P::Cholesky, None, vec![i(&[3, 3])]),
        ("cholesky rank", P::Cholesky, None, vec![f(&[3])]),
        ("lu", P::Lu, None, vec![f(&[4, 2, 3])]),
        ("qr full", P::Qr, linalg(true), vec![f(&[4, 3])]),
        ("eigh shape", P::Eigh, linalg(false), vec![f(&[2, 3])]),
        ("eigh", P::Eigh, linalg(false), vec![c(&[3, 3])]),
        ("svd", P::Svd, linalg(true), vec![c(&[4, 3])]),
        ("triangular_solve shape", P::TriangularSolve, triangular(), vec![f(&[2, 3]), f(&[2, 2])]),
        ("triangular_solve sizes", P::TriangularSolve, triangular(), vec![f(&[3, 3]), f(&[2, 2])]),
        ("fft dtype", P::Fft, fft(0, 4), vec![f(&[4])]),
        ("rfft lengths", P::Fft, fft(2, 5), vec![f(&[4])]),
        ("rfft", P::Fft, fft(2, 5), vec![f(&[2, 5])]),
        ("irfft", P::Fft, fft(3, 4), vec![c(&[2, 3])]),
    ]
}

#[test]
fn types_and_messages_are_jaxs() {
    let rows = [shapes(), folds(), indexing(), windows_and_matrices()].concat();
    let golden: Vec<(&str, &str)> = GOLDEN.lines().skip(1).filter_map(|l| l.split_once(" = ")).collect();
    assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), golden.iter().map(|g| g.0).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for ((name, prim, params, args), (_, want)) in rows.iter().zip(golden) {
        let Typing::Rule(rule) = prim.row().typing else { panic!("{name}: {} has no type rule", prim.name()) };
        let got = match rule(params, &args.iter().collect::<Vec<_>>()) {
            Ok(outs) => outs.iter().map(ShapedArray::short).collect::<Vec<_>>().join(" "),
            Err(e) => e.to_string().trim_end().to_string(),
        };
        if got != want {
            wrong.push(format!("{name}\n  JAX  {want}\n  ours {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
