//! `jax.lax`: primitives with strict dtypes, and helpers over axes.

use crate::prelude::*;
use gradlens_ir::params::{DotDims, IndexMode, Rounding};
use gradlens_ir::{Params, Prim};

/// `lax.stop_gradient`.
pub fn stop_gradient(cx: &Cx, x: &Value) -> Result<Value> {
    if !x.dtype().is_inexact() {
        return Ok(x.clone());
    }
    cx.bind1(Prim::StopGradient, Params::None, std::slice::from_ref(x))
}
/// Pieces of these sizes.
pub fn split(cx: &Cx, x: &Value, sizes: &[usize], axis: usize) -> Result<Vec<Value>> {
    Ok(cx.bind(Prim::Split, Params::Split { sizes: sizes.to_vec(), axis }, std::slice::from_ref(x))?.into_vec())
}

fn both(cx: &Cx, name: &str, b: &Bound) -> Result<(Value, Value)> {
    let mut v = cv::values(cx, &format!("lax.{name}"), &[&b[0], &b[1]])?;
    // A Python number takes its partner's dtype where it can hold it.
    for (i, j) in [(0, 1), (1, 0)] {
        if b[i].is_number()
            && !b[j].is_number()
            && v[j].dtype().is_inexact() == v[i].dtype().is_inexact()
            && !matches!(b[i], Arg::Bool(_))
        {
            v[i] = cv::convert_arg(cx, &b[i], v[j].dtype(), true)?;
        }
    }
    let y = v.remove(1);
    Ok((v.remove(0), y))
}

macro_rules! one {
    ($name:literal, $f:path, $doc:literal) => {
        entry(
            concat!("jax.lax.", $name),
            "x",
            $doc,
            Sync(|cx, b| Ok($f(cx, &val(cx, concat!("lax.", $name), &b[0])?)?.into())),
        )
    };
}
macro_rules! two {
    ($name:literal, $f:path, $doc:literal) => {
        entry(
            concat!("jax.lax.", $name),
            "x, y",
            $doc,
            Sync(|cx, b| {
                let (x, y) = both(cx, $name, b)?;
                Ok($f(cx, &x, &y)?.into())
            }),
        )
    };
}

fn values(cx: &Cx, name: &str, xs: &Arg) -> Result<Vec<Value>> {
    xs.sequence().unwrap_or_default().iter().map(|x| val(cx, name, x)).collect()
}
fn axis_of(cx: &Cx, b: &Bound, name: &str, ndim: usize) -> Result<usize> {
    cv::axis(cv::static_int(cx, &b[name])?, ndim)
}
fn usizes(cx: &Cx, x: &Arg) -> Result<Vec<usize>> {
    cv::shape(cx, x)
}

fn reduce_axes(cx: &Cx, b: &Bound, f: fn(&Cx, &Value, &[usize]) -> Result<Value>) -> Result<Arg> {
    let x = val(cx, "lax.reduce", &b[0])?;
    let axes = cv::axes(cx, &b["axes"], x.ndim())?;
    Ok(f(cx, &x, &axes)?.into())
}
macro_rules! reduction {
    ($name:literal, $f:path, $doc:literal) => {
        entry(concat!("jax.lax.", $name), "operand, axes", $doc, Sync(|cx, b| reduce_axes(cx, b, $f)))
    };
}
macro_rules! running {
    ($name:literal, $f:path, $doc:literal) => {
        entry(
            concat!("jax.lax.", $name),
            "operand, axis=0, reverse=False",
            $doc,
            Sync(|cx, b| {
                let x = val(cx, $name, &b[0])?;
                let axis = axis_of(cx, b, "axis", x.ndim())?;
                Ok($f(cx, &x, axis, cv::truth(cx, &b["reverse"])?)?.into())
            }),
        )
    };
}

fn convert(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "convert_element_type", &b["operand"])?;
    let (d, weak) = cv::dtype_named(&b["new_dtype"])?;
    let d = d.canonicalize(cx.x64());
    if b["operand"].is_number() {
        return Ok(cv::convert_arg(cx, &b["operand"], d, weak)?.into());
    }
    if x.dtype().is_complex() && d.is_floating() {
        return Ok(p::astype(cx, &x, d)?.into());
    }
    Ok(p::convert(cx, &x, d, weak)?.into())
}
fn clamp(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.clamp", &b["x"])?;
    let bound = |n: &str| -> Result<Value> {
        if b[n].is_number() { cv::convert_arg(cx, &b[n], x.dtype(), true) } else { val(cx, "lax.clamp", &b[n]) }
    };
    let (lo, hi) = (bound("min")?, bound("max")?);
    Ok(p::clamp(cx, &lo, &x, &hi)?.into())
}
fn select(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = cv::values(cx, "lax.select", &[&b["pred"], &b["on_true"], &b["on_false"]])?;
    Ok(p::select(cx, &v[0], &v[1], &v[2])?.into())
}
fn select_n(cx: &Cx, b: &Bound) -> Result<Arg> {
    let mut args = vec![val(cx, "lax.select_n", &b["which"])?];
    args.extend(values(cx, "lax.select_n", &b["cases"])?);
    if args.len() < 2 {
        return Err(Error::value_error("select_n() must have at least one case"));
    }
    Ok(cx.bind1(Prim::SelectN, Params::None, &args)?.into())
}
fn round(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.round", &b["x"])?;
    let method = match &b["rounding_method"] {
        Arg::Int(1) => Rounding::ToNearestEven,
        Arg::Object(o) if o.attr(cx, "value")?.is_some_and(|v| matches!(v, Arg::Int(1))) => Rounding::ToNearestEven,
        _ => Rounding::AwayFromZero,
    };
    Ok(p::round(cx, &x, method)?.into())
}
fn broadcast_in_dim(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.broadcast_in_dim", &b["operand"])?;
    Ok(p::broadcast_in_dim(cx, &x, &usizes(cx, &b["shape"])?, &usizes(cx, &b["broadcast_dimensions"])?)?.into())
}
fn broadcast(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.broadcast", &b["operand"])?;
    let mut shape = usizes(cx, &b["sizes"])?;
    shape.extend(x.shape().iter());
    Ok(p::broadcast_to(cx, &x, &shape)?.into())
}
fn reshape(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.reshape", &b["operand"])?;
    let sizes: Vec<i64> = cv::ints(cx, &b["new_sizes"])?;
    if sizes.contains(&-1) {
        return Err(Error::type_error("lax.reshape takes no -1 sizes"));
    }
    Ok(crate::shaping::reshape(cx, &x, &sizes)?.into())
}
fn slice(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.slice", &b["operand"])?;
    let strides = if b["strides"].is_none() { None } else { Some(usizes(cx, &b["strides"])?) };
    Ok(p::slice(cx, &x, &usizes(cx, &b["start_indices"])?, &usizes(cx, &b["limit_indices"])?, strides.as_deref())?
        .into())
}
fn slice_in_dim(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.slice_in_dim", &b["operand"])?;
    let axis = axis_of(cx, b, "axis", x.ndim())?;
    let n = x.shape()[axis] as i64;
    let bound = |a: &Arg, default: i64| -> Result<i64> {
        let i = if a.is_none() { default } else { cv::static_int(cx, a)? };
        Ok(if i < 0 { i + n } else { i }.clamp(0, n))
    };
    let (start, limit) = (bound(&b["start_index"], 0)?, bound(&b["limit_index"], n)?);
    let stride = cv::static_int(cx, &b["stride"])?.max(1) as usize;
    Ok(p::slice_in_dim(cx, &x, start as usize, limit.max(start) as usize, stride, axis)?.into())
}
fn index_in_dim(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.index_in_dim", &b["operand"])?;
    let axis = axis_of(cx, b, "axis", x.ndim())?;
    let n = x.shape()[axis] as i64;
    let i = cv::static_int(cx, &b["index"])?;
    let at = if i < 0 { i + n } else { i };
    if at < 0 || at >= n {
        return Err(Error::new(
            ErrorClass::IndexError,
            format!("index {i} is out of bounds for axis {axis} with size {n}"),
        ));
    }
    let s = p::slice_in_dim(cx, &x, at as usize, at as usize + 1, 1, axis)?;
    if cv::truth(cx, &b["keepdims"])? { Ok(s.into()) } else { Ok(p::squeeze(cx, &s, &[axis])?.into()) }
}

/// Start indices as scalars of one dtype, negative ones wrapped.
fn starts(cx: &Cx, x: &Value, list: &Arg) -> Result<Vec<Value>> {
    let items: Vec<Value> = match list {
        Arg::Array(v) if v.ndim() == 1 => crate::methods::iterate(cx, v)?,
        one if one.sequence().is_none() => vec![val(cx, "dynamic_slice", one)?],
        _ => values(cx, "dynamic_slice", list)?,
    };
    if items.len() != x.ndim() {
        return Err(Error::value_error(format!(
            "Length of slice indices must match number of operand dimensions ({} vs {})",
            items.len(),
            gradlens_ir::aval::tuple_text(x.shape())
        )));
    }
    let statics: Vec<Option<i64>> = match list.sequence() {
        Some(s) => s.iter().map(|a| if let Arg::Int(i) = a { Some(*i) } else { None }).collect(),
        None => vec![if let Arg::Int(i) = list { Some(*i) } else { None }; items.len()],
    };
    let d = items.iter().zip(&statics).find(|(_, s)| s.is_none()).map_or(DType::I32, |(v, _)| v.dtype());
    items
        .iter()
        .zip(&statics)
        .zip(x.shape())
        .map(|((v, s), &n)| match s {
            Some(i) => Ok(Value::Array(Array::int_scalar(d, if *i < 0 { i + n as i64 } else { *i }))),
            None => crate::indexing::wrap_negative(cx, v, n),
        })
        .collect()
}
fn dynamic_slice(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "dynamic_slice", &b["operand"])?;
    let s = starts(cx, &x, &b["start_indices"])?;
    Ok(p::dynamic_slice(cx, &x, &s, &usizes(cx, &b["slice_sizes"])?)?.into())
}
fn dynamic_update_slice(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, u) = (val(cx, "dynamic_update_slice", &b["operand"])?, val(cx, "dynamic_update_slice", &b["update"])?);
    let s = starts(cx, &x, &b["start_indices"])?;
    Ok(p::dynamic_update_slice(cx, &x, &u, &s)?.into())
}
/// One index along one axis, zero along the others.
fn along(x: &Value, axis: usize, start: &Arg) -> Arg {
    let mut list = vec![Arg::Int(0); x.ndim()];
    list[axis] = start.clone();
    Arg::Tuple(list)
}
fn dynamic_slice_in_dim(cx: &Cx, b: &Bound, one: bool) -> Result<Arg> {
    let x = val(cx, "dynamic_slice_in_dim", &b["operand"])?;
    let axis = axis_of(cx, b, "axis", x.ndim())?;
    let mut sizes = x.shape().to_vec();
    sizes[axis] = if one { 1 } else { cv::static_int(cx, &b["slice_size"])?.max(0) as usize };
    let s = starts(cx, &x, &along(&x, axis, &b[1]))?;
    let out = p::dynamic_slice(cx, &x, &s, &sizes)?;
    if one && !cv::truth(cx, &b["keepdims"])? { Ok(p::squeeze(cx, &out, &[axis])?.into()) } else { Ok(out.into()) }
}
fn dynamic_update_in_dim(cx: &Cx, b: &Bound, one: bool) -> Result<Arg> {
    let x = val(cx, "dynamic_update_slice_in_dim", &b["operand"])?;
    let mut u = val(cx, "dynamic_update_slice_in_dim", &b["update"])?;
    let axis = axis_of(cx, b, "axis", x.ndim())?;
    if one && u.ndim() != x.ndim() {
        u = p::expand_dims(cx, &u, &[axis])?;
    }
    let s = starts(cx, &x, &along(&x, axis, &b[2]))?;
    Ok(p::dynamic_update_slice(cx, &x, &u, &s)?.into())
}
fn pad(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.pad", &b["operand"])?;
    let c = if b["padding_value"].is_number() {
        cv::convert_arg(cx, &b["padding_value"], x.dtype(), false)?
    } else {
        val(cx, "lax.pad", &b["padding_value"])?
    };
    let config = b["padding_config"]
        .sequence()
        .unwrap_or_default()
        .iter()
        .map(|t| match cv::ints(cx, t)?.as_slice() {
            &[l, h, i] => Ok((l, h, i)),
            _ => Err(Error::type_error("padding_config must be a sequence of (low, high, interior) triples")),
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(p::pad(cx, &x, &c, &config)?.into())
}
fn concatenate(cx: &Cx, b: &Bound) -> Result<Arg> {
    let xs = values(cx, "lax.concatenate", &b["operands"])?;
    if xs.is_empty() {
        return Err(Error::value_error("concatenate requires a non-empty sequences of arrays"));
    }
    let axis = axis_of(cx, b, "dimension", xs[0].ndim())?;
    Ok(p::concatenate(cx, &xs, axis)?.into())
}
fn dot_dims(cx: &Cx, x: &Arg) -> Result<DotDims> {
    let bad = || Error::type_error("dimension_numbers must be ((lhs_contract, rhs_contract), (lhs_batch, rhs_batch))");
    let [c, b] = x.sequence().ok_or_else(bad)? else { return Err(bad()) };
    let two = |x: &Arg| -> Result<(Vec<usize>, Vec<usize>)> {
        match x.sequence() {
            Some([l, r]) => Ok((usizes(cx, l)?, usizes(cx, r)?)),
            _ => Err(bad()),
        }
    };
    let ((lhs_contract, rhs_contract), (lhs_batch, rhs_batch)) = (two(c)?, two(b)?);
    Ok(DotDims { lhs_contract, rhs_contract, lhs_batch, rhs_batch })
}
fn dot_general(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = cv::values(cx, "lax.dot_general", &[&b["lhs"], &b["rhs"]])?;
    let out = cv::dtype_arg(cx, &b["preferred_element_type"])?;
    Ok(p::dot_general(cx, &v[0], &v[1], dot_dims(cx, &b["dimension_numbers"])?, out)?.into())
}
fn dot(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = cv::values(cx, "lax.dot", &[&b["lhs"], &b["rhs"]])?;
    if !b["dimension_numbers"].is_none() {
        let out = cv::dtype_arg(cx, &b["preferred_element_type"])?;
        return Ok(p::dot_general(cx, &v[0], &v[1], dot_dims(cx, &b["dimension_numbers"])?, out)?.into());
    }
    if !(1..=2).contains(&v[0].ndim()) || !(1..=2).contains(&v[1].ndim()) || v[0].shape().last() != v[1].shape().first()
    {
        return Err(Error::type_error(format!(
            "Incompatible shapes for dot: got {} and {}.",
            gradlens_ir::aval::tuple_text(v[0].shape()),
            gradlens_ir::aval::tuple_text(v[1].shape())
        )));
    }
    let dims = DotDims { lhs_contract: vec![v[0].ndim() - 1], rhs_contract: vec![0], ..Default::default() };
    let out = cv::dtype_arg(cx, &b["preferred_element_type"])?;
    Ok(p::dot_general(cx, &v[0], &v[1], dims, out)?.into())
}
fn batch_matmul(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = cv::values(cx, "lax.batch_matmul", &[&b["lhs"], &b["rhs"]])?;
    let n = v[0].ndim();
    if n < 2 || v[1].ndim() != n {
        return Err(Error::value_error(format!(
            "Arguments to batch_matmul must be at least 2D, got {n}, {}",
            v[1].ndim()
        )));
    }
    let batch: Vec<usize> = (0..n - 2).collect();
    let dims =
        DotDims { lhs_contract: vec![n - 1], rhs_contract: vec![n - 2], lhs_batch: batch.clone(), rhs_batch: batch };
    Ok(p::dot_general(cx, &v[0], &v[1], dims, None)?.into())
}
fn sort(cx: &Cx, b: &Bound) -> Result<Arg> {
    let many = b["operand"].sequence().is_some();
    let xs = if many { values(cx, "lax.sort", &b["operand"])? } else { vec![val(cx, "lax.sort", &b["operand"])?] };
    if xs.is_empty() {
        return Err(Error::type_error("Sort requires at least one operand"));
    }
    let axis = axis_of(cx, b, "dimension", xs[0].ndim())?;
    let out: Vec<Arg> = p::sort(cx, &xs, axis, cv::static_int(cx, &b["num_keys"])?.max(1) as usize)?
        .into_iter()
        .map(Arg::from)
        .collect();
    Ok(if many { Arg::Tuple(out) } else { out[0].clone() })
}
fn sort_key_val(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = cv::values(cx, "lax.sort_key_val", &[&b["keys"], &b["values"]])?;
    let axis = axis_of(cx, b, "dimension", v[0].ndim())?;
    Ok(Arg::Tuple(p::sort(cx, &v, axis, 1)?.into_iter().map(Arg::from).collect()))
}
fn top_k(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.top_k", &b["operand"])?;
    let k = cv::static_int(cx, &b["k"])?;
    if k < 0 {
        return Err(Error::value_error(format!("k argument to top_k must be nonnegative, got {k}")));
    }
    let axis = axis_of(cx, b, "axis", x.ndim())?;
    if k as usize > x.shape()[axis] {
        return Err(Error::value_error(format!(
            "k argument to top_k must be no larger than size along axis; got k={k} with shape={}",
            gradlens_ir::aval::tuple_text(x.shape())
        )));
    }
    let out = cx.bind(Prim::TopK, Params::TopK { k: k as usize, axis }, &[x])?;
    Ok(Arg::List(out.into_iter().map(Arg::from).collect()))
}
fn arg_reduce(cx: &Cx, b: &Bound, largest: bool) -> Result<Arg> {
    let x = val(cx, "lax.argmax", &b["operand"])?;
    let axis = axis_of(cx, b, "axis", x.ndim())?;
    let d = cv::dtype_named(&b["index_dtype"])?.0.canonicalize(cx.x64());
    Ok(if largest { p::argmax(cx, &x, axis, d)? } else { p::argmin(cx, &x, axis, d)? }.into())
}
fn full(cx: &Cx, b: &Bound) -> Result<Arg> {
    let shape = usizes(cx, &b["shape"])?;
    let v = match cv::dtype_arg(cx, &b["dtype"])? {
        Some(d) => cv::convert_arg(cx, &b["fill_value"], d, false)?,
        None => val(cx, "lax.full", &b["fill_value"])?,
    };
    Ok(p::broadcast_in_dim(cx, &v, &shape, &[])?.into())
}
fn full_like(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.full_like", &b["x"])?;
    let shape = if b["shape"].is_none() { x.shape().to_vec() } else { usizes(cx, &b["shape"])? };
    let d = cv::dtype_arg(cx, &b["dtype"])?.unwrap_or(x.dtype());
    Ok(p::broadcast_in_dim(cx, &cv::convert_arg(cx, &b["fill_value"], d, false)?, &shape, &[])?.into())
}
fn iota(cx: &Cx, b: &Bound) -> Result<Arg> {
    let d = cv::dtype_named(&b["dtype"])?.0.canonicalize(cx.x64());
    Ok(p::iota(cx, d, &[cv::static_int(cx, &b["size"])?.max(0) as usize], 0)?.into())
}
fn broadcasted_iota(cx: &Cx, b: &Bound) -> Result<Arg> {
    let d = cv::dtype_named(&b["dtype"])?.0.canonicalize(cx.x64());
    let shape = usizes(cx, &b["shape"])?;
    let axis = axis_of(cx, b, "dimension", shape.len())?;
    Ok(p::iota(cx, d, &shape, axis)?.into())
}
fn collapse(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.collapse", &b["operand"])?;
    let n = x.ndim();
    let lo = axis_of(cx, b, "start_dimension", n)?;
    let hi = if b["stop_dimension"].is_none() {
        n
    } else {
        let h = cv::static_int(cx, &b["stop_dimension"])?;
        if h < 0 { (h + n as i64) as usize } else { h as usize }
    };
    let mut shape = x.shape()[..lo].to_vec();
    shape.push(x.shape()[lo..hi].iter().product());
    shape.extend(&x.shape()[hi..]);
    Ok(p::reshape(cx, &x, &shape)?.into())
}
fn reduce_precision(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.reduce_precision", &b["operand"])?;
    let params = Params::ReducePrecision {
        exponent_bits: cv::static_int(cx, &b["exponent_bits"])? as u32,
        mantissa_bits: cv::static_int(cx, &b["mantissa_bits"])? as u32,
    };
    Ok(cx.bind1(Prim::ReducePrecision, params, &[x])?.into())
}
fn expand_dims(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.expand_dims", &b["array"])?;
    let list = cv::ints(cx, &b["dimensions"])?;
    let rank = x.ndim() + list.len();
    let axes = list.into_iter().map(|a| cv::axis(a, rank)).collect::<Result<Vec<_>>>()?;
    Ok(p::expand_dims(cx, &x, &axes)?.into())
}
fn stop_gradient_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (leaves, def) = crate::tree::flatten(&b[0])?;
    let out = leaves
        .into_iter()
        .map(|l| match &l {
            Arg::Array(v) => stop_gradient(cx, v).map(Arg::from),
            _ => Ok(l),
        })
        .collect::<Result<Vec<_>>>()?;
    def.unflatten(out)
}
fn bitcast(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "bitcast_convert_type", &b["operand"])?;
    Ok(p::bitcast(cx, &x, cv::dtype_named(&b["new_dtype"])?.0.canonicalize(cx.x64()))?.into())
}
fn transpose(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.transpose", &b["operand"])?;
    Ok(p::transpose(cx, &x, &usizes(cx, &b["permutation"])?)?.into())
}
fn rem_pow(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = cv::values(cx, "lax.pow", &[&b[0], &b[1]])?;
    let x = if b[0].is_number() && v[1].dtype().is_inexact() {
        cv::convert_arg(cx, &b[0], v[1].dtype(), true)?
    } else {
        v[0].clone()
    };
    let y = if b[1].is_number() && !matches!(b[1], Arg::Int(_)) {
        cv::convert_arg(cx, &b[1], x.dtype(), true)?
    } else {
        v[1].clone()
    };
    Ok(p::pow(cx, &x, &y)?.into())
}
fn split_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "lax.split", &b["operand"])?;
    let axis = axis_of(cx, b, "axis", x.ndim())?;
    Ok(Arg::List(split(cx, &x, &usizes(cx, &b["sizes"])?, axis)?.into_iter().map(Arg::from).collect()))
}
/// How indices out of range are treated, by `lax.GatherScatterMode`'s names.
pub fn mode_text(m: IndexMode) -> &'static str {
    match m {
        IndexMode::Clip => "clip",
        IndexMode::FillOrDrop => "fill",
        IndexMode::PromiseInBounds => "promise_in_bounds",
    }
}

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    one!("neg", p::neg, "-x."),
    one!("exp", p::exp, "Exponential."),
    one!("exp2", p::exp2, "Two to the power x."),
    one!("expm1", p::expm1, "exp(x) - 1."),
    one!("log", p::log, "Natural logarithm."),
    one!("log1p", p::log1p, "log(1 + x)."),
    one!("sin", p::sin, "Sine."),
    one!("cos", p::cos, "Cosine."),
    one!("tan", p::tan, "Tangent."),
    one!("asin", p::asin, "Inverse sine."),
    one!("acos", p::acos, "Inverse cosine."),
    one!("atan", p::atan, "Inverse tangent."),
    one!("sinh", p::sinh, "Hyperbolic sine."),
    one!("cosh", p::cosh, "Hyperbolic cosine."),
    one!("tanh", p::tanh, "Hyperbolic tangent."),
    one!("asinh", p::asinh, "Inverse hyperbolic sine."),
    one!("acosh", p::acosh, "Inverse hyperbolic cosine."),
    one!("atanh", p::atanh, "Inverse hyperbolic tangent."),
    one!("sqrt", p::sqrt, "Square root."),
    one!("rsqrt", p::rsqrt, "1 / sqrt(x)."),
    one!("cbrt", p::cbrt, "Cube root."),
    one!("square", p::square, "x * x."),
    one!("logistic", p::logistic, "1 / (1 + exp(-x))."),
    one!("erf", p::erf, "Error function."),
    one!("erfc", p::erfc, "1 - erf(x)."),
    one!("erf_inv", p::erf_inv, "Inverse error function."),
    one!("lgamma", p::lgamma, "log |gamma(x)|."),
    one!("digamma", p::digamma, "Derivative of lgamma."),
    one!("bessel_i0e", p::bessel_i0e, "Scaled Bessel function of order 0."),
    one!("bessel_i1e", p::bessel_i1e, "Scaled Bessel function of order 1."),
    one!("abs", p::abs, "Absolute value."),
    one!("sign", p::sign, "Sign."),
    one!("floor", p::floor, "Rounded down."),
    one!("ceil", p::ceil, "Rounded up."),
    one!("is_finite", p::is_finite, "Neither infinite nor NaN."),
    one!("bitwise_not", p::not, "Bitwise not."),
    one!("population_count", p::population_count, "Number of one bits."),
    one!("clz", p::clz, "Leading zero bits."),
    one!("real", p::real, "Real part."),
    one!("imag", p::imag, "Imaginary part."),
    one!("conj", p::conj, "Complex conjugate."),
    entry(
        "jax.lax.reciprocal",
        "x",
        "1 / x.",
        Sync(|cx, b| Ok(p::integer_pow(cx, &val(cx, "lax.reciprocal", &b[0])?, -1)?.into())),
    ),
    two!("add", p::add, "x + y."),
    two!("sub", p::sub, "x - y."),
    two!("mul", p::mul, "x * y."),
    two!("div", p::div, "x / y; towards zero for integers."),
    two!("rem", p::rem, "Remainder with the sign of x."),
    two!("max", p::max, "The larger; a tie shares the gradient."),
    two!("min", p::min, "The smaller; a tie shares the gradient."),
    two!("atan2", p::atan2, "Angle of the point (y, x)."),
    two!("nextafter", p::nextafter, "The next float from x towards y."),
    two!("eq", p::eq, "x == y."),
    two!("ne", p::ne, "x != y."),
    two!("lt", p::lt, "x < y."),
    two!("le", p::le, "x <= y."),
    two!("gt", p::gt, "x > y."),
    two!("ge", p::ge, "x >= y."),
    two!("bitwise_and", p::and, "x & y."),
    two!("bitwise_or", p::or, "x | y."),
    two!("bitwise_xor", p::xor, "x ^ y."),
    two!("shift_left", p::shift_left, "x << y."),
    two!("shift_right_logical", p::shift_right_logical, "x >> y with zeros."),
    two!("shift_right_arithmetic", p::shift_right_arithmetic, "x >> y with the sign."),
    two!("complex", p::complex, "x + 1j * y."),
    two!("igamma", p::igamma, "Lower incomplete gamma function."),
    two!("igammac", p::igammac, "Upper incomplete gamma function."),
    two!("polygamma", p::polygamma, "Derivatives of digamma."),
    two!("zeta", p::zeta, "Hurwitz zeta function."),
    entry("jax.lax.pow", "x, y", "x to the power y.", Sync(rem_pow)),
    entry(
        "jax.lax.integer_pow",
        "x, y",
        "x to a static integer power.",
        Sync(|cx, b| {
            Ok(p::integer_pow(cx, &val(cx, "lax.integer_pow", &b[0])?, cv::static_int(cx, &b[1])? as i32)?.into())
        }),
    ),
    entry(
        "jax.lax.betainc",
        "a, b, x",
        "Regularized incomplete beta function.",
        Sync(|cx, b| {
            let v = cv::values(cx, "lax.betainc", &[&b[0], &b[1], &b[2]])?;
            Ok(p::betainc(cx, &v[0], &v[1], &v[2])?.into())
        }),
    ),
    entry("jax.lax.clamp", "min, x, max", "x clipped; derivative 0 at the bounds.", Sync(clamp)),
    entry("jax.lax.round", "x, rounding_method=0", "Rounded to integers.", Sync(round)),
    entry("jax.lax.select", "pred, on_true, on_false", "Elementwise choice.", Sync(select)),
    entry("jax.lax.select_n", "which, *cases", "Elementwise choice among cases.", Sync(select_n)),
    entry("jax.lax.convert_element_type", "operand, new_dtype", "Another dtype.", Sync(convert)),
    entry("jax.lax.bitcast_convert_type", "operand, new_dtype", "The same bits as another dtype.", Sync(bitcast)),
    entry(
        "jax.lax.reduce_precision",
        "operand, exponent_bits, mantissa_bits",
        "Rounded to fewer bits.",
        Sync(reduce_precision),
    ),
    entry("jax.lax.stop_gradient", "x", "The value, without its derivative.", Sync(stop_gradient_entry)),
    entry("jax.lax.broadcast", "operand, sizes, *, out_sharding=None", "New leading axes.", Sync(broadcast)),
    entry(
        "jax.lax.broadcast_in_dim",
        "operand, shape, broadcast_dimensions, *, out_sharding=None",
        "Axes placed in a larger shape.",
        Sync(broadcast_in_dim),
    ),
    entry(
        "jax.lax.broadcast_shapes",
        "*shapes",
        "The shape that shapes broadcast to.",
        Sync(|cx, b| {
            let shapes =
                b["shapes"].sequence().unwrap_or_default().iter().map(|s| usizes(cx, s)).collect::<Result<Vec<_>>>()?;
            Ok(Arg::shape(&cv::broadcast_shapes(
                "broadcast_shapes",
                &shapes.iter().map(Vec::as_slice).collect::<Vec<_>>(),
            )?))
        }),
    ),
    entry(
        "jax.lax.reshape",
        "operand, new_sizes, dimensions=None, *, out_sharding=None",
        "Another shape.",
        Sync(reshape),
    ),
    entry("jax.lax.transpose", "operand, permutation", "Axes permuted.", Sync(transpose)),
    entry(
        "jax.lax.squeeze",
        "array, dimensions",
        "Axes of size 1 removed.",
        Sync(|cx, b| {
            let x = val(cx, "lax.squeeze", &b[0])?;
            let axes = cv::axes(cx, &b["dimensions"], x.ndim())?;
            Ok(p::squeeze(cx, &x, &axes)?.into())
        }),
    ),
    entry("jax.lax.expand_dims", "array, dimensions", "New axes of size 1.", Sync(expand_dims)),
    entry("jax.lax.collapse", "operand, start_dimension, stop_dimension=None", "Axes merged.", Sync(collapse)),
    entry(
        "jax.lax.rev",
        "operand, dimensions",
        "Axes reversed.",
        Sync(|cx, b| Ok(p::rev(cx, &val(cx, "lax.rev", &b[0])?, &usizes(cx, &b["dimensions"])?)?.into())),
    ),
    entry("jax.lax.slice", "operand, start_indices, limit_indices, strides=None", "A static slice.", Sync(slice)),
    entry(
        "jax.lax.slice_in_dim",
        "operand, start_index, limit_index, stride=1, axis=0",
        "A static slice of one axis.",
        Sync(slice_in_dim),
    ),
    entry(
        "jax.lax.index_in_dim",
        "operand, index, axis=0, keepdims=True",
        "One position of one axis.",
        Sync(index_in_dim),
    ),
    entry(
        "jax.lax.dynamic_slice",
        "operand, start_indices, slice_sizes, *, allow_negative_indices=True",
        "A slice at traced indices.",
        Sync(dynamic_slice),
    ),
    entry(
        "jax.lax.dynamic_slice_in_dim",
        "operand, start_index, slice_size, axis=0, *, allow_negative_indices=True",
        "A slice of one axis at a traced index.",
        Sync(|cx, b| dynamic_slice_in_dim(cx, b, false)),
    ),
    entry(
        "jax.lax.dynamic_index_in_dim",
        "operand, index, axis=0, keepdims=True, *, allow_negative_indices=True",
        "One traced position of one axis.",
        Sync(|cx, b| dynamic_slice_in_dim(cx, b, true)),
    ),
    entry(
        "jax.lax.dynamic_update_slice",
        "operand, update, start_indices, *, allow_negative_indices=True",
        "A slice replaced at traced indices.",
        Sync(dynamic_update_slice),
    ),
    entry(
        "jax.lax.dynamic_update_slice_in_dim",
        "operand, update, start_index, axis, *, allow_negative_indices=True",
        "A slice of one axis replaced.",
        Sync(|cx, b| dynamic_update_in_dim(cx, b, false)),
    ),
    entry(
        "jax.lax.dynamic_update_index_in_dim",
        "operand, update, index, axis, *, allow_negative_indices=True",
        "One position of one axis replaced.",
        Sync(|cx, b| dynamic_update_in_dim(cx, b, true)),
    ),
    entry("jax.lax.concatenate", "operands, dimension", "Arrays joined.", Sync(concatenate)),
    entry("jax.lax.split", "operand, sizes, axis=0", "Pieces of given sizes.", Sync(split_entry)),
    entry("jax.lax.pad", "operand, padding_value, padding_config", "Low, high and interior padding.", Sync(pad)),
    entry(
        "jax.lax.dot",
        "lhs, rhs, *, dimension_numbers=None, precision=None, preferred_element_type=None, out_sharding=None",
        "Product of vectors and matrices.",
        Sync(dot),
    ),
    entry(
        "jax.lax.dot_general",
        "lhs, rhs, dimension_numbers, precision=None, preferred_element_type=None, *, out_sharding=None",
        "General contraction.",
        Sync(dot_general),
    ),
    entry("jax.lax.batch_matmul", "lhs, rhs, precision=None", "Batched matrix product.", Sync(batch_matmul)),
    entry("jax.lax.sort", "operand, dimension=-1, is_stable=True, num_keys=1", "Sorted along an axis.", Sync(sort)),
    entry(
        "jax.lax.sort_key_val",
        "keys, values, dimension=-1, is_stable=True",
        "Values sorted by keys.",
        Sync(sort_key_val),
    ),
    entry(
        "jax.lax.top_k",
        "operand, k, *, axis=-1, recall_target=1.0",
        "The k largest and their indices.",
        Sync(top_k),
    ),
    entry(
        "jax.lax.argmax",
        "operand, axis, index_dtype",
        "Index of the largest.",
        Sync(|cx, b| arg_reduce(cx, b, true)),
    ),
    entry(
        "jax.lax.argmin",
        "operand, axis, index_dtype",
        "Index of the smallest.",
        Sync(|cx, b| arg_reduce(cx, b, false)),
    ),
    entry("jax.lax.full", "shape, fill_value, dtype=None, *, sharding=None", "A constant array.", Sync(full)),
    entry(
        "jax.lax.full_like",
        "x, fill_value, dtype=None, shape=None, *, sharding=None",
        "A constant array of the same shape.",
        Sync(full_like),
    ),
    entry("jax.lax.iota", "dtype, size", "0, 1, 2, ...", Sync(iota)),
    entry(
        "jax.lax.broadcasted_iota",
        "dtype, shape, dimension, *, out_sharding=None",
        "Positions along an axis.",
        Sync(broadcasted_iota),
    ),
    reduction!("reduce_sum", p::reduce_sum, "Sum over axes."),
    reduction!("reduce_prod", p::reduce_prod, "Product over axes."),
    reduction!("reduce_max", p::reduce_max, "Maximum over axes."),
    reduction!("reduce_min", p::reduce_min, "Minimum over axes."),
    reduction!("reduce_and", p::reduce_and, "Logical and over axes."),
    reduction!("reduce_or", p::reduce_or, "Logical or over axes."),
    reduction!("reduce_xor", p::reduce_xor, "Exclusive or over axes."),
    running!("cumsum", p::cumsum, "Running sum."),
    running!("cumprod", p::cumprod, "Running product."),
    running!("cummax", p::cummax, "Running maximum."),
    running!("cummin", p::cummin, "Running minimum."),
    running!("cumlogsumexp", p::cumlogsumexp, "Running log of sums of exponentials."),
];
