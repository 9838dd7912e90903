//! Indexing: `x[...]`, `x.at[...]`, `take` and kin. Static indices are slices, one traced scalar is a dynamic slice, arrays
//! are gathers; reading out of range clamps, writing out of range is dropped.

use crate::prelude::*;
use crate::ufuncs as u;
use gradlens_ir::Prim;
use gradlens_ir::params::{GatherDims, IndexMode, ScatterDims};

pub use crate::prims::IndexFlags;

/// One index, parsed.
#[derive(Clone, Debug)]
enum Index {
    NewAxis,
    Slice(SliceArg),
    Ellipsis(usize),
    /// A Python or NumPy int.
    Int(i64),
    /// An integer array or JAX scalar.
    Array(Value),
    /// A mask of this many axes.
    Mask(Array),
    /// A single `True` or `False`.
    ScalarBool(bool),
}

/// `start:stop:step` with static entries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct SliceArg {
    start: Option<i64>,
    stop: Option<i64>,
    step: Option<i64>,
}

impl SliceArg {
    /// Python's `slice.indices`.
    fn indices(&self, n: usize) -> Result<(i64, i64, i64)> {
        let n = n as i64;
        let step = self.step.unwrap_or(1);
        if step == 0 {
            return Err(Error::value_error("slice step cannot be zero"));
        }
        let (lo, hi) = if step < 0 { (-1, n - 1) } else { (0, n) };
        let clip = |v: i64| if v < 0 { (v + n).max(lo) } else { v.min(hi) };
        let start = self.start.map_or(if step < 0 { hi } else { lo }, clip);
        let stop = self.stop.map_or(if step < 0 { lo } else { hi }, clip);
        Ok((start, stop, step))
    }
    fn is_full(&self) -> bool {
        *self == SliceArg::default()
    }
}

fn unsupported_index(x: &Arg) -> Error {
    Error::new(
        ErrorClass::IndexError,
        format!(
            "only integers, slices (`:`), ellipsis (`...`), newaxis (`None`) and integer or boolean arrays are valid indices. Got {}",
            crate::print::repr_short(x)
        ),
    )
}

fn bad_type(name: &str) -> Error {
    Error::type_error(format!("Indexer must have integer or boolean type, got indexer with type {name}"))
}

fn slice_entry(cx: &Cx, x: &Arg, whole: &Arg, position: usize) -> Result<Option<i64>> {
    let not_static = || {
        let shown: Vec<String> = match whole {
            Arg::Slice(s) => s.iter().map(|e| crate::print::repr(cx, e)).collect::<Result<_>>()?,
            _ => vec![],
        };
        Err(Error::new(
            ErrorClass::IndexError,
            format!("Slice entries must be static integers. Got slice({}) at position {position}", shown.join(", ")),
        ))
    };
    match x {
        Arg::None => Ok(None),
        Arg::Array(v) if cx.is_visible_tracer(v) => not_static(),
        Arg::Int(_) | Arg::Bool(_) | Arg::Array(_) | Arg::NpScalar(_) | Arg::NpArray(_) => Ok(Some(cv::int(cx, x)?)),
        _ => not_static(),
    }
}

fn parse_one(cx: &Cx, x: &Arg, position: usize) -> Result<Index> {
    let array = |v: Value| -> Result<Index> {
        if v.dtype() == DType::Bool {
            if v.ndim() == 0 {
                return Ok(Index::ScalarBool(cx.concrete(&v, Look::Mask)?.to_i64s()?[0] != 0));
            }
            return Ok(Index::Mask(cx.concrete(&v, Look::Mask)?));
        }
        if !v.dtype().is_integer() {
            return Err(bad_type(v.dtype().name()));
        }
        Ok(Index::Array(v))
    };
    match x {
        Arg::None => Ok(Index::NewAxis),
        Arg::Ellipsis => Ok(Index::Ellipsis(0)),
        Arg::Slice(s) => Ok(Index::Slice(SliceArg {
            start: slice_entry(cx, &s[0], x, position)?,
            stop: slice_entry(cx, &s[1], x, position)?,
            step: slice_entry(cx, &s[2], x, position)?,
        })),
        Arg::Int(i) => Ok(Index::Int(*i)),
        Arg::Bool(b) => Ok(Index::ScalarBool(*b)),
        Arg::NpScalar(a) if a.dtype().is_integer() => Ok(Index::Int(a.to_i64s()?[0])),
        Arg::Array(v) => array(v.clone()),
        Arg::NpArray(a) | Arg::NpScalar(a) => array(Value::Array(cv::from_numpy(cx, a)?)),
        Arg::Tuple(v) | Arg::List(v) if v.is_empty() => {
            Ok(Index::Array(Value::Array(cv::from_i64s(&[0], DType::I32, &[])?)))
        }
        Arg::Tuple(_) | Arg::List(_) => array(crate::creation::asarray(cx, x, None)?),
        Arg::Float(_) => Err(bad_type("float64")),
        Arg::Complex(..) => Err(bad_type("complex128")),
        Arg::Str(s) => Err(Error::type_error(format!("JAX does not support string indexing; got idx='{s}'"))),
        other => Err(unsupported_index(other)),
    }
}

/// Parses an index for an array of this shape: masks become index arrays, the ellipsis and missing axes full slices.
fn parse(cx: &Cx, index: &Arg, shape: &[usize]) -> Result<Vec<Index>> {
    let parts: Vec<Arg> = match index {
        Arg::Tuple(v) => v.clone(),
        Arg::List(v) => {
            let unpack =
                v.iter().any(|e| matches!(e, Arg::List(_) | Arg::Tuple(_) | Arg::Slice(_) | Arg::None | Arg::Ellipsis));
            return Err(Error::type_error(format!(
                "Using a non-tuple sequence for multidimensional indexing is not allowed; use `arr[{}(seq)]` instead of `arr[seq]`. See https://github.com/jax-ml/jax/issues/4564 for more information.",
                if unpack { "tuple" } else { "array" }
            )));
        }
        one => vec![one.clone()],
    };
    let mut parsed = parts.iter().enumerate().map(|(i, x)| parse_one(cx, x, i)).collect::<Result<Vec<_>>>()?;
    let consumed: usize = parsed
        .iter()
        .map(|p| match p {
            Index::Mask(m) => m.shape().len(),
            Index::NewAxis | Index::Ellipsis(_) | Index::ScalarBool(_) => 0,
            _ => 1,
        })
        .sum();
    if parsed.iter().filter(|p| matches!(p, Index::Ellipsis(_))).count() > 1 {
        return Err(Error::new(ErrorClass::IndexError, "an index can only have a single ellipsis ('...')"));
    }
    if consumed > shape.len() {
        return Err(Error::new(
            ErrorClass::IndexError,
            format!("Too many indices: array is {}-dimensional, but {consumed} were indexed", shape.len()),
        ));
    }
    let rest = shape.len() - consumed;
    match parsed.iter_mut().find(|p| matches!(p, Index::Ellipsis(_))) {
        Some(e) => *e = Index::Ellipsis(rest),
        None => parsed.push(Index::Ellipsis(rest)),
    }
    Ok(parsed)
}

fn expand_ellipsis(parsed: &[Index]) -> Vec<Index> {
    let mut out = Vec::new();
    for p in parsed {
        match p {
            Index::Ellipsis(n) => out.extend(std::iter::repeat_n(Index::Slice(SliceArg::default()), *n)),
            other => out.push(other.clone()),
        }
    }
    out
}

/// `x[index]`.
pub fn get_item(cx: &Cx, x: &Value, index: &Arg) -> Result<Value> {
    let parsed = parse(cx, index, x.shape())?;
    if let Some(v) = static_slice(cx, x, &parsed)? {
        return Ok(v);
    }
    if let Some(v) = dynamic_slice(cx, x, &parsed)? {
        return Ok(v);
    }
    gather(cx, x, &parsed, IndexMode::PromiseInBounds, None, false, false)
}

/// All indices static: a slice. `None` when they are not, or an int is out of range (then it clamps).
fn static_slice(cx: &Cx, x: &Value, parsed: &[Index]) -> Result<Option<Value>> {
    if !parsed.iter().all(|p| matches!(p, Index::NewAxis | Index::Slice(_) | Index::Ellipsis(_) | Index::Int(_))) {
        return Ok(None);
    }
    let (mut starts, mut limits, mut strides) = (vec![], vec![], vec![]);
    let (mut reversed, mut squeezed, mut new_axes) = (vec![], vec![], vec![]);
    for p in expand_ellipsis(parsed) {
        let axis = starts.len();
        match p {
            Index::NewAxis => new_axes.push(starts.len() - squeezed.len() + new_axes.len()),
            Index::Int(i) => {
                let n = x.shape()[axis] as i64;
                if n == 0 {
                    return Err(Error::new(
                        ErrorClass::IndexError,
                        format!("index is out of bounds for axis {axis} with size 0"),
                    ));
                }
                let at = if i < 0 { i + n } else { i };
                if at < 0 || at >= n {
                    return Ok(None);
                }
                starts.push(at as usize);
                limits.push(at as usize + 1);
                strides.push(1);
                squeezed.push(axis);
            }
            Index::Slice(s) => {
                let size = x.shape()[axis] as i64;
                let (start, stop, step) = s.indices(x.shape()[axis])?;
                if step < 0 {
                    let new_start = size.min(stop + 1 + (start - stop - 1).abs() % step.abs());
                    starts.push(new_start as usize);
                    limits.push(new_start.max(start + 1) as usize);
                    strides.push(step.unsigned_abs() as usize);
                    reversed.push(axis);
                } else {
                    starts.push(start as usize);
                    limits.push(start.max(stop) as usize);
                    strides.push(step as usize);
                }
            }
            _ => return Ok(None),
        }
    }
    let plain = strides.iter().all(|&s| s == 1);
    let trivial = plain && starts.iter().all(|&s| s == 0) && limits.iter().zip(x.shape()).all(|(l, n)| l == n);
    let mut out =
        if trivial { x.clone() } else { p::slice(cx, x, &starts, &limits, if plain { None } else { Some(&strides) })? };
    out = p::rev(cx, &out, &reversed)?;
    out = p::squeeze(cx, &out, &squeezed)?;
    if !new_axes.is_empty() {
        out = p::expand_dims(cx, &out, &new_axes)?;
    }
    Ok(Some(out))
}

/// Scalars and unit-step slices only: a dynamic slice.
fn dynamic_slice(cx: &Cx, x: &Value, parsed: &[Index]) -> Result<Option<Value>> {
    let fits = |p: &Index| match p {
        Index::Slice(s) => matches!(s.step, None | Some(1 | -1)),
        Index::Array(v) => v.ndim() == 0,
        Index::NewAxis | Index::Ellipsis(_) | Index::Int(_) => true,
        Index::Mask(_) | Index::ScalarBool(_) => false,
    };
    if !parsed.iter().all(fits) {
        return Ok(None);
    }
    let (mut starts, mut sizes): (Vec<Value>, Vec<usize>) = (vec![], vec![]);
    let (mut reversed, mut squeezed, mut new_axes) = (vec![], vec![], vec![]);
    for p in expand_ellipsis(parsed) {
        let axis = starts.len();
        let size_of = |axis: usize| x.shape()[axis];
        match p {
            Index::NewAxis => new_axes.push(starts.len() - squeezed.len() + new_axes.len()),
            Index::Int(_) | Index::Array(_) => {
                if size_of(axis) == 0 {
                    return Err(Error::new(
                        ErrorClass::IndexError,
                        format!("index is out of bounds for axis {axis} with size 0"),
                    ));
                }
                starts.push(match p {
                    Index::Int(i) => p::int(i),
                    Index::Array(v) => v,
                    _ => return Ok(None),
                });
                sizes.push(1);
                squeezed.push(axis);
            }
            Index::Slice(s) => {
                let (start, stop, step) = s.indices(size_of(axis))?;
                if step < 0 {
                    starts.push(p::int(stop + 1));
                    sizes.push((start - stop).max(0) as usize);
                    reversed.push(axis);
                } else {
                    starts.push(p::int(start));
                    sizes.push((stop - start).max(0) as usize);
                }
            }
            _ => return Ok(None),
        }
    }
    if starts.len() > 1 {
        starts = starts.iter().map(|s| p::convert(cx, s, DType::I32, false)).collect::<Result<_>>()?;
    }
    let starts =
        starts.iter().enumerate().map(|(a, s)| wrap_negative(cx, s, x.shape()[a])).collect::<Result<Vec<_>>>()?;
    let mut out = p::dynamic_slice(cx, x, &starts, &sizes)?;
    out = p::rev(cx, &out, &reversed)?;
    out = p::squeeze(cx, &out, &squeezed)?;
    if !new_axes.is_empty() {
        out = p::expand_dims(cx, &out, &new_axes)?;
    }
    Ok(Some(out))
}

/// `i + size` where `i` is negative.
pub fn wrap_negative(cx: &Cx, i: &Value, size: usize) -> Result<Value> {
    if i.dtype().is_unsigned() {
        return Ok(i.clone());
    }
    let negative = p::lt(cx, i, &p::like(i, 0.0))?;
    let up = p::add(cx, i, &p::like(i, size as f64))?;
    p::select(cx, &negative, &up, i)
}

/// An index turned into a gather (and, read backwards, a scatter).
struct Plan {
    slice_shape: Vec<usize>,
    gather_sizes: Vec<usize>,
    indices: Value,
    dims: GatherDims,
    unique: bool,
    reversed: Vec<usize>,
    new_axes: Vec<usize>,
    bool_axes: Vec<usize>,
}

/// Positions where a mask is true, one index list per axis.
pub fn mask_indices(m: &Array) -> Result<Vec<Vec<i64>>> {
    let v = m.to_complexes()?;
    let shape = m.shape();
    let mut out = vec![Vec::new(); shape.len()];
    for (flat, _) in v.iter().enumerate().filter(|(_, b)| **b != (0.0, 0.0)) {
        let mut rest = flat;
        for axis in (0..shape.len()).rev() {
            out[axis].push((rest % shape[axis]) as i64);
            rest /= shape[axis];
        }
    }
    Ok(out)
}

fn plan(cx: &Cx, shape: &[usize], parsed: &[Index]) -> Result<Plan> {
    let mut shape = shape.to_vec();
    let mut list: Vec<Index> = Vec::new();
    let mut bool_axes = Vec::new();
    let mut axis = 0;
    for (position, p) in expand_ellipsis(parsed).into_iter().enumerate() {
        match p {
            Index::Mask(m) => {
                let want = &shape[axis..axis + m.shape().len()];
                if m.shape().iter().zip(want).any(|(&a, &b)| a != b && a != 0) {
                    return Err(Error::new(
                        ErrorClass::IndexError,
                        format!(
                            "boolean index did not match shape of indexed array in index {position}: got {}, expected [{}]",
                            gradlens_ir::aval::tuple_text(m.shape()),
                            want.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
                        ),
                    ));
                }
                for ix in mask_indices(&m)? {
                    list.push(Index::Array(Value::Array(cv::from_i64s(&[ix.len()], DType::I32, &ix)?)));
                    axis += 1;
                }
            }
            Index::ScalarBool(b) => {
                shape.insert(axis, 1);
                bool_axes.push(axis);
                let n = b as usize;
                list.push(Index::Array(Value::Array(cv::from_i64s(&[n], DType::I32, &vec![0; n])?)));
                axis += 1;
            }
            Index::NewAxis => list.push(p),
            other => {
                list.push(other);
                axis += 1;
            }
        }
    }
    let advanced = list.iter().any(|p| matches!(p, Index::Array(v) if v.ndim() > 0));
    let mut positions = Vec::new();
    let (mut arrays, mut array_axes) = (Vec::new(), Vec::new());
    let mut x_axis = 0;
    for (i, p) in list.iter().enumerate() {
        if advanced && matches!(p, Index::Array(_) | Index::Int(_)) {
            let v = match p {
                Index::Array(v) => wrap_negative(cx, v, shape[x_axis])?,
                Index::Int(i) => p::int(if *i < 0 { i + shape[x_axis] as i64 } else { *i }),
                _ => continue,
            };
            positions.push(i);
            arrays.push(v);
            array_axes.push(x_axis);
        }
        x_axis += usize::from(!matches!(p, Index::NewAxis));
    }
    let contiguous = positions.windows(2).all(|w| w[1] == w[0] + 1);
    let mut plan = Plan {
        slice_shape: vec![],
        gather_sizes: vec![],
        indices: Value::Array(cv::from_i64s(&[0], DType::I32, &[])?),
        dims: GatherDims::default(),
        unique: !advanced,
        reversed: vec![],
        new_axes: vec![],
        bool_axes,
    };
    let mut gathered: Vec<(Value, usize)> = Vec::new();
    let mut index_shape: Vec<usize> = Vec::new();
    let (mut x_axis, mut y_axis, mut collapsed_y) = (0, 0, 0);
    for (i, p) in list.iter().enumerate() {
        let here = if contiguous { positions.first() == Some(&i) } else { i == 0 };
        if advanced && here {
            let all = cv::broadcast_arrays(cx, &arrays)?;
            let s = all[0].shape().to_vec();
            for a in &all {
                gathered.push((p::convert(cx, a, DType::I32, false)?, index_shape.len()));
            }
            index_shape.extend(&s);
            plan.dims.start_index_map.extend(&array_axes);
            plan.dims.collapsed_slice_dims.extend(&array_axes);
            y_axis += s.len();
            collapsed_y += s.len();
            plan.slice_shape.extend(s);
        }
        if positions.contains(&i) {
            x_axis += 1;
            plan.gather_sizes.push(1);
            continue;
        }
        match p {
            Index::Int(_) | Index::Array(_) => {
                let size = shape[x_axis];
                if size == 0 {
                    return Err(Error::new(
                        ErrorClass::IndexError,
                        format!("index is out of bounds for axis {x_axis} with size 0"),
                    ));
                }
                let v = match p {
                    Index::Int(i) => p::int(if *i < 0 { i + size as i64 } else { *i }),
                    Index::Array(v) => p::convert(cx, &wrap_negative(cx, v, size)?, DType::I32, false)?,
                    _ => continue,
                };
                gathered.push((v, index_shape.len()));
                plan.dims.collapsed_slice_dims.push(x_axis);
                plan.gather_sizes.push(1);
                plan.dims.start_index_map.push(x_axis);
                x_axis += 1;
            }
            Index::NewAxis => {
                plan.slice_shape.push(1);
                plan.new_axes.push(y_axis);
                y_axis += 1;
            }
            Index::Slice(s) => {
                let (start, stop, step) = s.indices(shape[x_axis])?;
                let count = if step > 0 {
                    (stop - start + step - 1).max(0) / step
                } else {
                    (stop - start + step + 1).min(0) / step
                } as usize;
                plan.slice_shape.push(count);
                if step == 1 || s.is_full() {
                    if count != shape[x_axis] {
                        gathered.push((p::int(start), index_shape.len()));
                        plan.dims.start_index_map.push(x_axis);
                    }
                    plan.gather_sizes.push(count);
                    plan.dims.offset_dims.push(collapsed_y);
                } else {
                    let steps = p::iota(cx, DType::I32, &[count], 0)?;
                    let steps = p::mul(cx, &p::int(step), &steps)?;
                    let mut ix = p::add(cx, &p::int(start), &steps)?;
                    if step < 0 {
                        plan.reversed.push(collapsed_y);
                        ix = p::rev(cx, &ix, &[0])?;
                    }
                    plan.gather_sizes.push(1);
                    gathered.push((ix, index_shape.len()));
                    plan.dims.start_index_map.push(x_axis);
                    index_shape.push(count);
                    plan.dims.collapsed_slice_dims.push(x_axis);
                }
                collapsed_y += 1;
                y_axis += 1;
                x_axis += 1;
            }
            _ => {}
        }
    }
    if let [(g, _)] = gathered.as_slice() {
        plan.indices = p::expand_dims(cx, g, &[g.ndim()])?;
    } else if !gathered.is_empty() {
        let last = index_shape.len();
        index_shape.push(1);
        let parts = gathered
            .iter()
            .map(|(g, at)| p::broadcast_in_dim(cx, g, &index_shape, &(*at..at + g.ndim()).collect::<Vec<_>>()))
            .collect::<Result<Vec<_>>>()?;
        plan.indices = p::concatenate(cx, &parts, last)?;
    }
    plan.dims.collapsed_slice_dims.sort_unstable();
    Ok(plan)
}

fn gather(
    cx: &Cx,
    x: &Value,
    parsed: &[Index],
    mode: IndexMode,
    fill: Option<f64>,
    unique: bool,
    sorted: bool,
) -> Result<Value> {
    let plan = plan(cx, x.shape(), parsed)?;
    let mut y = if plan.bool_axes.is_empty() { x.clone() } else { p::expand_dims(cx, x, &plan.bool_axes)? };
    if plan.slice_shape.contains(&0) {
        return p::full(cx, &plan.slice_shape, x.dtype(), 0.0);
    }
    if plan.indices.aval().size() > 0 {
        let flags = IndexFlags { mode, unique: unique || plan.unique, sorted: sorted || plan.unique };
        let fill = fill.or((mode == IndexMode::FillOrDrop).then(|| default_fill(x.dtype())));
        y = p::gather(cx, &y, &plan.indices, plan.dims, plan.gather_sizes, flags, fill)?;
    }
    y = p::rev(cx, &y, &plan.reversed)?;
    if plan.new_axes.is_empty() { Ok(y) } else { p::expand_dims(cx, &y, &plan.new_axes) }
}

/// What reading out of range gives in fill mode: NaN, the least signed integer, the greatest unsigned one, `True`.
pub fn default_fill(d: DType) -> f64 {
    match d {
        d if d.is_inexact() => f64::NAN,
        d if d.is_signed() => -(2f64.powi(d.bits() as i32 - 1)),
        DType::Bool => 1.0,
        d => 2f64.powi(d.bits() as i32) - 1.0,
    }
}

/// Options of `x.at[...].op(...)`.
#[derive(Clone, Copy, Default, Debug)]
pub struct AtOptions {
    /// `mode`.
    pub mode: Option<IndexMode>,
    /// `unique_indices`.
    pub unique: bool,
    /// `indices_are_sorted`.
    pub sorted: bool,
}

/// `x.at[index].get(...)`.
pub fn at_get(cx: &Cx, x: &Value, index: &Arg, o: AtOptions, fill: Option<f64>) -> Result<Value> {
    match o.mode {
        None | Some(IndexMode::PromiseInBounds) if fill.is_none() => get_item(cx, x, index),
        mode => {
            let parsed = parse(cx, index, x.shape())?;
            gather(cx, x, &parsed, mode.unwrap_or(IndexMode::FillOrDrop), fill, o.unique, o.sorted)
        }
    }
}

/// `x.at[index].set(y)` and kin: `prim` combines.
pub fn scatter(cx: &Cx, x: &Value, index: &Arg, y: &Arg, prim: Prim, o: AtOptions) -> Result<Value> {
    let y = match y {
        Arg::Int(_) if x.dtype().is_integer() => cv::convert_arg(cx, y, x.dtype(), false)?,
        other => crate::creation::asarray(cx, other, None)?,
    };
    let parsed = parse(cx, index, x.shape())?;
    let plan = plan(cx, x.shape(), &parsed)?;
    if plan.slice_shape.contains(&0) {
        return Ok(x.clone());
    }
    let (dtype, weak) = (x.dtype(), x.aval().weak_type);
    let both = {
        let types = [(x.dtype(), weak), (y.dtype(), y.aval().weak_type)];
        let (d, w) = cv::common_dtype(cx, &types)?;
        [p::convert(cx, x, d, w)?, p::convert(cx, &y, d, w)?]
    };
    let [mut x, y] = both;
    let fits = y.ndim() <= plan.slice_shape.len()
        && y.shape().iter().rev().zip(plan.slice_shape.iter().rev()).all(|(&a, &b)| a == b || a == 1);
    if !fits {
        return Err(Error::value_error(crate::shaping::cannot_broadcast(&y, &plan.slice_shape)));
    }
    let mut y = p::broadcast_to(cx, &y, &plan.slice_shape)?;
    y = p::squeeze(cx, &y, &plan.new_axes)?;
    y = p::rev(cx, &y, &plan.reversed)?;
    if !plan.bool_axes.is_empty() {
        x = p::expand_dims(cx, &x, &plan.bool_axes)?;
    }
    let dims = ScatterDims {
        update_window_dims: plan.dims.offset_dims,
        inserted_window_dims: plan.dims.collapsed_slice_dims,
        scatter_dims_to_operand_dims: plan.dims.start_index_map,
        ..Default::default()
    };
    let flags = IndexFlags {
        mode: o.mode.unwrap_or(IndexMode::FillOrDrop),
        unique: o.unique || plan.unique,
        sorted: o.sorted || plan.unique,
    };
    let out = p::scatter(cx, prim, &x, &plan.indices, &y, dims, flags)?;
    let out = p::squeeze(cx, &out, &plan.bool_axes)?;
    p::convert(cx, &out, dtype, weak)
}

/// A `mode` argument.
pub fn mode_of(x: &Arg) -> Result<Option<IndexMode>> {
    match x {
        Arg::None => Ok(None),
        Arg::Str(s) => match &**s {
            "fill" | "drop" => Ok(Some(IndexMode::FillOrDrop)),
            "clip" => Ok(Some(IndexMode::Clip)),
            "promise_in_bounds" => Ok(Some(IndexMode::PromiseInBounds)),
            other => Err(Error::value_error(format!("Unknown gather mode \"{other}\""))),
        },
        _ => Err(Error::value_error("mode must be a string")),
    }
}

/// `jnp.take` along an axis.
pub fn take(cx: &Cx, x: &Value, indices: &Value, axis: Option<usize>, mode: &Arg, fill: Option<f64>) -> Result<Value> {
    jit1(cx, "_take", &[x.clone(), indices.clone()], |cx, v| {
        let (mut x, mut ix) = (v[0].clone(), v[1].clone());
        let at = axis.unwrap_or(0);
        if axis.is_none() {
            x = p::reshape(cx, &x, &[x.aval().size()])?;
        }
        let size = x.shape()[at];
        let m = match mode.as_str() {
            None | Some("fill") => {
                let negative = u::less(cx, &ix, Arg::Int(0))?;
                let up = u::add(cx, &ix, Arg::Int(size as i64))?;
                ix = u::where_(cx, &negative, &up, &ix)?;
                IndexMode::FillOrDrop
            }
            Some("wrap") => {
                ix = u::remainder(cx, &ix, p::like(&ix, size as f64))?;
                IndexMode::PromiseInBounds
            }
            Some("clip") => IndexMode::Clip,
            Some("raise") => return Err(Error::not_implemented("The 'raise' mode to jnp.take is not supported.")),
            Some(other) => return Err(Error::value_error(format!("Invalid mode '{other}' for np.take"))),
        };
        let mut sizes = x.shape().to_vec();
        if size == 0 {
            if ix.aval().size() > 0 {
                return Err(Error::new(ErrorClass::IndexError, "Cannot do a non-empty jnp.take() from an empty axis."));
            }
            return Ok(x);
        }
        sizes[at] = 1;
        let n = ix.ndim();
        let dims = GatherDims {
            offset_dims: (0..at).chain(at + n..x.ndim() + n - 1).collect(),
            collapsed_slice_dims: vec![at],
            start_index_map: vec![at],
            ..Default::default()
        };
        let ix = p::expand_dims(cx, &ix, &[n])?;
        let fill = (m == IndexMode::FillOrDrop).then(|| fill.unwrap_or(default_fill(x.dtype())));
        p::gather(cx, &x, &ix, dims, sizes, IndexFlags { mode: m, unique: false, sorted: false }, fill)
    })
}

fn take_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    unsupported("take", b, &["out"])?;
    let v = cv::values(cx, "take", &[&b["a"], &b["indices"]])?;
    let axis = if b["axis"].is_none() { None } else { Some(cv::axis(cv::static_int(cx, &b["axis"])?, v[0].ndim())?) };
    let fill = if b["fill_value"].is_none() { None } else { Some(cv::float(cx, &b["fill_value"])?) };
    Ok(take(cx, &v[0], &v[1], axis, &b["mode"], fill)?.into())
}

/// `jnp.take_along_axis`.
pub fn take_along_axis(
    cx: &Cx,
    x: &Value,
    indices: &Value,
    axis: Option<usize>,
    mode: Option<IndexMode>,
) -> Result<Value> {
    if !indices.dtype().is_integer() {
        return Err(Error::type_error(format!(
            "take_along_axis indices must be of integer type, got {}",
            indices.dtype()
        )));
    }
    jit1(cx, "take_along_axis", &[x.clone(), indices.clone()], |cx, v| {
        let (mut x, ix) = (v[0].clone(), &v[1]);
        if axis.is_none() {
            x = p::reshape(cx, &x, &[x.aval().size()])?;
        }
        let axis = axis.unwrap_or(0);
        if x.ndim() != ix.ndim() {
            return Err(Error::value_error(format!(
                "indices and arr must have the same number of dimensions; {} vs. {}",
                ix.ndim(),
                x.ndim()
            )));
        }
        let size = x.shape()[axis];
        let mut rest = x.shape().to_vec();
        rest[axis] = 1;
        let out_shape = cv::broadcast_shapes("take_along_axis", &[ix.shape(), &rest])?;
        if size == 0 {
            return p::full(cx, &out_shape, x.dtype(), 0.0);
        }
        let ix = if mode == Some(IndexMode::PromiseInBounds) { ix.clone() } else { wrap_negative(cx, ix, size)? };
        let idx_shape = ix.shape().clone();
        let kept: Vec<usize> = (0..x.ndim()).filter(|&i| i == axis || idx_shape[i] != 1).collect();
        let mut gather_shape: Vec<usize> = kept.iter().map(|&i| out_shape[i]).collect();
        gather_shape.push(1);
        let ix = p::reshape(cx, &ix, &gather_shape)?;
        let mut dims = GatherDims::default();
        let (mut sizes, mut squeezed) = (vec![], vec![]);
        let (mut new_i, mut j) = (0, 0);
        for i in 0..x.ndim() {
            if i == axis {
                sizes.push(1);
                dims.start_index_map.push(new_i);
                dims.collapsed_slice_dims.push(new_i);
                new_i += 1;
                j += 1;
            } else if idx_shape[i] == 1 {
                dims.offset_dims.push(i);
                sizes.push(rest[i]);
                new_i += 1;
            } else if rest[i] == 1 {
                squeezed.push(i);
                j += 1;
            } else {
                sizes.push(usize::from(rest[i] != 0));
                dims.operand_batching_dims.push(new_i);
                dims.start_indices_batching_dims.push(j);
                new_i += 1;
                j += 1;
            }
        }
        let x = p::squeeze(cx, &x, &squeezed)?;
        let mode = mode.unwrap_or(IndexMode::FillOrDrop);
        let fill = (mode == IndexMode::FillOrDrop).then(|| default_fill(x.dtype()));
        p::gather(cx, &x, &ix, dims, sizes, IndexFlags { mode, unique: false, sorted: false }, fill)
    })
}

fn take_along_axis_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = cv::values(cx, "take_along_axis", &[&b["arr"], &b["indices"]])?;
    let axis = if b["axis"].is_none() { None } else { Some(cv::axis(cv::static_int(cx, &b["axis"])?, v[0].ndim())?) };
    Ok(take_along_axis(cx, &v[0], &v[1], axis, mode_of(&b["mode"])?)?.into())
}

/// The indices of nonzero elements, padded to `size` when one is given; the mask must be known otherwise.
pub fn nonzero(cx: &Cx, x: &Value, size: Option<usize>, fill: &[i64]) -> Result<Vec<Value>> {
    let a = match size {
        // The number of results is what has to be known.
        None if cx.is_visible_tracer(x) => {
            let mask = u::boolean(cx, x)?;
            let count = crate::reductions::sum(cx, &mask, &Default::default())?;
            cx.concrete(&count, Look::Concrete)?;
            cx.concrete(x, Look::Concrete)?
        }
        None => cx.concrete(x, Look::Concrete)?,
        Some(n) => return sized_nonzero(cx, x, n, fill),
    };
    let a = if a.shape().is_empty() { a.reshaped(&[1]) } else { a };
    let int = DType::I64.canonicalize(cx.x64());
    mask_indices(&a)?.iter().map(|ix| Ok(Value::Array(cv::from_i64s(&[ix.len()], int, ix)?))).collect()
}

/// `nonzero` of static size, for traced masks: cumulative counts place the indices.
fn sized_nonzero(cx: &Cx, x: &Value, size: usize, fill: &[i64]) -> Result<Vec<Value>> {
    let x = if x.ndim() == 0 { p::reshape(cx, x, &[1])? } else { x.clone() };
    let shape = x.shape().clone();
    let mask = p::reshape(cx, &u::boolean(cx, &x)?, &[x.aval().size()])?;
    let int = DType::I64.canonicalize(cx.x64());
    let counts = p::convert(cx, &mask, DType::I32, false)?;
    let seen = p::cumsum(cx, &counts, 0, false)?;
    // How many prefixes hold at most k true entries: the position of entry k.
    let k = p::iota(cx, DType::I32, &[size, 1], 0)?;
    let seen = p::expand_dims(cx, &seen, &[0])?;
    let before = p::le(cx, &seen, &k)?;
    let before = p::convert(cx, &before, int, false)?;
    let flat = p::reduce_sum(cx, &before, &[1])?;
    let there = p::lt(cx, &flat, &p::like(&flat, x.aval().size() as f64))?;
    let mut stride: usize = shape.iter().product();
    let mut out = Vec::new();
    for (axis, &n) in shape.iter().enumerate() {
        stride /= n.max(1);
        let q = p::div(cx, &flat, &p::like(&flat, stride.max(1) as f64))?;
        let ix = p::rem(cx, &q, &p::like(&q, n.max(1) as f64))?;
        let f = fill.get(axis).or(fill.first()).copied().unwrap_or(0);
        let filled = p::full_like(cx, &ix, f as f64)?;
        out.push(p::select(cx, &there, &ix, &filled)?);
    }
    Ok(out)
}

/// `jnp.nonzero`, also one-argument `where`.
pub fn nonzero_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "nonzero", &b[0])?;
    let size = if b["size"].is_none() { None } else { Some(cv::static_int(cx, &b["size"])?.max(0) as usize) };
    let fill = if b["fill_value"].is_none() { vec![] } else { cv::ints(cx, &b["fill_value"])? };
    Ok(Arg::Tuple(nonzero(cx, &x, size, &fill)?.into_iter().map(Arg::from).collect()))
}

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.numpy.take",
        "a, indices, axis=None, out=None, mode=None, unique_indices=False, indices_are_sorted=False, fill_value=None",
        "Elements at indices; NaN out of range.",
        Sync(take_entry),
    ),
    entry(
        "jax.numpy.take_along_axis",
        "arr, indices, axis=-1, mode=None, fill_value=None, *, wrap_negative_indices=None",
        "Elements at indices that vary along an axis.",
        Sync(take_along_axis_entry),
    ),
    entry(
        "jax.numpy.nonzero",
        "a, *, size=None, fill_value=None",
        "Indices of elements that are not zero.",
        Sync(nonzero_entry),
    ),
];
