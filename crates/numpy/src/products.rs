//! Products of arrays: dot, matmul, tensordot, einsum, outer, cross, kron, trace.

use crate::prelude::*;
use crate::shaping;
use crate::{reductions as red, ufuncs as u};
use gradlens_ir::aval::tuple_text;
use gradlens_ir::params::DotDims;

/// `preferred_element_type`: given, or the common dtype.
fn preferred(cx: &Cx, b: &Bound, d: DType) -> Result<DType> {
    Ok(cv::dtype_arg(cx, &b["preferred_element_type"])?.unwrap_or(d))
}

fn pair(cx: &Cx, name: &str, a: &Arg, b: &Arg) -> Result<(Value, Value)> {
    cv::check_arraylike(name, &[a, b])?;
    let (d, weak) = cv::common_type(cx, &[a, b])?;
    Ok((cv::convert_arg(cx, a, d, weak)?, cv::convert_arg(cx, b, d, weak)?))
}

fn contract(cx: &Cx, a: &Value, b: &Value, dims: DotDims, out: DType) -> Result<Value> {
    for (&i, &j) in dims.lhs_contract.iter().zip(&dims.rhs_contract) {
        if a.shape()[i] != b.shape()[j] {
            let l: Vec<usize> = dims.lhs_contract.iter().map(|&i| a.shape()[i]).collect();
            let r: Vec<usize> = dims.rhs_contract.iter().map(|&i| b.shape()[i]).collect();
            return Err(Error::type_error(format!(
                "dot_general requires contracting dimensions to have the same shape, got {} and {}.",
                tuple_text(&l),
                tuple_text(&r)
            )));
        }
    }
    let weak = a.aval().weak_type && b.aval().weak_type;
    let out = p::dot_general(cx, a, b, dims, Some(out))?;
    p::convert(cx, &out, out.dtype(), weak)
}

/// `jnp.dot` of values of one dtype.
pub fn dot(cx: &Cx, a: &Value, b: &Value, out: DType) -> Result<Value> {
    let dims = match (a.ndim(), b.ndim()) {
        (0, _) | (_, 0) => DotDims::default(),
        (n, 1) => DotDims { lhs_contract: vec![n - 1], rhs_contract: vec![0], ..Default::default() },
        (n, m) => DotDims { lhs_contract: vec![n - 1], rhs_contract: vec![m - 2], ..Default::default() },
    };
    contract(cx, a, b, dims, out)
}
fn dot_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, y) = pair(cx, "dot", &b["a"], &b["b"])?;
    Ok(dot(cx, &x, &y, preferred(cx, b, x.dtype())?)?.into())
}

/// `jnp.matmul`: leading axes are batches and broadcast.
pub fn matmul(cx: &Cx, a: &Value, b: &Value, out: DType) -> Result<Value> {
    for (i, x) in [a, b].iter().enumerate() {
        if x.ndim() == 0 {
            return Err(Error::value_error(format!(
                "matmul input operand {i} must have ndim at least 1, but it has ndim 0"
            )));
        }
    }
    let (an, bn) = (a.ndim(), b.ndim());
    if an <= 2 && bn <= 2 {
        return dot(cx, a, b, out);
    }
    let (a_vec, b_vec) = (an == 1, bn == 1);
    let a_batch = &a.shape()[..an.saturating_sub(2)];
    let b_batch = &b.shape()[..bn.saturating_sub(2)];
    let batch = cv::broadcast_shapes("matmul", &[a_batch, b_batch])?;
    // Axes that only one side has, or that are 1 on the other, stay free; common ones are batched.
    let r = batch.len();
    let size = |s: &[usize], i: usize| i.checked_sub(r - s.len()).map(|j| s[j]);
    let mut dims = DotDims::default();
    let (mut a_squeeze, mut b_squeeze) = (vec![], vec![]);
    let (mut shared, mut a_only, mut b_only) = (vec![], vec![], vec![]);
    for i in 0..r {
        match (size(a_batch, i), size(b_batch, i)) {
            (Some(x), Some(y)) if x == y => shared.push(i),
            (Some(1), Some(_)) => {
                a_squeeze.push(i - (r - a_batch.len()));
                b_only.push(i);
            }
            (Some(_), Some(_)) => {
                b_squeeze.push(i - (r - b_batch.len()));
                a_only.push(i);
            }
            (Some(_), None) => a_only.push(i),
            _ => b_only.push(i),
        }
    }
    let place = |i: usize, s: &[usize], squeezed: &[usize]| {
        let at = i - (r - s.len());
        at - squeezed.iter().filter(|&&q| q < at).count()
    };
    for &i in &shared {
        dims.lhs_batch.push(place(i, a_batch, &a_squeeze));
        dims.rhs_batch.push(place(i, b_batch, &b_squeeze));
    }
    let (aa, bb) = (p::squeeze(cx, a, &a_squeeze)?, p::squeeze(cx, b, &b_squeeze)?);
    dims.lhs_contract = vec![aa.ndim() - 1];
    dims.rhs_contract = vec![if b_vec { bb.ndim() - 1 } else { bb.ndim() - 2 }];
    let y = contract(cx, &aa, &bb, dims, out)?;
    // The result has shared axes, then those of a, then those of b: put them in order.
    let mut have: Vec<usize> = shared.iter().chain(&a_only).copied().collect();
    if !a_vec {
        have.push(r);
    }
    have.extend(&b_only);
    if !b_vec {
        have.push(r + 1);
    }
    let mut order: Vec<usize> = (0..have.len()).collect();
    order.sort_by_key(|&i| have[i]);
    p::transpose(cx, &y, &order)
}
/// `a @ b` of arguments.
pub fn matmul_args(cx: &Cx, a: &Arg, b: &Arg, out: Option<DType>) -> Result<Value> {
    let (x, y) = pair(cx, "matmul", a, b)?;
    matmul(cx, &x, &y, out.unwrap_or(x.dtype()))
}

fn vdot(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, y) = pair(cx, "vdot", &b["a"], &b["b"])?;
    let x = p::conj(cx, &shaping::reshape(cx, &x, &[-1])?)?;
    let y = shaping::reshape(cx, &y, &[-1])?;
    Ok(dot(cx, &x, &y, preferred(cx, b, x.dtype())?)?.into())
}
fn vecdot(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, y) = pair(cx, "jnp.vecdot", &b["x1"], &b["x2"])?;
    let axis = cv::static_int(cx, &b["axis"])?;
    let x = shaping::moveaxis(cx, &x, &[cv::axis(axis, x.ndim())?], &[x.ndim() - 1])?;
    let y = shaping::moveaxis(cx, &y, &[cv::axis(axis, y.ndim())?], &[y.ndim() - 1])?;
    let x = p::conj(cx, &x)?;
    let (n, m) = (x.ndim(), y.ndim());
    if x.shape()[n - 1] != y.shape()[m - 1] {
        return Err(Error::value_error(format!(
            "vectorized function with signature (n),(n)->() got incompatible sizes {} and {}",
            x.shape()[n - 1],
            y.shape()[m - 1]
        )));
    }
    let row = p::expand_dims(cx, &x, &[n - 1])?;
    let col = p::expand_dims(cx, &y, &[m])?;
    let out = matmul(cx, &row, &col, x.dtype())?;
    let r = out.ndim();
    Ok(p::squeeze(cx, &out, &[r - 2, r - 1])?.into())
}
fn inner(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, y) = pair(cx, "inner", &b["a"], &b["b"])?;
    let out = preferred(cx, b, x.dtype())?;
    if x.ndim() == 0 || y.ndim() == 0 {
        return Ok(dot(cx, &x, &y, out)?.into());
    }
    let dims = DotDims { lhs_contract: vec![x.ndim() - 1], rhs_contract: vec![y.ndim() - 1], ..Default::default() };
    Ok(contract(cx, &x, &y, dims, out)?.into())
}
/// `jnp.outer`.
pub fn outer(cx: &Cx, a: &Arg, b: &Arg) -> Result<Value> {
    let (x, y) = pair(cx, "outer", a, b)?;
    let (x, y) = (shaping::reshape(cx, &x, &[-1])?, shaping::reshape(cx, &y, &[-1])?);
    let (x, y) = (p::expand_dims(cx, &x, &[1])?, p::expand_dims(cx, &y, &[0])?);
    p::mul(cx, &x, &y)
}
fn tensordot(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (x, y) = pair(cx, "tensordot", &b["a"], &b["b"])?;
    let out = preferred(cx, b, x.dtype())?;
    let (l, r) = match b["axes"].sequence() {
        None => {
            let n = cv::static_int(cx, &b["axes"])?.max(0) as usize;
            if n > x.ndim().min(y.ndim()) {
                return Err(Error::type_error(format!(
                    "Number of tensordot axes (axes {n}) exceeds input ranks ({} and {})",
                    tuple_text(x.shape()),
                    tuple_text(y.shape())
                )));
            }
            ((x.ndim() - n..x.ndim()).collect(), (0..n).collect())
        }
        Some([a1, a2]) => (cv::axes(cx, a1, x.ndim())?, cv::axes(cx, a2, y.ndim())?),
        Some(_) => {
            return Err(Error::type_error(
                "tensordot axes argument must be an int, a pair of ints, or a pair of lists/tuples of ints.",
            ));
        }
    };
    if l.len() != r.len() {
        return Err(Error::type_error(format!(
            "tensordot requires axes lists to have equal length, got {} and {}.",
            tuple_text(&l),
            tuple_text(&r)
        )));
    }
    Ok(contract(cx, &x, &y, DotDims { lhs_contract: l, rhs_contract: r, ..Default::default() }, out)?.into())
}

/// One operand of an einsum: its value and the label of each axis.
#[derive(Clone)]
struct Labelled {
    value: Value,
    labels: Vec<u32>,
}

/// Takes diagonals of repeated labels.
fn without_repeats(cx: &Cx, mut x: Labelled) -> Result<Labelled> {
    loop {
        let repeated = (0..x.labels.len())
            .find_map(|i| (i + 1..x.labels.len()).find(|&j| x.labels[i] == x.labels[j]).map(|j| (i, j)));
        let Some((i, j)) = repeated else { return Ok(x) };
        let label = x.labels[i];
        x.value = shaping::diagonal(cx, &x.value, 0, i, j)?;
        x.labels.remove(j);
        x.labels.remove(i);
        x.labels.push(label);
    }
}
fn sum_labels(cx: &Cx, x: Labelled, drop: &[u32]) -> Result<Labelled> {
    let axes: Vec<usize> = (0..x.labels.len()).filter(|&i| drop.contains(&x.labels[i])).collect();
    if axes.is_empty() {
        return Ok(x);
    }
    let value = red::sum(cx, &x.value, &red::Options::along(&axes))?;
    Ok(Labelled { value, labels: x.labels.into_iter().filter(|l| !drop.contains(l)).collect() })
}
/// Contracts two operands; `keep` are labels needed later.
fn contract_pair(cx: &Cx, a: Labelled, b: Labelled, keep: &[u32], out: DType) -> Result<Labelled> {
    let alone = |x: &Labelled, y: &Labelled| -> Vec<u32> {
        x.labels.iter().copied().filter(|l| !y.labels.contains(l) && !keep.contains(l)).collect()
    };
    let (da, db) = (alone(&a, &b), alone(&b, &a));
    let (a, b) = (sum_labels(cx, a, &da)?, sum_labels(cx, b, &db)?);
    let at = |x: &Labelled, l: u32| x.labels.iter().position(|&m| m == l).unwrap_or(0);
    let common: Vec<u32> = a.labels.iter().copied().filter(|l| b.labels.contains(l)).collect();
    let mut dims = DotDims::default();
    let (mut a, mut b) = (a, b);
    // An axis of size 1 against a longer one broadcasts: drop it.
    for &l in &common {
        let (sa, sb) = (a.value.shape()[at(&a, l)], b.value.shape()[at(&b, l)]);
        if sa != sb {
            let (x, size) = if sa == 1 { (&mut a, sb) } else { (&mut b, sa) };
            let i = x.labels.iter().position(|&m| m == l).unwrap_or(0);
            let mut shape = x.value.shape().to_vec();
            shape[i] = size;
            x.value = shaping::broadcast_to(cx, &x.value, &shape)?;
        }
    }
    let mut labels = Vec::new();
    for &l in &common {
        if keep.contains(&l) {
            dims.lhs_batch.push(at(&a, l));
            dims.rhs_batch.push(at(&b, l));
            labels.push(l);
        } else {
            dims.lhs_contract.push(at(&a, l));
            dims.rhs_contract.push(at(&b, l));
        }
    }
    labels.extend(a.labels.iter().filter(|l| !common.contains(l)));
    labels.extend(b.labels.iter().filter(|l| !common.contains(l)));
    Ok(Labelled { value: contract(cx, &a.value, &b.value, dims, out)?, labels })
}

/// `jnp.einsum` with a subscripts string.
pub fn einsum(cx: &Cx, spec: &str, operands: &[Value], out: Option<DType>) -> Result<Value> {
    let spec: String = spec.chars().filter(|c| !c.is_whitespace()).collect();
    let (inputs, output) = match spec.split_once("->") {
        Some((i, o)) => (i.to_string(), Some(o.to_string())),
        None => (spec.clone(), None),
    };
    let terms: Vec<&str> = inputs.split(',').collect();
    if terms.len() != operands.len() {
        return Err(Error::value_error("Number of einsum subscripts, must be equal to the number of operands."));
    }
    let letters = |t: &str| t.replace("...", "").chars().count();
    let wide = terms
        .iter()
        .zip(operands)
        .map(|(t, x)| if t.contains("...") { x.ndim().saturating_sub(letters(t)) } else { 0 })
        .max()
        .unwrap_or(0);
    // Labels of the ellipsis axes lie beyond all characters, right-aligned.
    let dots = |n: usize| (wide - n..wide).map(|i| 0x11_0000 + i as u32).collect::<Vec<_>>();
    let parse = |t: &str, ndim: Option<usize>| -> Result<Vec<u32>> {
        let mut labels = Vec::new();
        let mut rest = t;
        while let Some(c) = rest.chars().next() {
            if let Some(r) = rest.strip_prefix("...") {
                let n = ndim.map_or(wide, |n| n.saturating_sub(letters(t)));
                labels.extend(dots(n));
                rest = r;
            } else if c.is_alphabetic() {
                labels.push(c as u32);
                rest = &rest[c.len_utf8()..];
            } else {
                return Err(Error::value_error(format!("Character {c} is not a valid symbol.")));
            }
        }
        Ok(labels)
    };
    let mut list: Vec<Labelled> = Vec::new();
    for (t, x) in terms.iter().zip(operands) {
        let labels = parse(t, Some(x.ndim()))?;
        if labels.len() != x.ndim() {
            return Err(Error::value_error(format!(
                "Einstein sum subscript {t} does not contain the correct number of indices for operand {}.",
                list.len()
            )));
        }
        list.push(Labelled { value: x.clone(), labels });
    }
    let mut sizes: Vec<(u32, usize)> = Vec::new();
    for x in &list {
        for (&l, &n) in x.labels.iter().zip(x.value.shape()) {
            match sizes.iter_mut().find(|s| s.0 == l) {
                Some(s) if s.1 == 1 => s.1 = n,
                Some(s) if n != 1 && s.1 != n => {
                    let c = char::from_u32(l).map(String::from).unwrap_or("...".into());
                    return Err(Error::value_error(format!(
                        "Size of label '{c}' for operand 1 ({}) does not match previous terms ({n}).",
                        s.1
                    )));
                }
                Some(_) => {}
                None => sizes.push((l, n)),
            }
        }
    }
    let result = match &output {
        Some(o) => parse(o, None)?,
        None => {
            let mut all: Vec<u32> = list.iter().flat_map(|x| x.labels.clone()).collect();
            all.sort_unstable();
            let mut once: Vec<u32> =
                all.iter().copied().filter(|l| *l < 0x11_0000 && all.iter().filter(|m| *m == l).count() == 1).collect();
            let mut out = dots(wide);
            out.append(&mut once);
            out
        }
    };
    if let Some(l) = result.iter().find(|l| !sizes.iter().any(|s| s.0 == **l)) {
        let c = char::from_u32(*l).map(String::from).unwrap_or("...".into());
        return Err(Error::value_error(format!("Output character '{c}' did not appear in the input")));
    }
    let d = out.unwrap_or(operands[0].dtype());
    let mut list = list.into_iter().map(|x| without_repeats(cx, x)).collect::<Result<Vec<_>>>()?;
    // Each label that one operand alone has and the result does not is summed at once.
    for i in 0..list.len() {
        let drop: Vec<u32> = list[i]
            .labels
            .iter()
            .copied()
            .filter(|l| !result.contains(l) && list.iter().enumerate().all(|(j, y)| j == i || !y.labels.contains(l)))
            .collect();
        list[i] = sum_labels(cx, list[i].clone(), &drop)?;
    }
    while list.len() > 1 {
        // Greedy: the pair whose result is smallest.
        let mut best = (0, 1, usize::MAX);
        for i in 0..list.len() {
            for j in i + 1..list.len() {
                let mut union: Vec<u32> = list[i].labels.iter().chain(&list[j].labels).copied().collect();
                union.sort_unstable();
                union.dedup();
                let cost = union
                    .iter()
                    .filter(|l| {
                        result.contains(l)
                            || list.iter().enumerate().any(|(k, y)| k != i && k != j && y.labels.contains(l))
                    })
                    .map(|l| sizes.iter().find(|s| s.0 == *l).map_or(1, |s| s.1))
                    .product();
                if cost < best.2 {
                    best = (i, j, cost);
                }
            }
        }
        let b = list.remove(best.1);
        let a = list.remove(best.0);
        let mut keep = result.clone();
        keep.extend(list.iter().flat_map(|x| x.labels.clone()));
        list.push(contract_pair(cx, a, b, &keep, d)?);
    }
    let last = list.remove(0);
    let order: Vec<usize> = result.iter().map(|l| last.labels.iter().position(|m| m == l).unwrap_or(0)).collect();
    let y = p::transpose(cx, &last.value, &order)?;
    p::convert(cx, &y, d, false)
}

fn einsum_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let operands = b["operands"].sequence().unwrap_or_default();
    let Some(spec) = b["subscripts"].as_str() else {
        // einsum(x, [0, 1], y, [1, 2], [0, 2]): letters for the numbers.
        let mut all = vec![b["subscripts"].clone()];
        all.extend_from_slice(operands);
        let letters = |x: &Arg| -> Result<String> {
            let label = |e: &Arg| match e {
                Arg::Ellipsis => Ok("...".to_string()),
                e => Ok(char::from_u32('a' as u32 + cv::int(cx, e)? as u32).unwrap_or('?').to_string()),
            };
            x.sequence().unwrap_or_default().iter().map(label).collect::<Result<Vec<_>>>().map(|v| v.concat())
        };
        let mut spec =
            all.chunks(2).filter(|c| c.len() == 2).map(|c| letters(&c[1])).collect::<Result<Vec<_>>>()?.join(",");
        if all.len() % 2 == 1 {
            spec = format!("{spec}->{}", letters(&all[all.len() - 1])?);
        }
        let xs: Vec<&Arg> = all.chunks(2).filter(|c| c.len() == 2).map(|c| &c[0]).collect();
        return einsum_args(cx, &spec, &xs, None);
    };
    einsum_args(cx, spec, &operands.iter().collect::<Vec<_>>(), cv::dtype_arg(cx, &b["preferred_element_type"])?)
}
fn einsum_args(cx: &Cx, spec: &str, xs: &[&Arg], out: Option<DType>) -> Result<Arg> {
    if xs.is_empty() {
        return Err(Error::value_error("At least one operand must be provided"));
    }
    cv::check_arraylike("einsum", xs)?;
    let (d, weak) = cv::common_type(cx, xs)?;
    let v = xs.iter().map(|x| cv::convert_arg(cx, x, d, weak)).collect::<Result<Vec<_>>>()?;
    Ok(einsum(cx, spec, &v, out)?.into())
}

fn cross(cx: &Cx, b: &Bound) -> Result<Arg> {
    let v = cv::values(cx, "cross", &[&b["a"], &b["b"]])?;
    let int = |n: &str| cv::static_int(cx, &b[n]);
    let (ax, bx, cx_axis) = if b["axis"].is_none() {
        (int("axisa")?, int("axisb")?, int("axisc")?)
    } else {
        (int("axis")?, int("axis")?, int("axis")?)
    };
    jit1(cx, "cross", &v, |cx, v| {
        let to_end = |x: &Value, a: i64| shaping::moveaxis(cx, x, &[cv::axis(a, x.ndim())?], &[x.ndim() - 1]);
        let (a, b) = (to_end(&v[0], ax)?, to_end(&v[1], bx)?);
        let (na, nb) = (a.shape()[a.ndim() - 1], b.shape()[b.ndim() - 1]);
        if ![2, 3].contains(&na) || ![2, 3].contains(&nb) {
            return Err(Error::value_error("Dimension must be either 2 or 3 for cross product"));
        }
        let part = |x: &Value, n: usize, i: usize| {
            if i < n {
                let out = crate::indexing::get_item(cx, x, &Arg::Tuple(vec![Arg::Ellipsis, Arg::Int(i as i64)]))?;
                return Ok(out);
            }
            let first = p::index_in_dim(cx, x, 0, x.ndim() - 1)?;
            p::full_like(cx, &first, 0.0)
        };
        let det = |p1: &Value, q1: &Value, p2: &Value, q2: &Value| {
            let (s, t) = (u::multiply(cx, p1, q1)?, u::multiply(cx, p2, q2)?);
            u::subtract(cx, &s, &t)
        };
        if na == 2 && nb == 2 {
            let (a0, a1, b0, b1) = (part(&a, 2, 0)?, part(&a, 2, 1)?, part(&b, 2, 0)?, part(&b, 2, 1)?);
            return det(&a0, &b1, &a1, &b0);
        }
        let (a0, a1, a2) = (part(&a, na, 0)?, part(&a, na, 1)?, part(&a, na, 2)?);
        let (b0, b1, b2) = (part(&b, nb, 0)?, part(&b, nb, 1)?, part(&b, nb, 2)?);
        let c = [det(&a1, &b2, &a2, &b1)?, det(&a2, &b0, &a0, &b2)?, det(&a0, &b1, &a1, &b0)?];
        let c = c.iter().map(|x| p::expand_dims(cx, x, &[0])).collect::<Result<Vec<_>>>()?;
        let out = p::concatenate(cx, &c, 0)?;
        shaping::moveaxis(cx, &out, &[0], &[cv::axis(cx_axis, out.ndim())?])
    })
    .map(Arg::from)
}

/// `jnp.kron`.
pub fn kron(cx: &Cx, a: &Arg, b: &Arg) -> Result<Value> {
    let (x, y) = pair(cx, "kron", a, b)?;
    jit1(cx, "kron", &[x, y], |cx, v| {
        let rank = v[0].ndim().max(v[1].ndim());
        let lift = |x: &Value| {
            if x.ndim() < rank {
                p::expand_dims(cx, x, &(0..rank - x.ndim()).collect::<Vec<_>>())
            } else {
                Ok(x.clone())
            }
        };
        let (x, y) = (lift(&v[0])?, lift(&v[1])?);
        let shape: Vec<usize> = x.shape().iter().zip(y.shape()).map(|(a, b)| a * b).collect();
        let x = p::expand_dims(cx, &x, &(0..rank).map(|i| 2 * i + 1).collect::<Vec<_>>())?;
        let y = p::expand_dims(cx, &y, &(0..rank).map(|i| 2 * i).collect::<Vec<_>>())?;
        let m = p::mul(cx, &x, &y)?;
        p::reshape(cx, &m, &shape)
    })
}

fn trace(cx: &Cx, b: &Bound) -> Result<Arg> {
    unsupported("trace", b, &["out"])?;
    let x = val(cx, "trace", &b["a"])?;
    let n = x.ndim();
    if n < 2 {
        return Err(Error::value_error("trace requires an array of at least two dimensions."));
    }
    let (i, j) = (cv::axis(cv::static_int(cx, &b["axis1"])?, n)?, cv::axis(cv::static_int(cx, &b["axis2"])?, n)?);
    let k = cv::static_int(cx, &b["offset"])?;
    let dtype = cv::dtype_arg(cx, &b["dtype"])?;
    jit1(cx, "trace", &[x], |cx, v| {
        let x = shaping::moveaxis(cx, &v[0], &[i, j], &[n - 2, n - 1])?;
        let s = x.shape()[n - 2..].to_vec();
        let a = p::iota(cx, DType::I32, &s, 0)?;
        let c = p::iota(cx, DType::I32, &s, 1)?;
        let a = p::add(cx, &a, &p::int(k))?;
        let on = p::eq(cx, &a, &c)?;
        let zero = p::full_like(cx, &x, 0.0)?;
        let kept = u::where_(cx, &on, &x, &zero)?;
        red::sum(cx, &kept, &red::Options { dtype, ..red::Options::along(&[n - 2, n - 1]) })
    })
    .map(Arg::from)
}

const SIG_DOT: &str = "a, b, *, precision=None, preferred_element_type=None, out_sharding=None";

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry("jax.numpy.dot", SIG_DOT, "Product of vectors, matrices and stacks.", Sync(dot_entry)),
    entry(
        "jax.numpy.matmul",
        SIG_DOT,
        "Matrix product; leading axes are batches.",
        Sync(|cx, b| Ok(matmul_args(cx, &b["a"], &b["b"], cv::dtype_arg(cx, &b["preferred_element_type"])?)?.into())),
    ),
    entry(
        "jax.numpy.vdot",
        "a, b, *, precision=None, preferred_element_type=None",
        "Dot product of flattened arrays, the first conjugated.",
        Sync(vdot),
    ),
    entry(
        "jax.numpy.vecdot",
        "x1, x2, /, *, axis=-1, precision=None, preferred_element_type=None",
        "Dot products along an axis.",
        Sync(vecdot),
    ),
    entry(
        "jax.numpy.inner",
        "a, b, *, precision=None, preferred_element_type=None",
        "Product over the last axes.",
        Sync(inner),
    ),
    entry(
        "jax.numpy.outer",
        "a, b, out=None",
        "All products of elements.",
        Sync(|cx, b| Ok(outer(cx, &b["a"], &b["b"])?.into())),
    ),
    entry(
        "jax.numpy.tensordot",
        "a, b, axes=2, *, precision=None, preferred_element_type=None, out_sharding=None",
        "Product over chosen axes.",
        Sync(tensordot),
    ),
    entry(
        "jax.numpy.einsum",
        "subscripts, /, *operands, out=None, optimize='auto', precision=None, preferred_element_type=None, _dot_general=None, out_sharding=None",
        "Einstein summation.",
        Sync(einsum_entry),
    ),
    entry("jax.numpy.cross", "a, b, axisa=-1, axisb=-1, axisc=-1, axis=None", "Cross product.", Sync(cross)),
    entry("jax.numpy.kron", "a, b", "Kronecker product.", Sync(|cx, b| Ok(kron(cx, &b["a"], &b["b"])?.into()))),
    entry("jax.numpy.trace", "a, offset=0, axis1=0, axis2=1, dtype=None, out=None", "Sum of a diagonal.", Sync(trace)),
];
