//! The rules of structural primitives: `vmap` against a loop, forward mode against differences, transposes against the
//! linear maps they transpose.

mod common;
use common::engine::{case, check_all, noise};
use gradlens_ir::ops::{self, IndexOptions};
use gradlens_ir::params::{DotDims, GatherDims, IndexMode, ScatterDims};
use gradlens_ir::{Array, Bind, DType, Result, Value};

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
                let s = ops::sort(cx, &[x.clone()], 0, true, 1)?.remove(0);
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
