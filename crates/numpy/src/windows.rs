//! `lax.conv` and kin, `lax.reduce_window`, `lax.reduce`.

use crate::arg::Callable;
use crate::numerics::{conv, identity_dims};
use crate::prelude::*;
use gradlens_ir::aval::tuple_text;
use gradlens_ir::params::{ConvDims, Window};
use gradlens_ir::structural::window::{dilated, windows};
use gradlens_ir::{LocalBoxFuture, Prim, ops};
use std::rc::Rc;

fn sizes(cx: &Cx, x: &Arg) -> Result<Vec<usize>> {
    cv::ints(cx, x)?
        .into_iter()
        .map(|n| usize::try_from(n).map_err(|_| Error::value_error(format!("sizes must be nonnegative, got {n}"))))
        .collect()
}

fn sizes_or_ones(cx: &Cx, x: &Arg, n: usize) -> Result<Vec<usize>> {
    if x.is_none() { Ok(vec![1; n]) } else { sizes(cx, x) }
}

/// Padding as pairs: given, or `'SAME'`, `'SAME_LOWER'`, `'VALID'` for windows of these (dilated) sizes.
fn padding(cx: &Cx, x: &Arg, space: &[usize], window: &[usize], strides: &[usize]) -> Result<Vec<(i64, i64)>> {
    let Some(name) = x.as_str() else {
        let rows = x.sequence().ok_or_else(|| Error::type_error("padding must be a string or a sequence of pairs"))?;
        return rows
            .iter()
            .map(|r| match cv::ints(cx, r)?[..] {
                [low, high] => Ok((low, high)),
                _ => Err(Error::value_error("padding should be a sequence of (low, high) pairs")),
            })
            .collect();
    };
    let each = space.iter().zip(window).zip(strides);
    match name.to_uppercase().as_str() {
        "VALID" => Ok(vec![(0, 0); space.len()]),
        same @ ("SAME" | "SAME_LOWER") => Ok(each
            .map(|((&n, &k), &s)| {
                let total = ((n.div_ceil(s.max(1)) as i64 - 1) * s as i64 + k as i64 - n as i64).max(0);
                let low = if same == "SAME" { total / 2 } else { total - total / 2 };
                (low, total - low)
            })
            .collect()),
        _ => Err(Error::value_error(format!(
            "Unrecognized padding type: expected 'VALID', 'SAME', or 'SAME_LOWER', got {name}."
        ))),
    }
}

/// Axis orders from strings such as `('NHWC', 'HWIO', 'NHWC')`.
fn dimension_numbers(x: &Arg, rank: usize) -> Result<ConvDims> {
    if x.is_none() {
        return Ok(identity_dims(rank));
    }
    let names: Vec<&str> = x.sequence().unwrap_or_default().iter().filter_map(|a| a.as_str()).collect();
    let [lhs, rhs, out] = names[..] else {
        return Err(Error::type_error(format!(
            "convolution dimension_numbers list/tuple must be length 3, got {}.",
            names.len()
        )));
    };
    let spatial: Vec<char> = rhs.chars().filter(|c| !"OI".contains(*c)).collect();
    let spec = |i: usize, s: &str, batch: char, feature: char| -> Result<Vec<usize>> {
        let at = |c: char| s.chars().position(|d| d == c);
        if s.chars().count() != rank {
            return Err(Error::type_error(format!(
                "convolution dimension_numbers[{i}] must have len equal to the ndim of lhs and rhs, got {} for rank {rank}.",
                s.len()
            )));
        }
        let (Some(b), Some(f)) = (at(batch), at(feature)) else {
            return Err(Error::type_error(format!(
                "convolution dimension_numbers[{i}] must contain the characters '{batch}' and '{feature}' exactly once, got {s}."
            )));
        };
        let mut all = vec![b, f];
        for &c in &spatial {
            all.push(at(c).ok_or_else(|| {
                Error::type_error(format!(
                    "convolution dimension_numbers elements must each have the same set of spatial characters, got ('{lhs}', '{rhs}', '{out}')."
                ))
            })?);
        }
        Ok(all)
    };
    Ok(ConvDims {
        lhs_spec: spec(0, lhs, 'N', 'C')?,
        rhs_spec: spec(1, rhs, 'O', 'I')?,
        out_spec: spec(2, out, 'N', 'C')?,
    })
}

fn operands(cx: &Cx, b: &Bound, name: &str) -> Result<(Value, Value)> {
    let (x, y) = (val(cx, name, &b["lhs"])?, val(cx, name, &b["rhs"])?);
    if x.ndim() != y.ndim() || x.ndim() < 2 {
        return Err(Error::type_error(format!(
            "convolution requires lhs and rhs ndim to be equal, got {} and {}.",
            x.ndim(),
            y.ndim()
        )));
    }
    Ok((x, y))
}

fn pick(shape: &[usize], spec: &[usize]) -> Vec<usize> {
    spec[2..].iter().map(|&i| shape[i]).collect()
}

fn spread(window: &[usize], dilation: &[usize]) -> Vec<usize> {
    window.iter().zip(dilation).map(|(&k, &d)| dilated(k, d) as usize).collect()
}

fn optional<'a>(b: &'a Bound, name: &str) -> &'a Arg {
    b.params.iter().position(|p| &*p.name == name).map_or(&Arg::None, |i| &b.values[i])
}

fn conv_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, y) = operands(cx, b, "conv_general_dilated")?;
    let n = x.ndim() - 2;
    let dims = dimension_numbers(optional(b, "dimension_numbers"), x.ndim())?;
    let strides = sizes(cx, &b["window_strides"])?;
    let base = sizes_or_ones(cx, optional(b, "lhs_dilation"), n)?;
    let dilation = sizes_or_ones(cx, optional(b, "rhs_dilation"), n)?;
    if b["padding"].as_str().is_some() && base.iter().any(|&d| d != 1) {
        return Err(Error::value_error(
            "String padding is not implemented for transposed convolution using this op. Please either exactly specify the required padding or use conv_transpose.",
        ));
    }
    let kernel = spread(&pick(y.shape(), &dims.rhs_spec), &dilation);
    let padding = padding(cx, &b["padding"], &pick(x.shape(), &dims.lhs_spec), &kernel, &strides)?;
    let groups = |name: &str| match optional(b, name) {
        Arg::None => Ok(1),
        g => cv::static_int(cx, g).map(|n| n.max(0) as usize),
    };
    let window = Window { dimensions: vec![], strides, padding, base_dilation: base, window_dilation: dilation };
    Ok(conv(cx, &x, &y, window, dims, groups("feature_group_count")?, groups("batch_group_count")?)?.into())
}

fn conv_transpose(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, mut y) = operands(cx, b, "conv_transpose")?;
    let n = x.ndim() - 2;
    let given = if b["dimension_numbers"].is_none() {
        let space = ["", "H", "HW", "HWD"].get(n).copied().unwrap_or("");
        let lhs = Arg::str(format!("N{space}C"));
        Arg::Tuple(vec![lhs.clone(), Arg::str(format!("{space}IO")), lhs])
    } else {
        b["dimension_numbers"].clone()
    };
    let mut dims = dimension_numbers(&given, x.ndim())?;
    let strides = sizes(cx, &b["strides"])?;
    let dilation = sizes_or_ones(cx, &b["rhs_dilation"], n)?;
    let kernel = spread(&pick(y.shape(), &dims.rhs_spec), &dilation);
    let padding = match b["padding"].as_str() {
        None => padding(cx, &b["padding"], &[], &[], &[])?,
        Some(name) => kernel
            .iter()
            .zip(&strides)
            .map(|(&k, &s)| {
                let (k, s) = (k as i64, s as i64);
                let (total, low) = if name == "SAME" {
                    let total = k + s - 2;
                    (total, if s > k - 1 { k - 1 } else { (total + 1) / 2 })
                } else {
                    (k + s - 2 + (k - s).max(0), k - 1)
                };
                (low, total - low)
            })
            .collect(),
    };
    if cv::truth(cx, &b["transpose_kernel"])? {
        y = p::rev(cx, &y, &dims.rhs_spec[2..])?;
        dims.rhs_spec.swap(0, 1);
    }
    let window =
        Window { dimensions: vec![], strides: vec![1; n], padding, base_dilation: strides, window_dilation: dilation };
    Ok(conv(cx, &x, &y, window, dims, 1, 1)?.into())
}

/// The primitive behind a library function, by its name, with what changes nothing under it.
fn monoid(f: &Rc<dyn Callable>, dtype: DType) -> Option<(&'static str, f64)> {
    let name = f.name();
    let lowest = crate::reductions::lowest(dtype);
    let highest = crate::reductions::highest(dtype);
    Some(match name.rsplit('.').next()? {
        "add" => ("add", 0.0),
        "mul" | "multiply" => ("mul", 1.0),
        "max" | "maximum" => ("max", lowest),
        "min" | "minimum" => ("min", highest),
        _ => return None,
    })
}

/// Whether the initial value changes nothing.
fn is_identity(init: &Value, identity: f64) -> Result<bool> {
    let Some(a) = init.as_array() else { return Ok(false) };
    let v = a.to_f64s()?[0];
    Ok(v == identity
        || (v.is_infinite() && identity.is_finite() && identity.abs() > 1e38 && v.signum() == identity.signum()))
}

async fn combined(cx: &Cx, f: &Rc<dyn Callable>, x: Value, y: Value) -> Result<Value> {
    let out = f.call(cx, vec![x.into(), y.into()], vec![]).await?;
    val(cx, "computation", &out)
}

fn single(x: &Arg) -> Result<&Arg> {
    match x.sequence() {
        Some([one]) => Ok(one),
        Some(_) => Err(Error::not_implemented("reductions of several operands at once are not supported")),
        None => Ok(x),
    }
}

fn start(cx: &Cx, b: &Bound, x: &Value, names: [&str; 2]) -> Result<(Value, Rc<dyn Callable>)> {
    let init = single(&b[names[0]])?;
    let init =
        if init.is_number() { cv::convert_arg(cx, init, x.dtype(), false)? } else { val(cx, "init_value", init)? };
    let Arg::Callable(f) = &b[names[1]] else {
        return Err(Error::type_error("the computation of a reduction must be a function of two values"));
    };
    Ok((init, f.clone()))
}

fn reduce_window(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let x = val(cx, "reduce_window", single(&b["operand"])?)?;
        let n = x.ndim();
        let dimensions = sizes(cx, &b["window_dimensions"])?;
        let strides = sizes_or_ones(cx, &b["window_strides"], n)?;
        let base_dilation = sizes_or_ones(cx, &b["base_dilation"], n)?;
        let window_dilation = sizes_or_ones(cx, &b["window_dilation"], n)?;
        if [&dimensions, &strides, &base_dilation, &window_dilation].iter().any(|v| v.len() != n || v.contains(&0)) {
            return Err(Error::type_error(format!(
                "reduce_window got the wrong number of window_dimensions for operand: got operand shape {} with window_dimensions {}.",
                tuple_text(x.shape()),
                tuple_text(&dimensions)
            )));
        }
        let space: Vec<usize> = spread(x.shape(), &base_dilation);
        let effective = spread(&dimensions, &window_dilation);
        let padding = padding(cx, &b["padding"], &space, &effective, &strides)?;
        let (init, f) = start(cx, &b, &x, ["init_value", "computation"])?;
        let window = Window { dimensions, strides, padding, base_dilation, window_dilation };
        if let Some((name, identity)) = monoid(&f, x.dtype())
            && is_identity(&init, identity)?
            && name != "mul"
        {
            let prim = match name {
                "add" => Prim::ReduceWindowSum,
                "max" => Prim::ReduceWindowMax,
                _ => Prim::ReduceWindowMin,
            };
            return Ok(ops::reduce_window(cx, prim, &x, window)?.into());
        }
        // Any other function: combine the window's places one after another, as whole arrays.
        let config: Vec<(i64, i64, i64)> =
            window.padding.iter().zip(&window.base_dilation).map(|(&(l, h), &d)| (l, h, d as i64 - 1)).collect();
        let padded = p::pad(cx, &x, &init, &config)?;
        let counts: Vec<usize> =
            (0..n).map(|i| windows(padded.shape()[i] as i64, effective[i] as i64, window.strides[i])).collect();
        let mut out = p::broadcast_to(cx, &init, &counts)?;
        let total: usize = window.dimensions.iter().product();
        for place in 0..if counts.contains(&0) { 0 } else { total } {
            let mut rest = place;
            let (mut from, mut to) = (vec![0; n], vec![0; n]);
            for i in (0..n).rev() {
                from[i] = rest % window.dimensions[i] * window.window_dilation[i];
                rest /= window.dimensions[i];
                to[i] = from[i] + (counts[i] - 1) * window.strides[i] + 1;
            }
            let part = p::slice(cx, &padded, &from, &to, Some(&window.strides))?;
            out = combined(cx, &f, out, part).await?;
        }
        Ok(out.into())
    })
}

fn reduce(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let x = val(cx, "reduce", single(&b["operands"])?)?;
        let axes = cv::axes(cx, &b["dimensions"], x.ndim())?;
        let (init, f) = start(cx, &b, &x, ["init_values", "computation"])?;
        if let Some((name, identity)) = monoid(&f, x.dtype())
            && is_identity(&init, identity)?
        {
            let out = match name {
                "add" => p::reduce_sum(cx, &x, &axes)?,
                "mul" => p::reduce_prod(cx, &x, &axes)?,
                "max" => p::reduce_max(cx, &x, &axes)?,
                _ => p::reduce_min(cx, &x, &axes)?,
            };
            return Ok(out.into());
        }
        // Any other function: halve until one is left, then combine with the initial value.
        let kept: Vec<usize> = (0..x.ndim()).filter(|i| !axes.contains(i)).collect();
        let order: Vec<usize> = axes.iter().chain(&kept).copied().collect();
        let shape: Vec<usize> = kept.iter().map(|&i| x.shape()[i]).collect();
        let mut n: usize = axes.iter().map(|&a| x.shape()[a]).product();
        let mut flat = vec![n];
        flat.extend(&shape);
        let mut x = p::reshape(cx, &p::transpose(cx, &x, &order)?, &flat)?;
        let init = p::broadcast_to(cx, &init, &shape)?;
        if n == 0 {
            return Ok(init.into());
        }
        while n > 1 {
            let half = n / 2;
            let (low, high) = (p::slice_in_dim(cx, &x, 0, half, 1, 0)?, p::slice_in_dim(cx, &x, half, 2 * half, 1, 0)?);
            let mut joined = combined(cx, &f, low, high).await?;
            if n % 2 == 1 {
                joined = p::concatenate(cx, &[joined, p::slice_in_dim(cx, &x, n - 1, n, 1, 0)?], 0)?;
            }
            (x, n) = (joined, half + n % 2);
        }
        Ok(combined(cx, &f, init, p::squeeze(cx, &x, &[0])?).await?.into())
    })
}

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.lax.conv_general_dilated",
        "lhs, rhs, window_strides, padding, lhs_dilation=None, rhs_dilation=None, dimension_numbers=None, feature_group_count=1, batch_group_count=1, precision=None, preferred_element_type=None, out_sharding=None",
        "Convolution with strides, dilations and groups.",
        Sync(conv_entry),
    ),
    entry(
        "jax.lax.conv",
        "lhs, rhs, window_strides, padding, precision=None, preferred_element_type=None",
        "Convolution, batch and feature axes first.",
        Sync(conv_entry),
    ),
    entry(
        "jax.lax.conv_with_general_padding",
        "lhs, rhs, window_strides, padding, lhs_dilation, rhs_dilation, precision=None, preferred_element_type=None",
        "Convolution with dilations, batch and feature axes first.",
        Sync(conv_entry),
    ),
    entry(
        "jax.lax.conv_transpose",
        "lhs, rhs, strides, padding, rhs_dilation=None, dimension_numbers=None, transpose_kernel=False, precision=None, preferred_element_type=None, use_consistent_padding=False",
        "Transposed (fractionally strided) convolution.",
        Sync(conv_transpose),
    ),
    entry(
        "jax.lax.reduce_window",
        "operand, init_value, computation, window_dimensions, window_strides, padding, base_dilation=None, window_dilation=None",
        "Reductions over sliding windows.",
        Async(reduce_window),
    ),
    entry(
        "jax.lax.reduce",
        "operands, init_values, computation, dimensions, out_sharding=None",
        "Reduction by any associative function.",
        Async(reduce),
    ),
];
