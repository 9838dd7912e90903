//! `jax.numpy.linalg` and `jax.scipy.linalg`: norms, solutions, determinants, factorisations.

use crate::arg::TypeHandle;
use crate::expr::ex;
use crate::prelude::*;
use crate::special::with_rule;
use crate::{products, reductions as red, shaping, ufuncs as u};
use gradlens_ir::aval::tuple_text;
use gradlens_ir::{Params, Prim};
use std::cell::RefCell;
use std::rc::Rc;

fn matrix_arg(cx: &Cx, name: &str, x: &Arg) -> Result<Value> {
    cv::check_arraylike(&format!("jnp.linalg.{name}"), &[x])?;
    u::inexact(cx, &val(cx, name, x)?)
}
fn square(name: &str, a: &Value) -> Result<usize> {
    let s = a.shape();
    let n = s.len();
    if n < 2 || s[n - 1] != s[n - 2] {
        let text = tuple_text(s);
        return Err(Error::value_error(match name {
            "inv" => format!("Argument to inv must have shape [..., n, n], got {text}."),
            "det" => format!("Argument to _det() must have shape [..., n, n], got {text}"),
            _ => format!("Argument to {name}() must have shape [..., n, n], got {text}"),
        }));
    }
    Ok(s[n - 1])
}
/// `x @ y` of matrices.
fn mm(cx: &Cx, x: &Value, y: &Value) -> Result<Value> {
    products::matmul(cx, x, y, x.dtype())
}
/// Last two axes swapped.
fn mt(cx: &Cx, x: &Value) -> Result<Value> {
    shaping::swapaxes(cx, x, x.ndim() - 2, x.ndim() - 1)
}
/// Conjugate transpose.
fn h(cx: &Cx, x: &Value) -> Result<Value> {
    p::conj(cx, &mt(cx, x)?)
}
fn eps(d: DType) -> f64 {
    if d.real() == DType::F64 { f64::EPSILON } else { f32::EPSILON as f64 }
}

thread_local! {
    static RESULTS: RefCell<Vec<Rc<TypeHandle>>> = const { RefCell::new(Vec::new()) };
}
/// A named tuple of the library (`EighResult`, `SVDResult`, ...).
pub fn named(name: &str, fields: &[&str], values: Vec<Value>) -> Arg {
    let ty = RESULTS.with(|r| {
        let mut r = r.borrow_mut();
        if let Some(t) = r.iter().find(|t| &*t.name == name) {
            return t.clone();
        }
        // Identities of the library's own types are counted down from the top, away from addresses.
        let id = usize::MAX - r.len();
        let fields = fields.iter().map(|f| Rc::from(*f)).collect();
        let t = Rc::new(TypeHandle { name: name.into(), fields, id, host: Rc::new(()) });
        r.push(t.clone());
        t
    });
    Arg::NamedTuple(ty, values.into_iter().map(Arg::from).collect())
}

fn abs_square_sum(cx: &Cx, x: &Value, axes: &[usize], keep: bool) -> Result<Value> {
    let c = p::conj(cx, x)?;
    let s = p::mul(cx, x, &c)?;
    let s = u::real(cx, &s)?;
    red::sum(cx, &s, &red::Options { axis: Some(axes.to_vec()), keepdims: keep, ..Default::default() })
}
fn vector_norm_(cx: &Cx, x: &Value, ord: &Arg, axes: &[usize], keep: bool) -> Result<Value> {
    let o = red::Options { axis: Some(axes.to_vec()), keepdims: keep, ..Default::default() };
    let n = match ord {
        Arg::None => 2.0,
        Arg::Str(s) => return Err(Error::value_error(format!("Invalid order '{s}' for vector norm."))),
        other => cv::float(cx, other)?,
    };
    if n == 2.0 {
        let s = abs_square_sum(cx, x, axes, keep)?;
        return p::sqrt(cx, &s);
    }
    let a = || p::abs(cx, x);
    if n == f64::INFINITY {
        return red::max(cx, &a()?, &red::Options { initial: Some(p::weak_scalar(DType::I32, 0.0)), ..o });
    }
    if n == f64::NEG_INFINITY {
        return red::min(cx, &a()?, &o);
    }
    if n == 0.0 {
        let there = p::ne(cx, x, &p::like(x, 0.0))?;
        return red::sum(cx, &there, &red::Options { dtype: Some(x.dtype().real()), ..o });
    }
    if n == 1.0 {
        return red::sum(cx, &a()?, &o);
    }
    let powers = ex(cx, &a()?).pow(n);
    powers.map(|cx, v| red::sum(cx, v, &o)).pow(1.0 / n).get()
}
/// `jnp.linalg.norm`.
pub fn norm(cx: &Cx, x: &Value, ord: &Arg, axis: &Arg, keep: bool) -> Result<Value> {
    jit1(cx, "norm", std::slice::from_ref(x), |cx, v| {
        let x = &v[0];
        let all: Vec<usize> = (0..x.ndim()).collect();
        if axis.is_none() && ord.is_none() {
            let s = abs_square_sum(cx, x, &all, keep)?;
            return p::sqrt(cx, &s);
        }
        let axes = if axis.is_none() { all } else { cv::axes(cx, axis, x.ndim())? };
        match axes.as_slice() {
            [_] => vector_norm_(cx, x, ord, &axes, keep),
            &[row, col] => matrix_norm_(cx, x, ord, row, col, keep),
            _ => Err(Error::value_error(format!(
                "Improper number of axes for norm: axis={}. Pass one axis to compute a vector-norm, or two axes to compute a matrix-norm.",
                tuple_text(&axes)
            ))),
        }
    })
}
fn matrix_norm_(cx: &Cx, x: &Value, ord: &Arg, row: usize, col: usize, keep: bool) -> Result<Value> {
    let frobenius = ord.is_none() || matches!(ord.as_str(), Some("f" | "fro"));
    if frobenius {
        let s = abs_square_sum(cx, x, &[row, col], keep)?;
        return p::sqrt(cx, &s);
    }
    let nuclear = ord.as_str() == Some("nuc");
    let n = if nuclear { 2.0 } else { cv::float(cx, ord)? };
    let zero = Some(p::weak_scalar(DType::I32, 0.0));
    if n.abs() == 1.0 || n.is_infinite() {
        let (summed, other) = if n.abs() == 1.0 { (row, col) } else { (col, row) };
        let other = if !keep && other > summed { other - 1 } else { other };
        let a = p::abs(cx, x)?;
        let s = red::sum(cx, &a, &red::Options { axis: Some(vec![summed]), keepdims: keep, ..Default::default() })?;
        let o = red::Options { axis: Some(vec![other]), keepdims: keep, ..Default::default() };
        return if n > 0.0 { red::max(cx, &s, &red::Options { initial: zero, ..o }) } else { red::min(cx, &s, &o) };
    }
    if n.abs() != 2.0 {
        return Err(Error::value_error(format!("Invalid order '{}' for matrix norm.", crate::print::str_short(ord))));
    }
    let m = shaping::moveaxis(cx, x, &[row, col], &[x.ndim() - 2, x.ndim() - 1])?;
    let s = svd_values(cx, &m)?;
    let o = red::Options::along(&[s.ndim() - 1]);
    let y = if nuclear {
        red::sum(cx, &s, &o)?
    } else if n > 0.0 {
        red::max(cx, &s, &red::Options { initial: zero, ..o })?
    } else {
        red::min(cx, &s, &o)?
    };
    if keep { p::expand_dims(cx, &y, &[row.min(col), row.max(col)]) } else { Ok(y) }
}

fn linalg(cx: &Cx, prim: Prim, x: &Value, full: bool, vectors: bool, lower: bool) -> Result<Vec<Value>> {
    let params = Params::Linalg { full_matrices: full, compute_vectors: vectors, lower };
    Ok(cx.bind(prim, params, std::slice::from_ref(x))?.into_vec())
}
fn svd_values(cx: &Cx, x: &Value) -> Result<Value> {
    Ok(linalg(cx, Prim::Svd, x, false, false, true)?.remove(0))
}
fn symmetrize(cx: &Cx, x: &Value) -> Result<Value> {
    let t = h(cx, x)?;
    let s = p::add(cx, x, &t)?;
    p::div(cx, &s, &p::like(&s, 2.0))
}
/// `jnp.linalg.cholesky`: the lower factor.
pub fn cholesky(cx: &Cx, a: &Value, symmetrized: bool) -> Result<Value> {
    if a.ndim() < 2 {
        return Err(Error::type_error(format!(
            "transpose permutation isn't a permutation of operand dimensions, got permutation (0, -1) for operand shape {}.",
            tuple_text(a.shape())
        )));
    }
    jit1(cx, "cholesky", std::slice::from_ref(a), |cx, v| {
        let x = if symmetrized { symmetrize(cx, &v[0])? } else { v[0].clone() };
        let l = cx.bind1(Prim::Cholesky, Params::None, &[x])?;
        let mask = crate::creation::tri_mask(cx, l.shape(), 0)?;
        let mask = p::broadcast_to(cx, &mask, l.shape())?;
        let zero = p::full_like(cx, &l, 0.0)?;
        p::select(cx, &mask, &l, &zero)
    })
}

/// How a triangular system is meant.
#[derive(Clone, Copy, Default)]
struct Triangle {
    lower: bool,
    transpose: bool,
    unit: bool,
}
fn triangular_solve(cx: &Cx, a: &Value, b: &Value, t: Triangle) -> Result<Value> {
    let params = Params::TriangularSolve {
        left_side: true,
        lower: t.lower,
        transpose_a: t.transpose,
        conjugate_a: false,
        unit_diagonal: t.unit,
    };
    cx.bind1(Prim::TriangularSolve, params, &[a.clone(), b.clone()])
}
/// Rows of `b` in the order of `permutation` (batched alike).
fn permute_rows(cx: &Cx, b: &Value, permutation: &Value) -> Result<Value> {
    let ix = p::expand_dims(cx, permutation, &[permutation.ndim()])?;
    crate::indexing::take_along_axis(
        cx,
        b,
        &ix,
        Some(b.ndim() - 2),
        Some(gradlens_ir::params::IndexMode::PromiseInBounds),
    )
}
/// `a x = b` for square `a` and matrices `b`, by LU factorisation.
fn solve_matrix(cx: &Cx, a: &Value, b: &Value) -> Result<Value> {
    let lu = cx.bind(Prim::Lu, Params::None, std::slice::from_ref(a))?;
    let x = permute_rows(cx, b, &lu[2])?;
    let x = triangular_solve(cx, &lu[0], &x, Triangle { lower: true, unit: true, ..Default::default() })?;
    triangular_solve(cx, &lu[0], &x, Triangle::default())
}
/// `jnp.linalg.solve`.
pub fn solve(cx: &Cx, a: &Value, b: &Value) -> Result<Value> {
    if a.ndim() < 2 {
        return Err(Error::value_error(format!(
            "left hand array must be at least two dimensional; got a.shape={}",
            tuple_text(a.shape())
        )));
    }
    let n = square("solve", a)?;
    let vector = b.ndim() == 1;
    if b.ndim() == 0 || b.shape()[if vector { 0 } else { b.ndim() - 2 }] != n {
        return Err(Error::value_error(format!(
            "Incompatible shapes for solve: {}, {}",
            tuple_text(a.shape()),
            tuple_text(b.shape())
        )));
    }
    jit1(cx, "solve", &[a.clone(), b.clone()], |cx, v| {
        let (a, b) = (&v[0], &v[1]);
        let b = if vector { p::expand_dims(cx, b, &[1])? } else { b.clone() };
        let batch = cv::broadcast_shapes("solve", &[&a.shape()[..a.ndim() - 2], &b.shape()[..b.ndim() - 2]])?;
        let full = |x: &Value| {
            let mut s = batch.to_vec();
            s.extend(&x.shape()[x.ndim() - 2..]);
            p::broadcast_to(cx, x, &s)
        };
        let x = solve_matrix(cx, &full(a)?, &full(&b)?)?;
        if vector { p::squeeze(cx, &x, &[x.ndim() - 1]) } else { Ok(x) }
    })
}
fn pair(cx: &Cx, name: &str, a: &Arg, b: &Arg) -> Result<(Value, Value)> {
    cv::check_arraylike(name, &[a, b])?;
    let (d, w) = cv::common_type(cx, &[a, b])?;
    let d = cv::to_inexact(d);
    Ok((cv::convert_arg(cx, a, d, w)?, cv::convert_arg(cx, b, d, w)?))
}
/// `jnp.linalg.inv`.
pub fn inv(cx: &Cx, a: &Value) -> Result<Value> {
    let n = square("inv", a)?;
    jit1(cx, "inv", std::slice::from_ref(a), |cx, v| {
        let e = crate::creation::eye(cx, n, n, 0, v[0].dtype())?;
        solve(cx, &v[0], &p::broadcast_to(cx, &e, v[0].shape())?)
    })
}
fn at(cx: &Cx, a: &Value, i: usize, j: usize) -> Result<Value> {
    crate::indexing::get_item(cx, a, &Arg::Tuple(vec![Arg::Ellipsis, Arg::Int(i as i64), Arg::Int(j as i64)]))
}
/// Sign and logarithm of the determinant from an LU factorisation.
fn slogdet_lu(cx: &Cx, a: &Value) -> Result<Vec<Value>> {
    let d = a.dtype();
    let n = a.ndim();
    let lu = cx.bind(Prim::Lu, Params::None, std::slice::from_ref(a))?;
    let diag = shaping::diagonal(cx, &lu[0], 0, n - 2, n - 1)?;
    let last = diag.ndim() - 1;
    let zero = ex(cx, &diag).eq(0.0).map(|cx, v| red::any(cx, v, &red::Options::along(&[last])));
    let iota = p::iota(cx, DType::I32, &[diag.shape()[last]], 0)?;
    let moved = u::not_equal(cx, &lu[1], &iota)?;
    let count = |m: &Value| red::sum(cx, m, &red::Options { dtype: Some(DType::I32), ..red::Options::along(&[last]) });
    let mut parity = count(&moved)?;
    let size = p::abs(cx, &diag)?;
    let sign = if d.is_complex() {
        let unit = ex(cx, &diag) / &p::convert(cx, &size, d, false)?;
        unit.map(|cx, v| red::prod(cx, v, &red::Options::along(&[last]))).get()?
    } else {
        let negative = ex(cx, &diag).lt(0.0).get()?;
        parity = p::add(cx, &parity, &count(&negative)?)?;
        p::full(cx, parity.shape(), d, 1.0)?
    };
    let odd = ex(cx, &parity).modulo(2.0);
    let flip = (odd * -2.0 + 1.0).astype(d);
    let sign = zero.choose(ex(cx, &p::full_like(cx, &sign, 0.0)?), ex(cx, &sign) * flip).get()?;
    let logs = ex(cx, &size).log().sum(&[last]);
    let log = zero.choose(logs.full_like(f64::NEG_INFINITY), &logs).get()?;
    Ok(vec![sign, log])
}
fn slogdet(cx: &Cx, a: &Value) -> Result<Vec<Value>> {
    square("slogdet", a)?;
    let n = a.ndim();
    let body = |cx: &Cx, v: &[Value]| slogdet_lu(cx, &v[0]);
    cx.jit_named("slogdet", std::slice::from_ref(a), |cx, v| {
        cx.custom_jvp("_slogdet_lu", v, body, move |cx, primals, tangents| {
            let out = slogdet(cx, &primals[0])?;
            let Some(t) = &tangents[0] else { return Ok((out, vec![None, None])) };
            let z = solve_matrix(cx, &primals[0], t)?;
            let dot = trace(cx, &z, n)?;
            if !dot.dtype().is_complex() {
                return Ok((out, vec![None, Some(dot)]));
            }
            let re = p::real(cx, &dot)?;
            let im = p::sub(cx, &dot, &p::convert(cx, &re, dot.dtype(), false)?)?;
            let s = p::mul(cx, &im, &out[0])?;
            Ok((out, vec![Some(s), Some(re)]))
        })
    })
}
fn trace(cx: &Cx, x: &Value, n: usize) -> Result<Value> {
    let d = shaping::diagonal(cx, x, 0, n - 2, n - 1)?;
    p::reduce_sum(cx, &d, &[d.ndim() - 1])
}
/// `jnp.linalg.det`: formulas up to 3, LU beyond; the derivative is by cofactors.
pub fn det(cx: &Cx, a: &Value) -> Result<Value> {
    let n = square("det", a)?;
    jit1(cx, "det", std::slice::from_ref(a), |cx, v| det_of(cx, &v[0], n))
}
fn det_of(cx: &Cx, a: &Value, n: usize) -> Result<Value> {
    let e = |i, j| Ok::<_, Error>(ex(cx, &at(cx, a, i, j)?));
    match n {
        2 => (e(0, 0)? * e(1, 1)? - e(0, 1)? * e(1, 0)?).get(),
        3 => (e(0, 0)? * e(1, 1)? * e(2, 2)? + e(0, 1)? * e(1, 2)? * e(2, 0)? + e(0, 2)? * e(1, 0)? * e(2, 1)?
            - e(0, 2)? * e(1, 1)? * e(2, 0)?
            - e(0, 0)? * e(1, 2)? * e(2, 1)?
            - e(0, 1)? * e(1, 0)? * e(2, 2)?)
        .get(),
        _ => with_rule(
            cx,
            "_det",
            std::slice::from_ref(a),
            |cx, v| {
                let s = slogdet_lu(cx, &v[0])?;
                (ex(cx, &s[0]) * ex(cx, &s[1]).exp()).get()
            },
            |cx, out, v, t| {
                let z = solve_matrix(cx, &v[0], &t[0])?;
                let s = trace(cx, &z, z.ndim())?;
                p::mul(cx, out, &s)
            },
        ),
    }
}
fn matrix_power(cx: &Cx, a: &Value, n: i64) -> Result<Value> {
    if a.ndim() < 2 {
        return Err(Error::type_error(format!(
            "{}-dimensional array given. Array must be at least two-dimensional",
            a.ndim()
        )));
    }
    if a.shape()[a.ndim() - 1] != a.shape()[a.ndim() - 2] {
        return Err(Error::type_error("Last 2 dimensions of the array must be square"));
    }
    jit1(cx, "matrix_power", std::slice::from_ref(a), |cx, v| {
        let mut a = v[0].clone();
        let size = a.shape()[a.ndim() - 1];
        if n == 0 {
            let e = crate::creation::eye(cx, size, size, 0, a.dtype())?;
            return p::broadcast_to(cx, &e, a.shape());
        }
        if n < 0 {
            a = inv(cx, &a)?;
        }
        let mut n = n.unsigned_abs();
        if n == 3 {
            let two = mm(cx, &a, &a)?;
            return mm(cx, &two, &a);
        }
        let (mut z, mut result): (Option<Value>, Option<Value>) = (None, None);
        while n > 0 {
            let next = match &z {
                None => a.clone(),
                Some(z) => mm(cx, z, z)?,
            };
            if n % 2 == 1 {
                result = Some(match &result {
                    None => next.clone(),
                    Some(r) => mm(cx, r, &next)?,
                });
            }
            z = Some(next);
            n /= 2;
        }
        result.ok_or_else(|| Error::internal("a power without factors"))
    })
}
fn pinv(cx: &Cx, a: &Value, rtol: Option<f64>) -> Result<Value> {
    let (m, n) = (a.shape()[a.ndim() - 2], a.shape()[a.ndim() - 1]);
    let rtol = rtol.unwrap_or(10.0 * m.max(n) as f64 * eps(a.dtype()));
    let body = move |cx: &Cx, v: &[Value]| -> Result<Vec<Value>> {
        let c = p::conj(cx, &v[0])?;
        let svd = linalg(cx, Prim::Svd, &c, false, true, true)?;
        let (s, uu, vt) = (&svd[0], &svd[1], &svd[2]);
        let k = s.ndim() - 1;
        let top = p::slice_in_dim(cx, s, 0, 1, 1, k)?;
        let big = ex(cx, s).gt(ex(cx, &top) * rtol);
        let s = big.choose(ex(cx, s), f64::INFINITY).astype(uu.dtype()).expand(&[k + 1]).get()?;
        let ut = mt(cx, uu)?;
        let scaled = p::div(cx, &ut, &s)?;
        Ok(vec![mm(cx, &mt(cx, vt)?, &scaled)?])
    };
    let out = cx.custom_jvp("_pinv", std::slice::from_ref(a), body, move |cx, primals, tangents| {
        let q = pinv(cx, &primals[0], Some(rtol))?;
        let Some(t) = &tangents[0] else { return Ok((vec![q], vec![None])) };
        let a = &primals[0];
        let (qh, th) = (h(cx, &q)?, h(cx, t)?);
        let s = if m >= n { mm(cx, &mm(cx, &q, &qh)?, &th)? } else { mm(cx, &q, &mm(cx, &qh, &th)?)? };
        let r = if m >= n { mm(cx, &mm(cx, &th, &qh)?, &q)? } else { mm(cx, &th, &mm(cx, &qh, &q)?)? };
        let first = mm(cx, &mm(cx, &q, t)?, &q)?;
        let sa = mm(cx, &mm(cx, &s, a)?, &q)?;
        let qa = mm(cx, &mm(cx, &q, a)?, &r)?;
        let dot = -ex(cx, &first) + &s - &sa + &r - &qa;
        Ok((vec![q], vec![Some(dot.get()?)]))
    })?;
    Ok(out[0].clone())
}
fn lstsq(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (a, rhs) = pair(cx, "jnp.linalg.lstsq", &b["a"], &b["b"])?;
    if a.ndim() != 2 {
        return Err(Error::type_error(format!("{}-dimensional array given. Array must be two-dimensional", a.ndim())));
    }
    if a.shape()[0] != rhs.shape()[0] {
        return Err(Error::value_error("Leading dimensions of input arrays must match"));
    }
    let vector = rhs.ndim() == 1;
    let rhs = if vector { p::expand_dims(cx, &rhs, &[1])? } else { rhs };
    let d = a.dtype();
    let rcond =
        if b["rcond"].is_none() { eps(d) * a.shape()[0].max(a.shape()[1]) as f64 } else { cv::float(cx, &b["rcond"])? };
    let rcond = if rcond < 0.0 { eps(d) } else { rcond };
    let svd = linalg(cx, Prim::Svd, &a, false, true, true)?;
    let s = ex(cx, &svd[0]);
    let mask = s.gt(0.0).and(s.ge(s.last(0) * rcond));
    let rank = mask.map(|cx, v| red::sum(cx, v, &Default::default())).get()?;
    let safe = mask.choose(&s, 1.0);
    let inverse = mask.choose(safe.rdiv(1.0), 0.0).astype(d).expand(&[1]);
    let ub = mm(cx, &h(cx, &svd[1])?, &rhs)?;
    let x = mm(cx, &h(cx, &svd[2])?, &(inverse * &ub).get()?)?;
    let estimate = mm(cx, &a, &x)?;
    let gap = p::sub(cx, &rhs, &estimate)?;
    let resid = p::square(cx, &norm(cx, &gap, &Arg::None, &Arg::Int(0), false)?)?;
    let x = if vector { shaping::reshape(cx, &x, &[-1])? } else { x };
    Ok(Arg::Tuple(vec![x.into(), resid.into(), rank.into(), svd[0].clone().into()]))
}
fn eigh(cx: &Cx, b: &Bound) -> Result<Vec<Value>> {
    let a = matrix_arg(cx, "eigh", &b["a"])?;
    square("eigh", &a)?;
    let lower = match b["UPLO"].as_str() {
        None | Some("L") => true,
        Some("U") => false,
        Some(o) => return Err(Error::value_error(format!("UPLO must be one of None, 'L', or 'U', got {o}"))),
    };
    let symmetric = cv::truth(cx, &b["symmetrize_input"])?;
    cx.jit_named("eigh", &[a], |cx, v| {
        let x = if symmetric { symmetrize(cx, &v[0])? } else { v[0].clone() };
        let mut out = linalg(cx, Prim::Eigh, &x, true, true, lower)?;
        out.swap(0, 1);
        Ok(out)
    })
}
fn qr(cx: &Cx, b: &Bound) -> Result<Arg> {
    let a = matrix_arg(cx, "qr", &b["a"])?;
    let mode = b["mode"].as_str().unwrap_or("reduced").to_string();
    let full = match mode.as_str() {
        "reduced" | "r" | "full" => false,
        "complete" => true,
        other => return Err(Error::value_error(format!("Unsupported QR decomposition mode '{other}'"))),
    };
    let out = cx.jit_named("qr", &[a], |cx, v| linalg(cx, Prim::Qr, &v[0], full, true, false))?;
    Ok(if mode == "r" { out[1].clone().into() } else { named("QRResult", &["Q", "R"], out) })
}
fn svd_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    let a = matrix_arg(cx, "svd", &b["a"])?;
    let full = cv::truth(cx, &b["full_matrices"])?;
    if !cv::truth(cx, &b["compute_uv"])? {
        return Ok(svd_values(cx, &a)?.into());
    }
    let mut out = cx.jit_named("svd", &[a], |cx, v| linalg(cx, Prim::Svd, &v[0], full, true, true))?;
    out.swap(0, 1);
    Ok(named("SVDResult", &["U", "S", "Vh"], out))
}
fn eig(cx: &Cx, b: &Bound, vectors: bool) -> Result<Vec<Value>> {
    let a = matrix_arg(cx, "eig", &b["a"])?;
    square("eig", &a)?;
    let params = Params::Eig { compute_left_eigenvectors: false, compute_right_eigenvectors: vectors };
    Ok(cx.bind(Prim::Eig, params, &[a])?.into_vec())
}
fn cond(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = matrix_arg(cx, "cond", &b["x"])?;
    let two = match &b["p"] {
        Arg::None | Arg::Int(2 | -2) => true,
        Arg::Float(f) => f.abs() == 2.0,
        _ => false,
    };
    if two {
        let s = ex(cx, &svd_values(cx, &x)?);
        let k = x.shape()[x.ndim() - 1].min(x.shape()[x.ndim() - 2]);
        let negative = matches!(&b["p"], Arg::Int(i) if *i < 0);
        return if negative { (s.last(k - 1) / s.last(0)).arg() } else { (s.last(0) / s.last(k - 1)).arg() };
    }
    let axes = Arg::Tuple(vec![Arg::Int(-2), Arg::Int(-1)]);
    let a = norm(cx, &x, &b["p"], &axes, false)?;
    let i = norm(cx, &inv(cx, &x)?, &b["p"], &axes, false)?;
    Ok(p::mul(cx, &a, &i)?.into())
}
fn matrix_rank(cx: &Cx, b: &Bound) -> Result<Arg> {
    let m = matrix_arg(cx, "matrix_rank", &b["M"])?;
    if m.ndim() < 2 {
        let any = ex(cx, &m).ne(0.0).map(|cx, v| red::any(cx, v, &Default::default()));
        return any.astype(DType::I32).arg();
    }
    let s = svd_values(cx, &m)?;
    let last = s.ndim() - 1;
    let n = m.shape()[m.ndim() - 1].max(m.shape()[m.ndim() - 2]) as f64;
    let tol = if b["rtol"].is_none() {
        ex(cx, &s).map(|cx, v| red::max(cx, v, &red::Options::keep(&[last]))) * (n * eps(s.dtype()))
    } else {
        ex(cx, &val(cx, "matrix_rank", &b["rtol"])?).map(|cx, v| p::expand_dims(cx, v, &[v.ndim()]))
    };
    ex(cx, &s).gt(tol).map(|cx, v| red::sum(cx, v, &red::Options::along(&[last]))).arg()
}
fn multi_dot(cx: &Cx, b: &Bound) -> Result<Arg> {
    let xs = shaping::sequence(cx, "multi_dot", &b["arrays"], None)?;
    if xs.len() < 2 {
        return Err(Error::value_error("multi_dot requires at least two arrays"));
    }
    let mut out = xs[0].clone();
    for x in &xs[1..] {
        out = products::dot(cx, &out, x, out.dtype())?;
    }
    Ok(out.into())
}
fn tensorinv(cx: &Cx, b: &Bound) -> Result<Arg> {
    let a = matrix_arg(cx, "tensorinv", &b["a"])?;
    let ind = cv::static_int(cx, &b["ind"])?;
    if ind <= 0 {
        return Err(Error::value_error(format!("ind must be a positive integer; got ind={ind}")));
    }
    let (lead, rest) = a.shape().split_at((ind as usize).min(a.ndim()));
    let (m, n): (usize, usize) = (lead.iter().product(), rest.iter().product());
    let shape: Vec<usize> = rest.iter().chain(lead).copied().collect();
    let i = inv(cx, &p::reshape(cx, &a, &[m, n])?)?;
    Ok(p::reshape(cx, &i, &shape)?.into())
}
fn tensorsolve(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (a, rhs) = pair(cx, "jnp.linalg.tensorsolve", &b["a"], &b["b"])?;
    let out: Vec<usize> = a.shape()[rhs.ndim()..].to_vec();
    let n = rhs.aval().size();
    let m = p::reshape(cx, &a, &[n, out.iter().product()])?;
    let x = solve(cx, &m, &p::reshape(cx, &rhs, &[n])?)?;
    Ok(p::reshape(cx, &x, &out)?.into())
}

/// Whether a `lower=` argument says so.
fn lower_arg(cx: &Cx, b: &Bound) -> Result<bool> {
    cv::truth(cx, &b["lower"])
}
fn cho_factor(cx: &Cx, b: &Bound) -> Result<Arg> {
    let a = matrix_arg(cx, "cho_factor", &b["a"])?;
    let lower = lower_arg(cx, b)?;
    let l = cx.bind1(Prim::Cholesky, Params::None, &[if lower { a } else { h(cx, &a)? }])?;
    let f = if lower { l } else { h(cx, &l)? };
    Ok(Arg::Tuple(vec![f.into(), Arg::Bool(lower)]))
}
fn as_matrix(cx: &Cx, b: &Value) -> Result<(Value, bool)> {
    if b.ndim() == 1 { Ok((p::expand_dims(cx, b, &[1])?, true)) } else { Ok((b.clone(), false)) }
}
fn as_given(cx: &Cx, x: Value, vector: bool) -> Result<Value> {
    if vector { p::squeeze(cx, &x, &[x.ndim() - 1]) } else { Ok(x) }
}
fn cho_solve(cx: &Cx, b: &Bound) -> Result<Arg> {
    let Some([c, lower]) = b["c_and_lower"].sequence() else {
        return Err(Error::type_error("cho_solve takes a pair of a factor and whether it is lower"));
    };
    let lower = cv::truth(cx, lower)?;
    let (c, rhs) = pair(cx, "cho_solve", c, &b["b"])?;
    let (x, vector) = as_matrix(cx, &rhs)?;
    let x = triangular_solve(cx, &c, &x, Triangle { lower, transpose: !lower, unit: false })?;
    let x = triangular_solve(cx, &c, &x, Triangle { lower, transpose: lower, unit: false })?;
    Ok(as_given(cx, x, vector)?.into())
}
fn solve_triangular(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (a, rhs) = pair(cx, "solve_triangular", &b["a"], &b["b"])?;
    let transpose = match &b["trans"] {
        Arg::Int(0) => false,
        Arg::Str(s) if &**s == "N" => false,
        Arg::Int(1) | Arg::Int(2) => true,
        Arg::Str(s) if matches!(&**s, "T" | "C") => true,
        other => return Err(Error::value_error(format!("Invalid 'trans' value {}", crate::print::repr_short(other)))),
    };
    let (x, vector) = as_matrix(cx, &rhs)?;
    let t = Triangle { lower: lower_arg(cx, b)?, transpose, unit: cv::truth(cx, &b["unit_diagonal"])? };
    Ok(as_given(cx, triangular_solve(cx, &a, &x, t)?, vector)?.into())
}
fn scipy_solve(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (a, rhs) = pair(cx, "solve", &b["a"], &b["b"])?;
    if b["assume_a"].as_str() == Some("pos") {
        let l = cx.bind1(Prim::Cholesky, Params::None, &[symmetrize(cx, &a)?])?;
        let (x, vector) = as_matrix(cx, &rhs)?;
        let x = triangular_solve(cx, &l, &x, Triangle { lower: true, ..Default::default() })?;
        let x = triangular_solve(cx, &l, &x, Triangle { lower: true, transpose: true, unit: false })?;
        return Ok(as_given(cx, x, vector)?.into());
    }
    Ok(solve(cx, &a, &rhs)?.into())
}
fn scipy_lu(cx: &Cx, b: &Bound) -> Result<Arg> {
    let a = matrix_arg(cx, "lu", &b["a"])?;
    let (m, n) = (a.shape()[a.ndim() - 2], a.shape()[a.ndim() - 1]);
    let k = m.min(n);
    let out = cx.bind(Prim::Lu, Params::None, std::slice::from_ref(&a))?;
    let lower = crate::creation::triangle(cx, &p::slice_in_dim(cx, &out[0], 0, k, 1, a.ndim() - 1)?, -1, true)?;
    let unit = p::add(cx, &lower, &crate::creation::eye(cx, m, k, 0, a.dtype())?)?;
    let upper = crate::creation::triangle(cx, &p::slice_in_dim(cx, &out[0], 0, k, 1, a.ndim() - 2)?, 0, false)?;
    let ix = p::iota(cx, DType::I32, &[m], 0)?;
    let perm = u::equal(cx, &p::expand_dims(cx, &out[2], &[0])?, &p::expand_dims(cx, &ix, &[1])?)?;
    let perm = p::convert(cx, &perm, a.dtype(), false)?;
    if cv::truth(cx, &b["permute_l"])? {
        return Ok(Arg::Tuple(vec![mm(cx, &perm, &unit)?.into(), upper.into()]));
    }
    Ok(Arg::Tuple(vec![perm.into(), unit.into(), upper.into()]))
}
/// Matrix exponential: scaling, a Padé approximant of order 13, squaring a static number of times.
fn expm(cx: &Cx, b: &Bound) -> Result<Arg> {
    let a = matrix_arg(cx, "expm", &b["A"])?;
    let n = square("expm", &a)?;
    let c: [f64; 14] = [
        64764752532480000.0,
        32382376266240000.0,
        7771770303897600.0,
        1187353796428800.0,
        129060195264000.0,
        10559470521600.0,
        670442572800.0,
        33522128640.0,
        1323241920.0,
        40840800.0,
        960960.0,
        16380.0,
        182.0,
        1.0,
    ];
    // The number of squarings must be static: from the concrete norm, or the largest allowed.
    let one_norm = norm(cx, &a, &Arg::Int(1), &Arg::Tuple(vec![Arg::Int(-2), Arg::Int(-1)]), false)?;
    let size = cx
        .peek(&one_norm)
        .map(|v| v.to_f64s())
        .transpose()?
        .map_or(5.4 * 65536.0, |v| v.into_iter().fold(0.0, f64::max));
    let squarings = (size / 5.371_920_351_148_152).log2().ceil().clamp(0.0, 16.0) as i32;
    let x = p::mul(cx, &a, &p::like(&a, 2f64.powi(-squarings)))?;
    let e = p::broadcast_to(cx, &crate::creation::eye(cx, n, n, 0, a.dtype())?, a.shape())?;
    let x2 = mm(cx, &x, &x)?;
    let x4 = mm(cx, &x2, &x2)?;
    let x6 = mm(cx, &x4, &x2)?;
    let lin = |k: [f64; 4]| (ex(cx, &x6) * k[0] + ex(cx, &x4) * k[1] + ex(cx, &x2) * k[2] + ex(cx, &e) * k[3]).get();
    let high = |k: [f64; 3]| (ex(cx, &x6) * k[0] + ex(cx, &x4) * k[1] + ex(cx, &x2) * k[2]).get();
    let odd = (ex(cx, &mm(cx, &x6, &high([c[13], c[11], c[9]])?)?) + &lin([c[7], c[5], c[3], c[1]])?).get()?;
    let uu = mm(cx, &x, &odd)?;
    let vv = (ex(cx, &mm(cx, &x6, &high([c[12], c[10], c[8]])?)?) + &lin([c[6], c[4], c[2], c[0]])?).get()?;
    let mut r = solve(cx, &(ex(cx, &vv) - &uu).get()?, &(ex(cx, &vv) + &uu).get()?)?;
    for _ in 0..squarings {
        r = mm(cx, &r, &r)?;
    }
    Ok(r.into())
}
fn block_diag(cx: &Cx, b: &Bound) -> Result<Arg> {
    let xs = b["arrs"].sequence().unwrap_or_default();
    let args: Vec<&Arg> = xs.iter().collect();
    let blocks = promote_blocks(cx, &args)?;
    let columns: usize = blocks.iter().map(|x| x.shape()[1]).sum();
    let mut before = 0;
    let mut rows = Vec::new();
    for x in &blocks {
        let after = columns - before - x.shape()[1];
        rows.push(p::pad(cx, x, &p::like(x, 0.0), &[(0, 0, 0), (before as i64, after as i64, 0)])?);
        before += x.shape()[1];
    }
    Ok(p::concatenate(cx, &rows, 0)?.into())
}
fn promote_blocks(cx: &Cx, xs: &[&Arg]) -> Result<Vec<Value>> {
    cv::check_arraylike("block_diag", xs)?;
    let (d, w) = cv::common_type(cx, xs)?;
    xs.iter().map(|x| shaping::atleast(cx, &cv::convert_arg(cx, x, d, w)?, 2)).collect()
}

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.numpy.linalg.norm",
        "x, ord=None, axis=None, keepdims=False",
        "Vector or matrix norm; its gradient is NaN at 0.",
        Sync(|cx, b| {
            Ok(norm(cx, &matrix_arg(cx, "norm", &b["x"])?, &b["ord"], &b["axis"], cv::truth(cx, &b["keepdims"])?)?
                .into())
        }),
    ),
    entry(
        "jax.numpy.linalg.vector_norm",
        "x, /, *, axis=None, keepdims=False, ord=2",
        "Vector norm.",
        Sync(|cx, b| {
            let x = matrix_arg(cx, "vector_norm", &b["x"])?;
            let axes = cv::axes(cx, &b["axis"], x.ndim())?;
            Ok(vector_norm_(cx, &x, &b["ord"], &axes, cv::truth(cx, &b["keepdims"])?)?.into())
        }),
    ),
    entry(
        "jax.numpy.linalg.matrix_norm",
        "x, /, *, keepdims=False, ord='fro'",
        "Matrix norm.",
        Sync(|cx, b| {
            let x = matrix_arg(cx, "matrix_norm", &b["x"])?;
            Ok(norm(cx, &x, &b["ord"], &Arg::Tuple(vec![Arg::Int(-2), Arg::Int(-1)]), cv::truth(cx, &b["keepdims"])?)?
                .into())
        }),
    ),
    entry(
        "jax.numpy.linalg.solve",
        "a, b",
        "x with a @ x == b.",
        Sync(|cx, b| {
            let (a, rhs) = pair(cx, "jnp.linalg.solve", &b["a"], &b["b"])?;
            Ok(solve(cx, &a, &rhs)?.into())
        }),
    ),
    entry(
        "jax.numpy.linalg.inv",
        "a",
        "Inverse matrix.",
        Sync(|cx, b| Ok(inv(cx, &matrix_arg(cx, "inv", &b["a"])?)?.into())),
    ),
    entry(
        "jax.numpy.linalg.det",
        "a",
        "Determinant.",
        Sync(|cx, b| Ok(det(cx, &matrix_arg(cx, "det", &b["a"])?)?.into())),
    ),
    entry(
        "jax.numpy.linalg.slogdet",
        "a, *, method=None",
        "Sign and logarithm of the determinant.",
        Sync(|cx, b| {
            Ok(named("SlogdetResult", &["sign", "logabsdet"], slogdet(cx, &matrix_arg(cx, "slogdet", &b["a"])?)?))
        }),
    ),
    entry(
        "jax.numpy.linalg.cholesky",
        "a, *, upper=False, symmetrize_input=True",
        "Cholesky factor.",
        Sync(|cx, b| {
            let l = cholesky(cx, &matrix_arg(cx, "cholesky", &b["a"])?, cv::truth(cx, &b["symmetrize_input"])?)?;
            Ok(if cv::truth(cx, &b["upper"])? { h(cx, &l)? } else { l }.into())
        }),
    ),
    entry(
        "jax.numpy.linalg.eigh",
        "a, UPLO=None, symmetrize_input=True",
        "Eigenvalues and vectors of a symmetric matrix.",
        Sync(|cx, b| Ok(named("EighResult", &["eigenvalues", "eigenvectors"], eigh(cx, b)?))),
    ),
    entry(
        "jax.numpy.linalg.eigvalsh",
        "a, UPLO='L', *, symmetrize_input=True",
        "Eigenvalues of a symmetric matrix.",
        Sync(|cx, b| Ok(eigh(cx, b)?.remove(0).into())),
    ),
    entry(
        "jax.numpy.linalg.eig",
        "a",
        "Eigenvalues and vectors.",
        Sync(|cx, b| Ok(named("EigResult", &["eigenvalues", "eigenvectors"], eig(cx, b, true)?))),
    ),
    entry("jax.numpy.linalg.eigvals", "a", "Eigenvalues.", Sync(|cx, b| Ok(eig(cx, b, false)?.remove(0).into()))),
    entry(
        "jax.numpy.linalg.svd",
        "a, full_matrices=True, compute_uv=True, hermitian=False, subset_by_index=None",
        "Singular value decomposition.",
        Sync(svd_entry),
    ),
    entry(
        "jax.numpy.linalg.svdvals",
        "x, /",
        "Singular values.",
        Sync(|cx, b| Ok(svd_values(cx, &matrix_arg(cx, "svdvals", &b["x"])?)?.into())),
    ),
    entry("jax.numpy.linalg.qr", "a, mode='reduced'", "QR factorisation.", Sync(qr)),
    entry(
        "jax.numpy.linalg.pinv",
        "a, rtol=None, hermitian=False, *, rcond=None",
        "Pseudoinverse.",
        Sync(|cx, b| {
            let a = matrix_arg(cx, "pinv", &b["a"])?;
            let r = if b["rtol"].is_none() { &b["rcond"] } else { &b["rtol"] };
            Ok(pinv(cx, &a, if r.is_none() { None } else { Some(cv::float(cx, r)?) })?.into())
        }),
    ),
    entry("jax.numpy.linalg.lstsq", "a, b, rcond=None, *, numpy_resid=False", "Least squares solution.", Sync(lstsq)),
    entry("jax.numpy.linalg.cond", "x, p=None", "Condition number.", Sync(cond)),
    entry(
        "jax.numpy.linalg.matrix_rank",
        "M, rtol=None, hermitian=False, *, tol=None",
        "Rank by singular values.",
        Sync(matrix_rank),
    ),
    entry(
        "jax.numpy.linalg.matrix_power",
        "a, n",
        "Power of a matrix.",
        Sync(|cx, b| {
            let a = val(cx, "matrix_power", &b["a"])?;
            Ok(matrix_power(cx, &a, cv::static_int(cx, &b["n"])?)?.into())
        }),
    ),
    entry("jax.numpy.linalg.multi_dot", "arrays, *, precision=None", "Product of several matrices.", Sync(multi_dot)),
    entry("jax.numpy.linalg.tensorinv", "a, ind=2", "Inverse for tensordot.", Sync(tensorinv)),
    entry("jax.numpy.linalg.tensorsolve", "a, b, axes=None", "Solution for tensordot.", Sync(tensorsolve)),
    entry(
        "jax.scipy.linalg.cholesky",
        "a, lower=False, overwrite_a=False, check_finite=True",
        "Cholesky factor, upper by default.",
        Sync(|cx, b| {
            let l = cholesky(cx, &matrix_arg(cx, "cholesky", &b["a"])?, true)?;
            Ok(if lower_arg(cx, b)? { l } else { h(cx, &l)? }.into())
        }),
    ),
    entry(
        "jax.scipy.linalg.cho_factor",
        "a, lower=False, overwrite_a=False, check_finite=True",
        "Cholesky factor for cho_solve.",
        Sync(cho_factor),
    ),
    entry(
        "jax.scipy.linalg.cho_solve",
        "c_and_lower, b, overwrite_b=False, check_finite=True",
        "Solution by a Cholesky factor.",
        Sync(cho_solve),
    ),
    entry(
        "jax.scipy.linalg.solve_triangular",
        "a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, debug=None, check_finite=True",
        "Solution of a triangular system.",
        Sync(solve_triangular),
    ),
    entry(
        "jax.scipy.linalg.solve",
        "a, b, lower=False, overwrite_a=False, overwrite_b=False, debug=False, check_finite=True, assume_a='gen'",
        "x with a @ x == b.",
        Sync(scipy_solve),
    ),
    entry(
        "jax.scipy.linalg.inv",
        "a, overwrite_a=False, check_finite=True",
        "Inverse matrix.",
        Sync(|cx, b| Ok(inv(cx, &matrix_arg(cx, "inv", &b["a"])?)?.into())),
    ),
    entry(
        "jax.scipy.linalg.det",
        "a, overwrite_a=False, check_finite=True",
        "Determinant.",
        Sync(|cx, b| Ok(det(cx, &matrix_arg(cx, "det", &b["a"])?)?.into())),
    ),
    entry(
        "jax.scipy.linalg.lu",
        "a, permute_l=False, overwrite_a=False, check_finite=True",
        "LU factorisation.",
        Sync(scipy_lu),
    ),
    entry("jax.scipy.linalg.expm", "A, *, upper_triangular=False, max_squarings=16", "Matrix exponential.", Sync(expm)),
    entry("jax.scipy.linalg.block_diag", "*arrs", "Blocks on a diagonal.", Sync(block_diag)),
];
