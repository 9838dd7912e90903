//! The symmetric (Hermitian) eigenvalue problem: Householder tridiagonalisation and implicit QL/QR, as LAPACK's steqr.

use super::number::{Matrix, Number};
use super::orthogonal::{apply, reflector};

/// `q^H a q` tridiagonal, from the lower triangle of `a`: diagonal, off-diagonal, `q`.
fn tridiagonal<S: Number>(mut a: Matrix<S>) -> (Vec<f64>, Vec<f64>, Matrix<S>) {
    let n = a.rows;
    let mut off = Vec::new();
    let mut reflectors = Vec::new();
    for i in 0..n.saturating_sub(1) {
        let mut v: Vec<S> = (i + 1..n).map(|k| a[(k, i)]).collect();
        let (beta, tau) = reflector(&mut v);
        v[0] = S::ONE;
        off.push(beta);
        if tau != S::ZERO {
            let size = v.len();
            let at = |a: &Matrix<S>, r: usize, c: usize| {
                let (r, c) = (r + i + 1, c + i + 1);
                if r >= c { a[(r, c)] } else { a[(c, r)].conj() }
            };
            // w = tau a v - (tau / 2) (p^H v) v, and a -= v w^H + w v^H.
            let mut w: Vec<S> =
                (0..size).map(|r| (0..size).fold(S::ZERO, |t, c| t + at(&a, r, c) * v[c]) * tau).collect();
            let dot = w.iter().zip(&v).fold(S::ZERO, |t, (p, x)| t + p.conj() * *x);
            let half = (tau * dot).scale(-0.5);
            for (p, x) in w.iter_mut().zip(&v) {
                *p += half * *x;
            }
            for r in 0..size {
                for c in 0..=r {
                    let change = v[r] * w[c].conj() + w[r] * v[c].conj();
                    a[(r + i + 1, c + i + 1)] -= change;
                }
            }
        }
        reflectors.push((v, tau));
    }
    let mut q = Matrix::identity(n, n);
    for (i, (v, tau)) in reflectors.iter().enumerate().rev() {
        apply(&mut q, i + 1, i + 1..n, v, *tau);
    }
    ((0..n).map(|i| a[(i, i)].re()).collect(), off, q)
}

/// A plane rotation that takes `(f, g)` to `(r, 0)`.
fn rotation(f: f64, g: f64) -> (f64, f64, f64) {
    if g == 0.0 {
        return (1.0, 0.0, f);
    }
    if f == 0.0 {
        return (0.0, 1.0f64.copysign(g), g.abs());
    }
    let d = f.hypot(g);
    let r = d.copysign(f);
    (f.abs() / d, g / r, r)
}

/// Eigenvalues of `[[a, b], [b, c]]`, larger in size first, and the rotation to the first one's vector.
fn two_by_two(a: f64, b: f64, c: f64) -> (f64, f64, f64, f64) {
    let (sum, difference, twice) = (a + c, a - c, b + b);
    let (large, small) = if a.abs() > c.abs() { (a, c) } else { (c, a) };
    let root = difference.hypot(twice);
    let (first, second, sign) = if sum < 0.0 {
        let first = 0.5 * (sum - root);
        (first, (large / first) * small - (b / first) * b, -1)
    } else if sum > 0.0 {
        let first = 0.5 * (sum + root);
        (first, (large / first) * small - (b / first) * b, 1)
    } else {
        (0.5 * root, -0.5 * root, 1)
    };
    let (cs, sign2) = if difference >= 0.0 { (difference + root, 1) } else { (difference - root, -1) };
    let (c1, s1) = if cs.abs() > twice.abs() {
        let t = -twice / cs;
        let s = 1.0 / t.hypot(1.0);
        (t * s, s)
    } else if twice == 0.0 {
        (1.0, 0.0)
    } else {
        let t = -cs / twice;
        let c = 1.0 / t.hypot(1.0);
        (c, t * c)
    };
    if sign == sign2 { (first, second, -s1, c1) } else { (first, second, c1, s1) }
}

/// Columns `j`, `j + 1` of `z` turned by a rotation.
fn turn<S: Number>(z: &mut Matrix<S>, j: usize, c: f64, s: f64) {
    for i in 0..z.rows {
        let (x, y) = (z[(i, j)], z[(i, j + 1)]);
        z[(i, j + 1)] = y.scale(c) - x.scale(s);
        z[(i, j)] = y.scale(s) + x.scale(c);
    }
}

/// Diagonalises a tridiagonal matrix, turning the columns of `z` along. `false` when it does not converge (NaN).
fn diagonalise<S: Number>(d: &mut [f64], e: &mut [f64], z: &mut Matrix<S>) -> bool {
    let n = d.len();
    let eps = f64::EPSILON / 2.0;
    let mut left = 30 * n;
    let mut start = 0;
    while start < n {
        if start > 0 {
            e[start - 1] = 0.0;
        }
        let mut end = start;
        while end + 1 < n {
            let size = e[end].abs();
            if size == 0.0 || size <= d[end].abs().sqrt() * d[end + 1].abs().sqrt() * eps {
                e[end] = 0.0;
                break;
            }
            end += 1;
        }
        let block = (start, end);
        start = end + 1;
        let (mut l, end) = if d[block.1].abs() < d[block.0].abs() { (block.1, block.0) } else { block };
        let negligible = |d: &[f64], e: &[f64], i: usize| {
            e[i] * e[i] <= (eps * eps * d[i].abs()) * d[i + 1].abs() + f64::MIN_POSITIVE
        };
        if end >= l {
            while l <= end {
                let m = (l..end).find(|&m| negligible(d, e, m)).unwrap_or(end);
                if m < end {
                    e[m] = 0.0;
                }
                if m == l {
                    l += 1;
                    continue;
                }
                if m == l + 1 {
                    let (first, second, c, s) = two_by_two(d[l], e[l], d[l + 1]);
                    turn(z, l, c, s);
                    (d[l], d[l + 1], e[l]) = (first, second, 0.0);
                    l += 2;
                    continue;
                }
                if left == 0 {
                    return false;
                }
                left -= 1;
                let mut p = d[l];
                let mut g = (d[l + 1] - p) / (2.0 * e[l]);
                let r = g.hypot(1.0);
                g = d[m] - p + e[l] / (g + r.copysign(g));
                let (mut s, mut c) = (1.0, 1.0);
                p = 0.0;
                for i in (l..m).rev() {
                    let (f, b) = (s * e[i], c * e[i]);
                    let (nc, ns, r) = rotation(g, f);
                    (c, s) = (nc, ns);
                    if i != m - 1 {
                        e[i + 1] = r;
                    }
                    g = d[i + 1] - p;
                    let r = (d[i] - g) * s + 2.0 * c * b;
                    p = s * r;
                    d[i + 1] = g + p;
                    g = c * r - b;
                    turn(z, i, c, -s);
                }
                d[l] -= p;
                e[l] = g;
            }
        } else {
            // The same from the other end; `l` runs down to `end`.
            let mut l = l as isize;
            let end = end as isize;
            while l >= end {
                let low = l as usize;
                let m = (end as usize..low).rev().find(|&m| negligible(d, e, m)).map_or(end as usize, |m| m + 1);
                if m as isize > end {
                    e[m - 1] = 0.0;
                }
                if m == low {
                    l -= 1;
                    continue;
                }
                if m + 1 == low {
                    let (first, second, c, s) = two_by_two(d[m], e[m], d[low]);
                    turn(z, m, c, s);
                    (d[m], d[low], e[m]) = (first, second, 0.0);
                    l -= 2;
                    continue;
                }
                if left == 0 {
                    return false;
                }
                left -= 1;
                let mut p = d[low];
                let mut g = (d[low - 1] - p) / (2.0 * e[low - 1]);
                let r = g.hypot(1.0);
                g = d[m] - p + e[low - 1] / (g + r.copysign(g));
                let (mut s, mut c) = (1.0, 1.0);
                p = 0.0;
                for i in m..low {
                    let (f, b) = (s * e[i], c * e[i]);
                    let (nc, ns, r) = rotation(g, f);
                    (c, s) = (nc, ns);
                    if i != m {
                        e[i - 1] = r;
                    }
                    g = d[i] - p;
                    let r = (d[i + 1] - g) * s + 2.0 * c * b;
                    p = s * r;
                    d[i] = g + p;
                    g = c * r - b;
                    turn(z, i, c, s);
                }
                d[low] -= p;
                e[low - 1] = g;
            }
        }
    }
    true
}

/// Eigenvectors (columns) and ascending eigenvalues; NaN where they cannot be found.
pub fn eigh<S: Number>(a: &Matrix<S>, lower: bool) -> (Matrix<S>, Vec<f64>) {
    let n = a.rows;
    let failed = || (Matrix::nan(n, n), vec![f64::NAN; n]);
    if a.has_nonfinite() {
        return failed();
    }
    let (mut d, mut e, mut z) = tridiagonal(if lower { a.clone() } else { a.adjoint() });
    if !diagonalise(&mut d, &mut e, &mut z) {
        return failed();
    }
    for i in 0..n {
        let mut k = i;
        for j in i + 1..n {
            if d[j] < d[k] {
                k = j;
            }
        }
        if k != i {
            d.swap(i, k);
            z.swap_cols(i, k);
        }
    }
    (z, d)
}
