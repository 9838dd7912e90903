//! Sets, selections of data-dependent size, polynomials, and index tricks (`mgrid`, `r_`, `c_`).

use crate::arg::Object;
use crate::creation::{asarray, int_dtype, linspace};
use crate::expr::ex;
use crate::prelude::*;
use crate::{indexing, numerics, reductions as red, shaping, ufuncs as u};
use std::any::Any;
use std::cmp::Ordering;
use std::rc::Rc;

/// The flattened elements of an argument, which must be known: sizes depend on them.
fn known(cx: &Cx, x: &Arg) -> Result<Array> {
    let v = asarray(cx, x, None)?;
    let a = cx.concrete(&v, Look::Concrete)?;
    let n = a.aval().size();
    Ok(a.reshaped(&[n]).with_weak(false))
}
/// Positions in ascending order of the elements, NaN last; equal elements keep their order.
fn order(a: &Array) -> Result<Vec<usize>> {
    let v = a.to_complexes()?;
    let mut ix: Vec<usize> = (0..v.len()).collect();
    let cmp = |x: f64, y: f64| x.partial_cmp(&y).unwrap_or_else(|| x.is_nan().cmp(&y.is_nan()));
    ix.sort_by(|&i, &j| match cmp(v[i].0, v[j].0) {
        Ordering::Equal => cmp(v[i].1, v[j].1),
        o => o,
    });
    Ok(ix)
}
/// Elements of a host array at positions.
fn gather(a: &Array, ix: &[usize]) -> Result<Array> {
    let size = a.dtype().size();
    let bytes = a.host()?;
    let out: Vec<u8> = ix.iter().flat_map(|&i| bytes.bytes()[i * size..(i + 1) * size].to_vec()).collect();
    let aval = gradlens_ir::ShapedArray::new([ix.len()], a.dtype());
    Ok(Array::from_host(aval, Rc::new(gradlens_ir::HostBuf::from_bytes(&out))))
}
/// First positions of the distinct elements in ascending order, the group of each element, and the groups' sizes.
fn distinct(a: &Array) -> Result<(Vec<usize>, Vec<usize>, Vec<usize>)> {
    let v = a.to_complexes()?;
    let same = |i: usize, j: usize| v[i] == v[j] || (v[i].0.is_nan() && v[j].0.is_nan());
    let (mut first, mut group, mut counts) = (Vec::new(), vec![0; v.len()], Vec::new());
    for i in order(a)? {
        if first.last().is_none_or(|&f| !same(f, i)) {
            first.push(i);
            counts.push(0);
        }
        group[i] = first.len() - 1;
        if let Some(c) = counts.last_mut() {
            *c += 1;
        }
    }
    Ok((first, group, counts))
}
fn ints(cx: &Cx, v: &[usize], shape: &[usize]) -> Result<Arg> {
    let v: Vec<i64> = v.iter().map(|&i| i as i64).collect();
    Ok(cv::from_i64s(shape, int_dtype(cx), &v)?.into())
}
fn unique(cx: &Cx, b: &Bound) -> Result<Arg> {
    if !b["axis"].is_none() && cv::shape_of(&b["ar"]).len() > 1 {
        return Err(Error::not_implemented("unique along an axis of several is not supported."));
    }
    let shape = asarray(cx, &b["ar"], None)?.shape().to_vec();
    let a = known(cx, &b["ar"])?;
    let (mut first, group, mut counts) = distinct(&a)?;
    let mut values = gather(&a, &first)?;
    if !b["size"].is_none() {
        // A given size cuts or pads; the padding is the smallest element unless a fill value is given.
        let n = cv::static_int(cx, &b["size"])?.max(0) as usize;
        let have = first.len().min(n);
        first.truncate(n);
        counts.truncate(n);
        let pad = n - have;
        first.extend(std::iter::repeat_n(first.first().copied().unwrap_or(0), pad));
        counts.extend(std::iter::repeat_n(0, pad));
        values = gather(&a, &first)?;
        if !b["fill_value"].is_none() && pad > 0 {
            let head = p::slice(cx, &Value::Array(values), &[0], &[have], None)?;
            let fill = cv::convert_arg(cx, &b["fill_value"], a.dtype(), false)?;
            let tail = p::broadcast_in_dim(cx, &fill, &[pad], &[])?;
            return Ok(p::concatenate(cx, &[head, tail], 0)?.into());
        }
    }
    let mut out = vec![Arg::from(values)];
    if cv::truth(cx, &b["return_index"])? {
        out.push(ints(cx, &first, &[first.len()])?);
    }
    if cv::truth(cx, &b["return_inverse"])? {
        out.push(ints(cx, &group, &shape)?);
    }
    if cv::truth(cx, &b["return_counts"])? {
        out.push(ints(cx, &counts, &[counts.len()])?);
    }
    Ok(if out.len() == 1 { out.remove(0) } else { Arg::Tuple(out) })
}
/// Two arrays of one dtype, flattened and known.
fn two_known(cx: &Cx, b: &Bound) -> Result<(Array, Array)> {
    let (x, y) = (asarray(cx, &b["ar1"], None)?, asarray(cx, &b["ar2"], None)?);
    let v = u::promote_values(
        cx,
        "setops",
        Promote::Plain,
        &[shaping::reshape(cx, &x, &[-1])?, shaping::reshape(cx, &y, &[-1])?],
    )?;
    Ok((known(cx, &Arg::from(&v[0]))?, known(cx, &Arg::from(&v[1]))?))
}
fn member(x: (f64, f64), set: &[(f64, f64)]) -> bool {
    set.contains(&x)
}
/// Distinct elements of the first that are (or are not) in the second.
fn filtered(cx: &Cx, b: &Bound, keep: bool) -> Result<Arg> {
    let (x, y) = two_known(cx, b)?;
    let (first, ..) = distinct(&x)?;
    let (xv, yv) = (x.to_complexes()?, y.to_complexes()?);
    let ix: Vec<usize> = first.into_iter().filter(|&i| member(xv[i], &yv) == keep).collect();
    Ok(gather(&x, &ix)?.into())
}
fn joined(cx: &Cx, b: &Bound) -> Result<Array> {
    let (x, y) = two_known(cx, b)?;
    match p::concatenate(cx, &[Value::Array(x), Value::Array(y)], 0)? {
        Value::Array(a) => Ok(a),
        v => cx.concrete(&v, Look::Concrete),
    }
}
fn isin(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, y) = (asarray(cx, &b["element"], None)?, asarray(cx, &b["test_elements"], None)?);
    let flat = shaping::reshape(cx, &y, &[-1])?;
    let row = p::expand_dims(cx, &flat, &(0..x.ndim()).collect::<Vec<_>>())?;
    let col = p::expand_dims(cx, &x, &[x.ndim()])?;
    let hit = u::equal(cx, &col, &row)?;
    let out = red::any(cx, &hit, &red::Options::along(&[x.ndim()]))?;
    Ok(if cv::truth(cx, &b["invert"])? { p::not(cx, &out)? } else { out }.into())
}
fn argwhere(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "argwhere", &b["a"])?;
    let size = if b["size"].is_none() { None } else { Some(cv::static_int(cx, &b["size"])?.max(0) as usize) };
    let ix = indexing::nonzero(cx, &x, size, &[])?;
    let ix = ix.iter().map(|v| p::expand_dims(cx, v, &[1])).collect::<Result<Vec<_>>>()?;
    Ok(p::concatenate(cx, &ix, 1)?.into())
}
fn flatnonzero(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = val(cx, "flatnonzero", &b["a"])?;
    let flat = shaping::reshape(cx, &x, &[-1])?;
    let size = if b["size"].is_none() { None } else { Some(cv::static_int(cx, &b["size"])?.max(0) as usize) };
    let fill = if b["fill_value"].is_none() { vec![] } else { cv::ints(cx, &b["fill_value"])? };
    Ok(indexing::nonzero(cx, &flat, size, &fill)?.remove(0).into())
}
/// Static positions named by an int, a slice, a list or a mask.
fn positions(cx: &Cx, x: &Arg, n: usize) -> Result<Vec<usize>> {
    let all = Value::Array(cv::from_i64s(&[n], DType::I32, &(0..n as i64).collect::<Vec<_>>())?);
    let index = match x {
        Arg::List(_) | Arg::Tuple(_) => Arg::from(asarray(cx, x, None)?),
        other => other.clone(),
    };
    if let Arg::Int(i) = x
        && (*i >= n as i64 || *i < -(n as i64))
    {
        return Err(Error::new(ErrorClass::IndexError, format!("index {i} is out of bounds for axis 0 with size {n}")));
    }
    let picked = indexing::get_item(cx, &all, &index)?;
    Ok(cx.concrete(&picked, Look::Concrete)?.to_i64s()?.into_iter().map(|i| i as usize).collect())
}
fn flat_or_axis(cx: &Cx, b: &Bound, name: &str) -> Result<(Value, usize)> {
    let x = val(cx, name, &b["arr"])?;
    if b["axis"].is_none() {
        return Ok((shaping::reshape(cx, &x, &[-1])?, 0));
    }
    let a = cv::axis(cv::static_int(cx, &b["axis"])?, x.ndim())?;
    Ok((x, a))
}
fn delete(cx: &Cx, b: &Bound) -> Result<Arg> {
    if b["obj"].sequence().is_some() {
        cv::check_arraylike("delete", &[&b["arr"], &b["obj"]])?;
    }
    let (x, axis) = flat_or_axis(cx, b, "delete")?;
    let n = x.shape()[axis];
    let gone = positions(cx, &b["obj"], n)?;
    let kept: Vec<i64> = (0..n as i64).filter(|i| !gone.contains(&(*i as usize))).collect();
    let ix = Value::Array(cv::from_i64s(&[kept.len()], DType::I32, &kept)?);
    Ok(indexing::take(cx, &x, &ix, Some(axis), &Arg::str("clip"), None)?.into())
}
fn insert(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, axis) = flat_or_axis(cx, b, "insert")?;
    let n = x.shape()[axis];
    let values = cv::convert_arg(cx, &asarray(cx, &b["values"], None)?.into(), x.dtype(), false)?;
    let scalar = matches!(b["obj"], Arg::Int(_));
    let mut at: Vec<usize> = match &b["obj"] {
        Arg::Slice(_) => positions(cx, &b["obj"], n)?,
        o => {
            let list = match o {
                Arg::Int(i) => vec![*i],
                o => cx.concrete(&asarray(cx, o, None)?, Look::Concrete)?.to_i64s()?,
            };
            list.into_iter().map(|i| if i < 0 { (i + n as i64).max(0) } else { i.min(n as i64) } as usize).collect()
        }
    };
    let mut shape = x.shape().to_vec();
    // One position takes all the values; several take one each.
    let values = if scalar && values.ndim() > 0 && x.ndim() == 1 {
        at = vec![at[0]; values.shape()[0]];
        values
    } else {
        shape[axis] = at.len();
        shaping::broadcast_to(cx, &values, &shape)?
    };
    let mut source: Vec<i64> = Vec::new();
    for i in 0..=n {
        source.extend(at.iter().enumerate().filter(|(_, a)| **a == i).map(|(k, _)| (n + k) as i64));
        if i < n {
            source.push(i as i64);
        }
    }
    let all = p::concatenate(cx, &[x, values], axis)?;
    let ix = Value::Array(cv::from_i64s(&[source.len()], DType::I32, &source)?);
    Ok(indexing::take(cx, &all, &ix, Some(axis), &Arg::str("clip"), None)?.into())
}

/// Two coefficient vectors, the shorter padded with leading zeros.
fn aligned(cx: &Cx, b: &Bound) -> Result<(Value, Value)> {
    let v = promote(cx, "polyadd", Promote::Plain, &[&b["a1"], &b["a2"]])?;
    let n = v[0].aval().size().max(v[1].aval().size());
    let lift = |x: &Value| -> Result<Value> {
        let x = shaping::reshape(cx, x, &[-1])?;
        p::pad(cx, &x, &p::like(&x, 0.0), &[((n - x.shape()[0]) as i64, 0, 0)])
    };
    Ok((lift(&v[0])?, lift(&v[1])?))
}
fn polyval(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = promote_both(cx, &b["p"], &b["x"])?;
    let (c, x) = (shaping::reshape(cx, &v.0, &[-1])?, v.1);
    jit1(cx, "polyval", &[c, x], |cx, v| {
        let mut y = ex(cx, &p::full_like(cx, &v[1], 0.0)?);
        for i in 0..v[0].shape()[0] {
            y = y * &v[1] + &p::index_in_dim(cx, &v[0], i, 0)?;
        }
        y.get()
    })
    .map(Arg::from)
}
fn promote_both(cx: &Cx, a: &Arg, b: &Arg) -> Result<(Value, Value)> {
    cv::check_arraylike("polyval", &[a, b])?;
    let (d, w) = cv::common_type(cx, &[a, b])?;
    Ok((cv::convert_arg(cx, a, d, w)?, cv::convert_arg(cx, b, d, w)?))
}
fn polymul(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = promote_both(cx, &b["a1"], &b["a2"])?;
    let (x, y) = (u::inexact(cx, &v.0)?, u::inexact(cx, &v.1)?);
    let (long, short) = if x.aval().size() >= y.aval().size() { (x, y) } else { (y, x) };
    Ok(numerics::convolve(cx, &long, &short, "full", true)?.into())
}
fn polyder(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = promote(cx, "polyder", Promote::Inexact, &[&b["p"]])?.remove(0);
    let m = cv::static_int(cx, &b["m"])?.max(0) as usize;
    let n = x.shape()[0];
    if m >= n {
        return Ok(p::full(cx, &[0], x.dtype(), 0.0)?.into());
    }
    let factors: Vec<f64> = (0..n - m).map(|i| (0..m).map(|k| (n - 1 - i - k) as f64).product()).collect();
    let head = p::cut(cx, &x, 0, n - m, 0)?;
    (ex(cx, &head) * &Value::Array(cv::from_f64s(&[n - m], x.dtype(), &factors))).arg()
}
fn polyint(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = promote(cx, "polyint", Promote::Inexact, &[&b["p"]])?.remove(0);
    let m = cv::static_int(cx, &b["m"])?.max(0) as usize;
    let mut out = x;
    for step in 0..m {
        let n = out.shape()[0];
        let by: Vec<f64> = (0..n).map(|i| (n - i) as f64).collect();
        let scaled = ex(cx, &out) / &Value::Array(cv::from_f64s(&[n], out.dtype(), &by));
        let k = match b["k"].sequence() {
            Some(ks) => ks.get(step).cloned().unwrap_or(Arg::Int(0)),
            None if b["k"].is_none() => Arg::Int(0),
            None => b["k"].clone(),
        };
        let k = shaping::reshape(cx, &cv::convert_arg(cx, &k, out.dtype(), false)?, &[-1])?;
        out = p::concatenate(cx, &[scaled.get()?, k], 0)?;
    }
    Ok(out.into())
}
fn polyfit(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = promote(cx, "polyfit", Promote::Inexact, &[&b["x"], &b["y"]])?;
    let n = cv::static_int(cx, &b["deg"])?.max(0) as usize + 1;
    let len = v[0].shape()[0];
    let powers = p::iota(cx, v[0].dtype(), &[n], 0)?;
    let powers = p::sub(cx, &p::like(&powers, n as f64 - 1.0), &powers)?;
    let (col, row) = (p::expand_dims(cx, &v[0], &[1])?, p::expand_dims(cx, &powers, &[0])?);
    let lhs = u::power(cx, &Arg::from(col), &Arg::from(row))?;
    // Columns of unit length, as NumPy scales them before least squares.
    let scale = ex(cx, &lhs).square().sum(&[0]).sqrt();
    let lhs = ex(cx, &lhs) / &scale;
    let solve = crate::table::registry().function("jax.numpy.linalg.lstsq").ok_or_else(|| Error::internal("lstsq"))?;
    let eps = if v[0].dtype() == DType::F64 { f64::EPSILON } else { f32::EPSILON as f64 };
    let bound = solve.bind(vec![lhs.arg()?, Arg::from(&v[1]), Arg::Float(len as f64 * eps)], vec![])?;
    match solve.run(cx, &bound) {
        Some(Ok(Arg::Tuple(t))) => (ex(cx, &val(cx, "polyfit", &t[0])?) / scale).arg(),
        Some(Err(e)) => Err(e),
        _ => Err(Error::internal("lstsq gives a tuple")),
    }
}
fn roots(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = promote(cx, "roots", Promote::Inexact, &[&b["p"]])?.remove(0);
    let a = known(cx, &Arg::from(&x))?;
    let v = a.to_complexes()?;
    let first = v.iter().position(|c| *c != (0.0, 0.0));
    let d = x.dtype().to_complex();
    let (Some(first), Some(last)) = (first, v.iter().rposition(|c| *c != (0.0, 0.0))) else {
        return Ok(p::full(cx, &[0], d, 0.0)?.into());
    };
    let n = last - first;
    let zeros = p::full(cx, &[v.len() - 1 - last], d, 0.0)?;
    if n == 0 {
        return Ok(zeros.into());
    }
    let c = p::cut(cx, &x, first, last + 1, 0)?;
    let lead = p::index_in_dim(cx, &c, 0, 0)?;
    let row = -(ex(cx, &p::cut(cx, &c, 1, n + 1, 0)?) / &lead);
    let row = p::expand_dims(cx, &row.get()?, &[0])?;
    let shift = crate::creation::eye(cx, n - 1, n, 0, x.dtype())?;
    let companion = p::concatenate(cx, &[row, shift], 0)?;
    let params = gradlens_ir::Params::Eig { compute_left_eigenvectors: false, compute_right_eigenvectors: false };
    let r = cx.bind1(gradlens_ir::Prim::Eig, params, &[companion])?;
    Ok(p::concatenate(cx, &[r, zeros], 0)?.into())
}

/// `mgrid`, `ogrid`, `r_`, `c_`: objects that make arrays when indexed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trick {
    Mgrid,
    Ogrid,
    R,
    C,
}
impl Trick {
    /// `start:stop:step`; an imaginary step is a count, both ends included.
    fn range(self, cx: &Cx, s: &[Arg; 3]) -> Result<Value> {
        let start = if s[0].is_none() { Arg::Int(0) } else { s[0].clone() };
        if let Arg::Complex(_, n) = s[2] {
            return Ok(linspace(cx, &start, &s[1], n.abs() as usize, true, None)?.0);
        }
        let f = crate::table::registry().function("jax.numpy.arange").ok_or_else(|| Error::internal("arange"))?;
        let step = if s[2].is_none() { Arg::Int(1) } else { s[2].clone() };
        let b = f.bind(vec![start, s[1].clone(), step], vec![])?;
        match f.run(cx, &b) {
            Some(Ok(a)) => val(cx, "arange", &a),
            Some(Err(e)) => Err(e),
            None => Err(Error::internal("arange")),
        }
    }
    fn make(self, cx: &Cx, index: &Arg) -> Result<Arg> {
        let parts: Vec<Arg> = match index {
            Arg::Tuple(v) => v.clone(),
            one => vec![one.clone()],
        };
        let ranges = parts
            .iter()
            .map(|x| match x {
                Arg::Slice(s) => self.range(cx, s),
                x => asarray(cx, x, None),
            })
            .collect::<Result<Vec<_>>>()?;
        match self {
            Trick::Mgrid | Trick::Ogrid => {
                let n = ranges.len();
                let sizes: Vec<usize> = ranges.iter().map(|r| r.aval().size()).collect();
                let args: Vec<Arg> = ranges.iter().map(Arg::from).collect();
                let ranges = promote(cx, "mgrid", Promote::Plain, &args.iter().collect::<Vec<_>>())?;
                let grids = ranges
                    .iter()
                    .enumerate()
                    .map(|(i, r)| {
                        let shape: Vec<usize> = if self == Trick::Mgrid {
                            sizes.clone()
                        } else {
                            (0..n).map(|k| if k == i { sizes[i] } else { 1 }).collect()
                        };
                        p::broadcast_in_dim(cx, r, &shape, &[i])
                    })
                    .collect::<Result<Vec<_>>>()?;
                if !matches!(index, Arg::Tuple(_)) {
                    return Ok(grids[0].clone().into());
                }
                if self == Trick::Ogrid {
                    return Ok(Arg::List(grids.into_iter().map(Arg::from).collect()));
                }
                Ok(shaping::stack(cx, &grids, 0)?.into())
            }
            Trick::R => {
                let args: Vec<Arg> =
                    ranges.iter().map(|r| shaping::atleast(cx, r, 1).map(Arg::from)).collect::<Result<_>>()?;
                let v = promote(cx, "r_", Promote::Plain, &args.iter().collect::<Vec<_>>())?;
                Ok(p::concatenate(cx, &v, 0)?.into())
            }
            Trick::C => {
                let columns = ranges
                    .iter()
                    .map(|r| match r.ndim() {
                        0 => p::reshape(cx, r, &[1, 1]),
                        1 => p::expand_dims(cx, r, &[1]),
                        _ => Ok(r.clone()),
                    })
                    .map(|r| r.map(Arg::from))
                    .collect::<Result<Vec<_>>>()?;
                let v = promote(cx, "c_", Promote::Plain, &columns.iter().collect::<Vec<_>>())?;
                Ok(p::concatenate(cx, &v, v[0].ndim() - 1)?.into())
            }
        }
    }
}
impl Object for Trick {
    fn type_name(&self) -> String {
        match self {
            Trick::Mgrid => "_Mgrid",
            Trick::Ogrid => "_Ogrid",
            Trick::R => "RClass",
            Trick::C => "CClass",
        }
        .into()
    }
    fn repr(&self, _: &Cx) -> Result<String> {
        Ok(format!("<jax.numpy.{} object>", self.type_name()))
    }
    fn item(&self, cx: &Cx, index: &Arg) -> Option<Result<Arg>> {
        Some(self.make(cx, index))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
/// The index tricks as constants.
pub(crate) fn tricks() -> Vec<(String, Arg)> {
    [("mgrid", Trick::Mgrid), ("ogrid", Trick::Ogrid), ("r_", Trick::R), ("c_", Trick::C)]
        .into_iter()
        .map(|(n, t)| (format!("jax.numpy.{n}"), Arg::Object(Rc::new(t) as Rc<dyn Object>)))
        .collect()
}

/// `jax.scipy.signal.convolve` of one or two axes.
fn signal_convolve(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, y) = promote_both(cx, &b["in1"], &b["in2"])?;
    let (x, y) = (u::inexact(cx, &x)?, u::inexact(cx, &y)?);
    if x.ndim() != y.ndim() {
        return Err(Error::value_error("in1 and in2 must have the same number of dimensions"));
    }
    let mode = b["mode"].as_str().unwrap_or("full");
    let n = x.ndim();
    if n == 1 {
        return Ok(numerics::convolve(cx, &x, &y, mode, true)?.into());
    }
    let y = p::rev(cx, &y, &(0..n).collect::<Vec<_>>())?;
    let padding = y
        .shape()
        .iter()
        .map(|&k| match mode {
            "valid" => Ok((0, 0)),
            "same" => Ok(((k / 2) as i64, (k - k / 2) as i64 - 1)),
            "full" => Ok((k as i64 - 1, k as i64 - 1)),
            other => Err(Error::value_error(format!("mode must be one of ['full', 'same', 'valid'], got {other}"))),
        })
        .collect::<Result<Vec<_>>>()?;
    let ones = vec![1; n];
    let window = gradlens_ir::params::Window {
        strides: ones.clone(),
        padding,
        base_dilation: ones.clone(),
        window_dilation: ones,
        ..Default::default()
    };
    let (x, y) = (p::expand_dims(cx, &x, &[0, 1])?, p::expand_dims(cx, &y, &[0, 1])?);
    let out = numerics::conv(cx, &x, &y, window, numerics::identity_dims(n + 2), 1, 1)?;
    Ok(p::squeeze(cx, &out, &[0, 1])?.into())
}

const SIG_SET: &str = "ar1, ar2, assume_unique=False, *, size=None, fill_value=None";

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.numpy.unique",
        "ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, size=None, fill_value=None, sorted=True",
        "Distinct elements, ascending.",
        Sync(unique),
    ),
    entry(
        "jax.numpy.union1d",
        "ar1, ar2, *, size=None, fill_value=None",
        "Distinct elements of both.",
        Sync(|cx, b| {
            let a = joined(cx, b)?;
            let (first, ..) = distinct(&a)?;
            Ok(gather(&a, &first)?.into())
        }),
    ),
    entry(
        "jax.numpy.intersect1d",
        "ar1, ar2, assume_unique=False, return_indices=False, *, size=None, fill_value=None",
        "Distinct elements of both at once.",
        Sync(|cx, b| filtered(cx, b, true)),
    ),
    entry(
        "jax.numpy.setdiff1d",
        SIG_SET,
        "Distinct elements of the first alone.",
        Sync(|cx, b| filtered(cx, b, false)),
    ),
    entry(
        "jax.numpy.setxor1d",
        SIG_SET,
        "Distinct elements of exactly one.",
        Sync(|cx, b| {
            let (x, y) = two_known(cx, b)?;
            let (xv, yv) = (x.to_complexes()?, y.to_complexes()?);
            let a = joined(cx, b)?;
            let v = a.to_complexes()?;
            let (first, ..) = distinct(&a)?;
            let ix: Vec<usize> = first.into_iter().filter(|&i| member(v[i], &xv) != member(v[i], &yv)).collect();
            Ok(gather(&a, &ix)?.into())
        }),
    ),
    entry(
        "jax.numpy.isin",
        "element, test_elements, assume_unique=False, invert=False, *, method='auto'",
        "Whether each element is among others.",
        Sync(isin),
    ),
    entry(
        "jax.numpy.argwhere",
        "a, *, size=None, fill_value=None",
        "Coordinates of elements that are not zero.",
        Sync(argwhere),
    ),
    entry(
        "jax.numpy.flatnonzero",
        "a, *, size=None, fill_value=None",
        "Flat indices of elements that are not zero.",
        Sync(flatnonzero),
    ),
    entry(
        "jax.numpy.delete",
        "arr, obj, axis=None, *, assume_unique_indices=False",
        "Elements left out.",
        Sync(delete),
    ),
    entry("jax.numpy.insert", "arr, obj, values, axis=None", "Elements put in.", Sync(insert)),
    entry(
        "jax.numpy.polyadd",
        "a1, a2",
        "Sum of polynomials.",
        Sync(|cx, b| {
            let (x, y) = aligned(cx, b)?;
            Ok(p::add(cx, &x, &y)?.into())
        }),
    ),
    entry(
        "jax.numpy.polysub",
        "a1, a2",
        "Difference of polynomials.",
        Sync(|cx, b| {
            let (x, y) = aligned(cx, b)?;
            Ok(p::sub(cx, &x, &y)?.into())
        }),
    ),
    entry("jax.numpy.polymul", "a1, a2, *, trim_leading_zeros=False", "Product of polynomials.", Sync(polymul)),
    entry("jax.numpy.polyval", "p, x, *, unroll=16", "A polynomial at points.", Sync(polyval)),
    entry("jax.numpy.polyder", "p, m=1", "Derivative of a polynomial.", Sync(polyder)),
    entry("jax.numpy.polyint", "p, m=1, k=None", "Integral of a polynomial.", Sync(polyint)),
    entry(
        "jax.numpy.polyfit",
        "x, y, deg, rcond=None, full=False, w=None, cov=False",
        "Polynomial of least squares.",
        Sync(polyfit),
    ),
    entry("jax.numpy.roots", "p, *, strip_zeros=True", "Roots of a polynomial.", Sync(roots)),
    entry(
        "jax.scipy.signal.convolve",
        "in1, in2, mode='full', method='auto', precision=None",
        "Convolution of arrays.",
        Sync(signal_convolve),
    ),
    entry(
        "jax.scipy.signal.convolve2d",
        "in1, in2, mode='full', boundary='fill', fillvalue=0, precision=None",
        "Convolution of matrices.",
        Sync(signal_convolve),
    ),
];
