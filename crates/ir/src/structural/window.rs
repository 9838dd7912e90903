//! Reductions over sliding windows, and the two primitives that are the derivatives of windowed maxima and minima.

use super::shared::*;
use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops;
use crate::params::{Params, Window};
use crate::prim::Prim;
use crate::rows::*;
use crate::value::{Bind, Outs, Value};

/// The size of an axis whose elements are moved `dilation` apart.
pub fn dilated(size: usize, dilation: usize) -> i64 {
    (1 + dilation as i64 * (size as i64 - 1)).max(0)
}

/// How many windows of `window` fit into `size` at this stride.
pub fn windows(size: i64, window: i64, stride: usize) -> usize {
    if size < window { 0 } else { ((size - window) / stride as i64 + 1) as usize }
}

fn window_shape(x: &ShapedArray, w: &Window) -> Result<Vec<usize>> {
    let n = w.dimensions.len();
    if x.ndim() != n {
        return Err(Error::type_error(format!(
            "reduce_window got the wrong number of window_dimensions for operand: got operand shape {} with window_dimensions {}.",
            tuple_text(&x.shape),
            tuple_text(&w.dimensions)
        )));
    }
    for (name, v) in
        [("window_strides", &w.strides), ("base_dilation", &w.base_dilation), ("window_dilation", &w.window_dilation)]
    {
        if v.len() != n {
            return Err(Error::type_error(format!(
                "reduce_window got inconsistent {name} and window_dimensions: got {name} {} and window_dimensions {}.",
                tuple_text(v),
                tuple_text(&w.dimensions)
            )));
        }
        if v.contains(&0) {
            return Err(Error::type_error(format!(
                "reduce_window {name} must have every element be positive, got {}.",
                tuple_text(v)
            )));
        }
    }
    if w.padding.len() != n {
        return Err(Error::type_error(format!(
            "reduce_window needs one padding pair for each of {n} axes, got {}.",
            w.padding.len()
        )));
    }
    Ok((0..n)
        .map(|i| {
            let size = dilated(x.shape[i], w.base_dilation[i]) + w.padding[i].0 + w.padding[i].1;
            windows(size, dilated(w.dimensions[i], w.window_dilation[i]), w.strides[i])
        })
        .collect())
}

/// The window with a trivial axis inserted.
fn widened(w: &Window, at: usize) -> Window {
    Window {
        dimensions: inserted(&w.dimensions, at, 1),
        strides: inserted(&w.strides, at, 1),
        padding: inserted(&w.padding, at, (0, 0)),
        base_dilation: inserted(&w.base_dilation, at, 1),
        window_dilation: inserted(&w.window_dilation, at, 1),
    }
}

fn reduce_window_batch(cx: &dyn Bind, prim: Prim, p: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    take!(Params::ReduceWindow { window } = p);
    let b = axis_of(&xs[0])?;
    Ok(vec![(ops::reduce_window(cx, prim, &xs[0].0, widened(window, b))?, Some(b))])
}

/// Padding of the cotangent in the transpose of a windowed sum or a convolution in its left operand.
pub(super) fn lhs_padding(size: &[usize], w: &Window, out: &[usize]) -> Vec<(i64, i64)> {
    (0..size.len())
        .map(|i| {
            let (lhs, rhs) = (dilated(size[i], w.base_dilation[i]), dilated(w.dimensions[i], w.window_dilation[i]));
            let before = rhs - w.padding[i].0 - 1;
            (before, lhs + rhs - 1 - dilated(out[i], w.strides[i]) - before)
        })
        .collect()
}

fn sum_transpose(cx: &dyn Bind, p: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    take!(Params::ReduceWindow { window: w } = p);
    transpose_unary(cts, xs, |ct, aval| {
        let pads = lhs_padding(&aval.shape, w, ct.shape());
        let config: Vec<(i64, i64, i64)> =
            pads.iter().zip(&w.strides).map(|(&(l, h), &s)| (l, h, s as i64 - 1)).collect();
        let padded = ops::pad(cx, ct, &zero(ct.dtype()), &config)?;
        let back = Window {
            dimensions: w.dimensions.clone(),
            strides: w.base_dilation.clone(),
            padding: vec![(0, 0); aval.ndim()],
            base_dilation: vec![1; aval.ndim()],
            window_dilation: w.window_dilation.clone(),
        };
        ops::reduce_window(cx, Prim::ReduceWindowSum, &padded, back)
    })
}

/// Sums over windows.
pub static REDUCE_WINDOW_SUM: Row = Row {
    name: "reduce_window_sum",
    doc: "Sums over sliding windows.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::ReduceWindow { window } = p);
        if !xs[0].dtype.is_integer() && !xs[0].dtype.is_inexact() {
            return Err(Error::type_error(format!(
                "operand to reduce_window_sum must have a number dtype, got {}",
                xs[0].dtype
            )));
        }
        Ok(vec![xs[0].with_shape(window_shape(xs[0], window)?)])
    }),
    jvp: Jvp::Linear,
    transpose: Transpose::Rule(sum_transpose),
    batch: Batch::Rule(|cx, p, _, xs| reduce_window_batch(cx, Prim::ReduceWindowSum, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};

fn reduce_window_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    take!(Params::ReduceWindow { window } = p);
    Ok(vec![xs[0].with_shape(window_shape(xs[0], window)?)])
}

fn chooser_tangent(cx: &dyn Bind, select_prim: Prim, p: &Params, g: &Value, xs: &[Value]) -> Result<Value> {
    take!(Params::ReduceWindow { window } = p);
    ops::select_and_gather_add(cx, g, &xs[0], select_prim, window.clone())
}

/// Maxima over windows.
pub static REDUCE_WINDOW_MAX: Row = Row {
    name: "reduce_window_max",
    doc: "Maxima over sliding windows.",
    typing: Typing::Rule(reduce_window_type),
    jvp: Jvp::Parts(&[Part::Rule(|cx, p, g, _, xs| chooser_tangent(cx, Prim::Ge, p, g, xs))]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| reduce_window_batch(cx, Prim::ReduceWindowMax, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Ties(0), Nature::Kink)],
};

/// Minima over windows.
pub static REDUCE_WINDOW_MIN: Row = Row {
    name: "reduce_window_min",
    doc: "Minima over sliding windows.",
    typing: Typing::Rule(reduce_window_type),
    jvp: Jvp::Parts(&[Part::Rule(|cx, p, g, _, xs| chooser_tangent(cx, Prim::Le, p, g, xs))]),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| reduce_window_batch(cx, Prim::ReduceWindowMin, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Ties(0), Nature::Kink)],
};

/// The tangent through the chosen entry of each window; nothing through the entries that chose.
fn first_operand_jvp(
    cx: &dyn Bind,
    prim: Prim,
    p: &Params,
    xs: &[Value],
    ts: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    let out = cx.bind(prim, p.clone(), xs)?;
    let tangent = ts[0].as_ref().map(|g| cx.bind1(prim, p.clone(), &[g.clone(), xs[1].clone()])).transpose()?;
    Ok((out, vec![tangent]))
}

fn select_batch(cx: &dyn Bind, prim: Prim, p: &Params, size: usize, xs: &[Batched]) -> Result<Vec<Batched>> {
    take!(Params::SelectWindow { select_prim, window } = p);
    let args = [at_front(cx, &xs[0], size)?, at_front(cx, &xs[1], size)?];
    let params = Params::SelectWindow { select_prim: *select_prim, window: widened(window, 0) };
    Ok(vec![(cx.bind1(prim, params, &args)?, Some(0))])
}

/// Sends each source element to the place in its window that was selected.
pub static SELECT_AND_SCATTER_ADD: Row = Row {
    name: "select_and_scatter_add",
    doc: "Adds each source element to the place its window's maximum (or minimum) came from.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::SelectWindow { window, .. } = p);
        let plain = Window {
            base_dilation: vec![1; window.dimensions.len()],
            window_dilation: vec![1; window.dimensions.len()],
            ..window.clone()
        };
        let expected = window_shape(xs[1], &plain)?;
        if xs[0].shape.as_slice() != expected {
            return Err(Error::type_error(format!(
                "select_and_scatter_add source shape must be {}, got {}.",
                tuple_text(&expected),
                tuple_text(&xs[0].shape)
            )));
        }
        Ok(vec![xs[0].with_shape(&xs[1].shape).with_weak(xs[0].weak_type && xs[1].weak_type)])
    }),
    jvp: Jvp::Rule(|cx, p, xs, ts| first_operand_jvp(cx, Prim::SelectAndScatterAdd, p, xs, ts)),
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        take!(Params::SelectWindow { select_prim, window } = p);
        let (Some(t), Operand::Known(x)) = (&cts[0], &xs[1]) else { return Ok(vec![None, None]) };
        let n = window.dimensions.len();
        let window = Window { base_dilation: vec![1; n], window_dilation: vec![1; n], ..window.clone() };
        Ok(vec![Some(ops::select_and_gather_add(cx, t, x, *select_prim, window)?), None])
    }),
    batch: Batch::Rule(|cx, p, size, xs| select_batch(cx, Prim::SelectAndScatterAdd, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[switch(Surface::Ties(1), Nature::Jump)],
};

/// Below (above) every value of a dtype: what a maximum (minimum) starts from.
fn identity(select_prim: Prim, dtype: DType) -> Value {
    let sign = if select_prim == Prim::Ge { -1.0 } else { 1.0 };
    let bits = dtype.bits() as i32;
    let v = match dtype {
        DType::Bool => (sign > 0.0) as u8 as f64,
        d if d.is_unsigned() => {
            if sign < 0.0 {
                0.0
            } else {
                2f64.powi(bits) - 1.0
            }
        }
        d if d.is_signed() => {
            if sign < 0.0 {
                -(2f64.powi(bits - 1))
            } else {
                2f64.powi(bits - 1) - 1.0
            }
        }
        _ => sign * f64::INFINITY,
    };
    ops::scalar(dtype, v)
}

fn gather_add_transpose(cx: &dyn Bind, p: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>> {
    take!(Params::SelectWindow { select_prim, window: w } = p);
    let (Some(t), Operand::Known(x)) = (&cts[0], &xs[1]) else { return Ok(vec![None, None]) };
    if w.window_dilation.iter().any(|&d| d != 1) {
        return Err(Error::not_implemented(format!(
            "VJP not implemented for select_and_gather (MaxPool) with window dilation, got window_dilation={}.",
            tuple_text(&w.window_dilation)
        )));
    }
    let spread = w.base_dilation.iter().any(|&d| d != 1);
    let mut x = x.clone();
    if spread {
        let config: Vec<(i64, i64, i64)> = w.base_dilation.iter().map(|&d| (0, 0, d as i64 - 1)).collect();
        x = ops::pad(cx, &x, &identity(*select_prim, x.dtype()), &config)?;
    }
    let mut out = ops::select_and_scatter_add(cx, t, &x, *select_prim, w.clone())?;
    if spread {
        out = ops::slice(cx, &out, &vec![0; out.ndim()], out.shape(), Some(&w.base_dilation))?;
    }
    Ok(vec![Some(out), None])
}

/// The tangents of the selected entries.
pub static SELECT_AND_GATHER_ADD: Row = Row {
    name: "select_and_gather_add",
    doc: "The tangent of the entry that each window's maximum (or minimum) came from.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::SelectWindow { window, .. } = p);
        if xs[0].shape != xs[1].shape {
            return Err(Error::type_error(format!(
                "select_and_gather_add tangents and operand shapes must match, got {} and {}.",
                tuple_text(&xs[0].shape),
                tuple_text(&xs[1].shape)
            )));
        }
        Ok(vec![xs[0].with_shape(window_shape(xs[1], window)?).with_weak(xs[0].weak_type && xs[1].weak_type)])
    }),
    jvp: Jvp::Rule(|cx, p, xs, ts| first_operand_jvp(cx, Prim::SelectAndGatherAdd, p, xs, ts)),
    transpose: Transpose::Rule(gather_add_transpose),
    batch: Batch::Rule(|cx, p, size, xs| select_batch(cx, Prim::SelectAndGatherAdd, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Keeps,
    switching: &[switch(Surface::Ties(1), Nature::Jump)],
};
