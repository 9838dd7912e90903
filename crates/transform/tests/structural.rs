//! The rules of structural primitives, equation by equation, against what JAX 0.10.2 prints for jvp, vjp and vmap.

use gradlens_ir::ops::{self, IndexOptions};
use gradlens_ir::params::{ConvDims, DotDims, GatherDims, IndexMode, Params, ScatterDims, Window};
use gradlens_ir::rows::Tangent;
use gradlens_ir::rule_objects::FlatFn;
use gradlens_ir::structural::matrix;
use gradlens_ir::value::Bind;
use gradlens_ir::{Array, ClosedJaxpr, DType, Error, LocalBoxFuture, Prim, Result, ShapedArray, Value};
use gradlens_transform::{Cx, Executor, OutAxis, jvp, linearize, stage, vmap};
use std::any::Any;
use std::future::Future;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

const GOLDEN: &str = include_str!("structural.txt");

/// Nothing is evaluated here: all is staged.
struct NoExecutor;
impl Executor for NoExecutor {
    fn eqn(&self, prim: Prim, _: &Params, _: &[Array], _: &[ShapedArray]) -> Result<Option<Vec<Array>>> {
        Err(Error::internal(format!("{} was evaluated", prim.name())))
    }
    fn jaxpr(&self, _: &ClosedJaxpr, _: &[Array]) -> Result<Option<Vec<Array>>> {
        Ok(None)
    }
}

/// A future that never waits.
fn now<T>(f: impl Future<Output = T>) -> T {
    match Box::pin(f).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(x) => x,
        Poll::Pending => panic!("nothing here waits"),
    }
}

struct Rust<F>(F);
impl<F: Fn(Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> + 'static> FlatFn for Rust<F> {
    fn name(&self) -> String {
        "f".into()
    }
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        (self.0)(args)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

type Fun = fn(&dyn Bind, &[Value]) -> Result<Vec<Value>>;

fn one(x: Result<Value>) -> Result<Vec<Value>> {
    Ok(vec![x?])
}

fn f32(shape: &[usize]) -> ShapedArray {
    ShapedArray::new(shape, DType::F32)
}

fn i32(shape: &[usize]) -> ShapedArray {
    ShapedArray::new(shape, DType::I32)
}

fn dot(cx: &dyn Bind, x: &[Value], contract: [usize; 2], batch: &[[usize; 2]], t: Option<DType>) -> Result<Vec<Value>> {
    let dims = DotDims {
        lhs_contract: vec![contract[0]],
        rhs_contract: vec![contract[1]],
        lhs_batch: batch.iter().map(|b| b[0]).collect(),
        rhs_batch: batch.iter().map(|b| b[1]).collect(),
    };
    one(ops::dot_general(cx, &x[0], &x[1], dims, t))
}

fn gather(cx: &dyn Bind, x: &[Value], mode: Option<IndexMode>) -> Result<Vec<Value>> {
    let rows = x[0].ndim() == 2;
    let dims = GatherDims {
        offset_dims: if rows { vec![1] } else { vec![] },
        collapsed_slice_dims: vec![0],
        start_index_map: vec![0],
        ..Default::default()
    };
    let sizes: &[usize] = if rows { &[1, 3] } else { &[1] };
    one(ops::gather(cx, &x[0], &x[1], dims, sizes, &IndexOptions { mode, ..Default::default() }))
}

fn scatter(cx: &dyn Bind, prim: Prim, x: &[Value], mode: Option<IndexMode>, unique: bool) -> Result<Vec<Value>> {
    let dims = ScatterDims {
        update_window_dims: vec![1],
        inserted_window_dims: vec![0],
        scatter_dims_to_operand_dims: vec![0],
        ..Default::default()
    };
    let options = IndexOptions { mode, unique_indices: unique, ..Default::default() };
    one(ops::scatter_with(cx, prim, &x[0], &x[1], &x[2], dims, &options))
}

fn pool(cx: &dyn Bind, prim: Prim, x: &[Value]) -> Result<Vec<Value>> {
    let window = Window {
        dimensions: vec![2, 3],
        strides: vec![1, 2],
        padding: vec![(1, 0), (1, 1)],
        base_dilation: vec![1, 1],
        window_dilation: vec![1, 1],
    };
    one(ops::reduce_window(cx, prim, &x[0], window))
}

fn conv(cx: &dyn Bind, x: &[Value], stride: usize, padding: (i64, i64), groups: usize) -> Result<Vec<Value>> {
    let window = Window {
        dimensions: vec![],
        strides: vec![stride],
        padding: vec![padding],
        base_dilation: vec![1],
        window_dilation: vec![1],
    };
    let plain = vec![0, 1, 2];
    let params = Params::Conv {
        window,
        dims: ConvDims { lhs_spec: plain.clone(), rhs_spec: plain.clone(), out_spec: plain },
        feature_group_count: groups,
        batch_group_count: 1,
        preferred_element_type: None,
    };
    one(cx.bind1(Prim::ConvGeneralDilated, params, x))
}

/// The functions of the golden file, by name.
fn table() -> Vec<(&'static str, Vec<ShapedArray>, Fun)> {
    let updates = || vec![f32(&[5, 3]), i32(&[4, 1]), f32(&[4, 3])];
    vec![
        ("broadcast_in_dim", vec![f32(&[2, 3])], |cx, x| one(ops::broadcast_in_dim(cx, &x[0], &[2, 4, 3], &[0, 2]))),
        ("broadcast_in_dim units", vec![f32(&[1, 3])], |cx, x| {
            one(ops::broadcast_in_dim(cx, &x[0], &[5, 2, 3], &[1, 2]))
        }),
        ("broadcast scalar", vec![f32(&[])], |cx, x| one(ops::broadcast_in_dim(cx, &x[0], &[5], &[]))),
        ("expand_dims", vec![f32(&[2, 3])], |cx, x| one(ops::expand_dims(cx, &x[0], &[0, 2]))),
        ("reshape", vec![f32(&[2, 3])], |cx, x| one(ops::reshape(cx, &x[0], &[3, 1, 2]))),
        ("reshape ordered", vec![f32(&[2, 3])], |cx, x| one(ops::reshape_in_order(cx, &x[0], &[6], Some(&[1, 0])))),
        ("transpose", vec![f32(&[2, 3, 4])], |cx, x| one(ops::transpose(cx, &x[0], &[2, 0, 1]))),
        ("squeeze", vec![f32(&[1, 3, 1])], |cx, x| one(ops::squeeze(cx, &x[0], &[0, 2]))),
        ("rev", vec![f32(&[2, 3])], |cx, x| one(ops::rev(cx, &x[0], &[1]))),
        ("tile", vec![f32(&[2, 3])], |cx, x| one(ops::tile(cx, &x[0], &[2, 3]))),
        ("copy", vec![f32(&[3])], |cx, x| one(ops::copy(cx, &x[0]))),
        ("stop_gradient", vec![f32(&[3])], |cx, x| one(ops::mul(cx, &ops::stop_gradient(cx, &x[0])?, &x[0]))),
        ("slice", vec![f32(&[3, 5])], |cx, x| one(ops::slice(cx, &x[0], &[1, 0], &[3, 4], None))),
        ("slice strided", vec![f32(&[3, 5])], |cx, x| one(ops::slice(cx, &x[0], &[0, 1], &[3, 5], Some(&[2, 3])))),
        ("pad", vec![f32(&[2, 3]), f32(&[])], |cx, x| one(ops::pad(cx, &x[0], &x[1], &[(1, 2, 1), (-1, 1, 0)]))),
        ("concatenate", vec![f32(&[2, 3]), f32(&[2, 1])], |cx, x| one(ops::concatenate(cx, x, 1))),
        ("split", vec![f32(&[3, 5])], |cx, x| ops::split(cx, &x[0], &[1, 3, 1], 1)),
        ("stack", vec![f32(&[2, 3]), f32(&[2, 3])], |cx, x| one(ops::stack(cx, x, 1))),
        ("unstack", vec![f32(&[2, 5])], |cx, x| ops::unstack(cx, &x[0], 0)),
        ("reduce_sum", vec![f32(&[3, 5, 2])], |cx, x| one(ops::reduce_sum(cx, &x[0], &[0, 2]))),
        ("reduce_prod", vec![f32(&[3, 5, 2])], |cx, x| one(ops::reduce_prod(cx, &x[0], &[1]))),
        ("reduce_prod all", vec![f32(&[3, 2])], |cx, x| one(ops::reduce_prod(cx, &x[0], &[0, 1]))),
        ("reduce_max", vec![f32(&[3, 5, 2])], |cx, x| one(ops::reduce_max(cx, &x[0], &[1, 2]))),
        ("reduce_min", vec![f32(&[3])], |cx, x| one(ops::reduce_min(cx, &x[0], &[0]))),
        ("argmax", vec![f32(&[3, 5])], |cx, x| one(ops::argmax(cx, &x[0], 1, DType::I32))),
        ("reduce_and", vec![ShapedArray::new([3, 5], DType::Bool)], |cx, x| one(ops::reduce_and(cx, &x[0], &[1]))),
        ("cumsum", vec![f32(&[2, 7])], |cx, x| one(ops::cumsum(cx, &x[0], 1, false))),
        ("cumsum reverse", vec![f32(&[2, 7])], |cx, x| one(ops::cumsum(cx, &x[0], 1, true))),
        ("cumprod", vec![f32(&[2, 5])], |cx, x| one(ops::cumprod(cx, &x[0], 1, false))),
        ("cumprod reverse", vec![f32(&[2, 4])], |cx, x| one(ops::cumprod(cx, &x[0], 1, true))),
        ("cummax", vec![f32(&[2, 3])], |cx, x| one(ops::cummax(cx, &x[0], 1, false))),
        ("dot", vec![f32(&[2, 3]), f32(&[3, 4])], |cx, x| dot(cx, x, [1, 0], &[], None)),
        ("dot batched", vec![f32(&[3, 2, 4]), f32(&[4, 5, 2])], |cx, x| dot(cx, x, [2, 0], &[[1, 2]], None)),
        ("dot preferred", vec![f32(&[2, 3]), f32(&[3])], |cx, x| dot(cx, x, [1, 0], &[], Some(DType::F32))),
        ("gather clip", vec![f32(&[5, 3]), i32(&[4, 1])], |cx, x| gather(cx, x, Some(IndexMode::Clip))),
        ("gather fill", vec![f32(&[5, 3]), i32(&[4, 1])], |cx, x| gather(cx, x, Some(IndexMode::FillOrDrop))),
        ("gather promise", vec![f32(&[5]), i32(&[1])], |cx, x| gather(cx, x, None)),
        ("scatter unique", updates(), |cx, x| scatter(cx, Prim::Scatter, x, None, true)),
        ("scatter", updates(), |cx, x| scatter(cx, Prim::Scatter, x, None, false)),
        ("scatter_add", updates(), |cx, x| scatter(cx, Prim::ScatterAdd, x, Some(IndexMode::Clip), false)),
        ("scatter_sub", updates(), |cx, x| scatter(cx, Prim::ScatterSub, x, None, false)),
        ("scatter_mul", updates(), |cx, x| scatter(cx, Prim::ScatterMul, x, None, true)),
        ("scatter_max", updates(), |cx, x| scatter(cx, Prim::ScatterMax, x, None, false)),
        ("dynamic_slice", vec![f32(&[5, 4]), i32(&[]), i32(&[])], |cx, x| {
            one(ops::dynamic_slice(cx, &x[0], &x[1..], &[2, 3]))
        }),
        ("dynamic_update_slice", vec![f32(&[5, 4]), f32(&[2, 3]), i32(&[]), i32(&[])], |cx, x| {
            one(ops::dynamic_update_slice(cx, &x[0], &x[1], &x[2..]))
        }),
        ("sort", vec![f32(&[2, 6])], |cx, x| ops::sort(cx, x, 1, true, 1)),
        ("sort two", vec![f32(&[6]), f32(&[6])], |cx, x| ops::sort(cx, x, 0, true, 1)),
        ("top_k", vec![f32(&[2, 6])], |cx, x| {
            let (values, indices) = ops::top_k(cx, &x[0], 3, 1)?;
            Ok(vec![values, indices])
        }),
        ("reduce_window_sum", vec![f32(&[4, 6])], |cx, x| pool(cx, Prim::ReduceWindowSum, x)),
        ("reduce_window_max", vec![f32(&[4, 6])], |cx, x| pool(cx, Prim::ReduceWindowMax, x)),
        ("conv", vec![f32(&[2, 3, 7]), f32(&[4, 3, 3])], |cx, x| conv(cx, x, 2, (1, 2), 1)),
        ("conv groups", vec![f32(&[2, 4, 5]), f32(&[6, 2, 2])], |cx, x| conv(cx, x, 1, (0, 1), 2)),
        ("triangular_solve", vec![f32(&[3, 3]), f32(&[3, 2])], |cx, x| {
            let s = matrix::Triangular { left: true, lower: true, ..Default::default() };
            one(matrix::triangular_solve(cx, &x[0], &x[1], s))
        }),
    ]
}

/// Line breaks are the printer's business, tested with it.
fn collapsed(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() && !out.ends_with('[') && !word.starts_with(']') {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn staged(
    cx: &Cx,
    avals: &[ShapedArray],
    f: impl Fn(Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> + 'static,
) -> String {
    match now(stage(cx, &Rust(f), avals)) {
        Ok(s) => s.closed.to_string(),
        Err(e) => format!("ERROR {}", e.to_string().lines().next().unwrap_or_default()),
    }
}

/// The arguments to differentiate by.
fn floats(avals: &[ShapedArray]) -> Vec<usize> {
    (0..avals.len()).filter(|&i| avals[i].dtype.is_inexact()).collect()
}

/// `f` as a function of its float arguments, the others fixed.
fn of_floats(
    cx: &Cx,
    f: Fun,
    all: &[Value],
    wanted: &[usize],
) -> Rust<impl Fn(Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> + 'static> {
    let (cx, all, wanted) = (cx.clone(), all.to_vec(), wanted.to_vec());
    Rust(move |xs: Vec<Value>| {
        let mut args = all.clone();
        for (&i, x) in wanted.iter().zip(xs) {
            args[i] = x;
        }
        let r = f(&cx, &args);
        let done: LocalBoxFuture<Result<Vec<Value>>> = Box::pin(async move { r });
        done
    })
}

fn forward(cx: &Cx, avals: &[ShapedArray], outs: &[ShapedArray], f: Fun) -> String {
    let wanted = if outs.iter().any(|o| o.dtype.is_inexact()) { floats(avals) } else { vec![] };
    let n = avals.len();
    let all: Vec<ShapedArray> = avals.iter().cloned().chain(wanted.iter().map(|&i| avals[i].clone())).collect();
    let outer = cx.clone();
    staged(cx, &all, move |all| {
        let (cx, wanted) = (outer.clone(), wanted.clone());
        Box::pin(async move {
            let (args, tangents) = all.split_at(n);
            let primals = wanted.iter().map(|&i| args[i].clone()).collect();
            let tangents: Vec<Tangent> = tangents.iter().cloned().map(Some).collect();
            let (mut outs, dots) = jvp(&cx, &of_floats(&cx, f, args, &wanted), primals, tangents).await?;
            for (k, dot) in dots.into_iter().enumerate() {
                if outs[k].dtype().is_inexact() {
                    outs.push(dot.map_or_else(|| ops::zeros(&cx, outs[k].aval()), Ok)?);
                }
            }
            Ok(outs)
        })
    })
}

fn reverse(cx: &Cx, avals: &[ShapedArray], outs: &[ShapedArray], f: Fun) -> String {
    let wanted = floats(avals);
    let n = avals.len();
    let active: Vec<bool> = outs.iter().map(|o| o.dtype.is_inexact()).collect();
    if wanted.is_empty() || active.iter().all(|a| !a) {
        return "none".into();
    }
    let all: Vec<ShapedArray> =
        avals.iter().cloned().chain(outs.iter().filter(|o| o.dtype.is_inexact()).cloned()).collect();
    let (outer, avals) = (cx.clone(), avals.to_vec());
    staged(cx, &all, move |all| {
        let (cx, wanted, active, avals) = (outer.clone(), wanted.clone(), active.clone(), avals.clone());
        Box::pin(async move {
            let (args, cts) = all.split_at(n);
            let primals: Vec<Value> = wanted.iter().map(|&i| args[i].clone()).collect();
            let f = of_floats(&cx, f, args, &wanted);
            let (mut outs, linear) = linearize(&cx, &f, primals, &vec![true; wanted.len()]).await?;
            let mut cts = cts.iter();
            let cts: Vec<Tangent> = active.iter().map(|a| if *a { cts.next().cloned() } else { None }).collect();
            for (ct, &i) in linear.transpose(&cx, &cts).await?.into_iter().zip(&wanted) {
                outs.push(ct.map_or_else(|| ops::zeros(&cx, &avals[i]), Ok)?);
            }
            Ok(outs)
        })
    })
}

fn batched(cx: &Cx, avals: &[ShapedArray], f: Fun) -> String {
    let all: Vec<ShapedArray> = avals.iter().map(|a| a.with_shape([&[3], a.shape.as_slice()].concat())).collect();
    let n = avals.len();
    let outer = cx.clone();
    staged(cx, &all, move |all| {
        let cx = outer.clone();
        Box::pin(async move {
            let every: Vec<usize> = (0..n).collect();
            let f = of_floats(&cx, f, &all, &every);
            vmap(&cx, &f, all, &vec![Some(0); n], 3, None, |k| Ok(vec![OutAxis::At(0); k])).await
        })
    })
}

fn out_avals(cx: &Cx, avals: &[ShapedArray], f: Fun) -> Vec<ShapedArray> {
    let outer = cx.clone();
    let g = Rust(move |xs: Vec<Value>| {
        let r = f(&outer, &xs);
        let done: LocalBoxFuture<Result<Vec<Value>>> = Box::pin(async move { r });
        done
    });
    now(stage(cx, &g, avals)).expect("stages").closed.out_avals()
}

#[test]
fn rules_are_jaxs_equation_by_equation() {
    let cx = Cx::new(Rc::new(NoExecutor));
    let golden: Vec<(&str, Vec<&str>)> = GOLDEN
        .split("\n## ")
        .skip(1)
        .map(|b| {
            let (name, rest) = b.split_once('\n').expect("a name");
            (name, rest.split("\n--\n").collect())
        })
        .collect();
    let table = table();
    assert_eq!(
        table.iter().map(|t| t.0).collect::<Vec<_>>(),
        golden.iter().map(|g| g.0).collect::<Vec<_>>(),
        "the golden file has the table's rows"
    );
    let mut wrong = Vec::new();
    for ((name, avals, f), (_, want)) in table.iter().zip(&golden) {
        let outs = out_avals(&cx, avals, *f);
        let got = [forward(&cx, avals, &outs, *f), reverse(&cx, avals, &outs, *f), batched(&cx, avals, *f)];
        for ((what, got), want) in ["jvp", "vjp", "vmap"].iter().zip(got).zip(want) {
            if want.trim() != "none" && collapsed(&got) != collapsed(want) {
                wrong.push(format!("{what} of {name}\n--- JAX\n{}\n--- ours\n{}\n", want.trim(), got.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
