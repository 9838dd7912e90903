//! The numbers that routines compute with: f64 and complex f64. Single precision is widened on the way in and rounded on the
//! way out, so each routine exists twice, not four times, and is as accurate as its result type allows.

use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// A real or complex number.
pub trait Number:
    Copy
    + PartialEq
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
{
    /// How many f64 it is stored as.
    const PARTS: usize;
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// From real and imaginary part (which a real number drops).
    fn new(re: f64, im: f64) -> Self;
    /// Real part.
    fn re(self) -> f64;
    /// Imaginary part.
    fn im(self) -> f64;
    /// Complex conjugate.
    fn conj(self) -> Self;
    /// From a real number.
    fn real(x: f64) -> Self {
        Self::new(x, 0.0)
    }
    /// Times a real number.
    fn scale(self, s: f64) -> Self {
        Self::new(self.re() * s, self.im() * s)
    }
    /// Absolute value.
    fn abs(self) -> f64 {
        self.re().hypot(self.im())
    }
    /// `|re| + |im|`: LAPACK's measure for pivots.
    fn abs1(self) -> f64 {
        self.re().abs() + self.im().abs()
    }
    /// Square of the absolute value.
    fn norm(self) -> f64 {
        self.re() * self.re() + self.im() * self.im()
    }
}

impl Number for f64 {
    const PARTS: usize = 1;
    const ZERO: f64 = 0.0;
    const ONE: f64 = 1.0;
    fn new(re: f64, _: f64) -> f64 {
        re
    }
    fn re(self) -> f64 {
        self
    }
    fn im(self) -> f64 {
        0.0
    }
    fn conj(self) -> f64 {
        self
    }
    fn abs(self) -> f64 {
        f64::abs(self)
    }
}

/// A complex number.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Complex {
    re: f64,
    im: f64,
}

impl Number for Complex {
    const PARTS: usize = 2;
    const ZERO: Complex = Complex { re: 0.0, im: 0.0 };
    const ONE: Complex = Complex { re: 1.0, im: 0.0 };
    fn new(re: f64, im: f64) -> Complex {
        Complex { re, im }
    }
    fn re(self) -> f64 {
        self.re
    }
    fn im(self) -> f64 {
        self.im
    }
    fn conj(self) -> Complex {
        Complex { re: self.re, im: -self.im }
    }
}

impl Complex {
    /// `exp(i t)`.
    pub fn unit(t: f64) -> Complex {
        Complex { re: t.cos(), im: t.sin() }
    }
    /// The root with nonnegative real part.
    pub fn sqrt(self) -> Complex {
        let r = self.abs();
        if r == 0.0 {
            return Complex::ZERO;
        }
        let re = ((r + self.re.abs()) / 2.0).sqrt();
        let im = self.im.abs() / (2.0 * re);
        let (re, im) = if self.re >= 0.0 { (re, im) } else { (im, re) };
        Complex { re, im: if self.im < 0.0 { -im } else { im } }
    }
}

impl Add for Complex {
    type Output = Complex;
    fn add(self, o: Complex) -> Complex {
        Complex { re: self.re + o.re, im: self.im + o.im }
    }
}
impl Sub for Complex {
    type Output = Complex;
    fn sub(self, o: Complex) -> Complex {
        Complex { re: self.re - o.re, im: self.im - o.im }
    }
}
impl Mul for Complex {
    type Output = Complex;
    fn mul(self, o: Complex) -> Complex {
        Complex { re: self.re * o.re - self.im * o.im, im: self.re * o.im + self.im * o.re }
    }
}
impl Div for Complex {
    type Output = Complex;
    /// Smith's method: no needless overflow.
    fn div(self, o: Complex) -> Complex {
        if o.re.abs() >= o.im.abs() {
            let r = o.im / o.re;
            let d = o.re + o.im * r;
            Complex { re: (self.re + self.im * r) / d, im: (self.im - self.re * r) / d }
        } else {
            let r = o.re / o.im;
            let d = o.re * r + o.im;
            Complex { re: (self.re * r + self.im) / d, im: (self.im * r - self.re) / d }
        }
    }
}
impl Neg for Complex {
    type Output = Complex;
    fn neg(self) -> Complex {
        Complex { re: -self.re, im: -self.im }
    }
}
impl AddAssign for Complex {
    fn add_assign(&mut self, o: Complex) {
        *self = *self + o;
    }
}
impl SubAssign for Complex {
    fn sub_assign(&mut self, o: Complex) {
        *self = *self - o;
    }
}
impl MulAssign for Complex {
    fn mul_assign(&mut self, o: Complex) {
        *self = *self * o;
    }
}

/// A dense matrix, row by row.
#[derive(Clone, Debug)]
pub struct Matrix<S> {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    /// Elements.
    pub data: Vec<S>,
}

impl<S: Number> Matrix<S> {
    /// Zeros.
    pub fn zeros(rows: usize, cols: usize) -> Matrix<S> {
        Matrix { rows, cols, data: vec![S::ZERO; rows * cols] }
    }
    /// Ones on the diagonal.
    pub fn identity(rows: usize, cols: usize) -> Matrix<S> {
        let mut m = Matrix::zeros(rows, cols);
        for i in 0..rows.min(cols) {
            m[(i, i)] = S::ONE;
        }
        m
    }
    /// Over these elements.
    pub fn over(rows: usize, cols: usize, data: Vec<S>) -> Matrix<S> {
        debug_assert_eq!(data.len(), rows * cols);
        Matrix { rows, cols, data }
    }
    /// Conjugate transpose.
    pub fn adjoint(&self) -> Matrix<S> {
        let mut t = Matrix::zeros(self.cols, self.rows);
        for i in 0..self.rows {
            for j in 0..self.cols {
                t[(j, i)] = self[(i, j)].conj();
            }
        }
        t
    }
    /// The first columns.
    pub fn left(&self, cols: usize) -> Matrix<S> {
        let mut m = Matrix::zeros(self.rows, cols);
        for i in 0..self.rows {
            for j in 0..cols {
                m[(i, j)] = self[(i, j)];
            }
        }
        m
    }
    /// Matrix product.
    pub fn times(&self, o: &Matrix<S>) -> Matrix<S> {
        let mut m = Matrix::zeros(self.rows, o.cols);
        for i in 0..self.rows {
            for k in 0..self.cols {
                let a = self[(i, k)];
                for j in 0..o.cols {
                    m[(i, j)] += a * o[(k, j)];
                }
            }
        }
        m
    }
    /// Exchanges two columns.
    pub fn swap_cols(&mut self, a: usize, b: usize) {
        for i in 0..self.rows {
            self.data.swap(i * self.cols + a, i * self.cols + b);
        }
    }
    /// Whether a NaN or an infinity is among the elements.
    pub fn has_nonfinite(&self) -> bool {
        self.data.iter().any(|x| !x.re().is_finite() || !x.im().is_finite())
    }
    /// Every element a NaN.
    pub fn nan(rows: usize, cols: usize) -> Matrix<S> {
        Matrix { rows, cols, data: vec![S::new(f64::NAN, f64::NAN); rows * cols] }
    }
}

impl<S> std::ops::Index<(usize, usize)> for Matrix<S> {
    type Output = S;
    fn index(&self, (i, j): (usize, usize)) -> &S {
        &self.data[i * self.cols + j]
    }
}
impl<S> std::ops::IndexMut<(usize, usize)> for Matrix<S> {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut S {
        &mut self.data[i * self.cols + j]
    }
}
