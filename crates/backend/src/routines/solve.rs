//! Triangular factors and systems: Cholesky, LU, triangular and tridiagonal solves.

use super::number::{Matrix, Number};

/// The lower Cholesky factor, from the lower triangle; NaN in the lower triangle if there is none.
pub fn cholesky<S: Number>(a: &Matrix<S>) -> Matrix<S> {
    let n = a.rows;
    let mut l: Matrix<S> = Matrix::zeros(n, n);
    for j in 0..n {
        let mut d = a[(j, j)].re();
        for k in 0..j {
            d -= l[(j, k)].norm();
        }
        if d.is_nan() || d <= 0.0 {
            let bad = S::new(f64::NAN, f64::NAN);
            for i in 0..n {
                (0..=i).for_each(|k| l[(i, k)] = bad);
            }
            return l;
        }
        let d = d.sqrt();
        l[(j, j)] = S::real(d);
        for i in j + 1..n {
            let mut x = a[(i, j)];
            for k in 0..j {
                x -= l[(i, k)] * l[(j, k)].conj();
            }
            l[(i, j)] = x.scale(1.0 / d);
        }
    }
    l
}

/// LU with row exchanges, in place. Gives the exchanges and the permutation they make.
pub fn lu<S: Number>(a: &mut Matrix<S>) -> (Vec<i32>, Vec<i32>) {
    let (m, n) = (a.rows, a.cols);
    let mut pivots = Vec::new();
    let mut permutation: Vec<i32> = (0..m as i32).collect();
    for k in 0..m.min(n) {
        let mut p = k;
        for i in k + 1..m {
            if a[(i, k)].abs1() > a[(p, k)].abs1() {
                p = i;
            }
        }
        pivots.push(p as i32);
        if p != k {
            permutation.swap(k, p);
            for j in 0..n {
                a.data.swap(k * n + j, p * n + j);
            }
        }
        let pivot = a[(k, k)];
        if pivot == S::ZERO {
            continue;
        }
        for i in k + 1..m {
            let f = a[(i, k)] / pivot;
            a[(i, k)] = f;
            for j in k + 1..n {
                let x = a[(k, j)];
                a[(i, j)] -= f * x;
            }
        }
    }
    (pivots, permutation)
}

/// How a triangular system is read.
#[derive(Copy, Clone)]
pub struct Triangular {
    /// The matrix stands on the left of the unknown.
    pub left: bool,
    /// Lower triangle.
    pub lower: bool,
    /// Solve with the transpose.
    pub transpose: bool,
    /// Solve with the conjugate.
    pub conjugate: bool,
    /// The diagonal counts as ones.
    pub unit: bool,
}

/// Overwrites `b` with the solution.
pub fn triangular_solve<S: Number>(a: &Matrix<S>, b: &mut Matrix<S>, s: Triangular) {
    let n = a.rows;
    // x op(a) = b is op(a)^T x^T = b^T: the same recurrence with rows and columns exchanged.
    let transpose = s.transpose == s.left;
    let lower = s.lower != transpose;
    let at = |i: usize, j: usize| {
        let x = if transpose { a[(j, i)] } else { a[(i, j)] };
        if s.conjugate { x.conj() } else { x }
    };
    let rhs = if s.left { b.cols } else { b.rows };
    let place = |i: usize, r: usize| if s.left { (i, r) } else { (r, i) };
    for r in 0..rhs {
        for step in 0..n {
            let i = if lower { step } else { n - 1 - step };
            let mut x = b[place(i, r)];
            let known = if lower { 0..i } else { i + 1..n };
            for k in known {
                x -= at(i, k) * b[place(k, r)];
            }
            if !s.unit {
                x = x / at(i, i);
            }
            b[place(i, r)] = x;
        }
    }
}

/// Tridiagonal system with row exchanges (LAPACK's gtsv). `lower[0]` and `upper[n-1]` are not used.
pub fn tridiagonal_solve<S: Number>(lower: &[S], diagonal: &[S], upper: &[S], b: &mut Matrix<S>) {
    let n = diagonal.len();
    let (mut d, mut u) = (diagonal.to_vec(), upper.to_vec());
    let mut second = vec![S::ZERO; n];
    let mut l = lower.to_vec();
    for i in 0..n.saturating_sub(1) {
        if d[i].abs1() >= l[i + 1].abs1() {
            let f = l[i + 1] / d[i];
            let x = u[i];
            d[i + 1] -= f * x;
            for r in 0..b.cols {
                let x = b[(i, r)];
                b[(i + 1, r)] -= f * x;
            }
        } else {
            let f = d[i] / l[i + 1];
            d[i] = l[i + 1];
            let (old, next) = (u[i], d[i + 1]);
            d[i + 1] = old - f * next;
            u[i] = next;
            if i + 2 < n {
                second[i] = u[i + 1];
                u[i + 1] = -(f * second[i]);
            }
            for r in 0..b.cols {
                let (x, y) = (b[(i, r)], b[(i + 1, r)]);
                b[(i, r)] = y;
                b[(i + 1, r)] = x - f * y;
            }
            l[i + 1] = S::ZERO;
        }
    }
    for r in 0..b.cols {
        for i in (0..n).rev() {
            let mut x = b[(i, r)];
            if i + 1 < n {
                x -= u[i] * b[(i + 1, r)];
            }
            if i + 2 < n {
                x -= second[i] * b[(i + 2, r)];
            }
            b[(i, r)] = x / d[i];
        }
    }
}
