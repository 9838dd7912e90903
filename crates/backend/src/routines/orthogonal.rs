//! Householder reflectors, with LAPACK's signs: QR, packed QR, products of reflectors.

use super::number::{Matrix, Number};

/// A reflector `I - tau v v^H` (`v[0] = 1`) whose adjoint takes `x` to `(beta, 0, ...)`. `x[1..]` becomes `v[1..]`.
/// Gives `(beta, tau)`.
pub fn reflector<S: Number>(x: &mut [S]) -> (f64, S) {
    let Some((&alpha, tail)) = x.split_first() else { return (0.0, S::ZERO) };
    let scale = tail.iter().fold(alpha.abs(), |m, y| m.max(y.abs()));
    let rest: f64 = tail.iter().map(|y| y.scale(1.0 / scale).norm()).sum();
    if tail.iter().all(|y| *y == S::ZERO) && alpha.im() == 0.0 {
        return (alpha.re(), S::ZERO);
    }
    let size = scale * (alpha.scale(1.0 / scale).norm() + rest).sqrt();
    let beta = if alpha.re() >= 0.0 { -size } else { size };
    let tau = S::new((beta - alpha.re()) / beta, -alpha.im() / beta);
    let divisor = alpha - S::real(beta);
    for y in &mut x[1..] {
        *y = *y / divisor;
    }
    (beta, tau)
}

/// `a[from.., cols] -= tau v v^H a[from.., cols]`.
pub fn apply<S: Number>(a: &mut Matrix<S>, from: usize, cols: std::ops::Range<usize>, v: &[S], tau: S) {
    if tau == S::ZERO {
        return;
    }
    for j in cols {
        let mut dot = S::ZERO;
        for (k, vk) in v.iter().enumerate() {
            dot += vk.conj() * a[(from + k, j)];
        }
        let f = tau * dot;
        for (k, vk) in v.iter().enumerate() {
            a[(from + k, j)] -= *vk * f;
        }
    }
}

/// The reflector below the diagonal of column `k` of a packed factorisation.
fn stored<S: Number>(a: &Matrix<S>, k: usize) -> Vec<S> {
    let mut v: Vec<S> = (k..a.rows).map(|i| a[(i, k)]).collect();
    if let Some(first) = v.first_mut() {
        *first = S::ONE;
    }
    v
}

/// Packed QR in place: R above, the reflectors below. Gives their `tau`.
pub fn geqrf<S: Number>(a: &mut Matrix<S>) -> Vec<S> {
    let (m, n) = (a.rows, a.cols);
    let mut taus = Vec::new();
    for k in 0..m.min(n) {
        let mut x: Vec<S> = (k..m).map(|i| a[(i, k)]).collect();
        let (beta, tau) = reflector(&mut x);
        taus.push(tau);
        a[(k, k)] = S::real(beta);
        for (i, v) in x.iter().enumerate().skip(1) {
            a[(k + i, k)] = *v;
        }
        x[0] = S::ONE;
        apply(a, k, k + 1..n, &x, tau.conj());
    }
    taus
}

/// The first `cols` columns of the product of the packed reflectors.
pub fn householder_product<S: Number>(a: &Matrix<S>, taus: &[S], cols: usize) -> Matrix<S> {
    let mut q = Matrix::identity(a.rows, cols);
    for k in (0..taus.len().min(cols.max(1))).rev() {
        apply(&mut q, k, 0..cols, &stored(a, k), taus[k]);
    }
    q
}

/// `q` and `r`: square `q` if `full`, else as many columns as the smaller side.
pub fn qr<S: Number>(mut a: Matrix<S>, full: bool) -> (Matrix<S>, Matrix<S>) {
    let (m, n) = (a.rows, a.cols);
    let k = if full { m } else { m.min(n) };
    let taus = geqrf(&mut a);
    let q = householder_product(&a, &taus, k);
    let mut r = Matrix::zeros(k, n);
    for i in 0..k.min(m) {
        for j in i..n {
            r[(i, j)] = a[(i, j)];
        }
    }
    (q, r)
}

/// Orthonormal columns: `u`'s first `rank` ones and as many more as make `cols`.
pub fn complete<S: Number>(u: &Matrix<S>, rank: usize, cols: usize) -> Matrix<S> {
    let known = u.left(rank);
    if rank == cols {
        return known;
    }
    let (q, _) = qr(known.clone(), true);
    let mut out = q.left(cols);
    for i in 0..u.rows {
        for j in 0..rank {
            out[(i, j)] = known[(i, j)];
        }
    }
    out
}
