//! Factorisations of matrices over leading batch axes: cholesky, lu, qr, eigh, eig, svd, triangular_solve.

use super::matrix::*;
use super::shared::*;
use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops;
use crate::params::Params;
use crate::prim::Prim;
use crate::rows::*;
use crate::value::{Bind, Outs, Value};

/// Checks dtypes and ranks and splits off the last `ranks[i]` axes of each operand; gives the batch axes.
fn check<'a>(name: &str, xs: &[&'a ShapedArray], ranks: &[usize]) -> Result<(&'a [usize], Vec<&'a [usize]>)> {
    let kinds = Accept::FloatOrComplex;
    for (i, x) in xs.iter().enumerate() {
        if !kinds.accepts(x.dtype) {
            return Err(Error::type_error(format!(
                "{name} does not accept dtype {} at position {i}. Accepted dtypes at position {i} are subtypes of {}.",
                x.dtype,
                kinds.kinds()
            )));
        }
    }
    if xs.iter().any(|x| x.dtype != xs[0].dtype) {
        let got = xs.iter().map(|x| x.dtype.name()).collect::<Vec<_>>().join(", ");
        return Err(Error::type_error(format!("lax.{name} requires arguments to have equal dtypes, got {got}.")));
    }
    let mut dims = Vec::new();
    for (i, (x, &rank)) in xs.iter().zip(ranks).enumerate() {
        if x.ndim() < rank {
            return Err(Error::type_error(format!(
                "Input {i} to {name} must have rank at least {rank}, but got shape={}",
                tuple_text(&x.shape)
            )));
        }
        dims.push(x.shape.split_at(x.ndim() - rank));
    }
    if dims.iter().any(|d| d.0.len() != dims[0].0.len()) {
        let counts = dims.iter().map(|d| d.0.len().to_string()).collect::<Vec<_>>().join(", ");
        return Err(Error::type_error(format!(
            "All inputs to {name} must have the same number of batch dimensions, but got [{counts}] batch dimensions for the inputs."
        )));
    }
    Ok((dims[0].0, dims.into_iter().map(|d| d.1).collect()))
}

fn out(x: &ShapedArray, batch: &[usize], dims: &[usize], dtype: DType) -> ShapedArray {
    x.with_shape(batch.iter().chain(dims).copied().collect::<Vec<_>>()).with_dtype(dtype)
}

/// Every batch axis in front, as the factorisations take them.
fn batch_in_front(cx: &dyn Bind, prim: Prim, p: &Params, size: usize, xs: &[Batched]) -> Result<Vec<Batched>> {
    let xs = xs.iter().map(|x| at_front(cx, x, size)).collect::<Result<Vec<_>>>()?;
    Ok(cx.bind(prim, p.clone(), &xs)?.into_iter().map(|x| (x, Some(0))).collect())
}

/// The tangent of the one operand, or an early return with none.
macro_rules! tangent_or_return {
    ($cx:expr, $prim:expr, $p:expr, $xs:expr, $ts:expr) => {
        match &$ts[0] {
            Some(t) => t,
            None => {
                let outs = $cx.bind($prim, $p.clone(), $xs)?;
                let none = vec![None; outs.len()];
                return Ok((outs, none));
            }
        }
    };
}

fn cholesky_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let dx = tangent_or_return!(cx, Prim::Cholesky, p, xs, ts);
    let l = tril(cx, &cx.bind1(Prim::Cholesky, Params::None, xs)?, 0)?;
    let right = Triangular { lower: true, transpose: true, conjugate: true, ..Triangular::default() };
    let inner = triangular_solve(cx, &l, dx, right)?;
    let inner = triangular_solve(cx, &l, &inner, Triangular { left: true, lower: true, ..Triangular::default() })?;
    // phi halves the diagonal of the lower triangle.
    let n = l.shape()[l.ndim() - 1];
    let one = ops::scalar_like(&l, 1.0);
    let weights = ops::add(cx, &one, &eye(cx, l.dtype(), batch_of(l.aval()), n)?)?;
    let phi = ops::div(cx, &tril(cx, &inner, 0)?, &weights)?;
    let dl = matmul(cx, &l, &phi)?;
    Ok((smallvec::smallvec![l], vec![Some(dl)]))
}

/// Cholesky factor.
pub static CHOLESKY: Row = Row {
    name: "cholesky",
    doc: "The lower triangular factor of a positive definite matrix, from its lower triangle; NaN if it has none.",
    typing: Typing::Rule(|_, xs| {
        let (_, dims) = check("cholesky", xs, &[2])?;
        if dims[0][0] != dims[0][1] {
            return Err(Error::value_error(format!(
                "The input to cholesky must be a square matrix. Got shape {}.",
                tuple_text(dims[0])
            )));
        }
        Ok(vec![xs[0].clone()])
    }),
    jvp: Jvp::Rule(cholesky_jvp),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, size, xs| batch_in_front(cx, Prim::Cholesky, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Flushes,
    switching: &[],
};

fn lu_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let da = tangent_or_return!(cx, Prim::Lu, p, xs, ts);
    let outs = cx.bind(Prim::Lu, Params::None, xs)?;
    let (lu, permutation) = (&outs[0], &outs[2]);
    let (m, n) = (lu.shape()[lu.ndim() - 2], lu.shape()[lu.ndim() - 1]);
    let (k, batch, dtype) = (m.min(n), batch_of(lu.aval()), lu.dtype());
    let grown = |x: &Value, rows: usize, columns: usize| {
        let mut config = vec![(0, 0, 0); batch.len()];
        config.push((0, rows as i64, 0));
        config.push((0, columns as i64, 0));
        ops::pad(cx, x, &zero(dtype), &config)
    };
    let l = grown(&tril(cx, &block(cx, lu, (0, m), (0, k))?, -1)?, 0, m - k)?;
    let l = ops::add(cx, &l, &eye(cx, dtype, batch, m)?)?;
    let mut corner = vec![(0, 0, 0); batch.len()];
    corner.extend([(k as i64, 0, 0), (k as i64, 0, 0)]);
    let u_eye = ops::pad(cx, &eye(cx, dtype, batch, n - k)?, &zero(dtype), &corner)?;
    let u = grown(&triu(cx, &block(cx, lu, (0, k), (0, n))?, 0)?, n - k, 0)?;
    let u = ops::add(cx, &u, &u_eye)?;
    let lower = Triangular { left: true, lower: true, unit: true, ..Triangular::default() };
    let la = triangular_solve(cx, &l, &permute_rows(cx, da, permutation)?, lower)?;
    let lau = triangular_solve(cx, &u, &la, Triangular::default())?;
    let dl = matmul(cx, &l, &tril(cx, &lau, -1)?)?;
    let du = matmul(cx, &triu(cx, &lau, 0)?, &u)?;
    let dlu = ops::add(cx, &dl, &du)?;
    Ok((outs, vec![Some(dlu), None, None]))
}

/// LU factorisation.
pub static LU: Row = Row {
    name: "lu",
    doc: "LU factorisation with row exchanges: both factors in one matrix, the exchanges, and the permutation they make.",
    typing: Typing::Rule(|_, xs| {
        let (batch, dims) = check("lu", xs, &[2])?;
        let (m, n) = (dims[0][0], dims[0][1]);
        Ok(vec![xs[0].clone(), out(xs[0], batch, &[m.min(n)], DType::I32), out(xs[0], batch, &[m], DType::I32)])
    }),
    jvp: Jvp::Rule(lu_jvp),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, size, xs| batch_in_front(cx, Prim::Lu, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Flushes,
    switching: &[],
};

/// Row exchanges as a permutation.
pub static LU_PIVOTS_TO_PERMUTATION: Row = Row {
    name: "lu_pivots_to_permutation",
    doc: "The permutation that a sequence of row exchanges makes.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::LuPivots { permutation_size } = p);
        let x = xs[0];
        if x.ndim() == 0 || x.dtype != DType::I32 {
            return Err(Error::type_error(format!("lu_pivots_to_permutation needs a vector of int32, got {x}.")));
        }
        let last = x.ndim() - 1;
        if *permutation_size < x.shape[last] {
            return Err(Error::value_error(format!(
                "Output permutation size {permutation_size} has to exceed the trailing dimension of the pivots. Got pivots size {}",
                x.shape[last]
            )));
        }
        Ok(vec![out(x, &x.shape[..last], &[*permutation_size], DType::I32)])
    }),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, size, xs| batch_in_front(cx, Prim::LuPivotsToPermutation, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};

/// QR's derivative for matrices with at least as many rows as columns (Townsend, "Differentiating the QR decomposition").
fn thin_qr_jvp(cx: &dyn Bind, q: &Value, r: &Value, dx: &Value) -> Result<(Value, Value)> {
    let dx_rinv = triangular_solve(cx, r, dx, Triangular::default())?;
    let x = matmul(cx, &h(cx, q)?, &dx_rinv)?;
    let lower = tril(cx, &x, -1)?;
    let mut skew = ops::sub(cx, &lower, &h(cx, &lower)?)?;
    if x.dtype().is_complex() {
        let n = r.shape()[r.ndim() - 1];
        let imaginary = ops::sub(cx, &x, &ops::convert(cx, &real(cx, &x)?, x.dtype(), false)?)?;
        let diagonal = ops::mul(cx, &eye(cx, x.dtype(), batch_of(x.aval()), n)?, &imaginary)?;
        skew = ops::add(cx, &skew, &diagonal)?;
    }
    let dq = ops::add(cx, &matmul(cx, q, &ops::sub(cx, &skew, &x)?)?, &dx_rinv)?;
    let dr = matmul(cx, &ops::sub(cx, &x, &skew)?, r)?;
    Ok((dq, dr))
}

fn qr_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    take!(Params::Linalg { full_matrices, .. } = p);
    let dx = tangent_or_return!(cx, Prim::Qr, p, xs, ts);
    let outs = cx.bind(Prim::Qr, p.clone(), xs)?;
    let (q, r, x) = (&outs[0], &outs[1], &xs[0]);
    let last = x.ndim() - 1;
    let (m, n) = (x.shape()[last - 1], x.shape()[last]);
    if m < n {
        // X = [X1 X2], R = [R1 R2]: X1 = Q R1 is square, and R2 = Q^H X2.
        let (dq, dr1) = thin_qr_jvp(cx, q, &block(cx, r, (0, m), (0, m))?, &block(cx, dx, (0, m), (0, m))?)?;
        let (x2, dx2) = (block(cx, x, (0, m), (m, n))?, block(cx, dx, (0, m), (m, n))?);
        let dr2 = ops::add(cx, &matmul(cx, &h(cx, &dq)?, &x2)?, &matmul(cx, &h(cx, q)?, &dx2)?)?;
        let dr = ops::concatenate(cx, &[dr1, dr2], last)?;
        return Ok((outs, vec![Some(dq), Some(dr)]));
    }
    if !full_matrices || m == n {
        let (dq, dr) = thin_qr_jvp(cx, q, r, dx)?;
        return Ok((outs, vec![Some(dq), Some(dr)]));
    }
    // Full matrices (arXiv 2409.13374): the extra columns of Q follow from Z = Q_pn (Q_nn - I)^-1.
    let q_mn = block(cx, q, (0, m), (0, n))?;
    let q_mp = block(cx, q, (0, m), (n, m))?;
    let (dq_mn, dr_nn) = thin_qr_jvp(cx, &q_mn, &block(cx, r, (0, n), (0, n))?, dx)?;
    let (q_nn, q_pn) = (block(cx, &q_mn, (0, n), (0, n))?, block(cx, &q_mn, (n, m), (0, n))?);
    let (dq_nn, dq_pn) = (block(cx, &dq_mn, (0, n), (0, n))?, block(cx, &dq_mn, (n, m), (0, n))?);
    let shifted = ops::sub(cx, &q_nn, &eye(cx, q_nn.dtype(), batch_of(q_nn.aval()), n)?)?;
    let zh = solve(cx, &shifted, &h(cx, &q_pn)?, true)?;
    let z = h(cx, &zh)?;
    let left = matmul(cx, &dq_mn, &zh)?;
    let basis = ops::add(cx, &q_mn, &matmul(cx, &q_mp, &z)?)?;
    let moved = ops::sub(cx, &dq_pn, &matmul(cx, &z, &dq_nn)?)?;
    let dq_mp = ops::sub(cx, &left, &matmul(cx, &basis, &h(cx, &moved)?)?)?;
    let dq = ops::concatenate(cx, &[dq_mn, dq_mp], last)?;
    let mut rest = dr_nn.shape().to_vec();
    rest[last - 1] = m - n;
    let zeros = ops::full(cx, &rest, dr_nn.dtype(), 0.0)?;
    let dr = ops::concatenate(cx, &[dr_nn, zeros], last - 1)?;
    Ok((outs, vec![Some(dq), Some(dr)]))
}

/// QR factorisation.
pub static QR: Row = Row {
    name: "qr",
    doc: "An orthogonal (unitary) and an upper triangular factor.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::Linalg { full_matrices, .. } = p);
        let (batch, dims) = check("qr", xs, &[2])?;
        let (m, n) = (dims[0][0], dims[0][1]);
        let k = if *full_matrices { m } else { m.min(n) };
        Ok(vec![out(xs[0], batch, &[m, k], xs[0].dtype), out(xs[0], batch, &[k, n], xs[0].dtype)])
    }),
    jvp: Jvp::Rule(qr_jvp),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, size, xs| batch_in_front(cx, Prim::Qr, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Flushes,
    switching: &[],
};

fn eigh_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let da = tangent_or_return!(cx, Prim::Eigh, p, xs, ts);
    let a = &xs[0];
    let symmetric = ops::div(cx, &ops::add(cx, a, &h(cx, a)?)?, &ops::scalar_like(a, 2.0))?;
    let outs = cx.bind(Prim::Eigh, p.clone(), &[symmetric])?;
    let v = &outs[0];
    let w = ops::convert(cx, &outs[1], a.dtype(), false)?;
    let n = a.ndim();
    let identity = eye(cx, a.dtype(), batch_of(a.aval()), a.shape()[n - 1])?;
    let (row, column) = (ops::expand_dims(cx, &w, &[n - 2])?, ops::expand_dims(cx, &w, &[n - 1])?);
    // 1 / (w_j - w_i) off the diagonal, 0 on it.
    let gaps = ops::sub(cx, &ops::add(cx, &identity, &row)?, &column)?;
    let f = ops::sub(cx, &ops::integer_pow(cx, &gaps, -1)?, &identity)?;
    let inner = matmul(cx, &matmul(cx, &h(cx, v)?, da)?, v)?;
    let dv = matmul(cx, v, &ops::mul(cx, &f, &inner)?)?;
    let dw = diagonal(cx, &real(cx, &inner)?)?;
    Ok((outs, vec![Some(dv), Some(dw)]))
}

/// Symmetric eigenvalue problem.
pub static EIGH: Row = Row {
    name: "eigh",
    doc: "Eigenvectors and ascending eigenvalues of a symmetric (Hermitian) matrix.",
    typing: Typing::Rule(|_, xs| {
        let (batch, dims) = check("eigh", xs, &[2])?;
        if dims[0][0] != dims[0][1] {
            return Err(Error::value_error(format!(
                "Argument to symmetric eigendecomposition must have shape [..., n, n], got shape {}",
                tuple_text(dims[0])
            )));
        }
        Ok(vec![xs[0].clone(), out(xs[0], batch, &dims[0][..1], xs[0].dtype.real())])
    }),
    jvp: Jvp::Rule(eigh_jvp),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, size, xs| batch_in_front(cx, Prim::Eigh, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Flushes,
    switching: &[],
};

fn eig_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    take!(Params::Eig { compute_left_eigenvectors, compute_right_eigenvectors } = p);
    let da = tangent_or_return!(cx, Prim::Eig, p, xs, ts);
    if *compute_left_eigenvectors || *compute_right_eigenvectors {
        return Err(Error::not_implemented(
            "Derivatives of non-symmetric eigenvectors are only valid under assumptions on the input that JAX cannot check (see the enable_eigvec_derivs argument to jax.lax.linalg.eig). Pass enable_eigvec_derivs=True to jax.lax.linalg.eig to opt in. See https://github.com/jax-ml/jax/issues/2748 for discussion.",
        ));
    }
    let with_vectors = Params::Eig { compute_left_eigenvectors: false, compute_right_eigenvectors: true };
    let outs = cx.bind(Prim::Eig, with_vectors, xs)?;
    let v = &outs[1];
    let inner = solve(cx, v, &ops::convert(cx, da, v.dtype(), false)?, false)?;
    let dw = ops::reduce_sum(cx, &ops::mul(cx, &inner, &t(cx, v)?)?, &[v.ndim() - 1])?;
    Ok((smallvec::smallvec![outs[0].clone()], vec![Some(dw)]))
}

/// General eigenvalue problem.
pub static EIG: Row = Row {
    name: "eig",
    doc: "Eigenvalues of a square matrix, with left and right eigenvectors if wanted; all complex.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::Eig { compute_left_eigenvectors, compute_right_eigenvectors } = p);
        let (batch, dims) = check("eig", xs, &[2])?;
        if dims[0][0] != dims[0][1] {
            return Err(Error::value_error(format!(
                "Argument to nonsymmetric eigendecomposition must have shape [..., n, n], got shape {}",
                tuple_text(dims[0])
            )));
        }
        let dtype = xs[0].dtype.to_complex();
        let mut outs = vec![out(xs[0], batch, &dims[0][..1], dtype)];
        for wanted in [compute_left_eigenvectors, compute_right_eigenvectors] {
            if *wanted {
                outs.push(out(xs[0], batch, dims[0], dtype));
            }
        }
        Ok(outs)
    }),
    jvp: Jvp::Rule(eig_jvp),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, size, xs| batch_in_front(cx, Prim::Eig, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Flushes,
    switching: &[],
};

fn svd_jvp(cx: &dyn Bind, p: &Params, xs: &[Value], ts: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    take!(Params::Linalg { full_matrices, compute_vectors, lower } = p);
    let da = tangent_or_return!(cx, Prim::Svd, p, xs, ts);
    let a = &xs[0];
    let rank = a.ndim();
    let (m, n) = (a.shape()[rank - 2], a.shape()[rank - 1]);
    let thin = Params::Linalg { full_matrices: false, compute_vectors: true, lower: *lower };
    let outs = cx.bind(Prim::Svd, thin, xs)?;
    if *compute_vectors && *full_matrices && m != n {
        return Err(Error::not_implemented("Singular value decomposition JVP not implemented for full matrices"));
    }
    let (s, u, vt) = (&outs[0], &outs[1], &outs[2]);
    let (ut, v) = (h(cx, u)?, h(cx, vt)?);
    let ds_matrix = matmul(cx, &matmul(cx, &ut, da)?, &v)?;
    let ds = diagonal(cx, &real(cx, &ds_matrix)?)?;
    if !compute_vectors {
        return Ok((smallvec::smallvec![s.clone()], vec![Some(ds)]));
    }
    let full = |x: &Value| ops::convert(cx, x, a.dtype(), false);
    let one = ops::scalar_like(s, 1.0);
    let (row, column) = (ops::expand_dims(cx, s, &[rank - 2])?, ops::expand_dims(cx, s, &[rank - 1])?);
    let gaps = ops::mul(cx, &ops::add(cx, &row, &column)?, &ops::sub(cx, &row, &column)?)?;
    let identity = eye(cx, s.dtype(), batch_of(a.aval()), s.shape()[rank - 2])?;
    let f = ops::sub(cx, &ops::div(cx, &one, &ops::add(cx, &gaps, &identity)?)?, &identity)?;
    let f = full(&f)?;
    let s_row = full(&row)?;
    let dss = ops::mul(cx, &s_row, &ds_matrix)?;
    let sds = ops::mul(cx, &full(&column)?, &ds_matrix)?;
    let zeros = ops::convert(cx, &ops::eq(cx, s, &ops::full(cx, s.shape(), s.dtype(), 0.0)?)?, s.dtype(), false)?;
    let s_inv = ops::sub(cx, &ops::div(cx, &one, &ops::add(cx, s, &zeros)?)?, &zeros)?;
    let s_inv = full(&diagonal_matrix(cx, &s_inv)?)?;
    let skew = ops::sub(cx, &ds_matrix, &h(cx, &ds_matrix)?)?;
    let half = ops::mul(cx, &ops::scalar_like(&skew, 0.5), &skew)?;
    let du_diagonal = ops::mul(cx, &half, &s_inv)?;
    let sum = |x: &Value| ops::mul(cx, &f, &ops::add(cx, x, &h(cx, x)?)?);
    let mut du = matmul(cx, u, &ops::add(cx, &sum(&dss)?, &du_diagonal)?)?;
    let mut dv = matmul(cx, &v, &sum(&sds)?)?;
    // What lies outside the column (row) space.
    let outside = |d: &Value, basis: &Value, basis_h: &Value| -> Result<Value> {
        let inside = matmul(cx, basis, &matmul(cx, basis_h, d)?)?;
        ops::div(cx, &ops::sub(cx, d, &inside)?, &s_row)
    };
    if m > n {
        du = ops::add(cx, &du, &outside(&matmul(cx, da, &v)?, u, &ut)?)?;
    }
    if n > m {
        dv = ops::add(cx, &dv, &outside(&matmul(cx, &h(cx, da)?, u)?, &v, vt)?)?;
    }
    let dvt = h(cx, &dv)?;
    Ok((outs, vec![Some(ds), Some(du), Some(dvt)]))
}

/// Singular value decomposition.
pub static SVD: Row = Row {
    name: "svd",
    doc: "Descending singular values, and the left and right singular vectors if wanted.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::Linalg { full_matrices, compute_vectors, .. } = p);
        let (batch, dims) = check("svd", xs, &[2])?;
        let (m, n) = (dims[0][0], dims[0][1]);
        let k = m.min(n);
        let dtype = xs[0].dtype;
        let mut outs = vec![out(xs[0], batch, &[k], dtype.real())];
        if *compute_vectors {
            outs.push(out(xs[0], batch, &[m, if *full_matrices { m } else { k }], dtype));
            outs.push(out(xs[0], batch, &[if *full_matrices { n } else { k }, n], dtype));
        }
        Ok(outs)
    }),
    jvp: Jvp::Rule(svd_jvp),
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, size, xs| batch_in_front(cx, Prim::Svd, p, size, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Flushes,
    switching: &[],
};

fn triangular(p: &Params) -> Result<Triangular> {
    take!(Params::TriangularSolve { left_side, lower, transpose_a, conjugate_a, unit_diagonal } = p);
    Ok(Triangular {
        left: *left_side,
        lower: *lower,
        transpose: *transpose_a,
        conjugate: *conjugate_a,
        unit: *unit_diagonal,
    })
}

/// `-(A^-1) dA X`, with the product taken in the cheaper order.
fn solve_tangent(cx: &dyn Bind, p: &Params, g: &Value, ans: &Value, xs: &[Value]) -> Result<Value> {
    let s = triangular(p)?;
    let (a, b) = (&xs[0], &xs[1]);
    let rank = b.ndim();
    let (m, n) = (b.shape()[rank - 2], b.shape()[rank - 1]);
    let k = s.unit as i64;
    let g = if s.lower { tril(cx, g, -k)? } else { triu(cx, g, k)? };
    let mut g = ops::neg(cx, &g)?;
    if s.transpose {
        g = t(cx, &g)?;
    }
    if s.conjugate {
        g = conj(cx, &g)?;
    }
    let inverse = |x: &Value| triangular_solve(cx, a, x, s);
    match (s.left, m.cmp(&n)) {
        (true, std::cmp::Ordering::Greater) => inverse(&matmul(cx, &g, ans)?),
        (true, _) => matmul(cx, &inverse(&g)?, ans),
        (false, std::cmp::Ordering::Less) => inverse(&matmul(cx, ans, &g)?),
        (false, _) => matmul(cx, ans, &inverse(&g)?),
    }
}

fn triangular_solve_batch(cx: &dyn Bind, p: &Params, size: usize, xs: &[Batched]) -> Result<Vec<Batched>> {
    let s = triangular(p)?;
    if xs[0].1.is_some() {
        return batch_in_front(cx, Prim::TriangularSolve, p, size, xs);
    }
    // One matrix for all right sides: they stand side by side.
    let y = &xs[1].0;
    let n = y.ndim();
    let at = if s.left { n - 1 } else { n - 2 };
    let y = moveaxis(cx, y, axis_of(&xs[1])?, at)?;
    let mut flat = y.shape().to_vec();
    flat[at - 1] *= flat.remove(at);
    if !s.left {
        flat = y.shape()[..n - 3].to_vec();
        flat.extend([y.shape()[n - 3] * y.shape()[n - 2], y.shape()[n - 1]]);
    }
    let solved = triangular_solve(cx, &xs[0].0, &ops::reshape(cx, &y, &flat)?, s)?;
    Ok(vec![(ops::reshape(cx, &solved, y.shape())?, Some(at))])
}

/// Triangular systems.
pub static TRIANGULAR_SOLVE: Row = Row {
    name: "triangular_solve",
    doc: "The solution of a triangular system from the left or the right.",
    typing: Typing::Rule(|p, xs| {
        let s = triangular(p)?;
        let (_, dims) = check("triangular_solve", xs, &[2, 2])?;
        if dims[0][0] != dims[0][1] {
            return Err(Error::value_error(format!(
                "The first input to triangular_solve must be a square matrix. Got shape {}.",
                tuple_text(dims[0])
            )));
        }
        if dims[0][1] != dims[1][if s.left { 0 } else { 1 }] {
            return Err(Error::value_error(format!(
                "Incompatible shapes for arguments to triangular_solve: {} and {}.",
                tuple_text(dims[0]),
                tuple_text(dims[1])
            )));
        }
        Ok(vec![xs[1].clone().with_weak(xs[0].weak_type && xs[1].weak_type)])
    }),
    jvp: Jvp::Parts(&[
        Part::Rule(solve_tangent),
        Part::Rule(|cx, p, g, _, xs| cx.bind1(Prim::TriangularSolve, p.clone(), &[xs[0].clone(), g.clone()])),
    ]),
    transpose: Transpose::Rule(|cx, p, cts, xs| {
        let s = triangular(p)?;
        let (Some(ct), Operand::Known(a), Operand::Linear(_)) = (&cts[0], &xs[0], &xs[1]) else {
            return Ok(vec![None, None]);
        };
        Ok(vec![None, Some(triangular_solve(cx, a, ct, Triangular { transpose: !s.transpose, ..s })?)])
    }),
    batch: Batch::Rule(triangular_solve_batch),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Flushes,
    switching: &[],
};
