//! Shapes of arrays: reshaping, joining, splitting, repeating, flipping, rolling, padding, diagonals.

use crate::creation::asarray;
use crate::prelude::*;
use crate::ufuncs as u;
use gradlens_ir::aval::tuple_text;
use gradlens_ir::{Params, Prim};

/// `jnp.reshape` with at most one `-1`.
pub fn reshape(cx: &Cx, x: &Value, sizes: &[i64]) -> Result<Value> {
    let n = x.aval().size() as i64;
    let known: i64 = sizes.iter().filter(|&&d| d != -1).product();
    let holes = sizes.iter().filter(|&&d| d == -1).count();
    let text = || match sizes {
        [one] => format!("({one},)"),
        _ => format!("({})", sizes.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
    };
    if holes > 1 {
        return Err(Error::value_error("can only specify one unknown axis size with a `-1` value"));
    }
    if (holes == 1 && (known == 0 || n % known != 0)) || (holes == 0 && known != n) || sizes.iter().any(|&d| d < -1) {
        return Err(Error::type_error(format!(
            "cannot reshape array of shape {} (size {n}) into shape {}{}",
            tuple_text(x.shape()),
            text(),
            if holes == 1 {
                format!(" because the product of specified axis sizes ({known}) does not evenly divide {n}")
            } else {
                format!(" (size {known})")
            }
        )));
    }
    let out: Vec<usize> = sizes.iter().map(|&d| if d == -1 { n / known } else { d } as usize).collect();
    p::reshape(cx, x, &out)
}

fn reshape_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "reshape", &b["a"])?;
    let sizes = cv::ints(cx, &b["shape"])?;
    order_c(cx, b, &x, |x| reshape(cx, x, &sizes), &sizes)
}
/// `order='C'`, or `'F'`: column-major through transposition.
fn order_c(cx: &Cx, b: &Bound, x: &Value, f: impl Fn(&Value) -> Result<Value>, sizes: &[i64]) -> Result<Arg> {
    match b["order"].as_str() {
        Some("F") => {
            let t = transpose(cx, x)?;
            let back: Vec<i64> = sizes.iter().rev().copied().collect();
            let r = reshape(cx, &t, &back)?;
            Ok(transpose(cx, &r)?.into())
        }
        Some("C") | None => Ok(f(x)?.into()),
        Some("A") => Err(Error::not_implemented("np.reshape order=A is not implemented.")),
        Some(o) => Err(Error::value_error(format!("Unexpected value for 'order' argument: {o}."))),
    }
}

/// All axes reversed.
pub fn transpose(cx: &Cx, x: &Value) -> Result<Value> {
    p::transpose(cx, x, &(0..x.ndim()).rev().collect::<Vec<_>>())
}
fn transpose_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "transpose", &b["a"])?;
    if b["axes"].is_none() {
        return Ok(transpose(cx, &x)?.into());
    }
    permute(cx, &x, &b["axes"])
}
fn permute(cx: &Cx, x: &Value, axes: &Arg) -> Result<Arg> {
    let perm = cv::ints(cx, axes)?.into_iter().map(|a| cv::axis(a, x.ndim())).collect::<Result<Vec<_>>>()?;
    let mut sorted = perm.clone();
    sorted.sort_unstable();
    if sorted != (0..x.ndim()).collect::<Vec<_>>() {
        return Err(Error::type_error(format!(
            "transpose permutation isn't a permutation of operand dimensions, got permutation {} for operand shape {}.",
            crate::print::repr_short(axes),
            tuple_text(x.shape())
        )));
    }
    Ok(p::transpose(cx, x, &perm)?.into())
}

/// `jnp.moveaxis`.
pub fn moveaxis(cx: &Cx, x: &Value, from: &[usize], to: &[usize]) -> Result<Value> {
    let mut perm: Vec<usize> = (0..x.ndim()).filter(|a| !from.contains(a)).collect();
    let mut pairs: Vec<(usize, usize)> = to.iter().copied().zip(from.iter().copied()).collect();
    pairs.sort_unstable();
    for (t, f) in pairs {
        perm.insert(t.min(perm.len()), f);
    }
    p::transpose(cx, x, &perm)
}
fn moveaxis_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "moveaxis", &b["a"])?;
    let (from, to) = (cv::axes(cx, &b["source"], x.ndim())?, cv::axes(cx, &b["destination"], x.ndim())?);
    if from.len() != to.len() {
        return Err(Error::value_error(format!("Inconsistent number of elements: {} vs {}", from.len(), to.len())));
    }
    Ok(moveaxis(cx, &x, &from, &to)?.into())
}
/// `jnp.swapaxes`.
pub fn swapaxes(cx: &Cx, x: &Value, a: usize, b: usize) -> Result<Value> {
    let mut perm: Vec<usize> = (0..x.ndim()).collect();
    perm.swap(a, b);
    p::transpose(cx, x, &perm)
}
fn two_axes(cx: &Cx, b: &Bound, x: &Value) -> Result<(usize, usize)> {
    Ok((cv::axis(cv::static_int(cx, &b["axis1"])?, x.ndim())?, cv::axis(cv::static_int(cx, &b["axis2"])?, x.ndim())?))
}
fn rollaxis(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "rollaxis", &b["a"])?;
    let axis = cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?;
    let mut start = cv::static_int(cx, &b["start"])?;
    if start < 0 {
        start += x.ndim() as i64;
    }
    let to = (start.max(0) as usize).min(x.ndim());
    let to = if axis < to { to - 1 } else { to };
    jit1(cx, "rollaxis", &[x], |cx, v| moveaxis(cx, &v[0], &[axis], &[to])).map(Arg::from)
}

/// What broadcasting says when sizes do not fit.
pub fn cannot_broadcast(x: &Value, shape: &[usize]) -> String {
    let to = gradlens_ir::ShapedArray::new(shape, x.dtype());
    format!("Incompatible types for broadcasting: input type={} and requested type={}", x.aval().long(), to.long())
}

/// `jnp.broadcast_to` with its error.
pub fn broadcast_to(cx: &Cx, x: &Value, shape: &[usize]) -> Result<Value> {
    let lead = shape.len().wrapping_sub(x.ndim());
    let fits = x.ndim() <= shape.len() && x.shape().iter().zip(&shape[lead..]).all(|(&a, &b)| a == b || a == 1);
    if x.ndim() > shape.len() {
        return Err(Error::value_error(format!(
            "Cannot broadcast to shape with fewer dimensions: arr_shape={} shape={}",
            tuple_text(x.shape()),
            tuple_text(shape)
        )));
    }
    if !fits {
        return Err(Error::value_error(cannot_broadcast(x, shape)));
    }
    p::broadcast_to(cx, x, shape)
}
fn expand_dims_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "expand_dims", &b["a"])?;
    let list = cv::ints(cx, &b["axis"])?;
    let rank = x.ndim() + list.len();
    let axes = list.into_iter().map(|a| cv::axis(a, rank)).collect::<Result<Vec<_>>>()?;
    let mut sorted = axes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() != axes.len() {
        return Err(Error::value_error(format!("repeated axis in expand_dims: {}", tuple_text(&axes))));
    }
    Ok(p::expand_dims(cx, &x, &axes)?.into())
}
fn squeeze_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "squeeze", &b["a"])?;
    let axes = if b["axis"].is_none() {
        (0..x.ndim()).filter(|&i| x.shape()[i] == 1).collect()
    } else {
        cv::axes(cx, &b["axis"], x.ndim())?
    };
    if axes.iter().any(|&a| x.shape()[a] != 1) {
        return Err(Error::value_error(format!(
            "cannot select an axis to squeeze out which has size not equal to one, got shape={} and dimensions={}",
            tuple_text(x.shape()),
            tuple_text(&axes)
        )));
    }
    Ok(p::squeeze(cx, &x, &axes)?.into())
}

/// The arrays of a sequence argument, promoted to one dtype.
pub fn sequence(cx: &Cx, name: &str, x: &Arg, dtype: Option<DType>) -> Result<Vec<Value>> {
    let items: Vec<Arg> = match x {
        Arg::Array(v) if v.ndim() > 0 => crate::methods::iterate(cx, v)?.into_iter().map(Arg::from).collect(),
        Arg::NpArray(a) if !a.shape().is_empty() => {
            crate::methods::iterate(cx, &Value::Array(cv::from_numpy(cx, a)?))?.into_iter().map(Arg::from).collect()
        }
        _ => match x.sequence() {
            Some(v) => v.to_vec(),
            None => {
                return Err(Error::type_error(format!(
                    "{name} requires a sequence of arrays, got <class '{}'>",
                    x.type_name()
                )));
            }
        },
    };
    if items.is_empty() {
        return Err(Error::value_error(match name {
            "concatenate" => "Need at least one array to concatenate.".to_string(),
            _ => format!("Need at least one array to {name}."),
        }));
    }
    let items: Vec<Arg> = items
        .iter()
        .map(|i| {
            if i.sequence().is_some() && name != "concatenate" {
                asarray(cx, i, None).map(Arg::from)
            } else {
                Ok(i.clone())
            }
        })
        .collect::<Result<_>>()?;
    let refs: Vec<&Arg> = items.iter().collect();
    cv::check_arraylike(name, &refs)?;
    let (d, weak) = match dtype {
        Some(d) => (d, false),
        None => cv::common_type(cx, &refs)?,
    };
    items.iter().map(|i| cv::convert_arg(cx, i, d, weak)).collect()
}

/// `jnp.concatenate`.
pub fn concatenate(cx: &Cx, xs: &[Value], axis: usize) -> Result<Value> {
    if xs.iter().any(|x| x.ndim() == 0) {
        return Err(Error::value_error("Zero-dimensional arrays cannot be concatenated."));
    }
    p::concatenate(cx, xs, axis)
}
fn concatenate_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let has_dtype = b.params.iter().any(|q| &*q.name == "dtype");
    let dtype = if has_dtype { cv::dtype_arg(cx, &b["dtype"])? } else { None };
    let xs = sequence(cx, "concatenate", &b["arrays"], dtype)?;
    if b["axis"].is_none() {
        let flat = xs.iter().map(|x| reshape(cx, x, &[-1])).collect::<Result<Vec<_>>>()?;
        return Ok(p::concatenate(cx, &flat, 0)?.into());
    }
    if xs.iter().any(|x| x.ndim() == 0) {
        return Err(Error::value_error("Zero-dimensional arrays cannot be concatenated."));
    }
    let axis = cv::axis(cv::static_int(cx, &b["axis"])?, xs[0].ndim())?;
    Ok(concatenate(cx, &xs, axis)?.into())
}
/// `jnp.stack`.
pub fn stack(cx: &Cx, xs: &[Value], axis: usize) -> Result<Value> {
    if xs.windows(2).any(|w| w[0].shape() != w[1].shape()) {
        return Err(Error::value_error("All input arrays must have the same shape."));
    }
    cx.bind1(Prim::Stack, Params::Stack { axis }, xs)
}
fn stack_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    unsupported("stack", b, &["out"])?;
    let xs = sequence(cx, "stack", &b["arrays"], cv::dtype_arg(cx, &b["dtype"])?)?;
    let axis = cv::axis(cv::static_int(cx, &b["axis"])?, xs[0].ndim() + 1)?;
    Ok(stack(cx, &xs, axis)?.into())
}

/// `jnp.atleast_1d`, `2d`, `3d`.
pub fn atleast(cx: &Cx, x: &Value, n: usize) -> Result<Value> {
    let name = ["", "atleast_1d", "atleast_2d", "atleast_3d"][n];
    jit1(cx, name, std::slice::from_ref(x), |cx, v| {
        let x = &v[0];
        let axes: Vec<usize> = match (n, x.ndim()) {
            (n, k) if k >= n => return Ok(x.clone()),
            (1, _) => vec![0],
            (2, 0) => vec![0, 1],
            (2, _) => vec![0],
            (3, 0) => vec![0, 1, 2],
            (3, 1) => vec![0, 2],
            _ => vec![2],
        };
        p::expand_dims(cx, x, &axes)
    })
}
fn atleast_entry(cx: &Cx, b: &Bound, n: usize) -> Result<Arg> {
    let xs = b["arys"].sequence().unwrap_or_default();
    let mut out =
        xs.iter().map(|x| Ok(Arg::from(atleast(cx, &asarray(cx, x, None)?, n)?))).collect::<Result<Vec<_>>>()?;
    Ok(if out.len() == 1 { out.remove(0) } else { Arg::List(out) })
}
/// `hstack`, `vstack`, `dstack`, `column_stack`.
fn stack_family(cx: &Cx, b: &Bound, name: &str) -> Result<Arg> {
    let n = match name {
        "hstack" => 1,
        "dstack" => 3,
        _ => 2,
    };
    let has_dtype = b.params.iter().any(|q| &*q.name == "dtype");
    let dtype = if has_dtype { cv::dtype_arg(cx, &b["dtype"])? } else { None };
    let xs = sequence(cx, name, &b["tup"], dtype)?;
    let xs = xs
        .iter()
        .map(|x| {
            let y = if name == "column_stack" && x.ndim() >= 2 { x.clone() } else { atleast(cx, x, n)? };
            if name == "column_stack" && x.ndim() < 2 { transpose(cx, &y) } else { Ok(y) }
        })
        .collect::<Result<Vec<_>>>()?;
    let axis = match name {
        "hstack" => usize::from(xs[0].ndim() > 1),
        "dstack" => 2,
        "column_stack" => 1,
        _ => 0,
    };
    Ok(p::concatenate(cx, &xs, axis)?.into())
}
fn block(cx: &Cx, b: &Bound) -> Result<Arg> {
    fn depth(x: &Arg) -> usize {
        match x {
            Arg::List(v) => 1 + v.iter().map(depth).max().unwrap_or(0),
            _ => 0,
        }
    }
    fn go(cx: &Cx, x: &Arg, level: usize, rank: usize) -> Result<Value> {
        match x {
            Arg::List(v) => {
                let parts = v.iter().map(|e| go(cx, e, level - 1, rank)).collect::<Result<Vec<_>>>()?;
                let args: Vec<Arg> = parts.iter().map(Arg::from).collect();
                let parts = promote(cx, "block", Promote::Plain, &args.iter().collect::<Vec<_>>())?;
                p::concatenate(cx, &parts, rank - level)
            }
            leaf => {
                let v = asarray(cx, leaf, None)?;
                let lead = rank - v.ndim().min(rank);
                if lead == 0 { Ok(v) } else { p::expand_dims(cx, &v, &(0..lead).collect::<Vec<_>>()) }
            }
        }
    }
    fn max_rank(cx: &Cx, x: &Arg) -> Result<usize> {
        match x {
            Arg::List(v) => v.iter().try_fold(0, |m, e| Ok(m.max(max_rank(cx, e)?))),
            leaf => Ok(asarray(cx, leaf, None)?.ndim()),
        }
    }
    let d = depth(&b["arrays"]);
    let rank = d.max(max_rank(cx, &b["arrays"])?);
    Ok(go(cx, &b["arrays"], d, rank)?.into())
}
fn append(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, y) = (asarray(cx, &b["arr"], None)?, asarray(cx, &b["values"], None)?);
    let axis = if b["axis"].is_none() { None } else { Some(cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?) };
    jit1(cx, "append", &[x, y], |cx, v| {
        let v = u_promote(cx, v)?;
        match axis {
            Some(a) => p::concatenate(cx, &v, a),
            None => {
                let flat = v.iter().map(|x| reshape(cx, x, &[-1])).collect::<Result<Vec<_>>>()?;
                p::concatenate(cx, &flat, 0)
            }
        }
    })
    .map(Arg::from)
}
fn u_promote(cx: &Cx, v: &[Value]) -> Result<Vec<Value>> {
    let types: Vec<(DType, bool)> = v.iter().map(|x| (x.dtype(), x.aval().weak_type)).collect();
    let (d, w) = cv::common_dtype(cx, &types)?;
    v.iter().map(|x| p::convert(cx, x, d, w)).collect()
}

/// Pieces of an axis: `n` equal ones, or cut at indices.
fn split(cx: &Cx, b: &Bound, name: &str, axis: Option<usize>, uneven: bool) -> Result<Arg> {
    let x = val(cx, name, &b["ary"])?;
    let axis = match axis {
        Some(a) => a,
        None => cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?,
    };
    let size = x.shape()[axis];
    let at = &b["indices_or_sections"];
    let sizes: Vec<usize> = if at.sequence().is_some()
        || matches!(at, Arg::Array(v) if v.ndim() > 0)
        || matches!(at, Arg::NpArray(v) if !v.shape().is_empty())
    {
        let mut cuts = vec![0i64];
        cuts.extend(
            cv::ints(cx, at)?.into_iter().map(|i| if i < 0 { (i + size as i64).max(0) } else { i.min(size as i64) }),
        );
        cuts.push(size as i64);
        cuts.windows(2).map(|w| (w[1] - w[0]).max(0) as usize).collect()
    } else {
        let n = cv::static_int(cx, at)?.max(1) as usize;
        if size % n != 0 && !uneven {
            return Err(Error::value_error(format!(
                "array split does not result in an equal division: rest is {}",
                size % n
            )));
        }
        (0..n).map(|i| size / n + usize::from(i < size % n)).collect()
    };
    Ok(Arg::List(crate::lax::split(cx, &x, &sizes, axis)?.into_iter().map(Arg::from).collect()))
}
fn unstack(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "unstack", &b["x"])?;
    if x.ndim() == 0 {
        return Err(Error::value_error("Unstack requires arrays with rank > 0, however a scalar array was passed."));
    }
    let axis = cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?;
    let out = cx.bind(Prim::Unstack, Params::Stack { axis }, &[x])?;
    Ok(Arg::Tuple(out.into_iter().map(Arg::from).collect()))
}

/// `jnp.flip` along axes.
pub fn flip(cx: &Cx, x: &Value, axes: &[usize]) -> Result<Value> {
    jit1(cx, "_flip", std::slice::from_ref(x), |cx, v| p::rev(cx, &v[0], axes))
}
fn flip_at(cx: &Cx, b: &Bound, name: &str, axis: usize) -> Result<Arg> {
    let x = val(cx, name, &b["m"])?;
    if x.ndim() <= axis {
        return Err(Error::value_error(format!("Input must be >= {}-d.", axis + 1)));
    }
    Ok(flip(cx, &x, &[axis])?.into())
}
fn rot90(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "rot90", &b["m"])?;
    let axes = cv::axes(cx, &b["axes"], x.ndim())?;
    let (a, c) = (axes[0], axes[1]);
    let k = cv::static_int(cx, &b["k"])?.rem_euclid(4);
    jit1(cx, "rot90", &[x], |cx, v| match k {
        0 => Ok(v[0].clone()),
        2 => {
            let y = flip(cx, &v[0], &[a])?;
            flip(cx, &y, &[c])
        }
        1 => {
            let y = flip(cx, &v[0], &[c])?;
            swapaxes(cx, &y, a, c)
        }
        _ => {
            let y = swapaxes(cx, &v[0], a, c)?;
            flip(cx, &y, &[c])
        }
    })
    .map(Arg::from)
}
/// `jnp.roll` by a static shift along an axis.
fn roll_static(cx: &Cx, x: &Value, shift: i64, axis: usize) -> Result<Value> {
    let n = x.shape()[axis];
    if n == 0 {
        return Ok(x.clone());
    }
    let s = shift.rem_euclid(n as i64) as usize;
    if s == 0 {
        return Ok(x.clone());
    }
    let (tail, head) = (p::slice_in_dim(cx, x, n - s, n, 1, axis)?, p::slice_in_dim(cx, x, 0, n - s, 1, axis)?);
    p::concatenate(cx, &[tail, head], axis)
}
fn roll(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "roll", &b["a"])?;
    if x.ndim() == 0 || x.aval().size() == 0 {
        return Ok(x.into());
    }
    let traced = matches!(&b["shift"], Arg::Array(v) if v.is_tracer());
    if traced {
        // A traced shift indexes a doubled axis.
        let flat = b["axis"].is_none();
        let y = if flat { reshape(cx, &x, &[-1])? } else { x.clone() };
        let axis = if flat { 0 } else { cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())? };
        let n = y.shape()[axis];
        let s = u::remainder(cx, &b["shift"], Arg::Int(n as i64))?;
        let start = u::subtract(cx, Arg::Int(n as i64), &s)?;
        let doubled = p::concatenate(cx, &[y.clone(), y.clone()], axis)?;
        let mut starts = vec![p::like(&start, 0.0); y.ndim()];
        starts[axis] = start;
        let out = p::dynamic_slice(cx, &doubled, &starts, y.shape())?;
        return Ok(p::reshape(cx, &out, x.shape())?.into());
    }
    let shifts = cv::ints(cx, &b["shift"])?;
    let axes = if b["axis"].is_none() { None } else { Some(cv::ints(cx, &b["axis"])?) };
    let dims = x.shape().clone();
    jit1(cx, "_roll_static", &[x], |cx, v| match &axes {
        None => {
            let flat = reshape(cx, &v[0], &[-1])?;
            let out = roll_static(cx, &flat, shifts.iter().sum(), 0)?;
            p::reshape(cx, &out, &dims)
        }
        Some(axes) => {
            let n = axes.len().max(shifts.len());
            let mut out = v[0].clone();
            for i in 0..n {
                let a = axes[i.min(axes.len() - 1)];
                out = roll_static(cx, &out, shifts[i.min(shifts.len() - 1)], cv::axis(a, out.ndim())?)?;
            }
            Ok(out)
        }
    })
    .map(Arg::from)
}

fn repeat(cx: &Cx, b: &Bound) -> Result<Arg> {
    let mut x = val(cx, "repeat", &b["a"])?;
    let axis = if b["axis"].is_none() {
        x = reshape(cx, &x, &[-1])?;
        0
    } else {
        cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?
    };
    let scalar = matches!(&b["repeats"], Arg::Int(_) | Arg::NpScalar(_))
        || matches!(&b["repeats"], Arg::Array(v) if v.ndim() == 0 && !v.is_tracer());
    if scalar && b["total_repeat_length"].is_none() {
        let r = cv::int(cx, &b["repeats"])?.max(0) as usize;
        let mut shape = x.shape().to_vec();
        let dims: Vec<usize> = (0..=x.ndim()).filter(|&i| i != axis + 1).collect();
        shape.insert(axis + 1, r);
        let y = p::broadcast_in_dim(cx, &x, &shape, &dims)?;
        shape.remove(axis + 1);
        shape[axis] *= r;
        return Ok(p::reshape(cx, &y, &shape)?.into());
    }
    if let Arg::Array(v) = &b["repeats"]
        && b["total_repeat_length"].is_none()
    {
        cx.concrete(v, Look::Concrete)?;
    }
    if b["total_repeat_length"].is_none() {
        let mut r = cv::ints(cx, &b["repeats"])?;
        if r.len() == 1 {
            r = vec![r[0]; x.shape()[axis]];
        }
        if r.len() != x.shape()[axis] {
            return Err(Error::value_error(format!(
                "repeat argument array has length {} but axis has length {}",
                r.len(),
                x.shape()[axis]
            )));
        }
        let ix: Vec<i64> =
            r.iter().enumerate().flat_map(|(i, &n)| std::iter::repeat_n(i as i64, n.max(0) as usize)).collect();
        let ix = Value::Array(cv::from_i64s(&[ix.len()], DType::I32, &ix)?);
        return Ok(crate::indexing::take(cx, &x, &ix, Some(axis), &Arg::str("clip"), None)?.into());
    }
    // A given total length: the source of each output is a count of the finished runs.
    let total = cv::static_int(cx, &b["total_repeat_length"])?.max(0) as usize;
    let r = asarray(cx, &b["repeats"], None)?;
    let r = broadcast_to(cx, &r, &[x.shape()[axis]])?;
    let ends = p::cumsum(cx, &r, 0, false)?;
    let at = p::iota(cx, r.dtype(), &[total, 1], 0)?;
    let ends = p::expand_dims(cx, &ends, &[0])?;
    let done = p::le(cx, &ends, &at)?;
    let done = p::convert(cx, &done, DType::I32, false)?;
    let ix = p::reduce_sum(cx, &done, &[1])?;
    Ok(crate::indexing::take(cx, &x, &ix, Some(axis), &Arg::str("clip"), None)?.into())
}
fn tile(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "tile", &b["A"])?;
    let reps = cv::shape(cx, &b["reps"])?;
    let rank = reps.len().max(x.ndim());
    let x = if x.ndim() < rank { p::expand_dims(cx, &x, &(0..rank - x.ndim()).collect::<Vec<_>>())? } else { x };
    let mut all = vec![1; rank - reps.len()];
    all.extend(reps);
    Ok(cx.bind1(Prim::Tile, Params::Tile { reps: all }, &[x])?.into())
}

/// `jnp.diagonal` of the last two axes moved there.
pub fn diagonal(cx: &Cx, x: &Value, offset: i64, a: usize, b: usize) -> Result<Value> {
    jit1(cx, "diagonal", std::slice::from_ref(x), |cx, v| {
        let r = v[0].ndim();
        let x = moveaxis(cx, &v[0], &[a, b], &[r - 2, r - 1])?;
        let (n, m) = (x.shape()[r - 2] as i64, x.shape()[r - 1] as i64);
        let len = if offset >= 0 { n.min(m - offset) } else { (n + offset).min(m) }.max(0) as usize;
        let (i0, j0) = ((-offset).max(0), offset.max(0));
        // Flattened, the diagonal is an arithmetic progression: one strided slice.
        let mut flat = x.shape()[..r - 2].to_vec();
        let batch = flat.len();
        flat.push((n * m) as usize);
        let y = p::reshape(cx, &x, &flat)?;
        if len == 0 {
            return p::slice_in_dim(cx, &y, 0, 0, 1, batch);
        }
        let start = (i0 * m + j0) as usize;
        let step = m as usize + 1;
        p::slice_in_dim(cx, &y, start, start + (len - 1) * step + 1, step, batch)
    })
}
fn diag(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "diag", &b["v"])?;
    let k = cv::static_int(cx, &b["k"])?;
    jit1(cx, "_diag", &[x], |cx, v| match v[0].ndim() {
        1 => {
            let n = v[0].shape()[0];
            let size = n + k.unsigned_abs() as usize;
            let x = p::pad(cx, &v[0], &p::like(&v[0], 0.0), &[((-k).max(0), k.max(0), 0)])?;
            let i = p::iota(cx, DType::I32, &[size, size], 0)?;
            let j = p::iota(cx, DType::I32, &[size, size], 1)?;
            let i = p::add(cx, &i, &p::int(k))?;
            let on = p::eq(cx, &i, &j)?;
            let x = p::expand_dims(cx, &x, &[1])?;
            u::where_(cx, &on, &x, &p::like(&x, 0.0))
        }
        2 => diagonal(cx, &v[0], k, 0, 1),
        _ => Err(Error::value_error("diag input must be 1d or 2d")),
    })
    .map(Arg::from)
}

fn pad(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = asarray(cx, &b["array"], None)?;
    let widths = pad_widths(cx, &b["pad_width"], x.ndim())?;
    let options = match &b["kwargs"] {
        Arg::Dict(d) => d.clone(),
        _ => vec![],
    };
    let option = |name: &str| options.iter().find(|(k, _)| k.as_str() == Some(name)).map(|(_, v)| v.clone());
    let mode = b["mode"].as_str().unwrap_or("constant").to_string();
    let known: &[&str] = match mode.as_str() {
        "constant" => &["constant_values"],
        "linear_ramp" => &["end_values"],
        "maximum" | "mean" | "median" | "minimum" => &["stat_length"],
        "reflect" | "symmetric" => &["reflect_type"],
        _ => &[],
    };
    if let Some((k, _)) = options.iter().find(|(k, _)| !known.contains(&k.as_str().unwrap_or(""))) {
        return Err(Error::value_error(format!(
            "unsupported keyword arguments for mode '{mode}': {{{}}}",
            crate::print::repr_short(k)
        )));
    }
    if widths.iter().any(|w| w.0 < 0 || w.1 < 0) {
        return Err(Error::value_error("index can't contain negative values"));
    }
    let fill = option("constant_values").unwrap_or(Arg::Int(0));
    let fill = asarray(cx, &fill, None)?;
    jit1(cx, "_pad", &[x, fill], |cx, v| {
        let x = &v[0];
        match mode.as_str() {
            "constant" => {
                let config: Vec<(i64, i64, i64)> = widths.iter().map(|w| (w.0, w.1, 0)).collect();
                if v[1].ndim() == 0 {
                    let c = p::convert(cx, &v[1], x.dtype(), false)?;
                    return p::pad(cx, x, &c, &config);
                }
                let c = broadcast_to(cx, &v[1], &[x.ndim(), 2])?;
                let mut out = x.clone();
                for (axis, w) in widths.iter().enumerate() {
                    for (side, n) in [w.0, w.1].into_iter().enumerate() {
                        let value = p::slice(cx, &c, &[axis, side], &[axis + 1, side + 1], None)?;
                        let value = p::squeeze(cx, &value, &[0, 1])?;
                        let value = p::convert(cx, &value, x.dtype(), false)?;
                        let mut one = vec![(0, 0, 0); x.ndim()];
                        one[axis] = if side == 0 { (n, 0, 0) } else { (0, n, 0) };
                        out = p::pad(cx, &out, &value, &one)?;
                    }
                }
                Ok(out)
            }
            "edge" | "wrap" | "reflect" | "symmetric" | "empty" => {
                let mut out = x.clone();
                for (axis, &(lo, hi)) in widths.iter().enumerate() {
                    let n = out.shape()[axis] as i64;
                    if lo == 0 && hi == 0 {
                        continue;
                    }
                    if n == 0 {
                        return Err(Error::value_error(format!(
                            "can't extend empty axis {axis} using modes other than 'constant' or 'empty'"
                        )));
                    }
                    let ix: Vec<i64> = (-lo..n + hi).map(|i| source_index(i, n, &mode)).collect();
                    let ix = Value::Array(cv::from_i64s(&[ix.len()], DType::I32, &ix)?);
                    out = crate::indexing::take(cx, &out, &ix, Some(axis), &Arg::str("clip"), None)?;
                }
                Ok(out)
            }
            other => Err(Error::not_implemented(format!("Unimplemented padding mode '{other}' for np.pad."))),
        }
    })
    .map(Arg::from)
}
/// The element that padding position `i` copies.
fn source_index(i: i64, n: i64, mode: &str) -> i64 {
    match mode {
        "wrap" => i.rem_euclid(n),
        "reflect" if n == 1 => 0,
        "reflect" => {
            let m = i.rem_euclid(2 * (n - 1));
            if m < n { m } else { 2 * (n - 1) - m }
        }
        "symmetric" => {
            let m = i.rem_euclid(2 * n);
            if m < n { m } else { 2 * n - 1 - m }
        }
        _ => i.clamp(0, n - 1),
    }
}
/// `pad_width`: a number, a pair, or a pair per axis.
fn pad_widths(cx: &Cx, x: &Arg, ndim: usize) -> Result<Vec<(i64, i64)>> {
    if matches!(x, Arg::Float(_)) {
        return Err(Error::type_error("`pad_width` must be of integral type."));
    }
    let rows: Vec<Vec<i64>> = match x.sequence() {
        None => vec![cv::ints(cx, x)?],
        Some(v) if v.iter().all(|e| e.sequence().is_none() && cv::shape_of(e).is_empty()) => vec![cv::ints(cx, x)?],
        Some(v) => v.iter().map(|e| cv::ints(cx, e)).collect::<Result<_>>()?,
    };
    let pair = |r: &Vec<i64>| match r.as_slice() {
        [a] => Ok((*a, *a)),
        [a, b] => Ok((*a, *b)),
        _ => Err(Error::value_error(format!(
            "operands could not be broadcast together with remapped shapes [original->remapped]: ({},)  and requested shape ({ndim},2)",
            r.len()
        ))),
    };
    let pairs = rows.iter().map(pair).collect::<Result<Vec<_>>>()?;
    match pairs.len() {
        1 => Ok(vec![pairs[0]; ndim]),
        n if n == ndim => Ok(pairs),
        n => Err(Error::value_error(format!(
            "jnp.pad: pad_width with nd={ndim} should be of shape ({ndim}, 2), got {n} rows"
        ))),
    }
}

fn broadcast_arrays_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let xs = b["args"].sequence().unwrap_or_default();
    let v = xs.iter().map(|x| val(cx, "broadcast_arrays", x)).collect::<Result<Vec<_>>>()?;
    Ok(Arg::List(cv::broadcast_arrays(cx, &v)?.into_iter().map(Arg::from).collect()))
}
fn broadcast_shapes_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let shapes =
        b["shapes"].sequence().unwrap_or_default().iter().map(|s| cv::shape(cx, s)).collect::<Result<Vec<_>>>()?;
    let refs: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
    Ok(Arg::shape(&cv::broadcast_shapes("broadcast_shapes", &refs)?))
}
fn resize(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "resize", &b["a"])?;
    let shape = cv::shape(cx, &b["new_shape"])?;
    let n: usize = shape.iter().product();
    let have = x.aval().size();
    jit1(cx, "resize", &[x], |cx, v| {
        let flat = p::reshape(cx, &v[0], &[have])?;
        if have == 0 || n == 0 {
            return p::full(cx, &shape, flat.dtype(), 0.0);
        }
        let t = cx.bind1(Prim::Tile, Params::Tile { reps: vec![n.div_ceil(have)] }, &[flat])?;
        let cut = p::slice(cx, &t, &[0], &[n], None)?;
        p::reshape(cx, &cut, &shape)
    })
    .map(Arg::from)
}

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.numpy.reshape",
        "a, shape, order='C', *, copy=None, out_sharding=None",
        "The same elements in another shape.",
        Sync(reshape_entry),
    ),
    entry(
        "jax.numpy.ravel",
        "a, order='C', *, out_sharding=None",
        "A flat array of the elements.",
        Sync(|cx, b| {
            let x = val(cx, "ravel", &b["a"])?;
            order_c(cx, b, &x, |x| reshape(cx, x, &[-1]), &[-1])
        }),
    ),
    entry("jax.numpy.transpose", "a, axes=None", "Axes reversed or permuted.", Sync(transpose_entry)),
    entry(
        "jax.numpy.permute_dims",
        "a, /, axes",
        "Axes permuted.",
        Sync(|cx, b| permute(cx, &val(cx, "permute_dims", &b["a"])?, &b["axes"])),
    ),
    entry(
        "jax.numpy.matrix_transpose",
        "x, /",
        "Last two axes swapped.",
        Sync(|cx, b| {
            let x = val(cx, "matrix_transpose", &b["x"])?;
            if x.ndim() < 2 {
                return Err(Error::value_error(format!(
                    "x must be at least two-dimensional for matrix_transpose; got ndim={}",
                    x.ndim()
                )));
            }
            Ok(swapaxes(cx, &x, x.ndim() - 2, x.ndim() - 1)?.into())
        }),
    ),
    entry("jax.numpy.moveaxis", "a, source, destination", "Axes moved to new places.", Sync(moveaxis_entry)),
    entry(
        "jax.numpy.swapaxes",
        "a, axis1, axis2",
        "Two axes swapped.",
        Sync(|cx, b| {
            let x = val(cx, "swapaxes", &b["a"])?;
            let (i, j) = two_axes(cx, b, &x)?;
            Ok(swapaxes(cx, &x, i, j)?.into())
        }),
    ),
    entry("jax.numpy.rollaxis", "a, axis, start=0", "An axis rolled back.", Sync(rollaxis)),
    entry(
        "jax.numpy.broadcast_to",
        "array, shape, *, out_sharding=None",
        "Repeated to a shape by broadcasting.",
        Sync(|cx, b| {
            let x = val(cx, "broadcast_to", &b["array"])?;
            Ok(broadcast_to(cx, &x, &cv::shape(cx, &b["shape"])?)?.into())
        }),
    ),
    entry("jax.numpy.broadcast_arrays", "*args", "Arrays broadcast against each other.", Sync(broadcast_arrays_entry)),
    entry("jax.numpy.broadcast_shapes", "*shapes", "The shape that shapes broadcast to.", Sync(broadcast_shapes_entry)),
    entry("jax.numpy.expand_dims", "a, axis", "New axes of size 1.", Sync(expand_dims_entry)),
    entry("jax.numpy.squeeze", "a, axis=None", "Axes of size 1 removed.", Sync(squeeze_entry)),
    entry(
        "jax.numpy.concatenate",
        "arrays, axis=0, dtype=None",
        "Arrays joined along an axis.",
        Sync(concatenate_entry),
    ),
    entry("jax.numpy.concat", "arrays, /, *, axis=0", "Arrays joined along an axis.", Sync(concatenate_entry)),
    entry(
        "jax.numpy.stack",
        "arrays, axis=0, out=None, dtype=None",
        "Arrays joined along a new axis.",
        Sync(stack_entry),
    ),
    entry(
        "jax.numpy.hstack",
        "tup, dtype=None",
        "Arrays joined side by side.",
        Sync(|cx, b| stack_family(cx, b, "hstack")),
    ),
    entry("jax.numpy.vstack", "tup, dtype=None", "Arrays joined as rows.", Sync(|cx, b| stack_family(cx, b, "vstack"))),
    entry(
        "jax.numpy.dstack",
        "tup, dtype=None",
        "Arrays joined along the third axis.",
        Sync(|cx, b| stack_family(cx, b, "dstack")),
    ),
    entry(
        "jax.numpy.column_stack",
        "tup",
        "Arrays joined as columns.",
        Sync(|cx, b| stack_family(cx, b, "column_stack")),
    ),
    entry("jax.numpy.block", "arrays", "An array from nested lists of blocks.", Sync(block)),
    entry("jax.numpy.append", "arr, values, axis=None", "Values joined to the end.", Sync(append)),
    entry(
        "jax.numpy.split",
        "ary, indices_or_sections, axis=0",
        "Pieces of an axis.",
        Sync(|cx, b| split(cx, b, "split", None, false)),
    ),
    entry(
        "jax.numpy.array_split",
        "ary, indices_or_sections, axis=0",
        "Pieces of an axis, perhaps unequal.",
        Sync(|cx, b| split(cx, b, "array_split", None, true)),
    ),
    entry(
        "jax.numpy.hsplit",
        "ary, indices_or_sections",
        "Pieces side by side.",
        Sync(|cx, b| {
            let one_d = cv::shape_of(&b["ary"]).len() == 1;
            split(cx, b, "hsplit", Some(usize::from(!one_d)), false)
        }),
    ),
    entry(
        "jax.numpy.vsplit",
        "ary, indices_or_sections",
        "Pieces by rows.",
        Sync(|cx, b| split(cx, b, "vsplit", Some(0), false)),
    ),
    entry(
        "jax.numpy.dsplit",
        "ary, indices_or_sections",
        "Pieces of the third axis.",
        Sync(|cx, b| split(cx, b, "dsplit", Some(2), false)),
    ),
    entry("jax.numpy.unstack", "x, /, *, axis=0", "The slices of an axis.", Sync(unstack)),
    entry("jax.numpy.atleast_1d", "*arys", "At least one axis.", Sync(|cx, b| atleast_entry(cx, b, 1))),
    entry("jax.numpy.atleast_2d", "*arys", "At least two axes.", Sync(|cx, b| atleast_entry(cx, b, 2))),
    entry("jax.numpy.atleast_3d", "*arys", "At least three axes.", Sync(|cx, b| atleast_entry(cx, b, 3))),
    entry(
        "jax.numpy.flip",
        "m, axis=None",
        "Axes reversed.",
        Sync(|cx, b| {
            let x = val(cx, "flip", &b["m"])?;
            Ok(flip(cx, &x, &cv::axes(cx, &b["axis"], x.ndim())?)?.into())
        }),
    ),
    entry("jax.numpy.flipud", "m", "Rows reversed.", Sync(|cx, b| flip_at(cx, b, "flipud", 0))),
    entry("jax.numpy.fliplr", "m", "Columns reversed.", Sync(|cx, b| flip_at(cx, b, "fliplr", 1))),
    entry("jax.numpy.rot90", "m, k=1, axes=(0, 1)", "Rotated by quarter turns.", Sync(rot90)),
    entry("jax.numpy.roll", "a, shift, axis=None", "Elements shifted cyclically.", Sync(roll)),
    entry(
        "jax.numpy.repeat",
        "a, repeats, axis=None, *, total_repeat_length=None, out_sharding=None",
        "Elements repeated.",
        Sync(repeat),
    ),
    entry("jax.numpy.tile", "A, reps", "The whole array repeated.", Sync(tile)),
    entry("jax.numpy.resize", "a, new_shape", "Repeated or cut to a new shape.", Sync(resize)),
    entry("jax.numpy.pad", "array, pad_width, mode='constant', **kwargs", "Borders added to each axis.", Sync(pad)),
    entry("jax.numpy.diag", "v, k=0", "A diagonal matrix, or the diagonal of a matrix.", Sync(diag)),
    entry(
        "jax.numpy.diagflat",
        "v, k=0",
        "A diagonal matrix of the flattened input.",
        Sync(|cx, b| {
            let x = val(cx, "diagflat", &b["v"])?;
            let flat = reshape(cx, &x, &[-1])?;
            let b2 = Bound { params: b.params.clone(), values: vec![flat.into(), b["k"].clone()] };
            diag(cx, &b2)
        }),
    ),
    entry(
        "jax.numpy.diagonal",
        "a, offset=0, axis1=0, axis2=1",
        "A diagonal of two axes.",
        Sync(|cx, b| {
            let x = val(cx, "diagonal", &b["a"])?;
            if x.ndim() < 2 {
                return Err(Error::value_error("diagonal requires an array of at least two dimensions."));
            }
            let (i, j) = two_axes(cx, b, &x)?;
            Ok(diagonal(cx, &x, cv::static_int(cx, &b["offset"])?, i, j)?.into())
        }),
    ),
];
