//! Convolution in any number of dimensions, with strides, dilations and groups.

use super::shared::*;
use super::window::{dilated, lhs_padding, windows};
use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops;
use crate::params::{ConvDims, Params, Window};
use crate::prim::Prim;
use crate::rows::*;
use crate::value::{Bind, Value};

/// A convolution's parameters.
#[derive(Clone)]
struct Conv {
    window: Window,
    dims: ConvDims,
    feature_groups: usize,
    batch_groups: usize,
    preferred: Option<DType>,
}

impl Conv {
    fn of(p: &Params) -> Result<Conv> {
        take!(Params::Conv { window, dims, feature_group_count, batch_group_count, preferred_element_type } = p);
        Ok(Conv {
            window: window.clone(),
            dims: dims.clone(),
            feature_groups: *feature_group_count,
            batch_groups: *batch_group_count,
            preferred: *preferred_element_type,
        })
    }
    fn apply(self, cx: &dyn Bind, lhs: &Value, rhs: &Value) -> Result<Value> {
        let params = Params::Conv {
            window: self.window,
            dims: self.dims,
            feature_group_count: self.feature_groups,
            batch_group_count: self.batch_groups,
            preferred_element_type: self.preferred,
        };
        cx.bind1(Prim::ConvGeneralDilated, params, &[lhs.clone(), rhs.clone()])
    }
}

fn pick(shape: &[usize], spec: &[usize]) -> Vec<usize> {
    spec.iter().map(|&i| shape[i]).collect()
}

fn conv_shape(c: &Conv, l: &ShapedArray, r: &ShapedArray) -> Result<Vec<usize>> {
    let fail = |m: String| Err(Error::value_error(m));
    if l.ndim() != r.ndim() {
        return fail(format!(
            "conv_general_dilated lhs and rhs must have the same number of dimensions, but got {} and {}.",
            tuple_text(&l.shape),
            tuple_text(&r.shape)
        ));
    }
    let rank = l.ndim();
    if rank < 2 || [&c.dims.lhs_spec, &c.dims.rhs_spec, &c.dims.out_spec].iter().any(|s| s.len() != rank) {
        return fail(format!("conv_general_dilated needs batch and feature axes, got operands of rank {rank}."));
    }
    for (name, n) in [("feature_group_count", c.feature_groups), ("batch_group_count", c.batch_groups)] {
        if n == 0 {
            return fail(format!("conv_general_dilated {name} must be a positive integer, got {n}."));
        }
    }
    let (lhs, rhs) = (pick(&l.shape, &c.dims.lhs_spec), pick(&r.shape, &c.dims.rhs_spec));
    if lhs[1] % c.feature_groups != 0 {
        return fail(format!(
            "conv_general_dilated feature_group_count must divide lhs feature dimension size, but {} does not divide {}.",
            c.feature_groups, lhs[1]
        ));
    }
    if lhs[1] / c.feature_groups != rhs[1] {
        return fail(format!(
            "conv_general_dilated lhs feature dimension size divided by feature_group_count must equal the rhs input feature dimension size, but {} // {} != {}.",
            lhs[1], c.feature_groups, rhs[1]
        ));
    }
    if rhs[0] % c.feature_groups != 0 {
        return fail(format!(
            "conv_general_dilated rhs output feature dimension size must be a multiple of feature_group_count, but {} is not a multiple of {}.",
            rhs[0], c.feature_groups
        ));
    }
    if lhs[0] % c.batch_groups != 0 {
        return fail(format!(
            "conv_general_dilated batch_group_count must divide lhs batch dimension size, but {} does not divide {}.",
            c.batch_groups, lhs[0]
        ));
    }
    if rhs[0] % c.batch_groups != 0 {
        return fail(format!(
            "conv_general_dilated rhs output feature dimension size must be a multiple of batch_group_count, but {} is not a multiple of {}.",
            rhs[0], c.batch_groups
        ));
    }
    if c.batch_groups > 1 && c.feature_groups > 1 {
        return fail(format!(
            "At most one of batch_group_count and feature_group_count may be > 1, got batch_group_count={} and feature_group_count={}",
            c.batch_groups, c.feature_groups
        ));
    }
    let (w, n) = (&c.window, rank - 2);
    if w.strides.len() != n {
        return fail(format!(
            "conv_general_dilated window and window_strides must have the same number of dimensions, but got {n} and {}",
            w.strides.len()
        ));
    }
    for v in [&w.strides, &w.base_dilation, &w.window_dilation] {
        if v.len() != n || v.contains(&0) {
            return Err(Error::type_error(format!("All dilations must be positive, got {}.", tuple_text(v))));
        }
    }
    if w.padding.len() != n {
        return Err(Error::type_error(format!(
            "Wrong number of explicit pads for convolution: expected {n}, got {}.",
            w.padding.len()
        )));
    }
    let mut out = vec![lhs[0] / c.batch_groups, rhs[0]];
    for i in 0..n {
        let size = dilated(lhs[i + 2], w.base_dilation[i]) + w.padding[i].0 + w.padding[i].1;
        if size < 0 {
            let pads = w.padding.iter().map(|(l, h)| format!("({l}, {h})")).collect::<Vec<_>>().join(", ");
            return fail(format!(
                "Negative padding is larger than the size of the corresponding dimension: got padding=({pads}) for lhs_shape[2:]={}",
                tuple_text(&lhs[2..])
            ));
        }
        out.push(windows(size, dilated(rhs[i + 2], w.window_dilation[i]), w.strides[i]));
    }
    Ok(pick(&out, &argsort(&c.dims.out_spec)))
}

fn conv_type(p: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    let c = Conv::of(p)?;
    let (l, r) = (xs[0], xs[1]);
    let shape = conv_shape(&c, l, r)?;
    if l.dtype != r.dtype {
        return Err(Error::type_error(format!(
            "lax.conv_general_dilated requires arguments to have the same dtypes, got {}, {}.",
            l.dtype, r.dtype
        )));
    }
    Ok(vec![ShapedArray {
        shape: shape.into(),
        dtype: c.preferred.unwrap_or(l.dtype),
        weak_type: l.weak_type && r.weak_type,
    }])
}

/// Merges the axis `src` into `dst`, which is counted without it.
fn merge_axis(cx: &dyn Bind, src: usize, dst: usize, x: &Value) -> Result<Value> {
    let order = inserted(&remaining(x.ndim(), &[&[src]]), dst, src);
    let mut shape = delete(x.shape(), &[src]);
    shape[dst] *= x.shape()[src];
    ops::reshape_in_order(cx, x, &shape, Some(&order))
}

/// Splits the axis `src` into one of `first` and the rest.
fn split_axis(cx: &dyn Bind, src: usize, first: usize, x: &Value) -> Result<Value> {
    let mut shape = x.shape().to_vec();
    let rest = shape[src].checked_div(first).unwrap_or(0);
    shape[src] = first;
    shape.insert(src + 1, rest);
    ops::reshape(cx, x, &shape)
}

/// A kernel's spec with its two feature axes exchanged (for inputs and outputs: batch and feature).
fn swapped(spec: &[usize]) -> Vec<usize> {
    let mut s = spec.to_vec();
    s.swap(0, 1);
    s
}

/// The window with its spatial sizes, which a convolution reads off its kernel.
fn sized(c: &Conv, rhs: &[usize]) -> Window {
    Window { dimensions: pick(rhs, &c.dims.rhs_spec[2..]), ..c.window.clone() }
}

fn transpose_lhs(cx: &dyn Bind, c: &Conv, g: &Value, lhs: &ShapedArray, rhs: &Value) -> Result<Value> {
    let d = &c.dims;
    let groups = c.feature_groups.max(c.batch_groups);
    let sized = sized(c, rhs.shape());
    let mut kernel = rhs.clone();
    if groups > 1 {
        kernel = split_axis(cx, d.rhs_spec[0], groups, &kernel)?;
        kernel = merge_axis(cx, d.rhs_spec[0], d.rhs_spec[1], &kernel)?;
    }
    let padding = lhs_padding(&pick(&lhs.shape, &d.lhs_spec[2..]), &sized, &pick(g.shape(), &d.out_spec[2..]));
    let mut kernel = ops::rev(cx, &kernel, &d.rhs_spec[2..])?;
    if kernel.dtype() != g.dtype() {
        kernel = ops::convert(cx, &kernel, g.dtype(), false)?;
    }
    let back = Conv {
        window: Window {
            dimensions: vec![],
            strides: c.window.base_dilation.clone(),
            padding,
            base_dilation: c.window.strides.clone(),
            window_dilation: c.window.window_dilation.clone(),
        },
        dims: ConvDims { lhs_spec: d.out_spec.clone(), rhs_spec: swapped(&d.rhs_spec), out_spec: d.lhs_spec.clone() },
        feature_groups: groups,
        batch_groups: 1,
        preferred: c.preferred,
    };
    let mut out = back.apply(cx, g, &kernel)?;
    if out.dtype() != lhs.dtype {
        out = ops::convert(cx, &out, lhs.dtype, false)?;
    }
    if c.batch_groups > 1 {
        out = split_axis(cx, d.lhs_spec[1], c.batch_groups, &out)?;
        out = merge_axis(cx, d.lhs_spec[1], d.lhs_spec[0], &out)?;
    }
    Ok(out)
}

fn transpose_rhs(cx: &dyn Bind, c: &Conv, g: &Value, lhs: &Value, rhs: &ShapedArray) -> Result<Tangent> {
    if g.aval().size() == 0 {
        return Ok(None);
    }
    let (d, w) = (&c.dims, &c.window);
    let (feature_groups, batch_groups) = match (c.feature_groups, c.batch_groups) {
        (_, b) if b > 1 => (b, 1),
        (f, b) if f > 1 => (b, f),
        _ => (1, 1),
    };
    let sizes = pick(lhs.shape(), &d.lhs_spec[2..]);
    let out_sizes = pick(g.shape(), &d.out_spec[2..]);
    let kernel = pick(&rhs.shape, &d.rhs_spec[2..]);
    let padding = (0..sizes.len())
        .map(|i| {
            let low = w.padding[i].0;
            let slack = dilated(out_sizes[i], w.strides[i]) - dilated(sizes[i], w.base_dilation[i]);
            (low, slack + dilated(kernel[i], w.window_dilation[i]) - low - 1)
        })
        .collect();
    let lhs = if g.dtype() == lhs.dtype() { lhs.clone() } else { ops::convert(cx, lhs, g.dtype(), false)? };
    let back = Conv {
        window: Window {
            dimensions: vec![],
            strides: w.window_dilation.clone(),
            padding,
            base_dilation: w.base_dilation.clone(),
            window_dilation: w.strides.clone(),
        },
        dims: ConvDims {
            lhs_spec: swapped(&d.lhs_spec),
            rhs_spec: swapped(&d.out_spec),
            out_spec: swapped(&d.rhs_spec),
        },
        feature_groups,
        batch_groups,
        preferred: c.preferred,
    };
    let out = back.apply(cx, &lhs, g)?;
    if out.dtype() == rhs.dtype { Ok(Some(out)) } else { ops::convert(cx, &out, rhs.dtype, false).map(Some) }
}

fn conv_batch(cx: &dyn Bind, p: &Params, size: usize, xs: &[Batched]) -> Result<Vec<Batched>> {
    let c = Conv::of(p)?;
    let ((lhs, lb), (rhs, rb)) = (&xs[0], &xs[1]);
    let (ls, rs, os) = (c.dims.lhs_spec.clone(), c.dims.rhs_spec.clone(), c.dims.out_spec.clone());
    if size == 0 {
        let one = |x: &Value, b: &Option<usize>| {
            x.aval().with_shape(b.map_or(x.shape().to_vec(), |b| delete(x.shape(), &[b])))
        };
        let shape = conv_shape(&c, &one(lhs, lb), &one(rhs, rb))?;
        let out = ops::full(cx, &inserted(&shape, 0, 0), c.preferred.unwrap_or(lhs.dtype()), 0.0)?;
        return Ok(vec![(out, Some(0))]);
    }
    match (*lb, *rb) {
        (Some(l), Some(r)) => {
            let mut c = c;
            let merged = if c.batch_groups > 1 {
                c.batch_groups *= size;
                merge_axis(cx, l, ls[0], lhs)?
            } else {
                c.feature_groups *= size;
                merge_axis(cx, l, ls[1], lhs)?
            };
            let out = c.apply(cx, &merged, &merge_axis(cx, r, rs[0], rhs)?)?;
            Ok(vec![(split_axis(cx, os[1], size, &out)?, Some(os[1]))])
        }
        (Some(l), None) => {
            let merged = if c.batch_groups == 1 {
                merge_axis(cx, l, ls[0], lhs)?
            } else {
                let x = split_axis(cx, ls[0] + (l <= ls[0]) as usize, c.batch_groups, lhs)?;
                let x = merge_axis(cx, l + (ls[0] < l) as usize, ls[0] + 1, &x)?;
                merge_axis(cx, ls[0], ls[0], &x)?
            };
            let out = c.apply(cx, &merged, rhs)?;
            Ok(vec![(split_axis(cx, os[0], size, &out)?, Some(os[0]))])
        }
        (None, Some(r)) => {
            let groups = c.feature_groups.max(c.batch_groups);
            if groups == 1 {
                let out = c.apply(cx, lhs, &merge_axis(cx, r, rs[0], rhs)?)?;
                return Ok(vec![(split_axis(cx, os[1], size, &out)?, Some(os[1]))]);
            }
            let x = split_axis(cx, rs[0] + (r <= rs[0]) as usize, groups, rhs)?;
            let x = merge_axis(cx, r + (rs[0] < r) as usize, rs[0] + 1, &x)?;
            let out = c.apply(cx, lhs, &merge_axis(cx, rs[0], rs[0], &x)?)?;
            let out = split_axis(cx, os[1], groups, &out)?;
            let out = split_axis(cx, os[1] + 1, size, &out)?;
            Ok(vec![(merge_axis(cx, os[1], os[1] + 1, &out)?, Some(os[1]))])
        }
        (None, None) => Err(Error::internal("convolution batched without a batch axis")),
    }
}

/// Convolution.
pub static CONV_GENERAL_DILATED: Row = Row {
    name: "conv_general_dilated",
    doc: "Convolution (correlation) with strides, padding, dilations and groups.",
    typing: Typing::Rule(conv_type),
    jvp: Jvp::Rule(|cx, p, xs, ts| bilinear_jvp(cx, Prim::ConvGeneralDilated, p, xs, ts)),
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        let c = Conv::of(p)?;
        let Some(g) = &cts[0] else { return Ok(vec![None, None]) };
        match (&xs[0], &xs[1]) {
            (Operand::Linear(l), Operand::Known(r)) => Ok(vec![Some(transpose_lhs(cx, &c, g, l, r)?), None]),
            (Operand::Known(l), Operand::Linear(r)) => Ok(vec![None, transpose_rhs(cx, &c, g, l, r)?]),
            _ => Ok(vec![None, None]),
        }
    }),
    batch: Batch::Rule(conv_batch),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Structural,
    domain: &[(-10.0, 10.0), (-10.0, 10.0)],
    flush: Flush::Flushes,
    switching: &[],
};
