//! Singular values and vectors by one-sided Jacobi rotations (Hestenes), which is accurate to the last bits.

use super::number::{Matrix, Number};
use super::orthogonal::complete;

/// `u`, descending singular values, `v` (columns) of a matrix with at least as many rows as columns.
fn tall<S: Number>(mut a: Matrix<S>) -> (Matrix<S>, Vec<f64>, Matrix<S>) {
    let (m, n) = (a.rows, a.cols);
    let mut v = Matrix::identity(n, n);
    for _ in 0..60 {
        let mut turned = false;
        for p in 0..n {
            for q in p + 1..n {
                let (mut aa, mut bb, mut ab) = (0.0, 0.0, S::ZERO);
                for i in 0..m {
                    let (x, y) = (a[(i, p)], a[(i, q)]);
                    aa += x.norm();
                    bb += y.norm();
                    ab += x.conj() * y;
                }
                let size = ab.abs();
                if size == 0.0 || size <= f64::EPSILON * (aa * bb).sqrt() {
                    continue;
                }
                turned = true;
                // Makes the inner product real, then rotates it away.
                let phase = ab.scale(1.0 / size);
                let zeta = (bb - aa) / (2.0 * size);
                let t = 1.0f64.copysign(zeta) / (zeta.abs() + zeta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = c * t;
                for matrix in [&mut a, &mut v] {
                    for i in 0..matrix.rows {
                        let x = matrix[(i, p)];
                        let y = matrix[(i, q)] * phase.conj();
                        matrix[(i, p)] = x.scale(c) - y.scale(s);
                        matrix[(i, q)] = x.scale(s) + y.scale(c);
                    }
                }
            }
        }
        if !turned {
            break;
        }
    }
    let lengths: Vec<f64> = (0..n).map(|j| (0..m).map(|i| a[(i, j)].norm()).sum::<f64>().sqrt()).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
    let (mut u, mut w) = (Matrix::zeros(m, n), Matrix::zeros(n, n));
    let s: Vec<f64> = order.iter().map(|&j| lengths[j]).collect();
    for (to, &from) in order.iter().enumerate() {
        for i in 0..m {
            if lengths[from] > 0.0 {
                u[(i, to)] = a[(i, from)].scale(1.0 / lengths[from]);
            }
        }
        for i in 0..n {
            w[(i, to)] = v[(i, from)];
        }
    }
    (u, s, w)
}

/// Singular values (descending), `u` and `v^H`; square ones if `full`. NaN for input that is not finite.
pub fn svd<S: Number>(a: &Matrix<S>, full: bool) -> (Vec<f64>, Matrix<S>, Matrix<S>) {
    let (m, n) = (a.rows, a.cols);
    let k = m.min(n);
    let (uc, vc) = if full { (m, n) } else { (k, k) };
    if a.has_nonfinite() {
        return (vec![f64::NAN; k], Matrix::nan(m, uc), Matrix::nan(vc, n));
    }
    let largest = a.data.iter().fold(0.0f64, |t, x| t.max(x.abs()));
    let scale = if largest > 0.0 { largest } else { 1.0 };
    let scaled = Matrix::over(m, n, a.data.iter().map(|x| x.scale(1.0 / scale)).collect());
    let wide = m < n;
    let (u, s, v) = tall(if wide { scaled.adjoint() } else { scaled });
    let (u, v) = if wide { (v, u) } else { (u, v) };
    // Directions of no length are free: any that complete the basis.
    let tiny = s.first().copied().unwrap_or(0.0) * f64::EPSILON * k as f64 * 1e-3;
    let rank = s.iter().filter(|&&x| x > tiny).count();
    let u = complete(&u, if wide { k } else { rank }, uc);
    let v = complete(&v, if wide { rank } else { k }, vc);
    (s.into_iter().map(|x| x * scale).collect(), u, v.adjoint())
}
