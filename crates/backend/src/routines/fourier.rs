//! Discrete Fourier transforms of any length: powers of two by radix 2, small lengths by the definition, others by
//! Bluestein's chirp.

use super::number::{Complex, Number};
use std::f64::consts::PI;

/// `exp(sign 2 pi i k / n)` for all k.
fn roots(n: usize, sign: f64) -> Vec<Complex> {
    (0..n).map(|k| Complex::unit(sign * 2.0 * PI * k as f64 / n as f64)).collect()
}

fn radix2(x: &mut [Complex], sign: f64) {
    let n = x.len();
    let bits = n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> (usize::BITS - bits);
        if i < j {
            x.swap(i, j);
        }
    }
    let w = roots(n, sign);
    let mut half = 1;
    while half < n {
        let step = n / (2 * half);
        for start in (0..n).step_by(2 * half) {
            for k in 0..half {
                let (a, b) = (x[start + k], x[start + k + half] * w[k * step]);
                x[start + k] = a + b;
                x[start + k + half] = a - b;
            }
        }
        half *= 2;
    }
}

fn by_definition(x: &mut [Complex], sign: f64) {
    let n = x.len();
    let w = roots(n, sign);
    let out: Vec<Complex> =
        (0..n).map(|k| x.iter().enumerate().fold(Complex::ZERO, |t, (j, v)| t + *v * w[j * k % n])).collect();
    x.copy_from_slice(&out);
}

fn bluestein(x: &mut [Complex], sign: f64) {
    let n = x.len();
    let size = (2 * n - 1).next_power_of_two();
    // k^2 modulo 2n keeps the angle small and exact.
    let chirp: Vec<Complex> = (0..n)
        .map(|k| Complex::unit(sign * PI * ((k as u128 * k as u128) % (2 * n as u128)) as f64 / n as f64))
        .collect();
    let mut a = vec![Complex::ZERO; size];
    let mut b = vec![Complex::ZERO; size];
    for k in 0..n {
        a[k] = x[k] * chirp[k];
        b[k] = chirp[k].conj();
        b[(size - k) % size] = chirp[k].conj();
    }
    radix2(&mut a, -1.0);
    radix2(&mut b, -1.0);
    a.iter_mut().zip(&b).for_each(|(x, y)| *x *= *y);
    radix2(&mut a, 1.0);
    for k in 0..n {
        x[k] = (a[k] * chirp[k]).scale(1.0 / size as f64);
    }
}

/// One transform in place, not divided by its length. `sign` is that of the exponent.
pub fn transform(x: &mut [Complex], sign: f64) {
    match x.len() {
        0 | 1 => {}
        n if n.is_power_of_two() => radix2(x, sign),
        n if n <= 48 => by_definition(x, sign),
        _ => bluestein(x, sign),
    }
}

/// Transforms along one axis of a dense array; divided by the length if `sign` is positive.
fn along(x: &mut [Complex], shape: &[usize], axis: usize, sign: f64) {
    let n = shape[axis];
    let inner: usize = shape[axis + 1..].iter().product();
    let outer: usize = shape[..axis].iter().product();
    let mut line = vec![Complex::ZERO; n];
    for o in 0..outer {
        for i in 0..inner {
            let at = |k: usize| (o * n + k) * inner + i;
            for (k, v) in line.iter_mut().enumerate() {
                *v = x[at(k)];
            }
            transform(&mut line, sign);
            for (k, v) in line.iter().enumerate() {
                x[at(k)] = if sign > 0.0 { v.scale(1.0 / n as f64) } else { *v };
            }
        }
    }
}

/// Complex transform over all axes of `lens`.
pub fn complex(x: &mut [Complex], lens: &[usize], sign: f64) {
    for axis in 0..lens.len() {
        along(x, lens, axis, sign);
    }
}

/// Real input of shape `lens`: the bins 0 to n/2 of the last axis.
pub fn forward_real(x: &[f64], lens: &[usize]) -> Vec<Complex> {
    let n = lens[lens.len() - 1];
    let mut whole: Vec<Complex> = x.iter().map(|&v| Complex::real(v)).collect();
    complex(&mut whole, lens, -1.0);
    whole.chunks(n.max(1)).flat_map(|row| row[..(n / 2 + 1).min(row.len())].to_vec()).collect()
}

/// Inverse of `forward_real`, for half a spectrum; imaginary parts that a real signal has not are ignored.
pub fn inverse_real(half: &[Complex], lens: &[usize]) -> Vec<f64> {
    let last = lens.len() - 1;
    let n = lens[last];
    let bins = n / 2 + 1;
    let mut shape = lens.to_vec();
    shape[last] = bins;
    let mut half = half.to_vec();
    for axis in 0..last {
        along(&mut half, &shape, axis, 1.0);
    }
    let mut out = Vec::with_capacity(half.len() / bins * n);
    let mut line = vec![Complex::ZERO; n];
    for row in half.chunks(bins) {
        for (k, v) in line.iter_mut().enumerate() {
            *v = if k == 0 || 2 * k == n {
                Complex::real(row[k].re())
            } else if k < bins {
                row[k]
            } else {
                row[n - k].conj()
            };
        }
        transform(&mut line, 1.0);
        out.extend(line.iter().map(|v| v.re() / n as f64));
    }
    out
}
