//! Facts about the routines: each factorisation multiplies back, its factors have their form, special input gives NaN.

use super::fourier;
use super::general::eig;
use super::number::{Complex, Matrix, Number};
use super::orthogonal::{geqrf, householder_product, qr};
use super::singular::svd;
use super::solve::{Triangular, cholesky, lu, triangular_solve, tridiagonal_solve};
use super::symmetric::eigh;

/// Numbers between -1 and 1, the same every time.
struct Noise(u64);
impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
    fn matrix<S: Number>(&mut self, rows: usize, cols: usize) -> Matrix<S> {
        Matrix::over(rows, cols, (0..rows * cols).map(|_| S::new(self.next(), self.next())).collect())
    }
}

fn close<S: Number>(a: &Matrix<S>, b: &Matrix<S>, what: &str) {
    assert_eq!((a.rows, a.cols), (b.rows, b.cols), "{what}");
    for (x, y) in a.data.iter().zip(&b.data) {
        assert!((*x - *y).abs() < 1e-10, "{what}: {} {} against {} {}", x.re(), x.im(), y.re(), y.im());
    }
}

const SHAPES: [(usize, usize); 7] = [(1, 1), (2, 2), (5, 5), (7, 3), (3, 7), (12, 12), (4, 1)];

fn factorisations<S: Number>() {
    let mut noise = Noise(7);
    for (m, n) in SHAPES {
        let a: Matrix<S> = noise.matrix(m, n);
        for full in [false, true] {
            let (q, r) = qr(a.clone(), full);
            close(&q.times(&r), &a, "q r");
            close(&q.adjoint().times(&q), &Matrix::identity(q.cols, q.cols), "q^H q");
            assert!((0..r.rows).all(|i| (0..i.min(n)).all(|j| r[(i, j)] == S::ZERO)), "r is upper triangular");
            let (s, u, vh) = svd(&a, full);
            let mut middle = Matrix::zeros(u.cols, vh.rows);
            s.iter().enumerate().for_each(|(i, &x)| middle[(i, i)] = S::real(x));
            close(&u.times(&middle).times(&vh), &a, "u s v^H");
            close(&u.adjoint().times(&u), &Matrix::identity(u.cols, u.cols), "u^H u");
            close(&vh.times(&vh.adjoint()), &Matrix::identity(vh.rows, vh.rows), "v^H v");
            assert!(s.windows(2).all(|w| w[0] >= w[1]) && s.iter().all(|&x| x >= 0.0), "descending");
        }
        let mut packed = a.clone();
        let taus = geqrf(&mut packed);
        let k = m.min(n);
        close(&householder_product(&packed, &taus, k), &qr(a.clone(), false).0, "packed q");
        let mut f = a.clone();
        let (pivots, permutation) = lu(&mut f);
        assert_eq!(pivots.len(), k);
        let mut l = Matrix::identity(m, k);
        let mut u = Matrix::zeros(k, n);
        for i in 0..m {
            for j in 0..n {
                if j < i && j < k {
                    l[(i, j)] = f[(i, j)];
                } else if i <= j && i < k {
                    u[(i, j)] = f[(i, j)];
                }
            }
        }
        let rows = permutation.iter().flat_map(|&i| (0..n).map(move |j| (i as usize, j))).map(|p| a[p]).collect();
        close(&l.times(&u), &Matrix::over(m, n, rows), "l u");
        if m == n {
            let h = a.times(&a.adjoint());
            let (v, w) = eigh(&h, true);
            let mut d = Matrix::zeros(n, n);
            w.iter().enumerate().for_each(|(i, &x)| d[(i, i)] = S::real(x));
            close(&h.times(&v), &v.times(&d), "h v = v w");
            close(&v.adjoint().times(&v), &Matrix::identity(n, n), "v^H v");
            assert!(w.windows(2).all(|p| p[0] <= p[1]), "ascending");
            let l = cholesky(&h);
            close(&l.times(&l.adjoint()), &h, "l l^H");
            solves(&a, &mut noise);
        }
    }
}

fn solves<S: Number>(a: &Matrix<S>, noise: &mut Noise) {
    let n = a.rows;
    for bits in 0..32 {
        let on = |b: u32| bits >> b & 1 == 1;
        let s = Triangular { left: on(0), lower: on(1), transpose: on(2), conjugate: on(3), unit: on(4) };
        let mut t = Matrix::zeros(n, n);
        for i in 0..n {
            for j in 0..n {
                let inside = if s.lower { j < i } else { j > i };
                let x = if i == j {
                    if s.unit { S::ONE } else { a[(i, i)] + S::real(3.0) }
                } else if inside {
                    a[(i, j)]
                } else {
                    S::ZERO
                };
                let (r, c) = if s.transpose { (j, i) } else { (i, j) };
                t[(r, c)] = if s.conjugate { x.conj() } else { x };
            }
        }
        let mut stored = a.clone();
        (0..n).for_each(|i| stored[(i, i)] += S::real(3.0));
        let b = if s.left { noise.matrix(n, 2) } else { noise.matrix(2, n) };
        let mut x = b.clone();
        triangular_solve(&stored, &mut x, s);
        let back = if s.left { t.times(&x) } else { x.times(&t) };
        close(&back, &b, "triangular");
    }
}

#[test]
fn factorisations_multiply_back() {
    factorisations::<f64>();
    factorisations::<Complex>();
}

#[test]
fn tridiagonal_systems_multiply_back() {
    let mut noise = Noise(3);
    for n in [1, 2, 5, 9] {
        let mut a: Matrix<f64> = Matrix::zeros(n, n);
        let (mut l, mut d, mut u) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        for i in 0..n {
            d[i] = noise.next() * 0.1;
            a[(i, i)] = d[i];
            if i + 1 < n {
                (l[i + 1], u[i]) = (noise.next(), noise.next());
                (a[(i + 1, i)], a[(i, i + 1)]) = (l[i + 1], u[i]);
            }
        }
        let b = noise.matrix(n, 2);
        let mut x = b.clone();
        tridiagonal_solve(&l, &d, &u, &mut x);
        close(&a.times(&x), &b, "tridiagonal");
    }
}

#[test]
fn general_eigenvalues_satisfy_their_equation() {
    let mut noise = Noise(11);
    for n in [1, 2, 3, 6, 15] {
        for real in [true, false] {
            let mut a: Matrix<Complex> = noise.matrix(n, n);
            if real {
                a.data.iter_mut().for_each(|x| *x = Complex::real(x.re()));
            }
            let (w, left, right) = eig(&a, real);
            let mut d = Matrix::zeros(n, n);
            w.iter().enumerate().for_each(|(i, &x)| d[(i, i)] = x);
            close(&a.times(&right), &right.times(&d), "a v = v w");
            close(&left.adjoint().times(&a), &d.times(&left.adjoint()), "u^H a = w u^H");
        }
    }
    let rotation = Matrix::over(2, 2, [0.0, 1.0, -1.0, 0.0].map(Complex::real).to_vec());
    let (w, ..) = eig(&rotation, true);
    assert!(w.iter().all(|x| x.re().abs() < 1e-15 && (x.im().abs() - 1.0).abs() < 1e-15), "{w:?}");
}

#[test]
fn transforms_agree_with_the_definition() {
    let mut noise = Noise(5);
    for n in [1usize, 2, 3, 8, 12, 49, 64, 100] {
        let x: Vec<Complex> = (0..n).map(|_| Complex::new(noise.next(), noise.next())).collect();
        let mut y = x.clone();
        fourier::complex(&mut y, &[n], -1.0);
        for (k, got) in y.iter().enumerate() {
            let want = x.iter().enumerate().fold(Complex::ZERO, |t, (j, v)| {
                t + *v * Complex::unit(-2.0 * std::f64::consts::PI * (j * k % n) as f64 / n as f64)
            });
            assert!((*got - want).abs() < 1e-11, "bin {k} of {n}");
        }
        fourier::complex(&mut y, &[n], 1.0);
        assert!(y.iter().zip(&x).all(|(a, b)| (*a - *b).abs() < 1e-12), "there and back, {n}");
    }
    for lens in [vec![6], vec![7], vec![3, 4], vec![2, 3, 5]] {
        let total: usize = lens.iter().product();
        let x: Vec<f64> = (0..total).map(|_| noise.next()).collect();
        let half = fourier::forward_real(&x, &lens);
        assert_eq!(half.len(), total / lens[lens.len() - 1] * (lens[lens.len() - 1] / 2 + 1));
        let back = fourier::inverse_real(&half, &lens);
        assert!(back.iter().zip(&x).all(|(a, b)| (a - b).abs() < 1e-12), "real, {lens:?}");
    }
}

#[test]
fn what_has_no_answer_is_nan() {
    let indefinite = Matrix::over(2, 2, vec![1.0, 2.0, 2.0, 1.0]);
    let l = cholesky(&indefinite);
    assert!(l[(0, 0)].is_nan() && l[(1, 0)].is_nan() && l[(1, 1)].is_nan() && l[(0, 1)] == 0.0);
    let bad = Matrix::over(2, 2, vec![1.0, f64::NAN, f64::NAN, 1.0]);
    assert!(eigh(&bad, true).1.iter().all(|x| x.is_nan()));
    assert!(svd(&bad, false).0.iter().all(|x| x.is_nan()));
    let zero: Matrix<f64> = Matrix::zeros(3, 2);
    let (s, u, vh) = svd(&zero, true);
    assert_eq!(s, [0.0, 0.0]);
    close(&u.adjoint().times(&u), &Matrix::identity(3, 3), "u of zero");
    close(&vh.times(&vh.adjoint()), &Matrix::identity(2, 2), "v of zero");
    // Equal eigenvalues: LAPACK leaves the identity alone.
    let (v, w) = eigh(&Matrix::<f64>::identity(3, 3), true);
    assert_eq!((v.data, w), (Matrix::<f64>::identity(3, 3).data, vec![1.0; 3]));
}
