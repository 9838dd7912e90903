//! Taking arrays apart and putting them together: slice, pad, concatenate, split, stack, unstack.

use super::shared::*;
use crate::aval::{ShapedArray, tuple_text};
use crate::error::{Error, Result};
use crate::ops;
use crate::params::Params;
use crate::rows::*;
use crate::value::{Bind, Value};

fn slice_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::Slice { start_indices: start, limit_indices: limit, strides } = p);
    let x = xs[0];
    let fail = |m: String| Err(Error::type_error(m));
    if x.ndim() != start.len() {
        return fail(format!(
            "slice start_indices must have length equal to the number of dimensions of the operand, got indices {} for operand shape {}.",
            tuple_text(start),
            tuple_text(&x.shape)
        ));
    }
    if start.len() != limit.len() {
        return fail(format!(
            "slice limit_indices must have the same length as start_indices, got start_indices {} and limit_indices {}.",
            tuple_text(start),
            tuple_text(limit)
        ));
    }
    if x.shape.iter().zip(limit).any(|(n, l)| n < l) {
        return fail(format!(
            "slice limit_indices must be less than or equal to operand shape, got limit_indices {} for operand shape {}.",
            tuple_text(limit),
            tuple_text(&x.shape)
        ));
    }
    if limit.iter().zip(start).any(|(l, s)| l < s) {
        return fail(format!(
            "slice limit_indices must be greater than or equal to start_indices, got start_indices {} and limit_indices {}.",
            tuple_text(start),
            tuple_text(limit)
        ));
    }
    let lengths = limit.iter().zip(start).map(|(l, s)| l - s);
    let Some(strides) = strides else { return Ok(vec![x.with_shape(lengths.collect::<Vec<_>>())]) };
    if strides.len() != x.ndim() {
        return fail(format!(
            "slice strides must have length equal to the number of dimensions of the operand, got strides {} for operand shape {}.",
            tuple_text(strides),
            tuple_text(&x.shape)
        ));
    }
    if strides.contains(&0) {
        return fail(format!("slice strides must be positive, got {}", tuple_text(strides)));
    }
    Ok(vec![x.with_shape(lengths.zip(strides).map(|(n, s)| n.div_ceil(*s)).collect::<Vec<_>>())])
}

fn slice_transpose(cx: &dyn Bind, p: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    take!(Params::Slice { start_indices: start, limit_indices: limit, strides } = p);
    transpose_unary(cts, xs, |ct, aval| {
        let config: Vec<(i64, i64, i64)> = (0..aval.ndim())
            .map(|i| {
                let (size, low) = (aval.shape[i] as i64, start[i] as i64);
                match strides {
                    Some(s) if s.iter().any(|&s| s != 1) => {
                        let n = ct.shape()[i];
                        let end = start[i] + if n == 0 { 0 } else { 1 + (n - 1) * s[i] };
                        (low, size - end as i64, s[i] as i64 - 1)
                    }
                    _ => (low, size - limit[i] as i64, 0),
                }
            })
            .collect();
        ops::pad(cx, ct, &zero(ct.dtype()), &config)
    })
}

/// A strided box of the operand.
pub static SLICE: Row = Row {
    name: "slice",
    doc: "Elements from `start_indices` up to `limit_indices` by `strides`, all static.",
    typing: Typing::Rule(slice_type),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(slice_transpose),
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::Slice { start_indices, limit_indices, strides } = p);
        let b = axis_of(&xs[0])?;
        let strides = strides.as_ref().map(|s| inserted(s, b, 1));
        let limit = inserted(limit_indices, b, xs[0].0.shape()[b]);
        Ok(vec![(ops::slice(cx, &xs[0].0, &inserted(start_indices, b, 0), &limit, strides.as_deref())?, Some(b))])
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

fn config_text(config: &[(i64, i64, i64)]) -> String {
    let rows: Vec<String> = config.iter().map(|(l, h, i)| format!("({l}, {h}, {i})")).collect();
    if rows.len() == 1 { format!("({},)", rows[0]) } else { format!("({})", rows.join(", ")) }
}

/// The size of an axis after padding; negative when too much was cut.
pub fn padded(size: usize, (low, high, interior): (i64, i64, i64)) -> i64 {
    let n = size as i64;
    low + high + if n == 0 { 0 } else { n + (n - 1) * interior }
}

fn pad_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::Pad { padding_config: config } = p);
    let (x, v) = (xs[0], xs[1]);
    if v.ndim() != 0 {
        return Err(Error::value_error(format!(
            "padding_value must be a scalar; got np.shape(padding_value)={}",
            tuple_text(&v.shape)
        )));
    }
    if config.len() != x.ndim() {
        return Err(Error::value_error(format!(
            "length of padding_config must equal the number of axes of operand, got padding_config {} for operand shape {}",
            config_text(config),
            tuple_text(&x.shape)
        )));
    }
    if config.iter().any(|c| c.2 < 0) {
        return Err(Error::value_error(format!(
            "interior padding in padding_config must be nonnegative, got padding_config {}",
            config_text(config)
        )));
    }
    let shape: Vec<i64> = x.shape.iter().zip(config).map(|(&n, &c)| padded(n, c)).collect();
    if shape.iter().any(|&n| n < 0) {
        let result: Vec<String> = shape.iter().map(|n| n.to_string()).collect();
        let result = if result.len() == 1 { format!("({},)", result[0]) } else { format!("({})", result.join(", ")) };
        return Err(Error::value_error(format!(
            "Dimension size after padding is not at least 0, got result shape {result}, for padding_config {} and operand shape {}",
            config_text(config),
            tuple_text(&x.shape)
        )));
    }
    if x.dtype != v.dtype {
        return Err(Error::type_error(format!(
            "pad operand and padding_value must be same dtype: got {} and {}.",
            x.dtype, v.dtype
        )));
    }
    let shape: Vec<usize> = shape.into_iter().map(|n| n as usize).collect();
    Ok(vec![x.with_shape(shape).with_weak(x.weak_type && v.weak_type)])
}

fn pad_transpose(cx: &dyn Bind, p: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    take!(Params::Pad { padding_config: config } = p);
    let Some(t) = &cts[0] else { return Ok(vec![None, None]) };
    let unpadded = || {
        let negative: Vec<(i64, i64, i64)> = config.iter().map(|&(l, h, _)| (-l, -h, 0)).collect();
        let cut = ops::pad(cx, t, &zero(t.dtype()), &negative)?;
        let strides: Vec<usize> = config.iter().map(|c| c.2 as usize + 1).collect();
        ops::slice(cx, &cut, &vec![0; cut.ndim()], cut.shape(), Some(&strides))
    };
    let total = |x: &Value| ops::reduce_sum(cx, x, &(0..t.ndim()).collect::<Vec<_>>());
    let operand = if matches!(xs[0], Operand::Linear(_)) { Some(unpadded()?) } else { None };
    let value = match xs[1] {
        Operand::Linear(_) => {
            let inside = match &operand {
                Some(o) => o.clone(),
                None => unpadded()?,
            };
            Some(ops::sub(cx, &total(t)?, &total(&inside)?)?)
        }
        Operand::Known(_) => None,
    };
    Ok(vec![operand, value])
}

fn pad_batch(cx: &dyn Bind, p: &Params, size: usize, xs: &[Batched]) -> Result<Vec<Batched>> {
    take!(Params::Pad { padding_config } = p);
    let (x, b) = match xs[0].1 {
        Some(b) => (xs[0].0.clone(), b),
        None => (ops::broadcast(cx, &xs[0].0, &[size])?, 0),
    };
    let config = inserted(padding_config, b, (0, 0, 0));
    if xs[1].1.is_none() {
        return Ok(vec![(ops::pad(cx, &x, &xs[1].0, &config)?, Some(b))]);
    }
    let padded = ops::pad(cx, &x, &zero(x.dtype()), &config)?;
    let yes = ops::full(cx, x.shape(), crate::dtype::DType::Bool, 1.0)?;
    let mask = ops::pad(cx, &yes, &zero(crate::dtype::DType::Bool), &config)?;
    let values = ops::broadcast_in_dim(cx, &xs[1].0, padded.shape(), &[b])?;
    Ok(vec![(ops::select(cx, &mask, &padded, &values)?, Some(b))])
}

/// Padding (or cutting, when negative) at the ends and between elements.
pub static PAD: Row = Row {
    name: "pad",
    doc: "Adds a value before, after and between the elements of each axis; negative padding removes elements.",
    typing: Typing::Rule(pad_type),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(pad_transpose),
    batch: Batch::Rule(pad_batch),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

fn shapes_text(xs: &[&ShapedArray]) -> String {
    xs.iter().map(|x| tuple_text(&x.shape)).collect::<Vec<_>>().join(", ")
}

/// The message about operands of different dtypes; `equivalent`: the `jnp` function that promotes.
pub fn check_same_dtypes(name: &str, equivalent: Option<&str>, xs: &[&ShapedArray]) -> Result<()> {
    if xs.iter().all(|x| x.dtype == xs[0].dtype) {
        return Ok(());
    }
    let got = xs.iter().map(|x| x.dtype.name()).collect::<Vec<_>>().join(", ");
    let tip = equivalent.map_or(String::new(), |f| {
        format!(" (Tip: jnp.{f} is a similar function that does automatic type promotion on inputs).")
    });
    Err(Error::type_error(format!("lax.{name} requires arguments to have the same dtypes, got {got}.{tip}")))
}

fn concatenate_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::Concatenate { dimension } = p);
    let d = *dimension;
    if xs.is_empty() {
        return Err(Error::type_error("concatenate expects at least one operand, got 0."));
    }
    if xs.iter().any(|x| x.ndim() != xs[0].ndim()) {
        return Err(Error::type_error(format!(
            "Cannot concatenate arrays with different numbers of dimensions: got {}.",
            shapes_text(xs)
        )));
    }
    if d >= xs[0].ndim() {
        return Err(Error::type_error(format!(
            "concatenate dimension out of bounds: dimension {d} for shapes {}.",
            shapes_text(xs)
        )));
    }
    if xs.iter().any(|x| delete(&x.shape, &[d]) != delete(&xs[0].shape, &[d])) {
        return Err(Error::type_error(format!(
            "Cannot concatenate arrays with shapes that differ in dimensions other than the one being concatenated: concatenating along dimension {d} for shapes {}.",
            shapes_text(xs)
        )));
    }
    check_same_dtypes("concatenate", Some("concatenate"), xs)?;
    let mut out = xs[0].clone().with_weak(xs.iter().all(|x| x.weak_type));
    out.shape[d] = xs.iter().map(|x| x.shape[d]).sum();
    Ok(vec![out])
}

/// Operands one after another along an axis.
pub static CONCATENATE: Row = Row {
    name: "concatenate",
    doc: "The operands one after another along `dimension`.",
    typing: Typing::Rule(concatenate_type),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::Concatenate { dimension } = p);
        let Some(ct) = &cts[0] else { return Ok(vec![None; xs.len()]) };
        let sizes: Vec<usize> = xs.iter().map(|x| operand_aval(x).shape[*dimension]).collect();
        let parts = ops::split(cx, ct, &sizes, *dimension)?;
        Ok(xs.iter().zip(parts).map(|(x, part)| matches!(x, Operand::Linear(_)).then_some(part)).collect())
    }),
    batch: Batch::Rule(|cx, p, size, xs| {
        take!(Params::Concatenate { dimension } = p);
        let xs = xs.iter().map(|x| at_front(cx, x, size)).collect::<Result<Vec<_>>>()?;
        Ok(vec![(ops::concatenate(cx, &xs, dimension + 1)?, Some(0))])
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// Consecutive parts along an axis.
pub static SPLIT: Row = Row {
    name: "split",
    doc: "Consecutive parts of the given sizes along `axis`.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::Split { sizes, axis } = p);
        let total: usize = sizes.iter().sum();
        if xs[0].shape.get(*axis) != Some(&total) {
            return Err(Error::value_error(format!(
                "Sum of sizes {total} must be equal to dimension {axis} of the operand shape [{}]",
                xs[0].shape.iter().map(|d| d.to_string()).collect::<Vec<_>>().join(", ")
            )));
        }
        Ok(sizes
            .iter()
            .map(|&n| {
                let mut part = xs[0].clone();
                part.shape[*axis] = n;
                part
            })
            .collect())
    }),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::Split { sizes, axis } = p);
        let Operand::Linear(aval) = &xs[0] else { return Ok(vec![None]) };
        if cts.iter().all(|ct| ct.is_none()) {
            return Ok(vec![None]);
        }
        let mut parts = Vec::new();
        for (ct, &n) in cts.iter().zip(sizes) {
            let mut part = aval.clone();
            part.shape[*axis] = n;
            parts.push(instantiate(cx, ct, &part)?);
        }
        Ok(vec![Some(ops::concatenate(cx, &parts, *axis)?)])
    }),
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::Split { sizes, axis } = p);
        let b = axis_of(&xs[0])?;
        let parts = ops::split(cx, &xs[0].0, sizes, if *axis >= b { axis + 1 } else { *axis })?;
        Ok(parts.into_iter().map(|x| (x, Some(b))).collect())
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

fn stack_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::Stack { axis } = p);
    if xs.is_empty() {
        return Err(Error::value_error("stack expects at least one operand, got 0."));
    }
    if xs.iter().any(|x| x.ndim() != xs[0].ndim()) {
        return Err(Error::value_error(format!(
            "Cannot stack arrays with different numbers of dimensions: got {}.",
            shapes_text(xs)
        )));
    }
    if xs.iter().any(|x| x.shape != xs[0].shape) {
        return Err(Error::value_error(format!("All input arrays must have the same shape. Got {}.", shapes_text(xs))));
    }
    check_same_dtypes("stack", None, xs)?;
    Ok(vec![xs[0].with_shape(inserted(&xs[0].shape, *axis, xs.len())).with_weak(xs.iter().all(|x| x.weak_type))])
}

fn stack_batch(cx: &dyn Bind, p: &Params, size: usize, xs: &[Batched]) -> Result<Vec<Batched>> {
    take!(Params::Stack { axis } = p);
    if let Some(b) = xs[0].1.filter(|_| xs.iter().all(|x| x.1 == xs[0].1)) {
        let (axis, b) = if *axis <= b { (*axis, b + 1) } else { (axis + 1, b) };
        let xs: Vec<Value> = xs.iter().map(|x| x.0.clone()).collect();
        return Ok(vec![(ops::stack(cx, &xs, axis)?, Some(b))]);
    }
    let xs = xs.iter().map(|x| at_front(cx, x, size)).collect::<Result<Vec<_>>>()?;
    Ok(vec![(ops::stack(cx, &xs, axis + 1)?, Some(0))])
}

/// Operands side by side along a new axis.
pub static STACK: Row = Row {
    name: "stack",
    doc: "Operands of equal shape side by side along a new axis.",
    typing: Typing::Rule(stack_type),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::Stack { axis } = p);
        let Some(ct) = &cts[0] else { return Ok(vec![None; xs.len()]) };
        let parts = ops::unstack(cx, ct, *axis)?;
        Ok(xs.iter().zip(parts).map(|(x, part)| matches!(x, Operand::Linear(_)).then_some(part)).collect())
    }),
    batch: Batch::Rule(stack_batch),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};

/// The slices along an axis.
pub static UNSTACK: Row = Row {
    name: "unstack",
    doc: "The slices along `axis`, one result each.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::Stack { axis } = p);
        if xs[0].ndim() == 0 {
            return Err(Error::value_error(
                "unstack requires arrays with rank > 0, however a scalar array of shape () was passed.",
            ));
        }
        Ok(vec![xs[0].with_shape(delete(&xs[0].shape, &[*axis])); xs[0].shape[*axis]])
    }),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::Stack { axis } = p);
        let Operand::Linear(aval) = &xs[0] else { return Ok(vec![None]) };
        if cts.iter().all(|ct| ct.is_none()) {
            return Ok(vec![None]);
        }
        let part = aval.with_shape(delete(&aval.shape, &[*axis]));
        let parts = cts.iter().map(|ct| instantiate(cx, ct, &part)).collect::<Result<Vec<_>>>()?;
        Ok(vec![Some(ops::stack(cx, &parts, *axis)?)])
    }),
    batch: Batch::Rule(|cx, p, _, xs| {
        take!(Params::Stack { axis } = p);
        let b = axis_of(&xs[0])?;
        let (axis, b) = if *axis < b { (*axis, b - 1) } else { (axis + 1, b) };
        Ok(ops::unstack(cx, &xs[0].0, axis)?.into_iter().map(|x| (x, Some(b))).collect())
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[],
};
