//! Matrices over leading batch axes, as the rules of the factorisations use them.

use super::shared::*;
use crate::aval::ShapedArray;
use crate::dtype::DType;
use crate::error::Result;
use crate::ops::{self, IndexOptions};
use crate::params::{DotDims, GatherDims, Params};
use crate::prim::Prim;
use crate::value::{Bind, Value};

/// Transpose of the last two axes.
pub fn t(cx: &dyn Bind, x: &Value) -> Result<Value> {
    let n = x.ndim();
    let mut order: Vec<usize> = (0..n).collect();
    order.swap(n - 2, n - 1);
    ops::transpose(cx, x, &order)
}

/// Complex conjugate; a real array is left alone.
pub fn conj(cx: &dyn Bind, x: &Value) -> Result<Value> {
    if x.dtype().is_complex() { ops::conj(cx, x) } else { Ok(x.clone()) }
}

/// Conjugate transpose.
pub fn h(cx: &dyn Bind, x: &Value) -> Result<Value> {
    conj(cx, &t(cx, x)?)
}

/// Real part; a real array is left alone.
pub fn real(cx: &dyn Bind, x: &Value) -> Result<Value> {
    if x.dtype().is_complex() { ops::real(cx, x) } else { Ok(x.clone()) }
}

/// `a @ b` over equal batch axes.
pub fn matmul(cx: &dyn Bind, a: &Value, b: &Value) -> Result<Value> {
    let n = a.ndim();
    let batch: Vec<usize> = (0..n - 2).collect();
    let dims =
        DotDims { lhs_contract: vec![n - 1], rhs_contract: vec![n - 2], lhs_batch: batch.clone(), rhs_batch: batch };
    ops::dot_general(cx, a, b, dims, None)
}

/// Where `row + k >= column` in a matrix of this shape.
fn triangle(cx: &dyn Bind, rows: usize, columns: usize, k: i64) -> Result<Value> {
    let i = ops::iota(cx, DType::I32, &[rows, columns], 0)?;
    let i = ops::add(cx, &i, &ops::scalar(DType::I32, k as f64))?;
    ops::ge(cx, &i, &ops::iota(cx, DType::I32, &[rows, columns], 1)?)
}

fn masked(cx: &dyn Bind, x: &Value, mask: &Value, keep: bool) -> Result<Value> {
    let mask = ops::broadcast(cx, mask, &x.shape()[..x.ndim() - 2])?;
    let zeros = ops::full(cx, x.shape(), x.dtype(), 0.0)?;
    if keep { ops::select(cx, &mask, x, &zeros) } else { ops::select(cx, &mask, &zeros, x) }
}

/// The lower triangle up to the `k`-th diagonal.
pub fn tril(cx: &dyn Bind, x: &Value, k: i64) -> Result<Value> {
    let n = x.ndim();
    masked(cx, x, &triangle(cx, x.shape()[n - 2], x.shape()[n - 1], k)?, true)
}

/// The upper triangle from the `k`-th diagonal.
pub fn triu(cx: &dyn Bind, x: &Value, k: i64) -> Result<Value> {
    let n = x.ndim();
    masked(cx, x, &triangle(cx, x.shape()[n - 2], x.shape()[n - 1], k - 1)?, false)
}

/// Where row and column are equal in an `n` by `n` matrix.
fn diagonal_mask(cx: &dyn Bind, n: usize) -> Result<Value> {
    let i = ops::iota(cx, DType::I32, &[n, n], 0)?;
    ops::eq(cx, &i, &ops::iota(cx, DType::I32, &[n, n], 1)?)
}

/// Identity matrices of size `n` under these batch axes.
pub fn eye(cx: &dyn Bind, dtype: DType, batch: &[usize], n: usize) -> Result<Value> {
    ops::broadcast(cx, &ops::convert(cx, &diagonal_mask(cx, n)?, dtype, false)?, batch)
}

/// The diagonals of square matrices.
pub fn diagonal(cx: &dyn Bind, x: &Value) -> Result<Value> {
    let n = x.ndim();
    let kept = masked(cx, x, &diagonal_mask(cx, x.shape()[n - 1])?, true)?;
    ops::reduce_sum(cx, &kept, &[n - 1])
}

/// Square matrices with these diagonals.
pub fn diagonal_matrix(cx: &dyn Bind, d: &Value) -> Result<Value> {
    let n = d.ndim();
    let size = d.shape()[n - 1];
    let spread = ops::broadcast_in_dim(cx, d, &inserted(d.shape(), n, size), &(0..n).collect::<Vec<_>>())?;
    masked(cx, &spread, &diagonal_mask(cx, size)?, true)
}

/// Part of the last two axes.
pub fn block(cx: &dyn Bind, x: &Value, rows: (usize, usize), columns: (usize, usize)) -> Result<Value> {
    let n = x.ndim();
    let (mut start, mut limit) = (vec![0; n], x.shape().to_vec());
    (start[n - 2], limit[n - 2]) = rows;
    (start[n - 1], limit[n - 1]) = columns;
    if start.iter().all(|&s| s == 0) && limit == x.shape().as_slice() {
        return Ok(x.clone());
    }
    ops::slice(cx, x, &start, &limit, None)
}

/// The rows of `x` in the order of `permutation`.
pub fn permute_rows(cx: &dyn Bind, x: &Value, permutation: &Value) -> Result<Value> {
    let batch = x.ndim() - 2;
    let idx = ops::expand_dims(cx, permutation, &[permutation.ndim()])?;
    let axes: Vec<usize> = (0..batch).collect();
    let dims = GatherDims {
        offset_dims: vec![batch + 1],
        collapsed_slice_dims: vec![batch],
        start_index_map: vec![batch],
        operand_batching_dims: axes.clone(),
        start_indices_batching_dims: axes,
    };
    let mut sizes = vec![1; batch + 1];
    sizes.push(x.shape()[batch + 1]);
    ops::gather(cx, x, &idx, dims, &sizes, &IndexOptions::default())
}

/// How a triangular system is read.
#[derive(Copy, Clone, Default)]
pub struct Triangular {
    /// `a x = b` rather than `x a = b`.
    pub left: bool,
    /// `a` is lower triangular.
    pub lower: bool,
    /// Solve with the transpose.
    pub transpose: bool,
    /// Solve with the conjugate.
    pub conjugate: bool,
    /// The diagonal counts as ones.
    pub unit: bool,
}

/// Solution of a triangular system.
pub fn triangular_solve(cx: &dyn Bind, a: &Value, b: &Value, s: Triangular) -> Result<Value> {
    let params = Params::TriangularSolve {
        left_side: s.left,
        lower: s.lower,
        transpose_a: s.transpose,
        conjugate_a: s.conjugate,
        unit_diagonal: s.unit,
    };
    cx.bind1(Prim::TriangularSolve, params, &[a.clone(), b.clone()])
}

/// `a x = b` (or `a^H x = b`) by LU factorisation with row exchanges.
pub fn solve(cx: &dyn Bind, a: &Value, b: &Value, adjoint: bool) -> Result<Value> {
    let outs = cx.bind(Prim::Lu, Params::None, std::slice::from_ref(a))?;
    let (lu, permutation) = (&outs[0], &outs[2]);
    let lower = Triangular { left: true, lower: true, unit: true, ..Triangular::default() };
    let upper = Triangular { left: true, ..Triangular::default() };
    if !adjoint {
        let y = triangular_solve(cx, lu, &permute_rows(cx, b, permutation)?, lower)?;
        return triangular_solve(cx, lu, &y, upper);
    }
    let back = |s: Triangular| Triangular { transpose: true, conjugate: true, ..s };
    let y = triangular_solve(cx, lu, b, back(upper))?;
    let z = triangular_solve(cx, lu, &y, back(lower))?;
    let axis = permutation.ndim() - 1;
    let iota = ops::iota(cx, DType::I32, permutation.shape(), axis)?;
    let inverse = ops::sort(cx, &[permutation.clone(), iota], axis, true, 1)?.remove(1);
    permute_rows(cx, &z, &inverse)
}

/// The shape of `x` without its last two axes.
pub fn batch_of(x: &ShapedArray) -> &[usize] {
    &x.shape[..x.ndim().saturating_sub(2)]
}
