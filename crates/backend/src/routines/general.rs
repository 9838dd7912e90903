//! Eigenvalues of general matrices: Hessenberg reduction and shifted complex QR, then back substitution.

use super::number::{Complex, Matrix, Number};
use super::orthogonal::{apply, reflector};
use super::solve::lu;
use super::solve::{Triangular, triangular_solve};

type M = Matrix<Complex>;

/// `z h z^H = a` with `h` upper Hessenberg.
fn hessenberg(mut a: M) -> (M, M) {
    let n = a.rows;
    let mut z = Matrix::identity(n, n);
    for k in 0..n.saturating_sub(2) {
        let mut v: Vec<Complex> = (k + 1..n).map(|i| a[(i, k)]).collect();
        let (beta, tau) = reflector(&mut v);
        v[0] = Complex::ONE;
        apply(&mut a, k + 1, k..n, &v, tau.conj());
        a[(k + 1, k)] = Complex::real(beta);
        (k + 2..n).for_each(|i| a[(i, k)] = Complex::ZERO);
        for matrix in [&mut a, &mut z] {
            // From the right: row by row, x -= (x v) tau v^H.
            for i in 0..n {
                let dot = v.iter().enumerate().fold(Complex::ZERO, |t, (j, vj)| t + matrix[(i, k + 1 + j)] * *vj);
                for (j, vj) in v.iter().enumerate() {
                    matrix[(i, k + 1 + j)] -= dot * tau * vj.conj();
                }
            }
        }
    }
    (a, z)
}

/// Schur form of a Hessenberg matrix: `h` becomes upper triangular, `z` is turned along. `false`: no convergence.
fn schur(h: &mut M, z: &mut M) -> bool {
    let n = h.rows;
    let mut end = n;
    let mut tries = 0;
    while end > 1 {
        let hi = end - 1;
        let mut low = hi;
        while low > 0 {
            let around = h[(low, low)].abs1() + h[(low - 1, low - 1)].abs1();
            let around = if around == 0.0 { h.data.iter().fold(0.0, |t: f64, x| t.max(x.abs1())) } else { around };
            if h[(low, low - 1)].abs1() <= f64::EPSILON * around {
                h[(low, low - 1)] = Complex::ZERO;
                break;
            }
            low -= 1;
        }
        if low == hi {
            end -= 1;
            tries = 0;
            continue;
        }
        tries += 1;
        if tries > 60 {
            return false;
        }
        // Wilkinson's shift; now and then an odd one against cycles.
        let (a, b, c, d) = (h[(hi - 1, hi - 1)], h[(hi - 1, hi)], h[(hi, hi - 1)], h[(hi, hi)]);
        let shift = if tries % 10 == 0 {
            d + Complex::real(c.abs())
        } else {
            let half = (a - d).scale(0.5);
            let root = (half * half + b * c).sqrt();
            let denominator = if (half + root).norm() >= (half - root).norm() { half + root } else { half - root };
            if denominator == Complex::ZERO { d } else { d - b * c / denominator }
        };
        (low..end).for_each(|i| h[(i, i)] -= shift);
        let mut turns = Vec::new();
        for k in low..hi {
            let (x, y) = (h[(k, k)], h[(k + 1, k)]);
            let r = x.abs().hypot(y.abs());
            let (c, s) = if r == 0.0 { (Complex::ONE, Complex::ZERO) } else { (x.scale(1.0 / r), y.scale(1.0 / r)) };
            for j in k..n {
                let (p, q) = (h[(k, j)], h[(k + 1, j)]);
                h[(k, j)] = c.conj() * p + s.conj() * q;
                h[(k + 1, j)] = c * q - s * p;
            }
            turns.push((c, s));
        }
        for (k, (c, s)) in (low..hi).zip(turns) {
            for (matrix, rows) in [(&mut *h, (k + 2).min(end)), (&mut *z, n)] {
                for i in 0..rows {
                    let (p, q) = (matrix[(i, k)], matrix[(i, k + 1)]);
                    matrix[(i, k)] = p * c + q * s;
                    matrix[(i, k + 1)] = q * c.conj() - p * s.conj();
                }
            }
        }
        (low..end).for_each(|i| h[(i, i)] += shift);
    }
    true
}

/// Unit length, and the largest component real, as LAPACK scales eigenvectors.
fn normalise(v: &mut M) {
    for j in 0..v.cols {
        let length = (0..v.rows).map(|i| v[(i, j)].norm()).sum::<f64>().sqrt();
        let largest =
            (0..v.rows).map(|i| v[(i, j)]).fold(Complex::ZERO, |m, x| if x.norm() > m.norm() { x } else { m });
        if length == 0.0 || largest == Complex::ZERO {
            continue;
        }
        let f = largest.conj().scale(1.0 / (largest.abs() * length));
        for i in 0..v.rows {
            v[(i, j)] *= f;
        }
    }
}

/// Eigenvalues, left and right eigenvectors (columns). `real`: the matrix is real, so tiny imaginary parts are errors.
pub fn eig(a: &M, real: bool) -> (Vec<Complex>, M, M) {
    let n = a.rows;
    let failed = || (vec![Complex::new(f64::NAN, f64::NAN); n], Matrix::nan(n, n), Matrix::nan(n, n));
    if a.has_nonfinite() {
        return failed();
    }
    let size = a.data.iter().fold(0.0f64, |t, x| t.max(x.abs()));
    let (mut t, mut z) = hessenberg(a.clone());
    if !schur(&mut t, &mut z) {
        return failed();
    }
    let mut w: Vec<Complex> = (0..n).map(|i| t[(i, i)]).collect();
    // Vectors of the triangular form, by back substitution.
    let mut x = Matrix::identity(n, n);
    let small = f64::EPSILON * size.max(f64::MIN_POSITIVE);
    for j in 0..n {
        for i in (0..j).rev() {
            let sum = (i + 1..=j).fold(Complex::ZERO, |s, k| s + t[(i, k)] * x[(k, j)]);
            let mut gap = t[(i, i)] - t[(j, j)];
            if gap.abs1() < small {
                gap = Complex::real(small);
            }
            x[(i, j)] = -(sum / gap);
        }
    }
    let mut right = z.times(&x);
    normalise(&mut right);
    if real {
        for (j, value) in w.iter_mut().enumerate() {
            if value.im().abs() <= 1e-13 * size.max(value.abs()) {
                *value = Complex::real(value.re());
                for i in 0..n {
                    right[(i, j)] = Complex::real(right[(i, j)].re());
                }
            }
        }
    }
    // Left vectors are the rows of the inverse.
    let mut factor = right.adjoint();
    let (_, permutation) = lu(&mut factor);
    let mut left = Matrix::zeros(n, n);
    for (i, &p) in permutation.iter().enumerate() {
        left[(i, p as usize)] = Complex::ONE;
    }
    let lower = Triangular { left: true, lower: true, transpose: false, conjugate: false, unit: true };
    triangular_solve(&factor, &mut left, lower);
    triangular_solve(&factor, &mut left, Triangular { lower: false, unit: false, ..lower });
    normalise(&mut left);
    (w, left, right)
}
