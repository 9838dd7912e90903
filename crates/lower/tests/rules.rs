//! The rules of structural primitives: `vmap` against a loop, forward mode against differences, transposes against the
//! linear maps they transpose.

mod common;
use common::engine::{case, check_all, noise};
use gradlens_ir::ops::{self, IndexOptions};
use gradlens_ir::params::{ConvDims, DotDims, GatherDims, IndexMode, ScatterDims, Window};
use gradlens_ir::structural::matrix;
use gradlens_ir::{Array, Bind, DType, Params, Prim, Result, Value};

fn ints(shape: &[usize], xs: &[i32]) -> Array {
    Array::from_slice(shape, DType::I32, xs)
}

fn one(x: Result<Value>) -> Result<Vec<Value>> {
    Ok(vec![x?])
}

#[test]
fn shapes() {
    let a = || vec![noise(&[2, 3], 1)];
    check_all(&[
        case("broadcast_in_dim", a(), |cx, x| one(ops::broadcast_in_dim(cx, &x[0], &[2, 4, 3], &[0, 2]))),
        case("broadcast_in_dim of units", vec![noise(&[1, 3], 1)], |cx, x| {
            one(ops::broadcast_in_dim(cx, &x[0], &[5, 2, 3], &[1, 2]))
        }),
        case("reshape", a(), |cx, x| one(ops::reshape(cx, &x[0], &[3, 1, 2]))),
        case("reshape in order", a(), |cx, x| one(ops::reshape_in_order(cx, &x[0], &[6], Some(&[1, 0])))),
        case("transpose", vec![noise(&[2, 3, 4], 1)], |cx, x| one(ops::transpose(cx, &x[0], &[2, 0, 1]))),
        case("squeeze", vec![noise(&[1, 3, 1], 1)], |cx, x| one(ops::squeeze(cx, &x[0], &[0, 2]))),
        case("expand_dims", a(), |cx, x| one(ops::expand_dims(cx, &x[0], &[0, 2]))),
        case("rev", a(), |cx, x| one(ops::rev(cx, &x[0], &[1]))),
        case("tile", a(), |cx, x| one(ops::tile(cx, &x[0], &[2, 3]))),
        case("copy", a(), |cx, x| one(ops::copy(cx, &x[0]))),
    ]);
}

#[test]
fn pieces() {
    let a = || vec![noise(&[3, 5], 1)];
    let two = || vec![noise(&[2, 3], 1), noise(&[2, 3], 2)];
    check_all(&[
        case("slice", a(), |cx, x| one(ops::slice(cx, &x[0], &[1, 0], &[3, 4], None))),
        case("strided slice", a(), |cx, x| one(ops::slice(cx, &x[0], &[0, 1], &[3, 5], Some(&[2, 3])))),
        case("pad", vec![noise(&[2, 3], 1), noise(&[], 2)], |cx, x| {
            one(ops::pad(cx, &x[0], &x[1], &[(1, 2, 1), (-1, 1, 0)]))
        }),
        case("concatenate", vec![noise(&[2, 3], 1), noise(&[2, 1], 2)], |cx, x| one(ops::concatenate(cx, x, 1))),
        case("split", a(), |cx, x| ops::split(cx, &x[0], &[1, 3, 1], 1)),
        case("stack", two(), |cx, x| one(ops::stack(cx, x, 1))),
        case("unstack", a(), |cx, x| ops::unstack(cx, &x[0], 0)),
        // One part's cotangent is zero.
        case("split, one part", a(), |cx, x| Ok(vec![ops::split(cx, &x[0], &[1, 3, 1], 1)?.remove(1)])),
        case("unstack, one row", a(), |cx, x| Ok(vec![ops::unstack(cx, &x[0], 1)?.remove(2)])),
    ]);
}

#[test]
fn reductions() {
    let a = || vec![noise(&[3, 5, 2], 4)];
    check_all(&[
        case("reduce_sum", a(), |cx, x| one(ops::reduce_sum(cx, &x[0], &[0, 2]))),
        case("reduce_sum of nothing", a(), |cx, x| one(ops::reduce_sum(cx, &x[0], &[]))),
        case("reduce_prod", a(), |cx, x| one(ops::reduce_prod(cx, &x[0], &[1]))),
        case("reduce_prod of all", a(), |cx, x| one(ops::reduce_prod(cx, &x[0], &[0, 1, 2]))),
        case("reduce_max", a(), |cx, x| one(ops::reduce_max(cx, &x[0], &[1, 2]))),
        case("reduce_min", a(), |cx, x| one(ops::reduce_min(cx, &x[0], &[0]))),
        case("argmax", a(), |cx, x| one(ops::argmax(cx, &x[0], 1, DType::I32))),
        case("argmin", a(), |cx, x| one(ops::argmin(cx, &x[0], 2, DType::I32))),
        case("reduce_and", vec![ints(&[2, 3], &[7, 3, 5, 1, 2, 6])], |cx, x| one(ops::reduce_and(cx, &x[0], &[1]))),
        case("reduce_or", vec![ints(&[2, 3], &[7, 3, 5, 1, 2, 6])], |cx, x| one(ops::reduce_or(cx, &x[0], &[0]))),
        case("reduce_xor", vec![ints(&[2, 3], &[7, 3, 5, 1, 2, 6])], |cx, x| one(ops::reduce_xor(cx, &x[0], &[1]))),
    ]);
}

#[test]
fn running_folds() {
    let a = || vec![noise(&[2, 7], 9)];
    check_all(&[
        case("cumsum", a(), |cx, x| one(ops::cumsum(cx, &x[0], 1, false))),
        case("cumsum from the end", a(), |cx, x| one(ops::cumsum(cx, &x[0], 1, true))),
        case("cumprod", a(), |cx, x| one(ops::cumprod(cx, &x[0], 1, false))),
        case("cumprod along 0", a(), |cx, x| one(ops::cumprod(cx, &x[0], 0, true))),
        case("cummax", a(), |cx, x| one(ops::cummax(cx, &x[0], 1, false))),
        case("cummin", a(), |cx, x| one(ops::cummin(cx, &x[0], 1, true))),
        case("cumlogsumexp", a(), |cx, x| one(ops::cumlogsumexp(cx, &x[0], 1, false))),
    ]);
}

fn dims(lc: &[usize], rc: &[usize], lb: &[usize], rb: &[usize]) -> DotDims {
    DotDims { lhs_contract: lc.to_vec(), rhs_contract: rc.to_vec(), lhs_batch: lb.to_vec(), rhs_batch: rb.to_vec() }
}

#[test]
fn contractions() {
    check_all(&[
        case("matrix product", vec![noise(&[2, 3], 1), noise(&[3, 4], 2)], |cx, x| {
            one(ops::dot_general(cx, &x[0], &x[1], dims(&[1], &[0], &[], &[]), None))
        }),
        case("batched", vec![noise(&[3, 2, 4], 1), noise(&[4, 5, 2], 2)], |cx, x| {
            one(ops::dot_general(cx, &x[0], &x[1], dims(&[2], &[0], &[1], &[2]), None))
        }),
        case("two axes, crossed", vec![noise(&[2, 3, 4], 1), noise(&[3, 5, 2], 2)], |cx, x| {
            one(ops::dot_general(cx, &x[0], &x[1], dims(&[0, 1], &[2, 0], &[], &[]), None))
        }),
        case("outer product", vec![noise(&[2], 1), noise(&[3], 2)], |cx, x| {
            one(ops::dot_general(cx, &x[0], &x[1], dims(&[], &[], &[], &[]), None))
        }),
    ]);
}

fn rows() -> GatherDims {
    GatherDims { offset_dims: vec![1], collapsed_slice_dims: vec![0], start_index_map: vec![0], ..Default::default() }
}

fn options(mode: IndexMode, unique: bool) -> IndexOptions {
    IndexOptions { mode: Some(mode), fill_value: None, unique_indices: unique, indices_are_sorted: false }
}

fn into_rows() -> ScatterDims {
    ScatterDims {
        update_window_dims: vec![1],
        inserted_window_dims: vec![0],
        scatter_dims_to_operand_dims: vec![0],
        ..Default::default()
    }
}

fn scatter_args(idx: &[i32]) -> Vec<Array> {
    vec![noise(&[5, 3], 1), ints(&[idx.len(), 1], idx), noise(&[idx.len(), 3], 2)]
}

#[test]
fn indexing() {
    check_all(&[
        case("gather, clamped", vec![noise(&[5, 3], 1), ints(&[4, 1], &[1, 4, 9, 1])], |cx, x| {
            one(ops::gather(cx, &x[0], &x[1], rows(), &[1, 3], &options(IndexMode::Clip, false)))
        }),
        case("gather, windows", vec![noise(&[5, 4], 1), ints(&[2, 2], &[1, 2, 3, 0])], |cx, x| {
            let d = GatherDims { offset_dims: vec![1, 2], start_index_map: vec![0, 1], ..Default::default() };
            one(ops::gather(cx, &x[0], &x[1], d, &[2, 3], &options(IndexMode::Clip, false)))
        }),
        case("gather, filled with 0", vec![noise(&[5, 3], 1), ints(&[4, 1], &[1, 4, 9, 1])], |cx, x| {
            let o = IndexOptions { fill_value: Some(0.0), ..options(IndexMode::FillOrDrop, false) };
            one(ops::gather(cx, &x[0], &x[1], rows(), &[1, 3], &o))
        }),
        case("scatter_add", scatter_args(&[1, 3, 1, 9]), |cx, x| {
            one(ops::scatter_add(cx, &x[0], &x[1], &x[2], into_rows(), &options(IndexMode::FillOrDrop, false)))
        }),
        case("scatter_sub", scatter_args(&[1, 3, 1]), |cx, x| {
            one(ops::scatter_sub(cx, &x[0], &x[1], &x[2], into_rows(), &options(IndexMode::Clip, false)))
        }),
        case("scatter, distinct", scatter_args(&[1, 3, 4]), |cx, x| {
            one(ops::scatter(cx, &x[0], &x[1], &x[2], into_rows(), &options(IndexMode::FillOrDrop, true)))
        }),
        case("scatter, coinciding", scatter_args(&[1, 3, 1, 7]), |cx, x| {
            one(ops::scatter(cx, &x[0], &x[1], &x[2], into_rows(), &options(IndexMode::FillOrDrop, false)))
        }),
        case("scatter_mul", scatter_args(&[1, 3, 4]), |cx, x| {
            let sum = ops::scatter_mul(cx, &x[0], &x[1], &x[2], into_rows(), &options(IndexMode::FillOrDrop, true))?;
            one(Ok(sum))
        }),
        case("scatter_max", scatter_args(&[1, 3, 4]), |cx, x| {
            one(ops::scatter_max(cx, &x[0], &x[1], &x[2], into_rows(), &options(IndexMode::FillOrDrop, true)))
        }),
        case("scatter_min", scatter_args(&[0, 2, 4]), |cx, x| {
            one(ops::scatter_min(cx, &x[0], &x[1], &x[2], into_rows(), &options(IndexMode::FillOrDrop, false)))
        }),
        case("dynamic_slice", vec![noise(&[5, 4], 1), ints(&[], &[2]), ints(&[], &[7])], |cx, x| {
            one(ops::dynamic_slice(cx, &x[0], &x[1..], &[2, 3]))
        }),
        case(
            "dynamic_update_slice",
            vec![noise(&[5, 4], 1), noise(&[2, 3], 2), ints(&[], &[2]), ints(&[], &[7])],
            |cx, x| one(ops::dynamic_update_slice(cx, &x[0], &x[1], &x[2..])),
        ),
    ]);
}

#[test]
fn orders() {
    check_all(&[
        case("sort", vec![noise(&[2, 6], 3)], |cx, x| ops::sort(cx, x, 1, true, 1)),
        case("sort by a key", vec![noise(&[4, 3], 3), noise(&[4, 3], 4)], |cx, x| ops::sort(cx, x, 0, true, 1)),
        case("top_k", vec![noise(&[2, 6], 3)], |cx, x| {
            let (v, i) = ops::top_k(cx, &x[0], 3, 1)?;
            Ok(vec![v, i])
        }),
    ]);
}

/// Ties share a derivative as JAX shares it.
#[test]
fn ties() {
    use common::engine::{engine, now};
    use gradlens_ir::LocalBoxFuture;
    use gradlens_ir::rule_objects::FlatFn;
    struct F(gradlens_transform::Cx, fn(&dyn Bind, &Value) -> Result<Value>);
    impl FlatFn for F {
        fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
            let out = (self.1)(&self.0, &args[0]).map(|v| vec![v]);
            Box::pin(async move { out })
        }
        fn as_any(&self) -> &dyn std::any::Any {
            self
        }
        fn name(&self) -> String {
            "f".into()
        }
    }
    type Row = (&'static str, &'static [f64], fn(&dyn Bind, &Value) -> Result<Value>, &'static [f64]);
    // The gradients that JAX 0.10.2 gives for the sum of the results.
    let rows: &[Row] = &[
        ("max", &[1.0, 3.0, 3.0, 2.0], |cx, x| ops::reduce_max(cx, x, &[0]), &[0.0, 0.5, 0.5, 0.0]),
        ("min", &[1.0, 1.0, 1.0, 2.0], |cx, x| ops::reduce_min(cx, x, &[0]), &[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 0.0]),
        ("prod with a zero", &[2.0, 0.0, 3.0, 4.0], |cx, x| ops::reduce_prod(cx, x, &[0]), &[0.0, 24.0, 0.0, 0.0]),
        ("cummax", &[1.0, 1.0, 0.0, 2.0], |cx, x| ops::cummax(cx, x, 0, false), &[2.0, 1.0, 0.0, 1.0]),
        (
            "first of sort",
            &[1.0, 1.0, 0.0, 2.0],
            |cx, x| {
                let s = ops::sort(cx, std::slice::from_ref(x), 0, true, 1)?.remove(0);
                ops::slice(cx, &s, &[1], &[2], None)
            },
            &[1.0, 0.0, 0.0, 0.0],
        ),
    ];
    for (name, x, f, want) in rows {
        let cx = engine();
        let x = Value::Array(Array::from_slice(&[x.len()], DType::F64, x));
        let (outs, linear) =
            now(gradlens_transform::linearize(&cx, &F(cx.clone(), *f), vec![x], &[true])).expect("runs");
        let ones = ops::full(&cx, outs[0].shape(), DType::F64, 1.0).expect("runs");
        let got = now(linear.transpose(&cx, &[Some(ones)])).expect("runs")[0].clone().expect("a gradient");
        assert_eq!(&got.as_array().expect("concrete").to_f64s().expect("host"), want, "{name}");
    }
}

fn window(
    dimensions: &[usize],
    strides: &[usize],
    padding: &[(i64, i64)],
    base: &[usize],
    dilation: &[usize],
) -> Window {
    Window {
        dimensions: dimensions.to_vec(),
        strides: strides.to_vec(),
        padding: padding.to_vec(),
        base_dilation: base.to_vec(),
        window_dilation: dilation.to_vec(),
    }
}

fn pool(cx: &dyn Bind, prim: Prim, x: &Value) -> Result<Vec<Value>> {
    one(ops::reduce_window(cx, prim, x, window(&[2, 3], &[1, 2], &[(1, 0), (1, 1)], &[1, 1], &[1, 1])))
}

#[test]
fn windows() {
    let a = || vec![noise(&[4, 6], 3)];
    check_all(&[
        case("reduce_window_sum", a(), |cx, x| pool(cx, Prim::ReduceWindowSum, &x[0])),
        case("reduce_window_sum, dilated", a(), |cx, x| {
            let w = window(&[2, 2], &[1, 2], &[(0, 1), (2, 0)], &[1, 2], &[2, 3]);
            one(ops::reduce_window(cx, Prim::ReduceWindowSum, &x[0], w))
        }),
        case("reduce_window_max", a(), |cx, x| pool(cx, Prim::ReduceWindowMax, &x[0])),
        case("reduce_window_min", a(), |cx, x| pool(cx, Prim::ReduceWindowMin, &x[0])),
        case("reduce_window_max, dilated", a(), |cx, x| {
            let w = window(&[2, 2], &[1, 2], &[(0, 1), (0, 1)], &[1, 2], &[1, 1]);
            one(ops::reduce_window(cx, Prim::ReduceWindowMax, &x[0], w))
        }),
    ]);
}

fn conv(
    cx: &dyn Bind,
    x: &[Value],
    window: Window,
    spec: [&[usize]; 3],
    feature_group_count: usize,
    batch_group_count: usize,
) -> Result<Vec<Value>> {
    let [lhs, rhs, out] = spec.map(<[usize]>::to_vec);
    let params = Params::Conv {
        window,
        dims: ConvDims { lhs_spec: lhs, rhs_spec: rhs, out_spec: out },
        feature_group_count,
        batch_group_count,
        preferred_element_type: None,
    };
    one(cx.bind1(Prim::ConvGeneralDilated, params, x))
}

#[test]
fn convolutions() {
    const PLAIN: [&[usize]; 3] = [&[0, 1, 2], &[0, 1, 2], &[0, 1, 2]];
    check_all(&[
        case("one axis", vec![noise(&[2, 3, 7], 1), noise(&[4, 3, 3], 2)], |cx, x| {
            conv(cx, x, window(&[], &[2], &[(1, 2)], &[1], &[1]), PLAIN, 1, 1)
        }),
        case("dilated", vec![noise(&[1, 2, 5], 1), noise(&[3, 2, 2], 2)], |cx, x| {
            conv(cx, x, window(&[], &[1], &[(2, 1)], &[2], &[3]), PLAIN, 1, 1)
        }),
        case("feature groups", vec![noise(&[2, 4, 5], 1), noise(&[6, 2, 2], 2)], |cx, x| {
            conv(cx, x, window(&[], &[1], &[(0, 1)], &[1], &[1]), PLAIN, 2, 1)
        }),
        case("batch groups", vec![noise(&[4, 3, 5], 1), noise(&[6, 3, 2], 2)], |cx, x| {
            conv(cx, x, window(&[], &[1], &[(0, 0)], &[1], &[1]), PLAIN, 1, 2)
        }),
        case("two axes, channels last", vec![noise(&[1, 4, 5, 2], 1), noise(&[2, 2, 2, 3], 2)], |cx, x| {
            let spec: [&[usize]; 3] = [&[0, 3, 1, 2], &[3, 2, 0, 1], &[0, 3, 1, 2]];
            conv(cx, x, window(&[], &[1, 2], &[(1, 0), (0, 1)], &[1, 1], &[1, 1]), spec, 1, 1)
        }),
    ]);
}

/// A symmetric positive definite matrix from any square one.
fn definite(cx: &dyn Bind, x: &Value) -> Result<Value> {
    let n = x.shape()[0];
    let product = ops::dot_general(cx, x, x, dims(&[1], &[1], &[], &[]), None)?;
    ops::add(cx, &product, &matrix::eye(cx, DType::F64, &[], n)?)
}

/// Elements of one matrix, to be differentiated apart from the signs that its factors may have.
fn squares(cx: &dyn Bind, x: &Value) -> Result<Value> {
    ops::mul(cx, x, x)
}

#[test]
fn factorisations() {
    let a = || vec![noise(&[3, 3], 21)];
    let tall = || vec![noise(&[4, 3], 22)];
    let wide = || vec![noise(&[3, 4], 23)];
    check_all(&[
        case("cholesky", a(), |cx, x| one(cx.bind1(Prim::Cholesky, Params::None, &[definite(cx, &x[0])?]))),
        case("lu", a(), |cx, x| Ok(cx.bind(Prim::Lu, Params::None, x)?.into_vec())),
        case("lu of a tall matrix", tall(), |cx, x| Ok(cx.bind(Prim::Lu, Params::None, x)?.into_vec())),
        case("lu of a wide matrix", wide(), |cx, x| Ok(cx.bind(Prim::Lu, Params::None, x)?.into_vec())),
        case("qr", a(), |cx, x| Ok(cx.bind(Prim::Qr, linalg(false, true), x)?.into_vec())),
        case("qr of a tall matrix", tall(), |cx, x| Ok(cx.bind(Prim::Qr, linalg(false, true), x)?.into_vec())),
        case("qr of a wide matrix", wide(), |cx, x| Ok(cx.bind(Prim::Qr, linalg(false, true), x)?.into_vec())),
        case("full qr of a tall matrix", tall(), |cx, x| Ok(cx.bind(Prim::Qr, linalg(true, true), x)?.into_vec())),
        case("eigh", a(), |cx, x| {
            let outs = cx.bind(Prim::Eigh, linalg(false, true), &[definite(cx, &x[0])?])?;
            Ok(vec![squares(cx, &outs[0])?, outs[1].clone()])
        }),
        case("svd", a(), |cx, x| {
            let outs = cx.bind(Prim::Svd, linalg(false, true), x)?;
            Ok(vec![outs[0].clone(), squares(cx, &outs[1])?, squares(cx, &outs[2])?])
        }),
        case("svd of a tall matrix", tall(), |cx, x| {
            let outs = cx.bind(Prim::Svd, linalg(false, true), x)?;
            Ok(vec![outs[0].clone(), squares(cx, &outs[1])?, squares(cx, &outs[2])?])
        }),
        case("svd of a wide matrix", wide(), |cx, x| {
            let outs = cx.bind(Prim::Svd, linalg(false, true), x)?;
            Ok(vec![outs[0].clone(), squares(cx, &outs[1])?, squares(cx, &outs[2])?])
        }),
        case("singular values", tall(), |cx, x| Ok(cx.bind(Prim::Svd, linalg(false, false), x)?.into_vec())),
    ]);
}

fn linalg(full_matrices: bool, compute_vectors: bool) -> Params {
    Params::Linalg { full_matrices, compute_vectors, lower: true }
}

#[test]
fn triangular_systems() {
    // Well-conditioned: the diagonal is at least 2 in size.
    fn safe(cx: &dyn Bind, x: &Value) -> Result<Value> {
        let three = ops::scalar(DType::F64, 3.0);
        ops::add(cx, x, &ops::mul(cx, &three, &matrix::eye(cx, DType::F64, &[], x.shape()[0])?)?)
    }
    fn solve(cx: &dyn Bind, x: &[Value], bits: u32) -> Result<Vec<Value>> {
        let on = |b: u32| bits >> b & 1 == 1;
        let s = matrix::Triangular { left: on(0), lower: on(1), transpose: on(2), conjugate: false, unit: on(3) };
        one(matrix::triangular_solve(cx, &safe(cx, &x[0])?, &x[1], s))
    }
    let left = || vec![noise(&[3, 3], 5), noise(&[3, 2], 6)];
    let right = || vec![noise(&[3, 3], 5), noise(&[5, 3], 6)];
    check_all(&[
        case("left, upper", left(), |cx, x| solve(cx, x, 0b0001)),
        case("left, lower", left(), |cx, x| solve(cx, x, 0b0011)),
        case("left, lower, transposed", left(), |cx, x| solve(cx, x, 0b0111)),
        case("left, upper, unit", left(), |cx, x| solve(cx, x, 0b1001)),
        case("right, upper", right(), |cx, x| solve(cx, x, 0b0000)),
        case("right, lower, transposed, unit", right(), |cx, x| solve(cx, x, 0b1110)),
        case("general", left(), |cx, x| one(matrix::solve(cx, &safe(cx, &x[0])?, &x[1], false))),
        case("general, adjoint", left(), |cx, x| one(matrix::solve(cx, &safe(cx, &x[0])?, &x[1], true))),
    ]);
}

#[test]
fn random_numbers() {
    fn key(cx: &dyn Bind, seed: &Value) -> Result<Value> {
        cx.bind1(Prim::RandomSeed, Params::None, std::slice::from_ref(seed))
    }
    fn words(cx: &dyn Bind, key: &Value) -> Result<Vec<Value>> {
        one(cx.bind1(Prim::RandomUnwrap, Params::None, std::slice::from_ref(key)))
    }
    let seed = || vec![ints(&[], &[42])];
    check_all(&[
        case("seed", seed(), |cx, x| words(cx, &key(cx, &x[0])?)),
        case("split", seed(), |cx, x| {
            let shape = Params::RandomShape { shape: gradlens_ir::Shape::from_slice(&[2, 2]) };
            words(cx, &cx.bind1(Prim::RandomSplit, shape, &[key(cx, &x[0])?])?)
        }),
        case("fold_in", vec![ints(&[], &[42]), ints(&[], &[3])], |cx, x| {
            let data = ops::convert(cx, &x[1], DType::U32, false)?;
            words(cx, &cx.bind1(Prim::RandomFoldIn, Params::None, &[key(cx, &x[0])?, data])?)
        }),
        case("bits", seed(), |cx, x| {
            let bits = Params::RandomBits { bit_width: 32, shape: gradlens_ir::Shape::from_slice(&[3]) };
            one(cx.bind1(Prim::RandomBits, bits, &[key(cx, &x[0])?]))
        }),
        case("wrap", seed(), |cx, x| {
            let w = words(cx, &key(cx, &x[0])?)?;
            words(cx, &cx.bind1(Prim::RandomWrap, Params::None, &w)?)
        }),
    ]);
}
#[test]
fn transforms() {
    // Real and imaginary parts of transforms of complex numbers made of two real arrays.
    fn there(cx: &dyn Bind, x: &[Value], kind: u8) -> Result<Vec<Value>> {
        let z = ops::complex(cx, &x[0], &x[1])?;
        let y = ops::fft(cx, &z, kind, &[4, 3])?;
        Ok(vec![ops::real(cx, &y)?, ops::imag(cx, &y)?])
    }
    let pair = || vec![noise(&[2, 4, 3], 1), noise(&[2, 4, 3], 2)];
    check_all(&[
        case("fft", pair(), |cx, x| there(cx, x, 0)),
        case("ifft", pair(), |cx, x| there(cx, x, 1)),
        case("rfft, even", vec![noise(&[2, 3, 4], 1)], |cx, x| {
            let y = ops::fft(cx, &x[0], 2, &[3, 4])?;
            Ok(vec![ops::real(cx, &y)?, ops::imag(cx, &y)?])
        }),
        case("rfft, odd", vec![noise(&[2, 5], 1)], |cx, x| {
            let y = ops::fft(cx, &x[0], 2, &[5])?;
            Ok(vec![ops::real(cx, &y)?, ops::imag(cx, &y)?])
        }),
        case("irfft, even", vec![noise(&[2, 3], 1), noise(&[2, 3], 2)], |cx, x| {
            one(ops::fft(cx, &ops::complex(cx, &x[0], &x[1])?, 3, &[4]))
        }),
        case("irfft, odd", vec![noise(&[2, 3], 1), noise(&[2, 3], 2)], |cx, x| {
            one(ops::fft(cx, &ops::complex(cx, &x[0], &x[1])?, 3, &[5]))
        }),
    ]);
}
